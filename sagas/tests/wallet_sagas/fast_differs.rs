//! What the registrar redeemed for the bank is not what it moved to it, in whatever order it says so: the records
//! are booked as they came, a case has both sides' figures, and what came back to the investor is held until a
//! corrected record or a person closes it.

use crate::{
    audited,
    fast_doubted::application,
    fast_given_up::{advance_of, cases},
    fast_overpaid::{Fast, close, closes_all, manual},
    fast_short::left_on_the_books,
    fast_withdraw::{asked, request, stage},
    outside::{record, redeemed},
    stage::order,
};
use fundflow_domain::{
    application::{Ask, FastTransferConfirmed, Outcome},
    case::{Case, CaseId, How, Kind, State},
    ids::ApplicationNo,
};
use fundflow_runtime::message::{Action, Reply};
use fundflow_sagas::ports::registrar;

/// How far it is when the registrar corrects the transfer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Point {
    /// The bank's redemption is placed, and never arrived.
    Unsent,
    /// It arrived, and nobody has said so.
    Unheard,
    /// It was accepted.
    Sent,
    /// It was confirmed, and the fund has not paid yet.
    Redeemed,
    /// What it brought is on its way to the bank, which says nothing.
    OnItsWay,
    /// The bank has it, and all is over.
    Repaid,
}

/// Those at which the registrar has the redemption as it was placed.
pub(crate) const POINTS: [Point; 5] =
    [Point::Unheard, Point::Sent, Point::Redeemed, Point::OnItsWay, Point::Repaid];

/// How what does not add up ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum End {
    Accepted,
    Manual,
    /// The registrar corrects the redemption to what it moved.
    RedeemedLess,
    /// The registrar corrects the transfer to what it was.
    MovedAgain,
}

pub(crate) const ENDS: [End; 4] = [End::Accepted, End::Manual, End::RedeemedLess, End::MovedAgain];

pub(crate) fn at(point: Point) -> Fast {
    let mut stage = stage("02-03 10:00");
    if point <= Point::Unheard {
        stage.outside.down.insert("redeem".into());
    }
    if point == Point::OnItsWay {
        stage.outside.down.insert("transfer.out.repay".into());
    }
    stage.request(request("10000"), asked());
    match point {
        Point::Unsent | Point::Unheard | Point::Sent => stage.clock("02-04 13:00"),
        Point::Redeemed => {
            stage.clock("02-05 10:00");
            redeems(&mut stage, "redeem.c", "10000");
        }
        Point::OnItsWay => stage.clock("02-06 13:00"),
        Point::Repaid => stage.run(),
    }
    if point == Point::Unheard {
        let all = record("redeem.c", "2026-02-05", true, redeemed("10000".parse().unwrap(), "0"));
        stage.outside.done.insert("redeem".into());
        stage.outside.records.insert("redeem".into(), vec![all]);
    }
    let reached = usize::from(point >= Point::Redeemed);
    assert_eq!(stage.count("application.confirmed"), 1 + reached, "{}", stage.text());
    stage
}

pub(crate) fn moves(stage: &mut Fast, serial: &str, shares: &str) {
    let (shares, income) = (shares.parse().unwrap(), "0".parse().unwrap());
    let it = Outcome::FastTransfer(FastTransferConfirmed { shares, income });
    let word = record(serial, "2026-02-04", true, it);
    stage.notice(registrar::notice(&ApplicationNo::of(&order("transfer")), word));
    stage.settle();
}

pub(crate) fn redeems(stage: &mut Fast, serial: &str, shares: &str) {
    let it = redeemed(shares.parse().unwrap(), "0");
    let word = record(serial, "2026-02-05", true, it);
    stage.notice(registrar::notice(&ApplicationNo::of(&order("redeem")), word));
    stage.settle();
}

pub(crate) fn open(stage: &Fast) -> Vec<(CaseId, Case)> {
    let all = cases(stage).into_iter();
    all.filter_map(|(id, state)| match state {
        State::Open(case) => Some((id, *case)),
        State::Absent | State::Closed(..) => None,
    })
    .collect()
}

pub(crate) fn accepts(stage: &mut Fast, case: CaseId) {
    let reply = close(stage, case, How::Accepted);
    assert!(matches!(reply, Reply::Acted), "{reply:?}\n{}", stage.text());
    stage.settle();
}

/// The transfer is corrected to that, and a person accepts it; then everybody speaks who was silent.
pub(crate) fn corrected(point: Point, shares: &str) -> Fast {
    let mut stage = at(point);
    moves(&mut stage, "t-9", shares);
    let contested = open(&stage);
    assert_eq!(contested.len(), 1, "{}", stage.text());
    accepts(&mut stage, contested[0].0);
    speaks_again(&mut stage);
    stage
}

/// Everybody answers who was silent.
pub(crate) fn speaks_again(stage: &mut Fast) {
    stage.outside.down.clear();
    if open(stage).is_empty() && stage.is_parked() {
        stage.act(Action::Resume { reason: "it answers again".into() });
    }
    stage.run();
}

