//! `cargo xtask layout-report`: draws about thirty models, counts what is wrong with each picture, measures how far a
//! picture moves when an element is added, and writes a page with all pictures, to be looked at.

mod systems;

use std::fmt::Write as _;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::Context;
use clap::Args;
use redan_engine::Knowledge;
use redan_model::{Model, load_text};
use redan_report::diagram::{self, Faults, Layout, Notation, Scene, View};

use crate::knowledge::root;

/// Arguments of `layout-report`.
#[derive(Debug, Args)]
pub(crate) struct LayoutReportArgs {
    /// Where to write the page
    #[arg(short, long, value_name = "FILE", default_value = "target/layout-report.html")]
    output: PathBuf,
    /// Only the models whose name holds this text
    #[arg(long, value_name = "TEXT")]
    only: Option<String>,
    /// Write each picture as a file into this folder as well
    #[arg(long, value_name = "FOLDER")]
    pictures: Option<PathBuf>,
}

/// A picture of the report.
struct Case {
    name: String,
    model: Model,
    view: View,
}

/// Runs `layout-report`.
pub(crate) fn run(args: &LayoutReportArgs, out: &mut dyn Write) -> anyhow::Result<()> {
    let knowledge = Knowledge::embedded();
    let mut cases = examples(&knowledge)?;
    cases.extend(generated(&knowledge));
    cases.extend(foreign(&knowledge)?);
    if let Some(text) = &args.only {
        cases.retain(|case| case.name.contains(text.as_str()));
    }
    let mut page = String::from(HEAD);
    let mut total = 0;
    writeln!(out, "{:<44} nodes flows  over boxes thru label stray bare  lost  cross    ms      size", "model")?;
    for case in &cases {
        let scene = Scene::of_model(&case.model, &knowledge, &case.view);
        let started = Instant::now();
        let layout = diagram::layout(&scene);
        let millis = started.elapsed().as_millis();
        let faults = Faults::of(&scene, &layout);
        let line = line(&case.name, &scene, &layout, &faults, millis);
        writeln!(out, "{line}")?;
        let held_to = if scene.nodes.len() <= 60 { faults.total() } else { faults.serious() };
        total += held_to;
        let svg = diagram::svg_inline(&scene, &format!("{}-", case.name.replace([' ', '/'], "-")));
        let class = if held_to > 0 { " class=\"bad\"" } else { "" };
        let _ = write!(page, "<h2{class}>{}</h2><pre>{}</pre>{svg}", escaped(&case.name), escaped(&line));
        if let Some(folder) = &args.pictures {
            fs::create_dir_all(folder)?;
            fs::write(folder.join(format!("{}.svg", case.name.replace([' ', '/'], "-"))), diagram::svg(&scene))?;
        }
    }
    if args.only.is_none() {
        stability(&knowledge, out)?;
    }
    fs::write(&args.output, page).with_context(|| format!("writing {}", args.output.display()))?;
    writeln!(out, "{} pictures, {total} breaches; {}", cases.len(), args.output.display())?;
    anyhow::ensure!(total == 0, "{total} breaches of what must hold");
    Ok(())
}

const HEAD: &str = "<!doctype html><meta charset=utf-8><title>Layouts</title><style>body{font-family:sans-serif;margin:1rem}\
    svg{border:1px solid #ccc;max-width:100%;height:auto}.bad{color:#b00}</style>";

