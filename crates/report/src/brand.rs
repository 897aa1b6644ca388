//! What a project puts on its documents: bounded, checked, and never fetched.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::paper::{Branding, Logo};

/// The largest logo, in bytes.
pub const MAX_LOGO: usize = 256 * 1024;
/// The longest classification, in characters.
pub const MAX_CLASSIFICATION: usize = 60;

/// Takes a file as a logo.
///
/// # Errors
/// What is wrong with it, as the end of a sentence.
pub fn logo(bytes: Vec<u8>) -> Result<Logo, String> {
    if bytes.len() > MAX_LOGO {
        return Err(format!("it is larger than {} KiB", MAX_LOGO / 1024));
    }
    if bytes.starts_with(b"\x89PNG\r\n\x1a\n") {
        return Ok(Logo { svg: false, bytes });
    }
    let text = std::str::from_utf8(&bytes).map_err(|_| "it is neither PNG nor SVG".to_owned())?;
    if !text.contains("<svg") {
        return Err("it is neither PNG nor SVG".to_owned());
    }
    Ok(Logo { svg: true, bytes })
}

/// Whether a text is a colour as `#rrggbb`.
pub fn is_colour(text: &str) -> bool {
    text.len() == 7 && text.starts_with('#') && text[1..].bytes().all(|b| b.is_ascii_hexdigit())
}

impl Logo {
    /// The picture as an address that holds it. Pages show it as an image, so that nothing in an SVG can run.
    pub fn data_uri(&self) -> String {
        let kind = if self.svg { "image/svg+xml" } else { "image/png" };
        format!("data:{kind};base64,{}", STANDARD.encode(&self.bytes))
    }

    /// Width and height of a PNG in pixels.
    pub fn png_size(&self) -> Option<(u32, u32)> {
        let word = |at: usize| self.bytes.get(at..at + 4).map(|b| u32::from_be_bytes([b[0], b[1], b[2], b[3]]));
        if self.svg { None } else { Some((word(16)?, word(20)?)) }
    }
}

impl Branding {
    /// Rules of a style sheet for the colour and for the label on each printed page.
    pub fn css(&self) -> String {
        let mut out = String::new();
        if let Some(colour) = self.colour.as_deref().filter(|c| is_colour(c)) {
            out.push_str(&format!(":root{{--accent:{colour}}}"));
        }
        if let Some(label) = &self.classification {
            out.push_str(&format!("@page{{@top-center{{content:\"{}\";font:700 9pt sans-serif}}}}", css_text(label)));
        }
        out
    }
}

/// A text inside quotes of a style sheet: everything but plain letters, digits and spaces by number.
fn css_text(text: &str) -> String {
    let one = |c: char| if c.is_ascii_alphanumeric() || c == ' ' { c.to_string() } else { format!("\\{:06x}", u32::from(c)) };
    text.chars().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_cannot_leave_its_quotes() {
        let branding = Branding { classification: Some("a\"}</style><script>".to_owned()), ..Branding::default() };
        let css = branding.css();
        assert!(!css.contains('<') && css.matches('"').count() == 2, "{css}");
    }

    #[test]
    fn only_png_and_svg_are_logos() {
        assert!(logo(b"<html>".to_vec()).is_err());
        assert!(logo(vec![0xff; 10]).is_err());
        assert!(logo(vec![b' '; MAX_LOGO + 1]).unwrap_err().contains("256"));
        assert!(logo(b"<svg/>".to_vec()).unwrap().svg);
        assert_eq!(logo(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x05\0\0\0\x07".to_vec()).unwrap().png_size(), Some((5, 7)));
    }

    #[test]
    fn colours_have_six_digits() {
        assert!(is_colour("#0b57a4"));
        assert!(!is_colour("red") && !is_colour("#12345g") && !is_colour("#fffff\u{e9}"));
    }
}
