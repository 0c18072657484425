//! A bank, an advancing bank and a registrar that do what a script says, once per key.
//!
//! 1. A query acts on nothing.
//! 2. The registrar confirms from 09:00 of the trading day after the T in the application.

use crate::{names::name_of, stage::at};
use fundflow_domain::{
    advance,
    application::{
        Ask, Confirmation, FastTransferConfirmed, Outcome, PurchaseConfirmed, RedemptionConfirmed,
        Rejection, Terms,
    },
    calendar::TradingCalendar,
    money::{Money, Nav, ShareRounding, Shares},
    orders::{Cause, Serial},
    payment::Receipt,
    payout,
    time::Timestamp,
};
use fundflow_runtime::{
    message::Effect,
    port::{Ask as Asking, Payload},
};
use fundflow_sagas::ports::{
    advance::{AdvanceAnswer, AdvanceCall, AdvanceSaid, RepaymentAnswer},
    bank::{BankAnswer, BankCall, ChargeAnswer, PayoutAnswer, RefundAnswer},
    registrar::{ApplicationAnswer, RegistrarCall},
    wallets::{Listed, Page, PageAnswer},
};
use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::Arc,
};

/// What a registrar says of an order.
pub(crate) type Word = ApplicationAnswer;

/// What becomes of one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fate {
    /// It is done and answered.
    Done,
    /// It is declined, rejected or refused, and answered.
    Refused,
    /// It never arrives; nobody knows.
    Lost,
    /// It is done; nobody hears of it.
    Unheard,
}

/// Everybody outside, with what they did.
#[derive(Debug, Clone, Default)]
pub(crate) struct Outside {
    fates: BTreeMap<String, VecDeque<Fate>>,
    /// Calls that arrive nowhere, and queries that nobody answers, by short name.
    pub(crate) down: BTreeSet<String>,
    /// The registrar's records on an order, one after the other, instead of the whole.
    pub(crate) records: BTreeMap<String, Vec<ApplicationAnswer>>,
    /// Owners of wallets.
    pub(crate) wallets: Listed,
    /// So often the list of wallets cannot be read.
    pub(crate) unreadable: usize,
    pub(crate) done: BTreeSet<String>,
    refused: BTreeSet<String>,
}

impl Outside {
    pub(crate) fn with_wallets(wallets: Listed) -> Self {
        Self { wallets, ..Self::default() }
    }

    /// The short names of calls by which a bank moved money.
    pub(crate) fn moved(&self) -> Vec<String> {
        let of_bank = |name: &&String| {
            let last = name.rsplit('.').next().unwrap_or(name);
            ["pay", "out"].contains(&last) || last.starts_with("refund")
        };
        self.done.iter().filter(of_bank).cloned().collect()
    }

    fn page(&mut self, page: &Page) -> PageAnswer {
        if self.unreadable > 0 {
            self.unreadable -= 1;
            return PageAnswer::Unknown(Cause::new("busy", "the list is being rebuilt"));
        }
        PageAnswer::Owners { page: page.clone(), owners: self.wallets.page_of(page) }
    }

    /// What becomes of the next calls of that name, one after the other.
    pub(crate) fn fate(&mut self, name: &str, fates: impl IntoIterator<Item = Fate>) {
        self.fates.entry(name.to_owned()).or_default().extend(fates);
    }

    /// Acts on the call, if it is one, and answers.
    pub(crate) fn answer(&mut self, name: &str, effect: &Effect, now: Timestamp) -> Payload {
        if let Some(page) = effect.call_as::<Page>() {
            return Arc::new(self.page(page));
        }
        let fate = match acts(effect) {
            _ if self.down.contains(name) => Fate::Lost,
            true => self.next_fate(name),
            false => Fate::Done,
        };
        let known = self.done.contains(name) || self.refused.contains(name);
        if acts(effect) && fate != Fate::Lost && !known {
            let names = if fate == Fate::Refused { &mut self.refused } else { &mut self.done };
            names.insert(name.to_owned());
            // Nobody confirms what was handed in a moment ago, whatever the T that it names.
            if let (Fate::Done, Some(RegistrarCall::Submit(_))) = (fate, effect.call_as()) {
                return Arc::new(accepted(name));
            }
        }
        self.says(name, effect, now, matches!(fate, Fate::Lost | Fate::Unheard))
    }

