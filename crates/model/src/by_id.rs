//! Maps and sets whose keys a file chooses.

use foldhash::fast::RandomState;
use indexmap::{IndexMap, IndexSet};

/// Entries by id, in the order in which they were put in.
///
/// Ids are hashed with a seed that no file can foresee, so that none can make them collide, and several times faster than
/// the standard library does it. The order of entries never depends on the hash.
pub type ById<T, K = String> = IndexMap<K, T, RandomState>;

/// Ids, each once, in the same way.
pub type Ids<K = String> = IndexSet<K, RandomState>;
