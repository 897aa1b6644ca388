//! `redan diagram`: the data flow diagram as a picture or as text for other tools.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use redan_model::Model;
use redan_report::diagram::{self, Notation, Scene, View};

use crate::exit::{Exit, Outcome, usage};
use crate::filter::suggestion;
use crate::session::Session;

/// Arguments of `diagram`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  redan diagram -o shop.svg
  redan diagram shop.tm.yaml --level 1 --notation classic -o shop.svg
  redan diagram --view login --format mermaid")]
pub(crate) struct DiagramArgs {
    /// The model; found through `redan.toml` or under `security/threat-models/` if not given
    #[arg(value_name = "MODEL")]
    model: Option<PathBuf>,
    /// A diagram that the model defines under `diagrams`
    #[arg(long, value_name = "ID", conflicts_with = "level")]
    view: Option<String>,
    /// 0 shows parents in place of their parts, 1 opens them
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(0..=1))]
    level: Option<u32>,
    /// The shapes
    #[arg(long, value_enum, default_value_t = Shapes::Guide)]
    notation: Shapes,
    /// How to write it
    #[arg(long, value_enum, default_value_t = DiagramFormat::Svg)]
    format: DiagramFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Shapes {
    /// Process box, store cylinder, person for people
    Guide,
    /// The textbook: process circle, store between two lines, external rectangle
    Classic,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum DiagramFormat {
    /// A picture
    Svg,
    /// Text for Graphviz
    Dot,
    /// A Mermaid flowchart
    Mermaid,
    /// Coordinates in pixels
    Json,
}

/// Runs `diagram`.
pub(crate) fn run(args: &DiagramArgs, session: &mut Session<'_>) -> Outcome {
    let opened = session.open_one(args.model.as_deref())?;
    let mut view = view(args, &opened.loaded.model)?;
    view.notation = match args.notation {
        Shapes::Guide => Notation::Guide,
        Shapes::Classic => Notation::Classic,
    };
    let scene = Scene::of_model(&opened.loaded.model, &opened.knowledge, &view);
    let text = match args.format {
        DiagramFormat::Svg => diagram::svg(&scene),
        DiagramFormat::Dot => diagram::dot(&scene),
        DiagramFormat::Mermaid => diagram::mermaid(&scene),
        DiagramFormat::Json => diagram::json(&scene),
    };
    let end = if text.ends_with('\n') { "" } else { "\n" };
    write!(session.terminal.out(), "{text}{end}")?;
    Ok(Exit::Fine)
}

fn view(args: &DiagramArgs, model: &Model) -> anyhow::Result<View> {
    let Some(id) = &args.view else { return Ok(View::level(args.level.unwrap_or(0))) };
    View::named(model, id).ok_or_else(|| {
        let known: Vec<&str> = model.root.diagrams.entries.keys().map(String::as_str).collect();
        let list = if known.is_empty() { "it defines none".to_owned() } else { format!("it defines {}", known.join(", ")) };
        usage(format!("the model has no diagram `{id}`{}; {list}", suggestion(id, known.iter().copied())))
    })
}
