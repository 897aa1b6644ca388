//! Texts that stand for a whole record: flows and acceptance criteria.

use std::borrow::Cow;

use serde_json::{Value as Json, json};

use super::syntax::{Reader, ShortForm, shown};
use super::{Acceptance, Flow, List, Place, YesNo};
use crate::codes;
use crate::diagnostic::Diagnostic;
use crate::source::{Span, Spanned};

/// The short form of a flow: `a -> b over https carrying x, y returning z`.
pub struct FlowText;

const FLOW_HELP: &str = "write `from -> to`, then if needed `over <protocol>`, `carrying <assets>` and `returning <assets>`, in this order";
const FLOW_PATTERN: &str = r"^\s*[^\s,<>]+\s+(->|<->)\s+[^\s,<>]+(\s+over\s+[^\s,]+)?(\s+carrying\s+[^\s,]+(\s*,\s*[^\s,]+)*)?(\s+returning\s+[^\s,]+(\s*,\s*[^\s,]+)*)?\s*$";

impl ShortForm<Flow> for FlowText {
    fn expand(text: Cow<'_, str>, place: Place, reader: &mut Reader<'_>) -> Option<Flow> {
        let mut flow = Flow::default();
        if let Err((span, problem)) = Words::new(&text, place).read(&mut flow) {
            let message = format!("`{}` is not a flow: {problem}", shown(&text));
            reader.report(Diagnostic::error(codes::BAD_FLOW, span, message).help(FLOW_HELP));
        }
        // What was read before the fault is kept, so that its names are checked too.
        Some(flow)
    }

    fn schema() -> Option<Json> {
        Some(json!({"type": "string", "pattern": FLOW_PATTERN}))
    }

    fn describe() -> &'static str {
        "`from -> to over <protocol> carrying <assets> returning <assets>`; `<->` for both ways; everything after the ends may be left out."
    }
}

type Fault = (Span, String);
type Word<'t> = (&'t str, Span);
/// What was read, and the words after it.
type Rest<'w, 't, T> = (T, &'w [Word<'t>]);

/// The words of a flow's text with their places; a comma is a word of its own.
struct Words<'t> {
    words: Vec<Word<'t>>,
    whole: Span,
}

impl<'t> Words<'t> {
    fn new(text: &'t str, whole: Place) -> Self {
        let place = |start: usize, end: usize| whole.part(text, start, end);
        let mut words = Vec::new();
        let mut start = None;
        for (at, c) in text.char_indices().chain([(text.len(), ' ')]) {
            if c.is_whitespace() || c == ',' {
                if let Some(from) = start.take() {
                    words.push((&text[from..at], place(from, at)));
                }
                if c == ',' {
                    words.push((&text[at..=at], place(at, at + 1)));
                }
            } else if start.is_none() {
                start = Some(at);
            }
        }
        Self { words, whole: whole.span }
    }

    fn read(&self, flow: &mut Flow) -> Result<(), Fault> {
        let [from, arrow, to, rest @ ..] = self.words.as_slice() else {
            return Err((self.whole, "it needs two ends and an arrow between them".to_owned()));
        };
        match arrow.0 {
            "->" => {}
            "<->" => flow.both_ways = Some(Spanned::new(YesNo::Yes, arrow.1)),
            other => return Err((arrow.1, format!("the arrow is `->` or `<->`, not `{}`", shown(other)))),
        }
        flow.from = Some(end(from)?);
        flow.to = Some(end(to)?);
        let mut rest = rest;
        if let Some(((_, _), after)) = keyword(rest, "over") {
            let protocol = after.first().filter(|word| word.0 != ",").ok_or((self.whole, "`over` needs a protocol".to_owned()))?;
            flow.protocol = Some(spanned(protocol));
            rest = &after[1..];
        }
        (flow.carries, rest) = self.assets(rest, "carrying")?;
        (flow.returns, rest) = self.assets(rest, "returning")?;
        match rest.first() {
            Some((word, span)) => Err((*span, format!("`{}` is not expected here", shown(word)))),
            None => Ok(()),
        }
    }

    fn assets<'w>(&self, words: &'w [Word<'t>], name: &str) -> Result<Rest<'w, 't, List<String>>, Fault> {
        let Some((head, mut rest)) = keyword(words, name) else {
            return Ok((List::default(), words));
        };
        let mut items = Vec::new();
        loop {
            let word = rest
                .first()
                .filter(|word| word.0 != ",")
                .ok_or((head.1, format!("`{name}` needs an asset after it and after every comma")))?;
            items.push(spanned(word));
            rest = &rest[1..];
            match rest.first() {
                Some((",", _)) => rest = &rest[1..],
                _ => break,
            }
        }
        let span = items.iter().fold(items[0].span, |all, item| all.to(item.span));
        Ok((List { span: Some(span), items }, rest))
    }
}

fn keyword<'w, 't>(words: &'w [Word<'t>], name: &str) -> Option<Rest<'w, 't, Word<'t>>> {
    words.split_first().filter(|(first, _)| first.0 == name).map(|(first, rest)| (*first, rest))
}

fn end(word: &(&str, Span)) -> Result<Spanned<String>, Fault> {
    if word.0.contains([',', '<', '>']) {
        return Err((word.1, format!("`{}` is not an element", shown(word.0))));
    }
    Ok(spanned(word))
}

fn spanned(word: &(&str, Span)) -> Spanned<String> {
    Spanned::new(word.0.to_owned(), word.1)
}

/// The short form of an acceptance criterion: its text.
pub struct CriterionText;

impl ShortForm<Acceptance> for CriterionText {
    fn expand(text: Cow<'_, str>, place: Place, _: &mut Reader<'_>) -> Option<Acceptance> {
        Some(Acceptance { text: Some(Spanned::new(text.into_owned(), place.span)), ..Acceptance::default() })
    }

    fn schema() -> Option<Json> {
        Some(json!({"type": ["string", "number", "boolean"]}))
    }

    fn describe() -> &'static str {
        "the text alone; checks may then stand beside `acceptance` as `verify`."
    }
}
