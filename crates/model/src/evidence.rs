//! What scanners, tests and people report about the system: plain data, as read from their files.
//!
//! It stands here because both the readers of reports and the engine speak of it, and neither may know the other. No
//! secret is ever in it: readers hash what they find before it gets here.

use std::collections::BTreeMap;

/// Everything that was reported, with how old the code is that it covers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Evidence {
    /// The reports, in the order in which they were given.
    pub reports: Vec<Report>,
    /// How old the code is, by glob of an element's `code`.
    pub code: BTreeMap<String, CodeAge>,
}

/// When the files that a glob matches changed last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CodeAge {
    /// The newest commit that touched one of them, in seconds since 1970.
    Commit(i64),
    /// The history is cut off: they did not change later than this.
    AtMost(i64),
    /// Nobody can tell, and why.
    Unknown(String),
}

/// Which tool wrote a report, or in which form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ReportKind {
    /// Results of tests.
    Junit,
    /// Results of a static analyser.
    Sarif,
    /// Alerts of OWASP ZAP.
    Zap,
    /// Issues of Burp Suite.
    Burp,
    /// Results of Semgrep.
    Semgrep,
    /// Messages of ESLint.
    Eslint,
    /// Issues of Snyk.
    Snyk,
    /// Alerts of a code host about dependencies or code.
    Dependabot,
    /// Secrets that truffleHog found.
    Trufflehog,
    /// Secrets that Gitleaks found.
    Gitleaks,
    /// Secrets that git-secrets found.
    GitSecrets,
    /// Advisories of npm audit.
    NpmAudit,
    /// Advisories of cargo audit.
    CargoAudit,
    /// Vulnerabilities of OSV-Scanner.
    Osv,
    /// Statements about which vulnerabilities matter: `CycloneDX`, `OpenVEX` or CSAF.
    Vex,
    /// Vulnerabilities, faults of configuration and secrets that Trivy found.
    Trivy,
    /// The form of our own for scripts and people.
    Result,
}

impl ReportKind {
    /// Every kind, in the order of lists.
    pub const ALL: [Self; 17] = [
        Self::Junit,
        Self::Sarif,
        Self::Zap,
        Self::Burp,
        Self::Semgrep,
        Self::Eslint,
        Self::Snyk,
        Self::Dependabot,
        Self::Trufflehog,
        Self::Gitleaks,
        Self::GitSecrets,
        Self::NpmAudit,
        Self::CargoAudit,
        Self::Osv,
        Self::Vex,
        Self::Trivy,
        Self::Result,
    ];

    /// The word on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Junit => "junit",
            Self::Sarif => "sarif",
            Self::Zap => "zap",
            Self::Burp => "burp",
            Self::Semgrep => "semgrep",
            Self::Eslint => "eslint",
            Self::Snyk => "snyk",
            Self::Dependabot => "dependabot",
            Self::Trufflehog => "trufflehog",
            Self::Gitleaks => "gitleaks",
            Self::GitSecrets => "git-secrets",
            Self::NpmAudit => "npm-audit",
            Self::CargoAudit => "cargo-audit",
            Self::Osv => "osv",
            Self::Vex => "vex",
            Self::Trivy => "trivy",
            Self::Result => "result",
        }
    }

    /// The kind that a word stands for.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == word)
    }
}

/// One report.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// Which tool wrote it.
    pub kind: ReportKind,
    /// The file, as the user named it.
    pub name: String,
    /// A hash of its bytes; the same report is taken once.
    pub digest: String,
    /// The tool's own name.
    pub tool: String,
    /// The tool's version.
    pub version: Option<String>,
    /// When the tool ran, in seconds since 1970.
    pub taken: Option<i64>,
    /// Whether that is the file's time, because the report does not say it.
    pub taken_from_file: bool,
    /// The commit that was looked at, where the report says it.
    pub commit: Option<String>,
    /// What came of the run.
    pub outcome: Outcome,
    /// Entries of the file's main list, as written.
    pub items: usize,
    /// How many of its items are tests.
    pub test_count: usize,
    /// What the tool can be said to have looked for.
    pub scope: Scope,
    /// What was found, each thing once.
    pub findings: Vec<Finding>,
    /// Tests that ran or should have.
    pub tests: Vec<TestResult>,
    /// Statements about vulnerabilities that others report.
    pub statements: Vec<Statement>,
}

/// What came of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The tool ran to its end.
    Ran,
    /// There is nothing in the report that shows that anything ran.
    Empty,
    /// The tool did not come to its end, and why.
    Errored(String),
}

/// What a tool looked for. Only this makes "nothing found" a proof.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    /// The report does not say it.
    Unsaid,
    /// These rules were active, by id.
    Rules(Vec<ActiveRule>),
    /// All that the tool knows about all packages that it saw.
    Everything,
}

