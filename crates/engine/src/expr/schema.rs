//! The fields that expressions may read: one table for the type checker, the evaluator and the documentation.
//!
//! In expressions `-` in the names of traits and controls is written `_`.

use crate::catalogue::{ControlIx, TraitIx};

/// The kind of a thing, as the type checker sees it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// The model as a whole.
    Model,
    /// A trust boundary.
    Zone,
    /// An element of any kind.
    Element,
    /// A data flow.
    Flow,
    /// An asset.
    Asset,
}

/// The type of an expression.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Type {
    /// True, false or unknown.
    Bool,
    /// A whole number.
    Number,
    /// `none low medium high critical`, ordered.
    Level,
    /// A text; which words make sense is [`FieldSpec::words`].
    Text,
    /// A thing of a kind.
    Thing(Kind),
    /// A list of things of a kind.
    Things(Kind),
    /// A list of texts.
    Texts,
}

/// A field of a thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Field {
    /// `traits.<trait>`.
    Trait(TraitIx),
    /// `controls.<control>`: present, in full or in part.
    Control(ControlIx),
    /// The id.
    Id,
    /// The name for people.
    Name,
    /// `actor external process store`; of a zone its zone kind; of an asset its asset kind.
    Kind,
    /// Technology id.
    Tech,
    /// Protocol id.
    Protocol,
    /// What is written on the arrow, or empty.
    Label,
    /// Trust, 0 to 100: of an element the lowest of its innermost zones.
    Trust,
    /// Free words.
    Tags,
    /// Stated owner, or empty.
    Owner,
    /// Zones that an element is in, innermost and all around them; zones around a zone.
    Zones,
    /// Assets that an element keeps.
    Holds,
    /// Assets that an element keeps or that its flows move.
    Handles,
    /// Flows whose target it is.
    Incoming,
    /// Flows whose source it is.
    Outgoing,
    /// Incoming and outgoing flows.
    Flows,
    /// Parts of an element; zones directly inside a zone.
    Children,
    /// The elements around an element, nearest first.
    Parents,
    /// Stated entry points, and the labels or ids of flows that arrive from a less trusted zone.
    EntryPoints,
    /// Whether a flow arrives from a less trusted zone, or an entry point is stated.
    Exposed,
    /// Elements from which flows lead here, in the direction of `from -> to`.
    ReachedFrom,
    /// Elements whose data may come to be here, along flows and their returns.
    InfluencedFrom,
    /// The element that opens a flow.
    Source,
    /// The element that a flow is opened to.
    Target,
    /// Assets that go to the target.
    Carries,
    /// Assets that come back.
    Returns,
    /// Both.
    Moves,
    /// Whether a flow enters or leaves a zone.
    Crosses,
    /// Zones that only the target is in.
    Enters,
    /// Zones that only the source is in.
    Leaves,
    /// Zones entered or left.
    Crossed,
    /// Whether either end may open a flow.
    BothWays,
    /// Elements anywhere inside a zone.
    Inside,
    /// Flows that enter a zone.
    Entering,
    /// Flows that leave a zone.
    Leaving,
    /// Data classes of an asset.
    Data,
    /// Level of confidentiality of an asset.
    Confidentiality,
    /// Level of integrity of an asset.
    Integrity,
    /// Level of availability of an asset.
    Availability,
    /// Level of privacy of an asset.
    Privacy,
    /// Whether it is a top asset.
    Top,
    /// Elements that keep an asset.
    Holders,
    /// Flows that are stated to move an asset. Any flow that is silent may move it too; a rule that asked each of them
    /// about each asset would ask more than anybody answers.
    StatedCarriers,
    /// Elements that a service asset is about.
    On,
    /// Elements of the model.
    Elements,
    /// Flows of the model.
    AllFlows,
    /// Assets of the model.
    Assets,
    /// Zones of the model.
    AllZones,
    /// Whether it is looked at.
    InScope,
}

/// One row of the table.
#[derive(Debug, Clone, Copy)]
pub struct FieldSpec {
    /// The kind of thing that has it.
    pub of: Kind,
    /// The name in expressions.
    pub name: &'static str,
    /// Which field.
    pub field: Field,
    /// Its type.
    pub ty: Type,
    /// The vocabulary that texts compared with it must come from, so that a misspelt word is an error.
    pub words: Words,
    /// How an explanation speaks of it.
    pub say: Say,
    /// What it is, for the reference.
    pub doc: &'static str,
}

/// How a field is said in a sentence; `{}` stands for the thing that has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Say {
    /// A value: "the trust in {}".
    Value(&'static str),
    /// What it means that the field is true, and that it is false.
    Flag(&'static str, &'static str),
    /// What it means that `{member}` is in the list.
    Member(&'static str),
}

/// Where the words of a text field come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Words {
    /// Any text.
    Free,
    /// A fixed list.
    Fixed(&'static [&'static str]),
    /// The technology catalogue.
    Technologies,
    /// The protocol catalogue.
    Protocols,
    /// The data classes.
    DataClasses,
}

