//! A model in the making: sections in the order of the language, ids that are valid and unique, losses.
//!
//! ```
//! use redan_interop::draft::{Draft, Entry, Section};
//!
//! let mut draft = Draft::new("Shop");
//! let shop = draft.id_for_name(Section::Elements, "Web Shop", "element");
//! draft.add(Section::Elements, &shop, Entry::new().named(&shop, "Web Shop").text("kind", "process"));
//! draft.guessed("the kind of Web Shop, taken to be a process", "components[0]");
//! let imported = draft.finish();
//! assert_eq!(imported.model["elements"]["web-shop"]["kind"], "process");
//! ```

mod sound;

use std::borrow::Cow;
use std::collections::BTreeMap;

use redan_model::canonical::Long;
use redan_model::{ById, every_byte};
use serde_json::{Value as Json, json};

use crate::{Decision, Imported, LossKind, Losses, Origins, limits};

/// A section of the language whose entries have ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(missing_docs, reason = "each is the section of that name")]
pub enum Section {
    People,
    Assumptions,
    Assets,
    Attackers,
    Zones,
    Elements,
    Flows,
    Threats,
    Mitigations,
    AttackTrees,
    Diagrams,
    Reviews,
    Incidents,
    Changelog,
}

impl Section {
    /// Every section, in the order of the language.
    const ALL: [Self; 14] = [
        Self::People,
        Self::Assumptions,
        Self::Assets,
        Self::Attackers,
        Self::Zones,
        Self::Elements,
        Self::Flows,
        Self::Threats,
        Self::Mitigations,
        Self::AttackTrees,
        Self::Diagrams,
        Self::Reviews,
        Self::Incidents,
        Self::Changelog,
    ];

    /// The key in a model.
    pub fn key(self) -> &'static str {
        match self {
            Self::People => "people",
            Self::Assumptions => "assumptions",
            Self::Assets => "assets",
            Self::Attackers => "attackers",
            Self::Zones => "zones",
            Self::Elements => "elements",
            Self::Flows => "flows",
            Self::Threats => "threats",
            Self::Mitigations => "mitigations",
            Self::AttackTrees => "attack-trees",
            Self::Diagrams => "diagrams",
            Self::Reviews => "reviews",
            Self::Incidents => "incidents",
            Self::Changelog => "changelog",
        }
    }

    /// Assets, zones, elements and flows share one set of ids; every other section has its own.
    fn names(self) -> Self {
        match self {
            Self::Assets | Self::Zones | Self::Flows => Self::Elements,
            other => other,
        }
    }
}

/// One entry of a section, field by field. What is empty is not written.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry(Long<'static>);

impl Default for Entry {
    fn default() -> Self {
        Self::new()
    }
}

impl Entry {
    /// An entry without fields, with room for those that most have.
    pub fn new() -> Self {
        Self::with_room(7)
    }

    /// An entry without fields, with room for a few.
    pub(crate) fn with_room(fields: usize) -> Self {
        Self(Long::Map(Vec::with_capacity(fields)))
    }

    /// The name on one line, unless the id says it.
    pub fn named(self, id: &str, name: &str) -> Self {
        let name = one_line(name);
        if id == name { self } else { self.text("name", &name) }
    }

    /// A text, without white space around it.
    pub fn text(self, key: impl Into<Key>, value: &str) -> Self {
        let value = clean(value);
        if value.is_empty() { self } else { self.put(key, value) }
    }

    /// A list of texts.
    pub fn list<T: AsRef<str>>(self, key: impl Into<Key>, items: impl IntoIterator<Item = T>) -> Self {
        let given = items.into_iter();
        // A filter hides how many there are, and lists grow by four.
        let mut items: Vec<Long<'static>> = Vec::with_capacity(given.size_hint().0);
        items.extend(given.map(|item| clean(item.as_ref())).filter(|item| !item.is_empty()).map(Long::from));
        if items.is_empty() { self } else { self.put(key, Long::List(items)) }
    }

