//! What a project has decided: bands, priorities, what fails the gate, how strict unknown facts are.
//!
//! The default is the guide's matrix. Reading `redan.toml` is the app's affair; this is the checked result.

use redan_model::lang::{Band, Level, Role};

use crate::gate::Gate;
use crate::score::{Scale, by_thresholds};

/// What becomes of a threat that waits for facts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnknownFacts {
    /// It becomes a question.
    Ask,
    /// It counts as open.
    Open,
}

/// The smallest losses a year that are critical, high and medium.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FairBands {
    /// From here on critical.
    pub critical: f64,
    /// From here on high.
    pub high: f64,
    /// From here on medium.
    pub medium: f64,
}

impl FairBands {
    /// The band of an expected loss a year.
    pub fn band(self, loss: f64) -> Band {
        by_thresholds(loss, [self.critical, self.high, self.medium])
    }
}

/// The checked policy of a project.
#[derive(Debug, Clone, PartialEq)]
pub struct Policy {
    /// Smallest risk (likelihood times impact) of `critical`, `high` and `medium`.
    pub critical_from: u8,
    /// See [`Policy::critical_from`].
    pub high_from: u8,
    /// See [`Policy::critical_from`].
    pub medium_from: u8,
    /// A matrix of the project's own, by likelihood and impact from 1; it takes the place of the three numbers.
    pub matrix: Option<[[Band; 5]; 5]>,
    /// The scale that sets the band of a threat that has a score on it.
    pub leading_scale: Scale,
    /// What losses a year mean.
    pub fair_bands: FairBands,
    /// The seed of simulations.
    pub fair_seed: u64,
    /// What an unknown fact does to a threat.
    pub unknown: UnknownFacts,
    /// The level that an asset's unstated property is rated with.
    pub assume_level: Level,
    /// The lowest band whose open threats fail the gate; `None` if none does.
    pub fail_on: Option<Band>,
    /// Whether questions of that band fail it too.
    pub fail_on_questions: bool,
    /// The lowest band whose expired acceptances fail the gate.
    pub fail_on_expired: Option<Band>,
    /// Days after which a review is stale.
    pub review_cadence_days: u32,
    /// Roles that must have taken part in a held review.
    pub required_roles: Vec<Role>,
    /// More open threats than this without owner or mitigation are the pitfall "too many threats without prioritisation".
    pub unprioritised_limit: usize,
    /// What else the gate asks of a model.
    pub gate: Gate,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            critical_from: 16,
            high_from: 9,
            medium_from: 4,
            matrix: None,
            leading_scale: Scale::Matrix,
            fair_bands: FairBands { critical: 1_000_000.0, high: 100_000.0, medium: 10_000.0 },
            fair_seed: 1,
            unknown: UnknownFacts::Ask,
            assume_level: Level::Medium,
            fail_on: Some(Band::Critical),
            fail_on_questions: false,
            fail_on_expired: Some(Band::High),
            review_cadence_days: 90,
            required_roles: vec![Role::Developer, Role::Product, Role::Ops, Role::Security],
            unprioritised_limit: 20,
            gate: Gate::default(),
        }
    }
}

impl Policy {
    /// The band of a likelihood and an impact, both 1 to 5.
    pub fn cell(&self, likelihood: u8, impact: u8) -> Band {
        let at = |rating: u8| usize::from(rating.clamp(1, 5) - 1);
        self.matrix.map_or_else(|| self.by_numbers(likelihood * impact), |matrix| matrix[at(likelihood)][at(impact)])
    }

    /// The band of a risk from 1 to 25. With a matrix of the project's own, the worst of the cells with that product.
    pub fn band(&self, risk: u8) -> Band {
        let cells = (1..=5).flat_map(|likelihood| (1..=5).map(move |impact| (likelihood, impact)));
        let worst = self.matrix.and_then(|_| cells.filter(|(l, i)| l * i == risk).map(|(l, i)| self.cell(l, i)).max());
        worst.unwrap_or_else(|| self.by_numbers(risk))
    }

    fn by_numbers(&self, risk: u8) -> Band {
        match risk {
            r if r >= self.critical_from => Band::Critical,
            r if r >= self.high_from => Band::High,
            r if r >= self.medium_from => Band::Medium,
            _ => Band::Low,
        }
    }
}

/// The place of a band in lists of four, worst first.
pub fn place(band: Band) -> usize {
    match band {
        Band::Critical => 0,
        Band::High => 1,
        Band::Medium => 2,
        Band::Low => 3,
    }
}

/// The guide's priority of a band: `P0` to `P3`.
pub fn priority(band: Band) -> &'static str {
    match band {
        Band::Critical => "P0",
        Band::High => "P1",
        Band::Medium => "P2",
        Band::Low => "P3",
    }
}

/// What the guide does with a band.
pub fn response(band: Band) -> &'static str {
    match band {
        Band::Critical => "immediate action",
        Band::High => "fix in next sprint",
        Band::Medium => "plan",
        Band::Low => "monitor or accept",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_matrix_of_ones_own_takes_the_place_of_the_numbers() {
        let mut matrix = [[Band::Low; 5]; 5];
        matrix[0][4] = Band::Critical;
        let policy = Policy { matrix: Some(matrix), ..Policy::default() };
        assert_eq!((policy.cell(1, 5), policy.cell(5, 1), policy.cell(5, 5)), (Band::Critical, Band::Low, Band::Low));
        assert_eq!((policy.band(5), policy.band(25)), (Band::Critical, Band::Low));
    }
}
