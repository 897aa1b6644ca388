//! Loading: several files, files that are no models, and models of any size.

use std::collections::BTreeMap;
use std::fmt::Write;
use std::sync::Arc;

use proptest::prelude::*;
use redan_model::{Files, Loaded, Thing, Vocabulary, limits, load, load_text};

struct Memory(BTreeMap<String, Vec<u8>>);

impl Files for Memory {
    fn read(&self, path: &str) -> Result<Vec<u8>, String> {
        self.0.get(path).cloned().ok_or_else(|| "no such file".to_owned())
    }
}

fn loaded(files: &[(&str, &str)]) -> Loaded {
    let files = files.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())).collect();
    load(&Memory(files), "models/main.tm.yaml", &Vocabulary::default())
}

fn faults(loaded: &Loaded) -> Vec<String> {
    let place = |span| loaded.sources.locate(span);
    let shown = |d: &redan_model::Diagnostic| {
        let at =
            d.primary.map_or_else(|| "-".to_owned(), |span| format!("{}:{}:{}", place(span).file, place(span).line, place(span).column));
        format!("{at} {} {}", d.code, d.message)
    };
    loaded.diagnostics.iter().map(shown).collect()
}

fn id(model: &redan_model::Model, id: &str) -> Thing {
    model.find(id).unwrap_or_else(|| panic!("no {id}"))
}

const PLATFORM: &str = "redan: 1\nzones: {cluster: {trust: 70}}\nassets: {keys: {}}\ncontrols: [audit-log, mfa]\n\
elements:\n  vault: {kind: store, zone: cluster, holds: keys}\n  part: {kind: process, in: vault}\n\
assumptions: {patched: {text: Nodes are patched, assumes: {vault.controls.patching: yes}}}\n";

#[test]
fn a_used_file_gives_its_parts_under_its_name() {
    let main = "redan: 1\nuse: {platform: ../shared/platform.tm.yaml}\ncontrols: {mfa: no}\n\
        elements: {app: {kind: process, zone: platform/cluster}}\nflows: {read: app -> platform/vault returning platform/keys}\n";
    let loaded = loaded(&[("models/main.tm.yaml", main), ("shared/platform.tm.yaml", PLATFORM)]);
    assert_eq!(faults(&loaded), Vec::<String>::new());
    let model = &loaded.model;
    let Thing::Element(vault) = id(model, "platform/vault") else { panic!("an element") };
    assert_eq!(model[vault].identity.provided_by.as_deref(), Some("platform"));
    assert_eq!(
        model[vault].out_of_scope.as_ref().map(|out| (out.reason.as_str(), out.said_by)),
        Some(("provided by platform", Thing::Model))
    );
    assert_eq!(model[vault].zones, vec![redan_model::ZoneIx(0)]);
    assert_eq!(model[vault].holds.len(), 1);
    assert_eq!(model[vault].children.len(), 1);
    assert_eq!(model[vault].incoming.len(), 1);
    assert_eq!(model.root.assumptions.entries["platform/patched"].value.assumes.items[0].path.value.thing, "platform/vault");
    assert_eq!(model.root.controls.entries["audit-log"].state.as_str(), "yes");
    assert_eq!(model.root.controls.entries["mfa"].state.as_str(), "no");
    assert!(model.out_of_scope(id(model, "app")).is_none());
    let long = redan_model::canonical::to_json(&model.root);
    assert!(long.get("assumptions").is_none_or(|map| map.as_object().is_none_or(serde_json::Map::is_empty)));
    assert_eq!(long["controls"], serde_json::json!({"mfa": {"is": "no"}}));
}

#[test]
fn used_files_use_others_under_both_names() {
    let main = "redan: 1\nuse: {a: a.tm.yaml}\n";
    let a = "redan: 1\nuse: {b: b.tm.yaml}\nelements: {x: {kind: process, zone: b/z}}\n";
    let b = "redan: 1\nzones: {z: {}}\n";
    let loaded = loaded(&[("models/main.tm.yaml", main), ("models/a.tm.yaml", a), ("models/b.tm.yaml", b)]);
    assert_eq!(faults(&loaded), Vec::<String>::new());
    let Thing::Element(x) = id(&loaded.model, "a/x") else { panic!("an element") };
    assert_eq!(loaded.model[loaded.model[x].zones[0]].identity.id, "a/b/z");
}

