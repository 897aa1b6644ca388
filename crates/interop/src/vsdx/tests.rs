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
