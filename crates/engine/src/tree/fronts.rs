//! Pareto fronts: what more defence costs the attacker, and what more money lets the attacker break.

use super::diagram;
use super::modules::Module;
use super::net::{Kind, Net};
use super::simplify::simplify;
use super::structure::{Direction, Gate, Literal, Node, Structure};

/// Longer fronts are given up.
const MOST_POINTS: usize = 5_000;
/// Points that are compared on the way to a front; more are given up.
const MOST_COMPARED: usize = 4_000_000;
/// Nodes of the diagram of a defence-attack front.
const MOST_NODES: usize = 2_000_000;
/// Leaves in several places whose values are tried out one by one.
const MOST_SHARED: usize = 12;

/// A choice of defences, and what the cheapest attack costs against it.
#[derive(Debug, Clone, PartialEq)]
pub struct DefencePoint {
    /// What the defences cost.
    pub defence: f64,
    /// What the cheapest attack costs then; infinite if none is left.
    pub attack: f64,
    /// The defences, in their order.
    pub defences: Vec<usize>,
}

/// For more and more spent on defences, the cheapest attack that is left. Points at which more money buys nothing are
/// left out; the first one is without defences. Leaves that only stand in the way of the goal are defences, all others
/// the attacker's. Nothing if the diagram or the front is too large.
pub fn defence_attack(structure: &Structure, costs: &[f64]) -> Option<Vec<DefencePoint>> {
    let net = simplify(&Net::of(structure));
    let directions = structure.directions();
    let is_defence = |cell: usize| match net.cells[cell].kind {
        Kind::Leaf(leaf) => directions.get(leaf).is_some_and(|direction| *direction == Direction { helps: false, hinders: true }),
        _ => false,
    };
    let leaf_of = |cell: usize| if let Kind::Leaf(leaf) = net.cells[cell].kind { leaf } else { usize::MAX };
    let module = whole(&net);
    let (order, bdd, root) = diagram::defences_first(&net, &module, &is_defence, MOST_NODES)?;
    let defences = order.iter().take_while(|cell| is_defence(**cell)).count();
    let mut fronts: rustc_hash::FxHashMap<u32, Vec<DefencePoint>> = rustc_hash::FxHashMap::default();
    let mut attacks: rustc_hash::FxHashMap<u32, f64> = [(super::bdd::TRUE, 0.0), (super::bdd::FALSE, f64::INFINITY)].into_iter().collect();
    let point = |attack: f64| vec![DefencePoint { defence: 0.0, attack, defences: Vec::new() }];
    let mut points = 0;
    for place in bdd.below(&[root]) {
        for edge in [place << 1, place << 1 | 1] {
            let node = bdd.decision(edge);
            let cost = costs.get(leaf_of(order[node.level as usize])).copied().unwrap_or(0.0);
            if node.level as usize >= defences {
                let attack = attacks[&node.low].min(attacks[&node.high] + cost);
                attacks.insert(edge, attack);
                continue;
            }
            let front =
                |edge: u32| fronts.get(&edge).cloned().unwrap_or_else(|| point(attacks.get(&edge).copied().unwrap_or(f64::INFINITY)));
            let mut all = front(node.low);
            all.extend(front(node.high).into_iter().map(|mut point| {
                point.defence += cost;
                point.defences.push(leaf_of(order[node.level as usize]));
                point
            }));
            let front = best_defences(all)?;
            points += front.len();
            if points > MOST_COMPARED {
                return None;
            }
            fronts.insert(edge, front);
        }
    }
    let mut front = fronts.remove(&root).unwrap_or_else(|| point(attacks.get(&root).copied().unwrap_or(f64::INFINITY)));
    front.iter_mut().for_each(|point| point.defences.sort_unstable());
    Some(front)
}

fn best_defences(mut points: Vec<DefencePoint>) -> Option<Vec<DefencePoint>> {
    points.sort_by(|one, other| one.defence.total_cmp(&other.defence).then(other.attack.total_cmp(&one.attack)));
    let mut front: Vec<DefencePoint> = Vec::new();
    for point in points {
        if front.last().is_none_or(|last| point.attack > last.attack) {
            front.push(point);
        }
    }
    (front.len() <= MOST_POINTS).then_some(front)
}

