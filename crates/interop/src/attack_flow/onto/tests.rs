//! Changes of both kinds of files: what is read again is what was asked for, and the rest stays.

mod boards;

use boards::{board, is_whole, theft, written};
use redan_model::{Vocabulary, load_text};
use serde_json::json;

use super::super::{as_asked, read, uuid};
use super::*;
use crate::Origins;
use crate::onto::{apply, long_form};

const BUNDLE: &str = r#"{"type": "bundle", "objects": [
  {"type": "attack-flow", "id": "attack-flow--1", "name": "Theft", "start_refs": ["attack-action--a", "attack-action--b"]},
  {"type": "attack-action", "id": "attack-action--a", "name": "Phish", "effect_refs": ["attack-operator--o"]},
  {"type": "attack-action", "id": "attack-action--b", "name": "Scan", "effect_refs": ["attack-operator--o", "asset--x"]},
  {"type": "attack-operator", "id": "attack-operator--o", "operator": "AND", "effect_refs": ["attack-action--c"]},
  {"type": "attack-action", "id": "attack-action--c", "name": "Copy data"},
  {"type": "malware", "id": "malware--m"}
]}
"#;

/// The file after a change of its tree, which may not be what was asked for.
fn tried(file: &str, change: impl FnOnce(&mut Json)) -> (String, Json, Json) {
    let model = Json::from(read(file.as_bytes()).unwrap().model);
    let mut wanted = model.clone();
    change(&mut wanted["attack-trees"]["theft"]);
    let (before, after) = (long_form(&model), long_form(&wanted));
    let loaded = load_text("m.tm.json", &wanted.to_string(), &Vocabulary::default());
    let mut outgoing = Outgoing::new(&loaded.model, Vocabulary::default());
    outgoing.day = "2026-01-31".to_owned();
    let origins = Origins::default();
    let text = apply(file, onto(file, &Changes::between(&before, &after, &origins), &outgoing));
    let mut again = long_form(&read(text.as_bytes()).unwrap().model);
    // The goal may have another name, and with it the tree.
    let tree = again["attack-trees"].as_object().unwrap().values().next().cloned();
    again["attack-trees"] = json!({"theft": tree});
    as_asked(&mut again, &after);
    (text, again["attack-trees"].clone(), after["attack-trees"].clone())
}

/// The file after a change of its tree; what it is read as must be what was asked for, and nothing in it may dangle.
fn changed(file: &str, change: impl FnOnce(&mut Json)) -> String {
    let (text, found, wanted) = tried(file, change);
    assert_eq!(found, wanted);
    if text.contains("\"schema\"") {
        is_whole(&text);
    }
    text
}

/// The tree of [`theft`] from the step where everything is copied.
fn copy(tree: &mut Json) -> &mut Json {
    tree.pointer_mut("/any/0/seq/0/seq/0").unwrap()
}

#[test]
fn without_a_change_there_is_no_edit() {
    assert_eq!(changed(BUNDLE, |_| {}), BUNDLE);
    let file = written(&theft());
    is_whole(&file);
    assert_eq!(changed(&file, |_| {}), file);
}

#[test]
fn an_operator_becomes_the_other_one() {
    let text = changed(BUNDLE, |tree| {
        let before = &mut tree["any"][0]["seq"][0];
        *before = json!({"any": before["all"].take()});
    });
    // One of several is what stands before an action without an operator, too: both are read alike.
    assert_eq!(text, BUNDLE.replace("\"AND\"", "\"OR\""));
    let file = written(&theft());
    let text = changed(&file, |tree| {
        let before = &mut copy(tree)["seq"][0];
        *before = json!({"any": before["all"].take()});
    });
    assert_eq!(text, file.replace("\"AND\"", "\"OR\"").replace("AND_operator", "OR_operator"));
}

