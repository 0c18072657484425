//! Every field of a fund's file with what may not stand there: each mistake names file, line, key, value and
//! what is allowed.

use super::tests::{GOOD, errors_of};

const MONEY: &str = include_str!("../../../catalogue/000730.toml");
const RAISED: &str = include_str!("../../../examples/day/funds/990001.toml");

/// What is of no kind that the field has, or of no number.
const WRONG: [&str; 10] = [
    "\"\"",
    "-1",
    "\"-1\"",
    "1.5",
    "\"x y\"",
    "[]",
    "true",
    "{}",
    "\"1.0055555555\"",
    "2026-01-01T00:00:00",
];

/// Words of the parser's or of a program's, which say nothing to whoever writes such a file.
const FOREIGN: [&str; 8] = [
    "invalid type",
    "invalid value",
    "premature",
    "trailing input",
    "unit variant",
    "Decimal",
    "u32",
    "u8",
];

#[test]
fn whatever_stands_at_a_key_that_may_not_stand_there_is_reported_with_what_may() {
    for (name, text) in [("050027", GOOD), ("000730", MONEY), ("990001", RAISED)] {
        let plain = |line: &&str| line.contains(" = ") && !line.starts_with(['#', ' ', '\t']);
        for line in text.lines().filter(plain) {
            let key = line.split(" = ").next().unwrap_or_default();
            let long = format!("\"{}\"", "9".repeat(600));
            for value in WRONG.into_iter().chain([long.as_str()]) {
                let altered = text.replacen(line, &format!("{key} = {value}"), 1);
                let said = errors_of(&[(&format!("{name}.toml"), altered.as_bytes())]);
                for said in said.iter().filter(|said| said.contains(&format!("{key} = "))) {
                    let is_allowed =
                        ["write ", "expected ", "allowed: ", " is not a", "must start"];
                    let says = is_allowed.iter().any(|words| said.contains(words))
                        || said.contains("is needed")
                        || said.contains("csrc-2026 allows");
                    assert!(says, "{said}");
                    assert!(said.starts_with(&format!("{name}.toml:")), "{said}");
                    let foreign = FOREIGN.iter().any(|words| said.contains(words));
                    assert!(!foreign, "{said}");
                    assert!(said.chars().count() < 600, "{said}");
                }
            }
        }
    }
}

/// The shipped bond fund with one text replaced; all that is said of it.
fn said(from: &str, to: &str) -> String {
    assert!(GOOD.contains(from), "{from:?} is not in the file");
    errors_of(&[("050027.toml", GOOD.replacen(from, to, 1).as_bytes())]).join("\n")
}

/// What is appended to the shipped bond fund, and what is said of it.
fn assert_findings(rows: &[(&str, &str)]) {
    for (more, says) in rows {
        let text = format!("{GOOD}{more}");
        let said = errors_of(&[("050027.toml", text.as_bytes())]).join("\n");
        if says.is_empty() {
            assert_eq!(said, "", "{more}");
        }
        assert!(said.contains(says), "{more}\nsays: {said}\nnot: {says}");
    }
}

#[test]
fn what_a_list_of_terms_lacks_or_has_too_much_of_is_reported() {
    let closure = "[[terms.closures]]\nfrom = 2026-02-10\nthrough = 2026-02-12\nstops = \"everything\"\nnotice = \"n\"\n";
    let discount = "[[terms.discounts]]\nid = \"d-1\"\nsource = \"channel\"\nmultiplier = \"0.1\"\nfrom = 2026-01-01\n";
    let with = |text: &str, from: &str, to: &str| {
        assert!(text.contains(from), "{from}");
        text.replacen(from, to, 1)
    };
    assert_findings(&[
        (closure, ""),
        (
            &with(closure, "through = 2026-02-12", "through = 2026-02-09"),
            "closures[0].through = 2026-02-09: allowed: 2026-02-10 or later",
        ),
        (
            &with(closure, "through = 2026-02-12\n", ""),
            "closures[0].through: is missing; write a date without quotes",
        ),
        (&with(closure, "\"everything\"", "\"all\""), "closures[0].stops = \"all\": write "),
        (&with(closure, "\"n\"", "\" \""), "closures[0].notice = \" \": write a text in quotes"),
        (
            &format!("{closure}reason = \"x\"\n"),
            "closures[0].reason = \"x\": is not a key here; the keys are from, through, stops, notice",
        ),
        (discount, ""),
        (
            &format!("{discount}until = 2025-12-31\n"),
            "discounts[0].until = 2025-12-31: allowed: 2026-01-01 or later",
        ),
        (
            &format!("{discount}{discount}"),
            "discounts[1].id = d-1: allowed: used once in these terms",
        ),
        (
            &with(discount, "multiplier = \"0.1\"\n", ""),
            "discounts[0].multiplier: is missing; write a multiplier in quotes",
        ),
        (&with(discount, "\"0.1\"", "\"1.1\""), "\"1.1\" is not a discount: 0 (free) to 1 (none)"),
    ]);
}

