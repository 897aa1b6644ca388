//! Suppressions: `suppress: {code: reason}` or `{code@subject: reason}`.
//!
//! An error is only silenced with a reason, and an entry that silences nothing is pointed out.

use std::cell::Cell;

use redan_model::suggest::nearest;
use redan_model::{Model, Severity, Span};

use super::{LINTS, Linter};

/// The suppressions of a model.
pub(super) struct Suppressions<'m> {
    entries: Vec<Entry<'m>>,
}

struct Entry<'m> {
    key: &'m str,
    code: &'m str,
    subject: Option<&'m str>,
    has_reason: bool,
    span: Span,
    used: Cell<bool>,
}

impl<'m> Suppressions<'m> {
    pub(super) fn of(model: &'m Model) -> Self {
        let entries = model.root.suppress.entries.iter().map(|(key, entry)| {
            let (code, subject) = key.split_once('@').map_or((key.as_str(), None), |(code, subject)| (code, Some(subject)));
            let has_reason = !entry.value.trim().is_empty();
            Entry { key, code, subject, has_reason, span: entry.key_span, used: Cell::new(false) }
        });
        Self { entries: entries.collect() }
    }

    /// Whether an entry silences a diagnostic.
    pub(super) fn silence(&self, code: &str, subject: Option<&str>, severity: Severity) -> bool {
        let fits = |entry: &&Entry<'_>| entry.code == code && (entry.subject.is_none() || entry.subject == subject);
        let mut silenced = false;
        for entry in self.entries.iter().filter(fits) {
            entry.used.set(true);
            silenced |= entry.has_reason || severity != Severity::Error;
        }
        silenced
    }
}

/// Checks the suppressions themselves, after all other lints.
pub(super) fn check(linter: &mut Linter<'_>) {
    let mut found = Vec::new();
    for entry in &linter.suppressions.entries {
        if !LINTS.iter().any(|spec| spec.code == entry.code) {
            let diagnostic = linter.found("unknown-lint", entry.span, format!("there is no lint `{}`", entry.code));
            found.push(match nearest(entry.code, LINTS.iter().map(|spec| spec.code)) {
                Some(near) => {
                    let key = entry.subject.map_or_else(|| near.to_owned(), |subject| format!("{near}@{subject}"));
                    diagnostic.help(format!("did you mean `{near}`?")).fix(format!("rename to `{key}`"), key)
                }
                None => diagnostic,
            });
        } else if !entry.has_reason {
            found.push(linter.found(
                "suppression-without-reason",
                entry.span,
                format!("the suppression of `{}` gives no reason", entry.key),
            ));
        } else if !entry.used.get() {
            found.push(linter.found("unused-suppression", entry.span, format!("`{}` silences nothing", entry.key)));
        }
    }
    for diagnostic in found {
        linter.out.push(diagnostic);
    }
}
