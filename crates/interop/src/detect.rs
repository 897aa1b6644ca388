//! Which format a file has, by what is in it; its name only where two formats look alike.
//!
//! Detection looks at the beginning of a file and never fails: a file that nobody claims is a model of ours, or nothing.

use crate::{Format, picture};

/// How much of a file is looked at.
const HEAD: usize = 64 * 1024;

/// What detection sees of a file.
pub(crate) struct Sniff<'a> {
    /// The file's name in lower case, without folders.
    pub(crate) name: String,
    /// The beginning, without a byte order mark and white space; what is not UTF-8 is left out.
    pub(crate) head: &'a str,
}

impl<'a> Sniff<'a> {
    pub(crate) fn of(name: &str, bytes: &'a [u8]) -> Self {
        let name = name.rsplit(['/', '\\']).next().unwrap_or(name).to_lowercase();
        let head = &bytes[..bytes.len().min(HEAD)];
        let valid = match std::str::from_utf8(head) {
            Ok(text) => text,
            Err(error) => std::str::from_utf8(&head[..error.valid_up_to()]).unwrap_or_default(),
        };
        Self { name, head: valid.trim_start_matches('\u{feff}').trim_start() }
    }

    /// The local name of the root of an XML document, after declarations and comments.
    pub(crate) fn xml_root(&self) -> Option<&'a str> {
        let mut rest = self.head;
        loop {
            rest = rest.trim_start();
            let after = |end: &str| rest.find(end).and_then(|at| rest.get(at + end.len()..));
            if rest.starts_with("<!--") {
                rest = after("-->")?;
            } else if rest.starts_with("<?") || rest.starts_with("<!") {
                rest = after(">")?;
            } else {
                let name = rest.strip_prefix('<')?.split(|c: char| c.is_whitespace() || c == '>' || c == '/').next()?;
                return Some(name.rsplit(':').next().unwrap_or(name));
            }
        }
    }

    /// The keys at the top of a JSON or block-style YAML document, as far as the beginning shows them.
    pub(crate) fn keys(&self) -> Vec<&'a str> {
        if self.head.starts_with('{') { json_keys(self.head) } else { yaml_keys(self.head) }
    }
}

/// The format of a file, if it is one of another tool. A model of ours is none.
pub fn detect(name: &str, bytes: &[u8]) -> Option<Format> {
    let sniff = Sniff::of(name, bytes);
    if picture::is_picture(bytes, sniff.head) {
        return Some(Format::Picture);
    }
    if let Some(root) = sniff.xml_root() {
        return xml(root);
    }
    if bytes.starts_with(b"PK\x03\x04") && (sniff.name.ends_with(".vsdx") || contains(bytes, b"visio/")) {
        return Some(Format::Vsdx);
    }
    if bytes.starts_with(b"PK\x03\x04") && (sniff.name.ends_with(".lucid") || contains(bytes, b"document.json")) {
        return Some(Format::Lucid);
    }
    keyed(&sniff.keys(), &sniff)
        .or_else(|| of_the_guide(&sniff))
        .or_else(|| drawn_as_text(&sniff))
        .or_else(|| picture(&sniff))
        .or_else(|| python(&sniff))
}

/// Whether a zip names a file so; its directory is at its end.
fn contains(bytes: &[u8], word: &[u8]) -> bool {
    let end = bytes.get(bytes.len().saturating_sub(HEAD)..).unwrap_or_default();
    let head = bytes.get(..bytes.len().min(HEAD)).unwrap_or_default();
    [head, end].iter().any(|part| part.windows(word.len()).any(|window| window == word))
}

/// Formats of text whose lines say what they are. D2 has no mark of its own, so only its name tells it.
fn drawn_as_text(sniff: &Sniff<'_>) -> Option<Format> {
    let starts = |line: &str, word: &str| line.strip_prefix(word).is_some_and(|rest| rest.trim_start().starts_with(['"', '{', '=']));
    let mut lines = sniff.head.lines().map(str::trim);
    let first = sniff.head.lines().next().unwrap_or_default();
    if sniff.name.ends_with(".md") {
        None
    } else if first.contains("Line Source") && first.contains("Line Destination") {
        Some(Format::Lucid)
    } else if lines.clone().any(|line| line.starts_with("@startuml") || line.starts_with("@startc4")) {
        Some(Format::Plantuml)
    } else if lines.any(|line| starts(line, "threatmodel ")) || sniff.name.ends_with(".hcl") && sniff.head.contains("spec_version") {
        Some(Format::Hcltm)
    } else if sniff.name.ends_with(".d2") {
        Some(Format::D2)
    } else {
        None
    }
}

