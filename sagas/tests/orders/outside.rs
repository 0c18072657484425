//! A bank and a registrar that act once per key, and say what a script tells them to say.
//!
//! 1. A query acts on nothing.
//! 2. The registrar takes every application, and says a record of its script from that instant on.

use fundflow_domain::{
    application::{
        Confirmation, ConversionConfirmed, LotConfirmed, Outcome, PurchaseConfirmed, Reception,
        RedemptionConfirmed, Rejection, SubscriptionConfirmed,
    },
    ids::{ApplicationNo, PaymentNo},
    money::{Money, Nav, SignedMoney},
    orders::{Cause, Serial},
    payment::Receipt,
    payout::Transfer,
    time::Timestamp,
};
use fundflow_runtime::{
    message::Effect,
    port::{Ask, Payload},
};
use fundflow_sagas::ports::{
    bank::{BankAnswer, BankCall, ChargeAnswer, Payout, PayoutAnswer, Refund, RefundAnswer},
    registrar::{ApplicationAnswer, RegistrarCall},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    str::FromStr,
    sync::Arc,
};

/// All counterparties of these tests, each with what it will say.
#[derive(Debug, Clone, Default)]
pub(crate) struct Outside {
    /// Declined payments, by payment number.
    pub(crate) declines: BTreeSet<String>,
    /// The accounts that refuse every payout.
    pub(crate) refuses: BTreeSet<String>,
    /// Refunds are refused.
    pub(crate) takes_back_nothing: bool,
    /// By application number: what is said from when on.
    script: BTreeMap<String, Vec<(Timestamp, ApplicationAnswer)>>,
    /// The bank says nothing of those, by payment number: nobody knows.
    pub(crate) mute: BTreeSet<String>,
    /// The registrar's front hears nothing: nobody knows.
    pub(crate) deaf: bool,
    /// The registrar takes nothing back.
    pub(crate) keeps: bool,
    /// The registrar's front refuses those.
    pub(crate) rejects: BTreeSet<String>,
    pub(crate) charged: BTreeMap<String, Timestamp>,
    taken: BTreeSet<String>,
    /// What the bank moved: number and yuan.
    pub(crate) moved: BTreeMap<String, Money>,
}

impl Outside {
    /// From that instant on the registrar says that.
    pub(crate) fn says(&mut self, order: &str, at: &str, answer: ApplicationAnswer) {
        let no = ApplicationNo::of(&order.parse().unwrap());
        self.script.entry(no.to_string()).or_default().push((at.parse().unwrap(), answer));
    }

    pub(crate) fn answer(&mut self, effect: &Effect, now: Timestamp) -> Payload {
        if let Some(call) = effect.call_as::<BankCall>() {
            return Arc::new(self.bank(call, effect.ask, now));
        }
        let call = effect.call_as::<RegistrarCall>().unwrap();
        Arc::new(self.registrar(call, effect.ask, now))
    }

    fn bank(&mut self, call: &BankCall, ask: Ask, now: Timestamp) -> BankAnswer {
        if let Some(nothing) = self.says_nothing_of(call) {
            return nothing;
        }
        match call {
            BankCall::Charge(charge) => {
                let no = charge.no.to_string();
                if self.declines.contains(&no) {
                    let cause = Cause::new("insufficient", "the balance is short");
                    return BankAnswer::Charge(ChargeAnswer::Declined(cause));
                }
                if ask == Ask::Query && !self.charged.contains_key(&no) {
                    return BankAnswer::Charge(ChargeAnswer::NotFound);
                }
                let paid_at = *self.charged.entry(no.clone()).or_insert(now);
                self.moved.insert(no.clone(), charge.amount.into());
                BankAnswer::Charge(ChargeAnswer::Paid(Receipt {
                    no: charge.no.clone(),
                    serial: read(&format!("S.{no}")),
                    amount: charge.amount.into(),
                    paid_at,
                }))
            }
            BankCall::Refund(refund) if self.takes_back_nothing => {
                let cause = Cause::new("closed", "the account is closed");
                BankAnswer::Refund(refund.no.clone(), RefundAnswer::Refused(cause))
            }
            BankCall::Refund(refund) | BankCall::AskRefund(refund) => {
                self.moved.insert(refund.no.to_string(), refund.amount.into());
                let serial = read(&format!("S.{}", refund.no));
                BankAnswer::Refund(refund.no.clone(), RefundAnswer::Refunded(serial))
            }
            BankCall::Payout(payout) | BankCall::AskPayout(payout) => {
                let no = payout.no.clone();
                if self.refuses.contains(payout.account.as_str())
                    && !self.moved.contains_key(no.as_str())
                {
                    let cause = Cause::new("closed", "the account is closed");
                    return BankAnswer::Payout(no, PayoutAnswer::Refused(cause));
                }
                self.moved.insert(no.to_string(), payout.amount.into());
                let transfer = Transfer {
                    no: no.clone(),
                    serial: read(&format!("S.{no}")),
                    amount: payout.amount.into(),
                    at: now,
                };
                BankAnswer::Payout(no, PayoutAnswer::PaidOut(transfer))
            }
        }
    }

