//! The files that teams take over: action, hooks, templates, image, the guide of the first week. Every command line in
//! them is one that redan accepts, and every file is what its reader expects.

use std::fs;
use std::path::{Path, PathBuf};

use clap::CommandFactory;
use regex_lite::Regex;
use serde_json::Value as Json;

use crate::args::Cli;
use crate::project::is_model_name;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn text(path: &str) -> String {
    fs::read_to_string(root().join(path)).expect("the file is in the repository")
}

fn yaml(path: &str) -> Json {
    serde_saphyr::from_str(&text(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn list<'j>(value: &'j Json, key: &str) -> &'j Vec<Json> {
    value[key].as_array().unwrap_or_else(|| panic!("no list `{key}` in {value}"))
}

/// The words of a command line up to whatever ends it. What the shell fills in is left out.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), None::<String>, None);
    for c in line.chars().chain([' ']) {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (None, '\'' | '"') => {
                quote = Some(c);
                word.get_or_insert_default();
            }
            (None, c) if c.is_whitespace() => words.extend(word.take()),
            (_, c) => word.get_or_insert_default().push(c),
        }
    }
    let ends = ["|", "||", "&&", ";", "#", ">", ">>"];
    let is_filled_in = |word: &String| word.contains("[@]") || word.starts_with("${");
    words.into_iter().take_while(|word| !ends.contains(&word.as_str())).filter(|word| !is_filled_in(word)).collect()
}

/// The command lines in a text: lines that begin with `redan`, after a prompt or a key, and those between backticks. Lines of
/// prose are none: in Markdown, only what is fenced counts.
fn command_lines(text: &str) -> Vec<String> {
    let is_markdown = text.contains("```");
    let mut is_code = !is_markdown;
    let is_in_code = |line: &&str| {
        is_code ^= is_markdown && line.trim_start().starts_with("```");
        is_code
    };
    let starts = |line: &str| {
        let line = line.trim().trim_start_matches(['$', '-', '#', ' ']);
        line.strip_prefix("run: ").unwrap_or(line).strip_prefix("entry: ").unwrap_or(line).to_owned()
    };
    let lines = text.lines().filter(is_in_code).map(starts).filter(|line| line.starts_with("redan ") && !line.contains('`'));
    let inline = text.split('`').skip(1).step_by(2).filter(|code| code.starts_with("redan ") && !code.contains('\n')).map(str::to_owned);
    lines.chain(inline).filter(|line| !line.contains('…')).collect()
}

#[track_caller]
fn accepted(line: &str) {
    if let Err(error) = Cli::command().try_get_matches_from(words(line)) {
        assert!(!error.use_stderr(), "`{line}`: {error}");
    }
}

#[test]
fn every_command_line_is_one_that_redan_accepts() {
    let files = [
        ("action.yml", 3),
        (".pre-commit-hooks.yaml", 2),
        ("integrations/gitlab/redan.gitlab-ci.yml", 3),
        ("integrations/task-template.md", 1),
        ("integrations/github/ISSUE_TEMPLATE/security-task.yml", 2),
        ("crates/app/templates/README.md", 5),
        ("docs/first-week.md", 20),
        ("docs/change.md", 10),
    ];
    for (file, least) in files {
        let lines = command_lines(&text(file));
        assert!(lines.len() >= least, "{file}: only {lines:#?}");
        lines.iter().for_each(|line| accepted(line));
    }
}

#[test]
fn the_action_needs_no_other_action_and_puts_no_input_into_a_script() {
    let action = yaml("action.yml");
    assert_eq!(action["runs"]["using"], "composite");
    for step in list(&action["runs"], "steps") {
        assert!(step.get("uses").is_none(), "an action that is fetched: {step}");
        assert_eq!(step["shell"], "bash", "{step}");
        let script = step["run"].as_str().expect("a step runs something");
        assert!(!script.contains("${{"), "what a stranger wrote would become a part of the script: {script}");
    }
}

#[test]
fn the_workflow_has_the_least_permissions_and_pins_what_it_uses() {
    let workflow = yaml("integrations/github/redan.yml");
    assert_eq!(workflow["permissions"], serde_json::json!({}));
    let job = &workflow["jobs"]["redan"];
    assert_eq!(job["permissions"], serde_json::json!({"contents": "read", "security-events": "write", "pull-requests": "write"}));
    let known = yaml("action.yml");
    for step in list(job, "steps") {
        let (name, pin) = step["uses"].as_str().and_then(|uses| uses.split_once('@')).expect("a pinned action");
        assert!(pin.len() == 40 && pin.bytes().all(|byte| byte.is_ascii_hexdigit()), "{name}@{pin}");
        if name == "OWNER/redan" {
            let given = step["with"].as_object().expect("inputs are a mapping");
            assert!(given.keys().all(|input| known["inputs"].get(input).is_some()), "{given:?}");
        }
    }
}

