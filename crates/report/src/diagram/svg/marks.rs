//! Small signs for classes of data, drawn and not typed, so that no font has to have them.

use std::fmt::Write as _;

use crate::diagram::scene::Mark;

/// Draws a sign whose left end is at `x`, standing on `base`; ten pixels wide.
pub(super) fn draw(mark: Mark, x: f64, base: f64, out: &mut String) {
    let middle = base - 4.0;
    let d = match mark {
        Mark::Returned => format!(
            "M{:.1} {:.1}h6a2.2 2.2 0 0 0 0-4.4h-2M{:.1} {:.1}l-2.6-2.6M{:.1} {:.1}l-2.6 2.6",
            x,
            middle + 1.6,
            x + 2.6,
            middle + 4.2,
            x + 2.6,
            middle - 1.0
        ),
        Mark::Key => format!("M{:.1} {middle:.1}a2.4 2.4 0 1 0-4.8 0a2.4 2.4 0 1 0 4.8 0h4.6v2.2M{:.1} {middle:.1}v1.8", x + 5.0, x + 7.4),
        Mark::People => {
            format!("M{:.1} {:.1}a1.9 1.9 0 1 0 .01 0zM{:.1} {:.1}c0-4.6 7.6-4.6 7.6 0z", x + 5.0, middle - 4.4, x + 1.2, middle + 4.2)
        }
        Mark::Health => format!("M{:.1} {:.1}h3v3h3v3h-3v3h-3v-3h-3v-3h3z", x + 3.5, middle - 4.5),
        Mark::Money => format!("M{x:.1} {:.1}h10v6.6h-10zM{x:.1} {:.1}h10", middle - 3.3, middle - 1.0),
        Mark::Secret => format!("M{:.1} {:.1}l4.2 4.4l-4.2 4.4l-4.2-4.4z", x + 5.0, middle - 4.4),
    };
    let filled = if matches!(mark, Mark::Returned | Mark::Key | Mark::Money) { "" } else { " filled" };
    let _ = write!(out, r#"<path class="mark{filled}" d="{d}"/>"#);
}

/// What a sign stands for.
pub(super) fn words(mark: Mark) -> &'static str {
    match mark {
        Mark::Returned => "data that comes back",
        Mark::Key => "credentials or keys",
        Mark::People => "data about people",
        Mark::Health => "health data",
        Mark::Money => "payment or financial data",
        Mark::Secret => "other secret data",
    }
}