    /// A fact under `controls` or `traits`, such as `fact("controls", "mfa", "no")`.
    pub fn fact(self, set: impl Into<Key>, name: &str, state: &str) -> Self {
        self.kept(set, name, state.into())
    }

    /// Any value, inside what is kept under a key.
    pub fn kept(mut self, key: impl Into<Key>, inner: &str, value: Json) -> Self {
        if let Some(kept) = self.0.map_at(key) {
            kept.put(inner.to_owned(), value);
        }
        self
    }

    /// Any value, as it is.
    pub fn value(self, key: impl Into<Key>, value: Json) -> Self {
        self.put(key, value)
    }

    /// The same of a tree.
    pub(crate) fn put(mut self, key: impl Into<Key>, value: impl Into<Long<'static>>) -> Self {
        self.0.put(key, value);
        self
    }

    /// With the fields of another entry after its own.
    pub(crate) fn and(mut self, mut other: Self) -> Self {
        for (key, value) in other.0.entries_mut().into_iter().flat_map(std::mem::take) {
            self.0.put(key, value);
        }
        self
    }

    /// Whether nothing was written.
    pub fn is_empty(&self) -> bool {
        self.0.entries().is_empty()
    }
}

/// The key of a field.
pub type Key = Cow<'static, str>;

impl From<Entry> for Json {
    fn from(entry: Entry) -> Self {
        entry.0.into_json()
    }
}

/// A model in the making.
#[derive(Debug, Default)]
pub struct Draft {
    head: Entry,
    sections: BTreeMap<Section, ById<Entry>>,
    /// By the section that stands for its names, every id that was wished for, with the number that the next one with the
    /// same wish tries first. Ids with a number are not here, since the wish tells which of them were given.
    wishes: BTreeMap<Section, ById<usize>>,
    losses: Losses,
    decisions: Vec<Decision>,
    origins: Origins,
}

impl Draft {
    /// A model with a name, which may be empty.
    pub fn new(name: &str) -> Self {
        Self { head: Entry::new().value("redan", json!(1)).text("name", name), ..Self::default() }
    }

    /// A field at the top of the model, such as `description` or `scope`; what is empty is not written.
    pub fn set(&mut self, key: &str, value: impl Into<Json>) {
        let value = match value.into() {
            Json::String(text) => clean(&text).into(),
            other => other,
        };
        let empty = match &value {
            Json::Null => true,
            Json::String(text) => text.is_empty(),
            Json::Array(items) => items.is_empty(),
            Json::Object(entries) => entries.is_empty(),
            Json::Bool(_) | Json::Number(_) => false,
        };
        if !empty {
            self.head.0.put(key.to_owned(), value);
        }
    }

    /// An id that nothing else has, made from a name; from the other word if the name has no letter or digit.
    pub fn id_for_name(&mut self, section: Section, name: &str, otherwise: &str) -> String {
        self.id_for_wish(section, wish(name, otherwise))
    }

    /// An id that nothing else has: the foreign one as it is if it is valid, free and not too long, else one made from it.
    pub fn keep_id(&mut self, section: Section, id: &str, otherwise: &str) -> String {
        if redan_model::lang::is_id(id) && id.len() <= limits::LONGEST_KEPT_ID {
            self.id_for_wish(section, id.to_owned())
        } else {
            self.id_for_name(section, id, otherwise)
        }
    }

    /// The same, made from what [`wish`] gave.
    pub(crate) fn id_for_wish(&mut self, section: Section, wanted: String) -> String {
        let names = section.names();
        let wishes = self.wishes.entry(names).or_default();
        let reserved = names == Section::Elements && wanted == "model";
        let known = wishes.get(&wanted).copied();
        if known.is_none() && !reserved && !is_numbered(wishes, &wanted) {
            wishes.insert(wanted.clone(), FIRST);
            return wanted;
        }
        let mut next = known.unwrap_or(FIRST);
        let id = loop {
            let id = numbered(&wanted, next);
            next += 1;
            // A number after a wish is free, unless the very id was wished for.
            if !wishes.contains_key(&id) {
                break id;
            }
        };
        wishes.insert(wanted, next);
        id
    }

