//! Pieces that several documents have in common.

use redan_engine::Status;
use redan_model::lang::Band;

use super::{Block, Run, field, heading, plain, risk, table, text, ticked, words};
use crate::document::{Acceptance, Bands, Document, LogLine, PlannedMitigation, QuestionRow, ThreatView, TreeView};
use crate::html::status_word;

/// Title, lead and facts of the first page.
pub(super) fn facts(doc: &Document) -> Vec<(&'static str, Vec<Run>)> {
    let title = &doc.title;
    vec![
        ("Date", words(&title.date)),
        ("Version", field(&title.version)),
        ("Authors", field(&title.authors)),
        ("Session", field(&title.session)),
        ("Latest review", field(&title.review)),
        ("Scope approved", field(&title.approved)),
    ]
}

/// A list under a bold title.
pub(super) fn titled(title: &str, items: &[String], path: &str) -> Vec<Block> {
    let head = Block::Text(vec![Run::Strong(title.to_owned())]);
    if items.is_empty() {
        return vec![head, Block::Text(vec![Run::Missing(path.to_owned())])];
    }
    vec![head, Block::List(false, items.iter().map(words).collect())]
}

/// What is looked at, what is not, and what for.
pub(super) fn scope(doc: &Document) -> Vec<Block> {
    let title = &doc.title;
    let mut out: Vec<Block> = title.description.iter().map(text).collect();
    out.extend(titled("In scope", &title.included, "scope.in"));
    let because = |(item, why): &(String, Option<String>)| why.as_ref().map_or_else(|| item.clone(), |why| format!("{item}: {why}"));
    out.extend(titled("Out of scope", &title.excluded.iter().map(because).collect::<Vec<_>>(), "scope.out"));
    out.extend(titled("Goals", &title.goals, "scope.goals"));
    if !title.questions.is_empty() {
        out.extend(titled("Questions about the scope", &title.questions, "scope.questions"));
    }
    out
}

/// The state in a sentence, what remains, and the counts.
pub(super) fn verdict(doc: &Document) -> Vec<Block> {
    let s = &doc.summary;
    let counts = format!("{} open, {} to answer, {} mitigated, {} decided otherwise.", s.open, s.waiting, s.mitigated, s.decided);
    vec![Block::Text(vec![Run::Strong(s.verdict.clone()), plain(format!(" {}", s.remains))]), text(counts)]
}

/// The top risks, what they mean and what is done; linked where their details are in the same document.
pub(super) fn top_risks(doc: &Document, linked: bool) -> Vec<Block> {
    if doc.summary.top.is_empty() {
        return vec![heading("Top risks"), text("No threat is open.")];
    }
    let item = |risk: &crate::document::TopRisk| {
        let name = if linked { Run::Link(risk.anchor.clone(), risk.title.clone()) } else { Run::Strong(risk.title.clone()) };
        let mut runs = vec![name, plain(" ")];
        runs.extend(risk.band.map(Run::Band));
        runs.push(Run::Quiet(format!(" {}. ", risk.numbers)));
        runs.push(plain(sentence(&risk.what)));
        runs.extend([Run::Strong(" What we do: ".to_owned()), plain(sentence(&risk.plan))]);
        runs
    };
    vec![heading("Top risks"), Block::List(true, doc.summary.top.iter().map(item).collect())]
}

/// A text that ends like a sentence.
pub(super) fn sentence(text: &str) -> String {
    let text = text.trim_end();
    if text.is_empty() || text.ends_with(['.', '!', '?']) { text.to_owned() } else { format!("{text}.") }
}

/// What to do next.
pub(super) fn recommendations(doc: &Document) -> Vec<Block> {
    let lines = &doc.summary.recommendations;
    let body = if lines.is_empty() { text("Nothing is left to recommend.") } else { Block::List(false, lines.iter().map(words).collect()) };
    vec![heading("Recommendations"), body]
}

/// Known threats by band, before, now and after the plan.
pub(super) fn residual(doc: &Document) -> Vec<Block> {
    let s = &doc.summary;
    let row = |name: &str, b: &Bands| {
        let mut row = vec![words(name)];
        row.extend([b.critical, b.high, b.medium, b.low].map(|n| words(n.to_string())));
        row
    };
    let rows = vec![row("Without any control", &s.inherent), row("Today", &s.current), row("After the plan", &s.target)];
    let head = [("When", 4), ("Critical", 2), ("High", 2), ("Medium", 2), ("Low", 2)];
    vec![heading("Residual risk of the threats that are known to exist"), table(&head, rows, "")]
}

