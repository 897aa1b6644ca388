//! What the model wants in the tracker: its tasks, and what became of those that are gone.

use redan_engine::Analysis;
use redan_engine::analysis::{Status, Threat};
use redan_model::Model;
use redan_model::lang::MitigationStatus;
use redan_report::backlog::{Kind, Task};

use crate::issue::{Section, Tracker};

/// Characters of a title; trackers take 255.
const MOST_TITLE: usize = 250;
/// Threats, criteria and tests that one description lists at most; trackers take about 32,000 characters.
const MOST_ROWS: usize = 40;
/// Characters of one text in a description.
const MOST_TEXT: usize = 300;
/// Characters of the text that says how.
const MOST_HOW: usize = 3_000;

/// A task as an issue.
#[derive(Debug, Clone, PartialEq)]
pub struct Wanted {
    /// The task; see [`key`].
    pub task: String,
    /// The title.
    pub title: String,
    /// Our labels.
    pub labels: Vec<String>,
    /// Our part of the description.
    pub section: Section,
    /// Whether it gets an issue if it has none.
    pub asked: bool,
}

/// What became of a task that is none any more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// It was done.
    Done(String),
    /// It will not be done.
    Dropped(String),
    /// It is not decided: something has to be answered first.
    Waits(String),
    /// The model knows nothing by that name.
    Gone(String),
}

/// The name of a task that is the same in every run: model, kind and id.
pub fn key(model: &Model, kind: Kind, id: &str) -> String {
    format!("{}/{}/{id}", model.id, kind.as_str())
}

/// Whether a task is one of a model.
pub fn is_of(model: &Model, task: &str) -> bool {
    split(model, task).is_some()
}

/// Kind and id of a task of a model.
pub(crate) fn split<'t>(model: &Model, task: &'t str) -> Option<(Kind, &'t str)> {
    let rest = task.strip_prefix(model.id.as_str())?.strip_prefix('/')?;
    [Kind::Mitigate, Kind::Decide].into_iter().find_map(|kind| Some((kind, rest.strip_prefix(kind.as_str())?.strip_prefix('/')?)))
}

/// A task as an issue of a tracker; its labels are `label` and `label-P0`.
pub fn wanted(model: &Model, task: &Task, tracker: &dyn Tracker, label: &str, asked: bool) -> Wanted {
    Wanted {
        task: key(model, task.kind, &task.id),
        title: cut(&task.title, MOST_TITLE),
        labels: vec![label.to_owned(), format!("{label}-{}", task.priority)],
        section: tracker.section(&bounded(task)),
        asked,
    }
}

/// A task that fits into a description.
fn bounded(task: &Task) -> Task {
    let mut task = task.clone();
    task.how = cut(&task.how, MOST_HOW);
    for list in [&mut task.acceptance, &mut task.tests] {
        let more = list.len().saturating_sub(MOST_ROWS);
        list.truncate(MOST_ROWS);
        list.iter_mut().for_each(|text| *text = cut(text, MOST_TEXT));
        if more > 0 {
            list.push(format!("and {more} more, see the model"));
        }
    }
    task.threats.truncate(MOST_ROWS);
    task.threats.iter_mut().for_each(|threat| threat.title = cut(&threat.title, MOST_TEXT));
    task.picture.elements.iter_mut().for_each(|(_, name)| *name = cut(name, MOST_TEXT / 4));
    task.picture.flows.iter_mut().for_each(|(_, _, name)| *name = cut(name, MOST_TEXT / 4));
    task
}

fn cut(text: &str, most: usize) -> String {
    if text.chars().count() <= most {
        return text.to_owned();
    }
    let start: String = text.chars().take(most - 1).collect();
    format!("{start}…")
}

/// What became of a task that is not in the backlog.
pub fn fate(model: &Model, analysis: &Analysis, task: &str) -> Fate {
    match split(model, task) {
        Some((Kind::Mitigate, id)) => fate_of_mitigation(model, analysis, id),
        Some((Kind::Decide, id)) => fate_of_threat(analysis, id),
        None => Fate::Gone("it is no task of this model".to_owned()),
    }
}

fn fate_of_mitigation(model: &Model, analysis: &Analysis, id: &str) -> Fate {
    let Some(entry) = model.root.mitigations.entries.get(id) else {
        return Fate::Gone("the mitigation is not in the model any more".to_owned());
    };
    match entry.value.status.as_ref().map(|status| status.value) {
        Some(MitigationStatus::Implemented) => Fate::Done("the mitigation is implemented".to_owned()),
        Some(MitigationStatus::Rejected) => Fate::Dropped("the mitigation is rejected".to_owned()),
        _ if analysis.threats.iter().any(|threat| is_undecided(threat) && threat.mitigations.iter().any(|known| known == id)) => {
            Fate::Waits("its threats wait for an answer; see `redan questions`".to_owned())
        }
        _ => Fate::Dropped("no open threat needs it any more".to_owned()),
    }
}

fn is_undecided(threat: &Threat) -> bool {
    matches!(threat.status, Status::Question | Status::Open)
}

fn fate_of_threat(analysis: &Analysis, id: &str) -> Fate {
    let Some(threat) = analysis.threats.iter().find(|threat| threat.id == id) else {
        return match analysis.threats.iter().find(|threat| threat.merged.iter().any(|merged| merged == id)) {
            Some(threat) => Fate::Dropped(format!("the threat is part of `{}` now", threat.id)),
            None => Fate::Gone("the threat is not there any more".to_owned()),
        };
    };
    let dropped = |why: &str| Fate::Dropped(format!("the threat is {why}"));
    match threat.status {
        Status::Question => Fate::Waits("the threat waits for an answer; see `redan questions`".to_owned()),
        Status::Open if threat.band().is_none() => Fate::Waits("the threat has no rating yet".to_owned()),
        Status::Open => Fate::Done("a mitigation is planned".to_owned()),
        Status::Mitigated => Fate::Done("the threat is mitigated".to_owned()),
        Status::Accepted => Fate::Done("the risk is accepted".to_owned()),
        Status::Transferred => Fate::Done("the risk is transferred".to_owned()),
        Status::Avoided => dropped("avoided"),
        Status::FalsePositive => dropped("a false positive"),
        Status::NotApplicable => dropped("not applicable"),
    }
}
