//! A model as a file of its own: one drawing with everything, a small template, and every threat at a flow.

use std::collections::{BTreeMap, BTreeSet};

use redan_model::lang::{Band, ElementKind, Stride};
use redan_model::{ElementIx, FlowIx, Model, Thing, ZoneIx};

use crate::Losses;
use crate::draft::{one_line, slug};
use crate::export::{ExportError, Exported, ForeignThreat, Outgoing};
use crate::losses::Says;
use crate::onto::xml::escaped;

use super::document::MAX_BYTES;
use super::layout::{Layout, layout};
use super::pieces::{self, INSTANCE, MODEL, OWN_SUBJECTS, OWN_THREAT, Piece, Row, guid};
use super::template::{self, CATEGORIES, PREFIX, Types};

const SAYS: &[Says] = &[
    Says("", &["name", "description", "owner", "authors"]),
    Says("assumptions", &["text"]),
    Says("zones", &["name", "in", "out-of-scope"]),
    Says("elements", &["kind", "name", "zone", "tech", "out-of-scope"]),
    Says("flows", &["from", "to", "protocol", "label", "out-of-scope"]),
    Says("threats", &["title", "on", "stride", "description", "likelihood", "impact", "severity", "status", "because", "mitigations"]),
    Says("mitigations", &["title"]),
];

/// Writes a model: into the file that it came from where the model has that inside, else as a file of its own.
///
/// # Errors
/// The file would be larger than the tool's files are.
pub fn write(outgoing: &Outgoing<'_>) -> Result<Exported, ExportError> {
    if let Some(original) = super::original::of(outgoing) {
        return original;
    }
    let mut writer = Writer {
        outgoing,
        model: outgoing.model,
        layout: layout(outgoing.model),
        losses: Losses::default(),
        kinds: BTreeMap::new(),
        types: Types::new(),
        number: 1,
        surface: guid("surface"),
    };
    let drawing = writer.drawing();
    let threats = writer.threats();
    let template = template::xml(writer.number + 1, &writer.kinds, &writer.types);
    let text = format!(
        "<ThreatModel xmlns=\"{MODEL}\" xmlns:i=\"{INSTANCE}\"><DrawingSurfaceList>{drawing}</DrawingSurfaceList>{}<Notes/>\
         <ThreatInstances xmlns:a=\"{}\">{threats}</ThreatInstances><ThreatGenerationEnabled>false</ThreatGenerationEnabled>\
         <Validations xmlns:a=\"{}\"/><Version>4.3</Version>{template}<Profile><PromptedKb xmlns=\"\"/></Profile></ThreatModel>",
        meta(outgoing),
        pieces::ARRAYS,
        pieces::KNOWLEDGE,
    );
    if text.len() > MAX_BYTES {
        return Err(ExportError::Impossible(format!(
            "it would have {} bytes, and the tool's files are read up to {MAX_BYTES}",
            text.len()
        )));
    }
    writer.losses.unsaid(&outgoing.json, "x-tmt", SAYS);
    Ok(Exported { bytes: text.into_bytes(), loss: writer.losses.finish() })
}

struct Writer<'o> {
    outgoing: &'o Outgoing<'o>,
    model: &'o Model,
    layout: Layout,
    losses: Losses,
    /// Kinds beyond the general ones: general kind and name, by id.
    kinds: BTreeMap<String, (&'static str, String)>,
    types: Types,
    /// The number of the object that was written last.
    number: usize,
    surface: String,
}

