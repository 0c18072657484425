//! Writes an event's body: byte for byte what `serde_json` writes, in a third of its instructions.
//!
//! 1. Bodies are short texts and many marks between them: a mark is pushed, a text is looked through
//!    once and copied whole. `serde_json` makes a write of each mark and looks each byte up.
//! 2. What is rare (numbers, texts with something to escape) is left to `serde_json` itself.
//! 3. Of an enum only the variant's body is written ([`write_tagged`]): the store keeps the type's
//!    name beside it.

mod variant;

pub use variant::write_tagged;

use serde::{
    Serialize, Serializer,
    ser::{
        Error as _, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant,
        SerializeTuple, SerializeTupleStruct, SerializeTupleVariant,
    },
};
use std::fmt::{self, Display};

type Error = serde_json::Error;
type Done = Result<(), Error>;

/// Appends the value as JSON.
///
/// # Errors
/// As `serde_json`'s.
pub fn write<T: Serialize + ?Sized>(value: &T, out: &mut Vec<u8>) -> Done {
    value.serialize(Json { out })
}

/// Whether a text stands in JSON as it is: no control character, quotation mark or backslash.
fn is_plain(text: &[u8]) -> bool {
    let is_plain_byte = |byte: &u8| *byte >= 0x20 && *byte != b'"' && *byte != b'\\';
    let Some(last) = text.last_chunk() else { return text.iter().all(is_plain_byte) };
    // The last word overlaps the one before it.
    let mut words = text.as_chunks().0.iter().chain([last]);
    words.all(|word| is_plain_word(u64::from_ne_bytes(*word)))
}

/// The same of eight bytes at once. Less a number from each byte, the highest bit is set of those that
/// were smaller; bytes that had it set before are none of them.
const fn is_plain_word(word: u64) -> bool {
    const EACH: u64 = 0x0101_0101_0101_0101;
    const HIGHEST: u64 = EACH << 7;
    const fn smaller(word: u64, than: u8) -> u64 {
        word.wrapping_sub(EACH * than as u64) & !word & HIGHEST
    }
    let quotes = smaller(word ^ (EACH * b'"' as u64), 1);
    let backslashes = smaller(word ^ (EACH * b'\\' as u64), 1);
    smaller(word, 0x20) | quotes | backslashes == 0
}

struct Json<'a> {
    out: &'a mut Vec<u8>,
}

impl<'a> Json<'a> {
    fn mark(self, mark: u8) -> Self {
        self.out.push(mark);
        self
    }

    /// `{"tag":`, for what is tagged from outside.
    fn tag(self, tag: &str) -> Result<Self, Error> {
        self.out.push(b'{');
        text(self.out, tag)?;
        self.out.push(b':');
        Ok(self)
    }

    const fn list(self, close: &'static [u8]) -> List<'a> {
        List { out: self.out, is_first: true, is_raw: false, close }
    }

    fn by_serde_json<T: Serialize + ?Sized>(self, value: &T) -> Done {
        serde_json::to_writer(self.out, value)
    }
}

fn text(out: &mut Vec<u8>, text: &str) -> Done {
    if !is_plain(text.as_bytes()) {
        return serde_json::to_writer(out, text);
    }
    out.reserve(text.len() + 2);
    out.push(b'"');
    out.extend_from_slice(text.as_bytes());
    out.push(b'"');
    Ok(())
}

/// What is between two brackets.
struct List<'a> {
    out: &'a mut Vec<u8>,
    is_first: bool,
    /// One of `serde_json`'s own values: its only field is JSON already.
    is_raw: bool,
    close: &'static [u8],
}

impl List<'_> {
    fn next(&mut self) -> Json<'_> {
        if !std::mem::replace(&mut self.is_first, false) {
            self.out.push(b',');
        }
        Json { out: self.out }
    }

    fn value<T: Serialize + ?Sized>(&mut self, value: &T) -> Done {
        value.serialize(self.next())
    }

    fn field<T: Serialize + ?Sized>(&mut self, key: &str, value: &T) -> Done {
        if self.is_raw {
            let json: String = serde_json::from_slice(&serde_json::to_vec(value)?)?;
            self.out.extend_from_slice(json.as_bytes());
            return Ok(());
        }
        let out = self.next().out;
        text(out, key)?;
        out.push(b':');
        value.serialize(Json { out })
    }

    #[allow(clippy::unnecessary_wraps, reason = "what serde's traits ask for")]
    fn close(self) -> Done {
        self.out.extend_from_slice(self.close);
        Ok(())
    }
}

macro_rules! numbers {
    ($($name:ident $type:ty),*) => {$(
        fn $name(self, number: $type) -> Done {
            self.by_serde_json(&number)
        }
    )*};
}

