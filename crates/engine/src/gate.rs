//! What a project asks of its models beyond the bands that fail: numbers of threats, times to fix, fields that must be
//! written, and rules of its own.
//!
//! The rules are in the language of threat rules and say what must hold. What nobody has said does not hold: a policy
//! is about what is known.

mod required;

use jiff::civil::Date;
use redan_model::lang::Band;
use redan_model::{Diagnostic, Model, Severity, Span, Thing};

use crate::analyse::judge::{is_subject, kind_of};
use crate::analysis::{Analysis, Status, Threat};
use crate::catalogue::Catalogue;
use crate::expr::{Env, Expr, ExprError, Scope};
use crate::facts::{Facts, Overlay, Stage};
use crate::knowledge::Knowledge;
use crate::lint::LINTS;
use crate::policy::{place, priority};
use crate::rule::SubjectKind;

pub use required::{fields_of, sections};

/// Facts that are named where a rule waits for them.
const SHOWN: usize = 3;

/// What a project asks of its models.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Gate {
    /// How many threats may stand where.
    pub limits: Vec<Limit>,
    /// Days from the day a threat was found to its fix, for `P0` to `P3`.
    pub service_levels: [Option<u32>; 4],
    /// Whether a threat that is open for longer fails the gate, or is only said.
    pub overdue: Consequence,
    /// Fields that must be written.
    pub required: Vec<Required>,
    /// Codes of lints that fail the gate whatever their severity.
    pub lints: Vec<&'static str>,
    /// Rules of the project.
    pub rules: Vec<PolicyRule>,
}

/// What follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Consequence {
    /// The gate fails.
    #[default]
    Fail,
    /// It is said.
    Warn,
}

/// The most threats of a band that may have a status.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    /// The status.
    pub status: Status,
    /// The band.
    pub band: Band,
    /// That many are allowed.
    pub most: usize,
}

/// A field that every entry of a section must have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Required {
    /// The section, or `model` for the top of the file.
    pub section: String,
    /// The field, as a path below an entry.
    pub field: String,
}

/// A rule of the project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PolicyRule {
    /// Its name.
    pub id: String,
    /// What it is about.
    pub on: Vec<SubjectKind>,
    /// What must hold.
    pub require: String,
    /// Where that is written.
    pub require_at: Span,
    /// What is wrong where it does not hold.
    pub message: String,
    /// What follows.
    pub consequence: Consequence,
    /// What need not keep it.
    pub exemptions: Vec<Exemption>,
}

/// A thing that need not keep a rule, for a time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exemption {
    /// Its id.
    pub subject: String,
    /// Who carries it.
    pub owner: String,
    /// Why.
    pub reason: String,
    /// The last day.
    pub until: Date,
}

/// A rule of the project, checked.
#[derive(Debug)]
pub struct Compiled<'g> {
    rule: &'g PolicyRule,
    require: Expr,
}

/// Something that a model lacks, by the policy of its project.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Breach {
    /// `too-many-threats`, `overdue-threat`, `missing-field`, `policy-rule`, `expired-exemption` or `lint`.
    pub reason: &'static str,
    /// What names it, whatever its place in the file.
    pub key: String,
    /// The threat, if it is about one.
    pub threat: Option<String>,
    /// How much of it there is, so that two versions can be compared.
    pub weight: u32,
    /// In a sentence.
    pub message: String,
    /// Where to look.
    pub at: Option<Span>,
    /// What follows.
    pub consequence: Consequence,
}

/// Checks the rules of a project.
///
/// # Errors
/// Everything that is wrong with them, each with its rule.
pub fn compile<'g>(gate: &'g Gate, catalogue: &Catalogue) -> Result<Vec<Compiled<'g>>, Vec<(&'g PolicyRule, ExprError)>> {
    let (mut compiled, mut wrong) = (Vec::new(), Vec::new());
    for rule in &gate.rules {
        let Some(scope) = Scope::of_rule(&rule.on) else { continue };
        match Expr::compile(&rule.require, &scope, catalogue) {
            Ok(require) => compiled.push(Compiled { rule, require }),
            Err(errors) => wrong.extend(errors.into_iter().map(|error| (rule, error))),
        }
    }
    if wrong.is_empty() { Ok(compiled) } else { Err(wrong) }
}

