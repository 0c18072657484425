//! Loyalty points (积分) become fund shares: a saga of the user's own on the shipped runtime.
//!
//! | row | sends | done | rejected | exit |
//! |---|---|---|---|---|
//! | reserve | reserve the points | reserved | | undo: release them, end *kept* |
//! | redeem | redeem, to the points system | spent | released | undo: give them back there |
//! | order | place the order, on the T of now | ordered | | |
//! | submit | the order, to the registrar | accepted | rejected | |
//! | confirm | (the registrar speaks) | confirmed | rejected | |
//! | credit | book the shares | credited | | **landing**: end *exchanged* |
//!
//! `points FOLDER` exchanges points twice; with more words it is the command `fundflow`.

use fundflow::kernel::clock::ManualClock;
use fundflow::{Asking, Engine, Notice, runtime::prelude::*};
use fundflow_infrastructure::sandbox::registrar::{Market, SandboxRegistrar};
use fundflow_infrastructure::sqlite::{Settings, SqliteStore};
use fundflow_infrastructure::{catalogue, sandbox::scenario::Scenario};
use fundflow_sagas::prelude::*;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, HashMap};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

/// What is asked of a member's account, and for which exchange.
pub struct Order(pub TransactionId, pub Change);
pub enum Change {
    Reserve(u32),
    Spend,
    /// They were never spent.
    Release(Cause),
    /// They were spent, and are here again.
    TakeBack,
}

/// What happened to a member's account: stored, so never renamed.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Event {
    Reserved { by: TransactionId, points: u32 },
    Spent { by: TransactionId },
    Released { by: TransactionId, cause: Cause },
}

/// Where the points of an exchange are.
#[derive(Debug, Clone, PartialEq)]
pub enum Stage {
    Reserved,
    Spent,
    Released(Cause),
}

#[derive(Debug, thiserror::Error)]
#[error("a member has 10,000,000 points for exchanges, and each exchange moves its own once")]
pub struct NotMoved;

/// A member's account: at most 10,000,000 points are reserved or spent.
pub struct Points;

impl Decider for Points {
    const CATEGORY: &'static str = "points";
    type Command = Order;
    type Event = Event;
    type State = BTreeMap<TransactionId, (u32, Stage)>;
    type Refusal = NotMoved;

    fn decide(all: &Self::State, Order(by, change): &Order) -> Result<Vec<Event>, NotMoved> {
        use {Change as C, Stage as S};
        let taken = all.values().filter(|(_, stage)| !matches!(stage, S::Released(_)));
        let free = 10_000_000_u32.saturating_sub(taken.map(|(points, _)| points).sum());
        let (by, stage) = (by.clone(), all.get(by).map(|(_, stage)| stage));
        Ok(match (stage, change) {
            (None, C::Reserve(points)) if *points <= free => {
                vec![Event::Reserved { by, points: *points }]
            }
            (Some(S::Reserved), C::Spend) => vec![Event::Spent { by }],
            (Some(S::Reserved), C::Release(cause)) => {
                vec![Event::Released { by, cause: cause.clone() }]
            }
            (Some(S::Spent), C::TakeBack) => {
                vec![Event::Released { by, cause: Cause::new("given_back", "no shares came") }]
            }
            // Whoever repeats what was done changes nothing.
            (Some(_), C::Reserve(_)) | (Some(S::Spent), C::Spend) => vec![],
            (Some(S::Released(_)), C::Release(_) | C::TakeBack) => vec![],
            (None | Some(S::Reserved | S::Spent | S::Released(_)), _) => return Err(NotMoved),
        })
    }

    fn evolve(mut all: Self::State, event: &Event) -> Option<Self::State> {
        let (Event::Reserved { by, .. } | Event::Spent { by } | Event::Released { by, .. }) = event;
        let next = match (all.get(by), event) {
            (None, Event::Reserved { points, .. }) => (*points, Stage::Reserved),
            (Some((points, Stage::Reserved)), Event::Spent { .. }) => (*points, Stage::Spent),
            (Some((points, Stage::Reserved | Stage::Spent)), Event::Released { cause, .. }) => {
                (*points, Stage::Released(cause.clone()))
            }
            (None | Some(_), _) => return None,
        };
        all.insert(by.clone(), next);
        Some(all)
    }
}

impl Stored for Points {
    stored_types!(Event {
        Reserved => "points.reserved", Spent => "points.spent", Released => "points.released",
    });
}

/// A call to the points system: the same key is the same call, however often it is made.
#[derive(Debug, Clone)]
pub struct Errand {
    pub key: Arc<str>,
    pub member: InvestorId,
    /// Negative: they are given back.
    pub points: i64,
}

impl Keyed for Errand {
    fn key(&self) -> Arc<str> {
        self.key.clone()
    }
}

#[derive(Debug, Clone, PartialEq, Hash)]
pub enum Said {
    Done,
    Declined(Cause),
    NotFound,
    Unknown(Cause),
}

/// A points system for trying: nobody has more than 1,000,000 points.
#[derive(Default)]
pub struct PointsSystem(Mutex<HashMap<Arc<str>, Said>>);

impl Port for PointsSystem {
    type Call = Errand;
    type Answer = Said;

    async fn call(&self, errand: Errand) -> Said {
        let said = match errand.points {
            ..=1_000_000 => Said::Done,
            _ => Said::Declined(Cause::new("too_few", "the member has fewer points")),
        };
        let mut books = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        books.entry(errand.key).or_insert(said).clone()
    }

    async fn query(&self, errand: Errand) -> Said {
        let books = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        books.get(&errand.key).cloned().unwrap_or(Said::NotFound)
    }

    fn silence(_: &Errand, cause: Cause) -> Said {
        Said::Unknown(cause)
    }
}
