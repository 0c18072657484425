//! Who gives up disposes of every end. What comes late is booked, and its money moves once: by the
//! engine, or by the hand of the person who has it, and then a case says so.

use crate::{
    by_hand,
    outside::{bought, read, received, redeemed, rejected},
    redemption::{self, LOTS, NUMBERS},
    stage::{InHouse, Stage},
    subscription,
};
use fundflow_domain::{
    case::{CaseId, Closing, How},
    ids::{ApplicationNo, PaymentNo},
    payment::Receipt,
    text::Text,
};
use fundflow_runtime::{message::Reply, process::Disposition};
use fundflow_sagas::{
    ports::registrar::{ApplicationAnswer, notice},
    purchase::{self, Purchase},
    redemption::{Command, Redemption},
};
use rust_decimal::Decimal;

const ALL: [Disposition; 3] = [Disposition::Refund, Disposition::Manual, Disposition::Suspense];

/// Where a redemption is when it is given up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum At {
    /// Nobody knows whether the registrar has it.
    Unknown,
    /// The registrar has it.
    Accepted,
    /// A part of it is confirmed, and not paid out yet.
    Portion,
}

fn given_up(at: At, what: Disposition) -> Stage {
    let mut stage = redemption::stage();
    stage.outside.deaf = at == At::Unknown;
    let reply = stage.request::<Redemption>("R", redemption::request());
    assert!(matches!(reply, Reply::Placed { .. }), "{reply:?}");
    stage.until("02-24 10:01");
    if at == At::Portion {
        redemption::huge(&mut stage);
        stage.until("02-26 08:00");
    }
    let reply = stage.abandon_with::<Redemption>("R", what);
    assert!(matches!(reply, Reply::Acted), "{reply:?}");
    stage.outside.deaf = false;
    stage.until("02-26 08:30");
    stage
}

/// The registrar confirms what is left of it after all. Returns what all of its records brought.
fn confirmed_late(stage: &mut Stage, at: At) -> Decimal {
    let (said, brought) = match at {
        At::Portion => {
            let last = ["3000", "1.31", "3930.00", "34.38", "3895.62"];
            (redeemed("C2", "2026-02-26", true, last, &[]), "7816.92")
        }
        At::Unknown | At::Accepted => {
            (redeemed("C1", "2026-02-25", true, NUMBERS, &LOTS), "7808.30")
        }
    };
    deliver(stage, "R.redeem", said);
    stage.until("03-04 18:00");
    read(brought)
}

fn deliver(stage: &mut Stage, order: &str, said: ApplicationAnswer) {
    stage.notice(notice(&ApplicationNo::of(&order.parse().unwrap()), said.clone()));
    let at = stage.now.to_string();
    stage.outside.says(order, &at, said);
}

/// Every case on it is closed: the records hold.
fn accepted(stage: &mut Stage, close: impl Fn(&mut Stage, CaseId, Box<Closing>) -> Reply) {
    let opened = stage.events.iter().filter(|it| &*it.event.event_type == "case.opened");
    let opened: Vec<CaseId> = opened.map(|it| it.stream.id().parse().unwrap()).collect();
    for case in opened {
        let (by, reason) = (Text::lossy("chen"), Text::lossy("the registrar says so"));
        let closing = Closing { how: How::Accepted, by, reason };
        close(stage, case, Box::new(closing));
    }
    stage.until("03-09 18:00");
}

fn redemption_accepted(stage: &mut Stage) {
    accepted(stage, |stage, case, closing| {
        stage.command::<Redemption>("R", Command::CloseCase { case, closing })
    });
}

fn purchase_accepted(stage: &mut Stage) {
    accepted(stage, |stage, case, closing| {
        stage.command::<Purchase>("P", purchase::Command::CloseCase { case, closing })
    });
}

/// What the engine had the bank move to the investor. Yuan.
fn paid(stage: &Stage) -> Decimal {
    stage.outside.balance()[1].decimal()
}

/// Over, and no end is open but what a person has, worth what was named.
fn is_settled<S: InHouse>(stage: &Stage, id: &str) {
    let look = stage.look::<S>(id);
    assert!(look.finished, "{:?}\n{}", look.waits, stage.text());
    let named = by_hand::named(&stage.events);
    for end in &look.open_ends {
        assert_eq!(named.get(&*end.name), Some(&end.worth), "{end:?}\n{}", stage.text());
    }
}

