//! Which things were looked at for which STRIDE category, and what came out.

use redan_model::Thing;
use redan_model::lang::Stride;
use rustc_hash::FxHashMap;

use crate::Knowledge;
use crate::analyse::Draft;
use crate::analyse::judge::{is_kind, is_subject};
use crate::analysis::{Cell, CoverageRow, Status};
use crate::facts::{Facts, things};

/// One row for every zone, element and flow that rules look at.
pub(crate) fn coverage(facts: &Facts<'_>, knowledge: &Knowledge, drafts: &[Draft]) -> Vec<CoverageRow> {
    let mut rows: Vec<CoverageRow> = things(facts.model)
        .filter(|thing| matches!(thing, Thing::Zone(_) | Thing::Element(_) | Thing::Flow(_)) && is_subject(facts, *thing))
        .map(|thing| CoverageRow { thing, cells: considered(facts, knowledge, thing) })
        .collect();
    let positions: FxHashMap<Thing, usize> = rows.iter().enumerate().map(|(at, row)| (row.thing, at)).collect();
    for draft in drafts {
        for subject in &draft.threat.subjects {
            let Some(at) = positions.get(subject) else { continue };
            for category in &draft.threat.stride {
                count(&mut rows[*at].cells[column(*category)], draft.threat.status);
            }
        }
    }
    rows
}

fn considered(facts: &Facts<'_>, knowledge: &Knowledge, thing: Thing) -> [Cell; 6] {
    let mut cells = [Cell::default(); 6];
    for rule in knowledge.rules.iter().filter(|rule| rule.on.iter().any(|kind| is_kind(facts, thing, *kind))) {
        for category in &rule.stride {
            cells[column(*category)].considered += 1;
        }
    }
    cells
}

fn column(category: Stride) -> usize {
    category as usize
}

fn count(cell: &mut Cell, status: Status) {
    match status {
        Status::Open => cell.open += 1,
        Status::Question => cell.questions += 1,
        _ => cell.answered += 1,
    }
}
