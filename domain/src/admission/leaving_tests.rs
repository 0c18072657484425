use super::fixture::{BEFORE_CUT_OFF, cap, closed, investor, target, wallet};
use super::leaving::{Admitted, FreeLot, Held, Into, Leaving, Refusal, admit, bought_on};
use super::*;
use crate::{
    fees::{
        Business,
        discount::{DiscountRule, DiscountSource},
    },
    fund::{ConversionPair, FundKind},
    kyc::{KycState, Restriction},
    limits::Exit,
    money::Shares,
    status::{ConvertStatus, FundStatus, Stops},
};

fn shares(text: &str) -> Shares {
    text.parse().unwrap()
}

fn lot(serial: &str, on: &str, left: &str) -> FreeLot {
    FreeLot {
        serial: serial.parse().unwrap(),
        registered_on: on.parse().unwrap(),
        shares: shares(left),
    }
}

/// 6,000.00 of the 6,500.55 shares of three lots (domain reference, 2.7).
fn leaving() -> Leaving {
    Leaving {
        shares: Some(shares("6000")),
        chosen: vec![],
        at: BEFORE_CUT_OFF.parse().unwrap(),
        investor: investor(),
        fund: Arc::new(target()),
        into: None,
        held: Held {
            registered: shares("6500.55"),
            free: shares("6500.55"),
            lots: vec![
                lot("L1", "2025-01-09", "3000"),
                lot("L2", "2026-01-24", "2500.55"),
                lot("L3", "2026-02-08", "1000"),
            ],
            ..Held::default()
        },
        channel: SalesChannel::DirectOnline,
        warning_confirmed: None,
        calendar: Arc::new(TradingCalendar::xshg().unwrap()),
    }
}

fn other() -> FundTerms {
    let mut fund = target();
    fund.code = "050027".parse().unwrap();
    fund.master = fund.code;
    fund
}

/// The same shares into another fund of the same registrar.
pub(super) fn converting() -> Leaving {
    let mut a = leaving();
    let pair = ConversionPair { target: other().code, ..wallet().conversions[0].clone() };
    Arc::make_mut(&mut a.fund).conversions.push(pair);
    let nav = "1.33333333".parse().ok();
    Leaving { into: Some(Into { fund: Arc::new(other()), nav, used: DayTally::default() }), ..a }
}

fn source(a: &mut Leaving) -> &mut FundTerms {
    Arc::make_mut(&mut a.fund)
}

fn into(a: &mut Leaving) -> &mut FundTerms {
    Arc::make_mut(&mut a.into.as_mut().unwrap().fund)
}

type Change = fn(&mut Leaving);

#[track_caller]
fn refused(start: &Leaving, rows: &[(Change, &str)]) {
    for (change, says) in rows {
        let mut a = start.clone();
        change(&mut a);
        assert_eq!(admit(&a).map_err(|refusal| refusal.to_string()), Err((*says).to_owned()));
    }
}

#[test]
fn a_redemption_pins_its_t_and_what_leaves() {
    let admitted = admit(&leaving()).unwrap();

    assert_eq!(admitted.exit, Exit::Part(shares("6000")));
    assert_eq!(admitted.trade_date.to_string(), "2026-02-13");
    assert_eq!(admitted.confirm_by.to_string(), "2026-02-24");
    assert_eq!(admitted.into, None);
    let json = serde_json::to_string(&admitted).unwrap();
    assert_eq!(serde_json::from_str::<Admitted>(&json).unwrap(), admitted);
}

#[test]
fn where_nothing_is_said_all_that_are_free_leave_or_the_lots_that_were_chosen() {
    let all = Leaving { shares: None, ..leaving() };
    assert_eq!(admit(&all).unwrap().exit, Exit::Full(shares("6500.55")));

    let chosen =
        vec![("L1".parse().unwrap(), shares("3000")), ("L3".parse().unwrap(), shares("9"))];
    let some = Leaving { chosen, ..all };
    assert_eq!(admit(&some).unwrap().exit, Exit::Part(shares("3009")));
}

