//! What documents say beyond the list of threats: attack paths, what trees come to, what work buys, losses and history.

use jiff::civil::date;
use redan_engine::depth::{Depth, depth};
use redan_engine::metrics::{Days, Point};
use redan_engine::{Analysis, Context, Knowledge, Policy, analyse};
use redan_model::{Loaded, load_text};
use redan_report::history::{History, Past};
use redan_report::json::ReportJson;
use redan_report::paper::{Audience, Branding, Paper};
use redan_report::{Input, More, docx, html, markdown, template, xlsx};

/// A shop with everything: a way to the orders over two threats, a tree with costs, a plan, and a loss in money.
const SHOP: &str = "\
redan: 1
name: Shop
assets: {orders: {confidentiality: critical, integrity: none, availability: none}}
zones: {internet: {trust: untrusted}, inside: {trust: trusted}}
assumptions:
  separated: {text: Nobody else is in the inner network, status: unconfirmed}
elements:
  user: {kind: actor, zone: internet}
  web: {kind: process, zone: inside}
  db: {kind: store, zone: inside, holds: [orders]}
flows:
  visit: {from: user, to: web, carries: [], returns: []}
  query: {from: web, to: db, carries: [], returns: []}
threats:
  T1: {title: Take over, on: [web], stride: [elevation-of-privilege], likelihood: 4, impact: 4, mitigations: [patch]}
  T2:
    title: Read it
    on: [db]
    stride: [information-disclosure]
    likelihood: 3
    impact: 4
    mitigations: [encrypt]
    scores: {fair: {loss-event-frequency: [1, 2, 6], loss-magnitude: [1000, 5000, 90000], currency: EUR, after: {loss-event-frequency: [0, 0.5, 1]}}}
mitigations:
  patch: {title: Patch it, status: planned, estimate: 2d, strength: strong}
  encrypt: {title: Encrypt it, status: planned, strength: moderate}
attack-trees:
  steal:
    goal: Steal orders
    any:
      - all: [{do: Phish, probability: 0.2, cost: 100, damage: 5, mitigations: [patch]}, {do: Download, probability: 0.9, cost: 10, damage: 50}]
      - {do: Bribe, probability: 0.1, cost: 9000, damage: 80, unless: [{do: Pay well, cost: 3}]}
";
const FULL: &str = include_str!("../../../examples/web-login/web-login.tm.yaml");
const EVERYBODY: [Audience; 4] = [Audience::Everybody, Audience::Developer, Audience::Manager, Audience::Auditor];

struct Read {
    knowledge: Knowledge,
    loaded: Loaded,
    analysis: Analysis,
    depth: Depth,
    history: History,
}

impl Read {
    fn of(text: &str) -> Self {
        let knowledge = Knowledge::embedded();
        let loaded = load_text("m.tm.yaml", text, &knowledge.vocabulary());
        assert!(loaded.is_valid(), "{:#?}", loaded.diagnostics);
        let context = Context::on(date(2026, 3, 1));
        let mut analysis = analyse(&loaded.model, &knowledge, &Policy::default(), &context);
        analysis.threats.retain(|threat| threat.rule.is_none());
        // They point at threats by place.
        analysis.questions.clear();
        analysis.coverage.clear();
        let depth = depth(&loaded.model, &knowledge, &Policy::default(), &context, &analysis);
        Self { knowledge, loaded, analysis, depth, history: history() }
    }

