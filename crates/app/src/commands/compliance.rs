//! `redan compliance`: requirements of a framework, the controls that refer to them, and where those stand.

use clap::Args;
use redan_engine::Analysis;
use redan_engine::compliance::{At, FRAMEWORKS, Met, Requirement, requirements};
use redan_model::lang::State;
use redan_report::json::{self, ModelJson, RequirementJson};
use serde::Serialize;

use crate::args::{ListFormat, Models};
use crate::exit::{Exit, Outcome};
use crate::human;
use crate::session::{Opened, Session};
use crate::table::{Cell, Table};

/// Arguments of `compliance`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  redan compliance                                       every framework, one after the other
  redan compliance --framework asvs
  redan compliance --framework iso-27001 --status missing,unknown
  redan compliance --framework nist-800-53 --format csv -o nist.csv

Only requirements that controls of the catalogue refer to are listed; redan says nothing of the others.")]
pub(crate) struct ComplianceArgs {
    #[command(flatten)]
    models: Models,
    /// Which frameworks; all of them if not given
    #[arg(long, value_delimiter = ',', value_parser = FRAMEWORKS.map(|(id, _)| id))]
    framework: Vec<String>,
    /// Only requirements that stand like this
    #[arg(long, value_name = "STATUS", value_delimiter = ',', value_parser = MET.map(Met::as_str))]
    status: Vec<String>,
    /// Only places on these elements, flows, zones and assets
    #[arg(long, value_name = "ID", value_delimiter = ',')]
    on: Vec<String>,
    /// How to show it
    #[arg(long, value_enum, default_value_t = ListFormat::Human)]
    format: ListFormat,
}

const MET: [Met; 4] = [Met::Missing, Met::Unknown, Met::InPlace, Met::NotNeeded];

#[derive(Serialize)]
struct Document<'a> {
    version: u8,
    model: ModelJson<'a>,
    framework: &'a str,
    requirements: Vec<RequirementJson<'a>>,
}

/// Runs `compliance`.
pub(crate) fn run(args: &ComplianceArgs, session: &mut Session<'_>) -> Outcome {
    let models = session.open(&args.models.models)?;
    crate::filter::Filters { on: args.on.clone(), ..Default::default() }.check(&models)?;
    let analysed: Vec<_> = models.iter().map(|model| (model, model.analyse())).collect();
    let mut found = Vec::new();
    for (model, analysis) in &analysed {
        for (framework, name) in FRAMEWORKS.iter().filter(|(id, _)| args.framework.is_empty() || args.framework.iter().any(|one| one == id))
        {
            found.push(Found { model, framework, name, requirements: wanted(args, model, analysis, framework) });
        }
    }
    match args.format {
        ListFormat::Human => found.iter().try_for_each(|one| human(one, session))?,
        ListFormat::Json => {
            let documents: Vec<Document<'_>> = found.iter().map(document).collect();
            json::write_each(session.terminal.out(), &documents)?;
        }
        ListFormat::Csv => table(&found).csv(session.terminal.out())?,
        ListFormat::Md => table(&found).markdown(session.terminal.out())?,
    }
    Ok(Exit::Fine)
}

/// The requirements of a framework for a model.
struct Found<'m> {
    model: &'m Opened,
    framework: &'static str,
    name: &'static str,
    requirements: Vec<Requirement<'m>>,
}

fn human(found: &Found<'_>, session: &mut Session<'_>) -> std::io::Result<()> {
    human::heading(found.model, session.terminal)?;
    let (width, color) = (session.terminal.width, session.terminal.color);
    writeln!(session.terminal.out(), "{}: {}\n", found.name, summary(&found.requirements))?;
    table(std::slice::from_ref(found)).human(session.terminal.out(), width, color)
}

fn wanted<'m>(args: &ComplianceArgs, model: &'m Opened, analysis: &Analysis, framework: &str) -> Vec<Requirement<'m>> {
    let mut found = requirements(&model.loaded.model, &model.knowledge, analysis, framework);
    found.retain(|requirement| args.status.is_empty() || args.status.iter().any(|status| status == requirement.met.as_str()));
    if !args.on.is_empty() {
        let is_on = |at: &At| args.on.iter().any(|id| id == model.loaded.model.id_of(at.place));
        for coverage in found.iter_mut().flat_map(|requirement| &mut requirement.controls) {
            coverage.places.retain(is_on);
        }
        for requirement in &mut found {
            requirement.controls.retain(|coverage| !coverage.places.is_empty());
        }
        found.retain(|requirement| !requirement.controls.is_empty());
    }
    found
}

fn document<'a>(found: &'a Found<'_>) -> Document<'a> {
    let (read, sources) = (&found.model.loaded.model, &found.model.loaded.sources);
    let entry = |requirement| RequirementJson::of(read, sources, &found.model.knowledge, requirement);
    Document {
        version: 1,
        model: ModelJson::of(read, sources),
        framework: found.framework,
        requirements: found.requirements.iter().map(entry).collect(),
    }
}

/// "12 requirements: 3 missing, 5 unknown, 2 in place, 2 not needed".
fn summary(requirements: &[Requirement<'_>]) -> String {
    let count = |met: Met| requirements.iter().filter(|requirement| requirement.met == met).count();
    let parts: Vec<String> = MET.iter().map(|met| format!("{} {}", count(*met), met.as_str().replace('-', " "))).collect();
    format!("{} requirements that controls refer to: {}", requirements.len(), parts.join(", "))
}

/// One row for each requirement and control, with the places by state; the framework is a column where there are several.
fn table(found: &[Found<'_>]) -> Table {
    let several = found.iter().any(|one| one.framework != found[0].framework);
    let columns = ["framework", "requirement", "status", "control", "in place", "unknown", "missing", "evidence"];
    let mut table = Table::new(&columns[usize::from(!several)..]);
    for Found { model, framework, requirements, .. } in found {
        for requirement in requirements {
            for coverage in &requirement.controls {
                let control = model.knowledge.catalogue.controls.get_index(coverage.control.0.into()).map_or("", |(id, _)| id.as_str());
                let places = |states: &[State]| {
                    let here = coverage.places.iter().filter(|at| states.contains(&at.state));
                    here.map(|at| model.loaded.model.id_of(at.place)).collect::<Vec<_>>().join(", ")
                };
                let mut evidence: Vec<&str> = coverage.places.iter().filter_map(|at| at.evidence.as_deref()).collect();
                evidence.dedup();
                let cells: [Cell; 8] = [
                    (*framework).into(),
                    requirement.id.into(),
                    requirement.met.as_str().into(),
                    control.into(),
                    places(&[State::Yes]).into(),
                    places(&[State::Unknown]).into(),
                    places(&[State::No, State::Partial]).into(),
                    evidence.join("; ").into(),
                ];
                table.row(cells.into_iter().skip(usize::from(!several)));
            }
        }
    }
    table
}
