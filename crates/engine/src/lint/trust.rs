//! Trust that nobody has written down as an assumption.
//!
//! Definition: a zone is relied on when a rule that reads trust does not apply to a thing as the model stands, would
//! raise a threat or a question if every trusted zone were untrusted, and what makes the difference is in that zone.
//! It is documented once an assumption assumes any fact of the zone or of a zone around it.

use std::collections::BTreeMap;

use redan_model::{Ids, Thing, ZoneIx};
use rustc_hash::FxHashSet;

use super::{Linter, named};
use crate::analyse::judge::{Judge, is_subject, kind_of};
use crate::expr::{Env, Field, Kind, World};
use crate::fact::{BaseFact, FactKey};
use crate::facts::{Facts, Overlay, Stage, narrow};
use crate::rule::{Rule, RuleIx};

/// From this trust on, a zone is trusted.
const TRUSTED: u8 = 50;

pub(super) fn check(linter: &mut Linter<'_>) {
    let trusted = undocumented(linter);
    if trusted.is_empty() {
        return;
    }
    let untrusted = |zone: &ZoneIx| (BaseFact { thing: Thing::Zone(*zone), key: FactKey::Trust }, "untrusted".to_owned());
    let overlay = Overlay { facts: trusted.iter().map(untrusted).collect(), ..Overlay::default() };
    let mut relied: BTreeMap<ZoneIx, Vec<String>> = BTreeMap::new();
    let now = linter.facts;
    let without = Facts::new(linter.model, linter.knowledge, Stage::Current, &overlay);
    let refiners = crate::analyse::refiners(linter.knowledge);
    let judge = Judge { facts: &without, knowledge: linter.knowledge, unknown: linter.policy.unknown, refiners: &refiners };
    let rules = linter.knowledge.rules.iter().enumerate().filter(|(_, rule)| reads_trust(rule));
    let rules: Vec<(RuleIx, &Rule)> = rules.map(|(ix, rule)| (RuleIx(narrow(ix)), rule)).collect();
    // What is raised already needs no second look.
    let of_rules = |ix: &RuleIx| rules.binary_search_by_key(ix, |(ix, _)| *ix).is_ok();
    let threats = linter.analysis.threats.iter().filter_map(|threat| Some((threat.rule.filter(of_rules)?, threat.subject?)));
    let raised: FxHashSet<(RuleIx, Thing)> = threats.collect();
    let mut found: Vec<(RuleIx, ZoneIx, Thing)> = Vec::new();
    for subject in linter.model.things().filter(|thing| is_subject(now, *thing)) {
        let kind = kind_of(now, subject);
        for (ix, rule) in rules.iter().filter(|(_, rule)| rule.on.contains(&kind)) {
            let env = Env::of(subject);
            if raised.contains(&(*ix, subject)) {
                continue;
            }
            if judge.is_live(*ix, env)
                && rule.when.eval(now, env).is_no()
                && let Some(zone) = zone_behind(linter, rule, &without, env, &trusted)
            {
                found.push((*ix, zone, subject));
            }
        }
    }
    found.sort_by_key(|(rule, ..)| *rule);
    for (rule, zone, subject) in found {
        let rule = &linter.knowledge.rules[usize::from(rule.0)];
        relied.entry(zone).or_default().push(format!("{}@{}", rule.id, linter.model.id_of(subject)));
    }
    for (zone, ids) in relied {
        report(linter, zone, &ids);
    }
}

fn reads_trust(rule: &Rule) -> bool {
    rule.with.is_none() && rule.when.fields().iter().any(|(kind, field)| *field == Field::Trust && *kind == Kind::Element)
}

/// Own zones that are stated to be trusted and that no assumption is about, in the order of the model.
fn undocumented(linter: &Linter<'_>) -> Vec<ZoneIx> {
    let model = linter.model;
    let facts = model.root.assumptions.entries.values().flat_map(|entry| &entry.value.assumes.items);
    let about: Ids<&str> = facts.map(|fact| fact.path.value.thing.as_str()).collect();
    let assumed = |zone: ZoneIx| {
        let mut around = std::iter::successors(Some(zone), |ix| model[*ix].parent).take(model.zones.len());
        !about.is_empty() && around.any(|ix| about.contains(model[ix].identity.id.as_str()))
    };
    let all = (0..u32::try_from(model.zones.len()).unwrap_or(u32::MAX)).map(ZoneIx);
    let stated = |zone: &ZoneIx| model[*zone].stated.trust.as_ref().is_some_and(|trust| trust.value.value >= TRUSTED);
    all.filter(|zone| model[*zone].identity.provided_by.is_none() && stated(zone) && !assumed(*zone)).collect()
}

/// The zone whose trust makes the difference: that of a witness, else that of the subject.
fn zone_behind(linter: &Linter<'_>, rule: &Rule, facts: &Facts<'_>, env: Env, trusted: &[ZoneIx]) -> Option<ZoneIx> {
    let world: &dyn World = facts;
    let witnesses = rule.when.witnesses(world, env);
    witnesses.into_iter().chain([env.subject]).find_map(|thing| {
        let element = match thing {
            Thing::Element(element) => element,
            Thing::Flow(flow) => linter.model[flow].source,
            Thing::Zone(zone) => return trusted.binary_search(&zone).is_ok().then_some(zone),
            Thing::Model | Thing::Asset(_) => return None,
        };
        facts.placement(element).all.iter().copied().find(|zone| trusted.binary_search(zone).is_ok())
    })
}

fn report(linter: &mut Linter<'_>, zone: ZoneIx, ids: &[String]) {
    let identity = &linter.model[zone].identity;
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let message = format!("only the trust in `{}` keeps these threats away, and no assumption says so: {}", identity.id, named(&ids));
    let help = format!("write down what you take for granted: an entry under `assumptions` with `assumes: {{{}.trust: …}}`", identity.id);
    let diagnostic = linter.found("undocumented-assumption", identity.id_span, message).help(help).about(&identity.id);
    linter.report(diagnostic);
}
