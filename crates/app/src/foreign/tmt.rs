//! Models of the Microsoft Threat Modeling Tool: the templates that apply, and how what they raise meets what is stored.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use redan_engine::tmt::{self, Area, Boundary, Diagram, ElementType, Flow, KnowledgeBase, Properties};
use redan_interop::tb7::{Template, ThreatType};
use redan_interop::tm7::{self, Document, Line, MAX_BOUNDARIES, Point, Shape, Surface, Thing, Threat};
use redan_interop::{ImportError, Imported, Loss, LossKind};

/// Which templates apply to a model.
#[derive(Debug, Clone, Default)]
pub(crate) struct Templates {
    /// Whether the one inside the file does.
    pub(crate) own: bool,
    /// Those that were named. One with the id of the file's own stands in for it; every other one applies beside it.
    pub(crate) named: Vec<Rc<Template>>,
}

/// Reads a model with the threats that its templates raise, each as the file has it if it stores it.
pub(crate) fn read(bytes: &[u8], templates: &Templates) -> Result<Imported, ImportError> {
    let document = tm7::parse(bytes)?;
    let applied = applied(&document, templates);
    if applied.is_empty() {
        return Ok(tm7::model(&document, &document.threats, Vec::new()));
    }
    let mut loss = Vec::new();
    let raised = raised(&document, &applied, &mut loss);
    let threats = merged(&document, &applied, raised, &mut loss);
    Ok(tm7::model(&document, &threats, loss))
}

/// The templates that apply; none where the file says that none shall.
fn applied<'t>(document: &'t Document, templates: &'t Templates) -> Vec<&'t Template> {
    let own = document.template.iter().filter(|own| {
        let replaced = templates.named.iter().any(|named| named.id == own.id);
        templates.own && document.generates && !replaced
    });
    own.chain(templates.named.iter().map(AsRef::as_ref)).collect()
}

/// What the templates raise, by diagram and flow.
fn raised(document: &Document, templates: &[&Template], loss: &mut Vec<Loss>) -> Vec<Threat> {
    let mut threats = Vec::new();
    for template in templates {
        let kb = knowledge_base(template);
        for bad in kb.bad() {
            let what = format!("the threat type `{}`, whose filter cannot be read: {}", bad.threat, bad.error);
            loss.push(Loss { kind: LossKind::Dropped, what, place: template.name.clone() });
        }
        if template.threats.len() > tmt::MAX_THREAT_TYPES {
            let what = format!("threat types beyond the first {}", tmt::MAX_THREAT_TYPES);
            loss.push(Loss { kind: LossKind::Dropped, what, place: template.name.clone() });
        }
        let categories: BTreeMap<&str, &str> = template.categories.iter().map(|(id, name)| (id.as_str(), name.as_str())).collect();
        for surface in &document.surfaces {
            if threats.len() >= tmt::MAX_RAISED {
                break;
            }
            let (diagram, flows) = diagram(surface);
            for one in tmt::generate(&kb, &diagram) {
                if let (Some(kind), Some(flow)) = (template.threats.get(one.threat), flows.get(one.flow)) {
                    threats.push(threat(categories.get(kind.category.as_str()).unwrap_or(&""), kind, flow, one));
                }
            }
        }
    }
    if threats.len() >= tmt::MAX_RAISED {
        let what = format!("threats beyond the first {}", tmt::MAX_RAISED);
        loss.push(Loss { kind: LossKind::Dropped, what, place: "ThreatTypes".to_owned() });
    }
    threats
}

fn threat(category: &str, kind: &ThreatType, flow: &Line, raised: tmt::Raised) -> Threat {
    let mut threat = Threat {
        key: [kind.id.as_str(), &flow.source, &flow.thing.guid, &flow.target].concat(),
        kind: kind.id.clone(),
        flow: flow.thing.guid.clone(),
        source: flow.source.clone(),
        target: flow.target.clone(),
        ..Threat::default()
    };
    for (column, value) in &kind.columns {
        threat.set(column, value.clone());
    }
    // These are filled in; the columns hold them with places for names.
    threat.title = raised.title;
    threat.description = raised.description;
    threat.category = if category.is_empty() { kind.category.clone() } else { category.to_owned() };
    threat
}

/// What is raised, as the file stores it where it does, and what the file alone has.
///
/// The tool raises threats again whenever a model changes, and so does this: a stored threat that is no longer raised
/// is gone. It stays when somebody has looked at it, and when nothing can be raised in its place: its flow is gone, or
/// no template knows its type.
fn merged(document: &Document, templates: &[&Template], raised: Vec<Threat>, loss: &mut Vec<Loss>) -> Vec<Threat> {
    let mut stored = Stored::of(&document.threats);
    let mut threats: Vec<Threat> = Vec::with_capacity(raised.len());
    for threat in raised {
        let known = stored.take(&threat);
        if known.is_empty() {
            threats.push(threat);
        }
        threats.extend(known.into_iter().cloned());
    }
    let lines = document.surfaces.iter().flat_map(|surface| &surface.lines);
    let flows: BTreeSet<&str> = lines.map(|line| line.thing.guid.as_str()).collect();
    let kinds: BTreeSet<&str> = templates.iter().flat_map(|template| &template.threats).map(|kind| kind.id.as_str()).collect();
    for threat in stored.left() {
        let beyond = !flows.contains(threat.flow.as_str()) || !kinds.contains(threat.kind.as_str());
        if beyond || threat.is_touched() {
            threats.push(threat.clone());
        } else {
            let what = format!("the stored threat \"{}\", which nobody has looked at and the template no longer raises", threat.title);
            loss.push(Loss { kind: LossKind::Dropped, what, place: threat.key.clone() });
        }
    }
    threats
}

