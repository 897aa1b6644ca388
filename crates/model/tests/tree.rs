//! Reading YAML and JSON texts: values, places, and what is said of texts that cannot be read.
#![expect(clippy::unwrap_used, reason = "a test says that it failed by panicking")]

use std::fmt::Write as _;

use proptest::prelude::*;
use redan_model::source::Sources;
use redan_model::tree::{self, Document, Node, Value};
use redan_model::{Diagnostic, Span};

fn read(text: &str) -> (Sources, Document, Vec<Diagnostic>) {
    let mut sources = Sources::default();
    let id = sources.add("t.yaml", text);
    let mut out = Vec::new();
    let document = tree::parse(&sources, id, None, &mut out);
    (sources, document, out)
}

/// The tree as `value@text` lines, which shows both what was read and where.
fn show(text: &str) -> String {
    let (sources, document, out) = read(text);
    let mut shown = String::new();
    dump(&sources, &document.root, 0, &mut shown);
    for d in out {
        let at = d.primary.map(|span| sources.locate(span));
        writeln!(shown, "{} {}:{} {}", d.code, at.as_ref().unwrap().line, at.as_ref().unwrap().column, d.message).unwrap();
    }
    shown
}

fn dump(sources: &Sources, node: &Node, depth: usize, out: &mut String) {
    let pad = "  ".repeat(depth);
    match &node.value {
        Value::Null => writeln!(out, "{pad}null @{:?}", sources.slice(node.span)).unwrap(),
        Value::Scalar(text) => writeln!(out, "{pad}{text:?} @{:?}", sources.slice(node.span)).unwrap(),
        Value::List(items) => {
            writeln!(out, "{pad}list @{:?}", sources.slice(node.span)).unwrap();
            items.iter().for_each(|item| dump(sources, item, depth + 1, out));
        }
        Value::Map(entries) => {
            writeln!(out, "{pad}map @{:?}", sources.slice(node.span)).unwrap();
            for entry in entries {
                writeln!(out, "{pad} {} @{:?}", entry.key, sources.slice(entry.key_span)).unwrap();
                dump(sources, &entry.value, depth + 2, out);
            }
        }
    }
}

fn codes(text: &str) -> Vec<&'static str> {
    read(text).2.iter().map(|d| d.code).collect()
}

