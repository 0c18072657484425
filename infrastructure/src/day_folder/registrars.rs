//! The registrars of `day.toml`: one code, a list of codes, or a table each that says how its files are written.
//!
//! ```toml
//! [[registrar]]
//! code = "98"
//! version = "2.1"
//! numbers = "digits"
//! ```

use super::{
    codes::{Who, codes},
    settings::{CODE, checked},
};
use crate::{
    catalogue::section::{Report, Section},
    day_batch::{Filing, Numbers},
    exchange::version::Version,
};
use fundflow_domain::ids::RegistrarCode;
use std::collections::BTreeMap;
use toml::Value;

/// The manager's own registrar, in a fund's terms.
const OWN: &str = "own";
/// What stands beside the folders of registrars where files are exchanged.
const OF_THE_EXCHANGE: [&str; 5] = ["in", "out", "read", "taken", "making"];
const REGISTRARS: Who = Who {
    one: "registrar",
    several: "registrars",
    list: "a list of different codes, like [\"05\", \"98\"]",
    usual: "05",
};
const VERSION: &str = "\"2.0\", \"2.1\" or \"2.2\", in quotes";
const DIGITS_ONLY: &str =
    "editions before 2.2 have only digits there; write digits, or leave numbers out";

/// The registrars, in the order of the folder, and how those write files that say so.
pub(super) type Registrars = (Vec<RegistrarCode>, BTreeMap<RegistrarCode, Filing>);

/// The first keeps the funds whose terms say `own`, so none can have that as its code.
pub(super) fn read(root: &mut Section<'_>, report: &mut Report) -> Option<Registrars> {
    if matches!(root.raw("registrar"), Some(Value::Array(_))) {
        return tables(root, report);
    }
    let (key, codes) = codes(root, &REGISTRARS, report)?;
    let codes: Option<_> = codes.into_iter().map(|code| registrar(key, code, report)).collect();
    Some((codes?, BTreeMap::new()))
}

fn tables(root: &mut Section<'_>, report: &mut Report) -> Option<Registrars> {
    let (mut codes, mut filings) = (Vec::new(), BTreeMap::new());
    let found = report.found();
    if let Some(list) = root.value::<Vec<String>>("registrars", REGISTRARS.list, report) {
        report.note("registrars", &list.join(" "), "write registrar or registrars, not both");
    }
    for mut table in root.sections("registrar", report) {
        let code = table.must::<String>("code", CODE, report);
        let key = table.path("code");
        let code = code.and_then(|code| registrar(&key, code, report));
        let filing = filing(&mut table, report);
        table.close(report);
        let (Some(code), Some(filing)) = (code, filing) else { continue };
        if codes.contains(&code) {
            report.note(&key, code.as_str(), "stands twice; write each registrar once");
        }
        filings.insert(code.clone(), filing);
        codes.push(code);
    }
    (report.found() == found && !codes.is_empty()).then_some((codes, filings))
}

fn filing(table: &mut Section<'_>, report: &mut Report) -> Option<Filing> {
    let version = match table.value::<String>("version", VERSION, report) {
        Some(text) => {
            let version = match text.as_str() {
                "2.0" => Some(Version::V20),
                "2.1" => Some(Version::V21),
                "2.2" => Some(Version::V22),
                _ => None,
            };
            if version.is_none() {
                report.note(&table.path("version"), &text, format!("write {VERSION}"));
            }
            version?
        }
        None if table.raw("version").is_some() => return None,
        None => Filing::default().version,
    };
    let least = Numbers::of(version);
    let numbers = match table.word::<Numbers>("numbers", report) {
        Some(Numbers::Letters) if least == Numbers::Digits => {
            report.note(&table.path("numbers"), "letters", DIGITS_ONLY);
            return None;
        }
        Some(numbers) => numbers,
        None if table.raw("numbers").is_some() => return None,
        None => least,
    };
    Some(Filing { version, numbers })
}

fn registrar(key: &str, code: String, report: &mut Report) -> Option<RegistrarCode> {
    if code == OWN {
        let problem = "own means the first registrar in the terms of a fund; write the code of one";
        report.note(key, &code, problem);
        return None;
    }
    if OF_THE_EXCHANGE.contains(&code.as_str()) {
        report.note(
            key,
            &code,
            "is a name of the exchange's folders; write the code of a registrar",
        );
        return None;
    }
    RegistrarCode::new(checked(key, code, report)?).ok()
}
