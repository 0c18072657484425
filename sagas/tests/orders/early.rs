//! Records of a day on which the registrar cannot have confirmed yet, by the fund's terms: booked, and in a case
//! with both days.

use crate::{
    conversion,
    funds::{bond, equity, raised},
    outside::{bought, converted, received, redeemed, subscribed},
    purchase, redemption,
    stage::{InHouse, Stage},
    subscription,
};
use fundflow_domain::{
    application::Reception,
    case::{CaseId, Cases, Closing, How},
    fund::{ConversionFeeMethod as Method, FundTerms},
    text::Text,
};
use fundflow_kernel::streams::Key;
use fundflow_runtime::message::Reply;
use fundflow_sagas::{
    conversion::{self as conversions, Conversion},
    ports::registrar::ApplicationAnswer,
    purchase::{self as purchases, Purchase},
    redemption::{self as redemptions, Redemption},
};

fn slow() -> FundTerms {
    FundTerms { confirm_lag: 2, ..equity() }
}

fn case(stage: &Stage) -> CaseId {
    stage.stream_of("case.opened").id().parse().unwrap()
}

fn accepted() -> Closing {
    let (by, reason) = (Text::lossy("ops"), Text::lossy("the registrar says that it is right"));
    Closing { how: How::Accepted, by, reason }
}

/// Asked for, and confirmed by that record; parked with that text, and completed once a person has accepted it.
#[track_caller]
fn is_early<S: InHouse>(
    mut stage: Stage,
    (id, request): (&str, S::Request),
    (order, said): (&str, ApplicationAnswer),
    close: fn(CaseId, Box<Closing>) -> S::Command,
    text: &str,
) where
    S::Request: 'static,
{
    let reply = stage.request::<S>(id, request);
    assert!(matches!(reply, Reply::Placed { .. }), "{reply:?}");
    let ApplicationAnswer::Confirmed(record) = &said else { panic!("a confirmation") };
    let at = format!("{}T09:00:00+08:00", record.confirmed_on);
    stage.outside.says(order, &at, said);
    stage.until("03-16 18:00");

    let (_, cause) = stage.look::<S>(id).parked.expect("parked");
    assert!(cause.text.contains(text), "{cause}");
    let closed = stage.command::<S>(id, close(case(&stage), Box::new(accepted())));
    assert!(matches!(closed, Reply::Acted), "{closed:?}");
    stage.until("03-31 18:00");
    let ending = stage.look::<S>(id).ending;
    assert_eq!(ending, Some(&*format!("{}.completed", S::KIND)), "{}", stage.text());
}

#[test]
fn a_purchase_is_confirmed_on_no_day_before_the_promised_one() {
    is_early::<Purchase>(
        Stage::with(vec![slow()], "02-13 14:50"),
        ("P", purchase::request()),
        ("P.buy", bought("C1", "2026-02-24", purchase::NUMBERS)),
        |case, closing| purchases::Command::CloseCase { case, closing },
        "confirmed on 2026-02-24 is not 2026-02-25 to ",
    );
}

#[test]
fn a_redemption_is_confirmed_on_no_day_before_the_promised_one() {
    is_early::<Redemption>(
        redemption::stage_with(slow()),
        ("R", redemption::request()),
        ("R.redeem", redeemed("C1", "2026-02-25", true, redemption::NUMBERS, &redemption::LOTS)),
        |case, closing| redemptions::Command::CloseCase { case, closing },
        "confirmed on 2026-02-25 is not 2026-02-26 to ",
    );
}

/// Each of the two funds has its price on its own day; a conversion needs both.
#[test]
fn a_conversion_is_confirmed_by_the_slower_of_its_two_funds() {
    let bond = || bond(Method::FeeDifference);
    for funds in [[slow(), bond()], [equity(), FundTerms { confirm_lag: 2, ..bond() }]] {
        let mut stage = Stage::with(funds.into(), "02-13 10:00");
        stage.holds("001546", "B1", "2026-01-15", "25000");
        is_early::<Conversion>(
            stage,
            ("C", conversion::request()),
            ("C.convert", converted("K1", "2026-02-24", conversion::BY_FEES)),
            |case, closing| conversions::Command::CloseCase { case, closing },
            "confirmed on 2026-02-24 is not 2026-02-25 to ",
        );
    }
}

