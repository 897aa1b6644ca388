//! The file beside a model that remembers which issue stands for which task.

use std::fs;

use redan_model::Files;
use redan_tracker::Links;

use crate::atomic;
use crate::evidence;
use crate::exit::usage;
use crate::project::FilesBelow;
use crate::session::Opened;

/// The ending of the file.
const ENDING: &str = ".backlog.yaml";

/// The file beside a model.
pub(crate) fn links_beside(model: &str) -> String {
    let beside = evidence::beside(model);
    format!("{}{ENDING}", beside.strip_suffix(evidence::ENDING).unwrap_or(&beside))
}

/// What is remembered of a model; nothing if there is no such file.
///
/// # Errors
/// The file is there and cannot be read.
pub(crate) fn stored(model: &Opened) -> anyhow::Result<Links> {
    let below = links_beside(&model.below);
    if !model.project.root.join(&below).exists() {
        return Ok(Links::default());
    }
    let read = FilesBelow::new(&model.project.root).read(&below).map_err(|why| usage(format!("cannot read `{below}`: {why}")))?;
    Links::read(&String::from_utf8_lossy(&read))
        .map_err(|error| usage(format!("cannot read `{below}`: {error}; without the file, issues are found by their marks")))
}

/// Remembers the links of a model; false if the file says so already.
///
/// # Errors
/// The file cannot be written.
pub(crate) fn keep(model: &Opened, links: &Links) -> anyhow::Result<bool> {
    let path = model.project.root.join(links_beside(&model.below));
    let text = links.write();
    if fs::read(&path).is_ok_and(|now| now == text.as_bytes()) || (*links == Links::default() && !path.exists()) {
        return Ok(false);
    }
    atomic::write(&path, text.as_bytes())?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_kept_beside_their_model() {
        assert_eq!(links_beside("a/shop.tm.yaml"), "a/shop.backlog.yaml");
        assert_eq!(links_beside("THREATS.md"), "THREATS.backlog.yaml");
    }
}
