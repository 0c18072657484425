//! What leaves the house, and what it proves: heads of the tree over the log, bundles of events and of consistency,
//! signatures. The bytes are in `docs/PROOFS.md`.
//!
//! 1. Everything is text of one form only: what is read back and written again is the same, byte for byte.
//! 2. Whatever is refused says where: a line, or a section.
//! 3. Nothing here opens a file or a store.

mod refused;

// How values and lines are written.
mod lines;
mod text;

// A head, and who signs it.
mod head;
#[cfg(feature = "ed25519")]
mod key;

// Events in clear, and the way from them to a head.
mod bundle;
mod check;
mod event;
mod read;

#[cfg(test)]
mod tests;

pub use bundle::{Bundle, EVENTS_MAX, Subject};
pub use event::{Proven, Unwritable};
pub use head::{CONTRADICTION, HEAD_MAX, Head, KeyName, NotAKeyName, Signature, SignedHead};
#[cfg(feature = "ed25519")]
pub use key::{KeyFileError, NotAKey, SigningKey, VerifierKey};
pub use lines::BUNDLE_MAX;
pub use refused::Refused;
