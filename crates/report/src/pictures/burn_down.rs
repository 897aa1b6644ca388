//! Open high and critical threats over time.

use jiff::civil::Date;

use super::canvas::{Canvas, NOTE};

/// How many threats of the two bands were open on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Day {
    /// The day.
    pub on: Date,
    /// Open critical threats.
    pub critical: usize,
    /// Open high threats.
    pub high: usize,
}

const LEFT: f64 = 40.0;
const TOP: f64 = 14.0;
const SIZE: (f64, f64) = (520.0, 190.0);
const RIGHT: f64 = 110.0;

/// The picture, days from left to right in any order given; none without at least two different days.
pub fn burn_down(days: &[Day], prefix: &str) -> Option<String> {
    let mut days = days.to_vec();
    days.sort_by_key(|day| day.on);
    // The last statement about a day counts.
    days.reverse();
    days.dedup_by_key(|day| day.on);
    days.reverse();
    let (first, last) = (days.first()?, days.last()?);
    let span = days_between(first.on, last.on);
    if span < 1.0 {
        return None;
    }
    let most = days.iter().map(|day| day.critical.max(day.high)).max().unwrap_or(0).max(1);
    let step = most.div_ceil(4);
    let top = step * most.div_ceil(step);
    let x = |on: Date| LEFT + SIZE.0 * days_between(first.on, on) / span;
    let y = |count: usize| TOP + SIZE.1 * (1.0 - count as f64 / top as f64);
    let mut canvas = Canvas::new();
    for count in (0..=top).step_by(step) {
        canvas.line("rule", (LEFT, y(count)), (LEFT + SIZE.0, y(count)));
        canvas.text("quiet end", (LEFT - 6.0, y(count) + 4.0), &count.to_string());
    }
    canvas.line("axis", (LEFT, y(0)), (LEFT + SIZE.0, y(0)));
    let line = |count: fn(&Day) -> usize| {
        let mut d = format!("M{:.1} {:.1}", x(first.on), y(count(first)));
        // A count holds until somebody counts again.
        days.iter().skip(1).for_each(|day| d.push_str(&format!("H{:.1}V{:.1}", x(day.on), y(count(day)))));
        d
    };
    canvas.path("two", &line(|day| day.high));
    canvas.path("one", &line(|day| day.critical));
    let (mut critical, mut high) = (y(last.critical) + 4.0, y(last.high) + 4.0);
    if (critical - high).abs() < NOTE.line() {
        let middle = f64::midpoint(critical, high).clamp(TOP + NOTE.line(), TOP + SIZE.1 - NOTE.line());
        let up = if last.critical > last.high { -0.5 } else { 0.5 };
        (critical, high) = (middle + up * NOTE.line(), middle - up * NOTE.line());
    }
    let label = LEFT + SIZE.0 + 8.0;
    canvas.text("bold", (label, critical), &format!("{} critical, full line", last.critical));
    canvas.text("", (label, high), &format!("{} high, dashed", last.high));
    let base = y(0) + 18.0;
    canvas.text("quiet", (LEFT, base), &first.on.to_string());
    canvas.text("quiet end", (LEFT + SIZE.0, base), &last.on.to_string());
    let said = format!(
        "Open critical threats from {} on {} to {} on {}; open high threats from {} to {}.",
        first.critical, first.on, last.critical, last.on, first.high, last.high
    );
    let size = (LEFT + SIZE.0 + RIGHT + 16.0, base + 10.0);
    Some(canvas.finish(&format!("{prefix}-burn-down"), size, "Open high and critical threats over time", &said))
}

fn days_between(from: Date, to: Date) -> f64 {
    f64::from(from.until(to).map_or(0, |span| span.get_days()))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn a_single_day_is_no_line() {
        let day = Day { on: date(2026, 1, 1), critical: 3, high: 2 };
        assert_eq!(burn_down(&[], "b"), None);
        assert_eq!(burn_down(&[day, day], "b"), None);
    }

    #[test]
    fn a_count_holds_until_the_next_one_and_the_order_of_the_input_does_not_matter() {
        let days = [
            Day { on: date(2026, 1, 1), critical: 4, high: 4 },
            Day { on: date(2026, 1, 6), critical: 2, high: 4 },
            Day { on: date(2026, 1, 11), critical: 0, high: 1 },
        ];
        let picture = burn_down(&days, "b").unwrap();
        let mut turned = days;
        turned.reverse();
        assert_eq!(burn_down(&turned, "b").as_ref(), Some(&picture));
        assert!(picture.contains(r#"d="M40.0 14.0H300.0V109.0H560.0V204.0""#), "{picture}");
        assert!(picture.contains("from 4 on 2026-01-01 to 0 on 2026-01-11"));
    }

    #[test]
    fn labels_of_equal_counts_stand_apart() {
        let days = [Day { on: date(2026, 1, 1), critical: 1, high: 1 }, Day { on: date(2026, 2, 1), critical: 0, high: 0 }];
        let picture = burn_down(&days, "b").unwrap();
        let heights: Vec<f64> = ["critical, full line", "high, dashed"]
            .iter()
            .map(|words| {
                let before = picture.split(words).next().unwrap();
                before.rsplit(" y=\"").next().unwrap().split('"').next().unwrap().parse().unwrap()
            })
            .collect();
        assert!((heights[0] - heights[1]).abs() >= NOTE.line() - 1.0, "{heights:?}");
    }
}
