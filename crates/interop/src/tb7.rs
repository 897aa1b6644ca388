//! Templates of the Microsoft Threat Modeling Tool: the kinds of things, and the threats with their filters.
//!
//! A template is a file of its own (`.tb7`), or stands inside a model. The two are written differently: the same parts
//! have other names. Both are read here into the same [`Template`]. A template is no model and is not imported; it is
//! applied to models.

use std::collections::BTreeMap;

use crate::detect::Sniff;
use crate::xml::{self, Element};
use crate::{ImportError, draft};

/// A template.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Template {
    /// Its name.
    pub name: String,
    /// Its id; versions of one template share it.
    pub id: String,
    /// Its version.
    pub version: String,
    /// The kinds of things: general ones first, then their cases.
    pub kinds: Vec<Kind>,
    /// Categories of threats: id and name.
    pub categories: Vec<(String, String)>,
    /// The columns of its table of threats: key and label.
    pub columns: Vec<(String, String)>,
    /// The threats.
    pub threats: Vec<ThreatType>,
}

/// A kind of thing that can be drawn.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Kind {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The kind that it is a case of; `ROOT` for general ones.
    pub parent: String,
    /// How it is drawn, such as `Ellipse`; `Inherited` for what its parent says.
    pub representation: String,
    /// Its properties.
    pub attributes: Vec<Attribute>,
}

/// A property of a kind of thing.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Attribute {
    /// The key that filters use.
    pub key: String,
    /// The label for people.
    pub label: String,
    /// Whether the kind fixes the value, which then is the only one.
    pub fixed: bool,
    /// What can be chosen; the first is the one that a fresh thing has.
    pub values: Vec<String>,
}

/// A threat with its filters.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ThreatType {
    /// Its id.
    pub id: String,
    /// The title, with places for names.
    pub title: String,
    /// The id of its category.
    pub category: String,
    /// The description, with places for names.
    pub description: String,
    /// When it is raised.
    pub include: String,
    /// When it is not, in spite of that.
    pub exclude: String,
    /// Columns of the table of threats with the values that a raised threat starts with.
    pub columns: Vec<(String, String)>,
}

impl Template {
    /// How every kind is drawn, as it says or as what it is a case of says.
    pub fn representations(&self) -> BTreeMap<&str, &str> {
        let kinds: BTreeMap<&str, &Kind> = self.kinds.iter().map(|kind| (kind.id.as_str(), kind)).collect();
        let own = |kind: &&Kind| !kind.representation.is_empty() && kind.representation != "Inherited";
        // A chain of parents is short; a longer one is a circle.
        let chain = |kind| std::iter::successors(Some(kind), |kind: &&Kind| kinds.get(kind.parent.as_str()).copied()).take(8);
        kinds.iter().filter_map(|(id, kind)| Some((*id, chain(*kind).find(own)?.representation.as_str()))).collect()
    }
}

/// Whether a file is a template, as far as its beginning shows.
pub fn is_template(bytes: &[u8]) -> bool {
    Sniff::of("", bytes).xml_root() == Some("KnowledgeBase")
}

/// Reads a template file.
///
/// # Errors
/// The bytes are no template, or exceed the limits.
pub fn read(bytes: &[u8]) -> Result<Template, ImportError> {
    let root = xml::parse(bytes)?;
    if root.name != "KnowledgeBase" {
        return Err(ImportError::NotTheFormat(format!("its root is `{}`, and the root of a template is `KnowledgeBase`", root.name)));
    }
    Ok(template(&root))
}

/// Reads a template, from its own file or from inside a model.
pub(crate) fn template(root: &Element<'_>) -> Template {
    let manifest = |key: &str| {
        let manifest = root.child("Manifest");
        // In its own file these are attributes, inside a model they are elements.
        let attribute = manifest.and_then(|manifest| manifest.attribute(&key.to_lowercase()));
        attribute.unwrap_or_else(|| manifest.map(|manifest| manifest.text_of(key)).unwrap_or_default()).to_owned()
    };
    let kinds = ["GenericElements", "StandardElements"].into_iter().flat_map(|list| root.items(list)).map(kind).collect();
    let categories = root.items("ThreatCategories").iter();
    let metadata = root.child("ThreatMetaData").map(|data| data.items("PropertiesMetaData")).unwrap_or_default();
    Template {
        name: manifest("Name"),
        id: manifest("Id"),
        version: manifest("Version"),
        kinds,
        categories: categories.map(|category| (category.text_of("Id").to_owned(), draft::clean(category.text_of("Name")))).collect(),
        columns: metadata.iter().map(|column| (column.text_of("Name").to_owned(), draft::clean(column.text_of("Label")))).collect(),
        threats: root.items("ThreatTypes").iter().map(threat).collect(),
    }
}

/// The text of the first of these children that is there.
fn either<'e>(element: &'e Element<'_>, names: [&str; 2]) -> &'e str {
    names.iter().find_map(|name| element.child(name)).map(Element::trimmed).unwrap_or_default()
}

fn kind(element: &Element<'_>) -> Kind {
    Kind {
        id: either(element, ["ID", "Id"]).to_owned(),
        name: draft::clean(element.text_of("Name")),
        parent: either(element, ["ParentElement", "ParentId"]).to_owned(),
        representation: element.text_of("Representation").to_owned(),
        attributes: element.items("Attributes").iter().map(attribute).collect(),
    }
}

