//! What the pictures are drawn with: a page of a size, boxes, lines and lines of text.

use std::fmt::Write as _;

use redan_model::lang::Band;

use crate::diagram::svg::escaped;
use crate::diagram::svg::style::theme;
use crate::diagram::text::Font;

/// Names.
pub(super) const NAME: Font = Font { size: 12.0, bold: true };
/// Everything else.
pub(super) const NOTE: Font = Font { size: 11.0, bold: false };

/// A picture that is being drawn.
pub(super) struct Canvas {
    out: String,
}

impl Canvas {
    pub(super) fn new() -> Self {
        Self { out: String::new() }
    }

    pub(super) fn rect(&mut self, class: &str, (x, y): (f64, f64), (w, h): (f64, f64)) {
        let _ = write!(self.out, r#"<rect class="{class}" x="{x:.1}" y="{y:.1}" width="{w:.1}" height="{h:.1}"/>"#);
    }

    pub(super) fn text(&mut self, class: &str, (x, y): (f64, f64), text: &str) {
        let _ = write!(self.out, r#"<text class="{class}" x="{x:.1}" y="{y:.1}">{}</text>"#, escaped(text));
    }

    /// Text from the bottom to the top, starting at a point.
    pub(super) fn upward(&mut self, class: &str, (x, y): (f64, f64), text: &str) {
        let _ = write!(self.out, r#"<text class="{class}" transform="translate({x:.1} {y:.1}) rotate(-90)">{}</text>"#, escaped(text));
    }

    pub(super) fn path(&mut self, class: &str, d: &str) {
        let _ = write!(self.out, r#"<path class="{class}" d="{d}"/>"#);
    }

    pub(super) fn line(&mut self, class: &str, (x1, y1): (f64, f64), (x2, y2): (f64, f64)) {
        self.path(class, &format!("M{x1:.1} {y1:.1}L{x2:.1} {y2:.1}"));
    }

    /// The SVG element: `id` is unique in its document, the description says what the picture says.
    pub(super) fn finish(self, id: &str, (width, height): (f64, f64), title: &str, description: &str) -> String {
        let id = escaped(id);
        format!(
            r#"<svg xmlns="http://www.w3.org/2000/svg" class="redan-pic" width="{width:.0}" height="{height:.0}" viewBox="0 0 {width:.0} {height:.0}" role="img" aria-labelledby="{id}-title {id}-desc"><title id="{id}-title">{}</title><desc id="{id}-desc">{}</desc><style>{}{}{RULES}</style>{}</svg>"#,
            escaped(title),
            escaped(description),
            theme("redan-pic"),
            bands(),
            self.out
        )
    }
}

/// A text that fits a width in one line, cut with an ellipsis if it must.
pub(super) fn fitted(text: &str, font: Font, width: f64) -> String {
    crate::diagram::text::wrap(text, font, width, 1).into_iter().next().unwrap_or_default()
}

/// The letter that stands for a band where there is no room for the word.
pub(super) fn letter(band: Band) -> &'static str {
    match band {
        Band::Critical => "C",
        Band::High => "H",
        Band::Medium => "M",
        Band::Low => "L",
    }
}

/// Colours of bands, for the theme of the reader and for paper.
fn bands() -> String {
    const LIGHT: &str = "--pic-critical:#f3b8c0;--pic-high:#fbd9b5;--pic-medium:#f8efb4;--pic-low:#d5ecd8;--pic-none:#f1f3f6";
    const DARK: &str = "--pic-critical:#6a1f2b;--pic-high:#5f3810;--pic-medium:#4d4410;--pic-low:#1f4527;--pic-none:#1f252d";
    format!(
        ".redan-pic{{{LIGHT}}}\
         @media (prefers-color-scheme:dark){{.redan-pic{{{DARK}}}}}\
         [data-theme=light] .redan-pic{{{LIGHT}}}\
         [data-theme=dark] .redan-pic{{{DARK}}}\
         @media print{{.redan-pic.redan-pic{{{LIGHT}}}}}"
    )
}

const RULES: &str = ".redan-pic{font-family:Helvetica,Arial,'Liberation Sans',sans-serif;max-width:100%;height:auto}\
    .redan-pic text{fill:var(--dfd-text);font-size:11px}\
    .redan-pic .name{font-size:12px;font-weight:700}\
    .redan-pic .quiet{fill:var(--dfd-muted)}\
    .redan-pic .middle{text-anchor:middle}.redan-pic .end{text-anchor:end}\
    .redan-pic .count{font-size:14px;font-weight:700;text-anchor:middle}\
    .redan-pic .small{font-size:9px;fill:var(--dfd-text)}\
    .redan-pic .bold{font-weight:700}\
    .redan-pic rect{stroke:var(--dfd-page);stroke-width:1.5}\
    .redan-pic .critical{fill:var(--pic-critical)}.redan-pic .high{fill:var(--pic-high)}\
    .redan-pic .medium{fill:var(--pic-medium)}.redan-pic .low{fill:var(--pic-low)}.redan-pic .none{fill:var(--pic-none)}\
    .redan-pic .empty{fill:none;stroke:var(--dfd-out-line);stroke-dasharray:2 2}\
    .redan-pic .head{fill:var(--dfd-process);stroke:var(--dfd-process-line)}\
    .redan-pic .rule{fill:none;stroke:var(--dfd-out-line);stroke-width:1}\
    .redan-pic .axis{fill:none;stroke:var(--dfd-line);stroke-width:1.2}\
    .redan-pic .life{fill:none;stroke:var(--dfd-out-line);stroke-width:1;stroke-dasharray:4 4}\
    .redan-pic .send{fill:none;stroke:var(--dfd-line);stroke-width:1.4}\
    .redan-pic .back{fill:none;stroke:var(--dfd-line);stroke-width:1.2;stroke-dasharray:5 3}\
    .redan-pic .tip{fill:var(--dfd-line)}\
    .redan-pic .halo{paint-order:stroke;stroke:var(--dfd-page);stroke-width:4px;stroke-linejoin:round}\
    .redan-pic .front{fill:none;stroke:var(--dfd-process-line);stroke-width:2}\
    .redan-pic .dot{fill:var(--dfd-process-line);stroke:var(--dfd-page)}.redan-pic .ring{fill:var(--dfd-page);stroke:var(--dfd-process-line);stroke-width:2}\
    .redan-pic .came{fill:var(--dfd-boundary);stroke:var(--dfd-boundary)}.redan-pic .went{fill:none;stroke:var(--dfd-process-line);stroke-width:2}\
    .redan-pic .one{fill:none;stroke:var(--dfd-boundary);stroke-width:2.6}\
    .redan-pic .two{fill:none;stroke:var(--dfd-line);stroke-width:2;stroke-dasharray:6 3}";
