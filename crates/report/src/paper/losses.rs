//! What threats may cost a year, where the model says how often and how much.

use redan_engine::analysis::Threat;
use redan_engine::score::Detail;
use redan_engine::score::fair::{Fair, money};

use super::numbers::picture;
use super::{Block, Run, heading, table, text, words};
use crate::Input;
use crate::document::anchor;
use crate::pictures::loss_curve;

/// Threats that get a picture.
const PICTURES: usize = 3;

/// The threats with ranges and their losses, the largest first.
pub(crate) fn all<'a>(input: &Input<'a>) -> Vec<(&'a Threat, &'a Fair)> {
    let mut all: Vec<(&Threat, &Fair)> = input.analysis.threats.iter().filter_map(|threat| Some((threat, fair(threat)?))).collect();
    all.sort_by(|(_, a), (_, b)| b.before.ale.total_cmp(&a.before.ale));
    all
}

/// Losses by threat, the largest first; nothing where the model has no ranges.
pub(crate) fn blocks(input: &Input<'_>) -> Vec<Block> {
    let all = all(input);
    if all.is_empty() {
        return Vec::new();
    }
    let mut out = vec![heading("What it may cost a year"), text(introduction(&all))];
    let row = |(threat, found): &(&Threat, &Fair)| {
        let said = |amount: f64| words(money(amount, found.currency.as_deref()));
        let after = found.after.as_ref().map_or_else(|| words("\u{2013}"), |after| said(after.ale));
        vec![
            vec![Run::Link(anchor("threat", &threat.id), threat.title.clone())],
            said(found.before.ale),
            after,
            said(found.before.p90),
            said(found.before.p95),
        ]
    };
    let head =
        [("Threat", 4), ("Expected loss", 2), ("After the plan", 2), ("One year in 10 costs more than", 3), ("One in 20, more than", 3)];
    out.push(table(&head, all.iter().map(row).collect(), ""));
    for (at, (threat, found)) in all.iter().take(PICTURES).enumerate() {
        let title = format!("Loss of a year by {}", threat.title);
        out.extend(loss_curve(found, &title, &format!("loss{at}")).map(|svg| Block::Picture(picture(&title, svg))));
    }
    out
}

/// The expected loss of a year in a sentence, for who decides.
pub(super) fn sentence(input: &Input<'_>) -> Option<String> {
    let all: Vec<&Fair> = input.analysis.threats.iter().filter_map(fair).collect();
    let currency = all.first()?.currency.clone();
    // Different currencies do not add up.
    if all.iter().any(|found| found.currency != currency) {
        return None;
    }
    let before: f64 = all.iter().map(|found| found.before.ale).sum();
    let after: f64 = all.iter().map(|found| found.after.as_ref().unwrap_or(&found.before).ale).sum();
    let (before, after) = (money(before, currency.as_deref()), money(after, currency.as_deref()));
    let of = if all.len() == 1 { "the threat that has ranges".to_owned() } else { format!("the {} threats that have ranges", all.len()) };
    Some(format!("Expected loss a year of {of}: {before} today, {after} after the plan."))
}

fn fair(threat: &Threat) -> Option<&Fair> {
    threat.scores().iter().find_map(|score| match &score.detail {
        Detail::Fair(found) => Some(found),
        _ => None,
    })
}

fn introduction(all: &[(&Threat, &Fair)]) -> String {
    let (samples, seed) = all.first().map_or((0, 0), |(_, found)| (found.samples, found.seed));
    format!(
        "How often times how much, as ranges. The expected loss is exact; what one year may cost comes from {} simulated years (seed {seed}).",
        money(samples as f64, None)
    )
}
