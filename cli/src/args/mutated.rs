//! What is typed, mutated: nothing panics, and a date or number that is taken is the one that was typed.

use super::{Arguments, date, whole};
use clap::Parser as _;
use fundflow_simulation::simulate::dice::Dice;

const LINES: [&str; 12] = [
    "fundflow day examples/day --store x",
    "fundflow saga ls --open --trade-date 2026-02-12 -o json",
    "fundflow saga show TX-1",
    "fundflow event ls --after 7 --limit 3",
    "fundflow case close C --how accepted --reason a --operator b",
    "fundflow wallet show INV-1 000009",
    "fundflow freeze order --investor INV-1 --fund 000009 --shares 10.00",
    "fundflow audit verify --store x",
    "fundflow store accept --reason x",
    "fundflow quote purchase --fund 011162 --amount 10000.00",
    "fundflow sim run --days 3 --seed 7 --faults heavy --houses 4",
    "fundflow sim shrink 7 --tries 10",
];

const PIECES: [&str; 14] = [
    "-1",
    "+1",
    "1_000",
    "2026-2-12",
    "2026-02-30",
    "99999999999999999999",
    "",
    "--",
    "-o",
    "é",
    "../x",
    "\u{202e}",
    "--seed",
    "0",
];

fn mutated(line: &str, dice: &mut Dice) -> Vec<String> {
    let mut words: Vec<String> = line.split(' ').map(str::to_owned).collect();
    for _ in 0..=dice.below(2) {
        let at = 1 + dice.below(words.len().max(2) - 1);
        let piece = PIECES[dice.below(PIECES.len())].to_owned();
        match dice.below(4) {
            0 if at < words.len() => words[at] = piece,
            1 if at < words.len() => drop(words.remove(at)),
            2 if at < words.len() => words[at].push_str(&piece),
            _ => words.insert(at.min(words.len()), piece),
        }
    }
    words
}

#[test]
fn no_line_makes_the_parser_panic_and_some_are_taken() {
    let mut dice = Dice::new(20_260_212);
    let (mut taken, mut refused) = (0, 0);
    for round in 0..4_000 {
        match Arguments::try_parse_from(mutated(LINES[round % LINES.len()], &mut dice)) {
            Ok(_) => taken += 1,
            Err(error) => {
                assert!(!error.to_string().is_empty());
                refused += 1;
            }
        }
    }
    assert!(taken > 100 && refused > 1_000, "{taken} taken, {refused} refused");
}

#[test]
fn a_date_or_number_that_is_taken_is_the_one_that_was_typed() {
    let mut dice = Dice::new(7);
    let mut taken = 0;
    for _ in 0..4_000 {
        let mut typed =
            ["2026-02-12", "2026-12-31", "0", "18446744073709551615"][dice.below(4)].to_owned();
        for _ in 0..dice.below(3) {
            let at = dice.below(typed.len() + 1);
            typed.insert_str(at, ["0", "-", "+", " ", "9", "_"][dice.below(6)]);
        }
        if let Ok(date) = date(&typed) {
            assert_eq!(date.to_string(), typed);
            taken += 1;
        }
        if let Ok(number) = whole::<u64>(&typed) {
            let digits = typed.trim_start_matches('0');
            assert_eq!(number.to_string(), if digits.is_empty() { "0" } else { digits });
            taken += 1;
        }
    }
    assert!(taken > 1_000, "{taken}");
}