/// A mark in front of words.
pub(super) fn marked(cell: Vec<Run>, alarm: Option<&str>) -> Vec<Run> {
    let mut cell = cell;
    cell.extend(alarm.into_iter().flat_map(|word| [plain(" "), Run::Alarm(word.to_owned())]));
    cell
}

/// Links to threats by id, as many as a narrow cell holds; each threat names its mitigations.
fn threat_links(ids: &[String]) -> Vec<Run> {
    const SHOWN: usize = 3;
    let mut out = Vec::new();
    for id in ids.iter().take(SHOWN) {
        if !out.is_empty() {
            out.push(plain(", "));
        }
        out.push(Run::Link(crate::document::anchor("threat", id), id.clone()));
    }
    if ids.len() > SHOWN {
        out.push(plain(format!(" and {} more", ids.len() - SHOWN)));
    }
    out
}

/// Who does what by when, and how it is checked.
pub(super) fn plan<'a>(mitigations: impl Iterator<Item = &'a PlannedMitigation>) -> Block {
    let row = |m: &PlannedMitigation| {
        vec![
            words(&m.title),
            threat_links(&m.threats),
            field(&m.owner),
            marked(field(&m.due), m.overdue.then_some("overdue")),
            field(&m.estimate),
            words(m.status.as_str()),
            field(&m.acceptance),
            field(&m.verification),
        ]
    };
    let head =
        [("Mitigation", 5), ("Threats", 3), ("Who", 2), ("When", 2), ("Estimate", 2), ("Status", 2), ("Done when", 5), ("Checked by", 4)];
    table(&head, mitigations.map(row).collect(), "mitigations")
}

/// Every check of every criterion.
pub(super) fn checks(doc: &Document) -> Block {
    let row = |c: &crate::document::Check| vec![words(&c.mitigation), words(&c.criterion), field(&c.how), field(&c.result)];
    let head = [("Mitigation", 3), ("Criterion", 4), ("Check", 3), ("Result", 3)];
    table(&head, doc.plan.checks.iter().map(row).collect(), "mitigations.<id>.acceptance")
}

/// Risks that somebody carries.
pub(super) fn acceptances(doc: &Document) -> Block {
    let row = |a: &Acceptance| {
        vec![
            vec![Run::Link(crate::document::anchor("threat", &a.threat), a.title.clone()), Run::Quiet(format!(" {}", a.threat))],
            words(a.status),
            risk(a.risk, None),
            field(&a.owner),
            field(&a.because),
            marked(field(&a.until), a.expired.then_some("expired")),
        ]
    };
    let head = [("Threat", 4), ("Decision", 2), ("Risk", 1), ("Who", 2), ("Why", 4), ("Until", 2)];
    table(&head, doc.plan.acceptances.iter().map(row).collect(), "threats.<id>.status")
}

/// Assumptions with who checks them.
pub(super) fn assumptions(doc: &Document) -> Block {
    let row = |a: &crate::document::Assumption| vec![words(&a.text), words(a.status), field(&a.owner), field(&a.review)];
    let head = [("Assumption", 5), ("Status", 2), ("Owner", 2), ("Next check", 2)];
    table(&head, doc.system.assumptions.iter().map(row).collect(), "assumptions")
}

/// A dated log.
pub(super) fn log(lines: &[LogLine], path: &str) -> Block {
    let row = |l: &LogLine| vec![words(&l.on), words(&l.kind), words(&l.text)];
    table(&[("Date", 2), ("Kind", 2), ("Entry", 8)], lines.iter().map(row).collect(), path)
}

/// Faults of the model.
pub(super) fn findings(doc: &Document) -> Block {
    if doc.lints.is_empty() {
        return text("Nothing was found.");
    }
    let row = |l: &LogLine| vec![vec![Run::Code(l.on.clone())], words(&l.kind), ticked(&l.text)];
    table(&[("Place", 3), ("Kind", 2), ("Finding", 6)], doc.lints.iter().map(row).collect(), "")
}

/// What proves what.
pub(super) fn evidence(doc: &Document) -> Block {
    let row =
        |e: &crate::document::Evidence| vec![words(&e.claim), words(&e.about), words(e.state), words(&e.on), words(&e.by), words(&e.proof)];
    let head = [("Claim", 4), ("About", 3), ("Result", 2), ("Date", 2), ("By", 2), ("Proof", 4)];
    table(&head, doc.evidence.iter().map(row).collect(), "mitigations.<id>.acceptance.verify.result")
}

