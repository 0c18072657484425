//! What the books hold once everything was heard, and what of that they should not.

use super::{
    super::{
        Check, Difference, LISTED,
        transit::{Place, Verdict},
    },
    Books,
};
use fundflow_domain::{
    ids::TransactionId,
    money::Money,
    postings::{Account, Commodity, natural},
};
use rust_decimal::Decimal;
use std::collections::BTreeSet;

impl Books {
    /// What does not add up of records, and who closed its case; by order.
    pub(in crate::audit) fn differences(&self) -> Vec<Difference> {
        let all = self.balances.iter().filter_map(|(account, balance)| {
            let of = account.differing()?;
            Some(Difference {
                class: account.class().to_string(),
                order: of.order.to_string(),
                case: of.case.to_string(),
                balance: natural(account, balance),
                by: self.explained.closed_by(of.case).map(ToString::to_string),
            })
        });
        let mut all: Vec<Difference> = all.collect();
        let place = |it: &Difference| (it.order.clone(), it.case.clone(), it.class.clone());
        all.sort_by_cached_key(place);
        all.truncate(LISTED);
        all
    }

    /// What is wrong with the books as a whole: place, rule, words.
    pub(in crate::audit) fn close(&self) -> Vec<(String, Check, String)> {
        let mut findings = Vec::new();
        for (commodity, sum) in self.balances.totals() {
            if !sum.is_zero() {
                let check = match commodity {
                    Commodity::Yuan => Check::I1,
                    Commodity::SharesOf(_) => Check::I6,
                };
                let what = format!("all accounts together hold {sum}, not 0");
                findings.push((commodity.to_string(), check, what));
            }
        }
        for (account, balance) in self.balances.iter() {
            findings.extend(self.left(account, balance));
        }
        let over = self.shares.left().filter(|(request, ..)| self.ended.contains_key(*request));
        let over = over.filter(|(request, ..)| !self.explained.has_open_case(request));
        for (request, fund, sum) in over.filter(|(request, _, sum)| !self.moved(request, *sum)) {
            let what = format!(
                "it is over, and the registrar confirmed {sum} shares of {fund} more than its \
                 holder gained"
            );
            findings.push((self.name(request), Check::Saga, what));
        }
        let disputed =
            self.shares.left().filter(|(request, ..)| self.explained.has_open_case(request));
        for (request, fund, sum) in disputed {
            findings.extend(self.unexplained(request, &Place::Shares(fund), sum));
        }
        let more = |(request, short): &(&TransactionId, &Money)| {
            self.ended.contains_key(*request) && **short > self.explained.disputed(request)
        };
        for (request, short) in self.short.iter().filter(more) {
            let what = format!(
                "the shares brought {short} yuan less than the bank advanced, and no case says why"
            );
            findings.push((self.name(request), Check::Saga, what));
        }
        let below = self.below_zero.iter().filter(|it| self.finished.contains(*it));
        findings.extend(below.filter_map(|request| self.overpaid(request)));
        findings.extend(self.misreported_debts());
        findings.sort_by(|one, other| (&one.0, &one.2).cmp(&(&other.0, &other.2)));
        findings
    }

    /// Whether shares that a registrar spoke of and that no holder gained are where a case says, or with
    /// the bank that keeps them for its advance, or both.
    fn moved(&self, request: &TransactionId, sum: Decimal) -> bool {
        let retained =
            self.retained.get(request).map_or(Decimal::ZERO, |retained| retained.decimal());
        let beside = sum.saturating_sub(retained);
        let explained = |shares| self.explained.moved(request, shares);
        beside.is_zero() || explained(sum) || explained(beside)
    }

    /// What purchases take and nobody paid is reported to a person once: as their request's end `overpaid`.
    fn misreported_debts(&self) -> Vec<(String, Check, String)> {
        let requests = self.differences.debts(&self.balances);
        let requests = requests.filter_map(|(order, _)| self.orders.get(order));
        let settled = |request: &&TransactionId| {
            self.finished.contains(*request) && !self.explained.has_open_case(request)
        };
        let requests: BTreeSet<_> = requests.filter(settled).collect();
        let findings = requests.into_iter().filter_map(|request| {
            let (debt, reported) = (self.debt(request), self.explained.overpaid(request));
            let account = Account::Redeem(request.clone());
            let below = (-natural(&account, self.balances.of(&account))).max(Decimal::ZERO);
            let more = reported > debt + below && !self.explained.has_more(request);
            let what = format!(
                "{debt} yuan at A:BYHAND are the customer's debt, and a person was told {reported}"
            );
            (reported < debt || more).then(|| (self.name(request), Check::Saga, what))
        });
        findings.collect()
    }

