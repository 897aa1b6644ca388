//! Jira issues, by version 3 of its interface.
//!
//! Descriptions are documents of nodes, in which nothing can be hidden. Our part is one box, and what we remember is a
//! property of the issue.

mod adf;

use redan_report::backlog::Task;
use serde_json::{Map, Value, json};

use crate::blocks::blocks;
use crate::error::Error;
use crate::issue::{Change, Closing, Found, Goal, Made, New, Section, Tracker, key_of, list, text, unexpected};
use crate::mark::{Mark, fingerprint};
use crate::wire::{Method, Wire};

/// The name of the property that remembers.
const PROPERTY: &str = "redan";
/// Pages that are read at most, a hundred issues each.
const MOST_PAGES: usize = 200;
/// Fields that are read.
const FIELDS: [&str; 5] = ["summary", "status", "labels", "description", "resolution"];
/// Parts of words for what will not be done.
const DROPPED: [&str; 8] = ["won't", "wont", "reject", "cancel", "declin", "duplicate", "invalid", "abandon"];

/// The issues of a project in Jira.
#[derive(Debug, Clone)]
pub struct Jira {
    project: String,
    label: String,
    kind: String,
    /// The address of Jira, for people.
    site: String,
}

impl Jira {
    /// The project with a key such as `SHOP`, whose tasks become issues of a kind such as `Task`; nothing if the key is none.
    pub fn new(project: &str, label: &str, kind: &str, site: &str) -> Option<Self> {
        let is_key = project.starts_with(|c: char| c.is_ascii_uppercase())
            && project.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_');
        let site = site.trim_end_matches('/').to_owned();
        is_key.then(|| Self { project: project.to_owned(), label: label.to_owned(), kind: kind.to_owned(), site })
    }

    fn found(&self, value: &Value) -> Option<Found> {
        let fields = &value["fields"];
        let key = key_of(&value["key"])?;
        let ours = adf::find(&fields["description"]);
        let mark = mark_of(&value["properties"][PROPERTY], ours);
        let status = &fields["status"];
        let category = status["statusCategory"]["key"].as_str().unwrap_or_default();
        let how = format!("{} {}", text(&fields["resolution"]["name"]), text(&status["name"])).to_lowercase();
        Some(Found {
            url: format!("{}/browse/{key}", self.site),
            key,
            title: text(&fields["summary"]),
            labels: fields["labels"].as_array().into_iter().flatten().map(text).collect(),
            open: category != "done",
            closing: if DROPPED.iter().any(|word| how.contains(word)) { Closing::Dropped } else { Closing::Done },
            started: category == "indeterminate",
            // Jira writes nodes in its own way, so that an edit in the box cannot be told from that.
            hash: ours.and(mark.as_ref()).map(|mark| mark.hash.clone()).unwrap_or_default(),
            mark,
            body: fields["description"].clone(),
            revision: 0,
        })
    }

    /// Moves an issue along an arrow of its workflow.
    fn go(&self, wire: &mut Wire<'_>, key: &str, goal: Goal) -> Result<(), Error> {
        let path = format!("/rest/api/3/issue/{key}/transitions");
        let arrows = wire.get(&path)?.value;
        let arrows = list(&arrows["transitions"], "the list of transitions")?;
        let leads = |arrow: &&Value, category: &str| arrow["to"]["statusCategory"]["key"] == category;
        let is_dropped = |arrow: &&Value| {
            let name = text(&arrow["to"]["name"]).to_lowercase();
            DROPPED.iter().any(|word| name.contains(word))
        };
        let arrow = match goal {
            Goal::Open => ["new", "indeterminate"].iter().find_map(|category| arrows.iter().find(|arrow| leads(arrow, category))),
            Goal::Closed(closing) => {
                let ends = || arrows.iter().filter(|arrow| leads(arrow, "done"));
                ends().find(|arrow| is_dropped(arrow) == (closing == Closing::Dropped)).or_else(|| ends().next())
            }
        };
        let id = arrow.and_then(|arrow| key_of(&arrow["id"]));
        let id = id.ok_or_else(|| unexpected(key, "its workflow has no way from here to where it should go"))?;
        wire.put(Method::Post, &path, &json!({"transition": {"id": id}})).map(|_| ())
    }
}

