//! A drawing in letters and lines for the terminal: boxes for elements, dashed boxes for boundaries, numbers on arrows
//! and what they stand for below.
//!
//! Places are found as for the picture, in cells in place of pixels. Signs that would move the cursor are left out.

use std::fmt::Write as _;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use super::geometry::{Point, Rect};
use super::graph::Size;
use super::layout::{Layout, settled};
use super::measure::{Measured, ZoneAs, measure};
use super::scene::{Emphasis, Node, Scene, Shape};
use super::tournament;

/// Columns that a drawing should fit into.
const COLUMNS: usize = 100;
/// Pixels of the layout for one cell.
const CELL: Size = Size { w: 10.0, h: 22.0 };
/// The widest line of a name.
const NAME: usize = 18;

/// Draws a scene.
pub(crate) fn render(scene: &Scene) -> String {
    let measured = in_cells(scene);
    let drawings = [true, false].map(|left_to_right| settled(tournament::angular(&measured, left_to_right)));
    let width = |layout: &&Layout| (layout.width / CELL.w) as usize;
    let fits = drawings.iter().find(|layout| width(layout) <= COLUMNS + 4);
    let layout = fits.or_else(|| drawings.iter().min_by_key(width));
    let mut out = String::new();
    if let Some(layout) = layout.filter(|_| !scene.nodes.is_empty()) {
        out = Canvas::of(scene, layout).text();
    }
    list(scene, &mut out);
    out
}

/// The scene measured in letters.
fn in_cells(scene: &Scene) -> Measured {
    let mut measured = measure(scene);
    for (slot, node) in measured.graph.slots.iter_mut().zip(&scene.nodes) {
        let lines = name_lines(node);
        let widest = lines.iter().map(|line| line.width()).max().unwrap_or(1).max(5);
        slot.size = Size::new((widest + 4) as f64 * CELL.w, (lines.len() + 2) as f64 * CELL.h);
        (slot.body, slot.offset, slot.round) = (slot.size, Size::default(), false);
    }
    for (zone, place) in scene.zones.iter().zip(&measured.zones) {
        let size = Size::new((title(&zone.name, zone.trust.as_deref()).width() + 6) as f64 * CELL.w, CELL.h);
        match place {
            ZoneAs::Frame(ix) => measured.graph.frames[*ix].title = size,
            ZoneAs::Slot(ix) => {
                let slot = &mut measured.graph.slots[*ix];
                slot.size = Size::new(size.w, 3.0 * CELL.h);
                slot.body = slot.size;
            }
        }
    }
    for (ix, link) in measured.graph.links.iter_mut().enumerate() {
        link.label = Size::new(number(ix).len() as f64 * CELL.w, CELL.h);
    }
    measured
}

fn title(name: &str, trust: Option<&str>) -> String {
    let name = clean(name);
    trust.map_or_else(|| name.clone(), |trust| format!("{name} ({})", clean(trust)))
}

fn number(edge: usize) -> String {
    format!("({})", edge + 1)
}

/// Text without signs that take no place on the screen.
fn clean(text: &str) -> String {
    text.chars().map(|c| if c == '\n' { ' ' } else { c }).filter(|c| c.width().is_some_and(|width| width > 0)).collect()
}

fn name_lines(node: &Node) -> Vec<String> {
    let mut lines: Vec<String> = vec![String::new()];
    for word in clean(&node.name).split_whitespace() {
        let last = lines.last_mut().expect("there always is a line");
        if last.is_empty() {
            *last = word.to_owned();
        } else if last.width() + 1 + word.width() <= NAME {
            let _ = write!(last, " {word}");
        } else {
            lines.push(word.to_owned());
        }
    }
    lines.truncate(3);
    for line in &mut lines {
        while line.width() > NAME + 6 {
            line.pop();
        }
    }
    if let Some(badge) = &node.threats {
        let band = badge.band.map_or("open", |band| band.as_str());
        lines.push(format!("! {} {band}", badge.count));
    }
    lines
}

/// What the numbers on the arrows stand for.
fn list(scene: &Scene, out: &mut String) {
    for (ix, edge) in scene.edges.iter().enumerate() {
        let arrow = if edge.both_ways { "\u{2194}" } else { "\u{2192}" };
        let mut line = format!("{:>5} {} {arrow} {}", number(ix), clean(scene.name_of(edge.from)), clean(scene.name_of(edge.to)));
        let said = clean(&edge.label.sentence());
        if !said.is_empty() {
            let _ = write!(line, ": {said}");
        }
        let notes = [
            edge.encrypted.then(|| "encrypted".to_owned()),
            edge.out_of_scope.then(|| "out of scope".to_owned()),
            edge.threats
                .as_ref()
                .map(|badge| format!("{} open, worst {}", badge.count, badge.band.map_or("not rated", |band| band.as_str()))),
        ];
        let notes: Vec<String> = notes.into_iter().flatten().collect();
        if !notes.is_empty() {
            let _ = write!(line, " [{}]", notes.join("; "));
        }
        wrapped(&line, out);
    }
}