pub(crate) fn adds_up(stage: &Fast, context: &str) {
    let report = audited::report(&stage.events, stage.kinds());
    audited::adds_up(&report, || context.to_owned());
}

/// Everything is settled and nobody is left with anything twice.
pub(crate) fn is_over(stage: &Fast, moved: u32, redeemed: u32, context: &str) {
    let look = stage.look();
    assert!(look.finished, "{:?} {context}", look.waits);
    let wallet = stage.wallet();
    assert!(wallet.disputed().is_zero() && wallet.reserved().is_zero(), "{context}");
    assert_eq!(wallet.registered().to_string(), format!("{}.00", 12000 - moved), "{context}");
    let advance = advance_of(stage);
    assert_eq!(advance.got_back().unwrap().to_string(), format!("{redeemed}.00"), "{context}");
    assert_eq!(left_on_the_books(stage), Vec::<String>::new(), "{context}");
    adds_up(stage, context);
}

fn figures(case: &Case) -> Vec<String> {
    let found = case.findings.last().unwrap();
    let all = found.ours.iter().chain(&found.theirs);
    all.map(|it| format!("{} {}", it.name, it.value)).collect()
}

#[test]
fn a_transfer_that_is_less_than_what_was_redeemed_of_it_has_a_case_and_is_held() {
    for (point, less) in POINTS.iter().flat_map(|point| [(*point, "4000"), (*point, "0")]) {
        let stage = corrected(point, less);
        let context = format!("{point:?} {less}\n{}", stage.text());
        let open = open(&stage);
        assert_eq!(open.len(), 1, "{open:?} {context}");
        let case = &open[0].1;
        let less: u32 = less.parse().unwrap();
        let back = format!("{}.00", 10000 - less);
        if point >= Point::Redeemed {
            assert_eq!(case.kind(), Kind::BankSharesDiffer, "{context}");
            assert_eq!(
                figures(case),
                [
                    "advanced 10000.00 yuan".to_owned(),
                    "asked for 10000.00 shares".to_owned(),
                    format!("transferred {less}.00 shares"),
                    "redeemed 10000.00 shares".to_owned(),
                    "money that they brought 10000.00 yuan".to_owned(),
                ],
                "{context}"
            );
        } else {
            // The record that says too many is the one that came last.
            let kind = case.findings.last().unwrap().kind;
            assert_eq!(kind, Kind::AmountDiffers, "{context}");
            assert_eq!(figures(case), [format!("shares {less}.00"), "shares 10000.00".to_owned()]);
        }
        let disputed = case.findings.last().unwrap().disputed;
        assert_eq!(
            (disputed.shares.to_string(), disputed.money.to_string()),
            (back.clone(), back.clone())
        );
        let (look, wallet) = (stage.look(), stage.wallet());
        assert!(!look.finished && !look.waits.is_empty(), "{context}");
        assert_eq!(wallet.disputed().to_string(), back, "{context}");
        assert_eq!(wallet.available().to_string(), "2000.00", "{context}");
        let sent = usize::from(point >= Point::OnItsWay);
        assert_eq!(stage.count("advance.repayment_requested"), sent, "{context}");
        adds_up(&stage, &context);

        let before = stage.events.len();
        let mut stage = stage;
        for _ in 0..2 {
            stage.crash();
            stage.settle();
            moves(&mut stage, "t-9", &less.to_string());
        }
        assert_eq!(stage.events.len(), before, "it waits\n{}", stage.text());
    }
}

#[test]
fn where_the_transfer_is_none_and_its_redemption_was_never_sent_nothing_is_redeemed() {
    let mut stage = corrected(Point::Unsent, "0");
    closes_all(&mut stage);
    let advance = advance_of(&stage);
    assert_eq!(advance.recourse.to_string(), "10000.00", "{}", stage.text());
    is_over(&stage, 0, 0, &stage.text());
}

fn asked_for(stage: &Fast) -> String {
    let terms = application(stage, "redeem").unwrap().terms;
    let Ask::Redemption { shares, .. } = terms.ask else { panic!("{terms:?}") };
    shares.to_string()
}

#[test]
fn a_redemption_that_was_not_sent_yet_is_of_what_the_bank_really_has() {
    // What the transfer is corrected to, one after the other, and what is redeemed in the end.
    let ways: [(&[&str], u32, u32); 4] = [
        (&["4000"], 4000, 4000),
        (&["4000", "6000"], 6000, 6000),
        (&["4000", "10000"], 10000, 10000),
        (&["4000", "12000"], 12000, 10000),
    ];
    let fuses = || (0..8).map(Some).chain([None]);
    for ((way, moved, redeemed), fuse) in
        ways.into_iter().flat_map(|it| fuses().map(move |n| (it, n)))
    {
        let mut stage = at(Point::Unsent);
        for (nth, shares) in way.iter().enumerate() {
            moves(&mut stage, &format!("t-{}", nth + 9), shares);
            for (case, _) in open(&stage) {
                // A process may die at any of the appends that follow from the closing.
                stage.fuse = fuse;
                close(&mut stage, case, How::Accepted);
                stage.settle();
                stage.fuse = None;
                stage.settle();
                close(&mut stage, case, How::Accepted);
                stage.settle();
            }
        }
        let context = format!("{way:?}\n{}", stage.text());
        assert_eq!(asked_for(&stage), format!("{redeemed}.00"), "{context}");
        stage.crash();
        stage.settle();
        speaks_again(&mut stage);
        let context = format!("{way:?}\n{}", stage.text());
        assert!(
            open(&stage).iter().all(|(_, it)| moved > redeemed || it.kind() == Kind::OwedByHand),
            "{context}"
        );
        closes_all(&mut stage);
        is_over(&stage, moved, redeemed, &context);
    }
}

