//! Which issue stands for which task, as a file beside the model remembers it.
//!
//! The file is a help, not the truth: marks in the issues say the same. It finds an issue that has lost its mark or label.

use std::collections::BTreeMap;

use redan_model::Model;
use redan_report::backlog::Kind;

use crate::mark;
use crate::wanted::{key, split};

/// What the file says at its start.
const HEAD: &str = "\
# Which issue stands for which task. Written by `redan backlog sync`; commit it beside the model.
# If it gets lost, issues are found again by the marks in their descriptions.
version: 1
issues:
";

/// The links of a model, by place: tracker and project.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Links {
    places: BTreeMap<String, BTreeMap<String, String>>,
}

/// Why a file is not one of links.
#[derive(Debug, thiserror::Error)]
pub enum LinkError {
    /// Not YAML, or something else.
    #[error("{0}")]
    Unreadable(String),
    /// From a later release.
    #[error("it has version {0}, and this redan reads version 1")]
    Version(u64),
}

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: u64,
    #[serde(default)]
    issues: BTreeMap<String, BTreeMap<String, String>>,
}

impl Links {
    /// The links that a text holds.
    ///
    /// # Errors
    /// The text is not a file of links.
    pub fn read(text: &str) -> Result<Self, LinkError> {
        let file: File = serde_saphyr::from_str(text).map_err(|error| LinkError::Unreadable(first_line(&error.to_string())))?;
        if file.version == 1 { Ok(Self { places: file.issues }) } else { Err(LinkError::Version(file.version)) }
    }

    /// The links as text: the same links, the same bytes.
    pub fn write(&self) -> String {
        let mut out = HEAD.to_owned();
        for (place, tasks) in self.places.iter().filter(|(_, tasks)| !tasks.is_empty()) {
            out.push_str(&format!("  {}:\n", quoted(place)));
            for (task, key) in tasks {
                out.push_str(&format!("    {}: {}\n", quoted(task), quoted(key)));
            }
        }
        if out == HEAD { HEAD.replace("issues:\n", "issues: {}\n") } else { out }
    }

    /// The links of one place: task to issue.
    pub fn of(&self, place: &str) -> BTreeMap<String, String> {
        self.places.get(place).cloned().unwrap_or_default()
    }

    /// Remembers the links of one place.
    pub fn set(&mut self, place: &str, links: BTreeMap<String, String>) {
        self.places.insert(place.to_owned(), links);
    }

    /// Gives the tasks of a thing of a model the name that it has now, so that their issues stay theirs; how many these are.
    ///
    /// `section` says which thing, where the model has several of that name.
    pub fn rename(&mut self, model: &Model, section: Option<&str>, old: &str, new: &str) -> usize {
        let renamed = |task: &str| -> Option<String> {
            let (kind, id) = split(model, task)?;
            let is_mitigation = section.map_or(kind == Kind::Mitigate, |section| section == "mitigations");
            let id = match kind {
                Kind::Mitigate => (is_mitigation && id == old).then(|| new.to_owned())?,
                // A threat that a rule raised has the names of its things in its own, after the rule.
                Kind::Decide if section.is_none_or(|section| section != "mitigations") => {
                    let part =
                        |(at, part): (usize, &str)| if part == old && (at > 0 || id == old) { new.to_owned() } else { part.to_owned() };
                    let parts: Vec<String> = id.split('@').enumerate().map(part).collect();
                    Some(parts.join("@")).filter(|name| name != id)?
                }
                Kind::Decide => return None,
            };
            Some(key(model, kind, &id))
        };
        let mut count = 0;
        for tasks in self.places.values_mut() {
            let changes: Vec<(String, String)> = tasks.keys().filter_map(|task| Some((task.clone(), renamed(task)?))).collect();
            for (old, new) in changes {
                if let Some(issue) = tasks.remove(&old) {
                    count += 1;
                    tasks.insert(new, issue);
                }
            }
        }
        count
    }
}

/// A text in single quotes, as YAML has it; control characters are written by number.
fn quoted(text: &str) -> String {
    let plain = |c: char| if c.is_control() { mark::coded(&c.to_string()) } else { c.to_string() };
    format!("'{}'", text.chars().map(plain).collect::<String>().replace('\'', "''"))
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_read_as_they_were_written() {
        let mut links = Links::default();
        links.set("github.com/a/b", BTreeMap::from([("shop/decide/it's: #x".to_owned(), "12".to_owned())]));
        let text = links.write();
        assert!(text.ends_with("issues:\n  'github.com/a/b':\n    'shop/decide/it''s: #x': '12'\n"), "{text}");
        assert_eq!(Links::read(&text).unwrap(), links);
        assert_eq!(Links::read(&Links::default().write()).unwrap(), Links::default());
    }

    #[test]
    fn tasks_of_a_renamed_thing_keep_their_issues() {
        let text = "redan: 1\nname: Shop\nid: shop\nelements: {web: {kind: process}}\nmitigations: {mfa: {title: MFA}}\nthreats: {T1: {title: A}}\n";
        let model = redan_model::load_text("shop.tm.yaml", text, &redan_model::Vocabulary::default()).model;
        let task = |name: &str| format!("{}/{name}", model.id);
        let tasks = ["mitigate/mfa", "decide/T1", "decide/sql-injection@web", "decide/web@db@web2", "other/mitigate/mfa"];
        let mut links = Links::default();
        links.set("github.com/a/b", tasks.iter().enumerate().map(|(at, name)| (task(name), at.to_string())).collect());
        assert_eq!(links.rename(&model, None, "web", "shop-front"), 1);
        assert_eq!(links.rename(&model, Some("mitigations"), "mfa", "second-factor"), 1);
        assert_eq!(links.rename(&model, None, "T1", "T9"), 1);
        let found = links.of("github.com/a/b");
        let expected =
            ["mitigate/second-factor", "decide/T9", "decide/sql-injection@shop-front", "decide/web@db@web2", "other/mitigate/mfa"];
        let expected: BTreeMap<String, String> = expected.iter().enumerate().map(|(at, name)| (task(name), at.to_string())).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn a_file_that_is_none_of_links_is_refused() {
        for bad in ["", "version: 2", "version: 1\nissues: [a]", "version: 1\nmore: {}", "\0"] {
            assert!(Links::read(bad).is_err(), "{bad:?}");
        }
        assert_eq!(Links::read("version: 2").unwrap_err().to_string(), "it has version 2, and this redan reads version 1");
    }
}
