//! Every format that is read and written, in one table: what is written of a model is read back as that model, what is
//! read of a file is written back as that file says it, and changes go into an existing file without touching the rest.
//! What differs all the same is in the list of losses.

#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "helpers of tests fail like tests")]

#[expect(dead_code, reason = "other files of tests use the rest")]
mod support;

use std::collections::BTreeSet;

use redan_interop::{ExportError, Exported, Format, Imported, Loss, Original, detect, export, import, onto};
use serde_json::{Value as Json, json};
use support::{Files, outgoing};

/// What may be changed in a model.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Edit {
    RenameElement,
    ElementKind,
    ElementZone,
    AddElement,
    RemoveElement,
    RenameZone,
    AddFlow,
    RemoveFlow,
    RelabelFlow,
    TurnFlow,
    ThreatStatus,
    ThreatRating,
    ThreatTitle,
    RemoveThreat,
    AssetLevel,
    RemoveAsset,
    RenameStep,
    StepNumber,
    AddStep,
    RemoveStep,
}
use Edit::{
    AddElement, AddFlow, AddStep, AssetLevel, ElementKind, ElementZone, RelabelFlow, RemoveAsset, RemoveElement, RemoveFlow, RemoveStep,
    RemoveThreat, RenameElement, RenameStep, RenameZone, StepNumber, ThreatRating, ThreatStatus, ThreatTitle, TurnFlow,
};

/// A format: where real files of it lie, files of our own, and the changes that it has a place for in every such file.
struct Case {
    format: Format,
    folders: &'static [&'static str],
    own: &'static [(&'static str, &'static [u8])],
    takes: &'static [Edit],
}

/// What a drawing takes.
const DRAWN: &[Edit] =
    &[RenameElement, ElementKind, ElementZone, AddElement, RemoveElement, RenameZone, AddFlow, RemoveFlow, RelabelFlow, TurnFlow];
/// What a list of threats takes.
const OF_THREATS: &[Edit] = &[ThreatRating, ThreatTitle, RemoveThreat];

const CASES: &[Case] = &[
    Case { format: Format::Drawio, folders: &["drawio"], own: &[("shop.drawio", include_bytes!("round_trips/shop.drawio"))], takes: DRAWN },
    Case {
        format: Format::Hcltm,
        folders: &["hcltm"],
        own: &[("shop.hcl", include_bytes!("round_trips/shop.hcl")), ("shop.hcltm.json", include_bytes!("round_trips/shop.hcltm.json"))],
        takes: &[
            RenameElement,
            ElementZone,
            AddElement,
            RemoveElement,
            RenameZone,
            AddFlow,
            RemoveFlow,
            RelabelFlow,
            TurnFlow,
            ThreatRating,
            ThreatTitle,
            RemoveThreat,
            AssetLevel,
            RemoveAsset,
        ],
    },
    Case {
        format: Format::Structurizr,
        folders: &[],
        own: &[("workspace.json", include_bytes!("round_trips/workspace.json"))],
        takes: DRAWN,
    },
    Case {
        format: Format::Lucid,
        folders: &[],
        own: &[],
        takes: &[RenameElement, ElementKind, AddElement, RemoveElement, RenameZone, AddFlow, RemoveFlow, RelabelFlow, TurnFlow],
    },
    Case {
        format: Format::GuideJson,
        folders: &[],
        own: &[("threats.json", include_bytes!("round_trips/threats.json"))],
        takes: OF_THREATS,
    },
    Case {
        format: Format::GuideCsv,
        folders: &[],
        own: &[("threats.csv", include_bytes!("round_trips/threats.csv"))],
        takes: &[ThreatRating, ThreatTitle, RemoveThreat, ThreatStatus],
    },
    Case {
        format: Format::GuideAssetsJson,
        folders: &[],
        own: &[("assets.json", include_bytes!("round_trips/assets.json"))],
        takes: &[AssetLevel, RemoveAsset],
    },
    Case {
        format: Format::GuideAssetsCsv,
        folders: &[],
        own: &[("assets.csv", include_bytes!("round_trips/assets.csv"))],
        takes: &[AssetLevel, RemoveAsset],
    },
    Case { format: Format::Tm7, folders: &[], own: &[("shop.tm7", include_bytes!("tm7/shop.tm7"))], takes: &[RenameElement, RelabelFlow] },
    Case { format: Format::ThreatDragon, folders: &["threat-dragon"], own: &[], takes: &[RenameElement, ThreatTitle] },
    Case { format: Format::Otm, folders: &["otm"], own: &[], takes: &[RenameElement, ThreatTitle] },
    Case { format: Format::ThreatComposer, folders: &["threat-composer"], own: &[], takes: &[] },
    Case { format: Format::TmBom, folders: &["threat-model-library"], own: &[], takes: &[RenameElement, ThreatTitle] },
    Case { format: Format::CycloneDx, folders: &["cyclonedx-2.0-tm"], own: &[], takes: &[RenameElement] },
    Case { format: Format::Threagile, folders: &["threagile"], own: &[], takes: &[RenameElement] },
    Case { format: Format::Pytm, folders: &["pytm"], own: &[], takes: &[RenameElement] },
    Case { format: Format::Json, folders: &[], own: &[], takes: &[RenameElement, ThreatTitle, AddElement, RemoveFlow, AssetLevel] },
    Case {
        format: Format::Adtool,
        folders: &[],
        own: &[("safe.xml", include_bytes!("round_trips/safe.xml"))],
        takes: &[RenameStep, StepNumber, AddStep, RemoveStep],
    },
    Case {
        format: Format::Mef,
        folders: &["aralia"],
        own: &[("pump.xml", include_bytes!("round_trips/pump.xml"))],
        takes: &[RenameStep, StepNumber],
    },
    Case {
        format: Format::AttackFlow,
        folders: &["attack-flow"],
        own: &[("flow.stix.json", include_bytes!("round_trips/flow.stix.json"))],
        takes: &[RenameStep],
    },
];

