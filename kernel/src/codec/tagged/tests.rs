//! Every way to write an enum that a user could think of: read back, or refused before an event.

use super::*;
use crate::codec::write_tagged;
use serde::{Deserialize, Serialize};

#[derive(Debug, PartialEq, Serialize, Deserialize)]
enum Plain {
    PortLeft,
    PortReached { port: String },
    CrewHired(Vec<String>),
    Sighted(String, u32),
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Kebab {
    PortLeft,
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
enum Loud {
    PortLeft {},
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Inside {
    PortLeft {},
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(untagged)]
enum Untagged {
    PortLeft {},
}

#[derive(Debug, Serialize, Deserialize)]
enum Alike {
    #[serde(rename = "Port_Left")]
    One,
    PortLeft,
}

fn stored<E: Serialize>(event: &E, event_type: &'static str) -> String {
    let mut out = b"before".to_vec();
    write_tagged(event, event_type, &mut out).unwrap();
    String::from_utf8(out).unwrap().strip_prefix("before").unwrap().to_owned()
}

#[test]
fn a_variant_of_any_shape_is_read_back_whatever_serde_calls_it() {
    let all = [
        (Plain::PortLeft, "ship.port_left", "{}"),
        (Plain::PortReached { port: "Wusong".into() }, "ship.port_reached", r#"{"port":"Wusong"}"#),
        (Plain::CrewHired(vec!["Zheng".into()]), "ship.crew_hired", r#"["Zheng"]"#),
        (Plain::Sighted("whale".into(), 2), "ship.sighted", r#"["whale",2]"#),
    ];

    check::<Plain>(all.iter().map(|(_, event_type, _)| *event_type)).unwrap();
    for (event, event_type, body) in all {
        assert_eq!(stored(&event, event_type), body);
        assert_eq!(read_tagged::<Plain>(event_type, body).unwrap(), event);
    }
}

#[test]
fn another_spelling_of_the_tag_reads_what_one_wrote() {
    assert_eq!(stored(&Kebab::PortLeft, "ship.port_left"), "{}");
    assert_eq!(stored(&Loud::PortLeft {}, "ship.port_left"), "{}");
    assert_eq!(read_tagged::<Kebab>("ship.port_left", "{}").unwrap(), Kebab::PortLeft);
    assert_eq!(read_tagged::<Loud>("ship.port_left", "{}").unwrap(), Loud::PortLeft {});
    check::<Kebab>(["ship.port_left"]).unwrap();
    check::<Loud>(["ship.port_left"]).unwrap();
}

#[test]
fn what_could_not_be_read_back_is_refused_before_any_event_and_says_what_to_write() {
    let no = check::<Plain>(["ship.port_left", "ship.sunk"]).unwrap_err().to_string();
    assert_eq!(
        no,
        "events called ship.sunk cannot be read back: serde calls the variants of their enum \
         PortLeft, PortReached, CrewHired, Sighted; write #[serde(rename = \"sunk\")] on one of \
         them, or #[serde(rename_all = \"snake_case\")] on the enum"
    );
    for refused in [
        check::<Inside>(["ship.port_left"]),
        check::<Untagged>(["ship.port_left"]),
        check::<String>(["ship.port_left"]),
    ] {
        let no = refused.unwrap_err().to_string();
        assert!(no.starts_with("events called ship.port_left cannot be stored"), "{no}");
    }
    assert!(matches!(check::<Alike>(["ship.port_left"]), Err(NotStored::NoVariant { .. })));
}

#[test]
fn a_name_is_of_its_category_and_given_once() {
    assert!(check_names("ship", &["ship.sailed", "ship.sunk"]).is_ok());
    for types in [&["ships.sailed"][..], &["sailed"], &["ship.sailed", "ship.sailed"]] {
        assert!(check_names("ship", types).is_err(), "{types:?}");
    }
}

#[test]
fn a_variant_that_no_name_means_is_found_before_it_is_stored() {
    let all = ["ship.port_left", "ship.port_reached", "ship.crew_hired", "ship.sighted"];

    assert_eq!(check_variants::<Plain>("ship", &all), Ok(()));
    let no = check_variants::<Plain>("ship", &all[..3]).unwrap_err().to_string();
    assert_eq!(
        no,
        "events of ship cannot be stored: none of their names means the variant that serde calls \
         Sighted; add its name to those of ship, or take the variant out"
    );
}

#[test]
fn a_body_with_something_behind_it_is_not_read() {
    let torn = read_tagged::<Plain>("ship.port_reached", r#"{"port":"Wusong"}}"#);
    assert!(torn.is_err(), "{torn:?}");
}
