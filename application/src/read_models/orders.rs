//! Orders as people read them: what the registrar was asked and said, and the money for it.
//!
//! ```text
//! application-{no}  ─┐
//!                    ├─ by order ID ─> OrderRow
//! payment-{no}      ─┘
//! ```
//!
//! An order that is paid for first has a payment before it has an application; one that leaves a fund
//! never has a payment. Until there is an application, the request says for whom it is, and of which fund.

use super::{ConfirmedRow, Follow, StreamFold, Streams};
use chrono::NaiveDate;
use fundflow_domain::{
    application::{Application, Applications, Ask, Confirmation, Last, Stage},
    calendar::TradingDay,
    ids::{ApplicationNo, FundCode, InvestorId, OrderId, PaymentNo, TransactionId},
    money::{Amount, Shares},
    orders::{Cause, Serial},
    payment::{self, Payment, Payments},
    time::Timestamp,
};
use fundflow_kernel::{
    envelope::{Recorded, StreamName},
    store::{EventStore, Position, ReadError, Version},
    streams::Key,
};
use serde::{Deserialize, Serialize};
use std::{collections::BTreeMap, sync::Arc};

/// Every order: its application, its payment, or both.
#[derive(Debug, Default)]
pub struct Orders {
    at: Position,
    applications: Streams<Applications>,
    payments: Streams<Payments>,
    requests: BTreeMap<TransactionId, Requested>,
    numbers: BTreeMap<OrderId, Numbers>,
}

/// Under which stream IDs an order's parts are found.
#[derive(Debug, Clone, Default)]
struct Numbers {
    application: Option<Box<str>>,
    payment: Option<Box<str>>,
}

/// The parts of one order.
#[derive(Debug, Clone, Copy)]
pub struct Order<'a> {
    /// Its application, once it was placed.
    pub application: Option<(&'a Application, &'a StreamFold<Applications>)>,
    /// Its payment, once it was requested.
    pub payment: Option<(&'a Payment, &'a StreamFold<Payments>)>,
    /// The request that it is a part of.
    pub request: Option<&'a Requested>,
}

/// What is paid for, as the request of its transaction says.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Requested {
    investor: InvestorId,
    /// The fund that the money buys; in a discount purchase that is the money fund.
    #[serde(alias = "wallet_fund")]
    fund: FundCode,
}

impl Requested {
    /// Out of the first event of a transaction, where that says so.
    fn of(event: &Recorded) -> Option<Self> {
        #[derive(Deserialize)]
        struct Prepared {
            request: Requested,
        }
        let is_first = event.version.0 == 1 && event.event.event_type.ends_with(".prepared");
        let prepared = || serde_json::from_str::<Prepared>(&event.event.data).ok();
        is_first.then(prepared)?.map(|it| it.request)
    }
}

/// A refund of an order's payment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RefundRow {
    /// Its idempotency key at the channel.
    pub no: PaymentNo,
    /// How much goes back, in yuan.
    pub amount: Amount,
    /// The channel has confirmed it.
    pub arrived: bool,
}

/// One order in a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OrderRow {
    /// Its name, `{transaction}.{part}`.
    pub order: OrderId,
    /// Owns the shares, before or after.
    pub investor: Option<InvestorId>,
    /// `purchase`, `redemption` and so on; `payment` while only that is known.
    pub kind: &'static str,
    /// Bought, redeemed, or converted out of.
    pub fund: Option<FundCode>,
    /// The fund that it is converted into.
    pub into: Option<FundCode>,
    /// Yuan that were asked for; none of an order of shares.
    pub amount: Option<Amount>,
    /// Asked, in shares of `fund`.
    pub shares: Option<Shares>,
    /// The T that it belongs to.
    pub trade_date: TradingDay,
    /// Stage of its life cycle.
    pub stage: &'static str,
    /// Why it ended without shares.
    pub cause: Option<Cause>,
    /// The number under which the registrar knows it.
    pub application: Option<ApplicationNo>,
    /// The number under which the channel knows its payment.
    pub payment: Option<PaymentNo>,
    /// How far the payment is.
    pub payment_stage: Option<&'static str>,
    /// The channel's number of the applied payment.
    pub payment_serial: Option<Serial>,
    /// Money on its way back, or back.
    pub refunds: Vec<RefundRow>,
    /// Registered by it: of `fund`, or of `into`; gone by it where none are registered.
    pub confirmed_shares: Option<Shares>,
    /// What its records confirmed, in shares and money.
    pub confirmed: Option<ConfirmedRow>,
    /// When it was placed, or its payment requested.
    pub since: Timestamp,
    /// Instant of its last event.
    pub moved: Timestamp,
}

impl Orders {
    /// Every order, by ID.
    pub fn iter(&self) -> impl Iterator<Item = (&OrderId, Order<'_>)> {
        self.numbers.iter().map(|(order, numbers)| (order, self.parts(order, numbers)))
    }

