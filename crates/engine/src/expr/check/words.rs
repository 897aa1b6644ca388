//! Words: a text that is compared with a vocabulary has to be one of its words.

use redan_model::suggest::nearest;

use super::super::parse::{Ast, AstKind};
use super::super::schema::Words;
use super::Checker;

impl Checker<'_> {
    /// Checks the quoted texts of one side against the vocabulary of the other.
    pub(super) fn check_words(&mut self, ast: &Ast, words: Words) {
        match &ast.kind {
            AstKind::Text(text) => self.check_word(ast, text, words),
            AstKind::List(items) => items.iter().for_each(|item| self.check_words(item, words)),
            _ => {}
        }
    }

    fn check_word(&mut self, ast: &Ast, text: &str, words: Words) {
        let (ids, what): (Vec<&str>, &str) = match words {
            Words::Free => return,
            Words::Fixed(fixed) => (fixed.to_vec(), "word"),
            Words::Technologies => (self.catalogue.technologies.keys().map(String::as_str).collect(), "technology"),
            Words::Protocols => (self.catalogue.protocols.keys().map(String::as_str).collect(), "protocol"),
            Words::DataClasses => (self.catalogue.data_classes.keys().map(String::as_str).collect(), "data class"),
        };
        if ids.contains(&text) {
            return;
        }
        let help = match (self.id_of_alias(text, words), nearest(text, ids.iter().copied())) {
            (Some(id), _) => Some(format!("it is another name of `{id}`; write \"{id}\"")),
            (None, Some(near)) => Some(format!("did you mean \"{near}\"?")),
            (None, None) if ids.len() <= 8 => Some(format!("it is one of {}", ids.join(", "))),
            (None, None) => None,
        };
        let _: Option<()> = self.error(&ast.range, format!("unknown {what} \"{text}\""), help);
    }

    fn id_of_alias(&self, text: &str, words: Words) -> Option<&str> {
        let named = |aliases: &[String]| aliases.iter().any(|alias| alias == text);
        match words {
            Words::Technologies => self.catalogue.technologies.iter().find(|(_, tech)| named(&tech.aliases)).map(|(id, _)| id.as_str()),
            Words::Protocols => self.catalogue.protocols.iter().find(|(_, protocol)| named(&protocol.aliases)).map(|(id, _)| id.as_str()),
            Words::Free | Words::Fixed(_) | Words::DataClasses => None,
        }
    }
}
