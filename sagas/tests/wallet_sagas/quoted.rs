//! What a withdrawal would come to, held against what is counted and stored when it is asked for.

use crate::{
    fast_withdraw,
    stage::{Stage, tx},
    terms::{house, money_fund},
    withdraw,
};
use fundflow_domain::money::Money;
use fundflow_kernel::streams::Streams;
use fundflow_runtime::{message::Reply, quote::Quoted, saga::Preparing};
use fundflow_sagas::fast_withdraw::FastWithdraw;

/// What the saga says at this instant of such a request.
fn quoted<S: Quoted>(
    stage: &Stage<S>,
    (request, asked): (&S::Request, &S::Asked),
) -> Result<S::Quote, S::Refusal> {
    let (id, now) = (&tx("TX-9"), stage.now);
    let of = Preparing { id, request, asked, now, ports: None };
    let mut streams = Streams::default();
    for need in stage.saga.reads(&of) {
        let history = stage.events.iter().filter(|it| it.stream == *need.stream());
        assert_eq!(streams.provide(&need, history), None);
    }
    stage.saga.quote(&streams, &of)
}

/// 12,000 shares, of a fund that lets so much cash out on a day.
fn fast(max: &str) -> Stage<FastWithdraw> {
    let mut fund = money_fund();
    fund.limits.fast_redemption_day_max = max.parse().ok();
    let house = house(vec![fund]);
    let saga = FastWithdraw { house, ..fast_withdraw::saga(fast_withdraw::licensed()) };
    let mut stage = Stage::new(saga, "02-03 10:00");
    stage.holding("i-1", "12000");
    stage
}

#[test]
fn a_quota_that_is_used_in_part_leaves_what_the_day_then_takes() {
    for (max, most, then, room) in [
        ("10000", "10000.00", "5500.50", "499.50"),
        ("6000", "6000.00", "1999.99", "0.01"),
        ("6000", "6000.00", "2000", "0.00"),
        // No terms of a fund can allow more than the law does.
        ("99999", "10000.00", "6000", "0.00"),
    ] {
        let mut stage = fast(max);
        let (request, asked) = (fast_withdraw::request, fast_withdraw::asked);
        assert!(matches!(stage.request(request("4000"), asked()), Reply::Placed { .. }));
        let quote = quoted(&stage, (&request(then), &asked())).unwrap();
        let figures = [quote.max, quote.used, quote.cash, quote.left].map(|it| it.to_string());
        let cash = then.parse::<Money>().unwrap().to_string();
        assert_eq!(figures, [most, "4000.00", &cash, room], "{max}");
        assert_eq!(quote.day.to_string(), "2026-02-03");

        // The day takes just that, and no more than what is left.
        assert!(matches!(stage.request_as("TX-2", request(then), asked()), Reply::Placed { .. }));
        let rest: Money = room.parse().unwrap();
        let beyond = rest.decimal() + rust_decimal::Decimal::ONE;
        let more = quoted(&stage, (&request(&beyond.to_string()), &asked()));
        assert!(more.is_err(), "{max}: {more:?}");
    }
}

#[test]
fn a_withdrawal_of_a_part_leaves_its_income_and_one_of_all_takes_it_along() {
    for (shares, income) in [(Some("400"), false), (None, true)] {
        let stage = withdraw::with_income(withdraw::stage("02-03 10:00"));
        let quote = quoted(&stage, (&withdraw::request(shares), &withdraw::asked())).unwrap();
        let unpaid = stage.wallet().unpaid_income();
        assert!(unpaid.decimal() > rust_decimal::Decimal::ZERO);
        assert_eq!(quote.income, income.then_some(unpaid));
        assert_eq!([quote.gross, quote.fee], [quote.payout, Money::ZERO]);
        assert_eq!(quote.gross.decimal(), quote.shares.decimal());
        assert!(quote.earns_until.is_some_and(|day| day >= quote.trade_date.date()));
    }
}
