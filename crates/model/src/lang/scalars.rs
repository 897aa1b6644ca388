//! How scalars and small values are read, written and described.

use std::borrow::Cow;

use indexmap::IndexMap;
use serde_json::{Value as Json, json};

use super::syntax::{Field, Limits, Reader, Syntax, shown};
use super::{
    CheckResult, Date, Effort, Given, Keyed, Level, LevelValue, Number, Rating, Reasons, References, StatedLevel, Trust, TrustWord,
    Verbatim, Verify, VerifyMethod,
};
use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::long::Long;
use crate::reference::Reference;
use crate::schema::Generator;
use crate::source::{Span, Spanned};
use crate::suggest::nearest;
use crate::tree::Kind;

/// `true` and `false` are read as `yes` and `no` wherever those are words.
pub(crate) fn word_of<'t>(text: &'t str, words: &[&str]) -> &'t str {
    match text {
        "true" if words.contains(&"yes") => "yes",
        "false" if words.contains(&"no") => "no",
        other => other,
    }
}

/// The schema of a closed set of words.
pub(crate) fn word_schema(words: &[&str]) -> Json {
    let mut all: Vec<Json> = words.iter().map(|w| json!(w)).collect();
    if words.contains(&"yes") {
        all.extend([json!(true), json!("true")]);
    }
    if words.contains(&"no") {
        all.extend([json!(false), json!("false")]);
    }
    json!({"enum": all})
}

pub(super) fn bad_number(span: Span, text: &str, allowed: &str, reader: &mut Reader<'_>) {
    let message = format!("`{}` is not a value of `{}`", shown(text), reader.key());
    reader.report(Diagnostic::error(codes::BAD_NUMBER, span, message).help(format!("allowed: {allowed}")));
}

fn range_in_words(limits: Limits, kind: &str) -> String {
    match limits.range {
        Some((least, greatest)) if greatest == f64::MAX => format!("{kind} from {least}"),
        Some((least, greatest)) => format!("{kind} from {least} to {greatest}"),
        None => kind.to_owned(),
    }
}

impl Syntax for String {
    const ALONE: bool = true;

    fn read(given: Given<'_>, reader: &mut Reader<'_>) -> Option<Self> {
        reader.text(given, "text").map(Cow::into_owned)
    }

    fn write(&self) -> Long<'_> {
        Long::from(self.as_str())
    }

    fn schema(_: &mut Generator<'_>) -> Json {
        json!({"type": ["string", "number", "boolean"]})
    }

    fn describe(_: &mut Reference) -> String {
        "text".to_owned()
    }
}

impl Syntax for u32 {
    fn read(given: Given<'_>, reader: &mut Reader<'_>) -> Option<Self> {
        let span = given.place.span;
        let text = reader.text(given, "a whole number")?;
        let text = text.as_ref();
        let limits = reader.limits();
        let number = text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse::<u32>().ok()).flatten();
        let fits = |n: &u32| limits.range.is_none_or(|(least, greatest)| (least..=greatest).contains(&f64::from(*n)));
        if limits.range == Some((1.0, 1.0)) && number != Some(1) {
            let message = format!("version `{}` of the language is not known", shown(text));
            reader.report(
                Diagnostic::error(codes::UNSUPPORTED_VERSION, span, message).help("this program reads version 1").fix("set it to 1", "1"),
            );
            return None;
        }
        let read = number.filter(fits);
        if read.is_none() {
            bad_number(span, text, &range_in_words(limits, "a whole number"), reader);
        }
        read
    }

    fn write(&self) -> Long<'_> {
        Long::Number((*self).into())
    }

    fn schema(generator: &mut Generator<'_>) -> Json {
        let (least, greatest) = generator.limits.range.unwrap_or((0.0, f64::from(u32::MAX)));
        let greatest = greatest.min(f64::from(u32::MAX));
        if least == 1.0 && greatest == 1.0 {
            return json!({"enum": [1, "1"]});
        }
        let text = if least > 0.0 { "^0*[1-9][0-9]{0,8}$" } else { "^[0-9]{1,9}$" };
        json!({"anyOf": [{"type": "integer", "minimum": least, "maximum": greatest}, {"type": "string", "pattern": text}]})
    }

    fn describe(reference: &mut Reference) -> String {
        if reference.limits.range == Some((1.0, 1.0)) { "`1`".to_owned() } else { range_in_words(reference.limits, "whole number") }
    }
}