/// The guide's lists and tables: by the keys of the first item, or by the first line.
fn of_the_guide(sniff: &Sniff<'_>) -> Option<Format> {
    let object = sniff.head.strip_prefix('[').unwrap_or(sniff.head).trim_start();
    if object.starts_with('{') {
        let keys = json_keys(object);
        let has = |key: &str| keys.contains(&key);
        return if has("asset") && has("confidentiality") {
            Some(Format::GuideAssetsJson)
        } else if has("title") && has("component") && has("likelihood") && has("risk_score") {
            Some(Format::GuideJson)
        } else {
            None
        };
    }
    let columns: Vec<&str> = sniff.head.lines().next().unwrap_or_default().split(',').map(|name| name.trim().trim_matches('"')).collect();
    let has = |column: &str| columns.contains(&column);
    if has("id") && has("component") && has("threat") && has("risk_score") {
        Some(Format::GuideCsv)
    } else if has("asset") && has("confidentiality") {
        Some(Format::GuideAssetsCsv)
    } else {
        None
    }
}

/// A Python text that uses pytm.
fn python(sniff: &Sniff<'_>) -> Option<Format> {
    let uses = sniff.head.lines().map(str::trim_start).any(|line| line.starts_with("from pytm") || line.starts_with("import pytm"));
    uses.then_some(Format::PytmPython)
}

/// A flowchart, or a Markdown text with a picture that is no model of ours.
fn picture(sniff: &Sniff<'_>) -> Option<Format> {
    if sniff.name.ends_with(".md") || sniff.name.ends_with(".markdown") {
        let found = redan_model::markdown::fragments(sniff.head);
        return (!found.is_model() && !found.blocks.is_empty()).then_some(Format::Mermaid);
    }
    let silent = |line: &&str| line.is_empty() || ["%%", "accTitle", "accDescr"].iter().any(|start| line.starts_with(start));
    let mut lines = sniff.head.lines().map(str::trim).filter(|line| !silent(line));
    let mut first = lines.next()?;
    if first == "---" && sniff.name.ends_with(".mmd") {
        first = lines.skip_while(|line| *line != "---").nth(1)?;
    }
    let word = first.split(|c: char| c.is_whitespace() || c == ';').next().unwrap_or_default();
    let chart = ["graph", "flowchart", "flowchart-elk"].contains(&word);
    (chart && !first.contains(['{', '='])).then_some(Format::Mermaid)
}

/// The formats of JSON and YAML, by the keys at their top.
fn keyed(keys: &[&str], sniff: &Sniff<'_>) -> Option<Format> {
    let has = |key: &str| keys.contains(&key);
    if has("redan") {
        None
    } else if has("threagile_version") || has("technical_assets") || has("data_assets") {
        Some(Format::Threagile)
    } else if let Some(format) = by_sections(&has, sniff.head) {
        Some(format)
    } else if sniff.head.starts_with('{') && is_pytm(&has, sniff.head) {
        Some(Format::Pytm)
    } else if is_attack_flow(&has, sniff.head) {
        Some(Format::AttackFlow)
    } else if !sniff.head.starts_with('{') && has("goals") && (has("attacks") || has("facts")) {
        Some(Format::Deciduous)
    } else if sniff.head.starts_with("toplevel") || sniff.head.contains("\ntoplevel \"") {
        Some(Format::At)
    } else {
        None
    }
}

/// Formats that are known by what their sections are called. A file without one of them is still taken for the format
/// that its other sections come from, so that the reader can say what is missing.
fn by_sections(has: &dyn Fn(&str) -> bool, head: &str) -> Option<Format> {
    let some = |keys: &[&str]| keys.iter().any(|key| has(key));
    if has("otmVersion") || has("project") && some(&["trustZones", "components", "dataflows", "representations"]) {
        Some(Format::Otm)
    } else if !head.starts_with('{') {
        None
    } else if has("threatmodel") {
        Some(Format::Hcltm)
    } else if has("model") && head.contains("\"softwareSystems\"") {
        Some(Format::Structurizr)
    } else if has("specFormat") {
        Some(Format::CycloneDx)
    } else if some(&["trust_zones", "data_flows", "threat_personas", "trust_boundaries"]) || head.contains("threat-model-library/blob") {
        Some(Format::TmBom)
    } else if has("schema") && some(&["applicationInfo", "architecture", "dataflow", "threats", "mitigations", "assumptions", "brainstorm"])
        || has("applicationInfo") && some(&["mitigationLinks", "assumptionLinks", "threats"])
        || head.contains("\"namespace\": \"threat-composer\"")
    {
        Some(Format::ThreatComposer)
    } else if has("detail") && (some(&["summary", "version", "summarize"]) || head.contains("\"diagrams\""))
        || has("summary") && some(&["details", "version"])
    {
        Some(Format::ThreatDragon)
    } else {
        None
    }
}

