//! When a name in a model means a name in a report, and a glob of code a path.

use fast_glob::glob_match;
use redan_model::evidence::{Finding, Report, ReportKind, TestResult};
use redan_model::lang::VerifyMethod;
use redan_model::{ElementIx, Model};

/// Whether a pattern with `*` and `?` matches a whole text.
pub(super) fn wild(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    let (mut at, mut here, mut star) = (0, 0, None);
    while here < text.len() {
        match pattern.get(at) {
            Some('*') => {
                star = Some((at, here));
                at += 1;
            }
            Some(c) if *c == '?' || *c == text[here] => (at, here) = (at + 1, here + 1),
            _ => match star {
                // The last star takes one character more.
                Some((from, taken)) => {
                    (at, here) = (from + 1, taken + 1);
                    star = Some((from, taken + 1));
                }
                None => return false,
            },
        }
    }
    pattern[at..].iter().all(|c| *c == '*')
}

/// The same whatever the case.
fn wild_any_case(pattern: &str, text: &str) -> bool {
    wild(&pattern.to_lowercase(), &text.to_lowercase())
}

/// Whether a check means a test: by its name, a glob, or the class that it is in.
pub(super) fn means_test(what: &str, test: &TestResult) -> bool {
    let inside = |id: &str| id.strip_prefix(what).is_some_and(|rest| rest.starts_with(['.', ':', '#', '/']));
    let names = std::iter::once(&test.id).chain(&test.aliases);
    names.into_iter().any(|name| wild(what, name)) || inside(&test.id)
}

/// The number of a weakness, if that is what a check names.
pub(super) fn weakness(what: &str) -> Option<u32> {
    let digits = what.get(..4).filter(|start| start.eq_ignore_ascii_case("cwe-")).and_then(|_| what.get(4..))?;
    digits.parse().ok()
}

/// Whether a check means a finding: by rule, title, other name, weakness or package.
pub(super) fn means_finding(what: &str, finding: &Finding) -> bool {
    if let Some(number) = weakness(what) {
        return finding.cwe.contains(&number);
    }
    let package = finding.package.as_deref();
    let exact = package.zip(finding.version.as_deref()).map(|(name, version)| format!("{name}@{version}"));
    let names = [finding.rule.as_str(), finding.title.as_str()].into_iter().chain(finding.ids.iter().map(String::as_str));
    names.chain(package).chain(exact.as_deref()).any(|name| wild_any_case(what, name))
}

/// Whether a check means a rule.
pub(super) fn means_rule(what: &str, id: &str, cwe: &[u32]) -> bool {
    weakness(what).map_or_else(|| wild_any_case(what, id), |number| cwe.contains(&number))
}

/// Whether a report can answer checks of a method. Tools that also write SARIF are known by their name in it.
pub(super) fn speaks(method: VerifyMethod, report: &Report) -> bool {
    let tool = report.tool.to_lowercase().replace(['-', ' '], "");
    let sarif_of = |names: &[&str]| report.kind == ReportKind::Sarif && names.iter().any(|name| tool.contains(name));
    match method {
        VerifyMethod::Junit => report.kind == ReportKind::Junit,
        VerifyMethod::Script | VerifyMethod::Manual => report.kind == ReportKind::Result,
        VerifyMethod::Sarif => report.kind == ReportKind::Sarif,
        VerifyMethod::Zap => report.kind == ReportKind::Zap || sarif_of(&["zap"]),
        VerifyMethod::Burp => report.kind == ReportKind::Burp || sarif_of(&["burp"]),
        VerifyMethod::Semgrep => report.kind == ReportKind::Semgrep || sarif_of(&["semgrep"]),
        VerifyMethod::Eslint => report.kind == ReportKind::Eslint || sarif_of(&["eslint"]),
        VerifyMethod::Snyk => report.kind == ReportKind::Snyk || sarif_of(&["snyk"]),
        VerifyMethod::Dependabot => report.kind == ReportKind::Dependabot,
        VerifyMethod::NpmAudit => report.kind == ReportKind::NpmAudit,
        VerifyMethod::CargoAudit => report.kind == ReportKind::CargoAudit,
        VerifyMethod::Osv => report.kind == ReportKind::Osv || sarif_of(&["osv"]),
        VerifyMethod::Trivy => report.kind == ReportKind::Trivy || sarif_of(&["trivy"]),
        VerifyMethod::Secrets => {
            matches!(report.kind, ReportKind::Trufflehog | ReportKind::Gitleaks | ReportKind::GitSecrets)
                || sarif_of(&["gitleaks", "trufflehog", "gitsecrets", "detectsecrets"])
        }
    }
}

