//! `redan review`: what changed since a model was last reviewed, the sheet for the next time, and the stamp afterwards.

mod history;
mod show;
mod stamp;

use clap::Args;
use jiff::civil::Date;
use redan_engine::Analysis;
use redan_model::lang::{AssumptionStatus, MapEntry, Review, ReviewState};
use redan_report::json;
use serde::Serialize;

pub(crate) use history::unversioned;

use crate::args::{Models, StateFormat};
use crate::exit::{Exit, Outcome};
use crate::session::{Opened, Session};

/// Arguments of `review`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  redan review
  redan review --format json
  redan review --agenda -o agenda.md
  redan review --stamp re-walk-2                     afterwards: write down which state of the code was looked at

A stamp is compared with the content of the files, so it holds after a squash, a rebase and in a clone without history.")]
pub(crate) struct ReviewArgs {
    #[command(flatten)]
    models: Models,
    /// Print the sheet for the next review, as Markdown
    #[arg(long, conflicts_with = "format")]
    agenda: bool,
    /// Write into this review which state of the code it looked at: that of the last commit
    #[arg(long, value_name = "REVIEW", conflicts_with_all = ["agenda", "format"])]
    stamp: Option<String>,
    /// With --stamp, show what would change, and write nothing
    #[arg(short = 'n', long, requires = "stamp")]
    dry_run: bool,
    /// How to show it
    #[arg(long, value_enum, default_value_t = StateFormat::Human)]
    format: StateFormat,
}

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
    /// Whether that review says which state of the code it looked at.
    stamped: bool,
    /// The commit that the review looked at, as far as its stamp or its day says.
    since_commit: Option<String>,
    elements: Vec<Changed>,
    lock_files: Vec<String>,
    tags: Vec<String>,
    /// Elements whose globs match no file.
    unmatched: Vec<String>,
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

/// An element whose code changed. How much is unknown where the commit that was looked at is not here.
#[derive(Serialize)]
struct Changed {
    id: String,
    name: String,
    commits: Option<usize>,
    files: Option<usize>,
}

/// The last review that was held.
struct Held<'a> {
    id: &'a String,
    day: Date,
    review: &'a Review,
}

/// Runs `review`.
pub(crate) fn run(args: &ReviewArgs, session: &mut Session<'_>) -> Outcome {
    if let Some(review) = &args.stamp {
        return stamp::run(review, &args.models.models, args.dry_run, session);
    }
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
    let since = last.as_ref().map(|last| last.day);
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
        last_review: last.as_ref().map(|last| Last {
            id: last.id.clone(),
            on: last.day.to_string(),
            days_ago: last.day.until(model.today).map_or(0, |age| age.get_days()),
        }),
        cadence_days: model.project.policy.review_cadence_days,
        stamped: last.as_ref().is_some_and(|last| last.review.seen.is_some()),
        since_commit: None,
        elements: Vec::new(),
        lock_files: Vec::new(),
        tags: Vec::new(),
        unmatched: Vec::new(),
        unversioned: Vec::new(),
        expired_acceptances: expired.map(|threat| threat.id.clone()).collect(),
        unconfirmed_assumptions: unconfirmed.map(|(id, _)| id.clone()).collect(),
        incidents: incidents.map(|(id, _)| id.clone()).collect(),
    };
    if let Some(last) = &last {
        history::fill(&mut staleness, model, last, session)?;
    }
    judge(&mut staleness);
    Ok(staleness)
}

/// The last review that was held by today.
fn last_review(model: &Opened) -> Option<Held<'_>> {
    let reviews = model.loaded.model.root.reviews.entries.iter();
    let held = reviews.filter(|(_, entry)| is_held(entry));
    let dated = held.filter_map(|(id, entry)| Some(Held { id, day: entry.value.on.as_ref()?.value, review: &entry.value }));
    dated.filter(|held| held.day <= model.today).max_by_key(|held| held.day)
}

fn is_held(review: &MapEntry<Review>) -> bool {
    review.value.state.as_ref().is_none_or(|state| state.value == ReviewState::Held)
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
