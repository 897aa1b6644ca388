//! Evidence around a model: reports that the user names, the file beside the model that keeps them, and how old the code
//! is that they cover.

mod gate;
mod history;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::UNIX_EPOCH;

use redan_engine::evidence::{Suggestion, kept};
use redan_interop::evidence::{self as reports, file};
use redan_model::Files;
use redan_model::evidence::{Evidence, Report, ReportKind};

use crate::atomic;
use crate::exit::usage;
use crate::project::{FilesBelow, Project, read_limited};
use crate::session::Opened;

pub(crate) use gate::{Fails, failures, where_it_is};

/// The ending of the file that keeps evidence beside a model.
pub(crate) const ENDING: &str = ".evidence.json";
/// The endings of model files that come off before that.
const MODEL_ENDINGS: [&str; 5] = [".tm.yaml", ".tm.yml", ".tm.json", ".tm.md", ".tm7"];

/// A report that the user names, with its format if that is said.
#[derive(Debug, Clone)]
pub(crate) struct Given {
    /// The format; told by content if not said.
    pub(crate) kind: Option<ReportKind>,
    /// The file.
    pub(crate) path: PathBuf,
}

/// Whether a file can only be a model, whatever option it stands behind.
pub(crate) fn is_surely_model(path: &Path) -> bool {
    let name = path.to_string_lossy();
    MODEL_ENDINGS.iter().any(|ending| name.ends_with(ending))
}

/// Whether a file is a report, by what is in it.
pub(crate) fn is_report(path: &Path) -> bool {
    !is_surely_model(path) && read_limited(path).is_ok_and(|bytes| reports::detect(&path.to_string_lossy(), &bytes).is_some())
}

/// Reads the reports that the user names.
///
/// # Errors
/// One of them cannot be read, or is not what it is said to be.
pub(crate) fn read(given: &[Given], root: &Path) -> anyhow::Result<Vec<Report>> {
    given.iter().map(|one| read_one(one, root)).collect()
}

fn read_one(given: &Given, root: &Path) -> anyhow::Result<Report> {
    let shown = given.path.display();
    let bytes = read_limited(&given.path).map_err(|why| usage(format!("cannot read `{shown}`: {why}")))?;
    let told = || reports::detect(&given.path.to_string_lossy(), &bytes);
    let kind = given.kind.or_else(told).ok_or_else(|| {
        let why = if bytes.is_empty() { "there is nothing in it" } else { "nothing in it says what wrote it" };
        usage(format!("cannot tell what `{shown}` is: {why}; name its format, such as `--junit {shown}`"))
    })?;
    let mut report = reports::read(kind, &name(&given.path, root), &bytes)
        .map_err(|error| usage(format!("cannot read `{shown}` as {}: {error}", kind.as_str())))?;
    if report.taken.is_none() {
        report.taken = modified(&given.path);
        report.taken_from_file = report.taken.is_some();
    }
    Ok(report)
}

/// The path below the root, so that the same report has the same name on every machine; else as it was given.
fn name(path: &Path, root: &Path) -> String {
    let real = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    real.strip_prefix(root).unwrap_or(path).to_string_lossy().replace('\\', "/")
}

fn modified(path: &Path) -> Option<i64> {
    let time = fs::metadata(path).ok()?.modified().ok()?;
    i64::try_from(time.duration_since(UNIX_EPOCH).ok()?.as_secs()).ok()
}

/// The evidence file beside a model.
pub(crate) fn beside(model: &str) -> String {
    let endings = MODEL_ENDINGS.iter().chain(&[".yaml", ".yml", ".json", ".md"]);
    let stem = endings.filter_map(|ending| model.strip_suffix(ending)).next().unwrap_or(model);
    format!("{stem}{ENDING}")
}

/// What is kept beside a model; nothing if there is no such file.
///
/// # Errors
/// The file is there and cannot be read.
pub(crate) fn stored(project: &Project, model: &str) -> anyhow::Result<Vec<Report>> {
    let below = beside(model);
    if !project.root.join(&below).exists() {
        return Ok(Vec::new());
    }
    let bytes = FilesBelow::new(&project.root).read(&below).map_err(|why| usage(format!("cannot read `{below}`: {why}")))?;
    file::read(&bytes)
        .map_err(|error| usage(format!("cannot read `{below}` as kept evidence: {error}; write it again: redan verify --write")))
}

/// Gives a model more reports, and asks git how old the code is that they cover.
pub(crate) fn attach(model: &mut Opened, more: Vec<Report>) {
    let known = model.evidence.reports.clone();
    let all = file::merge(known, more);
    let code = if all.is_empty() { BTreeMap::new() } else { history::ages(&model.project.root, &model.loaded.model) };
    model.evidence = Arc::new(Evidence { reports: all, code });
}

/// Keeps the evidence of a model beside it; false if the file says it already.
///
/// # Errors
/// The file cannot be written.
pub(crate) fn keep(model: &Opened) -> anyhow::Result<bool> {
    let path = model.project.root.join(beside(&model.below));
    let reports: Vec<Report> = model.evidence.reports.iter().map(|report| kept(&model.loaded.model, report.clone())).collect();
    let text = file::write(&reports);
    if fs::read(&path).is_ok_and(|now| now == text.as_bytes()) {
        return Ok(false);
    }
    atomic::write(&path, text.as_bytes())?;
    Ok(true)
}

/// The command that adds a suggested threat to a model.
pub(crate) fn command(model: &Opened, suggestion: &Suggestion) -> String {
    let quoted = |text: &str| format!("'{}'", text.replace('\'', " "));
    let mut words = vec!["redan add threat".to_owned(), suggestion.id.clone(), format!("title={}", quoted(&suggestion.title))];
    if !suggestion.on.is_empty() {
        words.push(format!("on={}", quoted(&format!("[{}]", suggestion.on.join(", ")))));
    }
    words.push(format!("likelihood={}", suggestion.likelihood));
    words.push(format!("impact={}", suggestion.impact));
    if !suggestion.cwe.is_empty() {
        let numbers: Vec<String> = suggestion.cwe.iter().map(u32::to_string).collect();
        words.push(format!("references.cwe={}", quoted(&format!("[{}]", numbers.join(", ")))));
    }
    words.push("--model".to_owned());
    words.push(if model.shown.contains(char::is_whitespace) { quoted(&model.shown) } else { model.shown.clone() });
    words.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn evidence_is_kept_beside_its_model() {
        assert_eq!(beside("a/shop.tm.yaml"), "a/shop.evidence.json");
        assert_eq!(beside("THREATS.md"), "THREATS.evidence.json");
    }
}
