//! Conditions with one atom turned around, to try whether the examples of a rule would notice.

use super::tree::{Cond, Item, List, Num, Op, Program, Quantified};

/// A condition with one atom negated, and the text of that atom.
#[derive(Debug, Clone)]
pub struct Negated {
    /// The atom, as it is written.
    pub atom: String,
    /// The condition in which it is turned around.
    pub expr: super::Expr,
}

/// One condition for every atom, in the order of the text; those inside `exists` and `all` count as well.
pub(super) fn negated(expr: &super::Expr) -> Vec<Negated> {
    let Program::Condition(whole) = &expr.program else { return Vec::new() };
    let mut found = Vec::new();
    for index in 0.. {
        let mut turn = Turn { left: index, atom: None };
        let mut cond = whole.clone();
        turn.cond(&mut cond);
        let Some((start, end)) = turn.atom else { break };
        let atom = expr.text.get(start as usize..end as usize).unwrap_or_default().to_owned();
        found.push(Negated { atom, expr: super::Expr { program: Program::Condition(cond), ..expr.clone() } });
    }
    found
}

/// Walks to one atom and turns it around.
struct Turn {
    /// How many atoms come before it.
    left: usize,
    /// Its place in the text, once it is found.
    atom: Option<(u32, u32)>,
}

impl Turn {
    fn cond(&mut self, cond: &mut Cond) {
        match &mut cond.op {
            Op::Const(_) => return,
            Op::Not(inner) => return self.cond(inner),
            Op::All(conds) | Op::Any(conds) => return conds.iter_mut().for_each(|cond| self.cond(cond)),
            Op::Same(left, right) => {
                self.cond(left);
                self.cond(right);
            }
            Op::Exists(quantified) | Op::ForAll(quantified) => self.quantified(quantified),
            Op::In(item, list) => {
                self.item(item);
                self.list(list);
            }
            Op::NotEmpty(list) => self.list(list),
            Op::Order(_, left, right) => {
                self.num(left);
                self.num(right);
            }
            Op::Equal(left, right) => {
                self.item(left);
                self.item(right);
            }
            Op::Flag(..) | Op::Text(..) | Op::Matches(..) => {}
        }
        self.atom(cond);
    }

    fn atom(&mut self, cond: &mut Cond) {
        if self.atom.is_some() {
            return;
        }
        if self.left > 0 {
            self.left -= 1;
            return;
        }
        self.atom = Some((cond.start, cond.end));
        *cond = Cond { start: cond.start, end: cond.end, op: Op::Not(Box::new(cond.clone())) };
    }

    fn quantified(&mut self, quantified: &mut Quantified) {
        self.list(&mut quantified.list);
        self.cond(&mut quantified.body);
        if self.atom.is_some() {
            // What a world remembers under the key is true of the body as it was.
            quantified.shared = None;
        }
    }

    fn item(&mut self, item: &mut Item) {
        if let Item::Num(num) = item {
            self.num(num);
        }
    }

    fn num(&mut self, num: &mut Num) {
        if let Num::Size(list) | Num::Least(list, _) | Num::Most(list, _) = num {
            self.list(list);
        }
    }

    fn list(&mut self, list: &mut List) {
        match list {
            List::Items(_) | List::Field(..) => {}
            List::Filter { list, body, .. } => {
                self.list(list);
                self.cond(body);
            }
            List::Map { list, item, .. } => {
                self.list(list);
                self.item(item);
            }
        }
    }
}
