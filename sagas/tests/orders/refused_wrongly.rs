//! Rejections whose records do not add up: nothing goes back until their case is closed, by a person or by a
//! record that does; and interest that no money can have earned.

use crate::{
    audited,
    outside::{bought, read, rejected, subscribed},
    purchase,
    stage::Stage,
    subscription,
};
use fundflow_domain::{
    application::{RAISING_FAILED, Rejection, Stated},
    case::{CaseId, Cases, Closing, Disputed, How, Kind},
    ids::ApplicationNo,
    money::{Money, Shares},
    orders::Cause,
    text::Text,
};
use fundflow_kernel::streams::Key;
use fundflow_runtime::message::Reply;
use fundflow_sagas::{
    ports::registrar::{ApplicationAnswer, notice},
    purchase::{Command, Purchase},
};

const NOTHING: Stated =
    Stated { on: None, refund: Money::ZERO, amount: Money::ZERO, shares: Shares::ZERO };

/// On the day on which the fund was to be founded.
pub(crate) const FAILED_AT: &str = "2026-03-05T09:00:00+08:00";

fn stating(interest: &str, stated: Stated) -> ApplicationAnswer {
    let ApplicationAnswer::Rejected(plain) = rejected(interest) else { panic!("a rejection") };
    ApplicationAnswer::Rejected(Rejection { stated: stated.unless_nothing(), ..plain })
}

pub(crate) fn failed(interest: &str, refund: &str, on: &str) -> ApplicationAnswer {
    let said = stating(interest, Stated { on: Some(read(on)), refund: read(refund), ..NOTHING });
    let ApplicationAnswer::Rejected(said) = said else { panic!("a rejection") };
    let cause = Cause::new(RAISING_FAILED, "the raising of the fund has failed");
    ApplicationAnswer::Rejected(Rejection { cause, ..said })
}

/// Under a return code, by a record of that day.
fn refused_on(on: &str) -> Stated {
    Stated { on: Some(read(on)), ..NOTHING }
}

fn purchase_refused(stated: Stated) -> Stage {
    let mut stage = purchase::stage();
    stage.outside.says("P.buy", purchase::CONFIRMED_AT, stating("0", stated));
    stage.request::<Purchase>("P", purchase::request());
    stage.until("02-25 18:00");
    stage
}

pub(crate) fn case_of(stage: &Stage) -> CaseId {
    assert!(stage.has("case.opened"), "{}", stage.text());
    stage.stream_of("case.opened").id().parse().unwrap()
}

fn disputed(stage: &Stage) -> Disputed {
    let found = stage.state(&Key::<Cases>::of(&case_of(stage)));
    Disputed::of(&found.case().unwrap().findings)
}

pub(crate) fn cases(stage: &Stage) -> Vec<CaseId> {
    let opened = stage.events.iter().filter(|it| &*it.event.event_type == "case.opened");
    opened.map(|it| it.stream.id().parse().unwrap()).collect()
}

fn close(stage: &mut Stage, how: How) {
    let case = case_of(stage);
    close_case(stage, case, how);
}

pub(crate) fn answer(stage: &mut Stage, case: CaseId, how: How) -> Reply {
    let (by, reason) = (Text::lossy("chen"), Text::lossy("the registrar was asked"));
    let closing = Box::new(Closing { how, by, reason });
    stage.command::<Purchase>("P", Command::CloseCase { case, closing })
}

pub(crate) fn close_case(stage: &mut Stage, case: CaseId, how: How) {
    let reply = answer(stage, case, how);
    assert!(matches!(reply, Reply::Acted), "{reply:?}\n{}", stage.text());
}

fn refuses(stage: &mut Stage, how: How) -> String {
    let case = case_of(stage);
    match answer(stage, case, how) {
        Reply::Refused(_, why) => why.to_string(),
        other => panic!("{other:?}\n{}", stage.text()),
    }
}

pub(crate) fn waits_unpaid(stage: &Stage) {
    let look = stage.look::<Purchase>("P");
    assert!(look.parked.is_some() && look.ending.is_none(), "{}", stage.text());
    assert!(!stage.has("payment.refund_requested"), "{}", stage.text());
    assert!(!stage.has("payout.requested"), "{}", stage.text());
    adds_up(stage);
}

pub(crate) fn adds_up(stage: &Stage) {
    audited::adds_up(&audited::report(&stage.events, stage.kinds()), || stage.text());
}

pub(crate) fn goes_back(stage: &mut Stage, paid_back: &str) {
    stage.until("03-16 18:00");
    let look = stage.look::<Purchase>("P");
    assert_eq!(look.ending, Some("purchase.rolled_back"), "{}", stage.text());
    assert!(look.finished && look.parked.is_none(), "{}", stage.text());
    assert_eq!(stage.outside.balance(), [read("10000"), read(paid_back)]);
    adds_up(stage);
}

