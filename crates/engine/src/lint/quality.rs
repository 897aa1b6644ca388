//! How complete and how likely a model is: parts that systems of its kind have and it does not draw, names that say
//! nothing, things that nobody uses, and things that do not fit each other.

use redan_model::lang::{AssetKind, ElementKind, State, ZoneKind};
use redan_model::{AssetIx, ElementIx, FlowIx, Thing, ZoneIx};

use super::Linter;
use crate::expr::Tri;
use crate::fact::FactKey;
use crate::facts::{Facts, narrow};

/// A model with fewer elements says little.
const FEW: usize = 3;
/// Words that a name is made of when nobody has thought of one.
const EMPTY_WORDS: [&str; 18] = [
    "element",
    "component",
    "node",
    "box",
    "process",
    "store",
    "external",
    "actor",
    "generic",
    "flow",
    "arrow",
    "edge",
    "data",
    "request",
    "untitled",
    "unnamed",
    "new",
    "thing",
];

pub(super) fn check(linter: &mut Linter<'_>) {
    let facts = linter.facts;
    missing_parts(linter, facts);
    shape(linter);
    names(linter);
    unstated(linter, facts);
    misfits(linter, facts);
}

/// What systems like this have and the model does not draw.
fn missing_parts(linter: &mut Linter<'_>, facts: &Facts<'_>) {
    let model = linter.model;
    let is_secret = |ix: &AssetIx| {
        let classes = model[*ix].stated.data.values();
        model[*ix].kind == AssetKind::Secret || classes.into_iter().any(|class| ["credentials", "keys"].contains(&class.as_str()))
    };
    let has_secret = assets(linter).any(|ix| is_secret(&ix));
    if has_secret && model_state(facts, "secret-store") == State::Unknown {
        say(linter, "missing-vault", "there are secrets, and nothing is drawn that keeps them");
    }
    let own_code = elements(linter).any(|ix| model[ix].stated.code.is_written());
    if own_code && !draws(facts, &["build-pipeline", "source-repository"]) {
        say(linter, "missing-build-infrastructure", "there is code of your own, and neither its repository nor its build is drawn");
    }
    let authenticates = |ix: ElementIx| trait_state(facts, Thing::Element(ix), "authenticates-users") == Tri::Yes;
    if elements(linter).any(authenticates) && !draws(facts, &["identity-provider", "directory-service"]) {
        say(linter, "missing-identity-store", "people log in, and nothing is drawn that knows who they are");
    }
}

/// What no real system looks like.
fn shape(linter: &mut Linter<'_>) {
    let model = linter.model;
    let count = model.elements.iter().filter(|element| !element.is_group).count();
    if (1..FEW).contains(&count) {
        say(linter, "few-elements", &format!("the model has {count} of the elements of a system"));
    }
    let is_outside = |kind: ElementKind| matches!(kind, ElementKind::Actor | ElementKind::External);
    if count >= FEW && !model.elements.iter().any(|element| is_outside(element.kind)) {
        say(linter, "no-outsiders", "nobody and nothing outside of the system is drawn");
    }
    if !model.zones.is_empty() && !model.flows.is_empty() && !crosses_anything(linter) {
        say(linter, "nothing-crosses", "there are trust boundaries, and no flow crosses one");
    }
    let opens = flows(linter).filter(|ix| model[model[*ix].source].kind == ElementKind::Store && !model[*ix].both_ways);
    let found = opens.filter_map(|ix| linter.thing(Thing::Flow(ix))).collect();
    linter.report_all(
        "store-opens-flow",
        found,
        |id| format!("the flow `{id}` is opened by a store"),
        |count, ids| format!("{count} flows are opened by stores: {ids}"),
    );
    let bare = flows(linter).filter(|ix| model[*ix].moves_known && model[*ix].carries.is_empty() && model[*ix].returns.is_empty());
    let found = bare.filter_map(|ix| linter.thing(Thing::Flow(ix))).collect();
    linter.report_all(
        "unnecessary-flow",
        found,
        |id| format!("the flow `{id}` moves nothing that is worth protecting"),
        |count, ids| format!("{count} flows move nothing that is worth protecting: {ids}"),
    );
}

fn crosses_anything(linter: &Linter<'_>) -> bool {
    let model = linter.model;
    let unplaced = |ix: ElementIx| !model[ix].zones_known;
    flows(linter).any(|ix| {
        let (source, target) = (model[ix].source, model[ix].target);
        model[source].zones != model[target].zones || unplaced(source) || unplaced(target)
    })
}

/// Names that were never thought of.
fn names(linter: &mut Linter<'_>) {
    let model = linter.model;
    let named = model.things().filter(|thing| matches!(thing, Thing::Element(_) | Thing::Flow(_)));
    let found = named.filter(|thing| says_nothing(model.name_of(*thing))).filter_map(|thing| linter.thing(thing)).collect();
    linter.report_all(
        "meaningless-name",
        found,
        |id| format!("the name of `{id}` says nothing"),
        |count, ids| format!("{count} names say nothing: {ids}"),
    );
}

