//! The report as plain data: the guide's ten sections, filled from one [`Input`], ready for any renderer.
//!
//! Renderers lay out and escape; they never look at the model. What the model does not hold is a [`Field`] without a
//! text, which every renderer shows as "not recorded" with the place where it would be recorded, and never as done.

mod evidence;
mod plan;
mod system;
mod threats;
pub(crate) mod trees;

pub use evidence::Evidence;
pub use plan::{Acceptance, Check, Plan, PlannedMitigation};
pub use system::{AssetRow, Assumption, AttackerRow, ElementRow, FlowRow, System, ZoneRow};
pub use threats::{Bands, Inventory, MitigationRef, QuestionRow, ThreatRow, ThreatView};
pub(crate) use trees::of_goal;
pub use trees::{TreeStep, TreeView};

use redan_engine::Status;
use redan_engine::analysis::Threat;
use redan_engine::plan::bands_left;
use redan_model::lang::{Band, ReviewState};
use redan_model::naming;

use crate::Input;

/// A value that the model may not hold, and where it would hold it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Field {
    /// What is recorded.
    pub text: Option<String>,
    /// The path at which to record it, as for `redan set`.
    pub path: String,
}

impl Field {
    /// A field from what the model says, if it says anything.
    pub fn new(text: Option<String>, path: impl Into<String>) -> Self {
        Self { text: text.filter(|t| !t.trim().is_empty()), path: path.into() }
    }
}

/// The title page.
#[derive(Debug, Clone)]
pub struct TitlePage {
    /// Name of the system.
    pub name: String,
    /// Version of the model.
    pub version: Field,
    /// The day of the report.
    pub date: String,
    /// Who wrote the model.
    pub authors: Field,
    /// Session id of the latest held review.
    pub session: Field,
    /// Date and kind of the latest held review.
    pub review: Field,
    /// The system in a sentence.
    pub target: Field,
    /// What the model is to find out.
    pub goals: Vec<String>,
    /// What is looked at.
    pub included: Vec<String>,
    /// What is not, with the reason.
    pub excluded: Vec<(String, Option<String>)>,
    /// Open questions about the scope.
    pub questions: Vec<String>,
    /// Who approved the scope, and when.
    pub approved: Field,
    /// What the system does.
    pub description: Option<String>,
}

/// What a manager reads.
#[derive(Debug, Clone)]
pub struct Summary {
    /// The state in one sentence.
    pub verdict: String,
    /// The worst open band, for the colour beside the words.
    pub worst: Option<Band>,
    /// Open threats, threats that wait for answers, mitigated ones, and those decided otherwise.
    pub open: usize,
    /// See [`Summary::open`].
    pub waiting: usize,
    /// See [`Summary::open`].
    pub mitigated: usize,
    /// See [`Summary::open`].
    pub decided: usize,
    /// The three worst open threats.
    pub top: Vec<TopRisk>,
    /// What is still high or critical when the plan is carried out.
    pub remains: String,
    /// What to do next, most urgent first.
    pub recommendations: Vec<String>,
    /// Threats that are known to exist, by band before, now and after the plan.
    pub inherent: Bands,
    /// See [`Summary::inherent`].
    pub current: Bands,
    /// See [`Summary::inherent`].
    pub target: Bands,
}

/// One of the top risks, in plain words.
#[derive(Debug, Clone)]
pub struct TopRisk {
    /// The anchor of its details.
    pub anchor: String,
    /// Id.
    pub id: String,
    /// Title.
    pub title: String,
    /// Band.
    pub band: Option<Band>,
    /// "likelihood 4 of 5, impact 5 of 5, risk 20".
    pub numbers: String,
    /// What happens, first sentence.
    pub what: String,
    /// What is done, with who and when; what is missing if nothing is.
    pub plan: String,
}

/// A dated line of the appendix.
#[derive(Debug, Clone)]
pub struct LogLine {
    /// The day, or empty.
    pub on: String,
    /// What kind of entry it is.
    pub kind: String,
    /// What it says.
    pub text: String,
}

/// The whole report.
#[derive(Debug, Clone)]
pub struct Document {
    /// Section 1.
    pub title: TitlePage,
    /// Section 2.
    pub summary: Summary,
    /// Sections 3 and 4.
    pub system: System,
    /// Section 5.
    pub inventory: Inventory,
    /// Section 6.
    pub trees: Vec<TreeView>,
    /// Sections 7 to 9.
    pub plan: Plan,
    /// Section 10: reviews.
    pub reviews: Vec<LogLine>,
    /// Section 10: incidents.
    pub incidents: Vec<LogLine>,
    /// Section 10: changes.
    pub changes: Vec<LogLine>,
    /// Section 10: faults of the model.
    pub lints: Vec<LogLine>,
    /// Section 10: what proves what the model says.
    pub evidence: Vec<Evidence>,
}

