//! Keys that sign heads: Ed25519, named.

use crate::{
    head::{Head, KeyName, Signature, SignedHead},
    refused::{Refused, quoted},
    text::{hex, to_hex},
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use ed25519_dalek::Signer as _;
use sha2::{Digest as _, Sha256};
use std::{fmt, str::FromStr};

const ED25519: u8 = 1;
/// Begins a key file without a name, as earlier programs made it: any name is taken for its key's.
const SEED: &str = "fundflow-ed25519-seed-1 ";
/// Begins a key file that says how its key is called.
const NAMED_SEED: &str = "fundflow-ed25519-seed-2 ";

/// A text that is no key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("it is not {what}: {allowed}")]
pub struct NotAKey {
    what: &'static str,
    allowed: &'static str,
}

/// A key file that is not used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeyFileError {
    /// The file holds no key.
    #[error(transparent)]
    NotAKey(#[from] NotAKey),
    /// Its key has another name, under which its verifier key was handed out.
    #[error("it is the key {0}; sign under that name")]
    OfAnotherName(KeyName),
}

/// What checks signatures, handed to others.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VerifierKey {
    name: KeyName,
    key: ed25519_dalek::VerifyingKey,
}

/// A signing key. Its secret is never printed.
pub struct SigningKey {
    name: KeyName,
    key: ed25519_dalek::SigningKey,
}

impl VerifierKey {
    /// How the key is called.
    pub const fn name(&self) -> &KeyName {
        &self.name
    }

    fn id(&self) -> [u8; 4] {
        let named =
            Sha256::new().chain_update(self.name.to_string()).chain_update([b'\n', ED25519]);
        let hash = named.chain_update(self.key.as_bytes()).finalize();
        [hash[0], hash[1], hash[2], hash[3]]
    }

    fn is_of(&self, signature: &Signature) -> bool {
        signature.name == self.name && signature.key_id == self.id()
    }

    fn holds(&self, head: &Head, signature: &Signature) -> bool {
        let signature = ed25519_dalek::Signature::from_slice(&signature.bytes);
        let text = head.text();
        signature.is_ok_and(|it| self.key.verify_strict(text.as_bytes(), &it).is_ok())
    }
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = STANDARD.encode([&[ED25519][..], self.key.as_bytes()].concat());
        write!(out, "{}+{}+{key}", self.name, to_hex(&self.id()))
    }
}

impl FromStr for VerifierKey {
    type Err = NotAKey;
    fn from_str(text: &str) -> Result<Self, NotAKey> {
        let allowed = "NAME+KEYID+BASE64 of an Ed25519 key, as `fundflow audit keygen` prints it";
        let read = || {
            let (name, rest) = text.split_once('+')?;
            let (id, key) = rest.split_once('+')?;
            let bytes = STANDARD.decode(key).ok()?;
            let (algorithm, key) = bytes.split_first()?;
            let key: &[u8; 32] = key.try_into().ok()?;
            let key = ed25519_dalek::VerifyingKey::from_bytes(key).ok().filter(is_canonical)?;
            let found = Self { name: name.parse().ok()?, key };
            let fits = *algorithm == ED25519 && hex(id)? == found.id() && !found.key.is_weak();
            fits.then_some(found)
        };
        read().ok_or(NotAKey { what: "a verifier key", allowed })
    }
}

/// Whether y is below 2^255 - 19. The library takes the larger ones, too: a second form of one key.
fn is_canonical(key: &ed25519_dalek::VerifyingKey) -> bool {
    let [first, middle @ .., last] = key.as_bytes();
    *first < 0xed || last & 0x7f != 0x7f || middle.iter().any(|byte| *byte != 0xff)
}

impl SigningKey {
    /// Of a seed that is nobody else's.
    pub fn of(name: KeyName, seed: &[u8; 32]) -> Self {
        Self { name, key: ed25519_dalek::SigningKey::from_bytes(seed) }
    }

    /// Of a key file.
    ///
    /// # Errors
    /// [`KeyFileError`], without a word of the seed that the file holds.
    pub fn read(name: KeyName, file: &str) -> Result<Self, KeyFileError> {
        let line = file.strip_suffix('\n').unwrap_or_default();
        let named = || {
            let (of, seed) = line.strip_prefix(NAMED_SEED)?.split_once(' ')?;
            Some((Some(of.parse().ok()?), hex(seed)?))
        };
        let unnamed = || Some((None::<KeyName>, hex(line.strip_prefix(SEED)?)?));
        let allowed = "one line as `fundflow audit keygen` writes it";
        let (of, seed) = named().or_else(unnamed).ok_or(NotAKey { what: "a key file", allowed })?;
        match of.filter(|of| *of != name) {
            Some(other) => Err(KeyFileError::OfAnotherName(other)),
            None => Ok(Self::of(name, &seed)),
        }
    }

    /// A key file.
    pub fn file(name: &KeyName, seed: &[u8; 32]) -> String {
        format!("{NAMED_SEED}{name} {}\n", to_hex(seed))
    }

    /// Key that checks its signatures.
    pub fn verifier(&self) -> VerifierKey {
        VerifierKey { name: self.name.clone(), key: self.key.verifying_key() }
    }

    /// The head with a signature of this key, and no other.
    pub fn sign(&self, head: Head) -> SignedHead {
        let bytes = self.key.sign(head.text().as_bytes()).to_bytes().to_vec();
        let (name, key_id) = (self.name.clone(), self.verifier().id());
        SignedHead { head, signatures: vec![Signature { name, key_id, bytes }] }
    }
}

impl SignedHead {
    /// Checks the signatures of these keys that are there. Returns the names of those that are of no such key.
    ///
    /// # Errors
    /// [`Refused`] with the key whose signature does not hold.
    pub fn check(&self, keys: &[VerifierKey]) -> Result<Vec<KeyName>, Refused> {
        let mut unknown = Vec::new();
        for signature in &self.signatures {
            let mut known = keys.iter().filter(|key| key.is_of(signature)).peekable();
            if known.peek().is_none() {
                unknown.push(signature.name.clone());
            }
            // Two keys may share name and ID.
            if known.any(|key| !key.holds(&self.head, signature)) {
                let id = quoted(&to_hex(&signature.key_id));
                let place = format!("signature of {}", signature.name);
                return Err(Refused::new(place, format!("that of key {id} does not hold")));
            }
        }
        Ok(unknown)
    }

    /// Checks that a signature of each of these keys is there; whether it holds is for [`SignedHead::check`].
    ///
    /// # Errors
    /// [`Refused`] with the key that has not signed.
    pub fn is_signed_by(&self, keys: &[VerifierKey]) -> Result<(), Refused> {
        for key in keys {
            if !self.signatures.iter().any(|it| key.is_of(it)) {
                let named = self.signatures.iter().any(|it| it.name == key.name);
                let what =
                    if named { "it is of another key of that name" } else { "there is none" };
                return Err(Refused::new(format!("signature of {}", key.name), what));
            }
        }
        Ok(())
    }
}
