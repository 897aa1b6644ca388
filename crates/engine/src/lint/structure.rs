//! The diagram: things that nothing connects, that are in no zone, or that say nothing of the data in them.

use redan_model::lang::ElementKind;
use redan_model::{Element, ElementIx, Flow, FlowIx, Model, Thing, ZoneIx};

use super::{Found, Linter};

pub(super) fn check(linter: &mut Linter<'_>) {
    elements(linter);
    flows(linter);
    zones(linter);
}

fn elements(linter: &mut Linter<'_>) {
    let model = linter.model;
    let found = pick(linter, &|ix, element| !element.is_group && is_dangling(model, ix));
    linter.report_all(
        "dangling-element",
        found,
        |id| format!("no flow leads to or from `{id}`"),
        |count, ids| format!("no flow leads to or from {count} elements: {ids}"),
    );
    if !model.zones.is_empty() {
        let found = pick(linter, &|_, element| !element.is_group && element.zones.is_empty() && !element.zones_known);
        linter.report_all(
            "outside-every-zone",
            found,
            |id| format!("`{id}` is in no zone"),
            |count, ids| format!("{count} elements are in no zone: {ids}"),
        );
    }
    let found = pick(linter, &|_, element| element.kind == ElementKind::Store && is_unread(model, element));
    linter.report_all(
        "unread-store",
        found,
        |id| format!("data goes into `{id}`, but nobody reads it"),
        |count, ids| format!("data goes into {count} stores, but nobody reads it: {ids}"),
    );
    let found = pick(linter, &|_, element| element.kind == ElementKind::Store && !element.is_group && !element.stated.holds.is_written());
    linter.report_all(
        "store-without-data",
        found,
        |id| format!("`{id}` does not say what it holds"),
        |count, ids| format!("{count} stores do not say what they hold: {ids}"),
    );
}

fn flows(linter: &mut Linter<'_>) {
    let all = (0..u32::try_from(linter.model.flows.len()).unwrap_or(u32::MAX)).map(FlowIx);
    let bare = |flow: &Flow| !flow.moves_known && flow.out_of_scope.is_none();
    let found = all.filter(|ix| bare(&linter.model[*ix])).filter_map(|ix| linter.thing(Thing::Flow(ix))).collect();
    linter.report_all(
        "flow-without-data",
        found,
        |id| format!("the flow `{id}` does not say what data it moves"),
        |count, ids| format!("{count} flows do not say what data they move: {ids}"),
    );
}

fn zones(linter: &mut Linter<'_>) {
    let model = linter.model;
    if model.zones.is_empty() && !model.elements.is_empty() {
        let diagnostic = linter.found("no-zones", linter.root(), "the model has no trust boundary");
        linter.report(diagnostic);
    }
    let all = (0..u32::try_from(model.zones.len()).unwrap_or(u32::MAX)).map(ZoneIx);
    let empty = |ix: &ZoneIx| model[*ix].members.is_empty() && model[*ix].children.is_empty() && !is_a_start(model, *ix);
    let found = all.filter(empty).filter_map(|ix| linter.thing(Thing::Zone(ix))).collect();
    linter.report_all(
        "empty-zone",
        found,
        |id| format!("nothing is in the zone `{id}`"),
        |count, ids| format!("nothing is in {count} zones: {ids}"),
    );
}

/// Whether attackers start in a zone, which needs no element to mean something.
fn is_a_start(model: &Model, zone: ZoneIx) -> bool {
    let id = &model[zone].identity.id;
    model.root.attackers.entries.values().any(|attacker| attacker.value.from.values().any(|from| from == id))
}

/// No flow touches it, what it is part of, or its parts.
fn is_dangling(model: &Model, ix: ElementIx) -> bool {
    let bare = |ix: ElementIx| model[ix].incoming.is_empty() && model[ix].outgoing.is_empty();
    let mut around = std::iter::successors(Some(ix), |ix| model[*ix].parent).take(model.elements.len());
    if !around.all(bare) {
        return false;
    }
    let mut inside: Vec<ElementIx> = model[ix].children.clone();
    let mut seen = 0;
    while let Some(part) = inside.pop() {
        seen += 1;
        if !bare(part) {
            return false;
        }
        if seen > model.elements.len() {
            break;
        }
        inside.extend(&model[part].children);
    }
    true
}

/// Something is written into it, and certainly nothing comes back out.
fn is_unread(model: &Model, store: &Element) -> bool {
    let writes_only = |flow: &FlowIx| model[*flow].moves_known && model[*flow].returns.is_empty() && !model[*flow].both_ways;
    store.outgoing.is_empty() && !store.incoming.is_empty() && store.incoming.iter().all(writes_only)
}

fn pick(linter: &Linter<'_>, keep: &dyn Fn(ElementIx, &Element) -> bool) -> Vec<Found> {
    let all = (0..u32::try_from(linter.model.elements.len()).unwrap_or(u32::MAX)).map(ElementIx);
    let kept = all.filter(|ix| linter.model[*ix].out_of_scope.is_none() && keep(*ix, &linter.model[*ix]));
    kept.filter_map(|ix| linter.thing(Thing::Element(ix))).collect()
}
