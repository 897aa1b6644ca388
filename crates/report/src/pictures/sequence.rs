//! A chain of flows as a sequence: who asks whom, in which order, and what comes back.
//!
//! A model does not say in which order its flows happen. The picture follows them: from who is not asked by anybody,
//! along each flow into what its target asks, in the order of the model, and back.

use redan_model::lang::ElementKind;
use redan_model::{AssetIx, ElementIx, FlowIx, Thing};

use super::canvas::{Canvas, NAME, NOTE};
use crate::Input;
use crate::diagram::text::wrap;

/// Between two life lines.
const LANE: f64 = 176.0;
const HEAD: (f64, f64) = (136.0, 38.0);
const TOP: f64 = 8.0;
/// A page holds no more; larger chains have no picture.
const MOST_LANES: usize = 9;
const MOST_FLOWS: usize = 24;

struct Step {
    from: usize,
    to: usize,
    back: bool,
    text: String,
    lines: Vec<String>,
}

/// The picture as SVG and as Mermaid text.
pub(super) fn draw(input: &Input<'_>, flows: &[FlowIx], prefix: &str) -> Option<(String, String)> {
    if flows.is_empty() || flows.len() > MOST_FLOWS {
        return None;
    }
    let mut walk = Walk { input, flows, done: vec![false; flows.len()], lanes: Vec::new(), steps: Vec::new() };
    walk.all();
    if walk.lanes.len() > MOST_LANES || walk.lanes.len() < 2 {
        return None;
    }
    Some((svg(input, &walk.lanes, &walk.steps, prefix), mermaid(input, &walk.lanes, &walk.steps)))
}

struct Walk<'a> {
    input: &'a Input<'a>,
    flows: &'a [FlowIx],
    done: Vec<bool>,
    lanes: Vec<ElementIx>,
    steps: Vec<Step>,
}

impl Walk<'_> {
    /// People and foreign systems start; then whoever is not asked; then the rest in the order of the model.
    fn all(&mut self) {
        let model = self.input.model;
        let asked = |e: ElementIx| self.flows.iter().any(|f| model[*f].target == e);
        let mut starts: Vec<(u8, usize)> = (0..self.flows.len())
            .map(|ix| {
                let source = model[self.flows[ix]].source;
                let outside = matches!(model[source].kind, ElementKind::Actor | ElementKind::External);
                (if outside { 0 } else { 1 + u8::from(asked(source)) }, ix)
            })
            .collect();
        starts.sort_unstable();
        for (_, ix) in starts {
            self.flow(ix);
        }
    }

    fn lane(&mut self, element: ElementIx) -> usize {
        self.lanes.iter().position(|known| *known == element).unwrap_or_else(|| {
            self.lanes.push(element);
            self.lanes.len() - 1
        })
    }

    /// Each flow is drawn once, so this goes no deeper than there are flows.
    fn flow(&mut self, ix: usize) {
        if std::mem::replace(&mut self.done[ix], true) {
            return;
        }
        let model = self.input.model;
        let flow = &model[self.flows[ix]];
        let (from, to) = (self.lane(flow.source), self.lane(flow.target));
        let names = |list: &[AssetIx]| list.iter().map(|a| model.name_of(Thing::Asset(*a))).collect::<Vec<_>>().join(", ");
        let label = model.name_of(Thing::Flow(self.flows[ix]));
        let said = if flow.carries.is_empty() { label.to_owned() } else { format!("{label}: {}", names(&flow.carries)) };
        self.step(from, to, false, &said);
        for next in 0..self.flows.len() {
            if model[self.flows[next]].source == flow.target {
                self.flow(next);
            }
        }
        if !flow.returns.is_empty() {
            self.step(to, from, true, &names(&flow.returns));
        }
    }

    fn step(&mut self, from: usize, to: usize, back: bool, text: &str) {
        let number = self.steps.len() + 1;
        let lanes = from.abs_diff(to).max(1) as f64;
        let lines = wrap(&format!("{number}. {text}"), NOTE, (lanes * LANE - 26.0).min(2.0 * LANE), 3);
        self.steps.push(Step { from, to, back, text: text.to_owned(), lines });
    }
}

