//! A model and its analysis in the neutral words that writers of other tools' files take.

use redan_engine::analysis::Threat;
use redan_engine::policy::priority;
use redan_engine::{Analysis, Context, Knowledge};
use redan_interop::{Course, ForeignThreat, Outgoing, Picture};
use redan_model::{Model, Thing};
use redan_report::diagram::{Point, Rect, whole};
use redan_report::merged;

use crate::session::Opened;

/// What is to be written of a model that was opened and analysed.
pub(crate) fn of<'m>(opened: &'m Opened, analysis: &Analysis, context: &Context, keep_names: bool) -> Outgoing<'m> {
    let model = &opened.loaded.model;
    let input = opened.input(analysis);
    let threats = analysis.threats.iter().map(|threat| {
        let counterparts = merged::counterparts(&input, threat).into_iter().map(str::to_owned).collect();
        ForeignThreat { counterparts, ..neutral(threat, &opened.knowledge) }
    });
    let mut outgoing = Outgoing::new(model, opened.knowledge.vocabulary());
    outgoing.threats = threats.collect();
    outgoing.day = context.today.to_string();
    outgoing.keep_names = keep_names;
    outgoing
}

/// The model as it would be drawn.
pub(crate) fn picture(model: &Model) -> Option<Picture> {
    let drawn = whole(model)?;
    let area = |(thing, r): (Thing, Rect)| (thing, [r.x, r.y, r.w, r.h]);
    let spot = |at: &Point| (at.x, at.y);
    let courses = model.flows.iter().zip(&drawn.courses).map(|(flow, course)| {
        let (points, label) = (course.points.iter().map(spot).collect(), course.label.as_ref().map(spot));
        (flow.identity.id.clone(), Course { points, label })
    });
    Some(Picture { courses: courses.collect(), is_curved: drawn.is_curved, areas: drawn.areas.into_iter().map(area).collect() })
}

fn neutral(threat: &Threat, knowledge: &Knowledge) -> ForeignThreat {
    let answer = threat.answer.as_deref();
    let text = |field: Option<&String>| field.cloned().unwrap_or_default();
    ForeignThreat {
        id: threat.id.clone(),
        rule: threat.rule.and_then(|ix| knowledge.rules.get(usize::from(ix.0))).map(|rule| rule.id.clone()),
        entry: answer.map(|answer| answer.key.clone()),
        subjects: threat.subjects.iter().copied().collect(),
        title: threat.title.clone(),
        description: threat.description(knowledge).to_owned(),
        fix: threat.fix(knowledge).to_owned(),
        stride: threat.stride.iter().copied().collect(),
        linddun: threat.linddun.iter().copied().collect(),
        status: threat.status.as_str(),
        because: text(answer.and_then(|answer| answer.because.as_ref())),
        owner: text(answer.and_then(|answer| answer.owner.as_ref())),
        until: answer.and_then(|answer| answer.until).map(|day| day.to_string()).unwrap_or_default(),
        likelihood: threat.rating.likelihood,
        impact: threat.rating.impact,
        risk: threat.rating.risk,
        band: threat.rating.band,
        priority: threat.rating.band.map(priority).unwrap_or_default(),
        mitigations: threat.mitigations.to_vec(),
        references: threat.references(knowledge).into_iter().collect(),
        counterparts: Vec::new(),
        identified: threat.identified().map(|day| day.to_string()).unwrap_or_default(),
    }
}
