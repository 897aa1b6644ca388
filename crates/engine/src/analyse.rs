//! From a model to its analysis: threats written by hand, threats that rules raise, questions, coverage, lints.

pub(crate) mod bare;
pub(crate) mod counter;
mod gather;
pub(crate) mod hand;
pub(crate) mod judge;
mod names;
pub(crate) mod raised;
pub(crate) mod rated;

use redan_model::Model;

use crate::analysis::{Analysis, Question, Status, Threat};
use crate::answers::Answers;
use crate::fact::BaseFact;
use crate::facts::{Facts, Overlay, Stage};
use crate::questions::Stakes;
use crate::risk::Risk;
use crate::rule::RuleIx;
use crate::{Context, Knowledge, Policy};

use bare::Bare;
use gather::Gathered;
use judge::Judge;
use rated::Glance;

/// What an analysis is made from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Input<'m> {
    pub(crate) model: &'m Model,
    pub(crate) knowledge: &'m Knowledge,
    pub(crate) policy: &'m Policy,
    pub(crate) context: &'m Context,
}

/// A threat with the facts that settle it and those that move its rating.
#[derive(Debug)]
pub(crate) struct Draft {
    pub(crate) bare: Bare,
    pub(crate) asks: Vec<BaseFact>,
    pub(crate) rates: Vec<BaseFact>,
    /// The threat written by hand that it is the same as.
    pub(crate) same_as: Option<String>,
}

/// How much is found out about raised threats.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Extent {
    /// Ids, statuses and ratings.
    Standing,
    /// Also the facts that they wait for, which take as long again.
    Asks,
    /// Also titles.
    Whole,
}

/// Analyses a model.
pub(crate) fn analyse(input: &Input<'_>) -> Analysis {
    let nothing = Overlay::default();
    let facts = Facts::new(input.model, input.knowledge, Stage::Current, &nothing);
    let target = target(input, &nothing);
    let (mut threats, stakes) = raise(input, &facts, target.as_ref(), Extent::Whole);
    let coverage = crate::coverage::coverage(&facts, input.knowledge, &threats);
    let mut questions = stakes.questions(&facts, &mut threats);
    let evidence = assess(input, &mut threats);
    if evidence.is_some() {
        questions.iter_mut().for_each(|question| rerate(question, &threats));
    }
    linted(input, &facts, Analysis { threats, questions, lints: Vec::new(), coverage, evidence })
}

fn linted(input: &Input<'_>, facts: &Facts<'_>, mut analysis: Analysis) -> Analysis {
    analysis.lints = crate::lint::lints(input, facts, &analysis);
    analysis
}