impl Document {
    /// Fills every section.
    pub fn of(input: &Input<'_>) -> Self {
        let inventory = Inventory::of(input);
        Self {
            title: title_page(input),
            summary: summary(input, &inventory),
            system: System::of(input),
            trees: trees::trees(input),
            plan: Plan::of(input),
            reviews: reviews(input),
            incidents: incidents(input),
            changes: changes(input),
            lints: lints(input),
            evidence: evidence::evidence(input),
            inventory,
        }
    }
}

/// A fragment identifier that survives any id: letters, digits and `-` stay, the rest is written as hexadecimal.
pub fn anchor(prefix: &str, id: &str) -> String {
    let mut out = format!("{prefix}-");
    for c in id.chars() {
        match c {
            'a'..='z' | 'A'..='Z' | '0'..='9' | '-' => out.push(c),
            other => out.push_str(&format!("_{:x}", u32::from(other))),
        }
    }
    out
}

fn title_page(input: &Input<'_>) -> TitlePage {
    let root = &input.model.root;
    let scope = root.scope.as_ref().map(|s| &s.value);
    let latest = latest_review(input);
    let person = |id: &str| person_name(input, id);
    TitlePage {
        name: input.model.name_of(redan_model::Thing::Model).to_owned(),
        version: Field::new(root.version.as_ref().map(|v| v.value.clone()), "version"),
        date: input.today.to_string(),
        authors: Field::new(joined(root.authors.values().map(|a| person(a))), "authors"),
        session: Field::new(latest.as_ref().and_then(|(_, r)| r.session.as_ref().map(|s| s.value.clone())), "reviews.<id>.session"),
        review: Field::new(
            latest.as_ref().map(|(on, r)| format!("{on}{}", r.kind.as_ref().map_or(String::new(), |k| format!(", {}", k.value)))),
            "reviews.<id>.on",
        ),
        target: Field::new(scope.and_then(|s| s.target.as_ref()).map(|t| t.value.clone()), "scope.target"),
        goals: scope.map_or_else(Vec::new, |s| s.goals.values().cloned().collect()),
        included: scope.map_or_else(Vec::new, |s| s.r#in.values().cloned().collect()),
        excluded: scope.map_or_else(Vec::new, |s| {
            s.out.items.iter().map(|(item, why)| (item.value.clone(), why.as_ref().map(|w| w.value.clone()))).collect()
        }),
        questions: scope.map_or_else(Vec::new, |s| s.questions.values().cloned().collect()),
        approved: Field::new(approval(input), "scope.approved"),
        description: root.description.as_ref().map(|d| d.value.clone()),
    }
}

fn approval(input: &Input<'_>) -> Option<String> {
    let approved = &input.model.root.scope.as_ref()?.approved.as_ref()?.value;
    let by = approved.by.as_ref().map(|b| person_name(input, &b.value))?;
    Some(approved.on.as_ref().map_or(by.clone(), |on| format!("{by}, {}", on.value)))
}

/// The latest review that was held and has a date.
fn latest_review<'a>(input: &Input<'a>) -> Option<(jiff::civil::Date, &'a redan_model::lang::Review)> {
    let reviews = input.model.root.reviews.entries.values().map(|e| &e.value);
    reviews
        .filter(|r| r.state.as_ref().is_none_or(|s| s.value == ReviewState::Held))
        .filter_map(|r| r.on.as_ref().map(|on| (on.value, r)))
        .max_by_key(|(on, _)| *on)
}

/// A person's name with the team, or the text as it stands.
fn person_name(input: &Input<'_>, id: &str) -> String {
    let Some(person) = input.model.root.people.entries.get(id).map(|e| &e.value) else { return id.to_owned() };
    let name = person.name.as_ref().map_or_else(|| naming::title_of(id), |n| n.value.clone());
    person.role.as_ref().map_or(name.clone(), |role| format!("{name} ({})", role.value))
}

/// What people call a mitigation: its title, or its id as words.
pub(crate) fn mitigation_title(input: &Input<'_>, id: &str) -> String {
    let title = input.model.root.mitigations.entries.get(id).and_then(|entry| entry.value.title.as_ref());
    title.map_or_else(|| naming::sentence_of(id), |title| title.value.clone())
}

