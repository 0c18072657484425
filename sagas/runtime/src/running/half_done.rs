//! What a death in the middle of a batch has left undone.
//!
//! A store that does not append a batch as a whole may be cut off between any two streams of it. A saga that
//! stores what was said first, in the one stream that it is about, does the rest from there: in the process that
//! comes next, before anything else.

use super::{Desk, Running};
use crate::{liveness::REST, saga::Saga, turn::NotDone};

impl<S: Saga> Running<S> {
    /// Returns whether anything was undone, and is not any more.
    pub(super) fn do_rest(&mut self, desk: &mut Desk<'_>) -> bool {
        if !self.is_ready(desk.streams) || self.sick.is_some() {
            return false;
        }
        let half_done = self.view(desk.streams).is_some_and(|view| S::is_half_done(&view));
        let Some(plan) = self.plan.clone().filter(|_| half_done) else { return false };
        let voice = Self::engine(REST, desk.now);
        let done = self.as_one(desk, &plan, voice, S::do_rest);
        match done {
            Ok(events) if events > 0 => return true,
            Ok(_) => self.alert(desk, "what is half done cannot be finished: nothing followed"),
            Err(error) => {
                let error: NotDone = error.into();
                self.alert(desk, format!("what is half done cannot be finished: {error}"));
            }
        }
        false
    }
}
