//! Which issue stands for which task, as a file beside the model remembers it.
//!
//! The file is a help, not the truth: marks in the issues say the same. It finds an issue that has lost its mark or label.

use std::collections::BTreeMap;

use crate::mark;

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
    fn a_file_that_is_none_of_links_is_refused() {
        for bad in ["", "version: 2", "version: 1\nissues: [a]", "version: 1\nmore: {}", "\0"] {
            assert!(Links::read(bad).is_err(), "{bad:?}");
        }
        assert_eq!(Links::read("version: 2").unwrap_err().to_string(), "it has version 2, and this redan reads version 1");
    }
}
