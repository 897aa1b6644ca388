//! The analysis as a whole, over small models and the embedded knowledge or small catalogues of its own.
//!
//! Each test is one sentence of the design.

use redan_engine::expr::Tri;
use redan_engine::fact::Origin;
use redan_engine::{Analysis, Context, Knowledge, Policy, Question, Status, Threat, analyse, explain};
use redan_model::{Loaded, Thing, load_text};

fn today() -> Context {
    Context::on(jiff::civil::date(2025, 11, 11))
}

fn catalogue_files() -> Vec<(String, String)> {
    let file = |path: &str, text: &str| (path.to_owned(), text.to_owned());
    let controls = "
guard: {name: Guard, family: isolation, of: [element, flow], what: Guards it., strength: moderate, lowers: likelihood, question: 'Is {subject} guarded?', hint: Look at it.}
lock: {name: Lock, family: isolation, of: [element], what: Locks it., strength: strong, lowers: likelihood, question: 'Is {subject} locked?', hint: Look at it.}
copy: {name: Copy, family: availability, of: [store], what: Keeps a copy., strength: moderate, lowers: impact, question: 'Is there a copy of {subject}?', hint: Look for it.}
seal: {name: Seal, family: encryption, of: [flow], what: Seals it., strength: strong, lowers: likelihood, question: 'Is {subject} sealed?', hint: Look at it.}
caller-check: {name: Caller check, family: authentication, of: [flow, target], what: Checks callers., strength: strong, lowers: likelihood, question: 'Does {subject} check who calls?', hint: Look at it.}
fence: {name: Fence, family: isolation, of: [zone], what: Fences it in., strength: strong, lowers: likelihood, question: 'Is there a fence around {subject}?', hint: Look at it.}
vault: {name: Vault, family: secrets, of: [element, model], what: Keeps secrets., strength: strong, lowers: likelihood, question: 'Does {subject} keep secrets in a vault?', hint: Look at it.}
";
    let traits = "
loud: {name: Loud, of: [element], what: It is loud., question: 'Is {subject} loud?', hint: Listen.}
wet: {name: Wet, of: [element, flow], what: It is wet., question: 'Is {subject} wet?', hint: Touch it.}
";
    let technologies = "
horn: {name: Horn, kinds: [process], has: [loud], may-have: [wet]}
pump: {name: Pump, kinds: [process, store], has: [wet], controls: {guard: yes}}
stone: {name: Stone, kinds: [process, store]}
strongbox: {name: Strongbox, kinds: [store], gives-model: [vault]}
";
    let protocols = "
pipe: {name: Pipe, traits: {wet: yes}, controls: {seal: yes}}
string: {name: String, controls: {seal: no}}
";
    vec![
        file("catalogue/controls.yaml", controls),
        file("catalogue/traits.yaml", traits),
        file("catalogue/technologies.yaml", technologies),
        file("catalogue/protocols.yaml", protocols),
        file("catalogue/data-classes.yaml", "secrets: {name: Secrets, what: Keys.}\n"),
        file("rules/test/pack.yaml", "id: test\nversion: 1.0.0\nlicence: MIT\nwhat: Rules of a test.\n"),
    ]
}

/// Knowledge with the small catalogue above and the given rules: the fields of each that matter to the test.
fn knowledge(rules: &[(&str, &str)]) -> Knowledge {
    let mut files = catalogue_files();
    for (id, body) in rules {
        let fixed = "why: Because of this.\nfix: Do that.\nstride: [tampering]\n";
        let optional = if body.contains("likelihood:") { "" } else { "likelihood: {3: \"true\"}\n" };
        let property = if body.contains("property:") { "" } else { "property: [integrity]\n" };
        let title = if body.contains("title:") { "" } else { "title: Trouble\n" };
        files.push((format!("rules/test/{id}.yaml"), format!("id: {id}\n{title}{fixed}{property}{optional}{body}\n")));
    }
    Knowledge::from_files(&files).unwrap_or_else(|errors| panic!("{errors:#?}"))
}

struct Case {
    knowledge: Knowledge,
    loaded: Loaded,
    policy: Policy,
    analysis: Analysis,
}

fn case(knowledge: Knowledge, text: &str) -> Case {
    case_with(knowledge, text, Policy::default())
}

fn case_with(knowledge: Knowledge, text: &str, policy: Policy) -> Case {
    let loaded = load_text("test.tm.yaml", &format!("redan: 1\n{text}"), &knowledge.vocabulary());
    assert!(loaded.is_valid(), "{:#?}", loaded.diagnostics);
    let analysis = analyse(&loaded.model, &knowledge, &policy, &today());
    Case { knowledge, loaded, policy, analysis }
}

