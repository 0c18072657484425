//! Days of a few orders, each about one thing that `fundflow day` promises.

#![expect(clippy::unwrap_used, reason = "a fixture that does not come about is a failed test")]

use crate::common::fundflow;
use serde_json::Value;
use std::{fs, path::Path};
use tempfile::TempDir;

const INVESTORS: &str = "\
investor,account,risk,questionnaire_valid_until,kyc,id_valid_until,same_name_card,customer_type
I-1,A-1,C5,2027-01-31,verified,2035-06-30,yes,individual
I-2,A-2,C5,2027-01-31,verified,2035-06-30,yes,individual
";
const NAVS: &str = "\
fund,date,nav
011162,2026-02-12,0.7421
011162,2026-02-13,0.7388
050027,2026-02-12,1.0523
050027,2026-02-13,1.0526
";
const HEADING: &str = "transaction,time,kind,investor,wallet_fund,fund,target_fund,amount,shares,\
                       mode,of,frequency,start,account";

/// A folder, and the store that it is played into.
struct Stage {
    folder: TempDir,
    store: TempDir,
}

impl Stage {
    /// The shipped funds, with a pair from 011162 into 050027 and a fund 918145 that is raised until
    /// 24 February, until five in the afternoon of each day.
    fn of(orders: &[&str]) -> Self {
        let stage =
            Self { folder: tempfile::tempdir().unwrap(), store: tempfile::tempdir().unwrap() };
        let catalogue = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../catalogue"));
        fs::create_dir(stage.folder.path().join("funds")).unwrap();
        for entry in fs::read_dir(catalogue).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_some_and(|it| it == "toml") {
                let name = path.file_name().unwrap().to_str().unwrap();
                stage.write(&format!("funds/{name}"), &fs::read_to_string(&path).unwrap());
            }
        }
        let wallet = stage.read("funds/000730.toml");
        let pair =
            wallet.split("[[terms.conversions]]").find(|it| it.contains("\"050027\"")).unwrap();
        let target = stage.read("funds/011162.toml");
        stage.write("funds/011162.toml", &format!("{target}\n[[terms.conversions]]{pair}"));
        let raised = stage.read("funds/018145.toml").replace("018145", "918145");
        let raised = raised.replace("status = \"open\"", "status = \"raising\"").replacen(
            "[terms.limits.individual]",
            "[terms.raising]\nfrom = 2026-02-02\nthrough = 2026-02-24\ncut_off = \"17:00:00\"\n\
             founded_on = 2026-02-26\n\n[terms.limits.individual]",
            1,
        );
        let subscription = "subscription = [{ from = \"0\", rate = \"0.01\" }]\npurchase = [";
        stage.write("funds/918145.toml", &raised.replacen("purchase = [", subscription, 1));
        stage.write("investors.csv", INVESTORS);
        stage.write("navs.csv", NAVS);
        stage.write("day.toml", "trade_date = 2026-02-12\nseed = 1\n");
        stage.orders(orders);
        stage
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.folder.path().join(name)
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    /// Rows of `column=value` pairs.
    fn orders(&self, rows: &[&str]) {
        let row = |pairs: &&str| {
            let value = |column: &str| {
                pairs.split(' ').find_map(|pair| pair.strip_prefix(column)?.strip_prefix('='))
            };
            let cells = HEADING.split(',').map(|column| value(column).unwrap_or_default());
            cells.collect::<Vec<_>>().join(",")
        };
        let rows: Vec<_> = rows.iter().map(row).collect();
        self.write("orders.csv", &format!("{HEADING}\n{}\n", rows.join("\n")));
    }

    /// The report of a play.
    fn play(&self) -> Value {
        let folder = self.folder.path().to_str().unwrap();
        let out = fundflow(self.store.path(), &["day", "--no-progress", folder, "-o", "json"]);
        let said = String::from_utf8_lossy(&out.stderr).into_owned();
        serde_json::from_slice(&out.stdout).unwrap_or_else(|error| panic!("{error}: {said}"))
    }

    /// Plays twice; the second play adds nothing and says the same. Returns what the first said.
    fn play_twice(&self) -> Value {
        let first = self.play();
        let again = self.play();
        assert_eq!(again["events_added"], 0, "{again:#}");
        assert_eq!(again["endings"], first["endings"]);
        first
    }

