//! A bank and two registrars that do what a script says, and keep what they did.
//!
//! 1. Every key is acted on once, however often it is called.
//! 2. A query acts on nothing.
//! 3. A registrar confirms from 09:00 of the trading day after the T in the application.

use crate::terms::price;
use chrono::NaiveDate;
use fundflow_domain::{
    application::{
        Ask, Confirmation, ConversionConfirmed, Outcome, PurchaseConfirmed, RedemptionConfirmed,
        Rejection, Terms,
    },
    money::{Money, Nav, ShareRounding, Shares},
    orders::{Cause, Serial},
    payment::Receipt,
    payout::Transfer,
    time::Timestamp,
};
use fundflow_runtime::{
    message::Effect,
    port::{Ask as Asking, Payload},
};
use fundflow_sagas::ports::{
    bank::{BankAnswer, BankCall, ChargeAnswer, PayoutAnswer, RefundAnswer},
    registrar::{ApplicationAnswer, RegistrarCall},
};
use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    sync::Arc,
};

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

/// What a registrar makes of an application.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Verdict {
    /// The whole order.
    #[default]
    Whole,
    /// Half of it; the rest is over.
    Half,
    /// None of it.
    Rejected,
    /// It says nothing for ever.
    Silence,
}

/// All counterparties of these tests, each with what it will say.
#[derive(Debug, Clone, Default)]
pub(crate) struct Outside {
    /// By the call's short name; afterwards everything is done.
    pub(crate) fates: BTreeMap<String, VecDeque<Fate>>,
    /// Calls that arrive nowhere, and queries that nobody answers, by short name.
    pub(crate) down: BTreeSet<String>,
    /// Calls and queries that arrive and that nobody answers, by short name.
    pub(crate) mute: BTreeSet<String>,
    /// By the order's short name.
    pub(crate) verdicts: BTreeMap<String, Verdict>,
    charged: BTreeMap<String, ChargeAnswer>,
    sent: BTreeMap<String, Serial>,
    applications: BTreeMap<String, Standing>,
}

#[derive(Debug, Clone)]
enum Standing {
    Taken,
    Refused(Rejection),
    Cancelled,
}

impl Outside {
    /// What becomes of the next calls of that name, one after the other.
    pub(crate) fn fate(&mut self, name: &str, fates: impl IntoIterator<Item = Fate>) {
        self.fates.entry(name.to_owned()).or_default().extend(fates);
    }

    /// Acts on the call, if it is one, and answers. A query acts on nothing and meets no fate.
    pub(crate) fn answer(&mut self, name: &str, effect: &Effect, now: Timestamp) -> Payload {
        let fate = match acts(effect) {
            _ if self.down.contains(name) => Fate::Lost,
            _ if self.mute.contains(name) => Fate::Unheard,
            true => self.next_fate(name),
            false => Fate::Done,
        };
        if acts(effect) && fate != Fate::Lost {
            self.act(name, effect, fate, now);
        }
        self.says(name, effect, now, matches!(fate, Fate::Lost | Fate::Unheard))
    }

    /// Acts on a call whose answer nobody will hear.
    pub(crate) fn act_on(&mut self, name: &str, effect: &Effect, now: Timestamp) {
        if acts(effect) {
            let fate = self.next_fate(name);
            self.act(name, effect, fate, now);
        }
    }

    fn next_fate(&mut self, name: &str) -> Fate {
        self.fates.get_mut(name).and_then(VecDeque::pop_front).unwrap_or(Fate::Done)
    }

    fn act(&mut self, name: &str, effect: &Effect, fate: Fate, now: Timestamp) {
        let refused = fate == Fate::Refused;
        if let Some(BankCall::Charge(charge)) = effect.call_as() {
            let answer = if refused {
                ChargeAnswer::Declined(Cause::new("no_balance", "too little money"))
            } else {
                ChargeAnswer::Paid(Receipt {
                    no: charge.no.clone(),
                    serial: serial(&format!("{name}.1")),
                    amount: charge.amount.into(),
                    paid_at: now,
                })
            };
            self.charged.entry(name.to_owned()).or_insert(answer);
        } else if effect.call_as::<BankCall>().is_some() && !refused {
            self.sent.entry(name.to_owned()).or_insert_with(|| serial(&format!("{name}.1")));
        } else if let Some(RegistrarCall::Submit(_)) = effect.call_as() {
            let standing = if refused {
                Standing::Refused(rejection("0001", "not taken"))
            } else {
                Standing::Taken
            };
            self.applications.entry(name.to_owned()).or_insert(standing);
        } else if let Some(RegistrarCall::Cancel(_)) = effect.call_as() {
            let order = name.trim_end_matches(".cancel").to_owned();
            if !refused && matches!(self.applications.get(&order), Some(Standing::Taken)) {
                self.applications.insert(order, Standing::Cancelled);
            }
        }
    }

