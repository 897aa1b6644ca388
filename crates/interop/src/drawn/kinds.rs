//! Kinds of elements from words: what is written on a shape, or what the shape is called.

use crate::vocabulary::{is_person, is_system};

/// Words in a name that say a store.
const STORES: [&str; 23] = [
    "database",
    "db",
    "store",
    "storage",
    "bucket",
    "cache",
    "queue",
    "topic",
    "logs",
    "log",
    "s3",
    "dynamodb",
    "rds",
    "redis",
    "mongodb",
    "postgres",
    "postgresql",
    "mysql",
    "warehouse",
    "repository",
    "registry",
    "vault",
    "disk",
];
/// Words in a name that say somebody else's system.
const EXTERNALS: [&str; 5] = ["external", "third-party", "thirdparty", "partner", "vendor"];

/// The most likely kind of something by its name, and why.
pub(crate) fn guess(label: &str) -> (&'static str, &'static str) {
    match kind_of_words(label) {
        Some(kind) => (kind, "by its name"),
        None => ("process", "since nothing says otherwise"),
    }
}

/// The kind that words say, if they do.
pub(crate) fn kind_of_words(words: &str) -> Option<&'static str> {
    let lower = words.to_lowercase();
    let has = |list: &[&str]| lower.split(|c: char| !c.is_alphanumeric() && c != '-').any(|word| list.contains(&word));
    let whole: Vec<&str> = lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
    if whole.last().is_some_and(|word| STORES.contains(word) || word.ends_with("db")) {
        Some("store")
    } else if is_person(words) && !is_system(words) && whole.len() <= 3 {
        Some("actor")
    } else if has(&EXTERNALS) {
        Some("external")
    } else if has(&STORES) && !has(&["service", "api", "server", "worker", "manager"]) {
        Some("store")
    } else {
        None
    }
}

/// What the name of a stencil says, such as `Data Store`, `DFDProcessBlock` or `Trust Boundary`.
pub(crate) fn role_of_stencil(name: &str, label: &str) -> super::Role {
    let words = words_of(name);
    let has = |word: &str| words.iter().any(|known| known == word);
    let pair = |first: &str, second: &str| words.windows(2).any(|two| two[0] == first && two[1] == second);
    if has("boundary")
        || has("container")
        || has("swimlane")
        || has("pool")
        || has("vpc")
        || has("subnet")
        || has("region")
        || pair("aws", "cloud")
    {
        super::Role::Zone
    } else if pair("data", "store")
        || has("datastore")
        || has("database")
        || has("cylinder")
        || has("storage")
        || has("queue")
        || has("bucket")
    {
        super::Role::Said("store")
    } else if has("interactor") || has("interface") && has("data") || pair("external", "entity") || has("entity") && has("dfd") {
        if is_person(label) {
            super::Role::Likely("actor", "an external entity with the name of a person")
        } else {
            super::Role::Said("external")
        }
    } else if has("user") || has("actor") || has("person") {
        super::Role::Said("actor")
    } else if has("process") && (has("dfd") || has("multiple") || words.len() == 1) || pair("data", "process") {
        // A flowchart has processes too: it says so little that it counts as a guess.
        super::Role::Likely("process", "by the name of its shape")
    } else {
        super::Role::Unknown
    }
}

/// The words of a name in lower case, also where only capitals tell them apart.
fn words_of(name: &str) -> Vec<String> {
    let mut words: Vec<String> = vec![String::new()];
    let chars: Vec<char> = name.chars().take(200).collect();
    for (ix, c) in chars.iter().enumerate() {
        let before = ix.checked_sub(1).and_then(|ix| chars.get(ix)).copied().unwrap_or(' ');
        let after = chars.get(ix + 1).copied().unwrap_or(' ');
        let begins = c.is_uppercase() && (before.is_lowercase() || before.is_uppercase() && after.is_lowercase());
        if begins || !c.is_alphanumeric() {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| c.is_alphabetic()) {
            word.extend(c.to_lowercase());
        }
    }
    words.retain(|word| !word.is_empty() && word != "com" && word != "lucidchart" && word != "block");
    words
}
