//! A report while it is read: bounded, and each finding once.

use std::collections::BTreeMap;

use redan_model::evidence::{ActiveRule, Finding, FindingSeverity, FindingStatus, Outcome, Report, ReportKind, Scope, TestResult};

use super::{MAX_ITEMS, text};
use crate::ImportError;

/// Most tests or rules that are kept of one report, one by one.
const MAX_NAMES: usize = MAX_ITEMS;

/// A report that is being read.
#[derive(Debug)]
pub(super) struct Gather {
    pub(super) report: Report,
    places: BTreeMap<String, usize>,
}

impl Gather {
    /// An empty report.
    pub(super) fn new(kind: ReportKind, tool: &str) -> Self {
        let report = Report {
            kind,
            name: String::new(),
            digest: String::new(),
            tool: text::short(tool),
            version: None,
            taken: None,
            taken_from_file: false,
            commit: None,
            outcome: Outcome::Ran,
            items: 0,
            test_count: 0,
            scope: Scope::Unsaid,
            findings: Vec::new(),
            tests: Vec::new(),
            statements: Vec::new(),
        };
        Self { report, places: BTreeMap::new() }
    }

    /// Counts one entry of the file's main list.
    ///
    /// # Errors
    /// There are too many.
    pub(super) fn item(&mut self) -> Result<(), ImportError> {
        self.report.items += 1;
        if self.report.items > MAX_ITEMS { Err(ImportError::TooMuch { what: "entries", limit: MAX_ITEMS }) } else { Ok(()) }
    }

    /// Adds a finding under what identifies it. Each entry is a finding of its own: where several are alike, their order
    /// keeps them apart, which stays when lines move.
    pub(super) fn add(&mut self, identity: &[&str], mut finding: Finding) {
        let alike = self.places.entry(text::hash(identity)).or_insert(0);
        *alike += 1;
        let number = alike.to_string();
        finding.key = text::hash(&[identity, &[number.as_str()]].concat());
        self.report.findings.push(finding);
    }

    /// Adds a finding under what identifies it, where several entries may say the same; they are counted.
    pub(super) fn add_once(&mut self, identity: &[&str], mut finding: Finding) {
        finding.key = text::hash(identity);
        match self.places.get(&finding.key).and_then(|at| self.report.findings.get_mut(*at)) {
            Some(known) => {
                known.occurrences += finding.occurrences;
                known.severity = known.severity.max(finding.severity);
                // It stands as long as one of its entries does.
                if finding.status == FindingStatus::Open {
                    (known.status, known.because) = (FindingStatus::Open, None);
                }
            }
            None => {
                self.places.insert(finding.key.clone(), self.report.findings.len());
                self.report.findings.push(finding);
            }
        }
    }

    /// Adds a test.
    pub(super) fn test(&mut self, test: TestResult) {
        self.report.test_count += 1;
        if self.report.tests.len() < MAX_NAMES {
            self.report.tests.push(test);
        }
    }

    /// Says that a rule was active.
    pub(super) fn rule(&mut self, id: &str, cwe: Vec<u32>) {
        if matches!(self.report.scope, Scope::Unsaid) {
            self.report.scope = Scope::Rules(Vec::new());
        }
        if let Scope::Rules(rules) = &mut self.report.scope
            && rules.len() < MAX_NAMES
        {
            rules.push(ActiveRule { id: id.to_owned(), cwe });
        }
    }

    /// Says that the tool did not come to its end; the first reason is kept.
    pub(super) fn errored(&mut self, why: &str) {
        if !matches!(self.report.outcome, Outcome::Errored(_)) {
            self.report.outcome = Outcome::Errored(text::short(why));
        }
    }

    /// The latest of the times that were seen.
    pub(super) fn taken(&mut self, time: Option<i64>) {
        self.report.taken = self.report.taken.max(time);
    }

    /// The report, which is `outcome` unless an error was seen.
    pub(super) fn finish(mut self, outcome: Outcome) -> Report {
        if let Scope::Rules(rules) = &mut self.report.scope {
            rules.sort();
            rules.dedup();
        }
        if !matches!(self.report.outcome, Outcome::Errored(_)) {
            self.report.outcome = outcome;
        }
        self.report
    }

    /// The report, empty if `empty` and nothing in it says otherwise.
    pub(super) fn ran_unless(self, empty: bool) -> Report {
        self.finish(if empty { Outcome::Empty } else { Outcome::Ran })
    }
}

/// A finding with nothing but what every finding has.
pub(super) fn finding(rule: &str, title: &str, severity: FindingSeverity) -> Finding {
    let rule = some(rule).unwrap_or_default();
    // A rule may be named like a secret, too; where it stands for the title, it is shown as a title is.
    let title = Some(text::short(title)).filter(|title| !title.is_empty()).unwrap_or_else(|| text::short(&rule));
    Finding {
        key: String::new(),
        title,
        rule,
        severity,
        cwe: Vec::new(),
        ids: Vec::new(),
        path: None,
        line: None,
        url: None,
        package: None,
        version: None,
        threat: None,
        status: FindingStatus::Open,
        because: None,
        occurrences: 1,
    }
}

/// A text that is not empty, cut where it is too long.
pub(super) fn some(words: &str) -> Option<String> {
    let kept: String = words.trim().chars().filter(|c| !c.is_control()).take(text::LONGEST_NAME).collect();
    Some(kept.trim().to_owned()).filter(|kept| !kept.is_empty())
}

/// A line number.
pub(super) fn line(text: &str) -> Option<u32> {
    text.trim().parse().ok().filter(|line| *line > 0)
}
