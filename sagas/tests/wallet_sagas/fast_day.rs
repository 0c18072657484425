//! The natural day whose quota cash at once counts towards: that on which it goes out.

use crate::{
    checks::refused,
    fast_withdraw::{asked, request, stage},
    stage::{Stage, at, out_no},
};
use fundflow_domain::{
    advance::Transfer,
    case::{CaseId, Cases, Closing, How, Kind},
    fast_quota::{FastQuota, QuotaKey},
    orders::Cause,
    text::Text,
};
use fundflow_kernel::streams::Key;
use fundflow_runtime::{
    message::{Action, Reply},
    process::Disposition,
};
use fundflow_sagas::{
    fast_withdraw::{Asked, Command, FastWithdraw},
    ports::advance::{AdvanceAnswer, AdvanceSaid, notice},
};

type Fast = Stage<FastWithdraw>;

/// Yuan that count on that day of February.
fn used(played: &Fast, day: &str) -> String {
    let key = QuotaKey {
        investor: "i-1".parse().unwrap(),
        fund: "000730".parse().unwrap(),
        distributor: "shop".parse().unwrap(),
        day: format!("2026-{day}").parse().unwrap(),
    };
    played.fold(&Key::<FastQuota>::of(&key)).state.used().to_string()
}

fn kinds(played: &Fast) -> Vec<Kind> {
    let opened = played.events.iter().filter(|it| &*it.event.event_type == "case.opened");
    let ids = opened.map(|it| it.stream.id().parse::<CaseId>().unwrap());
    ids.map(|id| played.fold(&Key::<Cases>::of(&id)).state.case().unwrap().kind()).collect()
}

fn paid(instant: &str, amount: &str) -> AdvanceSaid {
    let (serial, amount) = ("transfer.out.1".parse().unwrap(), amount.parse().unwrap());
    AdvanceSaid::Advance(AdvanceAnswer::Advanced(Transfer { serial, amount, at: at(instant) }))
}

/// Asked for on the evening of the 3rd, and never heard by the bank before midnight.
fn lost(shares: &str) -> Fast {
    let mut stage = stage("02-03 16:00");
    stage.outside.down.insert("transfer.out".into());
    stage.request(request(shares), asked());
    stage.clock("02-03 23:59");
    assert_eq!(stage.count("advance.advanced"), 0);
    stage
}

/// The bank is there again.
fn found(stage: &mut Fast) {
    stage.outside.down.clear();
    stage.clock("02-04 03:00");
}

#[test]
fn cash_that_the_bank_never_heard_of_goes_out_on_the_next_day_and_counts_on_it() {
    let mut stage = lost("9000");
    assert_eq!((used(&stage, "02-03"), used(&stage, "02-04")), ("9000.00".into(), "0.00".into()));
    found(&mut stage);

    assert_eq!(stage.count("advance.advanced"), 1, "{}", stage.text());
    assert_eq!((used(&stage, "02-03"), used(&stage, "02-04")), ("0.00".into(), "9000.00".into()));
    let more = refused(&stage.request_as("B", request("1001"), asked()));
    assert!(more.contains("1000.00 would fit"), "{more}");
    stage.run();
    assert_eq!(stage.last(), "fast_withdraw.paid_out", "{}", stage.text());
    assert!(stage.look().finished);
}

#[test]
fn where_the_next_day_has_no_room_no_cash_goes_out_and_the_shares_are_free() {
    let mut stage = lost("9000");
    // Decided before the timer of midnight is heard.
    stage.now = at("02-04 00:00:09");
    assert!(matches!(stage.request_as("B", request("2000"), asked()), Reply::Placed { .. }));
    found(&mut stage);
    stage.run();

    assert_eq!(stage.lines.iter().filter(|it| *it == "call transfer.out").count(), 1);
    assert!(stage.lines.contains(&"fast_withdraw.kept_in_wallet".to_owned()), "{}", stage.text());
    assert_eq!(&*stage.look().failure.unwrap().code, "above_day_limit");
    // An hour later the bank is asked once more: the call may have been under way.
    assert!(stage.look().finished, "{}", stage.text());
    assert_eq!(stage.count("advance.declined"), 2, "by us, and by the bank\n{}", stage.text());
    assert_eq!((used(&stage, "02-03"), used(&stage, "02-04")), ("0.00".into(), "2000.00".into()));
    assert_eq!(stage.wallet().available().to_string(), "10000.00");
}

