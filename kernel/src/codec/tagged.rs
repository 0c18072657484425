//! Between an event's type name and what serde calls its variant.
//!
//! ```text
//! serde: {"shares_reserved":{body}}      the store: wallet.shares_reserved · {body}
//! ```
//!
//! 1. The store keeps type and body apart; the tag is never stored. So serde may spell it as it likes
//!    (`SharesReserved`, `shares-reserved`), and any spelling reads what another one wrote.
//! 2. A variant without fields has the body `{}`.
//! 3. An enum that could not be read back is found out when it is registered ([`check`]), without any
//!    event: serde says the names of its variants to whoever reads one.

use serde::{
    Deserializer, Serialize,
    de::{
        DeserializeOwned, DeserializeSeed, EnumAccess, Error as _, IgnoredAny, VariantAccess,
        Visitor, value::StrDeserializer,
    },
    forward_to_deserialize_any,
};
use std::cell::Cell;

type Json = serde_json::Error;
type Variants = &'static [&'static str];

/// Events that have no stored form, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotStored {
    /// Serde writes these events in a form that has no name outside of its body.
    #[error(
        "events called {event_type} cannot be stored: their type must be an enum that serde tags \
         from outside; leave out #[serde(tag = …)], #[serde(untagged)] and conversions of the \
         whole enum"
    )]
    NotTagged {
        /// The first type name that was looked for.
        event_type: &'static str,
    },
    /// Serde knows no variant, or more than one, that the type name could mean.
    #[error(
        "events called {event_type} cannot be read back: serde calls the variants of their enum \
         {}; write #[serde(rename = \"{tag}\")] on one of them, or #[serde(rename_all = \
         \"snake_case\")] on the enum", known.join(", ")
    )]
    NoVariant {
        /// The stored name of the event's type.
        event_type: &'static str,
        /// Its second half, which a variant should be called.
        tag: &'static str,
        /// What serde calls the variants.
        known: Variants,
    },
    /// The reverse: nothing would name a variant when it is stored or read.
    #[error(
        "events of {category} cannot be stored: none of their names means the variant that serde \
         calls {variant}; add its name to those of {category}, or take the variant out"
    )]
    NoName {
        /// serde's name of the variant.
        variant: &'static str,
        /// Category of the streams with these events.
        category: &'static str,
    },
    /// A type name belongs to one category, and to one variant.
    #[error(
        "{event_type} cannot be a type of events of {category}: each must start with \
         \"{category}.\" and be given to one variant only; name it anew"
    )]
    Misnamed {
        /// The stored name of the event's type.
        event_type: &'static str,
        /// Category of the streams with these events.
        category: &'static str,
    },
}

/// Whether events of that type can be written and read back under these names.
///
/// # Errors
/// [`NotStored`], with what to do about it.
pub fn check<E: DeserializeOwned>(
    types: impl IntoIterator<Item = &'static str>,
) -> Result<(), NotStored> {
    let seen = variants_of::<E>();
    for event_type in types {
        let known = seen.ok_or(NotStored::NotTagged { event_type })?;
        let tag = tag_of(event_type);
        if variant(known, tag).is_none() {
            return Err(NotStored::NoVariant { event_type, tag, known });
        }
    }
    Ok(())
}

