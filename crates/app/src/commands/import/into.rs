//! `redan import FILE --into MODEL`: what changed in the file since the last import goes into the model.

use std::io;
use std::path::Path;

use redan_interop::before::{self, Said};
use redan_interop::{Format, Imported, tm7};
use redan_model::canonical::{self, Long};
use redan_model::edit::{Comments, Put, put_all};
use redan_model::fmt::{write_parts, written};
use redan_model::lang::{self, Root};
use redan_report::json::{self, DiagnosticJson};
use serde::Serialize;
use serde_json::{Map, Value as Json, json};

use super::ImportArgs;
use crate::args::PlainFormat;
use crate::commands::diff::of_models;
use crate::edits::Edited;
use crate::exit::{Exit, Failure, Outcome, usage};
use crate::foreign;
use crate::foreign::losses::LossJson;
use crate::foreign::merge::{Change, Files, Merge, What, align, merge};
use crate::project::read_text;
use crate::session::{Opened, Session};
use crate::terminal::Terminal;
use crate::{atomic, diff};

/// The file that was read.
pub(super) struct Source<'a> {
    /// As the user wrote it.
    pub(super) shown: &'a str,
    /// Its format.
    pub(super) format: Format,
    /// What it gave.
    pub(super) imported: &'a Imported,
    /// Its model in the long form.
    pub(super) model: &'a Json,
}

#[derive(Serialize)]
struct Document<'a> {
    version: u8,
    file: &'a str,
    source: &'a str,
    changed: bool,
    written: bool,
    changes: Vec<ChangeJson<'a>>,
    diff: String,
    diagnostics: Vec<DiagnosticJson<'a>>,
    loss: Vec<LossJson<'a>>,
}

#[derive(Serialize)]
struct ChangeJson<'a> {
    what: &'static str,
    path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    before: Option<&'a Json>,
    #[serde(skip_serializing_if = "Option::is_none")]
    after: Option<&'a Json>,
    #[serde(skip_serializing_if = "str::is_empty")]
    why: &'a str,
}

/// Whether a model that was made from a file remembers what the file says, for a later import into it to compare with: a
/// model of the Microsoft tool is kept inside as a whole, and one of ours may remember another file.
pub(super) fn remembers(format: Format, model: &Root) -> bool {
    format != Format::Tm7 && !is_remembering(model)
}

fn is_remembering(model: &Root) -> bool {
    model.extras.0.iter().any(|(key, _)| key == before::KEY)
}

/// Writes a model that was made from a file.
pub(super) fn write(model: &Root, terminal: &mut Terminal) -> io::Result<()> {
    if is_remembering(model) {
        return terminal.out().write_all(explained(&written(&canonical::long(model))).as_bytes());
    }
    write_parts(canonical::parts(model), |piece| terminal.out().write_all(piece.as_bytes()))
}

/// Writes what a model remembers of a file after it.
pub(super) fn write_remembered(shown: &str, packed: &str, terminal: &mut Terminal) -> io::Result<()> {
    write!(terminal.out(), "\n{WHAT_IT_IS}\n{}", written(&remembering(name_of(shown), packed)))
}

/// A model that remembers a file and says nothing else.
fn remembering<'m>(name: &'m str, packed: &'m str) -> Long<'m> {
    let file = Long::Map(vec![(name.into(), packed.into())]);
    Long::Map(vec![(before::KEY.into(), file)])
}

/// The text with a line above what is remembered of a file in it already.
fn explained(text: &str) -> String {
    let key = format!("\n{}:", before::KEY);
    text.replace(&key, &format!("\n{WHAT_IT_IS}{key}"))
}

/// Stands above what is kept of a file.
const WHAT_IT_IS: &str = "# What the file said; `redan import FILE --into MODEL` needs it to tell its changes from yours.";

/// Merges what a file says into a model, and shows what that changes.
pub(super) fn run(args: &ImportArgs, into: &Path, source: &Source<'_>, session: &mut Session<'_>) -> Outcome {
    let opened = session.open_to_edit(Some(into))?;
    session.show_diagnostics(&opened.loaded.diagnostics, &opened.loaded.sources);
    if !opened.loaded.is_valid() {
        return Err(Failure::Reported.into());
    }
    let old = read_text(&opened.path, &opened.shown).map_err(usage)?;
    let ours = canonical::to_json(&opened.loaded.model.root);
    let files = versions(&ours, source, session)?;
    let comments = Comments::read(&opened.below, &old).ok();
    let worked_on = |section: &str, id: &str| match &comments {
        Some(comments) if comments.of(section, id).is_empty() => None,
        _ => Some("it has comments".to_owned()),
    };
    let mut merge = merge(&ours, files.before.as_ref(), &files.now, &worked_on);
    let (new, model) = changed(&opened, &old, &mut merge, remembered(&files, source))?;
    let edited = Edited { old, new, model };
    show(args, &opened, &edited, &merge, source, session)
}

