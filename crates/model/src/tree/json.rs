//! JSON as the tree that the YAML parser would give, in a small part of the time.
//!
//! Only what both read alike is read here. Whatever is doubtful (a fault, a limit, a character that YAML reads in its own
//! way) gives nothing: the YAML parser then reads the text and says what is wrong. So there is no diagnostic here, and
//! no text means anything else than it would without this file.

use super::{Entry, Node, Style, Value};
use crate::source::{SourceId, Span};
use crate::{ById, every_byte, limits};

/// Longest key; YAML's keys are shorter than 1,024 characters.
pub(super) const LONGEST_KEY: usize = 1_000;
/// Most entries of a mapping whose keys are compared one with another.
const FEW: usize = 8;

/// The tree of a JSON object or list that starts at byte `base` of the source `id`.
pub(super) fn read(text: &str, id: SourceId, base: usize) -> Option<Node> {
    let mut reader = Reader { text, at: 0, id, base, nodes: 0 };
    reader.skip_space();
    if !matches!(reader.peek()?, b'{' | b'[') {
        return None;
    }
    let root = reader.node(0)?;
    reader.skip_space();
    (reader.at == text.len()).then_some(root)
}

/// Whether a text has a character that YAML does not take as it stands, or takes for a line end.
pub(super) fn is_odd(text: &str) -> bool {
    !every_byte(text, |byte| byte < 0x7f) && text.chars().any(is_odd_char)
}

/// Whether a character is one of these. Outside of quotes nothing is, in JSON.
pub(crate) fn is_odd_char(c: char) -> bool {
    matches!(c, '\u{7f}'..='\u{9f}' | '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

struct Reader<'t> {
    text: &'t str,
    at: usize,
    id: SourceId,
    base: usize,
    nodes: usize,
}

impl Reader<'_> {
    fn peek(&self) -> Option<u8> {
        self.text.as_bytes().get(self.at).copied()
    }

    fn skip_space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\n' | b'\r')) {
            self.at += 1;
        }
    }

    /// Whether a sign comes next; it is passed over.
    fn take(&mut self, sign: u8) -> bool {
        let found = self.peek() == Some(sign);
        self.at += usize::from(found);
        found
    }

    fn span(&self, start: usize) -> Span {
        Span::new(self.id, self.base + start, self.base + self.at)
    }

    /// Counts a value or key; nothing if there are too many.
    fn count(&mut self) -> Option<()> {
        self.nodes += 1;
        (self.nodes <= limits::MAX_NODES).then_some(())
    }

    fn node(&mut self, depth: usize) -> Option<Node> {
        self.count()?;
        let start = self.at;
        let (value, style) = match self.peek()? {
            b'"' => (Value::Scalar(self.string()?), Style::Quoted),
            b'{' | b'[' if depth >= limits::MAX_DEPTH => return None,
            b'{' => {
                let entries = self.bracketed(b'}', |reader| reader.entry(depth + 1))?;
                (are_unique(&entries).then_some(Value::Map(entries))?, Style::Flow)
            }
            b'[' => (Value::List(self.bracketed(b']', |reader| reader.node(depth + 1))?), Style::Flow),
            _ => (self.literal()?, Style::Plain),
        };
        Some(Node { span: self.span(start), style, value, aliased: false })
    }

    /// What stands between brackets, with commas in between.
    fn bracketed<T>(&mut self, close: u8, one: impl Fn(&mut Self) -> Option<T>) -> Option<Vec<T>> {
        self.at += 1;
        let mut all = Vec::new();
        self.skip_space();
        if self.take(close) {
            return Some(all);
        }
        loop {
            self.skip_space();
            all.push(one(self)?);
            self.skip_space();
            if !self.take(b',') {
                return self.take(close).then_some(all);
            }
        }
    }

    fn entry(&mut self, depth: usize) -> Option<Entry> {
        self.count()?;
        let start = self.at;
        let key = self.string()?;
        let key_span = self.span(start);
        if self.at - start > LONGEST_KEY {
            return None;
        }
        // YAML wants the colon on the line of the key.
        while self.take(b' ') {}
        if !self.take(b':') {
            return None;
        }
        self.skip_space();
        Some(Entry { key, key_span, value: self.node(depth)? })
    }

    /// A text in quotes.
    fn string(&mut self) -> Option<String> {
        if !self.take(b'"') {
            return None;
        }
        let start = self.at;
        let end = start + plain_length(self.text.as_bytes().get(start..)?);
        self.at = end;
        let plain = self.text.get(start..end)?;
        if is_odd(plain) {
            return None;
        }
        if self.take(b'"') { Some(plain.to_owned()) } else { self.escaped(plain.to_owned()) }
    }

    /// The rest of a text whose first part has no escape.
    fn escaped(&mut self, mut text: String) -> Option<String> {
        while !self.take(b'"') {
            if !self.take(b'\\') {
                return None;
            }
            text.push(self.escape()?);
            let start = self.at;
            self.at += plain_length(self.text.as_bytes().get(start..)?);
            let plain = self.text.get(start..self.at)?;
            if is_odd(plain) {
                return None;
            }
            text.push_str(plain);
        }
        Some(text)
    }

    fn escape(&mut self) -> Option<char> {
        let sign = self.peek()?;
        self.at += 1;
        Some(match sign {
            b'"' | b'\\' | b'/' => char::from(sign),
            b'b' => '\u{8}',
            b'f' => '\u{c}',
            b'n' => '\n',
            b'r' => '\r',
            b't' => '\t',
            b'u' => {
                let digits = self.text.get(self.at..self.at + 4).filter(|digits| digits.bytes().all(|digit| digit.is_ascii_hexdigit()))?;
                self.at += 4;
                // Halves of pairs are no characters, and YAML does not join them.
                char::from_u32(u32::from_str_radix(digits, 16).ok()?)?
            }
            _ => return None,
        })
    }

    /// A number, a truth value or nothing.
    fn literal(&mut self) -> Option<Value> {
        let rest = self.text.get(self.at..)?;
        let length = rest.bytes().take_while(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'E' | b'+' | b'-' | b'.')).count();
        let word = rest.get(..length)?;
        self.at += length;
        match word {
            "null" => Some(Value::Null),
            "true" | "false" => Some(Value::Scalar(word.to_owned())),
            word => is_number(word).then(|| Value::Scalar(word.to_owned())),
        }
    }
}

