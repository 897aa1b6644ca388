//! Syntax errors in a reader's words: what is wrong, where, and the usual way out.

use granit_parser::ErrorKind;

use crate::diagnostic::Diagnostic;
use crate::limits;
use crate::source::Span;

/// The diagnostic for an error of the parser at byte `at` of `text`; `place` turns a range of `text` into a span.
pub(super) fn diagnostic(kind: &ErrorKind, text: &str, at: usize, place: impl Fn(std::ops::Range<usize>) -> Span) -> Diagnostic {
    let at = floor(text, at.min(text.len()));
    let span = place(at..text[at..].chars().next().filter(|c| *c != '\n').map_or(at, |c| at + c.len_utf8()));
    if matches!(kind, ErrorKind::RecursionLimitExceeded) {
        return too_deep(span);
    }
    let (message, help) = words(kind, text, at);
    let diagnostic = Diagnostic::error("syntax", span, message);
    match help {
        Some(help) => diagnostic.help(help),
        None => diagnostic,
    }
}

/// The error for nesting that is deeper than anyone writes.
pub(super) fn too_deep(span: Span) -> Diagnostic {
    Diagnostic::error("too-deep", span, format!("lists and mappings are nested more than {} deep", limits::MAX_DEPTH))
}

fn floor(text: &str, mut at: usize) -> usize {
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

fn words(kind: &ErrorKind, text: &str, at: usize) -> (String, Option<&'static str>) {
    use ErrorKind as K;
    let (message, help) = match kind {
        K::TabNotAllowed | K::TabInBlockIndentation | K::TabInIndentation | K::TabInPlainScalar | K::TabAtBlockScalarStart => {
            ("a tab is used as indentation", Some("indent with spaces"))
        }
        K::MappingValueNotAllowed | K::InvalidColonPlacement | K::MappingKeyNotAllowed => (
            "a `:` makes a key of what is before it, and no key can be here",
            Some("put a text that holds `: ` in quotes, or check the indentation"),
        ),
        K::SimpleKeyExpected | K::InvalidSimpleKey => ("a key is not followed by `:`", Some("write `key: value`")),
        K::UnclosedQuotedScalar => ("a quote is opened and never closed", Some("close the quote")),
        K::UnclosedFlowCollection { open: '[' } | K::UnexpectedEofFlowSequence => ("`[` is never closed", Some("add the missing `]`")),
        K::UnclosedFlowCollection { .. } | K::UnexpectedEofFlowMapping => ("`{` is never closed", Some("add the missing `}`")),
        K::ExpectedFlowSequenceSeparator => ("`,` or `]` is missing in a list", None),
        K::ExpectedFlowMappingSeparator => ("`,` or `}` is missing in a mapping", None),
        K::ExpectedBlockMappingKey => {
            ("a key is expected here", Some("keys of one mapping stand below each other, at the same indentation"))
        }
        K::ExpectedBlockSequenceEntry => {
            ("a `- ` item is expected here", Some("items of one list stand below each other, at the same indentation"))
        }
        K::InvalidIndentation | K::InvalidFlowScalarIndent => ("the indentation fits nothing above it", None),
        K::InvalidTrailingDoubleQuotedScalar | K::InvalidTrailingSingleQuotedScalar => {
            ("something follows a quoted text", Some("put the quotes around all of it"))
        }
        K::UnknownQuotedScalarEscape => ("unknown escape in a quoted text", Some("write `\\\\` for a backslash, or use single quotes")),
        K::CommentNotSeparated => ("a comment needs a space before its `#`", None),
        K::UnexpectedCharacter { .. } | K::ExpectedNodeContent => {
            return (unexpected(text, at), Some("put a text that starts with such a character in quotes"));
        }
        _ => return (kind.to_string(), None),
    };
    (message.to_owned(), help)
}

fn unexpected(text: &str, at: usize) -> String {
    match text[at..].chars().next() {
        Some(c) if !c.is_control() => format!("`{c}` cannot stand here"),
        Some(c) => format!("the character {} cannot stand here", c.escape_unicode()),
        None => "the text ends too early".to_owned(),
    }
}
