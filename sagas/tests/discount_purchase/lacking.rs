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
    wallet::Command,
};
use fundflow_runtime::message::{Action, Reply};
use fundflow_sagas::ports::registrar::ApplicationAnswer;

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
    stage.told("mmf", ApplicationAnswer::Rejected(rejection("0009", "no")));
    stage.run();
    assert_eq!(stage.parked().map(|(row, _)| row), Some("conversion falls".to_owned()));
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
    assert!(stage.look().finished, "{}", stage.text());
    let named =
        cases(&stage).into_iter().find(|it| it.case().unwrap().kind() == Kind::SharesMissing);
    let named = named.unwrap();
    assert!(named.is_open(), "the auditor sees it");
    // There is no record that could be right, wrong or corrected, and money mends nothing of it.
    let id = named.case().unwrap().id;
    for how in [How::Accepted, How::Withdrawn, How::PaidByUs { amount: "5".parse().unwrap() }] {
        let said = stage.command(closed(id, how.clone()));
        assert!(matches!(&said, Reply::Refused(_, why) if why.contains("on no record")), "{how:?}");
    }
    assert_eq!(by_hand::named(&stage.events)["missing"], "1000".parse().unwrap());
    assert!(!stage.state(&target_key()).held().is_zero() || stage.has("holdings.credited"));
    books::always(&stage);
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

    stage.given(&wallet_key(), &Command::Release(tx("TX-2")));
    stage.crash();
    stage.act(Action::Resume { reason: "they are back".into() });
    stage.run();
    assert_eq!(stage.state(&wallet_key()).registered(), "500".parse().unwrap());
    assert!(stage.look().finished, "{}", stage.text());
}

#[test]
fn what_others_use_by_then_is_given_up_by_its_name_and_booked_when_it_is_there_after_all() {
    let mut stage = used_meanwhile();
    assert!(matches!(stage.abandon(), Reply::Acted), "{}", stage.text());
    stage.run();
    assert!(stage.look().finished, "{}", stage.text());
    assert_eq!(stage.look().ending, Some("discount_purchase.kept_in_wallet"));
    assert_eq!(by_hand::named(&stage.events)["missing"], "500".parse().unwrap());
    assert_eq!(stage.state(&wallet_key()).registered(), "1000".parse().unwrap());

    stage.given(&wallet_key(), &Command::Release(tx("TX-2")));
    stage.crash();
    stage.run();
    assert_eq!(stage.state(&wallet_key()).registered(), "500".parse().unwrap());
    assert!(by_hand::named(&stage.events)["missing"].is_zero(), "{}", stage.text());
    assert!(stage.look().finished, "{}", stage.text());
}
