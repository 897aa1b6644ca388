//! Evaluation: a typed tree and a world give a three-valued result.
//!
//! Every operator is monotone in what is known: learning an unknown fact never turns a decided result around.

use std::rc::Rc;

use redan_model::{AssetIx, Thing};

use super::schema::Field;
use super::tree::{ASSET, Cond, Item, List, MODEL, Num, Op, Order, Path, Quantified, SLOTS, SUBJECT, Scale, Shared, Text, TextTest};
use super::value::{Range, Things, Tri, Value};
use super::{Env, Holding, World, any_member};

/// What a variable stands for.
#[derive(Debug, Clone, Copy)]
pub(super) enum Slot<'w> {
    Thing(Thing),
    Text(Option<&'w str>),
    Num(Range),
}

/// A list of any kind of members.
#[derive(Debug, Default)]
pub(super) struct Members<'w> {
    pub(super) items: Vec<(Slot<'w>, Tri)>,
    pub(super) open: bool,
}

/// An evaluation under way.
pub(super) struct Frame<'w> {
    pub(super) world: &'w dyn World,
    pub(super) slots: [Slot<'w>; SLOTS],
}

impl<'w> Frame<'w> {
    pub(super) fn new(world: &'w dyn World, env: Env) -> Self {
        let mut slots = [Slot::Thing(Thing::Model); SLOTS];
        slots[MODEL] = Slot::Thing(Thing::Model);
        slots[SUBJECT] = Slot::Thing(env.subject);
        slots[ASSET] = Slot::Thing(env.asset.map_or(Thing::Model, Thing::Asset));
        Self { world, slots }
    }

    pub(super) fn cond(&mut self, cond: &'w Cond) -> Tri {
        match &cond.op {
            Op::Const(value) => Tri::known(*value),
            Op::Not(inner) => self.cond(inner).not(),
            Op::All(conds) => self.all(conds),
            Op::Any(conds) => self.any(conds),
            Op::Same(left, right) => same(self.cond(left), self.cond(right)),
            Op::Flag(path, field) => self.flag(path, *field),
            Op::Order(order, left, right) => ordered(*order, self.num(left), self.num(right)),
            Op::Equal(left, right) => equal(self.item(left), self.item(right)),
            Op::In(item, list) => self.is_in(item, list),
            Op::Exists(quantified) => self.exists(quantified),
            Op::ForAll(quantified) => self.for_all(quantified),
            Op::Text(test, text, part) => text_test(*test, self.text(text), self.text(part)),
            Op::Matches(text, regex) => self.text(text).map_or(Tri::Unknown, |text| Tri::known(regex.is_match(text))),
            Op::NotEmpty(list) => above(size(&self.members(list)), 0),
        }
    }

    fn all(&mut self, conds: impl IntoIterator<Item = &'w Cond>) -> Tri {
        let mut result = Tri::Yes;
        for cond in conds {
            result = result.and(self.cond(cond));
            if result.is_no() {
                break;
            }
        }
        result
    }

    fn any(&mut self, conds: &'w [Cond]) -> Tri {
        let mut result = Tri::No;
        for cond in conds {
            result = result.or(self.cond(cond));
            if result.is_yes() {
                break;
            }
        }
        result
    }

    fn flag(&self, path: &Path, field: Field) -> Tri {
        self.world.flag(self.thing(path), field)
    }

    pub(super) fn thing(&self, path: &Path) -> Thing {
        match path {
            Path::Slot(slot) => match self.slots[*slot] {
                Slot::Thing(thing) => thing,
                Slot::Text(_) | Slot::Num(_) => Thing::Model,
            },
            Path::Of(base, field) => match self.world.value(self.thing(base), *field) {
                Value::Thing(thing) => thing,
                _ => Thing::Model,
            },
        }
    }

