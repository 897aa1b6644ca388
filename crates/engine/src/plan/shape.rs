//! Quadratic convex reformulation (Billionnet, Elloumi and Plateau): what lifts the bound where risks fall only when several
//! mitigations are in place together.
//!
//! The bound of [`super::bound`] lets each risk choose for itself, and risks only agree on how often each mitigation is
//! chosen. So every risk may hold that its three mitigations come together, or never do, which no one choice can do for all.
//! Here risks pay for pairs as well. What a choice leaves is, for any payments,
//!
//! ```text
//! sum over risks of (left - payments for pairs) + sum over pairs of all payments = ... + x'Qx - d'x
//! ```
//!
//! with half of the payments of each pair as the entries of Q, and any diagonal d, since x is 0 or 1. Where Q is positive
//! semidefinite, x'Qx is at least its tangent 2z'Qx - z'Qz at any point z, which is linear in x. The best payments and
//! diagonal are those of a semidefinite relaxation, in which the shares of pairs are those of a matrix of moments; see
//! [`super::mixing`]. Any payments are sound, so nothing depends on how well that is solved, only on Q being positive.

use std::rc::Rc;

use super::bound::{Joint, Relaxed};
use super::frame::{Frame, MOST_JOINT, State, joint};
use super::mixing::{Mixing, Sparse};
use super::problem::Problem;

/// Rounds between two sweeps of the vectors.
const SWEEP: usize = 4;
/// How far the point of contact follows the choice of a round at first.
const FOLLOW: f64 = 0.02;
/// How often steps, and the share by which the point of contact follows, become shorter by a factor of e.
const SHORTER: f64 = 3.5;
const SLOWER: f64 = 2.3;
/// Steps are at least so long as if the bound were this share below what is known.
const NEAR: f64 = 0.002;

/// The other tables of the risks, and the form that makes up for them.
#[derive(Debug, Clone)]
pub(crate) struct Shape {
    tables: Vec<f64>,
    /// The first number of each risk in `tables`.
    of_terms: Vec<usize>,
    form: Rc<Sparse>,
}

/// The form in a part of the problem, with a point of contact of all mitigations. Those that are decided keep their numbers, so
/// that a part starts from the tangent, and so from the bound, of the whole that it is a part of.
#[derive(Debug, Default)]
pub(crate) struct Form {
    matrix: Rc<Sparse>,
    /// Mitigations that are open and in place.
    free: Vec<usize>,
    inside: Vec<usize>,
}

impl Form {
    /// How much work it is in a round.
    pub(crate) fn size(&self) -> usize {
        4 * self.matrix.diagonal.len() + 3 * self.matrix.pairs.len()
    }

    /// Adds what each open mitigation gains by the tangent at `centre`, and says what is added to the bound.
    pub(crate) fn tangent(&self, centre: &[f64], profits: &mut [f64]) -> f64 {
        if self.matrix.diagonal.is_empty() {
            return 0.0;
        }
        let product = self.matrix.times(centre);
        let slope = |m: usize| 2.0 * product[m] - self.matrix.diagonal[m];
        self.free.iter().zip(profits).for_each(|(m, profit)| *profit -= slope(*m));
        let at_zero: f64 = product.iter().zip(centre).map(|(product, centre)| product * centre).sum();
        self.inside.iter().map(|m| slope(*m)).sum::<f64>() - at_zero
    }

    /// Moves the point of contact by this share of the way to a choice of shares.
    pub(crate) fn follow(&self, centre: &mut [f64], shares: &[f64], by: f64) {
        if self.matrix.diagonal.is_empty() {
            return;
        }
        let mut to = vec![0.0; centre.len()];
        self.inside.iter().for_each(|m| to[*m] = 1.0);
        self.free.iter().zip(shares).for_each(|(m, share)| to[*m] = *share);
        centre.iter_mut().zip(to).for_each(|(centre, to)| *centre += by * (to - *centre));
    }
}

impl Shape {
    /// What every risk has anyway, with a form that is nothing.
    fn flat(problem: &Problem<'_>) -> Self {
        let (mut tables, mut of_terms) = (Vec::new(), Vec::new());
        for term in &problem.terms {
            of_terms.push(tables.len());
            tables.extend(joint(term).unwrap_or_default());
        }
        Self { tables, of_terms, form: Rc::default() }
    }

    /// What each set of a joint risk leaves, without the payments for its pairs.
    pub(crate) fn table(&self, term: usize) -> &[f64] {
        &self.tables[self.of_terms[term]..]
    }

