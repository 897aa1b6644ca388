//! The part of the Atlassian Document Format that is needed here, as strict as Jira is.

use serde_json::Value;

const AT_TOP: [&str; 6] = ["paragraph", "heading", "bulletList", "codeBlock", "panel", "expand"];

/// Whether a value is a document that Jira takes; else why not.
pub(crate) fn check(document: &Value) -> Result<(), String> {
    let is_document = document["type"] == "doc" && document["version"] == 1;
    if !is_document || document.as_object().is_none_or(|keys| keys.len() != 3) {
        return Err(format!("not a document: {document}"));
    }
    children(document, &AT_TOP)
}

fn children(parent: &Value, allowed: &[&str]) -> Result<(), String> {
    let content = parent["content"].as_array().ok_or_else(|| format!("without content: {parent}"))?;
    content.iter().try_for_each(|child| node(child, allowed))
}

fn node(node: &Value, allowed: &[&str]) -> Result<(), String> {
    let kind = node["type"].as_str().unwrap_or_default();
    if !allowed.contains(&kind) {
        return Err(format!("`{kind}` may not stand here: {node}"));
    }
    let keys: Vec<&str> = node.as_object().into_iter().flat_map(|keys| keys.keys().map(String::as_str)).collect();
    let known: &[&str] = if kind == "text" { &["type", "text", "marks"] } else { &["type", "attrs", "content"] };
    if let Some(strange) = keys.iter().find(|key| !known.contains(key)) {
        return Err(format!("`{strange}` is not known in `{kind}`"));
    }
    let is_filled = node["content"].as_array().is_some_and(|content| !content.is_empty());
    match kind {
        "text" => text(node),
        "paragraph" => children(node, &["text"]),
        "heading" if node["attrs"]["level"].as_u64().is_some_and(|level| (1..=6).contains(&level)) => children(node, &["text"]),
        "bulletList" if is_filled => children(node, &["listItem"]),
        "listItem" if is_filled => children(node, &["paragraph", "bulletList"]),
        "panel" if is_filled && node["attrs"]["panelType"].is_string() => children(node, &["paragraph", "heading", "bulletList"]),
        "expand" if is_filled => children(node, &["paragraph", "heading", "bulletList", "codeBlock", "panel"]),
        _ => Err(format!("not a valid `{kind}`: {node}")),
    }
}

fn text(node: &Value) -> Result<(), String> {
    if node["text"].as_str().is_none_or(str::is_empty) {
        return Err("a text may not be empty".to_owned());
    }
    let marks: Vec<&Value> = node["marks"].as_array().into_iter().flatten().collect();
    let is_fine = |mark: &&Value| match mark["type"].as_str() {
        Some("code") => marks.len() == 1,
        Some("link") => mark["attrs"]["href"].as_str().is_some_and(|href| href.starts_with("http")),
        Some("strong" | "em") => true,
        _ => false,
    };
    if marks.iter().all(is_fine) { Ok(()) } else { Err(format!("a mark is not valid: {node}")) }
}

#[test]
fn what_jira_refuses_is_refused() {
    let paragraph = |text: &str| serde_json::json!({"type": "paragraph", "content": [{"type": "text", "text": text}]});
    let document = |content: Value| serde_json::json!({"type": "doc", "version": 1, "content": [content]});
    assert_eq!(check(&document(paragraph("a"))), Ok(()));
    for bad in [
        Value::from("plain words"),
        serde_json::json!({"type": "doc", "content": []}),
        document(paragraph("")),
        document(serde_json::json!({"type": "bulletList", "content": [paragraph("a")]})),
        document(serde_json::json!({"type": "bulletList", "content": []})),
        document(serde_json::json!({"type": "heading", "content": []})),
        document(serde_json::json!({"type": "expand", "content": [{"type": "expand", "content": [paragraph("a")]}]})),
    ] {
        assert!(check(&bad).is_err(), "{bad}");
    }
}
