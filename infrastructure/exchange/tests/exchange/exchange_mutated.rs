//! The promise of the fuzz target, over its corpus and over mutations from a fixed seed.

use std::fs;

use fundflow_exchange::version::{FileType, Version};

#[path = "../../../../fuzz/src/rewrite.rs"]
mod rewrite;

use crate::samples;

/// A xorshift generator: the same inputs on every machine.
struct Chance(u64);

impl Chance {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % (bound.max(1) as u64)).expect("below a usize")
    }
}

const DICTIONARY: [&[u8]; 12] = [
    b"\r\n",
    b"\n",
    b"OFDCFEND",
    b"OFDCFDAT",
    b"FundCode",
    b"\xb0",
    b"\x95\x32\x82\x36",
    b"   ",
    b"00000001",
    b"\xef\xbb\xbf",
    b"22",
    b"9999999999999999999999",
];

/// Another digit or letter somewhere, which often leaves a sound file.
fn nudge(bytes: &mut [u8], chance: &mut Chance) {
    let at = chance.below(bytes.len());
    if let Some(byte) = bytes.get_mut(at) {
        *byte = b"0123456789"[chance.below(10)];
    }
}

fn mutate(bytes: &mut Vec<u8>, chance: &mut Chance) {
    for _ in 0..=chance.below(3) {
        let at = chance.below(bytes.len());
        match chance.below(6) {
            0 => bytes.truncate(at),
            1 if at < bytes.len() => bytes[at] = u8::try_from(chance.below(256)).expect("a byte"),
            2 if at < bytes.len() => drop(bytes.remove(at)),
            3 => {
                let piece = DICTIONARY[chance.below(DICTIONARY.len())];
                bytes.splice(at..at, piece.iter().copied());
            }
            4 => {
                let end = (at + chance.below(100)).min(bytes.len());
                let piece: Vec<_> = bytes[at..end].to_vec();
                bytes.splice(at..at, piece);
            }
            _ if at < bytes.len() => bytes[at] = b" 019aA\r\n"[chance.below(8)],
            _ => {}
        }
    }
}

fn seeds() -> Vec<Vec<u8>> {
    let mut paths: Vec<_> = fs::read_dir(samples::corpus())
        .expect("the corpus")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    paths.sort();
    paths.iter().map(|path| fs::read(path).expect("a seed")).collect()
}

#[test]
fn the_corpus_is_small_and_up_to_date() {
    let mut cases = vec![("example".to_owned(), samples::example())];
    for (file_type, version) in [
        (FileType::TradeApplication, Version::V21),
        (FileType::ShareBalance, Version::V22),
        (FileType::Settlement, Version::V20),
    ] {
        cases.push((format!("{file_type}_v{version}"), samples::file(file_type, version)));
    }
    for (name, bytes) in cases {
        let path = samples::corpus().join(name);
        if samples::updating() {
            fs::write(&path, &bytes).expect("the corpus");
        }
        assert_eq!(fs::read(&path).ok(), Some(bytes), "{}", path.display());
    }
}

#[test]
fn whatever_is_accepted_is_written_again_byte_by_byte() {
    let mut chance = Chance(0x5eed_0f0d_cfda_7a01);
    let seeds = seeds();
    let mut accepted = 0;
    for round in 0..20_000 {
        let mut bytes = seeds[round % seeds.len()].clone();
        // The first round is the corpus as it is; of the rest, a third is only nudged.
        if round >= seeds.len() && round % 3 == 0 {
            nudge(&mut bytes, &mut chance);
        } else if round >= seeds.len() {
            mutate(&mut bytes, &mut chance);
        }
        accepted += u32::from(rewrite::rewrite(&bytes));
    }
    // Mutations that only change a digit leave a sound file; without any, nothing was tested.
    assert!(accepted > 1_000, "only {accepted} of 20,000 were accepted");
}
