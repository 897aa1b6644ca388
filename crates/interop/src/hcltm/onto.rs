//! Changes of a model in a file that exists: the model is written as blocks as it was and as it is, and what differs is
//! made in the block of the file at hand. Comments, order and everything that neither says stay.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::places::{Editor, Spot, of_json};
use super::syntax::{Block, Body, parse};
use super::write::body;
use crate::Losses;
use crate::export::{ExportError, Outgoing};
use crate::onto::{Changes, Edit, json, rewritten};

/// Kinds of blocks in a diagram that are elements.
const ELEMENTS: [&str; 3] = ["process", "data_store", "external_element"];

/// Makes the edits.
///
/// # Errors
/// The file cannot be read.
pub(crate) fn onto(text: &str, changes: &Changes<'_>, outgoing: &Outgoing<'_>) -> Result<Vec<Edit>, ExportError> {
    let broken = || ExportError::Impossible("the file cannot be read".to_owned());
    let is_json = text.trim_start().starts_with('{');
    let old = rewritten::with_outgoing(changes.before, outgoing, |outgoing| body(outgoing, &mut Losses::default()));
    let new = rewritten::with_outgoing(changes.after, outgoing, |outgoing| body(outgoing, &mut Losses::default()));
    let renamed = Renamed::of(changes);
    let editor = Editor { text, is_json, edits: Vec::new() };
    if is_json {
        let root = json::parse(text).ok_or_else(broken)?;
        Ok(run(editor, &of_json(&root), &old, &new, &renamed))
    } else {
        let file = parse(text).map_err(ExportError::Original)?;
        let mut root = Spot { end: text.len(), ..Spot::default() };
        root.blocks = file.body.blocks.iter().map(spot).collect();
        Ok(run(editor, &root, &old, &new, &renamed))
    }
}

fn run<'t>(mut editor: Editor<'t>, root: &Spot<'t>, old: &Body, new: &Body, renamed: &Renamed) -> Vec<Edit> {
    walk(&mut editor, root, old, new, renamed);
    editor.edits
}

/// A block of HCL with its places.
fn spot(block: &Block) -> Spot<'static> {
    Spot {
        kind: block.kind.clone(),
        label: block.label.clone(),
        more: block.more.clone(),
        attributes: block.body.places.clone(),
        blocks: block.body.blocks.iter().map(spot).collect(),
        span: block.span.whole.clone(),
        word: block.span.word.clone(),
        name: block.span.name.clone(),
        end: block.span.end,
        node: None,
    }
}

