//! What git says about the time since a review.
//!
//! A stamped review is compared by the content of files, which needs no history. Everything else needs a commit to start
//! from; where there is none, the answer is that nobody can tell.

use std::collections::{BTreeMap, BTreeSet};

use redan_engine::evidence::elements_of;
use redan_model::lang::Seen;
use redan_model::{ElementIx, Model, Thing};
use sha2::{Digest, Sha256};

use super::super::diff::difference;
use super::{Changed, Held, Staleness};
use crate::git::Git;
use crate::session::{Opened, Session};

/// Files that say which version of every dependency is used.
const LOCK_FILES: [&str; 20] = [
    "Cargo.lock",
    "Gemfile.lock",
    "Pipfile.lock",
    "Podfile.lock",
    "bun.lock",
    "bun.lockb",
    "composer.lock",
    "deno.lock",
    "flake.lock",
    "go.sum",
    "gradle.lockfile",
    "mix.lock",
    "npm-shrinkwrap.json",
    "package-lock.json",
    "packages.lock.json",
    "pnpm-lock.yaml",
    "poetry.lock",
    "pubspec.lock",
    "uv.lock",
    "yarn.lock",
];

/// Sections of a model that describe the architecture.
const ARCHITECTURE: [&str; 4] = ["zones", "elements", "flows", "assets"];

/// Fills in what changed since a review.
pub(super) fn fill(staleness: &mut Staleness, model: &Opened, last: &Held<'_>, session: &mut Session<'_>) -> anyhow::Result<()> {
    let Some(git) = Git::at(&model.project.root) else {
        staleness.unknown = Some("the model is not in a git repository, so nobody can tell what changed in the code".to_owned());
        return Ok(());
    };
    let known = &model.loaded.model;
    let Ok(now) = Content::now(&git) else {
        staleness.unknown = Some("there is no commit yet".to_owned());
        return Ok(());
    };
    let mut unknown = Vec::new();
    let is_shallow = git.is_shallow();
    let seen = last.review.seen.as_ref().map(|seen| &seen.value);
    let stamp = seen.and_then(|seen| seen.commit.as_ref()).map(|commit| commit.value.as_str());
    let looked_at = stamp.filter(|commit| git.is_here(commit)).map(str::to_owned);
    // A shallow clone pretends that its oldest commit brought everything.
    let brought = stamp.filter(|_| !is_shallow).and_then(|commit| git.brought(commit, &model.below));
    let by_day = || stamp.map_or_else(|| git.last_on(last.day), |_| None);
    let base = looked_at.or_else(|| brought.clone()).or_else(by_day);

    let touched = base.as_ref().map(|base| touched(&git, known, base)).transpose()?;
    match (seen, &touched) {
        (Some(seen), _) => by_content(staleness, known, seen, &now, touched.as_ref()),
        (None, Some(touched)) => by_history(staleness, known, touched),
        (None, None) => {}
    }
    if let Some(base) = &base {
        staleness.tags = git.tags_after(base);
    } else if is_shallow {
        unknown.push("this is a shallow clone that does not reach back to the review; fetch the whole history");
    } else {
        unknown.push(match stamp {
            Some(_) => "the commit that the review looked at is not here, so tags and versions cannot be compared",
            None => "no commit is as old as the review",
        });
    }
    if known.elements.iter().all(|element| element.stated.code.items.is_empty()) {
        unknown.push("no element says under `code` which files make it");
    }
    staleness.unmatched = now.unmatched(known);
    if !staleness.unmatched.is_empty() {
        unknown.push("the `code` of some elements matches no file");
    }
    // The model of a stamped review is the one that the stamp was written into: it may have been mended in the session.
    let model_then = if stamp.is_some() { brought.as_ref() } else { base.as_ref() };
    if let Some(then) = model_then {
        staleness.unversioned = unversioned(model, &git, then, session)?;
    }
    staleness.unknown = Some(unknown.join("; ")).filter(|why| !why.is_empty());
    staleness.since_commit = base;
    Ok(())
}

/// What changed since a commit: files, and per element the number of commits and files.
struct Touched {
    files: Vec<String>,
    elements: BTreeMap<ElementIx, (usize, usize)>,
}

fn touched(git: &Git, known: &Model, base: &str) -> anyhow::Result<Touched> {
    let mut elements: BTreeMap<ElementIx, (usize, usize)> = BTreeMap::new();
    let files = git.changed(base)?;
    for element in elements_of(known, &files).into_iter().flatten() {
        elements.entry(element).or_default().1 += 1;
    }
    for commit in git.paths_by_commit(&format!("{base}..HEAD"))? {
        let of_commit: BTreeSet<ElementIx> = elements_of(known, &commit).into_iter().flatten().collect();
        for element in of_commit {
            elements.entry(element).or_default().0 += 1;
        }
    }
    Ok(Touched { files, elements })
}

fn by_history(staleness: &mut Staleness, known: &Model, touched: &Touched) {
    let changed = |(ix, (commits, files)): (&ElementIx, &(usize, usize))| of_element(known, *ix, Some((*commits, *files)));
    staleness.elements = touched.elements.iter().map(changed).collect();
    staleness.lock_files = touched.files.iter().filter(|path| is_lock_file(path)).cloned().collect();
}

