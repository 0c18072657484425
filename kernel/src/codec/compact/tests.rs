//! Whatever serde says, both write it alike.

use super::*;
use proptest::{collection::vec, prelude::*};
use serde_json::{Value, value::RawValue};
use std::collections::BTreeMap;

#[derive(Debug, Clone, Serialize)]
enum Shape {
    Unit,
    Empty {},
    One(Text),
    Two(i8, Option<bool>),
    #[serde(rename = "with \"marks\"")]
    Fields {
        text: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        maybe: Option<u64>,
        inner: Vec<Shape>,
    },
}

#[derive(Debug, Clone, Serialize)]
struct Text(String);

#[derive(Debug, Clone, Serialize)]
struct Nothing;

#[derive(Debug, Clone, Serialize)]
struct Pair(u128, char);

#[derive(Debug, Clone, Serialize)]
struct Everything {
    shapes: Vec<Shape>,
    floats: (f32, f64),
    numbers: (i128, u16, i64),
    pair: Pair,
    nothing: Nothing,
    unit: (),
    by_text: BTreeMap<String, u8>,
    by_number: BTreeMap<i32, Option<char>>,
    by_truth: BTreeMap<bool, u8>,
    any: Value,
    raw: Box<RawValue>,
    #[serde(flatten)]
    flat: BTreeMap<String, String>,
}

fn text() -> impl Strategy<Value = String> {
    let escaped = prop::sample::select(vec!["\"", "\\", "\n", "\u{1f}", "\u{7f}", "张", "😀", "/"]);
    let piece = prop_oneof!["[a-z0-9. -]{0,20}", escaped.prop_map(str::to_owned), any::<String>()];
    vec(piece, 0..4).prop_map(|pieces| pieces.concat())
}

fn shape() -> impl Strategy<Value = Shape> {
    let leaf = prop_oneof![
        Just(Shape::Unit),
        Just(Shape::Empty {}),
        text().prop_map(|it| Shape::One(Text(it))),
        any::<(i8, Option<bool>)>().prop_map(|(number, truth)| Shape::Two(number, truth)),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        (text(), any::<Option<u64>>(), vec(inner, 0..3))
            .prop_map(|(text, maybe, inner)| Shape::Fields { text, maybe, inner })
    })
}

fn everything() -> impl Strategy<Value = Everything> {
    let numbers = any::<((f32, f64), (i128, u16, i64), (u128, char))>();
    let maps = (
        prop::collection::btree_map(text(), any::<u8>(), 0..3),
        any::<BTreeMap<i32, Option<char>>>(),
        any::<BTreeMap<bool, u8>>(),
    );
    (vec(shape(), 0..4), numbers, maps, text()).prop_map(|(shapes, numbers, maps, text)| {
        let (floats, numbers, (wide, letter)) = numbers;
        let (by_text, by_number, by_truth) = maps;
        let any = serde_json::json!({ "b": [null, 1.5, text], "a": {} });
        let raw = RawValue::from_string(r#"{ "as it" : "came" }"#.to_owned()).unwrap();
        let flat = BTreeMap::from([(format!("z{text}"), text)]);
        let (pair, nothing, unit) = (Pair(wide, letter), Nothing, ());
        Everything {
            shapes,
            floats,
            numbers,
            pair,
            nothing,
            unit,
            by_text,
            by_number,
            by_truth,
            any,
            raw,
            flat,
        }
    })
}

fn written<T: Serialize>(value: &T) -> String {
    let mut out = b"before".to_vec();
    write_body(value, &mut out).unwrap();
    String::from_utf8(out).unwrap().strip_prefix("before").unwrap().to_owned()
}

proptest! {
    #[test]
    fn a_value_is_written_as_serde_json_writes_it(value in everything()) {
        prop_assert_eq!(written(&value), serde_json::to_string(&value).unwrap());
    }

    #[test]
    fn a_text_of_any_bytes_is_escaped_where_serde_json_escapes_it(text in text(), byte in 0..128_u8, at in 0..24_usize) {
        let mut text = text;
        let at = (0..=text.len()).rev().find(|it| *it <= at && text.is_char_boundary(*it)).unwrap();
        text.insert(at, char::from(byte));

        prop_assert_eq!(written(&text), serde_json::to_string(&text).unwrap());
    }

    #[test]
    fn a_variant_without_its_name_is_what_serde_json_has_behind_that_name(shape in shape()) {
        let mut out = Vec::new();
        let variant = write_inside(&shape, &mut out).unwrap().unwrap();
        let inside: Value = serde_json::from_slice(&out).unwrap();

        let whole = match serde_json::to_value(&shape).unwrap() {
            Value::String(name) => serde_json::json!({ name: {} }),
            whole => whole,
        };
        prop_assert_eq!(serde_json::json!({ variant: inside }), whole);
    }
}

#[test]
fn what_is_no_variant_has_no_name() {
    fn named(value: &impl Serialize) -> Option<&'static str> {
        write_inside(value, &mut Vec::new()).unwrap()
    }

    assert_eq!(named(&"a"), None);
    assert_eq!(named(&vec![Shape::Unit]), None);
    assert_eq!(named(&Some(Shape::Unit)), Some("Unit"));
}

#[test]
fn a_key_that_is_no_text_is_refused_as_by_serde_json() {
    let list = BTreeMap::from([(vec![1], 1)]);

    assert!(write_body(&list, &mut Vec::new()).is_err());
    assert!(serde_json::to_string(&list).is_err());
}
