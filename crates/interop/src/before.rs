//! What a file said when it was imported last, kept inside the model that it was taken over into.
//!
//! With it, a later import can tell what the file has changed since from what people have changed in the model. It is
//! compressed and stands at the end of the model, one text for each file by the file's name.

use std::borrow::Cow;
use std::collections::BTreeMap;

use flate2::Compression;
use redan_model::canonical::{Entry, Long, Part, Stated, parts, push_entry};
use redan_model::lang::{Root, SECTIONS};
use serde_json::Value as Json;

use crate::packed::{Packer, unpack};
use crate::{Format, Origins, limits};

/// The key at the top of a model.
pub const KEY: &str = "x-import-original";

/// Longest text that is unpacked.
const MAX_BYTES: usize = limits::MAX_FILE_BYTES;
/// Longest text that is made as small as it can be.
const MOST_AT_BEST: usize = 1 << 20;
/// How long a piece of a longer one becomes before it is compressed, in bytes.
const PIECE: usize = 1 << 16;

/// What a file says, and which thing of the file each entry is.
#[derive(Debug, Clone, PartialEq)]
pub struct Said {
    /// The model in its long form.
    pub model: Json,
    /// What the file itself calls an entry, by section and id, where it has such a word.
    pub names: BTreeMap<(String, String), String>,
}

impl Said {
    /// What a file says.
    pub fn new(model: Json, origins: &Origins) -> Self {
        let mut names = BTreeMap::new();
        for section in SECTIONS {
            for (id, entry) in model.get(section).and_then(Json::as_object).into_iter().flatten() {
                if let Some(name) = origins.get(section, id).or_else(|| own_id(entry)) {
                    names.insert((section.to_owned(), id.clone()), name.to_owned());
                }
            }
        }
        Self { model, names }
    }

    /// What the file calls an entry.
    pub fn name(&self, section: &str, id: &str) -> Option<&str> {
        self.names.get(&(section.to_owned(), id.to_owned())).map(String::as_str)
    }
}

/// The id that readers of most formats keep with what our language has no word for.
pub fn own_id(entry: &Json) -> Option<&str> {
    let kept = entry.as_object()?.iter().filter(|(key, _)| key.starts_with("x-"));
    kept.filter_map(|(_, value)| value.get("id").or_else(|| value.get("bom-ref"))?.as_str()).next()
}

/// The same of an entry in its long form, where what is kept stays in the model.
fn own_id_of<'m>(entry: &Long<'m>) -> Option<&'m str> {
    let kept = entry.entries().iter().filter(|(key, _)| key.starts_with("x-"));
    let own = |(_, value): &Entry<'m>| {
        if let Long::Elsewhere(kept) = value { kept.get("id").or_else(|| kept.get("bom-ref"))?.as_str() } else { None }
    };
    kept.filter_map(own).next()
}

/// The file's own words for the entries of sections: the id of each and its name.
type Names<'m> = BTreeMap<&'m str, Vec<(Cow<'m, str>, &'m str)>>;

/// What a file says, in few letters.
pub fn packed(format: Format, said: &Said) -> Option<String> {
    let mut packing = Packing::new(format);
    let model = Long::of(&said.model);
    model.entries().iter().try_for_each(|(key, value)| packing.add((Cow::Borrowed(key.as_ref()), value.borrowed().into()), None))?;
    for ((section, id), name) in &said.names {
        packing.names.entry(section).or_default().push((id.into(), name));
    }
    packing.finish()
}

/// What a file says that has just been read, in few letters.
pub fn packed_model(format: Format, model: &Root, origins: &Origins) -> Option<String> {
    let mut packing = Packing::new(format);
    parts(model).try_for_each(|part| packing.add(part, Some(origins)))?;
    packing.finish()
}

/// What a file says, as JSON in the making.
struct Packing<'m> {
    /// What was not compressed yet.
    text: String,
    /// What comes before it, of a text that is too long to be made as small as it can be.
    packer: Option<Packer>,
    is_first: bool,
    names: Names<'m>,
}

impl<'m> Packing<'m> {
    fn new(format: Format) -> Self {
        let mut text = String::from("{\"format\":");
        Long::from(format.as_str()).push_json(&mut text);
        text.push_str(",\"model\":{");
        Self { text, packer: None, is_first: true, names: Names::new() }
    }

