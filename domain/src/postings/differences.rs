//! What becomes of a record that does not add up, or that takes money of a customer which is not there.
//!
//! ```text
//! its case is                     the difference is on
//! open, or there is none          L:SUSPENSE
//! closed as accepted, paid by us  E:OVERSHORT, also of a rejection that sends interest that nobody is owed;
//!                                 what a purchase takes and nobody paid is on A:BYHAND, since
//!                                 a person gets it from the investor: the case `overpaid`
//! closed as manual                A:BYHAND
//! closed as withdrawn, corrected  L:SUSPENSE, from which the reversal of the record takes it
//! ```
//! A corrected record of a purchase that has no case of its own stands as one that was accepted.
//!
//! 1. It follows from the record and from how its case stands, and from nothing that is stored besides.
//!    So it is the same whichever came first, and for cases that an earlier program closed.
//! 2. By no record does an order's money fall below zero: what is lacking is a part of its difference.
//! 3. A record that holds although its order was rejected or taken back finds its money there, or gone
//!    back. Once its case is closed it is paid with what is there, and only the rest is a difference.
//! 4. No loss of ours is posted for what the investor owes.
//! 5. Money that a record of an order gives back pays what its other records lack: a record that is taken
//!    back or disputed again leaves no debt beside the money that pays it.

use super::{
    Account, Balances, Differing, Posted, Posting, Source, applications::sent_back_beyond,
};
use crate::{
    application::{Application, Confirmation, Event, Last, Quantity, Rejection, Stage, State},
    case::{self, CaseId, Closing, How},
    ids::{OrderId, TransactionId},
};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeSet, HashMap, HashSet};

