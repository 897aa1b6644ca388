//! The text of the document: blocks as paragraphs, tables and pictures.

use std::collections::{BTreeMap, BTreeSet, btree_map};
use std::fmt::Write as _;

use super::contents::{self, Entry};
use super::escaped;
use super::pixels::Drawing;
use crate::paper::{Block, Branding, Paper, Picture, Run, Table};
use crate::pictures::flat;

/// Usable width of an A4 page in twentieths of a point.
pub(super) const WIDTH: u32 = 9_920;
/// Room that a letter of a table's head takes at most, and the margins of its cell, in the same units.
const LETTER: u32 = 105;
const CELL_MARGINS: u32 = 160;
/// Longer words of a cell may be broken.
const LONGEST: usize = 14;
/// The same in English metric units, and the most that a picture may be high.
const WIDTH_EMU: f64 = 6_299_200.0;
const HEIGHT_EMU: f64 = 7_900_000.0;
/// Units in a pixel.
const PIXEL: f64 = 9_525.0;
/// Lines of a long listing that a document holds; the rest is in the formats made for it.
const CODE_LINES: usize = 4_000;

/// What the main part needs.
pub(super) struct Body<'a> {
    anchors: BTreeSet<&'a str>,
    /// Numbers of bookmarks by name, each used once.
    bookmarks: BTreeMap<String, usize>,
    /// Headings of the table of contents, which have bookmarks of their own.
    contents: Vec<Entry>,
    out: String,
    /// Files of pictures.
    pub(super) media: Vec<(String, Vec<u8>)>,
    /// Pictures that have a file of pixels beside the one in `media`.
    pub(super) drawings: Vec<Drawing>,
    /// Titles of pictures so far.
    pictures: usize,
    /// How many numbered lists there are.
    pub(super) numbered: usize,
}

impl<'a> Body<'a> {
    pub(super) fn of(paper: &'a Paper, branding: &Branding) -> Self {
        let mut body = Self {
            anchors: paper.anchors(),
            bookmarks: BTreeMap::new(),
            contents: Vec::new(),
            out: String::new(),
            media: Vec::new(),
            drawings: Vec::new(),
            pictures: 0,
            numbered: 0,
        };
        body.title(paper, branding);
        let front = body.out.len();
        for (ix, section) in paper.sections.iter().enumerate() {
            body.heading(1, &format!("{}. {}", ix + 1, section.title), Some(section.anchor));
            body.blocks(&section.blocks);
        }
        body.out.insert_str(front, &contents::table(&body.contents));
        body
    }

    /// The whole main part.
    pub(super) fn document(&self) -> String {
        format!(
            r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?><w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" xmlns:a="http://schemas.openxmlformats.org/drawingml/2006/main" xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"><w:body>{}<w:sectPr><w:headerReference w:type="default" r:id="rIdHeader"/><w:footerReference w:type="default" r:id="rIdFooter"/><w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="1134" w:right="993" w:bottom="1134" w:left="993" w:header="500" w:footer="500" w:gutter="0"/></w:sectPr></w:body></w:document>"#,
            self.out
        )
    }