    /// The form in a part of the problem.
    pub(crate) fn form(&self, states: &[State]) -> Form {
        let of = |state: State| (0..states.len()).filter(|m| states[*m] == state).collect();
        Form { matrix: Rc::clone(&self.form), free: of(State::Free), inside: of(State::In) }
    }
}

/// The way to a shape.
pub(crate) struct Shaping {
    relaxed: Relaxed,
    /// What the sets of the joint risks take away without payments.
    plain: Vec<f64>,
    /// The payments, one joint risk after the other, and the entry of the form that each belongs to.
    payments: Vec<usize>,
    /// The first payment of each joint risk.
    firsts: Vec<usize>,
    mixing: Mixing,
}

/// The pairs of the bits of a risk, in the order of their payments.
fn pairs(count: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..count).flat_map(|high| (0..high).map(move |low| (low, high)))
}

/// What a set pays, where it is known what the set without its lowest bit does.
fn paid(set: usize, sums: &[f64], payments: &[f64]) -> f64 {
    let (low, mut rest) = (set.trailing_zeros() as usize, set & (set - 1));
    let mut sum = sums[rest];
    while rest != 0 {
        let high = rest.trailing_zeros() as usize;
        sum += payments[high * (high - 1) / 2 + low];
        rest &= rest - 1;
    }
    sum
}

impl Shaping {
    pub(crate) fn new(problem: &Problem<'_>, frame: &Frame, states: &[State]) -> Self {
        let mut relaxed = Relaxed::new(problem, frame, Some(&Shape::flat(problem)), states);
        let m = |spot: usize| relaxed.free[spot];
        let mut entries = std::collections::BTreeMap::new();
        let (mut payments, mut firsts) = (Vec::new(), Vec::new());
        for joint in &relaxed.joint {
            firsts.push(payments.len());
            for (low, high) in pairs(joint.spots.len()) {
                let next = entries.len();
                let (one, other) = (m(joint.spots[low]), m(joint.spots[high]));
                payments.push(*entries.entry((one.min(other), one.max(other))).or_insert(next));
            }
        }
        let mut matrix = Sparse { diagonal: vec![0.0; problem.costs.len()], pairs: vec![(0, 0, 0.0); entries.len()] };
        entries.into_iter().for_each(|((one, other), at)| matrix.pairs[at] = (one, other, 0.0));
        let mixing = Mixing::new(&matrix);
        relaxed.form.matrix = Rc::new(matrix);
        Self { plain: relaxed.taken.clone(), relaxed, payments, firsts, mixing }
    }

    /// How much work a round is.
    pub(crate) fn size(&self) -> usize {
        self.relaxed.size() + self.plain.len() + 6 * self.payments.len() + self.mixing.size() / SWEEP
    }

    /// How much work it is to make sure that a form is positive: a few factorisations.
    pub(crate) fn proof(&self) -> usize {
        self.relaxed.form.matrix.diagonal.len().pow(3)
    }

    /// The shape after so many rounds, from multipliers that are bettered; `known` is the value of a choice that is known.
    pub(crate) fn run(mut self, problem: &Problem<'_>, room: f64, known: f64, multipliers: &mut [f32], rounds: usize) -> Option<Shape> {
        if self.payments.is_empty() {
            return None;
        }
        let (mut now, mut centre) = self.relaxed.start(multipliers);
        let own = now.len();
        now.resize(own + self.payments.len(), 0.0);
        let mut way = self.relaxed.way();
        way.extend(now.len());
        let (mut length, mut follow) = (1.0, FOLLOW);
        for round in 0..rounds {
            self.pay(&now[own..]);
            if round % SWEEP == 0 {
                let squares: Vec<f64> = centre.iter().map(|centre| centre * (1.0 - centre)).collect();
                self.mixing.sweep(Rc::make_mut(&mut self.relaxed.form.matrix), &squares);
            }
            let found = self.relaxed.round(Some(room), &now, &centre, &mut way.slopes[..own]);
            self.slopes(&found.sets, &found.shares, &centre, &mut way.slopes[own..]);
            if !way.step(&mut now, length * (known - found.value).max(NEAR * known)) {
                break;
            }
            length *= 1.0 - SHORTER / rounds as f64;
            follow *= 1.0 - SLOWER / rounds as f64;
            self.relaxed.form.follow(&mut centre, &found.shares, follow);
        }
        self.pay(&now[own..]);
        self.relaxed.keep(&now, &centre, multipliers);
        self.matrix().make_positive().then(|| self.shape(problem, &now[own..]))
    }

