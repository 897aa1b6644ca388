//! `redan diff`: what changed between two versions of a model, and what that means for its threats.

use std::io;
use std::path::{Path, PathBuf};

use clap::Args;
use redan_engine::analysis::Standing;
use redan_engine::change::{self, Change, EntryChange, Tally, ThreatChange, ThreatMove, What, compare};
use redan_report::json::{self, DifferenceJson, ModelJson};

use crate::args::StateFormat;
use crate::exit::{Exit, Failure, Outcome, usage};
use crate::git::Git;
use crate::project::is_model_name;
use crate::session::{Opened, Session};
use crate::table::{Cell, Table, markdown_text};
use crate::threads;

/// Arguments of `diff`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  redan diff HEAD~1                        what the last commit changed, up to the files as they are now
  redan diff v1.0.0 v1.1.0 --format md     between two releases, as Markdown for a pull request
  redan diff old.tm.yaml new.tm.yaml
  redan diff main:shop.tm.yaml shop.tm.yaml --format json")]
pub(crate) struct DiffArgs {
    /// The earlier version: a file, a git revision, or REVISION:FILE
    #[arg(value_name = "A")]
    before: String,
    /// The later version; the files as they are now if not given
    #[arg(value_name = "B")]
    after: Option<String>,
    /// The model, where revisions have several
    #[arg(short, long, value_name = "MODEL")]
    model: Option<PathBuf>,
    /// How to show it
    #[arg(long, value_enum, default_value_t = StateFormat::Human)]
    format: StateFormat,
}

/// Threats that git's own diff shows before it only counts them.
const MAX_LINES: usize = 20;

/// A version as it is named on the command line.
enum Version {
    /// The files as they are now.
    Now,
    File(PathBuf),
    Commit(String),
    /// A file of a commit, by its path below the root.
    At(String, String),
}

/// Where versions are looked for.
struct Place<'a> {
    root: &'a Path,
    git: Option<&'a Git>,
}

/// Runs `diff`.
pub(crate) fn run(args: &DiffArgs, session: &mut Session<'_>) -> Outcome {
    let root = session.project_here()?.root;
    let git = Git::at(&root);
    let before = version(&args.before, git.as_ref(), session)?;
    let after = args.after.as_ref().map_or(Ok(Version::Now), |word| version(word, git.as_ref(), session))?;
    let pairs = pairs(&before, &after, args.model.as_deref(), &Place { root: &root, git: git.as_ref() }, session)?;
    if pairs.is_empty() {
        return Err(Failure::NothingToCheck("neither version has a model; name one with --model".to_owned()).into());
    }
    let changes: Vec<(Change, &(Opened, Opened))> = pairs.iter().map(|pair| (difference(&pair.0, &pair.1), pair)).collect();
    match args.format {
        StateFormat::Human => changes.iter().try_for_each(|(change, pair)| human(change, pair, session))?,
        StateFormat::Md => changes.iter().try_for_each(|(change, pair)| markdown(change, pair, session))?,
        StateFormat::Json => {
            let documents: Vec<_> = changes.iter().map(|(change, (a, b))| DifferenceJson::of(change, named(a), named(b))).collect();
            json::write_each(session.terminal.out(), &documents)?;
        }
    }
    Ok(Exit::Fine)
}

fn named(opened: &Opened) -> ModelJson<'_> {
    ModelJson::of(&opened.loaded.model, &opened.loaded.sources)
}

/// Both versions are looked at at the same time.
pub(crate) fn difference(before: &Opened, after: &Opened) -> Change {
    let (knowledge, policy) = (&*after.knowledge, &after.project.policy);
    let (old, new) = (&before.loaded.model, &after.loaded.model);
    let (context, other) = (after.context(), before.context());
    let [first, second] = [(old, &other), (new, &context)].map(|(model, context)| {
        // Not taken apart: the process ends soon.
        move || std::mem::ManuallyDrop::new(change::Version::of(model, knowledge, policy, context))
    });
    let (first, second) = threads::both(first, second);
    compare(&first, &second)
}

fn version(word: &str, git: Option<&Git>, session: &Session<'_>) -> anyhow::Result<Version> {
    if session.cwd.join(word).is_file() {
        return Ok(Version::File(PathBuf::from(word)));
    }
    let Some(git) = git else { return Err(usage(format!("cannot read `{word}`: no such file, and there is no git repository here"))) };
    match word.split_once(':') {
        Some((revision, path)) => {
            let below = match path.strip_prefix("./") {
                Some(path) => session.cwd.join(path).strip_prefix(&git.root).map_or_else(|_| path.into(), Path::to_owned),
                None => PathBuf::from(path),
            };
            Ok(Version::At(git.commit(revision)?, below.to_string_lossy().replace('\\', "/")))
        }
        None => Ok(Version::Commit(git.commit(word)?)),
    }
}

