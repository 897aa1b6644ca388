//! Numbers over the history of a model: how many threats are open, how fast they are dealt with, how old decisions are.
//!
//! The history is a list of states, oldest first, each with its day and what stood where. A threat is followed by its id.

use std::collections::BTreeMap;

use jiff::civil::Date;
use redan_model::Model;
use redan_model::lang::{Band, MitigationStatus};

use crate::analyse::rated::Glance;
use crate::analyse::{Input, raised};
use crate::analysis::{Analysis, Status};
use crate::facts::{Facts, Overlay, Stage};
use crate::policy::place;
use crate::{Context, Knowledge, Policy};

/// A threat in one state of the model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Observed {
    /// Its id.
    pub id: String,
    /// Where it stands.
    pub status: Status,
    /// Its band.
    pub band: Option<Band>,
    /// The day on which it was found, if stated.
    pub identified: Option<Date>,
    /// By when the first unfinished mitigation was to be done.
    pub due: Option<Date>,
    /// Until when its acceptance holds.
    pub until: Option<Date>,
}

/// One state of the model.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State<'a> {
    /// The day.
    pub day: Date,
    /// Every threat.
    pub threats: &'a [Observed],
}

/// The numbers of one state.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Point {
    /// Open threats that are critical, high, medium, low; those without a band are in none.
    pub open: [usize; 4],
    /// Open threats without a band.
    pub unrated: usize,
    /// Threats that wait for an answer.
    pub questions: usize,
    /// Threats that are mitigated.
    pub mitigated: usize,
    /// Threats whose risk somebody carries.
    pub accepted: usize,
    /// All threats.
    pub all: usize,
    /// Threats that are open and were not in the state before.
    pub new: usize,
    /// Threats that were open in the state before and are not any more.
    pub closed: usize,
    /// Open threats with an unfinished mitigation whose day has passed.
    pub overdue: usize,
}

impl Point {
    /// All open threats.
    pub fn open_in_all(&self) -> usize {
        self.open.iter().sum::<usize>() + self.unrated
    }

    /// The share of threats that wait for an answer, 0 to 1; nothing without threats.
    pub fn question_rate(&self) -> Option<f64> {
        share(self.questions, self.all)
    }
}

/// Days, to be averaged.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Days {
    /// How many.
    pub count: usize,
    /// Their sum.
    pub sum: u64,
    /// The most.
    pub most: u64,
}

impl Days {
    fn add(&mut self, days: u64) {
        *self = Self { count: self.count + 1, sum: self.sum + days, most: self.most.max(days) };
    }

    /// The mean; nothing where there are none.
    pub fn mean(&self) -> Option<f64> {
        (self.count > 0).then(|| self.sum as f64 / self.count as f64)
    }
}

/// The numbers of a history.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Metrics {
    /// One for each state.
    pub points: Vec<Point>,
    /// How long it took to remediate threats that were critical, high, medium, low when they were open last.
    pub remediated: [Days; 4],
    /// How long the acceptances of the last state have been there.
    pub acceptances: Days,
}

/// What is known of a threat on the way through the history.
#[derive(Debug, Clone, Default)]
struct Track {
    /// Since when it waits for remedy.
    since: Option<Date>,
    band: Option<Band>,
    /// Whether it was open in the state before.
    is_open: bool,
    /// Whether it has been remediated once; the day on which it was found then says nothing about the next time.
    returned: bool,
    accepted_since: Option<Date>,
    /// The number of the last state that has it.
    seen: usize,
}

/// What stands where in a model: the same as [`observe`] of its analysis without evidence, in less than half the time.
pub fn survey(model: &Model, knowledge: &Knowledge, policy: &Policy, today: Date) -> Vec<Observed> {
    let context = Context::on(today);
    let nothing = Overlay::default();
    let facts = Facts::new(model, knowledge, Stage::Current, &nothing);
    let rules = &knowledge.rules;
    crate::analyse::seen(&Input { model, knowledge, policy, context: &context }, &facts, |threat| {
        let id = match (threat.rule, threat.subject) {
            (Some(rule), Some(subject)) => raised::id(model, &rules[usize::from(rule.0)], subject, threat.with),
            _ => threat.id.to_owned(),
        };
        observed(model, threat, id)
    })
}

