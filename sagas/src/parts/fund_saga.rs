//! What the parts of a saga of the fund business ask of it.

use super::{
    application::ApplicationLeg,
    by_hand::Origin,
    check,
    lacking::Lack,
    milestone::{Milestone, Notes, Scope},
    share_book::ShareBook,
};
use crate::house::{CostThen, House};
use chrono::NaiveTime;
use fundflow_domain::{
    application::{Confirmation, Rejection, Terms},
    calendar::TradingDay,
    case::{CaseId, Finding},
    ids::AccountRef,
    money::Amount,
    orders::Cause,
    time::Timestamp,
};
use fundflow_kernel::streams::Need;
use fundflow_runtime::{
    process::Disposed,
    saga::{OpenEnd, Saga, View},
    turn::{NotDone, Turn},
};

/// A saga of the fund business: one whose milestones are those of [`super::milestone`].
pub trait FundSaga:
    Saga<Milestone = Milestone<<Self as Saga>::Promise>, Notes = Notes<<Self as Saga>::Promise>>
{
    /// Calendar, catalogue and names of ports.
    fn house(&self) -> &House;
    /// The instant of the request: nothing that belongs to it happened before.
    fn requested_at(promise: &Self::Promise) -> Timestamp;
    /// The T that was promised.
    fn trade_date(promise: &Self::Promise) -> TradingDay;
    /// The cut-off of its orders, where it is not the exchange's.
    ///
    /// # Errors
    /// [`NotDone::NotListed`]: the terms that say so are not there.
    fn cut_off(&self, view: &View<'_, Self>) -> Result<Option<NaiveTime>, NotDone> {
        let _ = view;
        Ok(None)
    }
    /// What leaving a fund costs by that confirmation, where the saga knows the lots that leave; `before`:
    /// those of the same order that stay beside it.
    fn leaving(
        &self,
        view: &View<'_, Self>,
        terms: &Terms,
        (before, confirmation): (&[Confirmation], &Confirmation),
    ) -> Option<check::Leaving> {
        let _ = (view, terms, before, confirmation);
        None
    }
    /// Why the order of that leg may not be one of that later T.
    fn refuses(
        &self,
        view: &View<'_, Self>,
        leg: &ApplicationLeg,
        day: TradingDay,
    ) -> Option<Cause> {
        let _ = (view, leg, day);
        None
    }
    /// The order of that leg is about to move to that later T: decides again what depends on the
    /// day. Returns why it may not move.
    ///
    /// # Errors
    /// [`NotDone`], for defects.
    fn moves(
        &self,
        turn: &mut Turn<'_, Self>,
        leg: &ApplicationLeg,
        day: TradingDay,
    ) -> Result<Option<Cause>, NotDone> {
        Ok(self.refuses(&turn.view()?, leg, day))
    }
    /// Streams that must be in memory to decide that.
    fn needs_to_move(
        &self,
        view: &View<'_, Self>,
        leg: &ApplicationLeg,
        day: TradingDay,
    ) -> Vec<Need> {
        let _ = (view, leg, day);
        Vec::new()
    }
    /// How much is taken back where the order of that leg may not move to a later T; none: it moves all the same.
    fn taken_back(plan: &Self::Plan, leg: &ApplicationLeg) -> Option<Scope> {
        let _ = (plan, leg);
        Some(Scope::All)
    }
    /// What that leg's order is promised to cost once it has moved to that T; `None`: as before.
    ///
    /// # Errors
    /// [`NotDone::NotListed`]: the terms that say so are not there.
    fn cost(&self, view: &View<'_, Self>, leg: &ApplicationLeg, day: TradingDay) -> CostThen {
        let _ = (view, leg, day);
        Ok(None)
    }
    /// The book with the shares that the order of that leg takes; `None` where it takes none of the
    /// investor's.
    fn takes_from(view: &View<'_, Self>, leg: &ApplicationLeg) -> Option<ShareBook> {
        let _ = (view, leg);
        None
    }
    /// What does not add up in a confirmation besides what holds of any saga's; `before`: those of
    /// the same order that stay beside it.
    fn findings(
        &self,
        view: &View<'_, Self>,
        terms: &Terms,
        (before, confirmation): (&[Confirmation], &Confirmation),
    ) -> Vec<Finding> {
        let _ = (view, terms, before, confirmation);
        Vec::new()
    }
    /// The open case, on no record of its own, that a record ends in the place of the last one of that leg's order.
    fn ended_by(
        view: &View<'_, Self>,
        leg: &ApplicationLeg,
        confirmation: &Confirmation,
    ) -> Option<CaseId> {
        let _ = (view, leg, confirmation);
        None
    }
    /// Why a person must see that rejection of the leg's order.
    fn rejected(&self, view: &View<'_, Self>, of: (&ApplicationLeg, &Rejection)) -> Vec<Finding> {
        let _ = (view, of);
        Vec::new()
    }
    /// Where the money of that open end comes from; `None` for what is no money, and for money that the
    /// engine has on its way already.
    fn comes_of(view: &View<'_, Self>, end: &str) -> Option<Origin> {
        let _ = (view, end);
        None
    }
    /// The order whose money that open end is.
    fn order_of<'a>(plan: &'a Self::Plan, end: &str) -> Option<&'a ApplicationLeg> {
        let _ = (plan, end);
        None
    }
    /// What each end is worth now that a person may have: its open ends, and what was left to others.
    fn owed(view: &View<'_, Self>) -> Vec<OpenEnd> {
        Self::open_ends(view)
    }
    /// What its case says of an end that is worth something else than was reported to a person, where more figures
    /// belong to that than the two.
    fn found(view: &View<'_, Self>, end: &Disposed) -> Option<Finding> {
        let _ = (view, end);
        None
    }
    /// Shares that its records lack, book by book and order by order: shares that they moved, and that are not there.
    fn lacks(view: &View<'_, Self>) -> Vec<Lack> {
        let _ = view;
        Vec::new()
    }
    /// Its orders at registrars, whether they were placed or not.
    fn legs(plan: &Self::Plan) -> Vec<&ApplicationLeg> {
        let _ = plan;
        Vec::new()
    }
    /// Whether taking back so much of it takes back the order of that leg.
    fn takes_back(plan: &Self::Plan, leg: &ApplicationLeg, scope: Scope) -> bool {
        let _ = (plan, leg, scope);
        true
    }
    /// The investor's own account, where the request names one: money of ours goes there.
    fn account(request: &Self::Request) -> Option<&AccountRef> {
        let _ = request;
        None
    }
    /// Whether the investor has, or may have, a bank's cash for what the saga moves: money of ours on top would
    /// be paid twice.
    fn has_the_cash(view: &View<'_, Self>) -> bool {
        let _ = view;
        false
    }
    /// Yuan that were asked for, and what of them a day's limit lets in by what is promised now.
    fn let_in(view: &View<'_, Self>) -> Option<(Amount, Amount)> {
        let _ = view;
        None
    }
    /// Whether a death has cut off what else follows from what its own aggregates say than what follows for any
    /// saga.
    fn is_cut_off(view: &View<'_, Self>) -> bool {
        let _ = view;
        false
    }
    /// Decides that. Returns how many events followed.
    ///
    /// # Errors
    /// [`NotDone`]; nothing of it was decided.
    fn finish(&self, turn: &mut Turn<'_, Self>) -> Result<usize, NotDone> {
        let _ = turn;
        Ok(0)
    }
    /// Brings the shares of its wallets and holdings to what the registrars' records and the cases
    /// say. Returns how many events followed.
    ///
    /// # Errors
    /// [`NotDone`]; what was decided before it stands.
    fn book(&self, turn: &mut Turn<'_, Self>) -> Result<usize, NotDone> {
        let _ = turn;
        Ok(0)
    }
}

/// Books as far as it goes. What cannot be booked here is booked beside the table, which parks with the
/// reason. Returns how many events followed.
pub fn book<S: FundSaga>(saga: &S, turn: &mut Turn<'_, S>) -> usize {
    turn.as_far_as_it_goes(|turn| saga.book(turn)).unwrap_or(0)
}
