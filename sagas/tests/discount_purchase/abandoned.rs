//! Who gives up leaves nothing without an owner: the registrar's word is waited for and booked, or a
//! person says what goes back.

use crate::{
    books::{self, cases},
    checks::target_key,
    held::holding,
    late::close,
    outside::{Verdict, rejection},
    people::{silent_call, silent_word},
    stage::Stage,
    terms::request,
};
use fundflow_domain::{
    case::{Disputed, Kind},
    modes::ConversionMode as Mode,
};
use fundflow_runtime::{
    message::{Action, ActionError, Reply},
    process::Disposition,
    timeline::{Mark, Part},
};
use fundflow_sagas::ports::registrar::ApplicationAnswer;

/// Waits for the confirmation of its conversion, which does not come.
fn outstanding(mode: Mode) -> Stage {
    let mut stage = if mode == Mode::Held { holding("1000") } else { Stage::at("10:00") };
    stage.outside.verdicts.insert("convert".to_owned(), Verdict::Silence);
    stage.request(&request(mode));
    stage.clock("03-04 13:00");
    stage
}

#[test]
fn who_gives_up_while_a_confirmation_is_outstanding_says_what_becomes_of_every_open_end() {
    let mut stage = outstanding(Mode::LinkedSameDay);
    let ends = stage.look().open_ends;
    let names: Vec<&str> = ends.iter().map(|end| &*end.name).collect();
    assert_eq!(names, ["conversion"]);
    assert_eq!(ends[0].worth, "1000".parse().unwrap());

    let reason = "nobody answers".into();
    let reply = stage.act(Action::Abandon { reason, dispositions: vec![] });
    let Reply::NotActed(ActionError::Refused(text)) = reply else { panic!("{reply:?}") };
    assert_eq!(
        &*text,
        "conversion (1000.00) is open; give it a disposition: refund, suspense or manual"
    );
}

#[test]
fn who_gives_up_leaves_shares_reserved_until_the_registrar_speaks_and_then_it_is_booked() {
    for mode in [Mode::LinkedSameDay, Mode::NextDay, Mode::Held] {
        let mut stage = outstanding(mode);
        assert!(matches!(stage.abandon(), Reply::Acted), "{mode:?}");
        stage.run();
        let wallet = stage.state(&crate::held::wallet_key());
        assert_eq!(wallet.reserved(), "1000".parse().unwrap(), "{mode:?}");
        assert!(wallet.available().is_zero(), "{mode:?}: they may have left");
        assert!(!stage.look().finished, "{mode:?}");
        books::always(&stage);

        stage.confirmed("convert", stage.confirmation("convert"));
        stage.run();
        let look = stage.look();
        assert!(look.finished, "{mode:?}: {:?}", look.waits);
        books::at_the_end(&stage);
        let wallet = stage.state(&crate::held::wallet_key());
        assert!(wallet.reserved().is_zero() && wallet.registered().is_zero(), "{mode:?}");
        assert!(stage.has("holdings.credited"), "{mode:?}");
        assert!(cases(&stage).is_empty(), "{mode:?}: nothing contradicts");
    }
}

#[test]
fn who_gives_up_has_the_shares_back_when_the_registrar_rejects() {
    let mut stage = outstanding(Mode::LinkedSameDay);
    stage.abandon();
    stage.deliver("convert", ApplicationAnswer::Rejected(rejection("0009", "no")));
    stage.run();

    assert!(stage.look().finished, "{}", stage.text());
    let wallet = stage.state(&crate::held::wallet_key());
    assert_eq!(wallet.available(), "1000".parse().unwrap());
}

#[test]
fn the_timeline_has_the_lanes_that_did_something_and_no_others() {
    let beside = |stage: &Stage| -> Vec<(&str, Mark)> {
        let timeline = stage.look().timeline.into_iter();
        let lanes = timeline.filter(|line| line.part == Part::Beside);
        lanes.map(|line| (line.row, line.mark)).collect()
    };
    let mut stage = outstanding(Mode::LinkedSameDay);
    assert_eq!(beside(&stage), [], "nothing went wrong yet");
    stage.abandon();
    stage.run();
    let asked = [("conversion at last", Mark::Here)];
    assert_eq!(beside(&stage)[..], asked);

    stage.deliver("convert", ApplicationAnswer::Rejected(rejection("0009", "no")));
    stage.run();
    let done = [("conversion at last", Mark::Done), ("release at last", Mark::Done)];
    assert_eq!(beside(&stage)[..], done);

    let mut smooth = Stage::at("10:00");
    smooth.request(&request(Mode::LinkedSameDay));
    smooth.run();
    assert!(smooth.look().finished);
    assert_eq!(beside(&smooth), []);
}