    /// Nobody answers, or what is asked about was never sent.
    fn says_nothing_of(&self, call: &BankCall) -> Option<BankAnswer> {
        let is_mute = |no: &PaymentNo| self.mute.contains(no.as_str());
        let nobody = || Cause::new("time_out", "no answer");
        match call {
            BankCall::Charge(it) => {
                let silent = || BankAnswer::Charge(ChargeAnswer::Unknown(nobody()));
                is_mute(&it.no).then(silent)
            }
            BankCall::Refund(Refund { no, .. }) | BankCall::AskRefund(Refund { no, .. }) => {
                let asks = matches!(call, BankCall::AskRefund(_));
                let said = match (is_mute(no), asks && !self.moved.contains_key(no.as_str())) {
                    (true, _) => RefundAnswer::Unknown(nobody()),
                    (false, true) => RefundAnswer::NotFound,
                    (false, false) => return None,
                };
                Some(BankAnswer::Refund(no.clone(), said))
            }
            BankCall::Payout(Payout { no, .. }) | BankCall::AskPayout(Payout { no, .. }) => {
                let asks = matches!(call, BankCall::AskPayout(_));
                let said = match (is_mute(no), asks && !self.moved.contains_key(no.as_str())) {
                    (true, _) => PayoutAnswer::Unknown(nobody()),
                    (false, true) => PayoutAnswer::NotFound,
                    (false, false) => return None,
                };
                Some(BankAnswer::Payout(no.clone(), said))
            }
        }
    }

    fn registrar(&mut self, call: &RegistrarCall, ask: Ask, now: Timestamp) -> ApplicationAnswer {
        match call {
            RegistrarCall::Submit(_) if self.deaf => {
                ApplicationAnswer::Unknown(Cause::new("time_out", "no answer"))
            }
            RegistrarCall::Submit(application) => {
                let no = application.terms.no.to_string();
                if self.rejects.contains(application.terms.order.as_str()) {
                    return rejected("0");
                }
                if ask == Ask::Call {
                    self.taken.insert(no.clone());
                }
                if !self.taken.contains(&no) {
                    return ApplicationAnswer::NotFound;
                }
                let said = self.script.get(&no).into_iter().flatten();
                let latest = said.rev().find(|(at, _)| *at <= now);
                let accepted = ApplicationAnswer::Accepted(read(&format!("A.{no}")));
                latest.map_or(accepted, |(_, answer)| answer.clone())
            }
            RegistrarCall::Cancel(it) if self.mute.contains(it.terms.no.as_str()) => {
                ApplicationAnswer::Unknown(Cause::new("timeout", "no answer in time"))
            }
            RegistrarCall::Cancel(_) if self.keeps => {
                let cause = Cause::new("0218", "its batch is closed");
                ApplicationAnswer::NotCancelled(cause)
            }
            RegistrarCall::Cancel(_) => ApplicationAnswer::Cancelled,
        }
    }

    /// What was taken from accounts less what went back or out to them.
    pub(crate) fn balance(&self) -> [Money; 2] {
        let sum = |of: &dyn Fn(&str) -> bool| {
            let moved = self.moved.iter().filter(|(no, _)| of(no));
            moved.fold(Money::ZERO, |sum, (_, part)| sum.plus(*part).unwrap())
        };
        let is_payment = |no: &str| no.rsplit('.').next() == Some("pay");
        [sum(&is_payment), sum(&|no| !is_payment(no))]
    }
}