#[test]
fn cash_that_arrives_after_we_have_given_it_up_is_found_and_has_a_case() {
    for (arrives, dies) in [true, false].into_iter().flat_map(|it| [(it, false), (it, true)]) {
        let mut stage = lost("9000");
        stage.now = at("02-04 00:00:09");
        assert!(matches!(stage.request_as("B", request("2000"), asked()), Reply::Placed { .. }));
        stage.outside.down.clear();
        while stage.count("advance.declined") == 0 {
            assert!(stage.ring(), "{}", stage.text());
            stage.settle();
        }
        let look = stage.look();
        assert_eq!(look.ending, Some("fast_withdraw.kept_in_wallet"), "{}", stage.text());
        assert!(!look.finished, "the bank is asked\n{}", stage.text());
        if arrives {
            stage.outside.done.insert("transfer.out".into());
        }
        if dies {
            stage.dies(false);
        }
        let given_up = stage.now;
        // A call may still be under way: whoever does not know of it has said nothing.
        let unknown = AdvanceSaid::Advance(AdvanceAnswer::NotFound);
        stage.notice(notice(&out_no("transfer"), unknown));
        stage.settle();
        assert_eq!(stage.count("advance.declined"), 1, "{}", stage.text());
        stage.lines.clear();
        let ask = "ask transfer.out".to_owned();
        while !stage.lines.contains(&ask) {
            assert!(stage.ring(), "{}", stage.text());
            stage.settle();
        }
        assert!(stage.now >= given_up.plus_millis(3_600_000), "a call may be under way");
        stage.run();
        assert!(!stage.lines.contains(&"call transfer.out".to_owned()), "{}", stage.text());
        assert_eq!(stage.count("case.opened"), usize::from(arrives), "{}", stage.text());
        assert_eq!(stage.count("advance.contested"), usize::from(arrives), "{}", stage.text());
        assert_eq!(stage.count("advance.declined"), if arrives { 1 } else { 2 });
        let free = if arrives { "1000.00" } else { "10000.00" };
        assert_eq!(stage.wallet().available().to_string(), free, "{}", stage.text());
    }
}

#[test]
fn while_nobody_knows_it_counts_on_every_day_on_which_the_cash_may_go_out() {
    let days = ["02-03", "02-04", "02-05", "02-06"];
    let full = |days: [u8; 4]| days.map(|day| if day == 1 { "9000.00" } else { "0.00" }.to_owned());
    let on = |stage: &Fast| days.map(|day| used(stage, day));
    let until_the_fifth = || {
        let mut stage = lost("9000");
        stage.clock("02-05 09:00");
        assert_eq!(on(&stage), full([1, 1, 1, 0]));
        stage
    };
    let mut stage = lost("9000");
    assert_eq!(on(&stage), full([1, 0, 0, 0]));
    stage.clock("02-04 00:00");
    assert_eq!(on(&stage), full([1, 1, 0, 0]));
    let more = refused(&stage.request_as("B", request("1001"), asked()));
    assert!(more.contains("1000.00 would fit"), "{more}");

    // Known at last: the other days have it back.
    let mut on_the_second = until_the_fifth();
    on_the_second.notice(notice(&out_no("transfer"), paid("02-04 10:00", "9000")));
    on_the_second.run();
    assert_eq!(on(&on_the_second), full([0, 1, 0, 0]), "{}", on_the_second.text());
    assert!(kinds(&on_the_second).is_empty() && on_the_second.look().finished);
    let mut on_the_first = until_the_fifth();
    on_the_first.notice(notice(&out_no("transfer"), paid("02-03 16:01", "9000")));
    on_the_first.run();
    assert_eq!(on(&on_the_first), full([1, 0, 0, 0]), "{}", on_the_first.text());
    let mut declined = until_the_fifth();
    let said = AdvanceAnswer::Declined(Cause::new("no", "not today"));
    declined.notice(notice(&out_no("transfer"), AdvanceSaid::Advance(said)));
    declined.run();
    assert_eq!(on(&declined), full([0; 4]), "{}", declined.text());

    // It waits for a person by then, and still counts.
    let mut parked = until_the_fifth();
    parked.clock("02-06 09:00");
    assert!(parked.is_parked(), "{}", parked.text());
    assert_eq!(on(&parked), full([1; 4]), "{}", parked.text());

    let mut stage = until_the_fifth();
    // Given up to a person, it is still not known.
    stage.abandon_with(Disposition::Manual);
    stage.clock("02-06 09:00");
    assert_eq!(on(&stage), full([1; 4]), "{}", stage.text());
}

/// How many later days the promise names that was written last.
fn days_remembered(stage: &Fast) -> usize {
    let mut written = stage.events.iter().filter(|it| it.event.event_type.ends_with(".readmitted"));
    let last: serde_json::Value =
        serde_json::from_str(&written.next_back().unwrap().event.data).unwrap();
    last["admitted"]["counted_on"].as_array().map_or(0, Vec::len)
}

