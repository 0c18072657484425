//! A map that knows what its entries come to, so that nobody adds them up.
//!
//! 1. The figures are those of the entries that are there, to the last decimal, whatever happened to them:
//!    every way to change an entry goes through here.
//! 2. They are no part of any event: whoever replays the entries has them.

use crate::keyed::Keyed;
use rust_decimal::Decimal;

/// An entry that adds to `N` figures of its map.
pub trait Counts<const N: usize> {
    /// What it adds to each of them.
    fn figures(&self) -> [Decimal; N];
}

/// Entries in the order of their keys, and the sums of their figures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tallied<K: Ord, V, const N: usize> {
    entries: Keyed<K, V>,
    sums: [Decimal; N],
}

impl<K: Ord, V, const N: usize> Default for Tallied<K, V, N> {
    fn default() -> Self {
        Self { entries: Keyed::default(), sums: [Decimal::ZERO; N] }
    }
}

impl<K: Ord + Clone, V: Clone + Counts<N>, const N: usize> Tallied<K, V, N> {
    /// What all entries come to: each of the figures.
    pub const fn sums(&self) -> &[Decimal; N] {
        &self.sums
    }

    /// The entries themselves, to be read.
    pub const fn entries(&self) -> &Keyed<K, V> {
        &self.entries
    }

    /// What is remembered under the key.
    pub fn get(&self, key: &K) -> Option<&V> {
        self.entries.get(key)
    }

    /// Remembers a first entry; `None` when there is one already.
    #[must_use]
    pub fn insert(&mut self, key: &K, value: V) -> Option<()> {
        let figures = value.figures();
        self.entries.insert(key, value)?;
        self.count(figures, Decimal::saturating_add);
        Some(())
    }

    /// Remembers an entry in the place of the one before, if there was any.
    pub fn put(&mut self, key: &K, value: V) {
        if let Some(was) = self.entries.get(key).map(Counts::figures) {
            self.count(was, Decimal::saturating_sub);
        }
        self.count(value.figures(), Decimal::saturating_add);
        self.entries.put(key, value);
    }

    /// Changes what is remembered under the key. `None` where nothing is, or what is done returns it.
    pub fn change<T>(&mut self, key: &K, change: impl FnOnce(&mut V) -> Option<T>) -> Option<T> {
        let value = self.entries.get_mut(key)?;
        let was = value.figures();
        let done = change(value);
        let is = value.figures();
        self.count(was, Decimal::saturating_sub);
        self.count(is, Decimal::saturating_add);
        done
    }

    /// Forgets an entry; it may never have been there.
    pub fn remove(&mut self, key: &K) {
        if let Some(was) = self.entries.get(key).map(Counts::figures) {
            self.count(was, Decimal::saturating_sub);
            self.entries.remove(key);
        }
    }

    fn count(&mut self, figures: [Decimal; N], by: impl Fn(Decimal, Decimal) -> Decimal) {
        for (sum, figure) in self.sums.iter_mut().zip(figures) {
            if !figure.is_zero() {
                *sum = by(*sum, figure);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::{collection::vec, prelude::*};

    #[derive(Debug, Clone, PartialEq, Eq)]
    struct Paid(i64);

    impl Counts<2> for Paid {
        fn figures(&self) -> [Decimal; 2] {
            let large = if self.0 > 500 { self.0 } else { 0 };
            [Decimal::new(self.0, 2), Decimal::new(large, 2)]
        }
    }

    proptest! {
        #[test]
        fn the_sums_are_those_of_the_entries_whatever_happens(
            steps in vec((0..4_u8, 0..6_u8, 0..1_000_i64), 0..60)
        ) {
            let mut tallied = Tallied::default();
            for (which, key, fen) in steps {
                match which {
                    0 => drop(tallied.insert(&key, Paid(fen))),
                    1 => tallied.put(&key, Paid(fen)),
                    2 => tallied.remove(&key),
                    // Also where the change gives up half way.
                    3.. => drop(tallied.change(&key, |it| {
                        *it = Paid(fen);
                        (fen % 2 == 0).then_some(())
                    })),
                }
                let add = |sums: [Decimal; 2], one: &Paid| {
                    let [all, large] = one.figures();
                    [sums[0] + all, sums[1] + large]
                };
                let sums = tallied.entries().values().fold([Decimal::ZERO; 2], add);
                prop_assert_eq!(tallied.sums(), &sums);
            }
        }
    }
}
