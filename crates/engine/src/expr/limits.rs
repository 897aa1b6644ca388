//! The bounds of an expression. They keep compiling and evaluating within a small stack and a short time.

/// Longest text, in bytes.
pub const MAX_TEXT: usize = 4_096;
/// Deepest nesting of operators, calls, lists and parentheses.
pub const MAX_DEPTH: usize = 32;
/// Most names, literals and operators in one expression.
pub const MAX_NODES: usize = 512;
/// Most variables of `exists`, `all`, `filter` and `map` that are in use at one place.
pub const MAX_BINDERS: usize = 4;
