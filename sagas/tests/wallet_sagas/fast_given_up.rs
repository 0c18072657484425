//! A fast withdrawal that is given up in every way in which it can be, and everything that may be said of
//! it afterwards: the bank has its worth once, or a case says what it has twice.

use crate::{
    fast_withdraw::{asked, request, stage},
    outside::{record, redeemed, rejected, serial},
    stage::{Stage, order, out_no, tx},
};
use fundflow_domain::{
    advance::{self, Advances},
    application::{Application, Applications, FastTransferConfirmed, Outcome},
    case::{self, CaseId, Cases, Closing, How, Kind},
    decider::Decider,
    ids::{ApplicationNo, PaymentNo},
    money::Money,
    orders::Cause,
    postings::{Account, Balances, of_advance},
    text::Text,
};
use fundflow_kernel::{codec, streams::Key};
use fundflow_runtime::{
    message::{Action, Reply},
    process::{Disposed, Disposition},
};
use fundflow_sagas::{
    fast_withdraw::{Command, FastWithdraw},
    ports::{
        advance::{AdvanceAnswer, AdvanceSaid, RepaymentAnswer, notice as bank_notice},
        registrar,
    },
};
use rust_decimal::Decimal;

type Fast = Stage<FastWithdraw>;

/// Who says nothing while it is given up, and the row that a person closes before that.
const POINTS: [Point; 6] = [
    Point { down: "transfer.out", skips: false, ends: &["transfer", "advance"], says: ADVANCES },
    Point { down: "transfer", skips: false, ends: &["transfer", "repayment"], says: TRANSFERS },
    Point { down: "transfer", skips: true, ends: &["transfer", "repayment"], says: TRANSFERS },
    Point { down: "redeem", skips: false, ends: &["repayment", "redemption"], says: REDEMPTIONS },
    Point { down: "redeem", skips: true, ends: &["repayment"], says: REDEMPTIONS },
    Point { down: "transfer.out.repay", skips: false, ends: &["repayment"], says: REPAYMENTS },
];
const ADVANCES: &[Said] = &[Said::Nothing, Said::Advanced, Said::Declined];
const TRANSFERS: &[Said] =
    &[Said::Nothing, Said::Transferred("10000"), Said::Transferred("9000"), Said::NotTransferred];
const REDEMPTIONS: &[Said] =
    &[Said::Nothing, Said::Redeemed("10000"), Said::Redeemed("6000"), Said::NotRedeemed];
const REPAYMENTS: &[Said] =
    &[Said::Nothing, Said::Repaid, Said::Redeemed("6000"), Said::NotRedeemed];

#[derive(Debug, Clone, Copy)]
struct Point {
    down: &'static str,
    skips: bool,
    ends: &'static [&'static str],
    says: &'static [Said],
}

