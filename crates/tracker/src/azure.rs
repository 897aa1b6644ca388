//! Work items of Azure DevOps, by version 7.1 of its interface.
//!
//! Descriptions are HTML from which comments are thrown away, so that our mark is words in brackets.

mod html;

use std::cell::RefCell;
use std::collections::BTreeMap;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use redan_report::backlog::Task;
use serde_json::{Value, json};

use crate::blocks::blocks;
use crate::error::Error;
use crate::issue::{Change, Closing, Found, Goal, Made, New, Section, Tracker, key_of, labels_after, list, text, unexpected};
use crate::mark::fingerprint;
use crate::part::{self, BRACKETS};
use crate::wire::{Method, Wire};

/// Work items that are asked for at once.
const AT_ONCE: usize = 100;
/// Work items that are read at most.
const MOST: usize = 20_000;
/// Fields that are read.
const FIELDS: [&str; 6] = ["System.WorkItemType", "System.Title", "System.State", "System.Reason", "System.Tags", "System.Description"];
const PATCH: &str = "application/json-patch+json";
const VERSION: &str = "api-version=7.1";
/// Parts of the reasons for which something was not done.
const DROPPED: [&str; 6] = ["cut", "abandon", "obsolete", "duplicate", "deferred", "rejected"];

/// The states of a kind of work item: name and what it means.
type States = Vec<(String, String)>;

/// The work items of a project in Azure DevOps.
#[derive(Debug)]
pub struct Azure {
    project: String,
    label: String,
    kind: String,
    /// The address of the project, for people.
    site: String,
    states: RefCell<BTreeMap<String, States>>,
}

impl Azure {
    /// The project `ORGANISATION/PROJECT` at `server`, whose tasks become work items of a kind such as `Task`; nothing if it is not written
    /// like that.
    pub fn new(project: &str, label: &str, kind: &str, server: &str) -> Option<Self> {
        let (organisation, name) = project.split_once('/')?;
        let is_fine =
            |part: &str| !part.is_empty() && !part.contains('/') && part != "." && part != ".." && !part.chars().any(char::is_control);
        let coded = |part: &str| utf8_percent_encode(part, NON_ALPHANUMERIC).to_string();
        let path = format!("/{}/{}", coded(organisation), coded(name));
        (is_fine(organisation) && is_fine(name)).then(|| Self {
            site: format!("{}{path}", server.trim_end_matches('/')),
            project: path,
            label: label.to_owned(),
            kind: kind.to_owned(),
            states: RefCell::default(),
        })
    }

    /// What a state of a kind of work item means: `Proposed`, `InProgress`, `Resolved`, `Completed` or `Removed`.
    fn states(&self, wire: &mut Wire<'_>, kind: &str) -> Result<States, Error> {
        if let Some(known) = self.states.borrow().get(kind) {
            return Ok(known.clone());
        }
        let coded = utf8_percent_encode(kind, NON_ALPHANUMERIC);
        let answer = wire.get(&format!("{}/_apis/wit/workitemtypes/{coded}/states?{VERSION}", self.project))?.value;
        let states: States =
            list(&answer["value"], "the list of states")?.iter().map(|state| (text(&state["name"]), text(&state["category"]))).collect();
        self.states.borrow_mut().insert(kind.to_owned(), states.clone());
        Ok(states)
    }

    fn found(&self, wire: &mut Wire<'_>, value: &Value) -> Result<Option<Found>, Error> {
        let fields = &value["fields"];
        let Some(key) = key_of(&value["id"]) else { return Ok(None) };
        let (kind, state) = (text(&fields["System.WorkItemType"]), text(&fields["System.State"]));
        let states = self.states(wire, &kind)?;
        let category = states.iter().find(|(name, _)| *name == state).map_or("", |(_, category)| category.as_str());
        let body = text(&fields["System.Description"]);
        let ours = part::find(&body, BRACKETS);
        let reason = text(&fields["System.Reason"]).to_lowercase();
        let is_dropped = category == "Removed" || DROPPED.iter().any(|word| reason.contains(word));
        Ok(Some(Found {
            url: format!("{}/_workitems/edit/{key}", self.site),
            key,
            title: text(&fields["System.Title"]),
            labels: text(&fields["System.Tags"]).split(';').map(|tag| tag.trim().to_owned()).filter(|tag| !tag.is_empty()).collect(),
            open: !["Completed", "Removed"].contains(&category),
            closing: if is_dropped { Closing::Dropped } else { Closing::Done },
            started: category == "InProgress",
            // HTML comes back written in another way, so that an edit in our part cannot be told from that.
            hash: ours.as_ref().map(|part| part.mark.hash.clone()).unwrap_or_default(),
            mark: ours.map(|part| part.mark),
            body: Value::from(body),
            revision: value["rev"].as_u64().unwrap_or_default(),
        }))
    }

