//! Attack paths on models that are small enough to know the answer.

use redan_engine::depth::depth;
use redan_engine::fact::Property;
use redan_engine::paths::{Common, Goal, Paths, Position, Request, paths, tree};
use redan_engine::tree::{Wanted, assess};
use redan_engine::{Analysis, Context, Knowledge, Policy, analyse};
use redan_model::{Loaded, Thing, load_text};

/// A shop: the web application may be taken over, the database read by whoever reaches it, or entered over its flow.
const SHOP: &str = "
assets: {orders: {confidentiality: high, integrity: none, availability: none}}
zones: {internet: {trust: untrusted}, inside: {trust: trusted}}
elements:
  user: {kind: actor, zone: internet}
  web: {kind: process, zone: inside}
  db: {kind: store, zone: inside, holds: [orders]}
flows:
  visit: {from: user, to: web, carries: [], returns: []}
  query: {from: web, to: db, carries: [], returns: []}
threats:
  T1: {title: Take over, on: [web], stride: [elevation-of-privilege], likelihood: 4, impact: 4}
  T2: {title: Read it, on: [db], stride: [information-disclosure], likelihood: 3, impact: 4}
  T3: {title: Inject, on: [query], stride: [elevation-of-privilege], likelihood: 2, impact: 4}
";

struct Case {
    knowledge: Knowledge,
    loaded: Loaded,
    analysis: Analysis,
}

impl Case {
    /// A model whose only threats are those that it writes itself.
    fn of(text: &str) -> Self {
        let mut case = Self::with_rules(text);
        case.analysis.threats.retain(|threat| threat.rule.is_none());
        case
    }

    fn with_rules(text: &str) -> Self {
        let knowledge = Knowledge::embedded();
        let loaded = load_text("m.tm.yaml", &format!("redan: 1\n{text}"), &knowledge.vocabulary());
        assert!(loaded.is_valid(), "{:#?}", loaded.diagnostics);
        let context = Context::on(jiff::civil::date(2026, 1, 1));
        let analysis = analyse(&loaded.model, &knowledge, &Policy::default(), &context);
        Self { knowledge, loaded, analysis }
    }

    fn paths(&self, request: &Request) -> Paths {
        paths(&self.loaded.model, &self.knowledge, &self.analysis, request)
    }

    fn thing(&self, id: &str) -> Thing {
        self.loaded.model.find(id).expect("the model has it")
    }

    fn read(&self, asset: &str) -> Position {
        let Thing::Asset(asset) = self.thing(asset) else { panic!("{asset} is no asset") };
        Position::Harms(asset, Property::Confidentiality)
    }

    fn control(&self, element: &str) -> Position {
        let Thing::Element(element) = self.thing(element) else { panic!("{element} is no element") };
        Position::Controls(element)
    }

    /// The threats of each path in order.
    fn threats(&self, goal: &Goal) -> Vec<Vec<&str>> {
        let of = |path: &redan_engine::paths::Path| {
            path.steps.iter().filter_map(|step| step.threat).map(|threat| self.analysis.threats[threat].id.as_str()).collect()
        };
        goal.paths.iter().map(of).collect()
    }
}

fn goal(found: &Paths, target: Position) -> Option<&Goal> {
    found.goals.iter().find(|goal| goal.target == target)
}

fn close(value: f64, expected: f64) -> bool {
    (value - expected).abs() < 1e-12
}

#[test]
fn a_shop_has_two_ways_to_its_orders() {
    let case = Case::of(SHOP);
    let found = case.paths(&Request::default());
    let orders = goal(&found, case.read("orders")).unwrap();
    assert_eq!(case.threats(orders), [vec!["T1", "T2"], vec!["T3"]]);
    assert!(close(orders.paths[0].probability, 0.6 * 0.3), "{}", orders.paths[0].probability);
    assert!(close(orders.paths[1].probability, 0.1));
    assert!(close(orders.probability, 1.0 - (1.0 - 0.18) * 0.9), "{}", orders.probability);
    assert!(orders.complete);
    let steps: Vec<Position> = orders.paths[0].steps.iter().map(|step| step.to).collect();
    let (Thing::Element(web), Thing::Element(db)) = (case.thing("web"), case.thing("db")) else { panic!("both are elements") };
    assert_eq!(steps, [Position::Reaches(web), Position::Controls(web), Position::Reaches(db), case.read("orders")]);
    assert!(close(goal(&found, case.control("web")).unwrap().probability, 0.6));
    assert!(close(goal(&found, case.control("db")).unwrap().probability, 0.1));
    assert_eq!(found.attractions[0].element, web);
}

