//! Models of ours as Threat Dragon 2 files.
//!
//! Places, ids and properties that were kept are written back. A diagram in which something has no place, or in which
//! the places say otherwise than the model which zone a thing is in, is drawn anew. Colours follow from the threats.

mod cell;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value as Json, json};

use super::{NO_REASON, OWN, labels};
use crate::export::{ExportError, Exported, ForeignThreat, Outgoing, pretty};
use crate::kept::{give_back, of};
use crate::layout::{Place, arrange, home};
use crate::losses::{Losses, Says};
use crate::read::{items, text};
use crate::write::{drawn_subjects, foreign_id, own_name, remedy, section, texts, threat_entry, uuid};
use crate::zones::{Area, nest};
use cell::Drawn;

/// The version of the tool that files are written for.
const VERSION: &str = "2.3.0";
const SAYS: &[Says] = &[
    Says("", &["name", "description", "owner", "authors"]),
    Says("people", &["name", "reviewer"]),
    Says("zones", &["name", "description", "in", "kind"]),
    Says("elements", &["kind", "name", "description", "zone", "out-of-scope", "tech", "traits", "controls", "tags", "code"]),
    Says("flows", &["from", "to", "both-ways", "protocol", "label", "description", "out-of-scope", "controls", "traits", "tags"]),
    Says(
        "threats",
        &[
            "title",
            "on",
            "stride",
            "linddun",
            "description",
            "severity",
            "status",
            "because",
            "mitigations",
            "same-as",
            "likelihood",
            "impact",
            "scores",
        ],
    ),
    Says("mitigations", &["title", "description", "status"]),
    Says("diagrams", &["title", "show"]),
];

/// Writes a model.
///
/// # Errors
/// None: every model can be drawn.
pub fn write(outgoing: &Outgoing<'_>) -> Result<Exported, ExportError> {
    let mut losses = Losses::default();
    losses.unsaid(&outgoing.json, OWN, SAYS);
    losses.people_to_names(&outgoing.json, &["owner", "authors"]);
    let mut writer = Writer { outgoing, losses, by_thing: BTreeMap::new(), top: 0, ids: BTreeMap::new() };
    writer.assign();
    let diagrams = writer.diagrams();
    let file = writer.file(diagrams);
    Ok(Exported { bytes: pretty(&file), loss: writer.losses.finish() })
}

struct Writer<'o> {
    outgoing: &'o Outgoing<'o>,
    losses: Losses,
    /// Threats by the id of the element or flow that they are written at.
    by_thing: BTreeMap<String, Vec<Json>>,
    /// The highest number of a threat.
    top: i64,
    /// Ids of cells by our ids.
    ids: BTreeMap<String, String>,
}

impl<'o> Writer<'o> {
    /// Gives every threat a number and a thing.
    fn assign(&mut self) {
        let outgoing = self.outgoing;
        let kept = |threat: &ForeignThreat| of(threat_entry(outgoing, threat), OWN).get("number").and_then(Json::as_i64);
        self.top = outgoing.threats.iter().filter_map(kept).max().unwrap_or(0).max(0);
        for threat in outgoing.found(&mut self.losses) {
            let model = outgoing.model;
            let things = drawn_subjects(model, threat);
            let Some(at) = things.first().cloned() else {
                self.losses
                    .dropped(format!("the threat {}: it is on nothing that is drawn", threat.title), format!("threats.{}", threat.id));
                continue;
            };
            let others: BTreeSet<&String> = things.iter().filter(|thing| **thing != at).collect();
            if !others.is_empty() {
                let names: Vec<&str> = others.iter().map(|id| id.as_str()).collect();
                self.losses.dropped(format!("that the threat is on {} too", names.join(", ")), format!("threats.{}", threat.id));
            }
            let was_there = of(threat_entry(outgoing, threat), OWN).get("id").is_some();
            let number = kept(threat).or_else(|| {
                self.top += i64::from(!was_there);
                (!was_there).then_some(self.top)
            });
            let written = self.threat(threat, number);
            self.by_thing.entry(at).or_default().push(written);
        }
    }

