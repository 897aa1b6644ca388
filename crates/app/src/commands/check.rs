//! `redan check`: what is wrong with models, and whether they pass the gate.
//!
//! Exit code 2 when a model cannot be relied on, 1 when the gate fails, whatever the format.

use std::io::{self, Write};
use std::path::PathBuf;

use anstyle::AnsiColor;
use clap::{Args, ValueEnum};
use redan_engine::Analysis;
use redan_engine::analysis::{Answer, Status, Threat};
use redan_engine::evidence::suggestions;
use redan_engine::policy::{Policy, response};
use redan_model::{Diagnostic, Severity};
use redan_report::json::{self, CountsJson, DiagnosticJson, ModelJson};
use serde::Serialize;

use crate::args::Models;
use crate::diagnostics;
use crate::evidence::{self, Given};
use crate::exit::{Exit, Outcome};
use crate::human;
use crate::session::{Kept, Opened, Session};
use crate::terminal::paint;

/// Arguments of `check`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  redan check
  redan check -q shop.tm.yaml            only what fails
  redan check --format github            annotations for GitHub Actions

The gate is set under `[policy]` in `redan.toml`. Without it, an open critical threat, an expired acceptance of a
critical or high one, and faults of the model that are errors fail it. With evidence, so do a failed test of a P0 or P1
mitigation, a report whose tool failed, and any critical or high finding, whether a threat covers it or not.")]
pub(crate) struct CheckArgs {
    #[command(flatten)]
    models: Models,
    /// Reports of tests and scanners, told by content: failed tests of P0 and P1 and grave findings fail the gate
    #[arg(long, value_name = "FILE", num_args = 1..)]
    evidence: Vec<PathBuf>,
    /// How to show it
    #[arg(long, value_enum, default_value_t = CheckFormat::Human)]
    format: CheckFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum CheckFormat {
    /// Text for people
    Human,
    /// JSON, version 1
    Json,
    /// Markdown, such as for a comment on a change
    Md,
    /// Annotations of GitHub Actions
    Github,
}

/// What was found about one model.
struct Checked {
    model: Opened,
    analysis: Option<Kept<Analysis>>,
    failures: Vec<Failed>,
}

/// Commands that are offered at once.
const OFFERED: usize = 10;

/// The lint about acceptances that have run out, and the reason for which the gate fails by them.
const EXPIRED: &str = "expired-acceptance";

/// One reason for the gate to fail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Failed {
    /// `open-threat`, `unanswered-question`, `expired-acceptance` or `lint`; of evidence `failed-test`, `finding` or
    /// `errored-report`.
    reason: &'static str,
    /// The threat, if it is one.
    threat: Option<String>,
    /// In a sentence.
    message: String,
}

/// Runs `check`.
pub(crate) fn run(args: &CheckArgs, session: &mut Session<'_>) -> Outcome {
    let (given, models) = reports_and_models(args);
    let mut models = session.open_any(&models)?;
    if !given.is_empty() {
        for model in &mut models {
            let reports = evidence::read(&given, &model.project.root)?;
            evidence::attach(model, reports);
        }
    }
    let checked: Vec<Checked> = models.into_iter().map(check).collect();
    match args.format {
        CheckFormat::Human => checked.iter().try_for_each(|one| human_text(one, session))?,
        CheckFormat::Json => json::write(session.terminal.out(), &document(&checked))?,
        CheckFormat::Md => checked.iter().try_for_each(|one| markdown(one, session.terminal.out()))?,
        CheckFormat::Github => checked.iter().try_for_each(|one| annotations(one, session.terminal.out()))?,
    }
    Ok(checked.iter().map(exit_of).max().unwrap_or(Exit::Fine))
}

/// Reports, and models, of which an option with several values may have taken some along.
fn reports_and_models(args: &CheckArgs) -> (Vec<Given>, Vec<PathBuf>) {
    let (more, reports): (Vec<PathBuf>, Vec<PathBuf>) = args.evidence.iter().cloned().partition(|path| evidence::is_surely_model(path));
    (reports.into_iter().map(|path| Given { kind: None, path }).collect(), args.models.models.iter().cloned().chain(more).collect())
}

