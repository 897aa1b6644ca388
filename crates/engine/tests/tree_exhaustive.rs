//! Random trees and graphs of up to 18 leaves against exhaustive search: every set of leaves is looked at.
//!
//! A truth table holds 64 sets in a word, so that the 262,144 sets of 18 leaves take milliseconds.

use proptest::prelude::*;
use redan_engine::score::random::Random;
use redan_engine::tree::{Budget, Gate, Literal, Method, Node, Solution, Structure, cost_damage, defence_attack, easiest, quickest};

const MOST: usize = 18;

/// What a random structure looks like.
#[derive(Debug, Clone, Copy)]
struct Shape {
    seed: u64,
    leaves: usize,
    /// Whether nodes are used in several places.
    shared: bool,
    /// Whether inputs may be negated.
    negations: bool,
}

fn shapes(most: usize, negations: bool) -> impl Strategy<Value = Shape> {
    let leaves = prop_oneof![2..=most, Just(most)];
    (any::<u64>(), leaves, any::<bool>()).prop_map(move |(seed, leaves, shared)| Shape { seed, leaves, shared, negations })
}

/// Puts nodes together until one is left, so that every leaf counts.
fn draw(shape: Shape) -> Structure {
    let mut random = Random::new(shape.seed);
    let mut below = |limit: usize| (random.bits() % limit as u64) as usize;
    let mut structure = Structure::new();
    let mut made: Vec<Literal> = (0..shape.leaves).map(|_| structure.leaf()).collect();
    let mut open = made.clone();
    while open.len() > 1 {
        let mut inputs: Vec<Literal> = Vec::new();
        for _ in 0..(2 + below(3)).min(open.len()) {
            inputs.push(open.swap_remove(below(open.len())));
        }
        if shape.shared && below(2) == 0 {
            // Mostly leaves, so that it is not all of them.
            let limit = if below(3) == 0 { made.len() } else { shape.leaves };
            inputs.push(made[below(limit)]);
        }
        if shape.negations {
            inputs.iter_mut().for_each(|input| {
                if below(7) == 0 {
                    *input = input.negate();
                }
            });
        }
        let gate = match below(9) {
            0..3 => Gate::All,
            3..6 => Gate::Any,
            6 => Gate::Seq,
            7 if shape.negations => Gate::Odd,
            _ => Gate::AtLeast(1 + below(inputs.len()) as u32),
        };
        let literal = structure.gate(gate, inputs);
        made.push(literal);
        open.push(literal);
    }
    let goal = if shape.negations && shape.shared && below(4) == 0 { made[made.len() - 2].negate() } else { open[0] };
    structure.set_goal(goal);
    structure
}

/// For every node whether it holds, for every set of leaves; a set is a number whose bits are its leaves.
struct Tables {
    leaves: usize,
    nodes: Vec<Vec<u64>>,
    goal: Vec<u64>,
}

impl Tables {
    fn of(structure: &Structure) -> Self {
        let leaves = structure.leaves();
        let words = (1_usize << leaves).div_ceil(64);
        let mut nodes: Vec<Vec<u64>> = Vec::new();
        for node in structure.nodes() {
            let table = match node {
                Node::Leaf(leaf) => (0..words).map(|word| leaf_word(*leaf, word)).collect(),
                Node::Gate(gate, inputs) => {
                    let word = |at: usize| -> Vec<u64> { inputs.iter().map(|input| value(&nodes, *input, at)).collect() };
                    (0..words).map(|at| combined(*gate, &word(at))).collect()
                }
            };
            nodes.push(table);
        }
        let goal = structure.goal().expect("a drawn structure has a goal");
        // The bits beyond the last set of less than six leaves count for nothing.
        let all = if leaves < 6 { (1 << (1 << leaves)) - 1 } else { u64::MAX };
        let goal = (0..words).map(|at| value(&nodes, goal, at) & all).collect();
        Self { leaves, nodes, goal }
    }

    /// Every set that reaches the goal.
    fn reached(&self) -> impl Iterator<Item = usize> {
        sets(&self.goal)
    }

