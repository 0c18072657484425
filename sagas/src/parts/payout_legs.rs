//! Several payouts of one saga, and the first of them that something is to be done about.

use super::{
    payout::{NotRedirected, PayoutLeg},
    payout_lanes::first_unanswered,
};
use crate::{house::House, ports::bank::BankCall};
use fundflow_domain::{
    ids::{AccountRef, PaymentNo},
    money::Money,
    orders::Cause,
    time::Timestamp,
};
use fundflow_kernel::{envelope::StreamName, streams::Need};
use fundflow_runtime::{
    saga::{Saga, View},
    turn::{NotDone, Turn},
};

/// Payouts, in the order in which they are asked for.
#[derive(Debug, Clone, Default)]
pub struct PayoutLegs(Vec<PayoutLeg>);

impl PartialEq for PayoutLegs {
    fn eq(&self, other: &Self) -> bool {
        self.iter().map(|leg| &leg.no).eq(other.iter().map(|leg| &leg.no))
    }
}

impl FromIterator<PayoutLeg> for PayoutLegs {
    fn from_iter<I: IntoIterator<Item = PayoutLeg>>(legs: I) -> Self {
        Self(legs.into_iter().collect())
    }
}

impl PayoutLegs {
    /// In the order in which they are asked for.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &PayoutLeg> {
        self.0.iter()
    }

    /// Streams that must be in memory.
    pub fn needs(&self) -> impl Iterator<Item = Need> {
        self.iter().map(|leg| leg.key.need())
    }

    /// They are named after keys that the saga hands out.
    pub fn streams(&self) -> impl Iterator<Item = StreamName> {
        self.iter().map(|leg| leg.key.stream().clone())
    }

    /// Whether that stream is one of theirs.
    pub fn has(&self, stream: &StreamName) -> bool {
        self.iter().any(|leg| leg.key.stream() == stream)
    }

    /// The one that the number of an attempt belongs to.
    pub fn numbered(&self, no: &PaymentNo) -> Option<&PayoutLeg> {
        let attempt = |leg: &&PayoutLeg| {
            let rest = no.as_str().strip_prefix(leg.no.as_str());
            rest.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
        };
        self.iter().find(attempt)
    }

    /// The first one that the bank was asked for and has not answered about: one that is asked for later interrupts
    /// no conversation.
    pub fn unanswered<S: Saga>(&self, view: &View<'_, S>) -> Option<&PayoutLeg> {
        first_unanswered(self.iter(), view)
    }

    /// The first one that the bank refuses.
    pub fn refused<S: Saga>(&self, view: &View<'_, S>) -> Option<&PayoutLeg> {
        self.iter().find(|leg| leg.is_answered(view) && !leg.is_paid_out(view))
    }

    /// What the bank is asked for next.
    pub fn call<S: Saga>(&self, view: &View<'_, S>) -> Option<BankCall> {
        self.unanswered(view)?.call(view)
    }

    /// When a person is called about that.
    pub fn overdue<S: Saga>(&self, house: &House, view: &View<'_, S>) -> Option<Timestamp> {
        self.unanswered(view)?.overdue(house, view)
    }

    /// Parks until a person names another account for the one that is refused.
    ///
    /// # Errors
    /// Always.
    pub fn ask_for_account<S: Saga>(&self, turn: &Turn<'_, S>) -> Result<usize, NotDone> {
        let view = turn.view()?;
        self.refused(&view).ok_or(NotDone::Lacks("the bank's refusal"))?.ask_for_account(turn)
    }

    /// Sends what the bank refused to another account; `None` where none of them was refused.
    pub fn redirect<S: Saga>(
        &self,
        turn: &mut Turn<'_, S>,
        account: &AccountRef,
        own_name: bool,
        reason: &Cause,
    ) -> Option<Result<usize, NotRedirected>> {
        let refused = turn.view().ok().and_then(|view| self.refused(&view))?;
        Some(refused.redirect(turn, account, own_name, reason))
    }

    /// The same; where none was refused, the first one says why nothing is sent elsewhere.
    ///
    /// # Errors
    /// [`NotRedirected`]; nothing has changed.
    pub fn redirect_any<S: Saga>(
        &self,
        turn: &mut Turn<'_, S>,
        account: &AccountRef,
        own_name: bool,
        reason: &Cause,
    ) -> Result<usize, NotRedirected> {
        if let Some(done) = self.redirect(turn, account, own_name, reason) {
            return done;
        }
        let first = self.0.first().ok_or(NotRedirected::Nothing)?;
        first.redirect(turn, account, own_name, reason)
    }

    /// What the bank has paid out.
    pub fn paid<S: Saga>(&self, view: &View<'_, S>) -> Money {
        sum(self.iter().filter_map(|leg| Some(leg.payout(view)?.paid()?.amount)))
    }

    /// What the bank was asked to pay out.
    pub fn asked_for<S: Saga>(&self, view: &View<'_, S>) -> Money {
        sum(self.iter().filter_map(|leg| Some(leg.payout(view)?.terms.amount.into())))
    }
}

fn sum(parts: impl Iterator<Item = Money>) -> Money {
    parts.fold(Money::ZERO, Money::plus_or_most)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_of_an_attempt_belongs_to_the_payout_whose_number_it_goes_on() {
        let order = |name: &str| PayoutLeg::of(&name.parse().unwrap());
        let legs: PayoutLegs = [order("TX-1"), order("TX-1.out2")].into_iter().collect();
        let of = |no: &str| legs.numbered(&no.parse().unwrap()).map(|leg| leg.no.to_string());
        for (no, leg) in [
            ("TX-1.out", Some("TX-1.out")),
            ("TX-1.out.again2", Some("TX-1.out")),
            ("TX-1.out2.out", Some("TX-1.out2.out")),
            ("TX-1.out2.out.again2", Some("TX-1.out2.out")),
            ("TX-1.out3", None),
        ] {
            assert_eq!(of(no).as_deref(), leg, "{no}");
        }
    }
}