/// A net as one module.
fn whole(net: &Net) -> Module {
    let uses = net.uses();
    let (mut gates, mut inputs) = (Vec::new(), Vec::new());
    for (at, cell) in net.cells.iter().enumerate().filter(|(at, _)| uses[*at] > 0) {
        match cell.kind {
            Kind::True => {}
            Kind::Leaf(_) => inputs.push(at),
            Kind::And | Kind::AtLeast(_) | Kind::Odd => gates.push(at),
        }
    }
    Module { root: net.goal, gates, inputs }
}

/// What an attack costs, and the harm that it does.
#[derive(Debug, Clone, PartialEq)]
pub struct HarmPoint {
    /// What the attack costs.
    pub cost: f64,
    /// The harm of all steps and gates that it accomplishes.
    pub damage: f64,
    /// Whether it reaches the goal.
    pub goal: bool,
    /// Its leaves, in their order.
    pub leaves: Vec<usize>,
}

/// For more and more money, the most harm that an attack can do, whether or not it reaches the goal. Every node of the
/// structure has a damage of its own, which counts once. What negations stand for is taken not to be there. Nothing if too
/// many leaves stand in several places, if a gate asks for an odd number, or if the front is too long.
pub fn cost_damage(structure: &Structure, costs: &[f64], damages: &[f64]) -> Option<Vec<HarmPoint>> {
    let goal = structure.goal()?;
    let shared = shared_leaves(structure, goal)?;
    let mut all = Vec::new();
    for choice in 0..1_usize << shared.len() {
        let fixed = |leaf: usize| shared.iter().position(|other| *other == leaf).map(|at| choice >> at & 1 == 1);
        all.extend(Harm { structure, costs, damages, fixed: &fixed }.front(goal, &shared, choice)?);
        if all.len() > MOST_POINTS {
            all = best_harm(all)?;
        }
    }
    best_harm(all)
}

/// Leaves to which several ways lead; nothing if they are too many, or if it would not be only more that helps.
fn shared_leaves(structure: &Structure, goal: Literal) -> Option<Vec<usize>> {
    let mut ways = vec![0_u32; structure.nodes().len()];
    ways[goal.node()] = 1;
    let mut shared = Vec::new();
    if goal.is_negated() {
        return None;
    }
    for (at, node) in structure.nodes().iter().enumerate().rev().filter(|(at, _)| *at <= goal.node()) {
        match node {
            Node::Leaf(leaf) if ways[at] > 1 => shared.push(*leaf),
            Node::Leaf(_) => {}
            Node::Gate(gate, inputs) => {
                if ways[at] > 0 && *gate == Gate::Odd {
                    return None;
                }
                inputs
                    .iter()
                    .filter(|input| !input.is_negated())
                    .for_each(|input| ways[input.node()] = ways[input.node()].saturating_add(ways[at]).min(1 << 20));
            }
        }
    }
    (shared.len() <= MOST_SHARED).then_some(shared)
}

struct Harm<'s> {
    structure: &'s Structure,
    costs: &'s [f64],
    damages: &'s [f64],
    fixed: &'s dyn Fn(usize) -> Option<bool>,
}