/// What things were called before, by what they are called now.
struct Renamed(BTreeMap<(&'static str, String), String>);

impl Renamed {
    fn of(changes: &Changes<'_>) -> Self {
        let mut names = BTreeMap::new();
        if let Some(change) = changes.list.iter().find(|change| change.path == ["name"]) {
            let before = change.before.and_then(Json::as_str).unwrap_or_default();
            names.insert(("threatmodel", change.text().to_owned()), before.to_owned());
        }
        for change in &changes.list {
            let (class, key) = match change.section() {
                "assets" => ("information_asset", "name"),
                "elements" => ("element", "name"),
                "zones" => ("trust_zone", "name"),
                "threats" => ("threat", "title"),
                "mitigations" => ("control", "title"),
                "flows" => ("flow", "label"),
                "diagrams" => ("diagram", "title"),
                _ => continue,
            };
            if let (Some(id), Some(field)) = (change.id(), change.field())
                && field == key
            {
                let said = |value: Option<&Json>| {
                    value.and_then(Json::as_str).map_or_else(|| crate::onto::spoken(change.section(), id), str::to_owned)
                };
                names.insert((class, said(change.after)), said(change.before));
            }
        }
        Self(names)
    }

    /// What a block was called before.
    fn before<'b>(&'b self, block: &'b Block) -> &'b str {
        self.0.get(&(class(&block.kind), block.label.clone())).map_or(block.label.as_str(), String::as_str)
    }
}

/// What a kind of block stands for, where several kinds stand for one.
fn class(kind: &str) -> &'static str {
    match kind {
        "threatmodel" => "threatmodel",
        "information_asset" => "information_asset",
        "process" | "data_store" | "external_element" | "third_party_dependency" => "element",
        "trust_zone" => "trust_zone",
        "threat" => "threat",
        "control" | "expanded_control" | "proposed_control" => "control",
        "flow" => "flow",
        "data_flow_diagram" | "data_flow_diagram_v2" => "diagram",
        "usecase" => "usecase",
        "exclusion" => "exclusion",
        "risk" => "risk",
        "component" => "component",
        _ => "other",
    }
}

/// Makes at a block of the file what differs between two written ones.
fn walk<'t>(editor: &mut Editor<'t>, spot: &Spot<'t>, old: &Body, new: &Body, renamed: &Renamed) {
    attributes(editor, spot, old, new);
    let mut known = vec![false; old.blocks.len()];
    for block in &new.blocks {
        let before = (0..old.blocks.len()).find(|at| !known[*at] && same(&old.blocks[*at], block, renamed.before(block)));
        let Some(at) = before else {
            editor.add(spot, block);
            continue;
        };
        known[at] = true;
        let was = &old.blocks[at];
        let Some(place) = find(spot, was) else { continue };
        if was.label != block.label && was.kind == block.kind {
            editor.rename(place, &block.label);
        }
        if class(&block.kind) == "diagram" {
            diagram(editor, place, &was.body, &block.body, renamed);
        } else {
            walk(editor, place, &was.body, &block.body, renamed);
        }
    }
    for (was, _) in old.blocks.iter().zip(&known).filter(|(_, known)| !**known) {
        if let Some(place) = find(spot, was) {
            editor.remove(place);
        }
    }
}

/// Whether two blocks that were written are the same thing, the second one having had that name before.
fn same(old: &Block, new: &Block, before: &str) -> bool {
    // What has no name is known by what it says, except where there is only one.
    let unnamed = matches!(old.kind.as_str(), "usecase" | "exclusion" | "proposed_control");
    old.kind == new.kind && old.more == new.more && old.label == before && (!unnamed || old.body.attributes == new.body.attributes)
}

/// The block of the file that was written so.
fn find<'s, 't>(spot: &'s Spot<'t>, was: &Block) -> Option<&'s Spot<'t>> {
    let label = |spot: &&Spot<'t>| spot.kind == was.kind && spot.label.trim() == was.label && spot.more == was.more;
    let mut found = spot.blocks.iter().filter(label);
    match (found.next(), class(&was.kind)) {
        // A file with one model may call it with more spaces than we do.
        (None, "threatmodel") => spot.blocks.iter().find(|spot| spot.kind == "threatmodel"),
        (None, "threat" | "control" | "other" | "information_asset" | "element") => {
            spot.blocks.iter().find(|spot| spot.kind == was.kind && crate::draft::one_line(&spot.label) == was.label)
        }
        (first, _) => first,
    }
}

fn attributes<'t>(editor: &mut Editor<'t>, spot: &Spot<'t>, old: &Body, new: &Body) {
    for (key, value) in new.attributes.iter().filter(|(key, value)| old.attributes.get(*key) != Some(value)) {
        editor.set(spot, key, value);
    }
    for key in old.attributes.keys().filter(|key| !new.attributes.contains_key(*key)) {
        editor.unset(spot, key);
    }
}

/// An element, a flow or a zone of a diagram, and the zone that it is in.
struct Part<'b> {
    block: &'b Block,
    zone: String,
}

/// All that is in a diagram, whatever zone it is in.
fn parts<'b>(body: &'b Body, zone: &str, found: &mut Vec<Part<'b>>) {
    for block in &body.blocks {
        found.push(Part { block, zone: zone.to_owned() });
        if block.kind == "trust_zone" {
            parts(&block.body, &block.label, found);
        }
    }
}

