//! What explains money and shares that the books show in transit for a request: sums of its open ends and of
//! what its records brought or took that nobody has settled.
//!
//! ```text
//! an open end                     all of it, or nothing
//! a record whose case is open     all of it, nothing, or what it says more or less than one that it replaced
//! a record of an order that is    all of it, or nothing: whoever gave the order up saw what was left of it
//!   not over                      then, and under an earlier program of the whole
//! a record of shares that left,   all of it, or nothing: what was not registered yet cannot leave the books
//!   and whose purchase is not over
//! a bank's advance                all of it, and what any record in dispute brought the bank, in shares or in
//!                                 money; of the others one, or the first ones together
//! ```
//!
//! 1. A request is judged so while a case about it is open: what is in dispute the saga does not count yet.
//! 2. No amount that is not one of these is excused by a case, however large the amount in dispute is.

mod beside;
mod ends;

use super::explained::Explained;
use beside::{beyond, unpaid};
use ends::{End, named};
use fundflow_domain::{
    application::{Application, Confirmation, Event, Outcome, Quantity, State},
    case::CaseId,
    ids::{FundCode, OrderId, TransactionId},
    postings::{Account, Commodity, Posting, Source, natural},
};
use fundflow_runtime::{look::Look, saga::OpenEnd};
use rust_decimal::Decimal;
use std::{
    collections::{BTreeMap, BTreeSet, HashMap, HashSet},
    sync::Arc,
};

/// The end of a saga that is what its records lack.
const MISSING: &str = "missing";

/// Sums that are compared with a balance. A request has a few ends and a few records in dispute.
const SUMS_MAX: usize = 20_000;

#[derive(Debug, Clone, Default)]
pub(super) struct Transit {
    records: HashMap<CaseId, Moved>,
    of: HashMap<TransactionId, Vec<CaseId>>,
    ends: HashMap<TransactionId, Vec<End>>,
    /// Advanced sums by request, in yuan.
    advanced: HashMap<TransactionId, Decimal>,
    /// Orders whose last word is not there.
    open: HashMap<OrderId, bool>,
    /// The orders of each request that buy.
    buying: HashMap<TransactionId, Vec<(FundCode, OrderId)>>,
    /// Records that hold no more, and that no other took the place of.
    withdrawn: HashSet<CaseId>,
    /// Requests whose records lack shares, and that keep back whatever comes for them.
    claimed: HashSet<TransactionId>,
    /// Requests of which an event could not be judged.
    lost: HashSet<TransactionId>,
}

/// What one record brought or took.
#[derive(Debug, Default, Clone)]
struct Moved {
    order: Option<OrderId>,
    /// The fund whose shares left, where those of another came for them.
    left: Option<FundCode>,
    /// The fund whose shares it takes.
    sold: Option<FundCode>,
    /// The record that it took the place of.
    before: Option<CaseId>,
    what: BTreeMap<Place, Decimal>,
    /// Shares that it took beyond what was asked for; money that it is paid with once its case is closed.
    beside: Option<(Place, Decimal)>,
    /// Shares that became another's, or what those are worth that were redeemed. Yuan, or shares at 1.00.
    of_bank: Option<Decimal>,
}

/// Where something of a request is in transit.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Place {
    /// Money of one order or request.
    At(Account),
    /// Shares that a registrar spoke of, and that no holder gained or gave.
    Shares(FundCode),
}

/// Whether a balance is a sum of what may be in transit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Verdict {
    Explained,
    Not,
    /// There are more sums than anybody compares.
    TooMany,
}

impl Place {
    const fn commodity(&self) -> Commodity {
        match self {
            Place::At(account) => account.commodity(),
            Place::Shares(fund) => Commodity::SharesOf(*fund),
        }
    }
}

/// What an event changes of an order's records.
struct Changes<'a> {
    /// Holds no more.
    fallen: Option<&'a Confirmation>,
    came: Option<&'a Confirmation>,
    /// The order's last word is still to come.
    waits: bool,
}

