//! Which mitigations to do: the best for a budget, or the cheapest that reaches a target, and in which order.
//!
//! The choice is exact: either it is proven that no other leaves less, or it is said how much less could be left at most.
//! Risks are those of the analysis, so what a plan promises is what the analysis shows once the mitigations are in place.

mod anneal;
mod bound;
mod branch;
mod cover;
mod front;
mod improve;
mod order;
mod problem;
mod rows;
mod search;
mod split;
mod threats;

use redan_model::lang::Band;

use crate::analyse::Input;
use crate::analysis::Status;
use crate::{Analysis, Context, Knowledge, Policy};

pub use front::Point;
pub use order::Step;
pub use problem::{Goal, Problem, Subject};
pub use search::{Choice, least_cost, least_left};

/// What a plan is to reach.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Request {
    /// The most work, in hours; without limit if `None`.
    pub budget: Option<u64>,
    /// No risk is to be left above this band.
    pub target: Option<Band>,
    /// What a mitigation without estimate is taken to cost, in hours.
    pub default_hours: u64,
    /// Hours of one sprint.
    pub sprint: Option<u64>,
    /// Whether threats that wait for an answer count as if they were there.
    pub questions: bool,
}

/// A mitigation that could be done.
#[derive(Debug, Clone, PartialEq)]
pub struct Candidate {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// What it costs, in hours.
    pub hours: u64,
    /// Whether somebody has estimated that.
    pub estimated: bool,
    /// Ids of mitigations that it needs first.
    pub needs: Vec<String>,
    /// Whether the plan has it.
    pub chosen: bool,
    /// What it takes away if nothing else is done.
    pub alone: f64,
    /// What it takes away when the rest of the plan is done.
    pub given_others: f64,
}

/// A risk before and after the plan.
#[derive(Debug, Clone, PartialEq)]
pub struct RiskLine {
    /// The id of the threat.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Whether its likelihood and impact stand for a band, because it has none of its own or another scale leads.
    pub by_band: bool,
    /// The risk now.
    pub before: u8,
    /// The risk when the plan is done.
    pub after: u8,
    /// The risk when everything is done.
    pub at_best: u8,
    /// The band now.
    pub band_before: Option<Band>,
    /// The band when the plan is done.
    pub band_after: Option<Band>,
}

/// What a plan was asked for and does not reach.
#[derive(Debug, Clone, PartialEq)]
pub enum Shortfall {
    /// These risks stay above the target whatever is done.
    OutOfReach(Vec<String>),
    /// The budget does not reach the target, which takes so many hours.
    TooSmall(u64),
}

/// A plan.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    /// What was asked for.
    pub request: Request,
    /// Every mitigation that could be done, in source order.
    pub candidates: Vec<Candidate>,
    /// The chosen ones in the order of work.
    pub steps: Vec<Step>,
    /// Every risk that counts.
    pub risks: Vec<RiskLine>,
    /// The hours of the plan.
    pub hours: u64,
    /// The sum of the risks now.
    pub before: f64,
    /// The sum when the plan is done.
    pub after: f64,
    /// The sum when everything is done.
    pub at_best: f64,
    /// The risk that somebody carries by decision, which no plan changes.
    pub carried: u64,
    /// No choice that was allowed leaves less, or costs less hours where only a target is asked for.
    pub bound: f64,
    /// Whether the plan reaches the bound.
    pub proven: bool,
    /// How far the bound may be from the plan, as a share of what the plan leaves or costs.
    pub gap: f64,
    /// What is not reached.
    pub shortfall: Vec<Shortfall>,
    /// What other budgets buy, cheapest first.
    pub front: Vec<Point>,
    /// Threats for which the facts of only some mitigations are tried together.
    pub simplified: Vec<String>,
}

