//! Pages about rules: one a rule, one a pack, one a tool that rules are compared with, and the overview.

use std::fmt::Write as _;

use redan_engine::catalogue::ControlIx;
use redan_engine::rule::{Counter, CounterRole, Lifecycle, Rule};
use redan_engine::{Knowledge, Pack};
use redan_model::lang::{Linddun, Stride};
use redan_report::json::subject_word;

use crate::peers::{self, Ours, REASONS, TOOLS};

/// Where the pages lie.
pub(super) const FOLDER: &str = "docs/rules";

/// Every page, with its path below the root.
///
/// # Errors
/// When a list of another tool cannot be read.
pub(super) fn pages(knowledge: &Knowledge) -> anyhow::Result<Vec<(String, String)>> {
    let mut pages = vec![(format!("{FOLDER}/index.md"), overview(knowledge))];
    for pack in &knowledge.packs {
        pages.push((format!("{FOLDER}/{}.md", pack.id), pack_page(pack, knowledge)));
    }
    for rule in &knowledge.rules {
        pages.push((format!("{FOLDER}/{}/{}.md", rule.pack, rule.id), rule_page(rule, knowledge)));
    }
    for (tool, name) in TOOLS {
        pages.push((format!("{FOLDER}/peers/{tool}.md"), peer_page(tool, name, knowledge)?));
    }
    Ok(pages)
}

/// The lines of the book's table of contents.
pub(super) fn summary(knowledge: &Knowledge) -> String {
    let mut out = String::from("- [Rules](rules/index.md)\n");
    for pack in &knowledge.packs {
        line(&mut out, format_args!("  - [{0}](rules/{0}.md)", pack.id));
        for rule in rules_of(pack, knowledge) {
            line(&mut out, format_args!("    - [{0}](rules/{1}/{0}.md)", rule.id, rule.pack));
        }
    }
    out.push_str("- [Compared with other tools](rules/peers/pytm.md)\n");
    for (tool, name) in TOOLS.iter().skip(1) {
        line(&mut out, format_args!("  - [{name}](rules/peers/{tool}.md)"));
    }
    out
}

/// Appends one line; writing to a text cannot fail.
fn line(out: &mut String, args: std::fmt::Arguments<'_>) {
    out.write_fmt(args).expect("a text takes every write");
    out.push('\n');
}

fn rules_of<'k>(pack: &Pack, knowledge: &'k Knowledge) -> impl Iterator<Item = &'k Rule> {
    let id = pack.id.clone();
    knowledge.rules.iter().filter(move |rule| rule.pack == id)
}

/// The categories with their columns' heads.
fn categories() -> Vec<(&'static str, &'static str)> {
    let heads = ["S", "T", "R", "I", "D", "E"];
    let stride = Stride::ALL.iter().map(|category| category.as_str()).zip(heads);
    let linddun = Linddun::ALL.iter().map(|category| (category.as_str(), category.as_str()));
    stride.chain(linddun).collect()
}

fn has(rule: &Rule, category: &str) -> bool {
    words(rule).any(|word| word == category)
}

fn words(rule: &Rule) -> impl Iterator<Item = &'static str> {
    rule.stride.iter().map(|category| category.as_str()).chain(rule.linddun.iter().map(|category| category.as_str()))
}

fn overview(knowledge: &Knowledge) -> String {
    let mut out = format!(
        "# Rules\n\n{} rules in {} packs. A number is how many rules of a pack look for a category; a letter stands for a reason below \
         the table why none does.\n\nS spoofing, T tampering, R repudiation, I information disclosure, D denial of service, E elevation of \
         privilege; then the seven privacy categories of LINDDUN.\n\n",
        knowledge.rules.len(),
        knowledge.packs.len()
    );
    let categories = categories();
    let heads: Vec<&str> = categories.iter().map(|(_, head)| *head).collect();
    line(&mut out, format_args!("| pack | rules | {} |\n|---|---|{}", heads.join(" | "), "---|".repeat(heads.len())));
    let mut reasons: Vec<&str> = Vec::new();
    for pack in &knowledge.packs {
        let cell = |category: &str, reasons: &mut Vec<_>| match rules_of(pack, knowledge).filter(|rule| has(rule, category)).count() {
            0 => pack.without.get(category).map_or_else(|| "?".to_owned(), |reason| letter(reason, reasons)),
            count => count.to_string(),
        };
        let mut cells = Vec::new();
        for (category, _) in &categories {
            cells.push(cell(category, &mut reasons));
        }
        let count = rules_of(pack, knowledge).count();
        line(&mut out, format_args!("| [{0}]({0}.md) | {count} | {1} |", pack.id, cells.join(" | ")));
    }
    out.push_str("\nWhy a cell is empty:\n\n");
    for (index, reason) in reasons.iter().enumerate() {
        line(&mut out, format_args!("- **{}** {reason}", name(index)));
    }
    out
}

