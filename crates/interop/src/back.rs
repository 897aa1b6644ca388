//! What a writer says of itself, held against the file: it is read again, and what does not come back as the model says
//! it, and no writer has named, is a loss too. So no list of losses can be too short, whatever the model.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use crate::export::{Exported, Outgoing};
use crate::{Format, Loss, LossKind, Losses, import, onto, settle};

/// Most differences that are looked at one by one.
const MOST: usize = 20_000;

/// Adds to the losses of a file what does not come back from it.
pub(crate) fn listed(format: Format, mut exported: Exported, outgoing: &Outgoing<'_>) -> Exported {
    let Ok(mut again) = import(format, &exported.bytes) else {
        let what = "the whole file: it cannot be read back, so how much of the model is in it is not known".to_owned();
        exported.loss.push(Loss { kind: LossKind::Changed, what, place: String::new() });
        return exported;
    };
    settle(&mut again, &outgoing.vocabulary);
    let model = &outgoing.json;
    let back = onto::read_back(&again.model, model);
    exported.loss.retain_mut(|loss| is_lost(loss, model, &back));
    let known: Vec<&Loss> = exported.loss.iter().chain(&again.loss).collect();
    let places = Places::of(&known);
    let mut open: BTreeMap<(String, LossKind), Vec<String>> = BTreeMap::new();
    for path in onto::between(&back, model).into_iter().take(MOST) {
        let parts: Vec<&str> = path.iter().map(String::as_str).collect();
        if !is_of_the_model(model, &parts) || places.name(model, &parts) {
            continue;
        }
        let kind = if at(&back, &parts).is_some() { LossKind::Changed } else { LossKind::Dropped };
        let (place, field) = if parts.len() > 2 { (parts[..2].join("."), parts[2..].join(".")) } else { (parts.join("."), String::new()) };
        open.entry((place, kind)).or_default().push(field);
    }
    let mut more = Losses::default();
    for ((place, kind), fields) in open {
        let fields: Vec<String> = fields.iter().filter(|field| !field.is_empty()).map(|field| format!("`{field}`")).collect();
        let what = match (fields.is_empty(), kind) {
            (true, LossKind::Dropped) => "all of it: the file does not say it".to_owned(),
            (true, _) => "the file says it otherwise".to_owned(),
            (false, LossKind::Dropped) => format!("{}: the file does not say it", fields.join(", ")),
            (false, _) => format!("{}: the file says it otherwise", fields.join(", ")),
        };
        more.lose(kind, what, place);
    }
    exported.loss.extend(more.finish());
    exported
}

/// Whether something that a writer takes for dropped is: what comes back all the same is taken off its list of fields.
fn is_lost(loss: &mut Loss, model: &Json, back: &Json) -> bool {
    if loss.kind != LossKind::Dropped {
        return true;
    }
    let path: Vec<&str> = loss.place.split('.').collect();
    if loss.what.starts_with('`') {
        let is_section = path.len() == 1 && loss.what.split('`').nth(1) == path.first().copied();
        return !(is_section && at(model, &path).is_some_and(|said| at(back, &path) == Some(said)));
    }
    let Some(Json::Object(fields)) = at(model, &path) else { return true };
    let names: Vec<&str> = loss.what.split(", ").collect();
    if !names.iter().all(|name| fields.contains_key(*name)) {
        return true;
    }
    let found = at(back, &path);
    let gone: Vec<&str> = names.into_iter().filter(|name| found.and_then(|found| found.get(*name)) != fields.get(*name)).collect();
    let lost = !gone.is_empty();
    loss.what = gone.join(", ");
    lost
}

/// Whether a difference is one of what the model says, and not of what the format wants to know beyond it. Answers to
/// threats of rules become threats of the file, and the order of what a page shows is that of the file.
fn is_of_the_model(model: &Json, path: &[&str]) -> bool {
    let answer = path.first() == Some(&"threats") && path.get(1).is_some_and(|id| id.contains('@'));
    let tracked = path.first() == Some(&"threats") && path.get(1).is_some_and(|id| stands_for_a_decision(&model["threats"][*id]));
    let foreign = path.iter().any(|key| key.starts_with("x-"));
    !answer && !tracked && !foreign && path.last() != Some(&"show") && at(model, path).is_some()
}

/// Whether a threat stands for a decision of a file about something that only the other tool finds.
pub(crate) fn stands_for_a_decision(threat: &Json) -> bool {
    let kept = threat.as_object().into_iter().flatten().filter(|(key, _)| key.starts_with("x-"));
    kept.into_iter().any(|(_, kept)| kept.get("tracking").is_some())
}

fn at<'m>(model: &'m Json, path: &[&str]) -> Option<&'m Json> {
    path.iter().try_fold(model, |value, key| value.get(*key))
}

