//! What every part of the language can do: be read, be written, and be described.
//!
//! Reading collects every fault and goes on with what is left; it never stops at the first one. Scalars are read by
//! the type of their field, so the tree's text is all that a reader looks at.

use std::borrow::Cow;
use std::sync::Arc;

use serde_json::Value as Json;

use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::lang::{Entries, Given, Keyed, Place};
use crate::limits::MAX_DIAGNOSTICS;
use crate::long::{self, Long};
use crate::reference::Reference;
use crate::schema::Generator;
use crate::source::Span;
use crate::suggest::{advice, nearest};
use crate::tree::Kind;

/// A value of the language.
pub trait Syntax: Sized + Send + Sync {
    /// Whether a list of these may be written as one of them alone.
    const ALONE: bool = false;
    /// Whether the keys of a mapping to these are ids of the model.
    const KEYED_BY_ID: bool = false;
    /// Whether a key with nothing after it is a value.
    const MAY_BE_NOTHING: bool = false;

    /// What stands in a partial model for an entry that could not be read, so that references to it are not faults too.
    fn blank() -> Option<Self> {
        None
    }

    /// Reads a value; `None` after reporting why there is none.
    fn read(given: Given<'_>, reader: &mut Reader<'_>) -> Option<Self>;

    /// The canonical long form.
    fn write(&self) -> Long<'_>;

    /// The JSON Schema of every form.
    fn schema(generator: &mut Generator<'_>) -> Json;

    /// What it is, in a reader's words, in Markdown.
    fn describe(reference: &mut Reference) -> String;
}

/// What a field of a record holds: one value, a list, a mapping.
pub trait Field: Default {
    /// Reads what stands after the key.
    fn read(given: Given<'_>, reader: &mut Reader<'_>) -> Self;

    /// The canonical long form; `None` if the field was not written.
    fn write(&self) -> Option<Long<'_>>;

    /// The entries of the long form of a mapping that has some, each made when it is asked for.
    fn entries(&self) -> Option<Box<dyn Iterator<Item = long::Entry<'_>> + '_>> {
        None
    }

    /// The JSON Schema of every form.
    fn schema(generator: &mut Generator<'_>) -> Json;

    /// What it holds, in a reader's words, in Markdown.
    fn describe(reference: &mut Reference) -> String;
}

/// What a declaration says about a field beyond its type.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Whether the record makes no sense without it.
    pub required: bool,
    /// Least and greatest number.
    pub range: Option<(f64, f64)>,
    /// The only keys that a mapping may have.
    pub keys: &'static [&'static str],
}

impl Limits {
    /// No limits.
    pub const NONE: Self = Self { required: false, range: None, keys: &[] };
}

/// The limits that a declaration can give after `=`.
pub mod limit {
    use super::Limits;

    /// The key must be there.
    pub const fn required() -> Limits {
        Limits { required: true, ..Limits::NONE }
    }

    /// The key must be there, with a number in a range.
    pub const fn required_within(least: f64, greatest: f64) -> Limits {
        Limits { required: true, range: Some((least, greatest)), ..Limits::NONE }
    }

    /// A number in a range.
    pub const fn within(least: f64, greatest: f64) -> Limits {
        Limits { range: Some((least, greatest)), ..Limits::NONE }
    }

    /// A mapping with only these keys.
    pub const fn keys(keys: &'static [&'static str]) -> Limits {
        Limits { keys, ..Limits::NONE }
    }

    /// A mapping with only these keys, to numbers in a range.
    pub const fn keys_within(keys: &'static [&'static str], least: f64, greatest: f64) -> Limits {
        Limits { keys, range: Some((least, greatest)), ..Limits::NONE }
    }
}

