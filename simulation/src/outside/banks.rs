//! A bank, and one that advances: each moves money once per key, or refuses.

use super::{Done, May, Outside, cause, serial_of};
use crate::counterparties::Said;
use fundflow_domain::{advance, money::Amount, payment::Receipt, payout};
use fundflow_runtime::port::Ask as Asking;
use fundflow_sagas::ports::{
    advance::{AdvanceAnswer, AdvanceCall, AdvanceSaid, RepaymentAnswer},
    bank::{BankAnswer, BankCall, ChargeAnswer, PayoutAnswer, RefundAnswer},
};

impl Outside {
    pub(crate) fn bank(&self, call: &BankCall, ask: Asking) -> Vec<Said<Self>> {
        match call {
            BankCall::Charge(charge) => {
                let key = charge.no.as_str();
                if ask == Asking::Query && !self.done.contains_key(key) {
                    let answer = BankAnswer::Charge(ChargeAnswer::NotFound);
                    return vec![Said::of(answer, self.clone())];
                }
                let said = |done| match done {
                    Done::At(paid_at) => ChargeAnswer::Paid(Receipt {
                        no: charge.no.clone(),
                        serial: serial_of(key),
                        amount: charge.amount.into(),
                        paid_at,
                    }),
                    _ => ChargeAnswer::Declined(cause("insufficient")),
                };
                let acted = self.acted(key, May::Decline).into_iter();
                acted.map(|(it, after)| Said::of(BankAnswer::Charge(said(it)), after)).collect()
            }
            BankCall::AskRefund(it) if !self.done.contains_key(it.no.as_str()) => {
                let answer = BankAnswer::Refund(it.no.clone(), RefundAnswer::NotFound);
                vec![Said::of(answer, self.clone())]
            }
            BankCall::AskPayout(it) if !self.done.contains_key(it.no.as_str()) => {
                let answer = BankAnswer::Payout(it.no.clone(), PayoutAnswer::NotFound);
                vec![Said::of(answer, self.clone())]
            }
            BankCall::Refund(refund) | BankCall::AskRefund(refund) => {
                let no = refund.no.clone();
                let said = |done| match done {
                    Done::At(_) => RefundAnswer::Refunded(serial_of(no.as_str())),
                    _ => RefundAnswer::Refused(cause("closed")),
                };
                let answer = |done| BankAnswer::Refund(no.clone(), said(done));
                let acted = self.acted(no.as_str(), May::RefuseMoney).into_iter();
                acted.map(|(it, after)| Said::of(answer(it), after)).collect()
            }
            BankCall::Payout(payout) | BankCall::AskPayout(payout) => {
                let no = payout.no.clone();
                let said = |done| match done {
                    Done::At(at) => PayoutAnswer::PaidOut(payout::Transfer {
                        no: no.clone(),
                        serial: serial_of(no.as_str()),
                        amount: payout.amount.into(),
                        at,
                    }),
                    _ => PayoutAnswer::Refused(cause("closed")),
                };
                let answer = |done| BankAnswer::Payout(no.clone(), said(done));
                let acted = self.acted(no.as_str(), May::RefuseMoney).into_iter();
                acted.map(|(it, after)| Said::of(answer(it), after)).collect()
            }
        }
    }

    pub(crate) fn advancing(&self, call: &AdvanceCall, ask: Asking) -> Vec<Said<Self>> {
        let moved = |no: &str, amount: Amount, at| advance::Transfer {
            serial: serial_of(no),
            amount: amount.into(),
            at,
        };
        match call {
            AdvanceCall::Advance(it) => {
                let key = it.no.as_str();
                if ask == Asking::Query && !self.done.contains_key(key) {
                    let answer = AdvanceSaid::Advance(AdvanceAnswer::NotFound);
                    return vec![Said::of(answer, self.clone())];
                }
                let said = |done| match done {
                    Done::At(at) => AdvanceAnswer::Advanced(moved(key, it.amount, at)),
                    _ => AdvanceAnswer::Declined(cause("no_quota")),
                };
                let acted = self.acted(key, May::DeclineAdvance).into_iter();
                acted.map(|(it, after)| Said::of(AdvanceSaid::Advance(said(it)), after)).collect()
            }
            AdvanceCall::AskRepayment(it) if !self.done.contains_key(it.no.as_str()) => {
                let answer = AdvanceSaid::Repayment(RepaymentAnswer::NotFound);
                vec![Said::of(answer, self.clone())]
            }
            AdvanceCall::Repay(it) | AdvanceCall::AskRepayment(it) => {
                let key = it.no.as_str();
                let said = |done| match done {
                    Done::At(at) => RepaymentAnswer::Repaid(moved(key, it.amount, at)),
                    _ => RepaymentAnswer::Refused(cause("closed")),
                };
                let acted = self.acted(key, May::RefuseMoney).into_iter();
                acted.map(|(it, after)| Said::of(AdvanceSaid::Repayment(said(it)), after)).collect()
            }
        }
    }
}
