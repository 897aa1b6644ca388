//! `redan review`: what changed since a model was last reviewed, and the sheet for the next time.

mod show;

use std::collections::BTreeMap;

use clap::Args;
use jiff::civil::Date;
use redan_engine::Analysis;
use redan_engine::evidence::elements_of;
use redan_model::lang::{AssumptionStatus, ReviewState};
use redan_model::{ElementIx, Thing};
use redan_report::json;
use serde::Serialize;

use super::diff::difference;
use crate::args::{Models, StateFormat};
use crate::exit::{Exit, Outcome};
use crate::git::Git;
use crate::session::{Opened, Session};

/// Arguments of `review`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  redan review
  redan review --format json
  redan review --agenda -o agenda.md")]
pub(crate) struct ReviewArgs {
    #[command(flatten)]
    models: Models,
    /// Print the sheet for the next review, as Markdown
    #[arg(long, conflicts_with = "format")]
    agenda: bool,
    /// How to show it
    #[arg(long, value_enum, default_value_t = StateFormat::Human)]
    format: StateFormat,
}

/// Files that say which version of every dependency is used.
const LOCK_FILES: [&str; 20] = [
    "Cargo.lock",
    "Gemfile.lock",
    "Pipfile.lock",
    "Podfile.lock",
    "bun.lock",
    "bun.lockb",
    "composer.lock",
    "deno.lock",
    "flake.lock",
    "go.sum",
    "gradle.lockfile",
    "mix.lock",
    "npm-shrinkwrap.json",
    "package-lock.json",
    "packages.lock.json",
    "pnpm-lock.yaml",
    "poetry.lock",
    "pubspec.lock",
    "uv.lock",
    "yarn.lock",
];

/// Sections of a model that describe the architecture.
const ARCHITECTURE: [&str; 4] = ["zones", "elements", "flows", "assets"];

/// Whether a review is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum Verdict {
    /// Something asks for one.
    Due,
    /// Nothing does that is known, and not everything is known.
    Unknown,
    /// Nothing does.
    Fresh,
}

/// What there is to say about one model. The fields are the JSON.
#[derive(Serialize)]
struct Staleness {
    version: u8,
    model: String,
    verdict: Verdict,
    /// Why a review is due.
    reasons: Vec<String>,
    /// What cannot be told, and why.
    unknown: Option<String>,
    last_review: Option<Last>,
    cadence_days: u32,
    /// The commit that the review looked at, as far as its day says.
    since_commit: Option<String>,
    elements: Vec<Changed>,
    lock_files: Vec<String>,
    tags: Vec<String>,
    /// Parts of the model that changed while its version did not.
    unversioned: Vec<String>,
    expired_acceptances: Vec<String>,
    unconfirmed_assumptions: Vec<String>,
    incidents: Vec<String>,
}

#[derive(Serialize)]
struct Last {
    id: String,
    on: String,
    days_ago: i32,
}

#[derive(Serialize)]
struct Changed {
    id: String,
    name: String,
    commits: usize,
    files: usize,
}

/// Runs `review`.
pub(crate) fn run(args: &ReviewArgs, session: &mut Session<'_>) -> Outcome {
    let models = session.open(&args.models.models)?;
    let mut found = Vec::new();
    for model in &models {
        let analysis = model.analyse();
        let staleness = look(model, &analysis, session)?;
        found.push((model, analysis, staleness));
    }
    for (model, analysis, staleness) in &found {
        match (args.agenda, args.format) {
            (true, _) => show::agenda(staleness, model, analysis, session)?,
            (_, StateFormat::Human) => show::human(staleness, session)?,
            (_, StateFormat::Md) => show::markdown(staleness, session)?,
            (_, StateFormat::Json) => {}
        }
    }
    if args.format == StateFormat::Json {
        let documents: Vec<&Staleness> = found.iter().map(|(_, _, staleness)| staleness).collect();
        json::write_each(session.terminal.out(), &documents)?;
    }
    Ok(Exit::Fine)
}

fn look(model: &Opened, analysis: &Analysis, session: &mut Session<'_>) -> anyhow::Result<Staleness> {
    let root = &model.loaded.model.root;
    let last = last_review(model);
    let since = last.as_ref().map(|(_, day)| *day);
    let unconfirmed = root
        .assumptions
        .entries
        .iter()
        .filter(|(_, entry)| entry.value.status.as_ref().is_none_or(|status| status.value == AssumptionStatus::Unconfirmed));
    let is_since = |on: Date| since.is_none_or(|since| on > since) && on <= model.today;
    let incidents = root.incidents.entries.iter().filter(|(_, entry)| entry.value.on.as_ref().is_some_and(|on| is_since(on.value)));
    let expired = analysis.threats.iter().filter(|threat| threat.answer.as_ref().is_some_and(|answer| answer.expired));
    let mut staleness = Staleness {
        version: 1,
        model: model.shown.clone(),
        verdict: Verdict::Fresh,
        reasons: Vec::new(),
        unknown: None,
        last_review: last.map(|(id, day)| Last {
            id,
            on: day.to_string(),
            days_ago: day.until(model.today).map_or(0, |age| age.get_days()),
        }),
        cadence_days: model.project.policy.review_cadence_days,
        since_commit: None,
        elements: Vec::new(),
        lock_files: Vec::new(),
        tags: Vec::new(),
        unversioned: Vec::new(),
        expired_acceptances: expired.map(|threat| threat.id.clone()).collect(),
        unconfirmed_assumptions: unconfirmed.map(|(id, _)| id.clone()).collect(),
        incidents: incidents.map(|(id, _)| id.clone()).collect(),
    };
    if let Some(since) = since {
        history(&mut staleness, model, since, session)?;
    }
    judge(&mut staleness);
    Ok(staleness)
}

