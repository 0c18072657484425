//! What becomes of an open end that a person gives up, in words: read off the order or the transfer behind it, and
//! never off the disposition alone.
//!
//! | behind the end | `refund` | `manual`, `suspense` |
//! |---|---|---|
//! | a charge without an answer | the engine sends it back if it goes through | a person has it then |
//! | a transfer that the bank was asked for | the bank is asked what became of it | the same |
//! | an order that is not over | closed, its shares free, its money by hand | its registrar's word is waited for |
//! | no order, or one of which nothing came | shares are free, money is by hand | the same |
//! | an order that is confirmed | booked, and nothing is free | the same |

use super::{
    application::{ApplicationLeg, FundSaga},
    by_hand::{OVERPAID, UNDERPAID},
    compensation,
    lacking::MISSING,
    last_word::{self, HasBank},
    payment,
};
use fundflow_runtime::{
    process::Disposition,
    saga::{OpenEnd, View},
};
use std::sync::Arc;

/// What is said of ends, each with what becomes of it.
pub type Given = [(Arc<str>, Disposition)];

/// Later words that the registrar of a closed order may still send.
const ALL_THE_SAME: &str = "what its registrar says all the same is booked, and held under a case";
const WAITED_FOR: &str = "its registrar's word is waited for and booked";

/// Where the order behind an end stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stand {
    /// The order was never placed.
    Unplaced,
    /// Its last word is still to come.
    Open,
    /// Its last word is shares, or money for them.
    Confirmed,
    /// Ended without shares.
    Fallen,
    /// Nothing came of it, as a rejection says whose case is open.
    Doubted,
}

impl Stand {
    /// That of the order of that leg.
    pub fn of<S: FundSaga>(view: &View<'_, S>, leg: &ApplicationLeg) -> Self {
        if !leg.is_placed(view) {
            Self::Unplaced
        } else if !leg.is_over(view) {
            Self::Open
        } else if leg.is_rejected(view) {
            Self::Fallen
        } else if leg.is_confirmed(view) {
            Self::Confirmed
        } else {
            Self::Doubted
        }
    }

    /// Whether nothing comes of it, or will once a person has given up that end so.
    pub const fn falls(self, to: Option<Disposition>) -> bool {
        match self {
            Self::Unplaced | Self::Fallen => true,
            Self::Open => matches!(to, Some(Disposition::Refund)),
            Self::Confirmed | Self::Doubted => false,
        }
    }
}

/// What was said of the end of that name, now or before.
pub fn to<S: FundSaga>(view: &View<'_, S>, end: &str, given: &Given) -> Option<Disposition> {
    let now = given.iter().find(|(name, _)| **name == *end).map(|(_, to)| *to);
    now.or_else(|| view.open.disposed(end).map(|it| it.disposition))
}

/// What a person does with money that the engine does not move.
pub const fn by_hand(to: Disposition) -> &'static str {
    match to {
        Disposition::Refund => "you send it back to whom it came from, by hand",
        Disposition::Suspense => "you put it on a suspense account, by hand",
        Disposition::Manual => "you settle it outside of the engine, by hand",
    }
}

/// What is the same in every saga; `None` of an end that only the saga knows.
pub fn common(end: &OpenEnd, to: Disposition) -> Option<String> {
    match &*end.name {
        MISSING => Some(
            "a person has that: they are booked when others bring them, or free again once their case is \
             closed"
                .to_owned(),
        ),
        UNDERPAID => Some(format!("a record brought more than was paid out; {}", by_hand(to))),
        OVERPAID => Some(
            "the investor has it, and no record brought it: the engine gets none of it back, and you do, by \
             hand"
                .to_owned(),
        ),
        _ => None,
    }
}

/// The same of a saga that has a bank move money: also its charge, its refunds and what closed cases owe.
pub fn at_bank<S: HasBank>(view: &View<'_, S>, end: &OpenEnd, to: Disposition) -> Option<String> {
    if *end.name == *payment::END {
        return Some(charge(to));
    }
    let is_refund = payment::PaymentLeg::comes_of(&end.name).is_some();
    if is_refund || compensation::comes_of(&end.name).is_some() {
        return Some(transfer(view, end, to));
    }
    common(end, to)
}

