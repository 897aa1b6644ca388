//! The report as GitHub-flavoured Markdown: the same ten sections, with the diagram as a Mermaid block.
//!
//! Text of the model is escaped so that it cannot make tables, links, HTML or headings of its own.

use std::fmt::Write as _;

use crate::document::{Bands, Document, Field, LogLine, QuestionRow, ThreatRow, ThreatView, TreeView};
use crate::html::{GLOSSARY, SHOWN, scenes};
use crate::{Input, diagram};

/// The diagrams of a report as Mermaid texts with their titles.
pub fn diagrams(input: &Input<'_>) -> Vec<(String, String)> {
    scenes(input).into_iter().map(|(title, scene)| (title, diagram::mermaid(&scene))).collect()
}

/// Renders the report; `diagrams` are Mermaid texts with their titles.
pub fn render(input: &Input<'_>, diagrams: &[(String, String)]) -> String {
    let document = Document::of(input);
    let mut page = Page { doc: &document, out: String::new() };
    page.title();
    page.scope();
    page.summary();
    page.system(diagrams);
    page.assets();
    page.threats();
    page.trees();
    page.plan();
    page.residual();
    page.appendix();
    page.out
}

struct Page<'a> {
    doc: &'a Document,
    out: String,
}

impl Page<'_> {
    fn line(&mut self, text: &str) {
        self.out.push_str(text);
        self.out.push('\n');
    }

    fn heading(&mut self, level: usize, text: &str) {
        let _ = writeln!(self.out, "\n{} {}\n", "#".repeat(level), text);
    }

    fn table(&mut self, head: &[&str], rows: &[Vec<String>], path: &str) {
        if rows.is_empty() {
            let _ = writeln!(self.out, "*not recorded* (`{path}`)");
            return;
        }
        let _ = writeln!(self.out, "| {} |\n|{}", head.join(" | "), "---|".repeat(head.len()));
        for row in rows {
            let _ = writeln!(self.out, "| {} |", row.join(" | "));
        }
    }

    fn bullets(&mut self, title: &str, items: &[String], path: &str) {
        let _ = writeln!(self.out, "\n**{title}**\n");
        if items.is_empty() {
            let _ = writeln!(self.out, "*not recorded* (`{path}`)");
        }
        for item in items {
            let _ = writeln!(self.out, "- {}", escape(item));
        }
    }

    fn title(&mut self) {
        let title = &self.doc.title;
        let _ = writeln!(self.out, "# Threat model: {}\n\n{}\n", escape(&title.name), field(&title.target));
        let facts = [
            ("Version", &title.version),
            ("Authors", &title.authors),
            ("Session", &title.session),
            ("Latest review", &title.review),
            ("Scope approved", &title.approved),
        ];
        let mut rows = vec![vec!["Date".to_owned(), title.date.clone()]];
        rows.extend(facts.iter().map(|(name, value)| vec![(*name).to_owned(), field(value)]));
        self.table(&["", ""], &rows, "");
    }

    fn summary(&mut self) {
        let summary = &self.doc.summary;
        self.heading(2, "2. Executive summary");
        let _ = writeln!(
            self.out,
            "**{}** {}\n\n{} open, {} to answer, {} mitigated, {} decided otherwise.",
            escape(&summary.verdict),
            escape(&summary.remains),
            summary.open,
            summary.waiting,
            summary.mitigated,
            summary.decided
        );
        self.heading(3, "Top risks");
        for (index, risk) in summary.top.iter().enumerate() {
            let band = risk.band.map_or("", |b| b.as_str());
            let _ = writeln!(
                self.out,
                "{}. **[{}](#{})** ({band}; {})  \n   {}  \n   What we do: {}",
                index + 1,
                escape(&risk.title),
                risk.anchor,
                risk.numbers,
                escape(&risk.what),
                escape(&risk.plan)
            );
        }
        if summary.top.is_empty() {
            self.line("No threat is open.");
        }
        self.heading(3, "Recommendations");
        for line in &summary.recommendations {
            let _ = writeln!(self.out, "- {}", escape(line));
        }
        self.heading(3, "Residual risk of the threats that are known to exist");
        let row = |name: &str, b: &Bands| {
            vec![name.to_owned(), b.critical.to_string(), b.high.to_string(), b.medium.to_string(), b.low.to_string()]
        };
        let rows = [row("Without any control", &summary.inherent), row("Today", &summary.current), row("After the plan", &summary.target)];
        self.table(&["When", "Critical", "High", "Medium", "Low"], &rows, "");
    }

    fn scope(&mut self) {
        let title = &self.doc.title;
        self.heading(2, "1. Scope");
        if let Some(description) = &title.description {
            self.line(&escape(description));
        }
        self.bullets("In scope", &title.included, "scope.in");
        let excluded: Vec<String> =
            title.excluded.iter().map(|(item, why)| why.as_ref().map_or_else(|| item.clone(), |why| format!("{item}: {why}"))).collect();
        self.bullets("Out of scope", &excluded, "scope.out");
        self.bullets("Goals", &title.goals, "scope.goals");
        if !title.questions.is_empty() {
            self.bullets("Questions about the scope", &title.questions, "scope.questions");
        }
    }

    fn system(&mut self, diagrams: &[(String, String)]) {
        let system = &self.doc.system;
        self.heading(2, "3. System and data flow diagram");
        for (title, mermaid) in diagrams {
            let _ = writeln!(self.out, "{}\n\n```mermaid\n{}\n```\n", escape(title), mermaid.trim_end());
        }
        self.heading(3, "Trust boundaries");
        let zones: Vec<Vec<String>> = system
            .zones
            .iter()
            .map(|z| {
                vec![
                    escape(&z.name),
                    z.kind.to_owned(),
                    field(&z.trust),
                    z.parent.as_deref().map_or(String::new(), escape),
                    list(&z.members),
                ]
            })
            .collect();
        self.table(&["Zone", "Kind", "Trust, 0 to 100", "Inside", "Directly inside it"], &zones, "zones");
        self.heading(3, "Elements and entry points");
        let elements: Vec<Vec<String>> = system
            .elements
            .iter()
            .map(|e| {
                vec![
                    escape(&e.name),
                    e.kind.to_owned(),
                    field(&e.tech),
                    field(&e.zones),
                    list(&e.entry_points),
                    e.out_of_scope.as_deref().map_or(String::new(), escape),
                ]
            })
            .collect();
        self.table(&["Element", "Kind", "Technology", "Zones", "Entry points", "Out of scope"], &elements, "elements");
        self.heading(3, "Data flows");
        let flows: Vec<Vec<String>> = system
            .flows
            .iter()
            .map(|f| vec![escape(&f.name), escape(&f.source), escape(&f.target), field(&f.protocol), field(&f.data)])
            .collect();
        self.table(&["Flow", "From", "To", "Protocol", "Data"], &flows, "flows");
        self.heading(3, "Assumptions");
        let rows: Vec<Vec<String>> =
            system.assumptions.iter().map(|a| vec![escape(&a.text), a.status.to_owned(), field(&a.owner), field(&a.review)]).collect();
        self.table(&["Assumption", "Status", "Owner", "Next check"], &rows, "assumptions");
    }

    fn assets(&mut self) {
        self.heading(2, "4. Assets and their security properties");
        let name = |a: &crate::document::AssetRow| format!("{}{}", escape(&a.name), if a.top { " (top asset)" } else { "" });
        let rows: Vec<Vec<String>> = self
            .doc
            .system
            .assets
            .iter()
            .map(|a| {
                vec![
                    name(a),
                    field(&a.owner),
                    field(&a.confidentiality),
                    field(&a.integrity),
                    field(&a.availability),
                    field(&a.privacy),
                    list(&a.holders),
                ]
            })
            .collect();
        self.table(&["Asset", "Owner", "Confidentiality", "Integrity", "Availability", "Privacy", "Kept in"], &rows, "assets");
    }

    fn threats(&mut self) {
        let inventory = &self.doc.inventory;
        self.heading(2, "5. Threat inventory");
        let rows: Vec<Vec<String>> = inventory.rows.iter().map(|row| threat_row(row, &inventory.threats)).collect();
        self.table(&THREAT_HEAD, &rows, "threats");
        self.heading(3, "Questions that decide about threats");
        let (asked, more) = inventory.questions.split_at(inventory.questions.len().min(SHOWN));
        if asked.is_empty() {
            self.line("Nothing is unknown that a threat turns on.");
        } else {
            self.table(&QUESTION_HEAD, &question_rows(asked), "");
        }
        if !more.is_empty() {
            self.folded(&format!("{} more questions", more.len()), &QUESTION_HEAD, &question_rows(more));
        }
        if !inventory.waiting.is_empty() {
            let rows: Vec<Vec<String>> = inventory.waiting.iter().map(|row| threat_row(row, &inventory.threats)).collect();
            self.folded(&format!("{} threats wait for these answers", self.doc.summary.waiting), &THREAT_HEAD, &rows);
        }
        self.heading(3, "Details of the open threats");
        for threat in inventory.threats.iter().filter(|t| t.status == redan_engine::Status::Open) {
            self.details(threat);
        }
    }

    /// A table that readers open when they want it.
    fn folded(&mut self, title: &str, head: &[&str], rows: &[Vec<String>]) {
        let _ = writeln!(self.out, "\n<details><summary>{title}</summary>\n");
        self.table(head, rows, "");
        self.line("\n</details>");
    }

    fn details(&mut self, threat: &ThreatView) {
        let _ = writeln!(
            self.out,
            "\n<a id=\"{}\"></a>\n\n#### {} ({})\n\n{}\n",
            threat.anchor,
            escape(&threat.title),
            escape(&threat.id),
            escape(&threat.what)
        );
        let mut facts =
            vec![("Rating", threat.numbers.clone()), ("Categories", threat.categories.join(", ")), ("Place", code(&threat.place))];
        facts.extend((!threat.reasons.is_empty()).then(|| ("Why this rating", escape(&threat.reasons.join("; ")))));
        facts.extend((!threat.counters.is_empty()).then(|| ("Controls looked for", escape(&threat.counters.join("; ")))));
        facts.extend(threat.fix.as_ref().map(|fix| ("What to do", escape(fix))));
        facts.extend((!threat.references.is_empty()).then(|| ("References", escape(&threat.references.join(", ")))));
        for (name, text) in facts {
            let _ = writeln!(self.out, "- **{name}:** {text}");
        }
    }

    fn trees(&mut self) {
        self.heading(2, "6. Attack trees");
        if self.doc.trees.is_empty() {
            self.line("*not recorded* (`attack-trees`)");
        }
        for tree in &self.doc.trees {
            self.tree(tree);
        }
    }

    fn tree(&mut self, tree: &TreeView) {
        self.heading(3, &escape(&tree.goal));
        let _ = writeln!(
            self.out,
            "{} of {} leaves have a mitigation.\n\n- **{}**: {}",
            tree.covered,
            tree.leaves,
            escape(&tree.goal),
            tree.gate
        );
        for step in &tree.steps {
            let cover = match (step.leaf, step.covered_by.is_empty()) {
                (false, _) => String::new(),
                (true, true) => " (**no mitigation**)".to_owned(),
                (true, false) => format!(" (against it: {})", list(&step.covered_by)),
            };
            let _ = writeln!(self.out, "{}- {}{cover}", "  ".repeat(step.depth + 1), escape(&step.text));
        }
    }

    fn plan(&mut self) {
        let plan = &self.doc.plan;
        self.heading(2, "7. Mitigation plan");
        let rows: Vec<Vec<String>> = plan
            .mitigations
            .iter()
            .map(|m| {
                vec![
                    format!("{}{}", escape(&m.title), if m.overdue { " (**overdue**)" } else { "" }),
                    list(&m.threats),
                    field(&m.owner),
                    field(&m.due),
                    field(&m.estimate),
                    m.status.to_string(),
                    field(&m.acceptance),
                ]
            })
            .collect();
        self.table(&["Mitigation", "Threats", "Who", "When", "Estimate", "Status", "Done when"], &rows, "mitigations");
        self.heading(2, "8. Test plan and results");
        let rows: Vec<Vec<String>> =
            plan.checks.iter().map(|c| vec![escape(&c.mitigation), escape(&c.criterion), field(&c.how), field(&c.result)]).collect();
        self.table(&["Mitigation", "Criterion", "Check", "Result"], &rows, "mitigations.<id>.acceptance");
    }

    fn residual(&mut self) {
        self.heading(2, "9. Residual risk and acceptance");
        let rows: Vec<Vec<String>> = self
            .doc
            .plan
            .acceptances
            .iter()
            .map(|a| {
                vec![
                    format!("{} ({})", escape(&a.title), escape(&a.threat)),
                    a.status.to_owned(),
                    number(a.risk),
                    field(&a.owner),
                    field(&a.because),
                    format!("{}{}", field(&a.until), if a.expired { " (**expired**)" } else { "" }),
                ]
            })
            .collect();
        self.table(&["Threat", "Decision", "Risk", "Who", "Why", "Until"], &rows, "threats.<id>.status");
    }

    fn appendix(&mut self) {
        let doc = self.doc;
        self.heading(2, "10. Appendix");
        for (title, lines, path) in
            [("Reviews", &doc.reviews, "reviews"), ("Incidents", &doc.incidents, "incidents"), ("Changes", &doc.changes, "changelog")]
        {
            self.heading(3, title);
            self.table(&["Date", "Kind", "Entry"], &log(lines), path);
        }
        self.heading(3, "Findings about the model itself");
        if doc.lints.is_empty() {
            self.line("Nothing was found.");
        } else {
            self.table(&["Place", "Kind", "Finding"], &log(&doc.lints), "");
        }
        self.heading(3, "Words");
        for (word, meaning) in GLOSSARY {
            let _ = writeln!(self.out, "- **{word}**: {meaning}");
        }
    }
}

