// What must hold for any bytes: reading them does not panic, checking and opening agree, and a
// file that was accepted is written again byte for byte, both from its records as they are and
// from the values in their fields. Shared by the fuzz target and by the tests of the workspace.

use std::io::Cursor;

use fundflow_exchange::check::{self, Verified};
use fundflow_exchange::index::IndexFile;
use fundflow_exchange::writer::Writer;

/// Whether the bytes were accepted; panics if one of the promises is broken.
pub(crate) fn rewrite(data: &[u8]) -> bool {
    let _ = IndexFile::read("fuzz", data);
    let report = check::check_bytes("fuzz", data).expect("memory does not fail");
    let verified = check::verify("fuzz", Cursor::new(data));
    assert_eq!(report.is_sound(), verified.is_ok(), "checking and opening disagree");
    let Ok(Verified { report, mut reader }) = verified else {
        return false;
    };
    let head = reader.raw_header().len();
    // A header whose lines are too wide for the standard is read, but cannot be written.
    let mut header = reader.header().clone();
    if !report.header_as_standard {
        for party in [&mut header.creator, &mut header.receiver] {
            party.clear();
        }
        header.sender.clear();
        header.recipient.clear();
        header.sequence = 1;
    }
    let Ok(mut writer) = Writer::new(Vec::new(), header) else {
        assert!(!report.header_as_standard, "a standard header was not written");
        return true;
    };
    let mut again = writer.blank();
    while let Some(record) = reader.next_record().expect("it was verified") {
        writer.write(record).expect("the layout is that of the header");
        again.clear();
        for slot in record.layout().slots() {
            // Letters of a name where the edition has digits are read, and never written.
            let set = again.set_displayed(&slot.name, &record.display(slot));
            assert!(set.is_ok() || !report.warnings.is_empty(), "no value of this field: {set:?}");
        }
        if report.warnings.is_empty() {
            assert_eq!(again.as_ref().bytes(), record.bytes(), "values do not come back");
        }
    }
    let (out, written) = writer.finish_like(report.final_line_end).expect("the count is right");
    if report.header_as_standard {
        assert_eq!(out, data, "not the same bytes");
        assert_eq!(written.sha256, report.sha256, "not the same digest");
    } else {
        assert!(out.ends_with(&data[head..]), "not the same records");
    }
    true
}
