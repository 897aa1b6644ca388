//! From paths to a resolved model: the one way in.

mod document;
mod paths;

use std::sync::Arc;

use serde_json::Value as Json;

use crate::diagnostic::Diagnostic;
use crate::lang::syntax::{Reader, Syntax};
use crate::lang::{Given, MapEntry, Root};
use crate::long::Long;
use crate::resolve::{Part, resolve, settle_acceptance};
use crate::source::{SourceId, Sources, Span};
use crate::tree::{is_odd_char, reads_back};
use crate::{Model, Vocabulary, codes, limits};

/// The outside world as far as loading needs it: bytes by path.
///
/// Paths are relative to the root of the repository, with forward slashes and without `.` or `..`; the loader
/// normalises what models say and refuses paths that leave the root before it asks.
pub trait Files {
    /// The bytes of a file, or why there are none, as a phrase such as "no such file".
    ///
    /// # Errors
    /// A phrase for people when the file cannot be read or is larger than [`crate::limits::MAX_FILE_BYTES`].
    fn read(&self, path: &str) -> Result<Vec<u8>, String>;
}

/// What loading gives: always a model, possibly partial, and everything that is wrong.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// The model; complete when no diagnostic is an error.
    pub model: Model,
    /// Every text that was read; spans in the model and the diagnostics point into these.
    pub sources: Sources,
    /// Everything that is wrong, in source order.
    pub diagnostics: Vec<Diagnostic>,
}

impl Loaded {
    /// Whether the model can be relied on.
    pub fn is_valid(&self) -> bool {
        !self.diagnostics.iter().any(Diagnostic::is_error)
    }
}

/// Loads the model at `path` and everything that it uses.
pub fn load(files: &dyn Files, path: &str, vocabulary: &Vocabulary) -> Loaded {
    let mut loader = Loader::new(files);
    let root = match files.read(path) {
        Ok(bytes) => loader.read(path, bytes, None),
        Err(why) => {
            loader.sources.add(path, "");
            loader.diagnostics.push(Diagnostic::unplaced(codes::UNREADABLE_FILE, format!("cannot read `{path}`: {why}")));
            None
        }
    };
    loader.finish(path, root, vocabulary, |_| {})
}

/// Loads a model that is one text, such as an editor's buffer or a test; `use` finds nothing.
pub fn load_text(name: &str, text: &str, vocabulary: &Vocabulary) -> Loaded {
    let mut loader = Loader::new(&NoFiles);
    let root = loader.read(name, text.as_bytes().to_vec(), None);
    loader.finish(name, root, vocabulary, |_| {})
}

/// Loads a model that a program makes; its texts move into the model. Nothing of it has a place, unless something is
/// wrong with it: then it is made once more and written out, and the faults point into that text.
///
/// Where all of it can be read, `read` is given what it says before it is known what its references lead to, so that other
/// work on it can begin meanwhile. The model has the same root, unless there is a fault.
pub fn load_value(name: &str, make: impl Fn() -> Long<'static>, vocabulary: &Vocabulary, read: impl FnOnce(&Arc<Root>)) -> Loaded {
    let value = make();
    if reads_back(&value) {
        let mut loader = Loader::new(&NoFiles);
        let id = loader.sources.add(name, "");
        let root = read_root(Given::made(value, Span::new(id, 0, 0)), &mut loader.diagnostics);
        // Used files have places of their own.
        if root.r#use.entries.is_empty() && loader.diagnostics.is_empty() {
            let loaded = loader.finish(name, Some(root), vocabulary, read);
            if loaded.diagnostics.is_empty() {
                return loaded;
            }
        }
    }
    load_text(name, &in_lines(&make().to_json()), vocabulary)
}

/// A value as JSON over several lines, with an escape for every character that cannot stand in a model as it is.
fn in_lines(value: &Json) -> String {
    use std::fmt::Write as _;

    let text = format!("{value:#}\n");
    if !text.chars().any(is_odd_char) {
        return text;
    }
    let mut escaped = String::with_capacity(text.len() + 6);
    for c in text.chars() {
        if is_odd_char(c) {
            // Writing to a string cannot fail.
            let _ = write!(escaped, "\\u{:04x}", u32::from(c));
        } else {
            escaped.push(c);
        }
    }
    escaped
}

struct NoFiles;

impl Files for NoFiles {
    fn read(&self, _: &str) -> Result<Vec<u8>, String> {
        Err("only one text is being read".to_owned())
    }
}

/// What is being read right now, from the model's own file down.
struct Open {
    path: String,
    name: String,
}

struct Loader<'f> {
    files: &'f dyn Files,
    sources: Sources,
    diagnostics: Vec<Diagnostic>,
    open: Vec<Open>,
    used: Vec<Part>,
    read: usize,
}

impl<'f> Loader<'f> {
    fn new(files: &'f dyn Files) -> Self {
        Self { files, sources: Sources::default(), diagnostics: Vec::new(), open: Vec::new(), used: Vec::new(), read: 0 }
    }

    fn finish(mut self, path: &str, root: Option<Root>, vocabulary: &Vocabulary, read: impl FnOnce(&Arc<Root>)) -> Loaded {
        let mut root = root.unwrap_or_default();
        settle_acceptance(&mut root, &mut self.diagnostics);
        let root = Arc::new(root);
        read(&root);
        let id = root.id.as_ref().map_or_else(|| stem(path), |id| id.value.clone());
        let used = std::mem::take(&mut self.used);
        let model = resolve(id, SourceId(0), root, used, vocabulary, &mut self.diagnostics);
        let diagnostics = in_order(self.diagnostics);
        Loaded { model, sources: self.sources, diagnostics }
    }

