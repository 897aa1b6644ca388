//! Attack trees in the formats of other tools: what is written is read back as the same tree, and what has no place is listed.

use redan_interop::{Format, Outgoing, export, import};
use redan_model::{Vocabulary, load_text};

const MODEL: &str = "redan: 1
name: Shop
elements:
  web: {kind: process}
attack-trees:
  steal:
    goal: Steal orders
    any:
      - {do: Guess a password, id: guess, probability: 0.2}
      - all:
          - {do: Find a hole, probability: 0.5}
          - {do: Read the table, probability: 0.9}
";

#[test]
fn a_tree_comes_back_and_the_rest_of_the_model_is_listed_as_lost() {
    let loaded = load_text("shop.tm.yaml", MODEL, &Vocabulary::default());
    for format in [Format::Adtool, Format::Mef, Format::AttackFlow] {
        let outgoing = Outgoing { day: "2026-01-02".to_owned(), ..Outgoing::new(&loaded.model, Vocabulary::default()) };
        let written = export(format, &outgoing).unwrap_or_else(|error| panic!("{format:?}: {error}"));
        assert!(written.loss.iter().any(|loss| loss.place.contains("elements")), "{format:?}: {:?}", written.loss);
        let back = import(format, &written.bytes).unwrap_or_else(|error| panic!("{format:?}: {error}"));
        let trees = back.model["attack-trees"].as_object().map_or(0, serde_json::Map::len);
        assert_eq!(trees, 1, "{format:?}: {}", back.model);
        let text = back.model["attack-trees"].to_string();
        let words = ["Guess a password", "Find a hole", "Read the table"];
        assert!(words.iter().all(|word| text.contains(word)) || format == Format::Mef, "{format:?}: {text}");
    }
}

#[test]
fn a_model_without_a_tree_gives_no_file() {
    let loaded = load_text("bare.tm.yaml", "redan: 1\nname: Bare\n", &Vocabulary::default());
    let error = export(Format::Adtool, &Outgoing::new(&loaded.model, Vocabulary::default())).err();
    assert!(error.is_some_and(|error| error.to_string().contains("the model has no attack tree")));
}
