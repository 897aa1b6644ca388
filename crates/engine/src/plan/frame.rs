//! What is the same in all parts of a problem: what is asked for, the rows of a target, and which multiplier is whose.

use super::problem::{Problem, Term};
use super::rows::{Row, Rows};

/// Up to so many mitigations, a risk is looked at in all sets of them.
pub(crate) const MOST_JOINT: usize = 6;

/// What has been decided about each mitigation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    Free,
    In,
    Out,
}

/// What is made as small as possible.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Aim {
    Left,
    Cost,
}

/// What is the same in all parts of a problem: the rows of the target, and which multiplier is whose.
pub(crate) struct Frame {
    pub(crate) aim: Aim,
    pub(crate) rows: Vec<Row>,
    /// For each mitigation the rows that it is in, with its weight.
    pub(crate) rows_of: Vec<Vec<(usize, f64)>>,
    /// Whether every choice that fulfils the rows meets the limit.
    pub(crate) exact: bool,
    /// The first multiplier of each risk.
    pub(crate) of_terms: Vec<usize>,
    /// Pairs of which the first needs the second.
    pub(crate) needs: Vec<(usize, usize)>,
    pub(crate) of_rows: usize,
    pub(crate) of_needs: usize,
    /// The first of the numbers that stand for the share by which each mitigation is chosen.
    pub(crate) of_shares: usize,
    /// What the multipliers start from.
    pub(crate) start: Vec<f32>,
}

impl Frame {
    pub(crate) fn new(problem: &Problem<'_>, limit: Option<f64>, aim: Aim) -> Self {
        let Rows { rows, exact } = Rows::new(problem, limit);
        let mut start = Vec::new();
        let mut of_terms = Vec::new();
        for term in &problem.terms {
            of_terms.push(start.len());
            match (aim, joint(term)) {
                (Aim::Cost, _) => {}
                (Aim::Left, Some(_)) => start.extend(term.most(true).iter().map(|weight| *weight as f32)),
                (Aim::Left, None) => start.push(1.0),
            }
        }
        let pairs = problem.needs.iter().enumerate().flat_map(|(at, needs)| needs.iter().map(move |needed| (at, *needed)));
        let of_rows = start.len();
        let frame = Self {
            aim,
            exact,
            of_terms,
            needs: pairs.collect(),
            of_rows,
            of_needs: of_rows,
            of_shares: of_rows,
            start,
            rows: Vec::new(),
            rows_of: Vec::new(),
        };
        frame.with(rows, problem.costs.len())
    }

    /// The same with other rows.
    pub(crate) fn with(&self, rows: Vec<Row>, count: usize) -> Self {
        let mut rows_of = vec![Vec::new(); count];
        for (at, row) in rows.iter().enumerate() {
            row.members.iter().for_each(|(m, weight)| rows_of[*m].push((at, *weight)));
        }
        let of_needs = self.of_rows + rows.len();
        let mut start = self.start[..self.of_rows].to_vec();
        let of_shares = of_needs + self.needs.len();
        start.resize(of_shares, 0.0);
        start.resize(of_shares + count, 0.5);
        Self { rows, rows_of, of_terms: self.of_terms.clone(), needs: self.needs.clone(), of_needs, of_shares, start, ..*self }
    }
}

/// What a risk leaves for each set of its mitigations, if it is small enough to look at all of them.
pub(crate) fn joint<'t>(term: &'t Term<'_>) -> Option<&'t [f64]> {
    term.table().filter(|_| term.relevant.len() <= MOST_JOINT)
}
