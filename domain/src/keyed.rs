//! A map, sorted by its key: what each order, record or case did to one stream.
//!
//! 1. A copy shares all entries with what it was copied from, until one of them changes: a fold is copied for
//!    each decision, however long its history.
//! 2. One entry is the usual number: an empty map has nothing on the heap.

use rpds::RedBlackTreeMapSync;

/// Entries in the order of their keys.
#[derive(Clone, PartialEq, Eq)]
pub struct Keyed<K: Ord, V>(RedBlackTreeMapSync<K, V>);

impl<K: Ord, V> Default for Keyed<K, V> {
    fn default() -> Self {
        Self(RedBlackTreeMapSync::default())
    }
}

impl<K: Ord + std::fmt::Debug, V: std::fmt::Debug> std::fmt::Debug for Keyed<K, V> {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_map().entries(self.iter()).finish()
    }
}

impl<K: Ord, V> Keyed<K, V> {
    /// What is remembered under the key.
    pub fn get(&self, key: &K) -> Option<&V> {
        self.0.get(key)
    }

    /// Whether anything is remembered under the key.
    pub fn contains(&self, key: &K) -> bool {
        self.0.contains_key(key)
    }

    /// Entries in the order of their keys.
    pub fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        self.0.iter()
    }

    /// Values in the order of their keys.
    pub fn values(&self) -> impl Iterator<Item = &V> {
        self.0.values()
    }

    /// Number of entries.
    pub fn len(&self) -> usize {
        self.0.size()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<K: Ord + Clone, V: Clone> Keyed<K, V> {
    /// Remembers a first entry; `None` when there is one already.
    #[must_use]
    pub fn insert(&mut self, key: &K, value: V) -> Option<()> {
        (!self.contains(key)).then(|| self.put(key, value))
    }

    /// Remembers an entry in the place of the one before, if there was any.
    pub fn put(&mut self, key: &K, value: V) {
        self.0.insert_mut(key.clone(), value);
    }

    /// What is remembered under the key, to be changed by a later fact.
    pub fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        self.0.get_mut(key)
    }

    /// Forgets an entry; it may never have been there.
    pub fn remove(&mut self, key: &K) {
        self.0.remove_mut(key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_stay_sorted_and_a_second_insert_changes_nothing() {
        let mut keyed = Keyed::default();
        assert_eq!([2, 1, 3].map(|key| keyed.insert(&key, key * 10)), [Some(()); 3]);
        assert_eq!(keyed.insert(&2, 99), None);

        assert_eq!(keyed.values().copied().collect::<Vec<_>>(), [10, 20, 30]);
        *keyed.get_mut(&3).unwrap() = 31;
        assert_eq!((keyed.get(&3), keyed.get(&4)), (Some(&31), None));
    }

    #[test]
    fn a_copy_stays_as_it_was() {
        let mut keyed = Keyed::default();
        keyed.put(&1, "one");
        keyed.put(&2, "two");
        let before = keyed.clone();
        keyed.put(&1, "another");
        keyed.remove(&2);
        keyed.remove(&3);

        assert_eq!(before.iter().collect::<Vec<_>>(), [(&1, &"one"), (&2, &"two")]);
        assert_eq!((keyed.get(&1), keyed.len()), (Some(&"another"), 1));
    }

    #[test]
    fn it_is_empty_until_something_is_remembered_and_shown_in_the_order_of_its_keys() {
        let mut keyed = Keyed::default();
        assert!(keyed.is_empty());
        keyed.put(&2, "two");
        keyed.put(&1, "one");
        assert!(!keyed.is_empty());
        assert_eq!(format!("{keyed:?}"), r#"{1: "one", 2: "two"}"#);
    }
}
