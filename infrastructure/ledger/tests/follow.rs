//! A purchase that is paid, confirmed and credited, and what a ledger says of it: followed, killed, rebuilt, of
//! another log, and with each invariant broken by hand.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod common;

use common::{as_, confirms, pays_for, trial};
use fundflow_kernel::{
    memory_store::MemoryStore,
    store::{EventStore as _, Position},
};
use fundflow_ledger::{Ledger, LedgerError, Period};
use rusqlite::Connection;
use std::{fs, os::unix::fs::PermissionsExt as _, path::Path};

async fn house() -> MemoryStore {
    let store = MemoryStore::new();
    pays_for(&store, "TX1").await;
    confirms(&store, "TX1").await;
    pays_for(&store, "TX2").await;
    store
}

const TRIAL: [&str; 6] = [
    "A:CHANNEL:RECV CNY 2000.00 0.00",
    "L:CUST:PENDING CNY 0.00 1000.00",
    "L:CUST:REFUND CNY 0.00 400.00",
    "L:FUND:PAYABLE CNY 0.00 600.00",
    "U:AVAIL shares of 050002 600.00 0.00",
    "U:REGISTER shares of 050002 0.00 600.00",
];

#[tokio::test]
async fn a_ledger_says_where_everything_is_what_an_investor_has_and_what_is_under_way() {
    let (store, folder) = (house().await, tempfile::tempdir().unwrap());
    let mut ledger = Ledger::open(folder.path()).unwrap();
    assert!(ledger.follow(&store).await.unwrap() > 0);

    assert_eq!(trial(&ledger), TRIAL);
    assert!(ledger.trial_balance(as_("2026-02-12")).unwrap().is_empty());
    let lines = ledger.statement("INV-1", Period::default()).unwrap();
    let said = |account: &str| {
        let own = lines.iter().filter(|it| it.account == account);
        own.map(|it| format!("{} {}", it.amount, it.balance)).collect::<Vec<_>>()
    };
    assert_eq!(
        said("L:CUST:PENDING:TX1.buy"),
        ["-1000.00 -1000.00", "600.00 -400.00", "400.00 0.00"]
    );
    assert_eq!(said("U:050002:INV-1:AVAIL"), ["600.00 600.00"]);
    assert!(ledger.statement("INV-2", Period::default()).unwrap().is_empty());
    let later = Period { from: Some(as_("2026-02-14")), to: None };
    assert!(ledger.statement("INV-1", later).unwrap().is_empty());
    let legs = ledger.in_flight(as_("2026-02-16")).unwrap();
    let legs: Vec<_> =
        legs.iter().map(|it| format!("{} {} {}", it.leg, it.days, it.amount)).collect();
    let expected = [
        "A:CHANNEL:RECV 3 2000.00",
        "L:CUST:PENDING 3 1000.00",
        "L:CUST:REFUND 3 400.00",
        "L:FUND:PAYABLE 3 600.00",
    ];
    assert_eq!(legs, expected);
}

#[tokio::test]
async fn each_event_is_booked_once_whoever_follows_and_whenever() {
    let (store, folder) = (MemoryStore::new(), tempfile::tempdir().unwrap());
    pays_for(&store, "TX1").await;
    let mut first = Ledger::open(folder.path()).unwrap();
    assert_eq!(first.follow(&store).await.unwrap(), 3);
    assert_eq!(first.follow(&store).await.unwrap(), 0);
    confirms(&store, "TX1").await;
    pays_for(&store, "TX2").await;
    let mut second = Ledger::open(folder.path()).unwrap();
    assert!(second.follow(&store).await.unwrap() > 0, "a process that died went on here");
    assert_eq!(first.follow(&store).await.unwrap(), 0, "the other one has booked it");

    assert_eq!(trial(&first), TRIAL);
    assert_eq!(first.at().unwrap(), *store.head().borrow());
    let file = folder.path().join("ledger.db");
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);

    let aside = folder.path().join("ledger.db.new");
    fs::write(&aside, "what a rebuild that died has left").unwrap();
    let (anew, events) = Ledger::rebuild(folder.path(), &store).await.unwrap();
    assert_eq!(trial(&anew), TRIAL);
    assert_eq!(Position(events), *store.head().borrow());
    assert!(!aside.exists());
}

