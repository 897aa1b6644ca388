//! The paths of a goal as an attack tree, so that everything that is known of trees holds for them.

use indexmap::IndexMap;
use redan_model::Model;

use super::{Goal, Position};
use crate::Analysis;
use crate::tree::{Gate, Leaf, Literal, Role, Structure, Tree};

/// The attack tree of a goal: one of its paths is enough, and a path needs all of its threats. A threat is one leaf,
/// however many paths use it.
pub fn tree(model: &Model, analysis: &Analysis, goal: &Goal) -> Tree {
    let mut structure = Structure::new();
    let mut known: IndexMap<usize, Literal> = IndexMap::new();
    let mut leaves = Vec::new();
    let mut ways = Vec::new();
    for path in &goal.paths {
        let mut needs: Vec<Literal> = Vec::new();
        for step in &path.steps {
            let Some(at) = step.threat else { continue };
            let literal = *known.entry(at).or_insert_with(|| {
                leaves.push(leaf(analysis, at, step.probability));
                structure.leaf()
            });
            if !needs.contains(&literal) {
                needs.push(literal);
            }
        }
        ways.push(structure.gate(Gate::All, needs));
    }
    let gates = ways.len() + 1;
    let top = structure.gate(Gate::Any, ways);
    structure.set_goal(top);
    let damages = vec![0.0; structure.nodes().len()];
    Tree { id: id(model, goal.target), goal: said(model, goal.target), structure, leaves, gates, damages }
}

fn leaf(analysis: &Analysis, at: usize, probability: f64) -> Leaf {
    let threat = &analysis.threats[at];
    Leaf {
        role: Role::Step,
        id: None,
        text: threat.title.clone(),
        threat: Some(threat.id.clone()),
        probability: Some(probability),
        from_threat: true,
        cost: None,
        time: None,
        skill: None,
        detectability: None,
        mitigations: threat.mitigations.to_vec(),
        stopped: false,
        span: threat.location,
    }
}

/// `path:<asset>/<property>` or `path:<element>/control`: no tree of a model is called so.
pub fn id(model: &Model, target: Position) -> String {
    match target {
        Position::Harms(asset, property) => format!("path:{}/{}", model[asset].identity.id, property.as_str()),
        Position::Starts(element) | Position::Reaches(element) | Position::Controls(element) => {
            format!("path:{}/control", model[element].identity.id)
        }
    }
}

fn said(model: &Model, target: Position) -> String {
    use crate::fact::Property::{Availability, Confidentiality, Integrity, Privacy};
    use redan_model::Thing;
    match target {
        Position::Harms(asset, property) => {
            let name = model.name_of(Thing::Asset(asset));
            match property {
                Confidentiality | Privacy => format!("See {name}"),
                Integrity => format!("Change {name}"),
                Availability => format!("Make {name} unavailable"),
            }
        }
        Position::Starts(element) | Position::Reaches(element) | Position::Controls(element) => {
            format!("Control {}", model.name_of(Thing::Element(element)))
        }
    }
}
