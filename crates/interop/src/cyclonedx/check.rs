//! What the specification requires and forbids of the parts that are read.

use serde_json::Value as Json;

use crate::ImportError;
use crate::read::{items, text};

/// Ways of proving who somebody is.
const AUTHENTICATION: &[&str] = &[
    "api-key",
    "basic",
    "bearer",
    "biometric",
    "certificate",
    "digest",
    "eap",
    "fido2",
    "form",
    "hmac",
    "jwt",
    "kerberos",
    "ldap",
    "magic-link",
    "mtls",
    "none",
    "ntlm",
    "oauth1",
    "oauth2",
    "oidc",
    "pin",
    "psk",
    "push",
    "radius",
    "saml",
    "scram",
    "session-cookie",
    "ssh",
    "totp",
];
/// Ways of deciding what somebody may do.
const AUTHORIZATION: &[&str] = &["abac", "acl", "capability", "dac", "mac", "none", "pbac", "radac", "rbac", "rebac"];
/// Kinds of relationships between things.
const RELATIONSHIPS: &[&str] =
    &["aggregates", "associates", "composes", "contains", "dependsOn", "generalizes", "realizes", "serves", "custom"];
const VISUALIZATION: &[&str] =
    &["bom-ref", "name", "description", "type", "attachment", "url", "level", "elements", "interactive", "layers", "properties"];
const DIAGRAMS: &[&str] = &[
    "activity",
    "architecture",
    "attack-tree",
    "block",
    "class",
    "code",
    "communication",
    "component",
    "container",
    "context",
    "data-flow",
    "deployment",
    "entity",
    "flowchart",
    "matrix",
    "mind-map",
    "network",
    "process",
    "sequence",
    "state",
    "timing",
    "use-case",
];
const STATUS: &[&str] =
    &["recommended", "proposed", "approved", "rejected", "planned", "in-progress", "implemented", "verified", "decommissioned"];
const LIKELIHOOD: &[&str] = &["very-low", "low", "medium", "high", "very-high", "certain"];
const STRATEGY: &[&str] = &["avoid", "reduce", "transfer", "accept", "exploit", "enhance", "share", "monitor", "retain", "escalate"];
const STRIDE: &[&str] = &["spoofing", "tampering", "repudiation", "information-disclosure", "denial-of-service", "elevation-of-privilege"];
const LINDDUN: &[&str] =
    &["linkability", "identifiability", "non-repudiation", "detectability", "disclosure-of-information", "unawareness", "non-compliance"];
const MAESTRO: &[&str] = &[
    "foundation-models",
    "data-operations",
    "agent-frameworks",
    "deployment-and-infrastructure",
    "evaluation-and-observability",
    "security-and-compliance",
    "agent-ecosystem",
];
const TACTICS: &[&str] = &[
    "reconnaissance",
    "resource-development",
    "initial-access",
    "execution",
    "persistence",
    "privilege-escalation",
    "defense-evasion",
    "credential-access",
    "discovery",
    "lateral-movement",
    "collection",
    "command-and-control",
    "exfiltration",
    "impact",
];

/// The keys that must be there, by the lists that things stand in.
const REQUIRED: &[(&str, &[&str])] = &[
    ("zones", &["bom-ref", "name", "type"]),
    ("boundaries", &["bom-ref", "zones"]),
    ("flows", &["bom-ref", "name", "source", "destination", "type"]),
    ("actors", &["bom-ref", "party"]),
    ("assets", &["bom-ref"]),
    ("dataStores", &["bom-ref", "name", "type"]),
    ("dataSets", &["bom-ref", "name", "description"]),
    ("assumptions", &["description"]),
    ("visualizations", &["name", "type"]),
    ("relationships", &["ref"]),
    ("threats", &["bom-ref", "name"]),
    ("scenarios", &["bom-ref", "name", "threats"]),
    ("attackPatterns", &["bom-ref", "name"]),
    ("attackTrees", &["bom-ref", "nodes"]),
    ("nodes", &["bom-ref"]),
    ("abuseCases", &["bom-ref", "name"]),
    ("risks", &["bom-ref", "name", "statement"]),
    ("responses", &["strategy"]),
    ("controls", &["bom-ref", "name"]),
];

/// Checks a file.
///
/// # Errors
/// The first thing that is missing, or that the specification has no word for, with its place.
pub(super) fn check(file: &Json) -> Result<(), ImportError> {
    for (at, blueprint) in items(file, "blueprints").iter().enumerate() {
        let place = format!("blueprints[{at}]");
        required(blueprint, &["name", "modelTypes"], &place)?;
        for key in
            ["zones", "boundaries", "flows", "actors", "assets", "dataStores", "dataSets", "assumptions", "visualizations", "relationships"]
        {
            each(blueprint, key, &place, of_blueprint)?;
        }
        let behaviors = blueprint.get("behaviors").unwrap_or(&Json::Null);
        for (graph_at, graph) in items(behaviors, "graphs").iter().enumerate() {
            for (node_at, node) in items(graph, "nodes").iter().enumerate() {
                let sources = ["behavior", "graph", "workflow"].iter().filter(|key| node.get(**key).is_some()).count();
                if sources > 1 {
                    return wrong(
                        &format!("{place}.behaviors.graphs[{graph_at}].nodes[{node_at}]"),
                        "it is made of more than one of `behavior` and `graph`",
                    );
                }
            }
        }
    }
    let threats = file.get("threats").unwrap_or(&Json::Null);
    if file.get("threats").is_some_and(|threats| !threats.is_object()) {
        return wrong("threats", "it is not an object");
    }
    for key in ["threats", "scenarios", "attackPatterns", "attackTrees", "abuseCases"] {
        each(threats, key, "threats", of_threats)?;
    }
    each(file.get("risks").unwrap_or(&Json::Null), "risks", "risks", of_risks)?;
    each(file, "controls", "the top", |control, _, place| one_of(control, "status", STATUS, place))
}

