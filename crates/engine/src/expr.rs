//! The expression language of rules: a typed, three-valued subset of CEL.
//!
//! Text is parsed once, checked against [`schema`], and kept as a typed tree; evaluation asks a [`World`] for facts
//! and can be asked afterwards which unknown facts a result turned on.

pub mod schema;
pub mod value;

pub use schema::{Field, Type};
pub use value::{Range, Things, Tri, Value};

use redan_model::Thing;

use crate::fact::{BaseFact, UsedFact};

/// The facts that expressions are evaluated over.
pub trait World {
    /// The value of a field of a thing; the thing is of a kind that has the field (checked when the rule was loaded).
    fn value(&self, thing: Thing, field: Field) -> Value<'_>;

    /// The base facts that are unknown and that would decide this field's value, in a stable order.
    fn unknown_facts(&self, thing: Thing, field: Field, out: &mut Vec<BaseFact>);

    /// The base facts behind this field's value, with value, origin and place, for explanations.
    fn used_facts(&self, thing: Thing, field: Field, out: &mut Vec<UsedFact>);
}

/// A checked expression. (Its evaluator is documented on its methods.)
#[derive(Debug, Clone)]
pub struct Expr {
    /// The text, as in the rule.
    pub text: String,
}
