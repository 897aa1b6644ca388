//! What a document says about the time before: numbers over the history of a model. Who calls gathers them.

use jiff::civil::Date;
use redan_engine::metrics::{Days, Point};

use crate::{markdown, paper};

/// The bands, in the order of the numbers.
pub const BANDS: [&str; 4] = ["critical", "high", "medium", "low"];

/// One state of a model.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Past {
    /// The day.
    pub on: Date,
    /// The id of the commit; the files as they are now have none.
    pub commit: Option<String>,
    /// The numbers.
    pub point: Point,
}

/// The history of a model in numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct History {
    /// The states, oldest first.
    pub points: Vec<Past>,
    /// How long it took to remediate threats that were critical, high, medium, low.
    pub remediated: [Days; 4],
    /// How long the acceptances of the last state have been there.
    pub acceptances: Days,
    /// Mitigations that are in place, and those of them that evidence proves; nothing without evidence.
    pub verification: Option<(usize, usize)>,
    /// States that are left out because the model could not be read.
    pub unreadable: usize,
    /// Whether older states are not known.
    pub is_cut_off: bool,
}

/// What a report says about the history, as Markdown.
pub fn markdown(history: &History) -> String {
    markdown::blocks(&paper::history::blocks(history))
}
