//! The cells of a drawing, with colours and ports as the tool draws them.

use serde_json::{Map, Value as Json, json};

use super::super::drawing::kind_of_actor;
use super::super::more;
use super::OWN;
use crate::kept::{give_back, of};
use crate::layout::Place;
use crate::read::{items, text};
use crate::write::{fact, label};

/// An element or a flow that is drawn.
pub(super) struct Drawn<'o> {
    pub(super) cell: &'o str,
    pub(super) id: &'o str,
    pub(super) name: String,
    pub(super) entry: &'o Json,
    pub(super) threats: Vec<Json>,
    /// Whether flows are fastened to it.
    pub(super) ports: bool,
}

impl Drawn<'_> {
    fn has_open_threats(&self) -> bool {
        self.threats.iter().any(|threat| threat.get("status").is_some_and(|status| status == "Open"))
    }

    /// How its outline is drawn: red with open threats, dashed when out of scope.
    fn stroke(&self) -> Json {
        let (colour, width) = if self.has_open_threats() { ("red", 2.5) } else { ("#333333", 1.5) };
        let dashes = if self.entry.get("out-of-scope").is_some() { json!("4 3") } else { Json::Null };
        json!({"stroke": colour, "strokeWidth": width, "strokeDasharray": dashes})
    }

    /// The properties that everything with threats has.
    fn data(&self, kind: &str, name: &str, no_reason: &str) -> Map<String, Json> {
        let reason = text(self.entry, "out-of-scope");
        let mut data = Map::new();
        data.insert("type".to_owned(), kind.into());
        data.insert("name".to_owned(), name.into());
        data.insert("description".to_owned(), text(self.entry, "description").into());
        data.insert("outOfScope".to_owned(), (!reason.is_empty()).into());
        data.insert("reasonOutOfScope".to_owned(), if reason == no_reason { "" } else { reason.as_ref() }.into());
        data.insert("hasOpenThreats".to_owned(), self.has_open_threats().into());
        data
    }

    fn is(&self, set: &str, fact_name: &str) -> bool {
        fact(self.entry, set, fact_name) == "yes"
    }
}

/// A zone as a box.
pub(super) fn border(cell: &str, shown: &str, entry: &Json, [x, y, width, height]: Place) -> Json {
    let mut data = Map::new();
    data.insert("type".to_owned(), "tm.BoundaryBox".into());
    data.insert("name".to_owned(), shown.into());
    data.insert("description".to_owned(), text(entry, "description").into());
    data.insert("isTrustBoundary".to_owned(), true.into());
    data.insert("hasOpenThreats".to_owned(), false.into());
    give_back(&mut data, of(of(entry, OWN), "data"), &[]);
    let mut cell = node("trust-boundary-box", cell, [x, y, width, height], json!({"label": {"text": shown}}), -1, data);
    give_back(&mut cell, of(of(entry, OWN), "cell"), &[]);
    cell.into()
}

