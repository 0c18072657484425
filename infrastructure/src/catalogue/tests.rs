use super::*;
use fundflow_domain::{fund::ProductRisk, ids::FundCode, money::Money};

pub(super) const GOOD: &str = include_str!("../../../catalogue/050027.toml");

pub(super) fn errors_of(files: &[(&str, &[u8])]) -> Vec<String> {
    let files = files.iter().map(|(name, bytes)| ((*name).to_owned(), Ok(bytes.to_vec())));
    let errors = read(files).err().unwrap_or_default();
    errors.iter().map(ToString::to_string).collect()
}

/// The shipped file with one text replaced, under its own name.
fn altered(from: &str, to: &str) -> Vec<String> {
    assert!(GOOD.contains(from), "{from:?} is not in the file");
    errors_of(&[("050027.toml", GOOD.replacen(from, to, 1).as_bytes())])
}

fn code(text: &str) -> FundCode {
    text.parse().unwrap()
}

#[test]
fn the_shipped_catalogue_is_read_without_a_complaint() {
    let errors = shipped().err().unwrap_or_default();
    let lines: Vec<_> = errors.iter().map(ToString::to_string).collect();

    assert_eq!(lines.join("\n"), "");
}

#[test]
fn the_directory_and_the_program_hold_the_same_catalogue() {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("../catalogue");

    assert_eq!(load(&dir), shipped());
}

/// What is replaced, by what, and what is said first.
fn assert_said(rows: &[(&str, &str, &str)]) {
    for (from, to, says) in rows {
        let said = altered(from, to);
        let first = said.first().map_or("", String::as_str);
        // Of a syntax error only the place is ours; the words are the parser's.
        let ours = if says.ends_with("TOML: ") { first.get(..says.len()) } else { Some(first) };
        assert_eq!(ours, Some(*says), "{said:#?}");
    }
}

#[test]
fn a_word_that_is_none_and_a_key_too_many_or_too_few_is_named_with_its_line() {
    assert_said(&[
        (
            "kind = \"bond\"",
            "kind = \"bnd\"",
            "050027.toml:15: terms[0].kind = \"bnd\": write money | bond | hybrid | equity | index | qdii | fof",
        ),
        (
            "master = \"050027\"",
            "mister = \"050027\"\nmaster = \"050027\"",
            "050027.toml:14: terms[0].mister = \"050027\": is not a key here; the keys are version, effective_from, source, name, master, kind, risk, registrar, linked_processing, status, convert_status, confirm_lag, payout_lag, carry, income_unit, share_rounding, redemption_sequence, limits, fees, discounts, conversions, closures, foreign_holidays, raising",
        ),
        ("risk = \"R2\"", "", "050027.toml:9: terms[0].risk: is missing"),
        (
            "confirm_lag = 1",
            "",
            "050027.toml:9: terms[0].confirm_lag: is missing; write a whole number, 1 to 3",
        ),
        (
            "code = \"050027\"",
            "code = \"050028\"",
            "050027.toml:7: code = 050028: the file of this fund is named 050028.toml",
        ),
        (
            "confirm_lag = 1",
            "confirm_lag = 99999999999999999999",
            "050027.toml:21: terms[0].confirm_lag = 99999999999999999999: write a whole number, 1 to 3",
        ),
        (
            "confirm_lag = 1",
            "confirm_lag = 0xFFFFFFFFFFFFFFFFF",
            "050027.toml:21: terms[0].confirm_lag = 0xFFFFFFFFFFFFFFFFF: write a whole number, 1 to 3",
        ),
        (
            "confirm_lag = 1",
            "confirm_lag = 1_000",
            "050027.toml:21: terms[0].confirm_lag = 1_000: write a whole number, 1 to 3",
        ),
        (
            "confirm_lag = 1",
            "confirm_lag = 1e400",
            "050027.toml:21: terms[0].confirm_lag = 1e400: write a whole number, 1 to 3",
        ),
        (
            "effective_from = 2024-07-05",
            "effective_from = 2024-07-32",
            "050027.toml:11: is not TOML: ",
        ),
    ]);
}