    fn next_fate(&mut self, name: &str) -> Fate {
        self.fates.get_mut(name).and_then(VecDeque::pop_front).unwrap_or(Fate::Done)
    }

    fn says(&mut self, name: &str, effect: &Effect, now: Timestamp, silent: bool) -> Payload {
        let (done, refused) = (self.done.contains(name), self.refused.contains(name));
        let what = match (silent, done, refused) {
            (true, _, _) => Standing::Unknown(Cause::new("timeout", "no answer in time")),
            (false, true, _) => Standing::Done,
            (false, false, true) => Standing::Refused(Cause::new("0001", "not possible")),
            (false, false, false) => Standing::NotFound,
        };
        if let Some(call) = effect.call_as::<BankCall>() {
            return Arc::new(bank(name, call, what, now));
        }
        if let Some(call) = effect.call_as::<AdvanceCall>() {
            return Arc::new(advancing(name, call, what, now));
        }
        Arc::new(match effect.call_as::<RegistrarCall>().unwrap() {
            RegistrarCall::Cancel(_) => match what {
                Standing::Done => {
                    self.refused.insert(name.trim_end_matches(".cancel").to_owned());
                    self.done.remove(name.trim_end_matches(".cancel"));
                    ApplicationAnswer::Cancelled
                }
                Standing::Refused(cause) => ApplicationAnswer::NotCancelled(cause),
                Standing::Unknown(cause) => ApplicationAnswer::Unknown(cause),
                Standing::NotFound => ApplicationAnswer::NotFound,
            },
            RegistrarCall::Submit(it) => match what {
                Standing::NotFound => ApplicationAnswer::NotFound,
                Standing::Unknown(cause) => ApplicationAnswer::Unknown(cause),
                Standing::Refused(cause) => ApplicationAnswer::Rejected(rejection(cause)),
                Standing::Done => self.stands(name, &it.terms, now),
            },
        })
    }

    fn stands(&mut self, name: &str, terms: &Terms, now: Timestamp) -> ApplicationAnswer {
        if now < confirmed_from(terms) {
            return accepted(name);
        }
        match self.records.get_mut(name) {
            Some(records) if records.len() > 1 => records.remove(0),
            Some(records) => records[0].clone(),
            None => ApplicationAnswer::Confirmed(Box::new(confirmation(name, terms))),
        }
    }
}

fn accepted(name: &str) -> ApplicationAnswer {
    ApplicationAnswer::Accepted(serial(&format!("{name}.a")))
}

enum Standing {
    Done,
    Refused(Cause),
    Unknown(Cause),
    NotFound,
}

fn bank(name: &str, call: &BankCall, what: Standing, now: Timestamp) -> BankAnswer {
    let serial = serial(&format!("{name}.1"));
    match call {
        BankCall::Charge(charge) => BankAnswer::Charge(match what {
            Standing::Done => ChargeAnswer::Paid(Receipt {
                no: charge.no.clone(),
                serial,
                amount: charge.amount.into(),
                paid_at: now,
            }),
            Standing::Refused(cause) => ChargeAnswer::Declined(cause),
            Standing::Unknown(cause) => ChargeAnswer::Unknown(cause),
            Standing::NotFound => ChargeAnswer::NotFound,
        }),
        BankCall::Refund(refund) | BankCall::AskRefund(refund) => BankAnswer::Refund(
            refund.no.clone(),
            match what {
                Standing::Done => RefundAnswer::Refunded(serial),
                Standing::Refused(cause) | Standing::Unknown(cause) => RefundAnswer::Unknown(cause),
                Standing::NotFound => RefundAnswer::NotFound,
            },
        ),
        BankCall::Payout(it) | BankCall::AskPayout(it) => BankAnswer::Payout(
            it.no.clone(),
            match what {
                Standing::Done => PayoutAnswer::PaidOut(payout::Transfer {
                    no: it.no.clone(),
                    serial,
                    amount: it.amount.into(),
                    at: now,
                }),
                Standing::Refused(cause) => PayoutAnswer::Refused(cause),
                Standing::Unknown(cause) => PayoutAnswer::Unknown(cause),
                Standing::NotFound => PayoutAnswer::NotFound,
            },
        ),
    }
}