/// Formats that are read and written, and into whose files changes are not written.
const WHOLE: &[Format] = &[Format::ThreagileLater, Format::Mermaid, Format::Plantuml, Format::D2];

impl Case {
    /// Files of the corpus, our own, and what is written of our examples.
    fn files(&self) -> Vec<(String, Vec<u8>, Imported)> {
        let real = self.folders.iter().flat_map(|folder| Files::below(folder)).map(|(path, bytes)| (path.display().to_string(), bytes));
        let own = self.own.iter().map(|(name, bytes)| ((*name).to_owned(), bytes.to_vec()));
        let written = support::examples().into_iter().filter_map(|json| {
            let model = support::load(&json);
            Some((
                format!("{} of an example, {}", self.format.as_str(), json["name"]),
                export(self.format, &outgoing(&model, &json)).ok()?.bytes,
            ))
        });
        let all = real.filter(|(name, bytes)| detect(name, bytes) == Some(self.format)).chain(own).chain(written);
        // Large files say nothing here that small ones do not.
        let most = if self.format == Format::Mef { 20_000 } else { 150_000 };
        all.filter(move |(_, bytes)| bytes.len() < most)
            .filter_map(|(name, bytes)| {
                let imported = import(self.format, &bytes).ok()?;
                Some((name, bytes, imported))
            })
            .collect()
    }
}

fn ids(model: &Json, section: &str) -> Vec<String> {
    model.get(section).and_then(Json::as_object).into_iter().flatten().map(|(id, _)| id.clone()).collect()
}

