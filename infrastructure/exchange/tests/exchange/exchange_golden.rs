//! One file per kind and edition, compared byte by byte. `UPDATE_GOLDEN=1` writes them anew.

use std::fs;

use fundflow_exchange::check;
use fundflow_exchange::index::IndexFile;
use fundflow_exchange::version::{FileType, Version};

use crate::samples;

#[test]
fn files_are_written_as_they_always_were() {
    for file_type in FileType::ALL {
        for version in Version::ALL {
            let path = samples::golden(&format!("{file_type}_v{version}.txt"));
            let bytes = samples::file(file_type, version);
            if samples::updating() {
                fs::write(&path, &bytes).expect("the golden directory");
            }
            let golden = fs::read(&path).expect("a golden file; make it with UPDATE_GOLDEN=1");
            assert!(bytes == golden, "{} differs", path.display());
        }
    }
}

#[test]
fn golden_files_are_sound_and_padded_as_the_standard_writes_it() {
    for file_type in FileType::ALL {
        for version in Version::ALL {
            let path = samples::golden(&format!("{file_type}_v{version}.txt"));
            let report = check::check(&path).expect("a golden file");
            assert_eq!(report.errors.to_string(), "");
            assert_eq!(report.warnings.total, 0);
            assert!(report.header_as_standard && report.final_line_end);
            assert_eq!(report.records, 3);
        }
    }
}

#[test]
fn an_index_of_every_edition_is_written_as_it_always_was_and_reads_back() {
    for version in Version::ALL {
        let name = |file_type| format!("OFD_305_05_20260213_{file_type}.TXT");
        let index = IndexFile {
            version,
            creator: "305".into(),
            receiver: "05".into(),
            date: samples::day(),
            files: FileType::ALL.map(name).to_vec(),
        };
        let bytes = index.to_bytes().expect("narrow enough");
        let path = samples::golden(&format!("index_v{version}.txt"));
        if samples::updating() {
            fs::write(&path, &bytes).expect("the golden directory");
        }
        let golden = fs::read(&path).expect("a golden file; make it with UPDATE_GOLDEN=1");
        assert!(bytes == golden, "{} differs", path.display());
        assert_eq!(IndexFile::read("index", golden.as_slice()).expect("sound"), index);
    }
}

#[test]
fn the_worked_example_reads_as_it_is_meant() {
    let bytes = samples::example();
    let verified = check::verify("example", std::io::Cursor::new(bytes)).expect("sound");
    let mut reader = verified.reader;
    assert!(verified.report.header_as_standard);
    assert_eq!(reader.layout().width(), 49);
    let record = reader.next_record().expect("sound").expect("one record");
    assert_eq!(record.digits("appsheetserialno").as_deref(), Ok("305202602130000000000001"));
    assert_eq!(record.text("FUNDCODE").as_deref(), Ok("000730"));
    assert_eq!(record.decimal("ApplicationAmount"), Ok("10000.00".parse().expect("a number")));
    assert_eq!(record.text("BusinessCode").as_deref(), Ok("022"));
}

#[test]
fn a_header_that_is_padded_otherwise_is_read_all_the_same() {
    let text = String::from_utf8(samples::example()).expect("ASCII");
    let trimmed = text.lines().map(|line| line.trim_end().to_owned() + "\r\n").collect::<String>();
    let report = check::check_bytes("f", trimmed.as_bytes()).expect("memory");
    assert_eq!(report.errors.to_string(), "");
    assert!(!report.header_as_standard);
    assert_eq!(report.header.map(|header| header.creator), Some("305".to_owned()));
}