#[tokio::test]
async fn a_ledger_of_another_log_is_refused_until_it_is_made_anew() {
    let (store, folder) = (house().await, tempfile::tempdir().unwrap());
    Ledger::open(folder.path()).unwrap().follow(&store).await.unwrap();
    let other = MemoryStore::new();
    for id in ["TX7", "TX8", "TX9"] {
        pays_for(&other, id).await;
    }
    for log in [&other, &MemoryStore::new()] {
        let mut ledger = Ledger::open(folder.path()).unwrap();
        let refused = ledger.follow(log).await;
        assert!(matches!(refused, Err(LedgerError::AnotherLog(_))), "{refused:?}");
    }
    assert_eq!(trial(&Ledger::open(folder.path()).unwrap()), TRIAL, "it is as it was");
    let (anew, _) = Ledger::rebuild(folder.path(), &other).await.unwrap();
    assert_eq!(
        trial(&anew),
        ["A:CHANNEL:RECV CNY 3000.00 0.00", "L:CUST:PENDING CNY 0.00 3000.00"]
    );
}

/// The invariants that do not hold, once that was done to the tables.
fn broken(folder: &Path, sql: &str) -> Vec<&'static str> {
    Connection::open(folder.join("ledger.db")).unwrap().execute_batch(sql).unwrap();
    let verdicts = Ledger::open(folder).unwrap().check().unwrap();
    let broken = verdicts.iter().filter(|it| it.is_checked && !it.breaks.is_empty());
    broken.map(|it| it.invariant).collect()
}

/// 20,000 yuan go from one account to the other, as an entry of its own.
fn moves(from: &str, to: &str, event: &str) -> String {
    let sql = include_str!("planted/moves.sql");
    sql.replace("{from}", from).replace("{to}", to).replace("{event}", event)
}

fn account(code: &str, class: &str, side: &str, case: &str) -> String {
    let sql = include_str!("planted/account.sql").replace("{code}", code);
    sql.replace("{class}", class).replace("{side}", side).replace("{case}", case)
}

/// What was due with that counterparty on the day before, and what remains of it, in fen.
fn settlement(party: &str, remains: &str, more: &str) -> String {
    let sql = include_str!("planted/settlement.sql").replace("{party}", party);
    sql.replace("{remains}", remains).replace("{more}", more)
}

#[tokio::test]
async fn all_twenty_are_named_and_what_cannot_be_asked_yet_says_why() {
    let (store, folder) = (house().await, tempfile::tempdir().unwrap());
    let (ledger, _) = Ledger::current(folder.path(), &store).await.unwrap();
    let verdicts = ledger.check().unwrap();
    let names: Vec<&str> = verdicts.iter().map(|it| it.invariant).collect();
    let all: Vec<String> = (1..=20).map(|nth| format!("I{nth}")).collect();
    assert_eq!(names, all);
    let unasked = verdicts.iter().filter(|it| !it.is_checked);
    let unasked: Vec<&str> = unasked.map(|it| it.invariant).collect();
    let expected = ["I7", "I9", "I10", "I11", "I14", "I18"];
    assert_eq!(unasked, expected, "nothing was settled, compared or replayed yet");
    assert!(verdicts.iter().all(|it| it.is_checked || it.breaks[0].starts_with("not checked")));
    let broken: Vec<_> =
        verdicts.iter().filter(|it| it.is_checked && !it.breaks.is_empty()).collect();
    assert!(broken.is_empty(), "{broken:?}");
}

/// Its cash counts towards that quota of the investor.
fn counted_of(request: &str, fund: &str) -> String {
    let quota = format!("{fund}.2026-02-13.5.INV-1.305");
    let sql = include_str!("planted/quota.sql").replace("{quota}", &quota);
    sql.replace("{request}", request).replace("{fund}", fund)
}

/// 6,000 yuan are advanced for that request.
fn advanced(request: &str, at: &str) -> String {
    let sql = moves("A:CHANNEL:RECV", "A:CUST:ADVANCED:TX1", "advance.advanced");
    let sql = sql.replace("2000000", "600000").replace("'TX1'", &format!("'{request}'"));
    sql.replace("x'01'", &format!("x'0{at}'")).replace("900", at)
}

fn two_advances(owed: &str, [one, other]: [&str; 2]) -> String {
    let counted = counted_of("TX1", one) + &counted_of("TX2", other);
    owed.to_owned() + &counted + &advanced("TX1", "900") + &advanced("TX2", "901")
}