/// An element as an actor, a process or a store.
pub(super) fn element(drawn: Drawn<'_>, place: Place, no_reason: &str) -> Json {
    let shown = drawn.name.clone();
    let (shape, kind) = match text(drawn.entry, "kind").as_ref() {
        "store" => ("store", "tm.Store"),
        "process" => ("process", "tm.Process"),
        _ => ("actor", "tm.Actor"),
    };
    let mut data = drawn.data(kind, &shown, no_reason);
    let flags: Vec<(&str, bool)> = match shape {
        "store" => vec![
            ("isALog", drawn.is("traits", "stores-logs")),
            ("isEncrypted", drawn.is("controls", "encryption-at-rest")),
            ("isSigned", false),
            ("storesCredentials", drawn.is("traits", "stores-passwords")),
            ("storesInventory", false),
        ],
        "process" => vec![
            ("handlesCardPayment", drawn.is("traits", "handles-payments")),
            ("handlesGoodsOrServices", drawn.is("traits", "sells-goods")),
            ("isWebApplication", text(drawn.entry, "tech") == "web-application"),
        ],
        _ => vec![("providesAuthentication", false)],
    };
    for (key, value) in flags {
        let kept = of(of(drawn.entry, OWN), "data").get(key).cloned();
        data.insert(key.to_owned(), kept.unwrap_or_else(|| value.into()));
    }
    if shape == "process" {
        data.insert("privilegeLevel".to_owned(), "".into());
    }
    for (key, value) in of(of(drawn.entry, OWN), "data").as_object().into_iter().flatten() {
        data.insert(key.clone(), value.clone());
    }
    let attrs = if shape == "store" {
        json!({"text": {"text": shown}, "topLine": drawn.stroke(), "bottomLine": drawn.stroke()})
    } else {
        json!({"text": {"text": shown}, "body": drawn.stroke()})
    };
    more::put(&mut data, drawn.entry, (shape == "actor").then(|| kind_of_actor(&shown)));
    data.insert("threats".to_owned(), drawn.threats.into());
    let mut cell = node(shape, drawn.cell, place, attrs, 1, data);
    if drawn.ports {
        cell.insert("ports".to_owned(), ports(drawn.cell));
    }
    give_back(&mut cell, of(of(drawn.entry, OWN), "cell"), &[]);
    cell.into()
}

/// A flow between the cells of its ends.
pub(super) fn flow(drawn: Drawn<'_>, [from, to]: &[String; 2], no_reason: &str) -> Json {
    let kept = of(drawn.entry, OWN);
    let stated = text(drawn.entry, "label");
    // A flow that had no name in the file has none again.
    let shown = if stated.is_empty() && kept.get("id").is_some() { String::new() } else { label(drawn.id, drawn.entry) };
    let both = matches!(text(drawn.entry, "both-ways").as_ref(), "yes" | "true");
    let mut data = drawn.data("tm.Flow", &shown, no_reason);
    data.insert("isBidirectional".to_owned(), both.into());
    data.insert("isEncrypted".to_owned(), drawn.is("controls", "encryption-in-transit").into());
    data.insert("isPublicNetwork".to_owned(), false.into());
    let (protocol, before) = (text(drawn.entry, "protocol"), text(of(kept, "data"), "protocol"));
    let meant = crate::vocabulary::protocol(&before, drawn.is("controls", "encryption-in-transit"));
    let same = protocol.is_empty() || meant == protocol || crate::draft::slug(&before) == crate::draft::slug(&protocol);
    let protocol = if same && !before.is_empty() { before } else { protocol };
    for (key, value) in of(kept, "data").as_object().into_iter().flatten() {
        data.insert(key.clone(), value.clone());
    }
    data.insert("protocol".to_owned(), protocol.into());
    let sides: Vec<&str> = items(kept, "sides").iter().filter_map(Json::as_str).collect();
    let end = |cell: &str, side: Option<&&str>| match side {
        Some(side) if !side.is_empty() => json!({"cell": cell, "port": format!("{cell}-{side}")}),
        _ => json!({"cell": cell}),
    };
    let (source, target) = (end(from, sides.first()), end(to, sides.get(1)));
    let via: Vec<Json> = items(kept, "via").iter().filter_map(|at| Some(json!({"x": at.get(0)?, "y": at.get(1)?}))).collect();
    let stroke = drawn.stroke();
    let mut line = stroke.as_object().cloned().unwrap_or_default();
    line.insert("targetMarker".to_owned(), json!({"name": "block"}));
    line.insert("sourceMarker".to_owned(), json!({"name": if both { "block" } else { "" }}));
    more::put(&mut data, drawn.entry, None);
    data.insert("threats".to_owned(), drawn.threats.into());
    let mut cell = Map::new();
    cell.insert("shape".to_owned(), "flow".into());
    cell.insert("attrs".to_owned(), json!({"line": line}));
    cell.insert("width".to_owned(), 200.into());
    cell.insert("height".to_owned(), 100.into());
    cell.insert("zIndex".to_owned(), 10.into());
    cell.insert("connector".to_owned(), "smooth".into());
    cell.insert("labels".to_owned(), json!([{"position": 0.5, "attrs": {"labelText": {"text": shown}}}]));
    cell.insert("data".to_owned(), data.into());
    cell.insert("id".to_owned(), drawn.cell.into());
    cell.insert("source".to_owned(), source);
    cell.insert("target".to_owned(), target);
    cell.insert("vertices".to_owned(), via.into());
    give_back(&mut cell, of(kept, "cell"), &[]);
    cell.into()
}

