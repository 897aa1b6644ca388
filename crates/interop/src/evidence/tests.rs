//! Readers on small reports of every kind, written for these tests with obviously fake secrets.

use redan_model::evidence::{FindingSeverity, FindingStatus, Outcome, Report, ReportKind, Scope, StatementState, TestOutcome};

use super::{detect, file, read};
use crate::ImportError;

const FAKE: &str = "FAKE-SECRET-0000-do-not-use-1234567890";

fn report(kind: ReportKind, text: &str) -> Report {
    assert_eq!(detect("report", text.as_bytes()), Some(kind), "{text}");
    read(kind, "report", text.as_bytes()).unwrap()
}

fn outcomes(report: &Report) -> Vec<(&str, TestOutcome)> {
    report.tests.iter().map(|test| (test.id.as_str(), test.outcome)).collect()
}

#[test]
fn tests_of_nested_suites_pass_fail_and_are_skipped() {
    let text = r#"<testsuites><testsuite name="outer"><testsuite name="inner" timestamp="2026-03-01T10:00:00">
        <testcase classname="auth.RateLimit" name="sixth_is_refused" time="-1"/>
        <testcase classname="auth.RateLimit" name="window"><failure message="x">FAKE-SECRET</failure></testcase>
        <testcase name="alone"><skipped/></testcase>
        <testcase name="broken"><properties><property name="id" value="REQ-7"/></properties><error/></testcase>
        </testsuite></testsuite></testsuites>"#;
    let report = report(ReportKind::Junit, text);
    let expected = [
        ("auth.RateLimit.sixth_is_refused", TestOutcome::Passed),
        ("auth.RateLimit.window", TestOutcome::Failed),
        ("alone", TestOutcome::Skipped),
        ("broken", TestOutcome::Failed),
    ];
    assert_eq!(outcomes(&report), expected);
    assert_eq!((report.items, report.taken), (4, Some(1_772_359_200)));
    assert!(report.tests[3].aliases.contains(&"REQ-7".to_owned()));
    assert!(!file::write(&[report]).contains("FAKE-SECRET"));
}

#[test]
fn a_suite_that_fails_before_its_tests_is_an_error_of_the_run() {
    let broken = report(ReportKind::Junit, r#"<testsuite name="a" tests="0" errors="1"></testsuite>"#);
    assert!(matches!(broken.outcome, Outcome::Errored(_)));
    assert_eq!(report(ReportKind::Junit, "<testsuites/>").outcome, Outcome::Empty);
}

#[test]
fn a_result_without_a_level_has_that_of_its_rule_in_an_extension() {
    let text = r#"{"version": "2.1.0", "runs": [{"tool": {"driver": {"name": "T"}, "extensions": [{"rules": [
        {"id": "sqli", "defaultConfiguration": {"level": "error"}, "properties": {"tags": ["external/cwe/cwe-089"]}},
        {"id": "xss", "properties": {"security-severity": "9.1"}}]}]},
        "results": [{"rule": {"index": 0, "toolComponent": {"index": 0}}, "message": {"text": "m"},
            "locations": [{"physicalLocation": {"artifactLocation": {"uri": "web/a%20b.py"}, "region": {"startLine": 3}}}]},
          {"ruleId": "xss", "message": {"text": "n"}, "suppressions": [{"kind": "inSource", "justification": "escaped"}]},
          {"ruleId": "xss", "message": {"text": "o"}, "suppressions": [{"kind": "inSource", "status": "rejected"}]},
          {"ruleId": "safe", "kind": "pass", "message": {"text": "p"}}]}]}"#;
    let report = report(ReportKind::Sarif, text);
    let first = &report.findings[0];
    assert_eq!((first.rule.as_str(), first.severity, first.cwe.as_slice()), ("sqli", FindingSeverity::High, &[89][..]));
    assert_eq!((first.path.as_deref(), first.line), (Some("web/a b.py"), Some(3)));
    assert_eq!(report.findings[1].severity, FindingSeverity::Critical);
    assert_eq!((report.findings[1].status, report.findings[2].status), (FindingStatus::Suppressed, FindingStatus::Open));
    let Scope::Rules(rules) = &report.scope else { panic!("rules are listed") };
    assert_eq!(rules.iter().map(|rule| rule.id.as_str()).collect::<Vec<_>>(), ["safe", "sqli", "xss"]);
    assert_eq!(report.items, 4);
}

