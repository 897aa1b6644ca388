//! From the graph to what people are told: paths, what they have in common, and who is worth attacking.

use redan_model::{ElementIx, Model, Thing};
use rustc_hash::FxHashMap;

use super::build::{self, Built};
use super::graph::{Cut, FAR};
use super::search::search;
use super::{Attraction, ChokePoint, Common, Goal, Path, Paths, Position, Request, Step};
use crate::Analysis;
use crate::analysis::Status;
use crate::tree::{Budget, Solution};

/// The least and the most partial paths that are looked at for one goal.
const WORK_OF_GOAL: (usize, usize) = (500, 50_000);
/// Nodes of the diagram of one goal; some ten paths need a few hundred.
const DIAGRAM: usize = 100_000;

pub(super) fn result(model: &Model, analysis: &Analysis, built: Built, request: &Request) -> Paths {
    let distances = built.graph.distances();
    let near = built.goals.iter().filter(|(_, node, _)| distances[*node as usize] != FAR).count();
    let work = (request.work / near.max(1)).clamp(WORK_OF_GOAL.0, WORK_OF_GOAL.1);
    let who = |edge: u32| {
        let start = built.graph.elements[built.graph.edges[edge as usize].to as usize];
        start.and_then(|start| built.starters[start.index()]).unwrap_or_default()
    };
    let mut cuts = Cuts { built: &built, known: FxHashMap::default() };
    let mut goals = Vec::new();
    for (target, node, value) in &built.goals {
        let found = search(&built.graph, &distances, &who, *node, request.most, work);
        let paths: Vec<Path> = found.paths.iter().map(|edges| path(model, analysis, &built, edges)).collect();
        if paths.is_empty() {
            continue;
        }
        let mut goal = Goal { target: *target, value: *value, paths, probability: 0.0, complete: found.complete, choke_points: Vec::new() };
        // Two threats used twice may change the order that the search found.
        goal.paths.sort_by(|a, b| b.probability.total_cmp(&a.probability));
        goal.choke_points = cuts.choke_points(*node, &goal);
        goal.probability = union(model, analysis, &goal);
        goals.push(goal);
    }
    goals.sort_by(|a, b| worth(b).total_cmp(&worth(a)));
    let unreached = built.goals.len() - goals.len();
    Paths { attractions: attractions(&goals), attackers: built.attackers, goals, unreached }
}

fn worth(goal: &Goal) -> f64 {
    f64::from(goal.value) * goal.probability
}

/// The probability that one of the paths succeeds. Where the diagram is too large, the upper bound.
fn union(model: &Model, analysis: &Analysis, goal: &Goal) -> f64 {
    let tree = super::tree(model, analysis, goal);
    let p = tree.probabilities();
    Solution::of(&tree.structure, &p, Budget { nodes: DIAGRAM, sets: false }).probability(&p).high
}

fn path(model: &Model, analysis: &Analysis, built: &Built, edges: &[u32]) -> Path {
    let start = edges.first().and_then(|edge| built.graph.elements[built.graph.edges[*edge as usize].to as usize]);
    let start = start.expect("every path begins at an element");
    let mut steps: Vec<Step> = Vec::new();
    let mut here = Position::Starts(start);
    let mut used: Vec<usize> = Vec::new();
    let mut probability = 1.0;
    for edge in edges.iter().skip(1).map(|edge| built.graph.edges[*edge as usize]) {
        let to = build::position(model, edge.to).expect("only the first edge leaves the place before every start");
        let threat = edge.threat.map(|threat| threat as usize);
        if threat.is_none() && edge.flow.is_none() && !matches!(to, Position::Harms(..)) {
            // From control of an element to its flows, or between a whole and its parts: nothing is done.
            continue;
        }
        let chance = threat.map_or(1.0, |threat| built.chances[threat]);
        if let Some(threat) = threat.filter(|threat| !used.contains(threat)) {
            used.push(threat);
            probability *= chance;
        }
        let question = threat.is_some_and(|threat| analysis.threats[threat].status == Status::Question);
        steps.push(Step { from: here, to, flow: edge.flow, back: edge.back, threat, question, probability: chance });
        here = to;
    }
    let (mut assumptions, mut questions) = (Vec::new(), Vec::new());
    for threat in used.iter().map(|threat| &analysis.threats[*threat]) {
        add(&mut assumptions, threat.assumptions.iter());
        let asked = threat.questions.iter().filter_map(|ix| analysis.questions.get(ix.0 as usize)).map(|question| &question.id);
        add(&mut questions, asked);
    }
    let attacker = built.starters[start.index()].expect("a path begins where somebody starts");
    Path { attacker, start, steps, probability, assumptions, questions }
}

