//! The history of a repository, read through the user's own git.
//!
//! Nothing is written, no hook or external program of the repository runs, and no remote is asked.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use anyhow::Context;
use redan_model::Files;
use redan_model::limits::MAX_FILE_BYTES;

use crate::exit::usage;

/// A repository.
pub(crate) struct Git {
    /// Its folder; absolute.
    pub(crate) root: PathBuf,
    objects: RefCell<Option<Objects>>,
}

/// One commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Commit {
    /// Its full id.
    pub(crate) id: String,
    /// Its first parent, if it has one here; a shallow clone ends earlier than the history.
    pub(crate) parent: Option<String>,
    /// When it was made, in seconds since 1970.
    pub(crate) time: i64,
    /// Who wrote it.
    pub(crate) author: String,
    /// The first line of its message.
    pub(crate) subject: String,
    /// The path that was asked about, as this commit calls it.
    pub(crate) path: String,
}

/// The files of one commit, as the loader wants them.
pub(crate) struct AtCommit<'a> {
    /// The repository.
    pub(crate) git: &'a Git,
    /// The commit.
    pub(crate) commit: &'a str,
}

/// A running `git cat-file`, asked for one object after the other.
struct Objects {
    child: Child,
    wanted: Option<ChildStdin>,
    found: BufReader<ChildStdout>,
}

/// The day of a time in seconds since 1970, in UTC.
pub(crate) fn day_of(seconds: i64) -> Option<jiff::civil::Date> {
    jiff::Timestamp::from_second(seconds).ok().map(|time| time.to_zoned(jiff::tz::TimeZone::UTC).date())
}

impl Git {
    /// The repository at a folder, if there is one and git is installed.
    pub(crate) fn at(root: &Path) -> Option<Self> {
        root.join(".git").exists().then(|| Self { root: root.to_owned(), objects: RefCell::new(None) })
    }

    /// The repository at the root of a project; a usage error where there is none.
    pub(crate) fn of(root: &Path) -> anyhow::Result<Self> {
        Self::at(root).ok_or_else(|| usage(format!("{} is not the root of a git repository", root.display())))
    }

    /// Git with nothing of the repository run: no hook, pager, signature program or file watcher.
    fn command(&self) -> Command {
        let mut command = Command::new("git");
        command.arg("-C").arg(&self.root).arg("--no-pager");
        command.args(["-c", "core.hooksPath=/dev/null", "-c", "core.fsmonitor=false", "-c", "log.showSignature=false"]);
        command.env("GIT_OPTIONAL_LOCKS", "0").env("GIT_NO_LAZY_FETCH", "1").env("GIT_TERMINAL_PROMPT", "0");
        command.env("LC_ALL", "C").stdin(Stdio::null());
        command
    }

    /// What a git command prints.
    ///
    /// # Errors
    /// When git cannot be run or fails; its own words are in the message.
    pub(crate) fn run(&self, args: &[&str]) -> anyhow::Result<Vec<u8>> {
        let output = self.command().arg("--literal-pathspecs").args(args).output().context("running git; is it installed?")?;
        if output.status.success() {
            return Ok(output.stdout);
        }
        Err(usage(format!("git {}: {}", args[0], String::from_utf8_lossy(&output.stderr).trim())))
    }

    /// The id of the commit that a revision names.
    pub(crate) fn commit(&self, revision: &str) -> anyhow::Result<String> {
        let wanted = format!("{revision}^{{commit}}");
        let output = self.command().args(["rev-parse", "--verify", "--quiet", "--end-of-options", &wanted]).output();
        let output = output.context("running git; is it installed?")?;
        if !output.status.success() {
            return Err(usage(format!("`{revision}` is neither a file nor a revision of {}", self.root.display())));
        }
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }

    /// The paths of all files of a commit.
    pub(crate) fn files(&self, commit: &str) -> anyhow::Result<Vec<String>> {
        let listed = self.run(&["ls-tree", "-r", "-z", "--name-only", "--full-tree", commit])?;
        Ok(listed.split(|byte| *byte == 0).filter(|path| !path.is_empty()).map(|path| String::from_utf8_lossy(path).into_owned()).collect())
    }

