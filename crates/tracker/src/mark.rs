//! The mark by which an issue is known as that of a task, and what it remembers.
//!
//! It stands hidden in the description: the task, a hash of our part as it was written last, a hash of the title as it was
//! written last, and whether it was we who closed the issue. So an issue is found again without any file beside the model,
//! and what people changed since is told from what we wrote.

use std::fmt::Write;

use sha2::{Digest, Sha256};

/// The word that a mark starts with.
const BEGIN: &str = "redan:begin";

/// What an issue remembers of us.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// The task; see [`crate::key`].
    pub task: String,
    /// The hash of our part, see [`fingerprint`].
    pub hash: String,
    /// The hash of the title that we wrote.
    pub title: String,
    /// Whether we closed it, or agreed that it is closed.
    pub closed: bool,
}

impl Mark {
    /// The mark as words.
    pub fn to_words(&self) -> String {
        let state = if self.closed { "closed" } else { "open" };
        format!("{BEGIN} task={} hash={} title={} state={state}", coded(&self.task), self.hash, self.title)
    }

    /// The mark from its words; what is missing or strange is empty and will be written anew.
    pub fn from_words(words: &str) -> Option<Self> {
        let mut words = words.split_whitespace();
        if words.next()? != BEGIN {
            return None;
        }
        let mut mark = Self { task: String::new(), hash: String::new(), title: String::new(), closed: false };
        for (name, value) in words.filter_map(|word| word.split_once('=')) {
            match name {
                "task" => mark.task = decoded(value),
                "hash" => mark.hash = value.to_owned(),
                "title" => mark.title = value.to_owned(),
                "state" => mark.closed = value == "closed",
                _ => {}
            }
        }
        Some(mark).filter(|mark| !mark.task.is_empty())
    }
}

/// A task in letters that no tracker changes and that end no comment.
pub(crate) fn coded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        let follows_dash = byte == b'-' && out.ends_with('-');
        if (byte.is_ascii_alphanumeric() || b"-_./".contains(&byte)) && !follows_dash {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02x}");
        }
    }
    out
}

/// The task that such letters stand for.
pub(crate) fn decoded(text: &str) -> String {
    percent_encoding::percent_decode_str(text).decode_utf8_lossy().into_owned()
}

/// A short hash of what our part says.
///
/// Ticks, line ends, spaces and the numbers of lines in links do not count: the first are made by people, the others by trackers
/// and by edits elsewhere in the model.
pub fn fingerprint(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for line in text.lines() {
        let line = line.trim();
        let ticked = line.strip_prefix("- [x] ").or_else(|| line.strip_prefix("- [X] "));
        let words = ticked.map_or_else(|| line.to_owned(), |rest| format!("- [ ] {rest}"));
        words.split_whitespace().for_each(|word| {
            push_without_lines(&mut plain, word);
            plain.push(' ');
        });
    }
    hash(plain.trim_end())
}

/// A short hash of a title.
pub fn title_hash(title: &str) -> String {
    let mut hash = hash(&title.split_whitespace().collect::<Vec<_>>().join(" "));
    hash.truncate(8);
    hash
}

/// Half of the hash is more than enough to see a change.
fn hash(text: &str) -> String {
    let digest = Sha256::digest(text.as_bytes());
    digest.iter().take(8).fold(String::new(), |mut out, byte| {
        let _ = write!(out, "{byte:02x}");
        out
    })
}

/// A word with every `#L12` as `#L`.
fn push_without_lines(out: &mut String, word: &str) {
    let mut rest = word;
    while let Some(at) = rest.find("#L") {
        out.push_str(&rest[..at + 2]);
        rest = rest[at + 2..].trim_start_matches(|c: char| c.is_ascii_digit());
    }
    out.push_str(rest);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_survives_being_written() {
        let task = "shop/decide/a--b@web > <é".to_owned();
        let mark = Mark { task, hash: "00ff".to_owned(), title: "ab".to_owned(), closed: true };
        let words = mark.to_words();
        assert_eq!(words, "redan:begin task=shop/decide/a-%2db%40web%20%3e%20%3c%c3%a9 hash=00ff title=ab state=closed");
        assert_eq!(Mark::from_words(&words), Some(mark));
        assert_eq!(Mark::from_words("redan:begin hash=00ff"), None);
        assert_eq!(Mark::from_words("redan:beginning task=a"), None);
    }

    #[test]
    fn ticks_line_ends_spaces_and_line_numbers_are_no_change() {
        let a = "**Tests**\n\n- [ ] one `a`\n- [m.yaml\\#L12](<https://x/m.yaml#L12>)\n";
        let b = "**Tests**\r\n\r\n- [x] one `a`\r\n- [m.yaml\\#L9](<https://x/m.yaml#L9>)";
        assert_eq!(fingerprint(a), fingerprint(b));
        assert_ne!(fingerprint(a), fingerprint(&a.replace("one", "two")));
        assert_eq!(title_hash("a  b"), title_hash("a b"));
    }
}
