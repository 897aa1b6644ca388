//! Decisions of another tool as answers to the threats of ours that say the same about the same things.
//!
//! Which threats those are is known only after an analysis. So the model is analysed once without the decisions, each
//! threat whose rule is a counterpart gets its answer, and the model is loaded again with the answers in it.

use std::collections::BTreeSet;

use redan_engine::{Context, Knowledge, Policy, Threat, analyse};
use redan_interop::{Decision, Imported, Loss, LossKind};
use redan_model::canonical::Long;
use redan_model::{FlowIx, Model, Thing, load_text};
use serde_json::{Map, Value as Json, json};

/// Writes the decisions into the model as answers; those that meet no threat become threats that were written by hand.
pub(crate) fn answer(imported: &mut Imported, knowledge: &Knowledge, context: &Context) {
    if imported.decisions.is_empty() {
        return;
    }
    let loaded = load_text("imported.tm.json", &super::text(imported), &knowledge.vocabulary());
    let analysis = analyse(&loaded.model, knowledge, &Policy::default(), context);
    let mut answers: Map<String, Json> = Map::new();
    let mut order: Vec<usize> = (0..imported.decisions.len()).collect();
    // The decision that spells out most is the one that holds.
    order.sort_by_key(|ix| std::cmp::Reverse(imported.decisions.get(*ix).map_or(0, literal_characters)));
    let mut met = vec![false; imported.decisions.len()];
    for ix in order {
        let Some(decision) = imported.decisions.get(ix) else { continue };
        for threat in analysis.threats.iter().filter(|threat| is_meant(decision, threat, &loaded.model, knowledge)) {
            met[ix] = true;
            if !answers.contains_key(&threat.id) {
                answers.insert(threat.id.clone(), entry(decision, context));
            }
        }
    }
    write(imported, answers, &analysis.threats);
    let unmet: Vec<Decision> = imported.decisions.iter().zip(met).filter(|(_, met)| !met).map(|(decision, _)| decision.clone()).collect();
    let threats = imported.model.tree().get("threats").map(Long::entries).unwrap_or_default();
    let mut known: BTreeSet<String> = threats.iter().map(|(id, _)| id.to_string()).collect();
    for decision in unmet {
        by_hand(imported, &decision, &mut known, &loaded.model, context);
        let what = format!("a decision ({}) about a risk that no rule here finds, to a risk written by hand", decision.status);
        imported.loss.push(Loss { kind: LossKind::Changed, what, place: decision.key });
    }
}

/// A decision about something that no rule of ours finds is a threat of its own, with the name of the other tool's rule.
/// The writer of that tool knows it by `tracking`. Its id is none of those that are known.
fn by_hand(imported: &mut Imported, decision: &Decision, known: &mut BTreeSet<String>, model: &Model, context: &Context) {
    let Some(section) = imported.model.tree_mut().map_at("threats").and_then(Long::entries_mut) else { return };
    let (on, others): (Vec<&String>, Vec<&String>) =
        decision.parts.iter().filter(|part| part.as_str() != "*").partition(|part| model.names.contains_key(part.as_str()));
    let words: Vec<&str> = std::iter::once(decision.rule.as_str()).chain(on.iter().copied().map(String::as_str)).collect();
    let wanted = Some(words.join("-")).filter(|id| redan_model::lang::is_id(id)).unwrap_or_else(|| "risk".to_owned());
    let mut ids = std::iter::once(wanted.clone()).chain((2..).map(|number| format!("{wanted}-{number}")));
    let Some(id) = ids.find(|id| known.insert(id.clone())) else { return };
    let name = redan_model::naming::sentence_of(&decision.rule);
    let others: Vec<&str> = others.into_iter().map(String::as_str).collect();
    let title = if others.is_empty() { name } else { format!("{name} ({})", others.join(", ")) };
    let mut threat = Map::new();
    threat.insert("title".to_owned(), title.into());
    if !on.is_empty() {
        threat.insert("on".to_owned(), on.into_iter().cloned().collect::<Vec<_>>().into());
    }
    if let Json::Object(decided) = entry(decision, context) {
        threat.extend(decided);
    }
    threat.insert("tags".to_owned(), json!([format!("{}:{}", decision.tool, decision.rule)]));
    threat.insert(format!("x-{}", decision.tool), json!({"tracking": decision.key}));
    section.push((id.into(), threat.into()));
}

/// Answers stand beside the threats of the file, in the order in which threats are found.
fn write(imported: &mut Imported, mut answers: Map<String, Json>, threats: &[Threat]) {
    if answers.is_empty() {
        return;
    }
    let Some(section) = imported.model.tree_mut().map_at("threats").and_then(Long::entries_mut) else { return };
    // An answer counts before what the file says under the same id.
    section.retain(|(id, _)| !answers.contains_key(id.as_ref()));
    section.extend(threats.iter().filter_map(|threat| Some((threat.id.clone().into(), answers.remove(&threat.id)?.into()))));
}

fn literal_characters(decision: &Decision) -> usize {
    decision.parts.iter().flat_map(|part| part.chars()).filter(|c| *c != '*').count()
}

