// What must hold for any head and any bundle: reading it does not panic, what is refused says where, what was accepted
// is written again byte for byte, and of a log that is known it says nothing but what stands in it.

use fundflow_proofs::{Bundle, Head, Proven, Refused, SignedHead};
use sha2::{Digest as _, Sha256};

/// Heads of a log, and the events that are known of it.
#[derive(Default)]
pub(crate) struct Known {
    heads: Vec<Head>,
    events: Vec<Proven>,
}

impl Known {
    /// All that these bundles of one log say.
    pub(crate) fn of<'a>(bundles: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let mut known = Self::default();
        for bytes in bundles {
            let bundle = Bundle::read(bytes).expect("a bundle of the log");
            known.heads.extend(bundle.heads().into_iter().map(|it| it.head.clone()));
            if let Bundle::Events { events, .. } = bundle {
                known.events.extend(events);
            }
        }
        known
    }

    fn has(&self, head: &SignedHead) -> bool {
        self.heads.contains(&head.head)
    }

    /// What a bundle proves to whoever has a head of it.
    fn holds(&self, bundle: &Bundle) {
        match bundle {
            Bundle::Events { head, events, .. } if self.has(head) => {
                let stood = |it: &Proven| {
                    let at = self.events.iter().find(|known| known.index == it.index);
                    at.is_none_or(|known| known.recorded == it.recorded)
                };
                assert!(events.iter().all(stood), "events that never stood in the log");
            }
            Bundle::Consistency { from, to, .. } if self.has(to) => {
                let same = |it: &&Head| {
                    it.origin == from.head.origin && it.tree.size == from.head.tree.size
                };
                let earlier = self.heads.iter().find(same);
                assert!(earlier.is_none_or(|it| it.tree == from.head.tree), "another earlier log");
            }
            Bundle::Events { .. } | Bundle::Consistency { .. } => {}
        }
    }
}

fn says_where(refused: &Refused) {
    assert!(!refused.place.is_empty() && !refused.what.is_empty(), "{refused}");
}

/// Whether it was accepted as either; panics if a promise is broken.
pub(crate) fn proofs(known: &Known, data: &[u8]) -> bool {
    head(data) | bundle(known, data)
}

fn head(data: &[u8]) -> bool {
    match SignedHead::read(data) {
        Ok(head) => {
            assert_eq!(head.to_string().as_bytes(), data, "not the same bytes");
            true
        }
        Err(refused) => {
            says_where(&refused);
            false
        }
    }
}

fn bundle(known: &Known, data: &[u8]) -> bool {
    match Bundle::read(data) {
        Ok(bundle) => {
            let written = bundle.write().expect("what was read can be written");
            assert_eq!(written.as_bytes(), data, "not the same bytes");
            known.holds(&bundle);
            true
        }
        Err(refused) => {
            says_where(&refused);
            false
        }
    }
}

/// The same head or bundle with every sum made anew, so that only what they cover can be wrong.
pub(crate) fn resealed(data: &[u8]) -> Vec<u8> {
    let mut out: Vec<u8> = Vec::with_capacity(data.len());
    let (mut section, mut notes) = (0, Sha256::new());
    for line in data.split_inclusive(|byte| *byte == b'\n') {
        let (name, sum) = if line.starts_with(b"note sum ") {
            ("note sum", notes.clone().finalize())
        } else if line.starts_with(b"sum ") {
            ("sum", Sha256::digest(&out[section..]))
        } else if line.starts_with(b"total ") {
            ("total", Sha256::digest(&out))
        } else {
            if line.starts_with(b"section ") {
                (section, notes) = (out.len(), Sha256::new());
            }
            if let Some(note) = line.strip_prefix(b"note ") {
                notes.update(note);
            }
            out.extend_from_slice(line);
            continue;
        };
        out.extend_from_slice(name.as_bytes());
        out.push(b' ');
        for byte in sum {
            out.extend_from_slice(format!("{byte:02x}").as_bytes());
        }
        out.push(b'\n');
    }
    out
}
