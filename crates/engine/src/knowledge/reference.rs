//! The generated reference of what is embedded: rules, controls, technologies, protocols, traits, data classes.
//!
//! Everything in it comes from [`Knowledge`], so it cannot say anything else than what the engine does.

use std::fmt::Write as _;

use redan_model::lang::State;

use crate::Knowledge;
use crate::catalogue::{Catalogue, ControlIx, FAMILIES};
use crate::rule::Rule;

/// The reference as one Markdown page.
pub fn markdown(knowledge: &Knowledge) -> String {
    let mut out = String::from("# What redan knows\n");
    rules(knowledge, &mut out);
    controls(&knowledge.catalogue, &mut out);
    traits(&knowledge.catalogue, &mut out);
    technologies(&knowledge.catalogue, &mut out);
    protocols(&knowledge.catalogue, &mut out);
    data_classes(&knowledge.catalogue, &mut out);
    out
}

/// Appends one line; writing to a text cannot fail.
fn line(out: &mut String, args: std::fmt::Arguments<'_>) {
    out.write_fmt(args).expect("a text takes every write");
    out.push('\n');
}

fn rules(knowledge: &Knowledge, out: &mut String) {
    for pack in &knowledge.packs {
        line(out, format_args!("\n## Rules of the pack `{}`\n\n{}\n", pack.id, pack.what));
        line(out, format_args!("| rule | on | categories | raised as |\n|---|---|---|---|"));
        for rule in knowledge.rules.iter().filter(|rule| rule.pack == pack.id) {
            let on = rule.on.iter().map(|kind| kind.as_str()).collect::<Vec<_>>().join(", ");
            line(out, format_args!("| `{}` | {on} | {} | {} |", rule.id, categories(rule), cell(&rule.title)));
        }
    }
}

fn categories(rule: &Rule) -> String {
    let stride = rule.stride.iter().map(|category| category.as_str());
    stride.chain(rule.linddun.iter().map(|category| category.as_str())).collect::<Vec<_>>().join(", ")
}

fn controls(catalogue: &Catalogue, out: &mut String) {
    line(out, format_args!("\n## Controls"));
    for family in FAMILIES {
        line(out, format_args!("\n### {family}\n\n| control | of | strength | lowers | what it does |\n|---|---|---|---|---|"));
        for (id, control) in catalogue.controls.iter().filter(|(_, control)| control.family == *family) {
            let of = control.of.iter().map(|place| place.as_str()).collect::<Vec<_>>().join(", ");
            line(out, format_args!("| `{id}` | {of} | {} | {} | {} |", control.strength, control.lowers.as_str(), cell(&control.what)));
        }
    }
}

fn traits(catalogue: &Catalogue, out: &mut String) {
    line(out, format_args!("\n## Traits\n\n| trait | of | what it means |\n|---|---|---|"));
    for (id, t) in &catalogue.traits {
        let of = t.of.iter().map(|place| place.as_str()).collect::<Vec<_>>().join(", ");
        line(out, format_args!("| `{id}` | {of} | {} |", cell(&t.what)));
    }
}

fn technologies(catalogue: &Catalogue, out: &mut String) {
    line(out, format_args!("\n## Technologies\n\n| technology | other names | has | may have | controls |\n|---|---|---|---|---|"));
    for (id, technology) in &catalogue.technologies {
        let with = |wanted| {
            let named = technology.traits.iter().filter(|(_, state)| *state == wanted);
            code(named.filter_map(|(ix, _)| catalogue.traits.get_index(usize::from(ix.0))).map(|(id, _)| id.as_str()))
        };
        let mut brings = states(catalogue, &technology.controls);
        for (id, _) in technology.gives_model.iter().filter_map(|ix| catalogue.controls.get_index(usize::from(ix.0))) {
            let comma = if brings.is_empty() { "" } else { ", " };
            brings = format!("{brings}{comma}`{id}` for the model");
        }
        let aliases = code(technology.aliases.iter().map(String::as_str));
        line(out, format_args!("| `{id}` | {aliases} | {} | {} | {brings} |", with(State::Yes), with(State::Unknown)));
    }
}

fn protocols(catalogue: &Catalogue, out: &mut String) {
    line(out, format_args!("\n## Protocols\n\n| protocol | other names | traits | controls |\n|---|---|---|---|"));
    for (id, protocol) in &catalogue.protocols {
        let aliases = code(protocol.aliases.iter().map(String::as_str));
        let named = |(ix, state): (crate::catalogue::TraitIx, State)| {
            catalogue.traits.get_index(usize::from(ix.0)).map(|(id, _)| format!("`{id}` {state}"))
        };
        let traits = protocol.traits.iter().filter_map(named).collect::<Vec<_>>().join(", ");
        line(out, format_args!("| `{id}` | {aliases} | {traits} | {} |", states(catalogue, &protocol.controls)));
    }
}

fn data_classes(catalogue: &Catalogue, out: &mut String) {
    line(out, format_args!("\n## Data classes\n\n| class | what belongs to it |\n|---|---|"));
    for (id, class) in &catalogue.data_classes {
        line(out, format_args!("| `{id}` | {} |", cell(&class.what)));
    }
}

fn states(catalogue: &Catalogue, controls: &crate::catalogue::States<ControlIx>) -> String {
    let named = |(ix, state): (ControlIx, State)| catalogue.controls.get_index(usize::from(ix.0)).map(|(id, _)| format!("`{id}` {state}"));
    controls.iter().filter_map(named).collect::<Vec<_>>().join(", ")
}

fn code<'a>(ids: impl Iterator<Item = &'a str>) -> String {
    ids.map(|id| format!("`{id}`")).collect::<Vec<_>>().join(", ")
}

/// A text as a cell of a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}
