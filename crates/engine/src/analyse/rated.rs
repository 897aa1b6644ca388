//! The status and the numbers of a raised threat, which surveys and comparisons need without the rest.

use std::borrow::Cow;
use std::rc::Rc;

use jiff::civil::Date;
use redan_model::lang::ThreatEntry;
use redan_model::{AssetIx, Thing};

use super::hand;
use super::judge::Verdict;
use super::raised::{Grounds, Raised, Raiser, id, is_titled, left_under};
use crate::analysis::{CounterUse, Rating, Residual, Standing, Status, Threat};
use crate::answers::Entry;
use crate::fact::FactKey;
use crate::risk::Impact;
use crate::rule::RuleIx;

/// The status and the numbers of a raised threat.
#[derive(Debug)]
pub(crate) struct Rated<'a> {
    /// The entry of the model that answers it, by its key.
    pub(crate) entry: Option<Entry<'a>>,
    pub(crate) impact: Rc<Impact>,
    pub(crate) numbers: Numbers,
    pub(crate) status: Status,
    /// Before scores on other scales.
    pub(crate) rating: Rating,
    pub(crate) residual: Residual,
    /// Ids of the mitigations that deal with it.
    pub(crate) mitigations: Vec<String>,
}

/// The numbers of a threat before and after what people say about them.
#[derive(Debug)]
pub(crate) struct Numbers {
    likelihood: u8,
    impact: u8,
    inherent: u8,
    /// What the phrases of the rating follow from, and those for what is stated by hand.
    pub(crate) grounds: Grounds,
    pub(crate) stated: Vec<String>,
    /// Lowest and highest risk, where they differ.
    pub(crate) range: Option<(u8, u8)>,
}

/// What a survey sees of a threat: less than a [`Threat`], which takes longer to make than to find out where it stands.
#[derive(Debug)]
pub(crate) struct Glance<'t> {
    /// The rule that raised it.
    pub(crate) rule: Option<RuleIx>,
    pub(crate) subject: Option<Thing>,
    /// The asset that `with` bound.
    pub(crate) with: Option<AssetIx>,
    /// The id of one written by hand; a raised one's is made of its rule and its things.
    pub(crate) id: &'t str,
    /// Its title, unless it is the plain one of its rule.
    pub(crate) title: Option<Cow<'t, str>>,
    pub(crate) standing: Standing,
    pub(crate) mitigations: &'t [String],
    pub(crate) counters: &'t [CounterUse],
    /// Day on which it was found, if stated.
    pub(crate) identified: Option<Date>,
    /// Day until which it is accepted, if stated.
    pub(crate) until: Option<Date>,
}

impl<'t> Glance<'t> {
    /// What is seen of a threat.
    pub(crate) fn of(threat: &'t Threat) -> Self {
        Self {
            rule: threat.rule,
            subject: threat.subject,
            with: threat.with,
            id: &threat.id,
            title: is_titled(threat).then_some(Cow::Borrowed(&threat.title)),
            standing: Standing::of(threat),
            mitigations: &threat.mitigations,
            counters: &threat.counters,
            identified: threat.identified(),
            until: threat.answer.as_ref().and_then(|answer| answer.until),
        }
    }
}

