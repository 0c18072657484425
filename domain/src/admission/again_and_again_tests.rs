use super::again_and_again::{agree, agree_again};
use super::fixture::{closed, request, with_investor, with_target, with_wallet};
use super::*;
use crate::status::{ConvertStatus, FundStatus, Stops};

fn agreed(a: &Admission) -> Result<[Suitability; 2], Refusal> {
    agree(a, Some(TradingDay::recorded("2026-02-24".parse().unwrap())))
}

#[test]
fn whoever_may_buy_by_way_of_a_wallet_may_agree_to_do_it_again_and_again() {
    let verdicts = agreed(&request()).unwrap();
    let funds = verdicts.map(|verdict| verdict.fund.to_string());
    assert_eq!(funds, ["000730", "011162"]);
    let another = with_wallet(|fund| fund.registrar = "other".parse().unwrap());
    assert!(agreed(&another).is_ok(), "shares are redeemed and the money buys");
    assert!(agree(&request(), None).is_ok(), "no calendar covers the first date yet");
}

#[test]
fn what_can_never_be_run_by_the_terms_of_both_funds_is_not_agreed_to() {
    let rows = [
        (
            with_wallet(|fund| fund.conversions.clear()),
            "fund 000730 cannot be converted into fund 011162",
        ),
        (
            with_target(|fund| fund.convert_status = ConvertStatus::OutOnly),
            "fund 011162 takes no conversions on 2026-02-24: open, conversion only out",
        ),
        (
            with_wallet(|fund| fund.status = FundStatus::Stopped),
            "fund 000730 takes no purchases on 2026-02-24: stopped",
        ),
        (
            with_target(|fund| fund.limits.individual.first_min = "10001".parse().unwrap()),
            "amount 10000.00 is below the minimum of 10001.00 for fund 011162",
        ),
        (
            with_wallet(|fund| fund.limits.individual.order_max = "9999".parse().ok()),
            "amount 10000.00 is above 9999.00, the most of fund 000730 in one order",
        ),
        (
            with_investor(|it| it.same_name_card = false),
            "payment account acc-1 is not in the investor's own name",
        ),
    ];
    for (admission, says) in rows {
        assert_eq!(agreed(&admission).unwrap_err().to_string(), says);
    }
}

#[test]
fn a_closure_skips_its_dates_and_is_no_reason_against_the_plan() {
    let shut = || closed("2026-02-24", "2026-02-27", Stops::Everything);
    assert!(agreed(&with_target(|fund| fund.closures = vec![shut()])).is_ok());
    assert!(agreed(&with_wallet(|fund| fund.closures = vec![shut()])).is_ok());
}

#[test]
fn another_amount_is_held_against_the_limits_of_both_funds_and_nothing_else() {
    let stopped = with_target(|fund| fund.status = FundStatus::Stopped);
    assert!(agree_again(&stopped).is_ok());
    let small = Admission { amount: "99".parse().unwrap(), ..request() };
    let says = "amount 99.00 is below the minimum of 100.00 for fund 000730";
    assert_eq!(agree_again(&small).unwrap_err().to_string(), says);
}
