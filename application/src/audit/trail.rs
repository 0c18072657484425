//! What is remembered of a stream: where it is, its last link, and whose it is.

use super::{Check, Owner};
use fundflow_kernel::{
    envelope::{Chain, EventId, Recorded},
    store::{Position, Version},
};

/// One stream, as far as it was heard.
#[derive(Debug, Clone, Default)]
pub(super) struct Trail {
    pub(super) version: Version,
    chain: Chain,
    /// Something impossible was in it.
    pub(super) broken: bool,
    /// The saga whose event began it.
    pub(super) owner: Option<Owner>,
    /// The first event of another saga.
    pub(super) stranger: Option<(Position, Owner)>,
}

impl Trail {
    /// Takes in the next event. Returns the link that it should have, and what is wrong with its place, its ID and its
    /// link.
    pub(super) fn follow(
        &mut self,
        event: &Recorded,
        owner: Owner,
    ) -> (Chain, Vec<(Check, String)>) {
        let mut findings = Vec::new();
        let Recorded { stream, version, event: new, .. } = event;
        let expected = self.version.plus(1);
        if *version != expected {
            findings.push((Check::Versions, format!("version {expected} was expected here")));
            self.broken = true;
        }
        let link = new.link(self.chain, stream, *version);
        let id = EventId::of(link);
        if id != new.event_id {
            let what = format!("the ID is {} and should be {id}", new.event_id);
            findings.push((Check::EventId, what));
        }
        if link != new.chain {
            let what = format!("the link is {} and should be {link}", new.chain);
            findings.push((Check::Chain, what));
        }
        (self.version, self.chain) = (*version, new.chain);
        match &self.owner {
            None => self.owner = Some(owner),
            Some(first) if *first != owner && self.stranger.is_none() => {
                self.stranger = Some((event.position, owner));
            }
            Some(_) => {}
        }
        (link, findings)
    }
}
