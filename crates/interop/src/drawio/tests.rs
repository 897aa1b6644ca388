//! draw.io files of our own, and the models that they become.

use serde_json::json;

use super::*;

fn file(cells: &str) -> String {
    format!(
        "<mxfile><diagram name=\"One\"><mxGraphModel><root><mxCell id=\"0\"/><mxCell id=\"1\" parent=\"0\"/>{cells}</root></mxGraphModel></diagram></mxfile>"
    )
}

fn vertex(id: &str, label: &str, style: &str, parent: &str, place: [i32; 4]) -> String {
    let [x, y, w, h] = place;
    format!(
        "<mxCell id=\"{id}\" value=\"{label}\" style=\"{style}\" vertex=\"1\" parent=\"{parent}\"><mxGeometry x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"{h}\" as=\"geometry\"/></mxCell>"
    )
}

fn edge(id: &str, ends: &str, style: &str, inside: &str) -> String {
    format!(
        "<mxCell id=\"{id}\" style=\"{style}\" edge=\"1\" parent=\"1\" {ends}><mxGeometry relative=\"1\" as=\"geometry\">{inside}</mxGeometry></mxCell>"
    )
}

fn drawing() -> String {
    let cells = [
        vertex("z", "Cloud", "rounded=0;dashed=1;fillColor=none;", "1", [200, 0, 400, 200]),
        vertex("u", "Customer", "shape=mxgraph.dfd.externalEntity", "1", [0, 50, 80, 40]),
        vertex("p", "Web &lt;br&gt;App", "ellipse;html=1", "1", [220, 50, 80, 40]),
        vertex("d", "Orders&amp;nbsp;DB", "shape=partialRectangle;html=1", "1", [500, 50, 80, 40]),
        edge("e1", "source=\"u\" target=\"p\"", "endArrow=classic", ""),
        vertex("l", "https", "edgeLabel;html=1", "e1", [0, 0, 0, 0]),
        edge("e2", "source=\"p\"", "", "<mxPoint x=\"498\" y=\"70\" as=\"targetPoint\"/>"),
        edge("b", "", "dashed=1;endArrow=none;curved=1", "<mxPoint x=\"150\" y=\"-50\" as=\"sourcePoint\"/><mxPoint x=\"150\" y=\"300\" as=\"targetPoint\"/>"),
        "<UserObject id=\"w\" label=\"Mail\" owner=\"ops\"><mxCell style=\"rounded=1\" vertex=\"1\" parent=\"z\"><mxGeometry x=\"10\" y=\"150\" width=\"20\" height=\"20\" as=\"geometry\"/></mxCell></UserObject>".to_owned(),
    ];
    file(&cells.concat())
}

#[test]
fn shapes_of_data_flow_diagrams_say_their_kind_and_boxes_hold_what_lies_in_them() {
    let model = read(drawing().as_bytes()).unwrap().model;
    let of = |id: &str, key: &str| model["elements"][id][key].clone();
    assert_eq!(
        [of("customer", "kind"), of("web-app", "kind"), of("orders-db", "kind")],
        [json!("actor"), json!("process"), json!("store")]
    );
    assert_eq!([of("web-app", "zone"), of("mail", "zone"), of("customer", "zone")], [json!(["cloud"]), json!(["cloud"]), Json::Null]);
    assert_eq!(of("mail", OWN)["data"], json!({"owner": "ops"}));
    assert_eq!((&model["flows"]["https"]["from"], &model["flows"]["https"]["protocol"]), (&json!("customer"), &json!("https")));
    assert_eq!(model["flows"]["web-app-to-orders-db"]["to"], "orders-db");
}

#[test]
fn a_trust_boundary_that_is_a_free_line_is_reported_and_never_invented() {
    let imported = read(drawing().as_bytes()).unwrap();
    assert_eq!(imported.model["zones"].as_object().map(serde_json::Map::len), Some(1));
    assert_eq!(imported.loss.iter().filter(|loss| loss.what.starts_with("the trust boundary")).count(), 1);
}

