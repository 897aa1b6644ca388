//! `cargo xtask bench-plan`: how near to the best plan `redan plan` comes on random models, and how long that takes.
//!
//! Each model has 200 mitigations and 1,000 risks and is different in what makes the choice hard: how many mitigations a
//! threat has, whether costs are alike, what needs what, and whether effects join. In the last ones a quarter of the risks are
//! goals of attack trees, which fall for good only when something stands against each of their ways. Every line is a process of its own,
//! from the text of the model to the JSON of the plan with its front of other budgets.

mod drawn;

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, ensure};
use clap::Args;
use serde_json::Value;

use drawn::{Costs, Drawn, Shape};

/// Arguments of `bench-plan`.
#[derive(Debug, Args)]
pub(crate) struct BenchPlanArgs {
    /// How many mitigations a model has
    #[arg(long, default_value_t = 200, value_parser = clap::value_parser!(u16).range(1..))]
    mitigations: u16,
    /// How many threats
    #[arg(long, default_value_t = 1_000, value_parser = clap::value_parser!(u16).range(1..))]
    threats: u16,
    /// Models of each shape
    #[arg(long, default_value_t = 1)]
    seeds: u64,
    /// Only shapes whose name has this in it
    #[arg(long, value_name = "TEXT", default_value = "")]
    only: String,
}

const ANY: &[u8] = &[1, 2, 3];

/// The shapes: the usual ones first, then those that are hard on purpose.
const SHAPES: [Shape; 16] = [
    Shape { name: "1-4 each", each: (1, 4), strengths: ANY, costs: Costs::Spread, needs: 0, impact: 0, services: 0, trees: 0 },
    Shape { name: "few costs", each: (1, 4), strengths: ANY, costs: Costs::Few, needs: 0, impact: 0, services: 0, trees: 0 },
    Shape { name: "same costs", each: (1, 4), strengths: ANY, costs: Costs::Same, needs: 0, impact: 0, services: 0, trees: 0 },
    Shape { name: "a sixth needs others", each: (1, 4), strengths: ANY, costs: Costs::Spread, needs: 17, impact: 0, services: 0, trees: 0 },
    Shape {
        name: "a third lowers impact",
        each: (1, 4),
        strengths: ANY,
        costs: Costs::Spread,
        needs: 0,
        impact: 33,
        services: 0,
        trees: 0,
    },
    Shape { name: "needs, impact, ties", each: (1, 4), strengths: ANY, costs: Costs::Few, needs: 25, impact: 25, services: 0, trees: 0 },
    Shape { name: "raised by rules", each: (1, 4), strengths: ANY, costs: Costs::Spread, needs: 10, impact: 0, services: 25, trees: 0 },
    Shape { name: "2-4 each", each: (2, 4), strengths: ANY, costs: Costs::Spread, needs: 0, impact: 20, services: 0, trees: 0 },
    Shape { name: "2-4, all alike", each: (2, 4), strengths: &[2], costs: Costs::Same, needs: 0, impact: 0, services: 0, trees: 0 },
    Shape { name: "3-6 each", each: (3, 6), strengths: ANY, costs: Costs::Few, needs: 20, impact: 30, services: 0, trees: 0 },
    Shape { name: "3, all alike", each: (3, 3), strengths: &[2], costs: Costs::Same, needs: 0, impact: 0, services: 0, trees: 0 },
    Shape { name: "4, moderate", each: (4, 4), strengths: &[2], costs: Costs::Spread, needs: 0, impact: 0, services: 0, trees: 0 },
    Shape { name: "trees, 2-4 each", each: (2, 4), strengths: ANY, costs: Costs::Spread, needs: 0, impact: 0, services: 0, trees: 25 },
    Shape { name: "trees, few costs", each: (2, 4), strengths: ANY, costs: Costs::Few, needs: 20, impact: 20, services: 0, trees: 25 },
    Shape { name: "trees, 4, moderate", each: (4, 4), strengths: &[2], costs: Costs::Spread, needs: 0, impact: 0, services: 0, trees: 25 },
    Shape { name: "trees, 3, all alike", each: (3, 3), strengths: &[3], costs: Costs::Same, needs: 0, impact: 0, services: 0, trees: 25 },
];

