//! `redan check`: what is wrong with models, and whether they pass the gate.
//!
//! Exit code 2 when a model cannot be relied on, 1 when the gate fails, whatever the format.

mod gate;
mod human;
mod known;
mod results;

use std::collections::HashSet;
use std::fs::OpenOptions;
use std::io::Write as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use clap::{Args, ValueEnum};
use redan_engine::analysis::{Status, Threat};
use redan_engine::{Analysis, Context, Knowledge, Policy, Survey};
use redan_model::{Diagnostic, Model};
use redan_report::gate::{CheckReport, comment, github, gitlab, junit, sarif};
use redan_report::json::{self, CountsJson, DiagnosticJson, ModelJson};
use serde::Serialize;

use crate::args::Models;
use crate::evidence::{self, Given};
use crate::exit::{Exit, Failure, Outcome, usage};
use crate::human as people;
use crate::session::{Kept, Opened, Session};
use crate::threads;

use gate::{EXPIRED, Failed, Judged};
use known::Known;

/// Arguments of `check`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  redan check
  redan check -q shop.tm.yaml                        only what fails
  redan check --format sarif -o redan.sarif          for code scanning
  redan check --format github                        annotations and a summary in GitHub Actions
  redan check --since origin/main                    only what this change makes new or worse
  redan check --write-baseline security/known.json   accept what is there today
  redan check --baseline security/known.json         and fail only on what comes after

The gate is set under `[policy]` in `redan.toml`. Without it, an open critical threat, an expired acceptance of a
critical or high one, and faults of the model that are errors fail it. With evidence, so do a failed test of a P0 or P1
mitigation, a report whose tool failed, and any critical or high finding, whether a threat covers it or not.")]
pub(crate) struct CheckArgs {
    #[command(flatten)]
    models: Models,
    /// Reports of tests and scanners, told by content: failed tests of P0 and P1 and grave findings fail the gate
    #[arg(long, value_name = "FILE", num_args = 1..)]
    evidence: Vec<PathBuf>,
    /// Fail only on what this file does not hold, or holds as less grave
    #[arg(long, value_name = "FILE", conflicts_with = "write_baseline")]
    baseline: Option<PathBuf>,
    /// Write down everything that fails today, so that only what comes after fails
    #[arg(long, value_name = "FILE")]
    write_baseline: Option<PathBuf>,
    /// Fail only on what is new or worse since this git revision
    #[arg(long, value_name = "REV", conflicts_with = "write_baseline")]
    since: Option<String>,
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
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// JUnit XML, for test reports
    Junit,
    /// Code quality report of GitLab
    Gitlab,
    /// Annotations and step summary of GitHub Actions
    Github,
    /// Markdown, such as for a comment on a change
    Md,
}

/// What was found about one model.
struct Checked {
    model: Opened,
    analysis: Option<Kept<Analysis>>,
    /// How many of what the analysis found.
    counts: Option<Counts>,
    /// What keeps it from passing.
    failures: Vec<Failed>,
    /// What would, had it not been there before.
    known: Vec<Failed>,
    /// What the policy only wants to be said.
    warned: Vec<Failed>,
}

/// Runs `check`.
pub(crate) fn run(args: &CheckArgs, session: &mut Session<'_>) -> Outcome {
    let (given, models) = reports_and_models(args);
    let before = args.baseline.as_deref().map(|path| Known::read(&session.cwd.join(path), path)).transpose()?;
    let mut models = session.open_any(&models)?;
    if !given.is_empty() {
        for model in &mut models {
            let reports = evidence::read(&given, &model.project.root)?;
            evidence::attach(model, reports);
        }
    }
    rules_are_right(&models, session)?;
    let mut checked = check(models, args.format == CheckFormat::Json);
    if let Some(before) = before {
        checked.iter_mut().for_each(|one| one.forgive(&before));
    }
    if let Some(revision) = &args.since {
        let before = since(revision, &checked, session)?;
        checked.iter_mut().for_each(|one| one.forgive(&before));
    }
    if let Some(path) = &args.write_baseline {
        write_baseline(path, &mut checked, session)?;
    }
    show(args.format, &checked, session)?;
    Ok(checked.iter().map(exit_of).max().unwrap_or(Exit::Fine))
}

fn show(format: CheckFormat, checked: &[Checked], session: &mut Session<'_>) -> anyhow::Result<()> {
    let report = |cwd: &Path| CheckReport { models: checked.iter().map(|one| results::model(one, cwd)).collect() };
    let cwd = session.cwd.clone();
    match format {
        CheckFormat::Human => checked.iter().try_for_each(|one| human::text(one, session))?,
        CheckFormat::Json => json::write(session.terminal.out(), &document(checked))?,
        CheckFormat::Sarif => sarif::write(session.terminal.out(), &report(&cwd), env!("CARGO_PKG_VERSION"))?,
        CheckFormat::Junit => junit::write(session.terminal.out(), &report(&cwd))?,
        CheckFormat::Gitlab => gitlab::write(session.terminal.out(), &report(&cwd))?,
        CheckFormat::Md => comment::write(session.terminal.out(), &report(&cwd), true, comment::MAX_COMMENT)?,
        CheckFormat::Github => {
            let report = report(&cwd);
            github::write(session.terminal.out(), &report)?;
            if let Some(path) = std::env::var_os("GITHUB_STEP_SUMMARY").filter(|path| !path.is_empty()) {
                summary(Path::new(&path), &report).with_context(|| format!("writing the step summary {}", Path::new(&path).display()))?;
            }
        }
    }
    Ok(())
}

