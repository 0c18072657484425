//! An order for shares that money of any kind pays for: from its placing to its lots.
//!
//! ```text
//! place (on the T of now) -> submit -> accepted -> confirmed -> credit
//!                              `---------`--> rejected
//! ```
//!
//! For sagas with one such order that a sponsor pays for: points, a gift, money of another business.
//! The sponsor's word is all that is needed: with the order its money is booked as paid, and what is
//! not spent as gone back.

use super::{
    application::{ApplicationLeg, FundSaga},
    holdings::HoldingsPart,
    on_day::OnDay,
    payment::PaymentLeg,
    refunds, timing,
};
use crate::{
    house::{Cost, House},
    ports::registrar::{ApplicationAnswer, RegistrarNotice},
};
use fundflow_domain::{
    application::{Applications, Ask, Confirmation, PromisedFee},
    calendar::TradingDay,
    case::Cases,
    holdings::Holdings,
    ids::{FundCode, InvestorId, OrderId},
    money::{Amount, Money},
    orders::{Cause, Serial},
    payment::{self, Payments, SentBack},
    time::Timestamp,
};
use fundflow_kernel::{
    envelope::StreamName,
    streams::{Need, Opener},
};
use fundflow_runtime::{
    plain::Part,
    port::Payload,
    saga::{Calling, Heard, OpenEnd, View},
    turn::{NotDone, Turn},
};
use rust_decimal::Decimal;

/// Keys and facts of an order for shares.
#[derive(Debug, Clone)]
pub struct Buying {
    /// The order at the registrar.
    pub leg: ApplicationLeg,
    /// The shares of that fund that the investor has.
    pub holdings: HoldingsPart,
    /// The investor who gets the shares.
    pub investor: InvestorId,
    /// Code of the fund that it is about.
    pub fund: FundCode,
    /// Yuan that it is placed for.
    pub worth: Decimal,
    /// The payment with the sponsor's money.
    pub payment: PaymentLeg,
    /// The account of the sponsor, as a token of the house.
    pub sponsor: &'static str,
}

/// State by the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Bought {
    /// It is paid for and placed, on the T of that instant.
    Ordered,
    /// The registrar's front took it.
    Accepted,
    /// No shares will come of it.
    Rejected,
    /// The registrar's last word is shares, and no record of it is in dispute.
    Confirmed,
    /// Every share that it brought is in a lot, and the sponsor has what was not spent.
    Credited,
    /// The sponsor has all of its money.
    Returned,
}

/// A command of a row about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Buy {
    /// Pay for it and place it, free of charge.
    Order,
    /// Close it without the registrar's word.
    Close,
    /// Book the shares, and what was not spent.
    Credit,
    /// Book the sponsor's money back: no shares came.
    Return,
}

impl Buying {
    /// That order for that investor, for so many yuan of that sponsor's account.
    pub fn of(
        investor: &InvestorId,
        fund: FundCode,
        order: &OrderId,
        (worth, sponsor): (Decimal, &'static str),
    ) -> Self {
        let (leg, payment) = (ApplicationLeg::of(order), PaymentLeg::of(order));
        let holdings = HoldingsPart::of(investor, fund, order);
        Self { leg, holdings, investor: investor.clone(), fund, worth, payment, sponsor }
    }

    /// The promise for such an order at that instant.
    ///
    /// # Errors
    /// The reason, in words, why nobody can place it: the calendar, the fund, the amount.
    pub fn promise(&self, house: &House, requested_at: Timestamp) -> Result<OnDay, &'static str> {
        let ends = "the trading calendar ends too early for it; install the exchange's calendar for \
                    the next year";
        let day = house.calendar.t_of(requested_at).map_err(|_| ends)?;
        let fund = (house.funds)(self.fund, day.date()).ok_or("there is no such fund")?;
        if !fund.status_on(day.date()).permits_purchase() {
            return Err("the fund takes no purchases on that day");
        }
        Amount::new(self.worth).map_err(|_| "it is worth less than 0.01 or more than can be")?;
        // A day more than the registrar has: on it a person is called if nothing came.
        let confirmed = fund.confirmed_by(&house.calendar, day);
        confirmed.and_then(|day| house.calendar.plus(day, 1)).map_err(|_| ends)?;
        Ok(OnDay { requested_at, trade_date: day })
    }