/// A cell that is no part of the model, as it was; one of version 1 in the form of version 2.
pub(super) fn kept(raw: &Json) -> Json {
    if raw.get("shape").is_some() {
        return raw.clone();
    }
    let shape = match text(raw, "type").as_ref() {
        "tm.Boundary" => "trust-boundary-curve",
        "tm.Flow" => "flow",
        _ => "td-text-block",
    };
    let end = |key: &str| {
        let end = raw.get(key).cloned().unwrap_or(Json::Null);
        end.get("id").map_or(end.clone(), |id| json!({"cell": id}))
    };
    let label = items(raw, "labels").first().and_then(|label| Some(text(label.get("attrs")?.get("text")?, "text").into_owned()));
    let name = label.unwrap_or_default();
    let line = json!({"line": {"targetMarker": if shape == "flow" { json!({"name": "block"}) } else { json!("") }, "sourceMarker": ""}});
    let kind = if shape == "flow" { "tm.Flow" } else { "tm.Boundary" };
    let mut cell = Map::new();
    cell.insert("shape".to_owned(), shape.into());
    cell.insert("attrs".to_owned(), line);
    cell.insert("width".to_owned(), 200.into());
    cell.insert("height".to_owned(), 100.into());
    cell.insert("zIndex".to_owned(), 10.into());
    cell.insert("connector".to_owned(), "smooth".into());
    cell.insert(
        "data".to_owned(),
        json!({"type": kind, "name": name, "description": "", "isTrustBoundary": shape != "flow", "hasOpenThreats": false}),
    );
    cell.insert("id".to_owned(), text(raw, "id").into());
    cell.insert("source".to_owned(), end("source"));
    cell.insert("target".to_owned(), end("target"));
    cell.insert("vertices".to_owned(), raw.get("vertices").cloned().unwrap_or_else(|| json!([])));
    cell.into()
}

fn node(shape: &str, id: &str, [x, y, width, height]: Place, attrs: Json, layer: i32, data: Map<String, Json>) -> Map<String, Json> {
    let mut cell = Map::new();
    let number = super::super::drawing::round;
    cell.insert("position".to_owned(), json!({"x": number(x), "y": number(y)}));
    cell.insert("size".to_owned(), json!({"width": number(width.max(10.0)), "height": number(height.max(10.0))}));
    cell.insert("attrs".to_owned(), attrs);
    cell.insert("visible".to_owned(), true.into());
    cell.insert("shape".to_owned(), shape.into());
    cell.insert("zIndex".to_owned(), layer.into());
    cell.insert("id".to_owned(), id.into());
    cell.insert("data".to_owned(), data.into());
    cell
}

/// The four points that flows are fastened to.
fn ports(cell: &str) -> Json {
    let sides = ["top", "right", "bottom", "left"];
    let look = json!({"r": 4, "magnet": true, "stroke": "#5F95FF", "strokeWidth": 1, "fill": "#fff", "style": {"visibility": "hidden"}});
    let groups: Map<String, Json> =
        sides.iter().map(|side| ((*side).to_owned(), json!({"position": side, "attrs": {"circle": look}}))).collect();
    let items: Vec<Json> = sides.iter().map(|side| json!({"group": side, "id": format!("{cell}-{side}")})).collect();
    json!({"groups": groups, "items": items})
}
