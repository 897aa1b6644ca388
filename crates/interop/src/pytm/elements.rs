//! Elements by their class.

use serde_json::Value as Json;

use super::{Maker, controls, extras, word};
use crate::draft::{Entry, Section};
use crate::read::{flag, items, list, text};

/// Fields that have no place of their own.
const KEPT: &[&str] = &[
    "__class__",
    "controls",
    "type",
    "OS",
    "port",
    "environment",
    "codeType",
    "severity",
    "maxClassification",
    "minTLSVersion",
    "levels",
    "onAWS",
    "onRDS",
    "hasWriteAccess",
    "handlesResources",
    "implementsCommunicationProtocol",
    "retainsUserData",
    "implementsAPI",
    "isSQL",
    "isThirdParty",
    "isSelfHosted",
    "storesLogData",
    "usesSessionTokens",
    "usesXMLParser",
    "usesCache",
    "usesEnvironmentVariables",
    "allowsClientSideScripting",
    "isShared",
    "isAdmin",
    "hasSystemPrompt",
    "hasRAG",
    "hasAgentCapabilities",
    "executesCode",
    "hasFineTuning",
    "usesExternalTools",
    "hasContentFiltering",
    "validatesToolLaunchConfig",
];

/// What every program of a class is attacked for without a field that says whether it does it.
const SERVER: &[&str] =
    &["memory-unsafe", "evaluates-input", "opens-files-by-name", "accepts-uploads", "has-admin-functions", "authenticates-users"];
const PROCESS: &[&str] = &["memory-unsafe", "evaluates-input", "runs-commands", "opens-files-by-name"];

impl Maker<'_> {
    /// Every element.
    pub(super) fn elements(&mut self) {
        for element in self.all_elements() {
            let name = text(element, "name").into_owned();
            let Some(id) = self.elements.get(&name).cloned() else { continue };
            let class = class(element);
            let kind = kind(&class, element);
            let zone = self.zone(&text(element, "inBoundary"), &name);
            let mut entry = Entry::new().text("kind", kind).named(&id, &name).text("description", &text(element, "description"));
            entry = entry.list("zone", zone).text("tech", tech(&class, element));
            if kind == "store" {
                entry = entry.list("holds", self.held(&name));
            }
            entry = traits(entry, &class, element);
            entry = controls::of_element(entry, kind, element);
            entry = model_controls(entry, &class, element);
            entry = entry.list("code", list(element, "sourceFiles"));
            if element.get("inScope").is_some() && !flag(element, "inScope") {
                entry = entry.text("out-of-scope", "out of scope in the pytm model");
            }
            self.unread(element, &name);
            self.draft.add(Section::Elements, &id, extras(entry, element, KEPT));
        }
        self.taken();
    }

    /// What a store keeps: data that is stored and comes to it.
    fn held(&self, store: &str) -> Vec<String> {
        let stored =
            items(self.file, "data").iter().filter(|data| flag(data, "isStored") && list(data, "processedBy").iter().any(|by| by == store));
        stored.filter_map(|data| self.data.get(text(data, "name").as_ref()).cloned()).collect()
    }

    fn unread(&mut self, element: &Json, name: &str) {
        let on =
            element.get("controls").map(|controls| controls::UNREAD.iter().filter(|key| flag(controls, key)).copied().collect::<Vec<_>>());
        for control in on.unwrap_or_default() {
            self.draft.dropped(format!("the control `{control}` of {name}"), "elements");
        }
        for assumption in list(element, "assumptions") {
            let id = self.draft.id_for_name(Section::Assumptions, &assumption, "assumption");
            self.draft.add(Section::Assumptions, &id, Entry::new().text("text", &format!("{name}: {assumption}")));
        }
    }

    /// One loss for all guesses of a kind.
    fn taken(&mut self) {
        let all = self.all_elements();
        let names = |wanted: &[&str]| -> Vec<String> {
            all.iter()
                .filter(|element| wanted.contains(&class(element).as_str()))
                .map(|element| text(element, "name").into_owned())
                .collect()
        };
        for (classes, what) in [(&["Server"][..], "web applications"), (&["Process", "SetOfProcesses"][..], "back-end services")] {
            let names = names(classes);
            if !names.is_empty() {
                self.draft.guessed(format!("that these are {what}: {}", names.join(", ")), "elements");
            }
        }
    }
}

fn class(element: &Json) -> String {
    let class = text(element, "__class__");
    if class.is_empty() { "Asset".to_owned() } else { class.rsplit('.').next().unwrap_or_default().to_owned() }
}

fn kind(class: &str, element: &Json) -> &'static str {
    match class {
        "Actor" => "actor",
        "ExternalEntity" => "external",
        "LLM" if flag(element, "isThirdParty") && !flag(element, "isSelfHosted") => "external",
        "Datastore" => "store",
        _ => "process",
    }
}