fn pairs(
    before: &Version,
    after: &Version,
    model: Option<&Path>,
    place: &Place<'_>,
    session: &mut Session<'_>,
) -> anyhow::Result<Vec<(Opened, Opened)>> {
    let mut paths: Vec<String> = Vec::new();
    for version in [before, after] {
        if let Version::At(_, path) = version {
            paths.push(path.clone());
        }
    }
    for version in [before, after] {
        if let Version::File(path) = version {
            paths.push(below(path, place.root, session));
        }
    }
    paths.truncate(1);
    if let Some(model) = model {
        paths = vec![below(model, place.root, session)];
    }
    if paths.is_empty() {
        for version in [before, after] {
            paths.extend(models_of(version, place.git, session)?);
        }
        paths.sort();
        paths.dedup();
    }
    let mut found = Vec::new();
    for paths in names(before, after, paths, place, session)? {
        let (old, new) = open_both([before, after], &paths, place, session)?;
        match (old, new) {
            (Some(old), Some(new)) => found.push((old, new)),
            (Some(old), None) => {
                let new = session.open_empty(&old)?;
                found.push((old, new));
            }
            (None, Some(new)) => found.push((session.open_empty(&new)?, new)),
            (None, None) => return Err(usage(format!("neither version has `{}`", paths.1))),
        }
    }
    Ok(found)
}

/// For each path what the model is called in the earlier and in the later version, with renames followed.
fn names(
    before: &Version,
    after: &Version,
    paths: Vec<String>,
    place: &Place<'_>,
    session: &mut Session<'_>,
) -> anyhow::Result<Vec<(String, String)>> {
    let commit = |version: &Version| match version {
        Version::Commit(commit) | Version::At(commit, _) => Some(commit.clone()),
        Version::Now | Version::File(_) => None,
    };
    let (Version::Commit(earlier), Some(git)) = (before, place.git) else {
        return Ok(paths.into_iter().map(|path| (path.clone(), path)).collect());
    };
    let later = commit(after);
    let is_there = |path: &str| later.as_ref().map_or_else(|| place.root.join(path).is_file(), |later| git.has(later, path));
    let old_name = |path: &str| git.counterpart(earlier, later.as_deref(), path).unwrap_or_else(|| path.to_owned());
    let (there, gone): (Vec<String>, Vec<String>) = paths.into_iter().partition(|path| is_there(path));
    let mut found: Vec<(String, String)> = there.into_iter().map(|path| (old_name(&path), path)).collect();
    if gone.is_empty() {
        return Ok(found);
    }
    // What is gone may have been named alone, so its later name is looked for among all models of the later version.
    let mut later_names = Vec::new();
    for path in models_of(after, place.git, session)? {
        if !git.has(earlier, &path) {
            later_names.push((old_name(&path), path));
        }
    }
    for path in gone {
        if !found.iter().any(|(old, _)| *old == path) {
            let later = later_names.iter().find(|(old, _)| *old == path).map_or_else(|| path.clone(), |(_, new)| new.clone());
            found.push((path, later));
        }
    }
    found.sort_by(|a, b| a.1.cmp(&b.1));
    Ok(found)
}

/// The path below the root of the project.
fn below(path: &Path, root: &Path, session: &Session<'_>) -> String {
    let path = session.cwd.join(path);
    let path = std::fs::canonicalize(&path).unwrap_or(path);
    path.strip_prefix(root).unwrap_or(&path).to_string_lossy().replace('\\', "/")
}

fn models_of(version: &Version, git: Option<&Git>, session: &mut Session<'_>) -> anyhow::Result<Vec<String>> {
    match (version, git) {
        (Version::Now, _) => {
            let project = session.project_here()?;
            let found = crate::project::find(&project).unwrap_or_default();
            Ok(found.iter().map(|path| path.strip_prefix(&project.root).unwrap_or(path).to_string_lossy().replace('\\', "/")).collect())
        }
        (Version::Commit(commit), Some(git)) => {
            let project = session.project_here()?;
            let base = project.base.strip_prefix(&project.root).unwrap_or(&project.base).to_owned();
            let folders: Vec<String> = project.models.iter().map(|place| base.join(place).to_string_lossy().replace('\\', "/")).collect();
            let inside = |path: &String| folders.iter().any(|folder| path == folder || Path::new(path).starts_with(folder));
            Ok(git.files(commit)?.into_iter().filter(|path| inside(path) && is_model_name(path)).collect())
        }
        _ => Ok(Vec::new()),
    }
}

