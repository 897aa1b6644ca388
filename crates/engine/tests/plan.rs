//! Plans against exhaustive search, and against the analysis of the model that a plan leads to.

use proptest::prelude::*;
use redan_engine::plan::{Choice, Goal, Problem, Request, Subject, least_cost, least_left, plan};
use redan_engine::score::random::Random;
use redan_engine::{Analysis, Context, Knowledge, Policy, analyse};
use redan_model::lang::Band;
use redan_model::{Loaded, load_text};

const WORK: u64 = 400_000_000;

/// A risk of likelihood times impact, one that falls only when several mitigations are in place together, or one that rises
/// again when a second one is added to the first.
#[derive(Debug, Clone)]
enum Toy {
    Steps { likelihood: u8, impact: u8, relevant: Vec<usize>, steps: Vec<(u8, u8)> },
    Together { risk: u8, relevant: Vec<usize>, needed: usize },
    Contrary { risk: u8, relevant: Vec<usize> },
}

impl Subject for Toy {
    fn relevant(&self) -> &[usize] {
        match self {
            Self::Steps { relevant, .. } | Self::Together { relevant, .. } | Self::Contrary { relevant, .. } => relevant,
        }
    }

    fn left(&self, chosen: &[bool]) -> f64 {
        match self {
            Self::Steps { likelihood, impact, steps, .. } => {
                let sum = |pick: fn(&(u8, u8)) -> u8| -> u8 {
                    steps.iter().zip(chosen).filter(|(_, chosen)| **chosen).map(|(step, _)| pick(step)).fold(0, u8::saturating_add)
                };
                let left = |whole: u8, taken: u8| f64::from(whole.saturating_sub(taken).max(1));
                left(*likelihood, sum(|step| step.0)) * left(*impact, sum(|step| step.1))
            }
            Self::Together { risk, needed, .. } => {
                if chosen.iter().filter(|chosen| **chosen).count() >= *needed {
                    0.0
                } else {
                    f64::from(*risk)
                }
            }
            Self::Contrary { risk, .. } => match chosen.iter().filter(|chosen| **chosen).count() {
                0 => f64::from(*risk),
                count => f64::from(*risk) * (count - 1) as f64 / count as f64,
            },
        }
    }

    fn shares(&self) -> Vec<f64> {
        match self {
            Self::Steps { likelihood, impact, steps, .. } => {
                let one = |step: &(u8, u8)| f64::from(step.0) * f64::from(*impact) + f64::from(step.1) * f64::from(*likelihood);
                steps.iter().map(one).collect()
            }
            Self::Together { risk, relevant, .. } | Self::Contrary { risk, relevant } => vec![f64::from(*risk); relevant.len()],
        }
    }
}

/// A problem drawn from a seed.
struct Drawn {
    costs: Vec<u64>,
    needs: Vec<Vec<usize>>,
    toys: Vec<Toy>,
}

impl Drawn {
    fn new(seed: u64, mitigations: usize, risks: usize, widest: usize) -> Self {
        let mut random = Random::new(seed);
        let mut below = |limit: usize| (random.bits() % limit.max(1) as u64) as usize;
        let costs = (0..mitigations).map(|_| [0, 4, 8, 16, 24, 40, 80][below(7)]).collect();
        let needs = (0..mitigations).map(|at| if at > 0 && below(6) == 0 { vec![below(at)] } else { Vec::new() }).collect();
        let mut toys = Vec::new();
        for _ in 0..risks {
            let mut relevant: Vec<usize> = (0..1 + below(widest)).map(|_| below(mitigations)).collect();
            relevant.sort_unstable();
            relevant.dedup();
            let kind = below(12);
            // Where more can be worse, every set has to be looked at, so these have few mitigations.
            toys.push(if kind == 0 && relevant.len() <= 10 {
                Toy::Contrary { risk: 12, relevant: relevant.into_iter().take(3).collect() }
            } else if kind < 3 {
                Toy::Together { risk: 1 + below(25) as u8, needed: 1 + below(relevant.len()), relevant }
            } else {
                let steps = relevant.iter().map(|_| [(1, 0), (2, 0), (3, 0), (0, 1), (0, 2), (1, 1)][below(6)]).collect();
                Toy::Steps { likelihood: 1 + below(5) as u8, impact: 1 + below(5) as u8, relevant, steps }
            });
        }
        Self { costs, needs, toys }
    }

