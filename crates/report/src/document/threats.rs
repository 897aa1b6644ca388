//! Section 5: the threat inventory, its questions and the risk matrix.

use std::collections::BTreeMap;

use redan_engine::Status;
use redan_engine::analysis::Threat;
use redan_engine::policy::{priority, response};
use redan_engine::rule::Rule;
use redan_model::lang::{Band, MitigationStatus};

use super::{anchor, place};
use crate::Input;

/// How many threats there are in each band.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Bands {
    /// Risk 16 to 25 with the default matrix.
    pub critical: usize,
    /// Risk 9 to 15.
    pub high: usize,
    /// Risk 4 to 8.
    pub medium: usize,
    /// Risk 1 to 3.
    pub low: usize,
}

impl Bands {
    pub(super) fn add(&mut self, band: Band) {
        match band {
            Band::Critical => self.critical += 1,
            Band::High => self.high += 1,
            Band::Medium => self.medium += 1,
            Band::Low => self.low += 1,
        }
    }
}

/// A mitigation as the row of a threat shows it.
#[derive(Debug, Clone)]
pub struct MitigationRef {
    /// Anchor in the plan.
    pub anchor: String,
    /// Title.
    pub title: String,
    /// Who does it.
    pub owner: Option<String>,
    /// By when.
    pub due: Option<String>,
    /// Whether it is in place.
    pub done: bool,
    /// Whether its date has passed and it is not in place.
    pub overdue: bool,
}

/// One threat with everything that its details show.
#[derive(Debug, Clone)]
pub struct ThreatView {
    /// Stable fragment identifier.
    pub anchor: String,
    /// Id.
    pub id: String,
    /// Title.
    pub title: String,
    /// Names of what it is about.
    pub subjects: Vec<String>,
    /// STRIDE and LINDDUN words.
    pub categories: Vec<&'static str>,
    /// Where it stands.
    pub status: Status,
    /// Likelihood 1 to 5.
    pub likelihood: Option<u8>,
    /// Impact 1 to 5.
    pub impact: Option<u8>,
    /// Likelihood times impact.
    pub risk: Option<u8>,
    /// Band.
    pub band: Option<Band>,
    /// "likelihood 4 of 5, impact 5 of 5, risk 20".
    pub numbers: String,
    /// P0 to P3 with what the guide does: "P0, immediate action". Nothing is left to do about
    /// a threat that is mitigated or decided about.
    pub priority: Option<String>,
    /// Risk now.
    pub current: Option<u8>,
    /// Risk after the plan.
    pub target: Option<u8>,
    /// The bands of the two.
    pub residual_bands: [Option<Band>; 2],
    /// Lowest and highest risk while facts are unknown.
    pub range: Option<(u8, u8)>,
    /// What happens and why.
    pub what: String,
    /// How to stop it and how to check.
    pub fix: Option<String>,
    /// Why the rating is what it is.
    pub reasons: Vec<String>,
    /// Controls that were looked for: what, where, what is known.
    pub counters: Vec<String>,
    /// What is done.
    pub mitigations: Vec<MitigationRef>,
    /// Texts of the questions that settle it.
    pub questions: Vec<String>,
    /// "CWE 307" and such.
    pub references: Vec<String>,
    /// Unconfirmed assumptions that it rests on.
    pub assumptions: Vec<String>,
    /// Reason, owner and end of a decision.
    pub decision: Option<String>,
    /// `file:line:column`.
    pub place: String,
    /// Ids of raised threats that are the same.
    pub merged: Vec<String>,
    /// Id of the rule that raised it.
    pub rule: Option<String>,
}

/// One row of the table: threats of one rule with one status are one row.
#[derive(Debug, Clone)]
pub struct ThreatRow {
    /// The threats, worst first; never empty.
    pub threats: Vec<usize>,
    /// The title, of the only threat or of the rule's first.
    pub title: String,
}