/// One field of a record, as declared.
pub struct FieldInfo<R: 'static> {
    /// The name in Rust; the key is [`key_of`] it.
    pub name: &'static str,
    /// The doc comment.
    pub doc: &'static [&'static str],
    /// What the declaration says beyond the type.
    pub limits: Limits,
    /// Reads the field into a record.
    pub read: fn(&mut R, Given<'_>, &mut Reader<'_>),
    /// Writes the field of a record.
    pub write: fn(&R) -> Option<Long<'_>>,
    /// Writes the entries of the field one by one, if it is a mapping that has some.
    pub entries: fn(&R) -> Option<Box<dyn Iterator<Item = long::Entry<'_>> + '_>>,
    /// The schema of the field.
    pub schema: fn(&mut Generator<'_>) -> Json,
    /// The field's type in words.
    pub describe: fn(&mut Reference) -> String,
}

/// A short form of a record: one text that stands for the whole.
pub trait ShortForm<R> {
    /// Reads the text of a scalar.
    fn expand(text: Cow<'_, str>, place: Place, reader: &mut Reader<'_>) -> Option<R>;
    /// The JSON Schema of the text; `None` when there is no short form.
    fn schema() -> Option<Json>;
    /// The short form in words.
    fn describe() -> &'static str;
}

/// The short form of records that have none.
pub struct NoShortForm;

impl<R: Record> ShortForm<R> for NoShortForm {
    fn expand(_: Cow<'_, str>, place: Place, reader: &mut Reader<'_>) -> Option<R> {
        let keys: Vec<String> = R::FIELDS.iter().map(|f| format!("`{}`", key_of(f.name))).collect();
        reader.wrong_type_with(place, "a mapping", &format!("{} has the keys {}", with_article(&noun(R::NAME)), keys.join(", ")));
        None
    }

    fn schema() -> Option<Json> {
        None
    }

    fn describe() -> &'static str {
        ""
    }
}

/// A record of the language, as declared by `record!`.
pub trait Record: Default + Send + Sync + 'static {
    /// The text that may stand for the whole record.
    type Short: ShortForm<Self>;
    /// The name in Rust.
    const NAME: &'static str;
    /// The doc comment.
    const DOC: &'static [&'static str];
    /// The fields, in the order in which users see them. What they lead to is compiled anew in every crate that looks at
    /// them, a tenth of a large one; for the names alone there is [`Self::NAMES`].
    const FIELDS: &'static [FieldInfo<Self>];
    /// The names of the fields in Rust, in the same order.
    const NAMES: &'static [&'static str];

    /// Where foreign keys are kept.
    fn extras(&self) -> &super::Extras;
    /// Where foreign keys are kept.
    fn extras_mut(&mut self) -> &mut super::Extras;
}

impl<R: Record> Syntax for R {
    const ALONE: bool = matches!(R::NAME.as_bytes(), b"Acceptance");
    const KEYED_BY_ID: bool = !matches!(R::NAME.as_bytes(), b"ThreatEntry" | b"Change");
    const MAY_BE_NOTHING: bool = true;

    fn read(given: Given<'_>, reader: &mut Reader<'_>) -> Option<Self> {
        let place = given.place;
        match place.kind {
            Kind::Map | Kind::Nothing => Some(read_fields(place, given.entries(), reader)),
            Kind::Scalar => R::Short::expand(given.text()?, place, reader),
            Kind::List => <NoShortForm as ShortForm<R>>::expand("".into(), place, reader),
        }
    }

    fn blank() -> Option<Self> {
        Some(R::default())
    }

    fn write(&self) -> Long<'_> {
        // Room for what most records say: a filter hides how many there are.
        let mut entries = Vec::with_capacity(8);
        // Most fields of most records are empty, and the key of an empty one is not needed.
        entries.extend(R::FIELDS.iter().filter_map(|field| (field.write)(self).map(|value| (key(field.name), value))));
        entries.extend(self.extras().write());
        Long::Map(entries)
    }

    fn schema(generator: &mut Generator<'_>) -> Json {
        generator.record::<R>()
    }

    fn describe(reference: &mut Reference) -> String {
        reference.record::<R>()
    }
}

/// A part that the model and its resolved things share, or a large one that hardly anything has.
impl<T: Syntax> Syntax for Arc<T> {
    const ALONE: bool = T::ALONE;
    const KEYED_BY_ID: bool = T::KEYED_BY_ID;
    const MAY_BE_NOTHING: bool = T::MAY_BE_NOTHING;

