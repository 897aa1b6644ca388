//! What can be said in expressions, what is refused, and what an unknown fact does.

#[expect(dead_code, reason = "the laws use the rest of it")]
mod toy;

use std::cell::RefCell;
use std::rc::Rc;

use redan_engine::catalogue::Catalogue;
use redan_engine::expr::limits::{MAX_DEPTH, MAX_NODES, MAX_TEXT};
use redan_engine::expr::{Env, Expr, Field, Holding, Kind, Scope, Things, Tri, Value, World};
use redan_engine::fact::{BaseFact, FactKey, UsedFact};
use redan_engine::rule::SubjectKind;
use redan_model::{AssetIx, ElementIx, FlowIx, Thing, ZoneIx};
use toy::{Asset, Element, Flow, Toy, catalogue};

const ELEMENT: Thing = Thing::Element(ElementIx(0));
const FLOW: Thing = Thing::Flow(FlowIx(0));

fn asset(ix: u32) -> Thing {
    Thing::Asset(AssetIx(ix))
}

/// One element that holds a known and perhaps a second asset, and a flow to itself.
fn world() -> Toy {
    Toy {
        elements: vec![Element {
            exposed: Tri::Yes,
            trust: None,
            tech: Some("sql-database"),
            tags: vec!["pci"],
            holds: Things { members: vec![(asset(0), Tri::Yes), (asset(1), Tri::Unknown)], open: false },
        }],
        flows: vec![Flow {
            source: 0,
            target: 0,
            crosses: Tri::Unknown,
            protocol: None,
            moves: Things { members: vec![(asset(0), Tri::Yes)], open: true },
        }],
        assets: vec![Asset { level: Some(3), data: vec!["pii"], data_open: false }, Asset { level: None, data: vec![], data_open: true }],
    }
}

fn on(kind: Kind, text: &str) -> Expr {
    Expr::compile(text, &Scope::of(kind), catalogue()).unwrap_or_else(|errors| panic!("{text}: {errors:?}"))
}

fn eval(text: &str) -> Tri {
    if text.contains("flow") && !text.contains("element") {
        on(Kind::Flow, text).eval(&world(), Env::of(FLOW))
    } else {
        on(Kind::Element, text).eval(&world(), Env::of(ELEMENT))
    }
}

#[track_caller]
fn all(expected: Tri, texts: &[&str]) {
    for text in texts {
        assert_eq!(eval(text), expected, "{text}");
    }
}

fn errors(text: &str) -> Vec<String> {
    let scope = Scope::of(Kind::Element);
    let found = Expr::compile(text, &scope, catalogue()).expect_err(text);
    let line = |error: redan_engine::expr::ExprError| {
        let at = &text[error.range];
        format!("[{at}] {}{}", error.message, error.help.map(|help| format!(" ({help})")).unwrap_or_default())
    };
    found.into_iter().map(line).collect()
}

#[track_caller]
fn refused(text: &str, expected: &str) {
    assert_eq!(errors(text), [expected]);
}

#[test]
fn known_facts_decide() {
    all(
        Tri::Yes,
        &[
            "element.exposed",
            "element.tech == \"sql-database\"",
            "element.tech in ['browser', \"sql-database\"]",
            "\"pci\" in element.tags",
            "element.tech.startsWith('sql') && element.tech.endsWith('base') && element.tech.contains('-')",
            r#"element.tech.matches(r"^sql-\w+$")"#,
            "element.holds.exists(a, a.confidentiality >= high)",
            "element.holds.exists(a, \"pii\" in a.data)",
            "flow.moves.exists(a, a.confidentiality == high)",
            "flow.source == flow.target && flow.source in [flow.target]",
            "has(element.tech) && has(element.tags) && has(element.holds)",
            "element.exposed == true && element.exposed != false",
            "-1 < 0 && 2 in [1, 2] && high in [high]",
        ],
    );
    all(Tri::No, &["!element.exposed", "element.tech == \"browser\"", "[].exists(x, true)", "element.trust > 100", "1 == 2"]);
}

