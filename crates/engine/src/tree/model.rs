//! The attack trees of a model as structures, with what is known of each step.

use indexmap::IndexMap;
use redan_model::lang::{AttackTree, MitigationStatus, Number, Opt, TreeNode};
use redan_model::{ById, Ids, Model, Span, naming};
use rustc_hash::FxHashMap;

use super::structure::{Gate, Literal, Structure};
use crate::Analysis;
use crate::analysis::{Status, Threat};

/// Hours in a day of work.
const HOURS: f64 = 8.0;

/// What the likelihoods 1 to 5 of a threat are as probabilities.
pub const LIKELIHOODS: [f64; 5] = [0.02, 0.1, 0.3, 0.6, 0.9];

/// Whose leaf it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// A step of the attacker.
    Step,
    /// Something that stops the attacker, written under `unless`.
    Defence,
    /// A mitigation that is not in place yet. Once it is, the steps that name it fail.
    Mitigation,
}

/// A leaf of a tree.
#[derive(Debug, Clone, PartialEq)]
pub struct Leaf {
    /// Whose it is.
    pub role: Role,
    /// Its id: that of the step, or of the mitigation.
    pub id: Option<String>,
    /// What is done.
    pub text: String,
    /// The threat that it uses.
    pub threat: Option<String>,
    /// Probability of success, as stated or from the threat.
    pub probability: Option<f64>,
    /// Whether the probability comes from the likelihood of the threat.
    pub from_threat: bool,
    /// Cost to whoever does it; of a mitigation in days of work.
    pub cost: Option<f64>,
    /// Hours that it takes.
    pub time: Option<f64>,
    /// Skill that it takes.
    pub skill: Option<f64>,
    /// Probability of being noticed.
    pub detectability: Option<f64>,
    /// Mitigations against it that are not rejected, in place or not.
    pub mitigations: Vec<String>,
    /// Whether something under `unless` stops it.
    pub stopped: bool,
    /// Where it is written.
    pub span: Span,
}

/// An attack tree of a model.
#[derive(Debug, Clone)]
pub struct Tree {
    /// Its id.
    pub id: String,
    /// What the attacker wants.
    pub goal: String,
    /// When the goal is reached.
    pub structure: Structure,
    /// The leaves of the structure.
    pub leaves: Vec<Leaf>,
    /// How many gates are written.
    pub gates: usize,
    /// The harm of each node of the structure.
    pub damages: Vec<f64>,
}

impl Tree {
    /// One number for each leaf; those that do not say it have the other one.
    pub fn numbers(&self, of: impl Fn(&Leaf) -> Option<f64>, otherwise: f64) -> Vec<f64> {
        self.leaves.iter().map(|leaf| of(leaf).unwrap_or(otherwise)).collect()
    }

    /// The probability of each leaf. A step that says none counts as certain, a defence that says none as not there: the
    /// worst case.
    pub fn probabilities(&self) -> Vec<f64> {
        self.leaves.iter().map(|leaf| leaf.probability.unwrap_or(if leaf.role == Role::Step { 1.0 } else { 0.0 })).collect()
    }

    /// How many leaves are written in the tree.
    pub fn events(&self) -> usize {
        self.leaves.iter().filter(|leaf| leaf.role != Role::Mitigation).count()
    }
}

/// Every attack tree of a model.
pub fn trees(model: &Model, analysis: &Analysis) -> Vec<Tree> {
    model.root.attack_trees.entries.iter().map(|(id, entry)| tree(model, analysis, id, &entry.value)).collect()
}

fn tree(model: &Model, analysis: &Analysis, id: &str, stated: &AttackTree) -> Tree {
    let mut maker = Maker {
        model,
        analysis,
        structure: Structure::new(),
        leaves: Vec::new(),
        damages: FxHashMap::default(),
        named: named(stated),
        made: ById::default(),
        threats: ById::default(),
        mitigations: IndexMap::new(),
        gates: 1,
    };
    for name in maker.in_order(stated) {
        maker.named_step(name, false);
    }
    let lists = Lists::of_tree(stated);
    let goal = maker.gate(&lists, None, false);
    maker.structure.set_goal(goal);
    for (leaf, direction) in maker.leaves.iter_mut().zip(maker.structure.directions()) {
        if leaf.role != Role::Mitigation {
            leaf.role = if direction.hinders && !direction.helps { Role::Defence } else { Role::Step };
        }
    }
    let damages = (0..maker.structure.nodes().len()).map(|at| maker.damages.get(&at).copied().unwrap_or(0.0)).collect();
    Tree {
        id: id.to_owned(),
        goal: stated.goal.as_ref().map_or_else(|| naming::sentence_of(id), |goal| goal.value.clone()),
        structure: maker.structure,
        leaves: maker.leaves,
        gates: maker.gates,
        damages,
    }
}