impl Writer<'_> {
    fn drawing(&mut self) -> String {
        let zones: String = (0_u32..).map(ZoneIx).take(self.model.zones.len()).map(|ix| self.zone(ix)).collect();
        let elements: String = (0_u32..).map(ElementIx).take(self.model.elements.len()).map(|ix| self.element(ix)).collect();
        let mut between: BTreeMap<(ElementIx, ElementIx), usize> = BTreeMap::new();
        let flows: String = (0_u32..).map(FlowIx).take(self.model.flows.len()).map(|ix| self.flow(ix, &mut between)).collect();
        let name = escaped(self.model.name_of(Thing::Model));
        let head = |key: &str| format!("<{key} xmlns=\"{}\">DRAWINGSURFACE</{key}>", pieces::ABSTRACTS);
        format!(
            "<DrawingSurfaceModel z:Id=\"i1\" xmlns:z=\"{}\">{}<Guid xmlns=\"{abs}\">{}</Guid><Properties xmlns=\"{abs}\" xmlns:a=\"{arrays}\">{}{}</Properties>{}\
             <Borders xmlns:a=\"{arrays}\">{zones}{elements}</Borders><Header>{name}</Header><Lines xmlns:a=\"{arrays}\">{flows}</Lines><Zoom>1</Zoom></DrawingSurfaceModel>",
            pieces::SERIAL,
            head("GenericTypeId"),
            self.surface,
            pieces::header("Diagram"),
            pieces::text("Name", "", self.model.name_of(Thing::Model)),
            head("TypeId"),
            abs = pieces::ABSTRACTS,
            arrays = pieces::ARRAYS,
        )
    }

    fn piece<'p>(&mut self, thing: Thing, class: &'p str, general: &'p str, kind: String, kind_name: String) -> Piece<'p> {
        self.number += 1;
        let (id, name) = (self.model.id_of(thing), self.model.name_of(thing));
        Piece {
            guid: guid(id),
            number: self.number,
            class,
            general,
            kind,
            kind_name,
            name: name.to_owned(),
            out_of_scope: None,
            own_id: (slug(name) != id).then(|| id.to_owned()),
        }
    }

    fn zone(&mut self, ix: ZoneIx) -> String {
        let zone = &self.model[ix];
        let mut piece = self.piece(Thing::Zone(ix), "BorderBoundary", "GE.TB.B", "GE.TB.B".to_owned(), "Trust boundary (box)".to_owned());
        piece.out_of_scope = zone.stated.out_of_scope.as_ref().map(|reason| reason.value.clone());
        if piece.out_of_scope.is_some() {
            self.losses.dropped("out-of-scope", format!("zones.{}", zone.identity.id));
        }
        pieces::boxed(&piece, self.layout.zones.get(&ix).copied().unwrap_or_default())
    }

    fn element(&mut self, ix: ElementIx) -> String {
        let element = &self.model[ix];
        let (class, general, word) = match element.kind {
            ElementKind::Process => ("StencilEllipse", "GE.P", "P"),
            ElementKind::Store => ("StencilParallelLines", "GE.DS", "DS"),
            ElementKind::Actor => ("StencilRectangle", "GE.EI", "actor"),
            ElementKind::External => ("StencilRectangle", "GE.EI", "EI"),
        };
        let tech = element.stated.tech.as_ref().map(|tech| tech.value.as_str()).unwrap_or_default();
        let kind = self.kind(general, word, tech);
        let mut piece = self.piece(Thing::Element(ix), class, general, kind.0, kind.1);
        piece.out_of_scope = element.stated.out_of_scope.as_ref().map(|reason| reason.value.clone());
        if element.zones.len() > 1 {
            self.losses.dropped("zones beyond the first", format!("elements.{}", element.identity.id));
        }
        pieces::boxed(&piece, self.layout.elements.get(&ix).copied().unwrap_or_default())
    }

    /// The id and the name of a kind: a general one, or one of our own for a name of the catalogues.
    fn kind(&mut self, general: &'static str, word: &str, name: &str) -> (String, String) {
        if name.is_empty() && word != "actor" {
            return (general.to_owned(), redan_model::naming::sentence_of(word_of(general)));
        }
        let id = format!("{PREFIX}{word}.{name}");
        let label = redan_model::naming::sentence_of(if name.is_empty() { "person" } else { name });
        self.kinds.insert(id.clone(), (general, label.clone()));
        (id, label)
    }

    fn flow(&mut self, ix: FlowIx, between: &mut BTreeMap<(ElementIx, ElementIx), usize>) -> String {
        let flow = &self.model[ix];
        let protocol = flow.stated.protocol.as_ref().map(|protocol| protocol.value.as_str()).unwrap_or_default();
        let kind = self.kind("GE.DF", "DF", protocol);
        let mut piece = self.piece(Thing::Flow(ix), "Connector", "GE.DF", kind.0, kind.1);
        piece.out_of_scope = flow.stated.out_of_scope.as_ref().map(|reason| reason.value.clone());
        let ends = (flow.source.min(flow.target), flow.source.max(flow.target));
        let nth = between.entry(ends).and_modify(|count| *count += 1).or_default();
        let end = |ix: ElementIx| (guid(self.model.id_of(Thing::Element(ix))), self.layout.elements.get(&ix).copied().unwrap_or_default());
        let (source, target) = (end(flow.source), end(flow.target));
        if flow.both_ways {
            self.losses.dropped("that it goes both ways", format!("flows.{}", flow.identity.id));
        }
        pieces::line(&piece, &pieces::course((&source.0, source.1), (&target.0, target.1), *nth))
    }

    fn threats(&mut self) -> String {
        let outgoing = self.outgoing;
        let mut used: BTreeSet<String> = BTreeSet::new();
        let mut rows = String::new();
        let mut number = 0;
        for threat in outgoing.found(&mut self.losses) {
            let place = format!("threats.{}", threat.id);
            let Some(flow) = self.flow_of(threat, &used) else {
                self.losses.dropped(format!("the threat \"{}\", which is at no flow", threat.title), place);
                continue;
            };
            number += 1;
            let row = self.row(threat, flow, number);
            if !used.insert(row.key()) {
                self.losses.dropped(format!("the threat \"{}\", which says the same of this flow as another", threat.title), place);
                continue;
            }
            rows.push_str(&row.xml());
        }
        rows
    }

    /// A flow that a threat can stand at: one that it is about, else one of an element that it is about.
    fn flow_of(&self, threat: &ForeignThreat, used: &BTreeSet<String>) -> Option<FlowIx> {
        let direct = threat.subjects.iter().filter_map(|thing| if let Thing::Flow(ix) = thing { Some(*ix) } else { None });
        let around = threat.subjects.iter().flat_map(|thing| match thing {
            Thing::Element(ix) => [&self.model[*ix].incoming[..], &self.model[*ix].outgoing[..]].concat(),
            _ => Vec::new(),
        });
        let flows: Vec<FlowIx> = direct.chain(around).collect();
        let free = flows.iter().find(|flow| !used.contains(&self.place(&type_of(threat), **flow).key()));
        free.or(flows.first()).copied()
    }

    fn place(&self, kind: &str, flow: FlowIx) -> Row {
        let id = |thing: Thing| guid(self.model.id_of(thing));
        let ends = &self.model[flow];
        Row {
            kind: kind.to_owned(),
            surface: self.surface.clone(),
            source: id(Thing::Element(ends.source)),
            flow: id(Thing::Flow(flow)),
            target: id(Thing::Element(ends.target)),
            ..Row::default()
        }
    }

    fn row(&mut self, threat: &ForeignThreat, flow: FlowIx, number: usize) -> Row {
        let place = format!("threats.{}", threat.id);
        let (category, category_name) = threat.stride.first().map_or(("O", "Other"), |stride| category(*stride));
        if threat.stride.len() > 1 {
            self.losses.dropped("STRIDE categories beyond the first", place.as_str());
        }
        let kind = type_of(threat);
        self.types.entry(kind.clone()).or_insert_with(|| (category, one_line(&threat.title)));
        let (state, exact) = state(threat.status);
        if !exact {
            self.losses.changed(format!("the status {} is \"{state}\" there", threat.status), place.as_str());
        }
        let (priority, exact) = priority(threat.band);
        if threat.band.is_some() && !(exact && threat.likelihood.is_none()) {
            self.losses.changed(format!("the rating is the priority {priority} there"), place.as_str());
        }
        if !threat.mitigations.is_empty() {
            self.losses.changed("mitigations are a text there", place);
        }
        let subjects: Vec<&str> = threat.subjects.iter().map(|thing| self.model.id_of(*thing)).collect();
        let titles: Vec<String> = threat.mitigations.iter().map(|id| self.outgoing.mitigation_title(id)).collect();
        let mitigation = if titles.is_empty() { one_line(&threat.fix) } else { titles.join("; ") };
        let columns = vec![
            ("Title", one_line(&threat.title)),
            ("UserThreatCategory", category_name.to_owned()),
            ("UserThreatShortDescription", category_name.to_owned()),
            ("UserThreatDescription", threat.description.clone()),
            ("InteractionString", self.model.name_of(Thing::Flow(flow)).to_owned()),
            ("PossibleMitigations", mitigation),
            ("Priority", priority.to_owned()),
            ("StateInformation", threat.because.clone()),
            (OWN_THREAT, threat.id.clone()),
            (OWN_SUBJECTS, subjects.join(", ")),
        ];
        Row { number, priority, state, columns, ..self.place(&kind, flow) }
    }
}

