//! Everything that serde can ask a serializer for, beside what `serde_json` writes of it.

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
        letters: BTreeMap<char, Option<u8>>,
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
            letters: [('\t', None)].into(),
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