#[test]
fn what_every_way_needs_is_a_choke_point() {
    let case = Case::of(SHOP);
    let found = case.paths(&Request::default());
    let points = &goal(&found, case.read("orders")).unwrap().choke_points;
    let on_all = |thing: &str| {
        let common = match case.thing(thing) {
            Thing::Element(element) => Common::Element(element),
            Thing::Flow(flow) => Common::Flow(flow),
            _ => panic!("{thing} is no place"),
        };
        points.iter().any(|point| point.at == common && point.all)
    };
    assert!(on_all("web") && on_all("db") && on_all("visit") && on_all("query"), "{points:?}");
    assert!(points.iter().all(|point| !matches!(point.at, Common::Threat(_))), "{points:?}");
}

#[test]
fn the_tree_of_a_goal_has_the_probability_of_the_goal() {
    let case = Case::of(SHOP);
    let found = case.paths(&Request::default());
    let orders = goal(&found, case.read("orders")).unwrap();
    let tree = tree(&case.loaded.model, &case.analysis, orders);
    let assessed = assess(&tree, &Wanted::default());
    assert_eq!((tree.id.as_str(), tree.leaves.len()), ("path:orders/confidentiality", 3));
    assert!(assessed.exact && close(assessed.probability.low, orders.probability));
    assert_eq!(assessed.minimal_sets.unwrap().to_string(), "2");
}

#[test]
fn a_document_uses_open_questions_only_where_no_open_threat_leads_anywhere() {
    let case = Case::of(SHOP);
    let all = |case: &Case| {
        let context = Context::on(jiff::civil::date(2026, 1, 1));
        depth(&case.loaded.model, &case.knowledge, &Policy::default(), &context, &case.analysis)
    };
    let found = all(&case);
    assert!(!found.by_questions && found.first_goal.is_some_and(|worked| worked.tree.id == "path:orders/confidentiality"));
    let mut waiting = Case::of(SHOP);
    waiting.analysis.threats.iter_mut().for_each(|threat| threat.status = redan_engine::Status::Question);
    let found = all(&waiting);
    assert!(found.by_questions && !found.paths.goals.is_empty() && found.first_goal.is_none());
}

#[test]
fn threats_that_are_gone_leave_no_path() {
    let gone = SHOP.replace("impact: 4}", "impact: 4, status: avoided, because: The feature is gone}");
    let case = Case::of(&gone);
    assert_eq!(case.analysis.threats.len(), 3);
    let found = case.paths(&Request::default());
    assert!(found.goals.is_empty() && found.attractions.is_empty(), "{found:?}");
    assert_eq!(found.attackers.len(), 1);
    assert!(found.unreached > 0);
}

#[test]
fn one_threat_less_leaves_the_other_way() {
    let case = Case::of(&SHOP.replace("on: [query], ", "on: [query], status: avoided, because: It is gone, "));
    let found = case.paths(&Request::default());
    assert_eq!(case.threats(goal(&found, case.read("orders")).unwrap()), [["T1", "T2"]]);
    assert!(goal(&found, case.control("db")).is_none());
}

