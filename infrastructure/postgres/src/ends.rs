//! Where streams end, so that an append is judged without asking the server about streams that were used lately.

use fundflow_kernel::{
    envelope::StreamName,
    store::{StreamAppend, Version},
};
use fundflow_writing::Recent;

/// The end of one stream.
#[derive(Debug, Clone, Copy)]
pub(crate) struct End {
    pub(crate) id: i64,
    pub(crate) version: Version,
}

/// How a stream that is to be new, and that nobody used lately, is known to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum New {
    /// Its name is unique on the server, so a mistake is found when it is inserted.
    Believed,
    LookedUp,
}

/// What an append is, by what is known of its stream.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Judged {
    /// Its events follow what is there; the first ones if the stream is new.
    Follows { id: i64, first: bool },
    /// The stream ends elsewhere: it may be there already.
    Elsewhere(End),
    /// There is no such stream.
    Nowhere,
}

pub(crate) struct Ends {
    recent: Recent<StreamName, End>,
    last_id: i64,
}

impl Ends {
    pub(crate) fn new(cached: usize, last_id: i64) -> Self {
        Self { recent: Recent::new(cached), last_id }
    }

    /// Whether the server must be asked about that stream before the append can be judged.
    pub(crate) fn must_look_up(&mut self, append: &StreamAppend, new: New) -> bool {
        let is_believed = append.expected == Version::NONE && new == New::Believed;
        !is_believed && self.recent.get(&append.stream).is_none()
    }

    pub(crate) fn learn(&mut self, stream: StreamName, end: End) {
        self.recent.put(stream, end);
    }

    pub(crate) fn judge(&mut self, append: &StreamAppend) -> Judged {
        let known = self.recent.get(&append.stream);
        match known {
            Some(end) if end.version == append.expected => {
                Judged::Follows { id: end.id, first: false }
            }
            Some(end) => Judged::Elsewhere(end),
            None if append.expected == Version::NONE => {
                Judged::Follows { id: self.last_id + 1, first: true }
            }
            None => Judged::Nowhere,
        }
    }

    /// The append follows, and is to be written.
    pub(crate) fn move_on(&mut self, append: &StreamAppend, id: i64) {
        self.last_id = self.last_id.max(id);
        let version = append.expected.plus(append.events.len());
        self.recent.put(append.stream.clone(), End { id, version });
    }

    /// Takes back the last that had moved on.
    pub(crate) fn move_back(&mut self, append: &StreamAppend, id: i64, first: bool) {
        if first {
            self.recent.forget(&append.stream);
            self.last_id = id - 1;
        } else {
            self.recent.put(append.stream.clone(), End { id, version: append.expected });
        }
    }

    /// The number of the newest stream.
    pub(crate) const fn last_id(&self) -> i64 {
        self.last_id
    }

    /// Once all of it is on the server: only then may something be forgotten.
    pub(crate) fn age(&mut self) {
        self.recent.age();
    }
}
