//! What has to change in a tracker so that it says what the model says: tasks and issues in, steps with reasons out.
//!
//! The rules, which `docs/backlog.md` states for people:
//! - An issue belongs to the task that its mark names; without a mark, to the task that the links name for it.
//! - Text outside of our part, and labels that are not ours, are nobody's affair here.
//! - A title that is not the one that we wrote stays as it is.
//! - An issue that a person closed while its task is open stays closed, unless re-opening is asked for.
//! - An issue that a person re-opened although its task is over stays open.

use std::collections::{BTreeMap, BTreeSet};

use crate::issue::{Change, Closing, Found, Goal, New};
use crate::mark::{Mark, title_hash};
use crate::wanted::{Fate, Wanted};

/// What is done with an issue.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Action {
    /// It is made.
    Create,
    /// It gets other words or labels.
    Update,
    /// It is closed.
    Close,
    /// It is opened again.
    Reopen,
    /// Nothing.
    Nothing,
    /// Nothing, because it is not clear what would be right.
    Conflict,
}

impl Action {
    /// The word in output.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Update => "update",
            Self::Close => "close",
            Self::Reopen => "reopen",
            Self::Nothing => "nothing",
            Self::Conflict => "conflict",
        }
    }
}

/// What a step writes.
#[derive(Debug, Clone, PartialEq)]
pub enum Write {
    /// A new issue.
    New(Box<New>),
    /// Another state of an issue.
    Change(Box<Found>, Box<Change>),
}

/// One step, or why there is none.
#[derive(Debug, Clone, PartialEq)]
pub struct Step {
    /// What is done.
    pub action: Action,
    /// The task.
    pub task: String,
    /// The title that the issue will have.
    pub title: String,
    /// The issue, if there is one.
    pub issue: Option<String>,
    /// Where people look at it.
    pub url: Option<String>,
    /// Why.
    pub reason: String,
    /// Whether people want to know although nothing is done.
    pub notable: bool,
    /// What is written.
    pub write: Option<Write>,
}

/// What is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Rules<'a> {
    /// The label by which issues are found; `label-P0` and so on are ours as well.
    pub label: &'a str,
    /// Whether issues that a person closed are opened again while their task is open.
    pub reopen: bool,
    /// What every task of this model starts with.
    pub model: &'a str,
}

/// The steps that bring a tracker to what the model wants: one for each task, then one for each issue whose task is over.
pub fn plan(
    wanted: &[Wanted],
    found: &[Found],
    links: &BTreeMap<String, String>,
    fate: &dyn Fn(&str) -> Fate,
    rules: Rules<'_>,
) -> Vec<Step> {
    let known: BTreeSet<&str> = wanted.iter().map(|wanted| wanted.task.as_str()).collect();
    let ours = format!("{}/", rules.model);
    let mut by_task: BTreeMap<&str, Vec<&Found>> = BTreeMap::new();
    for issue in found {
        if let Some(mark) = issue.mark.as_ref().filter(|mark| mark.task.starts_with(&ours)) {
            by_task.entry(&mark.task).or_default().push(issue);
        }
    }
    let mut taken: BTreeSet<&str> = BTreeSet::new();
    let mut steps = Vec::new();
    for wanted in wanted {
        let link = links.get(&wanted.task);
        let marked = by_task.get(wanted.task.as_str()).map_or(&[][..], Vec::as_slice);
        let linked = || found.iter().find(|issue| Some(&issue.key) == link && may_follow(issue, &known, fate));
        let issue = match marked {
            [] => linked(),
            [one] => Some(*one),
            several => match several.iter().find(|issue| Some(&issue.key) == link) {
                Some(one) => {
                    steps.extend(several.iter().filter(|other| other.key != one.key).map(|other| copy_of(wanted, other, one)));
                    Some(*one)
                }
                None => {
                    steps.push(unclear(wanted, several));
                    continue;
                }
            },
        };
        match issue {
            Some(issue) => {
                taken.insert(&issue.key);
                steps.push(kept_up(wanted, issue, rules));
            }
            None if wanted.asked => steps.push(created(wanted, link)),
            None => {}
        }
    }
    let over =
        by_task.iter().filter(|(task, _)| !known.contains(*task)).flat_map(|(task, issues)| issues.iter().map(|issue| (*task, *issue)));
    steps.extend(over.filter(|(_, issue)| !taken.contains(issue.key.as_str())).map(|(task, issue)| over_step(task, issue, fate(task))));
    steps
}

