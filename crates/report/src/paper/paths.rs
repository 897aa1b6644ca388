//! Attack paths: what an attacker can get, by which ways, and what these have in common.

use redan_engine::depth::Depth;
use redan_engine::paths::{Goal, Path, Paths, Position};
use redan_engine::tree::Role;
use redan_model::Thing;

use super::{Block, Picture, Run, heading, plain, table, text, words};
use crate::Input;
use crate::document::{anchor, of_goal, plural};
use crate::{attack_tree, telling};

/// Goals in the table.
const GOALS: usize = 8;
/// Goals whose ways are told, and ways to each of them.
const TOLD: (usize, usize) = (3, 3);
/// Sentences about what ways have in common.
const COMMON: usize = 4;
/// Elements in the list of those that are worth attacking.
const WORTH: usize = 5;

/// Everything about attack paths; `picture` is the diagram with the likeliest way.
pub(crate) fn blocks(input: &Input<'_>, depth: &Depth, picture: Option<Picture>) -> Vec<Block> {
    let found = &depth.paths;
    let mut out = vec![Block::Heading(3, "How an attacker gets there".to_owned(), Some("paths".to_owned())), text(INTRODUCTION)];
    out.extend(starts(input, found));
    if found.goals.is_empty() {
        out.push(text("No way leads from there to anything worth protecting: no open threat can be used."));
        return out;
    }
    if depth.by_questions {
        out.push(text(BY_QUESTIONS));
    }
    out.extend(picture.map(Block::Picture));
    // Ways that may not exist are told once.
    let told = told(found, if depth.by_questions { 1 } else { TOLD.0 });
    out.extend(goals(input, found, &told));
    for goal in &told {
        out.extend(one_goal(input, found, goal));
    }
    // A single step is told above already.
    if let Some(worked) =
        depth.first_goal.as_ref().filter(|worked| worked.tree.leaves.iter().filter(|leaf| leaf.role == Role::Step).count() > 1)
    {
        out.extend(as_tree(input, &found.goals[0]));
        out.extend(super::numbers::blocks(input, worked, "paths"));
    }
    out.push(sub("Worth attacking"));
    out.push(text(
        "For each property of an asset, its worth (1 to 4) times the probability of the likeliest way through the element, added up: where a \
         lock is worth most.",
    ));
    out.push(worth_attacking(input, found));
    out.push(rests_on(input, found));
    out
}

const INTRODUCTION: &str = "A way goes from where an attacker starts to what is worth protecting, one open threat after the other; ordinary use \
     needs none. Probabilities come from the likelihoods of the threats and take these to be independent: read them as an order.";
const BY_QUESTIONS: &str =
    "No open threat leads anywhere. The ways below exist only if open questions have the bad answer; such steps say so.";

const ONCE: &str =
    "A threat counts once, however many ways use it, and a way that needs all threats of another one is left out. The whole tree: ";

/// The most important goal in one sentence, and what its ways have in common.
pub(crate) fn sentence(input: &Input<'_>, depth: &Depth) -> Vec<Run> {
    let head = Run::Strong("How an attacker gets there: ".to_owned());
    let reached = depth.paths.goals.len();
    if depth.by_questions {
        let goals = plural(reached, "goal", "goals");
        return vec![
            head,
            plain(format!("No open threat leads to anything worth protecting; bad answers to open questions could open ways to {goals}.")),
        ];
    }
    let Some((goal, path)) = depth.paths.goals.first().and_then(|goal| Some((goal, goal.paths.first()?))) else {
        return vec![head, plain("No open threat leads to anything worth protecting.")];
    };
    let (what, start) = (telling::done(input.model, goal.target), input.model.name_of(Thing::Element(path.start)));
    let attacker = &depth.paths.attackers[path.attacker].name;
    let mut runs = vec![
        head,
        plain(format!(
            "Worth most to an attacker is to {what}: {} likely by {}, the likeliest from {start} ({attacker}).",
            telling::percent(goal.probability),
            telling::ways(&goal.paths)
        )),
    ];
    let points = telling::choke_points(goal).take(2).map(|point| telling::choke_point(input.model, input.analysis, goal, point));
    runs.extend(points.map(|said| plain(format!(" {said}"))));
    runs
}

