//! An enum's variant without its tag, which the store keeps apart.

use super::{
    super::tagged::{same, tag_of},
    Done, Error, Json, List,
};
use serde::{Serialize, Serializer, ser::Error as _};

/// Appends what serde makes of a variant's body, without the tag; `{}` for one without fields.
///
/// # Errors
/// As `serde_json`'s; and when the variant is not the one that the type name means.
pub fn write_tagged<E: Serialize>(event: &E, event_type: &'static str, out: &mut Vec<u8>) -> Done {
    event.serialize(Untagged { json: Json { out }, event_type })
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