    /// Which parts the main part uses.
    pub(super) fn relations(&self) -> String {
        const KIND: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
        let mut out = String::from(
            r#"<?xml version="1.0" encoding="UTF-8" standalone="yes"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">"#,
        );
        for (id, kind, target) in [
            ("rIdStyles", "styles", "styles.xml"),
            ("rIdSettings", "settings", "settings.xml"),
            ("rIdNumbering", "numbering", "numbering.xml"),
            ("rIdHeader", "header", "header1.xml"),
            ("rIdFooter", "footer", "footer1.xml"),
            ("rIdNote", "image", "media/note.png"),
        ] {
            let _ = write!(out, r#"<Relationship Id="{id}" Type="{KIND}/{kind}" Target="{target}"/>"#);
        }
        for (ix, (name, _)) in self.media.iter().enumerate() {
            let _ = write!(out, r#"<Relationship Id="rIdPic{ix}" Type="{KIND}/image" Target="media/{name}"/>"#);
        }
        for (ix, drawing) in self.drawings.iter().enumerate() {
            let _ = write!(out, r#"<Relationship Id="rIdPng{ix}" Type="{KIND}/image" Target="media/{}"/>"#, drawing.name);
        }
        out.push_str("</Relationships>");
        out
    }

    fn title(&mut self, paper: &Paper, branding: &Branding) {
        if let Some(logo) = &branding.logo {
            let size = if logo.svg {
                svg_size(&String::from_utf8_lossy(&logo.bytes))
            } else {
                logo.png_size().map(|(w, h)| (f64::from(w), f64::from(h)))
            };
            let (w, h) = size.unwrap_or((120.0, 40.0));
            let scale = (160.0 / w).min(60.0 / h).min(1.0);
            let kind = if logo.svg { "svg" } else { "png" };
            self.drawing(kind, logo.bytes.clone(), "rIdNote", "Logo", (w * scale * PIXEL, h * scale * PIXEL));
        }
        self.paragraph("Normal", "", &[Run::Quiet(paper.kicker.to_owned())]);
        self.paragraph("Title", "", &[Run::Plain(paper.name.clone())]);
        self.paragraph("Normal", "", &paper.lead);
        let rows = paper.facts.iter().map(|(name, value)| vec![vec![Run::Strong((*name).to_owned())], value.clone()]).collect();
        self.rows(&[2, 6], None, rows);
    }

    fn blocks(&mut self, blocks: &[Block]) {
        blocks.iter().for_each(|block| self.block(block));
    }

    fn block(&mut self, block: &Block) {
        match block {
            Block::Heading(level, text, anchor) => self.heading(usize::from(*level) - 1, text, anchor.as_deref()),
            Block::Text(runs) => self.paragraph("Normal", "", runs),
            Block::List(numbered, items) => {
                self.numbered += usize::from(*numbered);
                let list = if *numbered { self.numbered + 1 } else { 1 };
                items.iter().for_each(|item| self.item(list, 0, item));
            }
            Block::Steps(steps) => steps.iter().for_each(|(depth, step)| self.item(1, *depth, step)),
            Block::Table(Table { head, rows }) => {
                let shares: Vec<u8> = head.iter().map(|(_, share)| *share).collect();
                let titles = head.iter().map(|(title, _)| vec![Run::Strong((*title).to_owned())]).collect();
                self.rows(&shares, Some(titles), rows.clone());
            }
            Block::Picture(picture) => self.picture(picture),
            Block::Code(_, text) => {
                for line in text.lines().take(CODE_LINES) {
                    self.paragraph("Code", "", &[Run::Plain(line.to_owned())]);
                }
            }
            Block::Folded(title, inner) => {
                self.heading(2, title, None);
                self.blocks(inner);
            }
        }
    }

    fn heading(&mut self, level: usize, text: &str, anchor: Option<&str>) {
        let mut names = Vec::new();
        if level <= contents::DEPTH {
            names.push(contents::mark(self.contents.len()));
            self.contents.push(Entry { level: level.max(1), text: text.to_owned() });
        }
        names.extend(anchor.map(bookmark));
        let mut mark = String::new();
        for name in names {
            let id = self.bookmarks.len();
            if let btree_map::Entry::Vacant(free) = self.bookmarks.entry(name) {
                let _ = write!(mark, r#"<w:bookmarkStart w:id="{id}" w:name="{}"/><w:bookmarkEnd w:id="{id}"/>"#, free.key());
                free.insert(id);
            }
        }
        let _ = write!(
            self.out,
            r#"<w:p><w:pPr><w:pStyle w:val="Heading{}"/></w:pPr>{mark}<w:r><w:t xml:space="preserve">{}</w:t></w:r></w:p>"#,
            level.clamp(1, 3),
            escaped(text)
        );
    }

    fn item(&mut self, list: usize, depth: usize, runs: &[Run]) {
        let list = format!(r#"<w:numPr><w:ilvl w:val="{}"/><w:numId w:val="{list}"/></w:numPr><w:spacing w:after="40"/>"#, depth.min(8));
        self.paragraph("Normal", &list, runs);
    }

    fn paragraph(&mut self, style: &str, properties: &str, runs: &[Run]) {
        let _ = write!(self.out, r#"<w:p><w:pPr><w:pStyle w:val="{style}"/>{properties}</w:pPr>"#);
        runs.iter().for_each(|run| self.run(run));
        self.out.push_str("</w:p>");
    }

    fn run(&mut self, run: &Run) {
        let (look, words) = match run {
            Run::Plain(text) => ("", text.clone()),
            Run::Strong(text) => ("<w:b/>", text.clone()),
            Run::Quiet(text) => (r#"<w:color w:val="566273"/>"#, text.clone()),
            Run::Code(text) => (r#"<w:rFonts w:ascii="Consolas" w:hAnsi="Consolas" w:cs="Consolas"/><w:noProof/>"#, text.clone()),
            Run::Missing(_) => (r#"<w:i/><w:color w:val="566273"/>"#, run.words()),
            Run::Alarm(text) => (r#"<w:b/><w:color w:val="8A1020"/>"#, text.clone()),
            Run::Good(text) => (r#"<w:color w:val="2B5D34"/>"#, text.clone()),
            Run::Band(band) => {
                let fill = match band.as_str() {
                    "critical" => r#"<w:b/><w:color w:val="8A1020"/><w:shd w:val="clear" w:color="auto" w:fill="FBE3E6"/>"#,
                    "high" => r#"<w:b/><w:color w:val="8F3F00"/><w:shd w:val="clear" w:color="auto" w:fill="FDEBD8"/>"#,
                    "medium" => r#"<w:b/><w:color w:val="5F5000"/><w:shd w:val="clear" w:color="auto" w:fill="FBF5D0"/>"#,
                    _ => r#"<w:b/><w:color w:val="2B5D34"/><w:shd w:val="clear" w:color="auto" w:fill="E4F3E6"/>"#,
                };
                (fill, band.as_str().to_owned())
            }
            Run::Link(anchor, text) if self.anchors.contains(anchor.as_str()) => {
                let _ = write!(self.out, r#"<w:hyperlink w:anchor="{}" w:history="1">"#, bookmark(anchor));
                self.words(r#"<w:color w:val="0B57A4"/>"#, text);
                self.out.push_str("</w:hyperlink>");
                return;
            }
            Run::Link(_, text) => ("", text.clone()),
        };
        self.words(look, &words);
    }

    fn words(&mut self, look: &str, text: &str) {
        let _ = write!(self.out, r#"<w:r><w:rPr>{look}</w:rPr><w:t xml:space="preserve">{}</w:t></w:r>"#, escaped(text));
    }

    fn rows(&mut self, shares: &[u8], head: Option<Vec<Vec<Run>>>, rows: Vec<Vec<Vec<Run>>>) {
        let widths = widths(shares, head.as_deref(), &rows);
        let edge = r#"w:val="single" w:sz="4" w:space="0" w:color="D5DBE3""#;
        let _ = write!(
            self.out,
            r#"<w:tbl><w:tblPr><w:tblW w:w="{WIDTH}" w:type="dxa"/><w:tblBorders><w:top {edge}/><w:bottom {edge}/><w:insideH {edge}/></w:tblBorders><w:tblLayout w:type="fixed"/></w:tblPr><w:tblGrid>"#
        );
        widths.iter().for_each(|width| self.out.push_str(&format!(r#"<w:gridCol w:w="{width}"/>"#)));
        self.out.push_str("</w:tblGrid>");
        if let Some(head) = head {
            self.row(&widths, &head, true);
        }
        rows.iter().for_each(|row| self.row(&widths, row, false));
        // Two tables need something between them.
        self.out.push_str(r#"</w:tbl><w:p><w:pPr><w:spacing w:after="60"/></w:pPr></w:p>"#);
    }

    fn row(&mut self, widths: &[u32], cells: &[Vec<Run>], head: bool) {
        let kind = if head { r#"<w:trPr><w:cantSplit/><w:tblHeader/></w:trPr>"# } else { r#"<w:trPr><w:cantSplit/></w:trPr>"# };
        let _ = write!(self.out, "<w:tr>{kind}");
        let shade = if head { r#"<w:shd w:val="clear" w:color="auto" w:fill="F0F3F7"/>"# } else { "" };
        for (width, cell) in widths.iter().zip(cells) {
            let _ = write!(self.out, r#"<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{shade}</w:tcPr>"#);
            let cell: Vec<Run> = cell.iter().map(Run::in_cell).collect();
            self.paragraph("Cell", "", &cell);
            self.out.push_str("</w:tc>");
        }
        self.out.push_str("</w:tr>");
    }

    fn picture(&mut self, picture: &Picture) {
        let (w, h) = svg_size(&picture.svg).unwrap_or((600.0, 400.0));
        let scale = (WIDTH_EMU / (w * PIXEL)).min(HEIGHT_EMU / (h * PIXEL)).min(1.0);
        let (svg, ix) = (flat(&picture.svg), self.drawings.len());
        let size = (w * PIXEL * scale, h * PIXEL * scale);
        self.drawing("svg", svg.clone().into_bytes(), &format!("rIdPng{ix}"), &picture.title, size);
        self.drawings.push(Drawing { name: format!("pixels{ix}.png"), svg, shown: scale });
        self.paragraph("Caption", "", &[Run::Plain(picture.title.clone())]);
    }

    /// A picture; `pixels` is what programs show that draw no SVG.
    fn drawing(&mut self, kind: &str, bytes: Vec<u8>, pixels: &str, title: &str, (w, h): (f64, f64)) {
        let ix = self.media.len();
        self.media.push((format!("picture{ix}.{kind}"), bytes));
        self.pictures += 1;
        let (id, title) = (self.pictures, escaped(title));
        let blip = if kind == "svg" {
            format!(
                r#"<a:blip r:embed="{pixels}"><a:extLst><a:ext uri="{{96DAC541-7B7A-43D3-8B79-37D633B846F1}}"><asvg:svgBlip xmlns:asvg="http://schemas.microsoft.com/office/drawing/2016/SVG/main" r:embed="rIdPic{ix}"/></a:ext></a:extLst></a:blip>"#
            )
        } else {
            format!(r#"<a:blip r:embed="rIdPic{ix}"/>"#)
        };
        let _ = write!(
            self.out,
            r#"<w:p><w:pPr><w:keepNext/></w:pPr><w:r><w:drawing><wp:inline distT="0" distB="0" distL="0" distR="0"><wp:extent cx="{w:.0}" cy="{h:.0}"/><wp:docPr id="{id}" name="Picture {id}" descr="{title}"/><a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture"><pic:pic><pic:nvPicPr><pic:cNvPr id="{id}" name="Picture {id}"/><pic:cNvPicPr/></pic:nvPicPr><pic:blipFill>{blip}<a:stretch><a:fillRect/></a:stretch></pic:blipFill><pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="{w:.0}" cy="{h:.0}"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic></wp:inline></w:drawing></w:r></w:p>"#
        );
    }
}

/// Widths of columns by their shares of the page, but none so narrow that a word is broken, if that is possible.
fn widths(shares: &[u8], head: Option<&[Vec<Run>]>, rows: &[Vec<Vec<Run>>]) -> Vec<u32> {
    let titles = head.map_or_else(|| vec![0; shares.len()], |head| head.iter().map(|cell| room(cell, usize::MAX)).collect::<Vec<_>>());
    let words = |ix: usize| rows.iter().filter_map(|row| row.get(ix)).map(|cell| room(cell, LONGEST)).max().unwrap_or(0);
    let all: Vec<u32> = titles.iter().enumerate().map(|(ix, title)| words(ix).max(*title)).collect();
    let least = [all, titles, vec![0; shares.len()]].into_iter().find(|least| least.iter().sum::<u32>() <= WIDTH).unwrap_or_default();
    shared(shares, &least)
}

/// The room that the longest word of a cell needs; words longer than so many letters are broken.
fn room(cell: &[Run], longest: usize) -> u32 {
    let texts = cell.iter().filter(|run| !matches!(run, Run::Code(_))).map(Run::words);
    let words = texts.flat_map(|text| text.split([' ', '\n', '-', '/']).map(|word| word.chars().count()).collect::<Vec<_>>());
    words.filter(|letters| *letters <= longest).max().map_or(0, |letters| u32::try_from(letters).unwrap_or(WIDTH) * LETTER + CELL_MARGINS)
}

/// Shares of the page, where columns that would be narrower than their least width have that.
fn shared(shares: &[u8], least: &[u32]) -> Vec<u32> {
    let mut fixed = vec![false; shares.len()];
    loop {
        let taken: u32 = (0..shares.len()).filter(|&ix| fixed[ix]).map(|ix| least[ix]).sum();
        let total: u32 = (0..shares.len()).filter(|&ix| !fixed[ix]).map(|ix| u32::from(shares[ix])).sum::<u32>().max(1);
        let width = |ix: usize| if fixed[ix] { least[ix] } else { WIDTH.saturating_sub(taken) * u32::from(shares[ix]) / total };
        let Some(narrow) = (0..shares.len()).find(|&ix| !fixed[ix] && width(ix) < least[ix]) else {
            return (0..shares.len()).map(width).collect();
        };
        fixed[narrow] = true;
    }
}

/// Names of bookmarks have at most 40 characters: long ones end in a number made from the whole.
fn bookmark(anchor: &str) -> String {
    let plain: String = anchor.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    let hash = anchor.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    format!("b_{}_{hash:016x}", &plain[..plain.len().min(20)])
}

/// Width and height that an SVG states, in pixels.
fn svg_size(svg: &str) -> Option<(f64, f64)> {
    let start = svg.find("<svg")?;
    let tag = svg[start..].split('>').next()?;
    let number = |name: &str| -> Option<f64> {
        let value = tag.split(&format!(" {name}=\"")).nth(1)?.split('"').next()?;
        value.trim_end_matches("px").parse().ok().filter(|n: &f64| *n > 0.0 && *n < 100_000.0)
    };
    Some((number("width")?, number("height")?))
}
