//! A plan of mitigations: as JSON, and the front of costs and risks as a picture.

mod picture;

use redan_engine::plan::{Candidate, GoalLine, Plan, Point, RiskLine, Shortfall, Step};
use redan_model::lang::Band;
use serde::Serialize;

use crate::Input;
use crate::json::ModelJson;

pub use picture::svg;
pub(crate) use picture::ticks;

/// Hours of a day of work.
const DAY: f64 = 8.0;

/// Hours as days: "3 days", "half a day".
pub fn days(hours: u64) -> String {
    match hours {
        4 => "half a day".to_owned(),
        8 => "1 day".to_owned(),
        hours => {
            let number = format!("{:.2}", in_days(hours));
            format!("{} days", number.trim_end_matches('0').trim_end_matches('.'))
        }
    }
}

/// Hours as a number of days.
pub(crate) fn in_days(hours: u64) -> f64 {
    hours as f64 / DAY
}

/// A risk or a sum of risks: whole, unless it is not.
pub fn amount(risk: f64) -> String {
    if risk.fract().abs() < 1e-9 { format!("{risk:.0}") } else { format!("{risk:.2}") }
}

/// "2", or "2 to 3".
pub fn sprints(step: &Step) -> Option<String> {
    step.sprints.map(|(first, last)| if first == last { first.to_string() } else { format!("{first} to {last}") })
}

/// `plan --format json`.
#[derive(Debug, Serialize)]
pub struct PlanJson<'a> {
    version: u8,
    model: ModelJson<'a>,
    #[serde(flatten)]
    found: FoundPlan<'a>,
}

/// A plan, also inside `report --format json`.
#[derive(Debug, Serialize)]
pub(crate) struct FoundPlan<'a> {
    request: RequestJson,
    risk: SumsJson,
    cost: CostJson,
    proof: ProofJson,
    order: Vec<&'a str>,
    mitigations: Vec<MitigationJson<'a>>,
    risks: Vec<RiskJson<'a>>,
    goals: Vec<GoalJson<'a>>,
    shortfall: ShortfallJson<'a>,
    front: Vec<PointJson<'a>>,
    simplified: &'a [String],
    /// Attack trees that do not count, since of a whole way nobody has said how likely it is.
    unrated: &'a [String],
}

#[derive(Debug, Serialize)]
struct RequestJson {
    budget_hours: Option<u64>,
    target: Option<&'static str>,
    default_estimate_hours: u64,
    sprint_hours: Option<u64>,
    questions: bool,
    goals: bool,
}

#[derive(Debug, Serialize)]
struct SumsJson {
    before: f64,
    after: f64,
    if_everything_is_done: f64,
    /// The parts of `before` and `after` that are of goals and not of threats.
    goals_before: u64,
    goals_after: u64,
    carried_by_decision: u64,
}

#[derive(Debug, Serialize)]
struct CostJson {
    hours: u64,
    days: f64,
}

#[derive(Debug, Serialize)]
struct ProofJson {
    /// Whether the bound is about the risk that is left or about the hours.
    about: &'static str,
    optimal: bool,
    bound: f64,
    gap: f64,
}

#[derive(Debug, Serialize)]
struct MitigationJson<'a> {
    id: &'a str,
    title: &'a str,
    hours: u64,
    days: f64,
    estimated: bool,
    needs: &'a [String],
    chosen: bool,
    removes_alone: f64,
    removes_given_others: f64,
    /// Place in the order of work, from 1.
    order: Option<usize>,
    removes_in_order: Option<f64>,
    left_after: Option<f64>,
    sprints: Option<(u64, u64)>,
}

#[derive(Debug, Serialize)]
struct RiskJson<'a> {
    id: &'a str,
    title: &'a str,
    before: u8,
    after: u8,
    if_everything_is_done: u8,
    band_before: Option<&'static str>,
    band_after: Option<&'static str>,
    by_band: bool,
}

#[derive(Debug, Serialize)]
struct GoalJson<'a> {
    id: &'a str,
    title: &'a str,
    kind: &'static str,
    /// Goals that the same ways lead to, which count as this one.
    also: &'a [String],
    impact: u8,
    probability_before: f64,
    probability_after: f64,
    before: u8,
    after: u8,
    if_everything_is_done: u8,
    band_before: Option<&'static str>,
    band_after: Option<&'static str>,
}

#[derive(Debug, Default, Serialize)]
struct ShortfallJson<'a> {
    out_of_reach: &'a [String],
    target_needs_hours: Option<u64>,
}

#[derive(Debug, Serialize)]
struct PointJson<'a> {
    hours: u64,
    days: f64,
    left: f64,
    proven: bool,
    mitigations: Vec<&'a str>,
}

