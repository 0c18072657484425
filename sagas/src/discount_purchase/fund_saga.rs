//! What the parts of the fund business ask of a discount purchase.

use super::{
    Plan, Request, beyond_bought, ends,
    out::cost_of,
    saga::{DiscountPurchase, Turn, View},
};
use crate::{
    house::{CostThen, House},
    parts::{
        application::{ApplicationLeg, FundSaga},
        by_hand::Origin,
        lacking::Lack,
        milestone::Scope,
        share_book::ShareBook,
    },
};
use fundflow_domain::{
    admission::Admitted,
    application::{Confirmation, Terms},
    calendar::TradingDay,
    case::Finding,
    ids::AccountRef,
    modes::ConversionMode,
    money::Amount,
    orders::Cause,
    time::Timestamp,
};
use fundflow_kernel::streams::Need;
use fundflow_runtime::turn::NotDone;

impl FundSaga for DiscountPurchase {
    fn house(&self) -> &House {
        &self.house
    }

    fn let_in(view: &View<'_>) -> Option<(Amount, Amount)> {
        let asked = view.open.request.amount;
        let promised = view.open.notes.promise(&view.open.promise);
        Some((asked, promised.target_accepted.unwrap_or_else(|| promised.amount(asked))))
    }

    fn account(request: &Request) -> Option<&AccountRef> {
        Some(&request.account)
    }

    fn requested_at(promise: &Admitted) -> Timestamp {
        promise.requested_at
    }

    fn trade_date(promise: &Admitted) -> TradingDay {
        promise.trade_date
    }

    fn moves(
        &self,
        turn: &mut Turn<'_>,
        leg: &ApplicationLeg,
        day: TradingDay,
    ) -> Result<Option<Cause>, NotDone> {
        self.moved(turn, leg, day)
    }

    fn needs_to_move(&self, view: &View<'_>, _: &ApplicationLeg, day: TradingDay) -> Vec<Need> {
        self.limits_on(view, day, &ConversionMode::ALL).needs().collect()
    }

    fn taken_back(plan: &Plan, leg: &ApplicationLeg) -> Option<Scope> {
        Some(if leg.order == plan.buy.order { Scope::All } else { Scope::Conversion })
    }

    fn takes_from(view: &View<'_>, leg: &ApplicationLeg) -> Option<ShareBook> {
        let plan = view.plan;
        (leg.no == plan.out.no).then(|| ShareBook::Wallet(plan.wallet.key.clone()))
    }

    fn findings(
        &self,
        view: &View<'_>,
        terms: &Terms,
        of: (&[Confirmation], &Confirmation),
    ) -> Vec<Finding> {
        let beyond = beyond_bought::by_conversion(view, terms, of.1);
        let of_out = terms.order == view.plan.out.order;
        let income = || view.plan.wallet.wrong_income(&self.house, view, terms, of);
        beyond.into_iter().chain(of_out.then(income).flatten()).collect()
    }

    fn comes_of(view: &View<'_>, end: &str) -> Option<Origin> {
        ends::comes_of(view, end)
    }

    fn order_of<'a>(plan: &'a Plan, end: &str) -> Option<&'a ApplicationLeg> {
        (end == ends::BUY_END).then_some(&plan.buy)
    }

    fn takes_back(plan: &Plan, leg: &ApplicationLeg, scope: Scope) -> bool {
        match scope {
            Scope::All => true,
            Scope::Conversion => leg.order != plan.buy.order,
            Scope::Target => leg.order == plan.target.order,
        }
    }

    fn lacks(view: &View<'_>) -> Vec<Lack> {
        ends::lacks(view)
    }

    fn legs(plan: &Plan) -> Vec<&ApplicationLeg> {
        vec![&plan.buy, &plan.out, &plan.target]
    }

    fn book(&self, turn: &mut Turn<'_>) -> Result<usize, NotDone> {
        self.books(turn)
    }

    fn cost(&self, view: &View<'_>, leg: &ApplicationLeg, _day: TradingDay) -> CostThen {
        Ok(cost_of(view, leg))
    }
}
