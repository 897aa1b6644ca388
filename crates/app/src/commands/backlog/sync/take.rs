//! `redan backlog sync --pull`: what people did in the tracker, as guarded edits of the model.

use redan_engine::Analysis;
use redan_model::edit::Edit;
use redan_report::json::{self, ModelJson};
use redan_tracker::{Found, Pulled, Verdict, pull};
use serde::Serialize;

use super::SyncArgs;
use crate::args::PlainFormat;
use crate::exit::{Exit, Outcome};
use crate::session::{Kept, Opened, Session};
use crate::sync::Place;
use crate::table::Table;
use crate::{atomic, diff, edits};

/// What the tracker says about one model.
struct Taken<'m> {
    model: &'m Opened,
    pulled: Vec<Pulled>,
    /// The text before and after, if it changes.
    text: Option<(String, String)>,
}

#[derive(Serialize)]
struct Document<'a> {
    version: u8,
    model: ModelJson<'a>,
    tracker: &'static str,
    project: &'a str,
    applied: bool,
    changes: Vec<ChangeJson<'a>>,
    diff: String,
}

#[derive(Serialize)]
struct ChangeJson<'a> {
    task: &'a str,
    id: &'a str,
    issue: &'a str,
    /// The status that the mitigation gets; null if a person has to decide.
    status: Option<&'static str>,
    reason: &'a str,
}

/// Runs `backlog sync --pull`.
pub(super) fn run(
    args: &SyncArgs,
    session: &mut Session<'_>,
    place: &Place,
    analysed: &[(&Opened, Kept<Analysis>)],
    found: &[Found],
) -> Outcome {
    for (model, _) in analysed {
        model.own()?;
    }
    let taken: Vec<Taken<'_>> = analysed.iter().map(|(model, analysis)| take(model, analysis, found)).collect();
    if args.apply {
        for one in &taken {
            if let Some((_, new)) = &one.text {
                atomic::write(&one.model.path, new.as_bytes())?;
            }
        }
    }
    match args.format {
        PlainFormat::Human => taken.iter().try_for_each(|one| human(args, session, one))?,
        PlainFormat::Json => {
            let documents: Vec<Document<'_>> = taken.iter().map(|one| document(args, place, one)).collect();
            json::write_each(session.terminal.out(), &documents)?;
        }
    }
    Ok(Exit::Fine)
}

fn edit(one: &Pulled) -> Option<Edit> {
    match one.verdict {
        Verdict::Set(status) => Some(Edit::Set { path: format!("mitigations.{}.status", one.id), value: status.as_str().to_owned() }),
        Verdict::Ask => None,
    }
}

/// Makes the edits that leave the model without new errors; the others become questions to people.
fn take<'m>(model: &'m Opened, analysis: &Analysis, found: &[Found]) -> Taken<'m> {
    let mut pulled = pull(&model.loaded.model, analysis, found);
    let mut made: Vec<Edit> = pulled.iter().filter_map(edit).collect();
    let fault = |edits: &[Edit]| match edits::make(model, edits) {
        Ok(edited) => edited.new_errors(model).first().map(|error| error.message.clone()),
        Err(error) => Some(format!("{error:#}")),
    };
    if fault(&made).is_some() {
        made = Vec::new();
        for one in &mut pulled {
            let Some(edit) = edit(one) else { continue };
            let tried = [made.clone(), vec![edit]].concat();
            match fault(&tried) {
                None => made = tried,
                Some(why) => {
                    one.verdict = Verdict::Ask;
                    one.reason = format!("{}, but the model cannot say so yet: {why}", one.reason);
                }
            }
        }
    }
    let text = if made.is_empty() { None } else { edits::make(model, &made).ok().map(|edited| (edited.old, edited.new)) };
    Taken { model, pulled, text }
}

fn human(args: &SyncArgs, session: &mut Session<'_>, one: &Taken<'_>) -> anyhow::Result<()> {
    let mut table = Table::new(&["issue", "id", "status", "why"]);
    for pulled in &one.pulled {
        let status = match pulled.verdict {
            Verdict::Set(status) => status.as_str(),
            Verdict::Ask => "your decision",
        };
        table.row([pulled.issue.clone().into(), pulled.id.clone().into(), status.into(), pulled.reason.clone().into()]);
    }
    let (width, color) = (session.terminal.width, session.terminal.color);
    let out = session.terminal.out();
    if !table.is_empty() {
        table.human(out, width, color)?;
        writeln!(out)?;
    }
    if let (Some((old, new)), false) = (&one.text, args.apply) {
        out.write_all(diff::unified(&one.model.shown, old, new, color).as_bytes())?;
    }
    let shown = &one.model.shown;
    session.terminal.note(&match (&one.text, args.apply) {
        (None, _) => format!("nothing to write into {shown}"),
        (Some(_), true) => format!("wrote {shown}"),
        (Some(_), false) => format!("not written: {shown} would change as shown; --apply writes it"),
    });
    Ok(())
}

fn document<'a>(args: &SyncArgs, place: &'a Place, one: &'a Taken<'_>) -> Document<'a> {
    let change = |pulled: &'a Pulled| ChangeJson {
        task: &pulled.task,
        id: &pulled.id,
        issue: &pulled.issue,
        status: match pulled.verdict {
            Verdict::Set(status) => Some(status.as_str()),
            Verdict::Ask => None,
        },
        reason: &pulled.reason,
    };
    Document {
        version: 1,
        model: ModelJson::of(&one.model.loaded.model, &one.model.loaded.sources),
        tracker: place.kind,
        project: &place.project,
        applied: args.apply,
        changes: one.pulled.iter().map(change).collect(),
        diff: one.text.as_ref().map(|(old, new)| diff::unified(&one.model.shown, old, new, false)).unwrap_or_default(),
    }
}