    /// The order of that name, once anything was asked for it.
    pub fn get(&self, order: &OrderId) -> Option<Order<'_>> {
        Some(self.parts(order, self.numbers.get(order)?))
    }

    /// What registrars confirmed at the price of that fund and day, or of a later day where they carried a rest
    /// over. Once such a price is published, each record that is handed to the engine again is held against it.
    pub fn confirmed_at(
        &self,
        fund: FundCode,
        day: NaiveDate,
    ) -> impl Iterator<Item = (&ApplicationNo, &Confirmation)> {
        let all = self.applications.iter().filter_map(|(_, fold)| fold.loaded.state.application());
        let of = move |it: &&Application| {
            let (terms, t) = (&it.terms, it.terms.trade_date.date());
            let its = terms.fund == fund || into(&terms.ask) == Some(fund);
            its && (t == day || (t < day && !it.portions.is_empty()))
        };
        all.filter(of).flat_map(|it| it.confirmations().map(|said| (&it.terms.no, said)))
    }

    /// Every application, by number.
    pub const fn applications(&self) -> &Streams<Applications> {
        &self.applications
    }

    /// Every payment, by number.
    pub const fn payments(&self) -> &Streams<Payments> {
        &self.payments
    }

    fn parts(&self, order: &OrderId, numbers: &Numbers) -> Order<'_> {
        let application = numbers.application.as_deref().and_then(|no| self.applications.get(no));
        let payment = numbers.payment.as_deref().and_then(|no| self.payments.get(no));
        let transaction = order.as_str().rsplit_once('.').map(|(transaction, _)| transaction);
        let transaction = transaction.and_then(|it| TransactionId::new(it).ok());
        let request = transaction.and_then(|it| self.requests.get(&it));
        Order { request, ..Order::of(application, payment) }
    }
}

impl Follow for Orders {
    fn at(&self) -> Position {
        self.at
    }

    fn hear(&mut self, event: &Recorded) -> Result<(), ReadError> {
        self.applications.hear(event)?;
        self.payments.hear(event)?;
        self.at = self.at.max(event.position);
        if event.version.0 != 1 {
            return Ok(());
        }
        if let Some(request) = Requested::of(event) {
            self.requests.insert(event.event.correlation.clone(), request);
        }
        let id = event.stream.id();
        if let Some(fold) = self.applications.get(id)
            && let Some(application) = fold.loaded.state.application()
        {
            let order = application.terms.order.clone();
            self.numbers.entry(order).or_default().application = Some(id.into());
        }
        if let Some(fold) = self.payments.get(id)
            && let Some(payment) = fold.loaded.state.payment()
        {
            let order = payment.terms.order.clone();
            self.numbers.entry(order).or_default().payment = Some(id.into());
        }
        Ok(())
    }
}

impl<'a> Order<'a> {
    /// Of these two streams.
    pub fn of(
        application: Option<&'a StreamFold<Applications>>,
        payment: Option<&'a StreamFold<Payments>>,
    ) -> Self {
        let application =
            application.and_then(|fold| Some((fold.loaded.state.application()?, fold)));
        let payment = payment.and_then(|fold| Some((fold.loaded.state.payment()?, fold)));
        Self { application, payment, request: None }
    }

    /// As a row of a list; `None` for an order that nobody placed or paid for.
    pub fn row(&self, order: OrderId) -> Option<OrderRow> {
        let application = self.application.map(|(application, _)| application);
        let payment = self.payment.map(|(payment, _)| payment);
        let terms = application.map(|application| &application.terms);
        let ask = terms.map(|terms| &terms.ask);
        let paid_for = payment.map(|payment| payment.terms.trade_date);
        let (stage, cause) = match (application, payment) {
            (Some(application), _) => (application.stage.name(), cause_of(&application.stage)),
            (None, Some(payment)) if is_paid_back(payment) => (PAID_BACK, unpaid(&payment.stage)),
            (None, Some(payment)) => (stage_name(&payment.stage), unpaid(&payment.stage)),
            (None, None) => return None,
        };
        let of_application = self.application.map(|(_, fold)| (fold.since, fold.moved));
        let of_payment = self.payment.map(|(_, fold)| (fold.since, fold.moved));
        let confirmed = application.and_then(ConfirmedRow::of);
        let times = || [of_application, of_payment].into_iter().flatten();
        Some(OrderRow {
            order,
            investor: terms
                .map(|terms| &terms.investor)
                .or(self.request.map(|it| &it.investor))
                .cloned(),
            kind: ask.map_or("payment", Ask::name),
            fund: terms.map(|terms| terms.fund).or(self.request.map(|it| it.fund)),
            into: ask.and_then(into),
            amount: ask.and_then(amount).or(payment.map(|payment| payment.terms.amount)),
            shares: ask.and_then(shares),
            trade_date: terms.map(|terms| terms.trade_date).or(paid_for)?,
            stage,
            cause: cause.cloned(),
            application: terms.map(|terms| terms.no.clone()),
            payment: payment.map(|payment| payment.terms.no.clone()),
            payment_stage: payment.map(|payment| stage_name(&payment.stage)),
            payment_serial: payment.and_then(|it| Some(it.applied()?.serial.clone())),
            refunds: payment.map_or_else(Vec::new, refunds),
            confirmed_shares: confirmed.as_ref().and_then(ConfirmedRow::shares),
            confirmed,
            since: times().map(|(since, _)| since).min()?,
            moved: times().map(|(_, moved)| moved).max()?,
        })
    }
}

