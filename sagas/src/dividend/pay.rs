//! The money of a dividend in cash: when it is due, how it is announced, and another account for it.

use super::{
    Call, Given, Refusal, When,
    saga::{Dividends, Plan, Turn, View},
};
use crate::{
    house::beyond,
    parts::payout::{NotRedirected, PayoutLeg},
    ports::bank::BankCall,
};
use chrono::NaiveTime;
use fundflow_domain::{
    calendar::TradingDay,
    case::Cases,
    holdings::Holdings,
    ids::{AccountRef, OrderId, TransactionId},
    orders::Cause,
    payout::Terms,
    time::Timestamp,
};
use fundflow_kernel::streams::Key;
use fundflow_runtime::turn::NotDone;
use std::sync::Arc;

/// Hour of the day of payment from which the fund's money is here.
const HOUR: u32 = 9;

impl Plan {
    pub(super) fn of(id: &TransactionId, holding: Key<Holdings>, case: Option<Key<Cases>>) -> Self {
        let order = OrderId::part(id, "dividend");
        Self { payout: PayoutLeg::of(&order), order, holding, case }
    }
}

impl Dividends {
    /// The trading day on which the investor is to have the money: that of payment, or the next one.
    fn pay_day(&self, view: &View<'_>) -> Option<TradingDay> {
        let Given::Cash { paid_on, .. } = &view.open.request.given else { return None };
        let calendar = &self.house.calendar;
        calendar.day(*paid_on).or_else(|_| calendar.after(*paid_on)).ok()
    }

    pub(super) fn instant(&self, view: &View<'_>, when: When) -> Option<Timestamp> {
        match when {
            When::MoneyDue => {
                let hour = NaiveTime::from_hms_opt(HOUR, 0, 0)?;
                Some(Timestamp::shanghai(self.pay_day(view)?.date(), hour))
            }
            When::MoneyOverdue => view.plan.payout.overdue(&self.house, view),
        }
    }

    pub(super) fn request_payout(&self, turn: &mut Turn<'_>) -> Result<usize, NotDone> {
        let (plan, view) = (turn.plan(), turn.view()?);
        let Given::Cash { amount, account, paid_on } = &view.open.request.given else {
            return Err(NotDone::Lacks("money to pay out"));
        };
        let day = self.pay_day(&view);
        let day = match day {
            Some(day) => day,
            None => self.house.calendar.after(*paid_on).map_err(beyond)?,
        };
        let terms = Terms {
            no: plan.payout.no.clone(),
            account: account.clone(),
            amount: *amount,
            order: plan.order.clone(),
            due: PayoutLeg::due(&self.house, turn, day)?,
            asked_at: None,
            compensates: None,
            record: Some(view.open.request.serial.clone()),
        };
        plan.payout.request(turn, terms)
    }

    /// Only to an account of the investor's own, as far as our books know whose it is.
    pub(super) fn redirect(
        &self,
        turn: &mut Turn<'_>,
        (account, own_name): (&AccountRef, bool),
        reason: &Arc<str>,
    ) -> Result<usize, Refusal> {
        let plan = turn.plan();
        let view = turn.view().map_err(|_| NotRedirected::Nothing)?;
        let investor = view.open.request.investor.clone();
        let code = match (self.house.accounts)(account) {
            Some(owner) if owner != investor => {
                let (account, investor) = (account.clone(), investor.into());
                return Err(
                    NotRedirected::AccountOfAnotherInvestor { account, owner, investor }.into()
                );
            }
            Some(_) => "operator",
            None => "vouched",
        };
        let reason = Cause::new(code, reason.clone());
        Ok(plan.payout.redirect(turn, account, own_name, &reason)?)
    }
}

/// What the bank is asked for.
pub(super) fn call(view: &View<'_>, what: Call) -> Option<BankCall> {
    match what {
        Call::PayOut => view.plan.payout.call(view),
    }
}
