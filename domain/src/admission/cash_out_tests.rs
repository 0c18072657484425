use super::*;
use crate::{admission::fixture, kyc::Restriction, status::Stops};

fn shares(text: &str) -> Shares {
    text.parse().unwrap()
}

fn yuan(text: &str) -> Money {
    text.parse().unwrap()
}

/// 400 of 1,000 free shares, on the last trading day before the Spring Festival.
fn request() -> CashOut {
    CashOut {
        way: Way::Ordinary,
        shares: Some(shares("400")),
        at: fixture::BEFORE_CUT_OFF.parse().unwrap(),
        investor: fixture::investor(),
        account: "acc-1".parse().unwrap(),
        fund: Arc::new(fixture::wallet()),
        balance: free("1000"),
        reserved_by: ReservedBy::default(),
        calendar: Arc::new(TradingCalendar::xshg().unwrap()),
    }
}

fn free(all: &str) -> Balance {
    Balance { registered: shares(all), available: shares(all), ..Balance::default() }
}

fn fast(used: &str) -> Way {
    Way::Fast { by: Advancer::LicensedBank("bank-1".parse().unwrap()), used: yuan(used) }
}

fn with_fund(change: impl FnOnce(&mut FundTerms)) -> CashOut {
    let mut fund = fixture::wallet();
    change(&mut fund);
    CashOut { fund: Arc::new(fund), ..request() }
}

fn with_investor(change: impl FnOnce(&mut InvestorProfile)) -> CashOut {
    let mut investor = fixture::investor();
    change(&mut investor);
    CashOut { investor, ..request() }
}

#[test]
fn a_withdrawal_before_a_holiday_is_paid_when_the_exchange_opens_again() {
    let admitted = admit(&request()).unwrap();

    let days = [admitted.trade_date, admitted.confirm_by, admitted.paid_by].map(|d| d.to_string());
    assert_eq!(days, ["2026-02-13", "2026-02-24", "2026-02-24"]);
    assert_eq!((admitted.shares, admitted.take_income), (shares("400"), false));
}

#[test]
fn money_is_never_here_before_the_registrar_has_spoken() {
    let slow = with_fund(|fund| (fund.confirm_lag, fund.payout_lag) = (2, 1));

    assert_eq!(admit(&slow).unwrap().paid_by.to_string(), "2026-02-25");
}

#[test]
fn all_shares_take_the_unpaid_income_along_and_a_part_does_not() {
    let rows = [
        (Some("1000"), free("1000"), "1000", true),
        (None, free("1000"), "1000", true),
        (Some("999.99"), free("1000"), "1000", true),
        (Some("999"), free("1000"), "999", false),
        (
            None,
            Balance { frozen: shares("500"), available: shares("500"), ..free("1000") },
            "500",
            false,
        ),
        (
            Some("499.99"),
            Balance { frozen: shares("500"), available: shares("500"), ..free("1000") },
            "499.99",
            false,
        ),
        // The last of two orders takes it along.
        (
            Some("600"),
            Balance { reserved: shares("400"), registered: shares("1000"), ..free("600") },
            "600",
            true,
        ),
    ];
    for (asked, balance, leave, income) in rows {
        let a = CashOut { shares: asked.map(shares), balance, ..request() };
        let admitted = admit(&a).unwrap();
        assert_eq!((admitted.shares, admitted.take_income), (shares(leave), income), "{asked:?}");
    }
    let all = CashOut { way: fast("0"), shares: None, ..request() };
    assert!(!admit(&all).unwrap().take_income, "a fast withdrawal leaves it in the wallet");
}

/// What others take is not there to stay; what is frozen is.
#[test]
fn what_would_be_left_below_the_minimum_goes_out_too() {
    let leaves = |balance: Balance| {
        let fund = with_fund(|fund| fund.limits.shares.balance_min = shares("100"));
        admit(&CashOut { balance, shares: Some(shares("60")), ..fund }).unwrap().shares
    };
    let of_200 = Balance { registered: shares("200"), ..free("140") };

    assert_eq!(leaves(free("200")), shares("60"));
    assert_eq!(leaves(Balance { reserved: shares("60"), ..of_200 }), shares("140"));
    assert_eq!(leaves(Balance { frozen: shares("60"), ..of_200 }), shares("60"));
}

#[test]
fn an_expired_document_locks_nobody_in() {
    let expired = with_investor(|investor| {
        investor.kyc = KycState::Restricted(Restriction::IdExpired);
        investor.id_valid_until = "2020-01-01".parse().unwrap();
    });
    assert!(admit(&expired).is_ok());
}

