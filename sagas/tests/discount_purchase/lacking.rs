//! Shares that the register took and that are not there: never made up, and never a dead end.

use crate::{
    books::{self, cases},
    by_hand,
    checks::target_key,
    held::{holding, wallet_key},
    late::closed,
    names::tx,
    outside::rejection,
    stage::Stage,
    terms::request,
};
use fundflow_domain::{
    case::{How, Kind},
    modes::ConversionMode as Mode,
    money::Shares,
    text::Text,
    wallet::Command,
};
use fundflow_runtime::{liveness::Wait, message::Reply};
use fundflow_sagas::ports::registrar::ApplicationAnswer;

/// All that it waits for is that others bring what is missing, which is nobody else's.
#[track_caller]
pub(crate) fn waits_for_shares(stage: &Stage) {
    let waits = stage.look().waits;
    assert_eq!(waits, [Wait::Others { row: "missing shares".into() }], "{}", stage.text());
    assert!(stage.state(&wallet_key()).available().is_zero(), "{}", stage.text());
}

/// The conversion is confirmed, and then the purchase that it hung on rejected. A person gives up.
fn never_came(besides: Option<&str>) -> Stage {
    let mut stage = match besides {
        Some(shares) => holding(shares),
        None => Stage::at("10:00"),
    };
    stage.request(&request(Mode::LinkedSameDay));
    stage.settle();
    stage.now = crate::names::at("03-03 09:00");
    stage.confirmed("convert", stage.confirmation("convert"));
    stage.deliver("mmf", ApplicationAnswer::Rejected(rejection("0009", "no")));
    stage.run();
    let parked = |code: &str| Some(("conversion falls".to_owned(), code.to_owned()));
    assert_eq!(stage.parked(), parked("does_not_add_up"));
    // What it left is accepted: the register has it so.
    let case = cases(&stage)[0].case().unwrap().id;
    assert!(matches!(stage.command(closed(case, How::Accepted)), Reply::Acted));
    stage.run();
    assert_eq!(stage.parked(), parked("blocked"), "no rule says what then");
    stage.abandon();
    stage.run();
    stage
}

#[test]
fn what_left_without_having_come_leaves_the_investors_other_shares() {
    let stage = never_came(Some("1500"));
    let wallet = stage.state(&wallet_key());
    assert_eq!(wallet.registered(), "500".parse().unwrap(), "{}", stage.text());
    assert!(stage.look().finished, "{}", stage.text());
    assert_eq!(by_hand::named(&stage.events).get("missing"), None);
}

#[test]
fn what_left_without_having_come_is_missing_with_both_figures_until_a_person_has_it() {
    let mut stage = never_came(Some("400"));
    let (row, cause) = stage.look().parked.unwrap();
    assert_eq!((&*row, &*cause.code), ("book", "refused"), "{}", stage.text());
    assert!(cause.text.contains("asks for 1000.00 shares; 400.00 are free"), "{cause}");
    let ends = stage.look().open_ends;
    let missing = ends.iter().find(|end| &*end.name == "missing").unwrap();
    assert_eq!(missing.worth, "1000".parse().unwrap());
    assert!(
        !books::cases(&stage).iter().any(|it| it.case().unwrap().kind() == Kind::SharesMissing)
    );

    assert!(matches!(stage.abandon(), Reply::Acted));
    stage.run();
    waits_for_shares(&stage);
    let named =
        cases(&stage).into_iter().find(|it| it.case().unwrap().kind() == Kind::SharesMissing);
    let named = named.unwrap();
    assert!(named.is_open(), "the auditor sees it");
    let found = &named.case().unwrap().findings[0];
    assert_eq!(by_hand::figures(found), ["missing 600.00 shares", "moved 1000.00 shares"]);
    // There is no record that could be right, wrong or corrected, and money mends nothing of it.
    let id = named.case().unwrap().id;
    for how in [How::Accepted, How::Withdrawn, How::PaidByUs { amount: "5".parse().unwrap() }] {
        let said = stage.command(closed(id, how.clone()));
        assert!(matches!(&said, Reply::Refused(_, why) if why.contains("on no record")), "{how:?}");
    }
    assert_eq!(by_hand::named(&stage.events)["missing"], "1000".parse().unwrap());
    assert!(!stage.state(&target_key()).held().is_zero() || stage.has("holdings.credited"));
    books::always(&stage);

    // The 400.00 that there are and 300.00 that come are withheld until the person says that it is
    // settled; from then on whatever comes is free, and the record is never booked.
    comes(&mut stage, "TX-3", "300");
    waits_for_shares(&stage);
    let how = How::Manual { text: Text::lossy("bought back by hand") };
    assert!(!matches!(stage.command(closed(id, how)), Reply::Refused(..)));
    stage.crash();
    comes(&mut stage, "TX-4", "900");
    stage.crash();
    stage.run();
    let wallet = stage.state(&wallet_key());
    assert_eq!((wallet.available(), wallet.registered()), (number("1600"), number("1600")));
    assert!(stage.look().finished, "{}", stage.text());
    books::always(&stage);
}

