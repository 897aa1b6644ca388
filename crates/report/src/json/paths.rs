//! `paths --format json`, and the paths of `report --format json`.

use redan_engine::paths::{Attacker, Attraction, ChokePoint, Common, Goal, Path, Paths, Position, Step};
use redan_engine::{Analysis, Knowledge};
use redan_model::{Model, Thing};
use serde::Serialize;

use super::ModelJson;

/// The attack paths of a model, as a document.
#[derive(Debug, Serialize)]
pub struct PathsJson<'a> {
    version: u8,
    model: ModelJson<'a>,
    #[serde(flatten)]
    found: FoundPaths<'a>,
}

/// The attack paths of a model.
#[derive(Debug, Serialize)]
pub(super) struct FoundPaths<'a> {
    attackers: Vec<AttackerJson<'a>>,
    goals: Vec<GoalJson<'a>>,
    unreached_goals: usize,
    attraction: Vec<AttractionJson<'a>>,
}

#[derive(Debug, Serialize)]
struct AttackerJson<'a> {
    id: &'a str,
    name: &'a str,
    skill: Option<u8>,
    insider: bool,
    starts: Vec<&'a str>,
}

#[derive(Debug, Serialize)]
struct GoalJson<'a> {
    target: PositionJson<'a>,
    value: u8,
    probability: f64,
    complete: bool,
    paths: Vec<PathJson<'a>>,
    choke_points: Vec<ChokeJson<'a>>,
}

/// `is` is `starts`, `reaches`, `controls` or the property of an asset that is broken.
#[derive(Debug, Serialize)]
struct PositionJson<'a> {
    is: &'static str,
    at: &'a str,
}

#[derive(Debug, Serialize)]
struct PathJson<'a> {
    attacker: &'a str,
    start: &'a str,
    probability: f64,
    steps: Vec<StepJson<'a>>,
    assumptions: &'a [String],
    questions: &'a [String],
}

#[derive(Debug, Serialize)]
struct StepJson<'a> {
    from: PositionJson<'a>,
    to: PositionJson<'a>,
    flow: Option<&'a str>,
    against_flow: bool,
    threat: Option<&'a str>,
    title: Option<&'a str>,
    fix: Option<&'a str>,
    question: bool,
    probability: f64,
}

#[derive(Debug, Serialize)]
struct ChokeJson<'a> {
    kind: &'static str,
    id: &'a str,
    paths: usize,
    all: bool,
}

#[derive(Debug, Serialize)]
struct AttractionJson<'a> {
    element: &'a str,
    score: f64,
    goals: usize,
}

/// What names are looked up in.
#[derive(Clone, Copy)]
struct Names<'a> {
    model: &'a Model,
    analysis: &'a Analysis,
    knowledge: &'a Knowledge,
}

impl<'a> PathsJson<'a> {
    /// The document.
    pub fn of(head: ModelJson<'a>, model: &'a Model, knowledge: &'a Knowledge, analysis: &'a Analysis, found: &'a Paths) -> Self {
        Self { version: 1, model: head, found: FoundPaths::of(model, knowledge, analysis, found) }
    }
}

impl<'a> FoundPaths<'a> {
    /// The paths as the format has them.
    pub(super) fn of(model: &'a Model, knowledge: &'a Knowledge, analysis: &'a Analysis, found: &'a Paths) -> Self {
        let names = Names { model, analysis, knowledge };
        Self {
            attackers: found.attackers.iter().map(|attacker| names.attacker(attacker)).collect(),
            goals: found.goals.iter().map(|goal| names.goal(goal, &found.attackers)).collect(),
            unreached_goals: found.unreached,
            attraction: found.attractions.iter().map(|attraction| names.attraction(attraction)).collect(),
        }
    }
}

impl<'a> Names<'a> {
    fn attacker(self, attacker: &'a Attacker) -> AttackerJson<'a> {
        AttackerJson {
            id: &attacker.id,
            name: &attacker.name,
            skill: attacker.skill,
            insider: attacker.insider,
            starts: attacker.starts.iter().map(|start| self.model.id_of(Thing::Element(*start))).collect(),
        }
    }

    fn goal(self, goal: &'a Goal, attackers: &'a [Attacker]) -> GoalJson<'a> {
        GoalJson {
            target: self.position(goal.target),
            value: goal.value,
            probability: goal.probability,
            complete: goal.complete,
            paths: goal.paths.iter().map(|path| self.path(path, attackers)).collect(),
            choke_points: goal.choke_points.iter().map(|point| self.choke_point(point)).collect(),
        }
    }

    fn position(self, position: Position) -> PositionJson<'a> {
        let (is, thing) = match position {
            Position::Starts(element) => ("starts", Thing::Element(element)),
            Position::Reaches(element) => ("reaches", Thing::Element(element)),
            Position::Controls(element) => ("controls", Thing::Element(element)),
            Position::Harms(asset, property) => (property.as_str(), Thing::Asset(asset)),
        };
        PositionJson { is, at: self.model.id_of(thing) }
    }

    fn path(self, path: &'a Path, attackers: &'a [Attacker]) -> PathJson<'a> {
        PathJson {
            attacker: &attackers[path.attacker].id,
            start: self.model.id_of(Thing::Element(path.start)),
            probability: path.probability,
            steps: path.steps.iter().map(|step| self.step(step)).collect(),
            assumptions: &path.assumptions,
            questions: &path.questions,
        }
    }

    fn step(self, step: &Step) -> StepJson<'a> {
        let threat = step.threat.map(|threat| &self.analysis.threats[threat]);
        StepJson {
            from: self.position(step.from),
            to: self.position(step.to),
            flow: step.flow.map(|flow| self.model.id_of(Thing::Flow(flow))),
            against_flow: step.back,
            threat: threat.map(|threat| threat.id.as_str()),
            title: threat.map(|threat| threat.title.as_str()),
            fix: threat.map(|threat| threat.fix(self.knowledge)).filter(|fix| !fix.is_empty()),
            question: step.question,
            probability: step.probability,
        }
    }

    fn choke_point(self, point: &ChokePoint) -> ChokeJson<'a> {
        let (kind, id) = match point.at {
            Common::Element(element) => ("element", self.model.id_of(Thing::Element(element))),
            Common::Flow(flow) => ("flow", self.model.id_of(Thing::Flow(flow))),
            Common::Threat(threat) => ("threat", self.analysis.threats[threat].id.as_str()),
        };
        ChokeJson { kind, id, paths: point.paths, all: point.all }
    }

    fn attraction(self, attraction: &Attraction) -> AttractionJson<'a> {
        AttractionJson { element: self.model.id_of(Thing::Element(attraction.element)), score: attraction.score, goals: attraction.goals }
    }
}
