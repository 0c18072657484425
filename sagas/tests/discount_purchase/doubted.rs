//! Random runs in which the registrar contradicts itself and people close cases in every way, give up
//! and take back: no share is available twice, nothing is reserved without an owner, and what the
//! register said is booked.

use crate::{
    audited,
    books::{self, cases},
    held::{holding, wallet_key},
    late::closed,
    names::{ORDERS, order, tx},
    random::{Event, event, happen},
    stage::Stage,
    terms::request,
};
use fundflow_domain::{
    application::{Applications, Confirmation, Outcome},
    case::{Closing, How},
    ids::ApplicationNo,
    modes::ConversionMode as Mode,
    money::{ShareRounding, Shares},
    text::Text,
    wallet::{Credit, Reservation},
};
use fundflow_kernel::streams::Key;
use fundflow_runtime::{
    liveness::Wait,
    message::{Action, Reply},
    process::Disposition,
};
use fundflow_sagas::discount_purchase::Command;
use proptest::prelude::*;

#[derive(Debug, Clone)]
enum Doubt {
    /// Whatever may happen to anybody.
    Any(Event),
    /// The registrar confirms an order unasked: whole or half, under that serial.
    Confirms(usize, bool, u8),
    /// The case that was opened as the `nth` is closed in that way.
    Closes(usize, u8),
    AbandonsWith(Disposition),
}

fn doubts() -> impl Strategy<Value = Doubt> {
    let what =
        prop::sample::select(vec![Disposition::Refund, Disposition::Manual, Disposition::Suspense]);
    prop_oneof![
        6 => event().prop_map(Doubt::Any),
        3 => (0..ORDERS.len(), any::<bool>(), 0..2_u8)
            .prop_map(|(order, whole, serial)| Doubt::Confirms(order, whole, serial)),
        3 => (0..3_usize, 0..3_u8).prop_map(|(nth, how)| Doubt::Closes(nth, how)),
        1 => what.prop_map(Doubt::AbandonsWith),
    ]
}

fn halved(shares: Shares) -> Shares {
    Shares::new((shares.decimal() / rust_decimal::Decimal::TWO).round_dp(2)).unwrap()
}

/// The registrar took half of it.
pub(crate) fn halve(said: &mut Confirmation) {
    match &mut said.outcome {
        Outcome::Purchase(it) => {
            it.shares = halved(it.shares);
            let part = it.shares.value_half_up(it.nav).unwrap();
            it.refund = it.amount.minus(part).unwrap();
            it.amount = part;
        }
        Outcome::Conversion(it) => {
            it.shares_out = halved(it.shares_out);
            it.net_in = it.shares_out.value_half_up(it.nav_out).unwrap();
            it.shares_in = it.net_in.shares_at(it.nav_in, ShareRounding::HalfUp).unwrap();
        }
        Outcome::Redemption(_) | Outcome::Subscription(_) | Outcome::FastTransfer(_) => {}
    }
}

pub(crate) fn confirms(stage: &mut Stage, name: &str, whole: bool, serial: u8) {
    let key: Key<Applications> = Key::of(&ApplicationNo::of(&order(name)));
    if stage.state(&key).application().is_none() {
        return;
    }
    let mut said = stage.confirmation(name);
    said.serial = format!("{name}.x{serial}").parse().unwrap();
    if !whole {
        halve(&mut said);
    }
    stage.confirmed(name, said);
}

pub(crate) fn closes(stage: &mut Stage, nth: usize, how: u8) {
    let known = cases(stage);
    let Some(case) = known.get(nth).and_then(|it| it.case()) else { return };
    let how = match how {
        0 => How::Accepted,
        1 => How::Withdrawn,
        _ => How::Manual { text: Text::lossy("settled by telephone") },
    };
    // What was overturned is not closed with the same words again.
    let reason = Text::lossy(format!("after {} events", stage.events.len()));
    let closing = Box::new(Closing { how, by: Text::lossy("chen"), reason });
    let case = case.id;
    stage.command(Command::CloseCase { case, closing });
}

/// Nothing is there twice, at any point.
fn sound(stage: &Stage) {
    let wallet = stage.state(&wallet_key());
    let undisputed = wallet.registered().minus(wallet.disputed()).unwrap_or_default();
    assert!(wallet.available() <= undisputed, "{wallet:?}\n{}", stage.text());
    if stage.types().iter().any(|it| it.starts_with("discount_purchase.")) {
        books::always(stage);
    }
}

