//! Monte Carlo: the probability of the goal by trying, as a check that shares nothing with the diagrams.

use super::structure::{Gate, Node, Structure};

/// What a simulation found.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Simulated {
    /// How often the goal was reached, of all trials.
    pub mean: f64,
    /// The 95 % interval after Wilson, which is also right near 0 and 1.
    pub low: f64,
    /// Its upper end.
    pub high: f64,
    /// How many trials there were.
    pub trials: u64,
}

/// Trials that one machine word holds side by side.
const LANES: u64 = 64;

/// Binary digits of a probability that a simulation looks at; the rest is below what trials can tell apart.
const DIGITS: u32 = 48;

/// Tries the structure at least `trials` times (rounded up to a multiple of 64) with independent leaves.
///
/// Numbers come from `SplitMix64` started with `seed`, so that the same seed gives the same result on every machine.
pub fn simulate(structure: &Structure, probabilities: &[f64], trials: u64, seed: u64) -> Simulated {
    let mut random = SplitMix64(seed);
    let rounds = trials.div_ceil(LANES).max(1);
    let mut reached = 0_u64;
    let mut words: Vec<u64> = Vec::new();
    for _ in 0..rounds {
        words.clear();
        for node in structure.nodes() {
            let word = match node {
                Node::Leaf(leaf) => random.word(probabilities.get(*leaf).copied().unwrap_or(0.0)),
                Node::Gate(gate, inputs) => {
                    let of = |input: &super::structure::Literal| words[input.node()] ^ if input.is_negated() { u64::MAX } else { 0 };
                    combine(*gate, inputs.len(), inputs.iter().map(of))
                }
            };
            words.push(word);
        }
        if let Some(goal) = structure.goal() {
            let word = words[goal.node()] ^ if goal.is_negated() { u64::MAX } else { 0 };
            reached += u64::from(word.count_ones());
        }
    }
    wilson(reached, rounds * LANES)
}

fn combine(gate: Gate, count: usize, inputs: impl Iterator<Item = u64>) -> u64 {
    match gate {
        Gate::All | Gate::Seq => inputs.fold(u64::MAX, |all, word| all & word),
        Gate::Any => inputs.fold(0, |any, word| any | word),
        Gate::Odd => inputs.fold(0, |odd, word| odd ^ word),
        Gate::AtLeast(least) => {
            // More than all of them is never reached, however many more.
            let least = (least as usize).min(count + 1);
            let mut reached = vec![0_u64; least + 1];
            reached[0] = u64::MAX;
            for word in inputs {
                for count in (1..reached.len()).rev() {
                    reached[count] |= reached[count - 1] & word;
                }
            }
            reached[least]
        }
    }
}

fn wilson(reached: u64, trials: u64) -> Simulated {
    const Z: f64 = 1.959_963_984_540_054;
    let (n, mean) = (float(trials), float(reached) / float(trials));
    let centre = (mean + Z * Z / (2.0 * n)) / (1.0 + Z * Z / n);
    let half = Z / (1.0 + Z * Z / n) * (mean * (1.0 - mean) / n + Z * Z / (4.0 * n * n)).sqrt();
    Simulated { mean, low: (centre - half).max(0.0), high: (centre + half).min(1.0), trials }
}

/// Counts of trials are far below what a float holds exactly.
#[expect(clippy::cast_precision_loss, reason = "trials are below 2^53")]
fn float(count: u64) -> f64 {
    count as f64
}

/// The generator of Steele, Lea and Flood: a counter through a mixing function.
struct SplitMix64(u64);

impl SplitMix64 {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ z >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ z >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ z >> 31
    }

    /// 64 trials at once, each a one with the given probability: the digits of the probability, lowest first, decide
    /// whether a fair coin widens or narrows what was drawn before.
    fn word(&mut self, probability: f64) -> u64 {
        if probability >= 1.0 {
            return u64::MAX;
        }
        let mut digits = scaled(probability);
        let mut word = 0;
        for _ in 0..DIGITS {
            let coin = self.next();
            word = if digits & 1 == 1 { word | coin } else { word & coin };
            digits >>= 1;
        }
        word
    }
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it is between 0 and 2^48")]
fn scaled(probability: f64) -> u64 {
    (probability.max(0.0) * f64::from(1_u32 << 24) * f64::from(1_u32 << 24)) as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_generator_is_the_published_one() {
        let mut random = SplitMix64(1_234_567);
        assert_eq!([random.next(), random.next()], [6_457_827_717_110_365_317, 3_203_168_211_198_807_973]);
    }

    #[test]
    fn words_have_ones_as_often_as_asked() {
        let mut random = SplitMix64(7);
        for p in [0.0, 0.01, 0.3, 0.5, 0.999, 1.0] {
            let ones: u32 = (0..4_000).map(|_| random.word(p).count_ones()).sum();
            let found = wilson(u64::from(ones), 4_000 * LANES);
            assert!((found.mean - p).abs() < 0.005, "{p}: {}", found.mean);
        }
    }
}
