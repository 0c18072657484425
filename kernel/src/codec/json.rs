//! Writes an event's body: byte for byte what `serde_json` writes, in a third of its instructions.
//!
//! 1. Bodies are short texts and many marks between them: a mark is pushed, a text is looked through
//!    once and copied whole. `serde_json` makes a write of each mark and looks each byte up.
//! 2. What is rare (numbers, texts with something to escape) is left to `serde_json` itself.
//! 3. Of an enum only the variant's body is written ([`write_tagged`]): the store keeps the type's
//!    name beside it.

use super::tagged::{same, tag_of};
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

/// Appends what serde makes of a variant's body, without the tag; `{}` for one without fields.
///
/// # Errors
/// As `serde_json`'s; and when the variant is not the one that the type name means.
pub fn write_tagged<E: Serialize>(event: &E, event_type: &'static str, out: &mut Vec<u8>) -> Done {
    event.serialize(Untagged { json: Json { out }, event_type })
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

/// Takes a variant's body without its tag, and nothing else.
struct Untagged<'a> {
    json: Json<'a>,
    event_type: &'static str,
}

impl<'a> Untagged<'a> {
    fn inside(self, tag: &str) -> Result<Json<'a>, Error> {
        if same(tag, tag_of(self.event_type)) { Ok(self.json) } else { Err(self.not_tagged()) }
    }

    fn not_tagged(&self) -> Error {
        let (event_type, tag) = (self.event_type, tag_of(self.event_type));
        Error::custom(format!("the body of a {event_type} is not tagged \"{tag}\""))
    }
}

macro_rules! refused {
    ($($name:ident($($type:ty),*) -> $result:ty),* $(,)?) => {$(
        fn $name(self, $(_: $type),*) -> Result<$result, Error> {
            Err(self.not_tagged())
        }
    )*};
}

impl<'a> Serializer for Untagged<'a> {
    type Ok = ();
    type Error = Error;
    type SerializeSeq = List<'a>;
    type SerializeTuple = List<'a>;
    type SerializeTupleStruct = List<'a>;
    type SerializeTupleVariant = List<'a>;
    type SerializeMap = List<'a>;
    type SerializeStruct = List<'a>;
    type SerializeStructVariant = List<'a>;