#[test]
fn the_job_for_gitlab_keeps_its_reports_whatever_the_verdict() {
    let job = yaml("integrations/gitlab/redan.gitlab-ci.yml")["redan"].clone();
    assert_eq!((&job["artifacts"]["when"], &job["variables"]["GIT_DEPTH"]), (&Json::from("always"), &Json::from("0")));
    let script: Vec<&str> = list(&job, "script").iter().filter_map(Json::as_str).collect();
    for report in job["artifacts"]["reports"].as_object().expect("reports").values().filter_map(Json::as_str) {
        assert!(script.iter().any(|line| line.contains(report)), "nobody writes {report}");
    }
    let (last, first) = script.split_last().expect("commands");
    assert!(!last.contains("||") && first.iter().all(|line| line.ends_with("|| true")), "the last command gives the verdict");
}

#[test]
fn the_hooks_look_at_models_and_at_nothing_else() {
    let hooks = yaml(".pre-commit-hooks.yaml");
    let hooks = hooks.as_array().expect("a list of hooks");
    let pattern = |at: usize| Regex::new(hooks[at]["files"].as_str().expect("a pattern")).expect("the pattern is one");
    let (check, layout) = (pattern(0), pattern(1));
    for name in ["a.tm.yaml", "a.tm.yml", "a.tm.json", "a.tm.md"] {
        assert!(is_model_name(name));
        for path in [name.to_owned(), format!("security/threat-models/{name}")] {
            assert!(check.is_match(&path) && layout.is_match(&path), "{path}");
        }
    }
    for path in ["a.yaml", "atm.yaml", "a.tm.yaml.orig", "README.md", "docs/threat-models.md", "a.tm.toml"] {
        assert!(!is_model_name(path) && !check.is_match(path) && !layout.is_match(path), "{path}");
    }
    for path in ["redan.toml", "service/redan.toml", "security/threat-models/shop.md"] {
        assert!(check.is_match(path) && !layout.is_match(path), "{path}");
    }
    for hook in hooks {
        assert!(["id", "name", "entry", "language", "files"].iter().all(|key| hook[*key].is_string()), "{hook}");
    }
}

#[test]
fn the_image_is_built_from_what_it_is_given_and_run_by_nobody_of_rank() {
    let dockerfile = text("Dockerfile");
    let given: Vec<String> = text(".dockerignore").lines().filter_map(|line| line.strip_prefix('!').map(str::to_owned)).collect();
    let copies = dockerfile.lines().filter_map(|line| line.strip_prefix("COPY ")).filter(|copy| !copy.starts_with("--from"));
    let mut copied: Vec<&str> = copies.flat_map(|copy| copy.rsplit_once(' ').map_or("", |(sources, _)| sources).split(' ')).collect();
    copied.sort_unstable();
    let mut expected: Vec<&str> = given.iter().map(String::as_str).collect();
    expected.sort_unstable();
    assert_eq!(copied, expected);
    assert!(copied.iter().all(|path| root().join(path).exists()));
    let after = |word: &str| dockerfile.lines().rfind(|line| line.starts_with(word)).map(|line| line[word.len()..].trim().to_owned());
    assert_eq!(after("USER "), Some("10001:10001".to_owned()));
    assert_eq!(dockerfile.matches("\nFROM ").count(), 2, "what builds is not what runs");
    let words: Vec<String> = ["ENTRYPOINT ", "CMD "]
        .iter()
        .flat_map(|word| serde_json::from_str::<Vec<String>>(&after(word).expect("the image runs something")).expect("a list of words"))
        .collect();
    accepted(&words.join(" "));
}

#[test]
fn the_task_templates_ask_for_what_the_guide_names() {
    let form = yaml("integrations/github/ISSUE_TEMPLATE/security-task.yml");
    assert!(form["title"].as_str().is_some_and(|title| title.starts_with("[SEC][P1]")));
    let labels: Vec<&str> = list(&form, "body").iter().filter_map(|part| part["attributes"]["label"].as_str()).collect();
    let plain = text("integrations/task-template.md");
    for part in ["Threat", "Acceptance", "Tests", "Estimate", "Owner", "Definition of done"] {
        assert!(labels.contains(&part) && plain.contains(&format!("**{part}")), "{part}");
    }
}

#[test]
fn words_end_where_a_command_does() {
    assert_eq!(words("redan set a.name='Log in' --dry-run # look"), ["redan", "set", "a.name=Log in", "--dry-run"]);
    assert_eq!(words("redan check --since=\"$X\" \"${more[@]}\" || true"), ["redan", "check", "--since=$X"]);
}
