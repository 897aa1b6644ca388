//! GitLab issues, by version 4 of its interface.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use redan_report::backlog::Task;
use serde_json::{Map, Value, json};

use crate::error::Error;
use crate::github::{body_after, body_of, by_number, pages, section};
use crate::issue::{Change, Closing, Found, Goal, Made, New, Section, Tracker, key_of, list, text, unexpected};
use crate::mark::fingerprint;
use crate::part::{self, COMMENT};
use crate::wire::{Method, Wire};

/// The issues of a project on GitLab.
#[derive(Debug, Clone)]
pub struct GitLab {
    project: String,
    label: String,
}

impl GitLab {
    /// The project `GROUP/NAME`, with as many groups as it has, or its number; nothing if it is neither.
    pub fn new(project: &str, label: &str) -> Option<Self> {
        let is_fine = project.split('/').all(|part| !part.is_empty() && !part.chars().any(|c| c.is_control() || c.is_whitespace()));
        is_fine.then(|| Self { project: utf8_percent_encode(project, NON_ALPHANUMERIC).to_string(), label: label.to_owned() })
    }

    fn issues(&self) -> String {
        format!("/projects/{}/issues", self.project)
    }
}

impl Tracker for GitLab {
    fn section(&self, task: &Task) -> Section {
        section(part::harmless(&without_commands(&body_of(task)), COMMENT))
    }

    fn find(&self, wire: &mut Wire<'_>) -> Result<Vec<Found>, Error> {
        let label = utf8_percent_encode(&self.label, NON_ALPHANUMERIC);
        let first = format!("{}?labels={label}&scope=all&state=all&per_page=100", self.issues());
        pages(wire, &first, |value| Ok(list(value, "the list of issues")?.iter().filter_map(found).collect()))
    }

    fn get(&self, wire: &mut Wire<'_>, key: &str) -> Result<Option<Found>, Error> {
        by_number(wire, &self.issues(), key, found)
    }

    fn create(&self, wire: &mut Wire<'_>, new: &New) -> Result<Made, Error> {
        let body = part::put("", &text(&new.section.content), &new.mark, COMMENT);
        let fields = json!({"title": new.title, "description": body, "labels": new.labels.join(",")});
        let made = wire.put(Method::Post, &self.issues(), &fields)?;
        let key = key_of(&made["iid"]).ok_or_else(|| unexpected("the new issue", "it has no number"))?;
        Ok(Made { key, url: text(&made["web_url"]) })
    }

    fn change(&self, wire: &mut Wire<'_>, found: &Found, change: &Change) -> Result<(), Error> {
        let mut fields = Map::new();
        let mut set = |name: &str, value: String| fields.insert(name.to_owned(), Value::from(value));
        if let Some(title) = &change.title {
            set("title", title.clone());
        }
        set("description", body_after(found, change));
        if !change.add.is_empty() {
            set("add_labels", change.add.join(","));
        }
        if !change.remove.is_empty() {
            set("remove_labels", change.remove.join(","));
        }
        if let Some(goal) = change.goal {
            set("state_event", if goal == Goal::Open { "reopen" } else { "close" }.to_owned());
        }
        wire.put(Method::Put, &format!("{}/{}", self.issues(), found.key), &Value::Object(fields)).map(|_| ())
    }
}

/// A text in which no line is a command to GitLab, such as `/close`.
fn without_commands(text: &str) -> String {
    let line = |line: &str| match line.trim_start().strip_prefix('/') {
        Some(rest) => format!("\\/{rest}"),
        None => line.to_owned(),
    };
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}

fn found(value: &Value) -> Option<Found> {
    let body = text(&value["description"]);
    let ours = part::find(&body, COMMENT);
    let label = |label: &Value| label.as_str().or_else(|| label["name"].as_str()).map(str::to_owned);
    let is_elsewhere = !value["moved_to_id"].is_null() || !value["duplicated_to_id"].is_null();
    Some(Found {
        key: key_of(&value["iid"])?,
        url: text(&value["web_url"]),
        title: text(&value["title"]),
        labels: value["labels"].as_array().into_iter().flatten().filter_map(label).collect(),
        open: value["state"] == "opened",
        closing: if is_elsewhere { Closing::Dropped } else { Closing::Done },
        started: false,
        hash: ours.as_ref().map(|part| fingerprint(&body[part.inner.clone()])).unwrap_or_default(),
        mark: ours.map(|part| part.mark),
        body: Value::from(body),
        revision: 0,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_of_a_model_is_a_command() {
        assert_eq!(without_commands("a\n /close\n/assign @x\nb / c"), "a\n\\/close\n\\/assign @x\nb / c");
    }

    #[test]
    fn the_path_of_a_project_is_one_part_of_the_address() {
        assert_eq!(GitLab::new("group/sub/shop", "redan").unwrap().issues(), "/projects/group%2Fsub%2Fshop/issues");
        assert!(GitLab::new("a//b", "redan").is_none() && GitLab::new("", "redan").is_none());
    }
}