    fn shown(&self, id: &str) -> Value {
        let out = fundflow(self.store.path(), &["saga", "show", id, "-o", "json"]);
        serde_json::from_slice(&out.stdout).unwrap()
    }
}

/// How that row ended, and why.
fn ending<'a>(report: &'a Value, id: &str) -> (&'a str, &'a str) {
    let rows = report["endings"].as_array().unwrap();
    let of_it = |row: &&Value| row["transactions"].as_array().unwrap().iter().any(|it| it == id);
    let row = rows.iter().find(of_it).unwrap_or_else(|| panic!("{id} in {report:#}"));
    (row["ending"].as_str().unwrap(), row["reason"].as_str().unwrap())
}

fn notes(report: &Value) -> Vec<&str> {
    report["remarks"].as_array().unwrap().iter().filter_map(Value::as_str).collect()
}

#[test]
fn whatever_would_go_to_a_registrar_without_a_port_is_refused_by_name_and_nothing_is_charged() {
    let rows = [
        "transaction=D time=10:00 kind=discount_purchase investor=I-1 wallet_fund=000730 \
         target_fund=011162 amount=100",
        "transaction=R time=10:01 kind=recharge investor=I-1 fund=000730 amount=100",
        "transaction=P time=10:02 kind=purchase investor=I-1 fund=011162 amount=100",
        "transaction=S time=10:03 kind=subscription investor=I-1 fund=918145 amount=100",
        "transaction=L time=10:04 kind=plan investor=I-1 fund=011162 amount=100 \
         frequency=daily start=2026-03-01",
        "transaction=G time=10:05 kind=purchase investor=I-1 fund=050027 amount=100",
    ];
    let stage = Stage::of(&rows);
    for fund in ["000891", "050003"] {
        fs::remove_file(stage.path(&format!("funds/{fund}.toml"))).unwrap();
    }
    let bonds = stage.read("funds/050027.toml");
    stage.write("funds/050027.toml", bonds.split("[[terms.conversions]]").next().unwrap());
    for fund in ["000730", "011162", "918145"] {
        let name = format!("funds/{fund}.toml");
        let text = stage.read(&name).replace("registrar = \"own\"", "registrar = \"77\"");
        // Pairs with funds of another registrar are no pairs.
        let mut parts = text.split("[[terms.conversions]]");
        let head = parts.next().unwrap();
        let pair = parts.find(|it| it.contains("\"011162\""));
        let pair = pair.map(|pair| format!("[[terms.conversions]]{pair}"));
        let text = format!("{head}{}", pair.unwrap_or_default());
        stage.write(&name, &text);
    }
    let report = stage.play_twice();

    let missing = |fund: &str| {
        format!(
            "registrar 77 of fund {fund} is called through port ta-77, and no port of that name is \
             registered; registered are advance, bank, day-jobs, statements, ta-05, wallets"
        )
    };
    let later = |fund: &str| missing(fund) + "; once it is, ask for the row again at a later time";
    for (row, fund) in
        [("D", "000730"), ("R", "000730"), ("P", "011162"), ("S", "918145"), ("L", "011162")]
    {
        assert_eq!(ending(&report, row), ("refused", later(fund).as_str()));
    }
    assert_eq!(ending(&report, "G"), ("completed", ""));
    assert_eq!(report["channel"]["debits"], 1, "{report:#}");
    let said = notes(&report).join("\n");
    for fund in ["000730", "011162", "918145"] {
        assert!(said.contains(&missing(fund)), "{said}");
    }

    // Once there is such a registrar, what was refused stays so, and a row of a later time is another one.
    stage.write("day.toml", "trade_date = 2026-02-12\nseed = 1\nregistrars = [\"05\", \"77\"]\n");
    let report = stage.play();
    assert_eq!(ending(&report, "P"), ("refused", later("011162").as_str()));
    let orders = stage.read("orders.csv").replace("10:02", "10:06");
    stage.write("orders.csv", &orders);
    let report = stage.play();
    assert_ne!(ending(&report, "P").0, "refused", "{report:#}");
}

