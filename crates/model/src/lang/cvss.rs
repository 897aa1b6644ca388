//! CVSS vectors as text: which metrics and values each version has, in words, and what is wrong with a vector.
//!
//! Only the notation is known here. Scores are the engine's affair.

mod v2;
mod v3;
mod v4;

use std::fmt;
use std::ops::Range;

use serde_json::{Value as Json, json};

use super::Given;
use super::syntax::{Reader, Syntax, shown};
use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::long::Long;
use crate::reference::Reference;
use crate::schema::Generator;
use crate::suggest::nearest;

/// Longer texts are no vectors.
const MOST_BYTES: usize = 1_000;

/// A version of CVSS.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Version {
    /// 2.0, whose vectors have no prefix.
    V20,
    /// 3.0
    V30,
    /// 3.1
    V31,
    /// 4.0
    V40,
}

impl Version {
    /// As in the prefix of a vector.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::V20 => "2.0",
            Self::V30 => "3.0",
            Self::V31 => "3.1",
            Self::V40 => "4.0",
        }
    }

    /// Every metric of the version, in the order of the standard.
    pub fn metrics(self) -> &'static [Metric] {
        match self {
            Self::V20 => v2::METRICS,
            Self::V30 | Self::V31 => v3::METRICS,
            Self::V40 => v4::METRICS,
        }
    }
}

/// What a metric is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Group {
    /// Does not change; every vector has all of them.
    Base,
    /// Changes with time: what is known of attacks. "Temporal" before 4.0.
    Threat,
    /// Differs from place to place.
    Environmental,
    /// Says more and changes no score.
    Supplemental,
}

impl Group {
    /// The word in output.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Base => "base",
            Self::Threat => "threat",
            Self::Environmental => "environmental",
            Self::Supplemental => "supplemental",
        }
    }
}

/// A metric of one version.
#[derive(Debug)]
pub struct Metric {
    /// The letters before the colon.
    pub key: &'static str,
    /// What it is called.
    pub name: &'static str,
    /// What it is for.
    pub group: Group,
    /// The letters after the colon, each with what they say.
    pub values: &'static [(&'static str, &'static str)],
}

/// A metric of a vector with its value.
#[derive(Debug, Clone, Copy)]
pub struct Chosen {
    /// Which metric.
    pub metric: &'static Metric,
    /// The letters of the value.
    pub value: &'static str,
    /// What they say.
    pub words: &'static str,
}

impl Chosen {
    /// Whether the value says something at all.
    pub fn is_defined(&self) -> bool {
        !matches!(self.value, "X" | "ND")
    }
}

/// A vector whose metrics exist, each at most once, none of the base metrics missing.
#[derive(Debug, Clone)]
pub struct Vector {
    /// As written, without blanks and brackets around it.
    pub text: String,
    /// The version.
    pub version: Version,
    /// The metrics in the order in which they are written.
    pub metrics: Vec<Chosen>,
}

impl PartialEq for Vector {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl fmt::Display for Vector {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.text)
    }
}

/// What is wrong with a vector, and where in its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The part of the text.
    pub place: Range<usize>,
    /// What is wrong.
    pub message: String,
    /// What would be right.
    pub help: String,
}

impl Fault {
    fn new(place: Range<usize>, message: impl Into<String>, help: impl Into<String>) -> Self {
        Self { place, message: message.into(), help: help.into() }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}", self.message)?;
        if self.help.is_empty() { Ok(()) } else { write!(out, "; {}", self.help) }
    }
}

const HELP: &str = "a vector looks like `CVSS:4.0/AV:N/AC:L/…`, `CVSS:3.1/AV:N/AC:L/…` or, for 2.0, `AV:N/AC:L/…`";

