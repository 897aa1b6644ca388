//! Facts in words: their address and where their value comes from.

use redan_engine::Knowledge;
use redan_engine::fact::{BaseFact, FactKey, Origin};
use redan_model::Model;

/// `<thing>.<path>`, as in questions and as `redan set` takes it.
pub fn fact_id(model: &Model, knowledge: &Knowledge, fact: BaseFact) -> String {
    format!("{}.{}", model.id_of(fact.thing), fact_path(knowledge, fact.key))
}

/// The path of a fact below its thing.
pub fn fact_path(knowledge: &Knowledge, key: FactKey) -> String {
    let named = |group: &str, name: Option<&String>| format!("{group}.{}", name.map_or("", String::as_str));
    match key {
        FactKey::Tech => "tech".to_owned(),
        FactKey::Protocol => "protocol".to_owned(),
        FactKey::Zone => "zone".to_owned(),
        FactKey::Trust => "trust".to_owned(),
        FactKey::Carries => "carries".to_owned(),
        FactKey::Returns => "returns".to_owned(),
        FactKey::Holds => "holds".to_owned(),
        FactKey::Data => "data".to_owned(),
        FactKey::Level(property) => property.as_str().to_owned(),
        FactKey::Trait(ix) => named("traits", knowledge.catalogue.traits.get_index(usize::from(ix.0)).map(|(id, _)| id)),
        FactKey::Control(ix) => named("controls", knowledge.catalogue.controls.get_index(usize::from(ix.0)).map(|(id, _)| id)),
    }
}

/// Where a value comes from, as the end of a sentence.
pub fn origin_words(model: &Model, origin: &Origin) -> String {
    match origin {
        Origin::Stated => "stated here".to_owned(),
        Origin::Assumed { assumption, confirmed: true } => format!("assumption `{assumption}`, confirmed"),
        Origin::Assumed { assumption, confirmed: false } => format!("assumption `{assumption}`, not confirmed"),
        Origin::Mitigation(id) => format!("mitigation `{id}`"),
        Origin::Target(thing) => format!("stated on the target {}", model.name_of(*thing)),
        Origin::Inherited(thing) => format!("handed down by {}", model.name_of(*thing)),
        Origin::Implied(id) => format!("implied by `{id}`"),
        Origin::Model => "stated on the model".to_owned(),
        Origin::Drawn(thing) => format!("given by {}, which is drawn", model.name_of(*thing)),
        Origin::Star(thing) => format!("`\"*\"` of {}", model.name_of(*thing)),
        Origin::Structure => "follows from the diagram".to_owned(),
        Origin::Unknown => "nobody says".to_owned(),
    }
}
