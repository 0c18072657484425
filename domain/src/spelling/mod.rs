//! How a counterparty's record is spelled where its spelling is its name: the case on it is a hash of that.
//!
//! ```text
//! a value      ->  Serial("TA-9") · Money(10000.00) · 2026-02-13 · Timestamp(1770966000000000) · true
//! a record     ->  Reception { serial: Serial("TA-9"), on: 2026-02-13 }
//! one of many  ->  Confirmed(Confirmation { … }) · NotFound
//! none, some   ->  None · Some(Asked);      a list  ->  [one, other]
//! ```
//!
//! 1. The cases of every store are named by these texts, so rules are added and never changed:
//!    [`Spelling`] says by which of them a record is spelled.
//! 2. A record is taken apart whole, so a field that it gains stops the build in its spelling. There the
//!    field is left out where it says nothing, as in all records before it, and else stands last.
//! 3. Nothing is spelled by what the compiler derives, and names here are texts: nobody renames a case by
//!    renaming a type. Golden texts hold all of it.
//! 4. Letters beyond ASCII stand as they are where the standard library prints them, and else as `\u{…}`.

mod records;
#[cfg(test)]
mod tests;
mod values;

/// A record, spelled by rules that never change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Spelling {
    /// By the rules of this module; names of cases of the first format are made of it.
    First(String),
}

impl Spelling {
    /// A record that is spelled.
    pub fn of(record: &(impl Spelled + ?Sized)) -> Self {
        let mut letters = Letters::default();
        record.spell(&mut letters);
        Self::First(letters.0)
    }

    /// The same, inside of the answer of that name.
    pub fn around(name: &str, record: &dyn Spelled) -> Self {
        let mut letters = Letters::default();
        letters.around(name, &[record]);
        Self::First(letters.0)
    }

    /// What our own books say, in words that stand for themselves.
    pub fn words(text: impl Into<String>) -> Self {
        Self::First(text.into())
    }

    /// As it is shown and stored, not cut.
    pub fn text(&self) -> &str {
        match self {
            Spelling::First(text) => text,
        }
    }
}

/// What can be a part of a record's name.
pub trait Spelled {
    /// Adds it to the text.
    fn spell(&self, letters: &mut Letters);
}

/// A spelling in the making.
#[derive(Debug, Default)]
pub struct Letters(String);

impl Letters {
    /// Adds a word as it stands: without quotes, escapes or blanks around it.
    pub fn word(&mut self, word: &str) {
        self.0.push_str(word);
    }

    /// A name and what is in its parentheses: `Refund(no, answer)`.
    pub fn around(&mut self, name: &str, parts: &[&dyn Spelled]) {
        self.word(name);
        self.between(["(", ")"], parts, |letters, part| part.spell(letters));
    }

    /// A name and its fields, in the order in which they were first spelled.
    pub fn fields(&mut self, name: &str, fields: &[(&str, &dyn Spelled)]) {
        self.word(name);
        self.between([" { ", " }"], fields, |letters, (name, value)| {
            letters.word(name);
            letters.word(": ");
            value.spell(letters);
        });
    }

    /// All of them, in brackets.
    pub fn list<T: Spelled>(&mut self, all: &[T]) {
        self.between(["[", "]"], all, |letters, one| one.spell(letters));
    }

    /// In quotation marks, on one line.
    pub fn quoted(&mut self, text: &str) {
        self.0.push('"');
        for letter in text.chars() {
            match letter {
                '"' => self.word("\\\""),
                '\'' => self.word("'"),
                other => self.0.extend(other.escape_debug()),
            }
        }
        self.0.push('"');
    }

    fn between<T>(&mut self, [open, close]: [&str; 2], all: &[T], each: impl Fn(&mut Self, &T)) {
        self.word(open);
        for (nth, one) in all.iter().enumerate() {
            if nth > 0 {
                self.word(", ");
            }
            each(self, one);
        }
        self.word(close);
    }
}
