//! Technical assets as elements.

use serde_json::Value as Json;

use super::{Maker, described, extras, id_of, tags, technologies_of};
use crate::draft::{Entry, Section};
use crate::read::{entries, flag, list, text, without_tags};

/// What is kept as it is.
const KEPT: &[&str] = &[
    "usage",
    "size",
    "machine",
    "encryption",
    "data_formats_accepted",
    "internet",
    "multi_tenant",
    "redundant",
    "custom_developed_parts",
    "confidentiality",
    "integrity",
    "availability",
    "justification_cia_rating",
    "data_assets_processed",
];

impl Maker<'_> {
    /// Every technical asset.
    pub(super) fn elements(&mut self) {
        let file = self.file;
        for (title, asset) in entries(file, "technical_assets") {
            let foreign = id_of(asset, title);
            let Some(id) = self.elements.get(&foreign).cloned() else { continue };
            let place = format!("technical_assets.{title}");
            let kind = kind(asset);
            let holds = self.assets_of(asset, "data_assets_stored", &place);
            let mut zones = self.places.get(&foreign).cloned().unwrap_or_default();
            zones.dedup();
            let mut entry = described(Entry::new().text("kind", kind).named(&id, title), asset).value("zone", zones.into());
            entry = self.tech(entry, asset, &place);
            if kind != "actor" {
                entry = entry.value("holds", holds.clone().into());
            }
            entry = entry.text("owner", &text(asset, "owner"));
            entry = self.element_facts(entry, &foreign, asset, kind);
            entry = entry.text("out-of-scope", &out_of_scope(asset));
            entry = extras(entry.list("tags", tags(asset)), asset, KEPT);
            // People keep nothing in our language, so what the file says of them is only kept for it.
            if kind == "actor" && !holds.is_empty() {
                entry = entry.kept("x-threagile", "data_assets_stored", list(asset, "data_assets_stored").into());
            }
            self.draft.add(Section::Elements, &id, entry);
            self.draft.made_from(Section::Elements, &id, format!("technical_assets\n{title}"));
            if !text(asset, "diagram_tweak_order").is_empty() && text(asset, "diagram_tweak_order") != "0" {
                self.draft.dropped("an order in the diagram", format!("{place}.diagram_tweak_order"));
            }
        }
    }

    /// The technology as the file names it; there is room for one.
    fn tech(&mut self, entry: Entry, asset: &Json, place: &str) -> Entry {
        let all = technologies_of(asset);
        if let [first, others @ ..] = &all[..] {
            for other in others {
                self.draft.dropped(format!("the technology `{other}` beside `{first}`"), format!("{place}.technologies"));
            }
            return entry.text("tech", first);
        }
        entry
    }
}

fn kind(asset: &Json) -> &'static str {
    match text(asset, "type").as_ref() {
        "external-entity" if flag(asset, "used_as_client_by_human") => "actor",
        "external-entity" => "external",
        "datastore" => "store",
        _ => "process",
    }
}

/// Why an asset is not looked at; empty if it is.
fn out_of_scope(asset: &Json) -> String {
    if !flag(asset, "out_of_scope") {
        return String::new();
    }
    let why = without_tags(&text(asset, "justification_out_of_scope"));
    if why.is_empty() { "out of scope in the Threagile model, without a reason".to_owned() } else { why }
}

/// Whether an asset takes a format of data.
pub(super) fn accepts(asset: &Json, format: &str) -> bool {
    list(asset, "data_formats_accepted").iter().any(|accepted| accepted == format)
}
