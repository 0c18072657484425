//! A row for each kind of difference: what the registrar states, and what is found.

use super::{buying::*, *};
use crate::{case::Kind as K, fees::tiers::AmountTier, money::Amount};

mod conversions;
mod dates;
mod edges;
mod of_order;
mod properties;
mod redemptions;

type Found = &'static [(Kind, &'static str, &'static str)];

fn money(text: &str) -> Money {
    text.parse().unwrap()
}

fn shares(text: &str) -> Shares {
    text.parse().unwrap()
}

fn nav(text: &str) -> Nav {
    text.parse().unwrap()
}

fn rate(text: &str) -> Promised {
    Promised::Charge(Charge::Rate(text.parse().unwrap()))
}

/// Kind, sentence, disputed shares and disputed money of each finding.
fn shown(findings: &[Finding]) -> Vec<(Kind, &str, String)> {
    let disputed = |it: &Finding| format!("{} {}", it.disputed.shares, it.disputed.money);
    findings.iter().map(|it| (it.kind, it.what.as_str(), disputed(it))).collect()
}

#[track_caller]
fn assert_found(findings: &[Finding], expected: Found) {
    let expected: Vec<_> = expected.iter().map(|(k, what, it)| (*k, *what, (*it).into())).collect();
    assert_eq!(shown(findings), expected);
}

fn bought(amount: &str, fee: &str, refund: &str, price: &str, given: &str) -> PurchaseNumbers {
    PurchaseNumbers {
        amount: money(amount),
        fee: money(fee),
        refund: money(refund),
        nav: nav(price),
        shares: shares(given),
        finished: true,
    }
}

/// An order of which this is the first record.
fn whole(asked: Amount) -> Order {
    Order { asked, left: asked.into(), charged: Money::ZERO }
}

fn expected(fee: Promised) -> PurchaseExpected {
    PurchaseExpected {
        order: whole("10000".parse().unwrap()),
        fee,
        nav: Some(nav("1.2345")),
        rounding: ShareRounding::HalfUp,
    }
}

#[test]
fn a_purchase_that_adds_up_is_no_case() {
    let rows = [
        (rate("0.015"), bought("10000", "147.78", "0", "1.2345", "7980.74")),
        (rate("0.0015"), bought("10000", "14.98", "0", "1.2345", "8088.31")),
        (Promised::FREE, bought("10000", "0", "0", "1.2345", "8100.45")),
        (Promised::FREE, bought("6000", "0", "4000", "1.2345", "4860.27")),
        (Promised::FREE, bought("0", "0", "10000", "1.2345", "0")),
        (Promised::Fee(money("147.78")), bought("10000", "147.78", "0", "1.2345", "7980.74")),
        (Promised::Unsaid, bought("10000", "100.00", "0", "1.2345", "8019.44")),
    ];
    for (fee, stated) in rows {
        assert_found(&purchase(&stated, &expected(fee)), &[]);
    }
    let truncated =
        PurchaseExpected { rounding: ShareRounding::Truncate, ..expected(rate("0.015")) };
    assert_found(&purchase(&bought("10000", "147.78", "0", "1.2345", "7980.73"), &truncated), &[]);
}

/// 1.5 % below a million, 1.2 % from there on, of 1,000,000 yuan of which a record confirms 750,000.
#[test]
fn a_record_is_charged_by_the_tier_of_what_is_confirmed_of_its_order() {
    let tier = |from: &str, charge: &str| {
        let charge = Charge::Rate(charge.parse().unwrap());
        AmountTier { from: money(from), charge }
    };
    let tiers = vec![tier("0", "0.015"), tier("1000000", "0.012")];
    let fee = PromisedFee::Tiers(AmountTiers::try_from(tiers).unwrap());
    let of_all = ["8893.28", "600329.46"];
    let of_the_record = ["11083.74", "598555.09"];
    // The rest comes back; or another record has confirmed it.
    for (beside, asked, refund, right, wrong) in [
        ("0", "1000000", "250000", of_the_record, of_all),
        ("250000", "750000", "0", of_all, of_the_record),
    ] {
        let fee = Promised::of(&fee, money(beside));
        let expected = PurchaseExpected { order: whole(asked.parse().unwrap()), ..expected(fee) };
        let record = |[fee, given]: [&str; 2]| bought("750000", fee, refund, "1.2345", given);
        assert_eq!(purchase(&record(right), &expected), vec![], "beside {beside}");
        let found = purchase(&record(wrong), &expected);
        assert_eq!(found.iter().map(|it| it.kind).collect::<Vec<_>>(), [K::FeeDiffersFromPromise]);
    }
}

