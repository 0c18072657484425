//! Identifiers: one newtype each, valid by construction, never empty.
//!
//! [`identifier!`](crate::identifier) makes one from its name, its length and its words.
//!
//! 1. An identifier is ASCII letters, digits, `.`, `_` and `-`: it goes into stream names, files
//!    and commands without being escaped.
//! 2. The caller makes the transaction ID; everything else is derived from it, never drawn, so that
//!    a retry anywhere names the same thing.
//! 3. None of them may carry personal data: they are stored for decades and cannot be erased.

/// What [`identifier!`](crate::identifier) expands to leans on it, so that its caller need not.
#[doc(hidden)]
pub use serde as __serde;

/// A text that cannot be the identifier it was given for.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{value:?} is not {what}: {allowed}")]
pub struct IdError {
    /// The kind of identifier that it should have been, with its article.
    pub what: &'static str,
    /// The refused text, cut to 80 characters.
    pub value: String,
    /// The rule that it breaks.
    pub allowed: &'static str,
}

/// Defines a newtype over a shared text that holds 1 to so many of `A-Z a-z 0-9 . _ -`, with
/// `new`, `as_str`, `FromStr`, `Display`, `Borrow<str>` and serde as a plain string.
///
/// ```
/// fundflow_kernel::identifier!(
///     /// A ship, as the harbour's register names it.
///     ShipId, "a ship's ID", 8, "1 to 8 of A-Z a-z 0-9 . _ -"
/// );
/// let ship: ShipId = "S-17".parse()?;
/// assert_eq!(ship.as_str(), "S-17");
/// assert!(ShipId::new("").is_err());
/// # Ok::<(), fundflow_kernel::ids::IdError>(())
/// ```
#[macro_export]
macro_rules! identifier {
    ($(#[$doc:meta])* $name:ident, $what:literal, $max:literal, $allowed:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(::std::sync::Arc<str>);

        impl $name {
            /// Takes the text if it is a valid identifier.
            ///
            /// # Errors
            /// [`IdError`]($crate::ids::IdError) naming the text and what is allowed.
            pub fn new(
                text: impl Into<::std::sync::Arc<str>>,
            ) -> ::std::result::Result<Self, $crate::ids::IdError> {
                let text = text.into();
                if $crate::ids::is_plain(&text, $max) {
                    return Ok(Self(text));
                }
                let value = text.chars().take(80).collect();
                Err($crate::ids::IdError { what: $what, value, allowed: $allowed })
            }

            /// The text, as it was given.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl ::std::convert::TryFrom<::std::sync::Arc<str>> for $name {
            type Error = $crate::ids::IdError;
            fn try_from(
                text: ::std::sync::Arc<str>,
            ) -> ::std::result::Result<Self, $crate::ids::IdError> {
                Self::new(text)
            }
        }

        impl ::std::convert::From<$name> for ::std::sync::Arc<str> {
            fn from(id: $name) -> ::std::sync::Arc<str> {
                id.0
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = $crate::ids::IdError;
            fn from_str(text: &str) -> ::std::result::Result<Self, $crate::ids::IdError> {
                Self::new(text)
            }
        }

        impl ::std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str {
                &self.0
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, out: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                out.pad(&self.0)
            }
        }

        impl $crate::ids::__serde::Serialize for $name {
            fn serialize<S: $crate::ids::__serde::Serializer>(
                &self,
                serializer: S,
            ) -> ::std::result::Result<S::Ok, S::Error> {
                serializer.serialize_str(&self.0)
            }
        }

        impl<'de> $crate::ids::__serde::Deserialize<'de> for $name {
            fn deserialize<D: $crate::ids::__serde::Deserializer<'de>>(
                deserializer: D,
            ) -> ::std::result::Result<Self, D::Error> {
                type Text = ::std::sync::Arc<str>;
                let text = <Text as $crate::ids::__serde::Deserialize>::deserialize(deserializer)?;
                Self::new(text).map_err($crate::ids::__serde::de::Error::custom)
            }
        }
    };
}

identifier!(
    /// The caller's name for one request and its idempotency key, for ever.
    TransactionId, "a transaction ID", 64, "1 to 64 of A-Z a-z 0-9 . _ -"
);
identifier!(
    /// Names a rule, schedule or table and its version, so that a replay needs nothing else.
    VersionTag, "a version tag", 64, "1 to 64 of A-Z a-z 0-9 . _ -"
);

impl VersionTag {
    /// For the versions of rules that are code. The text is not checked in release builds, so each
    /// such text has to be covered by a test of the module that says it.
    pub fn literal(text: &'static str) -> Self {
        debug_assert!(is_plain(text, 64), "{text:?} is not a version tag");
        Self(text.into())
    }
}

/// Whether the text is 1 to `max` bytes of `A-Z a-z 0-9 . _ -`.
pub fn is_plain(text: &str, max: usize) -> bool {
    let plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-');
    (1..=max).contains(&text.len()) && text.bytes().all(plain)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identifier_is_never_empty_nor_strange() {
        for text in ["", " ", "a b", "张三", "a/b", &"x".repeat(65)] {
            assert!(TransactionId::new(text).is_err(), "{text}");
        }
        assert!(TransactionId::new("x".repeat(64)).is_ok());
    }

    #[test]
    fn an_identifier_is_stored_as_a_plain_string_and_checked_when_read() {
        let transaction: TransactionId = "TX-1.a_b".parse().unwrap();

        let json = serde_json::to_string(&transaction).unwrap();

        assert_eq!(json, r#""TX-1.a_b""#);
        assert_eq!(serde_json::from_str::<TransactionId>(&json).unwrap(), transaction);
        let refused = serde_json::from_str::<TransactionId>(r#""a b""#).unwrap_err();
        assert!(refused.to_string().contains(r#""a b" is not a transaction ID"#), "{refused}");
    }
}
