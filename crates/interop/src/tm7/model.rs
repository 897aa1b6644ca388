//! A file as a model of our language.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use crate::draft::{Draft, Entry, Section, clean, one_line, slug};
use crate::tb7::Template;
use crate::{Imported, Loss};

use super::document::{Document, Line, Shape, Stencil, Surface, Thing};
use super::stored::{State, Threat};
use super::zones::{Zones, is_element, zones};
use super::{kinds, pieces, template, text};

/// Longest title of a mitigation that is made from advice.
const TITLE_LENGTH: usize = 90;

/// Says a file in our language, with these threats instead of those that it stores.
pub fn model(document: &Document, threats: &[Threat], loss: Vec<Loss>) -> Imported {
    let columns = document.template.iter().flat_map(|template| &template.columns);
    let mut maker = Maker {
        draft: Draft::new(&document.meta.name),
        document,
        elements: BTreeMap::new(),
        flows: BTreeMap::new(),
        advice: BTreeMap::new(),
        labels: columns.map(|(key, label)| (key.as_str(), label.as_str())).collect(),
    };
    maker.meta();
    for surface in &document.surfaces {
        maker.surface(surface);
    }
    for threat in threats {
        maker.threat(threat);
    }
    maker.left_out();
    for loss in loss {
        maker.draft.lose(loss.kind, loss.what, loss.place);
    }
    maker.draft.finish()
}

struct Maker<'d> {
    draft: Draft,
    document: &'d Document,
    /// Ids of elements by their id in the file.
    elements: BTreeMap<&'d str, String>,
    /// Ids of flows by their id in the file.
    flows: BTreeMap<&'d str, String>,
    /// Ids of mitigations by their text.
    advice: BTreeMap<String, String>,
    /// Labels of the columns of the table of threats.
    labels: BTreeMap<&'d str, &'d str>,
}

impl<'d> Maker<'d> {
    fn meta(&mut self) {
        let meta = &self.document.meta;
        self.draft.set("description", meta.description.as_str());
        self.draft.set("owner", meta.owner.as_str());
        let authors: Vec<&str> = text::listed(&meta.contributors).collect();
        self.draft.set("authors", authors);
        for name in text::listed(&meta.reviewer) {
            let id = self.draft.id_for_name(Section::People, name, "reviewer");
            self.draft.add(Section::People, &id, Entry::new().named(&id, name).text("reviewer", "yes"));
        }
        for line in meta.assumptions.lines().filter(|line| !clean(line).is_empty()) {
            let id = self.draft.id_for_name(Section::Assumptions, line, "assumption");
            self.draft.add(Section::Assumptions, &id, Entry::new().text("text", line).text("status", "unconfirmed"));
        }
        self.draft.set("x-tmt-external-dependencies", meta.dependencies.as_str());
        self.draft.set("x-tmt-notes", self.document.notes.clone());
        if let Some(template) = self.foreign_template() {
            self.draft.set("x-tmt-template", json!({"name": template.name, "id": template.id, "version": template.version}));
        }
    }

