//! Files with damaged fields: one field stands in the way of its record, or of nothing, and never of the file.

use std::collections::BTreeSet;
use std::io::Cursor;

use fundflow_exchange::check::{self, TakenRecord};
use fundflow_exchange::field_type::FieldType;
use fundflow_exchange::finding::Stops;
use fundflow_exchange::version::{FileType, Version};

use crate::samples;

fn taken(bytes: &[u8]) -> Option<Vec<TakenRecord>> {
    check::take_all("f", Cursor::new(bytes)).ok().map(|(_, records)| records)
}

/// Where the first record begins, and how wide it is.
fn first_record(bytes: &[u8], file_type: FileType, version: Version) -> (usize, usize) {
    let header = samples::header(file_type, version);
    let lines = header.fields.len() + 11;
    let mut ends = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at);
    let begins = ends.nth(lines - 1).expect("the end of the header") + 1;
    (begins, header.layout().expect("the standard's fields").width())
}

#[test]
fn each_damaged_field_of_each_file_stands_in_the_way_of_its_record_at_most() {
    for file_type in FileType::ALL {
        for version in Version::ALL {
            let whole = samples::file(file_type, version);
            let sound = taken(&whole).expect("sound");
            let (begins, width) = first_record(&whole, file_type, version);
            let layout = sound[1].record.as_ref().layout().clone();
            for slot in layout.slots() {
                // The second record has a value in every field.
                let at = begins + width + 2 + slot.offset;
                let mut bytes = whole.clone();
                bytes[at] = 0xff;
                let records = taken(&bytes).expect("the frame is whole");
                let found: Vec<_> = records.iter().flat_map(|it| &it.findings).collect();
                let [finding] = found[..] else { panic!("{file_type} {}: {found:?}", slot.name) };
                assert_eq!(finding.field.as_deref(), Some(&*slot.name));
                let stops = if slot.decides { Stops::Record } else { Stops::Nothing };
                assert_eq!((finding.stops, finding.line), (stops, records[1].line));
                assert_eq!((&records[0], &records[2]), (&sound[0], &sound[2]));
                for other in layout.slots() {
                    let (damaged, before) = (records[1].record.as_ref(), sound[1].record.as_ref());
                    if other == slot {
                        let read = match slot.kind {
                            FieldType::N { .. } => damaged.decimal(&slot.name).map(drop),
                            _ => damaged.text(&slot.name).map(drop),
                        };
                        assert!(read.is_err(), "{}", slot.name);
                    } else {
                        assert_eq!(damaged.display(other), before.display(other));
                    }
                }
                let report = check::check_bytes("f", bytes.as_slice()).expect("memory");
                assert!(report.is_framed() && !report.is_sound());
                assert_eq!(report.set_aside, u64::from(slot.decides));
            }
        }
    }
}

#[test]
fn whichever_byte_is_damaged_the_file_is_refused_or_only_the_record_around_it_is_another() {
    let mut chance = 0x5eed_0f0d_cfda_7a01_u64;
    let mut below = |bound: usize| {
        chance ^= chance << 13;
        chance ^= chance >> 7;
        chance ^= chance << 17;
        usize::try_from(chance % (bound as u64)).expect("below a usize")
    };
    let (mut refused, mut accepted) = (0, 0);
    for file_type in FileType::ALL {
        for version in Version::ALL {
            let whole = samples::file(file_type, version);
            let sound = taken(&whole).expect("sound");
            for _ in 0..400 {
                let mut bytes = whole.clone();
                let at = below(bytes.len());
                bytes[at] = u8::try_from(below(256)).expect("a byte");
                let Some(records) = taken(&bytes) else {
                    refused += 1;
                    continue;
                };
                accepted += 1;
                let others = records.iter().zip(&sound).filter(|(now, was)| {
                    now.record.as_ref().bytes() != was.record.as_ref().bytes()
                });
                assert!(records.len() == sound.len() && others.count() <= 1, "byte {at}");
            }
        }
    }
    assert!(refused > 100 && accepted > 3_000, "{refused} refused, {accepted} accepted");
}

#[test]
fn letters_of_a_name_are_taken_and_never_written() {
    let example = samples::example();
    let at = example.windows(24).position(|it| it == b"305202602130000000000001");
    let mut bytes = example.clone();
    bytes[at.expect("the number") + 3] = b'X';
    let report = check::check_bytes("f", bytes.as_slice()).expect("memory");
    assert!(report.is_sound());
    assert_eq!(
        report.warnings.to_string(),
        "f:16:4: AppSheetSerialNo = \"305X02602130000000000001\": A24 is of digits; the letters \
         were taken as they are"
    );
    let mut record = taken(&bytes).expect("sound")[0].record.clone();
    let number = record.as_ref().text("AppSheetSerialNo").expect("read").into_owned();
    assert_eq!(number, "305X02602130000000000001");
    let written = record.set_text("AppSheetSerialNo", &number).expect_err("digits alone");
    assert!(written.to_string().ends_with("must consist of digits"), "{written}");
    // A space within it is no name, and a code of three digits is none either.
    for (from, to) in [("3052026", "305 026"), ("022\r\n", "02X\r\n")] {
        let text = String::from_utf8(example.clone()).expect("ASCII").replacen(from, to, 1);
        assert!(!check::check_bytes("f", text.as_bytes()).expect("memory").is_sound(), "{to}");
    }
}

#[test]
fn what_is_wrong_with_the_frame_refuses_the_file() {
    let whole = samples::file(FileType::ShareBalance, Version::V21);
    let text = String::from_utf8_lossy(&whole).into_owned();
    let (begins, width) = first_record(&whole, FileType::ShareBalance, Version::V21);
    let mut without_byte = whole.clone();
    without_byte.remove(begins + width / 2);
    let cases: BTreeSet<(&str, Vec<u8>)> = [
        ("width", without_byte),
        ("count", text.replacen("00000003\r\n", "00000004\r\n", 1).into_bytes()),
        ("trailer", whole[..whole.len() - 10].to_vec()),
        ("field", text.replacen("FundCode\r\n", "Colour\r\n", 1).into_bytes()),
        ("fields", text.replacen("\r\n020\r\n", "\r\n019\r\n", 1).into_bytes()),
    ]
    .into();
    assert_eq!(cases.len(), 5);
    for (what, bytes) in cases {
        assert!(bytes != whole && taken(&bytes).is_none(), "{what}");
    }
}