#[test]
fn a_cycle_is_gone_through_once() {
    let case = Case::of(
        "
zones: {internet: {trust: untrusted}, inside: {trust: trusted}}
elements:
  user: {kind: actor, zone: internet}
  a: {kind: process, zone: inside}
  b: {kind: process, zone: inside}
  c: {kind: process, zone: inside}
flows: {f: {from: user, to: a}, ab: {from: a, to: b}, bc: {from: b, to: c}, ca: {from: c, to: a}}
threats:
  T1: {title: Enter, on: [a], stride: [elevation-of-privilege], likelihood: 5, impact: 4}
  T2: {title: Enter, on: [b], stride: [elevation-of-privilege], likelihood: 4, impact: 4}
  T3: {title: Enter, on: [c], stride: [elevation-of-privilege], likelihood: 4, impact: 4}
",
    );
    let found = case.paths(&Request::default());
    // Data comes back from a to c, so that b is not needed.
    assert_eq!(case.threats(goal(&found, case.control("c")).unwrap()), [["T1", "T3"]]);
    for goal in &found.goals {
        assert!(goal.complete);
        for path in &goal.paths {
            let mut seen: Vec<Position> = path.steps.iter().map(|step| step.to).collect();
            seen.sort_unstable();
            let count = seen.len();
            seen.dedup();
            assert_eq!(seen.len(), count, "{path:?}");
        }
    }
}

#[test]
fn an_insider_starts_inside_and_is_handed_nothing() {
    let attackers = "attackers: {admin: {from: [inside], insider: yes, skill: 3}}";
    let case = Case::of(&format!("{SHOP}{attackers}"));
    let found = case.paths(&Request::default());
    assert!(found.attackers[0].insider && found.attackers[0].skill == Some(3));
    let orders = goal(&found, case.read("orders")).unwrap();
    assert_eq!(case.threats(orders), [["T2"], ["T3"]]);
    assert!(orders.paths.iter().all(|path| path.probability < 1.0));
}

#[test]
fn ways_of_one_attacker_do_not_hide_those_of_another() {
    let attackers = "attackers: {admin: {from: [db], insider: yes}, guest: {from: [internet]}}";
    let case = Case::of(&format!("{SHOP}{attackers}"));
    let found = case.paths(&Request::default());
    let orders = goal(&found, case.read("orders")).unwrap();
    assert_eq!(case.threats(orders), [vec!["T2"], vec!["T1", "T2"], vec!["T3"], vec!["T3"]]);
    let attackers: Vec<&str> = orders.paths.iter().map(|path| found.attackers[path.attacker].id.as_str()).collect();
    assert_eq!(attackers, ["admin", "guest", "admin", "guest"]);
    assert!(close(orders.probability, 1.0 - 0.7 * 0.9), "{}", orders.probability);
}

#[test]
fn a_start_that_is_asked_for_takes_the_place_of_attackers() {
    let case = Case::of(&format!("{SHOP}attackers: {{admin: {{from: [inside]}}}}"));
    let found = case.paths(&Request { from: vec!["internet".to_owned()], to: vec![case.thing("orders")], ..Request::default() });
    assert_eq!(found.attackers[0].name, "somebody in Internet");
    assert_eq!(found.goals.len(), 1);
    assert_eq!(case.threats(&found.goals[0]), [vec!["T1", "T2"], vec!["T3"]]);
}

#[test]
fn questions_are_steps_only_on_request_and_are_marked() {
    let case = Case::with_rules(SHOP);
    let without = case.paths(&Request::default());
    let with = case.paths(&Request { questions: true, ..Request::default() });
    let marked =
        |found: &Paths| found.goals.iter().flat_map(|goal| &goal.paths).filter(|path| path.steps.iter().any(|s| s.question)).count();
    assert_eq!(marked(&without), 0);
    assert!(marked(&with) > 0);
    let asked = with.goals.iter().flat_map(|goal| &goal.paths).filter(|path| path.steps.iter().any(|step| step.question));
    assert!(asked.clone().all(|path| !path.questions.is_empty()));
}

#[test]
fn the_same_model_has_the_same_paths() {
    let (one, two) = (Case::with_rules(SHOP), Case::with_rules(SHOP));
    let request = Request { questions: true, ..Request::default() };
    assert_eq!(one.paths(&request), two.paths(&request));
}