/// One question.
#[derive(Debug, Clone)]
pub struct QuestionRow {
    /// `<subject>.<fact>`.
    pub id: String,
    /// In plain words.
    pub text: String,
    /// How to find out.
    pub hint: String,
    /// How many threats it settles.
    pub settles: usize,
    /// The highest risk at stake.
    pub risk: u8,
    /// Its band.
    pub band: Band,
}

/// The inventory.
#[derive(Debug, Clone)]
pub struct Inventory {
    /// All threats: by status, hand-written first, worst first.
    pub threats: Vec<ThreatView>,
    /// Rows of the open, mitigated and decided ones.
    pub rows: Vec<ThreatRow>,
    /// Rows of those that wait for answers.
    pub waiting: Vec<ThreatRow>,
    /// Questions, most risk first.
    pub questions: Vec<QuestionRow>,
    /// Open threats by likelihood (rows, 5 first) and impact (columns, 1 first).
    pub matrix: [[Vec<usize>; 5]; 5],
}

impl Inventory {
    pub(super) fn of(input: &Input<'_>) -> Self {
        let mut threats: Vec<ThreatView> = input.analysis.threats.iter().map(|t| view(input, t)).collect();
        threats.sort_by(|a, b| order(a).cmp(&order(b)).then_with(|| a.id.cmp(&b.id)));
        let questions = input.analysis.questions.iter();
        Self {
            rows: rows(&threats, |t| t.status != Status::Question),
            waiting: rows(&threats, |t| t.status == Status::Question),
            matrix: matrix(&threats),
            questions: questions
                .map(|q| QuestionRow {
                    id: q.id.clone(),
                    text: q.text.clone(),
                    hint: q.hint.to_string(),
                    settles: q.settles.len(),
                    risk: q.risk,
                    band: input.policy.band(q.risk),
                })
                .collect(),
            threats,
        }
    }
}

fn order(t: &ThreatView) -> (Status, std::cmp::Reverse<u8>, std::cmp::Reverse<Option<Band>>, bool) {
    (t.status, std::cmp::Reverse(t.risk.unwrap_or(0)), std::cmp::Reverse(t.band), t.rule.is_some())
}

/// Groups by rule and status; hand-written threats stand alone.
fn rows(threats: &[ThreatView], keep: impl Fn(&ThreatView) -> bool) -> Vec<ThreatRow> {
    let mut by_rule: BTreeMap<(String, Status), usize> = BTreeMap::new();
    let mut rows: Vec<ThreatRow> = Vec::new();
    for (index, threat) in threats.iter().enumerate().filter(|(_, t)| keep(t)) {
        let key = threat.rule.clone().map(|rule| (rule, threat.status));
        if let Some(row) = key.as_ref().and_then(|k| by_rule.get(k)) {
            rows[*row].threats.push(index);
            continue;
        }
        if let Some(key) = key {
            by_rule.insert(key, rows.len());
        }
        rows.push(ThreatRow { threats: vec![index], title: threat.title.clone() });
    }
    rows
}

fn matrix(threats: &[ThreatView]) -> [[Vec<usize>; 5]; 5] {
    let mut cells: [[Vec<usize>; 5]; 5] = Default::default();
    for (index, threat) in threats.iter().enumerate().filter(|(_, t)| t.status == Status::Open) {
        if let (Some(likelihood @ 1..=5), Some(impact @ 1..=5)) = (threat.likelihood, threat.impact) {
            cells[usize::from(5 - likelihood)][usize::from(impact - 1)].push(index);
        }
    }
    cells
}

