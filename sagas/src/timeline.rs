//! A purchase's past, told in the rows of its table: what was done when, where it stands, what is
//! ahead; and, once it leaves, the moves of its exits.
//!
//! The facts of a table only ever come to hold, so the instant of a row is the instant of the first
//! event after which its fact held.

use crate::{
    stand::Stand,
    step::{Exit, Table},
    world::{Fact, World},
};
use fundflow_domain::{
    decider::Decider,
    discount_purchase::{DiscountPurchase, State},
    fund_order::{self, FundOrder},
    ids::{Leg, OrderId, TransactionId},
    wallet::{self, Credit, Entry, Reservation, Wallet},
};
use fundflow_kernel::{
    codec::{self, Stored},
    envelope::Recorded,
};
use std::collections::BTreeMap;

/// How a row is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// Its fact holds.
    Done,
    /// It will not be done.
    Rejected,
    /// The purchase stands here.
    Here,
    /// The purchase stands here, and what must never be is.
    Blocked,
    /// Not reached.
    Ahead,
}

/// One row, or one move of an exit.
#[derive(Debug, Clone, Copy)]
pub struct Line<'a> {
    /// Its name.
    pub row: &'static str,
    /// Part of the way out.
    pub leaving: bool,
    /// How it is.
    pub mark: Mark,
    /// The event that made it so.
    pub by: Option<&'a Recorded>,
}

/// The timeline of a purchase. `events` are those of its streams that are correlated with it, in
/// commit order; `world` is where they lead.
pub fn timeline<'a>(
    table: &Table,
    world: &World<'_>,
    transaction: &TransactionId,
    events: &'a [Recorded],
) -> Vec<Line<'a>> {
    let first = first_held(table, transaction, events);
    let at = |fact: Fact| first.get(&fact).copied();
    let stand = table.stand(world);
    let (mut lines, mut left_from) = (Vec::new(), Some(table.steps.len()));
    for (index, step) in table.steps.iter().enumerate() {
        let line = |mark, by| Line { row: step.name, leaving: false, mark, by };
        let rejected = step.rejected.filter(|fact| world.holds(*fact));
        lines.push(if left_from != Some(table.steps.len()) {
            line(Mark::Ahead, None)
        } else if world.holds(step.done) {
            line(Mark::Done, at(step.done))
        } else if let Some(fact) = rejected {
            left_from = Some(index);
            line(Mark::Rejected, at(fact))
        } else {
            left_from = None;
            let here = matches!(stand, Stand::Forward(..));
            line(if here { Mark::Here } else { Mark::Ahead }, None)
        });
    }
    if let Some(from) = left_from {
        lines.retain(|line| line.mark != Mark::Ahead);
        way_out(table, world, stand, from, &first, &mut lines);
    }
    lines
}

fn way_out<'a>(
    table: &Table,
    world: &World<'_>,
    stand: Stand,
    from: usize,
    first: &BTreeMap<Fact, &'a Recorded>,
    lines: &mut Vec<Line<'a>>,
) {
    for (index, step) in table.steps[..from].iter().enumerate().rev() {
        let (moves, landed) = match step.exit {
            Exit::Nothing => continue,
            Exit::Landing(_, Some(void)) if world.holds(void) => continue,
            Exit::Undo(moves) => (moves, false),
            Exit::Landing(moves, _) => (moves, true),
        };
        for exit in moves {
            let mark = match stand {
                Stand::Leaving(at, here) if at == index && here.name == exit.name => Mark::Here,
                Stand::Blocked(at, here) if at == index && here.name == exit.name => Mark::Blocked,
                Stand::Leaving(..) | Stand::Blocked(..) | Stand::Forward(..) | Stand::Over => {
                    if world.holds(exit.done) {
                        Mark::Done
                    } else {
                        Mark::Ahead
                    }
                }
            };
            let by = first.get(&exit.done).copied().filter(|_| mark == Mark::Done);
            // Done without a deed: nothing was owed, so nobody waited.
            if mark != Mark::Done || by.is_some() {
                lines.push(Line { row: exit.name, leaving: true, mark, by });
            }
        }
        if landed {
            return;
        }
    }
}

