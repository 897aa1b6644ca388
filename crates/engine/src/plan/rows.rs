//! A target as rows: how many of which mitigations every choice that reaches it must have at least.
//!
//! A risk with few mitigations is turned into rows that say exactly which choices lower it far enough; two of three where
//! any two do, rather than three times one of two, so that what the relaxation sees is close to what is so. Rows that others
//! imply are dropped.

use super::problem::{Problem, TINY, Term};

/// More rows than this are not compared with each other.
const MOST_COMPARED: usize = 2_000;
/// After so many rows, a risk is one row that only says what is necessary.
const MOST_ROWS: usize = 20_000;

/// The weights of the chosen members add up to at least `least`.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Row {
    pub(crate) members: Vec<(usize, f64)>,
    pub(crate) least: f64,
}

/// The rows of a limit.
#[derive(Debug, Default)]
pub(crate) struct Rows {
    pub(crate) rows: Vec<Row>,
    /// Whether every choice that fulfils the rows meets the limit.
    pub(crate) exact: bool,
}

impl Rows {
    pub(crate) fn new(problem: &Problem<'_>, limit: Option<f64>) -> Self {
        let mut found = Self { rows: Vec::new(), exact: true };
        let Some(limit) = limit else { return found };
        let mut counts: Vec<(Vec<usize>, usize)> = Vec::new();
        let nothing = vec![false; problem.costs.len()];
        for term in problem.terms.iter().filter(|term| term.limited) {
            found.exact &= term.is_monotone();
            let above = term.best(&nothing) - limit;
            if above <= TINY {
                continue;
            }
            match term.table().filter(|_| counts.len() < MOST_ROWS) {
                Some(table) => counts.extend(of_table(term, table, limit)),
                None => {
                    found.exact = false;
                    let weights = term.most(true).iter().map(|weight| weight.min(above));
                    found.rows.push(Row { members: term.relevant.iter().copied().zip(weights).collect(), least: above });
                }
            }
        }
        let counts = undominated(with_cliques(undominated(counts)));
        let row =
            |(members, least): (Vec<usize>, usize)| Row { members: members.into_iter().map(|m| (m, 1.0)).collect(), least: least as f64 };
        found.rows.extend(counts.into_iter().map(row));
        found
    }
}

/// How many of which mitigations one risk needs.
fn of_table(term: &Term<'_>, best: &[f64], limit: f64) -> Vec<(Vec<usize>, usize)> {
    let enough = |mask: usize| best[mask] <= limit + TINY;
    let bits = |mask: usize| (0..term.relevant.len()).filter(move |bit| mask & (1 << bit) != 0);
    let minimal: Vec<usize> = (0..best.len()).filter(|mask| enough(*mask) && bits(*mask).all(|bit| !enough(mask & !(1 << bit)))).collect();
    // The fewest of each set that a choice which is enough has; one more than there are where nothing is enough.
    let fewest = |set: usize| minimal.iter().map(|mask| (mask & set).count_ones()).min().unwrap_or(set.count_ones() + 1);
    let ranks: Vec<u32> = (0..best.len()).map(fewest).collect();
    let splits = |set: usize| {
        let mut part = (set - 1) & set;
        while part > 0 {
            if ranks[part] + ranks[set & !part] >= ranks[set] {
                return true;
            }
            part = (part - 1) & set;
        }
        false
    };
    let mut order: Vec<usize> = (1..best.len()).filter(|set| ranks[*set] > 0).collect();
    order.sort_by_key(|set| (std::cmp::Reverse(set.count_ones()), *set));
    let mut kept: Vec<usize> = Vec::new();
    for set in order {
        let implied = kept.iter().any(|other| set & !other == 0 && ranks[*other] >= ranks[set] + (other & !set).count_ones());
        if !implied && bits(set).all(|bit| ranks[set & !(1 << bit)] < ranks[set]) && !(ranks[set] > 1 && splits(set)) {
            kept.push(set);
        }
    }
    kept.into_iter().map(|set| (bits(set).map(|bit| term.relevant[bit]).collect(), ranks[set] as usize)).collect()
}

