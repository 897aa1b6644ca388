//! Pictures as a model.

use std::collections::BTreeMap;

use redan_model::markdown::{BlockKind, fragments};
use redan_model::mermaid::{self, Edge, Flowchart, Reason};
use redan_model::source::{SourceId, Sources, Span};

use crate::draft::{Draft, Entry, Section, one_line, slug};
use crate::{ImportError, Imported, limits};

/// Reads a picture, or the pictures of a Markdown file.
///
/// # Errors
/// The bytes are not text, or have no flowchart.
pub fn read(bytes: &[u8]) -> Result<Imported, ImportError> {
    let text = limits::text(bytes)?;
    let mut sources = Sources::default();
    let id = sources.add("model.mmd", text);
    let spans = pictures(text, id);
    let mut reader = Pictures { draft: Draft::new(""), things: BTreeMap::new(), wholes: BTreeMap::new(), charts: 0 };
    for span in &spans {
        let mut faults = Vec::new();
        let chart = mermaid::parse(&sources, *span, &mut faults);
        let line = sources.locate(*span).line;
        for fault in faults {
            let at = fault.primary.map_or(line, |span| sources.locate(span).line);
            reader.draft.dropped(fault.message, format!("line {at}"));
        }
        if chart.vertices.is_empty() && chart.subgraphs.is_empty() {
            if !sources.slice(*span).trim().is_empty() && spans.len() > 1 {
                reader.draft.dropped("a picture that is no flowchart", format!("line {line}"));
            }
            continue;
        }
        if reader.charts == 0 {
            reader.draft.set("name", title(sources.slice(*span)));
        }
        reader.chart(&chart, &|span| format!("line {}", sources.locate(span).line));
    }
    if reader.charts == 0 {
        return Err(ImportError::NotTheFormat("it has no Mermaid flowchart".to_owned()));
    }
    Ok(reader.draft.finish())
}

/// The blocks of a Markdown file; the whole of any other.
fn pictures(text: &str, id: SourceId) -> Vec<Span> {
    let blocks = fragments(text).blocks;
    let drawn = blocks.iter().filter(|block| block.kind == BlockKind::Mermaid);
    let spans: Vec<Span> = drawn.map(|block| Span::new(id, block.range.start, block.range.end)).collect();
    if spans.is_empty() { vec![Span::new(id, 0, text.len())] } else { spans }
}

/// The title in the lines between `---` at the beginning of a picture.
fn title(picture: &str) -> String {
    let mut lines = picture.trim_start().lines().map(str::trim);
    if lines.next() != Some("---") {
        return String::new();
    }
    let found = lines.take_while(|line| *line != "---").find_map(|line| line.strip_prefix("title:"));
    found.map(|title| one_line(title.trim().trim_matches(['"', '\'']))).unwrap_or_default()
}

struct Pictures {
    draft: Draft,
    /// Ids of things that were drawn, by their id in the picture; several pictures may mean different things by one.
    things: BTreeMap<String, Vec<Drawn>>,
    /// Elements that stand for all of a box at which arrows end, by its id in the picture.
    wholes: BTreeMap<String, String>,
    charts: usize,
}

struct Drawn {
    section: Section,
    label: String,
    id: String,
}

impl Pictures {
    fn chart(&mut self, chart: &Flowchart, line: &dyn Fn(Span) -> String) {
        self.charts += 1;
        let mut here: BTreeMap<&str, String> = BTreeMap::new();
        // A zone names the one around it, which may come later.
        for (id, zone) in &chart.subgraphs {
            let label = zone.title.as_ref().map_or(id.as_str(), |title| title.value.as_str());
            let (ours, _) = self.thing(Section::Zones, id, label);
            here.insert(id, ours);
        }
        for (id, zone) in &chart.subgraphs {
            let around = zone.parent.as_ref().and_then(|parent| here.get(parent.value.as_str())).map(String::as_str);
            let Some(ours) = here.get(id.as_str()) else { continue };
            let label = zone.title.as_ref().map_or(id.as_str(), |title| title.value.as_str());
            let entry = Entry::new().named(ours, label).text("in", around.filter(|around| around != ours).unwrap_or_default());
            self.draft.add_missing(Section::Zones, ours, entry);
        }
        for (id, vertex) in &chart.vertices {
            let label = vertex.label.as_ref().map_or(id.as_str(), |label| label.value.as_str());
            let (ours, known) = self.thing(Section::Elements, id, label);
            let guess = mermaid::guess(id, vertex);
            let zone = vertex.parent.as_ref().and_then(|zone| here.get(zone.value.as_str()));
            let entry = Entry::new().text("kind", guess.kind).named(&ours, label).list("zone", zone);
            self.draft.add_missing(Section::Elements, &ours, entry);
            if !known && matches!(guess.reason, Reason::Words | Reason::Nothing) {
                let how = if guess.reason == Reason::Words { "by its name" } else { "since nothing says otherwise" };
                self.draft.guessed(format!("that \"{label}\" is of the kind {} ({how})", guess.kind), line(vertex.id_span));
            }
            here.insert(id, ours);
        }
        for end in chart.edges.iter().flat_map(|edge| [&edge.from.value, &edge.to.value]) {
            if let Some((id, zone)) = chart.subgraphs.get_key_value(end).filter(|_| !chart.vertices.contains_key(end)) {
                let label = zone.title.as_ref().map_or(id.as_str(), |title| title.value.as_str());
                let ours = self.whole(id, label, here.get(id.as_str()).cloned().as_deref(), &line(zone.id_span));
                here.insert(id, ours);
            }
        }
        for edge in &chart.edges {
            self.flow(edge, &here, &line(edge.span));
        }
        for unseen in &chart.unseen {
            self.draft.dropped("an arrow that nobody sees, which is no flow", line(*unseen));
        }
    }

