//! `redan rules test`: the examples inside rule files, run as tests.

use std::path::PathBuf;

use redan_engine::rule::Rule;
use redan_engine::{Analysis, Context, Knowledge, Policy, Status, analyse};
use redan_model::load_text;

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
    let context = Context { today: session.common.day() };
    let mut failures = Vec::new();
    let mut count = 0;
    for rule in &rules {
        for (kind, text) in [("raises", &rule.examples.raises), ("asks", &rule.examples.asks), ("quiet", &rule.examples.quiet)] {
            count += 1;
            let why = match text {
                Some(text) => fails(&knowledge, &context, rule, kind, text),
                None => Some("there is no such example".to_owned()),
            };
            failures.extend(why.map(|why| format!("{} {kind}: {why}", rule.id)));
        }
    }
    let out = session.terminal.out();
    for failure in &failures {
        writeln!(out, "failed  {failure}")?;
    }
    writeln!(out, "{} rules, {count} examples, {} failed", rules.len(), failures.len())?;
    Ok(if failures.is_empty() { Exit::Fine } else { Exit::GateFailed })
}

/// Why an example does not show what it should, if it does not.
fn fails(knowledge: &Knowledge, context: &Context, rule: &Rule, kind: &str, text: &str) -> Option<String> {
    let loaded = load_text(&format!("{}.{kind}.yaml", rule.id), text, &knowledge.vocabulary());
    if let Some(error) = loaded.diagnostics.iter().find(|d| d.is_error()) {
        return Some(format!("the model is not valid: {}", error.message));
    }
    let analysis = analyse(&loaded.model, knowledge, &Policy::default(), context);
    let statuses = statuses(&analysis, rule, stated_id(text, kind));
    let shown = |status| statuses.contains(&status);
    let what_is = || statuses.iter().map(|status| status.as_str()).collect::<Vec<_>>().join(", ");
    let is = if statuses.is_empty() { "absent".to_owned() } else { what_is() };
    match kind {
        "raises" if !shown(Status::Open) => Some(format!("the threat is {is}, not open")),
        "asks" if !shown(Status::Question) => Some(format!("the threat is {is}, not a question")),
        "quiet" if shown(Status::Open) || shown(Status::Question) => Some(format!("the threat is {is}, not mitigated or absent")),
        _ => None,
    }
}

/// The threat that the first line names, as in `# raises: <rule>@<subject>`.
fn stated_id<'t>(text: &'t str, kind: &str) -> Option<&'t str> {
    let line = text.trim_start().lines().next()?.strip_prefix('#')?.trim();
    line.strip_prefix(kind)?.strip_prefix(':').map(str::trim)
}

fn statuses(analysis: &Analysis, rule: &Rule, id: Option<&str>) -> Vec<Status> {
    let of_rule = |threat_id: &str| threat_id.split('@').next() == Some(&rule.id);
    let wanted = |threat_id: &str| id.map_or_else(|| of_rule(threat_id), |id| threat_id == id);
    analysis.threats.iter().filter(|threat| wanted(&threat.id)).map(|threat| threat.status).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_may_name_the_threat() {
        assert_eq!(stated_id("# raises: a@b\nredan: 1\n", "raises"), Some("a@b"));
        assert_eq!(stated_id("redan: 1\n", "raises"), None);
    }
}
