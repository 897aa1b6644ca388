//! `redan metrics`: numbers over the history of a model.

mod past;
mod show;

use std::path::PathBuf;
use std::rc::Rc;

use clap::Args;
use jiff::civil::Date;
use redan_engine::evidence;
use redan_engine::metrics::{Metrics, Observed, State, metrics, observe};
use redan_model::lang::MitigationStatus;
use redan_report::history::{History, Past};

use crate::args::MetricsFormat;
use crate::exit::{Exit, Outcome};
use crate::git::Git;
use crate::session::{Opened, Session};

/// How many commits of a model are looked at unless somebody says otherwise.
const COMMITS: usize = 1000;

/// Arguments of `metrics`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  redan metrics
  redan metrics shop.tm.yaml --format csv -o metrics.csv
  redan metrics --format openmetrics -o redan.prom")]
pub(crate) struct MetricsArgs {
    /// The model
    #[arg(value_name = "MODEL")]
    model: Option<PathBuf>,
    /// How many commits of the model to go back
    #[arg(short = 'n', long, value_name = "NUMBER", default_value_t = COMMITS)]
    limit: usize,
    /// How to show them
    #[arg(long, value_enum, default_value_t = MetricsFormat::Human)]
    format: MetricsFormat,
}

/// The history of a model, as documents show it.
pub(crate) fn history(now: &Opened, session: &mut Session<'_>) -> anyhow::Result<History> {
    collect(now, COMMITS, session)
}

/// Runs `metrics`.
pub(crate) fn run(args: &MetricsArgs, session: &mut Session<'_>) -> Outcome {
    let now = session.open_one(args.model.as_deref())?;
    let found = collect(&now, args.limit, session)?;
    show::show(&found, &now, args.format, session)?;
    Ok(Exit::Fine)
}

fn collect(now: &Opened, limit: usize, session: &mut Session<'_>) -> anyhow::Result<History> {
    let git = Git::at(&now.project.root);
    let mut commits = git.as_ref().map_or_else(Vec::new, |git| git.main_line(&now.below, limit.saturating_add(1)).unwrap_or_default());
    let is_cut_off = commits.len() > limit || git.as_ref().is_some_and(Git::is_shallow);
    commits.truncate(limit);
    commits.reverse();
    let mut labels: Vec<(Date, Option<String>)> = Vec::new();
    let mut states: Vec<Rc<[Observed]>> = Vec::new();
    let mut unreadable = 0;
    if let Some(git) = &git {
        for (day, commit, threats) in past::states(git, &commits, now, session)? {
            match threats {
                Some(threats) => {
                    labels.push((day, Some(commit.id.clone())));
                    states.push(threats);
                }
                None => unreadable += 1,
            }
        }
    }
    let analysis = now.analyse();
    // Days pass without commits: what is overdue today was not on the day of the last one.
    if labels.last().is_none_or(|(last, _)| *last <= now.today) {
        labels.push((now.today, None));
        states.push(observe(&now.loaded.model, &analysis).into());
    }
    let history: Vec<State<'_>> = labels.iter().zip(&states).map(|((day, _), threats)| State { day: *day, threats }).collect();
    let numbers: Metrics = metrics(&history);
    let verification = analysis.evidence.as_ref().map(|known| verification(now, known));
    let points = labels.into_iter().zip(numbers.points).map(|((on, commit), point)| Past { on, commit, point }).collect();
    let Metrics { remediated, acceptances, .. } = numbers;
    Ok(History { points, remediated, acceptances, verification, unreadable, is_cut_off })
}

fn verification(now: &Opened, known: &evidence::Assessment) -> (usize, usize) {
    let entries = &now.loaded.model.root.mitigations.entries;
    let in_place = entries.iter().filter(|(_, entry)| {
        let status = entry.value.status.as_ref().map(|status| status.value);
        status == Some(MitigationStatus::Implemented)
    });
    let states: Vec<bool> =
        in_place.map(|(id, _)| known.mitigations.get(id).is_some_and(|known| known.state == evidence::State::Verified)).collect();
    (states.len(), states.iter().filter(|is_verified| **is_verified).count())
}
