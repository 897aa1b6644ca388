//! The text of a diagram as items: keys, arrows between them, a value, and what stands in braces.

use crate::ImportError;

/// Deepest nesting of braces.
const DEEPEST: usize = 32;

/// A key with its parts, which dots separate.
pub(super) type Key = Vec<String>;

/// One statement.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Item {
    /// One key, or the ends of connections.
    pub(super) keys: Vec<Key>,
    pub(super) arrows: Vec<String>,
    pub(super) value: String,
    pub(super) inner: Vec<Item>,
    /// Whether its value is a block of text between bars.
    pub(super) block: bool,
    /// Whether it brings in another file.
    pub(super) import: bool,
    pub(super) line: usize,
}

/// Reads a text.
pub(super) fn parse(text: &str) -> Result<Vec<Item>, ImportError> {
    let mut parser = Parser { text, at: 0, line: 1 };
    let items = parser.items(0)?;
    if parser.peek().is_some() {
        return Err(parser.wrong("a closing brace without an opening one"));
    }
    Ok(items)
}

struct Parser<'t> {
    text: &'t str,
    at: usize,
    line: usize,
}

impl<'t> Parser<'t> {
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

    fn wrong(&self, what: &str) -> ImportError {
        ImportError::Syntax(format!("{what} (line {})", self.line))
    }

    fn blank(&mut self) {
        while matches!(self.peek(), Some(' ' | '\t' | '\r')) {
            self.next();
        }
    }

    fn pass_line(&mut self) {
        while !matches!(self.peek(), None | Some('\n')) {
            self.next();
        }
    }

    fn items(&mut self, depth: usize) -> Result<Vec<Item>, ImportError> {
        if depth > DEEPEST {
            return Err(ImportError::TooMuch { what: "levels of braces", limit: DEEPEST });
        }
        let mut items = Vec::new();
        loop {
            match self.peek() {
                None | Some('}') => return Ok(items),
                Some('#') => self.pass_line(),
                Some(c) if c.is_whitespace() || c == ';' || c == '\u{feff}' => {
                    self.next();
                }
                Some(_) => {
                    if let Some(item) = self.item(depth)? {
                        items.push(item);
                    }
                }
            }
        }
    }

    fn item(&mut self, depth: usize) -> Result<Option<Item>, ImportError> {
        let (line, from) = (self.line, self.at);
        let mut item = Item { line, ..Item::default() };
        if self.rest().starts_with("...@") || self.rest().starts_with('@') {
            self.pass_line();
            item.import = true;
            return Ok(Some(item));
        }
        // `(a -> b)[0].style` speaks of a connection that is there; `!` and `&` filter.
        if self.rest().starts_with(['(', '&', '!', '.', '|', ']', ')']) || self.speaks_of_a_connection() {
            self.value(&mut item, depth)?;
            self.pass_line();
            return Ok(None);
        }
        loop {
            let key = self.key()?;
            item.keys.push(key);
            self.blank();
            match self.arrow() {
                Some(arrow) => item.arrows.push(arrow),
                None => break,
            }
            self.blank();
        }
        if self.peek() == Some(':') || self.peek() == Some('{') {
            if self.peek() == Some(':') {
                self.next();
            }
            self.value(&mut item, depth)?;
        }
        if self.at == from {
            self.next();
        }
        item.keys.iter_mut().for_each(|key| key.retain(|part| !part.is_empty()));
        if item.arrows.is_empty() {
            item.keys.retain(|key| !key.is_empty());
        }
        Ok(Some(item))
    }

    /// Whether it is `box.(a -> b)[0]`: a connection inside a box that is there.
    fn speaks_of_a_connection(&self) -> bool {
        let line = self.rest().lines().next().unwrap_or_default();
        let head = line.split([':', '{', '"', '\'']).next().unwrap_or_default();
        head.find(".(").is_some_and(|at| head.get(at..).is_some_and(|rest| rest.contains(")[")))
    }

    /// `-->` is one arrow however long its shaft is.
    fn arrow(&mut self) -> Option<String> {
        let rest = self.rest();
        let length = rest.find(|c| !matches!(c, '<' | '-' | '>')).unwrap_or(rest.len());
        let written = rest.get(..length)?;
        if !written.contains('-') || length < 2 {
            return None;
        }
        let arrow = match (written.starts_with('<'), written.ends_with('>')) {
            (true, true) => "<->",
            (true, false) => "<-",
            (false, true) => "->",
            (false, false) => "--",
        };
        self.at += length;
        Some(arrow.to_owned())
    }

