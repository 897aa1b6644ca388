//! Real reports: nothing panics, the entries are as many as an independent count finds, and cut files are refused.
//!
//! The files are read through `REDAN_CORPUS` and never copied; without it these tests say that they were skipped.

use std::fs;
use std::path::PathBuf;

use redan_interop::evidence::{detect, file, read};
use redan_model::evidence::{Outcome, ReportKind};
use serde_json::Value as Json;

/// Folders of the corpus, with what their files are.
const FOLDERS: [(&str, ReportKind); 14] = [
    ("sarif", ReportKind::Sarif),
    ("junit", ReportKind::Junit),
    ("zap", ReportKind::Zap),
    ("burp-xml", ReportKind::Burp),
    ("semgrep-json", ReportKind::Semgrep),
    ("eslint-json", ReportKind::Eslint),
    ("snyk-json", ReportKind::Snyk),
    ("dependabot", ReportKind::Dependabot),
    ("npm-audit", ReportKind::NpmAudit),
    ("cargo-audit", ReportKind::CargoAudit),
    ("osv-scanner", ReportKind::Osv),
    ("cyclonedx-vex", ReportKind::Vex),
    ("openvex", ReportKind::Vex),
    ("trivy-json", ReportKind::Trivy),
];

/// Every file of the folders, with its folder's kind.
fn files() -> Option<Vec<(ReportKind, PathBuf)>> {
    let root = PathBuf::from(std::env::var_os("REDAN_CORPUS")?);
    let mut found = Vec::new();
    for (folder, kind) in FOLDERS {
        let mut folders = vec![root.join(folder)];
        while let Some(folder) = folders.pop() {
            for entry in fs::read_dir(folder).expect("the corpus has it").flatten() {
                if entry.path().is_dir() { folders.push(entry.path()) } else { found.push((kind, entry.path())) }
            }
        }
    }
    found.sort();
    Some(found)
}

/// How many values there are under a path of keys, where lists and objects of any depth are walked through.
fn count(value: &Json, path: &[&str]) -> usize {
    match (value, path) {
        (Json::Array(list), []) => list.len(),
        (Json::Object(object), []) => object.len(),
        (Json::Array(list), _) => list.iter().map(|inner| count(inner, path)).sum(),
        (Json::Object(object), [first, rest @ ..]) => object.get(*first).map_or(0, |inner| count(inner, rest)),
        _ => 0,
    }
}

/// Nodes of lists of alerts, wherever they are.
fn nodes(value: &Json) -> usize {
    match value {
        Json::Object(object) => {
            object.iter().map(|(key, inner)| if key == "vulnerabilityAlerts" { count(inner, &["nodes"]) } else { nodes(inner) }).sum()
        }
        Json::Array(list) => list.iter().map(nodes).sum(),
        _ => 0,
    }
}

/// Entries counted without the readers: tags in XML, lengths of lists in JSON.
fn independent(kind: ReportKind, text: &str) -> usize {
    let tags = |name: &str| [" ", ">", "\n", "\t", "/"].iter().map(|after| text.matches(&format!("<{name}{after}")).count()).sum();
    match kind {
        ReportKind::Junit => return tags("testcase"),
        ReportKind::Burp => return tags("issue"),
        ReportKind::Zap if text.starts_with('<') => return tags("alertitem"),
        _ if text.is_empty() => return 0,
        _ => {}
    }
    let json: Json = serde_json::from_str(text).expect("it is JSON");
    match kind {
        ReportKind::Zap => count(&json, &["site", "alerts"]),
        ReportKind::Semgrep => count(&json, &["results"]),
        ReportKind::Eslint => count(&json, &["messages"]),
        ReportKind::Dependabot if json.get("data").is_some() => nodes(&json),
        ReportKind::Dependabot => json.as_array().map_or(1, Vec::len),
        ReportKind::NpmAudit => count(&json, &["advisories"]) + count(&json, &["vulnerabilities"]),
        ReportKind::CargoAudit => count(&json, &["vulnerabilities", "list"]),
        ReportKind::Osv => count(&json, &["results", "packages", "vulnerabilities"]),
        ReportKind::Vex => count(&json, &["vulnerabilities"]) + count(&json, &["statements"]),
        ReportKind::Trivy => ["Vulnerabilities", "Misconfigurations", "Secrets"]
            .iter()
            .map(|list| {
                let inner: usize =
                    ["Vulnerabilities", "Misconfigurations"].iter().map(|outer| count(&json, &[outer, "Results", list])).sum();
                inner + count(&json, &["Results", list])
            })
            .sum(),
        _ if json.get("runs").is_some() => count(&json, &["runs", "results"]),
        ReportKind::Snyk => count(&json, &["vulnerabilities"]) + count(&json, &["infrastructureAsCodeIssues"]),
        _ => 0,
    }
}

