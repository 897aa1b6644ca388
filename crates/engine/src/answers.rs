//! Which entry of a model answers which raised threat.
//!
//! A key is `<rule>@<subject>[@<with>]`; `*` stands for one whole part. An exact key wins over patterns, and among
//! patterns the one with the most literal characters; a tie is reported by the lint `ambiguous-answer` and settled by
//! source order here.

use redan_model::lang::{MapEntry, ThreatEntry};
use redan_model::{ById, Model};

use crate::Knowledge;

/// Whether a key under `threats` answers raised threats; any other key is a threat written by hand.
pub fn is_answer(key: &str) -> bool {
    key.contains('@')
}

/// Whether the key of an answer, with its rule's present id, fits the id of a raised threat.
pub fn matches(key: &str, id: &str) -> bool {
    let (mut pattern, mut parts) = (key.split('@'), id.split('@'));
    loop {
        match (pattern.next(), parts.next()) {
            (None, None) => return true,
            (Some(want), Some(part)) if want == "*" || want == part => {}
            _ => return false,
        }
    }
}

/// How precise a key is: the number of characters that it spells out.
pub fn literal_characters(key: &str) -> usize {
    key.split('@').filter(|part| *part != "*").map(str::len).sum()
}

/// The key with the present id of its rule, if it names the rule by a former one.
pub fn present_key(key: &str, knowledge: &Knowledge) -> String {
    let Some((rule, rest)) = key.split_once('@') else { return key.to_owned() };
    let renamed = knowledge.rules.iter().find(|known| known.aliases.iter().any(|alias| alias == rule));
    renamed.map_or_else(|| key.to_owned(), |known| format!("{}@{rest}", known.id))
}

/// An answer with its key as written.
pub(crate) type Entry<'m> = (&'m String, &'m MapEntry<ThreatEntry>);

/// The answers of a model, ready to be looked up.
#[derive(Debug)]
pub(crate) struct Answers<'m> {
    exact: ById<Entry<'m>>,
    patterns: Vec<(String, Entry<'m>)>,
}

impl<'m> Answers<'m> {
    /// Reads the answers of a model.
    pub(crate) fn new(model: &'m Model, knowledge: &Knowledge) -> Self {
        let mut answers = Self { exact: ById::default(), patterns: Vec::new() };
        for entry in model.root.threats.entries.iter().filter(|(key, _)| is_answer(key)) {
            let key = present_key(entry.0, knowledge);
            if key.split('@').any(|part| part == "*") {
                answers.patterns.push((key, entry));
            } else {
                answers.exact.entry(key).or_insert(entry);
            }
        }
        answers.patterns.sort_by_key(|(key, _)| std::cmp::Reverse(literal_characters(key)));
        answers
    }

    /// Whether nothing is answered.
    pub(crate) fn is_empty(&self) -> bool {
        self.exact.is_empty() && self.patterns.is_empty()
    }

    /// The answer to a raised threat.
    pub(crate) fn find(&self, id: &str) -> Option<Entry<'m>> {
        let exact = self.exact.get(id).copied();
        exact.or_else(|| self.patterns.iter().find(|(key, _)| matches(key, id)).map(|(_, entry)| *entry))
    }
}

#[cfg(test)]
mod tests {
    use super::{literal_characters, matches};

    #[test]
    fn a_star_is_one_whole_part() {
        assert!(matches("sql-injection@*", "sql-injection@db"));
        assert!(matches("*@db", "sql-injection@db"));
        assert!(!matches("sql-injection@*", "sql-injection@db@asset"));
        assert!(!matches("sql-injection@d*", "sql-injection@db"));
    }

    #[test]
    fn what_is_spelt_out_counts() {
        assert!(literal_characters("sql-injection@*") > literal_characters("*@db"));
    }
}