/// A rule that was active in a run.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct ActiveRule {
    /// Its id.
    pub id: String,
    /// The weaknesses that it looks for.
    pub cwe: Vec<u32>,
}

/// How bad a finding is. Ordered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FindingSeverity {
    /// Good to know.
    Info,
    /// Low.
    Low,
    /// Medium.
    Medium,
    /// High.
    High,
    /// Critical.
    Critical,
}

impl FindingSeverity {
    /// Every degree, least first.
    pub const ALL: [Self; 5] = [Self::Info, Self::Low, Self::Medium, Self::High, Self::Critical];

    /// The word in output.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }

    /// The degree that a word of any tool stands for.
    pub fn from_word(word: &str) -> Option<Self> {
        Some(match word.trim().to_ascii_lowercase().as_str() {
            "critical" => Self::Critical,
            "high" | "important" => Self::High,
            "medium" | "moderate" => Self::Medium,
            "low" | "negligible" => Self::Low,
            "info" | "information" | "informational" | "none" => Self::Info,
            _ => return None,
        })
    }

    /// The degree of a CVSS score, 0 to 10.
    pub fn of_score(score: f64) -> Self {
        match score {
            s if s >= 9.0 => Self::Critical,
            s if s >= 7.0 => Self::High,
            s if s >= 4.0 => Self::Medium,
            s if s > 0.0 => Self::Low,
            _ => Self::Info,
        }
    }
}

/// What is known of a finding beyond that it was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum FindingStatus {
    /// It stands.
    Open,
    /// Somebody told the tool to leave it out.
    Suppressed,
    /// It is gone.
    Fixed,
    /// It does not matter here.
    NotAffected,
}

impl FindingStatus {
    /// Every status.
    pub const ALL: [Self; 4] = [Self::Open, Self::Suppressed, Self::Fixed, Self::NotAffected];

    /// The word in output.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Suppressed => "suppressed",
            Self::Fixed => "fixed",
            Self::NotAffected => "not-affected",
        }
    }
}

/// One thing that a tool found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What identifies it across runs and reports.
    pub key: String,
    /// The rule, check or advisory that found it.
    pub rule: String,
    /// In a few words.
    pub title: String,
    /// How bad the tool says it is.
    pub severity: FindingSeverity,
    /// Weaknesses, by their number in the public list.
    pub cwe: Vec<u32>,
    /// Other names of the same, such as CVE and GHSA ids.
    pub ids: Vec<String>,
    /// The file.
    pub path: Option<String>,
    /// The line, from 1.
    pub line: Option<u32>,
    /// The address, without what follows a `?`.
    pub url: Option<String>,
    /// The package.
    pub package: Option<String>,
    /// The version of the package.
    pub version: Option<String>,
    /// The threat that the report says it belongs to.
    pub threat: Option<String>,
    /// Where it stands.
    pub status: FindingStatus,
    /// Why it stands there.
    pub because: Option<String>,
    /// How many entries of the report say it.
    pub occurrences: usize,
}

/// How a test went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TestOutcome {
    /// It ran and passed.
    Passed,
    /// It ran and failed.
    Failed,
    /// It did not run.
    Skipped,
    /// It could not be run to its end.
    Errored,
}

impl TestOutcome {
    /// Every outcome.
    pub const ALL: [Self; 4] = [Self::Passed, Self::Failed, Self::Skipped, Self::Errored];

    /// The word in output.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
            Self::Errored => "errored",
        }
    }
}

/// One test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TestResult {
    /// `<class>.<name>`, or the name alone.
    pub id: String,
    /// Other names that it answers to: the name alone, ids stated as properties.
    pub aliases: Vec<String>,
    /// How it went.
    pub outcome: TestOutcome,
    /// When it ran, in seconds since 1970, where that is said of the test itself.
    pub taken: Option<i64>,
}

/// What a statement says about a vulnerability.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StatementState {
    /// It does not matter here.
    NotAffected,
    /// It matters.
    Affected,
    /// It is gone.
    Fixed,
    /// Somebody is looking at it.
    InTriage,
}

impl StatementState {
    /// Every state.
    pub const ALL: [Self; 4] = [Self::NotAffected, Self::Affected, Self::Fixed, Self::InTriage];

    /// The word in output.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotAffected => "not-affected",
            Self::Affected => "affected",
            Self::Fixed => "fixed",
            Self::InTriage => "in-triage",
        }
    }
}

/// A statement about a vulnerability in products.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// The vulnerability: its id and its other names.
    pub ids: Vec<String>,
    /// Packages or products that it is about, as written; empty for all.
    pub products: Vec<String>,
    /// What it says.
    pub state: StatementState,
    /// Why.
    pub because: Option<String>,
}
