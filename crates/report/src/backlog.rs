//! Tasks for a tracker: what is still to be done about open threats, as the guide's task template has it.
//!
//! One task stands for one mitigation, however many threats it deals with, so that nobody does the same work twice. An
//! open threat that nothing unfinished deals with gives a task to decide what to do.

mod write;

use indexmap::IndexSet;
use redan_engine::analysis::{Status, Threat};
use redan_engine::policy::{priority, response};
use redan_model::lang::{Acceptance, Band, Mitigation, MitigationStatus, Opt};
use redan_model::{FlowIx, Span, Thing};
use serde::Serialize;

use crate::Input;
use crate::csv::one_line;
use crate::document::mitigation_title;

pub use write::{COLUMNS, markdown, row};

/// Flows that the piece of the data flow diagram of one task shows at most.
const MAX_FLOWS: usize = 12;
/// Work that it takes to decide about a threat, where nobody has said anything.
const DECIDE: &str = "4h";

/// What kind of work a task is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A mitigation is to be put in place.
    Mitigate,
    /// Nobody has said yet what is to be done.
    Decide,
}

impl Kind {
    /// The word in output.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Mitigate => "mitigate",
            Self::Decide => "decide",
        }
    }
}

/// One task. The fields are the JSON of `redan backlog`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Task {
    /// The mitigation, or the threat to decide about; the same in every run.
    pub id: String,
    /// What kind of work it is.
    #[serde(rename = "type")]
    pub kind: Kind,
    /// `[SEC][P0] …`.
    pub title: String,
    /// `P0` to `P3`, that of the worst threat.
    pub priority: &'static str,
    /// The threats, worst first.
    pub threats: Vec<Row>,
    /// How it is to be done, as the model or the rule says.
    pub how: String,
    /// How much work it is, such as `3d`.
    pub estimate: Option<String>,
    /// Who does it.
    pub owner: Option<String>,
    /// When it is done.
    pub definition_of_done: String,
    /// The criteria of acceptance.
    pub acceptance: Vec<String>,
    /// How the criteria are checked.
    pub tests: Vec<String>,
    /// By when.
    pub due: Option<String>,
    /// Where the model says it: the file and the line.
    pub link: String,
    /// The elements around the threats and the flows between them.
    pub picture: Picture,
}

/// A row of the threat table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Row {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Likelihood times impact.
    pub risk: Option<u8>,
    /// The band.
    pub band: &'static str,
    /// Where the model says it, or where the thing is that it is about.
    pub link: String,
}

/// A piece of the data flow diagram.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Picture {
    /// Id and name of every element.
    pub elements: Vec<(String, String)>,
    /// From, to and label of every flow.
    pub flows: Vec<(String, String, String)>,
    /// How many flows are left out.
    pub more: usize,
}

/// The tasks of a model: those of the wanted bands, most urgent first.
///
/// `base` stands before the path of every link, such as the address of the files in a forge.
pub fn tasks(input: &Input<'_>, bands: &[Band], base: Option<&str>) -> Vec<Task> {
    let place = Places { input, base };
    let open: Vec<&Threat> =
        input.analysis.threats.iter().filter(|threat| threat.status == Status::Open && threat.band().is_some()).collect();
    let mut tasks = Vec::new();
    for (id, entry) in &input.model.root.mitigations.entries {
        if is_unfinished(&entry.value) {
            let threats: Vec<&Threat> = open.iter().copied().filter(|threat| threat.mitigations.contains(id)).collect();
            tasks.extend(mitigate(&place, id, &entry.value, entry.key_span, threats));
        }
    }
    let entries = &input.model.root.mitigations.entries;
    let planned = |threat: &Threat| threat.mitigations.iter().any(|id| entries.get(id).is_some_and(|entry| is_unfinished(&entry.value)));
    tasks.extend(open.iter().filter(|threat| !planned(threat)).filter_map(|threat| decide(&place, threat)));
    let wanted: Vec<&str> = bands.iter().map(|band| priority(*band)).collect();
    tasks.retain(|task| wanted.contains(&task.priority));
    // The sort is stable: within a priority and a risk, tasks stay in the order of the model.
    tasks.sort_by_key(|task| (task.priority, std::cmp::Reverse(task.threats.first().and_then(|row| row.risk))));
    tasks
}