/// The globs of the code of every element that states any.
#[derive(Debug)]
pub(super) struct Code {
    globs: Vec<(ElementIx, Vec<String>)>,
}

impl Code {
    /// The globs of a model; one that is not a glob matches nothing.
    pub(super) fn of(model: &Model) -> Self {
        let stated = model.elements.iter().enumerate().filter(|(_, element)| !element.stated.code.items.is_empty());
        let globs = stated
            .map(|(ix, element)| (ElementIx(narrow(ix)), element.stated.code.values().flat_map(|glob| with_what_is_below(glob)).collect()));
        Self { globs: globs.collect() }
    }

    /// The elements whose code a path is in.
    pub(super) fn elements(&self, path: &str) -> Vec<ElementIx> {
        let absolute = path.starts_with('/') || path.as_bytes().get(1) == Some(&b':');
        // A path of another machine is ours from some folder on.
        let ends = path.match_indices('/').filter_map(|(at, _)| path.get(at + 1..)).filter(|_| absolute);
        let paths: Vec<&str> = std::iter::once(path).chain(ends).take(64).collect();
        let is_in = |globs: &[String]| globs.iter().any(|glob| paths.iter().any(|path| glob_match(glob, path)));
        self.globs.iter().filter(|(_, globs)| is_in(globs)).map(|(ix, _)| *ix).collect()
    }

    /// Whether an element says where its code is.
    pub(super) fn is_stated(&self, element: ElementIx) -> bool {
        self.globs.iter().any(|(ix, _)| *ix == element)
    }
}

fn narrow(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

/// A glob, and one for all that is below it where it names a folder. An exclamation mark at its start means itself.
fn with_what_is_below(glob: &str) -> [String; 2] {
    let glob = glob.trim_start_matches("./").trim_start_matches('/').trim_end_matches('/');
    let escape = if glob.starts_with('!') { "\\" } else { "" };
    [format!("{escape}{glob}"), format!("{escape}{glob}/**")]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_match_anything_and_nothing_else_does() {
        assert!(wild("auth.RateLimit*", "auth.RateLimitTest.sixth"));
        assert!(wild("*a*b", "xxabab") && wild("a?c", "abc") && wild("*", ""));
        assert!(!wild("auth.RateLimit", "auth.RateLimitTest") && !wild("a*b", "abc"));
    }

    #[test]
    fn a_class_means_its_tests() {
        let test = TestResult {
            id: "auth.RateLimit.sixth".to_owned(),
            aliases: vec!["REQ-7".to_owned()],
            outcome: redan_model::evidence::TestOutcome::Passed,
            taken: None,
        };
        assert!(means_test("auth.RateLimit", &test) && means_test("REQ-7", &test));
        assert!(!means_test("auth.Rate", &test));
    }

    #[test]
    fn a_glob_means_files_and_what_is_below_folders() {
        let is_in = |glob: &str, path: &str| with_what_is_below(glob).iter().any(|glob| glob_match(glob, path));
        assert!(is_in("./src/auth/", "src/auth/login/form.rs") && is_in("src/*.rs", "src/main.rs") && is_in("src/**/*.rs", "src/a/b.rs"));
        assert!(
            is_in("src/**/*.rs", "src/main.rs") && is_in("{api,web}/**", "web/x") && is_in("v[0-9]", "v2/x") && is_in("!src", "!src/x")
        );
        assert!(!is_in("src/*.rs", "src/a/b.rs") && !is_in("src", "srcs/x") && !is_in("!src", "other") && !is_in("[", "["));
    }

    #[test]
    fn weaknesses_are_named_by_their_number() {
        assert_eq!((weakness("CWE-89"), weakness("cwe-089"), weakness("sqli")), (Some(89), Some(89), None));
    }
}
