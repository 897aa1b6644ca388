//! `redan backlog sync`: the tasks as issues of a tracker, and what people did there back into the model.

mod output;
mod take;

use std::collections::BTreeMap;

use clap::{ArgGroup, Args};
use redan_engine::Analysis;
use redan_model::lang::Band;
use redan_report::backlog::tasks;
use redan_tracker::{Done, Found, Links, Rules, Step, Tracker, Wire, Write, carry_out, fate, key, plan, read_linked, wanted};

use super::bands;
use crate::args::{Models, PlainFormat};
use crate::exit::{Exit, Failure, Outcome, usage};
use crate::session::{Kept, Opened, Session};
use crate::sync::{Asked, Http, Place, choose, keep, stored};

/// Arguments of `backlog sync`.
#[derive(Debug, Clone, Args)]
#[command(group = ArgGroup::new("tracker").required(true).args(["github", "gitlab", "jira", "azure"]))]
#[command(after_help = "\
Without --apply nothing is written anywhere: the plan is shown, with a reason for every step.

Tokens come from the environment alone: GITHUB_TOKEN, GITLAB_TOKEN, JIRA_TOKEN with JIRA_EMAIL, or AZURE_DEVOPS_TOKEN.
GitLab, Jira and Azure DevOps are beta.

Examples:
  redan backlog sync --github acme/shop                       what would change
  redan backlog sync --github acme/shop --apply               change it
  redan backlog sync --github acme/shop --pull --apply        closed issues become implemented mitigations
  redan backlog sync --github acme/shop --server https://git.example.org/api/v3
  redan backlog sync --gitlab group/shop --priority P0,P1,P2
  redan backlog sync --jira SHOP --server https://example.atlassian.net --type Story
  redan backlog sync --azure acme/Shop --base-url https://dev.azure.com/acme/Shop/_git/shop?path=")]
pub(crate) struct SyncArgs {
    #[command(flatten)]
    models: Models,
    /// Issues of a repository on GitHub; `GITHUB_REPOSITORY` if none is named
    #[arg(long, value_name = "OWNER/REPOSITORY", num_args = 0..=1)]
    github: Option<Option<String>>,
    /// Beta: issues of a project on GitLab; `CI_PROJECT_PATH` if none is named
    #[arg(long, value_name = "GROUP/PROJECT", num_args = 0..=1)]
    gitlab: Option<Option<String>>,
    /// Beta: issues of a project in Jira; `JIRA_PROJECT` if none is named
    #[arg(long, value_name = "KEY", num_args = 0..=1)]
    jira: Option<Option<String>>,
    /// Beta: work items of a project in Azure DevOps; `AZURE_DEVOPS_PROJECT` if none is named
    #[arg(long, value_name = "ORGANISATION/PROJECT", num_args = 0..=1)]
    azure: Option<Option<String>>,
    /// Address of the tracker's interface; else `GITHUB_API_URL`, `CI_API_V4_URL`, `JIRA_URL` or `AZURE_DEVOPS_URL`, else the public one
    #[arg(long, value_name = "URL")]
    server: Option<String>,
    /// Carry the plan out
    #[arg(long)]
    apply: bool,
    /// Write the status of issues into the model instead, as far as it is beyond doubt
    #[arg(long, conflicts_with = "reopen")]
    pull: bool,
    /// Open issues again that a person closed although their task is open
    #[arg(long)]
    reopen: bool,
    /// Priorities of tasks that get an issue: P0, P1, P2, P3
    #[arg(long, value_name = "PRIORITY", value_delimiter = ',', default_value = "P0,P1")]
    priority: Vec<String>,
    /// The label by which issues are found
    #[arg(long, value_name = "LABEL", default_value = "redan")]
    label: String,
    /// What a task becomes in Jira and Azure DevOps
    #[arg(long = "type", value_name = "TYPE", default_value = "Task")]
    kind: String,
    /// What stands before the path of a file in every link
    #[arg(long, value_name = "URL")]
    base_url: Option<String>,
    /// How many seconds to wait in all when the tracker asks for it
    #[arg(long, value_name = "SECONDS", default_value_t = 300)]
    max_wait: u64,
    /// How to show the plan
    #[arg(long, value_enum, default_value_t = PlainFormat::Human)]
    format: PlainFormat,
}

/// One model, its links, and what is to be done or was done about them.
pub(crate) struct Synced<'m> {
    model: &'m Opened,
    steps: Vec<(Step, Option<Done>)>,
}

