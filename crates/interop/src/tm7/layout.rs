//! Where things of a model stand in a drawing: elements in rows inside the box of their zone.

use std::collections::BTreeMap;

use redan_model::{ElementIx, Model, ZoneIx};

use super::document::Rect;

/// Width and height of an element.
const SIZE: f64 = 100.0;
/// Between two boxes, so that the name of a flow has room.
const GAP: f64 = 90.0;
/// Between the edge of a zone and what is in it.
const EDGE: f64 = 50.0;

/// Where things stand.
#[derive(Debug, Clone, Default)]
pub(super) struct Layout {
    pub(super) elements: BTreeMap<ElementIx, Rect>,
    pub(super) zones: BTreeMap<ZoneIx, Rect>,
}

/// Something to place, with its width and height.
enum Item {
    Element(ElementIx),
    Zone(ZoneIx, Box<Shelf>),
}

/// Things in rows.
struct Shelf {
    items: Vec<(Item, Rect)>,
    width: f64,
    height: f64,
}

/// Places everything.
pub(super) fn layout(model: &Model) -> Layout {
    let mut inside: BTreeMap<Option<ZoneIx>, Vec<ElementIx>> = BTreeMap::new();
    for (ix, element) in (0_u32..).map(ElementIx).zip(&model.elements) {
        inside.entry(element.zones.first().copied()).or_default().push(ix);
    }
    let mut layout = Layout::default();
    put(&shelf(model, None, &inside), EDGE, EDGE, &mut layout);
    layout
}

fn shelf(model: &Model, zone: Option<ZoneIx>, inside: &BTreeMap<Option<ZoneIx>, Vec<ElementIx>>) -> Shelf {
    let mut items: Vec<(Item, f64, f64)> = inside.get(&zone).into_iter().flatten().map(|ix| (Item::Element(*ix), SIZE, SIZE)).collect();
    for (ix, _) in (0_u32..).map(ZoneIx).zip(&model.zones).filter(|(_, inner)| inner.parent == zone) {
        let inner = shelf(model, Some(ix), inside);
        let (width, height) = (inner.width + 2.0 * EDGE, inner.height + 2.0 * EDGE);
        items.push((Item::Zone(ix, Box::new(inner)), width, height));
    }
    rows(items)
}

/// Puts things side by side, and begins a row where the one before it is as wide as all of them are high.
fn rows(items: Vec<(Item, f64, f64)>) -> Shelf {
    let area: f64 = items.iter().map(|(_, width, height)| (width + GAP) * (height + GAP)).sum();
    let limit = area.sqrt() * 1.3;
    let mut shelf = Shelf { items: Vec::with_capacity(items.len()), width: SIZE, height: 0.0 };
    let (mut left, mut top, mut row) = (0.0_f64, 0.0_f64, 0.0_f64);
    for (item, width, height) in items {
        if left > 0.0 && left + width > limit {
            (left, top, row) = (0.0, top + row + GAP, 0.0);
        }
        shelf.items.push((item, Rect { left, top, width, height }));
        shelf.width = shelf.width.max(left + width);
        row = row.max(height);
        left += width + GAP;
        shelf.height = shelf.height.max(top + row);
    }
    shelf.height = shelf.height.max(SIZE / 2.0);
    shelf
}

fn put(shelf: &Shelf, left: f64, top: f64, layout: &mut Layout) {
    for (item, rect) in &shelf.items {
        let rect = Rect { left: left + rect.left, top: top + rect.top, ..*rect };
        match item {
            Item::Element(ix) => {
                layout.elements.insert(*ix, rect);
            }
            Item::Zone(ix, inner) => {
                layout.zones.insert(*ix, rect);
                put(inner, rect.left + EDGE, rect.top + EDGE, layout);
            }
        }
    }
}
