//! From what was written to what it means: every reference becomes an index, every thing knows its neighbours.
//!
//! A bad reference is reported and dropped; the thing that had it stays, so that an editor always has a model to
//! show. Everything here is linear in the size of the model.

mod elements;
mod facts;
mod names;
mod sections;
mod trees;
mod vocabulary;
mod zones;

use std::sync::Arc;

use crate::diagnostic::Diagnostic;
use crate::lang;
use crate::source::SourceId;
use crate::{ById, Model, Vocabulary, naming};

use names::Names;
pub(crate) use sections::settle_acceptance;

/// One file's part of the model.
pub(crate) struct Part {
    /// What stands before its ids: nothing for the model's own file, else the path of `use` names.
    pub(crate) prefix: Option<String>,
    /// What it states.
    pub(crate) root: Arc<lang::Root>,
}

impl Part {
    /// The id of one of its things, as the whole model knows it.
    fn id(&self, id: &str) -> String {
        self.prefix.as_ref().map_or_else(|| id.to_owned(), |prefix| format!("{prefix}/{id}"))
    }
}

/// Resolves a model's own file and the parts that it uses.
pub(crate) fn resolve(
    id: String,
    file: SourceId,
    own: Arc<lang::Root>,
    used: Vec<Part>,
    vocabulary: &Vocabulary,
    out: &mut Vec<Diagnostic>,
) -> Model {
    let mut parts = vec![Part { prefix: None, root: own }];
    parts.extend(used);
    let model = Model {
        made_name: naming::sentence_of(&id),
        id,
        file,
        root: Arc::default(),
        zones: Vec::new(),
        elements: Vec::new(),
        flows: Vec::new(),
        assets: Vec::new(),
        names: ById::default(),
    };
    let mut resolver = Resolver { model, names: Names::new(out) };
    resolver.collect(&parts);
    resolver.link_zones(&parts);
    resolver.link_elements(&parts);
    resolver.link_assets(&parts);
    resolver.link_flows(&parts);
    resolver.settle_scope();
    let Resolver { mut model, mut names } = resolver;
    let mut parts = parts.into_iter();
    model.root = parts.next().map(|part| part.root).unwrap_or_default();
    parts.for_each(|part| adopt(Arc::make_mut(&mut model.root), part));
    vocabulary::check(&model, vocabulary, &mut names);
    sections::check(&model, &mut names);
    trees::check(&model, &mut names);
    facts::check(&model, vocabulary, &mut names);
    model
}

/// Takes over what a used file says beyond its things: its assumptions, and the traits and controls that it gives to
/// everything, where the model does not speak of them itself.
fn adopt(root: &mut lang::Root, part: Part) {
    let prefix = part.prefix.clone().unwrap_or_default();
    let theirs = Arc::unwrap_or_clone(part.root);
    for (id, mut entry) in theirs.assumptions.entries {
        for item in &mut entry.value.assumes.items {
            let path = &mut item.path.value;
            path.thing = if path.thing == "model" { "model".to_owned() } else { format!("{prefix}/{}", path.thing) };
        }
        root.assumptions.entries.insert(format!("{prefix}/{id}"), entry);
    }
    for (mine, theirs) in [(&mut root.traits, theirs.traits), (&mut root.controls, theirs.controls)] {
        for (name, entry) in theirs.entries {
            mine.span = mine.span.or(theirs.span);
            mine.entries.entry(name).or_insert(entry);
        }
    }
}

struct Resolver<'d> {
    model: Model,
    names: Names<'d>,
}
