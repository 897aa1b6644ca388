//! `cargo xtask interop-counts`: what is in the files of other tools, counted without our readers, against what arrives.
//!
//! A counter looks at the raw text, XML or JSON and knows nothing of models. Where fewer or more things arrive than
//! there are, the losses of the import have to name each of those that differ. The numbers are kept in
//! `xtask/oracles/interop-counts.tsv`. To add a format: an arm in [`count`].

mod json;
mod text;

use std::fmt::Write as _;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use redan_interop::{Format, Imported, Loss, LossKind, detect, import};
use serde_json::Value as Json;

/// Arguments of `interop-counts`.
#[derive(Debug, clap::Args)]
pub(crate) struct CountsArgs {
    /// The folder with one folder of files a format
    ///
    /// Without it, the one that `REDAN_CORPUS` names
    #[arg(long)]
    corpus: Option<PathBuf>,
    /// Keep the numbers as `xtask/oracles/interop-counts.tsv`
    #[arg(long)]
    write: bool,
}

/// Elements, flows, zones and threats.
type Counts = [usize; 4];

const NAMES: [&str; 4] = ["elements", "flows", "zones", "threats"];

const FOLDERS: [&str; 12] = [
    "otm",
    "threat-dragon",
    "tm7",
    "threagile",
    "pytm",
    "hcltm",
    "threat-composer",
    "threat-model-library",
    "cyclonedx-2.0-tm",
    "attack-flow",
    "drawio",
    "mermaid",
];

/// Counts both ways, prints a line a file, and keeps the numbers if that is asked for.
///
/// # Errors
/// A count differs by more than the losses name, or a file cannot be read.
pub(crate) fn run(args: &CountsArgs, out: &mut dyn Write) -> Result<()> {
    let stated = args.corpus.clone().or_else(|| std::env::var_os("REDAN_CORPUS").map(PathBuf::from));
    let corpus = stated.context("name the folder with --corpus or REDAN_CORPUS")?;
    let rows = rows(&corpus)?;
    let mut table = String::from("file\tformat\telements\tflows\tzones\tthreats\there\texplained\n");
    for row in &rows {
        table.push_str(&row.line());
    }
    out.write_all(table.as_bytes())?;
    if args.write {
        fs::write(oracles().join("interop-counts.tsv"), &table)?;
    }
    let wrong: Vec<&Row> = rows.iter().filter(|row| !row.unexplained.is_empty()).collect();
    for row in &wrong {
        writeln!(out, "{}: {}", row.file, row.unexplained.join("; "))?;
    }
    if wrong.is_empty() { Ok(()) } else { bail!("{} files whose counts differ without a loss that says why", wrong.len()) }
}

fn oracles() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("oracles")
}

/// What is known of one file.
struct Row {
    file: String,
    /// Nothing for a file that is in no format that is imported, or that is broken.
    format: Option<Format>,
    raw: Counts,
    here: Counts,
    explained: usize,
    unexplained: Vec<String>,
}

impl Row {
    fn line(&self) -> String {
        let words = |counts: &Counts, between: &str| counts.map(|count| count.to_string()).join(between);
        let mut line = self.file.clone();
        // Writing to a string cannot fail.
        let _ = match self.format {
            Some(format) => {
                writeln!(line, "\t{}\t{}\t{}\t{}", format.as_str(), words(&self.raw, "\t"), words(&self.here, " "), self.explained)
            }
            None => writeln!(line, "\trefused\t\t\t\t\t\t"),
        };
        line
    }
}

fn rows(corpus: &Path) -> Result<Vec<Row>> {
    let mut rows = Vec::new();
    for folder in FOLDERS {
        for path in files(&corpus.join(folder))? {
            let file = path.strip_prefix(corpus).unwrap_or(&path).to_string_lossy().replace('\\', "/");
            rows.push(row(file, &fs::read(&path)?).with_context(|| format!("{} cannot be counted", path.display()))?);
        }
    }
    Ok(rows)
}

fn row(file: String, bytes: &[u8]) -> Result<Row> {
    let found = detect(&file, bytes).and_then(|format| Some((format, import(format, bytes).ok()?)));
    let Some((format, imported)) = found else {
        return Ok(Row { file, format: None, raw: [0; 4], here: [0; 4], explained: 0, unexplained: Vec::new() });
    };
    let name = file.rsplit('/').next().unwrap_or_default();
    let raw = count(format, name, bytes).context("no counter knows it")?;
    let here = arrived(format, &imported);
    let mut unexplained = Vec::new();
    let mut explained = 0;
    for (at, name) in NAMES.into_iter().enumerate() {
        let named = imported.loss.iter().filter(|loss| is_about(name, loss, raw[at] > here[at])).count();
        if raw[at].abs_diff(here[at]) > named + made(name, format, &imported) {
            unexplained.push(format!("{} {name} there, {} here", raw[at], here[at]));
        }
        explained += raw[at].abs_diff(here[at]);
    }
    Ok(Row { file, format: Some(format), raw, here, explained, unexplained })
}

