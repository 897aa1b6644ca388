//! `redan set`: values at paths of a model.

use clap::Args;
use redan_model::edit::Edit;

use crate::edits::{self, EditOptions};
use crate::exit::{Outcome, usage};
use crate::models;
use crate::session::Session;

/// Arguments of `set`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
A PATH is `<thing>.<field>` for elements, flows, zones and assets, `<section>.<id>.<field>` for everything, and
`model.<field>` for what stands at the top. Lists are written `[a, b]`. Several are written at once or not at all.

Examples:
  redan set web-app.controls.rate-limiting=yes
  redan set auth.controls.rate-limiting=yes mitigations.rate-limit.status=implemented
  redan set shop.tm.yaml elements.auth.name='Log in' model.version=1.1.0
  redan set user-db.holds='[credentials, orders]' --dry-run")]
pub(crate) struct SetArgs {
    /// What to write where, and the model if there are several
    #[arg(value_name = "PATH=VALUE", required = true)]
    words: Vec<String>,
    #[command(flatten)]
    options: EditOptions,
}

/// Runs `set`.
pub(crate) fn run(args: &SetArgs, session: &mut Session<'_>) -> Outcome {
    let (model, words) = models::split_one(&args.words)?;
    let edits = words.iter().map(|word| assignment(word)).collect::<anyhow::Result<Vec<_>>>()?;
    if edits.is_empty() {
        return Err(usage("say what to write, such as web-app.controls.rate-limiting=yes"));
    }
    let opened = session.open_to_edit(args.options.model.as_deref().or(model.as_deref()))?;
    edits::run(session, &opened, &edits, &args.options)
}

/// `path=value` as an edit.
pub(crate) fn assignment(word: &str) -> anyhow::Result<Edit> {
    match word.split_once('=') {
        Some((path, value)) if !path.trim().is_empty() => Ok(Edit::Set { path: path.trim().to_owned(), value: value.to_owned() }),
        _ => Err(usage(format!("`{word}` is not PATH=VALUE, such as web-app.controls.rate-limiting=yes"))),
    }
}