/// A version of the file that the model was imported from, and under which name.
struct Known {
    name: String,
    said: Said,
}

/// What the file said and says, with the ids of the model.
struct Versions {
    before: Option<Json>,
    now: Json,
    /// What the file says, as it is remembered; nothing if that is remembered already.
    said: Option<Said>,
    /// The name under which the model remembers the file.
    name: Option<String>,
}

fn versions(ours: &Json, source: &Source<'_>, session: &mut Session<'_>) -> anyhow::Result<Versions> {
    let mut now = Said::new(source.model.clone(), &source.imported.origins);
    let known = known(ours, &now, source, session)?;
    if let Some(known) = &known {
        same_days(&known.said.model, &mut now.model, source.format);
    }
    let kept_whole = source.format == Format::Tm7;
    let said = (!kept_whole && known.as_ref().is_none_or(|known| known.said != now)).then(|| now.clone());
    let (name, before) = known.map_or((None, None), |known| (Some(known.name), Some(known.said)));
    let Files { before, now } = align(ours, before, now);
    Ok(Versions { before, now, said, name })
}

/// What the model remembers of the file: under its name, or under another one if most of its things are the same.
fn known(ours: &Json, now: &Said, source: &Source<'_>, session: &mut Session<'_>) -> anyhow::Result<Option<Known>> {
    let mut found: Vec<Known> = before::all(ours, source.format).into_iter().map(|(name, said)| Known { name, said }).collect();
    if source.format == Format::Tm7
        && let Some(mut imported) = tm7::imported_before(ours)
    {
        let project = session.project_here()?;
        let knowledge = session.knowledge(&project)?;
        foreign::settle(&mut imported, &knowledge, &redan_engine::Context::on(session.common.day()));
        let loaded = redan_model::load_text("before.tm.json", &foreign::text(&imported), &knowledge.vocabulary());
        let mut model = canonical::to_json(&loaded.model.root);
        // The file itself is kept under a key of its own, which follows the file.
        for (key, value) in ours.as_object().into_iter().flatten().filter(|(key, _)| key.ends_with("-original")) {
            if let Some(model) = model.as_object_mut() {
                model.insert(key.clone(), value.clone());
            }
        }
        found.push(Known { name: String::new(), said: Said::new(model, &imported.origins) });
    }
    let name = name_of(source.shown);
    let at = found.iter().position(|known| known.name == name).or_else(|| found.iter().position(|known| alike(&known.said, now)));
    Ok(at.map(|at| found.swap_remove(at)))
}

/// Whether at least half of the things of one version are in the other one.
fn alike(before: &Said, now: &Said) -> bool {
    let things = |said: &Said| -> std::collections::BTreeSet<(&str, String)> {
        let entries = lang::SECTIONS.iter().flat_map(|section| {
            let entries = said.model.get(section).and_then(Json::as_object).into_iter().flatten();
            entries.map(|(id, _)| (*section, said.name(section, id).unwrap_or(id).to_owned()))
        });
        entries.collect()
    };
    let (before, now) = (things(before), things(now));
    let shared = before.intersection(&now).count();
    shared > 0 && shared * 2 >= before.len().min(now.len())
}

/// An acceptance without an end gets one from the day of the import, which is no change of the file.
fn same_days(before: &Json, now: &mut Json, format: Format) {
    if matches!(format, Format::Json | Format::Picture) {
        return;
    }
    for (id, threat) in now.get_mut("threats").and_then(Json::as_object_mut).into_iter().flatten() {
        let old = before.get("threats").and_then(|threats| threats.get(id));
        let same = old.and_then(|old| old.get("status")) == threat.get("status");
        if let (Some(until), true, Some(threat)) = (old.and_then(|old| old.get("until")), same, threat.as_object_mut()) {
            threat.insert("until".to_owned(), until.clone());
        }
    }
}

fn name_of(shown: &str) -> &str {
    shown.rsplit('/').next().unwrap_or(shown)
}

