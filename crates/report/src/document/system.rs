//! Sections 3 and 4: the system, its boundaries and flows, and what is worth protecting.

use redan_model::lang::{LevelValue, Opt, StatedLevel};
use redan_model::{ElementIx, Model, Thing, naming};

use super::{Field, joined};
use crate::Input;

/// A trust boundary.
#[derive(Debug, Clone)]
pub struct ZoneRow {
    /// Name.
    pub name: String,
    /// What the boundary is made of.
    pub kind: &'static str,
    /// 0 to 100.
    pub trust: Field,
    /// The zone around it.
    pub parent: Option<String>,
    /// Names of what is directly inside.
    pub members: Vec<String>,
}

/// An element.
#[derive(Debug, Clone)]
pub struct ElementRow {
    /// Name.
    pub name: String,
    /// actor, external, process or store.
    pub kind: &'static str,
    /// Technology.
    pub tech: Field,
    /// Zones, innermost first.
    pub zones: Field,
    /// Stated entry points.
    pub entry_points: Vec<String>,
    /// Why it is not looked at.
    pub out_of_scope: Option<String>,
}

/// A data flow.
#[derive(Debug, Clone)]
pub struct FlowRow {
    /// Label or id.
    pub name: String,
    /// The element that opens it.
    pub source: String,
    /// The element that it is opened to.
    pub target: String,
    /// Protocol.
    pub protocol: Field,
    /// Assets that it moves, there and back.
    pub data: Field,
}

/// An asset.
#[derive(Debug, Clone)]
pub struct AssetRow {
    /// Name.
    pub name: String,
    /// Data classes.
    pub data: Vec<String>,
    /// Who answers for it.
    pub owner: Field,
    /// Level of confidentiality.
    pub confidentiality: Field,
    /// Level of integrity.
    pub integrity: Field,
    /// Level of availability.
    pub availability: Field,
    /// Level of privacy.
    pub privacy: Field,
    /// Whether it is a top asset.
    pub top: bool,
    /// Where it is kept.
    pub holders: Vec<String>,
}

/// Somebody who might attack.
#[derive(Debug, Clone)]
pub struct AttackerRow {
    /// Name.
    pub name: String,
    /// Where they start.
    pub from: Field,
    /// 1 to 5.
    pub skill: Field,
    /// What they want.
    pub motive: Field,
    /// What they are after.
    pub goals: Field,
    /// Whether they are one of us.
    pub insider: bool,
}

/// An assumption.
#[derive(Debug, Clone)]
pub struct Assumption {
    /// The sentence.
    pub text: String,
    /// unconfirmed, confirmed or refuted.
    pub status: &'static str,
    /// Who checks it.
    pub owner: Field,
    /// When it is checked next.
    pub review: Field,
}

/// The system as the report shows it.
#[derive(Debug, Clone)]
pub struct System {
    /// Trust boundaries.
    pub zones: Vec<ZoneRow>,
    /// Elements.
    pub elements: Vec<ElementRow>,
    /// Data flows.
    pub flows: Vec<FlowRow>,
    /// Assets, top ones first.
    pub assets: Vec<AssetRow>,
    /// Assumptions.
    pub assumptions: Vec<Assumption>,
    /// Attackers.
    pub attackers: Vec<AttackerRow>,
}

impl System {
    pub(super) fn of(input: &Input<'_>) -> Self {
        let mut assets: Vec<AssetRow> = assets(input);
        assets.sort_by_key(|a| !a.top);
        Self {
            zones: zones(input),
            elements: elements(input),
            flows: flows(input),
            assets,
            assumptions: assumptions(input),
            attackers: attackers(input),
        }
    }
}

/// What people call the thing with an id.
fn named(model: &Model, id: &str) -> String {
    model.find(id).map_or(id, |thing| model.name_of(thing)).to_owned()
}

/// The name of a technology; what the catalogue does not know is shown as it is written.
fn technology(input: &Input<'_>, word: &str) -> String {
    let known = &input.knowledge.catalogue.technologies;
    let entry = known.get(word).or_else(|| known.values().find(|entry| entry.aliases.iter().any(|alias| alias == word)));
    entry.map_or_else(|| word.to_owned(), |entry| entry.name.clone())
}

/// The same for a protocol.
fn protocol(input: &Input<'_>, word: &str) -> String {
    let known = &input.knowledge.catalogue.protocols;
    let entry = known.get(word).or_else(|| known.values().find(|entry| entry.aliases.iter().any(|alias| alias == word)));
    entry.map_or_else(|| word.to_owned(), |entry| entry.name.clone())
}

fn zones(input: &Input<'_>) -> Vec<ZoneRow> {
    let model = input.model;
    let row = |zone: &redan_model::Zone| ZoneRow {
        name: named(model, &zone.identity.id),
        kind: zone.kind.as_str(),
        trust: Field::new(zone.trust.map(|(value, _)| value.to_string()), format!("{}.trust", zone.identity.id)),
        parent: zone.parent.map(|p| model.name_of(Thing::Zone(p)).to_owned()),
        members: zone.members.iter().map(|m| model.name_of(Thing::Element(*m)).to_owned()).collect(),
    };
    model.zones.iter().map(row).collect()
}

