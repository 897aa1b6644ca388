//! The model language as types: what each section may hold, in the words that users write.
//!
//! Every record is declared once, with [`record!`], and that one declaration gives the Rust type, the reader, the
//! canonical long form, the JSON Schema and the language reference. Field names are the YAML keys with `-` for `_`
//! (and without Rust's `r#`). Nothing here is resolved: references are text with a place; see [`crate::Model`].

#[macro_use]
mod record;
pub mod cvss;
mod fact_syntax;
mod facts;
mod given;
pub(crate) mod scalars;
mod sections;
mod shapes;
mod short;
mod spread;
pub mod syntax;
mod values;

pub use facts::{FactEntry, FactPath, FactSet, FactValue, FactValues, State};
pub use given::{Entries, Given, Items, Keyed, Place};
pub use record::{Extras, List, Map, MapEntry, Opt};
pub use sections::*;
pub use shapes::is_id;
pub use spread::Spread;
pub use values::*;
