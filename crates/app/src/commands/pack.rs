//! `redan pack`: rule packs of a project's own, pinned in a lock file.

mod edit;

use std::fs;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use serde::Serialize;

use crate::args::PlainFormat;
use crate::exit::{Exit, Outcome, usage};
use crate::filter::suggestion;
use crate::knowledge::with_folders;
use crate::packs::lock::{Lock, Locked};
use crate::packs::{VENDOR_FOLDER, below, fetch, files, hash, id, packs_in};
use crate::project::Project;
use crate::session::Session;
use crate::table::Table;

/// Arguments of `pack`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  redan pack add security/rules/ours                               a pack that lies in this repository
  redan pack add https://git.example.org/rules.git --tag v1.2.0    copied into security/packs and pinned
  redan pack update ours --tag v1.3.0
  redan pack verify                                                exit code 1 when a pack is not what was pinned
  redan pack list")]
pub(crate) struct PackArgs {
    #[command(subcommand)]
    command: PackCommand,
}

#[derive(Debug, Clone, Subcommand)]
enum PackCommand {
    /// Use packs of a folder or of a git repository, and pin them
    #[command(
        after_help = "Examples:\n  redan pack add security/rules/ours\n  redan pack add git@git.example.org:team/rules.git --tag v1.2.0"
    )]
    Add {
        /// A folder with a `pack.yaml` (or with folders that have one), or the address of a git repository
        source: String,
        /// The tag to read the repository at
        #[arg(long)]
        tag: Option<String>,
    },
    /// Pin packs anew: as they are now, or at another tag of their repository
    #[command(after_help = "Examples:\n  redan pack update\n  redan pack update ours --tag v1.3.0")]
    Update {
        /// Ids of packs; all if not given
        ids: Vec<String>,
        /// The tag to read their repository at
        #[arg(long, requires = "ids")]
        tag: Option<String>,
    },
    /// Compare packs with the lock file
    #[command(after_help = "Example:\n  redan pack verify")]
    Verify,
    /// List the packs in use and where they come from
    #[command(after_help = "Example:\n  redan pack list --format json")]
    List {
        /// How to show them
        #[arg(long, value_enum, default_value_t = PlainFormat::Human)]
        format: PlainFormat,
    },
}

/// Runs `pack`.
pub(crate) fn run(args: &PackArgs, session: &mut Session<'_>) -> Outcome {
    let project = session.project_here()?;
    match &args.command {
        PackCommand::Add { source, tag } => add(source, tag.as_deref(), &project, session),
        PackCommand::Update { ids, tag } => update(ids, tag.as_deref(), &project, session),
        PackCommand::Verify => verify(&project, session),
        PackCommand::List { format } => list(*format, &project, session),
    }
}

fn add(source: &str, tag: Option<&str>, project: &Project, session: &mut Session<'_>) -> Outcome {
    let mut lock = Lock::read(&project.base)?;
    let pins = match (fetch::is_address(source), tag) {
        (true, Some(tag)) => vendor(source, tag, &project.base, None)?,
        (true, None) => return Err(usage("name the tag to read the repository at, such as --tag v1.0.0")),
        (false, Some(_)) => return Err(usage(format!("`{source}` is a folder; a tag belongs to the address of a repository"))),
        (false, None) => local(&session.cwd.join(source), &project.base)?,
    };
    for pin in pins {
        edit::use_pack(project, &pin)?;
        session.terminal.note(&format!("pinned {} {} ({})", pin.id, pin.version, pin.path));
        lock.pin(pin);
    }
    lock.write(&project.base)?;
    Ok(Exit::Fine)
}

fn update(ids: &[String], tag: Option<&str>, project: &Project, session: &mut Session<'_>) -> Outcome {
    let mut lock = Lock::read(&project.base)?;
    for id in ids {
        if lock.get(id).is_none() {
            let known = lock.packs.iter().map(|locked| locked.id.as_str());
            return Err(usage(format!("no pack `{id}` is pinned{}", suggestion(id, known))));
        }
    }
    let chosen: Vec<Locked> = lock.packs.iter().filter(|locked| ids.is_empty() || ids.contains(&locked.id)).cloned().collect();
    for old in chosen {
        let pins = match (&old.git, tag.or(old.tag.as_deref())) {
            (Some(address), Some(tag)) => vendor(address, tag, &project.base, Some(&old.id))?,
            _ => local(&project.base.join(&old.path), &project.base)?,
        };
        for pin in pins {
            let word = if pin.sha256 == old.sha256 { "unchanged" } else { "updated" };
            session.terminal.note(&format!("{word} {} {}", pin.id, pin.version));
            lock.pin(pin);
        }
    }
    lock.write(&project.base)?;
    Ok(Exit::Fine)
}

/// Copies the packs of a repository into this one, or only the one with an id, and says how to pin them.
fn vendor(address: &str, tag: &str, base: &Path, only: Option<&str>) -> anyhow::Result<Vec<Locked>> {
    let fetched = fetch::fetch(address, tag)?;
    let packs: Vec<PathBuf> = fetched.packs()?.into_iter().filter(|pack| only.is_none_or(|only| pack_id(pack) == only)).collect();
    if packs.is_empty() {
        return Err(usage(format!("`{address}` at `{tag}` no longer has the pack `{}`", only.unwrap_or_default())));
    }
    with_folders(&packs)?;
    let mut pins = Vec::new();
    for pack in packs {
        let target = base.join(VENDOR_FOLDER).join(pack_id(&pack));
        fetch::copy(&pack, &target)?;
        let pin = pin(&target, base)?;
        let (git, tag, commit) = (Some(address.to_owned()), Some(tag.to_owned()), Some(fetched.commit.clone()));
        pins.push(Locked { git, tag, commit, ..pin });
    }
    Ok(pins)
}

