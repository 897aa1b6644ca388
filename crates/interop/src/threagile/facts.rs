//! What the file says about assets, as traits and controls; also what it says by not drawing something.

use serde_json::{Value as Json, json};

use super::elements::accepts;
use super::links::Link;
use super::{Maker, tags, technologies_of, words};
use crate::draft::Entry;
use crate::read::{flag, list, text};

/// Technologies, and the controls of the model that are not there when none of these is drawn.
const ABSENT: &[(&str, &[&str], &[&str])] = &[
    ("a vault", &["vault", "hsm"], &["secret-store"]),
    ("a code inspection platform", &["code-inspection-platform"], &["security-testing", "no-hard-coded-secrets"]),
    ("a registry of artifacts", &["artifact-registry"], &["signed-artifacts", "trusted-base-images"]),
    ("a monitoring system", &["monitoring", "ids", "ips"], &["anomaly-detection", "cloud-audit-trail"]),
    ("a build pipeline", &["build-pipeline"], &["automated-build"]),
    ("an identity provider or store", &["identity-provider", "identity-store-ldap", "identity-store-database"], &["central-identity"]),
];

/// Technologies that keep who people are.
const IDENTITY_STORES: &[&str] = &["identity-store-ldap", "identity-store-database", "ldap-server"];

fn yes_no(is: bool) -> &'static str {
    if is { "yes" } else { "no" }
}

impl Maker<'_> {
    /// Facts about an asset.
    pub(super) fn element_facts(&mut self, entry: Entry, foreign: &str, asset: &Json, kind: &str) -> Entry {
        if matches!(kind, "actor" | "external") {
            return entry;
        }
        let tech = technologies_of(asset).into_iter().next().unwrap_or_default();
        let mut entry = stated(entry, asset, kind);
        entry = cloud(entry, asset);
        entry = self.callers(entry, foreign);
        entry = self.people(entry, foreign);
        if kind == "store" && self.draws(IDENTITY_STORES) && !IDENTITY_STORES.contains(&tech.as_str()) {
            // Passwords are where identities are kept.
            entry = entry.fact("traits", "stores-passwords", "no");
        }
        if kind == "process" {
            entry = self.web(entry, foreign, asset, &tech);
            entry = self.outgoing(entry, foreign, asset, &tech);
        }
        entry
    }

    /// How callers prove who they are and what they may do.
    fn callers(&self, entry: Entry, foreign: &str) -> Entry {
        let incoming: Vec<&Link<'_>> = self.links.iter().filter(|link| link.to == foreign).collect();
        let mut entry = entry;
        let sessions = !self.hands_on(foreign) && incoming.iter().any(|link| link.authentication() == "session-id");
        if !incoming.is_empty() {
            entry = entry.fact("traits", "manages-sessions", yes_no(sessions));
        }
        if sessions {
            entry = entry.fact("traits", "uses-cookies", "yes");
        }
        if incoming.iter().any(|link| link.authentication() == "token") {
            entry = entry.fact("traits", "accepts-tokens", "yes");
        }
        let rights: Vec<String> = incoming.iter().map(|link| link.authorization()).filter(|word| !word.is_empty()).collect();
        let without = rights.iter().filter(|word| *word == "none").count();
        if !rights.is_empty() {
            let state = if without == 0 {
                "yes"
            } else if without == rights.len() {
                "no"
            } else {
                "partial"
            };
            entry = entry.fact("controls", "access-control", state);
        }
        // What is open to everybody needs no rights; what people log in for does.
        let mut known = incoming.iter().filter(|link| link.authentication() != "none").map(|link| link.authorization()).peekable();
        if known.peek().is_some() {
            entry = entry.fact("controls", "server-side-authorization", yes_no(known.all(|word| !matches!(word.as_str(), "" | "none"))));
        }
        entry
    }

    /// People who come to an asset: whether they need a second factor, and whether they administer it.
    fn people(&self, entry: Entry, foreign: &str) -> Entry {
        let from_people: Vec<&Link<'_>> = self.links.iter().filter(|link| link.to == foreign && self.brings_people(link)).collect();
        let mut entry = entry;
        if from_people.iter().any(|link| link.is_devops() && self.is_person(&link.from)) {
            entry = entry.fact("traits", "has-admin-functions", "yes");
        }
        if from_people.iter().any(|link| link.authentication() == "credentials") {
            entry = entry.fact("traits", "authenticates-users", "yes");
        } else if !self.hands_on(foreign) && from_people.iter().any(|link| link.authentication() == "session-id") {
            // People log in before they have a session, here or elsewhere.
            entry = entry.fact("traits", "authenticates-users", "unknown");
        }
        let proofs: Vec<String> = from_people.iter().map(|link| link.authentication()).filter(|word| word != "externalized").collect();
        if !proofs.is_empty() && proofs.len() == from_people.len() {
            entry = entry.fact("controls", "mfa", yes_no(proofs.iter().all(|word| word == "two-factor")));
        }
        entry
    }

    /// What the tool takes to be a web application shows pages and is called by browsers.
    fn web(&mut self, entry: Entry, foreign: &str, asset: &Json, tech: &str) -> Entry {
        if !words::is_web_application(tech) {
            return entry;
        }
        let called = self.links.iter().any(|link| link.to == foreign && words::is_web(&link.protocol()) && self.brings_people(link));
        self.draft.guessed(
            format!("that {foreign} shows web pages, as the tool takes every `{tech}` to do"),
            format!("technical_assets.{}", text(asset, "id")),
        );
        let entry = entry.fact("traits", "renders-html", "yes");
        if called { entry.fact("traits", "uses-cookies", "yes") } else { entry }
    }

    fn keeps_files(&self, foreign: &str) -> bool {
        let is_share = |tech: &String| matches!(tech.as_str(), "file-server" | "local-file-system");
        self.assets.get(foreign).is_some_and(|asset| technologies_of(asset).iter().any(is_share))
    }

    /// What follows from the links that an asset opens.
    fn outgoing(&self, entry: Entry, foreign: &str, asset: &Json, tech: &str) -> Entry {
        let outgoing: Vec<&Link<'_>> = self.links.iter().filter(|link| link.from == foreign).collect();
        let mut entry = entry;
        // The tool takes callers of file servers, and nobody else, to open files by name.
        let files = outgoing.iter().any(|link| self.keeps_files(&link.to));
        entry = entry.fact("traits", "opens-files-by-name", yes_no(files));
        let mut rights = outgoing.iter().filter(|link| link.authentication() != "none").map(|link| link.authorization()).peekable();
        if rights.peek().is_some() {
            entry = entry.fact("controls", "identity-propagation", yes_no(rights.all(|word| word == "end-user-identity-propagation")));
        }
        let web = outgoing.iter().any(|link| words::is_web(&link.protocol()));
        if web && flag(asset, "custom_developed_parts") && !words::forwards(tech) {
            entry = entry.fact("traits", "fetches-urls", "unknown");
        }
        if tech == "build-pipeline" {
            let pushes = outgoing.iter().any(|link| link.is_devops() && !flag(link.said, "readonly"));
            let lasting = outgoing.iter().any(|link| matches!(link.authentication().as_str(), "client-certificate" | "credentials"));
            entry = if pushes { entry.fact("controls", "pull-deployment", "no") } else { entry };
            entry = if pushes && lasting { entry.fact("controls", "short-lived-credentials", "no") } else { entry };
        }
        entry
    }

    /// What is not drawn is not there; said once, of the model.
    pub(super) fn absences(&mut self) {
        let mut controls = serde_json::Map::new();
        if !self.data.is_empty() {
            // Every data asset has its ratings.
            controls.insert("data-classification".to_owned(), json!("yes"));
        }
        for (what, technologies, absent) in ABSENT {
            if !self.draws(technologies) {
                self.draft.guessed(
                    format!("that there is no {}, since none is drawn", what.trim_start_matches(['a', 'n']).trim()),
                    "technical_assets",
                );
                controls.extend(absent.iter().map(|control| ((*control).to_owned(), json!("no"))));
            }
        }
        if !self.draws(&["waf"]) && !self.zones.is_empty() {
            self.draft.guessed("that no web application firewall guards a boundary, since none is drawn", "technical_assets");
        }
        self.draft.set("controls", Json::Object(controls));
    }
}