/// Everything in which a model falls short of the policy.
pub fn breaches(
    model: &Model,
    knowledge: &Knowledge,
    gate: &Gate,
    rules: &[Compiled<'_>],
    analysis: &Analysis,
    today: Date,
) -> Vec<Breach> {
    let mut all = too_many(gate, analysis);
    all.extend(analysis.threats.iter().filter_map(|threat| overdue(gate, threat, today)));
    all.extend(required::missing(model, &gate.required));
    all.extend(lints(gate, analysis));
    if !rules.is_empty() {
        let nothing = Overlay::default();
        let facts = Facts::new(model, knowledge, Stage::Current, &nothing);
        all.extend(rules.iter().flat_map(|rule| rule.breaches(&facts, today)));
    }
    all
}

fn too_many(gate: &Gate, analysis: &Analysis) -> Vec<Breach> {
    let over = |limit: &Limit| {
        let count = analysis.threats.iter().filter(|threat| threat.status == limit.status && threat.band() == Some(limit.band)).count();
        let (status, band, most) = (limit.status.as_str(), limit.band.as_str(), limit.most);
        (count > most).then(|| Breach {
            reason: "too-many-threats",
            key: format!("{status} {band}"),
            threat: None,
            weight: u32::try_from(count).unwrap_or(u32::MAX),
            message: format!("{count} {band} threats are `{status}`; the policy allows {most}"),
            at: None,
            consequence: Consequence::Fail,
        })
    };
    gate.limits.iter().filter_map(over).collect()
}

fn overdue(gate: &Gate, threat: &Threat, today: Date) -> Option<Breach> {
    if threat.status != Status::Open {
        return None;
    }
    let (band, found) = (threat.band()?, threat.identified()?);
    let days = gate.service_levels[place(band)]?;
    let age = found.until(today).map_or(0, |age| i64::from(age.get_days()));
    (age > i64::from(days)).then(|| Breach {
        reason: "overdue-threat",
        key: threat.id.clone(),
        threat: Some(threat.id.clone()),
        weight: 0,
        message: format!("{} ({}) is open for {age} days, since {found}; {days} are allowed: {}", threat.id, priority(band), threat.title),
        at: Some(threat.location),
        consequence: gate.overdue,
    })
}

/// Lints that are errors anyway fail without a policy.
fn lints(gate: &Gate, analysis: &Analysis) -> Vec<Breach> {
    let named = |lint: &&Diagnostic| lint.severity != Severity::Error && gate.lints.contains(&lint.code);
    let breach = |lint: &Diagnostic| Breach {
        reason: "lint",
        key: fault_key(lint),
        threat: None,
        weight: 0,
        message: format!("{} [{}]", lint.message, lint.code),
        at: lint.primary,
        consequence: Consequence::Fail,
    };
    analysis.lints.iter().filter(named).map(breach).collect()
}

/// What names a fault of a model, wherever it stands in the file and on whatever day: its code with its subject, else with
/// its message, in which numbers do not count.
pub fn fault_key(fault: &Diagnostic) -> String {
    let message = || fault.message.split(|c: char| c.is_ascii_digit()).filter(|part| !part.is_empty()).collect::<Vec<_>>().join("#");
    format!("{}@{}", fault.code, fault.subject.clone().unwrap_or_else(message))
}

/// The code of a lint, as the table has it.
pub fn lint_code(word: &str) -> Option<&'static str> {
    LINTS.iter().map(|lint| lint.code).find(|code| *code == word)
}

impl Compiled<'_> {
    fn breaches(&self, facts: &Facts<'_>, today: Date) -> Vec<Breach> {
        let mut all = Vec::new();
        let concerns = |thing: &Thing| self.rule.on.contains(&kind_of(facts, *thing)) && is_subject(facts, *thing);
        for thing in facts.model.things().filter(concerns) {
            let id = facts.model.id_of(thing);
            let exemption = self.rule.exemptions.iter().find(|exemption| exemption.subject == id);
            let current = exemption.is_some_and(|exemption| today <= exemption.until);
            let holds = self.require.eval(facts, Env::of(thing));
            if !holds.is_yes() && !current {
                all.push(self.breach(facts, thing, holds.is_unknown(), exemption));
            } else if let Some(exemption) = exemption.filter(|_| !current) {
                all.push(self.leftover(facts.model, thing, exemption));
            }
        }
        all
    }

    fn breach(&self, facts: &Facts<'_>, thing: Thing, unknown: bool, expired: Option<&Exemption>) -> Breach {
        let id = facts.model.id_of(thing);
        let mut message = format!("{id}: {} [{}]", self.rule.message, self.rule.id);
        if unknown {
            let unsaid = self.require.unknown_facts(facts, Env::of(thing));
            let unsaid: Vec<String> = unsaid.iter().take(SHOWN).map(|fact| fact.id(facts.model, &facts.knowledge.catalogue)).collect();
            let unsaid = if unsaid.is_empty() { "enough to tell".to_owned() } else { unsaid.join(", ") };
            message.push_str(&format!("; nobody has said {unsaid}"));
        }
        if let Some(exemption) = expired {
            message.push_str(&format!("; the exemption by {} ended on {}", exemption.owner, exemption.until));
        }
        self.about(facts.model, thing, if expired.is_some() { "expired-exemption" } else { "policy-rule" }, message, self.rule.consequence)
    }

    /// An exemption that has run out and is not needed either.
    fn leftover(&self, model: &Model, thing: Thing, exemption: &Exemption) -> Breach {
        let id = model.id_of(thing);
        let message = format!(
            "{id}: the exemption from `{}` by {} ended on {}, and the rule holds: take it out of the policy",
            self.rule.id, exemption.owner, exemption.until
        );
        self.about(model, thing, "expired-exemption", message, Consequence::Warn)
    }

    fn about(&self, model: &Model, thing: Thing, reason: &'static str, message: String, consequence: Consequence) -> Breach {
        Breach {
            reason,
            key: format!("{}@{}", self.rule.id, model.id_of(thing)),
            threat: None,
            weight: 0,
            message,
            at: model.identity(thing).map(|identity| identity.id_span),
            consequence,
        }
    }
}

#[cfg(test)]
mod tests;
