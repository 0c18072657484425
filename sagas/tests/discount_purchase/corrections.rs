//! Records that a person accepts, or that the registrar takes back: before the end and after it.

use crate::{
    books::{self, cases},
    checks::{
        WRONG_CONVERSIONS, WRONG_PURCHASES, bought, converted, disputed, target_key, waiting,
    },
    late::closed,
    outside::{Verdict, serial},
    stage::Stage,
    terms::request,
};
use fundflow_domain::{
    application::Confirmation,
    case::{How, Kind},
    modes::ConversionMode as Mode,
};
use fundflow_runtime::message::{Noticed, Reply};

#[test]
fn a_conversion_that_a_second_record_corrects_after_the_end_is_booked_once_a_person_accepts_it() {
    for (how, shares) in [(How::Withdrawn, "980.39"), (How::Accepted, "882.35")] {
        let mut stage = waiting();
        stage.confirmed("mmf", stage.confirmation("mmf"));
        let first = stage.confirmation("convert");
        stage.confirmed("convert", first.clone());
        stage.run();
        assert!(stage.look().finished, "{}", stage.text());

        let second = converted(first, |it| {
            it.nav_in = "1.1333".parse().unwrap();
            it.shares_in = "882.35".parse().unwrap();
        });
        let second = Confirmation { serial: serial("convert.c2"), ..second };
        stage.confirmed("convert", second);
        let case = cases(&stage)[0].case().unwrap().clone();
        let reply = stage.command(closed(case.id, how.clone()));
        assert!(matches!(reply, Reply::Acted), "{how:?}: {reply:?}");
        stage.run();

        assert!(stage.look().finished, "{how:?}: {}", stage.text());
        assert_eq!(stage.state(&target_key()).available(), shares.parse().unwrap(), "{how:?}");
        books::at_the_end(&stage);
    }
}

#[test]
fn a_record_that_the_registrar_takes_back_is_waited_for_anew() {
    for leg in ["mmf", "convert"] {
        let mut stage = waiting();
        let right = stage.confirmation(leg);
        if leg == "convert" {
            stage.confirmed("mmf", stage.confirmation("mmf"));
        }
        let (kind, wrong) = if leg == "mmf" { WRONG_PURCHASES[0] } else { WRONG_CONVERSIONS[0] };
        disputed(&mut stage, leg, wrong(right.clone()), kind);
        let case = cases(&stage)[0].case().unwrap().id;
        stage.command(closed(case, How::Withdrawn));

        assert!(!stage.has("discount_purchase.completed"), "{leg}: {}", stage.text());
        assert!(stage.has("application.withdrawn"), "{leg}");
        let wallet = stage.state(&crate::held::wallet_key());
        assert!(wallet.available().is_zero() && wallet.disputed().is_zero(), "{leg}: {wallet:?}");
        assert!(stage.state(&target_key()).registered().is_zero(), "{leg}");

        stage.confirmed(leg, Confirmation { serial: serial("right"), ..right });
        stage.outside.verdicts.clear();
        stage.run();
        assert!(stage.has("discount_purchase.completed"), "{leg}: {}", stage.text());
        books::at_the_end(&stage);
    }
}

#[test]
fn a_purchase_of_nothing_that_a_person_accepts_has_nothing_to_convert_and_says_so() {
    for mode in [Mode::NextDay, Mode::RedeemToPurchase] {
        let mut stage = Stage::at("10:00");
        stage.outside.verdicts.insert("mmf".to_owned(), Verdict::Silence);
        stage.request(&request(mode));
        stage.clock("03-03 09:30");
        let of_nothing = WRONG_PURCHASES.iter().find(|(kind, _)| *kind == Kind::ZeroShares);
        let (kind, wrong) = of_nothing.unwrap();
        let said = wrong(stage.confirmation("mmf"));
        disputed(&mut stage, "mmf", said, *kind);
        let case = cases(&stage)[0].case().unwrap().id;
        stage.command(closed(case, How::Accepted));
        stage.run();

        let look = stage.look();
        assert_eq!(look.ending, Some("discount_purchase.kept_in_wallet"), "{}", stage.text());
        let failure = look.failure.map(|cause| cause.to_string()).unwrap_or_default();
        assert!(failure.contains("no shares came of it"), "{mode:?}: {failure}");
        // What the fund took and gave nothing for is in the case that the person closed.
        books::always(&stage);
    }
}

#[test]
fn a_hundred_times_the_shares_are_the_investors_once_a_person_accepts_them() {
    let mut stage = waiting();
    let (kind, wrong) = WRONG_PURCHASES[0];
    let said = wrong(stage.confirmation("mmf"));
    disputed(&mut stage, "mmf", said, kind);
    let case = cases(&stage)[0].case().unwrap().id;
    stage.command(closed(case, How::Accepted));
    stage.outside.verdicts.clear();
    stage.run();

    assert!(stage.has("discount_purchase.completed"), "{}", stage.text());
    let wallet = stage.state(&crate::held::wallet_key());
    assert_eq!(wallet.available(), "99000".parse().unwrap());
}

#[test]
fn a_second_confirmation_of_a_purchase_that_differs_waits_for_a_person() {
    let mut stage = waiting();
    let first = stage.confirmation("mmf");
    stage.confirmed("mmf", first.clone());
    let second = bought(first, |it| it.shares = "900".parse().unwrap());
    let reply = stage.confirmed("mmf", Confirmation { serial: serial("mmf.c2"), ..second });

    assert!(matches!(reply, Reply::Noticed(Noticed::Recorded(_))), "{reply:?}");
    let case = cases(&stage)[0].case().unwrap().clone();
    assert_eq!(case.kind(), Kind::SecondConfirmationDiffers);
    let figures = |side: &[fundflow_domain::case::Figure]| {
        let named = side.iter().find(|figure| figure.name.as_str() == "shares");
        named.map(|figure| figure.value.as_str().to_owned())
    };
    let found = &case.findings[0];
    assert_eq!(figures(&found.ours).as_deref(), Some("1000.00"));
    assert_eq!(figures(&found.theirs).as_deref(), Some("900.00"));
    stage.outside.verdicts.clear();
    stage.run();
    assert!(!stage.has("discount_purchase.completed"), "{}", stage.text());
    stage.command(closed(case.id, How::Withdrawn));
    stage.run();
    books::at_the_end(&stage);
    assert!(stage.has("discount_purchase.completed"));
}