    /// Adds what stands at the top of a model, with the file's own words for entries if it is known where they come from.
    fn add(&mut self, (key, stated): Part<'m>, origins: Option<&'m Origins>) -> Option<()> {
        if !std::mem::take(&mut self.is_first) {
            self.text.push(',');
        }
        let entries = match stated {
            Stated::Value(value) => {
                push_entry(&key, &value, &mut self.text);
                return Some(());
            }
            Stated::Entries(entries) => entries,
        };
        Long::from(key.as_ref()).push_json(&mut self.text);
        self.text.push_str(":{");
        let origins = SECTIONS.into_iter().find(|section| *section == key).zip(origins);
        let mut names = Vec::new();
        for (at, (id, entry)) in entries.enumerate() {
            if at > 0 {
                self.text.push(',');
            }
            push_entry(&id, &entry, &mut self.text);
            self.pass_on()?;
            if let Some(name) = origins.and_then(|(section, origins)| origins.get(section, &id).or_else(|| own_id_of(&entry))) {
                names.push((id, name));
            }
        }
        self.text.push('}');
        if let Some((section, _)) = origins.filter(|_| !names.is_empty()) {
            self.names.insert(section, names);
        }
        Some(())
    }

    /// Compresses what is there of a long text, so that it need not be kept as a whole.
    fn pass_on(&mut self) -> Option<()> {
        let room = if self.packer.is_some() { PIECE } else { MOST_AT_BEST };
        if self.text.len() > room {
            // A text of many megabytes takes far longer to be made as small as can be than all the rest of an import.
            self.packer.get_or_insert_with(|| Packer::new(Compression::fast())).add(&self.text)?;
            self.text.clear();
        }
        Some(())
    }

    fn finish(mut self) -> Option<String> {
        self.text.push_str("},\"names\":");
        let names = std::mem::take(&mut self.names).into_iter();
        Long::Map(names.map(|(section, words)| (section.into(), in_order(words))).collect()).push_json(&mut self.text);
        self.text.push('}');
        self.pass_on()?;
        let mut packer = self.packer.unwrap_or_else(|| Packer::new(Compression::best()));
        packer.add(&self.text)?;
        packer.finish()
    }
}

fn in_order<'m>(mut words: Vec<(Cow<'m, str>, &'m str)>) -> Long<'m> {
    words.sort_unstable();
    Long::Map(words.into_iter().map(|(id, name)| (id, name.into())).collect())
}

/// What the files said from which a model was imported: the name of each, and what it said.
pub fn all(model: &Json, format: Format) -> Vec<(String, Said)> {
    let files = model.get(KEY).and_then(Json::as_object);
    files.into_iter().flatten().filter_map(|(name, packed)| Some((name.clone(), read(packed.as_str()?, format)?))).collect()
}

fn read(packed: &str, format: Format) -> Option<Said> {
    let mut document: Json = serde_json::from_str(&unpack(packed, MAX_BYTES)?).ok()?;
    if document.get("format").and_then(Json::as_str) != Some(format.as_str()) {
        return None;
    }
    let mut names = BTreeMap::new();
    for (section, entries) in document.get("names").and_then(Json::as_object).into_iter().flatten() {
        for (id, name) in entries.as_object().into_iter().flatten() {
            names.insert((section.clone(), id.clone()), name.as_str()?.to_owned());
        }
    }
    Some(Said { model: document.get_mut("model")?.take(), names })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_a_file_said_comes_back_with_its_own_names() {
        let mut origins = Origins::default();
        origins.insert("flows", "f", "guid");
        let model = json!({"redan": 1, "elements": {"a": {"kind": "store", "x-tool": {"id": "17"}}, "b": {"kind": "store"}},
            "flows": {"f": {"from": "a", "to": "b"}}});
        let said = Said::new(model, &origins);
        assert_eq!([said.name("elements", "a"), said.name("elements", "b"), said.name("flows", "f")], [Some("17"), None, Some("guid")]);
        let kept = json!({KEY: {"shop.json": packed(Format::Otm, &said)}});
        assert_eq!(all(&kept, Format::Otm), [("shop.json".to_owned(), said)]);
        assert_eq!(all(&kept, Format::Tm7), []);
    }

    #[test]
    fn damaged_text_is_as_if_it_were_not_there() {
        assert_eq!(all(&json!({KEY: {"a": "eJw=", "b": 3}}), Format::Otm), []);
        assert_eq!(all(&json!({KEY: "x"}), Format::Otm), []);
    }
}
