//! Foreign words as words of our catalogues, and small guesses that several formats share.

use indexmap::IndexMap;
use redan_model::Vocabulary;
use redan_model::canonical::Long;

use crate::draft::{one_line, slug};
use crate::{Imported, Loss, LossKind};

/// Longest title that is made from a text.
const TITLE: usize = 120;

/// Gives technologies and protocols the names that a catalogue knows; those that it does not know become losses.
///
/// Readers write the words of the file. Without this, a word that no catalogue has would make the model invalid.
pub fn settle(imported: &mut Imported, vocabulary: &Vocabulary) {
    let mut loss = Vec::new();
    for (section, field, known) in [("elements", "tech", &vocabulary.technologies), ("flows", "protocol", &vocabulary.protocols)] {
        let entries = imported.model.tree_mut().get_mut(section).and_then(Long::entries_mut);
        for (id, entry) in entries.into_iter().flatten() {
            let Some(word) = entry.get(field).and_then(Long::as_str) else { continue };
            if known.is_empty() || known.contains_key(word) {
                continue;
            }
            if let Some(name) = find(known, word) {
                entry.put(field, name);
            } else {
                let what = format!(
                    "the {} `{word}`, which the catalogue does not know, to a question",
                    if field == "tech" { "technology" } else { field }
                );
                loss.push(Loss { kind: LossKind::Changed, what, place: format!("{section}.{id}") });
                entry.remove(field);
            }
        }
    }
    imported.loss.extend(loss);
}

/// A name of the catalogue that is spelled like a foreign word but for case, separators and prefixes of libraries.
fn find(known: &IndexMap<String, String>, word: &str) -> Option<String> {
    let plain = slug(word);
    let plain = ["cd-v2-", "cd-"].iter().find_map(|prefix| plain.strip_prefix(prefix)).unwrap_or(&plain).to_owned();
    let snake = plain.replace('-', "_");
    let library = format!("CD-{}", plain.to_uppercase());
    let last = plain.strip_prefix("aws-").or_else(|| plain.strip_prefix("azure-")).or_else(|| plain.strip_prefix("gcp-")).unwrap_or(&plain);
    let spellings = [word.to_lowercase(), plain.clone(), snake, library, last.to_owned()];
    let found = spellings.iter().find(|spelling| known.contains_key(spelling.as_str())).cloned();
    found.or_else(|| known.keys().find(|name| slug(name) == plain && !plain.is_empty()).cloned())
}

/// A protocol in free words as the most likely name of one; empty if there is none.
pub(crate) fn protocol(words: &str, encrypted: bool) -> String {
    let word = one_line(words).to_lowercase();
    match word.as_str() {
        "http/s" | "http(s)" | "http or https" => if encrypted { "https" } else { "http" }.to_owned(),
        "tls 1.2" | "tls 1.3" | "tlsv1.2" | "tlsv1.3" => "tls".to_owned(),
        "n/a" | "none" | "-" | "unknown" | "tbd" => String::new(),
        _ => word,
    }
}

/// Whether a name is that of a place where anybody may be.
pub(crate) fn is_outside(name: &str) -> bool {
    let name = name.to_lowercase();
    name.contains("internet") || name.contains("untrusted") || name == "public"
}

/// Whether the name of an actor is that of somebody else's system and not of a person.
pub(crate) fn is_system(name: &str) -> bool {
    const WORDS: [&str; 24] = [
        "api",
        "service",
        "services",
        "server",
        "system",
        "systems",
        "gateway",
        "database",
        "db",
        "provider",
        "platform",
        "app",
        "application",
        "cloud",
        "backend",
        "website",
        "network",
        "exchange",
        "bank",
        "browser",
        "device",
        "sensor",
        "aws",
        "azure",
    ];
    let name = name.to_lowercase();
    !is_person(&name) && words(&name).any(|word| WORDS.contains(&word))
}

/// Whether a name is that of a person in some part.
pub(crate) fn is_person(name: &str) -> bool {
    const PEOPLE: [&str; 16] = [
        "user",
        "customer",
        "admin",
        "administrator",
        "operator",
        "employee",
        "developer",
        "engineer",
        "attacker",
        "person",
        "people",
        "staff",
        "visitor",
        "owner",
        "analyst",
        "manager",
    ];
    words(&name.to_lowercase()).any(|word| PEOPLE.contains(&word.trim_end_matches('s')))
}

fn words(name: &str) -> impl Iterator<Item = &str> {
    name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty())
}

