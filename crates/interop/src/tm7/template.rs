//! A small template of our own for models that come from no template: general kinds, a kind for every technology and
//! protocol that the model names, and a type for every threat. No type raises anything by itself.

use std::collections::BTreeMap;

use crate::onto::xml::escaped;

use super::pieces::{ARRAYS, INSTANCE, KNOWLEDGE, MODEL, SERIAL, STORAGE};

/// The id of the template.
pub(super) const ID: &str = "5ed0a7f1-3c0b-4d38-9a51-6c0f9f3b7a10";
/// The mark before the kinds of the template that stand for names of our catalogues.
pub(super) const PREFIX: &str = "REDAN.";

/// An empty picture: the tool wants one for every kind.
const PICTURE: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==";

/// Id, name, drawing and what it is for of each general kind.
const GENERAL: [(&str, &str, &str); 7] = [
    ("GE.P", "Process", "Ellipse"),
    ("GE.EI", "External entity", "Rectangle"),
    ("GE.DS", "Data store", "ParallelLines"),
    ("GE.DF", "Data flow", "Line"),
    ("GE.TB.L", "Trust boundary (line)", "LineBoundary"),
    ("GE.TB.B", "Trust boundary (box)", "BorderBoundary"),
    ("GE.A", "Remark", "Annotation"),
];

/// Categories: id and name, as the tool's own templates have them.
pub(super) const CATEGORIES: [(&str, &str); 7] = [
    ("S", "Spoofing"),
    ("T", "Tampering"),
    ("R", "Repudiation"),
    ("I", "Information Disclosure"),
    ("D", "Denial Of Service"),
    ("E", "Elevation Of Privilege"),
    ("O", "Other"),
];

/// Columns of the table of threats: key, label, whether it is hidden, id, values to choose from.
const COLUMNS: [(&str, &str, bool, &str, &[&str]); 10] = [
    ("Title", "Title", false, "ac0f9ea8-3b39-4ce9-bac2-6787124d7b48", &[]),
    ("UserThreatCategory", "Category", false, "", &[]),
    ("UserThreatShortDescription", "Short Description", true, "5d3b996b-aed5-4d95-8cf6-617bb67bf042", &[]),
    ("UserThreatDescription", "Description", false, "cf377f97-9dea-42d6-ae63-b097c4a8ec4d", &[]),
    ("StateInformation", "Justification", false, "0406a684-e06e-4643-ba21-0f63104d9131", &[]),
    ("InteractionString", "Interaction", false, "d64f8926-f09d-4d67-a86f-fb4ad5036451", &[]),
    ("PossibleMitigations", "Possible Mitigation(s)", false, "3c4d5b4e-7a0b-4b3c-8d5a-0c5ad2f1e6b1", &[]),
    ("Priority", "Priority", false, "bc9c6e2a-15d0-4863-9cac-589e51e4ca1e", &["High", "Medium", "Low"]),
    (super::pieces::OWN_THREAT, "Threat in redan", false, "1f2c9a54-9a0e-4d6b-8a44-3f1b4a7f5c02", &[]),
    (super::pieces::OWN_SUBJECTS, "About", false, "1f2c9a54-9a0e-4d6b-8a44-3f1b4a7f5c03", &[]),
];