#[test]
fn a_compressed_page_says_the_same_as_a_plain_one() {
    use base64::Engine as _;
    use std::io::Write as _;
    let plain = drawing();
    let model = plain.split_once("One\">").unwrap().1.split_once("</diagram>").unwrap().0;
    let encoded = percent_encoding::utf8_percent_encode(model, percent_encoding::NON_ALPHANUMERIC).to_string();
    let mut deflate = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::best());
    deflate.write_all(encoded.as_bytes()).unwrap();
    let packed = base64::engine::general_purpose::STANDARD.encode(deflate.finish().unwrap());
    let file = format!("<mxfile><diagram name=\"One\">{packed}</diagram></mxfile>");
    assert_eq!(read(file.as_bytes()).unwrap(), read(plain.as_bytes()).unwrap());
}

#[test]
fn a_page_that_grows_without_end_is_refused() {
    use base64::Engine as _;
    use std::io::Write as _;
    let mut deflate = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::best());
    deflate.write_all(&vec![b'a'; 1 << 20]).unwrap();
    let packed = base64::engine::general_purpose::STANDARD.encode(deflate.finish().unwrap());
    let (mut enough, mut little) = ((1 << 20) + 1, 1 << 19);
    assert!(file::unpack(&packed, &mut enough).is_ok());
    assert!(matches!(file::unpack(&packed, &mut little), Err(ImportError::TooLarge { .. })));
}

#[test]
fn what_is_broken_is_an_error() {
    for bad in [
        "<mxfile/>",
        "<mxfile><diagram>!!!</diagram></mxfile>",
        "<mxfile><diagram>AAAA</diagram></mxfile>",
        "<a/>",
        "<mxlibrary>x</mxlibrary>",
        "<mxfile><diagram>&lt;a/&gt;</diagram></mxfile>",
    ] {
        assert!(read(bad.as_bytes()).is_err(), "{bad}");
    }
}

#[test]
fn every_page_is_part_of_one_model() {
    let page = |name: &str, label: &str| {
        format!(
            "<diagram name=\"{name}\"><mxGraphModel><root><mxCell id=\"0\"/>{}</root></mxGraphModel></diagram>",
            vertex("v", label, "ellipse", "0", [0, 0, 9, 9])
        )
    };
    let file = format!("<mxfile>{}{}</mxfile>", page("A", "Shop"), page("B", "Bank"));
    let model = read(file.as_bytes()).unwrap().model;
    assert_eq!(model["diagrams"], json!({"a": {"title": "A", "show": ["shop"]}, "b": {"title": "B", "show": ["bank"]}}));
}

#[test]
fn values_stand_in_labels_and_shapes_of_c4_have_names_of_their_own() {
    let wrapped = |attributes: &str, id: &str, x: i32| {
        format!(
            "<object placeholders=\"1\" {attributes} id=\"{id}\"><mxCell style=\"rounded=1;html=1\" vertex=\"1\" parent=\"1\"><mxGeometry x=\"{x}\" y=\"0\" width=\"90\" height=\"90\" as=\"geometry\"/></mxCell></object>"
        )
    };
    let label = "label=\"&lt;b&gt;%c4Name%&lt;/b&gt;&lt;div&gt;[%c4Type%]&lt;/div&gt;\"";
    let cells = [
        wrapped("env=\"prod\" label=\"DB %env% 100%\"", "d", 0),
        wrapped(&format!("c4Name=\"Ann\" c4Type=\"Person\" c4Description=\"Buys\" {label}"), "p", 200),
    ];
    let text = file(&cells.concat());
    let imported = read(text.as_bytes()).unwrap();
    let elements = &imported.model["elements"];
    assert_eq!(elements["db-prod-100"]["name"], "DB prod 100%");
    assert_eq!((&elements["ann"]["kind"], &elements["ann"]["description"]), (&json!("actor"), &json!("Buys")));
}
