//! Other tools' model files, one module a format: foreign bytes in, a model of our language and a list of losses out.
//!
//! A reader never touches the resolved model. It gives the canonical JSON of the language, which is loaded like any
//! model that somebody wrote by hand, so that there is one way through the house and one place that checks ids,
//! references and values. What cannot be said in the language is never dropped in silence: it is a [`Loss`].
//!
//! The other way, a writer takes an [`Outgoing`] model and gives an [`Exported`] file, see [`mod@export`]; changes are written
//! into existing files by [`mod@onto`].
//!
//! To add a format: a variant of [`Format`] with its line in [`Format::ALL`] and its arms below, a function in the
//! module [`detect`], and a module with `pub fn read(bytes: &[u8]) -> Result<Imported, ImportError>` that fills a
//! [`draft::Draft`]. Input is hostile: read XML through [`xml`], check sizes through [`limits`], never index.

pub mod adtool;
pub mod attack_flow;
mod back;
pub mod before;
mod borrowed;
pub mod canonical;
pub mod cyclonedx;
pub mod d2;
pub mod deciduous;
mod decision;
mod detect;
mod document;
pub mod draft;
pub mod drawio;
mod drawn;
pub mod evidence;
pub mod export;
mod format;
pub mod galileo;
pub mod guide;
pub mod hcltm;
mod json_values;
mod kept;
mod layout;
pub mod limits;
mod loss;
mod losses;
pub mod lucid;
pub mod mef;
pub mod mermaid;
pub mod onto;
pub mod otm;
mod packed;
pub mod picture;
pub mod plantuml;
pub mod pytm;
mod read;
mod steps;
mod steps_onto;
mod steps_out;
pub mod structurizr;
pub mod tb7;
pub mod threagile;
pub mod threat_composer;
pub mod threat_dragon;
pub mod tm7;
pub mod tm_bom;
mod vocabulary;
pub mod vsdx;
mod write;
pub mod xml;
mod yaml;
mod zones;

pub use decision::Decision;
pub use detect::detect;
pub use document::Document;
pub use export::{Course, ExportError, Exported, ForeignThreat, Outgoing, Picture, export};
pub use format::{Format, ImportError, Imported, import};
pub use loss::{Loss, LossKind};
pub use losses::{Losses, Says};
pub use onto::{Original, Origins, onto};
pub use vocabulary::settle;
