//! Text to tokens. Every byte of the text is either in a token, white space or a comment, or it is reported.

use std::ops::Range;

use super::ExprError;

/// One token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    /// A name or a word.
    Name(String),
    /// A whole number.
    Number(i64),
    /// A quoted text, without quotes and escapes.
    Text(String),
    /// An operator or a bracket.
    Sign(&'static str),
}

/// Longer signs come first, so that `<=` is not read as `<`.
const SIGNS: [&str; 18] = ["||", "&&", "==", "!=", "<=", ">=", "<", ">", "!", "(", ")", "[", "]", ",", ".", "-", "+", "?"];

/// The tokens of a text with their places.
pub(super) fn tokens(text: &str) -> Result<Vec<(Token, Range<usize>)>, ExprError> {
    let mut out = Vec::new();
    let mut at = 0;
    while let Some(first) = text[at..].chars().next() {
        if first.is_whitespace() {
            at += first.len_utf8();
        } else if text[at..].starts_with("//") {
            at += text[at..].find('\n').unwrap_or(text.len() - at);
        } else {
            let (token, length) = token(text, at, first)?;
            out.push((token, at..at + length));
            at += length;
        }
    }
    Ok(out)
}

fn token(text: &str, at: usize, first: char) -> Result<(Token, usize), ExprError> {
    let rest = &text[at..];
    if first == '"' || first == '\'' {
        return quoted(rest, at, first);
    }
    if first == 'r' && (rest[1..].starts_with('"') || rest[1..].starts_with('\'')) {
        return raw(rest, at);
    }
    if first.is_ascii_digit() {
        return number(rest, at);
    }
    if first.is_ascii_alphabetic() || first == '_' {
        let length = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
        return Ok((Token::Name(rest[..length].to_owned()), length));
    }
    match SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
        Some(sign) => Ok((Token::Sign(sign), sign.len())),
        None => Err(unexpected(at, first)),
    }
}

fn unexpected(at: usize, found: char) -> ExprError {
    let help = match found {
        '&' => Some("`and` is written `&&`".to_owned()),
        '|' => Some("`or` is written `||`".to_owned()),
        '=' => Some("equality is written `==`".to_owned()),
        _ => None,
    };
    ExprError { range: at..at + found.len_utf8(), message: format!("`{found}` is not part of the expression language"), help }
}

fn number(rest: &str, at: usize) -> Result<(Token, usize), ExprError> {
    let length = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
    let digits = &rest[..length];
    let value = digits.parse().map_err(|_| ExprError {
        range: at..at + length,
        message: format!("`{digits}` is not a whole number"),
        help: Some("numbers are written with digits only and below 9223372036854775808".to_owned()),
    })?;
    Ok((Token::Number(value), length))
}

fn quoted(rest: &str, at: usize, quote: char) -> Result<(Token, usize), ExprError> {
    let mut value = String::new();
    let mut chars = rest.char_indices().skip(1);
    while let Some((offset, c)) = chars.next() {
        match c {
            '\\' => match chars.next() {
                Some((_, 'n')) => value.push('\n'),
                Some((_, 't')) => value.push('\t'),
                Some((_, c @ ('\\' | '"' | '\''))) => value.push(c),
                Some((end, c)) => return Err(bad_escape(at + offset..at + end + c.len_utf8())),
                None => break,
            },
            c if c == quote => return Ok((Token::Text(value), offset + 1)),
            c => value.push(c),
        }
    }
    Err(unclosed(rest, at))
}

fn raw(rest: &str, at: usize) -> Result<(Token, usize), ExprError> {
    let quote = if rest[1..].starts_with('"') { '"' } else { '\'' };
    match rest[2..].find(quote) {
        Some(length) => Ok((Token::Text(rest[2..2 + length].to_owned()), length + 3)),
        None => Err(unclosed(rest, at)),
    }
}

fn bad_escape(range: Range<usize>) -> ExprError {
    let help = "escapes are `\\\\`, `\\\"`, `\\'`, `\\n` and `\\t`; a text after `r`, as in r\"\\d\", has no escapes".to_owned();
    ExprError { range, message: "unknown escape in a text".to_owned(), help: Some(help) }
}

fn unclosed(rest: &str, at: usize) -> ExprError {
    ExprError { range: at..at + rest.len(), message: "a text is not closed".to_owned(), help: Some("add the closing quote".to_owned()) }
}
