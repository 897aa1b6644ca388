//! References of the sections that have no resolved form: attackers, threats, mitigations, diagrams, incidents.

use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::lang::syntax::shown;
use crate::lang::{List, Root, ThreatEntry, ThreatStatus, is_id};
use crate::source::{Span, Spanned};
use crate::{Model, Thing};

use super::names::{Names, Wanted, find};

/// Moves `verify` beside a single criterion into it, which is its long form.
pub(crate) fn settle_acceptance(root: &mut Root, out: &mut Vec<Diagnostic>) {
    for (id, entry) in &mut root.mitigations.entries {
        let mitigation = &mut entry.value;
        let Some(span) = mitigation.verify.span else { continue };
        if let [criterion] = mitigation.acceptance.items.as_mut_slice() {
            let checks = std::mem::take(&mut mitigation.verify);
            let own = &mut criterion.value.verify;
            own.span = own.span.or(checks.span);
            own.items.extend(checks.items);
            continue;
        }
        let message = format!("mitigation `{id}` has `verify` beside an `acceptance` without exactly one entry");
        let help = "write one `acceptance` text beside it, or move the checks into the entries of `acceptance`";
        out.push(Diagnostic::error(codes::MISPLACED_VERIFY, span, message).help(help));
    }
}

/// Checks every reference of these sections.
pub(super) fn check(model: &Model, names: &mut Names<'_>) {
    let root = &model.root;
    if let Some(id) = root.id.as_ref().filter(|id| !is_id(id)) {
        names.report(bad_id(id, id.span));
    }
    for entry in root.attackers.entries.values() {
        things(model, names, &entry.value.from, Wanted::ZoneOrElement);
        things(model, names, &entry.value.goals, Wanted::Asset);
    }
    for (key, entry) in &root.threats.entries {
        check_threat(model, names, key, entry.key_span, &entry.value);
    }
    for entry in root.mitigations.entries.values() {
        mitigations(model, names, &entry.value.needs);
    }
    needs(model, names);
    for entry in root.diagrams.entries.values() {
        things(model, names, &entry.value.of, Wanted::Element);
        things(model, names, &entry.value.show, Wanted::Element);
    }
    for entry in root.incidents.entries.values() {
        entry.value.threats.items.iter().for_each(|name| threat(model, names, name));
    }
}

fn check_threat(model: &Model, names: &mut Names<'_>, key: &str, key_span: Span, entry: &ThreatEntry) {
    if !is_threat_key(key) {
        let message = format!("`{}` is neither the id of a threat nor the answer to a rule", shown(key));
        let help = "a threat of your own has an id of letters, digits, `-` and `_`; an answer is `<rule>@<subject>`, where `*` stands for anything";
        names.report(Diagnostic::error(codes::BAD_THREAT_KEY, key_span, message).help(help));
    }
    things(model, names, &entry.on, Wanted::Anything);
    things(model, names, &entry.assets, Wanted::Asset);
    mitigations(model, names, &entry.mitigations);
    if let Some(same) = &entry.same_as {
        check_same_as(model, names, key, same);
    }
    let accepted = entry.status.as_ref().filter(|status| status.value == ThreatStatus::Accepted);
    if let (Some(status), None) = (accepted, &entry.until) {
        let message = format!("threat `{}` is accepted without a date until which that holds", shown(key));
        names.report(
            Diagnostic::error(codes::MISSING_UNTIL, status.span, message)
                .help("add `until: <date>`, so that the acceptance is looked at again"),
        );
    }
}

fn check_same_as(model: &Model, names: &mut Names<'_>, key: &str, same: &Spanned<String>) {
    if same.value == key {
        names.report(Diagnostic::error(codes::CYCLE, same.span, format!("threat `{}` is the same as itself", shown(key))));
        return;
    }
    let hand_written: Vec<&str> = own_threats(model).filter(|id| *id != key).collect();
    if !hand_written.contains(&same.value.as_str()) {
        names.unknown(codes::UNKNOWN_REFERENCE, same, "threat written by hand", hand_written.into_iter());
    }
}

/// The ids of threats written by hand.
fn own_threats(model: &Model) -> impl Iterator<Item = &str> {
    model.root.threats.entries.keys().map(String::as_str).filter(|key| !key.contains('@'))
}

/// An id, or parts of letters, digits, `-`, `_`, `/` and `*` with `@` between them.
fn is_threat_key(key: &str) -> bool {
    let part = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_/*".contains(&b));
    is_id(key) || key.contains('@') && key.split('@').all(part)
}

fn bad_id(id: &str, span: Span) -> Diagnostic {
    let message = format!("`{}` cannot be an id", shown(id));
    Diagnostic::error(codes::BAD_ID, span, message).help("an id starts with a letter or digit and has only letters, digits, `-` and `_`")
}

/// Checks a list of references to things.
pub(super) fn things(model: &Model, names: &mut Names<'_>, list: &List<String>, wanted: Wanted) {
    for name in &list.items {
        let _: Option<Thing> = find(model, names, None, name, wanted);
    }
}

/// Checks a list of ids of mitigations.
pub(super) fn mitigations(model: &Model, names: &mut Names<'_>, list: &List<String>) {
    let known = &model.root.mitigations.entries;
    for name in list.items.iter().filter(|name| !known.contains_key(&name.value)) {
        names.unknown(codes::UNKNOWN_REFERENCE, name, "mitigation", known.keys().map(String::as_str));
    }
}

/// Reports mitigations that wait for each other, one report a circle.
fn needs(model: &Model, names: &mut Names<'_>) {
    let all = &model.root.mitigations.entries;
    let mut state = vec![Visit::New; all.len()];
    for start in 0..all.len() {
        // Walked with a list of its own, because a chain may be as long as the model.
        let mut path = vec![(start, 0)];
        while let Some((at, next)) = path.last_mut() {
            let (at, item) = (*at, all[*at].value.needs.items.get(*next));
            *next += 1;
            if state[at] == Visit::Done {
                path.pop();
                continue;
            }
            state[at] = Visit::Open;
            let Some(item) = item else {
                state[at] = Visit::Done;
                path.pop();
                continue;
            };
            match all.get_index_of(&item.value) {
                Some(needed) if state[needed] == Visit::Open => {
                    let message = format!("mitigation `{}` waits for itself", shown(&item.value));
                    names.report(Diagnostic::error(codes::CYCLE, item.span, message).help("take one of the `needs` out"));
                }
                Some(needed) if state[needed] == Visit::New => path.push((needed, 0)),
                _ => {}
            }
        }
    }
}

/// How far a walk has come with one of its places.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Visit {
    New,
    Open,
    Done,
}

/// Checks the id of a threat; those that rules raise are known only after the rules have run, so of `<rule>@<subject>`
/// only the form is looked at.
pub(super) fn threat(model: &Model, names: &mut Names<'_>, name: &Spanned<String>) {
    let known = &model.root.threats.entries;
    let raised = name.value.contains('@') && is_threat_key(&name.value);
    if !raised && !known.contains_key(&name.value) {
        names.unknown(codes::UNKNOWN_REFERENCE, name, "threat", known.keys().map(String::as_str));
    }
}
