//! The sheet that a drawing is made on: letters and lines in cells.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::{CELL, name_lines, number, title};
use crate::diagram::geometry::{Point, Rect};
use crate::diagram::graph::End;
use crate::diagram::layout::Layout;
use crate::diagram::scene::{Emphasis, Node, Scene, Shape, ZoneBox};

/// Cells of letters and of lines.
pub(super) struct Canvas {
    width: usize,
    letters: Vec<char>,
    /// Which neighbours a line leads to from each cell: up, right, down, left.
    lines: Vec<u8>,
}

const UP: u8 = 1;
const RIGHT: u8 = 2;
const DOWN: u8 = 4;
const LEFT: u8 = 8;
/// What may stand in a row that is left out when it repeats the one before, and in a column.
const UPRIGHT: [char; 3] = [' ', '\u{2502}', '\u{254e}'];
const SIDEWAYS: [char; 5] = [' ', '\u{2500}', '\u{254c}', '\u{2550}', '\u{2501}'];
/// Stands in the second cell of a wide letter.
const BESIDE: char = '\0';

#[derive(Clone, Copy, PartialEq)]
struct Cell {
    x: usize,
    y: usize,
}

/// A box in cells, its last column and row included.
#[derive(Clone, Copy)]
struct Frame {
    left: usize,
    top: usize,
    right: usize,
    bottom: usize,
}

impl Frame {
    fn of(r: &Rect) -> Self {
        let cell = |at: f64, size: f64| (at / size).round().max(0.0) as usize;
        let (left, top) = (cell(r.x, CELL.w), cell(r.y, CELL.h));
        // Ends are rounded, not sizes: a box never grows beyond the one around it.
        let (right, bottom) = (cell(r.x + r.w, CELL.w).max(left + 2) - 1, cell(r.y + r.h, CELL.h).max(top + 2) - 1);
        Self { left, top, right, bottom }
    }

    /// The rows or columns at which an arrow may meet it, away from the corners where there is room.
    fn side(first: usize, last: usize) -> (usize, usize) {
        if last > first + 1 { (first + 1, last - 1) } else { (first, last) }
    }
}

impl Canvas {
    /// Draws a scene at its places, with names in lines of so many letters.
    pub(super) fn of(scene: &Scene, layout: &Layout, name: usize) -> Self {
        let (width, height) = ((layout.width / CELL.w) as usize + 4, (layout.height / CELL.h) as usize + 4);
        let mut canvas = Self { width, letters: vec![' '; width * height], lines: vec![0; width * height] };
        for (zone, r) in scene.zones.iter().zip(&layout.zones) {
            let frame = Frame::of(r);
            let signs = if zone.is_group {
                ['\u{250c}', '\u{2510}', '\u{2514}', '\u{2518}', '\u{2500}', '\u{2502}']
            } else {
                ['\u{250c}', '\u{2510}', '\u{2514}', '\u{2518}', '\u{254c}', '\u{254e}']
            };
            canvas.outline(frame, signs);
        }
        let frame = |end: End| match end {
            End::Node(ix) => layout.nodes.get(ix).map(Frame::of),
            End::Zone(ix) => layout.zones.get(ix).map(Frame::of),
        };
        for (edge, route) in scene.edges.iter().zip(&layout.edges).filter(|(edge, _)| edge.from != edge.to) {
            canvas.course(&route.points, edge.both_ways, [frame(edge.from), frame(edge.to)]);
        }
        canvas.join();
        // A loop is only listed.
        let drawn = |ix: &usize| scene.edges[*ix].from != scene.edges[*ix].to;
        for (ix, route) in layout.edges.iter().enumerate().filter(|(ix, _)| drawn(ix)) {
            let at = route.label.map_or_else(|| middle(&route.points), |r| Point { x: r.x, y: r.y });
            canvas.write((at.x / CELL.w).round() as usize, (at.y / CELL.h).round() as usize, &number(ix), width);
        }
        for (zone, r) in scene.zones.iter().zip(&layout.zones) {
            canvas.entitle(zone, Frame::of(r));
        }
        for (node, r) in scene.nodes.iter().zip(&layout.nodes) {
            canvas.node(node, Frame::of(r), name);
        }
        canvas
    }

    fn set(&mut self, x: usize, y: usize, c: char) {
        if x < self.width
            && let Some(cell) = self.letters.get_mut(y * self.width + x)
        {
            *cell = c;
        }
    }

    fn write(&mut self, x: usize, y: usize, text: &str, end: usize) {
        let mut at = x;
        for c in text.chars() {
            let wide = c.width().unwrap_or(0);
            if wide == 0 || at + wide > end {
                continue;
            }
            self.set(at, y, c);
            (1..wide).for_each(|beside| self.set(at + beside, y, BESIDE));
            at += wide;
        }
    }

