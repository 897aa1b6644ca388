//! The part of HCL that models are written in: blocks, attributes, strings with variables, heredocs, lists and objects.
//!
//! Nothing is evaluated but variables of the file itself. Every other expression stays as its text and is reported.

use std::collections::BTreeMap;
use std::ops::Range;

use serde_json::{Map, Value as Json};

use crate::ImportError;

/// Deepest nesting of blocks and values.
const DEEPEST: usize = 48;
/// Most that variables may add to one file.
const MOST_GROWTH: usize = 4 * 1024 * 1024;

/// What stands between the braces of a block.
#[derive(Debug, Default, Clone, PartialEq)]
pub(super) struct Body {
    pub(super) attributes: Map<String, Json>,
    pub(super) blocks: Vec<Block>,
    /// Where attributes stand: key, the whole, the value.
    pub(super) places: Vec<(String, Range<usize>, Range<usize>)>,
}

/// Where a block stands: the whole, the word for its kind, its first label, and the place before its closing brace.
#[derive(Debug, Default, Clone, PartialEq)]
pub(super) struct Span {
    pub(super) whole: Range<usize>,
    pub(super) word: Range<usize>,
    pub(super) name: Range<usize>,
    pub(super) end: usize,
}

/// A block: `kind "label" { … }`.
#[derive(Debug, Default, Clone, PartialEq)]
pub(super) struct Block {
    pub(super) kind: String,
    pub(super) label: String,
    pub(super) more: Vec<String>,
    pub(super) body: Body,
    pub(super) place: String,
    pub(super) span: Span,
}

/// A file: its blocks, and expressions that were not evaluated, each with its line.
#[derive(Debug, Default)]
pub(super) struct File {
    pub(super) body: Body,
    pub(super) unknown: Vec<(String, usize)>,
}

/// Reads a file. Its own variables are put in where they are named.
pub(super) fn parse(text: &str) -> Result<File, ImportError> {
    let first = Parser::new(text, BTreeMap::new()).file()?;
    let variables: BTreeMap<String, String> = first
        .body
        .blocks
        .iter()
        .filter(|block| block.kind == "variable")
        .map(|block| {
            let value = block.body.attributes.get("value").or_else(|| block.body.attributes.get("default"));
            (block.label.clone(), value.map(|value| crate::read::scalar(value).into_owned()).unwrap_or_default())
        })
        .collect();
    if variables.is_empty() { Ok(first) } else { Parser::new(text, variables).file() }
}

struct Parser<'t> {
    text: &'t str,
    at: usize,
    line: usize,
    variables: BTreeMap<String, String>,
    unknown: Vec<(String, usize)>,
    grown: usize,
}

impl<'t> Parser<'t> {
    fn new(text: &'t str, variables: BTreeMap<String, String>) -> Self {
        Self { text, at: 0, line: 1, variables, unknown: Vec::new(), grown: 0 }
    }

    fn file(mut self) -> Result<File, ImportError> {
        let body = self.body(0)?;
        if self.peek().is_some() {
            return Err(self.wrong("a closing brace without an opening one"));
        }
        Ok(File { body, unknown: self.unknown })
    }

    fn wrong(&self, what: &str) -> ImportError {
        ImportError::Syntax(format!("{what} (line {})", self.line))
    }

    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn next(&mut self) -> Option<char> {
        let c = self.peek()?;
        self.at += c.len_utf8();
        self.line += usize::from(c == '\n');
        Some(c)
    }

    fn eat(&mut self, word: &str) -> bool {
        let found = self.rest().starts_with(word);
        if found {
            self.at += word.len();
        }
        found
    }

    /// Passes over white space on this line, and comments between values.
    fn blank(&mut self) {
        loop {
            match self.peek() {
                Some(' ' | '\t' | '\r' | '\u{feff}') => {
                    self.next();
                }
                Some('/') if self.rest().starts_with("/*") => {
                    while self.peek().is_some() && !self.eat("*/") {
                        self.next();
                    }
                }
                _ => return,
            }
        }
    }

    /// Passes over white space, line ends and comments.
    fn space(&mut self) {
        loop {
            self.blank();
            match self.peek() {
                Some('\n') => {
                    self.next();
                }
                Some('#') => self.pass_line(),
                Some('/') if self.rest().starts_with("//") => self.pass_line(),
                _ => return,
            }
        }
    }

    fn pass_line(&mut self) {
        let length = self.rest().find('\n').unwrap_or(self.rest().len());
        self.at += length;
    }

