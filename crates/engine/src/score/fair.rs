//! FAIR: the loss of a year as how often times how much, both as ranges.
//!
//! The expected loss is exact: the ranges are independent, so the mean of the product is the product of the means. What
//! one year may cost is simulated with a stated seed.

use redan_model::lang::{Fair as Stated, FairAfter, Opt, Spread};

use super::random::Random;
use super::spread::{Sampler, mean, variance};

/// Years that are simulated unless something else is asked for.
pub const SAMPLES: usize = 50_000;
/// Points of the loss exceedance curve.
const CURVE: [f64; 9] = [0.99, 0.95, 0.9, 0.75, 0.5, 0.25, 0.1, 0.05, 0.01];

/// The loss of a year.
#[derive(Debug, Clone, PartialEq)]
pub struct Loss {
    /// The expected loss (annual loss expectancy), exact.
    pub ale: f64,
    /// The mean of the simulated years.
    pub mean: f64,
    /// The standard error of that mean, from the exact variance.
    pub standard_error: f64,
    /// In 90 years of 100 the loss is at most this.
    pub p90: f64,
    /// In 95 years of 100 the loss is at most this.
    pub p95: f64,
    /// The loss exceedance curve: with this probability a year costs more than that.
    pub exceedance: Vec<(f64, f64)>,
}

/// The loss before and after planned mitigations.
#[derive(Debug, Clone, PartialEq)]
pub struct Fair {
    /// As things stand.
    pub before: Loss,
    /// Once the planned mitigations are in place; none where nothing says what they change.
    pub after: Option<Loss>,
    /// The currency, if it is stated.
    pub currency: Option<String>,
    /// How many years were simulated.
    pub samples: usize,
    /// The seed of the simulation.
    pub seed: u64,
}

impl Fair {
    /// The losses of stated ranges; none where they do not say how often and how much.
    ///
    /// `left` is the share of the risk that planned mitigations leave. It is used where the model does not state the
    /// ranges that hold afterwards.
    pub fn of(stated: &Stated, left: Option<f64>, seed: u64) -> Option<Self> {
        let now = Ranges {
            often: often(&stated.loss_event_frequency, &stated.threat_event_frequency, &stated.vulnerability)?,
            much: stated.loss_magnitude.as_ref()?.value,
        };
        let before = loss(&now, 1.0, SAMPLES, seed);
        let after = match &stated.after {
            Some(after) => Some(loss(&now.after(stated, &after.value), 1.0, SAMPLES, seed)),
            None => left.filter(|left| *left < 1.0).map(|left| loss(&now, left, SAMPLES, seed)),
        };
        let currency = stated.currency.as_ref().map(|currency| currency.value.clone());
        Some(Self { before, after, currency, samples: SAMPLES, seed })
    }
}

/// How often and how much.
#[derive(Debug, Clone)]
pub struct Ranges {
    /// Factors whose product is the number of losses a year.
    pub often: Vec<Spread>,
    /// What each costs.
    pub much: Spread,
}

impl Ranges {
    fn after(&self, stated: &Stated, after: &FairAfter) -> Self {
        let first = |new: &Opt<Spread>, old: &Opt<Spread>| new.clone().or_else(|| old.clone());
        // A stated frequency of losses afterwards wins; attempts or success afterwards say more than a frequency of today.
        let attempts_change = after.threat_event_frequency.is_some() || after.vulnerability.is_some();
        let frequency = if attempts_change {
            after.loss_event_frequency.clone()
        } else {
            first(&after.loss_event_frequency, &stated.loss_event_frequency)
        };
        let attempts = first(&after.threat_event_frequency, &stated.threat_event_frequency);
        let success = first(&after.vulnerability, &stated.vulnerability);
        Self {
            often: often(&frequency, &attempts, &success).unwrap_or_else(|| self.often.clone()),
            much: after.loss_magnitude.as_ref().map_or(self.much, |much| much.value),
        }
    }
}

fn often(frequency: &Opt<Spread>, attempts: &Opt<Spread>, success: &Opt<Spread>) -> Option<Vec<Spread>> {
    match (frequency, attempts, success) {
        (Some(frequency), ..) => Some(vec![frequency.value]),
        (None, Some(attempts), Some(success)) => Some(vec![attempts.value, success.value]),
        _ => None,
    }
}

