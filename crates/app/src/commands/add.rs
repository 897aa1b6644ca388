//! `redan add`: an entry of any section, from fields or in its short form.

use std::path::PathBuf;

use clap::Args;
use redan_model::edit::Edit;

use crate::edits::{self, EditOptions};
use crate::exit::{Outcome, usage};
use crate::filter::suggestion;
use crate::models;
use crate::session::Session;

/// Arguments of `add`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
WHAT is element (or process, store, actor, external), flow, zone, asset, threat, mitigation, assumption, attacker,
person, attack-tree, diagram, review, incident, change, use or suppress; plurals are understood. Items of lists are
added with in-scope, out-of-scope, goal, question, author or tag.

Examples:
  redan add process web-app zone=edge tech=web-application
  redan add flow visit 'browser -> web-app over https carrying credentials'
  redan add threat T6 title='Reset links leak' on='[auth]' stride='[spoofing]' likelihood=3 impact=4
  redan add out-of-scope 'third-party analytics' 'reviewed with the vendor'
  redan add mitigation mfa title='Second factor' owner=bo due=2026-03-01 acceptance='Logins ask for it'")]
pub(crate) struct AddArgs {
    /// What to add, its id, and its fields or short form; the model may stand first
    #[arg(value_name = "WHAT ID [FIELD=VALUE…]", required = true, num_args = 2.., allow_hyphen_values = false)]
    words: Vec<String>,
    #[command(flatten)]
    options: EditOptions,
}

/// Words for sections, with the kind of element that some of them state.
const SECTIONS: [(&str, &str, Option<&str>); 42] = [
    ("element", "elements", None),
    ("elements", "elements", None),
    ("process", "elements", Some("process")),
    ("store", "elements", Some("store")),
    ("actor", "elements", Some("actor")),
    ("external", "elements", Some("external")),
    ("flow", "flows", None),
    ("flows", "flows", None),
    ("zone", "zones", None),
    ("zones", "zones", None),
    ("asset", "assets", None),
    ("assets", "assets", None),
    ("threat", "threats", None),
    ("threats", "threats", None),
    ("mitigation", "mitigations", None),
    ("mitigations", "mitigations", None),
    ("assumption", "assumptions", None),
    ("assumptions", "assumptions", None),
    ("attacker", "attackers", None),
    ("attackers", "attackers", None),
    ("person", "people", None),
    ("people", "people", None),
    ("attack-tree", "attack-trees", None),
    ("attack-trees", "attack-trees", None),
    ("diagram", "diagrams", None),
    ("diagrams", "diagrams", None),
    ("review", "reviews", None),
    ("reviews", "reviews", None),
    ("incident", "incidents", None),
    ("incidents", "incidents", None),
    ("change", "changelog", None),
    ("changelog", "changelog", None),
    ("use", "use", None),
    ("uses", "use", None),
    ("suppress", "suppress", None),
    ("suppression", "suppress", None),
    ("in-scope", "scope.in", None),
    ("out-of-scope", "scope.out", None),
    ("goal", "scope.goals", None),
    ("question", "scope.questions", None),
    ("author", "authors", None),
    ("tag", "tags", None),
];

/// Runs `add`.
pub(crate) fn run(args: &AddArgs, session: &mut Session<'_>) -> Outcome {
    let (model, words) = split(&args.words);
    let [what, id, rest @ ..] = words else { return Err(usage("say what to add and its id: redan add element web-app kind=process")) };
    let Some((_, section, kind)) = SECTIONS.iter().find(|(word, ..)| word == what) else {
        return Err(usage(format!("`{what}` is not something to add{}", suggestion(what, SECTIONS.iter().map(|(word, ..)| *word)))));
    };
    // What is said of an item is a text, also if it looks like a field; of an entry it is fields or a short form.
    let is_item = section.starts_with("scope.") || ["authors", "tags"].contains(section);
    let value = if is_item { rest.join(" ") } else { value(*kind, rest)? };
    let opened = session.open_to_edit(args.options.model.as_deref().or(model.as_deref()))?;
    let edit = Edit::Add { section: (*section).to_owned(), id: id.clone(), value };
    edits::run(session, &opened, &[edit], &args.options)
}

