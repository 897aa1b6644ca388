//! The expression language of rules: a typed, three-valued subset of CEL.
//!
//! Text is parsed once, checked against [`schema`], and kept as a typed tree; evaluation asks a [`World`] for facts
//! and can be asked afterwards which unknown facts a result turned on. Text, nesting and size are bounded, so neither
//! compiling nor evaluating can run out of stack.

mod atoms;
mod check;
mod eval;
pub mod limits;
mod mutate;
mod parse;
mod polarity;
mod say;
pub mod schema;
mod token;
mod tree;
mod unknowns;
pub mod value;

pub use mutate::Negated;
pub use say::Speaker;
pub use schema::{Field, Kind, Type};
pub use value::{Holding, Range, Things, Tri, Value};

use std::borrow::Cow;
use std::ops::ControlFlow;
use std::rc::Rc;

use redan_model::{AssetIx, Thing};

use crate::catalogue::{Catalogue, TraitIx};
use crate::explain::Atom;
use crate::fact::{BaseFact, UsedFact};
use crate::rule::SubjectKind;
use eval::{Frame, Slot};
use tree::{Op, Path, Program, SUBJECT};

/// The facts that expressions are evaluated over.
pub trait World {
    /// The value of a field of a thing; the thing is of a kind that has the field (checked when the rule was loaded).
    fn value(&self, thing: Thing, field: Field) -> Value<'_>;

    /// The same as [`World::value`] for a field that is a truth value.
    fn flag(&self, thing: Thing, field: Field) -> Tri {
        match self.value(thing, field) {
            Value::Tri(value) => value,
            _ => Tri::Unknown,
        }
    }

    /// The base facts that are unknown and that would decide this field's value, in a stable order.
    fn unknown_facts(&self, thing: Thing, field: Field, out: &mut Vec<BaseFact>);

    /// The base facts behind this field's value, with value, origin and place, for explanations.
    fn used_facts(&self, thing: Thing, field: Field, out: &mut Vec<UsedFact>);

    /// The same as [`World::value`] for a field that is a list of things; override it to lend a list that is kept.
    fn things(&self, thing: Thing, field: Field) -> Cow<'_, Things> {
        match self.value(thing, field) {
            Value::Things(things) => Cow::Owned(things),
            _ => Cow::Owned(Things::default()),
        }
    }

    /// Whether `predicate` holds for a member of the list `field` of `thing`.
    ///
    /// Asked only for `reached_from` and `influenced_from`, and only when the predicate reads nothing but the member and
    /// the model. `key` is the text of the predicate: with the same field and key the predicate is the same, so one
    /// search over the whole model can be kept and serve every thing.
    fn reaches(&self, thing: Thing, field: Field, key: &str, predicate: &mut dyn FnMut(Thing) -> Tri) -> Tri {
        let _ = key;
        Holding::of(&self.things(thing, field), predicate).some_but(None)
    }

    /// Where `predicate` can hold among the members of the list `field` of `thing`.
    ///
    /// Asked only for lists of zones and of the model, and with the same promise as [`World::reaches`].
    fn holding(&self, thing: Thing, field: Field, key: &str, predicate: &mut dyn FnMut(Thing) -> Tri) -> Rc<Holding> {
        let _ = key;
        Rc::new(Holding::of(&self.things(thing, field), predicate))
    }

    /// Calls `visit` with the members of a list of things and whether they belong, until it breaks off; whether there
    /// may be members that nobody has stated. Override it for lists that need not be built.
    fn each(&self, thing: Thing, field: Field, visit: &mut dyn FnMut(Thing, Tri) -> ControlFlow<()>) -> bool {
        let things = self.things(thing, field);
        // Who breaks off wants no more, and the rest of the answer stays the same.
        let _ = things.members.iter().try_for_each(|(thing, belongs)| visit(*thing, *belongs));
        things.open
    }

    /// The assets whose `on` names a thing, in the order of the model; `None` where nobody keeps that list.
    ///
    /// With it, `model.assets.exists(a, … && element in a.on)` need not look at every asset for every element.
    fn assets_on(&self, thing: Thing) -> Option<&[AssetIx]> {
        let _ = thing;
        None
    }
}

