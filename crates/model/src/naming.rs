//! Names for people, made from ids where a model gives none: `user-db` is "User DB".

/// An id as words: `user-credentials` is "user credentials", `customer-pii` is "customer PII".
pub fn words_of(id: &str) -> String {
    joined(id, |_, word| word.to_owned())
}

/// An id as the name of a thing: `user-db` is "User DB", `object-store` is "Object Store".
pub fn title_of(id: &str) -> String {
    joined(id, |_, word| capitalised(word))
}

/// An id as the start of a sentence: `uploaded-files` is "Uploaded files".
pub fn sentence_of(id: &str) -> String {
    joined(id, |at, word| if at == 0 { capitalised(word) } else { word.to_owned() })
}

/// A text with its first letter as a capital.
pub fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

fn joined(id: &str, plain: impl Fn(usize, &str) -> String) -> String {
    let own = id.rsplit('/').next().unwrap_or(id);
    let words = own.split(['-', '_']).filter(|word| !word.is_empty());
    let shown: Vec<String> = words.enumerate().map(|(at, word)| acronym(word).unwrap_or_else(|| plain(at, word))).collect();
    if shown.is_empty() { id.to_owned() } else { shown.join(" ") }
}

fn acronym(word: &str) -> Option<String> {
    const ACRONYMS: [&str; 36] = [
        "ai", "api", "cdn", "ci", "cpu", "crm", "csv", "db", "dmz", "dns", "ec2", "erp", "gps", "hr", "html", "iam", "id", "idp", "iot",
        "jwt", "kms", "llm", "mfa", "pci", "pii", "rds", "s3", "sms", "sql", "sso", "tls", "ui", "url", "vpc", "vpn", "waf",
    ];
    ACRONYMS.contains(&word).then(|| word.to_uppercase())
}

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
    fn an_id_without_words_is_its_own_name() {
        assert_eq!(title_of("--"), "--");
    }
}
