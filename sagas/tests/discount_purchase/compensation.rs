//! A case that is closed as paid by us: the amount goes to the investor's own account, once.

use crate::{
    books::{self, cases},
    checks::{WRONG_CONVERSIONS, WRONG_PURCHASES, disputed, waiting},
    late::closed,
    names::at,
    outside::Fate,
    stage::Stage,
    terms::request,
};
use fundflow_domain::{
    case::{CaseId, How, State},
    ids::PaymentNo,
    modes::ConversionMode as Mode,
    payout::Payouts,
};
use fundflow_kernel::streams::Key;
use fundflow_runtime::message::Reply;
use fundflow_sagas::discount_purchase::{Command, Refusal};

fn paid_by_us() -> How {
    How::PaidByUs { amount: "14.78".parse().unwrap() }
}

fn payout_of(case: CaseId) -> Key<Payouts> {
    Key::of(&PaymentNo::new(format!("case-{case}.out")).unwrap())
}

/// A conversion whose record does not add up, and its case.
fn in_dispute() -> (Stage, CaseId) {
    in_dispute_about(2)
}

fn in_dispute_about(wrong: usize) -> (Stage, CaseId) {
    let mut stage = waiting();
    stage.confirmed("mmf", stage.confirmation("mmf"));
    let (kind, wrong) = WRONG_CONVERSIONS[wrong];
    let said = wrong(stage.confirmation("convert"));
    disputed(&mut stage, "convert", said, kind);
    let case = cases(&stage)[0].case().unwrap().id;
    (stage, case)
}

#[track_caller]
fn is_paid_once(stage: &Stage, case: CaseId) {
    let known = stage.state(&payout_of(case));
    let payout = known.payout().expect("a payout");
    assert_eq!(payout.terms.account.as_str(), "acc-1");
    assert_eq!(payout.terms.compensates, Some(case));
    assert_eq!(payout.paid().unwrap().amount.to_string(), "14.78");
    assert_eq!(stage.types().iter().filter(|it| **it == "payout.paid_out").count(), 1);
    assert!(stage.look().finished, "{}", stage.text());
    assert!(stage.look().open_ends.is_empty());
}

#[test]
fn what_is_paid_by_us_goes_to_the_investors_own_account_once() {
    let (mut stage, case) = in_dispute();
    let reply = stage.command(closed(case, paid_by_us()));
    assert!(matches!(reply, Reply::Acted), "{reply:?}");
    stage.run();
    assert_eq!(stage.look().ending, Some("discount_purchase.completed"), "{}", stage.text());
    is_paid_once(&stage, case);
    let events = stage.events.len();
    stage.command(closed(case, paid_by_us()));
    stage.run();
    assert_eq!(stage.events.len(), events, "a repetition changes nothing");
    is_paid_once(&stage, case);
}

#[test]
fn no_more_is_paid_by_us_than_the_case_is_about() {
    let (mut stage, case) = in_dispute_about(2);
    let how = How::PaidByUs { amount: "14.79".parse().unwrap() };
    let Reply::Refused(refusal, _) = stage.command(closed(case, how)) else { panic!("too much") };
    let said = refusal.downcast_ref::<Refusal>().unwrap().to_string();
    assert!(
        said.starts_with("14.79 yuan are more than the 14.78 that the case is about"),
        "{said}"
    );
    assert!(stage.state(&payout_of(case)).payout().is_none());
    assert!(cases(&stage)[0].is_open());
}

/// A hundred times the shares that were due: the difference is not the investor's to have again.
#[test]
fn nothing_is_paid_by_us_where_the_record_favours_the_investor() {
    let (mut stage, case) = in_dispute_about(0);
    let Reply::Refused(refusal, _) = stage.command(closed(case, paid_by_us())) else {
        panic!("the record favours the investor")
    };
    let said = refusal.downcast_ref::<Refusal>().unwrap().to_string();
    assert!(said.starts_with("nothing is left for us to pay"), "{said}");
    assert!(stage.state(&payout_of(case)).payout().is_none());
    assert!(cases(&stage)[0].is_open());
}

#[test]
fn a_refund_that_was_refused_goes_to_no_other_account_and_the_refusal_says_what_to_do() {
    for mode in [Mode::LinkedSameDay, Mode::NextDay] {
        let mut stage = Stage::at("10:00");
        stage.outside.fate("mmf", [Fate::Refused]);
        stage.outside.fate("mmf.pay.refund1", [Fate::Refused]);
        stage.request(&request(mode));
        stage.run();
        let account = "acc-9".parse().unwrap();
        let redirect = Command::Redirect { account, own_name: true, reason: "closed".into() };
        let Reply::Refused(refusal, _) = stage.command(redirect) else { panic!("{mode:?}") };
        let said = refusal.downcast_ref::<Refusal>().unwrap().to_string();
        assert!(said.starts_with("nothing is being paid out"), "{mode:?}: {said}");
        assert!(said.contains("pay by hand and give it up by its name"), "{mode:?}: {said}");
    }
}

