//! The ledger of an audit: books every event and judges the entry and the accounts it touches.
//!
//! 1. Cash and shares are conserved: entries balance per commodity, nothing of a customer falls below
//!    zero, and all accounts together hold nothing.
//! 2. Once a saga is over, nothing of it is left in transit, and the shares that its registrar spoke
//!    of are those that its holder gained and gave.
//! 3. What does not add up because a registrar said so has a case, and is no finding. While one is open, what is
//!    in transit for its request is a sum of open ends and of records that nobody has settled.

mod remains;

use super::{
    Check, Holding,
    exits::Exits,
    explained::Explained,
    figures,
    given::Given,
    lots::LotsSaid,
    shares::SharesSaid,
    sums,
    suspect::{Excuse, Suspect},
    transit::Transit,
};
use fundflow_domain::{
    advance::{self, Advances},
    application::{self, Applications},
    case::Cases,
    holdings::{self, HoldingId, Holdings},
    ids::{ApplicationNo, OrderId, TransactionId, WalletId},
    money::Money,
    orders::Serial,
    payment::{self, Payments},
    payout::{self, Payouts},
    postings::{
        Account, Balances, Differences, Posting, Source, imbalance, natural, of_advance,
        of_application, of_holdings, of_payment, of_payout, of_settlement, of_wallet,
    },
    settlement::Settlements,
    wallet::{self, Wallet},
};
use fundflow_kernel::{
    codec::{self, Stored},
    decider::Decider as _,
    envelope::Recorded,
    fold::Fold,
    loaded::Loaded,
};
use rust_decimal::Decimal;
use std::{
    any::Any,
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    sync::Arc,
};

#[derive(Debug, Clone, Default)]
pub(super) struct Books {
    balances: Balances,
    differences: Differences,
    pub(super) entries: u64,
    pub(super) postings: u64,
    shares: SharesSaid,
    exits: Exits,
    pub(super) given: Given,
    /// Orders that a payment was requested for.
    paid_for: HashSet<OrderId>,
    /// Transaction by order.
    orders: HashMap<OrderId, TransactionId>,
    numbers: HashMap<ApplicationNo, OrderId>,
    /// What the investor gave for the shares of a record, by its order and serial.
    costs: HashMap<(OrderId, Serial), Money>,
    lots: LotsSaid,
    pub(super) explained: Explained,
    pub(super) transit: Transit,
    /// Requests whose customers had too much while a case about them was open.
    below_zero: BTreeSet<TransactionId>,
    /// What shares did not bring of what a bank advanced on them. Yuan.
    short: HashMap<TransactionId, Money>,
    /// What a bank keeps of the shares that it advanced on, by request. Yuan, and as many shares.
    retained: HashMap<TransactionId, Money>,
    /// Over, and waiting for nobody.
    finished: HashSet<TransactionId>,
    /// Over, and nothing was given up: the kind.
    ended: HashMap<TransactionId, Arc<str>>,
}

/// An entry, and what is wrong with the event itself. `None`: no postings can be made of it.
type Booked = Option<(Vec<Posting>, Vec<Suspect>)>;

impl Books {
    /// Whether events of that category move money or shares, or explain why they do not add up.
    pub(super) fn keeps(category: &str) -> bool {
        [
            Payments::CATEGORY,
            Payouts::CATEGORY,
            Advances::CATEGORY,
            Applications::CATEGORY,
            Wallet::CATEGORY,
            Holdings::CATEGORY,
            Cases::CATEGORY,
            Settlements::CATEGORY,
        ]
        .contains(&category)
    }

