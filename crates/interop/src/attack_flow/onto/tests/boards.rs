//! Small files of the builder, and what must be true of each.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

/// A file of the builder: things with their kinds, and what is joined with what by which anchors. A thing is `kind:name`;
/// its instance is its number.
pub(super) fn board(things: &[&str], lines: &[(usize, &str, usize, &str)]) -> Json {
    let mut objects = vec![json!({"id": "flow", "instance": "flow", "properties": [["name", "Theft"], ["scope", "incident"]]})];
    let mut latches: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (number, (from, leaves, to, arrives)) in lines.iter().enumerate() {
        latches.entry(format!("{from}/{leaves}")).or_default().push(format!("l{number}s"));
        latches.entry(format!("{to}/{arrives}")).or_default().push(format!("l{number}t"));
    }
    let mut layout = json!({"flow": [0, 0]});
    let mut listed: Vec<Json> = Vec::new();
    for (number, thing) in things.iter().enumerate() {
        let (kind, name) = thing.split_once(':').unwrap();
        let anchors: &[&str] = if kind == "condition" { &["0", "90", "branch:True", "branch:False"] } else { &["0", "90", "180", "270"] };
        let key = match kind {
            "condition" => "description",
            "AND_operator" | "OR_operator" => "operator",
            _ => "name",
        };
        let of = |angle: &str| format!("{number}/{angle}");
        let all: Json = anchors.iter().map(|angle| ((*angle).to_owned(), Json::from(of(angle)))).collect::<serde_json::Map<_, _>>().into();
        let instance = number.to_string();
        objects.push(
            json!({"id": kind, "instance": instance, "properties": [[key, name], ["confidence", null], ["tags", ["x"]]], "anchors": all}),
        );
        objects.extend(anchors.iter().map(|angle| {
            json!({"id": if ["0", "180"].contains(angle) { "horizontal_anchor" } else { "vertical_anchor" },
                "instance": of(angle), "latches": latches.get(&of(angle)).cloned().unwrap_or_default()})
        }));
        layout[&instance] = json!([0, number * 400]);
        listed.push(instance.into());
    }
    for number in 0..lines.len() {
        let part = |part: &str| format!("l{number}{part}");
        objects.push(json!({"id": "dynamic_line", "instance": part(""), "source": part("s"), "target": part("t"), "handles": [part("h")]}));
        objects.push(json!({"id": "generic_latch", "instance": part("s")}));
        objects.push(json!({"id": "generic_latch", "instance": part("t")}));
        objects.push(json!({"id": "generic_handle", "instance": part("h")}));
        layout[&part("s")] = json!([1, 1]);
        listed.push(part("").into());
    }
    objects[0]["objects"] = listed.into();
    json!({"schema": "attack_flow_v2", "theme": "dark_theme", "objects": objects, "layout": layout, "camera": {"x": 0.5, "y": 1, "k": 1}})
}

/// Two actions, both needed, then another, then a condition of the last one; a note belongs to the first.
pub(super) fn theft() -> Json {
    board(
        &["action:Phish", "action:Scan", "AND_operator:AND", "action:Copy data", "condition:Nobody looks", "action:Sell it", "note:Why"],
        &[
            (0, "270", 2, "90"),
            (1, "270", 2, "90"),
            (2, "270", 3, "90"),
            (3, "270", 4, "90"),
            (4, "branch:True", 5, "90"),
            (6, "180", 0, "0"),
        ],
    )
}

pub(super) fn written(file: &Json) -> String {
    let mut bytes = Vec::new();
    let four = serde_json::ser::PrettyFormatter::with_indent(b"    ");
    serde::Serialize::serialize(file, &mut serde_json::ser::Serializer::with_formatter(&mut bytes, four)).unwrap();
    String::from_utf8(bytes).unwrap()
}

/// Checks that every instance that is mentioned is there, and that each is mentioned as often as it must be.
pub(super) fn is_whole(text: &str) {
    let file: Json = serde_json::from_str(text).unwrap();
    let objects = file["objects"].as_array().unwrap();
    let mut mentioned: BTreeMap<String, usize> = BTreeMap::new();
    let mut mention = |value: &Json| *mentioned.entry(value.as_str().unwrap().to_owned()).or_default() += 1;
    for object in objects {
        for key in ["objects", "latches", "handles"] {
            object[key].as_array().into_iter().flatten().for_each(&mut mention);
        }
        object["anchors"].as_object().into_iter().flatten().for_each(|(_, anchor)| mention(anchor));
        ["source", "target"].iter().filter_map(|key| object.get(*key)).for_each(&mut mention);
    }
    for object in objects {
        let expected = match object["id"].as_str().unwrap() {
            "flow" => 0,
            // By its line, and by the anchor that it is fastened to.
            "generic_latch" => 2,
            _ => 1,
        };
        let instance = object["instance"].as_str().unwrap();
        assert_eq!(mentioned.remove(instance).unwrap_or_default(), expected, "{object} in {text}");
    }
    assert_eq!(mentioned, BTreeMap::new(), "{text}");
    let placed = |instance: &String| objects.iter().any(|object| object["instance"] == **instance);
    assert!(file["layout"].as_object().unwrap().keys().all(placed), "{text}");
}
