//! JUnit XML, which every test runner writes and no two write alike.
//!
//! Suites nest or are missing, names repeat, and only an element `failure` or `error` says that a test failed. What a
//! test printed is not taken over.

use redan_model::evidence::{Report, ReportKind, TestOutcome, TestResult};

use super::gather::Gather;
use super::text;
use crate::ImportError;
use crate::xml::{self, Element};

/// Properties that name what a test stands for.
const NAMING: [&str; 7] = ["id", "test_id", "testid", "test-id", "requirement", "requirements", "redan"];

/// Reads a report.
pub(super) fn read(text: &str) -> Result<Report, ImportError> {
    let root = xml::parse_declared(text)?;
    if !["testsuites", "testsuite", "testcase"].contains(&root.name) {
        return Err(ImportError::NotTheFormat(format!("its root is `{}`, not `testsuites` or `testsuite`", root.name)));
    }
    let mut out = Gather::new(ReportKind::Junit, "JUnit");
    out.taken(text::time(root.attribute("timestamp").unwrap_or_default()));
    if root.name == "testcase" {
        case(&root, &Suite::default(), &mut out)?
    } else {
        suite(&root, &Suite::default(), &mut out)?
    }
    let empty = out.report.items == 0;
    Ok(out.ran_unless(empty))
}

/// What tests have from the suites around them.
#[derive(Default, Clone)]
struct Suite {
    name: String,
    taken: Option<i64>,
    aliases: Vec<String>,
}

fn suite(element: &Element<'_>, around: &Suite, out: &mut Gather) -> Result<(), ImportError> {
    let taken = element.attribute("timestamp").and_then(text::time).or(around.taken);
    out.taken(taken);
    let mut aliases = around.aliases.clone();
    aliases.extend(named(element));
    aliases.truncate(20);
    let name = element.attribute("name").unwrap_or_default().trim();
    let inner = Suite { name: if name.is_empty() { around.name.clone() } else { name.to_owned() }, taken, aliases };
    let before = out.report.items;
    for child in &element.children {
        match child.name {
            "testsuite" => suite(child, &inner, out)?,
            "testcase" => case(child, &inner, out)?,
            _ => {}
        }
    }
    let count = |key: &str| element.attribute(key).and_then(|count| count.trim().parse::<u64>().ok()).unwrap_or(0);
    if out.report.items == before && count("errors") + count("failures") > 0 {
        out.errored("a suite failed before any of its tests ran");
    }
    Ok(())
}

fn case(element: &Element<'_>, suite: &Suite, out: &mut Gather) -> Result<(), ImportError> {
    out.item()?;
    let trimmed = |key: &str| element.attribute(key).unwrap_or_default().trim();
    let (class, name) = (trimmed("classname"), trimmed("name"));
    let id = match (class.is_empty(), name.is_empty()) {
        (false, false) => format!("{class}.{name}"),
        (false, true) => class.to_owned(),
        (true, _) => name.to_owned(),
    };
    let mut aliases = vec![name.to_owned(), format!("{}.{name}", suite.name), format!("{}.{id}", suite.name)];
    aliases.extend(named(element));
    aliases.extend(suite.aliases.iter().cloned());
    aliases.retain(|alias| !alias.is_empty() && *alias != id && !alias.starts_with('.'));
    aliases.sort();
    aliases.dedup();
    out.test(TestResult {
        id,
        aliases,
        outcome: outcome(element),
        taken: element.attribute("timestamp").and_then(text::time).or(suite.taken),
    });
    Ok(())
}

fn outcome(element: &Element<'_>) -> TestOutcome {
    let has = |name: &str| element.child(name).is_some();
    let status = [element.attribute("status"), element.attribute("result")].into_iter().flatten().map(str::to_ascii_lowercase);
    let says = |words: &[&str]| status.clone().any(|word| words.contains(&word.as_str()));
    if has("failure") || has("error") || says(&["failed", "failure", "error"]) {
        TestOutcome::Failed
    } else if has("skipped") || has("disabled") || says(&["skipped", "notrun", "disabled", "ignored", "suppressed", "pending"]) {
        TestOutcome::Skipped
    } else {
        TestOutcome::Passed
    }
}

/// The values of properties that name what a test stands for.
fn named(element: &Element<'_>) -> Vec<String> {
    let properties = element.items("properties").iter().filter(|one| one.name == "property");
    let naming = properties.filter(|one| one.attribute("name").is_some_and(|name| NAMING.contains(&name.to_ascii_lowercase().as_str())));
    let values = naming.flat_map(|one| one.attribute("value").unwrap_or_else(|| one.trimmed()).split(',').map(str::trim));
    values.filter(|value| !value.is_empty() && value.len() <= 200).take(20).map(str::to_owned).collect()
}
