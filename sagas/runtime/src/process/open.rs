//! What can be asked of a process that was prepared.

use super::{Disposed, GUARDED, NOT_LISTED, Open, Parked, REFUSED};
use crate::saga::Saga;
use std::fmt;

impl<S: Saga> Open<S> {
    /// Every row that waits for a person.
    pub fn all_parked(&self) -> impl Iterator<Item = &Parked> {
        self.parked_before.iter().chain(self.parked.as_deref())
    }

    /// What keeps that row, if it waits for a person.
    pub fn parked_at(&self, row: &str) -> Option<&Parked> {
        self.all_parked().find(|parked| *parked.row == *row)
    }

    /// How it waited for a person there when it was let go on last.
    pub fn parked_last_at(&self, row: &str) -> Option<&Parked> {
        self.looked_at.iter().find(|parked| *parked.row == *row)
    }

    /// Whether it is not parked there yet, or only by a rule of ours that says no with other figures now.
    pub(super) fn parks_anew(&self, parked: &Parked) -> bool {
        self.parked_at(&parked.row).is_none_or(|known| known.is_refused_anew(parked))
    }

    /// What a person decided of the end of that name.
    pub fn disposed(&self, name: &str) -> Option<&Disposed> {
        self.given_up.iter().find(|end| *end.name == *name)
    }

    /// Whether a person took over that very end, and not only what came of another one.
    pub fn gave_up(&self, name: &str) -> bool {
        self.disposed(name).is_some_and(Disposed::is_of_itself)
    }

    /// How often an end was named in just these figures, and named otherwise since.
    pub fn times_before(&self, end: &Disposed) -> usize {
        self.named_before.iter().filter(|before| before.is_named_like(end)).count()
    }

    /// Whether that person has disposed of it otherwise since.
    pub fn gave_up_again(&self, name: &str) -> bool {
        self.given_up_again.iter().any(|again| **again == *name)
    }
}

// `derive` would ask these of `S` itself.
impl<S: Saga> Clone for Open<S> {
    fn clone(&self) -> Self {
        Self {
            request: self.request.clone(),
            promise: self.promise.clone(),
            table: self.table.clone(),
            notes: self.notes.clone(),
            retries: self.retries.clone(),
            parked: self.parked.clone(),
            parked_before: self.parked_before.clone(),
            looked_at: self.looked_at.clone(),
            landing_chosen: self.landing_chosen,
            landing_chosen_at: self.landing_chosen_at,
            left_because: self.left_because.clone(),
            given_up: self.given_up.clone(),
            given_up_again: self.given_up_again.clone(),
            named_before: self.named_before.clone(),
            given_up_at: self.given_up_at,
        }
    }
}

impl<S: Saga> fmt::Debug for Open<S> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Open")
            .field("request", &self.request)
            .field("promise", &self.promise)
            .field("table", &self.table)
            .field("notes", &self.notes)
            .field("retries", &self.retries)
            .field("parked", &self.parked)
            .field("parked_before", &self.parked_before)
            .field("looked_at", &self.looked_at)
            .field("landing_chosen", &self.landing_chosen)
            .field("landing_chosen_at", &self.landing_chosen_at)
            .field("left_because", &self.left_because)
            .field("given_up", &self.given_up)
            .field("given_up_again", &self.given_up_again)
            .field("named_before", &self.named_before)
            .field("given_up_at", &self.given_up_at)
            .finish()
    }
}

impl Parked {
    /// Whether we say no again, with other figures.
    fn is_refused_anew(&self, now: &Self) -> bool {
        [self, now].iter().all(|it| it.is_ours()) && self.cause != now.cause
    }

    /// Whether it is decided once more when others have written, or another process starts: a rule of ours
    /// said no, or something that it looks at was not there, or what followed must not be written.
    pub(crate) fn is_ours(&self) -> bool {
        matches!(&*self.cause.code, REFUSED | NOT_LISTED | GUARDED)
    }
}
