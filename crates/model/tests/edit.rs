//! Guarded edits: what they change in the text, what they keep, and what they refuse.

use redan_model::edit::{Edit, EditError, apply, rename_all};

const MODEL: &str = r#"# A model.
redan: 1

zones:
  internal: {trust: trusted} # ours
elements:
  # the front
  web-app:
    kind: process # runs
    zone: internal
    controls: [mfa, waf] # two
  db: {kind: store, zone: internal, holds: [secrets], controls: {mfa: no}}
assets:
  secrets:
    confidentiality: high
flows:
  query: web-app -> db over sql carrying secrets # each time
threats:
  T1: {title: x, on: [db], status: open}
  "sql-injection@db": {same-as: T1}
mitigations:
  m1:
    title: y
    states: {db.controls.mfa: yes}
    acceptance: it works
"#;

fn set(path: &str, value: &str) -> Edit {
    Edit::Set { path: path.to_owned(), value: value.to_owned() }
}

fn add(section: &str, id: &str, value: &str) -> Edit {
    Edit::Add { section: section.to_owned(), id: id.to_owned(), value: value.to_owned() }
}

fn remove(path: &str) -> Edit {
    Edit::Remove { path: path.to_owned() }
}

fn rename(old: &str, new: &str) -> Edit {
    Edit::Rename { old: old.to_owned(), new: new.to_owned() }
}

/// The lines that an edit takes away and adds.
fn changed(name: &str, text: &str, edit: &Edit) -> String {
    let after = apply(name, text, edit).unwrap_or_else(|error| panic!("{edit:?}: {error}"));
    let (old, new): (Vec<&str>, Vec<&str>) = (text.lines().collect(), after.lines().collect());
    let head = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let tail = old[head..].iter().rev().zip(new[head..].iter().rev()).take_while(|(a, b)| a == b).count();
    let minus = old[head..old.len() - tail].iter().map(|line| format!("-{line}"));
    let plus = new[head..new.len() - tail].iter().map(|line| format!("+{line}"));
    minus.chain(plus).collect::<Vec<_>>().join("\n")
}

fn yaml(edit: &Edit) -> String {
    changed("m.tm.yaml", MODEL, edit)
}