    /// Adds an entry under an id that [`Self::id_for_name`] or [`Self::keep_id`] gave.
    pub fn add(&mut self, section: Section, id: &str, entry: Entry) {
        self.sections.entry(section).or_default().insert(id.to_owned(), entry);
    }

    /// Whether there is an element, flow, zone or asset with an id.
    pub fn has_thing(&self, id: &str) -> bool {
        let sections = [Section::Elements, Section::Flows, Section::Zones, Section::Assets];
        sections.iter().filter_map(|section| self.sections.get(section)).any(|entries| entries.contains_key(id))
    }

    /// Whether a section has an entry under an id.
    pub fn has(&self, section: Section, id: &str) -> bool {
        self.sections.get(&section).is_some_and(|entries| entries.contains_key(id))
    }

    /// Adds an entry, or to an entry that is there the fields that it lacks.
    pub fn add_missing(&mut self, section: Section, id: &str, mut entry: Entry) {
        let known = self.sections.entry(section).or_default().entry(id.to_owned()).or_default();
        for (key, value) in entry.0.entries_mut().into_iter().flat_map(std::mem::take) {
            if known.0.get(&key).is_none() {
                known.0.put(key, value);
            }
        }
    }

    /// Adds the answer to a threat that a rule raises: its key is `<rule>@<subject>` and no id of a threat.
    pub fn answer(&mut self, key: &str, entry: Entry) {
        self.add(Section::Threats, key, entry);
    }

    /// Keeps what somebody decided about a threat that the other tool raised.
    pub fn decided(&mut self, decision: Decision) {
        self.decisions.push(decision);
    }

    /// The file does not say it; the most likely value was taken.
    pub fn guessed(&mut self, what: impl Into<String>, place: impl Into<String>) {
        self.lose(LossKind::Guessed, what, place);
    }

    /// It is in the model in another form than in the file.
    pub fn changed(&mut self, what: impl Into<String>, place: impl Into<String>) {
        self.lose(LossKind::Changed, what, place);
    }

    /// It has no place in the model.
    pub fn dropped(&mut self, what: impl Into<String>, place: impl Into<String>) {
        self.lose(LossKind::Dropped, what, place);
    }

    /// It points at something that is not in the file.
    pub fn dangling(&mut self, what: impl Into<String>, place: impl Into<String>) {
        self.lose(LossKind::Dangling, what, place);
    }

    /// Records a loss.
    pub fn lose(&mut self, kind: LossKind, what: impl Into<String>, place: impl Into<String>) {
        self.losses.lose(kind, what, place);
    }

    /// Remembers which thing of the file an entry was made from, in whatever words the format's module finds it again,
    /// so that changes of the entry can be written into the file.
    pub fn made_from(&mut self, section: Section, id: &str, place: impl Into<String>) {
        self.origins.insert(section.key(), id, place);
    }

    /// The model, sections in the order of the language.
    pub fn finish(mut self) -> Imported {
        self.make_sound();
        let mut model = self.head.0;
        for section in Section::ALL {
            if let Some(entries) = self.sections.remove(&section) {
                model.put(section.key(), Long::Map(entries.into_iter().map(|(id, entry)| (id.into(), entry.0)).collect()));
            }
        }
        Imported { model: model.into(), loss: self.losses.finish(), decisions: self.decisions, origins: self.origins }
    }
}

/// The number of the second thing with one wish.
const FIRST: usize = 2;

/// Whether an id was given to somebody with another wish, which it is with a number after it.
fn is_numbered(wishes: &ById<usize>, id: &str) -> bool {
    let given = || {
        let (wish, number) = id.rsplit_once('-').filter(|(_, number)| !number.starts_with('0'))?;
        Some((FIRST..*wishes.get(wish)?).contains(&number.parse().ok()?))
    };
    given().unwrap_or(false)
}

