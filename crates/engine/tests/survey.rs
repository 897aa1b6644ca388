//! What a history and a gate need of a model is what its analysis says, although it is found without the rest.

mod support;

use jiff::civil::date;
use redan_engine::metrics::observe;
use redan_engine::{Context, Knowledge, Policy, Status, Threat, analyse, metrics, survey};
use redan_model::{Loaded, load_text};

/// Every example and template that is valid.
fn models(knowledge: &Knowledge) -> Vec<(String, Loaded)> {
    let vocabulary = knowledge.vocabulary();
    let mut files = support::yaml("crates/app/templates");
    for folder in ["web-login", "api", "cloud-workload", "physical-office"] {
        files.extend(support::yaml(&format!("examples/{folder}")));
    }
    let loaded = files.into_iter().filter(|(path, _)| path.ends_with(".tm.yaml")).map(|(path, text)| {
        let loaded = load_text(&path, &text, &vocabulary);
        (path, loaded)
    });
    let valid: Vec<_> = loaded.filter(|(_, loaded)| loaded.is_valid()).collect();
    assert!(valid.len() >= 4);
    valid
}

#[test]
fn a_history_counts_what_the_analysis_of_every_example_and_template_says() {
    let knowledge = support::knowledge();
    for (path, loaded) in models(&knowledge) {
        let day = date(2026, 1, 1);
        let analysis = analyse(&loaded.model, &knowledge, &Policy::default(), &Context::on(day));
        let expected = observe(&loaded.model, &analysis);
        assert_eq!(metrics::survey(&loaded.model, &knowledge, &Policy::default(), day), expected, "{path}");
    }
}

#[test]
fn a_gate_judges_by_what_the_analysis_of_every_example_and_template_says() {
    let knowledge = support::knowledge();
    for fail_on_questions in [false, true] {
        let policy = Policy { fail_on_questions, ..Policy::default() };
        let shown = |threat: &Threat| match threat.status {
            Status::Mitigated => false,
            Status::Question => fail_on_questions,
            _ => true,
        };
        for (path, loaded) in models(&knowledge) {
            let context = Context::on(date(2026, 1, 1));
            let analysis = analyse(&loaded.model, &knowledge, &policy, &context);
            let short = survey(&loaded.model, &knowledge, &policy, &context, true);
            assert_eq!(short.questions, Some(analysis.questions.len()), "{path}");
            assert_eq!(short.analysis.lints, analysis.lints, "{path}");
            assert_eq!(short.analysis.threats.len(), analysis.threats.len(), "{path}");
            for (short, whole) in short.analysis.threats.iter().zip(&analysis.threats) {
                let title = if shown(whole) { whole.title.as_str() } else { short.title.as_str() };
                assert_eq!((&short.id, short.title.as_str()), (&whole.id, title), "{path}");
                assert_eq!((short.status, short.rating, short.residual), (whole.status, whole.rating, whole.residual), "{}", whole.id);
                assert_eq!((&short.range, &short.counters, &short.answer), (&whole.range, &whole.counters, &whole.answer), "{}", whole.id);
            }
            assert_eq!(survey(&loaded.model, &knowledge, &policy, &context, false).questions, None);
        }
    }
}