    /// The template inside, unless it is the one that we write.
    fn foreign_template(&self) -> Option<&'d Template> {
        self.document.template.as_ref().filter(|template| template.id != template::ID)
    }

    /// The id that a file of ours says, else one made from the name.
    fn id(&mut self, section: Section, thing: &Thing, name: &str, otherwise: &str) -> String {
        match thing.own_id.as_str() {
            "" => self.draft.id_for_name(section, name, otherwise),
            own => self.draft.keep_id(section, own, otherwise),
        }
    }

    fn surface(&mut self, surface: &'d Surface) {
        let zones = zones(surface);
        let zone_ids = self.zones(&zones, &surface.name);
        let mut shown = Vec::new();
        for (ix, stencil) in surface.stencils.iter().enumerate() {
            if is_element(stencil) {
                shown.push(self.element(ix, stencil, &zones, &zone_ids));
            } else if stencil.shape == Shape::Annotation {
                self.draft.dropped(format!("the remark \"{}\"", stencil.thing.name), &surface.name);
            }
        }
        for line in surface.lines.iter().filter(|line| !line.boundary) {
            self.flow(line, &surface.name);
        }
        if self.document.surfaces.len() > 1 && !shown.is_empty() {
            let id = self.draft.id_for_name(Section::Diagrams, &surface.name, "diagram");
            self.draft.add(Section::Diagrams, &id, Entry::new().text("title", &surface.name).list("show", shown));
        }
    }

    fn zones(&mut self, zones: &Zones<'d>, place: &str) -> Vec<String> {
        let mut ids: Vec<String> = Vec::new();
        for zone in &zones.zones {
            let name = name_of(zone.thing);
            let id = self.id(Section::Zones, zone.thing, name, "zone");
            self.draft.made_from(Section::Zones, &id, &zone.thing.guid);
            let parent = zone.parent.and_then(|parent| ids.get(parent)).map(String::as_str).unwrap_or_default();
            let entry = Entry::new().named(&id, name).text("in", parent);
            self.draft.add(Section::Zones, &id, with_common(entry, zone.thing));
            if zone.line {
                self.draft.guessed(format!("which side of the line \"{name}\" is its inside"), place);
            } else if zone.rect.is_none() {
                self.draft.changed(format!("the boundary \"{name}\" has no position, so nothing is in it"), place);
            }
            ids.push(id);
        }
        for line in &zones.without_inside {
            let name = name_of(line);
            let what = format!("the line \"{name}\", which does not divide the elements into two sides, to a part of the drawing alone");
            self.draft.changed(what, place);
        }
        if zones.beyond > 0 {
            self.draft.dropped(format!("{} boundaries beyond the first {}", zones.beyond, super::MAX_BOUNDARIES), place);
        }
        ids
    }

    fn element(&mut self, ix: usize, stencil: &'d Stencil, zones: &Zones<'_>, zone_ids: &[String]) -> String {
        let thing = &stencil.thing;
        let name = name_of(thing);
        let (kind, guessed) = kinds::element_kind(stencil.shape, thing);
        let id = self.id(Section::Elements, thing, name, kind);
        self.draft.made_from(Section::Elements, &id, &thing.guid);
        let zone = zones.of(ix);
        let entry = Entry::new()
            .text("kind", kind)
            .named(&id, name)
            .list("zone", zone.and_then(|zone| zone_ids.get(zone)))
            .text("tech", kinds::technology(thing, kind));
        self.draft.add(Section::Elements, &id, with_common(entry, thing));
        if guessed {
            self.draft.guessed(format!("that \"{name}\" is a system of somebody else and not a person"), &id);
        }
        let around = zones.around(zone);
        for (_, other) in zones.zones.iter().enumerate().filter(|(at, other)| other.members.contains(&ix) && !around.contains(at)) {
            let boundary = name_of(other.thing);
            self.draft.changed(format!("\"{name}\" is also inside of \"{boundary}\", which overlaps with its zone"), &id);
        }
        self.elements.entry(&thing.guid).or_insert_with(|| id.clone());
        id
    }

    fn flow(&mut self, line: &'d Line, place: &str) {
        let thing = &line.thing;
        let name = name_of(thing);
        let ends = (self.elements.get(line.source.as_str()), self.elements.get(line.target.as_str()));
        let (Some(from), Some(to)) = ends else {
            let what = if line.source.is_empty() || line.target.is_empty() {
                "is not tied to an element at both ends"
            } else {
                "ends at something that is no element"
            };
            self.draft.dangling(format!("the flow \"{name}\" {what}"), place);
            return;
        };
        let (from, to) = (from.clone(), to.clone());
        // A name that only repeats the kind tells less than the two ends.
        let between = format!("{from}-to-{to}");
        let own = slug(name);
        let id = if !thing.own_id.is_empty() {
            self.draft.keep_id(Section::Flows, &thing.own_id, "flow")
        } else if own.is_empty() || name == thing.kind_name {
            self.draft.keep_id(Section::Flows, &between, "flow")
        } else {
            self.draft.keep_id(Section::Flows, &own, "flow")
        };
        let entry =
            Entry::new().text("from", &from).text("to", &to).text("protocol", kinds::protocol(thing)).text("label", &one_line(name));
        self.draft.add(Section::Flows, &id, with_common(entry, thing));
        self.draft.made_from(Section::Flows, &id, &thing.guid);
        self.flows.entry(&thing.guid).or_insert(id);
    }

    fn threat(&mut self, threat: &Threat) {
        let flow = self.flows.get(threat.flow.as_str()).cloned();
        let ends = [&threat.source, &threat.target].map(|guid| self.elements.get(guid.as_str()).cloned());
        let kind = short(&threat.kind);
        let wanted =
            [Some(kind.as_str()).filter(|kind| !kind.is_empty()), flow.as_deref()].into_iter().flatten().collect::<Vec<_>>().join("-");
        let column = |key: &str| threat.columns.iter().find(|(name, _)| name == key).map(|(_, value)| value.as_str());
        let own = column(pieces::OWN_THREAT);
        if let Some(raised) = own.filter(|id| id.contains('@')) {
            self.answer(raised, threat);
            return;
        }
        let id = self.draft.keep_id(Section::Threats, own.unwrap_or(&wanted), "threat");
        self.draft.made_from(Section::Threats, &id, &threat.key);
        if flow.is_none() {
            self.draft.dangling(format!("the threat \"{}\" is about a flow that is no longer there", threat.title), &threat.key);
        }
        let mitigations: Vec<String> = match threat.state {
            State::NotStarted | State::NeedsInvestigation | State::Other(_) => self.advice(threat).into_iter().collect(),
            State::Mitigated | State::NotApplicable => Vec::new(),
        };
        let on: Vec<String> = match column(pieces::OWN_SUBJECTS) {
            Some(stated) => text::listed(stated).filter(|id| self.draft.has_thing(id)).map(str::to_owned).collect(),
            None => flow.into_iter().chain(ends.into_iter().flatten()).collect(),
        };
        let entry = Entry::new()
            .text("title", &one_line(&text::plain(&threat.title)))
            .list("on", on)
            .list("stride", kinds::stride(&threat.category))
            .text("description", &text::plain(&threat.description))
            .text("severity", kinds::band(&threat.priority).unwrap_or_default())
            .list("mitigations", mitigations);
        let entry = self.decided(entry, threat, &id);
        let columns: serde_json::Map<String, Json> = threat
            .columns
            .iter()
            .filter(|(key, _)| !key.starts_with("redan-"))
            .map(|(key, value)| (self.label(key), text::plain(value).into()))
            .collect();
        let entry = entry.text("x-tmt-key", &threat.key).text("x-tmt-type", &threat.kind);
        let entry = if columns.is_empty() { entry } else { entry.value("x-tmt-columns", columns.into()) };
        self.draft.add(Section::Threats, &id, entry);
        if !threat.priority.is_empty() && kinds::band(&threat.priority).is_none() {
            self.draft.dropped(format!("the priority \"{}\", which is none of ours", threat.priority), &id);
        }
    }

    /// What was decided about a threat that a rule of ours raises; it is raised again without being told.
    fn answer(&mut self, id: &str, threat: &Threat) {
        let entry = self.decided(Entry::new(), threat, id);
        self.draft.made_from(Section::Threats, id, &threat.key);
        if threat.is_touched() {
            self.draft.answer(id, entry);
        }
    }

    /// What was decided about a threat, with the tags that say more than our words do.
    fn decided(&mut self, entry: Entry, threat: &Threat, id: &str) -> Entry {
        let mut tags = Vec::new();
        if kinds::stride(&threat.category).is_none() && !threat.category.is_empty() {
            tags.push(slug(&threat.category));
        }
        let status = match &threat.state {
            State::NotStarted => "",
            State::NeedsInvestigation => {
                tags.push("needs-investigation".to_owned());
                "open"
            }
            State::NotApplicable => "not-applicable",
            State::Mitigated => "mitigated",
            State::Other(word) => {
                self.draft.changed(format!("the state \"{word}\" is read as one that nobody has looked at"), id);
                ""
            }
        };
        entry.text("status", status).text("because", &text::plain(&threat.justification)).list("tags", tags)
    }

    /// The mitigation that stands for the template's advice: one for all threats with the same advice.
    fn advice(&mut self, threat: &Threat) -> Option<String> {
        let advice = text::plain(&threat.advice);
        if advice.is_empty() {
            return None;
        }
        if let Some(known) = self.advice.get(&advice) {
            return Some(known.clone());
        }
        let id = self.draft.keep_id(Section::Mitigations, &format!("advice-{}", short(&threat.kind)), "advice");
        let title = first_sentence(&advice);
        let entry =
            Entry::new().text("title", &title).text("description", if title == advice { "" } else { &advice }).text("status", "proposed");
        self.draft.add(Section::Mitigations, &id, entry);
        self.advice.insert(advice, id.clone());
        Some(id)
    }

    /// What people call a column of the table of threats.
    fn label(&self, key: &str) -> String {
        self.labels.get(key).copied().filter(|label| !label.is_empty()).unwrap_or(key).to_owned()
    }

    fn left_out(&mut self) {
        let placed: usize = self.document.surfaces.iter().map(|surface| surface.stencils.len() + surface.lines.len()).sum();
        if placed > 0 {
            self.draft.dropped("where things stand in the drawing; diagrams are laid out anew", "DrawingSurfaceList");
        }
        if self.document.names_people {
            self.draft.dropped("the names of those who changed threats or wrote notes, and when", "ThreatInstances, Notes");
        }
        if self.foreign_template().is_some() {
            self.draft.dropped("the template; the threats that it raised are kept", "KnowledgeBase");
        }
    }
}