/// Its output has a file of threats or actors beside assets; its input has classes of Python, or flows beside elements.
fn is_pytm(has: &dyn Fn(&str) -> bool, head: &str) -> bool {
    let output = has("threatsFile") || has("onDuplicates") || (has("actors") && has("assets") && has("boundaries"));
    output || head.contains("\"__class__\"") || (has("flows") && has("elements") && (has("boundaries") || has("data")))
}

/// The builder names its schema; a bundle of STIX has objects of flows.
fn is_attack_flow(has: &dyn Fn(&str) -> bool, head: &str) -> bool {
    let builder = has("schema") && head.contains("\"attack_flow_");
    builder || (has("objects") && head.contains("\"bundle\"") && (head.contains("\"attack-flow\"") || head.contains("\"attack-action\"")))
}

fn xml(root: &str) -> Option<Format> {
    match root {
        "ThreatModel" => Some(Format::Tm7),
        "adtree" => Some(Format::Adtool),
        "opsa-mef" => Some(Format::Mef),
        "mxfile" | "mxGraphModel" | "mxlibrary" => Some(Format::Drawio),
        _ => None,
    }
}

fn yaml_keys(text: &str) -> Vec<&str> {
    let top = text.lines().filter(|line| line.starts_with(|c: char| c.is_alphanumeric() || c == '"' || c == '\'' || c == '_'));
    top.filter_map(|line| line.split_once(':')).map(|(key, _)| key.trim().trim_matches(['"', '\''])).collect()
}

/// Strings at depth one that a colon follows.
fn json_keys(text: &str) -> Vec<&str> {
    let (mut depth, mut keys) = (0_usize, Vec::new());
    let mut rest = text;
    while let Some(at) = rest.find(['{', '}', '[', ']', '"']) {
        let found = rest.as_bytes().get(at).copied().unwrap_or_default();
        rest = rest.get(at + 1..).unwrap_or_default();
        match found {
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth = depth.saturating_sub(1),
            _ => {
                let Some(end) = string_end(rest) else { break };
                let (string, after) = rest.split_at(end);
                rest = after.get(1..).unwrap_or_default();
                if depth == 1 && rest.trim_start().starts_with(':') {
                    keys.push(string);
                }
            }
        }
    }
    keys
}

