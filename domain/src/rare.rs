//! A part of a fold that most streams have nothing of: eight bytes until something happens to it.
//!
//! A copy shares it until one of the two changes.

use std::{
    fmt,
    ops::{Deref, DerefMut},
    sync::Arc,
};

/// A part that says what it is before anything happened; see `rare!`.
pub trait Nothing: Clone + Default + 'static {
    /// Of all streams to which nothing happened.
    fn nothing() -> &'static Self;
}

/// Lets a part be [`Rare`].
macro_rules! rare {
    ($($part:ty),+ $(,)?) => {$(
        impl $crate::rare::Nothing for $part {
            fn nothing() -> &'static Self {
                static NOTHING: ::std::sync::LazyLock<$part> =
                    ::std::sync::LazyLock::new(::std::default::Default::default);
                &NOTHING
            }
        }
    )+};
}

pub(crate) use rare;

/// Read like the part itself; only whoever changes it has one.
#[derive(Clone)]
pub struct Rare<T>(Option<Arc<T>>);

impl<T> Default for Rare<T> {
    fn default() -> Self {
        Self(None)
    }
}

impl<T: Nothing> Deref for Rare<T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.0.as_deref().unwrap_or_else(|| T::nothing())
    }
}

impl<T: Nothing> DerefMut for Rare<T> {
    fn deref_mut(&mut self) -> &mut T {
        Arc::make_mut(self.0.get_or_insert_default())
    }
}

impl<T: Nothing + PartialEq> PartialEq for Rare<T> {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl<T: Nothing + Eq> Eq for Rare<T> {}

impl<T: Nothing + fmt::Debug> fmt::Debug for Rare<T> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&**self, out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keyed::Keyed;

    type Marks = Keyed<u8, &'static str>;
    rare!(Marks);

    #[test]
    fn it_is_read_as_nothing_until_it_changes_and_a_copy_stays_as_it_was() {
        let mut rare = Rare::<Marks>::default();
        assert!(rare.is_empty() && rare.0.is_none());

        rare.put(&1, "set");
        let before = rare.clone();
        rare.put(&1, "lifted");
        rare.put(&2, "set");
        assert_eq!((before.get(&1), before.get(&2)), (Some(&"set"), None));

        for key in [1, 2] {
            rare.remove(&key);
        }
        assert_eq!(rare, Rare::default());
    }

    #[test]
    fn two_are_the_same_where_what_they_have_is_and_shown_as_it() {
        let mut rare = Rare::<Marks>::default();
        rare.put(&1, "set");
        assert!(rare != Rare::default());
        assert_eq!(format!("{rare:?}"), r#"{1: "set"}"#);
    }
}
