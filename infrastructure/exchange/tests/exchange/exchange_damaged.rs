//! Damaged files: every error is reported with its place, and nothing is handed out.

use std::io::Cursor;

use fundflow_exchange::check;

use crate::samples;

/// All errors of some bytes; opening them must refuse in the same words.
fn errors(bytes: &[u8]) -> Vec<String> {
    let report = check::check_bytes("f", bytes).expect("memory");
    let opened = check::verify("f", Cursor::new(bytes)).map(|_| ());
    let refusal = opened.expect_err("a damaged file must not open").to_string();
    assert_eq!(refusal, report.errors.to_string());
    report.errors.listed.iter().map(ToString::to_string).collect()
}

fn replaced(from: &str, to: &[u8]) -> Vec<u8> {
    let bytes = samples::example();
    let at = bytes.windows(from.len()).position(|window| window == from.as_bytes());
    let at = at.expect("a part of the example");
    [&bytes[..at], to, &bytes[at + from.len()..]].concat()
}

const RECORD: &str = "3052026021300000000000010007300000000001000000022";

#[test]
fn a_file_cut_within_a_record() {
    let bytes = samples::example();
    assert_eq!(
        errors(&bytes[..bytes.len() - 20]),
        [
            "f:16:42: \"30520260213000000000000100073000000000010\": the file ends before the record and its \
             CR LF are complete",
            "f:17:1: the last line must be OFDCFEND",
        ]
    );
}

#[test]
fn a_count_that_is_off() {
    assert_eq!(
        errors(&replaced("00000001\r\n", b"00000002\r\n")),
        ["f:15:1: \"2\": of records the header says 2, but the file has 1"]
    );
}

#[test]
fn fields_outside_the_dictionary() {
    assert_eq!(
        errors(&replaced("FundCode\r\nApplicationAmount", b"Colour\r\nUUID")),
        [
            "f:12:1: Colour = \"Colour\": field Colour is not in file 03 of version 21",
            "f:13:1: UUID = \"UUID\": field UUID is not in file 03 of version 21",
        ]
    );
}

#[test]
fn letters_among_digits() {
    let bytes = replaced("000730000000000100000002", b"0007300000000001O0000002");
    assert_eq!(
        errors(&bytes),
        ["f:16:41: ApplicationAmount = \"0000000001O00000\": N16(2) allows digits only, without \
          sign and point"]
    );
    assert_eq!(
        errors(&replaced("000022\r\n", b"000 22\r\n")),
        ["f:16:48: BusinessCode = \" 22\": A3 allows digits, then spaces"]
    );
}

#[test]
fn a_record_that_is_one_byte_off() {
    let shorter = RECORD.replacen('3', "", 1);
    assert_eq!(
        errors(&replaced(RECORD, shorter.as_bytes())),
        [format!("f:16:1: \"{shorter}\": the record must have 49 bytes, but has 48")]
    );
    let longer = format!("{RECORD} ");
    assert_eq!(
        errors(&replaced(RECORD, longer.as_bytes())),
        [format!("f:16:1: \"{longer}\": the record must have 49 bytes, but has 50")]
    );
}

#[test]
fn half_a_character() {
    // FundCode is C6: two whole characters, a letter and the first half of a third one.
    assert_eq!(
        errors(&replaced("000730", b"\xbb\xf9\xbd\xf0x\xbb")),
        [
            "f:16:30: FundCode = \"基金x\u{fffd}\": C6 holds GB18030 text, but the character is cut off \
          by the end of the field"
        ]
    );
    assert_eq!(
        errors(&replaced("000730", b"00\x95\x32\x82 ")),
        [
            "f:16:27: FundCode = \"00\u{fffd}2\u{fffd} \": C6 holds GB18030 text, but the bytes are no \
          GB18030 character"
        ]
    );
}

#[test]
fn a_rare_character_of_four_bytes_is_sound() {
    let bytes = replaced("000730", b"\x95\x32\x82\x3600");
    let report = check::check_bytes("f", bytes.as_slice()).expect("memory");
    assert_eq!(report.errors.to_string(), "");
}

#[test]
fn a_file_without_its_trailer() {
    assert_eq!(errors(&replaced("OFDCFEND\r\n", b"")), ["f:17:1: the last line must be OFDCFEND"]);
    let bytes = samples::example();
    let without_line_end = &bytes[..bytes.len() - 2];
    let report = check::check_bytes("f", without_line_end).expect("memory");
    assert!(report.is_sound() && !report.final_line_end);
    assert_eq!(
        errors(&replaced("OFDCFEND\r\n", b"OFDCFEND\r\nmore\r\n")),
        ["f:18:1: \"more\": nothing may follow OFDCFEND"]
    );
}

#[test]
fn lines_that_end_with_lf_alone() {
    let bytes: Vec<_> = samples::example().into_iter().filter(|byte| *byte != b'\r').collect();
    let found = errors(&bytes);
    assert_eq!(found.len(), 17);
    assert_eq!(found[0], "f:1:9: the line must end with CR LF, but ends with LF alone");
    assert_eq!(found[15], "f:16:50: the line must end with CR LF, but ends with LF alone");
}

#[test]
fn a_byte_order_mark() {
    let bytes = [b"\xef\xbb\xbf", samples::example().as_slice()].concat();
    assert_eq!(
        errors(&bytes),
        ["f:1:1: the file begins with a UTF-8 byte order mark, but the encoding is GB18030"]
    );
}

#[test]
fn files_without_content() {
    assert_eq!(errors(b""), ["f:1:1: the file is empty"]);
    assert_eq!(
        errors(b"PK\x03\x04"),
        [
            "f:1:1: \"PK\u{fffd}\u{fffd}\": the first line must be printable ASCII",
            "f:2:1: the file ends before its header is complete",
        ]
    );
    assert_eq!(errors(b"OFDCFDAT\r\n"), ["f:2:1: the file ends before its header is complete"]);
}

#[test]
fn several_wrong_header_lines_are_all_reported() {
    let bytes = replaced("21  \r\n", b"23  \r\n");
    let at = bytes.windows(8).position(|window| window == b"20260213").expect("the date");
    let bytes = [&bytes[..at], b"20260231", &bytes[at + 8..]].concat();
    assert_eq!(
        errors(&bytes),
        [
            "f:2:1: \"23\": the version must be 20, 21 or 22",
            "f:5:1: \"20260231\": the date must be a day of the calendar as YYYYMMDD",
        ]
    );
}

#[test]
fn errors_beyond_the_bound_are_counted() {
    let bad = "x".repeat(10);
    let records = format!("{bad}\r\n").repeat(500);
    let bytes = replaced(&format!("{RECORD}\r\n"), records.as_bytes());
    let report = check::check_bounded("f", bytes.as_slice(), 3).expect("memory");
    assert_eq!((report.errors.listed.len(), report.errors.total), (3, 501));
    assert!(report.errors.to_string().ends_with("\nand 498 more"));
}

#[test]
fn a_number_of_spaces_is_zero_with_a_warning() {
    let bytes = replaced("0000000001000000", &[b' '; 16]);
    let report = check::check_bytes("f", bytes.as_slice()).expect("memory");
    assert!(report.is_sound());
    assert_eq!(
        report.warnings.to_string(),
        "f:16:31: ApplicationAmount = \"                \": N16(2) is filled with zeros when \
         absent; the spaces were read as 0"
    );
}
