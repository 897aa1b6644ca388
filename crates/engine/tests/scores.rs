//! Scores of threats: what each scale makes of what the model states, which of them sets the band, and what disagrees.

use redan_engine::score::{Detail, Scale};
use redan_engine::{Analysis, Context, Knowledge, Policy, analyse};
use redan_model::lang::Band;
use redan_model::load_text;

fn context() -> Context {
    Context::on(jiff::civil::date(2026, 2, 1))
}

fn analysis(threats: &str, policy: &Policy) -> Analysis {
    let text = format!(
        "redan: 1\nname: Shop\nzones: {{internet: {{trust: untrusted}}, inside: {{trust: trusted}}}}\nelements:\n  \
         user: {{kind: actor, zone: internet}}\n  shop: {{kind: process, tech: web-application, zone: inside}}\n\
         flows: {{order: user -> shop over https}}\nthreats:\n{threats}\n\
         mitigations: {{half: {{title: Half, strength: moderate}}}}\n"
    );
    let knowledge = Knowledge::embedded();
    let loaded = load_text("shop.tm.yaml", &text, &knowledge.vocabulary());
    assert!(loaded.is_valid(), "{:?}", loaded.diagnostics);
    analyse(&loaded.model, &knowledge, policy, &context())
}

fn bands(analysis: &Analysis, id: &str) -> Vec<(Scale, Band)> {
    analysis.threat(id).expect("the threat is there").scores().iter().map(|score| (score.scale, score.band)).collect()
}

const ALL: &str = "  T1:
    title: t
    on: [shop]
    likelihood: 2
    impact: 3
    scores:
      cvss: CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:N/SC:N/SI:N/SA:N
      business-impact: {financial: low, legal: high}
      owasp-rr: {skill-level: 5, motive: 7, financial-damage: 7, privacy-violation: 7, loss-of-integrity: 1}
      dread: {damage: 1, reproducibility: 2, exploitability: 3, affected-users: 2, discoverability: 2}
      fair: {loss-event-frequency: 2, loss-magnitude: {p5: 1000, p95: 9000}, currency: EUR}
";

#[test]
fn every_scale_is_mapped_to_the_common_bands() {
    let found = analysis(ALL, &Policy::default());
    let expected = [
        (Scale::Cvss, Band::Critical),
        (Scale::BusinessImpact, Band::High),
        (Scale::OwaspRr, Band::Critical),
        (Scale::Dread, Band::Low),
        (Scale::Fair, Band::Low),
    ];
    assert_eq!(bands(&found, "T1"), expected);
    let threat = found.threat("T1").unwrap();
    assert_eq!((threat.rating.risk, threat.rating.band), (Some(6), Some(Band::Medium)));
    assert!(threat.rating_reasons.iter().any(|reason| &**reason == "CVSS 4.0 scores 9.3, critical"), "{:?}", threat.rating_reasons);
}

#[test]
fn the_leading_scale_sets_the_band_and_says_so() {
    for (scale, band) in [(Scale::Cvss, Band::Critical), (Scale::BusinessImpact, Band::High), (Scale::Dread, Band::Low)] {
        let found = analysis(ALL, &Policy { leading_scale: scale, ..Policy::default() });
        let threat = found.threat("T1").unwrap();
        assert_eq!((threat.rating.risk, threat.rating.band), (Some(6), Some(band)));
        assert!(threat.rating_reasons.iter().any(|reason| reason.ends_with("this sets the band")), "{:?}", threat.rating_reasons);
    }
}

#[test]
fn a_score_stands_in_where_there_is_neither_likelihood_nor_impact() {
    let found = analysis("  T1: {title: t, scores: {cvss: 'AV:N/AC:L/Au:N/C:P/I:P/A:P'}}", &Policy::default());
    let threat = found.threat("T1").unwrap();
    assert_eq!((threat.rating.risk, threat.rating.band), (None, Some(Band::High)));
    assert!(found.lints.iter().all(|lint| lint.code != "unrated-threat"));
}

#[test]
fn a_raised_threat_takes_scores_from_its_answer() {
    let text = "  verbose-errors@shop: {scores: {cvss: 'CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H'}}";
    let found = analysis(text, &Policy { leading_scale: Scale::Cvss, ..Policy::default() });
    assert_eq!(found.threat("verbose-errors@shop").unwrap().rating.band, Some(Band::Critical));
}

#[test]
fn a_stated_band_that_a_score_contradicts_is_remarked() {
    let messages = |severity: &str| -> Vec<String> {
        let text = format!("  T1: {{title: t, severity: {severity}, scores: {{cvss: 'AV:N/AC:L/Au:N/C:P/I:P/A:P'}}}}");
        let lints = analysis(&text, &Policy::default()).lints;
        lints.into_iter().filter(|lint| lint.code == "stated-severity-disagrees").map(|lint| lint.message).collect()
    };
    assert_eq!(messages("low"), ["`T1` is stated to be low, but CVSS 2.0 scores 7.5, which is high"]);
    assert_eq!(messages("high"), Vec::<String>::new());
}

#[test]
fn loss_afterwards_follows_from_what_mitigations_leave_or_from_stated_ranges() {
    let fair = |more: &str, rest: &str| {
        let scores = format!("{{fair: {{loss-event-frequency: [1, 2, 3], loss-magnitude: 600000{more}}}}}");
        let text = format!("  T1: {{title: t, likelihood: 4, impact: 5, scores: {scores}{rest}}}");
        let found = analysis(&text, &Policy::default());
        let threat = found.threat("T1").unwrap();
        match &threat.scores()[0].detail {
            Detail::Fair(fair) => (fair.before.ale, fair.after.as_ref().map(|after| after.ale), threat.scores()[0].band),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(fair("", ""), (1_200_000.0, None, Band::Critical));
    // A moderate mitigation takes two of four steps of likelihood, so half of the loss is left.
    assert_eq!(fair("", ", mitigations: [half]").1, Some(600_000.0));
    assert_eq!(fair(", after: {loss-magnitude: 1000}", ", mitigations: [half]").1, Some(2_000.0));
    let attempts = fair(", after: {threat-event-frequency: 10, vulnerability: 0.1}", "");
    assert_eq!(attempts.1, Some(600_000.0));
}
