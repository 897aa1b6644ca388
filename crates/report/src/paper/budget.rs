//! What the planned work buys: the order of work, and what each number of days leaves.

use redan_engine::depth::Depth;
use redan_engine::plan::{GoalLine, Plan, Point, Step};

use super::numbers::picture;
use super::{Block, Run, heading, plain, table, text, words};
use crate::Input;
use crate::document::plural;
use crate::plan::{self, amount, days};
use crate::telling::exactly;

/// Rows of a table.
const ROWS: usize = 8;

/// The order of work and the front, as far as there is work.
pub(crate) fn blocks(input: &Input<'_>, depth: &Depth) -> Vec<Block> {
    let Some(plan) = &depth.plan else { return too_much(depth) };
    let mut out = vec![heading("What the work buys"), Block::Text(summary(plan))];
    if plan.steps.is_empty() {
        return out;
    }
    out.push(order(plan));
    out.extend(sprint(plan));
    out.extend(estimates(plan));
    out.extend(others(plan));
    out.extend(goals(plan));
    if plan.front.len() > 1 {
        let svg = plan::svg(input.model.name_of(redan_model::Thing::Model), plan);
        out.push(Block::Picture(picture("Days of work against the risk that is left", svg)));
        out.push(front(plan));
    }
    out
}

/// What to do first and what that comes to, in a sentence or two; nothing where there is nothing to do.
pub(super) fn sentence(depth: &Depth) -> Option<Vec<Run>> {
    depth.plan.as_ref().filter(|plan| !plan.steps.is_empty()).map(summary)
}

fn too_much(depth: &Depth) -> Vec<Block> {
    if depth.unplanned == 0 {
        return Vec::new();
    }
    let why =
        format!("The model has {}, more than a report chooses from: ", plural(depth.unplanned, "open mitigation", "open mitigations"));
    vec![heading("What the work buys"), Block::Text(vec![plain(why), Run::Code("redan plan --budget 15d".to_owned())])]
}

fn summary(plan: &Plan) -> Vec<Run> {
    let Some(first) = plan.steps.first() else {
        return words("None of the open mitigations lowers a risk that is known to exist.");
    };
    let candidate = &plan.candidates[first.mitigation];
    let share = if plan.before > 0.0 { (1.0 - plan.after / plan.before) * 100.0 } else { 0.0 };
    let (work, before, after) = (days(plan.hours), amount(plan.before), amount(plan.after));
    let all = match plan.steps.len() {
        1 => "That is all that lowers a risk:".to_owned(),
        some => format!("All {some} together take {work}:"),
    };
    let sure = if plan.proven { "" } else { " Whether less work would do is not proven." };
    vec![
        Run::Strong("Do first: ".to_owned()),
        plain(format!("{} ({}). ", candidate.title, days(candidate.hours))),
        plain(format!("{all} the sum of the risks falls from {before} to {after}, by {share:.0}\u{a0}%.{sure}")),
    ]
}

fn order(plan: &Plan) -> Block {
    let in_sprints = plan.request.sprint.is_some();
    let row = |(at, step): (usize, &Step)| {
        let candidate = &plan.candidates[step.mitigation];
        let mark = if candidate.estimated { "" } else { " *" };
        let a_day =
            if candidate.hours == 0 { "\u{2013}".to_owned() } else { format!("{:.1}", step.removed * 8.0 / candidate.hours as f64) };
        let mut row = vec![
            words(format!("{}. {}", at + 1, candidate.title)),
            words(format!("{}{mark}", days(candidate.hours))),
            words(amount(step.removed)),
            words(a_day),
            words(amount(step.left)),
        ];
        row.extend(in_sprints.then(|| words(plan::sprints(step).unwrap_or_default())));
        row
    };
    let mut head = vec![("In this order", 6), ("Work", 2), ("Takes off the risk", 2), ("Per day", 1), ("Left then", 2)];
    head.extend(in_sprints.then_some(("Sprint", 2)));
    table(&head, plan.steps.iter().enumerate().map(row).collect(), "mitigations")
}

fn sprint(plan: &Plan) -> Option<Block> {
    plan.request.sprint.map(|hours| text(format!("A sprint is {} of work here, one mitigation after the other.", days(hours))))
}

fn estimates(plan: &Plan) -> Option<Block> {
    let guessed = plan.steps.iter().any(|step| !plan.candidates[step.mitigation].estimated);
    guessed.then(|| text(format!("* Nobody has estimated it; it counts as {}.", days(plan.request.default_hours))))
}

/// Mitigations that the plan leaves out, since nothing is left for them to do.
fn others(plan: &Plan) -> Option<Block> {
    let titles: Vec<&str> =
        plan.candidates.iter().filter(|candidate| !candidate.chosen).map(|candidate| candidate.title.as_str()).collect();
    (!titles.is_empty()).then(|| text(format!("Once these are done, nothing more is taken off by: {}.", titles.join("; "))))
}

/// What attackers get to now and then, the worst first.
fn goals(plan: &Plan) -> Vec<Block> {
    let mut lines: Vec<&GoalLine> = plan.goals.iter().filter(|goal| goal.before > 0).collect();
    if lines.is_empty() {
        return Vec::new();
    }
    lines.sort_by_key(|goal| std::cmp::Reverse((goal.before, goal.before - goal.after.min(goal.before))));
    let band = |band: Option<redan_model::lang::Band>| band.map_or("out of reach", redan_model::lang::Band::as_str);
    let row = |goal: &&GoalLine| {
        vec![
            words(plan::said(goal)),
            words(format!("{}, {} {}", exactly(goal.probability_before), goal.before, band(goal.band_before))),
            words(format!("{}, {} {}", exactly(goal.probability_after), goal.after, band(goal.band_after))),
        ]
    };
    let (before, after) = plan.of_goals();
    let mut said = format!(
        "Goals of attackers make up {before} of the {} today and {after} of the {} after the work. Their risk is the likelihood that \
         the probability stands for, times the impact. A threat that is a step of a goal counts for itself as well.",
        amount(plan.before),
        amount(plan.after)
    );
    if lines.len() > ROWS {
        said.push_str(&format!(" The {ROWS} worst of {} are shown.", lines.len()));
    }
    let head = [("What attackers want", 6), ("Today", 3), ("After the work", 3)];
    vec![text(said), table(&head, lines.iter().take(ROWS).map(row).collect(), "attack-trees")]
}

fn front(plan: &Plan) -> Block {
    let every = plan.front.len().div_ceil(ROWS);
    let last = plan.front.len() - 1;
    let row = |point: &Point| {
        let chosen = plan.candidates.iter().zip(&point.chosen).filter(|(_, chosen)| **chosen);
        let titles: Vec<&str> = chosen.map(|(candidate, _)| candidate.title.as_str()).collect();
        let what = match titles.len() {
            0 => "nothing".to_owned(),
            some if some == plan.steps.len() => "all of them".to_owned(),
            some if some > 3 => format!("{some} of them"),
            _ => titles.join("; "),
        };
        vec![words(days(point.cost)), words(amount(point.left)), words(what)]
    };
    let shown = plan.front.iter().enumerate().filter(|(at, _)| at % every == 0 || *at == last).map(|(_, point)| row(point));
    table(&[("With this much work", 2), ("Risk that is left", 2), ("Best choice", 7)], shown.collect(), "")
}
