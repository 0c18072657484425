//! The whole engine: the power is cut in a day that is played, and the day goes on.
//!
//! What is on the modelled disk is the store. The counterparties' books, the files exchanged with them and what a
//! day refused are as the dead process left them: the outside world does not forget when our power is cut.

use crate::machine::{Fate, Life, Machine, argument, directory};
use fundflow_kernel::{
    envelope::NewEvent,
    store::{EventStore as _, Position},
};
use fundflow_sqlite::SqliteStore;
use std::{collections::BTreeMap, fs, process::ExitCode};

const INVESTORS: &str = "\
investor,account,risk,questionnaire_valid_until,kyc,id_valid_until,same_name_card,customer_type
I-1,A-1,C5,2027-01-31,verified,2035-06-30,yes,individual
I-2,A-2,C5,2027-01-31,verified,2035-06-30,yes,individual
";
const NAVS: &str = "\
fund,date,nav
011162,2026-02-12,0.7421
011162,2026-02-13,0.7388
";
const ORDERS: &str = "\
transaction,time,kind,investor,wallet_fund,fund,target_fund,amount,mode
R-1,09:30:00,recharge,I-1,,000730,,20000.00,
D-1,10:00:00,discount_purchase,I-1,000730,,011162,1000.00,linked_same_day
D-2,10:01:00,discount_purchase,I-2,000730,,011162,2000.00,next_day
P-1,10:03:00,purchase,I-1,,011162,,400.00,
";
/// Cuts of one day.
const CUTS: u64 = 8;

/// A command of the shipped program, on the modelled store.
pub(crate) fn child() {
    let (typed, place) = (argument(), directory().display().to_string());
    let typed = typed.split('\n').chain(["--store", &place]);
    let registry = fundflow_cli::Registry::shipped();
    let code = fundflow_cli::run(&registry, std::iter::once("fundflow").chain(typed));
    assert_eq!(code, ExitCode::SUCCESS);
}

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a directory");
    for (name, text) in [
        ("day.toml", "trade_date = 2026-02-12\nseed = 1\n"),
        ("investors.csv", INVESTORS),
        ("navs.csv", NAVS),
        ("orders.csv", ORDERS),
    ] {
        fs::write(folder.path().join(name), text).expect("a file");
    }
    folder
}

/// Every event by its place in its stream, with everything that it says.
fn events(machine: &Machine) -> BTreeMap<(String, u64), NewEvent> {
    let store = SqliteStore::open_read_only(machine.directory().join("events.db"));
    let store = store.expect("a store to read");
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    let all = runtime.block_on(store.read_all(Position::START, u32::MAX)).expect("events");
    all.into_iter().map(|it| ((it.stream.to_string(), it.version.0), it.event)).collect()
}

#[test]
fn a_day_goes_on_after_a_cut_at_any_sync_as_if_there_had_been_none() {
    let folder = folder();
    let day = format!("day\n--no-progress\n{}", folder.path().display());
    let Some(undisturbed) = Machine::new() else { return };
    undisturbed.run("day", &day, Fate::Nothing);
    let (syncs, expected) = (undisturbed.journal().len() as u64, events(&undisturbed));
    assert!(syncs > CUTS && expected.len() > 40, "{syncs} syncs, {} events", expected.len());
    let mut counts = std::collections::BTreeSet::new();
    for cut in 0..CUTS {
        let nth = 1 + cut * (syncs - 1) / CUTS;
        let Some(machine) = Machine::new() else { return };
        let life = Life { fate: Fate::CutBefore(nth), torn: (cut % 2 == 1).then_some(cut) };
        assert!(machine.run("day", &day, life).cut, "{nth} of {syncs}");
        let what = machine.journal().pop();
        machine.start_again_beside(|name| !name.starts_with("events.db"));
        if nth > syncs / 4 {
            machine.run("day", "audit\nverify", Fate::Nothing);
            counts.insert(events(&machine).len());
        }
        machine.run("day", &day, Fate::Nothing);
        assert_eq!(events(&machine), expected, "{what:?}");
        machine.run("day", "audit\nverify", Fate::Nothing);
        let again = machine.run("day", &day, Fate::Nothing);
        assert!(again.printed.contains("nothing was left to do"), "{what:?}: {}", again.printed);
    }
    assert!(counts.len() > 3, "the cuts are all at one place: {counts:?}");
}
