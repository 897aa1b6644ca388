//! Scores on other scales than likelihood times impact, and the one mapping of every scale to the common bands.
//!
//! Pure: a score follows from what the model states, from the policy and, for FAIR, from a stated seed.

pub mod cvss;
pub mod factors;
pub mod fair;
pub mod random;
pub mod spread;

use redan_model::Span;
use redan_model::lang::{Band, Level, Scores};

use crate::Policy;
use crate::analysis::{Rating, Residual};

/// A scale of risk. In the order in which the first that has a value stands in for likelihood and impact.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scale {
    /// Likelihood times impact, by the matrix.
    Matrix,
    /// CVSS, 2.0 to 4.0.
    Cvss,
    /// Levels of harm to the business.
    BusinessImpact,
    /// The OWASP Risk Rating.
    OwaspRr,
    /// DREAD.
    Dread,
    /// FAIR: loss a year.
    Fair,
}

impl Scale {
    /// Every scale.
    pub const ALL: [Scale; 6] = [Self::Matrix, Self::Cvss, Self::BusinessImpact, Self::OwaspRr, Self::Dread, Self::Fair];

    /// The word in files and output.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Matrix => "likelihood-impact",
            Self::Cvss => "cvss",
            Self::BusinessImpact => "business-impact",
            Self::OwaspRr => "owasp-rr",
            Self::Dread => "dread",
            Self::Fair => "fair",
        }
    }

    /// The name for people.
    pub fn name(self) -> &'static str {
        match self {
            Self::Matrix => "likelihood x impact",
            Self::Cvss => "CVSS",
            Self::BusinessImpact => "business impact",
            Self::OwaspRr => "OWASP Risk Rating",
            Self::Dread => "DREAD",
            Self::Fair => "FAIR",
        }
    }
}

/// What a score is made of.
#[derive(Debug, Clone, PartialEq)]
pub enum Detail {
    /// The vector and its scores.
    Cvss {
        /// The vector.
        vector: String,
        /// Its scores.
        score: cvss::Score,
    },
    /// The stated levels.
    BusinessImpact(Vec<(&'static str, Level)>),
    /// Likelihood and impact, 0 to 9.
    OwaspRr(factors::OwaspRr),
    /// The mean of the factors, 0 to 10, and how many of the five are stated.
    Dread {
        /// The mean.
        mean: f64,
        /// How many of the five.
        stated: usize,
    },
    /// Loss a year.
    Fair(fair::Fair),
}

/// One score of a threat.
#[derive(Debug, Clone, PartialEq)]
pub struct Scored {
    /// The scale.
    pub scale: Scale,
    /// The common band that it stands for.
    pub band: Band,
    /// In words: "CVSS 4.0 scores 9.3".
    pub words: String,
    /// What it is made of.
    pub detail: Detail,
    /// Where it is written.
    pub span: Span,
}

/// The scores that an entry states, in the order of [`Scale`].
///
/// `rating` and `residual` say how much of the likelihood and impact planned mitigations take away, which FAIR needs for
/// the loss afterwards.
pub fn of(scores: &Scores, policy: &Policy, rating: Rating, residual: Residual) -> Vec<Scored> {
    let cvss = scores.cvss.as_ref().and_then(|written| {
        let score = cvss::score(&written.value).ok()?;
        let words = format!("CVSS {} scores {:.1}", written.value.version.as_str(), score.value());
        let detail = Detail::Cvss { vector: written.value.text.clone(), score };
        Some(Scored { scale: Scale::Cvss, band: cvss_band(score.value()), words, detail, span: written.span })
    });
    let business = factors::business_impact(scores);
    let owasp = factors::owasp_rr(scores);
    let dread = factors::dread(scores);
    let fair = scores.fair.as_ref().and_then(|written| {
        let found = fair::Fair::of(&written.value, left_over(rating, residual), policy.fair_seed)?;
        let words = format!(
            "FAIR expects a loss of {} a year",
            fair::money(found.before.ale, written.value.currency.as_ref().map(|c| c.value.as_str()))
        );
        let band = policy.fair_bands.band(found.before.ale);
        Some(Scored { scale: Scale::Fair, band, words, detail: Detail::Fair(found), span: written.span })
    });
    [cvss, business, owasp, dread, fair].into_iter().flatten().collect()
}

/// The band of a threat: that of the scale that leads, where it has a value; else that of likelihood times impact; else
/// that of the first scale that has one; else the stated band.
pub fn band(policy: &Policy, by_matrix: Option<Band>, scores: &[Scored], stated: Option<Band>) -> Option<Band> {
    let leading = scores.iter().find(|score| score.scale == policy.leading_scale).map(|score| score.band);
    leading.or(by_matrix).or(scores.first().map(|score| score.band)).or(stated)
}

/// The phrases that say which scores there are and which of them sets the band.
pub fn reasons(policy: &Policy, by_matrix: Option<Band>, scores: &[Scored]) -> Vec<String> {
    let leads = |score: &Scored| score.scale == policy.leading_scale;
    let first_sets = by_matrix.is_none() && !scores.iter().any(leads);
    let one = |(at, score): (usize, &Scored)| {
        let sets = leads(score) || first_sets && at == 0;
        format!("{}, {}{}", score.words, score.band, if sets { "; this sets the band" } else { "" })
    };
    scores.iter().enumerate().map(one).collect()
}

/// The share of the risk that planned mitigations leave, 0 to 1.
fn left_over(rating: Rating, residual: Residual) -> Option<f64> {
    let (risk, target) = rating.risk.zip(residual.target)?;
    (risk > 0).then(|| f64::from(target.min(risk)) / f64::from(risk))
}

/// The common band of a CVSS score of any version.
pub fn cvss_band(score: f64) -> Band {
    by_thresholds(score, [9.0, 7.0, 4.0])
}

/// The band of a value: critical from the first threshold, high from the second, medium from the third.
pub(crate) fn by_thresholds(value: f64, thresholds: [f64; 3]) -> Band {
    let [critical, high, medium] = thresholds;
    match value {
        v if v >= critical => Band::Critical,
        v if v >= high => Band::High,
        v if v >= medium => Band::Medium,
        _ => Band::Low,
    }
}
