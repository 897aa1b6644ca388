//! The `record!` macro and the shapes that fields have.

use indexmap::IndexMap;

use crate::source::{Span, Spanned};
use crate::tree::Node;

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
    pub entries: IndexMap<String, MapEntry<T>>,
}

impl<T> Default for Map<T> {
    fn default() -> Self {
        Self { span: None, entries: IndexMap::new() }
    }
}

/// Keys that start with `x-`: kept verbatim for other tools, without meaning here.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Extras(pub Vec<(String, Node)>);

/// Declares a record of the language.
///
/// `field: Type,` is optional in the file, `field: Type = required,` is not. Doc comments are the reference text.
macro_rules! record {
    (
        $(#[doc = $doc:literal])+
        pub struct $name:ident {
            $( $(#[doc = $fdoc:literal])+ $field:ident : $ty:ty $(= $flag:ident)? , )*
        }
    ) => {
        $(#[doc = $doc])+
        #[derive(Debug, Clone, Default, PartialEq)]
        pub struct $name {
            $( $(#[doc = $fdoc])+ pub $field: $ty, )*
            /// Keys that start with `x-`.
            pub extras: $crate::lang::Extras,
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

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }
    };
}