fn check(model: Opened) -> Checked {
    let analysis = model.loaded.is_valid().then(|| model.analyse());
    let mut failures = analysis.as_ref().map(|analysis| gate(analysis, &model.project.policy)).unwrap_or_default();
    let proven = analysis.iter().flat_map(|analysis| evidence::failures(&model.evidence, analysis));
    failures.extend(proven.map(|fails| Failed { reason: fails.reason, threat: None, message: fails.message }));
    Checked { model, analysis, failures }
}

fn exit_of(checked: &Checked) -> Exit {
    match (&checked.analysis, checked.failures.is_empty()) {
        (None, _) => Exit::Invalid,
        (Some(_), false) => Exit::GateFailed,
        (Some(_), true) => Exit::Fine,
    }
}

/// Everything that keeps a model from passing the gate of its project.
pub(crate) fn gate(analysis: &Analysis, policy: &Policy) -> Vec<Failed> {
    let threats = analysis.threats.iter().filter_map(|threat| threat_fails(threat, policy));
    let fails = |lint: &&Diagnostic| lint.severity == Severity::Error && lint.code != EXPIRED;
    let lints = analysis.lints.iter().filter(fails).map(|lint| Failed {
        reason: "lint",
        threat: None,
        message: format!("{} [{}]", lint.message, lint.code),
    });
    threats.chain(lints).collect()
}

fn threat_fails(threat: &Threat, policy: &Policy) -> Option<Failed> {
    let band = threat.rating.band?;
    let reaches = |least: Option<redan_model::lang::Band>| least.is_some_and(|least| band >= least);
    let failed = |reason, message| Some(Failed { reason, threat: Some(threat.id.clone()), message });
    match threat.status {
        Status::Open if reaches(policy.fail_on) => {
            failed("open-threat", format!("{} is open and {band} ({}): {}", threat.id, response(band), threat.title))
        }
        Status::Question if policy.fail_on_questions && reaches(policy.fail_on) => {
            failed("unanswered-question", format!("{} is {band} and waits for an answer: {}", threat.id, threat.title))
        }
        Status::Accepted if threat.answer.as_ref().is_some_and(|answer| answer.expired) && reaches(policy.fail_on_expired) => {
            let until = threat.answer.as_ref().and_then(|answer| answer.until).map_or_else(String::new, |until| format!(" on {until}"));
            failed(EXPIRED, format!("the acceptance of {} ({band}) ended{until}: {}", threat.id, threat.title))
        }
        _ => None,
    }
}

fn human_text(checked: &Checked, session: &mut Session<'_>) -> io::Result<()> {
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
    let counts = checked.analysis.as_deref().map(human::summary).unwrap_or_else(|| errors(&loaded.diagnostics));
    let out = session.terminal.out();
    writeln!(out, "{}: {verdict}; {counts}", checked.model.shown)?;
    for failed in &checked.failures {
        writeln!(out, "  {}", failed.message)?;
        if let Some(threat) = &failed.threat {
            writeln!(out, "    {}", advice(failed, threat, checked))?;
        }
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

fn errors(diagnostics: &[Diagnostic]) -> String {
    match diagnostics.iter().filter(|d| d.is_error()).count() {
        1 => "1 error".to_owned(),
        count => format!("{count} errors"),
    }
}

/// Whether a lint is a failure of the gate in other words. Where people read both, it is shown once.
fn is_said_by_the_gate(lint: &Diagnostic, checked: &Checked) -> bool {
    lint.code == EXPIRED && lint.is_error() && checked.failures.iter().any(|failed| failed.reason == EXPIRED)
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
        "unanswered-question" => format!("answer it: redan questions; why: redan explain {threat}"),
        _ => format!("counter it, or write under `threats.{threat}` what was decided; why: redan explain {threat}"),
    }
}

#[derive(Serialize)]
struct Document<'a> {
    version: u8,
    gate: GateJson,
    diagnostics: Vec<DiagnosticJson<'a>>,
    models: Vec<ModelChecked<'a>>,
}

#[derive(Serialize)]
struct GateJson {
    passed: bool,
    failures: Vec<Failed>,
}

#[derive(Serialize)]
struct ModelChecked<'a> {
    #[serde(flatten)]
    model: ModelJson<'a>,
    valid: bool,
    counts: Option<CountsJson>,
    gate: Option<GateJson>,
}