    /// Corners from the upper left by rows, then the lines that run sideways and upright.
    fn outline(&mut self, frame: Frame, [a, b, c, d, sideways, upright]: [char; 6]) {
        for x in frame.left..=frame.right {
            self.set(x, frame.top, sideways);
            self.set(x, frame.bottom, sideways);
        }
        for y in frame.top..=frame.bottom {
            self.set(frame.left, y, upright);
            self.set(frame.right, y, upright);
        }
        for (x, y, corner) in
            [(frame.left, frame.top, a), (frame.right, frame.top, b), (frame.left, frame.bottom, c), (frame.right, frame.bottom, d)]
        {
            self.set(x, y, corner);
        }
    }

    /// Writes what a zone is called into its border, where no arrow crosses it if there is such a place: above, else
    /// below. An arrow goes behind the name otherwise.
    fn entitle(&mut self, zone: &ZoneBox, frame: Frame) {
        let name = format!(" {} ", title(&zone.name, zone.trust.as_deref()));
        let wide = name.width();
        let starts = frame.left + 2..(frame.right + 1).saturating_sub(wide).max(frame.left + 3);
        let is_free = |x: usize, y: usize| {
            let border = |at: usize| matches!(self.letters.get(y * self.width + at), Some('\u{254c}' | '\u{2500}'));
            (x..x + wide).all(|at| at < self.width && border(at) && self.lines.get(y * self.width + at) == Some(&0))
        };
        let free = [frame.top, frame.bottom].into_iter().find_map(|y| Some((starts.clone().find(|x| is_free(*x, y))?, y)));
        let (x, y) = free.unwrap_or((frame.left + 2, frame.top));
        self.write(x, y, &name, frame.right);
    }

    fn node(&mut self, node: &Node, frame: Frame, name: usize) {
        let signs = match (node.shape, node.emphasis) {
            (_, Emphasis::Strong) => ['\u{250f}', '\u{2513}', '\u{2517}', '\u{251b}', '\u{2501}', '\u{2503}'],
            (Shape::Process, _) => ['\u{256d}', '\u{256e}', '\u{2570}', '\u{256f}', '\u{2500}', '\u{2502}'],
            (Shape::Store, _) => ['\u{2552}', '\u{2555}', '\u{2558}', '\u{255b}', '\u{2550}', '\u{2502}'],
            (Shape::Person | Shape::External, _) => ['\u{250c}', '\u{2510}', '\u{2514}', '\u{2518}', '\u{2500}', '\u{2502}'],
        };
        for y in frame.top + 1..frame.bottom {
            (frame.left + 1..frame.right).for_each(|x| self.set(x, y, ' '));
        }
        self.outline(frame, signs);
        if node.shape == Shape::Person {
            self.set(frame.left + 1, frame.top, '\u{25cf}');
        }
        for (ix, line) in name_lines(node, name).iter().enumerate() {
            let room = frame.right - frame.left - 1;
            let x = frame.left + 1 + room.saturating_sub(line.width()) / 2;
            self.write(x, frame.top + 1 + ix, line, frame.right);
        }
    }

    /// Draws an arrow; its ends touch the boxes that it joins.
    fn course(&mut self, points: &[Point], both_ways: bool, frames: [Option<Frame>; 2]) {
        let mut cells: Vec<Cell> = points
            .iter()
            .map(|p| Cell { x: (p.x / CELL.w).round().max(0.0) as usize, y: (p.y / CELL.h).round().max(0.0) as usize })
            .collect();
        let count = cells.len();
        if count < 2 {
            return;
        }
        let [from, to] = frames;
        if let Some(frame) = from {
            meet(&mut cells, points, 0, 1, frame);
        }
        if let Some(frame) = to {
            meet(&mut cells, points, count - 1, count - 2, frame);
        }
        let mut at = cells[0];
        for &next in &cells[1..] {
            while at != next {
                let direction = if at.x < next.x {
                    RIGHT
                } else if at.x > next.x {
                    LEFT
                } else if at.y < next.y {
                    DOWN
                } else {
                    UP
                };
                let beyond = moved(at, direction);
                self.mark(at, direction);
                self.mark(beyond, opposite(direction));
                at = beyond;
            }
        }
        // The last piece may be shorter than a cell: the head points to its box all the same.
        self.set(at.x, at.y, head(towards(points[count - 2], points[count - 1])));
        if both_ways {
            self.set(cells[0].x, cells[0].y, head(towards(points[1], points[0])));
        }
    }

    fn mark(&mut self, cell: Cell, bits: u8) {
        if cell.x < self.width
            && let Some(lines) = self.lines.get_mut(cell.y * self.width + cell.x)
        {
            *lines |= bits;
        }
    }

    /// Turns lines into letters; heads of arrows stay.
    fn join(&mut self) {
        const HEADS: [char; 4] = ['\u{25b2}', '\u{25b6}', '\u{25bc}', '\u{25c0}'];
        for (cell, &bits) in self.letters.iter_mut().zip(&self.lines) {
            if bits & 15 != 0 && !HEADS.contains(cell) {
                *cell = joint(bits & 15);
            }
        }
    }