/// The letter of a reason; a reason that was met before keeps its own.
fn letter<'k>(reason: &'k str, reasons: &mut Vec<&'k str>) -> String {
    let index = reasons.iter().position(|known| *known == reason).unwrap_or_else(|| {
        reasons.push(reason);
        reasons.len() - 1
    });
    name(index)
}

/// `a` to `z`, then `aa`, `ab`…
fn name(index: usize) -> String {
    let digit = |index: usize| char::from(b'a' + u8::try_from(index % 26).unwrap_or(0));
    if index < 26 { digit(index).to_string() } else { format!("{}{}", digit(index / 26 - 1), digit(index)) }
}

fn pack_page(pack: &Pack, knowledge: &Knowledge) -> String {
    let mut out = format!("# Pack `{}`\n\n{}\n\nVersion {}, licence {}.\n\n", pack.id, pack.what, pack.version, pack.licence);
    line(&mut out, format_args!("| rule | on | categories | raised as |\n|---|---|---|---|"));
    for rule in rules_of(pack, knowledge) {
        let categories: Vec<&str> = words(rule).collect();
        line(
            &mut out,
            format_args!("| [{0}]({1}/{0}.md) | {2} | {3} | {4} |", rule.id, rule.pack, on(rule), categories.join(", "), cell(&rule.title)),
        );
    }
    if !pack.without.is_empty() {
        out.push_str("\n## Categories without a rule\n\n");
        for (category, reason) in &pack.without {
            line(&mut out, format_args!("- **{category}**: {reason}"));
        }
    }
    out
}

fn on(rule: &Rule) -> String {
    rule.on.iter().map(|kind| subject_word(*kind)).collect::<Vec<_>>().join(", ")
}

/// Text inside a table or a line.
fn cell(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|").replace(['{', '}'], "*")
}

fn rule_page(rule: &Rule, knowledge: &Knowledge) -> String {
    let mut out = format!("# {}\n\n**{}**\n\n", rule.id, cell(&rule.title));
    let categories: Vec<&str> = words(rule).collect();
    line(&mut out, format_args!("Pack [{0}](../{0}.md); on {1}; {2}; {3}.", rule.pack, on(rule), categories.join(", "), lifecycle(rule)));
    line(&mut out, format_args!("\n## Why\n\n{}", rule.why.trim()));
    line(&mut out, format_args!("\n## How to stop it\n\n{}", rule.fix.trim()));
    line(&mut out, format_args!("\nCountered by {}.", counter(&rule.countered_by, knowledge)));
    line(&mut out, format_args!("\n## When it applies\n\n```\n{}\n```", rule.when.text.trim()));
    if let Some(with) = &rule.with {
        line(&mut out, format_args!("\nOne threat for every asset of `{}`.", with.text.trim()));
    }
    line(&mut out, format_args!("\n## Rating\n\n| likelihood | when |\n|---|---|"));
    for (likelihood, condition) in &rule.likelihood {
        let text = condition.text.trim();
        let when = if text == "true" { "otherwise".to_owned() } else { format!("`{}`", text.replace('|', "\\|")) };
        line(&mut out, format_args!("| {likelihood} | {when} |"));
    }
    let properties: Vec<&str> = rule.property.iter().map(|property| property.as_str()).collect();
    line(&mut out, format_args!("\nThe impact is the worst {} of the assets involved.", properties.join(" or ")));
    references(rule, &mut out);
    examples(rule, &mut out);
    out
}

fn lifecycle(rule: &Rule) -> String {
    match &rule.lifecycle {
        Lifecycle::Preview => "preview".to_owned(),
        Lifecycle::Stable => "stable".to_owned(),
        Lifecycle::Deprecated(None) => "deprecated".to_owned(),
        Lifecycle::Deprecated(Some(other)) => format!("deprecated in favour of {other}"),
    }
}

