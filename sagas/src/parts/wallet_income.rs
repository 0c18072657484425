//! Unpaid income that a registrar settles with a wallet's shares, held against what these earned by our books.
//!
//! ```text
//! a part leaves:  nothing goes along
//! all leaves:     what is unpaid through the last day on which they earn, but for the part of a fen that no record
//!                 can pay
//! ```
//!
//! 1. What our books do not know yet (the figure of that last day) is not held against anything.
//! 2. Nor is a wallet that others have put shares into meanwhile: whose income it is that was paid, no record says.
//! 3. The difference stays where it is, in the wallet, and no money of ours is in dispute for it.

use super::{
    application::ApplicationLeg,
    cases::{finding, of_income},
    wallet::WalletPart,
};
use crate::house::House;
use fundflow_domain::{
    application::{Ask, Confirmation, Terms},
    case::{Figure, Finding, Kind, Measure},
    money::{Income, Shares},
    money_fund,
    wallet::State,
};
use fundflow_runtime::saga::{Saga, View};
use rust_decimal::Decimal;

/// What no record of whole fen can pay, one cent each.
const FEN: Decimal = Decimal::from_parts(1, 0, 0, false, 2);

impl WalletPart {
    /// What is wrong with the income that a record says was settled with the shares.
    pub fn wrong_income<S: Saga>(
        &self,
        house: &House,
        view: &View<'_, S>,
        terms: &Terms,
        of: (&[Confirmation], &Confirmation),
    ) -> Option<Finding> {
        match terms.ask {
            Ask::Redemption { take_income: false, .. }
            | Ask::Conversion { take_income: false, .. } => self.unasked_income(view, of.1),
            Ask::Redemption { take_income: true, shares, .. }
            | Ask::Conversion { take_income: true, shares, .. } => {
                self.misreckoned_income(house, view, (terms, shares), of)
            }
            Ask::Purchase { .. } | Ask::Subscription { .. } | Ask::FastTransfer { .. } => None,
        }
    }

    /// Income that was paid along although none was to go along.
    fn unasked_income<S: Saga>(&self, view: &View<'_, S>, said: &Confirmation) -> Option<Finding> {
        let income = ApplicationLeg::income_of(said).filter(|income| *income != Income::ZERO)?;
        let what = format!("income of {income} was paid along, and was to stay in the wallet");
        let unpaid = self.state(view.streams).map_or(Income::ZERO, State::unpaid_income);
        let ours = vec![Figure::of(Measure::UnpaidIncome, unpaid)];
        let theirs = vec![Figure::of(Measure::Income, income)];
        let disputed = of_income(income);
        Some(Finding { disputed, ..finding(Kind::AmountDiffers, &what, ours, theirs) })
    }

    /// All shares are gone by the last of its records, and what these settled is not what was unpaid.
    fn misreckoned_income<S: Saga>(
        &self,
        house: &House,
        view: &View<'_, S>,
        (terms, asked): (&Terms, Shares),
        (before, said): (&[Confirmation], &Confirmation),
    ) -> Option<Finding> {
        let all = || before.iter().chain([said]);
        let gone = |sum: Shares, it| sum.plus(ApplicationLeg::shares_out_of(it)?);
        let gone = all().try_fold(Shares::ZERO, gone).filter(|_| said.finished)?;
        let settled = |sum: Income, it| sum.plus(ApplicationLeg::income_of(it)?);
        let settled = all().try_fold(Income::ZERO, settled)?;
        let due = self.due(house, view, terms, (before, said)).filter(|_| gone == asked)?;
        let rest = due.minus(settled)?;
        let records = Decimal::from(before.len().saturating_add(1));
        if rest.decimal().abs() < FEN.saturating_mul(records) {
            return None;
        }
        let what = format!("income of {settled} was settled, where {due} was unpaid");
        let ours = vec![Figure::of(Measure::Income, due)];
        Some(finding(Kind::AmountDiffers, &what, ours, vec![Figure::of(Measure::Income, settled)]))
    }

    /// What the wallet is owed once the shares are gone that leave on the T of that part; `None` while that is not
    /// known.
    fn due<S: Saga>(
        &self,
        house: &House,
        view: &View<'_, S>,
        terms: &Terms,
        of: (&[Confirmation], &Confirmation),
    ) -> Option<Income> {
        let state = self.state(view.streams)?;
        if state.registered() != self.held(view).unwrap_or_default() {
            return None;
        }
        let t = house.t_of_record(terms, of).ok()?;
        let last = money_fund::earns_until(&house.calendar, t).ok()?;
        state.publication_on(last)?;
        let late = |due: Income, day| due.minus(state.income_on(day).unwrap_or(Income::ZERO));
        let mut days = state.days_of_income().into_iter().filter(|day| *day > last);
        let due = days.try_fold(state.unpaid_income(), late)?;
        due.plus(state.settled_income(view.id).unwrap_or(Income::ZERO))
    }
}