/// The model may only stand first or last: a value in between may well end like one.
fn split(words: &[String]) -> (Option<PathBuf>, &[String]) {
    match words {
        [first, rest @ ..] if models::is_model(first) => (Some(PathBuf::from(first)), rest),
        [first, middle @ .., last] if first != "use" && middle.len() > 1 && models::is_model(last) && PathBuf::from(last).is_file() => {
            (Some(PathBuf::from(last)), &words[..words.len() - 1])
        }
        _ => (None, words),
    }
}

/// The entry as the language writes it: fields as a mapping, or one short form.
fn value(kind: Option<&str>, words: &[String]) -> anyhow::Result<String> {
    let fields: Vec<(&str, &str)> = words.iter().filter_map(|word| field(word)).collect();
    if fields.len() < words.len() {
        if kind.is_some() || !fields.is_empty() {
            let odd = words.iter().find(|word| field(word).is_none()).map_or("", String::as_str);
            return Err(usage(format!("`{odd}` is not FIELD=VALUE")));
        }
        return Ok(words.join(" "));
    }
    let mut tree = Tree::default();
    for (path, value) in kind.map(|kind| ("kind", kind)).into_iter().chain(fields) {
        tree.put(&keys(path), value)?;
    }
    Ok(tree.text())
}

/// A word is a field if what stands before the first `=` is a path of fields.
fn field(word: &str) -> Option<(&str, &str)> {
    let (path, value) = word.split_once('=')?;
    let is_path = !path.is_empty() && path.chars().all(|c| c.is_ascii_alphanumeric() || ".-_*/".contains(c));
    is_path.then_some((path, value))
}

/// The keys on the way to a field. What `states` and `assumes` hold is keyed by whole paths of facts.
fn keys(path: &str) -> Vec<&str> {
    match path.split_once('.') {
        Some((head @ ("states" | "assumes"), fact)) => vec![head, fact],
        _ => path.split('.').collect(),
    }
}

/// Nested fields in the order in which they were given.
#[derive(Default)]
struct Tree {
    entries: Vec<(String, Branch)>,
}

enum Branch {
    Leaf(String),
    Inner(Tree),
}

impl Tree {
    fn put(&mut self, path: &[&str], value: &str) -> anyhow::Result<()> {
        let [key, rest @ ..] = path else { return Ok(()) };
        let found = self.entries.iter_mut().find(|(known, _)| known == key);
        match (found, rest) {
            (None, []) => self.entries.push(((*key).to_owned(), Branch::Leaf(value.to_owned()))),
            (None, _) => {
                let mut inner = Tree::default();
                inner.put(rest, value)?;
                self.entries.push(((*key).to_owned(), Branch::Inner(inner)));
            }
            (Some((_, Branch::Inner(inner))), [_, ..]) => inner.put(rest, value)?,
            (Some(_), _) => return Err(usage(format!("`{key}` is given twice"))),
        }
        Ok(())
    }

    fn text(&self) -> String {
        let entries: Vec<String> = self.entries.iter().map(|(key, branch)| format!("{}: {}", quoted(key), branch.text())).collect();
        format!("{{{}}}", entries.join(", "))
    }
}

impl Branch {
    fn text(&self) -> String {
        match self {
            Self::Leaf(value) if value.trim_start().starts_with(['[', '{']) => value.clone(),
            Self::Leaf(value) => quoted(value),
            Self::Inner(tree) => tree.text(),
        }
    }
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(kind: Option<&str>, words: &[&str], expected: &str) {
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        assert_eq!(value(kind, &words).unwrap(), expected);
    }

    #[test]
    fn fields_become_a_mapping() {
        check(
            Some("process"),
            &["zone=edge", "controls.mfa=no", "controls.waf=yes"],
            r#"{"kind": "process", "zone": "edge", "controls": {"mfa": "no", "waf": "yes"}}"#,
        );
        check(None, &["on=[a, b]", "title=It's \"x\""], r#"{"on": [a, b], "title": "It's \"x\""}"#);
    }

    #[test]
    fn a_stated_fact_is_one_key() {
        check(None, &["states.auth.controls.mfa=yes"], r#"{"states": {"auth.controls.mfa": "yes"}}"#);
    }

    #[test]
    fn anything_else_is_a_short_form() {
        check(None, &["browser -> web-app over https"], "browser -> web-app over https");
    }

    #[test]
    fn a_field_beside_a_short_form_is_a_mistake() {
        assert!(value(None, &["a -> b".to_owned(), "label=x".to_owned()]).is_err());
        assert!(value(None, &["a=1".to_owned(), "a=2".to_owned()]).is_err());
    }
}
