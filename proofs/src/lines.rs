//! The lines of a bundle, one after another, and the sums of its sections.

use crate::{
    refused::{Refused, quoted},
    text::{decimal, hex, to_hex},
};
use fundflow_kernel::merkle::Hash;
use sha2::{Digest as _, Sha256};
use std::fmt::Write as _;

/// Bytes that a bundle may have.
pub const BUNDLE_MAX: usize = 64 * 1024 * 1024;
/// With its line feed.
pub(crate) const LINE_MAX: usize = 1024 * 1024;
pub(crate) const HASH: &str = "64 digits of 0-9 a-f";

/// A section, as it is named when something in it is wrong.
#[derive(Debug)]
struct Section {
    title: String,
    bytes: std::ops::Range<usize>,
    sum: [u8; 32],
}

/// Reads the lines of a bundle.
pub(crate) struct Lines<'a> {
    text: &'a str,
    at: usize,
    number: usize,
    /// Where the section that is read begins: byte, line, name.
    open: (usize, usize, String),
    sections: Vec<Section>,
}

impl<'a> Lines<'a> {
    pub(crate) fn of(bytes: &'a [u8]) -> Result<Self, Refused> {
        if bytes.len() > BUNDLE_MAX {
            let what = format!("it has {} bytes; a bundle has at most {BUNDLE_MAX}", bytes.len());
            return Err(Refused::new("the bundle", what));
        }
        let place = |before: &[u8]| format!("line {}", before.split(|byte| *byte == b'\n').count());
        let text = std::str::from_utf8(bytes).map_err(|error| {
            Refused::new(place(&bytes[..error.valid_up_to()]), "it is not UTF-8")
        })?;
        if !text.ends_with('\n') {
            return Err(Refused::new(place(bytes), "it does not end with a line feed"));
        }
        let open = (0, 1, String::new());
        Ok(Self { text, at: 0, number: 0, open, sections: Vec::new() })
    }

    /// The value of the next line, which has that name.
    pub(crate) fn value(&mut self, name: &str, allowed: &str) -> Result<&'a str, Refused> {
        self.number += 1;
        let rest = &self.text[self.at..];
        let Some((line, _)) = rest.split_once('\n') else {
            return Err(
                self.refuse(name, &format!("the bundle ends before it; allowed is {allowed}"))
            );
        };
        if line.len() >= LINE_MAX {
            let what = format!("it is longer than a line may be, {LINE_MAX} bytes");
            return Err(self.refuse(name, &what));
        }
        self.at += line.len() + 1;
        match line.strip_prefix(name) {
            Some("") => Ok(""),
            Some(value) if value.len() > 1 && value.starts_with(' ') => Ok(&value[1..]),
            _ => {
                let what =
                    format!("{} stands there; allowed is {name} and {allowed}", quoted(line));
                Err(self.refuse(name, &what))
            }
        }
    }

    /// The value of the next line, as `read` understands it.
    pub(crate) fn field<T>(
        &mut self,
        name: &str,
        allowed: &str,
        read: impl FnOnce(&'a str) -> Option<T>,
    ) -> Result<T, Refused> {
        let value = self.value(name, allowed)?;
        read(value).ok_or_else(|| {
            self.refuse(name, &format!("{} stands there; allowed is {allowed}", quoted(value)))
        })
    }

    pub(crate) fn hash(&mut self, name: &str) -> Result<[u8; 32], Refused> {
        self.field(name, HASH, hex)
    }

    /// A whole number within bounds.
    pub(crate) fn number(
        &mut self,
        name: &str,
        within: std::ops::RangeInclusive<u64>,
    ) -> Result<u64, Refused> {
        let allowed = format!(
            "a whole number from {} to {}, without leading zeros",
            within.start(),
            within.end()
        );
        self.field(name, &allowed, |it| decimal(it).filter(|number| within.contains(number)))
    }

    /// A path: how many hashes, and these.
    pub(crate) fn path(&mut self, most: u64) -> Result<Vec<Hash>, Refused> {
        let count = self.number("path", 0..=most)?;
        (0..count).map(|_| Ok(Hash(self.hash("node")?))).collect()
    }

    /// What is wrong with the line that was read last.
    pub(crate) fn refuse(&self, field: &str, what: &str) -> Refused {
        Refused::new(format!("line {} ({field})", self.number), what)
    }

    /// Whether the next line has that name.
    pub(crate) fn is_next(&self, name: &str) -> bool {
        let rest = self.text[self.at..].strip_prefix(name);
        rest.is_some_and(|rest| rest.starts_with([' ', '\n']))
    }

    pub(crate) fn begin(&mut self, name: &str) -> Result<(), Refused> {
        self.open = (self.at, self.number + 1, name.to_owned());
        self.field("section", name, |it| (it == name).then_some(()))
    }

    pub(crate) fn end(&mut self) -> Result<(), Refused> {
        let bytes = self.open.0..self.at;
        let sum = self.hash("sum")?;
        let title = self.title();
        self.sections.push(Section { title, bytes, sum });
        Ok(())
    }

    /// The section that is being read, or was last.
    pub(crate) fn title(&self) -> String {
        format!("section {} of lines {} to {}", self.open.2, self.open.1, self.number)
    }

    /// The last line, and then the sums of all before it.
    pub(crate) fn close(mut self) -> Result<(), Refused> {
        let before = self.at;
        let total = self.hash("total")?;
        if self.at != self.text.len() {
            self.number += 1;
            return Err(self.refuse("nothing", "the bundle goes on behind its total"));
        }
        for section in &self.sections {
            if Sha256::digest(&self.text[section.bytes.clone()])[..] != section.sum {
                let what = "the sum does not fit its lines; they, or it, were damaged or changed";
                return Err(Refused::new(section.title.clone(), what));
            }
        }
        if Sha256::digest(&self.text[..before])[..] != total {
            return Err(self.refuse("total", "the total does not fit all that is before it"));
        }
        Ok(())
    }
}

/// Writes the lines of a bundle.
#[derive(Default)]
pub(crate) struct Writer {
    text: String,
    open: usize,
}

impl Writer {
    pub(crate) fn begin(&mut self, name: &str) {
        self.open = self.text.len();
        self.put("section", name);
    }

    /// Writing to a string cannot fail.
    pub(crate) fn put(&mut self, name: &str, value: impl std::fmt::Display) {
        let from = self.text.len();
        let _ = write!(self.text, "{name} {value}");
        // The name alone where there is no value.
        if self.text.len() == from + name.len() + 1 {
            self.text.pop();
        }
        self.text.push('\n');
    }

    pub(crate) fn path(&mut self, path: &[Hash]) {
        self.put("path", path.len());
        for hash in path {
            self.put("node", hash);
        }
    }

    pub(crate) fn end(&mut self) {
        let sum = to_hex(&Sha256::digest(&self.text[self.open..]));
        self.put("sum", sum);
    }

    pub(crate) fn close(mut self) -> String {
        let total = to_hex(&Sha256::digest(&self.text));
        self.put("total", total);
        self.text
    }
}