/// The last review that was held, with its day.
fn last_review(model: &Opened) -> Option<(String, Date)> {
    let reviews = model.loaded.model.root.reviews.entries.iter();
    let held = reviews.filter(|(_, entry)| entry.value.state.as_ref().is_none_or(|state| state.value == ReviewState::Held));
    let dated = held.filter_map(|(id, entry)| Some((id.clone(), entry.value.on.as_ref()?.value)));
    dated.filter(|(_, day)| *day <= model.today).max_by_key(|(_, day)| *day)
}

/// What git says about the time since the review.
fn history(staleness: &mut Staleness, model: &Opened, since: Date, session: &mut Session<'_>) -> anyhow::Result<()> {
    let Some(git) = Git::at(&model.project.root) else {
        staleness.unknown = Some("the model is not in a git repository, so nobody can tell what changed in the code".to_owned());
        return Ok(());
    };
    let Some(base) = git.last_on(since) else {
        staleness.unknown = Some(if git.is_shallow() {
            "this is a shallow clone that does not reach back to the review; fetch the whole history".to_owned()
        } else {
            "no commit is as old as the review".to_owned()
        });
        return Ok(());
    };
    let known = &model.loaded.model;
    let mut touched: BTreeMap<ElementIx, (usize, usize)> = BTreeMap::new();
    let files = git.changed(&base)?;
    for element in elements_of(known, &files).into_iter().flatten() {
        touched.entry(element).or_default().1 += 1;
    }
    for commit in git.paths_by_commit(&format!("{base}..HEAD"))? {
        let mut elements: Vec<ElementIx> = elements_of(known, &commit).into_iter().flatten().collect();
        elements.sort_unstable();
        elements.dedup();
        for element in elements {
            touched.entry(element).or_default().0 += 1;
        }
    }
    let changed = |(ix, (commits, files)): (ElementIx, (usize, usize))| {
        let thing = Thing::Element(ix);
        Changed { id: known.id_of(thing).to_owned(), name: known.name_of(thing).to_owned(), commits, files }
    };
    staleness.elements = touched.into_iter().map(changed).collect();
    let is_lock = |path: &&String| path.rsplit('/').next().is_some_and(|name| LOCK_FILES.contains(&name));
    staleness.lock_files = files.iter().filter(is_lock).cloned().collect();
    staleness.tags = git.tags_after(&base);
    if known.elements.iter().all(|element| element.stated.code.items.is_empty()) {
        staleness.unknown = Some("no element says under `code` which files make it".to_owned());
    }
    if git.has(&base, &model.below)
        && let Some(before) = session.try_open_at(&git, &base, &model.below)?
    {
        let version = |opened: &Opened| opened.loaded.model.root.version.as_ref().map(|version| version.value.clone());
        if version(&before) == version(model) {
            let parts = difference(&before, model).entries.into_iter().filter(|entry| ARCHITECTURE.contains(&entry.section.as_str()));
            staleness.unversioned = parts.map(|entry| format!("{}.{}", entry.section, entry.id)).collect();
        }
    }
    staleness.since_commit = Some(base);
    Ok(())
}

fn judge(staleness: &mut Staleness) {
    let mut reasons = Vec::new();
    match &staleness.last_review {
        None => reasons.push("no review is recorded that was held".to_owned()),
        Some(last) if i64::from(last.days_ago) > i64::from(staleness.cadence_days) => {
            reasons.push(format!("the last review was {} days ago; every {} days is the rule", last.days_ago, staleness.cadence_days));
        }
        Some(_) => {}
    }
    let counted: [(&[String], &str); 5] = [
        (&staleness.lock_files, "dependencies changed"),
        (&staleness.tags, "released since"),
        (&staleness.unversioned, "the architecture changed and the `version` of the model did not"),
        (&staleness.expired_acceptances, "accepted only until a day that has passed"),
        (&staleness.incidents, "happened since"),
    ];
    if !staleness.elements.is_empty() {
        let names = staleness.elements.iter().map(|element| element.id.as_str()).collect::<Vec<_>>().join(", ");
        reasons.push(format!("code changed: {names}"));
    }
    reasons.extend(counted.iter().filter(|(items, _)| !items.is_empty()).map(|(items, what)| format!("{what}: {}", items.join(", "))));
    staleness.verdict = match (reasons.is_empty(), &staleness.unknown) {
        (false, _) => Verdict::Due,
        (true, Some(_)) => Verdict::Unknown,
        (true, None) => Verdict::Fresh,
    };
    staleness.reasons = reasons;
}
