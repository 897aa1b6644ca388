//! Numbers over a scripted history of twelve commits, worked out by hand.

mod support;

use serde_json::Value as Json;
use support::scripted::{commit, git};
use support::{MODEL, run};
use tempfile::TempDir;

/// The history. Each line is a commit: its day in 2026, and the threats as the model has them from then on.
///
/// | id | band | found | remedied | days |
/// |---|---|---|---|---|
/// | T1 | critical (5 x 4) | 01-01 | 02-10 | 31 + 9 = 40 |
/// | T2 | high (3 x 4) | 01-11 | 01-31, mitigated | 20 |
/// | T2 again | high | 02-20 | 03-02, gone | 8 + 2 = 10 |
/// | T3 | medium (2 x 3) | 01-01, as it says itself | 05-01 | 31 + 28 + 31 + 30 = 120 |
/// | T4 | low | 03-12 | never: it was none | - |
/// | T5 | high (3 x 3) | 03-12 | never: accepted on 04-11 | - |
const HISTORY: [(&str, &[&str]); 12] = [
    ("01-01", &["T1 5 4 open"]),
    ("01-11", &["T1 5 4 open", "T2 3 4 open"]),
    ("01-21", &["T1 5 4 open", "T2 3 4 open", "T3 2 3 open"]),
    ("01-31", &["T1 5 4 open", "T2 3 4 mitigated", "T3 2 3 open"]),
    // The day of T1 was 1 February: it is overdue.
    ("02-05", &["T1 5 4 open", "T2 3 4 mitigated", "T3 2 3 open"]),
    ("02-10", &["T1 5 4 mitigated", "T2 3 4 mitigated", "T3 2 3 accepted"]),
    ("02-20", &["T1 5 4 mitigated", "T2 3 4 open", "T3 2 3 accepted"]),
    ("03-02", &["T1 5 4 mitigated", "T3 2 3 accepted"]),
    ("03-12", &["T1 5 4 mitigated", "T3 2 3 accepted", "T4 1 2 open", "T5 3 3 open"]),
    // The day of T5 was 15 March.
    ("03-22", &["T1 5 4 mitigated", "T3 2 3 accepted", "T4 1 2 false-positive", "T5 3 3 open"]),
    // The acceptance of T3 ended on 1 April.
    ("04-11", &["T1 5 4 mitigated", "T3 2 3 accepted", "T5 3 3 accepted"]),
    ("05-01", &["T1 5 4 mitigated", "T3 2 3 mitigated", "T5 3 3 accepted"]),
];

fn model(threats: &[&str]) -> String {
    let mut text = "redan: 1\nname: Shop\nelements: {web: {kind: process}}\nthreats:\n".to_owned();
    for threat in threats {
        let [id, likelihood, impact, status] = threat.split(' ').collect::<Vec<_>>()[..] else { panic!("four words: {threat}") };
        let more = match (id, status) {
            ("T3", "accepted") => ", because: rare, owner: ana, until: 2026-04-01",
            (_, "accepted") => ", because: rare, owner: ana, until: 2026-12-01",
            (_, "mitigated" | "false-positive") => ", because: tested",
            ("T3", _) => ", identified: 2026-01-01",
            _ => "",
        };
        let mitigation = match id {
            "T1" | "T5" => format!(", mitigations: [m{id}]"),
            _ => String::new(),
        };
        let status = if status == "open" { String::new() } else { format!(", status: {status}") };
        let rating = format!("likelihood: {{is: {likelihood}, because: tried}}, impact: {impact}");
        text.push_str(&format!("  {id}: {{title: {id}, on: [web], {rating}{mitigation}{status}{more}}}\n"));
    }
    text.push_str("mitigations:\n");
    for (id, due) in [("T1", "2026-02-01"), ("T5", "2026-03-15")] {
        if threats.iter().any(|threat| threat.starts_with(id)) {
            text.push_str(&format!("  m{id}: {{title: Measure, status: planned, due: {due}}}\n"));
        }
    }
    text
}

fn repository() -> TempDir {
    let folder = tempfile::tempdir().expect("a folder can be made");
    git(&folder, "2026-01-01", &["init", "-q"]);
    for (at, (day, threats)) in HISTORY.iter().enumerate() {
        // So that every commit changes the file, whatever its threats.
        commit(&folder, &format!("2026-{day}"), MODEL, &format!("{}# {at}\n", model(threats)));
    }
    folder
}

fn metrics(folder: &TempDir, model: &str) -> Json {
    let args = ["metrics", "--packs", "none", "--today", "2026-05-01", "--format", "json", model];
    serde_json::from_str(&run(folder, &args, 0).0).expect("output is JSON")
}

/// A column of the commits, without the state of today.
fn column(metrics: &Json, of: impl Fn(&Json) -> &Json) -> Vec<u64> {
    let points = metrics["points"].as_array().expect("points");
    assert_eq!(points.len(), 13, "twelve commits and today");
    points[..12].iter().map(|point| of(point).as_u64().expect("a number")).collect()
}

#[test]
fn burn_down_overdue_and_time_to_remediate_are_those_worked_out_by_hand() {
    let folder = repository();
    let found = metrics(&folder, MODEL);
    let open = |band: &'static str| column(&found, move |point| &point["open"][band]);
    // The burn-down: open critical and high after each commit.
    assert_eq!(open("critical"), [1, 1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0]);
    assert_eq!(open("high"), [0, 1, 1, 0, 0, 0, 1, 0, 1, 1, 0, 0]);
    // T3 is accepted from 10 February to 1 April, and open again on 11 April.
    assert_eq!(open("medium"), [0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 1, 0]);
    assert_eq!(open("low"), [0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0]);
    // T1 on 5 February, T5 on 22 March; accepted and mitigated threats are not overdue.
    assert_eq!(column(&found, |point| &point["overdue"]), [0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0]);
    assert_eq!(column(&found, |point| &point["new"]), [1, 1, 1, 0, 0, 0, 1, 0, 2, 0, 1, 0]);
    // T2; T1 and T3; T2; T4; T5; T3.
    assert_eq!(column(&found, |point| &point["closed"]), [0, 0, 0, 1, 0, 2, 0, 1, 0, 1, 1, 1]);
    let remediated: Vec<_> =
        found["remediated"].as_array().expect("bands").iter().map(|row| (row["count"].as_u64(), row["mean_days"].as_f64())).collect();
    // High: (20 + 10) / 2.
    assert_eq!(remediated, [(Some(1), Some(40.0)), (Some(2), Some(15.0)), (Some(1), Some(120.0)), (Some(0), None)]);
    // T5 is accepted since 11 April: 20 days.
    assert_eq!((&found["acceptances"]["count"], &found["acceptances"]["mean_days"]), (&Json::from(1), &Json::from(20.0)));
}

#[test]
fn a_history_goes_on_when_the_file_gets_another_name() {
    let folder = repository();
    let before = metrics(&folder, MODEL);
    git(&folder, "2026-05-01", &["mv", MODEL, "shop.tm.yaml"]);
    git(&folder, "2026-05-01", &["commit", "-qm", "Rename"]);
    let after = metrics(&folder, "shop.tm.yaml");
    assert_eq!(after["points"].as_array().map(Vec::len), Some(14));
    assert_eq!(after["remediated"], before["remediated"]);
    let log = run(&folder, &["log", "--packs", "none", "--format", "json", "shop.tm.yaml"], 0).0;
    let log: Json = serde_json::from_str(&log).expect("output is JSON");
    assert_eq!(log["changes"].as_array().map(Vec::len), Some(13));
}
