//! One run over models: finding them, loading them, showing what is wrong with them, analysing them.
//!
//! Every command gets its models here, so that all of them agree on which files are models and what is read.

use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use jiff::civil::Date;
use redan_engine::{Analysis, Context, Knowledge};
use redan_interop::{Format, Loss};
use redan_model::evidence::Evidence;
use redan_model::{Diagnostic, Files, Loaded, Severity, Sources, Vocabulary, load};
use redan_report::Input;

use crate::args::Common;
use crate::diagnostics;
use crate::evidence;
use crate::exit::{Failure, usage};
use crate::foreign::{self, Templates};
use crate::git::{AtCommit, Git};
use crate::knowledge;
use crate::project::{BadConfig, FilesBelow, Packs, Project, find, shown_path};
use crate::terminal::Terminal;
use crate::threads;

/// What grows with a model. Commands end soon after their work, and the process gives all memory back at once, so it is
/// never taken apart piece by piece.
pub(crate) use std::mem::ManuallyDrop as Kept;

/// What a run has at hand.
pub(crate) struct Session<'a> {
    /// What every command understands.
    pub(crate) common: &'a Common,
    /// The streams.
    pub(crate) terminal: &'a mut Terminal,
    /// The folder in which the command was given; absolute.
    pub(crate) cwd: PathBuf,
    knowledge: Vec<((Packs, bool), Rc<Knowledge>)>,
    vocabularies: Vec<(Rc<Knowledge>, Rc<Vocabulary>)>,
    /// The projects around the folders of models.
    projects: Vec<(PathBuf, Rc<Project>)>,
    templates: Vec<(Packs, Rc<Templates>)>,
}

/// A model that was read, with its surroundings.
pub(crate) struct Opened {
    /// Where it is; absolute.
    pub(crate) path: PathBuf,
    /// Its path below the root of the project.
    pub(crate) below: String,
    /// As the user wrote it.
    pub(crate) shown: String,
    /// What was read.
    pub(crate) loaded: Kept<Loaded>,
    /// The other tool whose model it is.
    pub(crate) foreign: Option<Format>,
    /// What got lost when it was taken over.
    pub(crate) loss: Vec<Loss>,
    /// The project that it is in.
    pub(crate) project: Rc<Project>,
    /// The knowledge that its project uses.
    pub(crate) knowledge: Rc<Knowledge>,
    /// The day of the run.
    pub(crate) today: Date,
    /// What tests and scanners reported, as kept beside the model.
    pub(crate) evidence: Arc<Evidence>,
}

impl Opened {
    /// The analysis of the model.
    pub(crate) fn analyse(&self) -> Kept<Analysis> {
        Kept::new(redan_engine::analyse(&self.loaded.model, &self.knowledge, &self.project.policy, &self.context()))
    }

    /// What documents say beyond the analysis.
    pub(crate) fn depth(&self, analysis: &Analysis) -> Kept<redan_engine::depth::Depth> {
        Kept::new(redan_engine::depth::depth(&self.loaded.model, &self.knowledge, &self.project.policy, &self.context(), analysis))
    }

    /// What the engine has to know of the outside.
    pub(crate) fn context(&self) -> Context {
        Context { today: self.today, evidence: Arc::clone(&self.evidence) }
    }

    /// What documents are made from.
    pub(crate) fn input<'a>(&'a self, analysis: &'a Analysis) -> Input<'a> {
        Input {
            model: &self.loaded.model,
            sources: &self.loaded.sources,
            knowledge: &self.knowledge,
            policy: &self.project.policy,
            analysis,
            today: self.today,
            more: redan_report::More::default(),
        }
    }

    /// The same model as if its file had another text.
    pub(crate) fn with_text(&self, text: &str) -> Opened {
        let files = Replaced { below: FilesBelow::new(&self.project.root), path: &self.below, bytes: Ok(text.as_bytes().to_vec()) };
        let mut loaded = load(&files, &self.below, &self.knowledge.vocabulary());
        let names: Vec<(String, String)> =
            self.loaded.sources.iter().map(|(_, source)| source.name().to_owned()).map(|name| (self.below_of(&name), name)).collect();
        loaded
            .sources
            .rename(|name| names.iter().find(|(below, _)| below == name).map_or_else(|| name.to_owned(), |(_, shown)| shown.clone()));
        Opened {
            path: self.path.clone(),
            below: self.below.clone(),
            shown: self.shown.clone(),
            loaded: Kept::new(loaded),
            foreign: self.foreign,
            loss: self.loss.clone(),
            project: Rc::clone(&self.project),
            knowledge: Rc::clone(&self.knowledge),
            today: self.today,
            evidence: Arc::clone(&self.evidence),
        }
    }

