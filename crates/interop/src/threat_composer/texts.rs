//! Sentences in the tool's grammar, and its lists of keys with values.

use serde_json::Value as Json;

use crate::draft::{clean, one_line};
use crate::read::{items, list, text};

/// Keys of metadata that have a place of their own.
const READ: [&str; 3] = ["Comments", "STRIDE", "Priority"];

/// The comments, and all other metadata.
pub(super) fn metadata(thing: &Json) -> (String, Vec<Json>) {
    let comments = value(thing, "Comments").and_then(Json::as_str).map(clean).unwrap_or_default();
    let others = items(thing, "metadata").iter().filter(|item| !READ.contains(&text(item, "key").as_ref()) && item.is_object());
    (comments, others.cloned().collect())
}

/// The value of a key of metadata.
pub(super) fn value<'f>(thing: &'f Json, key: &str) -> Option<&'f Json> {
    items(thing, "metadata").iter().find(|item| text(item, "key") == key)?.get("value")
}

/// A name for the id of a threat: what is done, or the whole statement.
pub(super) fn name(threat: &Json, title: &str) -> String {
    let action = one_line(&text(threat, "threatAction"));
    if action.is_empty() { title.to_owned() } else { action }
}

/// The sentence that the parts of a threat make.
pub(super) fn statement(threat: &Json) -> String {
    let part = |key: &str| one_line(&text(threat, key));
    sentence(
        &part("threatSource"),
        &part("prerequisites"),
        &part("threatAction"),
        &part("threatImpact"),
        &list(threat, "impactedGoal"),
        &list(threat, "impactedAssets"),
    )
}

/// The sentence: `A source prerequisites can action, which leads to effect, resulting in reduced goals of assets`.
pub(super) fn sentence(source: &str, prerequisite: &str, action: &str, effect: &str, goals: &[String], assets: &[String]) -> String {
    if source.is_empty() && action.is_empty() && effect.is_empty() {
        return String::new();
    }
    let source = if source.is_empty() { "threat source" } else { source };
    let article = if starts_with_article(source) {
        ""
    } else if source.starts_with(['a', 'e', 'i', 'o', 'A', 'E', 'I', 'O']) {
        "An "
    } else {
        "A "
    };
    let mut text = format!("{article}{source}");
    if !prerequisite.is_empty() {
        text.push_str(&format!(" {prerequisite}"));
    }
    text.push_str(&format!(" can {}", if action.is_empty() { "perform a threat action" } else { action }));
    if !effect.is_empty() {
        text.push_str(&format!(", which leads to {effect}"));
    }
    match (goals.is_empty(), assets.is_empty()) {
        (true, true) => {}
        (true, false) => text.push_str(&format!(", negatively impacting {}", and(assets))),
        (false, true) => text.push_str(&format!(", resulting in reduced {}", and(goals))),
        (false, false) => text.push_str(&format!(", resulting in reduced {} of {}", and(goals), and(assets))),
    }
    text
}

fn starts_with_article(text: &str) -> bool {
    let lower = text.to_lowercase();
    ["a ", "an ", "the ", "any "].iter().any(|article| lower.starts_with(article))
}

/// A list in words.
fn and(items: &[String]) -> String {
    match items {
        [] => String::new(),
        [only] => only.clone(),
        [first, last] => format!("{first} and {last}"),
        [most @ .., last] => format!("{}, and {last}", most.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_of_a_threat_make_a_sentence() {
        let names = |items: &[&str]| items.iter().map(|item| (*item).to_owned()).collect::<Vec<_>>();
        assert_eq!(
            sentence(
                "internal actor",
                "with access to logs",
                "read tokens",
                "account takeover",
                &names(&["integrity"]),
                &names(&["accounts", "orders"])
            ),
            "An internal actor with access to logs can read tokens, which leads to account takeover, resulting in reduced integrity of accounts and orders"
        );
        assert_eq!(sentence("", "", "", "", &[], &[]), "");
        assert_eq!(
            sentence("the courier", "", "lose a parcel", "", &[], &names(&["a", "b", "c"])),
            "the courier can lose a parcel, negatively impacting a, b, and c"
        );
    }
}
