//! What counterparties' and banks' statements say of a settlement.
//!
//! 1. A statement is asked for as often as it takes; it says all that it has said before, each transfer under its own
//!    serial.
//! 2. *Not yet* is an answer. A statement that is there and names no transfer says that nothing moved.

use fundflow_domain::{
    orders::Cause,
    settlement::{Part, SettlementId},
};
use fundflow_runtime::port::{Keyed, Port};
use std::{future::Future, sync::Arc};

/// Whose settlement is asked about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatementCall {
    /// The counterparty and T.
    pub settlement: SettlementId,
}

impl Keyed for StatementCall {
    fn key(&self) -> Arc<str> {
        format!("statement.{}", self.settlement).into()
    }
}

/// What is known of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stated {
    /// These transfers, and no others so far.
    Parts(Vec<Part>),
    /// No statement is there, in words.
    NotYet(Cause),
    /// Nobody knows whether one is there, in words.
    Unknown(Cause),
}

/// What is said of a settlement, and of which.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StatementAnswer {
    /// As it was asked.
    pub call: StatementCall,
    /// What the statements say.
    pub stated: Stated,
}

/// Whoever has the statements. Implement this and register it as [`Statements`].
pub trait StatementDesk: Send + Sync + 'static {
    /// All transfers of that settlement that statements name.
    fn stated(&self, call: StatementCall) -> impl Future<Output = Stated> + Send;
}

/// The statements as a port.
#[derive(Debug)]
pub struct Statements<D>(pub Arc<D>);

impl<D: StatementDesk> Port for Statements<D> {
    type Call = StatementCall;
    type Answer = StatementAnswer;

    async fn call(&self, call: StatementCall) -> StatementAnswer {
        let stated = self.0.stated(call.clone()).await;
        StatementAnswer { call, stated }
    }

    fn silence(call: &StatementCall, cause: Cause) -> StatementAnswer {
        StatementAnswer { call: call.clone(), stated: Stated::Unknown(cause) }
    }
}
