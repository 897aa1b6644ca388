//! A front of choices: what more of one thing buys of another, as steps.

use super::canvas::{Canvas, NOTE};
use crate::paper::Picture;
use crate::plan::ticks;
use crate::telling::amount;

/// One choice that no other one beats.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Mark {
    /// What is spent.
    pub(crate) x: f64,
    /// What that buys; infinite where nothing more can be had.
    pub(crate) y: f64,
    /// Whether it is drawn full.
    pub(crate) filled: bool,
}

/// A front that is to be drawn.
pub(crate) struct Front {
    /// What stands below it.
    pub(crate) title: &'static str,
    /// What goes to the right.
    pub(crate) across: &'static str,
    /// What goes up.
    pub(crate) up: &'static str,
    /// The choices, cheapest first.
    pub(crate) points: Vec<Mark>,
    /// What an infinite value means.
    pub(crate) beyond: &'static str,
}

const LEFT: f64 = 64.0;
const TOP: f64 = 30.0;
const SIZE: (f64, f64) = (500.0, 170.0);
const RIGHT: f64 = 60.0;
/// Labels of points that are closer than this would touch.
const APART: f64 = 46.0;

impl Front {
    /// The picture; none without two choices.
    pub(crate) fn draw(&self, prefix: &str) -> Option<Picture> {
        if self.points.len() < 2 {
            return None;
        }
        let scale = Scale::of(&self.points);
        let mut canvas = Canvas::new();
        self.axes(&scale, &mut canvas);
        canvas.path("front", &self.course(&scale));
        let mut last = f64::NEG_INFINITY;
        let end = self.points.last().map_or(0.0, |mark| scale.x(mark.x));
        for (at, mark) in self.points.iter().enumerate() {
            let (x, y) = (scale.x(mark.x), scale.y(mark.y));
            canvas.rect(if mark.filled { "dot" } else { "ring" }, (x - 4.0, y - 4.0), (8.0, 8.0));
            // The last one has a label whatever stands before it.
            if at + 1 == self.points.len() || x - last >= APART && end - x >= APART {
                let label = if mark.y.is_finite() { amount(mark.y) } else { self.beyond.to_owned() };
                last = x + (NOTE.width(&label) - APART).max(0.0);
                let right = x + NOTE.width(&label) > LEFT + SIZE.0 + RIGHT;
                canvas.text(if right { "halo end" } else { "halo" }, (if right { x + 4.0 } else { x + 5.0 }, y - 8.0), &label);
            }
        }
        let size = (LEFT + SIZE.0 + RIGHT, TOP + SIZE.1 + 44.0);
        let svg = canvas.finish(prefix, size, self.title, &self.said());
        Some(Picture { title: self.title.to_owned(), svg, mermaid: None })
    }

    fn axes(&self, scale: &Scale, canvas: &mut Canvas) {
        let bottom = TOP + SIZE.1;
        for value in ticks(scale.high) {
            let y = scale.y(value);
            canvas.line("rule", (LEFT, y), (LEFT + SIZE.0, y));
            canvas.text("quiet end", (LEFT - 6.0, y + 4.0), &amount(value));
        }
        for value in ticks(scale.wide) {
            canvas.line("axis", (scale.x(value), bottom), (scale.x(value), bottom + 4.0));
            canvas.text("quiet middle", (scale.x(value), bottom + 17.0), &amount(value));
        }
        canvas.path("axis", &format!("M{LEFT:.1} {TOP:.1}V{bottom:.1}H{:.1}", LEFT + SIZE.0));
        canvas.text("middle", (LEFT + SIZE.0 / 2.0, bottom + 36.0), self.across);
        canvas.upward("middle", (14.0, TOP + SIZE.1 / 2.0), self.up);
    }

    /// Money between two choices buys nothing until the next one is reached.
    fn course(&self, scale: &Scale) -> String {
        let mut path = String::new();
        for mark in &self.points {
            let (x, y) = (scale.x(mark.x), scale.y(mark.y));
            path.push_str(&if path.is_empty() { format!("M{x:.1} {y:.1}") } else { format!("H{x:.1}V{y:.1}") });
        }
        path + &format!("H{:.1}", LEFT + SIZE.0)
    }

    fn said(&self) -> String {
        let one = |mark: &Mark| {
            let y = if mark.y.is_finite() { format!("{} {}", self.up, amount(mark.y)) } else { self.beyond.to_owned() };
            format!("{} {}: {y}", self.across, amount(mark.x))
        };
        format!("{}.", self.points.iter().take(20).map(one).collect::<Vec<_>>().join("; "))
    }
}

struct Scale {
    wide: f64,
    high: f64,
    /// Whether there is a place above every number.
    beyond: bool,
}

impl Scale {
    fn of(points: &[Mark]) -> Self {
        let most = |values: &mut dyn Iterator<Item = f64>| values.filter(|value| value.is_finite()).fold(0.0, f64::max).max(1e-9);
        Self {
            wide: most(&mut points.iter().map(|mark| mark.x)).max(1.0),
            high: most(&mut points.iter().map(|mark| mark.y)).max(1.0),
            beyond: points.iter().any(|mark| mark.y.is_infinite()),
        }
    }

    fn x(&self, value: f64) -> f64 {
        LEFT + SIZE.0 * value / self.wide
    }

    fn y(&self, value: f64) -> f64 {
        if value.is_infinite() {
            return TOP;
        }
        let room = if self.beyond { SIZE.1 - 34.0 } else { SIZE.1 };
        TOP + SIZE.1 - room * value / self.high
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn front(points: &[(f64, f64)]) -> Option<String> {
        let points = points.iter().map(|(x, y)| Mark { x: *x, y: *y, filled: true }).collect();
        let front = Front { title: "Front", across: "cost", up: "attack", points, beyond: "no attack is left" };
        front.draw("f").map(|picture| picture.svg)
    }

    #[test]
    fn one_choice_is_no_front() {
        assert_eq!(front(&[]), None);
        assert_eq!(front(&[(0.0, 4.0)]), None);
    }

    #[test]
    fn what_has_no_end_stands_above_every_number_and_says_so() {
        let svg = front(&[(0.0, 10.0), (2.0, 100.0), (5.0, f64::INFINITY)]).unwrap();
        assert!(svg.contains("cost 5: no attack is left."), "{svg}");
        assert!(svg.contains(r#"d="M64.0 186.4H264.0V64.0H564.0V30.0H564.0""#), "{svg}");
        assert!(!svg.contains("inf"), "{svg}");
    }
}
