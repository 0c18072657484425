//! `fundflow recon` on a day that was played: nothing breaks where nothing was planted, a second run changes nothing, and
//! who dies goes on.

use crate::common::fundflow;
use crate::reconciled::{
    DATE, P1, applied, cases, edit_statement, events, file, json, look, played, set, statement,
    without_file,
};
use fundflow_infrastructure::sqlite::{Settings, SqliteStore};
use serde_json::Value;
use std::{fs, path::Path};

#[test]
fn where_nothing_was_planted_everything_joins_and_a_second_run_changes_nothing() {
    let store = played();
    let before = events(store.path());
    let found = look(store.path());
    assert_eq!(found["breaks"], Value::Array(Vec::new()), "{found:#}");
    assert_eq!((&found["complete"], &found["records_percent"]), (&true.into(), &"100.00 %".into()));
    assert_eq!(found["events_percent"], "100.00 %");
    for source in ["confirmations", "holdings", "fund_days", "settlements", "statement"] {
        let of = &found["coverage"]["sources"][source];
        assert!(of["records"]["all"].as_u64().unwrap() > 0, "{source}: {of}");
        assert!(of["events"]["all"].as_u64().unwrap() > 0, "{source}: {of}");
    }
    applied(store.path());
    applied(store.path());
    assert_eq!(
        events(store.path()),
        before,
        "the day-cut has reconciled it: no figures, and no case"
    );
}

#[test]
fn figures_of_files_are_facts_that_the_invariants_are_held_against() {
    let store = played();
    let said = |invariant: &str| {
        let verdicts = fundflow(store.path(), &["ledger", "check", "-o", "json"]);
        let verdicts: Value = serde_json::from_slice(&verdicts.stdout).unwrap();
        let one = verdicts.as_array().unwrap().iter().find(|it| it["invariant"] == invariant);
        (one.unwrap()["is_checked"].clone(), one.unwrap()["breaks"].clone())
    };
    let holds = || (Value::Bool(true), Value::Array(Vec::new()));
    assert_eq!(said("I11").0, false, "no statement has a closing balance");
    for invariant in ["I7", "I14"] {
        assert_eq!(said(invariant), holds(), "{invariant}: the day-cut has compared it");
    }
    edit_statement(store.path(), &|lines| {
        for line in lines.iter_mut() {
            line.push_str(",1.00");
        }
    });
    let text = fs::read_to_string(statement(store.path())).unwrap();
    let (heading, lines) = text.split_once('\n').unwrap();
    fs::write(statement(store.path()), format!("{heading},balance\n{lines}")).unwrap();
    applied(store.path());
    assert_eq!((said("I7"), said("I14")), (holds(), holds()));
    let (is_checked, breaks) = said("I11");
    assert_eq!(is_checked, true);
    assert!(breaks[0].as_str().unwrap().starts_with("channel.csv of 2026-03-02: +100 fen"));

    without_file(store.path(), "25");
    applied(store.path());
    let last = figures(store.path());
    assert!(!last.contains("\"business\""), "there is no file 25 to hold 04 against: {last}");
    // What has its case is no broken invariant, and stands in the figures all the same.
    let changes = [("AvailableVol", "1.00"), ("TotalVolOfDistributorInTA", "1.00")];
    set(store.path(), "05", ("", "000730"), &changes);
    applied(store.path());
    assert_eq!(said("I7"), holds());
    let last = figures(store.path());
    assert!(last.contains("reconciled_day.compared"), "{last}");
}

/// What was compared last of the day, as the log has it.
#[expect(clippy::unwrap_used, reason = "a day of which nothing was compared is a failed test")]
fn figures(store: &Path) -> String {
    let stream = ["event", "ls", "--stream", "reconciled_day-2026-03-02"];
    json(store, &stream).as_array().unwrap().last().unwrap().to_string()
}

#[test]
fn a_file_that_is_not_there_after_its_time_is_one_break_and_the_day_is_not_complete() {
    let store = played();
    fs::remove_file(statement(store.path())).unwrap();
    let found = look(store.path());
    let breaks = found["breaks"].as_array().unwrap();
    assert_eq!(breaks.len(), 1, "{found:#}");
    assert_eq!((&breaks[0]["kind"], &breaks[0]["source"]), (&"late".into(), &"statement".into()));
    let said = fundflow(store.path(), &["recon", "run", "--date", DATE, "--apply"]);
    assert_eq!(said.status.code(), Some(5));
    assert!(String::from_utf8_lossy(&said.stderr).contains("not complete"));

    fs::remove_dir_all(store.path().join("exchange").join(DATE).join("in")).unwrap();
    let found = look(store.path());
    let of = |source: &str| found["coverage"]["sources"][source]["absent"] == true;
    assert!(of("confirmations") && of("statement"), "{found:#}");
    assert_eq!(found["breaks"].as_array().unwrap().len(), 2);
}