#[test]
fn money_of_a_late_redemption_is_paid_by_the_engine_or_named_as_owed_by_hand_and_never_both() {
    for at in [At::Unknown, At::Accepted, At::Portion] {
        for what in ALL {
            let mut stage = given_up(at, what);
            let brought = confirmed_late(&mut stage, at);
            redemption_accepted(&mut stage);

            let named = by_hand::named(&stage.events);
            let by_hand = named.get("payout").copied().unwrap_or_default();
            let paid = paid(&stage);
            assert_eq!(paid + by_hand, brought, "{at:?} {what:?}\n{}", stage.text());
            let engines = what == Disposition::Refund && at != At::Portion;
            assert_eq!(by_hand.is_zero(), engines, "{at:?} {what:?}\n{}", stage.text());
            let cases = usize::from(!by_hand.is_zero());
            assert_eq!(by_hand::cases(&stage.events).len(), cases, "{at:?} {what:?}");
            is_settled::<Redemption>(&stage, "R");
            assert_eq!(stage.shares("011162").registered(), read("500.55"), "it is booked");
        }
    }
}

#[test]
fn what_is_owed_by_hand_is_named_in_the_words_of_its_end() {
    let mut stage = given_up(At::Portion, Disposition::Manual);
    confirmed_late(&mut stage, At::Portion);
    assert_eq!(
        by_hand::cases(&stage.events),
        ["7816.92 yuan (payout) are owed by hand, where 3921.30 were named before"]
    );

    let mut stage = given_up(At::Accepted, Disposition::Suspense);
    confirmed_late(&mut stage, At::Accepted);
    let came = "7808.30 yuan (payout) are owed by hand: they came of shares, which a person has";
    assert_eq!(by_hand::cases(&stage.events), [came]);
}

#[test]
fn a_death_while_it_is_handed_over_leaves_it_named_once() {
    for fuse in 0..12 {
        let mut stage = given_up(At::Accepted, Disposition::Manual);
        stage.fuse = Some(fuse);
        confirmed_late(&mut stage, At::Accepted);
        stage.fuse = None;
        confirmed_late(&mut stage, At::Accepted);

        assert_eq!(by_hand::cases(&stage.events).len(), 1, "dead after {fuse}\n{}", stage.text());
        assert_eq!(paid(&stage), Decimal::ZERO, "dead after {fuse}");
        is_settled::<Redemption>(&stage, "R");
    }
}

#[test]
fn what_the_registrar_rejects_late_is_free_again_and_nobody_owes_money() {
    for what in ALL {
        let mut stage = given_up(At::Accepted, what);
        deliver(&mut stage, "R.redeem", rejected("0"));
        stage.until("03-04 18:00");

        assert_eq!(stage.shares("011162").available(), read("6500.55"), "{what:?}");
        assert_eq!(by_hand::cases(&stage.events), [""; 0], "{what:?}");
        is_settled::<Redemption>(&stage, "R");
    }
}

/// Accepted by the registrar, and given up.
fn bought_and_given_up(mut stage: Stage, request: purchase::Request, what: Disposition) -> Stage {
    stage.request::<Purchase>("P", request);
    stage.until("02-24 10:00");
    let ends = stage.look::<Purchase>("P").open_ends;
    assert_eq!((ends.len(), &*ends[0].name), (1, "order"), "{}", stage.text());
    stage.abandon_with::<Purchase>("P", what);
    stage.until("02-24 11:00");
    stage
}

#[test]
fn what_is_not_accepted_of_a_purchase_that_was_given_up_is_owed_by_hand() {
    for what in ALL {
        let (stage, request) = (crate::purchase::stage(), crate::purchase::request());
        let mut stage = bought_and_given_up(stage, request, what);
        let part = ["9000", "133.00", "1000", "1.2345", "7182.67"];
        deliver(&mut stage, "P.buy", bought("C1", "2026-02-24", part));
        stage.until("03-02 18:00");
        purchase_accepted(&mut stage);

        assert_eq!(paid(&stage), Decimal::ZERO, "{what:?}\n{}", stage.text());
        assert_eq!(by_hand::named(&stage.events)["order"], read::<Decimal>("1000"), "{what:?}");
        assert_eq!(
            by_hand::cases(&stage.events),
            ["1000.00 yuan (order) are owed by hand, where 10000.00 were named before"],
            "{what:?}"
        );
        assert_eq!(stage.shares("011162").available(), read("7182.67"), "{what:?}");
        is_settled::<Purchase>(&stage, "P");
    }
}