/// Makes a plan from an analysis of the same inputs.
pub fn plan(
    model: &redan_model::Model,
    knowledge: &Knowledge,
    policy: &Policy,
    context: &Context,
    analysis: &Analysis,
    request: Request,
) -> Plan {
    let input = Input { model, knowledge, policy, context };
    let risks = threats::risks(&input, analysis, request.questions);
    let (costs, candidates) = candidates(&input, request.default_hours);
    let place = |id: &String| candidates.iter().position(|candidate| candidate.id == *id);
    let needs = candidates.iter().map(|candidate| candidate.needs.iter().filter_map(place).collect()).collect();
    let subjects = risks.iter().map(|risk| Box::new(risk.clone()) as Box<dyn Subject>).collect();
    let mut problem = Problem::new(costs, needs, subjects);
    let mut shortfall = Vec::new();
    let (choice, gap) = choose(&mut problem, policy, request, &mut shortfall, &|term| analysis.threats[risks[term].threat].id.clone());
    let front = front::front(&problem, Some(&choice));
    assemble(&input, analysis, request, Solved { problem, choice, gap, front, shortfall, risks, candidates })
}

/// What the parts of a plan are made from.
struct Solved<'a> {
    problem: Problem<'a>,
    choice: Choice,
    gap: f64,
    front: Vec<Point>,
    shortfall: Vec<Shortfall>,
    risks: Vec<threats::ThreatRisk>,
    candidates: Vec<Candidate>,
}

fn candidates(input: &Input<'_>, default_hours: u64) -> (Vec<u64>, Vec<Candidate>) {
    let all = threats::candidates(input.model);
    let candidate = |id: &&str| {
        let entry = &input.model.root.mitigations.entries[*id].value;
        let estimate = entry.estimate.as_ref().map(|estimate| u64::from(estimate.value.hours));
        Candidate {
            id: (*id).to_owned(),
            title: entry.title.as_ref().map_or_else(|| (*id).to_owned(), |title| title.value.clone()),
            hours: estimate.unwrap_or(default_hours),
            estimated: estimate.is_some(),
            needs: entry.needs.values().filter(|needed| all.contains(&needed.as_str())).cloned().collect(),
            chosen: false,
            alone: 0.0,
            given_others: 0.0,
        }
    };
    let found: Vec<Candidate> = all.iter().map(candidate).collect();
    (found.iter().map(|candidate| candidate.hours).collect(), found)
}

/// The best choice, and how far from a better one it may be.
fn choose(
    problem: &mut Problem<'_>,
    policy: &Policy,
    request: Request,
    shortfall: &mut Vec<Shortfall>,
    name: &dyn Fn(usize) -> String,
) -> (Choice, f64) {
    let total: u64 = problem.costs.iter().sum();
    let budget = request.budget.unwrap_or(total).min(total);
    let Some(limit) = request.target.map(|target| highest_of(policy, target)) else { return best_within(problem, budget) };
    let out = problem.give_up(limit);
    if !out.is_empty() {
        shortfall.push(Shortfall::OutOfReach(out.into_iter().map(name).collect()));
    }
    let limit = Some(limit);
    let work = if request.budget.is_none() { search::WORK / 4 * 3 } else { search::WORK / 2 };
    let Some(cheapest) = least_cost(problem, Goal { budget: total, limit }, work) else {
        return best_within(problem, budget);
    };
    if request.budget.is_none() {
        // For the same hours, what leaves least; what is proven is proven about the hours.
        let (bound, proven) = (cheapest.bound, cheapest.proven);
        let gap = share_of(cheapest.cost as f64 - bound, cheapest.cost as f64);
        let same =
            search::least_left_from(problem, Goal { budget: cheapest.cost, limit }, search::WORK / 8, Some(&cheapest)).unwrap_or(cheapest);
        return (Choice { bound, proven, ..same }, gap);
    }
    if cheapest.cost > budget {
        shortfall.push(Shortfall::TooSmall(cheapest.cost));
        return best_within(problem, budget);
    }
    let found = search::least_left_from(problem, Goal { budget, limit }, search::WORK / 2, Some(&cheapest)).unwrap_or(cheapest);
    let gap = share_of(found.left - found.bound, found.left);
    (found, gap)
}