impl Vector {
    /// Reads a vector.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let whole = text.trim();
        let whole = whole.strip_prefix('(').and_then(|inner| inner.strip_suffix(')')).unwrap_or(whole);
        let offset = text.find(whole).unwrap_or(0);
        let all = offset..offset + whole.len();
        if !whole.contains(':') || whole.len() > MOST_BYTES {
            return Err(Fault::new(all, format!("`{}` is not a CVSS vector", shown(whole)), HELP));
        }
        let (version, body) = prefix(whole, &all)?;
        let mut vector = Self { text: whole.to_owned(), version, metrics: Vec::with_capacity(version.metrics().len()) };
        let mut seen = 0_u64;
        let mut at = offset + whole.len() - body.len();
        for part in body.split('/') {
            let place = at..at + part.len();
            at = place.end + 1;
            let (index, chosen) = metric(version, part, &place)?;
            if seen & (1 << index) != 0 {
                return Err(Fault::new(place, format!("`{}` stands twice in the vector", chosen.metric.key), "keep one of them"));
            }
            seen |= 1 << index;
            vector.metrics.push(chosen);
        }
        let missing = version.metrics().iter().enumerate().find(|(index, metric)| metric.group == Group::Base && seen & (1 << index) == 0);
        match missing {
            Some((_, metric)) => {
                let message = format!("the vector lacks `{}` ({})", metric.key, metric.name.to_lowercase());
                Err(Fault::new(all, message, format!("allowed: {}", values(metric))))
            }
            None => Ok(vector),
        }
    }

    /// Whether any metric of a group says something.
    pub fn states(&self, group: Group) -> bool {
        self.metrics.iter().any(|chosen| chosen.metric.group == group && chosen.is_defined())
    }

    /// The value of a metric, if it is written.
    pub fn value(&self, key: &str) -> Option<&'static str> {
        self.metrics.iter().find(|chosen| chosen.metric.key == key).map(|chosen| chosen.value)
    }
}

fn prefix<'t>(whole: &'t str, all: &Range<usize>) -> Result<(Version, &'t str), Fault> {
    let Some(rest) = whole.strip_prefix("CVSS:") else { return Ok((Version::V20, whole)) };
    let (version, body) = rest.split_once('/').unwrap_or((rest, ""));
    let known = [Version::V30, Version::V31, Version::V40].into_iter().find(|known| known.as_str() == version);
    match known {
        Some(_) if body.is_empty() => Err(Fault::new(all.clone(), format!("`{}` has no metrics", shown(whole)), HELP)),
        Some(known) => Ok((known, body)),
        None => {
            let start = all.start + "CVSS:".len();
            let message = format!("there is no version `{}` of CVSS here", shown(version));
            Err(Fault::new(start..start + version.len(), message, "allowed: 3.0, 3.1, 4.0; vectors of 2.0 have no `CVSS:` before them"))
        }
    }
}

fn metric(version: Version, part: &str, place: &Range<usize>) -> Result<(usize, Chosen), Fault> {
    let Some((key, value)) = part.split_once(':') else {
        let message = format!("`{}` is not a metric with a value", shown(part));
        return Err(Fault::new(place.clone(), message, "write `<metric>:<value>` with `/` between them"));
    };
    let metrics = version.metrics();
    let Some((index, metric)) = metrics.iter().enumerate().find(|(_, metric)| metric.key == key) else {
        let message = format!("CVSS {} has no metric `{}`", version.as_str(), shown(key));
        let same = metrics.iter().map(|metric| metric.key).find(|known| known.eq_ignore_ascii_case(key));
        let near = same.or_else(|| nearest(key, metrics.iter().map(|metric| metric.key)));
        let help = near.map_or_else(|| HELP.to_owned(), |near| format!("did you mean `{near}`?"));
        return Err(Fault::new(place.start..place.start + key.len(), message, help));
    };
    let Some((value, words)) = metric.values.iter().find(|(known, _)| *known == value) else {
        let message = format!("`{}` is not a value of `{}` ({})", shown(value), metric.key, metric.name.to_lowercase());
        return Err(Fault::new(place.end - value.len()..place.end, message, format!("allowed: {}", values(metric))));
    };
    Ok((index, Chosen { metric, value, words }))
}