fn elements(input: &Input<'_>) -> Vec<ElementRow> {
    let model = input.model;
    let row = |element: &redan_model::Element| {
        let id = &element.identity.id;
        let zones = joined(element.zones.iter().map(|z| model.name_of(Thing::Zone(*z)).to_owned()));
        let nowhere = element.zones_known.then(|| "none".to_owned());
        ElementRow {
            name: named(model, id),
            kind: element.kind.as_str(),
            tech: Field::new(element.stated.tech.as_ref().map(|t| technology(input, &t.value)), format!("{id}.tech")),
            zones: Field::new(zones.or(nowhere), format!("{id}.zone")),
            entry_points: element.stated.entry_points.values().cloned().collect(),
            out_of_scope: element.out_of_scope.as_ref().map(|o| o.reason.clone()),
        }
    };
    model.elements.iter().map(row).collect()
}

fn flows(input: &Input<'_>) -> Vec<FlowRow> {
    let model = input.model;
    let name = |e: ElementIx| model.name_of(Thing::Element(e)).to_owned();
    let row = |flow: &redan_model::Flow| {
        let id = &flow.identity.id;
        let names =
            |list: &[redan_model::AssetIx]| list.iter().map(|a| model.name_of(Thing::Asset(*a)).to_owned()).collect::<Vec<_>>().join(", ");
        let moved = match (flow.carries.is_empty(), flow.returns.is_empty()) {
            (false, false) => Some(format!("{}; back: {}", names(&flow.carries), names(&flow.returns))),
            (false, true) => Some(names(&flow.carries)),
            (true, false) => Some(format!("back: {}", names(&flow.returns))),
            (true, true) => flow.moves_known.then(|| "none".to_owned()),
        };
        FlowRow {
            name: named(model, id),
            source: name(flow.source),
            target: name(flow.target),
            protocol: Field::new(flow.stated.protocol.as_ref().map(|p| protocol(input, &p.value)), format!("{id}.protocol")),
            data: Field::new(moved, format!("{id}.carries")),
        }
    };
    model.flows.iter().map(row).collect()
}

fn assets(input: &Input<'_>) -> Vec<AssetRow> {
    let model = input.model;
    let row = |asset: &redan_model::Asset| {
        let id = &asset.identity.id;
        let level = |value: &Opt<LevelValue>, word: &str| Field::new(value.as_ref().map(|v| level_text(&v.value)), format!("{id}.{word}"));
        AssetRow {
            name: named(model, id),
            data: asset.stated.data.values().cloned().collect(),
            owner: Field::new(asset.stated.owner.as_ref().map(|o| o.value.clone()), format!("{id}.owner")),
            confidentiality: level(&asset.stated.confidentiality, "confidentiality"),
            integrity: level(&asset.stated.integrity, "integrity"),
            availability: level(&asset.stated.availability, "availability"),
            privacy: level(&asset.stated.privacy, "privacy"),
            top: asset.stated.top.as_ref().is_some_and(|t| t.value.is_yes()),
            holders: asset.holders.iter().map(|h| model.name_of(Thing::Element(*h)).to_owned()).collect(),
        }
    };
    model.assets.iter().map(row).collect()
}

fn level_text(value: &LevelValue) -> String {
    let word = match value.is {
        StatedLevel::Is(level) => level.as_str(),
        StatedLevel::Unknown => "unknown",
        StatedLevel::Depends => "depends",
    };
    value.because.as_ref().map_or_else(|| word.to_owned(), |because| format!("{word} ({})", because.value))
}

fn attackers(input: &Input<'_>) -> Vec<AttackerRow> {
    let names = |list: &redan_model::lang::List<String>| joined(list.values().map(|id| named(input.model, id)));
    let row = |(id, entry): (&String, &redan_model::lang::MapEntry<redan_model::lang::Attacker>)| {
        let stated = &entry.value;
        let path = |key: &str| format!("attackers.{id}.{key}");
        AttackerRow {
            name: stated.name.as_ref().map_or_else(|| naming::sentence_of(id), |name| name.value.clone()),
            from: Field::new(names(&stated.from), path("from")),
            skill: Field::new(stated.skill.as_ref().map(|skill| format!("{} of 5", skill.value.is)), path("skill")),
            motive: Field::new(stated.motive.as_ref().map(|motive| motive.value.clone()), path("motive")),
            goals: Field::new(names(&stated.goals), path("goals")),
            insider: stated.insider.as_ref().is_some_and(|insider| insider.value.is_yes()),
        }
    };
    input.model.root.attackers.entries.iter().map(row).collect()
}

fn assumptions(input: &Input<'_>) -> Vec<Assumption> {
    let entries = input.model.root.assumptions.entries.iter();
    entries
        .map(|(id, entry)| {
            let stated = &entry.value;
            Assumption {
                text: stated.text.as_ref().map_or_else(|| naming::sentence_of(id), |t| t.value.clone()),
                status: stated.status.as_ref().map_or("unconfirmed", |s| s.value.as_str()),
                owner: Field::new(stated.owner.as_ref().map(|o| o.value.clone()), format!("assumptions.{id}.owner")),
                review: Field::new(stated.review.as_ref().map(|d| d.value.to_string()), format!("assumptions.{id}.review")),
            }
        })
        .collect()
}