#[test]
fn values_are_set_in_place_and_comments_stay() {
    insta::assert_snapshot!(yaml(&set("web-app.kind", "store")), @r##"
    -    kind: process # runs
    +    kind: store # runs
    "##);
    insta::assert_snapshot!(yaml(&set("elements.db.zone", "[internal, internet]")), @r##"
    -  db: {kind: store, zone: internal, holds: [secrets], controls: {mfa: no}}
    +  db: {kind: store, zone: [internal, internet], holds: [secrets], controls: {mfa: no}}
    "##);
    insta::assert_snapshot!(yaml(&set("threats.T1.status", "accepted")), @r##"
    -  T1: {title: x, on: [db], status: open}
    +  T1: {title: x, on: [db], status: accepted}
    "##);
    insta::assert_snapshot!(yaml(&set("secrets.owner", "a: b, c")), @r##"
    +    owner: "a: b, c"
    "##);
    insta::assert_snapshot!(yaml(&set("db.controls.waf", "yes")), @r##"
    -  db: {kind: store, zone: internal, holds: [secrets], controls: {mfa: no}}
    +  db: {kind: store, zone: internal, holds: [secrets], controls: {mfa: no, waf: yes}}
    "##);
    insta::assert_snapshot!(yaml(&set("db.tech", "sql-database")), @r##"
    -  db: {kind: store, zone: internal, holds: [secrets], controls: {mfa: no}}
    +  db: {kind: store, zone: internal, holds: [secrets], controls: {mfa: no}, tech: sql-database}
    "##);
    insta::assert_snapshot!(yaml(&set("name", "Shop")), @r##"
    +name: Shop
    "##);
}

#[test]
fn a_control_joins_a_list_or_turns_it_into_a_mapping() {
    insta::assert_snapshot!(yaml(&set("web-app.controls.rate-limiting", "yes")), @r##"
    -    controls: [mfa, waf] # two
    +    controls: [mfa, waf, rate-limiting] # two
    "##);
    insta::assert_snapshot!(yaml(&set("web-app.controls.rate-limiting", "no")), @r##"
    -    controls: [mfa, waf] # two
    +    controls: {mfa: yes, waf: yes, rate-limiting: no} # two
    "##);
    insta::assert_snapshot!(yaml(&set("db.controls.mfa.evidence", "docs/mfa.md")), @r##"
    -  db: {kind: store, zone: internal, holds: [secrets], controls: {mfa: no}}
    +  db: {kind: store, zone: internal, holds: [secrets], controls: {mfa: {is: no, evidence: docs/mfa.md}}}
    "##);
    let block = "redan: 1\nelements:\n  a:\n    controls:\n    - mfa # one\n    # between\n    - waf\n";
    insta::assert_snapshot!(changed("m.yaml", block, &set("a.controls.x", "no")), @r##"
    -    - mfa # one
    -    # between
    -    - waf
    +      mfa: yes # one
    +    # between
    +      waf: yes
    +      x: no
    "##);
    insta::assert_snapshot!(changed("m.yaml", block, &set("a.controls.x", "yes")), @r##"
    +    - x
    "##);
}

#[test]
fn short_forms_are_written_out_when_they_cannot_hold_the_answer() {
    insta::assert_snapshot!(yaml(&set("query.controls.mfa", "unknown")), @r##"
    -  query: web-app -> db over sql carrying secrets # each time
    +  query: {from: web-app, to: db, protocol: sql, carries: [secrets], controls: {mfa: unknown}} # each time
    "##);
    insta::assert_snapshot!(yaml(&set("secrets.confidentiality.because", "law")), @r##"
    -    confidentiality: high
    +    confidentiality: {is: high, because: law}
    "##);
    insta::assert_snapshot!(yaml(&set("mitigations.m1.acceptance.0.verify", "[{manual: look}]")), @r##"
    -    acceptance: it works
    +    acceptance: [{text: it works, verify: [{manual: look}]}]
    "##);
}

#[test]
fn missing_sections_and_entries_are_added() {
    insta::assert_snapshot!(yaml(&set("scope.in", "[login]")), @r##"
    +scope:
    +  in: [login]
    +
    "##);
    insta::assert_snapshot!(yaml(&set("model.controls.mfa", "yes")), @r##"
    +
    +controls:
    +  mfa: yes
    "##);
    insta::assert_snapshot!(yaml(&add("elements", "cache", "{kind: store}")), @r##"
    +  cache: {kind: store}
    "##);
    insta::assert_snapshot!(yaml(&add("flows", "read", "web-app <-> db over sql")), @r##"
    +  read: web-app <-> db over sql
    "##);
    insta::assert_snapshot!(yaml(&add("people", "ana", "{role: product}")), @r##"
    +people:
    +  ana: {role: product}
    +
    "##);
    insta::assert_snapshot!(yaml(&add("threats", "xss@*", "{status: false-positive}")), @r##"
    +  xss@*: {status: false-positive}
    "##);
    insta::assert_snapshot!(changed("m.yaml", "# empty\n", &add("elements", "a", "{kind: store}")), @r##"
    +elements:
    +  a: {kind: store}
    "##);
}

#[test]
fn entries_fields_and_items_are_removed() {
    insta::assert_snapshot!(yaml(&remove("web-app")), @r##"
    -  web-app:
    -    kind: process # runs
    -    zone: internal
    -    controls: [mfa, waf] # two
    "##);
    insta::assert_snapshot!(yaml(&remove("query")), @r##"
    -flows:
    -  query: web-app -> db over sql carrying secrets # each time
    "##);
    insta::assert_snapshot!(yaml(&remove("db.controls.mfa")), @r##"
    -  db: {kind: store, zone: internal, holds: [secrets], controls: {mfa: no}}
    +  db: {kind: store, zone: internal, holds: [secrets], controls: {}}
    "##);
    insta::assert_snapshot!(yaml(&remove("web-app.controls.mfa")), @r##"
    -    controls: [mfa, waf] # two
    +    controls: [waf] # two
    "##);
    insta::assert_snapshot!(yaml(&remove("threats.sql-injection@db")), @r##"
    -  "sql-injection@db": {same-as: T1}
    "##);
    insta::assert_snapshot!(yaml(&remove("db.holds.0")), @r##"
    -  db: {kind: store, zone: internal, holds: [secrets], controls: {mfa: no}}
    +  db: {kind: store, zone: internal, holds: [], controls: {mfa: no}}
    "##);
}

#[test]
fn an_id_is_renamed_wherever_it_is_used() {
    insta::assert_snapshot!(apply("m.yaml", MODEL, &rename("db", "user-db")).expect("it can be renamed"), @r##"
    # A model.
    redan: 1

    zones:
      internal: {trust: trusted} # ours
    elements:
      # the front
      web-app:
        kind: process # runs
        zone: internal
        controls: [mfa, waf] # two
      user-db: {kind: store, zone: internal, holds: [secrets], controls: {mfa: no}}
    assets:
      secrets:
        confidentiality: high
    flows:
      query: web-app -> user-db over sql carrying secrets # each time
    threats:
      T1: {title: x, on: [user-db], status: open}
      "sql-injection@user-db": {same-as: T1}
    mitigations:
      m1:
        title: y
        states: {user-db.controls.mfa: yes}
        acceptance: it works
    "##);
    insta::assert_snapshot!(yaml(&rename("secrets", "keys")), @r##"
    -  db: {kind: store, zone: internal, holds: [secrets], controls: {mfa: no}}
    -assets:
    -  secrets:
    -    confidentiality: high
    -flows:
    -  query: web-app -> db over sql carrying secrets # each time
    +  db: {kind: store, zone: internal, holds: [keys], controls: {mfa: no}}
    +assets:
    +  keys:
    +    confidentiality: high
    +flows:
    +  query: web-app -> db over sql carrying keys # each time
    "##);
    insta::assert_snapshot!(yaml(&rename("T1", "T-one")), @r##"
    -  T1: {title: x, on: [db], status: open}
    -  "sql-injection@db": {same-as: T1}
    +  T-one: {title: x, on: [db], status: open}
    +  "sql-injection@db": {same-as: T-one}
    "##);
}

#[test]
fn many_ids_are_renamed_at_the_same_time() {
    let renames = |pairs: &[(&str, &str)]| -> Vec<(String, String)> {
        pairs.iter().map(|(old, new)| ((*old).to_owned(), (*new).to_owned())).collect()
    };
    let pairs =
        [("elements.db", "web-app"), ("elements.web-app", "db"), ("assets.secrets", "query"), ("flows.query", "ask"), ("threats.T1", "T2")];
    let (text, refused) = rename_all("m.yaml", MODEL, &renames(&pairs)).expect("they can be renamed");
    assert_eq!(refused, []);
    insta::assert_snapshot!(text, @r##"
    # A model.
    redan: 1

    zones:
      internal: {trust: trusted} # ours
    elements:
      # the front
      db:
        kind: process # runs
        zone: internal
        controls: [mfa, waf] # two
      web-app: {kind: store, zone: internal, holds: [query], controls: {mfa: no}}
    assets:
      query:
        confidentiality: high
    flows:
      ask: db -> web-app over sql carrying query # each time
    threats:
      T2: {title: x, on: [web-app], status: open}
      "sql-injection@web-app": {same-as: T2}
    mitigations:
      m1:
        title: y
        states: {web-app.controls.mfa: yes}
        acceptance: it works
    "##);
    // What cannot go stays, and so does what wanted its place.
    let pairs =
        [("elements.db", "secrets"), ("assets.secrets", "internal"), ("flows.nothing", "x"), ("flows.query", "a b"), ("threats.T1", "T2")];
    let (text, refused) = rename_all("m.yaml", MODEL, &renames(&pairs)).expect("one can be renamed");
    assert_eq!(refused.iter().map(|(number, _)| *number).collect::<Vec<_>>(), [0, 1, 2, 3]);
    assert_eq!(text, apply("m.yaml", MODEL, &rename("T1", "T2")).expect("it can be renamed"));
}

#[test]
fn json_stays_json() {
    let text = "{\n  \"redan\": 1,\n  \"elements\": {\n    \"a\": {\"kind\": \"store\"}\n  }\n}\n";
    insta::assert_snapshot!(changed("m.json", text, &set("a.controls.mfa", "yes")), @r##"
    -    "a": {"kind": "store"}
    +    "a": {"kind": "store", "controls": {"mfa": "yes"}}
    "##);
    insta::assert_snapshot!(changed("m.json", text, &add("elements", "b", "{kind: store}")), @r##"
    -    "a": {"kind": "store"}
    +    "a": {"kind": "store"},
    +    "b": {"kind": "store"}
    "##);
    insta::assert_snapshot!(changed("m.json", text, &add("zones", "z", "{trust: 3}")), @r##"
    -  }
    +  },
    +  "zones": {"z": {"trust": 3}}
    "##);
    insta::assert_snapshot!(changed("m.json", text, &rename("a", "c")), @r##"
    -    "a": {"kind": "store"}
    +    "c": {"kind": "store"}
    "##);
}

#[test]
fn markdown_models_are_edited_in_their_blocks() {
    let text = "# T\n\n```mermaid\nflowchart TD\nweb[Web App] --> db[(DB)]\nclass web x\n```\n\ntext\n\n```yaml redan\nredan: 1\nflows:\n  web-to-db: {protocol: sql}\n```\n";
    insta::assert_snapshot!(changed("m.md", text, &set("db.controls.mfa", "no")), @r##"
    +
    +elements:
    +  db: {controls: {mfa: no}}
    "##);
    insta::assert_snapshot!(changed("m.md", text, &rename("web", "shop")), @r##"
    -web[Web App] --> db[(DB)]
    -class web x
    -```
    -
    -text
    -
    -```yaml redan
    -redan: 1
    -flows:
    -  web-to-db: {protocol: sql}
    +shop[Web App] --> db[(DB)]
    +class shop x
    +```
    +
    +text
    +
    +```yaml redan
    +redan: 1
    +flows:
    +  shop-to-db: {protocol: sql}
    "##);
}

#[test]
fn what_cannot_be_done_safely_is_refused() {
    let fails = |text: &str, edit: &Edit| apply("m.yaml", text, edit).expect_err("it must be refused");
    assert!(matches!(fails(MODEL, &set("web-ap.kind", "store")), EditError::Unknown { nearest: Some(near), .. } if near == "web-app"));
    assert!(matches!(fails(MODEL, &add("flows", "db", "a -> b")), EditError::Taken(_)));
    assert!(matches!(fails(MODEL, &rename("db", "web-app")), EditError::Taken(_)));
    assert!(matches!(fails(MODEL, &set("db.zone", "[a")), EditError::Malformed(_)));
    assert!(matches!(fails("a: [\n", &set("name", "x")), EditError::Unreadable(_)));
    assert!(matches!(fails("elements:\n  a: &x {kind: store}\n  b: *x\n", &set("b.kind", "process")), EditError::Refused(_)));
    assert!(matches!(fails("elements:\n  a: {kind: &k store}\n  b: {kind: *k}\n", &set("a.kind", "process")), EditError::Refused(_)));
    let comment = "elements:\n  a: {kind: store,\n    # why\n    name: x}\n";
    assert!(matches!(fails(comment, &remove("a.name")), EditError::Refused(_)));
}
