//! Tokens to a syntax tree, without any knowledge of names and types. The tree is never deeper than
//! [`MAX_DEPTH`] and never has more than [`MAX_NODES`] nodes, which bounds every later recursion.

use std::ops::Range;

use super::ExprError;
use super::limits::{MAX_DEPTH, MAX_NODES, MAX_TEXT};
use super::token::{Token, tokens};

/// A node of the syntax tree.
#[derive(Debug, Clone)]
pub(super) struct Ast {
    /// Where it is in the text.
    pub(super) range: Range<usize>,
    /// What it is.
    pub(super) kind: AstKind,
    depth: usize,
}

/// What a node is.
#[derive(Debug, Clone)]
pub(super) enum AstKind {
    /// A name or a word.
    Name(String),
    /// A whole number.
    Number(i64),
    /// A text.
    Text(String),
    /// A list.
    List(Vec<Ast>),
    /// `!x`.
    Not(Box<Ast>),
    /// `a && b && c`.
    All(Vec<Ast>),
    /// `a || b || c`.
    Any(Vec<Ast>),
    /// A comparison, or `in`.
    Compare(Compare, Box<Ast>, Box<Ast>),
    /// `x.name`, with the place of the name.
    Member(Box<Ast>, String, Range<usize>),
    /// `name(args)` or `x.name(args)`, with the place of the name.
    Call(Option<Box<Ast>>, String, Range<usize>, Vec<Ast>),
}

/// What relates two sides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Compare {
    /// `==`
    Same,
    /// `!=`
    Differs,
    /// `<`
    Below,
    /// `<=`
    AtMost,
    /// `>`
    Above,
    /// `>=`
    AtLeast,
    /// `in`
    In,
}

/// Parses a whole text.
pub(super) fn parse(text: &str) -> Result<Ast, ExprError> {
    if text.len() > MAX_TEXT {
        return Err(too_much(0..text.len(), format!("the expression has {} bytes; {MAX_TEXT} is the most", text.len())));
    }
    let tokens = tokens(text)?;
    let mut parser = Parser { tokens, next: 0, end: text.len(), depth: 0, nodes: 0 };
    let ast = parser.any()?;
    match parser.tokens.get(parser.next) {
        None => Ok(ast),
        Some(_) => Err(parser.unexpected("an operator or the end of the expression")),
    }
}

fn too_much(range: Range<usize>, message: String) -> ExprError {
    ExprError { range, message, help: Some("split the rule in two, or say it in fewer words".to_owned()) }
}

struct Parser {
    tokens: Vec<(Token, Range<usize>)>,
    next: usize,
    end: usize,
    depth: usize,
    nodes: usize,
}

type Parsed = Result<Ast, ExprError>;

impl Parser {
    fn any(&mut self) -> Parsed {
        self.chain("||", Self::all, AstKind::Any)
    }

    fn all(&mut self) -> Parsed {
        self.chain("&&", Self::comparison, AstKind::All)
    }

    fn chain(&mut self, sign: &str, operand: fn(&mut Self) -> Parsed, kind: fn(Vec<Ast>) -> AstKind) -> Parsed {
        let first = operand(self)?;
        if !self.is_sign(sign) {
            return Ok(first);
        }
        let mut operands = vec![first];
        while self.take_sign(sign) {
            operands.push(operand(self)?);
        }
        let range = cover(&operands);
        let depth = deepest(&operands);
        self.node(range, kind(operands), depth)
    }

    fn comparison(&mut self) -> Parsed {
        let left = self.unary()?;
        let Some(compare) = self.take_compare() else { return Ok(left) };
        let right = self.unary()?;
        if self.peek_compare().is_some() {
            return Err(self.unexpected("`&&`, `||` or the end: comparisons do not chain"));
        }
        let depth = left.depth.max(right.depth);
        self.node(left.range.start..right.range.end, AstKind::Compare(compare, Box::new(left), Box::new(right)), depth)
    }

    fn unary(&mut self) -> Parsed {
        let start = self.here().start;
        if self.take_sign("!") {
            let inner = self.deeper(Self::unary)?;
            let (range, depth) = (start..inner.range.end, inner.depth);
            return self.node(range, AstKind::Not(Box::new(inner)), depth);
        }
        self.postfix()
    }

    fn postfix(&mut self) -> Parsed {
        let mut ast = self.primary()?;
        while self.take_sign(".") {
            let range = self.here();
            let Some((Token::Name(name), _)) = self.tokens.get(self.next) else {
                return Err(self.unexpected("the name of a field or a function after `.`"));
            };
            let name = name.clone();
            self.next += 1;
            let (start, depth) = (ast.range.start, ast.depth);
            ast = if self.is_sign("(") {
                let (args, end) = self.arguments()?;
                let depth = depth.max(deepest(&args));
                self.node(start..end, AstKind::Call(Some(Box::new(ast)), name, range, args), depth)?
            } else {
                self.node(start..range.end, AstKind::Member(Box::new(ast), name, range), depth)?
            };
        }
        Ok(ast)
    }

    fn primary(&mut self) -> Parsed {
        let range = self.here();
        let Some((token, _)) = self.tokens.get(self.next).cloned() else {
            return Err(self.unexpected("a condition"));
        };
        match token {
            Token::Name(name) => {
                self.next += 1;
                if self.is_sign("(") {
                    let (args, end) = self.arguments()?;
                    let depth = deepest(&args);
                    return self.node(range.start..end, AstKind::Call(None, name, range, args), depth);
                }
                self.leaf(range, AstKind::Name(name))
            }
            Token::Number(number) => self.take_leaf(range, AstKind::Number(number)),
            Token::Text(text) => self.take_leaf(range, AstKind::Text(text)),
            Token::Sign("-") => self.negative(range),
            Token::Sign("(") => self.parenthesised(range),
            Token::Sign("[") => {
                self.next += 1;
                let (items, end) = self.items("]")?;
                let depth = deepest(&items);
                self.node(range.start..end, AstKind::List(items), depth)
            }
            Token::Sign(_) => Err(self.unexpected("a name, a number, a text, a list or `(`")),
        }
    }