    fn page(&self, audience: Audience, mut write: impl FnMut(&Input<'_>, Audience) -> String) -> String {
        let more = More { depth: Some(&self.depth), history: Some(&self.history) };
        let (policy, today) = (Policy::default(), date(2026, 3, 1));
        let input = Input {
            model: &self.loaded.model,
            sources: &self.loaded.sources,
            knowledge: &self.knowledge,
            policy: &policy,
            analysis: &self.analysis,
            today,
            more,
        };
        write(&input, audience)
    }

    fn markdown(&self, audience: Audience) -> String {
        self.page(audience, |input, audience| markdown::render(&Paper::of(input, audience), None))
    }

    fn json(&self) -> serde_json::Value {
        let text = self.page(Audience::Everybody, |input, _| serde_json::to_string(&ReportJson::of(input)).expect("JSON"));
        serde_json::from_str(&text).expect("JSON")
    }

    /// The sheets of the workbook, by name, with the texts of their cells; and their XML.
    fn sheets(&self) -> Vec<(String, Vec<String>, String)> {
        let mut sheets = Vec::new();
        self.page(Audience::Everybody, |input, _| {
            sheets = read_book(&xlsx::render(input, &Branding::default()).expect("a file"));
            String::new()
        });
        sheets
    }

    fn html(&self, audience: Audience) -> String {
        self.page(audience, |input, audience| html::render(input, audience, &Branding::default()).expect("a page"))
    }
}

fn read_book(bytes: &[u8]) -> Vec<(String, Vec<String>, String)> {
    let mut zip = zip::ZipArchive::new(std::io::Cursor::new(bytes)).expect("a zip");
    let mut part = |name: &str| {
        let mut text = String::new();
        std::io::Read::read_to_string(&mut zip.by_name(name).expect(name), &mut text).expect("text");
        text
    };
    let between = |text: &str, start: &str, end: &str| {
        text.split(start).skip(1).filter_map(|rest| Some(rest.split(end).next()?.to_owned())).collect()
    };
    let shared: Vec<String> = between(&part("xl/sharedStrings.xml"), "<t", "</t>");
    let names: Vec<String> = between(&part("xl/workbook.xml"), "<sheet name=\"", "\"");
    let sheet = |(at, name): (usize, String)| {
        let xml = part(&format!("xl/worksheets/sheet{}.xml", at + 1));
        let cells: Vec<String> = between(&xml, "t=\"s\"><v>", "</v>");
        let said = cells.iter().map(|ix| shared[ix.parse::<usize>().expect("a number")].rsplit('>').next().unwrap_or_default().to_owned());
        (name, said.collect(), xml)
    };
    names.into_iter().enumerate().map(sheet).collect()
}

fn history() -> History {
    let point = |critical, high, new, closed| Point { open: [critical, high, 0, 0], new, closed, all: 9, questions: 3, ..Point::default() };
    History {
        points: vec![
            Past { on: date(2026, 1, 1), commit: Some("abc".to_owned()), point: point(2, 3, 5, 0) },
            Past { on: date(2026, 2, 1), commit: Some("def".to_owned()), point: point(1, 3, 0, 1) },
            Past { on: date(2026, 3, 1), commit: None, point: point(0, 1, 0, 3) },
        ],
        remediated: [Days { count: 2, sum: 60, most: 40 }, Days { count: 2, sum: 9, most: 8 }, Days::default(), Days::default()],
        acceptances: Days::default(),
        verification: Some((4, 3)),
        unreadable: 1,
        is_cut_off: false,
    }
}

fn has(page: &str, parts: &[&str]) {
    for part in parts {
        assert!(page.contains(part), "no {part} in {page}");
    }
}

#[test]
fn a_report_tells_the_ways_to_what_is_worth_protecting_and_what_they_have_in_common() {
    let page = Read::of(SHOP).markdown(Audience::Everybody);
    has(
        &page,
        &[
            "### How an attacker gets there",
            "#### See Orders: 18 % by 1 way",
            "**Way 1, 18 %:** Somebody in Internet starts at User",
            "Control Web: [Take over](#threat-T1) 60 %",
            "See Orders: [Read it](#threat-T2) 30 %",
            "- **See Orders**: any of\n  - all of\n    - Take over, 60 % (against it: Patch it)",
            "`redan tree --tree path:orders/confidentiality`",
            "What these ways rest on:** no unconfirmed assumption and no open question.",
            "class user onPath",
        ],
    );
}

#[test]
fn a_way_that_rests_on_an_assumption_says_so() {
    let text = SHOP.replace("status: unconfirmed}", "status: unconfirmed, assumes: {web.controls.sandboxing: no}}");
    let mut read = Read::of(&text);
    let text = "Nobody else is in the inner network";
    read.depth.paths.goals[0].paths[0].assumptions.push("separated".to_owned());
    let page = read.markdown(Audience::Everybody);
    has(&page, &[&format!("Rests on an assumption that nobody has confirmed:** {text}"), &format!("nobody has confirmed ({text})")]);
}

#[test]
fn a_model_without_ways_says_that_there_are_none() {
    let page = Read::of("redan: 1\nname: Nothing yet\n").markdown(Audience::Everybody);
    has(&page, &["Nobody starts anywhere", "No way leads from there to anything worth protecting"]);
    assert!(!page.contains("What the work buys") && !page.contains("What it may cost"), "{page}");
}

#[test]
fn a_tree_with_numbers_shows_its_probability_its_ways_and_its_fronts() {
    let page = Read::of(SHOP).markdown(Audience::Everybody);
    has(
        &page,
        &[
            "The goal is reached with a probability of 26.2 %.",
            "| Phish + Download | 18 % |",
            "The cheapest attack costs 110: Phish, Download.",
            "What defence buys: the cheapest attack that is left: cost of defences 0: cost of the cheapest attack 110;",
            "no attack is left.",
            "What an attacker's money breaks, as if nothing stood in the way; full squares reach the goal:",
            "| 9000 | 80 | yes |",
        ],
    );
}

#[test]
fn a_tree_without_probabilities_claims_none() {
    let page = Read::of(FULL).markdown(Audience::Everybody);
    has(&page, &["No step says how likely it is, so nobody can say how likely the goal is. There are 3 ways to it"]);
    assert!(!page.contains("The goal is reached with a probability of 100 %"), "{page}");
}

#[test]
fn the_plan_says_what_comes_first_and_what_each_number_of_days_leaves() {
    let page = Read::of(SHOP).markdown(Audience::Everybody);
    has(
        &page,
        &["### What the work buys", "**Do first:** Patch it (2 days).", "1\\. Patch it | 2 days |", "2\\. Encrypt it | 3 days \\* |"],
    );
    has(&page, &["Nobody has estimated it; it counts as 3 days.", "| 0 days |", "all of them |"]);
    has(
        &page,
        &[
            "Goals of attackers make up",
            "| What attackers want | Today | After the work |",
            "| Steal orders | 26\\.2 %, 8 medium |",
            "| See Orders |",
        ],
    );
}

#[test]
fn losses_are_told_before_and_after_the_plan() {
    let page = Read::of(SHOP).markdown(Audience::Everybody);
    has(
        &page,
        &[
            "### What it may cost a year",
            "| Threat | Expected loss | After the plan |",
            " EUR |",
            "Loss of a year by Read it: today: 99 % above",
        ],
    );
    assert!(Read::of(SHOP).markdown(Audience::Manager).contains("Expected loss a year of the threat that has ranges: "));
}

#[test]
fn history_shows_what_is_open_what_came_and_went_and_how_fast() {
    let page = Read::of(SHOP).markdown(Audience::Everybody);
    has(
        &page,
        &[
            "3 states of the model, from 2026-01-01 to 2026-03-01",
            "1 state is left out",
            "Open critical threats from 2 on 2026-01-01 to 0 on 2026-03-01",
            "2026-02-01: 0 new, 1 closed",
            "| Critical | 2 | 30\\.0 | 40 |",
            "Verified: evidence proves 3 of 4 implemented mitigations (75 %).",
            "Waiting for an answer: 33 % of all threats.",
        ],
    );
}

#[test]
fn audiences_get_what_they_can_use() {
    let read = Read::of(SHOP);
    let [_, developer, manager, auditor] = EVERYBODY.map(|audience| read.markdown(audience));
    has(&manager, &["Worth most to an attacker is to see Orders: 18 % likely by 1 way", "**Do first:** Patch it", "Open critical threats"]);
    assert!(!manager.contains("Way 1") && !manager.contains("onPath"), "{manager}");
    has(&developer, &["Way 1", "Attack paths"]);
    assert!(!developer.contains("What it may cost") && !developer.contains("Over time"), "{developer}");
    has(&auditor, &["What these ways rest on", "Attack tree: Steal orders", "What it may cost a year", "Over time"]);
}

#[test]
fn every_format_has_it_with_unique_ids_and_links_that_lead_somewhere() {
    let read = Read::of(SHOP);
    for audience in EVERYBODY {
        let page = read.html(audience);
        let after = |start: &str| page.split(start).skip(1).filter_map(|rest| rest.split('"').next()).collect::<Vec<_>>();
        let ids = after(" id=\"");
        let known: std::collections::BTreeSet<&str> = ids.iter().copied().collect();
        assert_eq!(ids.len(), known.len(), "an id stands twice for {audience:?}: {ids:?}");
        after("href=\"#").iter().for_each(|link| assert!(known.contains(link), "#{link} leads nowhere for {audience:?}"));
        assert_eq!(read.html(audience), page);
        assert!(!page.contains("NaN") && !page.contains(">inf<"), "{audience:?}");
    }
    let file = read.page(Audience::Everybody, |input, audience| {
        let paper = Paper::of(input, audience);
        format!("{}", docx::render(&paper, &Branding::default(), date(2026, 3, 1)).expect("a file").len())
    });
    assert!(file.parse::<usize>().expect("a size") > 10_000);
}

#[test]
fn without_what_was_worked_out_the_parts_are_left_out() {
    let read = Read::of(SHOP);
    let page = read.page(Audience::Everybody, |input, audience| {
        markdown::render(&Paper::of(&Input { more: More::default(), ..*input }, audience), None)
    });
    assert!(!page.contains("How an attacker gets there") && !page.contains("Over time") && !page.contains("What the work buys"), "{page}");
}

#[test]
fn the_report_as_json_holds_what_the_document_tells() {
    let report = Read::of(SHOP).json();
    let tree = &report["trees"][0];
    assert_eq!((&tree["tree"], &tree["minimal_sets"]), (&"steal".into(), &"2".into()));
    assert!(tree["cost_damage"].as_array().is_some_and(|front| front.len() > 1) && tree["defence_attack"].is_array(), "{tree}");
    let goal = &report["paths"]["goals"][0];
    assert_eq!((&goal["target"]["at"], &goal["paths"][0]["steps"][0]["threat"]), (&"orders".into(), &serde_json::Value::Null));
    assert_eq!(report["paths"]["first_goal"]["tree"], "path:orders/confidentiality");
    assert_eq!(report["plan"]["order"], serde_json::json!(["patch", "encrypt"]));
    assert!(report["plan"]["front"].as_array().is_some_and(|front| front.len() > 1));
    let loss = &report["losses"][0];
    assert_eq!((&loss["threat"], &loss["currency"]), (&"T2".into(), &"EUR".into()));
    assert!(loss["after"]["ale"].as_f64() < loss["before"]["ale"].as_f64());
    assert_eq!(
        (&report["history"]["points"][0]["commit"], &report["history"]["points"][0]["open"]["critical"]),
        (&"abc".into(), &2.into())
    );
}

#[test]
fn every_name_that_a_template_may_say_is_there_for_every_model() {
    for text in [SHOP, "redan: 1\nname: Nothing yet\n"] {
        let read = Read::of(text);
        // A name that is not there is an error as soon as it is said.
        let mut source: String = template::NAMES.iter().map(|name| format!("{{% if {name} %}}{{% endif %}}")).collect();
        source.push_str("{% if plan %}{{ plan.order | first }}{% endif %}");
        let first = |input: &Input<'_>| template::render(input, "t.txt", &source).expect("every name is known");
        let said = read.page(Audience::Everybody, |input, _| first(input));
        assert_eq!(said, if text == SHOP { "patch" } else { "" });
        let said = read.page(Audience::Everybody, |input, _| first(&Input { more: More::default(), ..*input }));
        assert_eq!(said, "", "nothing was worked out");
    }
}

#[test]
fn a_template_walks_through_paths_trees_plan_losses_and_history() {
    let source = "\
{% for goal in paths.goals %}{{ goal.target.at }}:{% for way in goal.paths %}{% for step in way.steps if step.threat %} {{ step.threat }}{% endfor %}{% endfor %}
{% endfor %}{% for tree in trees %}{{ tree.goal }}: {{ tree.defence_attack | length > 1 }}
{% endfor %}{% for id in plan.order %}{{ loop.index }}. {{ id }}
{% endfor %}{% for loss in losses %}{{ loss.title }}: {{ loss.currency }}
{% endfor %}{{ history.points[-1].open.high }}";
    let text = Read::of(SHOP).page(Audience::Everybody, |input, _| template::render(input, "t.txt", source).expect("a text"));
    assert_eq!(text, "orders: T1 T2\nweb: T1\nSteal orders: True\n1. patch\n2. encrypt\nRead it: EUR\n1");
}

#[test]
fn a_workbook_has_sheets_for_it_with_filters_heads_that_stay_and_lists_to_choose_from() {
    let sheets = Read::of(SHOP).sheets();
    let expected = [
        ("Attack paths", "See Orders"),
        ("Path steps", "Control Web"),
        ("Worth attacking", "DB"),
        ("Attack trees", "Phish + Download"),
        ("Tree steps", "Bribe"),
        ("Tree fronts", "no attack is left"),
        ("Plan", "Patch it"),
        ("Plan front", "Patch it; Encrypt it"),
        ("Plan risks", "Take over"),
        ("Plan goals", "Steal orders"),
        ("Losses", "EUR"),
        ("History", "2026-03-01"),
    ];
    for (name, said) in expected {
        let (_, cells, xml) = sheets.iter().find(|(known, ..)| known == name).unwrap_or_else(|| panic!("no sheet {name}"));
        assert!(cells.iter().any(|cell| cell == said), "{name} does not say {said}: {cells:?}");
        assert!(xml.contains("<autoFilter") && xml.contains("state=\"frozen\""), "{name}");
        assert!(!xml.contains("<f>") && !xml.contains("NaN") && !xml.contains("inf<"), "{name}");
    }
    let (.., plan) = sheets.iter().find(|(name, ..)| name == "Plan").expect("a plan");
    assert!(plan.contains("planned,in-progress") && plan.contains("&quot;yes,no&quot;") || plan.contains("\"yes,no\""), "{plan}");
}

#[test]
fn a_workbook_of_a_model_without_anything_to_tell_has_no_empty_sheets() {
    let names: Vec<String> = Read::of("redan: 1\nname: Nothing yet\n").sheets().into_iter().map(|(name, ..)| name).collect();
    assert_eq!(names, ["Overview", "Threats", "Mitigations", "Assets", "Questions", "Tests", "History"]);
}

#[test]
fn work_is_laid_out_over_sprints_one_mitigation_after_the_other() {
    let mut read = Read::of(SHOP);
    assert!(!read.markdown(Audience::Everybody).contains("Sprint"));
    // Two days, then three: the second one begins in the first sprint of three days.
    read.depth.plan.as_mut().expect("a plan").divide_into_sprints(24);
    let sprints: Vec<_> = read.depth.plan.as_ref().expect("a plan").steps.iter().map(|step| step.sprints).collect();
    assert_eq!(sprints, [Some((1, 1)), Some((1, 2))]);
    has(
        &read.markdown(Audience::Everybody),
        &["| Sprint |", "| 1 to 2 |", "A sprint is 3 days of work here, one mitigation after the other."],
    );
    assert_eq!(read.json()["plan"]["mitigations"][1]["sprints"], serde_json::json!([1, 2]));
}
