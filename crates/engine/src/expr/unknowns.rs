//! The unknown facts that an unknown result waits for.
//!
//! Only operands that the result depends on are walked into, so a fact is hardly ever named that no answer could make
//! matter, and an unknown result always names one.

use redan_model::Thing;

use super::eval::{Frame, Members, Slot, equal};
use super::schema::Field;
use super::tree::{Cond, Item, List, Num, Op, Path, Quantified, Text};
use super::value::{Range, Tri};
use crate::fact::{BaseFact, unique};

/// The unknown facts behind a condition that is known to be unknown, each once.
pub(super) fn unknown_in_cond<'w>(frame: Frame<'w>, cond: &'w Cond) -> Vec<BaseFact> {
    let mut walk = Unknowns { frame, out: Vec::new() };
    walk.unknown(cond);
    unique(walk.out)
}

/// The unknown facts behind the members of a list, each once.
pub(super) fn unknown_in_list<'w>(frame: Frame<'w>, list: &'w List) -> Vec<BaseFact> {
    let mut walk = Unknowns { frame, out: Vec::new() };
    walk.list(list);
    unique(walk.out)
}

/// The same without repetitions, in the order of first appearance.
pub(super) fn once<T: PartialEq>(items: Vec<T>) -> Vec<T> {
    let mut out = Vec::with_capacity(items.len());
    for item in items {
        if !out.contains(&item) {
            out.push(item);
        }
    }
    out
}

struct Unknowns<'w> {
    frame: Frame<'w>,
    out: Vec<BaseFact>,
}

impl<'w> Unknowns<'w> {
    fn cond(&mut self, cond: &'w Cond) {
        if self.frame.cond(cond).is_unknown() {
            self.unknown(cond);
        }
    }

    /// The same for a condition that is known to be unknown.
    fn unknown(&mut self, cond: &'w Cond) {
        match &cond.op {
            Op::Const(_) => {}
            Op::Not(inner) => self.unknown(inner),
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
            Op::In(item, list) => self.membership(item, list),
            Op::Exists(quantified) => self.quantified(quantified, Tri::No),
            Op::ForAll(quantified) => self.quantified(quantified, Tri::Yes),
            Op::Text(_, text, part) => {
                self.text(text);
                self.text(part);
            }
            Op::Matches(text, _) => self.text(text),
            Op::NotEmpty(list) => self.list(list),
        }
    }

    fn field(&mut self, path: &Path, field: Field) {
        self.frame.world.unknown_facts(self.frame.thing(path), field, &mut self.out);
    }

    fn text(&mut self, text: &'w Text) {
        if self.frame.text(text).is_none()
            && let Text::Field(path, field) = text
        {
            self.field(path, *field);
        }
    }

    fn num(&mut self, num: &'w Num) {
        let range = self.frame.num(num);
        if range.is_known() {
            return;
        }
        match num {
            Num::Const(_) | Num::Slot(_) => {}
            Num::Field(path, field) => self.field(path, *field),
            Num::Size(list) => self.list(list),
            Num::Least(list, _) => self.extreme(list, |member| member.low < range.high),
            Num::Most(list, _) => self.extreme(list, |member| member.high > range.low),
        }
    }

    /// Walks into the members that could move the extreme of a list.
    fn extreme(&mut self, list: &'w List, matters: impl Fn(Range) -> bool) {
        let List::Map { list, slot, item } = list else { return self.list(list) };
        let members = self.frame.members(list);
        let mut uncertain = members.open;
        for (member, belongs) in members.items {
            self.frame.slots[*slot] = member;
            if let Slot::Num(range) = self.frame.item(item)
                && matters(range)
            {
                uncertain |= belongs.is_unknown();
                self.frame.slots[*slot] = member;
                self.item(item);
            }
        }
        if uncertain {
            self.list(list);
        }
    }

    fn item(&mut self, item: &'w Item) {
        match item {
            Item::Num(num) => self.num(num),
            Item::Text(text) => self.text(text),
            Item::Thing(_) => {}
        }
    }

    fn membership(&mut self, item: &'w Item, list: &'w List) {
        self.item(item);
        let wanted = self.frame.item(item);
        let List::Items(items) = list else { return self.list(list) };
        for member in items {
            if equal(wanted, self.frame.item(member)).is_unknown() {
                self.item(member);
            }
        }
    }

    /// Walks into the members that could still decide the result; one whose body is `settled` cannot.
    fn quantified(&mut self, quantified: &'w Quantified, settled: Tri) {
        let Quantified { list, slot, body, .. } = quantified;
        let members = self.unsettled(quantified, settled);
        let mut uncertain = members.open;
        for (member, belongs) in members.items {
            let value = self.frame.with(*slot, member, body);
            if value != settled {
                uncertain |= belongs.is_unknown() || (value.is_unknown() && is_uncertain(member));
            }
            if value.is_unknown() {
                self.unknown(body);
            }
        }
        if uncertain {
            self.list(list);
        }
    }

    /// The members of a quantified list without some whose body is settled.
    fn unsettled(&mut self, quantified: &'w Quantified, settled: Tri) -> Members<'w> {
        let things = |items: &[(Thing, Tri)], open| Members {
            items: items.iter().map(|(thing, belongs)| (Slot::Thing(*thing), *belongs)).collect(),
            open,
        };
        // All other assets have a body that is false, and thus settled.
        if let Some(assets) = self.frame.narrowed(quantified).filter(|_| settled.is_no()) {
            let assets: Vec<_> = assets.iter().map(|asset| (Thing::Asset(*asset), Tri::Yes)).collect();
            return things(&assets, false);
        }
        // The one that is left out as well.
        match self.frame.kept(quantified, settled.is_yes()) {
            Some(kept) => things(&kept.members, kept.open),
            None => self.frame.members(&quantified.list),
        }
    }

    fn list(&mut self, list: &'w List) {
        match list {
            List::Items(items) => items.iter().for_each(|item| self.item(item)),
            List::Field(path, field) => self.field(path, *field),
            List::Filter { list, slot, body } => {
                let members = self.frame.members(list);
                self.inner_list(list, &members);
                for (member, _) in members.items {
                    self.frame.slots[*slot] = member;
                    self.cond(body);
                }
            }
            List::Map { list, slot, item } => {
                let members = self.frame.members(list);
                self.inner_list(list, &members);
                for (member, _) in members.items {
                    self.frame.slots[*slot] = member;
                    self.item(item);
                }
            }
        }
    }

    fn inner_list(&mut self, list: &'w List, members: &Members<'w>) {
        let uncertain = members.items.iter().any(|(member, belongs)| belongs.is_unknown() || is_uncertain(*member));
        if members.open || uncertain {
            self.list(list);
        }
    }
}

fn is_uncertain(member: Slot<'_>) -> bool {
    match member {
        Slot::Thing(_) => false,
        Slot::Text(text) => text.is_none(),
        Slot::Num(range) => !range.is_known(),
    }
}
