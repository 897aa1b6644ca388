//! `redan render`: refreshes generated regions of Markdown models and READMEs.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::Args;
use redan_model::markdown::fragments;
use redan_report::regions::{self, BadRegion, REGIONS};

use crate::exit::{Exit, Outcome, usage};
use crate::project::read_text;
use crate::session::{Opened, Session};
use crate::{atomic, diff};

/// Arguments of `render`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  redan render --in-place README.md
  redan render --in-place shop.tm.md               a model in Markdown shows itself
  redan render --check README.md docs/threats.md   changes nothing; fails if a file is stale

A region goes from `<!-- redan:begin NAME -->` to `<!-- redan:end -->`, each on a line of its own.
Names: summary, scope, diagram, elements, assets, threats, questions, mitigations, tests, residual, risk.")]
pub(crate) struct RenderArgs {
    /// Markdown files with regions
    #[arg(value_name = "FILE", required = true)]
    files: Vec<PathBuf>,
    /// The model that they show; the file itself if it is a model, else found through `redan.toml` or under
    /// `security/threat-models/`
    #[arg(long, value_name = "MODEL")]
    model: Option<PathBuf>,
    /// Write into the files
    #[arg(long, required_unless_present = "check")]
    in_place: bool,
    /// Change nothing, show what would change, and fail if something would
    #[arg(long, conflicts_with = "in_place")]
    check: bool,
}

/// Runs `render`.
pub(crate) fn run(args: &RenderArgs, session: &mut Session<'_>) -> Outcome {
    let mut exit = Exit::Fine;
    // Every file is rendered before one is written, so that a fault in the last one leaves the first as it is.
    let mut stale: Vec<(&Path, String, String, String)> = Vec::new();
    for path in &args.files {
        let shown = path.to_string_lossy().replace('\\', "/");
        let old = read_text(path, &shown).map_err(usage)?;
        let new = rendered(args, path, &shown, &old, session)?;
        if new != old {
            stale.push((path, shown, old, new));
        }
    }
    for (path, shown, old, new) in stale {
        if args.check {
            let text = diff::unified(&shown, &old, &new, session.terminal.color);
            session.terminal.out().write_all(text.as_bytes())?;
            exit = Exit::GateFailed;
        } else {
            let target = fs::canonicalize(path).with_context(|| format!("writing {}", path.display()))?;
            atomic::write(&target, new.as_bytes())?;
            session.terminal.note(&format!("refreshed {shown}"));
        }
    }
    Ok(exit)
}

fn rendered(args: &RenderArgs, path: &Path, shown: &str, old: &str, session: &mut Session<'_>) -> anyhow::Result<String> {
    let found = fragments(old);
    if found.regions.is_empty() {
        let names = REGIONS.map(|(name, _)| name).join(", ");
        return Err(usage(format!(
            "{shown} has no region; write `<!-- redan:begin NAME -->` and `<!-- redan:end -->`, NAME one of {names}"
        )));
    }
    let model = args.model.as_deref().or_else(|| found.is_model().then_some(path));
    let opened: Opened = session.open_one(model)?;
    let analysis = opened.analyse();
    regions::render(&opened.input(&analysis), old)
        .map_err(|bad| usage(bad.iter().map(|region| said(shown, old, region)).collect::<Vec<_>>().join("\n")))
}

fn said(shown: &str, text: &str, region: &BadRegion) -> String {
    let line = text[..region.at.start].matches('\n').count() + 1;
    let help = region
        .near
        .map_or_else(|| format!("there are {}", REGIONS.map(|(name, _)| name).join(", ")), |near| format!("did you mean `{near}`?"));
    format!("{shown}:{line}: there is no region `{}`; {help}", region.name)
}