/// How a step is made of steps.
struct Lists<'m> {
    any: &'m [redan_model::Spanned<TreeNode>],
    all: &'m [redan_model::Spanned<TreeNode>],
    seq: &'m [redan_model::Spanned<TreeNode>],
    of: &'m [redan_model::Spanned<TreeNode>],
    unless: &'m [redan_model::Spanned<TreeNode>],
    least: u32,
    most: Option<u32>,
    is_gate: bool,
    /// A choice of nothing, which never holds.
    never: bool,
}

impl<'m> Lists<'m> {
    fn of_tree(tree: &'m AttackTree) -> Self {
        let written = [&tree.any, &tree.all, &tree.seq, &tree.of].iter().any(|list| list.is_written());
        Self {
            any: &tree.any.items,
            all: &tree.all.items,
            seq: &tree.seq.items,
            of: &tree.of.items,
            unless: &tree.unless.items,
            least: tree.at_least.as_ref().map_or(0, |count| count.value),
            most: tree.at_most.as_ref().map(|count| count.value),
            is_gate: written,
            never: tree.any.is_written() && tree.any.items.is_empty(),
        }
    }

    fn of_node(node: &'m TreeNode) -> Self {
        let written = [&node.any, &node.all, &node.seq, &node.of].iter().any(|list| list.is_written());
        Self {
            any: &node.any.items,
            all: &node.all.items,
            seq: &node.seq.items,
            of: &node.of.items,
            unless: &node.unless.items,
            least: node.at_least.as_ref().map_or(0, |count| count.value),
            most: node.at_most.as_ref().map(|count| count.value),
            is_gate: written,
            never: node.any.is_written() && node.any.items.is_empty(),
        }
    }

    fn below(&self) -> impl Iterator<Item = &'m TreeNode> {
        [self.any, self.all, self.seq, self.of, self.unless].into_iter().flatten().map(|node| &node.value)
    }
}

/// Every step that has an id, by its id.
fn named(tree: &AttackTree) -> ById<(&TreeNode, Span), &str> {
    let mut named: ById<(&TreeNode, Span), &str> = ById::default();
    let mut stack: Vec<&TreeNode> = Lists::of_tree(tree).below().collect();
    for (id, entry) in &tree.nodes.entries {
        named.insert(id, (&entry.value, entry.span));
        stack.extend(Lists::of_node(&entry.value).below());
    }
    while let Some(node) = stack.pop() {
        if let Some(id) = &node.id {
            named.entry(id.value.as_str()).or_insert((node, id.span));
        }
        stack.extend(Lists::of_node(node).below());
    }
    named
}

struct Maker<'m> {
    model: &'m Model,
    analysis: &'m Analysis,
    structure: Structure,
    leaves: Vec<Leaf>,
    damages: FxHashMap<usize, f64>,
    named: ById<(&'m TreeNode, Span), &'m str>,
    made: ById<Literal, &'m str>,
    /// The leaf of each threat: steps that use the same threat succeed together.
    threats: ById<Literal, &'m str>,
    mitigations: IndexMap<&'m str, Literal>,
    gates: usize,
}

