//! The filters of templates: text to tree and back.
//!
//! ```text
//! expr := and { "or" and }            and  := unary { "and" unary }
//! unary := "not" unary | "(" expr ")" | predicate
//! predicate := subject "is" 'Type' | subject "." key "is" 'value' | "flow" "crosses" 'Boundary'
//! subject := "source" | "target" | "flow"
//! ```
//!
//! The case of keywords does not count. The tree is never deeper than [`MAX_FILTER_DEPTH`], which bounds every later
//! recursion.

use std::fmt;
use std::ops::Range;

/// Longest filter, in bytes.
pub const MAX_FILTER_BYTES: usize = 64 * 1024;
/// Deepest nesting of `not` and parentheses.
pub const MAX_FILTER_DEPTH: usize = 64;
/// Most predicates and operators in one filter.
pub const MAX_FILTER_NODES: usize = 10_000;

/// What a predicate is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// The element where the flow starts.
    Source,
    /// The element where it ends.
    Target,
    /// The flow itself.
    Flow,
}

/// A filter as a tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Filter {
    /// `subject is 'Type'`.
    Is(Subject, String),
    /// `subject.key is 'value'`.
    Has(Subject, String, String),
    /// `flow crosses 'Boundary'`.
    Crosses(String),
    /// `not x`.
    Not(Box<Filter>),
    /// `x and y and …`, two or more.
    All(Vec<Filter>),
    /// `x or y or …`, two or more.
    Any(Vec<Filter>),
}

/// Why a filter cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilterError {
    /// Where, in bytes of the text.
    pub span: Range<usize>,
    /// What is wrong, as a phrase.
    pub message: String,
}

impl std::error::Error for FilterError {}

impl fmt::Display for FilterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} (byte {})", self.message, self.span.start)
    }
}

