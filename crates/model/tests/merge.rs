//! Two people's changes of one model come together, field by field and with their comments.

use proptest::prelude::*;
use redan_model::edit::{Edit, apply};
use redan_model::load_text;
use redan_model::merge::{Merged, merge};

const BASE: &str = "\
# The shop, as agreed.
redan: 1
name: Shop

zones:
  internet: {trust: untrusted}
  inside: {trust: internal}

elements:
  # People at home.
  customer: {kind: actor, zone: internet}
  web: {kind: process, zone: inside, tech: web-application, controls: [waf]}
  orders:
    kind: store
    zone: inside   # not in the cloud
    controls:
      access-control: yes
  mail: {kind: external, zone: internet}

flows:
  visit: customer -> web over https
  save: {from: web, to: orders, protocol: sql}
  notify: web -> mail over smtp

mitigations:
  limit:
    title: Limit logins
    status: planned
    acceptance:
      - Five a minute
";

fn merged(ours: &str, theirs: &str) -> Merged {
    merge("shop.tm.yaml", BASE, ours, theirs).unwrap_or_else(|error| panic!("{error}"))
}

fn edited(text: &str, edits: &[Edit]) -> String {
    edits.iter().fold(text.to_owned(), |text, edit| apply("shop.tm.yaml", &text, edit).unwrap_or_else(|error| panic!("{edit:?}: {error}")))
}

fn set(path: &str, value: &str) -> Edit {
    Edit::Set { path: path.to_owned(), value: value.to_owned() }
}

fn meaning(text: &str) -> serde_json::Value {
    let loaded = load_text("shop.tm.yaml", text, &redan_model::Vocabulary::default());
    redan_model::canonical::to_json(&loaded.model.root)
}

/// Both sides' edits are in the result, which is what making all of them one after the other gives.
fn comes_together(ours: &[Edit], theirs: &[Edit]) -> String {
    let merged = merged(&edited(BASE, ours), &edited(BASE, theirs));
    assert_eq!(merged.conflicts, []);
    let text = merged.text.unwrap_or_else(|| panic!("{ours:?} and {theirs:?} have no text"));
    let both: Vec<Edit> = ours.iter().chain(theirs).cloned().collect();
    assert_eq!(sorted(meaning(&text)), sorted(meaning(&edited(BASE, &both))), "{text}");
    text
}

/// Mappings in one order, for what order means nothing.
fn sorted(value: serde_json::Value) -> serde_json::Value {
    use serde_json::Value;
    match value {
        Value::Object(map) => {
            let mut entries: Vec<_> = map.into_iter().map(|(key, value)| (key, sorted(value))).collect();
            entries.sort_by(|a, b| a.0.cmp(&b.0));
            Value::Object(entries.into_iter().collect())
        }
        Value::Array(items) => Value::Array(items.into_iter().map(sorted).collect()),
        other => other,
    }
}

#[test]
fn fields_of_one_entry_on_one_line_come_together() {
    let text = comes_together(&[set("web.tech", "web-server")], &[set("web.controls.csp", "no")]);
    assert!(text.contains("tech: web-server"), "{text}");
}

#[test]
fn an_entry_that_both_added_beside_another_is_there_twice_over() {
    let add = |id: &str| Edit::Add { section: "elements".to_owned(), id: id.to_owned(), value: "{kind: process}".to_owned() };
    let text = comes_together(&[add("search")], &[add("basket")]);
    assert!(text.contains("# People at home.\n  customer"), "{text}");
}

#[test]
fn comments_of_both_sides_stay() {
    let ours = BASE.replace("  mail:", "  # The provider is new.\n  mail:");
    let theirs = BASE.replace("    kind: store\n", "    kind: store # PostgreSQL\n").replace("status: planned", "status: implemented");
    let text = merged(&ours, &theirs).text.expect("it merges");
    for part in ["# The provider is new.\n  mail", "kind: store # PostgreSQL", "status: implemented", "# not in the cloud"] {
        assert!(text.contains(part), "{part} in\n{text}");
    }
}

#[test]
fn a_removed_entry_is_gone_and_changes_elsewhere_stay() {
    let remove = Edit::Remove { path: "flows.notify".to_owned() };
    comes_together(&[remove], &[set("visit.protocol", "http")]);
}

#[test]
fn one_field_changed_in_two_ways_is_a_conflict_that_names_both() {
    let merged = merged(&edited(BASE, &[set("orders.zone", "internet")]), &edited(BASE, &[set("orders.zone", "[inside, internet]")]));
    let [conflict] = &merged.conflicts[..] else { panic!("{merged:?}") };
    assert_eq!(conflict.path, "elements.orders.zone");
    assert_eq!((conflict.ours.as_deref(), conflict.theirs.as_deref()), (Some("internet"), Some("[inside, internet]")));
    let text = merged.text.expect("it is marked in place");
    let marks = "<<<<<<< ours\n    zone: internet   # not in the cloud\n=======\n    zone: [inside, internet]   # not in the cloud\n>>>>>>> theirs\n";
    assert!(text.contains(marks), "{text}");
}

