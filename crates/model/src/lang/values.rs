//! Scalars and small values of the language.

use super::Extras;
use crate::long::Long;
use crate::source::Spanned;

words! {
    /// A plain yes or no; `true` and `false` are read too.
    pub enum YesNo {
        /// It is so.
        Yes = "yes",
        /// It is not so.
        No = "no",
    }
}

impl YesNo {
    /// As a boolean.
    pub fn is_yes(self) -> bool {
        self == Self::Yes
    }
}

words! {
    /// How much it matters that a property of an asset holds. Ordered.
    pub enum Level {
        /// Not at all.
        None = "none",
        /// Little.
        Low = "low",
        /// Noticeably.
        Medium = "medium",
        /// Greatly.
        High = "high",
        /// The business depends on it.
        Critical = "critical",
    }
}

/// A level as written: a level, `unknown`, or `depends` with a reason.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StatedLevel {
    /// A definite level.
    Is(Level),
    /// `unknown`, said on purpose.
    Unknown,
    /// `depends`; reads as unknown.
    Depends,
}

/// `confidentiality: high` or `{is: depends, because: …}`.
#[derive(Debug, Clone, PartialEq)]
pub struct LevelValue {
    /// The level.
    pub is: StatedLevel,
    /// Why; required for `depends`.
    pub because: Option<Spanned<String>>,
}

/// A number from 1 to 5, short or with a reason: `4` or `{is: 4, because: …}`.
#[derive(Debug, Clone, PartialEq)]
pub struct Rating {
    /// From 1 (least) to 5 (most).
    pub is: u8,
    /// Why.
    pub because: Option<Spanned<String>>,
}

/// How far a zone is trusted, 0 to 100, as a number or a word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trust {
    /// The number.
    pub value: u8,
    /// The word it was written with, if it was.
    pub word: Option<TrustWord>,
}

words! {
    /// The words for common degrees of trust.
    pub enum TrustWord {
        /// 0: anybody may be there.
        Untrusted = "untrusted",
        /// 20: another organisation.
        External = "external",
        /// 40: another organisation that we have agreed rules with, or our own edge.
        Partner = "partner",
        /// 70: ours.
        Internal = "internal",
        /// 70: ours.
        Trusted = "trusted",
        /// 90: where the keys are.
        Privileged = "privileged",
    }
}

impl TrustWord {
    /// The number that the word stands for.
    pub fn value(self) -> u8 {
        match self {
            Self::Untrusted => 0,
            Self::External => 20,
            Self::Partner => 40,
            Self::Internal | Self::Trusted => 70,
            Self::Privileged => 90,
        }
    }
}

words! {
    /// What an element of the data flow diagram is.
    pub enum ElementKind {
        /// A person (an external entity of the DFD).
        Actor = "actor",
        /// A system of somebody else (an external entity of the DFD).
        External = "external",
        /// Something that runs.
        Process = "process",
        /// Something that keeps data.
        Store = "store",
    }
}

words! {
    /// What a trust boundary is made of. A thing is in at most one chain of zones of each kind.
    pub enum ZoneKind {
        /// Network segment.
        Network = "network",
        /// Host, cluster, container or other place where code runs.
        Runtime = "runtime",
        /// Operating system process or sandbox.
        Process = "process",
        /// Customer or account.
        Tenant = "tenant",
        /// Building, room, cabinet.
        Physical = "physical",
        /// Company or department.
        Organisation = "organisation",
        /// Phone, laptop, terminal.
        Device = "device",
    }
}

words! {
    /// What kind of thing an asset is.
    pub enum AssetKind {
        /// Information; the default.
        Data = "data",
        /// A key, password or token that opens something else.
        Secret = "secret",
        /// Something that has to keep working.
        Service = "service",
        /// What others think of us.
        Reputation = "reputation",
        /// A thing one can touch.
        Physical = "physical",
    }
}

words! {
    /// Whether an assumption turned out to be true.
    pub enum AssumptionStatus {
        /// Nobody has checked.
        Unconfirmed = "unconfirmed",
        /// Checked and true.
        Confirmed = "confirmed",
        /// Checked and false: states the opposite.
        Refuted = "refuted",
    }
}

