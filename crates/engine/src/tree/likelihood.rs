//! Probabilities of diagrams: exact where they are exact, between two bounds where they are not.

use super::solve::{Input, Part};

/// Two numbers with the true one between them; the same one twice if it is known.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bounds {
    /// Never above the true one.
    pub low: f64,
    /// Never below the true one.
    pub high: f64,
}

impl Bounds {
    /// A known number.
    pub fn exact(value: f64) -> Self {
        Self { low: value, high: value }
    }

    /// How far apart the bounds are.
    pub fn width(self) -> f64 {
        self.high - self.low
    }

    /// The number half-way between the bounds.
    pub fn middle(self) -> f64 {
        f64::midpoint(self.low, self.high)
    }

    fn not(self) -> Self {
        Self { low: 1.0 - self.high, high: 1.0 - self.low }
    }

    /// The number if a variable decides between two.
    fn decide(variable: Self, holds: Self, fails: Self) -> Self {
        let mix = |p: f64, holds: f64, fails: f64| p * holds + (1.0 - p) * fails;
        Self {
            low: mix(variable.low, holds.low, fails.low).min(mix(variable.high, holds.low, fails.low)),
            high: mix(variable.low, holds.high, fails.high).max(mix(variable.high, holds.high, fails.high)),
        }
    }
}

/// The probability of a variable.
pub(super) fn of_input(input: Input, parts: &[Bounds], probabilities: &[f64]) -> Bounds {
    match input {
        Input::Leaf(leaf) => Bounds::exact(probabilities.get(leaf).copied().unwrap_or(0.0)),
        Input::Part(at) => parts[at],
    }
}

/// The probability of each node of a part.
pub(super) fn of_nodes(part: &Part, parts: &[Bounds], probabilities: &[f64]) -> Vec<Bounds> {
    let variables: Vec<Bounds> = part.order.iter().map(|input| of_input(*input, parts, probabilities)).collect();
    let mut values = Vec::with_capacity(part.nodes.len());
    values.push(Bounds::exact(1.0));
    for node in part.nodes.iter().skip(1) {
        let value = Bounds::decide(variables[node.level as usize], of_edge(&values, node.high), of_edge(&values, node.low));
        values.push(value);
    }
    values
}

/// The probability of an edge, given those of the nodes.
pub(super) fn of_edge(values: &[Bounds], edge: u32) -> Bounds {
    let value = values[(edge >> 1) as usize];
    if edge & 1 == 1 { value.not() } else { value }
}

/// The probability of a part, given those of the parts before it.
pub(super) fn of_part(part: &Part, parts: &[Bounds], probabilities: &[f64]) -> Bounds {
    let values = of_nodes(part, parts, probabilities);
    Bounds { low: of_edge(&values, part.low).low, high: of_edge(&values, part.high).high }
}