    /// An arrow at a box around others means all that is in the box: one more element in it, so that the flow has an end.
    fn whole(&mut self, id: &str, label: &str, zone: Option<&str>, place: &str) -> String {
        if let Some(drawn) = self.wholes.get(id) {
            return drawn.clone();
        }
        let ours = self.draft.keep_id(Section::Elements, &format!("{id}-as-a-whole"), "thing");
        let entry = Entry::new().text("kind", "process").named(&ours, label).list("zone", zone);
        self.draft.add(Section::Elements, &ours, entry);
        self.draft.guessed(format!("that an arrow at the box \"{label}\" is about a process in it that stands for all of it"), place);
        self.wholes.insert(id.to_owned(), ours.clone());
        ours
    }

    /// The id of a thing, and whether an earlier picture has it.
    fn thing(&mut self, section: Section, id: &str, label: &str) -> (String, bool) {
        let known = self.things.entry(id.to_owned()).or_default();
        // A thing without a label in this picture is the one that an earlier picture has labelled.
        let same = |drawn: &&Drawn| drawn.section == section && (drawn.label == label || label == id);
        if let Some(drawn) = known.iter().find(same) {
            return (drawn.id.clone(), true);
        }
        let ours = self.draft.keep_id(section, id, "thing");
        known.push(Drawn { section, label: label.to_owned(), id: ours.clone() });
        (ours, false)
    }

    fn flow(&mut self, edge: &Edge, here: &BTreeMap<&str, String>, place: &str) {
        let (Some(from), Some(to)) = (here.get(edge.from.value.as_str()), here.get(edge.to.value.as_str())) else {
            self.draft.dangling(format!("the arrow from \"{}\" to \"{}\"", edge.from.value, edge.to.value), place);
            return;
        };
        let wanted = format!("{}-to-{}", slug(from), slug(to));
        let id = self.draft.keep_id(Section::Flows, &wanted, "flow");
        let label = edge.label.as_ref().map(|label| label.value.as_str()).unwrap_or_default();
        let entry = Entry::new()
            .text("from", from)
            .text("to", to)
            .text("both-ways", if edge.both_ways { "yes" } else { "" })
            .text("protocol", mermaid::protocol(label).unwrap_or_default().as_str())
            .text("label", label);
        self.draft.add(Section::Flows, &id, entry);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn guesses_are_listed_unless_a_class_or_a_cylinder_says_it() {
        let imported = read(b"flowchart TD\nU[User] --> A(App):::process\nA -->|SQL| D[(DB)]\nA --> X[Bank]\n").unwrap();
        let kinds: Vec<&str> = ["U", "A", "D", "X"].iter().filter_map(|id| imported.model["elements"][id]["kind"].as_str()).collect();
        assert_eq!(kinds, ["actor", "process", "store", "process"]);
        let guesses: Vec<&str> = imported.loss.iter().map(|loss| loss.what.as_str()).collect();
        assert_eq!(
            guesses,
            ["that \"User\" is of the kind actor (by its name)", "that \"Bank\" is of the kind process (since nothing says otherwise)"]
        );
    }

    #[test]
    fn several_pictures_of_a_markdown_file_are_one_model() {
        let text = "# T\n```mermaid\ngraph TD\nA[App] --> B[(Db)]\n```\ntext\n```mermaid\ngraph LR\nsubgraph z[Zone]\nA[App]\nend\nA --> B[(Other)]\n```\n```mermaid\npie\n```\n";
        let model = read(text.as_bytes()).unwrap().model;
        assert_eq!(model["elements"]["A"], json!({"kind": "process", "name": "App", "zone": ["z"]}));
        assert_eq!((&model["elements"]["B"]["name"], &model["elements"]["B-2"]["name"]), (&json!("Db"), &json!("Other")));
        assert_eq!(model["flows"].as_object().map(serde_json::Map::len), Some(2));
    }

    #[test]
    fn an_arrow_at_a_box_is_about_all_of_it() {
        let imported = read(b"flowchart TD\nsubgraph Z [Zone]\nA[App]\nend\nX[Db] --> Z\nZ --> X\n").unwrap();
        assert_eq!(imported.model["elements"]["Z-as-a-whole"], json!({"kind": "process", "name": "Zone", "zone": ["Z"]}));
        let ends = |id: &str| {
            [&imported.model["flows"][id]["from"], &imported.model["flows"][id]["to"]]
                .map(|end| end.as_str().unwrap_or_default().to_owned())
        };
        assert_eq!(ends("x-to-z-as-a-whole"), ["X", "Z-as-a-whole"]);
        assert_eq!(ends("z-as-a-whole-to-x"), ["Z-as-a-whole", "X"]);
    }

    #[test]
    fn a_title_before_the_picture_is_the_name_and_guesses_have_their_line() {
        let imported = read(b"---\ntitle: \"Shop front\"\n---\nflowchart TD\nA[Thing]\n").unwrap();
        assert_eq!((&imported.model["name"], imported.loss[0].place.as_str()), (&json!("Shop front"), "line 5"));
    }

    #[test]
    fn a_text_without_a_flowchart_is_refused() {
        assert!(read(b"hello").is_err());
        assert!(read(b"sequenceDiagram\nA->>B: x\n").is_err());
    }
}