#[test]
fn all_shares_of_a_row_are_the_same_request_whenever_the_folder_is_played() {
    let rows = [
        "transaction=P-1 time=10:00 kind=purchase investor=I-1 fund=011162 amount=5000",
        "transaction=P-2 time=10:01 kind=purchase investor=I-2 fund=011162 amount=5000",
        // What was refused when nothing was held stays refused when something is.
        "transaction=R-0 time=09:30 kind=redemption investor=I-2 fund=011162",
        "transaction=R-9 time=09:31 kind=redemption investor=I-2 fund=011162 shares=1",
        "transaction=W-0 time=10:02 kind=recharge investor=I-1 fund=000730 amount=500",
        "transaction=F-0 time=10:03 kind=recharge investor=I-2 fund=000730 amount=500",
        "transaction=R time=2026-02-13T10:00:00+08:00 kind=redemption investor=I-1 fund=011162",
        "transaction=V time=2026-02-13T10:01:00+08:00 kind=conversion investor=I-2 fund=011162 \
         target_fund=050027",
        "transaction=W time=2026-02-13T10:02:00+08:00 kind=withdraw investor=I-1 fund=000730",
        "transaction=F time=2026-02-13T10:03:00+08:00 kind=fast_withdraw investor=I-2 fund=000730",
        // Shares that come later make the same rows no other requests.
        "transaction=P-3 time=2026-02-13T11:00:00+08:00 kind=purchase investor=I-1 fund=011162 amount=70",
        "transaction=P-4 time=2026-02-13T11:01:00+08:00 kind=purchase investor=I-2 fund=011162 amount=70",
    ];
    let stage = Stage::of(&rows);
    let report = stage.play_twice();

    for (row, ended) in
        [("R", "paid out"), ("V", "completed"), ("W", "paid out"), ("F", "paid out")]
    {
        let (is, why) = ending(&report, row);
        assert!(is == ended || is == "completed", "{row}: {is} {why}");
    }
    for row in ["R-0", "R-9"] {
        assert_eq!(ending(&report, row).0, "refused");
    }
    assert!(stage.shown("R")["summary"].as_str().unwrap().contains("all shares"));
    // Nothing is left to be all of: still the same requests.
    assert_eq!(stage.play()["events_added"], 0);
}

#[test]
fn a_cancel_that_the_registrar_refuses_is_not_done_and_the_saga_says_so() {
    let rows = [
        "transaction=S-1 time=14:00 kind=subscription investor=I-1 fund=918145 amount=100",
        "transaction=S-2 time=14:01 kind=subscription investor=I-1 fund=918145 amount=200",
        "transaction=S-3 time=16:00 kind=subscription investor=I-2 fund=918145 amount=300",
        "transaction=C-1 time=16:10 kind=cancel of=S-1",
        "transaction=C-2 time=16:11 kind=cancel of=S-2",
        "transaction=C-3 time=16:59:59 kind=cancel of=S-3",
        "transaction=C-4 time=17:00 kind=cancel of=S-3",
        "transaction=P-1 time=10:00 kind=purchase investor=I-1 fund=050027 amount=100",
        "transaction=C-5 time=10:30 kind=cancel of=P-1",
    ];
    let stage = Stage::of(&rows);
    let scenario = "[override.S-2]\ncancel = 'refused'\n[override.P-1]\ncancel = 'refused'\n";
    stage.write("scenario.toml", scenario);
    let report = stage.play_twice();

    assert_eq!(ending(&report, "C-1"), ("done", "S-1 is taken back"));
    assert_eq!(ending(&report, "C-3"), ("done", "S-3 is taken back"));
    for (cancel, of) in [("C-2", "S-2"), ("C-5", "P-1")] {
        let says = format!("{of} stands: the registrar does not take it back");
        assert_eq!(ending(&report, cancel), ("not taken back", says.as_str()));
        assert_eq!(ending(&report, of), ("completed", ""));
        let shown = stage.shown(of);
        let lines = shown["timeline"].as_array().unwrap();
        let cancel = lines.iter().find(|line| line["row"] == "cancel").unwrap();
        assert_eq!(cancel["mark"], "rejected", "{cancel}");
    }
}

