//! `redan rules test`: the examples inside rule files, run as tests.

use std::path::PathBuf;

use redan_engine::rule::Rule;
use redan_engine::{Context, examples};

use crate::exit::{Exit, Outcome, usage};
use crate::knowledge;
use crate::session::Session;

/// Runs the examples of all rules of the packs in a folder.
pub(super) fn run(folder: &PathBuf, session: &mut Session<'_>) -> Outcome {
    let ids = knowledge::pack_ids(folder)?;
    let knowledge = knowledge::with_folders(std::slice::from_ref(folder))?;
    let rules: Vec<&Rule> = knowledge.rules.iter().filter(|rule| ids.contains(&rule.pack)).collect();
    if rules.is_empty() {
        return Err(usage(format!("there are no rules in {}", folder.display())));
    }
    let context = Context::on(session.common.day());
    let mut failures = Vec::new();
    let mut count = 0;
    for rule in &rules {
        count += examples::count(rule);
        failures.extend(examples::failures(&knowledge, rule, &context).into_iter().map(|why| format!("{} {why}", rule.id)));
    }
    let out = session.terminal.out();
    for failure in &failures {
        writeln!(out, "failed  {failure}")?;
    }
    let noun = if rules.len() == 1 { "rule" } else { "rules" };
    writeln!(out, "{} {noun}, {count} examples, {} failed", rules.len(), failures.len())?;
    Ok(if failures.is_empty() { Exit::Fine } else { Exit::GateFailed })
}