/// Whoever is over has nothing reserved, and what the register said is booked.
pub(crate) fn over(stage: &Stage) {
    let entry = stage.state(&wallet_key()).entry(&tx("TX-1"));
    assert!(entry.reservation.open().is_none(), "{}", stage.text());
    assert!(!matches!(entry.credit, Credit::InTransit(_)), "{}", stage.text());
    let said = |name: &str, of: fn(&Outcome) -> Shares| {
        let key: Key<Applications> = Key::of(&ApplicationNo::of(&order(name)));
        let known = stage.state(&key);
        let all = known.application().into_iter().flat_map(|it| it.confirmations().cloned());
        let all: Vec<_> = all.collect();
        all.iter().fold(Shares::ZERO, |sum, it| sum.plus(of(&it.outcome)).unwrap())
    };
    let credited = match entry.credit {
        Credit::Confirmed(shares) | Credit::Arriving { there: shares, .. } => shares,
        Credit::None | Credit::InTransit(_) | Credit::Reversed => Shares::ZERO,
    };
    // What the register took and nobody has is named, and with a person.
    let missing = crate::by_hand::named(&stage.events).get("missing").copied().unwrap_or_default();
    let decimal = Shares::decimal;
    let spent = match entry.reservation {
        Reservation::Spent(shares) => shares,
        Reservation::None
        | Reservation::Held(_)
        | Reservation::Leaving { .. }
        | Reservation::Released => Shares::ZERO,
    };
    let out = |outcome: &Outcome| match outcome {
        Outcome::Conversion(it) => it.shares_out,
        Outcome::Purchase(_)
        | Outcome::Redemption(_)
        | Outcome::Subscription(_)
        | Outcome::FastTransfer(_) => Shares::ZERO,
    };
    let (bought, left) = (said("mmf", Outcome::registered), said("convert", out));
    assert_eq!(
        decimal(bought) - decimal(left),
        decimal(credited) - decimal(spent) - missing,
        "{entry:?}, and {missing} missing\n{}",
        stage.text()
    );
}

/// A person takes over whatever keeps it, and at last says that nothing more will come.
fn given_up(stage: &mut Stage) {
    for what in [Disposition::Manual, Disposition::Refund, Disposition::Manual] {
        if stage.look().finished {
            return;
        }
        stage.abandon_with(what);
        stage.run();
        for nth in 0..cases(stage).len() {
            closes(stage, nth, 0);
            stage.run();
        }
        if stage.is_parked() {
            stage.act(Action::Resume { reason: "a person looked".into() });
            stage.run();
        }
    }
    // What is missing is waited for until its case is closed, in the one way that there is.
    for nth in 0..cases(stage).len() {
        closes(stage, nth, 2);
        stage.run();
    }
}

/// The purchase is confirmed before its T is complete, which is a case.
fn doubtful() -> Stage {
    let mut stage = Stage::at("10:00");
    stage.request(&request(Mode::LinkedSameDay));
    for _ in 0..3 {
        happen(&mut stage, &Event::Answer(0));
    }
    confirms(&mut stage, "mmf", true, 0);
    stage
}

#[test]
fn a_closing_that_is_refused_takes_no_record_back() {
    let mut stage = doubtful();
    closes(&mut stage, 0, 0);
    stage.run();
    let before = stage.types().len();

    let case = cases(&stage)[0].case().unwrap().id;
    let reply = stage.command(closed(case, How::Withdrawn));

    assert!(matches!(reply, Reply::Refused(..)), "{reply:?}");
    assert_eq!(stage.types().len(), before, "{}", stage.text());
}

#[test]
fn a_closing_that_a_death_cuts_short_is_finished_by_closing_the_case_again() {
    for how in 0..3 {
        for fuse in 0..8 {
            let mut stage = doubtful();
            stage.fuse = Some(fuse);
            closes(&mut stage, 0, how);
            stage.fuse = None;
            if cases(&stage)[0].is_open() {
                closes(&mut stage, 0, how);
            }
            stage.run();

            assert!(stage.look().finished, "{how}, dead after {fuse}\n{}", stage.text());
        }
    }
}

