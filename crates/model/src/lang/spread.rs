//! Ranges of numbers that are not known exactly: how often, how much.

use serde_json::{Value as Json, json};

use super::scalars::bad_number;
use super::syntax::{Reader, Syntax, shown};
use super::{Given, Items, Place};
use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::long::Long;
use crate::reference::Reference;
use crate::schema::Generator;
use crate::source::Span;
use crate::tree::Kind;

/// A number that is known only as a range.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Spread {
    /// Known exactly.
    Exactly(f64),
    /// Between two numbers, most likely near a third: a PERT distribution.
    Pert {
        /// Never less.
        min: f64,
        /// Where it most likely is.
        likely: f64,
        /// Never more.
        max: f64,
    },
    /// Below the first in one case of twenty, above the second in one case of twenty: a lognormal distribution.
    Lognormal {
        /// The 5th percentile.
        p5: f64,
        /// The 95th percentile.
        p95: f64,
    },
}

const KEYS: [&str; 5] = ["min", "likely", "max", "p5", "p95"];
const FORMS: &str = "write a number, `[least, most likely, greatest]`, `{min: …, likely: …, max: …}`, or `{p5: …, p95: …}`";

impl Syntax for Spread {
    fn read(given: Given<'_>, reader: &mut Reader<'_>) -> Option<Self> {
        let place = given.place;
        let read = match place.kind {
            Kind::Scalar => Self::Exactly(number(given, reader)?),
            Kind::List => by_place(given.items(), reader, place)?,
            Kind::Map => by_name(given, reader)?,
            Kind::Nothing => {
                reader.wrong_type_with(place, "a range", FORMS);
                return None;
            }
        };
        read.ordered(place.span, reader)
    }

    fn write(&self) -> Long<'_> {
        let named =
            |numbers: &[(&'static str, f64)]| Long::Map(numbers.iter().map(|(key, value)| ((*key).into(), plain(*value))).collect());
        match *self {
            Self::Exactly(value) => plain(value),
            Self::Pert { min, likely, max } => named(&[("min", min), ("likely", likely), ("max", max)]),
            Self::Lognormal { p5, p95 } => named(&[("p5", p5), ("p95", p95)]),
        }
    }

    fn schema(generator: &mut Generator<'_>) -> Json {
        let number = <super::Number as Syntax>::schema(generator);
        let pert = json!({
            "type": "object", "properties": {"min": number, "likely": number, "max": number},
            "required": ["min", "max"], "patternProperties": {"^x-": true}, "additionalProperties": false,
        });
        let lognormal = json!({
            "type": "object", "properties": {"p5": number, "p95": number},
            "required": ["p5", "p95"], "patternProperties": {"^x-": true}, "additionalProperties": false,
        });
        json!({"anyOf": [number, {"type": "array", "items": number, "minItems": 3, "maxItems": 3}, pert, lognormal]})
    }

    fn describe(_: &mut Reference) -> String {
        "number, `[least, most likely, greatest]`, `{min, likely, max}` (PERT) or `{p5, p95}` (lognormal)".to_owned()
    }
}

impl Spread {
    /// The same, unless its numbers do not rise.
    fn ordered(self, span: Span, reader: &mut Reader<'_>) -> Option<Self> {
        let fault = match self {
            Self::Exactly(_) => None,
            Self::Pert { min, likely, max } if min <= likely && likely <= max => None,
            Self::Pert { .. } => Some("`min`, `likely` and `max` do not rise"),
            Self::Lognormal { p5, p95 } if p5 > 0.0 && p5 < p95 => None,
            Self::Lognormal { .. } => Some("`p5` has to be above 0 and below `p95`"),
        };
        let Some(fault) = fault else { return Some(self) };
        let message = format!("`{}` is not a range: {fault}", reader.key());
        reader.report(Diagnostic::error(codes::BAD_NUMBER, span, message).help(FORMS));
        None
    }
}

fn plain(value: f64) -> Long<'static> {
    super::Number(value).long()
}

fn number(given: Given<'_>, reader: &mut Reader<'_>) -> Option<f64> {
    let span = given.place.span;
    let text = reader.text(given, "a number")?;
    let (least, greatest) = reader.limits().range.unwrap_or((0.0, f64::MAX));
    let value = serde_json::from_str::<f64>(&text).ok().filter(|n| n.is_finite() && (least..=greatest).contains(n));
    if value.is_none() {
        let allowed = if greatest == f64::MAX { format!("a number from {least}") } else { format!("a number from {least} to {greatest}") };
        bad_number(span, &text, &allowed, reader);
    }
    value
}

/// `[least, most likely, greatest]`.
fn by_place(mut items: Items<'_>, reader: &mut Reader<'_>, place: Place) -> Option<Spread> {
    let (Some(min), Some(likely), Some(max), None) = (items.next(), items.next(), items.next(), items.next()) else {
        reader.wrong_type_with(place, "a range of three numbers", FORMS);
        return None;
    };
    let [min, likely, max] = [min, likely, max].map(|item| number(item, reader));
    Some(Spread::Pert { min: min?, likely: likely?, max: max? })
}

/// `{min, likely, max}` or `{p5, p95}`; every fault of the mapping is reported.
fn by_name(given: Given<'_>, reader: &mut Reader<'_>) -> Option<Spread> {
    let span = given.place.span;
    let mut fine = true;
    let mut numbers = [const { None }; KEYS.len()];
    for entry in given.entries() {
        if let Some(at) = KEYS.iter().position(|key| *key == entry.key) {
            numbers[at] = Some(number(entry.value, reader));
        } else if !entry.key.starts_with("x-") {
            let message = format!("`{}` has no key `{}`", reader.key(), shown(&entry.key));
            reader.unknown(codes::UNKNOWN_KEY, entry.key_span, &entry.key, KEYS.iter().copied(), message);
            fine = false;
        }
    }
    if !fine || numbers.contains(&Some(None)) {
        return None;
    }
    match numbers.map(Option::flatten) {
        [Some(min), Some(likely), Some(max), None, None] => Some(Spread::Pert { min, likely, max }),
        [Some(min), None, Some(max), None, None] => Some(Spread::Pert { min, likely: min + (max - min) / 2.0, max }),
        [None, None, None, Some(p5), Some(p95)] => Some(Spread::Lognormal { p5, p95 }),
        _ => {
            let message = format!("`{}` is not a range", reader.key());
            reader.report(Diagnostic::error(codes::MISSING_KEY, span, message).help(FORMS));
            None
        }
    }
}
