//! A registrar that rejects an order and sends money with it that nobody is owed: the order is over as without it,
//! and the money has a case with its figures and is in suspense until a person closes that.

use crate::{
    audited, conversion,
    outside::rejected,
    purchase, redemption,
    stage::{InHouse, Stage},
    subscription,
};
use fundflow_domain::{
    case::{CaseId, Cases, Closing, How, Kind},
    fund::ConversionFeeMethod,
    text::Text,
};
use fundflow_kernel::streams::Key;
use fundflow_runtime::message::Reply;
use fundflow_sagas::{conversion::Conversion, purchase::Purchase, redemption::Redemption};

fn in_class(stage: &Stage, class: &str) -> String {
    let report = audited::report(&stage.events, stage.kinds());
    audited::adds_up(&report, || stage.text());
    let sum = report.balances.iter().filter(|it| it.class == class).map(|it| it.balance);
    sum.sum::<rust_decimal::Decimal>().to_string()
}

fn case_of(stage: &Stage) -> Option<CaseId> {
    stage.has("case.opened").then(|| stage.stream_of("case.opened").id().parse().unwrap())
}

fn sends<S: InHouse<Command: 'static, Request: 'static>>(
    (mut stage, request): (Stage, S::Request),
    (name, at): (&str, &str),
    close: fn(CaseId, Box<Closing>) -> S::Command,
) {
    stage.outside.says(&format!("T.{name}"), at, rejected("2.35"));
    let reply = stage.request::<S>("T", request);
    assert!(matches!(reply, Reply::Placed { .. }), "{reply:?}");
    stage.until("03-16 18:00");
    let look = stage.look::<S>("T");
    assert!(look.finished && look.parked.is_none(), "{name}: {:?}\n{}", look.waits, stage.text());
    let case = case_of(&stage).expect("a case");
    let key: Key<Cases> = Key::of(&case);
    let found = stage.state(&key);
    let known = found.case().unwrap();
    let said: Vec<String> = known.findings.iter().map(|it| it.what.to_string()).collect();
    assert_eq!((known.kind(), said.len()), (Kind::AmountDiffers, 1), "{said:?}");
    assert_eq!(known.findings[0].disputed.money, "2.35".parse().unwrap());
    assert!(found.is_open());
    assert_eq!(in_class(&stage, "L:SUSPENSE"), "2.35", "{name}");
    let close = |stage: &mut Stage, how| {
        let (by, reason) = (Text::lossy("chen"), Text::lossy("the registrar was asked"));
        stage.command::<S>("T", close(case, Box::new(Closing { how, by, reason })))
    };
    let Reply::Refused(_, why) = close(&mut stage, How::Withdrawn) else { panic!("{name}") };
    assert!(why.contains("a rejection that stands"), "{why}");
    let reply = close(&mut stage, How::Accepted);
    assert!(matches!(reply, Reply::Acted), "{name}: {reply:?}");
    assert_eq!(in_class(&stage, "L:SUSPENSE"), "0", "{name}");
    assert_eq!(in_class(&stage, "E:OVERSHORT"), "-2.35", "{name}");
}

#[test]
fn interest_with_a_rejection_of_what_was_no_raising_has_a_case_and_is_in_suspense() {
    sends::<Purchase>(
        (purchase::stage(), purchase::request()),
        ("buy", purchase::CONFIRMED_AT),
        |case, closing| fundflow_sagas::purchase::Command::CloseCase { case, closing },
    );
    sends::<Redemption>(
        (redemption::stage(), redemption::request()),
        ("redeem", "2026-02-25T09:00:00+08:00"),
        |case, closing| fundflow_sagas::redemption::Command::CloseCase { case, closing },
    );
    sends::<Conversion>(
        (conversion::stage(ConversionFeeMethod::FeeDifference), conversion::request()),
        ("convert", conversion::CONFIRMED_AT),
        |case, closing| fundflow_sagas::conversion::Command::CloseCase { case, closing },
    );
}

#[test]
fn interest_of_a_failed_raising_is_the_investors_and_no_case() {
    let mut stage = subscription::subscribed_in_time();
    stage.outside.says("P.buy", "2026-03-05T09:00:00+08:00", rejected("2.35"));
    stage.until("03-06 18:00");
    assert_eq!(case_of(&stage), None);
    assert_eq!(in_class(&stage, "L:SUSPENSE"), "0");
}

