//! Attack paths and attack trees in words: the same sentences in the terminal and in documents.

use redan_engine::Analysis;
use redan_engine::paths::{ChokePoint, Common, Goal, Path, Position, Step};
use redan_engine::tree::{Assessment, Role, Tree};
use redan_model::{ElementIx, Model, Thing};

/// What an attacker does to be in a position: "control Web App", "see Orders".
pub fn done(model: &Model, position: Position) -> String {
    use redan_engine::fact::Property::{Availability, Confidentiality, Integrity, Privacy};
    let name = |element: ElementIx| model.name_of(Thing::Element(element));
    match position {
        Position::Starts(element) => format!("start at {}", name(element)),
        Position::Reaches(element) => format!("reach {}", name(element)),
        Position::Controls(element) => format!("control {}", name(element)),
        Position::Harms(asset, property) => {
            let name = model.name_of(Thing::Asset(asset));
            match property {
                Confidentiality | Privacy => format!("see {name}"),
                Integrity => format!("change {name}"),
                Availability => format!("make {name} unavailable"),
            }
        }
    }
}

/// A step without its threat: what is done and over which flow, and why nothing is needed for it if nothing is.
pub fn step(model: &Model, step: &Step) -> String {
    let over = step.flow.map(|flow| format!(" over {}", model.spoken(Thing::Flow(flow)))).unwrap_or_default();
    let done = done(model, step.to);
    match (step.threat, step.to) {
        (Some(_), _) => format!("{done}{over}"),
        (None, Position::Harms(..)) => format!("{done}, as control allows"),
        (None, _) if step.back => format!("{done} with what comes back{over} (allowed use)"),
        (None, _) => format!("{done}{over} (allowed use)"),
    }
}

/// What a choke point is.
pub fn common(model: &Model, analysis: &Analysis, at: Common) -> String {
    match at {
        Common::Element(element) => model.name_of(Thing::Element(element)).to_owned(),
        Common::Flow(flow) => model.spoken(Thing::Flow(flow)).into_owned(),
        Common::Threat(threat) => format!("the threat {}", analysis.threats[threat].id),
    }
}

/// What ways to a goal have in common that is worth a sentence: of a single way, everything would be.
pub fn choke_points(goal: &Goal) -> impl Iterator<Item = &ChokePoint> {
    goal.choke_points.iter().filter(|point| !point.all || goal.paths.len() > 1)
}

/// "Every way goes through …", or how many do.
pub fn choke_point(model: &Model, analysis: &Analysis, goal: &Goal, point: &ChokePoint) -> String {
    let what = common(model, analysis, point.at);
    match point.all {
        true => format!("Every way goes through {what}."),
        false => format!("{} of these {} ways go through {what}.", point.paths, goal.paths.len()),
    }
}

/// "1 way", "6 ways".
pub fn ways(paths: &[Path]) -> String {
    if paths.len() == 1 { "1 way".to_owned() } else { format!("{} ways", paths.len()) }
}

/// A text with a large first letter.
pub fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().collect::<String>() + letters.as_str())
}

/// A probability for people, in whole percent where that says something.
pub fn percent(value: f64) -> String {
    let percent = value * 100.0;
    match percent {
        // Nearly certain is not certain.
        p if (99.5..100.0).contains(&p) => "over 99 %".to_owned(),
        p if p == 0.0 || p >= 1.0 => format!("{p:.0} %"),
        p => format!("{p:.2} %"),
    }
}

/// A probability in percent, with three digits that count.
pub fn exactly(value: f64) -> String {
    let percent = value * 100.0;
    if percent == 0.0 || percent >= 0.001 { format!("{} %", digits(percent)) } else { format!("{percent:.2e} %") }
}

