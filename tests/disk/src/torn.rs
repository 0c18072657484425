//! What of the unsynced reached the disk all the same when the power was cut: any of it.

use crate::{
    disk::{Disk, Expected as _, copy, number_of, size_of},
    pages::PAGE,
};
use std::{
    fs::{self, File},
    path::Path,
};

/// What a disk writes as a whole, in bytes.
const SECTOR: u64 = 512;

/// `SplitMix64`: numbers that follow from a seed.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) const fn of(seed: u64) -> Self {
        Self(seed)
    }

    const fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    const fn coin(&mut self) -> bool {
        self.next().is_multiple_of(2)
    }
}

impl Disk {
    pub(crate) fn tear(&self, directory: &Path, dice: &mut Dice) {
        let entries = fs::read_dir(directory).expected("a directory");
        let mut paths: Vec<_> = entries.map(|entry| entry.expected("an entry").path()).collect();
        // The system's order is not the same each time.
        paths.sort();
        for path in paths {
            if path.is_dir() {
                self.tear(&path, dice);
            } else {
                self.tear_file(&File::open(&path).expected("a file"), dice);
            }
        }
        if dice.coin() {
            self.sync_names(directory);
        }
    }

    fn tear_file(&self, file: &File, dice: &mut Dice) {
        let Some(pages) = self.marked(number_of(file)) else { return };
        let size = size_of(file);
        let (durable, end) = if dice.coin() {
            (self.sized(file, &pages), size)
        } else {
            // Without the new size, only what the file had before has a place on the disk.
            let durable = self.durable(number_of(file));
            let had = size_of(&durable).min(pages.least()).min(size);
            (durable, had)
        };
        for page in pages.dirty() {
            let sectors = match dice.next() % 3 {
                0 => 0,
                1 => u64::MAX,
                _ => dice.next(),
            };
            for nth in (0..PAGE / SECTOR).filter(|nth| sectors >> nth & 1 == 1) {
                let from = page * PAGE + nth * SECTOR;
                copy(file, &durable, from..(from + SECTOR).min(end));
            }
        }
    }
}
