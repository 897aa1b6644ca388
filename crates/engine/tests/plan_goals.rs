//! Goals of attack trees and attack paths in plans, against exhaustive search by another evaluation of the same model.

use std::collections::HashMap;
use std::fmt::Write as _;

use redan_engine::plan::{GoalKind, Plan, Request, Shortfall, bands_left, plan, ways};
use redan_engine::score::random::Random;
use redan_engine::{Analysis, Context, Knowledge, Policy, analyse, paths, tree};
use redan_model::lang::Band;
use redan_model::{Loaded, load_text};

const REQUEST: Request = Request { budget: None, target: None, default_hours: 24, sprint: None, questions: false, goals: true };
const LIKELIHOODS: [f64; 5] = [0.02, 0.1, 0.3, 0.6, 0.9];
const STRIDE: [&str; 4] = ["spoofing", "elevation-of-privilege", "tampering", "information-disclosure"];

fn read(text: &str) -> (Knowledge, Loaded, Analysis) {
    let knowledge = Knowledge::embedded();
    let loaded = load_text("drawn.tm.yaml", text, &knowledge.vocabulary());
    assert!(loaded.is_valid(), "{:?}\n{text}", loaded.diagnostics);
    let analysis = analyse(&loaded.model, &knowledge, &Policy::default(), &today());
    (knowledge, loaded, analysis)
}

fn today() -> Context {
    Context::on(jiff::civil::date(2026, 2, 1))
}

fn planned(text: &str, request: Request) -> Plan {
    let (knowledge, loaded, analysis) = read(text);
    plan(&loaded.model, &knowledge, &Policy::default(), &today(), &analysis, request)
}

/// A step of a drawn tree.
#[derive(Debug, Clone)]
enum Step {
    /// A leaf by its number.
    Leaf(usize),
    /// At least so many of these, and none of the last ones.
    Gate(usize, Vec<Step>, Vec<usize>),
}

/// What a leaf says of itself.
#[derive(Debug, Clone)]
enum Says {
    Threat(usize),
    Chance(f64, Vec<usize>),
}

/// A model drawn from a seed, with everything that another evaluation of it needs.
struct Drawn {
    costs: Vec<u64>,
    steps: Vec<u8>,
    needs: Vec<Option<usize>>,
    threats: Vec<(u8, u8, Vec<usize>)>,
    trees: Vec<(Step, Vec<Says>)>,
    kinds: Vec<[&'static str; 2]>,
}

impl Drawn {
    fn new(seed: u64, mitigations: usize, threats: usize, trees: usize) -> Self {
        let mut random = Random::new(seed);
        let mut below = |limit: usize| (random.bits() % limit.max(1) as u64) as usize;
        let costs = (0..mitigations).map(|_| [4, 8, 8, 16, 24, 40][below(6)]).collect();
        let steps = (0..mitigations).map(|_| 1 + below(3) as u8).collect();
        let needs = (0..mitigations).map(|at| (at > 0 && below(7) == 0).then(|| below(at))).collect();
        let some = |below: &mut dyn FnMut(usize) -> usize, most: usize| {
            let mut list: Vec<usize> = (0..below(most + 1)).map(|_| below(mitigations)).collect();
            list.sort_unstable();
            list.dedup();
            list
        };
        let threats: Vec<_> = (0..threats).map(|_| (1 + below(5) as u8, 1 + below(5) as u8, some(&mut below, 3))).collect();
        let kinds = (0..threats.len()).map(|_| [STRIDE[below(4)], STRIDE[below(4)]]).collect();
        let trees = (0..trees)
            .map(|_| {
                let mut used: Vec<usize> = Vec::new();
                let leaves: Vec<Says> = (0..3 + below(4))
                    .map(|_| {
                        let threat = below(threats.len());
                        if below(2) == 0 && !used.contains(&threat) {
                            used.push(threat);
                            Says::Threat(threat)
                        } else {
                            Says::Chance([0.05, 0.2, 0.5, 0.75, 1.0][below(5)], some(&mut below, 2))
                        }
                    })
                    .collect();
                (step(&mut below, leaves.len(), 0), leaves)
            })
            .collect();
        Self { costs, steps, needs, threats, trees, kinds }
    }

