//! Ranges as distributions: their exact means, and samples of them.
//!
//! A sample is the quantile of a random number between 0 and 1. PERT quantiles come from a table of the beta
//! distribution (uniform inside each of its cells), lognormal ones from a rational approximation of the normal quantile,
//! so a sample costs a few nanoseconds and no rejection.

use redan_model::lang::Spread;

/// The 95th percentile of the normal distribution.
const Z95: f64 = 1.644_853_626_951_472_7;
/// How much the most likely value weighs in a PERT distribution.
const PERT_WEIGHT: f64 = 4.0;
/// Cells of the table of a PERT distribution.
const CELLS: usize = 4_096;

/// The exact mean.
pub fn mean(spread: &Spread) -> f64 {
    match *spread {
        Spread::Exactly(value) => value,
        Spread::Pert { min, likely, max } => (min + PERT_WEIGHT * likely + max) / (PERT_WEIGHT + 2.0),
        Spread::Lognormal { p5, p95 } => {
            let (mu, sigma) = lognormal(p5, p95);
            (mu + sigma * sigma / 2.0).exp()
        }
    }
}

/// The exact variance.
pub fn variance(spread: &Spread) -> f64 {
    match *spread {
        Spread::Exactly(_) => 0.0,
        Spread::Pert { min, max, .. } => {
            let mean = mean(spread);
            (mean - min) * (max - mean) / (PERT_WEIGHT + 3.0)
        }
        Spread::Lognormal { p5, p95 } => {
            let (mu, sigma) = lognormal(p5, p95);
            (sigma * sigma).exp_m1() * (2.0 * mu + sigma * sigma).exp()
        }
    }
}

/// The mean and the deviation of the logarithm.
fn lognormal(p5: f64, p95: f64) -> (f64, f64) {
    let (low, high) = (p5.ln(), p95.ln());
    ((low + high) / 2.0, (high - low) / (2.0 * Z95))
}

/// A distribution that is ready to be sampled.
#[derive(Debug, Clone)]
pub struct Sampler(Kind);

#[derive(Debug, Clone)]
enum Kind {
    Exactly(f64),
    Pert { min: f64, width: f64, table: Table },
    Lognormal { mu: f64, sigma: f64 },
}

impl Sampler {
    /// The sampler of a range.
    pub fn new(spread: &Spread) -> Self {
        Self(match *spread {
            Spread::Exactly(value) => Kind::Exactly(value),
            Spread::Pert { min, max, .. } if min >= max => Kind::Exactly(min),
            Spread::Pert { min, likely, max } => {
                let width = max - min;
                let share = (likely - min) / width;
                Kind::Pert { min, width, table: Table::new(PERT_WEIGHT * share, PERT_WEIGHT * (1.0 - share)) }
            }
            Spread::Lognormal { p5, p95 } => {
                let (mu, sigma) = lognormal(p5, p95);
                Kind::Lognormal { mu, sigma }
            }
        })
    }

    /// The value below which a share of all cases lies.
    pub fn quantile(&self, share: f64) -> f64 {
        match &self.0 {
            Kind::Exactly(value) => *value,
            Kind::Pert { min, width, table } => min + width * table.quantile(share),
            Kind::Lognormal { mu, sigma } => (mu + sigma * normal_quantile(share)).exp(),
        }
    }
}

/// The cumulated beta distribution at the ends of equal cells, and for equal shares the cell in which each starts.
#[derive(Debug, Clone)]
struct Table {
    cumulated: Vec<f64>,
    starts: Vec<u16>,
}

impl Table {
    /// The table of the density `x^a (1 - x)^b`, both exponents 0 or more.
    fn new(a: f64, b: f64) -> Self {
        // Three points of Gauss and Legendre in each cell.
        const POINTS: [(f64, f64); 3] = [(0.112_701_665_379_258_3, 5.0 / 18.0), (0.5, 8.0 / 18.0), (0.887_298_334_620_741_7, 5.0 / 18.0)];
        let density = |x: f64| x.powf(a) * (1.0 - x).powf(b);
        let step = 1.0 / CELLS as f64;
        let mut cumulated = Vec::with_capacity(CELLS + 1);
        let mut sum = 0.0;
        cumulated.push(0.0);
        for cell in 0..CELLS {
            sum += POINTS.iter().map(|(at, weight)| weight * density((cell as f64 + at) * step)).sum::<f64>();
            cumulated.push(sum);
        }
        cumulated.iter_mut().for_each(|value| *value /= sum);
        cumulated[CELLS] = 1.0;
        let mut starts = Vec::with_capacity(CELLS);
        let mut cell = 0;
        for bucket in 0..CELLS {
            while cumulated[cell + 1] <= bucket as f64 * step {
                cell += 1;
            }
            starts.push(u16::try_from(cell).unwrap_or(u16::MAX));
        }
        Self { cumulated, starts }
    }

    fn quantile(&self, share: f64) -> f64 {
        let bucket = ((share * CELLS as f64) as usize).min(CELLS - 1);
        let mut cell = usize::from(self.starts[bucket]);
        while cell < CELLS - 1 && self.cumulated[cell + 1] < share {
            cell += 1;
        }
        let (low, high) = (self.cumulated[cell], self.cumulated[cell + 1]);
        let within = if high > low { ((share - low) / (high - low)).clamp(0.0, 1.0) } else { 0.5 };
        (cell as f64 + within) / CELLS as f64
    }
}

