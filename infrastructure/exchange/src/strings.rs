//! JSON whose strings are bounded: a reader would take one of any length into memory.

use std::io::{self, Read};

/// Bytes of a string, far above those of any field.
pub(crate) const STRING_MAX: usize = 4096;

/// Bytes of a document, all of whose records are in memory at once.
const DOCUMENT_MAX: u64 = 256 * 1024 * 1024;

/// What a source says, until a string of it is too long.
pub(crate) struct Strings<R> {
    input: R,
    read: u64,
    line: u64,
    /// Bytes of the string so far; none outside of strings.
    inside: Option<usize>,
    is_escaped: bool,
}

impl<R: Read> Strings<R> {
    pub(crate) const fn of(input: R) -> Self {
        Self { input, read: 0, line: 1, inside: None, is_escaped: false }
    }

    fn see(&mut self, byte: u8) -> io::Result<()> {
        self.line += u64::from(byte == b'\n');
        let ends = byte == b'"' && !self.is_escaped;
        self.is_escaped = self.inside.is_some() && byte == b'\\' && !self.is_escaped;
        self.inside = match self.inside {
            None => ends.then_some(0),
            Some(_) if ends => None,
            Some(STRING_MAX) => {
                let line = self.line;
                let problem = format!("a string in line {line} is longer than {STRING_MAX} bytes");
                return Err(io::Error::new(io::ErrorKind::FileTooLarge, problem));
            }
            Some(long) => Some(long + 1),
        };
        Ok(())
    }
}

impl<R: Read> Read for Strings<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.input.read(into)?;
        self.read += read as u64;
        if self.read > DOCUMENT_MAX {
            let problem = format!("the document is longer than {DOCUMENT_MAX} bytes");
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, problem));
        }
        into.iter().take(read).try_for_each(|byte| self.see(*byte))?;
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_string_without_end_is_refused_with_its_line_and_others_pass() {
        let read = |text: &str| io::read_to_string(Strings::of(text.as_bytes()));
        let most = "x".repeat(STRING_MAX);
        let sound = format!("{{\"a\\\"b\": [\"{most}\", \"\\\\\", 1]}}\n");

        assert_eq!(read(&sound).unwrap(), sound);
        let refused = read(&format!("\n[\"{most}x\"]")).unwrap_err().to_string();
        assert_eq!(refused, "a string in line 2 is longer than 4096 bytes");
    }
}
