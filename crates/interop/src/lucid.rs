//! Lucidchart: the table that it exports is read, and documents for its Standard Import are read and written.
//!
//! The table has no coordinates. It says what contains what and what each line joins, which is what counts. In a document
//! a shape is in the box that it lies in.

mod document;
mod write;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value as Json};

use crate::draft::{Draft, Entry, Section, one_line};
use crate::drawn::{Line, Shape, Sheet, role_of_stencil};
use crate::{ImportError, Imported, limits};

pub(crate) use document::onto;
pub use write::write;

/// The key of what was kept.
const OWN: &str = "x-lucid";
/// Most columns of a table.
const MOST_COLUMNS: usize = 500;
/// Most rows of a table.
const MOST_ROWS: usize = 100_000;

/// Reads the table, or a document.
///
/// # Errors
/// The bytes are neither, or exceed the limits.
pub fn read(bytes: &[u8]) -> Result<Imported, ImportError> {
    if bytes.starts_with(b"PK") {
        return document::read(bytes);
    }
    let text = limits::text(bytes)?;
    let mut table = csv::ReaderBuilder::new().flexible(true).from_reader(text.as_bytes());
    let columns: Vec<String> = match table.headers() {
        Ok(headers) => headers.iter().map(|name| name.trim().to_owned()).collect(),
        Err(error) => return Err(ImportError::Syntax(error.to_string())),
    };
    for needed in ["Id", "Name", "Line Source", "Line Destination"] {
        if !columns.iter().any(|name| name == needed) {
            return Err(ImportError::NotTheFormat(format!("it has no column `{needed}`, which every table of Lucidchart has")));
        }
    }
    if columns.len() > MOST_COLUMNS {
        return Err(ImportError::TooMuch { what: "columns", limit: MOST_COLUMNS });
    }
    let mut rows = Vec::new();
    for (number, record) in (2..).zip(table.records()) {
        let record = record.map_err(|error| ImportError::Syntax(error.to_string()))?;
        if rows.len() >= MOST_ROWS {
            return Err(ImportError::TooMuch { what: "rows", limit: MOST_ROWS });
        }
        rows.push(Row { columns: &columns, cells: record.iter().map(str::to_owned).collect(), number });
    }
    model(&rows)
}

/// A row; a column that is there twice counts where it is first.
struct Row<'c> {
    columns: &'c [String],
    cells: Vec<String>,
    number: usize,
}

impl Row<'_> {
    fn get(&self, column: &str) -> &str {
        let at = self.columns.iter().position(|name| name == column);
        at.and_then(|at| self.cells.get(at)).map(|cell| cell.trim()).unwrap_or_default()
    }

    /// What is written on a shape or a line.
    fn label(&self) -> String {
        let texts = self.columns.iter().zip(&self.cells).filter(|(name, cell)| name.starts_with("Text Area") && !cell.trim().is_empty());
        texts.map(|(_, cell)| one_line(cell)).collect::<Vec<_>>().join(", ")
    }

    fn is_line(&self) -> bool {
        self.get("Name") == "Line" || !self.get("Line Source").is_empty() || !self.get("Line Destination").is_empty()
    }

    fn place(&self) -> String {
        format!("row {}", self.number)
    }

    /// The boxes that contain it: one, or a list such as `4|7`.
    fn around<'r>(&'r self, shapes: &BTreeSet<&str>) -> Vec<&'r str> {
        self.get("Contained By").split(['|', ',', ';']).map(str::trim).filter(|id| shapes.contains(id) && *id != self.get("Id")).collect()
    }

    /// The stencil, and the columns that people added.
    fn kept(&self) -> Map<String, Json> {
        const OURS: [&str; 12] = [
            "Id",
            "Page ID",
            "Contained By",
            "Group",
            "Line Source",
            "Line Destination",
            "Source Arrow",
            "Destination Arrow",
            "Tags",
            "Status",
            "Comments",
            "Name",
        ];
        let mut kept = Map::new();
        kept.insert("id".to_owned(), self.get("Id").into());
        kept.insert("shape".to_owned(), self.get("Name").into());
        let mut seen = BTreeSet::new();
        for (name, cell) in self.columns.iter().zip(&self.cells) {
            let added = seen.insert(name) && !OURS.contains(&name.as_str()) && !name.starts_with("Text Area");
            if added && !cell.trim().is_empty() && !name.is_empty() {
                kept.insert(name.clone(), cell.trim().into());
            }
        }
        kept
    }
}