/// Runs `backlog sync`.
pub(crate) fn run(args: &SyncArgs, session: &mut Session<'_>) -> Outcome {
    let bands = bands(&args.priority)?;
    let place = choose(&asked(args))?;
    let named: Vec<_> = args.models.models.iter().chain(&place.model).cloned().collect();
    let mut models = session.open(&named)?;
    if let Some(twice) =
        models.iter().enumerate().find(|(at, model)| models[..*at].iter().any(|other| other.loaded.model.id == model.loaded.model.id))
    {
        let id = &twice.1.loaded.model.id;
        return Err(usage(format!("two models have the id `{id}`, and their issues could not be told apart; give one another `id`")));
    }
    for model in &mut models {
        name_from_root(model, session);
    }
    let analysed: Vec<(&Opened, Kept<Analysis>)> = models.iter().map(|model| (model, model.analyse())).collect();
    let links = models.iter().map(stored).collect::<anyhow::Result<Vec<Links>>>()?;
    let mut http = Http::new(session.terminal);
    let mut wire = Wire::new(&mut http, &place.base, place.headers.clone(), place.hint, args.max_wait);
    let found = found(&place, &mut wire, &links)?;
    if args.pull {
        drop(wire);
        return take::run(args, session, &place, &analysed, &found);
    }
    let mut synced = Vec::new();
    let mut outcome = Ok(());
    for ((model, analysis), mut links) in analysed.iter().zip(links) {
        let steps = steps(args, &place, model, analysis, &bands, &links, &found);
        let mut done: Vec<(Step, Option<Done>)> = steps.into_iter().map(|step| (step, None)).collect();
        if args.apply && outcome.is_ok() {
            outcome = carry_out_all(&*place.tracker, &mut wire, &mut done);
            remember(&place, &mut links, &done, &found);
            keep(model, &links)?;
        }
        synced.push(Synced { model, steps: done });
    }
    drop(wire);
    output::show(args, session, &place, &synced)?;
    outcome?;
    let is_unclear = |(step, done): &(Step, Option<Done>)| step.action == redan_tracker::Action::Conflict || *done == Some(Done::Overtaken);
    Ok(if synced.iter().any(|one| one.steps.iter().any(is_unclear)) { Exit::Invalid } else { Exit::Fine })
}

fn asked(args: &SyncArgs) -> Asked {
    Asked {
        github: args.github.clone(),
        gitlab: args.gitlab.clone(),
        jira: args.jira.clone(),
        azure: args.azure.clone(),
        server: args.server.clone(),
        label: args.label.clone(),
        kind: args.kind.clone(),
    }
}

/// Names the files of a model from the root of its project, so that links are the same wherever the command is given.
fn name_from_root(model: &mut Opened, session: &Session<'_>) {
    let (shown, below, root, cwd) = (model.shown.clone(), model.below.clone(), model.project.root.clone(), session.cwd.clone());
    model.loaded.sources.rename(|name| {
        if name == shown {
            return below.clone();
        }
        let real = std::fs::canonicalize(cwd.join(name)).ok();
        let real = real.as_deref().and_then(|real| real.strip_prefix(&root).ok());
        real.map_or_else(|| name.to_owned(), |real| real.to_string_lossy().replace('\\', "/"))
    });
}

/// All issues that may be ours.
fn found(place: &Place, wire: &mut Wire<'_>, links: &[Links]) -> anyhow::Result<Vec<Found>> {
    let mut found = place.tracker.find(wire).map_err(failed)?;
    for links in links {
        read_linked(&*place.tracker, wire, &links.of(&place.name()), &mut found).map_err(failed)?;
    }
    Ok(found)
}

fn failed(error: redan_tracker::Error) -> anyhow::Error {
    Failure::Usage(error.to_string()).into()
}

/// The plan for one model.
fn steps(args: &SyncArgs, place: &Place, model: &Opened, analysis: &Analysis, bands: &[Band], links: &Links, found: &[Found]) -> Vec<Step> {
    let base = args.base_url.as_deref().or(place.files.as_deref());
    let input = model.input(analysis);
    let of_model = &model.loaded.model;
    let asked: Vec<String> = tasks(&input, bands, base).iter().map(|task| key(of_model, task.kind, &task.id)).collect();
    let all = tasks(&input, &[Band::Critical, Band::High, Band::Medium, Band::Low], base);
    let wanted: Vec<_> = all
        .iter()
        .map(|task| wanted(of_model, task, &*place.tracker, &args.label, asked.contains(&key(of_model, task.kind, &task.id))))
        .collect();
    let rules = Rules { label: &args.label, reopen: args.reopen, model: &of_model.id };
    plan(&wanted, found, &links.of(&place.name()), &|task| fate(of_model, analysis, task), rules)
}

/// Carries out step after step; the first failure ends it, and what was done stays known.
fn carry_out_all(tracker: &dyn Tracker, wire: &mut Wire<'_>, steps: &mut [(Step, Option<Done>)]) -> anyhow::Result<()> {
    for (step, done) in steps {
        match carry_out(tracker, wire, step) {
            Ok(now) => *done = Some(now),
            Err(error) => {
                let what = step.issue.clone().unwrap_or_else(|| step.title.clone());
                return Err(usage(format!(
                    "{} of {what}: {error}; what was written before stays, and the next run goes on from there",
                    step.action.as_str()
                )));
            }
        }
    }
    Ok(())
}

/// Links every task to its issue. Issues that are not there any more are forgotten.
fn remember(place: &Place, links: &mut Links, steps: &[(Step, Option<Done>)], found: &[Found]) {
    let mut known = links.of(&place.name());
    known.retain(|_, key| found.iter().any(|issue| issue.key == *key));
    let mut of_steps: BTreeMap<String, String> = BTreeMap::new();
    for (step, done) in steps {
        let key = match (done, &step.write, &step.issue) {
            (Some(Done::Made(made)), _, _) => Some(made.key.clone()),
            (_, Some(Write::New(_)), _) => None,
            (_, _, issue) => issue.clone(),
        };
        of_steps.extend(key.map(|key| (step.task.clone(), key)));
    }
    // A task that has another name now leaves its old name behind.
    known.retain(|task, key| of_steps.contains_key(task) || !of_steps.values().any(|other| other == key));
    known.extend(of_steps);
    links.set(&place.name(), known);
}