    fn text(&self) -> String {
        let mut text = "redan: 1\nname: Drawn\nassets: {orders: {confidentiality: high, integrity: critical, availability: none}}\n\
            zones: {internet: {trust: untrusted}, inside: {trust: trusted}}\nelements:\n  user: {kind: actor, zone: internet}\n  \
            shop: {kind: process, zone: inside}\n  base: {kind: store, zone: inside, holds: [orders]}\n\
            flows:\n  use: {from: user, to: shop, carries: []}\n  keep: {from: shop, to: base, carries: [orders]}\nmitigations:\n"
            .to_owned();
        for (at, cost) in self.costs.iter().enumerate() {
            let strength = ["weak", "moderate", "strong"][usize::from(self.steps[at]) - 1];
            let needs = self.needs[at].map_or(String::new(), |needed| format!(", needs: [M{needed}]"));
            let _ = writeln!(text, "  M{at}: {{title: M {at}, strength: {strength}, estimate: {cost}h{needs}}}");
        }
        let list = |list: &[usize]| list.iter().map(|m| format!("M{m}")).collect::<Vec<_>>().join(", ");
        text.push_str("threats:\n");
        for (at, (likelihood, impact, by)) in self.threats.iter().enumerate() {
            let [one, other] = self.kinds[at];
            let kinds = if one == other { one.to_owned() } else { format!("{one}, {other}") };
            let on = if at % 2 == 0 { "shop" } else { "base" };
            let _ = writeln!(
                text,
                "  T{at}: {{title: T {at}, on: [{on}], stride: [{kinds}], likelihood: {likelihood}, impact: {impact}, mitigations: [{}]}}",
                list(by)
            );
        }
        text.push_str("attack-trees:\n");
        for (at, (top, leaves)) in self.trees.iter().enumerate() {
            let _ = writeln!(text, "  tree-{at}:\n    goal: Goal {at}\n    asset: orders\n    all: [{}]\n    nodes:", written(top));
            for (leaf, says) in leaves.iter().enumerate() {
                let _ = match says {
                    Says::Threat(threat) => writeln!(text, "      s{leaf}: {{do: step, threat: T{threat}}}"),
                    Says::Chance(p, by) => writeln!(text, "      s{leaf}: {{do: step, probability: {p}, mitigations: [{}]}}", list(by)),
                };
            }
        }
        text
    }

    fn left(&self, threat: usize, chosen: usize) -> u8 {
        let (likelihood, impact, by) = &self.threats[threat];
        likelihood.saturating_sub(self.taken(by, chosen)).max(1) * impact
    }

    fn taken(&self, by: &[usize], chosen: usize) -> u8 {
        by.iter().filter(|m| chosen & (1 << **m) != 0).map(|m| self.steps[*m]).fold(0, u8::saturating_add)
    }

    fn of_threat(&self, threat: usize, chosen: usize) -> f64 {
        LIKELIHOODS[usize::from(self.left(threat, chosen) / self.threats[threat].1) - 1]
    }

    fn holds(&self, chosen: usize) -> bool {
        (0..self.costs.len()).all(|m| chosen & (1 << m) == 0 || self.needs[m].is_none_or(|needed| chosen & (1 << needed) != 0))
    }

