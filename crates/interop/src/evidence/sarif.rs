//! SARIF 2.1.0, as static analysers write it.
//!
//! Most results state no level: it is that of their rule, which may stand in an extension of the tool. The list of
//! rules is what makes "nothing found" a proof.

use redan_model::evidence::{Finding, FindingSeverity, FindingStatus, Report, ReportKind};
use serde_json::Value as Json;

use super::gather::{Gather, finding, some};
use super::text;
use crate::ImportError;
use crate::read::{items, list, text as field};

/// Fingerprints by tool-specific name, the most stable first.
const FINGERPRINTS: [&str; 5] = ["matchBasedId/v1", "contextHash/v1", "primaryLocationLineHash", "scanPrimaryLocationHash", "csvRowSha256"];

/// Reads a report.
pub(super) fn read(value: &Json) -> Result<Report, ImportError> {
    let runs = value.get("runs").and_then(Json::as_array).ok_or_else(|| ImportError::NotTheFormat("it has no `runs`".to_owned()))?;
    let names: Vec<String> = runs.iter().map(|run| field(driver(run), "name").into_owned()).collect();
    let mut out = Gather::new(ReportKind::Sarif, names.first().map_or("", String::as_str));
    for run in runs {
        Run::of(run).read(&mut out)?;
    }
    let ran = runs.iter().any(|run| !items(run, "invocations").is_empty() || Run::of(run).rules().next().is_some());
    let empty = !ran && out.report.items == 0;
    Ok(out.ran_unless(empty))
}

fn driver(run: &Json) -> &Json {
    run.get("tool").and_then(|tool| tool.get("driver")).unwrap_or(&Json::Null)
}

/// One run of a tool.
struct Run<'a> {
    run: &'a Json,
    driver: &'a Json,
    extensions: &'a [Json],
}

impl<'a> Run<'a> {
    fn of(run: &'a Json) -> Self {
        Self { run, driver: driver(run), extensions: run.get("tool").map(|tool| items(tool, "extensions")).unwrap_or_default() }
    }