/// A person names an amount; the engine pays no more than the case is about.
#[test]
fn for_a_case_that_is_about_no_money_nothing_is_paid() {
    use fundflow_sagas::ports::bank::{ChargeAnswer, charge_notice};
    let mut stage = purchase::stage();
    stage.request::<Purchase>("T", purchase::request());
    stage.until("03-16 18:00");
    let no = fundflow_domain::ids::PaymentNo::new("T.buy.pay").unwrap();
    let why_not = fundflow_domain::orders::Cause::new("51", "not enough on the account");
    let declined = ChargeAnswer::Declined(why_not);
    stage.notice(charge_notice(&no, declined));
    let case = case_of(&stage).expect("a late decline is a case");
    let found = stage.state(&Key::<Cases>::of(&case));
    assert!(found.case().unwrap().findings[0].disputed.money.is_zero());
    let close = |stage: &mut Stage, how| {
        let (by, reason) = (Text::lossy("chen"), Text::lossy("the bank was asked"));
        let closing = Box::new(Closing { how, by, reason });
        let close = fundflow_sagas::purchase::Command::CloseCase { case, closing };
        stage.command::<Purchase>("T", close)
    };
    for amount in ["0.01", "10000"] {
        let how = How::PaidByUs { amount: amount.parse().unwrap() };
        let Reply::Refused(_, why) = close(&mut stage, how) else { panic!("{amount} is paid") };
        assert!(why.contains("about no money"), "{why}");
    }
    assert!(!stage.has("payout.requested"), "{}", stage.text());
    let by_letter = How::Manual { text: Text::lossy("by letter") };
    assert!(matches!(close(&mut stage, by_letter), Reply::Acted));
}

#[test]
fn what_a_registrar_pays_back_beyond_what_it_was_paid_has_a_case_and_is_in_suspense() {
    use crate::outside::bought;
    // 10,000 yuan bought shares, and 3 of them come back as well.
    let more = ["10000", "147.78", "3", "1.2345", "7980.74"];
    let mut stage = purchase::stage();
    stage.outside.says("T.buy", purchase::CONFIRMED_AT, bought("C1", "2026-02-24", more));
    stage.request::<Purchase>("T", purchase::request());
    stage.until("03-16 18:00");
    let case = case_of(&stage).expect("a case");
    assert_eq!(in_class(&stage, "L:SUSPENSE"), "3.00", "{}", stage.text());
    let (by, reason) = (Text::lossy("chen"), Text::lossy("the registrar was asked"));
    let closing = Box::new(Closing { how: How::Accepted, by, reason });
    let close = fundflow_sagas::purchase::Command::CloseCase { case, closing };
    assert!(matches!(stage.command::<Purchase>("T", close), Reply::Acted));
    stage.until("03-17 18:00");
    assert!(stage.look::<Purchase>("T").finished, "{}", stage.text());
    assert_eq!(in_class(&stage, "L:SUSPENSE"), "0");
    assert_eq!(in_class(&stage, "E:OVERSHORT"), "-3.00");
}

/// The payout is announced first and the case is closed last: whoever dies in between finds it open, and closes it
/// again with the same words. Nobody else sees the order.
#[test]
fn a_case_that_nobody_waits_for_is_paid_once_whoever_dies_while_it_is_closed() {
    for fuse in 0..6 {
        let mut stage = purchase::stage();
        stage.outside.says("T.buy", purchase::CONFIRMED_AT, rejected("2.35"));
        stage.request::<Purchase>("T", purchase::request());
        stage.until("03-16 18:00");
        let case = case_of(&stage).expect("a case");
        let close = |stage: &mut Stage| {
            let (by, reason) = (Text::lossy("chen"), Text::lossy("it is the investor's"));
            let how = How::PaidByUs { amount: "2.35".parse().unwrap() };
            let closing = Box::new(Closing { how, by, reason });
            let close = fundflow_sagas::purchase::Command::CloseCase { case, closing };
            stage.command::<Purchase>("T", close)
        };
        stage.fuse = Some(fuse);
        close(&mut stage);
        let died = stage.fuse.take().is_none();
        stage.until("03-17 10:00");
        let reply = close(&mut stage);
        assert!(matches!(reply, Reply::Acted), "dead after {fuse}: {reply:?}\n{}", stage.text());
        stage.until("03-18 18:00");
        let look = stage.look::<Purchase>("T");
        let context = || format!("dead after {fuse} ({died})\n{}", stage.text());
        assert!(look.finished && look.open_ends.is_empty(), "{:?} {}", look.open_ends, context());
        assert!(!stage.state(&Key::<Cases>::of(&case)).is_open(), "{}", context());
        let count =
            |name: &str| stage.events.iter().filter(|it| &*it.event.event_type == name).count();
        assert_eq!((count("payout.requested"), count("payout.paid_out")), (1, 1), "{}", context());
        assert_eq!(in_class(&stage, "L:SUSPENSE"), "0", "{}", context());
    }
}