/// The quantile of the normal distribution, by the rational approximation AS 241 of Wichura, exact to about 16 digits.
pub fn normal_quantile(share: f64) -> f64 {
    const NEAR: ([f64; 8], [f64; 8]) = (
        [
            3.387_132_872_796_366_5,
            133.141_667_891_784_38,
            1_971.590_950_306_551_3,
            13_731.693_765_509_46,
            45_921.953_931_549_87,
            67_265.770_927_008_7,
            33_430.575_583_588_13,
            2_509.080_928_730_122_7,
        ],
        [
            1.0,
            42.313_330_701_600_91,
            687.187_007_492_057_9,
            5_394.196_021_424_751,
            21_213.794_301_586_597,
            39_307.895_800_092_71,
            28_729.085_735_721_943,
            5_226.495_278_852_545,
        ],
    );
    const MIDDLE: ([f64; 8], [f64; 8]) = (
        [
            1.423_437_110_749_683_5,
            4.630_337_846_156_546,
            5.769_497_221_460_691,
            3.647_848_324_763_204_5,
            1.270_458_252_452_368_4,
            0.241_780_725_177_450_6,
            0.022_723_844_989_269_184,
            7.745_450_142_783_414e-4,
        ],
        [
            1.0,
            2.053_191_626_637_759,
            1.676_384_830_183_803_8,
            0.689_767_334_985_1,
            0.148_103_976_427_480_08,
            0.015_198_666_563_616_457,
            5.475_938_084_995_345e-4,
            1.050_750_071_644_416_9e-9,
        ],
    );
    const FAR: ([f64; 8], [f64; 8]) = (
        [
            6.657_904_643_501_103,
            5.463_784_911_164_114,
            1.784_826_539_917_291_3,
            0.296_560_571_828_504_87,
            0.026_532_189_526_576_124,
            0.001_242_660_947_388_078_4,
            2.711_555_568_743_487_6e-5,
            2.010_334_399_292_288_1e-7,
        ],
        [
            1.0,
            0.599_832_206_555_888,
            0.136_929_880_922_735_8,
            0.014_875_361_290_850_615,
            7.868_691_311_456_133e-4,
            1.846_318_317_510_054_8e-5,
            1.421_511_758_316_446e-7,
            2.044_263_103_389_939_8e-15,
        ],
    );
    let ratio = |(top, bottom): &([f64; 8], [f64; 8]), r: f64| {
        let horner = |list: &[f64; 8]| list.iter().rev().fold(0.0, |sum, term| sum * r + term);
        horner(top) / horner(bottom)
    };
    let q = share - 0.5;
    if q.abs() <= 0.425 {
        return q * ratio(&NEAR, 0.180_625 - q * q);
    }
    let tail = if q < 0.0 { share } else { 1.0 - share };
    let r = (-tail.max(f64::MIN_POSITIVE).ln()).sqrt();
    let value = if r <= 5.0 { ratio(&MIDDLE, r - 1.6) } else { ratio(&FAR, r - 5.0) };
    if q < 0.0 { -value } else { value }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_normal_quantile_has_its_known_values() {
        for (share, value) in [(0.5, 0.0), (0.975, 1.959_963_984_540_054), (0.95, Z95), (0.05, -Z95), (1e-10, -6.361_340_902_404_056)] {
            assert!((normal_quantile(share) - value).abs() < 1e-12, "{share}: {}", normal_quantile(share));
        }
    }

    #[test]
    fn the_quantiles_of_a_symmetric_range_are_symmetric() {
        let sampler = Sampler::new(&Spread::Pert { min: 0.0, likely: 5.0, max: 10.0 });
        assert!((sampler.quantile(0.5) - 5.0).abs() < 1e-9);
        assert!((sampler.quantile(0.1) + sampler.quantile(0.9) - 10.0).abs() < 1e-9);
    }

    #[test]
    fn evenly_spread_quantiles_have_the_exact_mean_and_variance() {
        let even = |spread: Spread| {
            let sampler = Sampler::new(&spread);
            let count = 400_000;
            let values: Vec<f64> = (0..count).map(|i| sampler.quantile((f64::from(i) + 0.5) / f64::from(count))).collect();
            let found = values.iter().sum::<f64>() / f64::from(count);
            let spread_out = values.iter().map(|v| (v - found).powi(2)).sum::<f64>() / f64::from(count);
            ((found / mean(&spread) - 1.0).abs(), (spread_out / variance(&spread) - 1.0).abs())
        };
        for (min, likely, max) in [(20.0, 100.0, 900.0), (0.0, 0.0, 1.0), (3.0, 9.0, 9.0), (1.0, 2.0, 3.0)] {
            let (mean, variance) = even(Spread::Pert { min, likely, max });
            assert!(mean < 1e-6 && variance < 1e-5, "{min} {likely} {max}: {mean} {variance}");
        }
        let (mean, variance) = even(Spread::Lognormal { p5: 100.0, p95: 900.0 });
        assert!(mean < 1e-4 && variance < 1e-2, "{mean} {variance}");
    }
}
