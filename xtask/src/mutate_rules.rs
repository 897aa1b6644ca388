//! Breaks every rule in every small way and counts how often its own examples notice.

use std::io::Write;

use anyhow::Context as _;
use clap::Args;
use redan_engine::{Context, Knowledge, examples, mutate};

use crate::knowledge;

/// Arguments of `mutate-rules`.
#[derive(Debug, Args)]
pub(crate) struct MutateRulesArgs {
    /// Only the rules of this pack
    #[arg(long, value_name = "PACK")]
    pack: Option<String>,
}

/// What became of the mutants.
#[derive(Debug, Default)]
struct Tally {
    made: usize,
    /// Rule and change of those that no example notices.
    missed: Vec<String>,
}

/// Prints the mutants that no example notices, and the share of those that one does.
pub(crate) fn run(args: &MutateRulesArgs, out: &mut dyn Write) -> anyhow::Result<()> {
    let tally = tally(args.pack.as_deref())?;
    for missed in &tally.missed {
        writeln!(out, "missed  {missed}")?;
    }
    let caught = tally.made - tally.missed.len();
    writeln!(out, "{caught} of {} mutants caught, {:.1} %", tally.made, share(&tally)).context("writing")
}

fn tally(pack: Option<&str>) -> anyhow::Result<Tally> {
    let mut knowledge = knowledge::from_disk()?;
    let context = Context::on(jiff::civil::date(2026, 1, 1));
    let mut tally = Tally::default();
    for index in 0..knowledge.rules.len() {
        let rule = knowledge.rules[index].clone();
        if pack.is_some_and(|pack| pack != rule.pack) {
            continue;
        }
        for mutant in mutate::mutants(&rule, &knowledge) {
            tally.made += 1;
            knowledge.rules[index] = mutant.rule;
            if !is_noticed(&knowledge, index, &context) {
                tally.missed.push(format!("{}: {}", rule.id, mutant.change));
            }
        }
        knowledge.rules[index] = rule;
    }
    Ok(tally)
}

fn is_noticed(knowledge: &Knowledge, index: usize, context: &Context) -> bool {
    !examples::failures(knowledge, &knowledge.rules[index], context).is_empty()
}

/// Caught mutants in percent.
fn share(tally: &Tally) -> f64 {
    let caught = u32::try_from(tally.made - tally.missed.len()).unwrap_or(u32::MAX);
    let made = u32::try_from(tally.made).unwrap_or(u32::MAX);
    100.0 * f64::from(caught) / f64::from(made.max(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn examples_notice_nineteen_of_twenty_faults_in_their_rules() {
        let tally = tally(None).unwrap();
        assert!(tally.made > 200, "only {} mutants were made", tally.made);
        assert!(share(&tally) >= 95.0, "{:.1} %:\n{}", share(&tally), tally.missed.join("\n"));
    }
}