    fn cost(&self, chosen: usize) -> u64 {
        (0..self.costs.len()).filter(|m| chosen & (1 << m) != 0).map(|m| self.costs[m]).sum()
    }
}

fn step(below: &mut dyn FnMut(usize) -> usize, leaves: usize, depth: usize) -> Step {
    if depth == 3 || depth > 0 && below(3) == 0 {
        return Step::Leaf(below(leaves));
    }
    let inputs: Vec<Step> = (0..2 + below(2)).map(|_| step(below, leaves, depth + 1)).collect();
    let unless = if depth > 0 && below(6) == 0 { vec![below(leaves)] } else { Vec::new() };
    Step::Gate(1 + below(inputs.len()), inputs, unless)
}

fn written(step: &Step) -> String {
    match step {
        Step::Leaf(leaf) => format!("{{ref: s{leaf}}}"),
        Step::Gate(least, inputs, unless) => {
            let inputs: Vec<String> = inputs.iter().map(written).collect();
            let stops: Vec<String> = unless.iter().map(|leaf| format!("{{ref: s{leaf}}}")).collect();
            let stops = if stops.is_empty() { String::new() } else { format!(", unless: [{}]", stops.join(", ")) };
            format!("{{at-least: {least}, of: [{}]{stops}}}", inputs.join(", "))
        }
    }
}

fn reached(step: &Step, leaves: usize) -> bool {
    match step {
        Step::Leaf(leaf) => leaves & (1 << leaf) != 0,
        Step::Gate(least, inputs, unless) => {
            inputs.iter().filter(|input| reached(input, leaves)).count() >= *least && unless.iter().all(|leaf| leaves & (1 << leaf) == 0)
        }
    }
}

/// The probability of what holds, by looking at every set of leaves.
fn summed(chances: &[f64], holds: impl Fn(usize) -> bool) -> f64 {
    let of = |set: usize| chances.iter().enumerate().map(|(at, p)| if set & (1 << at) != 0 { *p } else { 1.0 - p }).product::<f64>();
    (0..1_usize << chances.len()).filter(|set| holds(*set)).map(of).sum()
}

/// The risk of a goal, by the table of likelihoods with straight lines between.
fn risk(probability: f64, impact: u8) -> u8 {
    let points = [(0.0, 0.0), (0.02, 1.0), (0.1, 2.0), (0.3, 3.0), (0.6, 4.0), (0.9, 5.0), (1.01, 5.0)];
    if probability <= 0.0 {
        return 0;
    }
    let at = points.iter().rposition(|(p, _)| probability >= *p).expect("the first point is 0");
    let ((p, level), (next, above)) = (points[at], points[at + 1]);
    let likelihood = level + (above - level) * (probability - p) / (next - p);
    ((likelihood * f64::from(impact) + 0.5 + 1e-9).floor() as u8).max(1)
}

/// What stated mitigations leave of a stated probability.
fn lowered(probability: f64, steps: u8) -> f64 {
    let points = [0.0, 0.02, 0.1, 0.3, 0.6, 0.9, 1.0];
    let at = points.iter().rposition(|point| probability >= *point).expect("the first point is 0");
    let level = at as f64 + if at < 6 { (probability - points[at]) / (points[at + 1] - points[at]) } else { 0.0 };
    let left = (level - f64::from(steps)).max(1.0);
    let below = left.floor() as usize;
    if steps == 0 { probability } else { points[below] + (left - left.floor()) * (points[(below + 1).min(6)] - points[below]) }
}

/// The goals of a drawn model, evaluated anew.
struct Oracle<'d> {
    drawn: &'d Drawn,
    /// For each path goal its id, its impact, and the threats of each of its ways; one of those with the same ways.
    ways: Vec<(String, u8, Vec<Vec<usize>>)>,
    known: HashMap<(usize, Vec<u64>), f64>,
}