impl Case {
    fn get(&self, id: &str) -> Option<&Threat> {
        self.analysis.threats.iter().find(|threat| threat.id == id)
    }

    fn threat(&self, id: &str) -> &Threat {
        let ids: Vec<_> = self.analysis.threats.iter().map(|threat| &threat.id).collect();
        self.get(id).unwrap_or_else(|| panic!("{id} among {ids:?}"))
    }

    fn status(&self, id: &str) -> Option<Status> {
        self.get(id).map(|threat| threat.status)
    }

    fn questions(&self) -> Vec<&str> {
        self.analysis.questions.iter().map(|question| question.id.as_str()).collect()
    }

    fn question(&self, id: &str) -> &Question {
        self.analysis.questions.iter().find(|question| question.id == id).unwrap_or_else(|| panic!("{id} in {:?}", self.questions()))
    }

    fn explain(&self, id: &str) -> redan_engine::explain::Explanation {
        let found = explain(&self.loaded.model, &self.knowledge, &self.policy, &today(), &self.analysis, id);
        found.unwrap_or_else(|| panic!("{id} has an explanation"))
    }

    fn origin(&self, id: &str) -> Origin {
        self.explain(id).counters[0].fact.origin.clone()
    }
}

const GUARDED: (&str, &str) = ("unguarded", "on: process\nwhen: \"true\"\ncountered-by: [guard]");
const LOUD: (&str, &str) = ("loud-thing", "on: process\nwhen: \"element.traits.loud\"\ncountered-by: [guard]");

#[test]
fn known_facts_without_a_counter_open_a_threat() {
    let case = case(knowledge(&[GUARDED]), "elements: {a: {kind: process, controls: {guard: no}}}");
    assert_eq!(case.status("unguarded@a"), Some(Status::Open));
    assert!(case.analysis.questions.is_empty());
}

#[test]
fn an_unknown_counter_is_a_question_with_its_safe_answer() {
    let case = case(knowledge(&[GUARDED]), "elements: {a: {kind: process, name: Gate}}");
    assert_eq!(case.status("unguarded@a"), Some(Status::Question));
    let question = case.question("a.controls.guard");
    assert_eq!(question.text, "Is Gate guarded?");
    assert_eq!((question.safe, question.unsafe_), (Some("yes"), Some("no")));
    assert_eq!(question.settles.len(), 1);
}

#[test]
fn a_counter_that_is_there_keeps_the_threat_as_mitigated() {
    let case = case(knowledge(&[GUARDED]), "elements: {a: {kind: process, controls: [guard]}}");
    let threat = case.threat("unguarded@a");
    assert_eq!(threat.status, Status::Mitigated);
    assert_eq!(threat.rating.risk, Some(9));
    assert_eq!((threat.residual.inherent, threat.residual.current), (Some(9), Some(3)));
}

#[test]
fn a_false_condition_raises_nothing() {
    let case = case(knowledge(&[LOUD]), "elements: {a: {kind: process, tech: stone}}");
    assert!(case.analysis.threats.is_empty());
}

#[test]
fn while_the_technology_is_unknown_it_is_asked_and_not_the_trait_or_the_control() {
    let case = case(knowledge(&[LOUD]), "elements: {a: {kind: process}}");
    assert_eq!(case.questions(), ["a.tech"]);
    assert_eq!(case.status("loud-thing@a"), Some(Status::Question));
}

#[test]
fn what_a_technology_may_have_is_asked_as_a_trait() {
    let rule = ("wet-thing", "on: process\nwhen: \"element.traits.wet\"\ncountered-by: [guard]");
    let case = case(knowledge(&[rule]), "elements: {a: {kind: process, tech: horn}}");
    assert_eq!(case.questions(), ["a.traits.wet"]);
    assert_eq!(case.question("a.traits.wet").safe, Some("no"));
}

#[test]
fn no_others_settles_what_a_technology_may_have() {
    let rule = ("wet-thing", "on: process\nwhen: \"element.traits.wet\"\ncountered-by: [guard]");
    let case = case(knowledge(&[rule]), "elements: {a: {kind: process, tech: horn, traits: {\"*\": no}}}");
    assert!(case.analysis.threats.is_empty());
}

#[test]
fn a_counter_settles_a_threat_whose_condition_is_unknown() {
    let case = case(knowledge(&[LOUD]), "elements: {a: {kind: process, controls: [guard]}}");
    assert_eq!(case.status("loud-thing@a"), Some(Status::Mitigated));
    assert!(case.analysis.questions.is_empty());
}