    /// Books a possible event, and says what is wrong with it.
    pub(super) fn hear(
        &mut self,
        event: &Recorded,
        before: &dyn Fold,
        after: &dyn Fold,
    ) -> Vec<Suspect> {
        let request = after.owner().map(|(_, transaction)| transaction.clone());
        let request = request.unwrap_or_else(|| event.event.correlation.clone());
        let booked = match event.stream.category() {
            Payments::CATEGORY => self.payment(event, before, &request),
            Payouts::CATEGORY => self::payout(event, before, &request),
            Advances::CATEGORY => self.advance(event, before, &request),
            Applications::CATEGORY => self.application(event, before, &request),
            Wallet::CATEGORY => self.wallet(event, before, after),
            Holdings::CATEGORY => self.holdings_event(event, before, after),
            Cases::CATEGORY => self.case(event, after),
            Settlements::CATEGORY => state::<Settlements>(before)
                .and_then(|before| of_settlement(before, &said::<Settlements>(event)?))
                .map(|entry| (entry, Vec::new())),
            _ => return Vec::new(),
        };
        match booked {
            Some((entry, mut suspects)) => {
                self.lines(&entry, &mut suspects);
                suspects
            }
            None => vec![Suspect::new(Check::I1, "no postings can be made of it".into())],
        }
    }

    fn payment(&mut self, event: &Recorded, before: &dyn Fold, request: &TransactionId) -> Booked {
        let (before, said) = (state::<Payments>(before)?, said::<Payments>(event)?);
        let mut suspects = Vec::new();
        match &said {
            payment::Event::Requested(terms) => {
                self.orders.insert(terms.order.clone(), request.clone());
                if !self.paid_for.insert(terms.order.clone()) {
                    let what = format!("order {} has a payment already", terms.order);
                    suspects.push(Suspect::new(Check::I5, what));
                }
            }
            payment::Event::Paid(receipt) => {
                let asked = before.payment().map(|payment| Money::from(payment.terms.amount));
                if asked.is_some_and(|asked| asked != receipt.amount) {
                    let (amount, asked) = (receipt.amount, asked.unwrap_or_default());
                    let what = format!("{amount} yuan were paid for an order of {asked}");
                    suspects.push(Suspect::new(Check::I5, what));
                }
            }
            payment::Event::Declined { .. }
            | payment::Event::Closed { .. }
            | payment::Event::ReceiptUnapplied { .. }
            | payment::Event::RefundRequested { .. }
            | payment::Event::Refunded { .. } => {}
        }
        suspects.extend(sums::sent_back(before, &said));
        Some((of_payment(before, &said)?, suspects))
    }

    fn advance(&mut self, event: &Recorded, before: &dyn Fold, request: &TransactionId) -> Booked {
        let said = said::<Advances>(event)?;
        match &said {
            advance::Event::Recourse { amount } => {
                self.short.insert(request.clone(), Money::from(*amount));
            }
            advance::Event::ClaimChanged { retained, recourse } => {
                self.short.insert(request.clone(), *recourse);
                self.retained.insert(request.clone(), *retained);
            }
            advance::Event::Overpaid { amount } => self.explained.owes_back(request, *amount),
            advance::Event::Advanced(transfer) => {
                self.transit.advanced(request, transfer.amount.decimal());
            }
            advance::Event::Requested(_)
            | advance::Event::Declined { .. }
            | advance::Event::Contested(_)
            | advance::Event::RepaymentRequested { .. }
            | advance::Event::Repaid(_)
            | advance::Event::Returned { .. } => {}
        }
        let before = state::<Advances>(before)?;
        let asked = before.advance().and_then(|advance| match (&said, &advance.stage) {
            (advance::Event::Advanced(came), _) => Some((advance.terms.amount, came.amount)),
            (advance::Event::Repaid(came), advance::Stage::Repaying { amount, .. }) => {
                Some((*amount, came.amount))
            }
            _ => None,
        });
        Some((of_advance(request, before, &said)?, sums::moved_otherwise(asked)))
    }