#[test]
fn what_a_person_takes_back_is_free_and_a_confirmation_after_all_is_booked_and_held() {
    for mode in [Mode::LinkedSameDay, Mode::NextDay, Mode::Held] {
        let mut stage = outstanding(mode);
        // First given up, and only then, when the registrar was asked, taken back.
        stage.abandon();
        stage.run();
        assert!(matches!(stage.abandon_with(Disposition::Refund), Reply::Acted), "{mode:?}");
        stage.run();

        let look = stage.look();
        assert!(look.finished, "{mode:?}: {:?}", look.waits);
        books::at_the_end(&stage);
        let wallet = stage.state(&crate::held::wallet_key());
        assert!(wallet.reserved().is_zero(), "{mode:?}");
        assert_eq!(wallet.available(), "1000".parse().unwrap(), "{mode:?}");

        let said = stage.confirmation("convert");
        let shares = said.outcome.registered();
        stage.confirmed("convert", said);
        stage.run();
        let case = cases(&stage)[0].clone();
        let known = case.case().unwrap();
        assert_eq!(known.kind(), Kind::AfterTheEnd, "{mode:?}");
        let disputed = Disputed::of(&known.findings);
        assert_eq!(disputed.shares, shares, "{mode:?}");
        assert!(case.is_open());
        let wallet = stage.state(&crate::held::wallet_key());
        assert!(wallet.registered().is_zero(), "{mode:?}: the register has taken them");
        let target = stage.state(&target_key());
        assert_eq!(target.held(), shares, "{mode:?}");
        assert!(target.available().is_zero(), "{mode:?}");

        stage.command(close(known.id));
        stage.run();
        assert_eq!(stage.state(&target_key()).available(), shares, "{mode:?}");
        books::at_the_end(&stage);
    }
}

#[test]
fn shares_that_somebody_else_uses_by_then_are_held_as_far_as_they_are_there() {
    let mut stage = outstanding(Mode::Held);
    stage.abandon_with(Disposition::Refund);
    stage.run();
    // Another transaction has reserved most of them since.
    let reserve =
        fundflow_domain::wallet::Command::Reserve("TX-2".parse().unwrap(), "900".parse().unwrap());
    stage.given(&crate::held::wallet_key(), &reserve);
    stage.confirmed("convert", stage.confirmation("convert"));
    stage.run();

    let wallet = stage.state(&crate::held::wallet_key());
    assert_eq!(wallet.registered(), "1000".parse().unwrap(), "TX-2 keeps what it reserved");
    assert_eq!(wallet.disputed(), "1000".parse().unwrap(), "and nobody gets the rest");
    assert!(wallet.available().is_zero());
    assert!(stage.parked().is_some(), "a person decides: {}", stage.text());
}

#[test]
fn what_the_registrar_confirmed_before_it_is_abandoned_is_the_investors() {
    let mut stage = silent_call("convert");
    stage.request(&request(Mode::LinkedSameDay));
    stage.clock("03-03 09:00");
    let said = stage.confirmation("mmf");
    stage.confirmed("mmf", said);
    stage.clock("03-03 17:00");
    assert!(stage.has("wallet.credit_confirmed"), "{}", stage.text());

    let ends: Vec<String> = stage.look().open_ends.iter().map(|it| it.name.to_string()).collect();
    assert_eq!(ends, ["conversion"], "the purchase is settled, whoever gives up");
    assert!(matches!(stage.abandon_with(Disposition::Refund), Reply::Acted));
    stage.run();

    assert!(stage.look().finished, "{}", stage.text());
    books::at_the_end(&stage);
    let wallet = stage.state(&crate::held::wallet_key());
    assert!(wallet.reserved().is_zero());
    assert_eq!(wallet.available(), "1000".parse().unwrap());
}