#[test]
fn strict_projects_count_unknown_as_open() {
    let policy = Policy { unknown: redan_engine::policy::UnknownFacts::Open, ..Policy::default() };
    let case = case_with(knowledge(&[GUARDED]), "elements: {a: {kind: process}}", policy);
    assert_eq!(case.status("unguarded@a"), Some(Status::Open));
}

#[test]
fn any_needs_one_and_all_needs_every_counter() {
    let any = ("any-thing", "on: process\nwhen: \"true\"\ncountered-by: [guard, lock]");
    let all = ("all-thing", "on: process\nwhen: \"true\"\ncountered-by: {all: [guard, lock]}");
    let one = case(knowledge(&[any, all]), "elements: {a: {kind: process, controls: {guard: yes, lock: no}}}");
    assert_eq!(one.status("any-thing@a"), Some(Status::Mitigated));
    assert_eq!(one.status("all-thing@a"), Some(Status::Open));
    let waiting = case(knowledge(&[any, all]), "elements: {a: {kind: process, controls: {guard: no}}}");
    assert_eq!(waiting.status("all-thing@a"), Some(Status::Open), "no answer about the lock could help");
    assert_eq!(waiting.questions(), ["a.controls.lock"]);
    assert_eq!(waiting.question("a.controls.lock").settles.len(), 1);
}

#[test]
fn a_threat_that_is_partly_countered_is_one_step_less_likely() {
    let case = case(knowledge(&[GUARDED]), "elements: {a: {kind: process, controls: {guard: partial}}}");
    let threat = case.threat("unguarded@a");
    assert_eq!((threat.status, threat.partly_countered), (Status::Open, true));
    assert_eq!(threat.rating.likelihood, Some(2));
    assert_eq!(threat.residual.inherent, Some(9));
    assert!(threat.rating_reasons.iter().any(|reason| &**reason == "-1 partly countered"));
}

#[test]
fn facts_are_searched_in_the_documented_order() {
    let zones = "zones: {z: {trust: 70, controls: {guard: no}}, y: {trust: 70, in: z}}\n";
    let rules = || knowledge(&[GUARDED]);
    let own = case(rules(), &format!("{zones}elements: {{a: {{kind: process, zone: y, tech: pump, controls: [guard]}}}}"));
    assert_eq!(own.origin("unguarded@a"), Origin::Stated);
    let inherited = case(rules(), &format!("{zones}elements: {{a: {{kind: process, zone: y, tech: pump}}}}"));
    assert!(matches!(inherited.origin("unguarded@a"), Origin::Inherited(Thing::Zone(_))));
    assert_eq!(inherited.status("unguarded@a"), Some(Status::Open));
    let implied = case(rules(), "elements: {a: {kind: process, tech: pump}}\ncontrols: {guard: no}");
    assert_eq!(implied.origin("unguarded@a"), Origin::Implied("pump".to_owned()));
    let model = case(rules(), "elements: {a: {kind: process, tech: horn}}\ncontrols: {guard: no}");
    assert_eq!(model.origin("unguarded@a"), Origin::Model);
    let star = case(rules(), "elements: {a: {kind: process, controls: {\"*\": no}}}");
    assert!(matches!(star.origin("unguarded@a"), Origin::Star(Thing::Element(_))));
    let unknown = case(rules(), "elements: {a: {kind: process}}");
    assert_eq!(unknown.origin("unguarded@a"), Origin::Unknown);
}

#[test]
fn a_stated_unknown_ends_the_search() {
    let text = "controls: [guard]\nelements: {a: {kind: process, tech: pump, controls: {guard: unknown}}}";
    assert_eq!(case(knowledge(&[GUARDED]), text).status("unguarded@a"), Some(Status::Question));
}

#[test]
fn what_guards_an_edge_is_not_handed_down() {
    let rule = ("unfenced", "on: zone\nwhen: \"true\"\ncountered-by: [fence]");
    let case = case(knowledge(&[rule]), "zones: {outer: {trust: 70, controls: [fence]}, inner: {trust: 70, in: outer}}");
    assert_eq!(case.status("unfenced@outer"), Some(Status::Mitigated));
    assert_eq!(case.status("unfenced@inner"), Some(Status::Question));
}

#[test]
fn parents_hand_down_to_their_parts() {
    let text = "elements: {shop: {kind: process, controls: [guard]}, cart: {kind: process, in: shop}}";
    let case = case(knowledge(&[GUARDED]), text);
    assert_eq!(case.status("unguarded@cart"), Some(Status::Mitigated));
    assert!(matches!(case.origin("unguarded@cart"), Origin::Inherited(Thing::Element(_))));
    assert_eq!(case.status("unguarded@shop"), None, "a group is never itself a subject");
}

