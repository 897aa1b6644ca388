//! Templates of the Microsoft Threat Modeling Tool: what raises a threat, and that filters survive being printed.

use proptest::prelude::*;
use redan_engine::tmt::{
    Area, Boundary, Diagram, ElementType, Filter, Flow, KnowledgeBase, Point, Properties, Subject, ThreatType, generate, parse,
};

fn kind(id: &str, parent: &str) -> ElementType {
    ElementType { id: id.to_owned(), parent: parent.to_owned() }
}

fn thing(name: &str, kind: &str, values: &[(&str, &str)]) -> Properties {
    let values = values.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())).collect();
    Properties { name: name.to_owned(), types: vec![kind.to_owned()], values }
}

/// A web server outside of a box and a database inside of it, with one flow from the first to the second.
fn diagram() -> Diagram {
    let flow = Flow {
        properties: thing("Query", "HTTPS", &[("providesIntegrity", "Yes")]),
        source: 0,
        target: 1,
        from: Point { x: 5.0, y: 5.0 },
        to: Point { x: 55.0, y: 5.0 },
        out_of_scope: false,
    };
    let area = Area::Box { corner: Point { x: 50.0, y: 0.0 }, width: 50.0, height: 50.0 };
    Diagram {
        elements: vec![thing("Shop", "WebServer", &[("codeType", "Managed")]), thing("Orders", "GE.DS", &[])],
        flows: vec![flow],
        boundaries: vec![Boundary { types: vec!["Machine".to_owned()], area }],
    }
}

fn raises_in(diagram: &Diagram, include: &str, exclude: &str) -> bool {
    let types =
        [kind("GE.P", "ROOT"), kind("GE.DS", "ROOT"), kind("GE.TB.B", "ROOT"), kind("WebServer", "GE.P"), kind("Machine", "GE.TB.B")];
    let threat = ThreatType { id: "T1".to_owned(), include: include.to_owned(), exclude: exclude.to_owned(), ..ThreatType::default() };
    let kb = KnowledgeBase::new(&types, vec![threat]);
    assert_eq!(kb.bad(), []);
    !generate(&kb, diagram).is_empty()
}

fn raises(include: &str) -> bool {
    raises_in(&diagram(), include, "")
}

#[test]
fn a_type_is_what_it_descends_from_and_root_is_nothing() {
    assert!(raises("source is 'WebServer'") && raises("source is 'GE.P'") && raises("target is 'GE.DS'"));
    assert!(!raises("source is 'GE.DS'") && !raises("source is 'ROOT'") && !raises("source is 'ge.p'"));
}

#[test]
fn properties_are_compared_without_the_case_of_the_key() {
    assert!(raises("source.CODETYPE is 'Managed'") && raises("flow.providesintegrity is 'Yes'"));
    assert!(!raises("source.codeType is 'managed'"));
}

#[test]
fn a_property_that_is_absent_is_false_and_its_negation_true() {
    assert!(!raises("target.codeType is 'Managed'") && raises("not target.codeType is 'Managed'"));
}

#[test]
fn a_boundary_is_crossed_as_its_type_and_as_what_it_descends_from() {
    assert!(raises("flow crosses 'Machine'") && raises("flow crosses 'GE.TB.B'") && !raises("flow crosses 'GE.TB.L'"));
}

#[test]
fn an_exclude_filter_wins_and_an_empty_include_filter_raises_nothing() {
    assert!(!raises_in(&diagram(), "source is 'GE.P'", "target is 'GE.DS'"));
    assert!(raises_in(&diagram(), "source is 'GE.P'", "target is 'GE.P'"));
    assert!(!raises_in(&diagram(), "", ""));
}

#[test]
fn flows_out_of_scope_raise_nothing_and_nor_do_flows_to_nowhere() {
    let (mut out, mut nowhere) = (diagram(), diagram());
    out.flows[0].out_of_scope = true;
    nowhere.flows[0].target = 7;
    assert!(!raises_in(&out, "source is 'GE.P'", "") && !raises_in(&nowhere, "source is 'GE.P'", ""));
}

#[test]
fn every_flow_counts_and_titles_name_both_ends() {
    let mut twice = diagram();
    twice.flows.push(twice.flows[0].clone());
    let title = "{source.Name} trusts {Target.Name} over {flow.name}".to_owned();
    let kb = KnowledgeBase::new(
        &[],
        vec![ThreatType { id: "T".to_owned(), title, include: "flow is 'HTTPS'".to_owned(), ..ThreatType::default() }],
    );
    let raised = generate(&kb, &twice);
    assert_eq!(
        raised.iter().map(|r| (r.flow, r.title.as_str())).collect::<Vec<_>>(),
        [(0, "Shop trusts Orders over Query"), (1, "Shop trusts Orders over Query")]
    );
}

#[test]
fn a_filter_that_cannot_be_read_is_reported_and_raises_nothing() {
    let bad = ThreatType {
        id: "T9".to_owned(),
        include: "source is 'A'".to_owned(),
        exclude: "source has 'A'".to_owned(),
        ..ThreatType::default()
    };
    let kb = KnowledgeBase::new(&[kind("A", "A")], vec![bad]);
    assert_eq!((kb.bad().len(), kb.bad()[0].threat.as_str(), kb.bad()[0].error.span.clone()), (1, "T9", 7..10));
    let mut diagram = diagram();
    diagram.elements[0].types = vec!["A".to_owned()];
    assert_eq!(generate(&kb, &diagram), []);
}

fn filter() -> impl Strategy<Value = Filter> {
    let subject = || prop_oneof![Just(Subject::Source), Just(Subject::Target), Just(Subject::Flow)];
    let text = "[^']{0,8}";
    let leaf = prop_oneof![
        (subject(), text).prop_map(|(subject, kind)| Filter::Is(subject, kind)),
        (subject(), "[A-Za-z0-9_-]{1,8}", text).prop_map(|(subject, key, value)| Filter::Has(subject, key, value)),
        text.prop_map(Filter::Crosses),
    ];
    leaf.prop_recursive(6, 40, 4, |inner| {
        prop_oneof![
            inner.clone().prop_map(|inner| Filter::Not(Box::new(inner))),
            prop::collection::vec(inner.clone(), 2..4).prop_map(Filter::All),
            prop::collection::vec(inner, 2..4).prop_map(Filter::Any),
        ]
    })
}

proptest! {
    #[test]
    fn a_printed_filter_is_read_as_the_same_filter(filter in filter()) {
        prop_assert_eq!(parse(&filter.to_string()), Ok(filter));
    }

    #[test]
    fn no_text_makes_the_reader_panic_and_faults_lie_in_the_text(text in "\\PC{0,40}") {
        if let Err(error) = parse(&text) {
            prop_assert!(text.get(error.span).is_some());
        }
    }

    #[test]
    fn nearly_right_texts_are_read_or_refused(words in prop::collection::vec(
        prop::sample::select(vec!["source", "target", "flow", "is", "crosses", ".", "(", ")", "not", "AND", "or", "'x'", "'", "é"]), 0..14)) {
        if let Ok(filter) = parse(&words.join(" ")) {
            prop_assert_eq!(parse(&filter.to_string()), Ok(filter));
        }
    }
}