#[test]
fn an_advance_that_nobody_knows_of_for_weeks_remembers_a_week_of_days() {
    let days = ["02-03", "02-04", "02-20", "02-26", "02-27", "03-05", "03-06"];
    let on = |stage: &Fast| days.map(|day| used(stage, day));
    let full = |days: [u8; 7]| days.map(|day| if day == 1 { "9000.00" } else { "0.00" }.to_owned());
    let long = |by_person: bool| {
        let mut stage = lost("9000");
        if by_person {
            stage.abandon_with(Disposition::Manual);
        }
        stage.clock("03-05 09:00");
        // That of its promise, and a week of those on which the cash may still go out.
        assert_eq!(on(&stage), full([1, 0, 0, 0, 1, 1, 0]), "{}", stage.text());
        assert!(days_remembered(&stage) <= 8, "{}", days_remembered(&stage));
        stage
    };
    for mut stage in [long(false), long(true)] {
        let paid = paid("02-20 10:00", "9000");
        stage.notice(notice(&out_no("transfer"), paid));
        stage.run();
        assert_eq!(on(&stage), full([0, 0, 1, 0, 0, 0, 0]), "{}", stage.text());
    }

    // Nothing ran meanwhile.
    let mut stage = lost("9000");
    stage.now = at("03-05 00:00:09");
    stage.clock("03-05 09:00");
    assert_eq!(on(&stage), full([1, 0, 0, 0, 1, 1, 0]), "{}", stage.text());
}

#[test]
fn days_that_began_while_nothing_ran_count_once_and_what_does_not_fit_has_a_case() {
    for fuse in (0..8).map(Some).chain([None]) {
        let mut stage = lost("9000");
        stage.now = at("02-05 00:00:09");
        assert!(matches!(stage.request_as("B", request("2000"), asked()), Reply::Placed { .. }));
        stage.fuse = fuse;
        stage.clock("02-05 00:10");
        stage.fuse = None;
        stage.clock("02-05 00:11");
        let all = ["02-03", "02-04", "02-05"].map(|day| used(&stage, day));
        assert_eq!(all, ["9000.00", "9000.00", "11000.00"], "{fuse:?} {}", stage.text());
        stage.notice(notice(&out_no("transfer"), paid("02-05 00:00:05", "9000")));
        stage.run();
        let all = ["02-03", "02-04", "02-05"].map(|day| used(&stage, day));
        assert_eq!(all, ["0.00", "0.00", "11000.00"], "{fuse:?} {}", stage.text());
        assert_eq!(kinds(&stage), [Kind::FastQuotaExceeded], "{fuse:?} {}", stage.text());
        assert!(stage.look().finished, "{fuse:?} {}", stage.text());
    }
}

#[test]
fn a_death_at_any_append_of_the_move_changes_nothing_of_it() {
    for fuse in 0..12 {
        let mut stage = lost("9000");
        stage.fuse = Some(fuse);
        found(&mut stage);
        stage.fuse = None;
        stage.run();
        assert_eq!(stage.last(), "fast_withdraw.paid_out", "{fuse}: {}", stage.text());
        let both = (used(&stage, "02-03"), used(&stage, "02-04"));
        assert_eq!(both, ("0.00".into(), "9000.00".into()), "{fuse}: {}", stage.text());
    }
}

#[test]
fn cash_that_was_paid_on_another_day_counts_on_that_day() {
    let mut stage = stage("02-03 23:59:59");
    stage.request(request("9000"), asked());
    stage.now = at("02-04 00:00:09");
    stage.answer("transfer.out", paid("02-04 00:00:05", "9000"));
    assert_eq!((used(&stage, "02-03"), used(&stage, "02-04")), ("0.00".into(), "9000.00".into()));
    stage.run();
    assert_eq!(stage.last(), "fast_withdraw.paid_out", "{}", stage.text());
    assert!(kinds(&stage).is_empty() && stage.look().finished);
}

#[test]
fn cash_that_was_paid_above_the_limit_of_its_day_counts_and_has_a_case() {
    for fuse in (0..8).map(Some).chain([None]) {
        let mut stage = stage("02-03 23:59:59");
        stage.request(request("9000"), asked());
        stage.now = at("02-04 00:00:09");
        let reply = stage.request_as("B", request("2000"), asked());
        assert!(matches!(reply, Reply::Placed { .. }), "{reply:?}");
        stage.fuse = fuse;
        stage.notice(notice(&out_no("transfer"), paid("02-04 00:00:05", "9000")));
        stage.fuse = None;
        stage.notice(notice(&out_no("transfer"), paid("02-04 00:00:05", "9000")));
        stage.run();
        let both = (used(&stage, "02-03"), used(&stage, "02-04"));
        assert_eq!(both, ("0.00".into(), "11000.00".into()), "{fuse:?} {}", stage.text());
        assert_eq!(kinds(&stage), [Kind::FastQuotaExceeded], "{fuse:?} {}", stage.text());
        assert!(stage.look().finished, "{fuse:?} {}", stage.text());
    }
}

