//! Which of the words on a command line are models.

use std::path::{Path, PathBuf};

use crate::exit::usage;

/// Splits words into models and the rest: a word is a model if it ends like one and is not an assignment.
pub(crate) fn split(words: &[String]) -> (Vec<PathBuf>, Vec<String>) {
    let (models, rest): (Vec<&String>, Vec<&String>) = words.iter().partition(|word| is_model(word));
    (models.into_iter().map(PathBuf::from).collect(), rest.into_iter().cloned().collect())
}

/// As [`split`], for commands that work on one model at most.
pub(crate) fn split_one(words: &[String]) -> anyhow::Result<(Option<PathBuf>, Vec<String>)> {
    let (mut models, rest) = split(words);
    if models.len() > 1 {
        return Err(usage("name one model; this command works on one at a time"));
    }
    Ok((models.pop(), rest))
}

/// Whether a word looks like the name of a model file.
pub(crate) fn is_model(word: &str) -> bool {
    let ending = Path::new(word).extension().and_then(|ending| ending.to_str()).unwrap_or_default();
    !word.contains('=') && !word.contains(char::is_whitespace) && ["yaml", "yml", "json", "md", "tm7"].contains(&ending)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn models_may_stand_anywhere_among_the_words() {
        let words = ["a.controls.mfa=yes", "shop.tm.yaml", "T1"].map(str::to_owned);
        let (model, rest) = split_one(&words).unwrap();
        assert_eq!(model, Some(PathBuf::from("shop.tm.yaml")));
        assert_eq!(rest, ["a.controls.mfa=yes", "T1"]);
    }

    #[test]
    fn an_assignment_is_never_a_model() {
        assert!(!is_model("use.platform=platform.tm.yaml"));
    }
}
