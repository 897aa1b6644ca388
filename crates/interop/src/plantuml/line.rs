//! One line of a diagram.

use super::role_of;
use crate::drawn::Role;

/// Something that a line declares.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Declared {
    pub(super) alias: String,
    pub(super) label: String,
    pub(super) role: Role,
    pub(super) tech: String,
    pub(super) description: String,
    /// Whether it is a box that the following lines are in.
    pub(super) opens: bool,
}

/// A line between two things.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Arrow {
    pub(super) from: Declared,
    pub(super) to: Declared,
    pub(super) label: String,
    pub(super) tech: String,
    pub(super) both_ways: bool,
    pub(super) undirected: bool,
}

/// What a line says.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Statement {
    Nothing,
    Title(String),
    /// It is passed over, which is worth telling.
    Passed(String),
    /// Everything up to a line that ends so is passed over.
    Until(&'static str, String),
    Open,
    Close,
    Declared(Declared),
    Arrow(Arrow),
}

/// Whether a line begins a declaration whose text in brackets ends in a later line.
pub(super) fn goes_on(text: &str) -> bool {
    let Some((before, inside)) = text.split_once('[') else { return false };
    let mut words = before.split_whitespace();
    let declares = words.next().is_none_or(|word| role_of(&word.to_lowercase(), "").is_some()) && words.count() <= 3;
    declares && !inside.contains(']')
}

/// Reads a line without white space around it.
pub(super) fn statement(text: &str) -> Statement {
    let lower = text.to_lowercase();
    let first = lower.split(|c: char| c.is_whitespace() || c == '(').next().unwrap_or_default();
    match first {
        "" if text.is_empty() => return Statement::Nothing,
        "title" => return Statement::Title(text.get(5..).unwrap_or_default().trim().to_owned()),
        "note" if lower.contains(':') || lower.contains('"') => return Statement::Passed("a note".to_owned()),
        "note" => return Statement::Until("end note", "a note".to_owned()),
        "legend" => return Statement::Until("endlegend", String::new()),
        "skinparam" | "<style>" if lower.ends_with('{') => return Statement::Until("}", String::new()),
        "<style>" => return Statement::Until("</style>", String::new()),
        "together" => return Statement::Open,
        _ => {}
    }
    if lower.starts_with("!include") {
        return Statement::Passed(format!("`{text}`: other files are never fetched"));
    }
    if lower.starts_with('!') {
        return Statement::Passed(format!("`{text}`: the preprocessor is not run"));
    }
    if lower.starts_with("/'") {
        return if lower.ends_with("'/") { Statement::Nothing } else { Statement::Until("'/", String::new()) };
    }
    if text.starts_with(['\'', '@']) {
        return Statement::Nothing;
    }
    if text == "}" {
        return Statement::Close;
    }
    macro_call(text).or_else(|| arrow(text)).unwrap_or_else(|| shape(text))
}