fn entry(decision: &Decision, context: &Context) -> Json {
    let mut entry = Map::new();
    entry.insert("status".to_owned(), decision.status.into());
    for (key, text) in [("because", &decision.because), ("owner", &decision.owner)] {
        if !text.is_empty() {
            entry.insert(key.to_owned(), text.as_str().into());
        }
    }
    if decision.status == "accepted" {
        let until = if decision.until.is_empty() { in_a_year(context) } else { decision.until.clone() };
        entry.insert("until".to_owned(), until.into());
    }
    entry.into()
}

/// The file has no day from which the acceptance could count.
pub(super) fn in_a_year(context: &Context) -> String {
    let today = context.today;
    jiff::civil::Date::new(today.year().saturating_add(1), today.month(), today.day().min(28)).unwrap_or(today).to_string()
}

/// Whether a decision is about a threat: its rule is a counterpart, and its parts fit.
fn is_meant(decision: &Decision, threat: &Threat, model: &Model, knowledge: &Knowledge) -> bool {
    let Some(rule) = threat.rule.and_then(|ix| knowledge.rules.get(usize::from(ix.0))) else { return false };
    let counterpart = format!("{}:{}", decision.tool, decision.rule);
    let Some(subject) = threat.subject.filter(|_| rule.counterparts.contains(&counterpart)) else { return false };
    match subject {
        Thing::Flow(flow) => fits(&decision.parts, &around(model, flow), model.id_of(subject)),
        Thing::Element(ix) => {
            let element = &model[ix];
            let flows = element.incoming.iter().chain(&element.outgoing);
            let id = model.id_of(subject);
            fits(&decision.parts, &[id], id) || flows.into_iter().any(|flow| fits(&decision.parts, &around(model, *flow), id))
        }
        Thing::Zone(_) | Thing::Asset(_) => fits(&decision.parts, &[model.id_of(subject)], model.id_of(subject)),
        // The other tool names one asset for a risk of the whole model.
        Thing::Model => decision.parts.iter().all(|part| part == "*") || decision.parts.len() == 1,
    }
}

/// A flow and its ends.
fn around(model: &Model, flow: FlowIx) -> [&str; 3] {
    let ends = &model[flow];
    [model.id_of(Thing::Flow(flow)), model.id_of(Thing::Element(ends.source)), model.id_of(Thing::Element(ends.target))]
}

/// Whether every part names one of the things, and one of the parts the subject itself.
fn fits(parts: &[String], things: &[&str], subject: &str) -> bool {
    parts.iter().all(|part| things.iter().any(|thing| matches(part, thing))) && parts.iter().any(|part| matches(part, subject))
}

/// Whether a pattern with `*` for any number of characters fits a text.
fn matches(pattern: &str, text: &str) -> bool {
    let Some((first, rest)) = pattern.split_once('*') else { return pattern == text };
    let Some(mut left) = text.strip_prefix(first) else { return false };
    let mut pieces: Vec<&str> = rest.split('*').collect();
    let last = pieces.pop().unwrap_or_default();
    for piece in pieces {
        match left.find(piece) {
            Some(at) => left = left.get(at + piece.len()..).unwrap_or_default(),
            None => return false,
        }
    }
    left.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str) -> Vec<String> {
        text.split('@').map(str::to_owned).collect()
    }

    #[test]
    fn a_star_stands_for_any_characters() {
        assert!(matches("*", "a") && matches("a*c", "abc") && matches("a*b*c", "axbxc") && matches("ab", "ab"));
        assert!(!matches("a*c", "ab") && !matches("a*b*c", "acb") && !matches("ab", "abc"));
    }

    #[test]
    fn every_part_has_to_fit_and_one_of_them_the_subject() {
        let things = ["login", "browser", "shop"];
        assert!(fits(&parts("*@shop@*"), &things, "browser"));
        assert!(fits(&parts("browser@shop@login"), &things, "shop"));
        assert!(!fits(&parts("browser@login"), &things, "shop"));
        assert!(!fits(&parts("*@database"), &things, "shop"));
    }

    #[test]
    fn a_decision_becomes_the_answer_of_the_threat_that_says_the_same() {
        let file = "technical_assets:\n  Db: {id: db, type: datastore, technology: database, encryption: none, data_assets_stored: [d]}\ndata_assets: {D: {id: d, confidentiality: confidential}}\nrisk_tracking:\n  unencrypted-asset@*: {status: accepted, justification: Small}\n  unencrypted-asset@db: {status: mitigated, justification: Encrypted}\n  missing-vault@nowhere@x: {status: mitigated}\n";
        let mut imported = redan_interop::threagile::read(file.as_bytes()).unwrap();
        let context = Context::on(jiff::civil::date(2026, 1, 2));
        answer(&mut imported, &Knowledge::embedded(), &context);
        assert_eq!(imported.model["threats"]["unencrypted-store@db"], json!({"status": "mitigated", "because": "Encrypted"}));
        assert!(imported.loss.iter().any(|loss| loss.place == "missing-vault@nowhere@x"), "{:?}", imported.loss);
        let kept = &imported.model["threats"]["missing-vault"];
        assert_eq!((&kept["title"], &kept["status"]), (&json!("Missing vault (nowhere, x)"), &json!("mitigated")));
    }
}
