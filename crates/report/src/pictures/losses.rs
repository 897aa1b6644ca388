//! The loss exceedance curve: with which probability a year costs more than so much, today and after the plan.

use redan_engine::score::fair::{Fair, Loss, money};

use super::canvas::{Canvas, NOTE};

const LEFT: f64 = 56.0;
const TOP: f64 = 14.0;
const SIZE: (f64, f64) = (520.0, 180.0);
const RIGHT: f64 = 40.0;

/// The picture; none where every year costs the same.
pub fn loss_curve(found: &Fair, title: &str, prefix: &str) -> Option<String> {
    let curves: Vec<&Loss> = std::iter::once(&found.before).chain(&found.after).collect();
    let scale = Scale::of(&curves)?;
    let mut canvas = Canvas::new();
    axes(&scale, found.currency.as_deref(), &mut canvas);
    let names = ["today, full line", "after the plan, dashed"];
    for (at, curve) in curves.iter().enumerate().rev() {
        canvas.path(if at == 0 { "one" } else { "two" }, &course(&scale, curve));
    }
    for (at, name) in names.iter().take(curves.len()).enumerate() {
        let y = TOP + 12.0 + at as f64 * (NOTE.line() + 3.0);
        let x = LEFT + SIZE.0 - 150.0;
        canvas.line(if at == 0 { "one" } else { "two" }, (x, y - 4.0), (x + 28.0, y - 4.0));
        canvas.text("halo", (x + 34.0, y), name);
    }
    let said: Vec<String> = names.iter().zip(&curves).map(|(name, curve)| in_words(name, curve, found.currency.as_deref())).collect();
    let size = (LEFT + SIZE.0 + RIGHT, TOP + SIZE.1 + 44.0);
    Some(canvas.finish(&format!("{prefix}-curve"), size, title, &said.join(" ")))
}

fn in_words(name: &str, curve: &Loss, currency: Option<&str>) -> String {
    let name = name.split(',').next().unwrap_or(name);
    let points = curve.exceedance.iter().map(|(p, loss)| format!("{:.0} % above {}", p * 100.0, money(*loss, currency)));
    format!("{name}: {}.", points.collect::<Vec<_>>().join(", "))
}

/// Losses go to the right by powers of ten, since the worst years cost many times the usual ones.
struct Scale {
    low: f64,
    high: f64,
}

impl Scale {
    fn of(curves: &[&Loss]) -> Option<Self> {
        let losses = || curves.iter().flat_map(|curve| &curve.exceedance).map(|(_, loss)| *loss).filter(|loss| *loss > 0.0);
        let (least, most) = (losses().fold(f64::INFINITY, f64::min), losses().fold(0.0, f64::max));
        // Below a thousandth of the most, nobody can tell a loss from none.
        let least = least.max(most / 1_000.0);
        (most > least).then(|| Self { low: least.log10().floor(), high: most.log10().ceil() })
    }

    fn x(&self, loss: f64) -> f64 {
        let at = (loss.max(1e-9).log10() - self.low) / (self.high - self.low).max(1.0);
        LEFT + SIZE.0 * at.clamp(0.0, 1.0)
    }
}

fn y(probability: f64) -> f64 {
    TOP + SIZE.1 * (1.0 - probability)
}

fn axes(scale: &Scale, currency: Option<&str>, canvas: &mut Canvas) {
    for percent in [0, 25, 50, 75, 100] {
        let at = y(f64::from(percent) / 100.0);
        canvas.line("rule", (LEFT, at), (LEFT + SIZE.0, at));
        canvas.text("quiet end", (LEFT - 6.0, at + 4.0), &format!("{percent} %"));
    }
    let bottom = TOP + SIZE.1;
    let mut power = scale.low;
    while power <= scale.high {
        let x = scale.x(10_f64.powf(power));
        canvas.line("rule", (x, TOP), (x, bottom));
        canvas.text("quiet middle", (x, bottom + 17.0), &money(10_f64.powf(power), None));
        power += 1.0;
    }
    canvas.line("axis", (LEFT, bottom), (LEFT + SIZE.0, bottom));
    let unit = currency.map_or(String::new(), |currency| format!(" in {currency}"));
    canvas.text("middle", (LEFT + SIZE.0 / 2.0, bottom + 36.0), &format!("a year costs more than this{unit}"));
    canvas.upward("middle", (12.0, TOP + SIZE.1 / 2.0), "probability");
}

fn course(scale: &Scale, curve: &Loss) -> String {
    let mut d = String::new();
    for (probability, loss) in &curve.exceedance {
        d.push_str(&format!("{}{:.1} {:.1}", if d.is_empty() { "M" } else { "L" }, scale.x(*loss), y(*probability)));
    }
    d
}

#[cfg(test)]
mod tests {
    use super::*;

    fn loss(exceedance: &[(f64, f64)]) -> Loss {
        Loss { ale: 1.0, mean: 1.0, standard_error: 0.0, p90: 1.0, p95: 1.0, exceedance: exceedance.to_vec() }
    }

    #[test]
    fn both_curves_are_drawn_and_told() {
        let before = loss(&[(0.99, 100.0), (0.5, 1_000.0), (0.01, 100_000.0)]);
        let after = Some(loss(&[(0.99, 10_000.0), (0.5, 20_000.0), (0.01, 30_000.0)]));
        let found = Fair { before, after, currency: Some("EUR".to_owned()), samples: 10, seed: 1 };
        let picture = loss_curve(&found, "Loss <b>", "l").unwrap();
        assert!(picture.contains("today: 99 % above 100 EUR, 50 % above 1,000 EUR, 1 % above 100,000 EUR."), "{picture}");
        assert!(picture.contains("after the plan: 99 % above 10,000 EUR") && picture.contains("Loss &lt;b&gt;"));
        assert_eq!(picture.matches(r#"class="two""#).count(), 2);
    }

    #[test]
    fn a_loss_that_is_always_the_same_is_no_curve() {
        let found = Fair { before: loss(&[(0.9, 5.0), (0.1, 5.0)]), after: None, currency: None, samples: 10, seed: 1 };
        assert_eq!(loss_curve(&found, "Loss", "l"), None);
        let none = Fair { before: loss(&[(0.9, 0.0), (0.1, 0.0)]), after: None, currency: None, samples: 10, seed: 1 };
        assert_eq!(loss_curve(&none, "Loss", "l"), None);
    }
}
