//! Raised threats as they come, brought into the order of the analysis: those written by hand, then by rule and subject.

use redan_model::Model;

use super::Draft;
use super::bare::Bare;
use super::names::Names;
use super::raised::Raiser;
use crate::Knowledge;
use crate::analysis::{Threat, ThreatIx};
use crate::facts::Facts;
use crate::questions::Stakes;
use crate::rule::RuleIx;

/// Threats as they come, with what they wait for; raised ones as what is kept of them.
#[derive(Debug)]
pub(crate) struct Gathered<'m, T> {
    model: &'m Model,
    written: Vec<Threat>,
    /// Raised threats by rule.
    raised: Vec<Vec<T>>,
    /// The rules of raised threats, in the order in which they came; `stakes` counts threats in this order.
    rules: Vec<RuleIx>,
    stakes: Stakes,
    /// Raised threats that are the same as one written by hand, and which one.
    merged: Vec<(usize, Bare)>,
}

impl<'m, T> Gathered<'m, T> {
    /// Starts with the threats written by hand.
    pub(crate) fn new(written: Vec<Threat>, facts: &Facts<'m>) -> Self {
        let raised = facts.knowledge.rules.iter().map(|_| Vec::new()).collect();
        Self { model: facts.model, written, raised, rules: Vec::new(), stakes: Stakes::of(facts.model), merged: Vec::new() }
    }

    /// Adds a threat that a rule raised; those of one rule come in the order of their subjects.
    pub(crate) fn add(&mut self, rule: RuleIx, draft: Draft, keep: impl FnOnce(Bare) -> T) {
        let Draft { bare, asks, rates, same_as } = draft;
        if let Some(into) = same_as.and_then(|id| self.written.iter().position(|other| other.id == id)) {
            self.merged.push((into, bare));
            return;
        }
        let ix = ThreatIx(narrow(self.rules.len()));
        if !asks.is_empty() || !rates.is_empty() {
            self.stakes.add(self.model, ix, bare.rating().risk.unwrap_or(1), asks, rates);
        }
        self.keep(rule, keep(bare));
    }

    /// Adds what is kept of a threat that a rule raised, waits for nothing, and is the same as no other.
    pub(crate) fn keep(&mut self, rule: RuleIx, kept: T) {
        self.rules.push(rule);
        self.raised[usize::from(rule.0)].push(kept);
    }

    /// Everything that is kept, in order; `see` makes it of threats written by hand.
    pub(crate) fn seen(mut self, raiser: &Raiser<'_, '_>, see: impl FnMut(&Threat) -> T) -> Vec<T> {
        if !self.merged.is_empty() {
            self.merge(raiser, &Names::of(raiser.judge.facts, raiser.extent));
        }
        let mut seen: Vec<T> = self.written.iter().map(see).collect();
        seen.reserve_exact(self.rules.len());
        self.raised.into_iter().for_each(|of_rule| seen.extend(of_rule));
        seen
    }

    /// Moves raised threats into those written by hand that are the same.
    fn merge(&mut self, raiser: &Raiser<'_, '_>, names: &Names<'_, '_>) {
        let named = |(into, bare)| (into, raiser.named(names, bare));
        let mut merged: Vec<(usize, Threat)> = self.merged.drain(..).map(named).collect();
        merged.sort_by_key(|(_, threat)| threat.rule);
        merged.into_iter().for_each(|(into, threat)| absorb(&mut self.written[into], threat, raiser.input.knowledge));
    }

    /// For every raised threat the place at which it will be.
    fn places(&self) -> Vec<ThreatIx> {
        let mut next = self.written.len();
        let mut of_rule: Vec<usize> = Vec::with_capacity(self.raised.len());
        for raised in &self.raised {
            of_rule.push(next);
            next += raised.len();
        }
        let place = |rule: &RuleIx| {
            let place = &mut of_rule[usize::from(rule.0)];
            *place += 1;
            ThreatIx(narrow(*place - 1))
        };
        self.rules.iter().map(place).collect()
    }
}

impl Gathered<'_, Bare> {
    /// All threats in order, those moved into others that are the same, and what they wait for.
    pub(crate) fn in_order(mut self, raiser: &Raiser<'_, '_>) -> (Vec<Threat>, Stakes) {
        let places = self.places();
        self.stakes.renumber(|threat| places[threat.0 as usize]);
        let names = Names::of(raiser.judge.facts, raiser.extent);
        self.merge(raiser, &names);
        let mut threats = self.written;
        threats.reserve_exact(self.rules.len());
        self.raised.into_iter().for_each(|of_rule| threats.extend(of_rule.into_iter().map(|bare| raiser.named(&names, bare))));
        (threats, self.stakes)
    }
}

fn narrow(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

fn absorb(into: &mut Threat, raised: Threat, knowledge: &Knowledge) {
    if let Some(answer) = &mut into.answer {
        for (list, ids) in raised.references(knowledge) {
            let known = answer.references.entry(list).or_default();
            *known = joined(known, &ids);
        }
    }
    into.subjects = joined(&into.subjects, &raised.subjects);
    let also = raised.affected.iter().filter(|thing| !into.subjects.contains(thing) && !into.affected.contains(thing));
    into.affected = into.affected.iter().chain(also).copied().collect();
    into.stride = joined(&into.stride, &raised.stride);
    into.linddun = joined(&into.linddun, &raised.linddun);
    into.mitigations = joined(&into.mitigations, &raised.mitigations);
    into.counters = joined(&into.counters, &raised.counters);
    into.merged.push(raised.id);
}

/// A list, and what another one has beyond it, once.
fn joined<T: Clone + PartialEq, L: FromIterator<T>>(list: &[T], more: &[T]) -> L {
    let mut all = list.to_vec();
    for item in more {
        if !all.contains(item) {
            all.push(item.clone());
        }
    }
    all.into_iter().collect()
}
