//! JSON as `serde_json` writes it without blanks, byte for byte, into bytes in memory alone: an event's body is
//! most of what a decision costs, and needs no formatter and no writer that could fail.
//!
//! 1. What is rare is left to `serde_json` itself: numbers, and texts with something to escape.
//! 2. The outermost variant's name can be left out and said instead: the store keeps type and body apart.

use serde::{
    Serialize,
    ser::{
        Error as _, SerializeMap, SerializeSeq, SerializeStruct, SerializeStructVariant,
        SerializeTuple, SerializeTupleStruct, SerializeTupleVariant, Serializer,
    },
};

type Json = serde_json::Error;

/// As `serde_json` names the struct in which it hands on JSON that is written already.
const RAW: &str = "$serde_json::private::RawValue";

/// Appends the value as `serde_json` would write it.
///
/// # Errors
/// As serde's.
pub fn write_body<T: Serialize + ?Sized>(value: &T, out: &mut Vec<u8>) -> Result<(), Json> {
    value.serialize(&mut Writer { out, outermost: Outermost::Written, is_raw: false })
}

/// Appends what is inside of the value's outermost variant, and returns what serde calls that; `None` for a
/// value that is no variant, and then what was appended is of no use.
///
/// # Errors
/// As serde's.
pub(super) fn write_inside<T: Serialize>(
    value: &T,
    out: &mut Vec<u8>,
) -> Result<Option<&'static str>, Json> {
    let mut writer = Writer { out, outermost: Outermost::LeftOut, is_raw: false };
    value.serialize(&mut writer)?;
    Ok(match writer.outermost {
        Outermost::Was(variant) => Some(variant),
        Outermost::Written | Outermost::LeftOut => None,
    })
}

/// The name of the outermost variant.
#[derive(Clone, Copy)]
enum Outermost {
    /// Like that of any other.
    Written,
    /// It is still to come.
    LeftOut,
    Was(&'static str),
}

struct Writer<'o> {
    out: &'o mut Vec<u8>,
    outermost: Outermost,
    /// The next text is JSON already.
    is_raw: bool,
}

/// What has entries: a list, or fields behind their names.
struct Entries<'w, 'o> {
    writer: &'w mut Writer<'o>,
    is_first: bool,
    end: &'static str,
    is_raw: bool,
}

impl<'o> Writer<'o> {
    fn put(&mut self, text: &str) {
        self.out.extend_from_slice(text.as_bytes());
    }

    fn text(&mut self, text: &str) -> Result<(), Json> {
        if has_escapes(text.as_bytes()) {
            return serde_json::to_writer(&mut *self.out, text);
        }
        self.out.reserve(text.len() + 2);
        self.out.push(b'"');
        self.put(text);
        self.out.push(b'"');
        Ok(())
    }

    fn number<T: Serialize>(&mut self, number: T) -> Result<(), Json> {
        serde_json::to_writer(&mut *self.out, &number)
    }

    fn entries<'w>(&'w mut self, begin: &str, end: &'static str) -> Entries<'w, 'o> {
        if matches!(self.outermost, Outermost::LeftOut) {
            self.outermost = Outermost::Written;
        }
        self.put(begin);
        Entries { writer: self, is_first: true, end, is_raw: false }
    }

    /// Whether the variant's name is written: not that of the outermost one, where it is left out.
    fn names(&mut self, variant: &'static str) -> bool {
        let is_named = !matches!(self.outermost, Outermost::LeftOut);
        if !is_named {
            self.outermost = Outermost::Was(variant);
        }
        is_named
    }

    fn variant<'w>(
        &'w mut self,
        variant: &'static str,
        (begin, end, end_named): (&str, &'static str, &'static str),
    ) -> Result<Entries<'w, 'o>, Json> {
        if !self.names(variant) {
            return Ok(self.entries(begin, end));
        }
        self.put("{");
        self.text(variant)?;
        self.put(":");
        Ok(self.entries(begin, end_named))
    }
}

/// Whether JSON writes one of the bytes otherwise: a control character, a quotation mark, a backslash. Eight
/// at a time; where a byte is below what is subtracted from it, its highest bit is set, and its own was not.
fn has_escapes(text: &[u8]) -> bool {
    const EACH: u64 = u64::from_ne_bytes([1; 8]);
    const HIGH: u64 = EACH << 7;
    let below = |word: u64, limit: u64| word.wrapping_sub(EACH * limit) & !word & HIGH;
    let eight = |word: u64| {
        let marks = below(word ^ (EACH * 0x22), 1) | below(word ^ (EACH * 0x5c), 1);
        below(word, 0x20) | marks
    };
    let (words, rest) = text.as_chunks::<8>();
    let found = words.iter().fold(0, |found, word| found | eight(u64::from_ne_bytes(*word)));
    let one = |byte: u8| byte < 0x20 || byte == b'"' || byte == b'\\';
    found != 0 || rest.iter().any(|byte| one(*byte))
}

macro_rules! numbers {
    ($($name:ident: $number:ty),+ $(,)?) => {$(
        fn $name(self, number: $number) -> Result<(), Json> {
            self.number(number)
        }
    )+};
}

