//! A picture without what only browsers know: variables of style sheets and rules for media. Office programs and
//! printers' libraries draw the light colours then, which are those for paper.

use std::borrow::Cow;
use std::collections::BTreeMap;

/// The same picture with its variables replaced by the first value that it gives them, and without other themes.
pub fn flat(svg: &str) -> String {
    let mut out = String::with_capacity(svg.len());
    let mut rest = svg;
    let mut values = BTreeMap::new();
    while let Some((before, after)) = rest.split_once("<style>") {
        let (sheet, tail) = after.split_once("</style>").unwrap_or((after, ""));
        let sheet = unthemed(sheet);
        for (name, value) in variables(&sheet) {
            values.entry(name.to_owned()).or_insert_with(|| value.to_owned());
        }
        out.push_str(before);
        out.push_str("<style>");
        out.push_str(&replaced(&sheet, &values));
        out.push_str("</style>");
        rest = tail;
    }
    out.push_str(rest);
    out
}

/// The rules that hold for everybody: neither for a medium nor for a theme that somebody chose.
fn unthemed(sheet: &str) -> String {
    let mut out = String::with_capacity(sheet.len());
    let mut rest = sheet.trim_start();
    while !rest.is_empty() {
        let end = rule_end(rest);
        let (rule, tail) = rest.split_at(end);
        if !rule.starts_with('@') && !rule.contains("[data-theme") && !rule.contains(":target") {
            out.push_str(rule);
        }
        rest = tail.trim_start();
    }
    out
}

/// Where the rule ends that a sheet starts with: after the brace that closes its first one.
fn rule_end(sheet: &str) -> usize {
    let mut depth = 0;
    for (at, c) in sheet.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth <= 1 => return at + 1,
            '}' => depth -= 1,
            _ => {}
        }
    }
    sheet.len()
}

fn variables(sheet: &str) -> impl Iterator<Item = (&str, &str)> {
    let declarations = sheet.split(['{', ';', '}']).map(str::trim).filter(|part| part.starts_with("--"));
    declarations.filter_map(|part| part.split_once(':')).map(|(name, value)| (name.trim(), value.trim()))
}

fn replaced(sheet: &str, values: &BTreeMap<String, String>) -> String {
    let mut out = String::with_capacity(sheet.len());
    let mut rest = sheet;
    while let Some((before, after)) = rest.split_once("var(") {
        let (name, tail) = after.split_once(')').unwrap_or((after, ""));
        out.push_str(before);
        out.push_str(&values.get(name.trim()).map_or(Cow::Borrowed("#000"), |value| Cow::Borrowed(value.as_str())));
        rest = tail;
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_light_colours_stay_and_nothing_for_other_media() {
        let svg =
            "<svg><style>.a{--x:#fff}@media print{.a{--x:#000}}[data-theme=dark] .a{--x:#111}.a rect{fill:var(--x)}</style><rect/></svg>";
        assert_eq!(flat(svg), "<svg><style>.a{--x:#fff}.a rect{fill:#fff}</style><rect/></svg>");
    }

    #[test]
    fn text_of_a_picture_is_left_alone() {
        let svg = "<svg><text>@media { var(--x) }</text></svg>";
        assert_eq!(flat(svg), svg);
    }
}
