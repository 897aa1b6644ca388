//! What the kinds of things that the tool ships with are in our language.

use super::document::{Shape, Thing};

/// Kinds of elements with their technology, and what they have to be for it: an element's shape says what it is, and a
/// technology is not taken over where it does not fit that.
const TECHNOLOGIES: [(&str, &str, &str); 31] = [
    ("SE.EI.TMCore.Browser", "browser", "external"),
    ("SE.P.TMCore.BrowserClient", "browser", "process"),
    ("SE.EI.TMCore.Mobile", "mobile-app", "external"),
    ("SE.EI.TMCore.IoTdevice", "iot-device", "external"),
    ("SE.EI.TMCore.AuthProvider", "identity-provider", "external"),
    ("SE.EI.TMCore.WebApp", "web-application", "external"),
    ("SE.EI.TMCore.WebSvc", "web-api", "external"),
    ("SE.P.TMCore.WebServer", "web-server", "process"),
    ("SE.P.TMCore.WebApp", "web-application", "process"),
    ("SE.P.TMCore.WebSvc", "web-api", "process"),
    ("SE.P.TMCore.WebAPI", "web-api", "process"),
    ("SE.P.TMCore.WCF", "web-api", "process"),
    ("SE.P.TMCore.ThickClient", "desktop-application", "process"),
    ("SE.P.TMCore.AzureAppServiceWebApp", "web-application", "process"),
    ("SE.P.TMCore.AzureAppServiceApiApp", "web-api", "process"),
    ("SE.P.TMCore.AzureAppServiceMobileApp", "web-api", "process"),
    ("SE.P.TMCore.AzureAD", "identity-provider", "process"),
    ("SE.P.TMCore.ADFS", "identity-provider", "process"),
    ("SE.P.TMCore.IdSrv", "identity-provider", "process"),
    ("SE.P.TMCore.AzureTrafficManager", "load-balancer", "process"),
    ("SE.DS.TMCore.SQL", "sql-database", "store"),
    ("SE.DS.TMCore.AzureSQLDB", "sql-database", "store"),
    ("SE.DS.TMCore.AzureMySQLDB", "sql-database", "store"),
    ("SE.DS.TMCore.AzurePostgresDB", "sql-database", "store"),
    ("SE.DS.TMCore.AzureSQLDWDB", "data-warehouse", "store"),
    ("SE.DS.TMCore.NoSQL", "nosql-database", "store"),
    ("SE.P.TMCore.AzureDocumentDB", "nosql-database", "store"),
    ("SE.DS.TMCore.AzureStorage", "object-storage", "store"),
    ("SE.DS.TMCore.Cache", "cache", "store"),
    ("SE.P.TMCore.AzureRedis", "cache", "store"),
    ("SE.DS.TMCore.AzureKeyVault", "secrets-vault", "store"),
];

/// Kinds of flows with their protocol.
const PROTOCOLS: [(&str, &str); 4] =
    [("SE.DF.TMCore.HTTP", "http"), ("SE.DF.TMCore.HTTPS", "https"), ("SE.DF.TMCore.SMB", "smb"), ("SE.DF.TMCore.UDP", "udp")];

/// Every name of the catalogues that an import may write.
pub fn catalogue_names() -> impl Iterator<Item = &'static str> {
    TECHNOLOGIES.iter().map(|(_, tech, _)| *tech).chain(PROTOCOLS.iter().map(|(_, protocol)| *protocol))
}

/// What an element is, and whether that is a guess.
pub(super) fn element_kind(shape: Shape, thing: &Thing) -> (&'static str, bool) {
    match shape {
        Shape::Ellipse => ("process", false),
        Shape::ParallelLines => ("store", false),
        Shape::Rectangle | Shape::Border | Shape::Annotation => match person(thing) {
            Some(true) => ("actor", false),
            Some(false) => ("external", false),
            None => ("external", true),
        },
    }
}

/// Whether a thing outside of the system is a person, as far as the file says it.
fn person(thing: &Thing) -> Option<bool> {
    if thing.kind == "SE.EI.TMCore.User" || thing.kind.starts_with("REDAN.actor.") {
        return Some(true);
    }
    if thing.kind.starts_with("REDAN.EI.") {
        return Some(false);
    }
    match thing.choices.iter().find(|choice| choice.key.eq_ignore_ascii_case("type")).map(|choice| choice.value.as_str()) {
        Some("Human") => Some(true),
        Some("Code") => Some(false),
        _ if thing.kind.starts_with("SE.EI.TMCore.") => Some(false),
        _ => None,
    }
}

/// The technology of an element of a kind.
pub(super) fn technology<'t>(thing: &'t Thing, kind: &str) -> &'t str {
    if let Some(name) = own_name(thing) {
        return name;
    }
    TECHNOLOGIES.iter().find(|(id, _, fits)| *id == thing.kind && *fits == kind).map_or("", |(_, tech, _)| tech)
}

/// The protocol of a flow.
pub(super) fn protocol(thing: &Thing) -> &str {
    if let Some(name) = own_name(thing) {
        return name;
    }
    PROTOCOLS.iter().find(|(id, _)| *id == thing.kind).map_or("", |(_, protocol)| protocol)
}

/// The name of our catalogues in the id of a kind that we wrote.
fn own_name(thing: &Thing) -> Option<&str> {
    thing.kind.strip_prefix(super::template::PREFIX)?.split_once('.').map(|(_, name)| name)
}

/// The STRIDE category that the name of a category stands for; templates write them differently.
pub(super) fn stride(category: &str) -> Option<&'static str> {
    let name = category.trim().to_ascii_lowercase();
    let words = [
        ("spoof", "spoofing"),
        ("tamper", "tampering"),
        ("repudiat", "repudiation"),
        ("information disclosure", "information-disclosure"),
        ("denial of service", "denial-of-service"),
        ("elevation of privilege", "elevation-of-privilege"),
    ];
    words.into_iter().find(|(start, _)| name.starts_with(start)).map(|(_, word)| word)
}

/// The band that a priority stands for.
pub(super) fn band(priority: &str) -> Option<&'static str> {
    match priority.trim().to_ascii_lowercase().as_str() {
        "critical" | "highest" | "very high" => Some("critical"),
        "high" => Some("high"),
        "medium" | "moderate" => Some("medium"),
        "low" | "lowest" | "very low" | "informational" => Some("low"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn categories_are_known_by_how_they_begin() {
        assert_eq!(
            ["Elevation Of Privilege", "Elevation of Privileges ", "spoofing"].map(stride),
            [Some("elevation-of-privilege"), Some("elevation-of-privilege"), Some("spoofing")]
        );
        assert_eq!(stride("Abuse"), None);
    }

    #[test]
    fn a_technology_is_taken_over_only_where_it_fits() {
        let thing = Thing { kind: "SE.DS.TMCore.SQL".to_owned(), ..Thing::default() };
        assert_eq!((technology(&thing, "store"), technology(&thing, "process")), ("sql-database", ""));
    }
}