/// What an asset says of itself.
fn stated(entry: Entry, asset: &Json, kind: &str) -> Entry {
    let mut entry = entry.fact("traits", "parses-xml", yes_no(accepts(asset, "xml")));
    entry = entry.fact("traits", "deserializes-objects", yes_no(accepts(asset, "serialization")));
    if !accepts(asset, "file") || flag(asset, "custom_developed_parts") {
        // What is bought takes files as its technology does.
        entry = entry.fact("traits", "accepts-uploads", yes_no(accepts(asset, "file")));
    }
    entry = entry.fact("traits", "multi-tenant", yes_no(flag(asset, "multi_tenant")));
    let machine = text(asset, "machine");
    if !machine.is_empty() {
        entry = entry.fact("traits", "runs-in-container", yes_no(machine == "container"));
    }
    if machine == "serverless" {
        entry = entry.fact("traits", "cloud-managed", "yes").fact("traits", "billed-per-use", "yes");
    }
    let bought = asset.get("custom_developed_parts").is_some() && !flag(asset, "custom_developed_parts");
    if kind == "process" && bought && technologies_of(asset).iter().any(|tech| tech == "erp") {
        entry = entry.fact("traits", "executes-third-party-code", "no");
    }
    if kind == "process" && asset.get("custom_developed_parts").is_some() {
        // What is bought is built and kept up to date by its maker.
        entry = entry.fact("traits", "uses-dependencies", yes_no(flag(asset, "custom_developed_parts")));
    }
    if kind == "process" && asset.get("data_assets_stored").is_some() {
        entry = entry.fact("traits", "keeps-data", yes_no(!list(asset, "data_assets_stored").is_empty()));
    }
    let encryption = text(asset, "encryption");
    if !encryption.is_empty() {
        entry = entry.fact("controls", "encryption-at-rest", yes_no(encryption != "none"));
    }
    if asset.get("redundant").is_some() {
        entry = entry.fact("controls", "redundancy", yes_no(flag(asset, "redundant")));
    }
    entry
}

/// Tags such as `aws:s3` name a service of a cloud; whether a bucket is open to everybody is not said.
fn cloud(entry: Entry, asset: &Json) -> Entry {
    let services: Vec<String> = tags(asset);
    let cloud = ["aws:", "azure:", "gcp:", "ocp:"];
    let mut entry = entry;
    if services.iter().any(|tag| cloud.iter().any(|provider| tag.starts_with(provider)) && !tag.ends_with(":ec2")) {
        entry = entry.fact("traits", "cloud-managed", "yes");
    }
    if services.iter().any(|tag| matches!(tag.as_str(), "aws:s3" | "azure:blob" | "azure:storage" | "gcp:storage" | "ocp:storage")) {
        entry = entry.fact("traits", "publicly-readable", "unknown");
    }
    entry
}
