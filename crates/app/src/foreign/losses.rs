//! The list of what was not taken over as it was: for people, and as JSON.

use redan_interop::{Loss, LossKind};
use serde::Serialize;

use crate::args::PlainFormat;
use crate::session::Session;

/// A loss as JSON.
#[derive(Serialize)]
pub(crate) struct LossJson<'a> {
    kind: &'static str,
    what: &'a str,
    r#where: &'a str,
}

impl<'a> LossJson<'a> {
    /// A loss in the words of the interface.
    pub(crate) fn of(loss: &'a Loss) -> Self {
        Self { kind: loss.kind.as_str(), what: &loss.what, r#where: &loss.place }
    }
}

#[derive(Serialize)]
struct Report<'a> {
    version: u8,
    loss: Vec<LossJson<'a>>,
}

/// Shows losses on standard error, beside the data: as lines, or as one JSON document.
pub(crate) fn report(losses: &[Loss], format: PlainFormat, session: &mut Session<'_>) -> anyhow::Result<()> {
    match format {
        PlainFormat::Human => show(losses, session),
        PlainFormat::Json => {
            let report = Report { version: 1, loss: losses.iter().map(LossJson::of).collect() };
            session.terminal.show(&serde_json::to_string_pretty(&report)?);
        }
    }
    Ok(())
}

/// Shows losses as lines.
pub(crate) fn show(losses: &[Loss], session: &mut Session<'_>) {
    if session.common.quiet || losses.is_empty() {
        return;
    }
    let count = |kind: LossKind| losses.iter().filter(|loss| loss.kind == kind).count();
    let counts: Vec<String> =
        LossKind::ALL.iter().filter(|kind| count(**kind) > 0).map(|kind| format!("{} {}", count(*kind), kind.as_str())).collect();
    session.terminal.note(&format!("Not taken over as it was: {}", counts.join(", ")));
    for loss in losses {
        let place = if loss.place.is_empty() { String::new() } else { format!(" [{}]", loss.place) };
        session.terminal.note(&format!("  {:8}  {}{place}", loss.kind.as_str(), loss.what));
    }
}
