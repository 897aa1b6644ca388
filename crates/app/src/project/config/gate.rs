//! What `redan.toml` asks of models beyond bands: `[policy.limits]`, `[policy.service-levels]`, `[policy.required]`,
//! `fail-on-lints` and `[[policy.rule]]`.

use std::collections::BTreeMap;
use std::ops::Range;

use jiff::civil::Date;
use redan_engine::Status;
use redan_engine::expr::Scope;
use redan_engine::gate::{Consequence, Exemption, Gate, Limit, PolicyRule, Required, fields_of, lint_code, sections};
use redan_engine::lint::LINTS;
use redan_engine::rule::SubjectKind;
use redan_model::Diagnostic;
use redan_model::lang::Band;
use redan_model::suggest::nearest;
use serde::Deserialize;
use toml::Spanned;

use super::{Checker, words};

/// Numbers by word.
type Numbers<T> = BTreeMap<Spanned<String>, T>;

/// The part of `[policy]` that is about the gate, as written.
#[derive(Debug, Default)]
pub(super) struct WrittenGate {
    pub(super) limits: Numbers<Numbers<usize>>,
    pub(super) service_levels: Numbers<u32>,
    pub(super) on_overdue: Option<Spanned<String>>,
    pub(super) required: Numbers<Vec<Spanned<String>>>,
    pub(super) lints: Vec<Spanned<String>>,
    pub(super) rules: Vec<WrittenRule>,
}

/// A rule of the project, as written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct WrittenRule {
    id: Spanned<String>,
    on: Spanned<OneOrMore>,
    require: Spanned<String>,
    message: String,
    #[serde(default)]
    otherwise: Option<Spanned<String>>,
    #[serde(default)]
    exemptions: Vec<WrittenExemption>,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum OneOrMore {
    One(String),
    More(Vec<String>),
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct WrittenExemption {
    subject: Spanned<String>,
    owner: Spanned<String>,
    reason: Spanned<String>,
    until: Spanned<Day>,
}

/// A day, with or without quotes.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Day {
    Toml(toml::value::Datetime),
    Text(String),
}

const CONSEQUENCES: [(&str, Consequence); 2] = [("fail", Consequence::Fail), ("warn", Consequence::Warn)];
const PRIORITIES: [(&str, usize); 4] = [("P0", 0), ("P1", 1), ("P2", 2), ("P3", 3)];

impl Checker {
    pub(super) fn gate(&mut self, written: WrittenGate) -> Gate {
        Gate {
            limits: self.limits(written.limits),
            service_levels: self.service_levels(written.service_levels),
            overdue: self.word(written.on_overdue, "what follows", &CONSEQUENCES).unwrap_or_default(),
            required: self.required(written.required),
            lints: self.lints(written.lints),
            rules: self.rules(written.rules),
        }
    }

    fn limits(&mut self, written: Numbers<Numbers<usize>>) -> Vec<Limit> {
        let (statuses, bands) = (words(&Status::ALL, Status::as_str), words(Band::ALL, Band::as_str));
        let mut limits = Vec::new();
        for (status, numbers) in written {
            let status = self.word(Some(status), "a status", &statuses);
            for (band, most) in numbers {
                let band = self.word(Some(band), "a band", &bands);
                limits.extend(status.zip(band).map(|(status, band)| Limit { status, band, most }));
            }
        }
        limits
    }

    fn service_levels(&mut self, written: Numbers<u32>) -> [Option<u32>; 4] {
        let mut levels = [None; 4];
        for (priority, days) in written {
            if let Some(at) = self.word(Some(priority), "a priority", &PRIORITIES) {
                levels[at] = Some(days);
            }
        }
        levels
    }

    fn required(&mut self, written: Numbers<Vec<Spanned<String>>>) -> Vec<Required> {
        let sections: Vec<(&str, &str)> = sections().map(|section| (section, section)).collect();
        let mut all = Vec::new();
        for (section, fields) in written {
            let Some(section) = self.word(Some(section), "a section", &sections) else { continue };
            let known = fields_of(section);
            for field in fields {
                let first = field.get_ref().split('.').next().unwrap_or_default();
                if known.iter().any(|known| known == first) {
                    all.push(Required { section: section.to_owned(), field: field.into_inner() });
                } else {
                    let message = format!("`{}` is not a field of `{section}`", field.get_ref());
                    let help = near(first, known.iter().map(String::as_str));
                    self.fault("unknown-field", field.span(), message, help);
                }
            }
        }
        all
    }