    /// Whether the log says so.
    pub fn holds<S: FundSaga>(&self, view: &View<'_, S>, fact: Bought) -> bool {
        match fact {
            Bought::Ordered => self.leg.is_placed(view),
            Bought::Accepted => self.leg.is_accepted(view),
            Bought::Rejected => self.leg.is_rejected(view),
            Bought::Confirmed => self.leg.is_confirmed(view) && self.leg.is_sound(view),
            Bought::Credited => {
                let confirmed = self.leg.is_confirmed(view);
                confirmed && self.holdings.is_credited(view, &self.leg) && self.is_settled(view)
            }
            Bought::Returned => self.payment.is_paid_back(view) && self.payment.owes_nothing(view),
        }
    }

    /// Decides a command of a row.
    ///
    /// # Errors
    /// [`NotDone`]; nothing has changed.
    pub fn act<S: FundSaga>(
        &self,
        saga: &S,
        turn: &mut Turn<'_, S>,
        what: Buy,
    ) -> Result<usize, NotDone> {
        match what {
            Buy::Order => self.place(saga, turn, PromisedFee::Exact(Money::ZERO)),
            Buy::Close => self.leg.close(turn),
            Buy::Credit => {
                let (credited, spent) = (self.holdings.credit(turn, &self.leg)?, self.spent(turn)?);
                Ok(credited + spent + self.settle(turn)?)
            }
            Buy::Return => {
                let cause = Cause::new("not_bought", "no shares came of it");
                Ok(self.payment.pay_back(turn, cause)? + self.settle(turn)?)
            }
        }
    }

    /// What every record of the registrar left unspent is owed back.
    fn spent<S: FundSaga>(&self, turn: &mut Turn<'_, S>) -> Result<usize, NotDone> {
        let mut events = 0;
        for (due_to, amount) in self.unspent(&turn.view()?) {
            let cause = Cause::new("not_accepted", "the registrar accepted a part of the amount");
            let what = SentBack::Difference { due_to, amount };
            events += self.payment.send_back(turn, what, cause)?;
        }
        Ok(events)
    }

    fn unspent<S: FundSaga>(&self, view: &View<'_, S>) -> Vec<(Serial, Amount)> {
        let Some(application) = self.leg.application(view) else { return Vec::new() };
        let part = |said: &Confirmation| {
            Some((said.serial.clone(), Amount::checked(said.outcome.refund().decimal())?))
        };
        application.confirmations().filter_map(part).collect()
    }

    /// What is owed back has gone back: the sponsor's account is ours to book.
    fn settle<S: FundSaga>(&self, turn: &mut Turn<'_, S>) -> Result<usize, NotDone> {
        let mut events = 0;
        while let Some(owed) = self.payment.owed(&turn.view()?) {
            let no = owed.no.clone();
            let serial = serial(no.as_str())?;
            let returned = payment::Command::RecordReturned { no, serial };
            events += turn.decide(&self.payment.key, &returned)?;
        }
        Ok(events)
    }

    fn is_settled<S: FundSaga>(&self, view: &View<'_, S>) -> bool {
        let Some(payment) = self.payment.payment(view) else { return false };
        let returned = |due: &Serial| {
            let of = payment::Of::Difference { due_to: due.clone() };
            payment.refunds.iter().any(|it| it.of == of && it.arrived.is_some())
        };
        self.unspent(view).iter().all(|(due, _)| returned(due))
    }

    /// The sponsor's money, as its word says: requested and paid.
    fn pay<S: FundSaga>(
        &self,
        turn: &mut Turn<'_, S>,
        amount: Amount,
        day: TradingDay,
    ) -> Result<usize, NotDone> {
        let account = self.sponsor.parse().map_err(|_| NotDone::Lacks("the sponsor's account"))?;
        let (no, order) = (self.payment.no.clone(), self.leg.order.clone());
        let terms = payment::Terms {
            no: no.clone(),
            account,
            amount,
            order,
            trade_date: day,
            asked_at: None,
        };
        let receipt = payment::Receipt {
            serial: serial(no.as_str())?,
            no,
            amount: amount.into(),
            paid_at: turn.now(),
        };
        let requested = self.payment.request(turn, terms)?;
        let paid = payment::Command::RecordPaid(receipt);
        Ok(requested + turn.decide(&self.payment.key, &paid)?)
    }