/// What an auditor reads: the goals, and what their ways rest on.
pub(super) fn results(input: &Input<'_>, depth: &Depth) -> Vec<Block> {
    let found = &depth.paths;
    let mut out = vec![heading("Attack paths"), text(INTRODUCTION)];
    out.extend(starts(input, found));
    if found.goals.is_empty() {
        out.push(text("No way leads from there to anything worth protecting: no open threat can be used."));
        return out;
    }
    out.extend(depth.by_questions.then(|| text(BY_QUESTIONS)));
    out.extend(goals(input, found, &[]));
    out.push(rests_on(input, found));
    out
}

/// The elements and flows of a likely way to the first goal, to be pointed out in a diagram, with a title. A way that
/// never leaves its start would point out one box, so that one over flows is taken if there is one.
pub(crate) fn pointed_out(input: &Input<'_>) -> Option<(String, Vec<Thing>)> {
    let goal = input.more.depth?.paths.goals.first()?;
    let moves = |path: &&Path| path.steps.iter().any(|step| step.flow.is_some());
    let path = goal.paths.iter().take(TOLD.1).find(moves).or(goal.paths.first())?;
    let (from, what) = (input.model.name_of(Thing::Element(path.start)), telling::done(input.model, goal.target));
    Some((format!("A way to {what}, from {from}: {}", telling::percent(path.probability)), path.things()))
}

fn sub(title: &str) -> Block {
    Block::Heading(4, title.to_owned(), None)
}

fn starts(input: &Input<'_>, found: &Paths) -> Option<Block> {
    if found.attackers.is_empty() {
        let none = "Nobody starts anywhere: the model has no attackers, and no zone with trust 0 that holds something.";
        return Some(text(none));
    }
    let item = |attacker: &redan_engine::paths::Attacker| {
        let names: Vec<&str> = attacker.starts.iter().map(|start| input.model.name_of(Thing::Element(*start))).collect();
        let mut about = Vec::new();
        about.extend(attacker.skill.map(|skill| format!("skill {skill} of 5")));
        about.extend(attacker.insider.then(|| "an insider".to_owned()));
        let about = if about.is_empty() { String::new() } else { format!(" ({})", about.join(", ")) };
        let at = if names.is_empty() { "nowhere: the place holds no element".to_owned() } else { format!("at {}", names.join(", ")) };
        vec![Run::Strong(telling::capital(&attacker.name)), plain(format!("{about} starts {at}."))]
    };
    Some(Block::List(false, found.attackers.iter().map(item).collect()))
}

/// Goals whose ways are told: those whose likeliest way is not told already.
fn told(found: &Paths, most: usize) -> Vec<&Goal> {
    let mut known: Vec<(usize, Vec<usize>)> = Vec::new();
    let mut out = Vec::new();
    for goal in &found.goals {
        let Some(first) = goal.paths.first() else { continue };
        let own = (first.attacker, threats(first));
        if !known.contains(&own) {
            known.push(own);
            out.push(goal);
        }
    }
    out.truncate(most);
    out
}

fn threats(path: &Path) -> Vec<usize> {
    path.steps.iter().filter_map(|step| step.threat).collect()
}

fn goal_anchor(input: &Input<'_>, goal: &Goal) -> String {
    anchor("goal", &redan_engine::paths::id(input.model, goal.target))
}

