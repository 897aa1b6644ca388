//! Names: variables, bare words, fields, traits and controls.

use std::ops::Range;

use redan_model::Place;
use redan_model::suggest::nearest;

use super::super::parse::{Ast, AstKind};
use super::super::schema::{FIELDS, Field, FieldSpec, Kind, Type};
use super::super::tree::{ASSET, List, MODEL, Num, Op, Path, SUBJECT, Scale, Text};
use super::{Checker, Member, Typed, cond_at, noun};
use crate::catalogue::{ControlIx, TraitIx};

const LEVELS: [&str; 5] = ["none", "low", "medium", "high", "critical"];

impl Checker<'_> {
    /// Whether a name means something already, so that no variable may be called that.
    pub(super) fn is_taken(&self, name: &str) -> bool {
        let words = ["true", "false", "in", "model", "unknown"];
        words.contains(&name)
            || LEVELS.contains(&name)
            || name == noun(self.scope.subject)
            || (self.scope.asset && name == "asset")
            || self.binders.iter().any(|binder| binder.name == name)
    }

    pub(super) fn name(&mut self, ast: &Ast, name: &str) -> Option<Typed> {
        if let Some((slot, member)) = self.variable(name) {
            self.lowest = if slot == MODEL { self.lowest } else { self.lowest.min(slot) };
            return Some(match member {
                Member::Thing(kind) => Typed::Thing(Path::Slot(slot), kind),
                Member::Text(words) => Typed::Text(Text::Slot(slot), words),
                Member::Num(scale) => Typed::Num(Num::Slot(slot), scale),
                Member::Nothing => Typed::Num(Num::Slot(slot), Scale::Number),
            });
        }
        if let Some(level) = LEVELS.iter().position(|level| *level == name) {
            return Some(Typed::Num(Num::Const(i64::try_from(level).unwrap_or(0)), Scale::Level));
        }
        match name {
            "true" => Some(cond_at(ast, Op::Const(true))),
            "false" => Some(cond_at(ast, Op::Const(false))),
            _ => self.unknown_name(ast, name),
        }
    }

    fn variable(&self, name: &str) -> Option<(usize, Member)> {
        if let Some(binder) = self.binders.iter().find(|binder| binder.name == name) {
            return Some((binder.slot, binder.member));
        }
        match name {
            "model" => Some((MODEL, Member::Thing(Kind::Model))),
            "asset" if self.scope.asset => Some((ASSET, Member::Thing(Kind::Asset))),
            _ if name == noun(self.scope.subject) => Some((SUBJECT, Member::Thing(self.scope.subject))),
            _ => None,
        }
    }

    fn unknown_name<T>(&mut self, ast: &Ast, name: &str) -> Option<T> {
        if name == "unknown" {
            let help = "a condition on an unknown fact is unknown by itself and becomes a question".to_owned();
            return self.error(&ast.range, "nothing can be compared with `unknown`", Some(help));
        }
        let mut names: Vec<&str> = self.binders.iter().map(|binder| binder.name.as_str()).collect();
        names.extend(["model", noun(self.scope.subject)]);
        names.extend(self.scope.asset.then_some("asset"));
        names.dedup();
        let near = nearest(name, names.iter().copied().chain(LEVELS).chain(["true", "false"]));
        let help = match near {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("names here are {}; texts are quoted", list_of(&names)),
        };
        self.error(&ast.range, format!("unknown name `{name}`"), Some(help))
    }

    pub(super) fn member(&mut self, ast: &Ast, base: &Ast, name: &str, range: &Range<usize>) -> Option<Typed> {
        if let AstKind::Member(owner, group, _) = &base.kind
            && (group == "traits" || group == "controls")
        {
            return match self.typed(owner)? {
                Typed::Thing(path, kind) => self.trait_or_control(ast, path, kind, group, name, range),
                other => self.wanted(owner, "an element, flow, zone, asset or model", &other),
            };
        }
        let (path, kind) = match self.typed(base)? {
            Typed::Thing(path, kind) => (path, kind),
            other => return self.no_fields(base, name, range, &other),
        };
        if name == "traits" || name == "controls" {
            let help = format!("write one of them after it, as in `{}.{name}.…`", self.slice(&base.range));
            return self.error(range, format!("`{name}` by itself has no value"), Some(help));
        }
        match FIELDS.iter().find(|spec| spec.of == kind && spec.name == name) {
            Some(spec) => Some(self.field(ast, path, spec)),
            None => self.unknown_field(kind, name, range),
        }
    }

    fn no_fields<T>(&mut self, base: &Ast, name: &str, range: &Range<usize>, found: &Typed) -> Option<T> {
        let message = format!("`{}` is {} and has no field `{name}`", self.slice(&base.range), found.describe());
        let help = match found {
            Typed::List(..) => Some(format!("ask its members, as in `.exists(x, x.{name} …)`")),
            _ => None,
        };
        self.error(range, message, help)
    }

    fn unknown_field<T>(&mut self, kind: Kind, name: &str, range: &Range<usize>) -> Option<T> {
        let names: Vec<&str> = FIELDS.iter().filter(|spec| spec.of == kind).map(|spec| spec.name).chain(["traits", "controls"]).collect();
        let help = match nearest(name, names.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("its fields are {}", list_of(&names)),
        };
        self.error(range, format!("{} {} has no field `{name}`", article(kind), noun(kind)), Some(help))
    }

    fn field(&mut self, ast: &Ast, path: Path, spec: &FieldSpec) -> Typed {
        self.fields.push((spec.of, spec.field));
        match spec.ty {
            Type::Bool => cond_at(ast, Op::Flag(path, spec.field)),
            Type::Number => Typed::Num(Num::Field(path, spec.field), Scale::Number),
            Type::Level => Typed::Num(Num::Field(path, spec.field), Scale::Level),
            Type::Text => Typed::Text(Text::Field(path, spec.field), spec.words),
            Type::Thing(kind) => Typed::Thing(Path::Of(Box::new(path), spec.field), kind),
            Type::Things(kind) => Typed::List(List::Field(path, spec.field), Member::Thing(kind)),
            Type::Texts => Typed::List(List::Field(path, spec.field), Member::Text(spec.words)),
        }
    }

    fn trait_or_control(&mut self, ast: &Ast, path: Path, kind: Kind, group: &str, name: &str, range: &Range<usize>) -> Option<Typed> {
        let found = if group == "traits" { self.find_trait(name) } else { self.find_control(name) };
        let Some((field, id, of)) = found else { return self.unknown_fact(group, name, range) };
        if !of.iter().any(|place| fits(*place, kind)) {
            let places: Vec<&str> = of.iter().map(|place| place.as_str()).collect();
            let one = group.trim_end_matches('s');
            let message = format!("the {one} `{id}` is not one of {} {}", article(kind), noun(kind));
            return self.error(range, message, Some(format!("it may be asked of: {}", places.join(", "))));
        }
        self.fields.push((kind, field));
        Some(cond_at(ast, Op::Flag(path, field)))
    }

    fn find_trait(&self, name: &str) -> Option<(Field, String, Vec<Place>)> {
        let (ix, (id, found)) = self.catalogue.traits.iter().enumerate().find(|(_, (id, _))| in_expressions(id) == name)?;
        Some((Field::Trait(TraitIx(u16::try_from(ix).ok()?)), id.clone(), found.of.clone()))
    }

    fn find_control(&self, name: &str) -> Option<(Field, String, Vec<Place>)> {
        let (ix, (id, found)) = self.catalogue.controls.iter().enumerate().find(|(_, (id, _))| in_expressions(id) == name)?;
        Some((Field::Control(ControlIx(u16::try_from(ix).ok()?)), id.clone(), found.of.clone()))
    }

    fn unknown_fact<T>(&mut self, group: &str, name: &str, range: &Range<usize>) -> Option<T> {
        let ids: Vec<String> = match group {
            "traits" => self.catalogue.traits.keys().map(|id| in_expressions(id)).collect(),
            _ => self.catalogue.controls.keys().map(|id| in_expressions(id)).collect(),
        };
        let near = nearest(name, ids.iter().map(String::as_str)).map(|near| format!("did you mean `{near}`?"));
        self.error(range, format!("unknown {} `{name}`", group.trim_end_matches('s')), near)
    }
}

/// An id as it is written in expressions.
fn in_expressions(id: &str) -> String {
    id.replace('-', "_")
}

fn article(kind: Kind) -> &'static str {
    if matches!(kind, Kind::Element | Kind::Asset) { "an" } else { "a" }
}

/// Whether facts of a place can be asked of a kind; what a target has is asked of the flow as well.
fn fits(place: Place, kind: Kind) -> bool {
    match place {
        Place::Model => kind == Kind::Model,
        Place::Element | Place::Actor | Place::External | Place::Process | Place::Store => kind == Kind::Element,
        Place::Flow => kind == Kind::Flow,
        Place::Target => matches!(kind, Kind::Flow | Kind::Element),
        Place::Zone => kind == Kind::Zone,
        Place::Asset => kind == Kind::Asset,
    }
}

fn list_of(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}
