//! What a project has decided: bands, priorities, what fails the gate, how strict unknown facts are.
//!
//! The default is the guide's matrix. Reading `redan.toml` is the app's affair; this is the checked result.

use redan_model::lang::{Band, Level, Role};

/// What becomes of a threat that waits for facts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnknownFacts {
    /// It becomes a question.
    Ask,
    /// It counts as open.
    Open,
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
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            critical_from: 16,
            high_from: 9,
            medium_from: 4,
            unknown: UnknownFacts::Ask,
            assume_level: Level::Medium,
            fail_on: Some(Band::Critical),
            fail_on_questions: false,
            fail_on_expired: Some(Band::High),
            review_cadence_days: 90,
            required_roles: vec![Role::Developer, Role::Product, Role::Ops, Role::Security],
            unprioritised_limit: 20,
        }
    }
}

impl Policy {
    /// The band of a risk from 1 to 25.
    pub fn band(&self, risk: u8) -> Band {
        match risk {
            r if r >= self.critical_from => Band::Critical,
            r if r >= self.high_from => Band::High,
            r if r >= self.medium_from => Band::Medium,
            _ => Band::Low,
        }
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