#[test]
fn a_subscription_belongs_to_its_day_until_its_own_cut_off_on_every_day_of_the_folder() {
    let rows = [
        "transaction=S-1 time=16:59:55 kind=subscription investor=I-1 fund=918145 amount=100",
        "transaction=S-2 time=2026-02-13T15:30:00+08:00 kind=subscription investor=I-1 fund=918145 \
         amount=200",
        "transaction=S-3 time=2026-02-13T16:00:00+08:00 kind=subscription investor=I-2 fund=918145 \
         amount=300",
        "transaction=C-3 time=2026-02-13T16:30:00+08:00 kind=cancel of=S-3",
        "transaction=S-4 time=2026-02-13T17:00:00+08:00 kind=subscription investor=I-2 fund=918145 \
         amount=400",
        "transaction=P time=14:59:59.999 kind=purchase investor=I-1 fund=050027 amount=100",
        "transaction=S-5 time=15:00:00.100 kind=subscription investor=I-1 fund=918145 amount=500",
    ];
    let stage = Stage::of(&rows);
    // The bank's word about S-1 comes after the cut-off; its batch is still open.
    stage.write("scenario.toml", "[override.S-1]\ncharge = 'timeout_paid'\n");
    let report = stage.play_twice();

    assert_eq!(ending(&report, "S-1"), ("completed", ""));
    assert_eq!(stage.shown("S-1")["trade_date"], "2026-02-12");
    assert_eq!(ending(&report, "S-2"), ("completed", ""));
    assert_eq!(stage.shown("S-2")["trade_date"], "2026-02-13");
    assert_eq!(stage.shown("P")["trade_date"], "2026-02-12", "S-5 comes in the same second");
    assert_eq!(ending(&report, "C-3"), ("done", "S-3 is taken back"));
    let bad: Vec<_> = report["bad_rows"].as_array().unwrap().iter().collect();
    let says = "orders.csv:6: time \"2026-02-13T17:00:00+08:00\": belongs to 2026-02-24; this day \
                plays 2026-02-12 and 2026-02-13";
    assert_eq!(bad, [says]);
    assert_eq!(notes(&report), [""; 0], "shares at face value wait for no price");
}

#[test]
fn what_is_said_between_two_days_is_heard_at_its_instant() {
    let rows = ["transaction=P-1 time=10:00 kind=purchase investor=I-1 fund=050027 amount=100"];
    let stage = Stage::of(&rows);
    // 25 days after eight in the morning of T+1: long after everybody has stopped to wait.
    let late = "[override.P-1]\nbuy_confirmation = 'late'\ndelay_s = 2160000\n";
    stage.write("scenario.toml", late);
    let report = stage.play_twice();
    assert_eq!(ending(&report, "P-1").0, "stuck");

    let later = ["transaction=P-2 time=10:00 kind=purchase investor=I-2 fund=050027 amount=100"];
    stage.orders(&later);
    stage.write("day.toml", "trade_date = 2026-03-26\nseed = 1\n");
    stage.write("navs.csv", "fund,date,nav\n050027,2026-03-26,1.0526\n");
    fs::remove_file(stage.path("scenario.toml")).unwrap();
    let report = stage.play_twice();

    assert_eq!(ending(&report, "P-2"), ("completed", ""));
    let shown = stage.shown("P-1");
    assert_eq!(shown["state"], "completed");
    assert_eq!(shown["moved"], "2026-03-10T08:00:00+08:00");
}

#[test]
fn a_price_that_is_missing_is_named_and_one_that_a_fund_keeps_is_not() {
    let rows = [
        "transaction=P-1 time=10:00 kind=purchase investor=I-1 fund=050027 amount=100",
        "transaction=P-2 time=10:01 kind=purchase investor=I-1 fund=011162 amount=100",
        "transaction=P-3 time=2026-02-13T10:00:00+08:00 kind=purchase investor=I-2 fund=011162 amount=100",
    ];
    let stage = Stage::of(&rows);
    let navs = "fund,date,nav\n011162,2026-02-12,0.7421\n050027,2026-02-13,1.0526\n";
    stage.write("navs.csv", navs);
    let report = stage.play();

    let bad: Vec<_> = report["bad_rows"].as_array().unwrap().iter().collect();
    assert_eq!(
        bad,
        ["navs.csv: fund 050027 has no price on 2026-02-12; orders need it: add a row"]
    );
    assert_eq!(notes(&report), ["navs.csv has no price of 050027 on 2026-02-12: 1 order waits"]);
    assert_eq!(ending(&report, "P-3"), ("completed", ""));
}

