//! Attack trees against exhaustive search, and against numbers that others published.

use proptest::prelude::*;
use redan_engine::tree::{Budget, Gate, Literal, Method, Solution, Structure, cost_damage, defence_attack, easiest, quickest, simulate};

/// A random structure: for each gate its kind and its inputs among what was there before, some of them negated.
#[derive(Debug, Clone)]
struct Plan {
    leaves: usize,
    gates: Vec<(u8, Vec<(usize, bool)>)>,
}

impl Plan {
    fn build(&self, negations: bool) -> Structure {
        let mut structure = Structure::new();
        let mut made: Vec<Literal> = (0..self.leaves).map(|_| structure.leaf()).collect();
        for (kind, inputs) in &self.gates {
            let pick = |&(at, negated): &(usize, bool)| {
                // Later nodes are likelier, so that structures are deep.
                let literal = made[made.len() - 1 - at % made.len()];
                if negated && negations { literal.negate() } else { literal }
            };
            let inputs: Vec<Literal> = inputs.iter().map(pick).collect();
            let gate = match kind {
                0..3 => Gate::All,
                3..6 => Gate::Any,
                6 => Gate::AtLeast(2),
                7 => Gate::Seq,
                _ if negations => Gate::Odd,
                _ => Gate::AtLeast(1),
            };
            made.push(structure.gate(gate, inputs));
        }
        structure.set_goal(made[made.len() - 1]);
        structure
    }
}

fn plans(leaves: usize) -> impl Strategy<Value = Plan> {
    let gate = (0..9_u8, prop::collection::vec((0..24_usize, prop::bool::weighted(0.15)), 1..5));
    (2..=leaves, prop::collection::vec(gate, 1..14)).prop_map(|(leaves, gates)| Plan { leaves, gates })
}

/// Numbers that differ from leaf to leaf.
fn spread(count: usize, from: f64, step: f64) -> Vec<f64> {
    (0..count).map(|at| from + step * ((at * 7) % 11) as f64).collect()
}

fn subset(leaves: usize, bits: u32) -> Vec<bool> {
    (0..leaves).map(|leaf| bits >> leaf & 1 == 1).collect()
}

fn members(set: u32) -> Vec<usize> {
    (0..32).filter(|leaf| set >> leaf & 1 == 1).collect()
}

fn exhaustive_probability(structure: &Structure, p: &[f64]) -> f64 {
    let weight = |bits: u32| p.iter().enumerate().map(|(leaf, p)| if bits >> leaf & 1 == 1 { *p } else { 1.0 - p }).product::<f64>();
    (0..1_u32 << p.len()).filter(|bits| structure.holds(&subset(p.len(), *bits))).map(weight).sum()
}

