//! What the registrar took and gave nothing for: it waits with a case, nothing moves, and once a person has
//! accepted the record the saga is over and says so as its reason.

use crate::{
    conversion,
    outside::{bought, converted, received, redeemed, subscribed},
    purchase, redemption,
    stage::{InHouse, Stage},
    subscription,
};
use fundflow_domain::{
    case::{CaseId, Closing, How},
    fund::ConversionFeeMethod as Method,
    text::Text,
};
use fundflow_runtime::message::Reply;
use fundflow_sagas::{
    conversion::{self as conversions, Conversion},
    purchase::{self as purchases, Purchase},
    redemption::{self as redemptions, Redemption},
};

/// The word that closes a case.
type Word<S> = fn(CaseId, Box<Closing>) -> <S as fundflow_runtime::saga::Saga>::Command;

/// Asked for and confirmed with nothing; then accepted. Returns the code of its reason.
fn accepted<S: InHouse>(
    mut stage: Stage,
    (id, request, close): (&str, S::Request, Word<S>),
    moved: usize,
) -> String
where
    S::Request: 'static,
    S::Command: 'static,
{
    assert!(matches!(stage.request::<S>(id, request), Reply::Placed { .. }));
    stage.until("03-06 18:00");
    let (_, parked) = stage.look::<S>(id).parked.expect("it waits for a person");
    assert_eq!(&*parked.code, "does_not_add_up", "{}", stage.text());
    assert_eq!(stage.outside.moved.len(), moved, "nothing goes out: {}", stage.text());

    let case: CaseId = stage.stream_of("case.opened").id().parse().unwrap();
    let (by, reason) = (Text::lossy("chen"), Text::lossy("so it is"));
    stage.command::<S>(id, close(case, Box::new(Closing { how: How::Accepted, by, reason })));
    stage.until("03-10 18:00");
    let look = stage.look::<S>(id);
    assert!(look.ending.is_some_and(|it| it.ends_with(".completed")), "{}", stage.text());
    assert_eq!((look.open_ends.len(), stage.outside.moved.len()), (0, moved), "{}", stage.text());
    look.failure.map_or_else(String::new, |cause| format!("{}: {}", cause.code, cause.text))
}

#[test]
fn a_purchase_or_a_subscription_that_buys_no_shares_says_so() {
    let close: Word<Purchase> = |case, closing| purchases::Command::CloseCase { case, closing };
    let mut stage = purchase::stage();
    let nothing = ["10000", "147.78", "0", "1.2345", "0"];
    stage.outside.says("P.buy", purchase::CONFIRMED_AT, bought("C1", "2026-02-24", nothing));
    let said = accepted::<Purchase>(stage, ("P", purchase::request(), close), 1);
    assert_eq!(said, "not_bought: 10000.00 yuan bought no shares, and stay with the fund");

    let mut stage = subscription::stage();
    stage.outside.says("P.buy", "2026-02-24T09:00:00+08:00", received("R1", "2026-02-24"));
    let nothing = subscribed("C1", "2026-03-05", ["10000", "118.58", "0", "0", "0", "0"]);
    stage.outside.says("P.buy", "2026-03-05T09:00:00+08:00", nothing);
    let said = accepted::<Purchase>(stage, ("P", subscription::request(), close), 1);
    assert_eq!(said, "not_bought: 10000.00 yuan bought no shares, and stay with the fund");
}

#[test]
fn a_redemption_that_brings_no_money_says_so_and_pays_nothing_out() {
    let close: Word<Redemption> = |case, closing| redemptions::Command::CloseCase { case, closing };
    let mut stage = redemption::stage();
    let nothing = ["6000", "1.3071", "7842.60", "34.30", "0"];
    let said = redeemed("C1", "2026-02-25", true, nothing, &redemption::LOTS);
    stage.outside.says("R.redeem", redemption::CONFIRMED_AT, said);
    let said = accepted::<Redemption>(stage, ("R", redemption::request(), close), 0);
    assert_eq!(said, "nothing_paid: 6000.00 shares were taken, and brought no money");
}

#[test]
fn a_conversion_that_buys_no_shares_says_so_and_nothing_comes_in() {
    let close: Word<Conversion> = |case, closing| conversions::Command::CloseCase { case, closing };
    let mut stage = conversion::stage(Method::FeeDifference);
    let nothing = ["20000", "1.0523", "21.05", "143.85", "20881.10", "1.2345", "0"];
    let said = converted("K1", "2026-02-24", nothing);
    stage.outside.says("C.convert", conversion::CONFIRMED_AT, said);
    let said = accepted::<Conversion>(stage, ("C", conversion::request(), close), 0);
    assert_eq!(said, "not_bought: 20000.00 shares were taken, and bought none");
}
