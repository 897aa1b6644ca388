//! Names and types: a syntax tree becomes a typed tree, or everything that is wrong with it is reported.
//!
//! What passes here cannot fail later: every field exists on the thing that it is read from, both sides of every
//! comparison have one type, and every word that is compared with a vocabulary is one of its words.

mod calls;
mod names;
mod words;

use std::ops::Range;

use super::limits::MAX_BINDERS;
use super::parse::{Ast, AstKind, Compare};
use super::schema::{Field, Kind, Words};
use super::tree::{Cond, FIRST_BINDER, Item, List, Num, Op, Order, Path, Scale, Text};
use super::{ExprError, Scope};
use crate::catalogue::Catalogue;

/// A checked part with its type.
#[derive(Debug, Clone)]
enum Typed {
    Cond(Cond),
    Num(Num, Scale),
    Text(Text, Words),
    Thing(Path, Kind),
    List(List, Member),
}

/// The type of the members of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Member {
    Num(Scale),
    Text(Words),
    Thing(Kind),
    /// Of the empty list `[]`.
    Nothing,
}

impl Typed {
    fn describe(&self) -> String {
        match self {
            Self::Cond(_) => "a condition".to_owned(),
            Self::Num(_, Scale::Number) => "a number".to_owned(),
            Self::Num(_, Scale::Level) => "a level".to_owned(),
            Self::Text(..) => "a text".to_owned(),
            Self::Thing(_, kind) => format!("{} {}", if matches!(kind, Kind::Element | Kind::Asset) { "an" } else { "a" }, noun(*kind)),
            Self::List(_, member) => format!("a list of {}", member.describe()),
        }
    }
}

impl Member {
    fn describe(self) -> String {
        match self {
            Self::Num(Scale::Number) => "numbers".to_owned(),
            Self::Num(Scale::Level) => "levels".to_owned(),
            Self::Text(_) => "texts".to_owned(),
            Self::Thing(kind) => format!("{}s", noun(kind)),
            Self::Nothing => "nothing".to_owned(),
        }
    }
}

/// What a kind of thing is called.
pub(super) fn noun(kind: Kind) -> &'static str {
    match kind {
        Kind::Model => "model",
        Kind::Zone => "zone",
        Kind::Element => "element",
        Kind::Flow => "flow",
        Kind::Asset => "asset",
    }
}

/// A checked condition or list of assets, with the fields that it reads.
pub(super) struct Checked<T> {
    pub(super) result: T,
    pub(super) fields: Vec<(Kind, Field)>,
}

/// Checks a condition.
pub(super) fn condition(text: &str, ast: &Ast, scope: &Scope, catalogue: &Catalogue) -> Result<Checked<Cond>, Vec<ExprError>> {
    let mut checker = Checker::new(text, scope, catalogue);
    let cond = checker.cond(ast);
    checker.finish(cond)
}

/// Checks a list of assets.
pub(super) fn assets(text: &str, ast: &Ast, scope: &Scope, catalogue: &Catalogue) -> Result<Checked<List>, Vec<ExprError>> {
    list_of(Kind::Asset, "a list of assets", Checker::new(text, scope, catalogue), ast)
}

/// Checks a list of elements.
pub(super) fn elements(text: &str, ast: &Ast, scope: &Scope, catalogue: &Catalogue) -> Result<Checked<List>, Vec<ExprError>> {
    list_of(Kind::Element, "a list of elements", Checker::new(text, scope, catalogue), ast)
}

fn list_of(kind: Kind, wanted: &str, mut checker: Checker<'_>, ast: &Ast) -> Result<Checked<List>, Vec<ExprError>> {
    let list = match checker.typed(ast) {
        Some(Typed::List(list, Member::Nothing)) => Some(list),
        Some(Typed::List(list, Member::Thing(found))) if found == kind => Some(list),
        Some(other) => checker.wanted(ast, wanted, &other),
        None => None,
    };
    checker.finish(list)
}

/// A variable that is in use.
struct Binder {
    name: String,
    slot: usize,
    member: Member,
}

struct Checker<'a> {
    text: &'a str,
    scope: &'a Scope,
    catalogue: &'a Catalogue,
    binders: Vec<Binder>,
    errors: Vec<ExprError>,
    fields: Vec<(Kind, Field)>,
    /// The lowest slot, other than the model's, that was read since the counter was last reset.
    lowest: usize,
}

impl<'a> Checker<'a> {
    fn new(text: &'a str, scope: &'a Scope, catalogue: &'a Catalogue) -> Self {
        Self { text, scope, catalogue, binders: Vec::new(), errors: Vec::new(), fields: Vec::new(), lowest: usize::MAX }
    }