/// The differences of all records, and how their cases stand.
#[derive(Debug, Clone, Default)]
pub struct Differences {
    pub(super) cases: HashMap<CaseId, Standing>,
    /// Cases that a corrected record closed, and that record.
    pub(super) corrected: HashMap<CaseId, CaseId>,
    /// The records that closed those cases.
    pub(super) corrections: HashSet<CaseId>,
    pub(super) records: HashMap<CaseId, Known>,
    /// Records that another one has taken the place of, and that one.
    pub(super) replaced: HashMap<CaseId, CaseId>,
    /// Cases and records of which something changed since that was last asked.
    pub(super) changed: BTreeSet<CaseId>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Standing {
    Open,
    Accepted,
    ByHand,
    /// The record does not hold any more.
    Reversed,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Known {
    pub(super) of: Differing,
    /// What its application was placed for.
    request: TransactionId,
    /// Which of the customer's money is for it.
    source: Source,
    /// It buys with that money.
    buys: bool,
    /// That money may have gone back before the record came.
    upheld: bool,
    /// What the case had of that account; below zero, what the account lacked. Yuan.
    paid: Decimal,
    /// What its registrar sends back and nobody is owed, beside what nobody paid. Yuan.
    beyond: Decimal,
}

impl Differences {
    /// Whether a person is still to close the case on that record.
    pub fn is_open(&self, of: &Differing) -> bool {
        self.cases.get(&of.case) == Some(&Standing::Open)
    }

    /// What records that buy take and nobody paid, once a person has closed their cases, by order. Yuan.
    pub fn debts<'a>(
        &'a self,
        balances: &'a Balances,
    ) -> impl Iterator<Item = (&'a OrderId, Decimal)> {
        let bought = self.records.values().filter(|known| known.buys);
        bought.map(|known| {
            let at = balances.of(&Account::ByHand(known.of.clone()));
            let netted = self.standing(known) == Standing::ByHand;
            (&known.of.order, if netted { at + known.beyond } else { at })
        })
    }

    /// Whether that case's record buys, so that the investor owes what it takes and nobody paid.
    pub fn is_of_a_purchase(&self, case: CaseId) -> bool {
        self.records.get(&case).is_some_and(|known| known.buys)
    }

    /// Adds to the entry of an application's event what becomes of the differences that it changes.
    /// `request` is what the application was placed for, `balances` what was posted before.
    pub fn of_application(
        &mut self,
        (request, source): (&TransactionId, Source),
        (before, event): (&State, &Event),
        entry: &mut Vec<Posting>,
        balances: &impl Posted,
    ) {
        let Some(known) = before.application() else { return };
        let from = money_for(&known.terms.order, (request, source));
        let of_rejection = rejections(known, event);
        if let Some(was) = of_rejection.0.and_then(|it| self.records.remove(&it.case)) {
            self.place(was, entry, balances, false);
        }
        if let Some(of) = of_rejection.1 {
            // Nobody paid for what a rejection sends.
            let (buys, upheld) = (false, false);
            let (paid, beyond) = (Decimal::ZERO, Decimal::ZERO);
            let request = request.clone();
            let known = Known { of, request, source, buys, upheld, paid, beyond };
            self.place(known, entry, balances, true);
        }
        let (fallen, came) = changes(before, event);
        if let Some(was) = fallen.and_then(|it| self.records.remove(&known.case_of(it))) {
            let of = was.of.clone();
            self.place(Known { upheld: false, ..was }, entry, balances, false);
            self.place_others(&of, entry, balances);
        }
        let Some((came, upheld)) = came else { return };
        if let Some(fallen) = fallen.map(|it| known.case_of(it)) {
            self.replaced.insert(fallen, known.case_of(came));
            self.changed.insert(fallen);
        }
        let differs = entry.iter().any(|line| matches!(line.account, Account::Suspense(_)));
        if differs || upheld || below_zero(&from, entry, balances) {
            let of = Differing::of(known, came);
            let buys = matches!(known.terms.ask.quantity(), Quantity::Money(_));
            let paid = Decimal::ZERO;
            let beyond = sent_back_beyond(request, known, came).decimal();
            let request = request.clone();
            let known = Known { of, request, source, buys, upheld, paid, beyond };
            self.place(known, entry, balances, true);
        }
    }

    /// The entry of a case's event: `state` is what it leads to.
    pub fn of_case(
        &mut self,
        case: CaseId,
        state: &case::State,
        balances: &impl Posted,
    ) -> Vec<Posting> {
        let mut entry = Vec::new();
        self.cases.insert(case, Standing::of(state));
        self.changed.insert(case);
        let before = self.corrected.remove(&case);
        if let Some(record) = before {
            self.corrections.remove(&record);
            self.changed.insert(record);
        }
        let correction = match state {
            case::State::Closed(_, closing) => self.corrected_by(case, closing).or(before),
            case::State::Absent | case::State::Open(_) => before,
        };
        for record in std::iter::once(case).chain(correction) {
            if let Some(known) = self.records.remove(&record) {
                let of = known.of.clone();
                self.place(known, &mut entry, balances, true);
                self.place_others(&of, &mut entry, balances);
            }
        }
        entry
    }

    /// What the other records of that order lack is paid with what is there now. One after the other by their
    /// case, so that each replay pays the same one.
    fn place_others(&mut self, of: &Differing, entry: &mut Vec<Posting>, balances: &impl Posted) {
        let others = self.records.values().map(|known| &known.of);
        let others = others.filter(|it| it.order == of.order && it.case != of.case);
        let mut others: Vec<CaseId> = others.map(|it| it.case).collect();
        others.sort_unstable();
        for case in others {
            if let Some(known) = self.records.remove(&case) {
                self.place(known, entry, balances, true);
            }
        }
    }

    /// The record that the closing of that case settles along with it. Whoever died between a corrected record
    /// and the closing left it to a person, who may have said something else.
    fn corrected_by(&mut self, case: CaseId, closing: &Closing) -> Option<CaseId> {
        let record = match closing.how {
            How::Corrected { by_record } => by_record,
            How::Accepted | How::PaidByUs { .. } | How::Withdrawn | How::Manual { .. } => {
                *self.replaced.get(&case)?
            }
        };
        self.corrected.insert(case, record);
        self.corrections.insert(record);
        self.changed.insert(record);
        Some(record)
    }

    fn standing(&self, known: &Known) -> Standing {
        let own = self.cases.get(&known.of.case).copied();
        let corrects = known.buys && self.corrections.contains(&known.of.case);
        own.unwrap_or(if corrects { Standing::Accepted } else { Standing::Open })
    }

    /// Moves a difference to where it belongs. What the record itself says is in the entry already.
    fn place(
        &mut self,
        known: Known,
        entry: &mut Vec<Posting>,
        balances: &impl Posted,
        holds: bool,
    ) {
        self.changed.insert(known.of.case);
        let standing = self.standing(&known);
        let now = |account: &Account| now(account, entry, balances);
        let accounts = known.of.accounts();
        let [suspense, over_short, by_hand] = accounts.each_ref().map(now);
        let difference = suspense + over_short + by_hand + known.paid;
        let paid = match standing {
            _ if !holds => Decimal::ZERO,
            Standing::Accepted | Standing::ByHand if known.upheld => {
                known.pays(difference + known.beyond, now)
            }
            Standing::Open | Standing::Accepted | Standing::ByHand | Standing::Reversed => {
                known.pays(Decimal::ZERO, now)
            }
        };
        let rest = difference - paid;
        let due = match standing {
            Standing::Open | Standing::Reversed => [rest, Decimal::ZERO, Decimal::ZERO],
            Standing::Accepted if !known.buys => [Decimal::ZERO, rest, Decimal::ZERO],
            // What comes is nobody's debt to us.
            Standing::Accepted => [Decimal::ZERO, -known.beyond, rest + known.beyond],
            Standing::ByHand => [Decimal::ZERO, Decimal::ZERO, rest],
        };
        let own = [suspense, over_short, by_hand];
        let lines = accounts.into_iter().zip(due).zip(own);
        let lines = lines.map(|((account, due), own)| Posting { account, debit: due - own });
        let from = Posting { account: known.from(), debit: paid - known.paid };
        let moved = std::iter::once(from).chain(lines).filter(|line| !line.debit.is_zero());
        entry.extend(moved.collect::<Vec<_>>());
        if holds && !(difference.is_zero() && paid.is_zero()) {
            self.records.insert(known.of.case, Known { paid, ..known });
        }
    }
}

impl Known {
    /// The account with the customer's money for it.
    fn from(&self) -> Account {
        money_for(&self.of.order, (&self.request, self.source))
    }

