//! The model language of redan: text in, resolved [`Model`] and [`Diagnostic`]s out.
//!
//! This crate knows nothing of threats, rules or risk. It never touches the file system: texts arrive through
//! [`Files`]. Reading never fails and never panics; what is wrong with a text is a list of diagnostics beside
//! whatever could be read of it.

mod by_id;
pub mod canonical;
pub mod codes;
pub mod diagnostic;
pub mod edit;
mod every_byte;
pub mod evidence;
pub mod fmt;
mod halves;
#[macro_use]
pub mod lang;
pub mod limits;
mod load;
mod long;
pub mod markdown;
pub mod merge;
pub mod mermaid;
mod model;
pub mod naming;
pub mod reference;
mod resolve;
pub mod schema;
pub mod source;
pub mod suggest;
pub mod tree;
mod vocabulary;

pub use by_id::{ById, Ids};
pub use diagnostic::{Diagnostic, Severity};
pub use every_byte::every_byte;
pub use load::{Files, Loaded, load, load_text, load_value};
pub use model::*;
pub use source::{Location, SourceId, Sources, Span, Spanned};
pub use vocabulary::{Place, Vocabulary};
