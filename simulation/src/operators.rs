//! What persons do to sagas: the doors of any saga, and the words that the shipped ones take.
//!
//! What a person does depends on what there is to be done: ends are named, cases have a number. So what is drawn
//! is an intent, and becomes an action or a command once it is known how the saga stands.

use crate::worlds::text;
use fundflow_domain::{
    case::{CaseId, Closing, How},
    ids::AccountRef,
    time::Timestamp,
};
use fundflow_runtime::{
    kind::payload, look::Look, message::Action, port::Payload, process::Disposition,
};
use fundflow_sagas::{
    conversion, discount_purchase, dividend, fast_withdraw, purchase, recharge, redemption,
    withdraw,
};

/// What a person has in mind with a saga.
#[derive(Debug, Clone, PartialEq)]
pub enum Operates {
    /// Goes on where it is parked, and asks again.
    Resume,
    /// Closes the row that nobody answers.
    SkipToLanding,
    /// Gives it up, and takes every open end over in that way.
    Abandon(Disposition),
    /// Closes its first open case in that way.
    CloseCase(How),
    /// Says when its money counts as paid.
    Date(Timestamp),
    /// Names another account of the investor for what a bank refused to pay out.
    Redirect(AccountRef),
}

/// How a person's intent reaches a saga.
#[derive(Debug, Clone)]
pub enum Operation {
    /// For `Engine::act`, or `World::act`.
    Act(Action),
    /// A command of the saga's own type, for `Engine::ask_all`, or `World::command`.
    Command(Payload),
}

impl Operates {
    /// Of which kind it is, for those who count.
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Resume => "resume",
            Self::SkipToLanding => "skip to landing",
            Self::Abandon(_) => "abandon",
            Self::CloseCase(_) => "close case",
            Self::Date(_) => "date",
            Self::Redirect(_) => "redirect",
        }
    }

    /// The same, for a saga that stands so and has these cases open. `None` where its kind takes no such word, or
    /// there is no case to close.
    pub fn on(&self, look: &Look, cases: &[CaseId]) -> Option<Operation> {
        let reason = || "a test".into();
        let action = match self {
            Self::Resume => Action::Resume { reason: reason() },
            Self::SkipToLanding => Action::SkipToLanding { reason: reason() },
            Self::Abandon(how) => {
                let ends = look.open_ends.iter();
                let dispositions = ends.map(|end| (end.name.clone(), *how)).collect();
                Action::Abandon { reason: reason(), dispositions }
            }
            Self::CloseCase(_) | Self::Date(_) | Self::Redirect(_) => {
                return self.command(look.id.kind, cases).map(Operation::Command);
            }
        };
        Some(Operation::Act(action))
    }

    fn command(&self, kind: &str, cases: &[CaseId]) -> Option<Payload> {
        match kind {
            "discount_purchase" => self.date_for::<discount_purchase::Command>(cases),
            "recharge" => self.date_for::<recharge::Command>(cases),
            "purchase" => self.date_for::<purchase::Command>(cases),
            "withdraw" => self.redirect_for::<withdraw::Command>(cases),
            "fast_withdraw" => self.redirect_for::<fast_withdraw::Command>(cases),
            "redemption" => self.redirect_for::<redemption::Command>(cases),
            "conversion" => self.close_for::<conversion::Command>(cases),
            "dividend" => self.of_dividend(),
            _ => None,
        }
    }

    fn date_for<C: Dates>(&self, cases: &[CaseId]) -> Option<Payload> {
        match self {
            Self::Date(at) => Some(payload(C::date(*at))),
            _ => self.redirect_for::<C>(cases),
        }
    }

    fn redirect_for<C: Redirects>(&self, cases: &[CaseId]) -> Option<Payload> {
        match self {
            Self::Redirect(account) => Some(payload(C::redirect(account.clone()))),
            _ => self.close_for::<C>(cases),
        }
    }

    /// No case of it is closed by its saga: only its money goes elsewhere.
    fn of_dividend(&self) -> Option<Payload> {
        let Self::Redirect(account) = self else { return None };
        let (account, own_name, reason) = (account.clone(), true, "a test".into());
        Some(payload(dividend::Command::Redirect { account, own_name, reason }))
    }

    fn close_for<C: Closes>(&self, cases: &[CaseId]) -> Option<Payload> {
        let Self::CloseCase(how) = self else { return None };
        let closing = Closing { how: how.clone(), by: text("chen"), reason: text("a letter") };
        Some(payload(C::close(*cases.first()?, closing)))
    }
}

/// Commands of a kind whose cases a person closes.
trait Closes: Send + Sync + 'static {
    fn close(case: CaseId, closing: Closing) -> Self;
}

/// Commands of a kind that pays out.
trait Redirects: Closes {
    fn redirect(account: AccountRef) -> Self;
}

/// Commands of a kind that is paid for.
trait Dates: Redirects {
    fn date(at: Timestamp) -> Self;
}

macro_rules! closes {
    ($($kind:ident)+) => {$(
        impl Closes for $kind::Command {
            fn close(case: CaseId, closing: Closing) -> Self {
                Self::CloseCase { case, closing: Box::new(closing) }
            }
        }
    )+};
}

macro_rules! redirects {
    ($($kind:ident)+) => {$(
        impl Redirects for $kind::Command {
            fn redirect(account: AccountRef) -> Self {
                Self::Redirect { account, own_name: true, reason: "a test".into() }
            }
        }
    )+};
}

macro_rules! dates {
    ($($kind:ident)+) => {$(
        impl Dates for $kind::Command {
            fn date(at: Timestamp) -> Self {
                Self::Date { at, reason: "a test".into() }
            }
        }
    )+};
}

closes!(conversion discount_purchase fast_withdraw purchase recharge redemption withdraw);
redirects!(discount_purchase fast_withdraw purchase recharge redemption withdraw);
dates!(discount_purchase purchase recharge);