/// Elements and lock files whose content is other than that of the stamp. An element without a hash of its own is known
/// if it was stamped under another id.
fn by_content(staleness: &mut Staleness, known: &Model, seen: &Seen, now: &Content, touched: Option<&Touched>) {
    let is_known = |hash: &String| seen.code.entries.values().any(|entry| entry.value == *hash);
    let is_same = |id: &str, hash: &String| seen.code.entries.get(id).map_or_else(|| is_known(hash), |entry| entry.value == *hash);
    let changed = now.of_elements(known).into_iter().filter(|(ix, hash)| !is_same(known.id_of(Thing::Element(*ix)), hash));
    let numbers = |ix: ElementIx| touched.and_then(|touched| touched.elements.get(&ix).copied());
    staleness.elements = changed.map(|(ix, _)| of_element(known, ix, numbers(ix))).collect();
    let then: BTreeMap<&str, &str> = seen.dependencies.entries.iter().map(|(path, entry)| (path.as_str(), entry.value.as_str())).collect();
    let now = now.lock_files();
    let paths: BTreeSet<&str> = then.keys().chain(now.keys()).copied().collect();
    staleness.lock_files = paths.into_iter().filter(|path| then.get(path) != now.get(path)).map(str::to_owned).collect();
}

fn of_element(known: &Model, ix: ElementIx, numbers: Option<(usize, usize)>) -> Changed {
    let thing = Thing::Element(ix);
    let (id, name) = (known.id_of(thing).to_owned(), known.name_of(thing).to_owned());
    Changed { id, name, commits: numbers.map(|(commits, _)| commits), files: numbers.map(|(_, files)| files) }
}

/// Parts of the model that are other than in a commit, if its version is not.
pub(crate) fn unversioned(model: &Opened, git: &Git, then: &str, session: &mut Session<'_>) -> anyhow::Result<Vec<String>> {
    let Some(path) = git.path_at(then, &model.below) else { return Ok(Vec::new()) };
    let Some(before) = session.try_open_at(git, then, &path)? else { return Ok(Vec::new()) };
    let version = |opened: &Opened| opened.loaded.model.root.version.as_ref().map(|version| version.value.clone());
    if version(&before) != version(model) {
        return Ok(Vec::new());
    }
    let parts = difference(&before, model).entries.into_iter().filter(|entry| ARCHITECTURE.contains(&entry.section.as_str()));
    Ok(parts.map(|entry| format!("{}.{}", entry.section, entry.id)).collect())
}

/// Whether a file says which versions of dependencies are used.
fn is_lock_file(path: &str) -> bool {
    path.rsplit('/').next().is_some_and(|name| LOCK_FILES.contains(&name))
}

/// What is in the files of a repository, as the hash that git gives each one.
pub(super) struct Content {
    files: BTreeMap<String, String>,
    /// Files that are not as they were committed last.
    pub(super) uncommitted: Vec<String>,
}

impl Content {
    /// The last commit, with what is changed and in no commit yet.
    pub(super) fn now(git: &Git) -> anyhow::Result<Self> {
        let mut files = git.hashes("HEAD")?;
        let uncommitted = git.changed("HEAD")?;
        for path in &uncommitted {
            files.insert(path.clone(), "uncommitted".to_owned());
        }
        Ok(Self { files, uncommitted })
    }

    /// A hash over the path and content of every file of each element that says where its code is.
    pub(super) fn of_elements(&self, known: &Model) -> Vec<(ElementIx, String)> {
        let paths: Vec<String> = self.files.keys().cloned().collect();
        let stated = known.names.values().filter_map(|thing| match thing {
            Thing::Element(ix) if !known[*ix].stated.code.items.is_empty() => Some(*ix),
            _ => None,
        });
        let mut files: BTreeMap<ElementIx, Vec<(&str, &str)>> = stated.map(|ix| (ix, Vec::new())).collect();
        for ((path, hash), elements) in self.files.iter().zip(elements_of(known, &paths)) {
            for element in elements {
                files.entry(element).or_default().push((path, hash));
            }
        }
        files.into_iter().map(|(ix, files)| (ix, hash_of(&files))).collect()
    }

    /// Ids of the elements whose globs match no file.
    pub(super) fn unmatched(&self, known: &Model) -> Vec<String> {
        let none = hash_of(&[]);
        let empty = self.of_elements(known).into_iter().filter(|(_, hash)| *hash == none);
        empty.map(|(ix, _)| known.id_of(Thing::Element(ix)).to_owned()).collect()
    }

    /// The lock files of dependencies with their hashes.
    pub(super) fn lock_files(&self) -> BTreeMap<&str, &str> {
        self.files.iter().filter(|(path, _)| is_lock_file(path)).map(|(path, hash)| (path.as_str(), hash.as_str())).collect()
    }
}

/// The first 96 bits of SHA-256 over paths and hashes, which are in the order of the paths.
fn hash_of(files: &[(&str, &str)]) -> String {
    let mut hasher = Sha256::new();
    for (path, hash) in files {
        hasher.update(path.as_bytes());
        hasher.update([0]);
        hasher.update(hash.as_bytes());
        hasher.update([b'\n']);
    }
    let hex: String = hasher.finalize().iter().take(12).map(|byte| format!("{byte:02x}")).collect();
    format!("sha256:{hex}")
}
