//! A model seen as the seven stages of PASTA: what each stage can use, by id, and the exact field that it lacks.
//!
//! Nothing counts that is not in the model or its analysis. Lists of inputs are long where the model is; faces shorten
//! them. A missing field is a path as `redan set` takes it, or an entry to add.

use redan_engine::Status;
use redan_model::Element;
use redan_model::lang::{AttackTree, ElementKind, List, ReviewKind, State, TreeNode};

use crate::Input;
use crate::fact::fact_path;

/// Something that a stage can use.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// What kind of thing it is: `asset`, `element`, `threat`…
    pub kind: &'static str,
    /// Its id, or the path of a field.
    pub id: String,
}

/// Something that a stage lacks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lack {
    /// The field, as `redan set` takes it, or the section to add an entry to.
    pub field: String,
    /// What it would say.
    pub what: &'static str,
}

/// One stage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stage {
    /// From 1 to 7.
    pub number: u8,
    /// Its name.
    pub name: &'static str,
    /// What it can use, in the order of the model.
    pub inputs: Vec<Given>,
    /// What it lacks, in the order of the model.
    pub missing: Vec<Lack>,
}

impl Stage {
    /// done, partial or missing: nothing is done by default.
    pub fn state(&self) -> &'static str {
        match (self.inputs.is_empty(), self.missing.is_empty()) {
            (true, _) => "missing",
            (false, true) => "done",
            (false, false) => "partial",
        }
    }

    fn new(number: u8, name: &'static str) -> Self {
        Self { number, name, inputs: Vec::new(), missing: Vec::new() }
    }

    fn give(&mut self, kind: &'static str, id: impl Into<String>) {
        self.inputs.push(Given { kind, id: id.into() });
    }

    fn lack(&mut self, field: impl Into<String>, what: &'static str) {
        self.missing.push(Lack { field: field.into(), what });
    }

    /// A field that is there or is not.
    fn field(&mut self, there: bool, kind: &'static str, path: impl Into<String>, what: &'static str) {
        if there { self.give(kind, path) } else { self.lack(path, what) }
    }
}

/// The seven stages.
pub fn stages(input: &Input<'_>) -> [Stage; 7] {
    [objectives(input), scope(input), decomposition(input), threats(input), weaknesses(input), attacks(input), risk(input)]
}

fn objectives(input: &Input<'_>) -> Stage {
    let mut stage = Stage::new(1, "Define the objectives");
    let root = &input.model.root;
    let scope = root.scope.as_ref().map(|s| &s.value);
    stage.field(scope.is_some_and(|s| s.target.is_some()), "field", "scope.target", "the system in one sentence");
    stage.field(scope.is_some_and(|s| !s.goals.items.is_empty()), "field", "scope.goals", "what the model is to find out");
    stage.field(scope.is_some_and(|s| s.approved.is_some()), "field", "scope.approved", "who approved the scope, and when");
    stage.field(root.owner.is_some(), "field", "owner", "who answers for the system");
    let top = |a: &&redan_model::Asset| a.stated.top.as_ref().is_some_and(|t| t.value.is_yes());
    let tops: Vec<&redan_model::Asset> = input.model.assets.iter().filter(top).collect();
    if tops.is_empty() {
        stage.lack("assets.<id>.top", "what the business cannot do without");
    }
    tops.iter().for_each(|asset| stage.give("top asset", &asset.identity.id));
    stage
}

/// Whether an element is looked at and made of something: people are not, and groups are what their parts are.
fn built(element: &Element) -> bool {
    element.out_of_scope.is_none() && !element.is_group && element.kind != ElementKind::Actor
}

