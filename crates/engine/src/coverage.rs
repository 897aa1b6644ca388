//! Which things were looked at for which STRIDE category, and what came out.

use redan_model::Thing;
use redan_model::lang::Stride;

use crate::Knowledge;
use crate::analyse::judge::{is_subject, kind_of};
use crate::analysis::{Cell, CoverageRow, Status, Threat};
use crate::facts::{Facts, narrow32};
use crate::rule::SubjectKind;

/// One row for every zone, element and flow that rules look at.
pub(crate) fn coverage(facts: &Facts<'_>, knowledge: &Knowledge, threats: &[Threat]) -> Vec<CoverageRow> {
    let considered = SubjectKind::ALL.map(|kind| considered(knowledge, kind));
    let mut rows: Vec<CoverageRow> = facts
        .model
        .things()
        .filter(|thing| matches!(thing, Thing::Zone(_) | Thing::Element(_) | Thing::Flow(_)) && is_subject(facts, *thing))
        .map(|thing| CoverageRow { thing, cells: considered[kind_of(facts, thing) as usize] })
        .collect();
    let mut row_of: Vec<Option<u32>> = vec![None; facts.model.slots()];
    rows.iter().enumerate().for_each(|(at, row)| row_of[facts.slot(row.thing)] = Some(narrow32(at)));
    for threat in threats {
        for subject in &threat.subjects {
            let Some(at) = row_of[facts.slot(*subject)] else { continue };
            for category in &threat.stride {
                count(&mut rows[at as usize].cells[column(*category)], threat.status);
            }
        }
    }
    rows
}

fn considered(knowledge: &Knowledge, kind: SubjectKind) -> [Cell; 6] {
    let mut cells = [Cell::default(); 6];
    for rule in knowledge.rules.iter().filter(|rule| rule.on.contains(&kind)) {
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
