//! Conditions in plain words, with the names of what they turned on: "data from User Browser reaches Web App, and the
//! trust in User Browser is 0, below 50".
//!
//! Each field has its phrase in [`super::schema::FIELDS`]; traits are said with the words of their question. What has
//! no phrase is shown as the rule writes it.

use redan_model::lang::Level;
use redan_model::{Model, Thing};

use super::eval::{Frame, Members, Slot};
use super::schema::{FIELDS, Field, FieldSpec, Kind, Say, Type};
use super::tree::{Cond, FIRST_BINDER, Item, List, Num, Op, Order, Path, Quantified, Text, TextTest};
use super::value::Tri;
use crate::catalogue::Catalogue;

/// Where names of things, traits and words come from.
#[derive(Debug, Clone, Copy)]
pub struct Speaker<'a> {
    /// The names of things.
    pub model: &'a Model,
    /// The names of everything else.
    pub catalogue: &'a Catalogue,
}

impl Speaker<'_> {
    /// That a thing has a trait, or has not, in the words of the trait's question.
    pub fn has_trait(&self, ix: crate::catalogue::TraitIx, thing: Thing, has: bool) -> String {
        let entry = self.catalogue.traits.get_index(ix.0.into());
        entry.map(|(_, known)| statement(&known.question, &self.model.spoken(thing), has)).unwrap_or_default()
    }

    /// That a control is in place at a thing, or is not.
    pub fn has_control(&self, ix: crate::catalogue::ControlIx, thing: Thing, has: bool) -> String {
        let name = self.catalogue.controls.get_index(ix.0.into()).map_or("", |(_, control)| control.name.as_str());
        let verb = if has { "has" } else { "lacks" };
        format!("{} {verb} the control \"{name}\"", self.model.spoken(thing))
    }

    /// What people call a technology.
    pub fn technology(&self, word: &str) -> String {
        self.catalogue.technologies.get(word).map_or_else(|| word.to_owned(), |known| known.name.clone())
    }

    /// What people call a protocol.
    pub fn protocol(&self, word: &str) -> String {
        self.catalogue.protocols.get(word).map_or_else(|| word.to_owned(), |known| known.name.clone())
    }

    /// What people call a word of a catalogue.
    fn word(&self, field: Option<&FieldSpec>, word: &str) -> String {
        match field.map(|spec| spec.field) {
            Some(Field::Tech) => self.technology(word),
            Some(Field::Protocol) => self.protocol(word),
            Some(Field::Data) => self.catalogue.data_classes.get(word).map_or_else(|| word.to_owned(), |known| known.name.to_lowercase()),
            _ => word.to_owned(),
        }
    }
}

/// A question as the statement that answers it: "Does X read XML?" becomes "X does not read XML".
fn statement(question: &str, name: &str, yes: bool) -> String {
    const FORMS: [(&str, &str, &str); 4] = [
        ("Is {subject} ", "is", "is not"),
        ("Does {subject} ", "does", "does not"),
        ("Can {subject} ", "can", "cannot"),
        ("May {subject} ", "may", "may not"),
    ];
    let found = FORMS.iter().find_map(|(start, yes, no)| Some((question.strip_prefix(start)?, *yes, *no)));
    match found {
        Some((rest, is, is_not)) => format!("{name} {} {}", if yes { is } else { is_not }, rest.trim_end_matches('?')),
        None => format!("{} {}", question.replace("{subject}", name), if yes { "Yes" } else { "No" }),
    }
}

/// The sentence of one condition as it was evaluated; `rule` is the text that it is part of.
pub(super) fn sentence<'w>(frame: Frame<'w>, speaker: Speaker<'_>, rule: &str, cond: &'w Cond) -> String {
    let mut telling = Telling { frame, speaker, rule, it: None };
    redan_model::naming::capitalised(&telling.cond(cond, true))
}

struct Telling<'w, 's> {
    frame: Frame<'w>,
    speaker: Speaker<'s>,
    rule: &'s str,
    /// A variable that stands for every member of a list at once, and so has no name and no value.
    it: Option<usize>,
}