/// The model with the changes, and with what is remembered of the file; a change that cannot be made is shown with the
/// reason.
fn changed(opened: &Opened, old: &str, merge: &mut Merge, remembered: Vec<Remembered>) -> anyhow::Result<(String, Opened)> {
    let edits: Vec<usize> = (0..merge.changes.len()).filter(|at| merge.changes[*at].what.is_edit()).collect();
    let values: Vec<Option<Json>> =
        edits.iter().map(|at| &merge.changes[*at]).map(|change| change.after.as_ref().map(|value| short(&change.path, value))).collect();
    let mut puts: Vec<(Option<usize>, Put<'_>)> =
        edits.iter().zip(&values).map(|(at, value)| (Some(*at), (merge.changes[*at].path.as_slice(), value.as_ref()))).collect();
    // What is taken out comes last.
    let (kept, gone): (Vec<Remembered>, Vec<Remembered>) = remembered.into_iter().partition(|(_, value)| value.is_some());
    let stays = puts.iter().rposition(|(_, (_, value))| value.is_some()).map_or(0, |last| last + 1);
    puts.splice(stays..stays, kept.iter().map(|(path, value)| (None, (path.as_slice(), value.as_ref()))));
    puts.extend(gone.iter().map(|(path, value)| (None, (path.as_slice(), value.as_ref()))));
    let (changes, puts): (Vec<Option<usize>>, Vec<Put<'_>>) = puts.into_iter().unzip();
    let (text, refused) = put_all(&opened.below, old, &puts).map_err(|error| usage(error.to_string()))?;
    let all = refused.is_empty();
    for (at, error) in refused {
        let Some(at) = changes[at] else {
            return Err(usage(format!("cannot remember in {} what was imported: {error}", opened.shown)));
        };
        let change = &mut merge.changes[at];
        change.what = if change.what == What::Removed { What::Gone } else { What::Kept };
        change.why = error.to_string();
    }
    let model = opened.with_text(&text);
    let means = bare(canonical::to_json(&model.loaded.model.root));
    if all && means != bare(merge.merged.clone()) {
        return Err(usage(format!(
            "{} is written in a way that does not let the changes be made safely; nothing was written",
            opened.shown
        )));
    }
    Ok((text, model))
}

/// A model without what is remembered of files, and without sections that are empty.
fn bare(mut model: Json) -> Json {
    if let Some(entries) = model.as_object_mut() {
        entries.retain(|key, value| key != before::KEY && !value.as_object().is_some_and(Map::is_empty));
    }
    model
}

/// A fact with nothing beside its state is written in short.
fn short(path: &[String], value: &Json) -> Json {
    let is_fact = |path: &[String]| {
        let last = path.last().map(String::as_str).unwrap_or_default();
        let before = path.len().checked_sub(2).and_then(|at| path.get(at)).map(String::as_str).unwrap_or_default();
        ["controls", "traits"].contains(&before) || ["confidentiality", "integrity", "availability"].contains(&last)
    };
    match value {
        Json::Object(fact) if fact.len() == 1 && is_fact(path) && fact.get("is").is_some_and(Json::is_string) => {
            fact.get("is").cloned().unwrap_or_default()
        }
        Json::Object(entries) => {
            let inner = |key: &String| [path, std::slice::from_ref(key)].concat();
            let entries = entries.iter().map(|(key, value)| {
                let value = if key.starts_with("x-") { value.clone() } else { short(&inner(key), value) };
                (key.clone(), value)
            });
            Json::Object(entries.collect())
        }
        other => other.clone(),
    }
}

/// A place of what is remembered, and what is put there; nothing takes out what is there.
type Remembered = (Vec<String>, Option<Json>);

/// What the file says now, which the next import compares with.
fn remembered(files: &Versions, source: &Source<'_>) -> Vec<Remembered> {
    let Some(packed) = files.said.as_ref().and_then(|said| before::packed(source.format, said)) else { return Vec::new() };
    let name = name_of(source.shown);
    let key = |name: &str| vec![before::KEY.to_owned(), name.to_owned()];
    let old = files.name.as_deref().filter(|old| !old.is_empty() && *old != name);
    std::iter::once((key(name), Some(json!(packed)))).chain(old.map(|old| (key(old), None))).collect()
}

fn show(args: &ImportArgs, opened: &Opened, edited: &Edited, merge: &Merge, source: &Source<'_>, session: &mut Session<'_>) -> Outcome {
    let errors = edited.new_errors(opened);
    let changed = edited.old != edited.new;
    let written = changed && errors.is_empty() && !args.dry_run;
    if written {
        atomic::write(&opened.path, edited.new.as_bytes())?;
    }
    match args.format {
        PlainFormat::Human => {
            for error in &errors {
                session.show_diagnostics(std::slice::from_ref(error), &edited.model.loaded.sources);
            }
            list(merge, session)?;
            if args.dry_run {
                let (old, new) = (without_long_lines(&edited.old), without_long_lines(&edited.new));
                let text = diff::unified(&opened.shown, &old, &new, session.terminal.color);
                session.terminal.out().write_all(text.as_bytes())?;
            }
            if errors.is_empty() && merge.changes.iter().any(|change| change.what.is_edit()) {
                let effect = of_models(opened, &edited.model);
                for line in effect.iter().rev().take(2).rev() {
                    session.terminal.note(line);
                }
            }
            let count = source.imported.loss.len();
            if count > 0 {
                let name = source.format.name();
                session.terminal.note(&format!("{} is a {name}; {count} losses: redan import {}", source.shown, source.shown));
            }
            session.terminal.note(&verdict(args, opened, source, merge, (changed, written)));
        }
        PlainFormat::Json => {
            let document = Document {
                version: 1,
                file: &opened.shown,
                source: source.shown,
                changed,
                written,
                changes: merge.changes.iter().map(ChangeJson::of).collect(),
                diff: diff::unified(&opened.shown, &edited.old, &edited.new, false),
                diagnostics: errors.iter().map(|error| DiagnosticJson::of(&edited.model.loaded.sources, error)).collect(),
                loss: source.imported.loss.iter().map(LossJson::of).collect(),
            };
            json::write(session.terminal.out(), &document)?;
        }
    }
    if errors.is_empty() {
        Ok(if args.strict && !source.imported.loss.is_empty() { Exit::GateFailed } else { Exit::Fine })
    } else {
        Err(Failure::Reported.into())
    }
}

/// A line for each difference.
fn list(merge: &Merge, session: &mut Session<'_>) -> std::io::Result<()> {
    for change in &merge.changes {
        let side = |side: &Option<Json>| side.as_ref().map_or_else(|| "-".to_owned(), in_short);
        let foreign = change.path.last().is_some_and(|key| key.starts_with("x-"));
        let values = match (&change.before, &change.after) {
            _ if foreign => String::new(),
            (None, Some(after)) if change.what == What::Added => in_short(after),
            (Some(_), None) if !change.what.is_edit() && change.path.len() == 2 => String::new(),
            (before, after) if change.what == What::Kept => format!("{}, in the file {}", side(before), side(after)),
            (Some(before), None) => in_short(before),
            (before, after) => format!("{} -> {}", side(before), side(after)),
        };
        let why = if change.why.is_empty() { String::new() } else { format!("({})", change.why) };
        let words = [format!("{:8} {}", change.what.as_str(), change.path.join(".")), values, why];
        let words: Vec<&str> = words.iter().map(String::as_str).filter(|word| !word.is_empty()).collect();
        writeln!(session.terminal.out(), "{}", words.join("  "))?;
    }
    Ok(())
}

/// A value in a few words.
fn in_short(value: &Json) -> String {
    let text = match value {
        Json::String(text) => text.split_whitespace().collect::<Vec<_>>().join(" "),
        Json::Array(items) => format!("[{}]", items.iter().map(in_short).collect::<Vec<_>>().join(", ")),
        Json::Object(entry) => {
            let field = |key: &str| entry.get(key).and_then(Json::as_str);
            let ends = field("from").zip(field("to")).map(|(from, to)| format!("{from} -> {to}"));
            let words = [field("is"), field("kind"), field("name").or_else(|| field("title")), ends.as_deref()];
            words.into_iter().flatten().collect::<Vec<_>>().join(" ")
        }
        other => other.to_string(),
    };
    let mut shown: String = text.chars().take(MOST_CHARACTERS).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    shown
}

/// Of a value in the list of changes.
const MOST_CHARACTERS: usize = 70;

/// What is remembered of a file is of no use to who looks at a difference.
fn without_long_lines(text: &str) -> String {
    let cut = |line: &str| match line.char_indices().nth(400) {
        Some((at, _)) => format!("{}…\n", line.get(..at.min(60)).unwrap_or_default()),
        None => line.to_owned(),
    };
    text.split_inclusive('\n').map(cut).collect()
}

fn verdict(args: &ImportArgs, opened: &Opened, source: &Source<'_>, merge: &Merge, (changed, written): (bool, bool)) -> String {
    let count = |what: What| merge.changes.iter().filter(|change| change.what == what).count();
    let all = [What::Added, What::Changed, What::Removed, What::Kept, What::Gone];
    let counts: Vec<String> =
        all.iter().filter(|what| count(**what) > 0).map(|what| format!("{} {}", count(*what), what.as_str())).collect();
    let counts = if counts.is_empty() { "nothing changed".to_owned() } else { counts.join(", ") };
    let end = match (changed, written) {
        (false, _) => format!("{} says so already", opened.shown),
        (true, true) => format!("wrote {}", opened.shown),
        (true, false) if args.dry_run => format!("not written: --dry-run; {} would change as shown", opened.shown),
        (true, false) => format!("not written: {} would have errors", opened.shown),
    };
    format!("{}: {counts}; {end}", source.shown)
}

impl<'a> ChangeJson<'a> {
    fn of(change: &'a Change) -> Self {
        let Change { what, path, before, after, why } = change;
        Self { what: what.as_str(), path: path.join("."), before: before.as_ref(), after: after.as_ref(), why }
    }
}