/// The independent count of a file.
fn count(format: Format, name: &str, bytes: &[u8]) -> Option<Counts> {
    let text = std::str::from_utf8(bytes).ok()?.trim_start_matches('\u{feff}');
    match format {
        Format::Otm => json::otm(&json::document(text)?),
        Format::ThreatDragon => json::threat_dragon(&json::document(text)?),
        Format::Pytm => json::pytm(&json::document(text)?),
        Format::ThreatComposer => json::threat_composer(&json::document(text)?),
        Format::TmBom => json::tm_bom(&json::document(text)?),
        Format::CycloneDx => json::cyclonedx(&json::document(text)?),
        Format::AttackFlow => json::attack_flow(&json::document(text)?),
        Format::Tm7 => text::tm7(text),
        Format::Threagile | Format::ThreagileLater => text::threagile(text),
        Format::Hcltm => text::hcltm(text),
        Format::Drawio => text::drawio(text),
        Format::Mermaid => mermaid(name),
        _ => None,
    }
}

/// What Mermaid's own parser counted.
fn mermaid(name: &str) -> Option<Counts> {
    let numbers: Json = serde_json::from_str(&fs::read_to_string(oracles().join("mermaid.json")).ok()?).ok()?;
    let file = numbers.get("files")?.get(name)?;
    let number = |key: &str| file.get(key)?.as_u64().and_then(|number| usize::try_from(number).ok());
    Some([number("nodes")?, number("edges")?, number("subgraphs")?, 0])
}

/// Where a file has boxes that may be elements or zones, both are counted as elements; the steps of an attack flow are.
fn arrived(format: Format, imported: &Imported) -> Counts {
    let count = |section: &str, is: &dyn Fn(&str) -> bool| {
        imported.model.get(section).and_then(Json::as_object).map_or(0, |entries| entries.keys().filter(|key| is(key)).count())
    };
    let any = |_: &str| true;
    let counts = [count("elements", &any), count("flows", &any), count("zones", &any), count("threats", &|key| !key.contains('@'))];
    match format {
        Format::Drawio => [counts[0] + counts[2], counts[1], 0, counts[3]],
        Format::AttackFlow => [json::steps(&imported.model), 0, 0, 0],
        _ => counts,
    }
}

/// Whether a loss says that something of a kind is missing here, or that there is one more.
fn is_about(kind: &str, loss: &Loss, missing: bool) -> bool {
    let words: &[&str] = match kind {
        "elements" => &["element", "remark", "the text ", "stands for all of it"],
        "flows" => &["the flow ", "the link ", "the line ", "an arrow that nobody sees"],
        "zones" => &["boundary", "the line ", "the zone "],
        _ => &["the threat ", "to a threat"],
    };
    let kinds: &[LossKind] =
        if missing { &[LossKind::Dropped, LossKind::Dangling, LossKind::Changed] } else { &[LossKind::Guessed, LossKind::Changed] };
    kinds.contains(&loss.kind) && words.iter().any(|word| loss.what.contains(word))
}

/// Zones that are made of what is no zone in the file: one for everything that is said to be in the internet.
fn made(kind: &str, format: Format, imported: &Imported) -> usize {
    let internet = || imported.model.get("zones").is_some_and(|zones| zones.get("internet").is_some());
    usize::from(kind == "zones" && matches!(format, Format::Threagile | Format::ThreagileLater) && internet())
}

fn files(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).with_context(|| format!("{} cannot be read", folder.display()))? {
            let path = entry?.path();
            if path.is_dir() { folders.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_of_the_corpus_are_those_that_are_kept_and_losses_name_every_difference() {
        let Some(corpus) = std::env::var_os("REDAN_CORPUS") else {
            let _ = writeln!(std::io::stderr(), "REDAN_CORPUS is not set: nothing is counted");
            return;
        };
        let rows = rows(Path::new(&corpus)).unwrap();
        let unexplained: Vec<String> = rows.iter().filter(|row| !row.unexplained.is_empty()).map(Row::line).collect();
        assert!(unexplained.is_empty(), "{}", unexplained.concat());
        let kept = fs::read_to_string(oracles().join("interop-counts.tsv")).unwrap();
        let kept: Vec<&str> = kept.lines().skip(1).collect();
        for row in &rows {
            let line = row.line();
            let known = kept.iter().find(|kept| kept.split('\t').next() == Some(row.file.as_str()));
            assert!(
                known.is_none_or(|known| *known == line.trim_end_matches('\n')),
                "{line}\n{known:?}\ncargo xtask interop-counts --write"
            );
        }
    }
}
