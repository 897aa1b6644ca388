//! `redan.toml`: what a project has decided, read and checked.
//!
//! Every fault is a diagnostic with its place, the allowed values and the nearest name; a project without the file
//! gets the guide's matrix and the default gate.

mod gate;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use redan_engine::Policy;
use redan_engine::policy::{FairBands, UnknownFacts};
use redan_engine::score::Scale;
use redan_model::lang::{Band, Level, Role};
use redan_model::suggest::nearest;
use redan_model::{Diagnostic, SourceId, Sources, Span};
use redan_report::brand;
use serde::Deserialize;
use toml::Spanned;

use super::{BadConfig, MODEL_FOLDER, read_limited};

/// The rule packs of a project.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Packs {
    /// Ids of packs; all embedded ones if not stated.
    pub(crate) choice: Option<Vec<String>>,
    /// Folders with packs of the project's own, relative to the folder of the configuration.
    pub(crate) folders: Vec<String>,
}

/// A checked configuration.
#[derive(Debug)]
pub(crate) struct Config {
    /// The decisions.
    pub(crate) policy: Policy,
    /// The packs.
    pub(crate) packs: Packs,
    /// Files and folders with models.
    pub(crate) models: Vec<String>,
    /// What documents look like.
    pub(crate) report: Report,
    /// The text, to show what is wrong with parts that are checked later.
    pub(crate) sources: Arc<Sources>,
}

/// What a project puts on its documents; the logo is read when a document is written.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Report {
    /// A PNG or SVG file, relative to the folder of the configuration.
    pub(crate) logo: Option<String>,
    /// The colour of headings.
    pub(crate) colour: Option<String>,
    /// Who may read it.
    pub(crate) classification: Option<String>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