fn joined(items: impl Iterator<Item = String>) -> Option<String> {
    let all: Vec<String> = items.collect();
    if all.is_empty() { None } else { Some(all.join(", ")) }
}

fn summary(input: &Input<'_>, inventory: &Inventory) -> Summary {
    let analysis = input.analysis;
    let (open, waiting, mitigated) = (analysis.count(Status::Open), analysis.count(Status::Question), analysis.count(Status::Mitigated));
    let open_threats: Vec<&ThreatView> = inventory.threats.iter().filter(|t| t.status == Status::Open).collect();
    let worst = open_threats.iter().filter_map(|t| t.band).max();
    Summary {
        verdict: verdict(&open_threats, waiting, input.analysis.questions.len()),
        worst,
        open,
        waiting,
        mitigated,
        decided: analysis.threats.len() - open - waiting - mitigated,
        top: open_threats.iter().take(3).map(|t| top_risk(t)).collect(),
        remains: remains(input),
        recommendations: recommendations(input, &open_threats),
        inherent: bands(input, 0),
        current: bands(input, 1),
        target: bands(input, 2),
    }
}

fn verdict(open: &[&ThreatView], waiting: usize, questions: usize) -> String {
    let urgent = open.iter().filter(|t| t.band >= Some(Band::High)).count();
    let state = match (open.len(), urgent) {
        (0, _) => "No threat is open.".to_owned(),
        (n, 0) => format!("{} open, none of them high or critical.", plural(n, "threat is", "threats are")),
        (1, 1) => format!("1 threat is open, and it is {}.", open[0].band.map_or("high", Band::as_str)),
        (n, u) if n == u => format!("{n} threats are open, all of them high or critical."),
        (n, u) => format!("{} open, {u} of them high or critical.", plural(n, "threat is", "threats are")),
    };
    if waiting == 0 {
        return state;
    }
    let more = if open.is_empty() { ["threat depends", "threats depend"] } else { ["more depends", "more depend"] };
    format!(
        "{state} {} on {}.",
        plural(waiting, more[0], more[1]),
        plural(questions, "answer that nobody has given yet", "answers that nobody has given yet")
    )
}

pub(crate) fn plural(n: usize, one: &str, many: &str) -> String {
    format!("{n} {}", if n == 1 { one } else { many })
}

/// How far a mitigation is, for a reader who wants to know when it is there.
pub(crate) fn when(m: &MitigationRef) -> String {
    match (&m.due, m.done, m.overdue) {
        (_, true, _) => "in place".to_owned(),
        (Some(due), _, true) => format!("{due}, overdue"),
        (Some(due), ..) => due.clone(),
        (None, ..) => "no date".to_owned(),
    }
}

fn top_risk(threat: &ThreatView) -> TopRisk {
    let plan: Vec<String> =
        threat.mitigations.iter().map(|m| format!("{} ({}, {})", m.title, m.owner.as_deref().unwrap_or("no owner"), when(m))).collect();
    TopRisk {
        anchor: threat.anchor.clone(),
        id: threat.id.clone(),
        title: threat.title.clone(),
        band: threat.band,
        numbers: threat.numbers.clone(),
        what: first_sentence(&threat.what),
        plan: if plan.is_empty() { "Nothing is planned yet.".to_owned() } else { plan.join("; ") },
    }
}

/// Up to the first full stop, so that a summary stays one.
fn first_sentence(text: &str) -> String {
    text.split_inclusive(". ").next().unwrap_or(text).trim().to_owned()
}

fn recommendations(input: &Input<'_>, open: &[&ThreatView]) -> Vec<String> {
    let mut out = Vec::new();
    let unplanned: Vec<&str> =
        open.iter().filter(|t| t.mitigations.is_empty() && t.band >= Some(Band::High)).map(|t| t.title.as_str()).take(3).collect();
    for threat in open.iter().take(3) {
        for mitigation in threat.mitigations.iter().filter(|m| !m.done) {
            let line = format!(
                "{}: {}, {}.",
                mitigation.title,
                mitigation.owner.as_deref().unwrap_or("find an owner"),
                match &mitigation.due {
                    Some(due) if mitigation.overdue => format!("overdue since {due}"),
                    Some(due) => format!("by {due}"),
                    None => "by a date to be set".to_owned(),
                }
            );
            if !out.contains(&line) {
                out.push(line);
            }
        }
    }
    out.truncate(5);
    if !unplanned.is_empty() {
        out.push(format!("Decide what to do about: {}.", unplanned.join("; ")));
    }
    if let Some(question) = input.analysis.questions.first() {
        out.push(format!("Answer first: {}", question.text));
    }
    out
}

