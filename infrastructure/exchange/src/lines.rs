//! Lines of a file, one at a time in one buffer, with the digest of all bytes that went by.
//! A line may not grow without bound: what a damaged file has beyond the bound is counted and
//! hashed, not stored.

use std::io::{self, BufRead, Read as _};

use sha2::{Digest as _, Sha256};

/// End of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LineEnd {
    CrLf,
    Lf,
    EndOfFile,
}

impl LineEnd {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::CrLf => "CR LF",
            Self::Lf => "LF alone",
            Self::EndOfFile => "the end of the file",
        }
    }
}

#[derive(Debug)]
pub(crate) struct Lines<R> {
    input: R,
    buffer: Vec<u8>,
    text_len: usize,
    beyond: u64,
    number: u64,
    bound: usize,
    digest: Option<Sha256>,
}

impl<R: BufRead> Lines<R> {
    /// `bound` is in bytes per line; hashing is for those who will ask for the digest.
    pub(crate) fn new(input: R, bound: usize, hashed: bool) -> Self {
        let digest = hashed.then(Sha256::new);
        Self { input, buffer: Vec::new(), text_len: 0, beyond: 0, number: 0, bound, digest }
    }

    pub(crate) fn set_bound(&mut self, bound: usize) {
        self.bound = bound;
    }

    /// Moves to the next line; nothing at the end of the file.
    pub(crate) fn advance(&mut self) -> io::Result<Option<LineEnd>> {
        self.buffer.clear();
        self.beyond = 0;
        let limit = self.bound as u64 + 2;
        let read = self.input.by_ref().take(limit).read_until(b'\n', &mut self.buffer)?;
        if read == 0 {
            self.text_len = 0;
            return Ok(None);
        }
        self.number += 1;
        if let Some(digest) = &mut self.digest {
            digest.update(&self.buffer);
        }
        let (len, end) = match self.buffer.as_slice() {
            [text @ .., b'\r', b'\n'] => (text.len(), LineEnd::CrLf),
            [text @ .., b'\n'] => (text.len(), LineEnd::Lf),
            text => (text.len(), LineEnd::EndOfFile),
        };
        self.text_len = len;
        if end == LineEnd::EndOfFile && read as u64 == limit {
            return self.skip_rest().map(Some);
        }
        Ok(Some(end))
    }

    fn skip_rest(&mut self) -> io::Result<LineEnd> {
        let mut before = self.buffer.last().copied().unwrap_or_default();
        loop {
            let chunk = self.input.fill_buf()?;
            if chunk.is_empty() {
                return Ok(LineEnd::EndOfFile);
            }
            let newline = chunk.iter().position(|byte| *byte == b'\n');
            let used = newline.map_or(chunk.len(), |index| index + 1);
            if let Some(digest) = &mut self.digest {
                digest.update(&chunk[..used]);
            }
            let last = match (newline, used) {
                (Some(0), _) => before,
                (Some(index), _) => chunk[index - 1],
                (None, _) => chunk[chunk.len() - 1],
            };
            self.beyond += used as u64;
            self.input.consume(used);
            if newline.is_some() {
                let (end, len) = if last == b'\r' { (LineEnd::CrLf, 2) } else { (LineEnd::Lf, 1) };
                // The CR may be the last byte that was stored.
                self.text_len -= usize::from(self.beyond < len);
                self.beyond = self.beyond.saturating_sub(len);
                return Ok(end);
            }
            before = last;
        }
    }

    /// Reads to the end of the file, for the digest.
    pub(crate) fn drain(&mut self) -> io::Result<()> {
        while self.advance()?.is_some() {}
        Ok(())
    }

    /// The line, without its end and cut at the bound.
    pub(crate) fn text(&self) -> &[u8] {
        &self.buffer[..self.text_len]
    }

    /// The line with its end, as far as it was stored.
    pub(crate) fn raw(&self) -> &[u8] {
        &self.buffer
    }

    /// Bytes of the whole line without its end, stored or not.
    pub(crate) fn len(&self) -> u64 {
        self.text_len as u64 + self.beyond
    }

    /// Number of the line, from 1.
    pub(crate) const fn number(&self) -> u64 {
        self.number
    }

    /// Digest of everything read so far.
    pub(crate) fn digest(&self) -> Option<[u8; 32]> {
        self.digest.clone().map(|digest| digest.finalize().into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_end_may_lie_across_the_bound() {
        let mut lines = Lines::new(&b"01234\r\n"[..], 4, false);
        assert_eq!(lines.advance().expect("memory"), Some(LineEnd::CrLf));
        assert_eq!((lines.text(), lines.len()), (&b"01234"[..], 5));
    }

    #[test]
    fn a_line_beyond_the_bound_is_counted_but_not_stored() {
        let mut lines = Lines::new(&b"0123456789\r\nab\ncd"[..], 4, true);
        assert_eq!(lines.advance().expect("memory"), Some(LineEnd::CrLf));
        assert_eq!((lines.text(), lines.len()), (&b"012345"[..], 10));
        assert_eq!(lines.advance().expect("memory"), Some(LineEnd::Lf));
        assert_eq!((lines.text(), lines.len()), (&b"ab"[..], 2));
        assert_eq!(lines.advance().expect("memory"), Some(LineEnd::EndOfFile));
        assert_eq!(lines.advance().expect("memory"), None);
        let whole: [u8; 32] = Sha256::digest(b"0123456789\r\nab\ncd").into();
        assert_eq!(lines.digest(), Some(whole));
    }
}
