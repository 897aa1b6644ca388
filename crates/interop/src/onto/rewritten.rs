//! Changes for formats of JSON whose writers say everything: the model is written as it was and as it is, and what
//! differs between the two files is made in the file at hand. What neither says stays as it is there.

use redan_model::lang::{Band, Linddun, Stride};
use redan_model::{Model, Vocabulary, load_text};
use serde_json::Value as Json;

use super::{Changes, Edit, json};
use crate::export::{ExportError, ForeignThreat, Outgoing, export};
use crate::read::{list, text};
use crate::write::said;
use crate::{Format, ImportError};

/// Keys by which the items of a list are known.
const KEYS: [&str; 6] = ["id", "symbolic_name", "bom-ref", "threat", "key", "asset"];

/// The edits that make the changes in a file.
///
/// # Errors
/// The file is not JSON, or is in a version of the format that is only read.
pub(super) fn edits(format: Format, file: &str, changes: &Changes<'_>, outgoing: &Outgoing<'_>) -> Result<Vec<Edit>, ExportError> {
    let root = json::parse(file).ok_or_else(|| ExportError::Impossible("changes are written into JSON alone".to_owned()))?;
    if format == Format::ThreatDragon && file.contains("\"diagramJson\"") {
        return Err(ExportError::Impossible("changes are not written into files of version 1; write one of version 2 instead".to_owned()));
    }
    let old = written(format, changes.before, outgoing)?;
    let new = written(format, changes.after, outgoing)?;
    let mut edits = Vec::new();
    match (&root.value, &old, &new) {
        // The guide's JSON may be one threat that stands alone.
        (json::Value::Object(_), Json::Array(before), Json::Array(after)) if before.len() == 1 && after.len() == 1 => {
            walk(file, &root, &before[0], &after[0], &mut edits);
        }
        (json::Value::Object(_), Json::Array(_), Json::Array(after)) => {
            // One that others are added to becomes a list, and stands in it as it was.
            let id = |item: &Json| item.get("id").or_else(|| item.get("asset")).cloned().unwrap_or_default();
            let kept = after.iter().any(|item| root.get("id").or_else(|| root.get("asset")).is_some_and(|found| is(found, &id(item))));
            let known = |item: &&Json| root.get("id").or_else(|| root.get("asset")).is_some_and(|found| is(found, &id(item)));
            let own = file.get(root.span.clone()).unwrap_or_default().to_owned();
            let others = after.iter().filter(|item| !known(item)).map(Json::to_string);
            let all: Vec<String> = kept.then_some(own).into_iter().chain(others).collect();
            edits.push(Edit::replace(root.span.clone(), format!("[{}]", all.join(",\n"))));
        }
        _ => walk(file, &root, &old, &new, &mut edits),
    }
    Ok(edits)
}

/// A model as its format says it in JSON, with the threats that were written by hand.
///
/// # Errors
/// The model cannot be written.
pub(crate) fn written(format: Format, model: &Json, outgoing: &Outgoing<'_>) -> Result<Json, ExportError> {
    let bytes = file(format, model, outgoing)?;
    serde_json::from_slice(&bytes).map_err(|error| ExportError::Original(ImportError::Syntax(error.to_string())))
}

/// A model as a file of its format, with the threats that were written by hand.
///
/// # Errors
/// The model cannot be written.
pub(crate) fn file(format: Format, model: &Json, outgoing: &Outgoing<'_>) -> Result<Vec<u8>, ExportError> {
    with_outgoing(model, outgoing, |one| export(format, one)).map(|exported| exported.bytes)
}

/// Another model as writers see it, with the threats that were written by hand.
pub(crate) fn with_outgoing<T>(model: &Json, outgoing: &Outgoing<'_>, write: impl FnOnce(&Outgoing<'_>) -> T) -> T {
    let loaded = load_text("model.tm.json", &model.to_string(), &Vocabulary::default()).model;
    let threats = by_hand(model, &loaded);
    write(&Outgoing {
        model: &loaded,
        json: model.clone(),
        threats,
        day: outgoing.day.clone(),
        keep_names: outgoing.keep_names,
        vocabulary: outgoing.vocabulary.clone(),
        picture: None,
    })
}

/// The threats of a model that were written by hand, as they stand there.
fn by_hand(json: &Json, model: &Model) -> Vec<ForeignThreat> {
    let entries = json.get("threats").and_then(Json::as_object).into_iter().flatten();
    let own = entries.filter(|(id, threat)| !id.contains('@') && threat.get("same-as").is_none());
    own.map(|(id, threat)| {
        let words = |key: &str| list(threat, key);
        let rating = |key: &str| threat.get(key).and_then(|value| said(value).parse().ok());
        let status = text(threat, "status");
        let known = ["mitigated", "accepted", "transferred", "avoided", "false-positive", "not-applicable"];
        let references = threat.get("references").and_then(Json::as_object).into_iter().flatten();
        ForeignThreat {
            id: id.clone(),
            title: text(threat, "title").into_owned(),
            description: text(threat, "description").into_owned(),
            subjects: words("on").iter().filter_map(|id| model.names.get(id.as_str()).copied()).collect(),
            stride: Stride::ALL.iter().copied().filter(|category| words("stride").iter().any(|word| word == category.as_str())).collect(),
            linddun: Linddun::ALL
                .iter()
                .copied()
                .filter(|category| words("linddun").iter().any(|word| word == category.as_str()))
                .collect(),
            status: known.into_iter().find(|known| *known == status).unwrap_or("open"),
            because: text(threat, "because").into_owned(),
            owner: text(threat, "owner").into_owned(),
            until: text(threat, "until").into_owned(),
            likelihood: rating("likelihood"),
            impact: rating("impact"),
            risk: rating("likelihood").zip(rating("impact")).map(|(likelihood, impact): (u8, u8)| likelihood.saturating_mul(impact)),
            identified: text(threat, "identified").into_owned(),
            band: Band::ALL.iter().copied().find(|band| band.as_str() == text(threat, "severity")),
            mitigations: words("mitigations"),
            references: references.map(|(name, _)| (name.clone(), list(threat.get("references").unwrap_or(&Json::Null), name))).collect(),
            ..ForeignThreat::default()
        }
    })
    .collect()
}

