//! The rows of a CSV file as they stand in it: bytes, and where each of them is.
//!
//! 1. A line ends with `\n`, `\r\n` or `\r`, inside of quotes too. Blank lines are no rows and count as lines.
//! 2. A row is cut off where the file ends within it: after its last byte there is no line break.

/// A row of a file.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct RawRow {
    /// The line on which it begins, counted from 1.
    pub(super) line: usize,
    /// Without the quotes around them.
    pub(super) fields: Vec<Vec<u8>>,
    /// The file ends within it: its last field may lack something.
    pub(super) is_cut_off: bool,
}

/// A quote that is opened on that line and never closed.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct OpenQuote {
    pub(super) line: usize,
}

/// Every row of a file without a byte-order mark, the heading among them.
///
/// # Errors
/// [`OpenQuote`]: all that follows it would be one field.
pub(super) fn raw_rows(bytes: &[u8]) -> Result<Vec<RawRow>, OpenQuote> {
    if let Some(at) = open_quote(bytes) {
        return Err(OpenQuote { line: Lines::of(bytes).at(at) });
    }
    let mut reader = csv::ReaderBuilder::new().flexible(true).has_headers(false).from_reader(bytes);
    let mut lines = Lines::of(bytes);
    let mut rows: Vec<RawRow> = Vec::new();
    // Bytes in memory are always read, and anything is a row of a flexible reader.
    for record in reader.byte_records().map_while(Result::ok) {
        // The end of the row before: its line break and blank lines follow.
        let after = record.position().map_or(0, csv::Position::byte);
        let after = usize::try_from(after).unwrap_or(usize::MAX);
        let breaks = bytes.iter().skip(after).take_while(|byte| is_break(**byte)).count();
        let line = lines.at(after.saturating_add(breaks));
        let fields = record.iter().map(<[u8]>::to_vec).collect();
        rows.push(RawRow { line, fields, is_cut_off: false });
    }
    if let Some(last) = rows.last_mut() {
        last.is_cut_off = !bytes.last().is_some_and(|byte| is_break(*byte));
    }
    Ok(rows)
}

const fn is_break(byte: u8) -> bool {
    matches!(byte, b'\n' | b'\r')
}

/// Counts lines up to one place after the other.
struct Lines<'a> {
    bytes: &'a [u8],
    until: usize,
    line: usize,
}

impl<'a> Lines<'a> {
    const fn of(bytes: &'a [u8]) -> Self {
        Self { bytes, until: 0, line: 1 }
    }

    /// The line of a place that is not before the one asked for last, and not within a line break.
    fn at(&mut self, place: usize) -> usize {
        let passed = self.bytes.get(self.until..place).unwrap_or_default();
        let mut before = b' ';
        for byte in passed {
            if *byte == b'\r' || (*byte == b'\n' && before != b'\r') {
                self.line = self.line.saturating_add(1);
            }
            before = *byte;
        }
        self.until = self.until.max(place);
        self.line
    }
}

/// Where a quote is that nothing closes. It opens at the beginning of a field alone, and a doubled one
/// inside of quotes is a character.
fn open_quote(bytes: &[u8]) -> Option<usize> {
    let (mut opened, mut begins) = (None, true);
    let mut left = bytes.iter().enumerate().peekable();
    while let Some((at, byte)) = left.next() {
        if *byte == b'"' {
            if opened.is_none() {
                opened = begins.then_some(at);
            } else if left.next_if(|(_, next)| **next == b'"').is_none() {
                opened = None;
            }
        }
        begins = opened.is_none() && (*byte == b',' || is_break(*byte));
    }
    opened
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Lines, first fields, and whether the last row is cut off.
    fn rows(text: &str) -> (Vec<(usize, String)>, bool) {
        let rows = raw_rows(text.as_bytes()).unwrap();
        let cut: Vec<bool> = rows.iter().map(|row| row.is_cut_off).collect();
        let before = cut.len().saturating_sub(1);
        assert!(cut.iter().take(before).all(|cut| !cut), "{text:?}");
        let first = |row: &RawRow| String::from_utf8(row.fields.first().unwrap().clone()).unwrap();
        let cut = cut.last().copied().unwrap_or_default();
        (rows.iter().map(|row| (row.line, first(row))).collect(), cut)
    }

    #[test]
    fn rows_have_the_numbers_of_their_lines_whatever_ends_them() {
        let table: [(&str, &[(usize, &str)]); 7] = [
            ("h,i|a,1|b,2|", &[(1, "h"), (2, "a"), (3, "b")]),
            ("|h,i||a,1|||b,2||", &[(2, "h"), (4, "a"), (7, "b")]),
            ("h,i|\"a|a\",1|b,\"2|||\"|c,3|", &[(1, "h"), (2, "a|a"), (4, "b"), (8, "c")]),
            ("h,i|\"\"\"a\"\"|\",1|b|", &[(1, "h"), (2, "\"a\"|"), (4, "b")]),
            ("h,i|a \"inch\"\",1|b \",2|", &[(1, "h"), (2, "a \"inch\"\""), (3, "b \"")]),
            ("h,i|#a,1|", &[(1, "h"), (2, "#a")]),
            ("", &[]),
        ];
        for (text, expected) in table {
            for end in ["\n", "\r\n", "\r"] {
                let expected: Vec<(usize, String)> =
                    expected.iter().map(|(line, text)| (*line, text.replace('|', end))).collect();
                assert_eq!(rows(&text.replace('|', end)), (expected, false), "{text} {end:?}");
            }
        }
    }

    #[test]
    fn a_row_without_a_line_break_after_it_is_cut_off_wherever_the_file_ends() {
        for end in ["\n", "\r\n", "\r"] {
            for text in ["h,i|a,1|b,2", "h,i|||a,1||b", "h,i|\"a|\",1|\"b|\"", "h,i", "h|a|\"\""] {
                let text = text.replace('|', end);
                assert!(rows(&text).1, "{text:?}");
                assert!(!rows(&format!("{text}{end}")).1, "{text:?}");
            }
        }
        assert!(!rows("h,i\r\na,1\r").1, "the row is whole, though its line break is not");
    }

    #[test]
    fn a_quote_that_nothing_closes_is_reported_with_its_line() {
        for end in ["\n", "\r\n", "\r"] {
            for (text, line) in [
                ("h,i|a,\"1|b,2|", 2),
                ("h,i|||a,\"1|", 4),
                ("h,i|a \"inch,1|b,\"2|c,3", 3),
                ("h,i|a,\"1\"\"|b", 2),
                ("h,i|a,1|\"", 3),
            ] {
                let text = text.replace('|', end);
                assert_eq!(raw_rows(text.as_bytes()), Err(OpenQuote { line }), "{text:?}");
            }
        }
    }
}
