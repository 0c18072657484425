//! The conversion as a saga that orders of registrars.

use super::{
    act, facts,
    saga::{Conversion, Plan, Turn, View},
};
use crate::{
    house::{CostThen, House},
    parts::{
        application::{ApplicationLeg, FundSaga},
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
    orders::Cause,
    time::Timestamp,
};
use fundflow_runtime::turn::NotDone;

impl FundSaga for Conversion {
    fn house(&self) -> &House {
        &self.house
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

    /// The terms of a later T may have another discount, and a campaign may be over.
    fn cost(&self, view: &View<'_>, _leg: &ApplicationLeg, day: TradingDay) -> CostThen {
        let request = &view.open.request;
        let fund = self.house.terms(request.fund, day)?;
        let target = self.house.terms(request.into, day)?;
        Ok(act::cost(view, (&fund, &target), day))
    }

    fn takes_from(view: &View<'_>, _: &ApplicationLeg) -> Option<ShareBook> {
        Some(ShareBook::Holdings(view.plan.holdings.key.clone()))
    }

    /// Shares of a fund that is no money fund have no income, and no conversion pays any out.
    fn findings(
        &self,
        _view: &View<'_>,
        _terms: &Terms,
        (_, said): (&[Confirmation], &Confirmation),
    ) -> Vec<Finding> {
        unowed::income(said).into_iter().collect()
    }

    fn refuses(&self, view: &View<'_>, _leg: &ApplicationLeg, day: TradingDay) -> Option<Cause> {
        self.refuses_on(view, day)
    }

    fn lacks(view: &View<'_>) -> Vec<Lack> {
        facts::lacks(view)
    }

    fn legs(plan: &Plan) -> Vec<&ApplicationLeg> {
        vec![&plan.out]
    }

    fn book(&self, turn: &mut Turn<'_>) -> Result<usize, NotDone> {
        let plan = turn.plan();
        let taken = plan.holdings.book_out(turn, &plan.out)?;
        Ok(taken + self.book_in(turn)?)
    }

    fn moves(
        &self,
        turn: &mut Turn<'_>,
        _leg: &ApplicationLeg,
        day: TradingDay,
    ) -> Result<Option<Cause>, NotDone> {
        self.moved(turn, day)
    }
}
