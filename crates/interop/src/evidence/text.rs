//! What all readers of reports do with text: decode, hash, shorten, hide, and find numbers and times in it.

use std::borrow::Cow;
use std::fmt::Write as _;

use jiff::civil::DateTime;
use jiff::tz::Offset;
use sha2::{Digest, Sha256};

use crate::{ImportError, limits};

/// Longest text that is taken over, in characters.
const LONGEST: usize = 160;
/// Longest path, address or name.
pub(super) const LONGEST_NAME: usize = 300;

/// The text of a report: UTF-8, or UTF-16 with a byte order mark as some shells write it.
///
/// # Errors
/// The bytes are too many, or not text.
pub(super) fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, ImportError> {
    let wide = match bytes {
        [0xff, 0xfe, rest @ ..] => Some((rest, u16::from_le_bytes as fn([u8; 2]) -> u16)),
        [0xfe, 0xff, rest @ ..] => Some((rest, u16::from_be_bytes as fn([u8; 2]) -> u16)),
        _ => None,
    };
    let Some((rest, unit)) = wide else { return limits::text(bytes).map(Cow::Borrowed) };
    if bytes.len() > limits::MAX_FILE_BYTES {
        return Err(ImportError::TooLarge { size: bytes.len() });
    }
    let units = rest.chunks(2).map(|pair| unit([pair.first().copied().unwrap_or(0), pair.get(1).copied().unwrap_or(0)]));
    let text: Result<String, _> = char::decode_utf16(units).collect();
    text.map(Cow::Owned).map_err(|_| ImportError::NotText { at: 2 })
}

/// A text as JSON.
///
/// # Errors
/// It is not JSON, or nested too deeply.
pub(super) fn json(text: &str) -> Result<serde_json::Value, ImportError> {
    serde_json::from_str(text).map_err(|error| ImportError::Syntax(error.to_string()))
}

/// Sixteen hexadecimal digits that stand for the parts: SHA-256, cut short.
pub(super) fn hash<T: AsRef<[u8]>>(parts: &[T]) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        let part = part.as_ref();
        hasher.update(u64::try_from(part.len()).unwrap_or(u64::MAX).to_le_bytes());
        hasher.update(part);
    }
    let mut digits = String::with_capacity(16);
    for byte in hasher.finalize().iter().take(8) {
        let _ = write!(digits, "{byte:02x}");
    }
    digits
}

/// The first line of a text, without tags, short, and without anything that looks like a secret.
pub(super) fn short(text: &str) -> String {
    let plain = crate::read::without_tags(text);
    let line = plain.lines().map(str::trim).find(|line| !line.is_empty()).unwrap_or_default();
    let printable: String = without_secrets(line).chars().filter(|c| !c.is_control()).collect();
    let mut kept: String = printable.chars().take(LONGEST).collect();
    if kept.len() < printable.len() {
        kept.push('…');
    }
    // What is left of a word that was cut may look like a secret when it is read again.
    without_secrets(&kept)
}

fn without_secrets(line: &str) -> String {
    let words: Vec<&str> = line.split_whitespace().map(|word| if looks_secret(word) { "[hidden]" } else { word }).collect();
    words.join(" ")
}

/// Whether a word may be a key or a password rather than a word: long, and mixed of letters and digits.
fn looks_secret(word: &str) -> bool {
    const BEGINNINGS: [&str; 14] =
        ["AKIA", "ASIA", "ghp_", "gho_", "ghs_", "ghu_", "github_pat_", "glpat-", "xoxb-", "xoxp-", "sk-", "sk_live_", "AIza", "eyJ"];
    let core = word.trim_matches(|c: char| !c.is_ascii_alphanumeric());
    // What stands between such signs is looked at by itself.
    let parts = core.split(['=', ':', '"', '\'']);
    let named = |text: &str| BEGINNINGS.iter().any(|start| text.starts_with(start) && text.len() >= 16);
    let mixed = |text: &str| {
        let plain = text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '_' | '='));
        let [upper, lower, digit] =
            [char::is_uppercase, char::is_lowercase, |c: char| c.is_ascii_digit()].map(|kind| text.chars().any(kind));
        text.len() >= 20 && plain && digit && (upper && lower || text.len() >= 32)
    };
    // Groups of digits and letters with dashes between them, as some keys are written.
    let grouped = |text: &str| {
        let plain = text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '.');
        text.len() >= 24 && plain && text.chars().filter(char::is_ascii_digit).count() >= 8
    };
    std::iter::once(core).chain(parts).any(|text| named(text) || mixed(text) || grouped(text))
        || word.contains("-----BEGIN")
        || has_password(word)
}

