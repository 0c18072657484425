//! Records under the number of an order that name another fund, investor or T: they are booked and held until
//! the registrar corrects them or a person closes the case.

use crate::{
    audited, conversion,
    outside::{bought, converted, read, redeemed, rejected},
    purchase, redemption,
    stage::{InHouse, Stage},
};
use fundflow_domain::{
    application::Misnamed,
    case::{CaseId, Cases, Kind},
    fund::ConversionFeeMethod,
    ids::ApplicationNo,
};
use fundflow_kernel::streams::Key;
use fundflow_sagas::{
    conversion::Conversion,
    ports::registrar::{ApplicationAnswer, OfAnother, notice},
    purchase::Purchase,
    redemption::Redemption,
};

const FIELDS: [(&str, &str, &str); 4] = [
    ("FundCode", "011162", "018145"),
    ("TAAccountID", "012345678901", "012345678902"),
    ("TransactionDate", "2026-02-13", "2026-02-12"),
    ("BusinessCode", "122, 152", "139"),
];

fn naming(
    (field, placed, said): (&str, &str, &str),
    right: &ApplicationAnswer,
) -> ApplicationAnswer {
    let ApplicationAnswer::Confirmed(right) = right else { panic!("{right:?}") };
    let mut wrong = right.clone();
    wrong.misnamed = Misnamed::unless_same(field, placed, said).into_iter().collect();
    ApplicationAnswer::Confirmed(wrong)
}

fn tell(stage: &mut Stage, order: &str, said: &ApplicationAnswer) {
    stage.notice(notice(&ApplicationNo::of(&order.parse().unwrap()), said.clone()));
}

fn is_held_until_it_is_corrected<S: InHouse<Command: 'static, Request: 'static>>(
    before: &Stage,
    request: &S::Request,
    (order, first, second): (&str, &ApplicationAnswer, &ApplicationAnswer),
) {
    for field in FIELDS {
        let mut stage = before.clone();
        stage.request::<S>("T", request.clone());
        stage.until("02-25 17:00");
        let wrong = naming(field, first);
        tell(&mut stage, order, &wrong);
        // Whatever is heard again, the case stays.
        tell(&mut stage, order, &wrong);
        stage.until("02-26 18:00");
        let look = stage.look::<S>("T");
        assert!(!look.finished && look.parked.is_some(), "{field:?}\n{}", stage.text());
        let cases: Vec<_> =
            stage.events.iter().filter(|it| &*it.event.event_type == "case.opened").collect();
        assert_eq!(cases.len(), 1, "{}", stage.text());
        let case = &cases[0].event.data;
        assert!(case.contains("names_another_order") && case.contains(field.2), "{case}");
        assert!(!stage.has("payout.requested"), "{}", stage.text());
        for fund in ["011162", "001546"] {
            let held = stage.shares(fund);
            let own = held.lots().into_iter().filter(|lot| lot.credit.order.as_str() == order);
            let arrived: rust_decimal::Decimal = own.map(|lot| lot.left.decimal()).sum();
            assert_eq!(held.held().decimal(), arrived, "{fund}\n{}", stage.text());
        }
        audited::adds_up(&audited::report(&stage.events, stage.kinds()), || stage.text());

        tell(&mut stage, order, second);
        stage.until("03-10 18:00");
        let look = stage.look::<S>("T");
        assert!(look.finished, "{:?} {:?}\n{}", look.waits, look.open_ends, stage.text());
        assert!(stage.has("case.closed") && stage.has("application.corrected"), "{}", stage.text());
        let report = audited::report(&stage.events, stage.kinds());
        audited::adds_up(&report, || stage.text());
        audited::nothing_is_in_suspense(&report, || stage.text());
    }
}

#[test]
fn a_purchase_that_is_confirmed_as_another_order_waits_for_the_right_record() {
    let said = |serial| bought(serial, "2026-02-24", purchase::NUMBERS);
    is_held_until_it_is_corrected::<Purchase>(
        &purchase::stage(),
        &purchase::request(),
        ("T.buy", &said("C1"), &said("C2")),
    );
}

