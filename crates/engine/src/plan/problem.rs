//! The choice as a problem of its own: mitigations with costs, and risks that they lower.
//!
//! A risk is anything with [`Subject`]: a threat, or the goal of an attack tree or of attack paths.

/// Risks with up to this many mitigations are tabulated.
pub(crate) const MOST_TABULATED: usize = 10;

/// A risk that mitigations lower.
pub trait Subject {
    /// The mitigations that matter to it, by index, each once.
    fn relevant(&self) -> &[usize];

    /// The risk that is left when those of [`Subject::relevant`] are in place for which `chosen` is true.
    ///
    /// With more than ten relevant mitigations it must never rise when one is added.
    fn left(&self, chosen: &[bool]) -> f64;

    /// For each relevant mitigation a number such that adding any of them to any others never takes away more than the sum
    /// of their numbers. The default is always sound.
    fn shares(&self) -> Vec<f64> {
        let count = self.relevant().len();
        let most = self.left(&vec![false; count]) - self.left(&vec![true; count]);
        vec![most.max(0.0); count]
    }

    /// Whether the target applies to it.
    fn is_limited(&self) -> bool {
        true
    }

    /// Whether it is a whole number for every choice. Small ones are looked at, so this matters to large ones.
    fn is_whole(&self) -> bool {
        false
    }

    /// How many steps of work [`Subject::left`] is, where it is more than a few additions.
    fn effort(&self) -> u64 {
        1
    }
}

impl<S: Subject + ?Sized> Subject for &S {
    fn relevant(&self) -> &[usize] {
        (**self).relevant()
    }

    fn left(&self, chosen: &[bool]) -> f64 {
        (**self).left(chosen)
    }

    fn shares(&self) -> Vec<f64> {
        (**self).shares()
    }

    fn is_limited(&self) -> bool {
        (**self).is_limited()
    }

    fn is_whole(&self) -> bool {
        (**self).is_whole()
    }

    fn effort(&self) -> u64 {
        (**self).effort()
    }
}

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Goal {
    /// The most that may be spent, in hours.
    pub budget: u64,
    /// The most that may be left of each risk.
    pub limit: Option<f64>,
}

/// The problem.
pub struct Problem<'a> {
    /// The cost of each mitigation, in hours.
    pub costs: Vec<u64>,
    /// The mitigations that each needs first, by index.
    pub needs: Vec<Vec<usize>>,
    /// The risks.
    pub(crate) terms: Vec<Term<'a>>,
    /// For each mitigation the risks that it matters to, and where it stands among their relevant ones.
    pub(crate) of: Vec<Vec<(usize, usize)>>,
    /// Everything that a mitigation needs, itself included.
    pub(crate) closure: Vec<Vec<usize>>,
    /// Every mitigation that needs it, itself included.
    pub(crate) dependants: Vec<Vec<usize>>,
    /// Whether all risks are whole numbers.
    pub(crate) whole: bool,
    /// How much more work than one step a look at all risks, and at those of each mitigation, is.
    pub(crate) heavy: (u64, u64),
}

/// One risk, prepared.
pub(crate) struct Term<'a> {
    pub(crate) subject: Box<dyn Subject + 'a>,
    pub(crate) relevant: Vec<usize>,
    table: Option<Table>,
    /// See [`Subject::shares`].
    shares: Vec<f64>,
    /// Numbers whose sum is at least what any set takes away from the start.
    weights: Vec<f64>,
    pub(crate) limited: bool,
    /// Steps of work that a look at it is.
    pub(crate) effort: u64,
}

struct Table {
    left: Vec<f64>,
    /// The least that any subset leaves, which never rises.
    best: Vec<f64>,
}

impl<'a> Problem<'a> {
    /// Prepares a problem; `needs` must have no circles.
    pub fn new(costs: Vec<u64>, needs: Vec<Vec<usize>>, subjects: Vec<Box<dyn Subject + 'a>>) -> Self {
        let count = costs.len();
        let terms: Vec<Term<'a>> = subjects.into_iter().map(Term::new).collect();
        let mut of = vec![Vec::new(); count];
        for (at, term) in terms.iter().enumerate() {
            term.relevant.iter().enumerate().for_each(|(place, mitigation)| of[*mitigation].push((at, place)));
        }
        let closure: Vec<Vec<usize>> = (0..count).map(|from| closure(from, &needs)).collect();
        let mut dependants = vec![Vec::new(); count];
        for (from, all) in closure.iter().enumerate() {
            all.iter().for_each(|needed| dependants[*needed].push(from));
        }
        let is_whole = |value: &f64| value.fract() == 0.0;
        let whole = terms.iter().all(|term| term.table.as_ref().map_or(term.subject.is_whole(), |table| table.left.iter().all(is_whole)));
        let all = terms.iter().map(|term| term.effort - 1).sum();
        let each = terms.iter().map(|term| (term.effort - 1) * term.relevant.len() as u64).sum();
        Self { costs, needs, terms, of, closure, dependants, whole, heavy: (all, each) }
    }