/// An id with a number after it.
fn numbered(id: &str, number: usize) -> String {
    let mut digits = itoa::Buffer::new();
    let digits = digits.format(number);
    let mut out = String::with_capacity(id.len() + 1 + digits.len());
    out.push_str(id);
    out.push('-');
    out.push_str(digits);
    out
}

/// A text without white space around it.
pub(crate) fn trim(text: &str) -> &str {
    match text.as_bytes() {
        // Nearly every text, which this way need not be decoded.
        [b'!'..=b'~'] | [b'!'..=b'~', .., b'!'..=b'~'] => text,
        _ => text.trim(),
    }
}

/// A text as models have it: no white space around it, no control characters, line ends of one kind.
pub fn clean(text: &str) -> String {
    let text = trim(text);
    if every_byte(text, |byte| matches!(byte, b' '..=b'~' | b'\n' | b'\t')) {
        return text.to_owned();
    }
    let text = text.replace("\r\n", "\n");
    if text.chars().any(is_unwanted) { text.chars().filter(|c| !is_unwanted(*c)).collect() } else { text }
}

/// A text on one line: every run of white space is one space.
pub fn one_line(text: &str) -> String {
    let text = trim(text);
    let mut before = b'-';
    let plain = text.bytes().fold(true, |plain, byte| {
        let two_spaces = byte == b' ' && before == b' ';
        before = byte;
        plain & matches!(byte, b' '..=b'~') & !two_spaces
    });
    if plain {
        return text.to_owned();
    }
    clean(text).split_whitespace().collect::<Vec<_>>().join(" ")
}

fn is_unwanted(c: char) -> bool {
    c.is_control() && !matches!(c, '\n' | '\t') || matches!(c, '\u{fffe}' | '\u{ffff}' | '\u{feff}')
}

/// The id that a name wishes for; the other word if the name has no letter or digit.
pub(crate) fn wish(name: &str, otherwise: &str) -> String {
    let slug = slug(name);
    if slug.is_empty() { otherwise.to_owned() } else { slug }
}

/// A name as an id: lower case, `-` for everything that is no letter or digit of ASCII; empty if nothing is left.
///
/// A long name is cut after a word, so that the id stays within [`limits::MAX_ID_LENGTH`].
pub fn slug(name: &str) -> String {
    let name = trim(name);
    let slug =
        if name.is_ascii() { hyphenated(name.bytes()) } else { hyphenated(name.chars().map(without_accent).collect::<String>().bytes()) };
    let mut slug = String::from_utf8(slug).unwrap_or_default();
    if slug.len() > limits::MAX_ID_LENGTH {
        slug.truncate(limits::MAX_ID_LENGTH);
        let word = slug.rfind('-').filter(|at| *at > limits::MAX_ID_LENGTH / 2);
        slug.truncate(word.unwrap_or(slug.len()));
    }
    slug.truncate(slug.trim_end_matches('-').len());
    slug
}

/// Letters and digits in lower case, with one `-` between words, as far as an id may need them.
fn hyphenated(name: impl Iterator<Item = u8>) -> Vec<u8> {
    let mut id = Vec::with_capacity(limits::MAX_ID_LENGTH + 2);
    // Between words, or before the first.
    let mut between = true;
    for byte in name {
        let letter = LETTERS[usize::from(byte)];
        if letter != 0 {
            id.push(letter);
            between = false;
        } else if !std::mem::replace(&mut between, true) {
            id.push(b'-');
        }
        if id.len() > limits::MAX_ID_LENGTH {
            break;
        }
    }
    id
}

/// For every byte the letter or digit that stands for it in an id, in lower case; 0 for what is none in ASCII.
const LETTERS: [u8; 256] = {
    let mut all = [0; 256];
    let mut byte = 0_u8;
    while byte.is_ascii() {
        if byte.is_ascii_alphanumeric() {
            all[byte as usize] = byte.to_ascii_lowercase();
        }
        byte += 1;
    }
    all
};