fn view(input: &Input<'_>, threat: &Threat) -> ThreatView {
    let rule: Option<&Rule> = threat.rule.map(|ix| &input.knowledge.rules[usize::from(ix.0)]);
    let categories = threat.stride.iter().map(|s| s.as_str()).chain(threat.linddun.iter().map(|l| l.as_str()));
    let is_to_do = matches!(threat.status, Status::Open | Status::Question);
    ThreatView {
        anchor: anchor("threat", &threat.id),
        id: threat.id.clone(),
        title: threat.title.clone(),
        subjects: threat.subjects.iter().map(|s| input.model.name_of(*s).to_owned()).collect(),
        categories: categories.collect(),
        status: threat.status,
        likelihood: threat.rating.likelihood,
        impact: threat.rating.impact,
        risk: threat.rating.risk,
        band: threat.rating.band,
        numbers: numbers(threat),
        priority: threat.rating.band.filter(|_| is_to_do).map(|b| format!("{}, {}", priority(b), response(b))),
        current: threat.residual.current,
        target: threat.residual.target,
        residual_bands: [1, 2].map(|stage| super::bands_of(input, threat)[stage]),
        range: threat.range,
        what: threat.stated_description().map(str::to_owned).or_else(|| rule.map(|r| unwrapped(&r.why))).unwrap_or_default(),
        fix: Some(unwrapped(threat.fix(input.knowledge))).filter(|fix| !fix.is_empty()),
        reasons: threat.rating_reasons.iter().map(|reason| reason.to_string()).collect(),
        counters: counters(input, threat),
        mitigations: threat.mitigations.iter().filter_map(|id| mitigation(input, id)).collect(),
        questions: threat.questions.iter().map(|q| input.analysis.questions[q.0 as usize].text.clone()).collect(),
        references: references(threat, rule),
        assumptions: threat.assumptions.to_vec(),
        decision: decision(threat),
        place: place(input, threat.location),
        merged: threat.merged.to_vec(),
        rule: rule.map(|r| r.id.clone()),
    }
}

/// YAML blocks keep their line breaks; a paragraph on a page does not want them.
fn unwrapped(text: &str) -> String {
    text.trim().split("\n\n").map(|paragraph| paragraph.split_whitespace().collect::<Vec<_>>().join(" ")).collect::<Vec<_>>().join("\n\n")
}

fn numbers(threat: &Threat) -> String {
    match (threat.rating.likelihood, threat.rating.impact, threat.rating.risk) {
        (Some(l), Some(i), Some(r)) => format!("likelihood {l} of 5, impact {i} of 5, risk {r}"),
        _ => "no numbers recorded".to_owned(),
    }
}

fn counters(input: &Input<'_>, threat: &Threat) -> Vec<String> {
    let name = |ix: redan_engine::catalogue::ControlIx| {
        input.knowledge.catalogue.controls.get_index(usize::from(ix.0)).map_or("", |(_, c)| c.name.as_str())
    };
    threat.counters.iter().map(|c| format!("{} on {}: {}", name(c.control), input.model.name_of(c.place), c.state)).collect()
}

fn mitigation(input: &Input<'_>, id: &str) -> Option<MitigationRef> {
    let entry = &input.model.root.mitigations.entries.get(id)?.value;
    let done = entry.status.as_ref().is_some_and(|s| s.value == MitigationStatus::Implemented);
    Some(MitigationRef {
        anchor: anchor("mitigation", id),
        title: super::mitigation_title(input, id),
        owner: entry.owner.as_ref().map(|o| o.value.clone()),
        due: entry.due.as_ref().map(|d| d.value.to_string()),
        done,
        overdue: !done && entry.due.as_ref().is_some_and(|d| d.value < input.today),
    })
}

fn references(threat: &Threat, rule: Option<&Rule>) -> Vec<String> {
    let stated = |list| threat.stated_references().any(|(known, _)| known == list);
    let known = rule.into_iter().flat_map(|r| r.references.iter()).filter(|(list, _)| !stated(*list));
    threat
        .stated_references()
        .chain(known)
        .flat_map(|(list, ids)| ids.iter().map(move |id| format!("{} {id}", list.to_uppercase())))
        .collect()
}

fn decision(threat: &Threat) -> Option<String> {
    let answer = threat.answer.as_ref()?;
    let mut parts: Vec<String> = answer.because.iter().cloned().collect();
    parts.extend(answer.owner.iter().map(|o| format!("decided by {o}")));
    parts.extend(answer.until.iter().map(|d| format!("until {d}{}", if answer.expired { " (expired)" } else { "" })));
    if parts.is_empty() { None } else { Some(parts.join("; ")) }
}
