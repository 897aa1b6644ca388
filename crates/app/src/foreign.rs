//! Other tools' models: read, judged by the rules of their own tool where it has some, and handed on as a model of ours.

mod decisions;
pub(crate) mod losses;
pub(crate) mod merge;
pub(crate) mod outgoing;
mod tmt;

use redan_engine::{Context, Knowledge};
use redan_interop::{Format, ImportError, Imported, Loss, LossKind};
use redan_model::canonical::Long;

pub(crate) use tmt::Templates;

/// Reads a file of another tool for an analysis: what its own template raises is among the threats.
pub(crate) fn read(format: Format, bytes: &[u8], templates: &Templates) -> Result<Imported, ImportError> {
    match format {
        Format::Tm7 => tmt::read(bytes, templates),
        _ => redan_interop::import(format, bytes),
    }
}

/// Reads a file of another tool to take it over: only what it stores, and for formats that say more than a model of
/// ours, the file itself inside the model.
pub(crate) fn stored(format: Format, bytes: &[u8], keep_names: bool) -> Result<Imported, ImportError> {
    match format {
        Format::Tm7 => redan_interop::tm7::read_kept(bytes, keep_names),
        _ => redan_interop::import(format, bytes),
    }
}

/// Makes a model that was read one that the language accepts: words of the catalogues, an end to every acceptance, and
/// the decisions of the other tool as answers.
pub(crate) fn settle(imported: &mut Imported, knowledge: &Knowledge, context: &Context) {
    redan_interop::settle(imported, &knowledge.vocabulary());
    end_acceptances(imported, context);
    decisions::answer(imported, knowledge, context);
}

/// Other tools accept threats for ever; here an acceptance ends, so that somebody looks again.
fn end_acceptances(imported: &mut Imported, context: &Context) {
    let threats = imported.model.tree_mut().get_mut("threats").and_then(Long::entries_mut);
    let open_ended = |threat: &Long<'_>| threat.get("status").and_then(Long::as_str) == Some("accepted") && threat.get("until").is_none();
    for (id, threat) in threats.into_iter().flatten().filter(|(_, threat)| open_ended(threat)) {
        threat.put("until", decisions::in_a_year(context));
        let what = "that the acceptance holds for one year".to_owned();
        imported.loss.push(Loss { kind: LossKind::Guessed, what, place: format!("threats.{id}") });
    }
}

/// The text through which a model is loaded.
pub(crate) fn text(imported: &Imported) -> String {
    let mut text = serde_json::to_string_pretty(&*imported.model).unwrap_or_default();
    text.push('\n');
    text
}
