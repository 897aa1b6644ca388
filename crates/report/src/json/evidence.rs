//! `verify --format json`: the state of every mitigation, every finding, every report.

use redan_engine::evidence::{Assessment, CheckState, CriterionState, LinkedFinding, MitigationState, Proof, Suggestion};
use redan_model::Model;
use redan_model::evidence::{Evidence, Outcome, Report, Scope};
use serde::Serialize;
use serde::ser::SerializeMap;

use super::ModelJson;

/// The document.
#[derive(Debug, Serialize)]
pub struct EvidenceJson<'a> {
    version: u8,
    model: ModelJson<'a>,
    mitigations: Mitigations<'a>,
    findings: Vec<FindingJson<'a>>,
    reports: Vec<ReportOfToolJson<'a>>,
    suggestions: Vec<SuggestionJson<'a>>,
}

impl<'a> EvidenceJson<'a> {
    /// What evidence says about a model; each suggestion with the command that adds it.
    pub fn of(
        model: ModelJson<'a>,
        resolved: &'a Model,
        evidence: &'a Evidence,
        assessment: &'a Assessment,
        suggestions: &'a [(Suggestion, String)],
    ) -> Self {
        let suggestion = |(one, command): &'a (Suggestion, String)| SuggestionJson {
            id: &one.id,
            title: &one.title,
            on: &one.on,
            cwe: &one.cwe,
            findings: one.findings,
            command,
        };
        Self {
            version: 1,
            model,
            mitigations: Mitigations { assessment, evidence },
            findings: assessment.findings.iter().map(|linked| FindingJson::of(resolved, evidence, linked)).collect(),
            reports: evidence.reports.iter().map(ReportOfToolJson::of).collect(),
            suggestions: suggestions.iter().map(suggestion).collect(),
        }
    }
}

/// Mitigations by id.
#[derive(Debug)]
struct Mitigations<'a> {
    assessment: &'a Assessment,
    evidence: &'a Evidence,
}

impl Serialize for Mitigations<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let all = &self.assessment.mitigations;
        let mut map = serializer.serialize_map(Some(all.len()))?;
        for (id, state) in all {
            map.serialize_entry(id, &MitigationStateJson::of(self.evidence, state))?;
        }
        map.end()
    }
}

#[derive(Debug, Serialize)]
struct MitigationStateJson<'a> {
    state: &'static str,
    reason: &'a str,
    acceptance: Vec<CriterionStateJson<'a>>,
    evidence: Vec<ProofJson<'a>>,
}

#[derive(Debug, Serialize)]
struct CriterionStateJson<'a> {
    text: &'a str,
    state: &'static str,
    reason: &'a str,
    checks: Vec<CheckStateJson<'a>>,
}

#[derive(Debug, Serialize)]
struct CheckStateJson<'a> {
    method: &'static str,
    what: &'a str,
    at: Option<&'a str>,
    state: &'static str,
    reason: &'a str,
}

#[derive(Debug, Serialize)]
struct ProofJson<'a> {
    report: &'a str,
    what: &'a str,
    outcome: &'static str,
}

impl<'a> MitigationStateJson<'a> {
    fn of(evidence: &'a Evidence, state: &'a MitigationState) -> Self {
        let proof = |proof: &'a Proof| ProofJson { report: report_name(evidence, proof.report), what: &proof.what, outcome: proof.outcome };
        let checks = state.criteria.iter().flat_map(|criterion| &criterion.checks);
        Self {
            state: state.state.as_str(),
            reason: &state.reason,
            acceptance: state.criteria.iter().map(CriterionStateJson::of).collect(),
            evidence: checks.flat_map(|check| &check.proofs).map(proof).collect(),
        }
    }
}

impl<'a> CriterionStateJson<'a> {
    fn of(criterion: &'a CriterionState) -> Self {
        let check = |check: &'a CheckState| CheckStateJson {
            method: check.method,
            what: &check.what,
            at: check.at.as_deref(),
            state: check.state.as_str(),
            reason: &check.reason,
        };
        Self {
            text: &criterion.text,
            state: criterion.state.as_str(),
            reason: &criterion.reason,
            checks: criterion.checks.iter().map(check).collect(),
        }
    }
}

fn report_name(evidence: &Evidence, at: usize) -> &str {
    evidence.reports.get(at).map_or("", |report| report.name.as_str())
}

