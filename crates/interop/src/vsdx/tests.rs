//! Visio files of our own, and the models that they become.

use std::io::Write as _;

use serde_json::json;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use super::*;

fn zipped(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, bytes) in files {
        zip.start_file(*name, SimpleFileOptions::default()).unwrap();
        zip.write_all(bytes).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn shape(id: u32, name: &str, text: &str, [x, y, w, h]: [f64; 4]) -> String {
    format!(
        "<Shape ID='{id}' NameU='{name}'><Cell N='PinX' V='{x}'/><Cell N='PinY' V='{y}'/><Cell N='Width' V='{w}'/><Cell N='Height' V='{h}'/><Text>{text}</Text></Shape>"
    )
}

fn line(id: u32, name: &str, [x, y, to_x, to_y]: [f64; 4]) -> String {
    format!(
        "<Shape ID='{id}' NameU='{name}'><Cell N='BeginX' V='{x}'/><Cell N='BeginY' V='{y}'/><Cell N='EndX' V='{to_x}'/><Cell N='EndY' V='{to_y}'/><Cell N='EndArrow' V='4'/></Shape>"
    )
}

fn page(connects: &str) -> Vec<u8> {
    let shapes = [
        shape(1, "Trust Boundary", "Cloud", [5.0, 5.0, 6.0, 6.0]),
        shape(2, "com.lucidchart.DFDProcessBlock", "Shop", [5.0, 5.0, 1.0, 1.0]),
        shape(3, "com.lucidchart.UserBlock", "Customer", [0.0, 5.0, 1.0, 1.0]),
        line(4, "com.lucidchart.Line", [0.55, 5.0, 4.45, 5.0]),
        line(5, "Trust Boundary Line", [1.0, 0.0, 1.0, 9.0]),
    ];
    format!("<PageContents><Shapes>{}</Shapes><Connects>{connects}</Connects></PageContents>", shapes.concat()).into_bytes()
}

#[test]
fn lines_join_by_their_connections_or_by_where_they_end() {
    let connects = "<Connect FromSheet='4' FromCell='BeginX' ToSheet='3'/><Connect FromSheet='4' FromCell='EndX' ToSheet='2'/>";
    for connects in ["", connects] {
        let imported = read(&zipped(&[("visio/pages/page1.xml", &page(connects))])).unwrap();
        assert_eq!(imported.model["flows"]["customer-to-shop"], json!({"from": "customer", "to": "shop"}));
        assert_eq!(
            (&imported.model["elements"]["shop"]["zone"], &imported.model["elements"]["customer"]["kind"]),
            (&json!(["cloud"]), &json!("actor"))
        );
        let guessed = imported.loss.iter().filter(|loss| loss.what.starts_with("which shapes the line")).count();
        assert_eq!(guessed, usize::from(connects.is_empty()));
        assert_eq!(imported.loss.iter().filter(|loss| loss.what.starts_with("the trust boundary")).count(), 1);
    }
}

#[test]
fn a_shape_has_from_its_stencil_what_it_does_not_say() {
    let masters = "<Masters xmlns:r='r'><Master ID='3' NameU='Data Store'><Rel r:id='rId1'/></Master><Master ID='4' NameU='Data Flow'><Rel r:id='rId2'/></Master></Masters>";
    let relations =
        "<Relationships><Relationship Id='rId1' Target='master1.xml'/><Relationship Id='rId2' Target='master2.xml'/></Relationships>";
    let store = "<MasterContents><Shapes><Shape ID='5' Type='Group'><Cell N='Width' V='2'/><Cell N='Height' V='1'/>\
        <Shapes><Shape ID='6'><Text>Orders</Text></Shape></Shapes></Shape></Shapes></MasterContents>";
    let flow = "<MasterContents><Shapes><Shape ID='5'><Cell N='BeginX' V='0'/><Cell N='EndX' V='1'/><Cell N='EndArrow' V='4'/></Shape></Shapes></MasterContents>";
    let page = "<PageContents><Shapes><Shape ID='1' Master='3'><Cell N='PinX' V='6'/><Cell N='PinY' V='5'/><Shapes><Shape ID='2' MasterShape='6'/></Shapes></Shape>\
        <Shape ID='7' NameU='Process'><Cell N='PinX' V='1'/><Cell N='PinY' V='5'/><Cell N='Width' V='1'/><Cell N='Height' V='1'/><Text>Web</Text></Shape>\
        <Shape ID='8' Master='4'><Cell N='BeginX' V='1.5'/><Cell N='BeginY' V='5'/><Cell N='EndX' V='5'/><Cell N='EndY' V='5'/></Shape></Shapes></PageContents>";
    let imported = read(&zipped(&[
        ("visio/masters/masters.xml", masters.as_bytes()),
        ("visio/masters/_rels/masters.xml.rels", relations.as_bytes()),
        ("visio/masters/master1.xml", store.as_bytes()),
        ("visio/masters/master2.xml", flow.as_bytes()),
        ("visio/pages/page1.xml", page.as_bytes()),
    ]))
    .unwrap();
    assert_eq!(
        (&imported.model["elements"]["orders"]["kind"], &imported.model["flows"]["web-to-orders"]["to"]),
        (&json!("store"), &json!("orders"))
    );
    assert!(!imported.loss.iter().any(|loss| loss.what.contains("whose arrows")), "{:?}", imported.loss);
}

#[test]
fn paths_out_of_the_zip_and_what_is_no_zip_are_refused() {
    assert!(matches!(
        read(&zipped(&[("../../etc/passwd", b"x"), ("visio/pages/page1.xml", &page(""))])),
        Err(ImportError::NotTheFormat(_))
    ));
    assert!(matches!(read(&zipped(&[("word/document.xml", b"<a/>")])), Err(ImportError::NotTheFormat(_))));
    assert!(matches!(read(b"PK\x03\x04 and nothing"), Err(ImportError::Syntax(_))));
}

#[test]
fn a_page_that_grows_without_end_is_refused() {
    let bomb = zipped(&[("visio/pages/page1.xml", &vec![b' '; 1 << 20])]);
    assert!(matches!(package::open_within(&bomb, 1 << 19), Err(ImportError::TooLarge { .. })));
}
