//! What is different between two versions of a system: its parts, the boundaries that flows cross, its threats, its
//! controls and its risk.
//!
//! Both versions are analysed with the same knowledge, so that every difference comes from the model. [`Version::of`]
//! does nearly all of the work, so that two threads can do it.

use std::cell::OnceCell;

use redan_model::canonical::{self, Long};
use redan_model::lang::{SECTIONS, State};
use redan_model::{ById, FlowIx, Model, Thing};
use rustc_hash::FxHashMap;
use serde_json::Value as Json;

use crate::analyse::rated::Glance;
use crate::analyse::{self, Input, raised};
use crate::analysis::{CounterUse, Standing, Status, Threat};
use crate::catalogue::ControlIx;
use crate::expr::{Env, Tri};
use crate::facts::{Facts, Overlay, Stage};
use crate::knowledge::Knowledge;
use crate::policy::place;
use crate::rule::RuleIx;
use crate::title::zone_of;
use crate::{Context, Policy};

/// One of the two versions, with what of it is compared.
#[derive(Debug)]
pub struct Version<'a> {
    model: &'a Model,
    knowledge: &'a Knowledge,
    threats: Vec<Seen>,
    tally: Tally,
    written: Long<'a>,
    crossed: ById<Vec<&'a str>, &'a str>,
    /// What is known of every control where a threat looked for it.
    controls: Vec<CounterUse>,
    /// The zone that a title about each thing names, by the slots of things.
    zones: Vec<Option<Thing>>,
}

/// The controls that threats turn on, each at each place once.
struct Used {
    uses: Vec<CounterUse>,
    /// A bit for each place and control.
    known: Vec<u64>,
    controls: usize,
}

impl Used {
    fn of(model: &Model, knowledge: &Knowledge) -> Self {
        let controls = knowledge.catalogue.controls.len();
        Self { uses: Vec::new(), known: vec![0; (model.slots() * controls).div_ceil(64)], controls }
    }

    fn add(&mut self, model: &Model, used: CounterUse) {
        let at = model.slot(used.place) * self.controls + usize::from(used.control.0);
        let (word, bit) = (&mut self.known[at / 64], 1 << (at % 64));
        if *word & bit == 0 {
            *word |= bit;
            self.uses.push(used);
        }
    }
}

/// What of a threat is compared, and what it is called.
#[derive(Debug)]
struct Seen {
    standing: Standing,
    /// The rule that raised it, and on what; nothing for one written by hand.
    raised: Option<(RuleIx, Env)>,
    /// The id of one written by hand.
    id: Box<str>,
    /// Its title; nothing where it is the plain one of its rule.
    title: Option<Box<str>>,
}

/// What tells threats of one version apart.
#[derive(Debug, PartialEq, Eq, Hash)]
enum Key<'a> {
    Written(&'a str),
    Raised(RuleIx, Thing, Option<Thing>),
}

impl<'a> Version<'a> {
    /// Looks at a model. Both versions must be looked at with the same knowledge.
    pub fn of(model: &'a Model, knowledge: &'a Knowledge, policy: &'a Policy, context: &'a Context) -> Self {
        let nothing = Overlay::default();
        let facts = Facts::new(model, knowledge, Stage::Current, &nothing);
        let (mut tally, mut used) = (Tally::default(), Used::of(model, knowledge));
        let threats = analyse::seen(&Input { model, knowledge, policy, context }, &facts, |threat| {
            threat.counters.iter().for_each(|counter| used.add(model, *counter));
            let seen = Seen::of(threat);
            tally.add(seen.standing);
            seen
        });
        Self {
            written: canonical::long(&model.root),
            crossed: crossed(model, &facts),
            controls: used.uses,
            zones: model.things().map(|thing| zone_of(&facts, thing)).collect(),
            threats,
            tally,
            model,
            knowledge,
        }
    }

