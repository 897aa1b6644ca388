//! One run over models: finding them, loading them, showing what is wrong with them, analysing them.
//!
//! Every command gets its models here, so that all of them agree on which files are models and what is read.

use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use jiff::civil::Date;
use redan_engine::{Analysis, Context, Knowledge};
use redan_interop::Format;
use redan_model::{Diagnostic, Files, Loaded, Severity, Sources, load};
use redan_report::Input;

use crate::args::Common;
use crate::diagnostics;
use crate::exit::{Failure, usage};
use crate::foreign::{self, Templates};
use crate::knowledge;
use crate::project::{BadConfig, FilesBelow, Packs, Project, find, shown_path};
use crate::terminal::Terminal;

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
    /// The project that it is in.
    pub(crate) project: Rc<Project>,
    /// The knowledge that its project uses.
    pub(crate) knowledge: Rc<Knowledge>,
    /// The day of the run.
    pub(crate) today: Date,
}

impl Opened {
    /// The analysis of the model.
    pub(crate) fn analyse(&self) -> Kept<Analysis> {
        Kept::new(redan_engine::analyse(&self.loaded.model, &self.knowledge, &self.project.policy, &self.context()))
    }

    /// What the engine has to know of the outside.
    pub(crate) fn context(&self) -> Context {
        Context { today: self.today }
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
            project: Rc::clone(&self.project),
            knowledge: Rc::clone(&self.knowledge),
            today: self.today,
        }
    }

    /// Fails for another tool's model, which is read and never written.
    pub(crate) fn own(&self) -> anyhow::Result<()> {
        let Some(format) = self.foreign else { return Ok(()) };
        let (shown, name) = (&self.shown, format.name());
        Err(usage(format!("{shown} is a {name}, which is not edited; take it over first: redan import {shown} -o model.tm.yaml")))
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

/// The files of a project with one of them replaced, or read already.
struct Replaced<'a> {
    below: FilesBelow,
    path: &'a str,
    bytes: Result<Vec<u8>, String>,
}

impl Files for Replaced<'_> {
    fn read(&self, path: &str) -> Result<Vec<u8>, String> {
        if path == self.path { self.bytes.clone() } else { self.below.read(path) }
    }
}

impl<'a> Session<'a> {
    /// A run from the folder in which the command was given.
    pub(crate) fn new(common: &'a Common, terminal: &'a mut Terminal) -> anyhow::Result<Self> {
        let cwd = std::env::current_dir().and_then(fs::canonicalize)?;
        Ok(Self { common, terminal, cwd, knowledge: Vec::new(), templates: Vec::new() })
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
        let opened = self.load(&path)?;
        opened.own()?;
        Ok(opened)
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
        paths.iter().map(|path| self.load(path)).collect()
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

    fn load(&mut self, given: &Path) -> anyhow::Result<Opened> {
        let path = fs::canonicalize(self.cwd.join(given)).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => usage(format!("cannot read `{}`: no such file", given.display())),
            _ => usage(format!("cannot read `{}`: {error}", given.display())),
        })?;
        let folder = path.parent().unwrap_or(&self.cwd).to_owned();
        let project = Rc::new(self.project(&folder)?);
        let below = path.strip_prefix(&project.root).unwrap_or(&path).to_string_lossy().replace('\\', "/");
        let shown = given.to_string_lossy().replace('\\', "/");
        let files = FilesBelow::new(&project.root);
        let mut bytes = files.read(&below);
        let foreign = bytes.as_ref().ok().and_then(|bytes| redan_interop::detect(&below, bytes));
        if let (Some(format), Ok(foreign)) = (foreign, &bytes) {
            let knowledge = self.knowledge_for(&project, Some(format))?;
            bytes = Ok(self.converted(format, foreign, &shown, &project, &knowledge)?);
        }
        let knowledge = self.knowledge_for(&project, foreign)?;
        let mut loaded = load(&Replaced { below: files, path: &below, bytes }, &below, &knowledge.vocabulary());
        let show = |name: &str| if name == below { shown.clone() } else { shown_path(&project.root, name, &self.cwd, given.is_absolute()) };
        loaded.sources.rename(show);
        let loaded = Kept::new(loaded);
        Ok(Opened { path, below, shown, loaded, foreign, project: Rc::clone(&project), knowledge, today: self.common.day() })
    }

    /// Another tool's model as the text of one of ours; what got lost is counted.
    fn converted(
        &mut self,
        format: Format,
        bytes: &[u8],
        shown: &str,
        project: &Project,
        knowledge: &Knowledge,
    ) -> anyhow::Result<Vec<u8>> {
        // A picture of ours holds the very text of its model, whose places messages then show.
        if let (Format::Picture, Ok(kept)) = (format, redan_interop::picture::source(bytes))
            && !is_markdown(&kept.name)
        {
            return Ok(kept.text.into_bytes());
        }
        let templates = self.templates(project)?;
        let mut imported = foreign::read(format, bytes, &templates)
            .map_err(|error| usage(format!("cannot read `{shown}` as a {}: {error}", format.name())))?;
        foreign::decisions::answer(&mut imported, knowledge, &Context { today: self.common.day() });
        if !imported.loss.is_empty() {
            let count = imported.loss.len();
            self.terminal.note(&format!("{shown} is a {}; {count} losses: redan import {shown}", format.name()));
        }
        Ok(foreign::text(&imported).into_bytes())
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
        let loaded = Rc::new(if bare { knowledge::without_rules()? } else { knowledge::load(project, self.common.packs.as_deref())? });
        // Kept to the end of the process, as models are.
        std::mem::forget(Rc::clone(&loaded));
        self.knowledge.push((key, Rc::clone(&loaded)));
        Ok(loaded)
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
