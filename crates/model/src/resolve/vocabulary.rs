//! Names of the catalogues: that they exist, and that controls and traits stand where they may.
//!
//! A section of the vocabulary that is empty is not known, and nothing is checked against it.

use indexmap::IndexMap;

use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::lang::{Asset, Element, ElementKind, FactSet, Flow};
use crate::source::{Span, Spanned};
use crate::{ElementIx, Model, Place, Thing, Vocabulary};

use super::names::{Names, index, kind_of};

/// Checks every name that a catalogue has to know, also of entries that a fault keeps out of the model.
pub(super) fn check(model: &Model, vocabulary: &Vocabulary, names: &mut Names<'_>) {
    let mut checker = Checker { model, vocabulary, names };
    checker.sets(Thing::Model.into(), &model.root.traits, &model.root.controls);
    for (at, zone) in model.zones.iter().enumerate() {
        checker.sets(Thing::Zone(crate::ZoneIx(index(at))).into(), &zone.stated.traits, &zone.stated.controls);
    }
    for (at, element) in model.elements.iter().enumerate() {
        checker.element(Thing::Element(ElementIx(index(at))).into(), &element.stated);
    }
    for (at, flow) in model.flows.iter().enumerate() {
        checker.flow(Thing::Flow(crate::FlowIx(index(at))).into(), &flow.stated);
    }
    for (at, asset) in model.assets.iter().enumerate() {
        checker.asset(Thing::Asset(crate::AssetIx(index(at))).into(), &asset.stated);
    }
    checker.left_out();
}

/// Where a control or trait is stated.
#[derive(Debug, Clone, Copy)]
pub(super) enum Site {
    /// On the model or on a part of it.
    On(Thing),
    /// On something that a fault keeps out of the model, so that only the name is checked.
    Nowhere,
}

impl From<Thing> for Site {
    fn from(thing: Thing) -> Self {
        Self::On(thing)
    }
}

/// Which of the two kinds of facts a name belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Trait,
    Control,
}

impl Kind {
    fn noun(self) -> &'static str {
        match self {
            Self::Trait => "trait",
            Self::Control => "control",
        }
    }

    fn other(self) -> Self {
        match self {
            Self::Trait => Self::Control,
            Self::Control => Self::Trait,
        }
    }

    fn names(self, vocabulary: &Vocabulary) -> &IndexMap<String, Vec<Place>> {
        match self {
            Self::Trait => &vocabulary.traits,
            Self::Control => &vocabulary.controls,
        }
    }
}

pub(super) struct Checker<'m, 'n, 'd> {
    pub(super) model: &'m Model,
    pub(super) vocabulary: &'m Vocabulary,
    pub(super) names: &'n mut Names<'d>,
}