fn number(text: &str) -> Shares {
    text.parse().unwrap()
}

/// Somebody else's purchase brings so many shares.
fn comes(stage: &mut Stage, of: &str, shares: &str) {
    let on = "2026-03-03".parse().unwrap();
    stage.given(&wallet_key(), &Command::CreditInTransit(tx(of), number(shares)));
    stage.given(&wallet_key(), &Command::ConfirmCredit(tx(of), number(shares), on));
    stage.crash();
}

/// Completed; then the registrar says that half of it was bought, and a person accepts that, while
/// others have most of what was there besides.
fn used_meanwhile() -> Stage {
    let mut stage = Stage::at("10:00");
    stage.outside.verdicts.insert("convert".to_owned(), crate::outside::Verdict::Rejected);
    stage.request(&request(Mode::LinkedSameDay));
    stage.run();
    assert_eq!(stage.look().ending, Some("discount_purchase.kept_in_wallet"), "{}", stage.text());
    let reserve = Command::Reserve(tx("TX-2"), "800".parse().unwrap());
    stage.given(&wallet_key(), &reserve);
    stage.crash();
    let mut second = stage.confirmation("mmf");
    second.serial = "other".parse().unwrap();
    crate::doubted::halve(&mut second);
    stage.confirmed("mmf", second);
    let case = cases(&stage)[0].case().unwrap().id;
    stage.command(closed(case, How::Accepted));
    stage.run();
    stage
}

#[test]
fn what_others_use_by_then_is_booked_once_it_is_free_again() {
    let mut stage = used_meanwhile();
    let (row, cause) = stage.look().parked.unwrap();
    assert_eq!((&*row, &*cause.code), ("book", "refused"), "{}", stage.text());
    assert!(cause.text.contains("asks for 500.00 shares; 200.00 are free"), "{cause}");

    let free = stage.state(&wallet_key()).available();
    assert!(free.is_zero(), "{free} of the 200.00 that nobody has are free");
    stage.given(&wallet_key(), &Command::Release(tx("TX-2")));
    stage.crash();
    stage.run();
    assert_eq!(stage.state(&wallet_key()).registered(), "500".parse().unwrap());
    assert!(stage.look().finished, "{}", stage.text());
}

#[test]
fn what_others_use_by_then_is_given_up_by_its_name_and_booked_when_it_is_there_after_all() {
    let mut stage = used_meanwhile();
    assert!(matches!(stage.abandon(), Reply::Acted), "{}", stage.text());
    stage.run();
    waits_for_shares(&stage);
    assert_eq!(stage.look().ending, Some("discount_purchase.kept_in_wallet"));
    assert_eq!(by_hand::named(&stage.events)["missing"], "500".parse().unwrap());
    assert_eq!(stage.state(&wallet_key()).registered(), "1000".parse().unwrap());

    stage.given(&wallet_key(), &Command::Release(tx("TX-2")));
    stage.crash();
    stage.run();
    assert_eq!(stage.state(&wallet_key()).registered(), "500".parse().unwrap());
    assert!(by_hand::named(&stage.events)["missing"].is_zero(), "{}", stage.text());
    assert!(stage.look().finished, "{}", stage.text());
    let open = cases(&stage).iter().filter(|it| it.is_open()).count();
    assert_eq!(open, 0, "what is booked closes its case\n{}", stage.text());
}
