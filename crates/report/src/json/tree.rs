//! `tree --format json`, and the trees of `report --format json`.

use redan_engine::tree::{Assessment, Bounds, Least, MinimalSet, Role, Tree};
use serde::Serialize;

use super::ModelJson;

/// What was found about one attack tree, as a document.
#[derive(Debug, Serialize)]
pub struct TreeJson<'a> {
    version: u8,
    model: ModelJson<'a>,
    #[serde(flatten)]
    found: FoundInTree<'a>,
}

/// What was found about one attack tree.
#[derive(Debug, Serialize)]
pub(super) struct FoundInTree<'a> {
    tree: &'a str,
    goal: &'a str,
    probability: Option<f64>,
    bounds: [f64; 2],
    budget: &'static str,
    minimal_sets: Option<String>,
    events: usize,
    gates: usize,
    likeliest: Vec<SetJson<'a>>,
    cheapest: Option<SetJson<'a>>,
    quickest: Option<SetJson<'a>>,
    easiest: Option<SetJson<'a>>,
    stealthiest: Option<SetJson<'a>>,
    steps: Vec<StepJson<'a>>,
    cost_damage: Option<Vec<HarmJson>>,
    defence_attack: Option<Vec<DefenceJson<'a>>>,
    simulated: Option<SimulatedJson>,
    uncovered: Vec<&'a str>,
    without_probability: Vec<&'a str>,
}

#[derive(Debug, Serialize)]
struct SetJson<'a> {
    steps: Vec<&'a str>,
    value: f64,
}

#[derive(Debug, Serialize)]
struct StepJson<'a> {
    id: Option<&'a str>,
    text: &'a str,
    role: &'static str,
    threat: Option<&'a str>,
    probability: Option<f64>,
    mitigations: &'a [String],
    importance: Option<ImportanceJson>,
}

#[derive(Debug, Serialize)]
struct ImportanceJson {
    birnbaum: f64,
    criticality: f64,
    diagnostic: f64,
    fussell_vesely: Option<f64>,
    risk_achievement_worth: Option<f64>,
    risk_reduction_worth: Option<f64>,
}

#[derive(Debug, Serialize)]
struct HarmJson {
    cost: f64,
    damage: f64,
    reaches_goal: bool,
}

#[derive(Debug, Serialize)]
struct DefenceJson<'a> {
    defence: f64,
    attack: Option<f64>,
    measures: Vec<&'a str>,
}

#[derive(Debug, Serialize)]
struct SimulatedJson {
    mean: f64,
    interval: [f64; 2],
    trials: u64,
    seed: u64,
}

impl<'a> TreeJson<'a> {
    /// The document of one tree.
    pub fn of(model: ModelJson<'a>, tree: &'a Tree, found: &'a Assessment, seed: u64) -> Self {
        Self { version: 1, model, found: FoundInTree::of(tree, found, seed) }
    }
}

impl<'a> FoundInTree<'a> {
    /// One tree as the format has it; `seed` is that of its simulation.
    pub(super) fn of(tree: &'a Tree, found: &'a Assessment, seed: u64) -> Self {
        let Bounds { low, high } = found.probability;
        let complete = found.exact && found.minimal_sets.is_some();
        let set = |set: &MinimalSet| SetJson { steps: names(tree, &set.leaves), value: set.weight };
        let least = |least: &Least| SetJson { steps: names(tree, &least.leaves), value: least.value };
        let defence = found.defence.as_ref().map(|front| {
            let point = |point: &redan_engine::tree::DefencePoint| DefenceJson {
                defence: point.defence,
                attack: finite(point.attack),
                measures: names(tree, &point.defences),
            };
            front.iter().map(point).collect()
        });
        let harm = found
            .harm
            .as_ref()
            .map(|front| front.iter().map(|point| HarmJson { cost: point.cost, damage: point.damage, reaches_goal: point.goal }).collect());
        Self {
            tree: &tree.id,
            goal: &tree.goal,
            probability: found.exact.then_some(low),
            bounds: [low, high],
            budget: if complete { "enough" } else { "exceeded" },
            minimal_sets: found.minimal_sets.as_ref().map(ToString::to_string),
            events: tree.events(),
            gates: tree.gates,
            likeliest: found.likeliest.iter().map(set).collect(),
            cheapest: found.cheapest.as_ref().map(set),
            quickest: found.quickest.as_ref().map(least),
            easiest: found.easiest.as_ref().map(least),
            stealthiest: found.stealthiest.as_ref().map(set),
            steps: (0..tree.leaves.len()).map(|leaf| step(tree, found, leaf)).collect(),
            cost_damage: harm,
            defence_attack: defence,
            simulated: found.simulated.map(|found| SimulatedJson {
                mean: found.mean,
                interval: [found.low, found.high],
                trials: found.trials,
                seed,
            }),
            uncovered: names(tree, &found.uncovered),
            without_probability: names(tree, &found.certain),
        }
    }
}

fn step<'a>(tree: &'a Tree, found: &Assessment, at: usize) -> StepJson<'a> {
    let leaf = &tree.leaves[at];
    let measures = found.importance.as_ref().and_then(|all| all.get(at));
    StepJson {
        id: leaf.id.as_deref(),
        text: &leaf.text,
        role: role_word(leaf.role),
        threat: leaf.threat.as_deref(),
        probability: leaf.probability,
        mitigations: &leaf.mitigations,
        importance: measures.filter(|_| leaf.role != Role::Mitigation).map(|found| ImportanceJson {
            birnbaum: found.birnbaum,
            criticality: found.criticality,
            diagnostic: found.diagnostic,
            fussell_vesely: found.fussell_vesely,
            risk_achievement_worth: finite(found.achievement),
            risk_reduction_worth: finite(found.reduction),
        }),
    }
}

/// What a leaf is called.
pub(crate) fn role_word(role: Role) -> &'static str {
    match role {
        Role::Step => "step",
        Role::Defence => "defence",
        Role::Mitigation => "mitigation",
    }
}

/// JSON has no word for what is infinite.
fn finite(value: f64) -> Option<f64> {
    value.is_finite().then_some(value)
}

/// What steps are called: their ids where they have one, else what is done.
fn names<'a>(tree: &'a Tree, leaves: &[usize]) -> Vec<&'a str> {
    leaves.iter().map(|leaf| tree.leaves[*leaf].id.as_deref().unwrap_or(&tree.leaves[*leaf].text)).collect()
}
