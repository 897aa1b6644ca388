//! Faults of the model, apart from threats of the system: what a reviewer of a threat model would remark.
//!
//! Every lint has a stable code and a row in [`LINTS`]. Lints never change threats, and what a project has suppressed
//! with a reason stays silent. Several findings of one kind become one diagnostic, so that the first model of a
//! beginner does not drown in remarks.

mod acceptances;
mod answers;
mod assets;
mod assumptions;
mod mitigations;
mod quality;
mod ratings;
pub mod reference;
mod reviews;
mod scope;
mod specs;
mod structure;
mod suppress;
mod trees;
mod trust;

use redan_model::{Diagnostic, Model, Severity, Span, Thing};

pub use specs::{LINTS, LintSpec};

use crate::analyse::Input;
use crate::facts::Facts;
use crate::{Analysis, Context, Knowledge, Policy};
use suppress::Suppressions;

/// More findings of one kind than this become one diagnostic.
const MAX_SEPARATE: usize = 3;
/// Most names in a diagnostic that stands for several findings.
const MAX_NAMED: usize = 5;

/// Every fault of a model, in source order. The threats of the analysis have to be there already; `facts` are those of
/// the model as it stands.
pub(crate) fn lints(input: &Input<'_>, facts: &Facts<'_>, analysis: &Analysis) -> Vec<Diagnostic> {
    let Input { model, knowledge, policy, context } = *input;
    let suppressions = Suppressions::of(model);
    let mut linter = Linter { model, knowledge, policy, context, facts, analysis, suppressions, out: Vec::new() };
    answers::check(&mut linter);
    ratings::check(&mut linter);
    assumptions::check(&mut linter);
    trust::check(&mut linter);
    reviews::check(&mut linter);
    mitigations::check(&mut linter);
    acceptances::check(&mut linter);
    assets::check(&mut linter);
    structure::check(&mut linter);
    quality::check(&mut linter);
    trees::check(&mut linter);
    scope::check(&mut linter);
    suppress::check(&mut linter);
    linter.out.sort_by(|a, b| (a.primary, a.code, &a.message).cmp(&(b.primary, b.code, &b.message)));
    linter.out
}

/// The inputs of all lints and what they found.
struct Linter<'a> {
    model: &'a Model,
    knowledge: &'a Knowledge,
    policy: &'a Policy,
    context: &'a Context,
    facts: &'a Facts<'a>,
    analysis: &'a Analysis,
    suppressions: Suppressions<'a>,
    out: Vec<Diagnostic>,
}

/// One of several findings of one kind.
struct Found {
    /// What it is about, for suppressions.
    subject: String,
    span: Span,
}

impl Linter<'_> {
    /// A diagnostic with the severity and the remedy of its row.
    fn found(&self, code: &'static str, span: Span, message: impl Into<String>) -> Diagnostic {
        let spec = specs::spec(code);
        let diagnostic = match spec.severity {
            Severity::Error => Diagnostic::error(code, span, message),
            Severity::Warning => Diagnostic::warning(code, span, message),
            Severity::Hint => Diagnostic::hint(code, span, message),
        };
        diagnostic.help(spec.fix)
    }

    /// Keeps a diagnostic unless the model suppresses it.
    fn report(&mut self, diagnostic: Diagnostic) {
        if !self.suppressions.silence(diagnostic.code, diagnostic.subject.as_deref(), diagnostic.severity) {
            self.out.push(diagnostic);
        }
    }

    /// Reports findings of one kind: each by itself while they are few, else in one diagnostic that names some of them.
    fn report_all(&mut self, code: &'static str, found: Vec<Found>, one: impl Fn(&str) -> String, many: impl Fn(usize, &str) -> String) {
        let severity = specs::spec(code).severity;
        let kept: Vec<Found> = found.into_iter().filter(|found| !self.suppressions.silence(code, Some(&found.subject), severity)).collect();
        if kept.len() <= MAX_SEPARATE {
            for found in kept {
                let diagnostic = self.found(code, found.span, one(&found.subject)).about(found.subject);
                self.report(diagnostic);
            }
            return;
        }
        let subjects: Vec<&str> = kept.iter().map(|found| found.subject.as_str()).collect();
        let mut diagnostic = self.found(code, kept[0].span, many(kept.len(), &named(&subjects)));
        for found in kept[1..].iter().take(MAX_NAMED - 1) {
            diagnostic = diagnostic.label(found.span, "and this");
        }
        self.report(diagnostic);
    }

    /// A part of this file, as a finding; `None` for the model and for parts of other files, which are linted there.
    fn thing(&self, thing: Thing) -> Option<Found> {
        let identity = self.model.identity(thing).filter(|identity| identity.provided_by.is_none())?;
        Some(Found { subject: identity.id.clone(), span: identity.id_span })
    }

    /// Where a remark about the model as a whole points.
    fn root(&self) -> Span {
        self.model.root.name.as_ref().map_or_else(|| Span::new(self.model.file, 0, 0), |name| name.span)
    }
}

/// Some names, in backticks, and how many there are besides.
fn named(names: &[&str]) -> String {
    let shown: Vec<String> = names.iter().take(MAX_NAMED).map(|name| format!("`{name}`")).collect();
    let rest = names.len().saturating_sub(MAX_NAMED);
    if rest > 0 { format!("{} and {rest} more", shown.join(", ")) } else { shown.join(", ") }
}

#[cfg(test)]
mod testing;
