//! Facts that assumptions and mitigations state by path, and statements that cannot all be true.

use indexmap::IndexMap;

use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::lang::syntax::shown;
use crate::lang::{AssumptionStatus, FactSet, FactValue, Level, MitigationStatus, State, TrustWord};
use crate::source::{Span, Spanned};
use crate::suggest::{advice, nearest};
use crate::{Ids, Model, Place, Thing, Vocabulary, ZoneIx};

use super::elements::outwards;
use super::names::{Names, Wanted, find, kind_of};
use super::vocabulary::{Checker, Kind, Site};

/// Checks every fact stated by path, and every two statements about one fact.
pub(super) fn check(model: &Model, vocabulary: &Vocabulary, names: &mut Names<'_>) {
    let root = &model.root;
    let mut statements = Statements { model, vocabulary, said: IndexMap::new() };
    for (id, entry) in &root.assumptions.entries {
        let refuted = entry.value.status.as_ref().is_some_and(|status| status.value == AssumptionStatus::Refuted);
        for fact in &entry.value.assumes.items {
            if let Some(thing) = check_fact(model, vocabulary, names, fact) {
                statements.add(names, thing, fact, refuted, &format!("assumption `{id}`"));
            }
        }
    }
    for (id, entry) in &root.mitigations.entries {
        let implemented = entry.value.status.as_ref().is_some_and(|status| status.value == MitigationStatus::Implemented);
        for fact in &entry.value.states.items {
            if let Some(thing) = check_fact(model, vocabulary, names, fact).filter(|_| implemented) {
                statements.add(names, thing, fact, false, &format!("mitigation `{id}`"));
            }
        }
    }
    zones_that_disagree(model, vocabulary, names, &statements);
}

/// Checks a path and its value; gives the thing of a good path.
fn check_fact(model: &Model, vocabulary: &Vocabulary, names: &mut Names<'_>, fact: &FactValue) -> Option<Thing> {
    let path = &fact.path.value;
    let (thing_span, fact_span) = parts_of(fact);
    names.exact = thing_span != fact.path.span;
    let name = Spanned::new(path.thing.clone(), thing_span);
    let found = if path.thing == "model" { Some(Thing::Model) } else { find(model, names, None, &name, Wanted::Anything) };
    names.exact = true;
    let named = [("controls.", Kind::Control), ("traits.", Kind::Trait)];
    if let Some((name, kind)) = named.iter().find_map(|(head, kind)| Some((path.fact.strip_prefix(head)?, *kind))) {
        names.exact = fact_span != fact.path.span;
        let place = if names.exact { after(fact_span, name) } else { fact_span };
        Checker { model, vocabulary, names }.fact(found.map_or(Site::Nowhere, Site::On), kind, name, place);
        names.exact = true;
        let words: &[&str] = if kind == Kind::Control { &["yes", "no", "partial", "unknown"] } else { &["yes", "no", "unknown"] };
        let fits = fact.state().is_some_and(|state| kind == Kind::Control || state != State::Partial);
        if !fits {
            names.report(bad_word(fact, words));
        }
        return found.filter(|_| fits);
    }
    let thing = found?;
    let fields = fields_of(thing);
    if !fields.contains(&path.fact.as_str()) {
        let message = format!("`{}` is not a fact of {}", shown(&path.fact), kind_of(thing));
        let near = nearest(&path.fact, fields.iter().copied());
        let fields: Vec<&str> = ["controls.<control>", "traits.<trait>"].iter().chain(fields).copied().collect();
        names.report(Diagnostic::error(codes::UNKNOWN_FACT, fact.path.span, message).help(advice(near, &fields)));
        return None;
    }
    check_value(model, vocabulary, names, fact).then_some(thing)
}