impl Number {
    /// The long form.
    #[expect(clippy::cast_possible_truncation, reason = "whole and small")]
    pub(super) fn long(self) -> Long<'static> {
        if self.0.fract() == 0.0 && self.0.abs() < 9e15 {
            return Long::Number((self.0 as i64).into());
        }
        serde_json::Number::from_f64(self.0).map_or(Long::Null, Long::Number)
    }
}

impl Syntax for Number {
    fn read(given: Given<'_>, reader: &mut Reader<'_>) -> Option<Self> {
        let span = given.place.span;
        let text = reader.text(given, "a number")?;
        let text = text.as_ref();
        let limits = reader.limits();
        let fits = |n: &f64| limits.range.is_none_or(|(least, greatest)| (least..=greatest).contains(n));
        let number = serde_json::from_str::<f64>(text).ok().filter(|n| n.is_finite()).filter(fits);
        if number.is_none() {
            bad_number(span, text, &range_in_words(limits, "a number"), reader);
        }
        number.map(Number)
    }

    fn write(&self) -> Long<'_> {
        self.long()
    }

    fn schema(generator: &mut Generator<'_>) -> Json {
        let mut number = json!({"type": "number"});
        if let Some((least, greatest)) = generator.limits.range {
            number["minimum"] = json!(least);
            if greatest != f64::MAX {
                number["maximum"] = json!(greatest);
            }
        }
        json!({"anyOf": [number, {"type": "string", "pattern": "^-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][-+]?[0-9]+)?$"}]})
    }

    fn describe(reference: &mut Reference) -> String {
        range_in_words(reference.limits, "number")
    }
}

impl Syntax for Date {
    fn read(given: Given<'_>, reader: &mut Reader<'_>) -> Option<Self> {
        let span = given.place.span;
        let text = reader.text(given, "a date")?;
        let text = text.as_ref();
        let written_so =
            text.len() == 10 && text.bytes().enumerate().all(|(i, b)| if i == 4 || i == 7 { b == b'-' } else { b.is_ascii_digit() });
        let date = written_so.then(|| text.parse::<Date>().ok()).flatten();
        if date.is_none() {
            let message = format!("`{}` is not a date", shown(text));
            reader.report(
                Diagnostic::error(codes::BAD_DATE, span, message).help("write a day that exists as `YYYY-MM-DD`, such as `2026-03-31`"),
            );
        }
        date
    }

    fn write(&self) -> Long<'_> {
        Long::from(self.to_string())
    }

    fn schema(_: &mut Generator<'_>) -> Json {
        json!({"type": "string", "format": "date", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"})
    }

    fn describe(_: &mut Reference) -> String {
        "date, `YYYY-MM-DD`".to_owned()
    }
}

impl Syntax for Effort {
    fn read(given: Given<'_>, reader: &mut Reader<'_>) -> Option<Self> {
        let span = given.place.span;
        let text = reader.text(given, "an estimate such as `3d`")?;
        let text = text.as_ref();
        let effort = effort_of(text);
        if effort.is_none() {
            let message = format!("`{}` is not an estimate of work", shown(text));
            reader
                .report(Diagnostic::error(codes::BAD_EFFORT, span, message).help("write hours, days or weeks, such as `4h`, `3d` or `2w`"));
        }
        effort
    }

    fn write(&self) -> Long<'_> {
        Long::from(format!("{}{}", self.hours / hours_of(self.unit), self.unit))
    }

    fn schema(_: &mut Generator<'_>) -> Json {
        json!({"type": "string", "pattern": "^[0-9]{1,5}[hdw]$"})
    }

    fn describe(_: &mut Reference) -> String {
        "estimate such as `4h`, `3d`, `2w` (a day has 8 hours, a week 5 days)".to_owned()
    }
}

pub(super) fn effort_of(text: &str) -> Option<Effort> {
    let unit = text.chars().last().filter(|c| matches!(c, 'h' | 'd' | 'w'))?;
    let digits = &text[..text.len() - 1];
    let fits = (1..=5).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit());
    fits.then(|| digits.parse::<u32>().ok()).flatten().map(|n| Effort { hours: n * hours_of(unit), unit })
}

fn hours_of(unit: char) -> u32 {
    match unit {
        'd' => 8,
        'w' => 40,
        _ => 1,
    }
}

