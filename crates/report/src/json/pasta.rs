//! `pasta --format json`.

use serde::Serialize;

use crate::pasta::{Given, Lack, Stage};

/// One stage.
#[derive(Debug, Serialize)]
pub struct StageJson<'a> {
    stage: u8,
    name: &'static str,
    state: &'static str,
    inputs: Vec<GivenJson<'a>>,
    missing: Vec<LackJson<'a>>,
}

#[derive(Debug, Serialize)]
struct GivenJson<'a> {
    kind: &'static str,
    id: &'a str,
}

#[derive(Debug, Serialize)]
struct LackJson<'a> {
    field: &'a str,
    what: &'static str,
}

impl<'a> StageJson<'a> {
    /// A stage as the format has it.
    pub fn of(stage: &'a Stage) -> Self {
        let given = |given: &'a Given| GivenJson { kind: given.kind, id: &given.id };
        let lack = |lack: &'a Lack| LackJson { field: &lack.field, what: lack.what };
        Self {
            stage: stage.number,
            name: stage.name,
            state: stage.state(),
            inputs: stage.inputs.iter().map(given).collect(),
            missing: stage.missing.iter().map(lack).collect(),
        }
    }
}
