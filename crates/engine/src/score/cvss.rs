//! The scores of CVSS vectors, by the `cvss` crate of the project behind the Rust advisories.
//!
//! The notation is checked before, in [`redan_model::lang::cvss`]. The crate has no temporal score for 3.x, which is a
//! product of its own values.

use std::str::FromStr;

use cvss::v3::Metric;
use cvss::{v2, v3, v4};
use redan_model::lang::cvss::{Fault, Group, Vector, Version};

/// The scores of one vector, 0.0 to 10.0 in steps of a tenth.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Score {
    /// The version.
    pub version: Version,
    /// By the base metrics alone.
    pub base: f64,
    /// With the threat (temporal) metrics. 3.x has it always, other versions where any is given.
    pub threat: Option<f64>,
    /// With the environmental metrics as well; when as for [`Score::threat`]. The formula of 3.1 may differ from that of
    /// the base score by a tenth even where no such metric is given.
    pub environmental: Option<f64>,
    /// Whether any threat metric is given.
    pub states_threat: bool,
    /// Whether any environmental metric is given.
    pub states_environment: bool,
}

impl Score {
    /// The score that says most: the environmental one where such metrics are given, else that with threat metrics where
    /// those are given, else the base score.
    pub fn value(&self) -> f64 {
        self.stated_environmental().or(self.stated_threat()).unwrap_or(self.base)
    }

    /// The score with threat metrics, where any is given.
    pub fn stated_threat(&self) -> Option<f64> {
        self.threat.filter(|_| self.states_threat)
    }

    /// The environmental score, where any such metric is given.
    pub fn stated_environmental(&self) -> Option<f64> {
        self.environmental.filter(|_| self.states_environment)
    }
}

/// Every score of a vector.
pub fn score(vector: &Vector) -> Result<Score, Fault> {
    let (threat, environmental) = (vector.states(Group::Threat), vector.states(Group::Environmental));
    let three = matches!(vector.version, Version::V30 | Version::V31);
    let of = |base: f64, by_threat: &dyn Fn() -> f64, by_environment: &dyn Fn() -> f64| Score {
        version: vector.version,
        base: tidy(base),
        threat: (threat || three).then(|| tidy(by_threat())),
        environmental: (environmental || three).then(|| tidy(by_environment())),
        states_threat: threat,
        states_environment: environmental,
    };
    match vector.version {
        Version::V20 => {
            let parsed = v2::Vector::from_str(&vector.text).map_err(|error| fault(vector, &error))?;
            Ok(of(parsed.score().value(), &|| parsed.temporal_score().value(), &|| parsed.environmental_score().value()))
        }
        Version::V30 | Version::V31 => {
            let parsed = v3::Vector::from_str(&vector.text).map_err(|error| fault(vector, &error))?;
            Ok(of(parsed.base_score().value(), &|| temporal(&parsed), &|| parsed.environmental_score().value()))
        }
        Version::V40 => {
            let whole = four(vector, |_| true)?;
            // Each metric that is left out counts as not defined, so the smaller scores are those of shorter vectors.
            let (by_base, by_threat) = match (threat, environmental) {
                (false, false) => (whole, whole),
                (true, false) => (four(vector, |group| group == Group::Base)?, whole),
                (false, true) => (four(vector, |group| group == Group::Base)?, whole),
                (true, true) => {
                    (four(vector, |group| group == Group::Base)?, four(vector, |group| matches!(group, Group::Base | Group::Threat))?)
                }
            };
            Ok(of(by_base, &|| by_threat, &|| whole))
        }
    }
}

/// The score that says most, without the others.
pub fn value(vector: &Vector) -> Result<f64, Fault> {
    if vector.version == Version::V40 { four(vector, |_| true).map(tidy) } else { score(vector).map(|score| score.value()) }
}

/// The score of a 4.0 vector with only the metrics of some groups.
fn four(vector: &Vector, keep: impl Fn(Group) -> bool) -> Result<f64, Fault> {
    let parse = |text: &str| v4::Vector::from_str(text).map_err(|error| fault(vector, &error));
    if vector.metrics.iter().all(|chosen| keep(chosen.metric.group)) {
        return Ok(parse(&vector.text)?.score().value());
    }
    let mut text = "CVSS:4.0".to_owned();
    for chosen in vector.metrics.iter().filter(|chosen| keep(chosen.metric.group)) {
        text.push_str(&format!("/{}:{}", chosen.metric.key, chosen.value));
    }
    Ok(parse(&text)?.score().value())
}

/// The temporal score of 3.x: the base score times three factors, rounded up as its version rounds.
fn temporal(vector: &v3::Vector) -> f64 {
    let factors = [vector.e.map_or(1.0, |e| e.score()), vector.rl.map_or(1.0, |rl| rl.score()), vector.rc.map_or(1.0, |rc| rc.score())];
    let product = factors.iter().fold(vector.base_score().value(), |product, factor| product * factor);
    v3::Score::new(product).roundup_for_version(vector.minor_version).value()
}

/// No negative zero.
fn tidy(score: f64) -> f64 {
    if score == 0.0 { 0.0 } else { score }
}

/// A vector that our tables allow and the crate refuses.
fn fault(vector: &Vector, error: &cvss::Error) -> Fault {
    Fault { place: 0..vector.text.len(), message: format!("the vector cannot be scored: {error}"), help: String::new() }
}
