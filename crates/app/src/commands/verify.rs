//! `redan verify`: which mitigations are proven by tests and scanners, and what was found.
//!
//! This is not the gate: it ends with 0 whatever the reports say, and with 2 if one cannot be read. `redan check` fails.

use std::io::{self, Write};
use std::path::PathBuf;

use anstyle::{AnsiColor, Style};
use clap::Args;
use redan_engine::evidence::{Assessment, CheckState, LinkedFinding, State, Suggestion, assess, suggestions};
use redan_model::evidence::{FindingSeverity, Outcome, Report, ReportKind};
use redan_report::json::{self, EvidenceJson, ModelJson};

use crate::args::StateFormat;
use crate::evidence::{self, Given, where_it_is};
use crate::exit::{Exit, Outcome as Ended};
use crate::human;
use crate::session::{Opened, Session};
use crate::table::{Cell, Table};
use crate::terminal::paint;

/// Findings that a table shows unless everything is asked for.
const SHOWN: usize = 30;
/// Commands that are offered at once.
const OFFERED: usize = 20;

/// Arguments of `verify`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
A mitigation is verified only if every check of every criterion ran and passed after the code changed last. A report that
is missing, empty, old or broken, or that does not say that it looked, proves nothing; each case is named.

Examples:
  redan verify --junit build/tests.xml --sarif codeql.sarif
  redan verify shop.tm.yaml --evidence reports/*          formats are told by content
  redan verify --junit build/tests.xml --write            keep it beside the model; other commands read it
  redan check --evidence reports/*                        fail on failed tests and grave findings")]
pub(crate) struct VerifyArgs {
    /// Models and reports, told apart by content; models are found as always if none is named
    #[arg(value_name = "MODEL|FILE")]
    files: Vec<PathBuf>,
    #[command(flatten)]
    reports: ReportArgs,
    /// Keep the evidence in a small file beside the model
    #[arg(long)]
    write: bool,
    /// How to show it
    #[arg(long, value_enum, default_value_t = StateFormat::Human)]
    format: StateFormat,
}

/// Reports by format.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Reports")]
struct ReportArgs {
    /// Reports of any format, told by content
    #[arg(long, value_name = "FILE", num_args = 1..)]
    evidence: Vec<PathBuf>,
    /// Test results in JUnit's XML
    #[arg(long, value_name = "FILE", num_args = 1..)]
    junit: Vec<PathBuf>,
    /// Results of static analysers in SARIF
    #[arg(long, value_name = "FILE", num_args = 1..)]
    sarif: Vec<PathBuf>,
    /// Alerts of OWASP ZAP, XML or JSON
    #[arg(long, value_name = "FILE", num_args = 1..)]
    zap: Vec<PathBuf>,
    /// Issues of Burp Suite, XML
    #[arg(long, value_name = "FILE", num_args = 1..)]
    burp: Vec<PathBuf>,
    /// Results of Semgrep, JSON
    #[arg(long, value_name = "FILE", num_args = 1..)]
    semgrep: Vec<PathBuf>,
    /// Messages of ESLint, JSON
    #[arg(long, value_name = "FILE", num_args = 1..)]
    eslint: Vec<PathBuf>,
    /// Issues of Snyk, JSON
    #[arg(long, value_name = "FILE", num_args = 1..)]
    snyk: Vec<PathBuf>,
    /// Alerts of Dependabot or code scanning, from the code host's REST or GraphQL interface
    #[arg(long, value_name = "FILE", num_args = 1..)]
    dependabot: Vec<PathBuf>,
    /// Secrets that truffleHog found, JSON
    #[arg(long, value_name = "FILE", num_args = 1..)]
    trufflehog: Vec<PathBuf>,
    /// Secrets that Gitleaks found, JSON
    #[arg(long, value_name = "FILE", num_args = 1..)]
    gitleaks: Vec<PathBuf>,
    /// What git-secrets writes to its error stream
    #[arg(long, value_name = "FILE", num_args = 1..)]
    git_secrets: Vec<PathBuf>,
    /// `npm audit --json`
    #[arg(long, value_name = "FILE", num_args = 1..)]
    npm_audit: Vec<PathBuf>,
    /// `cargo audit --json`
    #[arg(long, value_name = "FILE", num_args = 1..)]
    cargo_audit: Vec<PathBuf>,
    /// Vulnerabilities of OSV-Scanner, JSON
    #[arg(long, value_name = "FILE", num_args = 1..)]
    osv: Vec<PathBuf>,
    /// Statements about vulnerabilities (VEX), in any of the three usual formats
    #[arg(long, value_name = "FILE", num_args = 1..)]
    vex: Vec<PathBuf>,
    /// What Trivy found, JSON
    #[arg(long, value_name = "FILE", num_args = 1..)]
    trivy: Vec<PathBuf>,
    /// Results of your own scripts and penetration tests, in redan's own form
    #[arg(long, value_name = "FILE", num_args = 1..)]
    result: Vec<PathBuf>,
}

impl ReportArgs {
    fn by_kind(&self) -> [(Option<ReportKind>, &[PathBuf]); 18] {
        [
            (None, &self.evidence),
            (Some(ReportKind::Junit), &self.junit),
            (Some(ReportKind::Sarif), &self.sarif),
            (Some(ReportKind::Zap), &self.zap),
            (Some(ReportKind::Burp), &self.burp),
            (Some(ReportKind::Semgrep), &self.semgrep),
            (Some(ReportKind::Eslint), &self.eslint),
            (Some(ReportKind::Snyk), &self.snyk),
            (Some(ReportKind::Dependabot), &self.dependabot),
            (Some(ReportKind::Trufflehog), &self.trufflehog),
            (Some(ReportKind::Gitleaks), &self.gitleaks),
            (Some(ReportKind::GitSecrets), &self.git_secrets),
            (Some(ReportKind::NpmAudit), &self.npm_audit),
            (Some(ReportKind::CargoAudit), &self.cargo_audit),
            (Some(ReportKind::Osv), &self.osv),
            (Some(ReportKind::Vex), &self.vex),
            (Some(ReportKind::Trivy), &self.trivy),
            (Some(ReportKind::Result), &self.result),
        ]
    }

    /// Reports, and models that an option with several values took along.
    fn split(&self) -> (Vec<Given>, Vec<PathBuf>) {
        let all = self.by_kind().into_iter().flat_map(|(kind, paths)| paths.iter().map(move |path| Given { kind, path: path.clone() }));
        let (models, given): (Vec<Given>, Vec<Given>) = all.partition(|one| evidence::is_surely_model(&one.path));
        (given, models.into_iter().map(|one| one.path).collect())
    }
}

/// What is known of one model.
struct Verified {
    model: Opened,
    assessment: Assessment,
    suggestions: Vec<(Suggestion, String)>,
}

/// Runs `verify`.
pub(crate) fn run(args: &VerifyArgs, session: &mut Session<'_>) -> Ended {
    let (mut given, mut models) = args.reports.split();
    for file in &args.files {
        if evidence::is_report(file) { given.push(Given { kind: None, path: file.clone() }) } else { models.push(file.clone()) }
    }
    let mut all = Vec::new();
    for mut model in session.open(&models)? {
        let reports = evidence::read(&given, &model.project.root)?;
        if !reports.is_empty() {
            evidence::attach(&mut model, reports);
        }
        all.push(verified(model));
    }
    match args.format {
        StateFormat::Human => all.iter().try_for_each(|one| show(one, session))?,
        StateFormat::Json => write_json(&all, session)?,
        StateFormat::Md => all.iter().try_for_each(|one| markdown(one, session.terminal.out()))?,
    }
    if args.write {
        for one in &all {
            let changed = evidence::keep(&one.model)?;
            let (file, count) = (evidence::beside(&one.model.shown), one.model.evidence.reports.len());
            let said = if changed { "wrote" } else { "nothing to add to" };
            session.terminal.note(&format!("{said} {file} ({})", plural(count, "report", "reports")));
        }
    }
    Ok(Exit::Fine)
}

fn verified(model: Opened) -> Verified {
    let mut analysis = model.analyse();
    let assessment = match analysis.evidence.take() {
        Some(assessment) => *assessment,
        None => assess(&model.loaded.model, &model.knowledge, &model.evidence, &analysis.threats),
    };
    let suggested = suggestions(&model.loaded.model, &assessment);
    let suggestions = suggested.into_iter().map(|one| (one.clone(), evidence::command(&model, &one))).collect();
    Verified { model, assessment, suggestions }
}

fn write_json(all: &[Verified], session: &mut Session<'_>) -> io::Result<()> {
    let documents: Vec<EvidenceJson<'_>> = all
        .iter()
        .map(|one| {
            let loaded = &one.model.loaded;
            let model = ModelJson::of(&loaded.model, &loaded.sources);
            EvidenceJson::of(model, &loaded.model, &one.model.evidence, &one.assessment, &one.suggestions)
        })
        .collect();
    json::write_each(session.terminal.out(), &documents)
}

fn plural(count: usize, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

fn show(one: &Verified, session: &mut Session<'_>) -> io::Result<()> {
    human::heading(&one.model, session.terminal)?;
    let (width, color, verbose) = (session.terminal.width, session.terminal.color, session.common.verbose);
    let bold = |text: String| paint(color, Style::new().bold(), &text);
    let out = session.terminal.out();
    let reports = &one.model.evidence.reports;
    if !reports.is_empty() {
        writeln!(out, "\n{}", bold(format!("Reports ({})", reports.len())))?;
        report_table(reports).human(out, width, color)?;
    }
    writeln!(out, "\n{}", bold(format!("Mitigations ({})", one.assessment.mitigations.len())))?;
    mitigation_table(&one.assessment).human(out, width, color)?;
    let (open, rest): (Vec<&LinkedFinding>, Vec<&LinkedFinding>) = sorted(one).into_iter().partition(|linked| linked.is_open());
    if !open.is_empty() {
        let shown = if verbose { open.len() } else { SHOWN };
        writeln!(out, "\n{}", bold(format!("Findings that stand ({})", open.len())))?;
        finding_table(&open[..shown.min(open.len())]).human(out, width, color)?;
        if open.len() > shown {
            writeln!(out, "  and {} more; -v shows them", open.len() - shown)?;
        }
    }
    if !rest.is_empty() {
        writeln!(out, "\n{} suppressed, fixed or said not to matter here.", plural(rest.len(), "finding is", "findings are"))?;
    }
    offers(one, out, &bold)?;
    writeln!(out, "\n{}", summary(&one.assessment))
}

/// The commands that make threats of findings that no threat covers.
fn offers(one: &Verified, out: &mut dyn Write, bold: &dyn Fn(String) -> String) -> io::Result<()> {
    if one.suggestions.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{}", bold("High or critical, and no threat covers it; add what applies".to_owned()))?;
    for (_, command) in one.suggestions.iter().take(OFFERED) {
        writeln!(out, "  {command}")?;
    }
    if one.suggestions.len() > OFFERED {
        writeln!(out, "  and {} more: redan verify --format json", one.suggestions.len() - OFFERED)?;
    }
    Ok(())
}

fn summary(assessment: &Assessment) -> String {
    let total = assessment.mitigations.len();
    let counts = State::ALL.iter().rev().filter_map(|state| {
        let count = assessment.mitigations.values().filter(|known| known.state == *state).count();
        (count > 0 || *state == State::Verified).then(|| format!("{count} {}", state.as_str()))
    });
    format!("{}: {}", plural(total, "mitigation", "mitigations"), counts.collect::<Vec<_>>().join(", "))
}

/// Worst first, then in the order of the reports.
fn sorted(one: &Verified) -> Vec<&LinkedFinding> {
    let mut all: Vec<&LinkedFinding> = one.assessment.findings.iter().collect();
    all.sort_by_key(|linked| std::cmp::Reverse(linked.finding.severity));
    all
}

fn report_table(reports: &[Report]) -> Table {
    let mut table = Table::new(&["report", "format", "tool", "ran at", "entries", "findings", "outcome"]);
    for report in reports {
        let at = report
            .taken
            .and_then(|taken| jiff::Timestamp::from_second(taken).ok())
            .map_or_else(|| "unknown".to_owned(), |at| at.to_string());
        let at = if report.taken_from_file { format!("{at} (date of the file)") } else { at };
        let outcome = match &report.outcome {
            Outcome::Ran => "ran".to_owned(),
            Outcome::Empty => "empty".to_owned(),
            Outcome::Errored(why) => format!("errored: {why}"),
        };
        table.row([
            report.name.clone().into(),
            report.kind.as_str().into(),
            report.tool.clone().into(),
            at.into(),
            report.items.to_string().into(),
            report.findings.len().to_string().into(),
            outcome.into(),
        ]);
    }
    table
}

/// The style of a state; the word says the same.
fn style(state: State) -> Style {
    match state {
        State::Verified => AnsiColor::Green.on_default(),
        State::Failed | State::Errored => AnsiColor::Red.on_default(),
        State::Missing | State::Inactive | State::Stale => AnsiColor::Yellow.on_default(),
        State::NotRun | State::Manual => Style::new().dimmed(),
    }
}

fn mitigation_table(assessment: &Assessment) -> Table {
    let mut table = Table::new(&["state", "mitigation", "criterion", "checked by", "why"]);
    for (id, known) in &assessment.mitigations {
        if known.criteria.is_empty() {
            let state = Cell::styled(known.state.as_str(), style(known.state));
            table.row([state, id.clone().into(), "".into(), "".into(), known.reason.clone().into()]);
        }
        for criterion in &known.criteria {
            let by = criterion.checks.iter().map(spoken).collect::<Vec<_>>().join("; ");
            let state = Cell::styled(criterion.state.as_str(), style(criterion.state));
            table.row([state, id.clone().into(), criterion.text.clone().into(), by.into(), criterion.reason.clone().into()]);
        }
    }
    table
}

fn spoken(check: &CheckState) -> String {
    format!("{}: {}", check.method, check.what)
}

fn severity(severity: FindingSeverity) -> Cell {
    let style = match severity {
        FindingSeverity::Critical => AnsiColor::Red.on_default().bold(),
        FindingSeverity::High => AnsiColor::Red.on_default(),
        FindingSeverity::Medium => AnsiColor::Yellow.on_default(),
        FindingSeverity::Low | FindingSeverity::Info => Style::new(),
    };
    Cell::styled(severity.as_str(), style)
}

fn finding_table(findings: &[&LinkedFinding]) -> Table {
    let mut table = Table::new(&["severity", "found", "what", "where", "threats"]);
    for linked in findings {
        let shown: Vec<&str> = linked.threats.iter().take(3).map(String::as_str).collect();
        let more = if linked.threats.len() > 3 { format!(" and {} more", linked.threats.len() - 3) } else { String::new() };
        table.row([
            severity(linked.finding.severity),
            linked.finding.rule.clone().into(),
            linked.finding.title.clone().into(),
            where_it_is(linked).into(),
            format!("{}{more}", shown.join(", ")).into(),
        ]);
    }
    table
}

fn markdown(one: &Verified, out: &mut dyn Write) -> io::Result<()> {
    let name = one.model.loaded.model.name_of(redan_model::Thing::Model);
    writeln!(out, "## Evidence for {name}\n\n{}\n", summary(&one.assessment))?;
    mitigation_table(&one.assessment).markdown(out)?;
    if !one.model.evidence.reports.is_empty() {
        writeln!(out, "\n### Reports\n")?;
        report_table(&one.model.evidence.reports).markdown(out)?;
    }
    let open: Vec<&LinkedFinding> = sorted(one).into_iter().filter(|linked| linked.is_open()).collect();
    if !open.is_empty() {
        writeln!(out, "\n### Findings that stand\n")?;
        finding_table(&open).markdown(out)?;
    }
    if !one.suggestions.is_empty() {
        writeln!(out, "\n### High or critical, and no threat covers it\n\n```sh")?;
        one.suggestions.iter().try_for_each(|(_, command)| writeln!(out, "{command}"))?;
        writeln!(out, "```")?;
    }
    writeln!(out)
}
