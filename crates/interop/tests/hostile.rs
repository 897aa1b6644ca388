//! Every reader on input that was made to do harm: each ends with a model or with an error, soon and without a panic.

use std::io::{Cursor, Write as _};
use std::time::{Duration, Instant};

use redan_interop::{Format, ImportError, import, limits};
use zip::write::SimpleFileOptions;

/// Nobody waits longer for a file that fits the limits.
const SOON: Duration = Duration::from_secs(20);

fn each(check: impl Fn(Format)) {
    for format in Format::ALL {
        let start = Instant::now();
        check(*format);
        assert!(start.elapsed() < SOON, "{} took {:?}", format.as_str(), start.elapsed());
    }
}

#[test]
fn no_reader_takes_a_file_beyond_the_limit() {
    let bytes = vec![b' '; limits::MAX_FILE_BYTES + 1];
    each(|format| {
        let error = import(format, &bytes).expect_err(format.as_str());
        assert!(matches!(error, ImportError::TooLarge { .. }) || !error.to_string().is_empty());
    });
}

#[test]
fn no_reader_expands_entities() {
    let file = "/etc/hostname";
    let host = std::fs::read_to_string(file).unwrap_or_default();
    let host = host.trim();
    for root in ["ThreatModel", "mxfile", "mxGraphModel", "adtree", "opsa-mef", "svg", "KnowledgeBase"] {
        let laughs =
            "<!DOCTYPE r [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\"><!ENTITY c \"&b;&b;&b;&b;&b;&b;&b;\">]>";
        let external = format!("<!DOCTYPE r [<!ENTITY c SYSTEM \"file://{file}\">]>");
        for declared in [laughs.to_owned(), external] {
            let text = format!("<?xml version=\"1.0\"?>{declared}<{root}><a name=\"&c;\">&c;</a></{root}>");
            each(|format| {
                if let Ok(imported) = import(format, text.as_bytes()) {
                    let model = imported.model.to_string();
                    assert!(!model.contains("aaaaaaaaaaaaaaaaaaaa") && (host.len() < 4 || !model.contains(host)), "{}", format.as_str());
                }
            });
        }
    }
}

#[test]
fn formats_of_xml_refuse_entity_declarations_by_name() {
    let cases = [
        (Format::Tm7, "<!DOCTYPE x [<!ENTITY a \"b\">]><ThreatModel/>"),
        (Format::Drawio, "<!DOCTYPE x [<!ENTITY a \"b\">]><mxfile/>"),
        (Format::Adtool, "<!DOCTYPE x [<!ENTITY a \"b\">]><adtree/>"),
        (Format::Mef, "<!DOCTYPE x [<!ENTITY a \"b\">]><opsa-mef/>"),
    ];
    for (format, text) in cases {
        assert_eq!(import(format, text.as_bytes()).err(), Some(ImportError::Entities), "{}", format.as_str());
    }
    let page = [("visio/pages/page1.xml", &b"<!DOCTYPE x [<!ENTITY a \"b\">]><PageContents/>"[..])];
    let all = [&[("visio/pages/pages.xml", &b"<Pages><Page ID='0' Name='P'/></Pages>"[..])][..], &page].concat();
    assert!(import(Format::Vsdx, &zipped(&all)).is_err());
}

#[test]
fn nesting_ends_before_the_stack_does() {
    let deep = [
        ("[".repeat(100_000), "JSON"),
        (format!("{}1", "{\"a\":".repeat(100_000)), "JSON"),
        (format!("{{\"elements\":{}", "[".repeat(50_000)), "JSON"),
        (format!("a: {}", "[".repeat(100_000)), "YAML"),
        ((0..5_000).map(|depth| format!("{}a:\n", " ".repeat(depth))).collect::<String>(), "YAML"),
        ("<a>".repeat(100_000), "XML"),
        (format!("<mxfile>{}", "<diagram>".repeat(100_000)), "XML"),
        (format!("flowchart TD\n{}", "subgraph a\n".repeat(50_000)), "Mermaid"),
        (format!("flowchart TD\na{}", "[".repeat(100_000)), "Mermaid"),
        (format!("threatmodel \"a\" {}", "{ b ".repeat(50_000)), "HCL"),
        (format!("x = {}", "[".repeat(100_000)), "HCL"),
        (format!("@startuml\n{}", "package a {\n".repeat(50_000)), "PlantUML"),
        ("a: {\n".repeat(50_000), "D2"),
        (format!("tm = TM({}", "(".repeat(100_000)), "Python"),
        (format!("a = {}1", "-".repeat(100_000)), "Python"),
    ];
    for (text, of) in &deep {
        each(|format| {
            let _ = (import(format, text.as_bytes()), of);
        });
    }
}

