//! What investors and operators ask of a running discount purchase.
//!
//! ```text
//! cancel     -> before the cut-off of what is taken back, and while the registrar has not spoken
//! date       -> which T the money counts for, where the bank's instant cannot be right
//! redirect   -> another account for a payout that the bank refuses
//! close case -> the registrar's numbers stand, or are settled in another way
//! ```

use super::{
    facts,
    prepare::Refusal,
    saga::{Command, DiscountPurchase, Turn, View},
};
use crate::parts::{
    cancel::{self, NotTakenBack},
    milestone::{Milestone, Scope},
    timing,
};
use fundflow_domain::{
    case::{Cases, Closing, How, State},
    text::Text,
    time::Timestamp,
};
use fundflow_kernel::streams::{Key, Need};
use std::sync::Arc;

/// What must be in memory to decide that command.
pub(super) fn needs(view: &View<'_>, command: &Command) -> Vec<Need> {
    match command {
        Command::CloseCase { case, .. } => cancel::case_needs(*case),
        Command::Date { .. } => {
            let cases = timing::undated_cases(view, &view.plan.payment);
            cases.iter().map(Key::need).collect()
        }
        Command::Cancel { .. } | Command::Redirect { .. } => Vec::new(),
    }
}

impl DiscountPurchase {
    pub(super) fn commanded(
        &self,
        turn: &mut Turn<'_>,
        command: &Command,
    ) -> Result<usize, Refusal> {
        match command {
            Command::Cancel { at, scope } => self.take_back(turn, *at, *scope),
            Command::Date { at, reason } => self.dated(turn, *at, reason),
            Command::Redirect { account, own_name, reason } => {
                let owed = &turn.plan().compensations;
                if let Some(done) = owed.redirect(turn, account, *own_name, reason) {
                    return Ok(done?);
                }
                Ok(turn.plan().payout.redirect(turn, account, *own_name, reason)?)
            }
            Command::CloseCase { case, closing } => {
                Ok(cancel::close_case(self, turn, *case, closing)?)
            }
        }
    }

    /// Takes it back before its own cut-off, whatever it waits for.
    fn take_back(
        &self,
        turn: &mut Turn<'_>,
        at: Timestamp,
        scope: Scope,
    ) -> Result<usize, Refusal> {
        let view = turn.view().map_err(|_| Refusal::NothingToCancel("nothing was prepared"))?;
        if view.open.notes.cancel.is_some_and(|(_, asked)| asked == scope) {
            return Ok(0);
        }
        self.may_be_taken_back(&view, (at, turn.now()), scope)?;
        let asked = Milestone::CancelAsked { at: at.min(turn.now()), scope };
        turn.reach(asked).map_err(|error| NotTakenBack::Refused(error.to_string()).into())
    }

    /// Why that much of it can no longer be taken back; names the conversion alone only where that can.
    fn may_be_taken_back(
        &self,
        view: &View<'_>,
        (at, heard_at): (Timestamp, Timestamp),
        scope: Scope,
    ) -> Result<(), Refusal> {
        if let Some(why) = nothing_to_cancel(view, scope) {
            let alone = scope == Scope::All && view.plan.buy.is_confirmed(view);
            let alone =
                alone && self.may_be_taken_back(view, (at, heard_at), Scope::Conversion).is_ok();
            return Err(Refusal::NothingToCancel(if alone { ONLY_CONVERSION } else { why }));
        }
        let leg = match scope {
            Scope::All => &view.plan.buy,
            Scope::Conversion => &view.plan.out,
        };
        let day = leg.trade_date(view).unwrap_or_else(|| facts::trade_date(view));
        let cut_off = self.house.calendar.cut_off(day);
        // A conversion that is not ordered yet can be taken back until it is.
        let placed = leg.is_placed(view) || scope == Scope::All;
        if placed && at.max(heard_at) >= cut_off {
            return Err(Refusal::TooLateToCancel { at, heard_at, cut_off });
        }
        Ok(())
    }

    /// Fixes the T of money whose instant cannot be right, and closes the case on it.
    fn dated(
        &self,
        turn: &mut Turn<'_>,
        at: Timestamp,
        reason: &Arc<str>,
    ) -> Result<usize, Refusal> {
        let refused = |text: String| Refusal::from(NotTakenBack::Refused(text));
        let dated = timing::dated(self, turn, at, reason).map_err(|it| refused(it.to_string()))?;
        let Some(mut events) = dated else { return Err(Refusal::NotUndated) };
        let view = turn.view().map_err(|it| refused(it.to_string()))?;
        let cases = timing::undated_cases(&view, &turn.plan().payment);
        let is_open = |case: &Key<Cases>| turn.state(case).is_some_and(State::is_open);
        if let Some(case) = cases.into_iter().find(is_open) {
            let how = How::Manual { text: Text::lossy(format!("it counts as paid at {at}")) };
            let (by, reason) = (Text::lossy("operator"), Text::lossy(&**reason));
            let close = fundflow_domain::case::Command::Close(Closing { how, by, reason });
            // A case that was closed that way before, and reopened, stays open.
            events += turn.decide(&case, &close).unwrap_or_default();
        }
        Ok(events)
    }
}

const ONLY_CONVERSION: &str =
    "the money-fund purchase is confirmed; only the conversion can be taken back";

/// Why nothing of it can be taken back, whatever the time.
fn nothing_to_cancel(view: &View<'_>, scope: Scope) -> Option<&'static str> {
    let (buy, out) = (&view.plan.buy, &view.plan.out);
    let again = view.open.notes.cancel.is_some_and(|(_, asked)| asked == scope);
    if view.ending.is_some() {
        Some("the purchase is over")
    } else if scope == Scope::All && buy.is_confirmed(view) {
        Some("the money-fund purchase is confirmed")
    } else if out.is_confirmed(view) {
        Some("the conversion is confirmed")
    } else if scope == Scope::Conversion && out.is_rejected(view) && !again {
        Some("the registrar has rejected the conversion")
    } else if view.open.notes.cancel_refused.is_some() {
        Some("the registrar was asked, and keeps it")
    } else {
        None
    }
}