#[test]
fn requests_of_one_instant_do_not_take_the_same_shares_or_the_same_room() {
    let rows = [
        "transaction=P-1 time=10:00 kind=purchase investor=I-1 fund=050027 amount=1000",
        "transaction=W-0 time=10:00 kind=recharge investor=I-1 fund=000730 amount=500",
        // The most of a day is 5,000,000.00.
        "transaction=L-1 time=10:01 kind=purchase investor=I-2 fund=050027 amount=3000000",
        "transaction=L-2 time=10:01 kind=purchase investor=I-2 fund=050027 amount=3000000",
        "transaction=R-1 time=2026-02-13T10:00:00+08:00 kind=redemption investor=I-1 fund=050027",
        "transaction=R-2 time=2026-02-13T10:00:00+08:00 kind=redemption investor=I-1 fund=050027 \
         shares=10",
        "transaction=W-1 time=2026-02-13T10:00:00+08:00 kind=withdraw investor=I-1 fund=000730",
        "transaction=W-2 time=2026-02-13T10:00:00+08:00 kind=withdraw investor=I-1 fund=000730 \
         shares=10",
        "transaction=F-1 time=2026-02-13T10:00:00+08:00 kind=fast_withdraw investor=I-1 fund=000730 \
         shares=10",
    ];
    let report = Stage::of(&rows).play_twice();

    for taken in ["R-1", "W-1", "L-1"] {
        let (ended, why) = ending(&report, taken);
        assert!(["completed", "paid out"].contains(&ended), "{taken}: {ended} {why}");
    }
    for late in ["R-2", "W-2", "F-1", "L-2"] {
        assert_eq!(ending(&report, late).0, "refused", "{report:#}");
    }
}

#[test]
fn what_reaches_the_registrar_after_the_cut_off_is_priced_on_the_t_of_its_file() {
    let stage = Stage::of(&["transaction=D time=14:59:58 kind=discount_purchase investor=I-1 \
                             wallet_fund=000730 target_fund=011162 amount=1000"]);
    // The call is lost and made again ten seconds later: the next T.
    stage.write("scenario.toml", "[override.D]\nconversion = 'timeout_lost'\n");
    let report = stage.play_twice();

    assert_eq!(ending(&report, "D"), ("completed", ""));
    assert_eq!(report["open_cases"].as_array().unwrap().len(), 0, "{report:#}");
    // 1,000.00 at 0.7388, the price of the 13th.
    assert_eq!(report["shares"][0]["shares"], "1353.55", "{report:#}");
}

#[test]
fn money_comes_from_the_investor_s_own_account_and_goes_back_there_whatever_is_ordered() {
    let rows = [
        "transaction=P-0 time=09:30 kind=purchase investor=I-1 fund=011162 amount=1000 account=A-1",
        "transaction=R-0 time=09:31 kind=recharge investor=I-1 fund=000730 amount=1000",
        "transaction=R time=10:01 kind=recharge investor=I-1 fund=000730 amount=100 account=A-2",
        "transaction=P time=10:02 kind=purchase investor=I-1 fund=011162 amount=100 account=A-2",
        "transaction=S time=10:03 kind=subscription investor=I-1 fund=918145 amount=100 \
         account=A-2",
        "transaction=L time=10:04 kind=plan investor=I-1 fund=011162 amount=100 \
         frequency=daily start=2026-03-02 account=A-2",
        "transaction=E time=2026-02-13T10:00:00+08:00 kind=redemption investor=I-1 fund=011162 \
         shares=100 account=A-2",
        "transaction=W time=2026-02-13T10:00:00+08:00 kind=withdraw investor=I-1 fund=000730 \
         shares=100 account=A-2",
        "transaction=F time=2026-02-13T10:00:00+08:00 kind=fast_withdraw investor=I-1 fund=000730 \
         shares=100 account=A-2",
    ];
    let report = Stage::of(&rows).play_twice();

    for own in ["P-0", "R-0"] {
        assert_eq!(ending(&report, own), ("completed", ""), "{report:#}");
    }
    for other in ["R", "P", "S", "L", "E", "W", "F"] {
        let (ended, why) = ending(&report, other);
        assert_eq!(ended, "refused", "{other}: {why}");
        assert!(why.contains("A-1") && why.contains("A-2"), "{other}: {why}");
    }
}
