//! The guide's own examples, found by the rules: its six STRIDE examples for the login flow, its threats T1 to T5, and
//! the three statements in which it contradicts its own matrix.

use redan_engine::{Analysis, Context, Knowledge, Policy, Status};
use redan_model::lang::Stride;

const WEB_LOGIN: &str = include_str!("../../../examples/web-login/web-login.tm.yaml");

fn web_login() -> Analysis {
    let knowledge = Knowledge::embedded();
    let loaded = redan_model::load_text("web-login.tm.yaml", WEB_LOGIN, &knowledge.vocabulary());
    assert!(loaded.is_valid(), "{:?}", loaded.diagnostics);
    let context = Context::on(jiff::civil::date(2025, 11, 12));
    redan_engine::analyse(&loaded.model, &knowledge, &Policy::default(), &context)
}

#[test]
fn each_stride_example_of_the_guide_is_raised_or_asked() {
    let analysis = web_login();
    let examples = [
        (Stride::Spoofing, "credential-brute-force@auth"),
        (Stride::Tampering, "token-forgery@auth"),
        (Stride::Repudiation, "missing-admin-audit-log@auth"),
        (Stride::InformationDisclosure, "verbose-errors@auth"),
        (Stride::DenialOfService, "resource-exhaustion@auth"),
        (Stride::ElevationOfPrivilege, "missing-server-side-authorization@auth"),
    ];
    for (category, id) in examples {
        let threat = analysis.threat(id).unwrap_or_else(|| panic!("{id} is neither raised nor asked"));
        assert!(matches!(threat.status, Status::Open | Status::Question), "{id} is {}", threat.status.as_str());
        assert!(threat.stride.contains(&category), "{id} lacks {category}");
    }
}

#[test]
fn each_threat_of_the_guide_is_one_that_a_rule_finds() {
    let analysis = web_login();
    let same = [
        ("T1", "credential-brute-force@auth"),
        ("T2", "password-reset-token-leak@auth"),
        ("T3", "session-fixation@web-app"),
        ("T4", "cross-site-request-forgery@web-app"),
        ("T5", "open-redirect@web-app"),
    ];
    for (by_hand, raised) in same {
        let threat = analysis.threat(by_hand).unwrap_or_else(|| panic!("{by_hand} is missing"));
        assert_eq!(*threat.merged, [raised.to_owned()], "{by_hand}");
        assert_eq!(threat.status, Status::Open, "{by_hand}");
        assert!(!analysis.threats.iter().any(|t| t.id == raised), "{raised} is counted twice");
    }
}

#[test]
fn the_plan_of_the_guide_brings_t1_to_likelihood_one() {
    let analysis = web_login();
    let t1 = analysis.threat("T1").expect("T1 is in the model");
    assert_eq!((t1.rating.risk, t1.residual.current, t1.residual.target), (Some(20), Some(20), Some(5)));
}

#[test]
fn the_statements_that_contradict_the_matrix_are_reported() {
    let analysis = web_login();
    let mut about: Vec<&str> =
        analysis.lints.iter().filter(|l| l.code == "stated-severity-disagrees").filter_map(|l| l.subject.as_deref()).collect();
    about.sort_unstable();
    assert_eq!(about, ["T1", "T2", "T3"]);
}
