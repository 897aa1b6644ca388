//! Points and rectangles, in pixels with y downwards.

/// A place.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Point {
    /// From the left.
    pub x: f64,
    /// From the top.
    pub y: f64,
}

/// A box by its top-left corner.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Rect {
    /// Left edge.
    pub x: f64,
    /// Top edge.
    pub y: f64,
    /// Width.
    pub w: f64,
    /// Height.
    pub h: f64,
}

impl Rect {
    /// The middle.
    pub fn centre(&self) -> Point {
        Point { x: self.x + self.w / 2.0, y: self.y + self.h / 2.0 }
    }

    /// The same box, larger by `by` on every side.
    pub fn grown(&self, by: f64) -> Self {
        Self { x: self.x - by, y: self.y - by, w: self.w + 2.0 * by, h: self.h + 2.0 * by }
    }

    /// Whether two boxes share more than an edge.
    pub fn overlaps(&self, other: &Self) -> bool {
        const TOUCH: f64 = 1e-6;
        self.x + self.w > other.x + TOUCH
            && other.x + other.w > self.x + TOUCH
            && self.y + self.h > other.y + TOUCH
            && other.y + other.h > self.y + TOUCH
    }

    /// Whether the other box lies inside.
    pub fn contains(&self, other: &Self) -> bool {
        const TOUCH: f64 = 1e-6;
        other.x >= self.x - TOUCH
            && other.y >= self.y - TOUCH
            && other.x + other.w <= self.x + self.w + TOUCH
            && other.y + other.h <= self.y + self.h + TOUCH
    }

    /// Whether a point lies strictly inside.
    pub fn holds(&self, p: Point) -> bool {
        p.x > self.x && p.x < self.x + self.w && p.y > self.y && p.y < self.y + self.h
    }

    /// The smallest box around both.
    pub fn around(&self, other: &Self) -> Self {
        let (x, y) = (self.x.min(other.x), self.y.min(other.y));
        Self { x, y, w: (self.x + self.w).max(other.x + other.w) - x, h: (self.y + self.h).max(other.y + other.h) - y }
    }
}

/// Whether a straight piece runs through the inside of a box.
pub(crate) fn meets(a: Point, b: Point, r: &Rect) -> bool {
    let (mut first, mut last) = (0.0_f64, 1.0_f64);
    for (from, to, lo, hi) in [(a.x, b.x, r.x, r.x + r.w), (a.y, b.y, r.y, r.y + r.h)] {
        let d = to - from;
        if d.abs() < 1e-9 {
            if from <= lo || from >= hi {
                return false;
            }
            continue;
        }
        let (enter, leave) = ((lo - from) / d, (hi - from) / d);
        first = first.max(enter.min(leave));
        last = last.min(enter.max(leave));
    }
    first < last
}