#[test]
fn who_was_given_up_is_over_once_the_last_case_on_it_is_closed() {
    let mut stage = Stage::at("10:00");
    stage.request(&request(Mode::LinkedSameDay));
    happen(&mut stage, &Event::Answer(0));
    stage.abandon();
    confirms(&mut stage, "mmf", false, 0);
    stage.run();
    assert!(stage.look().parked.is_some(), "{}", stage.text());

    closes(&mut stage, 0, 0);
    stage.run();

    assert_eq!(stage.look().parked, None, "{}", stage.text());
    assert!(stage.look().finished, "{}", stage.text());
}

/// What takes the place of a record that was contested and held was never contested itself.
#[test]
fn a_corrected_record_that_was_upheld_needs_no_case_of_its_own() {
    let mut stage = Stage::at("10:00");
    stage.request(&request(Mode::NextDay));
    for _ in 0..3 {
        happen(&mut stage, &Event::Answer(0));
    }
    stage.abandon_with(Disposition::Refund);
    confirms(&mut stage, "mmf", false, 0);
    happen(&mut stage, &Event::Answer(0));

    assert!(stage.has("application.corrected"), "{}", stage.text());
    let report = audited::report(&stage.events, stage.kinds());
    audited::adds_up(&report, || stage.text());
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, ..ProptestConfig::default() })]

    #[test]
    fn whatever_the_register_contradicts_and_people_decide_every_share_is_where_it_was_said_to_be(
        mode in prop::sample::select(vec![Mode::LinkedSameDay, Mode::NextDay, Mode::Held]),
        doubts in proptest::collection::vec(doubts(), 0..30),
    ) {
        let mut stage =
            if mode == Mode::Held { holding("1000") } else { Stage::at("10:00") };
        stage.request(&request(mode));
        for doubt in &doubts {
            match doubt {
                Doubt::Any(event) => happen(&mut stage, event),
                Doubt::Confirms(order, whole, serial) => {
                    confirms(&mut stage, ORDERS[*order], *whole, *serial);
                }
                Doubt::Closes(nth, how) => closes(&mut stage, *nth, *how),
                Doubt::AbandonsWith(what) => {
                    stage.abandon_with(*what);
                }
            }
            sound(&stage);
            // A turn that a death cut in two is on the books in part.
            if !doubts.iter().any(|it| matches!(it, Doubt::Any(Event::Fuse(..)))) {
                let report = audited::report(&stage.events, stage.kinds());
                audited::adds_up(&report, || format!("after {doubt:?}\n{}", stage.text()));
            }
        }
        stage.fuse = None;
        stage.run();
        for _ in 0..3 {
            for nth in 0..cases(&stage).len() {
                closes(&mut stage, nth, 0);
                stage.run();
            }
            if stage.is_parked() {
                stage.act(Action::Resume { reason: "a person looked".into() });
                stage.run();
            }
        }
        sound(&stage);
        let look = stage.look();
        let missing = look.waits.contains(&Wait::Others { row: "missing shares".into() });
        prop_assert!(look.finished || missing || stage.is_parked(), "it is nowhere: {:?} {:?}\n{}", look.waits, look.open_ends, stage.text());
        given_up(&mut stage);
        let look = stage.look();
        prop_assert!(look.finished, "it is stuck: {:?} {:?}\n{}", look.waits, look.open_ends, stage.text());
        over(&stage);
        let report = audited::report(&stage.events, stage.kinds());
        audited::adds_up(&report, || stage.text());
        audited::nothing_is_in_suspense(&report, || stage.text());
    }
}

#[test]
fn a_case_about_a_discount_purchase_excuses_nothing_else_of_it() {
    let mut planted = 0;
    for mode in [Mode::LinkedSameDay, Mode::NextDay, Mode::Held] {
        for doubted in ORDERS {
            let mut stage = if mode == Mode::Held { holding("1000") } else { Stage::at("10:00") };
            stage.request(&request(mode));
            stage.run();
            for (whole, serial) in [(true, 0), (false, 1)] {
                confirms(&mut stage, doubted, whole, serial);
            }
            let report = audited::report(&stage.events, stage.kinds());
            if report.counts.open_cases == 0 {
                continue;
            }
            audited::adds_up(&report, || stage.text());
            let named = |log: &[_]| audited::is_named(&audited::report(log, stage.kinds()));
            let unseen = crate::cut::unseen_in_dispute(&stage.events, named);
            assert_eq!(unseen, [""; 0], "cut off");
            let excused = crate::planted::excused(&stage.events, named);
            assert!(excused.is_empty(), "{excused:?} {mode:?} {doubted}\n{}", stage.text());
            planted += 1;
        }
    }
    assert_eq!(planted, 5, "of each order that there is");
}
