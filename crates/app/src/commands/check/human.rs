//! What people read on a terminal.

use std::io;

use anstyle::AnsiColor;
use redan_engine::analysis::Answer;
use redan_engine::evidence::suggestions;
use redan_model::Diagnostic;

use super::gate::{EXPIRED, Failed};
use super::{Checked, exit_of, is_said_by_the_gate};
use crate::evidence;
use crate::exit::Exit;
use crate::session::Session;
use crate::terminal::paint;

/// Commands that are offered at once.
const OFFERED: usize = 10;
/// Findings that are listed one by one; the rest are counted.
const FINDINGS: usize = 51;

/// What people read about one model.
pub(super) fn text(checked: &Checked, session: &mut Session<'_>) -> io::Result<()> {
    let loaded = &checked.model.loaded;
    session.show_diagnostics(&loaded.diagnostics, &loaded.sources);
    if let Some(analysis) = &checked.analysis {
        let lints: Vec<Diagnostic> = analysis.lints.iter().filter(|lint| !is_said_by_the_gate(lint, checked)).cloned().collect();
        session.show_diagnostics(&lints, &loaded.sources);
    }
    let quiet = session.common.quiet;
    let color = session.terminal.color;
    let verdict = match exit_of(checked) {
        Exit::Fine if quiet => return Ok(()),
        Exit::Fine => paint(color, AnsiColor::Green.on_default().bold(), "passed"),
        Exit::GateFailed => paint(color, AnsiColor::Red.on_default().bold(), "the gate failed"),
        Exit::Invalid => paint(color, AnsiColor::Red.on_default().bold(), "not valid"),
    };
    let counts = checked.counts.as_ref().map_or_else(|| errors(&loaded.diagnostics), |counts| counts.summary.clone());
    let out = session.terminal.out();
    writeln!(out, "{}: {verdict}; {counts}", checked.model.shown)?;
    let (many, shown) = shown(&checked.failures);
    for failed in shown {
        writeln!(out, "  {}", failed.message)?;
        if let Some(threat) = &failed.threat {
            writeln!(out, "    {}", advice(failed, threat, checked))?;
        }
    }
    if many > 0 {
        writeln!(out, "  and {many} more findings that are high or critical")?;
    }
    for warned in &checked.warned {
        writeln!(out, "  warning: {}", warned.message)?;
    }
    if !checked.known.is_empty() {
        writeln!(out, "  {} failures were there before and do not count", checked.known.len())?;
    }
    let assessment = checked.analysis.as_ref().and_then(|analysis| analysis.evidence.as_deref());
    let offers = assessment.map(|assessment| suggestions(&loaded.model, assessment)).unwrap_or_default();
    if !offers.is_empty() {
        writeln!(out, "  no threat covers some findings; add what applies:")?;
    }
    for offer in offers.iter().take(OFFERED) {
        writeln!(out, "    {}", evidence::command(&checked.model, offer))?;
    }
    if offers.len() > OFFERED {
        writeln!(out, "    and {} more: redan verify", offers.len() - OFFERED)?;
    }
    Ok(())
}

/// Failures to list, with the number of findings that are only counted.
fn shown(failures: &[Failed]) -> (usize, impl Iterator<Item = &Failed>) {
    let findings = failures.iter().filter(|failed| failed.reason == "finding").count();
    let mut left = FINDINGS;
    let fits = move |failed: &&Failed| {
        if failed.reason != "finding" {
            return true;
        }
        left = left.saturating_sub(1);
        left > 0
    };
    (findings.saturating_sub(FINDINGS - 1), failures.iter().filter(fits))
}

pub(super) fn errors(diagnostics: &[Diagnostic]) -> String {
    match diagnostics.iter().filter(|d| d.is_error()).count() {
        1 => "1 error".to_owned(),
        count => format!("{count} errors"),
    }
}

/// The entry that accepts a threat: its key and its place.
fn acceptance<'a>(checked: &'a Checked, threat: &str) -> Option<&'a Answer> {
    checked.analysis.as_ref()?.threat(threat)?.answer.as_deref()
}

fn advice(failed: &Failed, threat: &str, checked: &Checked) -> String {
    match failed.reason {
        EXPIRED => {
            let answer = acceptance(checked, threat);
            let key = answer.map_or(threat, |answer| answer.key.as_str());
            let at = answer.map(|answer| checked.model.loaded.sources.locate(answer.span));
            let at = at.map_or_else(String::new, |at| format!(" ({}:{}:{})", at.file, at.line, at.column));
            format!("look at it again: fix it, or give `threats.{key}.until` a later day{at}")
        }
        "overdue-threat" => format!("fix it, or write under `threats.{threat}` what was decided; why: redan explain {threat}"),
        "unanswered-question" => format!("answer it: redan questions; why: redan explain {threat}"),
        _ => format!("counter it, or write under `threats.{threat}` what was decided; why: redan explain {threat}"),
    }
}