    fn lints(&mut self, written: Vec<Spanned<String>>) -> Vec<&'static str> {
        let mut codes = Vec::new();
        for word in written {
            match lint_code(word.get_ref()) {
                Some(code) => codes.push(code),
                None => {
                    let help = near(word.get_ref(), LINTS.iter().map(|lint| lint.code));
                    self.fault("unknown-word", word.span(), format!("`{}` is not a lint", word.get_ref()), help);
                }
            }
        }
        codes
    }

    fn rules(&mut self, written: Vec<WrittenRule>) -> Vec<PolicyRule> {
        let mut rules: Vec<PolicyRule> = Vec::new();
        for rule in written {
            if rules.iter().any(|known| known.id == *rule.id.get_ref()) {
                let message = format!("two policy rules have the id `{}`", rule.id.get_ref());
                self.fault("duplicate-rule", rule.id.span(), message, "give each its own id".to_owned());
            }
            if let Some(rule) = self.rule(rule) {
                rules.push(rule);
            }
        }
        rules
    }

    fn rule(&mut self, written: WrittenRule) -> Option<PolicyRule> {
        if !redan_model::lang::is_id(written.id.get_ref()) {
            let message = format!("`{}` is not an id", written.id.get_ref());
            self.fault("bad-id", written.id.span(), message, "use letters, digits, `-` and `_`".to_owned());
        }
        let on = self.subjects(written.on)?;
        let require_at = self.inside(written.require.span(), written.require.get_ref());
        Some(PolicyRule {
            id: written.id.into_inner(),
            on,
            require: written.require.into_inner(),
            require_at,
            message: written.message,
            consequence: self.word(written.otherwise, "what follows", &CONSEQUENCES).unwrap_or_default(),
            exemptions: written.exemptions.into_iter().filter_map(|exemption| self.exemption(exemption)).collect(),
        })
    }

    fn subjects(&mut self, written: Spanned<OneOrMore>) -> Option<Vec<SubjectKind>> {
        let span = written.span();
        let named = match written.into_inner() {
            OneOrMore::One(word) => vec![word],
            OneOrMore::More(words) => words,
        };
        let kinds = words(&SubjectKind::ALL, SubjectKind::as_str);
        let mut all = Vec::new();
        for word in named {
            if word == "element" {
                all.extend(SubjectKind::ELEMENTS);
            } else {
                all.extend(self.word(Some(Spanned::new(span.clone(), word)), "something that a rule can be about", &kinds));
            }
        }
        if Scope::of_rule(&all).is_some() {
            return Some(all);
        }
        if self.diagnostics.is_empty() {
            let message = "the rule is about things that have no common variable";
            self.fault(
                "bad-rule",
                span,
                message.to_owned(),
                "write a rule for each kind of thing; `element` is for all elements".to_owned(),
            );
        }
        None
    }

    fn exemption(&mut self, written: WrittenExemption) -> Option<Exemption> {
        for (what, text) in [("subject", &written.subject), ("owner", &written.owner), ("reason", &written.reason)] {
            if text.get_ref().trim().is_empty() {
                let help = "an exemption needs a subject, an owner, a reason and a last day";
                self.fault("bad-exemption", text.span(), format!("the {what} of an exemption is empty"), help.to_owned());
            }
        }
        let until = match written.until.get_ref() {
            Day::Toml(day) => day.to_string(),
            Day::Text(day) => day.clone(),
        };
        let Ok(until) = until.parse::<Date>() else {
            let help = "write the last day of the exemption as YYYY-MM-DD, such as 2026-12-31";
            self.fault("bad-exemption", written.until.span(), format!("`{until}` is not a day"), help.to_owned());
            return None;
        };
        let [subject, owner, reason] = [written.subject, written.owner, written.reason].map(Spanned::into_inner);
        Some(Exemption { subject, owner, reason, until })
    }

    fn fault(&mut self, code: &'static str, at: Range<usize>, message: String, help: String) {
        let span = self.span(at);
        self.diagnostics.push(Diagnostic::error(code, span, message).help(help));
    }

    /// The text between quotes, where it stands there as it is; else the whole value.
    fn inside(&self, written: Range<usize>, text: &str) -> redan_model::Span {
        let around = written.len().saturating_sub(text.len());
        // One quote on either side, or three.
        let quotes = if around == 2 || around == 6 { around / 2 } else { 0 };
        self.span(written.start + quotes..written.end - quotes)
    }
}