/// One finding.
#[derive(Debug, Serialize)]
pub struct FindingJson<'a> {
    key: &'a str,
    report: &'a str,
    tool: &'a str,
    rule: &'a str,
    title: &'a str,
    severity: &'static str,
    status: &'static str,
    because: Option<&'a str>,
    cwe: &'a [u32],
    ids: &'a [String],
    path: Option<&'a str>,
    line: Option<u32>,
    url: Option<&'a str>,
    package: Option<&'a str>,
    version: Option<&'a str>,
    occurrences: usize,
    elements: Vec<&'a str>,
    threats: &'a [String],
}

impl<'a> FindingJson<'a> {
    /// A finding as the format has it.
    pub fn of(model: &'a Model, evidence: &'a Evidence, linked: &'a LinkedFinding) -> Self {
        let one = &linked.finding;
        Self {
            key: &one.key,
            report: report_name(evidence, linked.report),
            tool: evidence.reports.get(linked.report).map_or("", |report| report.tool.as_str()),
            rule: &one.rule,
            title: &one.title,
            severity: one.severity.as_str(),
            status: one.status.as_str(),
            because: one.because.as_deref(),
            cwe: &one.cwe,
            ids: &one.ids,
            path: one.path.as_deref(),
            line: one.line,
            url: one.url.as_deref(),
            package: one.package.as_deref(),
            version: one.version.as_deref(),
            occurrences: one.occurrences,
            elements: linked.elements.iter().map(|ix| model[*ix].identity.id.as_str()).collect(),
            threats: &linked.threats,
        }
    }
}

/// One report of a tool.
#[derive(Debug, Serialize)]
struct ReportOfToolJson<'a> {
    file: &'a str,
    format: &'static str,
    tool: &'a str,
    version: Option<&'a str>,
    digest: &'a str,
    at: Option<String>,
    at_of_file: bool,
    commit: Option<&'a str>,
    outcome: &'static str,
    why: Option<&'a str>,
    items: usize,
    findings: usize,
    tests: usize,
    statements: usize,
    active_rules: Option<usize>,
}

impl<'a> ReportOfToolJson<'a> {
    fn of(report: &'a Report) -> Self {
        let (outcome, why) = match &report.outcome {
            Outcome::Ran => ("ran", None),
            Outcome::Empty => ("empty", None),
            Outcome::Errored(why) => ("errored", Some(why.as_str())),
        };
        Self {
            file: &report.name,
            format: report.kind.as_str(),
            tool: &report.tool,
            version: report.version.as_deref(),
            digest: &report.digest,
            at: report.taken.and_then(|taken| jiff::Timestamp::from_second(taken).ok()).map(|stamp| stamp.to_string()),
            at_of_file: report.taken_from_file,
            commit: report.commit.as_deref(),
            outcome,
            why,
            items: report.items,
            findings: report.findings.len(),
            tests: report.test_count,
            statements: report.statements.len(),
            active_rules: if let Scope::Rules(rules) = &report.scope { Some(rules.len()) } else { None },
        }
    }
}

#[derive(Debug, Serialize)]
struct SuggestionJson<'a> {
    id: &'a str,
    title: &'a str,
    on: &'a [String],
    cwe: &'a [u32],
    findings: usize,
    command: &'a str,
}

/// A finding at the threat that it realises.
#[derive(Debug, Serialize)]
pub struct RealisedJson<'a> {
    key: &'a str,
    rule: &'a str,
    title: &'a str,
    severity: &'static str,
    status: &'static str,
    path: Option<&'a str>,
    line: Option<u32>,
    url: Option<&'a str>,
    package: Option<&'a str>,
}

impl<'a> RealisedJson<'a> {
    /// The findings of a threat.
    pub fn of_threat(assessment: Option<&'a Assessment>, threat: &str) -> Vec<Self> {
        assessment.map(|assessment| assessment.of_threat(threat).map(Self::of).collect()).unwrap_or_default()
    }

    fn of(linked: &'a LinkedFinding) -> Self {
        let one = &linked.finding;
        Self {
            key: &one.key,
            rule: &one.rule,
            title: &one.title,
            severity: one.severity.as_str(),
            status: one.status.as_str(),
            path: one.path.as_deref(),
            line: one.line,
            url: one.url.as_deref(),
            package: one.package.as_deref(),
        }
    }
}
