//! What each word of the table means on the log, and when each time is.

use super::{
    Fact, When,
    saga::{Conversion, Target, View},
};
use crate::parts::{
    by_hand, cancel, day_refused, disputes,
    fate::{self, Given},
    lacking::{self, Lack},
    limits::Limits,
    timing,
    to_come::Counted,
    units,
};
use fundflow_domain::{
    calendar::TradingDay,
    money::{Income, Money},
    time::Timestamp,
};
use fundflow_runtime::saga::OpenEnd;
use rust_decimal::Decimal;
use std::sync::Arc;

/// Open ends that an operator disposes of while shares are reserved.
const END: &str = "shares";
/// And while those that left are not there as the other fund's.
const TARGET: &str = "target";

pub(super) fn holds(view: &View<'_>, fact: Fact) -> bool {
    let (plan, notes) = (view.plan, &view.open.notes);
    let (out, holdings) = (&plan.out, &plan.holdings);
    match fact {
        Fact::Counted => notes.turned_away.is_some() || plan.limits.are_counted(view),
        Fact::GivenBack => counted(view).next().is_none(),
        Fact::Reserved => holdings.was_reserved(view),
        Fact::Released => holdings.is_released(view),
        Fact::Placed => out.is_placed(view),
        Fact::TurnedAway => {
            let unwanted = notes.turned_away.is_some() || notes.cancel.is_some();
            !out.is_placed(view) && (unwanted || plan.limits.are_refused(view))
        }
        Fact::StandsOnDay => !day_refused::falls(view, out, &plan.limits),
        Fact::Accepted => out.is_accepted(view),
        Fact::Rejected => out.is_rejected(view),
        Fact::Confirmed => out.is_confirmed(view) && !disputes::hold_up(view),
        Fact::Taken => holdings.is_booked_out(view, out),
        Fact::Credited => match &plan.target {
            Target::Holdings(part) => part.is_booked_in(view, out),
            Target::Wallet(part) => part.is_credited(view) && part.is_booked_in(view, out),
        },
        Fact::Booked => match &plan.target {
            Target::Holdings(part) => part.is_booked_in(view, out),
            Target::Wallet(part) => part.is_booked_in(view, out),
        },
        Fact::Ended => view.ending.is_some(),
        Fact::CancelSettled => cancel::is_settled(view, out),
        Fact::CancelRefused => cancel::is_refused(view),
        Fact::OrderClosed => out.need_not_be_closed(view, END),
        Fact::OrderHeard => out.brings_no_more(view),
        Fact::NothingReserved => holdings.reserved(view).is_zero() || !out.lets_go(view),
        Fact::HandedOver => by_hand::is_handed_over(view),
        Fact::NothingMissing => !waits_for_shares(view),
    }
}

/// A record waits for shares to come, of the fund that is left or of the target.
fn waits_for_shares(view: &View<'_>) -> bool {
    let plan = view.plan;
    plan.holdings.waits_for_shares(view)
        || match &plan.target {
            Target::Holdings(part) => part.waits_for_shares(view),
            Target::Wallet(part) => part.waits_for_shares(view),
        }
}

/// Limits that the order counts against now, whatever T it was counted for.
pub(super) fn counted<'a>(view: &View<'a>) -> impl Iterator<Item = &'a Limits> {
    let plan = view.plan;
    let all = [&plan.limits, &plan.limits_before, &plan.limits_next];
    let view = *view;
    all.into_iter().filter(move |limits| !limits.are_free(&view))
}

/// T of the order, or what was promised until that is placed.
pub(super) fn trade_date(view: &View<'_>) -> TradingDay {
    view.plan.out.trade_date(view).unwrap_or_else(|| timing::promised_day(view))
}

impl Conversion {
    pub(super) fn instant(&self, view: &View<'_>, when: When) -> Option<Timestamp> {
        let house = &self.house;
        let application = view.plan.out.application(view);
        let promised = view.open.promise.confirm_by;
        let confirm_by = application.map_or(promised, |it| it.terms.promised.confirm_by);
        match when {
            When::OrderUnwanted => {
                let only_today = view.open.request.only_today;
                application.filter(|_| only_today).map(|it| house.cut_off(&it.terms))
            }
            When::NextCutOff => house.cut_off_after(trade_date(view), 1),
            When::ConfirmDue => timing::asked_from(view, house.noon_after(confirm_by, 0)),
            When::ConfirmOverdue => house.noon_after(confirm_by, 1),
        }
    }
}

/// Shares that its records lack: of the fund that is left, and of the target.
pub(super) fn lacks(view: &View<'_>) -> Vec<Lack> {
    let plan = view.plan;
    let came = match &plan.target {
        Target::Holdings(part) => part.lack_in(view, &plan.out),
        Target::Wallet(part) => part.lack_in(view, &plan.out),
    };
    vec![plan.holdings.lack_out(view, &plan.out), came]
}

/// Everything that is reserved or under way, in shares of the fund that is left.
pub(super) fn open_ends(view: &View<'_>, counted: Counted) -> Vec<OpenEnd> {
    let plan = view.plan;
    let mut ends: Vec<(Arc<str>, Decimal)> = Vec::new();
    let reserved = plan.holdings.reserved(view);
    // Where its records took all of it and one is in dispute, there is still an order to be closed.
    if !reserved.is_zero() || !counted.is_over(view, &plan.out) {
        ends.push((END.into(), reserved.decimal()));
    }
    let left = plan.out.shares_out(view).unwrap_or_default();
    // In dispute or not: what is confirmed is in shares.
    let arrived = match counted {
        Counted::Left if !plan.out.is_over(view) => holds(view, Fact::Booked),
        Counted::Left | Counted::Whole => {
            plan.out.is_confirmed(view) && holds(view, Fact::Credited)
        }
    };
    if !left.is_zero() && !arrived {
        ends.push((TARGET.into(), left.decimal()));
    }
    let ends = ends.into_iter().map(|(name, worth)| OpenEnd { name, worth });
    ends.chain(lacking::end(&lacks(view))).chain(income(view, counted)).collect()
}

/// Income that came along: nobody but a person pays it out, or gets it back where it is below zero. Yuan.
fn income(view: &View<'_>, counted: Counted) -> Option<OpenEnd> {
    let over = counted.is_over(view, &view.plan.out) && !view.open.notes.is_disputed();
    let income = view.plan.out.income(view).filter(|_| over)?;
    let sum = Money::new(income.decimal().abs()).ok()?;
    let (brought, moved) =
        if income < Income::ZERO { (Money::ZERO, sum) } else { (sum, Money::ZERO) };
    by_hand::difference(brought, moved)
}

/// Unit of an open end of that name: what is under way in shares of the fund that is left.
pub(super) fn unit(view: &View<'_>, end: &str) -> String {
    let (from, into) = (view.open.request.fund, view.open.request.into);
    match end {
        END | TARGET => return units::shares_of(from),
        lacking::MISSING => {}
        _ => return units::YUAN.to_owned(),
    }
    let lacks = [from, into].into_iter().zip(lacks(view));
    units::missing(&lacks.collect::<Vec<_>>())
}

/// The fate, in words, of that open end if a person gives it up.
pub(super) fn fate(view: &View<'_>, end: &OpenEnd, given: &Given) -> Option<String> {
    let to = fate::to(view, &end.name, given)?;
    Some(match &*end.name {
        END => fate::shares_of((view, &view.plan.out), end, to),
        TARGET => fate::converted((view, &view.plan.out), to),
        _ => return fate::common(end, to),
    })
}
