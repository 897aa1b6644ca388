//! One rule on one subject: whether the threat is there, what would counter it, and what it waits for.
//!
//! `open = when && !countered` in Kleene's logic. A rule's counters are asked only once its `when` is true, so that
//! nobody answers thirty questions about controls before the one about the technology.

use redan_model::lang::{State, Strength};
use redan_model::{AssetIx, Thing};

use super::counter::Sight;
use crate::Knowledge;
use crate::analysis::{CounterUse, Status};
use crate::catalogue::{ControlIx, Lowers};
use crate::expr::{Env, Expr, Tri, World};
use crate::fact::BaseFact;
use crate::facts::{Facts, Flipped};
use crate::policy::UnknownFacts;
use crate::risk::{Likelihood, Steps};
use crate::rule::{RuleIx, SubjectKind};

/// What came out for one rule on one subject.
#[derive(Debug)]
pub(crate) struct Verdict {
    pub(crate) status: Status,
    pub(crate) partly: bool,
    pub(crate) turned: bool,
    pub(crate) counters: Vec<CounterUse>,
    /// The facts that settle it.
    pub(crate) asks: Vec<BaseFact>,
    pub(crate) likelihood: Likelihood,
}

/// What rules are judged with.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Judge<'a, 'm> {
    pub(crate) facts: &'a Facts<'m>,
    pub(crate) knowledge: &'m Knowledge,
    pub(crate) unknown: UnknownFacts,
    pub(crate) refiners: &'a [Vec<RuleIx>],
}

impl<'m> Judge<'_, 'm> {
    /// Judges a rule on a subject; `member` says whether a bound asset certainly belongs to the list of `with`.
    pub(crate) fn verdict(&self, rule: RuleIx, env: Env, member: Tri) -> Option<Verdict> {
        self.verdict_with(rule, env, member, true)
    }

    /// The same, with the facts that would settle it only where they are wanted: they take most of the time.
    pub(crate) fn verdict_with(&self, rule: RuleIx, env: Env, member: Tri, asks: bool) -> Option<Verdict> {
        let forth = self.one_way(rule, env, member, (false, asks));
        let Thing::Flow(ix) = env.subject else { return forth };
        if !self.facts.ends(ix).both_ways {
            return forth;
        }
        let back = self.one_way(rule, env, member, (true, asks));
        match (forth, back) {
            (Some(forth), Some(back)) if weight(back.status) > weight(forth.status) => Some(back),
            (None, back) => back,
            (forth, _) => forth,
        }
    }

    /// Whether a rule raises a threat or a question on a subject; what for is not found out.
    pub(crate) fn is_live(&self, ix: RuleIx, env: Env) -> bool {
        let rule = &self.knowledge.rules[usize::from(ix.0)];
        let live = |turned| {
            self.with_world(env, turned, |world| {
                let when = rule.when.eval(world, env);
                if when.is_no() || self.refined(ix, env, world) {
                    return false;
                }
                let sight = Sight { facts: self.facts, subject: env.subject, turned };
                super::is_live(self.status(when, sight.bits(&rule.countered_by).full))
            })
        };
        let turns = matches!(env.subject, Thing::Flow(flow) if self.facts.ends(flow).both_ways);
        live(false) || (turns && live(true))
    }

    fn one_way(&self, ix: RuleIx, env: Env, member: Tri, (turned, asks): (bool, bool)) -> Option<Verdict> {
        let rule = &self.knowledge.rules[usize::from(ix.0)];
        self.with_world(env, turned, |world| {
            let stated = rule.when.eval(world, env);
            let when = stated.and(member);
            if when.is_no() || self.refined(ix, env, world) {
                return None;
            }
            let sight = Sight { facts: self.facts, subject: env.subject, turned };
            let bits = sight.bits(&rule.countered_by);
            let status = self.status(when, bits.full);
            let mut verdict = Verdict {
                status,
                partly: bits.some.is_yes() && !bits.full.is_yes(),
                turned,
                counters: Vec::with_capacity(rule.countered_by.controls()),
                asks: Vec::new(),
                likelihood: Likelihood::of(rule, world, env, asks),
            };
            sight.uses(&rule.countered_by, &mut verdict.counters);
            if !asks {
                return Some(verdict);
            }
            if when.is_unknown() && status != Status::Mitigated {
                if stated.is_unknown() {
                    verdict.asks = rule.when.behind_unknown(world, env);
                }
                if member.is_unknown()
                    && let Some(with) = &rule.with
                {
                    verdict.asks.extend(with.unknown_facts(world, Env::of(env.subject)));
                }
            } else if bits.full.is_unknown() {
                sight.unknown(&rule.countered_by, &mut verdict.asks);
            }
            Some(verdict)
        })
    }

    /// Runs something with the facts as seen from one end of the subject.
    pub(crate) fn with_world<R>(&self, env: Env, turned: bool, run: impl FnOnce(&dyn World) -> R) -> R {
        match env.subject {
            Thing::Flow(flow) if turned => run(&Flipped { facts: self.facts, flow }),
            _ => run(self.facts),
        }
    }

    fn status(&self, when: Tri, full: Tri) -> Status {
        match (when, full) {
            (_, Tri::Yes) => Status::Mitigated,
            (Tri::Yes, Tri::No) => Status::Open,
            _ if self.unknown == UnknownFacts::Open => Status::Open,
            _ => Status::Question,
        }
    }

    /// Whether a rule that says the same more precisely certainly applies here.
    fn refined(&self, ix: RuleIx, env: Env, world: &dyn World) -> bool {
        self.refiners[usize::from(ix.0)].iter().any(|refiner| {
            let refiner = &self.knowledge.rules[usize::from(refiner.0)];
            if !refiner.on.contains(&kind_of(self.facts, env.subject)) {
                return false;
            }
            match (&refiner.with, env.asset) {
                (None, _) => refiner.when.eval(world, Env::of(env.subject)).is_yes(),
                (Some(_), Some(_)) => refiner.when.eval(world, env).is_yes(),
                (Some(with), None) => with.list(world, env).members.iter().any(|(member, tri)| {
                    let Thing::Asset(asset) = *member else { return false };
                    tri.is_yes() && refiner.when.eval(world, Env::with_asset(env.subject, asset)).is_yes()
                }),
            }
        })
    }

    /// What the counters that are there take away, each control once.
    pub(crate) fn steps(&self, counters: &[CounterUse]) -> Steps {
        let mut seen: Vec<ControlIx> = Vec::new();
        let mut steps = Steps::default();
        for used in counters.iter().filter(|used| used.state == State::Yes) {
            if seen.contains(&used.control) {
                continue;
            }
            seen.push(used.control);
            if let Some((_, control)) = self.knowledge.catalogue.controls.get_index(used.control.0.into()) {
                steps.add(control.strength, control.lowers);
            }
        }
        steps
    }
}

