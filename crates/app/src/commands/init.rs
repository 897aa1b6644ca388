//! `redan init`: a model to start from, the configuration, and how to check it in continuous integration.
//!
//! Nothing that exists is overwritten.

use std::fs;
use std::io::{BufRead, Write};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use crate::atomic;
use crate::exit::{Exit, Outcome, usage};
use crate::project::{CONFIG_NAME, MODEL_FOLDER};
use crate::session::Session;
use crate::terminal::Terminal;

/// Arguments of `init`.
#[derive(Debug, Clone, Args)]
#[command(after_help = "\
Examples:
  redan init
  redan init --template api --name \"Order API\"
  redan init ../shop --template cloud --name Shop")]
pub(crate) struct InitArgs {
    /// The root of the repository
    #[arg(value_name = "DIR", default_value = ".")]
    folder: PathBuf,
    /// What kind of system it is; asked for on a terminal, else `web-app`
    #[arg(long, value_enum, value_name = "TEMPLATE")]
    template: Option<Template>,
    /// The name of the system; asked for on a terminal, else the name of the folder
    #[arg(long, value_name = "NAME")]
    name: Option<String>,
}

/// A model to start from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Template {
    /// A web application with a database
    WebApp,
    /// An API with a queue behind it
    Api,
    /// A workload in a cloud
    Cloud,
    /// Rooms, doors and paper
    Physical,
}

impl Template {
    fn text(self) -> &'static str {
        match self {
            Self::WebApp => include_str!("../../templates/web-app.tm.yaml"),
            Self::Api => include_str!("../../templates/api.tm.yaml"),
            Self::Cloud => include_str!("../../templates/cloud.tm.yaml"),
            Self::Physical => include_str!("../../templates/physical.tm.yaml"),
        }
    }

    /// The model for a system with a name.
    pub(crate) fn model(self, name: &str) -> String {
        let quoted = if is_plain(name) { name.to_owned() } else { serde_json::Value::from(name).to_string() };
        let heading: String = name.chars().filter(|c| !c.is_control()).collect();
        self.text().replace("\nname: {name}\n", &format!("\nname: {quoted}\n")).replace("{name}", &heading)
    }
}

/// Runs `init`.
pub(crate) fn run(args: &InitArgs, session: &mut Session<'_>) -> Outcome {
    let ask = session.terminal.interactive && args.template.is_none() && args.name.is_none();
    let name = match &args.name {
        Some(name) => name.trim().to_owned(),
        None if ask => answer("Name of the system", &folder_name(&args.folder))?,
        None => folder_name(&args.folder),
    };
    let template = match args.template {
        Some(template) => template,
        None if ask => template_from(&answer("Kind of system (web-app, api, cloud, physical)", "web-app")?)?,
        None => Template::WebApp,
    };
    let slug = slug(&name);
    if slug.is_empty() {
        return Err(usage(format!("`{name}` has no letter or digit to name a file with")));
    }
    let folder = if args.folder == Path::new(".") { Path::new("") } else { &args.folder };
    let models = folder.join(MODEL_FOLDER);
    let model = models.join(format!("{slug}.tm.yaml"));
    if model.exists() {
        return Err(usage(format!("{} exists already; choose another --name", model.display())));
    }
    fs::create_dir_all(&models)?;
    atomic::write(&model, template.model(&name).as_bytes())?;
    session.terminal.note(&format!("wrote {}", model.display()));
    write_if_new(&folder.join(CONFIG_NAME), include_str!("../../templates/redan.toml"), session.terminal)?;
    write_if_new(&models.join("README.md"), include_str!("../../templates/README.md"), session.terminal)?;
    session.terminal.note(&format!("\nNext:\n  redan threats {0}\n  redan questions {0}", model.display()));
    Ok(Exit::Fine)
}

fn write_if_new(path: &Path, text: &str, terminal: &mut Terminal) -> anyhow::Result<()> {
    if path.exists() {
        terminal.note(&format!("kept {}", path.display()));
        return Ok(());
    }
    atomic::write(path, text.as_bytes())?;
    terminal.note(&format!("wrote {}", path.display()));
    Ok(())
}

fn answer(question: &str, otherwise: &str) -> anyhow::Result<String> {
    let mut err = Terminal::err();
    write!(err, "{question} [{otherwise}]: ")?;
    err.flush()?;
    let mut line = String::new();
    Terminal::input().read_line(&mut line)?;
    let line = line.trim();
    Ok(if line.is_empty() { otherwise } else { line }.to_owned())
}

fn template_from(word: &str) -> anyhow::Result<Template> {
    Template::from_str(word, true).map_err(|_| usage(format!("`{word}` is not a template; there are: web-app, api, cloud, physical")))
}

fn folder_name(folder: &Path) -> String {
    let absolute = fs::canonicalize(folder).unwrap_or_else(|_| folder.to_owned());
    absolute.file_name().map_or_else(|| "System".to_owned(), |name| name.to_string_lossy().into_owned())
}

fn slug(name: &str) -> String {
    let words = name.to_lowercase();
    let words = words.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    words.collect::<Vec<_>>().join("-")
}

fn is_plain(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_alphanumeric() || c == '-' || c == ' ')
        && !name.ends_with(' ')
        && !["null", "true", "false", "yes", "no"].contains(&name.to_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use redan_engine::Knowledge;
    use redan_model::load_text;

    use super::*;

    #[test]
    fn every_template_is_a_valid_model_whatever_the_name() {
        let vocabulary = Knowledge::embedded().vocabulary();
        for template in Template::value_variants() {
            for name in ["Shop", "A: \"b\" # c", "no", "Größe 2"] {
                let loaded = load_text("t.tm.yaml", &template.model(name), &vocabulary);
                assert!(loaded.is_valid(), "{template:?} {name}: {:#?}", loaded.diagnostics);
                assert_eq!(loaded.model.name_of(redan_model::Thing::Model), name);
            }
        }
    }

    #[test]
    fn a_slug_has_letters_and_digits_only() {
        assert_eq!(slug("  Web login (v2)! "), "web-login-v2");
    }
}
