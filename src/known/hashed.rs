//! Maps and sets by a hash that is quick: of keys as short as ids, the standard library's takes several times as long.

use foldhash::fast::RandomState;

/// A map of what is looked up by its hash.
pub type HashMap<K, V> = std::collections::HashMap<K, V, RandomState>;

/// A set of what is looked up by its hash.
pub type HashSet<T> = std::collections::HashSet<T, RandomState>;
