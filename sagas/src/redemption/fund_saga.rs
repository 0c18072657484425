//! The redemption as a saga that orders of registrars.

use super::{
    Request, facts,
    saga::{Plan, Redemption, Turn, View},
};
use crate::{
    house::House,
    parts::{
        application::{ApplicationLeg, FundSaga},
        by_hand::Origin,
        check,
        lacking::Lack,
        leaving,
        share_book::ShareBook,
        unowed,
    },
};
use fundflow_domain::{
    admission::leaving::Admitted,
    application::{Confirmation, Terms},
    calendar::TradingDay,
    case::Finding,
    ids::AccountRef,
    orders::Cause,
    time::Timestamp,
};
use fundflow_runtime::turn::NotDone;

impl FundSaga for Redemption {
    fn house(&self) -> &House {
        &self.house
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

    fn leaving(
        &self,
        view: &View<'_>,
        terms: &Terms,
        of: (&[Confirmation], &Confirmation),
    ) -> Option<check::Leaving> {
        let customer = view.open.promise.customer;
        leaving::cost(&self.house, view, &view.plan.holdings, (terms, of), customer)
    }

    fn findings(
        &self,
        _view: &View<'_>,
        _terms: &Terms,
        (_, said): (&[Confirmation], &Confirmation),
    ) -> Vec<Finding> {
        unowed::income(said).into_iter().collect()
    }

    fn takes_from(view: &View<'_>, _: &ApplicationLeg) -> Option<ShareBook> {
        Some(ShareBook::Holdings(view.plan.holdings.key.clone()))
    }

    fn refuses(&self, view: &View<'_>, _leg: &ApplicationLeg, day: TradingDay) -> Option<Cause> {
        self.refuses_on(view, day)
    }

    fn comes_of(view: &View<'_>, end: &str) -> Option<Origin> {
        facts::comes_of(view, end)
    }

    fn lacks(view: &View<'_>) -> Vec<Lack> {
        vec![view.plan.holdings.lack_out(view, &view.plan.out)]
    }

    fn legs(plan: &Plan) -> Vec<&ApplicationLeg> {
        vec![&plan.out]
    }

    fn book(&self, turn: &mut Turn<'_>) -> Result<usize, NotDone> {
        let plan = turn.plan();
        plan.holdings.book_out(turn, &plan.out)
    }
}