impl<'m> Maker<'m> {
    /// Ids of steps that the goal needs, each after those that it refers to. No recursion, for chains of references may
    /// be as long as the file.
    fn in_order(&self, tree: &'m AttackTree) -> Vec<&'m str> {
        let mut order = Vec::new();
        let mut seen: Ids<&str> = Ids::default();
        let mut stack: Vec<(&'m str, bool)> =
            references(Lists::of_tree(tree).below()).into_iter().rev().map(|name| (name, false)).collect();
        while let Some((name, done)) = stack.pop() {
            if done {
                order.push(name);
                continue;
            }
            let Some((node, _)) = self.named.get(name) else { continue };
            if !seen.insert(name) {
                continue;
            }
            stack.push((name, true));
            stack.extend(references(Lists::of_node(node).below()).into_iter().rev().map(|name| (name, false)));
        }
        order
    }

    fn named_step(&mut self, name: &'m str, defends: bool) -> Literal {
        if let Some(made) = self.made.get(name) {
            return *made;
        }
        let Some((node, span)) = self.named.get(name).copied() else { return self.structure.gate(Gate::Any, Vec::new()) };
        let literal = self.step(node, span, Some(name), defends);
        self.made.insert(name, literal);
        literal
    }

    fn below(&mut self, nodes: &'m [redan_model::Spanned<TreeNode>], defends: bool) -> Vec<Literal> {
        nodes.iter().map(|node| self.reached(&node.value, node.span, defends)).collect()
    }

    fn reached(&mut self, node: &'m TreeNode, span: Span, defends: bool) -> Literal {
        match (&node.r#ref, &node.id) {
            (Some(name), _) => self.made.get(name.value.as_str()).copied().unwrap_or_else(|| self.structure.gate(Gate::Any, Vec::new())),
            (None, Some(id)) => self.named_step(id.value.as_str(), defends),
            (None, None) => self.step(node, span, None, defends),
        }
    }

    fn step(&mut self, node: &'m TreeNode, span: Span, id: Option<&'m str>, defends: bool) -> Literal {
        let lists = Lists::of_node(node);
        if !lists.is_gate && node.r#do.is_none() && node.threat.is_none() && !lists.unless.is_empty() {
            self.gates += 1;
            return self.gate(&lists, None, defends);
        }
        let own = (!lists.is_gate || has_own(node)).then(|| self.leaf(node, span, id, defends));
        if lists.is_gate || !lists.unless.is_empty() {
            self.gates += 1;
            let literal = self.gate(&lists, own, defends);
            if lists.is_gate
                && let Some(damage) = number(&node.damage)
            {
                self.damages.insert(literal.node(), damage);
            }
            return literal;
        }
        own.unwrap_or_else(|| self.structure.gate(Gate::Any, Vec::new()))
    }

    /// A gate, with the leaf of its own that it also needs.
    fn gate(&mut self, lists: &Lists<'m>, own: Option<Literal>, defends: bool) -> Literal {
        let mut parts: Vec<Literal> = own.into_iter().collect();
        for (gate, nodes) in [(Gate::Any, lists.any), (Gate::All, lists.all), (Gate::Seq, lists.seq)] {
            if !nodes.is_empty() {
                let inputs = self.below(nodes, defends);
                parts.push(self.structure.gate(gate, inputs));
            }
        }
        if !lists.of.is_empty() {
            let inputs = self.below(lists.of, defends);
            if let Some(most) = lists.most {
                parts.push(self.structure.gate(Gate::AtLeast(most.saturating_add(1)), inputs.clone()).negate());
            }
            parts.push(self.structure.gate(Gate::AtLeast(lists.least), inputs));
        }
        if lists.never {
            parts.push(self.structure.gate(Gate::Any, Vec::new()));
        }
        let stops = self.below(lists.unless, !defends);
        parts.extend(stops.into_iter().map(Literal::negate));
        match parts[..] {
            [only] if !only.is_negated() => only,
            _ => self.structure.gate(Gate::All, parts),
        }
    }

    fn leaf(&mut self, node: &'m TreeNode, span: Span, id: Option<&'m str>, defends: bool) -> Literal {
        let threat = node.threat.as_ref().map(|threat| threat.value.as_str());
        let alone = number(&node.probability).is_none() && number(&node.cost).is_none() && id.is_none();
        if let Some(known) = threat.filter(|_| alone).and_then(|threat| self.threats.get(threat)) {
            return *known;
        }
        let found = threat.and_then(|threat| self.analysis.threat(threat));
        let text = node.r#do.as_ref().map(|text| text.value.clone()).or_else(|| found.map(|threat| threat.title.clone()));
        let stated = number(&node.probability);
        let mitigations = self.against(node, found);
        let leaf = Leaf {
            role: if defends { Role::Defence } else { Role::Step },
            id: id.map(str::to_owned),
            text: text.or_else(|| id.map(naming::sentence_of)).unwrap_or_else(|| "step".to_owned()),
            threat: threat.map(str::to_owned),
            probability: stated.or_else(|| found.and_then(chance)),
            from_threat: stated.is_none() && found.is_some(),
            cost: number(&node.cost),
            time: number(&node.time),
            skill: node.skill.as_ref().map(|skill| f64::from(skill.value.is)),
            detectability: number(&node.detectability),
            mitigations: mitigations.iter().map(|id| (*id).to_owned()).collect(),
            stopped: !node.unless.items.is_empty(),
            span,
        };
        self.leaves.push(leaf);
        let own = self.structure.leaf();
        if let Some(damage) = number(&node.damage) {
            self.damages.insert(own.node(), damage);
        }
        let mut parts = vec![own];
        if !defends {
            for id in mitigations {
                parts.extend(self.mitigation(id).map(Literal::negate));
            }
        }
        let literal = if parts.len() == 1 { own } else { self.structure.gate(Gate::All, parts) };
        if let Some(threat) = threat.filter(|_| alone) {
            self.threats.insert(threat, literal);
        }
        literal
    }

    /// Ids of mitigations against a step that are not rejected: its own and those of its threat.
    fn against(&self, node: &'m TreeNode, threat: Option<&'m Threat>) -> Vec<&'m str> {
        let own = node.mitigations.values().map(String::as_str);
        let mut ids: Vec<&str> = own.chain(threat.into_iter().flat_map(|threat| threat.mitigations.iter().map(String::as_str))).collect();
        ids.retain(|id| self.status(id).is_some_and(|status| status != MitigationStatus::Rejected));
        let mut seen = Vec::new();
        ids.retain(|id| {
            !seen.contains(id) && {
                seen.push(*id);
                true
            }
        });
        ids
    }