    fn matrix(&mut self) -> &mut Sparse {
        Rc::make_mut(&mut self.relaxed.form.matrix)
    }

    /// Puts the payments into the tables of the joint risks and into the form.
    fn pay(&mut self, payments: &[f64]) {
        let matrix = Rc::make_mut(&mut self.relaxed.form.matrix);
        matrix.pairs.iter_mut().for_each(|pair| pair.2 = 0.0);
        self.payments.iter().zip(payments).for_each(|(entry, payment)| matrix.pairs[*entry].2 += payment / 2.0);
        let mut sums = [0.0; 1 << MOST_JOINT];
        for (Joint { first, spots, .. }, payment) in self.relaxed.joint.iter().zip(&self.firsts) {
            for set in 1..1_usize << spots.len() {
                sums[set] = paid(set, &sums, &payments[*payment..]);
                self.relaxed.taken[first + set] = self.plain[first + set] + sums[set];
            }
        }
    }

    /// How the bound moves with each payment: up by how often the pair is together in the semidefinite relaxation, down where
    /// the risk takes it.
    fn slopes(&self, sets: &[usize], shares: &[f64], centre: &[f64], slopes: &mut [f64]) {
        let mut chosen = centre.to_vec();
        self.relaxed.form.follow(&mut chosen, shares, 1.0);
        let moment = |i: usize, j: usize| centre[i] * chosen[j] + centre[j] * chosen[i] - centre[i] * centre[j] + self.mixing.product(i, j);
        let together: Vec<f64> = self.relaxed.form.matrix.pairs.iter().map(|(i, j, _)| moment(*i, *j)).collect();
        for ((joint, set), first) in self.relaxed.joint.iter().zip(sets).zip(&self.firsts) {
            for (at, (low, high)) in pairs(joint.spots.len()).enumerate() {
                let taken = f64::from(u8::from(set & (1 << low) != 0 && set & (1 << high) != 0));
                slopes[first + at] = together[self.payments[first + at]] - taken;
            }
        }
    }

    /// The shape of payments and of the form that was made positive.
    fn shape(&self, problem: &Problem<'_>, payments: &[f64]) -> Shape {
        let mut shape = Shape::flat(problem);
        let free = &self.relaxed.free;
        for (joint, first) in self.relaxed.joint.iter().zip(&self.firsts) {
            let relevant = &problem.terms[joint.term].relevant;
            let bits: Vec<usize> =
                joint.spots.iter().map(|spot| 1 << relevant.iter().position(|m| *m == free[*spot]).unwrap_or_default()).collect();
            let table = &mut shape.tables[shape.of_terms[joint.term]..][..1 << relevant.len()];
            for (set, left) in table.iter_mut().enumerate() {
                for (at, (low, high)) in pairs(bits.len()).enumerate() {
                    if set & bits[low] != 0 && set & bits[high] != 0 {
                        *left -= payments[first + at];
                    }
                }
            }
        }
        shape.form = Rc::clone(&self.relaxed.form.matrix);
        shape
    }
}

#[cfg(test)]
mod tests {
    use super::super::frame::Aim;
    use super::super::problem::Subject;
    use super::*;
    use crate::score::random::Random;

    /// A risk that leaves something of its own for each set of its mitigations.
    struct Listed(Vec<usize>, Vec<f64>);

    impl Subject for Listed {
        fn relevant(&self) -> &[usize] {
            &self.0
        }

        fn left(&self, chosen: &[bool]) -> f64 {
            self.1[chosen.iter().enumerate().fold(0, |set, (bit, chosen)| set | usize::from(*chosen) << bit)]
        }
    }