fn model(rows: &[Row<'_>]) -> Result<Imported, ImportError> {
    let title = rows.iter().find(|row| row.get("Name") == "Document").map(Row::label).unwrap_or_default();
    let mut draft = Draft::new(&title);
    let pages: BTreeMap<&str, String> =
        rows.iter().filter(|row| row.get("Name") == "Page").map(|row| (row.get("Id"), row.label())).collect();
    let mut sheets: BTreeMap<String, Sheet> = BTreeMap::new();
    let shapes: BTreeSet<&str> = rows.iter().filter(|row| !row.is_line()).map(|row| row.get("Id")).collect();
    let around: BTreeMap<&str, Vec<&str>> =
        rows.iter().filter(|row| shapes.contains(row.get("Id"))).map(|row| (row.get("Id"), row.around(&shapes))).collect();
    let mut seen = BTreeSet::new();
    for row in rows.iter().filter(|row| !matches!(row.get("Name"), "Document" | "Page")) {
        let sheet = sheets.entry(row.get("Page ID").to_owned()).or_insert_with(|| Sheet::new(OWN));
        if row.is_line() {
            sheet.lines.push(line(row, &mut draft));
        } else if !seen.insert(row.get("Id")) || row.get("Id").is_empty() {
            draft.dangling("a row without an id of its own", row.place());
        } else if matches!(row.get("Name"), "Text" | "Note" | "Sticky Note" | "Hotspot") {
            draft.dropped(format!("the text \"{}\"", row.label()), row.place());
        } else {
            sheet.shapes.push(shape(row, &around, &mut draft));
        }
    }
    let many = sheets.len() > 1;
    for (page, sheet) in sheets {
        let shown = sheet.into_draft(&mut draft)?;
        let title = pages.get(page.as_str()).cloned().unwrap_or_default();
        if many && !shown.is_empty() {
            let id = draft.id_for_name(Section::Diagrams, &title, "page");
            draft.add(Section::Diagrams, &id, Entry::new().text("title", &title).list("show", shown));
        }
    }
    Ok(draft.finish())
}

fn shape(row: &Row<'_>, around: &BTreeMap<&str, Vec<&str>>, draft: &mut Draft) -> Shape {
    let (stencil, label) = (row.get("Name"), row.label());
    let name = if label.is_empty() { stencil.to_owned() } else { label };
    let mut shape = Shape::new(row.get("Id"), &name, role_of_stencil(stencil, &name), row.place());
    let boxes = around.get(row.get("Id")).map(Vec::as_slice).unwrap_or_default();
    // The innermost box is the one that all the others are around too.
    let is_inner = |id: &&&str| boxes.iter().all(|other| other == *id || around.get(**id).is_some_and(|outer| outer.contains(other)));
    let inner = boxes.iter().find(is_inner);
    shape.parent = inner.or(boxes.first()).map(|id| (*id).to_owned());
    if boxes.len() > 1 && inner.is_none() {
        draft.guessed(format!("that \"{name}\" is in the first of the {} boxes that contain it", boxes.len()), row.place());
    }
    shape.kept = row.kept();
    shape
}

fn line(row: &Row<'_>, draft: &mut Draft) -> Line {
    let end = |column: &str| Some(row.get(column).to_owned()).filter(|id| !id.is_empty());
    let arrow = |column: &str| !matches!(row.get(column), "" | "None" | "none");
    let mut line =
        Line { from: end("Line Source"), to: end("Line Destination"), label: row.label(), place: row.place(), ..Line::default() };
    match (arrow("Source Arrow"), arrow("Destination Arrow")) {
        (true, true) => line.both_ways = true,
        (true, false) => std::mem::swap(&mut line.from, &mut line.to),
        (false, false) => draft.guessed("the direction of a line without arrows: the one in which it was drawn", row.place()),
        (false, true) => {}
    }
    line
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const TABLE: &str = "Id,Name,Shape Library,Page ID,Contained By,Group,Line Source,Line Destination,Source Arrow,Destination Arrow,Status,Text Area 1,Text Area 2,Id,Owner\n\
        1,Document,,,,,,,,,Draft,Shop,,,\n2,Page,,,,,,,,,,Level 0,,,\n3,Rectangle Container,,2,,,,,,,,Cloud,,,\n\
        4,Process,Flowchart,2,3|2,,,,,,,Web,,99,ops\n5,Database,,2,3,,,,,,,Orders,,,\n6,User,,2,,,,,,,,Customer,,,\n\
        7,Line,,2,,,6,4,None,Arrow,,https,,,\n8,Line,,2,,,4,5,Arrow,Arrow,,,,,\n9,Line,,2,,,4,,None,Arrow,,lost,,,\n10,Text,,2,,,,,,,,A note,,,\n";

    #[test]
    fn containers_hold_lines_join_and_columns_that_are_there_twice_count_once() {
        let imported = read(TABLE.as_bytes()).unwrap();
        let model = &imported.model;
        assert_eq!(model["name"], "Shop");
        assert_eq!((&model["elements"]["web"]["zone"], &model["elements"]["web"][OWN]["Owner"]), (&json!(["cloud"]), &json!("ops")));
        assert_eq!((&model["elements"]["orders"]["kind"], &model["elements"]["customer"]["kind"]), (&json!("store"), &json!("actor")));
        assert_eq!((&model["flows"]["https"]["from"], &model["flows"]["web-to-orders"]["both-ways"]), (&json!("customer"), &json!("yes")));
        let dropped: Vec<&str> =
            imported.loss.iter().filter(|loss| loss.kind.as_str() == "dropped").map(|loss| loss.what.as_str()).collect();
        assert_eq!(dropped, ["the text \"A note\""]);
        let dangling = imported.loss.iter().find(|loss| loss.kind.as_str() == "dangling").map(|loss| loss.what.as_str());
        assert_eq!(dangling, Some("an end of the line \"lost\", which does not join two shapes"));
    }

    #[test]
    fn of_several_boxes_the_innermost_counts() {
        let table = "Id,Name,Contained By,Line Source,Line Destination,Text Area 1\n1,Rectangle Container,,,,Outer\n\
            2,Rectangle Container,1,,,Inner\n3,Process,1|2,,,Web\n4,Process,2|1,,,App\n5,Rectangle Container,,,,Other\n6,Process,5|2,,,Odd\n";
        let imported = read(table.as_bytes()).unwrap();
        let zone = |id: &str| imported.model["elements"][id]["zone"].clone();
        assert_eq!([zone("web"), zone("app"), zone("odd")], [json!(["inner"]), json!(["inner"]), json!(["other"])]);
        assert_eq!(imported.loss.iter().filter(|loss| loss.what.contains("boxes that contain it")).count(), 1);
    }

    #[test]
    fn another_table_is_refused() {
        assert!(matches!(read(b"a,b\n1,2\n"), Err(ImportError::NotTheFormat(_))));
    }
}
