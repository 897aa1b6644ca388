//! git-secrets, which writes lines of text to its error stream: `path:line:content`, with the commit before it when
//! it looked at history. The content holds the secret, and git quotes paths that are not plain.

use redan_model::evidence::{FindingSeverity, Report, ReportKind};

use super::gather::{Gather, finding, line as number};
use super::text;
use crate::ImportError;

/// What the tool writes below its findings; advice follows.
pub(super) const END: &str = "[ERROR] Matched one or more prohibited patterns";

/// Reads a report.
pub(super) fn read(text: &str) -> Result<Report, ImportError> {
    let mut out = Gather::new(ReportKind::GitSecrets, "git-secrets");
    let text = text.trim_start_matches('\u{feff}');
    for (at, line) in text.lines().enumerate() {
        if line.starts_with("[ERROR]") {
            break;
        }
        if line.trim().is_empty() {
            continue;
        }
        let Some((path, place, content)) = split(line) else {
            // The line is not quoted: it may hold a secret.
            return Err(ImportError::NotTheFormat(format!("line {} is not `path:line:content`", at + 1)));
        };
        out.item()?;
        let mut found = finding("git-secrets", "what looks like a secret", FindingSeverity::High);
        found.cwe = vec![798];
        (found.path, found.line) = (text::path(&path), number(place));
        out.add(&["secret", "git-secrets", &path, &text::hash(&[content.trim()])], found);
    }
    let empty = out.report.items == 0;
    Ok(out.ran_unless(empty))
}

/// Path, line and content of a line of output.
fn split(line: &str) -> Option<(String, &str, &str)> {
    let commit = line.get(..40).filter(|start| start.bytes().all(|b| b.is_ascii_hexdigit()));
    let line = commit.and_then(|_| line.get(40..)).and_then(|rest| rest.strip_prefix(':')).unwrap_or(line);
    if let Some(quoted) = line.strip_prefix('"') {
        let (path, rest) = unquote(quoted)?;
        let (place, content) = rest.strip_prefix(':')?.split_once(':')?;
        return is_number(place).then_some((path, place, content));
    }
    let mut from = 0;
    while let Some(colon) = line.get(from..).and_then(|rest| rest.find(':')) {
        let at = from + colon;
        let (path, rest) = (line.get(..at)?, line.get(at + 1..)?);
        match rest.split_once(':') {
            Some((place, content)) if is_number(place) && !path.is_empty() => return Some((path.to_owned(), place, content)),
            _ => from = at + 1,
        }
    }
    None
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.len() < 10 && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// A path in git's quotes, with what follows them; bytes are written as three octal digits.
fn unquote(text: &str) -> Option<(String, &str)> {
    let bytes = text.as_bytes();
    let (mut path, mut at) = (Vec::new(), 0);
    loop {
        match *bytes.get(at)? {
            b'"' => return Some((String::from_utf8_lossy(&path).into_owned(), text.get(at + 1..)?)),
            b'\\' => {
                let next = *bytes.get(at + 1)?;
                if next.is_ascii_digit() {
                    path.push(u8::from_str_radix(text.get(at + 1..at + 4)?, 8).ok()?);
                    at += 4;
                } else {
                    path.push(match next {
                        b'n' => b'\n',
                        b't' => b'\t',
                        other => other,
                    });
                    at += 2;
                }
            }
            byte => {
                path.push(byte);
                at += 1;
            }
        }
    }
}

#[cfg(test)]
mod unit {
    use super::*;

    #[test]
    fn paths_in_quotes_of_git_are_unquoted() {
        assert_eq!(split("\"dir with space/\\303\\274.txt\":3:key = x"), Some(("dir with space/ü.txt".to_owned(), "3", "key = x")));
        assert_eq!(split("0123456789012345678901234567890123456789:a/b.txt:7:x:y"), Some(("a/b.txt".to_owned(), "7", "x:y")));
        assert_eq!(split("C:/a.txt:7:x"), Some(("C:/a.txt".to_owned(), "7", "x")));
        assert_eq!(split("no number here: at all"), None);
        assert_eq!(split("\"cut \\30"), None);
    }
}
