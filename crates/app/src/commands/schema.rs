//! `redan schema`: the JSON Schema of the model language, for editors and other tools.

use clap::Args;

use crate::exit::{Exit, Outcome};
use crate::session::Session;

/// Arguments of `schema`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  redan schema -o redan.schema.json
In a model, editors find it through a first line such as:
  # yaml-language-server: $schema=redan.schema.json")]
pub(crate) struct SchemaArgs;

/// Runs `schema`.
pub(crate) fn run(_: &SchemaArgs, session: &mut Session<'_>) -> Outcome {
    let project = session.project_here()?;
    let knowledge = session.knowledge(&project)?;
    let schema = redan_model::schema::json_schema(&knowledge.vocabulary());
    redan_report::json::write(session.terminal.out(), &schema)?;
    Ok(Exit::Fine)
}