/// Adds to the summary of a step; what other programs wrote there stays.
fn summary(path: &Path, report: &CheckReport) -> anyhow::Result<()> {
    let mut text = Vec::new();
    comment::write(&mut text, report, false, comment::MAX_SUMMARY)?;
    OpenOptions::new().create(true).append(true).open(path)?.write_all(&text)?;
    Ok(())
}

/// Reports, and models, of which an option with several values may have taken some along.
fn reports_and_models(args: &CheckArgs) -> (Vec<Given>, Vec<PathBuf>) {
    let (more, reports): (Vec<PathBuf>, Vec<PathBuf>) = args.evidence.iter().cloned().partition(|path| evidence::is_surely_model(path));
    (reports.into_iter().map(|path| Given { kind: None, path }).collect(), args.models.models.iter().cloned().chain(more).collect())
}

/// Fails if a rule of a policy cannot be used; what is wrong is shown at its place in `redan.toml`.
fn rules_are_right(models: &[Opened], session: &mut Session<'_>) -> anyhow::Result<()> {
    let mut shown: Vec<String> = Vec::new();
    for model in models {
        let found = gate::rule_faults(&model.project.policy, &model.knowledge);
        let name = model.project.config.iter().next().map(|(_, source)| source.name().to_owned()).unwrap_or_default();
        if !found.is_empty() && !shown.contains(&name) {
            session.show_diagnostics(&found, &model.project.config);
            shown.push(name);
        }
    }
    if shown.is_empty() { Ok(()) } else { Err(Failure::Reported.into()) }
}

fn check(models: Vec<Opened>, ask: bool) -> Vec<Checked> {
    let found = analyses(&models, ask);
    models.into_iter().zip(found).map(|(model, found)| Checked::new(model, found)).collect()
}

/// What an analysis is made from, without what only one thread may touch.
struct Job<'a> {
    model: &'a Model,
    knowledge: &'a Knowledge,
    policy: &'a Policy,
    context: Context,
    /// Whether the number of questions is wanted.
    ask: bool,
}

/// How many of what an analysis found, counted before what nobody needs any more is taken out of it.
struct Counts {
    json: Option<CountsJson>,
    summary: String,
    waiting: usize,
}

/// What is left of an analysis once it was judged.
struct Done {
    analysis: Kept<Analysis>,
    counts: Counts,
    judged: Judged,
}

/// The analyses of all valid models, made on every core.
fn analyses(models: &[Opened], ask: bool) -> Vec<Option<Done>> {
    let job = |opened: &'_ Opened| opened.loaded.is_valid().then(|| opened.context());
    let contexts: Vec<Option<Context>> = models.iter().map(job).collect();
    let jobs = models.iter().zip(contexts).map(|(opened, context)| {
        let (model, knowledge, policy) = (&opened.loaded.model, &*opened.knowledge, &opened.project.policy);
        context.map(|context| Job { model, knowledge, policy, context, ask })
    });
    let jobs: Vec<Option<Job<'_>>> = jobs.collect();
    threads::map(&jobs, || (), |(), job| job.as_ref().map(Job::run))
}

impl Job<'_> {
    fn run(&self) -> Done {
        let Survey { mut analysis, questions } = redan_engine::survey(self.model, self.knowledge, self.policy, &self.context, self.ask);
        let mut judged = gate::judge(self.model, self.knowledge, self.policy, &analysis, self.context.today);
        judged.failures.extend(evidence::failures(&self.context.evidence, &analysis).into_iter().map(Failed::of_evidence));
        let waiting = analysis.count(Status::Question);
        let counts = Counts {
            json: questions.map(|questions| CountsJson::with(&analysis, questions)),
            summary: people::summary(&analysis),
            waiting,
        };
        lighten(&mut analysis, &judged);
        Done { analysis: Kept::new(analysis), counts, judged }
    }
}

/// Takes out of an analysis what no output of `check` shows: with hundreds of models, that is nearly all there is.
fn lighten(analysis: &mut Analysis, judged: &Judged) {
    let failing: HashSet<&str> = judged.failures.iter().chain(&judged.warned).filter_map(|failed| failed.threat.as_deref()).collect();
    let is_shown = |threat: &Threat| !matches!(threat.status, Status::Question | Status::Mitigated) || failing.contains(threat.id.as_str());
    analysis.threats.retain(is_shown);
    analysis.threats.shrink_to_fit();
}

