//! A registrar's file, written anew with other records.

#![allow(clippy::unwrap_used, reason = "a fixture that does not come about is a failed test")]
#![allow(dead_code, reason = "each test program uses its part")]

use fundflow_infrastructure::exchange::{
    check::read_all_or_refuse, record::Record, writer::Writer,
};
use std::{fs::File, io::BufWriter, path::Path};

/// Changes each record of a file.
pub(crate) fn edit(path: &Path, change: &dyn Fn(&mut Record)) {
    let (read, mut records) = read_all_or_refuse(path).unwrap();
    records.iter_mut().for_each(change);
    let header = read.header.unwrap();
    let mut writer = Writer::new(BufWriter::new(File::create(path).unwrap()), header).unwrap();
    for record in &records {
        writer.write(record.as_ref()).unwrap();
    }
    writer.finish().unwrap();
}