/// Where the quote is that ends a string, its content being at the beginning.
fn string_end(text: &str) -> Option<usize> {
    let mut escaped = false;
    text.bytes().position(|byte| {
        let ends = byte == b'"' && !escaped;
        escaped = byte == b'\\' && !escaped;
        ends
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(text: &str) -> Vec<&str> {
        Sniff::of("m", text.as_bytes()).keys()
    }

    #[test]
    fn a_model_of_the_threat_modeling_tool_is_known_by_its_root() {
        assert_eq!(detect("a.xml", b"\xef\xbb\xbf<?xml version='1.0'?>\n<!-- a > b --><ThreatModel xmlns='x'>"), Some(Format::Tm7));
        assert_eq!(detect("a.tm7", b"PK\x03\x04"), None);
    }

    #[test]
    fn drawings_are_known_by_what_is_in_them() {
        assert_eq!(detect("a.xml", b"<mxfile host='x'>"), Some(Format::Drawio));
        assert_eq!(detect("a", b"PK\x03\x04....visio/pages/page1.xml"), Some(Format::Vsdx));
        assert_eq!(detect("a.csv", b"Id,Name,Shape Library,Page ID,Line Source,Line Destination\n"), Some(Format::Lucid));
        assert_eq!(detect("a.txt", b"' x\n@startuml\nA --> B\n"), Some(Format::Plantuml));
        assert_eq!(detect("a.txt", b"spec_version = \"0.7.0\"\nthreatmodel \"A\" {\n"), Some(Format::Hcltm));
        assert_eq!(detect("a.json", br#"{"threatmodel": {"A": {}}}"#), Some(Format::Hcltm));
        assert_eq!(detect("a.json", br#"{"name": "a", "model": {"softwareSystems": []}}"#), Some(Format::Structurizr));
        assert_eq!(detect("a.d2", b"a -> b\n"), Some(Format::D2));
    }

    #[test]
    fn a_model_of_ours_is_not_foreign() {
        assert_eq!(detect("shop.tm.yaml", b"redan: 1\nname: Shop\n"), None);
        assert_eq!(detect("shop.tm.json", b"{\"redan\": 1}"), None);
    }

    #[test]
    fn models_of_threagile_and_pytm_are_known_by_their_keys() {
        assert_eq!(detect("m.yaml", b"# model\nthreagile_version: 1.0.0\ntitle: Shop\n"), Some(Format::Threagile));
        assert_eq!(detect("m.yaml", b"title: Shop\ntechnical_assets:\n  A: {id: a}\n"), Some(Format::Threagile));
        assert_eq!(detect("m.json", br#"{"name": "Shop", "boundaries": [], "elements": [], "flows": []}"#), Some(Format::Pytm));
        assert_eq!(detect("m.json", br#"{"actors": [], "assets": [], "boundaries": []}"#), Some(Format::Pytm));
        assert_eq!(detect("m.yaml", b"elements: []\nflows: []\ndata: []\n"), None);
    }

    #[test]
    fn models_in_json_are_known_by_their_sections() {
        let formats = [
            (r#"{"version": "2.0", "detail": {"diagrams": []}, "summary": {"title": "a"}}"#, Format::ThreatDragon),
            (r#"{"summary": {}, "details": {}}"#, Format::ThreatDragon),
            (r#"{"otmVersion": "0.2.0"}"#, Format::Otm),
            (r#"{"project": {}, "trustZones": []}"#, Format::Otm),
            (r#"{"schema": 1, "applicationInfo": {}}"#, Format::ThreatComposer),
            (r#"{"version": "1.0", "scope": {}, "trust_zones": []}"#, Format::TmBom),
            (r#"{"specFormat": "CycloneDX", "specVersion": "2.0"}"#, Format::CycloneDx),
        ];
        for (text, format) in formats {
            assert_eq!(detect("m.json", text.as_bytes()), Some(format), "{text}");
        }
        assert_eq!(detect("m.yaml", b"otmVersion: 0.1.0\nproject:\n  name: a\n"), Some(Format::Otm));
        assert_eq!(detect("vex.json", br#"{"bomFormat": "CycloneDX", "specVersion": "1.6", "components": []}"#), None);
    }

    #[test]
    fn the_lists_of_the_guide_and_pictures_are_known() {
        assert_eq!(detect("a.json", br#"[{"asset": "x", "owner": "", "confidentiality": "high"}]"#), Some(Format::GuideAssetsJson));
        let threat = br#"{"id": "T1", "title": "x", "component": "y", "likelihood": 1, "impact": 1, "risk_score": 1}"#;
        assert_eq!(detect("a.json", threat), Some(Format::GuideJson));
        assert_eq!(detect("a.csv", b"id,component,threat,description,likelihood,impact,risk_score\n"), Some(Format::GuideCsv));
        assert_eq!(detect("a.csv", b"asset,owner,confidentiality\n"), Some(Format::GuideAssetsCsv));
        assert_eq!(detect("a.mmd", b"%% x\nflowchart TD\nA --> B\n"), Some(Format::Mermaid));
        assert_eq!(detect("a.mmd", b"accTitle: T\naccDescr: D\nflowchart TD\nA --> B\n"), Some(Format::Mermaid));
        assert_eq!(detect("a.md", b"# T\n```mermaid\ngraph TD\n```\n"), Some(Format::Mermaid));
        assert_eq!(detect("a.md", b"# T\n```yaml redan\nredan: 1\n```\n```mermaid\ngraph TD\n```\n"), None);
        assert_eq!(detect("a.dot", b"graph G {\n"), None);
    }

    #[test]
    fn only_keys_at_the_top_count() {
        assert_eq!(keys(r#"{"a": {"b": 1}, "c\"d": ["e", {"f": "g"}], "h" : "}"}"#), ["a", r#"c\"d"#, "h"]);
        assert_eq!(keys("a: 1\n  b: 2\n- c: 3\n\"d\": 4\n# e: 5\n"), ["a", "d"]);
    }
}
