//! Days of large orders, and of orders that come late: what is charged, and for which T they are decided.

#![expect(clippy::unwrap_used, reason = "a fixture that does not come about is a failed test")]

use crate::common::fundflow;
use serde_json::Value;
use std::{fmt::Write as _, fs, path::Path};
use tempfile::TempDir;

const HEADING: &str = "transaction,time,kind,investor,wallet_fund,target_fund,fund,amount,mode,\
                       only_today,of,scope,frequency,start\n";
const DAYS: [&str; 6] =
    ["2026-03-02", "2026-03-03", "2026-03-04", "2026-03-05", "2026-03-06", "2026-03-09"];

struct Day {
    store: TempDir,
    folder: TempDir,
}

impl Day {
    fn new() -> Self {
        Self { store: tempfile::tempdir().unwrap(), folder: tempfile::tempdir().unwrap() }
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.folder.path().join(name), text).unwrap();
    }

    /// A fund of the catalogue, with a closure on one day.
    fn closed(&self, fund: &str, day: &str) {
        let path = format!("{}/../catalogue/{fund}.toml", env!("CARGO_MANIFEST_DIR"));
        let terms = fs::read_to_string(Path::new(&path)).unwrap();
        let closure = format!(
            "\n[[terms.closures]]\nfrom = {day}\nthrough = {day}\nstops = \"purchase\"\nnotice = \"x\"\n"
        );
        fs::create_dir_all(self.folder.path().join("funds")).unwrap();
        self.write(&format!("funds/{fund}.toml"), &format!("{terms}{closure}"));
    }

    fn play(&self, day: &str, rows: &str, scenario: &str) -> Value {
        self.play_with(day, rows, scenario, 1)
    }

    /// Without the investors before the first.
    fn play_with(&self, day: &str, rows: &str, scenario: &str, first: usize) -> Value {
        let funds = self.folder.path().join("funds").exists();
        let funds = if funds { "funds = \"added\"\n" } else { "" };
        self.write("day.toml", &format!("trade_date = {day}\nseed = 1\n{funds}"));
        let mut investors = "investor,account,risk,questionnaire_valid_until,kyc,id_valid_until,\
                             same_name_card,customer_type\n"
            .to_owned();
        for nth in first..=6 {
            let rest = "C5,2027-12-31,verified,2040-01-01,yes,individual";
            writeln!(investors, "I-{nth},A-{nth},{rest}").unwrap();
        }
        self.write("investors.csv", &investors);
        let prices = DAYS
            .iter()
            .flat_map(|day| ["011162", "018145"].map(|fund| format!("{fund},{day},1.2345\n")));
        self.write("navs.csv", &format!("fund,date,nav\n{}", prices.collect::<String>()));
        let columns = HEADING.split(',').count();
        let padded = |row: &str| format!("{row}{}\n", ",".repeat(columns - row.split(',').count()));
        let rows: String = rows.lines().map(padded).collect();
        self.write("orders.csv", &format!("{HEADING}{rows}"));
        self.write("scenario.toml", scenario);
        self.json(&["day", "--no-progress", self.folder.path().to_str().unwrap()])
    }

    fn json(&self, words: &[&str]) -> Value {
        let out = fundflow(self.store.path(), &[words, &["-o", "json"]].concat());
        let said = String::from_utf8_lossy(&out.stderr).into_owned();
        serde_json::from_slice(&out.stdout).unwrap_or_else(|error| panic!("{error}: {said}"))
    }

    /// What the registrar confirmed of an order: accepted, fee.
    fn bought(&self, order: &str) -> (String, String) {
        let shown = self.json(&["order", "show", order]);
        let numbers = &shown["confirmations"][0]["outcome"]["purchase"];
        let text = |name: &str| numbers[name].as_str().unwrap_or("-").to_owned();
        (text("amount"), text("fee"))
    }
}

/// How that row ended, and why.
fn ending(report: &Value, id: &str) -> (String, String) {
    let rows = report["endings"].as_array().unwrap();
    let of_it = |row: &&Value| row["transactions"].as_array().unwrap().iter().any(|it| it == id);
    let row = rows.iter().find(of_it).unwrap_or_else(|| panic!("{id} in {report:#}"));
    (row["ending"].as_str().unwrap().to_owned(), row["reason"].as_str().unwrap().to_owned())
}

