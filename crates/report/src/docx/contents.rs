//! The table of contents: a field that office programs can bring up to date, filled in so that it can be read and followed
//! before that.

use std::fmt::Write as _;

use super::escaped;

/// The deepest level of headings that is listed.
pub(super) const DEPTH: usize = 2;

/// A heading that is listed.
pub(super) struct Entry {
    /// 1 for sections.
    pub(super) level: usize,
    /// Its words.
    pub(super) text: String,
}

/// The name of the bookmark at the so manieth listed heading.
pub(super) fn mark(ix: usize) -> String {
    format!("_Toc{:08}", ix + 1)
}

/// The table. Numbers of pages are fields without a value: who lays out the pages knows them.
pub(super) fn table(entries: &[Entry]) -> String {
    let mut out = String::from(
        r#"<w:sdt><w:sdtPr><w:docPartObj><w:docPartGallery w:val="Table of Contents"/><w:docPartUnique/></w:docPartObj></w:sdtPr><w:sdtContent><w:p><w:pPr><w:pStyle w:val="ContentsHeading"/></w:pPr><w:r><w:t>Contents</w:t></w:r></w:p>"#,
    );
    for (ix, entry) in entries.iter().enumerate() {
        let start = if ix == 0 { field(&format!(r#" TOC \o "1-{DEPTH}" \h \z \u "#)) } else { String::new() };
        let (level, text, mark) = (entry.level, escaped(&entry.text), mark(ix));
        let _ = write!(
            out,
            r#"<w:p><w:pPr><w:pStyle w:val="TOC{level}"/></w:pPr>{start}<w:hyperlink w:anchor="{mark}" w:history="1"><w:r><w:t xml:space="preserve">{text}</w:t></w:r><w:r><w:tab/></w:r>{}{END}</w:hyperlink></w:p>"#,
            field(&format!(r" PAGEREF {mark} \h ")),
        );
    }
    let _ = write!(out, "<w:p>{END}</w:p></w:sdtContent></w:sdt>");
    out
}

/// Where a field ends.
const END: &str = r#"<w:r><w:fldChar w:fldCharType="end"/></w:r>"#;

/// The start of a field, up to its value.
fn field(instruction: &str) -> String {
    format!(
        r#"<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText xml:space="preserve">{}</w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r>"#,
        escaped(instruction)
    )
}