impl Checker<'_, '_, '_> {
    fn sets(&mut self, site: Site, traits: &FactSet, controls: &FactSet) {
        for (kind, set) in [(Kind::Trait, traits), (Kind::Control, controls)] {
            for (name, entry) in &set.entries {
                self.fact(site, kind, name, entry.key_span);
            }
        }
    }

    fn element(&mut self, site: Site, stated: &Element) {
        // Without a kind nobody can say what may stand there.
        let site = if stated.kind.is_some() { site } else { Site::Nowhere };
        self.sets(site, &stated.traits, &stated.controls);
        if let Some(tech) = &stated.tech {
            self.name(codes::UNKNOWN_TECHNOLOGY, "technology", tech, &self.vocabulary.technologies);
        }
    }

    fn flow(&mut self, site: Site, stated: &Flow) {
        self.sets(site, &stated.traits, &stated.controls);
        if let Some(protocol) = &stated.protocol {
            self.name(codes::UNKNOWN_PROTOCOL, "protocol", protocol, &self.vocabulary.protocols);
        }
    }

    fn asset(&mut self, site: Site, stated: &Asset) {
        self.sets(site, &stated.traits, &stated.controls);
        stated.data.items.iter().for_each(|class| self.data_class(class));
    }

    /// What the model's own file says of things that are not in the model: flows without both ends, ids that are taken.
    fn left_out(&mut self) {
        let root = &self.model.root;
        let find = |id: &String| self.model.names.get(id).copied();
        let zones: Vec<_> = root.zones.entries.iter().filter(|(id, _)| !matches!(find(id), Some(Thing::Zone(_)))).collect();
        let elements: Vec<_> = root.elements.entries.iter().filter(|(id, _)| !matches!(find(id), Some(Thing::Element(_)))).collect();
        let flows: Vec<_> = root.flows.entries.iter().filter(|(id, _)| !matches!(find(id), Some(Thing::Flow(_)))).collect();
        let assets: Vec<_> = root.assets.entries.iter().filter(|(id, _)| !matches!(find(id), Some(Thing::Asset(_)))).collect();
        zones.iter().for_each(|(_, zone)| self.sets(Site::Nowhere, &zone.value.traits, &zone.value.controls));
        elements.iter().for_each(|(_, element)| self.element(Site::Nowhere, &element.value));
        // A control on a flow may stand there or not whatever its ends are.
        flows.iter().for_each(|(_, flow)| self.flow(Thing::Flow(crate::FlowIx(0)).into(), &flow.value));
        assets.iter().for_each(|(_, asset)| self.asset(Site::Nowhere, &asset.value));
    }

    /// Checks that a control or trait exists and may stand on a thing.
    pub(super) fn fact(&mut self, site: Site, kind: Kind, name: &str, span: Span) {
        let known = kind.names(self.vocabulary);
        if known.is_empty() {
            return;
        }
        let Some(places) = known.get(name) else {
            self.unknown_fact(kind, name, span);
            return;
        };
        let Site::On(thing) = site else { return };
        if !places.iter().any(|place| may_stand(self.model, thing, *place)) {
            let code = if kind == Kind::Control { codes::MISPLACED_CONTROL } else { codes::MISPLACED_TRAIT };
            let places: Vec<&str> = places.iter().map(|place| place_in_words(*place)).collect();
            let message = format!("`{name}` cannot stand on {}", self.kind_in_words(thing));
            self.names.report(Diagnostic::error(code, span, message).help(format!("it belongs on {}", places.join(" or on "))));
        }
    }

    fn unknown_fact(&mut self, kind: Kind, name: &str, span: Span) {
        let code = if kind == Kind::Control { codes::UNKNOWN_CONTROL } else { codes::UNKNOWN_TRAIT };
        if kind.other().names(self.vocabulary).contains_key(name) {
            let message = format!("`{name}` is a {}, not a {}", kind.other().noun(), kind.noun());
            let help = format!("write it under `{}s`", kind.other().noun());
            self.names.report(Diagnostic::error(code, span, message).help(help));
            return;
        }
        let known = kind.names(self.vocabulary).keys().map(String::as_str);
        self.names.unknown(code, &Spanned::new(name.to_owned(), span), kind.noun(), known);
    }

    fn kind_in_words(&self, thing: Thing) -> String {
        match thing {
            Thing::Element(ix) => match self.model[ix].kind {
                ElementKind::External => "an external system".to_owned(),
                ElementKind::Actor => "an actor".to_owned(),
                kind => format!("a {kind}"),
            },
            other => kind_of(other).to_owned(),
        }
    }

    /// Checks a technology or a protocol; the name of the same thing in another spelling is offered.
    pub(super) fn name(&mut self, code: &'static str, what: &str, name: &Spanned<String>, known: &IndexMap<String, String>) {
        if !known.is_empty() && !known.contains_key(&name.value) {
            self.names.unknown(code, name, what, known.keys().map(String::as_str));
        }
    }

    fn data_class(&mut self, class: &Spanned<String>) {
        let known = &self.vocabulary.data_classes;
        if !known.is_empty() && !known.contains(&class.value) {
            self.names.unknown(codes::UNKNOWN_DATA_CLASS, class, "data class", known.iter().map(String::as_str));
        }
    }
}

/// Whether what belongs on `place` may be stated on a thing: on itself, or on what hands it down to its inside.
fn may_stand(model: &Model, thing: Thing, place: Place) -> bool {
    let on_elements = matches!(place, Place::Element | Place::Actor | Place::External | Place::Process | Place::Store | Place::Target);
    match thing {
        Thing::Model => true,
        Thing::Zone(_) => on_elements || matches!(place, Place::Zone | Place::Flow),
        Thing::Flow(_) => place == Place::Flow,
        Thing::Asset(_) => place == Place::Asset,
        Thing::Element(ix) => {
            let element = &model[ix];
            on_elements && (!element.children.is_empty() || is_place_of(element.kind, place))
        }
    }
}

fn is_place_of(kind: ElementKind, place: Place) -> bool {
    match place {
        Place::Element | Place::Target => true,
        Place::Actor => kind == ElementKind::Actor,
        Place::External => kind == ElementKind::External,
        Place::Process => kind == ElementKind::Process,
        Place::Store => kind == ElementKind::Store,
        Place::Model | Place::Flow | Place::Zone | Place::Asset => false,
    }
}

fn place_in_words(place: Place) -> &'static str {
    match place {
        Place::Model => "the model",
        Place::Element => "an element",
        Place::Actor => "an actor",
        Place::External => "an external system",
        Place::Process => "a process",
        Place::Store => "a store",
        Place::Flow => "a flow",
        Place::Target => "the target of a flow",
        Place::Zone => "a zone",
        Place::Asset => "an asset",
    }
}