#[test]
fn the_fee_is_that_of_the_tier_of_the_confirmed_amount() {
    let day = Day::new();
    let report = day.play(
        "2026-03-02",
        "P1,10:00:00,purchase,I-1,,,011162,1000000.00,,,,\n\
         P2,10:01:00,purchase,I-2,,,011162,6000000.00,,,,\n\
         P3,10:02:00,discount_purchase,I-3,000730,011162,,1000000.00,redeem_to_purchase,,,\n\
         P4,10:03:00,purchase,I-4,,,011162,1000000.00,,,,\n",
        "[override.P1]\nbuy_confirmation = \"partial\"\npart_per_mille = 750\n\
         [override.P2]\nbuy_confirmation = \"partial\"\npart_per_mille = 500\n\
         [override.P3]\nbuy_confirmation = \"partial\"\npart_per_mille = 999\n",
    );

    let expected = [
        ("P1.buy", "750000.00", "11083.74"),
        ("P2.buy", "3000000.00", "29702.97"),
        ("P3.target", "999000.00", "14763.55"),
        ("P4.buy", "1000000.00", "11857.71"),
    ];
    for (order, amount, fee) in expected {
        assert_eq!(day.bought(order), (amount.into(), fee.into()), "{order}");
    }
    assert_eq!(day.json(&["case", "ls"]), serde_json::json!([]), "{report:#}");
}

#[test]
fn a_fee_of_the_tier_of_the_amount_asked_for_is_a_case_where_less_was_confirmed() {
    let day = Day::new();
    day.play(
        "2026-03-02",
        "P1,10:00:00,purchase,I-1,,,011162,1000000.00,,,,\n",
        "[override.P1]\nbuy_confirmation = \"wrong_fee\"\n",
    );

    let cases = day.json(&["case", "ls"]);
    assert!(cases.to_string().contains("fee_differs_from_promise"), "{cases:#}");
}

#[test]
fn a_request_that_comes_when_its_t_is_over_is_decided_for_the_t_that_it_can_still_have() {
    let rows = "X,10:00:00,purchase,I-2,,,011162,100.00,,,,\n\
                Y,10:00:00,purchase,I-3,,,011162,100.00,,yes,,\n\
                Z,10:00:00,discount_purchase,I-4,000730,011162,,100.00,linked_same_day,,,\n";
    let before = "B,10:00:00,discount_purchase,I-1,000730,018145,,100.00,next_day,,,\n";
    let over = "no trading day can be named: only T 2026-03-04 was wanted, and it was over when the \
                request came, at 2026-03-05T08:30:00+08:00";
    let stopped =
        "fund 011162 takes no purchases on 2026-03-05: purchase stopped (notice: x)".to_owned();
    for (closed, becomes) in [("2026-03-04", "completed"), ("2026-03-05", "refused")] {
        let day = Day::new();
        day.closed("011162", closed);
        // The store is at 08:30 on 5 March when the rows of the 4th are read.
        day.play("2026-03-03", before, "");
        let report = day.play("2026-03-04", rows, "");

        let said = if becomes == "refused" { stopped.clone() } else { String::new() };
        assert_eq!(ending(&report, "X"), (becomes.into(), said), "closed on {closed}");
        assert_eq!(ending(&report, "Z").0, becomes, "closed on {closed}");
        assert_eq!(ending(&report, "Y"), ("refused".into(), over.into()), "closed on {closed}");
        let debits = if becomes == "refused" { 1 } else { 3 };
        assert_eq!(report["channel"]["debits"], debits, "closed on {closed}");
        assert_eq!(report["channel"]["refunds"], 0, "closed on {closed}");
    }
}

#[test]
fn what_could_not_be_counted_is_refused_before_it_is_charged() {
    let all = "99999999999999.99";
    let day = Day::new();
    let report = day.play(
        "2026-03-02",
        &format!(
            "W1,10:00:00,recharge,I-1,,,050003,{all},,,,\n\
             W2,10:00:01,recharge,I-1,,,050003,0.01,,,,\n\
             W3,10:00:02,discount_purchase,I-1,050003,011162,,1.00,next_day,,,\n"
        ),
        "",
    );

    let why = |amount: &str| {
        format!(
            "fund 050003: {all} shares are there or on their way, and those for {amount} yuan besides are \
             more than the {all} that can be counted; ask for less"
        )
    };
    assert_eq!(ending(&report, "W1").0, "completed");
    assert_eq!(ending(&report, "W2"), ("refused".into(), why("0.01")));
    assert_eq!(ending(&report, "W3"), ("refused".into(), why("1.00")));
    assert_eq!(report["channel"]["debits"], 1);
    let audit = fundflow(day.store.path(), &["audit", "verify"]);
    assert!(audit.status.success(), "{}", String::from_utf8_lossy(&audit.stderr));
}

