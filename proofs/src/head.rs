//! A head: the tree over the log at one time, as a signed note of one page.

use crate::{
    event::Unwritable,
    refused::{Refused, quoted},
    text::{decimal, hex, instant, to_event_id, to_hex, to_instant},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use fundflow_kernel::{
    envelope::{Chain, EventId, Recorded},
    merkle::{Hash, TreeHash, TreeHead},
    time::Timestamp,
};
use sha2::{Digest as _, Sha256};
use std::{fmt, str::FromStr};

/// Bytes that the file of a head may have.
pub const HEAD_MAX: usize = 16_384;
const SIGNATURES_MAX: usize = 16;
/// Before the empty line.
const LINES: usize = 7;
const ORIGIN: &str = "fundflow/";
const DASH: &str = "\u{2014} ";
/// Message for heads of which [`Head::contradicts`] is true.
pub const CONTRADICTION: &str = "two heads of one size: somebody was shown another log";

/// The tree over the log at one time, and what tells whose log it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// The beginning of the link of the log's first event.
    pub origin: [u8; 8],
    /// Its length and its root.
    pub tree: TreeHead,
    /// The last event that it covers.
    pub last_event: EventId,
    /// Recording instant of the last event.
    pub last_recorded: Timestamp,
}

/// A head with its signatures, as it stands in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedHead {
    /// The signed head.
    pub head: Head,
    /// By whom, as far as the file says; looked into only by who has a key.
    pub signatures: Vec<Signature>,
}

/// A line of a signature.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// Name of the signing key.
    pub name: KeyName,
    /// The beginning of a hash over name and key.
    pub key_id: [u8; 4],
    /// In the form of the key's algorithm; never empty.
    pub bytes: Vec<u8>,
}

/// How a key is called: 1 to 64 of `A-Z a-z 0-9 . _ / -`, a letter or digit first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct KeyName(String);

/// A text that cannot name a key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{value:?} is not the name of a key: 1 to 64 of A-Z a-z 0-9 . _ / -, a letter or digit first"
)]
pub struct NotAKeyName {
    /// The refused text, cut to 80 characters.
    pub value: String,
}

impl FromStr for KeyName {
    type Err = NotAKeyName;
    fn from_str(text: &str) -> Result<Self, NotAKeyName> {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"._/-".contains(&byte);
        let begins = text.bytes().next().is_some_and(|byte| byte.is_ascii_alphanumeric());
        if begins && text.len() <= 64 && text.bytes().all(plain) {
            return Ok(Self(text.to_owned()));
        }
        Err(NotAKeyName { value: text.chars().take(80).collect() })
    }
}

impl KeyName {
    /// As it stands in the name of a file.
    pub fn for_file(&self) -> String {
        self.0.replace('/', "_")
    }
}

impl fmt::Display for KeyName {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(&self.0)
    }
}

impl Head {
    /// Of the tree over a log with that first event and, at its end, that last one.
    ///
    /// # Errors
    /// [`Unwritable`] if that was recorded outside of the years that a head can say.
    pub fn of(tree: TreeHead, first: &Recorded, last: &Recorded) -> Result<Self, Unwritable> {
        let (last_event, last_recorded) = (last.event.event_id, last.event.recorded_at);
        instant(last_recorded).ok_or_else(|| {
            Unwritable::of(last, "it was recorded outside of the years 1 to 9999")
        })?;
        Ok(Self { origin: Self::origin_of(first.event.chain), tree, last_event, last_recorded })
    }

    /// Of a log whose first event has that link.
    pub fn origin_of(link: Chain) -> [u8; 8] {
        let mut origin = [0; 8];
        origin.copy_from_slice(&link.0[..8]);
        origin
    }

    /// Whether no log can have both heads: of one origin, size and hash, they differ.
    pub fn contradicts(&self, other: &Self) -> bool {
        let of = |it: &Self| (it.origin, it.tree.size, it.tree.hash);
        of(self) == of(other) && self != other
    }

    /// What is signed: seven lines.
    pub fn text(&self) -> String {
        let root = STANDARD.encode(self.tree.root.0);
        // A head is made of what can be written, or read from a text that could.
        let recorded = instant(self.last_recorded).unwrap_or_default();
        let lines = format!(
            "{ORIGIN}{}\n{}\n{root}\nhash {}\nlast-event {}\nlast-recorded {recorded}\n",
            to_hex(&self.origin),
            self.tree.size,
            self.tree.hash,
            self.last_event,
        );
        let sum = to_hex(&Sha256::digest(&lines));
        lines + "sum " + &sum + "\n"
    }
}

impl fmt::Display for SignedHead {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "{}", self.head.text())?;
        self.signatures.iter().try_for_each(|it| {
            let bytes = STANDARD.encode([&it.key_id[..], &it.bytes].concat());
            writeln!(out, "{DASH}{} {bytes}", it.name)
        })
    }
}

