//! The `record!` macro and the shapes that fields have.

use std::borrow::Cow;

use super::Keyed;
use crate::ById;
use crate::long::{self, Long};
use crate::source::{Span, Spanned};

/// A field that may be absent; absent is not the same as any value.
pub type Opt<T> = Option<Spanned<T>>;

/// A list that knows whether it was written at all: `[]` says "none", absence says nothing.
#[derive(Debug, Clone, PartialEq)]
pub struct List<T> {
    /// Where the list is, if it was written.
    pub span: Option<Span>,
    /// Its items.
    pub items: Vec<Spanned<T>>,
}

impl<T> Default for List<T> {
    fn default() -> Self {
        Self { span: None, items: Vec::new() }
    }
}

impl<T> List<T> {
    /// Whether the file says anything about it.
    pub fn is_written(&self) -> bool {
        self.span.is_some()
    }

    /// The items' values.
    pub fn values(&self) -> impl Iterator<Item = &T> {
        self.items.iter().map(|item| &item.value)
    }
}

/// One entry of a [`Map`].
#[derive(Debug, Clone, PartialEq)]
pub struct MapEntry<T> {
    /// Where the key is.
    pub key_span: Span,
    /// Where the value is.
    pub span: Span,
    /// The value.
    pub value: T,
}

/// A mapping keyed by id, in source order.
#[derive(Debug, Clone, PartialEq)]
pub struct Map<T> {
    /// Where the mapping is, if it was written.
    pub span: Option<Span>,
    /// Its entries.
    pub entries: ById<MapEntry<T>>,
}

impl<T> Default for Map<T> {
    fn default() -> Self {
        Self { span: None, entries: ById::default() }
    }
}

/// Keys that start with `x-`: kept verbatim for other tools, without meaning here.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Extras(pub Vec<long::Entry<'static>>);

impl Extras {
    /// Keeps an entry as it stands.
    pub(crate) fn keep(&mut self, entry: Keyed<'_>) {
        self.0.push((entry.key.into_owned().into(), entry.value.verbatim()));
    }

    /// The entries of the long form.
    pub(crate) fn write(&self) -> impl Iterator<Item = (Cow<'_, str>, Long<'_>)> {
        self.0.iter().map(|(key, value)| (Cow::Borrowed(key.as_ref()), value.borrowed()))
    }
}

/// Declares a record of the language: its type, reader, writer, schema and reference.
///
/// `field: Type,` is optional in the file; `= required()` and the other functions of [`super::syntax::limit`] say
/// more. `pub struct Name or Short` names the type that reads a text standing for the whole record. Doc comments are
/// the reference text.
macro_rules! record {
    (@short) => { $crate::lang::syntax::NoShortForm };
    (@short $short:ty) => { $short };
    (@limits) => { $crate::lang::syntax::Limits::NONE };
    (@limits $flag:ident ( $($arg:tt)* )) => { $crate::lang::syntax::limit::$flag($($arg)*) };
    (
        $(#[doc = $doc:literal])+
        pub struct $name:ident $(or $short:ty)? {
            $( $(#[doc = $fdoc:literal])+ $field:ident : $ty:ty $(= $flag:ident ( $($arg:tt)* ))? , )*
        }
    ) => {
        $(#[doc = $doc])+
        #[derive(Debug, Clone, Default, PartialEq)]
        pub struct $name {
            $( $(#[doc = $fdoc])+ pub $field: $ty, )*
            /// Keys that start with `x-`.
            pub extras: $crate::lang::Extras,
        }

        impl $crate::lang::syntax::Record for $name {
            type Short = record!(@short $($short)?);
            const NAME: &'static str = stringify!($name);
            const DOC: &'static [&'static str] = &[$($doc),+];
            const FIELDS: &'static [$crate::lang::syntax::FieldInfo<Self>] = &[
                $( $crate::lang::syntax::FieldInfo {
                    name: stringify!($field),
                    doc: &[$($fdoc),+],
                    limits: record!(@limits $($flag ( $($arg)* ))?),
                    read: |record, given, reader| record.$field = $crate::lang::syntax::Field::read(given, reader),
                    write: |record| $crate::lang::syntax::Field::write(&record.$field),
                    entries: |record| $crate::lang::syntax::Field::entries(&record.$field),
                    schema: <$ty as $crate::lang::syntax::Field>::schema,
                    describe: <$ty as $crate::lang::syntax::Field>::describe,
                }, )*
            ];
            const NAMES: &'static [&'static str] = &[$( stringify!($field) ),*];

            fn extras(&self) -> &$crate::lang::Extras {
                &self.extras
            }

            fn extras_mut(&mut self) -> &mut $crate::lang::Extras {
                &mut self.extras
            }
        }
    };
}

/// Declares a closed set of words of the language, in the order in which they are listed to users.
macro_rules! words {
    (
        $(#[doc = $doc:literal])+
        pub enum $name:ident {
            $( $(#[doc = $vdoc:literal])+ $variant:ident = $word:literal , )*
        }
    ) => {
        $(#[doc = $doc])+
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $( $(#[doc = $vdoc])+ $variant, )*
        }

        impl $name {
            /// Every word, in the order in which users see them.
            pub const ALL: &'static [$name] = &[$( Self::$variant, )*];

            /// The word in files and output.
            pub fn as_str(self) -> &'static str {
                match self { $( Self::$variant => $word, )* }
            }

            /// The value of a word.
            pub fn from_word(word: &str) -> Option<Self> {
                match word { $( $word => Some(Self::$variant), )* _ => None }
            }
        }

        impl $crate::lang::syntax::Syntax for $name {
            const ALONE: bool = true;

            fn read(given: $crate::lang::Given<'_>, reader: &mut $crate::lang::syntax::Reader<'_>) -> Option<Self> {
                const WORDS: &[&str] = &[$($word),*];
                let span = given.place.span;
                let text = reader.text(given, "a word")?;
                let word = $crate::lang::scalars::word_of(&text, WORDS);
                let value = Self::from_word(word);
                if value.is_none() {
                    reader.unknown_word(span, &text, WORDS);
                }
                value
            }

            fn write(&self) -> $crate::long::Long<'_> {
                $crate::long::Long::from(self.as_str())
            }

            fn schema(_: &mut $crate::schema::Generator<'_>) -> serde_json::Value {
                $crate::lang::scalars::word_schema(&[$($word),*])
            }

            fn describe(reference: &mut $crate::reference::Reference) -> String {
                reference.words(stringify!($name), &[$($doc),+], &[$( ($word, &[$($vdoc),+]) ),*])
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }
    };
}
