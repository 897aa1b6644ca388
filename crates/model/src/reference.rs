//! The language reference as Markdown, made from the declarations that the reader uses.

use crate::Vocabulary;
use crate::codes;
use crate::lang::Root;
use crate::lang::syntax::{FieldInfo, Limits, Record, ShortForm, key_of, noun, sentence};

/// The whole reference.
pub fn markdown(vocabulary: &Vocabulary) -> String {
    let mut reference = Reference { limits: Limits::NONE, chapters: Vec::new() };
    reference.record::<Root>();
    let mut text = String::from(HEAD);
    for chapter in &reference.chapters {
        text.push_str(&format!("## {}\n\n{}\n", chapter.title, chapter.body));
    }
    text.push_str(&names(vocabulary));
    text.push_str("## Codes\n\nEverything that can be wrong with a model file has a code that never changes its meaning.\n\n");
    text.push_str("| code | meaning |\n|---|---|\n");
    for (code, doc) in codes::ALL {
        text.push_str(&format!("| `{code}` | {} |\n", sentence(&[doc])));
    }
    text
}

const HEAD: &str = "# The model language\n\n\
A model is one YAML, JSON or Markdown file. Every value is read by the type of its field: `1.10` is a text where a text is \
needed, and `true` and `false` mean `yes` and `no`. Keys that are not listed here are errors, except those that start with \
`x-`, which are kept as they stand. Ids have letters, digits, `-` and `_`, and start with a letter or digit; elements, flows, \
zones and assets share one namespace, and `model` is reserved for the model itself.\n\n";

struct Chapter {
    title: String,
    body: String,
}

/// Collects a chapter for each record and each set of words, in the order in which they are first met.
pub struct Reference {
    /// What the current field's declaration says beyond its type.
    pub limits: Limits,
    chapters: Vec<Chapter>,
}

impl Reference {
    /// A link to a record's chapter, written when it is first asked for.
    pub fn record<R: Record>(&mut self) -> String {
        let title = noun(R::NAME);
        if let Some(index) = self.reserve(&title) {
            let outer = self.limits;
            let mut body = paragraphs(R::DOC);
            if !R::Short::describe().is_empty() {
                body.push_str(&format!("Short form: {}\n\n", R::Short::describe()));
            }
            body.push_str("| key | type | meaning |\n|---|---|---|\n");
            R::FIELDS.iter().for_each(|field| body.push_str(&self.row(field)));
            self.limits = outer;
            self.chapters[index].body = body;
        }
        link(&title)
    }

    /// A link to the chapter of a set of words, written when it is first asked for.
    pub fn words(&mut self, name: &str, doc: &[&str], words: &[(&str, &[&str])]) -> String {
        let title = noun(name);
        if let Some(index) = self.reserve(&title) {
            let mut body = paragraphs(doc);
            body.push_str("| word | meaning |\n|---|---|\n");
            words.iter().for_each(|(word, doc)| body.push_str(&format!("| `{word}` | {} |\n", sentence(doc))));
            self.chapters[index].body = body;
        }
        link(&title)
    }

    fn row<R>(&mut self, field: &FieldInfo<R>) -> String {
        self.limits = field.limits;
        let kind = (field.describe)(self);
        let required = if field.limits.required { " (required)" } else { "" };
        format!("| `{}`{required} | {kind} | {} |\n", key_of(field.name), sentence(field.doc))
    }

    fn reserve(&mut self, title: &str) -> Option<usize> {
        if self.chapters.iter().any(|chapter| chapter.title == title) {
            return None;
        }
        self.chapters.push(Chapter { title: title.to_owned(), body: String::new() });
        Some(self.chapters.len() - 1)
    }
}

fn link(title: &str) -> String {
    format!("[{title}](#{})", title.replace(' ', "-"))
}

fn paragraphs(doc: &[&str]) -> String {
    let lines: Vec<&str> = doc.iter().map(|line| line.trim()).collect();
    format!("{}\n\n", lines.join("\n"))
}

fn names(vocabulary: &Vocabulary) -> String {
    let mut text = String::new();
    for (title, facts) in [("Controls", &vocabulary.controls), ("Traits", &vocabulary.traits)] {
        if facts.is_empty() {
            continue;
        }
        text.push_str(&format!("## {title}\n\n| name | stands on |\n|---|---|\n"));
        for (name, places) in facts {
            let places: Vec<&str> = places.iter().map(|place| place.as_str()).collect();
            text.push_str(&format!("| `{name}` | {} |\n", places.join(", ")));
        }
        text.push('\n');
    }
    text
}