#[test]
fn a_corrected_file_closes_what_it_answers_and_reopens_only_what_it_must() {
    let store = played();
    let path = file(store.path(), "04");
    let sound = fs::read(&path).unwrap();
    set(store.path(), "04", P1, &[("ConfirmedAmount", "4999.99")]);
    let wrong = fs::read(&path).unwrap();
    edit_statement(store.path(), &|lines| lines.retain(|line| !line.contains("P-1")));

    let found = applied(store.path());
    assert_eq!(found["complete"], true, "each break has its case: {found:#}");
    let open = cases(store.path(), &["--open"]);
    assert_eq!(open.len(), 2);
    let amount = open.iter().find(|case| case["short_kind"] == "amount").unwrap();
    assert_eq!(
        (&amount["transaction"], &amount["proposal"]["source"]),
        (&"P-1".into(), &"confirmations".into())
    );
    let after = events(store.path());
    applied(store.path());
    assert_eq!(events(store.path()), after, "the same break is the same case");

    fs::write(&path, &sound).unwrap();
    assert_eq!(applied(store.path())["answered"], 1);
    assert_eq!(cases(store.path(), &["--open"]).len(), 1, "only what it answers");
    let after = events(store.path());
    applied(store.path());
    assert_eq!(events(store.path()), after);

    fs::write(&path, &wrong).unwrap();
    applied(store.path());
    let open = cases(store.path(), &["--open", "--kind", "amount"]);
    assert_eq!((open.len(), &open[0]["case"]), (1, &amount["case"]), "the same case, open again");

    let case = amount["case"].as_str().unwrap();
    let words = [
        "recon",
        "close",
        case,
        "--how",
        "accepted",
        "--reason",
        "a letter",
        "--operator",
        "li",
        "--apply",
    ];
    assert!(fundflow(store.path(), &words).status.success());
    let after = events(store.path());
    assert_eq!(applied(store.path())["complete"], true);
    assert_eq!(events(store.path()), after, "what a person settled stays settled");
}

#[test]
fn a_case_is_assigned_by_somebody_with_a_reason_and_listed_with_its_owner_and_age() {
    let store = played();
    edit_statement(store.path(), &|lines| lines.retain(|line| !line.contains("P-1")));
    applied(store.path());
    let case = cases(store.path(), &[])[0]["case"].as_str().unwrap().to_owned();
    let before = events(store.path());
    let words = [
        "recon",
        "assign",
        &case,
        "--to",
        "li",
        "--reason",
        "knows the bank",
        "--operator",
        "wang",
    ];
    assert!(fundflow(store.path(), &words).status.success());
    assert_eq!(events(store.path()), before, "a look changes nothing");
    assert!(fundflow(store.path(), &[&words[..], &["--apply"]].concat()).status.success());
    assert!(fundflow(store.path(), &[&words[..], &["--apply"]].concat()).status.success());
    assert_eq!(events(store.path()), before + 1);

    let listed = cases(store.path(), &["--owner", "li"]);
    assert_eq!((listed.len(), &listed[0]["owner"]), (1, &"li".into()));
    assert!(listed[0]["age_days"].as_i64().is_some() && listed[0]["overdue"].is_boolean());
    let csv = fundflow(store.path(), &["recon", "ls", "-o", "csv"]);
    let csv = String::from_utf8(csv.stdout).unwrap();
    assert!(csv.starts_with("case,state,source,kind,side,severity,transaction,order,fund,yuan,shares,day,age,due,owner,what,proposed\n"));
    assert!(csv.contains(",statement,missing,ours,high,P-1,"), "{csv}");
    let shown = fundflow(store.path(), &["recon", "show", &case]);
    let shown = String::from_utf8(shown.stdout).unwrap();
    assert!(shown.contains("proposed") && shown.contains("payment-"), "{shown}");
    let audit = fundflow(store.path(), &["audit", "verify"]);
    assert!(audit.status.success(), "{}", String::from_utf8_lossy(&audit.stdout));
}