impl<'a> PlanJson<'a> {
    /// A plan as the format has it.
    pub fn of(input: &'a Input<'_>, plan: &'a Plan) -> Self {
        Self { version: 1, model: ModelJson::of(input.model, input.sources), found: FoundPlan::of(plan) }
    }
}

impl<'a> FoundPlan<'a> {
    /// A plan as the format has it.
    pub(crate) fn of(plan: &'a Plan) -> Self {
        let request = &plan.request;
        let by_hours = request.target.is_some() && request.budget.is_none();
        Self {
            request: RequestJson {
                budget_hours: request.budget,
                target: request.target.map(Band::as_str),
                default_estimate_hours: request.default_hours,
                sprint_hours: request.sprint,
                questions: request.questions,
                goals: request.goals,
            },
            risk: SumsJson {
                before: plan.before,
                after: plan.after,
                if_everything_is_done: plan.at_best,
                goals_before: plan.of_goals().0,
                goals_after: plan.of_goals().1,
                carried_by_decision: plan.carried,
            },
            cost: CostJson { hours: plan.hours, days: in_days(plan.hours) },
            proof: ProofJson { about: if by_hours { "hours" } else { "risk" }, optimal: plan.proven, bound: plan.bound, gap: plan.gap },
            order: plan.steps.iter().map(|step| plan.candidates[step.mitigation].id.as_str()).collect(),
            mitigations: plan.candidates.iter().enumerate().map(|(at, candidate)| mitigation(plan, at, candidate)).collect(),
            risks: plan.risks.iter().map(risk).collect(),
            goals: plan.goals.iter().map(goal).collect(),
            shortfall: shortfall(&plan.shortfall),
            front: plan.front.iter().map(|point| front_point(plan, point)).collect(),
            simplified: &plan.simplified,
            unrated: &plan.unrated,
        }
    }
}

fn mitigation<'a>(plan: &Plan, at: usize, candidate: &'a Candidate) -> MitigationJson<'a> {
    let order = plan.steps.iter().position(|step| step.mitigation == at);
    let step = order.map(|order| plan.steps[order]);
    MitigationJson {
        id: &candidate.id,
        title: &candidate.title,
        hours: candidate.hours,
        days: in_days(candidate.hours),
        estimated: candidate.estimated,
        needs: &candidate.needs,
        chosen: candidate.chosen,
        removes_alone: candidate.alone,
        removes_given_others: candidate.given_others,
        order: order.map(|order| order + 1),
        removes_in_order: step.map(|step| step.removed),
        left_after: step.map(|step| step.left),
        sprints: step.and_then(|step| step.sprints),
    }
}

fn risk(line: &RiskLine) -> RiskJson<'_> {
    RiskJson {
        id: &line.id,
        title: &line.title,
        before: line.before,
        after: line.after,
        if_everything_is_done: line.at_best,
        band_before: line.band_before.map(Band::as_str),
        band_after: line.band_after.map(Band::as_str),
        by_band: line.by_band,
    }
}

fn goal(line: &GoalLine) -> GoalJson<'_> {
    GoalJson {
        id: &line.id,
        title: &line.title,
        kind: line.kind.as_str(),
        also: &line.also,
        impact: line.impact,
        probability_before: line.probability_before,
        probability_after: line.probability_after,
        before: line.before,
        after: line.after,
        if_everything_is_done: line.at_best,
        band_before: line.band_before.map(Band::as_str),
        band_after: line.band_after.map(Band::as_str),
    }
}

/// What an attacker gets to: "Steal the orders", or of attack paths "See Orders and 2 more".
pub fn said(goal: &GoalLine) -> String {
    if goal.also.is_empty() { goal.title.clone() } else { format!("{} and {} more", goal.title, goal.also.len()) }
}

fn shortfall(list: &[Shortfall]) -> ShortfallJson<'_> {
    let mut found = ShortfallJson::default();
    for shortfall in list {
        match shortfall {
            Shortfall::OutOfReach(ids) => found.out_of_reach = ids,
            Shortfall::TooSmall(hours) => found.target_needs_hours = Some(*hours),
        }
    }
    found
}

fn front_point<'a>(plan: &'a Plan, point: &Point) -> PointJson<'a> {
    let chosen = plan.candidates.iter().zip(&point.chosen).filter(|(_, chosen)| **chosen);
    PointJson {
        hours: point.cost,
        days: in_days(point.cost),
        left: point.left,
        proven: point.proven,
        mitigations: chosen.map(|(candidate, _)| candidate.id.as_str()).collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hours_are_shown_as_days() {
        assert_eq!([0, 4, 8, 12, 120, 2].map(days), ["0 days", "half a day", "1 day", "1.5 days", "15 days", "0.25 days"]);
    }
}