fn word_of(general: &str) -> &'static str {
    match general {
        "GE.P" => "process",
        "GE.DS" => "data-store",
        "GE.EI" => "external-entity",
        _ => "data-flow",
    }
}

/// The id of the type of a threat: its rule, or itself if somebody wrote it.
pub(super) fn type_of(threat: &ForeignThreat) -> String {
    threat.rule.clone().unwrap_or_else(|| threat.id.clone())
}

/// The id and the name of a category.
pub(super) fn category(stride: Stride) -> (&'static str, &'static str) {
    let first = stride.as_str().chars().next().unwrap_or('o').to_ascii_uppercase();
    CATEGORIES.iter().copied().find(|(id, _)| id.starts_with(first)).unwrap_or(("O", "Other"))
}

/// The word of the tool for a status, and whether it says the same.
pub(super) fn state(status: &str) -> (&'static str, bool) {
    match status {
        "mitigated" => ("Mitigated", true),
        "not-applicable" => ("NotApplicable", true),
        "avoided" | "false-positive" => ("NotApplicable", false),
        "accepted" | "transferred" => ("NeedsInvestigation", false),
        _ => ("AutoGenerated", true),
    }
}

/// The priority of a band, and whether it says the same.
pub(super) fn priority(band: Option<Band>) -> (&'static str, bool) {
    match band {
        Some(Band::Critical) => ("High", false),
        Some(Band::High) => ("High", true),
        Some(Band::Medium) | None => ("Medium", true),
        Some(Band::Low) => ("Low", true),
    }
}

fn meta(outgoing: &Outgoing<'_>) -> String {
    let root = &outgoing.model.root;
    let text = |field: &redan_model::lang::Opt<String>| field.as_ref().map(|text| escaped(&text.value)).unwrap_or_default();
    let assumptions: Vec<String> =
        root.assumptions.entries.values().filter_map(|entry| entry.value.text.as_ref()).map(|text| one_line(&text.value)).collect();
    let authors: Vec<String> = root.authors.values().cloned().collect();
    let name = root.name.as_ref().map_or_else(|| outgoing.model.made_name.clone(), |name| name.value.clone());
    let parts = [
        ("Assumptions", escaped(&assumptions.join("\n"))),
        ("Contributors", escaped(&authors.join(", "))),
        ("ExternalDependencies", String::new()),
        ("HighLevelSystemDescription", text(&root.description)),
        ("Owner", text(&root.owner)),
        ("Reviewer", String::new()),
        ("ThreatModelName", escaped(&name)),
    ];
    let parts: String =
        parts.iter().map(|(key, value)| if value.is_empty() { format!("<{key}/>") } else { format!("<{key}>{value}</{key}>") }).collect();
    format!("<MetaInformation>{parts}</MetaInformation>")
}