/// Whether an issue that the links name for a task may be taken for it: nobody else's mark is in it, or that of a task which
/// the model does not know any more, as after a rename.
fn may_follow(issue: &Found, known: &BTreeSet<&str>, fate: &dyn Fn(&str) -> Fate) -> bool {
    issue.mark.as_ref().is_none_or(|mark| !known.contains(mark.task.as_str()) && matches!(fate(&mark.task), Fate::Gone(_)))
}

fn step(action: Action, task: &str, issue: &Found, reason: String) -> Step {
    Step {
        action,
        task: task.to_owned(),
        title: issue.title.clone(),
        issue: Some(issue.key.clone()),
        url: Some(issue.url.clone()),
        reason,
        notable: action != Action::Nothing,
        write: None,
    }
}

fn created(wanted: &Wanted, link: Option<&String>) -> Step {
    let mark = Mark { task: wanted.task.clone(), hash: wanted.section.hash.clone(), title: title_hash(&wanted.title), closed: false };
    let new = New { title: wanted.title.clone(), labels: wanted.labels.clone(), section: wanted.section.clone(), mark };
    Step {
        action: Action::Create,
        task: wanted.task.clone(),
        title: wanted.title.clone(),
        issue: None,
        url: None,
        reason: link.map_or_else(|| "the task has no issue".to_owned(), |link| format!("its issue {link} is not there any more")),
        notable: true,
        write: Some(Write::New(Box::new(new))),
    }
}

fn copy_of(wanted: &Wanted, other: &Found, one: &Found) -> Step {
    let reason = format!("it is a copy: {} is the issue of this task; remove the mark of redan from the copy", one.key);
    Step { notable: true, ..step(Action::Nothing, &wanted.task, other, reason) }
}

fn unclear(wanted: &Wanted, several: &[&Found]) -> Step {
    let keys: Vec<&str> = several.iter().map(|issue| issue.key.as_str()).collect();
    let reason = format!("{} all have the mark of this task; remove it from all but one", keys.join(" and "));
    Step { title: wanted.title.clone(), issue: None, url: None, ..step(Action::Conflict, &wanted.task, several[0], reason) }
}