/// The streams of one order, read from the store.
#[derive(Debug)]
pub struct OrderStreams {
    /// What the registrar was asked and said.
    pub application: StreamFold<Applications>,
    /// What the channel was asked and said.
    pub payment: StreamFold<Payments>,
    /// The request that it is a part of, where nothing was placed yet.
    pub request: Option<Requested>,
    /// The events of both, in commit order.
    pub events: Vec<Recorded>,
}

impl OrderStreams {
    ///
    /// # Errors
    /// As the store's, and [`ReadError::Damaged`] as any replay.
    pub async fn load<S: EventStore>(store: &S, order: &OrderId) -> Result<Self, ReadError> {
        let application: StreamName =
            Key::<Applications>::of(&ApplicationNo::of(order)).stream().clone();
        let payment = Key::<Payments>::of(&PaymentNo::pay(order)).stream().clone();
        let (application, mut events) = StreamFold::load(store, &application).await?;
        let (payment, of_payment) = StreamFold::load(store, &payment).await?;
        let request = match of_payment.first() {
            Some(first) if events.is_empty() => requested_by(store, first).await?,
            Some(_) | None => None,
        };
        events.extend(of_payment);
        events.sort_by_key(|event| event.position);
        Ok(Self { application, payment, request, events })
    }

    /// Both parts, as far as they have begun.
    pub fn order(&self) -> Order<'_> {
        let request = self.request.as_ref();
        Order { request, ..Order::of(Some(&self.application), Some(&self.payment)) }
    }
}

/// The request of the transaction that an event belongs to.
async fn requested_by<S: EventStore>(
    store: &S,
    event: &Recorded,
) -> Result<Option<Requested>, ReadError> {
    let stream = format!("{}-{}", event.event.process, event.event.correlation);
    let Ok(stream) = StreamName::try_from(Arc::<str>::from(stream)) else { return Ok(None) };
    let events = store.read(&stream, Version(0), 1).await?;
    Ok(events.first().and_then(Requested::of))
}

/// The stage of an order that was paid for and never placed, and whose money goes back.
const PAID_BACK: &str = "paid back";

fn is_paid_back(payment: &Payment) -> bool {
    payment.applied().is_some() && payment.left().is_zero()
}

fn refunds(payment: &Payment) -> Vec<RefundRow> {
    let row = |refund: &payment::Refund| RefundRow {
        no: refund.no.clone(),
        amount: refund.amount,
        arrived: refund.arrived.is_some(),
    };
    payment.refunds.iter().map(row).collect()
}

const fn into(ask: &Ask) -> Option<FundCode> {
    match ask {
        Ask::Conversion { into, .. } => Some(*into),
        Ask::Subscription { .. }
        | Ask::Purchase { .. }
        | Ask::Redemption { .. }
        | Ask::FastTransfer { .. } => None,
    }
}

const fn amount(ask: &Ask) -> Option<Amount> {
    match ask {
        Ask::Subscription { amount } | Ask::Purchase { amount, .. } => Some(*amount),
        Ask::Redemption { .. } | Ask::Conversion { .. } | Ask::FastTransfer { .. } => None,
    }
}

const fn shares(ask: &Ask) -> Option<Shares> {
    match ask {
        Ask::Subscription { .. } | Ask::Purchase { .. } => None,
        Ask::Redemption { shares, .. }
        | Ask::Conversion { shares, .. }
        | Ask::FastTransfer { shares, .. } => Some(*shares),
    }
}

const fn stage_name(stage: &payment::Stage) -> &'static str {
    match stage {
        payment::Stage::Requested => "payment requested",
        payment::Stage::Paid(_) => "paid",
        payment::Stage::Declined(_) => "declined",
        payment::Stage::Closed(_) => "payment closed",
    }
}

const fn unpaid(stage: &payment::Stage) -> Option<&Cause> {
    match stage {
        payment::Stage::Declined(cause) | payment::Stage::Closed(cause) => Some(cause),
        payment::Stage::Requested | payment::Stage::Paid(_) => None,
    }
}

const fn cause_of(stage: &Stage) -> Option<&Cause> {
    match stage {
        Stage::Rejected(rejection) | Stage::PartlyConfirmed(Last::Rejection(rejection)) => {
            Some(&rejection.cause)
        }
        Stage::Cancelled(cause) => Some(cause),
        Stage::Placed
        | Stage::Accepted
        | Stage::Sealed
        | Stage::Sent
        | Stage::Received
        | Stage::Confirming
        | Stage::Confirmed(_)
        | Stage::PartlyConfirmed(Last::Confirmation(_)) => None,
    }
}
