//! For who builds it: per element what may go wrong there, how to mend it, and the tests that must pass.

use std::collections::{BTreeMap, BTreeSet};

use redan_engine::Status;
use redan_model::{ElementIx, Thing};

use super::parts::{self};
use super::{Block, Paper, Run, Section, field, plain, text, words};
use crate::Input;
use crate::document::{Document, ThreatView, anchor};
use crate::pictures;

/// Threats that wait for facts, listed for each element; the others are counted.
const WAITING: usize = 6;

pub(super) fn paper(input: &Input<'_>, doc: &Document) -> Paper {
    let mut places = Vec::new();
    let about = by_subject(input, doc);
    let mut shown: BTreeSet<&str> = BTreeSet::new();
    for ix in (0..input.model.elements.len()).map(|ix| ElementIx(u32::try_from(ix).unwrap_or(u32::MAX))) {
        if input.model[ix].out_of_scope.is_none() {
            places.extend(element(input, doc, ix, about.get(&Thing::Element(ix)).map(Vec::as_slice).unwrap_or_default(), &mut shown));
        }
    }
    let mut elsewhere = Vec::new();
    let rest = |t: &&ThreatView| is_live(t) && !shown.contains(t.id.as_str());
    elsewhere.extend(doc.inventory.threats.iter().filter(rest).flat_map(work));
    if elsewhere.is_empty() {
        elsewhere.push(text("Nothing is open there."));
    }
    if places.is_empty() {
        places.push(text("No element has an open threat or an open question."));
    }
    let (diagrams, path) = pictures::diagrams_and_path(input);
    let ways: Vec<Block> = input.more.depth.into_iter().flat_map(|depth| super::paths::blocks(input, depth, path.clone())).collect();
    let mut system: Vec<Block> = diagrams.into_iter().map(Block::Picture).collect();
    system.extend(pictures::sequences(input, "p").into_iter().map(Block::Picture));
    system.extend(pictures::of_coverage(input, "p").map(Block::Picture));
    let mut sections = vec![
        Section { anchor: "system", title: "The system", blocks: system },
        Section { anchor: "elements", title: "Work by element", blocks: places },
        Section { anchor: "elsewhere", title: "Flows, zones and data", blocks: elsewhere },
    ];
    if !ways.is_empty() {
        sections.push(Section { anchor: "ways", title: "Attack paths", blocks: ways });
    }
    sections.push(Section { anchor: "tests", title: "Tests that must pass", blocks: vec![parts::checks(doc)] });
    Paper {
        kicker: "Threat model, for developers",
        name: doc.title.name.clone(),
        lead: field(&doc.title.target),
        facts: parts::facts(doc).into_iter().filter(|(name, _)| ["Date", "Version"].contains(name)).collect(),
        sections,
    }
}

/// Whether there is something to do about it: it is open.
fn is_live(t: &ThreatView) -> bool {
    t.status == Status::Open
}

/// Threats by what they are about first, in the order of the inventory.
fn by_subject<'d>(input: &Input<'_>, doc: &'d Document) -> BTreeMap<Thing, Vec<&'d ThreatView>> {
    let subjects: BTreeMap<&str, Thing> = input.analysis.threats.iter().filter_map(|t| Some((t.id.as_str(), t.subject?))).collect();
    let mut out: BTreeMap<Thing, Vec<&ThreatView>> = BTreeMap::new();
    for threat in &doc.inventory.threats {
        if let Some(subject) = subjects.get(threat.id.as_str()) {
            out.entry(*subject).or_default().push(threat);
        }
    }
    out
}

fn element<'d>(input: &Input<'_>, doc: &'d Document, ix: ElementIx, about: &[&'d ThreatView], shown: &mut BTreeSet<&'d str>) -> Vec<Block> {
    let model = input.model;
    let id = &model[ix].identity.id;
    let thing = Thing::Element(ix);
    let of = |status: Status| about.iter().copied().filter(|t| t.status == status).collect::<Vec<&ThreatView>>();
    let (open, waiting) = (of(Status::Open), of(Status::Question));
    let prefix = format!("{id}.");
    let questions: Vec<_> = doc.inventory.questions.iter().filter(|q| q.id.starts_with(&prefix)).collect();
    if open.is_empty() && waiting.is_empty() && questions.is_empty() {
        return Vec::new();
    }
    let mut out = vec![Block::Heading(3, model.name_of(thing).to_owned(), Some(anchor("element", id)))];
    let stated = &model[ix].stated;
    let mut facts = vec![Run::Quiet(format!("{}, ", model[ix].kind.as_str())), Run::Code(id.clone())];
    for glob in stated.code.values() {
        facts.extend([plain(", "), Run::Code(glob.clone())]);
    }
    out.push(Block::Text(facts));
    shown.extend(open.iter().map(|t| t.id.as_str()));
    out.extend(open.iter().flat_map(|t| work(t)));
    if open.is_empty() {
        out.push(text("Nothing is open here."));
    }
    if !questions.is_empty() {
        let item = |q: &&crate::document::QuestionRow| vec![plain(format!("{} ", q.text)), Run::Code(q.id.clone())];
        out.push(Block::Text(vec![Run::Strong("Say whether".to_owned()), plain(" (most risk first):")]));
        let more = questions.len().saturating_sub(WAITING);
        let mut items: Vec<Vec<Run>> = questions.iter().take(WAITING).map(item).collect();
        items.extend((more > 0).then(|| words(format!("and {more} more: redan ask"))));
        out.push(Block::List(false, items));
    }
    out
}

/// A threat as a piece of work: what happens, what to do, how it is checked.
fn work(t: &ThreatView) -> Vec<Block> {
    let mut out = vec![Block::Heading(4, t.title.clone(), Some(t.anchor.clone()))];
    let mut head = Vec::new();
    head.extend(t.band.map(Run::Band));
    head.push(Run::Quiet(format!(" {}, {}", t.id, t.priority.as_deref().unwrap_or("no priority"))));
    out.push(Block::Text(head));
    out.extend((!t.what.is_empty()).then(|| text(&t.what)));
    let mut lines: Vec<Vec<Run>> = Vec::new();
    let mut line = |name: &str, text: String| lines.push(vec![Run::Strong(format!("{name}: ")), plain(text)]);
    if let Some(fix) = &t.fix {
        line("What to do", fix.clone());
    }
    if !t.mitigations.is_empty() {
        line("Planned", parts::mitigations(t));
    }
    if t.mitigations.is_empty() && t.fix.is_none() {
        line("What to do", "nothing is planned yet.".to_owned());
    }
    if !t.references.is_empty() {
        line("Read", t.references.join(", "));
    }
    lines.push(vec![Run::Strong("Place: ".to_owned()), Run::Code(t.place.clone())]);
    out.push(Block::List(false, lines));
    out
}
