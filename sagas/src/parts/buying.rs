//! An order for shares that money of any kind pays for: from its placing to its lots.
//!
//! ```text
//! place (on the T of now) -> submit -> accepted -> confirmed -> credit
//!                              `---------`--> rejected
//! ```
//!
//! For sagas with one such order whose money is there when it is placed: money of another business,
//! points, a gift.

use super::{
    application::{ApplicationLeg, FundSaga},
    holdings::HoldingsPart,
    milestone::Scope,
    timing,
};
use crate::ports::registrar::{ApplicationAnswer, RegistrarNotice};
use fundflow_domain::{
    application::{Applications, Ask, PromisedFee},
    calendar::TradingDay,
    case::Cases,
    holdings::Holdings,
    ids::{FundCode, InvestorId, OrderId},
    money::{Amount, Discount},
    orders::Cause,
    time::Timestamp,
};
use fundflow_kernel::{
    envelope::StreamName,
    streams::{Need, Opener},
};
use fundflow_runtime::{
    port::Payload,
    saga::{Calling, Heard, OpenEnd, Saga, View},
    turn::{NotDone, Turn},
};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// What is promised where only the day is: for [`fund_saga!`](crate::fund_saga).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct OnDay {
    /// The instant of the request.
    pub requested_at: Timestamp,
    /// The T that it belongs to, if nothing keeps it longer.
    pub trade_date: TradingDay,
}

/// Keys and facts of an order for shares.
#[derive(Debug, Clone)]
pub struct Buying {
    /// The order at the registrar.
    pub leg: ApplicationLeg,
    /// The shares of that fund that the investor has.
    pub holdings: HoldingsPart,
    /// Gets the shares.
    pub investor: InvestorId,
    /// Of which fund.
    pub fund: FundCode,
}

impl Buying {
    /// That order for that investor.
    pub fn of(investor: &InvestorId, fund: FundCode, order: &OrderId) -> Self {
        let holdings = HoldingsPart::of(investor, fund, order);
        Self { leg: ApplicationLeg::of(order), holdings, investor: investor.clone(), fund }
    }

    /// The aggregates that it works on.
    pub fn aggregates() -> [Opener; 3] {
        [Opener::of::<Applications>(), Opener::of::<Holdings>(), Opener::of::<Cases>()]
    }

    /// Its streams.
    pub fn needs(&self) -> [Need; 2] {
        [self.leg.key.need(), self.holdings.key.need()]
    }

    /// The stream that may belong to nobody else.
    pub fn own(&self) -> StreamName {
        self.leg.key.stream().clone()
    }

    /// Places it on the T of now.
    ///
    /// # Errors
    /// [`NotDone`]; nothing has changed.
    pub fn place<S: FundSaga>(
        &self,
        saga: &S,
        turn: &mut Turn<'_, S>,
        amount: Amount,
        fee: PromisedFee,
    ) -> Result<usize, NotDone> {
        let house = saga.house();
        let day = house.t_of(turn.now())?;
        let fund = house.terms(self.fund, day)?;
        let promised = house.promise(&fund, day, fee, Discount::NONE)?;
        let ask = Ask::Purchase { amount, regular_plan: false };
        let terms = self.leg.terms(&fund, self.investor.clone(), ask, day, promised);
        self.leg.place(turn, terms)
    }

    /// The order, as it is handed in.
    pub fn submit<S: FundSaga>(
        &self,
        saga: &S,
        view: &View<'_, S>,
        now: Timestamp,
        wrap: fn(ApplicationAnswer) -> S::Answer,
    ) -> Option<Calling<S>> {
        let registrar = &self.leg.application(view)?.terms.registrar;
        let port = (saga.house().registrars)(registrar);
        Some(Calling::of(&port, self.leg.submit(view, now)?, wrap))
    }

    /// Records what the registrar says; what it takes too late moves to the next T first.
    ///
    /// # Errors
    /// [`NotDone`], for defects.
    pub fn hear<S: FundSaga>(
        &self,
        saga: &S,
        turn: &mut Turn<'_, S>,
        said: &ApplicationAnswer,
    ) -> Result<Heard, NotDone> {
        if matches!(said, ApplicationAnswer::Accepted(_)) {
            timing::late_acceptance(saga, turn, &self.leg, true, Scope::All)?;
        }
        self.leg.hear(saga, turn, said)
    }

    /// Unasked news about it.
    pub fn news(&self, stream: &StreamName, news: &Payload) -> Option<ApplicationAnswer> {
        let RegistrarNotice(said) = news.downcast_ref()?;
        (self.leg.key.stream() == stream).then(|| said.clone())
    }

    /// The registrar's last word is shares, and no record of it is in dispute.
    pub fn is_confirmed<S: FundSaga>(&self, view: &View<'_, S>) -> bool {
        self.leg.is_confirmed(view) && self.leg.is_sound(view)
    }

    /// Every share that it brought is in a lot.
    pub fn is_credited<S: FundSaga>(&self, view: &View<'_, S>) -> bool {
        self.leg.is_confirmed(view) && self.holdings.is_credited(view, &self.leg)
    }

    /// Books the shares.
    ///
    /// # Errors
    /// [`NotDone`]; what was decided before it stands.
    pub fn credit<S: Saga>(&self, turn: &mut Turn<'_, S>) -> Result<usize, NotDone> {
        self.holdings.credit(turn, &self.leg)
    }

    /// Closes it without the registrar's word.
    ///
    /// # Errors
    /// [`NotDone`]; nothing has changed.
    pub fn close<S: Saga>(&self, turn: &mut Turn<'_, S>) -> Result<usize, NotDone> {
        self.leg.close(turn, Cause::new("operator", "closed without the registrar's answer"))
    }

    /// It is placed, and its shares are neither booked nor refused. Yuan.
    pub fn open_end<S: FundSaga>(&self, view: &View<'_, S>, worth: Decimal) -> Option<OpenEnd> {
        let over = self.leg.is_rejected(view) || self.is_credited(view);
        let open = self.leg.is_placed(view) && !over;
        open.then(|| OpenEnd { name: "order".into(), worth })
    }

    /// The T that it was placed on, or moved to.
    pub fn day<S: FundSaga>(&self, view: &View<'_, S>) -> TradingDay {
        self.leg.trade_date(view).unwrap_or_else(|| timing::promised_day(view))
    }

    /// Noon of the n-th trading day after the registrar must have confirmed it; after T until it is
    /// placed. `None` past the calendar's end.
    pub fn noon_after_due<S: FundSaga>(
        &self,
        saga: &S,
        view: &View<'_, S>,
        n: u32,
    ) -> Option<Timestamp> {
        let due = self.leg.application(view).map(|it| it.terms.promised.confirm_by);
        saga.house().noon_after(due.unwrap_or_else(|| self.day(view)), n)
    }
}

/// Writes `impl FundSaga` for a saga with a field `house` that promises [`OnDay`].
#[macro_export]
macro_rules! fund_saga {
    ($saga:ident) => {
        impl $crate::parts::application::FundSaga for $saga {
            fn house(&self) -> &$crate::house::House {
                &self.house
            }

            fn requested_at(
                promise: &$crate::parts::buying::OnDay,
            ) -> ::fundflow_domain::time::Timestamp {
                promise.requested_at
            }

            fn trade_date(
                promise: &$crate::parts::buying::OnDay,
            ) -> ::fundflow_domain::calendar::TradingDay {
                promise.trade_date
            }
        }
    };
}