    fn threat(&mut self, threat: &ForeignThreat, number: Option<i64>) -> Json {
        let entry = threat_entry(self.outgoing, threat);
        let kept = of(entry, OWN);
        let (stride, linddun) = (threat.stride.first().map(|it| it.as_str()), threat.linddun.first().map(|it| it.as_str()));
        let (mut method, mut label) = match (stride, linddun) {
            (Some(category), _) => ("STRIDE".to_owned(), labels::of_stride(category).to_owned()),
            (None, Some(category)) => ("LINDDUN".to_owned(), labels::of_linddun(category).to_owned()),
            (None, None) => ("STRIDE".to_owned(), String::new()),
        };
        let (old_method, old_label) = (text(kept, "modelType"), text(kept, "type"));
        if labels::categories(&old_method, &old_label) == (stride, linddun) && !old_method.is_empty() {
            (method, label) = (old_method.into_owned(), old_label.into_owned());
        }
        if threat.stride.len() + threat.linddun.len() > 1 {
            self.losses.dropped("all categories of the threat but the first one", format!("threats.{}", threat.id));
        }
        let old_status = text(kept, "status");
        let status = match threat.status {
            "mitigated" => "Mitigated",
            "accepted" => "Accepted",
            "transferred" => "Transferred",
            "avoided" if old_status == "Eliminated" => "Eliminated",
            "avoided" => "Avoided",
            "open" => "Open",
            _ => "NotApplicable",
        };
        let old_severity = text(kept, "severity");
        let severity = match threat.band.map(|band| band.as_str()) {
            Some(band) => redan_model::naming::capitalised(band),
            None if old_severity.is_empty() => "TBD".to_owned(),
            None => old_severity.into_owned(),
        };
        let mut written = Map::new();
        let id = foreign_id(entry, OWN, "id", || uuid("threats", &threat.id));
        written.insert("id".to_owned(), id.into());
        written.insert("title".to_owned(), threat.title.as_str().into());
        written.insert("status".to_owned(), status.into());
        written.insert("severity".to_owned(), severity.into());
        written.insert("type".to_owned(), label.into());
        written.insert("description".to_owned(), threat.description.as_str().into());
        written.insert("mitigation".to_owned(), remedy(self.outgoing, threat).into());
        written.insert("modelType".to_owned(), method.into());
        written.insert("new".to_owned(), false.into());
        if let Some(number) = number {
            written.insert("number".to_owned(), number.into());
        }
        let vector = entry.get("scores").map(|scores| text(scores, "cvss").into_owned()).unwrap_or_default();
        let risk = threat.risk.map(|risk| risk.to_string()).unwrap_or_default();
        let score = if vector.is_empty() { risk } else { vector };
        written.insert(
            "score".to_owned(),
            kept.get("score").cloned().filter(|_| !text(kept, "score").is_empty()).unwrap_or_else(|| score.into()),
        );
        give_back(&mut written, kept, &["id", "number", "modelType", "type", "status", "severity", "score"]);
        written.into()
    }

    /// The numbers of the diagrams, each with what is known of it.
    fn diagrams(&mut self) -> Vec<Json> {
        let mut known: BTreeMap<u64, &'o Json> = BTreeMap::new();
        for (_, entry) in section(self.outgoing, "diagrams") {
            if let Some(number) = of(entry, OWN).get("number").and_then(Json::as_u64) {
                known.insert(number, entry);
            }
        }
        let number = |entry: &Json| of(entry, OWN).get("diagram").and_then(Json::as_u64).unwrap_or(0);
        let mut numbers: BTreeSet<u64> = known.keys().copied().collect();
        numbers.extend(section(self.outgoing, "elements").map(|(_, entry)| number(entry)));
        numbers.insert(0);
        let several = numbers.len() > 1;
        let mut diagrams = Vec::new();
        for at in numbers {
            let entry = known.get(&at).copied().unwrap_or(&Json::Null);
            diagrams.push(self.diagram(at, entry, &|entry| !several || number(entry) == at));
        }
        diagrams
    }

    fn diagram(&mut self, number: u64, entry: &Json, shown: &dyn Fn(&Json) -> bool) -> Json {
        let kept = of(entry, OWN);
        let title = text(entry, "title");
        let mut diagram = Map::new();
        diagram.insert("id".to_owned(), kept.get("id").filter(|id| id.is_u64()).cloned().unwrap_or_else(|| number.into()));
        let title = if title.is_empty() { self.title() } else { title.into_owned() };
        diagram.insert("title".to_owned(), title.into());
        let kind = text(kept, "diagramType");
        let kind = if kind.is_empty() { "STRIDE".to_owned() } else { kind.into_owned() };
        diagram.insert("thumbnail".to_owned(), format!("./public/content/images/thumbnail.{}.jpg", kind.to_lowercase()).into());
        diagram.insert("diagramType".to_owned(), kind.into());
        diagram.insert("version".to_owned(), VERSION.into());
        let cells = self.cells(shown, items(kept, "drawn"));
        diagram.insert("cells".to_owned(), cells.into());
        give_back(&mut diagram, kept, &["number", "drawn", "version"]);
        diagram.entry("placeholder").or_insert_with(|| "".into());
        diagram.into()
    }