impl Tracker for Jira {
    fn section(&self, task: &Task) -> Section {
        let nodes = Value::Array(adf::nodes(&blocks(task)));
        Section { hash: fingerprint(&nodes.to_string()), content: nodes }
    }

    fn find(&self, wire: &mut Wire<'_>) -> Result<Vec<Found>, Error> {
        let label = self.label.replace(['"', '\\'], "");
        let jql = format!("project = \"{}\" AND labels = \"{label}\" ORDER BY created ASC", self.project);
        let mut query = json!({"jql": jql, "fields": FIELDS, "properties": [PROPERTY], "maxResults": 100});
        let mut all = Vec::new();
        for _ in 0..MOST_PAGES {
            let page = wire.put(Method::Post, "/rest/api/3/search/jql", &query)?;
            all.extend(list(&page["issues"], "the search")?.iter().filter_map(|issue| self.found(issue)));
            let token = page["nextPageToken"].as_str().filter(|_| page["isLast"] != Value::Bool(true));
            let Some(token) = token else { return Ok(all) };
            query["nextPageToken"] = Value::from(token);
        }
        Err(unexpected("the search", "it has too many pages"))
    }

    fn get(&self, wire: &mut Wire<'_>, key: &str) -> Result<Option<Found>, Error> {
        let is_ours = key.strip_prefix(&self.project).and_then(|rest| rest.strip_prefix('-')).is_some_and(|n| n.parse::<u64>().is_ok());
        if !is_ours {
            return Ok(None);
        }
        let path = format!("/rest/api/3/issue/{key}?fields={}&properties={PROPERTY}", FIELDS.join(","));
        Ok(wire.get_if_there(&path)?.as_ref().and_then(|value| self.found(value)))
    }

    fn create(&self, wire: &mut Wire<'_>, new: &New) -> Result<Made, Error> {
        let fields = json!({
            "project": {"key": self.project},
            "issuetype": {"name": self.kind},
            "summary": new.title,
            "description": adf::put(&Value::Null, &new.section.content, &new.mark.task),
            "labels": new.labels,
        });
        let made = wire.put(Method::Post, "/rest/api/3/issue", &json!({"fields": fields, "properties": [property(&new.mark)]}))?;
        let key = key_of(&made["key"]).ok_or_else(|| unexpected("the new issue", "it has no key"))?;
        Ok(Made { url: format!("{}/browse/{key}", self.site), key })
    }

    fn change(&self, wire: &mut Wire<'_>, found: &Found, change: &Change) -> Result<(), Error> {
        if let Some(goal) = change.goal {
            self.go(wire, &found.key, goal)?;
        }
        let mut fields = Map::new();
        if let Some(title) = &change.title {
            fields.insert("summary".to_owned(), json!(title));
        }
        if let Some(section) = &change.section {
            fields.insert("description".to_owned(), adf::put(&found.body, &section.content, &change.mark.task));
        }
        let add = change.add.iter().map(|label| json!({"add": label}));
        let labels: Vec<Value> = add.chain(change.remove.iter().map(|label| json!({"remove": label}))).collect();
        let mut body = json!({"properties": [property(&change.mark)]});
        if !fields.is_empty() {
            body["fields"] = Value::Object(fields);
        }
        if !labels.is_empty() {
            body["update"] = json!({"labels": labels});
        }
        wire.put(Method::Put, &format!("/rest/api/3/issue/{}", found.key), &body).map(|_| ())
    }
}

fn property(mark: &Mark) -> Value {
    json!({"key": PROPERTY, "value": {"task": mark.task, "hash": mark.hash, "title": mark.title, "closed": mark.closed}})
}

/// Our mark: the property, else what the box says it is about.
fn mark_of(property: &Value, ours: Option<&Value>) -> Option<Mark> {
    let task = property["task"].as_str().map(str::to_owned).or_else(|| adf::task_of(ours?))?;
    let closed = property["closed"] == Value::Bool(true);
    Some(Mark { task, hash: text(&property["hash"]), title: text(&property["title"]), closed })
}
