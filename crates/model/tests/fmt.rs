//! Laying texts out: order, indentation, quotes, blank lines, and comments that stay with what they are about.

use proptest::prelude::*;
use redan_model::fmt::format;

fn yaml(text: &str) -> String {
    let once = format("m.yaml", text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    let twice = format("m.yaml", &once).unwrap_or_else(|error| panic!("{error}\n{once}"));
    assert_eq!(once, twice, "laying out twice changes nothing more");
    once
}

#[test]
fn sections_are_ordered_and_comments_go_with_them() {
    let text = r#"# The header.

# about flows
flows:
    "a-b": 'a -> b' # one
    # between
    c: {"from": a, to: "b",
        carries: [x]}
    # end of flows
redan: 1 # version
# about elements
elements:
      a: # the first
         kind: "process"
         tags:
         - "x" # why
         - y: 1
           z: 2

         - # odd
           w: 3
         # end of tags
      b: {kind: store,  name: "null", x-e: }


# the end
"#;
    insta::assert_snapshot!(yaml(text), @r##"
    # The header.

    redan: 1 # version

    # about elements
    elements:
      a: # the first
        kind: process
        tags:
          - x # why
          - y: 1
            z: 2

          # odd
          - w: 3
        # end of tags
      b: {kind: store, name: "null", x-e: ~}

    # about flows
    flows:
      a-b: a -> b # one
      # between
      c: {"from": a, to: "b",
          carries: [x]}
      # end of flows

    # the end
    "##);
}

#[test]
fn texts_over_several_lines_keep_their_lines() {
    let text = "description: |\n      one\n        two\n\n      three\nscope:\n    target: long\n       text # x\n    q: >-\n        folded\n        text\n    l: \"a\n\n      b\"\n";
    insta::assert_snapshot!(yaml(text), @r##"
    description: |
      one
        two

      three

    scope:
      target: long
        text # x
      q: >-
        folded
        text
      l: "a

        b"
    "##);
}

#[test]
fn json_gets_two_spaces() {
    let text = "{\"elements\": {\"a\": {\"kind\": \"store\", \"tags\": []}}, \"redan\": 1}";
    insta::assert_snapshot!(format("m.json", text).expect("it can be laid out"), @r##"
    {
      "redan": 1,
      "elements": {
        "a": {
          "kind": "store",
          "tags": []
        }
      }
    }
    "##);
}

#[test]
fn only_blocks_of_a_markdown_model_change() {
    let text = "# T\n\n\n\n  ```yaml redan\n  elements:\n      a: {kind: 'store'}\n  redan: 1\n  ```\n\n* x\n";
    insta::assert_snapshot!(format("m.md", text).expect("it can be laid out"), @r##"
    # T



      ```yaml redan
      redan: 1

      elements:
        a: {kind: store}
      ```

    * x
    "##);
}

#[test]
fn anchors_and_aliases_survive() {
    insta::assert_snapshot!(yaml("x-a: &x {b: 1}\nelements:\n    a: *x\n    b: &y\n        c: 1\n    d: *y\n"), @r##"
    x-a: &x {b: 1}

    elements:
      a: *x
      b: &y
        c: 1
      d: *y
    "##);
}

#[test]
fn the_examples_are_laid_out_without_loss() {
    let examples = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples");
    let mut seen = 0;
    for folder in std::fs::read_dir(examples).expect("the examples").flatten() {
        for file in std::fs::read_dir(folder.path()).expect("a folder").flatten().filter(|file| file.path().is_file()) {
            let name = file.file_name().to_string_lossy().into_owned();
            if !name.contains(".tm.") {
                continue;
            }
            let text = std::fs::read_to_string(file.path()).expect("a text");
            let once = format(&name, &text).unwrap_or_else(|error| panic!("{name}: {error}"));
            assert_eq!(format(&name, &once).as_ref(), Ok(&once));
            seen += 1;
        }
    }
    assert!(seen > 0);
}

/// Lines of a small model: a key at some depth, perhaps a value, perhaps comments.
fn model() -> impl Strategy<Value = String> {
    let value = prop_oneof![
        Just("x"),
        Just("'y'"),
        Just("[a, \"b\"]"),
        Just("{c: d, 'e': }"),
        Just("|\n          t\n           u"),
        Just(""),
        Just("~")
    ];
    let entry = (0..3_usize, value, proptest::bool::ANY, proptest::bool::ANY, proptest::bool::ANY);
    proptest::collection::vec(entry, 1..12).prop_map(|entries| {
        let mut text = String::new();
        let mut deepest = 0;
        for (number, (depth, value, above, behind, blank)) in entries.into_iter().enumerate() {
            let depth = depth.min(deepest);
            let pad = "   ".repeat(depth);
            if blank {
                text.push('\n');
            }
            if above {
                text.push_str(&format!("{pad}# above {number}\n"));
            }
            let block = value.starts_with('|');
            let end = if behind && !block { format!("   # behind {number}") } else { String::new() };
            text.push_str(&format!("{pad}k{number}: {value}{end}\n"));
            deepest = if value.is_empty() { depth + 1 } else { depth };
        }
        text
    })
}

proptest! {
    #[test]
    fn any_model_is_laid_out_once_and_for_all(text in model()) {
        yaml(&text);
    }
}
