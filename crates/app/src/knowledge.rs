//! The knowledge of a run: embedded packs, packs of the project, and the choice among them.

use redan_engine::Knowledge;
use redan_engine::rule::RuleIx;
use redan_model::suggest::nearest;

use crate::exit::usage;
use crate::project::Project;

/// What `--packs` and the project choose. Without a choice it is everything that is there.
pub(crate) fn load(project: &Project, option: Option<&str>) -> anyhow::Result<Knowledge> {
    let mut knowledge = Knowledge::embedded();
    match option {
        Some("none") => keep(&mut knowledge, &[])?,
        Some("embedded") => {}
        Some(list) => keep(&mut knowledge, &list.split(',').map(str::trim).map(str::to_owned).collect::<Vec<_>>())?,
        None => {
            if let Some(choice) = &project.packs.choice {
                keep(&mut knowledge, choice)?;
            }
        }
    }
    Ok(knowledge)
}

fn keep(knowledge: &mut Knowledge, ids: &[String]) -> anyhow::Result<()> {
    for id in ids {
        if !knowledge.packs.iter().any(|pack| pack.id == *id) {
            let known: Vec<&str> = knowledge.packs.iter().map(|pack| pack.id.as_str()).collect();
            let near = nearest(id, known.iter().copied()).map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
            return Err(usage(format!("there is no rule pack `{id}`; there are: {}{near}", known.join(", "))));
        }
    }
    retain(knowledge, ids);
    Ok(())
}

/// Drops the rules of other packs. Rules point at each other by index, so the indices that remain are moved.
fn retain(knowledge: &mut Knowledge, ids: &[String]) {
    let mut moved: Vec<Option<RuleIx>> = Vec::with_capacity(knowledge.rules.len());
    let mut next = 0;
    for rule in &knowledge.rules {
        let kept = ids.contains(&rule.pack);
        moved.push(kept.then_some(RuleIx(next)));
        next += u16::from(kept);
    }
    knowledge.packs.retain(|pack| ids.contains(&pack.id));
    knowledge.rules.retain(|rule| ids.contains(&rule.pack));
    for rule in &mut knowledge.rules {
        rule.refines = rule.refines.iter().filter_map(|ix| moved[usize::from(ix.0)]).collect();
    }
}
