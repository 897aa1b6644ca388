//! Communication links as flows.

use serde_json::Value as Json;

use super::{Maker, described, extras, tags, technologies_of, words};
use crate::draft::{Entry, Section, slug};
use crate::read::{entries, flag, text};

/// A link with the ids of its ends in the file.
pub(super) struct Link<'f> {
    /// The id of the flow.
    pub(super) id: String,
    /// The id that the tool gives it in the ids of risks.
    pub(super) foreign: String,
    /// The asset that opens it.
    pub(super) from: String,
    /// The asset that it is opened to.
    pub(super) to: String,
    title: &'f str,
    /// What the file says of it.
    pub(super) said: &'f Json,
}

impl Link<'_> {
    /// How callers prove who they are.
    pub(super) fn authentication(&self) -> String {
        text(self.said, "authentication").into_owned()
    }

    /// Whose rights hold at the target.
    pub(super) fn authorization(&self) -> String {
        text(self.said, "authorization").replace("enduser", "end-user")
    }

    /// The protocol; nothing if it is not known.
    pub(super) fn protocol(&self) -> String {
        let word = text(self.said, "protocol");
        if word == "unknown-protocol" { String::new() } else { word.into_owned() }
    }

    /// Whether it is for those who run the system.
    pub(super) fn is_devops(&self) -> bool {
        text(self.said, "usage") == "devops"
    }
}

impl<'f> Maker<'f> {
    /// Gives the links of an asset their ids; those whose target is not in the file are a loss.
    pub(super) fn name_links(&mut self, from: &str, asset: &'f Json) {
        for (title, said) in entries(asset, "communication_links") {
            let target = text(said, "target");
            let Some(to) = self.element(&target).map(|(foreign, _)| foreign.to_owned()) else {
                self.draft.dangling(
                    format!("asset `{target}`, where the link {title} leads"),
                    format!("technical_assets.{from}.communication_links.{title}"),
                );
                continue;
            };
            let foreign = format!("{from}>{}", slug(title));
            let id = self.draft.keep_id(Section::Flows, &foreign, "link");
            self.links.push(Link { id, foreign, from: from.to_owned(), to, title, said });
        }
    }

    /// Every link as a flow.
    pub(super) fn flows(&mut self) {
        for link in std::mem::take(&mut self.links) {
            let place = format!("technical_assets.{}.communication_links.{}", link.from, link.title);
            let carries = self.assets_of(link.said, "data_assets_sent", &place);
            let returns = self.assets_of(link.said, "data_assets_received", &place);
            let (from, to) = (self.elements.get(&link.from).cloned(), self.elements.get(&link.to).cloned());
            let entry = Entry::new().text("from", &from.unwrap_or_default()).text("to", &to.unwrap_or_default());
            let entry = entry.text("protocol", &link.protocol()).text("label", link.title);
            let entry = described(entry, link.said).value("carries", carries.into()).value("returns", returns.into());
            let entry = self.link_facts(entry, &link).list("tags", tags(link.said));
            let mut entry = extras(entry, link.said, &["usage", "readonly", "authentication", "vpn", "ip_filtered"]);
            // Versions spell it differently; the model has one spelling, and the writer that of its version.
            let rights = text(link.said, "authorization").replace("end-user", "enduser");
            if !rights.is_empty() {
                entry = entry.kept("x-threagile", "authorization", rights.into());
            }
            self.draft.add(Section::Flows, &link.id, entry);
            let holder = self.titles.get(&link.from).copied().unwrap_or_default();
            self.draft.made_from(Section::Flows, &link.id, format!("technical_assets\n{holder}\ncommunication_links\n{}", link.title));
            self.links.push(link);
        }
    }

    fn link_facts(&self, entry: Entry, link: &Link<'_>) -> Entry {
        let authentication = link.authentication();
        let mut entry = entry;
        if !authentication.is_empty() {
            entry = entry.fact("controls", "client-authentication", if authentication == "none" { "no" } else { "yes" });
        }
        if flag(link.said, "vpn") {
            entry = entry.fact("controls", "encryption-in-transit", "yes").fact("controls", "message-integrity", "yes");
        }
        if link.is_devops() && self.is_person(&link.from) {
            entry = entry.fact("traits", "remote-administration", "yes");
        }
        entry
    }

    /// Whether people use an asset of the file as their client.
    pub(super) fn is_person(&self, foreign: &str) -> bool {
        self.assets.get(foreign).is_some_and(|asset| flag(asset, "used_as_client_by_human"))
    }

    /// Whether people come along a link, directly or through something that only hands traffic on.
    pub(super) fn brings_people(&self, link: &Link<'_>) -> bool {
        self.is_person(&link.from)
            || (self.hands_on(&link.from) && self.links.iter().any(|before| before.to == link.from && self.is_person(&before.from)))
    }

    /// Whether an asset of the file only hands traffic on.
    pub(super) fn hands_on(&self, foreign: &str) -> bool {
        self.assets.get(foreign).is_some_and(|asset| technologies_of(asset).iter().any(|tech| words::forwards(tech)))
    }
}
