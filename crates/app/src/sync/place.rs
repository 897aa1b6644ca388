//! Which tracker is meant, where it is, and who we are there: from the command line and the environment.
//!
//! Tokens come from the environment alone, and go only to servers that nobody can listen to on the way.

use std::env;
use std::path::PathBuf;

use redan_tracker::{Azure, GitHub, GitLab, Jira, Secret, Tracker};

use crate::evidence::is_surely_model;
use crate::exit::usage;

/// What the command line says about the tracker.
#[derive(Debug, Clone, Default)]
pub(crate) struct Asked {
    /// `--github`, perhaps with a repository.
    pub(crate) github: Option<Option<String>>,
    /// `--gitlab`, perhaps with a project.
    pub(crate) gitlab: Option<Option<String>>,
    /// `--jira`, perhaps with a project.
    pub(crate) jira: Option<Option<String>>,
    /// `--azure`, perhaps with a project.
    pub(crate) azure: Option<Option<String>>,
    /// The address of the server.
    pub(crate) server: Option<String>,
    /// The label by which issues are found.
    pub(crate) label: String,
    /// What a task becomes in Jira and Azure DevOps.
    pub(crate) kind: String,
}

/// A project of a tracker.
pub(crate) struct Place {
    /// How to speak to it.
    pub(crate) tracker: Box<dyn Tracker>,
    /// Its kind, as the option names it.
    pub(crate) kind: &'static str,
    /// The project there.
    pub(crate) project: String,
    /// The address of its interface.
    pub(crate) base: String,
    /// What goes along with every request.
    pub(crate) headers: Vec<(&'static str, Secret)>,
    /// Where the token comes from.
    pub(crate) hint: &'static str,
    /// What stands before the path of a file in links, where that is known.
    pub(crate) files: Option<String>,
    /// The word that was taken for a project although it is a model.
    pub(crate) model: Option<PathBuf>,
}

impl Place {
    /// The name by which links remember it.
    pub(crate) fn name(&self) -> String {
        let server = self.base.split_once("://").map_or(self.base.as_str(), |(_, rest)| rest);
        format!("{}:{server}/{}", self.kind, self.project)
    }
}

/// The tracker that the command line asks for.
///
/// # Errors
/// It is not clear which, or something is missing.
pub(crate) fn choose(asked: &Asked) -> anyhow::Result<Place> {
    let is_word = |text: &str| !text.is_empty() && !text.chars().any(|c| c.is_whitespace() || c.is_control() || ",;\"'".contains(c));
    if !is_word(&asked.label) {
        return Err(usage(format!("`{}` is not a label that every tracker takes: one word, without commas and quotes", asked.label)));
    }
    match asked {
        Asked { github: Some(project), .. } => github(asked, project.as_deref()),
        Asked { gitlab: Some(project), .. } => gitlab(asked, project.as_deref()),
        Asked { jira: Some(project), .. } => jira(asked, project.as_deref()),
        Asked { azure: Some(project), .. } => azure(asked, project.as_deref()),
        _ => Err(usage("say which tracker: --github OWNER/REPOSITORY, --gitlab GROUP/PROJECT, --jira KEY or --azure ORGANISATION/PROJECT")),
    }
}

fn github(asked: &Asked, given: Option<&str>) -> anyhow::Result<Place> {
    let (project, model) = project(given, &["GITHUB_REPOSITORY"], "--github OWNER/REPOSITORY")?;
    let base = server(asked, "GITHUB_API_URL", Some("https://api.github.com"))?;
    let hint = "it comes from GITHUB_TOKEN or GH_TOKEN, and may read and write issues";
    let token = token(&["GITHUB_TOKEN", "GH_TOKEN"], hint)?;
    let tracker = GitHub::new(&project, &asked.label).ok_or_else(|| not_a(&project, "repository of GitHub; write OWNER/REPOSITORY"))?;
    let web = if base == "https://api.github.com" { "https://github.com" } else { base.strip_suffix("/api/v3").unwrap_or(&base) };
    Ok(Place {
        tracker: Box::new(tracker),
        kind: "github",
        files: Some(format!("{web}/{project}/blob/HEAD")),
        project,
        base,
        headers: vec![("authorization", Secret::new(format!("Bearer {token}"))), ("x-github-api-version", Secret::new("2022-11-28"))],
        hint,
        model,
    })
}

fn gitlab(asked: &Asked, given: Option<&str>) -> anyhow::Result<Place> {
    let (project, model) = project(given, &["CI_PROJECT_PATH"], "--gitlab GROUP/PROJECT")?;
    let server = server(asked, "CI_API_V4_URL", Some("https://gitlab.com"))?;
    let web = server.strip_suffix("/api/v4").unwrap_or(&server).to_owned();
    let hint = "it comes from GITLAB_TOKEN, and needs the scope `api`";
    let token = token(&["GITLAB_TOKEN"], hint)?;
    let tracker = GitLab::new(&project, &asked.label).ok_or_else(|| not_a(&project, "project of GitLab; write GROUP/PROJECT"))?;
    Ok(Place {
        tracker: Box::new(tracker),
        kind: "gitlab",
        files: Some(format!("{web}/{project}/-/blob/HEAD")).filter(|_| project.contains('/')),
        project,
        base: format!("{web}/api/v4"),
        headers: vec![("private-token", Secret::new(token))],
        hint,
        model,
    })
}

fn jira(asked: &Asked, given: Option<&str>) -> anyhow::Result<Place> {
    let (project, model) = project(given, &["JIRA_PROJECT"], "--jira KEY")?;
    let base = server(asked, "JIRA_URL", None)?;
    let hint = "it comes from JIRA_TOKEN, with the address of its owner in JIRA_EMAIL";
    let token = token(&["JIRA_TOKEN"], hint)?;
    let tracker = Jira::new(&project, &asked.label, &asked.kind, &base)
        .ok_or_else(|| not_a(&project, "project of Jira; write its key, such as SHOP"))?;
    let authorization = match variable("JIRA_EMAIL") {
        Some(email) => basic(&format!("{email}:{token}")),
        None => format!("Bearer {token}"),
    };
    Ok(Place {
        tracker: Box::new(tracker),
        kind: "jira",
        files: None,
        project,
        base,
        headers: vec![("authorization", Secret::new(authorization))],
        hint,
        model,
    })
}

fn azure(asked: &Asked, given: Option<&str>) -> anyhow::Result<Place> {
    let (project, model) = project(given, &["AZURE_DEVOPS_PROJECT"], "--azure ORGANISATION/PROJECT")?;
    let base = server(asked, "AZURE_DEVOPS_URL", Some("https://dev.azure.com"))?;
    let hint = "it comes from AZURE_DEVOPS_TOKEN, and may read and write work items";
    // Inside a pipeline there is a token of another kind.
    let authorization = match (variable("AZURE_DEVOPS_TOKEN"), variable("SYSTEM_ACCESSTOKEN")) {
        (None, Some(token)) => format!("Bearer {token}"),
        _ => basic(&format!(":{}", token(&["AZURE_DEVOPS_TOKEN"], hint)?)),
    };
    let tracker = Azure::new(&project, &asked.label, &asked.kind, &base)
        .ok_or_else(|| not_a(&project, "project of Azure DevOps; write ORGANISATION/PROJECT"))?;
    Ok(Place {
        tracker: Box::new(tracker),
        kind: "azure",
        files: None,
        project,
        base,
        headers: vec![("authorization", Secret::new(authorization))],
        hint,
        model,
    })
}

fn not_a(project: &str, what: &str) -> anyhow::Error {
    usage(format!("`{project}` is not a {what}"))
}

/// The project that is named, else the one of the environment, and the model that stood in its place.
fn project(given: Option<&str>, variables: &[&str], option: &str) -> anyhow::Result<(String, Option<PathBuf>)> {
    let model = given.map(PathBuf::from).filter(|path| is_surely_model(path));
    let named = given.filter(|_| model.is_none()).map(str::to_owned);
    let found = named.or_else(|| variables.iter().find_map(|name| variable(name)));
    let found = found.ok_or_else(|| usage(format!("say which project: {option}, or {} in the environment", variables.join(" or "))))?;
    Ok((found, model))
}

/// The address of the interface, without a slash at its end.
fn server(asked: &Asked, name: &str, usual: Option<&str>) -> anyhow::Result<String> {
    let found = asked.server.clone().or_else(|| variable(name)).or_else(|| usual.map(str::to_owned));
    let found =
        found.ok_or_else(|| usage(format!("say where it is: --server https://example.atlassian.net, or {name} in the environment")))?;
    let url = found.trim().trim_end_matches('/');
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://").filter(|rest| is_this_machine(rest)));
    match rest {
        Some(rest)
            if !rest.is_empty() && !rest.contains(['@', '?', '#', '\\']) && !rest.chars().any(|c| c.is_whitespace() || c.is_control()) =>
        {
            Ok(url.to_owned())
        }
        _ => {
            Err(usage("the address of the server has to start with https:// and hold no user, so that the token stays between it and you"))
        }
    }
}

/// Whether an address without its scheme leads to this machine, where nobody listens on the way.
fn is_this_machine(rest: &str) -> bool {
    let host = rest.split('/').next().unwrap_or_default();
    let name = host.rsplit_once(':').map_or(host, |(name, port)| if port.bytes().all(|byte| byte.is_ascii_digit()) { name } else { host });
    ["localhost", "127.0.0.1", "[::1]"].contains(&name)
}

fn token(names: &[&str], hint: &str) -> anyhow::Result<String> {
    let found = names.iter().find_map(|name| variable(name)).ok_or_else(|| usage(format!("there is no token; {hint}")))?;
    if found.bytes().all(|byte| byte.is_ascii_graphic()) {
        Ok(found)
    } else {
        Err(usage(format!("the token holds signs that none has; {hint}")))
    }
}

/// A variable of the environment that is not empty.
fn variable(name: &str) -> Option<String> {
    env::var(name).ok().map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
}

fn basic(text: &str) -> String {
    format!("Basic {}", redan_tracker::base64(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_goes_only_where_nobody_listens_on_the_way() {
        let server = |url: &str| server(&Asked { server: Some(url.to_owned()), ..Asked::default() }, "NO_SUCH_VARIABLE", None);
        for good in ["https://git.example.org/api/v3/", "http://localhost:4020", "http://127.0.0.1:1/x", "http://[::1]:8080"] {
            assert_eq!(server(good).unwrap(), good.trim_end_matches('/'));
        }
        for bad in [
            "http://git.example.org",
            "http://localhost.example.org",
            "http://127.0.0.1@evil.example",
            "ftp://a",
            "https://",
            "https://a b",
            "https://u:p@a",
            "http://localhost:1@evil",
        ] {
            assert!(server(bad).is_err(), "{bad}");
        }
    }
}
