use super::*;
use CustomerType as T;
use SalesChannel as C;

fn shares(text: &str) -> Shares {
    text.parse().unwrap()
}

fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

fn order_limits(day_max: Option<DayMax>) -> OrderLimits {
    OrderLimits {
        first_min: "100".parse().unwrap(),
        additional_min: "10".parse().unwrap(),
        step: None,
        order_max: None,
        conversion_in_max: None,
        day_max,
    }
}

fn cap(yuan: u32) -> DayMax {
    DayMax { amount: Money::whole_yuan(yuan), on_excess: ExcessPolicy::RejectWhole }
}

fn notice(from: &str, through: Option<&str>, yuan: u32) -> LargePurchaseNotice {
    LargePurchaseNotice {
        from: day(from),
        through: through.map(day),
        channels: vec![],
        customers: vec![],
        day_max: cap(yuan),
        notice: format!("notice of {from}"),
    }
}

fn limits(large_purchases: Vec<LargePurchaseNotice>) -> Limits {
    Limits {
        individual: order_limits(Some(cap(9_000_000))),
        institution: order_limits(None),
        shares: ShareLimits {
            redemption_min: shares("10"),
            conversion_min: shares("20"),
            balance_min: shares("5"),
        },
        large_purchases,
        fast_redemption_day_max: None,
    }
}

#[test]
fn a_notice_holds_on_its_days_and_for_its_addressees_only() {
    let agencies = LargePurchaseNotice {
        channels: vec![SalesChannel::Agency],
        ..notice("2024-07-05", None, 5_000_000)
    };
    let institutions = LargePurchaseNotice {
        customers: vec![CustomerType::Institution],
        ..notice("2018-02-12", Some("2018-12-31"), 1_000_000)
    };
    let limits = limits(vec![agencies, institutions]);
    let rows = [
        (T::Individual, C::Agency, "2024-07-04", Some((9_000_000, None))),
        (T::Individual, C::Agency, "2024-07-05", Some((5_000_000, Some("notice of 2024-07-05")))),
        (T::Individual, C::DirectOnline, "2024-07-05", Some((9_000_000, None))),
        (T::Institution, C::DirectOnline, "2018-02-11", None),
        (
            T::Institution,
            C::DirectOnline,
            "2018-02-12",
            Some((1_000_000, Some("notice of 2018-02-12"))),
        ),
        (
            T::Institution,
            C::DirectOnline,
            "2018-12-31",
            Some((1_000_000, Some("notice of 2018-02-12"))),
        ),
        (T::Institution, C::DirectOnline, "2019-01-01", None),
    ];
    for (customer, channel, on, expected) in rows {
        let expected = expected.map(|(yuan, notice)| DayCap { max: cap(yuan), notice });
        assert_eq!(limits.day_cap(customer, channel, day(on)), expected, "{customer:?} {on}");
    }
}

#[test]
fn of_several_caps_the_lowest_holds() {
    let limits =
        limits(vec![notice("2026-01-01", None, 50_000), notice("2026-01-01", None, 10_000)]);
    let cap_of = |on| limits.day_cap(CustomerType::Individual, SalesChannel::DirectOnline, day(on));

    assert_eq!(cap_of("2026-02-13").unwrap().max, cap(10_000));
}

#[test]
fn a_product_is_limited_as_an_institution_is() {
    let limits = limits(vec![]);

    assert_eq!(limits.of(CustomerType::Product), &limits.institution);
    assert_eq!(limits.of(CustomerType::Individual), &limits.individual);
}

#[test]
fn what_would_stay_behind_decides_whether_all_must_leave() {
    use Outflow as W;
    let rows = [
        (W::Redemption, "50", "100", Ok(Exit::Part(shares("50")))),
        (W::Redemption, "95", "100", Ok(Exit::Part(shares("95")))),
        (W::Redemption, "95.01", "100", Ok(Exit::ForcedFull(shares("100")))),
        (W::Redemption, "100", "100", Ok(Exit::Full(shares("100")))),
        (W::Redemption, "3", "3", Ok(Exit::Full(shares("3")))),
        (W::Conversion, "20", "100", Ok(Exit::Part(shares("20")))),
        (W::Redemption, "0", "100", Err("no shares were asked for")),
        (W::Redemption, "100.01", "100", Err("100.01 shares were asked for and 100.00 are held")),
        (
            W::Redemption,
            "9.99",
            "100",
            Err("9.99 shares are below the minimum of 10.00; all 100.00 may leave"),
        ),
        (
            W::Conversion,
            "19.99",
            "100",
            Err("19.99 shares are below the minimum of 20.00; all 100.00 may leave"),
        ),
    ];
    for (way, asked, held, expected) in rows {
        let exit = limits(vec![]).shares.exit(way, shares(asked), shares(held));
        assert_eq!(exit.map_err(|no| no.to_string()), expected.map_err(str::to_owned));
    }
}

#[test]
fn a_key_tells_fund_investor_day_customer_and_channel_apart() {
    let key = LimitKey {
        master: "050027".parse().unwrap(),
        investor: "i-1".parse().unwrap(),
        day: TradingDay::recorded(day("2026-02-13")),
        customer: CustomerType::Individual,
        channel: SalesChannel::DirectOnline,
    };
    assert_eq!(key.to_string(), "050027.i-1.2026-02-13.individual.direct_online");
}
