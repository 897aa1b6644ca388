//! Mermaid flowcharts: files of one picture, and Markdown files with several.
//!
//! The parser is that of the model language. A picture says little: kinds are guessed from classes, shapes and words,
//! and each guess that no class or cylinder bears out is listed. One id with one label in several pictures is one
//! thing. A picture written here says the kinds with classes, so that it reads back without guesses.

mod read;
mod write;

pub use read::read;
pub use write::write;