/// Whether a threat exists, whatever is done about it: those that wait for answers may not.
fn known(threat: &Threat) -> bool {
    matches!(threat.status, Status::Open | Status::Mitigated | Status::Accepted | Status::Transferred)
}

/// The bands without any control, now, and after the plan.
pub(crate) fn bands_of(input: &Input<'_>, threat: &Threat) -> [Option<Band>; 3] {
    bands_left(input.model, input.knowledge, input.policy, threat)
}

fn remains(input: &Input<'_>) -> String {
    let urgent = |t: &&Threat| known(t) && bands_of(input, t)[2] >= Some(Band::High);
    let titles: Vec<&str> = input.analysis.threats.iter().filter(urgent).map(|t| t.title.as_str()).collect();
    match titles.len() {
        0 => "When the plan is carried out, no known risk is high or critical.".to_owned(),
        n => {
            let more = if n > 3 { format!("; and {} more", n - 3) } else { String::new() };
            let first = titles.iter().take(3).copied().collect::<Vec<_>>().join("; ");
            format!(
                "When the plan is carried out, {} high or critical: {first}{more}.",
                plural(n, "known risk is still", "known risks are still")
            )
        }
    }
}

/// How many known threats are in which band: without any control, now, or after the plan.
fn bands(input: &Input<'_>, stage: usize) -> Bands {
    let mut bands = Bands::default();
    for threat in &input.analysis.threats {
        if !known(threat) {
            continue;
        }
        bands_of(input, threat)[stage].into_iter().for_each(|band| bands.add(band));
    }
    bands
}

fn reviews(input: &Input<'_>) -> Vec<LogLine> {
    let entries = input.model.root.reviews.entries.iter();
    entries
        .map(|(id, entry)| {
            let review = &entry.value;
            let mut parts = vec![naming::sentence_of(id), review.state.as_ref().map_or("held", |s| s.value.as_str()).to_owned()];
            parts.extend(review.session.as_ref().map(|s| s.value.clone()));
            parts.extend(joined(review.people.values().map(|p| person_name(input, p))));
            parts.extend(review.result.as_ref().map(|r| r.value.clone()));
            LogLine {
                on: date(review.on.as_ref()),
                kind: review.kind.as_ref().map_or("review", |k| k.value.as_str()).to_owned(),
                text: parts.join("; "),
            }
        })
        .collect()
}

fn incidents(input: &Input<'_>) -> Vec<LogLine> {
    let entries = input.model.root.incidents.entries.iter();
    entries
        .map(|(id, entry)| {
            let incident = &entry.value;
            let mut parts = vec![incident.title.as_ref().map_or_else(|| naming::sentence_of(id), |t| t.value.clone())];
            parts.extend(joined(incident.threats.values().cloned()).map(|t| format!("came true: {t}")));
            parts.extend(incident.description.as_ref().map(|d| d.value.clone()));
            parts.extend(incident.lesson.as_ref().map(|l| format!("lesson: {}", l.value)));
            LogLine { on: date(incident.on.as_ref()), kind: "incident".to_owned(), text: parts.join("; ") }
        })
        .collect()
}

fn changes(input: &Input<'_>) -> Vec<LogLine> {
    let entries = input.model.root.changelog.entries.iter();
    entries
        .map(|(version, entry)| {
            let change = &entry.value;
            let by = change.by.as_ref().map_or(String::new(), |b| format!(", by {}", person_name(input, &b.value)));
            LogLine {
                on: date(change.on.as_ref()),
                kind: version.clone(),
                text: format!("{}{by}", change.why.as_ref().map_or("", |w| w.value.as_str())),
            }
        })
        .collect()
}

fn lints(input: &Input<'_>) -> Vec<LogLine> {
    let place = |d: &redan_model::Diagnostic| d.primary.map_or(String::new(), |span| place(input, span));
    input
        .analysis
        .lints
        .iter()
        .map(|d| LogLine { on: place(d), kind: format!("{} {}", d.severity.as_str(), d.code), text: d.message.clone() })
        .collect()
}

/// `file:line:column` of a span.
pub(crate) fn place(input: &Input<'_>, span: redan_model::Span) -> String {
    let at = input.sources.locate(span);
    format!("{}:{}:{}", at.file, at.line, at.column)
}

pub(crate) fn date(on: Option<&redan_model::Spanned<jiff::civil::Date>>) -> String {
    on.map_or(String::new(), |d| d.value.to_string())
}