/// Whether rules look at a thing at all.
pub(crate) fn is_subject(facts: &Facts<'_>, thing: Thing) -> bool {
    let group = matches!(thing, Thing::Element(ix) if facts.model[ix].is_group);
    !group && facts.model.out_of_scope(thing).is_none() && !provided(facts, thing)
}

/// Assets of another file are that file's concern.
fn provided(facts: &Facts<'_>, thing: Thing) -> bool {
    matches!(thing, Thing::Asset(ix) if facts.model[ix].identity.provided_by.is_some())
}

/// The kind that a thing is of.
pub(crate) fn kind_of(facts: &Facts<'_>, thing: Thing) -> SubjectKind {
    use redan_model::lang::ElementKind;
    match thing {
        Thing::Model => SubjectKind::Model,
        Thing::Zone(_) => SubjectKind::Zone,
        Thing::Flow(_) => SubjectKind::Flow,
        Thing::Asset(_) => SubjectKind::Asset,
        Thing::Element(ix) => match facts.kind(ix) {
            ElementKind::Actor => SubjectKind::Actor,
            ElementKind::External => SubjectKind::External,
            ElementKind::Process => SubjectKind::Process,
            ElementKind::Store => SubjectKind::Store,
        },
    }
}

fn weight(status: Status) -> u8 {
    match status {
        Status::Open => 3,
        Status::Question => 2,
        Status::Mitigated => 1,
        _ => 0,
    }
}

/// The assets that a rule binds by its `with`, each with whether it certainly belongs to the list.
pub(crate) fn bindings(judge: &Judge<'_, '_>, with: &Expr, subject: Thing) -> Vec<(Option<AssetIx>, Tri)> {
    let list = with.list(judge.facts, Env::of(subject));
    let bound = list.members.iter().filter_map(|(member, tri)| match member {
        Thing::Asset(asset) => Some((Some(*asset), *tri)),
        _ => None,
    });
    // While the list may have members that nobody has written, the rule waits for it as a whole.
    bound.chain(list.open.then_some((None, Tri::Unknown))).collect()
}

/// How much a mitigation lowers: as stated, else as the strongest control that it states, else moderately.
pub(crate) fn mitigation_steps(knowledge: &Knowledge, mitigation: &redan_model::lang::Mitigation) -> Steps {
    let stated = mitigation.states.items.iter().filter_map(|value| {
        let name = value.path.value.fact.strip_prefix("controls.")?;
        let control = knowledge.catalogue.controls.get(name)?;
        Some((control.strength, control.lowers))
    });
    let strongest = stated.max_by_key(|(strength, _)| *strength);
    let strength = mitigation.strength.as_ref().map(|strength| strength.value);
    let (strength, lowers) = match (strength, strongest) {
        (Some(strength), control) => (strength, control.map_or(Lowers::Likelihood, |control| control.1)),
        (None, Some(control)) => control,
        (None, None) => (Strength::Moderate, Lowers::Likelihood),
    };
    let mut steps = Steps::default();
    steps.add(strength, lowers);
    steps
}