/// Runs `bench-plan`.
pub(crate) fn run(args: &BenchPlanArgs, out: &mut dyn Write) -> anyhow::Result<()> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("xtask lies in the root")?;
    let redan = root.join("target/release/redan");
    ensure!(redan.is_file(), "build it first: cargo build --release --bin redan --bin xtask");
    let folder = std::env::temp_dir().join(format!("redan-bench-plan-{}", std::process::id()));
    fs::create_dir_all(&folder)?;
    let done = measure(args, &redan, &folder, out);
    fs::remove_dir_all(&folder)?;
    done
}

fn measure(args: &BenchPlanArgs, redan: &Path, folder: &Path, out: &mut dyn Write) -> anyhow::Result<()> {
    writeln!(
        out,
        "{:<22} {:>4} {:<15} {:>6} {:>7} {:>8} {:>9} {:>7} {:>6}",
        "model", "seed", "asked for", "risks", "hours", "left", "bound", "gap %", "CPU s"
    )?;
    let (mut count, mut within, mut worst, mut slowest) = (0, 0, 0.0_f64, 0.0_f64);
    for shape in SHAPES.iter().filter(|shape| shape.name.contains(&args.only)) {
        for seed in 1..=args.seeds {
            let model = Drawn::new(shape, seed, args.mitigations.into(), args.threats.into());
            let file = folder.join("model.tm.yaml");
            fs::write(&file, model.text())?;
            let total: u64 = model.mitigations.iter().map(|mitigation| mitigation.hours).sum();
            for asked in asked(total) {
                let (cpu, plan) = plan(redan, &file, &asked)?;
                let number = |name: &str| plan.pointer(name).and_then(Value::as_f64).unwrap_or(f64::NAN);
                let gap = number("/proof/gap") * 100.0;
                let risks = ["risks", "goals"].map(|list| plan[list].as_array().map_or(0, Vec::len)).iter().sum::<usize>();
                let (hours, left, bound) = (number("/cost/hours"), number("/risk/after"), number("/proof/bound"));
                let shown = asked.join(" ");
                writeln!(
                    out,
                    "{:<22} {seed:>4} {shown:<15} {risks:>6} {hours:>7} {left:>8} {bound:>9.0} {gap:>7.2} {cpu:>6.2}",
                    shape.name
                )?;
                count += 1;
                within += u32::from(gap <= 2.0 && cpu <= 5.0);
                (worst, slowest) = (worst.max(gap), slowest.max(cpu));
            }
        }
    }
    Ok(writeln!(out, "{within} of {count} within 2 % and 5 CPU-s; widest gap {worst:.2} %, slowest {slowest:.2} CPU-s")?)
}

/// Three targets, and a twentieth, a fifth and two fifths of the hours of everything.
fn asked(total: u64) -> Vec<[String; 2]> {
    let targets = ["high", "medium", "low"].map(|band| ["--target".to_owned(), band.to_owned()]);
    let budgets = [20, 5].map(|part| ["--budget".to_owned(), format!("{}h", total / part)]);
    let more = ["--budget".to_owned(), format!("{}h", total * 2 / 5)];
    targets.into_iter().chain(budgets).chain([more]).collect()
}

/// CPU seconds of a plan, and the plan.
fn plan(redan: &Path, file: &Path, asked: &[String; 2]) -> anyhow::Result<(f64, Value)> {
    let answer = file.with_extension("json");
    let measured = Command::new(std::env::current_exe()?)
        .args(["bench", "--once"])
        .arg(redan)
        .arg("plan")
        .arg(file)
        .args(asked)
        .args(["--format", "json", "--today", "2026-01-01", "-o"])
        .arg(&answer)
        .output()?;
    let text = String::from_utf8(measured.stdout)?;
    let numbers: Vec<f64> = text.split_whitespace().filter_map(|word| word.parse().ok()).collect();
    let [_, cpu, _] = numbers[..] else { anyhow::bail!("{}", String::from_utf8_lossy(&measured.stderr)) };
    Ok((cpu / 1e3, serde_json::from_slice(&fs::read(&answer)?)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_drawn_model_is_valid_and_the_same_for_the_same_seed() {
        let vocabulary = redan_engine::Knowledge::embedded().vocabulary();
        for shape in &SHAPES {
            let text = Drawn::new(shape, 3, 30, 60).text();
            let loaded = redan_model::load_text("drawn.tm.yaml", &text, &vocabulary);
            assert!(loaded.is_valid(), "{}: {:?}", shape.name, loaded.diagnostics);
            assert_eq!(text, Drawn::new(shape, 3, 30, 60).text());
            assert_ne!(text, Drawn::new(shape, 4, 30, 60).text());
        }
    }
}