/// The two keys of values that may carry a reason; unknown keys are reported.
fn is_and_because<'n>(given: Given<'n>, reader: &mut Reader<'_>) -> (Option<Given<'n>>, Option<Spanned<String>>) {
    let span = given.place.span;
    let (mut is, mut because) = (None, None);
    for entry in given.entries() {
        match entry.key.as_ref() {
            "is" => is = Some(entry.value),
            "because" => because = read_spanned(entry.value, reader),
            key if key.starts_with("x-") => {}
            key => {
                let message = format!("`{}` has no key `{}`", reader.key(), shown(key));
                reader.unknown(codes::UNKNOWN_KEY, entry.key_span, key, ["is", "because"].into_iter(), message);
            }
        }
    }
    if is.is_none() {
        let message = format!("`{}` needs `is`", reader.key());
        reader.report(Diagnostic::error(codes::MISSING_KEY, span, message).help("write `{is: …, because: …}`"));
    }
    (is, because)
}

fn reasoned<'m>(is: Long<'m>, because: Option<&'m Spanned<String>>) -> Long<'m> {
    let because = because.map(|because| ("because".into(), because.value.write()));
    Long::Map(std::iter::once(("is".into(), is)).chain(because).collect())
}

fn reasoned_schema(is: &Json) -> Json {
    json!({
        "type": "object",
        "properties": {"is": is, "because": {"type": ["string", "number", "boolean"]}},
        "required": ["is"],
        "patternProperties": {"^x-": true},
        "additionalProperties": false,
    })
}

impl Syntax for Rating {
    fn read(given: Given<'_>, reader: &mut Reader<'_>) -> Option<Self> {
        let (is, because) = if given.kind() == Kind::Map { is_and_because(given, reader) } else { (Some(given), None) };
        let is = is?;
        let span = is.place.span;
        let text = reader.text(is, "a number from 1 to 5")?;
        let text = text.as_ref();
        let number = match text.as_bytes() {
            [digit @ b'1'..=b'5'] => Some(digit - b'0'),
            _ => None,
        };
        if number.is_none() {
            bad_number(span, text, "a whole number from 1 (least) to 5 (most)", reader);
        }
        number.map(|is| Rating { is, because })
    }

    fn write(&self) -> Long<'_> {
        reasoned(Long::Number(self.is.into()), self.because.as_ref())
    }

    fn schema(_: &mut Generator<'_>) -> Json {
        let is = json!({"enum": [1, 2, 3, 4, 5, "1", "2", "3", "4", "5"]});
        json!({"anyOf": [is, reasoned_schema(&is)]})
    }

    fn describe(_: &mut Reference) -> String {
        "`1` to `5`, or `{is: 4, because: …}`".to_owned()
    }
}

const LEVELS: &[&str] = &["none", "low", "medium", "high", "critical", "unknown", "depends"];

impl Syntax for LevelValue {
    fn read(given: Given<'_>, reader: &mut Reader<'_>) -> Option<Self> {
        let whole = given.place.span;
        let (is, because) = if given.kind() == Kind::Map { is_and_because(given, reader) } else { (Some(given), None) };
        let is = is?;
        let span = is.place.span;
        let text = reader.text(is, "a level")?;
        let text = text.as_ref();
        let level = match text {
            "unknown" => StatedLevel::Unknown,
            "depends" => StatedLevel::Depends,
            word => {
                let level = Level::from_word(word);
                if level.is_none() {
                    reader.unknown_word(span, text, LEVELS);
                }
                StatedLevel::Is(level?)
            }
        };
        if level == StatedLevel::Depends && because.is_none() {
            let message = format!("`depends` needs a reason in `{}`", reader.key());
            let diagnostic = Diagnostic::error(codes::MISSING_REASON, whole, message).help("write `{is: depends, because: …}`");
            reader.report(diagnostic);
        }
        Some(LevelValue { is: level, because })
    }

    fn write(&self) -> Long<'_> {
        let word = match self.is {
            StatedLevel::Is(level) => level.as_str(),
            StatedLevel::Unknown => "unknown",
            StatedLevel::Depends => "depends",
        };
        reasoned(Long::from(word), self.because.as_ref())
    }

    fn schema(_: &mut Generator<'_>) -> Json {
        let definite = json!({"enum": &LEVELS[..6]});
        let mut depends = reasoned_schema(&json!({"const": "depends"}));
        depends["required"] = json!(["is", "because"]);
        json!({"anyOf": [definite, reasoned_schema(&definite), depends]})
    }

    fn describe(reference: &mut Reference) -> String {
        format!("{}, `unknown`, or `{{is: depends, because: …}}`", Level::describe(reference))
    }
}