fn best_within(problem: &Problem<'_>, budget: u64) -> (Choice, f64) {
    let nothing = || {
        let chosen = vec![false; problem.costs.len()];
        let left = problem.left(&chosen);
        Choice { chosen, cost: 0, left, bound: left, proven: true }
    };
    let found = least_left(problem, Goal { budget, limit: None }, search::WORK).unwrap_or_else(nothing);
    let gap = share_of(found.left - found.bound, found.left);
    (found, gap)
}

fn share_of(part: f64, whole: f64) -> f64 {
    if whole > 0.0 { (part / whole).max(0.0) } else { 0.0 }
}

/// The highest risk up to which every risk is in the band or below it.
fn highest_of(policy: &Policy, target: Band) -> f64 {
    f64::from((1..=25).take_while(|risk| policy.band(*risk) <= target).last().unwrap_or(0))
}

fn assemble(input: &Input<'_>, analysis: &Analysis, request: Request, solved: Solved<'_>) -> Plan {
    let Solved { problem, choice, gap, front, shortfall, risks, mut candidates } = solved;
    let nothing = vec![false; candidates.len()];
    let everything = vec![true; candidates.len()];
    let mut chosen = choice.chosen.clone();
    for (at, candidate) in candidates.iter_mut().enumerate() {
        candidate.chosen = choice.chosen[at];
        candidate.alone = problem.gain(&mut nothing.clone(), &[at]);
        chosen[at] = false;
        candidate.given_others = problem.gain(&mut chosen, &[at]);
        chosen[at] = choice.chosen[at];
    }
    let carried = analysis.threats.iter().filter(|threat| matches!(threat.status, Status::Accepted | Status::Transferred));
    let line = |(at, risk): (usize, &threats::ThreatRisk)| {
        let threat = &analysis.threats[risk.threat];
        let left = |chosen: &[bool]| problem.left_of(at, chosen) as u8;
        let (before, after) = (left(&nothing), left(&choice.chosen));
        let band = |risk: u8| (risk > 0).then(|| input.policy.band(risk));
        RiskLine {
            id: threat.id.clone(),
            title: threat.title.clone(),
            by_band: threats::numbers(input.policy, threat) != threat.rating.likelihood.zip(threat.rating.impact),
            before,
            after,
            at_best: left(&everything),
            band_before: band(before),
            band_after: band(after),
        }
    };
    let mut plan = Plan {
        request,
        steps: order::order(&problem, &choice.chosen),
        risks: risks.iter().enumerate().map(line).collect(),
        hours: choice.cost,
        before: problem.left(&nothing),
        after: choice.left,
        at_best: problem.left(&everything),
        carried: carried.filter_map(|threat| threat.residual.current).map(u64::from).sum(),
        bound: choice.bound,
        proven: choice.proven,
        gap,
        shortfall,
        front,
        simplified: risks.iter().filter(|risk| risk.simplified).map(|risk| analysis.threats[risk.threat].id.clone()).collect(),
        candidates,
    };
    if let Some(sprint) = request.sprint.filter(|hours| *hours > 0) {
        plan.divide_into_sprints(sprint);
    }
    plan
}

impl Plan {
    /// Says of every step in which sprints of so many hours somebody works at it, one step after the other.
    pub fn divide_into_sprints(&mut self, hours: u64) {
        let (sprint, mut done) = (hours.max(1), 0);
        self.request.sprint = Some(sprint);
        for step in &mut self.steps {
            let cost = self.candidates[step.mitigation].hours;
            step.sprints = Some((done / sprint + 1, (done + cost.max(1) - 1) / sprint + 1));
            done += cost;
        }
    }
}