/// Whether each variant has a name, where nothing stops the build that misses one.
///
/// # Errors
/// [`NotStored::NoName`].
pub fn check_variants<E: DeserializeOwned>(
    category: &'static str,
    types: &[&'static str],
) -> Result<(), NotStored> {
    let named = |it: &str| types.iter().any(|event_type| same(it, tag_of(event_type)));
    match variants_of::<E>().unwrap_or_default().iter().find(|it| !named(it)) {
        Some(variant) => Err(NotStored::NoName { variant, category }),
        None => Ok(()),
    }
}

/// What serde calls the variants; `None` where the type is no enum that it tags from outside.
fn variants_of<E: DeserializeOwned>() -> Option<Variants> {
    let seen = Cell::new(None);
    // It always fails: only what serde asks for is wanted.
    let _ = E::deserialize(Look(&seen));
    seen.get()
}

/// Whether the names are of that category, and each given once.
///
/// # Errors
/// [`NotStored::Misnamed`].
pub fn check_names(category: &'static str, types: Variants) -> Result<(), NotStored> {
    for (at, event_type) in types.iter().copied().enumerate() {
        let own = event_type.strip_prefix(category).is_some_and(|rest| rest.starts_with('.'));
        if !own || types[..at].contains(&event_type) {
            return Err(NotStored::Misnamed { event_type, category });
        }
    }
    Ok(())
}

/// Appends what serde makes of the variant's body.
///
/// # Errors
/// As serde's; and when the variant is not the one that the type name means.
pub fn write_tagged<E: Serialize>(
    event: &E,
    event_type: &'static str,
    out: &mut Vec<u8>,
) -> Result<(), Json> {
    let start = out.len();
    serde_json::to_writer(&mut *out, event)?;
    let is_meant =
        |tag: &[u8]| std::str::from_utf8(tag).is_ok_and(|it| same(it, tag_of(event_type)));
    match &out[start..] {
        // {"tag":body}: the store keeps the two apart.
        [b'{', b'"', rest @ .., b'}'] => {
            let tag = rest.iter().take_while(|byte| **byte != b'"').count();
            if rest.get(tag + 1) == Some(&b':') && is_meant(&rest[..tag]) {
                out.drain(start..start + tag + 4);
                out.pop();
                return Ok(());
            }
        }
        [b'"', tag @ .., b'"'] if is_meant(tag) => {
            out.truncate(start);
            out.extend_from_slice(b"{}");
            return Ok(());
        }
        _ => {}
    }
    let tag = tag_of(event_type);
    Err(Json::custom(format!("the body of a {event_type} is not tagged \"{tag}\"")))
}

/// The reverse of [`write_tagged`].
///
/// # Errors
/// As serde's: which field is missing or wrong, and where.
pub fn read_tagged<E: DeserializeOwned>(event_type: &str, data: &str) -> Result<E, Json> {
    E::deserialize(Tagged { tag: tag_of(event_type), body: data })
}

/// The second half of a type name, which means a variant.
fn tag_of(event_type: &str) -> &str {
    event_type.split_once('.').map_or("", |(_, tag)| tag)
}

/// Whether two spellings are of the same name, whichever way serde writes its words.
fn same(one: &str, other: &str) -> bool {
    let letters = |text: &str| -> Vec<u8> {
        let plain = text.bytes().filter(|it| !matches!(it, b'_' | b'-'));
        plain.map(|it| it.to_ascii_lowercase()).collect()
    };
    one == other || letters(one) == letters(other)
}

/// The variant that is called so, or the only one that is in another spelling.
fn variant(known: Variants, tag: &str) -> Option<&'static str> {
    if let Some(exact) = known.iter().find(|it| **it == tag) {
        return Some(exact);
    }
    let mut alike = known.iter().filter(|it| same(it, tag));
    alike.next().filter(|_| alike.next().is_none()).copied()
}

/// Hears what serde calls the variants of an enum, and says nothing.
struct Look<'a>(&'a Cell<Option<Variants>>);

impl<'de> Deserializer<'de> for Look<'_> {
    type Error = Json;

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        variants: Variants,
        _: V,
    ) -> Result<V::Value, Json> {
        self.0.set(Some(variants));
        Err(Json::custom("only its names were asked for"))
    }

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Json> {
        Err(Json::custom("no enum that is tagged from outside"))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option
        unit unit_struct newtype_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}

/// A variant's tag and its body, as serde reads them out of one value.
struct Tagged<'a> {
    tag: &'a str,
    body: &'a str,
}

impl<'de> Deserializer<'de> for Tagged<'de> {
    type Error = Json;

    fn deserialize_enum<V: Visitor<'de>>(
        mut self,
        _: &'static str,
        variants: Variants,
        visitor: V,
    ) -> Result<V::Value, Json> {
        // An unknown one is refused by serde, with those that it knows.
        self.tag = variant(variants, self.tag).unwrap_or(self.tag);
        visitor.visit_enum(self)
    }

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Json> {
        Err(Json::custom("its type is no enum that serde tags from outside"))
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option
        unit unit_struct newtype_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}

impl<'de> EnumAccess<'de> for Tagged<'de> {
    type Error = Json;
    type Variant = Self;

    fn variant_seed<V: DeserializeSeed<'de>>(self, seed: V) -> Result<(V::Value, Self), Json> {
        let tag: StrDeserializer<'_, Json> = StrDeserializer::new(self.tag);
        Ok((seed.deserialize(tag)?, self))
    }
}

impl<'de> Tagged<'de> {
    /// Reads the whole body that way.
    fn whole<T>(
        &self,
        read: impl FnOnce(
            &mut serde_json::Deserializer<serde_json::de::StrRead<'de>>,
        ) -> Result<T, Json>,
    ) -> Result<T, Json> {
        let mut body = serde_json::Deserializer::from_str(self.body);
        let value = read(&mut body)?;
        body.end()?;
        Ok(value)
    }
}

impl<'de> VariantAccess<'de> for Tagged<'de> {
    type Error = Json;

    fn unit_variant(self) -> Result<(), Json> {
        self.whole(|body| serde::Deserialize::deserialize(body).map(|IgnoredAny| ()))
    }

    fn newtype_variant_seed<T: DeserializeSeed<'de>>(self, seed: T) -> Result<T::Value, Json> {
        self.whole(|body| seed.deserialize(body))
    }

    fn tuple_variant<V: Visitor<'de>>(self, _: usize, visitor: V) -> Result<V::Value, Json> {
        self.whole(|body| body.deserialize_seq(visitor))
    }

    fn struct_variant<V: Visitor<'de>>(
        self,
        fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Json> {
        self.whole(|body| body.deserialize_struct("", fields, visitor))
    }
}

#[cfg(test)]
mod tests;