    /// What records of that request take and nobody paid, once their cases are closed.
    fn debt(&self, request: &TransactionId) -> Decimal {
        let all = self.differences.debts(&self.balances);
        let own = all.filter(|(order, _)| self.orders.get(*order) == Some(request));
        own.map(|(_, sum)| sum).sum()
    }

    /// What the customer of a request still has too much, and is to be got back from nobody.
    fn overpaid(&self, request: &TransactionId) -> Option<(String, Check, String)> {
        let account = Account::Redeem(request.clone());
        let balance = natural(&account, self.balances.of(&account));
        let owed = self.explained.owed_back(request).decimal();
        if balance + owed >= Decimal::ZERO || self.explained.has_open_case(request) {
            return None;
        }
        let what = format!("{account} is at {balance}, and a person gets {owed} back");
        Some((self.name(request), Check::I2, what))
    }

    /// What an account should not hold any more.
    fn left(&self, account: &Account, balance: Decimal) -> Option<(String, Check, String)> {
        let natural = natural(account, balance);
        let request = match account {
            Account::Suspense(of) => {
                let what =
                    format!("{natural} yuan are left at {account}, and no open case says why");
                let explained = self.differences.is_open(of);
                return (!explained).then(|| (of.order.to_string(), Check::I3, what));
            }
            Account::Pending(order) => self.orders.get(order)?,
            Account::Redeem(request) | Account::Advanced(request) => request,
            _ => return None,
        };
        if self.explained.has_open_case(request) {
            return self.unexplained(request, &Place::At(account.clone()), natural);
        }
        let given_up = self.explained.is_given_up(request, balance);
        let given_up = given_up.map(|exactly| {
            exactly || self.is_within(account, natural) || self.is_with_a_debt(account, natural)
        });
        let is_over = self.ended.contains_key(request) || given_up.is_some();
        if !is_over || given_up == Some(true) {
            return None;
        }
        let but = given_up.map_or("", |_| ", which is not what a person has of it");
        let what = format!("it is over, and {natural} yuan are left at {account}{but}");
        Some((self.name(request), Check::Saga, what))
    }

    /// What a case about a request does not explain.
    fn unexplained(
        &self,
        request: &TransactionId,
        place: &Place,
        sum: Decimal,
    ) -> Option<(String, Check, String)> {
        let explains = |sum| self.transit.explains(request, (place, sum), &self.explained);
        let verdict = match place {
            // What the customer has too much, without what of it is nobody's payment.
            Place::At(Account::Redeem(_)) if sum < Decimal::ZERO => match explains(sum) {
                Verdict::Not => explains(sum - self.debt(request)),
                said => said,
            },
            _ => explains(sum),
        };
        let why = match verdict {
            Verdict::Explained => return None,
            Verdict::Not => "which is no sum of what it owes and of records in dispute",
            Verdict::TooMany => "and there are too many ends and records to say of which",
        };
        let what = match place {
            Place::At(account) => format!("{sum} yuan are at {account}, {why}"),
            Place::Shares(fund) => {
                format!(
                    "the registrar confirmed {sum} shares of {fund} more than its holder gained, {why}"
                )
            }
        };
        Some((self.name(request), Check::Saga, what))
    }

    /// Whether a person pays a bank more than that account holds of it: what is lent still, or all that its
    /// redemption brought, whichever is more.
    fn is_within(&self, account: &Account, held: Decimal) -> bool {
        let (request, other) = match account {
            Account::Advanced(request) => (request, Account::Redeem(request.clone())),
            Account::Redeem(request) => (request, Account::Advanced(request.clone())),
            _ => return false,
        };
        let more = self.balances.of(&other);
        let is_a_persons = self.explained.is_given_up(request, more) == Some(true);
        is_a_persons && held > Decimal::ZERO && natural(&other, more) >= held
    }

    /// Whether a person gets back what the customer has below zero there, along with what nobody paid for.
    fn is_with_a_debt(&self, account: &Account, held: Decimal) -> bool {
        let Account::Redeem(request) = account else { return false };
        let sum = self.debt(request) - held;
        held < Decimal::ZERO && self.explained.is_given_up(request, sum) == Some(true)
    }

    fn name(&self, request: &TransactionId) -> String {
        match self.ended.get(request) {
            Some(kind) => format!("{kind} {request}"),
            None => request.to_string(),
        }
    }
}
