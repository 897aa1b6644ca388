//! Threats that rules raise, with the answers of the model applied.

use std::borrow::Cow;
use std::cell::RefCell;
use std::sync::Arc;

use redan_model::lang::{AssumptionStatus, ThreatEntry};
use redan_model::{AssetIx, ById, Model, SourceId, Span, Thing};
use rustc_hash::FxHashMap;

use super::bare::{Bare, Plain};
use super::judge::{Judge, Verdict, bindings, is_subject, kind_of};
use super::names::Names;
use super::rated::Rated;
use super::{Draft, Extent, Input, hand, is_live};
use crate::Knowledge;
use crate::analysis::{Status, Threat};
use crate::answers::Answers;
use crate::catalogue::{ControlIx, TraitIx};
use crate::expr::{Env, Tri};
use crate::fact::{FactKey, Property};
use crate::facts::Facts;
use crate::few::Seldom;
use crate::risk::{Exposure, Risk};
use crate::rule::{Rule, RuleIx, SubjectKind};
use crate::title::{About, zone_of};

/// The controls that mitigations state, by control: where, and which mitigation.
pub(crate) type StatedControls<'m> = FxHashMap<ControlIx, Vec<(Thing, &'m str)>>;

/// A threat that a rule raises on a subject.
#[derive(Debug)]
pub(crate) struct Raised {
    pub(crate) rule: RuleIx,
    pub(crate) env: Env,
    /// Whether a bound asset certainly belongs to the list of `with`.
    pub(crate) member: Tri,
    pub(crate) verdict: Verdict,
}

/// Everything that raised threats are made with.
#[derive(Debug)]
pub(crate) struct Raiser<'a, 'm> {
    pub(crate) input: &'a Input<'m>,
    pub(crate) judge: Judge<'a, 'm>,
    /// The same in the target model, where there is a difference.
    pub(crate) target: Option<Judge<'a, 'm>>,
    pub(crate) risk: Risk<'a, 'm>,
    pub(crate) answers: Answers<'m>,
    pub(crate) mitigations: StatedControls<'m>,
    pub(crate) has_assumptions: bool,
    pub(crate) reasons: RefCell<Reasons>,
    /// Where titles are made.
    pub(crate) title: RefCell<String>,
    /// How much is wanted.
    pub(crate) extent: Extent,
}

/// Phrases of ratings, each list and each phrase made once: threats to one thing differ in little else than their rules.
#[derive(Debug, Default)]
pub(crate) struct Reasons {
    none: Arc<[Arc<str>]>,
    lists: FxHashMap<Grounds, Arc<[Arc<str>]>>,
    phrases: ById<Arc<str>>,
}

/// What the phrases of a rating follow from when nothing about it is stated by hand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Grounds {
    pub(super) base: u8,
    pub(super) exposure: Exposure,
    pub(super) partly: bool,
    pub(super) impact: u8,
    pub(super) because: Option<(Property, AssetIx)>,
}

/// The controls that mitigations of the model state and that are not rejected.
pub(crate) fn stated_controls<'m>(input: &Input<'m>) -> StatedControls<'m> {
    use redan_model::lang::{MitigationStatus, State};
    let mut stated = StatedControls::default();
    for (id, entry) in &input.model.root.mitigations.entries {
        if entry.value.status.as_ref().is_some_and(|status| status.value == MitigationStatus::Rejected) {
            continue;
        }
        for value in entry.value.states.items.iter().filter(|value| matches!(value.state(), Some(State::Yes | State::Partial))) {
            let key = FactKey::parse(&value.path.value.fact, &input.knowledge.catalogue);
            if let (Some(FactKey::Control(control)), Some(thing)) = (key, input.model.find(&value.path.value.thing)) {
                stated.entry(control).or_default().push((thing, id.as_str()));
            }
        }
    }
    stated
}

/// Whether any assumption waits for somebody to confirm it.
pub(crate) fn has_unconfirmed(model: &Model) -> bool {
    let waits = |status: Option<AssumptionStatus>| !matches!(status, Some(AssumptionStatus::Confirmed | AssumptionStatus::Refuted));
    let entries = &model.root.assumptions.entries;
    entries.values().any(|entry| waits(entry.value.status.as_ref().map(|status| status.value)) && !entry.value.assumes.items.is_empty())
}

