//! Cheap choices that fulfil all rows, without proof: what serves least for its cost is taken out, then what the rows that
//! fall short miss most is put in. Rows that fall short often weigh ever more.

use super::frame::{Frame, State};
use super::problem::{Problem, TINY};
use crate::score::random::Random;

/// Weights are halved when rows have become so heavy.
const HEAVY: f64 = 1e6;

/// A choice with what has to be known to change it quickly.
struct Walk<'p, 'a> {
    problem: &'p Problem<'a>,
    frame: &'p Frame,
    start: &'p [State],
    chosen: Vec<bool>,
    cost: u64,
    there: Vec<f64>,
    /// Rows that fall short, and the place of each row among them.
    short: Vec<usize>,
    place: Vec<usize>,
    weights: Vec<f64>,
    /// What flipping each mitigation changes of the weighted shortfalls; never negative.
    worth: Vec<f64>,
    /// When each was flipped last, and whether anything has changed around it since it was taken out.
    flipped: Vec<u64>,
    fresh: Vec<bool>,
    time: u64,
    work: u64,
}

/// A choice that costs at most as much as `first`, which has to fulfil the rows, and how much work that was.
pub(crate) fn covered(problem: &Problem<'_>, frame: &Frame, start: &[State], first: Vec<bool>, work: u64) -> (Vec<bool>, u64) {
    let mut walk = Walk::new(problem, frame, start, first);
    let mut random = Random::new(3);
    let mut best = (walk.cost, walk.chosen.clone());
    let mut recent = usize::MAX;
    while walk.work < work && walk.short.len() < frame.rows.len() {
        while walk.short.is_empty() {
            if walk.cost < best.0 {
                best = (walk.cost, walk.chosen.clone());
            }
            let Some(out) = walk.least_useful(usize::MAX) else { return (best.1, walk.work) };
            walk.take_out(out);
        }
        if let Some(out) = walk.least_useful(recent) {
            walk.take_out(out);
        }
        if random.bits() & 1 == 0 {
            let inside: Vec<usize> = (0..start.len()).filter(|m| walk.is_open(*m)).collect();
            if !inside.is_empty() {
                walk.take_out(inside[(random.bits() % inside.len() as u64) as usize]);
            }
        }
        while !walk.short.is_empty() {
            let row = walk.short[(random.bits() % walk.short.len() as u64) as usize];
            let Some(more) = walk.most_missed(row, best.0) else { break };
            walk.put_in(more);
            recent = more;
            walk.weigh();
        }
        walk.weigh();
        walk.time += 1;
    }
    (best.1, walk.work)
}

impl<'p, 'a> Walk<'p, 'a> {
    fn new(problem: &'p Problem<'a>, frame: &'p Frame, start: &'p [State], first: Vec<bool>) -> Self {
        let (rows, count) = (frame.rows.len(), start.len());
        let mut walk = Self {
            problem,
            frame,
            start,
            chosen: vec![false; count],
            cost: 0,
            there: vec![0.0; rows],
            short: (0..rows).collect(),
            place: (0..rows).collect(),
            weights: vec![1.0; rows],
            worth: vec![0.0; count],
            flipped: vec![0; count],
            fresh: vec![true; count],
            time: 1,
            work: 0,
        };
        for row in 0..rows {
            walk.count(row, 1.0);
        }
        (0..count).filter(|m| first[*m]).for_each(|m| walk.flip(m));
        walk.flipped.fill(0);
        walk
    }

    /// By how much a row falls short when `more` is added to what is there.
    fn missing(&self, row: usize, more: f64) -> f64 {
        let missing = self.frame.rows[row].least - self.there[row] - more;
        if missing > TINY { missing } else { 0.0 }
    }

    /// Adds what a row makes its members worth, or takes it away again.
    fn count(&mut self, row: usize, sign: f64) {
        let frame = self.frame;
        let now = self.missing(row, 0.0);
        for (m, weight) in &frame.rows[row].members {
            let worth = if self.chosen[*m] { self.missing(row, -weight) - now } else { now - self.missing(row, *weight) };
            self.worth[*m] += sign * worth * self.weights[row];
        }
        self.work += frame.rows[row].members.len() as u64;
    }

