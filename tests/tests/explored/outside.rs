//! A bank, an advancing bank and a registrar as one value: each acts once per key, and says the same for
//! ever. What they may do besides what is best for the investor is the test's.

use crate::{
    numbers::{confirmed, confirmed_on, portion, serial_of, wrong},
    telling::Known,
};
use fundflow_domain::{
    advance,
    application::{Ask, Reception, Rejection, Terms},
    money::{Amount, Money},
    orders::Cause,
    payment::Receipt,
    payout,
    time::Timestamp,
};
use fundflow_kernel::envelope::StreamName;
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
use fundflow_testkit::{
    explore::{Counterparties, Said},
    worlds::{self, calendar, read},
};
use rust_decimal::Decimal;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// What those outside may do besides what is best for the investor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum May {
    /// The bank declines a charge.
    Decline,
    /// The bank refuses a refund or a payout.
    RefuseMoney,
    /// The advancing bank declines.
    DeclineAdvance,
    /// The registrar rejects an application at its front.
    RejectAtFront,
    /// The registrar rejects an application in the batch.
    RejectInBatch,
    /// The registrar confirms half of what was asked for.
    ConfirmHalf,
    /// The registrar confirms in two portions.
    Portions,
    /// The registrar's price is late, and its word with it: by a day.
    Late,
    /// The registrar confirms what does not add up, and corrects that afterwards, unasked.
    Correct,
    /// The registrar takes nothing back.
    Keep,
    /// All of them say their last words unasked, too.
    Tell,
}

/// What became of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Done {
    At(Timestamp),
    Refused,
    Whole,
    Half,
    /// The first of two portions, and both.
    Portion,
    Portions,
    /// Since then its price is waited for.
    Late(Timestamp),
    Wrong,
    Corrected,
    RejectedInBatch,
    TakenBack,
}

/// In milliseconds, as timestamps count.
const DAY: i64 = 24 * 3_600_000;

/// All counterparties of these tests, each with what it will say.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub(crate) struct Outside {
    pub(crate) may: BTreeSet<May>,
    now: Option<Timestamp>,
    pub(crate) done: BTreeMap<Arc<str>, Done>,
    /// What they have, where they may tell of it.
    pub(crate) known: BTreeMap<Arc<str>, Known>,
    /// What they have told.
    pub(crate) told: BTreeSet<Arc<str>>,
}

impl Outside {
    pub(crate) fn that(may: impl IntoIterator<Item = May>) -> Self {
        Self { may: may.into_iter().collect(), ..Self::default() }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.now.unwrap()
    }

    pub(crate) fn with(&self, key: &str, done: Done) -> Self {
        let mut after = self.clone();
        after.done.insert(key.into(), done);
        after
    }

    /// Acts on a key that was not acted on before: for the best, or as it may.
    fn acted(&self, key: &str, may: May) -> Vec<(Done, Self)> {
        if let Some(done) = self.done.get(key) {
            return vec![(*done, self.clone())];
        }
        let done = |done| (done, self.with(key, done));
        let refused = self.may.contains(&may).then(|| done(Done::Refused));
        [Some(done(Done::At(self.now()))), refused].into_iter().flatten().collect()
    }

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

    pub(crate) fn registrar(&self, call: &RegistrarCall, ask: Asking) -> Vec<Said<Self>> {
        match call {
            RegistrarCall::Submit(it) => {
                let key = it.terms.no.as_str();
                let Some(done) = self.done.get(key).copied() else {
                    return self.handed_in(&it.terms, ask);
                };
                let said = |done| Said::of(self.stands(&it.terms, done), self.with(key, done));
                self.goes_on(&it.terms, done).into_iter().map(said).collect()
            }
            RegistrarCall::Cancel(it) => {
                let key = it.terms.no.as_str();
                let kept = || {
                    let answer = ApplicationAnswer::NotCancelled(cause("0218"));
                    Said::of(answer, self.clone())
                };
                match self.done.get(key) {
                    None => vec![Said::of(ApplicationAnswer::NotFound, self.clone())],
                    Some(Done::TakenBack) => {
                        vec![Said::of(ApplicationAnswer::Cancelled, self.clone())]
                    }
                    Some(Done::At(_)) if self.now() < confirms_from(&it.terms) => {
                        let after = self.with(key, Done::TakenBack);
                        let back = Said::of(ApplicationAnswer::Cancelled, after);
                        let keeps = self.may.contains(&May::Keep).then(kept);
                        [Some(back), keeps].into_iter().flatten().collect()
                    }
                    Some(_) => vec![kept()],
                }
            }
        }
    }

    /// What may be the registrar's word now on an order that it has.
    fn goes_on(&self, terms: &Terms, done: Done) -> Vec<Done> {
        let is_late = |at: Timestamp| self.now() < at.plus_millis(DAY);
        match done {
            Done::Portion => return vec![Done::Portions],
            Done::At(_) if self.now() >= confirms_from(terms) => {}
            Done::Late(at) if !is_late(at) => return vec![Done::Whole],
            _ => return vec![done],
        }
        let may = |may, done| self.may.contains(&may).then_some(done);
        let ways = [
            Some(Done::Whole),
            may(May::ConfirmHalf, Done::Half),
            may(May::Portions, Done::Portion),
            may(May::Late, Done::Late(self.now())),
            may(May::Correct, Done::Wrong),
            may(May::RejectInBatch, Done::RejectedInBatch),
        ];
        ways.into_iter().flatten().collect()
    }

