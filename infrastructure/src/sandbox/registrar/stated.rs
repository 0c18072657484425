//! What files 05 and 07 of a night state, whoever asked for what; and when money of a T is due.

use super::{
    SandboxRegistrar,
    batch::Days,
    digits::{convert_code, fund_type, status_code},
    register::HolderRow,
};
use crate::{
    day_batch::Filler,
    exchange::{
        flow::{fund_day::FundDay, share_balance::ShareBalance},
        wording::fitting,
    },
};
use chrono::NaiveDate;
use fundflow_domain::{
    calendar::TradingDay,
    fund::FundTerms,
    ids::DistributorCode,
    money::{Income, PerTenThousand},
};
use std::sync::Arc;

/// Bytes of a fund's name in file 07 of the earlier editions.
const FUND_NAME: usize = 40;

impl SandboxRegistrar {
    /// When money of that T is due: of a redemption by the fund's own lag, of a purchase on the trading day after
    /// its confirmation.
    pub(super) fn pays_on(&self, fund: &str, t: TradingDay, out: bool) -> Option<NaiveDate> {
        let (calendar, code) = (self.market.calendar(), fund.parse().ok()?);
        let terms = self.market.funds(t.date()).into_iter().find(|terms| terms.code == code);
        let by = match terms {
            Some(terms) if out => terms.paid_by(calendar, t),
            Some(terms) => terms.confirmed_by(calendar, t).and_then(|by| calendar.plus(by, 1)),
            None => calendar.plus(t, 2),
        };
        by.ok().map(TradingDay::date)
    }

    pub(super) fn balances(
        &self,
        distributor: &str,
        own: &DistributorCode,
        days: Days,
    ) -> Vec<Filler<'static>> {
        let register = self.register();
        let is_own = own.as_str() == distributor;
        let heard = |row: &HolderRow<'_>| register.hears_of(row.0, distributor, is_own);
        let accounts = self.accounts();
        let there = |row: &HolderRow<'_>| {
            let later = register.registered_after(days.confirm_date, &(row.0.clone(), row.1));
            later.is_zero() || later < row.2 || row.3 != Income::ZERO
        };
        let row = |(investor, fund, held, unpaid): HolderRow<'_>| -> Filler<'static> {
            let later = register.registered_after(days.confirm_date, &(investor.clone(), fund));
            let shares = held.minus(later).unwrap_or_default();
            let frozen = self.frozen(investor, fund, days.confirm_date).min(shares);
            let balance = ShareBalance {
                fund_code: fund.to_string(),
                transaction_account_id: self.numbers.trading_account(investor),
                ta_account_id: accounts.of(investor),
                distributor_code: distributor.to_owned(),
                branch_code: distributor.to_owned(),
                transaction_cfm_date: Some(days.confirm_date),
                available_vol: shares.minus(frozen).unwrap_or_default().decimal(),
                total_frozen_vol: frozen.decimal(),
                total_vol: shares.decimal(),
                // The record has room for whole fen.
                undistribute_monetary_income: unpaid.decimal().trunc_with_scale(2),
                share_class: "0".to_owned(),
                detail_flag: "0".to_owned(),
                account_status: "0".to_owned(),
                def_dividend_method: "0".to_owned(),
                ..ShareBalance::default()
            };
            Box::new(move |record: &mut _| balance.to_record(record))
        };
        register.holders().into_iter().filter(heard).filter(there).map(row).collect()
    }

    pub(super) fn fund_days(&self, registrar: &str, days: Days) -> Vec<Filler<'_>> {
        let register = self.register();
        let row = |terms: &Arc<FundTerms>| {
            let nav = self.market.nav(terms.code, days.t)?;
            let income =
                register.incomes.published(terms.code, days.t).map(PerTenThousand::decimal);
            let day = FundDay {
                fund_code: terms.code.to_string(),
                fund_name: fitting(&terms.name, FUND_NAME).into_owned(),
                fund_status: status_code(terms.status_on(days.t)).to_owned(),
                convert_status: convert_code(terms.convert_status).to_owned(),
                nav: nav.decimal(),
                fund_income: income.unwrap_or_default(),
                accumulative_nav: nav.decimal(),
                update_date: Some(days.t),
                net_value_type: "0".to_owned(),
                next_trade_date: Some(days.confirm_date),
                currency_type: "156".to_owned(),
                fund_type: fund_type(terms.kind).to_owned(),
                registrar_code: registrar.to_owned(),
                ..FundDay::default()
            };
            Some(Box::new(move |record: &mut _| day.to_record(record)) as Filler<'_>)
        };
        self.market.funds(days.t).into_iter().filter_map(row).collect()
    }
}
