//! The list of losses in the making: bounded, and free of control characters.

use serde_json::Value as Json;

use crate::draft::clean;
use crate::{Loss, LossKind, before, limits};

/// Losses as they are found, in their order.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Losses {
    list: Vec<Loss>,
    uncounted: usize,
}

/// What a format can say: a section of the language, and the fields of its entries that the format has a place for.
///
/// The section `""` is the top of the model. A section that no item names is one that the format knows nothing of.
#[derive(Debug, Clone, Copy)]
pub struct Says(pub &'static str, pub &'static [&'static str]);

impl Losses {
    /// The most likely value was taken.
    pub fn guessed(&mut self, what: impl Into<String>, place: impl Into<String>) {
        self.lose(LossKind::Guessed, what, place);
    }

    /// It is said in another form.
    pub fn changed(&mut self, what: impl Into<String>, place: impl Into<String>) {
        self.lose(LossKind::Changed, what, place);
    }

    /// It has no place where it would go.
    pub fn dropped(&mut self, what: impl Into<String>, place: impl Into<String>) {
        self.lose(LossKind::Dropped, what, place);
    }

    /// It points at something that is not there.
    pub fn dangling(&mut self, what: impl Into<String>, place: impl Into<String>) {
        self.lose(LossKind::Dangling, what, place);
    }

    /// Records a loss.
    pub fn lose(&mut self, kind: LossKind, what: impl Into<String>, place: impl Into<String>) {
        if self.list.len() < limits::MAX_LOSSES {
            // Losses are shown on terminals, so they hold no control characters.
            self.list.push(Loss { kind, what: clean(&what.into()), place: clean(&place.into()) });
        } else {
            self.uncounted += 1;
        }
    }

    /// Records everything in a canonical model that a format has no place for: whole sections, and fields of entries.
    ///
    /// Keys that start with `own`, such as `x-tmt`, are what the reader of the format kept for its writer.
    pub fn unsaid(&mut self, model: &Json, own: &str, says: &[Says]) {
        let fields = |section: &str| says.iter().find(|item| item.0 == section).map(|item| item.1);
        let kept = |key: &str| !own.is_empty() && key.starts_with(own);
        for (key, value) in model.as_object().into_iter().flatten() {
            let head = fields("").unwrap_or_default();
            if key == "redan" || key == before::KEY || kept(key) || head.contains(&key.as_str()) || is_nothing(value) {
                continue;
            }
            match (fields(key), value) {
                (Some(known), Json::Object(entries)) => entries.iter().for_each(|(id, entry)| {
                    let unsaid = |(name, value): &(&String, &Json)| !known.contains(&name.as_str()) && !kept(name) && !is_nothing(value);
                    let names: Vec<&str> = entry.as_object().into_iter().flatten().filter(unsaid).map(|(name, _)| name.as_str()).collect();
                    if !names.is_empty() {
                        self.dropped(names.join(", "), format!("{key}.{id}"));
                    }
                }),
                (_, Json::Object(entries)) => self.dropped(format!("`{key}` ({})", entries.len()), key.as_str()),
                _ => self.dropped(format!("`{key}`"), key.as_str()),
            }
        }
    }

    /// Records that the people whom fields at the top of a model point at are names in the file.
    pub fn people_to_names(&mut self, model: &Json, fields: &[&str]) {
        let people = model.get("people").and_then(Json::as_object);
        let known = |who: &str| people.is_some_and(|people| people.get(who).is_some_and(|entry| crate::write::name(who, entry) != who));
        for field in fields {
            let named = match model.get(*field) {
                Some(Json::String(who)) => known(who),
                Some(Json::Array(all)) => all.iter().filter_map(Json::as_str).any(known),
                _ => false,
            };
            if named {
                self.changed("people, to their names", *field);
            }
        }
    }

    /// The losses; those beyond the limit are counted in a last one.
    pub fn finish(mut self) -> Vec<Loss> {
        if self.uncounted > 0 {
            let what = format!("{} more that are not listed", self.uncounted);
            self.list.push(Loss { kind: LossKind::Dropped, what, place: String::new() });
        }
        self.list
    }
}

fn is_nothing(value: &Json) -> bool {
    match value {
        Json::Null => true,
        Json::Object(entries) => entries.is_empty(),
        Json::Array(items) => items.is_empty(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_a_format_has_no_place_for_is_listed_by_section_and_field() {
        let model = json!({"redan": 1, "name": "Shop", "tags": ["a"], "people": {"bo": {}}, "x-own": 1,
            "elements": {"app": {"kind": "process", "tags": ["b"], "owner": "bo", "x-own-id": 3}, "db": {"kind": "store", "holds": []}}});
        let mut losses = Losses::default();
        losses.unsaid(&model, "x-own", &[Says("", &["name"]), Says("elements", &["kind"])]);
        let found: Vec<(String, String)> = losses.finish().into_iter().map(|loss| (loss.what, loss.place)).collect();
        let expected = [("`tags`", "tags"), ("`people` (1)", "people"), ("tags, owner", "elements.app")];
        assert_eq!(found, expected.map(|(what, place)| (what.to_owned(), place.to_owned())));
    }

    #[test]
    fn losses_are_counted_beyond_what_is_listed() {
        let mut losses = Losses::default();
        (0..limits::MAX_LOSSES + 3).for_each(|number| losses.dropped(format!("{number}"), ""));
        let list = losses.finish();
        assert_eq!(list.len(), limits::MAX_LOSSES + 1);
        assert_eq!(list.last().map(|loss| loss.what.as_str()), Some("3 more that are not listed"));
    }
}