/// What is said after it was given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Said {
    Nothing,
    Advanced,
    Declined,
    Transferred(&'static str),
    NotTransferred,
    Redeemed(&'static str),
    NotRedeemed,
    Repaid,
}

const ALL: [Disposition; 3] = [Disposition::Manual, Disposition::Suspense, Disposition::Refund];

fn ways(ends: &[&'static str]) -> Vec<Vec<(&'static str, Disposition)>> {
    ends.iter().fold(vec![vec![]], |ways, end| {
        let with = |way: &Vec<_>| ALL.map(|what| [way.clone(), vec![(*end, what)]].concat());
        ways.iter().flat_map(with).collect()
    })
}

/// 10,000 of 12,000 shares for cash at once, parked there, and given up so.
fn given_up(point: Point, way: &[(&'static str, Disposition)]) -> Fast {
    let mut stage = stage("02-03 10:00");
    stage.outside.down.insert(point.down.into());
    stage.request(request("10000"), asked());
    stage.run();
    if point.skips {
        stage.act(Action::SkipToLanding { reason: "not known there".into() });
        stage.run();
    }
    let ends: Vec<String> = stage.look().open_ends.iter().map(|it| it.name.to_string()).collect();
    assert_eq!(ends, point.ends, "{point:?}\n{}", stage.text());
    // A month later nobody waits for a due date any more.
    stage.now = stage.now.plus_millis(28 * 86_400_000);
    let reply = stage.abandon_as(way);
    assert!(matches!(reply, Reply::Acted), "{way:?}: {reply:?}");
    stage.run();
    stage
}

fn deliver(stage: &mut Fast, said: Said) {
    let all = |shares: &str| shares.parse().unwrap();
    let bank = |no: &PaymentNo, said| bank_notice(no, said);
    let transfer = || {
        let (serial, amount) = (serial("B-9"), "10000".parse().unwrap());
        advance::Transfer { serial, amount, at: stage.now }
    };
    let no = out_no("transfer");
    let of = |leg| ApplicationNo::of(&order(leg));
    let news = match said {
        Said::Nothing => return,
        Said::Advanced => bank(&no, AdvanceSaid::Advance(AdvanceAnswer::Advanced(transfer()))),
        Said::Declined => {
            let no_limit = Cause::new("61", "not today");
            bank(&no, AdvanceSaid::Advance(AdvanceAnswer::Declined(no_limit)))
        }
        Said::Repaid => bank(&no, AdvanceSaid::Repayment(RepaymentAnswer::Repaid(transfer()))),
        Said::Transferred(shares) => {
            let income = "0".parse().unwrap();
            let it = Outcome::FastTransfer(FastTransferConfirmed { shares: all(shares), income });
            registrar::notice(&of("transfer"), record("c-1", "2026-02-04", true, it))
        }
        Said::Redeemed(shares) => {
            let it = redeemed(all(shares), "0");
            registrar::notice(&of("redeem"), record("c-2", "2026-02-05", true, it))
        }
        Said::NotTransferred => registrar::notice(&of("transfer"), rejected("0002")),
        Said::NotRedeemed => registrar::notice(&of("redeem"), rejected("0002")),
    };
    stage.notice(news);
    stage.run();
}

pub(crate) fn cases(stage: &Fast) -> Vec<(CaseId, case::State)> {
    let opened = stage.events.iter().filter(|it| &*it.event.event_type == "case.opened");
    let ids = opened.map(|it| it.stream.id().parse().unwrap());
    ids.map(|id: CaseId| (id, stage.fold(&Key::<Cases>::of(&id)).state)).collect()
}

fn kinds(stage: &Fast) -> Vec<Kind> {
    cases(stage).iter().map(|(_, state)| state.case().unwrap().kind()).collect()
}

/// A person closes every case, those too that follow from that; a record that may hold does. A case that is opened
/// once more is closed for a reason of its own.
fn close_all(stage: &mut Fast) {
    let mut refusals = Vec::new();
    for nth in 0..8 {
        let open = cases(stage).into_iter().find(|(_, state)| state.is_open());
        let Some((case, _)) = open else { return };
        let manual = How::Manual { text: Text::lossy("settled with the bank") };
        for how in [How::Accepted, manual] {
            let (by, reason) =
                (Text::lossy("chen"), Text::lossy(format!("talked to the bank {nth}")));
            let closing = Box::new(Closing { how, by, reason });
            let reply = stage.command(Command::CloseCase { case, closing });
            if matches!(reply, Reply::Acted) {
                break;
            }
            refusals.push(format!("{case}: {reply:?}"));
        }
        stage.run();
    }
    panic!("cases without end: {refusals:#?}\n{}", stage.text());
}

fn gone(played: &Fast, leg: &'static str) -> Decimal {
    let key = Key::<Applications>::of(&ApplicationNo::of(&order(leg)));
    let state = played.fold(&key).state;
    let said = state.application().into_iter().flat_map(Application::confirmations);
    let shares = said.map(|it| match &it.outcome {
        Outcome::FastTransfer(it) => it.shares.decimal(),
        Outcome::Redemption(it) => it.shares.decimal(),
        other => panic!("{other:?}"),
    });
    shares.sum()
}

/// What the log says that persons have, end by end, as it was named last.
fn named(stage: &Fast, end: &str) -> Option<Disposed> {
    let said = stage.events.iter().filter(|it| it.event.event_type.ends_with(".abandoned"));
    let ends = said.flat_map(|it| {
        let said: serde_json::Value = serde_json::from_str(&it.event.data).unwrap();
        serde_json::from_value::<Vec<Disposed>>(said["ends"].clone()).unwrap()
    });
    ends.filter(|it| *it.name == *end).last()
}

pub(crate) fn advance_of(played: &Fast) -> advance::Advance {
    let state = played.fold(&Key::<Advances>::of(&out_no("transfer"))).state;
    state.advance().unwrap().clone()
}

/// The engine has sent the bank its money, and nobody knows whether it is there.
fn is_on_its_way(played: &Fast) -> bool {
    matches!(advance_of(played).stage, advance::Stage::Repaying { .. })
}

/// Yuan that the customer owes the bank by our books.
fn on_the_books(played: &Fast) -> (Decimal, Decimal) {
    let (mut books, mut state) = (Balances::default(), advance::State::default());
    let key = Key::<Advances>::of(&out_no("transfer"));
    for event in played.events.iter().filter(|it| it.stream == *key.stream()) {
        let new = &event.event;
        let said = codec::decode::<Advances>(&new.event_type, new.schema, &new.data).unwrap();
        for posting in of_advance(&tx("TX-1"), &state, &said).unwrap() {
            books.post(&posting).unwrap();
        }
        state = Advances::evolve(state, &said).unwrap();
    }
    let sum = |of: &Account| {
        let it = books.iter().find(|(account, _)| *account == of);
        it.map_or(Decimal::ZERO, |(_, sum)| sum)
    };
    let bank = Account::BankAdvance("bank-7".parse().unwrap());
    (sum(&Account::Advanced(tx("TX-1"))), -sum(&bank))
}

/// The bank has what it advanced, once: in money, in shares that it keeps, as its own claim, or by hand.
fn the_bank_has_it_once(stage: &Fast, context: &str) {
    let advance = advance_of(stage);
    let paid = advance.paid.as_ref().map_or(Decimal::ZERO, |it| it.amount.decimal());
    let repaid = advance.got_back().unwrap().decimal();
    let retained = gone(stage, "transfer") - gone(stage, "redeem");
    let repayment = named(stage, "repayment");
    let by_hand = repayment.filter(|it| it.disposition != Disposition::Refund);
    let by_hand = by_hand.map_or(Decimal::ZERO, |it| it.worth);
    let claim = advance.recourse.decimal();
    assert_eq!(
        repaid + retained + claim + by_hand,
        paid,
        "repaid {repaid}, kept {retained}, claim {claim}, by hand {by_hand}: {context}"
    );
    // What a person pays by hand is what the books still show; nothing else is.
    let brought = gone(stage, "redeem") - repaid;
    let (owes, is_owed) = on_the_books(stage);
    assert_eq!(owes, is_owed, "{context}");
    if retained + brought <= paid {
        assert_eq!(owes, by_hand, "{context}");
    }
}

#[test]
fn however_it_is_given_up_and_whatever_is_said_then_the_bank_has_its_worth_once() {
    for point in POINTS {
        for way in ways(point.ends) {
            for said in point.says {
                let mut stage = given_up(point, &way);
                let before = stage.events.len();
                let had = (gone(&stage, "transfer"), gone(&stage, "redeem"));
                deliver(&mut stage, *said);
                let context = format!("{point:?} {way:?} {said:?}\n{}", stage.text());
                let moved = had != (gone(&stage, "transfer"), gone(&stage, "redeem"));
                let ended = way.iter().any(|(end, _)| *end == "repayment");
                // A person who pays the bank by hand does it out of what the redemption brought.
                let by_hand = way
                    .iter()
                    .any(|(end, what)| *end == "repayment" && *what != Disposition::Refund);
                let agreed = by_hand && *said == Said::Redeemed("10000") && !point.skips;
                // Whoever gave up the redemption and left the bank its claim knew that it has the shares.
                let known = !by_hand && point.ends.contains(&"redemption");
                let agreed = agreed && way.iter().all(|(_, it)| *it != Disposition::Refund);
                if moved && ended && !known && !agreed {
                    assert!(!kinds(&stage).is_empty(), "nobody hears of it: {context}");
                    let recourse = "advance.recourse";
                    let claims = stage.events[before..].iter();
                    let claims = claims.filter(|it| &*it.event.event_type == recourse).count();
                    assert_eq!(claims, 0, "a claim beside what came: {context}");
                }
                close_all(&mut stage);
                let context = format!("{point:?} {way:?} {said:?}\n{}", stage.text());
                let wallet = stage.wallet();
                let shares = Decimal::from(12000) - gone(&stage, "transfer");
                assert_eq!(wallet.registered().decimal(), shares, "{context}");
                let look = stage.look();
                if !look.finished {
                    // The last word of somebody is still to come, and whoever has the end waits for it.
                    let waits = *said == Said::Nothing || is_on_its_way(&stage);
                    assert!(waits, "{:?} {context}", look.waits);
                    assert!(!look.waits.is_empty() || look.parked.is_some(), "{context}");
                    continue;
                }
                assert_eq!(wallet.available().decimal(), shares, "{context}");
                let declined = way.contains(&("advance", Disposition::Refund));
                if declined && *said == Said::Advanced {
                    assert!(!kinds(&stage).is_empty(), "{context}");
                } else {
                    the_bank_has_it_once(&stage, &context);
                }
            }
        }
    }
}

fn said(figures: &[case::Figure]) -> Vec<String> {
    figures.iter().map(|it| format!("{} {}", it.name, it.value)).collect()
}

fn found(stage: &Fast, kind: Kind) -> Vec<case::Finding> {
    let found = cases(stage).into_iter().map(|(_, state)| state.case().unwrap().clone());
    let found = found.flat_map(|case| case.findings);
    found.filter(|it| it.kind == kind).collect()
}

fn close_first(stage: &mut Fast, how: How) {
    let (by, reason) = (Text::lossy("chen"), Text::lossy("so it is"));
    let case = cases(stage)[0].0;
    let closing = Box::new(Closing { how, by, reason });
    assert!(matches!(stage.command(Command::CloseCase { case, closing }), Reply::Acted));
    stage.run();
}

#[test]
fn shares_that_go_to_a_bank_whose_claim_was_left_to_it_have_a_case_with_all_three_figures() {
    let way = [("transfer", Disposition::Manual), ("repayment", Disposition::Refund)];
    for (shares, held, stands) in [("10000", "10000.00", "0.00"), ("9000", "9000.00", "1000.00")] {
        let mut stage = given_up(POINTS[1], &way);
        deliver(&mut stage, Said::Transferred(shares));
        if stands != "0.00" {
            // Another number than was asked for has a case of its own, which comes first.
            close_first(&mut stage, How::Accepted);
        }
        let all = found(&stage, Kind::BankSettledTwice);
        let [found] = &all[..] else { panic!("{:?}\n{}", kinds(&stage), stage.text()) };
        assert_eq!(
            said(&found.ours),
            [
                "advanced 10000.00 yuan".to_owned(),
                "left to the bank 10000.00 yuan".to_owned(),
                format!("stands {stands} yuan")
            ]
        );
        assert_eq!(
            said(&found.theirs),
            [
                format!("shares with the bank {held} shares"),
                "money that they brought 0.00 yuan".to_owned()
            ]
        );
        assert_eq!(found.disputed.money, held.parse::<Money>().unwrap());
        assert!(!stage.look().finished, "not before a person has seen it");
        assert_eq!(stage.count("advance.recourse") + stage.count("advance.claim_changed"), 0);

        for _ in 0..2 {
            stage.crash();
            stage.run();
        }
        close_all(&mut stage);
        assert!(stage.look().finished, "{}", stage.text());
        let advance = advance_of(&stage);
        let worth = (advance.retained.to_string(), advance.recourse.to_string());
        assert_eq!(worth, (held.to_owned(), stands.to_owned()), "{}", stage.text());
    }
}

#[test]
fn shares_that_go_to_a_bank_that_a_person_is_to_pay_by_hand_make_that_less_and_a_case_says_so() {
    for what in [Disposition::Manual, Disposition::Suspense] {
        let way = [("transfer", Disposition::Manual), ("repayment", what)];
        let mut stage = given_up(POINTS[1], &way);
        deliver(&mut stage, Said::Transferred("10000"));
        let all = found(&stage, Kind::OwedByHand);
        let [found] = &all[..] else { panic!("{:?}\n{}", kinds(&stage), stage.text()) };
        assert_eq!(
            said(&found.ours),
            ["advanced 10000.00 yuan", "named before 10000.00 yuan", "owed by hand 0.00 yuan"]
        );
        assert_eq!(said(&found.theirs)[0], "shares with the bank 10000.00 shares");
        assert_eq!(on_the_books(&stage), (Decimal::ZERO, Decimal::ZERO), "{}", stage.text());
    }
}

#[test]
fn another_word_after_that_leaves_the_bank_its_worth_once() {
    let words = |point: Point| {
        let firsts = point.says.iter().filter(|it| **it != Said::Nothing);
        firsts.flat_map(|first| point.says.iter().map(move |then| (*first, *then)))
    };
    for point in POINTS {
        for way in ways(point.ends) {
            for (first, then) in words(point).filter(|(first, then)| first != then) {
                let mut stage = given_up(point, &way);
                deliver(&mut stage, first);
                close_all(&mut stage);
                deliver(&mut stage, then);
                close_all(&mut stage);
                let context = format!("{point:?} {way:?} {first:?} {then:?}\n{}", stage.text());
                if !stage.look().finished {
                    assert!(is_on_its_way(&stage), "{:?} {context}", stage.look().waits);
                    continue;
                }
                if !way.contains(&("advance", Disposition::Refund)) {
                    the_bank_has_it_once(&stage, &context);
                }
            }
        }
    }
}
