//! The zip around a drawing. Sizes are counted while it is unpacked, since what a zip says of itself may be wrong.

use std::collections::BTreeMap;
use std::io::{Cursor, Read as _};

use zip::ZipArchive;

use crate::draft::one_line;
use crate::xml::Element;
use crate::{ImportError, limits, xml};

/// Most files in the zip.
const MOST_FILES: usize = 10_000;
/// Most pages and masters that are read.
const MOST_PARTS: usize = 500;

/// A page: its name and its XML.
#[derive(Debug)]
pub(super) struct Page {
    pub(super) name: String,
    pub(super) file: String,
    pub(super) xml: Vec<u8>,
}

/// A kind of shape: its name, and what its shapes are unless they say otherwise.
#[derive(Debug, Default, Clone)]
pub(super) struct Master {
    pub(super) name: String,
    /// The shape itself.
    pub(super) whole: Part,
    /// The shapes that it is made of, by their ids in it.
    pub(super) parts: BTreeMap<String, Part>,
}

/// What a shape inherits.
#[derive(Debug, Default, Clone)]
pub(super) struct Part {
    /// Numbers by the names of their cells.
    pub(super) cells: BTreeMap<&'static str, f64>,
    pub(super) text: String,
}

/// The cells that count.
pub(super) const CELLS: [&str; 8] = ["Width", "Height", "LocPinX", "LocPinY", "BeginX", "EndX", "BeginArrow", "EndArrow"];

impl Part {
    fn of(shape: &Element<'_>) -> Self {
        let cells = CELLS.into_iter().filter_map(|name| Some((name, super::page::cell(shape, name)?))).collect();
        Self { cells, text: one_line(shape.text_of("Text")) }
    }
}

/// The shapes in a shape, all the way down.
fn parts(shape: &Element<'_>, found: &mut BTreeMap<String, Part>) {
    for inner in shape.items("Shapes") {
        if let Some(id) = inner.attribute("ID") {
            found.insert(id.to_owned(), Part::of(inner));
        }
        parts(inner, found);
    }
}

/// What is needed of a drawing.
#[derive(Debug, Default)]
pub(super) struct Package {
    pub(super) pages: Vec<Page>,
    pub(super) masters: BTreeMap<String, Master>,
}

/// Unpacks what is needed.
pub(super) fn open(bytes: &[u8]) -> Result<Package, ImportError> {
    open_within(bytes, limits::MAX_FILE_BYTES)
}

/// Unpacks what is needed, no more than so many bytes of it.
pub(super) fn open_within(bytes: &[u8], budget: usize) -> Result<Package, ImportError> {
    if bytes.len() > limits::MAX_FILE_BYTES {
        return Err(ImportError::TooLarge { size: bytes.len() });
    }
    let archive = ZipArchive::new(Cursor::new(bytes)).map_err(|error| ImportError::Syntax(format!("it is no zip: {error}")))?;
    if archive.len() > MOST_FILES {
        return Err(ImportError::TooMuch { what: "files in the zip", limit: MOST_FILES });
    }
    let outside = |name: &str| name.starts_with(['/', '\\']) || name.split(['/', '\\']).any(|part| part == "..") || name.contains(':');
    if let Some(name) = archive.file_names().flatten().find(|name| outside(name)) {
        let shown: String = name.chars().filter(|c| !c.is_control()).take(80).collect();
        return Err(ImportError::NotTheFormat(format!("the zip has a file `{shown}` whose path leads out of it")));
    }
    let mut files = Files { archive, budget };
    let masters = masters(&mut files)?;
    let package = Package { pages: pages(&mut files)?, masters };
    if package.pages.is_empty() {
        return Err(ImportError::NotTheFormat("the zip has no page, which every Visio drawing has".to_owned()));
    }
    Ok(package)
}

struct Files<'b> {
    archive: ZipArchive<Cursor<&'b [u8]>>,
    budget: usize,
}