    fn blank() -> Option<Self> {
        T::blank().map(Self::new)
    }

    fn read(given: Given<'_>, reader: &mut Reader<'_>) -> Option<Self> {
        T::read(given, reader).map(Self::new)
    }

    fn write(&self) -> Long<'_> {
        T::write(self)
    }

    fn schema(generator: &mut Generator<'_>) -> Json {
        T::schema(generator)
    }

    fn describe(reference: &mut Reference) -> String {
        T::describe(reference)
    }
}

fn read_fields<R: Record>(place: Place, entries: Entries<'_>, reader: &mut Reader<'_>) -> R {
    let mut record = R::default();
    let outer = reader.enter();
    let anchor = outer.anchor.unwrap_or(place.span);
    let mut seen = vec![false; R::FIELDS.len()];
    for entry in entries {
        if entry.key.starts_with("x-") {
            record.extras_mut().keep(entry);
        } else if let Some(index) = R::FIELDS.iter().position(|f| is_key(f.name, &entry.key)) {
            let field = &R::FIELDS[index];
            seen[index] = true;
            reader.place(field.name, field.limits, entry.key_span);
            (field.read)(&mut record, entry.value, reader);
        } else {
            unknown_field::<R>(&entry, reader);
        }
    }
    for (field, _) in R::FIELDS.iter().zip(&seen).filter(|(f, seen)| f.limits.required && !**seen) {
        let message = format!("{} needs `{}`", with_article(&noun(R::NAME)), key_of(field.name));
        reader.report(Diagnostic::error(codes::MISSING_KEY, anchor, message).help(sentence(field.doc)));
    }
    reader.leave(outer);
    record
}

fn unknown_field<R: Record>(entry: &Keyed<'_>, reader: &mut Reader<'_>) {
    let keys: Vec<String> = R::FIELDS.iter().map(|f| key_of(f.name)).collect();
    let message = format!("{} has no key `{}`", with_article(&noun(R::NAME)), shown(&entry.key));
    reader.unknown(codes::UNKNOWN_KEY, entry.key_span, &entry.key, keys.iter().map(String::as_str), message);
}

/// Where a reader stands, to be restored after a nested record.
pub struct Position {
    key: &'static str,
    limits: Limits,
    anchor: Option<Span>,
}

/// Collects what is wrong while a tree is read.
pub struct Reader<'a> {
    diagnostics: &'a mut Vec<Diagnostic>,
    at: Position,
}

impl<'a> Reader<'a> {
    /// A reader that reports into a list.
    pub fn new(diagnostics: &'a mut Vec<Diagnostic>) -> Self {
        Self { diagnostics, at: Position { key: "", limits: Limits::NONE, anchor: None } }
    }

