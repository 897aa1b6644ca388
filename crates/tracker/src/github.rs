//! GitHub issues, by its REST interface.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use redan_report::backlog::{Task, markdown};
use serde_json::{Map, Value, json};

use crate::error::Error;
use crate::issue::{Change, Closing, Found, Goal, Made, New, Section, Tracker, key_of, labels_after, list, text, unexpected};
use crate::mark::fingerprint;
use crate::part::{self, COMMENT};
use crate::wire::{Method, Wire};

/// Pages that are read at most, a hundred issues each.
const MOST_PAGES: usize = 200;

/// The issues of a repository on GitHub, or on a GitHub Enterprise Server.
#[derive(Debug, Clone)]
pub struct GitHub {
    repository: String,
    label: String,
}

impl GitHub {
    /// The repository `OWNER/NAME`; nothing if it is not written like that.
    pub fn new(repository: &str, label: &str) -> Option<Self> {
        let is_name = |part: &str| {
            !part.is_empty()
                && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
                && part != "."
                && part != ".."
        };
        let (owner, name) = repository.split_once('/')?;
        (is_name(owner) && is_name(name)).then(|| Self { repository: repository.to_owned(), label: label.to_owned() })
    }

    fn issues(&self) -> String {
        format!("/repos/{}/issues", self.repository)
    }
}

impl Tracker for GitHub {
    fn section(&self, task: &Task) -> Section {
        section(part::harmless(&body_of(task), COMMENT))
    }

    fn find(&self, wire: &mut Wire<'_>) -> Result<Vec<Found>, Error> {
        let label = utf8_percent_encode(&self.label, NON_ALPHANUMERIC);
        let first = format!("{}?labels={label}&state=all&per_page=100", self.issues());
        pages(wire, &first, |value| Ok(list(value, "the list of issues")?.iter().filter_map(found).collect()))
    }

    fn get(&self, wire: &mut Wire<'_>, key: &str) -> Result<Option<Found>, Error> {
        by_number(wire, &self.issues(), key, found)
    }

    fn create(&self, wire: &mut Wire<'_>, new: &New) -> Result<Made, Error> {
        let body = part::put("", &text(&new.section.content), &new.mark, COMMENT);
        let made = wire.put(Method::Post, &self.issues(), &json!({"title": new.title, "body": body, "labels": new.labels}))?;
        let key = key_of(&made["number"]).ok_or_else(|| unexpected("the new issue", "it has no number"))?;
        Ok(Made { key, url: text(&made["html_url"]) })
    }

    fn change(&self, wire: &mut Wire<'_>, found: &Found, change: &Change) -> Result<(), Error> {
        let mut fields = Map::new();
        if let Some(title) = &change.title {
            fields.insert("title".to_owned(), json!(title));
        }
        fields.insert("body".to_owned(), json!(body_after(found, change)));
        if !change.add.is_empty() || !change.remove.is_empty() {
            fields.insert("labels".to_owned(), json!(labels_after(found, change)));
        }
        if let Some(goal) = change.goal {
            let (state, reason) = match goal {
                Goal::Open => ("open", "reopened"),
                Goal::Closed(Closing::Done) => ("closed", "completed"),
                Goal::Closed(Closing::Dropped) => ("closed", "not_planned"),
            };
            fields.insert("state".to_owned(), json!(state));
            fields.insert("state_reason".to_owned(), json!(reason));
        }
        wire.put(Method::Patch, &format!("{}/{}", self.issues(), found.key), &Value::Object(fields)).map(|_| ())
    }
}

/// The Markdown of a task without its title, with a word to people about how our part is kept.
pub(crate) fn body_of(task: &Task) -> String {
    let text = markdown(task);
    let body = text.split_once("\n\n").map_or("", |(_, body)| body);
    format!("{}\n\n{}", crate::blocks::INTRODUCTION, body.trim_end())
}

/// Our part from its text.
pub(crate) fn section(text: String) -> Section {
    Section { hash: fingerprint(&text), content: Value::from(text) }
}

/// A description after a change; ticks of people stay.
pub(crate) fn body_after(found: &Found, change: &Change) -> String {
    let body = text(&found.body);
    let old = part::find(&body, COMMENT).map_or("", |part| &body[part.inner]);
    let content = match &change.section {
        Some(section) => part::with_ticks(&text(&section.content), old),
        None => old.to_owned(),
    };
    part::put(&body, &content, &change.mark, COMMENT)
}

/// The issue with a number, if the tracker has it; a key that is no number is nobody's.
pub(crate) fn by_number(
    wire: &mut Wire<'_>,
    issues: &str,
    key: &str,
    found: impl Fn(&Value) -> Option<Found>,
) -> Result<Option<Found>, Error> {
    let Ok(number) = key.parse::<u64>() else { return Ok(None) };
    Ok(wire.get_if_there(&format!("{issues}/{number}"))?.as_ref().and_then(found))
}

/// Reads page after page as long as there is a next one.
pub(crate) fn pages(wire: &mut Wire<'_>, first: &str, read: impl Fn(&Value) -> Result<Vec<Found>, Error>) -> Result<Vec<Found>, Error> {
    let mut reply = wire.get(first)?;
    let mut all = read(&reply.value)?;
    for _ in 1..MOST_PAGES {
        let Some(next) = reply.next.take() else { return Ok(all) };
        reply = wire.get_next(&next)?;
        all.extend(read(&reply.value)?);
    }
    Err(unexpected("the list of issues", "it has too many pages"))
}

/// An issue of an answer; nothing for a pull request, which GitHub lists among them.
fn found(value: &Value) -> Option<Found> {
    if !value["pull_request"].is_null() {
        return None;
    }
    let body = text(&value["body"]);
    let ours = part::find(&body, COMMENT);
    let label = |label: &Value| label.as_str().or_else(|| label["name"].as_str()).map(str::to_owned);
    Some(Found {
        key: key_of(&value["number"])?,
        url: text(&value["html_url"]),
        title: text(&value["title"]),
        labels: value["labels"].as_array().into_iter().flatten().filter_map(label).collect(),
        open: value["state"] == "open",
        closing: if ["not_planned", "duplicate"].contains(&value["state_reason"].as_str().unwrap_or_default()) {
            Closing::Dropped
        } else {
            Closing::Done
        },
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
    fn a_repository_is_an_owner_and_a_name() {
        assert!(GitHub::new("acme/shop.rs", "redan").is_some());
        for bad in ["acme", "acme/", "/shop", "acme/shop/issues", "acme/../x", "acme/..", "a b/c", "acme/shop?x"] {
            assert!(GitHub::new(bad, "redan").is_none(), "{bad}");
        }
    }

    #[test]
    fn pull_requests_are_no_issues_and_a_missing_body_is_an_empty_one() {
        assert_eq!(found(&json!({"number": 1, "pull_request": {}})), None);
        let issue = found(
            &json!({"number": 2, "title": "a", "body": null, "state": "closed", "state_reason": "not_planned", "labels": ["x", {"name": "y"}]}),
        );
        let issue = issue.unwrap();
        assert_eq!(
            (issue.closing, issue.labels, issue.mark, issue.hash.as_str()),
            (Closing::Dropped, vec!["x".to_owned(), "y".to_owned()], None, "")
        );
    }
}