    fn says(&self, name: &str, effect: &Effect, now: Timestamp, silent: bool) -> Payload {
        let nobody = || Cause::new("timeout", "no answer in time");
        if let Some(call) = effect.call_as::<BankCall>() {
            let answer = match call {
                BankCall::Charge(_) => BankAnswer::Charge(match self.charged.get(name) {
                    _ if silent => ChargeAnswer::Unknown(nobody()),
                    Some(answer) => answer.clone(),
                    None => ChargeAnswer::NotFound,
                }),
                BankCall::Refund(refund) | BankCall::AskRefund(refund) => BankAnswer::Refund(
                    refund.no.clone(),
                    match self.sent.get(name) {
                        _ if silent => RefundAnswer::Unknown(nobody()),
                        Some(serial) => RefundAnswer::Refunded(serial.clone()),
                        None if !acts(effect) => RefundAnswer::NotFound,
                        None => RefundAnswer::Refused(Cause::new("closed", "account closed")),
                    },
                ),
                BankCall::Payout(payout) | BankCall::AskPayout(payout) => BankAnswer::Payout(
                    payout.no.clone(),
                    match self.sent.get(name) {
                        _ if silent => PayoutAnswer::Unknown(nobody()),
                        Some(serial) => PayoutAnswer::PaidOut(Transfer {
                            no: payout.no.clone(),
                            serial: serial.clone(),
                            amount: payout.amount.into(),
                            at: now,
                        }),
                        None if !acts(effect) => PayoutAnswer::NotFound,
                        None => PayoutAnswer::Refused(Cause::new("closed", "account closed")),
                    },
                ),
            };
            return Arc::new(answer);
        }
        if silent {
            return Arc::new(ApplicationAnswer::Unknown(nobody()));
        }
        Arc::new(match effect.call_as::<RegistrarCall>().unwrap() {
            RegistrarCall::Submit(application) => self.stands(name, &application.terms, now),
            RegistrarCall::Cancel(_) => {
                match self.applications.get(name.trim_end_matches(".cancel")) {
                    Some(Standing::Cancelled) => ApplicationAnswer::Cancelled,
                    _ => ApplicationAnswer::NotCancelled(Cause::new("late", "it stands")),
                }
            }
        })
    }

    fn stands(&self, name: &str, terms: &Terms, now: Timestamp) -> ApplicationAnswer {
        match self.applications.get(name) {
            None => ApplicationAnswer::NotFound,
            Some(Standing::Refused(rejection)) => ApplicationAnswer::Rejected(rejection.clone()),
            Some(Standing::Cancelled) => ApplicationAnswer::Cancelled,
            Some(Standing::Taken) if now < confirmed_from(terms) => {
                ApplicationAnswer::Accepted(serial(&format!("{name}.a")))
            }
            Some(Standing::Taken) => match self.verdict(name) {
                Verdict::Silence => ApplicationAnswer::Unknown(Cause::new("busy", "later")),
                Verdict::Rejected => ApplicationAnswer::Rejected(rejection("0002", "rejected")),
                Verdict::Whole | Verdict::Half => {
                    ApplicationAnswer::Confirmed(Box::new(self.confirmation(name, terms)))
                }
            },
        }
    }

    /// A conversion falls with its purchase.
    fn verdict(&self, name: &str) -> Verdict {
        let of = |name: &str| self.verdicts.get(name).copied().unwrap_or_default();
        let fallen = |name: &str| {
            let standing = self.applications.get(name);
            of(name) == Verdict::Rejected || matches!(standing, Some(Standing::Cancelled))
        };
        if name == "convert" && fallen("mmf") { Verdict::Rejected } else { of(name) }
    }

    fn confirmation(&self, name: &str, terms: &Terms) -> Confirmation {
        let whole = confirmation(&format!("{name}.c"), terms);
        let half = |name: &str| self.verdict(name) == Verdict::Half;
        // Out of a purchase that was confirmed by half no more can be converted.
        if half(name) || (name == "convert" && half("mmf") && terms_of_all(terms)) {
            return halved(whole, terms);
        }
        whole
    }
}

