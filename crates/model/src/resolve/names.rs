//! The namespace of a model and the reports about it.
//!
//! Looking for the nearest name costs as much as there are names, so a budget bounds it for models where nearly every
//! reference is wrong.

use std::sync::Arc;

use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::lang::syntax::shown;
use crate::limits::MAX_DIAGNOSTICS;
use crate::source::{Span, Spanned};
use crate::suggest::nearest;
use crate::{AssetIx, ElementIx, Identity, Ids, Model, Thing, ZoneIx, naming};

use super::{Part, Resolver};
use crate::lang;

/// Names compared for suggestions in one run.
const SUGGESTION_BUDGET: usize = 150_000;
/// Names that are listed where none is near.
const MOST_LISTED: usize = 12;

/// Collects reports; knows how much may still be spent on suggestions.
pub(super) struct Names<'d> {
    out: &'d mut Vec<Diagnostic>,
    budget: usize,
    /// Whether a place is exactly the name that is wrong, so that a replacement can be offered.
    pub(super) exact: bool,
    /// Ids of things that were left out for faults that are reported already.
    pub(super) left_out: Ids,
    /// Whether a text breaks off, so that what a reference leads to may stand in the part that was not read.
    broken: bool,
    /// The same for used files alone.
    used_broken: bool,
}

/// Faults after which the rest of a text is not read.
const BREAKING: &[&str] = &["syntax", "too-deep", "too-large", "too-many-aliases", "several-documents", "not-text"];
/// Faults for which a used file is not read.
const NOT_READ: &[&str] = &[codes::UNREADABLE_FILE, codes::OUTSIDE_REPOSITORY, codes::USE_CYCLE, codes::TOO_MANY_FILES, codes::BAD_ID];

impl<'d> Names<'d> {
    pub(super) fn new(out: &'d mut Vec<Diagnostic>) -> Self {
        let has = |known: &[&str]| out.iter().any(|fault| known.contains(&fault.code));
        let (broken, used_broken) = (has(BREAKING), has(NOT_READ));
        Self { out, budget: SUGGESTION_BUDGET, exact: true, left_out: Ids::default(), broken, used_broken }
    }

    /// Runs a check whose places are larger than the names that it reports.
    pub(super) fn inexact<T>(&mut self, check: impl FnOnce(&mut Self) -> T) -> T {
        self.exact = false;
        let result = check(self);
        self.exact = true;
        result
    }

    pub(super) fn report(&mut self, diagnostic: Diagnostic) {
        if self.out.len() <= 3 * MAX_DIAGNOSTICS {
            self.out.push(diagnostic);
        }
    }

    /// Reports a name that is not one of those that exist, with the nearest as a fix.
    pub(super) fn unknown<'n>(
        &mut self,
        code: &'static str,
        name: &Spanned<String>,
        what: &str,
        known: impl ExactSizeIterator<Item = &'n str>,
    ) {
        let known = self.spend(known.len()).then(|| known.collect::<Vec<_>>());
        self.missing(code, name, what, known.as_deref());
    }

    /// Whether as many names may still be looked through for a suggestion.
    fn spend(&mut self, count: usize) -> bool {
        let enough = count <= self.budget && self.out.len() <= MAX_DIAGNOSTICS;
        self.budget -= if enough { count } else { 0 };
        enough
    }

    fn missing(&mut self, code: &'static str, name: &Spanned<String>, what: &str, known: Option<&[&str]>) {
        if code == codes::UNKNOWN_REFERENCE && (self.broken || self.used_broken && name.contains('/')) {
            return;
        }
        let mut diagnostic = Diagnostic::error(code, name.span, format!("there is no {what} `{}`", shown(name)));
        let known = known.unwrap_or_default();
        let near = nearest(name, known.iter().copied());
        let few = (1..=MOST_LISTED).contains(&known.len());
        let names = || known.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
        diagnostic = match near {
            Some(near) if few && known.len() > 1 => diagnostic.help(format!("did you mean `{near}`? there is {}", names())),
            Some(near) => diagnostic.help(format!("did you mean `{near}`?")),
            None if few => diagnostic.help(format!("there is {}", names())),
            None => diagnostic,
        };
        if let Some(near) = near.filter(|_| self.exact) {
            diagnostic = diagnostic.fix(format!("replace with `{near}`"), near);
        }
        self.report(diagnostic);
    }
}

