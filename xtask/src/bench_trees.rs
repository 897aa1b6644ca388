//! `cargo xtask bench-trees`: fault trees of the Aralia set, against the numbers that are known and against SCRAM.
//!
//! Times are those of the work on the tree alone: normal form, modules, diagrams, minimal sets, their number and the
//! probability; of SCRAM, what its log calls the algorithm, which leaves out its own preprocessing. Runs of both alternate, so
//! that both meet the same load. CPU time and memory are those of a whole `redan tree`.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, ensure};
use clap::Args;
use redan_engine::Analysis;
use redan_engine::tree::{Budget, Solution, Tree, trees};
use redan_model::{Vocabulary, load_text};

/// Arguments of `bench-trees`.
#[derive(Debug, Args)]
pub(crate) struct BenchTreesArgs {
    /// How often everything is run; the median counts
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    runs: u32,
    /// Only trees whose name has this in it
    #[arg(long, value_name = "TEXT", default_value = "")]
    only: String,
    /// The most nodes of one diagram
    #[arg(long, value_name = "NODES", default_value_t = Budget::default().nodes)]
    budget: usize,
    /// Leave SCRAM out
    #[arg(long)]
    alone: bool,
}

/// Runs `bench-trees`.
pub(crate) fn run(args: &BenchTreesArgs, out: &mut dyn Write) -> anyhow::Result<()> {
    let folder = PathBuf::from(std::env::var_os("REDAN_CORPUS").context("REDAN_CORPUS names the folder with the samples")?).join("aralia");
    let expected = fs::read_to_string(folder.join("expected.csv"))?;
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("xtask lies in the root")?;
    let redan = root.join("target/release/redan");
    ensure!(redan.is_file(), "build it first: cargo build --release --bin redan");
    writeln!(
        out,
        "{:<10} {:>10} {:>10} {:>7} {:>9} {:>9}   minimal sets, probability",
        "tree", "ours ms", "SCRAM ms", "ratio", "CPU s", "peak MiB"
    )?;
    let mut ratios: Vec<f64> = Vec::new();
    for name in names(&folder)?.iter().filter(|name| name.contains(&args.only)) {
        let file = folder.join(format!("{name}.xml"));
        let tree = read(&file)?;
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        let mut answer = String::new();
        for _ in 0..args.runs {
            let p = tree.probabilities();
            let start = Instant::now();
            let solution = Solution::of(&tree.structure, &p, Budget { nodes: args.budget, sets: true });
            let (bounds, count) = (solution.probability(&p), solution.count());
            ours.push(start.elapsed().as_secs_f64() * 1e3);
            answer = match count {
                Some(count) => verdict(&expected, name, &count.to_string(), bounds.low),
                None => format!("budget exceeded: between {:.6e} and {:.6e}", bounds.low, bounds.high),
            };
            if !args.alone && theirs.len() == ours.len() - 1 {
                theirs.extend(scram(&file)?);
            }
        }
        let (cpu, peak) = whole(&redan, &file, args.budget)?;
        let (ours, theirs) = (median(&mut ours), (theirs.len() == args.runs as usize).then(|| median(&mut theirs)));
        let ratio = theirs.map(|theirs| ours / theirs);
        ratios.extend(ratio);
        let shown = |value: Option<f64>| value.map_or("-".to_owned(), |value| format!("{value:.2}"));
        writeln!(out, "{name:<10} {ours:>10.2} {:>10} {:>7} {cpu:>9.2} {peak:>9.0}   {answer}", shown(theirs), shown(ratio))?;
    }
    if !ratios.is_empty() {
        #[expect(clippy::cast_precision_loss, reason = "there are some dozens")]
        let mean = (ratios.iter().map(|ratio| ratio.ln()).sum::<f64>() / ratios.len() as f64).exp();
        let worst = ratios.iter().copied().fold(0.0, f64::max);
        writeln!(out, "geometric mean of the ratios {mean:.3} (bound 1), worst {worst:.2} (bound 3)")?;
    }
    Ok(())
}

fn names(folder: &Path) -> anyhow::Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|ending| ending == "xml") {
            names.extend(path.file_stem().and_then(|name| name.to_str()).map(str::to_owned));
        }
    }
    names.sort();
    Ok(names)
}

fn read(file: &Path) -> anyhow::Result<Tree> {
    let imported = redan_interop::import(redan_interop::Format::Mef, &fs::read(file)?)?;
    let loaded = load_text("tree", &imported.model.to_string(), &Vocabulary::default());
    ensure!(loaded.is_valid(), "{}: {:?}", file.display(), loaded.diagnostics.first());
    trees(&loaded.model, &Analysis::default()).into_iter().next().context("the file has a tree")
}

/// The milliseconds of SCRAM's algorithm; nothing if it does not get that far in a minute.
fn scram(file: &Path) -> anyhow::Result<Option<f64>> {
    let mut child = Command::new("timeout")
        .args(["60", "stdbuf", "-oL", "scram", "--bdd", "--probability", "1", "-l", "1000", "--verbosity", "5"])
        .arg(file)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .context("starting scram")?;
    let log = child.stderr.take().context("the log is piped")?;
    let mut found = None;
    for line in BufReader::new(log).lines() {
        if let Some((_, seconds)) = line?.split_once("The algorithm finished in ") {
            found = seconds.trim().parse::<f64>().ok().map(|seconds| seconds * 1e3);
            break;
        }
    }
    // What follows is a report of every product.
    let _ = child.kill();
    child.wait()?;
    Ok(found)
}

/// CPU seconds and MiB of a whole run.
fn whole(redan: &Path, file: &Path, budget: usize) -> anyhow::Result<(f64, f64)> {
    let output = Command::new(std::env::current_exe()?)
        .args(["bench", "--once"])
        .arg(redan)
        .arg("tree")
        .arg(file)
        .args(["--format", "json", "--budget", &budget.to_string()])
        .output()?;
    let text = String::from_utf8(output.stdout)?;
    let numbers: Vec<f64> = text.split_whitespace().filter_map(|word| word.parse().ok()).collect();
    let [_, cpu, peak] = numbers[..] else { anyhow::bail!("no numbers for {}", file.display()) };
    Ok((cpu / 1e3, peak / 1024.0))
}

/// Whether an answer is the known one: columns 6 and 7 are SCRAM's, 13 and 14 those of a second program.
fn verdict(expected: &str, name: &str, count: &str, probability: f64) -> String {
    let row = expected.lines().map(|line| line.split(',').collect::<Vec<_>>()).find(|row| row.first() == Some(&name));
    let row = row.unwrap_or_default();
    let at = |column: usize| row.get(column).copied().unwrap_or_default();
    let same_count = at(5) == count || (at(5).is_empty() && at(12) == count);
    let known: f64 = at(13).parse().unwrap_or(f64::NAN);
    let same = (probability - known).abs() <= 2e-5 * known;
    let said = |same: bool| if same { "as known" } else { "NOT as known" };
    format!("{count} {}, {probability:.6e} {}", said(same_count), said(same))
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}
