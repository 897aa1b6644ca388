//! Random edits on random models: what an edit does to the meaning is computed here a second time, from scratch.
#![expect(clippy::unwrap_used, reason = "a test says that it failed by panicking")]

use std::collections::BTreeMap;
use std::fmt::Write as _;

use proptest::prelude::*;
use proptest::sample::select;
use redan_model::edit::{Edit, EditError, apply};
use redan_model::lang::SECTIONS;
use redan_model::source::Sources;
use redan_model::tree::{self, Node, Value};

/// Every scalar and empty collection of a text by its path, and the comments.
fn leaves(text: &str) -> (BTreeMap<String, String>, Vec<String>) {
    let mut sources = Sources::default();
    let id = sources.add("m.yaml", text);
    let mut faults = Vec::new();
    let document = tree::parse(&sources, id, None, &mut faults);
    assert!(faults.is_empty(), "{faults:?}\n{text}");
    let mut found = BTreeMap::new();
    collect(&document.root, String::new(), &mut found);
    (found, document.comments.iter().map(|comment| sources.slice(comment.span).to_owned()).collect())
}

fn collect(node: &Node, path: String, found: &mut BTreeMap<String, String>) {
    match &node.value {
        Value::Scalar(text) => drop(found.insert(path, format!("={text}"))),
        Value::Null => drop(found.insert(path, "null".to_owned())),
        Value::List(items) if items.is_empty() => drop(found.insert(path, "[]".to_owned())),
        Value::Map(entries) if entries.is_empty() => drop(found.insert(path, "{}".to_owned())),
        Value::List(items) => items.iter().enumerate().for_each(|(at, item)| collect(item, format!("{path}/{at}"), found)),
        Value::Map(entries) => entries.iter().for_each(|entry| collect(&entry.value, format!("{path}/{}", entry.key), found)),
    }
}

/// How one element is written.
#[derive(Debug, Clone, Copy)]
enum Look {
    Block,
    Flow,
    FlowLines,
}

fn text_of(value: &str, quoted: bool) -> String {
    if quoted { format!("\"{value}\"") } else { value.to_owned() }
}

prop_compose! {
    fn element(number: usize)(
        look in select(vec![Look::Block, Look::Flow, Look::FlowLines]),
        name in select(vec!["Web", "it's", "a b", "ü"]),
        quoted in any::<bool>(),
        controls in select(vec!["", "[mfa, waf]", "{mfa: no, waf: {is: yes, because: x}}", "{}", "[]", "[ mfa ,waf ]", "{ mfa: no,}"]),
        behind in any::<bool>(),
        above in any::<bool>(),
    ) -> String {
        let mut fields = vec!["kind: store".to_owned(), format!("name: {}", text_of(name, quoted))];
        if !controls.is_empty() {
            fields.push(format!("controls: {controls}"));
        }
        let mut out = if above { format!("  # above {number}\n") } else { String::new() };
        let comment = if behind { format!(" # behind {number}") } else { String::new() };
        match look {
            Look::Block => {
                writeln!(out, "  e{number}:{comment}").unwrap();
                fields.iter().for_each(|field| writeln!(out, "    {field} # {number}").unwrap());
            }
            Look::Flow => writeln!(out, "  e{number}: {{{}}}{comment}", fields.join(", ")).unwrap(),
            Look::FlowLines => writeln!(out, "  e{number}: {{\n    {}\n  }}{comment}", fields.join(",\n    ")).unwrap(),
        }
        out
    }
}

fn model() -> impl Strategy<Value = String> {
    (element(0), element(1), element(2), any::<bool>(), any::<bool>()).prop_map(|(a, b, c, blank, end)| {
        let gap = if blank { "\n" } else { "" };
        let flows = "flows:\n  f0: e0 -> e1 over https # short\n  f1: {from: e1, to: e2}\n";
        format!("# head\nredan: 1\n{gap}elements:\n{a}{gap}{b}{c}{gap}{flows}{}", if end { "# end" } else { "" })
    })
}

