//! Loaded and checked knowledge: catalogues and rule packs.

mod catalogue;
mod counter;
mod node;
pub mod reference;
mod rules;
mod taxonomy;

use std::borrow::Cow;

use indexmap::IndexMap;
use redan_model::Vocabulary;

use self::node::{At, Embedded, Faults, Node};
use crate::catalogue::Catalogue;
use crate::rule::{Rule, RuleIx};

/// A rule pack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pack {
    /// Its id, such as `core`.
    pub id: String,
    /// Its version.
    pub version: String,
    /// Its licence, as an SPDX expression.
    pub licence: String,
    /// What it is about, one sentence.
    pub what: String,
    /// Categories that none of its rules has, each with the reason.
    pub without: IndexMap<String, String>,
}

/// What is wrong with a rule or catalogue file.
#[derive(Debug, Clone, thiserror::Error)]
#[error("{file}:{line}:{column}: {message}")]
pub struct KnowledgeError {
    /// The file.
    pub file: String,
    /// Line, from 1.
    pub line: u32,
    /// Column, from 1.
    pub column: u32,
    /// What is wrong, what is allowed, and the nearest name.
    pub message: String,
}

/// Catalogues and rules, checked against each other.
#[derive(Debug, Clone)]
pub struct Knowledge {
    /// Controls, traits, technologies, protocols, data classes.
    pub catalogue: Catalogue,
    /// The packs in use, in order.
    pub packs: Vec<Pack>,
    /// Their rules, by pack and then by id.
    pub rules: Vec<Rule>,
}

impl Knowledge {
    /// What is embedded in this binary: all packs of `rules/`, without the examples.
    pub fn embedded() -> Self {
        // Tests read the same files with `from_files`, so this cannot fail in a binary that was tested.
        build(embedded_files().collect(), Vec::new()).expect("the embedded knowledge was checked by the tests")
    }

    /// What is embedded, with further packs given as `(rules/<pack>/<file>.yaml, text)`; a pack with the id of an
    /// embedded one takes its place. Examples of the further packs are kept.
    ///
    /// # Errors
    /// Everything that is wrong in any of the files.
    pub fn embedded_with(files: &[(String, String)]) -> Result<Self, Vec<KnowledgeError>> {
        let (own, errors) = parse(files);
        let pack_of = |path: &str| path.strip_prefix("rules/").and_then(|rest| rest.split('/').next()).map(str::to_owned);
        let own_packs: Vec<String> = own.iter().filter_map(|file| pack_of(&file.path)).collect();
        let kept = embedded_files().filter(|file| pack_of(&file.path).is_none_or(|pack| !own_packs.contains(&pack)));
        build(kept.chain(own).collect(), errors)
    }

    /// Reads catalogue and pack files given as `(path, text)`: `catalogue/<name>.yaml` or, in parts,
    /// `catalogue/<name>/<part>.yaml`; `rules/<pack>/pack.yaml`, `rules/<pack>/<rule>.yaml`. Examples are kept.
    ///
    /// # Errors
    /// Everything that is wrong in any of the files.
    pub fn from_files(files: &[(String, String)]) -> Result<Self, Vec<KnowledgeError>> {
        let (parsed, errors) = parse(files);
        build(parsed, errors)
    }

    /// The names that the reader of models has to know.
    pub fn vocabulary(&self) -> Vocabulary {
        let catalogue = &self.catalogue;
        Vocabulary {
            controls: catalogue.controls.iter().map(|(id, control)| (id.clone(), control.of.clone())).collect(),
            traits: catalogue.traits.iter().map(|(id, t)| (id.clone(), t.of.clone())).collect(),
            technologies: names(catalogue.technologies.iter().map(|(id, t)| (id, &t.aliases))),
            protocols: names(catalogue.protocols.iter().map(|(id, p)| (id, &p.aliases))),
            data_classes: catalogue.data_classes.keys().cloned().collect(),
        }
    }

    /// The rule with this id or alias.
    pub fn rule(&self, id: &str) -> Option<(RuleIx, &Rule)> {
        let index = self.rules.iter().position(|rule| rule.id == id || rule.aliases.iter().any(|alias| alias == id))?;
        Some((RuleIx(catalogue::index_of(index)), &self.rules[index]))
    }
}

/// One file: its path, its text if it came from YAML, and what it says.
struct File<'t> {
    path: Cow<'t, str>,
    text: Option<&'t str>,
    says: Says,
}

/// What a file says. The trees of all embedded files together are larger than the knowledge that is made of them, so
/// each of them is there only while it is read.
enum Says {
    Tree(Node),
    Embedded(&'static str),
}

impl File<'_> {
    fn root(self) -> Node {
        match self.says {
            Says::Tree(root) => root,
            Says::Embedded(json) => serde_json::from_str::<Embedded>(json).expect("the build writes JSON").0,
        }
    }
}

/// The files that the build embedded.
fn embedded_files<'t>() -> impl Iterator<Item = File<'t>> {
    let files = include_str!(concat!(env!("OUT_DIR"), "/knowledge.txt")).lines().filter_map(|line| line.split_once('\t'));
    files.map(|(path, json)| File { path: path.into(), text: None, says: Says::Embedded(json) })
}

