//! What must hold for every PDF: it is written whatever a model says, it is tagged and for archives, and it is the same
//! on every run.

use jiff::civil::date;
use redan_engine::{Context, Knowledge, Policy, analyse};
use redan_model::load_text;
use redan_report::Input;
use redan_report::paper::{Audience, Branding, Paper};

const EMPTY: &str = "redan: 1\nname: Nothing yet\n";
const OFFICE: &str = include_str!("../../../examples/physical-office/front-office.tm.yaml");

fn pdf(text: &str, audience: Audience, branding: &Branding) -> Vec<u8> {
    of(text, audience, |paper| redan_pdf::render(paper, branding, date(2025, 11, 12)).expect("a document"))
}

fn of<T>(text: &str, audience: Audience, read: impl FnOnce(&Paper) -> T) -> T {
    let knowledge = Knowledge::embedded();
    let loaded = load_text("model.tm.yaml", text, &knowledge.vocabulary());
    let (policy, today) = (Policy::default(), date(2025, 11, 12));
    let analysis = analyse(&loaded.model, &knowledge, &policy, &Context::on(today));
    let depth = redan_engine::depth::depth(&loaded.model, &knowledge, &policy, &Context::on(today), &analysis);
    let more = redan_report::More { depth: Some(&depth), history: None };
    let input =
        Input { model: &loaded.model, sources: &loaded.sources, knowledge: &knowledge, policy: &policy, analysis: &analysis, today, more };
    read(&Paper::of(&input, audience))
}

#[test]
fn letters_that_no_font_has_are_known_wherever_they_stand() {
    let undrawn = |text: &str| of(text, Audience::Everybody, redan_pdf::undrawn).into_iter().collect::<String>();
    assert_eq!(undrawn(OFFICE), "");
    assert_eq!(undrawn("redan: 1\nname: \u{5e97} \u{e9}\nelements: {web: {kind: process, name: \u{9580}}}\n"), "\u{5e97}\u{9580}");
}

fn holds(bytes: &[u8], text: &str) -> bool {
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

#[test]
fn it_is_for_archives_and_for_screen_readers_and_dated_with_the_stated_day() {
    let bytes = pdf(OFFICE, Audience::Everybody, &Branding::default());
    assert!(bytes.starts_with(b"%PDF-1."));
    for mark in
        ["<pdfaid:part>3</pdfaid:part>", "<pdfaid:conformance>A</pdfaid:conformance>", "<pdfuaid:part>1</pdfuaid:part>", "2025-11-12"]
    {
        assert!(holds(&bytes, mark), "{mark}");
    }
}

#[test]
fn the_same_model_gives_the_same_bytes() {
    assert!(pdf(EMPTY, Audience::Everybody, &Branding::default()) == pdf(EMPTY, Audience::Everybody, &Branding::default()));
}

#[test]
fn every_audience_has_one_whatever_a_model_says() {
    let evil = "redan: 1\nname: \"\u{4f60}\u{1f600}\u{e000}\u{202e} #read('/etc/passwd') $x$ *b* _i_ <a> @l \\\\ ` [ ]\"\nelements:\n  app: {kind: process, name: \"]#panic()\", tech: web-application}\n\
                mitigations:\n  m: {title: \"#import 'x': *\"}\nattack-trees:\n  t: {goal: \"= H\", any: [{do: \"/* c\"}, {do: \"Wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww\"}]}\n";
    let branding = Branding { classification: Some("#strong[x]".to_owned()), ..Branding::default() };
    for audience in [Audience::Everybody, Audience::Developer, Audience::Manager, Audience::Auditor] {
        assert!(pdf(evil, audience, &branding).starts_with(b"%PDF-"));
    }
}
