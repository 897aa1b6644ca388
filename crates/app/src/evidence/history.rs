//! How old code is, asked of the user's own git. Nothing of the repository is run: no hook, pager, signature program or
//! file watcher, and nothing is fetched.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use redan_model::Model;
use redan_model::evidence::CodeAge;

/// Most globs that git is asked about.
const MOST: usize = 256;

/// When the files of every glob of a model changed last.
pub(super) fn ages(root: &Path, model: &Model) -> BTreeMap<String, CodeAge> {
    let mut globs: Vec<&String> = model.elements.iter().flat_map(|element| element.stated.code.values()).collect();
    globs.sort();
    globs.dedup();
    globs.truncate(MOST);
    if globs.is_empty() {
        return BTreeMap::new();
    }
    let cut_off = match ask(root, &["rev-parse", "--is-shallow-repository"]) {
        Ok(answer) => answer.trim() == "true",
        Err(why) => return globs.into_iter().map(|glob| (glob.clone(), CodeAge::Unknown(why.clone()))).collect(),
    };
    globs.into_iter().map(|glob| (glob.clone(), age(root, glob, cut_off))).collect()
}

fn age(root: &Path, glob: &str, cut_off: bool) -> CodeAge {
    let pathspec = format!(":(top,glob){}", glob.trim_start_matches("./").trim_start_matches('/').trim_end_matches('/'));
    match ask(root, &["log", "-1", "--format=%ct", "--", &pathspec]) {
        Ok(answer) => match answer.trim().parse() {
            Ok(seconds) if cut_off => CodeAge::AtMost(seconds),
            Ok(seconds) => CodeAge::Commit(seconds),
            Err(_) => CodeAge::Unknown(format!("no commit touches a file that `{glob}` matches")),
        },
        Err(why) => CodeAge::Unknown(why),
    }
}

fn ask(root: &Path, args: &[&str]) -> Result<String, String> {
    if !root.join(".git").exists() {
        return Err("the model is not in a git repository".to_owned());
    }
    let mut command = Command::new("git");
    command.arg("-C").arg(root).arg("--no-pager");
    for setting in ["core.hooksPath=/dev/null", "core.fsmonitor=false", "log.showSignature=false", "log.follow=false", "core.pager=cat"] {
        command.args(["-c", setting]);
    }
    command.args(args).env("GIT_OPTIONAL_LOCKS", "0").env("GIT_NO_LAZY_FETCH", "1").env("GIT_TERMINAL_PROMPT", "0");
    let output = command.output().map_err(|_| "git could not be run".to_owned())?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        let said = String::from_utf8_lossy(&output.stderr);
        Err(format!("git says: {}", said.lines().next().unwrap_or_default().trim()))
    }
}