#[test]
fn money_that_was_to_go_back_by_hand_has_a_case_where_all_of_it_became_shares() {
    for what in ALL {
        let (stage, request) = (crate::purchase::stage(), crate::purchase::request());
        let mut stage = bought_and_given_up(stage, request, what);
        deliver(&mut stage, "P.buy", bought("C1", "2026-02-24", crate::purchase::NUMBERS));
        stage.until("03-02 18:00");
        purchase_accepted(&mut stage);

        let cases = by_hand::cases(&stage.events);
        if what == Disposition::Refund {
            let expected = "0.00 yuan (order) are owed by hand, where 10000.00 were named before";
            assert_eq!(cases, [expected], "{}", stage.text());
        } else {
            assert_eq!(cases, [""; 0], "{what:?}");
        }
        assert_eq!(paid(&stage), Decimal::ZERO, "{what:?}");
    }
}

#[test]
fn what_a_failed_raising_earned_is_owed_by_hand_where_the_order_is() {
    for what in [Disposition::Manual, Disposition::Suspense] {
        let mut stage = subscription::stage();
        stage.outside.says("P.buy", "2026-02-24T09:00:00+08:00", received("R1", "2026-02-24"));
        let mut stage = bought_and_given_up(stage, subscription::request(), what);
        deliver(&mut stage, "P.buy", rejected("2.35"));
        stage.until("03-09 18:00");

        let named = by_hand::named(&stage.events);
        assert_eq!(named["order"] + named["interest"], read::<Decimal>("10002.35"), "{what:?}");
        assert!(!stage.has("payout.requested"), "{what:?}\n{}", stage.text());
        assert_eq!(paid(&stage), Decimal::ZERO, "{what:?}");
        assert_eq!(by_hand::cases(&stage.events).len(), 1, "{what:?}\n{}", stage.text());
        is_settled::<Purchase>(&stage, "P");
    }
}

#[test]
fn a_charge_that_comes_late_goes_back_once() {
    for what in ALL {
        let mut stage = crate::purchase::stage();
        stage.silent = true;
        stage.request::<Purchase>("P", crate::purchase::request());
        stage.until("02-13 14:55");
        stage.abandon_with::<Purchase>("P", what);
        stage.silent = false;
        stage.until("03-02 18:00");

        let named = by_hand::named(&stage.events).get("refund1").copied().unwrap_or_default();
        assert_eq!(paid(&stage) + named, read::<Decimal>("10000"), "{what:?}\n{}", stage.text());
        assert_eq!(named.is_zero(), what == Disposition::Refund, "{what:?}");
        is_settled::<Purchase>(&stage, "P");
    }
}

#[test]
fn what_is_owed_after_the_end_can_be_given_up_by_its_name() {
    use fundflow_sagas::ports::bank::{ChargeAnswer, charge_notice};
    let mut stage = crate::purchase::stage();
    stage.request::<Purchase>("P", crate::purchase::request());
    let said = bought("C1", "2026-02-24", crate::purchase::NUMBERS);
    stage.outside.says("P.buy", crate::purchase::CONFIRMED_AT, said);
    stage.until("02-25 18:00");
    assert_eq!(stage.look::<Purchase>("P").ending, Some("purchase.completed"));
    stage.outside.takes_back_nothing = true;
    let no = PaymentNo::pay(&"P.buy".parse().unwrap());
    let receipt = Receipt {
        no: no.clone(),
        serial: read("again"),
        amount: read("10000"),
        paid_at: stage.now,
    };
    stage.notice(charge_notice(&no, ChargeAnswer::Paid(receipt)));
    stage.until("02-26 18:00");
    let parked = stage.look::<Purchase>("P").parked.map(|(row, _)| row.to_string());
    assert_eq!(parked.as_deref(), Some("refund payment"), "{}", stage.text());

    let reply = stage.abandon_with::<Purchase>("P", Disposition::Manual);
    assert!(matches!(reply, Reply::Acted), "{reply:?}");
    stage.until("03-09 18:00");
    let look = stage.look::<Purchase>("P");
    assert_eq!(look.ending, Some("purchase.completed"));
    is_settled::<Purchase>(&stage, "P");
}