/// The id of a raised threat.
pub(crate) fn id(model: &Model, rule: &Rule, subject: Thing, asset: Option<AssetIx>) -> String {
    match asset {
        Some(asset) => [&rule.id, "@", model.id_of(subject), "@", model.id_of(Thing::Asset(asset))].concat(),
        None => [&rule.id, "@", model.id_of(subject)].concat(),
    }
}

impl Raiser<'_, '_> {
    /// Every threat that a rule raises, by subject and rule: the facts of one thing and of its neighbours stay at hand
    /// while all rules look at them.
    pub(crate) fn threats(&self, take: &mut dyn FnMut(Raised)) {
        let by_kind = SubjectKind::ALL.map(|kind| self.rules_on(kind));
        let mut lacks: Vec<Option<bool>> = Vec::new();
        for subject in self.input.model.things().filter(|thing| is_subject(self.judge.facts, *thing)) {
            lacks.clear();
            lacks.resize(self.input.knowledge.catalogue.traits.len(), None);
            for (rule, needed) in &by_kind[kind_of(self.judge.facts, subject) as usize] {
                let lacking = |ix: TraitIx| self.judge.facts.has(subject, FactKey::Trait(ix)).is_no();
                if needed.is_some_and(|ix| *lacks[usize::from(ix.0)].get_or_insert_with(|| lacking(ix))) {
                    continue;
                }
                self.on_subject(*rule, subject, take);
            }
        }
    }

    /// The rules for a kind of subjects in their order, each with a trait that it needs.
    fn rules_on(&self, kind: SubjectKind) -> Vec<(RuleIx, Option<TraitIx>)> {
        let rules = self.input.knowledge.rules.iter().enumerate().filter(|(_, rule)| rule.on.contains(&kind));
        rules.map(|(ix, rule)| (RuleIx(crate::facts::narrow(ix)), rule.when.needed_trait())).collect()
    }

    /// The threats that a rule raises on one subject.
    pub(crate) fn on_subject(&self, ix: RuleIx, subject: Thing, take: &mut dyn FnMut(Raised)) {
        let rule = &self.input.knowledge.rules[usize::from(ix.0)];
        let mut on = |asset, member| {
            let env = Env { subject, asset };
            if let Some(verdict) = self.judge.verdict_with(ix, env, member, self.extent >= Extent::Asks) {
                take(Raised { rule: ix, env, member, verdict });
            }
        };
        match &rule.with {
            None => on(None, Tri::Yes),
            Some(with) => bindings(&self.judge, with, subject).into_iter().for_each(|(asset, member)| on(asset, member)),
        }
    }

    /// A raised threat with everything that there is to say about it.
    pub(crate) fn draft(&self, raised: Raised) -> Draft {
        let rated = self.rate(&raised);
        self.describe(raised, rated)
    }

    /// The same, where it is known how it is rated.
    pub(crate) fn describe(&self, raised: Raised, rated: Rated<'_>) -> Draft {
        let Rated { entry, impact, numbers, status, mut rating, residual, mitigations } = rated;
        let stated = entry.map(|(_, entry)| &entry.value);
        let title = self.title(&raised, stated);
        let Raised { rule: ix, env, verdict, .. } = raised;
        let rule = &self.input.knowledge.rules[usize::from(ix.0)];
        let live = is_live(status);
        let by_hand = |rating: Option<&redan_model::lang::Opt<redan_model::lang::Rating>>| rating.is_some_and(Option::is_some);
        let mut rates = Vec::new();
        let wanted = live && self.extent >= Extent::Asks;
        if wanted && !by_hand(stated.map(|stated| &stated.likelihood)) {
            rates.extend(verdict.likelihood.rates.iter().copied());
        }
        if wanted && !by_hand(stated.map(|stated| &stated.impact)) {
            rates.extend(impact.rates.iter().copied());
        }
        let mut scored = Vec::new();
        let scores = stated.map(|stated| hand::scores(self.input, stated, &mut rating, residual, &mut scored)).unwrap_or_default();
        let affected = self.affected(rule, env);
        let assumptions = if self.has_assumptions { self.assumptions(rule, env, &verdict) } else { Vec::new() };
        let asks = if live { verdict.asks } else { Vec::new() };
        let plain = Plain {
            rule: ix,
            subject: env.subject,
            with: env.asset,
            status,
            rating,
            rating_reasons: with_scores(self.reasons_for(numbers.grounds, numbers.stated), scored),
            range: numbers.range.filter(|_| live),
            residual,
            counters: verdict.counters.into(),
            partly_countered: verdict.partly,
        };
        if entry.is_none() && title.is_none() && affected.is_empty() && mitigations.is_empty() && assumptions.is_empty() {
            return Draft { bare: Bare::Plain(plain), asks, rates, same_as: None };
        }
        let whole = Threat {
            affected,
            title: title.unwrap_or_default(),
            mitigations: mitigations.into(),
            assumptions: assumptions.into(),
            answer: entry.map(|(key, entry)| Box::new(hand::answer(self.input, key, entry, scores))),
            ..plain.threat(self.input.knowledge, |subject| location(self.input.model, subject))
        };
        let same_as = stated.and_then(|stated| stated.same_as.as_ref()).map(|same| same.value.clone());
        Draft { bare: Bare::Whole(Box::new(whole)), asks, rates, same_as }
    }

