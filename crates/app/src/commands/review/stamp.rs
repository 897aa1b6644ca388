//! `redan review --stamp`: which state of the code a review looked at, written into the model.

use std::collections::BTreeSet;
use std::path::PathBuf;

use redan_engine::evidence::elements_of;
use redan_model::Thing;
use redan_model::edit::Edit;
use serde_json::Value as Json;

use super::history::Content;
use super::is_held;
use crate::args::PlainFormat;
use crate::edits::{self, EditOptions};
use crate::exit::{Outcome, usage};
use crate::git::Git;
use crate::session::{Opened, Session};

/// Files that a refusal names.
const MOST: usize = 5;

/// Stamps a review with the state of the last commit.
pub(super) fn run(review: &str, models: &[PathBuf], dry_run: bool, session: &mut Session<'_>) -> Outcome {
    if let [_, second, ..] = models {
        return Err(usage(format!("a stamp is for one model; {} is a second one", second.display())));
    }
    let opened = session.open_to_edit(models.first().map(PathBuf::as_path))?;
    let edits = stamp(review, &opened)?;
    edits::run(session, &opened, &edits, &EditOptions { model: None, dry_run, force: false, format: PlainFormat::Human })
}

fn stamp(review: &str, model: &Opened) -> anyhow::Result<Vec<Edit>> {
    let known = &model.loaded.model;
    let Some(entry) = known.root.reviews.entries.get(review) else {
        let add = format!("redan add review {review} on={} state=held", model.today);
        return Err(usage(format!("`{review}` is no review of {}; record it first: {add}", model.shown)));
    };
    if !is_held(entry) {
        return Err(usage(format!("`{review}` was not held; write so first: redan set reviews.{review}.state=held")));
    }
    let git = Git::of(&model.project.root)?;
    let commit = git.commit("HEAD").map_err(|_| usage("there is no commit whose code a review could have looked at"))?;
    let content = Content::now(&git)?;
    are_committed(&content, model)?;
    let elements = content.of_elements(known);
    if elements.is_empty() {
        return Err(usage("no element says under `code` which files make it, so there is nothing to stamp"));
    }
    let unmatched = content.unmatched(known);
    if !unmatched.is_empty() {
        return Err(usage(format!("the `code` of these elements matches no file: {}", unmatched.join(", "))));
    }
    let code = elements.into_iter().map(|(ix, hash)| (known.id_of(Thing::Element(ix)).to_owned(), Json::from(hash)));
    let dependencies = content.lock_files().into_iter().map(|(path, hash)| (path.to_owned(), Json::from(hash)));
    let (code, dependencies) = (Json::Object(code.collect()).to_string(), Json::Object(dependencies.collect()).to_string());
    let mut values = vec![("seen.commit", commit), ("seen.code", code), ("seen.dependencies", dependencies)];
    let version = known.root.version.as_ref().filter(|_| entry.value.version.is_none());
    values.extend(version.map(|version| ("version", version.value.clone())));
    let old = entry.value.seen.as_ref().map(|_| Edit::Remove { path: format!("reviews.{review}.seen") });
    let set = values.into_iter().map(|(field, value)| Edit::Set { path: format!("reviews.{review}.{field}"), value });
    Ok(old.into_iter().chain(set).collect())
}

/// Fails where code is not as it was committed: nobody else could find that state again.
fn are_committed(content: &Content, model: &Opened) -> anyhow::Result<()> {
    let of_code = elements_of(&model.loaded.model, &content.uncommitted);
    let changed = content.uncommitted.iter().zip(of_code).filter(|(path, elements)| !elements.is_empty() && **path != model.below);
    let paths: BTreeSet<&str> = changed.map(|(path, _)| path.as_str()).collect();
    if paths.is_empty() {
        return Ok(());
    }
    let shown = paths.iter().take(MOST).copied().collect::<Vec<_>>().join(", ");
    let more = if paths.len() > MOST { format!(" and {} more", paths.len() - MOST) } else { String::new() };
    Err(usage(format!("a stamp is of the last commit, and these files are not as they were committed: {shown}{more}")))
}
