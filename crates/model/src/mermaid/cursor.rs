//! A position in a Mermaid text, and the reading of words, quoted texts and labels at it.
//!
//! Every search for a closing sign ends with the line or after a bounded window, so reading stays linear.

use std::ops::Range;

/// How far the closing brace of `@{…}` or of a directive may be.
const WINDOW: usize = 4096;

pub(super) struct Cursor<'a> {
    pub(super) text: &'a str,
    pub(super) at: usize,
}

impl<'a> Cursor<'a> {
    pub(super) fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    pub(super) fn line(&self) -> &'a str {
        let rest = self.rest();
        &rest[..rest.find('\n').unwrap_or(rest.len())]
    }

    pub(super) fn done(&self) -> bool {
        self.at >= self.text.len()
    }

    pub(super) fn starts(&self, with: &str) -> bool {
        self.rest().starts_with(with)
    }

    /// Moves past `sign` if it is here.
    pub(super) fn take(&mut self, sign: &str) -> bool {
        let here = self.starts(sign);
        if here {
            self.at += sign.len();
        }
        here
    }

    pub(super) fn skip_blank(&mut self) {
        self.at += self.rest().bytes().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\r')).count();
    }

    /// Moves past white space, ends of lines included.
    pub(super) fn skip_white(&mut self) {
        self.at += self.rest().bytes().take_while(u8::is_ascii_whitespace).count();
    }

    /// Moves past white space, `;` and comments to the next statement.
    pub(super) fn skip_to_statement(&mut self) {
        loop {
            let start = self.at;
            self.at += self.rest().bytes().take_while(|byte| byte.is_ascii_whitespace() || *byte == b';').count();
            if self.starts("%%{") {
                self.at = self.window_end("}%%").unwrap_or(self.at + self.line().len());
            } else if self.starts("%%") {
                self.skip_line();
            }
            if self.at == start {
                return;
            }
        }
    }

    pub(super) fn skip_line(&mut self) {
        self.at += self.line().len();
    }

    /// The end of the first `sign` within the window.
    fn window_end(&self, sign: &str) -> Option<usize> {
        let mut end = (self.at + WINDOW).min(self.text.len());
        while !self.text.is_char_boundary(end) {
            end -= 1;
        }
        self.text[self.at..end].find(sign).map(|found| self.at + found + sign.len())
    }

    /// The rest of the statement: up to `;` or the end of the line.
    pub(super) fn statement(&mut self) -> Range<usize> {
        let line = self.line();
        let start = self.at;
        self.at += line.find(';').unwrap_or(line.len());
        start..self.at
    }

    /// A word of letters, digits and what Mermaid allows between them.
    pub(super) fn word(&mut self) -> Option<Range<usize>> {
        let rest = self.rest();
        let mut end = 0;
        let mut chars = rest.char_indices().peekable();
        while let Some((at, c)) = chars.next() {
            let joined = chars.peek().is_some_and(|(_, next)| next.is_alphanumeric() || *next == '_');
            let inside = c.is_alphanumeric() || c == '_' || (matches!(c, '-' | '.' | '/' | '#' | '+' | '*') && joined);
            if !inside {
                break;
            }
            end = at + c.len_utf8();
        }
        let start = self.at;
        self.at += end;
        (end > 0).then_some(start..self.at)
    }

    /// What a bracket or bar holds, up to the first of `closers`; quotes may hold anything, line ends too.
    pub(super) fn enclosed(&mut self, closers: &[&str]) -> Option<Range<usize>> {
        let start = self.at;
        self.skip_blank();
        if self.take("\"") {
            let from = self.at;
            let to = from + self.rest().find('"')?;
            self.at = to + 1;
            self.skip_blank();
            if closers.iter().any(|closer| self.take(closer)) {
                return Some(from..to);
            }
            self.at = start;
        }
        self.at = start;
        let line = self.line();
        let (found, closer) = closers.iter().filter_map(|closer| Some((line.find(closer)?, closer))).min()?;
        self.at = start + found + closer.len();
        Some(start..start + found)
    }

    /// The braces of `@{…}`, at the brace; quotes may hold braces.
    pub(super) fn braces(&mut self) -> Option<Range<usize>> {
        let start = self.at;
        let mut quoted = false;
        for (at, byte) in self.rest().bytes().enumerate().take(WINDOW) {
            match byte {
                b'"' => quoted = !quoted,
                b'}' if !quoted => {
                    self.at = start + at + 1;
                    return Some(start..self.at);
                }
                _ => {}
            }
        }
        None
    }
}

/// A label as people see it: without quotes, markup, line breaks and codes.
pub(super) fn label(raw: &str) -> String {
    let bare = raw.trim().trim_matches('"').trim();
    let (bare, markdown) = match bare.strip_prefix('`').and_then(|inner| inner.strip_suffix('`')) {
        Some(inner) => (inner, true),
        None => (bare, false),
    };
    let mut text = without_tags(bare);
    if markdown {
        text = text.replace("**", "").replace(['*', '_'], "");
    }
    let words = text.split_whitespace().filter(|word| !is_icon(word));
    decoded(&words.collect::<Vec<_>>().join(" "))
}

fn is_icon(word: &str) -> bool {
    word.split_once(":fa-").is_some_and(|(family, _)| family.len() <= 4 && family.starts_with("fa"))
}

/// HTML tags separate words and say nothing.
fn without_tags(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        let tag = &rest[at..];
        let named = tag[1..].starts_with(|c: char| c.is_ascii_alphabetic() || c == '/');
        out.push_str(&rest[..at]);
        match tag.find('>').filter(|_| named) {
            Some(end) => {
                out.push(' ');
                rest = &tag[end + 1..];
            }
            None => {
                out.push('<');
                rest = &tag[1..];
            }
        }
        if !rest.contains('>') {
            break;
        }
    }
    out.push_str(rest);
    out
}

/// `#quot;` and `#35;` stand for characters that Mermaid could not read otherwise.
fn decoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(['#', '&']) {
        out.push_str(&rest[..at]);
        let code = rest[at + 1..].bytes().take(8).position(|byte| byte == b';').map(|end| &rest[at + 1..at + 1 + end]);
        match code.and_then(entity) {
            Some(c) => {
                out.push(c);
                rest = &rest[at + 2 + code.map_or(0, str::len)..];
            }
            None => {
                out.push_str(&rest[at..=at]);
                rest = &rest[at + 1..];
            }
        }
    }
    out.push_str(rest);
    out
}

fn entity(code: &str) -> Option<char> {
    match code.trim_start_matches('#') {
        "quot" => Some('"'),
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "nbsp" => Some(' '),
        number => number.parse().ok().and_then(char::from_u32).filter(|c| !c.is_control()),
    }
}