#[test]
fn a_redemption_that_is_confirmed_as_another_order_waits_for_the_right_record() {
    let said = |serial| redeemed(serial, "2026-02-25", true, redemption::NUMBERS, &[]);
    is_held_until_it_is_corrected::<Redemption>(
        &redemption::stage(),
        &redemption::request(),
        ("T.redeem", &said("C1"), &said("C2")),
    );
}

#[test]
fn a_conversion_that_is_confirmed_as_another_order_waits_for_the_right_record() {
    let said = |serial| converted(serial, "2026-02-24", conversion::BY_FEES);
    is_held_until_it_is_corrected::<Conversion>(
        &conversion::stage(ConversionFeeMethod::FeeDifference),
        &conversion::request(),
        ("T.convert", &said("C1"), &said("C2")),
    );
}

/// Nobody knows whose word it is: the order waits for its own.
#[test]
fn a_rejection_or_cancellation_that_names_another_order_is_a_case_and_has_no_effect() {
    for (nth, said) in [rejected("0"), ApplicationAnswer::Cancelled].into_iter().enumerate() {
        let mut stage = purchase::stage();
        stage.request::<Purchase>("T", purchase::request());
        stage.until("02-24 16:00");
        let (field, placed, names) = FIELDS[nth];
        let misnamed = Misnamed::unless_same(field, placed, names).into_iter().collect();
        let said = ApplicationAnswer::OfAnother(Box::new(OfAnother { said, misnamed }));
        tell(&mut stage, "T.buy", &said);
        tell(&mut stage, "T.buy", &said);
        let cases: Vec<_> =
            stage.events.iter().filter(|it| &*it.event.event_type == "case.opened").collect();
        assert_eq!(cases.len(), 1, "{}", stage.text());
        let case = &cases[0].event.data;
        assert!(case.contains("names_another_order") && case.contains(names), "{case}");
        let gone = ["application.rejected", "application.cancelled", "payment.refund_requested"];
        assert!(gone.iter().all(|it| !stage.has(it)), "{}", stage.text());

        tell(&mut stage, "T.buy", &bought("C1", "2026-02-24", purchase::NUMBERS));
        stage.until("03-10 18:00");
        assert!(stage.has("holdings.credited"), "{}", stage.text());
        audited::adds_up(&audited::report(&stage.events, stage.kinds()), || stage.text());
    }
}

#[test]
fn a_fee_that_nobody_promised_is_a_case_like_any_other_fee() {
    let said = |serial| redeemed(serial, "2026-02-25", true, redemption::NUMBERS, &[]);
    let mut stage = redemption::stage();
    stage.request::<Redemption>("T", redemption::request());
    stage.until("02-25 17:00");
    tell(&mut stage, "T.redeem", &naming(("TransferFee", "0.00", "5.00"), &said("C1")));
    stage.until("02-26 18:00");

    let case = stage.stream_of("case.opened");
    let case = stage.state(&Key::<Cases>::of(&case.id().parse::<CaseId>().unwrap()));
    let (money, case) = (case.disputed().money, case.case().unwrap().clone());
    assert_eq!((case.kind(), money), (Kind::FeeDiffersFromPromise, read("5")));
    assert_eq!(case.findings[0].what.as_str(), "TransferFee 5.00 is not the promised 0.00");
    assert!(stage.look::<Redemption>("T").parked.is_some(), "{}", stage.text());
    assert!(!stage.has("payout.requested"), "{}", stage.text());

    tell(&mut stage, "T.redeem", &said("C2"));
    stage.until("03-10 18:00");
    assert!(stage.look::<Redemption>("T").finished, "{}", stage.text());
    let report = audited::report(&stage.events, stage.kinds());
    audited::adds_up(&report, || stage.text());
    audited::nothing_is_in_suspense(&report, || stage.text());
}
