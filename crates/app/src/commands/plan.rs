//! `redan plan`: which mitigations to do first, what that buys, and what is left.

use std::io;
use std::path::PathBuf;

use anstyle::Style;
use clap::{Args, ValueEnum};
use redan_engine::plan::{self, GoalLine, Plan, Request, RiskLine, Shortfall};
use redan_model::lang::{Band, Effort};
use redan_report::json;
use redan_report::plan::{PlanJson, amount, days, said, sprints, svg};
use redan_report::telling::exactly;

use crate::exit::{Exit, Outcome, usage};
use crate::filter::suggestion;
use crate::human::band_cell;
use crate::session::{Opened, Session};
use crate::table::{Cell, Table, wrap};
use crate::terminal::{Terminal, paint};

/// Rows of a table about risks unless everything is asked for.
const RISKS_SHOWN: usize = 8;
/// Points of the front that are shown.
const POINTS_SHOWN: usize = 8;

/// Arguments of `plan`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  redan plan --budget 15d                  the mitigations that leave least risk for 15 days of work
  redan plan --target high                 the cheapest ones after which no risk is above high
  redan plan --budget 15d --sprint 10d     with the sprint in which each is done
  redan plan --format svg -o front.svg     what each number of days buys, as a picture
  redan plan --format csv                  every threat and every goal of attackers, before and after
  redan plan --without-goals               threats alone, not what attack trees and attack paths come to

