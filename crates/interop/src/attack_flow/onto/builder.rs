//! Plans carried out in the builder's own file: things have anchors, to which the latches of lines are fastened.
//!
//! Every object stands in one list, whatever belongs to it, and is mentioned by its instance: by the flow, by what has it,
//! and by the layout. So what goes is first gathered and then taken out of all of these.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use super::pen::Pen;
use super::room::{self, CARD, Half, OPERATOR, Room, Side};
use super::{Canvas, Ids, Plan, made, property, text_of};
use crate::attack_flow::{Kind, uuid};
use crate::onto::Edit;
use crate::onto::json::Node;

/// A file of the builder.
pub(super) struct Builder<'n> {
    text: &'n str,
    root: &'n Node,
    objects: &'n Node,
    by_instance: BTreeMap<&'n str, &'n Node>,
    /// The thing that has an anchor.
    holders: BTreeMap<&'n str, &'n str>,
    /// The anchor that a latch is fastened to.
    fastened: BTreeMap<&'n str, &'n str>,
    lines: Vec<Line<'n>>,
    /// The instance of the flow that lists things.
    flow: &'n str,
}

struct Line<'n> {
    instance: &'n str,
    ends: [&'n str; 2],
    handles: Vec<&'n str>,
    /// Other lines lead to nothing.
    leads: bool,
}

/// A thing that comes, with the instances of its anchors.
struct Coming {
    kind: Kind,
    anchors: Vec<(&'static str, String)>,
}

impl Coming {
    fn of(id: &str, kind: Kind, ids: &mut Ids) -> Self {
        let anchors = made::anchors(kind).iter();
        Self { kind, anchors: anchors.map(|(angle, _)| (*angle, ids.free(&format!("{angle} of {id}"), &uuid))).collect() }
    }
}

impl<'n> Builder<'n> {
    /// Looks through a file; nothing if instances are there twice, are missing or have two places, or if a line leads back to
    /// where it comes from: then what belongs together cannot be told.
    pub(super) fn of(text: &'n str, root: &'n Node) -> Option<Self> {
        let objects = root.get("objects")?;
        let mut by_instance = BTreeMap::new();
        for object in objects.items() {
            if by_instance.insert(text_of(object, "instance")?, object).is_some() {
                return None;
            }
        }
        let is_flow = |object: &&Node| text_of(object, "id") == Some("flow") && object.get("objects").is_some();
        let flow = text_of(objects.items().iter().find(is_flow)?, "instance")?;
        let (holders, fastened) = (BTreeMap::new(), BTreeMap::new());
        let mut found = Self { text, root, objects, by_instance, holders, fastened, lines: Vec::new(), flow };
        let mut parts: BTreeSet<&str> = BTreeSet::new();
        for object in objects.items() {
            let instance = text_of(object, "instance")?;
            for anchor in object.get("anchors").map(Node::members).unwrap_or_default() {
                found.put(|found| &mut found.holders, anchor.value.as_str()?, instance)?;
            }
            for latch in found.listed(object, "latches")? {
                found.put(|found| &mut found.fastened, latch, instance)?;
            }
            found.listed(object, "objects")?;
            if let (Some(source), Some(target)) = (object.get("source"), object.get("target")) {
                let (ends, handles) = ([source.as_str()?, target.as_str()?], found.listed(object, "handles")?);
                let leads = text_of(object, "id") == Some("dynamic_line");
                let alone = ends.iter().chain(&handles).all(|part| found.by_instance.contains_key(part) && parts.insert(part));
                found.lines.push(alone.then_some(Line { instance, ends, handles, leads })?);
            }
        }
        let loops = |line: &Line<'_>| {
            let [from, to] = line.ends.map(|end| found.holder(end));
            from.is_some() && from == to
        };
        (!found.lines.iter().any(loops)).then_some(found)
    }

    /// Notes where something belongs; nothing if it is not there or belongs elsewhere already.
    fn put(&mut self, to: impl Fn(&mut Self) -> &mut BTreeMap<&'n str, &'n str>, what: &'n str, place: &'n str) -> Option<()> {
        let fits = self.by_instance.contains_key(what) && to(self).insert(what, place).is_none();
        fits.then_some(())
    }

    /// The instances that an object lists; nothing if one of them is not there.
    fn listed(&self, object: &'n Node, key: &str) -> Option<Vec<&'n str>> {
        let items = object.get(key).map(Node::items).unwrap_or_default().iter();
        items.map(|item| item.as_str().filter(|instance| self.by_instance.contains_key(instance))).collect()
    }

    /// The thing that the end of a line is fastened to.
    fn holder(&self, latch: &str) -> Option<&'n str> {
        self.holders.get(self.fastened.get(latch)?).copied()
    }