#[test]
fn files_that_use_each_other_are_reported_with_the_way_around() {
    let loaded =
        loaded(&[("models/main.tm.yaml", "redan: 1\nuse: {a: a.tm.yaml}\n"), ("models/a.tm.yaml", "redan: 1\nuse: {m: main.tm.yaml}\n")]);
    let wanted =
        "models/a.tm.yaml:2:10 use-cycle files use each other in a circle: models/main.tm.yaml -> models/a.tm.yaml -> models/main.tm.yaml";
    assert_eq!(faults(&loaded), [wanted]);
}

#[test]
fn a_missing_file_is_reported_where_it_is_named() {
    let loaded = loaded(&[("models/main.tm.yaml", "redan: 1\nuse: {a: gone.tm.yaml, b: ../../etc/passwd, c: /etc/passwd}\n")]);
    let wanted = [
        "models/main.tm.yaml:2:10 unreadable-file cannot read `models/gone.tm.yaml`: no such file",
        "models/main.tm.yaml:2:27 outside-repository `../../etc/passwd` leads out of the repository",
        "models/main.tm.yaml:2:48 outside-repository `/etc/passwd` leads out of the repository",
    ];
    assert_eq!(faults(&loaded), wanted);
}

#[test]
fn a_model_that_is_not_there_is_one_fault() {
    assert_eq!(faults(&loaded(&[])), ["- unreadable-file cannot read `models/main.tm.yaml`: no such file"]);
}

#[test]
fn many_uses_stop_at_the_limit() {
    let two = |to: &str| format!("redan: 1\nuse: {{a: {to}, b: {to}}}\n");
    let mut files = BTreeMap::new();
    for depth in 0..20 {
        files.insert(format!("f{depth}"), two(&format!("f{}", depth + 1)).into_bytes());
    }
    files.insert("f20".to_owned(), b"redan: 1\n".to_vec());
    let loaded = load(&Memory(files), "f0", &Vocabulary::default());
    let codes: Vec<&str> = loaded.diagnostics.iter().map(|d| d.code).collect();
    assert_eq!(codes, ["too-many-files"]);
    assert!(loaded.sources.iter().count() <= limits::MAX_INCLUDES + 1);
}

#[test]
fn bytes_that_are_no_text_are_shown_where_they_start() {
    let files = Memory([("m".to_owned(), b"redan: 1\nname: a\xFFb\n".to_vec())].into());
    let loaded = load(&files, "m", &Vocabulary::default());
    assert_eq!(faults(&loaded)[0], "m:2:8 not-text `m` is not a text: there is a byte here that is not UTF-8");
}

#[test]
fn a_file_over_the_limit_is_not_read() {
    let files = Memory([("m".to_owned(), vec![b'.'; limits::MAX_FILE_BYTES + 1])].into());
    let loaded = load(&files, "m", &Vocabulary::default());
    assert_eq!(loaded.diagnostics[0].code, "too-large");
}

#[test]
fn markdown_models_are_read_from_their_blocks() {
    let text = "# Shop\n\n```yaml redan\nredan: 1\nelements: {a: {kind: process}}\n```\n\ntext\n\n```yaml redan\nelements: {b: {kind: stor}}\n```\n";
    let loaded = load_text("shop.tm.md", text, &Vocabulary::default());
    assert_eq!(faults(&loaded), ["shop.tm.md:11:22 unknown-word `stor` is not a value of `kind`"]);
    assert_eq!(loaded.model.id, "shop");
    assert_eq!(loaded.model.elements.len(), 2);
}

#[test]
fn markdown_without_a_block_is_no_model() {
    assert!(faults(&load_text("readme.md", "# Words\n", &Vocabulary::default()))[0].starts_with("- no-model"));
}

