//! The guide's tables as models.
//!
//! A table of threats names components in words, so there are elements of these names, taken to be processes. Words
//! that are no level, number, day or status of the language are losses.

use std::collections::BTreeMap;

use serde_json::{Map, Value as Json, json};

use crate::draft::{Draft, Entry, Section, one_line};
use crate::read::{items, scalar, text};
use crate::{ImportError, Imported, limits};

const LEVELS: [&str; 6] = ["none", "low", "medium", "high", "critical", "unknown"];
const STATUSES: [&str; 6] = ["open", "mitigated", "transferred", "avoided", "false-positive", "not-applicable"];

/// Reads a list of assets.
///
/// # Errors
/// The bytes are no such JSON.
pub fn assets_json(bytes: &[u8]) -> Result<Imported, ImportError> {
    let document = limits::json(bytes)?;
    let mut draft = Draft::new("");
    for (ix, asset) in listed(&document).iter().enumerate() {
        asset_of(&mut draft, asset, &format!("[{ix}]"));
    }
    Ok(draft.finish())
}

/// Reads a table of assets.
///
/// # Errors
/// The bytes are no such table.
pub fn assets_csv(bytes: &[u8]) -> Result<Imported, ImportError> {
    let mut draft = Draft::new("");
    for (row, place) in rows(bytes, "asset")? {
        asset_of(&mut draft, &row, &place);
    }
    Ok(draft.finish())
}

/// Reads threats: one, or a list of them.
///
/// # Errors
/// The bytes are no such JSON.
pub fn threats_json(bytes: &[u8]) -> Result<Imported, ImportError> {
    let document = limits::json(bytes)?;
    let mut threats = Threats::default();
    for (ix, threat) in listed(&document).iter().enumerate() {
        let mitigations = items(threat, "mitigations").iter();
        let mitigations = mitigations
            .map(|item| {
                (
                    if item.is_string() { scalar(item).into_owned() } else { text(item, "desc").into_owned() },
                    text(item, "owner").into_owned(),
                    text(item, "due").into_owned(),
                )
            })
            .collect();
        threats.add(threat, "title", mitigations, &format!("[{ix}]"));
    }
    Ok(threats.draft.finish())
}

/// Reads a table of threats.
///
/// # Errors
/// The bytes are no such table.
pub fn threats_csv(bytes: &[u8]) -> Result<Imported, ImportError> {
    let mut threats = Threats::default();
    for (row, place) in rows(bytes, "id")? {
        if text(&row, "status") == "question" {
            threats.draft.dropped(format!("the question \"{}\"", text(&row, "threat")), place);
            continue;
        }
        let titles = text(&row, "mitigation").into_owned();
        let (owner, due) = (text(&row, "owner").into_owned(), text(&row, "due").into_owned());
        let titles: Vec<&str> = titles.split("; ").map(str::trim).filter(|title| !title.is_empty()).collect();
        if titles.len() > 1 && !(owner.is_empty() && due.is_empty()) {
            threats.draft.guessed("that owner and day are those of every mitigation in the row", place.as_str());
        }
        let mitigations = titles.into_iter().map(|title| (title.to_owned(), owner.clone(), due.clone())).collect();
        threats.add(&row, "threat", mitigations, &place);
    }
    Ok(threats.draft.finish())
}

/// A list, or the one object that stands alone.
fn listed(document: &Json) -> &[Json] {
    document.as_array().map_or(std::slice::from_ref(document), Vec::as_slice)
}

/// Rows by column name, with the number of their line.
fn rows(bytes: &[u8], first: &str) -> Result<Vec<(Json, String)>, ImportError> {
    let text = limits::text(bytes)?;
    let mut reader = csv::ReaderBuilder::new().flexible(true).trim(csv::Trim::All).from_reader(text.as_bytes());
    let syntax = |error: csv::Error| ImportError::Syntax(error.to_string());
    let columns: Vec<String> = reader.headers().map_err(syntax)?.iter().map(|name| name.to_lowercase().replace(' ', "_")).collect();
    if !columns.iter().any(|column| column == first) {
        return Err(ImportError::NotTheFormat(format!("its first line has no column `{first}`")));
    }
    let mut found = Vec::new();
    for record in reader.records() {
        let record = record.map_err(syntax)?;
        let line = record.position().map_or(0, csv::Position::line);
        let row: Map<String, Json> = columns.iter().zip(&record).map(|(column, cell)| (column.clone(), plain(cell).into())).collect();
        if row.values().any(|cell| cell.as_str().is_some_and(|cell| !cell.is_empty())) {
            found.push((row.into(), format!("line {line}")));
        }
    }
    Ok(found)
}

/// A cell without the apostrophe that keeps a spreadsheet from running it.
fn plain(cell: &str) -> &str {
    cell.strip_prefix('\'').filter(|rest| rest.starts_with(['=', '+', '-', '@'])).unwrap_or(cell)
}

