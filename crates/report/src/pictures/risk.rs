//! The risk matrix three times: without any control, today, after the plan.

use redan_engine::Status;
use redan_engine::analysis::Threat;
use redan_model::lang::Band;

use super::canvas::{Canvas, letter};
use crate::Input;

const CELL: f64 = 36.0;
const LEFT: f64 = 34.0;
const TOP: f64 = 30.0;
const GAP: f64 = 26.0;
const STEP: f64 = LEFT + 5.0 * CELL + GAP;

type Cells = [[usize; 5]; 5];
type RiskOf = fn(&Threat) -> Option<u8>;

pub(super) fn svg(input: &Input<'_>, prefix: &str) -> Option<String> {
    let stages: [(&str, RiskOf); 3] =
        [("Without any control", |t| t.residual.inherent), ("Today", |t| t.residual.current), ("After the plan", |t| t.residual.target)];
    let grids: Vec<(&str, Cells)> = stages.iter().map(|(title, risk)| (*title, cells(input, *risk))).collect();
    if grids.iter().all(|(_, cells)| cells.iter().flatten().sum::<usize>() == 0) {
        return None;
    }
    let mut canvas = Canvas::new();
    for (ix, (title, cells)) in grids.iter().enumerate() {
        grid(input, &mut canvas, ix as f64 * STEP, title, cells);
    }
    legend(&mut canvas, TOP + 5.0 * CELL + 46.0);
    let said: Vec<String> = grids.iter().map(|(title, cells)| format!("{title}: {}", in_words(input, cells))).collect();
    let (width, height) = (3.0 * STEP - GAP + 4.0, TOP + 5.0 * CELL + 58.0);
    Some(canvas.finish(&format!("{prefix}-risk"), (width, height), "Risk matrix before, now and after the plan", &said.join(". ")))
}

/// How many known threats are where. The impact of a threat stays; what is done about it lowers the likelihood.
fn cells(input: &Input<'_>, risk: RiskOf) -> Cells {
    let mut cells = Cells::default();
    let known = |t: &&Threat| matches!(t.status, Status::Open | Status::Mitigated | Status::Accepted | Status::Transferred);
    for threat in input.analysis.threats.iter().filter(known) {
        let (Some(impact @ 1..=5), Some(risk)) = (threat.rating.impact, risk(threat)) else { continue };
        let likelihood = risk / impact;
        if risk % impact == 0 && (1..=5).contains(&likelihood) {
            cells[usize::from(likelihood) - 1][usize::from(impact) - 1] += 1;
        }
    }
    cells
}

fn grid(input: &Input<'_>, canvas: &mut Canvas, x: f64, title: &str, cells: &Cells) {
    canvas.text("name", (x + LEFT, 16.0), title);
    canvas.upward("quiet middle", (x + 12.0, TOP + 2.5 * CELL), "Likelihood");
    for (row, counts) in cells.iter().enumerate() {
        let y = TOP + (4 - row) as f64 * CELL;
        canvas.text("quiet end", (x + LEFT - 5.0, y + CELL / 2.0 + 4.0), &(row + 1).to_string());
        for (column, count) in counts.iter().enumerate() {
            let left = x + LEFT + column as f64 * CELL;
            let risk = u8::try_from((row + 1) * (column + 1)).unwrap_or(u8::MAX);
            let band = input.policy.band(risk);
            canvas.rect(band.as_str(), (left, y), (CELL, CELL));
            canvas.text("small", (left + 4.0, y + 11.0), letter(band));
            if *count > 0 {
                canvas.text("count", (left + CELL / 2.0, y + CELL / 2.0 + 8.0), &count.to_string());
            }
        }
    }
    for column in 0..5 {
        let middle = x + LEFT + (f64::from(column) + 0.5) * CELL;
        canvas.text("quiet middle", (middle, TOP + 5.0 * CELL + 14.0), &(column + 1).to_string());
    }
    canvas.text("quiet middle", (x + LEFT + 2.5 * CELL, TOP + 5.0 * CELL + 29.0), "Impact");
}

fn legend(canvas: &mut Canvas, y: f64) {
    let mut x = LEFT;
    for band in Band::ALL.iter().rev() {
        canvas.rect(band.as_str(), (x, y - 10.0), (16.0, 14.0));
        canvas.text("small", (x + 5.0, y), letter(*band));
        canvas.text("quiet", (x + 21.0, y + 1.0), band.as_str());
        x += 84.0;
    }
    canvas.text("quiet", (x, y + 1.0), "Numbers count threats that are known to exist.");
}

fn in_words(input: &Input<'_>, cells: &Cells) -> String {
    let of = |band: Band| -> usize {
        let all = cells.iter().enumerate().flat_map(|(row, counts)| {
            counts.iter().enumerate().map(move |(column, count)| (u8::try_from((row + 1) * (column + 1)).unwrap_or(u8::MAX), count))
        });
        all.filter(|(risk, _)| input.policy.band(*risk) == band).map(|(_, count)| count).sum()
    };
    Band::ALL.iter().rev().map(|band| format!("{} {}", of(*band), band.as_str())).collect::<Vec<_>>().join(", ")
}
