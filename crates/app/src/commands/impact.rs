//! `redan impact`: which threats a change of the code touches, and who must look at it.

use std::collections::{BTreeMap, BTreeSet};
use std::io;

use clap::Args;
use redan_engine::analysis::{Status, Threat};
use redan_engine::evidence::elements_of;
use redan_model::{ElementIx, Model, Thing};
use redan_report::backlog::owner_of_thing;
use redan_report::json;
use serde::Serialize;

use super::diff::difference;
use crate::args::{Models, StateFormat};
use crate::exit::{Exit, Outcome};
use crate::git::Git;
use crate::session::{Opened, Session};
use crate::table::{Cell, Table, markdown_text};

/// Arguments of `impact`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  redan impact --since origin/main
  redan impact --since HEAD~1 --format md
  redan impact --since v1.0.0 shop.tm.yaml --format json")]
pub(crate) struct ImpactArgs {
    #[command(flatten)]
    models: Models,
    /// The revision that the change starts from; what the target branch has gained since then does not count
    #[arg(long, value_name = "REVISION")]
    since: String,
    /// How to show it
    #[arg(long, value_enum, default_value_t = StateFormat::Human)]
    format: StateFormat,
}

/// What a change means for one model. The fields are the JSON.
#[derive(Serialize)]
struct Impact {
    version: u8,
    model: String,
    since: String,
    /// Changed files that are the code of no element, the model left out.
    unmapped_files: usize,
    elements: Vec<ElementRow>,
    threats: Vec<ThreatRow>,
    /// Threats that are other than before because the model is.
    moved: Vec<String>,
    owners: Vec<String>,
}

#[derive(Serialize)]
struct ElementRow {
    id: String,
    name: String,
    owner: Option<String>,
    files: Vec<String>,
}

#[derive(Serialize)]
struct ThreatRow {
    id: String,
    title: String,
    status: &'static str,
    band: Option<&'static str>,
    owner: Option<String>,
    mitigations: Vec<String>,
}

/// Runs `impact`.
pub(crate) fn run(args: &ImpactArgs, session: &mut Session<'_>) -> Outcome {
    let models = session.open(&args.models.models)?;
    let mut found = Vec::new();
    for model in &models {
        let git = Git::of(&model.project.root)?;
        let base = git.fork(&args.since)?;
        let files = git.changed(&base)?;
        found.push(of_model(model, &git, &base, &files, session)?);
    }
    let color = session.terminal.color;
    match args.format {
        StateFormat::Human => found.iter().try_for_each(|impact| human(impact, color, session))?,
        StateFormat::Md => found.iter().try_for_each(|impact| markdown(impact, session))?,
        StateFormat::Json => json::write_each(session.terminal.out(), &found)?,
    }
    Ok(Exit::Fine)
}

fn of_model(model: &Opened, git: &Git, base: &str, files: &[String], session: &mut Session<'_>) -> anyhow::Result<Impact> {
    let known = &model.loaded.model;
    let analysis = model.analyse();
    let mut touched: BTreeMap<ElementIx, Vec<String>> = BTreeMap::new();
    let before = Some(&model.below).filter(|path| files.contains(path)).and_then(|path| git.path_at(base, path));
    let mut unmapped = 0;
    for (file, elements) in files.iter().zip(elements_of(known, files)) {
        unmapped += usize::from(elements.is_empty() && *file != model.below && Some(file) != before.as_ref());
        for element in elements {
            touched.entry(element).or_default().push(file.clone());
        }
    }
    let moved = match before {
        Some(path) => {
            let before = session.try_open_at(git, base, &path)?;
            before.map(|before| difference(&before, model).threats.into_iter().map(|threat| threat.id).collect()).unwrap_or_default()
        }
        None => Vec::new(),
    };
    let mut threats: Vec<&Threat> = analysis
        .threats
        .iter()
        .filter(|threat| counts(threat) && (is_about(known, threat, &touched) || moved.contains(&threat.id)))
        .collect();
    threats.sort_by_key(|threat| (threat.status, std::cmp::Reverse((threat.rating.band, threat.rating.risk))));
    let elements: Vec<ElementRow> = touched
        .iter()
        .map(|(ix, files)| ElementRow {
            id: known.id_of(Thing::Element(*ix)).to_owned(),
            name: known.name_of(Thing::Element(*ix)).to_owned(),
            owner: owner_of_thing(known, Thing::Element(*ix)),
            files: files.clone(),
        })
        .collect();
    let threats: Vec<ThreatRow> = threats.into_iter().map(|threat| row(known, threat)).collect();
    let owners: BTreeSet<String> =
        elements.iter().filter_map(|row| row.owner.clone()).chain(threats.iter().filter_map(|row| row.owner.clone())).collect();
    Ok(Impact {
        version: 1,
        model: model.shown.clone(),
        since: base.to_owned(),
        unmapped_files: unmapped,
        elements,
        threats,
        moved,
        owners: owners.into_iter().collect(),
    })
}

