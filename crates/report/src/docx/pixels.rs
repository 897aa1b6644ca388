//! The pictures in pixels, for programs that draw no SVG.

use std::thread;

use super::parts::NOTE_PNG;
use crate::diagram::png;

/// Pixels for one unit of the page: twice what a screen shows is enough for paper.
const FINE: f64 = 2.0;

/// A picture of ours as it will stand on the page.
pub(super) struct Drawing {
    /// The file of its pixels.
    pub(super) name: String,
    /// The SVG, without variables.
    pub(super) svg: String,
    /// How much smaller than drawn it is shown.
    pub(super) shown: f64,
}

/// The files of all pictures in their order, drawn on every core: drawing takes longer than the rest of the document.
pub(super) fn drawn(drawings: &[Drawing]) -> Vec<(&str, Vec<u8>)> {
    let cores = thread::available_parallelism().map_or(1, usize::from).min(drawings.len()).max(1);
    let mut found: Vec<(usize, Vec<u8>)> = thread::scope(|scope| {
        let lanes: Vec<_> = (0..cores).map(|lane| scope.spawn(move || every(drawings, lane, cores))).collect();
        lanes.into_iter().flat_map(|lane| lane.join().unwrap_or_default()).collect()
    });
    found.sort_by_key(|(ix, _)| *ix);
    found.into_iter().map(|(ix, bytes)| (drawings[ix].name.as_str(), bytes)).collect()
}

/// Every so manieth picture, from one on.
fn every(drawings: &[Drawing], first: usize, step: usize) -> Vec<(usize, Vec<u8>)> {
    let mine = drawings.iter().enumerate().skip(first).step_by(step);
    mine.map(|(ix, drawing)| (ix, png::scaled(&drawing.svg, (FINE * drawing.shown) as f32).unwrap_or_else(|_| NOTE_PNG.to_vec()))).collect()
}