/// Shares of no money fund have income: what comes along is paid to nobody before a person has said so.
#[test]
fn income_that_comes_with_a_redemption_has_a_case_and_is_paid_once_that_is_accepted() {
    use crate::outside::redeemed;
    use fundflow_domain::application::Outcome;
    use fundflow_sagas::ports::registrar::ApplicationAnswer;
    let mut stage = redemption::stage();
    let numbers = ["6000", "1.3071", "7842.60", "34.30", "7813.30"];
    let mut said = redeemed("C1", "2026-02-25", true, numbers, &redemption::LOTS);
    let ApplicationAnswer::Confirmed(record) = &mut said else { panic!("a confirmation") };
    let Outcome::Redemption(numbers) = &mut record.outcome else { panic!("a redemption") };
    numbers.income = "5".parse().unwrap();
    stage.outside.says("R.redeem", redemption::CONFIRMED_AT, said);
    stage.request::<Redemption>("R", redemption::request());
    stage.until("03-16 18:00");
    let case = case_of(&stage).expect("a case");
    let (_, why) = stage.look::<Redemption>("R").parked.expect("parked");
    assert_eq!(&*why.text, "income of 5.0000 was paid along, and nobody asked for it");
    assert!(!stage.has("payout.requested"), "{}", stage.text());

    let (by, reason) = (Text::lossy("chen"), Text::lossy("the registrar was asked"));
    let closing = Box::new(Closing { how: How::Accepted, by, reason });
    let close = fundflow_sagas::redemption::Command::CloseCase { case, closing };
    stage.command::<Redemption>("R", close);
    stage.until("03-31 18:00");
    assert_eq!(stage.look::<Redemption>("R").ending, Some("redemption.completed"));
    assert_eq!(stage.outside.moved["R.redeem.out"], "7813.30".parse().unwrap());
    in_class(&stage, "L:SUSPENSE");
}

/// Shares of no money fund have income, and a conversion pays nobody: a person does.
#[test]
fn income_that_comes_with_a_conversion_of_holdings_has_a_case_and_is_a_persons() {
    use crate::outside::converted;
    use fundflow_domain::{application::Outcome, case::State};
    use fundflow_sagas::ports::registrar::ApplicationAnswer;
    let by_letter = || How::Manual { text: Text::lossy("by letter") };
    for (income, end, kind) in
        [("0.40", "underpaid", Kind::OwedByHand), ("-0.40", "overpaid", Kind::Overpaid)]
    {
        for how in [How::Accepted, by_letter()] {
            let mut stage = conversion::stage(ConversionFeeMethod::FeeDifference);
            let mut said = converted("C1", "2026-02-24", conversion::BY_FEES);
            let ApplicationAnswer::Confirmed(record) = &mut said else { panic!() };
            let Outcome::Conversion(numbers) = &mut record.outcome else { panic!() };
            numbers.income = income.parse().unwrap();
            stage.outside.says("T.convert", conversion::CONFIRMED_AT, said);
            stage.request::<Conversion>("T", conversion::request());
            stage.until("03-16 18:00");
            let mut kinds = Vec::new();
            for how in [how, by_letter()] {
                let [case] = crate::overruled::open(&stage)[..] else { panic!("{}", stage.text()) };
                let State::Open(known) = stage.state(&Key::<Cases>::of(&case)) else { panic!() };
                kinds.push(known.kind());
                assert_eq!(known.findings[0].disputed.money, "0.40".parse().unwrap());
                let (by, reason) = (Text::lossy("chen"), Text::lossy("the registrar was asked"));
                let closing = Box::new(Closing { how, by, reason });
                let close = fundflow_sagas::conversion::Command::CloseCase { case, closing };
                assert!(matches!(stage.command::<Conversion>("T", close), Reply::Acted));
                stage.until("03-17 18:00");
            }
            assert_eq!(kinds, [Kind::AmountDiffers, kind]);
            let look = stage.look::<Conversion>("T");
            assert!(look.finished, "{:?}\n{}", look.waits, stage.text());
            let ends: Vec<_> = look.open_ends.iter().map(|it| (&*it.name, it.worth)).collect();
            assert_eq!(ends, [(end, "0.40".parse().unwrap())]);
            crate::by_hand::units_are_said(&look);
            assert_eq!(in_class(&stage, "L:CUST:REDEEM"), income);
        }
    }
}
