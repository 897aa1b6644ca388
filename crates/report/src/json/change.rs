//! The JSON of `diff`, version 1.

use redan_engine::analysis::Standing;
use redan_engine::change::{Change, ControlChange, Crossing, EntryChange, Tally, ThreatChange, ThreatMove, What};
use serde::Serialize;

use super::ModelJson;

/// What is different between two versions of a model.
#[derive(Debug, Serialize)]
pub struct DifferenceJson<'a> {
    version: u8,
    from: SideJson<'a>,
    to: SideJson<'a>,
    entries: Vec<EntryJson<'a>>,
    boundaries: Vec<CrossingJson<'a>>,
    threats: ThreatsJson<'a>,
    controls: ControlsJson<'a>,
    risk: RiskJson,
}

#[derive(Debug, Serialize)]
struct SideJson<'a> {
    #[serde(flatten)]
    model: ModelJson<'a>,
    counts: TallyJson,
}

#[derive(Debug, Serialize)]
struct TallyJson {
    critical: usize,
    high: usize,
    medium: usize,
    low: usize,
    questions: usize,
    mitigated: usize,
    residual: u64,
}

#[derive(Debug, Serialize)]
struct EntryJson<'a> {
    section: &'a str,
    id: &'a str,
    name: &'a str,
    change: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fields: Vec<FieldJson<'a>>,
}

#[derive(Debug, Serialize)]
struct FieldJson<'a> {
    field: &'a str,
    before: Option<&'a str>,
    after: Option<&'a str>,
}

#[derive(Debug, Serialize)]
struct CrossingJson<'a> {
    flow: &'a str,
    before: Option<&'a [String]>,
    after: Option<&'a [String]>,
}

#[derive(Debug, Serialize)]
struct ThreatsJson<'a> {
    new: Vec<ThreatJson<'a>>,
    gone: Vec<ThreatJson<'a>>,
    settled: Vec<ThreatJson<'a>>,
    rerated: Vec<ThreatJson<'a>>,
}

#[derive(Debug, Serialize)]
struct ThreatJson<'a> {
    id: &'a str,
    title: &'a str,
    before: Option<StandingJson>,
    after: Option<StandingJson>,
}

#[derive(Debug, Serialize)]
struct StandingJson {
    status: &'static str,
    band: Option<&'static str>,
    risk: Option<u8>,
    residual: Option<u8>,
}

#[derive(Debug, Serialize)]
struct ControlsJson<'a> {
    lost: Vec<ControlJson<'a>>,
    gained: Vec<ControlJson<'a>>,
}

#[derive(Debug, Serialize)]
struct ControlJson<'a> {
    subject: &'a str,
    control: &'a str,
    before: &'static str,
    after: &'static str,
}

#[derive(Debug, Serialize)]
struct RiskJson {
    before: u64,
    after: u64,
    delta: i64,
}

impl<'a> DifferenceJson<'a> {
    /// A comparison as the format has it.
    pub fn of(change: &'a Change, from: ModelJson<'a>, to: ModelJson<'a>) -> Self {
        let threats = |kind| change.threats.iter().filter(|threat| threat.kind() == kind).map(ThreatJson::of).collect();
        let controls = |lost| change.controls.iter().filter(|control| control.is_loss() == lost).map(ControlJson::of).collect();
        let (before, after) = (change.before.residual, change.after.residual);
        Self {
            version: 1,
            from: SideJson { model: from, counts: TallyJson::of(change.before) },
            to: SideJson { model: to, counts: TallyJson::of(change.after) },
            entries: change.entries.iter().map(EntryJson::of).collect(),
            boundaries: change.crossings.iter().map(CrossingJson::of).collect(),
            threats: ThreatsJson {
                new: threats(ThreatMove::New),
                gone: threats(ThreatMove::Gone),
                settled: threats(ThreatMove::Settled),
                rerated: threats(ThreatMove::Rerated),
            },
            controls: ControlsJson { lost: controls(true), gained: controls(false) },
            risk: RiskJson { before, after, delta: i64::try_from(after).unwrap_or(i64::MAX) - i64::try_from(before).unwrap_or(i64::MAX) },
        }
    }
}

impl TallyJson {
    fn of(tally: Tally) -> Self {
        let Tally { open: [critical, high, medium, low], questions, mitigated, residual } = tally;
        Self { critical, high, medium, low, questions, mitigated, residual }
    }
}

impl<'a> EntryJson<'a> {
    fn of(entry: &'a EntryChange) -> Self {
        let EntryChange { section, id, name, what } = entry;
        let (change, fields) = match what {
            What::Added => ("added", Vec::new()),
            What::Removed => ("removed", Vec::new()),
            What::Changed(fields) => ("changed", fields.iter().collect()),
        };
        let field = |field: &'a redan_engine::change::FieldChange| FieldJson {
            field: &field.field,
            before: field.before.as_deref(),
            after: field.after.as_deref(),
        };
        Self { section, id, name, change, fields: fields.into_iter().map(field).collect() }
    }
}

impl<'a> CrossingJson<'a> {
    fn of(crossing: &'a Crossing) -> Self {
        let Crossing { flow, before, after } = crossing;
        Self { flow, before: before.as_deref(), after: after.as_deref() }
    }
}

impl<'a> ThreatJson<'a> {
    fn of(threat: &'a ThreatChange) -> Self {
        let ThreatChange { id, title, before, after } = threat;
        Self { id, title, before: before.map(StandingJson::of), after: after.map(StandingJson::of) }
    }
}

impl StandingJson {
    fn of(standing: Standing) -> Self {
        let Standing { status, band, risk, residual } = standing;
        Self { status: status.as_str(), band: band.map(redan_model::lang::Band::as_str), risk, residual }
    }
}

impl<'a> ControlJson<'a> {
    fn of(control: &'a ControlChange) -> Self {
        let ControlChange { subject, control, before, after } = control;
        Self { subject, control, before: before.as_str(), after: after.as_str() }
    }
}