#[test]
fn a_removed_entry_that_the_other_side_changed_is_a_conflict() {
    let remove = Edit::Remove { path: "flows.notify".to_owned() };
    let merged = merged(&edited(BASE, &[remove]), &edited(BASE, &[set("notify.protocol", "smtps")]));
    assert_eq!(merged.conflicts.len(), 1, "{merged:?}");
    assert_eq!(merged.conflicts[0].ours, None);
}

#[test]
fn words_added_and_removed_in_one_list_come_together() {
    let with = |tags: &str| BASE.replace("zone: inside, tech", &format!("zone: inside, tags: {tags}, tech"));
    let merged = merge("shop.tm.yaml", &with("[a, b]"), &with("[a, b, c]"), &with("[b, d]")).expect("all can be read");
    assert_eq!(merged.conflicts, []);
    assert!(merged.text.as_deref().is_some_and(|text| text.contains("tags: [b, c, d]")), "{merged:?}");
}

#[test]
fn json_is_merged_as_well() {
    let base = "{\n  \"redan\": 1,\n  \"elements\": {\"a\": {\"kind\": \"process\"}, \"b\": {\"kind\": \"store\"}}\n}\n";
    let ours = base.replace("\"process\"", "\"store\"");
    let theirs = base.replace("{\"kind\": \"store\"}", "{\"kind\": \"store\", \"name\": \"B\"}");
    let merged = merge("shop.tm.json", base, &ours, &theirs).expect("all can be read");
    let text = merged.text.expect("it merges");
    assert!(text.contains("\"a\": {\"kind\": \"store\"}") && text.contains("\"name\": \"B\""), "{text}");
}

const THINGS: [(&str, &[&str]); 7] = [
    ("customer", &["name", "owner", "zone"]),
    ("web", &["name", "tech", "controls.waf", "controls.csp", "traits.parses-xml", "owner"]),
    ("orders", &["name", "owner", "controls.access-control", "controls.backup", "tags"]),
    ("mail", &["name", "zone"]),
    ("visit", &["label", "protocol", "controls.encryption-in-transit"]),
    ("save", &["label", "protocol", "controls.encryption-in-transit"]),
    ("inside", &["trust", "name"]),
];

/// An edit of the thing with this number: a field set, or the thing removed when nothing refers to it.
fn any_edit(thing: usize) -> impl Strategy<Value = Edit> {
    let (id, fields) = THINGS[thing];
    (prop::sample::select(fields.to_vec()), "[a-z]{1,6}").prop_map(move |(field, value)| {
        let value = if field.starts_with("controls") || field.starts_with("traits") { "no".to_owned() } else { value };
        set(&format!("{id}.{field}"), &value)
    })
}

fn any_sides() -> impl Strategy<Value = (Vec<Edit>, Vec<Edit>)> {
    let split = prop::collection::vec(0..3_u8, THINGS.len());
    split.prop_flat_map(|whose| {
        let of = |side: u8| -> Vec<_> { (0..THINGS.len()).filter(|thing| whose[*thing] == side).map(any_edit).collect() };
        (of(1), of(2))
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn edits_of_different_things_always_come_together((ours, theirs) in any_sides()) {
        comes_together(&ours, &theirs);
    }

    #[test]
    fn edits_of_one_thing_come_together_or_are_named((ours, theirs) in (any_edit(1), any_edit(1))) {
        let (Edit::Set { path: mine, value: my_value }, Edit::Set { path: other, value: other_value }) = (&ours, &theirs) else { unreachable!() };
        let differ = mine == other && my_value != other_value;
        if differ {
            let merged = merged(&edited(BASE, std::slice::from_ref(&ours)), &edited(BASE, std::slice::from_ref(&theirs)));
            prop_assert_eq!(merged.conflicts.len(), 1);
            let (conflict, path) = (&merged.conflicts[0], format!("elements.{mine}"));
            prop_assert_eq!(&conflict.path, &path);
            prop_assert_eq!(conflict.ours.as_deref(), Some(my_value.as_str()));
            prop_assert_eq!(conflict.theirs.as_deref(), Some(other_value.as_str()));
        } else {
            comes_together(&[ours], &[theirs]);
        }
    }

    #[test]
    fn three_texts_of_any_kind_are_merged_to_one_that_can_be_read_or_not_at_all(base in "[a-c: \n#{}\\[\\],-]{0,30}", ours in "[a-c: \n#{}\\[\\],-]{0,30}", theirs in "[a-c: \n#{}\\[\\],-]{0,30}") {
        let Ok(Merged { text: Some(text), conflicts }) = merge("m.tm.yaml", &base, &ours, &theirs) else { return Ok(()) };
        if conflicts.is_empty() {
            let again = merge("m.tm.yaml", &text, &text, &text).map(|merged| merged.text);
            prop_assert_eq!(again.ok().flatten(), Some(text), "what is handed out can be read");
        }
    }
}
