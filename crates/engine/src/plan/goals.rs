//! Goals of attackers as risks of a plan: those of the model's attack trees, and harm to assets by attack paths.
//!
//! What is left of a goal is its exact probability, with every step as the mitigations leave it, turned into a risk by
//! [`ladder`]. A step that uses a threat is as likely as what is left of the threat; a step with a probability of its own
//! goes down the ladder by the steps of the mitigations against it.

use std::cmp::Reverse;
use std::rc::Rc;

use indexmap::IndexMap;
use redan_model::lang::Level;
use redan_model::{ById, Ids, Thing};

use super::ladder;
use super::problem::{MOST_TABULATED, Subject};
use super::threats::{self, ThreatRisk};
use crate::Analysis;
use crate::analyse::Input;
use crate::analyse::judge::mitigation_steps;
use crate::analysis::{Status, Threat};
use crate::fact::Property;
use crate::facts::{Facts, Overlay, Stage};
use crate::paths::{self, Goal, Path, Paths, Position};
use crate::tree::{self, Budget, Leaf, Role, Solution, Tree};

/// The most goals of attack paths that count, those that the same ways lead to as one.
pub(crate) const MOST_PATHS: usize = 40;
/// Nodes of the diagram of one goal.
const NODES: usize = 100_000;

/// Where a goal comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum GoalKind {
    /// An attack tree of the model.
    Tree,
    /// Attack paths to an asset.
    Path,
}

impl GoalKind {
    /// The word in output.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Tree => "tree",
            Self::Path => "path",
        }
    }
}

/// A goal as a risk.
#[derive(Debug, Clone)]
pub(crate) struct GoalRisk {
    /// The id of the tree, or `path:<asset>/<property>`.
    pub(crate) id: String,
    /// Goals of attack paths that the same ways lead to.
    pub(crate) also: Vec<String>,
    pub(crate) title: String,
    pub(crate) kind: GoalKind,
    pub(crate) impact: u8,
    solution: Solution,
    /// The probabilities of the leaves when nothing is chosen.
    now: Vec<f64>,
    steps: Vec<Step>,
    relevant: Vec<usize>,
    /// Whether its probability is not exact, or some mitigations are left out.
    pub(crate) simplified: bool,
}

/// A leaf that mitigations lower.
#[derive(Debug, Clone)]
struct Step {
    leaf: usize,
    /// The threat that says how likely it is, with the places of its mitigations among the relevant ones of the goal.
    threat: Option<(Rc<ThreatRisk>, Vec<usize>)>,
    /// Places of mitigations that take steps of likelihood off.
    lowered: Vec<(usize, u8)>,
}

impl GoalRisk {
    /// The probability of the goal when those of its relevant mitigations are in place.
    pub(crate) fn probability(&self, chosen: &[bool]) -> f64 {
        let mut now = self.now.clone();
        let is_in = |place: usize| chosen.get(place).copied().unwrap_or(false);
        for step in &self.steps {
            let own = step.threat.as_ref().map(|(risk, places)| {
                let chosen: Vec<bool> = places.iter().map(|place| is_in(*place)).collect();
                risk.chance(&chosen)
            });
            let steps = step.lowered.iter().filter(|(place, _)| is_in(*place)).fold(0, |sum: u8, (_, steps)| sum.saturating_add(*steps));
            now[step.leaf] = ladder::lowered(own.unwrap_or(now[step.leaf]), steps);
        }
        self.solution.probability(&now).high
    }

    /// The same for a choice among all mitigations.
    pub(crate) fn probability_of(&self, chosen: &[bool]) -> f64 {
        self.probability(&self.relevant.iter().map(|m| chosen[*m]).collect::<Vec<bool>>())
    }

    fn place(&mut self, mitigation: usize) -> usize {
        self.relevant.iter().position(|known| *known == mitigation).unwrap_or_else(|| {
            self.relevant.push(mitigation);
            self.relevant.len() - 1
        })
    }
}

impl Subject for GoalRisk {
    fn relevant(&self) -> &[usize] {
        &self.relevant
    }

    fn left(&self, chosen: &[bool]) -> f64 {
        ladder::risk(self.probability(chosen), self.impact)
    }

    fn is_whole(&self) -> bool {
        true
    }

    fn effort(&self) -> u64 {
        (20 + 6 * self.solution.size() + 20 * self.steps.len() + self.now.len()) as u64
    }
}

/// The goals that count, and those of which nobody can say how likely they are.
#[derive(Debug, Default)]
pub(crate) struct Goals {
    pub(crate) counted: Vec<GoalRisk>,
    pub(crate) unrated: Vec<String>,
}

