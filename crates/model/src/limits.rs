//! The documented bounds on input. Exceeding one is an error with a place, never a hang or a crash.

/// Largest model file, in bytes. Ten thousand elements with twenty thousand flows take about 4 MB.
pub const MAX_FILE_BYTES: usize = 64 * 1024 * 1024;
/// Deepest nesting of lists and mappings.
pub const MAX_DEPTH: usize = 64;
/// Most nodes in one document, aliases expanded.
pub const MAX_NODES: usize = 4_000_000;
/// Most nodes that aliases may add by expansion.
pub const MAX_ALIAS_NODES: usize = 100_000;
/// Most files that one model may bring in through `use`, directly or not.
pub const MAX_INCLUDES: usize = 256;
/// Most diagnostics kept for one run; the rest are counted in a last one.
pub const MAX_DIAGNOSTICS: usize = 1_000;
/// Deepest nesting of an attack tree.
pub const MAX_TREE_DEPTH: usize = 48;