const SEALED: (&str, &str) = ("unsealed", "on: flow\nwhen: \"true\"\ncountered-by: [seal]");

#[test]
fn a_threat_to_a_zone_names_the_elements_that_it_reaches() {
    let rule = ("unfenced", "on: zone\nwhen: \"true\"\naffects: \"zone.inside.filter(e, e.kind == 'store')\"\ncountered-by: [fence]");
    let text = "zones: {outer: {trust: 70}, inner: {trust: 70, in: outer}}\nelements:\n  a: {kind: store, zone: inner}\n  \
                b: {kind: process, zone: inner}\n  c: {kind: store}";
    let case = case(knowledge(&[rule]), text);
    let affected = |id: &str| case.threat(id).affected.iter().map(|thing| case.loaded.model.id_of(*thing)).collect::<Vec<_>>();
    assert_eq!(affected("unfenced@inner"), ["a"]);
    assert_eq!(affected("unfenced@outer"), ["a"]);
    assert_eq!(case.threat("unfenced@inner").subjects.len(), 1, "it is about the zone alone");
}

#[test]
fn a_zone_hands_controls_to_flows_with_both_ends_inside() {
    let text = "zones: {in: {trust: 70, controls: [seal]}, out: {trust: 0}}\nelements:\n  a: {kind: process, zone: in}\n  \
                b: {kind: process, zone: in}\n  c: {kind: process, zone: out}\nflows: {inside: a -> b, across: c -> a}";
    let case = case(knowledge(&[SEALED]), text);
    assert_eq!(case.status("unsealed@inside"), Some(Status::Mitigated));
    assert_eq!(case.status("unsealed@across"), Some(Status::Question));
}

#[test]
fn a_protocol_brings_controls_or_rules_them_out() {
    let text = "elements: {a: {kind: process}, b: {kind: process}}\nflows: {f: a -> b over pipe, g: a -> b over string}";
    let case = case(knowledge(&[SEALED]), text);
    assert_eq!(case.status("unsealed@f"), Some(Status::Mitigated));
    assert_eq!(case.status("unsealed@g"), Some(Status::Open));
}

#[test]
fn a_control_of_the_target_counts_for_flows_that_arrive() {
    let rule = ("any-caller", "on: flow\nwhen: \"true\"\ncountered-by: [caller-check]");
    let text = "elements: {a: {kind: process}, b: {kind: process, controls: [caller-check]}, c: {kind: process}}\n\
                flows: {f: a -> b, g: a -> c, h: {from: a, to: c, controls: {caller-check: unknown}}}";
    let case = case(knowledge(&[rule]), text);
    assert_eq!(case.status("any-caller@f"), Some(Status::Mitigated));
    assert!(matches!(case.origin("any-caller@f"), Origin::Target(Thing::Element(_))));
    assert_eq!(case.questions()[..2], ["c.controls.caller-check", "h.controls.caller-check"]);
}

#[test]
fn a_drawn_element_gives_a_control_to_the_model() {
    let rule = ("loose-secrets", "on: model\nwhen: \"true\"\ncountered-by: [vault]");
    let without = case(knowledge(&[rule]), "elements: {a: {kind: store, tech: stone}}");
    assert_eq!(without.questions(), ["model.controls.vault"]);
    let with = case(knowledge(&[rule]), "elements: {a: {kind: store, tech: strongbox}}");
    assert_eq!(with.status("loose-secrets@model"), Some(Status::Mitigated));
    assert!(matches!(with.origin("loose-secrets@model"), Origin::Drawn(Thing::Element(_))));
}

#[test]
fn an_unconfirmed_assumption_counts_and_is_named_and_a_refuted_one_opens_the_threat_again() {
    let text = |status: &str| {
        format!(
            "elements: {{a: {{kind: process}}}}\nassumptions: {{hope: {{text: It is guarded, assumes: {{a.controls.guard: yes}}, status: {status}}}}}"
        )
    };
    let unconfirmed = case(knowledge(&[GUARDED]), &text("unconfirmed"));
    assert_eq!(unconfirmed.status("unguarded@a"), Some(Status::Mitigated));
    assert_eq!(*unconfirmed.threat("unguarded@a").assumptions, ["hope"]);
    let confirmed = case(knowledge(&[GUARDED]), &text("confirmed"));
    assert!(confirmed.threat("unguarded@a").assumptions.is_empty());
    let refuted = case(knowledge(&[GUARDED]), &text("refuted"));
    assert_eq!(refuted.status("unguarded@a"), Some(Status::Open));
}