fn scope(input: &Input<'_>) -> Stage {
    let mut stage = Stage::new(2, "Define the technical scope");
    let model = input.model;
    for element in &model.elements {
        let id = &element.identity.id;
        stage.give("element", id);
        if built(element) && element.stated.tech.is_none() {
            stage.lack(format!("{id}.tech"), "what it is built with");
        }
        if element.out_of_scope.is_none() && !element.zones_known {
            stage.lack(format!("{id}.zone"), "the trust boundary that it is in");
        }
    }
    for zone in &model.zones {
        stage.give("zone", &zone.identity.id);
        if zone.trust.is_none() {
            stage.lack(format!("{}.trust", zone.identity.id), "how far what is inside is trusted");
        }
    }
    for flow in &model.flows {
        stage.give("flow", &flow.identity.id);
        if flow.out_of_scope.is_none() && flow.stated.protocol.is_none() {
            stage.lack(format!("{}.protocol", flow.identity.id), "the protocol");
        }
    }
    for (section, none) in [("elements", model.elements.is_empty()), ("zones", model.zones.is_empty()), ("flows", model.flows.is_empty())] {
        if none {
            stage.lack(section, "what the system is made of");
        }
    }
    let scope = model.root.scope.as_ref().map(|s| &s.value);
    stage.field(scope.is_some_and(|s| !s.r#in.items.is_empty()), "field", "scope.in", "what is looked at");
    stage.field(scope.is_some_and(|s| !s.out.items.is_empty()), "field", "scope.out", "what is not looked at, and why");
    stage
}

fn decomposition(input: &Input<'_>) -> Stage {
    let mut stage = Stage::new(3, "Decompose the application");
    let model = input.model;
    for element in &model.elements {
        let id = &element.identity.id;
        if !element.stated.entry_points.items.is_empty() {
            stage.give("entry points", format!("{id}.entry-points"));
        }
        if built(element) && element.kind == ElementKind::Store && element.holds.is_empty() && !element.stated.holds.is_written() {
            stage.lack(format!("{id}.holds"), "the assets that it keeps");
        }
    }
    for flow in model.flows.iter().filter(|flow| flow.out_of_scope.is_none()) {
        let id = &flow.identity.id;
        stage.field(flow.moves_known, "data flow", format!("{id}.carries"), "the assets that it moves");
    }
    for asset in &model.assets {
        let id = &asset.identity.id;
        stage.give("asset", id);
        if asset.kind == redan_model::lang::AssetKind::Data {
            let levels = [
                ("confidentiality", &asset.stated.confidentiality),
                ("integrity", &asset.stated.integrity),
                ("availability", &asset.stated.availability),
            ];
            for (name, _) in levels.iter().filter(|(_, level)| level.is_none()) {
                stage.lack(format!("{id}.{name}"), "how much it matters");
            }
        }
    }
    if model.assets.is_empty() {
        stage.lack("assets", "what is worth protecting");
    }
    let diagrams = &model.root.diagrams.entries;
    diagrams.keys().for_each(|id| stage.give("diagram", id));
    let parts = model.elements.iter().any(|element| element.parent.is_some());
    if !parts && !diagrams.values().any(|d| d.value.level.as_ref().is_some_and(|level| level.value > 0)) {
        stage.lack("diagrams.<id>.level", "a diagram of a feature in detail (level 1)");
    }
    stage
}

fn threats(input: &Input<'_>) -> Stage {
    let mut stage = Stage::new(4, "Analyse the threats");
    let root = &input.model.root;
    for (id, entry) in &root.attackers.entries {
        stage.give("attacker", id);
        let attacker = &entry.value;
        let fields =
            [("from", attacker.from.items.is_empty()), ("motive", attacker.motive.is_none()), ("goals", attacker.goals.items.is_empty())];
        for (field, _) in fields.iter().filter(|(_, none)| *none) {
            stage.lack(format!("attackers.{id}.{field}"), "who attacks, from where, and for what");
        }
    }
    if root.attackers.entries.is_empty() {
        stage.lack("attackers", "who might attack");
    }
    input.analysis.threats.iter().filter(|t| t.status != Status::Question).for_each(|t| stage.give("threat", &t.id));
    root.incidents.entries.keys().for_each(|id| stage.give("incident", id));
    if root.incidents.entries.is_empty() {
        stage.lack("incidents", "what went wrong in the past");
    }
    stage
}

fn weaknesses(input: &Input<'_>) -> Stage {
    let mut stage = Stage::new(5, "Analyse vulnerabilities and weaknesses");
    let mut seen = std::collections::BTreeSet::new();
    for threat in input.analysis.threats.iter().filter(|t| t.status == Status::Open) {
        for used in threat.counters.iter().filter(|c| matches!(c.state, State::No | State::Partial)) {
            let path = fact_path(input.knowledge, redan_engine::fact::FactKey::Control(used.control));
            let id = format!("{}.{path}", input.model.id_of(used.place));
            if seen.insert(id.clone()) {
                stage.give("missing control", id);
            }
        }
        let references = threat.references(input.knowledge);
        for cwe in references.get("cwe").into_iter().flatten() {
            if seen.insert(format!("CWE-{cwe}")) {
                stage.give("weakness", format!("CWE-{cwe}"));
            }
        }
    }
    let tested = [ReviewKind::PenTest, ReviewKind::CodeReview];
    let held = |kind: ReviewKind| {
        let reviews = input.model.root.reviews.entries.iter();
        reviews.filter(move |(_, r)| r.value.kind.as_ref().is_some_and(|k| k.value == kind)).map(|(id, _)| id.clone()).collect::<Vec<_>>()
    };
    let found: Vec<String> = tested.into_iter().flat_map(held).collect();
    if found.is_empty() {
        stage.lack("reviews.<id>.kind", "a code review or a penetration test");
    }
    found.into_iter().for_each(|id| stage.give("review", id));
    input.analysis.questions.iter().for_each(|q| stage.lack(&q.id, "whether a weakness is there"));
    stage
}

fn attacks(input: &Input<'_>) -> Stage {
    let mut stage = Stage::new(6, "Model the attacks");
    let trees = &input.model.root.attack_trees.entries;
    for (id, entry) in trees {
        stage.give("attack tree", id);
        for step in bare_leaves(&entry.value) {
            stage.lack(
                format!("attack-trees.{id}: `threat` or `mitigations` of \"{step}\""),
                "what the step uses, or what stands against it",
            );
        }
    }
    if trees.is_empty() {
        stage.lack("attack-trees", "how an attacker's goal breaks down into steps");
    }
    let wanted: Vec<&str> = input.model.root.attackers.entries.values().flat_map(|a| a.value.goals.values()).map(String::as_str).collect();
    let aimed: Vec<&str> = trees.values().filter_map(|t| t.value.asset.as_ref()).map(|a| a.value.as_str()).collect();
    let mut named = std::collections::BTreeSet::new();
    for goal in wanted.into_iter().filter(|goal| !aimed.contains(goal)) {
        if named.insert(goal) {
            stage.lack(format!("attack-trees.<id>.asset: {goal}"), "a tree for an asset that an attacker is after");
        }
    }
    stage
}

/// Leaves that use no threat and that nothing stands against.
fn bare_leaves(tree: &AttackTree) -> Vec<&str> {
    let mut out = Vec::new();
    let mut left: Vec<&TreeNode> = [&tree.any, &tree.all, &tree.seq, &tree.of].into_iter().flat_map(List::values).collect();
    left.extend(tree.nodes.entries.values().map(|entry| &entry.value));
    left.reverse();
    while let Some(node) = left.pop() {
        let below: Vec<&TreeNode> = [&node.any, &node.all, &node.seq, &node.of].into_iter().flat_map(List::values).collect();
        let bare = below.is_empty() && node.r#ref.is_none() && node.threat.is_none() && node.mitigations.items.is_empty();
        if let Some(step) = node.r#do.as_ref().filter(|_| bare) {
            out.push(step.value.as_str());
        }
        left.extend(below.into_iter().rev());
    }
    out
}

fn risk(input: &Input<'_>) -> Stage {
    let mut stage = Stage::new(7, "Analyse risk and impact");
    for threat in &input.analysis.threats {
        match threat.status {
            Status::Open | Status::Mitigated => {
                stage.give("rated threat", &threat.id);
                if threat.rule.is_none() && threat.rating.risk.is_none() {
                    stage.lack(format!("threats.{}.likelihood", threat.id), "a number from 1 to 5");
                    stage.lack(format!("threats.{}.impact", threat.id), "a number from 1 to 5");
                }
            }
            Status::Accepted | Status::Transferred => {
                stage.give("carried risk", &threat.id);
                let answer = threat.answer.as_ref();
                let key = answer.map_or(threat.id.as_str(), |a| a.key.as_str());
                if answer.is_some_and(|a| a.expired) || answer.is_none_or(|a| a.until.is_none()) {
                    stage.lack(format!("threats.{key}.until"), "a day in the future until which it is carried");
                }
            }
            _ => {}
        }
        let urgent = threat.status == Status::Open && threat.rating.band >= Some(redan_model::lang::Band::High);
        if urgent && threat.mitigations.is_empty() {
            stage.lack(format!("threats.{}.mitigations", threat.id), "what is done about it");
        }
    }
    for (id, entry) in &input.model.root.mitigations.entries {
        stage.give("mitigation", id);
        let m = &entry.value;
        for (field, none) in [("owner", m.owner.is_none()), ("due", m.due.is_none()), ("acceptance", m.acceptance.items.is_empty())] {
            if none {
                stage.lack(format!("mitigations.{id}.{field}"), "who does it, by when, and when it counts as done");
            }
        }
    }
    if input.model.root.mitigations.entries.is_empty() {
        stage.lack("mitigations", "what is done about the threats");
    }
    let assumed = input.model.root.assumptions.entries.iter();
    assumed.for_each(|(id, _)| stage.give("assumption", id));
    stage
}
