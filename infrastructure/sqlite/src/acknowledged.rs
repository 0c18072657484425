//! How far a store has acknowledged, stored outside of the database and its log, so that a log that lost its
//! end is not taken for a shorter one.
//!
//! 1. After each commit, and before anybody hears of it, the last position and its link are written to one
//!    of two places in turn and synced. *If the process dies in between, the database is ahead of the mark.*
//! 2. A place that was torn while it was written does not fit its hash; the other one holds what was
//!    acknowledged before, and nobody heard of more. A place that was damaged later looks the same, and then
//!    somebody heard of it: who reads the mark learns that the other place cannot be read.
//! 3. The mark names its store, so that the companion of another one is not taken for it.

use crate::place::{Place, private};
use fundflow_kernel::{envelope::Chain, store::Position};
use sha2::{Digest as _, Sha256};
use std::{
    fmt,
    fs::{self, File},
    io,
    os::unix::fs::FileExt as _,
};

const MAGIC: [u8; 8] = *b"FFLWACK1";
const BODY: usize = 72;
const MARK: usize = BODY + 32;
/// Far enough from each other that no sector or page holds both.
const PLACES: [u64; 2] = [0, 4096];
const FILE: usize = 8192;

/// The store's own name, whatever its file is called.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Identity(pub(super) [u8; 16]);

impl fmt::Display for Identity {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(out, "{byte:02x}"))
    }
}

/// Last acknowledged position, with its link.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Mark {
    pub(super) store: Identity,
    sequence: u64,
    pub(super) position: Position,
    /// Of the event at that position; [`Chain::START`] before the first.
    pub(super) link: Chain,
    /// The other place does not hold the mark before it, so that this one may be older than the last one.
    pub(super) is_doubted: bool,
}

impl Mark {
    /// Before anything was acknowledged.
    pub(super) const fn first(store: Identity) -> Self {
        Self::made(store, Position::START, Chain::START)
    }

    /// The first of a companion that is made, which stands in the first place.
    pub(super) const fn made(store: Identity, position: Position, link: Chain) -> Self {
        Self { store, sequence: 0, position, link, is_doubted: false }
    }

    /// The one after it, for the other place.
    const fn next(self, position: Position, link: Chain) -> Self {
        Self { sequence: self.sequence + 1, position, link, is_doubted: false, ..self }
    }

    /// The newer of the marks that fit their hash.
    pub(super) fn newest(bytes: &[u8]) -> Option<Self> {
        let places = PLACES.iter().filter_map(|place| usize::try_from(*place).ok());
        let places = places.filter_map(|place| bytes.get(place..place + MARK));
        let mut marks: Vec<Self> = places.clone().filter_map(Self::read).collect();
        marks.sort_unstable_by_key(|mark| mark.sequence);
        let newest = marks.pop()?;
        let is_doubted = match (newest.sequence.checked_sub(1), marks.pop()) {
            (before, Some(other)) => before != Some(other.sequence),
            // The second place is empty until there is a second mark.
            (None, None) => places.filter(|place| place.iter().any(|byte| *byte != 0)).count() > 1,
            (Some(_), None) => true,
        };
        Some(Self { is_doubted, ..newest })
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let (body, hash) = bytes.split_at_checked(BODY)?;
        (Sha256::digest(body)[..] == *hash).then_some(())?;
        let (magic, body) = body.split_first_chunk()?;
        let (store, body) = body.split_first_chunk()?;
        let (sequence, body) = body.split_first_chunk()?;
        let (position, link) = body.split_first_chunk()?;
        (*magic == MAGIC).then_some(())?;
        Some(Self {
            store: Identity(*store),
            sequence: u64::from_be_bytes(*sequence),
            position: Position(u64::from_be_bytes(*position)),
            link: Chain(*link.first_chunk()?),
            is_doubted: false,
        })
    }

    fn bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(MARK);
        bytes.extend(MAGIC);
        bytes.extend(self.store.0);
        bytes.extend(self.sequence.to_be_bytes());
        bytes.extend(self.position.0.to_be_bytes());
        bytes.extend(self.link.0);
        let hash = Sha256::digest(&bytes);
        bytes.extend(hash);
        bytes
    }
}

/// The companion of a store that is open for writing.
#[derive(Debug)]
pub(super) struct Acknowledged {
    file: File,
    last: Mark,
    syncs: bool,
}

impl Acknowledged {
    /// Makes the companion, under its name when it is whole. It is there after a power cut when its directory is
    /// synced.
    pub(super) fn create(place: &Place, mark: &Mark) -> io::Result<()> {
        let new = place.begin(".acknowledged")?;
        let mut bytes = mark.bytes();
        // All of it from the start, so that no later write changes more than its own bytes.
        bytes.resize(FILE, 0);
        let file = private().open(&new)?;
        file.write_all_at(&bytes, 0)?;
        file.sync_all()?;
        fs::rename(&new, place.acknowledged())
    }

