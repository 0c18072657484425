//! Keeps the register of shares; its confirmation is the only truth on them.

use fundflow_domain::{
    application::{Applications, Confirmation, Misnamed, Reception, Rejection, Terms},
    ids::ApplicationNo,
    orders::{Cause, Serial},
    time::Timestamp,
};
use fundflow_kernel::{envelope::StreamName, streams::Key};
use fundflow_runtime::port::{Keyed, Payload, Port};
use std::{future::Future, sync::Arc};

/// An application to the registrar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Application {
    /// Number, order, fund, T and what is asked. The number is the idempotency key, unique per
    /// distributor.
    pub terms: Terms,
    /// When it was handed in.
    pub applied_at: Timestamp,
}

/// Takes an application back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cancellation {
    /// The application as it was handed in.
    pub terms: Terms,
    /// When the investor asked for it.
    pub asked_at: Timestamp,
}

/// What can be asked of a registrar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RegistrarCall {
    /// Hand in an application.
    Submit(Application),
    /// Take an application back before its cut-off.
    Cancel(Cancellation),
}

impl Keyed for RegistrarCall {
    fn key(&self) -> Arc<str> {
        match self {
            RegistrarCall::Submit(application) => application.terms.no.clone().into(),
            RegistrarCall::Cancel(cancellation) => {
                format!("{}.cancel", cancellation.terms.no).into()
            }
        }
    }
}

/// What an application, or the query for it, is answered with, and what is said of it on the way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ApplicationAnswer {
    /// Taken under the registrar's serial. Not yet success.
    Accepted(Serial),
    /// The money of a subscription counts; its shares come when the fund is founded.
    Received(Reception),
    /// Refused at the front or rejected in the batch: no shares will come of it.
    Rejected(Rejection),
    /// The registrar's confirmation, with its numbers as they were stated.
    Confirmed(Box<Confirmation>),
    /// Cancelled: the order is in no batch.
    Cancelled,
    /// It was not taken back, and stands.
    NotCancelled(Cause),
    /// A record of the application that names another order, and confirms nothing. It has no effect.
    OfAnother(Box<OfAnother>),
    /// Only to a query: the registrar never heard of that number.
    NotFound,
    /// The registrar speaks, and does not say how it stands.
    Pending(Cause),
    /// No answer came: not even that it is not known yet.
    Unknown(Cause),
    /// Of our own exchange of files: it belongs to that batch of its T.
    Sealed(Arc<str>),
    /// Of our own exchange of files: it went out.
    Sent {
        /// Name of the file that carried it.
        file: Arc<str>,
        /// The record in it, from 1.
        record: u64,
    },
}

/// A record that names its order otherwise than it was sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfAnother {
    /// What it would say of the order.
    pub said: ApplicationAnswer,
    /// The fields that are not as they were sent.
    pub misnamed: Vec<Misnamed>,
}

impl ApplicationAnswer {
    /// What it is called where it has no effect.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Accepted(_) => "accepted",
            Self::Received(_) => "received",
            Self::Rejected(_) => "rejected",
            Self::Confirmed(_) => "confirmed",
            Self::Cancelled => "cancelled",
            Self::NotCancelled(_) => "not cancelled",
            Self::OfAnother(_) => "of another order",
            Self::NotFound => "not found",
            Self::Pending(_) => "pending",
            Self::Unknown(_) => "unknown",
            Self::Sealed(_) => "sealed",
            Self::Sent { .. } => "sent",
        }
    }
}

/// News of a registrar that nobody asked for, about the application of that stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegistrarNotice(pub ApplicationAnswer);

/// A registrar's front. Implement this and register it as [`Register`].
pub trait Registrar: Send + Sync + 'static {
    /// Hands in an application, once per application number.
    fn submit(&self, application: Application) -> impl Future<Output = ApplicationAnswer> + Send;
    /// Asks for the state of the application.
    fn query(&self, application: Application) -> impl Future<Output = ApplicationAnswer> + Send;
    /// Takes an application back, once.
    fn cancel(&self, cancel: Cancellation) -> impl Future<Output = ApplicationAnswer> + Send {
        let _ = cancel;
        let cause = Cause::new("not_offered", "this registrar takes nothing back");
        std::future::ready(ApplicationAnswer::NotCancelled(cause))
    }
}

/// A registrar as a port.
#[derive(Debug)]
pub struct Register<R>(pub Arc<R>);

impl<R: Registrar> Port for Register<R> {
    type Call = RegistrarCall;
    type Answer = ApplicationAnswer;

    async fn call(&self, call: RegistrarCall) -> ApplicationAnswer {
        match call {
            RegistrarCall::Submit(application) => self.0.submit(application).await,
            RegistrarCall::Cancel(cancellation) => self.0.cancel(cancellation).await,
        }
    }

    async fn query(&self, call: RegistrarCall) -> ApplicationAnswer {
        match call {
            RegistrarCall::Submit(application) => self.0.query(application).await,
            RegistrarCall::Cancel(cancellation) => self.0.cancel(cancellation).await,
        }
    }

    fn silence(_: &RegistrarCall, cause: Cause) -> ApplicationAnswer {
        ApplicationAnswer::Unknown(cause)
    }
}

/// What a registrar tells unasked about an application, for `Engine::deliver`.
pub fn notice(no: &ApplicationNo, answer: ApplicationAnswer) -> (StreamName, Payload) {
    let stream = Key::<Applications>::of(no).stream().clone();
    (stream, Arc::new(RegistrarNotice(answer)))
}
