//! Questions: every unknown fact that decides something, once, in the order of the risk that an answer settles.

mod technologies;

use rustc_hash::FxHashMap;

use crate::analyse::Draft;
use crate::analyse::raised::unique;
use crate::analysis::{Question, QuestionIx, Threat, ThreatIx};
use crate::catalogue::{ControlIx, TraitIx};
use crate::fact::{BaseFact, FactKey, Property};
use crate::facts::Facts;

/// Turns what drafts wait for into questions, and links both ways.
pub(crate) fn ask(facts: &Facts<'_>, drafts: Vec<Draft>) -> (Vec<Threat>, Vec<Question>) {
    let mut pool = Pool::default();
    let mut threats = Vec::with_capacity(drafts.len());
    for mut draft in drafts {
        let ix = ThreatIx(u32::try_from(threats.len()).unwrap_or(u32::MAX));
        let risk = draft.threat.rating.risk.unwrap_or(1);
        unique(&mut draft.asks);
        unique(&mut draft.rates);
        for fact in &draft.asks {
            pool.entry(*fact).settle(ix, risk);
        }
        for fact in draft.rates.iter().filter(|fact| !draft.asks.contains(fact)) {
            pool.entry(*fact).rate(ix, risk);
        }
        threats.push(draft.threat);
    }
    let questions = pool.questions(facts);
    for (at, question) in questions.iter().enumerate() {
        let at = QuestionIx(u32::try_from(at).unwrap_or(u32::MAX));
        for threat in &question.settles {
            threats[threat.0 as usize].questions.push(at);
        }
    }
    (threats, questions)
}

/// What an answer would decide.
#[derive(Debug, Default)]
struct Stake {
    settles: Vec<ThreatIx>,
    rates: Vec<ThreatIx>,
    settled_risk: u64,
    rated_risk: u64,
    highest: u8,
}

impl Stake {
    fn settle(&mut self, threat: ThreatIx, risk: u8) {
        self.settles.push(threat);
        self.settled_risk += u64::from(risk);
        self.highest = self.highest.max(risk);
    }

    fn rate(&mut self, threat: ThreatIx, risk: u8) {
        self.rates.push(threat);
        self.rated_risk += u64::from(risk);
        self.highest = self.highest.max(risk);
    }
}

/// Stakes by fact, in the order in which the facts came up.
#[derive(Debug, Default)]
struct Pool {
    positions: FxHashMap<BaseFact, usize>,
    stakes: Vec<(BaseFact, Stake)>,
}

impl Pool {
    fn entry(&mut self, fact: BaseFact) -> &mut Stake {
        let next = self.stakes.len();
        let at = *self.positions.entry(fact).or_insert(next);
        if at == next {
            self.stakes.push((fact, Stake::default()));
        }
        &mut self.stakes[at].1
    }

    fn questions(self, facts: &Facts<'_>) -> Vec<Question> {
        let id = |fact: BaseFact| fact.id(facts.model, &facts.knowledge.catalogue);
        let mut stakes: Vec<_> = self.stakes.into_iter().map(|(fact, stake)| (id(fact), fact, stake)).collect();
        stakes.sort_by(|(one, _, a), (two, _, b)| {
            (b.settled_risk, b.rated_risk).cmp(&(a.settled_risk, a.rated_risk)).then_with(|| one.cmp(two))
        });
        stakes.into_iter().map(|(id, fact, stake)| question(facts, id, fact, stake)).collect()
    }
}

fn question(facts: &Facts<'_>, id: String, fact: BaseFact, stake: Stake) -> Question {
    let (text, hint) = words(facts, fact);
    let (safe, unsafe_) = match fact.key {
        FactKey::Control(_) => (Some("yes"), Some("no")),
        FactKey::Trait(_) => (Some("no"), Some("yes")),
        _ => (None, None),
    };
    Question {
        id,
        fact,
        path: fact.key.path(&facts.knowledge.catalogue),
        text,
        hint,
        safe,
        unsafe_,
        settles: stake.settles,
        rates: stake.rates,
        risk: stake.highest,
    }
}

/// The question and the hint of a fact, in plain words.
pub(crate) fn words(facts: &Facts<'_>, fact: BaseFact) -> (String, String) {
    let name = facts.model.spoken(fact.thing);
    match fact.key {
        FactKey::Control(ix) => control(facts, ix, &name),
        FactKey::Trait(ix) => of_trait(facts, ix, &name),
        FactKey::Level(property) => level(property, &name),
        FactKey::Tech => (format!("What is {name} built with?"), technologies::hint(facts.model, &facts.knowledge.catalogue, fact.thing)),
        key => plain(key, &name),
    }
}

fn control(facts: &Facts<'_>, ix: ControlIx, name: &str) -> (String, String) {
    let entry = facts.knowledge.catalogue.controls.get_index(ix.0.into());
    entry.map(|(_, control)| (sentence(&control.question, name), control.hint.clone())).unwrap_or_default()
}

fn of_trait(facts: &Facts<'_>, ix: TraitIx, name: &str) -> (String, String) {
    let entry = facts.knowledge.catalogue.traits.get_index(ix.0.into());
    entry.map(|(_, known)| (sentence(&known.question, name), known.hint.clone())).unwrap_or_default()
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

fn level(property: Property, name: &str) -> (String, String) {
    let (text, hint) = match property {
        Property::Confidentiality => ("only the right people see", "Think of what it would cost if it were published tomorrow"),
        Property::Integrity => ("only the right people change", "Think of what would happen if somebody changed it unnoticed"),
        Property::Availability => ("everybody who needs it can use", "Think of what a day without it would cost"),
        Property::Privacy => ("the people concerned keep control of", "Think of what the people in it would say if it leaked"),
    };
    let words = "none, low, medium, high or critical";
    (format!("How much does it matter that {text} {name}?"), format!("{hint}; answer {words}"))
}

fn plain(key: FactKey, name: &str) -> (String, String) {
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
        FactKey::Data | FactKey::Tech | FactKey::Level(_) | FactKey::Trait(_) | FactKey::Control(_) => (
            format!("What kinds of data are in {name}?"),
            "Answer with data classes such as credentials, pii, payment or logs, or `[]` for none of them",
        ),
    };
    (text, hint.to_owned())
}