fn mitigation(status: &str) -> String {
    format!(
        "elements: {{a: {{kind: process, controls: {{guard: unknown}}}}}}\nmitigations: {{m: {{title: Guard it, states: {{a.controls.guard: yes}}, status: {status}}}}}"
    )
}

#[test]
fn an_implemented_mitigation_states_its_facts_and_a_planned_one_lowers_the_target_only() {
    let done = case(knowledge(&[GUARDED]), &mitigation("implemented"));
    assert_eq!(done.status("unguarded@a"), Some(Status::Mitigated));
    assert_eq!(done.origin("unguarded@a"), Origin::Mitigation("m".to_owned()));
    for status in ["proposed", "planned", "in-progress"] {
        let planned = case(knowledge(&[GUARDED]), &mitigation(status));
        let threat = planned.threat("unguarded@a");
        assert_eq!(threat.status, Status::Question, "{status}");
        assert_eq!((threat.residual.current, threat.residual.target), (Some(9), Some(3)), "{status}");
        assert_eq!(*threat.mitigations, ["m"]);
    }
    let rejected = case(knowledge(&[GUARDED]), &mitigation("rejected"));
    assert_eq!(rejected.threat("unguarded@a").residual.target, Some(9));
    assert!(rejected.threat("unguarded@a").mitigations.is_empty());
}

const T1: &str = "
threats: {T1: {title: Stuffing, on: [a], likelihood: 4, impact: 5, mitigations: [m, n]}}
mitigations:
  m: {title: One, strength: moderate, status: STATUS}
  n: {title: Two, strength: strong, status: STATUS}
elements: {a: {kind: process}}
";

#[test]
fn strengths_add_up_and_never_go_below_one() {
    let planned = case(knowledge(&[]), &T1.replace("STATUS", "planned"));
    let threat = planned.threat("T1");
    assert_eq!((threat.status, threat.rating.risk), (Status::Open, Some(20)));
    assert_eq!((threat.residual.current, threat.residual.target), (Some(20), Some(5)));
    let done = case(knowledge(&[]), &T1.replace("STATUS", "implemented"));
    assert_eq!(done.status("T1"), Some(Status::Mitigated), "all its mitigations are implemented");
    assert_eq!(done.threat("T1").residual.current, Some(5));
}

#[test]
fn a_control_that_lowers_the_impact_leaves_the_likelihood() {
    let rule = ("lost-data", "on: store\nwhen: \"true\"\nlikelihood: {4: \"true\"}\nproperty: [availability]\ncountered-by: [copy]");
    let text = "assets: {x: {availability: critical}}\nelements: {a: {kind: store, holds: [x], controls: [copy]}}";
    let case = case(knowledge(&[rule]), text);
    assert_eq!(case.threat("lost-data@a").residual.inherent, Some(20));
    assert_eq!(case.threat("lost-data@a").residual.current, Some(12), "4 x (5 - 2)");
}

const NET: &str = "
zones: {internet: {trust: untrusted}, edge: {trust: partner}, core: {trust: trusted}}
elements:
  user: {kind: actor, zone: internet}
  web: {kind: process, zone: edge, controls: {guard: no}}
  auth: {kind: process, zone: core, controls: {guard: no}}
  island: {kind: process, zone: core, controls: {guard: no}}
  kiosk: {kind: process, zone: internet, controls: {guard: no}}
flows: {visit: user -> web, login: web -> auth}
";

fn likelihood(case: &Case, id: &str) -> Option<u8> {
    case.threat(id).rating.likelihood
}

#[test]
fn exposure_counts_the_boundaries_from_where_attackers_start() {
    let case = case(knowledge(&[GUARDED]), NET);
    assert_eq!(likelihood(&case, "unguarded@kiosk"), Some(4), "no boundary: +1");
    assert_eq!(likelihood(&case, "unguarded@web"), Some(3), "one boundary: 0");
    assert_eq!(likelihood(&case, "unguarded@auth"), Some(2), "two boundaries: -1");
    assert_eq!(likelihood(&case, "unguarded@island"), Some(2), "no way: -1");
    let reasons = &case.threat("unguarded@auth").rating_reasons;
    assert!(reasons.iter().any(|reason| reason.starts_with("-1 because attackers start 2 boundaries")), "{reasons:?}");
}

#[test]
fn without_a_start_or_with_unknown_zones_exposure_moves_nothing() {
    let no_start = case(knowledge(&[GUARDED]), "elements: {a: {kind: process}}");
    assert_eq!(likelihood(&no_start, "unguarded@a"), Some(3));
    let text = NET.replace("auth: {kind: process, zone: core,", "auth: {kind: process,");
    let unknown = case(knowledge(&[GUARDED]), &text);
    assert_eq!(likelihood(&unknown, "unguarded@auth"), Some(3));
}

