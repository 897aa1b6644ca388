//! The guide's checklist of ten items, each computed from the model and its analysis.
//!
//! Nothing is ever done by default: an item is done when something was found and nothing is missing.

use std::collections::{BTreeMap, BTreeSet};

use redan_model::lang::{Band, Mitigation, MitigationStatus, ReviewKind, ReviewState};
use redan_model::naming::sentence_of;
use redan_model::{Identity, Model};

use crate::analyse::is_live;
use crate::analysis::{Analysis, Status, Threat};
use crate::evidence::{Assessment, State};

/// How far an item has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ItemState {
    /// Found, and nothing is missing.
    Done,
    /// Something is there, something is missing.
    Partial,
    /// Nothing of it is there.
    Missing,
    /// The model has no place for it; somebody has to look elsewhere.
    NotRecorded,
}

impl ItemState {
    /// The word in output.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Partial => "partial",
            Self::Missing => "missing",
            Self::NotRecorded => "not-recorded",
        }
    }
}

/// One item of the checklist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChecklistItem {
    /// The item, in the guide's words.
    pub title: &'static str,
    /// How far it has come.
    pub state: ItemState,
    /// What there is.
    pub found: Vec<String>,
    /// What is missing, with where to write it.
    pub missing: Vec<String>,
}

/// What is known of a model from around it. What nobody looked for is not known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Surroundings {
    /// Its history under version control.
    pub history: Option<History>,
    /// The tasks that are remembered to have an issue in a tracker, as `mitigate/<id>` or `decide/<id>`.
    pub issues: Option<BTreeSet<String>>,
}

/// The history of a model under version control.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct History {
    /// How many commits changed it.
    pub commits: usize,
    /// Parts of the architecture that changed since the version did, as `section.id`.
    pub unversioned: Vec<String>,
}

/// The tasks of a file that remembers which issue stands for which task; nothing if it is none.
pub fn issues_of(text: &str) -> Option<BTreeSet<String>> {
    #[derive(serde::Deserialize)]
    struct File {
        issues: BTreeMap<String, BTreeMap<String, String>>,
    }
    let file: File = serde_saphyr::from_str(text).ok()?;
    let tasks = file.issues.into_values().flatten().map(|(task, _)| task);
    // Before the kind of a task stands the id of its model, which has no slash.
    Some(tasks.filter_map(|task| task.split_once('/').map(|(_, task)| task.to_owned())).collect())
}

/// The ten items, in the guide's order.
pub fn checklist(model: &Model, analysis: &Analysis, around: &Surroundings) -> [ChecklistItem; 10] {
    [
        scope(model),
        diagrams(model),
        labels(model),
        method(analysis),
        ratings(analysis),
        mitigations(model, analysis),
        owners(model, analysis, around.issues.as_ref()),
        tests(model, analysis),
        pen_test(model, analysis),
        stored(model, around.history.as_ref()),
    ]
}

/// Collects what is there and what is not.
#[derive(Default)]
struct Findings {
    found: Vec<String>,
    missing: Vec<String>,
}

impl Findings {
    fn found(&mut self, what: impl Into<String>) {
        self.found.push(what.into());
    }

    fn missing(&mut self, what: impl Into<String>) {
        self.missing.push(what.into());
    }

    /// Found if it is there, missing if it is not.
    fn either(&mut self, there: bool, found: impl Into<String>, missing: impl Into<String>) {
        if there { self.found(found) } else { self.missing(missing) }
    }

    /// All of a list, or those that lack something.
    fn all(&mut self, total: usize, what: &str, lacking: &[String], lack: &str) {
        if total > lacking.len() {
            self.found(format!("{} of {total} {what}", total - lacking.len()));
        }
        if !lacking.is_empty() {
            self.missing(format!("{lack}: {}", some(lacking)));
        }
    }

    fn item(self, title: &'static str) -> ChecklistItem {
        let state = match (self.found.is_empty(), self.missing.is_empty()) {
            (true, _) => ItemState::Missing,
            (false, true) => ItemState::Done,
            (false, false) => ItemState::Partial,
        };
        ChecklistItem { title, state, found: self.found, missing: self.missing }
    }
}

/// A number with its noun.
fn count(number: usize, one: &str, many: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { many })
}

/// The first few of a list; nobody reads a hundred names in a line.
fn some(names: &[String]) -> String {
    let shown = names.iter().take(5).cloned().collect::<Vec<_>>().join(", ");
    if names.len() > 5 { format!("{shown} and {} more", names.len() - 5) } else { shown }
}