    fn title(&self) -> String {
        let name = text(&self.outgoing.json, "name");
        if name.is_empty() { "Threat model".to_owned() } else { name.into_owned() }
    }

    fn cells(&mut self, shown: &dyn Fn(&Json) -> bool, drawn: &[Json]) -> Vec<Json> {
        let outgoing = self.outgoing;
        let elements: Vec<(&str, &Json)> = section(outgoing, "elements").filter(|(_, entry)| shown(entry)).collect();
        let inside: BTreeSet<String> = elements.iter().filter_map(|(_, entry)| home(outgoing, entry)).collect();
        let around = |id: &str| inside.iter().any(|zone| is_around(outgoing, id, zone));
        let has_place = |entry: &Json| of(entry, OWN).get("at").is_some();
        let zones: Vec<(&str, &Json)> = section(outgoing, "zones")
            .filter(|(id, entry)| if has_place(entry) { shown(entry) } else { around(id) || shown(entry) })
            .collect();
        let places = self.places(&elements, &zones);
        let mut cells = Vec::new();
        for (id, entry) in &zones {
            let cell = foreign_id(entry, OWN, "id", || uuid("zones", id));
            cells.extend(places.get(*id).map(|place| cell::border(&cell, &own_name(outgoing, OWN, id, entry), entry, *place)));
        }
        let fastened: BTreeSet<String> =
            section(outgoing, "flows").flat_map(|(_, flow)| [text(flow, "from").into_owned(), text(flow, "to").into_owned()]).collect();
        for (id, entry) in &elements {
            let cell = foreign_id(entry, OWN, "id", || uuid("elements", id));
            self.ids.insert((*id).to_owned(), cell.clone());
            let threats = self.by_thing.remove(*id).unwrap_or_default();
            if texts(entry, "zone").len() > 1 {
                self.losses.dropped("all zones but the first one", format!("elements.{id}.zone"));
            }
            let Some(place) = places.get(*id) else { continue };
            let drawn = Drawn { cell: &cell, id, name: own_name(outgoing, OWN, id, entry), entry, threats, ports: fastened.contains(*id) };
            cells.push(cell::element(drawn, *place, NO_REASON));
        }
        let here: BTreeSet<&str> = elements.iter().map(|(id, _)| *id).collect();
        for (id, entry) in section(outgoing, "flows") {
            let ends = ["from", "to"].map(|key| text(entry, key).into_owned());
            let whole = ends.iter().all(|end| here.contains(end.as_str()));
            if !whole {
                continue;
            }
            let cell = foreign_id(entry, OWN, "id", || uuid("flows", id));
            let cells_at = ends.map(|end| self.ids.get(&end).cloned().unwrap_or_default());
            let threats = self.by_thing.remove(id).unwrap_or_default();
            let drawn = Drawn { cell: &cell, id, name: String::new(), entry, threats, ports: false };
            cells.push(cell::flow(drawn, &cells_at, NO_REASON));
        }
        cells.extend(drawn.iter().map(cell::kept));
        cells
    }

    /// Where zones and elements are drawn: where they were, if that says what the model says, else anew.
    fn places(&mut self, elements: &[(&str, &Json)], zones: &[(&str, &Json)]) -> BTreeMap<String, Place> {
        let stored = |(id, entry): &(&str, &Json)| Some(((*id).to_owned(), place(of(entry, OWN).get("at")?)?));
        let mut places: BTreeMap<String, Place> = elements.iter().filter_map(stored).collect();
        let were = places.len();
        places.extend(zones.iter().filter_map(stored));
        if places.len() == elements.len() + zones.len() && self.says_the_same(&places, elements, zones) {
            return places;
        }
        if were > 0 {
            self.losses.changed("the places of elements, since something was added or moved to another zone", "diagrams");
        }
        let shown: BTreeSet<&str> = elements.iter().map(|(id, _)| *id).collect();
        let layout = arrange(self.outgoing, &|id| shown.contains(id));
        layout.elements.into_iter().chain(layout.zones.into_iter().filter(|(id, _)| zones.iter().any(|(zone, _)| zone == id))).collect()
    }