#[test]
fn every_refusal_of_a_redemption_names_what_is_in_the_way() {
    refused(
        &leaving(),
        &[
            (
                |a| source(a).kind = FundKind::Money,
                "shares of money-market fund 011162 are in a wallet, and not among the holdings",
            ),
            (
                |a| a.investor.kyc = KycState::Frozen,
                "an investor who is frozen by an authority cannot redeem",
            ),
            (
                |a| a.investor.same_name_card = false,
                "account acc-1 is not in the investor's own name",
            ),
            (
                |a| source(a).closures.push(closed("2026-02-13", "2026-02-13", Stops::Redemption)),
                "fund 011162 takes no redemptions on 2026-02-13: redemption stopped (notice: a holiday abroad)",
            ),
        ],
    );
    refused(
        &leaving(),
        &[
            (
                |a| a.shares = Some(shares("6500.56")),
                "6500.56 shares were asked for, and 6500.55 are free: 6500.55 registered, 0.00 reserved, 0.00 frozen, 0.00 in dispute",
            ),
            (|a| a.shares = Some(Shares::ZERO), "no shares were asked for"),
            (
                |a| {
                    (a.shares, a.held.free, a.held.reserved) =
                        (None, Shares::ZERO, shares("6500.55"));
                },
                "no share of fund 011162 is free: 6500.55 registered, 6500.55 reserved, 0.00 frozen, 0.00 in dispute",
            ),
            (
                |a| {
                    a.shares = Some(shares("9.99"));
                    source(a).limits.shares.redemption_min = shares("10");
                },
                "9.99 shares are below the minimum of 10.00; all 6500.55 may leave",
            ),
            (
                |a| a.chosen = vec![("L9".parse().unwrap(), shares("6000"))],
                "no lot was registered by confirmation L9",
            ),
            (
                |a| a.chosen = vec![("L3".parse().unwrap(), shares("1000.01"))],
                "1000.01 shares are asked for of the lot of confirmation L3; 1000.00 of it are free",
            ),
            (
                |a| a.chosen = vec![("L1".parse().unwrap(), shares("3000"))],
                "6000.00 shares are asked for, and 3000.00 in the lots that were chosen",
            ),
        ],
    );
}

#[test]
fn what_the_register_froze_is_not_free_and_the_refusal_says_so() {
    let mut a = leaving();
    (a.held.frozen, a.held.free) = (shares("2000"), shares("4500.55"));

    assert_eq!(
        admit(&a).unwrap_err().to_string(),
        "6000.00 shares were asked for, and 4500.55 are free: 6500.55 registered, 0.00 reserved, 2000.00 frozen, 0.00 in dispute"
    );
}

#[test]
fn an_expired_document_blocks_buying_and_never_a_redemption() {
    let expired = |mut a: Leaving| {
        a.investor.kyc = KycState::Restricted(Restriction::IdExpired);
        a.investor.id_valid_until = "2020-01-01".parse().unwrap();
        a
    };
    assert!(admit(&expired(leaving())).is_ok());
    assert_eq!(
        admit(&expired(converting())).unwrap_err().to_string(),
        "an investor who is restricted (the identity document has expired) cannot buy; a verified one can"
    );
}

#[test]
fn too_small_a_rest_goes_out_too_unless_it_is_frozen() {
    let mut a = leaving();
    source(&mut a).limits.shares.balance_min = shares("500.56");
    assert_eq!(admit(&a).unwrap().exit, Exit::ForcedFull(shares("6500.55")));
    (a.held.frozen, a.held.free) = (shares("100"), shares("6400.55"));
    assert_eq!(admit(&a).unwrap().exit, Exit::Part(shares("6000")));
}

#[test]
fn a_conversion_pins_the_pair_and_what_counts_towards_limits() {
    let mut a = converting();
    into(&mut a).limits.large_purchases.push(cap("8000", vec![]));
    let decided = admit(&a).unwrap().into.unwrap();

    assert_eq!(decided.rule.as_str(), "wallet-0");
    assert_eq!(decided.worth, "8000".parse().ok());
    assert_eq!(decided.counted.unwrap().master.to_string(), "050027");
}