/// Questions, most risk first.
pub(super) fn questions(rows: &[QuestionRow]) -> Block {
    let row = |q: &QuestionRow| {
        vec![
            vec![plain(format!("{} ", q.text)), Run::Code(q.id.clone())],
            ticked(&q.hint),
            words(q.settles.to_string()),
            risk(Some(q.risk), Some(q.band)),
        ]
    };
    table(&[("Question", 5), ("How to find out", 4), ("Settles", 1), ("At stake", 2)], rows.iter().map(row).collect(), "")
}

/// One threat with everything that is known about it.
pub(super) fn threat(t: &ThreatView) -> Vec<Block> {
    let mut head = vec![];
    head.extend(t.band.map(Run::Band));
    head.push(Run::Quiet(format!(" {}, {}, {}", t.id, status_word(&t.status), t.numbers)));
    let mut out = vec![Block::Heading(4, t.title.clone(), Some(t.anchor.clone())), Block::Text(head)];
    out.extend((!t.what.is_empty()).then(|| text(&t.what)));
    let mut lines: Vec<(&str, Vec<Run>)> = vec![("Where", words(t.subjects.join(", ")))];
    lines.extend((!t.categories.is_empty()).then(|| ("Categories", words(t.categories.join(", ")))));
    let [now, then] = t.residual_bands;
    let mut left = risk(t.current, now);
    left.push(plain(", after the plan "));
    left.extend(risk(t.target, then));
    lines.push(("Risk now", left));
    lines.extend(t.decision.as_ref().map(|d| ("Decision", words(d))));
    lines.extend((!t.reasons.is_empty()).then(|| ("Why this rating", words(t.reasons.join("; ")))));
    lines.extend((!t.counters.is_empty()).then(|| ("Controls looked for", words(t.counters.join("; ")))));
    lines.extend((!t.assumptions.is_empty()).then(|| ("Rests on unconfirmed assumptions", words(t.assumptions.join(", ")))));
    lines.extend(t.fix.as_ref().map(|fix| ("What to do", ticked(fix))));
    lines.extend((!t.mitigations.is_empty()).then(|| ("Mitigations", words(mitigations(t)))));
    lines.extend((!t.questions.is_empty()).then(|| ("To be answered", words(t.questions.join(" ")))));
    lines.extend((!t.references.is_empty()).then(|| ("References", words(t.references.join(", ")))));
    lines.extend((!t.merged.is_empty()).then(|| ("Same as", words(t.merged.join(", ")))));
    lines.push(("Place", vec![Run::Code(t.place.clone())]));
    out.push(Block::List(false, lines.into_iter().map(named).collect()));
    out
}

fn named((name, runs): (&str, Vec<Run>)) -> Vec<Run> {
    let mut line = vec![Run::Strong(format!("{name}: "))];
    line.extend(runs);
    line
}

/// Mitigations of a threat with who and when.
pub(super) fn mitigations(t: &ThreatView) -> String {
    let one = |m: &crate::document::MitigationRef| {
        format!("{} ({}, {})", m.title, m.owner.as_deref().unwrap_or("no owner"), crate::document::when(m))
    };
    t.mitigations.iter().map(one).collect::<Vec<_>>().join("; ")
}

/// A tree as a list: its goal, then its steps with what stands against each leaf.
pub(super) fn steps(tree: &TreeView) -> Block {
    let mut steps = vec![(0, vec![Run::Strong(tree.goal.clone()), plain(format!(": {}", tree.gate))])];
    steps.extend(tree.steps.iter().map(|step| {
        let mut runs = words(&step.text);
        if step.leaf && step.covered_by.is_empty() {
            runs.extend([plain(" "), Run::Alarm("no mitigation".to_owned())]);
        } else if step.leaf {
            runs.extend([plain(" "), Run::Good(format!("against it: {}", step.covered_by.join(", ")))]);
        }
        (step.depth + 1, runs)
    }));
    Block::Steps(steps)
}

/// Open threats from a band upwards.
pub(super) fn open_from(doc: &Document, least: Band) -> Vec<&ThreatView> {
    doc.inventory.threats.iter().filter(|t| t.status == Status::Open && t.band >= Some(least)).collect()
}