    fn negative(&mut self, range: Range<usize>) -> Parsed {
        self.next += 1;
        match self.tokens.get(self.next).cloned() {
            Some((Token::Number(number), last)) => self.take_leaf(range.start..last.end, AstKind::Number(-number)),
            _ => Err(self.unexpected("a number after `-`; in names `-` is written `_`")),
        }
    }

    fn parenthesised(&mut self, range: Range<usize>) -> Parsed {
        self.next += 1;
        let mut inner = self.deeper(Self::any)?;
        let end = self.here().end;
        if !self.take_sign(")") {
            return Err(self.unexpected("`)`"));
        }
        inner.range = range.start..end;
        Ok(inner)
    }

    fn arguments(&mut self) -> Result<(Vec<Ast>, usize), ExprError> {
        self.next += 1;
        self.items(")")
    }

    fn items(&mut self, close: &'static str) -> Result<(Vec<Ast>, usize), ExprError> {
        let mut items = Vec::new();
        loop {
            let end = self.here().end;
            if self.take_sign(close) {
                return Ok((items, end));
            }
            if !items.is_empty() && !self.take_sign(",") {
                return Err(self.unexpected(&format!("`,` or `{close}`")));
            }
            items.push(self.deeper(Self::any)?);
        }
    }

    fn deeper(&mut self, inner: fn(&mut Self) -> Parsed) -> Parsed {
        if self.depth >= MAX_DEPTH {
            return Err(too_much(self.here(), format!("the expression is nested more than {MAX_DEPTH} deep")));
        }
        self.depth += 1;
        let parsed = inner(self);
        self.depth -= 1;
        parsed
    }

    fn take_leaf(&mut self, range: Range<usize>, kind: AstKind) -> Parsed {
        self.next += 1;
        self.leaf(range, kind)
    }

    fn leaf(&mut self, range: Range<usize>, kind: AstKind) -> Parsed {
        self.node(range, kind, 0)
    }

    fn node(&mut self, range: Range<usize>, kind: AstKind, below: usize) -> Parsed {
        self.nodes += 1;
        if self.nodes > MAX_NODES {
            return Err(too_much(range, format!("the expression has more than {MAX_NODES} parts")));
        }
        if below >= MAX_DEPTH {
            return Err(too_much(range, format!("the expression is nested more than {MAX_DEPTH} deep")));
        }
        Ok(Ast { range, kind, depth: below + 1 })
    }

    fn here(&self) -> Range<usize> {
        self.tokens.get(self.next).map_or(self.end..self.end, |(_, range)| range.clone())
    }

    fn is_sign(&self, sign: &str) -> bool {
        matches!(self.tokens.get(self.next), Some((Token::Sign(found), _)) if *found == sign)
    }

    fn take_sign(&mut self, sign: &str) -> bool {
        let found = self.is_sign(sign);
        self.next += usize::from(found);
        found
    }

    fn peek_compare(&self) -> Option<Compare> {
        Some(match &self.tokens.get(self.next)?.0 {
            Token::Sign("==") => Compare::Same,
            Token::Sign("!=") => Compare::Differs,
            Token::Sign("<") => Compare::Below,
            Token::Sign("<=") => Compare::AtMost,
            Token::Sign(">") => Compare::Above,
            Token::Sign(">=") => Compare::AtLeast,
            Token::Name(name) if name == "in" => Compare::In,
            _ => return None,
        })
    }

    fn take_compare(&mut self) -> Option<Compare> {
        let compare = self.peek_compare();
        self.next += usize::from(compare.is_some());
        compare
    }

    fn unexpected(&self, wanted: &str) -> ExprError {
        let message = match self.tokens.get(self.next) {
            None => format!("the expression ends where {wanted} is expected"),
            Some((Token::Name(name), _)) => format!("`{name}` stands where {wanted} is expected"),
            Some((Token::Number(number), _)) => format!("`{number}` stands where {wanted} is expected"),
            Some((Token::Text(text), _)) => format!("the text \"{text}\" stands where {wanted} is expected"),
            Some((Token::Sign(sign), _)) => format!("`{sign}` stands where {wanted} is expected"),
        };
        let help = match self.tokens.get(self.next) {
            Some((Token::Sign("?"), _)) => Some("there is no `a ? b : c`; write `(a && b) || (!a && c)`".to_owned()),
            Some((Token::Sign("-"), _)) => Some("in names `-` is written `_`; there is no arithmetic".to_owned()),
            Some((Token::Sign("+"), _)) => Some("there is no arithmetic".to_owned()),
            Some((Token::Name(name), _)) if name == "and" => Some("`and` is written `&&`".to_owned()),
            Some((Token::Name(name), _)) if name == "or" => Some("`or` is written `||`".to_owned()),
            _ => None,
        };
        ExprError { range: self.here(), message, help }
    }
}

fn deepest(nodes: &[Ast]) -> usize {
    nodes.iter().map(|node| node.depth).max().unwrap_or(0)
}

fn cover(nodes: &[Ast]) -> Range<usize> {
    let start = nodes.first().map_or(0, |node| node.range.start);
    start..nodes.last().map_or(start, |node| node.range.end)
}