/// A model with a change; nothing if it has nothing to change so.
fn edited(before: &Json, edit: Edit) -> Option<Json> {
    let mut model = before.clone();
    let elements = ids(before, "elements");
    let first = elements.first();
    let own_threats: Vec<String> = ids(before, "threats").into_iter().filter(|id| !id.contains('@')).collect();
    let threat = own_threats.last();
    let flow = ids(before, "flows").into_iter().last();
    match edit {
        RenameElement => {
            let id = first?;
            let name = before["elements"][id]["name"].as_str().map_or_else(|| redan_model::naming::title_of(id), str::to_owned);
            model["elements"][id]["name"] = format!("My & {name}").into();
        }
        ElementKind => {
            let id = elements.iter().find(|id| before["elements"][*id]["kind"] == "process")?;
            model["elements"][id]["kind"] = "store".into();
        }
        ElementZone => {
            let zone = ids(before, "zones").into_iter().next()?;
            let free = |id: &&String| before["elements"][*id].get("zone").is_none() && before["elements"][*id].get("in").is_none();
            let dependency = |id: &&String| before["elements"][*id]["tags"].to_string().contains("dependency");
            let has_parts = |id: &&String| elements.iter().any(|part| before["elements"][part]["in"] == **id);
            let id = elements.iter().filter(|id| !dependency(id) && !has_parts(id)).find(free)?;
            model["elements"][id]["zone"] = json!([zone]);
        }
        AddElement => {
            let zone = ids(before, "zones").into_iter().next();
            let mut entry = json!({"kind": "process", "name": "Brand-new thing"});
            if let Some(zone) = zone {
                entry["zone"] = json!([zone]);
            }
            model["elements"].as_object_mut()?.insert("brand-new".to_owned(), entry);
        }
        RemoveElement => remove_element(&mut model, elements.last()?),
        RenameZone => model["zones"][ids(before, "zones").first()?]["name"] = "Another place".into(),
        AddFlow => {
            let flow = before.get("flows")?.as_object()?.values().next()?;
            let (from, to) = (flow["to"].clone(), flow["from"].clone());
            model["flows"].as_object_mut()?.insert("brand-new-flow".to_owned(), json!({"from": from, "to": to, "label": "goes back"}));
        }
        RemoveFlow => drop(model["flows"].as_object_mut()?.remove(&flow?)),
        RelabelFlow => {
            let id = flow?;
            let label = before["flows"][&id]["label"].as_str().unwrap_or(&id).to_owned();
            model["flows"][id]["label"] = format!("{label} again <3").into();
        }
        TurnFlow => {
            let id = flow?;
            let ends = (before["flows"][&id]["from"].clone(), before["flows"][&id]["to"].clone());
            (model["flows"][&id]["to"], model["flows"][&id]["from"]) = ends;
        }
        ThreatStatus => model["threats"][threat?]["status"] = "mitigated".into(),
        ThreatRating => {
            let id = threat?;
            (model["threats"][id]["likelihood"], model["threats"][id]["impact"]) = (json!(3), json!(2));
        }
        ThreatTitle => model["threats"][threat?]["title"] = "Quite another \"threat\"".into(),
        RemoveThreat => remove_threat(&mut model, before, &own_threats, threat?)?,
        AssetLevel => model["assets"][ids(before, "assets").first()?]["confidentiality"] = "none".into(),
        RemoveAsset => {
            let id = ids(before, "assets").into_iter().last()?;
            if before.to_string().matches(&format!("\"{id}\"")).count() > 1 {
                return None;
            }
            model["assets"].as_object_mut()?.remove(&id);
        }
        RenameStep | StepNumber | AddStep | RemoveStep => {
            let tree = model["attack-trees"].as_object_mut()?.values_mut().next()?;
            edit_of_tree(tree, edit)?;
        }
    }
    Some(model)
}

/// Changes an attack tree.
fn edit_of_tree(tree: &mut Json, edit: Edit) -> Option<()> {
    let leaf = leaf_of(tree)?;
    match edit {
        RenameStep => for_steps(tree, &mut |step| {
            if step["do"] == *leaf {
                step["do"] = "Quite <another> \"step\"".into();
            }
        }),
        StepNumber => for_steps(tree, &mut |step| {
            if step["do"] == *leaf && step.get("do").is_some() {
                step["probability"] = json!(0.25);
            }
        }),
        AddStep | RemoveStep => {
            let steps = ["any", "all"].into_iter().find(|key| tree.get(*key).is_some())?;
            let steps = tree[steps].as_array_mut().filter(|steps| steps.len() > 2)?;
            if edit == AddStep {
                steps.push(json!({"do": "Brand-new step", "probability": 0.1}));
            } else {
                steps.pop().filter(|step| step.get("ref").is_none())?;
            }
        }
        _ => return None,
    }
    Some(())
}

/// What the first step without steps below it does.
fn leaf_of(tree: &mut Json) -> Option<String> {
    let mut found = None;
    for_steps(tree, &mut |step| {
        let has_parts = ["any", "all", "seq", "of", "ref", "unless", "goal"].iter().any(|key| step.get(*key).is_some());
        if found.is_none() && !has_parts {
            found = step["do"].as_str().map(str::to_owned);
        }
    });
    found
}