    /// Fails for another tool's model, which is read and never written.
    pub(crate) fn own(&self) -> anyhow::Result<()> {
        self.foreign.map_or(Ok(()), |format| Err(not_ours(&self.shown, format)))
    }

    /// The path below the root that a shown name stands for.
    fn below_of(&self, shown: &str) -> String {
        if shown == self.shown {
            return self.below.clone();
        }
        let prefix = self.shown.strip_suffix(&self.below).unwrap_or_default();
        shown.strip_prefix(prefix).unwrap_or(shown).to_owned()
    }
}

/// Why another tool's file is not written to.
pub(crate) fn not_ours(shown: &str, format: Format) -> anyhow::Error {
    let name = format.name();
    usage(format!("{shown} is a {name}, which is not edited; take it over first: redan import {shown} -o model.tm.yaml"))
}

/// How a file of another tool is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reading {
    /// With what the rules of its own tool raise.
    Judged,
    /// As it is, whatever it looks like if a format is given.
    Stored(Option<Format>),
}

/// Where a model stands.
struct Place {
    path: PathBuf,
    below: String,
    shown: String,
    project: Rc<Project>,
    /// Whether the user wrote an absolute path.
    absolute: bool,
}

/// Files with one of them replaced, or read already.
pub(crate) struct Replaced<'a, F> {
    /// Where the others are.
    pub(crate) below: F,
    /// The one.
    pub(crate) path: &'a str,
    /// What is in it.
    pub(crate) bytes: Result<Vec<u8>, String>,
}

impl<F: Files> Files for Replaced<'_, F> {
    fn read(&self, path: &str) -> Result<Vec<u8>, String> {
        if path == self.path { self.bytes.clone() } else { self.below.read(path) }
    }
}

impl<'a> Session<'a> {
    /// A run from the folder in which the command was given.
    pub(crate) fn new(common: &'a Common, terminal: &'a mut Terminal) -> anyhow::Result<Self> {
        let cwd = std::env::current_dir().and_then(fs::canonicalize)?;
        Ok(Self { common, terminal, cwd, knowledge: Vec::new(), vocabularies: Vec::new(), projects: Vec::new(), templates: Vec::new() })
    }

    /// The models, all of them valid; what is wrong is shown, and errors end the run.
    pub(crate) fn open(&mut self, models: &[PathBuf]) -> anyhow::Result<Vec<Opened>> {
        let opened = self.open_any(models)?;
        for model in &opened {
            self.show_diagnostics(&model.loaded.diagnostics, &model.loaded.sources);
        }
        if opened.iter().all(|model| model.loaded.is_valid()) { Ok(opened) } else { Err(Failure::Reported.into()) }
    }

    /// The one model that a command works on.
    pub(crate) fn open_one(&mut self, model: Option<&Path>) -> anyhow::Result<Opened> {
        let path = self.one_path(model)?;
        let mut opened = self.open(&[path])?;
        opened.pop().ok_or_else(|| Failure::NothingToCheck("no model found".to_owned()).into())
    }

    /// The one model that a command edits; it may have errors, which an edit may be about to mend.
    pub(crate) fn open_to_edit(&mut self, model: Option<&Path>) -> anyhow::Result<Opened> {
        let path = self.one_path(model)?;
        let opened = self.load(&path, Reading::Judged)?;
        opened.own()?;
        Ok(opened)
    }

    /// The one model that is to be written as another tool's file.
    pub(crate) fn open_as(&mut self, model: Option<&Path>, reading: Reading) -> anyhow::Result<Opened> {
        let path = self.one_path(model)?;
        let opened = self.load(&path, reading)?;
        self.show_diagnostics(&opened.loaded.diagnostics, &opened.loaded.sources);
        if opened.loaded.is_valid() { Ok(opened) } else { Err(Failure::Reported.into()) }
    }

    fn one_path(&mut self, model: Option<&Path>) -> anyhow::Result<PathBuf> {
        let models: Vec<PathBuf> = model.map(Path::to_owned).into_iter().collect();
        match &self.paths(&models)?[..] {
            [one] => Ok(one.clone()),
            [] => Err(Failure::NothingToCheck("no model found".to_owned()).into()),
            [first, second, rest @ ..] => {
                let (first, second) = (first.display(), second.display());
                Err(usage(format!("there are {} models, such as {first} and {second}; name the one that is meant", rest.len() + 2)))
            }
        }
    }