/// The places that losses name: by entry, by section, or by what the thing is called.
struct Places<'l> {
    losses: &'l [&'l Loss],
    starts: Vec<&'l str>,
}

impl<'l> Places<'l> {
    fn of(losses: &'l [&'l Loss]) -> Self {
        let mut starts: Vec<&str> =
            losses.iter().flat_map(|loss| [loss.place.as_str(), loss.place.split(['[', ' ']).next().unwrap_or_default()]).collect();
        starts.sort_unstable();
        starts.dedup();
        Self { losses, starts }
    }

    fn name(&self, model: &Json, path: &[&str]) -> bool {
        let has = |place: &str| self.starts.binary_search(&place).is_ok();
        let section = path.first().copied().unwrap_or_default();
        let Some(id) = path.get(1) else { return has(section) || self.below(section) };
        let entry = format!("{section}.{id}");
        if has(section) || has(&entry) || has(id) || self.below(&entry) {
            return true;
        }
        let called =
            at(model, &[section, id]).and_then(|entry| ["name", "title", "label"].iter().find_map(|key| entry.get(*key)?.as_str()));
        called.is_some_and(|name| {
            let quoted = format!("\"{name}\"");
            self.losses.iter().any(|loss| loss.what.contains(&quoted))
        })
    }

    /// Whether a loss names something inside a place.
    fn below(&self, place: &str) -> bool {
        let below = format!("{place}.");
        let from = self.starts.partition_point(|known| *known < below.as_str());
        self.starts.get(from).is_some_and(|known| known.starts_with(&below))
    }
}

#[cfg(test)]
mod tests {
    use redan_model::{Vocabulary, load_text};

    use super::*;

    #[test]
    fn what_a_writer_forgets_to_name_is_listed_by_entry_and_field() {
        let text = r#"{"redan": 1, "name": "Shop", "elements": {"app": {"kind": "process", "tech": "web-api", "x-d2": 1}, "db": {"kind": "store"}},
            "flows": {"f": {"from": "app", "to": "db", "label": "reads"}}}"#;
        let loaded = load_text("m.tm.json", text, &Vocabulary::default());
        let outgoing = Outgoing::new(&loaded.model, Vocabulary::default());
        let bytes = b"app: App {shape: cylinder}\n".to_vec();
        let loss = listed(Format::D2, Exported { bytes, loss: Vec::new() }, &outgoing).loss;
        let found: Vec<String> = loss.into_iter().map(|loss| format!("{} {} [{}]", loss.kind.as_str(), loss.what, loss.place)).collect();
        assert_eq!(
            found,
            [
                "changed `kind`: the file says it otherwise [elements.app]",
                "dropped `tech`: the file does not say it [elements.app]",
                "dropped all of it: the file does not say it [elements.db]",
                "dropped all of it: the file does not say it [flows.f]",
                "dropped all of it: the file does not say it [name]",
            ]
        );
    }

    #[test]
    fn what_comes_back_is_no_loss_whatever_its_writer_says() {
        let model = serde_json::json!({"tags": ["a"], "owner": "bo", "zones": {"z": {"trust": "untrusted", "tags": ["b"]}}});
        let back = serde_json::json!({"tags": ["a"], "zones": {"z": {"trust": "untrusted"}}});
        let lost = |what: &str, place: &str| {
            let mut loss = Loss { kind: LossKind::Dropped, what: what.to_owned(), place: place.to_owned() };
            is_lost(&mut loss, &model, &back).then_some(loss.what)
        };
        assert_eq!([lost("trust, tags", "zones.z"), lost("trust", "zones.z")], [Some("tags".to_owned()), None]);
        assert_eq!([lost("`tags`", "tags"), lost("`owner`", "owner")], [None, Some("`owner`".to_owned())]);
        assert_eq!(lost("all of it", "zones.z"), Some("all of it".to_owned()));
    }

    #[test]
    fn what_is_named_already_is_not_listed_twice() {
        let loss = [("elements.app.tech", "gone"), ("flows", "all"), ("zones.z[0]", "kind"), ("", "\"My thing\" is gone")];
        let list: Vec<Loss> = loss
            .iter()
            .map(|(place, what)| Loss { kind: LossKind::Dropped, what: (*what).to_owned(), place: (*place).to_owned() })
            .collect();
        let known: Vec<&Loss> = list.iter().collect();
        let places = Places::of(&known);
        let model = serde_json::json!({"elements": {"thing": {"name": "My thing"}, "other": {}}});
        let named = |path: &[&str]| places.name(&model, path);
        assert!(
            named(&["elements", "app", "tech"])
                && named(&["flows", "f"])
                && named(&["zones", "z", "kind"])
                && named(&["elements", "thing"])
        );
        assert!(!named(&["elements", "other", "tech"]) && !named(&["name"]));
    }
}
