//! `cargo xtask interop-counts`: what is in the files of other tools, counted without our readers, against what arrives.
//!
//! A counter looks at the raw text or the raw JSON and knows nothing of models. Where fewer things arrive than there
//! are, the losses of the import have to name each of those that do not. To add a format: a line in [`COUNTERS`].

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use redan_interop::{Format, Imported, LossKind};
use serde_json::Value as Json;

/// Arguments of `interop-counts`.
#[derive(Debug, clap::Args)]
pub(crate) struct CountsArgs {
    /// The folder with one folder of files a format
    ///
    /// Without it, the one that `REDAN_CORPUS` names
    #[arg(long)]
    corpus: Option<PathBuf>,
}

/// Elements, flows, zones and threats.
type Counts = [usize; 4];

/// What is counted, and a word that losses about it have.
const WORDS: [(&str, &[&str]); 4] = [
    ("elements", &["element", "remark"]),
    ("flows", &["flow", "link", "arrow"]),
    ("zones", &["boundary", "boundaries", "line", "zone"]),
    ("threats", &["threat", "risk"]),
];

/// The folder of a format, the ending of its files, the format and its counter.
type Counter = (&'static str, &'static str, Format, fn(&str) -> Option<Counts>);

const COUNTERS: &[Counter] =
    &[("tm7", "tm7", Format::Tm7, tm7), ("threagile", "yaml", Format::Threagile, threagile), ("pytm", "json", Format::Pytm, pytm)];

/// Counts both ways and prints a line a file.
///
/// # Errors
/// A count differs by more than the losses name, or a file cannot be read.
pub(crate) fn run(args: &CountsArgs, out: &mut dyn Write) -> Result<()> {
    let stated = args.corpus.clone().or_else(|| std::env::var_os("REDAN_CORPUS").map(PathBuf::from));
    let corpus = stated.context("name the folder with --corpus or REDAN_CORPUS")?;
    let mut wrong = 0;
    for (folder, ending, format, counter) in COUNTERS {
        for path in files(&corpus.join(folder), ending)? {
            let bytes = fs::read(&path)?;
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            let (Ok(text), Ok(imported)) = (std::str::from_utf8(&bytes), redan_interop::import(*format, &bytes)) else {
                writeln!(out, "{folder:10} {name}: not a model")?;
                continue;
            };
            let Some(raw) = counter(text.trim_start_matches('\u{feff}')) else { bail!("{name} cannot be counted") };
            let ours = arrived(&imported);
            let missing: Vec<String> = unexplained(&raw, &ours, &imported);
            wrong += missing.len();
            let verdict = if missing.is_empty() { "equal or listed".to_owned() } else { missing.join("; ") };
            writeln!(out, "{folder:10} {name}: {raw:?} in the file, {ours:?} here: {verdict}")?;
        }
    }
    if wrong > 0 {
        bail!("{wrong} counts differ without a loss that says why");
    }
    Ok(())
}

fn files(folder: &Path, ending: &str) -> Result<Vec<PathBuf>> {
    let entries = fs::read_dir(folder).with_context(|| format!("{} cannot be read", folder.display()))?;
    let mut files: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    files.retain(|path| path.extension().is_some_and(|found| found == ending));
    files.sort();
    Ok(files)
}

fn arrived(imported: &Imported) -> Counts {
    let count = |section: &str, is: &dyn Fn(&str) -> bool| {
        imported.model.get(section).and_then(Json::as_object).map_or(0, |entries| entries.keys().filter(|key| is(key)).count())
    };
    let any = |_: &str| true;
    [count("elements", &any), count("flows", &any), count("zones", &any), count("threats", &|key| !key.contains('@'))]
}