fn attribute(element: &Element<'_>) -> Attribute {
    Attribute {
        key: element.text_of("Name").to_owned(),
        label: draft::clean(element.text_of("DisplayName")),
        fixed: element.text_of("Mode") == "Static",
        values: element.items("AttributeValues").iter().map(|value| value.text.clone().into_owned()).collect(),
    }
}

fn threat(element: &Element<'_>) -> ThreatType {
    let filter = |side: &str| element.child("GenerationFilters").map(|filters| filters.text_of(side)).unwrap_or_default().to_owned();
    let first = |column: &Element<'_>| column.items("Values").first().map(|value| draft::clean(&value.text)).unwrap_or_default();
    let columns = element.items("PropertiesMetaData").iter().map(|column| (column.text_of("Name").to_owned(), first(column)));
    ThreatType {
        id: element.text_of("Id").to_owned(),
        title: element.text_of("ShortTitle").to_owned(),
        category: element.text_of("Category").to_owned(),
        description: element.text_of("Description").to_owned(),
        include: filter("Include"),
        exclude: filter("Exclude"),
        columns: columns.collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWN_FILE: &str = "<KnowledgeBase><Manifest name='Web' id='k1' version='1.2'/>
      <GenericElements><ElementType><Name>Process</Name><ID>GE.P</ID><ParentElement>ROOT</ParentElement><Representation>Ellipse</Representation>
        <Attributes><Attribute><Name>codeType</Name><DisplayName>Code</DisplayName><Mode>Dynamic</Mode><AttributeValues><Value>Managed</Value><Value>Other</Value></AttributeValues></Attribute></Attributes></ElementType></GenericElements>
      <StandardElements><ElementType><Name>Server</Name><ID>S</ID><ParentElement>GE.P</ParentElement><Representation>Inherited</Representation></ElementType></StandardElements>
      <ThreatCategories><ThreatCategory><Name>Spoofing</Name><Id>S</Id></ThreatCategory></ThreatCategories>
      <ThreatTypes><ThreatType><GenerationFilters><Include>source is 'S'</Include><Exclude/></GenerationFilters><Id>T1</Id><ShortTitle>Fake {source.Name}</ShortTitle><Category>S</Category><Description>d</Description>
        <PropertiesMetaData><ThreatMetaDatum><Name>Priority</Name><Values><Value>High</Value></Values></ThreatMetaDatum></PropertiesMetaData></ThreatType></ThreatTypes></KnowledgeBase>";

    /// The same template as it stands inside a model.
    const INSIDE: &str = "<KnowledgeBase xmlns:a='k' xmlns:b='i'><a:GenericElements><a:ElementType><a:Attributes><a:Attribute><a:AttributeValues><b:Value>Managed</b:Value><b:Value>Other</b:Value></a:AttributeValues><a:DisplayName>Code</a:DisplayName><a:Mode>Dynamic</a:Mode><a:Name>codeType</a:Name></a:Attribute></a:Attributes><a:Id>GE.P</a:Id><a:Name>Process</a:Name><a:ParentId>ROOT</a:ParentId><a:Representation>Ellipse</a:Representation></a:ElementType></a:GenericElements>
      <a:Manifest><a:Id>k1</a:Id><a:Name>Web</a:Name><a:Version>1.2</a:Version></a:Manifest>
      <a:StandardElements><a:ElementType><a:Id>S</a:Id><a:Name>Server</a:Name><a:ParentId>GE.P</a:ParentId><a:Representation>Inherited</a:Representation></a:ElementType></a:StandardElements>
      <a:ThreatCategories><a:ThreatCategory><a:Id>S</a:Id><a:Name>Spoofing</a:Name></a:ThreatCategory></a:ThreatCategories>
      <a:ThreatTypes><a:ThreatType><a:Category>S</a:Category><a:Description>d</a:Description><a:GenerationFilters><a:Exclude/><a:Include>source is 'S'</a:Include></a:GenerationFilters><a:Id>T1</a:Id><a:PropertiesMetaData><ThreatMetaDatum><Name>Priority</Name><Values><c:string xmlns:c='x'>High</c:string></Values></ThreatMetaDatum></a:PropertiesMetaData><a:ShortTitle>Fake {source.Name}</a:ShortTitle></a:ThreatType></a:ThreatTypes></KnowledgeBase>";

    #[test]
    fn a_template_reads_the_same_from_its_own_file_and_from_inside_a_model() {
        let own = read(OWN_FILE.as_bytes()).unwrap();
        assert_eq!(Ok(&own), read(INSIDE.as_bytes()).as_ref());
        assert_eq!((own.name.as_str(), own.version.as_str(), own.categories[0].1.as_str()), ("Web", "1.2", "Spoofing"));
        assert_eq!((own.representations()["S"], own.threats[0].columns[0].1.as_str()), ("Ellipse", "High"));
    }

    #[test]
    fn kinds_in_a_circle_are_drawn_like_nothing() {
        let mut own = read(OWN_FILE.as_bytes()).unwrap();
        own.kinds = vec![Kind { id: "A".to_owned(), parent: "A".to_owned(), ..Kind::default() }];
        assert_eq!(own.representations().get("A"), None);
    }

    #[test]
    fn another_document_is_no_template() {
        assert!(matches!(read(b"<ThreatModel/>"), Err(ImportError::NotTheFormat(_))));
    }
}
