//! How many threats were new and how many were closed, month by month or state by state.

use jiff::civil::Date;

use super::canvas::Canvas;

/// What came and went on a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Arrivals {
    /// The day.
    pub on: Date,
    /// Threats that are open and were not before.
    pub new: usize,
    /// Threats that were open before and are not any more.
    pub closed: usize,
}

const LEFT: f64 = 40.0;
const TOP: f64 = 26.0;
const SIZE: (f64, f64) = (520.0, 150.0);
/// Bars that a picture has room for; more days are put together by month, then by year.
const MOST: usize = 24;

/// The picture: new ones go up, closed ones down; none where nothing came or went in at least two days.
pub fn arrivals(days: &[Arrivals], prefix: &str) -> Option<String> {
    let bars = bars(days);
    let (up, down) = (most(&bars, |bar| bar.new), most(&bars, |bar| bar.closed));
    if bars.len() < 2 || up + down == 0 {
        return None;
    }
    let each = SIZE.1 / (up + down) as f64;
    let base = TOP + up as f64 * each;
    let slot = SIZE.0 / bars.len() as f64;
    let wide = (slot * 0.6).min(34.0);
    let mut canvas = Canvas::new();
    for (at, bar) in bars.iter().enumerate() {
        let x = LEFT + slot * (at as f64 + 0.5);
        let (above, below) = (bar.new as f64 * each, bar.closed as f64 * each);
        if bar.new > 0 {
            canvas.rect("came", (x - wide / 2.0, base - above), (wide, above));
            canvas.text("middle", (x, base - above - 4.0), &bar.new.to_string());
        }
        if bar.closed > 0 {
            canvas.rect("went", (x - wide / 2.0, base), (wide, below));
            canvas.text("middle", (x, base + below + 13.0), &bar.closed.to_string());
        }
    }
    canvas.line("axis", (LEFT, base), (LEFT + SIZE.0, base));
    canvas.text("", (LEFT + SIZE.0 + 8.0, base - 6.0), "new, full bars");
    canvas.text("", (LEFT + SIZE.0 + 8.0, base + 15.0), "closed, open bars");
    let bottom = TOP + SIZE.1 + 34.0;
    let every = bars.len().div_ceil(7);
    for (at, bar) in bars.iter().enumerate().step_by(every) {
        canvas.text("quiet middle", (LEFT + slot * (at as f64 + 0.5), bottom), &bar.name);
    }
    let said: Vec<String> = bars.iter().map(|bar| format!("{}: {} new, {} closed", bar.name, bar.new, bar.closed)).collect();
    let size = (LEFT + SIZE.0 + 126.0, bottom + 10.0);
    Some(canvas.finish(&format!("{prefix}-arrivals"), size, "New and closed threats over time", &format!("{}.", said.join("; "))))
}

struct Bar {
    name: String,
    new: usize,
    closed: usize,
}

fn most(bars: &[Bar], of: impl Fn(&Bar) -> usize) -> usize {
    bars.iter().map(of).max().unwrap_or(0)
}

/// Days by day, by month or by year, as many as there is room for; the last ones where that is not enough.
fn bars(days: &[Arrivals]) -> Vec<Bar> {
    let by_day = |on: Date| on.to_string();
    let by_month = |on: Date| format!("{:04}-{:02}", on.year(), on.month());
    let by_year = |on: Date| format!("{:04}", on.year());
    let mut bars = together(days, by_day);
    if bars.len() > MOST {
        bars = together(days, by_month);
    }
    if bars.len() > MOST {
        bars = together(days, by_year);
    }
    let first = bars.len().saturating_sub(MOST);
    bars.split_off(first)
}

fn together(days: &[Arrivals], name: impl Fn(Date) -> String) -> Vec<Bar> {
    let mut days = days.to_vec();
    days.sort_by_key(|day| day.on);
    let mut bars: Vec<Bar> = Vec::new();
    for day in days {
        let name = name(day.on);
        match bars.last_mut().filter(|bar| bar.name == name) {
            Some(bar) => (bar.new, bar.closed) = (bar.new + day.new, bar.closed + day.closed),
            None => bars.push(Bar { name, new: day.new, closed: day.closed }),
        }
    }
    bars
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    #[test]
    fn days_are_put_together_by_month_where_there_are_many() {
        let day = |at: i16| Arrivals {
            on: date(2026, 1 + i8::try_from(at / 28).unwrap(), 1 + i8::try_from(at % 28).unwrap()),
            new: 1,
            closed: 0,
        };
        let few: Vec<Arrivals> = (0..3).map(day).collect();
        let many: Vec<Arrivals> = (0..60).map(day).collect();
        assert_eq!(bars(&few).iter().map(|bar| bar.name.as_str()).collect::<Vec<_>>(), ["2026-01-01", "2026-01-02", "2026-01-03"]);
        assert_eq!(
            bars(&many).iter().map(|bar| (bar.name.as_str(), bar.new)).collect::<Vec<_>>(),
            [("2026-01", 28), ("2026-02", 28), ("2026-03", 4)]
        );
    }

    #[test]
    fn the_picture_says_in_words_what_came_and_went() {
        let days = [Arrivals { on: date(2026, 1, 1), new: 5, closed: 0 }, Arrivals { on: date(2026, 2, 1), new: 0, closed: 2 }];
        let picture = arrivals(&days, "h").unwrap();
        assert!(picture.contains("2026-01-01: 5 new, 0 closed; 2026-02-01: 0 new, 2 closed."), "{picture}");
        assert_eq!(arrivals(&days[..1], "h"), None);
        assert_eq!(arrivals(&[Arrivals { on: date(2026, 1, 1), new: 0, closed: 0 }; 2], "h"), None);
    }
}