    fn problem(&self) -> Problem<'static> {
        let subjects = self.toys.iter().cloned().map(|toy| Box::new(toy) as Box<dyn Subject>).collect();
        Problem::new(self.costs.clone(), self.needs.clone(), subjects)
    }

    /// Every choice that holds together, with its cost and what it leaves.
    fn every<'p>(&'p self, problem: &'p Problem<'_>) -> impl Iterator<Item = (Vec<bool>, u64, f64)> + 'p {
        let count = self.costs.len();
        (0..1_u64 << count).filter_map(move |mask| {
            let chosen: Vec<bool> = (0..count).map(|bit| mask & (1 << bit) != 0).collect();
            let holds = self.needs.iter().zip(&chosen).all(|(needs, one)| !one || needs.iter().all(|needed| chosen[*needed]));
            holds.then(|| (chosen.clone(), problem.cost(&chosen), problem.left(&chosen)))
        })
    }
}

fn meets(problem: &Problem<'_>, risks: usize, chosen: &[bool], limit: f64) -> bool {
    (0..risks).all(|at| problem.left_of(at, chosen) <= limit)
}

/// Compares both questions with exhaustive search.
fn agrees_with_brute_force(drawn: &Drawn, share: u64, limit: f64) {
    let problem = drawn.problem();
    let budget = drawn.costs.iter().sum::<u64>() * share / 10;
    let all: Vec<(Vec<bool>, u64, f64)> = drawn.every(&problem).collect();
    let least = all.iter().filter(|(_, cost, _)| *cost <= budget).map(|(_, _, left)| *left).fold(f64::INFINITY, f64::min);
    let found = least_left(&problem, Goal { budget, limit: None }, WORK).expect("doing nothing is a choice");
    assert!(found.proven && found.cost <= budget, "{found:?}");
    assert_eq!(found.left, least, "{found:?}");
    assert_eq!((found.cost, found.left), (problem.cost(&found.chosen), problem.left(&found.chosen)));
    let enough = |chosen: &[bool]| meets(&problem, drawn.toys.len(), chosen, limit);
    let cheapest = all.iter().filter(|(chosen, ..)| enough(chosen)).map(|(_, cost, _)| *cost).min();
    let total = drawn.costs.iter().sum();
    let found: Option<Choice> = least_cost(&problem, Goal { budget: total, limit: Some(limit) }, WORK);
    assert_eq!(found.as_ref().map(|found| found.cost), cheapest, "{found:?}");
    assert!(found.is_none_or(|found| found.proven && enough(&found.chosen)));
    let both = all.iter().filter(|(chosen, cost, _)| *cost <= budget && enough(chosen)).map(|(_, _, left)| *left).reduce(f64::min);
    let found = least_left(&problem, Goal { budget, limit: Some(limit) }, WORK);
    assert_eq!(found.map(|found| found.left), both);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 160, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_best_choice_is_that_of_exhaustive_search(
        seed in any::<u64>(), mitigations in 1_usize..=11, risks in 1_usize..=18, widest in 1_usize..=6, share in 0_u64..=10, limit in 1_u8..=12,
    ) {
        agrees_with_brute_force(&Drawn::new(seed, mitigations, risks, widest), share, f64::from(limit));
    }
}

#[test]
fn eighteen_mitigations_agree_with_exhaustive_search() {
    for (seed, risks, share, limit) in [(1, 12, 3, 6.0), (2, 20, 5, 9.0), (3, 30, 2, 12.0)] {
        agrees_with_brute_force(&Drawn::new(seed, 18, risks, 5), share, limit);
    }
}

#[test]
fn risks_with_too_many_mitigations_for_a_table_agree_with_exhaustive_search() {
    for seed in 1..=4 {
        agrees_with_brute_force(&Drawn::new(seed, 13, 5, 40), 4, 8.0);
    }
}

/// Risks that any two or three mitigations lower in the same way, so that countless choices are as good as each other.
fn alike(seed: u64, mitigations: usize, risks: usize, each: usize) -> Drawn {
    let mut random = Random::new(seed);
    let mut below = |limit: usize| (random.bits() % limit as u64) as usize;
    let toy = |_| {
        let mut relevant: Vec<usize> = Vec::new();
        while relevant.len() < each {
            let one = below(mitigations);
            if !relevant.contains(&one) {
                relevant.push(one);
            }
        }
        Toy::Steps { likelihood: 1 + below(5) as u8, impact: 1 + below(5) as u8, relevant, steps: vec![(2, 0); each] }
    };
    let toys = (0..risks).map(toy).collect();
    Drawn { costs: vec![24; mitigations], needs: vec![Vec::new(); mitigations], toys }
}

#[test]
fn risks_that_are_all_alike_agree_with_exhaustive_search() {
    for (seed, mitigations, each) in [(1, 12, 3), (2, 13, 4), (3, 15, 2), (4, 17, 3)] {
        agrees_with_brute_force(&alike(seed, mitigations, 40, each), 4, 4.0);
    }
}

