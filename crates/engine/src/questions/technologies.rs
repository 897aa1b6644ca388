//! Which technologies somebody probably means: those that fit the kind of element, the nearest by their words first.

use redan_model::{Model, Place, Thing};

use crate::catalogue::{Catalogue, Technology};

/// How many a hint names.
const NAMED: usize = 5;

/// The technologies of a catalogue with the words that speak for each, found once for all questions.
#[derive(Debug)]
pub(super) struct Technologies<'c> {
    known: Vec<(&'c str, &'c Technology, &'c [String])>,
}

impl<'c> Technologies<'c> {
    /// Those of a catalogue.
    pub(super) fn of(catalogue: &'c Catalogue) -> Self {
        let own = |(id, known): (&String, &Technology)| words(&format!("{id} {} {}", known.name, known.aliases.join(" ")));
        let found = catalogue.words.get_or_init(|| catalogue.technologies.iter().map(own).collect());
        let known = catalogue.technologies.iter().zip(found);
        Self { known: known.map(|((id, known), own)| (id.as_str(), known, own.as_slice())).collect() }
    }

    /// How to answer what an element is built with.
    pub(super) fn hint(&self, model: &Model, thing: Thing) -> String {
        let fitting = self.fitting(model, thing);
        let named: Vec<String> = fitting.iter().take(NAMED).map(|(id, known)| format!("{id} ({})", known.name)).collect();
        let more = fitting.len().saturating_sub(named.len());
        let others = if more > 0 { format!(", and {more} more in the catalogue: docs/reference/catalogue.md") } else { String::new() };
        format!("Look at what is deployed. Answer with one of {}{others}", named.join(", "))
    }

    /// Technologies for the kind of an element; those that share most words with its name and id come first.
    fn fitting(&self, model: &Model, thing: Thing) -> Vec<(&'c str, &'c Technology)> {
        let kind = match thing {
            Thing::Element(ix) => model[ix].kind.as_str(),
            _ => "",
        };
        let fits = |known: &Technology| {
            known.kinds.is_empty() || known.kinds.iter().any(|place| *place == Place::Element || place.as_str() == kind)
        };
        let wanted = words(&format!("{} {}", model.id_of(thing), model.name_of(thing)));
        let wanted: Vec<(String, &[&str])> = wanted.iter().map(|word| (word.clone(), stands_for(word))).collect();
        let fitting = self.known.iter().filter(|(_, known, _)| fits(known));
        let mut found: Vec<_> = fitting.map(|(id, known, own)| (likeness(&wanted, own), *id, *known)).collect();
        // Stable: what is equally near stays in the order of the catalogue.
        found.sort_by_key(|(likeness, ..)| std::cmp::Reverse(*likeness));
        found.into_iter().map(|(_, id, known)| (id, known)).collect()
    }
}

fn words(text: &str) -> Vec<String> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| word.len() > 1).map(str::to_lowercase).collect()
}

/// How many words of an element speak for a technology with its own words; the beginning of a longer word counts a little.
fn likeness(wanted: &[(String, &[&str])], own: &[String]) -> usize {
    let first = |word: &String| word.as_bytes().first().copied();
    let near = |word: &String| {
        let weight = |other: &String| match other == word {
            true => 2,
            false => {
                usize::from(word.len() > 2 && (other.starts_with(word.as_str()) || (other.len() > 3 && word.starts_with(other.as_str()))))
            }
        };
        own.iter().filter(|other| first(other) == first(word)).map(weight).max().unwrap_or(0)
    };
    let synonyms = wanted.iter().filter(|(_, others)| others.iter().any(|other| own.iter().any(|one| one == other))).count();
    wanted.iter().map(|(word, _)| near(word)).sum::<usize>() + synonyms * 2
}

/// Words that people put into names and that catalogues write out.
fn stands_for(word: &str) -> &'static [&'static str] {
    match word {
        "db" => &["database"],
        "app" => &["application"],
        "svc" => &["service"],
        "auth" | "login" | "sso" | "idp" => &["identity"],
        "bucket" | "blob" => &["object"],
        "queue" | "broker" => &["message"],
        "lambda" | "function" => &["serverless"],
        "cache" | "redis" => &["cache"],
        _ => &[],
    }
}

#[cfg(test)]
mod tests {
    use redan_model::load_text;

    use super::*;
    use crate::Knowledge;

    fn hint_of(element: &str) -> String {
        let knowledge = Knowledge::embedded();
        let loaded = load_text("m.tm.yaml", &format!("redan: 1\nname: M\nelements: {{{element}}}\n"), &knowledge.vocabulary());
        Technologies::of(&knowledge.catalogue).hint(&loaded.model, loaded.model.find(element.split(':').next().unwrap()).unwrap())
    }

    #[test]
    fn the_nearest_technologies_for_the_kind_come_first() {
        let text = hint_of("user-db: {kind: store}");
        assert!(text.contains("one of ") && text.contains("sql-database (") && text.contains("nosql-database ("), "{text}");
        assert!(text.contains(" more in the catalogue"), "{text}");
        assert!(!text.contains("single-page-app"), "a store is no page: {text}");
    }

    #[test]
    fn the_name_counts_as_well_as_the_id() {
        let text = hint_of("x1: {kind: process, name: Identity provider}");
        assert!(text.contains("one of identity-provider ("), "{text}");
    }

    #[test]
    fn every_thing_is_asked_with_technologies_for_its_own_kind_and_name() {
        let knowledge = Knowledge::embedded();
        let text = "redan: 1\nname: M\nelements: {user-db: {kind: store}, login: {kind: process}}\n";
        let loaded = load_text("m.tm.yaml", text, &knowledge.vocabulary());
        let context = crate::Context::on(jiff::civil::date(2026, 1, 1));
        let analysis = crate::analyse(&loaded.model, &knowledge, &crate::Policy::default(), &context);
        for id in ["user-db", "login"] {
            let asked = analysis.questions.iter().find(|question| question.id == format!("{id}.tech")).unwrap();
            let own = Technologies::of(&knowledge.catalogue).hint(&loaded.model, loaded.model.find(id).unwrap());
            assert_eq!(*asked.hint, *own);
        }
    }
}
