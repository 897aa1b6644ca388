//! Counters for text and XML: marks in the text, line by line.

use std::collections::BTreeSet;
use std::io::Read as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::read::DeflateDecoder;
use serde_json::Value as Json;

use super::Counts;

/// Classes of drawings by their names in the text; remarks are drawn like elements and are none.
pub(super) fn tm7(text: &str) -> Option<Counts> {
    let count = |class: &str| text.matches(&format!("type=\"{class}\"")).count();
    let values = text.match_indices("type=\"StencilRectangle\"");
    let remarks = values
        .filter(|(at, _)| {
            text.get(*at..)
                .and_then(|rest| rest.get(rest.find("GenericTypeId")?..))
                .is_some_and(|rest| rest.get(..140).unwrap_or(rest).contains(">GE.A<"))
        })
        .count();
    let elements = count("StencilRectangle") + count("StencilEllipse") + count("StencilParallelLines") - remarks;
    let threats = text.matches("<a:KeyValueOfstringThreatpc_P0_PhOB").count();
    Some([elements, count("Connector"), count("BorderBoundary") + count("LineBoundary"), threats])
}

/// Lines of YAML by their indentation and key.
pub(super) fn threagile(text: &str) -> Option<Counts> {
    let (mut section, mut counts) = ("", [0; 4]);
    let mut links: Option<usize> = None;
    let mut risks: Option<usize> = None;
    for line in text.lines().filter(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#')) {
        let depth = line.len() - line.trim_start().len();
        let key = line.trim().split('#').next().unwrap_or_default().trim_end();
        if depth == 0 {
            section = key.split(':').next().unwrap_or_default();
        }
        links = links.filter(|at| depth > *at);
        risks = risks.filter(|at| depth > *at);
        let entry = depth == 2 && key.contains(':') && section != key;
        match section {
            "technical_assets" if entry => counts[0] += 1,
            "trust_boundaries" | "shared_runtimes" if entry => counts[2] += 1,
            _ => {}
        }
        counts[1] += usize::from(links.is_some_and(|at| depth == at + 2));
        counts[3] += usize::from(risks.is_some_and(|at| depth == at + 2));
        if key == "communication_links:" {
            links = Some(depth);
        }
        if key == "risks_identified:" {
            risks = Some(depth);
        }
    }
    Some(counts)
}

/// Heads of blocks at the beginnings of lines, outside of texts over several lines; in JSON, keys.
pub(super) fn hcltm(text: &str) -> Option<Counts> {
    if text.trim_start().starts_with('{') {
        return hcltm_json(text);
    }
    let mut counts = [0; 4];
    let mut zones = BTreeSet::new();
    let mut ends: Option<String> = None;
    let mut models = 0;
    for line in text.lines().map(str::trim) {
        if let Some(end) = &ends {
            if line == end {
                ends = None;
            }
            continue;
        }
        if let Some((_, word)) = line.split_once("<<") {
            ends = Some(word.trim_start_matches('-').trim().to_owned());
        }
        let mut words = line.split_whitespace();
        let label = |line: &str| line.split('"').nth(1).unwrap_or_default().to_owned();
        match (words.next().unwrap_or_default(), words.next().is_some_and(|word| word.starts_with(['"', '{']))) {
            ("threatmodel", true) => models += 1,
            ("process" | "external_element" | "data_store" | "third_party_dependency", true) if models > 0 => counts[0] += 1,
            ("flow", true) if models > 0 => counts[1] += 1,
            ("threat", true) if models > 0 => counts[3] += 1,
            ("trust_zone", true) => {
                zones.insert((models, label(line)));
            }
            ("trust_zone", false) if line.contains('=') => {
                zones.insert((models, label(line)));
            }
            _ => {}
        }
    }
    counts[2] = zones.len();
    Some(counts)
}

/// A key may stand several times, so that lines are counted: `"name": {` below the last key of a section.
fn hcltm_json(text: &str) -> Option<Counts> {
    let mut counts = [0; 4];
    let mut zones = BTreeSet::new();
    // Open braces and brackets, each with the key before it.
    let mut open: Vec<(char, String)> = Vec::new();
    let mut key = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(['"', '{', '}', '[', ']']) {
        let sign = rest[at..].chars().next()?;
        rest = &rest[at + 1..];
        match sign {
            '"' => {
                let mut end = 0;
                while !rest[end..].starts_with('"') {
                    end += if rest[end..].starts_with('\\') { 2 } else { rest[end..].chars().next()?.len_utf8() };
                }
                let word = &rest[..end];
                rest = &rest[end + 1..];
                if rest.trim_start().starts_with(':') {
                    word.clone_into(&mut key);
                } else if key == "trust_zone" {
                    zones.insert(word.to_owned());
                }
            }
            '{' => {
                // Objects of a list stand for the key of the list.
                let in_list = open.last().filter(|(sign, _)| *sign == '[').map(|(_, key)| key.clone());
                if in_list.is_none() {
                    match open.last().map(|(_, key)| key.as_str()) {
                        Some("process" | "external_element" | "data_store" | "third_party_dependency") => counts[0] += 1,
                        Some("flow") => counts[1] += 1,
                        Some("threat") => counts[3] += 1,
                        Some("trust_zone") => {
                            zones.insert(key.clone());
                        }
                        _ => {}
                    }
                }
                open.push(('{', in_list.unwrap_or_else(|| key.clone())));
            }
            '[' => open.push(('[', key.clone())),
            _ => {
                open.pop();
            }
        }
    }
    counts[2] = zones.len();
    Some(counts)
}