#[test]
fn scope_and_zones_are_handed_down() {
    let text = "redan: 1\nzones: {old: {out-of-scope: gone, trust: 40}, in-old: {in: old}}\n\
        elements:\n  group: {kind: process, zone: in-old}\n  part: {kind: process, in: group}\n  free: {kind: store, zone: []}\n\
        flows: {inside: group -> part, out: part -> free}\n";
    let loaded = load_text("m.tm.yaml", text, &Vocabulary::default());
    let model = &loaded.model;
    assert_eq!(faults(&loaded), Vec::<String>::new());
    assert_eq!(model.zones[1].trust, Some((40, redan_model::ZoneIx(0))));
    assert_eq!(model.elements[1].zones, vec![redan_model::ZoneIx(1)]);
    assert!(model.elements[0].is_group && !model.elements[1].is_group);
    assert_eq!(model.elements[1].out_of_scope.as_ref().map(|out| out.said_by), Some(Thing::Zone(redan_model::ZoneIx(0))));
    assert!(model.elements[2].out_of_scope.is_none() && model.elements[2].zones_known);
    assert!(model.flows[0].out_of_scope.is_some() && model.flows[1].out_of_scope.is_none());
    assert_eq!(model.zones[1].members.len(), 2);
}

#[test]
fn an_unreadable_part_takes_nothing_else_with_it() {
    let text = "redan: 1\nelements: {a: process, b: {kind: process}}\nflows: {f: a -> b, g: b -> ghost}\nthreats: {T1: {on: [f, g]}}\n";
    let loaded = load_text("m.tm.yaml", text, &Vocabulary::default());
    let wanted = [
        "m.tm.yaml:2:15 wrong-type expected a mapping for `elements`, found a single value",
        "m.tm.yaml:3:28 unknown-reference there is no element `ghost`",
    ];
    assert_eq!(faults(&loaded), wanted);
    assert_eq!(loaded.model.flows.len(), 1);
}

#[test]
fn a_long_section_is_read_as_a_short_one_is() {
    let name = |at: usize| format!("part-{at}");
    let mut text = "redan: 1\nelements:\n".to_owned();
    for at in 0..5_000 {
        let odd = if at % 2_400 == 1_000 { ", colour: red" } else { "" };
        writeln!(text, "  {}: {{kind: process{odd}}}", name(at)).unwrap();
    }
    let loaded = load_text("m.tm.yaml", &text, &Vocabulary::default());
    let found = faults(&loaded);
    let colour = |line: usize| format!("m.tm.yaml:{line}:30 unknown-key an element has no key `colour`");
    assert_eq!(found, [colour(1_003), colour(3_403)]);
    let elements: Vec<&str> = loaded.model.elements.iter().map(|element| element.identity.id.as_str()).collect();
    assert_eq!(elements, (0..5_000).map(name).collect::<Vec<_>>());
}

#[test]
fn a_fix_of_a_fact_path_replaces_only_what_is_wrong() {
    let text = "redan: 1\nelements: {auth: {kind: process}}\nassumptions: {s: {text: t, assumes: {auht.tech: web, \"auht.tech\": web}}}\n";
    let loaded = load_text("m.tm.yaml", &text.replace(", \"auht.tech\": web", ""), &Vocabulary::default());
    let fix = loaded.diagnostics[0].fix.as_ref().expect("a fix");
    assert_eq!((loaded.sources.slice(fix.span), fix.replacement.as_str()), ("auht", "auth"));
}

#[test]
fn wrong_everywhere_is_quick_and_capped() {
    let mut text = String::from("redan: 1\nelements:\n");
    for n in 0..5_000 {
        writeln!(text, "  element-{n}: {{kind: process, zone: zone-{n}, in: elemnt-{n}, holds: [asset-{n}]}}").expect("a string grows");
    }
    let started = std::time::Instant::now();
    let loaded = load_text("m.tm.yaml", &text, &Vocabulary::default());
    assert_eq!(loaded.diagnostics.len(), limits::MAX_DIAGNOSTICS);
    assert!(started.elapsed().as_secs() < 20, "{:?}", started.elapsed());
}

