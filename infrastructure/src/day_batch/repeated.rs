//! Records that a set of files has twice.
//!
//! | file | a record's key | said otherwise |
//! |---|---|---|
//! | 04 | application, business, the registrar's number | both are handed on: the order has a case |
//! | 05 | account, fund and class; of a lot its number, too | neither is believed, and what is frozen is the most that is said |
//! | 06 | account, fund, the registrar's number | both are, and nobody takes either |
//! | 07 | fund, day and kind of value | neither is believed |
//! | 25 | the number of the row | neither is believed |
//!
//! A record that is there twice word for word counts once, and is a finding.

use super::puzzles::Source;
use crate::exchange::{record::RecordRef, version::FileType};
use sha2::{Digest as _, Sha256};
use std::{collections::HashMap, sync::Arc};

/// What tells a record from all others of its kind; empty where nothing does.
fn columns(kind: FileType) -> &'static [&'static str] {
    match kind {
        FileType::TradeApplication => &["AppSheetSerialNo"],
        FileType::TradeConfirmation => {
            &["AppSheetSerialNo", "OriginalAppSheetNo", "BusinessCode", "TASerialNO"]
        }
        FileType::ShareBalance => &[
            "FundCode",
            "TAAccountID",
            "TransactionAccountID",
            "DistributorCode",
            "ShareClass",
            "DetailFlag",
            "ShareRegisterDate",
            "TASerialNO",
        ],
        FileType::Dividend => &["FundCode", "TAAccountID", "TransactionAccountID", "TASerialNO"],
        FileType::FundDay => &["FundCode", "UpdateDate", "NetValueType"],
        FileType::Settlement => &["SequenceNO"],
    }
}

/// Without it a record cannot be distinguished from another one of its account, fund or application.
fn number(kind: FileType, record: RecordRef<'_>) -> Option<&'static str> {
    match kind {
        FileType::ShareBalance if record.text("DetailFlag").is_ok_and(|it| it == "0") => None,
        FileType::ShareBalance | FileType::Dividend => Some("TASerialNO"),
        FileType::Settlement => Some("SequenceNO"),
        FileType::TradeApplication | FileType::TradeConfirmation => Some("AppSheetSerialNo"),
        FileType::FundDay => Some("FundCode"),
    }
}

/// The earlier record with the same key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Before {
    /// No earlier record.
    Nothing,
    /// The same, word for word.
    Same(Place),
    /// Something else under the same numbers.
    Another(Place),
}

/// A record's file, and which one it is of it, from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) file: Arc<str>,
    pub(super) nth: usize,
}

/// The first half of a SHA-256: nobody makes two of it by chance, and a day has millions of records.
type Half = [u8; 16];

/// Records by what tells them, with where they were and what they say.
#[derive(Debug, Default)]
pub(super) struct Seen {
    records: HashMap<Half, (Place, Half)>,
    file: Arc<str>,
}

impl Seen {
    /// Looks a record up, and keeps it if it is the first of its kind.
    pub(super) fn before(&mut self, source: &Source<'_>) -> Before {
        let Some(key) = key_of(source) else { return Before::Nothing };
        let said = half(Sha256::new().chain_update(source.record.as_ref().bytes()));
        if *self.file != *source.file {
            self.file = source.file.into();
        }
        let place = || Place { file: Arc::clone(&self.file), nth: source.nth };
        match self.records.get(&key) {
            Some((place, before)) if *before == said => Before::Same(place.clone()),
            Some((place, _)) => Before::Another(place.clone()),
            None => {
                self.records.insert(key, (place(), said));
                Before::Nothing
            }
        }
    }
}

fn half(digest: Sha256) -> Half {
    let whole: [u8; 32] = digest.finalize().into();
    let mut half = Half::default();
    half.copy_from_slice(&whole[..16]);
    half
}

/// `None` for a record that nothing tells from others, or of which that cannot be read.
fn key_of(source: &Source<'_>) -> Option<Half> {
    let record = source.record.as_ref();
    if number(source.kind, record).is_some_and(|number| record.is_blank(number)) {
        return None;
    }
    let mut digest = Sha256::new().chain_update(source.kind.code());
    for column in columns(source.kind) {
        digest.update(b"\n");
        match record.text(column) {
            Ok(value) => digest.update(value.as_bytes()),
            // A column that the header leaves out tells nothing apart.
            Err(_) if !record.has(column) => {}
            Err(_) => return None,
        }
    }
    Some(half(digest))
}