/// Every file that can be read, and what is wrong with the others.
fn parse(files: &[(String, String)]) -> (Vec<File<'_>>, Vec<KnowledgeError>) {
    let mut errors = Vec::new();
    let mut parsed = Vec::new();
    for (path, text) in files {
        match serde_saphyr::from_str::<Node>(text) {
            Ok(root) => parsed.push(File { path: path.into(), text: Some(text), says: Says::Tree(root) }),
            Err(error) => errors.push(unreadable(path, &error)),
        }
    }
    (parsed, errors)
}

/// Reads the files in the order in which they need each other.
fn build(mut files: Vec<File<'_>>, mut errors: Vec<KnowledgeError>) -> Result<Knowledge, Vec<KnowledgeError>> {
    files.sort_by(|a, b| a.path.cmp(&b.path));
    let (catalogue, others) = files.into_iter().partition(|file| is_catalogue(&file.path));
    let catalogue = read_catalogue(catalogue, &mut errors);
    let (packs, drafts) = read_packs(others, &catalogue, &mut errors);
    let rules = rules::resolve(drafts, &packs, &mut |file, at, message| {
        Faults { file, text: None, errors: &mut errors }.push(at, message);
    });
    errors.sort_by(|a, b| (&a.file, a.line, a.column).cmp(&(&b.file, b.line, b.column)));
    if errors.is_empty() { Ok(Knowledge { catalogue, packs, rules }) } else { Err(errors) }
}

fn is_catalogue(path: &str) -> bool {
    matches!(place(path), Place::Catalogue(name) if catalogue::FILES.contains(&name))
}

fn read_catalogue(mut files: Vec<File<'_>>, errors: &mut Vec<KnowledgeError>) -> Catalogue {
    let mut result = Catalogue::default();
    for name in catalogue::FILES {
        let parts = files.extract_if(.., |file| place(&file.path) == Place::Catalogue(name));
        let parts: Vec<_> = parts.map(|file| (file.path.clone(), file.text, file.root())).collect();
        for (path, text, root) in &parts {
            catalogue::read(name, root, &mut result, &mut Faults { file: path, text: *text, errors });
        }
        for (path, text, root) in &parts {
            catalogue::check_aliases(name, root, &result, &mut Faults { file: path, text: *text, errors });
        }
    }
    result
}

fn read_packs(files: Vec<File<'_>>, catalogue: &Catalogue, errors: &mut Vec<KnowledgeError>) -> (Vec<Pack>, Vec<rules::Draft>) {
    let (mut packs, mut drafts) = (Vec::new(), Vec::with_capacity(files.len()));
    let paths: Vec<Cow<'_, str>> = files.iter().map(|file| file.path.clone()).collect();
    for (file, path) in files.into_iter().zip(&paths) {
        let mut faults = Faults { file: path, text: file.text, errors };
        match place(path) {
            Place::Pack(folder) => packs.extend(rules::pack(&file.root(), folder, &mut faults)),
            Place::Rule(folder, stem) => drafts.extend(rules::rule(&file.root(), folder, stem, catalogue, &mut faults)),
            Place::Catalogue(_) | Place::Nowhere => {
                faults.push(At::default(), "knowledge is in catalogue/<name>.yaml, catalogue/<name>/<part>.yaml, rules/<pack>/pack.yaml and rules/<pack>/<rule>.yaml");
            }
        }
    }
    for path in &paths {
        if let Place::Rule(folder, _) = place(path)
            && !packs.iter().any(|pack| pack.id == folder)
        {
            Faults { file: path, text: None, errors }.push(At::default(), format!("the pack `{folder}` has no pack.yaml"));
        }
    }
    (packs, drafts)
}

/// What a path says about its file; folders before `catalogue` and `rules` do not matter.
#[derive(Debug, PartialEq, Eq)]
enum Place<'p> {
    Catalogue(&'p str),
    Pack(&'p str),
    Rule(&'p str, &'p str),
    Nowhere,
}

fn place(path: &str) -> Place<'_> {
    let Some(path) = path.strip_suffix(".yaml") else { return Place::Nowhere };
    let mut parts = path.rsplit('/');
    match (parts.next(), parts.next(), parts.next()) {
        (Some(name), Some("catalogue"), _) | (Some(_), Some(name), Some("catalogue")) => Place::Catalogue(name),
        (Some("pack"), Some(folder), Some("rules")) => Place::Pack(folder),
        (Some(stem), Some(folder), Some("rules")) => Place::Rule(folder, stem),
        _ => Place::Nowhere,
    }
}

fn unreadable(path: &str, error: &serde_saphyr::Error) -> KnowledgeError {
    let at = error.location().map_or(At { line: 1, column: 1, ..At::default() }, At::from);
    let text = error.without_snippet().to_string();
    let message = text.lines().next().unwrap_or_default().to_owned();
    KnowledgeError { file: path.to_owned(), line: at.line.max(1), column: at.column.max(1), message }
}

fn names<'a>(entries: impl Iterator<Item = (&'a String, &'a Vec<String>)>) -> IndexMap<String, String> {
    let mut found = IndexMap::new();
    for (id, aliases) in entries {
        for name in std::iter::once(id).chain(aliases) {
            found.insert(name.clone(), id.clone());
        }
    }
    found
}
