//! `redan diagram`: the data flow diagram as a picture or as text for other tools.

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use redan_model::{Model, Thing};
use redan_report::diagram::{self, Notation, Scene, Source, View};
use unicode_width::UnicodeWidthStr;

use crate::exit::{Exit, Outcome, usage};
use crate::filter::suggestion;
use crate::project::read_text;
use crate::session::{Opened, Session};

/// Columns of a drawing in letters that does not go to a screen.
const COLUMNS: usize = 100;

/// Arguments of `diagram`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  redan diagram -o shop.svg
  redan diagram shop.tm.yaml --level 1 --notation classic -o shop.png
  redan diagram --view login --format mermaid
  redan diagram --around auth --hops 1         an element and its neighbours
  redan diagram --flow login                   one flow and its ends
  redan diagram --highlight browser,web-app,auth -o path.svg
  redan diagram --previous old.json -o new.svg after `redan diagram -o old.json`: things stay where they were

The format follows the ending of the output file, if --format is not given: .svg .png .dot .mmd .puml .d2 .drawio .json
.txt. On a screen it is a drawing in letters.")]
pub(crate) struct DiagramArgs {
    /// The model; found through `redan.toml` or under `security/threat-models/` if not given
    #[arg(value_name = "MODEL")]
    model: Option<PathBuf>,
    /// A diagram that the model defines under `diagrams`
    #[arg(long, value_name = "ID", conflicts_with_all = ["level", "around", "flow"])]
    view: Option<String>,
    /// 0 shows parents in place of their parts, 1 opens them
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(0..=1))]
    level: Option<u32>,
    /// Only this element, or these, and what is near in flows
    #[arg(long, value_name = "ID", value_delimiter = ',', conflicts_with = "flow")]
    around: Vec<String>,
    /// How many flows away from `--around` things may be
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(0..=100))]
    hops: u32,
    /// Only this flow, or these, and what they run between
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    flow: Vec<String>,
    /// Elements and flows to point out; two elements in a row stand for the flows between them
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    highlight: Vec<String>,
    /// The shapes
    #[arg(long, value_enum, default_value_t = Shapes::Guide)]
    notation: Shapes,
    /// The diagram as it was, in JSON: things stay near where they were
    #[arg(long, value_name = "FILE")]
    previous: Option<PathBuf>,
    /// How to write it
    #[arg(long, value_enum)]
    format: Option<DiagramFormat>,
    /// Leave out the badges of open threats, or the text of the model that pictures hold
    #[arg(long, value_enum, value_name = "WHAT", value_delimiter = ',')]
    without: Vec<Part>,
    /// A report that badges lead to: `report.html`
    #[arg(long, value_name = "FILE")]
    link: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Shapes {
    /// Process box, store cylinder, person for people
    Guide,
    /// The textbook: process circle, store between two lines, external rectangle
    Classic,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Part {
    /// The badges that count open threats
    Threats,
    /// The text of the model, by which a picture can be opened as a model
    Source,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum DiagramFormat {
    /// A picture that scales
    Svg,
    /// A picture in pixels
    Png,
    /// A drawing in letters
    Text,
    /// Text for Graphviz
    Dot,
    /// A Mermaid flowchart
    Mermaid,
    #[value(help = "Text for PlantUML")]
    Plantuml,
    /// Text for D2
    D2,
    /// A file for draw.io
    Drawio,
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
    view.links.clone_from(&args.link);
    for id in &args.highlight {
        view.highlight
            .push(thing(&opened.loaded.model, id, "element or flow", |thing| matches!(thing, Thing::Element(_) | Thing::Flow(_)))?);
    }
    let format = args.format.unwrap_or_else(|| format_for(session.common.output.as_deref(), session.terminal.width.is_some()));
    let mut scene = scene(args, &opened, &view, format);
    if let Some(previous) = &args.previous {
        let text = read_text(&session.cwd.join(previous), &previous.display().to_string()).map_err(usage)?;
        let wrong = |error| usage(format!("`{}` is no diagram that `redan diagram --format json` wrote: {error}", previous.display()));
        diagram::follow(&mut scene, &text).map_err(wrong)?;
    }
    // A file is the same whatever the width of the screen is.
    let columns = session.terminal.width.filter(|_| session.common.output.is_none()).unwrap_or(COLUMNS);
    let bytes = bytes(args, &opened, &scene, format, columns)?;
    session.terminal.out().write_all(&bytes)?;
    if format == DiagramFormat::Text && session.common.output.is_none() {
        too_wide(&bytes, session)?;
    }
    Ok(Exit::Fine)
}

/// Says how to look at a drawing that a screen would break into pieces.
fn too_wide(bytes: &[u8], session: &mut Session<'_>) -> std::io::Result<()> {
    let Some(columns) = session.terminal.width else { return Ok(()) };
    let widest = String::from_utf8_lossy(bytes).lines().map(UnicodeWidthStr::width).max().unwrap_or(0);
    if widest > columns {
        let out = session.terminal.out();
        writeln!(out, "\nThe drawing takes {widest} columns, the screen has {columns}: redan diagram --format text | less -S")?;
    }
    Ok(())
}

/// The format that an output file asks for by its name; letters for a screen, a picture for anything else.
fn format_for(output: Option<&Path>, is_screen: bool) -> DiagramFormat {
    let ending = output.and_then(Path::extension).and_then(|ending| ending.to_str()).unwrap_or_default();
    match ending.to_ascii_lowercase().as_str() {
        "png" => DiagramFormat::Png,
        "txt" => DiagramFormat::Text,
        "dot" | "gv" => DiagramFormat::Dot,
        "mmd" | "mermaid" => DiagramFormat::Mermaid,
        "puml" | "plantuml" => DiagramFormat::Plantuml,
        "d2" => DiagramFormat::D2,
        "drawio" => DiagramFormat::Drawio,
        "json" => DiagramFormat::Json,
        _ if is_screen && output.is_none() => DiagramFormat::Text,
        _ => DiagramFormat::Svg,
    }
}

/// What is drawn. Only formats that show badges need the analysis.
fn scene(args: &DiagramArgs, opened: &Opened, view: &View, format: DiagramFormat) -> Scene {
    let shows_threats = matches!(format, DiagramFormat::Svg | DiagramFormat::Png | DiagramFormat::Text);
    if shows_threats && !args.without.contains(&Part::Threats) {
        let analysis = opened.analyse();
        return Scene::of(&opened.input(&analysis), view);
    }
    Scene::of_model(&opened.loaded.model, &opened.knowledge, view)
}

fn bytes(args: &DiagramArgs, opened: &Opened, scene: &Scene, format: DiagramFormat, columns: usize) -> anyhow::Result<Vec<u8>> {
    let name = opened.below.rsplit('/').next().unwrap_or_default();
    let text = opened.loaded.sources.iter().next().map(|(_, source)| source.text());
    let source = text.filter(|_| !args.without.contains(&Part::Source)).map(|text| Source { name, text });
    let mut text = match format {
        DiagramFormat::Svg => source.map_or_else(|| diagram::svg(scene), |source| diagram::svg_with_source(scene, source)),
        DiagramFormat::Png => return diagram::png(scene, source).map_err(|why| usage(format!("cannot draw the picture: {why}"))),
        DiagramFormat::Text => diagram::text(scene, columns),
        DiagramFormat::Dot => diagram::dot(scene),
        DiagramFormat::Mermaid => diagram::mermaid(scene),
        DiagramFormat::Plantuml => diagram::plantuml(scene),
        DiagramFormat::D2 => diagram::d2(scene),
        DiagramFormat::Drawio => diagram::drawio(scene),
        DiagramFormat::Json => diagram::json(scene),
    };
    if !text.ends_with('\n') {
        text.push('\n');
    }
    Ok(text.into_bytes())
}

fn view(args: &DiagramArgs, model: &Model) -> anyhow::Result<View> {
    if !args.around.is_empty() {
        let mut around = Vec::new();
        for id in &args.around {
            if let Thing::Element(ix) = thing(model, id, "element", |thing| matches!(thing, Thing::Element(_)))? {
                around.push(ix);
            }
        }
        return Ok(View { level: args.level.unwrap_or(1), ..View::around(around, args.hops) });
    }
    if !args.flow.is_empty() {
        let mut flows = Vec::new();
        for id in &args.flow {
            if let Thing::Flow(ix) = thing(model, id, "flow", |thing| matches!(thing, Thing::Flow(_)))? {
                flows.push(ix);
            }
        }
        return Ok(View { level: args.level.unwrap_or(1), ..View::flows(flows) });
    }
    let Some(id) = &args.view else { return Ok(View::level(args.level.unwrap_or(0))) };
    View::named(model, id).ok_or_else(|| {
        let known: Vec<&str> = model.root.diagrams.entries.keys().map(String::as_str).collect();
        let list = if known.is_empty() { "it defines none".to_owned() } else { format!("it defines {}", known.join(", ")) };
        usage(format!("the model has no diagram `{id}`{}; {list}", suggestion(id, known.iter().copied())))
    })
}

/// The thing of a kind that an id stands for.
fn thing(model: &Model, id: &str, kind: &str, fits: fn(&Thing) -> bool) -> anyhow::Result<Thing> {
    if let Some(found) = model.find(id).filter(fits) {
        return Ok(found);
    }
    let elements = model.elements.iter().map(|element| element.identity.id.as_str()).filter(|_| kind != "flow");
    let flows = model.flows.iter().map(|flow| flow.identity.id.as_str()).filter(|_| kind != "element");
    let known: Vec<&str> = elements.chain(flows).collect();
    Err(usage(format!("the model has no {kind} `{id}`{}", suggestion(id, known.iter().copied()))))
}
