//! The documented bounds on foreign input. Exceeding one is an error, never a hang or a crash.

use crate::ImportError;

/// Largest foreign file, in bytes.
pub const MAX_FILE_BYTES: usize = 64 * 1024 * 1024;
/// Deepest nesting of XML elements or JSON values.
pub const MAX_DEPTH: usize = 128;
/// Most XML elements in one file.
pub const MAX_XML_ELEMENTS: usize = 2_000_000;
/// Most attributes of one XML element.
pub const MAX_XML_ATTRIBUTES: usize = 1_000;
/// Longest id that is made from a name, in bytes, without the number that keeps it apart from others.
pub const MAX_ID_LENGTH: usize = 48;
/// Longest id of another tool that stays as it is, in bytes: nobody reads a longer one, and YAML has no key of more than 1,024
/// characters.
pub const LONGEST_KEPT_ID: usize = 200;
/// Most losses that are listed one by one; the rest are counted in a last one.
pub const MAX_LOSSES: usize = 1_000;

/// The bytes as text: UTF-8, with or without a byte order mark, not too large.
///
/// # Errors
/// The bytes are too many, or not UTF-8.
pub fn text(bytes: &[u8]) -> Result<&str, ImportError> {
    if bytes.len() > MAX_FILE_BYTES {
        return Err(ImportError::TooLarge { size: bytes.len() });
    }
    let text = std::str::from_utf8(bytes).map_err(|error| ImportError::NotText { at: error.valid_up_to() })?;
    Ok(text.strip_prefix('\u{feff}').unwrap_or(text))
}

/// The bytes as JSON, with nesting bounded by [`MAX_DEPTH`].
///
/// # Errors
/// The bytes are too many, not UTF-8, or not JSON.
pub fn json(bytes: &[u8]) -> Result<serde_json::Value, ImportError> {
    serde_json::from_str(text(bytes)?).map_err(|error| ImportError::Syntax(error.to_string()))
}

/// The bytes as YAML with anchors and merge keys, as JSON. Nesting, aliases and what they grow to are bounded by the
/// parser, more tightly than [`MAX_DEPTH`].
///
/// # Errors
/// The bytes are too many, not UTF-8, not YAML, or exceed a bound.
pub fn yaml(bytes: &[u8]) -> Result<serde_json::Value, ImportError> {
    serde_saphyr::from_str(text(bytes)?).map_err(|error| ImportError::Syntax(first_line(&error.to_string())))
}

/// The bytes as JSON if they begin like an object, else as YAML.
///
/// # Errors
/// As those of [`json`] and [`yaml`].
pub fn json_or_yaml(bytes: &[u8]) -> Result<serde_json::Value, ImportError> {
    if text(bytes)?.trim_start().starts_with('{') { json(bytes) } else { yaml(bytes) }
}

/// The parser shows the place in several lines; its first one says what is wrong and where.
fn first_line(message: &str) -> String {
    message.lines().find(|line| !line.trim().is_empty()).unwrap_or_default().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_byte_order_mark_is_not_part_of_the_text() {
        assert_eq!(text(b"\xef\xbb\xbf<a/>"), Ok("<a/>"));
        assert_eq!(text(b"ab\xff"), Err(ImportError::NotText { at: 2 }));
    }

    #[test]
    fn json_that_is_nested_without_end_is_refused() {
        let deep = "[".repeat(100_000);
        assert!(matches!(json(deep.as_bytes()), Err(ImportError::Syntax(_))));
    }

    #[test]
    fn yaml_has_anchors_and_merge_keys_and_no_bombs() {
        let value = yaml(b"a: &base {x: 1, y: 2}\nb: {<<: *base, y: 3}\n").unwrap();
        assert_eq!(value, serde_json::json!({"a": {"x": 1, "y": 2}, "b": {"x": 1, "y": 3}}));
        let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
        for level in 1..12 {
            let before = format!("*a{}, ", level - 1).repeat(10);
            bomb.push_str(&format!("a{level}: &a{level} [{before}]\n"));
        }
        assert!(matches!(yaml(bomb.as_bytes()), Err(ImportError::Syntax(_))));
        assert!(matches!(yaml("[".repeat(100_000).as_bytes()), Err(ImportError::Syntax(_))));
    }
}
