//! Where what does not add up of a record goes when its case is closed in a certain way.
//!
//! It is computed as the audit computes it, from one request's own events and from the closing that somebody
//! looks at: nothing of it is stored.

use fundflow_domain::{
    application::{Applications, Command},
    case::{Case, CaseId, Closing, How, State},
    decider::Decider as _,
    ids::{OrderId, TransactionId},
    orders::Cause,
    payment::{self, Payments},
    payout::Payouts,
    postings::{
        Account, Balances, Differences, Posting, Source, natural, of_application, of_payment,
        of_payout,
    },
};
use fundflow_kernel::{
    codec::{self, Stored},
    envelope::{Recorded, StreamName},
    loaded::Loaded,
};
use rust_decimal::Decimal;
use std::collections::{HashMap, HashSet};

/// Where the difference of one record is, or goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// The account, without whose it is: `L:SUSPENSE`, `E:OVERSHORT` or `A:BYHAND`.
    pub account: String,
    /// Yuan, positive on the account's usual side.
    pub yuan: Decimal,
    /// The investor owes it, and a case of its own has a person get it back.
    pub is_debt: bool,
}

/// What becomes of a difference.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Becomes {
    /// Where it is before; nothing where none is booked.
    pub from: Vec<Moved>,
    /// Where it is afterwards; nothing where it is reversed with its record.
    pub to: Vec<Moved>,
    /// The record is in the books by then.
    pub is_booked: bool,
}

/// What becomes of the difference of that case's record, by the events of its request and if the case is closed
/// so. `None` where these events cannot be read.
pub fn becomes(
    request: &TransactionId,
    events: &[Recorded],
    case: (CaseId, &Case),
    closing: &Closing,
) -> Option<Becomes> {
    let mut books = Ledger::default();
    for event in events {
        books.hear(request, event)?;
    }
    let (id, case) = case;
    let from = books.of(id);
    let state = State::Closed(Box::new(case.clone()), closing.clone());
    let entry = books.differences.of_case(id, &state, &books.balances);
    books.post(entry);
    let mut is_booked = books.holds(id);
    match closing.how {
        How::Accepted if !is_booked => {
            let held = books.holds_interest(id);
            is_booked = books.upholds(request, id)?;
            if held {
                // Its case is opened again at once, and is about the interest only.
                let state = State::Open(Box::new(case.clone()));
                let entry = books.differences.of_case(id, &state, &books.balances);
                books.post(entry);
            }
        }
        How::Withdrawn => books.withdraws(id),
        How::Accepted | How::PaidByUs { .. } | How::Manual { .. } | How::Corrected { .. } => {}
    }
    Some(Becomes { from, to: books.of(id), is_booked })
}

#[derive(Default)]
struct Ledger {
    balances: Balances,
    differences: Differences,
    paid_for: HashSet<OrderId>,
    payments: HashMap<StreamName, Loaded<Payments>>,
    applications: HashMap<StreamName, Loaded<Applications>>,
}

impl Ledger {
    fn hear(&mut self, request: &TransactionId, event: &Recorded) -> Option<()> {
        match event.stream.category() {
            Payments::CATEGORY => {
                let said = said::<Payments>(event)?;
                let payment = self.payments.entry(event.stream.clone()).or_default();
                if let payment::Event::Requested(terms) = &said {
                    self.paid_for.insert(terms.order.clone());
                }
                let entry = of_payment(&payment.state, &said)?;
                payment.replay(event).ok()?;
                self.post(entry);
            }
            Payouts::CATEGORY => self.post(of_payout(request, &said::<Payouts>(event)?)),
            Applications::CATEGORY => {
                self.said(request, &event.stream, &said::<Applications>(event)?)?;
                self.applications.get_mut(&event.stream)?.replay(event).ok()?;
            }
            _ => {}
        }
        Some(())
    }

    fn said(
        &mut self,
        request: &TransactionId,
        stream: &StreamName,
        said: &fundflow_domain::application::Event,
    ) -> Option<()> {
        let before = self.applications.entry(stream.clone()).or_default().state.clone();
        let order = before.application().map(|it| &it.terms.order);
        let paid = order.is_some_and(|order| self.paid_for.contains(order));
        let source = if paid { Source::Payment } else { Source::Proceeds };
        let mut entry = of_application(request, source, &before, said)?;
        let of = ((request, source), (&before, said));
        self.differences.of_application(of.0, of.1, &mut entry, &self.balances);
        self.post(entry);
        Some(())
    }

    fn post(&mut self, entry: Vec<Posting>) {
        for posting in entry {
            self.balances.post(&posting);
        }
    }

    /// Where the difference of that case's record is now.
    fn of(&self, case: CaseId) -> Vec<Moved> {
        let own = |account: &Account| account.differing().is_some_and(|it| it.case == case);
        let all = self.balances.iter().filter(|(account, _)| own(account));
        let buys = self.differences.is_of_a_purchase(case);
        let moved = |(account, balance)| {
            let yuan = natural(account, balance);
            let is_debt = buys && matches!(account, Account::ByHand(_)) && yuan > Decimal::ZERO;
            Moved { account: Account::class(account).to_string(), yuan, is_debt }
        };
        all.map(moved).collect()
    }

    fn holds(&self, case: CaseId) -> bool {
        let known = self.applications.values().filter_map(|it| it.state.application());
        known.into_iter().any(|it| it.confirmations().any(|record| it.case_of(record) == case))
    }

    /// Whether the case is on a contested rejection that sends more than money can have earned.
    fn holds_interest(&self, case: CaseId) -> bool {
        let mut known = self.applications.values().filter_map(|it| it.state.application());
        known.any(|it| {
            let said = it.contested_rejection().filter(|said| it.case_of_rejection(said) == case);
            said.is_some_and(|said| said.unearned)
        })
    }

    /// The contested record of that case takes its place, be it a rejection; nothing where there is none.
    fn upholds(&mut self, request: &TransactionId, case: CaseId) -> Option<bool> {
        let contested = self.applications.iter().find_map(|(stream, loaded)| {
            let known = loaded.state.application()?;
            let record = known.contested().find(|it| known.case_of(it) == case);
            let rejection =
                known.contested_rejection().filter(|it| known.case_of_rejection(it) == case);
            let upheld = record.map(|it| Command::Uphold(it.serial.clone()));
            let why = || Cause::new("accepted", "a person closes its case");
            Some((stream.clone(), upheld.or(rejection.map(|_| Command::UpholdRejection(why())))?))
        });
        let Some((stream, uphold)) = contested else { return Some(false) };
        let events = Applications::decide(&self.applications.get(&stream)?.state, &uphold).ok()?;
        for event in &events {
            self.said(request, &stream, event)?;
            let known = self.applications.get_mut(&stream)?;
            known.state = Applications::evolve(known.state.clone(), event)?;
        }
        Some(true)
    }

    /// The reversal of the record takes its difference with it.
    fn withdraws(&mut self, case: CaseId) {
        let own = self.balances.iter().filter_map(|(account, balance)| {
            let is_own = account.differing().is_some_and(|it| it.case == case);
            is_own.then(|| Posting { account: account.clone(), debit: -balance })
        });
        let entry: Vec<_> = own.collect();
        self.post(entry);
    }
}

fn said<D: Stored>(event: &Recorded) -> Option<D::Event> {
    let new = &event.event;
    codec::decode::<D>(&new.event_type, new.schema, &new.data).ok()
}