    fn rules(&self) -> impl Iterator<Item = &'a Json> {
        let extensions = self.extensions;
        items(self.driver, "rules").iter().chain(extensions.iter().flat_map(|part| items(part, "rules")))
    }

    fn read(&self, out: &mut Gather) -> Result<(), ImportError> {
        let version = ["semanticVersion", "version"].into_iter().find_map(|key| some(&field(self.driver, key)));
        out.report.version = out.report.version.take().or(version);
        self.invocations(out);
        for rule in self.rules().filter(|rule| !switched_off(rule)) {
            out.rule(&field(rule, "id"), cwe_of_rule(rule));
        }
        for result in items(self.run, "results") {
            out.item()?;
            self.result(result, out);
        }
        Ok(())
    }

    fn invocations(&self, out: &mut Gather) {
        for invocation in items(self.run, "invocations") {
            let ended = ["endTimeUtc", "startTimeUtc"].into_iter().find_map(|key| text::time(&field(invocation, key)));
            out.taken(ended);
            if invocation.get("executionSuccessful").and_then(Json::as_bool) == Some(false) {
                out.errored("the tool says that its run did not succeed");
            }
            let failed = items(invocation, "toolExecutionNotifications").iter().filter(|note| field(note, "level") == "error").count();
            if failed > 0 {
                out.errored(&format!("the tool reports {failed} errors of its own"));
            }
        }
        let provenance = items(self.run, "versionControlProvenance").first();
        let commit = provenance.and_then(|one| some(&field(one, "revisionId")));
        out.report.commit = out.report.commit.take().or(commit);
    }

    fn result(&self, result: &Json, out: &mut Gather) {
        let rule = self.rule_of(result);
        let id = rule_id(result, rule);
        let kind = field(result, "kind");
        if !matches!(kind.as_ref(), "" | "fail" | "open" | "review") {
            if kind == "pass" {
                out.rule(&id, rule.map(cwe_of_rule).unwrap_or_default());
            }
            return;
        }
        let mut found = finding(&id, &self.title(result, rule, &id), severity(result, rule));
        found.cwe = rule.map(cwe_of_rule).unwrap_or_default();
        for number in cwe_of_result(result) {
            text::add(&mut found.cwe, Some(number));
        }
        (found.path, found.line) = self.place(result);
        (found.status, found.because) = status(result);
        let identity = identity(result, &found);
        out.add(&[&field(self.driver, "name"), &id, &identity], found);
    }

    /// The rule of a result, by index where one is given, else by id.
    fn rule_of(&self, result: &Json) -> Option<&'a Json> {
        let reference = result.get("rule");
        let index = |value: &Json, key: &str| value.get(key).and_then(Json::as_u64).and_then(|ix| usize::try_from(ix).ok());
        let component = reference.and_then(|rule| rule.get("toolComponent")).and_then(|part| index(part, "index"));
        let part = component.map_or(Some(self.driver), |ix| self.extensions.get(ix));
        let at = reference.and_then(|rule| index(rule, "index")).or_else(|| index(result, "ruleIndex"));
        let by_index = part.zip(at).and_then(|(part, at)| items(part, "rules").get(at));
        let id = rule_id(result, None);
        let fits = |rule: &&Json| id.is_empty() || field(rule, "id") == id || id.starts_with(&format!("{}/", field(rule, "id")));
        by_index.filter(fits).or_else(|| self.rules().find(|rule| !id.is_empty() && fits(rule)))
    }

    /// The rule's words rather than the result's, which may quote what was found. Of a tool or rule about secrets only the
    /// rule's own words are taken.
    fn title(&self, result: &Json, rule: Option<&Json>, id: &str) -> String {
        let said = |value: Option<&Json>, key: &str| {
            value.and_then(|value| value.get(key)).map(|text| field(text, "text").into_owned()).filter(|text| !text.trim().is_empty())
        };
        let name = rule.map(|rule| field(rule, "name").into_owned()).filter(|name| !name.trim().is_empty());
        let of_rule = said(rule, "shortDescription").or(name).or_else(|| said(rule, "fullDescription"));
        let quotes = [id, &field(self.driver, "name")].into_iter().any(text::is_about_secrets);
        of_rule.or_else(|| said(Some(result), "message").filter(|_| !quotes)).unwrap_or_default()
    }

    fn place(&self, result: &Json) -> (Option<String>, Option<u32>) {
        let physical = items(result, "locations").first().and_then(|location| location.get("physicalLocation"));
        let Some(physical) = physical else { return (None, None) };
        let artifact = physical.get("artifactLocation").unwrap_or(&Json::Null);
        let listed = || {
            let at = artifact.get("index").and_then(Json::as_u64).and_then(|ix| usize::try_from(ix).ok())?;
            let location = items(self.run, "artifacts").get(at)?.get("location")?;
            text::path(&field(location, "uri"))
        };
        let path = text::path(&field(artifact, "uri")).or_else(listed);
        let line = physical.get("region").and_then(|region| region.get("startLine")).and_then(Json::as_u64);
        (path, line.and_then(|line| u32::try_from(line).ok()))
    }
}

fn rule_id(result: &Json, rule: Option<&Json>) -> String {
    let stated = field(result, "ruleId");
    let nested = result.get("rule").map(|rule| field(rule, "id")).unwrap_or_default();
    let of_rule = rule.map(|rule| field(rule, "id")).unwrap_or_default();
    [stated, nested, of_rule].into_iter().find(|id| !id.is_empty()).map_or_else(String::new, |id| id.into_owned())
}

fn switched_off(rule: &Json) -> bool {
    rule.get("defaultConfiguration").and_then(|how| how.get("enabled")).and_then(Json::as_bool) == Some(false)
}