#[test]
fn insiders_are_one_step_less_likely_and_stated_attackers_replace_untrusted_zones() {
    let text = format!("{NET}attackers: {{admin: {{from: [core], insider: yes}}}}");
    let case = case(knowledge(&[GUARDED]), &text);
    assert_eq!(likelihood(&case, "unguarded@island"), Some(2));
    assert!(case.threat("unguarded@island").rating_reasons.iter().any(|reason| reason.contains("insider")));
    let text = format!("{NET}attackers: {{thief: {{from: [island]}}}}");
    assert_eq!(likelihood(&self::case(knowledge(&[GUARDED]), &text), "unguarded@island"), Some(4));
}

#[test]
fn the_impact_is_the_worst_level_among_the_assets_involved() {
    let rule = ("leak", "on: process\nwhen: \"true\"\nproperty: [confidentiality]\ncountered-by: [guard]");
    let text = |level: &str| {
        format!(
            "assets: {{x: {{confidentiality: low}}, y: {{confidentiality: {level}}}}}\nelements: {{a: {{kind: process, controls: {{guard: no}}}}, b: {{kind: process}}}}\nflows: {{f: a -> b carrying x returning y}}"
        )
    };
    let known = case(knowledge(&[rule]), &text("critical"));
    assert_eq!(known.threat("leak@a").rating.impact, Some(5));
    assert_eq!(known.threat("leak@a").range, None);
    let unknown = case(knowledge(&[rule]), &text("unknown"));
    let threat = unknown.threat("leak@a");
    assert_eq!((threat.rating.impact, threat.range), (Some(3), Some((6, 15))), "assumed medium, between low and critical");
    let question = unknown.question("y.confidentiality");
    assert_eq!((question.settles.len(), question.rates.len()), (0, 2), "a level that only moves a rating is asked too");
}

#[test]
fn an_unknown_likelihood_condition_is_rated_at_the_top_and_widens_the_range() {
    let rule = ("shaky", "on: process\nwhen: \"true\"\nlikelihood: {5: \"element.traits.wet\", 2: \"true\"}\ncountered-by: [guard]");
    let case = case(knowledge(&[rule]), "elements: {a: {kind: process, tech: horn, controls: {guard: no}}}");
    let threat = case.threat("shaky@a");
    assert_eq!((threat.rating.risk, threat.range), (Some(15), Some((6, 15))));
    assert_eq!(case.question("a.traits.wet").rates.len(), 1);
}

#[test]
fn answers_apply_the_most_precise_key_and_honour_former_ids() {
    let rule = ("unguarded", "aliases: [unwatched]\non: process\nwhen: \"true\"\ncountered-by: [guard]");
    let text = "elements: {a: {kind: process}, b: {kind: process}, c: {kind: process}}\nthreats:\n  \
                'unguarded@*': {status: false-positive, because: never}\n  \
                unwatched@b: {status: accepted, until: 2025-01-01, because: cheap, likelihood: {is: 1, because: rare}}\n  \
                '*@c': {status: transferred}";
    let case = case(knowledge(&[rule]), text);
    assert_eq!(case.status("unguarded@a"), Some(Status::FalsePositive));
    assert_eq!(case.threat("unguarded@a").residual.current, Some(0));
    let accepted = case.threat("unguarded@b");
    assert_eq!((accepted.status, accepted.rating.likelihood), (Status::Accepted, Some(1)));
    assert!(accepted.answer.as_ref().is_some_and(|answer| answer.expired));
    assert_eq!(accepted.residual.target, accepted.rating.risk, "who accepts a risk keeps it");
    assert_eq!(case.status("unguarded@c"), Some(Status::FalsePositive), "more literal characters win");
    assert!(case.analysis.questions.is_empty(), "what is decided is not asked");
}

#[test]
fn a_threat_that_is_the_same_as_one_written_by_hand_is_counted_once() {
    let text = "elements: {a: {kind: process}, b: {kind: process}}\nthreats:\n  T1: {title: By hand, on: [b], stride: [spoofing]}\n  unguarded@a: {same-as: T1}";
    let case = case(knowledge(&[GUARDED]), text);
    assert_eq!(case.get("unguarded@a").map(|threat| &threat.id), None);
    let threat = case.threat("T1");
    assert_eq!(*threat.merged, ["unguarded@a"]);
    assert_eq!((threat.subjects.len(), threat.stride.len()), (2, 2));
    assert_eq!(case.analysis.threat("unguarded@a").map(|threat| threat.id.as_str()), Some("T1"));
    assert_eq!(case.analysis.threats.len(), 2, "T1 and the threat of b");
}

