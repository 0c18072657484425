//! What cases say of why the books do not add up, and whether each is still open.

use fundflow_domain::{
    case::{CaseId, Disputed, How, Kind, Name, State},
    ids::TransactionId,
    money::Money,
};
use rust_decimal::Decimal;
use std::collections::{BTreeSet, HashMap, HashSet};

#[derive(Debug, Clone, Default)]
pub(super) struct Explained {
    cases: HashMap<CaseId, Stands>,
    requests: HashSet<TransactionId>,
    /// By the greatest of a request's cases, open or closed. Yuan.
    disputed: HashMap<TransactionId, Money>,
    /// Shares that each finding of a request's cases is about, where no other record has taken the place of its own.
    shares: HashMap<CaseId, (TransactionId, Vec<Decimal>)>,
    /// What a person has of requests that were given up: sums of any of the ends, in the unit of each.
    given_up: HashMap<TransactionId, BTreeSet<Decimal>>,
    /// What a person gets back from the customer of a request. Yuan.
    owed_back: HashMap<TransactionId, OwedBack>,
    /// Yuan that the customer of a request has too much, as reported to a person.
    overpaid: HashMap<TransactionId, Decimal>,
}

/// Last state of a case: its figures and whether it is open.
#[derive(Debug, Clone)]
struct Stands {
    open: bool,
    of: Option<TransactionId>,
    /// The operator who closed the case, as the event has it.
    by: Option<Name>,
}

/// As named in the last case about it, and the most that one ever named. Yuan.
#[derive(Debug, Clone, Copy, Default)]
struct OwedBack {
    last: Money,
    most: Money,
}

impl Explained {
    /// A case, as an event has left it.
    pub(super) fn hear(&mut self, id: CaseId, state: &State) {
        // What a record that nobody takes says of a transaction explains nothing of it.
        let about = state.case().filter(|case| case.kind() != Kind::NotAssigned);
        let of = about.and_then(|case| case.transaction.clone());
        let by = match state {
            State::Closed(_, closing) => Some(closing.by.clone()),
            State::Absent | State::Open(_) => None,
        };
        self.cases.insert(id, Stands { open: state.is_open(), of, by });
        let Some(case) = about else { return };
        let Some(request) = &case.transaction else { return };
        let money = Disputed::of(&case.findings).money;
        let replaced = match state {
            State::Closed(_, closing) => matches!(closing.how, How::Corrected { .. }),
            State::Absent | State::Open(_) => false,
        };
        if replaced {
            self.shares.remove(&id);
        } else {
            let shares = case.findings.iter().map(|it| it.disputed.shares.decimal());
            self.shares.insert(id, (request.clone(), shares.collect()));
        }
        self.says(request, money);
        if case.kind() == Kind::Overpaid {
            self.owes_back(request, money);
        }
    }

    /// A case about that request disputes so much.
    pub(super) fn says(&mut self, request: &TransactionId, money: Money) {
        self.requests.insert(request.clone());
        let most = self.disputed.entry(request.clone()).or_default();
        *most = money.max(*most);
    }

    /// A person has ends of that worth of a request that is over.
    pub(super) fn gives_up(&mut self, request: TransactionId, ends: Vec<Decimal>) {
        let mut sums = BTreeSet::from([Decimal::ZERO]);
        for end in ends {
            let more: Vec<_> = sums.iter().map(|sum| sum.saturating_add(end)).collect();
            sums.extend(more);
        }
        self.given_up.insert(request, sums);
    }

    /// Whether a person has exactly that much of a request; `None` if nothing of it was given up.
    pub(super) fn is_given_up(&self, request: &TransactionId, balance: Decimal) -> Option<bool> {
        Some(self.given_up.get(request)?.contains(&balance.abs()))
    }

    /// So much went to the customer of that request too much.
    pub(super) fn owes_back(&mut self, request: &TransactionId, money: Money) {
        let owed = self.owed_back.entry(request.clone()).or_default();
        *owed = OwedBack { last: money, most: money.max(owed.most) };
    }

    /// Whether a person gets so much back, or did: while records were in dispute it was sometimes more.
    pub(super) fn was_owed_back(&self, request: &TransactionId, money: Money) -> bool {
        self.owed_back.get(request).is_some_and(|owed| owed.most >= money)
    }

    /// What a person gets back by the last case about it.
    pub(super) fn owed_back(&self, request: &TransactionId) -> Money {
        self.owed_back.get(request).map_or(Money::ZERO, |owed| owed.last)
    }

    /// Notes that so much was reported to a person as too much with the customer of that request.
    pub(super) fn is_overpaid(&mut self, request: TransactionId, money: Decimal) {
        self.overpaid.insert(request, money);
    }

    /// Yuan that the customer of that request has too much, as reported to a person.
    pub(super) fn overpaid(&self, request: &TransactionId) -> Decimal {
        self.overpaid.get(request).copied().unwrap_or_default()
    }

    /// Whether a person has anything of that request but what the customer has too much.
    pub(super) fn has_more(&self, request: &TransactionId) -> bool {
        let overpaid = self.overpaid(request);
        let sums = self.given_up.get(request).into_iter().flatten();
        sums.into_iter().any(|sum| !sum.is_zero() && *sum != overpaid)
    }

    /// The most that a case about that request ever disputed.
    pub(super) fn disputed(&self, request: &TransactionId) -> Money {
        self.disputed.get(request).copied().unwrap_or_default()
    }

    /// Whether a case about that request is about so many shares, come or gone.
    pub(super) fn moved(&self, request: &TransactionId, shares: Decimal) -> bool {
        let is = |all: &[Decimal]| all.contains(&shares.abs());
        self.shares.values().any(|(of, all)| of == request && is(all))
    }

    /// Whether a case was ever opened about that request.
    pub(super) fn has_case(&self, request: &TransactionId) -> bool {
        self.requests.contains(request)
    }

    /// Whether a person is still to close a case about that request.
    pub(super) fn has_open_case(&self, request: &TransactionId) -> bool {
        self.cases.values().any(|it| it.open && it.of.as_ref() == Some(request))
    }

    /// Whether that case was ever opened.
    pub(super) fn knows(&self, case: CaseId) -> bool {
        self.cases.contains_key(&case)
    }

    /// Whether a person is still to close that case.
    pub(super) fn is_open(&self, case: CaseId) -> bool {
        self.cases.get(&case).is_some_and(|it| it.open)
    }

    pub(super) fn open_cases(&self) -> u64 {
        self.cases.values().filter(|it| it.open).count() as u64
    }

    /// Operator who closed the case; none where the engine did.
    pub(super) fn closed_by(&self, case: CaseId) -> Option<&Name> {
        self.cases.get(&case)?.by.as_ref()
    }
}
