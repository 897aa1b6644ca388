//! The guide's ten sections, each complete.

use redan_engine::Status;

use super::parts::{self, marked};
use super::{Block, Paper, Picture, Run, Section, field, heading, plain, risk, table, text, words};
use crate::Input;
use crate::document::{Document, ThreatRow, ThreatView, TreeView};
use crate::html::{GLOSSARY, SHOWN, status_word};
use crate::pictures;

pub(super) fn paper(input: &Input<'_>, doc: &Document) -> Paper {
    let section = |anchor, title, blocks| Section { anchor, title, blocks };
    let (diagrams, path) = pictures::diagrams_and_path(input);
    Paper {
        kicker: "Threat model",
        name: doc.title.name.clone(),
        lead: field(&doc.title.target),
        facts: parts::facts(doc),
        sections: vec![
            section("scope", "Scope", parts::scope(doc)),
            section("summary", "Executive summary", summary(input, doc)),
            section("system", "System and data flow diagram", system(input, doc, diagrams)),
            section("assets", "Assets and their security properties", assets(input, doc)),
            section("threats", "Threat inventory", threats(input, doc)),
            section("trees", "Attack trees", trees(input, doc, path)),
            section("plan", "Mitigation plan", plan(input, doc)),
            section("tests", "Test plan and results", vec![parts::checks(doc)]),
            section("residual", "Residual risk and acceptance", remains(input, doc)),
            section("appendix", "Appendix", appendix(input, doc)),
        ],
    }
}

fn summary(input: &Input<'_>, doc: &Document) -> Vec<Block> {
    let mut out = parts::verdict(doc);
    out.extend(parts::top_risks(doc, true));
    out.extend(parts::recommendations(doc));
    out.extend(input.more.depth.map(|depth| Block::Text(super::paths::sentence(input, depth))));
    out.extend(parts::residual(doc));
    out.extend(pictures::of_risk(input, "p").map(Block::Picture));
    out
}

fn system(input: &Input<'_>, doc: &Document, diagrams: Vec<Picture>) -> Vec<Block> {
    let mut out: Vec<Block> = diagrams.into_iter().map(Block::Picture).collect();
    out.extend(pictures::sequences(input, "p").into_iter().map(Block::Picture));
    out.extend([heading("Trust boundaries"), zones(doc), heading("Elements and entry points"), elements(doc)]);
    out.extend([heading("Data flows"), flows(doc), heading("Who might attack"), attackers(doc)]);
    out.extend([heading("Assumptions"), parts::assumptions(doc)]);
    out
}

fn zones(doc: &Document) -> Block {
    let row = |z: &crate::document::ZoneRow| {
        vec![words(&z.name), words(z.kind), field(&z.trust), words(z.parent.as_deref().unwrap_or("")), words(z.members.join(", "))]
    };
    let head = [("Zone", 3), ("Kind", 2), ("Trust, 0 to 100", 2), ("Inside", 2), ("Directly inside it", 5)];
    table(&head, doc.system.zones.iter().map(row).collect(), "zones")
}

fn elements(doc: &Document) -> Block {
    let row = |e: &crate::document::ElementRow| {
        vec![
            words(&e.name),
            words(e.kind),
            field(&e.tech),
            field(&e.zones),
            words(e.entry_points.join(", ")),
            words(e.out_of_scope.as_deref().unwrap_or("")),
        ]
    };
    let head = [("Element", 3), ("Kind", 2), ("Technology", 3), ("Zones", 3), ("Entry points", 4), ("Out of scope", 2)];
    table(&head, doc.system.elements.iter().map(row).collect(), "elements")
}

fn flows(doc: &Document) -> Block {
    let row = |f: &crate::document::FlowRow| vec![words(&f.name), words(&f.source), words(&f.target), field(&f.protocol), field(&f.data)];
    let head = [("Flow", 3), ("From", 2), ("To", 2), ("Protocol", 2), ("Data", 4)];
    table(&head, doc.system.flows.iter().map(row).collect(), "flows")
}

