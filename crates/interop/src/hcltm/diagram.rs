//! Data flow diagrams: things in zones that their names or blocks around them say.

use std::collections::BTreeSet;

use serde_json::{Map, Value as Json};

use super::syntax::{Block, Body};
use super::{Maker, OWN, attribute};
use crate::ImportError;
use crate::draft::{Entry, Section, one_line};
use crate::drawn::{Line, Role, Shape, Sheet};
use crate::kept::{keep, rest};
use crate::read::list;

impl Maker {
    pub(super) fn diagrams(&mut self, model: &Block) -> Result<(), ImportError> {
        let diagrams: Vec<&Block> = model.body.blocks.iter().filter(|block| block.kind.starts_with("data_flow_diagram")).collect();
        for block in &diagrams {
            let mut reader = Diagram { sheet: Sheet::new(OWN), zones: BTreeSet::new(), elements: BTreeSet::new() };
            reader.body(&block.body, None, self);
            let shown = reader.sheet.into_draft(&mut self.draft)?;
            let title = one_line(&block.label);
            if diagrams.len() > 1 || self.many || !title.is_empty() {
                let id = self.draft.id_for_name(Section::Diagrams, &title, "diagram");
                let mut entry = Entry::new().text("title", &title).list("show", shown);
                let mut kept = Map::from_iter([("kind".to_owned(), Json::from(block.kind.as_str()))]);
                if self.many {
                    kept.insert("model".to_owned(), self.model.as_str().into());
                }
                entry = keep(&mut self.draft, entry, OWN, kept, &block.place);
                self.draft.add(Section::Diagrams, &id, entry);
            }
        }
        Ok(())
    }
}

struct Diagram {
    sheet: Sheet,
    zones: BTreeSet<String>,
    elements: BTreeSet<String>,
}

impl Diagram {
    fn body(&mut self, body: &Body, zone: Option<&str>, maker: &mut Maker) {
        for block in &body.blocks {
            let kind = match block.kind.as_str() {
                "process" => "process",
                "data_store" => "store",
                "external_element" => "external",
                "trust_zone" => {
                    let key = self.zone(&block.label, zone, &block.place);
                    self.body(&block.body, Some(&key), maker);
                    continue;
                }
                "flow" => {
                    self.flow(block);
                    continue;
                }
                other => {
                    maker.draft.dropped(format!("the block `{other}`"), &block.place);
                    continue;
                }
            };
            self.element(block, kind, zone, maker);
        }
    }

    fn zone(&mut self, name: &str, around: Option<&str>, place: &str) -> String {
        let key = format!("zone {name}");
        if self.zones.insert(key.clone()) {
            let mut shape = Shape::new(key.clone(), name, Role::Zone, place);
            shape.parent = around.map(str::to_owned);
            self.sheet.shapes.push(shape);
        }
        key
    }

    fn element(&mut self, block: &Block, kind: &'static str, zone: Option<&str>, maker: &mut Maker) {
        let named = attribute(&block.body, "trust_zone");
        let parent = if named.is_empty() { zone.map(str::to_owned) } else { Some(self.zone(&named, None, &block.place)) };
        let person = kind == "external" && crate::vocabulary::is_person(&block.label);
        let role = if person { Role::Likely("actor", "an external element with the name of a person") } else { Role::Said(kind) };
        let key = format!("element {}", block.label);
        if !self.elements.insert(key.clone()) {
            maker.draft.dangling(format!("a second element with the name \"{}\"", block.label), &block.place);
            return;
        }
        let mut shape = Shape::new(key, &block.label, role, &block.place);
        shape.parent = parent;
        shape.description = attribute(&block.body, "description");
        let attributes = Json::Object(block.body.attributes.clone());
        for name in list(&attributes, "information_asset") {
            match maker.assets.get(&(maker.model.clone(), name.clone())) {
                Some(asset) => shape.holds.push(asset.clone()),
                None => maker.draft.dangling(format!("the asset `{name}`"), &block.place),
            }
        }
        shape.kept = rest(&attributes, &["trust_zone", "information_asset", "description"]);
        if maker.many {
            shape.kept.insert("model".to_owned(), maker.model.as_str().into());
        }
        self.sheet.shapes.push(shape);
    }

    fn flow(&mut self, block: &Block) {
        let end = |key: &str| Some(attribute(&block.body, key)).filter(|name| !name.is_empty()).map(|name| format!("element {name}"));
        let (from, to) = (end("from"), end("to"));
        let protocol = attribute(&block.body, "protocol");
        let mut kept = rest(&Json::Object(block.body.attributes.clone()), &["from", "to", "protocol"]);
        if crate::vocabulary::protocol(&protocol, true) != protocol {
            kept.insert("protocol".to_owned(), protocol.as_str().into());
        }
        self.sheet.lines.push(Line { from, to, label: block.label.clone(), protocol, kept, place: block.place.clone(), ..Line::default() });
    }
}