    /// The content of every file of a commit as the hash that git gives it, by path.
    pub(crate) fn hashes(&self, commit: &str) -> anyhow::Result<BTreeMap<String, String>> {
        let listed = self.run(&["ls-tree", "-r", "-z", "--full-tree", commit])?;
        let listed = String::from_utf8_lossy(&listed).into_owned();
        let file = |line: &str| {
            let (about, path) = line.split_once('\t')?;
            Some((path.to_owned(), about.rsplit(' ').next()?.to_owned()))
        };
        Ok(listed.split('\0').filter_map(file).collect())
    }

    /// Whether a commit is here, on whatever branch. What is no full id names none.
    pub(crate) fn is_here(&self, id: &str) -> bool {
        let is_id = matches!(id.len(), 40 | 64) && id.bytes().all(|byte| byte.is_ascii_hexdigit());
        is_id && self.run(&["cat-file", "-e", &format!("{id}^{{commit}}")]).is_ok()
    }

    /// The first commit of this branch that has a text in a file; nothing if none does.
    pub(crate) fn brought(&self, text: &str, path: &str) -> Option<String> {
        let wanted = format!("-S{text}");
        let how = ["log", "--first-parent", "--reverse", "--format=%H", "--no-ext-diff", "--no-textconv", &wanted, "HEAD", "--", path];
        let found = self.run(&how).ok()?;
        String::from_utf8_lossy(&found).lines().next().map(str::to_owned)
    }

    /// The path that a file had in a commit, with the renames since then followed; nothing if it was not there.
    pub(crate) fn path_at(&self, commit: &str, path: &str) -> Option<String> {
        if self.has(commit, path) {
            return Some(path.to_owned());
        }
        // What is renamed and in no commit yet has its old name there.
        let mut name = if self.has("HEAD", path) { path.to_owned() } else { self.renamed(&["diff", "HEAD"], path)? };
        let range = format!("{commit}..HEAD");
        let followed = self.renames(&["log", "--follow", "--format=", "--end-of-options", &range], Some(&name)).unwrap_or_default();
        for (old, new) in followed {
            if new == name {
                name = old;
            }
        }
        if self.has(commit, &name) { Some(name) } else { self.renamed(&["diff", commit], path) }
    }

    /// The path that a file of one version had in another: `after` is the files as they are now if not given. Where a
    /// comparison of both finds no rename, the commits between them are followed one by one.
    pub(crate) fn counterpart(&self, before: &str, after: Option<&str>, path: &str) -> Option<String> {
        if self.has(before, path) {
            return Some(path.to_owned());
        }
        let Some(after) = after else { return self.path_at(before, path) };
        let range = format!("{before}..{after}");
        let followed = self.renames(&["log", "--follow", "--format=", "--end-of-options", &range], Some(path)).unwrap_or_default();
        let mut name = path.to_owned();
        for (old, new) in followed {
            if new == name {
                name = old;
            }
        }
        if self.has(before, &name) { Some(name) } else { self.renamed(&["diff", before, after], path) }
    }

    /// What a path was called before, if a comparison finds that it was renamed.
    fn renamed(&self, how: &[&str], path: &str) -> Option<String> {
        self.renames(how, None)?.into_iter().find(|(_, new)| new == path).map(|(old, _)| old)
    }

    /// The renames that a comparison finds, as the name before and the name after, newest first.
    fn renames(&self, how: &[&str], path: Option<&str>) -> Option<Vec<(String, String)>> {
        let (command, rest) = how.split_first()?;
        let mut args = vec![*command, "-z", "--name-status", "--find-renames", "--diff-filter=R", "--no-ext-diff", "--no-textconv"];
        args.extend(rest);
        args.push("--");
        args.extend(path);
        let listed = self.run(&args).ok()?;
        let listed = String::from_utf8_lossy(&listed).into_owned();
        let words: Vec<&str> = listed.split('\0').map(|word| word.trim_start_matches('\n')).filter(|word| !word.is_empty()).collect();
        Some(words.chunks_exact(3).map(|row| (row[1].to_owned(), row[2].to_owned())).collect())
    }