fn for_steps(step: &mut Json, each: &mut dyn FnMut(&mut Json)) {
    each(step);
    for key in ["any", "all", "seq", "of", "unless"] {
        step.get_mut(key).and_then(Json::as_array_mut).into_iter().flatten().for_each(|step| for_steps(step, each));
    }
    if let Some(nodes) = step.get_mut("nodes").and_then(Json::as_object_mut) {
        nodes.values_mut().for_each(|step| for_steps(step, each));
    }
}

/// Takes a threat out, with its mitigations where no other has them.
fn remove_threat(model: &mut Json, before: &Json, own_threats: &[String], id: &String) -> Option<()> {
    for mitigation in support_list(&before["threats"][id], "mitigations") {
        let used =
            own_threats.iter().any(|other| other != id && support_list(&before["threats"][other], "mitigations").contains(&mitigation));
        if !used {
            model["mitigations"].as_object_mut()?.remove(&mitigation);
        }
    }
    // A table of threats knows things by its threats alone.
    for element in support_list(&before["threats"][id], "on") {
        let flows = before.get("flows").is_some();
        let others = own_threats.iter().any(|other| other != id && support_list(&before["threats"][other], "on").contains(&element));
        if !flows && !others {
            model["elements"].as_object_mut()?.remove(&element);
        }
    }
    model["threats"].as_object_mut()?.remove(id);
    Some(())
}

fn support_list(entry: &Json, key: &str) -> Vec<String> {
    entry.get(key).and_then(Json::as_array).into_iter().flatten().filter_map(Json::as_str).map(str::to_owned).collect()
}

/// Takes an element out, with its flows and what is in it.
fn remove_element(model: &mut Json, id: &str) {
    let parts: Vec<String> = ids(model, "elements").into_iter().filter(|part| model["elements"][part]["in"] == *id).collect();
    parts.iter().for_each(|part| remove_element(model, part));
    let gone = |flow: &Json| flow["from"] == *id || flow["to"] == *id;
    if let Some(flows) = model.get_mut("flows").and_then(Json::as_object_mut) {
        flows.retain(|_, flow| !gone(flow));
    }
    if let Some(elements) = model["elements"].as_object_mut() {
        elements.remove(id);
    }
    for section in ["diagrams", "threats"] {
        for entry in model.get_mut(section).and_then(Json::as_object_mut).into_iter().flatten().map(|(_, entry)| entry) {
            for key in ["show", "on"] {
                if let Some(list) = entry.get_mut(key).and_then(Json::as_array_mut) {
                    list.retain(|item| item != id);
                }
            }
        }
    }
}

/// The file with the changes in it; nothing if it is one that is only read.
fn written_onto(format: Format, bytes: &[u8], imported: &Imported, json: &Json) -> Option<Exported> {
    let long = redan_interop::onto::long_form(json);
    let model = support::load(&long);
    match onto(format, Original { bytes, imported }, &outgoing(&model, &long)) {
        Err(ExportError::Impossible(why)) if why.contains("version 1") || why.contains("libraries") || why.contains("JSON alone") => None,
        written => Some(written.unwrap()),
    }
}

#[test]
fn without_a_change_the_bytes_stay() {
    for case in CASES {
        for (name, bytes, imported) in case.files() {
            let same = written_onto(case.format, &bytes, &imported, &imported.model).unwrap();
            assert!(same.bytes == bytes && same.loss.is_empty(), "{name}");
        }
    }
}

