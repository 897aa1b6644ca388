//! Which mitigations to do: the best for a budget, or the cheapest that reaches a target, and in which order.
//!
//! The choice is exact: either it is proven that no other leaves less, or it is said how much less could be left at most.
//! Risks are those of the analysis, so what a plan promises is what the analysis shows once the mitigations are in place.
//! Beside the threats, the goals of attack trees and attack paths are risks of their own: see [`GoalLine`].

mod anneal;
mod ascent;
mod bound;
mod branch;
mod cover;
mod frame;
mod front;
mod goals;
mod improve;
mod ladder;
mod mixing;
mod order;
mod problem;
mod rows;
mod search;
mod shape;
mod split;
mod threats;

use redan_model::lang::Band;

use crate::analyse::Input;
use crate::analysis::Status;
use crate::paths::{self, Paths, paths};
use crate::{Analysis, Context, Knowledge, Policy};

pub use front::Point;
pub use goals::GoalKind;
use goals::Goals;
pub use order::Step;
pub use problem::{Goal, Problem, Subject};
pub use search::{Choice, least_cost, least_left};
pub use threats::bands_left;

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
    /// Whether the goals of attack trees and attack paths count beside the threats.
    pub goals: bool,
}

/// How the attack paths of a plan are looked for: ten ways to a goal.
pub fn ways(questions: bool) -> paths::Request {
    paths::Request { most: 10, work: 200_000, questions, ..paths::Request::default() }
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

/// What attackers want, before and after the plan.
///
/// The risk is the likelihood that the probability stands for, times the impact. A threat that is a step of a goal counts
/// for itself as well: it may do harm where no goal is reached.
#[derive(Debug, Clone, PartialEq)]
pub struct GoalLine {
    /// The id of the attack tree, or `path:<asset>/<property>`.
    pub id: String,
    /// Other goals of attack paths that the same ways lead to: whoever gets the one gets these, so they count once, with
    /// the worst impact.
    pub also: Vec<String>,
    /// What the attacker wants.
    pub title: String,
    /// Where it comes from.
    pub kind: GoalKind,
    /// The impact, 1 to 5.
    pub impact: u8,
    /// The probability now.
    pub probability_before: f64,
    /// The probability when the plan is done.
    pub probability_after: f64,
    /// The risk now.
    pub before: u8,
    /// The risk when the plan is done.
    pub after: u8,
    /// The risk when everything is done.
    pub at_best: u8,
    /// The band now; none where the goal cannot be reached.
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
    /// Every threat that counts.
    pub risks: Vec<RiskLine>,
    /// Every goal that counts: attack trees in the order of the model, then attack paths, the worst first.
    pub goals: Vec<GoalLine>,
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
    /// Threats for which the facts of only some mitigations are tried together, and goals whose probability is not exact.
    pub simplified: Vec<String>,
    /// Attack trees that do not count: of a whole way nobody has said how likely it is.
    pub unrated: Vec<String>,
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
    let found = if request.goals { paths(model, knowledge, analysis, &ways(request.questions)) } else { Paths::default() };
    plan_with(&Input { model, knowledge, policy, context }, analysis, request, &found)
}

/// The same with attack paths that were found by [`ways`] before.
pub(crate) fn plan_with(input: &Input<'_>, analysis: &Analysis, request: Request, found: &Paths) -> Plan {
    let risks = threats::risks(input, analysis, request.questions);
    let Goals { counted: goals, unrated } = if request.goals { goals::goals(input, analysis, &risks, found) } else { Goals::default() };
    let (costs, candidates) = candidates(input, request.default_hours);
    let place = |id: &String| candidates.iter().position(|candidate| candidate.id == *id);
    let needs = candidates.iter().map(|candidate| candidate.needs.iter().filter_map(place).collect()).collect();
    let threats = risks.iter().map(|risk| Box::new(risk) as Box<dyn Subject + '_>);
    let subjects = threats.chain(goals.iter().map(|goal| Box::new(goal) as Box<dyn Subject + '_>)).collect();
    let mut problem = Problem::new(costs, needs, subjects);
    let mut shortfall = Vec::new();
    let name = |term: usize| match risks.get(term) {
        Some(risk) => analysis.threats[risk.threat].id.clone(),
        None => goals[term - risks.len()].id.clone(),
    };
    let (choice, gap) = choose(&mut problem, input.policy, request, &mut shortfall, &name);
    let front = front::front(&problem, Some(&choice));
    let solved = Solved { problem, choice, gap, front, shortfall, risks: &risks, goals: &goals, unrated, candidates };
    assemble(input, analysis, request, solved)
}

/// What the parts of a plan are made from.
struct Solved<'a> {
    problem: Problem<'a>,
    choice: Choice,
    gap: f64,
    front: Vec<Point>,
    shortfall: Vec<Shortfall>,
    risks: &'a [threats::ThreatRisk],
    goals: &'a [goals::GoalRisk],
    unrated: Vec<String>,
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
    let Solved { problem, choice, gap, front, shortfall, risks, goals, unrated, mut candidates } = solved;
    effects(&problem, &choice, &mut candidates);
    let nothing = vec![false; candidates.len()];
    let everything = vec![true; candidates.len()];
    let carried = analysis.threats.iter().filter(|threat| matches!(threat.status, Status::Accepted | Status::Transferred));
    let lines = Lines { input, problem: &problem, nothing: &nothing, chosen: &choice.chosen, everything: &everything };
    let simplified = risks.iter().filter(|risk| risk.simplified).map(|risk| analysis.threats[risk.threat].id.clone());
    let mut plan = Plan {
        request,
        steps: order::order(&problem, &choice.chosen),
        risks: risks.iter().enumerate().map(|(at, risk)| lines.risk(at, risk, &analysis.threats[risk.threat])).collect(),
        goals: goals.iter().enumerate().map(|(at, goal)| lines.goal(risks.len() + at, goal)).collect(),
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
        simplified: simplified.chain(goals.iter().filter(|goal| goal.simplified).map(|goal| goal.id.clone())).collect(),
        unrated,
        candidates,
    };
    if let Some(sprint) = request.sprint.filter(|hours| *hours > 0) {
        plan.divide_into_sprints(sprint);
    }
    plan
}

/// What each mitigation takes away alone, and beside the rest of the plan.
fn effects(problem: &Problem<'_>, choice: &Choice, candidates: &mut [Candidate]) {
    let mut nothing = vec![false; candidates.len()];
    let mut chosen = choice.chosen.clone();
    for (at, candidate) in candidates.iter_mut().enumerate() {
        candidate.chosen = choice.chosen[at];
        candidate.alone = problem.gain(&mut nothing, &[at]);
        chosen[at] = false;
        candidate.given_others = problem.gain(&mut chosen, &[at]);
        chosen[at] = choice.chosen[at];
    }
}

/// What the lines of a plan are made from.
struct Lines<'a> {
    input: &'a Input<'a>,
    problem: &'a Problem<'a>,
    nothing: &'a [bool],
    chosen: &'a [bool],
    everything: &'a [bool],
}

impl Lines<'_> {
    /// A risk now, after the plan, and when everything is done, with the bands of the first two.
    fn left(&self, term: usize) -> ([u8; 3], [Option<Band>; 2]) {
        let left = [self.nothing, self.chosen, self.everything].map(|chosen| self.problem.left_of(term, chosen) as u8);
        let band = |risk: u8| (risk > 0).then(|| self.input.policy.band(risk));
        (left, [band(left[0]), band(left[1])])
    }

    fn risk(&self, term: usize, risk: &threats::ThreatRisk, threat: &crate::analysis::Threat) -> RiskLine {
        let ([before, after, at_best], [band_before, band_after]) = self.left(term);
        let by_band = Some(risk.numbers()) != threat.rating.likelihood.zip(threat.rating.impact);
        let (likelihood, impact) = risk.numbers();
        // Nothing is done about it: the band is the stated one, whatever the policy makes of the number that stands for it.
        let kept = |left: u8, band| if by_band && left == likelihood * impact { threat.rating.band } else { band };
        RiskLine {
            id: threat.id.clone(),
            title: threat.title.clone(),
            by_band,
            before,
            after,
            at_best,
            band_before: kept(before, band_before),
            band_after: kept(after, band_after),
        }
    }

    fn goal(&self, term: usize, goal: &goals::GoalRisk) -> GoalLine {
        let ([before, after, at_best], [band_before, band_after]) = self.left(term);
        GoalLine {
            id: goal.id.clone(),
            also: goal.also.clone(),
            title: goal.title.clone(),
            kind: goal.kind,
            impact: goal.impact,
            probability_before: goal.probability_of(self.nothing),
            probability_after: goal.probability_of(self.chosen),
            before,
            after,
            at_best,
            band_before,
            band_after,
        }
    }
}

impl Plan {
    /// The part of the risks, now and when the plan is done, that is of goals and not of threats.
    pub fn of_goals(&self) -> (u64, u64) {
        let sum = |of: fn(&GoalLine) -> u8| self.goals.iter().map(|goal| u64::from(of(goal))).sum();
        (sum(|goal| goal.before), sum(|goal| goal.after))
    }

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
