//! How wide text is, without fonts: advance widths of a Helvetica-like face, widened a little so that a wider
//! fallback font still fits its box.

use unicode_width::UnicodeWidthChar;

/// A size of text in the picture.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Font {
    /// Size in pixels.
    pub(crate) size: f64,
    /// Whether it is bold.
    pub(crate) bold: bool,
}

/// Names of elements.
pub(crate) const NAME: Font = Font { size: 13.0, bold: true };
/// The second line in an element.
pub(crate) const DETAIL: Font = Font { size: 10.5, bold: false };
/// Labels of flows.
pub(crate) const LABEL: Font = Font { size: 11.0, bold: false };
/// Titles of boxes.
pub(crate) const TITLE: Font = Font { size: 12.0, bold: true };

impl Font {
    /// Distance between two lines.
    pub(crate) fn line(self) -> f64 {
        (self.size * 1.3).round()
    }

    /// Width of a text in one line.
    pub(crate) fn width(self, text: &str) -> f64 {
        // Readers whose machine has no Helvetica or Arial see a face that is up to a tenth wider.
        const ROOM: f64 = 1.08;
        text.chars().map(|c| advance(c, self.bold)).sum::<f64>() * self.size * ROOM / 1000.0
    }
}

fn advance(c: char, bold: bool) -> f64 {
    let table = if bold { &BOLD } else { &REGULAR };
    let printable = (c as usize).checked_sub(32).and_then(|ix| table.get(ix)).copied();
    match printable {
        Some(width) => f64::from(width),
        None if c.is_ascii_control() => 0.0,
        None => match c.width().unwrap_or(0) {
            0 => 0.0,
            1 => 620.0,
            _ => 1000.0,
        },
    }
}

/// Breaks a text into lines of at most `width`, at spaces and hyphens where it can and anywhere where it must; what
/// does not fit in `most` lines is cut with an ellipsis.
pub(crate) fn wrap(text: &str, font: Font, width: f64, most: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        add_word(&mut lines, word, font, width);
    }
    lines.retain(|line| !line.is_empty());
    if lines.len() > most {
        lines.truncate(most);
        if let Some(last) = lines.last_mut() {
            while font.width(last) + font.width("\u{2026}") > width && last.pop().is_some() {}
            last.push('\u{2026}');
        }
    }
    lines
}

fn add_word(lines: &mut Vec<String>, word: &str, font: Font, width: f64) {
    let last = lines.last_mut().expect("starts with one line");
    let joined = if last.is_empty() { word.to_owned() } else { format!("{last} {word}") };
    if font.width(&joined) <= width {
        *last = joined;
        return;
    }
    lines.push(String::new());
    for c in word.chars() {
        let last = lines.last_mut().expect("one was pushed");
        last.push(c);
        if font.width(last) > width && last.chars().count() > 1 {
            last.pop();
            let rest = break_point(last);
            lines.push(format!("{rest}{c}"));
        }
    }
}

/// Splits a full line after its last hyphen, slash or underscore, if it has one far enough in; gives what is left over.
fn break_point(line: &mut String) -> String {
    let at = line.rfind(['-', '/', '_', '.']).map(|at| at + 1).filter(|&at| at * 2 > line.len());
    at.map_or_else(String::new, |at| line.split_off(at))
}

/// Thousandths of the size, from the space to the tilde.
const REGULAR: [u16; 95] = [
    278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556, 556, 556, 556, 278,
    278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667, 611, 778, 722, 278, 500, 667, 556, 833, 722, 778, 667, 778, 722, 667, 611, 722,
    667, 944, 667, 667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500, 222, 833, 556, 556, 556,
    556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
];

/// The same for bold.
const BOLD: [u16; 95] = [
    278, 333, 474, 556, 556, 889, 722, 238, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556, 556, 556, 556, 556, 556, 556, 556, 333,
    333, 584, 584, 584, 611, 975, 722, 722, 722, 722, 667, 611, 778, 722, 278, 556, 722, 611, 833, 722, 778, 667, 778, 722, 667, 611, 722,
    667, 944, 667, 667, 611, 333, 278, 333, 584, 556, 333, 556, 611, 556, 611, 556, 333, 611, 611, 278, 278, 556, 278, 889, 611, 611, 611,
    611, 389, 556, 333, 611, 556, 778, 556, 556, 500, 389, 280, 389, 584,
];