#[test]
fn entries_are_as_many_as_an_independent_count_finds() {
    let Some(files) = files() else { return eprintln!("skipped: REDAN_CORPUS is not set") };
    assert!(files.len() > 50, "the corpus has {} reports", files.len());
    for (kind, path) in files {
        let bytes = fs::read(&path).unwrap();
        let shown = path.display();
        if path.ends_with("openvex_not_a_document.json") {
            assert!(read(kind, "x", &bytes).is_err(), "{shown}");
            continue;
        }
        let report = read(kind, "x", &bytes).unwrap_or_else(|error| panic!("{shown}: {error}"));
        let text = String::from_utf8(bytes.clone()).unwrap();
        assert_eq!(report.items, independent(kind, text.trim_start_matches('\u{feff}')), "{shown}");
        let listed: usize = report.findings.iter().map(|found| found.occurrences).sum();
        assert!(listed <= report.items || kind == ReportKind::NpmAudit, "{shown}: {listed} of {}", report.items);
        if [ReportKind::Semgrep, ReportKind::Eslint, ReportKind::Zap, ReportKind::Burp].contains(&kind) {
            assert_eq!(report.findings.len(), report.items, "{shown}");
        }
        assert_eq!(report.test_count, if kind == ReportKind::Junit { report.items } else { 0 }, "{shown}");
        let mut keys: Vec<&str> = report.findings.iter().map(|found| found.key.as_str()).collect();
        keys.sort_unstable();
        keys.dedup();
        assert_eq!(keys.len(), report.findings.len(), "{shown}: keys are unique");
        // Written and read, and read again, it is the same.
        let merged = file::merge(vec![report.clone()], vec![read(kind, "x", &bytes).unwrap()]);
        let back = file::read(file::write(&merged).as_bytes()).unwrap();
        let differs = back[0].findings.iter().zip(&report.findings).find(|(back, was)| back != was);
        assert!(back == [report.clone()], "{shown}: {differs:?}");
    }
}

#[test]
fn formats_are_told_by_content() {
    let Some(files) = files() else { return eprintln!("skipped: REDAN_CORPUS is not set") };
    for (kind, path) in files {
        let bytes = fs::read(&path).unwrap();
        let told = detect(&path.to_string_lossy(), &bytes);
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let expected = match name {
            "openvex_not_a_document.json" => None,
            // Some files of Snyk are SARIF, and nothing can be told of nothing.
            "snykcode_issue_9270.json" => Some(ReportKind::Sarif),
            _ if bytes.is_empty() => None,
            _ => Some(kind),
        };
        assert_eq!(told, expected, "{}", path.display());
    }
}

#[test]
fn a_cut_report_is_refused() {
    let Some(files) = files() else { return eprintln!("skipped: REDAN_CORPUS is not set") };
    for (kind, path) in files {
        let text = String::from_utf8(fs::read(&path).unwrap()).unwrap();
        let text = text.trim_end();
        for part in [1, 3, 7, 9] {
            let end = text.len() * part / 10;
            let Some(cut) = (end > 0).then(|| text.get(..end)).flatten() else { continue };
            assert!(read(kind, "x", cut.as_bytes()).is_err(), "{} cut at {end}", path.display());
        }
    }
}

#[test]
fn moved_lines_keep_what_identifies_a_finding() {
    let Some(root) = std::env::var_os("REDAN_CORPUS").map(PathBuf::from) else { return eprintln!("skipped: REDAN_CORPUS is not set") };
    let keys = |name: &str| -> Vec<String> {
        let bytes = fs::read(root.join("semgrep-json").join(name)).unwrap();
        read(ReportKind::Semgrep, name, &bytes).unwrap().findings.into_iter().map(|found| found.key).collect()
    };
    assert_eq!(keys("semgrep_version_1_30_0_line_26.json"), keys("semgrep_version_1_30_0_line_27.json"));
}

#[test]
fn nothing_of_requests_and_responses_is_taken_over() {
    let Some(files) = files() else { return eprintln!("skipped: REDAN_CORPUS is not set") };
    for (kind, path) in files.into_iter().filter(|(kind, _)| [ReportKind::Zap, ReportKind::Burp].contains(kind)) {
        let report = read(kind, "x", &fs::read(&path).unwrap()).unwrap();
        assert_ne!(report.outcome, Outcome::Empty, "{}", path.display());
        let kept = file::write(&[report]);
        for secret in ["JSESSIONID", "Cookie:", "Set-Cookie", "HTTP/1.1"] {
            assert!(!kept.contains(secret), "{} keeps {secret}", path.display());
        }
    }
}
