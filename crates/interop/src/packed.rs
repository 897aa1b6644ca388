//! Text kept inside a model: compressed, and written as letters.

use std::io::{Read as _, Write as _};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;

/// A text in few letters; nothing if it cannot be compressed.
pub(crate) fn pack(text: &str, level: Compression) -> Option<String> {
    let mut packer = Packer::new(level);
    packer.add(text)?;
    packer.finish()
}

/// A text that is made smaller piece by piece.
pub(crate) struct Packer(ZlibEncoder<Vec<u8>>);

impl Packer {
    pub(crate) fn new(level: Compression) -> Self {
        Self(ZlibEncoder::new(Vec::new(), level))
    }

    /// Adds a piece; nothing if it cannot be compressed.
    pub(crate) fn add(&mut self, piece: &str) -> Option<()> {
        self.0.write_all(piece.as_bytes()).ok()
    }

    /// All of it in few letters; nothing if it cannot be compressed.
    pub(crate) fn finish(self) -> Option<String> {
        Some(STANDARD.encode(self.0.finish().ok()?))
    }
}

/// The text again; nothing if it is damaged or longer than `most` bytes.
pub(crate) fn unpack(packed: &str, most: usize) -> Option<String> {
    let bytes = STANDARD.decode(packed.split_whitespace().collect::<String>()).ok()?;
    let mut text = String::new();
    // One byte more than allowed tells a file that is too large from one that just fits.
    let read = ZlibDecoder::new(bytes.as_slice()).take(most as u64 + 1).read_to_string(&mut text).ok()?;
    (read <= most).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_packed_text_comes_back_and_a_damaged_one_does_not() {
        let text = "<a>ä</a>".repeat(1_000);
        let packed = pack(&text, Compression::fast()).unwrap();
        assert!(packed.len() < text.len() / 10);
        assert_eq!(unpack(&packed, text.len()), Some(text));
        assert_eq!(unpack("eJw=", 100), None);
        assert_eq!(unpack("?", 100), None);
    }

    #[test]
    fn a_text_that_grows_without_end_is_refused() {
        let packed = pack(&" ".repeat(1_001), Compression::fast()).unwrap();
        assert_eq!(unpack(&packed, 1_000), None);
    }
}