    /// The elements of which it is known that the threat reaches them.
    fn affected(&self, rule: &Rule, env: Env) -> Seldom<Thing> {
        let Some(affects) = &rule.affects else { return Seldom::default() };
        let members = affects.list(self.judge.facts, env).members;
        members.into_iter().filter(|(thing, belongs)| *belongs == Tri::Yes && *thing != env.subject).map(|(thing, _)| thing).collect()
    }

    /// The title, where it is not the plain one that [`Raiser::name`] gives.
    pub(super) fn title(&self, raised: &Raised, stated: Option<&ThreatEntry>) -> Option<String> {
        let (env, turned) = (raised.env, raised.verdict.turned);
        let own = stated.and_then(|stated| stated.title.as_ref()).map(|title| title.value.clone());
        let rule = || &self.input.knowledge.rules[usize::from(raised.rule.0)];
        let plain = || crate::title::fill(&rule().title, self.judge.facts, env.subject, env.asset, turned);
        own.or_else(|| (stated.is_some() || turned).then(plain))
    }

    /// A raised threat with its id and its title. It is made last and in the order of the analysis, so that these texts,
    /// which every output reads, lie in memory in the order in which they are read.
    pub(crate) fn named(&self, names: &Names, bare: Bare) -> Threat {
        let mut threat = bare.threat(self.input.knowledge, |subject| names.place(subject));
        self.name(names, &mut threat);
        threat
    }

    /// A raised threat without them.
    pub(crate) fn unnamed(&self, bare: Bare) -> Threat {
        bare.threat(self.input.knowledge, |subject| location(self.input.model, subject))
    }

    fn name(&self, names: &Names, threat: &mut Threat) {
        let (Some(rule), Some(subject)) = (threat.rule, threat.subject) else { return };
        let rule = &self.input.knowledge.rules[usize::from(rule.0)];
        let (subject_id, asset_id) = (names.id(subject), threat.with.map(|asset| names.id(Thing::Asset(asset))));
        threat.id.reserve_exact(rule.id.len() + 1 + subject_id.len() + asset_id.map_or(0, |id| 1 + id.len()));
        threat.id.push_str(&rule.id);
        for id in [Some(subject_id), asset_id].into_iter().flatten() {
            threat.id.push('@');
            threat.id.push_str(id);
        }
        if self.extent == Extent::Whole && !is_titled(threat) {
            let (facts, spoken) = (self.judge.facts, |thing| Cow::Borrowed(names.spoken(thing)));
            let about = About { model: facts.model, subject, asset: threat.with, turned: false };
            // Titles stay to the end: made elsewhere, each takes no more memory than it needs.
            let mut title = self.title.borrow_mut();
            title.clear();
            about.fill_into(&mut title, &rule.title, spoken, || zone_of(facts, subject));
            threat.title.push_str(&title);
        }
    }

    fn reasons_for(&self, grounds: Grounds, stated: Vec<String>) -> Arc<[Arc<str>]> {
        if self.extent != Extent::Whole {
            return Arc::clone(&self.reasons.borrow().none);
        }
        if !stated.is_empty() {
            return self.phrases(grounds).chain(stated).map(Arc::from).collect();
        }
        let Reasons { lists, phrases, .. } = &mut *self.reasons.borrow_mut();
        let one = |phrase: String| Arc::clone(phrases.entry(phrase).or_insert_with_key(|phrase| Arc::from(phrase.as_str())));
        Arc::clone(lists.entry(grounds).or_insert_with(|| self.phrases(grounds).map(one).collect()))
    }

