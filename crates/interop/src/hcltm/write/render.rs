//! Blocks as HCL.

use serde_json::Value as Json;

use crate::hcltm::syntax::{Block, Body};

/// Writes what stands between braces, attributes before blocks.
pub(in crate::hcltm) fn lines(body: &Body, depth: usize, out: &mut String) {
    let indent = "  ".repeat(depth);
    for (key, value) in &body.attributes {
        out.push_str(&format!("{indent}{key} = {}\n", self::value(value)));
    }
    for block in &body.blocks {
        if depth == 0 {
            out.push('\n');
        }
        self::block(block, depth, out);
    }
}

/// Writes a block with its braces.
pub(in crate::hcltm) fn block(block: &Block, depth: usize, out: &mut String) {
    let indent = "  ".repeat(depth);
    out.push_str(&format!("{indent}{}", block.kind));
    let unnamed = ["usecase", "exclusion", "attributes", "risk", "proposed_control"].contains(&block.kind.as_str())
        || block.kind == "data_flow_diagram" && block.label.is_empty();
    if !unnamed {
        out.push_str(&format!(" {}", quoted(&block.label)));
    }
    block.more.iter().for_each(|label| out.push_str(&format!(" {}", quoted(label))));
    if block.body.attributes.is_empty() && block.body.blocks.is_empty() {
        out.push_str(" {}\n");
        return;
    }
    out.push_str(" {\n");
    lines(&block.body, depth + 1, out);
    out.push_str(&format!("{indent}}}\n"));
}

/// A value on one line.
pub(in crate::hcltm) fn value(value: &Json) -> String {
    match value {
        Json::String(text) => quoted(text),
        Json::Array(items) => format!("[{}]", items.iter().map(self::value).collect::<Vec<_>>().join(", ")),
        Json::Object(entries) => {
            let entries: Vec<String> = entries.iter().map(|(key, value)| format!("{} = {}", quoted(key), self::value(value))).collect();
            format!("{{ {} }}", entries.join(", "))
        }
        other => other.to_string(),
    }
}

/// A text as a string of HCL, in which nothing is evaluated.
pub(in crate::hcltm) fn quoted(text: &str) -> String {
    let plain: String = text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect();
    let escaped = plain.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n").replace('\t', "\\t");
    format!("\"{}\"", escaped.replace("${", "$${").replace("%{", "%%{"))
}
