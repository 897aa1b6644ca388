//! A drawing in letters and lines for the terminal: boxes for elements, dashed boxes for boundaries, numbers on arrows
//! and what they stand for below.
//!
//! Places are found as for the picture, in cells in place of pixels; rows and columns that only repeat the ones before
//! are left out then. Signs that would move the cursor are left out as well.

mod canvas;

use std::fmt::Write as _;

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use self::canvas::Canvas;
use super::graph::Size;
use super::layout::settled;
use super::measure::{Measured, ZoneAs, measure};
use super::scene::{Node, Scene};
use super::tournament;

/// Columns of a list that people still like to read.
const COLUMNS: usize = 100;
/// Pixels of the layout for one cell: few, so that lines side by side do not fall into one cell.
const CELL: Size = Size { w: 7.0, h: 11.0 };
/// Columns alike that may stay side by side: airy, and narrow where that would be too wide.
const GAPS: [usize; 2] = [3, 1];
/// The widest line of a name; names are broken into more lines where a drawing would be too wide.
const NAMES: [usize; 2] = [18, 10];

/// Draws a scene for so many columns, if that can be done.
pub(crate) fn render(scene: &Scene, columns: usize) -> String {
    let mut out = String::new();
    if !scene.nodes.is_empty() {
        let (mut best, mut least) = (Vec::new(), usize::MAX);
        for name in NAMES {
            let (rows, width) = drawn(scene, name, columns);
            if width < least {
                (best, least) = (rows, width);
            }
            if least <= columns {
                break;
            }
        }
        best.iter().for_each(|row| out.extend([row, "\n"]));
        out.push('\n');
    }
    list(scene, columns.min(COLUMNS), &mut out);
    if !scene.elsewhere.is_empty() {
        out.push('\n');
        scene.elsewhere.iter().for_each(|said| wrapped(&format!("  {}", clean(said)), columns.min(COLUMNS), &mut out));
    }
    out
}

/// The first drawing that is narrow enough, or the narrowest, and how wide it is.
fn drawn(scene: &Scene, name: usize, columns: usize) -> (Vec<String>, usize) {
    let measured = in_cells(scene, name);
    let sheets = [true, false].map(|sideways| Canvas::of(scene, &settled(tournament::angular(&measured, sideways)), name));
    let drawings = GAPS.iter().flat_map(|gap| sheets.iter().map(|sheet| sheet.rows(*gap)));
    let mut drawings: Vec<(Vec<String>, usize)> = drawings
        .map(|rows| {
            let width = rows.iter().map(|row| row.width()).max().unwrap_or(0);
            (rows, width)
        })
        .collect();
    let narrowest = || (0..drawings.len()).min_by_key(|at| drawings[*at].1);
    let best = drawings.iter().position(|(_, width)| *width <= columns).or_else(narrowest).unwrap_or(0);
    drawings.swap_remove(best)
}

/// The scene measured in letters.
fn in_cells(scene: &Scene, name: usize) -> Measured {
    let mut measured = measure(scene);
    for (slot, node) in measured.graph.slots.iter_mut().zip(&scene.nodes) {
        let lines = name_lines(node, name);
        let widest = lines.iter().map(|line| line.width()).max().unwrap_or(1).max(5);
        slot.size = Size::new((widest + 4) as f64 * CELL.w, (lines.len() + 2) as f64 * CELL.h);
        (slot.body, slot.offset, slot.round) = (slot.size, Size::default(), false);
    }
    for (zone, place) in scene.zones.iter().zip(&measured.zones) {
        let size = Size::new((title(&zone.name, zone.trust.as_deref()).width() + 4) as f64 * CELL.w, CELL.h);
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

fn name_lines(node: &Node, name: usize) -> Vec<String> {
    let mut lines: Vec<String> = vec![String::new()];
    for word in clean(&node.name).split_whitespace() {
        let last = lines.last_mut().expect("there always is a line");
        if last.is_empty() {
            *last = word.to_owned();
        } else if last.width() + 1 + word.width() <= name {
            let _ = write!(last, " {word}");
        } else {
            lines.push(word.to_owned());
        }
    }
    let most = if name == NAMES[0] { 3 } else { 4 };
    let is_cut = lines.len() > most;
    lines.truncate(most);
    let last = lines.len() - 1;
    for (ix, line) in lines.iter_mut().enumerate() {
        let is_long = line.width() > NAMES[0] + 6;
        while line.width() > NAMES[0] + 5 && is_long {
            line.pop();
        }
        if is_long || (is_cut && ix == last) {
            line.push('\u{2026}');
        }
    }
    if let Some(badge) = &node.threats {
        let band = badge.band.map_or("open", |band| band.as_str());
        lines.push(format!("! {} {band}", badge.count));
    }
    lines
}

/// What the numbers on the arrows stand for.
fn list(scene: &Scene, columns: usize, out: &mut String) {
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
        wrapped(&line, columns, out);
    }
}

fn wrapped(line: &str, columns: usize, out: &mut String) {
    let mut used = 0;
    for (ix, word) in line.split(' ').enumerate() {
        let width = word.width();
        if ix > 0 && used + 1 + width > columns && used > 6 {
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
