//! The lanes of a saga, of which most are idle most of the time: only what differs is stored.

use super::LaneState;
use fundflow_kernel::cause::Cause;
use std::{
    ops::{Index, IndexMut, Range},
    sync::Arc,
};

/// What is outstanding on the table's own row, or on one beside it.
#[derive(Debug, Clone)]
pub(crate) struct Lane {
    pub(crate) state: LaneState,
    /// The newest effect; a reply to an older one is news like any other.
    pub(crate) seq: u32,
    /// The key that the newest effect was about.
    pub(crate) key: Option<Arc<str>>,
    /// An effect may have been sent before: ask, do not repeat.
    pub(crate) uncertain: bool,
    /// What an answer left to be asked again.
    pub(crate) again: Option<Box<Cause>>,
}

impl Lane {
    pub(crate) const fn idle(uncertain: bool) -> Self {
        Self { state: LaneState::Idle, seq: 0, key: None, uncertain, again: None }
    }
}

static IDLE: Lane = Lane::idle(false);
static UNCERTAIN: Lane = Lane::idle(true);

/// As many lanes as the table has, by their numbers.
#[derive(Debug, Clone)]
pub(crate) struct Lanes {
    count: usize,
    /// Of those that are not in `used`: an effect may have been sent before.
    uncertain: bool,
    used: Vec<(usize, Lane)>,
}

impl Lanes {
    /// So many lanes, all of them idle.
    pub(crate) const fn idle(count: usize, uncertain: bool) -> Self {
        Self { count, uncertain, used: Vec::new() }
    }

    /// As many as that; those that are new are idle.
    pub(crate) const fn grow(&mut self, count: usize) {
        self.count = count;
    }

    /// So many lanes, of which nothing is known of those that stand elsewhere: an effect may have been sent there.
    pub(crate) fn lay_anew(&mut self, count: usize, stays: impl Fn(usize) -> bool) {
        self.count = count;
        self.used.retain(|(at, _)| *at < count);
        for at in (0..count).filter(|at| !stays(*at)) {
            self[at] = Lane::idle(true);
        }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &Lane> {
        (0..self.count).map(|at| &self[at])
    }

    /// Those that may be anything but idle.
    pub(crate) fn used(&self) -> impl Iterator<Item = &Lane> {
        self.used.iter().map(|(_, lane)| lane)
    }

    pub(crate) fn used_mut(&mut self) -> impl Iterator<Item = &mut Lane> {
        self.used.iter_mut().map(|(_, lane)| lane)
    }

    /// Those lanes have nothing to do: nothing to ask again, and no time to wait for.
    pub(crate) fn leave(&mut self, lanes: Range<usize>) {
        for (at, lane) in &mut self.used {
            if lanes.contains(at) {
                lane.again = None;
                if matches!(lane.state, LaneState::Waiting(_) | LaneState::Due) {
                    lane.state = LaneState::Idle;
                }
            }
        }
    }

    fn place(&self, at: usize) -> Option<usize> {
        self.used.iter().position(|(lane, _)| *lane == at)
    }
}

impl Index<usize> for Lanes {
    type Output = Lane;

    fn index(&self, at: usize) -> &Lane {
        match self.place(at) {
            Some(place) => &self.used[place].1,
            None if self.uncertain => &UNCERTAIN,
            None => &IDLE,
        }
    }
}

impl IndexMut<usize> for Lanes {
    fn index_mut(&mut self, at: usize) -> &mut Lane {
        let place = self.place(at).unwrap_or_else(|| {
            self.used.reserve_exact(1);
            self.used.push((at, Lane::idle(self.uncertain)));
            self.used.len() - 1
        });
        &mut self.used[place].1
    }
}