A day has 8 hours, a week 5 days. A mitigation without estimate counts as --default-estimate.")]
pub(crate) struct PlanArgs {
    /// The model; found through `redan.toml` or under `security/threat-models/` if not given
    #[arg(value_name = "MODEL")]
    model: Option<PathBuf>,
    /// The most work that may be done, such as 15d
    #[arg(long, value_name = "EFFORT", value_parser = effort)]
    budget: Option<u64>,
    /// The highest band that a risk may have when the plan is done: critical, high, medium, low
    #[arg(long, value_name = "BAND", value_parser = band)]
    target: Option<Band>,
    /// The work of one sprint, such as 10d
    #[arg(long, value_name = "EFFORT", value_parser = positive_effort)]
    sprint: Option<u64>,
    /// What a mitigation without an estimate is taken to cost
    #[arg(long, value_name = "EFFORT", default_value = "3d", value_parser = effort)]
    default_estimate: u64,
    /// Count threats that wait for an answer as if they were there
    #[arg(long)]
    with_questions: bool,
    /// Count threats alone, not the goals of attack trees and attack paths
    #[arg(long)]
    without_goals: bool,
    /// How to show it
    #[arg(long, value_enum, default_value_t = PlanFormat::Human)]
    format: PlanFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum PlanFormat {
    /// Text for people
    Human,
    /// JSON, version 1
    Json,
    /// Comma-separated values: threats and goals before and after
    Csv,
    /// A picture of what each number of days buys
    Svg,
}

fn effort(text: &str) -> Result<u64, String> {
    let effort = Effort::parse(text).ok_or_else(|| format!("`{text}` is not an amount of work; write it like 4h, 15d or 2w"))?;
    Ok(u64::from(effort.hours))
}

/// An amount of work that is more than none.
pub(crate) fn positive_effort(text: &str) -> Result<u64, String> {
    effort(text).and_then(|hours| if hours > 0 { Ok(hours) } else { Err("a sprint takes more than no time".to_owned()) })
}

fn band(text: &str) -> Result<Band, String> {
    Band::from_word(text).ok_or_else(|| {
        let names = || Band::ALL.iter().rev().map(|band| band.as_str());
        format!("`{text}` is not a band{}; allowed: {}", suggestion(text, names()), names().collect::<Vec<_>>().join(", "))
    })
}

/// Runs `plan`.
pub(crate) fn run(args: &PlanArgs, session: &mut Session<'_>) -> Outcome {
    let opened = session.open_one(args.model.as_deref())?;
    let analysis = opened.analyse();
    let request = Request {
        budget: args.budget,
        target: args.target,
        default_hours: args.default_estimate,
        sprint: args.sprint,
        questions: args.with_questions,
        goals: !args.without_goals,
    };
    let policy = &opened.project.policy;
    let found = plan::plan(&opened.loaded.model, &opened.knowledge, policy, &opened.context(), &analysis, request);
    if found.candidates.is_empty() && args.format == PlanFormat::Human {
        return Err(usage(format!(
            "{} has no mitigation that is still to be done; add one: redan add mitigation ID title=\"…\" estimate=3d",
            opened.shown
        )));
    }
    match args.format {
        PlanFormat::Human => show(&opened, &found, session)?,
        PlanFormat::Json => json::write(session.terminal.out(), &PlanJson::of(&opened.input(&analysis), &found))?,
        PlanFormat::Csv => lines(&found).csv(session.terminal.out())?,
        PlanFormat::Svg => {
            let name = opened.loaded.model.name_of(redan_model::Thing::Model);
            session.terminal.out().write_all(svg(name, &found).as_bytes())?;
        }
    }
    Ok(Exit::Fine)
}

/// Every threat and every goal, before and after.
fn lines(plan: &Plan) -> Table {
    let mut rows = Table::new(&[
        "kind",
        "id",
        "title",
        "risk_before",
        "risk_after",
        "if_everything_is_done",
        "band_before",
        "band_after",
        "probability_before",
        "probability_after",
        "same_ways",
    ]);
    let mut row = |[kind, id, title]: [&str; 3], risks: [u8; 3], bands: [Option<Band>; 2], of_goal: [String; 3]| {
        let [before, after, best] = risks.map(|risk| risk.to_string().into());
        let [band_before, band_after] = bands.map(|band| band.map_or("", Band::as_str).into());
        let [likely, then, also] = of_goal.map(Cell::from);
        rows.row([kind.into(), id.into(), title.into(), before, after, best, band_before, band_after, likely, then, also]);
    };
    for line in &plan.risks {
        let risks = [line.before, line.after, line.at_best];
        row(["threat", &line.id, &line.title], risks, [line.band_before, line.band_after], Default::default());
    }
    for line in &plan.goals {
        let risks = [line.before, line.after, line.at_best];
        let [likely, then] = [line.probability_before, line.probability_after].map(|probability| format!("{probability:.6}"));
        let of_goal = [likely, then, line.also.join("; ")];
        row([line.kind.as_str(), &line.id, &line.title], risks, [line.band_before, line.band_after], of_goal);
    }
    rows
}

fn show(opened: &Opened, plan: &Plan, session: &mut Session<'_>) -> io::Result<()> {
    let verbose = session.common.verbose;
    crate::human::heading(opened, session.terminal)?;
    let lines = summary(plan);
    let terminal = &mut *session.terminal;
    let width = terminal.width.unwrap_or(100).min(100);
    writeln!(terminal.out())?;
    for line in lines.iter().flat_map(|line| wrap(line, width)) {
        writeln!(terminal.out(), "{line}")?;
    }
    order(plan, terminal)?;
    risks(plan, verbose, terminal)?;
    goals(plan, verbose, terminal)?;
    left_out(plan, terminal)?;
    front(plan, terminal)?;
    notes(plan, terminal)
}

fn title(terminal: &mut Terminal, text: &str) -> io::Result<()> {
    let text = paint(terminal.color, Style::new().bold(), text);
    writeln!(terminal.out(), "\n{text}")
}

fn table(terminal: &mut Terminal, table: &Table) -> io::Result<()> {
    let (width, color) = (terminal.width, terminal.color);
    table.human(terminal.out(), width, color)
}

/// What to do first, what the plan buys, what is left, and how sure that is.
fn summary(plan: &Plan) -> Vec<String> {
    let mut lines = Vec::new();
    let Some(first) = plan.steps.first() else {
        lines.push("Nothing is chosen: no mitigation that fits lowers any risk.".to_owned());
        lines.extend(plan.shortfall.iter().map(missed));
        return lines;
    };
    let candidate = &plan.candidates[first.mitigation];
    lines.push(format!("Do first: {} ({}). It takes {} off the risk.", candidate.title, days(candidate.hours), amount(first.removed)));
    let share = if plan.before > 0.0 { (1.0 - plan.after / plan.before) * 100.0 } else { 0.0 };
    let count = plan.steps.len();
    let what = if count == 1 { "This one mitigation takes".to_owned() } else { format!("These {count} mitigations take") };
    lines.push(format!(
        "What it buys: {what} {} and lower the risk from {} to {}, by {share:.0} %.",
        days(plan.hours),
        amount(plan.before),
        amount(plan.after)
    ));
    if count == 1 {
        lines[1] = lines[1].replace(" and lower ", " and lowers ");
    }
    let (before, after) = plan.of_goals();
    if before > 0 {
        lines
            .push(format!("Of that, {before} now and {after} then are goals that attackers get to; their steps count as threats as well."));
    }
    lines.push(format!("What is left: {}", remains(plan)));
    lines.extend(plan.shortfall.iter().map(missed));
    lines.push(proof(plan));
    lines
}

fn remains(plan: &Plan) -> String {
    let goals = plan.goals.iter().map(|goal| goal.band_after);
    let after: Vec<Option<Band>> = plan.risks.iter().map(|line| line.band_after).chain(goals).collect();
    let count = |band: Band| after.iter().filter(|left| **left == Some(band)).count();
    let named = |band: Band| {
        let count = count(band);
        (count > 0).then(|| format!("{count} {band}"))
    };
    let parts: Vec<String> = Band::ALL.iter().rev().copied().filter_map(named).collect();
    if parts.is_empty() { "nothing.".to_owned() } else { format!("{}.", parts.join(", ")) }
}

fn missed(shortfall: &Shortfall) -> String {
    match shortfall {
        Shortfall::OutOfReach(ids) => {
            format!("No mitigation of the model brings these to the target: {}. Add one, or accept the risk.", ids.join(", "))
        }
        Shortfall::TooSmall(hours) => format!("The budget does not reach the target; that takes {}.", days(*hours)),
    }
}

fn proof(plan: &Plan) -> String {
    let by_hours = plan.request.target.is_some() && plan.request.budget.is_none();
    match (plan.proven, by_hours) {
        (true, false) => "No other choice within the budget leaves less: this is proven."
            .replace(" within the budget", if plan.request.budget.is_some() { " within the budget" } else { "" }),
        (true, true) => "No cheaper choice reaches the target: this is proven.".to_owned(),
        (false, false) => {
            format!("No choice leaves less than {}: this plan is at most {:.1} % away from the best.", amount(plan.bound), plan.gap * 100.0)
        }
        (false, true) => format!(
            "No choice takes less than {}: this plan is at most {:.1} % away from the cheapest.",
            days(plan.bound.max(0.0) as u64),
            plan.gap * 100.0
        ),
    }
}

fn order(plan: &Plan, terminal: &mut Terminal) -> io::Result<()> {
    if plan.steps.is_empty() {
        return Ok(());
    }
    title(terminal, "What to do, in this order")?;
    let with_sprints = plan.request.sprint.is_some();
    let headers: &[&'static str] = if with_sprints {
        &["", "mitigation", "work", "takes off", "a day", "alone", "left then", "sprint", "id"]
    } else {
        &["", "mitigation", "work", "takes off", "a day", "alone", "left then", "id"]
    };
    let mut rows = Table::new(headers);
    for (at, step) in plan.steps.iter().enumerate() {
        let candidate = &plan.candidates[step.mitigation];
        let mark = if candidate.estimated { "" } else { " *" };
        let a_day = if candidate.hours == 0 { "-".to_owned() } else { format!("{:.1}", step.removed / (candidate.hours as f64 / 8.0)) };
        let mut cells = vec![
            (at + 1).to_string().into(),
            candidate.title.clone().into(),
            format!("{}{mark}", days(candidate.hours)).into(),
            amount(step.removed).into(),
            a_day.into(),
            amount(candidate.alone).into(),
            amount(step.left).into(),
        ];
        if with_sprints {
            cells.push(sprints(step).unwrap_or_default().into());
        }
        cells.push(candidate.id.clone().into());
        rows.row(cells);
    }
    table(terminal, &rows)?;
    if plan.steps.iter().any(|step| !plan.candidates[step.mitigation].estimated) {
        writeln!(terminal.out(), "* nobody has estimated it; it counts as {}", days(plan.request.default_hours))?;
    }
    Ok(())
}

fn risks(plan: &Plan, verbose: bool, terminal: &mut Terminal) -> io::Result<()> {
    let most = if verbose { usize::MAX } else { RISKS_SHOWN };
    let mut lowered: Vec<&RiskLine> = plan.risks.iter().filter(|line| line.after < line.before).collect();
    lowered.sort_by_key(|line| std::cmp::Reverse((line.before - line.after, line.before)));
    show_risks("What it changes", &lowered, most, terminal)?;
    let mut left: Vec<&RiskLine> = plan.risks.iter().filter(|line| line.after > 0).collect();
    left.sort_by_key(|line| std::cmp::Reverse((line.after, line.before)));
    show_risks("What is left, worst first", &left, most, terminal)
}

fn show_risks(head: &str, lines: &[&RiskLine], most: usize, terminal: &mut Terminal) -> io::Result<()> {
    if lines.is_empty() {
        return Ok(());
    }
    title(terminal, head)?;
    let mut rows = Table::new(&["now", "", "then", "", "threat", "id"]);
    for line in lines.iter().take(most) {
        let mark = if line.by_band { " ~" } else { "" };
        rows.row([
            format!("{}{mark}", line.before).into(),
            band_cell(line.band_before),
            line.after.to_string().into(),
            band_cell(line.band_after),
            line.title.clone().into(),
            line.id.clone().into(),
        ]);
    }
    table(terminal, &rows)?;
    if lines.len() > most {
        writeln!(terminal.out(), "and {} more; -v shows them", lines.len() - most)?;
    }
    Ok(())
}

/// What attackers get to, now and then, the worst first.
fn goals(plan: &Plan, verbose: bool, terminal: &mut Terminal) -> io::Result<()> {
    let most = if verbose { usize::MAX } else { RISKS_SHOWN };
    let mut goals: Vec<&GoalLine> = plan.goals.iter().filter(|goal| verbose || goal.before > 0).collect();
    if goals.is_empty() {
        return Ok(());
    }
    goals.sort_by_key(|goal| std::cmp::Reverse((goal.before, goal.before - goal.after.min(goal.before))));
    title(terminal, "What attackers want, and how likely they get it")?;
    let mut rows = Table::new(&["now", "risk", "", "then", "risk", "", "goal", "id"]);
    for goal in goals.iter().take(most) {
        rows.row([
            exactly(goal.probability_before).into(),
            goal.before.to_string().into(),
            band_cell(goal.band_before),
            exactly(goal.probability_after).into(),
            goal.after.to_string().into(),
            band_cell(goal.band_after),
            said(goal).into(),
            goal.id.clone().into(),
        ]);
    }
    table(terminal, &rows)?;
    if goals.len() > most {
        writeln!(terminal.out(), "and {} more; -v shows them", goals.len() - most)?;
    }
    for goal in goals.iter().filter(|goal| verbose && !goal.also.is_empty()) {
        writeln!(terminal.out(), "The ways of {} also lead to {}.", goal.id, goal.also.join(", "))?;
    }
    Ok(())
}

fn left_out(plan: &Plan, terminal: &mut Terminal) -> io::Result<()> {
    let out = plan.candidates.iter().filter(|candidate| !candidate.chosen);
    let mut rows = Table::new(&["mitigation", "work", "would take off", "id"]);
    for candidate in out {
        let mark = if candidate.estimated { "" } else { " *" };
        let work = format!("{}{mark}", days(candidate.hours));
        rows.row([candidate.title.clone().into(), work.into(), amount(candidate.given_others).into(), candidate.id.clone().into()]);
    }
    if rows.is_empty() {
        return Ok(());
    }
    title(terminal, "What the plan leaves out")?;
    table(terminal, &rows)
}

fn front(plan: &Plan, terminal: &mut Terminal) -> io::Result<()> {
    if plan.front.len() < 2 {
        return Ok(());
    }
    title(terminal, "What other budgets would buy")?;
    let every = plan.front.len().div_ceil(POINTS_SHOWN);
    let last = plan.front.len() - 1;
    let mut rows = Table::new(&["work", "risk left", "", "mitigations"]);
    for (at, point) in plan.front.iter().enumerate() {
        let is_plan = point.cost == plan.hours && (point.left - plan.after).abs() < 1e-6;
        if at % every != 0 && at != last && !is_plan {
            continue;
        }
        let chosen = plan.candidates.iter().zip(&point.chosen).filter(|(_, chosen)| **chosen).map(|(candidate, _)| candidate.id.as_str());
        let chosen: Vec<&str> = chosen.collect();
        let names = if chosen.len() > 6 { format!("{} of them", chosen.len()) } else { chosen.join(", ") };
        rows.row([days(point.cost).into(), amount(point.left).into(), if is_plan { "this plan" } else { "" }.into(), names.into()]);
    }
    table(terminal, &rows)
}

fn notes(plan: &Plan, terminal: &mut Terminal) -> io::Result<()> {
    let mut lines = Vec::new();
    if plan.risks.iter().any(|line| line.by_band) {
        lines.push("~ has only a band, or a score on another scale leads; it counts as a risk in the middle of its band".to_owned());
    }
    if plan.carried > 0 {
        lines.push(format!("A risk of {} is carried by decision (accepted or transferred) and not counted here.", plan.carried));
    }
    if !plan.simplified.is_empty() {
        let ids = plan.simplified.join(", ");
        lines.push(format!(
            "For {ids} only some mitigations were tried together, or the probability is a bound; the risk may fall further than shown."
        ));
    }
    if !plan.unrated.is_empty() {
        let ids = plan.unrated.join(", ");
        lines.push(format!("Not counted: {ids}. No step of a whole way there says how likely it is; state a probability."));
    }
    if !lines.is_empty() {
        writeln!(terminal.out())?;
    }
    lines.iter().try_for_each(|line| writeln!(terminal.out(), "{line}"))
}