#[test]
fn unknown_facts_leave_open_what_they_decide() {
    all(
        Tri::Unknown,
        &[
            "element.trust < 50",
            "flow.crosses",
            "flow.protocol == \"https\"",
            "flow.protocol.startsWith('h')",
            "flow.protocol in ['http', 'https']",
        ],
    );
}

#[test]
fn one_decided_operand_is_enough() {
    all(Tri::Yes, &["element.exposed || element.trust < 50"]);
    all(Tri::No, &["!element.exposed && element.trust < 50"]);
}

#[test]
fn a_comparison_is_decided_when_every_value_gives_one_answer() {
    all(Tri::Yes, &["element.trust >= 0", "element.trust <= 100", "element.holds.map(a, a.confidentiality).max() >= high"]);
    all(Tri::Unknown, &["element.holds.map(a, a.confidentiality).max() > high", "element.holds.map(a, a.confidentiality).min() >= high"]);
}

#[test]
fn uncertain_members_and_open_lists_give_ranges() {
    all(Tri::Yes, &["element.holds.size() >= 1", "size(element.holds) <= 2", "flow.moves.size() > 0"]);
    all(
        Tri::Unknown,
        &[
            "element.holds.size() == 2",
            "flow.moves.size() < 9",
            "flow.moves.exists(a, a.confidentiality == low)",
            "flow.moves.all(a, a.confidentiality == high)",
        ],
    );
    all(Tri::No, &["flow.moves.all(a, a.confidentiality == low)", "element.holds.size() > 2"]);
}

#[test]
fn names_that_do_not_exist_suggest_the_nearest() {
    refused("element.expsed", "[expsed] an element has no field `expsed` (did you mean `exposed`?)");
    refused("elemnt.exposed", "[elemnt] unknown name `elemnt` (did you mean `element`?)");
    refused("element.traits.parses_xlm", "[parses_xlm] unknown trait `parses_xlm` (did you mean `parses_xml`?)");
    refused("element.controls.rate_limitting", "[rate_limitting] unknown control `rate_limitting` (did you mean `rate_limiting`?)");
    refused("element.holds.exist(a, true)", "[exist] unknown function `exist` (did you mean `exists`?)");
    refused("element.tech == \"sql-databse\"", "[\"sql-databse\"] unknown technology \"sql-databse\" (did you mean \"sql-database\"?)");
    refused("element.kind == \"proces\"", "[\"proces\"] unknown word \"proces\" (did you mean \"process\"?)");
}

#[test]
fn an_alias_names_the_id_to_write() {
    refused(
        "element.tech == \"web-app\"",
        "[\"web-app\"] unknown technology \"web-app\" (it is another name of `web-application`; write \"web-application\")",
    );
}

#[test]
fn types_have_to_fit() {
    refused(
        "element.holds",
        "[element.holds] `element.holds` is a list of assets where a condition is expected (ask with `.exists(x, …)`, `.all(x, …)` or `.size() > 0`)",
    );
    refused(
        "element.trust == high",
        "[element.trust == high] `element.trust == high` compares a number with a level (levels are the bare words none, low, medium, high, critical)",
    );
    refused(
        "element.tech < \"browser\"",
        "[element.tech < \"browser\"] `element.tech < \"browser\"` compares things that have no order (use `==` or `!=`)",
    );
    refused(
        "element.holds.data",
        "[data] `element.holds` is a list of assets and has no field `data` (ask its members, as in `.exists(x, x.data …)`)",
    );
    refused(
        "element.tags.max() > 1",
        "[element.tags] `max` needs a list of numbers or levels, and this is one of texts (as in `.map(a, a.integrity).max()`)",
    );
}

#[test]
fn a_fact_is_asked_where_it_may_stand() {
    refused(
        "element.controls.encryption_in_transit",
        "[encryption_in_transit] the control `encryption-in-transit` is not one of an element (it may be asked of: flow)",
    );
}

#[test]
fn nothing_is_compared_with_unknown() {
    refused(
        "element.tech == unknown",
        "[unknown] nothing can be compared with `unknown` (a condition on an unknown fact is unknown by itself and becomes a question)",
    );
}

