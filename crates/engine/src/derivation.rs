//! Why a threat is what it is: the conditions, the counters, the way to it, and what would change it.

mod changes;

use redan_model::{AssetIx, Thing};

use crate::analyse::judge::{Judge, Verdict, bindings};
use crate::analyse::raised::{Raiser, id as threat_id};
use crate::analyse::{Extent, Input, raiser, refiners};
use crate::analysis::{Analysis, Threat};
use crate::explain::{Atom, CounterAtom, Explanation};
use crate::expr::{Env, Speaker, Tri};
use crate::fact::FactKey;
use crate::facts::{Facts, Overlay, Stage};
use crate::rule::{Rule, RuleIx};

/// A raised threat as the engine addresses it.
#[derive(Debug, Clone)]
struct Case {
    id: String,
    rule: RuleIx,
    env: Env,
    member: Tri,
}

/// Explains a threat; `None` when there is none of that id.
pub(crate) fn explain(input: &Input<'_>, analysis: &Analysis, id: &str) -> Option<Explanation> {
    let threat = analysis.threat(id)?;
    let nothing = Overlay::default();
    let facts = Facts::new(input.model, input.knowledge, Stage::Current, &nothing);
    let refiners = refiners(input.knowledge);
    let judge = Judge { facts: &facts, knowledge: input.knowledge, unknown: input.policy.unknown, refiners: &refiners };
    let raiser = raiser(input, judge, Extent::Whole);
    let case = case(input, &judge, threat, id);
    let mut explanation = Explanation {
        id: id.to_owned(),
        atoms: Vec::new(),
        counters: Vec::new(),
        chain: threat.subject.map(|subject| raiser.risk.chain(subject)).unwrap_or_default(),
        changes: Vec::new(),
    };
    let Some(case) = case else {
        explanation.changes = changes::by_hand(input, threat);
        return Some(explanation);
    };
    explanation.chain = raiser.risk.chain(case.env.subject);
    if let Some(verdict) = judge.verdict(case.rule, case.env, case.member) {
        fill(&raiser, &case, &verdict, &mut explanation);
    }
    explanation.changes = if threat.rule.is_some() { changes::changes(&raiser, &case, threat) } else { changes::by_hand(input, threat) };
    Some(explanation)
}

fn fill(raiser: &Raiser<'_, '_>, case: &Case, verdict: &Verdict, out: &mut Explanation) {
    let rule = rule(raiser.input, case);
    let catalogue = &raiser.input.knowledge.catalogue;
    let speaker = Speaker { model: raiser.input.model, catalogue };
    out.atoms = raiser.judge.with_world(case.env, verdict.turned, |world| {
        let sentences = rule.when.sentences(world, case.env, speaker);
        rule.when.atoms(world, case.env).into_iter().zip(sentences).map(|(atom, sentence)| Atom { sentence, ..atom }).collect()
    });
    for used in &verdict.counters {
        let name = catalogue.controls.get_index(used.control.0.into()).map(|(name, _)| name.clone());
        let mut fact = raiser.judge.facts.used_state(used.place, FactKey::Control(used.control));
        // Seen from its other end, a flow may have another value than the plain look-up gives.
        used.state.as_str().clone_into(&mut fact.value);
        out.counters.push(CounterAtom { control: name.unwrap_or_default(), place: used.place, fact });
    }
}

fn rule<'m>(input: &Input<'m>, case: &Case) -> &'m Rule {
    &input.knowledge.rules[usize::from(case.rule.0)]
}

/// The rule and subject behind an id: the threat's own, or those of a raised threat that was merged into it.
fn case(input: &Input<'_>, judge: &Judge<'_, '_>, threat: &Threat, id: &str) -> Option<Case> {
    if let (Some(rule), Some(subject)) = (threat.rule, threat.subject) {
        return Some(bound(input, judge, &threat.id, rule, subject, threat.with));
    }
    let merged = threat.merged.iter().find(|merged| *merged == id).or(threat.merged.first())?;
    let mut parts = merged.split('@');
    let (name, subject, asset) = (parts.next()?, parts.next()?, parts.next());
    let rule = input.knowledge.rules.iter().position(|rule| rule.id == name)?;
    let asset = asset.and_then(|asset| match input.model.find(asset) {
        Some(Thing::Asset(ix)) => Some(ix),
        _ => None,
    });
    Some(bound(input, judge, merged, RuleIx(crate::facts::narrow(rule)), input.model.find(subject)?, asset))
}

fn bound(input: &Input<'_>, judge: &Judge<'_, '_>, id: &str, rule: RuleIx, subject: Thing, asset: Option<AssetIx>) -> Case {
    let with = input.knowledge.rules[usize::from(rule.0)].with.as_ref();
    let bindings = with.map(|with| bindings(judge, with, subject)).unwrap_or_default();
    let member = bindings.iter().find(|(bound, _)| *bound == asset).map_or(Tri::Yes, |(_, member)| *member);
    Case { id: id.to_owned(), rule, env: Env { subject, asset }, member }
}

/// Findings weigh on what would be as they do on what is.
fn raise_alone(input: &Input<'_>, threat: &mut Threat) {
    let evidence = &input.context.evidence;
    if !evidence.reports.is_empty() {
        let one = std::slice::from_mut(threat);
        let assessment = crate::evidence::assess(input.model, input.knowledge, evidence, one);
        crate::evidence::raise(&assessment, input.policy, one);
    }
}

/// What one threat would be with an overlay: its status and the risk that is left.
fn outcome(input: &Input<'_>, case: &Case, overlay: &Overlay) -> Option<Threat> {
    let facts = Facts::new(input.model, input.knowledge, Stage::Current, overlay);
    let refiners = refiners(input.knowledge);
    let judge = Judge { facts: &facts, knowledge: input.knowledge, unknown: input.policy.unknown, refiners: &refiners };
    let mut found = None;
    let raiser = raiser(input, judge, Extent::Whole);
    raiser.on_subject(case.rule, case.env.subject, &mut |raised| {
        let mut threat = raiser.unnamed(raiser.draft(raised).bare);
        threat.id = threat_id(input.model, &input.knowledge.rules[usize::from(case.rule.0)], case.env.subject, threat.with);
        if threat.id == case.id && found.is_none() {
            raise_alone(input, &mut threat);
            found = Some(threat);
        }
    });
    let rule = &input.knowledge.rules[usize::from(case.rule.0)];
    debug_assert!(case.id == threat_id(input.model, rule, case.env.subject, case.env.asset), "an id is made of its parts");
    found
}
