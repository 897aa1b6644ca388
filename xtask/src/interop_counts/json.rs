//! Counters for JSON and YAML: lengths of lists, nothing else.

use std::collections::BTreeSet;

use redan_interop::limits;
use serde_json::Value as Json;

use super::Counts;

/// The document, whichever of the two it is in.
pub(super) fn document(text: &str) -> Option<Json> {
    limits::json_or_yaml(text.as_bytes()).ok()
}

fn list<'a>(value: &'a Json, key: &str) -> &'a [Json] {
    value.get(key).and_then(Json::as_array).map_or(&[], Vec::as_slice)
}

fn length(value: &Json, key: &str) -> usize {
    list(value, key).len()
}

pub(super) fn otm(file: &Json) -> Option<Counts> {
    Some(["components", "dataflows", "trustZones", "threats"].map(|key| length(file, key)))
}

/// Cells by their shape, in both versions; what a boundary is called has changed over time.
pub(super) fn threat_dragon(file: &Json) -> Option<Counts> {
    let mut counts = [0; 4];
    for diagram in list(file.get("detail")?, "diagrams") {
        let drawn = diagram.get("diagramJson").unwrap_or(diagram);
        for cell in list(drawn, "cells") {
            let shape = cell.get("shape").or_else(|| cell.get("type")).and_then(Json::as_str).unwrap_or_default().to_lowercase();
            match shape.trim_start_matches("tm.") {
                "actor" | "process" | "store" => counts[0] += 1,
                "flow" => counts[1] += 1,
                other if other.contains("boundary") || other.contains("broundary") => counts[2] += 1,
                _ => {}
            }
            counts[3] += length(cell.get("data").unwrap_or(cell), "threats");
        }
    }
    Some(counts)
}

/// Items of the lists at the top, by their names; findings are not taken over.
pub(super) fn pytm(file: &Json) -> Option<Counts> {
    let names = |keys: &[&str]| {
        let all = keys.iter().flat_map(|key| list(file, key));
        all.filter_map(|item| item.get("name")?.as_str()).collect::<BTreeSet<&str>>().len()
    };
    Some([names(&["elements", "actors", "assets"]), length(file, "flows"), names(&["boundaries"]), 0])
}

pub(super) fn threat_composer(file: &Json) -> Option<Counts> {
    Some([0, 0, 0, length(file, "threats")])
}

pub(super) fn tm_bom(file: &Json) -> Option<Counts> {
    let elements = ["actors", "components", "data_stores"].map(|key| length(file, key)).iter().sum();
    Some([elements, length(file, "data_flows"), length(file, "trust_zones"), length(file, "threats")])
}

pub(super) fn cyclonedx(file: &Json) -> Option<Counts> {
    let of = |keys: &[&str]| list(file, "blueprints").iter().flat_map(|blueprint| keys.iter().map(|key| length(blueprint, key))).sum();
    let threats = file.get("threats").map_or(0, |threats| length(threats, "threats"));
    Some([of(&["actors", "assets", "dataStores"]), of(&["flows"]), of(&["zones"]), threats])
}

/// Actions and conditions; operators only join them.
pub(super) fn attack_flow(file: &Json) -> Option<Counts> {
    let kinds = ["action", "condition", "attack-action", "attack-condition"];
    let kind = |object: &Json| -> Option<String> {
        let word = if file.get("schema").is_some() { object.get("id") } else { object.get("type") };
        Some(word?.as_str()?.to_owned())
    };
    let steps = list(file, "objects").iter().filter(|object| kind(object).is_some_and(|kind| kinds.contains(&kind.as_str()))).count();
    Some([steps, 0, 0, 0])
}

/// Steps of attack trees with nothing below them.
pub(super) fn steps(model: &Json) -> usize {
    let below = ["any", "all", "seq"];
    let mut count = 0;
    let mut todo: Vec<&Json> = model.get("attack-trees").and_then(Json::as_object).into_iter().flatten().map(|(_, tree)| tree).collect();
    while let Some(step) = todo.pop() {
        let steps: Vec<&Json> = below.iter().flat_map(|key| list(step, key)).collect();
        let leaf = steps.is_empty() && step.get("ref").is_none();
        count += usize::from(leaf);
        todo.extend(steps);
        todo.extend(step.get("nodes").and_then(Json::as_object).into_iter().flatten().map(|(_, node)| node));
    }
    count
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn both_versions_of_threat_dragon_are_counted() {
        let cells = json!([{"shape": "process", "data": {"threats": [{}, {}]}}, {"shape": "flow"}, {"shape": "trust-boundary-box"}]);
        assert_eq!(threat_dragon(&json!({"detail": {"diagrams": [{"cells": cells}]}})), Some([1, 1, 1, 2]));
        let cells = json!([{"type": "tm.Store", "threats": [{}]}, {"type": "tm.Boundary"}]);
        assert_eq!(threat_dragon(&json!({"detail": {"diagrams": [{"diagramJson": {"cells": cells}}]}})), Some([1, 0, 1, 1]));
    }

    #[test]
    fn things_of_one_name_are_one_in_pytm() {
        let file = json!({"elements": [{"name": "a"}], "actors": [{"name": "a"}], "flows": [{}], "boundaries": []});
        assert_eq!(pytm(&file), Some([1, 1, 0, 0]));
    }

    #[test]
    fn only_what_has_nothing_below_it_is_a_step() {
        let model =
            json!({"attack-trees": {"t": {"any": [{"do": "a"}, {"seq": [{"do": "b"}, {"ref": "n"}]}], "nodes": {"n": {"do": "c"}}}}});
        assert_eq!(steps(&model), 3);
    }
}