/// A letter as those of ASCII that stand for it in an id; what has none is no letter.
fn without_accent(c: char) -> String {
    let lower = c.to_lowercase().next().unwrap_or(c);
    match lower {
        ascii if ascii.is_ascii() => ascii.to_string(),
        'à'..='å' => "a".to_owned(),
        'ç' => "c".to_owned(),
        'è'..='ë' => "e".to_owned(),
        'ì'..='ï' => "i".to_owned(),
        'ñ' => "n".to_owned(),
        'ò'..='ö' | 'ø' => "o".to_owned(),
        'ù'..='ü' => "u".to_owned(),
        'ý' | 'ÿ' => "y".to_owned(),
        'æ' => "ae".to_owned(),
        'œ' => "oe".to_owned(),
        'ß' => "ss".to_owned(),
        _ => "-".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn ids_are_valid_and_apart() {
        let mut draft = Draft::new("");
        let mut id = |name| draft.id_for_name(Section::Elements, name, "element");
        assert_eq!(
            [id("Web  App (v2)"), id("web app/v2"), id("Schlüssel"), id("日本"), id("")],
            ["web-app-v2", "web-app-v2-2", "schlussel", "element", "element-2"]
        );
        assert_eq!([id("model"), id("web-app-v2-2"), id("Web App v2")], ["model-2", "web-app-v2-2-2", "web-app-v2-3"]);
    }

    proptest! {
        #[test]
        fn no_two_ids_are_the_same_and_a_wish_is_met_where_it_can_be(wishes in proptest::collection::vec("(a|model)(-(a|[0-3]{1,2})){0,3}", 0..40)) {
            let (mut draft, mut given) = (Draft::new(""), BTreeSet::from(["model".to_owned()]));
            for wish in wishes {
                let id = draft.keep_id(Section::Elements, &wish, "x");
                prop_assert!(id == wish || given.contains(&wish), "{wish}: {id}");
                prop_assert!(given.insert(id.clone()), "{id} twice");
            }
        }
    }

    #[test]
    fn white_space_of_every_kind_is_taken_off() {
        for text in ["", " ", "a", " a", "a ", "a b", "\u{a0}a\u{a0}", "é", " é\n", "é a", "a\tb\u{2003}", "\u{7f}a"] {
            assert_eq!(trim(text), text.trim());
        }
    }

    #[test]
    fn long_names_are_cut_after_a_word() {
        assert_eq!(slug("Security is important but we need help in finding out where"), "security-is-important-but-we-need-help-in");
        assert_eq!(slug(&"x".repeat(90)).len(), limits::MAX_ID_LENGTH);
    }

    #[test]
    fn elements_flows_zones_and_assets_share_their_ids() {
        let mut draft = Draft::new("");
        let ids = [Section::Elements, Section::Flows, Section::Threats, Section::Zones].map(|section| draft.keep_id(section, "A_b", "x"));
        assert_eq!(ids, ["A_b", "A_b-2", "A_b", "A_b-3"]);
    }

    #[test]
    fn sections_stand_in_the_order_of_the_language() {
        let mut draft = Draft::new(" Shop\u{0}\r\n ");
        draft.add(Section::Flows, "f", Entry::new().text("from", "a").text("label", "  "));
        draft.add(Section::Zones, "z", Entry::new());
        draft.set("description", "");
        draft.set("owner", "bo");
        let text = draft.finish().model.to_string();
        assert_eq!(text, r#"{"redan":1,"name":"Shop","owner":"bo","zones":{"z":{}},"flows":{"f":{"from":"a"}}}"#);
    }

    #[test]
    fn losses_are_counted_beyond_what_is_listed() {
        let mut draft = Draft::new("");
        for _ in 0..limits::MAX_LOSSES + 3 {
            draft.dropped("x", "y");
        }
        let loss = draft.finish().loss;
        assert_eq!((loss.len(), loss.last().unwrap().what.as_str()), (limits::MAX_LOSSES + 1, "3 more that are not listed"));
    }
}