/// Makes at a place of the file what differs between two written values.
pub(crate) fn walk(file: &str, node: &json::Node, old: &Json, new: &Json, edits: &mut Vec<Edit>) {
    match (old, new) {
        _ if old == new => {}
        (Json::Object(before), Json::Object(after)) if matches!(node.value, json::Value::Object(_)) => {
            for (key, value) in after.iter().filter(|(key, value)| before.get(*key) != Some(value)) {
                match (node.get(key), before.get(key)) {
                    (Some(inner), Some(before)) if before.is_object() || before.is_array() => walk(file, inner, before, value, edits),
                    _ => edits.extend(json::set(file, node, key, value)),
                }
            }
            edits.extend(before.keys().filter(|key| !after.contains_key(*key)).filter_map(|key| json::remove_member(node, key)));
        }
        (Json::Array(before), Json::Array(after)) if matches!(node.value, json::Value::Array(_)) => {
            items(file, node, (before, after), edits);
        }
        _ => edits.push(Edit::replace(node.span.clone(), new.to_string())),
    }
}

/// Lists whose items have ids are compared item by item, others as long as they have as many items as before.
fn items(file: &str, node: &json::Node, (before, after): (&[Json], &[Json]), edits: &mut Vec<Edit>) {
    let key = KEYS
        .into_iter()
        .find(|key| before.iter().chain(after).all(|item| item.get(*key).is_some()) && !(before.is_empty() && after.is_empty()));
    if let Some(key) = key {
        let find = |items: &'_ [Json], id: &Json| items.iter().position(|item| item.get(key) == Some(id));
        let mut added: Vec<&Json> = Vec::new();
        let at = |id: &Json| node.items().iter().position(|item| item.get(key).is_some_and(|found| is(found, id)));
        for item in after {
            let id = item.get(key).unwrap_or(&Json::Null);
            match (find(before, id).and_then(|ix| before.get(ix)), at(id).and_then(|ix| node.items().get(ix))) {
                (Some(old), Some(place)) => walk(file, place, old, item, edits),
                (Some(_), None) => {}
                (None, _) => added.push(item),
            }
        }
        let gone = before.iter().filter_map(|item| item.get(key)).filter(|id| find(after, id).is_none());
        let gone: Vec<usize> = gone.filter_map(at).collect();
        if gone.len() == node.items().len() && !(gone.is_empty() && added.is_empty()) {
            edits.push(json::fill(file, node, added.into_iter().cloned().collect()));
            return;
        }
        if !gone.is_empty() {
            edits.extend(json::remove_items(node, &gone));
        }
        edits.extend(added.into_iter().filter_map(|item| json::push(file, node, item)));
    } else if before.len() == after.len() && node.items().len() == after.len() {
        for ((place, old), new) in node.items().iter().zip(before).zip(after) {
            walk(file, place, old, new, edits);
        }
    } else {
        edits.push(Edit::replace(node.span.clone(), Json::Array(after.to_vec()).to_string()));
    }
}

/// Whether a value of the file is that id.
fn is(found: &json::Node, id: &Json) -> bool {
    match (&found.value, id) {
        (json::Value::Text(text), Json::String(id)) => text == id,
        (json::Value::Plain(text), other) => serde_json::from_str::<Json>(text).is_ok_and(|found| found == *other),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::onto::apply;

    fn changed(file: &str, old: &Json, new: &Json) -> String {
        let mut edits = Vec::new();
        walk(file, &json::parse(file).unwrap(), old, new, &mut edits);
        apply(file, edits)
    }

    #[test]
    fn what_the_writer_does_not_say_stays() {
        let file =
            "{\n  \"own\": 1,\n  \"list\": [\n    {\"id\": \"a\", \"x\": 1, \"colour\": \"red\"},\n    {\"id\": \"b\", \"x\": 2}\n  ]\n}";
        let old = json!({"list": [{"id": "a", "x": 1}, {"id": "b", "x": 2}]});
        let new = json!({"list": [{"id": "a", "x": 5}, {"id": "c", "x": 3}]});
        let text = changed(file, &old, &new);
        let read: Json = serde_json::from_str(&text).unwrap();
        assert_eq!(read, json!({"own": 1, "list": [{"id": "a", "x": 5, "colour": "red"}, {"id": "c", "x": 3}]}));
        assert!(text.contains("\"colour\": \"red\"}"), "{text}");
    }

    #[test]
    fn without_a_difference_the_text_stays() {
        let value = json!({"a": [1, {"b": 2}]});
        assert_eq!(changed("{ \"a\" : [1,{\"b\":2}] }", &value, &value), "{ \"a\" : [1,{\"b\":2}] }");
    }
}