/// The first sentence of a text as a title, and whether there is more in the text.
pub(crate) fn headline(text: &str) -> (String, bool) {
    let text = text.trim();
    let line = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let sentence = line.find(". ").and_then(|at| line.get(..at)).filter(|start| start.len() > 8).unwrap_or(line);
    let title = cut(&one_line(sentence), TITLE);
    // One line that is its own title.
    if title == text {
        return (title, false);
    }
    let whole = one_line(text);
    let more = whole.trim_end_matches('.') != title.trim_end_matches('.');
    (if more { title } else { whole }, more)
}

/// A text that is no longer than so many characters, cut after a word.
pub(crate) fn cut(text: &str, most: usize) -> String {
    if text.len() <= most || text.chars().count() <= most {
        return text.to_owned();
    }
    let kept = text.char_indices().nth(most.saturating_sub(1)).and_then(|(end, _)| text.get(..end)).unwrap_or(text);
    let word = kept.rfind(' ').filter(|at| *at > kept.len() / 2).and_then(|at| kept.get(..at)).unwrap_or(kept);
    format!("{}…", word.trim_end_matches([',', ';', ':', ' ']))
}

/// The category of STRIDE that a word in English stands for.
pub(crate) fn stride(word: &str) -> Option<&'static str> {
    match slug(word).as_str() {
        "spoofing" | "s" => Some("spoofing"),
        "tampering" | "t" => Some("tampering"),
        "repudiation" | "r" => Some("repudiation"),
        "information-disclosure" | "info-disclosure" | "i" => Some("information-disclosure"),
        "denial-of-service" | "d" | "dos" => Some("denial-of-service"),
        "elevation-of-privilege" | "elevation-of-privileges" | "privilege-escalation" | "e" => Some("elevation-of-privilege"),
        _ => None,
    }
}

/// The category of LINDDUN that a word in English stands for.
pub(crate) fn linddun(word: &str) -> Option<&'static str> {
    match slug(word).as_str() {
        "linkability" | "linking" => Some("linkability"),
        "identifiability" | "identifying" => Some("identifiability"),
        "non-repudiation" => Some("non-repudiation"),
        "detectability" | "detecting" => Some("detectability"),
        "disclosure-of-information" | "data-disclosure" | "disclosure" => Some("disclosure"),
        "unawareness" => Some("unawareness"),
        "non-compliance" => Some("non-compliance"),
        _ => None,
    }
}

/// Whether an id says nothing to people: a number, or a string of hexadecimal digits.
pub(crate) fn is_opaque(id: &str) -> bool {
    let digits = id.bytes().filter(u8::is_ascii_hexdigit).count();
    let only = id.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    only && (digits >= 8 || id.bytes().all(|byte| byte.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::*;

    #[test]
    fn foreign_words_are_found_in_other_spellings_or_listed() {
        let mut vocabulary = Vocabulary::default();
        for (alias, id) in [("sql-database", "sql-database"), ("CD-WEB-CLIENT", "browser"), ("aws_lambda_function", "serverless-function")]
        {
            vocabulary.technologies.insert(alias.to_owned(), id.to_owned());
        }
        let model = json!({"elements": {"a": {"tech": "SQL Database"}, "b": {"tech": "web-client"}, "c": {"tech": "aws-lambda-function"},
            "d": {"tech": "empty-component"}}, "flows": {"f": {"protocol": "anything"}}});
        let mut imported = Imported { model: model.into(), ..Imported::default() };
        settle(&mut imported, &vocabulary);
        let tech = |id: &str| imported.model["elements"][id].get("tech").and_then(Json::as_str).unwrap_or("none").to_owned();
        assert_eq!(["a", "b", "c", "d"].map(tech), ["sql-database", "CD-WEB-CLIENT", "aws_lambda_function", "none"]);
        assert_eq!(imported.loss.len(), 1);
        assert_eq!(imported.model["flows"]["f"]["protocol"], "anything");
    }

    #[test]
    fn a_text_has_a_first_sentence() {
        assert_eq!(headline("Use TLS."), ("Use TLS.".to_owned(), false));
        assert_eq!(headline("Use TLS everywhere. It is cheap."), ("Use TLS everywhere".to_owned(), true));
        assert_eq!(headline("One\ntwo"), ("One".to_owned(), true));
        assert!(headline(&"word ".repeat(100)).0.chars().count() <= TITLE);
    }

    #[test]
    fn ids_for_machines_are_told_from_ids_for_people() {
        let opaque = ["f0ba7722-39b6-4c81-8290-a30a248bb8d9", "55", "6376d53e"];
        assert!(opaque.iter().all(|id| is_opaque(id)));
        assert!(!["web-client", "cc-data", "db", "decade"].iter().any(|id| is_opaque(id)));
    }

    #[test]
    fn people_and_systems_are_told_apart_by_words() {
        assert!(is_system("Payment API") && is_system("Google Cloud"));
        assert!(!is_system("Browser User") && !is_system("Ana") && !is_system("API users"));
    }
}