/// An issue whose task is still to be done.
fn kept_up(wanted: &Wanted, issue: &Found, rules: Rules<'_>) -> Step {
    let closed_by_us = issue.mark.as_ref().is_some_and(|mark| mark.closed);
    if !issue.open && !closed_by_us && !rules.reopen {
        let reason = "a person closed it while its task is open; --reopen opens it, --pull takes it into the model".to_owned();
        return Step { notable: true, ..step(Action::Nothing, &wanted.task, issue, reason) };
    }
    let mut reasons = Vec::new();
    let is_ours = |label: &&String| label.strip_prefix(rules.label).is_some_and(is_priority);
    let has = |list: &[String], label: &str| list.iter().any(|known| known.eq_ignore_ascii_case(label));
    let add: Vec<String> = wanted.labels.iter().filter(|label| !has(&issue.labels, label)).cloned().collect();
    let remove: Vec<String> = issue.labels.iter().filter(is_ours).filter(|label| !has(&wanted.labels, label)).cloned().collect();
    let (title, written, note) = titled(wanted, issue);
    if title.is_some() {
        reasons.push("the title changed in the model".to_owned());
    }
    let section = (issue.hash != wanted.section.hash).then(|| wanted.section.clone());
    if section.is_some() {
        reasons.push(why_written(wanted, issue).to_owned());
    }
    if !add.is_empty() || !remove.is_empty() {
        reasons.push("labels of redan are missing or over".to_owned());
    }
    if issue.open && closed_by_us {
        reasons.push("a person opened it again, and the model agrees now".to_owned());
    }
    let renamed = issue.mark.as_ref().is_some_and(|mark| mark.task != wanted.task);
    if renamed {
        reasons.push("the task has another name now".to_owned());
    }
    let goal = (!issue.open).then_some(Goal::Open);
    let action = match (goal, reasons.is_empty()) {
        (Some(_), _) => {
            reasons.insert(0, if closed_by_us { "the task is open again" } else { "its task is open" }.to_owned());
            Action::Reopen
        }
        (None, true) => Action::Nothing,
        (None, false) => Action::Update,
    };
    let mark = Mark { task: wanted.task.clone(), hash: wanted.section.hash.clone(), title: written, closed: false };
    let new_title = title.clone().unwrap_or_else(|| issue.title.clone());
    let change = Change { title, section, mark, add, remove, goal };
    let write = (action != Action::Nothing).then(|| Write::Change(Box::new(issue.clone()), Box::new(change)));
    if action == Action::Nothing {
        reasons.push("up to date".to_owned());
    }
    reasons.extend(note.map(str::to_owned));
    Step { title: new_title, notable: note.is_some() || write.is_some(), write, ..step(action, &wanted.task, issue, reasons.join("; ")) }
}

/// The title that is written, the hash of ours to remember, and what to say about it.
fn titled(wanted: &Wanted, issue: &Found) -> (Option<String>, String, Option<&'static str>) {
    let ours = title_hash(&wanted.title);
    if issue.title == wanted.title {
        return (None, ours, None);
    }
    match &issue.mark {
        Some(mark) if mark.title == title_hash(&issue.title) => (Some(wanted.title.clone()), ours, None),
        // As long as ours is remembered, theirs is known as theirs.
        mark => (None, mark.as_ref().map_or(ours, |mark| mark.title.clone()), Some("a person changed its title, which stays")),
    }
}

fn why_written(wanted: &Wanted, issue: &Found) -> &'static str {
    match &issue.mark {
        None => "our part of its description was removed",
        Some(mark) if mark.hash == wanted.section.hash => "our part of its description was edited",
        Some(mark) if mark.hash != issue.hash => "the task changed in the model, and our part of its description was edited",
        Some(_) => "the task changed in the model",
    }
}

/// `-P0` to `-P3`.
fn is_priority(rest: &str) -> bool {
    matches!(rest.as_bytes(), [b'-', b'P' | b'p', b'0'..=b'3'])
}

/// An issue whose task is not to be done any more.
fn over_step(task: &str, issue: &Found, fate: Fate) -> Step {
    let closed_by_us = issue.mark.as_ref().is_some_and(|mark| mark.closed);
    let (closing, why) = match fate {
        Fate::Waits(why) => return Step { notable: true, ..step(Action::Nothing, task, issue, why) },
        Fate::Done(why) => (Closing::Done, why),
        Fate::Dropped(why) | Fate::Gone(why) => (Closing::Dropped, why),
    };
    let (action, goal, reason) = match (issue.open, closed_by_us) {
        (true, false) => (Action::Close, Some(Goal::Closed(closing)), why),
        (true, true) => {
            let reason = format!("a person opened it again, and the model still says: {why}");
            return Step { notable: true, ..step(Action::Nothing, task, issue, reason) };
        }
        (false, false) => (Action::Update, None, format!("a person closed it, and the model agrees: {why}")),
        (false, true) => return step(Action::Nothing, task, issue, why),
    };
    let remembered = issue.mark.clone().map(|mark| Mark { closed: true, ..mark });
    let change = remembered.map(|mark| Change { title: None, section: None, mark, add: Vec::new(), remove: Vec::new(), goal });
    let write = change.map(|change| Write::Change(Box::new(issue.clone()), Box::new(change)));
    Step { write, ..step(action, task, issue, reason) }
}

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
