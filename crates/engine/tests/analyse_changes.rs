//! What an explanation says would change a threat does change it, at the place and in the way that it names.
//!
//! The changes are made in the text of the model, by the editor that `redan set` uses, and the text is analysed again.

mod support;

use redan_engine::examples::Shows;
use redan_engine::explain::Change;
use redan_engine::{Analysis, Context, Knowledge, Policy, Status, analyse, explain};
use redan_model::edit::{Edit, apply};
use redan_model::{Loaded, load_text};

use support::knowledge;

const NAME: &str = "example.tm.yaml";

struct Model<'k> {
    knowledge: &'k Knowledge,
    loaded: Loaded,
    analysis: Analysis,
}

fn context() -> Context {
    Context::on(jiff::civil::date(2026, 1, 1))
}

fn read<'k>(knowledge: &'k Knowledge, text: &str) -> Model<'k> {
    let loaded = load_text(NAME, text, &knowledge.vocabulary());
    assert!(loaded.is_valid(), "{:#?}\n{text}", loaded.diagnostics);
    let analysis = analyse(&loaded.model, knowledge, &Policy::default(), &context());
    Model { knowledge, loaded, analysis }
}

impl Model<'_> {
    fn changes(&self, id: &str) -> Vec<Change> {
        let found = explain(&self.loaded.model, self.knowledge, &Policy::default(), &context(), &self.analysis, id);
        found.unwrap_or_else(|| panic!("{id} is explained")).changes
    }

    fn status(&self, id: &str) -> Option<(Status, Option<u8>)> {
        self.analysis.threats.iter().find(|threat| threat.id == id).map(|threat| (threat.status, threat.residual.current))
    }
}

/// The text with the assignments of a change made; the reason if the editor refuses one.
fn edited(text: &str, change: &Change) -> Result<String, String> {
    change.assignments.iter().try_fold(text.to_owned(), |text, assignment| {
        let (path, value) = assignment.split_once('=').expect("an assignment is a path and a value");
        let edit = Edit::Set { path: path.to_owned(), value: value.to_owned() };
        apply(NAME, &text, &edit).map_err(|error| format!("{assignment}: {error}\n{text}"))
    })
}

/// Makes every named change of a threat and compares what comes out with what was said.
fn check(knowledge: &Knowledge, text: &str, id: &str, faults: &mut Vec<String>) -> usize {
    let changes = read(knowledge, text).changes(id);
    for change in &changes {
        let said = change.status.map(|status| (status, change.risk));
        match edited(text, change) {
            Ok(text) => {
                let came = read(knowledge, &text).status(id);
                if came != said {
                    faults.push(format!("{id}: {:?} was to give {said:?} and gives {came:?}", change.assignments));
                }
            }
            Err(why) => faults.push(format!("{id}: {why}")),
        }
    }
    changes.len()
}

#[test]
fn every_change_that_an_explanation_names_comes_true() {
    let knowledge = knowledge();
    let (mut faults, mut made, mut silent) = (Vec::new(), 0, Vec::new());
    for rule in &knowledge.rules {
        for text in Shows::ALL.iter().flat_map(|shows| shows.of(&rule.examples)) {
            let id = text.lines().next().and_then(|line| line.split_once(": ")).map_or("", |(_, id)| id.trim());
            if read(&knowledge, text).status(id).is_none() {
                continue;
            }
            let count = check(&knowledge, text, id, &mut faults);
            made += count;
            if count == 0 {
                silent.push(format!("{id}\n{text}"));
            }
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    assert!(silent.is_empty(), "nothing is named that would change\n{}", silent.join("\n"));
    assert!(made > knowledge.rules.len(), "every rule has something to change");
}