impl<'a> Changes<'a> {
    /// `None` where it changes nothing of them.
    fn of(known: &'a Application, event: &'a Event) -> Option<Self> {
        let last = || known.confirmations().last();
        Some(match event {
            Event::PortionConfirmed(came) => Self { fallen: None, came: Some(came), waits: true },
            Event::Confirmed(came) | Event::PartlyConfirmed(came) | Event::Upheld(came) => {
                Self { fallen: None, came: Some(came), waits: !came.finished }
            }
            Event::Corrected { confirmation, .. } => {
                Self { fallen: last(), came: Some(confirmation), waits: !confirmation.finished }
            }
            Event::Withdrawn { serial, .. } => {
                let fallen = last().filter(|it| it.serial == *serial);
                Self { fallen, came: None, waits: true }
            }
            Event::Rejected(_) | Event::RestRejected(_) | Event::Cancelled { .. } => {
                Self { fallen: None, came: None, waits: false }
            }
            Event::Placed(_)
            | Event::Moved { .. }
            | Event::AskChanged { .. }
            | Event::Accepted { .. }
            | Event::Sealed { .. }
            | Event::Sent { .. }
            | Event::Received(_)
            | Event::Contested(_)
            | Event::RejectionContested(_)
            | Event::RejectionDropped { .. } => return None,
        })
    }
}

/// Whether it is one order's or one request's money.
const fn is_in_transit(account: &Account) -> bool {
    matches!(account, Account::Pending(_) | Account::Redeem(_))
}

impl Transit {
    /// An event of an application, as it is booked: its entry, and the shares that it speaks of.
    pub(super) fn said(
        &mut self,
        (request, source): (&TransactionId, Source),
        (before, event): (&State, &Event),
        entry: &[Posting],
        shares: &[(FundCode, Decimal)],
    ) {
        let Some(known) = before.application() else { return self.placed(request, event) };
        let order = &known.terms.order;
        let Some(Changes { fallen, came, waits }) = Changes::of(known, event) else { return };
        self.open.insert(order.clone(), waits);
        let fallen = fallen.map(|it| known.case_of(it));
        let Some(said) = came else {
            self.withdrawn.extend(fallen);
            return;
        };
        let what = self.moved(fallen, entry, shares);
        let (sold, beside) = match known.terms.ask.quantity() {
            Quantity::Shares(_) => (Some(known.terms.fund), beyond(known, event, said)),
            Quantity::Money(_) => {
                let from = match source {
                    Source::Payment => Account::Pending(order.clone()),
                    Source::Proceeds => Account::Redeem(request.clone()),
                };
                (None, unpaid(known, event, said).map(|money| (Place::At(from), money)))
            }
        };
        let left = matches!(said.outcome, Outcome::Conversion(_)).then_some(known.terms.fund);
        let of_bank = match &said.outcome {
            Outcome::FastTransfer(numbers) => Some(numbers.shares.decimal()),
            Outcome::Redemption(numbers) => Some(numbers.gross.decimal()),
            Outcome::Purchase(_) | Outcome::Subscription(_) | Outcome::Conversion(_) => None,
        };
        let (order, record) = (Some(order.clone()), known.case_of(said));
        let moved = Moved { order, left, sold, before: fallen, what, beside, of_bank };
        self.withdrawn.remove(&record);
        if self.records.insert(record, moved).is_none() {
            self.of.entry(request.clone()).or_default().push(record);
        }
    }

    /// An order that buys has its last word still to come.
    fn placed(&mut self, request: &TransactionId, event: &Event) {
        let Event::Placed(terms) = event else { return };
        if let Quantity::Money(_) = terms.ask.quantity() {
            self.open.insert(terms.order.clone(), true);
            let of = self.buying.entry(request.clone()).or_default();
            of.push((terms.fund, terms.order.clone()));
        }
    }

    /// Whether the request's own purchase of those shares has its last word still to come.
    fn is_bought_still(&self, request: &TransactionId, sold: FundCode) -> bool {
        let mut orders = self.buying.get(request).into_iter().flatten();
        orders.any(|(fund, order)| *fund == sold && self.open.get(order) == Some(&true))
    }

