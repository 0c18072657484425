//! What is to happen, as a process reads it at its beginning.

use crate::variables::{CUT_AFTER, CUT_BEFORE, DIRECTORY, DISK, FAIL, TORN};
use std::{env, path::PathBuf};

/// What the variables said when the process began.
#[derive(Debug)]
pub(crate) struct Settings {
    pub(crate) directory: PathBuf,
    pub(crate) disk: PathBuf,
    pub(crate) fail: Option<u64>,
    pub(crate) cut_before: Option<u64>,
    pub(crate) cut_after: Option<u64>,
    pub(crate) torn: Option<u64>,
}

impl Settings {
    /// Nothing, where no directory is named.
    pub(crate) fn read() -> Option<Self> {
        let directory = env::var_os(DIRECTORY)?;
        let directory = PathBuf::from(directory).canonicalize().expect("the modelled directory");
        let disk = env::var_os(DISK).expect("a place for the disk beside the directory");
        Some(Self {
            directory,
            disk: disk.into(),
            fail: number(FAIL),
            cut_before: number(CUT_BEFORE),
            cut_after: number(CUT_AFTER),
            torn: number(TORN),
        })
    }
}

fn number(name: &str) -> Option<u64> {
    env::var(name).ok().map(|text| text.parse().expect("a whole number"))
}