/// Goals in the order of what they are worth. Who can see an asset as easily as change it has one row.
fn together<'g>(input: &Input<'_>, found: &'g Paths) -> Vec<(String, &'g Goal)> {
    let asset = |goal: &Goal| if let Position::Harms(asset, _) = goal.target { Some(asset) } else { None };
    let needed = |goal: &Goal| goal.choke_points.iter().filter(|point| point.all).map(|point| point.at).collect::<Vec<_>>();
    let mut rows: Vec<(String, &Goal)> = Vec::new();
    for goal in &found.goals {
        let alike = |other: &Goal| {
            let numbers = |goal: &Goal| (goal.value, telling::percent(goal.probability), goal.paths.len());
            asset(goal).is_some() && asset(goal) == asset(other) && numbers(goal) == numbers(other) && needed(goal) == needed(other)
        };
        let said = telling::done(input.model, goal.target);
        match rows.last_mut().filter(|(_, other)| alike(other)) {
            // "see" or "change": the name of the asset stands already.
            Some((title, _)) if !said.starts_with("make ") => {
                let (first, rest) = title.split_once(' ').unwrap_or((title.as_str(), ""));
                *title = format!("{first} or {} {rest}", said.split(' ').next().unwrap_or_default());
            }
            _ => rows.push((telling::capital(&said), goal)),
        }
    }
    rows
}

fn goals(input: &Input<'_>, found: &Paths, told: &[&Goal]) -> Vec<Block> {
    let rows = together(input, found);
    let row = |(title, goal): &(String, &Goal)| {
        let title = title.clone();
        let is_told = told.iter().any(|one| one.target == goal.target);
        let needed = goal.choke_points.iter().filter(|point| point.all).take(3);
        let needed: Vec<String> = needed.map(|point| telling::common(input.model, input.analysis, point.at)).collect();
        vec![
            if is_told { vec![Run::Link(goal_anchor(input, goal), title)] } else { words(title) },
            words(["low", "medium", "high", "critical"][usize::from(goal.value.clamp(1, 4)) - 1]),
            words(telling::percent(goal.probability)),
            words(goal.paths.len().to_string()),
            words(if needed.is_empty() { "\u{2013}".to_owned() } else { needed.join(", ") }),
        ]
    };
    let head = [("What somebody wants", 5), ("Worth", 2), ("Likelihood", 2), ("Ways", 1), ("Every way goes through", 5)];
    let mut out = vec![table(&head, rows.iter().take(GOALS).map(row).collect(), "")];
    out.extend(more_goals(found, rows.len().saturating_sub(GOALS)));
    out
}

fn more_goals(found: &Paths, more: usize) -> Option<Block> {
    let mut runs = Vec::new();
    if more > 0 {
        runs.extend([
            plain(format!("{} can be reached: ", plural(more, "more goal", "more goals"))),
            Run::Code("redan paths -v".to_owned()),
        ]);
        runs.push(plain(". "));
    }
    if found.unreached > 0 {
        runs.push(plain(format!("No way leads to {}.", plural(found.unreached, "other goal", "other goals"))));
    }
    (!runs.is_empty()).then_some(Block::Text(runs))
}

fn one_goal(input: &Input<'_>, found: &Paths, goal: &Goal) -> Vec<Block> {
    let title = telling::capital(&telling::done(input.model, goal.target));
    let head = format!("{title}: {} by {}", telling::percent(goal.probability), telling::ways(&goal.paths));
    let mut out = vec![Block::Heading(4, head, Some(goal_anchor(input, goal)))];
    let mut steps = Vec::new();
    for (at, path) in goal.paths.iter().take(TOLD.1).enumerate() {
        steps.extend(way(input, found, at + 1, path));
    }
    out.push(Block::Steps(steps));
    let mut said: Vec<Run> = Vec::new();
    let more = goal.paths.len().saturating_sub(TOLD.1);
    if more > 0 {
        let id = match goal.target {
            Position::Harms(asset, _) => input.model.id_of(Thing::Asset(asset)),
            Position::Starts(e) | Position::Reaches(e) | Position::Controls(e) => input.model.id_of(Thing::Element(e)),
        };
        said.extend([
            plain(format!("{} less likely: ", plural(more, "way is", "ways are"))),
            Run::Code(format!("redan paths --to {id} -k 10")),
        ]);
        said.push(plain(". "));
    }
    let points = telling::choke_points(goal).take(COMMON);
    let points: Vec<String> = points.map(|point| telling::choke_point(input.model, input.analysis, goal, point)).collect();
    said.extend((!points.is_empty()).then(|| plain(points.join(" "))));
    said.extend((!goal.complete).then(|| plain(" The search stopped at its bound; there may be more ways.")));
    out.extend((!said.is_empty()).then_some(Block::Text(said)));
    out
}

