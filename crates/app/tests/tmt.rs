//! Models of the Microsoft Threat Modeling Tool: the threats that we raise are those that the tool stored.
//!
//! Real models are read from the folder that `REDAN_CORPUS` names; without it these tests say so and check nothing of
//! theirs. The fixture is always checked.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use redan_interop::tm7::{self, Document};
use redan_interop::{tb7, xml};
use serde_json::Value as Json;

const SHOP: &str = include_str!("../../interop/tests/tm7/shop.tm7");

fn redan(folder: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_redan")).args(args).current_dir(folder).output().expect("the binary runs")
}

fn json(folder: &Path, args: &[&str]) -> Json {
    let output = redan(folder, args);
    assert!(output.status.success(), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).expect("output is JSON")
}

fn shop() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a folder can be made");
    fs::create_dir(folder.path().join(".git")).expect("a folder can be made");
    fs::write(folder.path().join("shop.tm7"), SHOP).expect("a file can be written");
    folder
}

/// Every threat by its key in the tool.
fn threats(folder: &Path, args: &[&str]) -> BTreeMap<String, Json> {
    let document = json(folder, &[&["threats"], args, &["--format", "json"]].concat());
    let threats = document["threats"].as_array().expect("threats are a list");
    threats.iter().filter_map(|threat| Some((threat["tmt_key"].as_str()?.to_owned(), threat.clone()))).collect()
}

/// Files of the corpus with an ending, if there is a corpus.
fn corpus(ending: &str) -> Vec<PathBuf> {
    let Some(root) = std::env::var_os("REDAN_CORPUS") else {
        let _ = writeln!(std::io::stderr(), "REDAN_CORPUS is not set: real {ending} files are not checked");
        return Vec::new();
    };
    let folder = Path::new(&root).join(ending);
    let mut files: Vec<PathBuf> = fs::read_dir(&folder).expect("the corpus has the folder").flatten().map(|entry| entry.path()).collect();
    files.retain(|path| path.extension().is_some_and(|found| found == ending));
    files.sort();
    assert!(!files.is_empty(), "{} is empty", folder.display());
    files
}

/// The models of the corpus that store threats and have a template.
fn models() -> impl Iterator<Item = (PathBuf, String, Document)> {
    corpus("tm7").into_iter().filter_map(|path| {
        let text = String::from_utf8(fs::read(&path).ok()?).ok()?;
        let document = tm7::parse(text.as_bytes()).ok()?;
        (document.template.is_some() && !document.threats.is_empty()).then_some((path, text, document))
    })
}

#[test]
fn real_models_have_the_threats_that_they_store() {
    for (path, _, document) in models() {
        let found = threats(Path::new("/"), &[path.to_str().expect("a path is text"), "--packs", "embedded"]);
        let stored: BTreeSet<&str> = document.threats.iter().map(|threat| threat.key.as_str()).collect();
        assert_eq!(found.keys().map(String::as_str).collect::<BTreeSet<_>>(), stored, "{}", path.display());
    }
}

/// Without the stored threats, everything is raised by the template alone. What is missing then is what the tool keeps
/// although it is no longer raised: somebody looked at it, or its flow is gone. Titles are those that are stored, except
/// where something was renamed since the tool last wrote them.
#[test]
fn templates_alone_raise_what_real_models_store() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let (mut titles, mut renamed) = (0, 0);
    for (path, text, document) in models() {
        let (start, end) = (text.find("<ThreatInstances").expect("threats are stored"), text.find("</ThreatInstances>").expect("they end"));
        let bare = folder.path().join("bare.tm7");
        fs::write(&bare, format!("{}{}", &text[..start], &text[end + "</ThreatInstances>".len()..])).expect("a file can be written");
        let found = threats(folder.path(), &["bare.tm7", "--packs", "embedded"]);
        let flows: BTreeSet<&str> = document.surfaces.iter().flat_map(|s| &s.lines).map(|line| line.thing.guid.as_str()).collect();
        let mut missing = 0;
        for threat in &document.threats {
            match found.get(&threat.key) {
                Some(raised) if !threat.is_touched() => {
                    titles += 1;
                    let title = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
                    renamed += usize::from(raised["title"].as_str().map(title) != Some(title(&threat.title)));
                }
                Some(_) => {}
                None if threat.is_touched() || !flows.contains(threat.flow.as_str()) => missing += 1,
                None => panic!("{}: {} is stored and not raised", path.display(), threat.key),
            }
        }
        assert_eq!(found.len() + missing, document.threats.len(), "{}: more is raised than stored", path.display());
    }
    assert!(renamed * 20 <= titles, "{renamed} of {titles} titles differ");
}