    pub(super) fn text(&self, text: &'w Text) -> Option<&'w str> {
        match text {
            Text::Const(text) => Some(text),
            Text::Slot(slot) => match self.slots[*slot] {
                Slot::Text(text) => text,
                Slot::Thing(_) | Slot::Num(_) => None,
            },
            Text::Field(path, field) => match self.world.value(self.thing(path), *field) {
                Value::Text(text) => text,
                _ => None,
            },
        }
    }

    pub(super) fn num(&mut self, num: &'w Num) -> Range {
        match num {
            Num::Const(value) => Range::known(*value),
            Num::Slot(slot) => match self.slots[*slot] {
                Slot::Num(range) => range,
                Slot::Thing(_) | Slot::Text(_) => Range { low: i64::MIN, high: i64::MAX },
            },
            Num::Field(path, field) => match self.world.value(self.thing(path), *field) {
                Value::Number(range) => range,
                _ => Range { low: i64::MIN, high: i64::MAX },
            },
            Num::Size(list) => size(&self.members(list)),
            Num::Least(list, scale) => least(&self.members(list), *scale),
            Num::Most(list, scale) => most(&self.members(list), *scale),
        }
    }

    pub(super) fn item(&mut self, item: &'w Item) -> Slot<'w> {
        match item {
            Item::Num(num) => Slot::Num(self.num(num)),
            Item::Text(text) => Slot::Text(self.text(text)),
            Item::Thing(path) => Slot::Thing(self.thing(path)),
        }
    }

    pub(super) fn members(&mut self, list: &'w List) -> Members<'w> {
        match list {
            List::Items(items) => Members { items: items.iter().map(|item| (self.item(item), Tri::Yes)).collect(), open: false },
            List::Field(path, field) => self.field_members(self.thing(path), *field),
            List::Filter { list, slot, body } => {
                let Members { items, open } = self.members(list);
                let kept = items.into_iter().map(|(item, belongs)| (item, belongs.and(self.with(*slot, item, body))));
                Members { items: kept.filter(|(_, belongs)| !belongs.is_no()).collect(), open }
            }
            List::Map { list, slot, item } => {
                let Members { items, open } = self.members(list);
                let mapped = items.into_iter().map(|(member, belongs)| {
                    self.slots[*slot] = member;
                    (self.item(item), belongs)
                });
                Members { items: mapped.collect(), open }
            }
        }
    }

    fn field_members(&self, thing: Thing, field: Field) -> Members<'w> {
        match self.world.value(thing, field) {
            Value::Things(Things { members, open }) => {
                Members { items: members.into_iter().map(|(thing, belongs)| (Slot::Thing(thing), belongs)).collect(), open }
            }
            Value::Texts { items, open } => {
                Members { items: items.into_iter().map(|text| (Slot::Text(Some(text)), Tri::Yes)).collect(), open }
            }
            _ => Members { items: Vec::new(), open: true },
        }
    }

    /// The value of a body with its variable bound.
    pub(super) fn with(&mut self, slot: usize, item: Slot<'w>, body: &'w Cond) -> Tri {
        self.slots[slot] = item;
        self.cond(body)
    }

    fn is_in(&mut self, item: &'w Item, list: &'w List) -> Tri {
        let wanted = self.item(item);
        match list {
            List::Items(items) => {
                let mut found = Tri::No;
                for item in items {
                    found = found.or(equal(wanted, self.item(item)));
                    if found.is_yes() {
                        break;
                    }
                }
                found
            }
            List::Field(path, field) if is_things(*field) => {
                let Slot::Thing(thing) = wanted else { return Tri::Unknown };
                any_member(self.world, self.thing(path), *field, &mut |member| Tri::known(member == thing))
            }
            _ => {
                let members = self.members(list);
                let found = members.items.iter().fold(Tri::No, |found, (member, belongs)| found.or(belongs.and(equal(wanted, *member))));
                if members.open { found.or(Tri::Unknown) } else { found }
            }
        }
    }

    /// The only assets for which the body of `model.assets.exists(a, …)` can be anything but false, where the body says
    /// which thing `a.on` has to name.
    pub(super) fn narrowed(&self, quantified: &'w Quantified) -> Option<&'w [AssetIx]> {
        let Quantified { list: List::Field(base, Field::Assets), slot, body, .. } = quantified else { return None };
        let named = body.parts().iter().find_map(|part| match &part.op {
            Op::In(Item::Thing(thing), List::Field(Path::Slot(asset), Field::On)) if asset == slot && !thing.starts_with(*slot) => {
                Some(thing)
            }
            _ => None,
        });
        named.filter(|_| is_model(base)).and_then(|thing| self.world.assets_on(self.thing(thing)))
    }

    fn exists(&mut self, quantified: &'w Quantified) -> Tri {
        self.some_member(quantified, false)
    }

    fn for_all(&mut self, quantified: &'w Quantified) -> Tri {
        self.some_member(quantified, true).not()
    }

    /// Whether the body holds (or, when `fails`, does not hold) for a member.
    fn some_member(&mut self, quantified: &'w Quantified, fails: bool) -> Tri {
        let Quantified { list, slot, body, shared } = quantified;
        if !fails && let Some(assets) = self.narrowed(quantified) {
            let holds = |asset: &AssetIx| self.with(*slot, Slot::Thing(Thing::Asset(*asset)), body);
            return assets.iter().map(holds).fold(Tri::No, Tri::or);
        }
        if let List::Field(path, field) = list
            && let thing = self.thing(path)
            && is_things(*field)
        {
            if let Some(found) = self.kept(quantified, fails) {
                return found.some_but(self.left_out(shared.as_ref()));
            }
            let world = self.world;
            let mut predicate = |member| {
                let value = self.with(*slot, Slot::Thing(member), body);
                if fails { value.not() } else { value }
            };
            return match shared {
                Some(Shared { key, apart: None }) if is_reach(*field) => world.reaches(thing, *field, key, &mut predicate),
                _ => any_member(world, thing, *field, &mut predicate),
            };
        }
        let members = self.members(list);
        let mut found = if members.open { Tri::Unknown } else { Tri::No };
        for (item, belongs) in members.items {
            let value = self.with(*slot, item, body);
            found = found.or(belongs.and(if fails { value.not() } else { value }));
            if found.is_yes() {
                break;
            }
        }
        found
    }

    /// The members of a list of a zone or of the model for which the body can hold, or with `fails` not hold, found once
    /// for all subjects; nothing where what it says depends on the subject.
    pub(super) fn kept(&mut self, quantified: &'w Quantified, fails: bool) -> Option<Rc<Holding>> {
        let Quantified { list: List::Field(path, field), slot, body, shared: Some(shared) } = quantified else { return None };
        let thing = self.thing(path);
        if !matches!(thing, Thing::Zone(_) | Thing::Model) || !is_things(*field) {
            return None;
        }
        let left = shared.apart.as_ref().map(|apart| apart.part);
        let world = self.world;
        let mut predicate = |member| {
            self.slots[*slot] = Slot::Thing(member);
            let value = self.all(body.parts().iter().enumerate().filter(|(at, _)| Some(*at) != left).map(|(_, part)| part));
            if fails { value.not() } else { value }
        };
        Some(world.holding(thing, *field, &shared.key, &mut predicate))
    }

    /// The thing that a body leaves out.
    pub(super) fn left_out(&self, shared: Option<&'w Shared>) -> Option<Thing> {
        Some(self.thing(&shared?.apart.as_ref()?.from))
    }
}

fn is_model(path: &Path) -> bool {
    matches!(path, Path::Slot(slot) if *slot == MODEL)
}

/// Whether a field follows flows through the whole model.
pub(super) fn is_reach(field: Field) -> bool {
    matches!(field, Field::ReachedFrom | Field::InfluencedFrom)
}

fn is_things(field: Field) -> bool {
    !matches!(field, Field::Tags | Field::EntryPoints | Field::Data)
}

fn same(left: Tri, right: Tri) -> Tri {
    if left.is_unknown() || right.is_unknown() { Tri::Unknown } else { Tri::known(left == right) }
}

pub(super) fn equal(left: Slot<'_>, right: Slot<'_>) -> Tri {
    match (left, right) {
        (Slot::Thing(a), Slot::Thing(b)) => Tri::known(a == b),
        (Slot::Text(Some(a)), Slot::Text(Some(b))) => Tri::known(a == b),
        (Slot::Num(a), Slot::Num(b)) if a.is_known() && b.is_known() => Tri::known(a.low == b.low),
        (Slot::Num(a), Slot::Num(b)) if a.high < b.low || b.high < a.low => Tri::No,
        _ => Tri::Unknown,
    }
}

fn ordered(order: Order, left: Range, right: Range) -> Tri {
    match order {
        Order::Below => below(left, right),
        Order::AtMost => below(right, left).not(),
        Order::Above => below(right, left),
        Order::AtLeast => below(left, right).not(),
    }
}

fn below(left: Range, right: Range) -> Tri {
    if left.high < right.low {
        Tri::Yes
    } else if left.low >= right.high {
        Tri::No
    } else {
        Tri::Unknown
    }
}

fn above(range: Range, bound: i64) -> Tri {
    below(Range::known(bound), range)
}

fn text_test(test: TextTest, text: Option<&str>, part: Option<&str>) -> Tri {
    let (Some(text), Some(part)) = (text, part) else { return Tri::Unknown };
    Tri::known(match test {
        TextTest::StartsWith => text.starts_with(part),
        TextTest::EndsWith => text.ends_with(part),
        TextTest::Contains => text.contains(part),
    })
}

fn count(items: usize) -> i64 {
    i64::try_from(items).unwrap_or(i64::MAX)
}

fn size(members: &Members<'_>) -> Range {
    let low = count(members.items.iter().filter(|(_, belongs)| belongs.is_yes()).count());
    Range { low, high: if members.open { i64::MAX } else { count(members.items.len()) } }
}

/// The smallest and the largest value of a scale: what `min` and `max` of an empty list are, the other way round.
fn bounds(scale: Scale) -> (i64, i64) {
    match scale {
        Scale::Number => (i64::MIN, i64::MAX),
        Scale::Level => (0, 4),
    }
}

fn numbers<'a>(members: &'a Members<'_>) -> impl Iterator<Item = (Range, Tri)> + 'a {
    members.items.iter().filter_map(|(item, belongs)| match item {
        Slot::Num(range) => Some((*range, *belongs)),
        Slot::Thing(_) | Slot::Text(_) => None,
    })
}

fn least(members: &Members<'_>, scale: Scale) -> Range {
    let (bottom, top) = bounds(scale);
    let low = if members.open { bottom } else { numbers(members).map(|(range, _)| range.low).min().unwrap_or(top) };
    let certain = numbers(members).filter(|(_, belongs)| belongs.is_yes());
    Range { low, high: certain.map(|(range, _)| range.high).min().unwrap_or(top) }
}

fn most(members: &Members<'_>, scale: Scale) -> Range {
    let (bottom, top) = bounds(scale);
    let high = if members.open { top } else { numbers(members).map(|(range, _)| range.high).max().unwrap_or(bottom) };
    let certain = numbers(members).filter(|(_, belongs)| belongs.is_yes());
    Range { low: certain.map(|(range, _)| range.low).max().unwrap_or(bottom), high }
}