/// Counts that differ by more than losses name. The zone of the internet is made of a flag.
fn unexplained(raw: &Counts, ours: &Counts, imported: &Imported) -> Vec<String> {
    let made = usize::from(imported.model.get("zones").is_some_and(|zones| zones.get("internet").is_some()));
    let gone = |words: &[&str]| {
        let lost = imported.loss.iter().filter(|loss| matches!(loss.kind, LossKind::Dropped | LossKind::Dangling));
        lost.filter(|loss| words.iter().any(|word| loss.what.contains(word))).count()
    };
    let differs = |at: usize| {
        let (name, words) = WORDS[at];
        let (raw, ours) = (raw[at], ours[at]);
        let fine = if raw > ours { raw - ours <= gone(words) } else { ours - raw <= if name == "zones" { made } else { 0 } };
        (!fine).then(|| format!("{raw} {name} there, {ours} here"))
    };
    (0..WORDS.len()).filter_map(differs).collect()
}

/// Classes of drawings by their names in the text; remarks are drawn like elements and are none.
fn tm7(text: &str) -> Option<Counts> {
    let count = |class: &str| text.matches(&format!("type=\"{class}\"")).count();
    let values = text.match_indices("type=\"StencilRectangle\"");
    let remarks = values
        .filter(|(at, _)| {
            text.get(*at..)
                .and_then(|rest| rest.get(rest.find("GenericTypeId")?..))
                .is_some_and(|rest| rest.get(..140).unwrap_or(rest).contains(">GE.A<"))
        })
        .count();
    let elements = count("StencilRectangle") + count("StencilEllipse") + count("StencilParallelLines") - remarks;
    let threats = text.matches("<a:KeyValueOfstringThreatpc_P0_PhOB").count();
    Some([elements, count("Connector"), count("BorderBoundary") + count("LineBoundary"), threats])
}

/// Lines of YAML by their indentation and key.
fn threagile(text: &str) -> Option<Counts> {
    let (mut section, mut counts) = ("", [0; 4]);
    let mut links: Option<usize> = None;
    let mut risks: Option<usize> = None;
    for line in text.lines().filter(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#')) {
        let depth = line.len() - line.trim_start().len();
        let key = line.trim().split('#').next().unwrap_or_default().trim_end();
        if depth == 0 {
            section = key.split(':').next().unwrap_or_default();
        }
        links = links.filter(|at| depth > *at);
        risks = risks.filter(|at| depth > *at);
        let entry = depth == 2 && key.contains(':') && section != key;
        match section {
            "technical_assets" if entry => counts[0] += 1,
            "trust_boundaries" | "shared_runtimes" if entry => counts[2] += 1,
            _ => {}
        }
        counts[1] += usize::from(links.is_some_and(|at| depth == at + 2));
        counts[3] += usize::from(risks.is_some_and(|at| depth == at + 2));
        if key == "communication_links:" {
            links = Some(depth);
        }
        if key == "risks_identified:" {
            risks = Some(depth);
        }
    }
    Some(counts)
}

/// Items of the lists at the top; findings are not taken over.
fn pytm(text: &str) -> Option<Counts> {
    let file: Json = serde_json::from_str(text).ok()?;
    let names = |keys: &[&str]| {
        let all = keys.iter().filter_map(|key| file.get(*key)?.as_array()).flatten();
        let mut names: Vec<&str> = all.filter_map(|item| item.get("name")?.as_str()).collect();
        names.sort_unstable();
        names.dedup();
        names.len()
    };
    let flows = file.get("flows").and_then(Json::as_array).map_or(0, Vec::len);
    Some([names(&["elements", "actors", "assets"]), flows, names(&["boundaries"]), 0])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counters_know_things_by_their_marks_in_the_text() {
        let text = "technical_assets:\n  A:\n    id: a\n    communication_links:\n      L: {target: b}\n      M:\n        target: b\n  B: {id: b}\ntrust_boundaries:\n  Z:\n    id: z\n";
        assert_eq!(threagile(text), Some([2, 2, 1, 0]));
        assert_eq!(
            pytm(r#"{"elements": [{"name": "a"}], "actors": [{"name": "a"}], "flows": [{}], "boundaries": []}"#),
            Some([1, 1, 0, 0])
        );
        assert_eq!(tm7(r#"<a i:type="StencilEllipse"/><a i:type="Connector"/>"#), Some([1, 1, 0, 0]));
    }
}
