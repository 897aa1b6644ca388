//! `redan tree`: what attack trees come to.

use std::io;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use redan_engine::Analysis;
use redan_engine::paths::{self, Goal, Request};
use redan_engine::tree::{self, Assessment, Budget, Tree, Wanted, assess};
use redan_model::Thing;
use redan_report::attack_tree;
use redan_report::json::{self, ModelJson, TreeJson};
use redan_report::telling::{self, amount, exactly};

use crate::exit::{Exit, Failure, Outcome, usage};
use crate::filter::suggestion;
use crate::human;
use crate::session::{Opened, Session};
use crate::table::Table;

/// Rows of a table and names in a line; `-v` shows all.
const SHOWN: usize = 5;

/// What stands before the id of a goal of attack paths.
const PATH: &str = "path:";
/// What can be broken of an asset.
const PROPERTIES: [&str; 3] = ["confidentiality", "integrity", "availability"];
/// The most ways that become a tree, and those that a picture has room for.
const WAYS: usize = 100;
const DRAWN: usize = 12;

/// Arguments of `tree`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  redan tree                                   every attack tree of the model
  redan tree shop.tm.yaml --tree steal-pii
  redan tree shop.tm.yaml --tree steal-pii --format svg -o steal-pii.svg
  redan tree --tree path:orders/confidentiality    the attack paths to seeing an asset, as a tree
  redan tree fault-tree.xml --format json      a tree of another tool
  redan tree --simulate 100000 --seed 7        check the exact answer by trying