    pub(super) fn open(place: &Place, last: Mark, syncs: bool) -> io::Result<Self> {
        let file = private().open(place.acknowledged())?;
        Ok(Self { file, last, syncs })
    }

    /// Everything up to there is about to be acknowledged.
    pub(super) fn advance(&mut self, position: Position, link: Chain) -> io::Result<()> {
        if position == self.last.position {
            return Ok(());
        }
        self.write(position, link)
    }

    /// The same, also where it stands there already: a sync that failed may have left it in the cache alone.
    pub(super) fn write(&mut self, position: Position, link: Chain) -> io::Result<()> {
        self.last = self.last.next(position, link);
        let [even, odd] = PLACES;
        let place = if self.last.sequence.is_multiple_of(2) { even } else { odd };
        self.file.write_all_at(&self.last.bytes(), place)?;
        if self.syncs { self.file.sync_data() } else { Ok(()) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(marks: usize) -> (tempfile::TempDir, Vec<u8>) {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let place = Place::of(&directory.path().join("events.db")).expect("a place");
        let first = Mark::first(Identity([7; 16]));
        Acknowledged::create(&place, &first).expect("a file");
        let mut file = Acknowledged::open(&place, first, true).expect("the file");
        for nth in 1..=marks {
            file.advance(Position(nth as u64 * 10), Chain([1; 32])).expect("a write");
        }
        let bytes = fs::read(place.acknowledged()).expect("the file");
        (directory, bytes)
    }

    fn position(bytes: &[u8]) -> Option<u64> {
        Mark::newest(bytes).map(|mark| mark.position.0)
    }

    fn is_doubted(bytes: &[u8]) -> bool {
        Mark::newest(bytes).is_some_and(|mark| mark.is_doubted)
    }

    #[test]
    fn a_damaged_place_is_seen_whichever_it_is_and_until_the_next_mark() {
        for marks in 0..4 {
            let (directory, bytes) = written(marks);
            for place in [0, 4096] {
                let mut damaged = bytes.clone();
                damaged[place + 20] ^= 1;
                let Some(left) = Mark::newest(&damaged) else {
                    assert_eq!((marks, place), (0, 0), "the only mark is gone");
                    continue;
                };
                assert!(left.is_doubted, "{marks} marks, place {place}");

                let at = Place::of(&directory.path().join("events.db")).expect("a place");
                fs::write(at.acknowledged(), &damaged).expect("a write");
                let mut file = Acknowledged::open(&at, left, true).expect("the file");
                file.write(Position(99), Chain([2; 32])).expect("a write");
                let mended = fs::read(at.acknowledged()).expect("the file");
                assert_eq!(position(&mended), Some(99));
            }
        }
    }

    #[test]
    fn the_newest_mark_counts_however_many_there_were() {
        for marks in 0..5 {
            let (_directory, bytes) = written(marks);
            assert_eq!(position(&bytes), Some(marks as u64 * 10));
            assert!(!is_doubted(&bytes), "{marks} marks");
            assert_eq!(bytes.len(), FILE);
        }
    }

    #[test]
    fn any_flipped_bit_of_the_newest_mark_leaves_the_one_before() {
        let (_directory, bytes) = written(4);
        for bit in 0..MARK * 8 {
            let mut torn = bytes.clone();
            torn[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(position(&torn), Some(30), "bit {bit}");
            assert!(is_doubted(&torn), "bit {bit}");
        }
    }

    #[test]
    fn a_torn_first_write_behind_a_mark_that_was_made_leaves_that_one() {
        let directory = tempfile::tempdir().expect("a temporary directory");
        let place = Place::of(&directory.path().join("events.db")).expect("a place");
        let made = Mark::made(Identity([7; 16]), Position(10), Chain([1; 32]));
        Acknowledged::create(&place, &made).expect("a file");
        let mut file = Acknowledged::open(&place, made, true).expect("the file");
        file.advance(Position(20), Chain([2; 32])).expect("a write");
        let mut bytes = fs::read(place.acknowledged()).expect("the file");
        assert_eq!(position(&bytes), Some(20));
        let newest = [0, 4096].into_iter().find(|at| position(&bytes[*at..*at + MARK]) == Some(20));
        bytes[newest.expect("a place") + MARK - 1] ^= 1;
        assert_eq!(position(&bytes), Some(10));
    }

    #[test]
    fn nothing_is_read_out_of_a_file_of_other_content() {
        assert_eq!(position(&[]), None);
        assert_eq!(position(&[0; FILE]), None);
        assert_eq!(position(b"FFLWACK1 and then something else"), None);
    }
}