    /// Pays for it and places it on the T of now, for that fee.
    ///
    /// # Errors
    /// [`NotDone`]; nothing has changed.
    pub fn place<S: FundSaga>(
        &self,
        saga: &S,
        turn: &mut Turn<'_, S>,
        fee: PromisedFee,
    ) -> Result<usize, NotDone> {
        let house = saga.house();
        let day = house.t_of(turn.now())?;
        let fund = house.terms(self.fund, day)?;
        let promised = house.promise(&[&fund], day, Cost::undiscounted(fee))?;
        let amount = Amount::new(self.worth).map_err(|_| NotDone::Lacks("an amount"))?;
        let ask = Ask::Purchase { amount, plan: None };
        let terms = self.leg.terms(&fund, self.investor.clone(), ask, day, promised);
        Ok(self.pay(turn, amount, day)? + self.leg.place(turn, terms)?)
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
            timing::late_acceptance(saga, turn, &self.leg, true, None)?;
        }
        self.leg.hear(saga, turn, said)
    }

    /// Unasked news about it.
    pub fn news(&self, stream: &StreamName, news: &Payload) -> Option<ApplicationAnswer> {
        let RegistrarNotice(said) = news.downcast_ref()?;
        (self.leg.key.stream() == stream).then(|| said.clone())
    }

    /// What is still under way, in yuan: what was given for it, under that name, until its shares are booked;
    /// and the order, until they are or the sponsor has its money. Of an order that is confirmed in part, the rest.
    pub fn open_ends<S: FundSaga>(
        &self,
        view: &View<'_, S>,
        given: Option<&'static str>,
    ) -> Vec<OpenEnd> {
        let booked = self.holdings.is_credited(view, &self.leg);
        let bought = self.leg.application(view).filter(|_| booked).and_then(refunds::accepted);
        let worth = (self.worth - bought.unwrap_or_default().decimal()).max(Decimal::ZERO);
        let end = |name: &'static str| OpenEnd { name: name.into(), worth };
        let credited = self.holds(view, Bought::Credited);
        let over = credited || self.holds(view, Bought::Returned);
        let order = (self.leg.is_placed(view) && !over).then_some("order");
        given.filter(|_| !credited).into_iter().chain(order).map(end).collect()
    }

    /// The T that it was placed on, or moved to.
    pub fn day<S: FundSaga>(&self, view: &View<'_, S>) -> TradingDay {
        self.leg.trade_date(view).unwrap_or_else(|| timing::promised_day(view))
    }

    /// The instant that a row refers to. `None` past the calendar's end.
    pub fn when<S: FundSaga>(
        &self,
        saga: &S,
        view: &View<'_, S>,
        when: BuyBy,
    ) -> Option<Timestamp> {
        let (house, day) = (saga.house(), self.day(view));
        let due = self.leg.application(view).map_or(day, |it| it.terms.promised.confirm_by);
        match when {
            BuyBy::NextCutOff => house.cut_off_after(day, 1),
            BuyBy::Due => house.noon_after(due, 0),
            BuyBy::Overdue => house.noon_after(due, 1),
        }
    }
}

impl Part for Buying {
    fn openers() -> Vec<Opener> {
        vec![
            Opener::of::<Payments>(),
            Opener::of::<Applications>(),
            Opener::of::<Holdings>(),
            Opener::of::<Cases>(),
        ]
    }

    fn needs(&self) -> Vec<Need> {
        vec![self.payment.key.need(), self.leg.key.need(), self.holdings.key.need()]
    }

    fn own(&self) -> Vec<StreamName> {
        vec![self.payment.key.stream().clone(), self.leg.key.stream().clone()]
    }
}

/// The sponsor's number for a movement of its money: the end of our own, which is what differs.
fn serial(no: &str) -> Result<Serial, NotDone> {
    let end = no.get(no.len().saturating_sub(64)..).unwrap_or(no);
    end.parse().map_err(|_| NotDone::Lacks("a serial"))
}

/// A time that rows of a saga with such an order refer to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum BuyBy {
    /// The cut-off of the trading day after T.
    NextCutOff,
    /// Noon of the day on which the registrar must have confirmed; of T until it is ordered.
    Due,
    /// Noon of the trading day after that.
    Overdue,
}