    /// The sum of the risks that are left when these are in place.
    pub fn left(&self, chosen: &[bool]) -> f64 {
        self.terms.iter().map(|term| term.left(chosen)).sum()
    }

    /// What one risk is then.
    pub fn left_of(&self, term: usize, chosen: &[bool]) -> f64 {
        self.terms[term].left(chosen)
    }

    /// What these cost.
    pub fn cost(&self, chosen: &[bool]) -> u64 {
        chosen.iter().zip(&self.costs).filter(|(chosen, _)| **chosen).map(|(_, cost)| cost).sum()
    }

    /// Whether every limited risk is at most the limit.
    pub(crate) fn meets(&self, limit: Option<f64>, chosen: &[bool]) -> bool {
        limit.is_none_or(|limit| self.terms.iter().all(|term| !term.limited || term.left(chosen) <= limit + TINY))
    }

    /// Takes the limit off the risks that stay above it whatever is done, and says which these are.
    pub fn give_up(&mut self, limit: f64) -> Vec<usize> {
        let everything = vec![true; self.costs.len()];
        let out = |term: &Term<'_>| term.limited && term.best(&everything) > limit + TINY;
        let found: Vec<usize> = (0..self.terms.len()).filter(|at| out(&self.terms[*at])).collect();
        found.iter().for_each(|at| self.terms[*at].limited = false);
        found
    }

    /// How much less is left when one more is in place.
    pub(crate) fn gain(&self, chosen: &mut [bool], more: &[usize]) -> f64 {
        if let [one] = more {
            let sum = |chosen: &[bool]| self.of[*one].iter().map(|(term, _)| self.terms[*term].left(chosen)).sum::<f64>();
            let (before, was) = (sum(chosen), chosen[*one]);
            chosen[*one] = true;
            let after = sum(chosen);
            chosen[*one] = was;
            return before - after;
        }
        let mut touched: Vec<usize> = more.iter().flat_map(|m| self.of[*m].iter().map(|(term, _)| *term)).collect();
        touched.sort_unstable();
        touched.dedup();
        let sum = |chosen: &[bool]| touched.iter().map(|term| self.terms[*term].left(chosen)).sum::<f64>();
        let before = sum(chosen);
        let added: Vec<usize> = more.iter().copied().filter(|m| !chosen[*m]).collect();
        added.iter().for_each(|m| chosen[*m] = true);
        let after = sum(chosen);
        added.iter().for_each(|m| chosen[*m] = false);
        before - after
    }

    /// What a mitigation may take away at most, beside others that do the same.
    pub(crate) fn potential(&self, mitigation: usize) -> f64 {
        self.of[mitigation].iter().map(|(term, place)| self.terms[*term].weights[*place]).sum()
    }
}

/// Differences below this are none.
pub(crate) const TINY: f64 = 1e-7;

fn closure(from: usize, needs: &[Vec<usize>]) -> Vec<usize> {
    let mut all = vec![from];
    let mut next = 0;
    while let Some(at) = all.get(next).copied() {
        next += 1;
        for needed in &needs[at] {
            if !all.contains(needed) {
                all.push(*needed);
            }
        }
    }
    all
}

impl<'a> Term<'a> {
    fn new(subject: Box<dyn Subject + 'a>) -> Self {
        let relevant = subject.relevant().to_vec();
        let count = relevant.len();
        let limited = subject.is_limited();
        if count > MOST_TABULATED {
            let shares = subject.shares();
            let effort = subject.effort().max(1);
            return Self { relevant, table: None, weights: shares.clone(), shares, limited, effort, subject };
        }
        let chosen = |mask: usize| (0..count).map(|bit| mask & (1 << bit) != 0).collect::<Vec<bool>>();
        let left: Vec<f64> = (0..1 << count).map(|mask| subject.left(&chosen(mask))).collect();
        let mut best = left.clone();
        for mask in 0..best.len() {
            for bit in (0..count).filter(|bit| mask & (1 << bit) != 0) {
                best[mask] = best[mask].min(best[mask & !(1 << bit)]);
            }
        }
        let share = |bit: usize| {
            (0..best.len()).filter(|mask| mask & (1 << bit) != 0).map(|mask| best[mask & !(1 << bit)] - best[mask]).fold(0.0, f64::max)
        };
        let shares: Vec<f64> = (0..count).map(share).collect();
        let weights = weights(&best, &shares);
        Self { relevant, table: Some(Table { left, best }), shares, weights, limited, effort: 1, subject }
    }