/// Whether a name is made of words that fit anything, and numbers.
fn says_nothing(name: &str) -> bool {
    let words = name.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty());
    let mut words = words.map(str::to_lowercase).peekable();
    words.peek().is_some() && words.all(|word| EMPTY_WORDS.contains(&word.as_str()))
}

/// Technologies and protocols that nobody has stated.
fn unstated(linter: &mut Linter<'_>, facts: &Facts<'_>) {
    let model = linter.model;
    let bare = |ix: &ElementIx| {
        let element = &model[*ix];
        let built = matches!(element.kind, ElementKind::Process | ElementKind::Store) && !element.is_group;
        built && element.out_of_scope.is_none() && facts.tech(*ix).is_none()
    };
    let found = elements(linter).filter(bare).filter_map(|ix| linter.thing(Thing::Element(ix))).collect();
    linter.report_all(
        "unstated-technology",
        found,
        |id| format!("`{id}` does not say what it is built with"),
        |count, ids| format!("{count} elements do not say what they are built with: {ids}"),
    );
    let bare = |ix: &FlowIx| model[*ix].out_of_scope.is_none() && facts.protocol(*ix).is_none();
    let found = flows(linter).filter(bare).filter_map(|ix| linter.thing(Thing::Flow(ix))).collect();
    linter.report_all(
        "unstated-protocol",
        found,
        |id| format!("the flow `{id}` does not say how its data moves"),
        |count, ids| format!("{count} flows do not say how their data moves: {ids}"),
    );
}

/// Things that do not go together.
fn misfits(linter: &mut Linter<'_>, facts: &Facts<'_>) {
    let model = linter.model;
    let physical = |thing: Thing| trait_state(facts, thing, "physical");
    let found = flows(linter)
        .filter(|ix| {
            let ends = [model[*ix].source, model[*ix].target];
            let by_hand = facts.protocol(*ix).is_some() && physical(Thing::Flow(*ix)) == Tri::Yes;
            by_hand && ends.iter().all(|end| facts.tech(*end).is_some() && physical(Thing::Element(*end)) == Tri::No)
        })
        .filter_map(|ix| linter.thing(Thing::Flow(ix)))
        .collect();
    linter.report_all(
        "protocol-does-not-fit",
        found,
        |id| format!("the flow `{id}` is carried by hand between two programs"),
        |count, ids| format!("{count} flows are carried by hand between programs: {ids}"),
    );
    let found = elements(linter)
        .filter(|ix| {
            let inside = |zone: &ZoneIx| matches!(model[*zone].kind, ZoneKind::Runtime | ZoneKind::Process);
            let runs_nowhere = physical(Thing::Element(*ix)) == Tri::Yes || model[*ix].kind == ElementKind::Actor;
            runs_nowhere && model[*ix].zones.iter().any(inside)
        })
        .filter_map(|ix| linter.thing(Thing::Element(ix)))
        .collect();
    linter.report_all(
        "zone-does-not-fit",
        found,
        |id| format!("`{id}` is no program, but is in a boundary in which programs run"),
        |count, ids| format!("{count} elements are no programs, but are in boundaries in which programs run: {ids}"),
    );
}

fn say(linter: &mut Linter<'_>, code: &'static str, message: &str) {
    let diagnostic = linter.found(code, linter.root(), message);
    linter.report(diagnostic);
}

fn model_state(facts: &Facts<'_>, control: &str) -> State {
    let ix = facts.knowledge.catalogue.controls.get_index_of(control);
    ix.map_or(State::No, |ix| facts.state(Thing::Model, FactKey::Control(crate::catalogue::ControlIx(narrow(ix)))))
}

fn trait_state(facts: &Facts<'_>, thing: Thing, name: &str) -> Tri {
    let ix = facts.knowledge.catalogue.traits.get_index_of(name);
    ix.map_or(Tri::No, |ix| facts.has(thing, FactKey::Trait(crate::catalogue::TraitIx(narrow(ix)))))
}

/// Whether any of these technologies is drawn.
fn draws(facts: &Facts<'_>, technologies: &[&str]) -> bool {
    let known: Vec<u16> =
        technologies.iter().filter_map(|id| facts.knowledge.catalogue.technologies.get_index_of(*id)).map(narrow).collect();
    facts.element_ixs().any(|ix| facts.tech(ix).is_some_and(|tech| known.contains(&tech)))
}

fn count(length: usize) -> std::ops::Range<u32> {
    0..u32::try_from(length).unwrap_or(u32::MAX)
}

fn elements(linter: &Linter<'_>) -> impl Iterator<Item = ElementIx> + use<> {
    count(linter.model.elements.len()).map(ElementIx)
}

fn flows(linter: &Linter<'_>) -> impl Iterator<Item = FlowIx> + use<> {
    count(linter.model.flows.len()).map(FlowIx)
}

fn assets(linter: &Linter<'_>) -> impl Iterator<Item = AssetIx> + use<> {
    count(linter.model.assets.len()).map(AssetIx)
}
