//! How arrows run where a drawing is made of a picture: fixed at both ends, with the label where the picture has it.

use std::fmt::Write as _;

use crate::export::Course;
use crate::zones::Area;

/// The height of a name below a figure.
const NAME: f64 = 20.0;

/// Where the figure of a person is drawn: narrower than its place, with room for the name below.
pub(super) fn figure(area: Area) -> Area {
    let (width, height) = (area.right - area.left, (area.bottom - area.top - NAME).max(NAME));
    let narrow = (height * 0.6).min(width);
    Area::new(area.left + (width - narrow) / 2.0, area.top, narrow, height)
}

/// The ends of an arrow, as properties of its style.
pub(super) fn ends(course: &Course, from: Area, to: Area) -> String {
    let ends = [("exit", from, course.points.first()), ("entry", to, course.points.last())];
    let mut out = String::new();
    for (word, area, point) in ends {
        let Some((x, y)) = point else { continue };
        let share = |at: f64, low: f64, high: f64| (at - low) / (high - low).max(1.0);
        let (x, y) = (share(*x, area.left, area.right), share(*y, area.top, area.bottom));
        // Arrows at the sides of a figure go on to it, those below begin under its name.
        let x = if (0.0..=1.0).contains(&y) { x.clamp(0.0, 1.0) } else { x };
        let _ = write!(out, "{word}X={x:.3};{word}Y={y:.3};{word}Perimeter=0;");
    }
    out
}

/// What is inside the geometry of an arrow: its bends, and how far its label is from half its length.
pub(super) fn bends(course: &Course) -> String {
    let inner = course.points.get(1..course.points.len().saturating_sub(1)).unwrap_or_default();
    let mut out = String::from("<Array as=\"points\">");
    for (x, y) in inner {
        let _ = write!(out, "<mxPoint x=\"{x:.1}\" y=\"{y:.1}\"/>");
    }
    out.push_str("</Array>");
    if let (Some(label), Some(half)) = (course.label, halfway(&course.points)) {
        let _ = write!(out, "<mxPoint x=\"{:.1}\" y=\"{:.1}\" as=\"offset\"/>", label.0 - half.0, label.1 - half.1);
    }
    out
}

/// The point at half the length of a chain of straight pieces.
fn halfway(points: &[(f64, f64)]) -> Option<(f64, f64)> {
    let length = |p: &[(f64, f64)]| (p[1].0 - p[0].0).hypot(p[1].1 - p[0].1);
    let mut left = points.windows(2).map(length).sum::<f64>() / 2.0;
    for pair in points.windows(2) {
        let piece = length(pair);
        if piece > 0.0 && left <= piece {
            let share = left / piece;
            return Some((pair[0].0 + (pair[1].0 - pair[0].0) * share, pair[0].1 + (pair[1].1 - pair[0].1) * share));
        }
        left -= piece;
    }
    points.last().copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_is_moved_from_half_the_length_of_its_arrow() {
        let course = Course { points: vec![(0.0, 0.0), (10.0, 0.0), (10.0, 30.0)], label: Some((30.0, 12.0)) };
        assert_eq!(halfway(&course.points), Some((10.0, 10.0)));
        assert!(bends(&course).ends_with("<mxPoint x=\"20.0\" y=\"2.0\" as=\"offset\"/>"), "{}", bends(&course));
    }

    #[test]
    fn an_arrow_goes_on_to_the_figure_of_a_person() {
        let place = Area::new(0.0, 0.0, 100.0, 70.0);
        let drawn = figure(place);
        assert_eq!((drawn.left, drawn.right, drawn.bottom), (35.0, 65.0, 50.0));
        let course = Course { points: vec![(100.0, 25.0), (200.0, 25.0)], label: None };
        assert!(ends(&course, drawn, Area::new(200.0, 0.0, 50.0, 50.0)).starts_with("exitX=1.000;exitY=0.500;"));
    }
}