#[test]
fn a_missing_control_is_no_condition() {
    let message = |at: &str| {
        format!(
            "[{at}] a condition may ask only whether a control is there, not whether it is missing (name the control under `countered-by` instead)"
        )
    };
    for text in [
        "!element.controls.mfa",
        "element.controls.mfa == false",
        "element.controls.mfa == element.exposed",
        "!(element.exposed && element.controls.mfa)",
        "[element].all(x, !x.controls.mfa)",
        "[element].filter(x, x.controls.mfa).all(x, x.exposed)",
        "[element].filter(x, x.controls.mfa).size() < 1",
        "[element].filter(x, x.controls.mfa).size() == 0",
    ] {
        let at = if text.contains("[element]") { "x.controls.mfa" } else { "element.controls.mfa" };
        assert_eq!(errors(text), [message(at)], "{text}");
    }
    for text in [
        "element.controls.mfa",
        "!(!element.controls.mfa)",
        "element.controls.mfa != false",
        "[element].filter(x, x.controls.mfa).size() > 0",
    ] {
        on(Kind::Element, text);
    }
}

#[test]
fn everything_wrong_is_reported_at_once() {
    assert_eq!(errors("element.a && element.holds.exists(x, x.b) && zone.c").len(), 3);
}

#[test]
fn syntax_errors_say_what_is_expected() {
    refused(
        "element.exposed and true",
        "[and] `and` stands where an operator or the end of the expression is expected (`and` is written `&&`)",
    );
    refused(
        "element.parses-xml",
        "[-] `-` stands where an operator or the end of the expression is expected (in names `-` is written `_`; there is no arithmetic)",
    );
    refused("element.exposed = true", "[=] `=` is not part of the expression language (equality is written `==`)");
    refused("(element.exposed", "[] the expression ends where `)` is expected");
    refused("", "[] the expression ends where a condition is expected");
    refused("1 < 2 < 3", "[<] `<` stands where `&&`, `||` or the end: comparisons do not chain is expected");
    refused("'abc", "['abc] a text is not closed (add the closing quote)");
}

#[test]
fn a_variable_has_a_new_name() {
    refused("element.holds.exists(element, true)", "[element] `element` already means something here (take another name)");
    refused("element.holds.exists(high, true)", "[high] `high` already means something here (take another name)");
}

#[test]
fn size_and_nesting_are_bounded() {
    let scope = Scope::of(Kind::Element);
    let refuse = |text: &str| Expr::compile(text, &scope, &Catalogue::default()).expect_err("too much")[0].message.clone();
    assert!(refuse(&" ".repeat(MAX_TEXT + 1)).contains("bytes"));
    assert!(refuse(&"(".repeat(4_000)).contains("deep"));
    assert!(refuse(&"!".repeat(4_000)).contains("deep"));
    assert!(refuse(&"[".repeat(4_000)).contains("deep"));
    assert!(refuse(&format!("element{}", ".zone".repeat(MAX_DEPTH + 1))).contains("deep"));
    assert!(refuse(&vec!["true"; MAX_NODES].join("&&")).contains("parts"));
    let nested = (0..5).fold("true".to_owned(), |body, n| format!("element.holds.exists(x{n}, {body})"));
    assert!(refuse(&nested).contains("inside one another"));
}

#[test]
fn a_condition_waits_only_for_what_can_still_decide_it() {
    let expr = on(Kind::Element, "element.exposed && element.trust < 50 && element.tech == 'sql-database'");
    assert_eq!(expr.unknown_facts(&world(), Env::of(ELEMENT)), [BaseFact { thing: ELEMENT, key: FactKey::Trust }]);
    let decided = on(Kind::Element, "element.trust < 50 && !element.exposed");
    assert_eq!(decided.unknown_facts(&world(), Env::of(ELEMENT)), []);
}

#[test]
fn members_that_cannot_matter_are_not_asked() {
    let mut world = world();
    world.elements[0].holds = Things { members: vec![(asset(0), Tri::Unknown), (asset(1), Tri::Yes)], open: false };
    let expr = on(Kind::Element, "element.holds.exists(a, a.confidentiality == low)");
    let facts = expr.unknown_facts(&world, Env::of(ELEMENT));
    assert_eq!(facts.iter().map(|fact| fact.thing).collect::<Vec<_>>(), [asset(1)], "the first is high, whether it is held or not");
}