#[test]
fn a_number_out_of_its_range_is_named_with_its_line_and_what_is_allowed() {
    assert_said(&[
        (
            "first_min = \"1\"",
            "first_min = \"0\"",
            "050027.toml:27: terms[0].limits.individual.first_min = \"0\": \"0\" is not an order's amount: 0.01 to 99999999999999.99 yuan with at most 2 decimals",
        ),
        (
            "first_min = \"1\"",
            "first_min = 1.5",
            "050027.toml:27: terms[0].limits.individual.first_min = 1.5: write decimals in quotes: \"1.5\"",
        ),
        (
            "confirm_lag = 1",
            "confirm_lag = 4",
            "050027.toml:21: terms[0].confirm_lag = 4: allowed: 1 to 3 trading days after T",
        ),
        (
            "rate = \"0.005\"",
            "rate = \"1.5\"",
            "050027.toml:52: terms[0].fees.purchase[1].rate = \"1.5\": \"1.5\" is not a rate: 0 to 1 with at most 8 decimals (0.015 is 1.5%)",
        ),
        (
            "payout_lag = 2",
            "payout_lag = 8",
            "050027.toml:22: terms[0].payout_lag = 8: allowed: 1 to 7 trading days after T",
        ),
    ]);
}

#[test]
fn what_contradicts_another_line_is_named_with_what_is_allowed() {
    assert_said(&[
        (
            "effective_from = 2024-07-05",
            "effective_from = 2026-01-01",
            "050027.toml:46: terms[0].fees.purchase charge from 0.00 = 0.00800000: allowed: csrc-2026 allows no more than 0.00300000 of the amount",
        ),
        (
            "fund_kind = \"bond\"",
            "fund_kind = \"index\"",
            "050027.toml:48: terms[0].fees.fund_kind = index: allowed: a kind that a bond fund can have",
        ),
        (
            "first_min = \"1\"",
            "order_max = \"0.5\"\nfirst_min = \"1\"",
            "050027.toml:27: terms[0].limits.individual.order_max = 0.50: allowed: 1.00 (the minimum) or more",
        ),
        (
            "first_min = \"1\"",
            "day_max = \"5\"\nfirst_min = \"1\"",
            "050027.toml:27: terms[0].limits.individual.day_max: day_max and on_excess are given together or not at all",
        ),
        (
            "from = 2024-07-05\nday_max",
            "from = 2024-07-05\nthrough = 2024-07-04\nday_max",
            "050027.toml:41: terms[0].limits.large_purchases[0].through = 2024-07-04: allowed: 2024-07-05 or later",
        ),
    ]);
}

#[test]
fn all_errors_of_all_files_are_reported_at_once() {
    let broken = GOOD
        .replace("kind = \"bond\"\nrisk", "kind = \"bnd\"\nrisk")
        .replace("confirm_lag = 1", "confirm_lag = \"x\"");
    let said = errors_of(&[
        ("000001.toml", b"code = \"000001\"\n"),
        ("050027.toml", broken.as_bytes()),
        ("060000.toml", b"code = \n[[terms]\n"),
        ("070000.toml", b"# \xB2\xA9\xCA\xB1\n"),
    ]);
    let starts: Vec<_> = said.iter().map(|line| line.get(..28).unwrap_or(line)).collect();

    assert_eq!(
        starts[..4],
        [
            "000001.toml: terms: at least",
            "050027.toml:15: terms[0].kin",
            "050027.toml:21: terms[0].con",
            "060000.toml:1: is not TOML: ",
        ],
        "{said:#?}"
    );
    assert_eq!(
        said.last().map(String::as_str),
        Some("070000.toml:1: is not UTF-8 here (GB18030 or GBK, perhaps); save the file as UTF-8")
    );
}

#[test]
fn a_key_that_stands_twice_is_named_once_with_its_line() {
    let rows = [
        ("code = \"1\"\ncode = \"2\"\n", "1.toml:2: code = \"2\": stands twice; remove one"),
        ("a.b = 1\na.b = 2\n", "1.toml:2: b = 2: stands twice; remove one"),
        ("a = { b = 1, \"b\" = 2 }\n", "1.toml:1: \"b\" = 2 }: stands twice; remove one"),
        ("[a]\nb = 1\n[a]\nc = 1\n", "1.toml:3: a = [a]: stands twice; remove one"),
        ("[a.X]\nb = 1\n\n[a.X]\nb = 1\n", "1.toml:4: X = [a.X]: stands twice; remove one"),
        ("[[a]]\nb = 1\nb = 2\n[[a]]\nb = 1\n", "1.toml:3: b = 2: stands twice; remove one"),
    ];
    for (text, says) in rows {
        assert_eq!(errors_of(&[("1.toml", text.as_bytes())]), [says], "{text}");
    }
}