    fn application(
        &mut self,
        event: &Recorded,
        before: &dyn Fold,
        request: &TransactionId,
    ) -> Booked {
        let (before, said) = (state::<Applications>(before)?, said::<Applications>(event)?);
        let mut suspects = Vec::new();
        if let application::Event::Placed(terms) = &said {
            self.orders.insert(terms.order.clone(), request.clone());
            let other = self.numbers.insert(terms.no.clone(), terms.order.clone());
            if let Some(other) = other {
                let what = format!("application {} is of order {other} already", terms.no);
                suspects.push(Suspect::new(Check::I4, what));
            }
        }
        if let Some((known, came)) = before.application().zip(figures::record(&said)) {
            let cost = came.outcome.cost().unwrap_or_default();
            self.costs.insert((known.terms.order.clone(), came.serial.clone()), cost);
            self.lots.said(&known.terms.order, came);
            let excuse = Excuse::Case(known.case_of(came));
            let wrong = figures::wrong(known, came);
            suspects.extend(wrong.map(|what| Suspect { check: Check::I3, what, excuse }));
        }
        let paid = before.application().is_some_and(|it| self.paid_for.contains(&it.terms.order));
        let source = if paid { Source::Payment } else { Source::Proceeds };
        let shares = self.shares.said(request, before, &said);
        let mut entry = of_application(request, source, before, &said)?;
        let (of, event) = ((request, source), (before, &said));
        self.differences.of_application(of, event, &mut entry, &self.balances);
        self.transit.said(of, event, &entry, &shares);
        Some((entry, suspects))
    }

    /// Something of that request cannot be judged.
    pub(super) fn lose(&mut self, request: &TransactionId) {
        self.transit.lose(request);
        self.shares.lose(request);
        self.given.lose(request);
    }

    fn wallet(&mut self, event: &Recorded, before: &dyn Fold, after: &dyn Fold) -> Booked {
        let (investor, fund) = wallet::parse_id(event.stream.id())?;
        let said = said::<Wallet>(event)?;
        let unsaid = self.shares.in_wallet(&event.event.correlation, fund, &said);
        if matches!(said, wallet::Event::SharesClaimed { .. }) {
            self.transit.claims(&event.event.correlation);
        }
        let id = WalletId { investor, fund };
        let (before, after) = (state::<Wallet>(before)?, state::<Wallet>(after)?);
        let entry = of_wallet(&id, before, after, &said)?;
        let stranded = self.exits.hear((&event.event.correlation, fund), &said, after);
        self.given.hear((&event.event.correlation, &id), (before, after), &said);
        let mut suspects: Vec<_> = stranded.into_iter().collect();
        suspects.extend(unsaid);
        suspects.extend(sums::income(before, &said));
        suspects.extend(self.shares.settled(&event.event.correlation, fund, &said));
        if let Some(of) = said.transaction().filter(|of| **of != event.event.correlation) {
            let what = format!("it is written for {} and speaks of {of}", event.event.correlation);
            suspects.push(Suspect::new(Check::Envelope, what));
        }
        if let wallet::Event::CreditCorrected { reversed, lots, shares, left, .. } = &said {
            let taken: Decimal = lots.iter().map(|part| part.shares.decimal()).sum();
            let [reversed, shares, left] = [reversed, shares, left].map(|it| it.decimal());
            // What had left of the one lot is gone from the one in its place.
            if shares - left != reversed - taken {
                let what = format!(
                    "{left} of {shares} shares are left, and {taken} of the {reversed} before were"
                );
                suspects.push(Suspect::new(Check::I6, what));
            }
        }
        Some((entry, suspects))
    }

    fn holdings_event(&mut self, event: &Recorded, before: &dyn Fold, after: &dyn Fold) -> Booked {
        let id = HoldingId::parse(event.stream.id())?;
        let said = said::<Holdings>(event)?;
        let (before, after) = (state::<Holdings>(before)?, state::<Holdings>(after)?);
        let entry = of_holdings(&id, before, after, &said)?;
        let came = entry.iter().filter(|line| line.account == Account::Register(id.fund));
        let came: Decimal = came.map(|line| -line.debit).sum();
        self.shares.held((&event.event.correlation, id.fund), &said, came);
        if matches!(said, holdings::Event::SharesClaimed { .. }) {
            self.transit.claims(&event.event.correlation);
        }
        let mut suspects = self.costs_otherwise(&said);
        suspects.extend(self.lots.taken(before, &said));
        Some((entry, suspects))
    }

