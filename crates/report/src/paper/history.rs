//! Numbers over the history of a model: open and closed, how fast, how much of it is proven.

use redan_engine::metrics::{Days, share};

use super::numbers::picture;
use super::{Block, heading, table, text, words};
use crate::document::plural;
use crate::history::{History, Past};
use crate::pictures::{Arrivals, Day, arrivals, burn_down};

/// States in the table.
const STATES: usize = 10;
/// The bands, in the order of the numbers.
const BANDS: [&str; 4] = ["Critical", "High", "Medium", "Low"];

/// Pictures and tables of the history.
pub(crate) fn blocks(history: &History) -> Vec<Block> {
    let mut out = vec![heading("Over time"), text(span(history))];
    out.extend(pictures(history));
    out.push(table(&STATE, shown(history), ""));
    out.push(table(&[("Band", 2), ("Remediated", 2), ("Days on average", 2), ("Longest", 2)], remediated(history), ""));
    out.push(text(rates(history)));
    out
}

/// The picture of open high and critical threats, for who has two pages.
pub(super) fn brief(history: &History) -> Vec<Block> {
    let mut out = vec![heading("Over time")];
    out.extend(open(history));
    out.push(text(rates(history)));
    out
}

const STATE: [(&str, u8); 10] = [
    ("Day", 3),
    ("Critical", 2),
    ("High", 2),
    ("Medium", 2),
    ("Low", 2),
    ("To answer", 2),
    ("Accepted", 2),
    ("New", 2),
    ("Closed", 2),
    ("Overdue", 2),
];

fn span(history: &History) -> String {
    let (Some(first), Some(last)) = (history.points.first(), history.points.last()) else {
        return "Nothing is known of the time before.".to_owned();
    };
    let (first, last) = (first.on, last.on);
    let mut said = match history.points.len() {
        1 => format!("Only the state of {last} is known."),
        some => format!("{} of the model, from {first} to {last}, judged by the rules of today.", plural(some, "state", "states")),
    };
    if history.is_cut_off {
        said.push_str(" Older ones are not looked at: threats may have been open for longer.");
    }
    if history.unreadable > 0 {
        let left_out = plural(history.unreadable, "state is", "states are");
        said.push_str(&format!(" {left_out} left out, since the model is missing there or has errors."));
    }
    said
}

fn pictures(history: &History) -> Vec<Block> {
    let mut out: Vec<Block> = open(history).into_iter().collect();
    let all: Vec<Arrivals> =
        history.points.iter().map(|past| Arrivals { on: past.on, new: past.point.new, closed: past.point.closed }).collect();
    let title = "Threats that were new, and those that were closed";
    out.extend(arrivals(&all, "history").map(|svg| Block::Picture(picture(title, svg))));
    out
}

fn open(history: &History) -> Option<Block> {
    let day = |past: &Past| Day { on: past.on, critical: past.point.open[0], high: past.point.open[1] };
    let days: Vec<Day> = history.points.iter().map(day).collect();
    let title = "Open critical and high threats over time";
    burn_down(&days, "history").map(|svg| Block::Picture(picture(title, svg)))
}

/// The last states, newest first.
fn shown(history: &History) -> Vec<Vec<Vec<super::Run>>> {
    let row = |Past { on, point, .. }: &Past| {
        let counts = [point.questions, point.accepted, point.new, point.closed, point.overdue];
        let numbers = point.open.iter().chain(&counts).map(|count| words(count.to_string()));
        std::iter::once(words(on.to_string())).chain(numbers).collect()
    };
    history.points.iter().rev().take(STATES).map(row).collect()
}

fn remediated(history: &History) -> Vec<Vec<Vec<super::Run>>> {
    let row = |(band, days): (&&'static str, &Days)| {
        let none = || "\u{2013}".to_owned();
        let longest = if days.count > 0 { days.most.to_string() } else { none() };
        let mean = days.mean().map_or_else(none, |mean| format!("{mean:.1}"));
        vec![words(*band), words(days.count.to_string()), words(mean), words(longest)]
    };
    BANDS.iter().zip(&history.remediated).map(row).collect()
}

fn rates(history: &History) -> String {
    let percent = |rate: Option<f64>| rate.map_or_else(|| "none".to_owned(), |rate| format!("{:.0} %", rate * 100.0));
    let mut said = match history.verification {
        Some((there, proven)) => {
            let rate = percent(share(proven, there));
            format!(
                "Verified: evidence proves {proven} of {} ({rate}).",
                plural(there, "implemented mitigation", "implemented mitigations")
            )
        }
        None => "Verified: unknown, no evidence is kept.".to_owned(),
    };
    if let Some(Past { point: last, .. }) = history.points.last() {
        said.push_str(&format!(" Overdue today: {}.", plural(last.overdue, "threat", "threats")));
        said.push_str(&format!(" Waiting for an answer: {} of all threats.", percent(last.question_rate())));
    }
    if let Some(mean) = history.acceptances.mean() {
        let ages = &history.acceptances;
        said.push_str(&format!(" Accepted risks: {}, {mean:.0} days old on average, the oldest {}.", ages.count, ages.most));
    }
    said
}