    /// Risks of three mitigations each, which leave anything at all for each set, or nothing once so many are in place.
    fn drawn(random: &mut Random, mitigations: usize, risks: usize, needed: Option<u32>) -> Problem<'static> {
        let mut below = |limit: usize| (random.bits() % limit as u64) as usize;
        let mut risk = || {
            let first = below(mitigations);
            let relevant = vec![first, (first + 1 + below(2)) % mitigations, (first + 3 + below(mitigations - 3)) % mitigations];
            let most = 1.0 + below(25) as f64;
            let table = (0..8_u32).map(|set| match needed {
                Some(needed) => f64::from(u8::from(set.count_ones() < needed)) * most,
                None => below(26) as f64,
            });
            Box::new(Listed(relevant, table.collect())) as Box<dyn Subject>
        };
        let subjects = (0..risks).map(|_| risk()).collect();
        let costs = (0..mitigations).map(|_| if needed.is_some() { 3 } else { below(6) as u64 }).collect();
        Problem::new(costs, vec![Vec::new(); mitigations], subjects)
    }

    fn frame(problem: &Problem<'_>) -> Frame {
        Frame::new(problem, None, Aim::Left)
    }

    /// The shape of the whole problem after a few rounds, with the multipliers.
    fn shaped(problem: &Problem<'_>, frame: &Frame, budget: u64, known: f64, rounds: usize) -> (Shape, Vec<f32>) {
        let states = vec![State::Free; problem.costs.len()];
        let mut multipliers = frame.start.clone();
        let shaping = Shaping::new(problem, frame, &states);
        let shape = shaping.run(problem, budget as f64, known, &mut multipliers, rounds).expect("a form can be made positive");
        (shape, multipliers)
    }

    fn choices(count: usize) -> impl Iterator<Item = Vec<bool>> {
        (0..1_usize << count).map(move |set| (0..count).map(|bit| set & (1 << bit) != 0).collect())
    }

    /// The least that a choice in a part leaves within a budget.
    fn least(problem: &Problem<'_>, states: &[State], budget: u64) -> f64 {
        let fits = |chosen: &Vec<bool>| {
            let agrees = |(state, chosen): (&State, &bool)| *state == State::Free || (*state == State::In) == *chosen;
            problem.cost(chosen) <= budget && states.iter().zip(chosen).all(agrees)
        };
        choices(states.len()).filter(fits).map(|chosen| problem.left(&chosen)).fold(f64::INFINITY, f64::min)
    }

    #[test]
    fn the_bound_of_a_shape_is_below_every_choice_of_every_part() {
        let mut random = Random::new(11);
        for needed in [None, Some(2), Some(3)].repeat(5) {
            let problem = drawn(&mut random, 9, 24, needed);
            let (frame, budget) = (frame(&problem), problem.costs.iter().sum::<u64>() * 2 / 5);
            let known = least(&problem, &[State::Free; 9], budget);
            let (shape, multipliers) = shaped(&problem, &frame, budget, known, 120);
            for _ in 0..12 {
                let states: Vec<State> =
                    (0..9).map(|_| [State::Free, State::Free, State::In, State::Out][(random.bits() % 4) as usize]).collect();
                let part = Relaxed::new(&problem, &frame, Some(&shape), &states);
                let bound = part.bound(Some(budget), 2.0 * known, &mut multipliers.clone(), 40, 0.3).value;
                let best = least(&problem, &states, budget);
                assert!(part.spent > budget || bound <= best + 1e-6, "{needed:?} {states:?}: {bound} above {best}");
            }
        }
    }

    #[test]
    fn tables_and_form_add_up_to_what_each_choice_or_a_part_of_it_leaves() {
        let problem = drawn(&mut Random::new(12), 9, 24, None);
        let frame = frame(&problem);
        let (shape, mut multipliers) = shaped(&problem, &frame, 12, 200.0, 60);
        for chosen in choices(9) {
            let states: Vec<State> = chosen.iter().map(|chosen| if *chosen { State::In } else { State::Out }).collect();
            multipliers[frame.of_shares..].iter_mut().zip(&chosen).for_each(|(share, chosen)| *share = f32::from(u8::from(*chosen)));
            let decided = Relaxed::new(&problem, &frame, Some(&shape), &states);
            let (now, centre) = decided.start(&multipliers);
            let value = decided.round(None, &now, &centre, &mut vec![0.0; now.len()]).value;
            let left: f64 = problem.terms.iter().map(|term| term.best(&chosen)).sum();
            assert!((value - left).abs() < 1e-9, "{chosen:?}: {value} instead of {left}");
        }
    }

    #[test]
    fn a_shape_lifts_the_bound_of_risks_that_fall_together() {
        let problem = drawn(&mut Random::new(13), 16, 60, Some(2));
        let (frame, budget, free) = (frame(&problem), 18, [State::Free; 16]);
        let known = least(&problem, &free, budget);
        let bound = |shape: Option<&Shape>, mut multipliers: Vec<f32>| {
            known - Relaxed::new(&problem, &frame, shape, &free).bound(Some(budget), known, &mut multipliers, 500, 1.0).value
        };
        let plain = bound(None, frame.start.clone());
        let (shape, multipliers) = shaped(&problem, &frame, budget, known, 500);
        let lifted = bound(Some(&shape), multipliers);
        assert!(lifted < 0.5 * plain, "{lifted} below {known} instead of {plain}");
    }
}
