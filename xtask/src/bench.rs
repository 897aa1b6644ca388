//! `cargo xtask bench`: how long the release build takes and how much memory it needs, on models of three sizes.
//!
//! Times include the start of the process. Every run is measured in a process of its own, because the kernel reports
//! peak memory for all finished children together. The ratios show how cost grows with size. The bounds stand beside
//! what was measured; none of them is enforced, because machines differ.

mod drawings;
mod grown;
mod many;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, ensure};
use clap::Args;
use nix::sys::resource::{UsageWho, getrusage};

use crate::gen_model;

/// Arguments of `bench`.
#[derive(Debug, Args)]
pub(crate) struct BenchArgs {
    /// How often everything is run; the median counts
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    runs: u32,
    /// Measures a copy of the workspace in which rules are repeated under other ids until there are this many
    #[arg(long, value_name = "COUNT")]
    rules: Option<usize>,
    /// The same for controls; with `--rules` only
    #[arg(long, value_name = "COUNT", default_value_t = 150, requires = "rules")]
    controls: usize,
    /// Runs a command once and writes its numbers; for use by the benchmark itself
    #[arg(long, hide = true, num_args = 1.., allow_hyphen_values = true)]
    once: Option<Vec<String>>,
}

/// What a run took.
#[derive(Debug, Clone, Copy, Default)]
struct Sample {
    wall_ms: f64,
    cpu_ms: f64,
    peak_kib: f64,
}