const THREAT_HEAD: [&str; 7] = ["Threat", "Where", "Status", "Likelihood", "Impact", "Risk", "Priority"];
const QUESTION_HEAD: [&str; 4] = ["Question", "How to find out", "Settles", "At stake"];

/// Threats of one kind and status are one row with the numbers of the worst.
fn threat_row(row: &ThreatRow, all: &[ThreatView]) -> Vec<String> {
    let Some(t) = row.threats.first().map(|ix| &all[*ix]) else { return Vec::new() };
    let band = t.band.map_or(String::new(), |b| format!(" ({b})"));
    let places: Vec<String> = row.threats.iter().map(|ix| list(&all[*ix].subjects)).collect();
    let more = if places.len() > 1 { format!(" and {} more of this kind", places.len() - 1) } else { String::new() };
    vec![
        format!("{}{more}", escape(&row.title)),
        places.join("; "),
        t.status.as_str().to_owned(),
        number(t.likelihood),
        number(t.impact),
        format!("{}{band}", number(t.risk)),
        t.priority.clone().unwrap_or_default(),
    ]
}

fn question_rows(questions: &[QuestionRow]) -> Vec<Vec<String>> {
    let row = |q: &QuestionRow| {
        vec![format!("{} {}", escape(&q.text), code(&q.id)), escape(&q.hint), q.settles.to_string(), format!("{} ({})", q.risk, q.band)]
    };
    questions.iter().map(row).collect()
}

