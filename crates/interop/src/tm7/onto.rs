//! Changes of a model as edits of the file that it came from.
//!
//! Names, scope, what the file says of itself and everything about threats are replaced where they stand. What is new
//! gets the general kind of the tool and a place in the drawing beside the rest, or inside its zone.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use crate::export::Outgoing;
use crate::onto::xml::{Node, append, parse, set_text};
use crate::onto::{Changes, Edit};

use super::document::{Point, Rect};
use super::pieces::{self, Piece, Row, guid};
use super::write::state;

/// Makes the edits.
pub(crate) fn onto(text: &str, changes: &Changes<'_>, outgoing: &Outgoing<'_>) -> Vec<Edit> {
    let Some(root) = parse(text) else { return Vec::new() };
    let mut file = File::of(text, &root, changes, outgoing);
    file.head();
    file.renamed();
    file.removed();
    file.added();
    file.threats();
    file.finish()
}

struct File<'t, 'c> {
    text: &'t str,
    root: &'t Node<'t>,
    changes: &'c Changes<'c>,
    outgoing: &'c Outgoing<'c>,
    /// Boxes and lines, with the list item around each, by id.
    things: BTreeMap<String, Thing<'t>>,
    /// Threats, with the list item around each, by key.
    rows: BTreeMap<String, (&'t Node<'t>, &'t Node<'t>)>,
    edits: Vec<Edit>,
    number: usize,
    /// What is added to the drawing: boxes, then lines.
    drawn: [String; 2],
    stored: String,
    /// Where boxes are that are added.
    placed: BTreeMap<String, Rect>,
}

#[derive(Clone, Copy)]
struct Thing<'t> {
    pair: &'t Node<'t>,
    value: &'t Node<'t>,
}

impl<'t, 'c> File<'t, 'c> {
    fn of(text: &'t str, root: &'t Node<'t>, changes: &'c Changes<'c>, outgoing: &'c Outgoing<'c>) -> Self {
        let mut things = BTreeMap::new();
        let mut number = 0;
        for surface in root.items("DrawingSurfaceList") {
            for pair in surface.items("Borders").iter().chain(surface.items("Lines")) {
                let Some(value) = pair.child("Value") else { continue };
                number += 1;
                things.entry(value.text_of(text, "Guid")).or_insert(Thing { pair, value });
            }
        }
        let rows = root.items("ThreatInstances").iter().filter_map(|pair| Some((pair.text_of(text, "Key"), (pair, pair.child("Value")?))));
        Self {
            text,
            root,
            changes,
            outgoing,
            things,
            rows: rows.collect(),
            edits: Vec::new(),
            // Numbers of objects count drawings, things and the template; what is added goes on after all of them.
            number: number + root.items("DrawingSurfaceList").len() + 1,
            drawn: [String::new(), String::new()],
            stored: String::new(),
            placed: BTreeMap::new(),
        }
    }

    fn finish(mut self) -> Vec<Edit> {
        if let Some(surface) = self.root.items("DrawingSurfaceList").first() {
            for (list, xml) in ["Borders", "Lines"].iter().zip(&self.drawn) {
                if let Some(node) = surface.child(list).filter(|_| !xml.is_empty()) {
                    self.edits.push(append(self.text, node, xml));
                }
            }
        }
        if let Some(node) = self.root.child("ThreatInstances").filter(|_| !self.stored.is_empty()) {
            self.edits.push(append(self.text, node, &self.stored));
        }
        self.edits
    }

    /// What the file says of itself.
    fn head(&mut self) {
        let Some(meta) = self.root.child("MetaInformation") else { return };
        for (key, name) in
            [("name", "ThreatModelName"), ("description", "HighLevelSystemDescription"), ("owner", "Owner"), ("authors", "Contributors")]
        {
            let Some(change) = self.changes.list.iter().find(|change| change.path == [key]) else { continue };
            if let Some(node) = meta.child(name) {
                self.edits.push(set_text(self.text, node, &flat(change.after)));
            }
        }
    }

