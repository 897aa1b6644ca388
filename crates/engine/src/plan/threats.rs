//! Threats as risks of a plan: the numbers are those of the analysis, for every set of mitigations.
//!
//! What mitigations add up to is arithmetic; what the facts that they state do to a threat that a rule raised is found by
//! asking the rule again, for every set that matters to the threat.

use std::collections::BTreeMap;

use redan_model::lang::{Band, MitigationStatus, ThreatEntry};
use redan_model::{Model, Thing};

use super::problem::Subject;
use crate::analyse::hand::steps_of;
use crate::analyse::judge::{Judge, bindings, mitigation_steps};
use crate::analyse::raised::left_under;
use crate::analyse::{Input, refiners};
use crate::analysis::{Status, Threat};
use crate::expr::{Env, Tri};
use crate::fact::FactKey;
use crate::facts::{Facts, Overlay, Stage};
use crate::policy::Policy;
use crate::risk::Steps;
use crate::score::Scale;
use crate::tree::LIKELIHOODS;
use crate::{Analysis, Knowledge};

/// Mitigations whose facts are tried in every combination for one threat.
const MOST_COMBINED: usize = 6;

/// A threat as a risk.
#[derive(Debug, Clone)]
pub(crate) struct ThreatRisk {
    /// Its place in [`Analysis::threats`].
    pub(crate) threat: usize,
    likelihood: u8,
    impact: u8,
    /// What is in place already.
    base: Steps,
    relevant: Vec<usize>,
    /// For each relevant mitigation what it takes away by being listed.
    listed: Vec<Option<Steps>>,
    /// For each relevant mitigation its bit in `by_facts`.
    bits: Vec<Option<usize>>,
    /// The risk by the set of mitigations whose facts matter; empty where none do.
    by_facts: Vec<u8>,
    /// Whether more facts matter than are tried in combination.
    pub(crate) simplified: bool,
    /// Whether it is known to exist, so that a target applies to it.
    limited: bool,
}

/// The likelihood that is left of a threat of which so much risk is left.
fn likelihood_left(risk: u8, impact: u8) -> u8 {
    risk.div_ceil(impact.max(1))
}

impl ThreatRisk {
    fn new(threat: usize, (likelihood, impact): (u8, u8), limited: bool) -> Self {
        let (relevant, listed, bits, by_facts) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        Self { threat, likelihood, impact, base: Steps::default(), relevant, listed, bits, by_facts, simplified: false, limited }
    }

    fn place(&mut self, mitigation: usize) -> usize {
        self.relevant.iter().position(|known| *known == mitigation).unwrap_or_else(|| {
            self.relevant.push(mitigation);
            self.listed.push(None);
            self.bits.push(None);
            self.relevant.len() - 1
        })
    }

    /// The likelihood and the impact that it is taken to have.
    pub(crate) fn numbers(&self) -> (u8, u8) {
        (self.likelihood, self.impact)
    }

    /// The probability that it comes true when those of its mitigations are in place, as attack trees count it.
    pub(crate) fn chance(&self, chosen: &[bool]) -> f64 {
        match likelihood_left(self.left(chosen) as u8, self.impact) {
            0 => 0.0,
            left => LIKELIHOODS[usize::from(left.min(self.likelihood).clamp(1, 5)) - 1],
        }
    }
}

impl Subject for ThreatRisk {
    fn relevant(&self) -> &[usize] {
        &self.relevant
    }

    fn left(&self, chosen: &[bool]) -> f64 {
        let (mut steps, mut mask) = (self.base, 0);
        for (at, _) in chosen.iter().enumerate().filter(|(_, chosen)| **chosen) {
            if let Some(taken) = self.listed[at] {
                steps.join(taken);
            }
            if let Some(bit) = self.bits[at] {
                mask |= 1 << bit;
            }
        }
        let by_steps = steps.risk(self.likelihood, self.impact);
        f64::from(self.by_facts.get(mask).map_or(by_steps, |by_facts| by_steps.min(*by_facts)))
    }

    /// Each step of likelihood takes away at most the impact, each step of impact at most the likelihood; facts may take away
    /// everything.
    fn shares(&self) -> Vec<f64> {
        let all = f64::from(self.likelihood * self.impact);
        let one = |(listed, bit): (&Option<Steps>, &Option<usize>)| match (listed, bit) {
            (Some(steps), None) => steps.most(self.likelihood, self.impact).min(all),
            _ => all,
        };
        self.listed.iter().zip(&self.bits).map(one).collect()
    }

    fn is_limited(&self) -> bool {
        self.limited
    }

    fn is_whole(&self) -> bool {
        true
    }
}

