//! Two pages for somebody who decides: where we stand, the top risks, what it takes, what only they can settle.

use redan_model::lang::{Band, MitigationStatus};

use super::parts::{self, marked};
use super::{Block, Paper, Run, Section, field, heading, plain, table, text, words};
use crate::Input;
use crate::document::{Document, PlannedMitigation};
use crate::pictures;

/// Rows of a table; the whole must stay two pages.
const MOST: usize = 10;

pub(super) fn paper(input: &Input<'_>, doc: &Document) -> Paper {
    let mut risks = parts::verdict(doc);
    risks.extend(parts::top_risks(doc, false));
    risks.extend(input.more.depth.map(|depth| Block::Text(super::paths::sentence(input, depth))));
    risks.extend(super::losses::sentence(input).map(text));
    risks.extend(pictures::of_risk(input, "p").map(Block::Picture));
    Paper {
        kicker: "Threat model, for managers",
        name: doc.title.name.clone(),
        lead: field(&doc.title.target),
        facts: parts::facts(doc).into_iter().filter(|(name, _)| ["Date", "Version", "Latest review"].contains(name)).collect(),
        sections: vec![
            Section { anchor: "summary", title: "Where we stand", blocks: risks },
            Section { anchor: "plan", title: "What it takes", blocks: plan(input, doc) },
            Section { anchor: "decisions", title: "Decisions needed", blocks: decisions(doc) },
        ],
    }
}

fn plan(input: &Input<'_>, doc: &Document) -> Vec<Block> {
    let left = |m: &&PlannedMitigation| !matches!(m.status, MitigationStatus::Implemented | MitigationStatus::Rejected);
    let mut rows: Vec<&PlannedMitigation> = doc.plan.mitigations.iter().filter(left).collect();
    if rows.is_empty() && !doc.plan.mitigations.is_empty() {
        return vec![text("Everything that was planned is in place.")];
    }
    // What is due first comes first; what has no date comes last.
    rows.sort_by(|a, b| (a.due.text.is_none(), &a.due.text).cmp(&(b.due.text.is_none(), &b.due.text)));
    let row = |m: &&PlannedMitigation| {
        let against = crate::document::plural(m.threats.len(), "threat", "threats");
        vec![
            words(&m.title),
            field(&m.owner),
            marked(field(&m.due), m.overdue.then_some("overdue")),
            field(&m.estimate),
            words(m.status.as_str()),
            words(against),
        ]
    };
    let head = [("What", 6), ("Who", 3), ("When", 3), ("Estimate", 2), ("Status", 2), ("Against", 2)];
    let more = rows.len().saturating_sub(MOST);
    let mut out = vec![table(&head, rows.iter().take(MOST).map(row).collect(), "mitigations")];
    out.extend((more > 0).then(|| text(format!("And {more} more, in the full report."))));
    out.extend(input.more.depth.and_then(super::budget::sentence).map(Block::Text));
    out.extend(input.more.history.into_iter().flat_map(super::history::brief));
    out
}

fn decisions(doc: &Document) -> Vec<Block> {
    let mut items: Vec<Vec<Run>> = Vec::new();
    let ask = |what: &str, about: &str| vec![Run::Strong(format!("{what}: ")), plain(parts::sentence(about))];
    for threat in parts::open_from(doc, Band::High).iter().filter(|t| t.mitigations.is_empty()) {
        items.push(ask("Mend, accept or avoid", &format!("{} ({})", threat.title, threat.numbers)));
    }
    let open = |m: &&PlannedMitigation| !matches!(m.status, MitigationStatus::Implemented | MitigationStatus::Rejected);
    for m in doc.plan.mitigations.iter().filter(open) {
        if m.overdue {
            let due = m.due.text.as_deref().unwrap_or("");
            items.push(ask("Set another date, or more people", &format!("{} was due on {due}", m.title)));
        }
        if m.owner.text.is_none() {
            items.push(ask("Name an owner", &m.title));
        }
        if m.due.text.is_none() {
            items.push(ask("Set a date", &m.title));
        }
    }
    items.extend(doc.plan.acceptances.iter().filter(|a| a.expired).map(|a| ask("Decide again, the acceptance has expired", &a.title)));
    items.extend(doc.title.questions.iter().map(|q| ask("Settle the scope", q)));
    items.extend(doc.title.approved.text.is_none().then(|| ask("Approve the scope", "nobody has")));
    let unconfirmed = doc.system.assumptions.iter().filter(|a| a.status == "unconfirmed");
    items.extend(unconfirmed.map(|a| ask("Have checked, it is only assumed", &a.text)));
    if items.is_empty() {
        return vec![text("None at the moment.")];
    }
    let more = items.len().saturating_sub(MOST);
    items.truncate(MOST);
    items.extend((more > 0).then(|| words(format!("And {more} more."))));
    let mut out = vec![Block::List(true, items)];
    if doc.summary.waiting > 0 {
        out.push(heading("What nobody knows yet"));
        out.push(text(format!(
            "{} hang on {} about the system. The team can answer them in a session with `redan ask`; until then they are neither claimed nor dismissed.",
            crate::document::plural(doc.summary.waiting, "threat", "threats"),
            crate::document::plural(doc.inventory.questions.len(), "open question", "open questions"),
        ).replace('`', "")));
    }
    out
}
