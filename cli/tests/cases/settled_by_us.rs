//! Cases whose difference we bear, and money that a corrected record takes back: through the command, to an
//! audit that finds nothing.

#![expect(clippy::unwrap_used, reason = "a fixture that does not come about is a failed test")]

use crate::common::{fundflow, without_positions};
use serde_json::Value;
use std::{fs, path::Path};

const INVESTORS: &str = "investor,account,risk,questionnaire_valid_until,kyc,id_valid_until,same_name_card,customer_type
I-1,A-1,C5,2027-01-31,verified,2035-06-30,yes,individual
I-2,A-2,C5,2027-01-31,verified,2035-06-30,yes,individual
";
const NAVS: &str = "fund,date,nav
011162,2026-02-12,0.7421
011162,2026-02-13,0.7388
011162,2026-02-24,0.7400
011162,2026-04-15,0.7410
";

fn folder(at: &Path, day: &str, orders: &str, scenario: &str) {
    fs::create_dir_all(at).unwrap();
    for (name, text) in [
        ("day.toml", &*format!("trade_date = {day}\nseed = 1\n")),
        ("investors.csv", INVESTORS),
        ("navs.csv", NAVS),
        (
            "orders.csv",
            &format!(
                "transaction,time,kind,investor,wallet_fund,fund,target_fund,amount,shares\n{orders}"
            ),
        ),
        ("scenario.toml", scenario),
    ] {
        fs::write(at.join(name), text).unwrap();
    }
}

fn play(store: &Path, folder: &Path) -> String {
    let played = fundflow(store, &["day", "--no-progress", folder.to_str().unwrap()]);
    String::from_utf8_lossy(&played.stdout).into_owned()
}

fn open_cases(store: &Path) -> Vec<(String, String)> {
    let listed = fundflow(store, &["case", "ls", "--open", "-o", "json"]).stdout;
    let cases = without_positions(serde_json::from_slice(&listed).unwrap());
    let text = |case: &Value, name: &str| case[name].as_str().unwrap_or_default().to_owned();
    let cases = cases.as_array().unwrap().iter();
    cases.map(|case| (text(case, "case"), text(case, "kind"))).collect()
}

fn close(store: &Path, case: &str, how: &[&str]) {
    let close = ["case", "close", case, "--reason", "agreed", "--operator", "chen", "--apply"];
    let done = fundflow(store, &[&close[..], how].concat());
    assert!(done.status.success(), "{how:?}: {}", String::from_utf8_lossy(&done.stderr));
}

fn audited(store: &Path) {
    let audit = fundflow(store, &["audit", "verify"]);
    assert!(audit.status.success(), "{}", String::from_utf8_lossy(&audit.stdout));
}

#[test]
fn what_we_pay_for_a_case_is_known_to_its_transaction_whatever_that_is() {
    let (day, store) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let orders = "R,10:00:00,recharge,I-1,,000730,,1000.00,
R2,10:00:00,recharge,I-2,,000730,,1000.00,
P,10:00:01,purchase,I-1,,011162,,1000.00,
P2,10:00:02,purchase,I-2,,011162,,1000.00,
D,10:00:03,discount_purchase,I-1,000730,,011162,1000.00,
W,2026-02-13T10:00:00+08:00,withdraw,I-2,,000730,,,400.00
X,2026-02-13T10:00:01+08:00,redemption,I-2,,011162,,,400.00
";
    let scenario = "[override.R]\nbuy_confirmation = \"wrong_fee\"
[override.P]\nbuy_confirmation = \"wrong_fee\"
[override.D]\nconversion_confirmation = \"wrong_fee\"
[override.W]\nredemption_confirmation = \"wrong_fee\"
[override.X]\nredemption_confirmation = \"wrong_fee\"
";
    folder(day.path(), "2026-02-12", orders, scenario);
    let store = store.path();
    let report = play(store, day.path());

    let cases = open_cases(store);
    assert!(cases.len() >= 5, "a case for each that does not add up: {cases:?}\n{report}");
    for (case, _) in &cases {
        close(store, case, &["--how", "paid-by-us", "--amount", "5.00"]);
    }
    play(store, day.path());

    let paid = fundflow(store, &["event", "ls", "--type", "payout.paid_out", "--limit", "999"]);
    let paid = String::from_utf8_lossy(&paid.stdout).matches("payout-case-").count();
    assert_eq!(paid, cases.len(), "each once");
    audited(store);
}

#[test]
fn a_second_record_that_is_taken_back_after_the_first_was_paid_out_opens_no_case_again() {
    let (days, store) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let (first, later) = (days.path().join("first"), days.path().join("later"));
    let orders = "R,10:00:00,recharge,I-1,,000730,,1000.00,
W,2026-02-13T10:00:00+08:00,withdraw,I-1,,000730,,,400.00
";
    let fate = "[override.W]\nredemption_confirmation = \"twice_different\"\n";
    folder(&first, "2026-02-12", orders, fate);
    folder(&later, "2026-04-15", "Z,10:00:00,recharge,I-2,,000730,,1000.00,\n", "");
    let store = store.path();
    play(store, &first);
    play(store, &later);

    // The registrar is asked, and states with its lots what its file has stated without.
    let asked = ["saga", "resume", "W", "--reason", "what does it say", "--operator", "chen"];
    assert!(fundflow(store, &asked).status.success());
    play(store, &later);

    // The second record is taken back: repeated at the next start, it is old news, and what was paid stands.
    let [(case, _)] = &open_cases(store)[..] else { panic!("one case") };
    close(store, case, &["--how", "withdrawn"]);
    play(store, &later);
    assert!(open_cases(store).is_empty(), "what is only repeated opens no case");
    audited(store);
}