/// The places of the thing and of the fact in a path; the whole path where quoting makes offsets meaningless.
fn parts_of(fact: &FactValue) -> (Span, Span) {
    let (span, path) = (fact.path.span, &fact.path.value);
    let length = name_length(&path.thing) + 1 + name_length(&path.fact);
    let quote = match span.end.checked_sub(span.start + length) {
        Some(0) => 0,
        Some(2) => 1,
        _ => return (span, span),
    };
    let (start, end) = (span.start + quote, span.end - quote);
    (Span { start, end: start + name_length(&path.thing), ..span }, Span { start: end - name_length(&path.fact), end, ..span })
}

/// The last part of a fact's place, when the place is known exactly.
fn after(span: Span, name: &str) -> Span {
    Span { start: span.end.saturating_sub(name_length(name)).max(span.start), ..span }
}

/// In bytes; sources are far smaller than 4 GiB.
fn name_length(name: &str) -> u32 {
    u32::try_from(name.len()).unwrap_or(u32::MAX)
}

fn fields_of(thing: Thing) -> &'static [&'static str] {
    match thing {
        Thing::Model => &[],
        Thing::Zone(_) => &["trust"],
        Thing::Element(_) => &["tech", "zone", "holds"],
        Thing::Flow(_) => &["protocol", "carries", "returns"],
        Thing::Asset(_) => &["data", "confidentiality", "integrity", "availability", "privacy"],
    }
}

fn check_value(model: &Model, vocabulary: &Vocabulary, names: &mut Names<'_>, fact: &FactValue) -> bool {
    let value = &fact.value;
    match fact.path.value.fact.as_str() {
        "tech" => Checker { model, vocabulary, names }.name(codes::UNKNOWN_TECHNOLOGY, "technology", value, &vocabulary.technologies),
        "protocol" => Checker { model, vocabulary, names }.name(codes::UNKNOWN_PROTOCOL, "protocol", value, &vocabulary.protocols),
        "zone" => references(model, names, value, Wanted::Zone),
        "holds" | "carries" | "returns" => references(model, names, value, Wanted::Asset),
        "trust" if trust(value).is_none() => {
            let words: Vec<&str> = TrustWord::ALL.iter().map(|word| word.as_str()).collect();
            let help = format!("{}, or a number from 0 to 100", advice(nearest(value, words.iter().copied()), &words));
            names.report(bad_value(fact).help(help));
            return false;
        }
        "confidentiality" | "integrity" | "availability" | "privacy" if Level::from_word(value).is_none() && value.value != "unknown" => {
            names.report(bad_word(fact, &["none", "low", "medium", "high", "critical", "unknown"]));
            return false;
        }
        _ => {}
    }
    true
}

fn references(model: &Model, names: &mut Names<'_>, value: &Spanned<String>, wanted: Wanted) {
    for name in value.split(", ").filter(|name| !name.is_empty()) {
        let name = Spanned::new(name.to_owned(), value.span);
        let _: Option<Thing> = names.inexact(|names| find(model, names, None, &name, wanted));
    }
}

fn trust(text: &str) -> Option<u8> {
    TrustWord::from_word(text).map(TrustWord::value).or_else(|| text.parse().ok()).filter(|value| *value <= 100)
}

fn bad_value(fact: &FactValue) -> Diagnostic {
    let message = format!("`{}` is not a value of `{}`", shown(&fact.value), fact.path.value);
    Diagnostic::error(codes::BAD_FACT_VALUE, fact.value.span, message)
}

fn bad_word(fact: &FactValue, allowed: &[&str]) -> Diagnostic {
    bad_value(fact).help(advice(nearest(&fact.value, allowed.iter().copied()), allowed))
}

/// What counts as stated on a thing, by path.
struct Statements<'m> {
    model: &'m Model,
    vocabulary: &'m Vocabulary,
    said: IndexMap<(Thing, String), Said>,
}

#[derive(Debug, Clone)]
struct Said {
    value: String,
    span: Span,
    by: String,
}

impl Said {
    /// How the two can be made to say the same.
    fn repair(&self, earlier: &Said) -> String {
        if self.by.starts_with("mitigation") {
            let (value, old) = (&self.value, &earlier.value);
            return format!("if it is in place, write `{value}` there instead of `{old}`; if it is not, give it another `status`");
        }
        "change one of the two, so that both say the same".to_owned()
    }
}