fn is_unfinished(mitigation: &Mitigation) -> bool {
    let status = mitigation.status.as_ref().map_or(MitigationStatus::Proposed, |status| status.value);
    matches!(status, MitigationStatus::Proposed | MitigationStatus::Planned | MitigationStatus::InProgress)
}

/// Where things are written.
struct Places<'a> {
    input: &'a Input<'a>,
    base: Option<&'a str>,
}

impl Places<'_> {
    fn link(&self, span: Span) -> String {
        let source = self.input.sources.get(span.source);
        let line = source.line_column(span.start).0;
        match self.base {
            Some(base) => format!("{}/{}#L{line}", base.trim_end_matches('/'), source.name()),
            None => format!("{}#L{line}", source.name()),
        }
    }

    fn row(&self, threat: &Threat) -> Row {
        Row {
            id: threat.id.clone(),
            title: threat.title.clone(),
            risk: threat.rating.risk,
            band: threat.band().map_or("", |band| band.as_str()),
            link: self.link(threat.location),
        }
    }
}

fn mitigate(place: &Places<'_>, id: &str, mitigation: &Mitigation, span: Span, mut threats: Vec<&Threat>) -> Option<Task> {
    threats.sort_by_key(|threat| std::cmp::Reverse((threat.band(), threat.rating.risk)));
    let priority = priority(threats.first().copied().and_then(Threat::band)?);
    let input = place.input;
    let text = |field: &Opt<String>| field.as_ref().map(|field| field.value.clone());
    let acceptance: Vec<String> =
        mitigation.acceptance.values().filter_map(|criterion| criterion.text.as_ref()).map(|text| one_line(&text.value)).collect();
    let tests: Vec<String> = mitigation.acceptance.values().flat_map(tests_of).collect();
    let name = mitigation_title(input, id);
    let done = match (acceptance.is_empty(), tests.is_empty()) {
        (true, _) => format!("Acceptance criteria are written into the model and hold; `{id}` is `implemented` there"),
        (_, true) => format!("All acceptance criteria hold, each with a test; `{id}` is `implemented` in the model"),
        _ => format!("All acceptance criteria hold, their tests pass, and `{id}` is `implemented` in the model"),
    };
    Some(Task {
        id: id.to_owned(),
        kind: Kind::Mitigate,
        title: format!("[SEC][{priority}] {}", one_line(&name)),
        priority,
        how: text(&mitigation.description).map_or_else(|| fix_of(input, &threats), |text| one_line(&text)),
        estimate: mitigation.estimate.as_ref().map(|effort| input.sources.slice(effort.span).to_owned()),
        owner: text(&mitigation.owner).or_else(|| owner_of(input, &threats)),
        definition_of_done: done,
        acceptance,
        tests,
        due: mitigation.due.as_ref().map(|due| due.value.to_string()),
        link: place.link(span),
        picture: picture(input, &threats),
        threats: threats.into_iter().map(|threat| place.row(threat)).collect(),
    })
}

fn decide(place: &Places<'_>, threat: &Threat) -> Option<Task> {
    let band = threat.band()?;
    let priority = priority(band);
    let input = place.input;
    Some(Task {
        id: threat.id.clone(),
        kind: Kind::Decide,
        title: format!("[SEC][{priority}] Decide what to do about: {}", one_line(&threat.title)),
        priority,
        how: fix_of(input, &[threat]),
        estimate: Some(DECIDE.to_owned()),
        owner: owner_of(input, &[threat]),
        definition_of_done: format!(
            "The model has a mitigation for `{}` with acceptance criteria, tests, owner and date, or says who accepts the risk, why and until when",
            threat.id
        ),
        acceptance: vec![format!("`redan backlog` does not ask any more for a decision about `{}` ({})", threat.id, response(band))],
        tests: Vec::new(),
        due: None,
        link: place.link(threat.location),
        picture: picture(input, &[threat]),
        threats: vec![place.row(threat)],
    })
}