#[test]
fn each_change_lands_in_the_file_and_is_read_back() {
    let mut wrong = Vec::new();
    for case in CASES {
        let mut done: BTreeSet<String> = BTreeSet::new();
        for (name, bytes, imported) in case.files() {
            for edit in case.takes {
                let Some(json) = edited(&imported.model, *edit) else { continue };
                let Some(written) = written_onto(case.format, &bytes, &imported, &json) else { continue };
                let Ok(again) = import(case.format, &written.bytes) else {
                    wrong.push(format!("{edit:?} in {name}: no longer read"));
                    continue;
                };
                let same = support::names(&again.model, "elements") == support::names(&json, "elements")
                    && support::names(&again.model, "zones") == support::names(&json, "zones")
                    && support::ends(&again.model) == support::ends(&json)
                    && (support::count(&again, "threats") == ids(&json, "threats").len() || !imported.decisions.is_empty());
                // In our own files every change lands; in others it lands or is listed.
                let trees = redan_interop::onto::differences(&again.model, &json);
                let same = same && !trees.iter().any(|path| path.starts_with("attack-trees"));
                let own = case.own.iter().any(|(own, _)| *own == name);
                let lands = same && written.bytes != bytes;
                if if own { !lands || !written.loss.is_empty() } else { !lands && written.loss.is_empty() } {
                    wrong.push(format!(
                        "{edit:?} in {name} ({same}): {:?}",
                        written.loss.iter().take(3).map(|loss| &loss.place).collect::<Vec<_>>()
                    ));
                }
                done.insert(format!("{edit:?}"));
            }
        }
        let unseen: Vec<&Edit> = case.takes.iter().filter(|edit| !done.contains(&format!("{edit:?}"))).collect();
        if !unseen.is_empty() && (support::corpus().is_some() || !case.own.is_empty()) {
            wrong.push(format!("{}: no file shows {unseen:?}", case.format.as_str()));
        }
    }
    assert!(wrong.is_empty(), "{} changes:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn a_change_of_one_thing_leaves_the_lines_of_others() {
    for case in CASES.iter().filter(|case| !matches!(case.format, Format::Lucid)) {
        for (name, bytes, imported) in
            case.files().into_iter().filter(|(_, bytes, _)| bytes.iter().filter(|byte| **byte == b'\n').count() > 8)
        {
            for edit in [RenameElement, RelabelFlow, ThreatTitle].iter().filter(|edit| case.takes.contains(edit)) {
                let Some(json) = edited(&imported.model, *edit) else { continue };
                let Some(written) = written_onto(case.format, &bytes, &imported, &json) else { continue };
                let written = String::from_utf8(written.bytes).unwrap();
                let kept: BTreeSet<&str> = written.lines().collect();
                let text = String::from_utf8(bytes.clone()).unwrap();
                let gone = text.lines().filter(|line| !kept.contains(line)).count();
                assert!(gone <= 2 + text.lines().count() / 4, "{edit:?} in {name}: {gone} lines");
            }
        }
    }
}

/// Whether a difference is one that a list of losses names: by its entry, by its section, or by what the thing is called.
fn is_listed(path: &str, losses: &[Loss], model: &Json) -> bool {
    let parts: Vec<&str> = path.split('.').collect();
    let entry = parts.iter().take(2).copied().collect::<Vec<_>>().join(".");
    let named = parts.get(1).and_then(|id| {
        let entry = model.get(parts[0])?.get(*id)?;
        ["name", "title", "label"].iter().find_map(|key| entry.get(*key)?.as_str())
    });
    losses.iter().any(|loss| {
        let place = loss.place.split(['[', ' ']).next().unwrap_or_default();
        place == entry
            || place == parts[0]
            || place.starts_with(&format!("{entry}."))
            || parts.get(1).is_some_and(|id| loss.place == *id)
            || named.is_some_and(|name| loss.what.contains(&format!("\"{name}\"")))
    })
}

/// Whether a model says something at a place.
fn said(model: &Json, path: &str) -> bool {
    path.splitn(3, '.').try_fold(model, |value, key| value.get(key)).is_some()
}

#[test]
fn what_is_written_of_a_model_is_read_back_up_to_the_losses() {
    let mut wrong = Vec::new();
    for format in CASES.iter().map(|case| case.format).chain(WHOLE.iter().copied()) {
        for json in support::examples() {
            let model = support::load(&json);
            let Ok(written) = export(format, &outgoing(&model, &json)) else { continue };
            let again = import(format, &written.bytes).unwrap();
            let losses: Vec<Loss> = written.loss.iter().chain(&again.loss).cloned().collect();
            let differences = redan_interop::onto::differences(&again.model, &json);
            // What a thing is, how it is called and what it is joined with, no writer forgets.
            let forgotten = |loss: &&Loss| {
                let fields =
                    loss.what.strip_suffix(": the file does not say it").or(loss.what.strip_suffix(": the file says it otherwise"));
                let basic =
                    ["all of it", "`kind`", "`name`", "`from`", "`to`", "`label`", "`zone`", "`title`", "`status`", "`mitigations`"];
                !loss.place.starts_with("assets") && fields.is_some_and(|fields| basic.iter().any(|field| fields.contains(field)))
            };
            for loss in written.loss.iter().filter(forgotten) {
                wrong.push(format!("{} of {}: {} at {}", format.as_str(), json["name"], loss.what, loss.place));
            }
            // What a format asks for and the model does not say is no loss.
            for path in differences
                .iter()
                .filter(|path| !path.contains("x-") && !path.contains('@') && said(&json, path) && !is_listed(path, &losses, &json))
            {
                wrong.push(format!("{} of {}: {path}", format.as_str(), json["name"]));
            }
        }
    }
    assert!(wrong.is_empty(), "{} differences that no list names:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn what_is_read_of_a_file_is_written_back_up_to_the_losses() {
    let mut wrong = Vec::new();
    for case in CASES {
        for (name, bytes, first) in case.files() {
            // The Threat Modeling Tool has a test of its own. Version 1 of Threat Dragon is written as version 2, in which
            // what is kept for drawing looks otherwise.
            if case.format == Format::Tm7 || first.model.get("name").is_none() && ids(&first.model, "elements").is_empty() {
                continue;
            }
            let is_old = case.format == Format::ThreatDragon && bytes.windows(11).any(|part| part == b"diagramJson");
            let later = bytes.windows(13).any(|part| part == b"technologies:") && case.format == Format::Threagile;
            let format = if later { Format::ThreagileLater } else { case.format };
            let long = redan_interop::onto::long_form(&first.model);
            let model = support::load(&long);
            let Ok(written) = export(format, &outgoing(&model, &long)) else { continue };
            let again = import(case.format, &written.bytes).unwrap_or_else(|error| panic!("{name}: {error}"));
            let losses: Vec<Loss> = written.loss.iter().chain(&first.loss).cloned().collect();
            let differences = redan_interop::onto::differences(&again.model, &first.model);
            // The order of what a page shows is that of the file.
            for path in differences.iter().filter(|path| {
                let drawn = path.ends_with(".show") || is_old && path.contains("x-threat-dragon");
                !drawn && said(&long, path) && !is_listed(path, &losses, &long)
            }) {
                wrong.push(format!("{name}: {path}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{} differences that no list names:\n{}", wrong.len(), wrong.join("\n"));
}

/// The part of a file of the Threat Modeling Tool from a tag to its end.
fn part<'t>(text: &'t str, name: &str) -> &'t str {
    let (open, close) = (format!("<{name}"), format!("</{name}>"));
    match (text.find(&open), text.rfind(&close)) {
        (Some(start), Some(end)) => &text[start..end + close.len()],
        _ => "",
    }
}

#[test]
fn a_model_of_the_threat_modeling_tool_comes_back_with_everything_that_it_had() {
    let files = Files::below("tm7").into_iter().filter(|(_, bytes)| bytes.len() < 600_000);
    let files = files.map(|(path, bytes)| (path.display().to_string(), bytes));
    let own = std::iter::once(("shop".to_owned(), include_bytes!("tm7/shop.tm7").to_vec()));
    for (name, bytes) in files.chain(own) {
        let Ok(imported) = redan_interop::tm7::read_kept(&bytes, true) else { continue };
        let long = redan_interop::onto::long_form(&imported.model);
        let written = |json: &Json, keep_names: bool| {
            let model = support::load(json);
            export(Format::Tm7, &redan_interop::Outgoing { keep_names, ..outgoing(&model, json) }).unwrap()
        };
        // Nothing changed: the file itself, the names of people included where they were asked for.
        assert!(written(&long, true).bytes == bytes, "{name}");
        let (before, bare) = (redan_interop::tm7::parse(&bytes).unwrap(), written(&long, false).bytes);
        let after = redan_interop::tm7::parse(&bare).unwrap();
        assert_eq!(after.surfaces, before.surfaces, "{name}");
        assert_eq!(after.threats.len(), before.threats.len(), "{name}");
        for (after, before) in after.threats.iter().zip(&before.threats) {
            let said = |threat: &redan_interop::tm7::Threat| {
                (threat.key.clone(), threat.title.clone(), threat.state.clone(), threat.justification.clone())
            };
            assert_eq!(said(after), said(before), "{name}");
        }
        // Something changed: the knowledge base is the same bytes still.
        let Some(json) = edited(&long, RenameElement) else { continue };
        let (text, changed) = (String::from_utf8(bytes).unwrap(), String::from_utf8(written(&json, false).bytes).unwrap());
        assert!(part(&text, "KnowledgeBase") == part(&changed, "KnowledgeBase"), "{name}");
        assert!(changed.contains("My &amp; "), "{name}");
    }
}