#[test]
fn a_more_precise_rule_silences_the_general_one_where_it_applies() {
    let general = ("general", "on: process\nwhen: \"true\"\ncountered-by: [guard]");
    let precise = ("precise", "on: process\nwhen: \"element.traits.loud\"\nrefines: [general]\ncountered-by: [guard]");
    let case = case(knowledge(&[general, precise]), "elements: {a: {kind: process, tech: horn}, b: {kind: process, tech: stone}}");
    assert_eq!(case.get("general@a").map(|threat| &threat.id), None);
    assert!(case.get("precise@a").is_some() && case.get("general@b").is_some());
}

#[test]
fn with_raises_one_threat_per_asset_and_waits_for_unwritten_lists() {
    let rule = (
        "each",
        "on: flow\nwith: {asset: \"flow.moves\"}\nwhen: \"asset.confidentiality >= medium\"\ntitle: \"{asset} on {flow}\"\ncountered-by: [seal]",
    );
    let assets = "assets: {x: {confidentiality: high}, y: {confidentiality: none}}\nelements: {a: {kind: process}, b: {kind: process}}\n";
    let known = case(knowledge(&[rule]), &format!("{assets}flows: {{f: a -> b carrying x returning y}}"));
    assert_eq!(known.status("each@f@x"), Some(Status::Question));
    assert_eq!(known.threat("each@f@x").title, "X on the flow from A to B");
    assert_eq!(known.analysis.threats.len(), 1);
    let unwritten = case(knowledge(&[rule]), &format!("{assets}flows: {{f: a -> b}}"));
    assert_eq!(unwritten.questions(), ["f.carries"]);
}

#[test]
fn a_flow_that_either_end_opens_is_reported_once_with_the_worse_outcome() {
    let rule = ("from-below", "on: flow\nwhen: \"flow.source.trust < flow.target.trust\"\ncountered-by: [seal]");
    let text = |arrow: &str| {
        format!(
            "zones: {{low: {{trust: 10}}, high: {{trust: 90}}}}\nelements: {{a: {{kind: process, zone: high}}, b: {{kind: process, zone: low}}}}\nflows: {{f: a {arrow} b over string}}"
        )
    };
    assert!(case(knowledge(&[rule]), &text("->")).analysis.threats.is_empty());
    let both = case(knowledge(&[rule]), &text("<->"));
    assert_eq!(both.status("from-below@f"), Some(Status::Open));
    assert_eq!(both.analysis.threats.len(), 1);
}

#[test]
fn nothing_is_raised_on_what_is_out_of_scope_but_it_still_counts() {
    let rule = ("fed", "on: process\nwhen: \"element.incoming.exists(f, f.source.traits.loud)\"\ncountered-by: [guard]");
    let text = "elements: {a: {kind: process, out-of-scope: theirs}, b: {kind: process, tech: stone}}\nflows: {f: a -> b}";
    let case = case(knowledge(&[rule, LOUD]), text);
    assert_eq!(case.status("fed@b"), Some(Status::Question));
    assert_eq!(case.questions()[0], "a.tech", "asked because a threat in scope turns on it");
    assert_eq!(case.get("loud-thing@a").map(|threat| &threat.id), None);
}

#[test]
fn reach_follows_flows_and_influence_follows_answers_too() {
    let reached = ("reached", "on: process\nwhen: \"element.reached_from.exists(x, x.kind == 'actor')\"\ncountered-by: [guard]");
    let fed = ("fed", "on: process\nwhen: \"element.influenced_from.exists(x, x.kind == 'external')\"\ncountered-by: [guard]");
    let text = "elements: {u: {kind: actor}, a: {kind: process}, b: {kind: process}, e: {kind: external}, q: {kind: external}}\n\
                flows: {one: u -> a, two: a -> b, loop: b -> a, ask: b -> e, tell: {from: u, to: q, returns: []}}";
    let case = case(knowledge(&[reached, fed]), text);
    assert!(case.get("reached@a").is_some() && case.get("reached@b").is_some());
    assert!(case.get("fed@b").is_some() && case.get("fed@a").is_some());
    assert_eq!(case.get("fed@u").map(|threat| &threat.id), None);
}

#[test]
fn questions_come_in_the_order_of_the_risk_that_they_settle() {
    let big = ("big", "on: process\nwhen: \"true\"\nlikelihood: {5: \"true\"}\ncountered-by: [lock]");
    let case = case(knowledge(&[GUARDED, big]), "elements: {b: {kind: process}, a: {kind: process}}");
    assert_eq!(case.questions(), ["a.controls.lock", "b.controls.lock", "a.controls.guard", "b.controls.guard"]);
}

