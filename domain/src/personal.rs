//! Numbers of bank cards and of identity documents: never stored, so they are found where a text comes in.
//!
//! ```text
//! card       13 to 19 digits whose last one is Luhn's check digit
//! identity   18: an area, a date of birth, a serial, and the check digit of ISO 7064 MOD 11-2 (0 to 9 or X)
//!            15: an area, a date of birth of two digits for the year, a serial; in use until 2013
//! ```
//!
//! 1. Digits may have single spaces, hyphens or the like between groups of them, and be full width.
//! 2. It is a guess: one number of 13 to 19 digits in ten has a right check digit. So only tokens of accounts, IDs of
//!    investors and words of people are looked at; numbers that others hand out (transactions, applications,
//!    serials) are not.
//! 3. They are looked at where they come in, by a file, a flag or a request of the engine, and never where what is
//!    stored is read: a store of before has what it has.
//! 4. What is found is never said again whole: all but its last four digits become `*`.

use chrono::NaiveDate;
use std::{fmt, ops::Range};

/// Digits that are still said.
const SHOWN: usize = 4;
/// The check digit that is written X.
const X: u8 = 10;

/// What a number looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Personal {
    /// The number of a bank card.
    Card,
    /// The number of an identity document of the mainland.
    Identity,
}

impl fmt::Display for Personal {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.pad(match self {
            Personal::Card => "looks like the number of a bank card, which is never stored",
            Personal::Identity => {
                "looks like the number of an identity document, which is never stored"
            }
        })
    }
}

/// The first such number in a text.
pub fn found(text: &str) -> Option<Personal> {
    numbers(text).into_iter().next().map(|(what, _)| what)
}

/// Why a token that names somebody or an account is not taken, and what is.
pub fn unfit_token(text: &str) -> Option<String> {
    if let Some(number) = found(text) {
        return Some(format!("{number}; write the token of the trading service"));
    }
    let is_named = text.bytes().any(|byte| byte.is_ascii_alphanumeric());
    (!is_named).then(|| "has neither a letter nor a digit; write a token that has one".to_owned())
}

/// Why a person's words are not taken.
pub fn unfit_words(text: &str) -> Option<String> {
    found(text).map(|number| format!("{number}; leave it out"))
}

/// The text, of whose numbers only the last digits are left.
pub fn masked(text: &str) -> String {
    let mut hidden: Vec<char> = text.chars().collect();
    for (_, range) in numbers(text) {
        let digits: Vec<usize> = range
            .filter(|at| hidden.get(*at).is_some_and(|c| digit(*c).is_some() || is_x(*c)))
            .collect();
        let most = digits.len().saturating_sub(SHOWN);
        for at in digits.into_iter().take(most) {
            if let Some(c) = hidden.get_mut(at) {
                *c = '*';
            }
        }
    }
    hidden.into_iter().collect()
}