What a tree cannot be worked out for within the budget is said, with bounds; nothing is guessed.")]
pub(crate) struct TreeArgs {
    /// The model, or a file of another tool; found through `redan.toml` or under `security/threat-models/` if not given
    #[arg(value_name = "FILE")]
    model: Option<PathBuf>,
    /// Only this attack tree; `path:ASSET/PROPERTY` and `path:ELEMENT/control` are the attack paths to that goal as a tree
    #[arg(long, value_name = "ID")]
    tree: Option<String>,
    /// List so many of the likeliest ways to the goal
    #[arg(long, value_name = "N", default_value_t = SHOWN)]
    first: usize,
    /// The most that one decision diagram may grow to, in nodes
    #[arg(long, value_name = "NODES", default_value_t = Budget::default().nodes)]
    budget: usize,
    /// Also try it so many times by chance
    #[arg(long, value_name = "TRIALS", default_value_t = 0, value_parser = clap::value_parser!(u64).range(..=1_000_000_000))]
    simulate: u64,
    /// The seed of the trials; the same seed gives the same result
    #[arg(long, value_name = "N", default_value_t = 1)]
    seed: u64,
    /// How to show it
    #[arg(long, value_enum, default_value_t = TreeFormat::Human)]
    format: TreeFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum TreeFormat {
    /// Text for people
    Human,
    /// JSON, version 1
    Json,
    /// A picture of one tree
    Svg,
}

/// Runs `tree`.
pub(crate) fn run(args: &TreeArgs, session: &mut Session<'_>) -> Outcome {
    let opened = session.open_one(args.model.as_deref())?;
    let analysis = opened.analyse();
    let goal = args.tree.as_deref().and_then(|id| id.strip_prefix(PATH)).map(|id| goal(id, &opened, &analysis)).transpose()?;
    let trees = match &goal {
        Some(goal) => vec![paths::tree(&opened.loaded.model, &analysis, goal)],
        None => chosen(args, &opened, tree::trees(&opened.loaded.model, &analysis))?,
    };
    if args.format == TreeFormat::Svg {
        let [one] = &trees[..] else {
            let ids: Vec<&str> = trees.iter().map(|tree| tree.id.as_str()).collect();
            return Err(usage(format!("a picture shows one tree; choose one with --tree: {}", ids.join(", "))));
        };
        let input = opened.input(&analysis);
        let picture = match &goal {
            Some(goal) => attack_tree::svg_of_goal(&input, goal, DRAWN),
            None => attack_tree::svg_of(&input, &one.id).unwrap_or_default(),
        };
        write!(session.terminal.out(), "{picture}")?;
        return Ok(Exit::Fine);
    }
    let budget = Budget { nodes: args.budget.max(1), sets: true };
    let wanted = Wanted { budget, first: args.first, trials: args.simulate, seed: args.seed };
    let mut found: Vec<Assessment> = trees.iter().map(|tree| assess(tree, &wanted)).collect();
    if let Some(goal) = goal.as_ref().filter(|goal| !goal.complete || goal.paths.len() >= WAYS) {
        session.terminal.note(&format!("only the {} likeliest ways are in this tree; there may be more", goal.paths.len()));
        found.iter_mut().for_each(leave_open);
    }
    if args.format == TreeFormat::Json {
        let model = || ModelJson::of(&opened.loaded.model, &opened.loaded.sources);
        let documents: Vec<TreeJson<'_>> =
            trees.iter().zip(&found).map(|(tree, found)| TreeJson::of(model(), tree, found, args.seed)).collect();
        json::write_each(session.terminal.out(), &documents)?;
        return Ok(Exit::Fine);
    }
    human::heading(&opened, session.terminal)?;
    for (tree, found) in trees.iter().zip(&found) {
        say(tree, found, session)?;
    }
    Ok(Exit::Fine)
}

/// The goal of attackers that stands after `path:`, with the ways to it.
fn goal(id: &str, opened: &Opened, analysis: &Analysis) -> anyhow::Result<Goal> {
    let model = &opened.loaded.model;
    let (thing, what) = id.rsplit_once('/').unwrap_or((id, ""));
    let (target, allowed) = match model.find(thing) {
        Some(asset @ Thing::Asset(_)) => (asset, &PROPERTIES[..]),
        Some(element @ Thing::Element(_)) => (element, &["control"][..]),
        _ => {
            let assets = model.assets.iter().map(|asset| asset.identity.id.as_str());
            let known: Vec<&str> = assets.chain(model.elements.iter().map(|element| element.identity.id.as_str())).collect();
            return Err(usage(format!("the model has no asset or element `{thing}`{}", suggestion(thing, known.iter().copied()))));
        }
    };
    if !allowed.contains(&what) {
        let known: Vec<String> = allowed.iter().map(|what| format!("{PATH}{thing}/{what}")).collect();
        return Err(usage(format!("`{PATH}{id}` is no goal of an attacker; of `{thing}` there is {}", known.join(", "))));
    }
    let request = Request { to: vec![target], most: WAYS, ..Request::default() };
    let found = paths::paths(model, &opened.knowledge, analysis, &request);
    let wanted = format!("{PATH}{id}");
    found
        .goals
        .into_iter()
        .find(|goal| paths::id(model, goal.target) == wanted)
        .ok_or_else(|| Failure::NothingToCheck(format!("{}: no open threat leads to `{wanted}`", opened.shown)).into())
}

/// Ways that are not in a tree may reach its goal too.
fn leave_open(found: &mut Assessment) {
    found.exact = false;
    found.probability.high = 1.0;
    found.minimal_sets = None;
}

fn chosen(args: &TreeArgs, opened: &Opened, trees: Vec<Tree>) -> anyhow::Result<Vec<Tree>> {
    let ids: Vec<String> = trees.iter().map(|tree| tree.id.clone()).collect();
    if ids.is_empty() {
        return Err(Failure::NothingToCheck(format!("{} has no attack tree", opened.shown)).into());
    }
    let Some(wanted) = &args.tree else { return Ok(trees) };
    let found: Vec<Tree> = trees.into_iter().filter(|tree| tree.id == *wanted).collect();
    if found.is_empty() {
        let hint = suggestion(wanted, ids.iter().map(String::as_str));
        return Err(usage(format!("the model has no attack tree `{wanted}`{hint}; it has {}", ids.join(", "))));
    }
    Ok(found)
}

fn say(tree: &Tree, found: &Assessment, session: &mut Session<'_>) -> io::Result<()> {
    let verbose = session.common.verbose;
    let (width, color) = (session.terminal.width, session.terminal.color);
    let out = session.terminal.out();
    writeln!(out, "\n{} ({}): {} steps, {} gates", tree.goal, tree.id, tree.events(), tree.gates)?;
    for line in telling::tree(tree, found, if verbose { usize::MAX } else { SHOWN }) {
        writeln!(out, "  {line}")?;
    }
    let mut ways = Table::new(&["likeliest ways to the goal", "probability"]);
    for set in &found.likeliest {
        ways.row([telling::steps(tree, &set.leaves, " + ", usize::MAX).into(), exactly(set.weight).into()]);
    }
    let mut steps = Table::new(&["steps that matter most", "probability", "goal without it", "against it"]);
    let shown = if verbose { usize::MAX } else { SHOWN };
    for leaf in found.ranking.iter().take(shown) {
        let p = tree.leaves[*leaf].probability.map_or("not stated".to_owned(), exactly);
        let without = found.importance.as_ref().map_or(0.0, |all| found.probability.low * (1.0 - all[*leaf].criticality));
        let against = &tree.leaves[*leaf].mitigations;
        let against = if against.is_empty() { "nothing".to_owned() } else { against.join(", ") };
        steps.row([tree.leaves[*leaf].text.clone().into(), p.into(), exactly(without.max(0.0)).into(), against.into()]);
    }
    let mut defence = Table::new(&["defence costs", "cheapest attack then", "with"]);
    for point in found.defence.iter().flatten() {
        let attack = if point.attack.is_finite() { amount(point.attack) } else { "none is left".to_owned() };
        defence.row([amount(point.defence).into(), attack.into(), telling::steps(tree, &point.defences, ", ", usize::MAX).into()]);
    }
    let mut harm = Table::new(&["attacker spends", "harm", "reaches the goal"]);
    for point in found.harm.iter().flatten().take(shown) {
        harm.row([amount(point.cost).into(), amount(point.damage).into(), (if point.goal { "yes" } else { "no" }).into()]);
    }
    for table in [ways, steps, defence, harm].iter().filter(|table| !table.is_empty()) {
        writeln!(out)?;
        table.human(out, width, color)?;
    }
    Ok(())
}