/// Stored threats that wait for being raised.
struct Stored<'d> {
    threats: &'d [Threat],
    taken: Vec<bool>,
    by_key: BTreeMap<&'d str, Vec<usize>>,
    by_place: BTreeMap<String, Vec<usize>>,
}

impl<'d> Stored<'d> {
    fn of(threats: &'d [Threat]) -> Self {
        let mut stored = Self { threats, taken: vec![false; threats.len()], by_key: BTreeMap::new(), by_place: BTreeMap::new() };
        for (ix, threat) in threats.iter().enumerate() {
            stored.by_key.entry(&threat.key).or_default().push(ix);
            // Files that other programs write have keys of other forms.
            stored.by_place.entry(threat.place().join(" ")).or_default().push(ix);
        }
        stored
    }

    /// Takes the stored forms of a raised threat.
    fn take(&mut self, raised: &Threat) -> Vec<&'d Threat> {
        let same_key = self.by_key.remove(raised.key.as_str());
        let same_place = self.by_place.remove(&raised.place().join(" "));
        let mut found = Vec::new();
        for ix in same_key.into_iter().chain(same_place).flatten() {
            if !std::mem::replace(&mut self.taken[ix], true) {
                found.push(&self.threats[ix]);
            }
        }
        found
    }

    /// What was never raised, in the order of the file.
    fn left(&self) -> impl Iterator<Item = &'d Threat> {
        self.threats.iter().zip(&self.taken).filter(|(_, taken)| !**taken).map(|(threat, _)| threat)
    }
}

fn knowledge_base(template: &Template) -> KnowledgeBase {
    let kinds: Vec<ElementType> =
        template.kinds.iter().map(|kind| ElementType { id: kind.id.clone(), parent: kind.parent.clone() }).collect();
    let threats = template.threats.iter().map(|kind| tmt::ThreatType {
        id: kind.id.clone(),
        title: kind.title.clone(),
        description: kind.description.clone(),
        include: kind.include.clone(),
        exclude: kind.exclude.clone(),
    });
    KnowledgeBase::new(&kinds, threats.collect())
}

/// A diagram as templates see it, with the lines that its flows are.
fn diagram(surface: &Surface) -> (Diagram, Vec<&Line>) {
    let mut diagram = Diagram::default();
    let mut places: BTreeMap<&str, usize> = BTreeMap::new();
    for stencil in &surface.stencils {
        match stencil.shape {
            Shape::Border if diagram.boundaries.len() < MAX_BOUNDARIES => {
                let area = stencil.rect.map_or(Area::Nowhere, |rect| Area::Box {
                    corner: tmt::Point { x: rect.left, y: rect.top },
                    width: rect.width,
                    height: rect.height,
                });
                diagram.boundaries.push(Boundary { types: types(&stencil.thing), area });
            }
            Shape::Border | Shape::Annotation => {}
            Shape::Ellipse | Shape::Rectangle | Shape::ParallelLines => {
                places.insert(&stencil.thing.guid, diagram.elements.len());
                diagram.elements.push(properties(&stencil.thing));
            }
        }
    }
    for line in surface.lines.iter().filter(|line| line.boundary).take(MAX_BOUNDARIES) {
        let area = Area::Line { from: point(line.from), through: point(line.handle), to: point(line.to) };
        diagram.boundaries.push(Boundary { types: types(&line.thing), area });
    }
    let mut flows = Vec::new();
    for line in surface.lines.iter().filter(|line| !line.boundary) {
        let (Some(&source), Some(&target)) = (places.get(line.source.as_str()), places.get(line.target.as_str())) else { continue };
        let (from, to, out_of_scope) = (point(line.from), point(line.to), line.thing.out_of_scope);
        diagram.flows.push(Flow { properties: properties(&line.thing), source, target, from, to, out_of_scope });
        flows.push(line);
    }
    (diagram, flows)
}

fn point(point: Point) -> tmt::Point {
    tmt::Point { x: point.x, y: point.y }
}

fn types(thing: &Thing) -> Vec<String> {
    vec![thing.kind.clone(), thing.general.clone()]
}

fn properties(thing: &Thing) -> Properties {
    let values = thing.choices.iter().map(|choice| (choice.key.clone(), choice.value.clone())).collect();
    Properties { name: thing.name.clone(), types: types(thing), values }
}