/// Makes what differs between two written diagrams. Where a thing stands in the file may be another zone's block.
fn diagram<'t>(editor: &mut Editor<'t>, spot: &Spot<'t>, old: &Body, new: &Body, renamed: &Renamed) {
    attributes(editor, spot, old, new);
    let (mut before, mut after) = (Vec::new(), Vec::new());
    parts(old, "", &mut before);
    parts(new, "", &mut after);
    let mut known = vec![false; before.len()];
    for part in &after {
        let name = renamed.before(part.block);
        let is_same = |at: &usize| class(&before[*at].block.kind) == class(&part.block.kind) && before[*at].block.label == name;
        let ends = |block: &Block| ["from", "to"].map(|key| block.body.attributes.get(key).cloned());
        let flow = part.block.kind == "flow";
        let exact = |at: &usize| is_same(at) && (!flow || ends(before[*at].block) == ends(part.block));
        let mut open = (0..before.len()).filter(|at| !known[*at]);
        let Some(at) = open.clone().find(exact).or_else(|| open.find(is_same)) else {
            added(editor, spot, part);
            continue;
        };
        known[at] = true;
        changed(editor, spot, &before[at], part, renamed);
    }
    for (part, _) in before.iter().zip(&known).filter(|(_, known)| !**known) {
        // A zone that is gone may still be around the blocks of what was in it; those are moved by now.
        if let Some((place, _)) = within(spot, part.block) {
            editor.remove(place);
        }
    }
}

/// A block of a diagram with the one around it.
fn within<'s, 't>(spot: &'s Spot<'t>, was: &Block) -> Option<(&'s Spot<'t>, &'s Spot<'t>)> {
    for inner in &spot.blocks {
        if inner.kind == was.kind && crate::draft::one_line(&inner.label) == was.label {
            return Some((inner, spot));
        }
        if let Some(found) = (inner.kind == "trust_zone").then(|| within(inner, was)).flatten() {
            return Some(found);
        }
    }
    None
}

fn added<'t>(editor: &mut Editor<'t>, spot: &Spot<'t>, part: &Part<'_>) {
    let mut block = part.block.clone();
    // What is in a zone that is new is added on its own.
    block.body.blocks.clear();
    if ELEMENTS.contains(&block.kind.as_str()) && !part.zone.is_empty() {
        block.body.attributes.insert("trust_zone".to_owned(), part.zone.as_str().into());
    }
    editor.add(spot, &block);
}

fn changed<'t>(editor: &mut Editor<'t>, spot: &Spot<'t>, before: &Part<'_>, after: &Part<'_>, renamed: &Renamed) {
    let Some((place, parent)) = within(spot, before.block) else {
        // A zone that only an attribute of its last element named has a block once nothing names it.
        if after.block.kind == "trust_zone" && after.block.body.blocks.is_empty() {
            editor.add(spot, after.block);
        }
        return;
    };
    let element = ELEMENTS.contains(&after.block.kind.as_str());
    let zone_before = renamed.0.get(&("trust_zone", after.zone.clone())).unwrap_or(&after.zone);
    let moved = *zone_before != before.zone;
    let first = editor.edits.len();
    if before.block.label != after.block.label {
        editor.rename(place, &after.block.label);
    }
    if after.block.kind != "trust_zone" {
        attributes(editor, place, &before.block.body, &after.block.body);
    }
    let states_zone = place.attributes.iter().any(|(key, ..)| key == "trust_zone");
    if element && (moved || states_zone && before.zone != after.zone) {
        if after.zone.is_empty() { editor.unset(place, "trust_zone") } else { editor.set(place, "trust_zone", &after.zone.as_str().into()) }
    }
    if element && before.block.kind != after.block.kind {
        editor.rekind(place, parent, &after.block.kind);
    }
    // What stands in the block of its old zone goes out of it, with what was changed in it just now.
    if element && moved && parent.kind == "trust_zone" && !editor.is_json {
        let made = editor.edits.split_off(first);
        editor.move_to(place, spot, made);
    }
}
