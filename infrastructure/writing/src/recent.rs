//! A bounded memory of what was used lately.
//!
//! Two generations: what is used is young; when the young are too many they become the old, and the
//! old of before are forgotten. Nothing is forgotten except in [`Recent::age`], so an owner that
//! relies on an entry decides itself when it no longer does.

use foldhash::fast::RandomState;
use std::{collections::HashMap, hash::Hash};

/// A memory of at least the last `capacity / 2` keys used.
pub struct Recent<K, V> {
    young: HashMap<K, V, RandomState>,
    old: HashMap<K, V, RandomState>,
    generation: usize,
}

impl<K: Hash + Eq, V: Clone> Recent<K, V> {
    /// Remembers at least the last `capacity / 2` keys used.
    pub fn new(capacity: usize) -> Self {
        let generation = (capacity / 2).max(1);
        Self { young: HashMap::default(), old: HashMap::default(), generation }
    }

    /// What is remembered of it; it counts as used.
    pub fn get(&mut self, key: &K) -> Option<V> {
        if let Some(value) = self.young.get(key) {
            return Some(value.clone());
        }
        let (key, value) = self.old.remove_entry(key)?;
        self.young.insert(key, value.clone());
        Some(value)
    }

    /// Remembers it, or remembers it anew.
    pub fn put(&mut self, key: K, value: V) {
        self.young.insert(key, value);
    }

    /// Forgets it, whenever it was used.
    pub fn forget(&mut self, key: &K) {
        self.young.remove(key);
        self.old.remove(key);
    }

    /// Forgets what was not used for long. Nothing else forgets.
    pub fn age(&mut self) {
        if self.young.len() > self.generation {
            std::mem::swap(&mut self.young, &mut self.old);
            self.young.clear();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_used_stays_and_the_rest_is_forgotten() {
        let mut recent = Recent::new(4);
        for key in 0..100 {
            recent.put(key, key);
            assert_eq!(recent.get(&0), Some(0), "used every time, so never forgotten");
            recent.age();
        }

        assert_eq!(recent.get(&99), Some(99));
        assert_eq!(recent.get(&50), None);
        assert!(recent.young.len() + recent.old.len() <= 8);
    }
}