    fn handed_in(&self, terms: &Terms, ask: Asking) -> Vec<Said<Self>> {
        if ask == Asking::Query {
            return vec![Said::of(ApplicationAnswer::NotFound, self.clone())];
        }
        let acted = self.acted(terms.no.as_str(), May::RejectAtFront).into_iter();
        acted.map(|(done, after)| Said::of(self.stands(terms, done), after)).collect()
    }

    pub(crate) fn stands(&self, terms: &Terms, done: Done) -> ApplicationAnswer {
        let serial = || serial_of(terms.no.as_str());
        let rejected = |code| {
            let (cause, interest) = (cause(code), Money::ZERO);
            ApplicationAnswer::Rejected(Rejection { interest, ..Rejection::of(cause) })
        };
        let is_received = |at: Timestamp| {
            matches!(terms.ask, Ask::Subscription { .. })
                && at < self.now()
                && self.now() >= noon_after(terms)
        };
        match done {
            Done::At(at) if is_received(at) => {
                let on = calendar().plus(terms.trade_date, 1).unwrap().date();
                ApplicationAnswer::Received(Reception { serial: serial(), on, amount: None })
            }
            Done::At(_) | Done::Late(_) => ApplicationAnswer::Accepted(serial()),
            Done::Refused => rejected("0101"),
            Done::RejectedInBatch => rejected("0106"),
            Done::TakenBack => ApplicationAnswer::Cancelled,
            Done::Whole => confirmed(terms, Decimal::ONE),
            Done::Half => confirmed(terms, Decimal::new(5, 1)),
            Done::Portion => portion(terms, "1", false),
            Done::Portions => portion(terms, "2", true),
            Done::Wrong => wrong(terms),
            Done::Corrected => portion(terms, "c", true),
        }
    }

    fn acts_on(&self, effect: &Effect) -> Vec<Said<Self>> {
        if let Some(page) = effect.call_as::<Page>() {
            let owners = Listed::new([worlds::investor_id()]).page_of(page);
            let answer = PageAnswer::Owners { page: page.clone(), owners };
            return vec![Said::of(answer, self.clone())];
        }
        if let Some(call) = effect.call_as::<BankCall>() {
            return self.bank(call, effect.ask);
        }
        if let Some(call) = effect.call_as::<AdvanceCall>() {
            return self.advancing(call, effect.ask);
        }
        self.registrar(effect.call_as::<RegistrarCall>().unwrap(), effect.ask)
    }
}

impl Counterparties for Outside {
    fn answers(&self, effect: &Effect) -> Vec<Said<Self>> {
        let said = self.acts_on(effect).into_iter();
        said.map(|it| Said { after: it.after.knowing(effect), ..it }).collect()
    }

    fn silence(&self, effect: &Effect) -> Payload {
        let cause = cause("time_out");
        if effect.call_as::<Page>().is_some() {
            return Arc::new(PageAnswer::Unknown(cause));
        }
        match effect.call_as::<BankCall>() {
            Some(BankCall::Charge(_)) => {
                return Arc::new(BankAnswer::Charge(ChargeAnswer::Unknown(cause)));
            }
            Some(BankCall::Refund(it) | BankCall::AskRefund(it)) => {
                return Arc::new(BankAnswer::Refund(it.no.clone(), RefundAnswer::Unknown(cause)));
            }
            Some(BankCall::Payout(it) | BankCall::AskPayout(it)) => {
                return Arc::new(BankAnswer::Payout(it.no.clone(), PayoutAnswer::Unknown(cause)));
            }
            None => {}
        }
        match effect.call_as::<AdvanceCall>() {
            Some(AdvanceCall::Advance(_)) => {
                Arc::new(AdvanceSaid::Advance(AdvanceAnswer::Unknown(cause)))
            }
            Some(AdvanceCall::Repay(_) | AdvanceCall::AskRepayment(_)) => {
                Arc::new(AdvanceSaid::Repayment(RepaymentAnswer::Unknown(cause)))
            }
            None => Arc::new(ApplicationAnswer::Unknown(cause)),
        }
    }

    fn notes(&mut self, now: Timestamp) {
        self.now = Some(now);
    }

    fn notices(&self) -> Vec<(StreamName, Said<Self>)> {
        self.last_words()
    }
}

fn cause(code: &str) -> Cause {
    Cause::new(code, "not this time")
}

fn noon_after(terms: &Terms) -> Timestamp {
    let day = calendar().plus(terms.trade_date, 1).unwrap();
    read(&format!("{}T09:00:00+08:00", day.date()))
}

/// Nine on the day of the confirmation.
fn confirms_from(terms: &Terms) -> Timestamp {
    read(&format!("{}T09:00:00+08:00", confirmed_on(terms)))
}