/// The id that a pack states, else the name of its folder: a pack at the root of a repository lies in a folder of any name.
fn pack_id(pack: &Path) -> String {
    let stated = fs::read_to_string(pack.join("pack.yaml")).unwrap_or_default();
    let line = stated.lines().find_map(|line| line.strip_prefix("id:"));
    let word = line.map(str::trim).filter(|word| !word.is_empty() && word.chars().all(|c| c.is_ascii_alphanumeric() || c == '-'));
    word.map_or_else(|| id(pack), str::to_owned)
}

fn local(folder: &Path, base: &Path) -> anyhow::Result<Vec<Locked>> {
    let base = fs::canonicalize(base)?;
    let packs = packs_in(folder)?;
    if packs.is_empty() {
        return Err(usage(format!("there is no pack.yaml in {} or in a folder of it", folder.display())));
    }
    if let Some(outside) = packs.iter().find(|pack| !pack.starts_with(&base)) {
        return Err(usage(format!("{} lies outside of the repository; give the address of its repository instead", outside.display())));
    }
    with_folders(&packs)?;
    packs.iter().map(|pack| pin(pack, &base)).collect()
}

/// How a pack that lies in the repository is pinned as it is now.
fn pin(pack: &Path, base: &Path) -> anyhow::Result<Locked> {
    let knowledge = with_folders(&[pack.to_owned()])?;
    let id = id(pack);
    let version = knowledge.packs.iter().find(|known| known.id == id).map(|known| known.version.clone()).unwrap_or_default();
    let (path, sha256) = (below(base, pack), hash(&files(pack)?));
    Ok(Locked { id, version, path, git: None, tag: None, commit: None, sha256 })
}

fn verify(project: &Project, session: &mut Session<'_>) -> Outcome {
    let lock = Lock::read(&project.base)?;
    let mut exit = Exit::Fine;
    for locked in &lock.packs {
        let state = state(locked, &project.base);
        if state != State::Pinned {
            exit = Exit::GateFailed;
        }
        writeln!(session.terminal.out(), "{}  {} {}", state.as_str(), locked.id, locked.version)?;
    }
    if lock.packs.is_empty() {
        session.terminal.note("no pack is pinned");
    }
    Ok(exit)
}

/// How a pinned pack stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Pinned,
    Changed,
    Missing,
}

impl State {
    fn as_str(self) -> &'static str {
        match self {
            Self::Pinned => "pinned",
            Self::Changed => "changed",
            Self::Missing => "missing",
        }
    }
}

fn state(locked: &Locked, base: &Path) -> State {
    match files(&base.join(&locked.path)) {
        Ok(files) if files.is_empty() => State::Missing,
        Ok(files) if hash(&files) == locked.sha256 => State::Pinned,
        Ok(_) => State::Changed,
        Err(_) => State::Missing,
    }
}

#[derive(Serialize)]
struct PackJson<'a> {
    id: &'a str,
    version: &'a str,
    licence: &'a str,
    rules: usize,
    source: &'a str,
    tag: Option<&'a str>,
    commit: Option<&'a str>,
    sha256: Option<&'a str>,
    state: &'static str,
}

fn list(format: PlainFormat, project: &Project, session: &mut Session<'_>) -> Outcome {
    let knowledge = session.knowledge(project)?;
    let lock = Lock::read(&project.base)?;
    let own: Vec<String> = project
        .packs
        .folders
        .iter()
        .filter_map(|folder| packs_in(&project.base.join(folder)).ok())
        .flatten()
        .map(|pack| id(&pack))
        .collect();
    let rows: Vec<PackJson<'_>> = knowledge
        .packs
        .iter()
        .map(|pack| {
            let locked = lock.get(&pack.id);
            let source = match locked {
                Some(locked) => locked.git.as_deref().unwrap_or(&locked.path),
                None if own.contains(&pack.id) => "folder",
                None => "embedded",
            };
            let standing = locked.map(|locked| state(locked, &project.base).as_str());
            PackJson {
                id: &pack.id,
                version: &pack.version,
                licence: &pack.licence,
                rules: knowledge.rules.iter().filter(|rule| rule.pack == pack.id).count(),
                source,
                tag: locked.and_then(|locked| locked.tag.as_deref()),
                commit: locked.and_then(|locked| locked.commit.as_deref()),
                sha256: locked.map(|locked| locked.sha256.as_str()),
                state: standing.unwrap_or(if source == "folder" { "not-pinned" } else { "embedded" }),
            }
        })
        .collect();
    match format {
        PlainFormat::Json => redan_report::json::write(session.terminal.out(), &rows)?,
        PlainFormat::Human => {
            let mut table = Table::new(&["pack", "version", "rules", "licence", "source", "state"]);
            for row in &rows {
                let source = row.tag.map_or_else(|| row.source.to_owned(), |tag| format!("{} at {tag}", row.source));
                table.row([
                    row.id.into(),
                    row.version.into(),
                    row.rules.to_string().into(),
                    row.licence.into(),
                    source.into(),
                    row.state.into(),
                ]);
            }
            let (width, color) = (session.terminal.width, session.terminal.color);
            table.human(session.terminal.out(), width, color)?;
        }
    }
    Ok(Exit::Fine)
}
