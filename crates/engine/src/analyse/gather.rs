//! Raised threats as they come, brought into the order of the analysis: those written by hand, then by rule and subject.

use super::Draft;
use crate::Knowledge;
use crate::analysis::{Threat, ThreatIx};
use crate::few::Few;
use crate::questions::Stakes;

/// Threats with what they wait for.
#[derive(Debug)]
pub(crate) struct Gathered {
    pub(crate) threats: Vec<Threat>,
    pub(crate) stakes: Stakes,
    /// How many are written by hand.
    written: usize,
    /// Raised threats that are the same as one written by hand, and which one.
    merged: Vec<(usize, Threat)>,
}

impl Gathered {
    /// Starts with the threats written by hand.
    pub(crate) fn new(written: Vec<Threat>) -> Self {
        Self { written: written.len(), threats: written, stakes: Stakes::default(), merged: Vec::new() }
    }

    /// Adds a raised threat; those of one rule come in the order of their subjects.
    pub(crate) fn add(&mut self, draft: Draft) {
        let Draft { threat, asks, rates, same_as } = draft;
        if let Some(into) = same_as.and_then(|id| self.threats[..self.written].iter().position(|other| other.id == id)) {
            self.merged.push((into, threat));
            return;
        }
        let ix = ThreatIx(narrow(self.threats.len()));
        self.stakes.add(ix, threat.rating.risk.unwrap_or(1), asks, rates);
        self.threats.push(threat);
    }

    /// Sorts raised threats by rule, and moves those into others that are the same.
    pub(crate) fn in_order(mut self, knowledge: &Knowledge) -> Self {
        let mut places = self.places(knowledge.rules.len());
        self.stakes.renumber(|threat| ThreatIx(places[threat.0 as usize]));
        for at in 0..places.len() {
            // Each swap brings one threat to its place for good.
            while places[at] as usize != at {
                let to = places[at] as usize;
                self.threats.swap(at, to);
                places.swap(at, to);
            }
        }
        self.merged.sort_by_key(|(_, threat)| threat.rule);
        for (into, threat) in self.merged.drain(..) {
            absorb(&mut self.threats[into], threat, knowledge);
        }
        self
    }

    /// For every threat the place at which it belongs.
    fn places(&self, rules: usize) -> Vec<u32> {
        // Threats written by hand come before those of the first rule.
        let group = |threat: &Threat| threat.rule.map_or(0, |rule| usize::from(rule.0) + 1);
        let mut next = vec![0; rules + 2];
        for threat in &self.threats {
            next[group(threat) + 1] += 1;
        }
        for group in 1..next.len() {
            next[group] += next[group - 1];
        }
        let place = |threat| {
            let place = &mut next[group(threat)];
            *place += 1;
            *place - 1
        };
        self.threats.iter().map(place).collect()
    }
}

fn narrow(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

fn absorb(into: &mut Threat, raised: Threat, knowledge: &Knowledge) {
    fn union<T: PartialEq>(list: &mut Vec<T>, more: impl IntoIterator<Item = T>) {
        for item in more {
            if !list.contains(&item) {
                list.push(item);
            }
        }
    }
    let references = raised.references(knowledge);
    for (list, ids) in references {
        union(into.references.to_mut().entry(list).or_default(), ids);
    }
    into.subjects = joined(&into.subjects, &raised.subjects);
    into.stride = joined(&into.stride, &raised.stride);
    into.linddun = joined(&into.linddun, &raised.linddun);
    union(&mut into.mitigations, raised.mitigations);
    for used in raised.counters {
        if !into.counters.contains(&used) {
            into.counters.push(used);
        }
    }
    into.merged.push(raised.id);
}

fn joined<T: Copy + PartialEq, const N: usize>(list: &Few<T, N>, more: &Few<T, N>) -> Few<T, N> {
    list.iter().chain(more.iter().filter(|item| !list.contains(item))).copied().collect()
}