    /// The numbers of all work items with our label. A query gives numbers alone, and not more than some thousands.
    fn ids(&self, wire: &mut Wire<'_>) -> Result<Vec<u64>, Error> {
        let label = self.label.replace('\'', "''");
        let mut ids: Vec<u64> = Vec::new();
        while ids.len() < MOST {
            let last = ids.last().copied().unwrap_or_default();
            let query = format!(
                "SELECT [System.Id] FROM WorkItems WHERE [System.TeamProject] = @project AND [System.Tags] CONTAINS '{label}' \
                 AND [System.Id] > {last} ORDER BY [System.Id] ASC"
            );
            let path = format!("{}/_apis/wit/wiql?$top={AT_ONCE}&{VERSION}", self.project);
            let answer = wire.put(Method::Post, &path, &json!({"query": query}))?;
            let page = list(&answer["workItems"], "the query")?;
            let before = ids.len();
            ids.extend(page.iter().filter_map(|item| item["id"].as_u64()).filter(|id| *id > last));
            if page.len() < AT_ONCE || ids.len() == before {
                return Ok(ids);
            }
        }
        Err(unexpected("the query", "it has too many work items"))
    }
}

impl Tracker for Azure {
    fn section(&self, task: &Task) -> Section {
        let html = part::harmless(&html::html(&blocks(task)), BRACKETS);
        Section { hash: fingerprint(&html), content: Value::from(html) }
    }

    fn find(&self, wire: &mut Wire<'_>) -> Result<Vec<Found>, Error> {
        let mut all = Vec::new();
        for ids in self.ids(wire)?.chunks(AT_ONCE) {
            let ids: Vec<String> = ids.iter().map(u64::to_string).collect();
            let path = format!("{}/_apis/wit/workitems?ids={}&fields={}&{VERSION}", self.project, ids.join(","), FIELDS.join(","));
            let answer = wire.get(&path)?.value;
            for item in list(&answer["value"], "the list of work items")? {
                all.extend(self.found(wire, item)?);
            }
        }
        Ok(all)
    }

    fn get(&self, wire: &mut Wire<'_>, key: &str) -> Result<Option<Found>, Error> {
        let Ok(number) = key.parse::<u64>() else { return Ok(None) };
        let path = format!("{}/_apis/wit/workitems/{number}?fields={}&{VERSION}", self.project, FIELDS.join(","));
        match wire.get_if_there(&path)? {
            Some(value) => self.found(wire, &value),
            None => Ok(None),
        }
    }

    fn create(&self, wire: &mut Wire<'_>, new: &New) -> Result<Made, Error> {
        let body = part::put("", &text(&new.section.content), &new.mark, BRACKETS);
        let fields = json!([set("Title", &new.title), set("Description", &body), set("Tags", &new.labels.join("; "))]);
        let kind = utf8_percent_encode(&self.kind, NON_ALPHANUMERIC);
        let path = format!("{}/_apis/wit/workitems/${kind}?{VERSION}", self.project);
        let made = wire.put_as(Method::Post, &path, &fields, PATCH)?;
        let key = key_of(&made["id"]).ok_or_else(|| unexpected("the new work item", "it has no number"))?;
        Ok(Made { url: format!("{}/_workitems/edit/{key}", self.site), key })
    }

    fn change(&self, wire: &mut Wire<'_>, found: &Found, change: &Change) -> Result<(), Error> {
        let body = text(&found.body);
        let old = part::find(&body, BRACKETS).map_or("", |part| &body[part.inner]);
        let content = change.section.as_ref().map_or_else(|| old.to_owned(), |section| text(&section.content));
        // Refused by the server if somebody was faster.
        let mut fields = vec![json!({"op": "test", "path": "/rev", "value": found.revision})];
        fields.extend(change.title.as_ref().map(|title| set("Title", title)));
        fields.push(set("Description", &part::put(&body, &content, &change.mark, BRACKETS)));
        if !change.add.is_empty() || !change.remove.is_empty() {
            fields.push(set("Tags", &labels_after(found, change).join("; ")));
        }
        let path = format!("{}/_apis/wit/workitems/{}", self.project, found.key);
        if let Some(goal) = change.goal {
            let item = wire.get(&format!("{path}?fields=System.WorkItemType&{VERSION}"))?.value;
            let states = self.states(wire, &text(&item["fields"]["System.WorkItemType"]))?;
            let of = |category: &str| states.iter().find(|(_, known)| known == category).map(|(name, _)| name);
            let state = match goal {
                Goal::Open => of("Proposed").or_else(|| of("InProgress")),
                Goal::Closed(Closing::Done) => of("Completed"),
                Goal::Closed(Closing::Dropped) => of("Removed").or_else(|| of("Completed")),
            };
            let state = state.ok_or_else(|| unexpected(&found.key, "its process has no state for where it should go"))?;
            fields.push(set("State", state));
        }
        wire.put_as(Method::Patch, &format!("{path}?{VERSION}"), &Value::Array(fields), PATCH).map(|_| ())
    }
}

fn set(field: &str, value: &str) -> Value {
    json!({"op": "add", "path": format!("/fields/System.{field}"), "value": value})
}