/// Whether a predicate holds for a member of a list: unknown, unless a member decides it, while there may be more.
fn any_member(world: &dyn World, thing: Thing, field: Field, predicate: &mut dyn FnMut(Thing) -> Tri) -> Tri {
    let mut found = Tri::No;
    let open = world.each(thing, field, &mut |member, belongs| {
        // A member that may belong cannot decide what is open already.
        if found.is_no() || belongs.is_yes() {
            found = found.or(belongs.and(predicate(member)));
        }
        if found.is_yes() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    if open { found.or(Tri::Unknown) } else { found }
}

/// What the variables of an expression stand for while it is evaluated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Env {
    /// The subject: `element`, `flow`, `zone`, `asset` or `model`.
    pub subject: Thing,
    /// The asset that `with` binds.
    pub asset: Option<AssetIx>,
}

impl Env {
    /// A subject without a bound asset.
    pub fn of(subject: Thing) -> Self {
        Self { subject, asset: None }
    }

    /// A subject with the asset that `with` binds.
    pub fn with_asset(subject: Thing, asset: AssetIx) -> Self {
        Self { subject, asset: Some(asset) }
    }
}

/// The variables that an expression may use: `model`, the subject, and `asset` where `with` binds one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scope {
    /// The kind of the subject; its variable is named after it.
    pub subject: Kind,
    /// Whether `asset` is bound by `with`.
    pub asset: bool,
}

impl Scope {
    /// `model` and a subject.
    pub fn of(subject: Kind) -> Self {
        Self { subject, asset: false }
    }

    /// The scope of a rule on these subjects; `None` when they have no common variable (`[flow, store]`) or there are none.
    pub fn of_rule(on: &[SubjectKind]) -> Option<Self> {
        let first = kind_of(*on.first()?);
        on.iter().all(|kind| kind_of(*kind) == first).then_some(Self::of(first))
    }

    /// The same with `asset` bound by `with`.
    #[must_use]
    pub fn with_asset(self) -> Self {
        Self { asset: true, ..self }
    }
}

fn kind_of(subject: SubjectKind) -> Kind {
    match subject {
        SubjectKind::Actor | SubjectKind::External | SubjectKind::Process | SubjectKind::Store => Kind::Element,
        SubjectKind::Flow => Kind::Flow,
        SubjectKind::Zone => Kind::Zone,
        SubjectKind::Asset => Kind::Asset,
        SubjectKind::Model => Kind::Model,
    }
}

/// What is wrong with an expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExprError {
    /// Where in the text, in bytes.
    pub range: std::ops::Range<usize>,
    /// What is wrong, one sentence without a full stop.
    pub message: String,
    /// What is allowed, or the nearest name.
    pub help: Option<String>,
}

/// A checked expression.
#[derive(Debug, Clone)]
pub struct Expr {
    /// The text, as in the rule.
    pub text: String,
    program: Program,
    fields: Vec<(Kind, Field)>,
}

impl Expr {
    /// Parses and checks a condition.
    ///
    /// # Errors
    /// Everything that is wrong with it, in the order of the text.
    pub fn compile(text: &str, scope: &Scope, catalogue: &Catalogue) -> Result<Self, Vec<ExprError>> {
        let ast = parse::parse(text).map_err(|error| vec![error])?;
        let checked = check::condition(text, &ast, scope, catalogue).map_err(in_order)?;
        let misread = polarity::misread_controls(&checked.result);
        if misread.is_empty() { Ok(Self::new(text, Program::Condition(checked.result), checked.fields)) } else { Err(in_order(misread)) }
    }

    /// Parses and checks the list of assets that `with` names.
    ///
    /// # Errors
    /// Everything that is wrong with it, in the order of the text.
    pub fn compile_assets(text: &str, scope: &Scope, catalogue: &Catalogue) -> Result<Self, Vec<ExprError>> {
        let ast = parse::parse(text).map_err(|error| vec![error])?;
        let checked = check::assets(text, &ast, scope, catalogue).map_err(in_order)?;
        Ok(Self::new(text, Program::List(checked.result), checked.fields))
    }