fn counts(threat: &Threat) -> bool {
    !matches!(threat.status, Status::FalsePositive | Status::NotApplicable)
}

/// Whether a threat is about an element, or about a flow from or to it.
fn is_about(model: &Model, threat: &Threat, touched: &BTreeMap<ElementIx, Vec<String>>) -> bool {
    threat.subjects.iter().chain(threat.affected.iter()).any(|thing| match thing {
        Thing::Element(ix) => touched.contains_key(ix),
        Thing::Flow(ix) => touched.contains_key(&model[*ix].source) || touched.contains_key(&model[*ix].target),
        _ => false,
    })
}

fn row(model: &Model, threat: &Threat) -> ThreatRow {
    let of_mitigation = |id: &String| {
        let owner = model.root.mitigations.entries.get(id)?.value.owner.as_ref()?;
        Some(owner.value.clone())
    };
    let stated = threat.answer.as_ref().and_then(|answer| answer.owner.clone());
    let owner = stated
        .or_else(|| threat.mitigations.iter().find_map(of_mitigation))
        .or_else(|| threat.subjects.iter().find_map(|thing| owner_of_thing(model, *thing)));
    ThreatRow {
        id: threat.id.clone(),
        title: threat.title.clone(),
        status: threat.status.as_str(),
        band: threat.rating.band.map(|band| band.as_str()),
        owner,
        mitigations: threat.mitigations.to_vec(),
    }
}

fn tables(impact: &Impact) -> [(&'static str, Table); 2] {
    let or_nobody = |owner: &Option<String>| Cell::from(owner.clone().unwrap_or_else(|| "not recorded".to_owned()));
    let mut elements = Table::new(&["element", "owner", "files"]);
    for row in &impact.elements {
        let more = row.files.len().saturating_sub(3);
        let shown = row.files.iter().take(3).cloned().collect::<Vec<_>>().join(", ");
        let files = if more > 0 { format!("{shown} and {more} more") } else { shown };
        elements.row([row.name.clone().into(), or_nobody(&row.owner), files.into()]);
    }
    let mut threats = Table::new(&["threat", "status", "band", "owner", "mitigations", "id"]);
    for row in &impact.threats {
        threats.row([
            row.title.clone().into(),
            row.status.into(),
            row.band.unwrap_or("-").into(),
            or_nobody(&row.owner),
            row.mitigations.join(", ").into(),
            row.id.clone().into(),
        ]);
    }
    [("Elements whose code changed", elements), ("Threats to look at", threats)]
}

/// Who must look, and what nobody has said.
fn last_lines(impact: &Impact) -> Vec<String> {
    let mut lines = Vec::new();
    if impact.elements.is_empty() && impact.threats.is_empty() {
        lines.push("Nothing that the model describes is touched.".to_owned());
    } else if impact.owners.is_empty() {
        lines.push("Nobody is recorded who must look; give elements an `owner`.".to_owned());
    } else {
        lines.push(format!("Must look: {}", impact.owners.join(", ")));
    }
    if impact.unmapped_files > 0 {
        let number = impact.unmapped_files;
        let files = if number == 1 { "file is" } else { "files are" };
        lines.push(format!("{number} changed {files} the code of no element; elements say theirs under `code`."));
    }
    lines
}

fn human(impact: &Impact, color: bool, session: &mut Session<'_>) -> io::Result<()> {
    let width = session.terminal.width;
    let out = session.terminal.out();
    writeln!(out, "{} since {}", impact.model, impact.since.get(..12).unwrap_or(&impact.since))?;
    for (title, table) in tables(impact).iter().filter(|(_, table)| !table.is_empty()) {
        writeln!(out, "\n{title}")?;
        table.human(out, width, color)?;
    }
    writeln!(out)?;
    last_lines(impact).iter().try_for_each(|line| writeln!(out, "{line}"))
}

fn markdown(impact: &Impact, session: &mut Session<'_>) -> io::Result<()> {
    let out = session.terminal.out();
    writeln!(out, "## Threats that this change touches in {}\n", markdown_text(&impact.model))?;
    for (title, table) in tables(impact).iter().filter(|(_, table)| !table.is_empty()) {
        writeln!(out, "### {title}\n")?;
        table.markdown(out)?;
        writeln!(out)?;
    }
    last_lines(impact).iter().try_for_each(|line| writeln!(out, "{}\n", markdown_text(line)))
}