    /// The rows as they are shown: what only repeats the row or the columns before it is left out,
    /// except for so many columns.
    pub(super) fn rows(&self, gap: usize) -> Vec<String> {
        let mut rows: Vec<Vec<char>> = self.letters.chunks(self.width).map(<[char]>::to_vec).collect();
        rows.dedup_by(|row, before| row == before && row.iter().all(|c| UPRIGHT.contains(c)));
        let is_repeated =
            |x: usize| x >= gap && rows.iter().all(|row| SIDEWAYS.contains(&row[x]) && (1..=gap).all(|before| row[x - before] == row[x]));
        let kept: Vec<usize> = (0..self.width).filter(|x| !is_repeated(*x)).collect();
        let line = |row: &Vec<char>| kept.iter().map(|x| row[*x]).filter(|c| *c != BESIDE).collect::<String>().trim_end().to_owned();
        let mut lines: Vec<String> = rows.iter().map(line).collect();
        let used = |line: &String| !line.is_empty();
        lines.truncate(lines.iter().rposition(used).map_or(0, |at| at + 1));
        lines.drain(..lines.iter().position(used).unwrap_or(0));
        let indent = lines.iter().filter(|line| used(line)).map(|line| line.len() - line.trim_start().len()).min().unwrap_or(0);
        lines.iter_mut().for_each(|line| *line = line.get(indent..).unwrap_or_default().to_owned());
        lines
    }
}

/// Moves an end of an arrow to the cell beside the border that it meets, and the corner before it into line.
fn meet(cells: &mut [Cell], points: &[Point], tip: usize, before: usize, frame: Frame) {
    let (a, b) = (points[tip], points[before]);
    let is_between = cells.len() > 2;
    if (a.y - b.y).abs() < (a.x - b.x).abs() {
        let (first, last) = Frame::side(frame.top, frame.bottom);
        cells[tip].y = cells[tip].y.clamp(first, last);
        cells[tip].x = beside(cells[tip].x, a.x > b.x, frame.left, frame.right);
        if is_between {
            cells[before].y = cells[tip].y;
            cells[before].x = if a.x > b.x { cells[before].x.min(cells[tip].x) } else { cells[before].x.max(cells[tip].x) };
        } else if !(first..=last).contains(&cells[before].y) || tip == 0 {
            cells[before].y = cells[tip].y;
        } else {
            cells[tip].y = cells[before].y;
        }
    } else {
        let (first, last) = Frame::side(frame.left, frame.right);
        cells[tip].x = cells[tip].x.clamp(first, last);
        cells[tip].y = beside(cells[tip].y, a.y > b.y, frame.top, frame.bottom);
        if is_between {
            cells[before].x = cells[tip].x;
            cells[before].y = if a.y > b.y { cells[before].y.min(cells[tip].y) } else { cells[before].y.max(cells[tip].y) };
        } else if !(first..=last).contains(&cells[before].x) || tip == 0 {
            cells[before].x = cells[tip].x;
        } else {
            cells[tip].x = cells[before].x;
        }
    }
}

/// The cell beside the border of a box that is near; `grows` says whether the arrow comes from the lower numbers. From
/// inside of a box, that is the cell within it.
fn beside(at: usize, grows: bool, first: usize, last: usize) -> usize {
    let border = if at.abs_diff(first) <= at.abs_diff(last) { first } else { last };
    if grows { border.saturating_sub(1) } else { border + 1 }
}

fn middle(points: &[Point]) -> Point {
    points.get(points.len() / 2).copied().unwrap_or_default()
}

fn moved(cell: Cell, direction: u8) -> Cell {
    match direction {
        UP => Cell { y: cell.y.saturating_sub(1), ..cell },
        RIGHT => Cell { x: cell.x + 1, ..cell },
        DOWN => Cell { y: cell.y + 1, ..cell },
        _ => Cell { x: cell.x.saturating_sub(1), ..cell },
    }
}

/// The direction of a piece of an arrow.
fn towards(from: Point, to: Point) -> u8 {
    match ((to.y - from.y).abs() < (to.x - from.x).abs(), to.x > from.x, to.y > from.y) {
        (true, true, _) => RIGHT,
        (true, false, _) => LEFT,
        (false, _, true) => DOWN,
        (false, _, false) => UP,
    }
}

fn opposite(direction: u8) -> u8 {
    match direction {
        UP => DOWN,
        RIGHT => LEFT,
        DOWN => UP,
        _ => RIGHT,
    }
}

fn head(direction: u8) -> char {
    match direction {
        UP => '\u{25b2}',
        RIGHT => '\u{25b6}',
        DOWN => '\u{25bc}',
        _ => '\u{25c0}',
    }
}

fn joint(bits: u8) -> char {
    match bits {
        5 | 1 | 4 => '\u{2502}',
        10 | 2 | 8 => '\u{2500}',
        6 => '\u{250c}',
        12 => '\u{2510}',
        3 => '\u{2514}',
        9 => '\u{2518}',
        7 => '\u{251c}',
        13 => '\u{2524}',
        14 => '\u{252c}',
        11 => '\u{2534}',
        _ => '\u{253c}',
    }
}
