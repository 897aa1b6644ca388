//! The document as the data that the template reads.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use redan_report::paper::{Block, Branding, Paper, Picture, Run, Table};
use redan_report::pictures::flat;
use serde_json::{Value, json};

use crate::world::drawn;

/// Room on a page in points: width and height, upright and on its side.
const UPRIGHT: (f64, f64) = (493.0, 640.0);
const SIDEWAYS: (f64, f64) = (740.0, 400.0);
/// Points in a pixel.
const PIXEL: f64 = 0.75;
/// A picture that would shrink below this gets a page on its side.
const LEGIBLE: f64 = 0.62;
/// Longer words get places to break.
const LONG: usize = 16;

/// The files for the template, by name.
pub(crate) fn of(paper: &Paper, branding: &Branding, today: Date) -> BTreeMap<String, Vec<u8>> {
    let mut data = Data { anchors: paper.anchors(), used: BTreeSet::new(), files: BTreeMap::new(), attached: Vec::new(), level: 1 };
    let sections: Vec<Value> = paper
        .sections
        .iter()
        .enumerate()
        .map(|(ix, section)| {
            data.level = 1;
            data.used.insert(section.anchor);
            let mut blocks = data.blocks(&section.blocks);
            // Wide pictures at the start of a section share a page on its side with the title of the section.
            let wide: Vec<Value> = blocks.drain(..blocks.iter().take_while(|block| block["sideways"] == true).count()).collect();
            json!({"title": format!("{}. {}", ix + 1, section.title), "anchor": section.anchor, "wide": shared(wide), "blocks": blocks})
        })
        .collect();
    let logo = branding.logo.as_ref().map(|logo| {
        let name = if logo.svg { "logo.svg" } else { "logo.png" };
        data.files.insert(name.to_owned(), logo.bytes.clone());
        name
    });
    let root = json!({
        "kicker": paper.kicker,
        "name": plain(&paper.name),
        "lead": data.runs(&paper.lead),
        "facts": paper.facts.iter().map(|(name, value)| json!([name, data.runs(value)])).collect::<Vec<_>>(),
        "year": today.year(), "month": today.month(), "day": today.day(),
        "colour": branding.colour.as_deref().unwrap_or("#1f3a5f"),
        "classification": branding.classification.as_deref().map(plain),
        "logo": logo,
        "contents": paper.sections.len() > 4,
        "sections": sections,
        "attached": data.attached,
    });
    data.files.insert("paper.json".to_owned(), root.to_string().into_bytes());
    data.files
}

struct Data<'a> {
    anchors: BTreeSet<&'a str>,
    /// Anchors that stand somewhere already; each may stand once.
    used: BTreeSet<&'a str>,
    files: BTreeMap<String, Vec<u8>>,
    attached: Vec<Value>,
    /// The level of the last heading: none may be left out on the way down.
    level: u8,
}

impl<'a> Data<'a> {
    fn blocks(&mut self, blocks: &'a [Block]) -> Vec<Value> {
        blocks.iter().map(|block| self.block(block)).collect()
    }

    fn block(&mut self, block: &'a Block) -> Value {
        match block {
            Block::Heading(level, text, anchor) => {
                self.level = (level - 1).min(self.level + 1);
                let anchor = anchor.as_deref().filter(|anchor| self.used.insert(anchor));
                json!({"is": "heading", "level": self.level, "text": plain(text), "anchor": anchor})
            }
            Block::Text(runs) => json!({"is": "text", "runs": self.runs(runs)}),
            Block::List(numbered, items) => {
                json!({"is": if *numbered { "enum" } else { "list" }, "items": items.iter().map(|item| self.runs(item)).collect::<Vec<_>>()})
            }
            Block::Steps(steps) => {
                json!({"is": "steps", "steps": steps.iter().map(|(depth, runs)| json!({"depth": depth, "runs": self.runs(runs)})).collect::<Vec<_>>()})
            }
            Block::Table(Table { head, rows }) => json!({
                "is": "table",
                "head": head.iter().map(|(title, _)| *title).collect::<Vec<_>>(),
                "shares": head.iter().map(|(_, share)| *share).collect::<Vec<_>>(),
                "rows": rows.iter().map(|row| row.iter().map(|cell| self.runs(&cell.iter().map(Run::in_cell).collect::<Vec<_>>())).collect::<Vec<_>>()).collect::<Vec<_>>(),
            }),
            Block::Picture(picture) => self.picture(picture),
            Block::Code(language, text) => self.attach(language, text),
            Block::Folded(title, inner) => {
                self.level = (self.level + 1).clamp(2, 3);
                let level = self.level;
                json!({"is": "folded", "level": level, "title": plain(title), "blocks": self.blocks(inner)})
            }
        }
    }

