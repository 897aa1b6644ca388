//! What the typesetter sees: one template, the document as data, its pictures and the fonts that come with the library.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use jiff::civil::Date;
use typst::diag::{FileError, FileResult};
use typst::foundations::{Bytes, Datetime, Duration};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World};

const TEMPLATE: &str = include_str!("main.typ");

/// What the fonts for formulas, which no document has, are called inside their files.
const FORMULAS: &[u8] = b"NewCM";

/// The fonts and what is known of them; read once.
static FONTS: LazyLock<(LazyHash<FontBook>, Vec<Font>)> = LazyLock::new(|| {
    let used = typst_assets::fonts().filter(|bytes| !bytes.windows(FORMULAS.len()).any(|window| window == FORMULAS));
    let fonts: Vec<Font> = used.flat_map(|bytes| Font::iter(Bytes::new(bytes))).collect();
    (LazyHash::new(FontBook::from_fonts(&fonts)), fonts)
});

/// A character that the fonts can draw and that an archive may hold: itself, or a question mark.
pub(crate) fn drawn(c: char) -> char {
    match c {
        ' '..='~' => c,
        c if c.is_control() => ' ',
        // Places to break, which nothing draws.
        '\u{200b}' => c,
        '\u{e000}'..='\u{f8ff}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}' => '?',
        c if FONTS.1.iter().any(|font| font.info().coverage.contains(u32::from(c))) => c,
        _ => '?',
    }
}

/// A desk with everything on it that the typesetter may use.
pub(crate) struct Desk {
    library: LazyHash<Library>,
    main: Source,
    files: BTreeMap<String, Bytes>,
}

impl Desk {
    /// A desk with these files, by name.
    pub(crate) fn new(files: BTreeMap<String, Vec<u8>>) -> Self {
        let path = VirtualPath::new("main.typ").expect("a plain name is a path");
        let main = Source::new(RootedPath::new(VirtualRoot::Project, path).intern(), TEMPLATE.to_owned());
        let files = files.into_iter().map(|(name, bytes)| (name, Bytes::new(bytes))).collect();
        Self { library: LazyHash::new(Library::default()), main, files }
    }
}

impl World for Desk {
    fn library(&self) -> &LazyHash<Library> {
        &self.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &FONTS.0
    }

    fn main(&self) -> FileId {
        self.main.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        if id == self.main.id() { Ok(self.main.clone()) } else { Err(FileError::AccessDenied) }
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        self.files.get(id.get().vpath().get_without_slash()).cloned().ok_or(FileError::AccessDenied)
    }

    fn font(&self, index: usize) -> Option<Font> {
        FONTS.1.get(index).cloned()
    }

    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        None
    }
}

/// A day as the typesetter has it.
pub(crate) fn day(date: Date) -> Option<Datetime> {
    Datetime::from_ymd_hms(i32::from(date.year()), u8::try_from(date.month()).ok()?, u8::try_from(date.day()).ok()?, 0, 0, 0)
}
