//! Whatever stands in a field of another tool's file: what can be read is a model that the language accepts.
//!
//! Files of every format that we write, and real ones where they are, with odd values in random places. `REDAN_ROUNDS` says
//! how many variants of each file there are; a thousand take three minutes in a release build.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "helpers of tests fail like tests")]

#[expect(dead_code, reason = "other files of tests use the rest")]
mod support;

use std::fmt::Write;

use redan_interop::{Format, detect, export, import};
use redan_model::{Vocabulary, load_value};
use serde_json::{Value as Json, json};

/// Largest file of which variants are made.
const LARGEST: usize = 200_000;
/// Length of a file that has as many variants as are asked for, in bytes; a longer one has fewer.
const USUAL: usize = 20_000;

#[test]
fn what_can_be_read_is_a_model() {
    let rounds: usize = std::env::var("REDAN_ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(6);
    let (mut read, mut faults) = (0, String::new());
    for (name, format, text) in files() {
        let file = serde_json::from_str(&text).ok();
        let mut dice = Dice(0x9e37_79b9_7f4a_7c15 ^ text.len() as u64);
        for _ in 0..(rounds * USUAL / text.len().max(USUAL / 4)).max(2) {
            let variant = match &file {
                Some(file) => of_json(file, &mut dice),
                None => of_text(&text, &mut dice),
            };
            let Ok(imported) = import(format, variant.as_bytes()) else { continue };
            read += 1;
            let tree = imported.model.into_tree();
            let loaded = load_value("m.tm.json", || tree.clone(), &Vocabulary::default(), |_| {});
            // An acceptance without an end gets one from who knows the day.
            for fault in loaded.diagnostics.iter().filter(|fault| fault.is_error() && fault.code != "missing-until") {
                let _ = writeln!(faults, "{name}: {} {}\n{variant:.2000}\n", fault.code, fault.message);
            }
        }
    }
    assert!(read > 100, "only {read} variants can be read");
    assert!(faults.is_empty(), "{faults}");
}

/// Files with their formats: those that we write, and real ones.
fn files() -> Vec<(String, Format, String)> {
    let real = support::FOLDERS.into_iter().chain(["aralia"]).flat_map(support::Files::below).filter_map(|(path, bytes)| {
        let name = path.to_string_lossy().into_owned();
        Some((detect(&name, &bytes)?, name, bytes))
    });
    let models: Vec<Json> = support::examples();
    let own = models.iter().enumerate().flat_map(|(at, json)| {
        let model = support::load(json);
        let outgoing = support::outgoing(&model, json);
        let written = Format::ALL.iter().filter_map(|format| Some((*format, export(*format, &outgoing).ok()?.bytes)));
        written.map(|(format, bytes)| (format, format!("example {at} as {}", format.as_str()), bytes)).collect::<Vec<_>>()
    });
    // What is wrong with a model of ours is said to who wrote it.
    let foreign = real.chain(own).filter(|(format, ..)| *format != Format::Json);
    let texts = foreign.filter_map(|(format, name, bytes)| Some((name, format, String::from_utf8(bytes).ok()?)));
    texts.filter(|(_, _, text)| text.len() <= LARGEST).collect()
}

/// Chance that is the same in every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(sides.max(1)).unwrap()).unwrap()
    }

    fn one_of<T: Clone>(&mut self, all: &[T]) -> Option<T> {
        all.get(self.below(all.len())).cloned()
    }
}

/// A value that nobody expects.
fn odd(dice: &mut Dice, texts: &[String]) -> Json {
    let words = [
        "",
        " ",
        "a b",
        "a\nb",
        "é",
        "漢字",
        "\u{0}",
        "\u{7f}",
        "\u{85}",
        "\u{9f}x",
        "\u{ffff}",
        "\u{feff}x",
        "\u{2028}",
        "~",
        "null",
        "true",
        "yes",
        "on",
        "0",
        "-1",
        "5.5",
        "99",
        "1e9",
        "100%",
        "2026-02-30",
        "01/02/2026",
        "model",
        "redan",
        "other",
        "unknown",
        "partial",
        "high",
        "Critical",
        "Accepted",
        "Mitigated",
        "*",
        "a@b",
        "x/y",
        "x-y",
        "-",
        "..",
        "../../etc",
        "<b>",
        "{{x}}",
        "${x}",
        "a: b",
        "- x",
        "# c",
        "T1@x",
        "CVSS:3.1/AV:N",
        "javascript:alert(1)",
    ];
    let values = [
        Json::Null,
        json!([]),
        json!({}),
        json!(true),
        json!(0),
        json!(-1),
        json!(42.5),
        json!(1e300),
        json!(["a", 1, null, {"b": []}]),
        json!({"id": "x", "name": "y", "": 1}),
        json!("k".repeat(3_000)),
    ];
    match dice.below(8) {
        0..3 => dice.one_of(&values),
        3 => dice.one_of(texts).map(Json::from),
        _ => dice.one_of(&words).map(Json::from),
    }
    .unwrap_or_default()
}