    /// All that goes, with what belongs to it.
    fn going(&self, plan: &Plan) -> BTreeSet<&'n str> {
        let things = self.by_instance.keys().copied().filter(|instance| plan.gone.contains(*instance));
        let mut going: BTreeSet<&str> = things.collect();
        let anchors: Vec<&str> = self.holders.iter().filter(|(_, holder)| going.contains(*holder)).map(|(anchor, _)| *anchor).collect();
        going.extend(anchors);
        let latches: Vec<&str> = self.fastened.iter().filter(|(_, anchor)| going.contains(*anchor)).map(|(latch, _)| *latch).collect();
        going.extend(latches);
        for line in &self.lines {
            let ends = line.ends.map(|end| self.holder(end).unwrap_or_default().to_owned());
            let [from, to] = &ends;
            let parted = line.leads && plan.fewer.contains(&(from.clone(), to.clone()));
            if parted || ends.iter().any(|end| plan.gone.contains(end)) {
                going.insert(line.instance);
                going.extend(line.ends);
                going.extend(&line.handles);
            }
        }
        going
    }

    /// The anchor of a thing at which lines leave it, or arrive.
    fn anchor<'a>(&'a self, thing: &str, leaves: bool, coming: &'a BTreeMap<&str, Coming>) -> Option<&'a str> {
        let angle = |is_condition: bool| if leaves { made::way_out(is_condition) } else { made::WAY_IN };
        if let Some(coming) = coming.get(thing) {
            let angle = angle(coming.kind == Kind::Condition);
            return coming.anchors.iter().find(|(of, _)| *of == angle).map(|(_, anchor)| anchor.as_str());
        }
        let object = self.by_instance.get(thing)?;
        let anchors = object.get("anchors")?;
        let usual = anchors.get(angle(text_of(object, "id") == Some("condition")));
        // Where the usual one is missing, any other will do.
        usual.or_else(|| anchors.members().first().map(|anchor| &anchor.value))?.as_str()
    }

    /// The lines of what leads on from now on, and the latches that come to each anchor.
    fn lines_to_come(
        &self,
        plan: &Plan,
        coming: &BTreeMap<&str, Coming>,
        ids: &mut Ids,
    ) -> (Vec<made::Line>, BTreeMap<String, Vec<String>>) {
        let (mut lines, mut latches) = (Vec::new(), BTreeMap::<String, Vec<String>>::new());
        for (from, to) in &plan.more {
            let ends = (self.anchor(from, true, coming), self.anchor(to, false, coming));
            let (Some(leaves), Some(arrives)) = ends else { continue };
            let mut id = |part: &str| ids.free(&format!("{part}{from} to {to}"), &uuid);
            let line = made::Line { id: id(""), source: id("source of "), target: id("target of "), handle: id("handle of ") };
            latches.entry(leaves.to_owned()).or_default().push(line.source.clone());
            latches.entry(arrives.to_owned()).or_default().push(line.target.clone());
            lines.push(line);
        }
        (lines, latches)
    }

    /// The objects that come.
    fn objects_to_come(&self, plan: &Plan, coming: &BTreeMap<&str, Coming>, latches: &BTreeMap<String, Vec<String>>) -> Vec<Json> {
        let other = |kind: Kind| self.objects.items().iter().find(|object| text_of(object, "id") == Some(made::word(kind)));
        let mut objects: Vec<Json> = Vec::new();
        for come in &plan.come {
            let anchors = coming.get(come.id.as_str()).map(|coming| coming.anchors.as_slice()).unwrap_or_default();
            objects.push(made::thing(come.kind, &come.id, &come.name, anchors, other(come.kind)));
            let words = made::anchors(come.kind).iter().map(|(_, word)| word);
            let fastened = |anchor: &String| latches.get(anchor).map(Vec::as_slice).unwrap_or_default();
            objects.extend(anchors.iter().zip(words).map(|((_, anchor), word)| made::anchor(word, anchor, fastened(anchor))));
        }
        objects
    }

    /// What a thing is called, turned into the other operator, or both.
    fn said_otherwise(&self, pen: &Pen<'_>, plan: &Plan) -> Vec<Edit> {
        let mut edits = Vec::new();
        for (id, kind) in &plan.turned {
            let Some(object) = self.by_instance.get(id.as_str()) else { continue };
            edits.extend(object.get("id").map(|place| Edit::replace(place.span.clone(), Json::from(made::word(*kind)).to_string())));
            edits.extend(self.property_set(pen, object, "operator", kind.operator().unwrap_or_default()));
        }
        for (id, name) in &plan.renamed {
            let Some(object) = self.by_instance.get(id.as_str()) else { continue };
            let key = if text_of(object, "id") == Some("condition") { "description" } else { "name" };
            edits.extend(self.property_set(pen, object, key, name));
        }
        edits
    }

    fn property_set(&self, pen: &Pen<'_>, object: &Node, key: &str, value: &str) -> Vec<Edit> {
        match (property(object, key), object.get("properties")) {
            (Some(place), _) => vec![Edit::replace(place.span.clone(), Json::from(value).to_string())],
            (None, Some(properties)) => pen.parts(properties, &BTreeSet::new(), &[(None, vec![key, value].into())]),
            (None, None) => Vec::new(),
        }
    }

    /// Where things that come are drawn.
    fn positions(&self, plan: &Plan, going: &BTreeSet<&str>, layout: &Node) -> Vec<(String, Json)> {
        let mut room = Room::default();
        let mut known: BTreeMap<&str, ((f64, f64), Half)> = BTreeMap::new();
        for member in layout.members().iter().filter(|member| !going.contains(member.key.as_str())) {
            let object = self.by_instance.get(member.key.as_str()).filter(|object| object.get("anchors").is_some());
            if let Some((object, at)) = object.zip(room::position(&member.value)) {
                let half = if text_of(object, "id").is_some_and(|id| id.ends_with("_operator")) { OPERATOR } else { CARD };
                room.take(at, half);
                known.insert(member.key.as_str(), (at, half));
            }
        }
        let mut near: BTreeMap<&str, [Vec<&str>; 2]> = BTreeMap::new();
        for (from, to) in &plan.more {
            near.entry(from).or_default()[0].push(to);
            near.entry(to).or_default()[1].push(from);
        }
        let mut positions = Vec::new();
        for come in &plan.come {
            let half = if come.kind.operator().is_some() { OPERATOR } else { CARD };
            let [after, before] = near.remove(come.id.as_str()).unwrap_or_default();
            let beside = |all: &[&str], side: Side| all.iter().find_map(|other| known.get(*other)).map(|(at, half)| (*at, *half, side));
            let at = room.find(half, beside(&after, Side::Above).or_else(|| beside(&before, Side::Below)));
            known.insert(&come.id, (at, half));
            positions.push((come.id.clone(), vec![at.0 as i64, at.1 as i64].into()));
        }
        positions
    }
}