    refused!(
        serialize_bool(bool) -> (), serialize_char(char) -> (), serialize_str(&str) -> (),
        serialize_i8(i8) -> (), serialize_i16(i16) -> (), serialize_i32(i32) -> (),
        serialize_i64(i64) -> (), serialize_u8(u8) -> (), serialize_u16(u16) -> (),
        serialize_u32(u32) -> (), serialize_u64(u64) -> (), serialize_f32(f32) -> (),
        serialize_f64(f64) -> (), serialize_bytes(&[u8]) -> (), serialize_none() -> (),
        serialize_unit() -> (), serialize_unit_struct(&'static str) -> (),
        serialize_seq(Option<usize>) -> List<'a>, serialize_tuple(usize) -> List<'a>,
        serialize_tuple_struct(&'static str, usize) -> List<'a>,
        serialize_map(Option<usize>) -> List<'a>,
        serialize_struct(&'static str, usize) -> List<'a>,
    );

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Done {
        value.serialize(self)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Done {
        value.serialize(self)
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Done {
        self.inside(variant)?.out.extend_from_slice(b"{}");
        Ok(())
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Done {
        value.serialize(self.inside(variant)?)
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<List<'a>, Error> {
        self.inside(variant)?.serialize_seq(None)
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<List<'a>, Error> {
        self.inside(variant)?.serialize_map(None)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Serialize;
    use std::collections::BTreeMap;

    #[derive(Serialize)]
    struct Unit;
    #[derive(Serialize)]
    struct Wrapped(u8);
    #[derive(Serialize)]
    struct Pair(i64, f64);

    #[derive(Serialize)]
    #[serde(tag = "kind")]
    enum Inside {
        Empty,
        Full { left: Option<i8>, right: Option<bool> },
    }

    #[derive(Serialize)]
    #[serde(rename_all = "snake_case")]
    enum Outside {
        Bare,
        New(Vec<Inside>),
        Two(char, String),
        Named {
            #[serde(rename = "odd \"key\"\n")]
            odd: [u16; 2],
            unit: Unit,
            wrapped: Wrapped,
            pair: Pair,
            numbers: BTreeMap<i32, &'static str>,
            truths: BTreeMap<bool, f32>,
            letters: BTreeMap<char, ()>,
            #[serde(skip_serializing_if = "Option::is_none")]
            left_out: Option<u8>,
            #[serde(flatten)]
            rest: BTreeMap<String, u128>,
            raw: Box<serde_json::value::RawValue>,
            value: serde_json::Value,
        },
    }

    fn samples() -> Vec<Outside> {
        let every_byte: String = (0..=0x7f).map(char::from).collect();
        let inside = vec![Inside::Empty, Inside::Full { left: Some(-1), right: None }];
        vec![
            Outside::Bare,
            Outside::New(Vec::new()),
            Outside::New(inside),
            Outside::Two('"', every_byte),
            Outside::Two('基', "基金 without anything to escape".into()),
            Outside::Named {
                odd: [0, u16::MAX],
                unit: Unit,
                wrapped: Wrapped(7),
                pair: Pair(i64::MIN, f64::NAN),
                numbers: [(-1, "\\"), (2, "")].into(),
                truths: [(false, 0.5), (true, 1e30)].into(),
                letters: [('\t', ())].into(),
                left_out: None,
                rest: [("a".to_owned(), u128::MAX)].into(),
                raw: serde_json::from_str(r#"{ "a\n" : [1.50, null] }"#).unwrap(),
                value: serde_json::json!({ "a": [1, -1.5, true, null], "b": {} }),
            },
        ]
    }

    #[test]
    fn every_byte_is_as_serde_json_writes_it() {
        for value in samples() {
            let mut out = b"before".to_vec();
            write(&value, &mut out).unwrap();

            let expected = format!("before{}", serde_json::to_string(&value).unwrap());
            assert_eq!(String::from_utf8(out).unwrap(), expected);
        }
        let shown = [format_args!("{}", 1.5), format_args!("a{}b", "\"\u{1}"), format_args!("")];
        for value in shown {
            let mut out = Vec::new();
            Json { out: &mut out }.collect_str(&value).unwrap();
            assert_eq!(out, serde_json::to_vec(&value).unwrap());
        }
    }

    #[test]
    fn a_byte_to_be_escaped_is_found_wherever_it_stands() {
        for byte in 0..=u8::MAX {
            for (at, len) in (0..20).flat_map(|len| (0..len).map(move |at| (at, len))) {
                for around in [b' ', b'!', b'#', b'[', b']', 0x7f, 0x80, 0xff] {
                    let mut text = vec![around; len];
                    text[at] = byte;
                    let expected = byte >= 0x20 && byte != b'"' && byte != b'\\';
                    assert_eq!(is_plain(&text), expected, "{byte} at {at} of {len}");
                }
            }
        }
    }

    #[test]
    fn what_is_no_key_for_serde_json_is_none_here() {
        let keys: BTreeMap<[u8; 1], u8> = [([1], 1)].into();

        assert!(serde_json::to_vec(&keys).is_err());
        assert!(write(&keys, &mut Vec::new()).is_err());
    }

    #[test]
    fn a_variant_is_written_without_its_tag_and_not_under_another_name() {
        let names = ["ship.bare", "ship.new", "ship.New", "ship.two", "ship.two", "ship.named"];
        for (value, name) in samples().into_iter().zip(names) {
            let with_tag = serde_json::to_string(&value).unwrap();
            let body = match with_tag.split_once(':') {
                Some((_, rest)) => &rest[..rest.len() - 1],
                None => "{}",
            };
            let mut out = Vec::new();
            write_tagged(&value, name, &mut out).unwrap();

            assert_eq!(String::from_utf8(out).unwrap(), body);
            assert!(write_tagged(&value, "ship.sunk", &mut Vec::new()).is_err());
        }
        let inside = Inside::Full { left: None, right: None };
        let refused = write_tagged(&inside, "ship.Full", &mut Vec::new()).unwrap_err().to_string();
        assert_eq!(refused, "the body of a ship.Full is not tagged \"Full\"");
    }
}