impl Harm<'_> {
    /// The front for one choice of the shared leaves. A shared gate has shared leaves alone, so its value is known and it
    /// counts once, not for each way to it.
    fn front(&self, goal: Literal, shared: &[usize], choice: usize) -> Option<Vec<HarmPoint>> {
        let nodes = self.structure.nodes();
        let mut known: Vec<Option<bool>> = Vec::with_capacity(nodes.len());
        let mut fronts: Vec<Vec<HarmPoint>> = Vec::with_capacity(nodes.len());
        let mut base = HarmPoint { cost: 0.0, damage: 0.0, goal: false, leaves: Vec::new() };
        for (_, leaf) in shared.iter().enumerate().filter(|(at, _)| choice >> at & 1 == 1) {
            base.cost += self.costs.get(*leaf).copied().unwrap_or(0.0);
            base.leaves.push(*leaf);
        }
        let reachable = reachable(self.structure, goal);
        for (at, node) in nodes.iter().enumerate() {
            let damage = self.damages.get(at).copied().unwrap_or(0.0);
            let value = self.value(node, &known);
            known.push(value);
            if let Some(holds) = value {
                if holds && reachable[at] {
                    base.damage += damage;
                }
                fronts.push(vec![HarmPoint { cost: 0.0, damage: 0.0, goal: holds, leaves: Vec::new() }]);
                continue;
            }
            fronts.push(self.node(node, damage, &fronts)?);
        }
        let mut front = fronts.get(goal.node()).cloned().unwrap_or_default();
        for point in &mut front {
            point.cost += base.cost;
            point.damage += base.damage;
            point.leaves.extend(&base.leaves);
            point.leaves.sort_unstable();
        }
        Some(front)
    }

    /// The value of a node that only shared leaves decide.
    fn value(&self, node: &Node, known: &[Option<bool>]) -> Option<bool> {
        match node {
            Node::Leaf(leaf) => (self.fixed)(*leaf),
            Node::Gate(gate, inputs) => {
                let of = |input: &Literal| if input.is_negated() { Some(true) } else { known[input.node()] };
                let values: Option<Vec<bool>> = inputs.iter().map(of).collect();
                let values = values?;
                let holds = values.iter().filter(|value| **value).count();
                Some(gate.holds_with(holds, values.len()))
            }
        }
    }

    fn node(&self, node: &Node, damage: f64, fronts: &[Vec<HarmPoint>]) -> Option<Vec<HarmPoint>> {
        let none = HarmPoint { cost: 0.0, damage: 0.0, goal: false, leaves: Vec::new() };
        let (gate, inputs) = match node {
            Node::Leaf(leaf) => {
                let cost = self.costs.get(*leaf).copied().unwrap_or(0.0);
                return Some(vec![none, HarmPoint { cost, damage, goal: true, leaves: vec![*leaf] }]);
            }
            Node::Gate(gate, inputs) => (*gate, inputs),
        };
        // By how many inputs hold, for that is all that the gate asks.
        let absent = inputs.iter().filter(|input| input.is_negated()).count();
        let mut counted: Vec<Vec<HarmPoint>> = vec![Vec::new(); absent];
        counted.push(vec![none]);
        for input in inputs.iter().filter(|input| !input.is_negated()) {
            let pairs = counted.iter().map(Vec::len).sum::<usize>().saturating_mul(fronts[input.node()].len());
            if pairs > MOST_COMPARED / 16 {
                return None;
            }
            let mut next = vec![Vec::new(); counted.len() + 1];
            for (count, points) in counted.iter().enumerate() {
                for (one, other) in points.iter().flat_map(|one| fronts[input.node()].iter().map(move |other| (one, other))) {
                    let leaves = one.leaves.iter().chain(&other.leaves).copied().collect();
                    let point = HarmPoint { cost: one.cost + other.cost, damage: one.damage + other.damage, goal: false, leaves };
                    next[count + usize::from(other.goal)].push(point);
                }
            }
            counted = next.into_iter().map(best_harm).collect::<Option<Vec<_>>>()?;
        }
        let all = inputs.len();
        let mut points: Vec<HarmPoint> = Vec::new();
        for (count, front) in counted.into_iter().enumerate() {
            let goal = gate.holds_with(count, all);
            points.extend(front.into_iter().map(|mut point| {
                point.goal = goal;
                point.damage += if goal { damage } else { 0.0 };
                point
            }));
        }
        let (reached, missed): (Vec<HarmPoint>, Vec<HarmPoint>) = points.into_iter().partition(|point| point.goal);
        let (mut reached, missed) = (best_harm(reached)?, best_harm(missed)?);
        reached.extend(missed);
        Some(reached)
    }
}

fn reachable(structure: &Structure, goal: Literal) -> Vec<bool> {
    let mut reachable = vec![false; structure.nodes().len()];
    reachable[goal.node()] = true;
    for (at, node) in structure.nodes().iter().enumerate().rev() {
        if let (true, Node::Gate(_, inputs)) = (reachable[at], node) {
            inputs.iter().filter(|input| !input.is_negated()).for_each(|input| reachable[input.node()] = true);
        }
    }
    reachable
}

fn best_harm(mut points: Vec<HarmPoint>) -> Option<Vec<HarmPoint>> {
    points.sort_by(|one, other| one.cost.total_cmp(&other.cost).then(other.damage.total_cmp(&one.damage)).then(other.goal.cmp(&one.goal)));
    let mut front: Vec<HarmPoint> = Vec::new();
    for point in points {
        if front.last().is_none_or(|last| point.damage > last.damage) {
            front.push(point);
        }
    }
    (front.len() <= MOST_POINTS).then_some(front)
}
