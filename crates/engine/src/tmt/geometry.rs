//! Whether an arrow crosses a boundary, which the diagrams say by drawing alone.

/// Straight pieces that a curve is cut into.
const PIECES: u32 = 32;

/// A point of the drawing; y goes down.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Point {
    /// From the left.
    pub x: f64,
    /// From the top.
    pub y: f64,
}

/// Where a boundary is.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Area {
    /// A box.
    Box {
        /// Its corner at the top left.
        corner: Point,
        /// Its width.
        width: f64,
        /// Its height.
        height: f64,
    },
    /// A curve from one point to another.
    Line {
        /// Where it starts.
        from: Point,
        /// A point in its middle, through which it goes.
        through: Point,
        /// Where it ends.
        to: Point,
    },
    /// Nowhere: the file does not say it, and nothing crosses it.
    Nowhere,
}

impl Area {
    /// Whether an arrow between two points crosses the boundary.
    pub fn is_crossed(&self, from: Point, to: Point) -> bool {
        match *self {
            Self::Box { .. } => self.contains(from) != self.contains(to),
            Self::Line { from: start, through, to: end } => curve_meets([start, through, end], from, to),
            Self::Nowhere => false,
        }
    }

    /// Whether a point is inside a box, its edge included; nothing is inside a line.
    pub fn contains(&self, point: Point) -> bool {
        match *self {
            Self::Box { corner, width, height } => {
                (corner.x..=corner.x + width).contains(&point.x) && (corner.y..=corner.y + height).contains(&point.y)
            }
            Self::Line { .. } | Self::Nowhere => false,
        }
    }
}

/// Whether the quadratic curve through three points meets a straight line.
fn curve_meets([start, through, end]: [Point; 3], from: Point, to: Point) -> bool {
    // The curve is at the point in its middle after half of the way, which fixes its control point.
    let control = |through: f64, start: f64, end: f64| 2.0 * through - (start + end) / 2.0;
    let (x, y) = (control(through.x, start.x, end.x), control(through.y, start.y, end.y));
    let at = |step: u32| {
        let t = f64::from(step) / f64::from(PIECES);
        let (a, b, c) = ((1.0 - t) * (1.0 - t), 2.0 * t * (1.0 - t), t * t);
        Point { x: a * start.x + b * x + c * end.x, y: a * start.y + b * y + c * end.y }
    };
    (0..PIECES).any(|step| meet([at(step), at(step + 1)], [from, to]))
}

/// Whether two straight lines have a point in common.
fn meet([a, b]: [Point; 2], [c, d]: [Point; 2]) -> bool {
    let side = |p: Point, q: Point, r: Point| (q.x - p.x) * (r.y - p.y) - (q.y - p.y) * (r.x - p.x);
    side(a, b, c) * side(a, b, d) <= 0.0 && side(c, d, a) * side(c, d, b) <= 0.0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(x: f64, y: f64) -> Point {
        Point { x, y }
    }

    #[test]
    fn a_box_is_crossed_by_arrows_with_one_end_in_it() {
        let area = Area::Box { corner: at(10.0, 10.0), width: 10.0, height: 10.0 };
        assert!(area.is_crossed(at(15.0, 15.0), at(30.0, 15.0)));
        assert!(!area.is_crossed(at(0.0, 15.0), at(30.0, 15.0)), "it passes through");
        assert!(!area.is_crossed(at(12.0, 15.0), at(20.0, 15.0)), "the edge is inside");
    }

    #[test]
    fn a_line_is_crossed_where_it_bends_to() {
        let line = Area::Line { from: at(0.0, 0.0), through: at(10.0, 10.0), to: at(20.0, 0.0) };
        assert!(line.is_crossed(at(10.0, 0.0), at(10.0, 11.0)));
        assert!(!line.is_crossed(at(10.0, 0.0), at(10.0, 9.0)), "inside of the bend");
        assert!(!line.is_crossed(at(30.0, 0.0), at(30.0, 20.0)));
    }

    #[test]
    fn what_is_nowhere_is_not_crossed() {
        assert!(!Area::Nowhere.is_crossed(at(0.0, 0.0), at(1.0, 1.0)));
        let numbers = Area::Box { corner: at(f64::NAN, 0.0), width: f64::INFINITY, height: 1.0 };
        assert!(!numbers.is_crossed(at(0.0, 0.0), at(1.0, 9.0)));
    }
}
