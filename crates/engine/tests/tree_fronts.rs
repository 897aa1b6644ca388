//! Defence-attack fronts that others published: two graphs with shared steps, on which bottom-up evaluation is wrong, and
//! five trees. The numbers are facts of the data of T. Copae's thesis on attack-defence trees.

use std::collections::HashMap;

use redan_engine::tree::{Gate, Literal, Structure, defence_attack};

/// A step: a leaf with a name and a cost, or a gate; and what stops it.
enum Step {
    Leaf(&'static str, f64, Vec<Step>),
    And(Vec<Step>, Vec<Step>),
    Or(Vec<Step>, Vec<Step>),
}

use Step::{And, Leaf, Or};

fn leaf(name: &'static str, cost: f64) -> Step {
    Leaf(name, cost, Vec::new())
}

struct Builder {
    structure: Structure,
    costs: Vec<f64>,
    leaves: HashMap<&'static str, Literal>,
}

impl Builder {
    fn add(&mut self, step: &Step) -> Literal {
        let (own, stops) = match step {
            Leaf(name, cost, stops) => (self.leaf(name, *cost), stops),
            And(below, stops) => (self.gate(Gate::All, below), stops),
            Or(below, stops) => (self.gate(Gate::Any, below), stops),
        };
        let mut parts = vec![own];
        for stop in stops {
            parts.push(self.add(stop).negate());
        }
        self.structure.gate(Gate::All, parts)
    }

    fn gate(&mut self, gate: Gate, below: &[Step]) -> Literal {
        let inputs = below.iter().map(|step| self.add(step)).collect();
        self.structure.gate(gate, inputs)
    }

    fn leaf(&mut self, name: &'static str, cost: f64) -> Literal {
        if let Some(known) = self.leaves.get(name) {
            return *known;
        }
        self.costs.push(cost);
        let literal = self.structure.leaf();
        self.leaves.insert(name, literal);
        literal
    }
}

fn front(step: &Step) -> Vec<(f64, f64)> {
    let mut builder = Builder { structure: Structure::new(), costs: Vec::new(), leaves: HashMap::new() };
    let goal = builder.add(step);
    builder.structure.set_goal(goal);
    defence_attack(&builder.structure, &builder.costs)
        .expect("the front is small")
        .iter()
        .map(|point| (point.defence, point.attack))
        .collect()
}

#[test]
fn the_smallest_graph_with_a_shared_defence() {
    let stopped = |name, cost| Leaf(name, cost, vec![leaf("d1", 1.0)]);
    let graph = Or(vec![stopped("a2", 2.0), stopped("a1", 1.0)], vec![]);
    assert_eq!(front(&graph), [(0.0, 1.0), (1.0, f64::INFINITY)]);
}

#[test]
fn a_graph_with_a_shared_attack() {
    let one = Or(vec![leaf("a2", 8.0), leaf("a1", 4.0)], vec![Leaf("d1", 2.0, vec![leaf("a3", 16.0)])]);
    let two = Or(vec![leaf("a1", 4.0), leaf("a4", 8.0)], vec![Leaf("d2", 4.0, vec![leaf("a5", 100.0)])]);
    assert_eq!(front(&And(vec![one, two], vec![])), [(0.0, 4.0), (2.0, 20.0), (4.0, 104.0), (6.0, 120.0)]);
}

#[test]
fn a_tree_in_which_each_attack_has_two_defences() {
    let way = |name, cost, one: (&'static str, f64), two: (&'static str, f64)| {
        Leaf(name, cost, vec![And(vec![leaf(one.0, one.1), leaf(two.0, two.1)], vec![])])
    };
    let ways =
        vec![way("a1", 1.0, ("d1", 5.0), ("d2", 1.0)), way("a2", 2.0, ("d3", 3.0), ("d4", 3.0)), way("a3", 3.0, ("d5", 4.0), ("d6", 2.0))];
    assert_eq!(front(&Or(ways, vec![])), [(0.0, 1.0), (6.0, 2.0), (12.0, 3.0), (18.0, f64::INFINITY)]);
}

/// An attack with two defences that only work together, and an attack on those.
fn guarded(attack: (&'static str, f64), defences: [(&'static str, f64); 2], counter: (&'static str, f64)) -> Step {
    let together = And(defences.map(|(name, cost)| leaf(name, cost)).into(), vec![leaf(counter.0, counter.1)]);
    Leaf(attack.0, attack.1, vec![together])
}

#[test]
fn a_tree_of_nine_nodes() {
    let tree = And(vec![guarded(("a2", 21_145.0), [("d1", 39_777.0), ("d2", 89_041.0)], ("a1", 19_869.0)), leaf("a3", 3_909.0)], vec![]);
    assert_eq!(front(&tree), [(0.0, 25_054.0), (128_818.0, 44_923.0)]);
}

#[test]
fn a_tree_of_seventeen_nodes() {
    let one = guarded(("a2", 50_305.0), [("d1", 3_449.0), ("d2", 33_384.0)], ("a1", 45_255.0));
    let two = guarded(("b2", 2_297.0), [("e1", 78_223.0), ("e2", 25_746.0)], ("b1", 70_893.0));
    let tree = And(vec![one, And(vec![two, leaf("b3", 41_832.0)], vec![])], vec![]);
    assert_eq!(front(&tree), [(0.0, 94_434.0), (36_833.0, 139_689.0), (103_969.0, 165_327.0), (140_802.0, 210_582.0)]);
}

#[test]
fn a_tree_in_which_attacks_answer_defences() {
    let outer = And(vec![Leaf("d6", 8.0, vec![Leaf("a4", 2.0, vec![leaf("d7", 4.0)])]), leaf("d3", 16.0)], vec![]);
    let first = Leaf("a2", 8.0, vec![And(vec![outer, leaf("d2", 16.0)], vec![leaf("a1", 64.0)])]);
    let second = guarded(("a7", 16.0), [("d4", 32.0), ("d5", 2.0)], ("a5", 128.0));
    let tree = And(vec![first, leaf("a3", 32.0), And(vec![second, leaf("a6", 4.0)], vec![])], vec![]);
    assert_eq!(front(&tree), [(0.0, 60.0), (34.0, 188.0), (74.0, 190.0), (78.0, 252.0)]);
}

#[test]
fn a_tree_in_which_defences_answer_attacks() {
    let third = Leaf("d3", 32.0, vec![And(vec![leaf("a5", 32.0), leaf("a8", 4.0)], vec![leaf("d4", 16.0)])]);
    let fifth = Leaf("d5", 8.0, vec![And(vec![leaf("a6", 16.0), leaf("a7", 2.0)], vec![leaf("d1", 2.0)])]);
    let stops = Or(vec![third, And(vec![fifth, leaf("d2", 4.0)], vec![])], vec![]);
    let tree = Or(vec![leaf("a2", 8.0), leaf("a3", 64.0)], vec![stops]);
    assert_eq!(front(&tree), [(0.0, 8.0), (12.0, 26.0), (14.0, f64::INFINITY)]);
}