words! {
    /// STRIDE: the six categories of threats.
    pub enum Stride {
        /// Pretending to be somebody or something else.
        Spoofing = "spoofing",
        /// Changing what one must not change.
        Tampering = "tampering",
        /// Denying what one did.
        Repudiation = "repudiation",
        /// Seeing what one must not see.
        InformationDisclosure = "information-disclosure",
        /// Keeping others from using it.
        DenialOfService = "denial-of-service",
        /// Doing what one has no right to do.
        ElevationOfPrivilege = "elevation-of-privilege",
    }
}

impl Stride {
    /// The letter, as in S T R I D E.
    pub fn letter(self) -> char {
        match self {
            Self::Spoofing => 'S',
            Self::Tampering => 'T',
            Self::Repudiation => 'R',
            Self::InformationDisclosure => 'I',
            Self::DenialOfService => 'D',
            Self::ElevationOfPrivilege => 'E',
        }
    }
}

words! {
    /// LINDDUN: the seven categories of privacy threats.
    pub enum Linddun {
        /// Connecting records that belong to one person.
        Linkability = "linkability",
        /// Finding out who a person is.
        Identifiability = "identifiability",
        /// Proof that a person cannot deny, where they should be able to.
        NonRepudiation = "non-repudiation",
        /// Learning that something exists about a person.
        Detectability = "detectability",
        /// Personal data seen by those who should not.
        Disclosure = "disclosure",
        /// People who do not know what happens to their data.
        Unawareness = "unawareness",
        /// Breaking law, policy or consent.
        NonCompliance = "non-compliance",
    }
}

words! {
    /// The common bands of risk. Ordered.
    pub enum Band {
        /// Monitor or accept.
        Low = "low",
        /// Plan.
        Medium = "medium",
        /// Fix in the next sprint.
        High = "high",
        /// Act at once.
        Critical = "critical",
    }
}

words! {
    /// What has been decided about a threat.
    pub enum ThreatStatus {
        /// Not dealt with.
        Open = "open",
        /// Controls answer it.
        Mitigated = "mitigated",
        /// Somebody carries the risk until a date.
        Accepted = "accepted",
        /// Somebody else carries the risk.
        Transferred = "transferred",
        /// The feature that had it is gone or will not be built.
        Avoided = "avoided",
        /// The rule is wrong here.
        FalsePositive = "false-positive",
        /// It cannot happen here.
        NotApplicable = "not-applicable",
    }
}

words! {
    /// How far a mitigation has come.
    pub enum MitigationStatus {
        /// Somebody suggested it.
        Proposed = "proposed",
        /// Decided, with a date.
        Planned = "planned",
        /// Being built.
        InProgress = "in-progress",
        /// In place: its facts hold.
        Implemented = "implemented",
        /// Decided against.
        Rejected = "rejected",
    }
}

words! {
    /// How much a mitigation lowers the likelihood. Ordered.
    pub enum Strength {
        /// By one step.
        Weak = "weak",
        /// By two steps.
        Moderate = "moderate",
        /// By three steps.
        Strong = "strong",
    }
}

impl Strength {
    /// By how many steps it lowers what it lowers.
    pub fn steps(self) -> u8 {
        match self {
            Self::Weak => 1,
            Self::Moderate => 2,
            Self::Strong => 3,
        }
    }
}

words! {
    /// The part that a person plays.
    pub enum Role {
        /// Builds it.
        Developer = "developer",
        /// Answers for what it should do.
        Product = "product",
        /// Runs it.
        Ops = "ops",
        /// Watches and responds.
        Secops = "secops",
        /// Secures it.
        Security = "security",
        /// Knows the law and the contracts.
        Legal = "legal",
        /// Pays for it and carries its risk.
        Owner = "owner",
        /// Tests it.
        Tester = "tester",
        /// Designs it.
        Architect = "architect",
        /// Guards the privacy of those whose data it holds.
        Privacy = "privacy",
    }
}

