//! `redan rules`: which rules there are and what one of them says.

mod examples;

use std::io;
use std::path::PathBuf;

use anstyle::Style;
use clap::{Args, Subcommand};
use redan_engine::Knowledge;
use redan_engine::rule::{Counter, CounterRole, Rule};
use redan_report::json::{self, RuleJson, subject_word};

use crate::args::ListFormat;
use crate::exit::{Exit, Outcome, usage};
use crate::filter::suggestion;
use crate::session::Session;
use crate::table::{Table, wrap};
use crate::terminal::{Terminal, paint};

/// Arguments of `rules`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  redan rules list --format json
  redan rules show unencrypted-flow-across-boundary
  redan rules test security/rules                    the examples inside the rules of your own pack")]
pub(crate) struct RulesArgs {
    #[command(subcommand)]
    command: RulesCommand,
}

#[derive(Debug, Clone, Subcommand)]
enum RulesCommand {
    /// List the rules of the packs in use
    #[command(after_help = "Example:\n  redan rules list --format json")]
    List {
        /// How to show them
        #[arg(long, value_enum, default_value_t = ListFormat::Human)]
        format: ListFormat,
    },
    /// Show a rule: what it looks for, why, and what to do
    #[command(after_help = "Example:\n  redan rules show sql-injection")]
    Show {
        /// The rule's id
        id: String,
    },
    /// Run the examples inside the rules of a folder: those that raise, ask and stay quiet
    #[command(after_help = "Example:\n  redan rules test security/rules")]
    Test {
        /// A folder with a `pack.yaml`, or with folders that have one
        #[arg(value_name = "FOLDER")]
        folder: PathBuf,
    },
}

/// Runs `rules`.
pub(crate) fn run(args: &RulesArgs, session: &mut Session<'_>) -> Outcome {
    if let RulesCommand::Test { folder } = &args.command {
        return examples::run(folder, session);
    }
    let project = session.project_here()?;
    let knowledge = session.knowledge(&project)?;
    match &args.command {
        RulesCommand::Test { .. } => {}
        RulesCommand::List { format } => list(&knowledge, *format, session.terminal)?,
        RulesCommand::Show { id } => {
            let Some(rule) = knowledge.rules.iter().find(|rule| rule.id == *id || rule.aliases.contains(id)) else {
                return Err(usage(format!(
                    "there is no rule `{id}`{}",
                    suggestion(id, knowledge.rules.iter().map(|rule| rule.id.as_str()))
                )));
            };
            show(&knowledge, rule, session.terminal)?;
        }
    }
    Ok(Exit::Fine)
}

fn list(knowledge: &Knowledge, format: ListFormat, terminal: &mut Terminal) -> anyhow::Result<()> {
    let mut table = Table::new(&["rule", "pack", "on", "categories", "title"]);
    for rule in &knowledge.rules {
        let on: Vec<&str> = rule.on.iter().map(|kind| subject_word(*kind)).collect();
        table.row([
            rule.id.clone().into(),
            rule.pack.clone().into(),
            on.join(" ").into(),
            categories(rule).into(),
            rule.title.clone().into(),
        ]);
    }
    match format {
        ListFormat::Human => {
            let (width, color) = (terminal.width, terminal.color);
            table.human(terminal.out(), width, color)?;
            writeln!(terminal.out(), "\n{} rules", knowledge.rules.len())?;
        }
        ListFormat::Json => json::write(terminal.out(), &RuleJson::all(knowledge))?,
        ListFormat::Csv => table.csv(terminal.out())?,
        ListFormat::Md => table.markdown(terminal.out())?,
    }
    Ok(())
}

fn categories(rule: &Rule) -> String {
    let stride = rule.stride.iter().map(|category| category.as_str());
    stride.chain(rule.linddun.iter().map(|category| category.as_str())).collect::<Vec<_>>().join(" ")
}

fn show(knowledge: &Knowledge, rule: &Rule, terminal: &mut Terminal) -> io::Result<()> {
    let (width, color) = (terminal.width.unwrap_or(100).min(100), terminal.color);
    let bold = |text: &str| paint(color, Style::new().bold(), text);
    let out = terminal.out();
    let on: Vec<&str> = rule.on.iter().map(|kind| subject_word(*kind)).collect();
    writeln!(out, "{}  {}", bold(&rule.id), rule.title)?;
    writeln!(out, "pack {}; on {}; {}", rule.pack, on.join(", "), categories(rule))?;
    for (title, text) in [("Why", &rule.why), ("What to do", &rule.fix)] {
        writeln!(out, "\n{}", bold(title))?;
        for paragraph in text.trim().split("\n\n") {
            for line in wrap(paragraph, width - 2) {
                writeln!(out, "  {line}")?;
            }
        }
    }
    writeln!(out, "\n{}\n  {}", bold("Countered by"), counter(knowledge, &rule.countered_by))?;
    let levels: Vec<&str> = rule.property.iter().map(|property| property.as_str()).collect();
    writeln!(out, "\n{}\n  the worst {} of the assets involved", bold("Impact"), levels.join(" or "))?;
    if !rule.references.is_empty() || !rule.counterparts.is_empty() {
        writeln!(out, "\n{}", bold("See also"))?;
    }
    for (list, ids) in &rule.references {
        writeln!(out, "  {list}: {}", ids.join(", "))?;
    }
    if !rule.counterparts.is_empty() {
        writeln!(out, "  other tools: {}", rule.counterparts.join(", "))?;
    }
    Ok(())
}

fn counter(knowledge: &Knowledge, counter: &Counter) -> String {
    let several = |parts: &[Counter], word: &str| {
        let parts: Vec<String> = parts.iter().map(|part| self::counter(knowledge, part)).collect();
        if parts.is_empty() { "nothing in the catalogue".to_owned() } else { parts.join(word) }
    };
    match counter {
        Counter::Control { role, control } => {
            let name = knowledge.catalogue.controls.get_index(usize::from(control.0)).map_or("", |(id, _)| id.as_str());
            format!("{name}{}", role_words(*role))
        }
        Counter::Any(parts) => several(parts, " or "),
        Counter::All(parts) => several(parts, " and "),
    }
}

fn role_words(role: CounterRole) -> &'static str {
    match role {
        CounterRole::Subject => "",
        CounterRole::Source => " on the source",
        CounterRole::Target => " on the target",
        CounterRole::Entry => " on every zone entered",
        CounterRole::Exit => " on every zone left",
        CounterRole::Incoming => " on every incoming flow",
        CounterRole::Inside => " on everything inside",
        CounterRole::Holders => " on everything that keeps it",
        CounterRole::Model => " on the model",
    }
}
