//! Laws of the expression language, on random expressions over random worlds.

mod toy;

use std::cell::RefCell;

use proptest::prelude::*;
use redan_engine::catalogue::Catalogue;
use redan_engine::expr::{Env, Expr, Kind, Scope, Tri};
use redan_model::{ElementIx, FlowIx, Thing};
use serde::Serialize;
use toy::{Draw, LEVELS, Toy, Writer, catalogue};

fn bytes() -> impl Strategy<Value = Vec<u8>> {
    prop::collection::vec(any::<u8>(), 0..200)
}

fn compile(text: &str, kind: Kind, catalogue: &Catalogue) -> Expr {
    Expr::compile(text, &Scope::of(kind), catalogue).unwrap_or_else(|errors| panic!("{text}: {errors:?}"))
}

/// A condition on the first element or flow.
fn condition(bytes: &[u8], catalogue: &Catalogue, beyond_cel: bool) -> (Expr, Env) {
    let mut draw = Draw::new(bytes);
    let on_flow = draw.below(2) == 1;
    let writer = Writer { draw: RefCell::new(&mut draw), beyond_cel };
    if on_flow {
        (compile(&writer.flow("flow", 3), Kind::Flow, catalogue), Env::of(Thing::Flow(FlowIx(0))))
    } else {
        (compile(&writer.element("element", 3), Kind::Element, catalogue), Env::of(Thing::Element(ElementIx(0))))
    }
}

#[derive(Serialize)]
struct CelAsset {
    confidentiality: i64,
    data: Vec<&'static str>,
}

#[derive(Serialize)]
struct CelElement {
    exposed: bool,
    trust: i64,
    tech: &'static str,
    tags: Vec<&'static str>,
    holds: Vec<CelAsset>,
    incoming: Vec<CelFlow>,
}

#[derive(Serialize)]
struct CelFlow {
    crosses: bool,
    protocol: &'static str,
    moves: Vec<CelAsset>,
    source: Box<CelElement>,
}

fn cel_assets(world: &Toy, things: &redan_engine::expr::Things) -> Vec<CelAsset> {
    let asset = |thing: &Thing| match thing {
        Thing::Asset(ix) => Some(&world.assets[ix.index()]),
        _ => None,
    };
    let of = |asset: &toy::Asset| CelAsset { confidentiality: asset.level.expect("complete"), data: asset.data.clone() };
    things.members.iter().filter_map(|(thing, _)| asset(thing)).map(of).collect()
}

fn cel_element(world: &Toy, ix: usize, deep: bool) -> CelElement {
    let element = &world.elements[ix];
    let incoming = world.flows.iter().enumerate().filter(|(_, flow)| deep && flow.target as usize == ix);
    CelElement {
        exposed: element.exposed.is_yes(),
        trust: element.trust.expect("complete"),
        tech: element.tech.expect("complete"),
        tags: element.tags.clone(),
        holds: cel_assets(world, &element.holds),
        incoming: incoming.map(|(flow, _)| cel_flow(world, flow)).collect(),
    }
}

fn cel_flow(world: &Toy, ix: usize) -> CelFlow {
    let flow = &world.flows[ix];
    CelFlow {
        crosses: flow.crosses.is_yes(),
        protocol: flow.protocol.expect("complete"),
        moves: cel_assets(world, &flow.moves),
        source: Box::new(cel_element(world, flow.source as usize, false)),
    }
}

fn in_cel(text: &str, world: &Toy) -> bool {
    let program = cel::Program::compile(text).expect("the subset is valid CEL");
    let mut context = cel::Context::default();
    for (value, level) in LEVELS.iter().enumerate() {
        context.add_variable(*level, i64::try_from(value).expect("small")).expect("levels are numbers");
    }
    context.add_variable("element", cel_element(world, 0, true)).expect("elements are maps");
    context.add_variable("flow", cel_flow(world, 0)).expect("flows are maps");
    match program.execute(&context) {
        Ok(cel::Value::Bool(value)) => value,
        other => panic!("{text} is {other:?} in CEL"),
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn learning_a_fact_never_turns_a_decided_result_around(text in bytes(), world in bytes(), rest in bytes()) {
        let (expr, env) = condition(&text, catalogue(), true);
        let partial = Toy::draw(&mut Draw::new(&world));
        let complete = partial.completed(&mut Draw::new(&rest));
        let (before, after) = (expr.eval(&partial, env), expr.eval(&complete, env));
        prop_assert!(!after.is_unknown(), "{}", expr.text);
        prop_assert!(before.is_unknown() || before == after, "{}: {before:?} then {after:?}", expr.text);
    }

    #[test]
    fn an_unknown_result_names_the_facts_it_waits_for_and_a_known_one_names_none(text in bytes(), world in bytes()) {
        let (expr, env) = condition(&text, catalogue(), true);
        let world = Toy::draw(&mut Draw::new(&world));
        let facts = expr.unknown_facts(&world, env);
        prop_assert_eq!(expr.eval(&world, env).is_unknown(), !facts.is_empty(), "{}: {:?}", expr.text, facts);
    }

    #[test]
    fn where_all_is_known_the_result_is_that_of_cel(text in bytes(), world in bytes(), rest in bytes()) {
        let (expr, env) = condition(&text, catalogue(), false);
        let world = Toy::draw(&mut Draw::new(&world)).completed(&mut Draw::new(&rest));
        prop_assert_eq!(expr.eval(&world, env), Tri::known(in_cel(&expr.text, &world)), "{}", expr.text);
    }

    #[test]
    fn any_text_compiles_or_is_refused_with_a_place_inside_it(text in "[a-z_.()\\[\\]!&|=<>,'\"0-9 é-]{0,80}") {
        let catalogue = Catalogue::default();
        if let Err(errors) = Expr::compile(&text, &Scope::of(Kind::Element), &catalogue) {
            prop_assert!(!errors.is_empty());
            for error in errors {
                prop_assert!(text.get(error.range.clone()).is_some(), "{:?}", error);
            }
        }
    }
}

#[test]
fn truth_values_follow_kleene() {
    let all = [Tri::No, Tri::Unknown, Tri::Yes];
    let rank = |tri: Tri| all.iter().position(|other| *other == tri);
    for a in all {
        assert_eq!(a.not().not(), a);
        for b in all {
            assert_eq!(rank(a.and(b)), rank(a).min(rank(b)));
            assert_eq!(rank(a.or(b)), rank(a).max(rank(b)));
            assert_eq!(a.and(b).not(), a.not().or(b.not()));
            assert_eq!(a.and(b), b.and(a));
        }
    }
}