fn add<'a>(all: &mut Vec<String>, more: impl Iterator<Item = &'a String>) {
    for one in more {
        if !all.contains(one) {
            all.push(one.clone());
        }
    }
}

impl Path {
    /// The elements that it passes after its start, each once, in order.
    pub fn elements(&self) -> Vec<ElementIx> {
        let mut all = Vec::new();
        for step in &self.steps {
            if let Position::Starts(element) | Position::Reaches(element) | Position::Controls(element) = step.to
                && !all.contains(&element)
            {
                all.push(element);
            }
        }
        all
    }

    /// The elements and flows that it uses, the start first, each once.
    pub fn things(&self) -> Vec<Thing> {
        let mut all = vec![Thing::Element(self.start)];
        for step in &self.steps {
            let element = match step.to {
                Position::Starts(element) | Position::Reaches(element) | Position::Controls(element) => Some(Thing::Element(element)),
                Position::Harms(..) => None,
            };
            for thing in step.flow.map(Thing::Flow).into_iter().chain(element) {
                if !all.contains(&thing) {
                    all.push(thing);
                }
            }
        }
        all
    }

    fn commons(&self) -> Vec<Common> {
        let mut all: Vec<Common> = self.elements().into_iter().map(Common::Element).collect();
        for step in &self.steps {
            for common in step.flow.map(Common::Flow).into_iter().chain(step.threat.map(Common::Threat)) {
                if !all.contains(&common) {
                    all.push(common);
                }
            }
        }
        all
    }
}

/// What is out of reach once something is taken out, each found once.
struct Cuts<'b> {
    built: &'b Built,
    known: FxHashMap<Cut, Vec<bool>>,
}

impl Cuts<'_> {
    fn choke_points(&mut self, node: u32, goal: &Goal) -> Vec<ChokePoint> {
        let mut all: Vec<(Common, usize)> = Vec::new();
        for path in &goal.paths {
            for common in path.commons() {
                match all.iter_mut().find(|(known, _)| *known == common) {
                    Some((_, count)) => *count += 1,
                    None => all.push((common, 1)),
                }
            }
        }
        let own = |common: &Common| matches!((common, goal.target), (Common::Element(a), Position::Controls(b)) if *a == b);
        let mut points: Vec<ChokePoint> = all
            .into_iter()
            .filter(|(common, count)| count * 2 > goal.paths.len() && !own(common))
            .map(|(at, paths)| ChokePoint { at, paths, all: paths == goal.paths.len() && self.is_needed(at, node) })
            .filter(|point| point.all || goal.paths.len() > 1)
            .collect();
        points.sort_by_key(|point| std::cmp::Reverse((point.all, point.paths)));
        points
    }

    fn is_needed(&mut self, common: Common, node: u32) -> bool {
        let cut = match common {
            Common::Element(element) => Cut::Element(element),
            Common::Flow(flow) => Cut::Flow(flow),
            Common::Threat(threat) => Cut::Threat(u32::try_from(threat).unwrap_or(u32::MAX)),
        };
        let graph = &self.built.graph;
        !self.known.entry(cut).or_insert_with(|| graph.reached_without(cut))[node as usize]
    }
}

fn attractions(goals: &[Goal]) -> Vec<Attraction> {
    let mut all: FxHashMap<ElementIx, Attraction> = FxHashMap::default();
    for goal in goals.iter().filter(|goal| matches!(goal.target, Position::Harms(..))) {
        let mut seen: Vec<ElementIx> = Vec::new();
        for path in &goal.paths {
            for element in path.elements() {
                if !seen.contains(&element) {
                    seen.push(element);
                    let own = all.entry(element).or_insert(Attraction { element, score: 0.0, goals: 0 });
                    own.score += f64::from(goal.value) * path.probability;
                    own.goals += 1;
                }
            }
        }
    }
    let mut list: Vec<Attraction> = all.into_values().collect();
    list.sort_by(|a, b| b.score.total_cmp(&a.score).then(a.element.cmp(&b.element)));
    list
}