/// The mitigations that can still be chosen, in source order: neither in place nor rejected.
pub(crate) fn candidates(model: &Model) -> Vec<&str> {
    let open = |status: Option<MitigationStatus>| !matches!(status, Some(MitigationStatus::Implemented | MitigationStatus::Rejected));
    let entries = model.root.mitigations.entries.iter();
    entries.filter(|(_, entry)| open(entry.value.status.as_ref().map(|s| s.value))).map(|(id, _)| id.as_str()).collect()
}

/// Likelihood and impact of a threat: its own, or those that stand for the band that a leading scale or a person has given it.
pub(crate) fn numbers(policy: &Policy, threat: &Threat) -> Option<(u8, u8)> {
    let leads = policy.leading_scale != Scale::Matrix && threat.scores().iter().any(|score| score.scale == policy.leading_scale);
    match threat.rating.likelihood.zip(threat.rating.impact) {
        Some(numbers) if !leads => Some(numbers),
        _ => threat.rating.band.map(of_band),
    }
}

/// The band of what is left of a threat without any control, now, and with everything that is planned; none where nothing
/// is left. A threat that has a band and no numbers falls as one in the middle of its band does, as it does in a plan.
pub fn bands_left(model: &Model, knowledge: &Knowledge, policy: &Policy, threat: &Threat) -> [Option<Band>; 3] {
    let of = |risk: u8| (risk > 0).then(|| policy.band(risk));
    let residual = threat.residual;
    if let (Some(inherent), Some(current), Some(target)) = (residual.inherent, residual.current, residual.target) {
        return [inherent, current, target].map(of);
    }
    let Some(band) = threat.rating.band else { return [None; 3] };
    let (likelihood, impact) = of_band(band);
    let (now, later) = steps_of(model, knowledge, &threat.mitigations);
    let left = |steps: Steps| match threat.status {
        Status::Open | Status::Question | Status::Mitigated => match steps.risk(likelihood, impact) {
            whole if whole == likelihood * impact => Some(band),
            left => of(left),
        },
        Status::Accepted | Status::Transferred => Some(band),
        Status::Avoided | Status::FalsePositive | Status::NotApplicable => None,
    };
    [Some(band), left(now), left(later)]
}

/// Numbers in the middle of a band.
fn of_band(band: Band) -> (u8, u8) {
    match band {
        Band::Critical => (4, 5),
        Band::High => (3, 4),
        Band::Medium => (2, 3),
        Band::Low => (1, 2),
    }
}

/// Every threat that is known to exist, and with `questions` those that wait for an answer.
pub(crate) fn risks(input: &Input<'_>, analysis: &Analysis, questions: bool) -> Vec<ThreatRisk> {
    let counts = |_: usize, threat: &Threat| match threat.status {
        Status::Open | Status::Mitigated => true,
        Status::Question => questions,
        _ => false,
    };
    risks_of(input, analysis, &|at, threat| numbers(input.policy, threat).filter(|_| counts(at, threat)))
}

/// The likelihood and the impact of a threat at a place in [`Analysis::threats`], if it is wanted.
type NumbersOf<'f> = dyn Fn(usize, &Threat) -> Option<(u8, u8)> + 'f;

/// The threats for which likelihood and impact are given.
pub(crate) fn risks_of(input: &Input<'_>, analysis: &Analysis, numbers: &NumbersOf<'_>) -> Vec<ThreatRisk> {
    let candidates = candidates(input.model);
    let refiners = refiners(input.knowledge);
    let nothing = Overlay::default();
    let now = Facts::new(input.model, input.knowledge, Stage::Current, &nothing);
    let judge = |facts| Judge { facts, knowledge: input.knowledge, unknown: input.policy.unknown, refiners: &refiners };
    let mut found = Vec::new();
    for (at, threat) in analysis.threats.iter().enumerate() {
        let Some(numbers) = numbers(at, threat) else { continue };
        let mut risk = ThreatRisk::new(at, numbers, true);
        if threat.status == Status::Mitigated && threat.rule.is_some() {
            risk.base = judge(&now).steps(&threat.counters);
        }
        list(input, &candidates, entry(input.model, threat), &mut risk);
        found.push(risk);
    }
    by_facts(input, analysis, &candidates, &judge(&now), &refiners, &mut found);
    found
}

/// The entry that a threat is, or that answers it.
fn entry<'m>(model: &'m Model, threat: &Threat) -> Option<&'m ThreatEntry> {
    let answer = threat.answer.as_ref()?;
    model.root.threats.entries.get(&answer.key).map(|entry| &entry.value)
}

