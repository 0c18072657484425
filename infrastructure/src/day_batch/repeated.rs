//! Records that a set of files has twice.
//!
//! | file | one record is told by | said otherwise |
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
use std::collections::HashMap;

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

/// Without it a record is not told from another one of its account, fund or application.
fn number(kind: FileType, record: RecordRef<'_>) -> Option<&'static str> {
    match kind {
        FileType::ShareBalance if record.text("DetailFlag").is_ok_and(|it| it == "0") => None,
        FileType::ShareBalance | FileType::Dividend => Some("TASerialNO"),
        FileType::Settlement => Some("SequenceNO"),
        FileType::TradeApplication | FileType::TradeConfirmation => Some("AppSheetSerialNo"),
        FileType::FundDay => Some("FundCode"),
    }
}

/// What is told by the same columns before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Before {
    /// Nothing.
    Nothing,
    /// The same, word for word.
    Same(Place),
    /// Something else.
    Another(Place),
}

/// A record's file, and which one it is of it, from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) file: String,
    pub(super) nth: usize,
}

/// Records by what tells them, with where they were and a digest of what they say.
#[derive(Debug, Default)]
pub(super) struct Seen(HashMap<(FileType, String), (Place, [u8; 32])>);

impl Seen {
    /// Looks a record up, and keeps it if it is the first of its kind.
    pub(super) fn before(&mut self, source: &Source<'_>) -> Before {
        let Some(key) = key_of(source) else { return Before::Nothing };
        let said: [u8; 32] = Sha256::digest(source.record.as_ref().bytes()).into();
        match self.0.get(&(source.kind, key.clone())) {
            Some((place, before)) if *before == said => Before::Same(place.clone()),
            Some((place, _)) => Before::Another(place.clone()),
            None => {
                let place = Place { file: source.file.to_owned(), nth: source.nth };
                self.0.insert((source.kind, key), (place, said));
                Before::Nothing
            }
        }
    }
}

/// `None` for a record that nothing tells from others, or of which that cannot be read.
fn key_of(source: &Source<'_>) -> Option<String> {
    let record = source.record.as_ref();
    if number(source.kind, record).is_some_and(|number| record.is_blank(number)) {
        return None;
    }
    let value = |column: &&str| match record.text(column) {
        Ok(value) => Some(value.into_owned()),
        // A column that the header leaves out tells nothing apart.
        Err(_) if !record.has(column) => Some(String::new()),
        Err(_) => None,
    };
    let values: Option<Vec<String>> = columns(source.kind).iter().map(value).collect();
    values.map(|values| values.join("\n"))
}