#[test]
fn two_hundred_mitigations_that_are_all_alike_are_chosen_with_a_small_gap() {
    let mut problem = alike(5, 200, 1_000, 4).problem();
    let total: u64 = problem.costs.iter().sum();
    let found = least_left(&problem, Goal { budget: total / 5, limit: None }, 40_000_000).expect("doing nothing is a choice");
    assert!(found.bound <= found.left && found.bound >= 0.98 * found.left, "{} {}", found.bound, found.left);
    problem.give_up(9.0);
    let found = least_cost(&problem, Goal { budget: total, limit: Some(9.0) }, 40_000_000).expect("what is out of reach was given up");
    assert!(found.bound <= found.cost as f64 && found.bound >= 0.95 * found.cost as f64, "{} {}", found.bound, found.cost);
}

/// Risks that fall only when two or all of three mitigations are in place, all of the same cost.
fn together(seed: u64, mitigations: usize, risks: usize) -> Drawn {
    let mut drawn = alike(seed, mitigations, risks, 3);
    for (at, toy) in drawn.toys.iter_mut().enumerate() {
        if let Toy::Steps { likelihood, impact, relevant, .. } = toy {
            *toy = Toy::Together { risk: *likelihood * *impact, relevant: relevant.clone(), needed: 2 + at % 2 };
        }
    }
    drawn
}

#[test]
fn risks_that_fall_only_together_agree_with_exhaustive_search() {
    agrees_with_brute_force(&together(1, 12, 120), 4, 4.0);
}

#[test]
fn mitigations_that_only_help_together_are_chosen_with_a_small_gap() {
    let mut drawn = alike(6, 60, 225, 3);
    drawn.toys.extend(together(7, 60, 75).toys);
    let problem = drawn.problem();
    let budget = drawn.costs.iter().sum::<u64>() * 2 / 5;
    let found = least_left(&problem, Goal { budget, limit: None }, 40_000_000).expect("doing nothing is a choice");
    assert!(found.bound <= found.left && found.bound >= 0.98 * found.left, "{} {}", found.bound, found.left);
}

#[test]
fn a_large_problem_has_a_sound_bound_near_it_even_with_little_work() {
    let mut drawn = Drawn::new(7, 80, 300, 4);
    drawn.needs.iter_mut().for_each(Vec::clear);
    drawn.toys.retain(|toy| matches!(toy, Toy::Steps { .. }));
    let problem = drawn.problem();
    let budget = drawn.costs.iter().sum::<u64>() / 4;
    let found = least_left(&problem, Goal { budget, limit: None }, 4_000_000).expect("doing nothing is a choice");
    assert!(found.bound <= found.left && (found.left - found.bound) / found.left <= 0.05, "{} {}", found.bound, found.left);
}

#[test]
fn two_hundred_mitigations_for_a_thousand_risks_are_chosen_with_a_small_gap() {
    let mut problem = Drawn::new(11, 200, 1_000, 4).problem();
    let total = problem.costs.iter().sum();
    problem.give_up(8.0);
    let found = least_cost(&problem, Goal { budget: total, limit: Some(8.0) }, 40_000_000).expect("what is out of reach was given up");
    assert!(found.bound <= found.cost as f64 && found.bound >= 0.98 * found.cost as f64, "{} {}", found.bound, found.cost);
    let found = least_left(&problem, Goal { budget: total / 5, limit: None }, 40_000_000).expect("doing nothing is a choice");
    // A quarter of these risks fall only when several mitigations are in place together, which is hard to bound.
    assert!(found.bound <= found.left && found.bound >= 0.93 * found.left, "{} {}", found.bound, found.left);
}

const SHOP: &str = "
redan: 1
name: Shop
assets: {orders: {confidentiality: high, integrity: high, availability: medium}}
zones: {internet: {trust: untrusted}, inside: {trust: trusted}}
elements:
  user: {kind: actor, zone: internet}
  shop: {kind: process, tech: web-application, zone: inside, controls: {rate-limiting: no, input-validation: no}}
  db: {kind: store, tech: sql-database, zone: inside, holds: [orders], controls: {encryption-at-rest: no}}
flows:
  order: {from: user, to: shop, protocol: http, carries: [orders], returns: [orders]}
  keep: shop -> db over sql carrying orders returning orders
threats:
  T1: {title: Stuffing, on: [shop], likelihood: 4, impact: 5, mitigations: [limit, mfa]}
  T2: {title: Only a band, on: [shop], severity: high, mitigations: [mfa]}
  T3: {title: Carried, on: [shop], likelihood: 3, impact: 3, status: accepted, because: cheap, owner: bo, until: 2030-01-01}