/// Whether a rule or tool is about secrets in code: what it says may quote the secret that it found.
pub(super) fn is_about_secrets(name: &str) -> bool {
    const WORDS: [&str; 12] = [
        "secret",
        "password",
        "passwd",
        "token",
        "credential",
        "apikey",
        "privatekey",
        "hardcoded",
        "leak",
        "trufflehog",
        "entropy",
        "accesskey",
    ];
    let plain: String = name.to_lowercase().chars().filter(|c| c.is_alphanumeric()).collect();
    WORDS.iter().any(|word| plain.contains(word))
}

/// Whether a word is an address with a name and a password in it.
fn has_password(word: &str) -> bool {
    let Some((_, rest)) = word.split_once("://") else { return false };
    rest.split('/').next().is_some_and(|authority| authority.contains('@'))
}

/// An address without user, query and fragment, which may hold secrets.
pub(super) fn address(url: &str) -> Option<String> {
    let bare = url.trim().split(['?', '#', ';']).next().unwrap_or_default();
    let kept = match bare.split_once("://") {
        Some((scheme, rest)) => {
            let (authority, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
            format!("{scheme}://{}{path}", authority.rsplit('@').next().unwrap_or(authority))
        }
        None => bare.to_owned(),
    };
    let shown = kept.split('/').map(|part| if looks_secret(part) { "[hidden]" } else { part }).collect::<Vec<_>>().join("/");
    super::gather::some(&shown)
}

/// A path or file address as a path with forward slashes.
pub(super) fn path(uri: &str) -> Option<String> {
    let bare = uri.trim();
    let bare = bare.strip_prefix("file://").unwrap_or(bare);
    let decoded = percent_encoding::percent_decode_str(bare).decode_utf8_lossy().replace('\\', "/");
    let plain: String = decoded.chars().filter(|c| !c.is_control()).take(LONGEST_NAME).collect();
    let plain = plain.trim_start_matches("./").to_owned();
    // `file:///C:/code` has one slash too many.
    let drive = plain.strip_prefix('/').filter(|rest| rest.as_bytes().get(1) == Some(&b':')).map(str::to_owned);
    super::gather::some(&drive.unwrap_or(plain))
}

/// Every number behind `CWE-`, `cwe/` or `cwe_`, in order, once.
pub(super) fn cwe(text: &str) -> Vec<u32> {
    let lower = text.to_ascii_lowercase();
    let mut found = Vec::new();
    for (at, _) in lower.match_indices("cwe") {
        let rest = lower.get(at + 3..).unwrap_or_default();
        let Some(digits) = rest.strip_prefix(['-', '/', '_', ':', ' ']) else { continue };
        let digits = digits.split(|c: char| !c.is_ascii_digit()).next().unwrap_or_default();
        add(&mut found, digits.parse().ok());
    }
    found
}

/// Adds a number that stands for a weakness, once.
pub(super) fn add(list: &mut Vec<u32>, number: Option<u32>) {
    if let Some(number) = number.filter(|number| *number > 0 && *number < 10_000)
        && !list.contains(&number)
        && list.len() < 50
    {
        list.push(number);
    }
}

/// The base score of a CVSS vector of any version.
pub(super) fn score(vector: &str) -> Option<f64> {
    vector.trim().parse::<cvss::Cvss>().ok().map(|cvss| cvss.score())
}

/// A time in any of the forms that tools write, in seconds since 1970. Without a zone it is taken to be UTC.
pub(super) fn time(text: &str) -> Option<i64> {
    let text = text.trim();
    if let Ok(stamp) = text.parse::<jiff::Timestamp>() {
        return Some(stamp.as_second());
    }
    let utc = |time: DateTime| Offset::UTC.to_timestamp(time).ok().map(|stamp| stamp.as_second());
    if text.starts_with(|c: char| c.is_ascii_digit())
        && let Ok(time) = text.parse::<DateTime>()
    {
        return utc(time);
    }
    utc(in_words(text)?)
}

/// A time with the English name of a month in it: "Thu, 6 Dec 2018 10:53:11", "Sat Sep 13 22:39:44 CEST 2014".
fn in_words(text: &str) -> Option<DateTime> {
    const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let (mut year, mut month, mut day, mut clock) = (None, None, None, None);
    for word in text.split([' ', ',']).map(|word| word.trim_matches('.')).filter(|word| !word.is_empty()).take(10) {
        let name = word.get(..3).map(str::to_ascii_lowercase).unwrap_or_default();
        if word.contains(':') && clock.is_none() {
            clock = Some(word);
        } else if let Ok(number) = word.parse::<i16>() {
            if number > 31 { year = Some(number) } else { day = i8::try_from(number).ok() }
        } else if let Some(at) = MONTHS.iter().position(|known| *known == name) {
            month = i8::try_from(at + 1).ok();
        }
    }
    let mut parts = clock.unwrap_or("0:0:0").split(':').map(|part| part.parse::<i8>().unwrap_or(0));
    let [hour, minute, second] = [parts.next(), parts.next(), parts.next()].map(Option::unwrap_or_default);
    DateTime::new(year?, month?, day?, hour, minute, second, 0).ok()
}

#[cfg(test)]
mod unit {
    use super::*;

    #[test]
    fn what_was_shortened_is_not_shortened_again() {
        let word = format!("i{}a:JJ1845eb325b11ca23{}={}", ">".repeat(110), "J".repeat(60), "J".repeat(40));
        for text in [word, "x ".repeat(200), format!("{}Ab1{}é", "-".repeat(120), "c".repeat(60))] {
            let once = short(&text);
            assert_eq!(short(&once), once);
        }
    }

    #[test]
    fn what_looks_like_a_secret_is_hidden() {
        assert_eq!(short("found AKIAFAKEFAKEFAKEFAKE in <b>code</b>"), "found [hidden] in code");
        assert_eq!(short("token=abcDEF0123456789abcDEF01 set"), "[hidden] set");
        assert_eq!(short("clone https://bob:hunter2@example.org/x"), "clone [hidden]");
        assert_eq!(short("found FAKE-SECRET-0000-do-not-use-1234567890"), "found [hidden]");
        assert_eq!(short("Regular Expression Denial of Service"), "Regular Expression Denial of Service");
    }

    #[test]
    fn addresses_lose_what_may_be_secret() {
        assert_eq!(address("https://bob:pw@example.org/a/b?token=1#x").as_deref(), Some("https://example.org/a/b"));
        assert_eq!(path("file:///C:/code/file%201.c").as_deref(), Some("C:/code/file 1.c"));
        assert_eq!(path("./src\\a.py").as_deref(), Some("src/a.py"));
    }

    #[test]
    fn weaknesses_are_found_in_every_spelling() {
        assert_eq!(cwe("external/cwe/cwe-079, CWE-89: SQL, cwe"), [79, 89]);
    }

    #[test]
    fn times_are_read_in_every_form() {
        let day = time("2018-12-06T10:53:11Z");
        assert_eq!(day, Some(1_544_093_591));
        assert_eq!(time("Thu, 6 Dec 2018 10:53:11"), day);
        assert_eq!(time("Thu Dec 06 10:53:11 UTC 2018"), day);
        assert_eq!(time("Do., 6 Dec. 2018 10:53:11"), day);
        assert_eq!(time("2018-12-06T10:53:11"), day);
        assert_eq!(time("2018-12-06T12:53:11+02:00"), day);
        assert_eq!(time("soon"), None);
    }

    #[test]
    fn wide_texts_are_read() {
        let wide: Vec<u8> = [0xff, 0xfe].into_iter().chain("{}".encode_utf16().flat_map(u16::to_le_bytes)).collect();
        assert_eq!(decode(&wide).unwrap(), "{}");
    }
}