#[test]
fn a_run_that_did_not_succeed_is_an_error() {
    let text = r#"{"runs": [{"tool": {"driver": {"name": "T"}}, "invocations": [{"executionSuccessful": false}], "results": []}]}"#;
    assert!(matches!(report(ReportKind::Sarif, text).outcome, Outcome::Errored(_)));
}

#[test]
fn a_document_type_of_elements_is_read_and_entities_are_refused() {
    let good = "<!DOCTYPE issues [\n<!ELEMENT issues (issue*)>\n<!ATTLIST issues burpVersion CDATA \"\">\n]>\n<issues exportTime=\"Sat Sep 13 22:39:44 CEST 2014\"><issue><type>1</type><name>SQL injection</name><host>http://a</host><path><![CDATA[/b?token=FAKE]]></path><severity>High</severity><vulnerabilityClassifications>CWE-89: x</vulnerabilityClassifications><requestresponse><request base64=\"true\">RkFLRQ==</request></requestresponse></issue></issues>";
    let report = report(ReportKind::Burp, good);
    let found = &report.findings[0];
    assert_eq!((found.url.as_deref(), found.cwe.as_slice(), found.severity), (Some("http://a/b"), &[89][..], FindingSeverity::High));
    for bad in [
        "<!DOCTYPE issues [<!ENTITY a \"b\">]><issues/>",
        "<!DOCTYPE issues SYSTEM \"http://example.org/x.dtd\"><issues/>",
        "<!DOCTYPE issues [<!ENTITY % a SYSTEM \"file:///etc/passwd\"> %a;]><issues/>",
    ] {
        for kind in [ReportKind::Burp, ReportKind::Junit, ReportKind::Zap] {
            assert_eq!(read(kind, "x", bad.as_bytes()), Err(ImportError::Entities), "{bad}");
        }
    }
}

#[test]
fn alerts_of_zap_are_the_same_in_xml_and_json() {
    let xml = r#"<OWASPZAPReport version="2.14" generated="Thu, 6 Dec 2018 10:53:11"><site name="http://a"><alerts><alertitem><pluginid>40018</pluginid><alertRef>40018</alertRef><name>SQL Injection</name><riskcode>3</riskcode><confidence>2</confidence><instances><instance><uri>http://a/login?user=FAKE</uri></instance></instances><cweid>89</cweid></alertitem></alerts></site></OWASPZAPReport>"#;
    let json = r#"{"@version": "2.14", "@generated": "Thu, 6 Dec 2018 10:53:11", "site": {"@name": "http://a", "alerts": [{"pluginid": "40018", "alertRef": "40018", "name": "SQL Injection", "riskcode": "3", "confidence": "2", "cweid": "89", "instances": [{"uri": "http://a/login?user=FAKE"}]}]}}"#;
    let (xml, json) = (report(ReportKind::Zap, xml), report(ReportKind::Zap, json));
    assert_eq!(xml.findings, json.findings);
    assert_eq!((xml.findings[0].url.as_deref(), xml.taken), (Some("http://a/login"), Some(1_544_093_591)));
}

#[test]
fn a_fingerprint_that_is_none_gives_way_to_the_code() {
    let at = |line: u32, print: &str| {
        format!(
            r#"{{"results": [{{"check_id": "a.b", "path": "x.py", "start": {{"line": {line}}}, "extra": {{"severity": "ERROR", "fingerprint": "{print}", "lines": "  eval(x)", "metadata": {{"cwe": "CWE-95: Eval"}}}}}}], "errors": [], "paths": {{"scanned": ["x.py"]}}}}"#
        )
    };
    let key = |text: &str| report(ReportKind::Semgrep, text).findings[0].key.clone();
    assert_eq!(key(&at(1, "requires login")), key(&at(2, "requires login")));
    assert_eq!(key(&at(1, "abc_0")), key(&at(9, "abc_0")));
    assert_ne!(key(&at(1, "abc_0")), key(&at(1, "abd_0")));
}

#[test]
fn a_file_that_eslint_could_not_read_is_an_error_of_the_run() {
    let text = r#"[{"filePath": "/a/b.js", "messages": [{"ruleId": null, "fatal": true, "severity": 2, "message": "Parsing error"}, {"ruleId": "security/detect-child-process", "severity": 2, "message": "Found", "line": 1, "column": 1}]}]"#;
    let report = report(ReportKind::Eslint, text);
    assert!(matches!(report.outcome, Outcome::Errored(_)));
    assert_eq!((report.items, report.findings.len(), report.findings[0].cwe.as_slice()), (2, 1, &[78][..]));
}