#[test]
fn aliases_of_yaml_do_not_multiply() {
    let mut text = "a: &a [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for (before, name) in ('a'..='y').zip('b'..='z') {
        text.push_str(&format!(
            "{name}: &{name} [*{before}, *{before}, *{before}, *{before}, *{before}, *{before}, *{before}, *{before}]\n"
        ));
    }
    for head in ["", "otmVersion: 0.2.0\nproject: {name: P, id: p}\n", "threagile_version: 1.0.0\ntechnical_assets: {}\n"] {
        let text = format!("{head}{text}components: *z\n");
        each(|format| {
            if let Ok(imported) = import(format, text.as_bytes()) {
                assert!(imported.model.to_string().len() < 50_000_000, "{}", format.as_str());
            }
        });
    }
}

#[test]
fn a_zip_that_grows_or_leads_out_is_refused() {
    let big = vec![b' '; limits::MAX_FILE_BYTES + 1];
    assert!(import(Format::Vsdx, &zipped(&[("visio/pages/page1.xml", &big)])).is_err());
    let out = [("../../etc/cron.d/x", &b"<a/>"[..]), ("/etc/passwd", b"<a/>"), ("visio/../../x.xml", b"<a/>")];
    for (name, content) in out {
        assert!(import(Format::Vsdx, &zipped(&[(name, content), ("visio/pages/pages.xml", b"<Pages/>")])).is_err(), "{name}");
    }
}

#[test]
fn compressed_pages_that_grow_are_refused() {
    use base64::Engine as _;
    let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::best());
    let spaces = vec![b' '; 1 << 20];
    (0..=limits::MAX_FILE_BYTES >> 20).for_each(|_| encoder.write_all(&spaces).expect("memory can be written"));
    let packed = base64::engine::general_purpose::STANDARD.encode(encoder.finish().expect("memory can be written"));
    assert!(packed.len() < 1 << 20);
    let text = format!("<mxfile><diagram name=\"a\">{packed}</diagram></mxfile>");
    assert!(matches!(import(Format::Drawio, text.as_bytes()), Err(ImportError::TooLarge { .. })));
}

#[test]
fn other_files_that_are_named_are_not_read() {
    let named = [
        (Format::Threagile, "threagile_version: 1.0.0\nincludes: [/etc/hostname]\ntechnical_assets: {A: {id: a, type: process}}\n"),
        (Format::Hcltm, "threatmodel \"a\" {\n including = \"/etc/hostname\"\n author = \"x\"\n}\n"),
        (Format::Plantuml, "@startuml\n!include /etc/hostname\n!include https://example.org/x\nnode A\n@enduml\n"),
        (Format::D2, "...@/etc/hostname\na -> b\n"),
        (
            Format::PytmPython,
            "from pytm import TM, Server\nimport os\nos.system('touch /tmp/redan-was-run')\ntm = TM('a')\nServer(open('/etc/hostname').read())\n",
        ),
    ];
    let host = std::fs::read_to_string("/etc/hostname").unwrap_or_default();
    for (format, text) in named {
        if let Ok(imported) = import(format, text.as_bytes()) {
            let told = format!("{} {:?}", imported.model, imported.loss);
            assert!(host.trim().len() < 4 || !told.contains(host.trim()), "{}", format.as_str());
        }
    }
    assert!(!std::path::Path::new("/tmp/redan-was-run").exists());
}

#[test]
fn an_error_does_not_repeat_what_the_file_says() {
    const SECRET: &str = "FAKE-SECRET-0000-do-not-use-1234567890";
    let broken = [
        format!("{{\"password\": \"{SECRET}\", }}"),
        format!("{{\"otmVersion\": \"0.2.0\", \"project\": {{\"password\": \"{SECRET}\"}} x"),
        format!("{{\"version\": \"2.0\", \"summary\": \"{SECRET}\", \"detail\": \"{SECRET}\"}}"),
        format!("{{\"version\": \"2.0\", \"detail\": {{\"diagrams\": \"{SECRET}\"}}}}"),
        format!("{{\"specFormat\": \"CycloneDX\", \"specVersion\": \"2.0\", \"blueprints\": \"{SECRET}\"}}"),
        format!("{{\"schema\": 1, \"threats\": \"{SECRET}\"}}"),
        format!("threagile_version: 1.0.0\ntechnical_assets: {SECRET}\n  b: [\n"),
        format!("<ThreatModel password=\"{SECRET}\"><a>{SECRET}</b></ThreatModel>"),
        format!("<mxfile><diagram>{SECRET}</diagram></mxfile>"),
        format!("threatmodel \"a\" {{ password = \"{SECRET}\""),
        format!("@startuml\n{SECRET}\n"),
        format!("asset,owner\n\"{SECRET}"),
    ];
    for text in &broken {
        each(|format| {
            if let Err(error) = import(format, text.as_bytes()) {
                assert!(!error.to_string().contains(SECRET), "{}: {error}", format.as_str());
            }
        });
    }
}

fn zipped(files: &[(&str, &[u8])]) -> Vec<u8> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in files {
        zip.start_file(*name, SimpleFileOptions::default()).expect("a part can be started");
        zip.write_all(content).expect("memory can be written");
    }
    zip.finish().expect("memory can be written").into_inner()
}
