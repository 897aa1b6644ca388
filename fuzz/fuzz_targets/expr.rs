//! Compiling any text as a condition never panics, and every fault is a place in the text.
#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use redan_engine::expr::{Expr, Scope};
use redan_engine::knowledge::Knowledge;
use redan_engine::rule::SubjectKind;

static KNOWLEDGE: LazyLock<Knowledge> = LazyLock::new(Knowledge::embedded);

fuzz_target!(|text: &str| {
    let Some(scope) = Scope::of_rule(&[SubjectKind::Flow]) else { return };
    if let Err(errors) = Expr::compile(text, &scope, &KNOWLEDGE.catalogue) {
        for error in errors {
            assert!(text.get(error.range).is_some());
        }
    }
});