/// The goals of the model's attack trees, in its order, then harm to assets by the paths that were found, the worst first.
/// A tree of which a whole way states no probability does not count.
pub(crate) fn goals(input: &Input<'_>, analysis: &Analysis, risks: &[ThreatRisk], found: &Paths) -> Goals {
    let model = input.model;
    let nothing = Overlay::default();
    let facts = Facts::new(model, input.knowledge, Stage::Current, &nothing);
    let trees = tree::trees(model, analysis);
    let mut all: Vec<(GoalKind, u8, Tree)> =
        trees.into_iter().map(|tree| (GoalKind::Tree, impact(input, analysis, &facts, &tree), tree)).collect();
    let together = together(found);
    // Levels from low to critical are worth 1 to 4 to an attacker, and are the impacts 2 to 5.
    all.extend(together.iter().map(|goals| (GoalKind::Path, (goals[0].value + 1).min(5), paths::tree(model, analysis, goals[0]))));
    if all.is_empty() {
        return Goals::default();
    }
    let maker = Maker::new(input, analysis, risks, &all);
    let mut goals = Goals::default();
    for (kind, impact, tree) in all {
        let guessed = tree.leaves.iter().any(|leaf| leaf.role == Role::Step && leaf.probability.is_none());
        let goal = maker.goal(kind, impact, tree);
        if guessed && goal.solution.probability(&goal.now).low > 1.0 - 1e-9 {
            goals.unrated.push(goal.id);
        } else {
            goals.counted.push(goal);
        }
    }
    let by_paths = goals.counted.iter_mut().filter(|goal| goal.kind == GoalKind::Path);
    for (goal, same) in by_paths.zip(&together) {
        goal.also = same.iter().skip(1).map(|goal| paths::id(model, goal.target)).collect();
    }
    goals
}

/// Harm to assets by attack paths, in groups of what the same ways lead to: who gets one has all of them, so that the loss
/// counts once. The worst of each group comes first.
fn together(found: &Paths) -> Vec<Vec<&Goal>> {
    let mut groups: IndexMap<Vec<Vec<usize>>, Vec<&Goal>> = IndexMap::new();
    for goal in found.goals.iter().filter(|goal| matches!(goal.target, Position::Harms(..))) {
        let sorted = |mut list: Vec<usize>| {
            list.sort_unstable();
            list.dedup();
            list
        };
        let threats = |path: &Path| sorted(path.steps.iter().filter_map(|step| step.threat).collect());
        let mut ways: Vec<Vec<usize>> = goal.paths.iter().map(threats).collect();
        ways.sort();
        ways.dedup();
        groups.entry(ways).or_default().push(goal);
    }
    let mut groups: Vec<Vec<&Goal>> = groups.into_values().take(MOST_PATHS).collect();
    groups.iter_mut().for_each(|goals| goals.sort_by_key(|goal| Reverse(goal.value)));
    groups
}

/// The impact of a goal: the worst level of the asset that the tree names; else the worst impact of the threats that it
/// uses; else what an unstated level counts as.
fn impact(input: &Input<'_>, analysis: &Analysis, facts: &Facts<'_>, tree: &Tree) -> u8 {
    use Property::{Availability, Confidentiality, Integrity, Privacy};
    let assumed = input.policy.assume_level;
    let of = |level: Level| level as u8 + 1;
    let entry = input.model.root.attack_trees.entries.get(&tree.id);
    let asset = entry.and_then(|entry| entry.value.asset.as_ref()).and_then(|asset| input.model.find(&asset.value));
    if let Some(Thing::Asset(asset)) = asset {
        let stated = [Confidentiality, Integrity, Availability, Privacy].into_iter().filter_map(|property| facts.level(asset, property));
        return of(stated.max().unwrap_or(assumed));
    }
    let used = tree.leaves.iter().filter_map(|leaf| analysis.threat(leaf.threat.as_deref()?));
    let impacts = used.filter_map(|threat| threats::numbers(input.policy, threat)).map(|(_, impact)| impact);
    impacts.max().unwrap_or(of(assumed))
}

/// What every goal is made with.
struct Maker<'a> {
    analysis: &'a Analysis,
    /// The steps of likelihood that each mitigation that can be chosen takes off.
    steps: ById<(usize, u8), &'a str>,
    /// The threats that say how likely steps are, by id.
    threats: ById<Rc<ThreatRisk>, &'a str>,
}