    fn phrases(&self, grounds: Grounds) -> impl Iterator<Item = String> {
        let base = format!("likelihood {} in the rule", grounds.base);
        let partly = grounds.partly.then(|| "-1 partly countered".to_owned());
        let exposure = grounds.exposure.reason(self.judge.facts);
        std::iter::once(base).chain(exposure).chain(partly).chain([self.impact_reason(grounds.impact, grounds.because)])
    }

    fn impact_reason(&self, impact: u8, because: Option<(Property, AssetIx)>) -> String {
        match because {
            Some((property, asset)) => {
                let level = self.judge.facts.level(asset, property).map_or("unknown", redan_model::lang::Level::as_str);
                let name = self.input.model.name_of(Thing::Asset(asset));
                format!("impact {impact}: {} of {name} matters, {level}", property.as_str())
            }
            None => format!("impact {impact} assumed: nobody has said what is at stake"),
        }
    }

    /// Unconfirmed assumptions among the facts behind the outcome.
    fn assumptions(&self, rule: &Rule, env: Env, verdict: &Verdict) -> Vec<String> {
        let mut found = Vec::new();
        for atom in self.judge.with_world(env, verdict.turned, |world| rule.when.atoms(world, env)) {
            Facts::unconfirmed(&atom.facts, &mut found);
        }
        for used in &verdict.counters {
            let fact = self.judge.facts.used_state(used.place, FactKey::Control(used.control));
            Facts::unconfirmed(&[fact], &mut found);
        }
        found
    }
}

/// What is left of a threat, rated as stated, under the facts of another model.
pub(crate) fn left_under(judge: &Judge<'_, '_>, ix: RuleIx, env: Env, member: Tri, (likelihood, impact): (u8, u8)) -> u8 {
    match judge.verdict(ix, env, member) {
        None => 0,
        Some(verdict) if verdict.status == Status::Mitigated => judge.steps(&verdict.counters).risk(likelihood, impact),
        Some(verdict) if verdict.partly => likelihood.saturating_sub(1).max(1) * impact,
        Some(_) => likelihood * impact,
    }
}

/// Gives a raised threat its title, unless it has one.
pub(crate) fn entitle(facts: &Facts<'_>, threat: &mut Threat) {
    if let (Some(rule), Some(subject), false) = (threat.rule, threat.subject, is_titled(threat)) {
        let env = Env { subject, asset: threat.with };
        threat.title = plain_title(facts.model, facts.knowledge, rule, env, |subject| zone_of(facts, subject));
    }
}

/// Whether a threat has its title; an answer may have left it empty.
pub(crate) fn is_titled(threat: &Threat) -> bool {
    threat.rule.is_none() || !threat.title.is_empty() || threat.answer.is_some()
}

/// The title that a rule gives its threats. `zone` is asked for the zone of the subject where the title names it, as
/// few do.
pub(crate) fn plain_title(model: &Model, knowledge: &Knowledge, rule: RuleIx, env: Env, zone: impl Fn(Thing) -> Option<Thing>) -> String {
    let rule = &knowledge.rules[usize::from(rule.0)];
    let about = About { model, subject: env.subject, asset: env.asset, turned: false };
    about.fill(&rule.title, |thing| model.spoken(thing), || zone(env.subject))
}

/// Where a reader finds a thing; for the model its name, or else the start of the file.
pub(crate) fn location(model: &Model, subject: Thing) -> Span {
    let named = model.root.name.as_ref().map(|name| name.span);
    let start = || Span::new(SourceId(model.file.0), 0, 0);
    model.identity(subject).map(|identity| identity.id_span).or(named).unwrap_or_else(start)
}

/// The reasons with those that follow from scores, where there are any.
fn with_scores(reasons: Arc<[Arc<str>]>, scored: Vec<String>) -> Arc<[Arc<str>]> {
    if scored.is_empty() { reasons } else { reasons.iter().cloned().chain(scored.into_iter().map(Arc::from)).collect() }
}