mitigations:
  limit: {title: Limit the rate, states: {shop.controls.rate-limiting: yes}, estimate: 3d, strength: moderate}
  mfa: {title: Second factor, estimate: 5d, strength: strong, needs: [limit]}
  encrypt: {title: Encrypt, states: {db.controls.encryption-at-rest: yes, order.protocol: https}, estimate: 2d}
  check-input: {title: Check input, states: {shop.controls.input-validation: yes}}
  done: {title: Done, status: implemented}
";

struct Shop {
    knowledge: Knowledge,
    loaded: Loaded,
    analysis: Analysis,
}

fn today() -> Context {
    Context::on(jiff::civil::date(2026, 2, 1))
}

fn shop(text: &str) -> Shop {
    let knowledge = Knowledge::embedded();
    let loaded = load_text("shop.tm.yaml", text, &knowledge.vocabulary());
    assert!(loaded.is_valid(), "{:?}", loaded.diagnostics);
    let analysis = analyse(&loaded.model, &knowledge, &Policy::default(), &today());
    Shop { knowledge, loaded, analysis }
}

const REQUEST: Request = Request { budget: None, target: None, default_hours: 24, sprint: None, questions: false, goals: true };

fn planned(shop: &Shop, request: Request) -> redan_engine::plan::Plan {
    plan(&shop.loaded.model, &shop.knowledge, &Policy::default(), &today(), &shop.analysis, request)
}

#[test]
fn the_figures_of_a_plan_are_those_of_the_analysis() {
    let shop = shop(SHOP);
    for questions in [false, true] {
        let found = planned(&shop, Request { questions, ..REQUEST });
        let mut facts_matter = false;
        for line in found.risks.iter().filter(|line| !line.by_band) {
            let threat = shop.analysis.threat(&line.id).unwrap();
            assert_eq!((Some(line.before), Some(line.at_best)), (threat.residual.current, threat.residual.target), "{}", line.id);
            facts_matter |= threat.rule.is_some() && line.at_best < line.before;
        }
        assert!(facts_matter && found.risks.len() > 3);
        assert_eq!(found.carried, 9);
    }
}

#[test]
fn a_plan_keeps_to_its_budget_and_to_what_comes_first() {
    let shop = shop(SHOP);
    let found = planned(&shop, Request { budget: Some(40), sprint: Some(40), ..REQUEST });
    assert!(found.hours <= 40 && found.proven && found.after < found.before);
    let found = planned(&shop, Request { budget: Some(80), sprint: Some(40), ..REQUEST });
    let order: Vec<&str> = found.steps.iter().map(|step| found.candidates[step.mitigation].id.as_str()).collect();
    let at = |id: &str| order.iter().position(|known| *known == id);
    assert!(at("mfa").is_some() && at("limit") < at("mfa"), "{order:?}");
    assert_eq!(found.steps.last().map(|step| step.left), Some(found.after));
    assert!(found.front.windows(2).all(|pair| pair[0].cost < pair[1].cost && pair[0].left > pair[1].left));
    assert!(found.front.iter().any(|point| point.cost == found.hours));
}

#[test]
fn a_mitigation_without_estimate_costs_what_is_stated() {
    let found = planned(&shop(SHOP), Request { default_hours: 100, ..REQUEST });
    let input = found.candidates.iter().find(|candidate| candidate.id == "check-input").unwrap();
    assert_eq!((input.hours, input.estimated), (100, false));
    assert!(found.candidates.iter().all(|candidate| candidate.id != "done"));
}

#[test]
fn a_target_is_reached_as_cheaply_as_can_be_or_what_stays_above_is_named() {
    let shop = shop(SHOP);
    let found = planned(&shop, Request { target: Some(Band::High), ..REQUEST });
    assert!(found.risks.iter().all(|line| line.band_after <= Some(Band::High)) && found.shortfall.is_empty() && found.proven);
    assert!(found.hours > 0 && found.hours < found.candidates.iter().map(|candidate| candidate.hours).sum());
    let found = planned(&shop, Request { target: Some(Band::High), budget: Some(8), ..REQUEST });
    assert!(matches!(found.shortfall[..], [redan_engine::plan::Shortfall::TooSmall(hours)] if hours > 8));
    let found = planned(&shop, Request { target: Some(Band::Low), ..REQUEST });
    assert!(matches!(&found.shortfall[..], [redan_engine::plan::Shortfall::OutOfReach(ids)] if !ids.is_empty()));
}