fn asset_of(draft: &mut Draft, asset: &Json, place: &str) {
    let name = text(asset, "asset").into_owned();
    let id = draft.keep_id(Section::Assets, &name, "asset");
    let mut entry = Entry::new().named(&id, &name).text("owner", &one_line(&text(asset, "owner")));
    for property in ["confidentiality", "integrity", "availability", "privacy"] {
        let stated = text(asset, property).into_owned();
        let (word, reason) = stated.split_once('(').map_or((stated.as_str(), ""), |(word, rest)| (word, rest.trim_end_matches(')')));
        let word = word.trim().to_lowercase();
        entry = match (word.as_str(), reason) {
            ("", _) => entry,
            ("depends", "") => {
                draft.guessed(format!("no reason is given why {property} depends"), place);
                entry.value(property, json!({"is": "depends", "because": "not recorded"}))
            }
            ("depends", reason) => entry.value(property, json!({"is": "depends", "because": reason})),
            (level, "") if LEVELS.contains(&level) => entry.text(property, level),
            (level, reason) if LEVELS.contains(&level) => entry.value(property, json!({"is": level, "because": reason})),
            _ => {
                draft.dropped(format!("{property} \"{stated}\", which is no level"), place);
                entry
            }
        };
    }
    draft.add(Section::Assets, &id, entry);
}

/// Title, owner and day of a mitigation.
type Stated = (String, String, String);

struct Threats {
    draft: Draft,
    elements: BTreeMap<String, String>,
    mitigations: BTreeMap<Stated, String>,
}

impl Default for Threats {
    fn default() -> Self {
        Self { draft: Draft::new(""), elements: BTreeMap::new(), mitigations: BTreeMap::new() }
    }
}

impl Threats {
    fn add(&mut self, threat: &Json, title: &str, mitigations: Vec<Stated>, place: &str) {
        let stated = text(threat, "id").into_owned();
        let id = self.draft.keep_id(Section::Threats, &stated, "threat");
        if id != stated && !stated.is_empty() {
            self.draft.changed(format!("the id `{stated}` is `{id}` here"), place);
        }
        let on: Vec<String> = text(threat, "component").split(" / ").filter_map(|name| self.element(name.trim(), place)).collect();
        let owner = if mitigations.is_empty() { text(threat, "owner").into_owned() } else { String::new() };
        let mitigations: Vec<String> = mitigations.into_iter().filter_map(|stated| self.mitigation(stated, place)).collect();
        let entry = Entry::new()
            .text("title", &one_line(&text(threat, title)))
            .list("on", on)
            .text("description", &text(threat, "description"))
            .text("identified", &self.day(&text(threat, "date_identified"), "date_identified", place))
            .list("mitigations", mitigations)
            .text("owner", &owner);
        let entry = self.rated(entry, threat, place);
        let entry = self.status(entry, threat, place);
        self.draft.add(Section::Threats, &id, entry);
    }

    fn rated(&mut self, mut entry: Entry, threat: &Json, place: &str) -> Entry {
        let mut product = Some(1);
        for key in ["likelihood", "impact"] {
            let stated = text(threat, key);
            match stated.parse::<u64>() {
                Ok(number @ 1..=5) => {
                    entry = entry.value(key, number.into());
                    product = product.map(|known| known * number);
                }
                _ => {
                    product = None;
                    if !stated.is_empty() {
                        self.draft.dropped(format!("{key} {stated}, which is no number from 1 to 5"), place);
                    }
                }
            }
        }
        let score = text(threat, "risk_score");
        if !score.is_empty() && product.is_none_or(|product| product.to_string() != score) {
            self.draft.dropped(format!("risk_score {score}, which is not likelihood times impact"), place);
        }
        entry
    }

    fn status(&mut self, entry: Entry, threat: &Json, place: &str) -> Entry {
        let stated = text(threat, "status").to_lowercase().replace([' ', '_'], "-");
        match stated.as_str() {
            // A threat is open or mitigated by its mitigations unless somebody says so.
            "" | "open" => entry,
            word if STATUSES.contains(&word) => entry.text("status", word),
            "accepted" => {
                let until = self.day(&text(threat, "due"), "due", place);
                if until.is_empty() {
                    self.draft.changed("an acceptance without a day until which it holds is read as open", place);
                    entry
                } else {
                    self.draft.guessed("that the acceptance holds until the due day", place);
                    entry.text("status", "accepted").text("until", &until)
                }
            }
            word => {
                self.draft.dropped(format!("the status \"{word}\", which is none of ours"), place);
                entry
            }
        }
    }

    fn element(&mut self, name: &str, place: &str) -> Option<String> {
        if name.is_empty() {
            return None;
        }
        if let Some(known) = self.elements.get(name) {
            return Some(known.clone());
        }
        let id = self.draft.id_for_name(Section::Elements, name, "component");
        self.draft.add(Section::Elements, &id, Entry::new().text("kind", "process").named(&id, name));
        self.draft.guessed(format!("that \"{name}\" is a process"), place);
        self.elements.insert(name.to_owned(), id.clone());
        Some(id)
    }

