//! Writes a data file record by record in constant memory.
//!
//! The number of records stands in the header, in front of them. The writer takes it up front
//! rather than going back to patch it: so it writes to pipes and sockets as well, the digest can
//! be taken on the way, and a file whose making broke off lacks its trailer, which is what every
//! reader refuses. A file that does not hold what it promised is never finished.

use std::io::{self, Write};
use std::sync::Arc;

use sha2::{Digest as _, Sha256};

use super::header::{Header, HeaderError, TRAILER};
use super::layout::Layout;
use super::record::{Record, RecordRef};

/// Why a file is not written.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs, reason = "the sentence of each variant says what stands in it")]
pub enum WriteError {
    /// The bytes did not go out.
    #[error("the file cannot be written; check the disk and the permissions")]
    Io(#[from] io::Error),
    /// The header has no place for something.
    #[error(transparent)]
    Header(#[from] HeaderError),
    /// A record with other fields than the header lists.
    #[error("record {record} has other fields than the header; make it with blank()")]
    OtherLayout {
        /// Number of the record, counted from 1.
        record: u64,
    },
    /// More or fewer records than the header promised.
    #[error("of records the header says {stated}, but {written} came; count them first")]
    Count {
        /// Count that the header states.
        stated: u64,
        written: u64,
    },
}

/// A file as it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Written {
    /// Records of the whole file.
    pub records: u64,
    /// Bytes of the whole file.
    pub bytes: u64,
    /// SHA-256 of these bytes.
    pub sha256: [u8; 32],
}

/// Writes one data file.
#[derive(Debug)]
pub struct Writer<W> {
    out: W,
    header: Header,
    layout: Arc<Layout>,
    // The last foreign layout that proved equal, so that a stream compares it once.
    equal: Arc<Layout>,
    digest: Sha256,
    bytes: u64,
    records: u64,
}

impl<W: Write> Writer<W> {
    /// Writes the header, with `header.records` as the number of records that will follow.
    /// `out` should be buffered.
    pub fn new(out: W, header: Header) -> Result<Self, WriteError> {
        let layout = header.layout()?;
        let bytes = header.to_bytes()?;
        let equal = Arc::clone(&layout);
        let digest = Sha256::new();
        let mut writer = Self { out, header, layout, equal, digest, bytes: 0, records: 0 };
        writer.put(&bytes)?;
        Ok(writer)
    }

    /// The header that was written.
    pub const fn header(&self) -> &Header {
        &self.header
    }

    /// A record to fill in; one is enough for the whole file.
    pub fn blank(&self) -> Record {
        Record::blank(&self.layout)
    }

    /// Writes a record, which is valid by the way it was made.
    pub fn write(&mut self, record: RecordRef<'_>) -> Result<(), WriteError> {
        if !Arc::ptr_eq(record.layout, &self.layout) && !Arc::ptr_eq(record.layout, &self.equal) {
            if *record.layout != self.layout {
                return Err(WriteError::OtherLayout { record: self.records + 1 });
            }
            self.equal = Arc::clone(record.layout);
        }
        let stated = self.header.records;
        if self.records == stated {
            return Err(WriteError::Count { stated, written: self.records + 1 });
        }
        self.put(record.bytes)?;
        self.put(b"\r\n")?;
        self.records += 1;
        Ok(())
    }

    /// Writes the trailer with its line end and flushes.
    pub fn finish(self) -> Result<(W, Written), WriteError> {
        self.end(true)
    }

    /// Writes the trailer as it was in another file, with or without a line end.
    pub fn finish_like(self, final_line_end: bool) -> Result<(W, Written), WriteError> {
        self.end(final_line_end)
    }

    fn end(mut self, final_line_end: bool) -> Result<(W, Written), WriteError> {
        let (stated, written) = (self.header.records, self.records);
        if stated != written {
            return Err(WriteError::Count { stated, written });
        }
        self.put(TRAILER.as_bytes())?;
        if final_line_end {
            self.put(b"\r\n")?;
        }
        self.out.flush()?;
        let sha256 = self.digest.finalize().into();
        Ok((self.out, Written { records: written, bytes: self.bytes, sha256 }))
    }

    fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.digest.update(bytes);
        self.bytes += bytes.len() as u64;
        self.out.write_all(bytes)
    }
}