fn attackers(doc: &Document) -> Block {
    let row = |a: &crate::document::AttackerRow| {
        let kind = if a.insider { "insider" } else { "" };
        vec![words(&a.name), words(kind), field(&a.from), field(&a.skill), field(&a.motive), field(&a.goals)]
    };
    let head = [("Attacker", 3), ("Kind", 1), ("Starts in", 2), ("Skill", 1), ("Motive", 3), ("After", 3)];
    table(&head, doc.system.attackers.iter().map(row).collect(), "attackers")
}

fn assets(input: &Input<'_>, doc: &Document) -> Vec<Block> {
    let row = |a: &crate::document::AssetRow| {
        let mut name = words(&a.name);
        name.extend(a.top.then(|| Run::Quiet(" (top asset)".to_owned())));
        vec![
            name,
            field(&a.owner),
            field(&a.confidentiality),
            field(&a.integrity),
            field(&a.availability),
            field(&a.privacy),
            words(a.holders.join(", ")),
        ]
    };
    let head = [("Asset", 3), ("Owner", 2), ("Confidentiality", 3), ("Integrity", 2), ("Availability", 2), ("Privacy", 2), ("Kept in", 3)];
    let mut out = vec![table(&head, doc.system.assets.iter().map(row).collect(), "assets")];
    out.extend(pictures::of_assets(input, "p").map(Block::Picture));
    out
}

fn threats(input: &Input<'_>, doc: &Document) -> Vec<Block> {
    let inventory = &doc.inventory;
    let all = &inventory.threats;
    let mut out = Vec::new();
    if inventory.rows.is_empty() {
        out.push(text("No threat is known to exist."));
    } else {
        out.push(table(&THREATS, inventory.rows.iter().map(|row| threat_row(row, all)).collect(), "threats"));
    }
    out.extend(pictures::of_coverage(input, "p").map(Block::Picture));
    out.push(heading("Questions that decide about threats"));
    let (asked, more) = inventory.questions.split_at(inventory.questions.len().min(SHOWN));
    out.push(if asked.is_empty() { text("Nothing is unknown that a threat turns on.") } else { parts::questions(asked) });
    out.extend((!more.is_empty()).then(|| Block::Folded(format!("{} more questions", more.len()), vec![parts::questions(more)])));
    if !inventory.waiting.is_empty() {
        let rows = inventory.waiting.iter().map(|row| threat_row(row, all)).collect();
        out.push(Block::Folded(format!("{} threats wait for these answers", doc.summary.waiting), vec![table(&THREATS, rows, "")]));
    }
    let shown = |t: &&ThreatView| !matches!(t.status, Status::Question | Status::Mitigated);
    let details: Vec<Block> = all.iter().filter(shown).flat_map(parts::threat).collect();
    if !details.is_empty() {
        out.push(heading("Details of the open threats and of those that were decided"));
        out.extend(details);
    }
    let mitigated: Vec<Block> = all.iter().filter(|t| t.status == Status::Mitigated).flat_map(parts::threat).collect();
    out.extend((!mitigated.is_empty()).then(|| Block::Folded("Details of the mitigated threats".to_owned(), mitigated)));
    out
}

const THREATS: [(&str, u8); 7] =
    [("Threat", 5), ("Where", 5), ("Status", 2), ("Likelihood", 2), ("Impact", 2), ("Risk", 2), ("Priority", 3)];

/// Threats of one kind and status are one row with the numbers of the worst.
fn threat_row(row: &ThreatRow, all: &[ThreatView]) -> Vec<Vec<Run>> {
    let Some(t) = row.threats.first().map(|ix| &all[*ix]) else { return Vec::new() };
    let more = row.threats.len() - 1;
    let mut title = vec![Run::Link(t.anchor.clone(), row.title.clone())];
    title.extend((more > 0).then(|| Run::Quiet(format!(" and {more} more of this kind"))));
    let places: Vec<String> = row.threats.iter().map(|ix| all[*ix].subjects.join(", ")).collect();
    vec![
        title,
        words(places.join("; ")),
        words(status_word(&t.status)),
        risk(t.likelihood, None),
        risk(t.impact, None),
        risk(t.risk, t.band),
        words(t.priority.as_deref().unwrap_or("")),
    ]
}