/// A macro of C4: `Container(alias, "label", "technology", "description")`.
fn macro_call(text: &str) -> Option<Statement> {
    let (name, rest) = text.split_once('(')?;
    let name = name.trim();
    if name.is_empty() || !name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
        return None;
    }
    let arguments = arguments(rest.rsplit_once(')').map_or(rest, |(inside, _)| inside));
    let opens = text.trim_end().ends_with('{');
    let at = |ix: usize| arguments.get(ix).cloned().unwrap_or_default();
    let base = name.trim_end_matches("_Ext").trim_end_matches("_L").trim_end_matches("_R");
    if name.starts_with("Rel") || name.starts_with("BiRel") {
        let shifted = usize::from(name.starts_with("RelIndex"));
        let (mut from, mut to) = (bare(&at(shifted)), bare(&at(shifted + 1)));
        if name.starts_with("Rel_Back") {
            std::mem::swap(&mut from, &mut to);
        }
        let both_ways = name.starts_with("BiRel");
        let (label, tech) = (at(shifted + 2), at(shifted + 3));
        return Some(Statement::Arrow(Arrow { from, to, label, tech, both_ways, undirected: false }));
    }
    let external = name.ends_with("_Ext");
    let role = match base {
        "Person" => Role::Said("actor"),
        "SystemDb" | "SystemQueue" | "ContainerDb" | "ContainerQueue" | "ComponentDb" | "ComponentQueue" => Role::Said("store"),
        "System" | "Container" | "Component" => Role::Said(if external { "external" } else { "process" }),
        "Boundary" | "System_Boundary" | "Container_Boundary" | "Enterprise_Boundary" | "Deployment_Node" | "Node" => Role::Zone,
        "Lay_D" | "Lay_U" | "LAYOUT_TOP_DOWN" | "LAYOUT_LEFT_RIGHT" | "LAYOUT_WITH_LEGEND" | "SHOW_LEGEND" | "SHOW_PERSON_OUTLINE" => {
            return Some(Statement::Nothing);
        }
        _ if name.starts_with("Lay_")
            || name.starts_with("LAYOUT")
            || name.starts_with("SHOW_")
            || name.starts_with("HIDE_")
            || name.starts_with("Update")
            || name.starts_with("Add") =>
        {
            return Some(Statement::Nothing);
        }
        _ if opens => Role::Zone,
        _ => return None,
    };
    let technical = base.starts_with("Container") || base.starts_with("Component");
    let (tech, description) = if role == Role::Zone {
        (String::new(), at(3))
    } else if technical {
        (at(2), at(3))
    } else {
        (String::new(), at(2))
    };
    let label = if at(1).is_empty() { at(0) } else { at(1) };
    Some(Statement::Declared(Declared { alias: at(0), label, role, tech, description, opens }))
}

/// Arguments between commas; named ones such as `$tags="x"` are left out.
fn arguments(text: &str) -> Vec<String> {
    let (mut all, mut current, mut quoted) = (Vec::new(), String::new(), false);
    for c in text.chars() {
        match c {
            '"' => quoted = !quoted,
            ',' if !quoted => all.push(std::mem::take(&mut current)),
            _ => current.push(c),
        }
    }
    all.push(current);
    all.into_iter().map(|argument| argument.trim().replace("\\n", " ")).filter(|argument| !argument.starts_with('$')).collect()
}

/// Something that an arrow names.
fn bare(alias: &str) -> Declared {
    Declared {
        alias: alias.to_owned(),
        label: alias.to_owned(),
        role: Role::Unknown,
        tech: String::new(),
        description: String::new(),
        opens: false,
    }
}

/// `a -[#red]-> b : label`.
fn arrow(text: &str) -> Option<Statement> {
    let (from, rest) = end(text)?;
    let rest = rest.trim_start();
    let (shaft, rest) = shaft(rest)?;
    let (to, rest) = end(rest.trim_start())?;
    let rest = rest.trim_start();
    let label = rest.strip_prefix(':').unwrap_or_default().trim().replace("\\n", " ");
    if !rest.is_empty() && !rest.starts_with([':', '<', '#', '\'', '{']) {
        return None;
    }
    // Half a ring is what uses the interface that is in it.
    let (left, right) = (shaft.contains(['<', ')']), shaft.contains(['>', '(']));
    let (from, to) = if left && !right { (to, from) } else { (from, to) };
    Some(Statement::Arrow(Arrow { from, to, label, tech: String::new(), both_ways: left && right, undirected: !left && !right }))
}

/// The thing at the beginning of a text, and what follows it.
fn end(text: &str) -> Option<(Declared, &str)> {
    for (open, close, role) in [('[', ']', Role::Said("process")), ('"', '"', Role::Unknown), (':', ':', Role::Said("actor"))] {
        if let Some(inside) = text.strip_prefix(open) {
            let (name, rest) = inside.split_once(close)?;
            return Some((Declared { role, ..bare(name.trim()) }, rest));
        }
    }
    if let Some(inside) = text.strip_prefix("()").map(str::trim_start) {
        return end(inside);
    }
    if let Some(inside) = text.strip_prefix('(') {
        let (name, rest) = inside.split_once(')')?;
        return Some((bare(name.trim()), rest));
    }
    let length = text.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '.')).unwrap_or(text.len());
    let name = text.get(..length)?.trim_end_matches('.');
    (!name.is_empty()).then(|| (bare(name), text.get(name.len()..).unwrap_or_default()))
}