impl<'a> Serializer for Json<'a> {
    type Ok = ();
    type Error = Error;
    type SerializeSeq = List<'a>;
    type SerializeTuple = List<'a>;
    type SerializeTupleStruct = List<'a>;
    type SerializeTupleVariant = List<'a>;
    type SerializeMap = List<'a>;
    type SerializeStruct = List<'a>;
    type SerializeStructVariant = List<'a>;

    numbers!(
        serialize_i8 i8, serialize_i16 i16, serialize_i32 i32, serialize_i64 i64,
        serialize_i128 i128, serialize_u8 u8, serialize_u16 u16, serialize_u32 u32,
        serialize_u64 u64, serialize_u128 u128, serialize_f32 f32, serialize_f64 f64
    );

    fn serialize_bool(self, value: bool) -> Done {
        self.out.extend_from_slice(if value { b"true" } else { b"false" });
        Ok(())
    }

    fn serialize_char(self, value: char) -> Done {
        text(self.out, value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, value: &str) -> Done {
        text(self.out, value)
    }

    fn collect_str<T: Display + ?Sized>(self, value: &T) -> Done {
        let Self { out } = self;
        out.push(b'"');
        let start = out.len();
        // Appending cannot fail: an error is the value's own.
        fmt::Write::write_fmt(&mut Appended(out), format_args!("{value}"))
            .map_err(|_| Error::custom("a value cannot be shown"))?;
        if is_plain(&out[start..]) {
            out.push(b'"');
            return Ok(());
        }
        let shown = String::from_utf8(out.split_off(start)).map_err(Error::custom)?;
        out.pop();
        text(out, &shown)
    }

    fn serialize_bytes(self, value: &[u8]) -> Done {
        self.by_serde_json(value)
    }

    fn serialize_none(self) -> Done {
        self.serialize_unit()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Done {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Done {
        self.out.extend_from_slice(b"null");
        Ok(())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Done {
        self.serialize_unit()
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Done {
        text(self.out, variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Done {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Done {
        let Json { out } = self.tag(variant)?;
        value.serialize(Json { out: &mut *out })?;
        out.push(b'}');
        Ok(())
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<List<'a>, Error> {
        Ok(self.mark(b'[').list(b"]"))
    }

    fn serialize_tuple(self, _: usize) -> Result<List<'a>, Error> {
        self.serialize_seq(None)
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<List<'a>, Error> {
        self.serialize_seq(None)
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<List<'a>, Error> {
        Ok(self.tag(variant)?.mark(b'[').list(b"]}"))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<List<'a>, Error> {
        Ok(self.mark(b'{').list(b"}"))
    }

    fn serialize_struct(self, name: &'static str, _: usize) -> Result<List<'a>, Error> {
        if name.starts_with("$serde_json::private::") {
            return Ok(List { is_raw: true, ..self.list(b"") });
        }
        self.serialize_map(None)
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<List<'a>, Error> {
        Ok(self.tag(variant)?.mark(b'{').list(b"}}"))
    }
}

/// Texts are appended as they come.
struct Appended<'a>(&'a mut Vec<u8>);

impl fmt::Write for Appended<'_> {
    fn write_str(&mut self, part: &str) -> fmt::Result {
        self.0.extend_from_slice(part.as_bytes());
        Ok(())
    }
}

macro_rules! elements {
    ($($kind:ident $method:ident),*) => {$(
        impl $kind for List<'_> {
            type Ok = ();
            type Error = Error;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Done {
                self.value(value)
            }

            fn end(self) -> Done {
                self.close()
            }
        }
    )*};
}
elements!(
    SerializeSeq serialize_element,
    SerializeTuple serialize_element,
    SerializeTupleStruct serialize_field,
    SerializeTupleVariant serialize_field
);

macro_rules! fields {
    ($($kind:ident),*) => {$(
        impl $kind for List<'_> {
            type Ok = ();
            type Error = Error;

            fn serialize_field<T: Serialize + ?Sized>(
                &mut self,
                key: &'static str,
                value: &T,
            ) -> Done {
                self.field(key, value)
            }

            fn end(self) -> Done {
                self.close()
            }
        }
    )*};
}
fields!(SerializeStruct, SerializeStructVariant);

impl SerializeMap for List<'_> {
    type Ok = ();
    type Error = Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Done {
        let out = self.next().out;
        let start = out.len();
        key.serialize(Json { out: &mut *out })?;
        match out[start..] {
            [b'"', ..] => {}
            // A number or a truth is a key between quotes.
            [b'0'..=b'9' | b'-' | b't' | b'f', ..] => {
                out.insert(start, b'"');
                out.push(b'"');
            }
            _ => return Err(Error::custom("key must be a string")),
        }
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Done {
        self.out.push(b':');
        value.serialize(Json { out: self.out })
    }

    fn end(self) -> Done {
        self.close()
    }
}

#[cfg(test)]
mod tests;