fn tech(class: &str, element: &Json) -> &'static str {
    match class {
        "Server" => "web-application",
        "Lambda" => "serverless-function",
        "LLM" => "llm",
        "Agent" => "llm-agent",
        "Process" | "SetOfProcesses" if flag(element, "implementsAPI") => "web-api",
        "Process" | "SetOfProcesses" => "application-service",
        "Datastore" => match word(element, "type").as_str() {
            "FILE_SYSTEM" | "1" => "file-server",
            "LDAP" | "3" => "directory-service",
            "AWS_S3" | "4" => "object-storage",
            "SQL" | "2" => "sql-database",
            _ if element.get("isSQL").is_some() && !flag(element, "isSQL") => "",
            _ => "sql-database",
        },
        _ => "",
    }
}

/// The class of an element that does not come from pytm.
pub(super) fn class_of(kind: &str, tech: &str) -> &'static str {
    match (kind, tech) {
        ("actor", _) => "Actor",
        (_, "llm") => "LLM",
        ("external", _) => "ExternalEntity",
        ("store", _) => "Datastore",
        (_, "serverless-function") => "Lambda",
        (_, "llm-agent") => "Agent",
        (_, "web-application" | "web-server" | "application-server") => "Server",
        _ => "Process",
    }
}

/// The technology that the reader takes an element of a class to have.
pub(super) fn tech_of(class: &str, stated: &str) -> &'static str {
    match (class, stated) {
        ("Datastore", "object-storage") => "object-storage",
        ("Datastore", "directory-service") => "directory-service",
        ("Datastore", "file-server") => "file-server",
        _ => tech(class, &Json::Null),
    }
}

/// The type of a store.
pub(super) fn store_type(tech: &str) -> Option<&'static str> {
    match tech {
        "object-storage" => Some("AWS_S3"),
        "directory-service" => Some("LDAP"),
        "file-server" => Some("FILE_SYSTEM"),
        "sql-database" => Some("SQL"),
        _ => None,
    }
}

/// Fields of a class and our traits.
pub(super) fn rows(class: &str) -> &'static [(&'static str, &'static str)] {
    match class {
        "Server" => {
            &[("usesXMLParser", "parses-xml"), ("usesCache", "caches-responses"), ("usesEnvironmentVariables", "configured-by-environment")]
        }
        "Process" | "SetOfProcesses" => {
            &[("allowsClientSideScripting", "renders-html"), ("usesEnvironmentVariables", "configured-by-environment")]
        }
        "Lambda" => &[("usesEnvironmentVariables", "configured-by-environment")],
        "Datastore" => &[("isShared", "shared-storage")],
        "Actor" => &[("isAdmin", "privileged")],
        "LLM" => &[
            ("hasSystemPrompt", "builds-prompts"),
            ("hasRAG", "retrieves-documents"),
            ("hasAgentCapabilities", "acts-autonomously"),
            ("executesCode", "executes-third-party-code"),
            ("hasFineTuning", "trains-models"),
        ],
        "Agent" => &[("usesExternalTools", "calls-tools")],
        _ => &[],
    }
}

fn yes_no(is: bool) -> &'static str {
    if is { "yes" } else { "no" }
}

/// Fields of pytm and our traits, by class.
fn traits(entry: Entry, class: &str, element: &Json) -> Entry {
    let rows = rows(class);
    let stated = rows.iter().filter(|(field, _)| element.get(*field).is_some());
    let entry = stated.fold(entry, |entry, (field, ours)| entry.fact("traits", ours, yes_no(flag(element, field))));
    let asked = match class {
        "Server" => SERVER,
        "Process" | "SetOfProcesses" | "Lambda" => PROCESS,
        _ => &[],
    };
    // Every store is attacked for its records, whether it is said to keep some or not.
    let entry = match class {
        "Datastore" => entry.fact("traits", "stores-logs", if flag(element, "storesLogData") { "yes" } else { "unknown" }),
        _ => entry,
    };
    let entry = asked.iter().fold(entry, |entry, ours| entry.fact("traits", ours, "unknown"));
    if flag(element, "usesSessionTokens") {
        entry.fact("traits", "manages-sessions", "yes").fact("traits", "uses-cookies", "yes")
    } else {
        entry
    }
}

/// What the fields of language models say about controls.
fn model_controls(entry: Entry, class: &str, element: &Json) -> Entry {
    let rows: &[(&str, &str)] = match class {
        "LLM" => &[("hasContentFiltering", "prompt-separation"), ("hasContentFiltering", "answer-filtering")],
        "Agent" => &[("validatesToolLaunchConfig", "tool-pinning")],
        _ => &[],
    };
    let stated = rows.iter().filter(|(field, _)| element.get(*field).is_some());
    stated.fold(entry, |entry, (field, ours)| entry.fact("controls", ours, yes_no(flag(element, field))))
}
