//! Questions: every unknown fact that decides something, once, in the order of the risk that an answer settles.

mod technologies;

use std::borrow::Cow;
use std::cmp::Reverse;
use std::sync::Arc;

use redan_model::Model;
use rustc_hash::FxHashMap;

use crate::analysis::{Question, QuestionIx, Threat, ThreatIx};
use crate::catalogue::{ControlIx, TraitIx};
use crate::fact::{BaseFact, FactKey, Property, unique};
use crate::facts::{Facts, narrow32};
use crate::packed::Lists;
use technologies::Technologies;

/// A fact that nobody has stated, and what an answer would decide.
#[derive(Debug)]
struct Stake {
    fact: BaseFact,
    settled_risk: u64,
    rated_risk: u64,
    highest: u8,
}

/// What answers would decide, by fact, in the order in which the facts came up.
#[derive(Debug)]
pub(crate) struct Stakes {
    /// By the slot of a thing its facts, each with the number of its stake.
    of_things: Vec<Vec<(FactKey, u32)>>,
    stakes: Vec<Stake>,
    /// Threats that a stake may settle, by the number of the stake: all in one list, since a list of each grown one by
    /// one would lie all over the memory.
    settles: Vec<(u32, ThreatIx)>,
    /// Threats whose rating a stake moves.
    rates: Vec<(u32, ThreatIx)>,
}

impl Stakes {
    /// Nothing yet, for a model.
    pub(crate) fn of(model: &Model) -> Self {
        Self { of_things: vec![Vec::new(); model.slots()], stakes: Vec::new(), settles: Vec::new(), rates: Vec::new() }
    }

    /// Notes what a threat waits for and what moves its rating.
    pub(crate) fn add(&mut self, model: &Model, threat: ThreatIx, risk: u8, asks: Vec<BaseFact>, rates: Vec<BaseFact>) {
        let mut asks = unique(asks);
        let count = asks.len();
        asks.extend(rates);
        // What settles it comes first; the rest of what moves its rating follows.
        for (at, fact) in unique(asks).into_iter().enumerate() {
            let number = self.number(model.slot(fact.thing), fact);
            let stake = &mut self.stakes[number as usize];
            stake.highest = stake.highest.max(risk);
            if at < count {
                stake.settled_risk += u64::from(risk);
                self.settles.push((number, threat));
            } else {
                stake.rated_risk += u64::from(risk);
                self.rates.push((number, threat));
            }
        }
    }

    /// How many facts came up.
    pub(crate) fn count(&self) -> usize {
        self.stakes.len()
    }

    /// Gives every threat the index that it has from now on.
    pub(crate) fn renumber(&mut self, now: impl Fn(ThreatIx) -> ThreatIx) {
        for list in [&mut self.settles, &mut self.rates] {
            list.iter_mut().for_each(|(_, threat)| *threat = now(*threat));
        }
    }

    /// The questions, and for every threat those that settle it.
    pub(crate) fn questions(self, facts: &Facts<'_>, threats: &mut [Threat]) -> Vec<Question> {
        let questions = self.sorted(facts);
        for (at, question) in questions.iter().enumerate() {
            let at = QuestionIx(u32::try_from(at).unwrap_or(u32::MAX));
            for threat in &question.settles {
                threats[threat.0 as usize].questions.push(at);
            }
        }
        questions
    }

    /// The number of the stake of a fact, whose thing is in a slot.
    fn number(&mut self, slot: usize, fact: BaseFact) -> u32 {
        let of_thing = &mut self.of_things[slot];
        let known = of_thing.iter().find(|(key, _)| *key == fact.key).map(|(_, number)| *number);
        known.unwrap_or_else(|| {
            let number = narrow32(self.stakes.len());
            of_thing.push((fact.key, number));
            self.stakes.push(Stake { fact, settled_risk: 0, rated_risk: 0, highest: 0 });
            number
        })
    }

    fn sorted(self, facts: &Facts<'_>) -> Vec<Question> {
        let id = |fact: BaseFact| fact.id(facts.model, &facts.knowledge.catalogue);
        let keys = self.stakes.iter().enumerate();
        let mut order: Vec<_> = keys.map(|(at, stake)| (Reverse((stake.settled_risk, stake.rated_risk)), id(stake.fact), at)).collect();
        order.sort_unstable();
        let [settles, rates] = [&self.settles, &self.rates].map(|items| Lists::grouped(self.stakes.len(), items));
        let in_order = |list: &[ThreatIx]| {
            let mut list = list.to_vec();
            list.sort_unstable();
            list
        };
        let mut said = Said::default();
        let made = |(_, id, at)| Question {
            settles: in_order(settles.list(at)),
            rates: in_order(rates.list(at)),
            ..question(facts, id, &self.stakes[at], &mut said)
        };
        order.into_iter().map(made).collect()
    }
}

/// What questions have in common, each text made once.
#[derive(Default)]
struct Said<'f> {
    /// The path and the hint by kind of fact.
    keys: FxHashMap<FactKey, (Arc<str>, Arc<str>)>,
    technologies: Option<Technologies<'f>>,
}

