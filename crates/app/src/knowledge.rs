//! The knowledge of a run: embedded packs, packs of the project's own, and the choice among them.

use std::path::{Path, PathBuf};
use std::rc::Rc;

use redan_engine::rule::RuleIx;
use redan_engine::{Knowledge, KnowledgeError};
use redan_interop::tb7::{self, Template};
use redan_model::suggest::nearest;

use crate::exit::usage;
use crate::foreign::Templates;
use crate::packs;
use crate::packs::lock::{LOCK_NAME, Lock};
use crate::project::{Project, read_limited};

/// A file of a pack: its path on disk, the path by which the engine knows it, its text.
struct PackFile {
    disk: PathBuf,
    known: String,
    text: String,
}

/// What `--packs` and the project choose. Without a choice it is everything that is there.
pub(crate) fn load(project: &Project, option: Option<&str>) -> anyhow::Result<Knowledge> {
    let folders = if option == Some("embedded") { Vec::new() } else { pinned(project)? };
    let mut knowledge = if folders.is_empty() { Knowledge::embedded() } else { with_folders(&folders)? };
    match option {
        Some("none") => keep(&mut knowledge, &[])?,
        Some("embedded") => {}
        Some(list) => keep(&mut knowledge, &items(list).filter(|item| !is_template(item)).map(str::to_owned).collect::<Vec<_>>())?,
        None => {
            if let Some(choice) = &project.packs.choice {
                keep(&mut knowledge, choice)?;
            }
        }
    }
    Ok(knowledge)
}

/// No rules, and the catalogues, so that names can be checked.
pub(crate) fn without_rules() -> anyhow::Result<Knowledge> {
    let mut knowledge = Knowledge::embedded();
    keep(&mut knowledge, &[])?;
    Ok(knowledge)
}

/// The templates of the Microsoft Threat Modeling Tool that apply to its models, beside or instead of their own.
///
/// `embedded` means the one inside a model, `none` no template at all; else it applies together with those that the
/// option or the project names.
pub(crate) fn templates(project: &Project, cwd: &Path, option: Option<&str>) -> anyhow::Result<Templates> {
    let named = match option {
        Some("none") => return Ok(Templates::default()),
        Some("embedded") => Vec::new(),
        Some(list) => items(list).filter(|item| is_template(item)).map(|item| cwd.join(item)).collect(),
        None => project.packs.folders.iter().filter(|folder| is_template(folder)).map(|folder| project.base.join(folder)).collect(),
    };
    let named: anyhow::Result<Vec<_>> = named.iter().map(|path| template(path)).collect();
    Ok(Templates { own: true, named: named? })
}

fn template(path: &Path) -> anyhow::Result<Rc<Template>> {
    let shown = path.display();
    let bytes = read_limited(path).map_err(|why| usage(format!("cannot read `{shown}`: {why}")))?;
    tb7::read(&bytes).map(Rc::new).map_err(|error| usage(format!("cannot read `{shown}` as a template: {error}")))
}

fn items(list: &str) -> impl Iterator<Item = &str> {
    list.split(',').map(str::trim)
}

/// Whether the name of a pack is that of a template file.
fn is_template(name: &str) -> bool {
    Path::new(name).extension().is_some_and(|ending| ending.eq_ignore_ascii_case("tb7"))
}

/// What is embedded, with the packs in folders: each holds a `pack.yaml`, or folders that do.
pub(crate) fn with_folders(folders: &[PathBuf]) -> anyhow::Result<Knowledge> {
    let mut files = Vec::new();
    for folder in folders {
        let packs = packs::packs_in(folder)?;
        if packs.is_empty() {
            return Err(usage(format!("there is no pack.yaml in {} or in a folder of it", folder.display())));
        }
        for pack in packs {
            let id = packs::id(&pack);
            let read = packs::files(&pack)?.into_iter();
            files.extend(read.map(|file| PackFile { known: known(&id, &file.below), disk: file.disk, text: file.text }));
        }
    }
    let texts: Vec<(String, String)> = files.iter().map(|file| (file.known.clone(), file.text.clone())).collect();
    Knowledge::embedded_with(&texts).map_err(|errors| bad(&errors, &files))
}

/// The ids of the packs in a folder, which are the names of their folders.
pub(crate) fn pack_ids(folder: &Path) -> anyhow::Result<Vec<String>> {
    Ok(packs::packs_in(folder)?.iter().map(|pack| packs::id(pack)).collect())
}

/// The path by which the engine knows a file of a pack: a rule, or a part of a catalogue.
fn known(pack: &str, below: &str) -> String {
    match below.strip_prefix("catalogue/").and_then(|name| name.strip_suffix(".yaml")) {
        Some(catalogue) => format!("catalogue/{catalogue}/{pack}.yaml"),
        None => format!("rules/{pack}/{below}"),
    }
}

/// The folders of a project's packs, each of them as it was pinned.
fn pinned(project: &Project) -> anyhow::Result<Vec<PathBuf>> {
    let folders: Vec<PathBuf> =
        project.packs.folders.iter().filter(|folder| !is_template(folder)).map(|folder| project.base.join(folder)).collect();
    let lock = if folders.is_empty() { Lock::default() } else { Lock::read(&project.base)? };
    for locked in &lock.packs {
        let now = packs::files(&project.base.join(&locked.path))?;
        if packs::hash(&now) != locked.sha256 {
            let id = &locked.id;
            let path = &locked.path;
            return Err(usage(format!(
                "the pack `{id}` in {path} is not what {LOCK_NAME} pins; look at the change, then `redan pack update {id}`"
            )));
        }
    }
    Ok(folders)
}

/// Everything that is wrong with packs, each with its place on disk.
fn bad(errors: &[KnowledgeError], files: &[PackFile]) -> anyhow::Error {
    let place = |error: &KnowledgeError| {
        let file = files.iter().find(|file| file.known == error.file);
        file.map_or_else(|| error.file.clone(), |file| file.disk.display().to_string())
    };
    let lines: Vec<String> = errors.iter().map(|e| format!("  {}:{}:{}: {}", place(e), e.line, e.column, e.message)).collect();
    usage(format!("the rule packs cannot be used:\n{}", lines.join("\n")))
}

fn keep(knowledge: &mut Knowledge, ids: &[String]) -> anyhow::Result<()> {
    for id in ids {
        if !knowledge.packs.iter().any(|pack| pack.id == *id) {
            let known: Vec<&str> = knowledge.packs.iter().map(|pack| pack.id.as_str()).collect();
            let near = nearest(id, known.iter().copied()).map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
            return Err(usage(format!("there is no rule pack `{id}`; there are: {}{near}", known.join(", "))));
        }
    }
    retain(knowledge, ids);
    Ok(())
}

/// Drops the rules of other packs. Rules point at each other by index, so the indices that remain are moved.
fn retain(knowledge: &mut Knowledge, ids: &[String]) {
    let mut moved: Vec<Option<RuleIx>> = Vec::with_capacity(knowledge.rules.len());
    let mut next = 0;
    for rule in &knowledge.rules {
        let kept = ids.contains(&rule.pack);
        moved.push(kept.then_some(RuleIx(next)));
        next += u16::from(kept);
    }
    knowledge.packs.retain(|pack| ids.contains(&pack.id));
    knowledge.rules.retain(|rule| ids.contains(&rule.pack));
    for rule in &mut knowledge.rules {
        rule.refines = rule.refines.iter().filter_map(|ix| moved[usize::from(ix.0)]).collect();
    }
}
