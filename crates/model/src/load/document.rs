//! From one source to the node tree of its model, by the ending of its name.

use crate::diagnostic::Diagnostic;
use crate::source::{SourceId, Sources};
use crate::tree::{self, Node};
use crate::{codes, markdown};

/// The root mapping of a file.
pub(super) fn read(sources: &Sources, id: SourceId, path: &str, out: &mut Vec<Diagnostic>) -> Node {
    if !path.ends_with(".md") {
        return tree::parse(sources, id, None, out).root;
    }
    if !markdown::fragments(sources.get(id).text()).is_model() {
        let message = format!("`{path}` has no block to read a model from");
        out.push(Diagnostic::unplaced(codes::NO_MODEL, message).help("start a fenced block with ```` ```yaml redan ````"));
    }
    markdown::read(sources, id, out).root
}