fn severity(result: &Json, rule: Option<&Json>) -> FindingSeverity {
    let properties =
        |value: Option<&Json>| value.and_then(|value| value.get("properties")).map(|p| field(p, "security-severity").into_owned());
    let score = [properties(Some(result)), properties(rule)].into_iter().flatten().find_map(|score| score.parse::<f64>().ok());
    if let Some(score) = score {
        return FindingSeverity::of_score(score);
    }
    let default = rule.and_then(|rule| rule.get("defaultConfiguration")).map(|how| field(how, "level")).unwrap_or_default();
    let stated = field(result, "level");
    match if stated.is_empty() { default.as_ref() } else { stated.as_ref() } {
        "error" => FindingSeverity::High,
        "note" => FindingSeverity::Low,
        "none" => FindingSeverity::Info,
        _ => FindingSeverity::Medium,
    }
}

fn cwe_of_rule(rule: &Json) -> Vec<u32> {
    let mut found = Vec::new();
    let properties = rule.get("properties").unwrap_or(&Json::Null);
    for word in list(properties, "tags").into_iter().chain(list(properties, "cwe")) {
        text::cwe(&word).into_iter().for_each(|number| text::add(&mut found, Some(number)));
    }
    let targets = items(rule, "relationships").iter().filter_map(|relation| relation.get("target"));
    targets.flat_map(of_taxonomy).for_each(|number| text::add(&mut found, Some(number)));
    found
}

fn cwe_of_result(result: &Json) -> Vec<u32> {
    items(result, "taxa").iter().flat_map(of_taxonomy).collect()
}

/// The weakness that a reference into a taxonomy names.
fn of_taxonomy(reference: &Json) -> Vec<u32> {
    let id = field(reference, "id");
    let taxonomy = reference.get("toolComponent").map(|part| field(part, "name")).unwrap_or_default();
    if taxonomy.eq_ignore_ascii_case("cwe") && !id.to_ascii_lowercase().contains("cwe") {
        text::cwe(&format!("cwe-{id}"))
    } else {
        text::cwe(&id)
    }
}

fn status(result: &Json) -> (FindingStatus, Option<String>) {
    if field(result, "baselineState") == "absent" {
        return (FindingStatus::Fixed, Some("not there any more".to_owned()));
    }
    let valid = |one: &&Json| matches!(field(one, "status").as_ref(), "" | "accepted");
    match items(result, "suppressions").iter().find(valid) {
        Some(one) => {
            let why = some(&text::short(&field(one, "justification"))).unwrap_or_else(|| "suppressed, without a reason".to_owned());
            (FindingStatus::Suppressed, Some(why))
        }
        None => (FindingStatus::Open, None),
    }
}

/// What stays the same when lines move: a fingerprint of the tool, else the file with the text that was found.
fn identity(result: &Json, found: &Finding) -> String {
    let path = found.path.as_deref().unwrap_or_default();
    for lists in ["fingerprints", "partialFingerprints"] {
        let Some(prints) = result.get(lists).and_then(Json::as_object) else { continue };
        let usable = |name: &str| prints.get(name).and_then(Json::as_str).filter(|print| !print.is_empty() && *print != "requires login");
        let known = FINGERPRINTS.iter().find_map(|name| usable(name));
        let mut names: Vec<&String> =
            prints.keys().filter(|name| !name.ends_with("StartColumnFingerprint") && !name.contains("FileHash")).collect();
        names.sort();
        if let Some(print) = known.or_else(|| names.into_iter().find_map(|name| usable(name))) {
            return format!("{path}\n{print}");
        }
    }
    let physical = items(result, "locations").first().and_then(|location| location.get("physicalLocation"));
    let snippet = physical.and_then(|place| place.get("region")).and_then(|region| region.get("snippet")).map(|text| field(text, "text"));
    let message = result.get("message").map(|message| field(message, "text")).unwrap_or_default();
    let what = match snippet.filter(|text| !text.is_empty()) {
        Some(code) => code.split_whitespace().collect::<Vec<_>>().join(" "),
        None => format!("{}\n{}", found.line.unwrap_or_default(), message),
    };
    // The text may hold a secret, so that only its hash goes on.
    format!("{path}\n{}", text::hash(&[what]))
}
