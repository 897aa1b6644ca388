//! What a history counts of a model is what its analysis says.

mod support;

use jiff::civil::date;
use redan_engine::metrics::{observe, survey};
use redan_engine::{Context, Policy, analyse};
use redan_model::load_text;

#[test]
fn a_survey_counts_what_the_analysis_of_every_example_and_template_says() {
    let knowledge = support::knowledge();
    let mut files: Vec<_> = support::yaml("crates/app/templates");
    for folder in ["api", "cloud-workload", "physical-office", "web-login"] {
        files.extend(support::yaml(&format!("examples/{folder}")));
    }
    let day = date(2026, 2, 1);
    let mut count = 0;
    for (path, text) in files.iter().filter(|(path, _)| path.ends_with(".tm.yaml")) {
        let loaded = load_text(path, text, &knowledge.vocabulary());
        let expected = observe(&loaded.model, &analyse(&loaded.model, &knowledge, &Policy::default(), &Context::on(day)));
        assert_eq!(survey(&loaded.model, &knowledge, &Policy::default(), day), expected, "{path}");
        count += expected.len();
    }
    assert!(count > 500, "only {count} threats");
}