/// The name of a thing, else that of its kind.
fn name_of(thing: &Thing) -> &str {
    if thing.name.is_empty() { &thing.kind_name } else { &thing.name }
}

/// What elements, flows and zones have in common.
fn with_common(entry: Entry, thing: &Thing) -> Entry {
    let reason = match (thing.out_of_scope, thing.reason.as_str()) {
        (false, _) => "",
        (true, "") => "Taken out of scope without a reason.",
        (true, reason) => reason,
    };
    let mut own = serde_json::Map::new();
    if !thing.kind.starts_with(template::PREFIX) {
        own.insert("type".to_owned(), thing.kind.as_str().into());
    }
    if !thing.order.is_empty() && thing.order != "0" {
        own.insert("order".to_owned(), thing.order.as_str().into());
    }
    let chosen: serde_json::Map<String, Json> =
        thing.choices.iter().filter(|choice| choice.chosen).map(|choice| (choice.label.clone(), clean(&choice.value).into())).collect();
    if !chosen.is_empty() {
        own.insert("properties".to_owned(), chosen.into());
    }
    if !thing.custom.is_empty() {
        own.insert("custom".to_owned(), thing.custom.clone().into());
    }
    let entry = entry.text("out-of-scope", reason);
    if own.is_empty() { entry } else { entry.value("x-tmt", own.into()) }
}

/// The id of a threat type as part of an id of ours: as it is, or the beginning of one that a machine made.
fn short(kind: &str) -> String {
    let slug = slug(kind);
    let machine = slug.len() == 36 && slug.split('-').map(str::len).eq([8, 4, 4, 4, 12]);
    if machine { slug.chars().take(8).collect() } else { slug }
}

/// The first sentence of a text, or as much of it as a title may have.
fn first_sentence(text: &str) -> String {
    let line = text.lines().next().unwrap_or_default();
    let sentence = line.find(". ").and_then(|end| line.get(..=end)).unwrap_or(line).trim_end_matches('.');
    if sentence.chars().count() <= TITLE_LENGTH {
        return sentence.to_owned();
    }
    let cut: String = sentence.chars().take(TITLE_LENGTH).collect();
    let end = cut.rfind(' ').unwrap_or(cut.len());
    format!("{}…", &cut[..end])
}