/// Reads a filter.
///
/// # Errors
/// The text is not a filter, or exceeds a limit.
pub fn parse(text: &str) -> Result<Filter, FilterError> {
    if text.len() > MAX_FILTER_BYTES {
        return Err(FilterError { span: 0..text.len(), message: format!("a filter has at most {MAX_FILTER_BYTES} bytes") });
    }
    let mut parser = Parser { text, at: 0, depth: 0, nodes: 0 };
    let filter = parser.any()?;
    match parser.token() {
        (Token::End, _) => Ok(filter),
        (token, span) => Err(unexpected(token, span, "`and`, `or` or the end")),
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token<'a> {
    Word(&'a str),
    Text(&'a str),
    Dot,
    Open,
    Close,
    Unclosed,
    Other,
    End,
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
    nodes: usize,
}

impl<'a> Parser<'a> {
    /// The next token, without taking it, and where it is.
    fn token(&self) -> (Token<'a>, Range<usize>) {
        let rest = &self.text[self.at..];
        let start = self.at + (rest.len() - rest.trim_start().len());
        let rest = rest.trim_start();
        let one = |token| (token, start..start + rest.chars().next().map_or(0, char::len_utf8));
        match rest.chars().next() {
            None => (Token::End, start..start),
            Some('(') => one(Token::Open),
            Some(')') => one(Token::Close),
            Some('.') => one(Token::Dot),
            Some('\'') => match rest[1..].find('\'') {
                Some(end) => (Token::Text(&rest[1..=end]), start..start + end + 2),
                None => (Token::Unclosed, start..self.text.len()),
            },
            Some(c) if is_word(c) => {
                let end = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
                (Token::Word(&rest[..end]), start..start + end)
            }
            Some(_) => one(Token::Other),
        }
    }

    /// Takes the next token if it is this keyword.
    fn takes(&mut self, keyword: &str) -> bool {
        let (token, span) = self.token();
        let found = matches!(token, Token::Word(word) if word.eq_ignore_ascii_case(keyword));
        if found {
            self.at = span.end;
        }
        found
    }

    fn keyword(&mut self, keyword: &str) -> Result<(), FilterError> {
        if self.takes(keyword) {
            return Ok(());
        }
        let (token, span) = self.token();
        Err(unexpected(token, span, &format!("`{keyword}`")))
    }

    fn any(&mut self) -> Result<Filter, FilterError> {
        self.chain("or", Self::all, Filter::Any)
    }

    fn all(&mut self) -> Result<Filter, FilterError> {
        self.chain("and", Self::unary, Filter::All)
    }

    fn chain(
        &mut self,
        keyword: &str,
        mut operand: impl FnMut(&mut Self) -> Result<Filter, FilterError>,
        join: impl FnOnce(Vec<Filter>) -> Filter,
    ) -> Result<Filter, FilterError> {
        let first = operand(self)?;
        if !self.takes(keyword) {
            return Ok(first);
        }
        let mut operands = vec![first, operand(self)?];
        while self.takes(keyword) {
            operands.push(operand(self)?);
        }
        Ok(join(operands))
    }

    fn unary(&mut self) -> Result<Filter, FilterError> {
        let (token, span) = self.token();
        self.nodes += 1;
        if self.nodes > MAX_FILTER_NODES {
            return Err(FilterError { span, message: format!("a filter has at most {MAX_FILTER_NODES} parts") });
        }
        if self.takes("not") {
            return self.deeper(&span, |parser| parser.unary()).map(|inner| Filter::Not(Box::new(inner)));
        }
        if token == Token::Open {
            self.at = span.end;
            let inner = self.deeper(&span, Self::any)?;
            return match self.token() {
                (Token::Close, span) => {
                    self.at = span.end;
                    Ok(inner)
                }
                (token, span) => Err(unexpected(token, span, "`)`")),
            };
        }
        self.predicate()
    }

    fn deeper(&mut self, span: &Range<usize>, read: impl FnOnce(&mut Self) -> Result<Filter, FilterError>) -> Result<Filter, FilterError> {
        if self.depth >= MAX_FILTER_DEPTH {
            return Err(FilterError { span: span.clone(), message: format!("a filter nests at most {MAX_FILTER_DEPTH} deep") });
        }
        self.depth += 1;
        let inner = read(self);
        self.depth -= 1;
        inner
    }

    fn predicate(&mut self) -> Result<Filter, FilterError> {
        let subject = self.subject()?;
        let (token, span) = self.token();
        if token == Token::Dot {
            self.at = span.end;
            let key = self.key()?;
            self.keyword("is")?;
            return Ok(Filter::Has(subject, key, self.quoted()?));
        }
        if subject == Subject::Flow && self.takes("crosses") {
            return Ok(Filter::Crosses(self.quoted()?));
        }
        if self.takes("is") {
            return Ok(Filter::Is(subject, self.quoted()?));
        }
        Err(unexpected(token, span, if subject == Subject::Flow { "`is`, `crosses` or `.`" } else { "`is` or `.`" }))
    }

    fn subject(&mut self) -> Result<Subject, FilterError> {
        for (word, subject) in [("source", Subject::Source), ("target", Subject::Target), ("flow", Subject::Flow)] {
            if self.takes(word) {
                return Ok(subject);
            }
        }
        let (token, span) = self.token();
        Err(unexpected(token, span, "`source`, `target`, `flow`, `not` or `(`"))
    }

    fn key(&mut self) -> Result<String, FilterError> {
        match self.token() {
            (Token::Word(word), span) => {
                self.at = span.end;
                Ok(word.to_owned())
            }
            (token, span) => Err(unexpected(token, span, "the key of a property")),
        }
    }

    fn quoted(&mut self) -> Result<String, FilterError> {
        match self.token() {
            (Token::Text(text), span) => {
                self.at = span.end;
                Ok(text.to_owned())
            }
            (token, span) => Err(unexpected(token, span, "a text in single quotes")),
        }
    }
}

/// Names, and the ids of properties, which hold hyphens.
fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '-' || c == '_'
}

fn unexpected(token: Token<'_>, span: Range<usize>, wanted: &str) -> FilterError {
    let found = match token {
        Token::Word(word) => format!("`{}`", word.chars().take(40).collect::<String>()),
        Token::Text(_) => "a text".to_owned(),
        Token::Dot => "`.`".to_owned(),
        Token::Open => "`(`".to_owned(),
        Token::Close => "`)`".to_owned(),
        Token::Unclosed => "a text without its closing quote".to_owned(),
        Token::Other => "a character that has no meaning here".to_owned(),
        Token::End => "the end".to_owned(),
    };
    FilterError { span, message: format!("expected {wanted}, found {found}") }
}

impl Subject {
    /// The word in filters.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Source => "source",
            Self::Target => "target",
            Self::Flow => "flow",
        }
    }
}

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Is(subject, kind) => write!(f, "{} is '{kind}'", subject.as_str()),
            Self::Has(subject, key, value) => write!(f, "{}.{key} is '{value}'", subject.as_str()),
            Self::Crosses(kind) => write!(f, "flow crosses '{kind}'"),
            Self::Not(inner) => {
                f.write_str("not ")?;
                operand(inner, |inner| matches!(inner, Self::All(_) | Self::Any(_)), f)
            }
            Self::All(operands) => chain(operands, " and ", |inner| matches!(inner, Self::All(_) | Self::Any(_)), f),
            Self::Any(operands) => chain(operands, " or ", |inner| matches!(inner, Self::Any(_)), f),
        }
    }
}