/// Digits that stand together, by their place among the text's characters.
struct Group {
    digits: Vec<u8>,
    range: Range<usize>,
    /// What stands between it and a group just before it.
    joined: Option<Joint>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Joint {
    Blank,
    Sign,
}

fn numbers(text: &str) -> Vec<(Personal, Range<usize>)> {
    let groups = groups(text);
    let (mut all, mut from) = (Vec::new(), 0);
    while let Some(first) = groups.get(from) {
        let longest = (from..groups.len()).rev().find_map(|last| {
            let what = of_groups(groups.get(from..=last)?)?;
            Some((what, first.range.start..groups.get(last)?.range.end, last))
        });
        match longest {
            Some((what, range, last)) => {
                all.push((what, range));
                from = last + 1;
            }
            None => from += 1,
        }
    }
    all
}

fn groups(text: &str) -> Vec<Group> {
    let mut groups: Vec<Group> = Vec::new();
    let mut before = None;
    for (at, c) in text.chars().enumerate() {
        let checks = || (is_x(c) && ends_identity(groups.last(), at)).then_some(X);
        if let Some(value) = digit(c).or_else(checks) {
            let goes_on =
                |group: &&mut Group| group.range.end == at && !group.digits.ends_with(&[X]);
            if let Some(group) = groups.last_mut().filter(goes_on) {
                group.digits.push(value);
                group.range.end = at + 1;
            } else {
                let follows = groups.last().is_some_and(|group| group.range.end + 1 == at);
                let joined = before.and_then(joint).filter(|_| follows);
                groups.push(Group { digits: vec![value], range: at..at + 1, joined });
            }
        }
        before = Some(c);
    }
    groups
}

fn ends_identity(group: Option<&Group>, at: usize) -> bool {
    group.is_some_and(|group| group.range.end == at && group.digits.len() >= 3)
}

fn is_x(c: char) -> bool {
    matches!(c, 'x' | 'X' | 'ｘ' | 'Ｘ')
}

fn digit(c: char) -> Option<u8> {
    let value = match c {
        '0'..='9' => u32::from(c) - u32::from('0'),
        '０'..='９' => u32::from(c) - u32::from('０'),
        _ => return None,
    };
    u8::try_from(value).ok()
}

const fn joint(c: char) -> Option<Joint> {
    match c {
        ' ' | '-' | '\u{a0}' | '\u{3000}' | '–' | '—' | '－' => Some(Joint::Blank),
        '.' | '_' | '/' | '·' => Some(Joint::Sign),
        _ => None,
    }
}

/// Groups of a number that is written in several: by blanks, or by whatever where each has four digits.
fn of_groups(groups: &[Group]) -> Option<Personal> {
    let (first, rest) = groups.split_first()?;
    let blanks = rest.iter().all(|group| group.joined == Some(Joint::Blank));
    let fours = rest.iter().all(|group| group.joined.is_some())
        && groups.iter().rev().skip(1).all(|group| group.digits.len() == 4);
    let is_one = rest.is_empty() || fours || (blanks && first.digits.len() >= 4);
    if !is_one {
        return None;
    }
    let digits: Vec<u8> = groups.iter().flat_map(|group| group.digits.iter().copied()).collect();
    if is_identity(&digits) {
        Some(Personal::Identity)
    } else {
        is_card(&digits).then_some(Personal::Card)
    }
}

fn is_card(digits: &[u8]) -> bool {
    let digits = digits.strip_suffix(&[X]).unwrap_or(digits);
    let all_one = digits.windows(2).all(|pair| pair.first() == pair.last());
    let of_digit = |(nth, digit): (usize, &u8)| {
        let value = u32::from(*digit);
        match nth % 2 {
            0 => value,
            _ if value > 4 => 2 * value - 9,
            _ => 2 * value,
        }
    };
    let sum: u32 = digits.iter().rev().enumerate().map(of_digit).sum();
    (13..=19).contains(&digits.len()) && !all_one && sum.is_multiple_of(10) && !digits.contains(&X)
}

fn is_identity(digits: &[u8]) -> bool {
    match digits.len() {
        18 => {
            let weighed =
                digits.iter().rev().enumerate().map(|(nth, digit)| u32::from(*digit) * weight(nth));
            let sum: u32 = weighed.sum();
            let body = digits.get(..17).unwrap_or_default();
            !body.contains(&X) && sum % 11 == 1 && is_area(digits) && born(digits.get(6..14))
        }
        15 => !digits.contains(&X) && is_area(digits) && born_in_1900s(digits.get(6..12)),
        _ => false,
    }
}

/// 2 to the power of its place, modulo 11.
fn weight(place: usize) -> u32 {
    (0..place).fold(1, |weight, _| weight * 2 % 11)
}

/// A province's two digits.
fn is_area(digits: &[u8]) -> bool {
    matches!(number(digits.get(..2)), 11..=15 | 21..=23 | 31..=37 | 41..=46 | 50..=54 | 61..=65 | 71 | 81..=83)
}

fn born(digits: Option<&[u8]>) -> bool {
    let digits = digits.unwrap_or_default();
    let year = i32::try_from(number(digits.get(..4))).unwrap_or_default();
    (1800..2200).contains(&year) && is_day(year, digits.get(4..))
}

fn born_in_1900s(digits: Option<&[u8]>) -> bool {
    let digits = digits.unwrap_or_default();
    let year = i32::try_from(number(digits.get(..2))).unwrap_or_default();
    is_day(1900 + year, digits.get(2..))
}

fn is_day(year: i32, digits: Option<&[u8]>) -> bool {
    let digits = digits.unwrap_or_default();
    NaiveDate::from_ymd_opt(year, number(digits.get(..2)), number(digits.get(2..4))).is_some()
}

fn number(digits: Option<&[u8]>) -> u32 {
    digits.unwrap_or_default().iter().fold(0, |sum, digit| sum * 10 + u32::from(*digit))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_cards_and_documents_are_found_however_they_are_grouped() {
        for text in [
            "4111111111111111",
            "4111 1111 1111 1111",
            "4111-1111-1111-1111",
            "4111.1111.1111.1111",
            "4111_1111_1111_1111",
            "card-6222021234567890128",
            "paid with 3782 822463 10005 on Monday",
            "no 12 4111 1111 1111 1111",
            "４１１１１１１１１１１１１１１１",
            "卡号4222222222222。",
            "4111111111111111x",
        ] {
            assert_eq!(found(text), Some(Personal::Card), "{text}");
        }
        for text in [
            "11010519491231002X",
            "11010519491231002x",
            "110105 19491231 002X",
            "440524188001010014",
            "身份证110105491231002",
        ] {
            assert_eq!(found(text), Some(Personal::Identity), "{text}");
        }
    }

    #[test]
    fn other_numbers_are_none() {
        for text in [
            "",
            "4111111111111112",
            "41111111111111111111111111111111",
            "0000000000000000",
            "2026-02-12 10:00:00",
            "TX-1001, TX-1002",
            "I-1001",
            "110105194912310021",
            "110105199913310021",
            "A-71001",
            "10000.00 and 20000.00 yuan",
            "核对无误",
        ] {
            assert_eq!(found(text), None, "{text}");
            assert_eq!(masked(text), text);
        }
    }

    #[test]
    fn a_token_has_a_letter_or_a_digit_and_is_no_number_of_a_card() {
        for text in ["..", ".", "-", "--", "_"] {
            let why = unfit_token(text).unwrap();
            assert!(why.contains("neither a letter nor a digit"), "{text}: {why}");
        }
        let why = unfit_token("4111111111111111").unwrap();
        assert!(why.starts_with("looks like the number of a bank card"), "{why}");
        for text in ["I-1", "--help", "-x9_", "0"] {
            assert_eq!(unfit_token(text), None, "{text}");
        }
        assert_eq!(unfit_words("..."), None);
        assert!(unfit_words("paid with 4111 1111 1111 1111").is_some());
    }

    #[test]
    fn of_what_is_found_the_last_four_digits_are_said() {
        assert_eq!(masked("card 4111-1111-1111-1111!"), "card ****-****-****-1111!");
        assert_eq!(masked("11010519491231002X"), "**************002X");
        assert_eq!(
            masked("4111111111111111 or 4222222222222"),
            "************1111 or *********2222"
        );
    }

    /// Each has the right last digit for what goes before it.
    #[test]
    fn an_identity_number_has_a_province_and_a_birthday_of_these_centuries() {
        let known = |text: &str| found(text) == Some(Personal::Identity);
        for text in ["110105219912310028", "110105180012310027", "110105960229002"] {
            assert!(known(text), "{text}");
        }
        for text in [
            // No province has 10, 16 or 99.
            "100105194912310028",
            "160105194912310029",
            "990105194912310023",
            "990105491231002",
            // Years before and after, and days that no year has, or that one.
            "110105179912310024",
            "110105220012310020",
            "110105194902300020",
            "110105491331002",
            "110105000229002",
        ] {
            assert!(!known(text), "{text}");
        }
    }

    /// The same digits as of a card, and nobody writes a card like that.
    #[test]
    fn groups_that_are_neither_of_four_nor_begin_with_four_are_no_number() {
        for text in ["411 1111111111111", "411111.1111111111", "4111.111111.111111"] {
            assert_eq!(found(text), None, "{text}");
        }
        assert_eq!(found("41111 11111 111111"), Some(Personal::Card));
    }

    #[test]
    fn each_kind_is_named_and_never_the_number() {
        let said = |what: &str| format!("looks like the number of {what}, which is never stored");
        assert_eq!(Personal::Card.to_string(), said("a bank card"));
        assert_eq!(Personal::Identity.to_string(), said("an identity document"));
    }
}
