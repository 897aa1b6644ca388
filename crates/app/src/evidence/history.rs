//! How old code is, asked of the history of its repository.

use std::collections::BTreeMap;
use std::path::Path;

use redan_model::Model;
use redan_model::evidence::CodeAge;

use crate::git::Git;

/// Most globs that git is asked about.
const MOST: usize = 256;

/// When the files of every glob of a model changed last.
pub(super) fn ages(root: &Path, model: &Model) -> BTreeMap<String, CodeAge> {
    let mut globs: Vec<&String> = model.elements.iter().flat_map(|element| element.stated.code.values()).collect();
    globs.sort();
    globs.dedup();
    globs.truncate(MOST);
    if globs.is_empty() {
        return BTreeMap::new();
    }
    let Some(git) = Git::at(root) else {
        let unknown = || CodeAge::Unknown("the model is not in a git repository".to_owned());
        return globs.into_iter().map(|glob| (glob.clone(), unknown())).collect();
    };
    let cut_off = git.is_shallow();
    globs.into_iter().map(|glob| (glob.clone(), age(&git, glob, cut_off))).collect()
}

fn age(git: &Git, glob: &str, cut_off: bool) -> CodeAge {
    match git.changed_last(glob) {
        Ok(Some(seconds)) if cut_off => CodeAge::AtMost(seconds),
        Ok(Some(seconds)) => CodeAge::Commit(seconds),
        Ok(None) => CodeAge::Unknown(format!("no commit touches a file that `{glob}` matches")),
        Err(why) => CodeAge::Unknown(why),
    }
}
