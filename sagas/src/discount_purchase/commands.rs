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
    cancel::{self, NotTakenBack, Nothing},
    milestone::{Milestone, Scope},
    payout::may_go_to,
    timing,
};
use fundflow_domain::{calendar::TradingDay, modes::ConversionMode, time::Timestamp};
use fundflow_kernel::streams::Need;
use fundflow_runtime::quote::{Revocable, Until};
use std::{borrow::Cow, sync::Arc};

/// Streams that must be in memory to decide that command.
pub(super) fn needs(view: &View<'_>, command: &Command) -> Vec<Need> {
    match command {
        Command::CloseCase { case, .. } => cancel::case_needs(*case),
        Command::Date { .. } => timing::needs_to_date(view, &view.plan.payment),
        Command::Cancel { .. } | Command::Redirect { .. } => Vec::new(),
    }
}

impl DiscountPurchase {
    /// Until when how much of it can be taken back, by the same rules.
    pub(super) fn revocable_of(&self, view: &View<'_>) -> Vec<Revocable> {
        let alone = view.plan.mode.buys_the_money_fund();
        let scopes = [("all", Scope::All), ("conversion", Scope::Conversion)];
        let asked = view.open.notes.cancel.map(|(at, _)| at);
        let one = |(name, scope)| {
            let scope = remaining_scope(view, scope);
            let until = match (nothing_to_cancel(view, scope), own_day(view, scope), asked) {
                (Some(why), _, _) => Until::Never(why.to_string().into()),
                (None, _, Some(at)) if is_asked(view, scope) => cancel::asked_before(at),
                (None, Some(day), _) => Until::Before(self.house.calendar.cut_off(day)),
                (None, None, _) => Until::NotOrdered,
            };
            Revocable { scope: name, until }
        };
        scopes.into_iter().take(if alone { 2 } else { 1 }).map(one).collect()
    }

