//! Money of ours that a person owes the investor by closing a case: it goes to the investor's own
//! account, as any payout does.
//!
//! ```text
//! case closed as paid by us -> requested -> call -> paid out
//!                                             `-> refused -> parked -> redirected -> call
//! ```
//!
//! 1. A case is paid for once: its payout is named after it, and is requested before the case is closed.
//! 2. It is no more than the case is about, less what goes out without it (`left_to_pay`); where that is no
//!    money, nothing is paid for it.
//! 3. Each goes out by itself: one of which the bank says nothing keeps back none of the others (`compensation_lanes`).
//! 4. Which payouts there may be follows from the cases that were closed; most have none.

use super::{
    application::FundSaga,
    by_hand::{self, Origin},
    cancel::NotTakenBack,
    left_to_pay,
    milestone::Notes,
    payout::{NotRedirected, PayoutLeg},
    payout_legs::PayoutLegs,
};
use fundflow_domain::{
    case::{self, Case, CaseId, Cases, Disputed},
    ids::{AccountRef, OrderId, PaymentNo},
    money::{Amount, Money},
    orders::Cause,
    payout::Terms,
};
use fundflow_kernel::{
    envelope::StreamName,
    streams::{Key, Need},
};
use fundflow_runtime::{
    saga::{Saga, View},
    turn::{NotDone, Turn},
};
use rust_decimal::Decimal;
use std::sync::Arc;

/// Name of the open end for what is not paid yet.
const END: &str = "compensation";

/// The payouts that closed cases may owe.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Compensations {
    pub(super) legs: PayoutLegs,
    /// Of each of them, how many cases were closed before its own was for the first time. A case that is opened
    /// again, and closed again, keeps its number.
    pub(super) numbers: Vec<usize>,
}

/// The payout that a case may owe: `{case}.out`.
fn of_case(case: CaseId) -> Option<PayoutLeg> {
    let order = OrderId::new(format!("case-{case}")).ok()?;
    let no = PaymentNo::new(format!("{order}.out")).ok()?;
    Some(PayoutLeg { key: Key::of(&no), no, order })
}

/// Streams that must be in memory to close a case: what it may owe.
pub fn needs_of(case: CaseId) -> Option<Need> {
    of_case(case).map(|leg| leg.key.need())
}

/// What was announced for that case: whoever died in the middle of closing it closes it the same way.
pub fn announced<S: FundSaga>(turn: &Turn<'_, S>, case: CaseId) -> Option<Amount> {
    amount(&turn.view().ok()?, case)
}

/// What the payout of that case is to bring, or brought.
pub(super) fn amount<S: Saga>(view: &View<'_, S>, case: CaseId) -> Option<Amount> {
    Some(of_case(case)?.payout(view)?.terms.amount)
}

/// Announces what that case owes, once.
///
/// # Errors
/// Why nothing can be paid; nothing has changed.
pub fn owe<S: FundSaga>(
    saga: &S,
    turn: &mut Turn<'_, S>,
    case: CaseId,
    amount: Amount,
) -> Result<usize, NotTakenBack> {
    let refused = |error: &dyn std::fmt::Display| NotTakenBack::Refused(error.to_string());
    let leg = of_case(case).ok_or(NotTakenBack::NoSuchCase(case))?;
    let view = turn.view().map_err(|error| refused(&error))?;
    if let Some(known) = leg.payout(&view) {
        let same = known.terms.amount == amount;
        let differs = format!("{} yuan are paid for this case already", known.terms.amount);
        return if same { Ok(0) } else { Err(refused(&differs)) };
    }
    let about = disputed(turn, case);
    if about.is_zero() {
        let text = "the case is about no money that we could owe by it; what is owed all the same is paid by \
                    hand, and the case closed as manual";
        return Err(refused(&text));
    }
    if Money::from(amount) > about {
        let text = format!(
            "{amount} yuan are more than the {about} that the case is about; what is owed besides is paid \
             by hand"
        );
        return Err(refused(&text));
    }
    let Some(account) = S::account(&view.open.request).cloned() else {
        let text =
            "no account of the investor is known here; pay by hand, and close the case as manual";
        return Err(refused(&text));
    };
    goes_out_once(turn, case, (amount, about))?;
    let due = saga.house().t_of(turn.now()).map_err(|error| refused(&error))?;
    let terms = Terms {
        no: leg.no.clone(),
        account,
        amount,
        order: leg.order.clone(),
        due,
        asked_at: None,
        compensates: Some(case),
        record: None,
    };
    leg.request(turn, terms).map_err(|error| refused(&error))
}