/// That its front has the order is no record: what it makes of it decides. It redeems what the bank has, and nobody is
/// called; or more than that, and its own record says so at once.
#[test]
fn an_order_that_the_front_has_is_a_case_once_its_record_takes_more_than_the_bank_has() {
    for (redeemed, taken) in [("4000", 4000), ("10000", 10000)] {
        let mut stage = at(Point::Sent);
        moves(&mut stage, "t-9", "4000");
        let contested = open(&stage)[0].0;
        accepts(&mut stage, contested);
        assert_eq!(open(&stage), [], "{}", stage.text());

        stage.clock("02-05 10:00");
        redeems(&mut stage, "redeem.c", redeemed);
        let found = open(&stage);
        let context = format!("{redeemed}\n{}", stage.text());
        if taken == 4000 {
            assert_eq!(found, [], "{context}");
            stage.run();
        } else {
            let said = found.iter().map(|(_, case)| case.kind()).collect::<Vec<_>>();
            assert_eq!(said, [Kind::AmountDiffers], "{context}");
            assert_eq!(stage.wallet().disputed().to_string(), "6000.00", "{context}");
            closes_all(&mut stage);
        }
        is_over(&stage, 4000, taken, &format!("{redeemed}\n{}", stage.text()));
    }
}

#[test]
fn a_corrected_record_or_a_person_ends_it_at_every_point() {
    for (point, end) in POINTS.iter().flat_map(|point| ENDS.map(|end| (*point, end))) {
        let mut stage = corrected(point, "4000");
        let (case, _) = open(&stage)[0].clone();
        let closed =
            |stage: &Fast| !cases(stage).iter().any(|(id, it)| *id == case && it.is_open());
        let (moved, brought) = match end {
            End::Accepted => {
                accepts(&mut stage, case);
                (4000, 10000)
            }
            End::Manual => {
                let reply = close(&mut stage, case, manual());
                assert!(matches!(reply, Reply::Acted), "{reply:?}");
                stage.run();
                (4000, 10000)
            }
            End::RedeemedLess => {
                redeems(&mut stage, "r-9", "4000");
                (4000, 4000)
            }
            End::MovedAgain => {
                moves(&mut stage, "t-10", "10000");
                (10000, 10000)
            }
        };
        let context = format!("{point:?} {end:?}\n{}", stage.text());
        let on_record = end == End::MovedAgain && point < Point::Redeemed;
        assert_eq!(closed(&stage), !on_record, "{context}");
        // What the bank has too much by then, or the redemption that is as it was asked for after all.
        closes_all(&mut stage);
        let context = format!("{point:?} {end:?}\n{}", stage.text());
        is_over(&stage, moved, brought, &context);
    }
}

#[test]
fn a_transfer_that_is_more_than_was_asked_for_leaves_the_bank_shares_that_it_lent_nothing_on() {
    for point in POINTS {
        let stage = corrected(point, "12000");
        let (_, State::Closed(case, _)) = &cases(&stage)[0] else { panic!("{}", stage.text()) };
        let all = case.findings.iter().map(|it| it.disputed.shares.to_string());
        assert_eq!(all.collect::<Vec<_>>(), ["12000.00", "2000.00"], "what was accepted");
        is_over(&stage, 12000, 10000, &format!("{point:?}\n{}", stage.text()));
    }
}

#[test]
fn shares_that_a_bank_keeps_and_lent_nothing_on_have_a_case() {
    let mut stage = at(Point::Sent);
    let Outcome::Redemption(mut it) = redeemed("6000".parse().unwrap(), "0") else { panic!() };
    (it.payout, it.gross) = ("6000.40".parse().unwrap(), "6000.40".parse().unwrap());
    let word = record("r-1", "2026-02-05", true, Outcome::Redemption(it));
    stage.outside.records.insert("redeem".into(), vec![word]);
    stage.run();
    closes_all(&mut stage);
    let context = stage.text();
    let found = cases(&stage).into_iter().map(|(_, it)| it.case().unwrap().findings[0].clone());
    let found: Vec<_> = found.filter(|it| it.kind == Kind::BankSharesDiffer).collect();
    assert_eq!(found.len(), 1, "{context}");
    assert_eq!(found[0].disputed.shares.to_string(), "0.40");
    assert!(stage.look().finished, "{context}");
    adds_up(&stage, &context);
}