#[test]
fn shares_of_a_raising_come_on_no_day_before_the_fund_is_founded() {
    for (founded_on, allowed) in [(Some("2026-03-04"), "2026-03-04"), (None, "2026-03-02")] {
        let mut fund = raised();
        fund.raising.as_mut().unwrap().founded_on = founded_on.map(|day| day.parse().unwrap());
        is_early::<Purchase>(
            Stage::with(vec![equity(), fund], "02-13 16:30"),
            ("P", subscription::request()),
            ("P.buy", subscribed("C1", "2026-02-26", subscription::NUMBERS)),
            |case, closing| purchases::Command::CloseCase { case, closing },
            &format!("confirmed on 2026-02-26 is not {allowed}"),
        );
    }
}

/// The second part is a request of the day after, which is confirmed a day later.
#[test]
fn what_a_huge_redemption_left_is_confirmed_on_no_day_before_its_own() {
    let mut stage = redemption::stage();
    stage.request::<Redemption>("R", redemption::request());
    let first = ["3000", "1.3071", "3921.30", "0", "3921.30"];
    let rest = ["3000", "1.31", "3930.00", "34.38", "3895.62"];
    let part = redeemed("C1", "2026-02-25", false, first, &[]);
    stage.outside.says("R.redeem", "2026-02-25T09:00:00+08:00", part);
    let last = redeemed("C2", "2026-02-25", true, rest, &[]);
    stage.outside.says("R.redeem", "2026-02-25T16:00:00+08:00", last);
    stage.until("02-27 18:00");

    let (_, cause) = stage.look::<Redemption>("R").parked.expect("parked");
    let text = "confirmed on 2026-02-25 is not 2026-02-26";
    assert!(cause.text.contains(text), "{cause}");
}

/// Nothing hangs on the day: the case is open, and nobody waits for it.
#[test]
fn money_of_a_subscription_that_counts_too_early_has_a_case_beside_it() {
    let mut stage = subscription::stage();
    stage.request::<Purchase>("P", subscription::request());
    stage.outside.says("P.buy", "2026-02-24T09:00:00+08:00", received("R1", "2026-02-13"));
    let founded = subscribed("C1", "2026-03-05", subscription::NUMBERS);
    stage.outside.says("P.buy", "2026-03-05T09:00:00+08:00", founded);
    stage.until("03-06 18:00");

    let ending = stage.look::<Purchase>("P").ending;
    assert_eq!(ending, Some("purchase.completed"), "{}", stage.text());
    let case = stage.state(&Key::<Cases>::of(&case(&stage)));
    let said = case.case().unwrap().findings[0].what.to_string();
    assert_eq!(said, "confirmed on 2026-02-13 is not 2026-02-24 to 2026-02-24");
}

/// What counts is another sum than was paid in.
#[test]
fn money_of_a_subscription_that_counts_with_another_amount_has_a_case_beside_it() {
    for (amount, differs) in [("9000", true), ("10000", false)] {
        let mut stage = subscription::stage();
        stage.request::<Purchase>("P", subscription::request());
        let ApplicationAnswer::Received(said) = received("R1", "2026-02-24") else {
            unreachable!()
        };
        let said = Reception { amount: amount.parse().ok(), ..said };
        let said = ApplicationAnswer::Received(said);
        stage.outside.says("P.buy", "2026-02-24T09:00:00+08:00", said);
        let founded = subscribed("C1", "2026-03-05", subscription::NUMBERS);
        stage.outside.says("P.buy", "2026-03-05T09:00:00+08:00", founded);
        stage.until("03-06 18:00");

        let ending = stage.look::<Purchase>("P").ending;
        assert_eq!(ending, Some("purchase.completed"), "{}", stage.text());
        assert_eq!(stage.has("case.opened"), differs, "{}", stage.text());
        if differs {
            let case = stage.state(&Key::<Cases>::of(&case(&stage)));
            let said = case.case().unwrap().findings[0].what.to_string();
            assert_eq!(said, "9000.00 yuan are received, and 10000.00 were asked for");
        }
    }
}
