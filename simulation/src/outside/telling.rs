//! What those outside say unasked: the last word on each call, once, as soon as it is one.

use super::{Done, May, Outside};
use crate::counterparties::Said;
use fundflow_domain::{application::Terms, time::Timestamp};
use fundflow_kernel::envelope::StreamName;
use fundflow_runtime::{
    message::Effect,
    port::{Ask as Asking, Keyed as _},
};
use fundflow_sagas::ports::{
    advance::{self, AdvanceCall, AdvanceSaid},
    bank::{self, BankAnswer, BankCall, PayoutAnswer},
    registrar::{self, Application, ApplicationAnswer, RegistrarCall},
};
use std::{
    hash::{Hash, Hasher},
    sync::Arc,
};

/// A call that they have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Known {
    /// A call to a bank.
    Bank(BankCall),
    /// A call to an advancing bank.
    Advance(AdvanceCall),
    /// Of a registrar: the application's terms.
    Order(Box<Terms>),
}

/// Its key says all of it.
impl Hash for Known {
    fn hash<H: Hasher>(&self, _: &mut H) {}
}

impl Outside {
    /// They have that call now, if they have acted on it.
    pub(super) fn knowing(mut self, effect: &Effect) -> Self {
        if ![May::Tell, May::Correct].iter().any(|may| self.may.contains(may)) {
            return self;
        }
        let bank = effect.call_as().map(|call: &BankCall| (call.key(), Known::Bank(call.clone())));
        let advance =
            effect.call_as().map(|call: &AdvanceCall| (call.key(), Known::Advance(call.clone())));
        let order = match effect.call_as() {
            Some(RegistrarCall::Submit(it)) => {
                let terms = Box::new(it.terms.clone());
                Some((it.terms.no.clone().into(), Known::Order(terms)))
            }
            Some(RegistrarCall::Cancel(_)) | None => None,
        };
        let known = bank.or(advance).or(order);
        self.known.extend(known.filter(|(key, _)| self.done.contains_key(key)));
        self
    }

    /// Whether anything may be reported at that instant.
    pub(crate) fn has_a_word(&self, now: Timestamp) -> bool {
        let tells = self.may.contains(&May::Tell);
        self.known.iter().any(|(key, known)| {
            let Known::Order(terms) = known else { return tells && !self.reported.contains(key) };
            let Some(done) = self.done.get(key) else { return false };
            let is_last = |done: &Done| !matches!(done, Done::At(_) | Done::Late(_));
            let ways = || self.goes_on(terms, *done, now);
            *done == Done::Wrong
                || (tells && !self.reported.contains(key) && ways().iter().any(is_last))
        })
    }

    /// Everything that may be reported now.
    pub(super) fn last_words(&self) -> Vec<(StreamName, Said<Self>)> {
        let tells = self.may.contains(&May::Tell);
        let open = self.known.iter().filter(|(key, _)| tells && !self.reported.contains(*key));
        let notices = open.flat_map(|(key, known)| self.tells(key, known));
        notices
            .chain(self.known.iter().filter_map(|(key, known)| self.corrects(key, known)))
            .collect()
    }

    /// What did not add up is corrected, asked or not.
    fn corrects(&self, key: &Arc<str>, known: &Known) -> Option<(StreamName, Said<Self>)> {
        let Known::Order(terms) = known else { return None };
        let wrong = self.done.get(key) == Some(&Done::Wrong);
        let corrected = wrong.then(|| self.stands(terms, Done::Corrected))?;
        let said = Said::of(corrected, self.with(key, Done::Corrected));
        let (stream, payload) = notice(known, &said)?;
        Some((stream, Said { payload, ..said }))
    }

    fn tells(&self, key: &Arc<str>, known: &Known) -> Vec<(StreamName, Said<Self>)> {
        let said = match known {
            Known::Bank(call) => self.bank(call, Asking::Query),
            Known::Advance(call) => self.advancing(call, Asking::Query),
            Known::Order(terms) => {
                let (terms, applied_at) = (terms.as_ref().clone(), self.now());
                let call = RegistrarCall::Submit(Application { terms, applied_at });
                self.registrar(&call, Asking::Query)
            }
        };
        let noticed = |said: Said<Self>| {
            let (stream, payload) = notice(known, &said)?;
            let mut after = said.after;
            after.reported.insert(key.clone());
            Some((stream, Said { said: said.said, payload, after }))
        };
        said.into_iter().filter_map(noticed).collect()
    }
}

/// The same as news; `None` for what is no last word.
fn notice(
    known: &Known,
    said: &Said<Outside>,
) -> Option<(StreamName, fundflow_runtime::port::Payload)> {
    let payload = said.payload.as_ref();
    match known {
        Known::Bank(call) => match (call, payload.downcast_ref::<BankAnswer>()?.clone()) {
            (BankCall::Charge(it), BankAnswer::Charge(answer)) => {
                Some(bank::charge_notice(&it.no, answer))
            }
            (
                BankCall::Payout(it) | BankCall::AskPayout(it),
                BankAnswer::Payout(no, answer @ PayoutAnswer::PaidOut(_)),
            ) => Some(bank::payout_notice(&it.no, no, answer)),
            _ => None,
        },
        Known::Advance(AdvanceCall::Advance(it)) => {
            Some(advance::notice(&it.no, payload.downcast_ref::<AdvanceSaid>()?.clone()))
        }
        Known::Advance(AdvanceCall::Repay(it) | AdvanceCall::AskRepayment(it)) => {
            Some(advance::notice(&it.advance, payload.downcast_ref::<AdvanceSaid>()?.clone()))
        }
        Known::Order(terms) => match payload.downcast_ref::<ApplicationAnswer>()? {
            answer @ (ApplicationAnswer::Confirmed(_)
            | ApplicationAnswer::Rejected(_)
            | ApplicationAnswer::Cancelled) => Some(registrar::notice(&terms.no, answer.clone())),
            _ => None,
        },
    }
}
