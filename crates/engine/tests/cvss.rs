//! Scores of CVSS vectors against vectors that others have scored.

use std::io::Read;
use std::path::{Path, PathBuf};

use redan_engine::score::cvss::{Score, score};
use redan_model::lang::cvss::{Group, Vector};

fn scored(text: &str) -> (Vector, Score) {
    let vector = Vector::parse(text).unwrap_or_else(|fault| panic!("{text}: {fault}"));
    let found = score(&vector).unwrap_or_else(|fault| panic!("{text}: {fault}"));
    (vector, found)
}

#[test]
fn the_score_that_says_most_wins() {
    let (_, base) = scored("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H");
    assert_eq!((base.base, base.stated_threat(), base.stated_environmental(), base.value()), (9.8, None, None, 9.8));
    let (_, threat) = scored("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/E:U");
    assert_eq!((threat.base, threat.threat, threat.value()), (9.8, Some(9.0), 9.0));
    let (_, here) = scored("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H/E:U/MAV:P");
    assert_eq!((here.base, here.threat, here.value()), (9.8, Some(9.0), here.environmental.unwrap_or_default()));
    assert!(here.value() < 9.0);
}

#[test]
fn a_4_0_vector_has_a_score_for_each_group_that_it_states() {
    let (_, found) = scored("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N/E:U/CR:L/IR:L/AR:L");
    assert_eq!(found.base, 9.3);
    assert!(found.threat.is_some_and(|threat| threat < 9.3));
    assert!(found.environmental < found.threat);
}

#[test]
fn the_environmental_formula_of_3_1_counts_only_where_such_metrics_are_given() {
    let (_, found) = scored("CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:C/C:H/I:H/A:H");
    assert_eq!((found.value(), found.environmental), (9.9, Some(10.0)));
    assert_eq!(scored("CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:C/C:H/I:H/A:H/MAV:N").1.value(), 10.0);
}

#[test]
fn metrics_that_say_nothing_change_nothing() {
    let (vector, found) = scored("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N/E:X/CR:X/S:P");
    assert_eq!((found.base, found.threat, found.environmental), (9.3, None, None));
    assert!(vector.states(Group::Supplemental) && !vector.states(Group::Threat));
}

/// The folder with vectors that others have scored, where it is there.
#[expect(clippy::print_stderr, reason = "a skipped test says so")]
fn corpus() -> Option<PathBuf> {
    let folder = std::env::var_os("REDAN_CORPUS").map(|root| Path::new(&root).join("cvss")).filter(|folder| folder.is_dir());
    if folder.is_none() {
        eprintln!("skipped: REDAN_CORPUS names no folder with CVSS vectors");
    }
    folder
}

/// `9.3`, or `(9.8, 9.0, None)` for base, temporal and environmental score.
fn expected(text: &str) -> Vec<Option<f64>> {
    let inner = text.trim().trim_start_matches('(').trim_end_matches(')');
    let numbers = inner.split(',').map(str::trim).filter(|part| !part.is_empty());
    numbers.map(|part| (part != "None").then(|| part.parse::<f64>().expect("a score"))).collect()
}

fn same(found: f64, wanted: f64) -> bool {
    (found - wanted).abs() < 1e-9
}

#[test]
fn every_line_of_the_vector_files_has_its_score() {
    let Some(folder) = corpus() else { return };
    let (mut lines, mut wrong) = (0, Vec::new());
    let mut names: Vec<PathBuf> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    names.sort();
    for path in names {
        let mut text = String::new();
        let file = std::fs::File::open(&path).unwrap();
        if path.extension().is_some_and(|extension| extension == "gz") {
            flate2::read::GzDecoder::new(file).read_to_string(&mut text).unwrap();
        } else {
            std::io::BufReader::new(file).read_to_string(&mut text).unwrap();
        }
        for line in text.lines().filter(|line| !line.trim().is_empty()) {
            let (vector, wanted) = line.split_once(" - ").unwrap();
            let (_, found) = scored(vector);
            let right = match expected(wanted)[..] {
                [Some(only)] => same(found.value(), only),
                [Some(base), threat, environmental] => {
                    let equal = |found: Option<f64>, wanted: Option<f64>| {
                        found.zip(wanted).map_or(found == wanted, |(found, wanted)| same(found, wanted))
                    };
                    same(found.base, base) && equal(found.threat, threat) && equal(found.environmental, environmental)
                }
                _ => panic!("{line}"),
            };
            if !right {
                wrong.push(format!("{line}: {found:?}"));
            }
            lines += 1;
        }
    }
    assert!(lines > 110_000, "only {lines} lines");
    assert!(wrong.is_empty(), "{} of {lines} differ, such as {:?}", wrong.len(), &wrong[..wrong.len().min(5)]);
}
