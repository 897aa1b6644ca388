//! Whether a value that a program made means what its text would: then it is read without being written.

use super::json;
use crate::long::{self, Long};
use crate::{halves, limits};

/// Whether a value could be written as JSON and read again, within all limits, as what it is.
pub(crate) fn reads_back(value: &Long<'_>) -> bool {
    let mut counts = Counts { nodes: 0, bytes: 0, fits: true };
    counts.value(value, 0);
    counts.fits && counts.nodes <= limits::MAX_NODES && counts.bytes <= limits::MAX_FILE_BYTES / 4
}

/// How deep the entries of a section are in a model.
const OF_SECTIONS: usize = 2;

/// What there are limits for.
struct Counts {
    nodes: usize,
    bytes: usize,
    fits: bool,
}

impl Counts {
    fn value(&mut self, value: &Long<'_>, depth: usize) {
        self.nodes += usize::from(!matches!(value, Long::Elsewhere(_)));
        match value {
            Long::Null | Long::Bool(_) | Long::Number(_) => {}
            Long::Elsewhere(value) => self.value(value, depth),
            Long::Text(text) => self.text(text),
            Long::List(items) => {
                self.fits &= depth < limits::MAX_DEPTH;
                items.iter().for_each(|item| self.value(item, depth + 1));
            }
            Long::Map(entries) => {
                self.fits &= depth < limits::MAX_DEPTH;
                self.entries(entries, depth + 1);
            }
        }
    }

    /// Entries, on two cores where they are many, as those of sections can be.
    fn entries(&mut self, entries: &[long::Entry<'_>], depth: usize) {
        let middle = if depth == OF_SECTIONS { halves::middle(entries.len()) } else { entries.len() };
        let (entries, rest) = entries.split_at(middle);
        let mut other = Self { nodes: 0, bytes: 0, fits: true };
        let first = || entries.iter().for_each(|entry| self.entry(entry, depth));
        let second = || rest.iter().for_each(|entry| other.entry(entry, depth));
        halves::both(!rest.is_empty(), first, second);
        self.nodes += other.nodes;
        self.bytes = self.bytes.saturating_add(other.bytes);
        self.fits &= other.fits;
    }

    fn entry(&mut self, (key, value): &long::Entry<'_>, depth: usize) {
        self.nodes += 1;
        self.fits &= key.len() <= json::LONGEST_KEY;
        self.text(key);
        self.value(value, depth);
    }

    fn text(&mut self, text: &str) {
        self.fits &= !json::is_odd(text);
        self.bytes = self.bytes.saturating_add(text.len());
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::*;

    fn fits(value: &Json) -> bool {
        reads_back(&value.clone().into())
    }

    #[test]
    fn what_could_not_be_read_again_does_not_fit() {
        assert!(fits(&json!({"a": [[["ü\n"]]]})));
        let deep = |depth: usize| (0..depth).fold(json!(1), |inner, _| json!([inner]));
        assert_eq!([deep(limits::MAX_DEPTH), deep(limits::MAX_DEPTH + 1)].map(|value| fits(&value)), [true, false]);
        assert!(!fits(&json!({"k".repeat(2_000): 1})));
        assert!(!fits(&json!(["\u{feff}"])));
        assert!(!fits(&json!("x".repeat(limits::MAX_FILE_BYTES))));
    }

    #[test]
    fn entries_of_a_long_section_count_as_all_others_do() {
        let section = |last: &str| -> Json { (0..5_000).map(|n| (format!("k{n}"), json!(if n == 4_999 { last } else { "x" }))).collect() };
        assert!(fits(&json!({"zones": section("y")})));
        assert!(!fits(&json!({"zones": section("\u{feff}")})));
        assert!(!fits(&json!({"zones": section(&"x".repeat(limits::MAX_FILE_BYTES / 4))})));
    }

    #[test]
    fn nodes_count_in_both_halves() {
        let half = limits::MAX_NODES / 4;
        let lists = |items: usize| -> Json { (0..4).map(|n| (format!("k{n}"), json!(vec![1; items]))).collect() };
        assert_eq!([half - 10, half].map(|items| fits(&json!({"zones": lists(items)}))), [true, false]);
    }
}