impl Statements<'_> {
    /// Adds a statement and reports the one that it contradicts. `unknown` contradicts nothing.
    fn add(&mut self, names: &mut Names<'_>, thing: Thing, fact: &FactValue, opposite: bool, by: &str) {
        let value = match (opposite, fact.value.as_str()) {
            (false, _) => self.plain(&fact.path.value.fact, &fact.value.value),
            (true, "yes") => "no".to_owned(),
            (true, "no") => "yes".to_owned(),
            (true, _) => return,
        };
        if value == "unknown" {
            return;
        }
        let key = (thing, fact.path.value.fact.clone());
        let said = Said { value, span: fact.value.span, by: by.to_owned() };
        let earlier = self.stated(thing, &key.1).or_else(|| self.said.get(&key).cloned());
        match earlier {
            Some(earlier) if earlier.value != said.value => {
                let message =
                    format!("{} says `{}` of `{}`, but {} says `{}`", said.by, said.value, fact.path.value, earlier.by, earlier.value);
                let diagnostic = Diagnostic::error(codes::CONFLICTING_FACTS, said.span, message)
                    .label(earlier.span, format!("`{}` is said here", earlier.value));
                names.report(diagnostic.help(said.repair(&earlier)).about(self.model.id_of(thing)));
            }
            _ => {
                self.said.entry(key).or_insert(said);
            }
        }
    }

    /// What is written on the thing itself.
    fn stated(&self, thing: Thing, fact: &str) -> Option<Said> {
        let model = self.model;
        if let Some(name) = fact.strip_prefix("controls.") {
            return from_set(controls_of(model, thing), name);
        }
        if let Some(name) = fact.strip_prefix("traits.") {
            return from_set(traits_of(model, thing), name);
        }
        let (value, span) = match (thing, fact) {
            (Thing::Element(ix), "tech") => model[ix].stated.tech.as_ref().map(|tech| (tech.value.clone(), tech.span)),
            (Thing::Flow(ix), "protocol") => model[ix].stated.protocol.as_ref().map(|protocol| (protocol.value.clone(), protocol.span)),
            (Thing::Zone(ix), "trust") => model[ix].stated.trust.as_ref().map(|trust| (trust.value.value.to_string(), trust.span)),
            (Thing::Asset(ix), "confidentiality") => level(&model[ix].stated.confidentiality),
            (Thing::Asset(ix), "integrity") => level(&model[ix].stated.integrity),
            (Thing::Asset(ix), "availability") => level(&model[ix].stated.availability),
            (Thing::Asset(ix), "privacy") => level(&model[ix].stated.privacy),
            _ => None,
        }?;
        Some(Said { value: self.plain(fact, &value), span, by: "the model".to_owned() })
    }

    /// One spelling for values that have several.
    fn plain(&self, fact: &str, value: &str) -> String {
        let known = match fact {
            "tech" => self.vocabulary.technologies.get(value).cloned(),
            "protocol" => self.vocabulary.protocols.get(value).cloned(),
            "trust" => trust(value).map(|trust| trust.to_string()),
            _ => None,
        };
        known.unwrap_or_else(|| value.to_owned())
    }
}

fn level(value: &crate::lang::Opt<crate::lang::LevelValue>) -> Option<(String, Span)> {
    let stated = value.as_ref()?;
    match stated.value.is {
        crate::lang::StatedLevel::Is(level) => Some((level.as_str().to_owned(), stated.span)),
        crate::lang::StatedLevel::Unknown | crate::lang::StatedLevel::Depends => None,
    }
}

fn from_set(set: &FactSet, name: &str) -> Option<Said> {
    let entry = set.entries.get(name).filter(|entry| entry.state != State::Unknown)?;
    Some(Said { value: entry.state.as_str().to_owned(), span: entry.span, by: "the model".to_owned() })
}