fn digits(value: f64) -> String {
    let text = match value {
        _ if value >= 100.0 => format!("{value:.0}"),
        _ if value >= 10.0 => format!("{value:.1}"),
        _ if value >= 1.0 => format!("{value:.2}"),
        _ => format!("{value:.4}"),
    };
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

/// An amount in the currency of a tree.
pub fn amount(value: f64) -> String {
    if value.fract() == 0.0 { format!("{value:.0}") } else { format!("{value:.2}") }
}

/// What steps are called, at most so many of them.
pub fn steps(tree: &Tree, leaves: &[usize], between: &str, most: usize) -> String {
    let mut texts: Vec<String> = leaves.iter().take(most).map(|leaf| tree.leaves[*leaf].text.clone()).collect();
    if leaves.len() > most {
        texts.push(format!("{} more", leaves.len() - most));
    }
    if texts.is_empty() { "nothing".to_owned() } else { texts.join(between) }
}

/// What the numbers of a tree come to, one sentence a line; at most so many names in each.
pub fn tree(tree: &Tree, found: &Assessment, most: usize) -> Vec<String> {
    let mut lines = vec![goal(found), how_many(found)];
    lines.extend(extremes(tree, found, most));
    if let Some(first) = found.ranking.first() {
        lines.push(format!("The step that matters most: {}.", tree.leaves[*first].text));
    }
    let all = tree.leaves.iter().filter(|leaf| leaf.role == Role::Step).count();
    lines.push(match found.uncovered.len() {
        0 => "A mitigation stands against every step.".to_owned(),
        none if none == all => "No mitigation stands against any step.".to_owned(),
        some => format!("No mitigation stands against {some} of {all} steps: {}.", steps(tree, &found.uncovered, ", ", most)),
    });
    if !found.certain.is_empty() {
        let (some, names) = (found.certain.len(), steps(tree, &found.certain, ", ", most));
        lines.push(format!("{some} of {all} steps say no probability and count as certain: {names}."));
    }
    if let Some(simulated) = found.simulated {
        let (low, high) = (exactly(simulated.low), exactly(simulated.high));
        lines.push(format!("{} trials by chance: between {low} and {high} (95 %).", simulated.trials));
    }
    lines
}

/// What is known of a tree whose steps do not say how likely they are.
pub fn without_probability(tree: &Tree, found: &Assessment, most: usize) -> Vec<String> {
    let mut lines = vec![how_many(found)];
    lines.extend(extremes(tree, found, most));
    lines
}

fn goal(found: &Assessment) -> String {
    let (low, high) = (exactly(found.probability.low), exactly(found.probability.high));
    if found.exact {
        return format!("The goal is reached with a probability of {low}.");
    }
    format!("budget exceeded: the probability of the goal is between {low} and {high}. More --budget narrows that.")
}

fn how_many(found: &Assessment) -> String {
    match &found.minimal_sets {
        Some(count) if count.to_string() == "1" => "There is 1 way to it, with no step to spare.".to_owned(),
        Some(count) => format!("There are {count} ways to it, each with no step to spare."),
        None => "budget exceeded: the ways to it were not counted.".to_owned(),
    }
}

/// The cheapest, the quickest, the easiest and the quietest attack.
fn extremes(tree: &Tree, found: &Assessment, most: usize) -> Vec<String> {
    let mut lines = Vec::new();
    if let Some(set) = &found.cheapest {
        lines.push(format!("The cheapest attack costs {}: {}.", amount(set.weight), steps(tree, &set.leaves, ", ", usize::MAX)));
    }
    if let Some(least) = &found.quickest {
        lines.push(format!("The quickest attack takes {} hours: {}.", amount(least.value), steps(tree, &least.leaves, ", ", most)));
    }
    if let Some(least) = &found.easiest {
        lines.push(format!("The least skill that is enough is {} of 5: {}.", amount(least.value), steps(tree, &least.leaves, ", ", most)));
    }
    if let Some(set) = &found.stealthiest {
        lines.push(format!("The quietest attack is noticed with {}: {}.", exactly(set.weight), steps(tree, &set.leaves, ", ", most)));
    }
    lines
}
