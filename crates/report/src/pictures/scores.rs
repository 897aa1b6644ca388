//! CVSS scores on their scale from 0 to 10, one row a vector.

use redan_engine::score::cvss::Score;
use redan_engine::score::cvss_band;

use super::canvas::{Canvas, NAME, fitted};

const LEFT: f64 = 20.0;
const WIDTH: f64 = 600.0;
const TOP: f64 = 34.0;
const ROW: f64 = 66.0;
const BAR: f64 = 22.0;
/// Where each band of CVSS begins, with its word, and where the last one ends.
const BANDS: [(f64, &str); 4] = [(0.0, "low"), (4.0, "medium"), (7.0, "high"), (9.0, "critical")];
const MOST: f64 = 10.0;

/// The picture: a full mark for the score, an empty one for the base score where that is another.
pub fn scores(vectors: &[(&str, &Score)]) -> String {
    let mut canvas = Canvas::new();
    canvas.text("quiet", (LEFT, 20.0), "from 0 to 10; an empty mark is the score by the base metrics alone");
    let words: Vec<String> = vectors.iter().enumerate().map(|(at, (text, score))| row(&mut canvas, at, text, score)).collect();
    let size = (LEFT * 2.0 + WIDTH, TOP + ROW * vectors.len() as f64 + 8.0);
    canvas.finish("cvss", size, "CVSS scores", &words.join("; "))
}

fn row(canvas: &mut Canvas, at: usize, text: &str, score: &Score) -> String {
    let top = TOP + ROW * at as f64;
    let value = score.value();
    let told = format!("{value:.1} {}", cvss_band(value).as_str());
    canvas.text("name", (LEFT, top + 12.0), &fitted(text, NAME, WIDTH - NAME.width(&told) - 16.0));
    canvas.text("name end", (LEFT + WIDTH, top + 12.0), &told);
    let x = |score: f64| LEFT + score / MOST * WIDTH;
    for (place, (from, word)) in BANDS.iter().enumerate() {
        let to = BANDS.get(place + 1).map_or(MOST, |(next, _)| *next);
        canvas.rect(word, (x(*from), top + 20.0), (x(to) - x(*from), BAR));
        canvas.text("small", (x(*from) + 4.0, top + 54.0), &format!("{word} from {from:.1}"));
    }
    let mark = |canvas: &mut Canvas, class: &str, score: f64| canvas.rect(class, (x(score) - 5.0, top + 26.0), (10.0, 10.0));
    if (score.base - value).abs() > 0.05 {
        mark(canvas, "ring", score.base);
    }
    mark(canvas, "dot", value);
    format!("{text}: {told}")
}

#[cfg(test)]
mod tests {
    use redan_engine::score::cvss;
    use redan_model::lang::cvss::Vector;

    use super::*;

    #[test]
    fn a_base_score_that_is_another_has_a_mark_of_its_own() {
        let picture = |text: &str| {
            let vector = Vector::parse(text).expect("it is a vector");
            scores(&[(text, &cvss::score(&vector).expect("it has a score"))])
        };
        let base = "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H";
        assert!(picture(base).contains("9.8 critical") && !picture(base).contains("class=\"ring\""));
        let lower = picture(&format!("{base}/MAV:L"));
        assert!(lower.contains("8.4 high") && lower.contains("class=\"ring\" x=\"603.0\""), "{lower}");
    }
}