    /// The chosen ones of its mitigations as bits, where they are few.
    pub(crate) fn mask(&self, chosen: &[bool]) -> usize {
        let few = self.relevant.iter().take(MOST_TABULATED).enumerate();
        few.fold(0, |mask, (bit, m)| mask | usize::from(chosen[*m]) << bit)
    }

    fn own(&self, chosen: &[bool]) -> Vec<bool> {
        self.relevant.iter().map(|m| chosen[*m]).collect()
    }

    pub(crate) fn left(&self, chosen: &[bool]) -> f64 {
        match &self.table {
            Some(table) => table.left[self.mask(chosen)],
            None => self.subject.left(&self.own(chosen)),
        }
    }

    /// The same, where the bits of what is chosen are known.
    pub(crate) fn left_at(&self, mask: usize, chosen: &[bool]) -> f64 {
        match &self.table {
            Some(table) => table.left[mask],
            None => self.subject.left(&self.own(chosen)),
        }
    }

    /// The least that these or fewer of them leave.
    pub(crate) fn best(&self, chosen: &[bool]) -> f64 {
        match &self.table {
            Some(table) => table.best[self.mask(chosen)],
            None => self.subject.left(&self.own(chosen)),
        }
    }

    /// The least that any subset leaves, for each set of the relevant mitigations, where they are few.
    pub(crate) fn table(&self) -> Option<&[f64]> {
        self.table.as_ref().map(|table| table.best.as_slice())
    }

    /// Whether it is known for every set that more mitigations never leave more.
    pub(crate) fn is_monotone(&self) -> bool {
        self.table.as_ref().is_some_and(|table| table.left == table.best)
    }

    /// For each relevant mitigation a number such that what any set takes away, beyond what those in place do, is at most
    /// the sum of its numbers.
    pub(crate) fn most(&self, fresh: bool) -> &[f64] {
        if fresh { &self.weights } else { &self.shares }
    }
}

/// Small numbers whose sum over any set is at least what the set takes away.
///
/// The shares are scaled to the least factor that holds for all sets, then each is lowered as far as the others allow. Two
/// mitigations that only work together get half of the effect each, not the whole of it twice.
fn weights(best: &[f64], shares: &[f64]) -> Vec<f64> {
    let taken = |mask: usize| best[0] - best[mask];
    let sum = |weights: &[f64], mask: usize| -> f64 {
        weights.iter().enumerate().filter(|(bit, _)| mask & (1 << bit) != 0).map(|(_, weight)| weight).sum()
    };
    let factor = (1..best.len()).filter(|mask| taken(*mask) > 0.0).map(|mask| taken(mask) / sum(shares, mask)).fold(0.0, f64::max);
    let mut weights: Vec<f64> = shares.iter().map(|share| share * factor.min(1.0)).collect();
    for bit in 0..weights.len() {
        let others = |mask: usize| taken(mask) - (sum(&weights, mask) - weights[bit]);
        weights[bit] = (0..best.len()).filter(|mask| mask & (1 << bit) != 0).map(others).fold(0.0, f64::max);
    }
    weights
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mitigations_that_work_only_together_share_their_effect() {
        assert_eq!(weights(&[10.0, 10.0, 10.0, 2.0], &[8.0, 8.0]), [4.0, 4.0]);
    }

    #[test]
    fn weights_cover_every_set() {
        let best = [20.0, 15.0, 12.0, 10.0, 20.0, 5.0, 12.0, 1.0];
        let found = weights(&best, &[10.0, 9.0, 10.0]);
        for mask in 0..8_usize {
            let sum: f64 = (0..3).filter(|bit| mask & (1 << bit) != 0).map(|bit| found[bit]).sum();
            assert!(sum + 1e-9 >= best[0] - best[mask], "{mask}: {found:?}");
        }
    }
}