/// A type of threats: the id of its category and its title.
pub(super) type Types = BTreeMap<String, (&'static str, String)>;

/// The template as XML: kinds beyond the general ones by id, with their general kind and their name.
pub(super) fn xml(number: usize, kinds: &BTreeMap<String, (&'static str, String)>, types: &Types) -> String {
    let general: String = GENERAL.iter().map(|(id, name, drawing)| kind(id, name, "ROOT", drawing)).collect();
    let own: String = kinds.iter().map(|(id, (parent, name))| kind(id, name, parent, "Inherited")).collect();
    let categories: String = CATEGORIES.iter().map(|(id, name)| category(id, name)).collect();
    let columns: String = COLUMNS.iter().map(|(name, label, hidden, id, values)| column(name, label, *hidden, id, values)).collect();
    let types: String = types.iter().map(|(id, (category, title))| threat_type(id, category, title)).collect();
    format!(
        "<KnowledgeBase z:Id=\"i{number}\" xmlns:a=\"{KNOWLEDGE}\" xmlns:z=\"{SERIAL}\" xmlns:i=\"{INSTANCE}\">\
         <a:GenericElements>{general}</a:GenericElements>\
         <a:Manifest><a:Author>redan</a:Author><a:Id>{ID}</a:Id><a:Name>redan</a:Name><a:Version>1.0.0.0</a:Version></a:Manifest>\
         <a:StandardElements>{own}</a:StandardElements><a:ThreatCategories>{categories}</a:ThreatCategories>\
         <a:ThreatMetaData xmlns=\"{MODEL}\"><IsPriorityUsed>true</IsPriorityUsed><IsStatusUsed>true</IsStatusUsed>\
         <PropertiesMetaData>{columns}</PropertiesMetaData></a:ThreatMetaData>\
         <a:ThreatTypes>{types}</a:ThreatTypes></KnowledgeBase>"
    )
}

fn kind(id: &str, name: &str, parent: &str, drawing: &str) -> String {
    format!(
        "<a:ElementType><a:IsExtension>false</a:IsExtension><a:Attributes/><a:AvailableToBaseModels xmlns:b=\"{STORAGE}\"/>\
         <a:Behavior i:nil=\"true\"/><a:Description>{name}</a:Description><a:Hidden>false</a:Hidden><a:Id>{}</a:Id>\
         <a:ImageLocation>Centered on stencil</a:ImageLocation><a:ImageSource>{PICTURE}</a:ImageSource><a:ImageStream i:nil=\"true\"/>\
         <a:Name>{name}</a:Name><a:ParentId>{parent}</a:ParentId><a:Representation>{drawing}</a:Representation><a:Shape i:nil=\"true\"/>\
         <a:StencilConstraints/></a:ElementType>",
        escaped(id),
        name = escaped(name),
    )
}

fn category(id: &str, name: &str) -> String {
    format!(
        "<a:ThreatCategory><a:IsExtension>false</a:IsExtension><a:Id>{id}</a:Id><a:LongDescription/><a:Name>{name}</a:Name>\
         <a:ShortDescription>{name}</a:ShortDescription></a:ThreatCategory>"
    )
}

fn column(name: &str, label: &str, hidden: bool, id: &str, values: &[&str]) -> String {
    let choices: String = values.iter().map(|value| format!("<b:string>{value}</b:string>")).collect();
    let choices = if choices.is_empty() { "<b:string/>".to_owned() } else { choices };
    let id = if id.is_empty() { "<Id i:nil=\"true\"/>".to_owned() } else { format!("<Id>{id}</Id>") };
    format!(
        "<ThreatMetaDatum><Name>{name}</Name><Label>{label}</Label><HideFromUI>{hidden}</HideFromUI><Values xmlns:b=\"{ARRAYS}\">{choices}</Values>\
         {id}<AttributeType>{}</AttributeType></ThreatMetaDatum>",
        u8::from(!values.is_empty())
    )
}

fn threat_type(id: &str, category: &str, title: &str) -> String {
    format!(
        "<a:ThreatType><a:IsExtension>false</a:IsExtension><a:Category>{category}</a:Category><a:Description>{title}</a:Description>\
         <a:GenerationFilters><a:Exclude/><a:Include>source is 'ROOT'</a:Include></a:GenerationFilters><a:Id>{}</a:Id><a:PropertiesMetaData/>\
         <a:RelatedCategory/><a:ShortTitle>{title}</a:ShortTitle></a:ThreatType>",
        escaped(id),
        title = escaped(title),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_template_reads_back_with_its_kinds_and_types() {
        let kinds = BTreeMap::from([("REDAN.P.web-api".to_owned(), ("GE.P", "Web <API>".to_owned()))]);
        let types = BTreeMap::from([("T1".to_owned(), ("S", "Who & what".to_owned()))]);
        let text = xml(3, &kinds, &types);
        let root = crate::xml::parse(text.as_bytes()).unwrap();
        let template = crate::tb7::template(&root);
        assert_eq!((template.id.as_str(), template.kinds.len(), template.threats.len()), (ID, 8, 1));
    }
}