    /// A lot that costs something else than the record of its order says.
    fn costs_otherwise(&self, said: &holdings::Event) -> Vec<Suspect> {
        let holdings::Event::Credited(credit) = said else { return Vec::new() };
        let known = self.costs.get(&(credit.order.clone(), credit.serial.clone()));
        let other = known.filter(|known| **known != credit.cost);
        let what = |known| format!("its lot costs {}, and its record says {known}", credit.cost);
        other.map(|known| Suspect::new(Check::I3, what(known))).into_iter().collect()
    }

    fn case(&mut self, event: &Recorded, after: &dyn Fold) -> Booked {
        let state = state::<Cases>(after)?;
        let case = event.stream.id().parse().ok()?;
        let entry = self.differences.of_case(case, state, &self.balances);
        self.transit.settled(case, &entry);
        self.explained.hear(case, state);
        Some((entry, Vec::new()))
    }

    fn lines(&mut self, entry: &[Posting], suspects: &mut Vec<Suspect>) {
        if entry.is_empty() {
            return;
        }
        self.entries += 1;
        for (commodity, sum) in imbalance(entry) {
            let what = format!("debits exceed credits by {sum} in {commodity}");
            suspects.push(Suspect::new(Check::I1, what));
        }
        // A reversal and what takes its place are one entry: only what it leaves is judged.
        let mut touched: BTreeMap<&Account, (Decimal, Decimal)> = BTreeMap::new();
        for posting in entry {
            self.postings += 1;
            let account = &posting.account;
            let Some((before, after)) = self.balances.post(posting) else {
                let what = format!("{account} leaves every range");
                suspects.push(Suspect::new(Check::I1, what));
                continue;
            };
            touched.entry(account).or_insert((before, after)).1 = after;
        }
        for (account, (before, after)) in touched {
            let wrong = |balance| natural(account, balance) < Decimal::ZERO;
            // Said once, when it happens: everything later would only repeat it.
            if account.class().is_customers() && wrong(after) && !wrong(before) {
                if let Account::Redeem(request) = account
                    && self.explained.has_open_case(request)
                {
                    self.below_zero.insert(request.clone());
                    continue;
                }
                let balance = natural(account, after);
                let what = format!("{account} falls to {balance}");
                suspects.push(Suspect {
                    check: Check::I2,
                    what,
                    excuse: Excuse::of(account, balance),
                });
            }
        }
    }

    /// Whether what would explain it is there.
    pub(super) fn is_excused(&self, excuse: &Excuse) -> bool {
        match excuse {
            Excuse::None => false,
            Excuse::Case(case) => self.explained.knows(*case),
            Excuse::AnyCase(request) => self.explained.has_case(request),
            Excuse::OwedBack(request, money) => self.explained.was_owed_back(request, *money),
        }
    }

    /// A saga is over and waits for nobody, whatever it gave up.
    pub(super) fn finished(&mut self, request: TransactionId) {
        self.finished.insert(request);
    }

    /// A saga is over and gave nothing up.
    pub(super) fn ended(&mut self, request: TransactionId, kind: Arc<str>) {
        self.ended.insert(request, kind);
    }

    pub(super) fn holdings(&self) -> Vec<Holding> {
        self.balances.by_class().into_iter().map(|(at, sum)| Holding::of(at, sum)).collect()
    }
}

fn payout(event: &Recorded, before: &dyn Fold, request: &TransactionId) -> Booked {
    let said = said::<Payouts>(event)?;
    let asked = state::<Payouts>(before)?.payout().map(|payout| payout.terms.amount);
    let asked = match &said {
        payout::Event::PaidOut(came) => asked.map(|asked| (asked, came.amount)),
        _ => None,
    };
    Some((of_payout(request, &said), sums::moved_otherwise(asked)))
}

fn state<D: Stored<State: Clone + Send + Sync> + 'static>(fold: &dyn Fold) -> Option<&D::State> {
    let fold: &dyn Any = fold;
    Some(&fold.downcast_ref::<Loaded<D>>()?.state)
}

fn said<D: Stored>(event: &Recorded) -> Option<D::Event> {
    let new = &event.event;
    codec::decode::<D>(&new.event_type, new.schema, &new.data).ok()
}

#[cfg(test)]
#[path = "books_tests.rs"]
mod tests;