#[test]
fn each_difference_in_a_purchase_is_found_with_its_kind_and_worth() {
    let rows: [(PurchaseNumbers, Found); 9] = [
        (
            bought("10000", "14.78", "0", "1.2345", "8088.47"),
            &[(K::FeeDiffersFromPromise, "fee 14.78 is not the promised 0.00", "0.00 14.78")],
        ),
        (
            bought("10000", "147.78", "0", "1.2345", "8100.45"),
            &[(K::FeeDiffersFromPromise, "fee 147.78 is not the promised 0.00", "0.00 147.78")],
        ),
        (
            bought("10000", "0", "0", "1.2345", "810045.00"),
            &[(
                K::SharesDoNotFollowFromNav,
                "shares 810045.00 are not 10000.00 / 1.2345 = 8100.45",
                "801944.55 990000.55",
            )],
        ),
        (
            bought("10000", "0", "0", "1.2345", "8100.44"),
            &[(
                K::SharesDoNotFollowFromNav,
                "shares 8100.44 are not 10000.00 / 1.2345 = 8100.45",
                "0.00 0.01",
            )],
        ),
        (
            bought("10000", "0", "0", "1.2345", "0"),
            &[(K::ZeroShares, "0.00 shares were given for 10000.00", "0.00 10000.00")],
        ),
        (
            bought("10000", "0", "0", "1.2344", "8101.10"),
            &[(K::NavDiffersFromPublished, "nav 1.2344 is not the published 1.2345", "0.65 0.80")],
        ),
        (
            bought("10000", "0", "0", "1.2344", "8100.45"),
            &[(K::NavDiffersFromPublished, "nav 1.2344 is not the published 1.2345", "0.00 0.00")],
        ),
        (
            bought("9000", "0", "0", "1.2345", "7290.40"),
            &[(
                K::AmountDiffers,
                "accepted 9000.00 and refund 0.00 are not the 10000.00 asked",
                "0.00 1000.00",
            )],
        ),
        (
            bought("10000", "0", "0.01", "1.2345", "8100.45"),
            &[(
                K::AmountDiffers,
                "accepted 10000.00 and refund 0.01 are not the 10000.00 asked",
                "0.01 0.01",
            )],
        ),
    ];
    for (stated, found) in rows {
        assert_found(&purchase(&stated, &expected(Promised::FREE)), found);
    }
}

#[test]
fn two_causes_are_two_findings_and_dispute_no_share_twice() {
    let stated = bought("10000", "14.78", "0", "1.2344", "9000.00");
    let findings = purchase(&stated, &expected(Promised::FREE));

    assert_found(
        &findings,
        &[
            (K::FeeDiffersFromPromise, "fee 14.78 is not the promised 0.00", "899.55 14.78"),
            (
                K::NavDiffersFromPublished,
                "nav 1.2344 is not the published 1.2345",
                "899.55 1110.49",
            ),
            (
                K::SharesDoNotFollowFromNav,
                "shares 9000.00 are not 10000.00 / 1.2345 = 8100.45",
                "899.55 1110.49",
            ),
        ],
    );
    let all = Disputed { shares: shares("899.55"), money: money("1110.49") };
    assert_eq!(Disputed::of(&findings), all);
}

#[test]
fn both_sides_figures_stand_beside_each_other() {
    let stated = bought("10000", "0", "0", "1.2345", "9000.00");
    let [finding] = &purchase(&stated, &expected(Promised::FREE))[..] else { panic!("one") };
    let side = |figures: &[Figure]| {
        figures.iter().map(|it| format!("{} {}", it.name, it.value)).collect::<Vec<_>>()
    };

    assert_eq!(side(&finding.ours), ["net 10000.00", "nav 1.2345", "shares 8100.45"]);
    assert_eq!(side(&finding.theirs), ["net 10000.00", "nav 1.2345", "shares 9000.00"]);
}

