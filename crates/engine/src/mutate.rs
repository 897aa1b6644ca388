//! Rules with one small fault each, to measure whether their own examples would notice it.

use crate::Knowledge;
use crate::expr::Expr;
use crate::rule::{Counter, CounterRole, Rule};

/// A rule with one fault.
#[derive(Debug, Clone)]
pub struct Mutant {
    /// What was changed: "not `element.exposed`", "without mfa".
    pub change: String,
    /// The rule with the fault.
    pub rule: Rule,
}

/// Every mutant of a rule: each atom of `when` negated, each counter dropped.
pub fn mutants(rule: &Rule, knowledge: &Knowledge) -> Vec<Mutant> {
    let conditions = Expr::negated(&rule.when);
    let mut found: Vec<Mutant> = conditions
        .into_iter()
        .map(|negated| Mutant { change: format!("not `{}`", negated.atom), rule: Rule { when: negated.expr, ..rule.clone() } })
        .collect();
    for index in 0.. {
        let (mut left, mut dropped) = (index, None);
        let counter = without(&rule.countered_by, &mut left, &mut dropped, knowledge);
        let Some(change) = dropped else { break };
        found.push(Mutant { change, rule: Rule { countered_by: counter.unwrap_or(Counter::Any(Vec::new())), ..rule.clone() } });
    }
    found
}

/// The counter without the control before which `left` others stand; `None` when nothing remains of it.
fn without(counter: &Counter, left: &mut usize, dropped: &mut Option<String>, knowledge: &Knowledge) -> Option<Counter> {
    let mut several = |parts: &[Counter]| {
        let kept: Vec<Counter> = parts.iter().filter_map(|part| without(part, left, dropped, knowledge)).collect();
        (!kept.is_empty()).then_some(kept)
    };
    match counter {
        Counter::Control { role, control } => {
            if dropped.is_none() && *left == 0 {
                *dropped = Some(format!("without {}", name(*role, usize::from(control.0), knowledge)));
                return None;
            }
            *left = left.saturating_sub(1);
            Some(counter.clone())
        }
        Counter::Any(parts) => several(parts).map(Counter::Any),
        Counter::All(parts) => several(parts).map(Counter::All),
    }
}

fn name(role: CounterRole, control: usize, knowledge: &Knowledge) -> String {
    let id = knowledge.catalogue.controls.get_index(control).map_or("", |(id, _)| id.as_str());
    match role {
        CounterRole::Subject => id.to_owned(),
        role => format!("{}.{id}", role.as_str()),
    }
}