#[test]
fn actions_come_and_go_with_what_they_lead_to() {
    let text = changed(BUNDLE, |tree| {
        let all = tree["any"][0]["seq"][0]["all"].as_array_mut().unwrap();
        all.remove(1);
        all.push(json!({"do": "Bribe"}));
        all.push(json!({"do": "Steal a badge"}));
    });
    assert!(!text.contains("Scan") && !text.contains("attack-action--b\"") && text.contains("\"Bribe\""), "{text}");
    assert!(text.contains("\"malware--m\""), "{text}");
    let text = changed(&written(&theft()), |tree| {
        let all = copy(tree)["seq"][0]["all"].as_array_mut().unwrap();
        all.remove(1);
        all.push(json!({"do": "Bribe"}));
        all.push(json!({"do": "Steal a badge"}));
    });
    assert!(!text.contains("Scan") && !text.contains("\"l1s\"") && text.contains("\"note\""), "{text}");
    let file: Json = serde_json::from_str(&text).unwrap();
    let bribe = file["objects"].as_array().unwrap().iter().find(|object| object["properties"][0][1] == "Bribe").unwrap();
    // As the other actions have them, with nothing in them.
    assert_eq!(bribe["properties"], json!([["name", "Bribe"], ["confidence", null], ["tags", []]]));
    assert_eq!(bribe["anchors"].as_object().unwrap().len(), 12);
}

#[test]
fn what_comes_has_a_place_of_its_own() {
    let text = changed(&written(&theft()), |tree| {
        copy(tree)["seq"][0]["all"].as_array_mut().unwrap().extend((0..5).map(|number| json!({"do": format!("Way {number}")})));
    });
    let file: Json = serde_json::from_str(&text).unwrap();
    let places: Vec<(f64, f64)> = file["objects"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|object| object["anchors"].is_object())
        .map(|object| &file["layout"][object["instance"].as_str().unwrap()])
        .map(|place| (place[0].as_f64().unwrap(), place[1].as_f64().unwrap()))
        .collect();
    assert_eq!(places.len(), 12);
    for (at, one) in places.iter().enumerate().skip(7) {
        let free = |other: &(f64, f64)| (one.0 - other.0).abs() > 200.0 || (one.1 - other.1).abs() > 150.0;
        assert!(places[..at].iter().all(free), "{places:?}");
    }
}

#[test]
fn another_end_of_the_flow_is_a_new_action() {
    let text = changed(BUNDLE, |tree| tree["any"].as_array_mut().unwrap().push(json!({"do": "Burn it down"})));
    assert!(text.contains("\"Burn it down\"") && text.starts_with(&BUNDLE[..20]), "{text}");
    let file = written(&theft());
    let text = changed(&file, |tree| tree["any"].as_array_mut().unwrap().push(json!({"do": "Burn it down"})));
    let gone = file.lines().filter(|line| !text.contains(line.trim_end_matches(','))).count();
    assert!(text.contains("\"Burn it down\"") && gone == 0, "{text}");
}

#[test]
fn operators_come_and_go() {
    let file = written(&theft());
    let text = changed(&file, |tree| {
        let before = &mut copy(tree)["seq"][0];
        *before = before["all"][0].take();
    });
    assert!(!text.contains("AND_operator") && !text.contains("Scan"), "{text}");
    let text = changed(&text, |tree| {
        let before = &mut copy(tree)["seq"][0];
        *before = json!({"all": [before.take(), {"any": [{"do": "Bribe"}, {"do": "Threaten"}]}]});
    });
    assert!(text.contains("AND_operator") && text.contains("OR_operator"), "{text}");
}

#[test]
fn several_that_lead_on_without_an_operator_stay_so() {
    let file = board(&["action:Phish", "action:Scan", "action:Copy data"], &[(0, "270", 2, "90"), (1, "270", 2, "90")]);
    let text = changed(&written(&file), |tree| {
        tree["any"][0]["seq"][0]["any"].as_array_mut().unwrap().push(json!({"do": "Bribe"}));
    });
    assert!(text.contains("Bribe") && !text.contains("OR_operator"), "{text}");
    let text = changed(&text, |tree| {
        let before = &mut tree["any"][0]["seq"][0];
        *before = json!({"all": before["any"].take()});
    });
    assert_eq!(text.matches("AND_operator").count(), 1, "{text}");
}