impl Canvas for Builder<'_> {
    fn ids(&self) -> BTreeSet<String> {
        let placed = self.root.get("layout").map(Node::members).unwrap_or_default().iter().map(|member| member.key.as_str());
        self.by_instance.keys().copied().chain(placed).map(str::to_owned).collect()
    }

    fn id(&self, _kind: Kind, text: &str) -> String {
        uuid(text)
    }

    fn edits(&self, plan: &Plan, ids: &mut Ids) -> Vec<Edit> {
        let pen = Pen::of(self.text);
        let going = self.going(plan);
        let coming: BTreeMap<&str, Coming> =
            plan.come.iter().map(|come| (come.id.as_str(), Coming::of(&come.id, come.kind, ids))).collect();
        let (lines, latches) = self.lines_to_come(plan, &coming, ids);
        let listed: Vec<&str> =
            plan.come.iter().map(|come| &come.id).chain(lines.iter().map(|line| &line.id)).map(String::as_str).collect();
        let mut edits = self.said_otherwise(&pen, plan);
        let mut gone = BTreeSet::new();
        for (at, object) in self.objects.items().iter().enumerate() {
            let instance = text_of(object, "instance").unwrap_or_default();
            if going.contains(instance) {
                gone.insert(at);
                continue;
            }
            let fastened: Vec<&str> = latches.get(instance).into_iter().flatten().map(String::as_str).collect();
            let of_the_flow = if instance == self.flow { &listed[..] } else { &[] };
            for (key, added) in [("latches", &fastened[..]), ("objects", of_the_flow)] {
                edits.extend(object.get(key).into_iter().flat_map(|list| relisted(&pen, list, &going, added)));
            }
        }
        let mut come = self.objects_to_come(plan, &coming, &latches);
        come.extend(lines.iter().flat_map(made::Line::objects));
        let come: Vec<(Option<&str>, Json)> = come.into_iter().map(|object| (None, object)).collect();
        edits.extend(pen.parts(self.objects, &gone, &come));
        if let Some(layout) = self.root.get("layout") {
            let positions = self.positions(plan, &going, layout);
            let added: Vec<(Option<&str>, Json)> = positions.iter().map(|(id, at)| (Some(id.as_str()), at.clone())).collect();
            let gone = layout.members().iter().enumerate().filter(|(_, member)| going.contains(member.key.as_str()));
            edits.extend(pen.parts(layout, &gone.map(|(at, _)| at).collect(), &added));
        }
        edits
    }
}

/// Edits of a list of instances.
fn relisted(pen: &Pen<'_>, list: &Node, going: &BTreeSet<&str>, added: &[&str]) -> Vec<Edit> {
    let gone = list.items().iter().enumerate().filter(|(_, item)| item.as_str().is_some_and(|instance| going.contains(instance)));
    let added: Vec<(Option<&str>, Json)> = added.iter().map(|instance| (None, (*instance).into())).collect();
    pen.parts(list, &gone.map(|(at, _)| at).collect(), &added)
}
