//! Models of the Microsoft Threat Modeling Tool: what of a small shop arrives, and that no file makes the reader panic.

use proptest::prelude::*;
use redan_interop::{Format, ImportError, detect, import, tm7};
use serde_json::Value as Json;

const SHOP: &str = include_str!("tm7/shop.tm7");

fn shop() -> (Json, Vec<String>) {
    let imported = import(Format::Tm7, SHOP.as_bytes()).expect("the shop can be read");
    let loss = imported.loss.iter().map(|loss| format!("{}: {} [{}]", loss.kind.as_str(), loss.what, loss.place)).collect();
    (imported.model.into(), loss)
}

#[test]
fn the_shop_arrives_with_everything_that_it_says() {
    let (model, loss) = shop();
    insta::assert_snapshot!(serde_json::to_string_pretty(&model).unwrap() + "\n\n" + &loss.join("\n"));
}

#[test]
fn the_model_is_valid_as_it_is() {
    let (model, _) = shop();
    let mut vocabulary = redan_model::Vocabulary::default();
    for name in tm7::catalogue_names() {
        vocabulary.technologies.insert(name.to_owned(), name.to_owned());
        vocabulary.protocols.insert(name.to_owned(), name.to_owned());
    }
    let loaded = redan_model::load_text("shop.tm7", &model.to_string(), &vocabulary);
    assert_eq!(loaded.diagnostics, []);
}

#[test]
fn nobody_who_changed_a_threat_or_wrote_a_note_is_named() {
    let (model, loss) = shop();
    assert!(SHOP.contains("SHOP\\ann"));
    assert!(!format!("{model}{loss:?}").contains("ann\""), "{model}");
}

#[test]
fn a_file_that_was_laid_out_anew_reads_the_same() {
    let indented = SHOP.replace("><", ">\r\n  <").replace("<Guid xmlns=", "<Guid  xmlns=");
    assert_eq!(
        import(Format::Tm7, format!("\u{feff}<?xml version=\"1.0\"?>\n{indented}").as_bytes()),
        import(Format::Tm7, SHOP.as_bytes())
    );
}

#[test]
fn the_root_tells_a_model_from_other_files() {
    assert_eq!(detect("shop.xml", SHOP.as_bytes()), Some(Format::Tm7));
    assert_eq!(import(Format::Tm7, b"PK\x03\x04\xff"), Err(ImportError::NotText { at: 4 }));
    assert!(matches!(import(Format::Tm7, b"<KnowledgeBase/>"), Err(ImportError::NotTheFormat(_))));
    assert!(matches!(import(Format::Tm7, b"<!DOCTYPE x><ThreatModel/>"), Err(ImportError::Entities)));
}

#[test]
fn an_empty_model_is_a_model() {
    assert_eq!(import(Format::Tm7, b"<ThreatModel/>").unwrap().model.to_string(), r#"{"redan":1}"#);
}

proptest! {
    /// Pieces of a file in any order are read, or refused with a reason.
    #[test]
    fn a_damaged_file_is_read_or_refused(from in 0..SHOP.len(), length in 0..400_usize, with in "[<>/a-z0-9\"'&;.-]{0,6}") {
        let (from, to) = (SHOP.floor_char_boundary(from), SHOP.floor_char_boundary((from + length).min(SHOP.len())));
        let damaged = format!("{}{with}{}", &SHOP[..from], &SHOP[to..]);
        if let Ok(document) = tm7::parse(damaged.as_bytes()) {
            tm7::model(&document, &document.threats, Vec::new());
        }
    }

    /// Numbers and ids that make no sense change what is where, and nothing else.
    #[test]
    fn strange_numbers_are_harmless(number in prop::sample::select(vec!["NaN", "-1e308", "1e308", "inf", "x", ""]), at in 0..40_usize) {
        let mut seen = 0;
        let strange = SHOP.split_inclusive('>').map(|tag| {
            let text = tag.split('<').next().unwrap_or_default();
            let is_number = !text.is_empty() && text.parse::<f64>().is_ok();
            seen += usize::from(is_number);
            if is_number && seen > at { tag.replacen(text, number, 1) } else { tag.to_owned() }
        }).collect::<String>();
        let imported = import(Format::Tm7, strange.as_bytes()).unwrap();
        prop_assert_eq!(imported.model["elements"].as_object().map(serde_json::Map::len), Some(4));
    }
}
