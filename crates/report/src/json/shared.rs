//! Parts of a document that are written from what is there already, or that many items of a list have in common.

use std::cell::OnceCell;
use std::fmt;
use std::sync::Arc;

use indexmap::IndexMap;
use redan_engine::Knowledge;
use redan_engine::analysis::Threat;
use redan_engine::rule::{Rule, RuleIx};
use serde::{Serialize, Serializer};

use super::write::Fragment;
use crate::{Input, merged};

/// A list of texts, each found when it is written.
pub(super) struct Texts<'a, T, C> {
    items: &'a [T],
    more: &'a [T],
    context: &'a C,
    text: fn(&'a C, &T) -> &'a str,
}

impl<'a, T, C> Texts<'a, T, C> {
    /// The texts of items.
    pub(super) fn of(items: &'a [T], context: &'a C, text: fn(&'a C, &T) -> &'a str) -> Self {
        Self { items, more: &[], context, text }
    }

    /// The same, and more behind them.
    pub(super) fn and(self, more: &'a [T]) -> Self {
        Self { more, ..self }
    }

    /// Whether there are none.
    pub(super) fn is_empty(&self) -> bool {
        self.items.is_empty() && self.more.is_empty()
    }
}

impl<T, C> Serialize for Texts<'_, T, C> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.items.iter().chain(self.more).map(|item| (self.text)(self.context, item)))
    }
}

impl<T, C> fmt::Debug for Texts<'_, T, C> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_list().entries(self.items.iter().chain(self.more).map(|item| (self.text)(self.context, item))).finish()
    }
}

/// Phrases that several items share.
#[derive(Debug)]
pub(super) struct Phrases<'a>(pub(super) &'a [Arc<str>]);

impl Serialize for Phrases<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(|phrase| &**phrase))
    }
}

/// What a threat has from its rules, as it is written.
#[derive(Debug)]
pub(super) struct OfRules {
    pub(super) description: Fragment,
    pub(super) references: Fragment,
    pub(super) counterparts: Fragment,
}

/// What the threats of one rule have in common, made with the first of them that is written.
#[derive(Debug)]
pub(super) struct ByRule(Vec<OnceCell<OfRules>>);

/// Ids in public lists by list.
#[derive(Debug)]
struct References<'a>(Vec<(&'a str, Vec<ReferenceJson<'a>>)>);

/// Numbers of public lists are numbers, such as CWE 307; everything else is text.
#[derive(Debug, Serialize)]
#[serde(untagged)]
enum ReferenceJson<'a> {
    Number(u32),
    Text(&'a str),
}

impl OfRules {
    /// What one threat has.
    pub(super) fn of(input: &Input<'_>, threat: &Threat) -> Self {
        Self {
            description: Fragment::of(&description(threat.description(input.knowledge))),
            references: Fragment::of(&References::of(merged::references(input, threat))),
            counterparts: Fragment::of(&merged::counterparts(input, threat)),
        }
    }

    /// What a threat has that was raised by a rule alone.
    fn of_rule(knowledge: &Knowledge, rule: &Rule) -> Self {
        let mut references = IndexMap::new();
        merged::add_references(&mut references, &rule.references);
        Self {
            description: Fragment::of(&description(&rule.why)),
            references: Fragment::of(&References::of(references)),
            counterparts: Fragment::of(&merged::counterparts_of(knowledge, [rule])),
        }
    }
}

impl ByRule {
    /// Of the rules that an analysis was made with.
    pub(super) fn of(input: &Input<'_>) -> Self {
        Self(input.knowledge.rules.iter().map(|_| OnceCell::new()).collect())
    }

    /// What the threats of a rule have in common.
    pub(super) fn get(&self, input: &Input<'_>, rule: RuleIx) -> &OfRules {
        let at = usize::from(rule.0);
        self.0[at].get_or_init(|| OfRules::of_rule(input.knowledge, &input.knowledge.rules[at]))
    }
}

/// What happens, on one line; none where nobody says it.
fn description(text: &str) -> Option<String> {
    Some(crate::csv::one_line(text)).filter(|text| !text.is_empty())
}

impl<'a> References<'a> {
    fn of(lists: IndexMap<&'a str, Vec<&'a str>>) -> Self {
        Self(lists.into_iter().map(|(list, ids)| (list, ids.into_iter().map(ReferenceJson::of).collect())).collect())
    }
}

impl Serialize for References<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(list, ids)| (list, ids)))
    }
}

impl<'a> ReferenceJson<'a> {
    fn of(id: &'a str) -> Self {
        match id.parse::<u32>() {
            Ok(number) if number.to_string() == id => Self::Number(number),
            _ => Self::Text(id),
        }
    }
}