/// Money that may have been taken: nobody knows.
fn charge(to: Disposition) -> String {
    let asked = "the bank is asked, an hour after this, whether the charge went through";
    match to {
        Disposition::Refund => format!(
            "the engine sends it back if the charge goes through: {asked}; send nothing by hand"
        ),
        Disposition::Suspense | Disposition::Manual => format!(
            "the engine sends none of it back: {asked}; where it did, a case says so, and {}, and not before",
            by_hand(to)
        ),
    }
}

/// Money that goes out, or back.
pub fn transfer<S: HasBank>(view: &View<'_, S>, end: &OpenEnd, to: Disposition) -> String {
    let hand = by_hand(to);
    if last_word::would_be_asked(view, &end.name, to) {
        return format!(
            "the bank is asked, an hour after this, what became of it, and the engine sends nothing more: pay \
             nothing before it has spoken; where it did not move, {hand}"
        );
    }
    if view.open.notes.is_disputed() {
        return format!("the engine sends none of it; once its case is closed, {hand}");
    }
    format!("the engine sends none of it; {hand}")
}

/// Money that was given for an order and is not its shares yet.
pub fn money_of<S: FundSaga>(
    (view, leg): (&View<'_, S>, &ApplicationLeg),
    end: &OpenEnd,
    to: Disposition,
) -> String {
    let (hand, closes) = (by_hand(to), matches!(to, Disposition::Refund));
    // What the order is worth is counted elsewhere, or is gone.
    let none = end.worth.is_zero();
    match Stand::of(view, leg) {
        Stand::Unplaced => format!("no order was placed for it; {hand}"),
        Stand::Open if none && closes => format!("its order is closed; {ALL_THE_SAME}"),
        Stand::Open if none => WAITED_FOR.to_owned(),
        Stand::Open if closes => format!("its order is closed, and {hand}; {ALL_THE_SAME}"),
        Stand::Open => {
            format!("{WAITED_FOR}: pay nothing before; where it buys no shares, {hand}")
        }
        Stand::Confirmed => format!("{}; where it did not accept all, {hand}", booked(view)),
        Stand::Fallen => format!("nothing came of its order; {hand}"),
        Stand::Doubted => format!("once the case on its order is closed, {hand}"),
    }
}

/// Shares that are reserved for an order.
pub fn shares_of<S: FundSaga>(
    (view, leg): (&View<'_, S>, &ApplicationLeg),
    end: &OpenEnd,
    to: Disposition,
) -> String {
    let closes = matches!(to, Disposition::Refund);
    let none = end.worth.is_zero();
    match Stand::of(view, leg) {
        Stand::Unplaced => "free again: no order was placed for them".to_owned(),
        Stand::Open if none && closes => format!("its order is closed; {ALL_THE_SAME}"),
        Stand::Open if none => WAITED_FOR.to_owned(),
        Stand::Open if closes => {
            let but =
                if view.open.notes.is_disputed() { ", but for what is in dispute" } else { "" };
            format!("free again{but}: their order is closed; {ALL_THE_SAME}")
        }
        Stand::Open => format!("reserved until its registrar has spoken: {WAITED_FOR}"),
        Stand::Confirmed => format!("{}; none of them is free by this", booked(view)),
        Stand::Fallen => "free again: nothing came of their order".to_owned(),
        Stand::Doubted => "reserved until the case on their order is closed".to_owned(),
    }
}

/// Shares that left, and are not there as another fund's.
pub fn converted<S: FundSaga>(
    (view, leg): (&View<'_, S>, &ApplicationLeg),
    to: Disposition,
) -> String {
    match Stand::of(view, leg) {
        Stand::Open if matches!(to, Disposition::Refund) => {
            format!("what came of them is booked; the order is closed; {ALL_THE_SAME}")
        }
        Stand::Open => format!("what came of them is booked; {WAITED_FOR}"),
        Stand::Confirmed => booked(view).to_owned(),
        Stand::Unplaced | Stand::Fallen => {
            format!("nothing came of their order; {}", by_hand(to))
        }
        Stand::Doubted => format!("once the case on their order is closed, {}", by_hand(to)),
    }
}

fn booked<S: FundSaga>(view: &View<'_, S>) -> &'static str {
    if view.open.notes.is_disputed() {
        "its registrar has confirmed the order: that is booked, and what is in dispute is held until its case is \
         closed"
    } else {
        "its registrar has confirmed the order: that is booked, and what is not there of it is missing"
    }
}