fn value() -> impl Strategy<Value = String> {
    let tricky = vec![
        "x",
        "a: b",
        "x # y",
        "no",
        "",
        "ü",
        "it's",
        "- a",
        "*",
        "null",
        "~",
        "1.10",
        "a,b",
        "{",
        "say \"x\"",
        "a\nb",
        "@x",
        "#",
        "---",
        "a:",
    ];
    select(tricky).prop_map(str::to_owned).prop_filter("brackets are read as YAML", |value| !value.starts_with(['[', '{']))
}

const LISTS: &[&str] = &["scope.goals", "scope.in", "scope.out", "scope.questions", "authors", "tags"];

fn field() -> impl Strategy<Value = String> {
    select(vec!["name", "kind", "owner", "description"]).prop_map(str::to_owned)
}

proptest! {
    #[test]
    fn setting_a_field_changes_that_field_and_nothing_else(text in model(), number in 0..3_usize, field in field(), value in value()) {
        let after = apply("m.yaml", &text, &Edit::Set { path: format!("e{number}.{field}"), value: value.clone() });
        let after = after.map_err(|error| TestCaseError::fail(format!("{error}\n{text}")))?;
        let ((mut expected, comments), (found, kept)) = (leaves(&text), leaves(&after));
        expected.insert(format!("/elements/e{number}/{field}"), format!("={}", value.trim()));
        prop_assert_eq!(expected, found, "{}", after);
        prop_assert_eq!(comments, kept);
    }

    #[test]
    fn setting_a_control_keeps_the_others(text in model(), number in 0..3_usize, control in select(vec!["mfa", "logging"]), state in select(vec!["yes", "no"])) {
        let after = apply("m.yaml", &text, &Edit::Set { path: format!("e{number}.controls.{control}"), value: state.to_owned() });
        let after = after.map_err(|error| TestCaseError::fail(format!("{error}\n{text}")))?;
        let ((before, comments), (found, kept)) = (leaves(&text), leaves(&after));
        let at = format!("/elements/e{number}/controls/");
        let listed = |all: &BTreeMap<String, String>, name: &str| all.iter().any(|(path, value)| path.starts_with(&at) && *value == format!("={name}"));
        let stated = |all: &BTreeMap<String, String>, name: &str| match all.get(&format!("{at}{name}")) {
            Some(value) => Some(value.trim_start_matches('=').to_owned()),
            None => listed(all, name).then(|| "yes".to_owned()),
        };
        prop_assert_eq!(stated(&found, control), Some(state.to_owned()), "{}", after);
        for other in ["mfa", "waf"].into_iter().filter(|other| *other != control) {
            prop_assert_eq!(stated(&before, other), stated(&found, other), "{}", after);
        }
        prop_assert_eq!(comments, kept);
    }

    #[test]
    fn removing_takes_what_it_names_or_is_refused_for_a_comment(text in model(), number in 0..3_usize, field in select(vec!["", ".name", ".kind", ".controls"])) {
        let path = format!("/elements/e{number}{}", field.replace('.', "/"));
        let (before, _) = leaves(&text);
        match apply("m.yaml", &text, &Edit::Remove { path: format!("e{number}{field}") }) {
            Ok(after) => {
                let gone = |key: &String| *key == path || key.starts_with(&format!("{path}/"));
                let expected: BTreeMap<String, String> = before.into_iter().filter(|(key, _)| !gone(key)).collect();
                prop_assert_eq!(expected, leaves(&after).0, "{}", after);
            }
            Err(EditError::Unknown { .. }) => prop_assert!(!before.keys().any(|key| key.starts_with(&path))),
            Err(error) => prop_assert!(matches!(error, EditError::Refused(_)), "{}", error),
        }
    }

    #[test]
    fn renaming_there_and_back_is_the_same_text(text in model(), number in 0..3_usize) {
        let (old, new) = (format!("e{number}"), "other".to_owned());
        let there = apply("m.yaml", &text, &Edit::Rename { old: old.clone(), new: new.clone() }).unwrap();
        let mentions = |text: &str| text.split(|c: char| !c.is_alphanumeric()).filter(|word| *word == old).count();
        prop_assert_eq!(mentions(&there), 0, "{}", there);
        prop_assert_eq!(apply("m.yaml", &there, &Edit::Rename { old: new, new: old.clone() }).unwrap(), text);
    }

    #[test]
    fn adding_adds_one_entry(text in model(), section in select(vec!["elements", "flows", "zones", "people"]), value in value()) {
        let after = apply("m.yaml", &text, &Edit::Add { section: section.to_owned(), id: "new".to_owned(), value: value.clone() }).unwrap();
        let ((mut expected, comments), (found, kept)) = (leaves(&text), leaves(&after));
        expected.insert(format!("/{section}/new"), format!("={}", value.trim()));
        prop_assert_eq!(expected, found, "{}", after);
        prop_assert_eq!(comments, kept);
    }

    #[test]
    fn every_section_takes_an_entry_and_gives_it_back(text in model(), section in select(SECTIONS.into_iter().chain(["suppress", "use"]).collect::<Vec<_>>()), value in value()) {
        let edit = |text: &str, edit: &Edit| {
            apply("m.yaml", text, edit).map_err(|error| TestCaseError::fail(format!("{edit:?}: {error}\n{text}")))
        };
        let added = edit(&text, &Edit::Add { section: section.to_owned(), id: "new".to_owned(), value: "{x-a: b}".to_owned() })?;
        let set = edit(&added, &Edit::Set { path: format!("{section}.new.x-c"), value: value.clone() })?;
        let ((mut expected, comments), (found, kept)) = (leaves(&text), leaves(&set));
        expected.insert(format!("/{section}/new/x-a"), "=b".to_owned());
        expected.insert(format!("/{section}/new/x-c"), format!("={}", value.trim()));
        prop_assert_eq!(&expected, &found, "{}", &set);
        prop_assert_eq!(&comments, &kept);
        let renamed = if section == "use" {
            set
        } else {
            edit(&set, &Edit::Rename { old: format!("{section}.new"), new: "newer".to_owned() })?
        };
        let name = if section == "use" { "new" } else { "newer" };
        let removed = edit(&renamed, &Edit::Remove { path: format!("{section}.{name}") })?;
        prop_assert_eq!(leaves(&text), leaves(&removed), "{}", removed);
    }

    #[test]
    fn every_list_takes_items(text in model(), list in select(LISTS.to_vec()), items in proptest::collection::btree_set("[a-z][a-z :#,-]{0,8}[a-z]", 1..4)) {
        let mut now = text.clone();
        for item in &items {
            let edit = Edit::Add { section: list.to_owned(), id: item.clone(), value: String::new() };
            now = apply("m.yaml", &now, &edit).map_err(|error| TestCaseError::fail(format!("{edit:?}: {error}\n{now}")))?;
            prop_assert!(matches!(apply("m.yaml", &now, &edit), Err(EditError::Taken(_))));
        }
        let ((mut expected, comments), (found, kept)) = (leaves(&text), leaves(&now));
        for (at, item) in items.iter().enumerate() {
            expected.insert(format!("/{}/{at}", list.replace('.', "/")), format!("={item}"));
        }
        prop_assert_eq!(expected, found, "{}", now);
        prop_assert_eq!(comments, kept);
    }

    #[test]
    fn no_edit_of_any_text_panics(text in "[a-c:,\\[\\]{}'\"&*#|>?!%\\- \n\tü~]{0,40}", path in "(elements|a|model)(\\.[a-c]){0,3}", value in "[a-c\\[\\]{}:, \"#]{0,6}") {
        let edits = [
            Edit::Set { path: path.clone(), value: value.clone() },
            Edit::Remove { path: path.clone() },
            Edit::Rename { old: path, new: "b".to_owned() },
            Edit::Add { section: "zones".to_owned(), id: "z".to_owned(), value },
        ];
        for edit in edits {
            for name in ["m.yaml", "m.json", "m.md"] {
                if let Ok(after) = apply(name, &text, &edit)
                    && name == "m.yaml"
                {
                    leaves(&after);
                }
            }
        }
    }
}