type Row = (CashOut, &'static str);

/// Who asks, and for what.
fn refused_for_the_request() -> Vec<Row> {
    vec![
        (
            CashOut { at: "2062-01-01T10:00:00+08:00".parse().unwrap(), ..request() },
            "no trading day can be named: ",
        ),
        (
            with_fund(|fund| fund.kind = FundKind::Bond),
            "fund 000730 is a bond fund; only shares of a money-market fund are in a wallet",
        ),
        (
            with_investor(|investor| investor.kyc = KycState::Frozen),
            "an investor who is frozen by an authority cannot take money out",
        ),
        (
            CashOut { account: "acc-2".parse().unwrap(), ..request() },
            "money goes to account acc-1, from which it came, and not to acc-2",
        ),
        (
            with_investor(|investor| investor.same_name_card = false),
            "account acc-1 is not in the investor's own name",
        ),
    ]
}

fn all_reserved() -> CashOut {
    let by = [("W-1", "400"), ("W-2", "600")];
    let by = by.map(|(transaction, some)| (transaction.parse().unwrap(), shares(some)));
    let reserved = shares("1000");
    let balance = Balance { available: Shares::ZERO, reserved, ..free("1000") };
    CashOut { balance, reserved_by: ReservedBy(by.to_vec()), shares: None, ..request() }
}

/// The day, the shares, the quota.
fn refused_for_the_shares() -> Vec<Row> {
    let balance = Balance {
        registered: shares("1000"),
        available: shares("300"),
        reserved: shares("200"),
        frozen: shares("400"),
        disputed: shares("100"),
    };
    vec![
        (
            with_fund(|fund| {
                fund.closures =
                    vec![fixture::closed("2026-02-13", "2026-02-13", Stops::Redemption)];
            }),
            "fund 000730 takes no redemptions on 2026-02-13: redemption stopped",
        ),
        (
            CashOut { balance, ..request() },
            "400.00 shares were asked for and 300.00 are available: 1000.00 are registered, 200.00 reserved, 400.00 frozen by the register, 100.00 in dispute",
        ),
        (
            CashOut { shares: Some(shares("0.99")), ..request() },
            "0.99 shares are below the minimum of 1.00; all 1000.00 may leave",
        ),
        (CashOut { shares: Some(Shares::ZERO), ..request() }, "no shares were asked for"),
        (
            CashOut { balance: Balance::default(), shares: None, ..request() },
            "all shares were asked for and 0.00 are available: 0.00 are registered, 0.00 reserved, ",
        ),
        (
            all_reserved(),
            "all shares were asked for and 0.00 are available: 1000.00 are registered, 1000.00 reserved (400.00 by W-1, 600.00 by W-2), 0.00 frozen by the register, 0.00 in dispute",
        ),
        (
            CashOut {
                way: fast("0"),
                ..with_fund(|fund| fund.limits.fast_redemption_day_max = None)
            },
            "fund 000730 has no fast redemption; an ordinary withdrawal is possible",
        ),
        (
            CashOut {
                way: Way::Fast { by: Advancer::Distributor, used: Money::ZERO },
                ..request()
            },
            "the distributor may not advance money; only a bank with a licence to sell funds may",
        ),
    ]
}

/// More at once than the day's quota: what would fit is named, where anything would.
fn refused_for_the_quota() -> Vec<Row> {
    vec![
        (
            CashOut { way: fast("9600.01"), ..request() },
            "400.00 yuan at once after 9600.01 on this day are above 10000.00; 399.99 would fit, and an ordinary withdrawal is not limited",
        ),
        (
            CashOut {
                way: fast("9050"),
                shares: Some(shares("940")),
                ..with_fund(|fund| fund.limits.shares.balance_min = shares("100"))
            },
            "1000.00 yuan at once after 9050.00 on this day are above 10000.00; 900.00 would fit, and",
        ),
        (
            CashOut {
                way: fast("9999.50"),
                ..with_fund(|fund| fund.limits.shares.balance_min = shares("100"))
            },
            "400.00 yuan at once after 9999.50 on this day are above 10000.00; 0.00 would fit, and",
        ),
    ]
}

#[test]
fn every_refusal_says_what_is_possible_instead() {
    let rows = [refused_for_the_request(), refused_for_the_shares(), refused_for_the_quota()];
    for (a, says) in rows.concat() {
        let refusal = admit(&a).unwrap_err().to_string();
        assert!(refusal.starts_with(says), "{refusal}\n{says}");
    }
    assert!(admit(&CashOut { way: fast("9600"), ..request() }).is_ok(), "the limit may be reached");
}

/// 99.50 of 100.00 free shares would leave 0.50 of them, where one must stay; 0.50 stay frozen besides.
#[test]
fn a_remainder_stays_where_it_is_the_minimum_together_with_what_is_frozen() {
    let asked = |frozen: &str| {
        let registered = shares("100").plus(shares(frozen)).unwrap();
        let balance = Balance { registered, frozen: shares(frozen), ..free("100") };
        admit(&CashOut { shares: Some(shares("99.50")), balance, ..request() }).unwrap().shares
    };
    assert_eq!(asked("0.50"), shares("99.50"));
    assert_eq!(asked("0.49"), shares("100"));
}

#[test]
fn cash_at_once_of_a_later_instant_has_the_days_and_the_terms_of_that_one() {
    let was = admit(&CashOut { way: fast("0"), ..request() }).unwrap();
    let mut fund = fixture::wallet();
    (fund.version, fund.payout_lag) = ("w-2".parse().unwrap(), 2);
    let calendar = request().calendar;
    let at = "2026-02-13T15:00:00+08:00".parse().unwrap();
    let is = readmit(&was, &fund, (&calendar, at)).unwrap();
    let days = [is.trade_date, is.confirm_by, is.paid_by].map(|day| day.to_string());
    assert_eq!(days, ["2026-02-24", "2026-02-25", "2026-02-26"]);
    assert_eq!((is.terms.as_str(), &is.calendar), ("w-2", calendar.version()));
    assert_eq!((is.requested_at, is.shares), (was.requested_at, was.shares));

    let mut shut = fixture::wallet();
    shut.closures.push(fixture::closed("2026-02-24", "2026-02-24", Stops::Redemption));
    let refused = readmit(&was, &shut, (&calendar, at));
    assert!(matches!(refused, Err(Refusal::RedemptionNotOpen { .. })), "{refused:?}");
    fund.limits.fast_redemption_day_max = None;
    let refused = readmit(&was, &fund, (&calendar, at));
    let not_offered = Refusal::FastNotOffered { fund: fund.code, ordinary: false };
    assert_eq!(refused, Err(not_offered));
}
