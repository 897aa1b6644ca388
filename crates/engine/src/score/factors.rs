//! Scores that are levels or means of factors: business impact, the OWASP Risk Rating, DREAD.

use redan_model::lang::{BUSINESS_IMPACTS, Band, DREAD_FACTORS, Level, Map, Number, OWASP_FACTORS, Scores};

use super::{Detail, Scale, Scored, by_thresholds};

/// The first half of the factors of the OWASP Risk Rating is about likelihood.
const LIKELIHOOD_FACTORS: usize = 8;
/// The factors of technical impact come before those of business impact.
const TECHNICAL_FACTORS: usize = 12;

/// The worst of the stated levels; `none` counts as low.
pub(super) fn business_impact(scores: &Scores) -> Option<Scored> {
    let stated: Vec<(&'static str, Level)> =
        BUSINESS_IMPACTS.iter().filter_map(|name| scores.business_impact.entries.get(*name).map(|entry| (*name, entry.value))).collect();
    let (worst, level) = stated.iter().copied().reduce(|worst, next| if next.1 > worst.1 { next } else { worst })?;
    let band = match level {
        Level::None | Level::Low => Band::Low,
        Level::Medium => Band::Medium,
        Level::High => Band::High,
        Level::Critical => Band::Critical,
    };
    let words = format!("business impact is worst for {worst}");
    Some(Scored { scale: Scale::BusinessImpact, band, words, detail: Detail::BusinessImpact(stated), span: scores.business_impact.span? })
}

/// Likelihood and impact of the OWASP Risk Rating.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OwaspRr {
    /// The mean of the stated factors of threat agent and vulnerability, 0 to 9.
    pub likelihood: f64,
    /// The mean of the stated factors of business impact, or of technical impact where none of those is stated.
    pub impact: f64,
    /// How many of the 16 factors are stated.
    pub stated: usize,
}

impl OwaspRr {
    /// The band by the matrix of the method, whose "note" is low here.
    pub fn band(self) -> Band {
        const MATRIX: [[Band; 3]; 3] =
            [[Band::Low, Band::Low, Band::Medium], [Band::Low, Band::Medium, Band::High], [Band::Medium, Band::High, Band::Critical]];
        let level = |mean: f64| match mean {
            m if m < 3.0 => 0,
            m if m < 6.0 => 1,
            _ => 2,
        };
        MATRIX[level(self.impact)][level(self.likelihood)]
    }
}

/// The OWASP Risk Rating; none where likelihood or impact has no factor at all.
pub(super) fn owasp_rr(scores: &Scores) -> Option<Scored> {
    let factors = &scores.owasp_rr;
    let technical = mean(factors, &OWASP_FACTORS[LIKELIHOOD_FACTORS..TECHNICAL_FACTORS]);
    let business = mean(factors, &OWASP_FACTORS[TECHNICAL_FACTORS..]);
    let found = OwaspRr {
        likelihood: mean(factors, &OWASP_FACTORS[..LIKELIHOOD_FACTORS])?,
        impact: business.or(technical)?,
        stated: factors.entries.len(),
    };
    let words = format!(
        "OWASP Risk Rating has likelihood {:.2} and impact {:.2} of 9{}",
        found.likelihood,
        found.impact,
        missing(found.stated, OWASP_FACTORS.len())
    );
    Some(Scored { scale: Scale::OwaspRr, band: found.band(), words, detail: Detail::OwaspRr(found), span: factors.span? })
}

/// The mean of the stated factors of DREAD.
pub(super) fn dread(scores: &Scores) -> Option<Scored> {
    let mean = mean(&scores.dread, DREAD_FACTORS)?;
    let stated = scores.dread.entries.len();
    let words = format!("DREAD is {mean:.1} of 10 in the mean{}", missing(stated, DREAD_FACTORS.len()));
    Some(Scored { scale: Scale::Dread, band: dread_band(mean), words, detail: Detail::Dread { mean, stated }, span: scores.dread.span? })
}

/// Sums of five factors up to 10, 24, 39 and 50 are the four bands; the mean is a fifth of the sum.
fn dread_band(mean: f64) -> Band {
    by_thresholds(mean * 5.0, [40.0, 25.0, 11.0])
}

fn missing(stated: usize, all: usize) -> String {
    if stated == all { String::new() } else { format!(" ({stated} of {all} factors stated)") }
}

fn mean(factors: &Map<Number>, names: &[&str]) -> Option<f64> {
    let stated: Vec<f64> = names.iter().filter_map(|name| factors.entries.get(*name)).map(|entry| entry.value.0).collect();
    (!stated.is_empty()).then(|| stated.iter().sum::<f64>() / stated.len() as f64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_matrix_of_the_owasp_risk_rating_is_as_published() {
        let band = |likelihood, impact| OwaspRr { likelihood, impact, stated: 16 }.band();
        assert_eq!([band(1.0, 1.0), band(4.0, 1.0), band(7.0, 1.0)], [Band::Low, Band::Low, Band::Medium]);
        assert_eq!([band(1.0, 4.0), band(4.0, 4.0), band(7.0, 4.0)], [Band::Low, Band::Medium, Band::High]);
        assert_eq!([band(1.0, 7.0), band(4.0, 7.0), band(7.0, 7.0)], [Band::Medium, Band::High, Band::Critical]);
        assert_eq!([band(3.0, 6.0), band(6.0, 3.0), band(2.99, 5.99)], [Band::High, Band::High, Band::Low]);
    }

    #[test]
    fn dread_has_the_bands_of_its_sums() {
        let band = |sum: f64| dread_band(sum / 5.0);
        assert_eq!(
            [band(10.0), band(11.0), band(25.0), band(39.0), band(40.0)],
            [Band::Low, Band::Medium, Band::High, Band::High, Band::Critical]
        );
    }
}