#[test]
fn every_refusal_of_a_conversion_names_what_is_in_the_way() {
    refused(
        &converting(),
        &[
            (
                |a| into(a).master = "011162".parse().unwrap(),
                "fund 050027 cannot be converted into itself or another of its share classes",
            ),
            (
                |a| into(a).registrar = "05".parse().unwrap(),
                "fund 011162 and fund 050027 have different registrars, and nothing is converted between them",
            ),
            (|a| source(a).conversions.clear(), "fund 011162 cannot be converted into fund 050027"),
            (
                |a| source(a).convert_status = ConvertStatus::InOnly,
                "shares of fund 011162 cannot leave on 2026-02-13: open, conversion only in",
            ),
            (
                |a| into(a).status = FundStatus::PurchaseStopped,
                "fund 050027 takes no conversions on 2026-02-13: purchase stopped, conversion in and out",
            ),
            (
                |a| source(a).conversions[0].shares_min = shares("6000.01"),
                "6000.00 shares are below the minimum of 6000.01 to convert fund 011162 into fund 050027",
            ),
            (
                |a| source(a).conversions[0].days_min = 7,
                "fund 011162 converts into fund 050027 after 7 days of holding; the lot of confirmation L3 is held since 2026-02-08",
            ),
            (
                |a| into(a).limits.individual.conversion_in_max = "7999.99".parse().ok(),
                "amount 8000.00 is above 7999.99, the most of fund 050027 in one order",
            ),
            (
                |a| into(a).limits.large_purchases.push(cap("7999.99", vec![])),
                "amount 8000.00 after 0.00 on 2026-02-13 is above 7999.99, the most of fund 050027 in a day; 7999.99 would fit (notice: large purchases)",
            ),
            (
                |a| into(a).risk = crate::fund::ProductRisk::R4,
                "an investor of level C3 must confirm the warning risk-warning-2017 before buying fund 050027 of risk R4",
            ),
        ],
    );
}

#[test]
fn a_lot_that_is_named_twice_is_refused_with_both_figures() {
    let lots = ["1000", "1"].map(|of| ("L3".parse().unwrap(), shares(of)));
    let twice = Leaving { chosen: lots.to_vec(), shares: Some(shares("1001")), ..leaving() };
    let Err(refusal) = admit(&twice) else { panic!("it is the same lot") };
    assert_eq!(
        refusal.to_string(),
        "lots L3:1000.00 L3:1.00: name the lot once, with all shares of it"
    );
}

#[test]
fn only_the_lots_that_leave_must_have_been_held_long_enough() {
    let mut a = converting();
    source(&mut a).conversions[0].days_min = 7;
    a.shares = Some(shares("5500.55"));
    assert!(admit(&a).is_ok());
    a.shares = Some(shares("1000"));
    a.chosen = vec![("L3".parse().unwrap(), shares("1000"))];
    assert!(matches!(admit(&a), Err(Refusal::HeldTooShort { .. })));
}

/// Lots L1 and L2 leave, and the 1,000.00 of L3 with them, since fewer than 1,500.00 may not stay.
#[test]
fn a_lot_that_must_leave_with_the_chosen_ones_must_have_been_held_long_enough_too() {
    let mut a = converting();
    source(&mut a).limits.shares.balance_min = shares("1500");
    a.shares = None;
    a.chosen =
        vec![("L1".parse().unwrap(), shares("3000")), ("L2".parse().unwrap(), shares("2500.55"))];
    assert_eq!(admit(&a).unwrap().exit, Exit::ForcedFull(shares("6500.55")));
    source(&mut a).conversions[0].days_min = 7;
    assert!(matches!(admit(&a), Err(Refusal::HeldTooShort { .. })));
    source(&mut a).limits.shares.balance_min = shares("1000");
    assert_eq!(admit(&a).unwrap().exit, Exit::Part(shares("5500.55")));
}

/// T of both is Friday the 13th, five days after the 8th: it is typed on Thursday evening, and on Friday.
#[test]
fn days_of_holding_are_counted_to_t_and_not_to_the_instant_of_the_request() {
    for at in ["2026-02-12T15:00:00+08:00", "2026-02-13T14:59:59+08:00"] {
        let mut a = Leaving { at: at.parse().unwrap(), ..converting() };
        source(&mut a).conversions[0].days_min = 5;
        assert_eq!(admit(&a).map(|it| it.trade_date.to_string()), Ok("2026-02-13".into()), "{at}");
        source(&mut a).conversions[0].days_min = 6;
        assert!(matches!(admit(&a), Err(Refusal::HeldTooShort { .. })), "{at}");
    }
}