/// The shaft of an arrow, and what follows it: `-->`, `<..`, `-[#red,bold]->`, `-left->`, `o--*`.
fn shaft(text: &str) -> Option<(String, &str)> {
    let (mut shaft, mut rest, mut dashes) = (String::new(), text, 0);
    loop {
        let c = rest.chars().next()?;
        match c {
            '-' | '.' | '=' | '~' => {
                dashes += 1;
                shaft.push(c);
            }
            '<' | '>' | '|' | '*' | '^' | '+' | '#' | '0' | '@' | '/' | '\\' => shaft.push(c),
            '(' if dashes > 0 && rest.get(1..).is_some_and(|after| after.starts_with([' ', '-', '.', '0'])) => shaft.push(c),
            ')' if rest.get(1..).is_some_and(|after| after.starts_with(['-', '.']) || dashes > 0 && after.starts_with(' ')) => {
                shaft.push(c)
            }
            'o' | 'x' if dashes == 0 || rest.get(1..).is_some_and(|after| after.starts_with([' ', '-', '.'])) => shaft.push(c),
            '[' if dashes > 0 => {
                rest = rest.split_once(']')?.1;
                continue;
            }
            'a'..='z' if dashes > 0 => {
                let word = ["left", "right", "up", "down", "le", "ri", "do", "l", "r", "u", "d"]
                    .into_iter()
                    .find(|word| rest.strip_prefix(word).is_some_and(|after| after.starts_with(['-', '.', '=', '~', '['])));
                match word {
                    Some(word) => {
                        rest = rest.get(word.len()..)?;
                        continue;
                    }
                    None => break,
                }
            }
            _ => break,
        }
        rest = rest.get(c.len_utf8()..)?;
    }
    (dashes > 0).then_some((shaft, rest))
}

/// `component "Label" as alias <<stereotype>> #colour {`, `[Label] as alias`, `:Actor: as alias`.
fn shape(text: &str) -> Statement {
    let opens = text.ends_with('{');
    let text = text.trim_end_matches('{').trim_end();
    let keyword = text.split(|c: char| c.is_whitespace()).next().unwrap_or_default().to_lowercase();
    let (text, keyword) = match role_of(&keyword, "") {
        Some(_) => (text.get(keyword.len()..).unwrap_or_default().trim_start(), keyword),
        None if text.starts_with(['[', ':']) => (text, String::new()),
        None if opens => return Statement::Open,
        None => return Statement::Nothing,
    };
    let Some((found, rest)) = end(text) else { return if opens { Statement::Open } else { Statement::Nothing } };
    let mut words = rest.split_whitespace();
    let mut label = found.label.replace("\\n", " ");
    let mut alias = found.alias.clone();
    // `component alias [what people read]`
    if let Some((long, _)) = rest.trim_start().strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        label = long.trim().to_owned();
    }
    if words.next() == Some("as") {
        let after = rest.trim_start().strip_prefix("as").unwrap_or_default().trim_start();
        if let Some((named, _)) = end(after) {
            // The label may stand on either side of `as`.
            if after.starts_with('"') { label = named.label } else { alias = named.alias }
        }
    }
    let stereotype =
        rest.split_once("<<").and_then(|(_, rest)| rest.split_once(">>")).map(|(word, _)| word.to_lowercase()).unwrap_or_default();
    let role = match (found.role, role_of(&keyword, &label)) {
        _ if matches!(stereotype.as_str(), "external" | "external_system" | "external_person") => Role::Said("external"),
        _ if stereotype == "process" => Role::Said("process"),
        _ if matches!(stereotype.as_str(), "database" | "store" | "datastore" | "queue") => Role::Said("store"),
        (_, Some(_)) if opens => Role::Zone,
        (_, Some(role)) => role,
        (role, None) => role,
    };
    Statement::Declared(Declared { alias, label, role, tech: String::new(), description: String::new(), opens })
}