impl<'d> Oracle<'d> {
    fn new(drawn: &'d Drawn) -> Self {
        let (knowledge, loaded, analysis) = read(&drawn.text());
        let found = paths::paths(&loaded.model, &knowledge, &analysis, &ways(false));
        let number = |threat: Option<usize>| threat.map(|at| analysis.threats[at].id[1..].parse::<usize>().expect("T and a number"));
        let mut all: Vec<(String, u8, Vec<Vec<usize>>)> = Vec::new();
        for goal in found.goals.iter().filter(|goal| matches!(goal.target, paths::Position::Harms(..))) {
            let own = |path: &paths::Path| {
                let mut own: Vec<usize> = path.steps.iter().filter_map(|step| number(step.threat)).collect();
                own.sort_unstable();
                own.dedup();
                own
            };
            let mut ways: Vec<Vec<usize>> = goal.paths.iter().map(own).collect();
            ways.sort();
            ways.dedup();
            let (id, impact) = (paths::id(&loaded.model, goal.target), goal.value + 1);
            match all.iter_mut().find(|(.., known)| *known == ways) {
                Some(known) if known.1 < impact => (known.0, known.1) = (id, impact),
                Some(_) => {}
                None => all.push((id, impact, ways)),
            }
        }
        Self { drawn, ways: all, known: HashMap::new() }
    }

    /// Id, probability and risk of every goal.
    fn goals(&mut self, chosen: usize) -> Vec<(String, f64, u8)> {
        let drawn = self.drawn;
        let mut goals = Vec::new();
        for (at, (top, leaves)) in drawn.trees.iter().enumerate() {
            let chances: Vec<f64> = leaves
                .iter()
                .map(|says| match says {
                    Says::Threat(threat) => drawn.of_threat(*threat, chosen),
                    Says::Chance(p, by) => lowered(*p, drawn.taken(by, chosen)),
                })
                .collect();
            let key = (at, chances.iter().map(|p| p.to_bits()).collect());
            let p = *self.known.entry(key).or_insert_with(|| summed(&chances, |set| reached(top, set)));
            goals.push((format!("tree-{at}"), p, risk(p, 5)));
        }
        for (at, (id, impact, ways)) in self.ways.iter().enumerate() {
            let mut used: Vec<usize> = ways.iter().flatten().copied().collect();
            used.sort_unstable();
            used.dedup();
            let chances: Vec<f64> = used.iter().map(|threat| drawn.of_threat(*threat, chosen)).collect();
            let key = (100 + at, chances.iter().map(|p| p.to_bits()).collect());
            let place = |threat: &usize| used.iter().position(|one| one == threat).expect("a threat of a way");
            let works = |set: usize| ways.iter().any(|way| way.iter().all(|threat| set & (1 << place(threat)) != 0));
            let p = *self.known.entry(key).or_insert_with(|| summed(&chances, works));
            goals.push((id.clone(), p, risk(p, *impact)));
        }
        goals
    }

    /// The cost, the sum of all risks, and all risks, for every choice that holds together.
    fn every(&mut self) -> Vec<(usize, u64, u64, Vec<u8>)> {
        let drawn = self.drawn;
        (0..1_usize << drawn.costs.len())
            .filter(|chosen| drawn.holds(*chosen))
            .map(|chosen| {
                let mut risks: Vec<u8> = (0..drawn.threats.len()).map(|threat| drawn.left(threat, chosen)).collect();
                risks.extend(self.goals(chosen).into_iter().map(|(.., risk)| risk));
                (chosen, drawn.cost(chosen), risks.iter().map(|risk| u64::from(*risk)).sum(), risks)
            })
            .collect()
    }
}

