//! Books goods from a shelf and has a carrier send them.
//!
//! ```text
//! reserve (shelf) -> order (parcel) -> send (carrier) -> shipped
//!    release <------------- refused or cancelled            failed
//! ```
//!
//! A large booking gets a receipt from the carrier after its end.

use crate::{
    carrier::{Carrier, Parcels, Said},
    goods::{OnShelf, Parcel, Reserved, Shelf, ToParcel},
};
use fundflow::{
    kernel::{
        cause::Cause,
        envelope::StreamName,
        ids::TransactionId,
        streams::{Key, Need, Opener, Streams},
        time::Timestamp,
    },
    runtime::{
        port::{Callee, Payload, PortName},
        process::Open,
        process_names,
        saga::{Calling, Clash, Heard, Names, OpenEnd, Preparing, Saga, View},
        step::{Exit, Table, act, call, well_formed},
        turn::{NotDone, Turn},
    },
};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// Gives up waiting for the carrier at that instant.
#[derive(Debug)]
pub(crate) struct Booking {
    pub(crate) deadline: Timestamp,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Wanted {
    pub(crate) item: String,
    pub(crate) pieces: u32,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Promised {
    pub(crate) pieces: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) enum Never {}

#[derive(Debug)]
pub(crate) struct Cancel;

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Refusal {
    #[error("{left} pieces are left")]
    SoldOut { left: u32 },
    #[error(transparent)]
    Clash(#[from] Clash),
    #[error("too late")]
    TooLate,
}

#[derive(Debug, Clone)]
pub(crate) struct Plan {
    shelf: Key<Shelf>,
    parcel: Key<Parcel>,
    carrier: PortName,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Fact {
    Reserved,
    Released,
    Ordered,
    Sent,
    Refused,
    Ended,
    ReceiptSent,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Do {
    Reserve,
    Release,
    Order,
    Refuse,
    Complete,
    Fail,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Call {
    Send,
    Receipt,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Deadline;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Ending {
    Shipped,
    Failed,
}

const SMALL: Table<Booking> = Table {
    version: "small.v1",
    title: "a booking",
    steps: &[
        act("reserve", Do::Reserve, Fact::Reserved).row(Exit::Undo(&[
            act("release", Do::Release, Fact::Released).to(),
            act("fail", Do::Fail, Fact::Ended).to(),
        ])),
        act("order", Do::Order, Fact::Ordered).row(Exit::Nothing),
        call("send", Call::Send, Fact::Sent, Deadline)
            .row(Exit::Landing(&[act("complete", Do::Complete, Fact::Ended).to()], None))
            .unless(Fact::Refused, Some(Do::Refuse)),
    ],
    beside: &[],
};
const LARGE: Table<Booking> = Table {
    version: "large.v1",
    title: "a booking with a receipt",
    steps: SMALL.steps,
    beside: &[call("receipt", Call::Receipt, Fact::ReceiptSent, Deadline).after_the_end()],
};
const _: () = assert!(well_formed(&SMALL) && well_formed(&LARGE));

impl Saga for Booking {
    const KIND: &'static str = "booking";
    const NAMES: Names = process_names!("booking": [], ["shipped", "failed"]);
    const TABLES: &'static [&'static Table<Self>] = &[&SMALL, &LARGE];
    type Request = Wanted;
    type Asked = ();
    type Promise = Promised;
    type Milestone = Never;
    type Notes = ();
    type Refusal = Refusal;
    type Plan = Plan;
    type Fact = Fact;
    type Do = Do;
    type Call = Call;
    type When = Deadline;
    type Ending = Ending;
    type Command = Cancel;
    type Answer = Said;

    fn differences(first: &Wanted, again: &Wanted) -> Vec<&'static str> {
        let item = (first.item != again.item).then_some("item");
        let pieces = (first.pieces != again.pieces).then_some("pieces");
        item.into_iter().chain(pieces).collect()
    }

    fn aggregates() -> Vec<Opener> {
        vec![Opener::of::<Shelf>(), Opener::of::<Parcel>()]
    }

    fn reads(&self, request: &Preparing<'_, Self>) -> Vec<Need> {
        vec![Key::<Shelf>::of(&request.request.item).need(), Key::<Parcel>::of(request.id).need()]
    }

    fn prepare(
        &self,
        streams: &Streams,
        request: &Preparing<'_, Self>,
    ) -> Result<(Promised, &'static Table<Self>), Refusal> {
        let on_shelf = streams.state(&Key::<Shelf>::of(&request.request.item));
        let (left, pieces) = (on_shelf.map_or(0, Reserved::left), request.request.pieces);
        if pieces > left {
            return Err(Refusal::SoldOut { left });
        }
        Ok((Promised { pieces }, if pieces > 5 { &LARGE } else { &SMALL }))
    }

    fn plan(&self, id: &TransactionId, open: &Open<Self>) -> Plan {
        Plan {
            shelf: Key::of(&open.request.item),
            parcel: Key::of(id),
            carrier: "carrier".parse().unwrap(),
        }
    }

    fn streams(plan: &Plan) -> Vec<Need> {
        vec![plan.shelf.need(), plan.parcel.need()]
    }

    fn callees(&self, _: &Open<Self>, plan: &Plan) -> Vec<Callee> {
        vec![Callee::of::<Parcels>(plan.carrier.clone(), "the carrier")]
    }

    fn foreseen(&self) -> Vec<Callee> {
        vec![Callee::of::<Parcels>("carrier".parse().unwrap(), "the carrier")]
    }

    fn own_streams(plan: &Plan) -> Vec<StreamName> {
        vec![plan.parcel.stream().clone()]
    }

    fn milestone_type(milestone: &Never) -> &'static str {
        match *milestone {}
    }

    fn remember((): &mut (), milestone: &Never) -> Option<()> {
        match *milestone {}
    }

    fn ending_type(ending: Ending) -> &'static str {
        match ending {
            Ending::Shipped => "booking.shipped",
            Ending::Failed => "booking.failed",
        }
    }

    fn ending_of(event_type: &str) -> Option<Ending> {
        [Ending::Shipped, Ending::Failed]
            .into_iter()
            .find(|ending| Self::ending_type(*ending) == event_type)
    }

    fn holds(view: &View<'_, Self>, fact: Fact) -> bool {
        let shelf = view.state(&view.plan.shelf).and_then(|shelf| shelf.0.get(view.id));
        let parcel = view.state(&view.plan.parcel);
        match fact {
            Fact::Reserved => shelf.is_some(),
            Fact::Released => shelf == Some(&0),
            Fact::Ordered => parcel.is_some_and(|parcel| parcel.ordered),
            Fact::Sent => parcel.is_some_and(|parcel| parcel.sent.is_some()),
            Fact::Refused => parcel.is_some_and(|parcel| parcel.refused.is_some()),
            Fact::Ended => view.ending.is_some(),
            Fact::ReceiptSent => parcel.is_some_and(|parcel| parcel.receipt),
        }
    }

    fn act(&self, turn: &mut Turn<'_, Self>, what: Do) -> Result<usize, NotDone> {
        let (id, plan) = (turn.id().clone(), turn.plan());
        let pieces = turn.view()?.open.promise.pieces;
        Ok(match what {
            Do::Reserve => turn.decide(&plan.shelf, &OnShelf::Reserve(id, pieces))?,
            Do::Release => turn.decide(&plan.shelf, &OnShelf::Release(id))?,
            Do::Order => turn.decide(&plan.parcel, &ToParcel::Order)?,
            Do::Refuse => turn.decide(&plan.parcel, &ToParcel::Refuse("skipped".into()))?,
            Do::Complete => turn.end(Ending::Shipped, None)?,
            Do::Fail => turn.end(Ending::Failed, Self::failure(&turn.view()?))?,
        })
    }

    fn call(&self, view: &View<'_, Self>, what: Call, _: Timestamp) -> Option<Calling<Self>> {
        let key = match what {
            Call::Send => view.id.as_str().into(),
            Call::Receipt => format!("{}.receipt", view.id).into(),
        };
        Some(Calling::to::<Carrier>(&view.plan.carrier, Parcels { key }, |said| said))
    }

    fn hear(&self, turn: &mut Turn<'_, Self>, said: &Said) -> Result<Heard, NotDone> {
        let plan = turn.plan();
        let command = match said {
            Said::Sent(serial) if serial.ends_with(".receipt") => ToParcel::Receipt,
            Said::Sent(serial) => ToParcel::Send(serial.clone()),
            Said::Refused(reason) => ToParcel::Refuse(reason.clone()),
            Said::NotFound => return Ok(Heard::NotFound),
            Said::Unknown(cause) => return Ok(Heard::Unknown(cause.clone())),
        };
        turn.record(&plan.parcel, &command)
    }

    fn notice(_: &View<'_, Self>, _: &StreamName, news: &Payload) -> Option<Said> {
        news.downcast_ref().cloned()
    }

    fn command(&self, turn: &mut Turn<'_, Self>, Cancel: &Cancel) -> Result<usize, Refusal> {
        let plan = turn.plan();
        let refused = turn.decide(&plan.parcel, &ToParcel::Refuse("cancelled".into()));
        refused.map_err(|_| Refusal::TooLate)
    }

    fn when(&self, _: &View<'_, Self>, Deadline: Deadline) -> Option<Timestamp> {
        Some(self.deadline)
    }

    fn open_ends(view: &View<'_, Self>) -> Vec<OpenEnd> {
        let open = Self::holds(view, Fact::Reserved) && !Self::holds(view, Fact::Released);
        let end = || OpenEnd { name: "goods".into(), worth: view.open.promise.pieces.into() };
        open.then(end).into_iter().collect()
    }

    fn failure(view: &View<'_, Self>) -> Option<Cause> {
        let reason = view.state(&view.plan.parcel)?.refused.clone()?;
        Some(Cause::new("refused", reason))
    }

    fn day_of_promise(_: &Promised) -> Option<chrono::NaiveDate> {
        None
    }

    fn business_date(_: &View<'_, Self>) -> Option<chrono::NaiveDate> {
        None
    }

    fn requester(_: &Wanted) -> Arc<str> {
        "shop".into()
    }

    fn summary(wanted: &Wanted) -> String {
        format!("{} x {}", wanted.pieces, wanted.item)
    }
}
