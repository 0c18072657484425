//! What callers and persons bring that is stored for ever, and is looked at before it is.

use crate::{message::ActionError, saga::Saga};
use fundflow_kernel::{envelope::Actor, ids::TransactionId};
use std::borrow::Borrow;

/// A field of a request, a command or an action.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Brought<'a> {
    /// Name of the field, for people.
    pub field: &'static str,
    /// Text of the field.
    pub text: &'a str,
    /// It names somebody or something, in letters and digits; otherwise it is a person's words.
    pub is_token: bool,
}

impl<'a> Brought<'a> {
    /// A name of somebody or something.
    pub fn token(field: &'static str, text: &'a (impl Borrow<str> + ?Sized)) -> Self {
        Self { field, text: text.borrow(), is_token: true }
    }

    /// A person's words.
    pub fn words(field: &'static str, text: &'a (impl Borrow<str> + ?Sized)) -> Self {
        Self { field, text: text.borrow(), is_token: false }
    }
}

/// The first of them that the saga does not take.
pub(crate) fn refused<'a, S: Saga>(
    brought: impl IntoIterator<Item = Brought<'a>>,
) -> Option<ActionError> {
    brought.into_iter().find_map(|it| {
        let why = S::unfit(it)?.into();
        Some(ActionError::Unfit { field: it.field, why })
    })
}

/// The name of whoever speaks.
pub(crate) fn speaker(actor: &Actor) -> Option<Brought<'_>> {
    match actor {
        Actor::Operator(who) => Some(Brought::words("operator", who)),
        Actor::Requester(who) => Some(Brought::words("requester", who)),
        Actor::Counterparty(_) | Actor::Engine => None,
    }
}

/// A name that nobody can read aloud, or tell from the punctuation around it. What is stored under one stays.
pub(crate) fn nameless(name: &TransactionId) -> Option<ActionError> {
    let is_named = name.as_str().bytes().any(|byte| byte.is_ascii_alphanumeric());
    let why = format!(
        "\"{name}\" has neither a letter nor a digit; write 1 to 64 of A-Z a-z 0-9 . _ -, a letter or a digit \
         among them"
    );
    (!is_named).then(|| ActionError::Unfit { field: "transaction ID", why: why.into() })
}