fn values(metric: &Metric) -> String {
    metric.values.iter().map(|(value, words)| format!("{value} ({words})")).collect::<Vec<_>>().join(", ")
}

impl Syntax for Vector {
    fn read(given: Given<'_>, reader: &mut Reader<'_>) -> Option<Self> {
        let place = given.place;
        let text = reader.text(given, "a CVSS vector")?;
        match Self::parse(&text) {
            Ok(vector) => Some(vector),
            Err(fault) => {
                reader.report(
                    Diagnostic::error(codes::BAD_VECTOR, place.part(&text, fault.place.start, fault.place.end), fault.message)
                        .help(fault.help),
                );
                None
            }
        }
    }

    fn write(&self) -> Long<'_> {
        Long::from(self.text.as_str())
    }

    fn schema(_: &mut Generator<'_>) -> Json {
        json!({"type": "string", "pattern": "^\\s*\\(?(CVSS:(3\\.0|3\\.1|4\\.0)/)?[A-Za-z]+:[A-Za-z]+(/[A-Za-z]+:[A-Za-z]+)+\\)?\\s*$"})
    }

    fn describe(_: &mut Reference) -> String {
        "a CVSS vector of version 2.0, 3.0, 3.1 or 4.0".to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_version_is_told_by_its_prefix() {
        let version = |text: &str| Vector::parse(text).unwrap().version;
        assert_eq!(version("AV:N/AC:L/Au:N/C:P/I:P/A:P"), Version::V20);
        assert_eq!(version("(AV:N/AC:L/Au:N/C:P/I:P/A:P)"), Version::V20);
        assert_eq!(version("CVSS:3.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"), Version::V30);
        assert_eq!(version("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"), Version::V31);
        assert_eq!(version("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:H/VI:H/VA:N/SC:N/SI:N/SA:N"), Version::V40);
    }

    #[test]
    fn a_fault_has_its_place_and_what_is_allowed() {
        let fault = Vector::parse("CVSS:3.1/AV:N/AC:Q/PR:N/UI:N/S:U/C:H/I:H/A:H").unwrap_err();
        assert_eq!(fault.place, 17..18);
        assert!(
            fault.message.contains("`Q` is not a value of `AC`") && fault.help.contains("L (") && fault.help.contains("H ("),
            "{fault}"
        );
    }

    #[test]
    fn missing_doubled_and_unknown_metrics_are_named() {
        let message = |text: &str| Vector::parse(text).unwrap_err().to_string();
        assert!(message("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H").contains("lacks `A`"));
        assert!(message("CVSS:3.1/AV:N/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H").contains("`AV` stands twice"));
        assert!(message("AV:N/AC:L/AU:N/C:P/I:P/A:P").contains("did you mean `Au`?"));
        assert!(message("CVSS:5.0/AV:N").contains("no version `5.0`"));
    }

    #[test]
    fn nothing_that_is_no_vector_is_read() {
        for text in ["", "   ", "CVSS:4.0", "CVSS:4.0/", "/", ":", "AV", "()", "CVSS:3.1//", "é:é", &"A".repeat(5000)] {
            assert!(Vector::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn keys_and_values_are_unique_in_every_version() {
        for version in [Version::V20, Version::V31, Version::V40] {
            let metrics = version.metrics();
            assert!(metrics.len() <= 64);
            for (at, metric) in metrics.iter().enumerate() {
                assert!(metrics[..at].iter().all(|other| other.key != metric.key), "{}", metric.key);
                let twice = |at: usize| metric.values[..at].iter().any(|other| other.0 == metric.values[at].0);
                assert!(!(0..metric.values.len()).any(twice), "{}", metric.key);
            }
        }
    }
}