#[test]
fn every_filter_of_real_templates_can_be_read() {
    for path in corpus("tb7") {
        let template = tb7::read(&fs::read(&path).expect("a file can be read")).expect("a template can be read");
        assert!(!template.threats.is_empty() && !template.kinds.is_empty(), "{}", path.display());
        for filter in template.threats.iter().flat_map(|threat| [&threat.include, &threat.exclude]).filter(|text| !text.is_empty()) {
            let read = redan_engine::tmt::parse(filter).unwrap_or_else(|error| panic!("{filter}: {error}"));
            assert_eq!(redan_engine::tmt::parse(&read.to_string()), Ok(read), "{filter}");
        }
    }
}

#[test]
fn every_real_model_can_be_taken_over_and_is_valid_then() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    for path in corpus("tm7").into_iter().filter(|path| fs::read(path).is_ok_and(|bytes| xml::parse(&bytes).is_ok())) {
        let given = path.to_str().expect("a path is text");
        let output = redan(folder.path(), &["import", given, "-q", "-o", "model.tm.yaml"]);
        assert!(output.status.success(), "{given}: {}", String::from_utf8_lossy(&output.stderr));
        let canonical = json(folder.path(), &["import", given, "--format", "json"]);
        let again = json(folder.path(), &["threats", "model.tm.yaml", "--packs", "none", "--format", "json"]);
        let count = canonical["model"]["threats"].as_object().map_or(0, serde_json::Map::len);
        assert_eq!(again["threats"].as_array().map(Vec::len), Some(count), "{given}");
    }
}

#[test]
fn stored_decisions_count_and_what_is_missing_is_raised() {
    let folder = shop();
    let found = threats(folder.path(), &["shop.tm7", "--packs", "embedded"]);
    let seen: Vec<(&str, &str)> = found.values().map(|t| (t["title"].as_str().unwrap(), t["status"].as_str().unwrap())).collect();
    assert_eq!(
        seen,
        [
            ("Customer may be faked", "mitigated"),
            ("About a flow that is gone", "open"),
            ("Orders may be changed over Generic Data Flow", "open"),
            ("No longer raised, but looked at", "open"),
        ]
    );
    let faked = &found["F100000001-0000-4000-8000-00000000000000000011-0000-4000-8000-00000000000000000002-0000-4000-8000-000000000000"];
    assert_eq!((&faked["categories"]["stride"], &faked["band"]), (&Json::from(vec!["spoofing"]), &Json::from("high")));
    assert_eq!(faked["answer"]["because"], "Passkeys are required.");
}

#[test]
fn packs_choose_between_the_template_inside_others_and_our_rules() {
    let folder = shop();
    let template = "<KnowledgeBase><Manifest name='Own' id='own' version='1'/><GenericElements><ElementType><ID>GE.P</ID><ParentElement>ROOT</ParentElement></ElementType></GenericElements>
        <ThreatTypes><ThreatType><GenerationFilters><Include>target is 'GE.P'</Include><Exclude/></GenerationFilters><Id>OWN</Id><ShortTitle>Seen at {target.Name}</ShortTitle><Category>Spoofing</Category></ThreatType></ThreatTypes></KnowledgeBase>";
    fs::write(folder.path().join("own.tb7"), template).expect("a file can be written");
    fs::write(folder.path().join("redan.toml"), "[packs]\nfolders = [\"own.tb7\"]\n").expect("a file can be written");
    let keys =
        |args: &[&str]| threats(folder.path(), &[&["shop.tm7"], args].concat()).keys().map(|key| key[..2].to_owned()).collect::<Vec<_>>();
    assert_eq!(keys(&["--packs", "embedded"]), ["F1", "F1", "F2", "F3"]);
    assert_eq!(keys(&["--packs", "own.tb7"]), ["F1", "F1", "F2", "F3", "OW"]);
    assert_eq!(keys(&[]), ["F1", "F1", "F2", "F3", "OW"]);
    assert_eq!(keys(&["--packs", "none"]), ["F1", "F1", "F3", "F3"]);
    let all = |args: &[&str]| {
        json(folder.path(), &[&["threats", "shop.tm7", "--format", "json"], args].concat())["threats"].as_array().unwrap().len()
    };
    assert_eq!((all(&["--packs", "embedded"]), all(&["--packs", "own.tb7"]), all(&["--packs", "none"])), (4, 5, 4));
    assert!(all(&[]) > 5, "our rules look at the model as well");
}

