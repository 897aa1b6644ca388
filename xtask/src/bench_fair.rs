//! `cargo xtask bench-fair`: a million simulated years of losses, and what is known about them.

use std::io::Write;

use anyhow::Context;
use nix::sys::resource::{UsageWho, getrusage};
use redan_engine::score::fair::{Ranges, loss};
use redan_model::lang::Spread;

const YEARS: usize = 1_000_000;

/// Runs `bench-fair`.
pub(crate) fn run(out: &mut dyn Write) -> anyhow::Result<()> {
    let often = Spread::Pert { min: 20.0, likely: 100.0, max: 900.0 };
    let much = Spread::Pert { min: 3_000.0, likely: 15_000.0, max: 50_000.0 };
    let pert = Ranges { often: vec![often], much };
    let lognormal = Ranges { often: vec![Spread::Exactly(0.1)], much: Spread::Lognormal { p5: 100_000.0, p95: 1_000_000.0 } };
    writeln!(
        out,
        "{:<22} {:>6} {:>20} {:>14} {:>10} {:>14} {:>14}",
        "losses a year", "CPU s", "expected", "mean", "errors off", "90 of 100", "95 of 100"
    )?;
    for (name, ranges) in [("two PERT ranges", pert), ("a lognormal range", lognormal)] {
        let start = cpu()?;
        let found = loss(&ranges, 1.0, YEARS, 42);
        let taken = cpu()? - start;
        let off = if found.standard_error > 0.0 { (found.mean - found.ale) / found.standard_error } else { 0.0 };
        writeln!(
            out,
            "{name:<22} {taken:>6.2} {:>20.9} {:>14.0} {off:>10.2} {:>14.0} {:>14.0}",
            found.ale, found.mean, found.p90, found.p95
        )?;
    }
    Ok(writeln!(out, "bound: 0.3 CPU-s each")?)
}

/// CPU seconds of this process.
fn cpu() -> anyhow::Result<f64> {
    let usage = getrusage(UsageWho::RUSAGE_SELF).context("the system counts CPU time")?;
    let seconds = |time: nix::sys::time::TimeVal| time.tv_sec() as f64 + time.tv_usec() as f64 / 1e6;
    Ok(seconds(usage.user_time()) + seconds(usage.system_time()))
}
