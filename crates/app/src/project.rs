//! A project: the root of a repository, its `redan.toml`, its model files.
//!
//! Everything that redan reads for a model lies below the root of the model's project.

mod config;
mod discover;
mod files;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use redan_engine::Policy;
use redan_model::{Diagnostic, Files as _, Sources};
use redan_report::brand;
use redan_report::paper::{Branding, Logo};

use crate::exit::usage;

pub(crate) use config::{Packs, Report};
pub(crate) use discover::{find, is_model_name};
pub(crate) use files::{FilesBelow, read_limited, read_text, shown_path};

/// The name of the configuration file.
pub(crate) const CONFIG_NAME: &str = "redan.toml";
/// Where models are looked for when nothing says otherwise.
pub(crate) const MODEL_FOLDER: &str = "security/threat-models";

/// What is known of the surroundings of a model.
#[derive(Debug, Clone)]
pub(crate) struct Project {
    /// The folder that nothing is read outside of; absolute, without symbolic links.
    pub(crate) root: PathBuf,
    /// What the project has decided.
    pub(crate) policy: Policy,
    /// Which packs it uses.
    pub(crate) packs: Packs,
    /// Files and folders with models, relative to the folder of the configuration.
    pub(crate) models: Vec<String>,
    /// The folder of the configuration, else the root.
    pub(crate) base: PathBuf,
    /// What its documents look like.
    pub(crate) report: Report,
    /// The text of its configuration.
    pub(crate) config: Arc<Sources>,
}

/// A configuration that cannot be used: everything that is wrong, with the text to show it in.
#[derive(Debug)]
pub(crate) struct BadConfig {
    /// The text of the file.
    pub(crate) sources: Sources,
    /// What is wrong with it.
    pub(crate) diagnostics: Vec<Diagnostic>,
}

impl Project {
    /// The project around a folder (absolute, without symbolic links), with its configuration or the stated one.
    pub(crate) fn around(folder: &Path, stated: Option<&Path>) -> Result<Self, BadConfig> {
        let found = nearest(folder, CONFIG_NAME).map(|base| base.join(CONFIG_NAME));
        let root = root_of(folder);
        let Some(path) = stated.map(Path::to_owned).or(found) else {
            return Ok(Self::without_config(root));
        };
        let config = config::read(&path)?;
        let base = if stated.is_some() { root.clone() } else { path.parent().map_or_else(|| root.clone(), Path::to_owned) };
        let (policy, packs, models, report) = (config.policy, config.packs, config.models, config.report);
        Ok(Self { root, policy, packs, models, base, report, config: config.sources })
    }

    fn without_config(root: PathBuf) -> Self {
        Self {
            base: root.clone(),
            root,
            policy: Policy::default(),
            packs: Packs::default(),
            models: vec![MODEL_FOLDER.to_owned()],
            report: Report::default(),
            config: Arc::default(),
        }
    }

    /// What its documents look like, with the logo read. A logo outside of the project is never read.
    pub(crate) fn branding(&self) -> anyhow::Result<Branding> {
        let logo = self.report.logo.as_deref().map(|path| self.logo(path)).transpose()?;
        Ok(Branding { logo, colour: self.report.colour.clone(), classification: self.report.classification.clone() })
    }

    fn logo(&self, path: &str) -> anyhow::Result<Logo> {
        let refused = |why: String| usage(format!("cannot use the logo `{path}`: {why}"));
        let below = self.base.join(path);
        let below = below.strip_prefix(&self.root).map_or_else(|_| path.to_owned(), |rest| rest.to_string_lossy().replace('\\', "/"));
        let bytes = FilesBelow::new(&self.root).read(&below).map_err(&refused)?;
        brand::logo(bytes).map_err(refused)
    }
}

/// The repository around a folder, else the folder of its `redan.toml`, else the folder itself.
fn root_of(folder: &Path) -> PathBuf {
    nearest(folder, ".git").or_else(|| nearest(folder, CONFIG_NAME)).unwrap_or_else(|| folder.to_owned())
}

/// The nearest folder, from here upwards, that has an entry with this name.
fn nearest(folder: &Path, name: &str) -> Option<PathBuf> {
    folder.ancestors().find(|candidate| candidate.join(name).exists()).map(Path::to_owned)
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;

    #[test]
    fn the_repository_is_the_root_even_when_the_configuration_is_deeper() {
        let folder = tempfile::tempdir().unwrap();
        let service = folder.path().join("service");
        fs::create_dir_all(folder.path().join(".git")).unwrap();
        fs::create_dir_all(&service).unwrap();
        fs::write(service.join(CONFIG_NAME), "[policy]\nfail-on = \"high\"\n").unwrap();
        let project = Project::around(&service, None).unwrap();
        assert_eq!(project.root, folder.path());
        assert_eq!(project.base, service);
        assert_eq!(project.policy.fail_on, Some(redan_model::lang::Band::High));
    }

    #[test]
    fn a_lone_model_has_its_own_folder_as_root() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(Project::around(folder.path(), None).unwrap().root, folder.path());
    }
}