    /// What a record moves by itself: what its event does, and what is reversed with the one before it.
    fn moved(
        &self,
        fallen: Option<CaseId>,
        entry: &[Posting],
        shares: &[(FundCode, Decimal)],
    ) -> BTreeMap<Place, Decimal> {
        let lines = entry.iter().filter(|line| is_in_transit(&line.account));
        let lines = lines.map(|it| (Place::At(it.account.clone()), natural(&it.account, it.debit)));
        let shares = shares.iter().map(|(fund, sum)| (Place::Shares(*fund), *sum));
        let was = fallen.and_then(|it| self.records.get(&it)).map(|it| it.what.clone());
        let mut what: BTreeMap<Place, Decimal> = BTreeMap::new();
        for (place, sum) in lines.chain(shares).chain(was.into_iter().flatten()) {
            let all = what.entry(place).or_default();
            *all = all.saturating_add(sum);
        }
        what
    }

    /// An event of that request is damaged, or lies behind damage, which was said: what it moved is not known.
    pub(super) fn lose(&mut self, request: &TransactionId) {
        self.lost.insert(request.clone());
    }

    /// What a record of that request moves and is not there is claimed.
    pub(super) fn claims(&mut self, request: &TransactionId) {
        self.claimed.insert(request.clone());
    }

    /// A bank has paid so much of its own for that request.
    pub(super) fn advanced(&mut self, request: &TransactionId, money: Decimal) {
        self.advanced.insert(request.clone(), money);
    }

    /// What the closing or reopening of a case moves of its record's money.
    pub(super) fn settled(&mut self, case: CaseId, entry: &[Posting]) {
        let Some(moved) = self.records.get_mut(&case) else { return };
        for line in entry.iter().filter(|line| is_in_transit(&line.account)) {
            let sum = moved.what.entry(Place::At(line.account.clone())).or_default();
            *sum = sum.saturating_add(natural(&line.account, line.debit));
        }
    }

    /// What that request still owes or is owed.
    pub(super) fn ends(&mut self, request: &TransactionId, look: &Look) {
        let is_unclaimed = |end: &OpenEnd| *end.name == *MISSING && !self.claimed.contains(request);
        let ends = look.open_ends.iter().zip(&look.units);
        let ends = ends.map(|(end, unit)| {
            let named = named(look, &end.name).filter(|named| *named != end.worth);
            let worths = std::iter::once(end.worth).chain(named).collect();
            End { unit: unit.clone(), is_unclaimed: is_unclaimed(end), worths }
        });
        // What a person has by hand stays where the books have it, whatever the saga says of it by now.
        let is_open = |name: &Arc<str>| look.open_ends.iter().any(|end| end.name == *name);
        let by_hand = look.given_up.iter().filter(|name| !is_open(name));
        let by_hand = by_hand.filter_map(|name| named(look, name));
        let by_hand =
            by_hand.map(|worth| End { unit: None, is_unclaimed: false, worths: vec![worth] });
        self.ends.insert(request.clone(), ends.chain(by_hand).collect());
    }

    /// Whether so much may be in transit there for a request that a person has a case about.
    pub(super) fn explains(
        &self,
        request: &TransactionId,
        (place, balance): (&Place, Decimal),
        cases: &Explained,
    ) -> Verdict {
        if self.lost.contains(request) {
            return Verdict::Explained;
        }
        let mut sums = BTreeSet::from([Decimal::ZERO]);
        let ends = self.ends.get(request).into_iter().flatten();
        // Whatever finds shares missing claims them, but while the record that took them is in dispute.
        let in_dispute = || self.is_in_dispute(request, place, cases);
        let ends = ends.filter(|end| end.is_of(place.commodity()));
        let ends = ends.filter(|end| !end.is_unclaimed || in_dispute());
        let ends = ends.map(|end| end.worths.iter().flat_map(|it| [*it, -*it]).collect());
        let records = self.of.get(request).into_iter().flatten();
        let records = records.filter_map(|case| self.ways(request, *case, place, cases));
        let advance = self.of_bank(request, place, cases);
        for ways in ends.chain(records).chain(advance) {
            let more: Vec<Decimal> = ways
                .iter()
                .flat_map(|way| sums.iter().map(|sum| sum.saturating_add(*way)))
                .collect();
            sums.extend(more);
            if sums.len() > SUMS_MAX {
                return Verdict::TooMany;
            }
        }
        if sums.contains(&balance) { Verdict::Explained } else { Verdict::Not }
    }