fn document(checked: &[Checked]) -> Document<'_> {
    let valid = checked.iter().all(|one| one.analysis.is_some());
    let failures: Vec<Failed> = checked.iter().flat_map(|one| one.failures.clone()).collect();
    let models = checked.iter().map(|one| ModelChecked {
        model: ModelJson::of(&one.model.loaded.model, &one.model.loaded.sources),
        valid: one.analysis.is_some(),
        counts: one.analysis.as_deref().map(CountsJson::of),
        gate: one.analysis.is_some().then(|| GateJson { passed: one.failures.is_empty(), failures: one.failures.clone() }),
    });
    Document {
        version: 1,
        gate: GateJson { passed: valid && failures.is_empty(), failures },
        diagnostics: checked.iter().flat_map(|one| faults(one).map(|d| DiagnosticJson::of(&one.model.loaded.sources, d))).collect(),
        models: models.collect(),
    }
}

/// What is wrong with the text, then what is wrong with the model.
fn faults(checked: &Checked) -> impl Iterator<Item = &Diagnostic> {
    checked.model.loaded.diagnostics.iter().chain(checked.analysis.iter().flat_map(|analysis| &analysis.lints))
}

fn markdown(checked: &Checked, out: &mut dyn Write) -> io::Result<()> {
    let verdict = match exit_of(checked) {
        Exit::Fine => "passed",
        Exit::GateFailed => "**the gate failed**",
        Exit::Invalid => "**not valid**",
    };
    let name = checked.model.loaded.model.name_of(redan_model::Thing::Model);
    writeln!(out, "### {name}: {verdict}\n")?;
    if let Some(analysis) = &checked.analysis {
        writeln!(out, "{}\n", human::summary(analysis))?;
    }
    for failed in &checked.failures {
        writeln!(out, "- {}", failed.message)?;
    }
    for fault in faults(checked).filter(|fault| fault.severity > Severity::Hint && !is_said_by_the_gate(fault, checked)) {
        writeln!(out, "- `{}`", diagnostics::line(fault, &checked.model.loaded.sources))?;
    }
    Ok(())
}

/// Workflow commands of GitHub Actions: one annotation a line.
fn annotations(checked: &Checked, out: &mut dyn Write) -> io::Result<()> {
    let sources = &checked.model.loaded.sources;
    for fault in faults(checked).filter(|fault| !is_said_by_the_gate(fault, checked)) {
        let kind = match fault.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Hint => "notice",
        };
        annotation(out, kind, fault.primary.map(|span| sources.locate(span)), fault.code, &fault.message)?;
    }
    for failed in checked.failures.iter().filter(|failed| failed.reason != "lint") {
        let threat = checked.analysis.as_ref().and_then(|analysis| analysis.threat(failed.threat.as_deref()?));
        let answer = threat.and_then(|threat| threat.answer.as_ref()).filter(|_| failed.reason == EXPIRED);
        let at = answer.map(|answer| answer.span).or(threat.map(|threat| threat.location));
        annotation(out, "error", at.map(|at| sources.locate(at)), failed.reason, &failed.message)?;
    }
    Ok(())
}

fn annotation(out: &mut dyn Write, kind: &str, at: Option<redan_model::Location>, title: &str, message: &str) -> io::Result<()> {
    let data = |text: &str| text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
    let property = |text: &str| data(text).replace(':', "%3A").replace(',', "%2C");
    let place = at.map(|at| format!("file={},line={},col={},", property(&at.file), at.line, at.column)).unwrap_or_default();
    writeln!(out, "::{kind} {place}title={}::{}", property(title), data(message))
}

#[cfg(test)]
mod tests {
    use redan_model::lang::Band;

    use super::*;

    #[test]
    fn annotations_escape_what_would_end_them() {
        let mut out = Vec::new();
        annotation(&mut out, "error", None, "a,b", "50 %\nof it").unwrap();
        assert_eq!(String::from_utf8(out).unwrap(), "::error title=a%2Cb::50 %25%0Aof it\n");
    }

    #[test]
    fn a_lint_that_is_an_error_fails_the_gate() {
        let lint = Diagnostic::unplaced("ambiguous-answer", "two entries answer the same threat");
        let analysis = Analysis { lints: vec![lint], ..Analysis::default() };
        assert_eq!(gate(&analysis, &Policy::default())[0].reason, "lint");
        assert_eq!(Policy::default().fail_on, Some(Band::Critical));
    }
}