#[test]
fn a_condition_leads_on_where_it_is_true() {
    let file = written(&theft());
    let text = changed(&file, |tree| {
        let sell = &mut tree["any"][0]["seq"];
        let seq = sell.as_array_mut().unwrap();
        seq.insert(1, json!({"do": "Find a buyer"}));
    });
    let file: Json = serde_json::from_str(&text).unwrap();
    let of = |instance: &str| file["objects"].as_array().unwrap().iter().find(|object| object["instance"] == instance).unwrap().clone();
    let latch = &of("4/branch:True")["latches"][0];
    assert_eq!((of("4/branch:True")["latches"].as_array().unwrap().len(), of("4/90")["latches"].as_array().unwrap().len()), (1, 1));
    let line = file["objects"].as_array().unwrap().iter().find(|object| object["source"] == *latch).unwrap().clone();
    assert_eq!((line["id"].as_str(), line["handles"].as_array().map(Vec::len)), (Some("dynamic_line"), Some(1)));
    // What has a name and is made of others is a condition, as in files that are written whole.
    let text = tried(&written(&theft()), |tree| {
        let all = &mut copy(tree)["seq"][0]["all"];
        all.as_array_mut().unwrap().push(json!({"do": "In the house", "any": [{"do": "Bribe"}, {"do": "Climb"}]}));
    })
    .0;
    is_whole(&text);
    assert!(text.contains("In the house") && text.matches("\"condition\"").count() == 2, "{text}");
}

#[test]
fn what_comes_after_others_in_several_ways_is_joined_with_them() {
    let (text, ..) = tried(&written(&theft()), |tree| {
        let sell = tree.pointer_mut("/any/0/seq").unwrap().as_array_mut().unwrap();
        sell.insert(1, json!({"any": [{"do": "Call"}, {"do": "Write"}]}));
    });
    is_whole(&text);
    let again = Json::from(read(text.as_bytes()).unwrap().model);
    let joined = &again["attack-trees"]["theft"]["any"][0]["seq"][0]["all"];
    assert_eq!((&joined[1]["do"], &joined[0]), (&json!("Nobody looks"), &json!({"any": [{"do": "Call"}, {"do": "Write"}]})));
}

#[test]
fn flows_that_are_too_deep_get_names_only() {
    let things: Vec<String> = (0..200).map(|number| format!("action:Step {number}")).collect();
    let things: Vec<&str> = things.iter().map(String::as_str).collect();
    let lines: Vec<(usize, &str, usize, &str)> = (1..200).map(|number| (number - 1, "270", number, "90")).collect();
    let file = written(&board(&things, &lines));
    let (text, found, wanted) = tried(&file, |tree| {
        tree["any"][0]["seq"].as_array_mut().unwrap().insert(1, json!({"do": "Step between"}));
    });
    assert_eq!(text, file);
    assert_ne!(found, wanted);
}

#[test]
fn a_line_to_a_note_goes_only_with_what_it_is_fastened_to() {
    let file = written(&theft());
    let text = changed(&file, |tree| drop(copy(tree)["seq"][0]["all"].as_array_mut().unwrap().remove(1)));
    assert!(text.contains("\"l5\"") && text.contains("\"note\""), "{text}");
    let text = changed(&file, |tree| drop(copy(tree)["seq"][0]["all"].as_array_mut().unwrap().remove(0)));
    assert!(!text.contains("\"l5\"") && !text.contains("\"l5h\"") && text.contains("\"note\""), "{text}");
}

