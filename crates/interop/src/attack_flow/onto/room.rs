//! Room for what comes: near what it leads to or comes after, and not over anything that is there.

use crate::onto::json::{Node, Value};

/// How far apart things are drawn, from edge to edge.
const GAP: f64 = 60.0;
/// The least space between what comes and what is there.
const MARGIN: f64 = 20.0;
/// How many places to the sides are looked at before what comes is put beside everything.
const TRIES: u32 = 64;
/// Positions beyond this are none that anybody sees.
const FAR: f64 = 1e9;

/// Half of the width and height of a thing, of which the builder's files say nothing.
pub(super) type Half = (f64, f64);

/// Half of the size of an operator.
pub(super) const OPERATOR: Half = (50.0, 50.0);
/// Half of the size of what has a title and a few lines.
pub(super) const CARD: Half = (200.0, 150.0);

/// The places that are taken.
#[derive(Debug, Default)]
pub(super) struct Room {
    taken: Vec<((f64, f64), Half)>,
}

impl Room {
    /// That something stands in a place.
    pub(super) fn take(&mut self, at: (f64, f64), half: Half) {
        self.taken.push((at, half));
    }

    /// Room above or below something, or beside it if that is taken; beside everything if it is near nothing.
    pub(super) fn find(&mut self, half: Half, near: Option<((f64, f64), Half, Side)>) -> (f64, f64) {
        let right = self.taken.iter().map(|((x, _), taken)| x + taken.0 + GAP + half.0).reduce(f64::max).unwrap_or(0.0);
        let (x, y) = match near {
            Some(((x, y), of, Side::Above)) => (x, y - of.1 - GAP - half.1),
            Some(((x, y), of, Side::Below)) => (x, y + of.1 + GAP + half.1),
            None => (right, self.taken.iter().map(|((_, y), _)| *y).reduce(f64::max).unwrap_or(0.0)),
        };
        let step = 2.0 * half.0 + GAP;
        let beside = |number: u32| x + if number % 2 == 1 { 1.0 } else { -1.0 } * f64::from(number.div_ceil(2)) * step;
        let free = (0..TRIES).map(beside).find(|x| self.is_free((*x, y), half)).unwrap_or(right);
        let found = (free.round(), y.round());
        self.take(found, half);
        found
    }

    fn is_free(&self, (x, y): (f64, f64), half: Half) -> bool {
        let apart = |one: f64, other: f64, sizes: f64| (one - other).abs() >= sizes + MARGIN;
        self.taken.iter().all(|(at, taken)| apart(x, at.0, half.0 + taken.0) || apart(y, at.1, half.1 + taken.1))
    }
}

/// Where something stands to another thing. What leads to others stands above them.
#[derive(Debug, Clone, Copy)]
pub(super) enum Side {
    Above,
    Below,
}

/// The position that a layout gives a thing.
pub(super) fn position(place: &Node) -> Option<(f64, f64)> {
    let number = |node: &Node| match &node.value {
        Value::Plain(text) => text.parse::<f64>().ok().filter(|number| number.abs() < FAR),
        _ => None,
    };
    let [x, y] = place.items() else { return None };
    Some((number(x)?, number(y)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_lies_over_nothing() {
        let mut room = Room::default();
        room.take((0.0, 0.0), CARD);
        let near = Some(((0.0, 0.0), CARD, Side::Above));
        assert_eq!(room.find(CARD, near), (0.0, -360.0));
        assert_eq!(room.find(OPERATOR, near), (320.0, -260.0));
        assert_eq!(room.find(CARD, Some(((0.0, 0.0), CARD, Side::Below))), (0.0, 360.0));
        let beside = room.find(CARD, None);
        assert_eq!(beside, (630.0, 360.0));
        for (number, (at, half)) in room.taken.iter().enumerate() {
            let others = Room { taken: room.taken.iter().enumerate().filter(|(other, _)| *other != number).map(|(_, it)| *it).collect() };
            assert!(others.is_free(*at, *half), "{:?}", room.taken);
        }
    }
}
