//! Models of threatcl, formerly hcltm: HCL or JSON.
//!
//! A file may hold several models; they become one, and each thing keeps the name of its model under `x-hcltm`. Threats
//! are written by hand there and stand on assets, so they keep their assets and get no element. What a file imports or
//! includes is named and never read.

mod diagram;
mod json;
mod onto;
mod places;
mod syntax;
mod threats;
mod write;

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json};

use crate::draft::{Draft, Entry, Section, one_line, slug};
use crate::kept::{LONGEST_NAME, bounded, keep};
use crate::read::{list, scalar};
use crate::vocabulary::cut;
use crate::{ImportError, Imported, limits};
use syntax::{Block, Body, File};

pub(crate) use onto::onto;
pub use write::write;

/// The key of what was kept.
const OWN: &str = "x-hcltm";
/// Why something is out of scope that the file names without a reason.
const EXCLUDED: &str = "excluded in threatcl";
/// The tag of elements that are dependencies on somebody else.
const DEPENDENCY: &str = "third-party-dependency";

/// Reads a file with one model or several, or a library of controls.
///
/// # Errors
/// The bytes are no such file, or exceed the limits.
pub fn read(bytes: &[u8]) -> Result<Imported, ImportError> {
    let text = limits::text(bytes)?;
    let file = if text.trim_start().starts_with('{') { json::file(bytes)? } else { syntax::parse(text)? };
    let models: Vec<&Block> = file.body.blocks.iter().filter(|block| block.kind == "threatmodel").collect();
    let of_the_format = file.body.blocks.iter().any(|block| block.kind == "component") || file.body.attributes.contains_key("spec_version");
    if models.is_empty() && !of_the_format {
        return Err(ImportError::NotTheFormat("it has no `threatmodel`, which every threatcl model has".to_owned()));
    }
    let names: Vec<String> = models.iter().map(|model| one_line(&model.label)).collect();
    let mut maker = Maker { draft: Draft::new(&names.join(", ")), assets: BTreeMap::new(), model: String::new(), many: models.len() > 1 };
    maker.file(&file, &models)?;
    Ok(maker.draft.finish())
}

/// A model in the making.
struct Maker {
    draft: Draft,
    /// Ids of assets by model and name.
    assets: BTreeMap<(String, String), String>,
    /// The model that is read.
    model: String,
    many: bool,
}

impl Maker {
    fn file(&mut self, file: &File, models: &[&Block]) -> Result<(), ImportError> {
        for (text, line) in &file.unknown {
            self.draft.changed(format!("`{text}`, which is not evaluated and stays as text"), format!("line {line}"));
        }
        if models.is_empty() {
            self.draft.dropped("nothing: there is no `threatmodel` in it", "the file");
        }
        if models.len() > 1 {
            self.draft.changed(format!("{} models in one file, which become one", models.len()), "the file");
        }
        for block in file.body.blocks.iter().filter(|block| block.kind == "component") {
            self.component(block);
        }
        let known = ["threatmodel", "component", "variable"];
        for block in file.body.blocks.iter().filter(|block| !known.contains(&block.kind.as_str())) {
            self.draft.dropped(format!("the block `{}`", block.kind), &block.place);
        }
        self.head(file, models);
        for model in models {
            self.model = one_line(&model.label);
            self.assets(&model.body);
            self.dependencies(&model.body);
            self.diagrams(model)?;
            self.threats(&model.body);
            self.unread(&model.body, &model.place);
        }
        Ok(())
    }

    /// A text as what something is known by, which is no longer than names can be.
    fn named(&mut self, text: String) -> String {
        /// Long enough to be told from others.
        const ENOUGH: usize = 200;
        if text.len() <= LONGEST_NAME {
            return text;
        }
        let short = cut(&text, ENOUGH);
        self.draft.changed(format!("a text of more than {LONGEST_NAME} bytes, to its beginning: {short}"), "exclusion");
        short
    }

    /// What stands at the top: one of each from the models, the rest kept for each.
    fn head(&mut self, file: &File, models: &[&Block]) {
        let texts = |key: &str| -> Vec<String> {
            models
                .iter()
                .flat_map(|model| list(&Json::Object(model.body.attributes.clone()), key))
                .filter(|text| !text.trim().is_empty())
                .collect()
        };
        self.draft.set("description", texts("description").join("\n\n"));
        let mut authors: Vec<String> = texts("author").iter().map(|author| one_line(author)).collect();
        authors.sort();
        authors.dedup();
        self.draft.set("authors", authors);
        let described = |kind: &str| -> Vec<String> {
            let blocks = models.iter().flat_map(|model| &model.body.blocks).filter(|block| block.kind == kind);
            blocks.map(|block| one_line(&attribute(&block.body, "description"))).filter(|text| !text.is_empty()).collect()
        };
        let mut scope = Map::new();
        let inside = described("usecase");
        if !inside.is_empty() {
            scope.insert("in".to_owned(), inside.into());
        }
        let outside: Map<String, Json> = described("exclusion").into_iter().map(|text| (self.named(text), EXCLUDED.into())).collect();
        if !outside.is_empty() {
            scope.insert("out".to_owned(), outside.into());
        }
        self.draft.set("scope", scope);
        let mut kept = Map::new();
        if let Some(version) = file.body.attributes.get("spec_version") {
            kept.insert("spec-version".to_owned(), version.clone());
        }
        let each: Map<String, Json> = models.iter().map(|model| (model.label.clone(), head_of(&model.body, self.many).into())).collect();
        kept.insert("models".to_owned(), each.into());
        if let Some(kept) = bounded(kept.into(), 0) {
            self.draft.set(OWN, kept);
        }
        for model in models {
            for key in ["including", "imports", "extends"] {
                for path in list(&Json::Object(model.body.attributes.clone()), key) {
                    self.draft.dangling(format!("`{path}`, another file that is not read"), format!("{}.{key}", model.place));
                }
            }
        }
    }

