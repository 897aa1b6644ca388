//! A history of twelve commits, worked out by hand.

use jiff::civil::date;

use super::*;

/// `T1 open critical`, with `due=`, `until=` and `identified=` as days of 2026.
fn threat(text: &str) -> Observed {
    let mut words = text.split(' ');
    let id = words.next().unwrap().to_owned();
    let status = words.next().unwrap();
    let status = Status::ALL.into_iter().find(|known| known.as_str() == status).unwrap();
    let band = words.next().and_then(|word| Band::ALL.iter().copied().find(|band| band.as_str() == word));
    let mut observed = Observed { id, status, band, identified: None, due: None, until: None };
    for (name, day) in words.filter_map(|word| word.split_once('=')) {
        let day = Some(format!("2026-{day}").parse().unwrap());
        match name {
            "due" => observed.due = day,
            "until" => observed.until = day,
            _ => observed.identified = day,
        }
    }
    observed
}

fn of(history: &[(Date, &[&str])]) -> Metrics {
    let threats: Vec<Vec<Observed>> = history.iter().map(|(_, texts)| texts.iter().map(|text| threat(text)).collect()).collect();
    let states: Vec<State<'_>> = history.iter().zip(&threats).map(|((day, _), threats)| State { day: *day, threats }).collect();
    metrics(&states)
}

fn twelve_commits() -> Metrics {
    of(&[
        (date(2026, 1, 1), &["T1 open critical due=02-01", "T2 question high"]),
        (date(2026, 1, 11), &["T1 open critical due=02-01", "T2 open high"]),
        (date(2026, 1, 21), &["T1 open critical due=02-01", "T2 open high", "T3 open medium identified=01-01"]),
        // T2 is remedied after 20 days.
        (date(2026, 1, 31), &["T1 open critical due=02-01", "T2 mitigated high", "T3 open medium identified=01-01"]),
        // T1 is overdue since four days.
        (date(2026, 2, 5), &["T1 open critical due=02-01", "T2 mitigated high", "T3 open medium identified=01-01"]),
        // T1 is remedied after 40 days; T3 is accepted, which remedies nothing.
        (date(2026, 2, 10), &["T1 mitigated critical", "T2 mitigated high", "T3 accepted medium until=04-01"]),
        // T2 is back.
        (date(2026, 2, 20), &["T1 mitigated critical", "T2 open high", "T3 accepted medium until=04-01"]),
        // T2 is gone, remedied after 10 days this time.
        (date(2026, 3, 2), &["T1 mitigated critical", "T3 accepted medium until=04-01"]),
        (date(2026, 3, 12), &["T1 mitigated critical", "T3 accepted medium until=04-01", "T4 open low", "T5 open high"]),
        // T4 never was a threat.
        (date(2026, 3, 22), &["T1 mitigated critical", "T3 accepted medium until=04-01", "T4 false-positive low", "T5 open high"]),
        // The acceptance of T3 has ended.
        (date(2026, 4, 11), &["T1 mitigated critical", "T3 accepted medium until=04-01", "T5 accepted high until=12-01"]),
        // T3 is remedied 120 days after it was found.
        (date(2026, 5, 1), &["T1 mitigated critical", "T3 mitigated medium", "T5 accepted high until=12-01"]),
    ])
}

#[test]
fn threats_are_counted_in_each_commit() {
    let metrics = twelve_commits();
    let open: Vec<[usize; 4]> = metrics.points.iter().map(|point| point.open).collect();
    let expected = [
        [1, 0, 0, 0],
        [1, 1, 0, 0],
        [1, 1, 1, 0],
        [1, 0, 1, 0],
        [1, 0, 1, 0],
        [0, 0, 0, 0],
        [0, 1, 0, 0],
        [0, 0, 0, 0],
        [0, 1, 0, 1],
        [0, 1, 0, 0],
        [0, 0, 1, 0],
        [0, 0, 0, 0],
    ];
    assert_eq!(open, expected);
    let column = |of: fn(&Point) -> usize| metrics.points.iter().map(of).collect::<Vec<_>>();
    assert_eq!(column(|point| point.new), [1, 1, 1, 0, 0, 0, 1, 0, 2, 0, 1, 0]);
    assert_eq!(column(|point| point.closed), [0, 0, 0, 1, 0, 2, 0, 1, 0, 1, 1, 1]);
    assert_eq!(column(|point| point.overdue), [0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0]);
    assert_eq!(column(|point| point.accepted), [0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1, 1]);
    assert_eq!(metrics.points[0].question_rate(), Some(0.5));
}

#[test]
fn the_time_to_remediate_is_counted_by_band() {
    let metrics = twelve_commits();
    let days = |count, sum, most| Days { count, sum, most };
    assert_eq!(metrics.remediated, [days(1, 40, 40), days(2, 30, 20), days(1, 120, 120), days(0, 0, 0)]);
    assert_eq!(metrics.remediated[1].mean(), Some(15.0));
    assert_eq!(metrics.remediated[3].mean(), None);
}

#[test]
fn an_acceptance_ages_from_the_commit_that_made_it() {
    assert_eq!(twelve_commits().acceptances, Days { count: 1, sum: 20, most: 20 });
}

#[test]
fn what_opens_and_closes_adds_up() {
    let metrics = twelve_commits();
    let mut open = 0;
    for point in &metrics.points {
        open = open + point.new - point.closed;
        assert_eq!(open, point.open_in_all());
    }
}

#[test]
fn no_history_gives_no_numbers() {
    assert_eq!(metrics(&[]), Metrics::default());
}