#[test]
fn tiers_that_do_not_rise_or_charge_nothing_sayable_are_reported() {
    let rows = [
        (
            "{ from = \"1000000\", rate = \"0.005\" }",
            "{ from = \"-1\", rate = \"0.005\" }",
            "\"-1\"",
        ),
        (
            "{ from = \"1000000\", rate = \"0.005\" }",
            "{ from = \"0\", rate = \"0.005\" }",
            "bounds must rise",
        ),
        (
            "{ from = \"0\", rate = \"0.008\" }",
            "{ from = \"1\", rate = \"0.008\" }",
            "it must start at 0",
        ),
        ("fixed = \"1000\"", "fixed = \"1000\", rate = \"0\"", "exactly one of `rate` and `fixed`"),
        ("fixed = \"1000\"", "", "exactly one of `rate` and `fixed`"),
        ("rate = \"0.008\"", "rate = \"-0.008\"", "\"-0.008\" is not a rate: 0 to 1"),
        (
            "rate = \"0.008\"",
            "rate = \"0.0080000001\"",
            "is not a rate: 0 to 1 with at most 8 decimals",
        ),
        (
            "from_days = 7",
            "from_days = -7",
            "redemption[1].from_days = -7: write a whole number of natural days",
        ),
        ("from_days = 7", "from_days = 30", "bounds must rise"),
        ("from_days = 7", "from_days = 0", "bounds must rise"),
    ];
    for (from, to, says) in rows {
        let said = said(from, to);
        assert!(said.contains(says) && said.contains("terms[0].fees."), "{to}: {said}");
    }
}

#[test]
fn a_mistake_in_a_row_of_a_list_is_reported_with_the_line_and_the_value_of_that_row() {
    let lines = GOOD.lines().count();
    let discount = |id: &str| {
        format!(
            "[[terms.discounts]]\nid = \"{id}\"\nsource = \"channel\"\nmultiplier = \"0.1\"\n\
             from = 2026-01-01\n"
        )
    };
    let rows = [
        ("\"0.1\"", "\"1.1\"", 9, "multiplier = \"1.1\": \"1.1\" is not a discount"),
        ("\"0.1\"", "0.1", 9, "multiplier = 0.1: write decimals in quotes"),
        (
            "\"channel\"",
            "\"promo\"",
            8,
            "source = \"promo\": write fund_default | channel | campaign",
        ),
        ("from", "frm", 10, "frm = 2026-01-01: is not a key here; the keys are id, source"),
        ("id = \"d-2\"\n", "", 6, "id: is missing; write a name in quotes"),
    ];
    for (from, to, line, says) in rows {
        let second = discount("d-2").replacen(from, to, 1);
        let text = format!("{GOOD}{}{second}", discount("d-1"));
        let said = errors_of(&[("050027.toml", text.as_bytes())]).join("\n");
        let expected = format!("050027.toml:{}: terms[0].discounts[1].{says}", lines + line);
        assert!(said.contains(&expected), "{said}\nnot: {expected}");
    }
    let of_tier = [
        ("rate = \"0.005\"", "rat = \"0.005\"", "purchase[1].rat = \"0.005\": is not a key here"),
        ("rate = \"0.005\"", "rate = 0.005", "purchase[1].rate = 0.005: write decimals in quotes"),
        (
            "from = \"1000000\"",
            "from = \"much\"",
            "purchase[1].from = \"much\": write yuan in quotes",
        ),
        ("from = \"3000000\"", "from = \"1000000\"", "purchase[2]: a tier from 1000000.00 follows"),
    ];
    for (from, to, says) in of_tier {
        let said = said(from, to);
        let row = GOOD.lines().position(|line| line.contains(from)).unwrap_or_default() + 1;
        let expected = format!("050027.toml:{row}: terms[0].fees.{says}");
        assert!(said.contains(&expected), "{said}\nnot: {expected}");
    }
}