    /// Parses and checks the list of elements that `affects` names.
    ///
    /// # Errors
    /// Everything that is wrong with it, in the order of the text.
    pub fn compile_elements(text: &str, scope: &Scope, catalogue: &Catalogue) -> Result<Self, Vec<ExprError>> {
        let ast = parse::parse(text).map_err(|error| vec![error])?;
        let checked = check::elements(text, &ast, scope, catalogue).map_err(in_order)?;
        Ok(Self::new(text, Program::List(checked.result), checked.fields))
    }

    fn new(text: &str, program: Program, fields: Vec<(Kind, Field)>) -> Self {
        Self { text: text.to_owned(), program, fields: unknowns::once(fields) }
    }

    /// Whether the condition holds; unknown for a list.
    pub fn eval(&self, world: &dyn World, env: Env) -> Tri {
        match &self.program {
            Program::Condition(cond) => Frame::new(world, env).cond(cond),
            Program::List(_) => Tri::Unknown,
        }
    }

    /// The members of a list made by [`Expr::compile_assets`], each once; none for a condition.
    pub fn list(&self, world: &dyn World, env: Env) -> Things {
        let Program::List(list) = &self.program else { return Things::default() };
        let members = Frame::new(world, env).members(list);
        let things = members.items.into_iter().filter_map(|(member, belongs)| match member {
            Slot::Thing(thing) => Some((thing, belongs)),
            Slot::Text(_) | Slot::Num(_) => None,
        });
        Things::of(things, members.open)
    }

    /// The unknown base facts that an unknown result waits for, each once, in the order of the text; none when the
    /// result is known. Of a list: those that would decide its members.
    pub fn unknown_facts(&self, world: &dyn World, env: Env) -> Vec<BaseFact> {
        match &self.program {
            Program::Condition(cond) if Frame::new(world, env).cond(cond).is_unknown() => self.behind_unknown(world, env),
            Program::Condition(_) => Vec::new(),
            Program::List(_) => self.behind_unknown(world, env),
        }
    }

    /// The same where the result is known to be unknown, without finding that out once more.
    pub(crate) fn behind_unknown(&self, world: &dyn World, env: Env) -> Vec<BaseFact> {
        let frame = Frame::new(world, env);
        match &self.program {
            Program::Condition(cond) => unknowns::unknown_in_cond(frame, cond),
            Program::List(list) => unknowns::unknown_in_list(frame, list),
        }
    }

    /// The conditions that decide the result, with the facts behind them, in the order of the text.
    pub fn atoms(&self, world: &dyn World, env: Env) -> Vec<Atom> {
        match &self.program {
            Program::Condition(cond) => atoms::atoms(Frame::new(world, env), cond, &self.text),
            Program::List(_) => Vec::new(),
        }
    }

    /// The conditions of [`Expr::atoms`], each as a sentence for people.
    pub fn sentences(&self, world: &dyn World, env: Env, speaker: Speaker<'_>) -> Vec<String> {
        let Program::Condition(cond) = &self.program else { return Vec::new() };
        let said = |cond| say::sentence(Frame::new(world, env), speaker, &self.text, cond);
        atoms::deciding(Frame::new(world, env), cond).into_iter().map(said).collect()
    }

    /// The members that make the `exists` of a true condition true, each once, in the order of the text.
    pub fn witnesses(&self, world: &dyn World, env: Env) -> Vec<Thing> {
        match &self.program {
            Program::Condition(cond) => atoms::witnesses(Frame::new(world, env), cond),
            Program::List(_) => Vec::new(),
        }
    }

    /// The condition once for every atom, with that atom turned around; none for a list.
    pub fn negated(&self) -> Vec<Negated> {
        mutate::negated(self)
    }

    /// A trait of the subject without which the condition is certainly false, if it names one: most rules are about
    /// things of a certain kind, and most things are not of it.
    pub(crate) fn needed_trait(&self) -> Option<TraitIx> {
        let Program::Condition(cond) = &self.program else { return None };
        cond.parts().iter().find_map(|part| match part.op {
            Op::Flag(Path::Slot(SUBJECT), Field::Trait(ix)) => Some(ix),
            _ => None,
        })
    }

    /// The fields that it reads, each once, in the order of the text.
    pub fn fields(&self) -> &[(Kind, Field)] {
        &self.fields
    }
}

fn in_order(mut errors: Vec<ExprError>) -> Vec<ExprError> {
    errors.sort_by_key(|error| (error.range.start, error.range.end));
    errors.dedup();
    errors
}
