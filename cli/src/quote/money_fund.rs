//! `quote income` and `quote yield`.

use super::{
    answer::{Answer, Failure, needed},
    args::{Income, Yield},
    values::UnitName,
};
use fundflow_domain::{
    explain::plain,
    money::PerTenThousand,
    money_fund::{self, IncomeUnit, YieldMethod},
};

/// One day's income.
pub(super) fn income(args: &Income) -> Result<Answer, Failure> {
    let shares = needed(args.shares, "shares", "0 to 99999999999999.99 shares")?;
    let per_10k = needed(args.per_10k, "per-10k", "yuan per 10,000 shares, like 0.4012")?;
    let name = args.unit.unwrap_or(UnitName::Fen);
    let decimals = match name {
        UnitName::Fen => 2,
        UnitName::HundredthOfFen => 4,
    };
    let unit = IncomeUnit::from(name);
    let income = money_fund::income(shares, per_10k, unit).map_err(money_fund::Refusal::from)?;
    let explain = money_fund::explain_income(shares, per_10k, unit, income);
    Ok(Answer::new(explain).with("income", plain(income.decimal(), decimals)))
}

/// Seven days' yield.
pub(super) fn seven_day_yield(args: &Yield) -> Result<Answer, Failure> {
    let carry = needed(args.carry, "carry", "daily or monthly")?;
    let days: &[PerTenThousand; 7] = args.per_10k.as_slice().try_into().map_err(|_| {
        let allowed = "give seven, one for each natural day, separated by commas";
        Failure::Count { flag: "per-10k", given: args.per_10k.len(), allowed }
    })?;
    let method = YieldMethod::from(carry);
    let percent = money_fund::seven_day_yield(days, method).map_err(money_fund::Refusal::from)?;
    let explain = money_fund::explain_yield(days, method, percent);
    Ok(Answer::new(explain).with("percent", percent))
}