    fn mitigation(&mut self, stated: Stated, place: &str) -> Option<String> {
        let title = one_line(&stated.0);
        if title.is_empty() {
            return None;
        }
        if let Some(known) = self.mitigations.get(&stated) {
            return Some(known.clone());
        }
        let id = self.draft.id_for_name(Section::Mitigations, &title, "mitigation");
        let due = self.day(&stated.2, "due", place);
        self.draft.add(Section::Mitigations, &id, Entry::new().text("title", &title).text("owner", &stated.1).text("due", &due));
        self.mitigations.insert(stated, id.clone());
        Some(id)
    }

    /// A day as it is, if it is one.
    fn day(&mut self, stated: &str, key: &str, place: &str) -> String {
        let number = |from: usize, to: usize| stated.get(from..to).and_then(|part| part.parse::<u32>().ok()).unwrap_or_default();
        let shape = stated.len() == 10
            && stated.bytes().enumerate().all(|(at, byte)| if matches!(at, 4 | 7) { byte == b'-' } else { byte.is_ascii_digit() });
        // A model with a day that no calendar has is not valid, so such a day is not taken over.
        let days = match number(5, 7) {
            2 => 28 + u32::from(number(0, 4) % 4 == 0 && (number(0, 4) % 100 != 0 || number(0, 4) % 400 == 0)),
            4 | 6 | 9 | 11 => 30,
            1..=12 => 31,
            _ => 0,
        };
        if shape && number(0, 4) > 0 && (1..=days).contains(&number(8, 10)) {
            return stated.to_owned();
        }
        if !stated.is_empty() {
            self.draft.dropped(format!("{key} \"{stated}\", which is no day such as 2026-03-01"), place);
        }
        String::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_list_of_assets_that_the_guide_prints_is_read() {
        let file = r#"[
{"asset":"user_credentials","owner":"Auth Service","confidentiality":"high","integrity":"high","availability":"low"},
{"asset":"uploads","owner":"","confidentiality":"depends (user could upload PII)","integrity":"huge","availability":"Medium"}
]"#;
        let imported = assets_json(file.as_bytes()).unwrap();
        let expected = json!({"redan": 1, "assets": {
            "user_credentials": {"owner": "Auth Service", "confidentiality": "high", "integrity": "high", "availability": "low"},
            "uploads": {"confidentiality": {"is": "depends", "because": "user could upload PII"}, "availability": "medium"}}});
        assert_eq!((&*imported.model, imported.loss.len()), (&expected, 1));
    }

    #[test]
    fn the_threat_that_the_guide_prints_is_read() {
        let file = r#"{"id": "T1", "title": "Credential stuffing on login", "component": "Web App / Auth", "description": "Leaked passwords",
"likelihood": 4, "impact": 5, "risk_score": 20,
"mitigations": [{"desc":"Rate limit","owner":"Platform Team","due":"2025-11-30"}, {"desc":"MFA","owner":"Auth Team","due":"2025-13-15"}]}"#;
        let imported = threats_json(file.as_bytes()).unwrap();
        let threat = &imported.model["threats"]["T1"];
        assert_eq!((&threat["on"], &threat["likelihood"]), (&json!(["web-app", "auth"]), &json!(4)));
        assert_eq!(
            imported.model["mitigations"]["rate-limit"],
            json!({"title": "Rate limit", "owner": "Platform Team", "due": "2025-11-30"})
        );
        assert_eq!(imported.model["mitigations"]["mfa"], json!({"title": "MFA", "owner": "Auth Team"}));
        assert_eq!(imported.loss.len(), 3, "two kinds of elements and a day: {:?}", imported.loss);
    }

    #[test]
    fn a_table_of_threats_is_read_by_its_columns() {
        let file = "id,component,threat,description,likelihood,impact,risk_score,mitigation,owner,due,date_identified,status\n\
                    T1,Shop,\"Theft, large\",,4,5,12,Lock; Alarm,Ops,2026-01-02,2025-11-11,mitigated\n\
                    x@shop,Shop,'=1,,,,,,,,,question\n";
        let imported = threats_csv(file.as_bytes()).unwrap();
        let threat = json!({"title": "Theft, large", "on": ["shop"], "identified": "2025-11-11", "mitigations": ["lock", "alarm"],
            "likelihood": 4, "impact": 5, "status": "mitigated"});
        assert_eq!(imported.model["threats"], json!({"T1": threat}));
        assert_eq!(imported.model["mitigations"]["alarm"]["owner"], "Ops");
        let kinds: Vec<&str> = imported.loss.iter().map(|loss| loss.kind.as_str()).collect();
        assert_eq!(kinds, ["guessed", "guessed", "dropped", "dropped"]);
        assert!(threats_csv(b"a,b\n1,2\n").is_err());
    }
}
