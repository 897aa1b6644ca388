//! The picture in pixels. Letters come from a font that is part of the program, so that every machine gives the same
//! bytes; letters that it lacks (those of languages in neither the Latin, Greek nor Cyrillic script) are left out.

use std::sync::{Arc, OnceLock};

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{self, fontdb};

use super::svg::Source;

/// Pixels for one unit of the picture.
const SCALE: f32 = 2.0;
/// The most pixels: 64 million are 256 MB while drawing.
const MOST: f32 = 64e6;

/// Roboto, of which the glyphs of the three scripts are kept; Apache-2.0.
const REGULAR: &[u8] = include_bytes!("../../assets/roboto-regular.ttf");
const BOLD: &[u8] = include_bytes!("../../assets/roboto-bold.ttf");

/// Draws an SVG of ours.
pub(crate) fn render(svg: &str, source: Option<Source<'_>>) -> Result<Vec<u8>, String> {
    let mut bytes = scaled(svg, SCALE)?;
    if let Some(source) = source {
        insert(&mut bytes, &chunk(source));
    }
    Ok(bytes)
}

/// Draws an SVG of ours with so many pixels for one unit, or fewer where they would be too many.
pub(crate) fn scaled(svg: &str, scale: f32) -> Result<Vec<u8>, String> {
    let options = usvg::Options { fontdb: fonts(), font_family: "Roboto".to_owned(), ..usvg::Options::default() };
    let tree = usvg::Tree::from_str(svg, &options).map_err(|error| error.to_string())?;
    let size = tree.size();
    let scale = scale.min((MOST / (size.width() * size.height())).sqrt());
    let side = |length: f32| (length * scale).ceil() as u32;
    let mut pixels =
        Pixmap::new(side(size.width()), side(size.height())).ok_or_else(|| "the picture is too large to be drawn".to_owned())?;
    resvg::render(&tree, Transform::from_scale(scale, scale), &mut pixels.as_mut());
    pixels.encode_png().map_err(|error| error.to_string())
}

fn fonts() -> Arc<fontdb::Database> {
    static FONTS: OnceLock<Arc<fontdb::Database>> = OnceLock::new();
    let load = || {
        let mut fonts = fontdb::Database::new();
        fonts.load_font_data(REGULAR.to_vec());
        fonts.load_font_data(BOLD.to_vec());
        fonts.set_sans_serif_family("Roboto");
        Arc::new(fonts)
    };
    Arc::clone(FONTS.get_or_init(load))
}

/// The model as international text: keyword, not compressed, no language, its name as the translated keyword, its text.
fn chunk(source: Source<'_>) -> Vec<u8> {
    let mut data = b"iTXt".to_vec();
    data.extend(b"redan-model\0\0\0\0");
    data.extend(source.name.bytes().filter(|&byte| byte != 0));
    data.push(0);
    data.extend(source.text.bytes());
    let length = u32::try_from(data.len() - 4).unwrap_or(0);
    let mut chunk = length.to_be_bytes().to_vec();
    let sum = checksum(&data);
    chunk.extend(data);
    chunk.extend(sum.to_be_bytes());
    chunk
}

/// Puts a chunk after the header, which always comes first and has a fixed length.
fn insert(bytes: &mut Vec<u8>, chunk: &[u8]) {
    const SIGNATURE_AND_HEADER: usize = 8 + 25;
    if bytes.len() > SIGNATURE_AND_HEADER {
        bytes.splice(SIGNATURE_AND_HEADER..SIGNATURE_AND_HEADER, chunk.iter().copied());
    }
}

/// The checksum of PNG chunks (CRC-32).
fn checksum(bytes: &[u8]) -> u32 {
    let step = |mut value: u32| {
        for _ in 0..8 {
            value = if value & 1 == 1 { 0xedb8_8320 ^ (value >> 1) } else { value >> 1 };
        }
        value
    };
    !bytes.iter().fold(!0_u32, |sum, &byte| step((sum ^ u32::from(byte)) & 0xff) ^ (sum >> 8))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_the_one_that_png_uses() {
        assert_eq!(checksum(b"IEND"), 0xae42_6082);
    }
}