fn advancing(name: &str, call: &AdvanceCall, what: Standing, now: Timestamp) -> AdvanceSaid {
    let moved =
        |amount: Money| advance::Transfer { serial: serial(&format!("{name}.1")), amount, at: now };
    match call {
        AdvanceCall::Advance(it) => AdvanceSaid::Advance(match what {
            Standing::Done => AdvanceAnswer::Advanced(moved(it.amount.into())),
            Standing::Refused(cause) => AdvanceAnswer::Declined(cause),
            Standing::Unknown(cause) => AdvanceAnswer::Unknown(cause),
            Standing::NotFound => AdvanceAnswer::NotFound,
        }),
        AdvanceCall::Repay(it) | AdvanceCall::AskRepayment(it) => {
            AdvanceSaid::Repayment(match what {
                Standing::Done => RepaymentAnswer::Repaid(moved(it.amount.into())),
                Standing::Refused(cause) => RepaymentAnswer::Refused(cause),
                Standing::Unknown(cause) => RepaymentAnswer::Unknown(cause),
                Standing::NotFound => RepaymentAnswer::NotFound,
            })
        }
    }
}

/// Money that leaves, and a taking back, are sent again under their key: that is the question.
fn acts(effect: &Effect) -> bool {
    let again = matches!(effect.call_as(), Some(BankCall::Refund(_) | BankCall::Payout(_)))
        || matches!(effect.call_as(), Some(AdvanceCall::Repay(_)))
        || matches!(effect.call_as(), Some(RegistrarCall::Cancel(_)));
    again || effect.ask == Asking::Call
}

fn confirmed_from(terms: &Terms) -> Timestamp {
    let day = TradingCalendar::xshg().unwrap().plus(terms.trade_date, 1).unwrap();
    at(&format!("{} 09:00", day.date().format("%m-%d")))
}

pub(crate) fn serial(text: &str) -> Serial {
    Serial::new(text).unwrap()
}

fn rejection(cause: Cause) -> Rejection {
    Rejection::of(cause)
}

pub(crate) fn rejected(code: &str) -> ApplicationAnswer {
    ApplicationAnswer::Rejected(rejection(Cause::new(code, "rejected in the batch")))
}

/// All that was asked for, at 1.00, without a fee.
pub(crate) fn confirmation(name: &str, terms: &Terms) -> Confirmation {
    let next = TradingCalendar::xshg().unwrap().plus(terms.trade_date, 1).unwrap().date();
    let outcome = match &terms.ask {
        Ask::Purchase { amount, .. } => purchased(Money::from(*amount), Money::ZERO),
        Ask::Redemption { shares, .. } => redeemed(*shares, "0"),
        Ask::FastTransfer { shares, .. } => Outcome::FastTransfer(FastTransferConfirmed {
            shares: *shares,
            income: "0".parse().unwrap(),
        }),
        other => panic!("nobody asks for {other:?}"),
    };
    let serial = serial(&format!("{}.c", name_of(name)));
    Confirmation {
        serial,
        confirmed_on: next,
        registered_on: next,
        finished: true,
        outcome,
        misnamed: vec![],
    }
}

/// So much of a purchase at 1.00, and so much not.
pub(crate) fn purchased(amount: Money, refund: Money) -> Outcome {
    let shares = amount.shares_at(Nav::ONE, ShareRounding::HalfUp).unwrap();
    Outcome::Purchase(PurchaseConfirmed { amount, fee: Money::ZERO, refund, nav: Nav::ONE, shares })
}

/// So many shares redeemed at 1.00, with so much unpaid income.
pub(crate) fn redeemed(shares: Shares, income: &str) -> Outcome {
    let gross = shares.value_half_up(Nav::ONE).unwrap();
    let payout = Money::new(gross.decimal() + income.parse::<rust_decimal::Decimal>().unwrap());
    Outcome::Redemption(RedemptionConfirmed {
        shares,
        nav: Nav::ONE,
        gross,
        fee: Money::ZERO,
        back_end_fee: Money::ZERO,
        payout: payout.unwrap(),
        income: income.parse().unwrap(),
        lots: vec![],
    })
}

/// A record on an order: its number, its date, whether it is the last, and its numbers.
pub(crate) fn record(
    serial_no: &str,
    on: &str,
    finished: bool,
    outcome: Outcome,
) -> ApplicationAnswer {
    let day = on.parse().unwrap();
    let serial = serial(serial_no);
    ApplicationAnswer::Confirmed(Box::new(Confirmation {
        serial,
        confirmed_on: day,
        registered_on: day,
        finished,
        misnamed: vec![],
        outcome,
    }))
}