fn log(lines: &[LogLine]) -> Vec<Vec<String>> {
    lines.iter().map(|l| vec![escape(&l.on), escape(&l.kind), escape(&l.text)]).collect()
}

fn list(items: &[String]) -> String {
    items.iter().map(|i| escape(i)).collect::<Vec<_>>().join(", ")
}

fn number(value: Option<u8>) -> String {
    value.map_or_else(|| "–".to_owned(), |v| v.to_string())
}

fn field(field: &Field) -> String {
    field.text.as_deref().map_or_else(
        || if field.path.is_empty() { "*not recorded*".to_owned() } else { format!("*not recorded* ({})", code(&field.path)) },
        escape,
    )
}

/// Text in a code span, which cannot end it early and cannot end a table cell.
fn code(text: &str) -> String {
    let safe = text.replace('`', "'").replace(['\n', '\r'], " ").replace('|', "\\|");
    format!("`{safe}`")
}

/// Backslash-escapes what Markdown gives a meaning, turns line breaks into spaces, and neutralises HTML.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let text = text.trim();
    // Only at the start of a line do these make lists, rules and headings.
    let digits = text.chars().take_while(char::is_ascii_digit).count();
    for (ix, c) in text.chars().enumerate() {
        match c {
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '#' | '~' | '$' => out.extend(['\\', c]),
            '-' | '+' | '=' if ix == 0 => out.extend(['\\', c]),
            '.' | ')' if digits > 0 && ix == digits => out.extend(['\\', c]),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '\n' | '\r' => out.push(' '),
            other => out.push(other),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn model_text_cannot_make_markup() {
        assert_eq!(escape("<b>|x|</b>\n# [a](b)"), "&lt;b&gt;\\|x\\|&lt;/b&gt; \\# \\[a\\](b)");
    }

    #[test]
    fn what_is_missing_names_the_place_to_record_it() {
        assert_eq!(field(&Field::new(None, "scope.target")), "*not recorded* (`scope.target`)");
        assert_eq!(field(&Field::new(Some("  ".to_owned()), "scope.target")), "*not recorded* (`scope.target`)");
        assert_eq!(field(&Field::new(Some("web".to_owned()), "scope.target")), "web");
    }
}
