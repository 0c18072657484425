//! What the bookings work on: shelves that several of them share, and a parcel each.
//!
//! 1. A shelf holds ten pieces of one item.
//! 2. A parcel that was sent is never refused, and the reverse.

use fundflow::kernel::{codec::Stored, decider::Decider, ids::TransactionId, stored_types};
use serde::{Deserialize, Serialize, Serializer, ser::Error as _};
use std::{collections::BTreeMap, sync::Arc};

/// On a full shelf.
const PIECES: u32 = 10;

pub(crate) struct Shelf;

#[derive(Debug)]
pub(crate) enum OnShelf {
    Reserve(TransactionId, u32),
    Release(TransactionId),
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ShelfEvent {
    Reserved { booking: TransactionId, pieces: u32 },
    Released { booking: TransactionId },
}

/// Pieces by booking; 0 once they are back.
#[derive(Debug, Clone, Default)]
pub(crate) struct Reserved(pub(crate) BTreeMap<TransactionId, u32>);

impl Reserved {
    pub(crate) fn left(&self) -> u32 {
        PIECES.saturating_sub(self.0.values().sum())
    }
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ShelfRefusal {
    #[error("{left} pieces are left")]
    SoldOut { left: u32 },
    #[error("nothing is reserved")]
    NotReserved,
}

impl Decider for Shelf {
    const CATEGORY: &'static str = "shelf";
    type Command = OnShelf;
    type Event = ShelfEvent;
    type State = Reserved;
    type Refusal = ShelfRefusal;

    fn decide(state: &Reserved, command: &OnShelf) -> Result<Vec<ShelfEvent>, ShelfRefusal> {
        match command {
            OnShelf::Reserve(booking, _) if state.0.contains_key(booking) => Ok(vec![]),
            OnShelf::Reserve(_, pieces) if *pieces > state.left() => {
                Err(ShelfRefusal::SoldOut { left: state.left() })
            }
            OnShelf::Reserve(booking, pieces) => {
                Ok(vec![ShelfEvent::Reserved { booking: booking.clone(), pieces: *pieces }])
            }
            OnShelf::Release(booking) => match state.0.get(booking) {
                None => Err(ShelfRefusal::NotReserved),
                Some(0) => Ok(vec![]),
                Some(_) => Ok(vec![ShelfEvent::Released { booking: booking.clone() }]),
            },
        }
    }

    fn evolve(mut state: Reserved, event: &ShelfEvent) -> Option<Reserved> {
        match event {
            ShelfEvent::Reserved { booking, pieces } => {
                state.0.insert(booking.clone(), *pieces);
            }
            ShelfEvent::Released { booking } => *state.0.get_mut(booking)? = 0,
        }
        Some(state)
    }
}

impl Stored for Shelf {
    stored_types!(ShelfEvent { Reserved => "shelf.reserved", Released => "shelf.released" });
}

pub(crate) struct Parcel;

#[derive(Debug)]
pub(crate) enum ToParcel {
    Order,
    Send(Arc<str>),
    Refuse(Arc<str>),
    Receipt,
}

// As somebody writes an enum who thinks of serde only once.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum ParcelEvent {
    Ordered,
    Sent {
        #[serde(serialize_with = "sayable")]
        serial: Arc<str>,
    },
    Refused {
        reason: Arc<str>,
    },
    ReceiptSent,
}

/// A defect of the type: one of its values has no stored form.
fn sayable<S: Serializer>(serial: &Arc<str>, out: S) -> Result<S::Ok, S::Error> {
    if serial.contains("unsayable") {
        return Err(S::Error::custom("there is no word for it"));
    }
    serial.serialize(out)
}

#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct ParcelState {
    pub(crate) ordered: bool,
    pub(crate) sent: Option<Arc<str>>,
    pub(crate) refused: Option<Arc<str>>,
    pub(crate) receipt: bool,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the parcel is on its way, or never will be")]
pub(crate) struct TooLate;

impl Decider for Parcel {
    const CATEGORY: &'static str = "parcel";
    type Command = ToParcel;
    type Event = ParcelEvent;
    type State = ParcelState;
    type Refusal = TooLate;

    fn decide(state: &ParcelState, command: &ToParcel) -> Result<Vec<ParcelEvent>, TooLate> {
        let once = |done: bool, event| Ok(if done { vec![] } else { vec![event] });
        match command {
            ToParcel::Order => once(state.ordered, ParcelEvent::Ordered),
            ToParcel::Send(serial) if state.refused.is_none() => {
                once(state.sent.is_some(), ParcelEvent::Sent { serial: serial.clone() })
            }
            ToParcel::Refuse(reason) if state.sent.is_none() => {
                once(state.refused.is_some(), ParcelEvent::Refused { reason: reason.clone() })
            }
            ToParcel::Receipt => once(state.receipt, ParcelEvent::ReceiptSent),
            ToParcel::Send(_) | ToParcel::Refuse(_) => Err(TooLate),
        }
    }

    fn evolve(mut state: ParcelState, event: &ParcelEvent) -> Option<ParcelState> {
        match event {
            ParcelEvent::Ordered => state.ordered = true,
            ParcelEvent::Sent { serial } => state.sent = Some(serial.clone()),
            ParcelEvent::Refused { reason } => state.refused = Some(reason.clone()),
            ParcelEvent::ReceiptSent => state.receipt = true,
        }
        Some(state)
    }
}

impl Stored for Parcel {
    stored_types!(ParcelEvent {
        Ordered => "parcel.ordered",
        Sent => "parcel.sent",
        Refused => "parcel.refused",
        ReceiptSent => "parcel.receipt_sent",
    });
}