/// Of mitigations of which any two need one, all but one are needed.
fn with_cliques(mut rows: Vec<(Vec<usize>, usize)>) -> Vec<(Vec<usize>, usize)> {
    let pairs: Vec<(usize, usize)> =
        rows.iter().filter_map(|(members, least)| if let ([a, b], 1) = (&members[..], *least) { Some((*a, *b)) } else { None }).collect();
    let count = pairs.iter().map(|(a, b)| a.max(b) + 1).max().unwrap_or(0);
    let mut near = vec![Vec::new(); count];
    for (a, b) in &pairs {
        near[*a].push(*b);
        near[*b].push(*a);
    }
    near.iter_mut().for_each(|near| near.sort_unstable());
    for (a, b) in pairs {
        let mut clique = vec![a, b];
        for third in &near[a] {
            if !clique.contains(third) && clique.iter().all(|member| near[*third].binary_search(member).is_ok()) {
                clique.push(*third);
            }
        }
        if clique.len() > 2 {
            clique.sort_unstable();
            let least = clique.len() - 1;
            rows.push((clique, least));
        }
    }
    rows
}

/// Rows that no other implies: one that asks for as many of fewer, or for so many more of more that as many are left.
fn undominated(mut rows: Vec<(Vec<usize>, usize)>) -> Vec<(Vec<usize>, usize)> {
    rows.sort();
    rows.dedup();
    if rows.len() > MOST_COMPARED {
        return rows;
    }
    let mut alive = vec![true; rows.len()];
    let implies = |one: &(Vec<usize>, usize), other: &(Vec<usize>, usize)| {
        let outside = one.0.iter().filter(|member| other.0.binary_search(member).is_err()).count();
        one.1 >= other.1 + outside
    };
    for at in 0..rows.len() {
        alive[at] = !(0..rows.len()).any(|other| other != at && alive[other] && implies(&rows[other], &rows[at]));
    }
    let mut alive = alive.into_iter();
    rows.retain(|_| alive.next().unwrap_or(true));
    rows
}

#[cfg(test)]
mod tests {
    use super::super::problem::Subject;
    use super::*;

    /// A risk of 9 that falls to 1 when so many of its mitigations are in place.
    struct AtLeast(Vec<usize>, usize);

    impl Subject for AtLeast {
        fn relevant(&self) -> &[usize] {
            &self.0
        }

        fn left(&self, chosen: &[bool]) -> f64 {
            if chosen.iter().filter(|chosen| **chosen).count() >= self.1 { 1.0 } else { 9.0 }
        }
    }

    fn rows(count: usize, risks: Vec<AtLeast>) -> Vec<(Vec<usize>, f64)> {
        let subjects = risks.into_iter().map(|risk| Box::new(risk) as Box<dyn Subject>).collect();
        let problem = Problem::new(vec![1; count], vec![Vec::new(); count], subjects);
        let found = Rows::new(&problem, Some(4.0));
        assert!(found.exact);
        let members = |row: &Row| row.members.iter().map(|(member, _)| *member).collect();
        found.rows.iter().map(|row| (members(row), row.least)).collect()
    }

    #[test]
    fn two_of_three_is_one_row() {
        assert_eq!(rows(3, vec![AtLeast(vec![0, 1, 2], 2)]), [(vec![0, 1, 2], 2.0)]);
    }

    #[test]
    fn all_of_three_are_three_rows() {
        assert_eq!(rows(3, vec![AtLeast(vec![0, 1, 2], 3)]), [(vec![0], 1.0), (vec![1], 1.0), (vec![2], 1.0)]);
    }

    #[test]
    fn a_risk_that_another_takes_care_of_asks_for_nothing() {
        assert_eq!(rows(3, vec![AtLeast(vec![0, 1, 2], 1), AtLeast(vec![0, 2], 1)]), [(vec![0, 2], 1.0)]);
    }

    #[test]
    fn three_pairs_in_a_ring_need_two() {
        assert_eq!(rows(3, vec![AtLeast(vec![0, 1], 1), AtLeast(vec![1, 2], 1), AtLeast(vec![0, 2], 1)]), [(vec![0, 1, 2], 2.0)]);
    }
}