/// What a reference may lead to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wanted {
    Zone,
    Element,
    Asset,
    ZoneOrElement,
    Anything,
}

impl Wanted {
    fn fits(self, thing: Thing) -> bool {
        match self {
            Self::Zone => matches!(thing, Thing::Zone(_)),
            Self::Element => matches!(thing, Thing::Element(_)),
            Self::Asset => matches!(thing, Thing::Asset(_)),
            Self::ZoneOrElement => matches!(thing, Thing::Zone(_) | Thing::Element(_)),
            Self::Anything => true,
        }
    }

    fn noun(self) -> &'static str {
        match self {
            Self::Zone => "zone",
            Self::Element => "element",
            Self::Asset => "asset",
            Self::ZoneOrElement => "zone or element",
            Self::Anything => "element, flow, zone or asset",
        }
    }
}

/// The word for a kind of thing.
pub(super) fn kind_of(thing: Thing) -> &'static str {
    match thing {
        Thing::Model => "the model",
        Thing::Zone(_) => "a zone",
        Thing::Element(_) => "an element",
        Thing::Flow(_) => "a flow",
        Thing::Asset(_) => "an asset",
    }
}

/// Finds what a reference leads to, or reports it. `prefix` is that of the file that the reference stands in.
pub(super) fn find(model: &Model, names: &mut Names<'_>, prefix: Option<&str>, name: &Spanned<String>, wanted: Wanted) -> Option<Thing> {
    let found = match prefix {
        Some(prefix) => model.names.get(format!("{prefix}/{}", name.value).as_str()),
        None => model.names.get(name.value.as_str()),
    };
    match found.copied() {
        Some(thing) if wanted.fits(thing) => Some(thing),
        Some(thing) => {
            let message = format!("`{}` is {}, not {}", shown(name), kind_of(thing), lang::syntax::with_article(wanted.noun()));
            let place = model.identity(thing).map(|identity| identity.id_span);
            let mut diagnostic = Diagnostic::error(codes::WRONG_KIND, name.span, message);
            if let Some(place) = place {
                diagnostic = diagnostic.label(place, "defined here");
            }
            names.report(diagnostic);
            None
        }
        None if prefix.is_none() && names.left_out.contains(&name.value) => None,
        None => {
            let known = names.spend(model.names.len()).then(|| known(model, prefix, wanted));
            names.missing(codes::UNKNOWN_REFERENCE, name, wanted.noun(), known.as_deref());
            None
        }
    }
}

/// The ids that a reference may have, as they are written in its file.
fn known<'m>(model: &'m Model, prefix: Option<&str>, wanted: Wanted) -> Vec<&'m str> {
    let of_file = |id: &'m String| match prefix {
        Some(prefix) => id.strip_prefix(prefix)?.strip_prefix('/'),
        None => Some(id.as_str()),
    };
    model.names.iter().filter(|(_, thing)| wanted.fits(**thing)).filter_map(|(id, _)| of_file(id)).collect()
}