impl<'w> Telling<'w, '_> {
    fn cond(&mut self, cond: &'w Cond, yes: bool) -> String {
        let said = match &cond.op {
            Op::Const(_) => None,
            Op::Not(inner) => Some(self.cond(inner, !yes)),
            Op::All(conds) => Some(self.joined(conds, yes, yes)),
            Op::Any(conds) => Some(self.joined(conds, yes, !yes)),
            Op::Flag(path, field) => self.flag(path, *field, yes),
            Op::Order(order, left, right) => self.order(*order, left, right, yes),
            Op::Equal(left, right) => self.equal(left, right, yes),
            Op::In(item, list) => self.is_in(item, list, yes),
            Op::Exists(quantified) => self.some(quantified, yes),
            Op::ForAll(quantified) => self.every(quantified, yes),
            Op::Text(test, text, part) => self.text_test(*test, text, part, yes),
            Op::NotEmpty(list) => self.not_empty(list, yes),
            Op::Same(..) | Op::Matches(..) => None,
        };
        said.unwrap_or_else(|| self.as_written(cond, yes))
    }

    fn as_written(&self, cond: &Cond, yes: bool) -> String {
        let text = self.rule.get(cond.start as usize..cond.end as usize).unwrap_or_default();
        format!("`{text}` {}", if yes { "holds" } else { "does not hold" })
    }

    /// Operands that all have to hold, or of which one is enough: then those that do, if any is known to.
    fn joined(&mut self, conds: &'w [Cond], yes: bool, all: bool) -> String {
        if all {
            return conds.iter().map(|cond| self.cond(cond, yes)).collect::<Vec<_>>().join(", and ");
        }
        let wanted = Tri::known(yes);
        let mut shown: Vec<&Cond> =
            if self.it.is_some() { Vec::new() } else { conds.iter().filter(|c| self.frame.cond(c) == wanted).collect() };
        let between = if shown.is_empty() { ", or " } else { ", and " };
        if shown.is_empty() {
            shown = conds.iter().collect();
        }
        shown.into_iter().map(|cond| self.cond(cond, yes)).collect::<Vec<_>>().join(between)
    }

    fn flag(&mut self, path: &Path, field: Field, yes: bool) -> Option<String> {
        let thing = self.frame.thing(path);
        match field {
            Field::Trait(ix) => {
                let entry = self.speaker.catalogue.traits.get_index(ix.0.into())?;
                Some(statement(&entry.1.question, &self.named(path), yes))
            }
            Field::Control(ix) => Some(self.speaker.has_control(ix, thing, yes)),
            _ => {
                let Say::Flag(is, is_not) = self.spec(path, field)?.say else { return None };
                Some(if yes { is } else { is_not }.replace("{}", &self.named(path)))
            }
        }
    }

    fn order(&mut self, order: Order, left: &'w Num, right: &'w Num, yes: bool) -> Option<String> {
        let (path, field, noun) = match left {
            Num::Field(path, field) => (path, field, self.noun(path, *field)?),
            Num::Size(list) => {
                let (path, field, case) = match list.as_ref() {
                    List::Field(path, field) => (path, field, self.member(path, *field, "something")?),
                    List::Filter { list, slot, body } => {
                        let List::Field(path, field) = list.as_ref() else { return None };
                        (path, field, self.whole(path, *field, *slot, body, "something")?)
                    }
                    List::Items(_) | List::Map { .. } => return None,
                };
                (path, field, format!("the number of cases in which {case}"))
            }
            _ => return None,
        };
        let spec = self.spec(path, *field)?;
        let bound = match right {
            Num::Const(number) => number_word(spec, *number),
            Num::Field(path, field) => self.noun(path, *field)?,
            _ => return None,
        };
        let words = match (order, yes) {
            (Order::Below, true) | (Order::AtLeast, false) => format!("below {bound}"),
            (Order::AtMost, true) | (Order::Above, false) => format!("at most {bound}"),
            (Order::Above, true) | (Order::AtMost, false) => format!("above {bound}"),
            (Order::AtLeast, true) | (Order::Below, false) => format!("at least {bound}"),
        };
        let range = self.frame.num(left);
        let known = (range.is_known() && !self.is_it(path)).then(|| number_word(spec, range.low));
        Some(match known.filter(|known| *known != bound) {
            Some(known) => format!("{noun} is {known}, {words}"),
            None => format!("{noun} is {words}"),
        })
    }

    fn equal(&mut self, left: &'w Item, right: &'w Item, yes: bool) -> Option<String> {
        if let (Item::Thing(left), Item::Thing(right)) = (left, right) {
            let is = if yes { "is the same as" } else { "is another than" };
            return Some(format!("{} {is} {}", self.named(left), self.named(right)));
        }
        let (path, field) = field_of(left)?;
        let noun = self.noun(path, field)?;
        let spec = self.spec(path, field);
        let wanted = match right {
            Item::Text(text) => self.speaker.word(spec, self.frame.text(text)?),
            Item::Num(Num::Const(number)) => number_word(spec?, *number),
            _ => return None,
        };
        let is = match left {
            Item::Text(text) if !yes && !self.is_it(path) => self.frame.text(text).map(|word| self.speaker.word(spec, word)),
            _ => None,
        };
        Some(match (is, yes) {
            (Some(is), _) => format!("{noun} is {is}, not {wanted}"),
            (None, true) => format!("{noun} is {wanted}"),
            (None, false) => format!("{noun} is not {wanted}"),
        })
    }

    fn is_in(&mut self, item: &'w Item, list: &'w List, yes: bool) -> Option<String> {
        match list {
            List::Field(path, field) => {
                let member = match item {
                    Item::Text(text) => self.speaker.word(self.spec(path, *field), self.frame.text(text)?),
                    Item::Thing(thing) => self.named(thing),
                    Item::Num(_) => return None,
                };
                self.member(path, *field, &member).map(|said| negated(said, yes))
            }
            List::Items(items) if matches!(item, Item::Text(Text::Slot(_))) => {
                let words: Option<Vec<&str>> =
                    items.iter().map(|one| if let Item::Text(text) = one { self.frame.text(text) } else { None }).collect();
                Some(format!("it is {} {}", if yes { "one of" } else { "none of" }, words?.join(", ")))
            }
            List::Items(items) => {
                let (path, field) = field_of(item)?;
                let noun = self.noun(path, field)?;
                let spec = self.spec(path, field);
                let Item::Text(text) = item else { return None };
                if let (Some(word), true, false) = (self.frame.text(text), yes, self.is_it(path)) {
                    return Some(format!("{noun} is {}", self.speaker.word(spec, word)));
                }
                let mut words = Vec::new();
                for one in items {
                    let Item::Text(text) = one else { return None };
                    words.push(self.speaker.word(spec, self.frame.text(text)?));
                }
                Some(format!("{noun} is {} {}", if yes { "one of" } else { "none of" }, words.join(", ")))
            }
            List::Filter { .. } | List::Map { .. } => None,
        }
    }

    /// That there is such a member: the first that is one, or that may be one.
    fn some(&mut self, quantified: &'w Quantified, yes: bool) -> Option<String> {
        let Quantified { list, slot, body, .. } = quantified;
        let List::Field(path, field) = list else { return None };
        if !yes || self.it.is_some() {
            let said = self.whole(path, *field, *slot, body, "a member")?;
            return Some(negated(said, yes));
        }
        let Members { items, .. } = self.frame.members(list);
        let values: Vec<Tri> = items.iter().map(|(member, belongs)| belongs.and(self.frame.with(*slot, *member, body))).collect();
        let wanted = if values.contains(&Tri::Yes) { Tri::Yes } else { Tri::Unknown };
        let fitting: Vec<Slot<'w>> =
            items.iter().zip(&values).filter(|(_, value)| **value == wanted).map(|((member, _), _)| *member).collect();
        let Some(first) = fitting.first().copied() else { return self.whole(path, *field, *slot, body, "something") };
        let thing = match first {
            Slot::Thing(thing) => thing,
            Slot::Text(Some(word)) => return self.member(path, *field, &self.speaker.word(self.spec(path, *field), word)),
            _ => return None,
        };
        self.frame.slots[*slot] = first;
        let link = self.member(path, *field, &self.speaker.model.spoken(thing))?;
        let rest = if matches!(body.op, Op::Const(_)) { String::new() } else { format!(", and {}", self.cond(body, true)) };
        let more =
            if fitting.len() > 1 && *slot == FIRST_BINDER { format!(" (and {} more like it)", fitting.len() - 1) } else { String::new() };
        Some(format!("{link}{rest}{more}"))
    }

    fn every(&mut self, quantified: &'w Quantified, yes: bool) -> Option<String> {
        let Quantified { list, slot, body, .. } = quantified;
        let List::Field(path, field) = list else { return None };
        if self.it.is_some() {
            return None;
        }
        let link = self.member(path, *field, "it")?;
        self.it = Some(*slot);
        let rest = self.cond(body, true);
        self.it = None;
        Some(negated(format!("for everything of which it is true that {link}: {rest}"), yes))
    }

    /// A condition on members that have no name of their own.
    fn whole(&mut self, path: &Path, field: Field, slot: usize, body: &'w Cond, who: &str) -> Option<String> {
        if self.it.is_some() {
            return None;
        }
        let link = self.member(path, field, who)?;
        self.it = Some(slot);
        let rest = self.cond(body, true);
        self.it = None;
        Some(format!("{link}, and {rest}"))
    }

    fn text_test(&mut self, test: TextTest, text: &'w Text, part: &'w Text, yes: bool) -> Option<String> {
        let Text::Field(path, field) = text else { return None };
        let verb = match test {
            TextTest::StartsWith => "starts with",
            TextTest::EndsWith => "ends with",
            TextTest::Contains => "contains",
        };
        let said = format!("{} {verb} \"{}\"", self.noun(path, *field)?, self.frame.text(part)?);
        Some(negated(said, yes))
    }

    fn not_empty(&mut self, list: &'w List, yes: bool) -> Option<String> {
        let List::Field(path, field) = list else { return None };
        let first = self.frame.members(list).items.into_iter().next();
        let member = match first {
            Some((Slot::Thing(thing), _)) if yes => self.speaker.model.spoken(thing).into_owned(),
            _ => "something".to_owned(),
        };
        self.member(path, *field, &member).map(|said| negated(said, yes))
    }

    fn member(&self, path: &Path, field: Field, member: &str) -> Option<String> {
        let Say::Member(phrase) = self.spec(path, field)?.say else { return None };
        Some(phrase.replace("{}", &self.named(path)).replace("{member}", member))
    }

    fn noun(&self, path: &Path, field: Field) -> Option<String> {
        let Say::Value(phrase) = self.spec(path, field)?.say else { return None };
        Some(phrase.replace("{}", &self.named(path)))
    }

    fn is_it(&self, path: &Path) -> bool {
        match path {
            Path::Slot(slot) => self.it == Some(*slot),
            Path::Of(inner, _) => self.is_it(inner),
        }
    }

    fn named(&self, path: &Path) -> String {
        match path {
            Path::Of(inner, field) if self.is_it(inner) => self.noun(inner, *field).unwrap_or_else(|| "it".to_owned()),
            _ if self.is_it(path) => "it".to_owned(),
            _ => self.speaker.model.spoken(self.frame.thing(path)).into_owned(),
        }
    }

    fn spec(&self, path: &Path, field: Field) -> Option<&'static FieldSpec> {
        // A variable without a value is of the kind that its field belongs to: the phrases of one field agree.
        let kind = (!self.is_it(path)).then(|| kind_of(self.frame.thing(path)));
        FIELDS.iter().find(|spec| spec.field == field && kind.is_none_or(|kind| spec.of == kind))
    }
}

fn field_of(item: &Item) -> Option<(&Path, Field)> {
    match item {
        Item::Text(Text::Field(path, field)) | Item::Num(Num::Field(path, field)) => Some((path, *field)),
        _ => None,
    }
}

fn negated(said: String, yes: bool) -> String {
    if yes { said } else { format!("it is not so that {said}") }
}

fn number_word(spec: &FieldSpec, number: i64) -> String {
    let level = usize::try_from(number).ok().and_then(|at| Level::ALL.get(at)).filter(|_| spec.ty == Type::Level);
    level.map_or_else(|| number.to_string(), |level| level.as_str().to_owned())
}

fn kind_of(thing: Thing) -> Kind {
    match thing {
        Thing::Model => Kind::Model,
        Thing::Zone(_) => Kind::Zone,
        Thing::Element(_) => Kind::Element,
        Thing::Flow(_) => Kind::Flow,
        Thing::Asset(_) => Kind::Asset,
    }
}
