//! The house of a town: the ready-made one without fees, with bounds for a day, and with funds that a wallet reaches in
//! each way that there is.

use crate::{
    at_par, wanted,
    worlds::{date, money, read, target_code, wallet_code},
};
use fundflow_domain::{
    fund::{Closure, ConversionPair, FundTerms},
    ids::FundCode,
    limits::{DayMax, ExcessPolicy},
    status::Stops,
};
use fundflow_sagas::house::House;

/// Out of the wallet on the next day: its registrar does not link a purchase with the conversion that follows it.
pub(super) fn unlinked_code() -> FundCode {
    read("050011")
}

/// At another registrar than the wallet: reached by a redemption alone.
pub(super) fn elsewhere_code() -> FundCode {
    read("070011")
}

/// Yuan that one investor may bring in on a day: some days it is reached.
const DAY_MAX: &str = "400000.00";

/// The date on which nobody can buy, in one of three houses: what moves to it is refused there.
const CLOSED: &str = "2026-02-11";

pub(super) fn house(nth: u32) -> House {
    let mut funds = wanted::funds();
    let target = funds.iter().find(|fund| fund.code == target_code()).cloned();
    let target = target.expect("the target");
    let code = unlinked_code();
    let mut unlinked = like(&target, code);
    unlinked.linked_processing = false;
    let mut elsewhere = like(&target, elsewhere_code());
    elsewhere.registrar = read("other");
    for fund in &mut funds {
        if fund.code == wallet_code() {
            reaches(fund, code);
        }
        let (amount, on_excess) = (money(DAY_MAX), ExcessPolicy::RejectWhole);
        fund.limits.individual.day_max = Some(DayMax { amount, on_excess });
    }
    funds.extend([unlinked, elsewhere]);
    if nth % 3 == 1 {
        for fund in &mut funds {
            let (from, through) = (date(CLOSED), date(CLOSED));
            let notice = "notice of 2026-02-09".into();
            fund.closures.push(Closure { from, through, stops: Stops::Purchase, notice });
        }
    }
    at_par::house_of(funds)
}

/// That fund under another code, which converts into nothing.
fn like(fund: &FundTerms, code: FundCode) -> FundTerms {
    let mut fund = fund.clone();
    (fund.code, fund.master, fund.fees.fund) = (code, code, code);
    fund.name = format!("Fund {code}");
    (fund.version, fund.fees.version) =
        (read(&format!("terms-{code}-1")), read(&format!("fees-{code}-1")));
    fund.conversions.clear();
    fund
}

/// It converts into that one as into its first.
fn reaches(wallet: &mut FundTerms, target: FundCode) {
    let rule = read("wallet-free-2");
    let first = wallet.conversions.first().cloned().expect("the pair with the target");
    wallet.conversions.push(ConversionPair { target, rule, ..first });
}

/// What a plan invests in: by way of the wallet linked, on the next day, or by a redemption; and without the wallet.
pub(super) fn of_plans() -> [FundCode; 4] {
    [target_code(), unlinked_code(), elsewhere_code(), wanted::other_code()]
}
