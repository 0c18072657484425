//! A bank, an advancing bank and a registrar as one value: each acts once per key, and says the same for
//! ever. What they may do besides what is best for the investor is the test's.

mod banks;
mod numbers;
mod telling;

pub use numbers::{confirmed, serial_of};
pub use telling::Known;

use crate::{
    counterparties::{Counterparties, Said},
    worlds::{self, calendar},
};
use chrono::{NaiveDate, NaiveTime};
use fundflow_domain::{
    application::{Ask, Reception, Rejection, Terms},
    money::Money,
    orders::Cause,
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
use numbers::{confirmed_on, portion, unraised, wrong};
use rust_decimal::Decimal;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// What those outside may do besides what is best for the investor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum May {
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
    /// The raising of the fund fails, and the money earned a little meanwhile.
    FailRaising,
    /// The raising of the fund has failed, whoever asks.
    Fails,
    /// The registrar takes nothing back.
    Keep,
    /// All of them say their last words unasked, too.
    Tell,
}

/// What became of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Done {
    /// Acted on then; nothing more was said of it yet.
    At(Timestamp),
    /// Refused, at the front where there is one.
    Refused,
    /// Confirmed in full.
    Whole,
    /// Confirmed in half, and no more to come.
    Half,
    /// Confirmed in half, and the rest to come.
    Portion,
    /// Both of the two portions.
    Portions,
    /// Since then its price is waited for.
    Late(Timestamp),
    /// Confirmed by a record that does not add up.
    Wrong,
    /// The record was corrected.
    Corrected,
    /// Rejected with its batch.
    RejectedInBatch,
    /// The raising of the fund has failed.
    Unraised,
    /// Taken back by whoever asked.
    TakenBack,
}

/// In milliseconds, as timestamps count.
const DAY: i64 = 24 * 3_600_000;

/// All counterparties of these tests, each with what it will say.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Outside {
    /// Deviations that are permitted.
    pub may: BTreeSet<May>,
    now: Option<Timestamp>,
    /// What they have done, by key.
    pub done: BTreeMap<Arc<str>, Done>,
    /// What they have, where they may tell of it.
    pub known: BTreeMap<Arc<str>, Known>,
    /// Keys of what they have reported by now.
    pub reported: BTreeSet<Arc<str>>,
}

impl Outside {
    /// Those that may do that, and have done nothing yet.
    pub fn that(may: impl IntoIterator<Item = May>) -> Self {
        Self { may: may.into_iter().collect(), ..Self::default() }
    }

    pub(crate) fn now(&self) -> Timestamp {
        self.now.expect("counterparties that know the time")
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

    pub(crate) fn registrar(&self, call: &RegistrarCall, ask: Asking) -> Vec<Said<Self>> {
        match call {
            RegistrarCall::Submit(it) => {
                let key = it.terms.no.as_str();
                let Some(done) = self.done.get(key).copied() else {
                    return self.handed_in(&it.terms, ask);
                };
                let said = |done| Said::of(self.stands(&it.terms, done), self.with(key, done));
                self.goes_on(&it.terms, done, self.now()).into_iter().map(said).collect()
            }
            RegistrarCall::Cancel(it) => {
                let key = it.terms.no.as_str();
                let not_cancelled = || {
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
                        let keeps = self.may.contains(&May::Keep).then(not_cancelled);
                        [Some(back), keeps].into_iter().flatten().collect()
                    }
                    Some(_) => vec![not_cancelled()],
                }
            }
        }
    }

    /// What may be the registrar's word now on an order that it has.
    fn goes_on(&self, terms: &Terms, done: Done, now: Timestamp) -> Vec<Done> {
        let is_late = |at: Timestamp| now < at.plus_millis(DAY);
        match done {
            Done::Portion => return vec![Done::Portions],
            Done::At(_) if now >= confirms_from(terms) && self.has_failed(terms) => {
                return vec![Done::Unraised];
            }
            Done::At(_) if now >= confirms_from(terms) => {}
            Done::Late(at) if !is_late(at) => return vec![Done::Whole],
            Done::At(at) if self.rejects_before_receiving(terms, at, now) => {
                return vec![done, Done::RejectedInBatch];
            }
            _ => return vec![done],
        }
        let may = |may, done| self.may.contains(&may).then_some(done);
        let ways = [
            Some(Done::Whole),
            may(May::ConfirmHalf, Done::Half),
            may(May::Portions, Done::Portion),
            may(May::Late, Done::Late(now)),
            may(May::Correct, Done::Wrong),
            may(May::RejectInBatch, Done::RejectedInBatch),
            may(May::FailRaising, Done::Unraised)
                .filter(|_| matches!(terms.ask, Ask::Subscription { .. })),
        ];
        ways.into_iter().flatten().collect()
    }

    fn has_failed(&self, terms: &Terms) -> bool {
        self.may.contains(&May::Fails) && matches!(terms.ask, Ask::Subscription { .. })
    }

    /// A subscription is received, or rejected, on the day after it was handed in.
    fn rejects_before_receiving(&self, terms: &Terms, at: Timestamp, now: Timestamp) -> bool {
        let is_due = is_received(terms, at, now) && now < confirms_from(terms);
        is_due && self.may.contains(&May::RejectInBatch)
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
        match done {
            Done::At(at) if is_received(terms, at, self.now()) => {
                let on = calendar().plus(terms.trade_date, 1).expect("a trading day").date();
                ApplicationAnswer::Received(Reception { serial: serial(), on, amount: None })
            }
            Done::At(_) | Done::Late(_) => ApplicationAnswer::Accepted(serial()),
            Done::Refused => rejected("0101"),
            Done::RejectedInBatch => rejected("0106"),
            Done::Unraised => unraised(terms),
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
        self.registrar(
            effect.call_as::<RegistrarCall>().expect("a call of a shipped saga"),
            effect.ask,
        )
    }
}

impl Counterparties for Outside {
    fn answers(&self, effect: &Effect) -> Vec<Said<Self>> {
        let said = self.acts_on(effect).into_iter();
        said.map(|it| Said { after: it.after.knowing(effect), ..it }).collect()
    }

    /// Orders by their own names: `TX-1.mmf`, and `TX-1.mmf.cancel`.
    fn name(&self, effect: &Effect) -> Arc<str> {
        match effect.call_as::<RegistrarCall>() {
            Some(RegistrarCall::Submit(it)) => it.terms.order.as_str().into(),
            Some(RegistrarCall::Cancel(it)) => format!("{}.cancel", it.terms.order).into(),
            None => effect.key.clone(),
        }
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

fn is_received(terms: &Terms, at: Timestamp, now: Timestamp) -> bool {
    let is_raised = matches!(terms.ask, Ask::Subscription { .. });
    is_raised && at < now && now >= nine_after(terms)
}

fn nine_after(terms: &Terms) -> Timestamp {
    nine(calendar().plus(terms.trade_date, 1).expect("a trading day").date())
}

/// Nine on the day of the confirmation.
fn confirms_from(terms: &Terms) -> Timestamp {
    nine(confirmed_on(terms))
}

fn nine(day: NaiveDate) -> Timestamp {
    Timestamp::shanghai(day, NaiveTime::from_hms_opt(9, 0, 0).unwrap_or_default())
}
