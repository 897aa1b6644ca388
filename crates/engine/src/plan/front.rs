//! What other budgets would buy: the choices of which none costs less and leaves less than another.

use super::frame::{Aim, Frame, State};
use super::problem::{Goal, Problem, TINY};
use super::search::{Choice, Search};

/// Up to this many steps every choice is looked at.
const MOST_STEPS: u64 = 40_000_000;
/// Budgets that are tried otherwise.
const BUDGETS: u64 = 16;
/// Steps of work for each of them.
const WORK: u64 = 8_000_000;

/// One choice of the front.
#[derive(Debug, Clone, PartialEq)]
pub struct Point {
    /// What it costs, in hours.
    pub cost: u64,
    /// What it leaves.
    pub left: f64,
    /// Whether it is proven that nothing at that cost leaves less.
    pub proven: bool,
    /// What is chosen.
    pub chosen: Vec<bool>,
}

/// The front, cheapest first; `found` is a choice that is known already.
pub(crate) fn front(problem: &Problem<'_>, found: Option<&Choice>) -> Vec<Point> {
    let count = problem.costs.len();
    let steps = (count < 40).then(|| (1_u64 << count).saturating_mul(problem.terms.len() as u64 + problem.heavy.0 + count as u64));
    let mut points = if steps.is_some_and(|steps| steps <= MOST_STEPS) { every(problem) } else { some(problem) };
    points.extend(found.map(|found| Point { cost: found.cost, left: found.left, proven: found.proven, chosen: found.chosen.clone() }));
    undominated(points)
}

/// Every choice that holds together.
fn every(problem: &Problem<'_>) -> Vec<Point> {
    let count = problem.costs.len();
    let mut best: std::collections::BTreeMap<u64, (f64, u64)> = std::collections::BTreeMap::new();
    for mask in 0..1_u64 << count {
        let chosen = chosen(mask, count);
        if !holds(problem, &chosen) {
            continue;
        }
        let (cost, left) = (problem.cost(&chosen), problem.left(&chosen));
        let known = best.entry(cost).or_insert((left, mask));
        if left < known.0 - TINY {
            *known = (left, mask);
        }
    }
    best.into_iter().map(|(cost, (left, mask))| Point { cost, left, proven: true, chosen: chosen(mask, count) }).collect()
}

fn chosen(mask: u64, count: usize) -> Vec<bool> {
    (0..count).map(|bit| mask & (1 << bit) != 0).collect()
}

/// Whether everything that is needed is chosen as well.
fn holds(problem: &Problem<'_>, chosen: &[bool]) -> bool {
    problem.needs.iter().zip(chosen).all(|(needs, chosen_one)| !chosen_one || needs.iter().all(|needed| chosen[*needed]))
}

/// The best choices for evenly spread budgets. Each search starts from what the one before has found and learned.
fn some(problem: &Problem<'_>) -> Vec<Point> {
    let total: u64 = problem.costs.iter().sum();
    let mut frame = Frame::new(problem, None, Aim::Left);
    let (mut points, mut known) = (Vec::new(), None);
    for step in 0..=BUDGETS {
        let goal = Goal { budget: total * step / BUDGETS, limit: None };
        let found = Search::new(problem, &frame, goal, WORK, vec![State::Free; problem.costs.len()]).with(known.as_ref()).run();
        frame.start = found.multipliers;
        known = found.choice;
        if let Some(choice) = &known {
            points.push(Point { cost: choice.cost, left: choice.left, proven: choice.proven, chosen: choice.chosen.clone() });
        }
    }
    points
}

fn undominated(mut points: Vec<Point>) -> Vec<Point> {
    points.sort_by(|a, b| a.cost.cmp(&b.cost).then(a.left.total_cmp(&b.left)).then(b.proven.cmp(&a.proven)));
    let mut least = f64::INFINITY;
    points.retain(|point| {
        let better = point.left < least - TINY;
        least = least.min(point.left);
        better
    });
    points
}
