//! `rules list --format json`.

use indexmap::IndexMap;
use redan_engine::Knowledge;
use redan_engine::rule::{Lifecycle, Rule, SubjectKind};
use redan_model::lang::{Linddun, Stride};
use serde::Serialize;

/// One rule.
#[derive(Debug, Serialize)]
pub struct RuleJson<'a> {
    id: &'a str,
    pack: &'a str,
    on: Vec<&'static str>,
    categories: IndexMap<&'static str, Vec<&'static str>>,
    counterparts: &'a [String],
    references: &'a IndexMap<String, Vec<String>>,
    lifecycle: &'static str,
    replaced_by: Option<&'a str>,
    title: &'a str,
}

impl<'a> RuleJson<'a> {
    /// All rules, in the order of the knowledge.
    pub fn all(knowledge: &'a Knowledge) -> Vec<Self> {
        knowledge.rules.iter().map(Self::of).collect()
    }

    /// A rule as the format has it.
    pub fn of(rule: &'a Rule) -> Self {
        let (lifecycle, replaced_by) = match &rule.lifecycle {
            Lifecycle::Preview => ("preview", None),
            Lifecycle::Stable => ("stable", None),
            Lifecycle::Deprecated(by) => ("deprecated", by.as_deref()),
        };
        let stride: Vec<_> = rule.stride.iter().copied().map(Stride::as_str).collect();
        let linddun: Vec<_> = rule.linddun.iter().copied().map(Linddun::as_str).collect();
        Self {
            id: &rule.id,
            pack: &rule.pack,
            on: rule.on.iter().map(|kind| subject_word(*kind)).collect(),
            categories: [("stride", stride), ("linddun", linddun)].into_iter().filter(|(_, words)| !words.is_empty()).collect(),
            counterparts: &rule.counterparts,
            references: &rule.references,
            lifecycle,
            replaced_by,
            title: &rule.title,
        }
    }
}

/// The word of the rule language for a kind of subject.
pub fn subject_word(kind: SubjectKind) -> &'static str {
    match kind {
        SubjectKind::Actor => "actor",
        SubjectKind::External => "external",
        SubjectKind::Process => "process",
        SubjectKind::Store => "store",
        SubjectKind::Flow => "flow",
        SubjectKind::Zone => "zone",
        SubjectKind::Asset => "asset",
        SubjectKind::Model => "model",
    }
}