    fn word(&mut self) -> &'t str {
        let rest = self.rest();
        let length = rest.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == '-')).unwrap_or(rest.len());
        self.at += length;
        rest.get(..length).unwrap_or_default()
    }

    fn body(&mut self, depth: usize) -> Result<Body, ImportError> {
        if depth > DEEPEST {
            return Err(ImportError::TooMuch { what: "levels of blocks", limit: DEEPEST });
        }
        let mut body = Body::default();
        loop {
            self.space();
            if matches!(self.peek(), None | Some('}')) {
                return Ok(body);
            }
            let (line, start) = (self.line, self.at);
            let name = if self.peek() == Some('"') { self.string()? } else { self.word().to_owned() };
            if name.is_empty() {
                return Err(self.wrong("a name of a block or an attribute is expected"));
            }
            let mut span = Span { word: start..self.at, ..Span::default() };
            self.blank();
            if self.peek() == Some('=') {
                self.next();
                self.blank();
                let from = self.at;
                let value = self.value(depth + 1)?;
                let end = from + self.text.get(from..self.at).unwrap_or_default().trim_end().len();
                body.places.push((name.clone(), start..end, from..end));
                body.attributes.insert(name, value);
                continue;
            }
            let mut labels = Vec::new();
            loop {
                self.blank();
                let from = self.at;
                match self.peek() {
                    Some('"') => labels.push(self.string()?),
                    Some('{') => break,
                    Some(c) if c.is_alphanumeric() || c == '_' => labels.push(self.word().to_owned()),
                    _ => return Err(self.wrong(&format!("`{name}` has neither a value nor a block"))),
                }
                if labels.len() == 1 {
                    span.name = from..self.at;
                }
            }
            self.next();
            let inner = self.body(depth + 1)?;
            span.end = self.at;
            if self.next() != Some('}') {
                return Err(self.wrong(&format!("the block `{name}` of line {line} does not end")));
            }
            span.whole = start..self.at;
            let label = labels.first().cloned().unwrap_or_default();
            let more = labels.into_iter().skip(1).collect();
            body.blocks.push(Block { place: place(&name, &label, line), kind: name, label, more, body: inner, span });
        }
    }

    fn value(&mut self, depth: usize) -> Result<Json, ImportError> {
        if depth > DEEPEST {
            return Err(ImportError::TooMuch { what: "levels of values", limit: DEEPEST });
        }
        self.blank();
        let (from, line) = (self.at, self.line);
        let value = match self.peek() {
            Some('"') => Some(self.string()?.into()),
            Some('<') if self.rest().starts_with("<<") => return self.heredoc(),
            Some('[') => Some(self.array(depth)?),
            Some('{') => Some(self.object(depth)?),
            Some(c) if c.is_ascii_digit() || c == '-' => self.number(),
            Some(c) if c.is_alphabetic() || c == '_' => self.reference(),
            Some(_) => None,
            None => return Err(self.wrong("a value is expected")),
        };
        self.blank();
        match value {
            Some(value) if matches!(self.peek(), None | Some('\n' | ',' | ']' | '}' | '#')) || self.rest().starts_with("//") => Ok(value),
            _ => Ok(self.expression(from, line).into()),
        }
    }

    /// The text of an expression that is not evaluated, up to the end of its line or of what it stands in. It ends no
    /// earlier than what was read as a value so far: else lists inside lists would be read twice at every level.
    fn expression(&mut self, from: usize, line: usize) -> String {
        let least = self.at;
        (self.at, self.line) = (from, line);
        let (mut open, mut quoted) = (0_usize, false);
        while let Some(c) = self.peek() {
            match c {
                '"' => quoted = !quoted,
                '\\' if quoted => {
                    self.next();
                }
                '(' | '[' | '{' if !quoted => open += 1,
                ')' | ']' | '}' | ',' if !quoted && open == 0 && self.at >= least => break,
                ')' | ']' | '}' if !quoted => open = open.saturating_sub(1),
                '\n' if open == 0 && self.at >= least => break,
                _ => {}
            }
            self.next();
        }
        let text = self.text.get(from..self.at).unwrap_or_default().trim().to_owned();
        if self.at == from {
            // Whatever stands here begins no expression; it is passed over, so that reading goes on.
            self.next();
        }
        self.unknown.push((text.chars().take(200).collect(), line));
        text
    }

    fn number(&mut self) -> Option<Json> {
        let rest = self.rest();
        let length = rest.find(|c: char| !(c.is_ascii_digit() || matches!(c, '.' | 'e' | 'E' | '+' | '-'))).unwrap_or(rest.len());
        self.at += length;
        serde_json::from_str(rest.get(..length)?).ok()
    }

    /// A word, or what a variable stands for.
    fn reference(&mut self) -> Option<Json> {
        let rest = self.rest();
        let length = rest.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-' | '.'))).unwrap_or(rest.len());
        let path = rest.get(..length)?;
        self.at += length;
        match path {
            "true" => Some(Json::Bool(true)),
            "false" => Some(Json::Bool(false)),
            "null" => Some(Json::Null),
            _ => self.variable(path).map(Json::from),
        }
    }

    fn variable(&mut self, path: &str) -> Option<String> {
        let value = self.variables.get(path.trim().strip_prefix("var.")?)?.clone();
        self.grown = self.grown.saturating_add(value.len());
        (self.grown <= MOST_GROWTH).then_some(value)
    }

    fn array(&mut self, depth: usize) -> Result<Json, ImportError> {
        self.next();
        let mut items = Vec::new();
        loop {
            self.space();
            match self.peek() {
                Some(']') => {
                    self.next();
                    return Ok(items.into());
                }
                Some(',') => {
                    self.next();
                }
                None => return Err(self.wrong("a list does not end")),
                Some(_) => items.push(self.value(depth + 1)?),
            }
        }
    }

    fn object(&mut self, depth: usize) -> Result<Json, ImportError> {
        self.next();
        let mut entries = Map::new();
        loop {
            self.space();
            match self.peek() {
                Some('}') => {
                    self.next();
                    return Ok(entries.into());
                }
                Some(',') => {
                    self.next();
                    continue;
                }
                None => return Err(self.wrong("an object does not end")),
                Some(_) => {}
            }
            let key = if self.peek() == Some('"') { self.string()? } else { self.word().to_owned() };
            self.space();
            if !(self.eat("=") || self.eat(":")) {
                return Err(self.wrong("a key of an object has no value"));
            }
            self.space();
            let value = self.value(depth + 1)?;
            entries.insert(key, value);
        }
    }

    fn string(&mut self) -> Result<String, ImportError> {
        self.next();
        let mut text = String::new();
        loop {
            match self.next() {
                Some('"') => return Ok(text),
                Some('\\') => match self.next() {
                    Some('n') => text.push('\n'),
                    Some('t') => text.push('\t'),
                    Some('r') => {}
                    Some('u') => {
                        let code = self.rest().get(..4).and_then(|digits| u32::from_str_radix(digits, 16).ok());
                        if let Some(code) = code {
                            self.at += 4;
                            text.push(char::from_u32(code).unwrap_or('\u{fffd}'));
                        }
                    }
                    Some(c) => text.push(c),
                    None => return Err(self.wrong("a string does not end")),
                },
                Some(c @ ('$' | '%')) if self.rest().starts_with(c) && self.rest().get(1..).is_some_and(|rest| rest.starts_with('{')) => {
                    self.next();
                    text.push(c);
                }
                Some('$') if self.peek() == Some('{') => self.interpolation(&mut text)?,
                Some('\n') | None => return Err(self.wrong("a string does not end")),
                Some(c) => text.push(c),
            }
        }
    }

    /// `${…}` in a text: the value of a variable, or the expression as it is.
    fn interpolation(&mut self, text: &mut String) -> Result<(), ImportError> {
        let (from, line) = (self.at + 1, self.line);
        let mut open = 0_usize;
        loop {
            match self.next() {
                Some('{') => open += 1,
                Some('}') if open <= 1 => break,
                Some('}') => open -= 1,
                Some(_) => {}
                None => return Err(self.wrong("`${` does not end")),
            }
        }
        let inside = self.text.get(from..self.at - 1).unwrap_or_default().trim_matches(['~', ' ']);
        match self.variable(inside) {
            Some(value) => text.push_str(&value),
            None => {
                self.unknown.push((inside.chars().take(200).collect(), line));
                text.push_str(&format!("${{{inside}}}"));
            }
        }
        Ok(())
    }

    fn heredoc(&mut self) -> Result<Json, ImportError> {
        self.eat("<<");
        let indented = self.eat("-");
        let mark = self.word().to_owned();
        self.pass_line();
        self.next();
        let mut lines: Vec<&str> = Vec::new();
        loop {
            if mark.is_empty() || self.peek().is_none() {
                return Err(self.wrong("a text that begins with `<<` does not end"));
            }
            let from = self.at;
            self.pass_line();
            let line = self.text.get(from..self.at).unwrap_or_default().trim_end_matches('\r');
            if line.trim() == mark {
                break;
            }
            self.next();
            lines.push(line);
        }
        let margin = |line: &&str| line.len() - line.trim_start().len();
        let cut = if indented { lines.iter().filter(|line| !line.trim().is_empty()).map(margin).min().unwrap_or(0) } else { 0 };
        let text: Vec<&str> = lines.iter().map(|line| line.get(cut..).unwrap_or_default()).collect();
        Ok(self.filled(&text.join("\n")).into())
    }

    /// A text of several lines with the values of its variables.
    fn filled(&mut self, text: &str) -> String {
        if !text.contains("${") {
            return text.to_owned();
        }
        let (mut out, mut rest) = (String::new(), text);
        while let Some(at) = rest.find("${") {
            let (before, after) = rest.split_at(at);
            out.push_str(before);
            let end = after.find('}');
            let inside = end.and_then(|end| after.get(2..end)).unwrap_or_default();
            let value = if before.ends_with('$') { None } else { self.variable(inside) };
            match (value, end) {
                (Some(value), Some(end)) => {
                    out.push_str(&value);
                    rest = after.get(end + 1..).unwrap_or_default();
                }
                _ => {
                    out.push_str("${");
                    rest = after.get(2..).unwrap_or_default();
                }
            }
        }
        out.push_str(rest);
        out
    }
}

pub(super) fn place(kind: &str, label: &str, line: usize) -> String {
    let line = if line > 0 { format!(", line {line}") } else { String::new() };
    if label.is_empty() { format!("{kind}{line}") } else { format!("{kind} \"{label}\"{line}") }
}
