//! The promises of the fuzz targets in `fuzz/`, over their corpus and over mutations of it from a fixed seed.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    reason = "what a test cannot make or find fails it"
)]

#[path = "../../../fuzz/src/checkpoint.rs"]
mod checkpoint;
#[path = "../../../fuzz/src/events.rs"]
mod events;
#[path = "../../../fuzz/src/folder.rs"]
mod folder;
#[path = "../../../fuzz/src/proofs.rs"]
mod proofs;
#[path = "../../../fuzz/src/recon.rs"]
mod recon;
#[path = "../../../fuzz/src/toml.rs"]
mod toml;
#[path = "../../../fuzz/src/words.rs"]
mod words;

use fundflow_testkit::{events::book, simulate::dice::Dice, worlds};
use std::{
    fs,
    path::{Path, PathBuf},
};

const DICTIONARY: [&[u8]; 16] = [
    b"\n",
    b"\r\n",
    b",",
    b"\"",
    b"0",
    b"-1",
    b"99999999999999999999999",
    b".005",
    b"=",
    b"[[",
    b"null",
    b"{}",
    b"\xef\xbb\xbf",
    b"\xe4\xb8\xad",
    b"2026-02-30",
    b"\x1b[2J",
];

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Each file of a directory, in the order of its name.
fn files(directory: &str) -> Vec<(String, Vec<u8>)> {
    let entries = fs::read_dir(root().join(directory)).unwrap();
    let mut paths: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let paths = paths.into_iter().filter(|path| path.is_file());
    paths
        .map(|path| {
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            (name, fs::read(path).unwrap())
        })
        .collect()
}

fn mutated(seed: &[u8], dice: &mut Dice) -> Vec<u8> {
    let mut bytes = seed.to_vec();
    for _ in 0..=dice.below(3) {
        let at = dice.below(bytes.len());
        match dice.below(7) {
            0 => bytes.truncate(at),
            1 if at < bytes.len() => bytes[at] = u8::try_from(dice.below(256)).unwrap(),
            2 if at < bytes.len() => drop(bytes.remove(at)),
            3 | 4 => {
                let piece = DICTIONARY[dice.below(DICTIONARY.len())];
                bytes.splice(at..at, piece.iter().copied());
            }
            5 => {
                let end = (at + dice.below(60)).min(bytes.len());
                let piece = bytes[at..end].to_vec();
                bytes.splice(at..at, piece);
            }
            _ if at < bytes.len() => bytes[at] = b"0123456789"[dice.below(10)],
            _ => {}
        }
    }
    bytes
}

/// The seeds as they are, and so many mutations of them. Returns how many of the mutations were accepted.
fn runs(seeds: &[Vec<u8>], rounds: usize, mut promise: impl FnMut(&[u8]) -> bool) -> usize {
    let mut dice = Dice::new(20_260_212);
    for seed in seeds {
        assert!(promise(seed), "a seed is not accepted: {}", String::from_utf8_lossy(seed));
    }
    let mut accepted = 0;
    for round in 0..rounds {
        accepted += usize::from(promise(&mutated(&seeds[round % seeds.len()], &mut dice)));
    }
    accepted
}

fn contents(directory: &str) -> Vec<Vec<u8>> {
    files(directory).into_iter().map(|(_, bytes)| bytes).collect()
}

#[test]
fn numbers_names_and_instants_are_read_back_as_they_were_written() {
    let accepted = runs(&contents("fuzz/corpus/words"), 6_000, words::words);
    assert!(accepted > 1_000, "{accepted}");
}

#[test]
fn an_event_of_any_schema_is_read_back_as_it_was_written() {
    let book = book();
    let seeds = files("tests/golden/events").into_iter().map(|(name, body)| {
        let (name, version) = name.trim_end_matches(".json").rsplit_once(".v").unwrap();
        let schema = version.split('-').next().unwrap();
        [format!("{name} {schema}\n").as_bytes(), &body].concat()
    });
    let seeds: Vec<Vec<u8>> = seeds.collect();
    assert!(seeds.len() > 150, "{}", seeds.len());
    let accepted = runs(&seeds, 6_000, |data| events::events(&book, data));
    assert!(accepted > 200, "{accepted}");
}