    fn status(&self, id: &str) -> Option<MitigationStatus> {
        let entry = self.model.root.mitigations.entries.get(id)?;
        Some(entry.value.status.as_ref().map_or(MitigationStatus::Proposed, |status| status.value))
    }

    /// The leaf of a mitigation; none for one that is in place, for the probabilities already count on it.
    fn mitigation(&mut self, id: &'m str) -> Option<Literal> {
        if let Some(known) = self.mitigations.get(id) {
            return Some(*known);
        }
        let entry = self.model.root.mitigations.entries.get(id)?;
        if self.status(id) == Some(MitigationStatus::Implemented) {
            return None;
        }
        let days = entry.value.estimate.as_ref().map(|estimate| f64::from(estimate.value.hours) / HOURS);
        self.leaves.push(Leaf {
            role: Role::Mitigation,
            id: Some(id.to_owned()),
            text: entry.value.title.as_ref().map_or_else(|| naming::sentence_of(id), |title| title.value.clone()),
            threat: None,
            probability: None,
            from_threat: false,
            cost: days,
            time: None,
            skill: None,
            detectability: None,
            mitigations: Vec::new(),
            stopped: false,
            span: entry.span,
        });
        let literal = self.structure.leaf();
        self.mitigations.insert(id, literal);
        Some(literal)
    }
}

/// Every id that steps and the steps below them refer to or have.
fn references<'m>(nodes: impl Iterator<Item = &'m TreeNode>) -> Vec<&'m str> {
    let mut found = Vec::new();
    let mut stack: Vec<&TreeNode> = nodes.collect();
    stack.reverse();
    while let Some(node) = stack.pop() {
        match (&node.r#ref, &node.id) {
            (Some(name), _) => found.push(name.value.as_str()),
            (None, Some(id)) => found.push(id.value.as_str()),
            (None, None) => {
                let mut below: Vec<&TreeNode> = Lists::of_node(node).below().collect();
                below.reverse();
                stack.extend(below);
            }
        }
    }
    found
}

/// Whether a step that is made of steps also takes something of its own.
fn has_own(node: &TreeNode) -> bool {
    let numbers = [&node.probability, &node.cost, &node.time, &node.detectability];
    numbers.iter().any(|number| number.is_some()) || node.skill.is_some() || node.threat.is_some() || !node.mitigations.items.is_empty()
}

fn number(stated: &Opt<Number>) -> Option<f64> {
    stated.as_ref().map(|number| number.value.0)
}

/// The probability that a threat comes true, as things stand: what is in place already has lowered its likelihood.
fn chance(threat: &Threat) -> Option<f64> {
    let likelihood = threat.rating.likelihood?;
    if matches!(threat.status, Status::Avoided | Status::FalsePositive | Status::NotApplicable) {
        return Some(0.0);
    }
    let left = threat.residual.current.zip(threat.rating.impact).map(|(risk, impact)| risk.div_ceil(impact.max(1)));
    let level = left.unwrap_or(likelihood).min(likelihood);
    LIKELIHOODS.get(usize::from(level.max(1)) - 1).copied()
}