    /// The sets that reach the goal and of which no part does.
    fn minimal(&self) -> Vec<usize> {
        let mut upward = self.goal.clone();
        (0..self.leaves).for_each(|leaf| {
            let more = with(&upward, leaf);
            upward.iter_mut().zip(more).for_each(|(word, more)| *word |= more);
        });
        let mut smaller = vec![0; upward.len()];
        (0..self.leaves).for_each(|leaf| smaller.iter_mut().zip(with(&upward, leaf)).for_each(|(word, more)| *word |= more));
        let minimal: Vec<u64> = self.goal.iter().zip(smaller).map(|(goal, smaller)| goal & !smaller).collect();
        sets(&minimal).collect()
    }
}

fn sets(table: &[u64]) -> impl Iterator<Item = usize> {
    table.iter().enumerate().flat_map(|(at, word)| {
        let mut word = *word;
        std::iter::from_fn(move || {
            let bit = (word != 0).then(|| word.trailing_zeros() as usize)?;
            word &= word - 1;
            Some(at * 64 + bit)
        })
    })
}

/// Patterns of the first six leaves within a word.
const PATTERNS: [u64; 6] = [
    0xAAAA_AAAA_AAAA_AAAA,
    0xCCCC_CCCC_CCCC_CCCC,
    0xF0F0_F0F0_F0F0_F0F0,
    0xFF00_FF00_FF00_FF00,
    0xFFFF_0000_FFFF_0000,
    0xFFFF_FFFF_0000_0000,
];

fn leaf_word(leaf: usize, word: usize) -> u64 {
    match leaf.checked_sub(6) {
        None => PATTERNS[leaf],
        Some(bit) if word >> bit & 1 == 1 => u64::MAX,
        Some(_) => 0,
    }
}

fn value(nodes: &[Vec<u64>], literal: Literal, word: usize) -> u64 {
    let value = nodes[literal.node()][word];
    if literal.is_negated() { !value } else { value }
}

fn combined(gate: Gate, inputs: &[u64]) -> u64 {
    match gate {
        Gate::All | Gate::Seq => inputs.iter().fold(u64::MAX, |all, input| all & input),
        Gate::Any => inputs.iter().fold(0, |any, input| any | input),
        Gate::Odd => inputs.iter().fold(0, |odd, input| odd ^ input),
        Gate::AtLeast(least) => {
            let mut counted = vec![0; least as usize + 1];
            counted[0] = u64::MAX;
            for input in inputs {
                (1..counted.len()).rev().for_each(|count| counted[count] |= counted[count - 1] & input);
            }
            counted[least as usize]
        }
    }
}

/// Every set of a table with a leaf more, of those that lack it.
fn with(table: &[u64], leaf: usize) -> Vec<u64> {
    match leaf.checked_sub(6) {
        None => table.iter().map(|word| (word << (1 << leaf)) & PATTERNS[leaf]).collect(),
        Some(bit) => (0..table.len()).map(|at| if at >> bit & 1 == 1 { table[at ^ (1 << bit)] } else { 0 }).collect(),
    }
}

/// A number for every set, made of one for each leaf: two tables of half of the leaves each.
struct Weights {
    low: Vec<f64>,
    high: Vec<f64>,
}

const HALF: usize = MOST / 2;

impl Weights {
    fn new(leaves: usize, join: fn(f64, f64) -> f64, of: impl Fn(usize, bool) -> f64, none: f64) -> Self {
        let table = |from: usize, to: usize| -> Vec<f64> {
            (0..1_usize << HALF).map(|set| (from..to).map(|leaf| of(leaf, set >> (leaf - from) & 1 == 1)).fold(none, join)).collect()
        };
        Self { low: table(0, leaves.min(HALF)), high: table(HALF, leaves.max(HALF)) }
    }

    /// The chance of exactly these leaves.
    fn chances(p: &[f64]) -> Self {
        Self::new(p.len(), |one, other| one * other, |leaf, holds| if holds { p[leaf] } else { 1.0 - p[leaf] }, 1.0)
    }

    fn product(&self, set: usize) -> f64 {
        self.low[set % (1 << HALF)] * self.high[set >> HALF]
    }

    /// What these leaves cost together.
    fn prices(costs: &[f64]) -> Self {
        Self::new(costs.len(), |one, other| one + other, |leaf, holds| if holds { costs[leaf] } else { 0.0 }, 0.0)
    }

