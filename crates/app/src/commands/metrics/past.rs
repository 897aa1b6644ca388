//! What stood where in each commit of a model. A history is long, so commits are analysed on every core, some at a time.

use std::collections::HashMap;
use std::rc::Rc;

use jiff::civil::Date;
use redan_engine::metrics::{Observed, observe, survey};
use redan_engine::{Knowledge, Policy};
use redan_model::{Files, Vocabulary, load};
use sha2::{Digest, Sha256};

use crate::git::{AtCommit, Commit, Git, day_of};
use crate::session::{Kept, Opened, Replaced, Session};
use crate::threads;

/// Commits whose texts are in memory at once.
const BATCH: usize = 64;

/// A text by its hash.
type Key = [u8; 32];

/// The threats of a commit; nothing where the model cannot be read.
type Found = Option<Rc<[Observed]>>;

/// A commit with the day that it was made on, and the text that it gives the model.
struct Task<'a> {
    commit: &'a Commit,
    day: Date,
    text: Vec<u8>,
}

/// What every thread needs to analyse a text.
struct Shared<'a> {
    knowledge: &'a Knowledge,
    vocabulary: &'a Vocabulary,
    policy: &'a Policy,
}

/// What was found in a text.
struct Seen {
    threats: Vec<Observed>,
    /// Whether it takes parts from other files, which may be different in another commit.
    is_open: bool,
}

/// The threats of each commit, in the order of the commits.
pub(super) fn states<'c>(
    git: &Git,
    commits: &'c [Commit],
    now: &Opened,
    session: &mut Session<'_>,
) -> anyhow::Result<Vec<(Date, &'c Commit, Found)>> {
    let vocabulary = session.vocabulary(&now.knowledge);
    let shared = Shared { knowledge: &now.knowledge, vocabulary: &vocabulary, policy: &now.project.policy };
    let mut known: HashMap<Key, Found> = HashMap::new();
    let root = &git.root;
    let mut states = Vec::with_capacity(commits.len());
    for batch in commits.chunks(BATCH) {
        let dated = batch.iter().filter_map(|commit| Some((day_of(commit.time)?, commit)));
        let read = |(day, commit): (Date, &'c Commit)| {
            let text = AtCommit { git, commit: &commit.id }.read(&commit.path).ok();
            (day, commit, text.map(|text| (Key::from(Sha256::digest(&text)), text)))
        };
        let mut tasks = Vec::new();
        let mut rows = Vec::new();
        for (day, commit, text) in dated.map(read) {
            let Some((key, text)) = text else {
                rows.push((day, commit, None));
                continue;
            };
            rows.push((day, commit, Some(key)));
            if !known.contains_key(&key) {
                tasks.push((key, Task { commit, day, text }));
            }
        }
        let mut own: HashMap<&str, Found> = HashMap::new();
        let found = threads::map(&tasks, || Git::at(root), |git, (_, task)| git.as_ref().map(|git| shared.look(git, task)));
        for ((key, task), found) in tasks.iter().zip(found) {
            let seen = match found {
                Some(Ok(seen)) => seen,
                // Another tool's file is read in one place only.
                _ => foreign(git, task, session)?,
            };
            let is_open = seen.as_ref().is_some_and(|seen| seen.is_open);
            let threats = seen.map(|seen| Rc::from(seen.threats));
            if is_open {
                own.insert(&task.commit.id, threats);
            } else {
                known.insert(*key, threats);
            }
        }
        for (day, commit, key) in rows {
            let own = own.remove(commit.id.as_str());
            let found = own.unwrap_or_else(|| key.and_then(|key| known.get(&key).cloned().flatten()));
            states.push((day, commit, found));
        }
    }
    Ok(states)
}

/// A file of another tool; it is no error that there is one.
struct Foreign;

impl Shared<'_> {
    fn look(&self, git: &Git, task: &Task<'_>) -> Result<Option<Seen>, Foreign> {
        let path = task.commit.path.as_str();
        if redan_interop::detect(path, &task.text).is_some() {
            return Err(Foreign);
        }
        let files = Replaced { below: AtCommit { git, commit: &task.commit.id }, path, bytes: Ok(task.text.clone()) };
        let loaded = load(&files, path, self.vocabulary);
        if !loaded.is_valid() {
            return Ok(None);
        }
        let is_open = !loaded.model.root.r#use.entries.is_empty();
        Ok(Some(Seen { threats: survey(&loaded.model, self.knowledge, self.policy, task.day), is_open }))
    }
}

fn foreign(git: &Git, task: &Task<'_>, session: &mut Session<'_>) -> anyhow::Result<Option<Seen>> {
    let Some(mut opened) = session.try_open_at(git, &task.commit.id, &task.commit.path)? else { return Ok(None) };
    opened.today = task.day;
    // The models of a long history are not kept to the end as others are.
    let analysis = Kept::into_inner(opened.analyse());
    let loaded = Kept::into_inner(opened.loaded);
    Ok(Some(Seen { threats: observe(&loaded.model, &analysis), is_open: false }))
}
