//! Controls may only make a condition true, never false.
//!
//! A condition reads a control as a defence that makes an attack possible; a missing defence belongs in `countered-by`,
//! where it is asked, explained and offered as a fix. So no control may stand where its presence could turn the
//! condition off.

use super::ExprError;
use super::schema::Field;
use super::tree::{Cond, Item, List, Num, Op, Order, Quantified};

/// How a part moves the whole when it grows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Way {
    Up,
    Down,
    Either,
}

impl Way {
    fn flip(self) -> Self {
        match self {
            Self::Up => Self::Down,
            Self::Down => Self::Up,
            Self::Either => Self::Either,
        }
    }
}

/// The places where a control is read as missing.
pub(super) fn misread_controls(cond: &Cond) -> Vec<ExprError> {
    let mut errors = Vec::new();
    in_cond(cond, Way::Up, &mut errors);
    errors
}

fn in_cond(cond: &Cond, way: Way, errors: &mut Vec<ExprError>) {
    match &cond.op {
        Op::Flag(_, Field::Control(_)) if way != Way::Up => errors.push(misread(cond)),
        Op::Const(_) | Op::Flag(..) | Op::Text(..) | Op::Matches(..) => {}
        Op::Not(inner) => in_cond(inner, way.flip(), errors),
        Op::All(conds) | Op::Any(conds) => conds.iter().for_each(|cond| in_cond(cond, way, errors)),
        Op::Same(left, right) => in_same(left, right, way, errors),
        Op::Order(Order::Above | Order::AtLeast, greater, smaller) | Op::Order(Order::Below | Order::AtMost, smaller, greater) => {
            in_num(greater, way, errors);
            in_num(smaller, way.flip(), errors);
        }
        Op::Equal(left, right) => {
            in_item(left, Way::Either, errors);
            in_item(right, Way::Either, errors);
        }
        Op::In(item, list) => {
            in_item(item, Way::Either, errors);
            in_list(list, way, errors);
        }
        Op::Exists(quantified) => in_quantified(quantified, way, way, errors),
        Op::ForAll(quantified) => in_quantified(quantified, way.flip(), way, errors),
        Op::NotEmpty(list) => in_list(list, way, errors),
    }
}

fn in_same(left: &Cond, right: &Cond, way: Way, errors: &mut Vec<ExprError>) {
    let side = |other: &Cond| match other.op {
        Op::Const(true) => way,
        Op::Const(false) => way.flip(),
        _ => Way::Either,
    };
    in_cond(left, side(right), errors);
    in_cond(right, side(left), errors);
}

fn in_quantified(quantified: &Quantified, list: Way, body: Way, errors: &mut Vec<ExprError>) {
    in_list(&quantified.list, list, errors);
    in_cond(&quantified.body, body, errors);
}

fn in_num(num: &Num, way: Way, errors: &mut Vec<ExprError>) {
    match num {
        Num::Const(_) | Num::Slot(_) | Num::Field(..) => {}
        Num::Size(list) | Num::Most(list, _) => in_list(list, way, errors),
        Num::Least(list, _) => in_list(list, Way::Either, errors),
    }
}

fn in_item(item: &Item, way: Way, errors: &mut Vec<ExprError>) {
    if let Item::Num(num) = item {
        in_num(num, way, errors);
    }
}

fn in_list(list: &List, way: Way, errors: &mut Vec<ExprError>) {
    match list {
        List::Items(items) => items.iter().for_each(|item| in_item(item, Way::Either, errors)),
        List::Field(..) => {}
        List::Filter { list, body, .. } => {
            in_list(list, way, errors);
            in_cond(body, way, errors);
        }
        List::Map { list, item, .. } => {
            in_list(list, way, errors);
            in_item(item, Way::Either, errors);
        }
    }
}

fn misread(cond: &Cond) -> ExprError {
    ExprError {
        range: cond.start as usize..cond.end as usize,
        message: "a condition may ask only whether a control is there, not whether it is missing".to_owned(),
        help: Some("name the control under `countered-by` instead".to_owned()),
    }
}
