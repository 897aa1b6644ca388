//! What is wrong with a text, said once for every face.
//!
//! A [`Diagnostic`] is plain data: the terminal, JSON, SARIF, an editor and a web page all render the same value.
//! Faults of the user's files are always diagnostics and never Rust errors, and they are collected, so that one run
//! shows everything that is wrong.

use crate::source::Span;

/// How much a diagnostic matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing; never changes an exit code.
    Hint,
    /// Probably not what was meant.
    Warning,
    /// The file cannot be used as it stands.
    Error,
}

impl Severity {
    /// The word in every output.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Hint => "hint",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// A second place that belongs to a diagnostic, with what to see there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// Where.
    pub span: Span,
    /// What the reader should see there, lower case, no full stop.
    pub message: String,
}

/// A replacement that would clear the diagnostic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// What it does, as an imperative: "rename to `encryption-at-rest`".
    pub title: String,
    /// What is replaced.
    pub span: Span,
    /// What stands there afterwards.
    pub replacement: String,
}

/// One fault, warning or hint about a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// Stable kebab-case name of the kind of fault, such as `unknown-key`.
    pub code: &'static str,
    /// How much it matters.
    pub severity: Severity,
    /// One sentence, no full stop, naming the thing that is wrong.
    pub message: String,
    /// Where the fault is; `None` only when there is no text to point at (a file that cannot be read).
    pub primary: Option<Span>,
    /// Other places that explain it.
    pub labels: Vec<Label>,
    /// What is allowed here, or what to do.
    pub help: Option<String>,
    /// A mechanical repair, when there is exactly one that is right.
    pub fix: Option<Fix>,
    /// What the diagnostic is about, as `<subject>`, for suppressions `<code>@<subject>`.
    pub subject: Option<String>,
}

impl Diagnostic {
    /// An error at a place.
    pub fn error(code: &'static str, span: Span, message: impl Into<String>) -> Self {
        Self::new(code, Severity::Error, Some(span), message.into())
    }

    /// A warning at a place.
    pub fn warning(code: &'static str, span: Span, message: impl Into<String>) -> Self {
        Self::new(code, Severity::Warning, Some(span), message.into())
    }

    /// A hint at a place.
    pub fn hint(code: &'static str, span: Span, message: impl Into<String>) -> Self {
        Self::new(code, Severity::Hint, Some(span), message.into())
    }

    /// An error about a file as a whole, when there is nothing to point at.
    pub fn unplaced(code: &'static str, message: impl Into<String>) -> Self {
        Self::new(code, Severity::Error, None, message.into())
    }

    fn new(code: &'static str, severity: Severity, primary: Option<Span>, message: String) -> Self {
        Self { code, severity, message, primary, labels: Vec::new(), help: None, fix: None, subject: None }
    }

    /// Adds a second place.
    #[must_use]
    pub fn label(mut self, span: Span, message: impl Into<String>) -> Self {
        self.labels.push(Label { span, message: message.into() });
        self
    }

    /// Says what is allowed or what to do.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// Offers the one right replacement of the primary span.
    #[must_use]
    pub fn fix(mut self, title: impl Into<String>, replacement: impl Into<String>) -> Self {
        if let Some(span) = self.primary {
            self.fix = Some(Fix { title: title.into(), span, replacement: replacement.into() });
        }
        self
    }

    /// Names what it is about.
    #[must_use]
    pub fn about(mut self, subject: impl Into<String>) -> Self {
        self.subject = Some(subject.into());
        self
    }

    /// Whether it makes the text unusable.
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}