#[test]
fn holidays_abroad_are_weekdays_each_once_in_ascending_order_and_of_no_money_fund() {
    let with =
        |days: &str| said("share_rounding", &format!("foreign_holidays = {days}\nshare_rounding"));
    assert_eq!(with("[2026-04-03, 2026-05-25]"), "");
    let rows = [
        (
            "[2026-05-25, 2026-04-03]",
            "foreign_holidays[1] = 2026-04-03: allowed: a day after 2026-05-25, the one above",
        ),
        (
            "[2026-04-03, 2026-04-03]",
            "foreign_holidays[1] = 2026-04-03: allowed: a day after 2026-04-03, the one above",
        ),
        (
            "[2026-04-04]",
            "foreign_holidays[0] = 2026-04-04: allowed: a day from Monday to Friday; the weekend is never counted",
        ),
        ("2026-04-03", "foreign_holidays = 2026-04-03: write a list of dates without quotes"),
    ];
    for (days, says) in rows {
        assert!(with(days).contains(says), "{days}: {}", with(days));
        assert!(with(days).starts_with("050027.toml:23:"), "{days}: {}", with(days));
    }
    let money =
        MONEY.replacen("share_rounding", "foreign_holidays = [2026-04-03]\nshare_rounding", 1);
    let said = errors_of(&[("000730.toml", money.as_bytes())]).join("\n");
    assert!(
        said.contains("foreign_holidays = 1 days: allowed: none for a money-market fund"),
        "{said}"
    );
}

#[test]
fn a_money_fund_that_charges_for_buying_or_leaving_is_refused_with_the_line_of_its_charge() {
    let rows = [
        (
            "{ from_days = 0, rate = \"0\" },",
            "{ from_days = 0, rate = \"0.005\" },\n    { from_days = 7, rate = \"0\" },",
            "000730.toml:59: terms[0].fees.redemption[0].rate = 0.00500000: allowed: 0 for a \
             money-market fund, whose shares leave for nothing",
        ),
        (
            "{ from_days = 0, rate = \"0\" },\n]",
            "{ from_days = 0, rate = \"0\" },\n]\nback_end = [{ from_days = 0, rate = \"0.01\" }]",
            "000730.toml:61: terms[0].fees.back_end[0].rate = 0.01000000: allowed: 0 for a \
             money-market fund, whose shares leave for nothing",
        ),
        (
            "{ from = \"0\", rate = \"0\" },",
            "{ from = \"0\", rate = \"0\" },\n    { from = \"100\", fixed = \"5\" },",
            "000730.toml:57: terms[0].fees.purchase[1].fixed = 5.00: allowed: 0 for a \
             money-market fund, whose shares cost nothing to buy",
        ),
    ];
    for (free, charged, says) in rows {
        let money = MONEY.replacen(free, charged, 1);
        let said = errors_of(&[("000730.toml", money.as_bytes())]);
        let said: Vec<_> = said.iter().filter(|it| it.contains(".fees.")).collect();
        assert_eq!(said, [says]);
    }
}

#[test]
fn a_file_that_ends_within_a_line_is_reported_with_that_line_whatever_stands_there() {
    let problem = "the file ends within this line, which may be half written; complete it and end it with a \
                   line break";
    let lines = GOOD.lines().count();
    let whole = GOOD.trim_end();
    for (text, line) in [
        (whole, lines),
        (
            whole
                .strip_suffix(
                    " },
]",
                )
                .unwrap_or_default(),
            lines - 1,
        ),
        ("code = \"050027\"\n[[terms]]\nconfirm_lag = 1", 3),
        ("code = \"050027\"\n# a remark", 2),
        ("code = \"050027\"\n[[ter", 2),
        ("code = \"0500", 1),
    ] {
        let said = errors_of(&[("050027.toml", text.as_bytes())]);
        assert_eq!(said, [format!("050027.toml:{line}: {problem}")], "{text}");
    }
    let both = errors_of(&[("050027.toml", b"code = \nconfirm_lag = 1")]);
    assert_eq!(both.len(), 2, "{both:?}");
    assert!(both[0].starts_with("050027.toml:1: is not TOML: "), "{both:?}");
}

#[test]
fn a_decimal_with_an_exponent_a_separator_or_a_plus_is_refused_at_every_key() {
    let mut keys = 0;
    for (name, text) in [("050027", GOOD), ("000730", MONEY), ("990001", RAISED)] {
        let digits = |text: &str| text.chars().all(|it| it.is_ascii_digit() || it == '.');
        let quoted = text
            .lines()
            .flat_map(|line| line.split('"').skip(1).step_by(2).map(move |it| (line, it)));
        for (line, value) in quoted.filter(|(_, value)| !value.is_empty() && digits(value)) {
            keys += 1;
            for slip in [
                format!("{value}e0"),
                format!("{value}E0"),
                format!("+{value}"),
                format!("{value}_0"),
            ] {
                let altered = line.replacen(&format!("\"{value}\""), &format!("\"{slip}\""), 1);
                let altered = text.replacen(line, &altered, 1);
                let said = errors_of(&[(&format!("{name}.toml"), altered.as_bytes())]);
                let is_named = said
                    .iter()
                    .any(|it| it.starts_with(&format!("{name}.toml:")) && it.contains(&slip));
                assert!(is_named, "{line}: {slip}: {said:?}");
            }
        }
    }
    assert!(keys > 20, "{keys}");
}