/// What `see` makes of every threat as it stands, in the order of the analysis: what a long history needs of each of
/// its versions, and a comparison of both of its own. Whole threats, which take most of the time and memory of an
/// analysis, are made only where an answer of the model says more about one.
pub(crate) fn seen<T>(input: &Input<'_>, facts: &Facts<'_>, mut see: impl FnMut(&Glance<'_>) -> T) -> Vec<T> {
    if !input.context.evidence.reports.is_empty() {
        let (mut threats, _) = raise(input, facts, None, Extent::Standing);
        assess(input, &mut threats);
        return threats.iter().map(|threat| see(&Glance::of(threat))).collect();
    }
    raising(input, facts, None, Extent::Standing, |raiser| {
        let mut gathered = Gathered::new(hand::threats(input), facts);
        raiser.threats(&mut |raised| {
            let rated = raiser.rate(&raised);
            if rated.entry.is_none() {
                gathered.keep(raised.rule, see(&raiser.glance(&raised, &rated)));
            } else {
                let rule = raised.rule;
                gathered.add(rule, raiser.describe(raised, rated), |bare| see(&Glance::of(&raiser.unnamed(bare))));
            }
        });
        gathered.seen(raiser, |threat| see(&Glance::of(threat)))
    })
}

/// What a gate judges by: the threats as they stand and the lints, with titles only where a threat may be shown, and
/// with the number of questions where it is wanted.
pub(crate) fn survey(input: &Input<'_>, ask: bool) -> crate::Survey {
    let nothing = Overlay::default();
    let facts = Facts::new(input.model, input.knowledge, Stage::Current, &nothing);
    let extent = if ask { Extent::Asks } else { Extent::Standing };
    let is_shown = |threat: &Threat| match threat.status {
        Status::Mitigated => false,
        Status::Question => input.policy.fail_on_questions,
        _ => true,
    };
    let target = target(input, &nothing);
    let (mut threats, stakes) = raise(input, &facts, target.as_ref(), extent);
    threats.iter_mut().filter(|threat| is_shown(threat)).for_each(|threat| raised::entitle(&facts, threat));
    let evidence = assess(input, &mut threats);
    let analysis = Analysis { threats, evidence, ..Analysis::default() };
    crate::Survey { analysis: linted(input, &facts, analysis), questions: ask.then(|| stakes.count()) }
}

/// The target model, where there is a difference.
fn target<'m>(input: &Input<'m>, nothing: &'m Overlay) -> Option<Facts<'m>> {
    plans(input.model).then(|| Facts::new(input.model, input.knowledge, Stage::Target, nothing))
}

/// Threats by hand and by rules, and what they wait for.
fn raise(input: &Input<'_>, facts: &Facts<'_>, target: Option<&Facts<'_>>, extent: Extent) -> (Vec<Threat>, Stakes) {
    raising(input, facts, target, extent, |raiser| {
        let mut gathered = Gathered::new(hand::threats(input), facts);
        raiser.threats(&mut |raised| gathered.add(raised.rule, raiser.draft(raised), |bare| bare));
        gathered.in_order(raiser)
    })
}

/// Runs something with what threats are raised with.
fn raising<R>(
    input: &Input<'_>,
    facts: &Facts<'_>,
    target: Option<&Facts<'_>>,
    extent: Extent,
    run: impl FnOnce(&raised::Raiser<'_, '_>) -> R,
) -> R {
    let refiners = refiners(input.knowledge);
    let judge = |facts| Judge { facts, knowledge: input.knowledge, unknown: input.policy.unknown, refiners: &refiners };
    let mut raiser = raiser(input, judge(facts), extent);
    raiser.target = target.map(judge);
    run(&raiser)
}

/// What the evidence says, once it has raised the threats that came true; nothing without reports.
fn assess(input: &Input<'_>, threats: &mut [Threat]) -> Option<Box<crate::evidence::Assessment>> {
    let evidence = &input.context.evidence;
    if evidence.reports.is_empty() {
        return None;
    }
    let assessment = crate::evidence::assess(input.model, input.knowledge, evidence, threats);
    crate::evidence::raise(&assessment, input.policy, threats);
    Some(Box::new(assessment))
}

/// Gives a question the weight of its threats as they are rated now.
fn rerate(question: &mut Question, threats: &[Threat]) {
    let risks = question.settles.iter().chain(&question.rates).filter_map(|ix| threats.get(ix.0 as usize)?.rating.risk);
    question.risk = risks.max().unwrap_or(0).max(question.risk);
}

/// What raised threats are made with, without a target model.
pub(crate) fn raiser<'a, 'm>(input: &'a Input<'m>, judge: Judge<'a, 'm>, extent: Extent) -> raised::Raiser<'a, 'm> {
    raised::Raiser {
        input,
        judge,
        target: None,
        risk: Risk::new(judge.facts, input.policy.assume_level),
        answers: Answers::new(input.model, input.knowledge),
        mitigations: raised::stated_controls(input),
        has_assumptions: raised::has_unconfirmed(input.model),
        reasons: std::cell::RefCell::default(),
        title: std::cell::RefCell::default(),
        extent,
    }
}

/// Whether there are mitigations whose facts only the target model has.
fn plans(model: &Model) -> bool {
    use redan_model::lang::MitigationStatus::{Implemented, Rejected};
    model.root.mitigations.entries.values().any(|entry| {
        let status = entry.value.status.as_ref().map(|status| status.value);
        !matches!(status, Some(Implemented | Rejected)) && !entry.value.states.items.is_empty()
    })
}

/// For every rule the rules that silence it.
pub(crate) fn refiners(knowledge: &Knowledge) -> Vec<Vec<RuleIx>> {
    let mut refiners = vec![Vec::new(); knowledge.rules.len()];
    for (ix, rule) in knowledge.rules.iter().enumerate() {
        for general in &rule.refines {
            refiners[usize::from(general.0)].push(RuleIx(crate::facts::narrow(ix)));
        }
    }
    refiners
}

/// Whether a threat still needs something: a fact, a decision or work.
pub(crate) fn is_live(status: Status) -> bool {
    matches!(status, Status::Open | Status::Question)
}