/// A model in both versions. Two files are read at the same time.
fn open_both(
    [before, after]: [&Version; 2],
    (old, new): &(String, String),
    place: &Place<'_>,
    session: &mut Session<'_>,
) -> anyhow::Result<(Option<Opened>, Option<Opened>)> {
    if let (Some(old), Some(new)) = (file_of(before, old, place, session), file_of(after, new, place, session))
        && let Ok([old, new]) = <[Opened; 2]>::try_from(session.open(&[old, new])?)
    {
        return Ok((Some(old), Some(new)));
    }
    Ok((open(before, old, place, session)?, open(after, new, place, session)?))
}

/// The file of a model in a version that is one of files; nothing where it is not there.
fn file_of(version: &Version, path: &str, place: &Place<'_>, session: &Session<'_>) -> Option<PathBuf> {
    let file = match version {
        Version::Now => {
            let path = place.root.join(path);
            path.strip_prefix(&session.cwd).map_or(path.clone(), Path::to_owned)
        }
        Version::File(file) => file.clone(),
        Version::Commit(_) | Version::At(..) => return None,
    };
    session.cwd.join(&file).is_file().then_some(file)
}

/// A model in a version; nothing where the version does not have it.
fn open(version: &Version, path: &str, place: &Place<'_>, session: &mut Session<'_>) -> anyhow::Result<Option<Opened>> {
    match (version, place.git) {
        (Version::Now | Version::File(_), _) => match file_of(version, path, place, session) {
            Some(file) => session.open(&[file]).map(|mut opened| opened.pop()),
            None => Ok(None),
        },
        (Version::Commit(commit), Some(git)) => {
            if git.has(commit, path) {
                session.open_at(git, commit, path).map(Some)
            } else {
                Ok(None)
            }
        }
        (Version::At(commit, path), Some(git)) => session.open_at(git, commit, path).map(Some),
        _ => Ok(None),
    }
}

/// "2 critical, 1 high, 0 medium, 3 low open; 12 to answer; residual risk 140".
fn numbers(tally: &Tally) -> String {
    let [critical, high, medium, low] = tally.open;
    format!(
        "{critical} critical, {high} high, {medium} medium, {low} low open; {} to answer; {} mitigated; residual risk {}",
        tally.questions, tally.mitigated, tally.residual
    )
}

fn human(change: &Change, (before, after): &(Opened, Opened), session: &mut Session<'_>) -> io::Result<()> {
    let name = after.loaded.model.name_of(redan_model::Thing::Model);
    writeln!(session.terminal.out(), "{name}: {} -> {}", before.shown, after.shown)?;
    let (width, color) = (session.terminal.width, session.terminal.color);
    for (title, table) in tables(change) {
        writeln!(session.terminal.out(), "\n{title}")?;
        table.human(session.terminal.out(), width, color)?;
    }
    if is_nothing(change) {
        writeln!(session.terminal.out(), "\nNothing is different but, perhaps, layout and comments.")?;
    }
    writeln!(session.terminal.out(), "\nbefore  {}\nafter   {}", numbers(&change.before), numbers(&change.after))
}

fn markdown(change: &Change, (before, after): &(Opened, Opened), session: &mut Session<'_>) -> io::Result<()> {
    let name = after.loaded.model.name_of(redan_model::Thing::Model);
    let out = session.terminal.out();
    writeln!(out, "## Changes of {}\n\nFrom `{}` to `{}`.\n", markdown_text(name), before.shown, after.shown)?;
    for (title, table) in tables(change) {
        writeln!(out, "### {title}\n")?;
        table.markdown(out)?;
        writeln!(out)?;
    }
    if is_nothing(change) {
        writeln!(out, "Nothing is different but, perhaps, layout and comments.\n")?;
    }
    writeln!(out, "- before: {}\n- after: {}\n", numbers(&change.before), numbers(&change.after))
}

/// What changed between two texts of one model, a line each; nothing where one of them has errors.
pub(crate) fn of_texts(path: &str, old: &str, new: &str, session: &mut Session<'_>) -> anyhow::Result<Vec<String>> {
    let empty = "redan: 1\nname: none\n";
    let text = |text: &'_ str| if text.trim().is_empty() { empty.to_owned() } else { text.to_owned() };
    Ok(of_models(&session.open_text(path, &text(old))?, &session.open_text(path, &text(new))?))
}