/// The first event after which each of the table's facts held.
fn first_held<'a>(
    table: &Table,
    transaction: &TransactionId,
    events: &'a [Recorded],
) -> BTreeMap<Fact, &'a Recorded> {
    let facts = facts_of(table);
    let mut first = BTreeMap::new();
    let mut so_far = SoFar::default();
    for event in events {
        so_far.hear(transaction, event);
        let world = World {
            purchase: &so_far.purchase,
            buy: &so_far.buy,
            convert: &so_far.convert,
            entry: so_far.entry,
        };
        for fact in &facts {
            // Before the order exists nothing is owed, which is no deed.
            let vacuous = *fact == Fact::NothingOwed && !refunds(world.buy);
            if !vacuous && world.holds(*fact) {
                first.entry(*fact).or_insert(event);
            } else if *fact == Fact::NothingOwed {
                first.remove(fact);
            }
        }
    }
    first
}

fn refunds(order: &fund_order::State) -> bool {
    order.order().is_some_and(|order| !order.refunds.is_empty())
}

fn facts_of(table: &Table) -> Vec<Fact> {
    let mut facts = Vec::new();
    for step in table.steps {
        facts.push(step.done);
        facts.extend(step.rejected);
        let moves = match step.exit {
            Exit::Nothing => &[][..],
            Exit::Undo(moves) | Exit::Landing(moves, _) => moves,
        };
        facts.extend(moves.iter().map(|exit| exit.done));
    }
    facts.sort_unstable();
    facts.dedup();
    facts
}

#[derive(Default)]
struct SoFar {
    purchase: State,
    buy: fund_order::State,
    convert: fund_order::State,
    entry: Entry,
}

impl SoFar {
    /// An event that cannot be read or cannot follow changes nothing here; the audit names it.
    fn hear(&mut self, transaction: &TransactionId, event: &Recorded) {
        match event.stream.category() {
            DiscountPurchase::CATEGORY => fold::<DiscountPurchase>(&mut self.purchase, event),
            FundOrder::CATEGORY => {
                let buy = OrderId::of(transaction, Leg::MoneyFund);
                let is_buy = event.stream.id() == buy.as_str();
                let order = if is_buy { &mut self.buy } else { &mut self.convert };
                fold::<FundOrder>(order, event);
            }
            _ => {
                if let Some(told) = decode::<Wallet>(event) {
                    move_entry(&mut self.entry, &told);
                }
            }
        }
    }
}

fn decode<D: Stored>(event: &Recorded) -> Option<D::Event> {
    let event = &event.event;
    codec::decode::<D>(&event.event_type, event.schema, &event.data).ok()
}

fn fold<D: Stored<State: Clone>>(state: &mut D::State, event: &Recorded) {
    let told = decode::<D>(event);
    if let Some(next) = told.and_then(|told| D::evolve(state.clone(), &told)) {
        *state = next;
    }
}

/// The wallet's own fold needs everybody's lots; one transaction's entry does not.
fn move_entry(entry: &mut Entry, event: &wallet::Event) {
    use wallet::Event as E;
    match event {
        E::CreditedInTransit { shares, .. } => entry.credit = Credit::InTransit(*shares),
        E::CreditConfirmed { shares, .. } => entry.credit = Credit::Confirmed(*shares),
        E::CreditReversed { .. } => entry.credit = Credit::Reversed,
        E::SharesReserved { shares, .. } => entry.reservation = Reservation::Held(*shares),
        E::SharesReleased { .. } => entry.reservation = Reservation::Released,
        E::SharesSpent { shares, .. } => entry.reservation = Reservation::Spent(*shares),
    }
}

impl<'a> From<fundflow_application::read_models::SagaView<'a>> for World<'a> {
    fn from(view: fundflow_application::read_models::SagaView<'a>) -> Self {
        World { purchase: view.purchase, buy: view.buy, convert: view.convert, entry: view.entry }
    }
}