/// What listed mitigations take away: at once where they are in place, else when they are chosen.
fn list(input: &Input<'_>, candidates: &[&str], entry: Option<&ThreatEntry>, risk: &mut ThreatRisk) {
    for id in entry.into_iter().flat_map(|entry| entry.mitigations.values()) {
        let Some(mitigation) = input.model.root.mitigations.entries.get(id) else { continue };
        let steps = mitigation_steps(input.knowledge, &mitigation.value);
        match candidates.iter().position(|known| known == id) {
            Some(candidate) => {
                let place = risk.place(candidate);
                risk.listed[place].get_or_insert_default().join(steps);
            }
            None if mitigation.value.status.as_ref().is_some_and(|s| s.value == MitigationStatus::Implemented) => risk.base.join(steps),
            None => {}
        }
    }
}

/// Tries the facts of mitigations on the threats that they may matter to.
fn by_facts(
    input: &Input<'_>,
    analysis: &Analysis,
    candidates: &[&str],
    now: &Judge<'_, '_>,
    refiners: &[Vec<crate::rule::RuleIx>],
    risks: &mut [ThreatRisk],
) {
    let Stating { stating, broad } = stating(input, candidates);
    if stating.is_empty() {
        return;
    }
    // Each set of mitigations is looked at once, for all threats that it matters to.
    let mut sets: BTreeMap<Vec<usize>, Vec<(usize, usize)>> = BTreeMap::new();
    for (at, risk) in risks.iter_mut().enumerate() {
        let threat = &analysis.threats[risk.threat];
        if threat.rule.is_none() || !matches!(threat.status, Status::Open | Status::Question) {
            continue;
        }
        let named = stating.iter().copied().filter(|m| broad.contains(m) || threat.mitigations.iter().any(|id| id == candidates[*m]));
        let mut matter: Vec<usize> = named.collect();
        risk.simplified = matter.len() > MOST_COMBINED;
        matter.truncate(MOST_COMBINED);
        if matter.is_empty() {
            continue;
        }
        risk.by_facts = vec![risk.likelihood * risk.impact; 1 << matter.len()];
        for (bit, mitigation) in matter.iter().enumerate() {
            let place = risk.place(*mitigation);
            risk.bits[place] = Some(bit);
        }
        for mask in 1..1_usize << matter.len() {
            let set = matter.iter().enumerate().filter(|(bit, _)| mask & (1 << bit) != 0).map(|(_, m)| *m).collect();
            sets.entry(set).or_default().push((at, mask));
        }
    }
    for (set, places) in sets {
        let undone = candidates.iter().enumerate().filter(|(at, _)| !set.contains(at)).map(|(_, id)| (*id).to_owned()).collect();
        let overlay = Overlay { undone, ..Overlay::default() };
        let facts = Facts::new(input.model, input.knowledge, Stage::Target, &overlay);
        let then = Judge { facts: &facts, knowledge: input.knowledge, unknown: input.policy.unknown, refiners };
        for (at, mask) in places {
            let threat = &analysis.threats[risks[at].threat];
            let Some((rule, subject)) = threat.rule.zip(threat.subject) else { continue };
            let env = Env { subject, asset: threat.with };
            let numbers = (risks[at].likelihood, risks[at].impact);
            risks[at].by_facts[mask] = left_under(&then, rule, env, member(input, now, threat, subject), numbers);
        }
    }
}

/// Whether the asset of a threat certainly belongs to the list of its rule.
fn member(input: &Input<'_>, judge: &Judge<'_, '_>, threat: &Threat, subject: Thing) -> Tri {
    let rule = threat.rule.map(|ix| &input.knowledge.rules[usize::from(ix.0)]);
    let Some(with) = rule.and_then(|rule| rule.with.as_ref()) else { return Tri::Yes };
    bindings(judge, with, subject).into_iter().find(|(asset, _)| *asset == threat.with).map_or(Tri::Unknown, |(_, member)| member)
}

/// Candidates that state facts.
struct Stating {
    stating: Vec<usize>,
    /// Those that state more than that a control is there, which may matter to any threat.
    broad: Vec<usize>,
}

fn stating(input: &Input<'_>, candidates: &[&str]) -> Stating {
    use redan_model::lang::State;
    let mut found = Stating { stating: Vec::new(), broad: Vec::new() };
    for (at, id) in candidates.iter().enumerate() {
        let Some(entry) = input.model.root.mitigations.entries.get(*id) else { continue };
        let facts = &entry.value.states.items;
        if facts.is_empty() {
            continue;
        }
        found.stating.push(at);
        let is_control = |fact: &redan_model::lang::FactValue| {
            let key = FactKey::parse(&fact.path.value.fact, &input.knowledge.catalogue);
            matches!(key, Some(FactKey::Control(_))) && matches!(fact.state(), Some(State::Yes | State::Partial))
        };
        if !facts.iter().all(is_control) {
            found.broad.push(at);
        }
    }
    found
}