/// What changed between two versions of one model, a line each; nothing where one of them has errors.
pub(crate) fn of_models(before: &Opened, after: &Opened) -> Vec<String> {
    if !(before.loaded.is_valid() && after.loaded.is_valid()) {
        return vec!["one of the versions has errors: redan check".to_owned()];
    }
    let change = difference(before, after);
    let mut lines = Vec::new();
    for threat in &change.threats {
        let side = |side: &Option<Standing>| side.map_or_else(|| "not there".to_owned(), words);
        lines.push(format!("{}: {} -> {}", threat.id, side(&threat.before), side(&threat.after)));
    }
    let shown = lines.len().min(MAX_LINES);
    let hidden = lines.len() - shown;
    lines.truncate(shown);
    if hidden > 0 {
        lines.push(format!("and {hidden} other threats"));
    }
    lines.push(format!("before  {}", numbers(&change.before)));
    lines.push(format!("after   {}", numbers(&change.after)));
    lines
}

fn is_nothing(change: &Change) -> bool {
    change.entries.is_empty() && change.threats.is_empty()
}

/// What there is to show, most important first; tables without rows are left out.
fn tables(change: &Change) -> Vec<(&'static str, Table)> {
    let of = |kind: ThreatMove| change.threats.iter().filter(|threat| threat.kind() == kind).collect::<Vec<_>>();
    let mut tables = vec![
        ("New threats", threats(&of(ThreatMove::New))),
        ("Controls lost", controls(change, true)),
        ("Boundaries crossed otherwise", crossings(change)),
        ("Threats rated otherwise", threats(&of(ThreatMove::Rerated))),
        ("Threats with another status", threats(&of(ThreatMove::Settled))),
        ("Threats gone", threats(&of(ThreatMove::Gone))),
        ("Controls gained", controls(change, false)),
        ("Entries", entries(&change.entries)),
    ];
    tables.retain(|(_, table)| !table.is_empty());
    tables
}

fn threats(threats: &[&ThreatChange]) -> Table {
    let words = |standing: &Option<Standing>| standing.map_or_else(|| "-".to_owned(), words);
    let mut table = Table::new(&["threat", "before", "after", "id"]);
    let mut sorted = threats.to_vec();
    let worst = |threat: &&ThreatChange| [threat.after, threat.before].into_iter().flatten().filter_map(|side| side.risk).max();
    sorted.sort_by_key(|threat| std::cmp::Reverse(worst(threat)));
    for threat in sorted {
        table.row([threat.title.clone().into(), words(&threat.before).into(), words(&threat.after).into(), threat.id.clone().into()]);
    }
    table
}

fn words(standing: Standing) -> String {
    let band = standing.band.map_or_else(String::new, |band| format!(", {}", band.as_str()));
    let risk = standing.risk.map_or_else(String::new, |risk| format!(" {risk}"));
    let left = standing.residual.filter(|left| Some(*left) != standing.risk);
    format!("{}{band}{risk}{}", standing.status.as_str(), left.map_or_else(String::new, |left| format!(", {left} left")))
}

fn controls(change: &Change, lost: bool) -> Table {
    let mut table = Table::new(&["control", "of", "before", "after"]);
    for control in change.controls.iter().filter(|control| control.is_loss() == lost) {
        let cells = [&control.control[..], &control.subject, control.before.as_str(), control.after.as_str()];
        table.row(cells.map(Cell::from));
    }
    table
}

fn crossings(change: &Change) -> Table {
    let zones = |zones: &Option<Vec<String>>| match zones.as_deref() {
        None => "no such flow".to_owned(),
        Some([]) => "none".to_owned(),
        Some(zones) => zones.join(", "),
    };
    let mut table = Table::new(&["flow", "crossed", "crosses"]);
    for crossing in &change.crossings {
        table.row([crossing.flow.clone().into(), zones(&crossing.before).into(), zones(&crossing.after).into()]);
    }
    table
}

fn entries(changes: &[EntryChange]) -> Table {
    let mut table = Table::new(&["entry", "field", "before", "after"]);
    for change in changes {
        let entry = if change.section == "model" { change.id.clone() } else { format!("{}.{}", change.section, change.id) };
        match &change.what {
            What::Added => table.row([entry.into(), "".into(), "-".into(), "added".into()]),
            What::Removed => table.row([entry.into(), "".into(), "removed".into(), "-".into()]),
            What::Changed(fields) => {
                for field in fields {
                    let value = |value: &Option<String>| value.clone().unwrap_or_else(|| "-".to_owned());
                    table.row([entry.clone().into(), field.field.clone().into(), value(&field.before).into(), value(&field.after).into()]);
                }
            }
        }
    }
    table
}
