//! The cheapest way to a target in pieces: what shares no row and no need is decided apart.

use super::frame::{Frame, State};
use super::problem::{Goal, Problem, TINY};
use super::search::{Choice, Search, propagate};

/// The cheapest choice that fulfils the rows, which have to be exact.
pub(crate) fn least_cost(problem: &Problem<'_>, frame: &Frame, goal: Goal, work: u64) -> Option<Choice> {
    let mut states = vec![State::Free; problem.costs.len()];
    if !propagate(problem, frame, &mut states) {
        return None;
    }
    let pieces = pieces(problem, frame, &states);
    let mut chosen: Vec<bool> = states.iter().map(|state| *state == State::In).collect();
    let base = problem.cost(&chosen);
    let (mut bound, mut proven) = (base as f64, true);
    // The smallest first: what one does not use of its share is for those that follow.
    let mut left = work;
    let count = pieces.len();
    for (at, Piece { members, rows }) in pieces.into_iter().enumerate() {
        let mut start: Vec<State> = states.iter().map(|state| if *state == State::In { State::In } else { State::Out }).collect();
        members.iter().for_each(|m| start[*m] = State::Free);
        let rows = rows.iter().map(|row| frame.rows[*row].clone()).collect();
        let share = if at + 1 == count { left } else { left / 2 };
        let everything = Goal { budget: u64::MAX, ..goal };
        let found = Search::new(problem, &frame.with(rows, states.len()), everything, share, start).run();
        left = left - share + found.unused;
        let found = found.choice?;
        bound += found.bound - base as f64;
        proven &= found.proven;
        chosen.iter_mut().zip(&found.chosen).for_each(|(one, other)| *one |= other);
    }
    let cost = problem.cost(&chosen);
    let bound = if proven { cost as f64 } else { bound.min(cost as f64) };
    (cost <= goal.budget).then(|| Choice {
        cost,
        left: problem.left(&chosen),
        bound,
        proven: proven || bound >= cost as f64 - TINY,
        chosen,
    })
}

/// Mitigations that are connected, and their rows.
struct Piece {
    members: Vec<usize>,
    rows: Vec<usize>,
}

/// The open mitigations that rows ask for, in pieces; the others are of no use.
fn pieces(problem: &Problem<'_>, frame: &Frame, states: &[State]) -> Vec<Piece> {
    let open = |m: usize| states[m] == State::Free;
    let mut parent: Vec<usize> = (0..states.len()).collect();
    let there = |row: &super::rows::Row| row.members.iter().filter(|(m, _)| states[*m] == State::In).map(|(_, weight)| weight).sum::<f64>();
    let rows: Vec<usize> = (0..frame.rows.len()).filter(|at| there(&frame.rows[*at]) < frame.rows[*at].least - TINY).collect();
    for row in &rows {
        let members: Vec<usize> = frame.rows[*row].members.iter().map(|(m, _)| *m).filter(|m| open(*m)).collect();
        members.windows(2).for_each(|pair| join(&mut parent, pair[0], pair[1]));
    }
    for (at, needs) in problem.needs.iter().enumerate().filter(|(at, _)| open(*at)) {
        needs.iter().filter(|needed| open(**needed)).for_each(|needed| join(&mut parent, at, *needed));
    }
    let mut pieces: std::collections::BTreeMap<usize, Piece> = std::collections::BTreeMap::new();
    for row in rows {
        if let Some((m, _)) = frame.rows[row].members.iter().find(|(m, _)| open(*m)) {
            pieces.entry(root(&mut parent, *m)).or_insert_with(|| Piece { members: Vec::new(), rows: Vec::new() }).rows.push(row);
        }
    }
    for m in (0..states.len()).filter(|m| open(*m)) {
        if let Some(piece) = pieces.get_mut(&root(&mut parent, m)) {
            piece.members.push(m);
        }
    }
    let mut pieces: Vec<Piece> = pieces.into_values().collect();
    pieces.sort_by_key(|piece| (piece.members.len(), piece.members.first().copied()));
    pieces
}

fn root(parent: &mut [usize], mut at: usize) -> usize {
    while parent[at] != at {
        parent[at] = parent[parent[at]];
        at = parent[at];
    }
    at
}

fn join(parent: &mut [usize], one: usize, other: usize) {
    let (one, other) = (root(parent, one), root(parent, other));
    parent[one.max(other)] = one.min(other);
}
