//! Short forms that cannot hold what is to be set, and their long forms.

use super::plain::Plain;

/// Fields whose value may be given as `{is: …, because: …}`.
const WITH_REASON: &[&str] = &["likelihood", "impact", "skill", "confidentiality", "integrity", "availability", "privacy"];

/// What a short form at `path` turns into before `key` can be set inside it; `None` if it needs no change.
pub(super) fn long_form(value: &Plain, path: &[String], key: &str) -> Option<Plain> {
    match value {
        Plain::List(items) if is_fact_set(path) => {
            let entries = items.iter().map(|item| match item {
                Plain::Text(name) => Some((name.clone(), Plain::text("yes"))),
                _ => None,
            });
            entries.collect::<Option<Vec<_>>>().map(Plain::Map)
        }
        Plain::Text(text) if path.len() == 2 && path[0] == "flows" => flow(text),
        Plain::Text(text) if has_reason(path) => Some(Plain::Map(vec![("is".to_owned(), Plain::text(text))])),
        Plain::Text(text) if is_acceptance(path) && key == "0" => {
            Some(Plain::List(vec![Plain::Map(vec![("text".to_owned(), Plain::text(text))])]))
        }
        _ => None,
    }
}

/// Whether traits or controls stand at a path; an entry that is called so is not meant.
pub(crate) fn is_fact_set(path: &[String]) -> bool {
    path.len() != 2 && path.last().is_some_and(|key| key == "controls" || key == "traits")
}

fn has_reason(path: &[String]) -> bool {
    let Some((last, before)) = path.split_last() else { return false };
    path.len() > 2 && (WITH_REASON.contains(&last.as_str()) || is_fact_set(before)) || (path.len() == 2 && is_fact_set(before))
}

fn is_acceptance(path: &[String]) -> bool {
    path.len() == 3 && path[0] == "mitigations" && path[2] == "acceptance"
}

/// `a -> b over https carrying x, y returning z` as a mapping.
fn flow(text: &str) -> Option<Plain> {
    let mut words = text.split_whitespace().peekable();
    let from = words.next()?;
    let both = match words.next()? {
        "->" => false,
        "<->" => true,
        _ => return None,
    };
    let mut fields = vec![("from".to_owned(), Plain::text(from)), ("to".to_owned(), Plain::text(words.next()?))];
    if both {
        fields.push(("both-ways".to_owned(), Plain::text("yes")));
    }
    while let Some(word) = words.next() {
        match word {
            "over" => fields.push(("protocol".to_owned(), Plain::text(words.next()?))),
            "carrying" | "returning" => {
                let mut list = String::new();
                while let Some(item) = words.next_if(|next| *next != "returning" && *next != "over") {
                    list.push_str(item);
                }
                let items = list.split(',').filter(|item| !item.is_empty()).map(Plain::text).collect();
                fields.push((if word == "carrying" { "carries" } else { "returns" }.to_owned(), Plain::List(items)));
            }
            _ => return None,
        }
    }
    Some(Plain::Map(fields))
}