#[test]
fn nothing_goes_back_by_a_rejection_that_confirms_shares_until_a_person_has_seen_it() {
    let confirms = [
        Stated { shares: read("7980.74"), ..NOTHING },
        Stated { amount: read("10000"), ..NOTHING },
        Stated { amount: read("10000"), shares: read("7980.74"), ..NOTHING },
    ];
    for stated in confirms {
        let mut stage = purchase_refused(stated);
        waits_unpaid(&stage);
        assert_eq!(disputed(&stage).money, read("10000"));
        stage.until("03-02 18:00");
        waits_unpaid(&stage);
        close(&mut stage, How::Accepted);
        goes_back(&mut stage, "10000");
    }
}

#[test]
fn a_record_without_figures_closes_the_case_of_one_with_figures_and_a_plain_repetition_does_not() {
    let wrong = || purchase_refused(Stated { shares: read("7980.74"), ..refused_on("2026-02-24") });
    let mut stage = wrong();
    waits_unpaid(&stage);
    let right = stating("0", refused_on("2026-02-26"));
    stage.outside.says("P.buy", "2026-02-26T09:00:00+08:00", right);
    stage.until("02-27 18:00");
    assert!(stage.has("case.closed"), "{}", stage.text());
    goes_back(&mut stage, "10000");

    let mut stage = wrong();
    stage.outside.says("P.buy", "2026-02-26T09:00:00+08:00", rejected("0"));
    stage.until("02-27 18:00");
    waits_unpaid(&stage);
    assert_eq!(cases(&stage).len(), 1, "{}", stage.text());
    close(&mut stage, How::Accepted);
    goes_back(&mut stage, "10000");
}

/// Placed for the 13th, the last T before the 24th, and heard on that day.
#[test]
fn the_day_of_a_rejection_under_a_return_code_is_bounded_as_that_of_other_records() {
    for on in ["2026-02-13", "2026-02-14", "2026-02-25", "2020-01-01"] {
        let mut stage = purchase_refused(refused_on(on));
        waits_unpaid(&stage);
        let found = stage.state(&Key::<Cases>::of(&case_of(&stage)));
        assert_eq!(found.case().unwrap().kind(), Kind::DateOutOfBounds, "{on}");
        let right = stating("0", refused_on("2026-02-24"));
        stage.outside.says("P.buy", "2026-02-26T09:00:00+08:00", right);
        stage.until("02-27 18:00");
        assert!(stage.has("case.closed"), "{on} {}", stage.text());
        goes_back(&mut stage, "10000");
    }
    let mut stage = purchase_refused(refused_on("2026-02-24"));
    assert!(!stage.has("case.opened"), "{}", stage.text());
    goes_back(&mut stage, "10000");
}

#[test]
fn a_confirmation_that_follows_such_a_rejection_holds_and_its_money_is_still_there() {
    let mut stage = purchase_refused(Stated { shares: read("7980.74"), ..NOTHING });
    let right = ["10000", "147.78", "0", "1.2345", "7980.74"];
    stage.outside.says("P.buy", "2026-02-26T09:00:00+08:00", bought("C1", "2026-02-24", right));
    stage.until("02-27 18:00");
    waits_unpaid(&stage);
    assert_eq!(stage.shares("011162").available(), Shares::ZERO, "{}", stage.text());
    // The confirmation ends the first case, and has its own.
    let [first, second] = cases(&stage)[..] else { panic!("{}", stage.text()) };
    let is_open = |case: &CaseId| stage.state(&Key::<Cases>::of(case)).is_open();
    assert_eq!((is_open(&first), is_open(&second)), (false, true), "{}", stage.text());
    close_case(&mut stage, second, How::Accepted);
    stage.until("03-16 18:00");
    let look = stage.look::<Purchase>("P");
    assert_eq!(look.ending, Some("purchase.completed"), "{}", stage.text());
    assert!(look.finished && look.parked.is_none(), "{}", stage.text());
    assert_eq!(stage.shares("011162").available(), read("7980.74"));
    assert_eq!(stage.outside.balance(), [read("10000"), read("0")]);
    adds_up(&stage);
}