#[test]
fn an_order_that_was_paid_too_late_and_sent_back_is_found_by_its_investor() {
    let day = Day::new();
    day.closed("011162", "2026-03-03");
    let report = day.play(
        "2026-03-02",
        "L,14:59:30,purchase,I-2,,,011162,100.00,,,,\n",
        "[charge]\ndelay_s = 40\n[override.L]\ncharge = \"late_paid\"\n",
    );
    assert_eq!(ending(&report, "L").0, "rolled back", "{report:#}");

    let rows = day.json(&["order", "ls", "--investor", "I-2"]);
    let row = |field: &str| rows[0][field].as_str().unwrap_or("-").to_owned();
    assert_eq!(
        [row("order"), row("investor"), row("fund"), row("stage")],
        ["L.buy", "I-2", "011162", "paid back"].map(str::to_owned)
    );
    let shown = day.json(&["order", "show", "L.buy"]);
    for field in ["investor", "fund", "stage"] {
        assert_eq!(shown[field], rows[0][field]);
    }
}

#[test]
fn what_the_registrar_says_of_the_whole_is_not_said_of_the_conversion_that_is_taken_back() {
    let day = Day::new();
    let report = day.play(
        "2026-03-02",
        "L,10:00:00,discount_purchase,I-1,000730,011162,,1000.00,linked_same_day,,,\n\
         c,10:00:00,cancel,,,,,,,,L,conversion\n\
         d,10:00:01,cancel,,,,,,,,L,\n",
        "[override.L]\ncancel = \"refused\"\n",
    );

    assert_eq!(ending(&report, "L").0, "kept in wallet");
    let taken_back = "the conversion of L is taken back".to_owned();
    assert_eq!(ending(&report, "c"), ("done".into(), taken_back));
    assert_eq!(ending(&report, "d").0, "taken back in part");
}

#[test]
fn a_conversion_that_is_taken_back_keeps_no_shares_while_the_fee_of_its_purchase_is_in_dispute() {
    let day = Day::new();
    let report = day.play(
        "2026-03-02",
        "L,10:00:00,discount_purchase,I-1,000730,011162,,1000.00,linked_same_day,,,\n\
         c,11:00:00,cancel,,,,,,,,L,conversion\n",
        "[override.L]\nbuy_confirmation = \"wrong_fee\"\n",
    );

    assert_eq!(ending(&report, "L").0, "stuck");
    let wallet = day.json(&["wallet", "show", "I-1"]).to_string();
    for part in ["\"available\":\"985.22\"", "\"reserved\":\"0.00\"", "\"registered\":\"985.22\""] {
        assert!(wallet.contains(part), "{wallet}");
    }
    let audit = fundflow(day.store.path(), &["audit", "verify"]);
    assert!(audit.status.success(), "{}", String::from_utf8_lossy(&audit.stderr));
}

#[test]
fn a_plan_whose_investor_is_not_listed_is_a_mistake_of_the_folder_and_no_miss_of_the_investors() {
    let day = Day::new();
    day.play("2026-03-02", "L,10:00:00,plan,I-1,,,011162,100.00,,,,,daily,2026-03-02\n", "");
    let mut mistakes = Vec::new();
    for t in ["2026-03-03", "2026-03-04", "2026-03-05"] {
        let name = format!("P-{t}");
        let row = format!("{name},10:00:00,purchase,I-2,,,018145,100.00\n");
        let report = day.play_with(t, &row, "", 2);
        mistakes.extend(report["bad_rows"].as_array().unwrap().iter().map(ToString::to_string));
        assert_eq!(ending(&report, &name).0, "completed");
    }

    assert!(mistakes.len() >= 3, "{mistakes:#?}");
    for mistake in mistakes {
        assert!(
            mistake.contains("investors.csv: investor") && mistake.contains("I-1"),
            "{mistake}"
        );
    }
    let plan = day.json(&["saga", "show", "L"]);
    assert_eq!(plan["state"], "open", "three dates in a row would end it: {plan:#}");
}