impl Resolver<'_> {
    /// Finds an element.
    pub(super) fn element(&mut self, part: &Part, name: &Spanned<String>) -> Option<ElementIx> {
        match self.thing(part, name, Wanted::Element)? {
            Thing::Element(ix) => Some(ix),
            _ => None,
        }
    }

    /// Finds a zone.
    pub(super) fn zone(&mut self, part: &Part, name: &Spanned<String>) -> Option<ZoneIx> {
        match self.thing(part, name, Wanted::Zone)? {
            Thing::Zone(ix) => Some(ix),
            _ => None,
        }
    }

    /// Finds the assets of a list, each once.
    pub(super) fn assets(&mut self, part: &Part, list: &lang::List<String>) -> Vec<AssetIx> {
        let mut found = Vec::new();
        for name in &list.items {
            if let Some(Thing::Asset(ix)) = self.thing(part, name, Wanted::Asset) {
                found.push(ix);
            }
        }
        unique(found)
    }

    pub(super) fn thing(&mut self, part: &Part, name: &Spanned<String>, wanted: Wanted) -> Option<Thing> {
        find(&self.model, &mut self.names, part.prefix.as_deref(), name, wanted)
    }

    /// Gives every thing its index, in source order, the model's own file first.
    pub(super) fn collect(&mut self, parts: &[Part]) {
        let count = |of: fn(&lang::Root) -> usize| parts.iter().map(|part| of(&part.root)).sum();
        self.model.zones.reserve_exact(count(|root| root.zones.entries.len()));
        self.model.elements.reserve_exact(count(|root| root.elements.entries.len()));
        self.model.assets.reserve_exact(count(|root| root.assets.entries.len()));
        self.model.flows.reserve_exact(parts.first().map_or(0, |part| part.root.flows.entries.len()));
        self.model.names.reserve(count(|root| {
            root.zones.entries.len() + root.elements.entries.len() + root.assets.entries.len() + root.flows.entries.len()
        }));
        for part in parts {
            for (id, entry) in &part.root.zones.entries {
                let next = Thing::Zone(ZoneIx(index(self.model.zones.len())));
                if let Some(identity) = self.name(part, id, entry.key_span, entry.span, next) {
                    self.model.zones.push(crate::Zone {
                        identity,
                        stated: Arc::clone(&entry.value),
                        kind: entry.value.kind.as_ref().map_or(lang::ZoneKind::Network, |kind| kind.value),
                        parent: None,
                        children: Vec::new(),
                        members: Vec::new(),
                        trust: None,
                        out_of_scope: None,
                    });
                }
            }
            for (id, entry) in &part.root.elements.entries {
                let next = Thing::Element(ElementIx(index(self.model.elements.len())));
                if let Some(identity) = self.name(part, id, entry.key_span, entry.span, next) {
                    self.model.elements.push(super::elements::unlinked(identity, &entry.value));
                }
            }
            for (id, entry) in &part.root.assets.entries {
                let next = Thing::Asset(AssetIx(index(self.model.assets.len())));
                if let Some(identity) = self.name(part, id, entry.key_span, entry.span, next) {
                    self.model.assets.push(crate::Asset {
                        identity,
                        stated: Arc::clone(&entry.value),
                        kind: entry.value.kind.as_ref().map_or(lang::AssetKind::Data, |kind| kind.value),
                        on: Vec::new(),
                        holders: Vec::new(),
                        carriers: Vec::new(),
                    });
                }
            }
        }
    }

    /// Claims an id, unless it is taken or reserved.
    pub(super) fn name(&mut self, part: &Part, id: &str, id_span: Span, span: Span, thing: Thing) -> Option<Identity> {
        if id == "model" {
            let diagnostic =
                Diagnostic::error(codes::RESERVED_ID, id_span, "`model` cannot be an id").help("`model` stands for the model itself");
            self.names.report(diagnostic);
            self.names.left_out.insert(id.to_owned());
            return None;
        }
        let id = part.id(id);
        if let Some(first) = self.model.names.get(&id) {
            let place = self.model.identity(*first).map(|identity| identity.id_span);
            let message = format!("`{id}` is {} and {} at once", kind_of(*first), kind_of(thing));
            let mut diagnostic =
                Diagnostic::error(codes::DUPLICATE_ID, id_span, message).help("elements, flows, zones and assets share one namespace");
            if let Some(place) = place {
                diagnostic = diagnostic.label(place, "first used here");
            }
            self.names.report(diagnostic);
            return None;
        }
        self.model.names.insert(id.clone(), thing);
        // Elements and zones have names, as in diagrams; data and flows are spoken of in words.
        let made_name = match thing {
            Thing::Element(_) | Thing::Zone(_) => naming::title_of(&id),
            _ => naming::sentence_of(&id),
        };
        let provided_by = part.prefix.as_ref().map(|p| p.split('/').next().unwrap_or(p).to_owned());
        Some(Identity { id, made_name, id_span, span, provided_by })
    }
}

/// As an index; inputs are limited to far fewer things than `u32` can count.
pub(super) fn index(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}

/// Without repetitions, in the order of the first.
pub(super) fn unique<T: Copy + Eq + std::hash::Hash>(items: Vec<T>) -> Vec<T> {
    /// Up to so many, looking at all is quicker than hashing.
    const FEW: usize = 8;
    if items.len() > FEW {
        let set: indexmap::IndexSet<T> = items.into_iter().collect();
        return set.into_iter().collect();
    }
    let mut once = Vec::with_capacity(items.len());
    for item in items {
        if !once.contains(&item) {
            once.push(item);
        }
    }
    once
}