fn svg(input: &Input<'_>, lanes: &[ElementIx], steps: &[Step], prefix: &str) -> String {
    let mut canvas = Canvas::new();
    let middle = |lane: usize| HEAD.0 / 2.0 + 8.0 + lane as f64 * LANE;
    let start = TOP + HEAD.1;
    let height: f64 = steps.iter().map(|s| s.lines.len() as f64 * NOTE.line() + 16.0).sum::<f64>() + 24.0;
    for lane in 0..lanes.len() {
        canvas.line("life", (middle(lane), start), (middle(lane), start + height));
    }
    for (lane, element) in lanes.iter().enumerate() {
        canvas.rect("head", (middle(lane) - HEAD.0 / 2.0, TOP), HEAD);
        let lines = wrap(input.model.name_of(Thing::Element(*element)), NAME, HEAD.0 - 10.0, 2);
        let first = TOP + HEAD.1 / 2.0 + 4.0 - (lines.len() - 1) as f64 * NAME.line() / 2.0;
        for (ix, line) in lines.iter().enumerate() {
            canvas.text("name middle", (middle(lane), first + ix as f64 * NAME.line()), line);
        }
    }
    let mut y = start + 8.0;
    for step in steps {
        y = arrow(&mut canvas, step, middle(step.from), middle(step.to), y);
    }
    // A flow of an element to itself needs room at its right.
    let width = middle(lanes.len() - 1) + HEAD.0 / 2.0 + 8.0 + if steps.iter().any(|s| s.from == s.to) { LANE / 2.0 } else { 0.0 };
    let said: Vec<String> = steps.iter().map(|s| said(input, lanes, s)).collect();
    canvas.finish(&format!("{prefix}-sequence"), (width, start + height + 8.0), "Flows as a sequence", &said.join(" "))
}

/// Draws a step below `y`; gives where the next one starts.
fn arrow(canvas: &mut Canvas, step: &Step, from: f64, to: f64, y: f64) -> f64 {
    let class = if step.back { "back" } else { "send" };
    let line = y + step.lines.len() as f64 * NOTE.line() + 4.0;
    let itself = step.from == step.to;
    let (text, side) = if itself { (from + 8.0, "halo") } else { (f64::midpoint(from, to), "middle halo") };
    for (ix, words) in step.lines.iter().enumerate() {
        canvas.text(side, (text, y + (ix + 1) as f64 * NOTE.line() - 2.0), words);
    }
    if itself {
        canvas.path(class, &format!("M{from:.1} {line:.1}h24v8h-18"));
        canvas.path("tip", &format!("M{from:.1} {:.1}l8 -4v8z", line + 8.0));
    } else {
        let tip = if to > from { -8.0 } else { 8.0 };
        canvas.line(class, (from, line), (to + tip, line));
        canvas.path("tip", &format!("M{to:.1} {line:.1}l{tip:.1} -4v8z"));
    }
    line + if itself { 20.0 } else { 12.0 }
}

fn said(input: &Input<'_>, lanes: &[ElementIx], step: &Step) -> String {
    let name = |lane: usize| input.model.name_of(Thing::Element(lanes[lane]));
    format!("{} to {}: {}.", name(step.from), name(step.to), step.lines.join(" "))
}

fn mermaid(input: &Input<'_>, lanes: &[ElementIx], steps: &[Step]) -> String {
    let mut out = String::from("sequenceDiagram\n  autonumber\n");
    for (lane, element) in lanes.iter().enumerate() {
        out.push_str(&format!("  participant p{lane} as {}\n", plain(input.model.name_of(Thing::Element(*element)))));
    }
    for step in steps {
        let arrow = if step.back { "-->>" } else { "->>" };
        out.push_str(&format!("  p{}{arrow}p{}: {}\n", step.from, step.to, plain(&step.text)));
    }
    out
}

/// A text that ends neither its line nor the fence around it, and means nothing to Mermaid.
fn plain(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '#' | ';' | '<' | '>' | '"' | '`' | '%' | '{' | '}' => out.push_str(&format!("#{};", u32::from(c))),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}