fn line(name: &str, scene: &Scene, layout: &Layout, faults: &Faults, millis: u128) -> String {
    format!(
        "{name:<44} {:>5} {:>5} {:>5} {:>5} {:>4} {:>5} {:>5} {:>4} {:>5} {:>6} {millis:>5} {:>5.0}x{:<5.0}",
        scene.nodes.len(),
        scene.edges.len(),
        faults.nodes,
        faults.boxes,
        faults.through,
        faults.labels,
        faults.astray,
        faults.unlabelled,
        faults.outside,
        diagram::crossings(layout),
        layout.width,
        layout.height,
    )
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

fn examples(knowledge: &Knowledge) -> anyhow::Result<Vec<Case>> {
    let mut cases = Vec::new();
    for (name, path) in [
        ("web-login", "examples/web-login/web-login.tm.yaml"),
        ("cloud", "examples/cloud-workload/image-service.tm.yaml"),
        ("office", "examples/physical-office/front-office.tm.yaml"),
        ("api", "examples/api/orders-api.tm.yaml"),
    ] {
        let text = fs::read_to_string(root().join(path)).with_context(|| path.to_owned())?;
        let model = || load_text(path, &text, &knowledge.vocabulary()).model;
        cases.push(Case { name: format!("{name} level 0"), model: model(), view: View::level(0) });
        cases.push(Case { name: format!("{name} level 1"), model: model(), view: View::level(1) });
    }
    let model =
        load_text("web-login", &fs::read_to_string(root().join("examples/web-login/web-login.tm.yaml"))?, &knowledge.vocabulary()).model;
    let classic = View { notation: Notation::Classic, ..View::level(1) };
    cases.push(Case { name: "web-login classic".to_owned(), model, view: classic });
    Ok(cases)
}

fn generated(knowledge: &Knowledge) -> Vec<Case> {
    let mut cases = Vec::new();
    for (name, text) in systems::all() {
        let model = load_text(&name, &text, &knowledge.vocabulary()).model;
        cases.push(Case { name, model, view: View::level(1) });
    }
    cases
}

/// Models of other tools, where the folder of their files is known.
fn foreign(knowledge: &Knowledge) -> anyhow::Result<Vec<Case>> {
    const MOST: usize = 14;
    let Some(corpus) = std::env::var_os("REDAN_CORPUS").map(PathBuf::from) else { return Ok(Vec::new()) };
    let mut paths: Vec<PathBuf> = Vec::new();
    for folder in ["threagile", "pytm", "tm7", "otm", "threat-dragon", "drawio", "hcltm"] {
        let Ok(entries) = fs::read_dir(corpus.join(folder)) else { continue };
        let mut here: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).filter(|path| path.is_file()).collect();
        here.sort();
        paths.extend(here);
    }
    let mut cases = Vec::new();
    for path in paths {
        cases.extend(imported(&path, knowledge)?);
    }
    cases.truncate(MOST);
    Ok(cases)
}

fn imported(path: &Path, knowledge: &Knowledge) -> anyhow::Result<Option<Case>> {
    let bytes = fs::read(path)?;
    let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
    let Some(format) = redan_interop::detect(&name, &bytes) else { return Ok(None) };
    let Ok(imported) = redan_interop::import(format, &bytes) else { return Ok(None) };
    let text = imported.model.to_string();
    let model = load_text(&format!("{name}.json"), &text, &knowledge.vocabulary()).model;
    let worth = model.elements.len() >= 3 && model.flows.len() >= 2;
    Ok(worth.then(|| Case {
        name: format!("{} {}", format.as_str(), name.chars().take(34).collect::<String>()),
        model,
        view: View::level(1),
    }))
}

/// How far the others move when a leaf is added to fifty elements, as a share of the width of a node.
fn stability(knowledge: &Knowledge, out: &mut dyn Write) -> anyhow::Result<()> {
    for (name, before, after) in systems::grown() {
        let draw = |text: &str| {
            let model = load_text(&name, text, &knowledge.vocabulary()).model;
            let scene = Scene::of_model(&model, knowledge, &View::level(1));
            let layout = diagram::layout(&scene);
            (scene, layout)
        };
        let ((old, first), (new, second)) = (draw(&before), draw(&after));
        let mut moves: Vec<f64> = Vec::new();
        for (node, r) in old.nodes.iter().zip(&first.nodes) {
            let Some(at) = new.nodes.iter().position(|other| other.id == node.id) else { continue };
            let (a, b) = (r.centre(), second.nodes[at].centre());
            moves.push((a.x - b.x).hypot(a.y - b.y) / r.w);
        }
        moves.sort_by(f64::total_cmp);
        writeln!(out, "{name:<44} a leaf more moves the others by {:.2} of a node's width (median)", moves[moves.len() / 2])?;
    }
    Ok(())
}