#[test]
fn one_package_that_comes_in_by_two_ways_is_one_finding() {
    let row = r#"{"id": "SNYK-1", "packageName": "a", "version": "1", "severity": "high", "title": "T", "identifiers": {"CWE": ["CWE-79"], "CVE": ["CVE-1"]}}"#;
    let report = report(ReportKind::Snyk, &format!(r#"{{"ok": false, "dependencyCount": 3, "vulnerabilities": [{row}, {row}]}}"#));
    assert_eq!((report.items, report.findings.len(), report.findings[0].occurrences), (2, 1, 2));
    assert_eq!(report.scope, Scope::Everything);
}

#[test]
fn alerts_of_a_code_host_keep_their_state() {
    let text = r#"[{"number": 1, "state": "dismissed", "dismissed_reason": "not_used", "dependency": {"package": {"name": "a"}, "manifest_path": "x/package.json"},
        "security_advisory": {"ghsa_id": "GHSA-1", "summary": "S", "severity": "low", "cwes": [{"cwe_id": "CWE-20"}]}, "security_vulnerability": {"severity": "high"}}]"#;
    let found = &report(ReportKind::Dependabot, text).findings[0];
    assert_eq!(
        (found.severity, found.status, found.because.as_deref()),
        (FindingSeverity::High, FindingStatus::Suppressed, Some("dismissed: not used"))
    );
}

