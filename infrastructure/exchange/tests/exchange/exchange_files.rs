//! Files of a day in a directory: the index comes last, and only a whole day is acted upon; and
//! a file in other editions and other forms.

use std::fs;
use std::io::Cursor;

use fundflow_exchange::check::{self, Verified};
use fundflow_exchange::convert::{self, ConvertError};
use fundflow_exchange::index::{IndexError, IndexFile};
use fundflow_exchange::reader::ReadError;
use fundflow_exchange::text_form;
use fundflow_exchange::version::{FileType, Version};
use fundflow_exchange::writer::{WriteError, Writer};

use crate::samples;

const NAME: &str = "OFD_305_05_20260213_03.TXT";

fn index() -> IndexFile {
    IndexFile {
        version: Version::V21,
        creator: "305".into(),
        receiver: "05".into(),
        date: samples::day(),
        files: vec![NAME.into()],
    }
}

#[test]
fn an_index_is_published_and_believed_only_when_every_file_is_whole() {
    let directory = tempfile::tempdir().expect("a directory");
    let missing = index().publish(directory.path());
    assert!(matches!(missing, Err(IndexError::Missing { names }) if names == [NAME]));

    let bytes = samples::example();
    let path = directory.path().join(NAME);
    fs::write(&path, &bytes[..bytes.len() - 12]).expect("half a file");
    let damaged = index().publish(directory.path());
    assert!(matches!(damaged, Err(IndexError::DamagedFiles { reports }) if reports.len() == 1));
    assert_eq!(fs::read_dir(directory.path()).expect("a directory").count(), 1);

    fs::write(&path, &bytes).expect("the file");
    let published = index().publish(directory.path()).expect("whole");
    assert!(published.ends_with("OFI_305_05_20260213.TXT"));
    let set = IndexFile::open_complete(&published).expect("complete");
    assert_eq!((set.index, set.reports.len(), set.unread.len()), (index(), 1, 0));
}

#[test]
fn a_file_short_of_its_count_never_gets_a_trailer() {
    let mut header = samples::header(FileType::Settlement, Version::V21);
    header.records = 1;
    let mut writer = Writer::new(Vec::new(), header).expect("a standard header");
    let blank = writer.blank();
    let none = Writer::new(Vec::new(), writer.header().clone()).expect("a header").finish();
    assert!(matches!(none, Err(WriteError::Count { stated: 1, written: 0 })));
    writer.write(blank.as_ref()).expect("the first");
    let second = writer.write(blank.as_ref());
    assert!(matches!(second, Err(WriteError::Count { stated: 1, written: 2 })));
}

/// A file that somebody changes, soundly, between the first and the second reading.
struct Restless(Cursor<Vec<u8>>);

impl std::io::Read for Restless {
    fn read(&mut self, room: &mut [u8]) -> std::io::Result<usize> {
        self.0.read(room)
    }
}

impl std::io::Seek for Restless {
    fn seek(&mut self, to: std::io::SeekFrom) -> std::io::Result<u64> {
        let text = String::from_utf8_lossy(self.0.get_ref()).replace("000730", "000731");
        *self.0.get_mut() = text.into_bytes();
        self.0.seek(to)
    }
}

#[test]
fn a_file_that_changes_after_its_check_is_noticed() {
    let file = Restless(Cursor::new(samples::example()));
    let Verified { mut reader, .. } = check::verify("f", file).expect("sound at first");
    assert!(reader.next_record().expect("sound").is_some());
    assert!(matches!(reader.next_record(), Err(ReadError::Changed)));
}

#[test]
fn a_small_file_can_be_had_as_a_whole_or_not_at_all() {
    let directory = tempfile::tempdir().expect("a directory");
    let path = directory.path().join(NAME);
    fs::write(&path, samples::example()).expect("the file");
    let (report, records) = check::read_all_or_refuse(&path).expect("sound");
    assert_eq!((report.records, records.len()), (1, 1));
    assert_eq!(report.sha256_hex().len(), 64);
    fs::write(&path, &samples::example()[..100]).expect("the file");
    assert!(matches!(check::read_all_or_refuse(&path), Err(ReadError::Damaged(_))));
}

#[test]
fn a_newer_edition_carries_every_value_and_the_older_one_refuses_what_it_cannot() {
    let bytes = samples::file(FileType::ShareBalance, Version::V21);
    let Verified { mut reader, .. } = check::verify("f", Cursor::new(&bytes)).expect("sound");
    let mut newer = Vec::new();
    convert::convert(&mut reader, Version::V22, &mut newer).expect("wider");
    let Verified { mut reader, .. } = check::verify("f", Cursor::new(&newer)).expect("sound");
    let mut back = Vec::new();
    convert::convert(&mut reader, Version::V21, &mut back).expect("the same values");
    assert_eq!(back, bytes);

    let bytes = samples::file(FileType::ShareBalance, Version::V22);
    let Verified { mut reader, .. } = check::verify("f", Cursor::new(&bytes)).expect("sound");
    let refused = convert::convert(&mut reader, Version::V21, Vec::new());
    let Err(ConvertError::Misfits { total, first }) = refused else { panic!("it does not fit") };
    assert_eq!(total, first.len() as u64);
    let line = samples::header(FileType::ShareBalance, Version::V22).fields.len() + 13;
    let misfits: Vec<_> = first.iter().map(ToString::to_string).collect();
    // A17 became C17, so text is sound in the newer edition alone; the last four fields are new.
    let absent = "WholeFlag = \"0\" has no place in version 21; choose a newer version";
    let expected = [
        format!("line {line}: TransactionAccountID = \"货币基金\" must consist of digits"),
        format!("line {line}: {absent}"),
    ];
    assert!(expected.iter().all(|misfit| misfits.contains(misfit)), "{misfits:#?}");
}

#[test]
fn json_turns_back_into_the_same_file() {
    for file_type in FileType::ALL {
        let bytes = samples::file(file_type, Version::V22);
        let Verified { mut reader, .. } = check::verify("f", Cursor::new(&bytes)).expect("sound");
        let mut json = Vec::new();
        text_form::to_json(&mut reader, &mut json).expect("memory");
        let mut back = Vec::new();
        text_form::from_json(json.as_slice(), None, &mut back).expect("its own document");
        assert!(back == bytes, "{file_type}");
    }
}
