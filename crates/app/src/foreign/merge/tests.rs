//! What a merge does about each kind of difference.

use redan_interop::before::Said;
use serde_json::json;

use super::*;

fn nobody(_: &str, _: &str) -> Option<String> {
    None
}

fn shown(merge: &Merge) -> Vec<String> {
    merge.changes.iter().map(|change| format!("{} {}", change.what.as_str(), change.path.join("."))).collect()
}

#[test]
fn what_the_file_alone_changed_is_taken_over_and_what_people_changed_stays() {
    let before = json!({"redan": 1, "name": "Shop", "elements": {
        "app": {"kind": "process", "name": "App", "zone": ["dmz"], "controls": {"mfa": {"is": "no"}}, "description": "A"}}});
    let model = json!({"redan": 1, "name": "Our shop", "elements": {
        "app": {"kind": "process", "name": "App", "zone": ["dmz", "vault"], "controls": {"mfa": {"is": "yes"}}, "description": "A"},
        "ours": {"kind": "store"}}});
    let now = json!({"redan": 1, "name": "Store", "elements": {
        "app": {"kind": "process", "name": "The app", "zone": ["edge"], "controls": {"mfa": {"is": "no"}, "waf": {"is": "no"}}},
        "db": {"kind": "store"}}});
    let merge = merge(&model, Some(&before), &now, &nobody);
    assert_eq!(
        shown(&merge),
        [
            "kept name",
            "changed elements.app.name",
            "changed elements.app.zone",
            "added elements.app.controls.waf",
            "removed elements.app.description",
            "added elements.db"
        ]
    );
    let expected = json!({"redan": 1, "name": "Our shop", "elements": {
        "app": {"kind": "process", "name": "The app", "zone": ["vault", "edge"], "controls": {"mfa": {"is": "yes"}, "waf": {"is": "no"}}},
        "ours": {"kind": "store"}, "db": {"kind": "store"}}});
    assert_eq!(merge.merged, expected);
    assert_eq!(super::merge(&expected, Some(&now), &now, &nobody).changes, []);
}

#[test]
fn an_entry_that_is_gone_stays_while_people_need_it() {
    let thing = json!({"kind": "store"});
    let before = json!({"elements": {"a": thing, "b": thing, "c": thing, "d": thing}, "flows": {"f": {"from": "a", "to": "b"}}});
    let model = json!({"elements": {"a": thing, "b": thing, "c": {"kind": "store", "owner": "bo"}, "d": thing},
        "flows": {"f": {"from": "a", "to": "b"}}, "threats": {"disclosure@b": {"status": "avoided"}}});
    let commented = |section: &str, id: &str| (section == "elements" && id == "d").then(|| "comments are in it".to_owned());
    let merge = merge(&model, Some(&before), &json!({}), &commented);
    assert_eq!(shown(&merge), ["gone elements.c", "removed flows.f", "removed elements.a", "gone elements.b", "gone elements.d"]);
    let why: Vec<&str> = merge.changes.iter().map(|change| change.why.as_str()).filter(|why| !why.is_empty()).collect();
    assert_eq!(why, ["people have changed it", "threats.disclosure@b refers to it", "comments are in it"]);
    assert!(merge.merged.get("flows").is_none());
}

#[test]
fn without_knowing_what_the_file_said_only_what_is_missing_comes_in() {
    let model = json!({"name": "A", "elements": {"a": {"kind": "store"}, "b": {"kind": "store"}}});
    let now = json!({"name": "B", "elements": {"a": {"kind": "process", "tech": "x"}, "c": {"kind": "store"}}});
    let merge = merge(&model, None, &now, &nobody);
    assert_eq!(shown(&merge), ["kept name", "kept elements.a.kind", "added elements.a.tech", "added elements.c"]);
}

#[test]
fn things_are_known_by_what_the_file_calls_them_whatever_their_ids() {
    let origins = redan_interop::Origins::default();
    let entry = |name: &str, id: &str| json!({"kind": "store", "name": name, "x-tool": {"id": id}});
    let said = |model: Json| Said::new(model, &origins);
    let before = said(json!({"redan": 1, "elements": {"cache": entry("Cache", "1"), "cache-2": entry("Cache", "2")},
        "flows": {"f": {"from": "cache", "to": "cache-2"}}}));
    // The first one is gone, so that the second one gets its id; a third one comes.
    let now = said(json!({"redan": 1, "elements": {"cache": entry("Cache", "2"), "cache-2": entry("Cache", "3")},
        "flows": {"f": {"from": "cache", "to": "cache-2"}}}));
    let model = json!({"redan": 1, "elements": {"cache": entry("Cache", "1"), "hot": entry("Cache", "2")}, "flows": {"f": {"from": "cache", "to": "hot"}}});
    let files = align(&model, Some(before), now);
    assert_eq!(files.before.unwrap()["flows"]["f"], json!({"from": "cache", "to": "hot"}));
    assert_eq!(files.now["elements"]["hot"]["x-tool"]["id"], "2");
    assert_eq!(files.now["flows"]["f"]["from"], "hot");
    assert_ne!(files.now["flows"]["f"]["to"], "cache");
}

#[test]
fn a_thing_renamed_by_hand_is_known_by_its_kind_and_name() {
    let origins = redan_interop::Origins::default();
    let file = json!({"redan": 1, "elements": {"a": {"kind": "store", "name": "Db"}}, "flows": {}});
    let model = json!({"redan": 1, "elements": {"database": {"kind": "store", "name": "Db"}}});
    let files = align(&model, Some(Said::new(file.clone(), &origins)), Said::new(file, &origins));
    assert_eq!(files.now["elements"]["database"]["name"], "Db");
}