impl<'f> Said<'f> {
    fn path_and_hint(&mut self, facts: &Facts<'f>, fact: BaseFact, hint: &str) -> (Arc<str>, Arc<str>) {
        let catalogue = &facts.knowledge.catalogue;
        let common = || (fact.key.path(catalogue).into(), hint.into());
        let (path, hint) = self.keys.entry(fact.key).or_insert_with(common);
        let hint = match fact.key {
            // How to answer follows from the thing as well.
            FactKey::Tech => self.technologies.get_or_insert_with(|| Technologies::of(catalogue)).hint(facts.model, fact.thing).into(),
            _ => Arc::clone(hint),
        };
        (Arc::clone(path), hint)
    }
}

/// A question, still without the threats that it is about.
fn question<'f>(facts: &Facts<'f>, id: String, stake: &Stake, said: &mut Said<'f>) -> Question {
    let fact = stake.fact;
    let (text, hint) = words(facts, fact);
    let (path, hint) = said.path_and_hint(facts, fact, &hint);
    let (safe, unsafe_) = match fact.key {
        FactKey::Control(_) => (Some("yes"), Some("no")),
        FactKey::Trait(_) => (Some("no"), Some("yes")),
        _ => (None, None),
    };
    Question { id, fact, path, text, hint, safe, unsafe_, settles: Vec::new(), rates: Vec::new(), risk: stake.highest }
}

/// The question and the hint of a fact, in plain words.
pub(crate) fn words<'f>(facts: &'f Facts<'_>, fact: BaseFact) -> (String, Cow<'f, str>) {
    let name = facts.model.spoken(fact.thing);
    match fact.key {
        FactKey::Control(ix) => control(facts, ix, &name),
        FactKey::Trait(ix) => of_trait(facts, ix, &name),
        FactKey::Level(property) => level(property, &name),
        key => plain(key, &name),
    }
}

fn control<'f>(facts: &'f Facts<'_>, ix: ControlIx, name: &str) -> (String, Cow<'f, str>) {
    let entry = facts.knowledge.catalogue.controls.get_index(ix.0.into());
    entry.map(|(_, control)| (sentence(&control.question, name), Cow::Borrowed(control.hint.as_str()))).unwrap_or_default()
}

fn of_trait<'f>(facts: &'f Facts<'_>, ix: TraitIx, name: &str) -> (String, Cow<'f, str>) {
    let entry = facts.knowledge.catalogue.traits.get_index(ix.0.into());
    entry.map(|(_, known)| (sentence(&known.question, name), Cow::Borrowed(known.hint.as_str()))).unwrap_or_default()
}

/// A question of the catalogue with the name of what it is about.
fn sentence(template: &str, name: &str) -> String {
    let filled = template.replace("{subject}", name);
    let mut letters = filled.chars();
    match letters.next() {
        Some(first) if template.starts_with("{subject}") && name.starts_with("the ") => first.to_uppercase().chain(letters).collect(),
        _ => filled,
    }
}

fn level(property: Property, name: &str) -> (String, Cow<'static, str>) {
    let (text, hint) = match property {
        Property::Confidentiality => ("only the right people see", "Think of what it would cost if it were published tomorrow"),
        Property::Integrity => ("only the right people change", "Think of what would happen if somebody changed it unnoticed"),
        Property::Availability => ("everybody who needs it can use", "Think of what a day without it would cost"),
        Property::Privacy => ("the people concerned keep control of", "Think of what the people in it would say if it leaked"),
    };
    let words = "none, low, medium, high or critical";
    (format!("How much does it matter that {text} {name}?"), format!("{hint}; answer {words}").into())
}

fn plain(key: FactKey, name: &str) -> (String, Cow<'static, str>) {
    let (text, hint) = match key {
        FactKey::Protocol => (
            format!("Which protocol does {name} use?"),
            "Look at the address that the client is configured with, such as https:// or amqp://",
        ),
        FactKey::Zone => (
            format!("Which trust boundary is {name} inside of?"),
            "Look at the network, the cluster or the company that it runs in; `[]` says that it is in none",
        ),
        FactKey::Trust => (
            format!("How far is what is inside {name} trusted?"),
            "Answer 0 to 100, or untrusted, external, partner, internal, trusted or privileged",
        ),
        FactKey::Carries => {
            (format!("Which data does {name} carry to its target?"), "Look at a request; name the assets, or `[]` for none that matters")
        }
        FactKey::Returns => {
            (format!("Which data comes back over {name}?"), "Look at a response; name the assets, or `[]` for none that matters")
        }
        FactKey::Holds => (
            format!("Which data does {name} keep?"),
            "Look at its tables, files or buckets; name the assets, or `[]` for none that matters",
        ),
        // Which technologies an answer may name follows from the thing, and is said where its question is made.
        FactKey::Tech => (format!("What is {name} built with?"), ""),
        FactKey::Data | FactKey::Level(_) | FactKey::Trait(_) | FactKey::Control(_) => (
            format!("What kinds of data are in {name}?"),
            "Answer with data classes such as credentials, pii, payment or logs, or `[]` for none of them",
        ),
    };
    (text, hint.into())
}