fn json(store: &Path, words: &[&str]) -> Value {
    let by = ["--reason", "agreed", "--operator", "chen", "-o", "json"];
    serde_json::from_slice(&fundflow(store, &[words, &by[..]].concat()).stdout).unwrap()
}

#[test]
fn a_case_about_no_money_of_a_saga_that_is_over_takes_no_payment_and_is_closed_by_hand() {
    let orders = ["purchase,I-1,,011162,", "recharge,I-1,,000730,"];
    for order in orders {
        let (day, store) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let row = format!("P,10:00:01,{order},1000.00,\n");
        folder(day.path(), "2026-02-12", &row, "[override.P]\ncharge = \"contradicted\"\n");
        let store = store.path();
        let report = play(store, day.path());
        let cases = open_cases(store);
        let [(case, _)] = &cases[..] else { panic!("{cases:?}\n{report}") };
        let by = ["--reason", "agreed", "--operator", "chen", "--apply"];
        let pay = ["case", "close", case, "--how", "paid-by-us", "--amount", "5.00"];
        let refused = fundflow(store, &[&pay[..], &by[..]].concat());
        let said = String::from_utf8_lossy(&refused.stderr).into_owned()
            + &String::from_utf8_lossy(&refused.stdout);
        assert!(!refused.status.success() && said.contains("about no money"), "{said}");
        assert_eq!(open_cases(store), cases, "nothing was changed");
        let close = ["case", "close", case, "--how", "manual", "--text", "by telephone", "--apply"];
        let done = json(store, &close);
        assert_eq!((&done["applied"], &done["case"]["open"]), (&true.into(), &false.into()));
        assert!(open_cases(store).is_empty(), "{done:#}");
        audited(store);
    }
}

#[test]
fn cash_that_an_investor_has_is_not_paid_again_for_a_case_that_is_the_banks() {
    let (day, store) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let orders = "R,10:00:00,recharge,I-1,,000730,,5000.00,
R2,10:00:00,recharge,I-2,,000730,,5000.00,
F,2026-02-13T10:00:00+08:00,fast_withdraw,I-1,,000730,,,1000.00
G,2026-02-13T10:00:01+08:00,fast_withdraw,I-2,,000730,,,1000.00
";
    let scenario = "[override.F]\nredemption_confirmation = \"rejected\"
[override.G]\ntransfer_confirmation = \"rejected\"
";
    folder(day.path(), "2026-02-12", orders, scenario);
    let store = store.path();
    let report = play(store, day.path());
    let cases = open_cases(store);
    assert_eq!(cases.len(), 2, "{cases:?}\n{report}");
    for (case, kind) in &cases {
        assert_eq!(kind, "rejected_after_advance", "{report}");
        let shown = fundflow(store, &["case", "show", case]).stdout;
        let offered = String::from_utf8_lossy(&shown).into_owned();
        assert!(!offered.contains("paid-by-us") && offered.contains("accepted"), "{offered}");
        let words = ["--reason", "agreed", "--operator", "chen"];
        let close = ["case", "close", case, "--how", "paid-by-us", "--amount", "1000.00"];
        let looked = fundflow(store, &[&close[..], &words[..]].concat());
        assert_eq!(looked.status.code(), Some(1));
        let said = String::from_utf8_lossy(&looked.stdout).into_owned();
        assert!(said.contains("must not have it twice"), "{said}");
        self::close(store, case, &["--how", "accepted"]);
    }
    audited(store);
}

/// What the transaction sends by itself, and what the investor has by the record, is not paid by us as well.
#[test]
fn what_goes_out_by_the_transaction_itself_is_not_paid_by_us_as_well() {
    let (day, store) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let orders = "R,10:00:00,recharge,I-1,,000730,,1000.00,
R2,10:00:00,recharge,I-2,,000730,,1000.00,
P,2026-02-13T10:00:00+08:00,purchase,I-1,,011162,,500.00,
W,2026-02-13T10:00:00+08:00,withdraw,I-1,,000730,,,500.00
V,2026-02-13T10:00:01+08:00,withdraw,I-2,,000730,,,500.00
";
    let scenario = "[override.P]\nbuy_confirmation = \"garbled\"
[override.W]\nredemption_confirmation = \"contradicted\"
[override.V]\nredemption_confirmation = \"another_fund\"
";
    folder(day.path(), "2026-02-12", orders, scenario);
    let store = store.path();
    let report = play(store, day.path());
    let cases = open_cases(store);
    let mut kinds: Vec<&str> = cases.iter().map(|(_, kind)| kind.as_str()).collect();
    kinds.sort_unstable();
    assert_eq!(
        kinds,
        ["amount_differs", "names_another_order", "rejected_after_confirmed"],
        "{report}"
    );
    for (case, kind) in &cases {
        let shown = fundflow(store, &["case", "show", case]).stdout;
        let offered = String::from_utf8_lossy(&shown).into_owned();
        assert!(!offered.contains("paid-by-us") && offered.contains("manual"), "{kind}: {offered}");
        let words = ["--reason", "agreed", "--operator", "chen", "--apply"];
        let pay = ["case", "close", case, "--how", "paid-by-us", "--amount", "0.01"];
        let refused = fundflow(store, &[&pay[..], &words[..]].concat());
        assert_eq!(refused.status.code(), Some(1));
        let said = String::from_utf8_lossy(&refused.stdout).into_owned();
        assert!(said.contains("must not go out twice"), "{kind}: {said}");
        self::close(store, case, &["--how", "manual", "--text", "by letter"]);
    }
    play(store, day.path());
    let events = fundflow(store, &["event", "ls", "--type", "payout.paid_out", "--limit", "999"]);
    let paid = String::from_utf8_lossy(&events.stdout).into_owned();
    assert_eq!(paid.matches("payout-case-").count(), 0, "{paid}");
    audited(store);
}