/// What of an analysis the history is about.
pub fn observe(model: &Model, analysis: &Analysis) -> Vec<Observed> {
    analysis.threats.iter().map(|threat| observed(model, &Glance::of(threat), threat.id.clone())).collect()
}

fn observed(model: &Model, threat: &Glance<'_>, id: String) -> Observed {
    let due = |id: &String| {
        let mitigation = &model.root.mitigations.entries.get(id)?.value;
        let status = mitigation.status.as_ref().map_or(MitigationStatus::Proposed, |status| status.value);
        let is_done = matches!(status, MitigationStatus::Implemented | MitigationStatus::Rejected);
        mitigation.due.as_ref().filter(|_| !is_done).map(|due| due.value)
    };
    Observed {
        id,
        status: threat.standing.status,
        band: threat.standing.band,
        identified: threat.identified,
        due: threat.mitigations.iter().filter_map(due).min(),
        until: threat.until,
    }
}

/// The numbers of a history, whose states are in order, oldest first.
pub fn metrics(states: &[State<'_>]) -> Metrics {
    let mut tracks: BTreeMap<&str, Track> = BTreeMap::new();
    let mut metrics = Metrics::default();
    for (at, state) in states.iter().enumerate() {
        let mut point = Point { all: state.threats.len(), ..Point::default() };
        for threat in state.threats {
            let track = tracks.entry(&threat.id).or_default();
            track.seen = at;
            let status = status_on(threat, state.day);
            count(&mut point, threat, status, state.day);
            let (was_open, is_open) = (track.is_open, status == Status::Open);
            point.new += usize::from(is_open && !was_open);
            point.closed += usize::from(was_open && !is_open);
            step(track, threat, status, state.day, &mut metrics.remediated);
        }
        for track in tracks.values_mut().filter(|track| track.seen != at) {
            point.closed += usize::from(track.is_open);
            close(track, state.day, &mut metrics.remediated);
            track.accepted_since = None;
        }
        metrics.points.push(point);
    }
    if let Some(last) = states.last() {
        for since in tracks.values().filter_map(|track| track.accepted_since) {
            metrics.acceptances.add(days(since, last.day));
        }
    }
    metrics
}

/// A share of a whole, 0 to 1; nothing where there is no whole.
pub fn share(part: usize, whole: usize) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

/// An acceptance ends on its day, whenever the model was analysed.
fn status_on(threat: &Observed, day: Date) -> Status {
    let has_ended = threat.status == Status::Accepted && threat.until.is_some_and(|until| until < day);
    if has_ended { Status::Open } else { threat.status }
}

fn count(point: &mut Point, threat: &Observed, status: Status, day: Date) {
    match status {
        Status::Open => {
            match threat.band {
                Some(band) => point.open[place(band)] += 1,
                None => point.unrated += 1,
            }
            point.overdue += usize::from(threat.due.is_some_and(|due| due < day));
        }
        Status::Question => point.questions += 1,
        Status::Mitigated => point.mitigated += 1,
        Status::Accepted => point.accepted += 1,
        Status::Transferred | Status::Avoided | Status::FalsePositive | Status::NotApplicable => {}
    }
}

/// Takes a threat into its next state. Who accepts a risk has not remedied it: the days go on until somebody does.
fn step(track: &mut Track, threat: &Observed, status: Status, day: Date, remediated: &mut [Days; 4]) {
    match status {
        Status::Open => {
            let found = threat.identified.filter(|found| !track.returned && *found < day);
            track.since = track.since.or(found).or(Some(day));
            track.band = threat.band;
        }
        Status::Mitigated | Status::Avoided => close(track, day, remediated),
        // It never was a threat.
        Status::FalsePositive | Status::NotApplicable => track.since = None,
        Status::Question | Status::Accepted | Status::Transferred => {}
    }
    track.is_open = status == Status::Open;
    track.accepted_since = (status == Status::Accepted).then(|| track.accepted_since.unwrap_or(day));
}

fn close(track: &mut Track, day: Date, remediated: &mut [Days; 4]) {
    track.is_open = false;
    if let Some(since) = track.since.take() {
        track.returned = true;
        if let Some(band) = track.band {
            remediated[place(band)].add(days(since, day));
        }
    }
}

fn days(from: Date, to: Date) -> u64 {
    from.until(to).map_or(0, |age| u64::try_from(age.get_days()).unwrap_or(0))
}

#[cfg(test)]
mod tests;