#[tokio::test]
async fn each_invariant_finds_what_was_planted_for_it() {
    let register = "U:050002:REGISTER";
    let suspense = account("L:SUSPENSE:TX1.buy:c1", "L:SUSPENSE", "-1", "'c1'");
    let owed = account("A:CUST:ADVANCED:TX1", "A:CUST:ADVANCED", "1", "NULL");
    let discount = "UPDATE requests SET process = 'discount_purchase' WHERE request = 'TX1';";
    let of_another_kind = moves("U:050002:INV-1:AVAIL", "U:050002:REGISTER", "x");
    let plants: [(&str, String, &[&str]); 18] = [
        ("nothing", String::new(), &[]),
        (
            "I1",
            "UPDATE postings SET amount = amount + 1 WHERE position = 2 AND line = 0".into(),
            &["I1"],
        ),
        ("I2", moves("A:CHANNEL:RECV", "L:CUST:PENDING:TX2.buy", "forged"), &["I2"]),
        ("I3", suspense + &moves("L:SUSPENSE:TX1.buy:c1", "A:CHANNEL:RECV", "forged"), &["I3"]),
        ("I4", "UPDATE applications SET finals = 2 WHERE application = 'APPTX1'".into(), &["I4"]),
        ("I5", include_str!("planted/payment.sql").into(), &["I5"]),
        (
            "I6",
            format!("UPDATE accounts SET balance = balance + 1 WHERE code = '{register}'"),
            &["I1", "I6"],
        ),
        ("I8", "UPDATE applications SET finals = 1 WHERE application = 'APPTX2'".into(), &["I8"]),
        ("I9", settlement("channel", "40", ""), &["I9"]),
        ("I10", settlement("fund.050002", "-40", ""), &["I10"]),
        ("nothing remains", settlement("channel", "0", ""), &[]),
        ("a case says why", settlement("channel", "40", include_str!("planted/its_case.sql")), &[]),
        (
            "I17",
            discount.to_owned() + &moves("U:050002:INV-1:AVAIL", "U:050002:REGISTER", "forged"),
            &["I2", "I13", "I17"],
        ),
        (
            "I17 paid with shares that were there",
            discount.to_owned()
                + include_str!("planted/unpaid.sql")
                + &moves("U:050002:INV-1:AVAIL", "U:050002:REGISTER", "forged"),
            &["I2", "I13"],
        ),
        ("I17 of another kind", of_another_kind, &["I2", "I13"]),
        ("I19 of two funds", two_advances(&owed, ["000730", "000891"]), &[]),
        ("I19 of one fund", two_advances(&owed, ["000730", "000730"]), &["I19"]),
        (
            "I19",
            owed + &moves("A:CHANNEL:RECV", "A:CUST:ADVANCED:TX1", "advance.advanced"),
            &["I19"],
        ),
    ];
    for (name, sql, finds) in plants {
        let (store, folder) = (house().await, tempfile::tempdir().unwrap());
        Ledger::open(folder.path()).unwrap().follow(&store).await.unwrap();
        assert_eq!(broken(folder.path(), &sql), finds, "{name}");
    }
    let (store, folder) = (house().await, tempfile::tempdir().unwrap());
    Ledger::open(folder.path()).unwrap().follow(&store).await.unwrap();
    let channel = "UPDATE accounts SET balance = balance + 1 WHERE class = 'A:CHANNEL:RECV'";
    assert_eq!(broken(folder.path(), channel), ["I1", "I12"]);
}

/// File 05 states so many shares of the fund, so many of them frozen, and so many accounts differ.
fn held(stated: &str, frozen: &str, apart: &str) -> String {
    let sql = include_str!("planted/held.sql").replace("{stated}", stated);
    sql.replace("{frozen}", frozen).replace("{apart}", apart)
}

/// File 25 states so many fen, and so many records or sums break.
fn confirmed(stated: &str, apart: &str) -> String {
    let sql = include_str!("planted/confirmed.sql").replace("{stated}", stated);
    sql.replace("{apart}", apart)
}

fn counted(source: &str, loose: &str) -> String {
    let sql = include_str!("planted/counted.sql").replace("{source}", source);
    sql.replace("{loose}", loose)
}

#[tokio::test]
async fn figures_of_files_and_statements_are_held_against_the_invariants_that_they_are_about() {
    let balance = |fen: &str| include_str!("planted/closing.sql").replace("{balance}", fen);
    let plants: [(&str, String, &[&str]); 12] = [
        ("the same shares", held("60000", "0", "0"), &[]),
        ("other shares, and no account differs", held("59999", "0", "0"), &["I7"]),
        ("other frozen ones", held("60000", "1", "0"), &["I7"]),
        ("other shares of accounts that differ", held("59999", "0", "1"), &[]),
        ("a row without a case", held("60000", "0", "1") + &counted("holdings", "1"), &["I7"]),
        ("the same sums", confirmed("60000", "0"), &[]),
        ("other sums, and nothing breaks", confirmed("59999", "0"), &["I14"]),
        ("other sums where one breaks", confirmed("59999", "1"), &[]),
        (
            "a record without a case",
            confirmed("60000", "1") + &counted("confirmations", "1"),
            &["I14"],
        ),
        ("a price without a case", confirmed("60000", "0") + &counted("fund_days", "1"), &[]),
        ("nothing at the bank", balance("0"), &[]),
        ("a fen at the bank", balance("1"), &["I11"]),
    ];
    for (name, sql, finds) in plants {
        let (store, folder) = (house().await, tempfile::tempdir().unwrap());
        Ledger::open(folder.path()).unwrap().follow(&store).await.unwrap();
        assert_eq!(broken(folder.path(), &sql), finds, "{name}");
    }
}

