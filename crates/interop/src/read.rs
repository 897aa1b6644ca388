//! Reading foreign JSON and YAML leniently: what has another type than expected is as if it were not there.

use std::borrow::Cow;

use serde_json::Value as Json;

/// A single value as text; empty if there is none.
pub(crate) fn scalar(value: &Json) -> Cow<'_, str> {
    match value {
        Json::String(text) => Cow::Borrowed(text.trim()),
        Json::Number(number) => Cow::Owned(number.to_string()),
        Json::Bool(flag) => Cow::Borrowed(if *flag { "true" } else { "false" }),
        Json::Null | Json::Array(_) | Json::Object(_) => Cow::Borrowed(""),
    }
}

/// The text of a field; empty if it has none.
pub(crate) fn text<'a>(value: &'a Json, key: &str) -> Cow<'a, str> {
    value.get(key).map(scalar).unwrap_or_default()
}

/// Whether a field is true.
pub(crate) fn flag(value: &Json, key: &str) -> bool {
    matches!(text(value, key).as_ref(), "true" | "True" | "yes")
}

/// The texts of a field: a list, or one that stands alone.
pub(crate) fn list(value: &Json, key: &str) -> Vec<String> {
    let texts: Vec<Cow<'_, str>> = match value.get(key) {
        Some(Json::Array(items)) => items.iter().map(scalar).collect(),
        Some(other) => vec![scalar(other)],
        None => Vec::new(),
    };
    texts.into_iter().filter(|text| !text.is_empty()).map(Cow::into_owned).collect()
}

/// The entries of a field that is a mapping.
pub(crate) fn entries<'a>(value: &'a Json, key: &str) -> impl Iterator<Item = (&'a str, &'a Json)> {
    value.get(key).and_then(Json::as_object).into_iter().flatten().map(|(name, entry)| (name.as_str(), entry))
}

/// The items of a field that is a list.
pub(crate) fn items<'a>(value: &'a Json, key: &str) -> &'a [Json] {
    value.get(key).and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default()
}

/// A text without the few tags of HTML that other tools allow in theirs.
pub(crate) fn without_tags(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        let (before, after) = rest.split_at(at);
        plain.push_str(before);
        let Some(end) = after.find('>').filter(|end| is_tag(after.get(1..*end).unwrap_or_default())) else {
            plain.push('<');
            rest = after.get(1..).unwrap_or_default();
            continue;
        };
        let name = after.get(1..end).unwrap_or_default();
        if name.trim_end_matches(['/', ' ']).eq_ignore_ascii_case("br") {
            plain.push('\n');
        }
        rest = after.get(end + 1..).unwrap_or_default();
    }
    plain.push_str(rest);
    plain.trim().to_owned()
}

/// Whether what stands between `<` and `>` is the name of a tag, with attributes or without.
fn is_tag(inside: &str) -> bool {
    inside.len() < 200 && inside.trim_start_matches('/').starts_with(|c: char| c.is_ascii_alphabetic())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn other_types_than_expected_are_as_if_they_were_not_there() {
        let value = json!({"a": 1, "b": "yes", "c": ["x", null, {"y": 1}, 2], "d": {"e": "f"}});
        assert_eq!((text(&value, "a").as_ref(), text(&value, "c").as_ref(), flag(&value, "b"), flag(&value, "z")), ("1", "", true, false));
        assert_eq!(
            (list(&value, "c"), list(&value, "b"), entries(&value, "a").count()),
            (vec!["x".to_owned(), "2".to_owned()], vec!["yes".to_owned()], 0)
        );
    }

    #[test]
    fn tags_go_and_other_angles_stay() {
        assert_eq!(without_tags("<b>Risk</b> at <i class='x'>a</i><br/>b < c <3> <"), "Risk at a\nb < c <3> <");
    }
}