/// Compares the goals and both questions with exhaustive search; says how many goals there were.
fn agrees(seed: u64, mitigations: usize, threats: usize, trees: usize, share: u64) -> (usize, usize) {
    let drawn = Drawn::new(seed, mitigations, threats, trees);
    let text = drawn.text();
    let mut oracle = Oracle::new(&drawn);
    let all = oracle.every();
    let budget = drawn.costs.iter().sum::<u64>() * share / 10;
    let found = planned(&text, Request { budget: Some(budget), ..REQUEST });
    let least = all.iter().filter(|(_, cost, ..)| *cost <= budget).map(|(_, _, left, _)| *left).min();
    assert_eq!((Some(found.after as u64), found.proven), (least, true), "seed {seed}\n{text}");
    assert_eq!(found.before as u64, all[0].2, "seed {seed}\n{text}");
    let chosen = found.candidates.iter().enumerate().fold(0, |set, (at, candidate)| set | usize::from(candidate.chosen) << at);
    for (line, ((id, p, risk), (_, then, after))) in found.goals.iter().zip(oracle.goals(0).into_iter().zip(oracle.goals(chosen))) {
        assert!(
            line.id == id && (line.probability_before - p).abs() < 1e-9 && (line.probability_after - then).abs() < 1e-9,
            "{line:?} {p} {then}"
        );
        assert_eq!((line.before, line.after), (risk, after));
    }
    assert_eq!(found.goals.len(), drawn.trees.len() + oracle.ways.len() - found.unrated.len());
    let found = planned(&text, Request { target: Some(Band::Medium), ..REQUEST });
    let (_, _, _, best) = all.last().expect("doing nothing is a choice");
    let is_out = |at: usize| all.iter().map(|(.., risks)| risks[at]).min().unwrap_or(0) > 8;
    let limited: Vec<usize> = (0..best.len()).filter(|at| !is_out(*at)).collect();
    let enough = |risks: &[u8]| limited.iter().all(|at| risks[*at] <= 8);
    let cheapest = all.iter().filter(|(.., risks)| enough(risks)).map(|(_, cost, ..)| *cost).min();
    assert_eq!(Some(found.hours), cheapest, "seed {seed}\n{text}");
    let out = found.shortfall.iter().map(|one| if let Shortfall::OutOfReach(ids) = one { ids.len() } else { 0 }).sum::<usize>();
    assert_eq!(out, best.len() - limited.len());
    let of = |kind: GoalKind| found.goals.iter().filter(|goal| goal.kind == kind && goal.before > 0).count();
    (of(GoalKind::Tree), of(GoalKind::Path))
}

#[test]
fn plans_over_trees_and_paths_are_those_of_exhaustive_search() {
    let (mut trees, mut paths) = (0, 0);
    for seed in 1..=14 {
        let (some, more) = agrees(seed, 3 + seed as usize % 7, 3 + seed as usize % 5, 1 + seed as usize % 3, 2 + seed % 6);
        (trees, paths) = (trees + some, paths + more);
    }
    assert!(trees > 12 && paths > 12, "{trees} trees, {paths} paths");
}

#[test]
fn thirteen_and_sixteen_mitigations_over_trees_and_paths_agree_with_exhaustive_search() {
    agrees(101, 13, 9, 3, 3);
    agrees(102, 16, 10, 2, 4);
}

const SHOP: &str = "
redan: 1
name: Shop
assets: {orders: {confidentiality: high, integrity: critical, availability: none}, prices: {confidentiality: low, integrity: low, availability: none}}
zones: {internet: {trust: untrusted}, inside: {trust: trusted}}
elements:
  user: {kind: actor, zone: internet}
  shop: {kind: process, zone: inside, holds: [orders, prices]}
flows:
  use: {from: user, to: shop, carries: []}
threats:
  T1: {title: Takeover, on: [shop], stride: [elevation-of-privilege], likelihood: 4, impact: 3, mitigations: [limit, mfa]}
  T2: {title: Only a band, on: [shop], severity: high, mitigations: [mfa, watch]}
  T3: {title: Told to nobody, on: [shop], severity: critical}
mitigations:
  limit: {title: Limit, estimate: 3d, strength: weak}
  mfa: {title: Second factor, estimate: 5d, strength: moderate}
  watch: {title: Watch, estimate: 1d, strength: weak, status: implemented}
attack-trees:
  steal: {goal: Steal orders, asset: orders, all: [{threat: T1}, {do: Copy them, probability: 0.9, mitigations: [limit]}]}
  guess: {goal: Guess, any: [{do: One way}, {do: Another, probability: 0.1, mitigations: [mfa]}]}
";