    /// Whether a record that moves something there has an open case.
    fn is_in_dispute(&self, request: &TransactionId, place: &Place, cases: &Explained) -> bool {
        let records = self.of.get(request).into_iter().flatten();
        let mut moving = records.filter(|case| {
            let moved = self.records.get(case);
            moved.is_some_and(|moved| moved.what.contains_key(place))
        });
        moving.any(|case| cases.is_open(*case))
    }

    /// Of what a bank advanced it has money, shares or a claim: all of it, and what each record brought it of
    /// these. Shares of a money fund are worth 1.00, unless a person has looked at the record.
    fn of_bank(
        &self,
        request: &TransactionId,
        place: &Place,
        cases: &Explained,
    ) -> Vec<Vec<Decimal>> {
        let Some(advanced) = self.advanced.get(request) else { return Vec::new() };
        let (mut ways, at_par) = (Vec::new(), matches!(place, Place::At(_)));
        ways.extend(at_par.then(|| vec![*advanced, -*advanced]));
        // Nobody doubts them: the bank has the first ones of an order, as far as that has come.
        let mut undoubted: BTreeMap<Option<&OrderId>, (Decimal, Vec<Decimal>)> = BTreeMap::new();
        for case in self.of.get(request).into_iter().flatten() {
            let Some(moved) = self.records.get(case) else { continue };
            match moved.of_bank {
                Some(sum) if cases.knows(*case) => ways.push(vec![sum, -sum]),
                Some(sum) => {
                    let (so_far, sums) = undoubted.entry(moved.order.as_ref()).or_default();
                    *so_far = so_far.saturating_add(sum);
                    sums.extend([*so_far, -*so_far, sum, -sum]);
                }
                None => {}
            }
            let seen = moved.what.get(place).filter(|_| !at_par && cases.knows(*case));
            ways.extend(seen.map(|sum| vec![*sum, -*sum]));
        }
        ways.extend(undoubted.into_values().map(|(_, sums)| sums));
        ways
    }

    fn has_end(&self, request: &TransactionId, fund: FundCode) -> bool {
        let mut ends = self.ends.get(request).into_iter().flatten();
        ends.any(|end| end.unit.is_some() && end.is_of(Commodity::SharesOf(fund)))
    }

    /// What of that record may not be counted yet, or be counted twice.
    fn ways(
        &self,
        request: &TransactionId,
        case: CaseId,
        place: &Place,
        cases: &Explained,
    ) -> Option<Vec<Decimal>> {
        let moved = self.records.get(&case)?;
        let at = |moved: &Moved| moved.what.get(place).copied().unwrap_or_default();
        let own = at(moved);
        let is_part = moved.order.as_ref().and_then(|it| self.open.get(it)).copied();
        // Shares that are on their way to another fund are an end in those that left.
        let is_on_its_way = moved.left.is_some_and(|left| self.has_end(request, left));
        let is_open = cases.is_open(case);
        let bought = |sold| *place == Place::Shares(sold) && self.is_bought_still(request, sold);
        let waits = moved.sold.is_some_and(bought);
        let whole = is_open || is_part.unwrap_or_default() || is_on_its_way || waits;
        let mut ways: Vec<Decimal> = whole.then_some(own).into_iter().collect();
        let beside = moved.beside.as_ref().filter(|(at, _)| at == place);
        // It is taken, or paid, once nothing of the request is in dispute, whichever case was closed before.
        ways.extend(beside.filter(|_| cases.knows(case)).map(|(_, sum)| *sum));
        // What was paid out for it meanwhile is named then, too.
        ways.extend(self.withdrawn.contains(&case).then_some(-own));
        // More or less than before is named once nothing of the request is in dispute, whichever case is settled.
        let mut before = moved.before;
        while let Some(was) = before.and_then(|it| self.records.get(&it)) {
            ways.push(own.saturating_sub(at(was)));
            before = was.before;
        }
        Some(ways)
    }
}