#[test]
fn things_of_one_name_are_told_apart_by_what_is_around_them() {
    let things = ["action:Ask", "action:Wait", "action:Ask", "action:Leave"];
    let file = written(&board(&things, &[(0, "270", 1, "90"), (1, "270", 2, "90"), (2, "270", 3, "90")]));
    let of = |text: &str, instance: &str| {
        let file: Json = serde_json::from_str(text).unwrap();
        file["objects"]
            .as_array()
            .unwrap()
            .iter()
            .find(|object| object["instance"] == instance)
            .map(|object| object["properties"][0][1].clone())
    };
    // The second one goes.
    let text = changed(&file, |tree| tree["any"][0]["seq"][0] = tree["any"][0]["seq"][0]["seq"][0].take());
    assert_eq!((of(&text, "0"), of(&text, "2")), (Some("Ask".into()), None));
    // What comes before it goes.
    let text = changed(&file, |tree| drop(tree.pointer_mut("/any/0/seq/0/seq").unwrap().as_array_mut().unwrap().remove(0)));
    assert_eq!((of(&text, "0"), of(&text, "2")), (None, Some("Ask".into())));
    // Something comes before it.
    let text = changed(&file, |tree| tree.pointer_mut("/any/0/seq/0/seq").unwrap().as_array_mut().unwrap().insert(1, json!({"do": "Nag"})));
    assert_eq!((of(&text, "0"), of(&text, "2")), (Some("Ask".into()), Some("Ask".into())));
    // It has another name.
    let text = changed(&file, |tree| {
        let ask = tree.pointer_mut("/any/0/seq/0").unwrap();
        ask["do"] = "Beg".into();
        ask["seq"][1]["do"] = "Beg".into();
    });
    assert_eq!(text, file.replacen("\"Ask\"", "\u{0}", 1).replacen("\"Ask\"", "\"Beg\"", 1).replacen('\u{0}', "\"Ask\"", 1));
}

#[test]
fn things_that_cannot_be_told_apart_make_no_edit_but_names() {
    let things = ["action:Ask", "action:Ask", "AND_operator:AND", "action:Leave"];
    let file = written(&board(&things, &[(0, "270", 2, "90"), (1, "270", 2, "90"), (2, "270", 3, "90")]));
    let change = |tree: &mut Json| {
        let all = tree["any"][0]["seq"][0]["all"].as_array_mut().unwrap();
        all.remove(0);
        tree["any"][0]["do"] = "Go".into();
        tree["any"][0]["seq"][1]["do"] = "Go".into();
    };
    let (text, found, wanted) = tried(&file, change);
    assert_eq!(text, file.replace("\"Leave\"", "\"Go\""));
    assert_ne!(found, wanted);
}

#[test]
fn a_file_that_is_not_whole_gets_names_only() {
    let broken: [&dyn Fn(&mut Json); 7] = [
        &|file| file["objects"][1]["anchors"]["0"] = "nowhere".into(),
        &|file| file["objects"][2]["latches"] = json!(["nowhere"]),
        &|file| file["objects"][0]["objects"] = json!(["nowhere"]),
        // Two of one instance, an anchor of two things, a latch at two anchors.
        &|file| file["objects"][2]["instance"] = "1".into(),
        &|file| file["objects"][1]["anchors"]["0"] = "1/0".into(),
        &|file| file["objects"][2]["latches"] = json!(["l1s"]),
        // A line that leads back.
        &|file| {
            file["objects"].as_array_mut().unwrap().iter_mut().filter(|object| object["instance"] == "2/0").for_each(|anchor| {
                anchor["latches"] = json!(["x", "y"]);
            })
        },
    ];
    for (number, spoil) in broken.iter().enumerate() {
        let mut file = theft();
        spoil(&mut file);
        if number == 6 {
            let objects = file["objects"].as_array_mut().unwrap();
            objects.push(json!({"id": "generic_latch", "instance": "x"}));
            objects.push(json!({"id": "generic_latch", "instance": "y"}));
            objects.push(json!({"id": "dynamic_line", "instance": "z", "source": "x", "target": "y", "handles": []}));
        }
        let file = written(&file);
        let (text, ..) = tried(&file, |tree| {
            copy(tree)["seq"][0]["all"].as_array_mut().unwrap().push(json!({"do": "Bribe"}));
            tree["any"][0]["do"] = "Give it away".into();
            tree["any"][0]["seq"][1]["do"] = "Give it away".into();
        });
        assert_eq!(text, file.replace("Sell it", "Give it away"), "{number}");
    }
}

