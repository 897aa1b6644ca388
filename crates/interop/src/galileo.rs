//! Attack trees as text: statements such as `toplevel "A"; "A" and "B" "C"; "B" cost=5 prob=0.1;`.

use std::collections::BTreeMap;

use crate::draft::Draft;
use crate::steps::{How, Step, Steps, number, probability};
use crate::{ImportError, Imported, limits};

/// Reads a file.
///
/// # Errors
/// The bytes are no such file, or exceed the limits.
pub fn read(bytes: &[u8]) -> Result<Imported, ImportError> {
    let text = limits::text(bytes)?;
    let mut reader = Reader { draft: Draft::new(""), steps: Steps::default(), made: BTreeMap::new(), defined: BTreeMap::new(), top: None };
    for (number, statement) in text.split(';').enumerate() {
        let words = words(statement);
        if !words.is_empty() {
            reader.statement(&words, &format!("statement {}", number + 1));
        }
    }
    let Some(top) = reader.top else {
        return Err(ImportError::NotTheFormat("it has no `toplevel`".to_owned()));
    };
    for (name, at) in &reader.made {
        if !reader.defined.contains_key(at) {
            reader.draft.dangling(format!("`{name}`"), "");
        }
    }
    let goal = reader.steps.all[top].name.clone();
    reader.steps.write(&mut reader.draft, if goal.is_empty() { "Goal" } else { &goal }, top);
    Ok(reader.draft.finish())
}

/// The words of a statement: what stands in quotes is one, comments are none.
fn words(statement: &str) -> Vec<String> {
    let mut words = Vec::new();
    for line in statement.lines().map(|line| line.split("//").next().unwrap_or_default()) {
        for (at, part) in line.split('"').enumerate() {
            if at % 2 == 1 {
                words.push(part.to_owned());
            } else {
                words.extend(part.split_whitespace().map(str::to_owned));
            }
        }
    }
    words
}

struct Reader {
    draft: Draft,
    steps: Steps,
    made: BTreeMap<String, usize>,
    defined: BTreeMap<usize, ()>,
    top: Option<usize>,
}

impl Reader {
    fn step(&mut self, name: &str) -> usize {
        if let Some(at) = self.made.get(name) {
            return *at;
        }
        let at = self.steps.add(Step::new(name, How::Leaf));
        self.made.insert(name.to_owned(), at);
        at
    }

    fn statement(&mut self, words: &[String], place: &str) {
        let [first, rest @ ..] = words else { return };
        if first == "toplevel" {
            self.top = rest.first().map(|name| self.step(name));
            return;
        }
        let at = self.step(first);
        self.defined.insert(at, ());
        let Some(kind) = rest.first() else { return };
        if kind.contains('=') {
            rest.iter().for_each(|pair| self.attribute(at, pair, place));
            return;
        }
        let Some(how) = how(kind) else {
            self.draft.dropped(format!("the gate `{kind}` of {first}"), place);
            return;
        };
        if matches!(kind.as_str(), "pand" | "por" | "csp" | "wsp" | "hsp" | "spare") {
            self.draft.changed(format!("the gate `{kind}` of {first}"), place);
        }
        let below: Vec<usize> = rest[1..].iter().map(|name| self.step(name)).collect();
        self.steps.all[at].how = how;
        self.steps.all[at].below = below;
    }

    fn attribute(&mut self, at: usize, pair: &str, place: &str) {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        let field = match key.to_lowercase().as_str() {
            "cost" => number(value).map(|value| ("cost", value)),
            "prob" | "probability" => value.parse().ok().and_then(probability).map(|value| ("probability", value)),
            "mintime" | "time" | "duration" => number(value).map(|value| ("time", value)),
            "damage" => number(value).map(|value| ("damage", value)),
            _ => None,
        };
        let step = &mut self.steps.all[at];
        match field {
            Some(field) if step.fields.iter().all(|(key, _)| *key != field.0) => step.fields.push(field),
            _ => self.draft.dropped(format!("{pair} of {}", self.steps.all[at].name), place),
        }
    }
}

fn how(kind: &str) -> Option<How> {
    match kind.to_lowercase().as_str() {
        "and" | "csp" | "wsp" | "hsp" | "spare" => Some(How::All),
        "or" | "por" => Some(How::Any),
        "sand" | "pand" => Some(How::Seq),
        "not" => Some(How::Not),
        other => other.split_once("of").and_then(|(least, _)| least.parse().ok()).map(|least| How::AtLeast(least, None)),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn statements_become_a_tree_with_shared_steps() {
        let file = b"toplevel \"A goal\";\n\"A goal\" or \"B\" \"C\"; // first\nB sand D E;\n\"C\" 2of3 D E F;\nD cost=10 prob=0.5;\nE mintime=3 lambda=2;\n";
        let imported = read(file).unwrap();
        let tree = &imported.model["attack-trees"]["a-goal"];
        assert_eq!(tree["any"][0], json!({"do": "B", "seq": [{"ref": "D"}, {"ref": "E"}]}));
        assert_eq!(tree["any"][1], json!({"do": "C", "at-least": 2, "of": [{"ref": "D"}, {"ref": "E"}, {"do": "F"}]}));
        assert_eq!(tree["nodes"]["D"], json!({"do": "D", "cost": 10.0, "probability": 0.5}));
        let losses: Vec<&str> = imported.loss.iter().map(|loss| loss.what.as_str()).collect();
        assert_eq!(losses, ["lambda=2 of E", "`F`"]);
    }
}
