//! The words of Threagile and what they are in our language.

/// Confidentiality.
pub(super) fn confidentiality(word: &str) -> Option<&'static str> {
    Some(match word {
        "public" => "none",
        "internal" => "low",
        "restricted" => "medium",
        "confidential" => "high",
        "strictly-confidential" => "critical",
        _ => return None,
    })
}

/// Integrity and availability.
pub(super) fn criticality(word: &str) -> Option<&'static str> {
    Some(match word {
        "archive" => "none",
        "operational" => "low",
        "important" => "medium",
        "critical" => "high",
        "mission-critical" => "critical",
        _ => return None,
    })
}

/// The word for a level of confidentiality.
pub(super) fn confidentiality_of(level: &str) -> Option<&'static str> {
    ["public", "internal", "restricted", "confidential", "strictly-confidential"]
        .into_iter()
        .find(|word| confidentiality(word) == Some(level))
}

/// The word for a level of integrity or availability.
pub(super) fn criticality_of(level: &str) -> Option<&'static str> {
    ["archive", "operational", "important", "critical", "mission-critical"].into_iter().find(|word| criticality(word) == Some(level))
}

/// The word for a likelihood.
pub(super) fn likelihood_of(number: u8) -> &'static str {
    match number {
        0..=2 => "unlikely",
        3 => "likely",
        4 => "very-likely",
        _ => "frequent",
    }
}

/// The word for an impact.
pub(super) fn impact_of(number: u8) -> &'static str {
    match number {
        0..=2 => "low",
        3 => "medium",
        4 => "high",
        _ => "very-high",
    }
}

/// The word for what was decided.
pub(super) fn status_of(status: &str) -> &'static str {
    match status {
        "mitigated" => "mitigated",
        "accepted" | "transferred" => "accepted",
        "false-positive" | "not-applicable" | "avoided" => "false-positive",
        "open" => "in-discussion",
        _ => "unchecked",
    }
}

/// The word of the tool that means the same as one of ours: itself, or one that leads to the same entry of a catalogue.
pub(super) fn counterpart(ours: &str, known: &[&'static str], names: &indexmap::IndexMap<String, String>) -> Option<&'static str> {
    let same = |word: &&&'static str| **word == ours;
    let alias = |word: &&&'static str| names.get(**word).is_some_and(|id| Some(id) == names.get(ours));
    known.iter().find(same).or_else(|| known.iter().find(alias)).copied()
}

/// Likelihood, 1 to 5.
pub(super) fn likelihood(word: &str) -> u8 {
    match word {
        "unlikely" => 2,
        "very-likely" => 4,
        "frequent" => 5,
        _ => 3,
    }
}

/// Impact, 1 to 5.
pub(super) fn impact(word: &str) -> u8 {
    match word {
        "low" => 2,
        "high" => 4,
        "very-high" => 5,
        _ => 3,
    }
}

/// Severity; there are five there and four here.
pub(super) fn band(word: &str) -> &'static str {
    match word {
        "low" => "low",
        "elevated" | "high" => "high",
        "critical" => "critical",
        _ => "medium",
    }
}

/// What was decided about a risk; nobody has looked at one that is unchecked.
pub(super) fn status(word: &str) -> Option<&'static str> {
    Some(match word {
        "in-discussion" | "in-progress" => "open",
        "accepted" => "accepted",
        "mitigated" => "mitigated",
        "false-positive" => "false-positive",
        _ => return None,
    })
}

/// What the tool takes to be web applications, by technology.
pub(super) fn is_web_application(tech: &str) -> bool {
    matches!(tech, "web-server" | "web-application" | "application-server" | "erp" | "cms" | "identity-provider" | "report-engine")
}

/// What only hands traffic on, so that the people behind it are the callers.
pub(super) fn forwards(tech: &str) -> bool {
    matches!(tech, "load-balancer" | "reverse-proxy" | "waf" | "gateway" | "ids" | "ips" | "service-mesh")
}

/// Protocols of the web.
pub(super) fn is_web(protocol: &str) -> bool {
    let protocol = protocol.strip_suffix("-encrypted").unwrap_or(protocol);
    matches!(protocol, "http" | "https" | "ws" | "wss" | "reverse-proxy-web-protocol")
}

/// Words of titles and descriptions, and the class of data that they hint at.
const HINTS: &[(&str, &[&str])] = &[
    ("credentials", &["credential", "password", "passphrase", "login", "token", "session id"]),
    ("keys", &["private key", "secret", "certificate", "api key", "encryption key", "signing key"]),
    (
        "pii",
        &[
            "pii",
            "personal",
            "customer account",
            "customer profile",
            "employee",
            "user account",
            "user data",
            "user profile",
            "patient",
            "citizen",
            "address of",
            "addresses of",
        ],
    ),
    ("phi", &["health", "medical", "patient", "diagnos"]),
    ("payment", &["payment", "credit card", "card number", "iban", "pan "]),
    ("financial", &["invoice", "salary", "financial", "accounting", "tax"]),
    ("ip", &["source code", "application code", "code", "design", "formula", "patent"]),
    ("logs", &["log"]),
    ("location", &["location", "gps", "position"]),
    ("biometric", &["biometric", "fingerprint", "face recognition"]),
];

/// The classes of data that words of a text hint at.
pub(super) fn classes(text: &str) -> Vec<&'static str> {
    let text = text.to_lowercase();
    HINTS.iter().filter(|(_, words)| words.iter().any(|word| starts_a_word(&text, word))).map(|(class, _)| *class).collect()
}

/// Whether a word of a text begins with another one.
fn starts_a_word(text: &str, word: &str) -> bool {
    text.match_indices(word).any(|(at, _)| !text.get(..at).is_some_and(|before| before.ends_with(|c: char| c.is_alphanumeric())))
}

/// The trust of a zone that its name hints at: what outsiders reach first is less ours.
pub(super) fn trust(name: &str) -> &'static str {
    let name = name.to_lowercase();
    let edge = ["dmz", "edge", "public", "perimeter", "frontend", "front-end"];
    let outside = ["internet", "untrusted", "extern"];
    if outside.iter().any(|word| starts_a_word(&name, word)) {
        "untrusted"
    } else if edge.iter().any(|word| starts_a_word(&name, word)) {
        "partner"
    } else {
        "internal"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_are_guessed_from_whole_words() {
        assert_eq!(classes("Customer Accounts (with Passwords)"), ["credentials", "pii"]);
        assert_eq!(classes("Catalog of blogs, decoded"), [""; 0]);
        assert_eq!(classes("ERP Logs"), ["logs"]);
    }

    #[test]
    fn zones_at_the_edge_are_less_ours() {
        assert_eq!(["Web DMZ", "Public Edge", "Internet", "Office"].map(trust), ["partner", "partner", "untrusted", "internal"]);
    }
}