#[test]
fn a_folder_of_any_bytes_is_read_without_a_panic_and_says_the_same_twice() {
    let place = tempfile::tempdir().unwrap();
    let calendar = worlds::calendar();
    // The days of the seeds have funds of their own beside the shipped ones.
    fs::create_dir(place.path().join("funds")).unwrap();
    for (name, content) in files("examples/day/funds") {
        fs::write(place.path().join("funds").join(name), content).unwrap();
    }
    let example = ["day.toml", "investors.csv", "navs.csv", "orders.csv", "scenario.toml"];
    let whole: Vec<u8> = example
        .iter()
        .flat_map(|name| {
            let content = fs::read(root().join("examples/day").join(name)).unwrap();
            [format!("=== {name}\n").into_bytes(), content].concat()
        })
        .collect();
    let mut seeds = contents("fuzz/corpus/folder");
    seeds.push(whole);
    let accepted = runs(&seeds, 200, |data| folder::folder(place.path(), &calendar, data));
    assert!(accepted > 8, "{accepted}");
}

#[test]
fn toml_of_any_bytes_is_read_without_a_panic() {
    let accepted = runs(&contents("fuzz/corpus/toml"), 600, toml::toml);
    assert!(accepted > 30, "{accepted}");
}

#[test]
fn rules_and_statements_of_any_bytes_are_read_and_each_line_joins_or_breaks_once() {
    let place = tempfile::tempdir().unwrap();
    let accepted =
        runs(&contents("fuzz/corpus/recon"), 3_000, |data| recon::recon(place.path(), data));
    assert!(accepted > 300, "{accepted}");
}

fn proofs_of_one_log() -> (proofs::Known, Vec<Vec<u8>>) {
    let examples = files("docs/proofs").into_iter().filter(|(name, _)| name.starts_with("example"));
    let (bundles, heads): (Vec<_>, Vec<_>) =
        examples.partition(|(name, _)| name.ends_with(".bundle"));
    let known = proofs::Known::of(bundles.iter().map(|(_, bytes)| &bytes[..]));
    let seeds = bundles.into_iter().chain(heads).map(|(_, bytes)| bytes);
    (known, seeds.chain(contents("fuzz/corpus/proofs")).collect())
}

/// Lines of one in the place of lines of another, or between them.
fn crossed(seeds: &[Vec<u8>], dice: &mut Dice) -> Vec<u8> {
    fn lines(bytes: &[u8]) -> Vec<&[u8]> {
        bytes.split_inclusive(|byte| *byte == b'\n').collect()
    }
    let mut mixed = lines(&seeds[dice.below(seeds.len())]);
    let others = lines(&seeds[dice.below(seeds.len())]);
    let (to, from) = (dice.below(mixed.len()), dice.below(others.len()));
    let end = (from + dice.below(24)).min(others.len());
    let gone = dice.below(2) * (end - from);
    mixed.splice(to..(to + gone).min(mixed.len()), others[from..end].iter().copied());
    mixed.concat()
}

#[test]
fn a_head_or_a_bundle_says_nothing_but_its_bytes_and_of_a_known_log_nothing_else() {
    let (known, seeds) = proofs_of_one_log();
    assert!(seeds.len() >= 8, "{}", seeds.len());
    let accepted = runs(&seeds, 6_000, |data| {
        proofs::proofs(&known, data) | proofs::proofs(&known, &proofs::resealed(data))
    });
    assert!(accepted > 100, "{accepted}");
    let mut dice = Dice::new(20_260_212);
    let crossed = (0..6_000).map(|_| proofs::resealed(&crossed(&seeds, &mut dice)));
    let accepted = crossed.filter(|data| proofs::proofs(&known, data)).count();
    assert!(accepted > 100, "{accepted}");
}

#[tokio::test]
async fn only_the_content_that_was_saved_is_believed() {
    let words = vec!["first".to_owned(), "second".to_owned()];
    assert!(checkpoint::checkpoint(&words, |bytes| bytes).await);
    let mut dice = Dice::new(7);
    let mut changed = 0;
    for _ in 0..2_000 {
        let roll = dice.roll();
        let mutate = |bytes: Vec<u8>| mutated(&bytes, &mut Dice::new(roll));
        changed += usize::from(!checkpoint::checkpoint(&words, mutate).await);
    }
    assert!(changed > 1_500, "{changed}");
}