impl Raiser<'_, '_> {
    /// Rates a threat, with what the model says of it.
    pub(crate) fn rate(&self, raised: &Raised) -> Rated<'_> {
        let rule = &self.input.knowledge.rules[usize::from(raised.rule.0)];
        let env = raised.env;
        let find = || self.answers.find(&id(self.input.model, rule, env.subject, env.asset));
        let entry = if self.answers.is_empty() { None } else { find() };
        let stated = entry.map(|(_, entry)| &entry.value);
        let impact = self.risk.impact(env.subject, env.asset, &rule.property);
        let numbers = self.numbers(raised, &impact, stated);
        let mut mitigations: Vec<String> = stated.into_iter().flat_map(|stated| stated.mitigations.values().cloned()).collect();
        let status = self.status(&raised.verdict, stated, &mitigations);
        let residual = self.residual(raised, &numbers, status, &mitigations);
        self.add_mitigations(&raised.verdict.counters, &mut mitigations);
        let rating = Rating {
            likelihood: Some(numbers.likelihood),
            impact: Some(numbers.impact),
            risk: Some(numbers.likelihood * numbers.impact),
            band: Some(self.input.policy.cell(numbers.likelihood, numbers.impact)),
        };
        Rated { entry, impact, numbers, status, rating, residual, mitigations }
    }

    /// What is seen of a raised threat that nobody has answered.
    pub(crate) fn glance<'t>(&self, raised: &'t Raised, rated: &'t Rated<'_>) -> Glance<'t> {
        debug_assert!(rated.entry.is_none(), "an answer has words that only the whole threat holds");
        Glance {
            rule: Some(raised.rule),
            subject: Some(raised.env.subject),
            with: raised.env.asset,
            id: "",
            title: self.title(raised, None).map(Cow::Owned),
            standing: Standing { status: rated.status, band: rated.rating.band, risk: rated.rating.risk, residual: rated.residual.current },
            mitigations: &rated.mitigations,
            counters: &raised.verdict.counters,
            identified: None,
            until: None,
        }
    }

    fn status(&self, verdict: &Verdict, stated: Option<&ThreatEntry>, mitigations: &[String]) -> Status {
        if let Some(status) = stated.and_then(|stated| stated.status.as_ref()) {
            return hand::from_word(status.value);
        }
        if hand::all_done(self.input.model, mitigations) { Status::Mitigated } else { verdict.status }
    }

    fn numbers(&self, raised: &Raised, impact: &Impact, stated: Option<&ThreatEntry>) -> Numbers {
        let verdict = &raised.verdict;
        let exposure = self.risk.exposure(raised.env.subject);
        let shift = |base: u8| base.saturating_add_signed(exposure.steps()).clamp(1, 5);
        let partly = |likelihood: u8| {
            if verdict.partly && verdict.status != Status::Mitigated { likelihood.saturating_sub(1).max(1) } else { likelihood }
        };
        let (mut low, mut high) = (partly(shift(verdict.likelihood.low)), partly(shift(verdict.likelihood.high)));
        let grounds =
            Grounds { base: verdict.likelihood.high, exposure, partly: partly(2) == 1, impact: impact.now, because: impact.because };
        let mut reasons = Vec::new();
        let inherent_likelihood = shift(verdict.likelihood.high);
        let (mut impact_low, mut impact_now, mut impact_high) = (impact.low, impact.now, impact.high);
        let mut inherent = inherent_likelihood * impact_now;
        if let Some(rating) = stated.and_then(|stated| stated.likelihood.as_ref()) {
            (low, high) = (rating.value.is, rating.value.is);
            inherent = high * impact_now;
            reasons.push(overridden("likelihood", &rating.value));
        }
        if let Some(rating) = stated.and_then(|stated| stated.impact.as_ref()) {
            (impact_low, impact_now, impact_high) = (rating.value.is, rating.value.is, rating.value.is);
            inherent = inherent_likelihood.max(high) * impact_now;
            reasons.push(overridden("impact", &rating.value));
        }
        let range = (low * impact_low, high * impact_high);
        let range = (range.0 != range.1).then_some(range);
        Numbers { likelihood: high, impact: impact_now, inherent, grounds, stated: reasons, range }
    }

    fn residual(&self, raised: &Raised, numbers: &Numbers, status: Status, listed: &[String]) -> Residual {
        let (likelihood, impact) = (numbers.likelihood, numbers.impact);
        let risk = likelihood * impact;
        let (now, later) = hand::steps(self.input, listed);
        let (current, target) = match status {
            Status::Accepted | Status::Transferred => (risk, risk),
            Status::Avoided | Status::FalsePositive | Status::NotApplicable => (0, 0),
            Status::Mitigated => {
                let mut steps = self.judge.steps(&raised.verdict.counters);
                let mut planned = steps;
                steps.join(now);
                planned.join(later);
                (steps.risk(likelihood, impact), planned.risk(likelihood, impact))
            }
            Status::Open | Status::Question => {
                let current = now.risk(likelihood, impact);
                (current, self.planned(raised, numbers).min(later.risk(likelihood, impact)).min(current))
            }
        };
        Residual { inherent: Some(numbers.inherent), current: Some(current), target: Some(target) }
    }

    /// The risk of a live threat once everything that is planned is in place.
    fn planned(&self, raised: &Raised, numbers: &Numbers) -> u8 {
        let rated = (numbers.likelihood, numbers.impact);
        self.target.as_ref().map_or(rated.0 * rated.1, |target| left_under(target, raised.rule, raised.env, raised.member, rated))
    }

    /// Mitigations that state a control where it is looked up, or where that place gets it from.
    fn add_mitigations(&self, counters: &[CounterUse], mitigations: &mut Vec<String>) {
        if self.mitigations.is_empty() {
            return;
        }
        for used in counters {
            let Some(stated) = self.mitigations.get(&used.control) else { continue };
            let sources = self.judge.facts.sources_of(used.place, FactKey::Control(used.control));
            for (_, id) in stated.iter().filter(|(thing, _)| sources.contains(thing)) {
                if !mitigations.iter().any(|known| known == id) {
                    mitigations.push((*id).to_owned());
                }
            }
        }
    }
}

fn overridden(name: &str, rating: &redan_model::lang::Rating) -> String {
    let because = rating.because.as_ref().map(|because| format!(": {}", because.value));
    format!("{name} {} stated{}", rating.is, because.unwrap_or_default())
}
