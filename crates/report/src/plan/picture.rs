//! The front as a picture: what each number of days buys.

use redan_engine::plan::{Plan, Point};

use super::{amount, days};
use crate::diagram::svg::escaped;
use crate::diagram::svg::style::theme;

const WIDTH: f64 = 760.0;
const HEIGHT: f64 = 420.0;
const LEFT: f64 = 70.0;
const RIGHT: f64 = 24.0;
const TOP: f64 = 76.0;
const BOTTOM: f64 = 64.0;
/// Labels of neighbouring points closer than this would overlap.
const APART: f64 = 58.0;

const RULES: &str = ".redan-plan{font-family:Helvetica,Arial,'Liberation Sans',sans-serif;max-width:100%;height:auto}\
    .redan-plan .page{fill:var(--dfd-page)}\
    .redan-plan text{fill:var(--dfd-text);font-size:12px}\
    .redan-plan .head{font-size:15px;font-weight:700}\
    .redan-plan .small{font-size:11px;fill:var(--dfd-muted)}\
    .redan-plan .grid{stroke:var(--dfd-muted);stroke-opacity:.25;fill:none}\
    .redan-plan .axis{stroke:var(--dfd-line);fill:none}\
    .redan-plan .front{stroke:var(--dfd-process-line);stroke-width:2;fill:none}\
    .redan-plan .point{fill:var(--dfd-page);stroke:var(--dfd-process-line);stroke-width:2}\
    .redan-plan .chosen{fill:var(--dfd-boundary);stroke:var(--dfd-boundary)}";

/// The picture; `name` is that of the system.
pub fn svg(name: &str, plan: &Plan) -> String {
    let scale = Scale::of(plan);
    let mut out = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"redan-plan\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" width=\"{WIDTH}\" height=\"{HEIGHT}\" \
         role=\"img\" aria-labelledby=\"plan-title plan-desc\"><title id=\"plan-title\">{}: work and the risk that is left</title>\
         <desc id=\"plan-desc\">{}</desc><style>{}{RULES}</style>\
         <rect class=\"page\" width=\"{WIDTH}\" height=\"{HEIGHT}\"/><text class=\"head\" x=\"{LEFT}\" y=\"26\">What work buys: {}</text>",
        escaped(name),
        escaped(&described(plan)),
        theme("redan-plan"),
        escaped(&shortened(name)),
    );
    out.push_str(&format!("<text class=\"small\" x=\"{LEFT}\" y=\"43\">{}</text>", escaped(&subtitle(plan))));
    axes(&scale, &mut out);
    steps(&scale, plan, &mut out);
    let mut last = f64::NEG_INFINITY;
    for point in &plan.front {
        let chosen = is_plan(plan, point);
        let (x, y) = (scale.x(point.cost), scale.y(point.left));
        let class = if chosen { "point chosen" } else { "point" };
        let what =
            format!("{}: risk {} is left{}", days(point.cost), amount(point.left), if point.proven { "" } else { " (not proven least)" });
        out.push_str(&format!("<circle class=\"{class}\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"5\"><title>{}</title></circle>", escaped(&what)));
        if chosen || x - last >= APART {
            let anchor = if x > WIDTH - RIGHT - 40.0 { "end" } else { "start" };
            let label = if chosen { format!("this plan: {}", amount(point.left)) } else { amount(point.left) };
            out.push_str(&format!(
                "<text class=\"small\" x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"{anchor}\">{label}</text>",
                x + 4.0,
                // The line comes from above, so the label that matters stands below it.
                if chosen { y + 20.0 } else { y - 9.0 }
            ));
            last = x + if chosen { 40.0 } else { 0.0 };
        }
    }
    out.push_str("</svg>\n");
    out
}

/// Every point in words, for who cannot see them.
fn described(plan: &Plan) -> String {
    let said: Vec<String> = plan.front.iter().map(|point| format!("{} with {}", amount(point.left), days(point.cost))).collect();
    format!("Risk that is left: {}.", said.join(", "))
}