fn trees(input: &Input<'_>, doc: &Document, path: Option<Picture>) -> Vec<Block> {
    let mut out = Vec::new();
    if doc.trees.is_empty() {
        out.push(Block::Text(vec![Run::Missing("attack-trees".to_owned())]));
    }
    for (ix, view) in doc.trees.iter().enumerate() {
        out.extend(tree(view));
        let worked = input.more.depth.and_then(|depth| depth.trees.get(ix));
        out.extend(worked.into_iter().flat_map(|worked| super::numbers::blocks(input, worked, &view.anchor)));
    }
    out.extend(input.more.depth.into_iter().flat_map(|depth| super::paths::blocks(input, depth, path.clone())));
    out
}

fn plan(input: &Input<'_>, doc: &Document) -> Vec<Block> {
    let mut out = vec![parts::plan(doc.plan.mitigations.iter())];
    out.extend(input.more.depth.into_iter().flat_map(|depth| super::budget::blocks(input, depth)));
    out
}

fn tree(tree: &TreeView) -> Vec<Block> {
    vec![
        Block::Heading(3, tree.goal.clone(), Some(tree.anchor.clone())),
        Block::Picture(Picture { title: format!("Attack tree: {}", tree.goal), svg: crate::attack_tree::svg(tree), mermaid: None }),
        text(format!("{} of {} leaves have a mitigation.", tree.covered, tree.leaves)),
        parts::steps(tree),
    ]
}

fn remains(input: &Input<'_>, doc: &Document) -> Vec<Block> {
    let open: Vec<&ThreatView> = doc.inventory.threats.iter().filter(|t| t.status == Status::Open).collect();
    let mut out = Vec::new();
    if open.is_empty() {
        out.push(text("No threat is open."));
    } else {
        let row = |t: &&ThreatView| {
            let planned = if t.mitigations.is_empty() { marked(vec![], Some("nothing is planned")) } else { words(parts::mitigations(t)) };
            let [now, then] = t.residual_bands;
            vec![vec![Run::Link(t.anchor.clone(), t.title.clone())], risk(t.current, now), risk(t.target, then), planned]
        };
        out.push(heading("What remains of the open threats"));
        let head = [("Threat", 4), ("Risk today", 2), ("Risk after the plan", 2), ("Planned", 5)];
        out.push(table(&head, open.iter().map(row).collect(), ""));
    }
    out.push(heading("Risks that somebody carries"));
    out.push(parts::acceptances(doc));
    out.extend(super::losses::blocks(input));
    out.extend(input.more.history.into_iter().flat_map(super::history::blocks));
    out
}

fn appendix(input: &Input<'_>, doc: &Document) -> Vec<Block> {
    let mut out = vec![heading("Reviews"), parts::log(&doc.reviews, "reviews")];
    out.extend([heading("Incidents"), parts::log(&doc.incidents, "incidents")]);
    out.extend([heading("Changes"), parts::log(&doc.changes, "changelog")]);
    out.extend([heading("Evidence"), parts::evidence(doc)]);
    out.extend([heading("Findings about the model itself"), parts::findings(doc)]);
    out.push(heading("Words"));
    let word = |(word, meaning): &(&str, &str)| vec![Run::Strong(format!("{word}: ")), plain(*meaning)];
    out.push(Block::List(false, GLOSSARY.iter().map(word).collect()));
    out.push(Block::Folded("Threats as CSV".to_owned(), vec![Block::Code("csv", crate::html::threats_csv(input))]));
    out.push(Block::Folded("Model as JSON".to_owned(), vec![Block::Code("json", crate::html::model_json(input))]));
    out
}