    fn sum(&self, set: usize) -> f64 {
        self.low[set % (1 << HALF)] + self.high[set >> HALF]
    }
}

fn probability(tables: &Tables, p: &[f64]) -> f64 {
    let chances = Weights::chances(p);
    tables.reached().map(|set| chances.product(set)).sum()
}

/// Numbers that differ from leaf to leaf.
fn spread(count: usize, from: f64, step: f64) -> Vec<f64> {
    (0..count).map(|at| from + step * ((at * 7) % 11) as f64).collect()
}

fn members(set: usize) -> Vec<usize> {
    (0..MOST).filter(|leaf| set >> leaf & 1 == 1).collect()
}

/// Points that are better than every cheaper one.
fn front(mut points: Vec<(f64, f64)>) -> Vec<(f64, f64)> {
    points.sort_by(|one, other| one.0.total_cmp(&other.0).then(other.1.total_cmp(&one.1)));
    let mut front: Vec<(f64, f64)> = Vec::new();
    for point in points {
        if front.last().is_none_or(|last| point.1 > last.1) {
            front.push(point);
        }
    }
    front
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_probability_is_the_sum_over_all_sets(shape in shapes(MOST, true)) {
        let structure = draw(shape);
        let p = spread(shape.leaves, 0.05, 0.08);
        let solution = Solution::of(&structure, &p, Budget::default());
        let bounds = solution.probability(&p);
        prop_assert!(solution.is_exact() && bounds.low == bounds.high);
        prop_assert!((bounds.low - probability(&Tables::of(&structure), &p)).abs() < 1e-11);
    }

    #[test]
    fn minimal_sets_are_those_of_which_no_part_is_enough(shape in shapes(MOST, true)) {
        let structure = draw(shape);
        let p = spread(shape.leaves, 0.05, 0.08);
        let minimal = Tables::of(&structure).minimal();
        let solution = Solution::of(&structure, &p, Budget::default());
        prop_assert_eq!(solution.count().unwrap().to_string(), minimal.len().to_string());
        let mut listed: Vec<Vec<usize>> = solution.likeliest(&p, minimal.len().max(1)).unwrap().into_iter().map(|set| set.leaves).collect();
        let mut expected: Vec<Vec<usize>> = minimal.into_iter().map(members).collect();
        listed.sort();
        expected.sort();
        prop_assert_eq!(listed, expected);
    }

    #[test]
    fn the_likeliest_cheapest_and_stealthiest_attacks_are_the_best_of_all(shape in shapes(MOST, false)) {
        let structure = draw(shape);
        let (p, cost, noticed) = (spread(shape.leaves, 0.05, 0.08), spread(shape.leaves, 1.0, 3.0), spread(shape.leaves, 0.02, 0.07));
        let tables = Tables::of(&structure);
        let minimal = tables.minimal();
        let solution = Solution::of(&structure, &p, Budget::default());
        let mut likely: Vec<f64> = minimal.iter().map(|set| members(*set).into_iter().map(|leaf| p[leaf]).product()).collect();
        likely.sort_by(|a, b| b.total_cmp(a));
        let found = solution.likeliest(&p, 5).unwrap();
        prop_assert_eq!(found.len(), likely.len().min(5));
        prop_assert!(found.iter().zip(&likely).all(|(found, likely)| (found.weight - likely).abs() < 1e-12));
        // All sets that reach the goal, not only the minimal ones: what more steps cost is never less.
        let prices = Weights::prices(&cost);
        let cheapest = tables.reached().map(|set| prices.sum(set)).fold(f64::INFINITY, f64::min);
        prop_assert!((solution.lightest(&cost, 1).unwrap()[0].weight - cheapest).abs() < 1e-9);
        let hidden: Vec<f64> = noticed.iter().map(|noticed| -(1.0 - noticed).ln()).collect();
        let weights = Weights::new(shape.leaves, |one, other| one * other, |leaf, holds| if holds { 1.0 - noticed[leaf] } else { 1.0 }, 1.0);
        let stealthiest = tables.reached().map(|set| 1.0 - weights.product(set)).fold(f64::INFINITY, f64::min);
        let found = 1.0 - (-solution.lightest(&hidden, 1).unwrap()[0].weight).exp();
        prop_assert!((found - stealthiest).abs() < 1e-12, "{found} {stealthiest}");
    }

    #[test]
    fn importance_is_the_difference_that_each_leaf_makes(shape in shapes(MOST, true)) {
        let structure = draw(shape);
        let p = spread(shape.leaves, 0.05, 0.08);
        let chances = Weights::chances(&p);
        let (mut total, mut with) = (0.0, vec![0.0; shape.leaves]);
        for set in Tables::of(&structure).reached() {
            let chance = chances.product(set);
            total += chance;
            let mut rest = set;
            while rest != 0 {
                with[rest.trailing_zeros() as usize] += chance;
                rest &= rest - 1;
            }
        }
        let measures = Solution::of(&structure, &p, Budget::default()).importance(&p, Method::Exact).unwrap();
        for (leaf, found) in measures.iter().enumerate() {
            let (holds, fails) = (with[leaf] / p[leaf], (total - with[leaf]) / (1.0 - p[leaf]));
            // Probabilities are exact to the rounding of one; what is divided by a small one is that much coarser.
            let rounding = if total > 0.0 { 1e-14 / total } else { 0.0 };
            let near = |found: f64, expected: f64| (found - expected).abs() < 1e-9 * expected.abs().max(1.0) + rounding;
            prop_assert!(near(found.birnbaum, holds - fails), "{leaf} {found:?}");
            prop_assert!(total == 0.0 || near(found.criticality, (holds - fails) * p[leaf] / total), "{leaf} {found:?}");
            prop_assert!(total == 0.0 || near(found.diagnostic, with[leaf] / total), "{leaf} {found:?}");
            prop_assert!(total == 0.0 || near(found.achievement, holds / total), "{leaf} {found:?}");
            let reduction = total / fails;
            let close = (found.reduction - reduction).abs() < reduction * (1e-9 + 1e-13 / fails);
            prop_assert!(fails < 1e-9 || close, "{leaf} {found:?}");
        }
    }

    #[test]
    fn bounds_hold_and_narrow_with_the_budget(shape in shapes(MOST, true)) {
        let structure = draw(shape);
        let p = spread(shape.leaves, 0.05, 0.08);
        let exact = probability(&Tables::of(&structure), &p);
        let mut width = 1.0;
        for nodes in [1, 4, 16, 64, 500_000] {
            let bounds = Solution::of(&structure, &p, Budget { nodes, sets: false }).probability(&p);
            prop_assert!(bounds.low <= exact + 1e-11 && exact <= bounds.high + 1e-11, "{bounds:?} {exact}");
            prop_assert!(bounds.width() <= width + 1e-12);
            width = bounds.width();
        }
        prop_assert!(width < 1e-12);
    }

    #[test]
    fn defence_against_attack_is_the_best_of_all_choices(shape in shapes(MOST, true)) {
        let structure = draw(shape);
        let cost = spread(shape.leaves, 1.0, 3.0);
        let directions = structure.directions();
        let is_defence = |leaf: usize| directions[leaf].hinders && !directions[leaf].helps;
        let defences = (0..shape.leaves).filter(|leaf| is_defence(*leaf)).fold(0_usize, |mask, leaf| mask | 1 << leaf);
        let prices = Weights::prices(&cost);
        let mut attack = vec![f64::INFINITY; 1 << shape.leaves];
        for set in Tables::of(&structure).reached() {
            let chosen = &mut attack[set & defences];
            *chosen = chosen.min(prices.sum(set & !defences));
        }
        let all = (0..attack.len()).filter(|set| set & defences == *set).map(|set| (prices.sum(set), attack[set])).collect();
        let found: Vec<(f64, f64)> = defence_attack(&structure, &cost).unwrap().iter().map(|point| (point.defence, point.attack)).collect();
        prop_assert_eq!(found, front(all));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_harm_of_money_is_the_best_of_all_attacks(shape in shapes(MOST, false)) {
        let structure = draw(shape);
        let (cost, damage) = (spread(shape.leaves, 1.0, 3.0), spread(structure.nodes().len(), 2.0, 5.0));
        let found = cost_damage(&structure, &cost, &damage);
        if in_several_places(&structure) > 12 {
            prop_assert!(found.is_none());
            return Ok(());
        }
        let (tables, prices) = (Tables::of(&structure), Weights::prices(&cost));
        let mut harm = vec![0.0; 1 << shape.leaves];
        for (node, table) in tables.nodes.iter().enumerate() {
            // Words hold more sets than there are of less than six leaves.
            sets(table).take_while(|set| set >> shape.leaves == 0).for_each(|set| harm[set] += damage[node]);
        }
        // Costs are whole numbers here.
        let mut best: std::collections::BTreeMap<u64, f64> = std::collections::BTreeMap::new();
        for (set, harm) in harm.into_iter().enumerate() {
            let known = best.entry(prices.sum(set) as u64).or_insert(0.0);
            *known = known.max(harm);
        }
        let found: Vec<(f64, f64)> = found.unwrap().iter().map(|point| (point.cost, point.damage)).collect();
        prop_assert_eq!(found, front(best.into_iter().map(|(cost, harm)| (cost as f64, harm)).collect()));
    }

    #[test]
    fn the_quickest_and_the_easiest_attack_are_the_best_of_all(shape in shapes(MOST, false)) {
        let structure = draw(shape);
        let whole = spread(shape.leaves, 1.0, 2.0);
        for (adds, found) in [(true, quickest(&structure, &whole)), (false, easiest(&structure, &whole))] {
            let of_sets = of_sets(&structure, &whole, adds);
            let least = *of_sets.iter().min().expect("there is the empty set");
            let found = found.expect("all leaves together reach the goal");
            prop_assert_eq!(found.value, f64::from(least));
            // The leaves that are named do it.
            let named = found.leaves.iter().fold(0_usize, |set, leaf| set | 1 << leaf);
            prop_assert_eq!(of_sets[named], least);
        }
    }
}

/// How many leaves several ways lead to.
fn in_several_places(structure: &Structure) -> usize {
    let mut ways = vec![0_u32; structure.nodes().len()];
    ways[structure.goal().expect("a drawn structure has a goal").node()] = 1;
    for (at, node) in structure.nodes().iter().enumerate().rev() {
        if let Node::Gate(_, inputs) = node {
            inputs.iter().for_each(|input| ways[input.node()] = (ways[input.node()] + ways[at]).min(1_000));
        }
    }
    structure.nodes().iter().zip(ways).filter(|(node, ways)| matches!(node, Node::Leaf(_)) && *ways > 1).count()
}

/// For every set of leaves, when the goal is reached if all of them are begun as early as can be and no others, or what the
/// hardest of those steps asks for that matter; the largest number if it is not reached.
fn of_sets(structure: &Structure, values: &[f64], adds: bool) -> Vec<u16> {
    let mut nodes: Vec<Vec<u16>> = Vec::new();
    for node in structure.nodes() {
        let sets = 0..1_usize << structure.leaves();
        nodes.push(match node {
            Node::Leaf(leaf) => sets.map(|set| if set >> leaf & 1 == 1 { values[*leaf] as u16 } else { u16::MAX }).collect(),
            Node::Gate(gate, inputs) => {
                let inputs: Vec<&[u16]> = inputs.iter().map(|input| nodes[input.node()].as_slice()).collect();
                let fold = |start: u16, join: fn(u16, u16) -> u16| -> Vec<u16> {
                    sets.clone().map(|set| inputs.iter().fold(start, |value, input| join(value, input[set]))).collect()
                };
                match gate {
                    Gate::Seq if adds => fold(0, u16::saturating_add),
                    Gate::All | Gate::Seq => fold(0, u16::max),
                    Gate::Any | Gate::Odd => fold(u16::MAX, u16::min),
                    Gate::AtLeast(least) => {
                        let ranked = |set: usize| {
                            let mut values: Vec<u16> = inputs.iter().map(|input| input[set]).collect();
                            values.sort_unstable();
                            values[*least as usize - 1]
                        };
                        sets.clone().map(ranked).collect()
                    }
                }
            }
        });
    }
    nodes.swap_remove(structure.goal().expect("a drawn structure has a goal").node())
}