    fn id(&self, seen: &Seen) -> String {
        let id = |(rule, env): (RuleIx, Env)| raised::id(self.model, &self.knowledge.rules[usize::from(rule.0)], env.subject, env.asset);
        seen.raised.map_or_else(|| seen.id.to_string(), id)
    }
}

impl Seen {
    /// What tells it apart among the threats of a version in which its things are what `counterpart` says; nothing where
    /// one of them is not there.
    fn key(&self, mut counterpart: impl FnMut(Thing) -> Option<Thing>) -> Option<Key<'_>> {
        let Some((rule, env)) = self.raised else { return Some(Key::Written(&self.id)) };
        let asset = match env.asset {
            Some(asset) => Some(counterpart(Thing::Asset(asset))?),
            None => None,
        };
        Some(Key::Raised(rule, counterpart(env.subject)?, asset))
    }

    fn of(threat: &Glance<'_>) -> Self {
        let env = |subject| Env { subject, asset: threat.with };
        Self {
            standing: threat.standing,
            raised: threat.rule.zip(threat.subject.map(env)),
            id: if threat.rule.is_none() { threat.id.into() } else { Box::default() },
            title: threat.title.as_deref().map(Into::into),
        }
    }
}

/// Everything that is different.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Entries of the model, section by section, in the order of the later version, removed ones behind.
    pub entries: Vec<EntryChange>,
    /// Flows that cross other zones than before, removed and added ones included.
    pub crossings: Vec<Crossing>,
    /// Threats that came, went, or stand differently: those of the later version in its order, then those that went.
    pub threats: Vec<ThreatChange>,
    /// Controls that protect less or more than before, where a threat turns on them.
    pub controls: Vec<ControlChange>,
    /// The numbers before.
    pub before: Tally,
    /// The numbers after.
    pub after: Tally,
}

/// An entry of a section that is different.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryChange {
    /// The section, such as `elements`; `model` for what stands at the top.
    pub section: String,
    /// The id, or the field at the top.
    pub id: String,
    /// The name for people.
    pub name: String,
    /// How it is different.
    pub what: What,
}

/// How an entry is different.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// It is there now.
    Added,
    /// It is gone.
    Removed,
    /// These fields of it, by their path below it.
    Changed(Vec<FieldChange>),
}

/// A field that is different.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldChange {
    /// Its path below the entry, such as `controls.mfa`.
    pub field: String,
    /// Its value before, if it had one.
    pub before: Option<String>,
    /// Its value after, if it has one.
    pub after: Option<String>,
}

/// A flow and the zones that it crosses, by id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Crossing {
    /// The flow.
    pub flow: String,
    /// The zones that it crossed; nothing if it was not there.
    pub before: Option<Vec<String>>,
    /// The zones that it crosses; nothing if it is gone.
    pub after: Option<Vec<String>>,
}

/// A threat that is different.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ThreatChange {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Where it stood, if it was there.
    pub before: Option<Standing>,
    /// Where it stands, if it is there.
    pub after: Option<Standing>,
}

/// In which way a threat is different.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ThreatMove {
    /// It is there now.
    New,
    /// It is gone.
    Gone,
    /// It has another status.
    Settled,
    /// It has the same status and another rating.
    Rerated,
}

/// A control that is different where threats look for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ControlChange {
    /// The thing on which it was looked for.
    pub subject: String,
    /// The control.
    pub control: String,
    /// What was known of it.
    pub before: State,
    /// What is known of it.
    pub after: State,
}

/// The numbers of one version.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Open threats that are critical, high, medium, low.
    pub open: [usize; 4],
    /// Threats that wait for an answer.
    pub questions: usize,
    /// Threats that are mitigated.
    pub mitigated: usize,
    /// The residual risk of all open and unanswered threats, added up.
    pub residual: u64,
}