    fn flip(&mut self, mitigation: usize) {
        let (frame, cost) = (self.frame, self.problem.costs[mitigation]);
        let rows = &frame.rows_of[mitigation];
        rows.iter().for_each(|(row, _)| self.count(*row, -1.0));
        let inside = !self.chosen[mitigation];
        self.chosen[mitigation] = inside;
        self.cost = if inside { self.cost + cost } else { self.cost - cost };
        for (row, weight) in rows {
            self.there[*row] += if inside { *weight } else { -weight };
            self.count(*row, 1.0);
            self.list(*row);
            frame.rows[*row].members.iter().for_each(|(m, _)| self.fresh[*m] = true);
        }
        self.fresh[mitigation] = inside;
        self.flipped[mitigation] = self.time;
    }

    /// Keeps the list of rows that fall short.
    fn list(&mut self, row: usize) {
        let at = self.place[row];
        match (self.missing(row, 0.0) > 0.0, at == usize::MAX) {
            (true, true) => {
                self.place[row] = self.short.len();
                self.short.push(row);
            }
            (false, false) => {
                self.short.swap_remove(at);
                self.place[row] = usize::MAX;
                if let Some(moved) = self.short.get(at) {
                    self.place[*moved] = at;
                }
            }
            _ => {}
        }
    }

    /// What is chosen and serves least for its cost, of two alike the one that has been in for longer.
    fn least_useful(&mut self, but: usize) -> Option<usize> {
        self.work += self.chosen.len() as u64;
        let open = |m: &usize| *m != but && self.is_open(*m);
        let order = |a: &usize, b: &usize| {
            let (one, other) = (self.worth[*a] * self.problem.costs[*b] as f64, self.worth[*b] * self.problem.costs[*a] as f64);
            one.total_cmp(&other).then(self.flipped[*a].cmp(&self.flipped[*b])).then(a.cmp(b))
        };
        (0..self.chosen.len()).filter(open).min_by(order)
    }

    /// Whether it may be taken out: nothing that has to stay needs it.
    fn is_open(&self, mitigation: usize) -> bool {
        self.chosen[mitigation] && self.problem.dependants[mitigation].iter().all(|m| !self.chosen[*m] || self.start[*m] == State::Free)
    }

    /// The member of a row that serves most for its cost and keeps the choice cheaper than what is known.
    fn most_missed(&self, row: usize, known: u64) -> Option<usize> {
        let more = |m: usize| self.problem.closure[m].iter().copied().filter(|m| !self.chosen[*m]);
        let cost = |m: usize| more(m).map(|m| self.problem.costs[m]).sum::<u64>();
        let open =
            |m: &usize| !self.chosen[*m] && self.fresh[*m] && more(*m).all(|m| self.start[m] != State::Out) && self.cost + cost(*m) < known;
        let order = |a: &usize, b: &usize| {
            let (one, other) = (self.worth[*a] * cost(*b) as f64, self.worth[*b] * cost(*a) as f64);
            one.total_cmp(&other).then(self.flipped[*b].cmp(&self.flipped[*a])).then(b.cmp(a))
        };
        self.frame.rows[row].members.iter().map(|(m, _)| *m).filter(open).max_by(order)
    }

    fn take_out(&mut self, mitigation: usize) {
        let problem = self.problem;
        problem.dependants[mitigation]
            .iter()
            .filter(|m| self.chosen[**m])
            .copied()
            .collect::<Vec<_>>()
            .into_iter()
            .for_each(|m| self.flip(m));
    }

    fn put_in(&mut self, mitigation: usize) {
        let problem = self.problem;
        problem.closure[mitigation]
            .iter()
            .filter(|m| !self.chosen[**m])
            .copied()
            .collect::<Vec<_>>()
            .into_iter()
            .for_each(|m| self.flip(m));
    }

    /// Makes the rows that fall short heavier.
    fn weigh(&mut self) {
        for at in 0..self.short.len() {
            let row = self.short[at];
            self.count(row, -1.0);
            self.weights[row] += 1.0;
            self.count(row, 1.0);
            if self.weights[row] > HEAVY {
                return self.lighten();
            }
        }
    }

    fn lighten(&mut self) {
        self.weights.iter_mut().for_each(|weight| *weight = (*weight / 2.0).max(1.0).floor());
        self.worth.fill(0.0);
        (0..self.there.len()).for_each(|row| self.count(row, 1.0));
    }
}
