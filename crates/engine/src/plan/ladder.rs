//! Probabilities and likelihoods, both ways: the table of attack trees with straight lines between its points.

use crate::tree::LIKELIHOODS;

/// A probability below that of likelihood 1 is in proportion below 1; one above that of likelihood 5 is 5.
fn likelihood(probability: f64) -> f64 {
    level(probability).min(5.0)
}

/// The risk of a goal: the likelihood that its probability stands for, times its impact, as a whole number. It is at least
/// 1 while the goal can be reached, as the risk of a threat is.
pub(crate) fn risk(probability: f64, impact: u8) -> f64 {
    if probability <= 0.0 {
        return 0.0;
    }
    // What additions may have rounded down does not decide between two numbers.
    (likelihood(probability) * f64::from(impact) + 0.5 + 1e-9).floor().max(1.0)
}

/// The probability after so many steps of likelihood are taken off; never below that of likelihood 1.
pub(crate) fn lowered(probability: f64, steps: u8) -> f64 {
    let level = level(probability);
    if steps == 0 || level <= 1.0 {
        return probability;
    }
    let left = (level - f64::from(steps)).max(1.0);
    let below = left.floor().min(5.0);
    let at = |level: f64| match level as usize {
        0 => 0.0,
        level => LIKELIHOODS.get(level - 1).copied().unwrap_or(1.0),
    };
    at(below) + (left - below) * (at(below + 1.0) - at(below))
}

/// The place on the ladder from 0 (impossible) over 1 to 5 (the likelihoods) to 6 (certain).
fn level(probability: f64) -> f64 {
    let (mut below, mut at) = (0.0, 0.0);
    for point in LIKELIHOODS.into_iter().chain([1.0]) {
        if probability < point {
            return at + (probability.max(0.0) - below) / (point - below);
        }
        (below, at) = (point, at + 1.0);
    }
    6.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_goal_of_one_step_has_the_risk_of_its_threat() {
        for (at, probability) in LIKELIHOODS.into_iter().enumerate() {
            for impact in 1..=5_u8 {
                assert_eq!(risk(probability, impact), ((at + 1) * usize::from(impact)) as f64);
            }
        }
        assert_eq!([risk(0.0, 5), risk(1e-9, 5), risk(1.0, 5), risk(0.45, 4)], [0.0, 1.0, 25.0, 14.0]);
    }

    #[test]
    fn steps_go_down_the_likelihoods_and_stop_at_the_lowest() {
        assert_eq!([1, 2, 3, 4, 9].map(|steps| lowered(0.9, steps)), [0.6, 0.3, 0.1, 0.02, 0.02]);
        assert_eq!([lowered(1.0, 1), lowered(0.01, 3), lowered(0.0, 1), lowered(0.5, 0)], [0.9, 0.01, 0.0, 0.5]);
        assert!((lowered(0.45, 1) - 0.2).abs() < 1e-12);
    }
}