#[test]
fn the_mornings_page_has_every_figure_and_no_script_or_link() {
    let store = played();
    edit_statement(store.path(), &|lines| {
        lines.push("2026-03-02,10:00:00,<script>x</script>,S,in,7.00,done".to_owned());
    });
    applied(store.path());
    let page = fundflow(store.path(), &["recon", "report", "--date", DATE, "-o", "html"]);
    let page = String::from_utf8(page.stdout).unwrap();
    for figure in
        ["Coverage", "100.00 %", "Trial balance", "Money under way", "extra", "Orders of T"]
    {
        assert!(page.contains(figure), "{figure}: {page}");
    }
    assert!(!page.contains("<script") && !page.contains("http://") && !page.contains("https://"));
    assert!(page.ends_with("</html>\n"));
}

#[test]
fn rules_of_ones_own_are_used_and_a_mistake_in_them_is_named_with_its_line() {
    let store = played();
    set(store.path(), "04", P1, &[("ConfirmedAmount", "4999.99")]);
    let shipped = fundflow(store.path(), &["recon", "rules"]);
    let shipped = String::from_utf8(shipped.stdout).unwrap();
    let path = store.path().join("mine.toml");
    let rules = ["recon", "run", "--date", DATE, "--rules", path.to_str().unwrap()];
    fs::write(&path, shipped.replacen("amount = \"0.00\"", "amount = \"0.01\"", 1)).unwrap();
    assert_eq!(json(store.path(), &rules)["breaks"], Value::Array(Vec::new()));

    fs::write(&path, shipped.replacen("amount = \"0.00\"", "amuont = \"0.00\"", 1)).unwrap();
    let said = fundflow(store.path(), &rules);
    assert_eq!(said.status.code(), Some(2));
    let complaint = String::from_utf8(said.stderr).unwrap();
    let line = 1 + shipped.lines().position(|line| line == "amount = \"0.00\"").unwrap();
    let says = format!("line {line}: confirmations.compare: \"amuont\"");
    assert!(complaint.contains(&says), "{complaint}");
}

#[tokio::test]
async fn beside_an_engine_it_looks_and_to_apply_says_who_has_the_store_and_what_to_do() {
    let store = played();
    let path = store.path().join("events.db");
    let engine = SqliteStore::open(&path, &Settings::default()).unwrap();
    assert_eq!(look(store.path())["complete"], true);
    let said = fundflow(store.path(), &["recon", "run", "--date", DATE, "--apply"]);
    assert_eq!(said.status.code(), Some(1));
    let complaint = String::from_utf8(said.stderr).unwrap();
    let holder = format!("is held by process {} on ", std::process::id());
    assert!(complaint.contains(&holder), "{complaint}");
    assert!(complaint.contains("to apply, stop that engine first"), "{complaint}");
    engine.close().await;
    applied(store.path());
}

/// Lines that belong to nobody: each is a case, in several pages.
const MANY: usize = 700;

#[test]
fn a_run_that_is_killed_goes_on_where_it_was_and_opens_nothing_twice() {
    let store = played();
    edit_statement(store.path(), &|lines| {
        lines.extend(
            (0..MANY).map(|nth| format!("2026-03-02,10:00:00,N-{nth},S-{nth},in,1.00,done")),
        );
    });
    let wal = store.path().join("events.db-wal");
    for _ in 0..3 {
        let mut run = std::process::Command::new(env!("CARGO_BIN_EXE_fundflow"));
        run.arg("--store").arg(store.path()).args(["recon", "run", "--date", DATE, "--apply"]);
        let mut child = run.stdout(std::process::Stdio::null()).spawn().unwrap();
        // As soon as a page may be on its way; whether it arrived is the disk's matter.
        while child.try_wait().unwrap().is_none()
            && fs::metadata(&wal).map_or(0, |it| it.len()) == 0
        {
            std::thread::yield_now();
        }
        let _ = child.kill();
        child.wait().unwrap();
    }
    let found = applied(store.path());
    assert_eq!(found["complete"], true);
    let open = cases(store.path(), &["--open", "--limit", "10000"]);
    assert_eq!(open.len(), MANY);
    assert!(open.iter().all(|case| case["proposal"]["source"] == "statement"));
    let after = events(store.path());
    applied(store.path());
    assert_eq!(events(store.path()), after);
}