/// How many bytes from here on stand for themselves.
fn plain_length(bytes: &[u8]) -> usize {
    bytes.iter().position(|byte| matches!(byte, b'"' | b'\\' | ..=0x1f)).unwrap_or(bytes.len())
}

/// Whether a word is a number of JSON.
fn is_number(word: &str) -> bool {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let (number, exponent) = word.split_once(['e', 'E']).map_or((word, None), |(number, exponent)| (number, Some(exponent)));
    let (whole, fraction) = number.split_once('.').map_or((number, None), |(whole, fraction)| (whole, Some(fraction)));
    let whole = whole.strip_prefix('-').unwrap_or(whole);
    let exponent = exponent.map(|exponent| exponent.strip_prefix(['+', '-']).unwrap_or(exponent));
    digits(whole) && (whole == "0" || !whole.starts_with('0')) && fraction.is_none_or(digits) && exponent.is_none_or(digits)
}

fn are_unique(entries: &[Entry]) -> bool {
    if entries.len() > FEW {
        let mut seen = ById::with_capacity_and_hasher(entries.len(), Default::default());
        return entries.iter().all(|entry| seen.insert(entry.key.as_str(), ()).is_none());
    }
    entries.iter().enumerate().all(|(at, entry)| entries.iter().skip(at + 1).all(|other| other.key != entry.key))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::parse::parse_yaml;
    use super::*;

    /// What YAML makes of a text, if it finds no fault in it.
    fn yaml(text: &str) -> Option<Node> {
        let mut faults = Vec::new();
        let document = parse_yaml(text, SourceId(0), 7, &mut faults);
        (faults.is_empty() && document.comments.is_empty()).then_some(document.root)
    }

    fn json(text: &str) -> Option<Node> {
        read(text, SourceId(0), 7)
    }

    /// White space, most often none.
    fn space() -> impl Strategy<Value = String> {
        prop_oneof![4 => Just(String::new()), 2 => Just(" ".to_owned()), 1 => "[ \n\r]{1,4}", 1 => Just("\n  ".to_owned())]
    }

    /// A text in quotes, with escapes of every kind and characters that YAML does not like.
    fn string() -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            6 => "[a-z0-9 ]{0,6}".prop_map(|text| text),
            2 => "[-:#,&*!|>%@`'?{}=~<\\[\\]]{1,2} ?".prop_map(|text| text),
            2 => proptest::sample::select(vec!["\\\"", "\\\\", "\\/", "\\b", "\\f", "\\n", "\\r", "\\t", "\\u0000", "\\u00e9", "\\u20AC", "\\u2028"])
                .prop_map(str::to_owned),
            1 => proptest::sample::select(vec!["é", "€", "😀", "\u{80}", "\u{85}", "\u{a0}", "\u{2028}", "\u{feff}", "\u{fffe}", "\u{7f}"])
                .prop_map(str::to_owned),
        ];
        proptest::collection::vec(piece, 0..4).prop_map(|pieces| format!("\"{}\"", pieces.concat()))
    }

    /// A document of JSON as somebody may have written it; keys may be there twice.
    fn document() -> impl Strategy<Value = String> {
        let number = "-?(0|[1-9][0-9]{0,20})(\\.[0-9]{1,3})?([eE][-+]?[0-9]{1,3})?";
        let words = proptest::sample::select(vec!["true", "false", "null"]).prop_map(str::to_owned);
        let leaf = prop_oneof![3 => string(), 1 => number.prop_map(|text| text), 1 => words];
        leaf.prop_recursive(4, 40, 6, |inner| {
            let item = (space(), inner, space()).prop_map(|(before, item, after)| format!("{before}{item}{after}")).boxed();
            let entry = (space(), string(), " ?", item.clone()).prop_map(|(before, key, gap, item)| format!("{before}{key}{gap}:{item}"));
            prop_oneof![
                (proptest::collection::vec(item, 0..6), space()).prop_map(|(items, end)| format!("[{}{end}]", items.join(","))),
                (proptest::collection::vec(entry, 0..12), space()).prop_map(|(entries, end)| format!("{{{}{end}}}", entries.join(","))),
            ]
        })
        .prop_flat_map(|document| (space(), Just(document), space()).prop_map(|parts| [parts.0, parts.1, parts.2].concat()))
    }

    proptest! {
        #[test]
        fn json_is_read_as_yaml_reads_it(text in document()) {
            let (read, yaml) = (json(&text), yaml(&text));
            if let Some(root) = &read {
                prop_assert_eq!(Some(root), yaml.as_ref());
            }
            let starts = text.trim_start().starts_with(['{', '[']);
            let plain = text.bytes().all(|byte| byte < 0x7f);
            let is_json = serde_json::from_str::<serde_json::Value>(&text).is_ok();
            if starts && plain && yaml.is_some() && is_json {
                prop_assert!(read.is_some(), "not read: {}", text);
            }
        }

        #[test]
        fn a_text_with_a_fault_is_left_to_yaml(text in document(), at in any::<prop::sample::Index>(), sign in "[-\"\\\\\\[\\]{},:#a1 \t\n\u{0}é]?") {
            let places: Vec<usize> = text.char_indices().map(|(at, _)| at).chain([text.len()]).collect();
            let at = places[at.index(places.len())];
            let length = text[at..].chars().next().map_or(0, char::len_utf8);
            for broken in [format!("{}{sign}{}", &text[..at], &text[at..]), format!("{}{sign}{}", &text[..at], &text[at + length..])] {
                if let Some(root) = json(&broken) {
                    prop_assert_eq!(Some(root), yaml(&broken), "{}", broken);
                }
            }
        }
    }

    #[test]
    fn numbers_are_those_of_json() {
        assert!(["0", "-0", "12", "1.5", "1e5", "-1.0E-10"].into_iter().all(is_number));
        assert!(!["", "-", "01", "1.", ".5", "1e", "+1", "1e+-2", "nul", "--1"].into_iter().any(is_number));
    }

    #[test]
    fn what_is_too_deep_too_long_or_given_twice_is_left_to_yaml() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert_eq!(json(&nested(limits::MAX_DEPTH)), yaml(&nested(limits::MAX_DEPTH)));
        assert_eq!(json(&nested(limits::MAX_DEPTH + 1)), None);
        assert_eq!(json(&nested(1_000_000)), None);
        assert_eq!(json(&format!("{{\"{}\": 1}}", "k".repeat(2_000))), None);
        assert_eq!(json("{\"a\": 1, \"b\": 2, \"a\": 3}"), None);
        let many: Vec<String> = (0..20).map(|number| format!("\"k{}\": 1", number % 19)).collect();
        assert_eq!(json(&format!("{{{}}}", many.join(","))), None);
    }
}