    fn key(&mut self) -> Result<Key, ImportError> {
        let mut parts = vec![String::new()];
        loop {
            let rest = self.rest();
            let arrow = rest.starts_with("->") || rest.starts_with("--") || rest.starts_with("<-");
            match self.peek() {
                None | Some('\n' | ';' | ':' | '{' | '}' | '#' | '[') => break,
                Some(_) if arrow => break,
                Some('.') => {
                    self.next();
                    parts.push(String::new());
                }
                Some(quote @ ('"' | '\'')) if parts.last().is_some_and(|part| part.trim().is_empty()) => {
                    let text = self.quoted(quote)?;
                    if let Some(part) = parts.last_mut() {
                        *part = text;
                    }
                }
                Some('\\') => {
                    self.next();
                    let escaped = self.next();
                    parts.last_mut().into_iter().for_each(|part| part.extend(escaped));
                }
                Some(c) => {
                    self.next();
                    parts.last_mut().into_iter().for_each(|part| part.push(c));
                }
            }
        }
        if self.peek() == Some('[') {
            while !matches!(self.peek(), None | Some(']' | '\n')) {
                self.next();
            }
            self.next();
        }
        Ok(parts.into_iter().map(|part| part.trim().to_owned()).collect())
    }

    fn quoted(&mut self, quote: char) -> Result<String, ImportError> {
        self.next();
        let mut text = String::new();
        loop {
            match self.next() {
                Some(c) if c == quote => return Ok(text),
                Some('\\') => match self.next() {
                    Some('n') => text.push(' '),
                    Some(c) => text.push(c),
                    None => return Err(self.wrong("a string does not end")),
                },
                Some(c) => text.push(c),
                None => return Err(self.wrong("a string does not end")),
            }
        }
    }

    /// A label, a block of text between bars, and what stands in braces.
    fn value(&mut self, item: &mut Item, depth: usize) -> Result<(), ImportError> {
        self.blank();
        match self.peek() {
            Some(quote @ ('"' | '\'')) => item.value = self.quoted(quote)?,
            Some('|') => {
                item.value = self.block()?;
                item.block = true;
            }
            Some('[') => {
                while !matches!(self.peek(), None | Some(']')) {
                    self.next();
                }
                self.next();
            }
            _ => {
                while !matches!(self.peek(), None | Some('\n' | ';' | '{' | '}')) && !self.rest().starts_with(" #") {
                    match self.next() {
                        Some('\\') => item.value.extend(self.next()),
                        // `${name}` is a variable, and its braces are none of ours.
                        Some('$') if self.peek() == Some('{') => {
                            item.value.push('$');
                            while !matches!(self.peek(), None | Some('}' | '\n')) {
                                item.value.extend(self.next());
                            }
                            item.value.extend(self.next());
                        }
                        other => item.value.extend(other),
                    }
                }
                item.value = item.value.trim().to_owned();
            }
        }
        if item.value.starts_with('@') {
            item.import = true;
        }
        self.blank();
        if self.peek() == Some('{') {
            self.next();
            item.inner = self.items(depth + 1)?;
            if self.next() != Some('}') {
                return Err(self.wrong("a brace is not closed"));
            }
        }
        Ok(())
    }

    /// `|md … |`, `||| … |||`: the bars at the end are those at the beginning, turned round.
    fn block(&mut self) -> Result<String, ImportError> {
        let rest = self.rest();
        let bars = rest.len() - rest.trim_start_matches(['|', '`']).len();
        let close: String = rest.get(..bars).unwrap_or_default().chars().rev().collect();
        let inside = rest.get(bars..).unwrap_or_default();
        let Some(end) = inside.find(&close) else { return Err(self.wrong("a block of text does not end")) };
        let text = inside.get(..end).unwrap_or_default();
        let (word, body) = text.split_once(char::is_whitespace).unwrap_or(("", text));
        let said = if word.len() <= 12 { body } else { text }.trim().trim_start_matches(['#', ' ']).to_owned();
        self.line += text.matches('\n').count();
        self.at += bars + end + close.len();
        Ok(said)
    }
}
