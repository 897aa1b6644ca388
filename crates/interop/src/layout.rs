//! A simple drawing for formats that need one: elements in grids, zones as boxes around them, the same in every run.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use crate::export::Outgoing;
use crate::read::text;
use crate::write::{section, texts};

/// Room for one element with its flows.
const CELL: (f64, f64) = (260.0, 170.0);
/// Size of an element.
const ELEMENT: (f64, f64) = (150.0, 80.0);
/// Room between a box and what is in it; the upper one holds the name.
const MARGIN: (f64, f64) = (40.0, 50.0);
/// Room between boxes.
const GAP: f64 = 80.0;
/// Most zones in each other that are drawn as boxes.
const DEEPEST: usize = 32;

/// Upper left corner and size.
pub(crate) type Place = [f64; 4];

/// Where things are drawn.
#[derive(Debug, Default)]
pub(crate) struct Layout {
    /// Zones with something inside, by id.
    pub(crate) zones: BTreeMap<String, Place>,
    /// Elements by id.
    pub(crate) elements: BTreeMap<String, Place>,
}

/// Places some elements and the zones around them.
pub(crate) fn arrange(outgoing: &Outgoing<'_>, shown: &dyn Fn(&str) -> bool) -> Layout {
    let mut plan = Plan::default();
    for (id, zone) in section(outgoing, "zones") {
        let parent = text(zone, "in").into_owned();
        plan.zones.entry(parent).or_default().push(id.to_owned());
    }
    for (id, element) in section(outgoing, "elements").filter(|(id, _)| shown(id)) {
        let zone = home(outgoing, element).unwrap_or_default();
        plan.elements.entry(zone).or_default().push(id.to_owned());
    }
    let mut layout = Layout::default();
    let root = plan.measure("", 0);
    plan.place(&root, (0.0, 0.0), &mut layout);
    layout
}

/// The zone whose box an element is drawn in: its first one, or that of what it is part of.
pub(crate) fn home(outgoing: &Outgoing<'_>, element: &Json) -> Option<String> {
    let mut at = element;
    for _ in 0..DEEPEST {
        if let Some(zone) = texts(at, "zone").into_iter().next() {
            return Some(zone);
        }
        let parent = text(at, "in").into_owned();
        if at.get("zone").is_some() || parent.is_empty() {
            return None;
        }
        at = outgoing.entry("elements", &parent);
    }
    None
}

#[derive(Default)]
struct Plan {
    zones: BTreeMap<String, Vec<String>>,
    elements: BTreeMap<String, Vec<String>>,
}

/// A zone with its size.
struct Measured {
    id: String,
    size: (f64, f64),
    /// Height of the grid of elements, below which the inner zones stand.
    grid: f64,
    columns: usize,
    inner: Vec<Measured>,
}

impl Plan {
    fn measure(&self, zone: &str, depth: usize) -> Measured {
        let count = self.elements.get(zone).map_or(0, Vec::len);
        let columns = (1..=count).find(|columns| columns * columns >= count).unwrap_or(1).min(if zone.is_empty() { 6 } else { 4 });
        let rows = count.div_ceil(columns);
        let inner: Vec<Measured> = if depth > DEEPEST {
            Vec::new()
        } else {
            let names = self.zones.get(zone).map(Vec::as_slice).unwrap_or_default();
            names.iter().map(|name| self.measure(name, depth + 1)).filter(|inner| inner.size.0 > 0.0).collect()
        };
        let grid = (whole(columns) * CELL.0, whole(rows) * CELL.1);
        let width: f64 = inner.iter().map(|inner| inner.size.0 + GAP).sum::<f64>() - if inner.is_empty() { 0.0 } else { GAP };
        let height = inner.iter().map(|inner| inner.size.1).fold(0.0, f64::max);
        let filled = count > 0 || !inner.is_empty();
        let grid_width = if count == 0 { 0.0 } else { grid.0 };
        let between = if count > 0 && !inner.is_empty() { GAP } else { 0.0 };
        let size = if !filled && (zone.is_empty() || self.zones.contains_key(zone)) {
            (0.0, 0.0)
        } else if filled {
            (grid_width.max(width) + 2.0 * MARGIN.0, grid.1 + between + height + 2.0 * MARGIN.1)
        } else {
            // An empty zone is drawn all the same, so that it is not lost.
            CELL
        };
        Measured { id: zone.to_owned(), size, grid: grid.1 + between, columns, inner }
    }

    fn place(&self, zone: &Measured, at: (f64, f64), layout: &mut Layout) {
        if !zone.id.is_empty() {
            layout.zones.insert(zone.id.clone(), [at.0, at.1, zone.size.0, zone.size.1]);
        }
        let corner = (at.0 + MARGIN.0, at.1 + MARGIN.1);
        for (number, id) in self.elements.get(&zone.id).into_iter().flatten().enumerate() {
            let (column, row) = (whole(number % zone.columns), whole(number / zone.columns));
            let x = corner.0 + column * CELL.0 + (CELL.0 - ELEMENT.0) / 2.0;
            let y = corner.1 + row * CELL.1 + (CELL.1 - ELEMENT.1) / 2.0;
            layout.elements.insert(id.clone(), [x, y, ELEMENT.0, ELEMENT.1]);
        }
        let mut x = corner.0;
        for inner in &zone.inner {
            self.place(inner, (x, corner.1 + zone.grid), layout);
            x += inner.size.0 + GAP;
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of drawn things are small")]
fn whole(number: usize) -> f64 {
    number as f64
}