#[test]
fn what_everything_leaves_of_a_tree_is_what_the_tree_comes_to_once_it_is_in_place() {
    // The step with a stated probability is left out: the probability of a step counts on what is in place already.
    let text = SHOP.replace(", mitigations: [limit]}]}", "}]}");
    for places in [&["limit"][..], &["mfa"], &["limit", "mfa"]] {
        let others = |text: &str, status: &str| {
            let mut text = text.to_owned();
            for (id, strength) in [("limit", "weak}"), ("mfa", "moderate}")] {
                let status = if places.contains(&id) { status } else { "rejected" };
                text = text.replacen(
                    &format!("strength: {strength}"),
                    &format!("strength: {} status: {status}}}", strength.replace('}', ",")),
                    1,
                );
            }
            text
        };
        let found = planned(&others(&text, "proposed"), REQUEST);
        let (_, loaded, analysis) = read(&others(&text, "implemented"));
        let steal = tree::trees(&loaded.model, &analysis).into_iter().find(|tree| tree.id == "steal").unwrap();
        let p = tree::assess(&steal, &tree::Wanted::default()).probability.low;
        assert_eq!(found.goals[0].at_best, risk(p, 5), "{places:?}");
        assert!(found.goals[0].at_best < found.goals[0].before);
    }
}

#[test]
fn a_tree_of_which_a_whole_way_says_nothing_does_not_count() {
    let found = planned(SHOP, REQUEST);
    assert_eq!(found.unrated, ["guess"]);
    assert_eq!(found.goals.iter().map(|goal| goal.id.as_str()).collect::<Vec<_>>(), ["steal", "path:orders/integrity"]);
}

#[test]
fn goals_that_the_same_ways_lead_to_count_once_with_the_worst_impact() {
    let found = planned(SHOP, REQUEST);
    let path = &found.goals[1];
    assert_eq!((path.impact, path.before, path.probability_before), (5, 20, 0.6));
    assert_eq!(path.also, ["path:orders/confidentiality", "path:prices/confidentiality", "path:prices/integrity"]);
    let sum = |lines: &[u8]| lines.iter().map(|risk| u64::from(*risk)).sum::<u64>();
    let threats: Vec<u8> = found.risks.iter().map(|line| line.before).collect();
    assert_eq!(found.before as u64, sum(&threats) + found.of_goals().0);
}

#[test]
fn a_plan_without_goals_is_about_threats_alone() {
    let found = planned(SHOP, Request { goals: false, ..REQUEST });
    let sum: u64 = found.risks.iter().map(|line| u64::from(line.before)).sum();
    assert!(found.goals.is_empty() && found.unrated.is_empty() && found.before as u64 == sum);
}

#[test]
fn a_target_holds_for_goals_too() {
    let found = planned(SHOP, Request { target: Some(Band::High), ..REQUEST });
    assert!(found.goals.iter().all(|goal| goal.band_after <= Some(Band::High)), "{:?}", found.goals);
    assert!(found.hours > 0 && matches!(&found.shortfall[..], [Shortfall::OutOfReach(ids)] if ids == &["T3"]), "{:?}", found.shortfall);
}

#[test]
fn a_threat_with_a_band_alone_falls_in_the_analysis_as_in_the_plan() {
    let (knowledge, loaded, analysis) = read(SHOP);
    let policy = Policy::default();
    let found = planned(SHOP, REQUEST);
    for line in &found.risks {
        let [_, now, then] = bands_left(&loaded.model, &knowledge, &policy, analysis.threat(&line.id).unwrap());
        assert_eq!(now, line.band_before, "{}", line.id);
        let everything = (line.at_best > 0).then(|| policy.band(line.at_best));
        assert_eq!(then, everything, "{}", line.id);
    }
    let band = |id: &str| bands_left(&loaded.model, &knowledge, &policy, analysis.threat(id).unwrap());
    assert_eq!(band("T2"), [Some(Band::High), Some(Band::Medium), Some(Band::Medium)]);
    assert_eq!(band("T3"), [Some(Band::Critical); 3]);
}
