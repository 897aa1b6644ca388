//! Statements of a Python text as lists of tokens: comments are gone, brackets and continued lines are one statement.

/// A token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token<'t> {
    /// A name or a keyword.
    Word(&'t str),
    /// A number, as written.
    Number(&'t str),
    /// A text, resolved.
    Text(String),
    /// A text with places for values in it, `f"…"`.
    Format(String),
    /// Everything else.
    Sign(&'t str),
}

/// A statement.
#[derive(Debug, Clone)]
pub(super) struct Line<'t> {
    /// The line on which it begins, from 1.
    pub(super) number: usize,
    pub(super) tokens: Vec<Token<'t>>,
}

/// The statements of a text.
pub(super) fn lines(text: &str) -> Vec<Line<'_>> {
    let mut lexer = Lexer { text, at: 0, number: 1 };
    let mut lines = Vec::new();
    let mut line = Line { number: 1, tokens: Vec::new() };
    let mut depth = 0_usize;
    while let Some(c) = lexer.peek() {
        if line.tokens.is_empty() {
            line.number = lexer.number;
        }
        match c {
            '\n' => {
                lexer.step(c);
                if depth == 0 {
                    lines.push(std::mem::replace(&mut line, Line { number: lexer.number, tokens: Vec::new() }));
                }
            }
            '#' => lexer.skip_comment(),
            '\\' if lexer.rest().starts_with("\\\n") || lexer.rest().starts_with("\\\r\n") => {
                lexer.step(c);
                while let Some(c) = lexer.peek().filter(|c| matches!(c, '\r' | '\n')) {
                    lexer.step(c);
                    if c == '\n' {
                        break;
                    }
                }
            }
            ';' if depth == 0 => {
                lexer.step(c);
                lines.push(std::mem::replace(&mut line, Line { number: lexer.number, tokens: Vec::new() }));
            }
            c if c.is_whitespace() => lexer.step(c),
            _ => {
                let token = lexer.token(c);
                match token {
                    Token::Sign("(" | "[" | "{") => depth += 1,
                    Token::Sign(")" | "]" | "}") => depth = depth.saturating_sub(1),
                    _ => {}
                }
                line.tokens.push(token);
            }
        }
    }
    lines.push(line);
    lines.retain(|line| !line.tokens.is_empty());
    lines
}

struct Lexer<'t> {
    text: &'t str,
    at: usize,
    number: usize,
}

impl<'t> Lexer<'t> {
    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn step(&mut self, c: char) {
        self.at += c.len_utf8();
        self.number += usize::from(c == '\n');
    }

    fn skip_comment(&mut self) {
        self.at += self.rest().find('\n').unwrap_or(self.rest().len());
    }

    fn token(&mut self, c: char) -> Token<'t> {
        if c == '"' || c == '\'' {
            return self.string("");
        }
        if c.is_ascii_digit() {
            return Token::Number(self.run(|c| c.is_ascii_alphanumeric() || c == '.' || c == '_'));
        }
        if c.is_alphabetic() || c == '_' {
            let word = self.run(|c| c.is_alphanumeric() || c == '_');
            let prefix = word.len() <= 2 && word.chars().all(|c| matches!(c, 'r' | 'R' | 'b' | 'B' | 'u' | 'U' | 'f' | 'F'));
            return if prefix && matches!(self.peek(), Some('"' | '\'')) { self.string(word) } else { Token::Word(word) };
        }
        let end = self.at + if self.rest().starts_with("==") { 2 } else { c.len_utf8() };
        let sign = self.text.get(self.at..end).unwrap_or_default();
        self.at = end;
        Token::Sign(sign)
    }

    fn run(&mut self, belongs: impl Fn(char) -> bool) -> &'t str {
        let rest = self.rest();
        let end = rest.find(|c| !belongs(c)).unwrap_or(rest.len());
        self.at += end;
        rest.get(..end).unwrap_or_default()
    }

    /// A text in quotes of one kind or three of them; one without an end goes to the end of its line or of the file.
    fn string(&mut self, prefix: &str) -> Token<'t> {
        let raw = prefix.contains(['r', 'R']);
        let quote = self.peek().unwrap_or('"');
        let triple = self.rest().starts_with(&quote.to_string().repeat(3));
        let end = quote.to_string().repeat(if triple { 3 } else { 1 });
        self.at += end.len();
        let mut text = String::new();
        while let Some(c) = self.peek() {
            if self.rest().starts_with(&end) {
                self.at += end.len();
                break;
            }
            if c == '\n' && !triple {
                break;
            }
            self.step(c);
            if c != '\\' || raw {
                text.push(c);
                continue;
            }
            let Some(escaped) = self.peek() else { break };
            self.step(escaped);
            match escaped {
                'n' => text.push('\n'),
                't' => text.push('\t'),
                '\n' => {}
                '\\' | '\'' | '"' => text.push(escaped),
                other => text.extend(['\\', other]),
            }
        }
        if prefix.contains(['f', 'F']) { Token::Format(text) } else { Token::Text(text) }
    }
}