#[test]
fn a_template_is_not_imported_and_the_refusal_says_where_it_can_be_used() {
    let folder = shop();
    fs::write(folder.path().join("own.tb7"), "\u{feff}<?xml version='1.0'?><KnowledgeBase/>").expect("a file can be written");
    for more in [&[][..], &["--from", "tm7"]] {
        let run = redan(folder.path(), &[&["import", "own.tb7"], more].concat());
        assert_eq!(run.status.code(), Some(2));
        let said = String::from_utf8_lossy(&run.stderr);
        assert!(said.contains("redan threats MODEL.tm7 --packs own.tb7") && said.contains("folders = [\"own.tb7\"]"), "{said}");
    }
}

#[test]
fn another_tools_model_is_analysed_and_never_edited() {
    let folder = shop();
    for args in [
        &["check", "shop.tm7"][..],
        &["report", "shop.tm7", "--format", "md"],
        &["diagram", "shop.tm7"],
        &["explain", "shop.tm7", "f1-order-books"],
    ] {
        let output = redan(folder.path(), args);
        assert!(output.status.code() < Some(2), "{args:?}: {}", String::from_utf8_lossy(&output.stderr));
        assert!(!output.stdout.is_empty(), "{args:?}");
    }
    for args in [&["set", "shop.tm7", "shop.tech=web-api"][..], &["remove", "shop.tm7", "shop"], &["ask", "shop.tm7"]] {
        let output = redan(folder.path(), args);
        let err = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.code() == Some(2) && err.contains("redan import shop.tm7"), "{args:?}: {err}");
    }
    assert!(redan(folder.path(), &["whatif", "shop.tm7", "shop.tech=web-api"]).status.success());
    assert_eq!(fs::read_to_string(folder.path().join("shop.tm7")).unwrap(), SHOP);
}

#[test]
fn losses_are_listed_and_strict_counts_them() {
    let folder = shop();
    let output = redan(folder.path(), &["import", "shop.tm7", "--strict", "-o", "shop.tm.yaml"]);
    let err = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{err}");
    assert!(err.contains("dangling  the flow \"Loose end\""), "{err}");
    let document = json(folder.path(), &["import", "shop.tm7", "--format", "json"]);
    let loss = document["loss"].as_array().unwrap();
    assert!(loss.iter().all(|loss| ["kind", "what", "where"].iter().all(|key| loss[key].is_string())) && loss.len() > 4);
    assert_eq!(document["model"]["flows"]["order-books"]["from"], "customer");
}

#[test]
fn a_file_of_no_known_format_is_refused_with_those_that_there_are() {
    let folder = shop();
    fs::write(folder.path().join("x.bin"), b"PK\x03\x04").expect("a file can be written");
    for args in [&["import", "x.bin"][..], &["import", "shop.tm7", "--from", "nothing"]] {
        let output = redan(folder.path(), args);
        assert!(output.status.code() == Some(2) && String::from_utf8_lossy(&output.stderr).contains("tm7"), "{args:?}");
    }
}

/// The catalogue may lose a name; what importers write must be in it.
#[test]
fn technologies_and_protocols_that_kinds_stand_for_exist() {
    let vocabulary = redan_engine::Knowledge::embedded().vocabulary();
    for name in tm7::catalogue_names() {
        assert!(vocabulary.technologies.contains_key(name) || vocabulary.protocols.contains_key(name), "{name}");
    }
}

#[test]
fn a_model_of_the_tool_is_neither_edited_nor_laid_out() {
    let shop = shop();
    for args in [&["fmt", "shop.tm7"][..], &["set", "shop.tm7", "name=Other"]] {
        let output = redan(shop.path(), args);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains("which is not edited; take it over first: redan import shop.tm7"), "{said}");
    }
    assert_eq!(fs::read_to_string(shop.path().join("shop.tm7")).expect("it is there"), SHOP);
}

#[test]
fn a_misspelt_format_leads_to_the_nearest() {
    let shop = shop();
    for args in [&["import", "shop.tm7", "--from", "threagle"][..], &["export", "shop.tm7", "--to", "threagle"]] {
        let output = redan(shop.path(), args);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains("did you mean `threagile`?"), "{said}");
    }
}
