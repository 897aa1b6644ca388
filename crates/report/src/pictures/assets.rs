//! Which element keeps, sends and receives which asset, as a table of letters.

use redan_model::{AssetIx, ElementIx, Thing};

use super::canvas::{Canvas, NAME, NOTE, fitted};
use crate::Input;

const NAMES: f64 = 170.0;
const COLUMN: f64 = 46.0;
const ROW: f64 = 24.0;
/// Columns side by side; further assets come below.
const ACROSS: usize = 12;
/// The longest name that stands upright above a column.
const UPRIGHT: f64 = 132.0;
/// More rows than a page holds are counted.
const MOST: usize = 40;

pub(super) fn svg(input: &Input<'_>, prefix: &str) -> Option<String> {
    let model = input.model;
    let assets: Vec<AssetIx> = (0..model.assets.len()).map(|ix| AssetIx(u32::try_from(ix).unwrap_or(u32::MAX))).collect();
    let elements: Vec<ElementIx> = (0..model.elements.len()).map(|ix| ElementIx(u32::try_from(ix).unwrap_or(u32::MAX))).collect();
    let touched: Vec<ElementIx> = elements.into_iter().filter(|e| assets.iter().any(|a| !letters(input, *e, *a).is_empty())).collect();
    let kept: Vec<AssetIx> = assets.into_iter().filter(|a| touched.iter().any(|e| !letters(input, *e, *a).is_empty())).collect();
    if kept.is_empty() {
        return None;
    }
    let mut canvas = Canvas::new();
    let mut y = 4.0;
    for block in kept.chunks(ACROSS) {
        y = table(input, &mut canvas, y, block, &touched[..touched.len().min(MOST)]);
    }
    let more = touched.len().saturating_sub(MOST);
    if more > 0 {
        canvas.text("quiet", (8.0, y + 4.0), &format!("and {more} more elements"));
        y += NOTE.line();
    }
    canvas.text("quiet", (8.0, y + 4.0), "K keeps it. S sends it. R receives it. Assets that nothing keeps or moves are left out.");
    let width = NAMES + kept.len().min(ACROSS) as f64 * COLUMN + 10.0;
    let said: Vec<String> = kept.iter().map(|a| said(input, *a, &touched)).collect();
    Some(canvas.finish(&format!("{prefix}-assets"), (width.max(520.0), y + 14.0), "Where the assets are", &said.join(". ")))
}

fn table(input: &Input<'_>, canvas: &mut Canvas, top: f64, assets: &[AssetIx], elements: &[ElementIx]) -> f64 {
    let name = |thing: Thing| input.model.name_of(thing);
    let tallest = assets.iter().map(|a| NAME.width(name(Thing::Asset(*a)))).fold(0.0, f64::max).min(UPRIGHT);
    let y = top + tallest + 12.0;
    for (column, asset) in assets.iter().enumerate() {
        let middle = NAMES + (column as f64 + 0.5) * COLUMN;
        canvas.upward("name", (middle + 4.0, y - 6.0), &fitted(name(Thing::Asset(*asset)), NAME, UPRIGHT));
    }
    for (row, element) in elements.iter().enumerate() {
        let top = y + row as f64 * ROW;
        canvas.text("bold end", (NAMES - 8.0, top + 16.0), &fitted(name(Thing::Element(*element)), NAME, NAMES - 16.0));
        for (column, asset) in assets.iter().enumerate() {
            let letters = letters(input, *element, *asset);
            let class = match () {
                () if letters.contains('K') => "high",
                () if letters.is_empty() => "none",
                () => "medium",
            };
            let left = NAMES + column as f64 * COLUMN;
            canvas.rect(class, (left, top), (COLUMN, ROW));
            canvas.text("bold middle", (left + COLUMN / 2.0, top + 16.0), &letters);
        }
    }
    y + elements.len() as f64 * ROW + 16.0
}

/// What an element does with an asset: keeps, sends, receives.
fn letters(input: &Input<'_>, element: ElementIx, asset: AssetIx) -> String {
    let model = input.model;
    let stated = &model[asset];
    let (mut sends, mut receives) = (false, false);
    for flow in stated.carriers.iter().map(|ix| &model[*ix]) {
        let (carries, returns) = (flow.carries.contains(&asset), flow.returns.contains(&asset));
        sends |= carries && flow.source == element || returns && flow.target == element;
        receives |= carries && flow.target == element || returns && flow.source == element;
    }
    let marks = [(stated.holders.contains(&element), "K"), (sends, "S"), (receives, "R")];
    marks.iter().filter(|(there, _)| *there).map(|(_, letter)| *letter).collect::<Vec<_>>().join(" ")
}

fn said(input: &Input<'_>, asset: AssetIx, elements: &[ElementIx]) -> String {
    let at = |element: &ElementIx| {
        let letters = letters(input, *element, asset);
        (!letters.is_empty()).then(|| format!("{} {letters}", input.model.name_of(Thing::Element(*element))))
    };
    format!("{}: {}", input.model.name_of(Thing::Asset(asset)), elements.iter().filter_map(at).collect::<Vec<_>>().join(", "))
}
