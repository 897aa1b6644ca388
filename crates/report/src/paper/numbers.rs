//! What an attack tree comes to: its probability, the ways to its goal, the steps that matter, and what money buys on
//! both sides.

use redan_engine::depth::Worked;
use redan_engine::tree::{DefencePoint, HarmPoint, Role};

use super::{Block, Picture, text, words};
use crate::Input;
use crate::document::mitigation_title;
use crate::pictures::{Front, Mark};
use crate::telling::{self, amount, exactly};

/// The most ways that a picture shows, and rows of a table.
pub(super) const WAYS: usize = 5;
/// Points of a front in a table.
const POINTS: usize = 10;

/// The answers; `prefix` is that of the ids in pictures.
pub(crate) fn blocks(input: &Input<'_>, worked: &Worked, prefix: &str) -> Vec<Block> {
    let Worked { tree, found } = worked;
    let steps = tree.leaves.iter().filter(|leaf| leaf.role == Role::Step).count();
    let mut out = Vec::new();
    // A worst case in which a whole way works for sure says nothing that a reader could use.
    if !found.certain.is_empty() && found.probability.low > 1.0 - 1e-9 {
        let mut lines = vec![unknown(found.certain.len(), steps)];
        lines.extend(telling::without_probability(tree, found, WAYS));
        out.push(text(lines.join(" ")));
    } else {
        out.push(Block::List(false, telling::tree(tree, found, WAYS).into_iter().map(words).collect()));
        out.extend(likeliest(worked));
        out.extend(ranking(input, worked));
    }
    if let Some(front) = found.defence.as_ref().filter(|front| front.len() > 1) {
        out.extend(defence(worked, front, prefix));
    }
    if let Some(front) = found.harm.as_ref().filter(|front| front.len() > 1) {
        out.extend(harm(front, prefix));
    }
    out
}

fn unknown(certain: usize, steps: usize) -> String {
    if certain == steps {
        return "No step says how likely it is, so nobody can say how likely the goal is.".to_owned();
    }
    format!(
        "{certain} of {steps} steps do not say how likely they are, among them all steps of one way, so nobody can say how likely the goal is."
    )
}

fn likeliest(worked: &Worked) -> Option<Block> {
    let row = |set: &redan_engine::tree::MinimalSet| {
        vec![words(telling::steps(&worked.tree, &set.leaves, " + ", usize::MAX)), words(exactly(set.weight))]
    };
    let rows: Vec<_> = worked.found.likeliest.iter().take(WAYS).map(row).collect();
    (!rows.is_empty()).then(|| super::table(&[("Likeliest ways to the goal", 8), ("Probability", 2)], rows, ""))
}

fn ranking(input: &Input<'_>, worked: &Worked) -> Option<Block> {
    let (tree, found) = (&worked.tree, &worked.found);
    let measures = found.importance.as_ref()?;
    let row = |at: &usize| {
        let leaf = &tree.leaves[*at];
        let without = (found.probability.low * (1.0 - measures[*at].criticality)).max(0.0);
        let against: Vec<String> = leaf.mitigations.iter().map(|id| mitigation_title(input, id)).collect();
        let against = match (against.is_empty(), leaf.stopped) {
            (true, true) => "a defence in the tree".to_owned(),
            (true, false) => "nothing".to_owned(),
            (false, _) => against.join("; "),
        };
        vec![
            words(&leaf.text),
            words(leaf.probability.map_or_else(|| "not stated".to_owned(), exactly)),
            words(exactly(without)),
            words(against),
        ]
    };
    let rows: Vec<_> = found.ranking.iter().take(WAYS).map(row).collect();
    let head = [("Steps that matter most", 5), ("Probability", 2), ("Goal without it", 2), ("Against it", 4)];
    (!rows.is_empty()).then(|| super::table(&head, rows, ""))
}

fn defence(worked: &Worked, front: &[DefencePoint], prefix: &str) -> Vec<Block> {
    let attack = |point: &DefencePoint| if point.attack.is_finite() { amount(point.attack) } else { "none is left".to_owned() };
    let row = |point: &DefencePoint| {
        let with = telling::steps(&worked.tree, &point.defences, ", ", usize::MAX);
        vec![words(amount(point.defence)), words(attack(point)), words(with)]
    };
    let picture = Front {
        title: "What defence buys: the cheapest attack that is left",
        across: "cost of defences",
        up: "cost of the cheapest attack",
        points: front.iter().map(|point| Mark { x: point.defence, y: point.attack, filled: true }).collect(),
        beyond: "no attack is left",
    };
    let mut out: Vec<Block> = picture.draw(&format!("{prefix}-defence")).map(Block::Picture).into_iter().collect();
    let head = [("Defence costs", 2), ("Cheapest attack then", 2), ("With", 7)];
    out.extend(rows(&head, front.iter().map(row).collect(), "points"));
    out
}

fn harm(front: &[HarmPoint], prefix: &str) -> Vec<Block> {
    let row =
        |point: &HarmPoint| vec![words(amount(point.cost)), words(amount(point.damage)), words(if point.goal { "yes" } else { "no" })];
    let picture = Front {
        title: "What an attacker's money breaks, as if nothing stood in the way; full squares reach the goal",
        across: "what the attacker spends",
        up: "harm",
        points: front.iter().map(|point| Mark { x: point.cost, y: point.damage, filled: point.goal }).collect(),
        beyond: "",
    };
    let mut out: Vec<Block> = picture.draw(&format!("{prefix}-harm")).map(Block::Picture).into_iter().collect();
    out.extend(rows(&[("Attacker spends", 3), ("Harm", 3), ("Reaches the goal", 3)], front.iter().map(row).collect(), "points"));
    out
}

/// A table of some rows, and how many more there are.
pub(super) fn rows(head: &[(&'static str, u8)], mut rows: Vec<Vec<Vec<super::Run>>>, what: &str) -> Vec<Block> {
    let more = rows.len().saturating_sub(POINTS);
    rows.truncate(POINTS);
    let mut out = vec![super::table(head, rows, "")];
    out.extend((more > 0).then(|| text(format!("And {more} more {what}."))));
    out
}

/// A picture in a document.
pub(crate) fn picture(title: &str, svg: String) -> Picture {
    Picture { title: title.to_owned(), svg, mermaid: None }
}
