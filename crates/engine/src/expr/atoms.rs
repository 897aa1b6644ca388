//! Why a result is what it is: the conditions that decide it with the facts behind them, and the members that make an
//! `exists` true.

use redan_model::Thing;

use super::eval::{Frame, Slot};
use super::schema::Field;
use super::tree::{Cond, Item, List, Num, Op, Path, Quantified, Text};
use super::unknowns::once;
use super::value::Tri;
use crate::explain::Atom;
use crate::fact::UsedFact;

/// Most members of a list whose facts an explanation shows.
const MAX_SHOWN_MEMBERS: usize = 8;

/// The conditions that decide the result.
pub(super) fn atoms<'w>(mut frame: Frame<'w>, cond: &'w Cond, text: &str) -> Vec<Atom> {
    let mut walk = Deciding { frame: &mut frame, out: Vec::new() };
    walk.cond(cond);
    let found = walk.out;
    found.into_iter().map(|cond| atom(&mut frame, cond, text)).collect()
}

/// The same conditions as they are kept.
pub(super) fn deciding<'w>(mut frame: Frame<'w>, cond: &'w Cond) -> Vec<&'w Cond> {
    let mut walk = Deciding { frame: &mut frame, out: Vec::new() };
    walk.cond(cond);
    walk.out
}

fn atom<'w>(frame: &mut Frame<'w>, cond: &'w Cond, text: &str) -> Atom {
    let value = frame.cond(cond);
    let text = text.get(cond.start as usize..cond.end as usize).unwrap_or_default();
    let mut facts = Vec::new();
    Uses { frame, out: &mut facts }.cond(cond);
    Atom { text: text.to_owned(), sentence: String::new(), value, facts: once(facts) }
}

/// The members that make an `exists` true, each once.
pub(super) fn witnesses<'w>(frame: Frame<'w>, cond: &'w Cond) -> Vec<Thing> {
    let mut walk = Witnesses { frame, out: Vec::new() };
    walk.cond(cond);
    once(walk.out)
}

struct Deciding<'f, 'w> {
    frame: &'f mut Frame<'w>,
    out: Vec<&'w Cond>,
}

impl<'w> Deciding<'_, 'w> {
    fn cond(&mut self, cond: &'w Cond) {
        let value = self.frame.cond(cond);
        match &cond.op {
            Op::All(conds) => self.operands(conds, value.is_no().then_some(Tri::No)),
            Op::Any(conds) => self.operands(conds, value.is_yes().then_some(Tri::Yes)),
            Op::Const(_) => {}
            _ => self.out.push(cond),
        }
    }

    /// One operand that decides makes the others irrelevant.
    fn operands(&mut self, conds: &'w [Cond], decisive: Option<Tri>) {
        for cond in conds {
            if decisive.is_none_or(|decisive| self.frame.cond(cond) == decisive) {
                self.cond(cond);
            }
        }
    }
}

struct Uses<'f, 'w> {
    frame: &'f mut Frame<'w>,
    out: &'f mut Vec<UsedFact>,
}

impl<'w> Uses<'_, 'w> {
    fn cond(&mut self, cond: &'w Cond) {
        match &cond.op {
            Op::Const(_) => {}
            Op::Not(inner) => self.cond(inner),
            Op::All(conds) | Op::Any(conds) => conds.iter().for_each(|cond| self.cond(cond)),
            Op::Same(left, right) => {
                self.cond(left);
                self.cond(right);
            }
            Op::Flag(path, field) => self.field(path, *field),
            Op::Order(_, left, right) => {
                self.num(left);
                self.num(right);
            }
            Op::Equal(left, right) => {
                self.item(left);
                self.item(right);
            }
            Op::In(item, list) => {
                self.item(item);
                self.list(list);
            }
            Op::Exists(quantified) => self.quantified(quantified, Tri::Yes),
            Op::ForAll(quantified) => self.quantified(quantified, Tri::No),
            Op::Text(_, text, part) => {
                self.text(text);
                self.text(part);
            }
            Op::Matches(text, _) => self.text(text),
            Op::NotEmpty(list) => self.list(list),
        }
    }

    /// Shows the members that decide the result, or else those that leave it open, or else all of them.
    fn quantified(&mut self, quantified: &'w Quantified, decisive: Tri) {
        let Quantified { list, slot, body, .. } = quantified;
        self.list(list);
        let members = self.frame.members(list).items;
        let values: Vec<Tri> = members
            .iter()
            .map(|(member, belongs)| {
                let value = self.frame.with(*slot, *member, body);
                if value == decisive && belongs.is_unknown() { Tri::Unknown } else { value }
            })
            .collect();
        let shown = [decisive, Tri::Unknown].into_iter().find(|value| values.contains(value)).unwrap_or(decisive.not());
        let chosen = members.iter().zip(&values).filter(|(_, value)| **value == shown).take(MAX_SHOWN_MEMBERS);
        for ((member, _), _) in chosen {
            self.frame.slots[*slot] = *member;
            self.cond(body);
        }
    }

    fn field(&mut self, path: &Path, field: Field) {
        self.frame.world.used_facts(self.frame.thing(path), field, self.out);
    }

    fn text(&mut self, text: &'w Text) {
        if let Text::Field(path, field) = text {
            self.field(path, *field);
        }
    }

    fn item(&mut self, item: &'w Item) {
        match item {
            Item::Num(num) => self.num(num),
            Item::Text(text) => self.text(text),
            Item::Thing(_) => {}
        }
    }

    fn num(&mut self, num: &'w Num) {
        match num {
            Num::Const(_) | Num::Slot(_) => {}
            Num::Field(path, field) => self.field(path, *field),
            Num::Size(list) | Num::Least(list, _) | Num::Most(list, _) => self.list(list),
        }
    }

    fn list(&mut self, list: &'w List) {
        match list {
            List::Items(items) => items.iter().for_each(|item| self.item(item)),
            List::Field(path, field) => self.field(path, *field),
            List::Filter { list, slot, body } => {
                self.list(list);
                for (member, _) in self.frame.members(list).items.into_iter().take(MAX_SHOWN_MEMBERS) {
                    self.frame.slots[*slot] = member;
                    self.cond(body);
                }
            }
            List::Map { list, slot, item } => {
                self.list(list);
                for (member, _) in self.frame.members(list).items.into_iter().take(MAX_SHOWN_MEMBERS) {
                    self.frame.slots[*slot] = member;
                    self.item(item);
                }
            }
        }
    }
}

struct Witnesses<'w> {
    frame: Frame<'w>,
    out: Vec<Thing>,
}

impl<'w> Witnesses<'w> {
    fn cond(&mut self, cond: &'w Cond) {
        match &cond.op {
            Op::All(conds) | Op::Any(conds) => {
                for cond in conds {
                    if self.frame.cond(cond).is_yes() {
                        self.cond(cond);
                    }
                }
            }
            Op::Exists(quantified) => self.members(quantified),
            _ => {}
        }
    }

    fn members(&mut self, quantified: &'w Quantified) {
        let Quantified { list, slot, body, .. } = quantified;
        for (member, belongs) in self.frame.members(list).items {
            let holds = belongs.and(self.frame.with(*slot, member, body));
            if let (Tri::Yes, Slot::Thing(thing)) = (holds, member) {
                self.out.push(thing);
            }
        }
    }
}