    fn picture(&mut self, picture: &Picture) -> Value {
        let name = format!("picture{}.svg", self.files.len());
        self.files.insert(name.clone(), plain(&flat(&picture.svg)).into_bytes());
        let (w, h) = size(&picture.svg).unwrap_or((600.0, 400.0));
        let (w, h) = (w * PIXEL, h * PIXEL);
        let fit = |room: (f64, f64)| (room.0 / w).min(room.1 / h).min(1.0);
        let sideways = fit(UPRIGHT) < LEGIBLE && fit(SIDEWAYS) > fit(UPRIGHT) * 1.15;
        let scale = fit(if sideways { SIDEWAYS } else { UPRIGHT });
        json!({"is": "picture", "file": name, "title": plain(&picture.title), "width": w * scale, "height": h * scale, "sideways": sideways})
    }

    fn attach(&mut self, language: &str, text: &str) -> Value {
        let (name, kind, what) = match language {
            "csv" => ("threats.csv", "text/csv", "The threats with the columns of the guide"),
            _ => ("model.json", "application/json", "The model in its canonical form"),
        };
        self.files.insert(name.to_owned(), text.as_bytes().to_vec());
        self.attached.push(json!({"file": name, "kind": kind, "what": what}));
        json!({"is": "text", "runs": [{"is": "plain", "text": format!("{what}: attached to this file as ")}, {"is": "code", "text": name}]})
    }

    fn runs(&self, runs: &[Run]) -> Vec<Value> {
        let plain = |is: &str, text: &str| json!({"is": is, "text": breakable(text)});
        let one = |run: &Run| match run {
            Run::Plain(text) => plain("plain", text),
            Run::Strong(text) => plain("strong", text),
            Run::Quiet(text) => plain("quiet", text),
            Run::Code(text) => plain("code", text),
            Run::Alarm(text) => plain("alarm", text),
            Run::Good(text) => plain("good", text),
            Run::Missing(_) => plain("missing", &run.words()),
            Run::Band(band) => plain("band", band.as_str()),
            Run::Link(anchor, text) if self.anchors.contains(anchor.as_str()) => {
                json!({"is": "link", "text": breakable(text), "to": anchor})
            }
            Run::Link(_, text) => plain("plain", text),
        };
        runs.iter().map(one).collect()
    }
}

/// Pictures made small enough to stand below each other on one page on its side.
fn shared(mut pictures: Vec<Value>) -> Vec<Value> {
    // Each has a line below it that says what it shows.
    const LINE: f64 = 28.0;
    let high: f64 = pictures.iter().filter_map(|p| p["height"].as_f64()).sum();
    let room = SIDEWAYS.1 - LINE * pictures.len() as f64;
    if high > room {
        for picture in &mut pictures {
            picture["width"] = json!(picture["width"].as_f64().unwrap_or(0.0) * room / high);
        }
    }
    pictures
}

/// A text of characters that can be drawn.
fn plain(text: &str) -> String {
    text.chars().map(drawn).collect()
}

/// A text whose long words can be broken: after marks between their parts, and anywhere when they have none.
fn breakable(text: &str) -> String {
    let text = plain(text);
    let mut out = String::with_capacity(text.len());
    for word in text.split_inclusive(char::is_whitespace) {
        if word.chars().count() <= LONG {
            out.push_str(word);
            continue;
        }
        let mut since = 0;
        for c in word.chars() {
            out.push(c);
            since += 1;
            if matches!(c, '.' | '/' | '_' | '@' | ':' | ',' | '-') && since > 3 || since >= 2 * LONG {
                out.push('\u{200b}');
                since = 0;
            }
        }
    }
    out
}

/// Width and height that an SVG states, in pixels.
fn size(svg: &str) -> Option<(f64, f64)> {
    let tag = svg[svg.find("<svg")?..].split('>').next()?;
    let number = |name: &str| tag.split(&format!(" {name}=\"")).nth(1)?.split('"').next()?.parse().ok().filter(|n: &f64| *n > 0.0);
    Some((number("width")?, number("height")?))
}
