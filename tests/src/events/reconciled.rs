//! What a reconciliation of a day compared.

use super::{Entry, id};
use crate::worlds::date;
use fundflow_domain::{
    reconciled_day::{Closing, Confirmed, Counted, Event, Figures, Held, ReconciledDays},
    text::Text,
};

pub(super) fn entries() -> Vec<Entry> {
    let figures = Figures {
        day: date("2026-02-12"),
        files: vec![Text::lossy("OFI_05_305_20260213.TXT"), Text::lossy("bank.csv")],
        counted: vec![Counted { source: Text::lossy("holdings"), records: 3, events: 2, loose: 0 }],
        held: vec![Held {
            fund: id("000730"),
            ours: id("10000.00"),
            stated: id("10000.40"),
            ours_frozen: id("0.00"),
            stated_frozen: id("50.00"),
            apart: 1,
        }],
        confirmed: vec![Confirmed {
            fund: id("000730"),
            business: Text::lossy("122"),
            records: id("10000.00"),
            stated: id("10000.00"),
            apart: 0,
        }],
        closings: vec![Closing { file: Text::lossy("bank.csv"), balance: id("48000.00") }],
    };
    vec![Entry::of::<ReconciledDays>(&[Event::Compared(Box::new(figures))])]
}