#[test]
fn coverage_says_what_was_looked_at() {
    let case = case(knowledge(&[GUARDED]), "elements: {a: {kind: process}, s: {kind: store}}");
    let cell = case.analysis.coverage[0].cells[1];
    assert_eq!((cell.considered, cell.questions), (1, 1));
    assert_eq!(case.analysis.coverage[1].cells[1].considered, 0);
}

#[test]
fn an_explanation_names_changes_that_come_true() {
    let rule = ("both", "on: process\nwhen: \"element.traits.loud\"\ncountered-by: {all: [guard, lock]}");
    let case = case(knowledge(&[rule]), "elements: {a: {kind: process, tech: horn, controls: {guard: no, lock: no}}}");
    let changes = case.explain("both@a").changes;
    let assignments: Vec<_> = changes.iter().map(|change| change.assignments.join(" ")).collect();
    assert!(assignments.contains(&"a.controls.guard=yes a.controls.lock=yes".to_owned()), "{assignments:?}");
    assert!(assignments.contains(&"a.traits.loud=no".to_owned()), "{assignments:?}");
    assert!(changes.iter().all(|change| change.status.is_none_or(|status| status == Status::Mitigated)));
}

#[test]
fn an_explanation_of_a_mitigated_threat_says_what_would_open_it() {
    let text = "elements: {a: {kind: process}}\nassumptions: {hope: {text: It is guarded, assumes: {a.controls.guard: yes}}}";
    let case = case(knowledge(&[GUARDED]), text);
    let changes = case.explain("unguarded@a").changes;
    assert_eq!(changes[0].assignments, ["assumptions.hope.status=refuted"]);
    assert_eq!(changes[0].status, Some(Status::Open));
}

#[test]
fn an_explanation_shows_the_way_of_an_attacker() {
    let case = case(knowledge(&[GUARDED]), NET);
    let chain = case.explain("unguarded@auth").chain;
    let ids: Vec<&str> = chain.iter().map(|thing| case.loaded.model.id_of(*thing)).collect();
    assert_eq!(ids, ["user", "visit", "web", "login", "auth"]);
}

#[test]
fn the_surface_lists_what_arrives_from_less_trusted_zones() {
    let case = case(knowledge(&[]), &NET.replace("web: {kind: process,", "web: {kind: process, entry-points: [GET /],"));
    let surface = redan_engine::surface::surface(&case.loaded.model, &case.knowledge);
    let entries: Vec<_> = surface.iter().map(|entry| (entry.entry.as_str(), entry.certain, entry.authenticated)).collect();
    assert_eq!(entries, [("GET /", true, Tri::Unknown), ("Visit", true, Tri::Unknown), ("Login", true, Tri::Unknown)]);
}

#[test]
fn a_checklist_claims_nothing_that_is_not_there() {
    use redan_engine::checklist::{ItemState, Surroundings, checklist};
    let case = case(knowledge(&[GUARDED]), "elements: {a: {kind: process}}");
    let items = checklist(&case.loaded.model, &case.analysis, &Surroundings::default());
    let done: Vec<&str> = items.iter().filter(|item| item.state == ItemState::Done).map(|item| item.title).collect();
    assert_eq!(done, ["Threat table with likelihood & impact"], "rules rate what they raise");
    assert!(items.iter().all(|item| item.state == ItemState::Done || !item.missing.is_empty()), "{items:#?}");
}

#[test]
fn names_and_order_change_neither_ids_nor_statuses_nor_risks() {
    let facts = |case: &Case| {
        let mut all: Vec<_> = case.analysis.threats.iter().map(|threat| (threat.id.clone(), threat.status, threat.rating)).collect();
        all.sort_by(|a, b| a.0.cmp(&b.0));
        all
    };
    let one = case(knowledge(&[GUARDED, SEALED]), NET);
    let turned = "
flows: {login: web -> auth, visit: user -> web}
elements:
  kiosk: {kind: process, name: Box, zone: internet, controls: {guard: no}}
  island: {kind: process, zone: core, controls: {guard: no}}
  auth: {kind: process, name: Wer da?, zone: core, controls: {guard: no}}
  web: {kind: process, zone: edge, controls: {guard: no}}
  user: {kind: actor, name: Somebody, zone: internet}
zones: {core: {trust: trusted, name: Inside}, edge: {trust: partner}, internet: {trust: untrusted}}
";
    let two = case(knowledge(&[GUARDED, SEALED]), turned);
    assert_eq!(facts(&one), facts(&two));
    let again = case(knowledge(&[GUARDED, SEALED]), NET);
    assert_eq!(format!("{:?}", one.analysis), format!("{:?}", again.analysis), "same input, same output");
}