#[test]
fn before_the_nav_is_published_shares_are_checked_against_the_stated_one() {
    let unknown = PurchaseExpected { nav: None, ..expected(Promised::FREE) };

    assert_found(&purchase(&bought("10000", "0", "0", "1.2344", "8101.10"), &unknown), &[]);
    assert_found(
        &purchase(&bought("10000", "0", "0", "1.2344", "8100.45"), &unknown),
        &[(
            K::SharesDoNotFollowFromNav,
            "shares 8100.45 are not 10000.00 / 1.2344 = 8101.10",
            "0.00 0.80",
        )],
    );
}

#[test]
fn a_fee_that_was_never_promised_is_at_most_what_it_is_taken_from() {
    let stated = bought("10000", "10000.01", "0", "1.2345", "0");

    assert_found(
        &purchase(&stated, &expected(Promised::Unsaid)),
        &[(
            K::FeeDiffersFromPromise,
            "fee 10000.01 is more than the 10000.00 that it is taken from",
            "0.00 0.01",
        )],
    );
}

#[test]
fn a_record_that_is_not_the_last_may_leave_a_part_open_but_not_exceed_the_order() {
    let part = PurchaseNumbers { finished: false, ..bought("6000", "0", "0", "1.2345", "4860.27") };
    let much = PurchaseNumbers { finished: false, ..bought("10000.01", "0", "0", "1", "10000.01") };
    let free = PurchaseExpected { nav: None, ..expected(Promised::FREE) };

    assert_found(&purchase(&part, &free), &[]);
    assert_found(
        &purchase(&PurchaseNumbers { finished: true, ..part }, &free),
        &[(
            K::AmountDiffers,
            "accepted 6000.00 and refund 0.00 are not the 10000.00 asked",
            "0.00 4000.00",
        )],
    );
    assert_found(
        &purchase(&much, &free),
        &[(
            K::AmountDiffers,
            "accepted 10000.01 and refund 0.00 are not the 10000.00 asked",
            "0.01 0.01",
        )],
    );
}

#[test]
fn a_subscription_is_priced_at_face_value_and_its_interest_becomes_shares() {
    let right = SubscriptionNumbers {
        amount: money("10000"),
        fee: money("118.58"),
        refund: Money::ZERO,
        interest: money("3.17"),
        nav: Nav::ONE,
        shares: shares("9884.59"),
        interest_shares: shares("3.17"),
        finished: true,
    };
    let expected = SubscriptionExpected {
        order: whole("10000".parse().unwrap()),
        fee: rate("0.012"),
        most_interest: Some(money("3.17")),
        face: Nav::ONE,
        rounding: ShareRounding::HalfUp,
    };
    let rows: [(SubscriptionNumbers, Found); 5] = [
        (right, &[]),
        (
            SubscriptionNumbers { shares: shares("9881.42"), ..right },
            &[(
                K::SharesDoNotFollowFromNav,
                "shares 9881.42 are not 9884.59 / 1.0000 = 9884.59",
                "0.00 3.17",
            )],
        ),
        (
            SubscriptionNumbers { interest_shares: Shares::ZERO, ..right },
            &[(K::ZeroShares, "0.00 interest shares were given for 3.17", "0.00 3.17")],
        ),
        (
            SubscriptionNumbers {
                interest: money("3.71"),
                shares: shares("9885.13"),
                interest_shares: shares("3.71"),
                ..right
            },
            &[(
                K::AmountDiffers,
                "interest 3.71 is more than the 3.17 that money on demand can earn",
                "3.71 3.71",
            )],
        ),
        (
            SubscriptionNumbers { nav: nav("1.0100"), shares: shares("9786.72"), ..right },
            &[(K::NavDiffersFromPublished, "nav 1.0100 is not the published 1.0000", "0.00 97.87")],
        ),
    ];
    for (stated, found) in rows {
        assert_found(&subscription(&stated, &expected), found);
    }
}
