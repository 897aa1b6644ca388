//! `redan tree`: what attack trees come to.

use std::io;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use redan_engine::tree::{self, Assessment, Budget, Role, Tree, Wanted, assess};
use redan_report::json::{self, ModelJson, TreeJson};

use crate::exit::{Exit, Failure, Outcome, usage};
use crate::filter::suggestion;
use crate::human;
use crate::session::{Opened, Session};
use crate::table::Table;

/// Rows of a table and names in a line; `-v` shows all.
const SHOWN: usize = 5;

/// Arguments of `tree`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  redan tree                                   every attack tree of the model
  redan tree shop.tm.yaml --tree steal-pii
  redan tree shop.tm.yaml --tree steal-pii --format svg -o steal-pii.svg
  redan tree fault-tree.xml --format json      a tree of another tool
  redan tree --simulate 100000 --seed 7        check the exact answer by trying

What a tree cannot be worked out for within the budget is said, with bounds; nothing is guessed.")]
pub(crate) struct TreeArgs {
    /// The model, or a file of another tool; found through `redan.toml` or under `security/threat-models/` if not given
    #[arg(value_name = "FILE")]
    model: Option<PathBuf>,
    /// Only this attack tree
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
    let trees = chosen(args, &opened, tree::trees(&opened.loaded.model, &analysis))?;
    if args.format == TreeFormat::Svg {
        let [one] = &trees[..] else {
            let ids: Vec<&str> = trees.iter().map(|tree| tree.id.as_str()).collect();
            return Err(usage(format!("a picture shows one tree; choose one with --tree: {}", ids.join(", "))));
        };
        let picture = redan_report::attack_tree::svg_of(&opened.input(&analysis), &one.id).unwrap_or_default();
        write!(session.terminal.out(), "{picture}")?;
        return Ok(Exit::Fine);
    }
    let budget = Budget { nodes: args.budget.max(1), sets: true };
    let wanted = Wanted { budget, first: args.first, trials: args.simulate, seed: args.seed };
    let found: Vec<Assessment> = trees.iter().map(|tree| assess(tree, &wanted)).collect();
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
    for line in summary(tree, found, verbose) {
        writeln!(out, "  {line}")?;
    }
    let mut ways = Table::new(&["likeliest ways to the goal", "probability"]);
    for set in &found.likeliest {
        ways.row([texts(tree, &set.leaves, " + ", usize::MAX).into(), percent(set.weight).into()]);
    }
    let mut steps = Table::new(&["steps that matter most", "probability", "goal without it", "against it"]);
    let shown = if verbose { usize::MAX } else { SHOWN };
    for leaf in found.ranking.iter().take(shown) {
        let p = tree.leaves[*leaf].probability.map_or("not stated".to_owned(), percent);
        let without = found.importance.as_ref().map_or(0.0, |all| found.probability.low * (1.0 - all[*leaf].criticality));
        let against = &tree.leaves[*leaf].mitigations;
        let against = if against.is_empty() { "nothing".to_owned() } else { against.join(", ") };
        steps.row([tree.leaves[*leaf].text.clone().into(), p.into(), percent(without.max(0.0)).into(), against.into()]);
    }
    let mut defence = Table::new(&["defence costs", "cheapest attack then", "with"]);
    for point in found.defence.iter().flatten() {
        let attack = if point.attack.is_finite() { amount(point.attack) } else { "none is left".to_owned() };
        defence.row([amount(point.defence).into(), attack.into(), texts(tree, &point.defences, ", ", usize::MAX).into()]);
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

/// What the numbers come to, one sentence a line.
fn summary(tree: &Tree, found: &Assessment, verbose: bool) -> Vec<String> {
    let mut lines = Vec::new();
    let bounds = found.probability;
    if found.exact {
        lines.push(format!("The goal is reached with a probability of {}.", percent(bounds.low)));
    } else {
        let (low, high) = (percent(bounds.low), percent(bounds.high));
        lines.push(format!("budget exceeded: the probability of the goal is between {low} and {high}. More --budget narrows that."));
    }
    match &found.minimal_sets {
        Some(count) if count.to_string() == "1" => lines.push("There is 1 way to it, with no step to spare.".to_owned()),
        Some(count) => lines.push(format!("There are {count} ways to it, each with no step to spare.")),
        None => lines.push("budget exceeded: the ways to it were not counted.".to_owned()),
    }
    if let Some(set) = &found.cheapest {
        lines.push(format!("The cheapest attack costs {}: {}.", amount(set.weight), texts(tree, &set.leaves, ", ", usize::MAX)));
    }
    if let Some(least) = &found.quickest {
        lines.push(format!("The quickest attack takes {} hours: {}.", amount(least.value), texts(tree, &least.leaves, ", ", SHOWN)));
    }
    if let Some(least) = &found.easiest {
        lines.push(format!("The least skill that is enough is {} of 5: {}.", amount(least.value), texts(tree, &least.leaves, ", ", SHOWN)));
    }
    if let Some(set) = &found.stealthiest {
        lines.push(format!("The quietest attack is noticed with {}: {}.", percent(set.weight), texts(tree, &set.leaves, ", ", SHOWN)));
    }
    if let Some(first) = found.ranking.first() {
        lines.push(format!("The step that matters most: {}.", tree.leaves[*first].text));
    }
    let (shown, steps) = (if verbose { usize::MAX } else { SHOWN }, tree.leaves.iter().filter(|leaf| leaf.role == Role::Step).count());
    match found.uncovered.len() {
        0 => lines.push("A mitigation stands against every step.".to_owned()),
        none if none == steps => lines.push("No mitigation stands against any step.".to_owned()),
        some => {
            lines.push(format!("No mitigation stands against {some} of {steps} steps: {}.", texts(tree, &found.uncovered, ", ", shown)))
        }
    }
    if !found.certain.is_empty() {
        let some = found.certain.len();
        lines.push(format!(
            "{some} of {steps} steps say no probability and count as certain: {}.",
            texts(tree, &found.certain, ", ", shown)
        ));
    }
    if let Some(simulated) = found.simulated {
        let (low, high) = (percent(simulated.low), percent(simulated.high));
        lines.push(format!("{} trials by chance: between {low} and {high} (95 %).", simulated.trials));
    }
    lines
}

/// What steps are called, at most so many of them.
fn texts(tree: &Tree, leaves: &[usize], between: &str, most: usize) -> String {
    let mut texts: Vec<String> = leaves.iter().take(most).map(|leaf| tree.leaves[*leaf].text.clone()).collect();
    if leaves.len() > most {
        texts.push(format!("{} more", leaves.len() - most));
    }
    if texts.is_empty() { "nothing".to_owned() } else { texts.join(between) }
}

/// A probability for people: in percent, with three digits that count.
fn percent(value: f64) -> String {
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

/// An amount in the currency of the tree.
fn amount(value: f64) -> String {
    if value.fract() == 0.0 { format!("{value:.0}") } else { format!("{value:.2}") }
}
