//! What several writers need: fields of the canonical form, ids of other tools, places on a drawing.

use std::borrow::Cow;

use redan_model::{Model, Thing, naming};
use serde_json::{Map, Value as Json};

use crate::export::{ForeignThreat, Outgoing};
use crate::read::{scalar, text};

/// A value that may be short or long: `4`, or `{is: 4, because: …}`.
pub(crate) fn said(value: &Json) -> Cow<'_, str> {
    scalar(value.get("is").unwrap_or(value))
}

/// The reason beside such a value.
pub(crate) fn because(value: &Json) -> Cow<'_, str> {
    text(value, "because")
}

/// What a thing says of a control or trait: `yes`, `no`, `partial`, `unknown`, or nothing.
pub(crate) fn fact<'e>(entry: &'e Json, set: &str, name: &str) -> Cow<'e, str> {
    match entry.get(set) {
        Some(Json::Array(names)) if names.iter().any(|known| known == name) => Cow::Borrowed("yes"),
        Some(facts) => facts.get(name).map(said).unwrap_or_default(),
        None => Cow::Borrowed(""),
    }
}

/// The name of a thing for people.
pub(crate) fn name(id: &str, entry: &Json) -> String {
    let stated = text(entry, "name");
    if stated.is_empty() { naming::title_of(id) } else { stated.into_owned() }
}

/// The name of a thing as a file of the other tool had it: where a reader found one that is the id, it wrote none.
pub(crate) fn own_name(outgoing: &Outgoing<'_>, own: &str, id: &str, entry: &Json) -> String {
    let read = outgoing.json.get(own).is_some() || entry.get(own).is_some();
    if read && text(entry, "name").is_empty() { id.to_owned() } else { name(id, entry) }
}

/// What is written on the arrow of a flow.
pub(crate) fn label(id: &str, entry: &Json) -> String {
    let stated = text(entry, "label");
    if stated.is_empty() { naming::sentence_of(id) } else { stated.into_owned() }
}

/// The ids of what a threat stands on where only elements and flows carry threats: a zone is the first thing in it.
pub(crate) fn drawn_subjects(model: &Model, threat: &ForeignThreat) -> Vec<String> {
    let drawn = |thing: &Thing| match thing {
        Thing::Element(_) | Thing::Flow(_) => Some(model.id_of(*thing).to_owned()),
        Thing::Zone(ix) => model[*ix].members.first().map(|ix| model.id_of(Thing::Element(*ix)).to_owned()),
        Thing::Model | Thing::Asset(_) => None,
    };
    threat.subjects.iter().filter_map(drawn).collect()
}

/// An id in the form of a UUID, the same for the same thing in every run.
pub(crate) fn uuid(section: &str, id: &str) -> String {
    let mut hash: u128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d;
    for byte in section.bytes().chain([0]).chain(id.bytes()) {
        hash = (hash ^ u128::from(byte)).wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013b);
    }
    // Version 8 is the one for ids that are made in ways of one's own.
    let hash = hash & !(0xf << 76) | 0x8 << 76;
    let hash = hash & !(0x3 << 62) | 0x2 << 62;
    let hex = format!("{hash:032x}");
    let part = |from: usize, to: usize| hex.get(from..to).unwrap_or_default();
    [part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32)].join("-")
}

/// The id that the other tool knows a thing by: the one that was kept, or another one.
pub(crate) fn foreign_id(entry: &Json, own: &str, key: &str, otherwise: impl FnOnce() -> String) -> String {
    let kept = entry.get(own).map(|kept| text(kept, key)).unwrap_or_default();
    if kept.is_empty() { otherwise() } else { kept.into_owned() }
}

/// The entries of a section of the canonical form.
pub(crate) fn section<'o>(outgoing: &'o Outgoing<'_>, key: &str) -> impl Iterator<Item = (&'o str, &'o Json)> {
    outgoing.json.get(key).and_then(Json::as_object).into_iter().flatten().map(|(id, entry)| (id.as_str(), entry))
}

/// The canonical entry of a threat that was written by hand, or of the answer to one that was raised.
pub(crate) fn threat_entry<'o>(outgoing: &'o Outgoing<'_>, threat: &ForeignThreat) -> &'o Json {
    outgoing.entry("threats", threat.entry.as_deref().unwrap_or(&threat.id))
}

/// What is done about a threat, as one text: its mitigations, why nothing is done, or what the rule says.
pub(crate) fn remedy(outgoing: &Outgoing<'_>, threat: &ForeignThreat) -> String {
    if !matches!(threat.status, "open" | "mitigated" | "question") && !threat.because.is_empty() {
        return threat.because.clone();
    }
    let texts: Vec<String> = threat.mitigations.iter().map(|id| mitigation_text(outgoing, id)).collect();
    match (texts.is_empty(), threat.because.is_empty()) {
        (false, _) => texts.join("\n"),
        (true, false) => threat.because.clone(),
        (true, true) => threat.fix.clone(),
    }
}

/// A mitigation as one text.
fn mitigation_text(outgoing: &Outgoing<'_>, id: &str) -> String {
    let title = outgoing.mitigation_title(id);
    let entry = outgoing.entry("mitigations", id);
    let described = text(entry, "description");
    let begins = described.starts_with(title.trim_end_matches(['…', '.']));
    match (described.is_empty(), begins) {
        (true, _) => title,
        (false, true) => described.into_owned(),
        (false, false) => format!("{title}: {described}"),
    }
}

/// Puts a value into an object unless it says nothing.
pub(crate) fn put(object: &mut Map<String, Json>, key: &str, value: impl Into<Json>) {
    let value = value.into();
    if crate::kept::is_something(&value) {
        object.insert(key.to_owned(), value);
    }
}

/// The texts of a field that is a list.
pub(crate) fn texts(entry: &Json, key: &str) -> Vec<String> {
    crate::read::list(entry, key)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn made_ids_are_uuids_that_differ_by_section_and_id() {
        let id = uuid("elements", "app");
        assert_eq!((id.len(), id.matches('-').count(), id.get(14..15)), (36, 4, Some("8")));
        assert_eq!(id, uuid("elements", "app"));
        assert_ne!(id, uuid("flows", "app"));
        assert_ne!(uuid("a", "bc"), uuid("ab", "c"));
    }

    #[test]
    fn short_and_long_values_are_read() {
        let entry =
            json!({"controls": {"mfa": "no", "waf": {"is": "yes", "because": "x"}}, "traits": ["privileged"], "likelihood": {"is": 3}});
        assert_eq!(
            [fact(&entry, "controls", "mfa"), fact(&entry, "controls", "waf"), fact(&entry, "traits", "privileged")],
            ["no", "yes", "yes"]
        );
        assert_eq!((said(&entry["likelihood"]).as_ref(), fact(&entry, "controls", "none").as_ref()), ("3", ""));
    }
}
