//! Each kind of break planted in each source is found with its order, its amount and its side.

#![expect(clippy::unwrap_used, reason = "a fixture that does not come about is a failed test")]

use crate::{
    common::copy,
    reconciled::{
        P1, applied, at_fund, cases, edit, edit_statement, events, look, of, played, played_with,
        set, split, statement, without_file,
    },
};
use fundflow_infrastructure::exchange::flow::share_balance::ShareBalance;
use serde_json::Value;
use std::{fs, path::Path};

type Plant =
    (&'static str, &'static str, &'static str, Option<&'static str>, &'static str, fn(&Path));

/// Source, kind, side, the order where one is known, the worth in yuan or shares, and what is planted.
const PLANTS: &[Plant] = &[
    ("confirmations", "missing", "ours", Some("P-1"), "5000.00", |store| {
        edit(store, "04", &|records| drop(records.remove(of(records, P1.0, P1.1))));
    }),
    ("confirmations", "extra", "theirs", None, "5000.00", |store| {
        edit(store, "04", &|records| {
            let mut stray = records[of(records, P1.0, P1.1)].clone();
            stray.set_displayed("AppSheetSerialNo", "NOBODYS").unwrap();
            stray.set_displayed("TASerialNO", "S-1").unwrap();
            records.push(stray);
        });
    }),
    ("confirmations", "amount", "both", Some("P-1"), "0.01", |store| {
        set(store, "04", P1, &[("ConfirmedAmount", "4999.99")]);
    }),
    ("confirmations", "shares", "both", Some("P-1"), "", |store| {
        set(store, "04", P1, &[("ConfirmedVol", "1.00")]);
    }),
    ("confirmations", "fee", "both", Some("P-1"), "", |store| {
        set(store, "04", P1, &[("Charge", "1.00"), ("TotalTransFee", "1.00")]);
    }),
    ("confirmations", "nav", "both", Some("P-1"), "", |store| {
        set(store, "04", P1, &[("NAV", "0.7420")]);
    }),
    ("confirmations", "status", "both", Some("P-1"), "", |store| {
        set(store, "04", P1, &[("ReturnCode", "0139")]);
    }),
    ("confirmations", "date", "both", Some("P-1"), "", |store| {
        set(store, "04", P1, &[("TransactionDate", "20260227")]);
    }),
    ("confirmations", "duplicate", "theirs", None, "5000.00", |store| {
        edit(store, "04", &|records| records.push(records[of(records, P1.0, P1.1)].clone()));
    }),
    ("confirmations", "late", "both", Some("P-1"), "", |store| {
        set(store, "04", P1, &[("TransactionCfmDate", "20260304")]);
    }),
    // However often it is there, it is one break.
    ("confirmations", "duplicate", "theirs", None, "5000.00", |store| {
        edit(store, "04", &|records| {
            let one = records[of(records, P1.0, P1.1)].clone();
            records.extend([one.clone(), one]);
        });
    }),
    // Which of two records with one number is right, nobody knows: the second is one too many.
    ("confirmations", "duplicate", "theirs", None, "4000.00", |store| {
        edit(store, "04", &|records| {
            let mut other = records[of(records, P1.0, P1.1)].clone();
            other.set_displayed("ConfirmedAmount", "4000.00").unwrap();
            records.push(other);
        });
    }),
    ("confirmations", "extra", "theirs", Some("P-1"), "5000.00", |store| {
        edit(store, "04", &|records| {
            let mut second = records[of(records, P1.0, P1.1)].clone();
            second.set_displayed("TASerialNO", "S-1").unwrap();
            records.push(second);
        });
    }),
    ("holdings", "missing", "ours", None, "", |store| {
        edit(store, "05", &|records| drop(records.remove(at_fund(records, "000730"))));
    }),
    ("holdings", "extra", "theirs", None, "", |store| {
        edit(store, "05", &|records| {
            let mut stray = records[0].clone();
            stray.set_displayed("TAAccountID", "123456789012").unwrap();
            records.push(stray);
        });
    }),
    ("holdings", "holding", "both", None, "", |store| {
        let changes = [("AvailableVol", "1.00"), ("TotalVolOfDistributorInTA", "1.00")];
        set(store, "05", ("", "000730"), &changes);
    }),
    ("holdings", "holding", "both", None, "", |store| {
        edit(store, "05", &|records| {
            let at = at_fund(records, "000730");
            let total = ShareBalance::from_record(records[at].as_ref()).unwrap().total_vol;
            let free = total - rust_decimal::Decimal::TEN;
            records[at].set_displayed("AvailableVol", &free.to_string()).unwrap();
            records[at].set_displayed("TotalFrozenVol", "10.00").unwrap();
        });
    }),
    // A record whose parts are not its total is of its account all the same.
    ("holdings", "holding", "both", None, "", |store| {
        set(store, "05", ("", "000730"), &[("AvailableVol", "1.00")]);
    }),
    ("holdings", "holding", "both", None, "", |store| {
        set(store, "05", ("", "000730"), &[("TotalVolOfDistributorInTA", "1.00")]);
    }),
    ("holdings", "holding", "both", None, "", |store| {
        set(store, "05", ("", "000730"), &[("TotalFrozenVol", "1.00")]);
    }),
    ("holdings", "late", "ours", None, "", |store| without_file(store, "05")),
    ("holdings", "duplicate", "theirs", None, "", |store| {
        edit(store, "05", &|records| records.push(records[0].clone()));
    }),
    ("fund_days", "missing", "ours", None, "", |store| {
        edit(store, "07", &|records| drop(records.remove(at_fund(records, "011162"))));
    }),
    ("fund_days", "extra", "theirs", None, "", |store| {
        edit(store, "07", &|records| {
            let mut stray = records[0].clone();
            stray.set_displayed("FundCode", "999999").unwrap();
            records.push(stray);
        });
    }),
    ("fund_days", "nav", "both", None, "", |store| {
        set(store, "07", ("", "011162"), &[("NAV", "0.7420")]);
    }),
    ("fund_days", "status", "both", None, "", |store| {
        set(store, "07", ("", "011162"), &[("FundStatus", "5")]);
    }),
    ("fund_days", "status", "both", None, "", |store| {
        set(store, "07", ("", "011162"), &[("ConvertStatus", "3")]);
    }),
    ("fund_days", "late", "ours", None, "", |store| without_file(store, "07")),
    ("fund_days", "duplicate", "theirs", None, "", |store| {
        edit(store, "07", &|records| records.push(records[0].clone()));
    }),
    ("fund_days", "duplicate", "theirs", None, "", |store| {
        edit(store, "07", &|records| {
            let one = records[0].clone();
            records.extend([one.clone(), one]);
        });
    }),
    ("settlements", "missing", "ours", None, "5000.00", |store| {
        edit(store, "25", &|records| drop(records.remove(at_fund(records, "011162"))));
    }),
    ("settlements", "extra", "theirs", None, "5000.00", |store| {
        edit(store, "25", &|records| {
            let mut stray = records[at_fund(records, "011162")].clone();
            stray.set_displayed("SequenceNO", "202603030099").unwrap();
            stray.set_displayed("BusinessCode", "139").unwrap();
            records.push(stray);
        });
    }),
    ("settlements", "amount", "both", None, "0.01", |store| {
        set(store, "25", ("", "011162"), &[("ConfirmedAmount", "4999.99")]);
    }),
    ("settlements", "status", "both", None, "", |store| {
        set(store, "25", ("", "011162"), &[("ReceOrPayFlag", "1")]);
    }),
    ("settlements", "date", "both", None, "", |store| {
        set(store, "25", ("", "011162"), &[("PayDate", "20260310")]);
    }),
    ("settlements", "late", "ours", None, "", |store| without_file(store, "25")),
    ("settlements", "duplicate", "theirs", None, "5000.00", |store| {
        edit(store, "25", &|records| records.push(records[at_fund(records, "011162")].clone()));
    }),
    ("statement", "missing", "ours", Some("P-1"), "5000.00", |store| {
        edit_statement(store, &|lines| lines.retain(|line| !line.contains("P-1")));
    }),
    ("statement", "extra", "theirs", None, "5000.00", |store| {
        edit_statement(store, &|lines| {
            let stray =
                lines.iter().find(|line| line.contains("P-1")).unwrap().replace("P-1", "P-9");
            lines.push(stray);
        });
    }),
    ("statement", "amount", "both", Some("P-1"), "0.01", |store| {
        edit_statement(store, &|lines| {
            for line in lines.iter_mut() {
                *line = line.replace("5000.00", "4999.99");
            }
        });
    }),
    ("statement", "status", "both", Some("P-1"), "", |store| {
        edit_statement(store, &|lines| {
            let line = lines.iter_mut().find(|line| line.contains("P-1")).unwrap();
            *line = line.replace(",done", ",failed");
        });
    }),
    ("statement", "date", "both", Some("P-1"), "", |store| {
        edit_statement(store, &|lines| {
            let line = lines.iter_mut().find(|line| line.contains("P-1")).unwrap();
            *line = line.replace("2026-03-02", "2026-02-25");
        });
    }),
    ("statement", "late", "ours", None, "", |store| {
        std::fs::remove_file(statement(store)).unwrap();
    }),
    // Several channels in one day: what one says is not for another one to say.
    ("statement", "duplicate", "theirs", None, "5000.00", |store| {
        split(store, &|line| line.contains("P-1"), &|_| true);
    }),
    ("statement", "amount", "both", Some("P-1"), "0.01", |store| {
        edit_statement(store, &|lines| {
            for line in lines.iter_mut() {
                *line = line.replace("5000.00", "4999.99");
            }
        });
        split(store, &|line| line.contains("P-1"), &|line| !line.contains("P-1"));
    }),
    ("statement", "duplicate", "theirs", None, "5000.00", |store| {
        edit_statement(store, &|lines| {
            lines.push(lines.iter().find(|line| line.contains("P-1")).unwrap().clone());
        });
    }),
    ("statement", "duplicate", "theirs", None, "5000.00", |store| {
        edit_statement(store, &|lines| {
            let one = lines.iter().find(|line| line.contains("P-1")).unwrap().clone();
            lines.extend([one.clone(), one]);
        });
    }),
];

#[test]
fn an_order_that_no_record_has_ever_answered_is_missed_with_what_was_asked_for() {
    let store = played_with("[override.P-1]\nbuy_confirmation = \"missing\"\n");
    let open = cases(store.path(), &["--open"]);
    let missed: Vec<&Value> = open.iter().filter(|it| it["transaction"] == "P-1").collect();
    assert_eq!(missed.len(), 1, "{open:#?}");
    let disputed = &missed[0]["findings"][0]["disputed"];
    assert_eq!(
        (&missed[0]["short_kind"], &disputed["money"]),
        (&"missing".into(), &"5000.00".into())
    );
}

#[test]
fn several_channels_in_one_day_are_whole_together() {
    let store = played();
    split(store.path(), &|line| line.contains("P-1"), &|line| !line.contains("P-1"));
    let found = look(store.path());
    assert_eq!((&found["breaks"], &found["complete"]), (&Value::Array(vec![]), &true.into()));
    assert_eq!(found["files"].as_array().unwrap().len(), 3, "{found:#}");
}

/// The files of the day, as they were.
fn put_back(store: &Path, sound: &Path) {
    for name in ["exchange", "statements"] {
        fs::remove_dir_all(store.join(name)).unwrap();
        copy(&sound.join(name), &store.join(name));
    }
}

#[test]
fn a_corrected_file_answers_its_own_case_and_a_wrong_one_opens_that_one_again() {
    // Another break, in another source than the one that is corrected, stays as it is.
    let beside = |store: &Path, source: &str| {
        if source == "statement" {
            set(store, "07", ("", "011162"), &[("FundStatus", "5")]);
        } else {
            edit_statement(store, &|lines| lines.retain(|line| !line.contains("P-1")));
        }
    };
    for (source, kind, side, _, _, plant) in PLANTS {
        let (store, sound) = (played(), played());
        let name = format!("{source} {kind}");
        beside(store.path(), source);
        beside(sound.path(), source);
        plant(store.path());
        // A day is not complete without one of its files, whatever its case says.
        let lacks_a_file = (*kind, *side) == ("late", "ours");
        assert_eq!(applied(store.path())["complete"], !lacks_a_file, "{name}: each has its case");
        assert_eq!(cases(store.path(), &["--open"]).len(), 2, "{name}");

        put_back(store.path(), sound.path());
        assert_eq!(applied(store.path())["answered"], 1, "{name}");
        let left = cases(store.path(), &["--open"]);
        assert_eq!(left.len(), 1, "{name}");
        assert_ne!(left[0]["proposal"]["source"], *source, "{name}");

        plant(store.path());
        let found = applied(store.path());
        let all = found["breaks"].as_array().unwrap().iter();
        let becomes: Vec<_> = all.map(|it| (&it["source"], &it["becomes"])).collect();
        let of = |wanted: bool| becomes.iter().find(|it| (*it.0 == *source) == wanted).unwrap().1;
        assert_eq!((of(true), of(false)), (&"reopened".into(), &"open".into()), "{name}");
        let after = events(store.path());
        applied(store.path());
        assert_eq!(events(store.path()), after, "{name}: a day closed twice changes nothing");
    }
}

#[test]
fn a_sum_that_a_record_comes_to_explain_leaves_its_case_to_that_of_the_record() {
    let store = played();
    let store = store.path();
    set(store, "25", ("", "011162"), &[("ConfirmedAmount", "5000.50")]);
    applied(store);
    let sum = cases(store, &["--open"]);
    assert_eq!((sum.len(), &sum[0]["proposal"]["source"]), (1, &"settlements".into()));

    set(store, "04", P1, &[("ConfirmedAmount", "5000.50")]);
    let ahead = look(store);
    let looked = &ahead["coverage"]["sources"]["settlements"]["records"];
    assert_eq!(looked["by_case"], 0, "a case that is only planned covers nothing: {ahead:#}");
    assert_eq!(applied(store)["answered"], 1);
    let open = cases(store, &["--open"]);
    assert_eq!((open.len(), &open[0]["proposal"]["source"]), (1, &"confirmations".into()));
    let all = cases(store, &[]);
    let closed = all.iter().find(|it| it["case"] == sum[0]["case"]).unwrap();
    let by = closed["closing"]["how"]["corrected"]["by_record"].as_str();
    assert_eq!(by, open[0]["case"].as_str(), "{closed:#}");
    let after = events(store);
    applied(store);
    assert_eq!(events(store), after, "a day closed twice changes nothing");
}

#[test]
fn each_kind_of_break_planted_in_each_source_is_found_with_order_amount_and_side() {
    for (source, kind, side, transaction, worth, plant) in PLANTS {
        let store = played();
        plant(store.path());
        let found = look(store.path());
        let all = found["breaks"].as_array().unwrap();
        let is_it = |it: &&Value| it["source"] == *source && it["kind"] == *kind;
        let name = format!("{source} {kind}: {found:#}");
        let one = all.iter().find(is_it).unwrap_or_else(|| panic!("{name}"));
        assert_eq!(one["side"], *side, "{name}");
        if let Some(transaction) = transaction {
            assert_eq!(one["transaction"], *transaction, "{name}");
            assert!(one["order"].as_str().unwrap().starts_with(transaction), "{name}");
        }
        if !worth.is_empty() {
            assert_eq!(one["money"], *worth, "{name}");
        }
        // What breaks in one file breaks in no other, and one record breaks once.
        assert_eq!(all.len(), 1, "{name}");
        assert_eq!(found["complete"], false, "{name}");
    }
}