type Check = fn(&Json, &str, &str) -> Result<(), ImportError>;

/// Checks every thing of a list: what it must have, and what else is to be checked of it.
fn each(holder: &Json, key: &str, place: &str, more: Check) -> Result<(), ImportError> {
    let keys = REQUIRED.iter().find(|(list, _)| *list == key).map(|(_, keys)| *keys).unwrap_or_default();
    for (at, thing) in items(holder, key).iter().enumerate() {
        let place = if place == "the top" { format!("{key}[{at}]") } else { format!("{place}.{key}[{at}]") };
        required(thing, keys, &place)?;
        more(thing, key, &place)?;
    }
    Ok(())
}

fn of_blueprint(thing: &Json, key: &str, place: &str) -> Result<(), ImportError> {
    words(thing, "authentication", AUTHENTICATION, place)?;
    match thing.get("crossingRequirements") {
        Some(crossing) => {
            words(crossing, "authentication", AUTHENTICATION, place)?;
            words(crossing, "authorization", AUTHORIZATION, place)?;
        }
        None => words(thing, "authorization", AUTHORIZATION, place)?,
    }
    match key {
        "assets" if thing.get("name").is_none() && thing.get("componentRef").is_none() && thing.get("partyRef").is_none() => {
            wrong(place, "it has neither `name` nor a reference to a component or a party")
        }
        "relationships" => known_keys(thing, &[&["ref"], RELATIONSHIPS].concat(), place),
        "visualizations" => {
            known_keys(thing, VISUALIZATION, place)?;
            one_of(thing.get("type").unwrap_or(&Json::Null), "type", DIAGRAMS, &format!("{place}.type"))
        }
        _ => Ok(()),
    }
}

fn of_threats(thing: &Json, key: &str, place: &str) -> Result<(), ImportError> {
    if key == "attackTrees" {
        return each(thing, "nodes", place, |node, _, place| one_of(node, "operator", &["and", "or"], place));
    }
    for (at, category) in items(thing, "categories").iter().enumerate() {
        let place = format!("{place}.categories[{at}]");
        required(category, &["taxonomy", "category"], &place)?;
        let known = match text(category, "taxonomy").as_ref() {
            "STRIDE" => STRIDE,
            "LINDDUN" => LINDDUN,
            "MAESTRO" => MAESTRO,
            "MITRE-ATTACK" => TACTICS,
            other => return wrong(&place, &format!("there is no taxonomy `{other}`")),
        };
        one_of(category, "category", known, &place)?;
    }
    Ok(())
}

fn of_risks(risk: &Json, _: &str, place: &str) -> Result<(), ImportError> {
    each(risk, "responses", place, |response, _, place| one_of(response, "strategy", STRATEGY, place))?;
    for key in ["inherentRisk", "residualRisk", "targetRisk"] {
        if let Some(likelihood) = risk.get(key).and_then(|rated| rated.get("likelihood")) {
            one_of(likelihood, "level", LIKELIHOOD, &format!("{place}.{key}.likelihood"))?;
        }
    }
    Ok(())
}

fn required(thing: &Json, keys: &[&str], place: &str) -> Result<(), ImportError> {
    match keys.iter().find(|key| thing.get(**key).is_none()) {
        Some(key) => wrong(place, &format!("it has no `{key}`")),
        None => Ok(()),
    }
}

/// A word must be one of those that are known; an object in its place describes a word of one's own.
fn one_of(thing: &Json, key: &str, known: &[&str], place: &str) -> Result<(), ImportError> {
    match thing.get(key) {
        Some(Json::String(word)) if !known.contains(&word.as_str()) => wrong(place, &format!("there is no {key} `{word}`")),
        Some(Json::Number(_) | Json::Bool(_)) => wrong(place, &format!("its {key} is no word")),
        _ => Ok(()),
    }
}

fn words(thing: &Json, key: &str, known: &[&str], place: &str) -> Result<(), ImportError> {
    let unknown = items(thing, key).iter().filter_map(Json::as_str).find(|word| !known.contains(word));
    unknown.map_or(Ok(()), |word| wrong(place, &format!("there is no {key} `{word}`")))
}

fn known_keys(thing: &Json, known: &[&str], place: &str) -> Result<(), ImportError> {
    let unknown = thing.as_object().into_iter().flatten().map(|(key, _)| key).find(|key| !known.contains(&key.as_str()));
    unknown.map_or(Ok(()), |key| wrong(place, &format!("it has no key `{key}`")))
}

fn wrong(place: &str, why: &str) -> Result<(), ImportError> {
    Err(ImportError::NotTheFormat(format!("CycloneDX does not allow {place}: {why}")))
}
