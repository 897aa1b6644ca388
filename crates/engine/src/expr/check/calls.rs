//! Functions: walks over lists, their size and extremes, and questions about texts.

use std::ops::Range;
use std::sync::Arc;

use redan_model::suggest::nearest;

use super::super::parse::{Ast, AstKind};
use super::super::tree::{Apart, Cond, Item, List, Num, Op, Path, Quantified, Scale, Shared, Text, TextTest};
use super::{Checker, Member, Typed, cond_at};

const METHODS: [&str; 11] = ["exists", "all", "filter", "map", "size", "min", "max", "startsWith", "endsWith", "contains", "matches"];

impl Checker<'_> {
    pub(super) fn call(&mut self, ast: &Ast, base: Option<&Ast>, name: &str, range: &Range<usize>, args: &[Ast]) -> Option<Typed> {
        let Some(base) = base else { return self.function(ast, name, range, args) };
        match name {
            "exists" | "all" => self.quantifier(ast, base, name, args),
            "filter" => self.filter(ast, base, args),
            "map" => self.map(ast, base, args),
            "size" => self.size(ast, base, args),
            "min" | "max" => self.extreme(ast, base, name, args),
            "startsWith" => self.text_test(ast, base, TextTest::StartsWith, args),
            "endsWith" => self.text_test(ast, base, TextTest::EndsWith, args),
            "contains" => self.text_test(ast, base, TextTest::Contains, args),
            "matches" => self.matches(ast, base, args),
            _ => self.unknown_function(name, range, &METHODS),
        }
    }

    fn function(&mut self, ast: &Ast, name: &str, range: &Range<usize>, args: &[Ast]) -> Option<Typed> {
        match (name, args) {
            ("size", [list]) => self.size(ast, list, &[]),
            ("has", [field]) => self.has(ast, field),
            ("size" | "has", _) => self.error(&ast.range, format!("`{name}` takes one argument"), None),
            _ => self.unknown_function(name, range, &["size", "has"]),
        }
    }

    fn unknown_function<T>(&mut self, name: &str, range: &Range<usize>, known: &[&str]) -> Option<T> {
        let help = match nearest(name, known.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("there are {}", known.join(", ")),
        };
        self.error(range, format!("unknown function `{name}`"), Some(help))
    }

    fn list_of(&mut self, ast: &Ast) -> Option<(List, Member)> {
        match self.typed(ast)? {
            Typed::List(list, member) => Some((list, member)),
            other => self.wanted(ast, "a list", &other),
        }
    }

    fn two<'x>(&mut self, ast: &Ast, args: &'x [Ast]) -> Option<(&'x Ast, &'x Ast)> {
        match args {
            [variable, body] => Some((variable, body)),
            _ => self.error(&ast.range, "a name for the member and an expression are expected", Some("as in `.exists(x, …)`".to_owned())),
        }
    }

    fn none(&mut self, ast: &Ast, args: &[Ast]) -> Option<()> {
        if args.is_empty() { Some(()) } else { self.error(&ast.range, "no argument is expected", None) }
    }

    fn quantifier(&mut self, ast: &Ast, base: &Ast, name: &str, args: &[Ast]) -> Option<Typed> {
        let (variable, body_ast) = self.two(ast, args)?;
        let (list, member) = self.list_of(base)?;
        let slot = self.bind(variable, member)?;
        let before = std::mem::replace(&mut self.lowest, usize::MAX);
        let body = self.body(body_ast, slot);
        self.lowest = self.lowest.min(before);
        self.binders.pop();
        let (body, others) = body?;
        let is_plain = matches!(list, List::Field(..)) && !matches!(base.kind, AstKind::Call(..));
        let shared = if is_plain { self.shared(name, variable, &body, &others, slot) } else { None };
        let (list, body) = absorb_filters(list, body, name == "all");
        let quantified = Box::new(Quantified { list, slot, body, shared });
        Some(cond_at(ast, if name == "all" { Op::ForAll(quantified) } else { Op::Exists(quantified) }))
    }

    /// The body of a quantifier, and which of its parts read variables from outside of it.
    fn body(&mut self, ast: &Ast, slot: usize) -> Option<(Cond, Vec<usize>)> {
        let AstKind::All(operands) = &ast.kind else {
            let cond = self.cond(ast)?;
            return Some((cond, if self.lowest < slot { vec![0] } else { Vec::new() }));
        };
        let mut others = Vec::new();
        let mut lowest = usize::MAX;
        let mut conds = Vec::new();
        for (at, operand) in operands.iter().enumerate() {
            self.lowest = usize::MAX;
            conds.push(self.cond(operand));
            if self.lowest < slot {
                others.push(at);
            }
            lowest = lowest.min(self.lowest);
        }
        self.lowest = lowest;
        let conds = conds.into_iter().collect::<Option<_>>()?;
        let Typed::Cond(cond) = cond_at(ast, Op::All(conds)) else { return None };
        Some((cond, others))
    }

    /// What of a quantifier every subject may share: all of it, or all but the part that leaves one thing out.
    fn shared(&self, name: &str, variable: &Ast, body: &Cond, others: &[usize], slot: usize) -> Option<Shared> {
        let apart = match others {
            [] => None,
            [part] if name == "exists" => Some(Apart { part: *part, from: left_out(body.parts().get(*part)?, slot)?.clone() }),
            _ => return None,
        };
        let is_left = |at: usize| apart.as_ref().is_none_or(|apart| apart.part != at);
        let parts = body.parts().iter().enumerate().filter(|(at, _)| is_left(*at));
        let texts: Vec<&str> = parts.map(|(_, part)| self.slice(&(part.start as usize..part.end as usize))).collect();
        let key = format!("{name} {}, {}", self.slice(&variable.range), texts.join("; "));
        Some(Shared { key, apart })
    }

    fn filter(&mut self, ast: &Ast, base: &Ast, args: &[Ast]) -> Option<Typed> {
        let (variable, body) = self.two(ast, args)?;
        let (list, member) = self.list_of(base)?;
        let slot = self.bind(variable, member)?;
        let body = self.cond(body);
        self.binders.pop();
        Some(Typed::List(List::Filter { list: Box::new(list), slot, body: Box::new(body?) }, member))
    }

    fn map(&mut self, ast: &Ast, base: &Ast, args: &[Ast]) -> Option<Typed> {
        let (variable, item_ast) = self.two(ast, args)?;
        let (list, member) = self.list_of(base)?;
        let slot = self.bind(variable, member)?;
        let item = self.typed(item_ast);
        self.binders.pop();
        let (item, member) = self.item(item_ast, item?)?;
        Some(Typed::List(List::Map { list: Box::new(list), slot, item: Box::new(item) }, member))
    }

    fn size(&mut self, ast: &Ast, base: &Ast, args: &[Ast]) -> Option<Typed> {
        self.none(ast, args)?;
        let (list, _) = self.list_of(base)?;
        Some(Typed::Num(Num::Size(Box::new(list)), Scale::Number))
    }

    fn extreme(&mut self, ast: &Ast, base: &Ast, name: &str, args: &[Ast]) -> Option<Typed> {
        self.none(ast, args)?;
        let (list, member) = self.list_of(base)?;
        let Member::Num(scale) = member else {
            let message = format!("`{name}` needs a list of numbers or levels, and this is one of {}", member.describe());
            return self.error(&base.range, message, Some(format!("as in `.map(a, a.integrity).{name}()`")));
        };
        let list = Box::new(list);
        Some(Typed::Num(if name == "min" { Num::Least(list, scale) } else { Num::Most(list, scale) }, scale))
    }

    fn has(&mut self, ast: &Ast, field: &Ast) -> Option<Typed> {
        match self.typed(field)? {
            Typed::List(list, _) => Some(cond_at(ast, Op::NotEmpty(list))),
            Typed::Text(text, _) => {
                let empty = Item::Text(Text::Const(String::new()));
                let Typed::Cond(inner) = cond_at(ast, Op::Equal(Item::Text(text), empty)) else { return None };
                Some(cond_at(ast, Op::Not(Box::new(inner))))
            }
            other => self.wanted(field, "a text or a list", &other),
        }
    }

    fn text(&mut self, ast: &Ast) -> Option<Text> {
        match self.typed(ast)? {
            Typed::Text(text, _) => Some(text),
            Typed::List(_, Member::Text(_)) => {
                let message = format!("`{}` is a list of texts where a text is expected", self.slice(&ast.range));
                self.error(&ast.range, message, Some("write `\"…\" in` before it".to_owned()))
            }
            other => self.wanted(ast, "a text", &other),
        }
    }

    fn text_test(&mut self, ast: &Ast, base: &Ast, test: TextTest, args: &[Ast]) -> Option<Typed> {
        let text = self.text(base);
        let [part] = args else { return self.error(&ast.range, "one text is expected in the parentheses", None) };
        let part = self.text(part);
        Some(cond_at(ast, Op::Text(test, text?, part?)))
    }

    fn matches(&mut self, ast: &Ast, base: &Ast, args: &[Ast]) -> Option<Typed> {
        let text = self.text(base);
        let [Ast { kind: AstKind::Text(pattern), range, .. }] = args else {
            return self.error(&ast.range, "`matches` takes one regular expression in quotes", None);
        };
        match regex_lite::RegexBuilder::new(pattern).size_limit(1 << 16).build() {
            Ok(regex) => Some(cond_at(ast, Op::Matches(text?, Arc::new(regex)))),
            Err(error) => self.error(range, format!("the regular expression is wrong: {error}"), None),
        }
    }
}

/// The thing that a condition says a variable is not.
fn left_out(cond: &Cond, slot: usize) -> Option<&Path> {
    let Op::Not(inner) = &cond.op else { return None };
    match &inner.op {
        Op::Equal(Item::Thing(Path::Slot(member)), Item::Thing(other)) | Op::Equal(Item::Thing(other), Item::Thing(Path::Slot(member)))
            if *member == slot && !other.starts_with(slot) =>
        {
            Some(other)
        }
        _ => None,
    }
}

/// `list.filter(x, p).exists(y, q)` is `list.exists(x, p && q)`, and `all` is dual. Both variables have one slot, so
/// only what decides a member is asked about it.
fn absorb_filters(list: List, body: Cond, all: bool) -> (List, Cond) {
    match list {
        List::Filter { list, body: filter, slot: _ } => {
            let (start, end) = (filter.start, body.end.max(filter.end));
            let op = if all {
                let refused = Cond { start: filter.start, end: filter.end, op: Op::Not(filter) };
                Op::Any(vec![refused, body])
            } else {
                Op::All(vec![*filter, body])
            };
            absorb_filters(*list, Cond { start, end, op }, all)
        }
        other => (other, body),
    }
}
