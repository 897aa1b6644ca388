//! Filters of lists: repeatable options whose values may be lists with commas.
//!
//! A value that cannot match anything is a mistake, and says so with the nearest name.

use clap::Args;
use redan_engine::analysis::{Question, Status, Threat};
use redan_model::Thing;
use redan_model::lang::{Band, Stride};
use redan_model::suggest::nearest;

use crate::exit::usage;
use crate::session::Opened;

/// Which threats to show.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Filters (repeatable; several values with commas)")]
pub(crate) struct Filters {
    /// Only threats with this status: open, question, mitigated, accepted, transferred, avoided, false-positive, not-applicable
    #[arg(long, value_name = "STATUS", value_delimiter = ',')]
    pub(crate) status: Vec<String>,
    /// Only threats in this band: critical, high, medium, low
    #[arg(long, value_name = "BAND", value_delimiter = ',')]
    pub(crate) band: Vec<String>,
    /// Only threats on this element, flow, zone or asset
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    pub(crate) on: Vec<String>,
    /// Only threats of this STRIDE category, as a word or its letter
    #[arg(long, value_name = "CATEGORY", value_delimiter = ',')]
    pub(crate) stride: Vec<String>,
    /// Only threats that this rule raised
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    pub(crate) rule: Vec<String>,
}

/// Filters whose values are known to exist somewhere.
#[derive(Debug, Default)]
pub(crate) struct Checked {
    status: Vec<Status>,
    band: Vec<Band>,
    on: Vec<String>,
    stride: Vec<Stride>,
    rule: Vec<String>,
}

impl Filters {
    /// Whether everything is shown.
    pub(crate) fn is_empty(&self) -> bool {
        let Self { status, band, on, stride, rule } = self;
        [status, band, on, stride, rule].iter().all(|values| values.is_empty())
    }

    /// The things that wanted threats are about, model by model; nothing where every thing is wanted, whatever its threats.
    pub(crate) fn threatened(&self, models: &[Opened]) -> anyhow::Result<Option<Vec<Vec<Thing>>>> {
        if self.is_empty() {
            return Ok(None);
        }
        let checked = self.check(models)?;
        let of = |model: &Opened| {
            let analysis = model.analyse();
            let threats = analysis.threats.iter().filter(|threat| checked.admits(model, threat));
            let mut things: Vec<Thing> = threats.flat_map(|threat| threat.subjects.iter().copied()).collect();
            things.sort_unstable();
            things.dedup();
            things
        };
        Ok(Some(models.iter().map(of).collect()))
    }

    /// Checks every value against what there is in any of the models.
    pub(crate) fn check(&self, models: &[Opened]) -> anyhow::Result<Checked> {
        let statuses: Vec<(&str, Status)> = Status::ALL.iter().map(|status| (status.as_str(), *status)).collect();
        let bands: Vec<(&str, Band)> = Band::ALL.iter().rev().map(|band| (band.as_str(), *band)).collect();
        let rules: Vec<&str> = models.iter().flat_map(|m| m.knowledge.rules.iter().map(|rule| rule.id.as_str())).collect();
        let things: Vec<&str> =
            models.iter().flat_map(|m| m.loaded.model.names.keys().map(String::as_str)).chain(std::iter::once("model")).collect();
        Ok(Checked {
            status: self.status.iter().map(|word| one_of("status", word, &statuses)).collect::<anyhow::Result<_>>()?,
            band: self.band.iter().map(|word| one_of("band", word, &bands)).collect::<anyhow::Result<_>>()?,
            on: self.on.iter().map(|word| known("element, flow, zone or asset", word, &things)).collect::<anyhow::Result<_>>()?,
            stride: self.stride.iter().map(|word| category(word)).collect::<anyhow::Result<_>>()?,
            rule: self.rule.iter().map(|word| known("rule", word, &rules)).collect::<anyhow::Result<_>>()?,
        })
    }
}