    /// The commits that touched a file, newest first; names that it had before count too.
    pub(crate) fn log(&self, path: &str, limit: usize) -> anyhow::Result<Vec<Commit>> {
        self.followed(&[], path, limit)
    }

    /// The commits by which a file came to be what it is on this branch, newest first. A merge counts as one of them, and
    /// what came with it does not, so that no state of another branch stands between two of this one.
    pub(crate) fn main_line(&self, path: &str, limit: usize) -> anyhow::Result<Vec<Commit>> {
        self.followed(&["--first-parent"], path, limit)
    }

    fn followed(&self, how: &[&str], path: &str, limit: usize) -> anyhow::Result<Vec<Commit>> {
        let (mut from, mut name) = ("HEAD".to_owned(), path.to_owned());
        if !self.has(&from, path) {
            name = self.renamed(&["diff", "HEAD"], path).unwrap_or(name);
        }
        let mut found: Vec<Commit> = Vec::new();
        while found.len() < limit {
            let part = self.commits(how, &from, &name, limit - found.len())?;
            let Some(oldest) = part.last().cloned() else { break };
            found.extend(part);
            let Some(parent) = oldest.parent else { break };
            let Some(old) = self.renamed(&["diff", &parent, &oldest.id], &name) else { break };
            (from, name) = (parent, old);
        }
        Ok(found)
    }

    /// Whether older commits are not here.
    pub(crate) fn is_shallow(&self) -> bool {
        self.run(&["rev-parse", "--is-shallow-repository"]).is_ok_and(|answer| answer.starts_with(b"true"))
    }

    /// Where this branch and a revision part; the revision itself where that cannot be told, as in a shallow clone.
    pub(crate) fn fork(&self, revision: &str) -> anyhow::Result<String> {
        let commit = self.commit(revision)?;
        let base = self.run(&["merge-base", &commit, "HEAD"]).ok().map(|base| String::from_utf8_lossy(&base).trim().to_owned());
        Ok(base.filter(|base| !base.is_empty()).unwrap_or(commit))
    }

    /// The paths of all files that are different from a commit now.
    pub(crate) fn changed(&self, commit: &str) -> anyhow::Result<Vec<String>> {
        let listed = self.run(&["diff", "--name-only", "--no-renames", "--no-ext-diff", "--no-textconv", "-z", commit, "--"])?;
        Ok(listed.split(|byte| *byte == 0).filter(|path| !path.is_empty()).map(|path| String::from_utf8_lossy(path).into_owned()).collect())
    }

