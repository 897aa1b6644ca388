//! `metrics --format json`, and the history of `report --format json`.

use redan_engine::metrics::{Days, share};
use serde::Serialize;

use super::ModelJson;
use crate::history::{BANDS, History, Past};

/// The numbers of a history, as a document.
#[derive(Debug, Serialize)]
pub struct HistoryJson<'a> {
    version: u8,
    model: ModelJson<'a>,
    #[serde(flatten)]
    found: FoundHistory<'a>,
}

/// The numbers of a history.
#[derive(Debug, Serialize)]
pub(super) struct FoundHistory<'a> {
    cut_off: bool,
    unreadable_commits: usize,
    points: Vec<PointJson<'a>>,
    remediated: Vec<RemediatedJson>,
    acceptances: DaysJson,
    verification: Option<VerificationJson>,
}

#[derive(Debug, Serialize)]
struct PointJson<'a> {
    on: String,
    commit: Option<&'a str>,
    open: OpenJson,
    questions: usize,
    mitigated: usize,
    accepted: usize,
    new: usize,
    closed: usize,
    overdue: usize,
    question_rate: Option<f64>,
}

#[derive(Debug, Serialize)]
struct OpenJson {
    critical: usize,
    high: usize,
    medium: usize,
    low: usize,
    unrated: usize,
}

#[derive(Debug, Serialize)]
struct RemediatedJson {
    band: &'static str,
    #[serde(flatten)]
    days: DaysJson,
}

#[derive(Debug, Serialize)]
struct DaysJson {
    count: usize,
    mean_days: Option<f64>,
    most_days: Option<u64>,
}

#[derive(Debug, Serialize)]
struct VerificationJson {
    implemented: usize,
    verified: usize,
    rate: Option<f64>,
}

impl<'a> HistoryJson<'a> {
    /// The document.
    pub fn of(model: ModelJson<'a>, history: &'a History) -> Self {
        Self { version: 1, model, found: FoundHistory::of(history) }
    }
}

impl<'a> FoundHistory<'a> {
    /// The numbers as the format has them.
    pub(super) fn of(history: &'a History) -> Self {
        let remediated = BANDS.iter().zip(&history.remediated);
        Self {
            cut_off: history.is_cut_off,
            unreadable_commits: history.unreadable,
            points: history.points.iter().map(PointJson::of).collect(),
            remediated: remediated.map(|(band, days)| RemediatedJson { band, days: DaysJson::of(days) }).collect(),
            acceptances: DaysJson::of(&history.acceptances),
            verification: history.verification.map(|(implemented, verified)| VerificationJson {
                implemented,
                verified,
                rate: share(verified, implemented),
            }),
        }
    }
}

impl<'a> PointJson<'a> {
    fn of(past: &'a Past) -> Self {
        let point = &past.point;
        let [critical, high, medium, low] = point.open;
        Self {
            on: past.on.to_string(),
            commit: past.commit.as_deref(),
            open: OpenJson { critical, high, medium, low, unrated: point.unrated },
            questions: point.questions,
            mitigated: point.mitigated,
            accepted: point.accepted,
            new: point.new,
            closed: point.closed,
            overdue: point.overdue,
            question_rate: point.question_rate(),
        }
    }
}

impl DaysJson {
    fn of(days: &Days) -> Self {
        Self { count: days.count, mean_days: days.mean(), most_days: (days.count > 0).then_some(days.most) }
    }
}