impl Checked {
    fn new(model: Opened, done: Option<Done>) -> Self {
        let Some(Done { analysis, counts, judged: Judged { failures, warned } }) = done else {
            return Self { model, analysis: None, counts: None, failures: Vec::new(), known: Vec::new(), warned: Vec::new() };
        };
        Self { model, analysis: Some(analysis), counts: Some(counts), failures, known: Vec::new(), warned }
    }

    /// Takes out what was there before.
    fn forgive(&mut self, before: &Known) {
        let (known, new) = before.split(&self.model.below, std::mem::take(&mut self.failures));
        self.failures = new;
        self.known.extend(known);
    }
}

/// What failed in a revision, judged by the rules and the policy of today.
fn since(revision: &str, checked: &[Checked], session: &mut Session<'_>) -> anyhow::Result<Known> {
    let mut repositories: Vec<(crate::git::Git, String)> = Vec::new();
    let mut known = Known::default();
    for one in checked.iter().filter(|one| one.analysis.is_some()) {
        let root = &one.model.project.root;
        let at = match repositories.iter().position(|(git, _)| git.root == *root) {
            Some(at) => at,
            None => {
                let git = crate::git::Git::of(root)?;
                let commit = git.commit(revision)?;
                repositories.push((git, commit));
                repositories.len() - 1
            }
        };
        let (git, commit) = &repositories[at];
        let path = one.model.path.strip_prefix(root).unwrap_or(&one.model.path).to_string_lossy().replace('\\', "/");
        let Some(before) = git.path_at(commit, &path) else { continue };
        let Some(old) = session.try_open_at(git, commit, &before)? else {
            let shown = &one.model.shown;
            session.terminal.note(&format!("{shown} was not valid at {revision}, so everything in it counts as new"));
            continue;
        };
        let (knowledge, policy) = (&*one.model.knowledge, &one.model.project.policy);
        let job = Job { model: &old.loaded.model, knowledge, policy, context: Context::on(one.model.today), ask: false };
        known.add(&one.model.below, &job.run().judged.failures);
    }
    Ok(known)
}

/// Writes down what fails; from then on it is known.
fn write_baseline(path: &Path, checked: &mut [Checked], session: &mut Session<'_>) -> anyhow::Result<()> {
    if let Some(invalid) = checked.iter().find(|one| one.analysis.is_none()) {
        let shown = &invalid.model.shown;
        session.show_diagnostics(&invalid.model.loaded.diagnostics, &invalid.model.loaded.sources);
        return Err(usage(format!("no baseline is written, since {shown} is not valid")));
    }
    let mut known = Known::default();
    for one in &*checked {
        known.add(&one.model.below, &one.failures);
    }
    known.write(&session.cwd.join(path))?;
    session.terminal.note(&format!("wrote {}: {} failures that do not count from now on", path.display(), known.len()));
    checked.iter_mut().for_each(|one| one.forgive(&known));
    Ok(())
}

fn exit_of(checked: &Checked) -> Exit {
    match (&checked.analysis, checked.failures.is_empty()) {
        (None, _) => Exit::Invalid,
        (Some(_), false) => Exit::GateFailed,
        (Some(_), true) => Exit::Fine,
    }
}

/// Whether a lint is a failure of the gate in other words. Where people read both, it is shown once.
fn is_said_by_the_gate(lint: &Diagnostic, checked: &Checked) -> bool {
    lint.code == EXPIRED && lint.is_error() && checked.failures.iter().any(|failed| failed.reason == EXPIRED)
}

/// What is wrong with the text, then what is wrong with the model.
fn faults(checked: &Checked) -> impl Iterator<Item = &Diagnostic> {
    checked.model.loaded.diagnostics.iter().chain(checked.analysis.iter().flat_map(|analysis| &analysis.lints))
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
    warnings: Vec<Failed>,
    known: usize,
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
    let warnings = checked.iter().flat_map(|one| one.warned.clone()).collect();
    let known = checked.iter().map(|one| one.known.len()).sum();
    let models = checked.iter().map(|one| ModelChecked {
        model: ModelJson::of(&one.model.loaded.model, &one.model.loaded.sources),
        valid: one.analysis.is_some(),
        counts: one.counts.as_ref().and_then(|counts| counts.json),
        gate: one.analysis.is_some().then(|| GateJson {
            passed: one.failures.is_empty(),
            failures: one.failures.clone(),
            warnings: one.warned.clone(),
            known: one.known.len(),
        }),
    });
    Document {
        version: 1,
        gate: GateJson { passed: valid && failures.is_empty(), failures, warnings, known },
        diagnostics: checked.iter().flat_map(|one| faults(one).map(|d| DiagnosticJson::of(&one.model.loaded.sources, d))).collect(),
        models: models.collect(),
    }
}