fn subtitle(plan: &Plan) -> String {
    format!("each point is the least risk that its days of work can leave; {} with nothing done", amount(plan.before))
}

fn is_plan(plan: &Plan, point: &Point) -> bool {
    point.cost == plan.hours && (point.left - plan.after).abs() < 1e-6
}

fn shortened(name: &str) -> String {
    const MOST: usize = 60;
    if name.chars().count() > MOST { name.chars().take(MOST - 1).chain(['…']).collect() } else { name.to_owned() }
}

struct Scale {
    hours: f64,
    risk: f64,
}

impl Scale {
    fn of(plan: &Plan) -> Self {
        let hours = plan.front.iter().map(|point| point.cost).max().unwrap_or(0).max(8);
        Self { hours: hours as f64, risk: plan.before.max(1.0) }
    }

    fn x(&self, hours: u64) -> f64 {
        LEFT + hours as f64 / self.hours * (WIDTH - LEFT - RIGHT)
    }

    fn y(&self, risk: f64) -> f64 {
        HEIGHT - BOTTOM - risk / self.risk * (HEIGHT - TOP - BOTTOM)
    }
}

/// Round steps of an axis, at most about six.
pub(crate) fn ticks(most: f64) -> Vec<f64> {
    let rough = most / 6.0;
    let power = 10_f64.powf(rough.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0].into_iter().map(|factor| factor * power).find(|step| *step >= rough).unwrap_or(rough).max(1.0);
    (0..=(most / step) as usize).map(|at| at as f64 * step).collect()
}

fn axes(scale: &Scale, out: &mut String) {
    let (bottom, right) = (HEIGHT - BOTTOM, WIDTH - RIGHT);
    for risk in ticks(scale.risk) {
        let y = scale.y(risk);
        out.push_str(&format!("<path class=\"grid\" d=\"M{LEFT} {y:.1}H{right}\"/>"));
        out.push_str(&format!(
            "<text class=\"small\" x=\"{}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
            LEFT - 8.0,
            y + 4.0,
            amount(risk)
        ));
    }
    for day in ticks(scale.hours / 8.0) {
        let x = LEFT + day * 8.0 / scale.hours * (WIDTH - LEFT - RIGHT);
        out.push_str(&format!("<path class=\"axis\" d=\"M{x:.1} {bottom}v5\"/>"));
        out.push_str(&format!("<text class=\"small\" x=\"{x:.1}\" y=\"{}\" text-anchor=\"middle\">{}</text>", bottom + 20.0, amount(day)));
    }
    out.push_str(&format!("<path class=\"axis\" d=\"M{LEFT} {TOP}V{bottom}H{right}\"/>"));
    out.push_str(&format!("<text x=\"{}\" y=\"{}\" text-anchor=\"middle\">days of work</text>", f64::midpoint(LEFT, right), HEIGHT - 20.0));
    let middle = f64::midpoint(TOP, bottom);
    out.push_str(&format!("<text transform=\"translate(20 {middle}) rotate(-90)\" text-anchor=\"middle\">risk that is left</text>"));
}

/// Work between two points buys nothing until the next point is reached.
fn steps(scale: &Scale, plan: &Plan, out: &mut String) {
    let mut path = String::new();
    for point in &plan.front {
        let (x, y) = (scale.x(point.cost), scale.y(point.left));
        path.push_str(&if path.is_empty() { format!("M{x:.1} {y:.1}") } else { format!("H{x:.1}V{y:.1}") });
    }
    if !path.is_empty() {
        out.push_str(&format!("<path class=\"front\" d=\"{path}H{:.1}\"/>", WIDTH - RIGHT));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_few_and_round() {
        assert_eq!(ticks(15.0), [0.0, 5.0, 10.0, 15.0]);
        assert_eq!(ticks(1234.0), [0.0, 500.0, 1000.0]);
        assert_eq!(ticks(1.0), [0.0, 1.0]);
    }
}