impl<'a> Maker<'a> {
    fn new(input: &Input<'a>, analysis: &'a Analysis, risks: &[ThreatRisk], goals: &[(GoalKind, u8, Tree)]) -> Self {
        let model = input.model;
        let one = |(at, id): (usize, &'a str)| {
            let steps = mitigation_steps(input.knowledge, &model.root.mitigations.entries[id].value);
            (id, (at, steps.of_likelihood()))
        };
        let steps = threats::candidates(model).into_iter().enumerate().map(one).collect();
        let leaves = goals.iter().flat_map(|(_, _, tree)| &tree.leaves);
        let wanted: Ids<&str> = leaves.filter_map(|leaf| named(leaf)).collect();
        let mut threats: ById<Rc<ThreatRisk>, &str> = ById::default();
        // A scale that leads stands for another likelihood than the one that a step counts with.
        let own = |threat: &Threat| threat.rating.likelihood.zip(threat.rating.impact);
        for risk in risks {
            let threat = &analysis.threats[risk.threat];
            if uses(&wanted, threat) && own(threat) == Some(risk.numbers()) {
                threats.insert(&threat.id, Rc::new(risk.clone()));
            }
        }
        let live = |threat: &Threat| matches!(threat.status, Status::Open | Status::Mitigated | Status::Question);
        let missing = |_: usize, threat: &Threat| {
            own(threat).filter(|_| live(threat) && uses(&wanted, threat) && !threats.contains_key(threat.id.as_str()))
        };
        let is_missing = analysis.threats.iter().enumerate().any(|(at, threat)| missing(at, threat).is_some());
        let more = if is_missing { threats::risks_of(input, analysis, &missing) } else { Vec::new() };
        threats.extend(more.into_iter().map(|risk| (analysis.threats[risk.threat].id.as_str(), Rc::new(risk))));
        Self { analysis, steps, threats }
    }

    fn goal(&self, kind: GoalKind, impact: u8, tree: Tree) -> GoalRisk {
        let now = tree.probabilities();
        let solution = Solution::of(&tree.structure, &now, Budget { nodes: NODES, sets: false });
        let mut goal = GoalRisk {
            id: tree.id,
            also: Vec::new(),
            title: tree.goal,
            kind,
            impact,
            simplified: !solution.is_exact(),
            solution,
            now,
            steps: Vec::new(),
            relevant: Vec::new(),
        };
        for (at, leaf) in tree.leaves.iter().enumerate() {
            self.step(&mut goal, at, leaf);
        }
        let falls = tree.structure.directions();
        // Only of what is looked at for every choice may more mitigations leave more.
        let is_monotone = goal.steps.iter().all(|step| !falls[step.leaf].hinders);
        if goal.relevant.len() > MOST_TABULATED && (goal.simplified || !is_monotone) {
            goal.relevant.truncate(MOST_TABULATED);
            goal.simplified = true;
        }
        goal
    }

    /// What lowers a leaf, if anything does.
    fn step(&self, goal: &mut GoalRisk, at: usize, leaf: &Leaf) {
        if leaf.role == Role::Mitigation {
            return;
        }
        let threat = named(leaf).and_then(|id| self.analysis.threat(id));
        let risk = threat.and_then(|threat| self.threats.get(threat.id.as_str()));
        let decided = threat.is_some_and(|threat| !matches!(threat.status, Status::Open | Status::Mitigated | Status::Question));
        let places = risk.map(|risk| risk.relevant().iter().map(|m| goal.place(*m)).collect::<Vec<usize>>());
        let mut lowered = Vec::new();
        for id in leaf.mitigations.iter().filter(|_| !decided && leaf.role == Role::Step) {
            // What the threat is lowered by is in what is left of it.
            let of_threat = risk.is_some() && threat.is_some_and(|threat| threat.mitigations.contains(id));
            if let Some((mitigation, steps)) = self.steps.get(id.as_str()).copied().filter(|(_, steps)| *steps > 0 && !of_threat) {
                lowered.push((goal.place(mitigation), steps));
            }
        }
        let threat = risk.cloned().zip(places).filter(|(_, places)| !places.is_empty());
        if threat.is_some() || !lowered.is_empty() {
            goal.steps.push(Step { leaf: at, threat, lowered });
        }
    }
}

/// The threat that says how likely a leaf is.
fn named(leaf: &Leaf) -> Option<&str> {
    leaf.threat.as_deref().filter(|_| leaf.from_threat)
}

/// Whether one of these ids stands for the threat.
fn uses(wanted: &Ids<&str>, threat: &Threat) -> bool {
    wanted.contains(threat.id.as_str()) || threat.merged.iter().any(|id| wanted.contains(id.as_str()))
}
