//! Each kind of break planted in each source is found with its order, its amount and its side.

#![expect(clippy::unwrap_used, reason = "a fixture that does not come about is a failed test")]

use crate::reconciled::{P1, at_fund, edit, edit_statement, look, of, played, set};
use serde_json::Value;
use std::path::Path;

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
    ("fund_days", "duplicate", "theirs", None, "", |store| {
        edit(store, "07", &|records| records.push(records[0].clone()));
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
    ("statement", "duplicate", "theirs", None, "5000.00", |store| {
        edit_statement(store, &|lines| {
            lines.push(lines.iter().find(|line| line.contains("P-1")).unwrap().clone());
        });
    }),
];

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