impl Syntax for Trust {
    fn read(given: Given<'_>, reader: &mut Reader<'_>) -> Option<Self> {
        let span = given.place.span;
        let text = reader.text(given, "a number from 0 to 100 or a word")?;
        let text = text.as_ref();
        if let Some(word) = TrustWord::from_word(text) {
            return Some(Trust { value: word.value(), word: Some(word) });
        }
        let number = text.bytes().all(|b| b.is_ascii_digit()).then(|| text.parse::<u8>().ok()).flatten().filter(|n| *n <= 100);
        if number.is_none() {
            report_trust(span, text, reader);
        }
        number.map(|value| Trust { value, word: None })
    }

    fn write(&self) -> Long<'_> {
        self.word.map_or_else(|| Long::Number(self.value.into()), |word| Long::from(word.as_str()))
    }

    fn schema(_: &mut Generator<'_>) -> Json {
        let words: Vec<&str> = TrustWord::ALL.iter().map(|w| w.as_str()).collect();
        json!({"anyOf": [
            {"enum": words},
            {"type": "integer", "minimum": 0, "maximum": 100},
            {"type": "string", "pattern": "^(0{0,2}[0-9]|0?[0-9]{2}|100)$"},
        ]})
    }

    fn describe(reference: &mut Reference) -> String {
        format!("`0` to `100`, or {}", TrustWord::describe(reference))
    }
}

fn report_trust(span: Span, text: &str, reader: &mut Reader<'_>) {
    let message = format!("`{}` is not a degree of trust", shown(text));
    let words: Vec<String> = TrustWord::ALL.iter().map(|w| format!("`{w}` ({})", w.value())).collect();
    let near = nearest(text, TrustWord::ALL.iter().map(|w| w.as_str()));
    let meant = near.map_or_else(String::new, |near| format!("did you mean `{near}`? "));
    let help = format!("{meant}write a number from 0 to 100, or {}", words.join(", "));
    let code = if text.starts_with(|c: char| c.is_ascii_digit() || c == '-') { codes::BAD_NUMBER } else { codes::UNKNOWN_WORD };
    let mut diagnostic = Diagnostic::error(code, span, message).help(help);
    if let Some(near) = near {
        diagnostic = diagnostic.fix(format!("replace with `{near}`"), near);
    }
    reader.report(diagnostic);
}

impl Syntax for References {
    fn read(given: Given<'_>, reader: &mut Reader<'_>) -> Option<Self> {
        let list: super::List<String> = Field::read(given, reader);
        list.span.map(|_| References(list.items))
    }

    fn write(&self) -> Long<'_> {
        Long::List(self.0.iter().map(|item| item.value.write()).collect())
    }

    fn schema(generator: &mut Generator<'_>) -> Json {
        <super::List<String> as Field>::schema(generator)
    }

    fn describe(reference: &mut Reference) -> String {
        <super::List<String> as Field>::describe(reference)
    }
}

impl Syntax for Verbatim {
    const MAY_BE_NOTHING: bool = true;

    fn read(given: Given<'_>, _: &mut Reader<'_>) -> Option<Self> {
        Some(Verbatim(given.verbatim()))
    }

    fn write(&self) -> Long<'_> {
        self.0.borrowed()
    }

    fn schema(_: &mut Generator<'_>) -> Json {
        json!(true)
    }

    fn describe(_: &mut Reference) -> String {
        "anything; kept as it stands".to_owned()
    }
}

impl Syntax for Verify {
    const ALONE: bool = true;

    fn read(given: Given<'_>, reader: &mut Reader<'_>) -> Option<Self> {
        let place = given.place;
        if place.kind != Kind::Map {
            reader.wrong_type_with(place, "a check", "write a check such as `{junit: \"auth.RateLimit*\", at: ci}`");
            return None;
        }
        let (mut methods, mut at, mut result, mut extras) = (Vec::new(), None, None, super::Extras::default());
        let mut misspelt = false;
        for entry in given.entries() {
            match entry.key.as_ref() {
                "at" => at = read_spanned::<String>(entry.value, reader),
                "result" => result = read_spanned::<CheckResult>(entry.value, reader),
                key if key.starts_with("x-") => extras.keep(entry),
                key => match VerifyMethod::from_word(key) {
                    Some(method) => methods.push((Spanned::new(method, entry.key_span), entry.value)),
                    None => {
                        misspelt = true;
                        unknown_method(&entry, reader);
                    }
                },
            }
        }
        let several = methods.len() > 1;
        let (Some((method, what)), false) = (methods.pop(), several) else {
            if !misspelt {
                report_methods(place.span, several, reader);
            }
            return None;
        };
        let what = read_spanned::<String>(what, reader)?;
        Some(Verify { method, what, at, result, extras })
    }