    /// The models, valid or not, in order; nothing is shown.
    pub(crate) fn open_any(&mut self, models: &[PathBuf]) -> anyhow::Result<Vec<Opened>> {
        let paths = self.paths(models)?;
        let places: Vec<Place> = paths.iter().map(|path| self.place(path)).collect::<anyhow::Result<_>>()?;
        let ready = self.read_ahead(&places)?;
        let mut opened = Vec::with_capacity(places.len());
        for (place, ready) in places.into_iter().zip(ready) {
            opened.push(match ready {
                Some(loaded) => self.opened(place, loaded)?,
                None => self.load_from(FilesBelow::new(&place.project.root.clone()), place, Reading::Judged)?,
            });
        }
        for model in opened.iter().filter(|model| !model.loss.is_empty()) {
            let (shown, count) = (&model.shown, model.loss.len());
            let name = model.foreign.map(Format::name).unwrap_or_default();
            self.terminal.note(&format!("{shown} is a {name}; {count} losses: redan import {shown}"));
        }
        for model in &mut opened {
            let stored = evidence::stored(&model.project, &model.below)?;
            if !stored.is_empty() {
                evidence::attach(model, stored);
            }
        }
        Ok(opened)
    }

    /// The files that are named, else those of the project.
    pub(crate) fn paths(&mut self, models: &[PathBuf]) -> anyhow::Result<Vec<PathBuf>> {
        if !models.is_empty() {
            return Ok(models.to_vec());
        }
        let project = self.project(&self.cwd.clone())?;
        let found = find(&project).map_err(Failure::NothingToCheck)?;
        Ok(found.into_iter().map(|found| found.strip_prefix(&self.cwd).map_or(found.clone(), Path::to_owned)).collect())
    }

    /// Reads models of our own on every core. Those of other tools, and those that cannot be read, are left for later.
    fn read_ahead(&mut self, places: &[Place]) -> anyhow::Result<Vec<Option<Loaded>>> {
        if places.len() < 2 {
            return Ok(places.iter().map(|_| None).collect());
        }
        let mut vocabularies = Vec::with_capacity(places.len());
        for place in places {
            let knowledge = self.knowledge_for(&place.project, None)?;
            vocabularies.push(self.vocabulary(&knowledge));
        }
        let jobs: Vec<(&Path, &str, &Vocabulary)> =
            places.iter().zip(&vocabularies).map(|(place, known)| (place.project.root.as_path(), place.below.as_str(), &**known)).collect();
        Ok(threads::map(
            &jobs,
            || (),
            |(), (root, below, vocabulary)| {
                let files = FilesBelow::new(root);
                let bytes = files.read(below).ok().filter(|bytes| redan_interop::detect(below, bytes).is_none())?;
                Some(load(&Replaced { below: files, path: below, bytes: Ok(bytes) }, below, vocabulary))
            },
        ))
    }

    fn load(&mut self, given: &Path, reading: Reading) -> anyhow::Result<Opened> {
        let place = self.place(given)?;
        self.load_from(FilesBelow::new(&place.project.root.clone()), place, reading)
    }

