//! A ship's log whose entries changed their shape twice, read back in all three.

use super::*;
use serde::{Deserialize, Serialize};
use serde_json::json;

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Event {
    Sailed { port: String, crew: Vec<String>, knots: u32 },
    Sunk {},
}

#[derive(Debug, thiserror::Error)]
#[error("ships refuse nothing")]
struct Refusal;

/// Both upcasts of `ship.sailed` are there.
struct Ship;
/// The upcast from schema 1 was forgotten; another reads a schema that nothing leads to.
struct Gap;
/// Serde says `sunk`, the type name says `wrecked`.
struct Misnamed;

macro_rules! decider {
    ($($name:ident),+) => {$(
        impl Decider for $name {
            const CATEGORY: &'static str = "ship";
            type Command = ();
            type Event = Event;
            type State = ();
            type Refusal = Refusal;
            fn decide((): &(), (): &()) -> Result<Vec<Event>, Refusal> {
                Err(Refusal)
            }
            fn evolve((): (), _: &Event) -> Option<()> {
                Some(())
            }
        }
    )+};
}
decider!(Ship, Gap, Misnamed);

impl Stored for Ship {
    crate::stored_types!(Event {
        Sailed => "ship.sailed",
        Sunk => "ship.sunk",
    });
    const UPCASTS: &'static [Upcast] = &[
        Upcast { event_type: "ship.sailed", from: 1, apply: one_sailor_becomes_a_crew },
        Upcast { event_type: "ship.sailed", from: 2, apply: speed_gets_its_unit },
    ];
}

impl Stored for Gap {
    crate::stored_types!(Event {
        Sailed => "ship.sailed",
        Sunk => "ship.sunk",
    });
    const UPCASTS: &'static [Upcast] = &[
        Upcast { event_type: "ship.sailed", from: 2, apply: speed_gets_its_unit },
        Upcast { event_type: "ship.sailed", from: 4, apply: speed_gets_its_unit },
    ];
}

impl Stored for Misnamed {
    crate::stored_types!(Event {
        Sailed => "ship.sailed",
        Sunk => "ship.wrecked",
    });
}

/// Schema 1 had `captain`, alone.
fn one_sailor_becomes_a_crew(mut body: Value) -> Result<Value, UpcastError> {
    let captain = body.as_object_mut().and_then(|fields| fields.remove("captain"));
    let captain = captain.ok_or_else(|| UpcastError { what: "captain is missing".into() })?;
    body["crew"] = json!([captain]);
    Ok(body)
}

/// Schema 2 had `speed`, in knots without saying so.
fn speed_gets_its_unit(mut body: Value) -> Result<Value, UpcastError> {
    let speed = body.as_object_mut().and_then(|fields| fields.remove("speed"));
    body["knots"] = speed.ok_or_else(|| UpcastError { what: "speed is missing".into() })?;
    Ok(body)
}

const GOLDEN: [&str; 3] = [
    r#"{"port":"Wusong","captain":"Zheng","speed":7}"#,
    r#"{"port":"Wusong","crew":["Zheng"],"speed":7}"#,
    r#"{"port":"Wusong","crew":["Zheng"],"knots":7}"#,
];

fn sailed() -> Event {
    Event::Sailed { port: "Wusong".into(), crew: vec!["Zheng".into()], knots: 7 }
}

#[test]
fn a_body_of_any_schema_reads_as_the_same_event() {
    for (schema, body) in (1..).zip(GOLDEN) {
        assert_eq!(decode::<Ship>("ship.sailed", schema, body).unwrap(), sailed(), "{schema}");
    }
}

#[test]
fn an_event_is_written_in_the_current_schema_of_its_type() {
    assert_eq!(encode::<Ship>(&sailed()).unwrap(), ("ship.sailed", GOLDEN[2].into()));
    assert_eq!(encode::<Ship>(&Event::Sunk {}).unwrap(), ("ship.sunk", "{}".into()));
    assert_eq!([schema_of::<Ship>("ship.sailed"), schema_of::<Ship>("ship.sunk")], [3, 1]);
}

#[test]
fn a_schema_that_does_not_exist_is_refused_by_type_and_number() {
    for schema in [0, 4] {
        let refused = decode::<Ship>("ship.sailed", schema, GOLDEN[2]).unwrap_err().to_string();

        let should = format!("a ship.sailed has schema {schema}, this program knows 1 to 3;");
        assert!(refused.starts_with(&should), "{refused}");
    }
    assert!(decode::<Ship>("ship.sunk", 2, "{}").is_err());
}

#[test]
fn a_type_that_does_not_exist_is_refused_by_name() {
    for unknown in ["ship.launched", "train.sailed", "sailed", ""] {
        let refused = decode::<Ship>(unknown, 1, GOLDEN[0]);

        assert!(matches!(refused, Err(CodecError::UnknownType { .. })), "{refused:?}");
    }
}

#[test]
fn a_gap_in_the_upcasts_is_an_error_that_names_it() {
    let refused = decode::<Gap>("ship.sailed", 1, GOLDEN[0]).unwrap_err();

    assert_eq!(refused.to_string(), "nothing turns a ship.sailed of schema 1 into the one after");
}

#[test]
fn a_body_that_is_not_of_its_schema_is_an_error_with_the_steps_complaint() {
    let refused = decode::<Ship>("ship.sailed", 1, GOLDEN[1]).unwrap_err();

    let should =
        "a ship.sailed of schema 1 cannot be turned into the one after: captain is missing";
    assert_eq!(crate::loaded::with_sources(&refused), should);
    let malformed = decode::<Ship>("ship.sailed", 3, GOLDEN[1]);
    assert!(matches!(malformed, Err(CodecError::Malformed { .. })), "{malformed:?}");
}

#[test]
fn a_type_name_that_serde_would_not_read_back_is_not_written() {
    let refused = encode::<Misnamed>(&Event::Sunk {}).unwrap_err();

    assert!(matches!(refused, CodecError::Malformed { .. }), "{refused:?}");
    let registered = Misnamed::check().unwrap_err().to_string();
    assert!(registered.contains("write #[serde(rename = \"wrecked\")]"), "{registered}");
}
