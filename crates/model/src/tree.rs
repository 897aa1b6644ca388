//! YAML and JSON as a spanned node tree.
//!
//! The tree keeps what an editor needs (spans, quoting, flow or block style, comments) and knows nothing of the
//! model language. Scalars are text: what they mean is decided by the type of the field that reads them.

mod json;
mod parse;
mod syntax;
mod value;

pub(crate) use json::is_odd_char;
pub use parse::parse;
pub(crate) use parse::parse_text;
pub(crate) use value::reads_back;

use crate::source::{SourceId, Span};

/// How a node was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Plain scalar, or block list or mapping.
    Plain,
    /// Quoted scalar.
    Quoted,
    /// `|` or `>` scalar.
    Literal,
    /// `[…]` or `{…}`.
    Flow,
}

/// What a node holds.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// Nothing was written, or a plain `~` or `null`.
    Null,
    /// A scalar's text, escapes resolved.
    Scalar(String),
    /// A list.
    List(Vec<Node>),
    /// A mapping in source order; keys are unique (a repeated key is reported and dropped while parsing).
    Map(Vec<Entry>),
}

/// What a value is at its top.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Nothing was written, or `null`.
    Nothing,
    /// A single value.
    Scalar,
    /// A list.
    List,
    /// A mapping.
    Map,
}

impl Kind {
    /// The kind in a reader's words.
    pub fn name(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Scalar => "a single value",
            Self::List => "a list",
            Self::Map => "a mapping",
        }
    }
}

/// One node of the tree.
#[derive(Debug, Clone, PartialEq)]
pub struct Node {
    /// The node's own text, without the key before it and the comments around it.
    pub span: Span,
    /// How it was written.
    pub style: Style,
    /// What it holds.
    pub value: Value,
    /// Whether it stands here through an alias (`*name`); `span` is then the alias.
    pub aliased: bool,
}

/// One `key: value` of a mapping.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// The key's text.
    pub key: String,
    /// Where the key is.
    pub key_span: Span,
    /// What it leads to.
    pub value: Node,
}

/// A comment: from `#` to the end of its line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comment {
    /// Where it is, `#` included, line end excluded.
    pub span: Span,
}

/// One parsed YAML or JSON document (or one fragment of a Markdown model).
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// The text that it came from.
    pub source: SourceId,
    /// The top node.
    pub root: Node,
    /// Every comment, in order.
    pub comments: Vec<Comment>,
}

impl Node {
    /// A null at a place.
    pub fn null(span: Span) -> Self {
        Self { span, style: Style::Plain, value: Value::Null, aliased: false }
    }

    /// The scalar's text.
    pub fn as_str(&self) -> Option<&str> {
        match &self.value {
            Value::Scalar(text) => Some(text),
            Value::Null | Value::List(_) | Value::Map(_) => None,
        }
    }

    /// The value under a key of a mapping.
    pub fn get(&self, key: &str) -> Option<&Node> {
        match &self.value {
            Value::Map(entries) => entries.iter().find(|e| e.key == key).map(|e| &e.value),
            Value::Null | Value::Scalar(_) | Value::List(_) => None,
        }
    }

    /// What it is at its top.
    pub fn kind(&self) -> Kind {
        match self.value {
            Value::Null => Kind::Nothing,
            Value::Scalar(_) => Kind::Scalar,
            Value::List(_) => Kind::List,
            Value::Map(_) => Kind::Map,
        }
    }
}