/// The loss of a year, simulated as often as stated; `left` is the share of it that remains.
pub fn loss(ranges: &Ranges, left: f64, samples: usize, seed: u64) -> Loss {
    let all = || ranges.often.iter().chain([&ranges.much]);
    let ale = left * all().map(mean).product::<f64>();
    // The factors are independent, so the mean of the square is the product of the means of the squares.
    let square = left * left * all().map(|spread| mean(spread).powi(2) + variance(spread)).product::<f64>();
    let samplers: Vec<Sampler> = all().map(Sampler::new).collect();
    let mut random = Random::new(seed);
    let year = |_| samplers.iter().fold(left, |product, sampler| product * sampler.quantile(random.unit()));
    let mut years: Vec<f64> = (0..samples.max(1)).map(year).collect();
    let count = years.len() as f64;
    let found = years.iter().sum::<f64>() / count;
    let shares = CURVE.map(|probability| 1.0 - probability);
    let exceedance: Vec<(f64, f64)> = CURVE.into_iter().zip(quantiles(&mut years, &shares)).collect();
    let exceeded = |wanted: f64| exceedance.iter().find(|(probability, _)| *probability <= wanted).map_or(0.0, |(_, loss)| *loss);
    Loss {
        ale,
        mean: found,
        standard_error: ((square - ale * ale).max(0.0) / count).sqrt(),
        p90: exceeded(0.1),
        p95: exceeded(0.05),
        exceedance,
    }
}

/// The values at rising shares; each is looked for among what lies above the one before, which is quicker than sorting.
fn quantiles(values: &mut [f64], shares: &[f64]) -> Vec<f64> {
    let (count, mut start) = (values.len(), 0);
    let mut found = Vec::with_capacity(shares.len());
    for share in shares {
        let at = ((share * count as f64).ceil() as usize).clamp(1, count) - 1;
        let (_, value, _) = values[start..].select_nth_unstable_by(at.max(start) - start, f64::total_cmp);
        found.push(*value);
        start = at.max(start);
    }
    found
}

/// An amount, grouped by thousands: `4,143,300 EUR`.
pub fn money(amount: f64, currency: Option<&str>) -> String {
    let digits = format!("{:.0}", amount.max(0.0));
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    currency.map_or_else(|| text.clone(), |currency| format!("{text} {currency}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_expected_loss_of_a_lognormal_range_is_exact() {
        let ranges = Ranges { often: vec![Spread::Exactly(0.1)], much: Spread::Lognormal { p5: 100_000.0, p95: 1_000_000.0 } };
        let found = loss(&ranges, 1.0, 10, 1).ale;
        assert!((found / 40_400.128_269_457_266 - 1.0).abs() < 1e-9, "{found}");
    }

    #[test]
    fn the_simulated_mean_of_two_pert_ranges_is_within_three_standard_errors() {
        let often = Spread::Pert { min: 20.0, likely: 100.0, max: 900.0 };
        let much = Spread::Pert { min: 3_000.0, likely: 15_000.0, max: 50_000.0 };
        let ranges = Ranges { often: vec![often], much };
        for seed in 1..=5 {
            let found = loss(&ranges, 1.0, 100_000, seed);
            assert!((found.ale - 220.0 * (3_000.0 + 60_000.0 + 50_000.0) / 6.0).abs() < 1e-6);
            assert!((found.mean - found.ale).abs() < 3.0 * found.standard_error, "{found:?}");
            assert!((found.p90 / 8.81e6 - 1.0).abs() < 0.02 && (found.p95 / 11.10e6 - 1.0).abs() < 0.02, "{found:?}");
        }
    }

    #[test]
    fn a_seed_gives_the_same_figures_again_and_the_curve_rises() {
        let ranges = Ranges { often: vec![Spread::Pert { min: 1.0, likely: 2.0, max: 9.0 }], much: Spread::Exactly(10.0) };
        let found = loss(&ranges, 1.0, 1_000, 3);
        assert_eq!(found, loss(&ranges, 1.0, 1_000, 3));
        assert!(found.exceedance.windows(2).all(|pair| pair[0].1 <= pair[1].1 && pair[0].0 > pair[1].0));
    }

    #[test]
    fn quantiles_are_those_of_the_sorted_list() {
        let mut random = Random::new(5);
        for count in [1, 2, 10, 1_000] {
            let mut values: Vec<f64> = (0..count).map(|_| (random.unit() * 50.0).floor()).collect();
            let mut sorted = values.clone();
            sorted.sort_by(f64::total_cmp);
            let shares = [0.01, 0.1, 0.5, 0.9, 0.9, 0.99];
            let expected: Vec<f64> = shares.iter().map(|share| sorted[((share * f64::from(count)).ceil() as usize).max(1) - 1]).collect();
            assert_eq!(quantiles(&mut values, &shares), expected);
        }
    }

    #[test]
    fn amounts_are_grouped_by_thousands() {
        assert_eq!(money(4_143_333.3, Some("EUR")), "4,143,333 EUR");
        assert_eq!(money(999.0, None), "999");
    }
}
