//! Plans carried out in a bundle of STIX: objects name what they lead to.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value as Json, json};

use super::{Canvas, Come, Ids, Plan, text_of};
use crate::attack_flow::{Kind, object, uuid};
use crate::onto::{Edit, json as places};

/// The lists of an object that lead to what comes after it.
const LEADS: [&str; 3] = ["effect_refs", "on_true_refs", "on_false_refs"];

/// A bundle.
pub(super) struct Bundle<'n> {
    text: &'n str,
    objects: &'n places::Node,
    day: &'n str,
}

impl<'n> Bundle<'n> {
    /// Looks through a bundle; nothing if it has none, or if two things of a flow share an id.
    pub(super) fn of(text: &'n str, root: &'n places::Node, day: &'n str) -> Option<Self> {
        let objects = root.get("objects")?;
        let mut seen: BTreeSet<&str> = BTreeSet::new();
        let things = objects.items().iter().filter(|object| text_of(object, "type").is_some_and(|kind| kind.starts_with("attack-")));
        let alone = things.filter_map(|object| text_of(object, "id")).all(|id| seen.insert(id));
        alone.then_some(Self { text, objects, day })
    }

    /// Other items in the lists of an object that lead on, with what comes.
    fn led_otherwise(&self, object: &'n places::Node, plan: &Plan, id: &str, comes: &[&str]) -> Vec<Edit> {
        let goes = |to: &str| plan.gone.contains(to) || plan.fewer.contains(&(id.to_owned(), to.to_owned()));
        let own = own_list(text_of(object, "type") == Some("attack-condition"));
        let mut edits = Vec::new();
        for key in LEADS {
            let ids: Vec<&str> =
                object.get(key).map(places::Node::items).unwrap_or_default().iter().filter_map(places::Node::as_str).collect();
            let kept = ids.iter().copied().filter(|to| !goes(to));
            let list: Vec<&str> = kept.chain(comes.iter().copied().filter(|_| key == own)).collect();
            match object.get(key) {
                _ if list == ids => {}
                Some(_) if list.is_empty() => edits.extend(places::remove_member(object, key)),
                Some(place) => edits.push(places::fill(self.text, place, list.into_iter().map(Json::from).collect())),
                None => edits.extend(places::set(self.text, object, key, &list.into())),
            }
        }
        edits
    }

    /// What the flow starts with.
    fn start(&self, plan: &Plan) -> Option<Edit> {
        let flow = self.objects.items().iter().find(|object| text_of(object, "type") == Some("attack-flow"))?;
        let place = flow.get("start_refs")?;
        let led: BTreeSet<&str> = plan.more.iter().map(|(_, to)| to.as_str()).collect();
        let added: Vec<&str> = plan.come.iter().map(|come| come.id.as_str()).filter(|id| !led.contains(id)).collect();
        let ids = place.items().iter().filter_map(places::Node::as_str);
        let list: Vec<&str> = ids.filter(|id| !plan.gone.contains(*id)).chain(added.iter().copied()).collect();
        let changed = !added.is_empty() || list.len() != place.items().len();
        changed.then(|| places::fill(self.text, place, list.into_iter().map(Json::from).collect()))
    }

    /// A thing that the file does not have, and what it leads to.
    fn made(&self, come: &Come, leads: &[&str]) -> Json {
        let more = match come.kind {
            Kind::Action => json!({"name": come.name}),
            Kind::Condition => json!({"description": come.name}),
            Kind::And | Kind::Or => json!({"operator": come.kind.operator()}),
        };
        let mut made = object(word(come.kind), &come.name, self.day, more);
        if let Some(made) = made.as_object_mut() {
            made.insert("id".to_owned(), come.id.as_str().into());
            if !leads.is_empty() {
                made.insert(own_list(come.kind == Kind::Condition).to_owned(), leads.into());
            }
        }
        made
    }
}

/// The list that says what comes after a thing.
fn own_list(condition: bool) -> &'static str {
    if condition { "on_true_refs" } else { "effect_refs" }
}

/// What objects of a kind are called.
fn word(kind: Kind) -> &'static str {
    match kind {
        Kind::Action => "attack-action",
        Kind::Condition => "attack-condition",
        Kind::And | Kind::Or => "attack-operator",
    }
}

impl Canvas for Bundle<'_> {
    fn ids(&self) -> BTreeSet<String> {
        self.objects.items().iter().filter_map(|object| text_of(object, "id")).map(str::to_owned).collect()
    }

    fn id(&self, kind: Kind, text: &str) -> String {
        format!("{}--{}", word(kind), uuid(text))
    }

    fn edits(&self, plan: &Plan, _ids: &mut Ids) -> Vec<Edit> {
        let mut edits = Vec::new();
        let mut gone = Vec::new();
        let mut comes: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        plan.more.iter().for_each(|(from, to)| comes.entry(from).or_default().push(to));
        let comes = |id: &str| comes.get(id).map(Vec::as_slice).unwrap_or_default();
        for (at, object) in self.objects.items().iter().enumerate() {
            let Some(id) = text_of(object, "id") else { continue };
            if plan.gone.contains(id) {
                gone.push(at);
                continue;
            }
            if let Some(name) = plan.renamed.get(id) {
                let key = if text_of(object, "type") == Some("attack-condition") { "description" } else { "name" };
                edits.extend(places::set(self.text, object, key, &name.as_str().into()));
            }
            if let Some(word) = plan.turned.get(id).and_then(|kind| kind.operator()) {
                edits.extend(places::set(self.text, object, "operator", &word.into()));
            }
            edits.extend(self.led_otherwise(object, plan, id, comes(id)));
        }
        edits.extend(self.start(plan));
        if !gone.is_empty() {
            edits.extend(places::remove_items(self.objects, &gone));
        }
        edits.extend(plan.come.iter().filter_map(|come| places::push(self.text, self.objects, &self.made(come, comes(&come.id)))));
        edits
    }
}