#[test]
fn a_conversion_whose_purchase_nobody_confirmed_leaves_nothing_in_the_wallet() {
    let mut stage = silent_word("mmf");
    stage.request(&request(Mode::LinkedSameDay));
    stage.clock("03-03 09:00");
    stage.confirmed("convert", stage.confirmation("convert"));
    stage.clock("03-04 12:00");
    assert_eq!(stage.parked().map(|(row, _)| row), Some("confirm buy".to_owned()));
    let ends: Vec<String> = stage.look().open_ends.iter().map(|it| it.name.to_string()).collect();
    assert_eq!(ends, ["money_fund", "conversion"]);
    assert!(matches!(stage.abandon_with(Disposition::Refund), Reply::Acted));
    stage.run();

    // What never came cannot have left: the two records contradict each other, and a person sees it.
    let (row, cause) = stage.look().parked.unwrap();
    assert_eq!(&*row, "book", "{}", stage.text());
    assert!(cause.text.contains("asks for 1000.00 shares; 0.00 are free"), "{cause}");
    assert!(matches!(stage.abandon(), Reply::Acted));
    stage.run();

    crate::lacking::waits_for_shares(&stage);
    assert_eq!(crate::by_hand::named(&stage.events)["missing"], "1000".parse().unwrap());
    let wallet = stage.state(&crate::held::wallet_key());
    assert!(wallet.reserved().is_zero() && wallet.in_transit().is_zero(), "{}", stage.text());
    assert!(wallet.available().is_zero());
    assert!(stage.has("holdings.credited"), "the register has them");
}

#[test]
fn who_gives_up_earlier_leaves_nothing_open_either() {
    for name in ["mmf.pay", "mmf", "convert"] {
        let mut stage = silent_call(name);
        stage.request(&request(Mode::LinkedSameDay));
        stage.clock("10:30");
        assert!(matches!(stage.abandon(), Reply::Acted), "{name}");
        stage.outside.mute.clear();
        stage.run();
        let look = stage.look();
        assert!(look.finished, "{name}: {:?}\n{}", look.waits, stage.text());
        let open = look.open_ends.iter().find(|end| !look.given_up.contains(&end.name));
        assert_eq!(open, None, "{name}");
    }
}

/// The redemption that is to buy the target is confirmed only after somebody gave up.
fn redeemed_late(what: Disposition) -> Stage {
    let mut stage = Stage::at("10:00");
    stage.outside.verdicts.insert("redeem".to_owned(), Verdict::Silence);
    stage.request(&request(Mode::RedeemToPurchase));
    stage.run();
    assert_eq!(stage.parked().map(|(row, _)| row), Some("confirm redemption".to_owned()));
    stage.abandon_with(what);
    stage.settle();
    stage.confirmed("redeem", stage.confirmation("redeem"));
    stage.outside.verdicts.clear();
    stage.run();
    for case in cases(&stage) {
        stage.command(close(case.case().unwrap().id));
        stage.run();
    }
    stage
}

#[test]
fn money_of_a_late_redemption_is_paid_by_the_engine_or_named_as_owed_by_hand_and_never_both() {
    for what in [Disposition::Refund, Disposition::Manual, Disposition::Suspense] {
        let stage = redeemed_late(what);
        let by_hand = crate::by_hand::named(&stage.events).get("target").copied();
        let paid = books::books(&stage).paid_out;
        let engines = what == Disposition::Refund;
        let (thousand, none) = ("1000".parse().unwrap(), "0".parse().unwrap());
        assert_eq!(paid, if engines { thousand } else { none }, "{what:?}\n{}", stage.text());
        assert_eq!(by_hand, (!engines).then_some(thousand), "{what:?}\n{}", stage.text());
        assert_eq!(crate::by_hand::cases(&stage.events).len(), usize::from(!engines), "{what:?}");
        assert!(stage.look().finished, "{what:?}\n{}", stage.text());
    }
}

#[test]
fn a_payout_that_the_bank_never_answers_is_done_with_when_a_person_knows_what_became_of_it() {
    use Disposition::{Manual, Refund, Suspense};
    for (what, again) in [(Manual, Refund), (Suspense, Manual), (Refund, Suspense)] {
        let mut stage = Stage::at("10:00");
        stage.outside.verdicts.insert("target".to_owned(), Verdict::Rejected);
        stage.outside.down.insert("redeem.out".to_owned());
        stage.request(&request(Mode::RedeemToPurchase));
        stage.run();
        assert_eq!(stage.parked().map(|(row, _)| row).as_deref(), Some("paid out"));
        assert!(matches!(stage.abandon_with(what), Reply::Acted), "{}", stage.text());
        stage.run();
        assert_eq!(stage.parked().map(|(row, _)| row).as_deref(), Some("bank at last"));
        assert!(!stage.look().finished, "{what:?}: nobody knows");
        assert!(matches!(stage.abandon_with(again), Reply::Acted), "{}", stage.text());
        stage.run();
        let look = stage.look();
        assert!(look.finished, "{what:?}: {:?}\n{}", look.parked, stage.text());
    }
}
