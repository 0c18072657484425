//! A small map, sorted by its key: what each order, record or case did to one stream.
//!
//! 1. Most streams hold a handful of entries, so a sorted vector is smaller and faster than a tree.
//! 2. Entries are never removed: an entry that is over is the mark that refuses its return.

/// Entries in the order of their keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keyed<K, V>(Vec<(K, V)>);

impl<K, V> Default for Keyed<K, V> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<K: Ord + Clone, V> Keyed<K, V> {
    /// What is remembered under the key.
    pub fn get(&self, key: &K) -> Option<&V> {
        self.place(key).ok().map(|at| &self.0[at].1)
    }

    /// All entries, by key.
    pub fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        self.0.iter().map(|(key, value)| (key, value))
    }

    /// All values, by key.
    pub fn values(&self) -> impl Iterator<Item = &V> {
        self.0.iter().map(|(_, value)| value)
    }

    /// All values, by key, to be changed by a later fact.
    pub fn values_mut(&mut self) -> impl Iterator<Item = &mut V> {
        self.0.iter_mut().map(|(_, value)| value)
    }

    /// Remembers a first entry; `None` when there is one already.
    #[must_use]
    pub fn insert(&mut self, key: &K, value: V) -> Option<()> {
        let at = self.place(key).err()?;
        if self.0.is_empty() {
            // One entry is the usual number; do not pay for four.
            self.0.reserve_exact(1);
        }
        self.0.insert(at, (key.clone(), value));
        Some(())
    }

    /// What is remembered under the key, to be changed by a later fact.
    pub fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        let at = self.place(key).ok()?;
        Some(&mut self.0[at].1)
    }

    fn place(&self, key: &K) -> Result<usize, usize> {
        self.0.binary_search_by(|(other, _)| other.cmp(key))
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
}
