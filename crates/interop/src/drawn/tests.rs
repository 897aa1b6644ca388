//! Boxes and lines of any drawing of our own, and the models that they become.

use super::*;
use serde_json::json;

fn shape(key: &str, label: &str, role: Role, area: Option<Area>) -> Shape {
    Shape { area, ..Shape::new(key, label, role, key) }
}

fn model(sheet: Sheet) -> crate::Imported {
    let mut draft = Draft::new("");
    sheet.into_draft(&mut draft).unwrap();
    draft.finish()
}

#[test]
fn a_shape_is_in_the_smallest_box_around_it() {
    let mut sheet = Sheet::new("x-test");
    sheet.shapes = vec![
        shape("o", "Outer", Role::Zone, Some(Area::new(0.0, 0.0, 100.0, 100.0))),
        shape("i", "Inner", Role::Zone, Some(Area::new(10.0, 10.0, 50.0, 50.0))),
        shape("a", "App", Role::Said("process"), Some(Area::new(20.0, 20.0, 10.0, 10.0))),
        shape("b", "Db", Role::Said("store"), Some(Area::new(80.0, 80.0, 10.0, 10.0))),
    ];
    let model = model(sheet).model;
    assert_eq!((&model["zones"]["inner"]["in"], &model["elements"]["app"]["zone"]), (&json!("outer"), &json!(["inner"])));
    assert_eq!(model["elements"]["db"]["zone"], json!(["outer"]));
}

#[test]
fn a_line_without_ends_joins_what_it_touches_or_is_reported() {
    let mut sheet = Sheet::new("x-test");
    sheet.shapes = vec![
        shape("a", "A", Role::Said("process"), Some(Area::new(0.0, 0.0, 10.0, 10.0))),
        shape("b", "B", Role::Said("process"), Some(Area::new(100.0, 0.0, 10.0, 10.0))),
    ];
    let line = |start, end, boundary| Line { points: Some((start, end)), boundary, place: "line".to_owned(), ..Line::default() };
    sheet.lines =
        vec![line((12.0, 5.0), (98.0, 5.0), false), line((12.0, 5.0), (60.0, 90.0), false), line((50.0, -50.0), (50.0, 50.0), true)];
    let imported = model(sheet);
    assert_eq!(imported.model["flows"], json!({"a-to-b": {"from": "a", "to": "b"}}));
    let kinds: Vec<&str> = imported.loss.iter().map(|loss| loss.kind.as_str()).collect();
    assert_eq!(kinds, ["guessed", "dangling", "dropped"]);
}

#[test]
fn a_box_that_lines_end_at_is_an_element_with_parts() {
    let mut sheet = Sheet::new("x-test");
    sheet.shapes =
        vec![shape("s", "System", Role::Unknown, None), shape("a", "App", Role::Unknown, None), shape("u", "User", Role::Unknown, None)];
    sheet.shapes[1].parent = Some("s".to_owned());
    sheet.lines = vec![Line { from: Some("u".to_owned()), to: Some("s".to_owned()), ..Line::default() }];
    let model = model(sheet).model;
    assert_eq!((&model["elements"]["app"]["in"], &model["elements"]["user"]["kind"]), (&json!("system"), &json!("actor")));
}

#[test]
fn parents_in_a_circle_or_nowhere_are_reported() {
    let mut sheet = Sheet::new("x-test");
    for (key, parent) in [("a", "b"), ("b", "a"), ("c", "nowhere")] {
        sheet.shapes.push(Shape { parent: Some(parent.to_owned()), ..shape(key, key, Role::Unknown, None) });
    }
    let imported = model(sheet);
    assert_eq!(imported.loss.iter().filter(|loss| loss.kind.as_str() == "dangling").count(), 3);
}
