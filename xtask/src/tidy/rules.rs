//! Rule files: documented, exemplified, named after their rule, small.

use std::path::{Path, PathBuf};

use super::{files, read, shown};

/// Lines that a rule may have, documentation and examples included.
const LARGEST: usize = 200;
/// What every rule says, at the start of a line.
const PARTS: [&str; 9] = ["id:", "title:", "on:", "when:", "likelihood:", "property:", "why:", "fix:", "examples:"];
/// What the examples show.
const EXAMPLES: [&str; 3] = ["  raises:", "  asks:", "  quiet:"];

pub(super) fn complete(root: &Path) -> anyhow::Result<Vec<String>> {
    let mut violations = Vec::new();
    for path in all(root) {
        let text = read(&path)?;
        let name = shown(root, &path);
        for part in PARTS.iter().chain(&EXAMPLES).filter(|part| !text.lines().any(|line| line.starts_with(**part))) {
            violations.push(format!("{name} has no `{}`", part.trim()));
        }
        let id = text.lines().find_map(|line| line.strip_prefix("id:")).map(str::trim).unwrap_or_default();
        if path.file_stem().and_then(|stem| stem.to_str()) != Some(id) {
            violations.push(format!("{name} holds the rule `{id}`"));
        }
    }
    Ok(violations)
}

pub(super) fn sizes(root: &Path) -> anyhow::Result<Vec<String>> {
    let mut violations = Vec::new();
    for path in all(root) {
        let lines = read(&path)?.lines().count();
        if lines > LARGEST {
            violations.push(format!("{} has {lines} lines, and the limit is {LARGEST}", shown(root, &path)));
        }
    }
    Ok(violations)
}

/// Words of the trade that somebody who writes programs for the first time would look up. A rule may use them as long as
/// the glossary has them; every other word of a `why` is plain English.
const TERMS: &[&str] = &[
    "backdoor",
    "badge",
    "botnet",
    "broker",
    "bucket",
    "cache",
    "certificate",
    "checksum",
    "cluster",
    "consent",
    "container",
    "cookie",
    "credential",
    "deploy",
    "deployment",
    "deserialization",
    "domain",
    "embedding",
    "encrypt",
    "encrypted",
    "encryption",
    "endpoint",
    "exploit",
    "fingerprint",
    "firewall",
    "firmware",
    "flood",
    "gateway",
    "hash",
    "header",
    "host",
    "hotspot",
    "hypervisor",
    "image",
    "injection",
    "jailbroken",
    "kernel",
    "library",
    "macro",
    "malware",
    "markup",
    "metadata",
    "middleware",
    "namespace",
    "nonce",
    "orchestrator",
    "parser",
    "payload",
    "phishing",
    "pipeline",
    "plugin",
    "policy",
    "privilege",
    "proxy",
    "pseudonym",
    "query",
    "queue",
    "ransomware",
    "referer",
    "registry",
    "repository",
    "role",
    "rootkit",
    "salt",
    "sandbox",
    "schema",
    "script",
    "segment",
    "serialization",
    "session",
    "sidecar",
    "signature",
    "skimmer",
    "snapshot",
    "spam",
    "subdomain",
    "subnet",
    "tailgating",
    "template",
    "tenant",
    "thread",
    "token",
    "vault",
    "webhook",
    "whitelist",
    "wildcard",
    "worm",
];

/// Every abbreviation and every term of the trade in a `why` stands in the glossary.
pub(super) fn terms(root: &Path) -> anyhow::Result<Vec<String>> {
    let glossary = read(&root.join("docs/glossary.md"))?;
    let heads = glossary.lines().filter_map(|line| line.strip_prefix("| ")?.split(" | ").next());
    let known: Vec<&str> = heads.flat_map(|head| head.split(|c: char| !c.is_alphanumeric())).collect();
    let is_known = |word: &str| known.contains(&word) || known.contains(&word.trim_end_matches('s'));
    let explained = glossary.to_lowercase();
    let mut violations = Vec::new();
    for rule in &crate::knowledge::from_disk()?.rules {
        let words = rule.why.split(|c: char| !c.is_alphanumeric());
        for word in words.clone().filter(|word| is_abbreviation(word) && !is_known(word)) {
            violations.push(format!("{}: the glossary has no `{word}`", rule.id));
        }
        for word in words.filter_map(term).filter(|word| !explains(&explained, word)) {
            violations.push(format!("{}: the glossary does not explain `{word}`", rule.id));
        }
    }
    Ok(violations)
}

/// The term of the trade that a word is a form of.
fn term(word: &str) -> Option<&'static str> {
    let word = word.to_lowercase();
    let singular = word.strip_suffix("ies").map_or_else(|| word.trim_end_matches('s').to_owned(), |stem| format!("{stem}y"));
    TERMS.iter().copied().find(|term| *term == word || *term == singular)
}

/// Whether a word stands in the glossary, as an entry or in the explanation of one.
fn explains(glossary: &str, term: &str) -> bool {
    glossary.split(|c: char| !c.is_alphanumeric()).any(|word| word == term || word.trim_end_matches('s') == term)
}

/// Two capitals or more, as in `TLS` or `OAuth`.
fn is_abbreviation(word: &str) -> bool {
    word.chars().filter(char::is_ascii_uppercase).count() >= 2
}

/// `why` has 40 to 120 words: enough to be understood, short enough to be read.
pub(super) fn lengths(_: &Path) -> anyhow::Result<Vec<String>> {
    let count = |text: &str| text.split_whitespace().count();
    let rules = crate::knowledge::from_disk()?.rules;
    let odd = rules.iter().filter(|rule| !(40..=120).contains(&count(&rule.why)));
    Ok(odd.map(|rule| format!("{}: `why` has {} words", rule.id, count(&rule.why))).collect())
}

fn all(root: &Path) -> Vec<PathBuf> {
    files(&root.join("rules"), &[".yaml"]).into_iter().filter(|path| !path.ends_with("pack.yaml")).collect()
}