/// What people call a thing.
fn shown(model: &Model, identity: &Identity) -> String {
    model.find(&identity.id).map_or(identity.id.as_str(), |thing| model.name_of(thing)).to_owned()
}

fn title(id: &str, mitigation: &Mitigation) -> String {
    mitigation.title.as_ref().map_or_else(|| sentence_of(id), |title| title.value.clone())
}

fn scope(model: &Model) -> ChecklistItem {
    let mut items = Findings::default();
    let scope = model.root.scope.as_ref().map(|scope| &scope.value);
    let target = scope.and_then(|scope| scope.target.as_ref());
    items.either(target.is_some(), target.map_or("", |target| target.value.as_str()), "what is looked at (`scope.target`)");
    let inside = scope.map_or(0, |scope| scope.r#in.items.len());
    items.either(inside > 0, count(inside, "thing in scope", "things in scope"), "what is in scope (`scope.in`)");
    let outside = scope.map_or(0, |scope| scope.out.items.len());
    items.either(outside > 0, count(outside, "thing out of scope", "things out of scope"), "what is out of scope, and why (`scope.out`)");
    let approval = scope.and_then(|scope| scope.approved.as_ref()).map(|approval| &approval.value);
    let by = approval.and_then(|approval| approval.by.as_ref()).map(|by| by.value.as_str());
    let on = approval.and_then(|approval| approval.on.as_ref()).map(|on| on.value.to_string());
    let approved = format!("approved by {} on {}", by.unwrap_or_default(), on.as_deref().unwrap_or_default());
    items.either(by.is_some() && on.is_some(), approved, "who approved the scope, and when (`scope.approved`)");
    items.item("Scope documented and approved")
}

fn diagrams(model: &Model) -> ChecklistItem {
    let mut items = Findings::default();
    let (elements, flows) = (model.elements.len(), model.flows.len());
    items.either(elements > 0, count(elements, "element", "elements"), "processes, stores and external entities (`elements`)");
    items.either(flows > 0, count(flows, "data flow", "data flows"), "data flows (`flows`)");
    let levels: Vec<u32> =
        model.root.diagrams.entries.values().filter_map(|entry| entry.value.level.as_ref()).map(|level| level.value).collect();
    let parts = model.elements.iter().any(|element| element.parent.is_some());
    items.either(
        levels.contains(&0) || (elements > 0 && parts),
        "a high-level diagram",
        "a high-level diagram (`diagrams` with `level: 0`)",
    );
    let detailed = levels.iter().any(|level| *level > 0) || parts;
    items.either(detailed, "a detailed diagram", "a detailed diagram (`diagrams` with `level: 1`, or elements with `in`)");
    items.item("DFD created (high & detailed)")
}

fn labels(model: &Model) -> ChecklistItem {
    let mut items = Findings::default();
    let own = |provided: &Option<String>| provided.is_none();
    let assets: Vec<_> = model.assets.iter().filter(|asset| own(&asset.identity.provided_by)).collect();
    let unlabelled = |asset: &&&redan_model::Asset| {
        let stated = &asset.stated;
        asset.kind == redan_model::lang::AssetKind::Data
            && (stated.confidentiality.is_none() || stated.integrity.is_none() || stated.availability.is_none())
    };
    let bare: Vec<String> = assets.iter().filter(unlabelled).map(|asset| shown(model, &asset.identity)).collect();
    items.all(assets.len(), "assets with security properties", &bare, "confidentiality, integrity and availability");
    if assets.is_empty() {
        items.missing("what is worth protecting (`assets`)");
    }
    let untrusted: Vec<String> = model.zones.iter().filter(|zone| zone.trust.is_none()).map(|zone| shown(model, &zone.identity)).collect();
    items.all(model.zones.len(), "trust boundaries with a degree of trust", &untrusted, "`trust`");
    if model.zones.is_empty() {
        items.missing("trust boundaries (`zones`)");
    }
    let outside: Vec<String> =
        model.elements.iter().filter(|element| !element.zones_known).map(|element| shown(model, &element.identity)).collect();
    if !outside.is_empty() {
        items.missing(format!("the trust boundary (`zone`): {}", some(&outside)));
    }
    items.item("Assets and trust boundaries labeled")
}

fn method(analysis: &Analysis) -> ChecklistItem {
    let mut items = Findings::default();
    let looked_at = analysis.coverage.iter().filter(|row| row.cells.iter().any(|cell| cell.considered > 0)).count();
    if looked_at > 0 {
        items.found(format!("STRIDE run against {}", count(looked_at, "element, flow or boundary", "elements, flows and boundaries")));
    }
    if analysis.coverage.len() > looked_at {
        items.missing(format!("{} elements, flows or boundaries that no rule looks at", analysis.coverage.len() - looked_at));
    }
    let waiting = analysis.count(Status::Question);
    if waiting > 0 {
        let (questions, threats) = (count(analysis.questions.len(), "question", "questions"), count(waiting, "threat", "threats"));
        items.missing(format!("answers to {questions} that {threats} turn on (`redan questions`)"));
    }
    items.item("STRIDE (or chosen method) run against each DFD element")
}

/// The threats that are still there: not avoided, wrong or impossible.
fn standing(analysis: &Analysis) -> impl Iterator<Item = &Threat> {
    let gone = |status| matches!(status, Status::Avoided | Status::FalsePositive | Status::NotApplicable);
    analysis.threats.iter().filter(move |threat| !gone(threat.status))
}

fn ratings(analysis: &Analysis) -> ChecklistItem {
    let mut items = Findings::default();
    let lacking = |threat: &&Threat| threat.rating.likelihood.is_none() || threat.rating.impact.is_none();
    let bare: Vec<String> = standing(analysis).filter(lacking).map(|threat| threat.id.clone()).collect();
    items.all(standing(analysis).count(), "threats with likelihood and impact", &bare, "`likelihood` and `impact`");
    items.item("Threat table with likelihood & impact")
}

fn own_mitigations(model: &Model) -> impl Iterator<Item = (&String, &Mitigation)> {
    model.root.mitigations.entries.iter().map(|(id, entry)| (id, &entry.value))
}

fn mitigations(model: &Model, analysis: &Analysis) -> ChecklistItem {
    let mut items = Findings::default();
    let open: Vec<&Threat> = analysis.threats.iter().filter(|threat| threat.status == Status::Open).collect();
    let unmapped: Vec<String> = open.iter().filter(|threat| threat.mitigations.is_empty()).map(|threat| threat.id.clone()).collect();
    items.all(open.len(), "open threats with a mitigation", &unmapped, "a mitigation");
    let bare: Vec<String> =
        own_mitigations(model).filter(|(_, one)| one.acceptance.items.is_empty()).map(|(id, one)| title(id, one)).collect();
    items.all(own_mitigations(model).count(), "mitigations with acceptance criteria", &bare, "`acceptance`");
    if own_mitigations(model).next().is_none() {
        items.missing("what is done about threats (`mitigations`)");
    }
    items.item("Mitigations mapped + acceptance criteria")
}

fn owners(model: &Model, analysis: &Analysis, issues: Option<&BTreeSet<String>>) -> ChecklistItem {
    let mut items = Findings::default();
    let bare: Vec<String> = own_mitigations(model).filter(|(_, one)| one.owner.is_none()).map(|(id, one)| title(id, one)).collect();
    items.all(own_mitigations(model).count(), "mitigations with an owner", &bare, "`owner`");
    let live = analysis.threats.iter().any(|threat| threat.status == Status::Open);
    if live && own_mitigations(model).next().is_none() {
        items.missing("mitigations to create issues for (`mitigations`)");
    }
    let Some(issues) = issues else {
        // The model itself has no place for the address of an issue, so nobody can claim from it that one exists.
        items.missing("whether issues exist in the tracker is not recorded (`redan backlog` writes the tasks)");
        let mut item = items.item("Issues created in tracker + owners assigned");
        if item.missing.len() == 1 {
            item.state = ItemState::NotRecorded;
        }
        return item;
    };
    let tasks = tasks(model, analysis);
    let without: Vec<String> = tasks.iter().filter(|task| !issues.contains(*task)).cloned().collect();
    items.all(tasks.len(), "tasks of P0 and P1 with an issue", &without, "an issue");
    if tasks.is_empty() {
        items.found("no task of P0 or P1 is left to create an issue for");
    }
    items.item("Issues created in tracker + owners assigned")
}

/// What is to be done about open threats that are critical or high: mitigations that are not in place, and threats that
/// none of those deals with.
fn tasks(model: &Model, analysis: &Analysis) -> Vec<String> {
    let is_to_do = |id: &String| {
        let status = model.root.mitigations.entries.get(id).map(|entry| entry.value.status.as_ref().map(|status| status.value));
        status.is_some_and(|status| !matches!(status, Some(MitigationStatus::Implemented | MitigationStatus::Rejected)))
    };
    let urgent: Vec<&Threat> =
        analysis.threats.iter().filter(|threat| threat.status == Status::Open && at_least(threat, Band::High)).collect();
    let mitigations = own_mitigations(model).map(|(id, _)| id).filter(|id| is_to_do(id));
    let mitigate = mitigations.filter(|id| urgent.iter().any(|threat| threat.mitigations.contains(id))).map(|id| format!("mitigate/{id}"));
    let undecided = urgent.iter().filter(|threat| !threat.mitigations.iter().any(is_to_do));
    mitigate.chain(undecided.map(|threat| format!("decide/{}", threat.id))).collect()
}

fn at_least(threat: &Threat, band: Band) -> bool {
    threat.band().is_some_and(|stated| stated >= band)
}

fn tests(model: &Model, analysis: &Analysis) -> ChecklistItem {
    let mut items = Findings::default();
    let critical: Vec<&Threat> = standing(analysis).filter(|threat| at_least(threat, Band::Critical)).collect();
    let needed = |id: &String| critical.iter().any(|threat| threat.mitigations.contains(id));
    let list: Vec<_> = own_mitigations(model).filter(|(id, _)| needed(id)).collect();
    let bare: Vec<String> = list.iter().filter(|(_, one)| !in_ci(one)).map(|(id, one)| title(id, one)).collect();
    items.all(list.len(), "mitigations of critical threats have a test in CI", &bare, "a check that runs in CI (`verify` with `at: ci`)");
    if list.is_empty() {
        items.missing("mitigations of critical threats with checks in CI");
    }
    if let Some(evidence) = &analysis.evidence {
        proven(&mut items, evidence, &list);
    }
    items.item("Tests added to CI for critical mitigations")
}

/// What reports say about tests: how many mitigations are proven, and the state of each other one.
fn proven(items: &mut Findings, evidence: &Assessment, list: &[(&String, &Mitigation)]) {
    let states = list.iter().filter_map(|(id, one)| Some((title(id, one), evidence.mitigations.get(*id)?)));
    let (done, undone): (Vec<_>, Vec<_>) = states.partition(|(_, known)| known.state == State::Verified);
    if !done.is_empty() {
        items.found(format!("{} of {} verified by evidence", done.len(), list.len()));
    }
    for (title, known) in undone {
        items.missing(format!("{title} is {}: {}", known.state.as_str(), known.reason));
    }
}

/// Whether any check of a mitigation runs in CI.
fn in_ci(mitigation: &Mitigation) -> bool {
    let of_criteria = mitigation.acceptance.items.iter().flat_map(|criterion| &criterion.value.verify.items);
    let mut checks = of_criteria.chain(&mitigation.verify.items);
    checks.any(|check| check.value.at.as_ref().is_some_and(|at| at.value.eq_ignore_ascii_case("ci")))
}

fn pen_test(model: &Model, analysis: &Analysis) -> ChecklistItem {
    let mut items = Findings::default();
    for (id, entry) in &model.root.reviews.entries {
        let review = &entry.value;
        let state = review.state.as_ref().map_or(ReviewState::Held, |state| state.value);
        if review.kind.as_ref().is_some_and(|kind| kind.value == ReviewKind::PenTest) && state != ReviewState::Cancelled {
            let on = review.on.as_ref().map(|on| format!(" on {}", on.value)).unwrap_or_default();
            items.found(format!("{} {}{on}", sentence_of(id), state.as_str()));
        }
    }
    if items.found.is_empty() {
        let high = standing(analysis).filter(|threat| is_live(threat.status) && at_least(threat, Band::High)).count();
        items.missing(format!(
            "a penetration test (`reviews` with `kind: pen-test`); high or critical: {}",
            count(high, "threat", "threats")
        ));
    }
    items.item("Pen test scheduled for high-risk areas")
}

fn stored(model: &Model, history: Option<&History>) -> ChecklistItem {
    let mut items = Findings::default();
    let version = model.root.version.as_ref().map(|version| version.value.as_str());
    items.either(version.is_some(), format!("version {}", version.unwrap_or_default()), "a version (`version`)");
    let changes = model.root.changelog.entries.len();
    if changes > 0 {
        items.found(format!("{} in the changelog", count(changes, "entry", "entries")));
    }
    let commits = history.map_or(0, |history| history.commits);
    if commits > 0 {
        items.found(format!("{} in git", count(commits, "commit", "commits")));
    }
    if changes == 0 && commits == 0 {
        items.missing("who changed what and why: commit the file to git, or write a `changelog`");
    }
    let unversioned = history.map_or(&[][..], |history| &history.unversioned);
    if !unversioned.is_empty() {
        items.missing(format!("another `version`, since the architecture changed: {}", some(unversioned)));
    }
    items.item("Threat model stored (JSON/MD) and versioned with architecture changes")
}