#[test]
fn an_instant_of_the_bank_that_cannot_be_moves_no_day_and_has_a_case() {
    for paid_at in ["02-02 10:00", "02-28 10:00"] {
        let mut stage = stage("02-03 10:00");
        stage.request(request("9000"), asked());
        stage.answer("transfer.out", paid(paid_at, "9000"));
        assert_eq!(kinds(&stage), [Kind::InstantOutOfBounds], "{paid_at}\n{}", stage.text());
        assert_eq!(used(&stage, "02-03"), "9000.00", "{paid_at}");
        stage.run();
        assert!(stage.look().finished, "{paid_at}\n{}", stage.text());
        assert_eq!(used(&stage, "02-03"), "9000.00", "{paid_at}");
    }
}

#[test]
fn what_was_asked_before_midnight_and_heard_after_it_counts_on_the_day_on_which_it_goes_out() {
    let mut stage = stage("02-04 00:01");
    let asked_at = Asked { at: Some(at("02-03 23:58")), ..asked() };
    stage.request(request("9000"), asked_at);
    stage.settle();
    assert_eq!((used(&stage, "02-03"), used(&stage, "02-04")), ("0.00".into(), "9000.00".into()));
}

#[test]
fn an_advance_that_is_declined_after_it_was_given_up_counts_no_more() {
    for what in [Disposition::Manual, Disposition::Refund] {
        let mut stage = stage("02-03 10:00");
        stage.outside.down.insert("transfer.out".into());
        stage.request(request("9000"), asked());
        stage.run();
        stage.abandon_with(what);
        stage.run();
        let known = what == Disposition::Refund;
        assert_eq!(used(&stage, "02-03"), if known { "0.00" } else { "9000.00" }, "{what:?}");
        let said = AdvanceAnswer::Declined(Cause::new("no", "not today"));
        stage.notice(notice(&out_no("transfer"), AdvanceSaid::Advance(said)));
        stage.run();
        assert_eq!(used(&stage, "02-03"), "0.00", "{what:?}\n{}", stage.text());
        assert!(stage.look().finished);
    }
}

/// Said not to have been paid by a person, who frees the shares; and then the bank says that it was.
fn paid_all_the_same() -> Fast {
    let mut stage = stage("02-03 10:00");
    stage.outside.down.insert("transfer.out".into());
    stage.request(request("9000"), asked());
    stage.settle();
    stage.act(Action::SkipToLanding { reason: "the bank's day file".into() });
    assert_eq!(stage.wallet().available().to_string(), "12000.00");
    assert_eq!(used(&stage, "02-03"), "0.00");
    stage.notice(notice(&out_no("transfer"), paid("02-03 10:00", "9000")));
    stage.run();
    stage
}

#[test]
fn shares_whose_cash_turns_out_to_be_paid_are_not_paid_twice() {
    for how in [How::Accepted, How::Manual { text: Text::lossy("the bank has them") }] {
        let mut stage = paid_all_the_same();
        assert_eq!(stage.count("case.opened"), 1, "{}", stage.text());
        assert_eq!(stage.wallet().available().to_string(), "3000.00", "{}", stage.text());
        assert_eq!(used(&stage, "02-03"), "9000.00", "it is out");
        let said = refused(&stage.request_as("B", request("4000"), asked()));
        assert!(said.contains("4000.00 shares were asked for and 3000.00 are available"), "{said}");

        let case = stage.events.iter().find(|it| &*it.event.event_type == "case.opened").unwrap();
        let case = case.stream.id().parse().unwrap();
        let (by, reason) = (Text::lossy("chen"), Text::lossy("talked to the bank"));
        let closing = Box::new(Closing { how, by, reason });
        let reply = stage.command(Command::CloseCase { case, closing });
        assert!(matches!(reply, Reply::Acted), "{reply:?}");
        stage.run();
        assert_eq!(stage.wallet().available().to_string(), "12000.00", "{}", stage.text());
        assert!(stage.look().finished);
    }
}

#[test]
fn what_the_bank_says_twice_of_such_cash_is_heard_once() {
    let mut stage = paid_all_the_same();
    let before = stage.events.len();
    stage.notice(notice(&out_no("transfer"), paid("02-03 10:00", "9000")));
    stage.run();
    assert_eq!(stage.events.len(), before, "{}", stage.text());
}