#[test]
fn spans_cover_exactly_what_is_written() {
    insta::assert_snapshot!(show("a:\nb: |\n  text\n  more\n\nc:\n  - x # t\n  - ~\nd: {e, \"g\": [1, 'ü']}\n"), @r#"
    map @"a:\nb: |\n  text\n  more\n\nc:\n  - x # t\n  - ~\nd: {e, \"g\": [1, 'ü']}"
     a @"a"
        null @""
     b @"b"
        "text\nmore\n" @"|\n  text\n  more"
     c @"c"
        list @"- x # t\n  - ~"
          "x" @"x"
          null @"~"
     d @"d"
        map @"{e, \"g\": [1, 'ü']}"
         e @"e"
            null @""
         g @"\"g\""
            list @"[1, 'ü']"
              "1" @"1"
              "ü" @"'ü'"
    "#);
}

#[test]
fn json_with_tabs_and_escapes_is_read() {
    insta::assert_snapshot!(show("{\n\t\"a\": [\n\t\t1,\n\t\t\"\\u00e9\\ud83d\\ude00\"\n\t]\n}\n"), @r#"
    map @"{\n\t\"a\": [\n\t\t1,\n\t\t\"\\u00e9\\ud83d\\ude00\"\n\t]\n}"
     a @"\"a\""
        list @"[\n\t\t1,\n\t\t\"\\u00e9\\ud83d\\ude00\"\n\t]"
          "1" @"1"
          "é😀" @"\"\\u00e9\\ud83d\\ude00\""
    "#);
}

#[test]
fn a_repeated_key_is_reported_and_the_first_one_counts() {
    let (sources, document, out) = read("a: 1\nb: 2\na: {c: 3}\n");
    assert_eq!(document.root.get("a").and_then(Node::as_str), Some("1"));
    assert_eq!(out[0].code, "duplicate-key");
    assert_eq!(sources.locate(out[0].primary.unwrap()).line, 3);
    assert_eq!(sources.locate(out[0].labels[0].span).line, 1);
}

#[test]
fn what_stands_before_a_syntax_error_is_kept() {
    let (_, document, out) = read("a: 1\nb:\n  c: 2\n  d: e: f\ng: 1\n");
    assert_eq!(document.root.get("b").and_then(|b| b.get("c")).and_then(Node::as_str), Some("2"));
    assert_eq!(out[0].code, "syntax");
}

#[test]
fn faults_of_the_text_have_their_own_codes() {
    assert_eq!(codes("a:\n\t- x\n"), ["syntax"]);
    assert_eq!(codes("a: [1, 2\n"), ["syntax"]);
    assert_eq!(codes("a: *x\n"), ["unknown-alias"]);
    assert_eq!(codes("a: &x [*x]\n"), ["unknown-alias"]);
    assert_eq!(codes("a: !!str 1\n"), ["tag"]);
    assert_eq!(codes("? [a]\n: 1\n"), ["complex-key"]);
    assert_eq!(codes("a: &x {b: 1}\nc: {<<: *x}\n"), ["merge-key"]);
    assert_eq!(codes("a: 1\n---\nb: 1\n"), ["several-documents"]);
    assert_eq!(codes("a: \0 1\n"), ["not-text"]);
}

#[test]
fn an_alias_stands_for_its_value_at_its_own_place() {
    let (sources, document, out) = read("a: &x {b: 1}\nc: *x\n");
    let c = document.root.get("c").unwrap();
    assert!(out.is_empty() && c.aliased);
    assert_eq!(sources.slice(c.span), "*x");
    assert_eq!(c.get("b").and_then(Node::as_str), Some("1"));
}

#[test]
fn alias_bombs_are_refused() {
    let mut text = "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n".to_owned();
    for level in 1..20 {
        let refs = vec![format!("*a{}", level - 1); 10].join(",");
        writeln!(text, "a{level}: &a{level} [{refs}]").unwrap();
    }
    assert_eq!(codes(&text), ["too-many-aliases"]);
}

#[test]
fn deep_nesting_is_refused() {
    assert_eq!(codes(&"[".repeat(10_000)), ["too-deep"]);
    assert_eq!(codes(&"{a: ".repeat(10_000)), ["too-deep"]);
    assert_eq!(codes(&"- ".repeat(10_000)), ["too-deep"]);
    let mixed =
        (0..50).fold(String::new(), |text, depth| text + &" ".repeat(depth) + "a:\n") + &" ".repeat(50) + &"[".repeat(40) + &"]".repeat(40);
    assert_eq!(codes(&mixed), ["too-deep"]);
}

#[test]
fn large_odd_texts_take_linear_time() {
    for text in [
        ".".repeat(4_000_000),
        "[\n".repeat(2_000_000),
        "# c\n".repeat(500_000),
        "a\n".repeat(500_000),
        "- ".repeat(500_000),
        "\"".repeat(1_000_000),
    ] {
        read(&text);
    }
}

#[test]
fn a_part_of_a_text_has_places_in_the_whole() {
    let mut sources = Sources::default();
    let id = sources.add("t.md", "# é\n\na: x\n");
    let document = tree::parse(&sources, id, Some(Span::new(id, 6, 10)), &mut Vec::new());
    let a = document.root.get("a").unwrap();
    assert_eq!((a.as_str(), sources.slice(a.span)), (Some("x"), "x"));
}

#[test]
fn an_empty_text_is_null_and_keeps_its_comments() {
    let (_, document, out) = read("# only\n");
    assert_eq!((document.root.value, document.comments.len(), out.len()), (Value::Null, 1, 0));
}

fn spans_nest(node: &Node, whole: &str) {
    assert!(whole.get(node.span.range()).is_some());
    let inside = |child: Span| assert!(node.aliased || (node.span.start <= child.start && child.end <= node.span.end), "{node:?}");
    match &node.value {
        Value::Null | Value::Scalar(_) => {}
        Value::List(items) => items.iter().for_each(|item| {
            inside(item.span);
            spans_nest(item, whole);
        }),
        Value::Map(entries) => entries.iter().for_each(|entry| {
            inside(entry.key_span);
            inside(entry.value.span);
            spans_nest(&entry.value, whole);
        }),
    }
}

proptest! {
    #[test]
    fn any_text_gives_a_tree_whose_spans_nest(text in "[a-c:,\\[\\]{}'\"&*#|>?!%@\\- \n\tü~]{0,60}") {
        let (_, document, _) = read(&text);
        spans_nest(&document.root, &text);
    }
}