words! {
    /// What kind of review it was.
    pub enum ReviewKind {
        /// First or general session.
        Workshop = "workshop",
        /// Code review.
        CodeReview = "code-review",
        /// Going through the threats again.
        ReWalk = "re-walk",
        /// Playing an incident through at the table.
        TableTop = "table-top",
        /// Penetration test.
        PenTest = "pen-test",
        /// The quick review of every quarter.
        Quarterly = "quarterly",
        /// Before a release or after a change of the architecture.
        Release = "release",
        /// After an incident.
        Incident = "incident",
    }
}

words! {
    /// Whether a review took place.
    pub enum ReviewState {
        /// On the calendar.
        Planned = "planned",
        /// Done.
        Held = "held",
        /// Will not take place.
        Cancelled = "cancelled",
    }
}

words! {
    /// Whether a check passed.
    pub enum Passed {
        /// It ran and passed.
        Yes = "yes",
        /// It ran and failed.
        No = "no",
        /// It has not run, or nobody knows.
        Unknown = "unknown",
    }
}

words! {
    /// By what a criterion is checked.
    pub enum VerifyMethod {
        /// A test in a JUnit report, by name or glob.
        Junit = "junit",
        /// A rule in a SARIF report.
        Sarif = "sarif",
        /// Something that a person does.
        Manual = "manual",
        /// A script with a result file of ours.
        Script = "script",
        /// An alert of OWASP ZAP.
        Zap = "zap",
        /// An issue of Burp Suite.
        Burp = "burp",
        /// A rule of Semgrep.
        Semgrep = "semgrep",
        /// A rule of ESLint.
        Eslint = "eslint",
        /// A package or issue in a Snyk report.
        Snyk = "snyk",
        /// A Dependabot alert.
        Dependabot = "dependabot",
        /// A finding of npm audit.
        NpmAudit = "npm-audit",
        /// A finding of cargo audit.
        CargoAudit = "cargo-audit",
        /// A finding of OSV-Scanner.
        Osv = "osv",
        /// A finding of Trivy.
        Trivy = "trivy",
        /// A scan for secrets in code.
        Secrets = "secrets",
    }
}

/// A calendar date, written `YYYY-MM-DD`.
pub type Date = jiff::civil::Date;

/// An estimate of work, such as `4h`, `3d`, `2w`; a day has 8 hours, a week 5 days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Effort {
    /// Hours of work.
    pub hours: u32,
    /// The unit it was written in: `h`, `d` or `w`.
    pub unit: char,
}

impl Effort {
    /// Reads an estimate as the language writes it.
    pub fn parse(text: &str) -> Option<Self> {
        super::scalars::effort_of(text)
    }
}

/// A number of an attack tree leaf. Compared as written; NaN and infinities are refused by the reader.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Number(pub f64);

/// Items with a reason each: a mapping `item: reason`, or a list of items without one.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Reasons {
    /// Where it is, if it was written.
    pub span: Option<crate::source::Span>,
    /// Each item with its reason.
    pub items: Vec<(Spanned<String>, Option<Spanned<String>>)>,
}

/// Something the language keeps as it stands (layout, foreign numbers), without reading it.
#[derive(Debug, Clone, PartialEq)]
pub struct Verbatim(pub Long<'static>);

/// One check of an acceptance criterion: `{junit: "auth.RateLimit*", at: ci}`.
#[derive(Debug, Clone, PartialEq)]
pub struct Verify {
    /// By what.
    pub method: Spanned<VerifyMethod>,
    /// What exactly: a test name or glob, a rule, an instruction.
    pub what: Spanned<String>,
    /// Where it runs: `ci`, `staging`, `production`, or free words.
    pub at: Option<Spanned<String>>,
    /// How it went the last time, for checks that people do.
    pub result: Option<Spanned<super::CheckResult>>,
    /// Keys that start with `x-`.
    pub extras: Extras,
}

/// An id, or a reference to one: `[A-Za-z0-9][A-Za-z0-9_-]*`, with `<use>/` before it for parts of another file.
pub type Id = String;

/// Ids in one public list; numbers are kept as text.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct References(pub Vec<Spanned<String>>);