impl Files<'_> {
    fn get(&mut self, name: &str) -> Result<Option<Vec<u8>>, ImportError> {
        let Ok(file) = self.archive.by_name(name) else { return Ok(None) };
        let mut bytes = Vec::new();
        let most = u64::try_from(self.budget).unwrap_or(u64::MAX).saturating_add(1);
        file.take(most).read_to_end(&mut bytes).map_err(|error| ImportError::Syntax(format!("`{name}` cannot be unpacked: {error}")))?;
        self.budget = self.budget.checked_sub(bytes.len()).ok_or(ImportError::TooLarge { size: limits::MAX_FILE_BYTES + 1 })?;
        Ok(Some(bytes))
    }

    /// The files that a part names, by the ids that it names them with.
    fn relations(&mut self, folder: &str, part: &str) -> Result<BTreeMap<String, String>, ImportError> {
        let Some(bytes) = self.get(&format!("{folder}/_rels/{part}.rels"))? else { return Ok(BTreeMap::new()) };
        let root = xml::parse(&bytes)?;
        let all = root.all("Relationship").filter_map(|one| {
            let target = one.attribute("Target")?.rsplit('/').next()?;
            Some((one.attribute("Id")?.to_owned(), format!("{folder}/{target}")))
        });
        Ok(all.collect())
    }
}

fn pages(files: &mut Files<'_>) -> Result<Vec<Page>, ImportError> {
    let folder = "visio/pages";
    let relations = files.relations(folder, "pages.xml")?;
    let mut named: Vec<(String, String)> = Vec::new();
    if let Some(bytes) = files.get("visio/pages/pages.xml")? {
        for page in xml::parse(&bytes)?.all("Page").filter(|page| page.attribute("Background") != Some("1")) {
            let file = page.child("Rel").and_then(|rel| rel.attribute("id")).and_then(|id| relations.get(id));
            if let Some(file) = file {
                let name = page.attribute("Name").or_else(|| page.attribute("NameU")).unwrap_or_default();
                named.push((one_line(name), file.clone()));
            }
        }
    }
    if named.is_empty() {
        let is_page = |name: &str| name.starts_with("visio/pages/page") && name.ends_with(".xml") && name != "visio/pages/pages.xml";
        let mut all: Vec<String> =
            files.archive.file_names().flatten().filter(|name| is_page(name)).map(|name| name.into_owned()).collect();
        all.sort_by_key(|name| (name.len(), name.clone()));
        named = all.into_iter().map(|file| (String::new(), file)).collect();
    }
    if named.len() > MOST_PARTS {
        return Err(ImportError::TooMuch { what: "pages", limit: MOST_PARTS });
    }
    let mut pages = Vec::new();
    for (name, file) in named {
        if let Some(xml) = files.get(&file)? {
            pages.push(Page { name, file, xml });
        }
    }
    Ok(pages)
}

fn masters(files: &mut Files<'_>) -> Result<BTreeMap<String, Master>, ImportError> {
    let mut masters = BTreeMap::new();
    let relations = files.relations("visio/masters", "masters.xml")?;
    let Some(bytes) = files.get("visio/masters/masters.xml")? else { return Ok(masters) };
    let mut parts = Vec::new();
    for master in xml::parse(&bytes)?.all("Master").take(MOST_PARTS) {
        let name = master.attribute("NameU").or_else(|| master.attribute("Name")).unwrap_or_default();
        let id = master.attribute("ID").unwrap_or_default().to_owned();
        let file = master.child("Rel").and_then(|rel| rel.attribute("id")).and_then(|id| relations.get(id)).cloned();
        parts.push((id.clone(), file));
        masters.insert(id, Master { name: one_line(name), ..Master::default() });
    }
    for (id, file) in parts {
        let Some(bytes) = file.map(|file| files.get(&file)).transpose()?.flatten() else { continue };
        let root = xml::parse(&bytes)?;
        let Some(shape) = root.items("Shapes").first() else { continue };
        if let Some(master) = masters.get_mut(&id) {
            master.whole = Part::of(shape);
            self::parts(shape, &mut master.parts);
        }
    }
    Ok(masters)
}