    fn write(&self) -> Long<'_> {
        let what = (Cow::Borrowed(self.method.as_str()), self.what.value.write());
        let at = self.at.as_ref().map(|at| ("at".into(), at.value.write()));
        let result = self.result.as_ref().map(|result| ("result".into(), result.value.write()));
        Long::Map(std::iter::once(what).chain(at).chain(result).chain(self.extras.write()).collect())
    }

    fn schema(generator: &mut Generator<'_>) -> Json {
        let text = String::schema(generator);
        let result = CheckResult::schema(generator);
        let methods: serde_json::Map<String, Json> = VerifyMethod::ALL.iter().map(|m| (m.to_string(), text.clone())).collect();
        let one_of: Vec<Json> = VerifyMethod::ALL.iter().map(|m| json!({"required": [m.as_str()]})).collect();
        let mut properties = methods;
        properties.insert("at".to_owned(), text);
        properties.insert("result".to_owned(), result);
        generator.define("verify", |_| {
            json!({
                "type": "object",
                "description": "One check of an acceptance criterion: a method with what it checks.",
                "properties": properties,
                "oneOf": one_of,
                "patternProperties": {"^x-": true},
                "additionalProperties": false,
            })
        })
    }

    fn describe(reference: &mut Reference) -> String {
        let methods = VerifyMethod::describe(reference);
        format!("`{{<method>: what, at: where, result: …}}` with {methods} and {}", CheckResult::describe(reference))
    }
}

fn read_spanned<T: Syntax>(given: Given<'_>, reader: &mut Reader<'_>) -> Option<Spanned<T>> {
    let span = given.place.span;
    T::read(given, reader).map(|value| Spanned::new(value, span))
}

fn unknown_method(entry: &Keyed<'_>, reader: &mut Reader<'_>) {
    let allowed = VerifyMethod::ALL.iter().map(|m| m.as_str()).chain(["at", "result"]);
    let message = format!("a check has no key `{}`", shown(&entry.key));
    reader.unknown(codes::UNKNOWN_KEY, entry.key_span, &entry.key, allowed, message);
}

fn report_methods(span: Span, several: bool, reader: &mut Reader<'_>) {
    let message = if several { "a check has one method, not several" } else { "a check needs a method" };
    let methods: Vec<String> = VerifyMethod::ALL.iter().map(|m| format!("`{m}`")).collect();
    let help = format!("write one of {} with what it checks, such as `junit: \"auth.RateLimit*\"`", methods.join(", "));
    reader.report(Diagnostic::error(codes::BAD_VERIFY, span, message).help(help));
}

impl Field for Reasons {
    fn read(given: Given<'_>, reader: &mut Reader<'_>) -> Self {
        let place = given.place;
        let mut item = |given: Given<'_>| Some((read_spanned(given, reader)?, None));
        let items = match place.kind {
            Kind::List => given.items().filter_map(item).collect(),
            Kind::Scalar => item(given).into_iter().collect(),
            Kind::Map => given.entries().filter_map(|entry| reasoned_item(entry, reader)).collect(),
            Kind::Nothing => {
                reader.wrong_type(place, "a mapping of items to reasons, or a list of items");
                return Self::default();
            }
        };
        Self { span: Some(place.span), items }
    }

    fn write(&self) -> Option<Long<'_>> {
        self.span?;
        // An item that is listed twice has the last of its reasons.
        let reasons = self.items.iter().map(|(item, why)| (item.value.as_str(), why.as_ref().map_or(Long::Null, |why| why.value.write())));
        let reasons: IndexMap<&str, Long<'_>> = reasons.collect();
        Some(Long::Map(reasons.into_iter().map(|(item, why)| (item.into(), why)).collect()))
    }

    fn schema(generator: &mut Generator<'_>) -> Json {
        let text = String::schema(generator);
        json!({"anyOf": [
            {"type": "object", "additionalProperties": {"type": ["string", "number", "boolean", "null"]}},
            {"type": "array", "items": text},
            text,
        ]})
    }

    fn describe(_: &mut Reference) -> String {
        "mapping of item to reason, or list of items".to_owned()
    }
}

fn reasoned_item(entry: Keyed<'_>, reader: &mut Reader<'_>) -> Option<(Spanned<String>, Option<Spanned<String>>)> {
    let item = Spanned::new(entry.key.into_owned(), entry.key_span);
    match entry.value.kind() {
        Kind::Nothing => Some((item, None)),
        _ => Some((item, Some(read_spanned(entry.value, reader)?))),
    }
}