#[test]
fn witnesses_are_the_members_that_make_it_true() {
    let expr = on(Kind::Element, "element.exposed && element.holds.exists(a, a.confidentiality >= medium)");
    assert_eq!(expr.witnesses(&world(), Env::of(ELEMENT)), [asset(0)]);
}

#[test]
fn atoms_are_the_conditions_that_decide() {
    let texts = |text: &str| -> Vec<(String, Tri)> {
        on(Kind::Element, text).atoms(&world(), Env::of(ELEMENT)).into_iter().map(|atom| (atom.text, atom.value)).collect()
    };
    assert_eq!(texts("element.trust < 50 || element.exposed"), [("element.exposed".to_owned(), Tri::Yes)]);
    assert_eq!(texts("element.exposed && !element.exposed"), [("!element.exposed".to_owned(), Tri::No)]);
    assert_eq!(texts("element.exposed && element.trust < 50").len(), 2);
}

#[test]
fn a_list_gives_each_asset_once() {
    let expr = Expr::compile_assets("flow.moves", &Scope::of(Kind::Flow), catalogue()).expect("a list of assets");
    let list = expr.list(&world(), Env::of(FLOW));
    assert_eq!(list, Things { members: vec![(asset(0), Tri::Yes)], open: true });
    assert_eq!(expr.unknown_facts(&world(), Env::of(FLOW)), [BaseFact { thing: FLOW, key: FactKey::Carries }]);
    let wrong = Expr::compile_assets("flow.crosses", &Scope::of(Kind::Flow), catalogue()).expect_err("not a list");
    assert_eq!(wrong[0].message, "`flow.crosses` is a condition where a list of assets is expected");
}

#[test]
fn a_bound_asset_can_be_read() {
    let expr = Expr::compile("asset.confidentiality >= high && flow.source.exposed", &Scope::of(Kind::Flow).with_asset(), catalogue());
    assert_eq!(expr.expect("asset is bound").eval(&world(), Env::with_asset(FLOW, AssetIx(0))), Tri::Yes);
}

#[test]
fn the_fields_that_are_read_are_known() {
    let expr = on(Kind::Element, "element.holds.exists(a, 'pii' in a.data) && element.exposed && !element.exposed");
    let fields = [(Kind::Element, Field::Holds), (Kind::Asset, Field::Data), (Kind::Element, Field::Exposed)];
    assert_eq!(expr.fields(), fields);
}

#[test]
fn a_rule_on_several_kinds_of_elements_has_one_variable() {
    assert_eq!(Scope::of_rule(&[SubjectKind::Process, SubjectKind::Store]), Some(Scope::of(Kind::Element)));
    assert_eq!(Scope::of_rule(&[SubjectKind::Process, SubjectKind::Flow]), None);
    assert_eq!(Scope::of_rule(&[]), None);
}

/// Notes under which keys it is asked to search the whole model.
struct Noting {
    keys: RefCell<Vec<String>>,
}

impl World for Noting {
    fn value(&self, thing: Thing, field: Field) -> Value<'_> {
        match field {
            Field::ReachedFrom => Value::Things(Things { members: vec![(thing, Tri::Yes)], open: false }),
            Field::Zones => Value::Things(Things { members: vec![(Thing::Zone(ZoneIx(0)), Tri::Yes)], open: false }),
            Field::Inside | Field::Elements => {
                let members = [0, 1, 2].map(|ix| (Thing::Element(ElementIx(ix)), Tri::Yes));
                Value::Things(Things { members: members.to_vec(), open: false })
            }
            _ => Value::Tri(Tri::Yes),
        }
    }

    fn unknown_facts(&self, _: Thing, _: Field, _: &mut Vec<BaseFact>) {}

    fn used_facts(&self, _: Thing, _: Field, _: &mut Vec<UsedFact>) {}

    fn reaches(&self, thing: Thing, _: Field, key: &str, predicate: &mut dyn FnMut(Thing) -> Tri) -> Tri {
        self.keys.borrow_mut().push(key.to_owned());
        predicate(thing)
    }

    fn holding(&self, thing: Thing, field: Field, key: &str, predicate: &mut dyn FnMut(Thing) -> Tri) -> Rc<Holding> {
        self.keys.borrow_mut().push(key.to_owned());
        Rc::new(Holding::of(&self.things(thing, field), predicate))
    }
}