    /// When a file that a glob matches changed last, in seconds since 1970; nothing if no commit touches one.
    ///
    /// # Errors
    /// Why git cannot say, as a phrase for people.
    pub(crate) fn changed_last(&self, glob: &str) -> Result<Option<i64>, String> {
        let pathspec = format!(":(top,glob){}", glob.trim_start_matches("./").trim_start_matches('/').trim_end_matches('/'));
        let args = ["-c", "log.follow=false", "log", "-1", "--format=%ct", "--", &pathspec];
        let output = self.command().args(args).output().map_err(|_| "git could not be run".to_owned())?;
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).trim().parse().ok());
        }
        let said = String::from_utf8_lossy(&output.stderr);
        Err(format!("git says: {}", said.lines().next().unwrap_or_default().trim()))
    }

    /// The last commit of this branch up to the end of a day, in UTC.
    pub(crate) fn last_on(&self, day: jiff::civil::Date) -> Option<String> {
        let before = format!("--before={day}T23:59:59Z");
        let found = self.run(&["rev-list", "--first-parent", "--max-count=1", &before, "HEAD"]).ok()?;
        Some(String::from_utf8_lossy(&found).trim().to_owned()).filter(|id| !id.is_empty())
    }

    /// The paths that each commit of a range changed, newest first; merges change none.
    pub(crate) fn paths_by_commit(&self, range: &str) -> anyhow::Result<Vec<Vec<String>>> {
        let listed = self.run(&[
            "log",
            "-z",
            "--format=%x01",
            "--name-only",
            "--no-renames",
            "--no-show-signature",
            "--end-of-options",
            range,
            "--",
        ])?;
        let listed = String::from_utf8_lossy(&listed).into_owned();
        let paths = |part: &str| part.split(['\0', '\n']).filter(|path| !path.is_empty()).map(str::to_owned).collect();
        Ok(listed.split('\x01').skip(1).map(paths).collect())
    }

    /// The tags of this branch that a commit does not have.
    pub(crate) fn tags_after(&self, commit: &str) -> Vec<String> {
        let listed = self.run(&["tag", "--merged", "HEAD", "--no-merged", commit]).unwrap_or_default();
        String::from_utf8_lossy(&listed).lines().map(str::to_owned).collect()
    }

    fn commits(&self, how: &[&str], range: &str, path: &str, limit: usize) -> anyhow::Result<Vec<Commit>> {
        let limit = format!("--max-count={limit}");
        let mut args = vec!["log", "-z", "--format=%H%x01%P%x01%ct%x01%an%x01%s", "--no-show-signature", &limit];
        args.extend(how);
        args.extend(["--end-of-options", range, "--", path]);
        let listed = String::from_utf8_lossy(&self.run(&args)?).into_owned();
        let commit = |line: &str| {
            let mut parts = line.trim_start().split('\x01');
            let (id, parents) = (parts.next()?.to_owned(), parts.next()?);
            let parent = parents.split(' ').next().filter(|parent| !parent.is_empty()).map(str::to_owned);
            let time = parts.next()?.parse().ok()?;
            let (author, subject) = (parts.next()?.to_owned(), parts.next()?.to_owned());
            Some(Commit { id, parent, time, author, subject, path: path.to_owned() })
        };
        Ok(listed.split('\0').filter(|line| !line.trim().is_empty()).filter_map(commit).collect())
    }

    /// Whether a commit has a file.
    pub(crate) fn has(&self, commit: &str, path: &str) -> bool {
        self.read(commit, path).is_ok()
    }

    /// The bytes of a file of a commit, or why there are none.
    fn read(&self, commit: &str, path: &str) -> Result<Vec<u8>, String> {
        if path.contains('\n') {
            return Err("its name holds a line break".to_owned());
        }
        let mut running = self.objects.borrow_mut();
        if running.is_none() {
            *running = Some(Objects::start(self.command()).map_err(|error| error.to_string())?);
        }
        let objects = running.as_mut().ok_or("git does not run")?;
        objects.read(&format!("{commit}:{path}")).map_err(|error| error.to_string())?.ok_or_else(|| "no such file".to_owned())
    }
}

impl Files for AtCommit<'_> {
    fn read(&self, path: &str) -> Result<Vec<u8>, String> {
        self.git.read(self.commit, path)
    }
}

impl Objects {
    fn start(mut git: Command) -> std::io::Result<Self> {
        let mut child = git.args(["cat-file", "--batch"]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
        let gone = || std::io::Error::other("git does not answer");
        let wanted = child.stdin.take().ok_or_else(gone)?;
        let found = BufReader::new(child.stdout.take().ok_or_else(gone)?);
        Ok(Self { child, wanted: Some(wanted), found })
    }

    /// The content of a file, or nothing if there is none of that name.
    fn read(&mut self, name: &str) -> std::io::Result<Option<Vec<u8>>> {
        let wanted = self.wanted.as_mut().ok_or_else(|| std::io::Error::other("git does not answer"))?;
        writeln!(wanted, "{name}")?;
        wanted.flush()?;
        let mut head = String::new();
        self.found.read_line(&mut head)?;
        let mut words = head.trim_end().rsplitn(3, ' ');
        let (size, kind) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let Ok(size) = size.parse::<usize>() else { return Ok(None) };
        let mut bytes = Vec::with_capacity(size.min(MAX_FILE_BYTES));
        self.found.by_ref().take(size as u64).read_to_end(&mut bytes)?;
        self.found.read_exact(&mut [0])?;
        if kind != "blob" {
            return Ok(None);
        }
        if size > MAX_FILE_BYTES {
            return Err(std::io::Error::other(format!("it has {size} bytes, more than the {MAX_FILE_BYTES} that a file may have")));
        }
        Ok(Some(bytes))
    }
}

impl Drop for Objects {
    fn drop(&mut self) {
        // Git ends when nobody asks any more.
        self.wanted = None;
        let _ = self.child.wait();
    }
}