/// A file of JSON with odd values in some places, and with items of lists and fields that are gone or there twice.
fn of_json(file: &Json, dice: &mut Dice) -> String {
    let (mut variant, mut texts) = (file.clone(), Vec::new());
    all_texts(file, &mut texts);
    for _ in 0..=dice.below(4) {
        let mut place = 1 + dice.below(size(&variant).saturating_sub(1));
        let (what, which, value) = (dice.below(8), dice.below(1 << 20), odd(dice, &texts));
        match (what, nth(&mut variant, &mut place)) {
            (0, Some(Json::Array(items))) if !items.is_empty() => items.push(items[which % items.len()].clone()),
            (1, Some(Json::Array(items))) if !items.is_empty() => drop(items.remove(which % items.len())),
            (0, Some(Json::Object(fields))) if !fields.is_empty() => {
                let key = fields.keys().nth(which % fields.len()).cloned().unwrap_or_default();
                fields.remove(&key);
            }
            (_, Some(place)) => *place = value,
            (_, None) => {}
        }
    }
    variant.to_string()
}

fn all_texts(value: &Json, texts: &mut Vec<String>) {
    match value {
        Json::String(text) => texts.push(text.clone()),
        Json::Array(items) => items.iter().for_each(|item| all_texts(item, texts)),
        Json::Object(fields) => fields.values().for_each(|field| all_texts(field, texts)),
        Json::Null | Json::Bool(_) | Json::Number(_) => {}
    }
}

fn size(value: &Json) -> usize {
    1 + match value {
        Json::Array(items) => items.iter().map(size).sum(),
        Json::Object(fields) => fields.values().map(size).sum(),
        _ => 0,
    }
}

/// The value at a place, counted from the top.
fn nth<'v>(value: &'v mut Json, place: &mut usize) -> Option<&'v mut Json> {
    if *place == 0 {
        return Some(value);
    }
    *place -= 1;
    match value {
        Json::Array(items) => items.iter_mut().find_map(|item| nth(item, place)),
        Json::Object(fields) => fields.values_mut().find_map(|field| nth(field, place)),
        _ => None,
    }
}

/// Any other file with lines or elements that are gone, elsewhere or there twice, and odd values in quotes or anywhere.
fn of_text(text: &str, dice: &mut Dice) -> String {
    let mut lines: Vec<String> = text.split_inclusive(['\n', '>']).map(str::to_owned).collect();
    for _ in 0..=dice.below(3) {
        let (at, other) = (dice.below(lines.len()), dice.below(lines.len()));
        let Some(line) = lines.get(at).cloned() else { continue };
        match dice.below(5) {
            0 => drop(lines.remove(at)),
            1 => lines.insert(other, line),
            2 => lines.swap(at, other),
            _ => {
                let value = odd(dice, &[]);
                let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                let quotes: Vec<usize> = line.match_indices('"').map(|(at, _)| at).collect();
                lines[at] = match quotes.windows(2).nth(dice.below(quotes.len().saturating_sub(1))) {
                    Some(&[start, end]) => format!("{}{}{}", &line[..=start], value.replace(['"', '\n'], " "), &line[end..]),
                    _ => {
                        let places: Vec<usize> = line.char_indices().map(|(at, _)| at).collect();
                        let (before, after) = line.split_at(dice.one_of(&places).unwrap_or_default());
                        format!("{before}{value}{after}")
                    }
                };
            }
        }
    }
    lines.concat()
}