pub(crate) fn read<T: FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
    text.parse().unwrap()
}

pub(crate) fn rejected(interest: &str) -> ApplicationAnswer {
    let cause = Cause::new("0106", "the registrar does not want it");
    ApplicationAnswer::Rejected(Rejection { interest: read(interest), ..Rejection::of(cause) })
}

fn confirmed(serial: &str, on: &str, finished: bool, outcome: Outcome) -> ApplicationAnswer {
    ApplicationAnswer::Confirmed(Box::new(Confirmation {
        serial: read(serial),
        confirmed_on: read(on),
        registered_on: read(on),
        finished,
        misnamed: vec![],
        outcome,
    }))
}

/// Amount, fee, refund, NAV, shares.
pub(crate) fn bought(serial: &str, on: &str, numbers: [&str; 5]) -> ApplicationAnswer {
    bought_part(serial, on, true, numbers)
}

pub(crate) fn bought_part(
    serial: &str,
    on: &str,
    finished: bool,
    [amount, fee, refund, nav, shares]: [&str; 5],
) -> ApplicationAnswer {
    let numbers = PurchaseConfirmed {
        amount: read(amount),
        fee: read(fee),
        refund: read(refund),
        nav: read(nav),
        shares: read(shares),
    };
    confirmed(serial, on, finished, Outcome::Purchase(numbers))
}

/// Amount, fee, refund, interest, shares, shares for interest.
pub(crate) fn subscribed(serial: &str, on: &str, numbers: [&str; 6]) -> ApplicationAnswer {
    subscribed_part(serial, on, true, numbers)
}

/// Amount, fee, refund, interest, shares, shares of the interest.
pub(crate) fn subscribed_part(
    serial: &str,
    on: &str,
    last: bool,
    [amount, fee, refund, interest, shares, interest_shares]: [&str; 6],
) -> ApplicationAnswer {
    let numbers = SubscriptionConfirmed {
        amount: read(amount),
        fee: read(fee),
        refund: read(refund),
        interest: read(interest),
        face: Nav::ONE,
        shares: read(shares),
        interest_shares: read(interest_shares),
    };
    confirmed(serial, on, last, Outcome::Subscription(numbers))
}

pub(crate) fn received(serial: &str, on: &str) -> ApplicationAnswer {
    ApplicationAnswer::Received(Reception { serial: read(serial), on: read(on), amount: None })
}

/// Shares, NAV, gross, fee, payout; and lots by serial, shares, gross, fee.
pub(crate) fn redeemed(
    serial: &str,
    on: &str,
    finished: bool,
    [shares, nav, gross, fee, payout]: [&str; 5],
    lots: &[[&str; 4]],
) -> ApplicationAnswer {
    let lot = |[serial, shares, gross, fee]: &[&str; 4]| LotConfirmed {
        serial: read::<Serial>(serial),
        shares: read(shares),
        gross: read(gross),
        fee: read(fee),
    };
    let numbers = RedemptionConfirmed {
        shares: read(shares),
        nav: read(nav),
        gross: read(gross),
        fee: read(fee),
        back_end_fee: Money::ZERO,
        payout: read(payout),
        income: SignedMoney::ZERO,
        lots: lots.iter().map(lot).collect(),
    };
    confirmed(serial, on, finished, Outcome::Redemption(numbers))
}

/// Shares out, NAV out, redemption fee, top-up, net in, NAV in, shares in.
pub(crate) fn converted(serial: &str, on: &str, numbers: [&str; 7]) -> ApplicationAnswer {
    converted_part(serial, on, true, numbers)
}

pub(crate) fn converted_part(
    serial: &str,
    on: &str,
    finished: bool,
    [shares_out, nav_out, redemption_fee, topup_fee, net_in, nav_in, shares_in]: [&str; 7],
) -> ApplicationAnswer {
    let numbers = ConversionConfirmed {
        shares_out: read(shares_out),
        nav_out: read(nav_out),
        redemption_fee: read(redemption_fee),
        back_end_fee: Money::ZERO,
        topup_fee: read(topup_fee),
        net_in: read(net_in),
        nav_in: read(nav_in),
        shares_in: read(shares_in),
        income: SignedMoney::ZERO,
        lots: vec![],
    };
    confirmed(serial, on, finished, Outcome::Conversion(numbers))
}