const ELEMENT_KINDS: Words = Words::Fixed(&["actor", "external", "process", "store"]);
const ZONE_KINDS: Words = Words::Fixed(&["network", "runtime", "process", "tenant", "physical", "organisation", "device"]);
const ASSET_KINDS: Words = Words::Fixed(&["data", "secret", "service", "reputation", "physical"]);

const fn row(of: Kind, name: &'static str, field: Field, ty: Type, words: Words, say: Say, doc: &'static str) -> FieldSpec {
    FieldSpec { of, name, field, ty, words, say, doc }
}

/// Every field but `traits.…` and `controls.…`, which all kinds have.
#[rustfmt::skip]
pub const FIELDS: &[FieldSpec] = {
    use Kind::{Asset, Element, Flow, Model, Zone};
    use Say::{Flag, Member, Value};
    use Words::Free;
    &[
        row(Element, "id", Field::Id, Type::Text, Free, Value("the id of {}"), "Its id"),
        row(Element, "name", Field::Name, Type::Text, Free, Value("the name of {}"), "Its name"),
        row(Element, "kind", Field::Kind, Type::Text, ELEMENT_KINDS, Value("the kind of {}"), "`actor`, `external`, `process` or `store`"),
        row(Element, "tech", Field::Tech, Type::Text, Words::Technologies, Value("the technology of {}"), "Its technology"),
        row(Element, "trust", Field::Trust, Type::Number, Free, Value("the trust in {}"), "0 to 100: the lowest trust of its innermost zones"),
        row(Element, "tags", Field::Tags, Type::Texts, Free, Member("{} has the tag {member}"), "Its free words"),
        row(Element, "owner", Field::Owner, Type::Text, Free, Value("the owner of {}"), "Its stated owner, or empty"),
        row(Element, "zones", Field::Zones, Type::Things(Zone), Free, Member("{} is inside {member}"), "Every zone that it is in, innermost first"),
        row(Element, "holds", Field::Holds, Type::Things(Asset), Free, Member("{} keeps {member}"), "Assets that it keeps"),
        row(Element, "handles", Field::Handles, Type::Things(Asset), Free, Member("{} keeps or moves {member}"), "Assets that it keeps or that its flows move"),
        row(Element, "incoming", Field::Incoming, Type::Things(Flow), Free, Member("{member} leads to {}"), "Flows whose target it is"),
        row(Element, "outgoing", Field::Outgoing, Type::Things(Flow), Free, Member("{member} starts at {}"), "Flows whose source it is"),
        row(Element, "flows", Field::Flows, Type::Things(Flow), Free, Member("{member} starts or ends at {}"), "Its incoming and outgoing flows"),
        row(Element, "children", Field::Children, Type::Things(Element), Free, Member("{member} is part of {}"), "Its parts"),
        row(Element, "parents", Field::Parents, Type::Things(Element), Free, Member("{} is part of {member}"), "The elements that it is part of, nearest first"),
        row(Element, "entry_points", Field::EntryPoints, Type::Texts, Free, Member("{member} is an entry point of {}"), "Its stated entry points"),
        row(Element, "exposed", Field::Exposed, Type::Bool, Free, Flag("{} can be reached from a less trusted place", "{} cannot be reached from a less trusted place"), "Whether a flow arrives from a less trusted zone, or an entry point is stated"),
        row(Element, "reached_from", Field::ReachedFrom, Type::Things(Element), Free, Member("flows lead from {member} to {}"), "Elements from which flows lead here"),
        row(Element, "influenced_from", Field::InfluencedFrom, Type::Things(Element), Free, Member("data from {member} reaches {}"), "Elements whose data may come to be here, along flows and their returns"),
        row(Element, "in_scope", Field::InScope, Type::Bool, Free, Flag("{} is in scope", "{} is out of scope"), "Whether it is looked at"),
        row(Flow, "id", Field::Id, Type::Text, Free, Value("the id of {}"), "Its id"),
        row(Flow, "label", Field::Label, Type::Text, Free, Value("the label of {}"), "What is written on the arrow, or empty"),
        row(Flow, "protocol", Field::Protocol, Type::Text, Words::Protocols, Value("the protocol of {}"), "Its protocol"),
        row(Flow, "source", Field::Source, Type::Thing(Element), Free, Value("the source of {}"), "The element that opens it"),
        row(Flow, "target", Field::Target, Type::Thing(Element), Free, Value("the target of {}"), "The element that it is opened to"),
        row(Flow, "carries", Field::Carries, Type::Things(Asset), Free, Member("{} carries {member}"), "Assets that go to the target"),
        row(Flow, "returns", Field::Returns, Type::Things(Asset), Free, Member("{} brings {member} back"), "Assets that come back"),
        row(Flow, "moves", Field::Moves, Type::Things(Asset), Free, Member("{} moves {member}"), "Assets that go either way"),
        row(Flow, "crosses", Field::Crosses, Type::Bool, Free, Flag("{} crosses a trust boundary", "{} crosses no trust boundary"), "Whether it enters or leaves a zone"),
        row(Flow, "enters", Field::Enters, Type::Things(Zone), Free, Member("{} enters {member}"), "Zones that only the target is in"),
        row(Flow, "leaves", Field::Leaves, Type::Things(Zone), Free, Member("{} leaves {member}"), "Zones that only the source is in"),
        row(Flow, "crossed", Field::Crossed, Type::Things(Zone), Free, Member("{} enters or leaves {member}"), "Zones entered or left"),
        row(Flow, "both_ways", Field::BothWays, Type::Bool, Free, Flag("either end may open {}", "only one end opens {}"), "Whether either end may open it"),
        row(Flow, "tags", Field::Tags, Type::Texts, Free, Member("{} has the tag {member}"), "Its free words"),
        row(Flow, "owner", Field::Owner, Type::Text, Free, Value("the owner of {}"), "Its stated owner, or empty"),
        row(Flow, "in_scope", Field::InScope, Type::Bool, Free, Flag("{} is in scope", "{} is out of scope"), "Whether it is looked at"),
        row(Zone, "id", Field::Id, Type::Text, Free, Value("the id of {}"), "Its id"),
        row(Zone, "name", Field::Name, Type::Text, Free, Value("the name of {}"), "Its name"),
        row(Zone, "kind", Field::Kind, Type::Text, ZONE_KINDS, Value("the kind of {}"), "What the boundary is made of"),
        row(Zone, "trust", Field::Trust, Type::Number, Free, Value("the trust in {}"), "0 to 100"),
        row(Zone, "zones", Field::Zones, Type::Things(Zone), Free, Member("{} is inside {member}"), "The zones around it, nearest first"),
        row(Zone, "children", Field::Children, Type::Things(Zone), Free, Member("{member} is directly inside {}"), "Zones directly inside"),
        row(Zone, "inside", Field::Inside, Type::Things(Element), Free, Member("{member} is inside {}"), "Elements anywhere inside"),
        row(Zone, "entering", Field::Entering, Type::Things(Flow), Free, Member("{member} enters {}"), "Flows that enter it"),
        row(Zone, "leaving", Field::Leaving, Type::Things(Flow), Free, Member("{member} leaves {}"), "Flows that leave it"),
        row(Zone, "tags", Field::Tags, Type::Texts, Free, Member("{} has the tag {member}"), "Its free words"),
        row(Zone, "owner", Field::Owner, Type::Text, Free, Value("the owner of {}"), "Its stated owner, or empty"),
        row(Zone, "in_scope", Field::InScope, Type::Bool, Free, Flag("{} is in scope", "{} is out of scope"), "Whether it is looked at"),
        row(Asset, "id", Field::Id, Type::Text, Free, Value("the id of {}"), "Its id"),
        row(Asset, "name", Field::Name, Type::Text, Free, Value("the name of {}"), "Its name"),
        row(Asset, "kind", Field::Kind, Type::Text, ASSET_KINDS, Value("the kind of {}"), "What kind of thing it is"),
        row(Asset, "data", Field::Data, Type::Texts, Words::DataClasses, Member("the data in {} includes {member}"), "Its data classes"),
        row(Asset, "confidentiality", Field::Confidentiality, Type::Level, Free, Value("the confidentiality that {} needs"), "How much confidentiality matters"),
        row(Asset, "integrity", Field::Integrity, Type::Level, Free, Value("the integrity that {} needs"), "How much integrity matters"),
        row(Asset, "availability", Field::Availability, Type::Level, Free, Value("the availability that {} needs"), "How much availability matters"),
        row(Asset, "privacy", Field::Privacy, Type::Level, Free, Value("the privacy that {} needs"), "How much it matters to the people whose data it is"),
        row(Asset, "top", Field::Top, Type::Bool, Free, Flag("{} is a top asset", "{} is not a top asset"), "Whether it is a top asset"),
        row(Asset, "holders", Field::Holders, Type::Things(Element), Free, Member("{member} keeps {}"), "Elements that keep it"),
        row(Asset, "stated_carriers", Field::StatedCarriers, Type::Things(Flow), Free, Member("{member} is stated to move {}"), "Flows that are stated to move it; one that does not say what it moves is left out"),
        row(Asset, "on", Field::On, Type::Things(Element), Free, Member("{} is about {member}"), "Elements that a service asset is about"),
        row(Asset, "tags", Field::Tags, Type::Texts, Free, Member("{} has the tag {member}"), "Its free words"),
        row(Asset, "owner", Field::Owner, Type::Text, Free, Value("the owner of {}"), "Its stated owner, or empty"),
        row(Model, "name", Field::Name, Type::Text, Free, Value("the name of {}"), "The name of the model"),
        row(Model, "elements", Field::Elements, Type::Things(Element), Free, Member("{member} is an element of {}"), "All elements"),
        row(Model, "flows", Field::AllFlows, Type::Things(Flow), Free, Member("{member} is a flow of {}"), "All flows"),
        row(Model, "assets", Field::Assets, Type::Things(Asset), Free, Member("{member} is an asset of {}"), "All assets"),
        row(Model, "zones", Field::AllZones, Type::Things(Zone), Free, Member("{member} is a zone of {}"), "All zones"),
        row(Model, "tags", Field::Tags, Type::Texts, Free, Member("{} has the tag {member}"), "Its free words"),
    ]
};
