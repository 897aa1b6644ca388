//! In which order to work: what takes away most risk for its days comes first, and never before what it needs.

use super::problem::{Problem, TINY};

/// A step of the work.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Step {
    /// The mitigation.
    pub mitigation: usize,
    /// What it takes away once everything before it is in place.
    pub removed: f64,
    /// The risk that is left then.
    pub left: f64,
    /// The first and the last sprint in which somebody works at it, from 1; none where no sprints are asked for.
    pub sprints: Option<(u64, u64)>,
}

/// The chosen mitigations in the order of work, not yet in sprints.
pub(crate) fn order(problem: &Problem<'_>, chosen: &[bool]) -> Vec<Step> {
    let mut done = vec![false; chosen.len()];
    let mut steps = Vec::new();
    let mut left = problem.left(&done);
    while let Some(group) = next(problem, chosen, &mut done) {
        for mitigation in group {
            done[mitigation] = true;
            let now = problem.left(&done);
            steps.push(Step { mitigation, removed: left - now, left: now, sprints: None });
            left = now;
        }
    }
    steps
}

/// What comes next, with what it needs before it.
fn next(problem: &Problem<'_>, chosen: &[bool], done: &mut [bool]) -> Option<Vec<usize>> {
    let waiting: Vec<usize> = (0..chosen.len()).filter(|m| chosen[*m] && !done[*m]).collect();
    let mut best: Option<((bool, f64), Vec<usize>)> = None;
    for mitigation in waiting {
        let mut group: Vec<usize> = problem.closure[mitigation].iter().copied().filter(|m| !done[*m]).collect();
        let gain = problem.gain(done, &group);
        let cost = (group.iter().map(|m| problem.costs[*m]).sum::<u64>() as f64).max(1e-3);
        // What helps only together with others counts by what it may help, after everything that helps at once.
        let value = if gain > TINY { (true, gain / cost) } else { (false, problem.potential(mitigation) / cost) };
        if best.as_ref().is_none_or(|(known, _)| value > *known) {
            sort_by_need(problem, &mut group);
            best = Some((value, group));
        }
    }
    best.map(|(_, group)| group)
}

/// What others need comes first: it has fewer needs of its own than they have.
fn sort_by_need(problem: &Problem<'_>, group: &mut [usize]) {
    group.sort_by_key(|m| (problem.closure[*m].len(), *m));
}