    /// A reader that stands where this one does and reports into another list.
    pub(super) fn beside<'o>(&self, diagnostics: &'o mut Vec<Diagnostic>) -> Reader<'o> {
        let Position { key, limits, anchor } = self.at;
        Reader { diagnostics, at: Position { key, limits, anchor } }
    }

    /// What the field's declaration says beyond its type.
    pub fn limits(&self) -> Limits {
        self.at.limits
    }

    /// The key whose value is being read.
    pub fn key(&self) -> String {
        key_of(self.at.key)
    }

    /// Points what is missing in the next record at a place, such as its id.
    pub fn anchor(&mut self, span: Span) {
        self.at.anchor = Some(span);
    }

    fn place(&mut self, key: &'static str, limits: Limits, span: Span) {
        self.at = Position { key, limits, anchor: Some(span) };
    }

    fn enter(&mut self) -> Position {
        std::mem::replace(&mut self.at, Position { key: "", limits: Limits::NONE, anchor: None })
    }

    fn leave(&mut self, outer: Position) {
        self.at = outer;
    }

    /// Adds a diagnostic; past the limit only a few more are kept, enough to see that there were more.
    pub fn report(&mut self, diagnostic: Diagnostic) {
        if self.diagnostics.len() <= 2 * MAX_DIAGNOSTICS {
            self.diagnostics.push(diagnostic);
        }
    }

    /// Reports that something else stands here than is needed.
    pub fn wrong_type(&mut self, place: Place, expected: &str) {
        self.wrong_type_with(place, expected, "");
    }

    /// Reports that something else stands here than is needed, with help.
    pub fn wrong_type_with(&mut self, place: Place, expected: &str, help: &str) {
        let code = if place.kind == Kind::Nothing { codes::MISSING_VALUE } else { codes::WRONG_TYPE };
        let found = place.kind.name();
        let field = if self.at.key.is_empty() { String::new() } else { format!(" for `{}`", self.key()) };
        let diagnostic = Diagnostic::error(code, place.span, format!("expected {expected}{field}, found {found}"));
        self.report(if help.is_empty() { diagnostic } else { diagnostic.help(help) });
    }

    /// The text of a scalar, or a report that there is none.
    pub fn text<'n>(&mut self, given: Given<'n>, expected: &str) -> Option<Cow<'n, str>> {
        let place = given.place;
        let text = given.text();
        if text.is_none() {
            self.wrong_type(place, expected);
        }
        text
    }

    /// Reports a name that is not one of those allowed, with the nearest as a fix.
    pub fn unknown<'n>(
        &mut self,
        code: &'static str,
        span: Span,
        given: &str,
        allowed: impl Iterator<Item = &'n str> + Clone,
        message: String,
    ) {
        let near = nearest(given, allowed.clone());
        let allowed: Vec<&str> = allowed.collect();
        let mut diagnostic = Diagnostic::error(code, span, message).help(advice(near, &allowed));
        if let Some(near) = near {
            diagnostic = diagnostic.fix(format!("replace with `{near}`"), near);
        }
        self.report(diagnostic);
    }

    /// Reports a word that the field does not know.
    pub fn unknown_word(&mut self, span: Span, given: &str, allowed: &[&str]) {
        let message = format!("`{}` is not a value of `{}`", shown(given), self.key());
        self.unknown(codes::UNKNOWN_WORD, span, given, allowed.iter().copied(), message);
    }
}

/// The key of a Rust field: `-` for `_`, without `r#`.
pub fn key_of(name: &str) -> String {
    key(name).into_owned()
}

pub(crate) fn key(name: &str) -> Cow<'_, str> {
    let name = name.strip_prefix("r#").unwrap_or(name);
    if name.bytes().any(|byte| byte == b'_') { Cow::Owned(name.replace('_', "-")) } else { Cow::Borrowed(name) }
}

fn is_key(name: &str, key: &str) -> bool {
    let name = if let [b'r', b'#', name @ ..] = name.as_bytes() { name } else { name.as_bytes() };
    name.len() == key.len() && name.iter().zip(key.bytes()).all(|(n, k)| if *n == b'_' { k == b'-' } else { *n == k })
}

/// What a record is called in a sentence.
pub fn noun(name: &str) -> String {
    match name {
        "Root" => "model".to_owned(),
        "ThreatEntry" => "threat".to_owned(),
        "TreeNode" => "step".to_owned(),
        "Acceptance" => "acceptance criterion".to_owned(),
        other => {
            let mut words = String::new();
            for c in other.chars() {
                if c.is_uppercase() && !words.is_empty() {
                    words.push(' ');
                }
                words.push(c.to_ascii_lowercase());
            }
            words
        }
    }
}

/// `a zone`, `an element`.
pub fn with_article(noun: &str) -> String {
    let article = if noun.starts_with(['a', 'e', 'i', 'o', 'u']) { "an" } else { "a" };
    format!("{article} {noun}")
}

/// A doc comment as one line.
pub fn sentence(doc: &[&str]) -> String {
    let lines: Vec<&str> = doc.iter().map(|line| line.trim()).take_while(|line| !line.is_empty()).collect();
    lines.join(" ")
}

/// What a user wrote, short enough for a message.
pub fn shown(text: &str) -> String {
    const MOST: usize = 60;
    let line: String = text.chars().take(MOST).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.chars().nth(MOST).is_some() { format!("{line}…") } else { line }
}
