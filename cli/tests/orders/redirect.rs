//! Money that an account refuses goes to another one of the same investor, and of nobody else.

#![expect(clippy::unwrap_used, reason = "a fixture that does not come about is a failed test")]

use crate::common::fundflow;
use std::{fs, path::Path, process::Output};

const INVESTORS: &str = "\
investor,account,risk,questionnaire_valid_until,kyc,id_valid_until,same_name_card,customer_type
I-1,A-1,C5,2027-01-31,verified,2035-06-30,yes,individual
I-2,A-2,C5,2027-01-31,verified,2035-06-30,yes,individual
";
const ORDERS: &str = "\
transaction,time,kind,investor,fund,amount,shares
R-1,10:00:00,recharge,I-1,000730,1000.00,
R-2,10:00:01,recharge,I-2,000730,1000.00,
W-1,2026-02-13T10:00:00+08:00,withdraw,I-1,000730,,400.00
W-2,2026-02-13T10:00:01+08:00,withdraw,I-2,000730,,400.00
";

fn refused() -> tempfile::TempDir {
    let (day, store) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    for (name, text) in [
        ("day.toml", "trade_date = 2026-02-12\nseed = 1\n"),
        ("investors.csv", INVESTORS),
        ("navs.csv", "fund,date,nav\n"),
        ("orders.csv", ORDERS),
        (
            "scenario.toml",
            "[override.W-1]\npayout = \"refused\"\n[override.W-2]\npayout = \"refused\"\n",
        ),
    ] {
        fs::write(day.path().join(name), text).unwrap();
    }
    fundflow(store.path(), &["day", "--no-progress", day.path().to_str().unwrap()]);
    store
}

fn redirect(store: &Path, account: &str, more: &[&str]) -> Output {
    redirect_of(store, "W-1", account, more)
}

fn redirect_of(store: &Path, saga: &str, account: &str, more: &[&str]) -> Output {
    let words = ["saga", "redirect", saga, "--account", account, "--own-name"];
    let by = ["--reason", "seen on the card", "--operator", "chen"];
    fundflow(store, &[&words, &by[..], more].concat())
}

#[test]
fn an_account_that_another_investor_has_used_is_refused_and_a_new_one_is_not() {
    let store = refused();
    let store = store.path();
    for more in [&[][..], &["--apply"]] {
        let said = redirect(store, "A-2", more);
        let text = String::from_utf8(said.stdout).unwrap();
        assert!(!said.status.success(), "{text}");
        let why =
            "account A-2 is investor I-2's, and this pays out to I-1; name an account of I-1's own";
        assert!(text.contains(why), "{text}");
    }
    let stuck = fundflow(store, &["saga", "ls", "--stuck"]);
    assert!(String::from_utf8(stuck.stdout).unwrap().contains("W-1"), "nothing was paid");

    let why = "the books do not know account A-1-new: no request ever named it; chen vouches";
    for more in [&[][..], &["--apply"]] {
        let said = redirect(store, "A-1-new", more);
        let text = String::from_utf8(said.stdout).unwrap();
        assert!(said.status.success() && text.contains(why), "{text}");
    }
    let stored = fundflow(store, &["event", "ls", "--type", "payout.redirected", "-o", "json"]);
    let stored = String::from_utf8(stored.stdout).unwrap();
    let reason = ["vouched", "seen on the card", "A-1-new"];
    assert!(reason.iter().all(|it| stored.contains(it)), "{stored}");
    let shown = fundflow(store, &["saga", "show", "W-1"]);
    assert!(String::from_utf8(shown.stdout).unwrap().contains("paid out"));
    assert!(fundflow(store, &["audit", "verify"]).status.success());
}

#[test]
fn an_account_to_which_another_investors_money_was_redirected_is_refused() {
    let store = refused();
    let store = store.path();
    assert!(redirect(store, "A-new", &["--apply"]).status.success());
    for more in [&[][..], &["--apply"]] {
        let said = redirect_of(store, "W-2", "A-new", more);
        let text = String::from_utf8(said.stdout).unwrap();
        assert!(!said.status.success(), "{text}");
        assert!(text.contains("account A-new is investor I-1's"), "{text}");
    }
}
