//! Which things were looked at for which STRIDE category, and what came out.

use redan_model::Thing;
use redan_model::lang::Stride;
use rustc_hash::FxHashMap;

use crate::Knowledge;
use crate::analyse::judge::{is_subject, kind_of};
use crate::analysis::{Cell, CoverageRow, Status, Threat};
use crate::facts::{Facts, things};
use crate::rule::SubjectKind;

/// One row for every zone, element and flow that rules look at.
pub(crate) fn coverage(facts: &Facts<'_>, knowledge: &Knowledge, threats: &[Threat]) -> Vec<CoverageRow> {
    let considered = SubjectKind::ALL.map(|kind| considered(knowledge, kind));
    let mut rows: Vec<CoverageRow> = things(facts.model)
        .filter(|thing| matches!(thing, Thing::Zone(_) | Thing::Element(_) | Thing::Flow(_)) && is_subject(facts, *thing))
        .map(|thing| CoverageRow { thing, cells: considered[kind_of(facts, thing) as usize] })
        .collect();
    let positions: FxHashMap<Thing, usize> = rows.iter().enumerate().map(|(at, row)| (row.thing, at)).collect();
    for threat in threats {
        for subject in &threat.subjects {
            let Some(at) = positions.get(subject) else { continue };
            for category in &threat.stride {
                count(&mut rows[*at].cells[column(*category)], threat.status);
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
