//! Which technologies somebody probably means: those that fit the kind of element, the nearest by their words first.

use redan_model::{Model, Place, Thing};

use crate::catalogue::{Catalogue, Technology};

/// How many a hint names.
const NAMED: usize = 5;

/// How to answer what an element is built with.
pub(super) fn hint(model: &Model, catalogue: &Catalogue, thing: Thing) -> String {
    let fitting = fitting(model, catalogue, thing);
    let named: Vec<String> = fitting.iter().take(NAMED).map(|(id, known)| format!("{id} ({})", known.name)).collect();
    let more = fitting.len().saturating_sub(named.len());
    let others = if more > 0 { format!(", and {more} more in the catalogue: docs/reference/catalogue.md") } else { String::new() };
    format!("Look at what is deployed. Answer with one of {}{others}", named.join(", "))
}

/// Technologies for the kind of an element; those that share most words with its name and id come first.
fn fitting<'c>(model: &Model, catalogue: &'c Catalogue, thing: Thing) -> Vec<(&'c str, &'c Technology)> {
    let kind = match thing {
        Thing::Element(ix) => model[ix].kind.as_str(),
        _ => "",
    };
    let fits =
        |known: &Technology| known.kinds.is_empty() || known.kinds.iter().any(|place| *place == Place::Element || place.as_str() == kind);
    let wanted = words(&format!("{} {}", model.id_of(thing), model.name_of(thing)));
    let mut found: Vec<(usize, &str, &Technology)> = catalogue
        .technologies
        .iter()
        .filter(|(_, known)| fits(known))
        .map(|(id, known)| (likeness(&wanted, id, known), id.as_str(), known))
        .collect();
    // Stable: what is equally near stays in the order of the catalogue.
    found.sort_by_key(|(likeness, ..)| std::cmp::Reverse(*likeness));
    found.into_iter().map(|(_, id, known)| (id, known)).collect()
}

fn words(text: &str) -> Vec<String> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| word.len() > 1).map(str::to_lowercase).collect()
}

/// How many words of an element speak for a technology; the beginning of a longer word counts a little.
fn likeness(wanted: &[String], id: &str, known: &Technology) -> usize {
    let own = words(&format!("{id} {} {}", known.name, known.aliases.join(" ")));
    let near = |word: &String| {
        let same = own.iter().any(|other| other == word);
        let begins = || {
            word.len() > 2
                && own.iter().any(|other| other.starts_with(word.as_str()) || (other.len() > 3 && word.starts_with(other.as_str())))
        };
        if same { 2 } else { usize::from(begins()) }
    };
    let synonyms = wanted.iter().filter(|word| stands_for(word).iter().any(|other| own.iter().any(|one| one == other))).count();
    wanted.iter().map(near).sum::<usize>() + synonyms * 2
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
        hint(&loaded.model, &knowledge.catalogue, loaded.model.find(element.split(':').next().unwrap()).unwrap())
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
}