fn controls_of(model: &Model, thing: Thing) -> &FactSet {
    match thing {
        Thing::Model => &model.root.controls,
        Thing::Zone(ix) => &model[ix].stated.controls,
        Thing::Element(ix) => &model[ix].stated.controls,
        Thing::Flow(ix) => &model[ix].stated.controls,
        Thing::Asset(ix) => &model[ix].stated.controls,
    }
}

fn traits_of(model: &Model, thing: Thing) -> &FactSet {
    match thing {
        Thing::Model => &model.root.traits,
        Thing::Zone(ix) => &model[ix].stated.traits,
        Thing::Element(ix) => &model[ix].stated.traits,
        Thing::Flow(ix) => &model[ix].stated.traits,
        Thing::Asset(ix) => &model[ix].stated.traits,
    }
}

/// Reports elements whose innermost zones hand down different values of one control, unless something nearer speaks.
/// A zone around several of them speaks for all, so it cannot make them disagree.
fn zones_that_disagree(model: &Model, vocabulary: &Vocabulary, names: &mut Names<'_>, statements: &Statements<'_>) {
    let mut known: IndexMap<Vec<ZoneIx>, Vec<Disagreement>> = IndexMap::new();
    let listed = |element: &crate::Element| element.stated.zone.is_written() && element.identity.provided_by.is_none();
    for (at, element) in model.elements.iter().enumerate().filter(|(_, element)| element.zones.len() > 1 && listed(element)) {
        let thing = Thing::Element(crate::ElementIx(super::names::index(at)));
        let found = known.entry(element.zones.clone()).or_insert_with(|| disagreements(model, vocabulary, &element.zones));
        for Disagreement { control, first, second } in found.iter() {
            let nearer = std::iter::successors(Some(element), |element| element.parent.map(|ix| &model[ix]));
            let said = statements.said.contains_key(&(thing, format!("controls.{control}")));
            if said || nearer.take(crate::limits::MAX_DEPTH).any(|element| element.stated.controls.entries.contains_key(control)) {
                continue;
            }
            let message = format!("the zones of `{}` disagree about `{control}`", element.identity.id);
            let diagnostic = Diagnostic::error(codes::CONFLICTING_FACTS, element.identity.id_span, message)
                .label(first.span, format!("`{}` here", first.value))
                .label(second.span, format!("`{}` here", second.value))
                .help(format!("state `{control}` on the element itself"))
                .about(element.identity.id.clone());
            names.report(diagnostic);
        }
    }
}

struct Disagreement {
    control: String,
    first: Said,
    second: Said,
}

fn disagreements(model: &Model, vocabulary: &Vocabulary, zones: &[ZoneIx]) -> Vec<Disagreement> {
    let mut said: IndexMap<&str, Said> = IndexMap::new();
    let mut found: IndexMap<&str, Disagreement> = IndexMap::new();
    let mut reached: IndexMap<ZoneIx, usize> = IndexMap::new();
    zones.iter().flat_map(|zone| outwards(model, *zone)).for_each(|zone| *reached.entry(zone).or_default() += 1);
    for zone in zones {
        let mut own: Ids<&str> = Ids::default();
        for around in outwards(model, *zone).take_while(|around| reached[around] == 1) {
            let handed_down = model[around].stated.controls.entries.iter().filter(|(name, _)| is_handed_down(vocabulary, name));
            for (name, entry) in handed_down.filter(|(name, _)| own.insert(name.as_str())) {
                let value = Said { value: entry.state.as_str().to_owned(), span: entry.span, by: String::new() };
                match said.get(name.as_str()) {
                    Some(first) if first.value != value.value => {
                        let first = first.clone();
                        found.entry(name).or_insert(Disagreement { control: name.clone(), first, second: value });
                    }
                    Some(_) => {}
                    None => {
                        said.insert(name, value);
                    }
                }
            }
        }
    }
    found.into_values().collect()
}

/// Controls that only guard the edge of a zone are not handed down.
fn is_handed_down(vocabulary: &Vocabulary, control: &str) -> bool {
    vocabulary.controls.get(control).is_none_or(|places| places.iter().any(|place| *place != Place::Zone))
}