impl<'w, 'o> Serializer for &'w mut Writer<'o> {
    type Ok = ();
    type Error = Json;
    type SerializeSeq = Entries<'w, 'o>;
    type SerializeTuple = Entries<'w, 'o>;
    type SerializeTupleStruct = Entries<'w, 'o>;
    type SerializeTupleVariant = Entries<'w, 'o>;
    type SerializeMap = Entries<'w, 'o>;
    type SerializeStruct = Entries<'w, 'o>;
    type SerializeStructVariant = Entries<'w, 'o>;

    numbers! {
        serialize_i8: i8, serialize_i16: i16, serialize_i32: i32, serialize_i64: i64,
        serialize_i128: i128, serialize_u8: u8, serialize_u16: u16, serialize_u32: u32,
        serialize_u64: u64, serialize_u128: u128, serialize_f32: f32, serialize_f64: f64,
        serialize_char: char,
    }

    fn serialize_bool(self, value: bool) -> Result<(), Json> {
        self.put(if value { "true" } else { "false" });
        Ok(())
    }

    fn serialize_str(self, text: &str) -> Result<(), Json> {
        if self.is_raw {
            self.put(text);
            return Ok(());
        }
        self.text(text)
    }

    fn serialize_bytes(self, bytes: &[u8]) -> Result<(), Json> {
        self.collect_seq(bytes)
    }

    fn serialize_none(self) -> Result<(), Json> {
        self.serialize_unit()
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<(), Json> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<(), Json> {
        self.put("null");
        Ok(())
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<(), Json> {
        self.serialize_unit()
    }

    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
    ) -> Result<(), Json> {
        if self.names(variant) {
            return self.text(variant);
        }
        self.put("{}");
        Ok(())
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<(), Json> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<(), Json> {
        if !self.names(variant) {
            return value.serialize(self);
        }
        let mut entries = self.entries("{", "}");
        entries.field(variant, value)?;
        entries.finish();
        Ok(())
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Entries<'w, 'o>, Json> {
        Ok(self.entries("[", "]"))
    }

    fn serialize_tuple(self, _: usize) -> Result<Entries<'w, 'o>, Json> {
        Ok(self.entries("[", "]"))
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Entries<'w, 'o>, Json> {
        Ok(self.entries("[", "]"))
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Entries<'w, 'o>, Json> {
        self.variant(variant, ("[", "]", "]}"))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Entries<'w, 'o>, Json> {
        Ok(self.entries("{", "}"))
    }

    fn serialize_struct(self, name: &'static str, _: usize) -> Result<Entries<'w, 'o>, Json> {
        if name == RAW {
            let entries = self.entries("", "");
            return Ok(Entries { is_raw: true, ..entries });
        }
        Ok(self.entries("{", "}"))
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<Entries<'w, 'o>, Json> {
        self.variant(variant, ("{", "}", "}}"))
    }
}

impl Entries<'_, '_> {
    fn next(&mut self) {
        if !self.is_first {
            self.writer.out.push(b',');
        }
        self.is_first = false;
    }

    fn element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Json> {
        self.next();
        value.serialize(&mut *self.writer)
    }

    fn field<T: Serialize + ?Sized>(&mut self, name: &str, value: &T) -> Result<(), Json> {
        if self.is_raw {
            self.writer.is_raw = true;
            let written = value.serialize(&mut *self.writer);
            self.writer.is_raw = false;
            return written;
        }
        self.next();
        self.writer.text(name)?;
        self.writer.out.push(b':');
        value.serialize(&mut *self.writer)
    }

    fn finish(self) {
        self.writer.put(self.end);
    }
}

macro_rules! elements {
    ($($kind:ident: $next:ident),+) => {$(
        impl $kind for Entries<'_, '_> {
            type Ok = ();
            type Error = Json;

            fn $next<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Json> {
                self.element(value)
            }

            fn end(self) -> Result<(), Json> {
                self.finish();
                Ok(())
            }
        }
    )+};
}

macro_rules! fields {
    ($($kind:ident),+) => {$(
        impl $kind for Entries<'_, '_> {
            type Ok = ();
            type Error = Json;

            fn serialize_field<T: Serialize + ?Sized>(
                &mut self,
                name: &'static str,
                value: &T,
            ) -> Result<(), Json> {
                self.field(name, value)
            }

            fn end(self) -> Result<(), Json> {
                self.finish();
                Ok(())
            }
        }
    )+};
}

elements!(
    SerializeSeq: serialize_element,
    SerializeTuple: serialize_element,
    SerializeTupleStruct: serialize_field,
    SerializeTupleVariant: serialize_field
);
fields!(SerializeStruct, SerializeStructVariant);

impl SerializeMap for Entries<'_, '_> {
    type Ok = ();
    type Error = Json;

    /// A name is a text, also where the key is a number.
    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Json> {
        self.next();
        let start = self.writer.out.len();
        key.serialize(&mut *self.writer)?;
        match self.writer.out.get(start) {
            Some(b'"') => Ok(()),
            Some(b'-' | b'0'..=b'9' | b't' | b'f') => {
                self.writer.out.insert(start, b'"');
                self.writer.out.push(b'"');
                Ok(())
            }
            Some(_) | None => Err(Json::custom("key must be a string")),
        }
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Json> {
        self.writer.out.push(b':');
        value.serialize(&mut *self.writer)
    }

    fn end(self) -> Result<(), Json> {
        self.finish();
        Ok(())
    }
}

#[cfg(test)]
mod tests;
