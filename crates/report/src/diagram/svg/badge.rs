//! The number of open threats on something. How bad the worst is shows in the colour, in the shape and in the words, so
//! that it can be read on paper and by those who see colours differently.

use std::fmt::Write as _;

use redan_model::lang::Band;

use crate::diagram::scene::Badge;

/// Half the size of a badge.
const HALF: f64 = 9.0;

/// Draws a badge around a place.
pub(super) fn at_corner(badge: Option<&Badge>, x: f64, y: f64, out: &mut String) {
    let Some(badge) = badge else { return };
    let count = if badge.count > 99 { "99+".to_owned() } else { badge.count.to_string() };
    draw(badge.band, x, y, &count, out);
}

/// Draws the sign of a band with a text in it.
pub(super) fn draw(band: Option<Band>, x: f64, y: f64, text: &str, out: &mut String) {
    let _ = write!(out, r#"<g class="badge {}">"#, class(band));
    let drop = if band == Some(Band::High) { 4.6 } else { 3.3 };
    let _ = match band {
        Some(Band::Low) => write!(out, r#"<circle cx="{x:.1}" cy="{y:.1}" r="{:.1}"/>"#, HALF - 0.5),
        Some(Band::Medium) => polygon(x, y, &[(0.0, -10.5), (10.5, 0.0), (0.0, 10.5), (-10.5, 0.0)], out),
        Some(Band::High) => polygon(x, y, &[(0.0, -11.5), (11.5, 8.5), (-11.5, 8.5)], out),
        Some(Band::Critical) => {
            let (long, short) = (9.5, 4.0);
            let corners = [
                (-short, -long),
                (short, -long),
                (long, -short),
                (long, short),
                (short, long),
                (-short, long),
                (-long, short),
                (-long, -short),
            ];
            polygon(x, y, &corners, out)
        }
        None => {
            write!(out, r#"<rect x="{:.1}" y="{:.1}" width="{:.1}" height="{:.1}" rx="3"/>"#, x - HALF, y - HALF, 2.0 * HALF, 2.0 * HALF)
        }
    };
    let _ = write!(out, r#"<text x="{x:.1}" y="{:.1}">{text}</text></g>"#, y + drop);
}

fn polygon(x: f64, y: f64, corners: &[(f64, f64)], out: &mut String) -> std::fmt::Result {
    let points: Vec<String> = corners.iter().map(|(dx, dy)| format!("{:.1},{:.1}", x + dx, y + dy)).collect();
    write!(out, r#"<polygon points="{}"/>"#, points.join(" "))
}

fn class(band: Option<Band>) -> &'static str {
    match band {
        Some(Band::Low) => "low",
        Some(Band::Medium) => "medium",
        Some(Band::High) => "high",
        Some(Band::Critical) => "critical",
        None => "unrated",
    }
}

/// A badge in words.
pub(super) fn words(badge: &Badge) -> String {
    let count = if badge.count == 1 { "1 open threat".to_owned() } else { format!("{} open threats", badge.count) };
    let more = badge.count.saturating_sub(badge.titles.len());
    let more = if more > 0 { format!(", {more} more") } else { String::new() };
    format!("{count}: {}{more}", badge.titles.join(", "))
}