fn near<'a>(given: &str, known: impl Iterator<Item = &'a str> + Clone) -> String {
    let all = known.clone().collect::<Vec<_>>().join(", ");
    match nearest(given, known) {
        Some(near) => format!("did you mean `{near}`? There are: {all}"),
        None => format!("there are: {all}"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::check;
    use super::*;

    fn gate(text: &str) -> Gate {
        check("redan.toml", text.to_owned()).unwrap().policy.gate
    }

    fn faults(text: &str) -> Vec<String> {
        let bad = check("redan.toml", text.to_owned()).unwrap_err();
        let line = |d: &Diagnostic| d.primary.map_or(0, |span| bad.sources.locate(span).line);
        bad.diagnostics.iter().map(|d| format!("{} {} | {}", line(d), d.message, d.help.as_deref().unwrap_or(""))).collect()
    }

    const WHOLE: &str = "\
[policy]
on-overdue = 'warn'
fail-on-lints = ['one-time-checklist']
[policy.limits.open]
high = 3
[policy.service-levels]
P0 = 7
[policy.required]
threats = ['owner']
model = ['scope.target']
[[policy.rule]]
id = 'stores-are-encrypted'
on = 'store'
require = 'element.controls.encryption_at_rest'
message = 'encrypt it'
otherwise = 'warn'
exemptions = [{subject = 'db', owner = 'ana', reason = 'goes away', until = 2026-12-31}]
";

    #[test]
    fn everything_can_be_written() {
        let gate = gate(WHOLE);
        assert_eq!(gate.limits, [Limit { status: Status::Open, band: Band::High, most: 3 }]);
        assert_eq!(gate.service_levels, [Some(7), None, None, None]);
        assert_eq!((gate.overdue, gate.lints), (Consequence::Warn, vec!["one-time-checklist"]));
        assert_eq!(gate.required.len(), 2);
        let rule = &gate.rules[0];
        assert_eq!((rule.on.as_slice(), rule.consequence), (&[SubjectKind::Store][..], Consequence::Warn));
        assert_eq!(rule.exemptions[0].until.to_string(), "2026-12-31");
    }

    #[test]
    fn every_slip_has_its_line_and_the_nearest_name() {
        for (right, wrong, line, near) in [
            ("'warn'\nfail", "'wran'\nfail", 2, "`warn`"),
            ("one-time-checklist", "one-time-checklst", 3, "`one-time-checklist`"),
            ("limits.open", "limits.opne", 4, "`open`"),
            ("high = 3", "hihg = 3", 5, "`high`"),
            ("P0 = 7", "P00 = 7", 7, "`P0`"),
            ("threats = [", "threat = [", 9, "`threats`"),
            ("'owner']", "'ownr']", 9, "`owner`"),
            ("on = 'store'", "on = 'stoer'", 13, "`store`"),
        ] {
            assert!(WHOLE.contains(right), "{right}");
            let found = faults(&WHOLE.replace(right, wrong));
            assert!(found[0].starts_with(&format!("{line} ")) && found[0].contains(near), "{wrong}: {found:?}");
        }
    }

    #[test]
    fn an_exemption_needs_an_owner_a_reason_and_a_day() {
        assert!(faults(&WHOLE.replace("owner = 'ana', ", ""))[0].contains("owner"));
        assert!(faults(&WHOLE.replace("'goes away'", "' '"))[0].contains("the reason of an exemption is empty"));
        assert!(faults(&WHOLE.replace("2026-12-31", "'soon'"))[0].contains("`soon` is not a day"));
    }

    #[test]
    fn a_rule_is_about_things_with_one_variable() {
        assert!(faults(&WHOLE.replace("on = 'store'", "on = ['store', 'flow']"))[0].contains("no common variable"));
        assert_eq!(gate(&WHOLE.replace("on = 'store'", "on = 'element'")).rules[0].on.len(), 4);
    }
}
