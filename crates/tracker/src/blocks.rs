//! A task as blocks, for trackers that do not take Markdown.

use redan_report::backlog::Task;

/// What our part says to people before anything else.
pub(crate) const INTRODUCTION: &str =
    "*From the threat model, kept by redan. Write above or below this part: changes within it are undone.*";

/// A piece of a description.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Block {
    /// Words.
    Paragraph(Vec<Inline>),
    /// A title.
    Heading(&'static str),
    /// A list.
    List(Vec<Vec<Inline>>),
}

/// Words within a block; never empty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Inline {
    /// As they are.
    Text(String),
    /// As code.
    Code(String),
    /// With an address to go to.
    Link(String, String),
}

/// A task as blocks, as [`redan_report::backlog::markdown`] has it, but with flows as a list.
pub(crate) fn blocks(task: &Task) -> Vec<Block> {
    let mut out = vec![Block::Paragraph(vec![Inline::Text(INTRODUCTION.trim_matches('*').to_owned())])];
    if !task.how.is_empty() {
        out.push(Block::Paragraph(vec![Inline::Text(task.how.clone())]));
    }
    out.push(Block::Heading("Threats"));
    let threat = |threat: &redan_report::backlog::Row| {
        let risk = threat.risk.map(|risk| format!(" {risk}")).unwrap_or_default();
        vec![Inline::Code(threat.id.clone()), Inline::Text(format!(" {} ({}{risk}): ", threat.title, threat.band)), place(&threat.link)]
    };
    out.push(Block::List(task.threats.iter().map(threat).collect()));
    if !task.picture.flows.is_empty() {
        let name = |id: &str| task.picture.elements.iter().find(|(known, _)| known == id).map_or(id, |(_, name)| name.as_str()).to_owned();
        let flow = |(from, to, label): &(String, String, String)| vec![Inline::Text(format!("{} → {}: {label}", name(from), name(to)))];
        out.push(Block::Heading("Where"));
        out.push(Block::List(task.picture.flows.iter().map(flow).collect()));
    }
    list(&mut out, "Acceptance", &task.acceptance, "not written yet: say in the model under `acceptance` when this is done");
    list(&mut out, "Tests", &task.tests, "none named yet: say in the model under `verify` how each criterion is checked");
    let said = |name: &str, value: Option<&str>| vec![Inline::Text(format!("{name}: {}", value.unwrap_or("not recorded")))];
    let done = [vec![Inline::Text("Definition of done: ".to_owned())], inlines(&task.definition_of_done)].concat();
    out.push(Block::Heading("Plan"));
    out.push(Block::List(vec![
        said("Estimate", task.estimate.as_deref()),
        said("Owner", task.owner.as_deref()),
        said("Due", task.due.as_deref()),
        done,
        vec![Inline::Text("In the model: ".to_owned()), place(&task.link)],
    ]));
    out
}

fn list(out: &mut Vec<Block>, title: &'static str, items: &[String], empty: &str) {
    let none = [empty.to_owned()];
    let items = if items.is_empty() { &none } else { items };
    out.push(Block::Heading(title));
    out.push(Block::List(items.iter().map(|item| inlines(item)).collect()));
}

/// A place in the model: a link if it is an address, else its path.
fn place(link: &str) -> Inline {
    let is_address = link.starts_with("https://") || link.starts_with("http://");
    if is_address { Inline::Link(link.to_owned(), link.replace(' ', "%20")) } else { Inline::Code(link.to_owned()) }
}

/// Words with what stands between backticks as code.
fn inlines(words: &str) -> Vec<Inline> {
    if words.matches('`').count() % 2 == 1 {
        return vec![Inline::Text(words.to_owned())];
    }
    let part = |(at, part): (usize, &str)| if at % 2 == 1 { Inline::Code(part.to_owned()) } else { Inline::Text(part.to_owned()) };
    words.split('`').enumerate().filter(|(_, part)| !part.is_empty()).map(part).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backticks_in_pairs_are_code() {
        assert_eq!(inlines("`a` is b"), [Inline::Code("a".to_owned()), Inline::Text(" is b".to_owned())]);
        assert_eq!(inlines("one ` only"), [Inline::Text("one ` only".to_owned())]);
    }
}