/// A campaign of the target goes before what the pair of funds agreed on; over, it does not.
#[test]
fn a_conversion_gets_the_strongest_discount_of_its_t() {
    let rule = |until: &str| DiscountRule {
        id: "camp".parse().unwrap(),
        source: DiscountSource::Campaign,
        multiplier: "0.1".parse().unwrap(),
        floor: None,
        from: "2026-01-01".parse().unwrap(),
        until: until.parse().ok(),
        channel: None,
        businesses: vec![Business::Conversion],
    };
    for (until, expected) in
        [("2026-02-13", ("0.1000", "camp")), ("2026-02-12", ("0.5000", "half"))]
    {
        let mut a = converting();
        let pair = &mut source(&mut a).conversions[0];
        (pair.topup_discount, pair.rule) = ("0.5".parse().unwrap(), "half".parse().unwrap());
        into(&mut a).discounts.push(rule(until));
        let admitted = admit(&a).unwrap().into.unwrap();
        let is = (admitted.topup_discount.to_string(), admitted.rule.to_string());
        assert_eq!(is, (expected.0.to_owned(), expected.1.to_owned()), "{until}");
    }
}

#[test]
fn a_redemption_and_a_conversion_of_more_than_is_free_say_the_same() {
    let bound = |a: &mut Leaving| {
        (a.held.reserved, a.held.frozen) = (shares("500"), shares("100.55"));
        a.held.free = shares("5900");
    };
    let (mut redeemed, mut converted) = (leaving(), converting());
    bound(&mut redeemed);
    bound(&mut converted);
    let said = [&redeemed, &converted].map(|a| admit(a).unwrap_err().to_string());
    assert_eq!(said[0], said[1]);
    assert!(said[0].contains("6000.00") && said[0].contains("5900.00"), "{}", said[0]);

    // All that are free leave where nothing is said, by either.
    for a in [&mut redeemed, &mut converted] {
        a.shares = None;
        assert_eq!(admit(a).unwrap().exit.shares(), shares("5900"));
    }
}

type Terms = fn(&mut FundTerms);

/// 6,000 shares at 1.33333333 are worth 8,000.
#[test]
fn what_is_converted_on_a_later_t_is_held_against_the_targets_limits_per_order_and_the_investors_level()
 {
    let was = admit(&converting()).unwrap().into.unwrap();
    let t = TradingDay::recorded("2026-02-24".parse().unwrap());
    let said = |holds: bool, change: Terms| {
        let (mut fund, whose) = (other(), (&investor().id, CustomerType::Individual));
        change(&mut fund);
        bought_on(&was, whose, (&fund, holds), t).map_err(|no| no.to_string()).err()
    };
    assert_eq!(
        said(false, |it| it.limits.individual.conversion_in_max = "8000".parse().ok()),
        None
    );
    let rows: [(Terms, &str); 4] = [
        (
            |it| it.limits.individual.conversion_in_max = "7999.99".parse().ok(),
            "amount 8000.00 is above 7999.99, the most of fund 050027 in one order",
        ),
        (
            |it| it.limits.individual.first_min = "8000.01".parse().unwrap(),
            "amount 8000.00 is below the minimum of 8000.01 for fund 050027",
        ),
        (
            |it| it.limits.individual.step = "3000".parse().ok(),
            "amount 8000.00 is not a multiple of 3000.00, the step of fund 050027",
        ),
        (
            |it| it.risk = crate::fund::ProductRisk::R5,
            "an investor of level C3 must confirm the warning risk-warning-2017 before buying fund \
             050027 of risk R5",
        ),
    ];
    for (change, expected) in rows {
        assert_eq!(said(false, change).as_deref(), Some(expected));
    }
    let first_min =
        |it: &mut FundTerms| it.limits.individual.first_min = "8000.01".parse().unwrap();
    assert_eq!(said(true, first_min), None, "who holds some is held against the other minimum");
}
