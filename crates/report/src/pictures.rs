//! Pictures of a report beside the data flow diagram: each a pure function to SVG.
//!
//! Every picture says with words, letters or shapes what its colours say, so that it reads in black and white, in the
//! dark and on paper. Boxes and rows are as large as the text in them needs, so that nothing overlaps.

mod arrivals;
mod assets;
mod burn_down;
mod canvas;
mod coverage;
mod flat;
mod front;
mod losses;
mod risk;
mod scores;
mod sequence;

pub use arrivals::{Arrivals, arrivals};
pub use burn_down::{Day, burn_down};
pub use flat::flat;
pub(crate) use front::{Front, Mark};
pub use losses::loss_curve;
pub use scores::scores;

use redan_model::lang::Diagram;
use redan_model::{ElementIx, FlowIx, Thing};

use crate::Input;
use crate::diagram::{self, Layout, Scene, View};
use crate::paper::Picture;

/// The diagrams of a report, and the one with every element once more with the likeliest attack path pointed out.
pub fn diagrams_and_path(input: &Input<'_>) -> (Vec<Picture>, Option<Picture>) {
    let all = scenes(input);
    let layouts: Vec<Layout> = all.iter().map(|(_, scene)| diagram::layout(scene)).collect();
    let path = crate::paper::pointed_out(input).map(|(title, highlight)| {
        // Parts are only in the detailed diagram, where what they are part of is a frame and cannot be pointed out.
        let is_part = |thing: &Thing| matches!(thing, Thing::Element(ix) if input.model[*ix].parent.is_some());
        let whole = usize::from(highlight.iter().any(is_part));
        let level = if whole > 0 { 1 } else { 0 };
        let view = View { highlight, links: Some(String::new()), title: Some(title.clone()), ..View::level(level) };
        let scene = Scene::of(input, &view);
        // What is pointed out changes no size, so that everything stands where it stands in the other picture.
        Picture { title, svg: diagram::svg_at(&scene, &layouts[whole], "path-"), mermaid: Some(diagram::mermaid(&scene)) }
    });
    let picture = |(ix, ((title, scene), layout)): (usize, ((String, Scene), Layout))| Picture {
        title,
        svg: diagram::svg_at(&scene, &layout, &format!("dfd{ix}-")),
        mermaid: Some(diagram::mermaid(&scene)),
    };
    (all.into_iter().zip(layouts).enumerate().map(picture).collect(), path)
}

/// The diagrams of a report: the model from above, in detail where elements have parts, and those that it defines.
pub fn diagrams(input: &Input<'_>) -> Vec<Picture> {
    diagrams_and_path(&Input { more: crate::More::default(), ..*input }).0
}

/// The scenes of the same diagrams with their titles.
pub(crate) fn scenes(input: &Input<'_>) -> Vec<(String, Scene)> {
    let model = input.model;
    let detailed: Vec<(&String, &Diagram)> =
        model.root.diagrams.entries.iter().map(|(id, entry)| (id, &entry.value)).filter(|(_, stated)| shows_detail(stated)).collect();
    let parts = View::has_levels(model);
    let mut views: Vec<(String, View)> = vec![(
        if parts || !detailed.is_empty() { "Data flow diagram, level 0: overview".to_owned() } else { "Data flow diagram".to_owned() },
        View::level(0),
    )];
    if parts {
        views.push(("Data flow diagram, level 1: in detail".to_owned(), View::level(1)));
    }
    for (id, stated) in detailed {
        let title = stated.title.as_ref().map_or_else(|| redan_model::naming::title_of(id), |title| title.value.clone());
        views.extend(View::named(model, id).map(|view| (format!("Data flow diagram, level 1: {title}"), view)));
    }
    // The names of threats are links within the report itself.
    let scene = |view: View| Scene::of(input, &View { links: Some(String::new()), ..view });
    views.into_iter().map(|(title, view)| (title, scene(view))).collect()
}

/// Whether a stated diagram says more than the overview does.
fn shows_detail(stated: &Diagram) -> bool {
    stated.level.as_ref().is_some_and(|level| level.value > 0) && !(stated.of.items.is_empty() && stated.show.items.is_empty())
}

/// Known threats by likelihood and impact: without any control, today, after the plan.
pub fn of_risk(input: &Input<'_>, prefix: &str) -> Option<Picture> {
    let svg = risk::svg(input, prefix)?;
    Some(Picture { title: "Risk without any control, today and after the plan".to_owned(), svg, mermaid: None })
}

/// What the rules looked at, by element and STRIDE category.
pub fn of_coverage(input: &Input<'_>, prefix: &str) -> Option<Picture> {
    let svg = coverage::svg(input, prefix)?;
    Some(Picture { title: "What was looked at, by STRIDE category".to_owned(), svg, mermaid: None })
}

/// Which element keeps, sends and receives which asset.
pub fn of_assets(input: &Input<'_>, prefix: &str) -> Option<Picture> {
    let svg = assets::svg(input, prefix)?;
    Some(Picture { title: "Where the assets are".to_owned(), svg, mermaid: None })
}

/// How data travels, step by step: one picture for each detailed diagram, else one for a small model.
pub fn sequences(input: &Input<'_>, prefix: &str) -> Vec<Picture> {
    let model = input.model;
    let mut out = Vec::new();
    for (id, entry) in &model.root.diagrams.entries {
        let stated = &entry.value;
        let shown: Vec<ElementIx> = stated.show.values().filter_map(|id| element(input, id)).collect();
        if stated.level.as_ref().is_some_and(|l| l.value > 0) && shown.len() > 1 {
            let inside = |flow: &FlowIx| shown.contains(&model[*flow].source) && shown.contains(&model[*flow].target);
            let title = stated.title.as_ref().map_or_else(|| redan_model::naming::title_of(id), |title| title.value.clone());
            let flows: Vec<FlowIx> = all_flows(input).filter(inside).collect();
            let name = format!("{prefix}{}", out.len());
            out.extend(sequence(input, &flows, &name, format!("{title}, step by step")));
        }
    }
    if out.is_empty() {
        let flows: Vec<FlowIx> = all_flows(input).filter(|f| model[*f].out_of_scope.is_none()).collect();
        out.extend(sequence(input, &flows, &format!("{prefix}0"), "How data travels, step by step".to_owned()));
    }
    out
}

fn sequence(input: &Input<'_>, flows: &[FlowIx], prefix: &str, title: String) -> Option<Picture> {
    sequence::draw(input, flows, prefix).map(|(svg, mermaid)| Picture { title, svg, mermaid: Some(mermaid) })
}

fn all_flows<'a>(input: &'a Input<'_>) -> impl Iterator<Item = FlowIx> + 'a {
    (0..input.model.flows.len()).map(|ix| FlowIx(u32::try_from(ix).unwrap_or(u32::MAX)))
}

fn element(input: &Input<'_>, id: &str) -> Option<ElementIx> {
    match input.model.find(id) {
        Some(Thing::Element(ix)) => Some(ix),
        _ => None,
    }
}
