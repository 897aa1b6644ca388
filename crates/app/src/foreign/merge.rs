//! Taking a file over once more: what it says now goes into a model that people have worked on since.
//!
//! What the file is the source of (names, kinds, places, ends, technologies) follows the file. What people decide
//! (answers, reasons, mitigations, controls, descriptions, tags) stays as it is in the model, and where the file says
//! otherwise, that is shown. Nothing is taken out of the model: what is no longer in the file is shown.

use redan_model::edit::Edit;
use serde_json::Value as Json;

/// Sections whose entries come from a file.
const SECTIONS: [&str; 9] = ["people", "assumptions", "assets", "zones", "elements", "flows", "threats", "mitigations", "diagrams"];

/// Fields that follow the file.
const OF_THE_FILE: [&str; 16] = [
    "name",
    "label",
    "kind",
    "zone",
    "in",
    "from",
    "to",
    "both-ways",
    "protocol",
    "tech",
    "holds",
    "carries",
    "returns",
    "show",
    "confidentiality",
    "integrity",
];

/// What a merge does.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Merge {
    /// The edits of the model.
    pub(crate) edits: Vec<Edit>,
    /// What is worth knowing, a line each.
    pub(crate) notes: Vec<String>,
}

/// Compares a model with what a file says now, both in their long form.
pub(crate) fn merge(model: &Json, file: &Json) -> Merge {
    let mut merge = Merge::default();
    for (key, value) in file.as_object().into_iter().flatten() {
        if SECTIONS.contains(&key.as_str()) {
            section(key, model.get(key).unwrap_or(&Json::Null), value, &mut merge);
        } else if model.get(key).is_none() || key.starts_with("x-") && model.get(key) != Some(value) {
            merge.set(key, value);
        } else if model.get(key) != Some(value) && key != "redan" {
            merge.notes.push(format!("kept {key}: the file says otherwise"));
        }
    }
    for key in ["zones", "elements", "flows"] {
        let entries = model.get(key).and_then(Json::as_object).into_iter().flatten();
        for (id, _) in entries.filter(|(id, _)| file.get(key).and_then(|entries| entries.get(id.as_str())).is_none()) {
            merge.notes.push(format!("kept {key}.{id}: it is not in the file"));
        }
    }
    merge
}

fn section(section: &str, ours: &Json, theirs: &Json, merge: &mut Merge) {
    for (id, entry) in theirs.as_object().into_iter().flatten() {
        let Some(known) = ours.get(id) else {
            merge.edits.push(Edit::Add { section: section.to_owned(), id: id.clone(), value: entry.to_string() });
            continue;
        };
        for (field, value) in entry.as_object().into_iter().flatten() {
            let path = format!("{section}.{}.{field}", part(id));
            let of_the_file = section != "threats" && OF_THE_FILE.contains(&field.as_str()) || field.starts_with("x-");
            match known.get(field) {
                Some(same) if same == value => {}
                Some(_) if of_the_file => merge.set(&path, value),
                Some(Json::Object(facts)) if value.is_object() => each_fact(&path, facts, value, merge),
                Some(_) => merge.notes.push(format!("kept {path}: the file says otherwise")),
                None => merge.set(&path, value),
            }
        }
    }
}

/// Facts that the model does not state are added one by one.
fn each_fact(path: &str, known: &serde_json::Map<String, Json>, theirs: &Json, merge: &mut Merge) {
    for (name, value) in theirs.as_object().into_iter().flatten() {
        match known.get(name) {
            Some(same) if same == value => {}
            Some(_) => merge.notes.push(format!("kept {path}.{name}: the file says otherwise")),
            None => merge.set(&format!("{path}.{}", part(name)), value),
        }
    }
}

impl Merge {
    fn set(&mut self, path: &str, value: &Json) {
        let value = match value {
            Json::String(text) if !text.trim_start().starts_with(['[', '{', '"', '\'']) => text.clone(),
            // A fact with nothing beside its state is written in short.
            Json::Object(fact) if fact.len() == 1 && fact.get("is").is_some_and(Json::is_string) => {
                fact.get("is").and_then(Json::as_str).unwrap_or_default().to_owned()
            }
            other => other.to_string(),
        };
        self.edits.push(Edit::Set { path: path.to_owned(), value });
    }
}

/// A part of a path; one that holds dots is quoted.
fn part(name: &str) -> String {
    if name.contains('.') { format!("\"{name}\"") } else { name.to_owned() }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_file_moves_things_and_people_keep_what_they_decided() {
        let model = json!({"redan": 1, "name": "Shop", "elements": {
                "app": {"kind": "process", "name": "App", "zone": ["dmz"], "controls": {"mfa": {"is": "yes"}}, "description": "Ours"},
                "old": {"kind": "store"}},
            "threats": {"T1": {"title": "x", "status": "mitigated"}}});
        let file = json!({"redan": 1, "name": "Store", "elements": {
                "app": {"kind": "process", "name": "The app", "zone": ["edge"], "controls": {"mfa": {"is": "no"}, "waf": {"is": "no"}}, "description": "Theirs"},
                "db": {"kind": "store"}},
            "threats": {"T1": {"title": "x", "status": "open"}}});
        let merge = merge(&model, &file);
        let set = |path: &str, value: &str| Edit::Set { path: path.to_owned(), value: value.to_owned() };
        let add = Edit::Add { section: "elements".to_owned(), id: "db".to_owned(), value: r#"{"kind":"store"}"#.to_owned() };
        let expected =
            vec![set("elements.app.name", "The app"), set("elements.app.zone", r#"["edge"]"#), set("elements.app.controls.waf", "no"), add];
        assert_eq!(merge.edits, expected);
        let kept: Vec<&str> = merge.notes.iter().filter_map(|note| note.strip_prefix("kept ")?.split(':').next()).collect();
        assert_eq!(kept, ["name", "elements.app.controls.mfa", "elements.app.description", "threats.T1.status", "elements.old"]);
    }
}
