//! Scores of threats and of single vectors.

use indexmap::IndexMap;
use redan_engine::score::fair::{Fair, Loss};
use redan_engine::score::{Detail, Scored, cvss, cvss_band};
use redan_model::lang::cvss::{Chosen, Vector};
use serde::{Serialize, Serializer};

/// The scores of one threat, by scale.
#[derive(Debug)]
pub(super) struct ScoresJson<'a>(pub(super) &'a [Scored]);

impl Serialize for ScoresJson<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|score| (score.scale.as_str(), ScoreJson::of(score))))
    }
}

#[derive(Serialize)]
struct ScoreJson<'a> {
    band: &'static str,
    #[serde(flatten)]
    detail: DetailJson<'a>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum DetailJson<'a> {
    Cvss {
        vector: &'a str,
        #[serde(flatten)]
        scores: CvssJson,
    },
    Levels(IndexMap<&'static str, &'static str>),
    OwaspRr {
        likelihood: f64,
        impact: f64,
        factors: usize,
    },
    Dread {
        score: f64,
        factors: usize,
    },
    Fair(FairJson<'a>),
}

impl<'a> ScoreJson<'a> {
    fn of(score: &'a Scored) -> Self {
        let detail = match &score.detail {
            Detail::Cvss { vector, score } => DetailJson::Cvss { vector, scores: CvssJson::of(score) },
            Detail::BusinessImpact(levels) => DetailJson::Levels(levels.iter().map(|(name, level)| (*name, level.as_str())).collect()),
            Detail::OwaspRr(found) => DetailJson::OwaspRr { likelihood: found.likelihood, impact: found.impact, factors: found.stated },
            Detail::Dread { mean, stated } => DetailJson::Dread { score: *mean, factors: *stated },
            Detail::Fair(found) => DetailJson::Fair(FairJson::of(found)),
        };
        Self { band: score.band.as_str(), detail }
    }
}

/// The scores of a vector.
#[derive(Debug, Serialize)]
struct CvssJson {
    version: &'static str,
    base: f64,
    threat: Option<f64>,
    environmental: Option<f64>,
    score: f64,
}

impl CvssJson {
    fn of(score: &cvss::Score) -> Self {
        let (version, base, threat, environmental) = (score.version.as_str(), score.base, score.threat, score.environmental);
        Self { version, base, threat, environmental, score: score.value() }
    }
}

/// What a threat may cost.
#[derive(Serialize)]
pub(super) struct FairJson<'a> {
    currency: Option<&'a str>,
    before: LossJson<'a>,
    after: Option<LossJson<'a>>,
    samples: usize,
    seed: u64,
}

#[derive(Serialize)]
struct LossJson<'a> {
    ale: f64,
    simulated_mean: f64,
    standard_error: f64,
    p90: f64,
    p95: f64,
    /// Pairs of a probability and the loss of a year that is exceeded with it.
    exceedance: &'a [(f64, f64)],
}

impl<'a> FairJson<'a> {
    /// Losses as the format has them.
    pub(super) fn of(found: &'a Fair) -> Self {
        let (before, after) = (LossJson::of(&found.before), found.after.as_ref().map(LossJson::of));
        Self { currency: found.currency.as_deref(), before, after, samples: found.samples, seed: found.seed }
    }
}

impl<'a> LossJson<'a> {
    fn of(loss: &'a Loss) -> Self {
        Self {
            ale: loss.ale,
            simulated_mean: loss.mean,
            standard_error: loss.standard_error,
            p90: loss.p90,
            p95: loss.p95,
            exceedance: &loss.exceedance,
        }
    }
}

/// One vector with its scores and what its metrics say: an entry of `score --format json`.
#[derive(Debug, Serialize)]
pub struct VectorJson<'a> {
    vector: &'a str,
    #[serde(flatten)]
    scores: CvssJson,
    band: &'static str,
    metrics: Vec<MetricJson>,
}

#[derive(Debug, Serialize)]
struct MetricJson {
    metric: &'static str,
    name: &'static str,
    group: &'static str,
    value: &'static str,
    meaning: &'static str,
}

impl<'a> VectorJson<'a> {
    /// A scored vector as the format has it.
    pub fn of(vector: &'a Vector, score: &cvss::Score) -> Self {
        let metric = |chosen: &Chosen| MetricJson {
            metric: chosen.metric.key,
            name: chosen.metric.name,
            group: chosen.metric.group.as_str(),
            value: chosen.value,
            meaning: chosen.words,
        };
        Self {
            vector: &vector.text,
            scores: CvssJson::of(score),
            band: cvss_band(score.value()).as_str(),
            metrics: vector.metrics.iter().map(metric).collect(),
        }
    }
}
