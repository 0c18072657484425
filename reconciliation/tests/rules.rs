//! Rules are checked as a whole: a mistake is named with its line and field.

use fundflow_domain::case::{Kind, Severity};
use fundflow_reconciliation::{
    rules::{KINDS, Rules, SHIPPED, Tolerance},
    source::{Is, Source},
};

#[test]
fn the_shipped_rules_compare_every_value_of_every_source_and_treat_every_kind() {
    let rules = Rules::shipped().unwrap();
    for source in Source::ALL {
        let of = rules.source(source);
        let compared = source.columns().iter().filter(|it| it.is != Is::Key);
        assert!(compared.clone().all(|it| of.compare.contains_key(it.name)), "{source}");
        for (_, kind) in KINDS {
            assert!(!of.treatment(kind).act.is_empty(), "{source} {kind}");
        }
    }
}

#[test]
fn a_file_of_ones_own_takes_the_place_of_the_tables_that_it_has() {
    let table = SHIPPED.split_once("[holdings]").unwrap().1;
    let table = table.split_once("[fund_days]").unwrap().0;
    let text =
        format!("[holdings]{}", table.replace("registered = \"0.00\"", "registered = \"0.05\""));
    let rules = Rules::of("own.toml", &text).unwrap();

    let tolerance = rules.source(Source::Holdings).compare["registered"];
    assert_eq!(tolerance, Tolerance::Number("0.05".parse().unwrap()));
    let shipped = Rules::shipped().unwrap();
    assert_eq!(rules.source(Source::Statement), shipped.source(Source::Statement));
    let extra = shipped.source(Source::FundDays).treatment(Kind::BreakExtra);
    assert_eq!((extra.severity, extra.age_days), (Severity::Medium, 5));
}

/// What is replaced in rules that are fine, by what, and how the refusal begins.
const MISTAKES: &[(&str, &str, &str)] = &[
    ("holdings", "holdingz", "r.toml, line 1: holdingz: \"holdingz\" is no source; write one of: "),
    (
        "\"account\", ",
        "\"acount\", ",
        "r.toml, line 2: holdings.join: \"acount\" cannot stand here; write one of: ",
    ),
    (
        "\"account\", \"fund\"",
        "\"fund\", \"fund\"",
        "r.toml, line 2: holdings.join: fund is named twice",
    ),
    ("\"account\", \"fund\"", "", "r.toml, line 2: holdings.join: name at least one value"),
    ("12:00", "noon", "r.toml, line 3: holdings.due: write a time of day as HH:MM"),
    (
        "due = \"12:00\"",
        "due = \"12:00\"\nas_of = \"25:00\"",
        "r.toml, line 4: holdings.as_of: write a time of day as HH:MM",
    ),
    (
        "registered =",
        "registred =",
        "r.toml, line 4: holdings.compare: \"registred\" cannot stand here",
    ),
    (
        "\"0.00\"",
        "\"-1\"",
        "r.toml, line 4: holdings.compare.registered: \"-1\" is no number from 0 on",
    ),
    (
        "\"0.00\"",
        "\"exact\"",
        "r.toml, line 4: holdings.compare.registered: \"exact\" is no number from 0 on",
    ),
    ("\"high\"", "\"huge\"", "r.toml, line 6: "),
    (
        "default",
        "amonut",
        "r.toml, line 6: holdings.breaks.amonut: no such kind of break; write default or one of: ",
    ),
    ("default", "extra", "r.toml, line 5: holdings.breaks: has no `default`"),
    (
        "\"look\"",
        "\" \"",
        "r.toml, line 6: holdings.breaks.default: act is a sentence of 1 to 240 characters",
    ),
    ("age_days", "age", "r.toml, line 6: "),
    ("due =", "due", "r.toml, line 3: "),
];

#[test]
fn every_mistake_is_named_with_its_line_and_field() {
    let fine = "\
[holdings]
join = [\"account\", \"fund\"]
due = \"12:00\"
compare = { registered = \"0.00\" }
[holdings.breaks]
default = { severity = \"high\", age_days = 1, act = \"look\" }
";
    assert!(Rules::of("r.toml", fine).is_ok());
    for (from, to, says) in MISTAKES {
        let text = fine.replace(from, to);
        let error = Rules::of("r.toml", &text).unwrap_err().to_string();
        assert!(error.starts_with(says), "{from} -> {to}: {error}");
    }
}

#[test]
fn a_statement_must_say_in_which_columns_its_money_is() {
    let text = SHIPPED.split_once("[statement]").unwrap().1;
    let text = format!("[statement]{}", text.replace("amount = \"amount\"\n", ""));
    let error = Rules::of("r.toml", &text).unwrap_err().to_string();
    assert!(error.contains("statement.columns.amount: name the heading of the column"), "{error}");
}
