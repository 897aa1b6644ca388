//! Paths inside the repository, and bytes that are text.

/// The path of a file that `from` names, relative to the root of the repository; `None` when it leads out of it.
pub(super) fn join(from: &str, to: &str) -> Option<String> {
    let drive = to.as_bytes().get(1) == Some(&b':');
    if to.starts_with('/') || to.contains('\\') || to.contains('\0') || drive || to.is_empty() {
        return None;
    }
    let folder = from.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut parts: Vec<&str> = Vec::new();
    for part in folder.split('/').chain(to.split('/')) {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            part => parts.push(part),
        }
    }
    (!parts.is_empty()).then(|| parts.join("/"))
}

/// Bytes as text, or the text before the first byte that is none, with what is wrong there.
pub(super) fn checked_text(bytes: Vec<u8>) -> Result<String, (String, &'static str)> {
    match String::from_utf8(bytes) {
        Ok(text) => match text.find('\0') {
            Some(at) => Err((text[..at].to_owned(), "there is a zero byte here")),
            None => Ok(text),
        },
        Err(error) => {
            let good = error.utf8_error().valid_up_to();
            let text = String::from_utf8_lossy(&error.as_bytes()[..good]).into_owned();
            match text.find('\0') {
                Some(at) => Err((text[..at].to_owned(), "there is a zero byte here")),
                None => Err((text, "there is a byte here that is not UTF-8")),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_relative_to_the_file_that_names_them() {
        assert_eq!(join("security/a.tm.yaml", "../shared/./p.tm.yaml").as_deref(), Some("shared/p.tm.yaml"));
    }

    #[test]
    fn a_path_never_leaves_the_root() {
        for path in ["../../p", "/etc/passwd", "..\\p", "C:/p", "..", ""] {
            assert_eq!(join("security/a.tm.yaml", path), None, "{path}");
        }
    }

    #[test]
    fn the_first_byte_that_is_no_text_ends_it() {
        assert_eq!(checked_text(b"ab\xFF\0".to_vec()), Err(("ab".to_owned(), "there is a byte here that is not UTF-8")));
        assert_eq!(checked_text(b"a\0\xFF".to_vec()), Err(("a".to_owned(), "there is a zero byte here")));
    }
}
