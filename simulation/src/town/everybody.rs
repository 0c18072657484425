//! Everybody outside of a house: for each transaction a bank, an advancing bank and a registrar of its own, which
//! keeps what is remembered small. Keys name their transaction, so none is ever known to two.

use super::{clearings, day_cuts, draw::investors};
use crate::{
    counterparties::{Counterparties, Said},
    outside::{Done, May, Outside},
};
use fundflow_kernel::{envelope::StreamName, ids::TransactionId, time::Timestamp};
use fundflow_runtime::{message::Effect, port::Payload};
use fundflow_sagas::ports::{
    day_jobs::JobCall,
    statements::StatementCall,
    wallets::{Listed, Page, PageAnswer},
};
use rpds::RedBlackTreeMapSync;
use std::hash::{Hash, Hasher};

/// One for each transaction, and what all of them may do.
#[derive(Debug, Clone)]
pub struct Everybody {
    of: RedBlackTreeMapSync<TransactionId, Outside>,
    fresh: Outside,
    now: Option<Timestamp>,
}

impl Hash for Everybody {
    fn hash<H: Hasher>(&self, state: &mut H) {
        for outside in self.of.values() {
            outside.hash(state);
        }
    }
}

impl Default for Everybody {
    fn default() -> Self {
        let may = [
            May::Decline,
            May::RefuseMoney,
            May::DeclineAdvance,
            May::RejectAtFront,
            May::RejectInBatch,
            May::ConfirmHalf,
            May::Portions,
            May::Late,
            May::Correct,
            May::FailRaising,
            May::Keep,
            May::Tell,
        ];
        Self { of: RedBlackTreeMapSync::new_sync(), fresh: Outside::that(may), now: None }
    }
}

impl Everybody {
    fn whom(&self, transaction: &TransactionId) -> Outside {
        let known = self.of.get(transaction).cloned();
        let mut outside = known.unwrap_or_else(|| self.begins(transaction));
        self.now.iter().for_each(|now| outside.notes(*now));
        outside
    }

    /// Half of them say nothing unasked.
    fn begins(&self, transaction: &TransactionId) -> Outside {
        let mut outside = self.fresh.clone();
        let sum: u32 = transaction.as_str().bytes().map(u32::from).sum();
        if sum.is_multiple_of(2) {
            outside.may.remove(&May::Tell);
        }
        // Long after anything goes wrong by chance.
        if sum.is_multiple_of(3) {
            outside.may.insert(May::Fails);
        }
        outside
    }

    fn with(&self, transaction: &TransactionId, outside: Outside) -> Self {
        let of = self.of.insert(transaction.clone(), outside);
        Self { of, fresh: self.fresh.clone(), now: self.now }
    }

    fn of_them(&self, transaction: &TransactionId, said: Said<Outside>) -> Said<Self> {
        let Said { said, payload, after } = said;
        Said { said, payload, after: self.with(transaction, after) }
    }
}

impl Counterparties for Everybody {
    fn answers(&self, effect: &Effect) -> Vec<Said<Self>> {
        if let Some(call) = effect.call_as::<JobCall>() {
            let said = day_cuts::answers(call).into_iter();
            return said.map(|answer| Said::of(answer, self.clone())).collect();
        }
        if let Some(call) = effect.call_as::<StatementCall>() {
            let said = clearings::answers(call).into_iter();
            return said.map(|answer| Said::of(answer, self.clone())).collect();
        }
        if let Some(page) = effect.call_as::<Page>() {
            let owners = Listed::new(investors()).page_of(page);
            let answer = PageAnswer::Owners { page: page.clone(), owners };
            return vec![Said::of(answer, self.clone())];
        }
        let transaction = &effect.saga.transaction;
        let said = self.whom(transaction).answers(effect).into_iter();
        said.map(|said| self.of_them(transaction, said)).collect()
    }

    fn silence(&self, effect: &Effect) -> Payload {
        let job = effect.call_as::<JobCall>().map(day_cuts::silence);
        let statement = || effect.call_as::<StatementCall>().map(clearings::silence);
        job.or_else(statement).unwrap_or_else(|| self.fresh.silence(effect))
    }

    fn contradicts(&self, effect: &Effect) -> Option<Payload> {
        let mut other = self.whom(&effect.saga.transaction);
        let done = other.done.get_mut(&*effect.key)?;
        *done = match done {
            Done::At(_) => Done::Refused,
            Done::Refused => Done::At(self.now?),
            _ => return None,
        };
        other.answers(effect).into_iter().next().map(|said| said.payload)
    }

    fn notes(&mut self, now: Timestamp) {
        self.now = Some(now);
    }

    /// Everything that the first of them may say who has anything to say.
    fn notices(&self) -> Vec<(StreamName, Said<Self>)> {
        let Some(now) = self.now else { return Vec::new() };
        for (transaction, _) in self.of.iter().filter(|(_, outside)| outside.has_a_word(now)) {
            let notices = self.whom(transaction).notices();
            if !notices.is_empty() {
                let of_them = |(stream, said)| (stream, self.of_them(transaction, said));
                return notices.into_iter().map(of_them).collect();
            }
        }
        Vec::new()
    }
}
