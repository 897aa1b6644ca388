//! Attack trees and fault trees of which the answer is known: numbers that others published, and cases that are extreme.

use redan_engine::tree::{Budget, Gate, Literal, Method, Solution, Structure, simulate};

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