#[test]
fn a_byte_order_mark_is_read_over_and_utf16_is_named() {
    let marked = format!("\u{FEFF}{GOOD}");

    assert_eq!(errors_of(&[("050027.toml", marked.as_bytes())]), Vec::<String>::new());
    assert_eq!(
        errors_of(&[("050027.toml", b"\xFF\xFEc\0")]),
        ["050027.toml: is UTF-16; save it as UTF-8"]
    );
}

#[test]
fn an_empty_or_absent_directory_says_so() {
    let dir = tempfile::tempdir().unwrap();
    let said = |dir: &Path| load(dir).unwrap_err().first().unwrap().problem.clone();

    assert_eq!(
        said(dir.path()),
        "holds no *.toml; put one file per fund here, named like 000730.toml"
    );
    assert!(said(&dir.path().join("nowhere")).starts_with("cannot be read: "));
}

#[test]
fn a_change_of_terms_leaves_the_terms_of_earlier_days_as_they_were() {
    let block = GOOD.split_once("\n[[terms]]").unwrap().1;
    let later = block
        .replace("050027-2024", "050027-2025")
        .replace("effective_from = 2024-07-05", "effective_from = 2025-03-01")
        .replace("risk = \"R2\"", "risk = \"R3\"");
    let text = format!("{GOOD}\n[[terms]]{later}");
    let file = ("050027.toml".to_owned(), Ok(text.into_bytes()));
    let catalogue = read(std::iter::once(file)).unwrap();
    let risk = |on: &str| Some(catalogue.on(code("050027"), on.parse().unwrap())?.risk);

    let rows = [
        ("2024-07-04", None),
        ("2024-07-05", Some(ProductRisk::R2)),
        ("2025-02-28", Some(ProductRisk::R2)),
        ("2025-03-01", Some(ProductRisk::R3)),
    ];
    for (on, expected) in rows {
        assert_eq!(risk(on), expected, "{on}");
    }
    let old = catalogue.version(&"050027-2024".parse().unwrap());
    assert_eq!(old.map(|terms| terms.risk), Some(ProductRisk::R2));
}

#[test]
fn what_two_blocks_or_two_files_contradict_each_other_in_is_found() {
    let block = GOOD.split_once("\n[[terms]]").unwrap().1;
    let twice = format!("{GOOD}\n[[terms]]{block}");
    let pair = "\n[[terms.conversions]]\ntarget = \"999999\"\nmethod = \"both_differences\"\nshares_min = \"1\"\ndays_min = 0\ntopup_discount = \"0\"\nrule = \"r\"\n";

    assert_eq!(
        errors_of(&[("050027.toml", twice.as_bytes())]),
        [
            "050027.toml:11: terms[0].effective_from = 2024-07-05: allowed: terms 050027-2024 start on that day already",
            "050027.toml:10: terms[0].version = 050027-2024: allowed: used once in a catalogue",
        ]
    );
    let own = pair.replace("999999", "050027");
    assert_eq!(
        errors_of(&[("050027.toml", format!("{GOOD}{own}").as_bytes())]),
        [
            "050027.toml:63: terms[0].conversions[0].target = 050027: allowed: another fund, not a share class of the same"
        ]
    );
    let other = GOOD.replace("050027", "050028").replace("\"own\"", "\"csdc\"");
    let across = pair.replace("999999", "050028");
    assert_eq!(
        errors_of(&[
            ("050027.toml", format!("{GOOD}{across}").as_bytes()),
            ("050028.toml", other.as_bytes()),
        ]),
        [
            "050027.toml:63: terms[0].conversions[0].target = 050028: allowed: a fund of registrar own; shares of two registrars are not converted"
        ]
    );
    assert_eq!(
        errors_of(&[("050027.toml", format!("{GOOD}{pair}").as_bytes())]),
        [
            "050027.toml:63: terms[0].conversions[0].target = 999999: allowed: a fund of this catalogue"
        ]
    );
}

#[test]
fn the_notice_of_050027_caps_a_day_at_five_million_from_its_first_day() {
    use fundflow_domain::investor::{CustomerType, SalesChannel};
    let catalogue = shipped().unwrap();
    let on = "2024-07-05".parse().unwrap();
    let terms = catalogue.on(code("050027"), on).unwrap();
    let cap = terms.limits.day_cap(CustomerType::Individual, SalesChannel::DirectOnline, on);

    assert_eq!(cap.map(|cap| cap.max.amount), Some(Money::whole_yuan(5_000_000)));
}
