//! The Atlassian Document Format: our part of a description as one box among other nodes.

use serde_json::{Value, json};

use crate::blocks::{Block, Inline};
use crate::mark;

/// What the title of our box starts with; the task follows.
const TITLE: &str = "Security task from redan: ";

/// Blocks as nodes.
pub(super) fn nodes(blocks: &[Block]) -> Vec<Value> {
    blocks.iter().map(node).collect()
}

fn node(block: &Block) -> Value {
    match block {
        Block::Paragraph(words) => paragraph(words),
        Block::Heading(words) => json!({"type": "heading", "attrs": {"level": 3}, "content": [{"type": "text", "text": words}]}),
        Block::List(items) => {
            let item = |words: &Vec<Inline>| json!({"type": "listItem", "content": [paragraph(words)]});
            json!({"type": "bulletList", "content": items.iter().map(item).collect::<Vec<_>>()})
        }
    }
}

fn paragraph(words: &[Inline]) -> Value {
    json!({"type": "paragraph", "content": words.iter().map(inline).collect::<Vec<_>>()})
}

fn inline(words: &Inline) -> Value {
    match words {
        Inline::Text(text) => json!({"type": "text", "text": text}),
        Inline::Code(text) => json!({"type": "text", "text": text, "marks": [{"type": "code"}]}),
        Inline::Link(text, to) => json!({"type": "text", "text": text, "marks": [{"type": "link", "attrs": {"href": to}}]}),
    }
}

/// Our box in a description.
pub(super) fn find(description: &Value) -> Option<&Value> {
    description["content"].as_array()?.iter().find(|node| is_ours(node))
}

fn is_ours(node: &Value) -> bool {
    task_of(node).is_some()
}

/// The task that a box is about.
pub(super) fn task_of(node: &Value) -> Option<String> {
    let title = node["attrs"]["title"].as_str().filter(|_| node["type"] == "expand")?;
    Some(mark::decoded(title.strip_prefix(TITLE)?))
}

/// A description with our box in it: in the place of the old one, else at the end. All other nodes stay as they are.
pub(super) fn put(description: &Value, nodes: &Value, task: &str) -> Value {
    let title = format!("{TITLE}{}", mark::coded(task));
    let ours = json!({"type": "expand", "attrs": {"title": title}, "content": nodes});
    let mut document = match description {
        Value::Object(_) if description["content"].is_array() => description.clone(),
        _ => json!({"type": "doc", "version": 1, "content": []}),
    };
    if let Some(content) = document["content"].as_array_mut() {
        match content.iter_mut().find(|node| is_ours(node)) {
            Some(old) => *old = ours,
            None => content.push(ours),
        }
    }
    document
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nodes_of_people_stay_where_and_as_they_are() {
        let theirs = |words: &str| json!({"type": "panel", "attrs": {"panelType": "info", "x": words}, "content": []});
        let first = put(&Value::Null, &json!([paragraph(&[Inline::Text("one".to_owned())])]), "shop/decide/a@b");
        let ours = first["content"][0].clone();
        assert_eq!(task_of(&ours).as_deref(), Some("shop/decide/a@b"));
        let mixed = json!({"type": "doc", "version": 1, "content": [theirs("a"), ours, theirs("b")]});
        let second = put(&mixed, &json!([paragraph(&[Inline::Code("two".to_owned())])]), "shop/decide/a@b");
        assert_eq!((&second["content"][0], &second["content"][2]), (&theirs("a"), &theirs("b")));
        assert_eq!(second["content"][1]["content"][0]["content"][0]["text"], "two");
        assert_eq!(second["content"].as_array().map(Vec::len), Some(3));
    }
}