impl ThreatChange {
    /// In which way it is different.
    pub fn kind(&self) -> ThreatMove {
        match (&self.before, &self.after) {
            (None, _) => ThreatMove::New,
            (_, None) => ThreatMove::Gone,
            (Some(before), Some(after)) if before.status != after.status => ThreatMove::Settled,
            _ => ThreatMove::Rerated,
        }
    }
}

impl ControlChange {
    /// Whether it protects less than before.
    pub fn is_loss(&self) -> bool {
        strength(self.after) < strength(self.before)
    }
}

/// How much a state is worth: what is not known protects as little as what is not there.
fn strength(state: State) -> u8 {
    match state {
        State::Yes => 2,
        State::Partial => 1,
        State::No | State::Unknown => 0,
    }
}

impl Tally {
    /// The numbers of an analysis.
    pub fn of(threats: &[Threat]) -> Self {
        let mut tally = Self::default();
        threats.iter().for_each(|threat| tally.add(Standing::of(threat)));
        tally
    }

    fn add(&mut self, threat: Standing) {
        match threat.status {
            Status::Open => {
                if let Some(band) = threat.band {
                    self.open[place(band)] += 1;
                }
            }
            Status::Question => self.questions += 1,
            Status::Mitigated => self.mitigated += 1,
            Status::Accepted | Status::Transferred | Status::Avoided | Status::FalsePositive | Status::NotApplicable => {}
        }
        if matches!(threat.status, Status::Open | Status::Question) {
            self.residual += u64::from(threat.residual.unwrap_or(0));
        }
    }
}

/// What is different in `after`.
pub fn compare(before: &Version<'_>, after: &Version<'_>) -> Change {
    let (old, new) = canonical::beyond_each_other(&before.written, &after.written);
    let counterparts = Counterparts::of(before.model, after.model);
    Change {
        entries: entries(&old, &new),
        crossings: crossings(&before.crossed, &after.crossed),
        threats: threats(before, after, &counterparts),
        controls: control_changes(before, after, &counterparts),
        before: before.tally,
        after: after.tally,
    }
}

fn entries(old: &Json, new: &Json) -> Vec<EntryChange> {
    let (Json::Object(old), Json::Object(new)) = (old, new) else { return Vec::new() };
    let mut found = Vec::new();
    let sections = new.keys().chain(old.keys().filter(|key| !new.contains_key(*key)));
    for section in sections.filter(|section| !is_kept_file(section)) {
        match (old.get(section), new.get(section)) {
            (Some(Json::Object(old)), Some(Json::Object(new))) if is_section(section) => section_changes(section, old, new, &mut found),
            (Some(Json::Object(old)), None) if is_section(section) => section_changes(section, old, &serde_json::Map::new(), &mut found),
            (None, Some(Json::Object(new))) if is_section(section) => section_changes(section, &serde_json::Map::new(), new, &mut found),
            (old, new) => {
                let mut fields = Vec::new();
                differences("", old, new, &mut fields);
                if !fields.is_empty() {
                    let what = What::Changed(fields);
                    found.push(EntryChange { section: "model".to_owned(), id: section.clone(), name: section.clone(), what });
                }
            }
        }
    }
    found
}

/// Whether a field at the top holds a file of another tool, packed: what it says, the model says.
fn is_kept_file(name: &str) -> bool {
    name.starts_with("x-") && name.ends_with("-original")
}

/// Whether a field at the top holds entries by id.
fn is_section(name: &str) -> bool {
    SECTIONS.contains(&name) || name == "suppress"
}