    /// How much of a difference its money pays. Where an order's own is lacking, less than nothing.
    fn pays(&self, difference: Decimal, now: impl Fn(&Account) -> Decimal) -> Decimal {
        let there = self.paid - now(&self.from());
        let there = match self.source {
            Source::Payment => there,
            Source::Proceeds => there.max(Decimal::ZERO),
        };
        difference.max(Decimal::ZERO).min(there)
    }
}

impl Standing {
    const fn of(state: &case::State) -> Self {
        match state {
            case::State::Absent | case::State::Open(_) => Self::Open,
            case::State::Closed(_, closing) => match closing.how {
                How::Accepted | How::PaidByUs { .. } => Self::Accepted,
                How::Manual { .. } => Self::ByHand,
                How::Withdrawn | How::Corrected { .. } => Self::Reversed,
            },
        }
    }
}

impl Differing {
    fn accounts(&self) -> [Account; 3] {
        let of = || self.clone();
        [Account::Suspense(of()), Account::OverShort(of()), Account::ByHand(of())]
    }
}

/// Where the customer's money for that order is.
fn money_for(order: &OrderId, (request, source): (&TransactionId, Source)) -> Account {
    match source {
        Source::Payment => Account::Pending(order.clone()),
        Source::Proceeds => Account::Redeem(request.clone()),
    }
}

/// The rejection that is overturned by the event, and the one that sends money by it that nobody is owed.
fn rejections(known: &Application, event: &Event) -> (Option<Differing>, Option<Differing>) {
    let differing = |it: &Rejection, of_rest: bool| {
        let unowed = it.unowed(&known.terms.ask, of_rest);
        (!unowed.is_zero()).then(|| Differing::of_rejection(known, it))
    };
    match (event, &known.stage) {
        (Event::Rejected(it), Stage::Rejected(was)) => {
            (differing(was, false), differing(it, false))
        }
        (Event::Rejected(it), _) => (None, differing(it, false)),
        (Event::RestRejected(it), _) => (None, differing(it, true)),
        (Event::Upheld(_), Stage::Rejected(was)) => (differing(was, false), None),
        (Event::Upheld(_), Stage::PartlyConfirmed(Last::Rejection(was))) => {
            (differing(was, true), None)
        }
        _ => (None, None),
    }
}

/// The record that holds no more by the event; and the one that holds from it on, and whether its order had
/// been rejected or taken back.
fn changes<'a>(
    before: &'a State,
    event: &'a Event,
) -> (Option<&'a Confirmation>, Option<(&'a Confirmation, bool)>) {
    let Some(known) = before.application() else { return (None, None) };
    let last = || known.confirmations().last();
    match event {
        Event::PortionConfirmed(came) | Event::Confirmed(came) | Event::PartlyConfirmed(came) => {
            (None, Some((came, known.is_upheld(&came.serial))))
        }
        Event::Upheld(came) => (None, Some((came, true))),
        Event::Corrected { reverses, confirmation } => {
            let upheld = [reverses, &confirmation.serial].map(|it| known.is_upheld(it));
            (last(), Some((confirmation, upheld.contains(&true))))
        }
        Event::Withdrawn { serial, .. } => (last().filter(|last| last.serial == *serial), None),
        Event::Placed(_)
        | Event::Moved { .. }
        | Event::AskChanged { .. }
        | Event::Accepted { .. }
        | Event::Sealed { .. }
        | Event::Sent { .. }
        | Event::Received(_)
        | Event::Contested(_)
        | Event::Rejected(_)
        | Event::RestRejected(_)
        | Event::RejectionContested(_)
        | Event::RejectionDropped { .. }
        | Event::Cancelled { .. } => (None, None),
    }
}

fn now(account: &Account, entry: &[Posting], balances: &impl Posted) -> Decimal {
    let lines = entry.iter().filter(|line| line.account == *account);
    lines.fold(balances.balance(account), |sum, line| sum + line.debit)
}

/// Whether an order's money is less than nothing after that entry.
fn below_zero(from: &Account, entry: &[Posting], balances: &impl Posted) -> bool {
    let touched = entry.iter().any(|line| line.account == *from);
    touched && matches!(from, Account::Pending(_)) && now(from, entry, balances) > Decimal::ZERO
}