    fn thing(&self, section: &str, id: &str) -> Option<Thing<'t>> {
        self.things.get(self.changes.place_of(section, id)?).copied()
    }

    /// Names and scope of things that both have.
    fn renamed(&mut self) {
        for (section, field) in [("elements", "name"), ("zones", "name"), ("flows", "label")] {
            for id in self.changes.edited(section) {
                let Some(thing) = self.thing(section, id) else { continue };
                let changed = |name: &str| self.changes.list.iter().find(|change| change.path == [section, id, name]);
                if let Some(change) = changed(field) {
                    // Without a name, a thing is called by its id.
                    let name = if change.text().is_empty() { id } else { change.text() };
                    self.property(thing, &["", "Name"], name);
                    self.remember(thing, name, id);
                }
                if let Some(change) = changed("out-of-scope") {
                    let (flag, reason) = (if change.after.is_some() { "true" } else { "false" }, change.text());
                    self.property(thing, &["71f3d9aa-b8ef-4e54-8126-607a1d903103", "Out Of Scope"], flag);
                    self.property(thing, &["752473b6-52d4-4776-9a24-202153f7d579", "Reason For Out Of Scope"], reason);
                }
                if section == "elements" && changed("zone").is_some() {
                    self.moved(thing, self.outgoing.entry(section, id));
                }
            }
        }
    }

    /// Writes the id of ours into a thing whose name no longer says it, so that it is the same thing when it is read again.
    fn remember(&mut self, thing: Thing<'t>, name: &str, id: &str) {
        let Some(properties) = thing.value.child("Properties") else { return };
        let known = properties.children.iter().any(|node| node.text_of(self.text, "Value").starts_with(pieces::OWN_ID));
        if !known && crate::draft::slug(name) != id {
            self.edits.push(append(self.text, properties, &pieces::own_id(id)));
        }
    }

    /// Sets a property, which is known by its key, or by its label where it has no key.
    fn property(&mut self, thing: Thing<'t>, [key, label]: &[&str; 2], value: &str) {
        let is = |node: &&Node<'t>| {
            node.text_of(self.text, "Name") == *key && (!key.is_empty() || node.text_of(self.text, "DisplayName") == *label)
        };
        let found = thing.value.items("Properties").iter().find(is).and_then(|node| node.child("Value"));
        if let Some(node) = found {
            self.edits.push(set_text(self.text, node, value));
        }
    }

    /// Puts an element inside of its first zone.
    fn moved(&mut self, thing: Thing<'t>, entry: &Json) {
        let rect = self.free(zone_of(entry));
        for (name, number) in [("Left", rect.left), ("Top", rect.top)] {
            if let Some(node) = thing.value.child(name) {
                self.edits.push(set_text(self.text, node, &format!("{number:.0}")));
            }
        }
        self.placed.insert(thing.value.text_of(self.text, "Guid"), rect);
    }

    fn rect(&self, guid: &str) -> Option<Rect> {
        if let Some(rect) = self.placed.get(guid) {
            return Some(*rect);
        }
        let value = self.things.get(guid)?.value;
        let number = |name: &str| value.text_of(self.text, name).parse::<f64>().ok();
        Some(Rect { left: number("Left")?, top: number("Top")?, width: number("Width")?, height: number("Height")? })
    }

    /// A place where nothing stands: inside a zone, else below everything.
    fn free(&self, zone: &str) -> Rect {
        let taken: Vec<Rect> = self
            .things
            .keys()
            .filter(|guid| !self.is_zone(guid))
            .filter_map(|guid| self.rect(guid))
            .chain(self.placed.values().copied())
            .collect();
        let meets = |rect: &Rect| {
            taken.iter().any(|other| {
                rect.left < other.left + other.width
                    && other.left < rect.left + rect.width
                    && rect.top < other.top + other.height
                    && other.top < rect.top + rect.height
            })
        };
        let zone = self.changes.place_of("zones", zone).map_or_else(|| guid(zone), str::to_owned);
        if let Some(around) = self.rect(&zone) {
            let steps = |length: f64| (0..200).map(|step| f64::from(step) * 25.0).take_while(move |at| *at <= length);
            let inner = |top: f64, left: f64| Rect { left: around.left + left, top: around.top + top, width: 100.0, height: 100.0 };
            let places = steps(around.height - 100.0).flat_map(|top| steps(around.width - 100.0).map(move |left| inner(top, left)));
            // A crowded zone still has the thing in its middle, which is what counts.
            let middle = Rect { left: around.centre().x - 50.0, top: around.centre().y - 50.0, width: 100.0, height: 100.0 };
            return places.into_iter().find(|rect| !meets(rect)).unwrap_or(middle);
        }
        let all = self.things.keys().filter_map(|guid| self.rect(guid)).chain(self.placed.values().copied());
        let bottom = all.map(|rect| rect.top + rect.height).fold(0.0, f64::max);
        Rect { left: 50.0, top: bottom + 60.0, width: 100.0, height: 100.0 }
    }

    fn is_zone(&self, guid: &str) -> bool {
        self.things.get(guid).is_some_and(|thing| thing.value.attribute(self.text, "type").is_some_and(|class| class.ends_with("Boundary")))
    }

    /// Things that are gone; threats of theirs go as entries of their own.
    fn removed(&mut self) {
        for section in ["elements", "zones", "flows"] {
            for id in self.changes.removed(section) {
                if let Some(thing) = self.thing(section, id) {
                    self.edits.push(Edit::remove(thing.pair.span.clone()));
                }
            }
        }
        for id in self.changes.removed("threats") {
            if let Some((pair, _)) = self.row(id) {
                self.edits.push(Edit::remove(pair.span.clone()));
            }
        }
    }

    fn row(&self, id: &str) -> Option<(&'t Node<'t>, &'t Node<'t>)> {
        self.rows.get(self.changes.place_of("threats", id)?).copied()
    }

    fn added(&mut self) {
        for (id, entry) in self.changes.added("zones") {
            let rect = self.around(id);
            self.placed.insert(guid(id), rect);
            let piece = self.piece(id, entry, "name", "BorderBoundary", "GE.TB.B", "Trust boundary");
            self.drawn[0].push_str(&pieces::boxed(&piece, rect));
        }
        for (id, entry) in self.changes.added("elements") {
            let rect = self.free(zone_of(entry));
            self.placed.insert(guid(id), rect);
            let (class, general, kind) = match entry.get("kind").and_then(Json::as_str) {
                Some("process") => ("StencilEllipse", "GE.P", "Process"),
                Some("store") => ("StencilParallelLines", "GE.DS", "Data store"),
                _ => ("StencilRectangle", "GE.EI", "External entity"),
            };
            let piece = self.piece(id, entry, "name", class, general, kind);
            self.drawn[0].push_str(&pieces::boxed(&piece, rect));
        }
        for (id, entry) in self.changes.added("flows") {
            let end = |key: &str| {
                let id = entry.get(key).and_then(Json::as_str).unwrap_or_default();
                let guid = self.guid("elements", id);
                let rect = self.rect(&guid)?;
                Some((guid, rect))
            };
            let (Some(from), Some(to)) = (end("from"), end("to")) else { continue };
            let piece = self.piece(id, entry, "label", "Connector", "GE.DF", "Data flow");
            self.drawn[1].push_str(&pieces::line(&piece, &pieces::course((&from.0, from.1), (&to.0, to.1), 1)));
        }
    }

    fn guid(&self, section: &str, id: &str) -> String {
        self.changes.place_of(section, id).map_or_else(|| guid(id), str::to_owned)
    }

    fn piece<'p>(&mut self, id: &str, entry: &Json, name: &str, class: &'p str, general: &'p str, kind: &str) -> Piece<'p> {
        self.number += 1;
        let name = entry.get(name).and_then(Json::as_str).unwrap_or(id);
        Piece {
            guid: guid(id),
            number: self.number,
            class,
            general,
            kind: general.to_owned(),
            kind_name: kind.to_owned(),
            name: name.to_owned(),
            out_of_scope: entry.get("out-of-scope").and_then(Json::as_str).map(str::to_owned),
            own_id: (crate::draft::slug(name) != id).then(|| id.to_owned()),
        }
    }

    /// The box of an added zone: around the elements in it that the file has, else a place of its own.
    fn around(&self, zone: &str) -> Rect {
        let elements = self.changes.after.get("elements").and_then(Json::as_object);
        let inside = elements.into_iter().flatten().filter(|(_, entry)| zone_of(entry) == zone);
        let rects: Vec<Rect> = inside.filter_map(|(id, _)| self.rect(self.changes.place_of("elements", id)?)).collect();
        let Some(first) = rects.first() else {
            let below = self.free("");
            return Rect { width: 400.0, height: 250.0, ..below };
        };
        let low =
            rects.iter().fold(Point { x: first.left, y: first.top }, |low, rect| Point { x: low.x.min(rect.left), y: low.y.min(rect.top) });
        let high =
            rects.iter().fold(low, |high, rect| Point { x: high.x.max(rect.left + rect.width), y: high.y.max(rect.top + rect.height) });
        Rect { left: low.x - 20.0, top: low.y - 20.0, width: high.x - low.x + 40.0, height: high.y - low.y + 40.0 }
    }

    /// What was decided and written about threats, and threats that are new.
    fn threats(&mut self) {
        for id in self.changes.edited("threats") {
            let Some((_, value)) = self.row(id) else { continue };
            let entry = self.outgoing.entry("threats", id);
            let changed = |field: &str| self.changes.list.iter().any(|change| change.path == ["threats", id, field]);
            let text = |field: &str| entry.get(field).and_then(Json::as_str).unwrap_or_default();
            if changed("status") || changed("tags") {
                self.member(value, "State", state_of(entry));
            }
            for (field, column) in [("title", "Title"), ("description", "UserThreatDescription"), ("because", "StateInformation")] {
                if changed(field) {
                    self.column(value, column, text(field));
                }
            }
            if changed("severity") {
                let priority = priority_of(entry);
                self.member(value, "Priority", priority);
                self.column(value, "Priority", priority);
            }
        }
        let mut number = self.rows.len();
        for (id, entry) in self.changes.added("threats").filter(|(id, _)| !id.contains('@')) {
            number += 1;
            if let Some(row) = self.stored(id, entry, number) {
                self.stored.push_str(&row.xml());
            }
        }
    }

    fn member(&mut self, value: &'t Node<'t>, name: &str, text: &str) {
        if let Some(node) = value.child(name) {
            self.edits.push(set_text(self.text, node, text));
        }
    }

    /// A column of the table: where the table has it, else beside the table, else added to the table.
    fn column(&mut self, value: &'t Node<'t>, column: &str, text: &str) {
        let cell = value.items("Properties").iter().find(|pair| pair.text_of(self.text, "Key") == column);
        if let Some(node) = cell.and_then(|pair| pair.child("Value")) {
            self.edits.push(set_text(self.text, node, text));
        }
        match value.child(column) {
            Some(node) if cell.is_none() || !node.content(self.text).is_empty() => self.edits.push(set_text(self.text, node, text)),
            None if cell.is_none() => {
                if let Some(table) = value.child("Properties") {
                    let (arrays, text) = (pieces::ARRAYS, crate::onto::xml::escaped(text));
                    let pair = format!(
                        "<a:KeyValueOfstringstring xmlns:a=\"{arrays}\"><a:Key>{column}</a:Key><a:Value>{text}</a:Value></a:KeyValueOfstringstring>"
                    );
                    self.edits.push(append(self.text, table, &pair));
                }
            }
            _ => {}
        }
    }

    /// An added threat at the flow that it is about.
    fn stored(&self, id: &str, entry: &Json, number: usize) -> Option<Row> {
        let on = || entry.get("on").and_then(Json::as_array).into_iter().flatten().filter_map(Json::as_str);
        let flows = self.changes.after.get("flows").and_then(Json::as_object)?;
        let touches = |flow: &Json, id: &str| ["from", "to"].iter().any(|end| flow.get(end).and_then(Json::as_str) == Some(id));
        let direct = on().find_map(|id| flows.get_key_value(id));
        let (flow, ends) = direct.or_else(|| on().find_map(|id| flows.iter().find(|(_, flow)| touches(flow, id))))?;
        let end = |key: &str| self.guid("elements", ends.get(key).and_then(Json::as_str).unwrap_or_default());
        let text = |field: &str| entry.get(field).and_then(Json::as_str).unwrap_or_default().to_owned();
        let stride = entry.get("stride").and_then(|list| list.get(0)).and_then(Json::as_str).and_then(redan_model::lang::Stride::from_word);
        let category = stride.map_or("", |stride| super::write::category(stride).1);
        let priority = priority_of(entry);
        Some(Row {
            kind: self.type_of(category)?,
            surface: self.root.items("DrawingSurfaceList").first()?.text_of(self.text, "Guid"),
            source: end("from"),
            flow: self.guid("flows", flow),
            target: end("to"),
            number,
            priority,
            state: state_of(entry),
            columns: vec![
                ("Title", text("title")),
                ("UserThreatCategory", category.to_owned()),
                ("UserThreatDescription", text("description")),
                ("InteractionString", ends.get("label").and_then(Json::as_str).unwrap_or(flow).to_owned()),
                ("Priority", priority.to_owned()),
                ("StateInformation", text("because")),
                (pieces::OWN_THREAT, id.to_owned()),
                (pieces::OWN_SUBJECTS, on().collect::<Vec<_>>().join(", ")),
            ],
        })
    }

    /// A type of the template inside with a category: the tool knows no threat without a type.
    fn type_of(&self, category: &str) -> Option<String> {
        let base = self.root.child("KnowledgeBase");
        let Some(base) = base.filter(|base| !base.items("ThreatTypes").is_empty()) else { return Some("redan".to_owned()) };
        let same = |name: &str| super::kinds::stride(name).is_some() && super::kinds::stride(name) == super::kinds::stride(category);
        let wanted = base
            .items("ThreatCategories")
            .iter()
            .find(|item| same(&item.text_of(self.text, "Name")))
            .map(|item| item.text_of(self.text, "Id"));
        let types = base.items("ThreatTypes");
        let fits = types.iter().find(|item| wanted.as_ref().is_some_and(|id| item.text_of(self.text, "Category") == *id));
        fits.or(types.first()).map(|item| item.text_of(self.text, "Id"))
    }
}

/// The first zone of an entry.
fn zone_of(entry: &Json) -> &str {
    entry.get("zone").and_then(|zone| if zone.is_array() { zone.get(0) } else { Some(zone) }).and_then(Json::as_str).unwrap_or_default()
}

fn state_of(entry: &Json) -> &'static str {
    let waits = entry.get("tags").and_then(Json::as_array).is_some_and(|tags| tags.iter().any(|tag| tag == "needs-investigation"));
    match state(entry.get("status").and_then(Json::as_str).unwrap_or_default()).0 {
        "AutoGenerated" if waits => "NeedsInvestigation",
        state => state,
    }
}

fn priority_of(entry: &Json) -> &'static str {
    let band = entry.get("severity").and_then(Json::as_str).and_then(redan_model::lang::Band::from_word);
    super::write::priority(band).0
}

/// A text, or a list of them on one line.
fn flat(value: Option<&Json>) -> String {
    match value {
        Some(Json::Array(items)) => items.iter().filter_map(Json::as_str).collect::<Vec<_>>().join(", "),
        Some(Json::String(text)) => text.clone(),
        _ => String::new(),
    }
}