    fn place(&mut self, given: &Path) -> anyhow::Result<Place> {
        let path = fs::canonicalize(self.cwd.join(given)).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => usage(format!("cannot read `{}`: no such file", given.display())),
            _ => usage(format!("cannot read `{}`: {error}", given.display())),
        })?;
        let folder = path.parent().unwrap_or(&self.cwd).to_owned();
        let project = self.project_of(folder)?;
        let below = path.strip_prefix(&project.root).unwrap_or(&path).to_string_lossy().replace('\\', "/");
        let shown = given.to_string_lossy().replace('\\', "/");
        Ok(Place { path, below, shown, project, absolute: given.is_absolute() })
    }

    /// A model as it was in a commit, with what it uses from the same commit; what is wrong with it is shown.
    pub(crate) fn open_at(&mut self, git: &Git, commit: &str, below: &str) -> anyhow::Result<Opened> {
        let shown = format!("{}:{below}", commit.get(..12).unwrap_or(commit));
        let opened = self.read_at(git, commit, below, shown)?;
        self.show_diagnostics(&opened.loaded.diagnostics, &opened.loaded.sources);
        if opened.loaded.is_valid() { Ok(opened) } else { Err(Failure::Reported.into()) }
    }

    /// As [`Session::open_at`], but a model with errors is nothing, and nothing is shown.
    pub(crate) fn try_open_at(&mut self, git: &Git, commit: &str, below: &str) -> anyhow::Result<Option<Opened>> {
        let opened = self.read_at(git, commit, below, below.to_owned())?;
        Ok(Some(opened).filter(|opened| opened.loaded.is_valid()))
    }

    fn read_at(&mut self, git: &Git, commit: &str, below: &str, shown: String) -> anyhow::Result<Opened> {
        let project = self.project_of(git.root.clone())?;
        let place = Place { path: git.root.join(below), below: below.to_owned(), shown, project, absolute: false };
        self.load_from(AtCommit { git, commit }, place, Reading::Judged)
    }

    /// A text as if it were a model of the project around the current folder.
    pub(crate) fn open_text(&mut self, below: &str, text: &str) -> anyhow::Result<Opened> {
        let project = Rc::new(self.project_here()?);
        let files = Replaced { below: FilesBelow::new(&project.root), path: below, bytes: Ok(text.as_bytes().to_vec()) };
        let place = Place { path: project.root.join(below), below: below.to_owned(), shown: below.to_owned(), project, absolute: false };
        self.load_from(files, place, Reading::Judged)
    }

    /// A model without content in the place of one that a version does not have.
    pub(crate) fn open_empty(&mut self, like: &Opened) -> anyhow::Result<Opened> {
        let name = like.loaded.model.name_of(redan_model::Thing::Model);
        let text = format!("redan: 1\nname: {}\n", serde_json::Value::from(name));
        let files = Replaced { below: FilesBelow::new(&like.project.root), path: &like.below, bytes: Ok(text.into_bytes()) };
        let (path, below, project) = (like.path.clone(), like.below.clone(), Rc::clone(&like.project));
        self.load_from(files, Place { path, below, shown: "(no model)".to_owned(), project, absolute: false }, Reading::Judged)
    }

    fn load_from(&mut self, files: impl Files, place: Place, reading: Reading) -> anyhow::Result<Opened> {
        let Place { path, mut below, shown, project, absolute } = place;
        let mut bytes = files.read(&below);
        let foreign = match reading {
            Reading::Stored(Some(stated)) => Some(stated),
            Reading::Stored(None) | Reading::Judged => bytes.as_ref().ok().and_then(|bytes| redan_interop::detect(&below, bytes)),
        };
        let mut loss = Vec::new();
        // A picture of ours holds the very text of its model, whose places messages then show.
        let kept = match (foreign, &bytes) {
            (Some(Format::Picture), Ok(bytes)) => redan_interop::picture::source(bytes).ok().filter(|kept| !is_markdown(&kept.name)),
            _ => None,
        };
        if let Some(kept) = kept {
            bytes = Ok(kept.text.into_bytes());
        } else if let (Some(format), Ok(foreign)) = (foreign, &bytes) {
            let knowledge = self.knowledge_for(&project, Some(format))?;
            let read = match reading {
                Reading::Judged => foreign::read(format, foreign, &*self.templates(&project)?),
                // Names are left out when the file is written, if they have to be.
                Reading::Stored(_) => foreign::stored(format, foreign, true),
            };
            let mut imported = read.map_err(|error| usage(format!("cannot read `{shown}` as a {}: {error}", format.name())))?;
            foreign::settle(&mut imported, &knowledge, &Context::on(self.common.day()));
            bytes = Ok(foreign::text(&imported).into_bytes());
            // A picture in a Markdown file has become a model, which is no Markdown any more.
            if let Some(stem) = below.strip_suffix(".md") {
                below = format!("{stem}.json");
            }
            loss = imported.loss;
        }
        let knowledge = self.knowledge_for(&project, foreign)?;
        let loaded = load(&Replaced { below: files, path: &below, bytes }, &below, &self.vocabulary(&knowledge));
        let opened = self.settle(Place { path, below, shown, project, absolute }, loaded, knowledge);
        Ok(Opened { foreign, loss, ..opened })
    }

    /// A model of our own that was read.
    fn opened(&mut self, place: Place, loaded: Loaded) -> anyhow::Result<Opened> {
        let knowledge = self.knowledge_for(&place.project, None)?;
        Ok(self.settle(place, loaded, knowledge))
    }

    fn settle(&self, place: Place, mut loaded: Loaded, knowledge: Rc<Knowledge>) -> Opened {
        let Place { path, below, shown, project, absolute } = place;
        let show = |name: &str| if name == below { shown.clone() } else { shown_path(&project.root, name, &self.cwd, absolute) };
        loaded.sources.rename(show);
        let (loaded, today, evidence) = (Kept::new(loaded), self.common.day(), Arc::default());
        Opened { path, below, shown, loaded, foreign: None, loss: Vec::new(), project, knowledge, today, evidence }
    }

    /// The words of some knowledge; gathered once.
    pub(crate) fn vocabulary(&mut self, knowledge: &Rc<Knowledge>) -> Rc<Vocabulary> {
        if let Some((_, known)) = self.vocabularies.iter().find(|(of, _)| Rc::ptr_eq(of, knowledge)) {
            return Rc::clone(known);
        }
        let made = Rc::new(knowledge.vocabulary());
        self.vocabularies.push((Rc::clone(knowledge), Rc::clone(&made)));
        made
    }

    /// The project around the folder of a model; read once.
    fn project_of(&mut self, folder: PathBuf) -> anyhow::Result<Rc<Project>> {
        if let Some((_, known)) = self.projects.iter().rev().find(|(of, _)| *of == folder) {
            return Ok(Rc::clone(known));
        }
        let project = Rc::new(self.project(&folder)?);
        self.projects.push((folder, Rc::clone(&project)));
        Ok(project)
    }

    /// The templates that apply to models of the Microsoft Threat Modeling Tool; read once.
    fn templates(&mut self, project: &Project) -> anyhow::Result<Rc<Templates>> {
        if let Some((_, known)) = self.templates.iter().find(|(packs, _)| *packs == project.packs) {
            return Ok(Rc::clone(known));
        }
        let loaded = Rc::new(knowledge::templates(project, &self.cwd, self.common.packs.as_deref())?);
        self.templates.push((project.packs.clone(), Rc::clone(&loaded)));
        Ok(loaded)
    }

    /// The project around a folder.
    pub(crate) fn project(&mut self, folder: &Path) -> anyhow::Result<Project> {
        let stated = self.common.config.as_ref().map(|path| self.cwd.join(path));
        Project::around(folder, stated.as_deref()).map_err(|BadConfig { sources, diagnostics }| {
            self.show_diagnostics(&diagnostics, &sources);
            Failure::Reported.into()
        })
    }

    /// The project around the folder in which the command was given.
    pub(crate) fn project_here(&mut self) -> anyhow::Result<Project> {
        self.project(&self.cwd.clone())
    }

    /// The knowledge that a project uses; read once.
    pub(crate) fn knowledge(&mut self, project: &Project) -> anyhow::Result<Rc<Knowledge>> {
        self.knowledge_for(project, None)
    }

    /// The knowledge for a model. What is embedded in a model of the Microsoft Threat Modeling Tool is its template, so
    /// with `--packs embedded` no rule of ours looks at it.
    fn knowledge_for(&mut self, project: &Project, foreign: Option<Format>) -> anyhow::Result<Rc<Knowledge>> {
        let bare = foreign == Some(Format::Tm7) && self.common.packs.as_deref() == Some("embedded");
        let key = (project.packs.clone(), bare);
        if let Some((_, known)) = self.knowledge.iter().find(|(known, _)| *known == key) {
            return Ok(Rc::clone(known));
        }
        let loaded = if bare { knowledge::without_rules()? } else { knowledge::load(project, self.common.packs.as_deref())? };
        Ok(self.known_from_now_on(key, loaded))
    }

    /// The knowledge that a project uses, read on another thread while something else is done on this one.
    pub(crate) fn knowledge_beside<R>(&mut self, project: &Project, work: impl FnOnce() -> R) -> (anyhow::Result<Rc<Knowledge>>, R) {
        let packs = self.common.packs.as_deref();
        let (loaded, done) = threads::both(|| knowledge::load(project, packs), work);
        (loaded.map(|loaded| self.known_from_now_on((project.packs.clone(), false), loaded)), done)
    }

    fn known_from_now_on(&mut self, key: (Packs, bool), loaded: Knowledge) -> Rc<Knowledge> {
        let loaded = Rc::new(loaded);
        // Kept to the end of the process, as models are.
        std::mem::forget(Rc::clone(&loaded));
        self.knowledge.push((key, Rc::clone(&loaded)));
        loaded
    }

    /// Shows what is wrong on standard error: with `-q` errors only, hints with `-v` only.
    pub(crate) fn show_diagnostics(&mut self, diagnostics: &[Diagnostic], sources: &Sources) {
        let least = match (self.common.quiet, self.common.verbose) {
            (true, _) => Severity::Error,
            (_, true) => Severity::Hint,
            _ => Severity::Warning,
        };
        for diagnostic in diagnostics.iter().filter(|d| d.severity >= least) {
            let text = diagnostics::render(diagnostic, sources, self.terminal.note_color);
            self.terminal.show(&text);
        }
    }
}

/// Whether a model's text is Markdown, by the name of its file.
pub(crate) fn is_markdown(name: &str) -> bool {
    Path::new(name).extension().is_some_and(|extension| extension.eq_ignore_ascii_case("md"))
}
