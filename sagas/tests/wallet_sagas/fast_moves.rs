//! Cash at once whose T ends before the bank has the call: decided again for the T of now.

use crate::{
    fast_withdraw::{asked, licensed, request, saga},
    minima::house_with,
    ports::ports_without,
    stage::{Stage, at},
    terms::closed_on,
};
use fundflow_domain::{
    fast_quota::{FastQuota, QuotaKey},
    fund::FundTerms,
    status::{FundStatus, Stops},
};
use fundflow_kernel::streams::Key;
use fundflow_sagas::fast_withdraw::FastWithdraw;

type Change = fn(&mut FundTerms);

/// 400 of 1,000 shares, two seconds before the cut-off of 3 February; that call never arrives, and is asked
/// about after it. The fund has other terms from the 4th on.
fn lost(name: &str, change: Change) -> Stage<FastWithdraw> {
    let saga = FastWithdraw { house: house_with(change), ..saga(licensed()) };
    let mut stage = Stage::new(saga, "02-03 14:59:58");
    stage.runner.set_ports(ports_without("ta-06"));
    stage.holding("i-1", "1000");
    stage.outside.down.insert(name.to_owned());
    stage.request(request("400"), asked());
    stage.settle();
    stage.outside.down.clear();
    stage.now = at("02-03 15:00:07");
    stage.run();
    stage
}

/// Yuan that count on the 3rd.
fn used(stage: &Stage<FastWithdraw>) -> String {
    let key = QuotaKey {
        investor: "i-1".parse().unwrap(),
        fund: "000730".parse().unwrap(),
        distributor: "shop".parse().unwrap(),
        day: "2026-02-03".parse().unwrap(),
    };
    stage.fold(&Key::<FastQuota>::of(&key)).state.used().to_string()
}

#[test]
fn no_cash_goes_out_where_the_t_that_it_moves_to_does_not_let_the_shares_leave() {
    let rows: [(Change, &str); 7] = [
        (|it| it.registrar = "06".parse().unwrap(), "no_port"),
        (|it| it.status = FundStatus::RedemptionStopped, "not_admitted"),
        (|it| *it = closed_on(it.clone(), "2026-02-04", Stops::Redemption), "not_admitted"),
        (|it| it.limits.fast_redemption_day_max = None, "not_admitted"),
        (|it| it.limits.fast_redemption_day_max = "399.99".parse().ok(), "above_day_limit"),
        (|it| it.limits.shares.redemption_min = "400.01".parse().unwrap(), "not_admitted"),
        (|it| it.limits.shares.balance_min = "600.01".parse().unwrap(), "not_admitted"),
    ];
    for (nth, (change, code)) in rows.into_iter().enumerate() {
        let stage = lost("transfer.out", change);
        let text = stage.text();
        assert!(text.contains("fast_withdraw.kept_in_wallet"), "row {nth}: {text}");
        assert_eq!(&*stage.look().failure.unwrap().code, code, "row {nth}: {text}");
        assert_eq!(stage.count("advance.advanced"), 0, "row {nth}: {text}");
        assert_eq!(stage.wallet().available().to_string(), "1000.00", "row {nth}");
        assert_eq!(used(&stage), "0.00", "row {nth}");
    }
}

#[test]
fn cash_that_the_later_t_lets_out_goes_out_once_and_counts_once() {
    let stage = lost("transfer.out", |it| {
        it.limits.fast_redemption_day_max = "400".parse().ok();
        it.limits.shares.redemption_min = "400".parse().unwrap();
        it.limits.shares.balance_min = "600".parse().unwrap();
    });
    let text = stage.text();
    assert!(text.contains("fast_withdraw.paid_out"), "{text}");
    let counts = ["fast_withdraw.readmitted", "advance.advanced", "fast_quota.given_back"];
    assert_eq!(counts.map(|it| stage.count(it)), [1, 1, 0], "{text}");
    assert_eq!(used(&stage), "400.00");
}

/// The cash is out, and the transfer arrives too late for its T: nothing is undone.
#[test]
fn the_bank_waits_for_a_fund_that_lets_no_shares_leave_and_a_person_reads_why() {
    let stage = lost("transfer", |it| it.status = FundStatus::RedemptionStopped);
    let (row, cause) = stage.look().parked.unwrap();
    assert_eq!(row.to_string(), "order redemption", "{}", stage.text());
    let why = "fund 000730 takes no redemptions on 2026-02-05: redemption stopped, nor on any later day \
               of the calendar";
    assert_eq!(&*cause.text, why);
}