fn tests_of(criterion: &Acceptance) -> impl Iterator<Item = String> + '_ {
    criterion.verify.values().map(|check| {
        let at = check.at.as_ref().map(|at| format!(" ({})", at.value)).unwrap_or_default();
        one_line(&format!("{}: {}{at}", check.method.value.as_str(), check.what.value))
    })
}

fn fix_of(input: &Input<'_>, threats: &[&Threat]) -> String {
    threats.iter().map(|threat| one_line(threat.fix(input.knowledge))).find(|fix| !fix.is_empty()).unwrap_or_default()
}

/// Who deals with the threats, else who answers for what they are about.
fn owner_of(input: &Input<'_>, threats: &[&Threat]) -> Option<String> {
    let stated = threats.iter().find_map(|threat| threat.answer.as_ref()?.owner.clone());
    stated.or_else(|| threats.iter().flat_map(|threat| threat.subjects.iter()).find_map(|thing| owner_of_thing(input.model, *thing)))
}

/// Who answers for a thing: itself says so, or an end of the flow.
pub fn owner_of_thing(model: &redan_model::Model, thing: Thing) -> Option<String> {
    let said = |owner: &Opt<String>| owner.as_ref().map(|owner| owner.value.clone());
    match thing {
        Thing::Model => said(&model.root.owner),
        Thing::Zone(ix) => said(&model[ix].stated.owner),
        Thing::Element(ix) => said(&model[ix].stated.owner).or_else(|| owner_of_thing(model, Thing::Element(model[ix].parent?))),
        Thing::Flow(ix) => {
            let flow = &model[ix];
            said(&flow.stated.owner)
                .or_else(|| owner_of_thing(model, Thing::Element(flow.target)))
                .or_else(|| owner_of_thing(model, Thing::Element(flow.source)))
        }
        Thing::Asset(ix) => said(&model[ix].stated.owner),
    }
}

/// The things that threats are about, with every flow that touches them.
fn picture(input: &Input<'_>, threats: &[&Threat]) -> Picture {
    let model = input.model;
    let things: IndexSet<Thing> = threats.iter().flat_map(|threat| threat.subjects.iter().copied()).collect();
    let mut elements = IndexSet::new();
    let mut flows = IndexSet::new();
    for thing in &things {
        match thing {
            Thing::Element(ix) => {
                elements.insert(*ix);
            }
            Thing::Flow(ix) => {
                flows.insert(*ix);
            }
            Thing::Asset(ix) => elements.extend(model[*ix].holders.iter().copied()),
            Thing::Zone(ix) => elements.extend(model[*ix].members.iter().copied()),
            Thing::Model => {}
        }
    }
    for (at, flow) in model.flows.iter().enumerate() {
        if elements.contains(&flow.source) || elements.contains(&flow.target) {
            flows.extend(u32::try_from(at).map(FlowIx));
        }
    }
    let more = flows.len().saturating_sub(MAX_FLOWS);
    flows.truncate(MAX_FLOWS);
    elements.truncate(MAX_FLOWS);
    elements.extend(flows.iter().flat_map(|flow| [model[*flow].source, model[*flow].target]));
    let flow = |ix: &FlowIx| {
        let flow = &model[*ix];
        let id = |ix| model.id_of(Thing::Element(ix)).to_owned();
        (id(flow.source), id(flow.target), one_line(model.name_of(Thing::Flow(*ix))))
    };
    let element = |ix| (model.id_of(Thing::Element(ix)).to_owned(), one_line(model.name_of(Thing::Element(ix))));
    Picture { flows: flows.iter().map(flow).collect(), elements: elements.into_iter().map(element).collect(), more }
}