/// Refuses what the record brings, or the transaction sends, without us.
fn goes_out_once<S: FundSaga>(
    turn: &Turn<'_, S>,
    case: CaseId,
    (amount, about): (Amount, Money),
) -> Result<(), NotTakenBack> {
    let refused = |error: &dyn std::fmt::Display| NotTakenBack::Refused(error.to_string());
    let view = turn.view().map_err(|error| refused(&error))?;
    let left = known(turn, case).map_or(Money::ZERO, |case| left_to_pay::of_case(&view, case));
    let left = left.min(about);
    if left.is_zero() {
        let text = format!(
            "nothing is left for us to pay of the {about} yuan that the case is about: they are the investor's \
             by the record, go out by the transaction itself or were paid for another case, and must not go out \
             twice; close it in another way, and pay by hand what is owed all the same"
        );
        return Err(refused(&text));
    }
    if Money::from(amount) > left {
        let text = format!(
            "{amount} yuan are more than the {left} that are left of the {about} that the case is about: the \
             rest is the investor's by the record, goes out by the transaction itself or was paid for another \
             case, and must not go out twice"
        );
        return Err(refused(&text));
    }
    Ok(())
}

/// Yuan that the case is about, as its findings say.
fn disputed<S: FundSaga>(turn: &Turn<'_, S>, case: CaseId) -> Money {
    known(turn, case).map_or(Money::ZERO, |known| Disputed::of(&known.findings).money)
}

fn known<'a, S: FundSaga>(turn: &'a Turn<'_, S>, case: CaseId) -> Option<&'a Case> {
    turn.state(&Key::<Cases>::of(&case)).and_then(case::State::case)
}

impl Compensations {
    /// Those of the cases that were closed.
    pub fn of<P>(notes: &Notes<P>) -> Self {
        let number = |case: &CaseId| notes.ever_settled.iter().position(|known| known == case);
        let legs = notes.settled.iter().filter_map(|case| Some((of_case(*case)?, number(case)?)));
        let (legs, numbers): (Vec<PayoutLeg>, Vec<usize>) = legs.unzip();
        Self { legs: legs.into_iter().collect(), numbers }
    }

    /// Each with the name of the open end.
    pub fn with_their_end(&self) -> impl Iterator<Item = (&PayoutLeg, &'static str)> {
        self.legs.iter().map(|leg| (leg, END))
    }

    /// Streams that must be in memory.
    pub fn needs(&self) -> impl Iterator<Item = Need> {
        self.legs.needs()
    }

    /// They belong to the transaction whose cases they are named after.
    pub fn streams(&self) -> impl Iterator<Item = StreamName> {
        self.legs.streams()
    }

    /// Whether that stream is one of theirs.
    pub fn has(&self, stream: &StreamName) -> bool {
        self.legs.has(stream)
    }

    /// The one that the number of an attempt belongs to.
    pub fn numbered(&self, no: &PaymentNo) -> Option<&PayoutLeg> {
        self.legs.numbered(no)
    }

    /// None of them waits for another account.
    pub fn none_is_refused<S: Saga>(&self, view: &View<'_, S>) -> bool {
        is_given_up(view) || self.legs.refused(view).is_none()
    }

    /// Parks until a person names another account.
    ///
    /// # Errors
    /// Always.
    pub fn ask_for_account<S: Saga>(&self, turn: &Turn<'_, S>) -> Result<usize, NotDone> {
        self.legs.ask_for_account(turn)
    }

    /// Sends what the bank refused to another account; `None` where none of them was refused.
    pub fn redirect<S: Saga>(
        &self,
        turn: &mut Turn<'_, S>,
        account: &AccountRef,
        own_name: bool,
        reason: &Cause,
    ) -> Option<Result<usize, NotRedirected>> {
        self.legs.redirect(turn, account, own_name, reason)
    }

    /// What is owed and not paid, as an operator names it. Yuan.
    pub fn open_end<S: Saga>(&self, view: &View<'_, S>) -> Option<(Arc<str>, Decimal)> {
        let open = self.legs.iter().filter_map(|leg| Some(leg.open_end(view)?.1));
        let sum = open.fold(Decimal::ZERO, Decimal::saturating_add);
        (!sum.is_zero()).then(|| (END.into(), sum))
    }
}

/// Where the money of that open end comes from: whoever has it has what becomes of it.
pub fn comes_of(end: &str) -> Option<Origin> {
    (end == END).then_some(Origin::owed(&[]))
}

/// A person took it over.
pub(super) fn is_given_up<S: Saga>(view: &View<'_, S>) -> bool {
    by_hand::has(view, END)
}
