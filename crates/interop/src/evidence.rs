//! Reports of scanners and tests, one module a format: foreign bytes in, findings and test results out.
//!
//! Input is hostile and often full of secrets. Nothing is copied that may hold one: requests, responses, matched text
//! and messages of tests are never taken over, and a secret that was found is known by a short hash only.

mod burp;
mod cargo_audit;
mod dependabot;
mod detect;
mod eslint;
pub mod file;
mod gather;
mod git_secrets;
mod gitleaks;
mod junit;
mod npm_audit;
mod osv;
mod result;
mod sarif;
mod semgrep;
mod snyk;
#[cfg(test)]
mod tests;
mod text;
mod trivy;
mod trufflehog;
mod vex;
mod zap;

use redan_model::evidence::{Outcome, Report, ReportKind};

use crate::ImportError;

pub use detect::detect;

/// Most entries of one report.
pub const MAX_ITEMS: usize = 200_000;

/// Reads a report of a kind.
///
/// # Errors
/// The bytes are not a report of that kind, or exceed a limit. A report that says that its tool failed, or that says
/// nothing at all, is not an error but an [`Outcome`].
pub fn read(kind: ReportKind, name: &str, bytes: &[u8]) -> Result<Report, ImportError> {
    let text = text::decode(bytes)?;
    let mut report = match text.trim() {
        "" | "null" => gather::Gather::new(kind, kind.as_str()).finish(Outcome::Empty),
        _ => by_kind(kind, &text)?,
    };
    report.kind = kind;
    name.clone_into(&mut report.name);
    report.digest = text::hash(&[bytes]);
    Ok(report)
}

fn by_kind(kind: ReportKind, text: &str) -> Result<Report, ImportError> {
    // Several tools write SARIF as well as a format of their own, and users name the tool.
    let json = |read: fn(&serde_json::Value) -> Result<Report, ImportError>| {
        let value = text::json(text)?;
        if value.get("runs").is_some_and(serde_json::Value::is_array) { sarif::read(&value) } else { read(&value) }
    };
    match kind {
        ReportKind::Junit => junit::read(text),
        ReportKind::Sarif => json(sarif::read),
        ReportKind::Zap => zap::read(text),
        ReportKind::Burp => burp::read(text),
        ReportKind::Semgrep => json(semgrep::read),
        ReportKind::Eslint => json(eslint::read),
        ReportKind::Snyk => json(snyk::read),
        ReportKind::Dependabot => json(dependabot::read),
        ReportKind::Trufflehog => trufflehog::read(text),
        ReportKind::Gitleaks => json(gitleaks::read),
        ReportKind::GitSecrets => git_secrets::read(text),
        ReportKind::NpmAudit => json(npm_audit::read),
        ReportKind::CargoAudit => json(cargo_audit::read),
        ReportKind::Osv => json(osv::read),
        ReportKind::Vex => json(vex::read),
        ReportKind::Trivy => json(trivy::read),
        ReportKind::Result => json(result::read),
    }
}