impl SignedHead {
    /// Reads a file.
    ///
    /// # Errors
    /// [`Refused`] with the line that is not as it must be.
    pub fn read(bytes: &[u8]) -> Result<Self, Refused> {
        if bytes.len() > HEAD_MAX {
            let what = format!("it has {} bytes; a head has at most {HEAD_MAX}", bytes.len());
            return Err(Refused::new("the head", what));
        }
        if bytes.is_empty() {
            return Err(Refused::new("line 1 (origin)", "the file is empty"));
        }
        let text = std::str::from_utf8(bytes).map_err(|error| {
            let before = &bytes[..error.valid_up_to()];
            let line = before.split(|byte| *byte == b'\n').count();
            Refused::new(format!("line {line}"), "it is not UTF-8")
        })?;
        let whole = text.strip_suffix('\n').ok_or_else(|| {
            Refused::new(
                format!("line {}", text.lines().count()),
                "it does not end with a line feed",
            )
        })?;
        Self::of_lines(&whole.split('\n').collect::<Vec<_>>())
    }

    fn of_lines(lines: &[&str]) -> Result<Self, Refused> {
        let head = head_of(lines)?;
        match lines.get(LINES) {
            Some(&"") => {}
            other => return Err(at(LINES, "empty", other.copied(), "an empty line")),
        }
        let behind = &lines[LINES + 1..];
        if behind.len() > SIGNATURES_MAX {
            let place = format!("line {}", LINES + 2 + SIGNATURES_MAX);
            return Err(Refused::new(
                place,
                format!("a head has at most {SIGNATURES_MAX} signatures"),
            ));
        }
        let mut signatures: Vec<Signature> = Vec::new();
        for (index, line) in (LINES + 1..).zip(behind) {
            let found = signature(line).ok_or_else(|| {
                at(index, "signature", Some(line), "\u{2014} NAME BASE64, at least five bytes")
            })?;
            let twin = |it: &Signature| (&it.name, it.key_id) == (&found.name, found.key_id);
            if signatures.iter().any(twin) {
                return Err(at(index, "signature", Some(line), "one signature of a key"));
            }
            signatures.push(found);
        }
        Ok(Self { head, signatures })
    }

    /// Takes in the signatures of a counter-signature; returns whether it is of the same head.
    pub fn join(&mut self, counter: Self) -> bool {
        let same = self.head == counter.head;
        if same {
            for found in counter.signatures {
                let twin = |it: &Signature| (&it.name, it.key_id) == (&found.name, found.key_id);
                if !self.signatures.iter().any(twin) {
                    self.signatures.push(found);
                }
            }
        }
        same
    }
}

fn at(index: usize, field: &str, found: Option<&str>, allowed: &str) -> Refused {
    let found = found.map_or_else(|| "nothing".to_owned(), quoted);
    let place = format!("line {} ({field})", index + 1);
    Refused::new(place, format!("{found} stands there; allowed is {allowed}"))
}

fn head_of(lines: &[&str]) -> Result<Head, Refused> {
    let origin = line(lines, 0, "origin", "fundflow/ and 16 digits of 0-9 a-f", |it| {
        hex(it.strip_prefix(ORIGIN)?)
    })?;
    let size = line(lines, 1, "size", "a whole number from 1, without leading zeros", |it| {
        decimal(it).filter(|size| *size > 0)
    })?;
    let root = line(lines, 2, "root", "32 bytes in base64", |it| {
        STANDARD.decode(it).ok()?.try_into().ok()
    })?;
    let hash: TreeHash = line(lines, 3, "hash", "hash sha256 or hash sm3", |it| {
        it.strip_prefix("hash ")?.parse().ok()
    })?;
    let last_event = line(lines, 4, "last-event", "last-event and an event ID", |it| {
        to_event_id(it.strip_prefix("last-event ")?)
    })?;
    let allowed = "last-recorded and an instant like 2026-03-02T01:00:00.000000Z";
    let last_recorded = line(lines, 5, "last-recorded", allowed, |it| {
        to_instant(it.strip_prefix("last-recorded ")?)
    })?;
    let sum: [u8; 32] =
        line(lines, 6, "sum", "sum and 64 digits of 0-9 a-f", |it| hex(it.strip_prefix("sum ")?))?;
    let covered = lines[..6]
        .iter()
        .fold(Sha256::new(), |sum, line| sum.chain_update(line).chain_update("\n"));
    if covered.finalize()[..] != sum {
        let what = "the sum does not fit lines 1 to 6; the file was damaged or changed";
        return Err(Refused::new("line 7 (sum)", what));
    }
    let tree = TreeHead { hash, size, root: Hash(root) };
    Ok(Head { origin, tree, last_event, last_recorded })
}

fn line<T>(
    lines: &[&str],
    index: usize,
    field: &str,
    allowed: &str,
    read: impl Fn(&str) -> Option<T>,
) -> Result<T, Refused> {
    let found = lines.get(index).copied();
    found.and_then(read).ok_or_else(|| at(index, field, found, allowed))
}

fn signature(line: &str) -> Option<Signature> {
    let (name, bytes) = line.strip_prefix(DASH)?.split_once(' ')?;
    let bytes = STANDARD.decode(bytes).ok()?;
    let (key_id, bytes) = bytes.split_first_chunk()?;
    let signature = Signature { name: name.parse().ok()?, key_id: *key_id, bytes: bytes.to_vec() };
    (!bytes.is_empty()).then_some(signature)
}