fn counter(counter: &Counter, knowledge: &Knowledge) -> String {
    let several = |parts: &[Counter], word: &str| {
        let parts: Vec<String> = parts.iter().map(|part| self::counter(part, knowledge)).collect();
        if parts.is_empty() { "nothing in the catalogue".to_owned() } else { parts.join(word) }
    };
    match counter {
        Counter::Control { role, control } => format!("{}{}", control_name(*control, knowledge), place(*role)),
        Counter::Any(parts) => several(parts, " or "),
        Counter::All(parts) => several(parts, " and "),
    }
}

fn control_name(control: ControlIx, knowledge: &Knowledge) -> String {
    knowledge.catalogue.controls.get_index(control.0.into()).map_or_else(String::new, |(id, control)| format!("{} (`{id}`)", control.name))
}

fn place(role: CounterRole) -> &'static str {
    match role {
        CounterRole::Subject => "",
        CounterRole::Source => " at the source",
        CounterRole::Target => " at the target",
        CounterRole::Entry => " of a zone that is entered",
        CounterRole::Exit => " of a zone that is left",
        CounterRole::Incoming => " on everything that arrives",
        CounterRole::Inside => " of everything inside",
        CounterRole::Holders => " of everything that keeps it",
        CounterRole::Model => " of the system",
    }
}

fn references(rule: &Rule, out: &mut String) {
    if rule.references.is_empty() && rule.counterparts.is_empty() {
        return;
    }
    out.push_str("\n## See also\n\n");
    for (list, ids) in &rule.references {
        let links: Vec<String> = ids.iter().map(|id| link(list, id)).collect();
        line(out, format_args!("- {list}: {}", links.join(", ")));
    }
    for counterpart in &rule.counterparts {
        if let Some((tool, id)) = counterpart.split_once(':') {
            line(out, format_args!("- [{tool}](../peers/{tool}.md): {id}"));
        }
    }
}

/// An id of a public list, with its address where the list has one for each.
fn link(list: &str, id: &str) -> String {
    match list {
        "cwe" => format!("[CWE-{id}](https://cwe.mitre.org/data/definitions/{id}.html)"),
        "capec" => format!("[CAPEC-{id}](https://capec.mitre.org/data/definitions/{id}.html)"),
        "attack" => format!("[{id}](https://attack.mitre.org/techniques/{}/)", id.replace('.', "/")),
        _ => id.to_owned(),
    }
}

fn examples(rule: &Rule, out: &mut String) {
    let kinds = [
        ("raises it", &rule.examples.raises),
        ("asks, because a fact is unknown", &rule.examples.asks),
        ("is quiet", &rule.examples.quiet),
    ];
    for (what, texts) in kinds {
        for text in texts {
            line(out, format_args!("\n## A model that {what}\n\n```yaml\n{}\n```", text.trim_end()));
        }
    }
}

fn peer_page(tool: &str, name: &str, knowledge: &Knowledge) -> anyhow::Result<String> {
    let rules = peers::of(tool, knowledge)?;
    let with = rules.iter().filter(|rule| !rule.ours.is_empty()).count();
    let mut out = format!(
        "# Compared with {name}\n\nOf its {} rules, {with} have a counterpart here and {} have a reason why not.\n\n| there | title | here |\n|---|---|---|\n",
        rules.len(),
        rules.len() - with
    );
    let pack_of = |id: &str| knowledge.rules.iter().find(|rule| rule.id == id).map_or("core", |rule| rule.pack.as_str());
    for rule in &rules {
        let ours: Vec<String> = rule
            .ours
            .iter()
            .map(|ours| match ours {
                Ours::Rule(id) => format!("[{id}](../{}/{id}.md)", pack_of(id)),
                Ours::Lint(code) => format!("lint `{code}`"),
            })
            .collect();
        let here = if ours.is_empty() { format!("*{}*", rule.reason.as_deref().unwrap_or("?")) } else { ours.join(", ") };
        line(&mut out, format_args!("| {} | {} | {here} |", rule.id, cell(&rule.title)));
    }
    out.push_str("\nReasons:\n\n");
    for (reason, meaning) in REASONS.iter().filter(|(reason, _)| rules.iter().any(|rule| rule.reason.as_deref() == Some(reason))) {
        line(&mut out, format_args!("- *{reason}*: {meaning}"));
    }
    Ok(out)
}