#[test]
fn a_search_is_shared_only_when_the_predicate_reads_nothing_else() {
    let keys = |text: &str| {
        let world = Noting { keys: RefCell::default() };
        assert_eq!(on(Kind::Element, text).eval(&world, Env::of(ELEMENT)), Tri::Yes, "{text}");
        world.keys.into_inner()
    };
    assert_eq!(keys("element.reached_from.exists(x, x.exposed)"), ["exists x, x.exposed"]);
    assert_eq!(keys("element.reached_from.all(x, x.exposed)"), ["all x, x.exposed"]);
    assert_eq!(keys("element.reached_from.exists(x, x.exposed && element.exposed)"), Vec::<String>::new());
    assert_eq!(keys("[element].exists(y, y.reached_from.exists(x, x == y))"), Vec::<String>::new());
    assert_eq!(keys("[element].exists(y, y.reached_from.exists(x, x.exposed))").len(), 1);
}

#[test]
fn what_a_zone_has_is_found_once_for_all_subjects_but_the_one_that_is_left_out() {
    let keys = |text: &str| {
        let world = Noting { keys: RefCell::default() };
        assert_eq!(on(Kind::Element, text).eval(&world, Env::of(ELEMENT)), Tri::Yes, "{text}");
        world.keys.into_inner()
    };
    let in_zone = |body: &str| keys(&format!("element.zones.exists(z, z.inside.{body})"));
    assert_eq!(in_zone("exists(e, e.exposed && e.in_scope)"), ["exists e, e.exposed; e.in_scope"]);
    assert_eq!(in_zone("exists(e, e != element && e.exposed)"), ["exists e, e.exposed"]);
    assert_eq!(in_zone("exists(e, e.exposed && element != e)"), ["exists e, e.exposed"]);
    assert_eq!(in_zone("all(e, e.exposed)"), ["all e, e.exposed"]);
    assert_eq!(in_zone("exists(e, e == element || e.exposed)"), Vec::<String>::new());
    assert_eq!(in_zone("exists(e, e.exposed && element.exposed)"), Vec::<String>::new());
    assert_eq!(keys("model.elements.exists(e, e != element && e.exposed)"), ["exists e, e.exposed"]);
    assert_eq!(keys("element.zones.exists(z, model.elements.exists(e, z in e.zones))"), Vec::<String>::new());
}

#[test]
fn leaving_a_member_out_leaves_what_the_others_say() {
    let thing = |ix| Thing::Element(ElementIx(ix));
    let three = |belongs: [Tri; 3]| Things { members: (0..).map(thing).zip(belongs).collect(), open: false };
    let some_but = |things: &Things, says: [Tri; 3], left: Option<u32>| {
        let says = |member: Thing| (0..).map(thing).zip(says).find(|(one, _)| *one == member).map_or(Tri::No, |(_, says)| says);
        Holding::of(things, &mut |member| says(member)).some_but(left.map(thing))
    };
    let all = [Tri::No, Tri::Yes, Tri::Unknown];
    let every = all.into_iter().flat_map(|a| all.into_iter().flat_map(move |b| all.into_iter().map(move |c| [a, b, c])));
    for says in every {
        for belongs in [[Tri::Yes; 3], [Tri::Unknown, Tri::Yes, Tri::Yes]] {
            for left in [None, Some(0), Some(1), Some(2)] {
                let others = (0..3).filter(|ix| Some(*ix) != left).map(|ix| says[ix as usize].and(belongs[ix as usize]));
                assert_eq!(some_but(&three(belongs), says, left), others.fold(Tri::No, Tri::or), "{says:?} {belongs:?} {left:?}");
            }
        }
    }
}