#[test]
fn deep_nesting_of_zones_and_elements_is_linear() {
    let mut text = String::from("redan: 1\nzones:\n  z0: {}\n");
    (1..4_000).for_each(|n| writeln!(text, "  z{n}: {{in: z{}}}", n - 1).expect("a string grows"));
    text.push_str("elements:\n  e0: {kind: process, zone: z3999}\n");
    (1..4_000).for_each(|n| writeln!(text, "  e{n}: {{kind: process, in: e{}}}", n - 1).expect("a string grows"));
    let loaded = load_text("m.tm.yaml", &text, &Vocabulary::default());
    assert_eq!(faults(&loaded), Vec::<String>::new());
    assert_eq!(loaded.model.zones[3_999].members.len(), 4_000);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn any_arrangement_of_known_words_loads_without_panic(words in prop::collection::vec(prop::sample::select(WORDS), 0..60)) {
        let text = format!("redan: 1\n{}", words.concat());
        let loaded = load_text("m.tm.yaml", &text, &Vocabulary::default());
        prop_assert!(loaded.diagnostics.len() <= limits::MAX_DIAGNOSTICS);
        for diagnostic in &loaded.diagnostics {
            if let Some(span) = diagnostic.primary {
                prop_assert!(text.get(span.range()).is_some());
            }
        }
    }

    #[test]
    fn any_flow_text_is_read_or_refused(text in "[ab<>,@ -]{0,12}( (over|carrying|returning|->)[ a,b]{0,6}){0,4}") {
        let model = format!("{{\"redan\": 1, \"flows\": {{\"f\": {}}}}}", serde_json::Value::from(text.as_str()));
        let loaded = load_text("m.tm.json", &model, &Vocabulary::default());
        prop_assert!(loaded.diagnostics.iter().all(|d| d.primary.is_none_or(|span| model.get(span.range()).is_some())));
    }
}

const WORDS: &[&str] = &[
    "elements:\n",
    "zones:\n",
    "flows:\n",
    "threats:\n",
    "attack-trees:\n",
    "mitigations:\n",
    "assumptions:\n",
    "scope:\n",
    "use:\n",
    "  a:\n",
    "  b: ",
    "  c: {",
    "}",
    "[",
    "]",
    ", ",
    ": ",
    "kind: ",
    "process",
    "\n",
    "  ",
    "    in: a\n",
    "    zone: [a, b]\n",
    "a -> b",
    "over",
    "{in: b}",
    "any: ",
    "ref: a",
    "a@b",
    "\"*\"",
    "yes",
    "0.5",
    "~",
    "\"\"",
    "é",
    "assumes: ",
    "a.controls.mfa: yes",
    "- ",
    "controls: ",
    "text: t",
];

#[test]
fn a_value_is_loaded_as_its_text_is() {
    let value = serde_json::json!({"redan": 1, "name": "Shop", "elements": {"app": {"kind": "process", "x-own": {"n": 1.5, "t": "2"}},
        "db": {"kind": "store"}}, "flows": {"f": "app -> db over https"}, "layout": {"a": [1, null, true]},
        "mitigations": {"m": {"title": "M", "acceptance": "it is done", "verify": [{"junit": "a.b", "at": "ci"}]}}});
    let (vocabulary, mut early) = (Vocabulary::default(), None);
    let (direct, read) = (
        redan_model::load_value("m.tm.json", || value.clone().into(), &vocabulary, |root| early = Some(Arc::clone(root))),
        redan_model::load_text("m.tm.json", &value.to_string(), &vocabulary),
    );
    assert_eq!((&direct.diagnostics, &read.diagnostics), (&Vec::new(), &Vec::new()));
    assert_eq!(redan_model::canonical::to_json(&direct.model.root), redan_model::canonical::to_json(&read.model.root));
    assert_eq!((direct.model.flows.len(), early), (1, Some(direct.model.root)));
}

#[test]
fn characters_that_cannot_stand_in_a_text_are_kept_in_a_value() {
    for c in ['\u{1}', '\u{7f}', '\u{85}', '\u{9f}', '\u{2028}', '\u{feff}', '\u{fffe}', '\u{ffff}', 'é', '漢'] {
        let value = serde_json::json!({"redan": 1, "elements": {"a": {"kind": "store", "x-own": {"b": format!("{c}")}}}});
        let loaded = redan_model::load_value("m.tm.json", || value.clone().into(), &Vocabulary::default(), |_| {});
        assert_eq!(loaded.diagnostics, [], "{c:?}");
        assert_eq!(redan_model::canonical::to_json(&loaded.model.root), value, "{c:?}");
    }
}

#[test]
fn faults_of_a_value_point_into_its_text() {
    let value = serde_json::json!({"redan": 1, "elements": {"app": {"kind": "proces"}}});
    let mut early = false;
    let loaded = redan_model::load_value("m.tm.json", || value.clone().into(), &Vocabulary::default(), |_| early = true);
    assert!(!early, "not all of it can be read");
    let places: Vec<&str> = loaded.diagnostics.iter().filter_map(|fault| fault.primary).map(|span| loaded.sources.slice(span)).collect();
    assert_eq!(places, ["\"proces\""]);
}