#[test]
fn other_ways_of_closing_pay_nothing() {
    for how in [How::Accepted, How::Withdrawn] {
        let (mut stage, case) = in_dispute();
        stage.command(closed(case, how));
        stage.run();
        assert!(stage.state(&payout_of(case)).payout().is_none());
    }
}

#[test]
fn a_process_that_dies_anywhere_pays_it_once() {
    let (stage, case) = in_dispute();
    let mut whole = stage.clone();
    whole.command(closed(case, paid_by_us()));
    whole.run();
    for fuse in 0..whole.events.len() - stage.events.len() {
        let mut stage = stage.clone();
        stage.fuse = Some(fuse);
        stage.command(closed(case, paid_by_us()));
        stage.run();
        if cases(&stage).iter().any(State::is_open) {
            let reply = stage.command(closed(case, paid_by_us()));
            assert!(matches!(reply, Reply::Acted), "dead after {fuse}: {reply:?}");
            stage.run();
        }
        assert_eq!(stage.look().ending, whole.look().ending, "dead after {fuse}");
        is_paid_once(&stage, case);
        books::always(&stage);
    }
}

#[test]
fn a_bank_that_is_silent_parks_the_day_after_and_a_refused_account_waits_for_another() {
    let (mut stage, case) = in_dispute();
    let name = format!("case-{case}.out");
    stage.outside.down.insert(name.clone());
    stage.command(closed(case, paid_by_us()));
    stage.settle();
    let due = stage.now.date();
    while stage.parked().is_none() && stage.ring() {
        stage.settle();
    }
    assert_eq!(stage.parked().unwrap().0, "pay compensation", "{}", stage.text());
    assert!(stage.now > at("03-02 10:00") && stage.now.date() > due);
    stage.outside.down.clear();
    while !stage.look().finished && stage.ring() {
        stage.settle();
    }
    is_paid_once(&stage, case);

    let (mut stage, case) = in_dispute();
    stage.outside.fate(&name, [crate::outside::Fate::Refused]);
    stage.command(closed(case, paid_by_us()));
    stage.run();
    assert_eq!(stage.parked().unwrap().0, "compensation refused", "{}", stage.text());
    let account = "acc-9".parse().unwrap();
    let redirect = Command::Redirect { account, own_name: true, reason: "closed".into() };
    assert!(matches!(stage.command(redirect), Reply::Acted));
    stage.run();
    let known = stage.state(&payout_of(case));
    assert_eq!(known.payout().unwrap().attempt.account.as_str(), "acc-9");
    assert!(stage.look().finished, "{}", stage.text());
}

/// Two records charge a fee that nobody promised, and we pay both back.
fn two_in_dispute() -> (Stage, [CaseId; 2]) {
    let mut stage = waiting();
    let fee = |(kind, wrong): (_, fn(_) -> _), said| (wrong(said), kind);
    let (said, kind) = fee(WRONG_PURCHASES[2], stage.confirmation("mmf"));
    disputed(&mut stage, "mmf", said, kind);
    let first = cases(&stage)[0].case().unwrap().id;
    let (said, _) = fee(WRONG_CONVERSIONS[2], stage.confirmation("convert"));
    stage.confirmed("convert", said);
    let all = cases(&stage);
    let other = all.iter().map(|it| it.case().unwrap().id).find(|case| *case != first);
    (stage, [first, other.expect("a case of the conversion")])
}

#[test]
fn a_bank_that_is_silent_about_one_of_them_keeps_back_none_of_the_others() {
    for silent in [0, 1] {
        let (mut stage, all) = two_in_dispute();
        stage.outside.down.insert(format!("case-{}.out", all[silent]));
        for case in all {
            let reply = stage.command(closed(case, paid_by_us()));
            assert!(matches!(reply, Reply::Acted), "{reply:?}");
        }
        let day = stage.now.date();
        stage.settle();
        let paid = |stage: &Stage, nth: usize| {
            stage.state(&payout_of(all[nth])).payout().is_some_and(|it| it.paid().is_some())
        };
        assert!(paid(&stage, 1 - silent), "{}", stage.text());
        assert!(!paid(&stage, silent) && stage.now.date() == day, "{}", stage.text());
        stage.outside.down.clear();
        while !stage.look().finished && stage.ring() {
            stage.settle();
        }
        assert!(paid(&stage, silent), "{}", stage.text());
        assert_eq!(stage.types().iter().filter(|it| **it == "payout.paid_out").count(), 2);
        books::always(&stage);
    }
}