fn chain(operands: &[Filter], word: &str, looser: fn(&Filter) -> bool, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    for (at, inner) in operands.iter().enumerate() {
        f.write_str(if at == 0 { "" } else { word })?;
        operand(inner, looser, f)?;
    }
    Ok(())
}

fn operand(inner: &Filter, in_parentheses: fn(&Filter) -> bool, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    if in_parentheses(inner) { write!(f, "({inner})") } else { write!(f, "{inner}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn not_binds_before_and_and_and_before_or() {
        let text = "NOT source is 'A' And flow crosses 'B' or target.x-1 IS 'v w'";
        let source = Filter::Not(Box::new(Filter::Is(Subject::Source, "A".to_owned())));
        let crosses = Filter::Crosses("B".to_owned());
        let has = Filter::Has(Subject::Target, "x-1".to_owned(), "v w".to_owned());
        assert_eq!(parse(text), Ok(Filter::Any(vec![Filter::All(vec![source, crosses]), has])));
        assert_eq!(parse(text).unwrap().to_string(), "not source is 'A' and flow crosses 'B' or target.x-1 is 'v w'");
    }

    #[test]
    fn faults_say_where_they_are_and_what_was_expected() {
        let fault = |text: &str| parse(text).unwrap_err().to_string();
        assert_eq!(fault("source is A"), "expected a text in single quotes, found `A` (byte 10)");
        assert_eq!(fault("source crosses 'A'"), "expected `is` or `.`, found `crosses` (byte 7)");
        assert_eq!(fault("(source is 'A'"), "expected `)`, found the end (byte 14)");
        assert_eq!(fault("source is 'A' target is 'B'"), "expected `and`, `or` or the end, found `target` (byte 14)");
        assert_eq!(fault("flow.x is 'A"), "expected a text in single quotes, found a text without its closing quote (byte 10)");
        assert_eq!(fault(""), "expected `source`, `target`, `flow`, `not` or `(`, found the end (byte 0)");
    }

    #[test]
    fn depth_size_and_length_are_bounded() {
        assert!(parse(&"(".repeat(MAX_FILTER_BYTES)).unwrap_err().message.contains("deep"));
        assert!(parse(&"not ".repeat(1_000)).unwrap_err().message.contains("deep"));
        assert!(parse(&"x".repeat(MAX_FILTER_BYTES + 1)).unwrap_err().message.contains("bytes"));
    }
}