fn section_changes(section: &str, old: &serde_json::Map<String, Json>, new: &serde_json::Map<String, Json>, found: &mut Vec<EntryChange>) {
    let name = |id: &str, entry: &Json| {
        let text = ["name", "title", "text", "goal", "label"].iter().find_map(|key| entry.get(key)?.as_str());
        text.map_or_else(|| redan_model::naming::sentence_of(id), str::to_owned)
    };
    let entry = |id: &str, value: &Json, what| EntryChange { section: section.to_owned(), id: id.to_owned(), name: name(id, value), what };
    for (id, value) in new {
        let Some(before) = old.get(id) else {
            found.push(entry(id, value, What::Added));
            continue;
        };
        let mut fields = Vec::new();
        differences("", Some(before), Some(value), &mut fields);
        if !fields.is_empty() {
            found.push(entry(id, value, What::Changed(fields)));
        }
    }
    found.extend(old.iter().filter(|(id, _)| !new.contains_key(*id)).map(|(id, value)| entry(id, value, What::Removed)));
}

/// The fields that differ below a place; lists are compared as a whole.
fn differences(path: &str, old: Option<&Json>, new: Option<&Json>, found: &mut Vec<FieldChange>) {
    if old == new {
        return;
    }
    if let (Some(Json::Object(old)), Some(Json::Object(new))) = (old, new) {
        for key in new.keys().chain(old.keys().filter(|key| !new.contains_key(*key))) {
            let below = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
            differences(&below, old.get(key), new.get(key), found);
        }
        return;
    }
    // A fact without a reason or evidence is its value.
    let path = path.strip_suffix(".is").unwrap_or(path);
    found.push(FieldChange { field: path.to_owned(), before: old.map(shown), after: new.map(shown) });
}

/// A value in one line.
fn shown(value: &Json) -> String {
    match value {
        Json::String(text) => text.clone(),
        Json::Array(items) => format!("[{}]", items.iter().map(shown).collect::<Vec<_>>().join(", ")),
        Json::Object(entries) => {
            if let (1, Some(value)) = (entries.len(), entries.get("is")) {
                return shown(value);
            }
            let entries = entries.iter().map(|(key, value)| format!("{key}: {}", shown(value)));
            format!("{{{}}}", entries.collect::<Vec<_>>().join(", "))
        }
        Json::Null | Json::Bool(_) | Json::Number(_) => value.to_string(),
    }
}

/// In the order of ids.
fn crossings(old: &ById<Vec<&str>, &str>, new: &ById<Vec<&str>, &str>) -> Vec<Crossing> {
    let own = |zones: &Vec<&str>| zones.iter().map(|zone| (*zone).to_owned()).collect();
    let of = |flow: &str, before: Option<&Vec<&str>>, after: Option<&Vec<&str>>| {
        let crosses = before.into_iter().chain(after).any(|zones| !zones.is_empty());
        (crosses && before != after).then(|| Crossing { flow: flow.to_owned(), before: before.map(own), after: after.map(own) })
    };
    let mut found: Vec<_> = new.iter().filter_map(|(flow, zones)| of(flow, old.get(flow), Some(zones))).collect();
    let kept = found.len();
    found.extend(old.iter().filter(|(flow, _)| !new.contains_key(*flow)).filter_map(|(flow, zones)| of(flow, Some(zones), None)));
    let (now, gone) = found.split_at_mut(kept);
    [now, gone].into_iter().for_each(|part| part.sort_unstable_by(|a, b| a.flow.cmp(&b.flow)));
    found
}

/// The zones that each flow is known to enter or leave.
fn crossed<'a>(model: &'a Model, facts: &Facts<'_>) -> ById<Vec<&'a str>, &'a str> {
    let zones = |flow: FlowIx| {
        let all = facts.entered(flow).members.into_iter().chain(facts.left(flow).members);
        all.filter(|(_, belongs)| *belongs == Tri::Yes).map(|(zone, _)| model.id_of(zone)).collect()
    };
    facts.flow_ixs().map(|flow| (model.id_of(Thing::Flow(flow)), zones(flow))).collect()
}