#[test]
fn what_is_sent_back_is_what_was_paid() {
    for (refund, differs) in [("400", "9600"), ("10002.35", "2.35")] {
        let mut stage = subscription::subscribed_in_time();
        stage.outside.says("P.buy", FAILED_AT, failed("2.35", refund, "2026-03-05"));
        stage.until("03-06 18:00");
        waits_unpaid(&stage);
        assert_eq!(disputed(&stage).money, read(differs), "{refund}");
        // The corrected record.
        let right = failed("2.35", "10000", "2026-03-06");
        stage.outside.says("P.buy", "2026-03-06T19:00:00+08:00", right);
        stage.until("03-09 18:00");
        assert!(stage.has("case.closed"), "{}", stage.text());
        goes_back(&mut stage, "10002.35");
    }
    let mut stage = subscription::subscribed_in_time();
    stage.outside.says("P.buy", FAILED_AT, failed("2.35", "10000", "2026-03-05"));
    goes_back(&mut stage, "10002.35");
    assert!(!stage.has("case.opened"));
}

#[test]
fn a_raising_fails_on_no_day_on_which_it_cannot_have() {
    let days = [
        ("2020-01-01", FAILED_AT),
        ("2026-02-25", "2026-02-25T09:00:00+08:00"),
        ("2026-03-07", FAILED_AT),
    ];
    for (on, heard) in days {
        let mut stage = subscription::subscribed_in_time();
        stage.outside.says("P.buy", heard, failed("0", "10000", on));
        stage.until("03-05 18:00");
        waits_unpaid(&stage);
        close(&mut stage, How::Accepted);
        goes_back(&mut stage, "10000");
    }
}

#[test]
fn interest_that_money_cannot_have_earned_is_held_and_the_money_goes_back() {
    let sent: [fn() -> ApplicationAnswer; 2] =
        [|| rejected("1000000"), || failed("1000000", "10000", "2026-03-05")];
    for said in sent {
        let mut stage = subscription::subscribed_in_time();
        stage.outside.says("P.buy", FAILED_AT, said());
        goes_back(&mut stage, "10000");
        assert_eq!(disputed(&stage).money, read("1000000"));
        let why = refuses(&mut stage, How::Withdrawn);
        assert!(why.contains("a rejection that stands"), "{why}");
        let why = refuses(&mut stage, How::Accepted);
        assert!(why.contains("close the case as paid by us"), "{why}");
        adds_up(&stage);
        close(&mut stage, How::PaidByUs { amount: read("2.35") });
        stage.until("03-18 18:00");
        assert_eq!(stage.outside.balance(), [read("10000"), read("10002.35")]);
        adds_up(&stage);
    }
}

#[test]
fn shares_for_interest_that_money_cannot_have_earned_are_held() {
    let mut stage = subscription::subscribed_in_time();
    let numbers = ["10000", "118.58", "0", "1000000", "1009881.42", "1000000"];
    stage.outside.says("P.buy", FAILED_AT, subscribed("C1", "2026-03-05", numbers));
    stage.until("03-06 18:00");
    assert!(stage.look::<Purchase>("P").parked.is_some(), "{}", stage.text());
    let held = stage.shares("018145");
    assert_eq!(held.available(), read("9881.42"), "{}", stage.text());
    adds_up(&stage);
    let right = subscribed("C2", "2026-03-06", subscription::NUMBERS);
    stage.outside.says("P.buy", "2026-03-06T19:00:00+08:00", right);
    stage.until("03-16 18:00");
    assert_eq!(stage.look::<Purchase>("P").ending, Some("purchase.completed"), "{}", stage.text());
    assert_eq!(stage.shares("018145").available(), read("9883.77"));
    adds_up(&stage);
}

/// Where the confirmation leaves its case open, that the registrar takes the rejection back is no word on it: it
/// stands again if the confirmation does not hold.
#[test]
fn a_rejection_that_was_overturned_is_not_taken_back_by_its_case() {
    let sums = Stated { amount: read("10000"), shares: read("7980.74"), ..NOTHING };
    let mut stage = purchase::stage();
    stage.request::<Purchase>("P", purchase::request());
    stage.until("02-26 18:00");
    let right = ["10000", "147.78", "0", "1.2345", "7980.74"];
    let no = ApplicationNo::of(&read("P.buy"));
    stage.notice(notice(&no, stating("0", sums)));
    stage.notice(notice(&no, bought("C1", "2026-02-24", right)));
    let [first, second] = cases(&stage)[..] else { panic!("{}", stage.text()) };
    let is_open = |stage: &Stage, case| stage.state(&Key::<Cases>::of(&case)).is_open();
    assert_eq!([first, second].map(|it| is_open(&stage, it)), [true, true], "{}", stage.text());
    let Reply::Refused(_, why) = answer(&mut stage, first, How::Withdrawn) else { panic!("taken") };
    assert!(why.contains("stood until the order was confirmed"), "{why}");

    close_case(&mut stage, second, How::Withdrawn);
    assert!(!stage.has("payment.refund_requested"), "{}", stage.text());
    close_case(&mut stage, first, How::Accepted);
    goes_back(&mut stage, "10000");
}