/// Runs `bench`.
pub(crate) fn run(args: &BenchArgs, out: &mut dyn Write) -> anyhow::Result<()> {
    if let Some(command) = &args.once {
        let sample = once(command)?;
        return Ok(writeln!(out, "{} {} {}", sample.wall_ms, sample.cpu_ms, sample.peak_kib)?);
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("xtask lies in the root")?;
    let binary = match args.rules {
        Some(rules) => grown::build(root, rules, args.controls)?,
        None => build(root, &root.join("target"))?,
    };
    let models = models(root)?;
    writeln!(out, "{:<10} {:<14} {:>9} {:>9} {:>9}   bound", "command", "model", "wall ms", "CPU ms", "peak MiB")?;
    start_up(&binary, args.runs, out)?;
    for command in ["threats", "check"] {
        growth(command, &binary, &models, args.runs, out)?;
    }
    for (name, bound) in [("paths", "1,000 ms"), ("diff", "150 ms")] {
        let large = &models[1];
        let path = path_text(&large.path)?;
        let words: &[&str] = if name == "diff" { &["diff", path, path] } else { &["paths", path] };
        let sample = median_of(&binary, &[words, &["--format", "json", "--today", "2026-01-01"]].concat(), args.runs)?;
        row(out, name, large.name, sample, bound)?;
    }
    drawings::run(root, &binary, args.runs, out)?;
    many::run(root, &binary, args.runs, out)
}

/// Measures a command on models of three sizes, and how its cost grows. The sizes take turns, since the same call takes
/// half as long again from one minute to the next on a machine that others use too; each turn gives one multiple.
fn growth(command: &str, binary: &Path, models: &[Measured; 3], runs: u32, out: &mut dyn Write) -> anyhow::Result<()> {
    let [mut cpu, mut peak] = [Vec::new(), Vec::new()];
    let mut samples: [Vec<Sample>; 3] = Default::default();
    for _ in 0..runs {
        for (model, samples) in models.iter().zip(&mut samples) {
            let arguments = [command, path_text(&model.path)?, "--format", "json", "--today", "2026-01-01"];
            samples.push(median_of(binary, &arguments, model.repeated)?);
        }
        if let [_, Some(small), Some(large)] = samples.each_ref().map(|samples| samples.last()) {
            cpu.push(large.cpu_ms / small.cpu_ms.max(0.001));
            peak.push(large.peak_kib / small.peak_kib.max(0.001));
        }
    }
    for (model, samples) in models.iter().zip(&samples) {
        let bound = if command == "threats" || model.name == "web-login" { model.bound } else { "" };
        row(out, command, model.name, middle(samples), bound)?;
    }
    let least = cpu.iter().copied().fold(f64::INFINITY, f64::min);
    let most = cpu.iter().copied().fold(0.0, f64::max);
    let (cpu, peak) = (median(cpu), median(peak));
    Ok(writeln!(
        out,
        "{command:<10} 10 times the size: {cpu:.1} times the CPU time ({least:.1} to {most:.1} in {runs} turns), {peak:.1} times the memory   10.5 times"
    )?)
}

/// The release build of a workspace.
fn build(root: &Path, target: &Path) -> anyhow::Result<PathBuf> {
    let mut cargo = Command::new("cargo");
    cargo.args(["build", "--release", "--locked", "--bin", "redan", "--target-dir"]).arg(target).current_dir(root);
    ensure!(cargo.status()?.success(), "the release build failed");
    Ok(target.join("release/redan"))
}

/// What reading and checking the embedded knowledge takes: a command that does little else, less one that does not.
fn start_up(binary: &Path, runs: u32, out: &mut dyn Write) -> anyhow::Result<()> {
    let nothing = median_of(binary, &["--version"], runs)?;
    let all = median_of(binary, &["rules", "show", "sql-injection"], runs)?;
    row(out, "--version", "", nothing, "")?;
    row(out, "rules show", "", all, "")?;
    let knowledge = (all.cpu_ms - nothing.cpu_ms).max(0.0);
    Ok(writeln!(out, "{:<10} {:<14} {:>9} {knowledge:>9.1} {:>9}   10 CPU ms", "knowledge", "", "", "")?)
}

fn row(out: &mut dyn Write, command: &str, model: &str, sample: Sample, bound: &str) -> anyhow::Result<()> {
    let Sample { wall_ms, cpu_ms, peak_kib } = sample;
    Ok(writeln!(out, "{command:<10} {model:<14} {wall_ms:>9.1} {cpu_ms:>9.1} {:>9.1}   {bound}", peak_kib / 1024.0)?)
}

/// A model to measure with.
struct Measured {
    name: &'static str,
    path: PathBuf,
    bound: &'static str,
    /// How often it is run a turn: what takes little time is measured as long as what takes much.
    repeated: u32,
}

fn path_text(path: &Path) -> anyhow::Result<&str> {
    path.to_str().with_context(|| format!("{} is not text", path.display()))
}

fn models(root: &Path) -> anyhow::Result<[Measured; 3]> {
    let folder = root.join("target/bench");
    fs::create_dir_all(&folder).with_context(|| format!("creating {}", folder.display()))?;
    let web_login = root.join("examples/web-login/web-login.tm.yaml");
    let bounded = "0.25 CPU-s (0.5 with 250 rules), 150 MB";
    let generated = |name, elements, flows, bound, repeated| {
        let path = folder.join(format!("generated-{elements}.tm.yaml"));
        fs::write(&path, gen_model::model(elements, flows)).with_context(|| format!("writing {}", path.display()))?;
        anyhow::Ok(Measured { name, path, bound, repeated })
    };
    Ok([
        Measured { name: "web-login", path: web_login, bound: "20 ms, 20 MB", repeated: 5 },
        generated("1,000/2,000", 1_000, 2_000, bounded, 5)?,
        generated("10,000/20,000", 10_000, 20_000, "", 1)?,
    ])
}

fn median_of(binary: &Path, arguments: &[&str], runs: u32) -> anyhow::Result<Sample> {
    let mut samples = Vec::new();
    for _ in 0..runs {
        let output = Command::new(std::env::current_exe()?)
            .args(["bench", "--once"])
            .arg(binary)
            .args(arguments)
            .stderr(Stdio::inherit())
            .output()?;
        ensure!(output.status.success(), "a measured run failed");
        let text = String::from_utf8(output.stdout)?;
        let numbers = text.split_whitespace().map(str::parse).collect::<Result<Vec<f64>, _>>()?;
        let [wall_ms, cpu_ms, peak_kib] = numbers[..] else { anyhow::bail!("unexpected output of a measured run: {text}") };
        samples.push(Sample { wall_ms, cpu_ms, peak_kib });
    }
    Ok(middle(&samples))
}

/// The medians of samples.
fn middle(samples: &[Sample]) -> Sample {
    let of = |part: fn(&Sample) -> f64| median(samples.iter().map(part).collect());
    Sample { wall_ms: of(|s| s.wall_ms), cpu_ms: of(|s| s.cpu_ms), peak_kib: of(|s| s.peak_kib) }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    if values.len() % 2 == 1 { values[middle] } else { f64::midpoint(values[middle - 1], values[middle]) }
}

/// Runs a command as the only child of this process.
fn once(command: &[String]) -> anyhow::Result<Sample> {
    let (program, arguments) = command.split_first().context("nothing to run")?;
    let start = Instant::now();
    let status = Command::new(program).args(arguments).stdout(Stdio::null()).status().with_context(|| format!("running {program}"))?;
    let wall_ms = start.elapsed().as_secs_f64() * 1000.0;
    // 1 says that the gate failed, which is an answer like any other.
    ensure!(matches!(status.code(), Some(0 | 1)), "{program} ended with {status}");
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN)?;
    let ms = |time: nix::sys::time::TimeVal| time.tv_sec() as f64 * 1000.0 + time.tv_usec() as f64 / 1000.0;
    Ok(Sample { wall_ms, cpu_ms: ms(usage.user_time()) + ms(usage.system_time()), peak_kib: usage.max_rss() as f64 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_median_of_an_even_number_of_runs_is_the_mean_of_the_middle_two() {
        assert!((median(vec![4.0, 1.0, 3.0, 2.0]) - 2.5).abs() < 1e-9);
    }

    #[test]
    fn a_run_is_measured() {
        let sample = once(&["true".to_owned()]).expect("`true` is on every Unix");
        assert!(sample.wall_ms > 0.0 && sample.peak_kib > 0.0);
    }
}