fn wrapped(line: &str, out: &mut String) {
    let mut used = 0;
    for (ix, word) in line.split(' ').enumerate() {
        let width = word.width();
        if ix > 0 && used + 1 + width > COLUMNS && used > 6 {
            out.push_str("\n      ");
            used = 6;
        } else if ix > 0 {
            out.push(' ');
            used += 1;
        }
        out.push_str(word);
        used += width;
    }
    out.push('\n');
}

/// Cells of letters and of lines.
struct Canvas {
    width: usize,
    letters: Vec<char>,
    /// Which neighbours a line leads to from each cell: up, right, down, left.
    lines: Vec<u8>,
}

const UP: u8 = 1;
const RIGHT: u8 = 2;
const DOWN: u8 = 4;
const LEFT: u8 = 8;
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
        let (left, top) = ((r.x / CELL.w).round().max(0.0) as usize, (r.y / CELL.h).round().max(0.0) as usize);
        let (wide, high) = ((r.w / CELL.w).round().max(2.0) as usize, (r.h / CELL.h).round().max(2.0) as usize);
        Self { left, top, right: left + wide - 1, bottom: top + high - 1 }
    }
}

impl Canvas {
    fn of(scene: &Scene, layout: &Layout) -> Self {
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
            canvas.write(frame.left + 2, frame.top, &format!(" {} ", title(&zone.name, zone.trust.as_deref())), frame.right);
        }
        for (edge, route) in scene.edges.iter().zip(&layout.edges).filter(|(edge, _)| edge.from != edge.to) {
            canvas.course(&route.points, edge.both_ways);
        }
        canvas.join();
        for (ix, route) in layout.edges.iter().enumerate() {
            let at = route.label.map_or_else(|| middle(&route.points), |r| Point { x: r.x, y: r.y });
            canvas.write((at.x / CELL.w).round() as usize, (at.y / CELL.h).round() as usize, &number(ix), width);
        }
        for (node, r) in scene.nodes.iter().zip(&layout.nodes) {
            canvas.node(node, Frame::of(r));
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

    fn node(&mut self, node: &Node, frame: Frame) {
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
        for (ix, line) in name_lines(node).iter().enumerate() {
            let room = frame.right - frame.left - 1;
            let x = frame.left + 1 + room.saturating_sub(line.width()) / 2;
            self.write(x, frame.top + 1 + ix, line, frame.right);
        }
    }

    /// Draws an arrow; its ends stop before the boxes that it joins.
    fn course(&mut self, points: &[Point], both_ways: bool) {
        let mut cells: Vec<Cell> = points
            .iter()
            .map(|p| Cell { x: (p.x / CELL.w).round().max(0.0) as usize, y: (p.y / CELL.h).round().max(0.0) as usize })
            .collect();
        let count = cells.len();
        if count < 2 {
            return;
        }
        step_out(&mut cells, points, true);
        step_out(&mut cells, points, false);
        let mut at = cells[0];
        let mut last = RIGHT;
        let mut first = None;
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
                (at, last) = (beyond, direction);
                first = first.or(Some(direction));
            }
        }
        self.set(at.x, at.y, head(last));
        if both_ways {
            self.set(cells[0].x, cells[0].y, head(opposite(first.unwrap_or(RIGHT))));
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

    fn text(&self) -> String {
        let rows: Vec<String> = self
            .letters
            .chunks(self.width)
            .map(|row| row.iter().filter(|&&c| c != BESIDE).collect::<String>().trim_end().to_owned())
            .collect();
        let used = |row: &String| !row.is_empty();
        let (first, last) = (rows.iter().position(used).unwrap_or(0), rows.iter().rposition(used).map_or(0, |at| at + 1));
        let indent = rows.iter().filter(|row| used(row)).map(|row| row.len() - row.trim_start().len()).min().unwrap_or(0);
        let mut out = String::new();
        for row in &rows[first..last] {
            let _ = writeln!(out, "{}", row.get(indent..).unwrap_or_default());
        }
        out.push('\n');
        out
    }
}

/// Moves an end of an arrow off the border that it meets from the right or from below.
fn step_out(cells: &mut [Cell], points: &[Point], is_start: bool) {
    let count = cells.len();
    let (tip, before) = if is_start { (0, 1) } else { (count - 1, count - 2) };
    let (a, b) = (points[tip], points[before]);
    if (a.y - b.y).abs() < (a.x - b.x).abs() {
        if a.x > b.x {
            cells[tip].x = cells[tip].x.saturating_sub(1).max(cells[before].x);
        }
        cells[tip].y = cells[before].y;
    } else {
        if a.y > b.y {
            cells[tip].y = cells[tip].y.saturating_sub(1).max(cells[before].y);
        }
        cells[tip].x = cells[before].x;
    }
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