fn minimal_sets(structure: &Structure) -> Vec<u32> {
    let mut minimal: Vec<u32> = Vec::new();
    let mut all: Vec<u32> = (0..1_u32 << structure.leaves()).collect();
    all.sort_by_key(|bits| bits.count_ones());
    for bits in all {
        if !minimal.iter().any(|set| set & bits == *set) && structure.holds(&subset(structure.leaves(), bits)) {
            minimal.push(bits);
        }
    }
    minimal
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn probability_and_minimal_sets_equal_exhaustive_search(plan in plans(10)) {
        let structure = plan.build(true);
        let p = spread(plan.leaves, 0.05, 0.08);
        let solution = Solution::of(&structure, &p, Budget::default());
        let bounds = solution.probability(&p);
        prop_assert!(solution.is_exact() && bounds.low == bounds.high);
        prop_assert!((bounds.low - exhaustive_probability(&structure, &p)).abs() < 1e-12);
        let minimal = minimal_sets(&structure);
        prop_assert_eq!(solution.count().unwrap().to_string(), minimal.len().to_string());
        let mut listed: Vec<Vec<usize>> = solution.likeliest(&p, 5_000).unwrap().into_iter().map(|set| set.leaves).collect();
        let mut expected: Vec<Vec<usize>> = minimal.into_iter().map(members).collect();
        listed.sort();
        expected.sort();
        prop_assert_eq!(listed, expected);
    }

    #[test]
    fn the_first_sets_are_the_likeliest_and_the_cheapest(plan in plans(10)) {
        let structure = plan.build(false);
        let (p, cost) = (spread(plan.leaves, 0.05, 0.08), spread(plan.leaves, 1.0, 3.0));
        let solution = Solution::of(&structure, &p, Budget::default());
        let minimal = minimal_sets(&structure);
        let product = |set: &u32| members(*set).into_iter().map(|leaf| p[leaf]).product::<f64>();
        let sum = |set: &u32| members(*set).into_iter().map(|leaf| cost[leaf]).sum::<f64>();
        let mut likely: Vec<f64> = minimal.iter().map(product).collect();
        likely.sort_by(|a, b| b.total_cmp(a));
        for (set, expected) in solution.likeliest(&p, 3).unwrap().iter().zip(likely) {
            prop_assert!((set.weight - expected).abs() < 1e-12);
        }
        let cheapest = minimal.iter().map(sum).min_by(f64::total_cmp);
        let found = solution.lightest(&cost, 1).unwrap().first().map(|set| set.weight);
        prop_assert_eq!(found.is_some(), cheapest.is_some());
        prop_assert!(found.zip(cheapest).is_none_or(|(found, cheapest)| (found - cheapest).abs() < 1e-9));
    }

    #[test]
    fn importance_is_the_difference_that_a_leaf_makes(plan in plans(8), leaf in 0..8_usize) {
        let structure = plan.build(true);
        let leaf = leaf % plan.leaves;
        let p = spread(plan.leaves, 0.05, 0.08);
        let given = |value: f64| { let mut p = p.clone(); p[leaf] = value; exhaustive_probability(&structure, &p) };
        let measures = Solution::of(&structure, &p, Budget::default()).importance(&p, Method::Exact).unwrap();
        prop_assert!((measures[leaf].birnbaum - (given(1.0) - given(0.0))).abs() < 1e-12);
        let total = exhaustive_probability(&structure, &p);
        prop_assert!((measures[leaf].achievement * total - given(1.0)).abs() < 1e-12);
    }

    #[test]
    fn bounds_hold_and_narrow_with_the_budget(plan in plans(12)) {
        let structure = plan.build(true);
        let p = spread(plan.leaves, 0.05, 0.08);
        let exact = exhaustive_probability(&structure, &p);
        let mut width = 1.0;
        for nodes in [1, 4, 16, 64, 500_000] {
            let bounds = Solution::of(&structure, &p, Budget { nodes, sets: false }).probability(&p);
            prop_assert!(bounds.low <= exact + 1e-12 && exact <= bounds.high + 1e-12, "{bounds:?} {exact}");
            prop_assert!(bounds.width() <= width + 1e-12);
            width = bounds.width();
        }
        prop_assert!(width < 1e-12);
    }

    #[test]
    fn the_quickest_and_the_easiest_attack_equal_exhaustive_search(plan in plans(9)) {
        let structure = plan.build(false);
        let values = spread(plan.leaves, 1.0, 2.0);
        let within = |bits: u32, adds: bool| {
            let inside: Vec<f64> = (0..plan.leaves).map(|leaf| if bits >> leaf & 1 == 1 { values[leaf] } else { f64::INFINITY }).collect();
            let found = if adds { quickest(&structure, &inside) } else { easiest(&structure, &inside) };
            found.map_or(f64::INFINITY, |found| found.value)
        };
        let goal = |bits: u32| structure.holds(&subset(plan.leaves, bits));
        let best = (0..1_u32 << plan.leaves).filter(|bits| goal(*bits)).map(|bits| within(bits, true)).fold(f64::INFINITY, f64::min);
        prop_assert_eq!(quickest(&structure, &values).map_or(f64::INFINITY, |found| found.value), best);
        let skill = |bits: u32| members(bits).into_iter().map(|leaf| values[leaf]).fold(0.0, f64::max);
        let best = (0..1_u32 << plan.leaves).filter(|bits| goal(*bits)).map(skill).fold(f64::INFINITY, f64::min);
        prop_assert_eq!(easiest(&structure, &values).map_or(f64::INFINITY, |found| found.value), best);
    }

    #[test]
    fn fronts_equal_exhaustive_search(plan in plans(8)) {
        let structure = plan.build(true);
        let cost = spread(plan.leaves, 1.0, 3.0);
        let directions = structure.directions();
        let is_defence = |leaf: usize| directions[leaf].hinders && !directions[leaf].helps;
        let defences = (0..plan.leaves).filter(|leaf| is_defence(*leaf)).fold(0_u32, |mask, leaf| mask | 1 << leaf);
        let price = |bits: u32| members(bits).into_iter().map(|leaf| cost[leaf]).sum::<f64>();
        let mut all: Vec<(f64, f64)> = Vec::new();
        for chosen in (0..1_u32 << plan.leaves).filter(|bits| bits & defences == *bits) {
            let attacks = (0..1_u32 << plan.leaves).filter(|bits| bits & defences == chosen);
            let reached = attacks.filter(|bits| structure.holds(&subset(plan.leaves, *bits)));
            all.push((price(chosen), reached.map(|bits| price(bits & !defences)).fold(f64::INFINITY, f64::min)));
        }
        let expected = front(all);
        let found: Vec<(f64, f64)> = defence_attack(&structure, &cost).unwrap().iter().map(|point| (point.defence, point.attack)).collect();
        prop_assert_eq!(found, expected);
    }

    #[test]
    fn the_harm_of_money_equals_exhaustive_search(plan in plans(7)) {
        let structure = plan.build(false);
        let cost = spread(plan.leaves, 1.0, 3.0);
        let damage = spread(structure.nodes().len(), 2.0, 5.0);
        let mut all = Vec::new();
        for bits in 0..1_u32 << plan.leaves {
            let values = node_values(&structure, bits);
            let used = used(&structure);
            let harm: f64 = (0..values.len()).filter(|at| values[*at] && used[*at]).map(|at| damage[at]).sum();
            all.push((members(bits).into_iter().map(|leaf| cost[leaf]).sum::<f64>(), harm));
        }
        let found: Vec<(f64, f64)> = cost_damage(&structure, &cost, &damage).unwrap().iter().map(|point| (point.cost, point.damage)).collect();
        prop_assert_eq!(found, front(all));
    }
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

fn node_values(structure: &Structure, bits: u32) -> Vec<bool> {
    let goal = structure.goal().expect("a plan has a goal");
    let mut copy = structure.clone();
    let mut values = Vec::new();
    for at in 0..structure.nodes().len() {
        copy.set_goal(at_node(structure, at));
        values.push(copy.holds(&subset(structure.leaves(), bits)));
    }
    copy.set_goal(goal);
    values
}

/// The literal of a node: structures only hand out those of what they add.
fn at_node(structure: &Structure, at: usize) -> Literal {
    let mut found = None;
    let mut other = Structure::new();
    for _ in structure.nodes().iter().take(at + 1) {
        found = Some(other.leaf());
    }
    found.expect("there is a node")
}

fn used(structure: &Structure) -> Vec<bool> {
    let mut used = vec![false; structure.nodes().len()];
    used[structure.goal().expect("a plan has a goal").node()] = true;
    for (at, node) in structure.nodes().iter().enumerate().rev() {
        if let (true, redan_engine::tree::Node::Gate(_, inputs)) = (used[at], node) {
            inputs.iter().for_each(|input| used[input.node()] = true);
        }
    }
    used
}

/// Two pumps and two valves in two lines: the table that SCRAM prints from the rare-event approximation.
#[test]
fn importance_of_two_trains_is_that_of_scram() {
    let mut structure = Structure::new();
    let [pump_one, pump_two, valve_one, valve_two] = [(); 4].map(|()| structure.leaf());
    let one = structure.gate(Gate::Any, vec![pump_one, valve_one]);
    let two = structure.gate(Gate::Any, vec![pump_two, valve_two]);
    let goal = structure.gate(Gate::All, vec![one, two]);
    structure.set_goal(goal);
    let p = [0.06, 0.07, 0.04, 0.05];
    let solution = Solution::of(&structure, &p, Budget::default());
    let measures = solution.importance(&p, Method::RareEvent).unwrap();
    let expected = [
        [0.12, 0.6, 0.624, 10.4, 2.5],
        [0.1, 0.5833, 0.6125, 8.75, 2.4],
        [0.12, 0.4, 0.424, 10.6, 1.667],
        [0.1, 0.4167, 0.4458, 8.917, 1.714],
    ];
    for (found, expected) in measures.iter().zip(expected) {
        let found = [found.birnbaum, found.criticality, found.diagnostic, found.achievement, found.reduction];
        for (found, expected) in found.iter().zip(expected) {
            assert!((found - expected).abs() < 5e-4 * expected, "{found} {expected}");
        }
    }
    assert!((solution.probability(&p).low - (1.0 - 0.94 * 0.96) * (1.0 - 0.93 * 0.95)).abs() < 1e-15);
}

#[test]
fn eighty_thousand_million_sets_are_counted_without_being_listed() {
    let mut structure = Structure::new();
    let columns: Vec<Literal> = (0..11)
        .map(|_| {
            let rows = (0..10).map(|_| structure.leaf()).collect();
            structure.gate(Gate::Any, rows)
        })
        .collect();
    let goal = structure.gate(Gate::All, columns);
    structure.set_goal(goal);
    let p = vec![0.1; 110];
    let solution = Solution::of(&structure, &p, Budget::default());
    assert_eq!(solution.count().unwrap().to_string(), "100000000000");
    assert_eq!(solution.likeliest(&p, 4).unwrap().len(), 4);
}

#[test]
fn a_count_beyond_128_bits_is_written_in_full() {
    let mut structure = Structure::new();
    let choices: Vec<Literal> = (0..200)
        .map(|_| {
            let pair = vec![structure.leaf(), structure.leaf()];
            structure.gate(Gate::Any, pair)
        })
        .collect();
    let goal = structure.gate(Gate::All, choices);
    structure.set_goal(goal);
    let solution = Solution::of(&structure, &vec![0.5; 400], Budget::default());
    assert_eq!(solution.count().unwrap().to_string(), "1606938044258990275541962092341162602522202993782792835301376");
}

#[test]
fn a_simulation_agrees_with_the_exact_answer_and_repeats() {
    let mut structure = Structure::new();
    let leaves: Vec<Literal> = (0..5).map(|_| structure.leaf()).collect();
    let goal = structure.gate(Gate::AtLeast(3), leaves);
    structure.set_goal(goal);
    let p = [0.3, 0.4, 0.5, 0.6, 0.2];
    let exact = Solution::of(&structure, &p, Budget::default()).probability(&p).low;
    let found = simulate(&structure, &p, 200_000, 42);
    assert!(found.low < exact && exact < found.high && found.high - found.low < 0.005, "{found:?} {exact}");
    assert_eq!(simulate(&structure, &p, 200_000, 42), found);
    assert_ne!(simulate(&structure, &p, 200_000, 43).mean, found.mean);
}

#[test]
fn a_goal_that_is_a_constant_or_a_leaf_is_solved() {
    let mut structure = Structure::new();
    let leaf = structure.leaf();
    let always = structure.gate(Gate::All, Vec::new());
    let never = structure.gate(Gate::Any, Vec::new());
    for (goal, probability, count) in [(leaf, 0.3, "1"), (leaf.negate(), 0.7, "1"), (always, 1.0, "1"), (never, 0.0, "0")] {
        structure.set_goal(goal);
        let solution = Solution::of(&structure, &[0.3], Budget::default());
        assert!((solution.probability(&[0.3]).low - probability).abs() < 1e-15);
        assert_eq!(solution.count().unwrap().to_string(), count);
    }
}

#[test]
fn a_very_wide_gate_is_solved_in_linear_time() {
    let mut structure = Structure::new();
    let leaves: Vec<Literal> = (0..100_000).map(|_| structure.leaf()).collect();
    let goal = structure.gate(Gate::Any, leaves);
    structure.set_goal(goal);
    let p = vec![1e-6; 100_000];
    let solution = Solution::of(&structure, &p, Budget::default());
    assert_eq!(solution.count().unwrap().to_string(), "100000");
    assert!((solution.probability(&p).low - (1.0 - (1.0 - 1e-6_f64).powi(100_000))).abs() < 1e-9);
}
