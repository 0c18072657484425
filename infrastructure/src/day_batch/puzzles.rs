//! Records of a sound file that this engine cannot make sense of, as their cases have them.
//!
//! 1. A record is identified by its registrar, its kind of file and every field that says something, so that the
//!    same one in another file is the same case. The day on which a file is sent is not the record's.
//! 2. What a record of file 05, 07 or 25 gets wrong is no application's and no dividend: its case is `other`.

use crate::exchange::{
    record::{Record, RecordRef},
    version::FileType,
};
use fundflow_domain::{
    case::{Figure, Kind},
    ids::ApplicationNo,
};
use fundflow_sagas::ports::stray::Stray;

/// A record of a sound file that this engine cannot make sense of.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("record {record} of {file}: {problem}")]
pub struct Puzzle {
    /// Its name without the directory.
    pub file: String,
    /// Counted from 1.
    pub record: usize,
    /// What is wrong with the record, in words.
    pub problem: String,
    /// The record, for its case.
    pub stray: Stray,
}

impl Puzzle {
    /// The same record with another problem.
    pub(super) fn with(mut self, problem: &str) -> Self {
        problem.clone_into(&mut self.problem);
        problem.clone_into(&mut self.stray.why);
        self
    }
}

/// What a case shows of a record, where it says it.
const FIGURES: [&str; 24] = [
    "BusinessCode",
    "AppSheetSerialNo",
    "OriginalAppSheetNo",
    "TASerialNO",
    "ReturnCode",
    "TransactionAccountID",
    "TAAccountID",
    "FundCode",
    "CodeOfTargetFund",
    "TransactionDate",
    "TransactionCfmDate",
    "ApplicationVol",
    "ApplicationAmount",
    "ConfirmedVol",
    "ConfirmedAmount",
    "NAV",
    "Charge",
    "RefundAmount",
    "DividendAmount",
    "VolOfDividendforReinvestment",
    "AvailableVol",
    "TotalVolOfDistributorInTA",
    "TotalFrozenVol",
    "SettleAmount",
];

/// The day on which the file was sent.
const SENT_ON: &str = "DownLoaddate";

/// A record of a file of a registrar, of which nothing is known but that it has a problem.
#[derive(Debug, Clone, Copy)]
pub(super) struct Source<'a> {
    pub(super) registrar: &'a str,
    pub(super) file: &'a str,
    pub(super) kind: FileType,
    pub(super) record: &'a Record,
    /// Counted from 1.
    pub(super) nth: usize,
}

impl Source<'_> {
    /// With what is wrong with it.
    pub(super) fn puzzle(&self, problem: String) -> Puzzle {
        let file = self.file.to_owned();
        let stray = stray(self, &problem);
        Puzzle { file, record: self.nth, problem, stray }
    }
}

fn stray(source: &Source<'_>, why: &str) -> Stray {
    let (record, code) = (source.record.as_ref(), source.kind.code());
    let figures = FIGURES.into_iter().filter_map(|name| Some((name, said(record, name)?)));
    let serial = said(record, "TASerialNO").map(|it| format!(", number {it}"));
    let kind = match source.kind {
        FileType::TradeApplication | FileType::TradeConfirmation | FileType::Dividend => {
            Kind::NotAssigned
        }
        FileType::ShareBalance | FileType::FundDay | FileType::Settlement => Kind::Other,
    };
    Stray {
        registrar: source.registrar.to_owned(),
        record: format!("file {code}{}", serial.unwrap_or_default()),
        said: all_of(record),
        kind,
        why: why.to_owned(),
        no: ["AppSheetSerialNo", "OriginalAppSheetNo"]
            .iter()
            .find_map(|name| ApplicationNo::new(said(record, name)?.as_str()).ok()),
        of: None,
        fund: said(record, "FundCode").and_then(|fund| fund.parse().ok()),
        figures: figures.map(|(name, value)| Figure::new(name, value)).collect(),
    }
}

/// What a field says; `None` where it is blank, 0 or not there.
fn said(record: RecordRef<'_>, name: &str) -> Option<String> {
    let layout = record.layout();
    let slot = layout.slots().get(layout.position(name)?)?;
    (!record.is_blank(name)).then(|| record.display(slot).into_owned())
}

fn all_of(record: RecordRef<'_>) -> String {
    let slots = record.layout().slots().iter();
    let slots = slots.filter(|slot| *slot.name != *SENT_ON && !record.is_blank(&slot.name));
    let fields = slots.map(|slot| format!("{} = {}", slot.name, record.display(slot)));
    fields.collect::<Vec<_>>().join("; ")
}
