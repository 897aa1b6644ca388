//! Texts of the tool as texts of ours: its tables hold HTML.

use std::borrow::Cow;

use crate::draft;

/// A text without tags, entities resolved; a line break for every tag that ends a line.
pub(super) fn plain(text: &str) -> String {
    if !text.contains(['<', '&']) {
        return draft::clean(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(open) = rest.find('<') {
        out.push_str(&rest[..open]);
        rest = &rest[open..];
        let Some(close) = rest.find('>').filter(|_| rest[1..].starts_with(|c: char| c.is_ascii_alphabetic() || c == '/')) else {
            out.push('<');
            rest = &rest[1..];
            continue;
        };
        let tag = rest[1..close].trim_matches('/').to_ascii_lowercase();
        if ["br", "p", "li", "div"].contains(&tag.split_whitespace().next().unwrap_or_default()) {
            out.push('\n');
        }
        rest = &rest[close + 1..];
    }
    out.push_str(rest);
    let resolved = quick_xml::escape::unescape(&out).unwrap_or(Cow::Borrowed(&out));
    let lines: Vec<&str> = resolved.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    draft::clean(&lines.join("\n"))
}

/// The parts of a list that somebody wrote in one field.
pub(super) fn listed(text: &str) -> impl Iterator<Item = &str> {
    text.split([',', ';', '\n']).map(str::trim).filter(|part| !part.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_left_out_and_other_angle_brackets_stay() {
        assert_eq!(plain("Do <a href=\"x\">this</a>.<br/>Keep a &lt; b &amp; c < d"), "Do this.\nKeep a < b & c < d");
        assert_eq!(plain("<"), "<");
    }
}