/// Cells by their attributes, on every page; what stands on a line is its label. Boxes are elements or zones.
pub(super) fn drawio(text: &str) -> Option<Counts> {
    if text.contains("<mxlibrary") {
        let library = text.split_once('>')?.1.split("</mxlibrary").next()?;
        let shapes: Json = serde_json::from_str(library).ok()?;
        return Some([shapes.as_array()?.len(), 0, 0, 0]);
    }
    let mut counts = [0; 4];
    for page in pages(text) {
        let cells: Vec<&str> = page.split("<mxCell ").skip(1).map(|cell| cell.split('>').next().unwrap_or_default()).collect();
        let attribute = |cell: &str, name: &str| -> Option<String> {
            let (_, rest) = cell.split_once(&format!("{name}=\""))?;
            Some(rest.split('"').next()?.to_owned())
        };
        let lines: BTreeSet<String> =
            cells.iter().filter(|cell| cell.contains("edge=\"1\"")).filter_map(|cell| attribute(cell, "id")).collect();
        counts[1] += cells.iter().filter(|cell| cell.contains("edge=\"1\"")).count();
        let boxes = cells.iter().filter(|cell| cell.contains("vertex=\"1\""));
        counts[0] += boxes.filter(|cell| attribute(cell, "parent").is_none_or(|parent| !lines.contains(&parent))).count();
    }
    Some(counts)
}

/// The pages as XML; most are compressed.
fn pages(text: &str) -> Vec<String> {
    let found = text.split("<diagram").skip(1).filter_map(|rest| Some(rest.split_once('>')?.1.split("</diagram").next()?.trim()));
    let pages: Vec<String> =
        found.map(|page| if page.starts_with('<') { page.to_owned() } else { inflated(page).unwrap_or_default() }).collect();
    if pages.is_empty() { vec![text.to_owned()] } else { pages }
}

fn inflated(page: &str) -> Option<String> {
    let bytes = STANDARD.decode(page).ok()?;
    let mut escaped = String::new();
    DeflateDecoder::new(bytes.as_slice()).take(50_000_000).read_to_string(&mut escaped).ok()?;
    // Only what the marks are made of has to be readable.
    let signs = [("%3C", "<"), ("%3E", ">"), ("%22", "\""), ("%3D", "="), ("%20", " "), ("%2F", "/")];
    Some(signs.iter().fold(escaped, |text, (code, sign)| text.replace(code, sign)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counters_know_things_by_their_marks_in_the_text() {
        let text = "technical_assets:\n  A:\n    id: a\n    communication_links:\n      L: {target: b}\n      M:\n        target: b\n  B: {id: b}\ntrust_boundaries:\n  Z:\n    id: z\n";
        assert_eq!(threagile(text), Some([2, 2, 1, 0]));
        assert_eq!(tm7(r#"<a i:type="StencilEllipse"/><a i:type="Connector"/>"#), Some([1, 1, 0, 0]));
        let text =
            r#"<mxGraphModel><mxCell id="a" vertex="1"/><mxCell id="e" edge="1"/><mxCell id="l" parent="e" vertex="1"/></mxGraphModel>"#;
        assert_eq!(drawio(text), Some([1, 1, 0, 0]));
    }

    #[test]
    fn blocks_are_counted_in_both_forms_of_threatcl() {
        let text = "threatmodel \"m\" {\n threat \"t\" {\n  description = <<EOT\n threat \"no\" {\nEOT\n }\n data_flow_diagram_v2 \"d\" {\n  process \"a\" {\n   trust_zone = \"z\"\n  }\n  flow \"f\" {\n  }\n }\n}\n";
        assert_eq!(hcltm(text), Some([1, 1, 1, 1]));
        let text = r#"{"threatmodel": {"m": {"threat": [{"t": {"d": "{"}}, {"u": {}}], "data_flow_diagram": {"process": {"a": {"trust_zone": "z"}}, "flow": {"f": {}, "f": {}}}}}}"#;
        assert_eq!(hcltm(text), Some([1, 2, 1, 2]));
    }
}