    fn finish<T>(self, result: Option<T>) -> Result<Checked<T>, Vec<ExprError>> {
        match result {
            Some(result) if self.errors.is_empty() => Ok(Checked { result, fields: self.fields }),
            _ => Err(self.errors),
        }
    }

    /// Reports an error; the value is for `return`.
    fn error<T>(&mut self, range: &Range<usize>, message: impl Into<String>, help: Option<String>) -> Option<T> {
        self.errors.push(ExprError { range: range.clone(), message: message.into(), help });
        None
    }

    fn wanted<T>(&mut self, ast: &Ast, wanted: &str, found: &Typed) -> Option<T> {
        let message = format!("`{}` is {} where {wanted} is expected", self.slice(&ast.range), found.describe());
        let help = match found {
            Typed::List(_, Member::Thing(_)) => Some("ask with `.exists(x, …)`, `.all(x, …)` or `.size() > 0`".to_owned()),
            Typed::Num(_, Scale::Level) => Some("compare it, as in `>= medium`".to_owned()),
            _ => None,
        };
        self.error(&ast.range, message, help)
    }

    fn slice(&self, range: &Range<usize>) -> &'a str {
        self.text.get(range.clone()).unwrap_or_default()
    }

    fn cond(&mut self, ast: &Ast) -> Option<Cond> {
        match self.typed(ast)? {
            Typed::Cond(cond) => Some(cond),
            other => self.wanted(ast, "a condition", &other),
        }
    }

    fn typed(&mut self, ast: &Ast) -> Option<Typed> {
        match &ast.kind {
            AstKind::Name(name) => self.name(ast, name),
            AstKind::Number(number) => Some(Typed::Num(Num::Const(*number), Scale::Number)),
            AstKind::Text(text) => Some(Typed::Text(Text::Const(text.clone()), Words::Free)),
            AstKind::List(items) => self.list(items),
            AstKind::Not(inner) => {
                let inner = self.cond(inner)?;
                Some(cond_at(ast, Op::Not(Box::new(inner))))
            }
            AstKind::All(operands) => self.conds(operands).map(|conds| cond_at(ast, Op::All(conds))),
            AstKind::Any(operands) => self.conds(operands).map(|conds| cond_at(ast, Op::Any(conds))),
            AstKind::Compare(Compare::In, left, right) => self.membership(ast, left, right),
            AstKind::Compare(compare, left, right) => self.comparison(ast, *compare, left, right),
            AstKind::Member(base, name, range) => self.member(ast, base, name, range),
            AstKind::Call(base, name, range, args) => self.call(ast, base.as_deref(), name, range, args),
        }
    }

    fn conds(&mut self, operands: &[Ast]) -> Option<Vec<Cond>> {
        let conds: Vec<_> = operands.iter().map(|operand| self.cond(operand)).collect();
        conds.into_iter().collect()
    }

    fn list(&mut self, items: &[Ast]) -> Option<Typed> {
        let typed: Vec<_> = items.iter().map(|item| self.typed(item)).collect();
        let mut member = Member::Nothing;
        let mut out = Vec::new();
        for (ast, typed) in items.iter().zip(typed) {
            let (item, found) = self.item(ast, typed?)?;
            if member != Member::Nothing && plain(member) != plain(found) {
                let message = format!("a list of {} cannot hold `{}`", member.describe(), self.slice(&ast.range));
                return self.error(&ast.range, message, None);
            }
            member = found;
            out.push(item);
        }
        Some(Typed::List(List::Items(out), plain(member)))
    }

    fn item(&mut self, ast: &Ast, typed: Typed) -> Option<(Item, Member)> {
        match typed {
            Typed::Num(num, scale) => Some((Item::Num(num), Member::Num(scale))),
            Typed::Text(text, words) => Some((Item::Text(text), Member::Text(words))),
            Typed::Thing(path, kind) => Some((Item::Thing(path), Member::Thing(kind))),
            other @ (Typed::Cond(_) | Typed::List(..)) => self.wanted(ast, "a text, a number, a level or a thing", &other),
        }
    }

    fn membership(&mut self, ast: &Ast, left: &Ast, right: &Ast) -> Option<Typed> {
        let (item, list) = (self.typed(left), self.typed(right));
        let (item, of) = match item? {
            Typed::Cond(_) => return self.error(&left.range, "a condition cannot be a member of a list", None),
            item => self.item(left, item)?,
        };
        let (list, member) = match list? {
            Typed::List(list, member) => (list, member),
            other => return self.wanted(right, "a list", &other),
        };
        if member != Member::Nothing && plain(of) != plain(member) {
            let message = format!("`{}` cannot be in a list of {}", self.slice(&left.range), member.describe());
            return self.error(&left.range, message, None);
        }
        if let Member::Text(words) = of {
            self.check_words(right, words);
        }
        if let Member::Text(words) = member {
            self.check_words(left, words);
        }
        Some(cond_at(ast, Op::In(item, list)))
    }

    fn comparison(&mut self, ast: &Ast, compare: Compare, left: &Ast, right: &Ast) -> Option<Typed> {
        let (a, b) = (self.typed(left), self.typed(right));
        let op = match (a?, b?) {
            (Typed::Num(a, x), Typed::Num(b, y)) if x == y => numbers(compare, a, b),
            (Typed::Text(a, x), Typed::Text(b, y)) => {
                self.check_words(right, x);
                self.check_words(left, y);
                equality(compare, Op::Equal(Item::Text(a), Item::Text(b)))
            }
            (Typed::Thing(a, x), Typed::Thing(b, y)) if x == y => equality(compare, Op::Equal(Item::Thing(a), Item::Thing(b))),
            (Typed::Cond(a), Typed::Cond(b)) => equality(compare, Op::Same(Box::new(a), Box::new(b))),
            (a, b) => return self.incomparable(ast, &a, &b),
        };
        match op {
            Some((op, false)) => Some(cond_at(ast, op)),
            Some((op, true)) => {
                let Typed::Cond(inner) = cond_at(ast, op) else { return None };
                Some(cond_at(ast, Op::Not(Box::new(inner))))
            }
            None => {
                let message = format!("`{}` compares things that have no order", self.slice(&ast.range));
                self.error(&ast.range, message, Some("use `==` or `!=`".to_owned()))
            }
        }
    }

    fn incomparable<T>(&mut self, ast: &Ast, a: &Typed, b: &Typed) -> Option<T> {
        let message = format!("`{}` compares {} with {}", self.slice(&ast.range), a.describe(), b.describe());
        let help = match (a, b) {
            (Typed::Num(_, Scale::Level), _) | (_, Typed::Num(_, Scale::Level)) => {
                Some("levels are the bare words none, low, medium, high, critical".to_owned())
            }
            (Typed::List(..), _) | (_, Typed::List(..)) => Some("lists are asked with `in`, `.exists(x, …)` or `.size()`".to_owned()),
            (Typed::Thing(..), Typed::Text(..)) | (Typed::Text(..), Typed::Thing(..)) => Some("compare its `.id`".to_owned()),
            _ => None,
        };
        self.error(&ast.range, message, help)
    }

    fn bind(&mut self, ast: &Ast, member: Member) -> Option<usize> {
        let AstKind::Name(name) = &ast.kind else {
            return self.error(
                &ast.range,
                "the first argument has to be a new name for the member",
                Some("as in `.exists(x, …)`".to_owned()),
            );
        };
        if self.is_taken(name) {
            return self.error(&ast.range, format!("`{name}` already means something here"), Some("take another name".to_owned()));
        }
        if self.binders.len() >= MAX_BINDERS {
            return self.error(&ast.range, format!("more than {MAX_BINDERS} lists are walked inside one another"), None);
        }
        let slot = FIRST_BINDER + self.binders.len();
        self.binders.push(Binder { name: name.clone(), slot, member });
        Some(slot)
    }
}

/// The member type without the vocabulary of its words.
fn plain(member: Member) -> Member {
    if let Member::Text(_) = member { Member::Text(Words::Free) } else { member }
}

fn cond_at(ast: &Ast, op: Op) -> Typed {
    let place = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
    Typed::Cond(Cond { start: place(ast.range.start), end: place(ast.range.end), op })
}

/// The operation, and whether it has to be negated; `None` where there is no order.
fn equality(compare: Compare, op: Op) -> Option<(Op, bool)> {
    match compare {
        Compare::Same => Some((op, false)),
        Compare::Differs => Some((op, true)),
        Compare::Below | Compare::AtMost | Compare::Above | Compare::AtLeast | Compare::In => None,
    }
}

fn numbers(compare: Compare, a: Num, b: Num) -> Option<(Op, bool)> {
    let order = match compare {
        Compare::Below => Order::Below,
        Compare::AtMost => Order::AtMost,
        Compare::Above => Order::Above,
        Compare::AtLeast => Order::AtLeast,
        Compare::Same | Compare::Differs | Compare::In => return equality(compare, Op::Equal(Item::Num(a), Item::Num(b))),
    };
    Some((Op::Order(order, a, b), false))
}