#[test]
fn secrets_are_hashed_when_they_are_read() {
    let third = format!(
        r#"{{"SourceMetadata": {{"Data": {{"Git": {{"file": "keys.txt", "line": 4}}}}}}, "DetectorName": "AWS", "Verified": true, "Raw": "{FAKE}", "RawV2": "{FAKE}", "Redacted": "{FAKE}"}}"#
    );
    let lines = format!("{third}\n{}\n", third.replace("true", "false").replace("keys", "more"));
    let second =
        format!(r#"{{"branch": "main", "path": "a.txt", "reason": "High Entropy", "diff": "{FAKE}", "stringsFound": ["{FAKE}"]}}"#);
    let fork =
        format!(r#"[{{"rule": {{"id": "r", "message": "M", "severity": "HIGH"}}, "path": "a.txt", "line": "1", "secret": "{FAKE}"}}]"#);
    let leaks = format!(
        r#"[{{"RuleID": "generic-api-key", "Description": "Key", "StartLine": 2, "File": "a.txt", "Secret": "{FAKE}", "Match": "key = {FAKE}", "Fingerprint": "x"}}]"#
    );
    let old =
        format!(r#"[{{"line": "key = {FAKE}", "lineNumber": 3, "offender": "{FAKE}", "rule": "Key", "file": "b.txt", "commit": "c"}}]"#);
    let git = format!(
        "\"dir with space/\\303\\274.txt\":3:key = {FAKE}\na/b.txt:7:{FAKE}\n\n[ERROR] Matched one or more prohibited patterns\n\nPossible mitigations:\n"
    );
    let all = [
        (ReportKind::Trufflehog, lines, 2),
        (ReportKind::Trufflehog, second, 1),
        (ReportKind::Trufflehog, fork, 1),
        (ReportKind::Gitleaks, leaks, 1),
        (ReportKind::Gitleaks, old, 1),
        (ReportKind::GitSecrets, git, 2),
    ];
    for (kind, text, count) in all {
        let report = report(kind, &text);
        assert_eq!((report.items, report.findings.len()), (count, count), "{text}");
        assert!(report.findings.iter().all(|found| found.cwe == [798] && found.path.is_some()));
        assert!(!format!("{report:?}").contains("FAKE-SECRET") && !file::write(&[report]).contains("FAKE-SECRET"));
        let cut = &text[..text.len() - 20];
        if let Err(error) = read(kind, "cut", cut.as_bytes()) {
            assert!(!error.to_string().contains("FAKE-SECRET"), "{error}");
        }
    }
}

#[test]
fn only_objects_in_via_are_advisories() {
    let text = r#"{"auditReportVersion": 2, "vulnerabilities": {"a": {"via": ["b", {"source": 1, "url": "https://github.com/advisories/GHSA-x", "title": "T", "severity": "moderate", "cwe": ["CWE-400"]}]}, "b": {"via": ["c"]}}, "metadata": {}}"#;
    let report = report(ReportKind::NpmAudit, text);
    assert_eq!((report.items, report.findings.len()), (2, 1));
    assert_eq!((report.findings[0].rule.as_str(), report.findings[0].severity), ("GHSA-x", FindingSeverity::Medium));
}

#[test]
fn an_audit_that_could_not_ask_is_an_error_of_the_run() {
    let text = r#"{"error": {"code": "ENOAUDIT", "summary": "Your configured registry does not support audit requests."}}"#;
    assert!(matches!(report(ReportKind::NpmAudit, text).outcome, Outcome::Errored(_)));
}

#[test]
fn warnings_of_cargo_audit_are_findings_of_little_weight() {
    let text = r#"{"database": {}, "lockfile": {"dependency-count": 2}, "vulnerabilities": {"found": true, "list": [{"advisory": {"id": "RUSTSEC-1", "title": "T", "cvss": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "aliases": ["CVE-1"]}, "package": {"name": "a", "version": "1.0.0"}}]}, "warnings": {"yanked": [{"kind": "yanked", "advisory": null, "package": {"name": "b", "version": "2.0.0"}}]}}"#;
    let report = report(ReportKind::CargoAudit, text);
    let severities: Vec<FindingSeverity> = report.findings.iter().map(|found| found.severity).collect();
    assert_eq!((report.items, severities), (2, vec![FindingSeverity::Critical, FindingSeverity::Info]));
}

#[test]
fn names_of_one_vulnerability_are_one_finding() {
    let text = r#"{"results": [{"source": {"path": "/x/Cargo.lock"}, "packages": [{"package": {"name": "a", "version": "1"}, "vulnerabilities": [{"id": "GHSA-1", "summary": "S", "database_specific": {"severity": "HIGH", "cwe_ids": ["CWE-20"]}}, {"id": "RUSTSEC-1"}, {"id": "MAL-1"}], "groups": [{"ids": ["GHSA-1", "RUSTSEC-1"]}, {"ids": ["MAL-1"]}]}]}]}"#;
    let report = report(ReportKind::Osv, text);
    assert_eq!((report.items, report.findings.len(), report.findings[0].occurrences), (3, 2, 2));
    assert_eq!((report.findings[0].severity, report.findings[1].severity), (FindingSeverity::High, FindingSeverity::Critical));
}

#[test]
fn passed_checks_of_trivy_are_no_findings() {
    let text = r#"{"SchemaVersion": 2, "ArtifactName": "x", "Results": [{"Target": "deploy.yaml", "Misconfigurations": [{"ID": "KSV001", "Status": "PASS", "Severity": "HIGH", "Title": "A"}, {"ID": "KSV002", "Status": "FAIL", "Severity": "HIGH", "Title": "B", "CauseMetadata": {"StartLine": 3}}]}]}"#;
    let report = report(ReportKind::Trivy, text);
    assert_eq!((report.items, report.findings.len(), report.findings[0].line), (2, 1, Some(3)));
}

#[test]
fn statements_say_what_matters() {
    let text = r#"{"@context": "https://openvex.dev/ns", "statements": [{"vulnerability": {"name": "CVE-1"}, "products": [{"@id": "pkg:npm/a@1"}], "status": "not_affected", "justification": "vulnerable_code_not_present"}, {"vulnerability": "CVE-2", "products": ["pkg:npm/b@2"], "status": "affected"}]}"#;
    let open = report(ReportKind::Vex, text);
    assert_eq!(
        (open.statements[0].state, open.statements[0].because.as_deref()),
        (StatementState::NotAffected, Some("vulnerable code not present"))
    );
    assert_eq!((open.findings.len(), open.findings[0].package.as_deref()), (1, Some("b")));
    let text = r#"{"bomFormat": "CycloneDX", "vulnerabilities": [{"id": "CVE-1", "analysis": {"state": "not_affected"}, "affects": [{"ref": "urn:cdx:a/1#pkg:npm/a@1"}]}]}"#;
    assert_eq!(report(ReportKind::Vex, text).statements[0].products, ["pkg:npm/a@1"]);
    let text = r#"{"document": {"csaf_version": "2.0"}, "product_tree": {"branches": [{"product": {"product_id": "P1", "name": "A", "product_identification_helper": {"purl": "pkg:npm/a@1"}}}]}, "vulnerabilities": [{"cve": "CVE-1", "product_status": {"known_not_affected": ["P1"]}}]}"#;
    assert_eq!(report(ReportKind::Vex, text).statements[0].products, ["pkg:npm/a@1"]);
}

#[test]
fn the_form_of_our_own_is_checked_strictly() {
    let good = r#"{"redan-result": 1, "tool": "pen test", "at": "2026-03-01", "results": [{"id": "deploy/unsigned", "result": "passed"}], "findings": [{"rule": "weak-session", "title": "T", "severity": "high", "cwe": [384, "CWE-613"], "threat": "T3"}]}"#;
    let report = report(ReportKind::Result, good);
    assert_eq!(outcomes(&report), [("deploy/unsigned", TestOutcome::Passed)]);
    assert_eq!((report.findings[0].cwe.as_slice(), report.findings[0].threat.as_deref()), (&[384, 613][..], Some("T3")));
    let wrong = |text: &str| read(ReportKind::Result, "x", text.as_bytes()).unwrap_err().to_string();
    assert!(wrong(r#"{"redan-result": 1, "results": [{"id": "a", "result": "pased"}]}"#).contains("did you mean `passed`?"));
    assert!(wrong(r#"{"redan-result": 1, "results": [{"result": "passed"}]}"#).contains("no `id`"));
    assert!(wrong(r#"{"results": []}"#).contains("redan-result"));
}

#[test]
fn a_report_with_nothing_in_it_is_empty_and_not_wrong() {
    for kind in ReportKind::ALL {
        for text in ["", " \n", "null"] {
            assert_eq!(read(kind, "x", text.as_bytes()).unwrap().outcome, Outcome::Empty, "{kind:?}");
        }
    }
}

#[test]
fn another_format_is_refused() {
    for kind in ReportKind::ALL {
        for text in ["[\"not\", \"a\", \"document\"]", "{\"a\": 1}", "<a/>", "{\"a\": ", "<testsuites>", "plain words"] {
            assert!(read(kind, "x", text.as_bytes()).is_err(), "{kind:?} {text}");
        }
    }
}

#[test]
fn what_is_written_is_read_back() {
    let sarif = r#"{"runs": [{"tool": {"driver": {"name": "T", "rules": [{"id": "a"}]}}, "results": [{"ruleId": "a", "message": {"text": "m"}}]}]}"#;
    let reports = vec![
        read(ReportKind::Sarif, "s", sarif.as_bytes()).unwrap(),
        read(ReportKind::Junit, "j", b"<testsuite><testcase name='a'/></testsuite>").unwrap(),
    ];
    let text = file::write(&reports);
    let back = file::read(text.as_bytes()).unwrap();
    assert_eq!(back, reports);
    let merged = file::merge(file::merge(Vec::new(), reports.clone()), reports);
    assert_eq!(file::write(&file::merge(merged.clone(), back)), file::write(&merged));
    assert!(file::read(b"{\"redan-evidence\": 2}").is_err());
}

proptest::proptest! {
    #[test]
    fn a_damaged_report_never_panics(at in 0_usize..600, byte in 0_u8..=255, kind in 0_usize..17, which in 0_usize..4) {
        let texts = [
            r#"{"runs": [{"tool": {"driver": {"name": "T", "rules": [{"id": "a"}]}}, "results": [{"ruleId": "a", "ruleIndex": 0, "message": {"text": "m"}}]}]}"#,
            "<testsuites><testsuite name='s' timestamp='2026-03-01T10:00:00'><testcase classname='a' name='b'><failure/></testcase></testsuite></testsuites>",
            "\"dir/\\303\\274.txt\":3:key = x\na/b.txt:7:y\n[ERROR] Matched one or more prohibited patterns\n",
            r#"{"SourceMetadata": {"Data": {"Git": {"file": "keys.txt", "line": 4}}}, "DetectorName": "AWS", "Raw": "x", "results": [], "statements": []}"#,
        ];
        let mut bytes = texts[which].as_bytes().to_vec();
        let place = at % bytes.len();
        bytes[place] = byte;
        for kind in [Some(ReportKind::ALL[kind]), detect("x", &bytes)].into_iter().flatten() {
            if let Ok(report) = read(kind, "x", &bytes) {
                let kept = file::write(std::slice::from_ref(&report));
                proptest::prop_assert_eq!(file::write(&file::read(kept.as_bytes()).unwrap()), kept);
            }
        }
        let _ = file::read(&bytes);
    }
}
