//! The generator behind every simulation: xoshiro256++ (Blackman and Vigna), seeded by `SplitMix64`.
//!
//! Both are public and fixed for good, so that a seed in a report gives the same figures on every machine and in every
//! version. They are made for simulation, never for secrets.

/// A stream of random numbers.
#[derive(Debug, Clone)]
pub struct Random {
    state: [u64; 4],
}

impl Random {
    /// The stream of a seed.
    pub fn new(seed: u64) -> Self {
        let mut counter = seed;
        let mut next = || {
            counter = counter.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let mut mixed = counter;
            mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            mixed ^ (mixed >> 31)
        };
        Self { state: [next(), next(), next(), next()] }
    }

    /// 64 random bits.
    pub fn bits(&mut self) -> u64 {
        let [a, b, c, d] = self.state;
        let result = a.wrapping_add(d).rotate_left(23).wrapping_add(a);
        let (c, d) = (c ^ a, d ^ b);
        self.state = [a ^ d, b ^ c, c ^ (b << 17), d.rotate_left(45)];
        result
    }

    /// A number from 0 to 1, neither of them included.
    pub fn unit(&mut self) -> f64 {
        // 53 bits are as many as a number holds; half a step keeps it off both ends.
        ((self.bits() >> 11) as f64 + 0.5) * (1.0 / 9_007_199_254_740_992.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_stream_is_that_of_the_published_generator() {
        let mut random = Random { state: [1, 2, 3, 4] };
        let first: Vec<u64> = (0..6).map(|_| random.bits()).collect();
        assert_eq!(
            first,
            [41_943_041, 58_720_359, 3_588_806_011_781_223, 3_591_011_842_654_386, 9_228_616_714_210_784_205, 9_973_669_472_204_895_162]
        );
    }

    #[test]
    fn units_lie_evenly_between_zero_and_one() {
        let mut random = Random::new(7);
        let units: Vec<f64> = (0..100_000).map(|_| random.unit()).collect();
        assert!(units.iter().all(|unit| *unit > 0.0 && *unit < 1.0));
        let mean = units.iter().sum::<f64>() / units.len() as f64;
        assert!((mean - 0.5).abs() < 0.003, "{mean}");
    }

    #[test]
    fn seeds_give_streams_of_their_own() {
        assert_ne!(Random::new(1).bits(), Random::new(2).bits());
        assert_eq!(Random::new(1).bits(), Random::new(1).bits());
    }
}