fn threats(before: &Version<'_>, after: &Version<'_>, counterparts: &Counterparts<'_>) -> Vec<ThreatChange> {
    let mut kept = vec![false; before.threats.len()];
    let mut pairs = Pairs::of(&before.threats, counterparts);
    let changed = after.threats.iter().filter_map(|threat| {
        let was = pairs.find(threat).map(|at| {
            kept[at] = true;
            before.threats[at].standing
        });
        (was != Some(threat.standing)).then_some((threat, was, Some(threat.standing)))
    });
    let mut found = named(after, changed);
    let gone = before.threats.iter().zip(&kept).filter(|(_, kept)| !**kept);
    found.extend(named(before, gone.map(|(threat, _)| (threat, Some(threat.standing), None))));
    found
}

/// For each thing of the later version what has the same id in the earlier one.
struct Counterparts<'a> {
    after: &'a Model,
    by_slot: Vec<Option<Thing>>,
}

impl<'a> Counterparts<'a> {
    fn of(before: &Model, after: &'a Model) -> Self {
        Self { after, by_slot: after.things().map(|thing| before.find(after.id_of(thing))).collect() }
    }

    fn find(&self, thing: Thing) -> Option<Thing> {
        self.by_slot[self.after.slot(thing)]
    }
}

/// Finds the threats of a later version among those of an earlier one, where they stand in nearly the same order.
struct Pairs<'t> {
    threats: &'t [Seen],
    counterparts: &'t Counterparts<'t>,
    /// Where the next one is expected.
    next: usize,
    /// Where each is, found when one is not where it was expected.
    places: OnceCell<ById<usize, Key<'t>>>,
}

impl<'t> Pairs<'t> {
    fn of(threats: &'t [Seen], counterparts: &'t Counterparts<'t>) -> Self {
        Self { threats, counterparts, next: 0, places: OnceCell::new() }
    }

    fn find(&mut self, threat: &Seen) -> Option<usize> {
        let key = threat.key(|thing| self.counterparts.find(thing))?;
        let is_next = self.threats.get(self.next).is_some_and(|threat| threat.key(Some).as_ref() == Some(&key));
        let places = || self.threats.iter().enumerate().filter_map(|(at, threat)| Some((threat.key(Some)?, at))).collect();
        let at = if is_next { self.next } else { *self.places.get_or_init(places).get(&key)? };
        self.next = at + 1;
        Some(at)
    }
}

/// Changes of threats with their ids and titles, which are only made for them.
fn named<'t>(version: &Version<'_>, changed: impl Iterator<Item = (&'t Seen, Option<Standing>, Option<Standing>)>) -> Vec<ThreatChange> {
    let zone = |subject| version.zones[version.model.slot(subject)];
    let plain = |(rule, env)| raised::plain_title(version.model, version.knowledge, rule, env, zone);
    let change = |(threat, before, after): (&Seen, _, _)| {
        let title = threat.title.as_deref().map(str::to_owned).or_else(|| threat.raised.map(plain));
        ThreatChange { id: version.id(threat), title: title.unwrap_or_default(), before, after }
    };
    changed.map(change).collect()
}

/// In the order of things and controls.
fn control_changes(before: &Version<'_>, after: &Version<'_>, counterparts: &Counterparts<'_>) -> Vec<ControlChange> {
    let old: FxHashMap<(Thing, ControlIx), State> = before.controls.iter().map(|used| ((used.place, used.control), used.state)).collect();
    let id_of = |control: ControlIx| after.knowledge.catalogue.controls.get_index(control.0.into()).map_or("", |(id, _)| id.as_str());
    let differs = |used: &CounterUse| {
        let before = *old.get(&(counterparts.find(used.place)?, used.control))?;
        let (subject, control) = (after.model.id_of(used.place), id_of(used.control));
        let change = || ControlChange { subject: subject.to_owned(), control: control.to_owned(), before, after: used.state };
        (strength(before) != strength(used.state)).then(change)
    };
    let mut found: Vec<_> = after.controls.iter().filter_map(differs).collect();
    found.sort_unstable_by(|a, b| (&a.subject, &a.control).cmp(&(&b.subject, &b.control)));
    found
}