#[tokio::test]
async fn where_nothing_can_be_written_it_is_made_in_memory() {
    let (store, folder) = (house().await, tempfile::tempdir().unwrap());
    let gone = folder.path().join("sealed");
    fs::create_dir(&gone).unwrap();
    fs::set_permissions(&gone, fs::Permissions::from_mode(0o500)).unwrap();
    if fs::write(gone.join("probe"), "").is_ok() {
        // Whoever may write everywhere meets no such place.
        return;
    }
    let mut ledger = Ledger::open(&gone).unwrap();
    ledger.follow(&store).await.unwrap();
    assert_eq!(trial(&ledger), TRIAL);
    assert_eq!(fs::read_dir(&gone).unwrap().count(), 0);
}

/// So many fen come from the channel, on a natural day and for a T, by an event of that stream.
fn moved((at, stream): (u32, &str), t: &str, day: &str, fen: &str) -> String {
    let sql = include_str!("planted/entry.sql").replace("{at}", &at.to_string());
    let sql = sql.replace("{stream}", stream).replace("{t}", t);
    sql.replace("{day}", day).replace("{fen}", fen)
}

#[tokio::test]
async fn money_is_missed_by_no_settlement_before_two_t_have_followed_its_own() {
    let all_until = settlement("channel", "0", "").replace("02-11", "02-13")
        + &settlement("fund.050002", "0", "").replace("02-11", "02-13");
    let before = settlement("channel", "0", "");
    let order = |at, t, fen| moved((at, "application-APPTX1"), t, t, fen);
    let of_wallet = |at, day| moved((at, "wallet-INV-1.050002"), day, day, "1");
    let in_holiday = || moved((900, "payment-TX1.buy.pay"), "2026-02-13", "2026-02-17", "100");
    let on_three = |fen| {
        let first = order(901, "2026-02-24", fen);
        first + &order(902, "2026-02-25", "1") + &order(903, "2026-02-26", "1")
    };
    let plants: [(&str, String, &[&str]); 4] = [
        (
            "natural days of a holiday are no T",
            before
                + &of_wallet(900, "2026-02-14")
                + &of_wallet(901, "2026-02-15")
                + &of_wallet(902, "2026-02-16"),
            &[],
        ),
        (
            "money of a holiday has the T after it, on which as much goes",
            all_until.clone()
                + &in_holiday()
                + &order(901, "2026-02-24", "-100")
                + &order(902, "2026-02-25", "1")
                + &of_wallet(903, "2026-02-27"),
            &[],
        ),
        (
            "two T have followed, and more has come than gone",
            all_until.clone() + &in_holiday() + &on_three("-99") + &of_wallet(904, "2026-02-27"),
            &["I9"],
        ),
        (
            "two T have followed, and as much has gone",
            all_until + &in_holiday() + &on_three("-100") + &of_wallet(904, "2026-02-27"),
            &[],
        ),
    ];
    for (name, sql, finds) in plants {
        let (store, folder) = (house().await, tempfile::tempdir().unwrap());
        Ledger::open(folder.path()).unwrap().follow(&store).await.unwrap();
        assert_eq!(broken(folder.path(), &sql), finds, "{name}");
    }
}

#[tokio::test]
async fn of_a_t_before_one_that_was_instructed_nothing_is_due() {
    let (store, folder) = (house().await, tempfile::tempdir().unwrap());
    Ledger::open(folder.path()).unwrap().follow(&store).await.unwrap();
    let instructed = settlement("channel", "0", "").replace("02-11", "02-24");
    Connection::open(folder.path().join("ledger.db")).unwrap().execute_batch(&instructed).unwrap();
    let ledger = Ledger::open(folder.path()).unwrap();
    let dues = |t: &str| {
        let dues = ledger.dues(t.parse().unwrap()).unwrap().into_iter();
        dues.map(|it| format!("{} {} {}", it.party, it.receivable, it.payable)).collect::<Vec<_>>()
    };
    // Its settlement was of 1.00 yuan, and 2,000.00 are booked: the rest is due with the next T.
    assert_eq!(dues("2026-02-13"), ["fund.050002 0.00 600.00"]);
    assert_eq!(dues("2026-02-24"), ["fund.050002 0.00 600.00"]);
    assert_eq!(dues("2026-02-25"), ["channel 1999.00 0.00", "fund.050002 0.00 600.00"]);
}