    pub(super) fn commanded(
        &self,
        turn: &mut Turn<'_>,
        command: &Command,
    ) -> Result<usize, Refusal> {
        match command {
            Command::Cancel { at, scope } => self.take_back(turn, *at, *scope),
            Command::Date { at, reason } => self.dated(turn, *at, reason),
            Command::Redirect { account, own_name, reason } => {
                let reason = &may_go_to(self, turn, account, reason)?;
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
        let view = turn.view().map_err(|_| Nothing::of("nothing was prepared"))?;
        let scope = remaining_scope(&view, scope);
        if is_asked(&view, scope) {
            return Ok(0);
        }
        self.may_be_taken_back(&view, (at, turn.now()), scope)?;
        let asked = Milestone::CancelAsked { at: cancel::when(&view, at, turn.now())?, scope };
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
            if alone {
                return Err(Nothing::of(ONLY_CONVERSION).into());
            }
            let cut_off = own_day(view, scope).map(|day| self.house.calendar.cut_off(day));
            let why = Nothing::of(why);
            let why = match cut_off {
                Some(cut_off) => why.since(cut_off, at.max(heard_at)),
                None => why,
            };
            return Err(why.into());
        }
        let Some(day) = own_day(view, scope) else { return Ok(()) };
        let cut_off = self.house.calendar.cut_off(day);
        if at.max(heard_at) >= cut_off {
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
        let dated = timing::dated(self, turn, &turn.plan().payment, (at, reason));
        let dated = dated.map_err(|it| NotTakenBack::Refused(it.to_string()))?;
        dated.ok_or(Refusal::NotUndated)
    }
}

const ONLY_CONVERSION: &str =
    "the money-fund purchase is confirmed; only the conversion can be taken back";

/// Once the money-fund shares are redeemed, what is left to be taken back is what their money buys.
fn remaining_scope(view: &View<'_>, scope: Scope) -> Scope {
    let redeems = view.plan.mode == ConversionMode::RedeemToPurchase;
    if redeems && view.plan.out.is_confirmed(view) { Scope::Target } else { scope }
}

/// Whether so much of it is being taken back already: the conversion is with the whole, and where
/// nothing is bought first it is the whole.
fn is_asked(view: &View<'_>, scope: Scope) -> bool {
    view.open.notes.cancel.is_some_and(|(_, asked)| {
        let covers = scope != Scope::Target
            && (asked == Scope::All || !view.plan.mode.buys_the_money_fund());
        // Over, it was taken back with the whole where nothing of it was carried out.
        let is_done = view.open.notes.cancel_refused.is_none()
            && !view.plan.target_order().is_confirmed(view);
        asked == scope || (covers && (view.ending.is_none() || is_done))
    })
}

/// Whether it is the conversion that would be taken back: alone, or with nothing that is bought first.
fn is_of_conversion(view: &View<'_>, scope: Scope) -> bool {
    scope == Scope::Conversion || !view.plan.mode.buys_the_money_fund()
}

/// The T until whose cut-off so much of it can be taken back; `None` of a conversion or a target that is
/// not ordered yet: that belongs to the T on which it is.
fn own_day(view: &View<'_>, scope: Scope) -> Option<TradingDay> {
    let plan = view.plan;
    if scope == Scope::Target {
        return plan.target.trade_date(view);
    }
    if !is_of_conversion(view, scope) {
        return Some(facts::trade_date(view));
    }
    // It is ordered on no later T than was wanted.
    let only = view.open.request.only_today && plan.mode.is_conversion();
    plan.out.trade_date(view).or_else(|| only.then_some(view.open.promise.nav_date))
}

/// Why nothing of it can be taken back, whatever the time.
fn nothing_to_cancel(view: &View<'_>, scope: Scope) -> Option<Cow<'static, str>> {
    if let Some(over) = cancel::ended(view) {
        return Some(format!("the purchase is over: {over}").into());
    }
    if scope == Scope::Target {
        return nothing_of_the_target(view).map(Cow::from);
    }
    nothing_of_its_legs(view, scope).map(Cow::from)
}

fn nothing_of_its_legs(view: &View<'_>, scope: Scope) -> Option<&'static str> {
    let (plan, notes) = (view.plan, &view.open.notes);
    let (buy, out, conversion) = (&plan.buy, &plan.out, is_of_conversion(view, scope));
    if buy.is_rejected(view) {
        Some("the registrar has rejected the money-fund purchase, and the money goes back")
    } else if let Some(why) = cancel::unpaid(view, &plan.payment) {
        Some(why)
    } else if !conversion && buy.is_confirmed(view) {
        Some("the money-fund purchase is confirmed")
    } else if out.is_confirmed(view) {
        Some("the conversion is confirmed")
    } else if conversion && out.is_rejected(view) {
        Some("the registrar has rejected the conversion")
    } else if conversion && notes.turned_away.is_some() {
        Some("the conversion was turned away, and is not ordered any more")
    } else if conversion && facts::bought_nothing(view) {
        Some("no shares were bought that could be converted")
    } else if notes.cancel_refused.is_some() {
        Some("the registrar was asked, and keeps it")
    } else if notes.turned_away.is_some() && !buy.is_placed(view) {
        Some("the purchase was turned away, and is not placed any more")
    } else {
        None
    }
}

/// Why nothing of what the redemption's money buys can be taken back, whatever the time.
fn nothing_of_the_target(view: &View<'_>) -> Option<&'static str> {
    let (target, notes) = (&view.plan.target, &view.open.notes);
    let cancel_refused = || {
        let asked = notes.cancel.is_some_and(|(_, scope)| scope == Scope::Target);
        asked && notes.cancel_refused.is_some()
    };
    if target.is_confirmed(view) {
        Some("the target is bought")
    } else if target.is_rejected(view) {
        Some("the registrar has rejected the target's order, and the money is paid out")
    } else if notes.turned_away.is_some() {
        Some("the target's order was turned away, and the money is paid out")
    } else if view.plan.payout.is_requested(view) {
        Some("the money is paid out")
    } else if cancel_refused() {
        Some("the registrar was asked, and keeps it")
    } else {
        None
    }
}