impl Checked {
    /// Whether a threat is shown.
    pub(crate) fn admits(&self, model: &Opened, threat: &Threat) -> bool {
        let has = |thing: &Thing| self.on.iter().any(|id| id == model.loaded.model.id_of(*thing));
        let rule = threat.rule.map(|rule| model.knowledge.rules[usize::from(rule.0)].id.as_str());
        (self.status.is_empty() || self.status.contains(&threat.status))
            && (self.band.is_empty() || threat.rating.band.is_some_and(|band| self.band.contains(&band)))
            && (self.on.is_empty() || threat.subjects.iter().chain(&threat.affected).any(has))
            && (self.stride.is_empty() || threat.stride.iter().any(|category| self.stride.contains(category)))
            && (self.rule.is_empty() || rule.is_some_and(|id| self.rule.iter().any(|wanted| wanted == id)))
    }

    /// Whether a question is shown: it is about a wanted thing, or a threat that it settles or rates is shown.
    pub(crate) fn admits_question(&self, model: &Opened, threats: &[Threat], question: &Question) -> bool {
        let affected = question.settles.iter().chain(&question.rates);
        affected.clone().next().is_none() && self.is_empty() || affected.into_iter().any(|ix| self.admits(model, &threats[ix.0 as usize]))
    }

    fn is_empty(&self) -> bool {
        self.status.is_empty() && self.band.is_empty() && self.on.is_empty() && self.stride.is_empty() && self.rule.is_empty()
    }
}

fn category(word: &str) -> anyhow::Result<Stride> {
    let mut letters = word.chars();
    if let (Some(letter), None) = (letters.next(), letters.next())
        && let Some(found) = Stride::ALL.iter().find(|category| category.letter().eq_ignore_ascii_case(&letter))
    {
        return Ok(*found);
    }
    one_of("STRIDE category", word, &Stride::ALL.iter().map(|category| (category.as_str(), *category)).collect::<Vec<_>>())
}

fn one_of<T: Copy>(what: &str, word: &str, allowed: &[(&str, T)]) -> anyhow::Result<T> {
    let word = word.trim();
    if let Some((_, value)) = allowed.iter().find(|(name, _)| *name == word) {
        return Ok(*value);
    }
    let list = allowed.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ");
    Err(usage(format!("`{word}` is not a {what}{}; allowed: {list}", suggestion(word, allowed.iter().map(|(name, _)| *name)))))
}

fn known(what: &str, word: &str, names: &[&str]) -> anyhow::Result<String> {
    let word = word.trim();
    if names.contains(&word) {
        return Ok(word.to_owned());
    }
    Err(usage(format!("there is no {what} `{word}`{}", suggestion(word, names.iter().copied()))))
}

/// `; did you mean …?`, or nothing.
pub(crate) fn suggestion<'a>(word: &str, names: impl IntoIterator<Item = &'a str>) -> String {
    nearest(word, names).map(|near| format!("; did you mean `{near}`?")).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filters(status: &[&str], stride: &[&str]) -> anyhow::Result<Checked> {
        let owned = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect();
        Filters { status: owned(status), stride: owned(stride), ..Filters::default() }.check(&[])
    }

    #[test]
    fn a_value_that_does_not_exist_gets_the_nearest_one() {
        assert_eq!(
            filters(&["opne"], &[]).unwrap_err().to_string().split("; allowed").next(),
            Some("`opne` is not a status; did you mean `open`?")
        );
    }

    #[test]
    fn categories_may_be_letters() {
        assert_eq!(filters(&[], &["S", "e"]).unwrap().stride, [Stride::Spoofing, Stride::ElevationOfPrivilege]);
    }

    #[test]
    fn a_rule_that_does_not_exist_is_a_mistake() {
        let filters = Filters { rule: vec!["nope".to_owned()], ..Filters::default() };
        assert!(filters.check(&[]).is_err());
    }
}