    /// Reads one file; `wanted_by` is the place of the `use` entry that asks for it.
    fn read(&mut self, path: &str, bytes: Vec<u8>, wanted_by: Option<Span>) -> Option<Root> {
        let text = self.text(path, bytes, wanted_by)?;
        let id = self.sources.add(path, text);
        let node = document::read(&self.sources, id, path, &mut self.diagnostics);
        let mut root = read_root(Given::node(&node), &mut self.diagnostics);
        let uses = std::mem::take(&mut root.r#use);
        for (name, entry) in &uses.entries {
            self.follow(path, name, entry);
        }
        root.r#use = uses;
        Some(root)
    }

    fn text(&mut self, path: &str, bytes: Vec<u8>, wanted_by: Option<Span>) -> Option<String> {
        let (code, message, place) = if bytes.len() > limits::MAX_FILE_BYTES {
            (codes::TOO_LARGE, format!("`{path}` has {} bytes; the limit is {}", bytes.len(), limits::MAX_FILE_BYTES), None)
        } else {
            match paths::checked_text(bytes) {
                Ok(text) => return Some(text),
                Err((good, problem)) => {
                    let end = good.len();
                    let id = self.sources.add(path, good);
                    (codes::NOT_TEXT, format!("`{path}` is not a text: {problem}"), Some(Span::new(id, end, end)))
                }
            }
        };
        if place.is_none() {
            self.sources.add(path, "");
        }
        let diagnostic = match place.or(wanted_by) {
            Some(span) => Diagnostic::error(code, span, message),
            None => Diagnostic::unplaced(code, message),
        };
        self.diagnostics.push(diagnostic.help("a model is UTF-8 text: YAML, JSON or Markdown"));
        None
    }

    fn follow(&mut self, from: &str, name: &str, entry: &MapEntry<String>) {
        let good_name = crate::lang::is_id(name);
        if !good_name {
            let message = format!("`{}` cannot be the name of a used file", crate::lang::syntax::shown(name));
            let help = "a name starts with a letter or digit and has only letters, digits, `-` and `_`";
            self.diagnostics.push(Diagnostic::error(codes::BAD_ID, entry.key_span, message).help(help));
        }
        let Some(path) = paths::join(from, &entry.value) else {
            let message = format!("`{}` leads out of the repository", crate::lang::syntax::shown(&entry.value));
            let diagnostic = Diagnostic::error(codes::OUTSIDE_REPOSITORY, entry.span, message);
            self.diagnostics
                .push(diagnostic.help("write a path relative to this file, with `/` between folders, that stays inside the repository"));
            return;
        };
        let chain: Vec<&str> = self.open.iter().map(|open| open.path.as_str()).chain([from, &path]).collect();
        if chain[..chain.len() - 1].contains(&path.as_str()) {
            let message = format!("files use each other in a circle: {}", chain.join(" -> "));
            self.diagnostics.push(Diagnostic::error(codes::USE_CYCLE, entry.span, message));
            return;
        }
        if !good_name {
            return;
        }
        if self.read >= limits::MAX_INCLUDES {
            if self.read == limits::MAX_INCLUDES {
                let message = format!("more than {} files are used", limits::MAX_INCLUDES);
                self.diagnostics.push(Diagnostic::error(codes::TOO_MANY_FILES, entry.span, message));
                self.read += 1;
            }
            return;
        }
        self.read += 1;
        match self.files.read(&path) {
            Ok(bytes) => self.enter(from, name, &path, bytes, entry.span),
            Err(why) => {
                let message = format!("cannot read `{path}`: {why}");
                self.diagnostics.push(Diagnostic::error(codes::UNREADABLE_FILE, entry.span, message));
            }
        }
    }

    fn enter(&mut self, from: &str, name: &str, path: &str, bytes: Vec<u8>, span: Span) {
        self.open.push(Open { path: from.to_owned(), name: name.to_owned() });
        let names: Vec<&str> = self.open.iter().map(|open| open.name.as_str()).collect();
        let prefix = names.join("/");
        if let Some(root) = self.read(path, bytes, Some(span)) {
            self.used.push(Part { prefix: Some(prefix), root: Arc::new(root) });
        }
        self.open.pop();
    }
}

fn read_root(given: Given<'_>, out: &mut Vec<Diagnostic>) -> Root {
    let mut reader = Reader::new(out);
    let Span { source, start, .. } = given.place.span;
    reader.anchor(Span::new(source, start as usize, start as usize));
    Root::read(given, &mut reader).unwrap_or_default()
}

/// The file's name without its endings: `login.tm.yaml` is `login`.
fn stem(path: &str) -> String {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.split('.').find(|part| !part.is_empty()).unwrap_or("model").to_owned()
}

/// By place, and no more than can be read.
fn in_order(mut diagnostics: Vec<Diagnostic>) -> Vec<Diagnostic> {
    diagnostics.sort_by_key(|diagnostic| diagnostic.primary);
    diagnostics.dedup();
    if diagnostics.len() > limits::MAX_DIAGNOSTICS {
        diagnostics.sort_by_key(|diagnostic| std::cmp::Reverse(diagnostic.severity));
        diagnostics.truncate(limits::MAX_DIAGNOSTICS - 1);
        diagnostics.sort_by_key(|diagnostic| diagnostic.primary);
        let message = format!("only the first {} faults are shown; there are more", limits::MAX_DIAGNOSTICS - 1);
        diagnostics.push(Diagnostic::unplaced(codes::TOO_MANY_DIAGNOSTICS, message));
    }
    diagnostics
}