fn way(input: &Input<'_>, found: &Paths, number: usize, path: &Path) -> Vec<(usize, Vec<Run>)> {
    let (attacker, start) = (&found.attackers[path.attacker].name, input.model.name_of(Thing::Element(path.start)));
    let head = vec![
        Run::Strong(format!("Way {number}, {}: ", telling::percent(path.probability))),
        plain(format!("{} starts at {start}", telling::capital(attacker))),
    ];
    let mut out = vec![(0, head)];
    for step in &path.steps {
        let mut runs = words(telling::capital(&telling::step(input.model, step)));
        if let Some(threat) = step.threat.map(|at| &input.analysis.threats[at]) {
            runs.extend([plain(": "), Run::Link(anchor("threat", &threat.id), threat.title.clone())]);
            runs.push(Run::Quiet(format!(" {}", telling::percent(step.probability))));
            runs.extend(step.question.then(|| Run::Quiet(", if a question has the bad answer".to_owned())));
        }
        out.push((1, runs));
    }
    for id in &path.assumptions {
        out.push((1, vec![Run::Strong("Rests on an assumption that nobody has confirmed: ".to_owned()), plain(assumption(input, id))]));
    }
    out
}

fn assumption(input: &Input<'_>, id: &str) -> String {
    let stated = input.model.root.assumptions.entries.get(id).and_then(|entry| entry.value.text.as_ref());
    stated.map_or_else(|| id.to_owned(), |text| text.value.clone())
}

fn as_tree(input: &Input<'_>, goal: &Goal) -> Vec<Block> {
    let tree = of_goal(input, goal, super::numbers::WAYS);
    let (svg, id) = (attack_tree::svg(&tree), redan_engine::paths::id(input.model, goal.target));
    vec![
        sub("The same as an attack tree"),
        Block::Picture(Picture { title: format!("Attack tree: {}", tree.goal), svg, mermaid: None }),
        Block::Text(vec![plain(ONCE), Run::Code(format!("redan tree --tree {id}"))]),
        super::parts::steps(&tree),
    ]
}

fn worth_attacking(input: &Input<'_>, found: &Paths) -> Block {
    let row = |one: &redan_engine::paths::Attraction| {
        let name = input.model.name_of(Thing::Element(one.element));
        vec![words(name), words(format!("{:.2}", one.score)), words(one.goals.to_string())]
    };
    let rows: Vec<_> = found.attractions.iter().take(WORTH).map(row).collect();
    if rows.is_empty() { text("No way leads through an element to an asset.") } else { table(&HEAD, rows, "") }
}

const HEAD: [(&str, u8); 3] = [("Element", 6), ("Score", 2), ("Goals through it", 2)];

fn rests_on(input: &Input<'_>, found: &Paths) -> Block {
    let mut assumptions: Vec<&str> = Vec::new();
    let mut questions: Vec<&str> = Vec::new();
    for path in found.goals.iter().flat_map(|goal| &goal.paths) {
        path.assumptions.iter().for_each(|id| add(&mut assumptions, id));
        path.questions.iter().for_each(|id| add(&mut questions, id));
    }
    let mut runs = vec![Run::Strong("What these ways rest on: ".to_owned())];
    match assumptions.is_empty() {
        true => runs.push(plain("no unconfirmed assumption")),
        false => {
            let texts: Vec<String> = assumptions.iter().map(|id| assumption(input, id)).collect();
            runs.push(plain(format!("assumptions that nobody has confirmed ({})", texts.join("; "))));
        }
    }
    runs.push(plain(match questions.len() {
        0 => " and no open question.".to_owned(),
        some => format!(", and {} that nobody has answered.", plural(some, "question", "questions")),
    }));
    Block::Text(runs)
}

fn add<'a>(all: &mut Vec<&'a str>, one: &'a str) {
    if !all.contains(&one) {
        all.push(one);
    }
}