/// Money that leaves, and a taking back, are sent again under their key: that is the question.
fn acts(effect: &Effect) -> bool {
    let again = match effect.call_as() {
        Some(BankCall::Refund(_) | BankCall::Payout(_)) => true,
        Some(BankCall::Charge(_) | BankCall::AskRefund(_) | BankCall::AskPayout(_)) => false,
        None => matches!(effect.call_as(), Some(RegistrarCall::Cancel(_))),
    };
    again || effect.ask == Asking::Call
}

/// It asks for all shares that 1,000 yuan would have bought.
fn terms_of_all(terms: &Terms) -> bool {
    matches!(terms.ask, Ask::Conversion { shares, .. } if shares == "1000".parse().unwrap())
}

/// From when on such an application is confirmed.
pub(crate) fn confirmed_from(terms: &Terms) -> Timestamp {
    Timestamp::shanghai(terms.promised.confirm_by.date(), "09:00:00".parse().unwrap())
}

pub(crate) fn serial(text: &str) -> Serial {
    Serial::new(text).unwrap()
}

pub(crate) fn rejection(code: &str, text: &str) -> Rejection {
    Rejection::of(Cause::new(code, text))
}

/// All that was asked for, at the prices of T, without a fee.
pub(crate) fn confirmation(name: &str, terms: &Terms) -> Confirmation {
    let day: NaiveDate = terms.trade_date.date();
    let on = terms.promised.confirm_by.date();
    let money_fund = terms.fund.as_str() == crate::terms::WALLET;
    let own = if money_fund { Nav::ONE } else { price(day) };
    let outcome = match &terms.ask {
        Ask::Purchase { amount, .. } => {
            let amount = Money::from(*amount);
            let shares = amount.shares_at(own, ShareRounding::HalfUp).unwrap();
            let (fee, refund) = (Money::ZERO, Money::ZERO);
            Outcome::Purchase(PurchaseConfirmed { amount, fee, refund, nav: own, shares })
        }
        Ask::Redemption { shares, .. } => {
            let gross = shares.value_half_up(own).unwrap();
            Outcome::Redemption(RedemptionConfirmed {
                shares: *shares,
                nav: own,
                gross,
                fee: Money::ZERO,
                back_end_fee: Money::ZERO,
                payout: gross,
                income: "0".parse().unwrap(),
                lots: vec![],
            })
        }
        Ask::Conversion { shares, .. } => converted(*shares, own, price(day)),
        other => panic!("nobody asks for {other:?}"),
    };
    let serial = serial(name);
    Confirmation {
        serial,
        confirmed_on: on,
        registered_on: on,
        finished: true,
        outcome,
        misnamed: vec![],
    }
}

fn converted(shares_out: Shares, nav_out: Nav, nav_in: Nav) -> Outcome {
    let net_in = shares_out.value_half_up(nav_out).unwrap();
    Outcome::Conversion(ConversionConfirmed {
        shares_out,
        nav_out,
        redemption_fee: Money::ZERO,
        back_end_fee: Money::ZERO,
        topup_fee: Money::ZERO,
        net_in,
        nav_in,
        shares_in: net_in.shares_at(nav_in, ShareRounding::HalfUp).unwrap(),
        income: "0".parse().unwrap(),
        lots: vec![],
    })
}

fn half(number: rust_decimal::Decimal) -> rust_decimal::Decimal {
    (number * rust_decimal::Decimal::new(5, 1)).round_dp(2)
}

/// Half of it, to the fen or the hundredth of a share.
pub(crate) fn halved(whole: Confirmation, terms: &Terms) -> Confirmation {
    let outcome = match whole.outcome {
        Outcome::Purchase(n) => {
            let amount = Money::new(half(n.amount.decimal())).unwrap();
            let shares = amount.shares_at(n.nav, ShareRounding::HalfUp).unwrap();
            let refund = n.amount.minus(amount).unwrap();
            Outcome::Purchase(PurchaseConfirmed { amount, refund, shares, ..n })
        }
        Outcome::Conversion(n) => {
            let shares = Shares::new(half(n.shares_out.decimal())).unwrap();
            converted(shares, n.nav_out, n.nav_in)
        }
        Outcome::Redemption(n) => {
            let shares = Shares::new(half(n.shares.decimal())).unwrap();
            let gross = shares.value_half_up(n.nav).unwrap();
            Outcome::Redemption(RedemptionConfirmed { shares, gross, payout: gross, ..n })
        }
        other => panic!("nobody halves {other:?} of {}", terms.order),
    };
    Confirmation { outcome, ..whole }
}