    /// Whether boxes and elements lie in each other as the model says.
    fn says_the_same(&self, places: &BTreeMap<String, Place>, elements: &[(&str, &Json)], zones: &[(&str, &Json)]) -> bool {
        let area = |id: &str| places.get(id).map(|[x, y, width, height]| Area::new(*x, *y, *width, *height));
        let boxes: Vec<Area> = zones.iter().filter_map(|(id, _)| area(id)).collect();
        let nesting = nest(&boxes, &elements.iter().map(|(id, _)| area(id)).collect::<Vec<_>>());
        let zone = |ix: &usize| zones.get(*ix).map(|(id, _)| (*id).to_owned());
        elements.iter().enumerate().all(|(at, (_, entry))| {
            let found: BTreeSet<String> = nesting.places.get(at).into_iter().flatten().filter_map(zone).collect();
            let stated =
                texts(entry, "zone").into_iter().chain(if entry.get("zone").is_none() { home(self.outgoing, entry) } else { None });
            found == stated.collect()
        }) && zones.iter().enumerate().all(|(at, (_, entry))| {
            let found = nesting.parents.get(at).copied().flatten().as_ref().and_then(zone).unwrap_or_default();
            found == text(entry, "in")
        })
    }

    fn file(&mut self, diagrams: Vec<Json>) -> Json {
        for (id, threats) in std::mem::take(&mut self.by_thing) {
            self.losses.dropped(format!("{} threats on {id}, which is in no diagram", threats.len()), "threats");
        }
        let model = &self.outgoing.json;
        let kept = of(model, OWN);
        let mut file = Map::new();
        let version = text(kept, "version");
        file.insert("version".to_owned(), if version.starts_with("2.") { version.as_ref() } else { VERSION }.into());
        let mut summary = Map::new();
        summary.insert("title".to_owned(), self.title().into());
        summary.insert("owner".to_owned(), person(model, &text(model, "owner")).into());
        summary.insert("description".to_owned(), text(model, "description").into());
        summary.insert("id".to_owned(), 0.into());
        for (key, value) in of(kept, "summary").as_object().into_iter().flatten() {
            summary.insert(key.clone(), value.clone());
        }
        file.insert("summary".to_owned(), summary.into());
        let mut detail = Map::new();
        let contributors: Vec<Json> = texts(model, "authors").iter().map(|author| json!({"name": person(model, author)})).collect();
        detail.insert("contributors".to_owned(), contributors.into());
        let top = diagrams.iter().filter_map(|diagram| diagram.get("id").and_then(Json::as_u64)).max().map_or(0, |id| id + 1);
        detail.insert("diagrams".to_owned(), diagrams.into());
        let before = |key: &str| of(kept, "detail").get(key).and_then(Json::as_u64).unwrap_or(0);
        detail.insert("diagramTop".to_owned(), before("diagramTop").max(top).into());
        let reviewers: Vec<String> = section(self.outgoing, "people")
            .filter(|(_, entry)| matches!(text(entry, "reviewer").as_ref(), "yes" | "true"))
            .map(|(id, entry)| crate::write::name(id, entry))
            .collect();
        detail.insert("reviewer".to_owned(), reviewers.join(", ").into());
        detail.insert("threatTop".to_owned(), before("threatTop").max(u64::try_from(self.top).unwrap_or(0)).into());
        give_back(&mut detail, of(kept, "detail"), &[]);
        file.insert("detail".to_owned(), detail.into());
        give_back(&mut file, kept, &["summary", "detail", "version"]);
        file.into()
    }
}

/// Whether a zone is another one or around it.
fn is_around(outgoing: &Outgoing<'_>, outer: &str, inner: &str) -> bool {
    let mut at = inner.to_owned();
    for _ in 0..=32 {
        if at == outer {
            return true;
        }
        at = text(outgoing.entry("zones", &at), "in").into_owned();
        if at.is_empty() {
            return false;
        }
    }
    false
}

/// The name of somebody who may be an id of `people`.
fn person(model: &Json, who: &str) -> String {
    model.get("people").and_then(|people| people.get(who)).map_or_else(|| who.to_owned(), |entry| crate::write::name(who, entry))
}

fn place(value: &Json) -> Option<Place> {
    let numbers: Vec<f64> = value.as_array()?.iter().filter_map(Json::as_f64).collect();
    numbers.try_into().ok()
}