#[test]
fn ids_are_those_of_the_model_unless_they_are_taken() {
    let add = |tree: &mut Json| tree["any"].as_array_mut().unwrap().push(json!({"do": "Burn it down"}));
    let mut file = theft();
    let text = changed(&written(&file), add);
    assert_eq!(text, changed(&written(&file), add));
    let id = uuid("Burn it down");
    assert!(text.contains(&id));
    // A position without a thing takes the id, too.
    file["layout"][&id] = json!([5, 5]);
    let (text, found, wanted) = tried(&written(&file), add);
    assert_eq!((text.matches(&id).count(), found), (1, wanted));
}

#[test]
fn a_file_in_one_line_stays_in_one() {
    let text = changed(&theft().to_string(), |tree| tree["any"].as_array_mut().unwrap().push(json!({"do": "Burn it down"})));
    assert_eq!(text.lines().count(), 1);
    assert_eq!(text, serde_json::from_str::<Json>(&text).unwrap().to_string());
}

#[test]
fn what_a_thing_is_called_and_the_goal_change_alone() {
    let file = written(&theft());
    let text = changed(&file, |tree| {
        tree["goal"] = "Robbery".into();
        tree.pointer_mut("/any/0/seq/0").unwrap()["do"] = "No guard".into();
        tree.pointer_mut("/any/0/seq/0/seq/1").unwrap()["do"] = "No guard".into();
    });
    assert_eq!(text, file.replace("Theft", "Robbery").replace("Nobody looks", "No guard"));
    // A step that comes after others is two of one name, of which it is enough to rename one.
    let (text, ..) = tried(&file, |tree| tree.pointer_mut("/any/0/seq/0").unwrap()["do"] = "No guard".into());
    assert_eq!(text, file.replace("Nobody looks", "No guard"));
}

#[test]
fn spoiled_files_stay_json() {
    let things = ["action:Phish", "AND_operator:AND", "condition:Copy data"];
    let theft = board(&things, &[(0, "270", 1, "90"), (1, "270", 2, "90")]);
    let mut places = Vec::new();
    let mut waiting = vec![(String::new(), theft.clone())];
    while let Some((at, value)) = waiting.pop() {
        match value {
            Json::Object(members) => {
                waiting.extend(members.into_iter().map(|(key, value)| (format!("{at}/{}", key.replace('/', "~1")), value)))
            }
            Json::Array(items) => waiting.extend(items.into_iter().enumerate().map(|(number, value)| (format!("{at}/{number}"), value))),
            _ => places.push(at),
        }
    }
    for at in places {
        for other in [json!("0"), json!("l0s"), json!(-1e300)] {
            let mut file = theft.clone();
            *file.pointer_mut(&at).unwrap() = other.clone();
            let file = written(&file);
            let Ok(imported) = read(file.as_bytes()) else { continue };
            let model = Json::from(imported.model);
            let mut wanted = model.clone();
            let Some(tree) = wanted["attack-trees"].as_object_mut().and_then(|trees| trees.values_mut().next()) else { continue };
            tree["goal"] = "Robbery".into();
            let Some(any) = tree["any"].as_array_mut() else { continue };
            any.push(json!({"do": "Burn it down", "all": [{"do": "Light a fire"}, {"do": "Run"}]}));
            any.remove(0);
            let (before, after) = (long_form(&model), long_form(&wanted));
            let loaded = load_text("m.tm.json", &wanted.to_string(), &Vocabulary::default());
            let outgoing = Outgoing::new(&loaded.model, Vocabulary::default());
            let text = apply(&file, onto(&file, &Changes::between(&before, &after, &Origins::default()), &outgoing));
            assert!(serde_json::from_str::<Json>(&text).is_ok(), "{at} is {other}: {text}");
        }
    }
}