    fn assets(&mut self, body: &Body) {
        for block in body.blocks.iter().filter(|block| block.kind == "information_asset") {
            let id = self.draft.id_for_name(Section::Assets, &block.label, "asset");
            let class = attribute(&block.body, "information_classification");
            let level = confidentiality(&class);
            if !class.is_empty() && level == "medium" {
                self.draft.guessed(format!("that `{class}` means medium confidentiality"), &block.place);
            }
            let described = attribute(&block.body, "description");
            // The format asks for a description; one that repeats the name says nothing.
            let described = if described.trim() == block.label.trim() { String::new() } else { described };
            let entry = Entry::new().named(&id, &block.label).text("description", &described);
            let entry = if class.is_empty() { entry } else { entry.text("confidentiality", level) };
            let entry = self.kept(entry, &block.body, &["description"], &block.place);
            self.draft.add(Section::Assets, &id, entry);
            self.assets.insert((self.model.clone(), block.label.clone()), id);
        }
    }

    /// A dependency on somebody else is a system of theirs, unless the diagram draws it.
    fn dependencies(&mut self, body: &Body) {
        let drawn: Vec<&str> = body
            .blocks
            .iter()
            .filter(|block| block.kind.starts_with("data_flow_diagram"))
            .flat_map(|block| &block.body.blocks)
            .map(|block| block.label.as_str())
            .collect();
        for block in body.blocks.iter().filter(|block| block.kind == "third_party_dependency") {
            if drawn.contains(&block.label.as_str()) {
                self.draft.dropped(format!("that \"{}\", which is drawn, is a dependency on a third party", block.label), &block.place);
                continue;
            }
            let id = self.draft.id_for_name(Section::Elements, &block.label, "dependency");
            let entry =
                Entry::new().named(&id, &block.label).text("kind", "external").text("description", &attribute(&block.body, "description"));
            let entry = self.kept(entry.list("tags", [DEPENDENCY]), &block.body, &["description"], &block.place);
            self.draft.add(Section::Elements, &id, entry);
        }
    }

    /// Keeps the attributes that were not read, and in a file of several models the name of the model.
    fn kept(&mut self, entry: Entry, body: &Body, read: &[&str], place: &str) -> Entry {
        let mut kept = crate::kept::rest(&Json::Object(body.attributes.clone()), read);
        if self.many {
            kept.insert("model".to_owned(), self.model.as_str().into());
        }
        keep(&mut self.draft, entry, OWN, kept, place)
    }

    /// Blocks that no part of this reads.
    fn unread(&mut self, body: &Body, place: &str) {
        const READ: [&str; 10] = [
            "information_asset",
            "third_party_dependency",
            "threat",
            "usecase",
            "exclusion",
            "attributes",
            "additional_attribute",
            "data_flow_diagram",
            "data_flow_diagram_v2",
            "mermaid",
        ];
        for block in body.blocks.iter().filter(|block| !READ.contains(&block.kind.as_str())) {
            self.draft.dropped(format!("the block `{}`", block.kind), format!("{place}, {}", block.place));
        }
    }
}

/// What is kept of the head of a model; of one among several also what is joined with that of the others.
fn head_of(body: &Body, many: bool) -> Map<String, Json> {
    let attributes = Json::Object(body.attributes.clone());
    let mut kept = crate::kept::rest(&attributes, &["description", "author"]);
    if many {
        let described = |kind: &str| -> Vec<String> {
            let blocks = body.blocks.iter().filter(|block| block.kind == kind);
            blocks.map(|block| one_line(&attribute(&block.body, "description"))).collect()
        };
        let mut own = crate::kept::some(&attributes, &["description", "author"]);
        own.insert("usecase".to_owned(), described("usecase").into());
        own.insert("exclusion".to_owned(), described("exclusion").into());
        kept.insert("own".to_owned(), own.into());
    }
    for block in &body.blocks {
        match block.kind.as_str() {
            "attributes" => {
                kept.insert("attributes".to_owned(), block.body.attributes.clone().into());
            }
            "additional_attribute" | "mermaid" => {
                let group = kept.entry(block.kind.clone()).or_insert_with(|| Map::new().into());
                if let Some(group) = group.as_object_mut() {
                    group.insert(block.label.clone(), block.body.attributes.clone().into());
                }
            }
            _ => {}
        }
    }
    kept
}

/// The level that a class of information stands for.
fn confidentiality(class: &str) -> &'static str {
    match slug(class).as_str() {
        "public" => "none",
        "internal" => "low",
        "confidential" => "high",
        "restricted" | "secret" | "top-secret" => "critical",
        _ => "medium",
    }
}

/// The word for a risk reduction in percent.
fn strength(reduction: &Json) -> &'static str {
    match reduction.as_f64() {
        Some(number) if number < 34.0 => "weak",
        Some(number) if number < 67.0 => "moderate",
        Some(_) => "strong",
        None => "",
    }
}

/// The text of an attribute; empty if there is none.
fn attribute(body: &Body, key: &str) -> String {
    body.attributes.get(key).map(|value| scalar(value).into_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests;
