//! For who checks the work: how it was done, what proves it, who carries which risk, what changed.

use redan_engine::Status;
use redan_engine::compliance::{FRAMEWORKS, Met, requirements};
use redan_engine::depth::Depth;
use redan_engine::policy::{priority, response};
use redan_model::lang::Band;

use super::parts;
use super::{Block, Paper, Run, Section, field, heading, plain, table, text, words};
use crate::Input;
use crate::document::{Document, plural};
use crate::pictures;

pub(super) fn paper(input: &Input<'_>, doc: &Document) -> Paper {
    let mut evidence = vec![heading("Checks and controls"), parts::evidence(doc), heading("Test plan and results"), parts::checks(doc)];
    evidence.extend([heading("Assumptions"), parts::assumptions(doc)]);
    let mut carried = vec![parts::acceptances(doc)];
    carried.extend(parts::residual(doc));
    carried.extend(pictures::of_risk(input, "p").map(Block::Picture));
    carried.extend(super::losses::blocks(input));
    carried.extend(input.more.depth.into_iter().flat_map(|depth| worked(input, doc, depth)));
    let mut changes =
        vec![heading("Changes"), parts::log(&doc.changes, "changelog"), heading("Reviews"), parts::log(&doc.reviews, "reviews")];
    changes.extend([heading("Incidents"), parts::log(&doc.incidents, "incidents")]);
    changes.extend(input.more.history.into_iter().flat_map(super::history::blocks));
    Paper {
        kicker: "Threat model, for auditors",
        name: doc.title.name.clone(),
        lead: field(&doc.title.target),
        facts: parts::facts(doc),
        sections: vec![
            Section { anchor: "scope", title: "Scope", blocks: parts::scope(doc) },
            Section { anchor: "method", title: "Method", blocks: method(input, doc) },
            Section { anchor: "evidence", title: "Evidence", blocks: evidence },
            Section { anchor: "acceptances", title: "Acceptances and residual risk", blocks: carried },
            Section { anchor: "compliance", title: "Compliance", blocks: compliance(input) },
            Section { anchor: "changes", title: "Change log", blocks: changes },
            Section { anchor: "findings", title: "Findings about the model itself", blocks: vec![parts::findings(doc)] },
        ],
    }
}

/// What attack paths and trees come to, and what the plan leaves.
fn worked(input: &Input<'_>, doc: &Document, depth: &Depth) -> Vec<Block> {
    let mut out = super::paths::results(input, depth);
    for (ix, (view, worked)) in doc.trees.iter().zip(&depth.trees).enumerate() {
        out.push(heading(format!("Attack tree: {}", view.goal)));
        out.push(text(format!("{} of {} leaves have a mitigation.", view.covered, view.leaves)));
        out.extend(super::numbers::blocks(input, worked, &format!("tree{ix}")));
    }
    out.extend(super::budget::blocks(input, depth));
    out
}

fn method(input: &Input<'_>, doc: &Document) -> Vec<Block> {
    let knowledge = input.knowledge;
    let mut out = vec![text(format!(
        "Every element, flow and trust boundary in scope was compared with {} of threats by STRIDE category. A rule raises a threat where the stated \
         facts say that it applies, a question where a fact is missing, and counts it as mitigated where a control is stated. Threats that people wrote \
         are kept beside them.",
        plural(knowledge.rules.len(), "rule", "rules"),
    ))];
    out.push(text(format!(
        "Risk is likelihood (1 to 5) times impact (1 to 5). {} An unstated level of an asset counts as {}.",
        bands(input),
        input.policy.assume_level.as_str()
    )));
    let analysis = input.analysis;
    let rows: Vec<Vec<Vec<Run>>> = Status::ALL
        .iter()
        .map(|status| vec![words(meaning(*status)), words(status.as_str()), words(analysis.count(*status).to_string())])
        .collect();
    out.push(heading("What became of the threats"));
    out.push(table(&[("Meaning", 6), ("Status", 2), ("Threats", 1)], rows, ""));
    out.push(heading("Which rules looked where"));
    out.extend(pictures::of_coverage(input, "p").map(Block::Picture));
    out.push(heading("Who took part"));
    let people = input.model.root.people.entries.iter().map(|(id, entry)| {
        let text = |field: &redan_model::lang::Opt<String>| field.as_ref().map_or(String::new(), |f| f.value.clone());
        let name = entry.value.name.as_ref().map_or_else(|| redan_model::naming::title_of(id), |n| n.value.clone());
        let role = entry.value.role.as_ref().map_or("", |r| r.value.as_str());
        vec![words(name), words(role), words(text(&entry.value.team))]
    });
    out.push(table(&[("Name", 3), ("Role", 2), ("Team", 3)], people.collect(), "people"));
    let required: Vec<&str> = input.policy.required_roles.iter().map(|role| role.as_str()).collect();
    if !required.is_empty() {
        out.push(text(format!(
            "The project asks for these roles in a review: {}; and for a review at least every {} days. Latest: {}.",
            required.join(", "),
            input.policy.review_cadence_days,
            doc.title.review.text.as_deref().unwrap_or("not recorded")
        )));
    }
    out
}

fn bands(input: &Input<'_>) -> String {
    let policy = input.policy;
    let of = |band: Band, from: u8| format!("{} from {from} ({}, {})", band.as_str(), priority(band), response(band));
    format!(
        "Bands: {}; {}; {}; {}.",
        of(Band::Critical, policy.critical_from),
        of(Band::High, policy.high_from),
        of(Band::Medium, policy.medium_from),
        of(Band::Low, 1)
    )
}

fn meaning(status: Status) -> &'static str {
    match status {
        Status::Open => "The facts are known and nothing counters it",
        Status::Question => "It depends on facts that nobody has stated",
        Status::Mitigated => "Controls or finished mitigations answer it",
        Status::Accepted => "Somebody carries the risk until a date",
        Status::Transferred => "Somebody else carries the risk",
        Status::Avoided => "What had it is gone",
        Status::FalsePositive => "The rule is wrong here",
        Status::NotApplicable => "It cannot happen here",
    }
}

fn compliance(input: &Input<'_>) -> Vec<Block> {
    let mut out = vec![text(
        "Requirements that controls of the catalogue refer to, and whether those controls are stated where a threat needs them. It does not replace an \
         audit: requirements that no control refers to are not listed.",
    )];
    let mut rows = Vec::new();
    let mut missing: Vec<Block> = Vec::new();
    for (framework, name) in FRAMEWORKS {
        let all = requirements(input.model, input.knowledge, input.analysis, framework);
        let count = |met: Met| all.iter().filter(|r| r.met == met).count().to_string();
        rows.push(vec![
            words(name),
            words(count(Met::InPlace)),
            words(count(Met::Missing)),
            words(count(Met::Unknown)),
            words(count(Met::NotNeeded)),
        ]);
        let open: Vec<&str> = all.iter().filter(|r| r.met == Met::Missing).map(|r| r.id).collect();
        if !open.is_empty() {
            missing.push(Block::Text(vec![Run::Strong(format!("{name}, something is missing: ")), plain(open.join(", "))]));
        }
    }
    let head = [("Framework", 5), ("In place", 2), ("Missing", 2), ("Unknown", 2), ("Not needed", 2)];
    out.push(table(&head, rows, ""));
    out.extend(missing);
    out.push(Block::Text(vec![plain("The full list: "), Run::Code("redan compliance".to_owned())]));
    out
}
