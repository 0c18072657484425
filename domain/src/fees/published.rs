//! The published regimes, row by row. [`super::regime`] says how to read them.
//!
//! Still unknown and therefore absent: how long existing funds may keep their old rates after
//! 2026-01-01, and the cap on a money fund's service fee.

use super::{
    CustomerType, FundKind,
    regime::{Cap, FundPart, RedemptionMinimum, Regime, Scope},
};
use crate::{
    ids::{IdError, VersionTag},
    money::Rate,
};
use chrono::NaiveDate;

const EQUITY: [FundKind; 2] = [FundKind::ActiveEquity, FundKind::OtherHybrid];
const ORDINARY: [FundKind; 4] =
    [FundKind::ActiveEquity, FundKind::OtherHybrid, FundKind::Index, FundKind::Bond];
const NOT_PERSONS: [CustomerType; 2] = [CustomerType::Institution, CustomerType::Product];

fn scope(kinds: &[FundKind], customers: &[CustomerType], service_fee: Option<bool>) -> Scope {
    Scope { kinds: kinds.to_vec(), customers: customers.to_vec(), service_fee }
}

const fn minimum(scope: Scope, days: (u32, u32), basis_points: u32) -> RedemptionMinimum {
    let rate = Rate::basis_points(basis_points);
    RedemptionMinimum { scope, from_days: days.0, below_days: days.1, rate }
}

const fn part(scope: Scope, below_days: Option<u32>, percent: u32) -> FundPart {
    FundPart { scope, below_days, part: Rate::basis_points(percent * 100) }
}

fn cap(kinds: &[FundKind], basis_points: u32) -> Cap {
    Cap { scope: scope(kinds, &[], None), rate: Rate::basis_points(basis_points) }
}

/// 2013 rules; the 7-day row is the 2017 liquidity-risk rule and binds bond and index funds too.
pub(super) fn rules_2013() -> Result<Regime, IdError> {
    let without = || scope(&EQUITY, &[], Some(false));
    Ok(Regime {
        version: VersionTag::new("csrc-2013")?,
        from: NaiveDate::from_ymd_opt(2013, 6, 1).unwrap_or_default(),
        redemption_minimums: vec![
            minimum(scope(&ORDINARY, &[], Some(false)), (0, 7), 150),
            minimum(without(), (7, 30), 75),
            minimum(without(), (30, 180), 50),
            minimum(scope(&EQUITY, &[], Some(true)), (0, 30), 50),
        ],
        fund_parts: vec![
            part(Scope::default(), Some(30), 100),
            part(scope(&[], &[], Some(false)), Some(90), 75),
            part(scope(&[], &[], Some(false)), Some(180), 50),
            part(Scope::default(), None, 25),
        ],
        purchase_caps: Vec::new(),
        service_fee_caps: Vec::new(),
        service_fee_free_after_days: None,
    })
}

/// 2025 rules. Persons in bond and index funds are bound below 7 days only, others in bond funds
/// below 30; funds traded on an exchange, of deposit certificates and money funds not at all.
pub(super) fn rules_2026() -> Result<Regime, IdError> {
    Ok(Regime {
        version: VersionTag::new("csrc-2026")?,
        from: NaiveDate::from_ymd_opt(2026, 1, 1).unwrap_or_default(),
        redemption_minimums: vec![
            minimum(scope(&ORDINARY, &[], None), (0, 7), 150),
            minimum(scope(&EQUITY, &[], None), (7, 30), 100),
            minimum(scope(&EQUITY, &[], None), (30, 180), 50),
            minimum(scope(&[FundKind::Index, FundKind::Bond], &NOT_PERSONS, None), (7, 30), 100),
            minimum(scope(&[FundKind::Index], &NOT_PERSONS, None), (30, 180), 50),
        ],
        fund_parts: vec![part(Scope::default(), None, 100)],
        purchase_caps: vec![
            cap(&[FundKind::ActiveEquity], 80),
            cap(&[FundKind::OtherHybrid], 50),
            cap(&[FundKind::Index, FundKind::Bond], 30),
        ],
        service_fee_caps: vec![
            cap(&[FundKind::ActiveEquity], 40),
            cap(&[FundKind::Index, FundKind::Bond], 20),
        ],
        service_fee_free_after_days: Some(365),
    })
}
