//! Names for people, made from ids where a model gives none: `user-db` is "User DB".

/// An id as words: `user-credentials` is "user credentials", `customer-pii` is "customer PII".
pub fn words_of(id: &str) -> String {
    joined(id, |_| false)
}

/// An id as the name of a thing: `user-db` is "User DB", `object-store` is "Object Store".
pub fn title_of(id: &str) -> String {
    joined(id, |_| true)
}

/// An id as the start of a sentence: `uploaded-files` is "Uploaded files".
pub fn sentence_of(id: &str) -> String {
    joined(id, |at| at == 0)
}

/// A text with its first letter as a capital.
pub fn capitalised(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    push_capitalised(text, &mut out);
    out
}

fn push_capitalised(text: &str, out: &mut String) {
    let mut letters = text.chars();
    if let Some(first) = letters.next() {
        out.extend(first.to_uppercase());
        out.push_str(letters.as_str());
    }
}

/// The words of an id; `capital` says which of them, from 0, start with a capital.
fn joined(id: &str, capital: impl Fn(usize) -> bool) -> String {
    let own = id.rsplit('/').next().unwrap_or(id);
    let mut name = String::with_capacity(own.len());
    for (at, word) in own.split(['-', '_']).filter(|word| !word.is_empty()).enumerate() {
        if at > 0 {
            name.push(' ');
        }
        if is_acronym(word) {
            name.extend(word.chars().map(|letter| letter.to_ascii_uppercase()));
        } else if capital(at) {
            push_capitalised(word, &mut name);
        } else {
            name.push_str(word);
        }
    }
    if name.is_empty() { id.to_owned() } else { name }
}

/// Whether a word is written in capitals. Most words are too long for that.
fn is_acronym(word: &str) -> bool {
    word.len() <= LONGEST_ACRONYM && ACRONYMS.binary_search(&word).is_ok()
}

const LONGEST_ACRONYM: usize = 4;

/// Words that are written in capitals, in order.
const ACRONYMS: [&str; 36] = [
    "ai", "api", "cdn", "ci", "cpu", "crm", "csv", "db", "dmz", "dns", "ec2", "erp", "gps", "hr", "html", "iam", "id", "idp", "iot", "jwt",
    "kms", "llm", "mfa", "pci", "pii", "rds", "s3", "sms", "sql", "sso", "tls", "ui", "url", "vpc", "vpn", "waf",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_become_names() {
        assert_eq!(title_of("user-db"), "User DB");
        assert_eq!(sentence_of("uploaded-files"), "Uploaded files");
        assert_eq!(sentence_of("pii-of-customers"), "PII of customers");
        assert_eq!(words_of("shop/session_token"), "session token");
    }

    #[test]
    fn acronyms_are_in_order_and_none_is_longer_than_the_longest() {
        assert!(ACRONYMS.is_sorted());
        assert_eq!(ACRONYMS.iter().map(|word| word.len()).max(), Some(LONGEST_ACRONYM));
    }

    #[test]
    fn an_id_without_words_is_its_own_name() {
        assert_eq!(title_of("--"), "--");
    }
}