struct Written {
    models: Models,
    policy: WrittenPolicy,
    review: Review,
    packs: WrittenPacks,
    report: WrittenReport,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
struct WrittenReport {
    logo: Option<String>,
    colour: Option<Spanned<String>>,
    classification: Option<Spanned<String>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
struct Models {
    paths: Option<Vec<String>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
struct WrittenPolicy {
    bands: Bands,
    matrix: Option<Rows>,
    leading_scale: Option<Spanned<String>>,
    fair: Fair,
    unknown: Option<Spanned<String>>,
    assume_level: Option<Spanned<String>>,
    fail_on: Option<Spanned<String>>,
    fail_on_questions: Option<bool>,
    fail_on_expired: Option<Spanned<String>>,
    unprioritised_limit: Option<usize>,
    limits: BTreeMap<Spanned<String>, BTreeMap<Spanned<String>, usize>>,
    service_levels: BTreeMap<Spanned<String>, u32>,
    on_overdue: Option<Spanned<String>>,
    required: BTreeMap<Spanned<String>, Vec<Spanned<String>>>,
    fail_on_lints: Vec<Spanned<String>>,
    rule: Vec<gate::WrittenRule>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
struct Bands {
    critical: Option<Spanned<u8>>,
    high: Option<Spanned<u8>>,
    medium: Option<Spanned<u8>>,
}

/// The rows of a matrix as written, by likelihood.
type Rows = BTreeMap<Spanned<String>, Spanned<Vec<Spanned<String>>>>;

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
struct Fair {
    critical: Option<Spanned<f64>>,
    high: Option<Spanned<f64>>,
    medium: Option<Spanned<f64>>,
    seed: Option<u64>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
struct Review {
    cadence_days: Option<u32>,
    roles: Option<Vec<Spanned<String>>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default, rename_all = "kebab-case")]
struct WrittenPacks {
    r#use: Option<Vec<String>>,
    folders: Vec<String>,
}

/// Reads and checks the file at `path`.
pub(super) fn read(path: &Path) -> Result<Config, BadConfig> {
    let name = path.display().to_string();
    let text = read_limited(path).and_then(|bytes| String::from_utf8(bytes).map_err(|_| "it is not text in UTF-8".to_owned()));
    match text {
        Ok(text) => check(&name, text),
        Err(why) => Err(BadConfig {
            sources: Sources::default(),
            diagnostics: vec![Diagnostic::unplaced("unreadable-file", format!("cannot read `{name}`: {why}"))],
        }),
    }
}

fn check(name: &str, text: String) -> Result<Config, BadConfig> {
    let mut sources = Sources::default();
    let id = sources.add(name, text);
    let mut checker = Checker { source: id, diagnostics: Vec::new() };
    let written = match toml::from_str::<Written>(sources.get(id).text()) {
        Ok(written) => written,
        Err(error) => {
            checker.syntax(&error);
            return Err(BadConfig { sources, diagnostics: checker.diagnostics });
        }
    };
    let mut config = checker.config(written);
    if !checker.diagnostics.is_empty() {
        return Err(BadConfig { sources, diagnostics: checker.diagnostics });
    }
    config.sources = Arc::new(sources);
    Ok(config)
}

struct Checker {
    source: SourceId,
    diagnostics: Vec<Diagnostic>,
}

impl Checker {
    fn config(&mut self, written: Written) -> Config {
        let policy = self.policy(written.policy, written.review);
        let packs = Packs { choice: written.packs.r#use, folders: written.packs.folders };
        let report = self.report(written.report);
        let models = written.models.paths.unwrap_or_else(|| vec![MODEL_FOLDER.to_owned()]);
        Config { policy, packs, models, report, sources: Arc::default() }
    }

    fn report(&mut self, written: WrittenReport) -> Report {
        let mut fault = |at: std::ops::Range<usize>, message: String, help: &str| {
            let span = self.span(at);
            self.diagnostics.push(Diagnostic::error("bad-report", span, message).help(help));
        };
        if let Some(colour) = written.colour.as_ref().filter(|colour| !brand::is_colour(colour.get_ref())) {
            fault(colour.span(), format!("`{}` is not a colour", colour.get_ref()), "write it as `#rrggbb`, such as `#0b57a4`");
        }
        if let Some(label) = written.classification.as_ref().filter(|label| label.get_ref().chars().count() > brand::MAX_CLASSIFICATION) {
            let message = format!("the classification has more than {} characters", brand::MAX_CLASSIFICATION);
            fault(label.span(), message, "it stands on every page; write a few words, such as `Internal`");
        }
        Report {
            logo: written.logo,
            colour: written.colour.map(Spanned::into_inner),
            classification: written.classification.map(Spanned::into_inner).filter(|label| !label.trim().is_empty()),
        }
    }

    fn policy(&mut self, written: WrittenPolicy, review: Review) -> Policy {
        let default = Policy::default();
        let bands = self.bands(&written.bands, &default);
        let scales = Scale::ALL.map(|scale| (scale.as_str(), scale));
        Policy {
            matrix: written.matrix.and_then(|matrix| self.matrix(&matrix)),
            leading_scale: self.word(written.leading_scale, "a scale", &scales).unwrap_or(default.leading_scale),
            fair_bands: self.fair_bands(&written.fair, default.fair_bands),
            fair_seed: written.fair.seed.unwrap_or(default.fair_seed),
            critical_from: bands.0,
            high_from: bands.1,
            medium_from: bands.2,
            unknown: self
                .word(written.unknown, "an answer to unknown facts", &[("ask", UnknownFacts::Ask), ("open", UnknownFacts::Open)])
                .unwrap_or(default.unknown),
            assume_level: self.word(written.assume_level, "a level", &words(Level::ALL, Level::as_str)).unwrap_or(default.assume_level),
            fail_on: self.band(written.fail_on).unwrap_or(default.fail_on),
            fail_on_questions: written.fail_on_questions.unwrap_or(default.fail_on_questions),
            fail_on_expired: self.band(written.fail_on_expired).unwrap_or(default.fail_on_expired),
            review_cadence_days: review.cadence_days.unwrap_or(default.review_cadence_days),
            required_roles: review.roles.map_or(default.required_roles, |roles| self.roles(roles)),
            unprioritised_limit: written.unprioritised_limit.unwrap_or(default.unprioritised_limit),
            gate: self.gate(gate::WrittenGate {
                limits: written.limits,
                service_levels: written.service_levels,
                on_overdue: written.on_overdue,
                required: written.required,
                lints: written.fail_on_lints,
                rules: written.rule,
            }),
        }
    }

    /// Bands must fall: a risk is in the highest band whose number it reaches.
    fn bands(&mut self, written: &Bands, default: &Policy) -> (u8, u8, u8) {
        let value = |band: &Option<Spanned<u8>>, otherwise| band.as_ref().map_or(otherwise, |b| *b.get_ref());
        let critical = value(&written.critical, default.critical_from);
        let high = value(&written.high, default.high_from);
        let medium = value(&written.medium, default.medium_from);
        if !(critical > high && high > medium && medium > 1 && critical <= 25) {
            let at = [&written.critical, &written.high, &written.medium].into_iter().flatten().next().map_or(0..0, Spanned::span);
            let message = format!("the bands {critical}, {high} and {medium} do not fall from 25 to 2");
            let help = "`critical`, `high` and `medium` are the smallest risks of their bands, each below the one before";
            self.diagnostics.push(Diagnostic::error("bad-bands", self.span(at), message).help(help));
        }
        (critical, high, medium)
    }

    /// A row for each likelihood from `5` to `1`, with a band for each impact from 1 to 5.
    fn matrix(&mut self, written: &Rows) -> Option<[[Band; 5]; 5]> {
        const HELP: &str = "write a row for each likelihood, such as `5 = [\"medium\", \"high\", \"high\", \"critical\", \"critical\"]`, with a band for each impact from 1 to 5";
        let mut matrix = [[None; 5]; 5];
        let bands = words(Band::ALL, Band::as_str);
        for (likelihood, row) in written {
            let at = ["1", "2", "3", "4", "5"].iter().position(|known| known == likelihood.get_ref());
            let (Some(at), [_, _, _, _, _]) = (at, row.get_ref().as_slice()) else {
                let what = if at.is_none() { "is not a likelihood from 1 to 5" } else { "does not have five bands" };
                let message = format!("row `{}` of the matrix {what}", likelihood.get_ref());
                self.diagnostics.push(Diagnostic::error("bad-matrix", self.span(likelihood.span()), message).help(HELP));
                continue;
            };
            for (impact, word) in row.get_ref().iter().enumerate() {
                matrix[at][impact] = self.word(Some(word.clone()), "a band", &bands);
            }
        }
        let rows = matrix.map(|row| row.map(|cell| cell.unwrap_or(Band::Low)));
        if let Some(missing) = (1..=5).find(|likelihood: &usize| !written.keys().any(|key| *key.get_ref() == likelihood.to_string())) {
            let at = written.keys().next().map_or(0..0, Spanned::span);
            let message = format!("the matrix has no row `{missing}`");
            self.diagnostics.push(Diagnostic::error("bad-matrix", self.span(at), message).help(HELP));
        }
        Some(rows)
    }

    /// Losses a year must fall: a loss is in the highest band whose number it reaches.
    fn fair_bands(&mut self, written: &Fair, default: FairBands) -> FairBands {
        let value = |band: &Option<Spanned<f64>>, otherwise| band.as_ref().map_or(otherwise, |band| *band.get_ref());
        let bands = FairBands {
            critical: value(&written.critical, default.critical),
            high: value(&written.high, default.high),
            medium: value(&written.medium, default.medium),
        };
        if !(bands.critical > bands.high && bands.high > bands.medium && bands.medium > 0.0) {
            let at = [&written.critical, &written.high, &written.medium].into_iter().flatten().next().map_or(0..0, Spanned::span);
            let message = "the losses a year of `critical`, `high` and `medium` do not fall";
            let help = "each is the smallest loss of its band, below the one before and above 0";
            self.diagnostics.push(Diagnostic::error("bad-bands", self.span(at), message).help(help));
        }
        bands
    }

    fn band(&mut self, written: Option<Spanned<String>>) -> Option<Option<Band>> {
        let mut allowed: Vec<(&str, Option<Band>)> = Band::ALL.iter().rev().map(|band| (band.as_str(), Some(*band))).collect();
        allowed.push(("never", None));
        self.word(written, "a band", &allowed)
    }

    fn roles(&mut self, written: Vec<Spanned<String>>) -> Vec<Role> {
        let allowed = words(Role::ALL, Role::as_str);
        written.into_iter().filter_map(|role| self.word(Some(role), "a role", &allowed)).collect()
    }

    fn word<T: Copy>(&mut self, written: Option<Spanned<String>>, what: &str, allowed: &[(&str, T)]) -> Option<T> {
        let written = written?;
        let given = written.get_ref().as_str();
        if let Some((_, value)) = allowed.iter().find(|(word, _)| *word == given) {
            return Some(*value);
        }
        let list = allowed.iter().map(|(word, _)| format!("`{word}`")).collect::<Vec<_>>().join(", ");
        let help = match nearest(given, allowed.iter().map(|(word, _)| *word)) {
            Some(near) => format!("did you mean `{near}`? Allowed: {list}"),
            None => format!("allowed: {list}"),
        };
        self.diagnostics.push(Diagnostic::error("unknown-word", self.span(written.span()), format!("`{given}` is not {what}")).help(help));
        None
    }

    fn syntax(&mut self, error: &toml::de::Error) {
        let span = self.span(error.span().unwrap_or(0..0));
        let message = error.message().trim().trim_end_matches('.').replace('\n', ", ");
        self.diagnostics.push(Diagnostic::error("bad-config", span, message));
    }

    fn span(&self, range: std::ops::Range<usize>) -> Span {
        Span::new(self.source, range.start, range.end)
    }
}

fn words<T: Copy>(all: &[T], word: fn(T) -> &'static str) -> Vec<(&'static str, T)> {
    all.iter().map(|value| (word(*value), *value)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy(text: &str) -> Policy {
        check("redan.toml", text.to_owned()).unwrap().policy
    }

    fn faults(text: &str) -> Vec<String> {
        let bad = check("redan.toml", text.to_owned()).unwrap_err();
        let place = |d: &Diagnostic| d.primary.map(|span| bad.sources.locate(span)).map_or((0, 0), |l| (l.line, l.column));
        bad.diagnostics.iter().map(|d| format!("{:?} {} | {}", place(d), d.message, d.help.as_deref().unwrap_or(""))).collect()
    }

    #[test]
    fn an_empty_file_is_the_default() {
        assert_eq!(policy(""), Policy::default());
    }

    #[test]
    fn every_decision_can_be_written() {
        let written = policy(
            "[policy]\nunknown = 'open'\nassume-level = 'high'\nfail-on = 'never'\nfail-on-questions = true\nfail-on-expired = 'low'\n\
             unprioritised-limit = 3\nleading-scale = 'cvss'\n[policy.fair]\nhigh = 500000\nseed = 7\n[policy.bands]\ncritical = 20\nhigh = 12\nmedium = 6\n[review]\ncadence-days = 30\nroles = ['security']\n",
        );
        let expected = Policy {
            critical_from: 20,
            high_from: 12,
            medium_from: 6,
            matrix: None,
            leading_scale: Scale::Cvss,
            fair_bands: FairBands { critical: 1_000_000.0, high: 500_000.0, medium: 10_000.0 },
            fair_seed: 7,
            unknown: UnknownFacts::Open,
            assume_level: Level::High,
            fail_on: None,
            fail_on_questions: true,
            fail_on_expired: Some(Band::Low),
            review_cadence_days: 30,
            required_roles: vec![Role::Security],
            unprioritised_limit: 3,
            gate: redan_engine::gate::Gate::default(),
        };
        assert_eq!(written, expected);
    }

    #[test]
    fn a_slip_of_the_fingers_gets_the_nearest_word_and_its_place() {
        let found = faults("[policy]\nfail-on = \"hihg\"\nassume-level = 'hugh'\n");
        assert_eq!(found.len(), 2);
        assert!(found.iter().any(|f| f.starts_with("(2, 11)") && f.contains("did you mean `high`?")), "{found:?}");
    }

    #[test]
    fn a_colour_is_six_digits_and_a_classification_is_short() {
        let report = check("redan.toml", "[report]\ncolour = '#0b57a4'\nclassification = 'Internal'\n".to_owned()).unwrap().report;
        assert_eq!((report.colour.as_deref(), report.classification.as_deref()), (Some("#0b57a4"), Some("Internal")));
        let long = "x".repeat(61);
        let found = faults(&format!("[report]\ncolour = 'blue'\nclassification = '{long}'\n"));
        assert!(found[0].contains("#rrggbb") && found[1].contains("more than 60"), "{found:?}");
    }

    #[test]
    fn bands_that_rise_are_refused() {
        assert!(faults("[policy.bands]\nhigh = 20\n")[0].contains("do not fall"));
    }

    #[test]
    fn a_matrix_is_read_row_by_row() {
        let row = |likelihood: u8, band: &str| format!("{likelihood} = ['low', 'low', 'low', 'low', '{band}']\n");
        let text = |rows: &[u8]| format!("[policy.matrix]\n{}", rows.iter().map(|l| row(*l, "critical")).collect::<String>());
        let matrix = policy(&text(&[5, 4, 3, 2, 1])).matrix.unwrap();
        assert_eq!((matrix[0][4], matrix[4][3]), (Band::Critical, Band::Low));
        assert!(faults(&text(&[5, 4, 3, 2]))[0].contains("no row `1`"));
        assert!(faults("[policy.matrix]\n6 = ['low']\n")[0].contains("not a likelihood"));
        assert!(faults(&format!("[policy.matrix]\n{}", row(5, "hihg")))[0].contains("did you mean `high`?"));
    }

    #[test]
    fn an_unknown_key_is_refused_with_what_is_allowed() {
        let found = faults("[policy]\nfail-no = 'high'\n");
        assert!(found[0].starts_with("(2, ") && found[0].contains("fail-on"), "{found:?}");
    }
}
