//! How much of either side is covered. The claim that a day is complete is this check, and nothing else.

use crate::source::Source;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Of one side of one source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Covered {
    /// All of them.
    pub all: u64,
    /// Those that agree with the other side.
    pub joined: u64,
    /// Those that a case is about, open or settled by a person.
    pub by_case: u64,
}

impl Covered {
    /// Those that nothing is known about.
    pub const fn loose(&self) -> u64 {
        self.all.saturating_sub(self.joined).saturating_sub(self.by_case)
    }

    /// Whether nothing is loose.
    pub const fn is_whole(&self) -> bool {
        self.loose() == 0
    }

    /// Hundredths of a percent that are covered, cut off: 10000 only where all is. Nothing of nothing is all.
    pub const fn per_ten_thousand(&self) -> u64 {
        let covered = self.all.saturating_sub(self.loose());
        match covered.saturating_mul(10_000).checked_div(self.all) {
            Some(part) => part,
            None => 10_000,
        }
    }

    /// As a percentage with two decimals, cut off.
    pub fn percent(&self) -> String {
        let part = self.per_ten_thousand();
        format!("{}.{:02} %", part / 100, part % 100)
    }

    const fn add(&mut self, other: Self) {
        self.all = self.all.saturating_add(other.all);
        self.joined = self.joined.saturating_add(other.joined);
        self.by_case = self.by_case.saturating_add(other.by_case);
    }
}

/// Both sides of one source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Both {
    /// What counterparties say.
    pub records: Covered,
    /// Our events that move money or shares.
    pub events: Covered,
    /// Asked of a counterparty, and not due yet.
    pub awaited: u64,
    /// No file of the source is there.
    pub absent: bool,
}

/// Of a day, by source.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Coverage {
    /// Each source that was looked at.
    pub sources: BTreeMap<Source, Both>,
}

impl Coverage {
    /// What is counted of that source.
    pub fn of(&mut self, source: Source) -> &mut Both {
        self.sources.entry(source).or_default()
    }

    /// All sources together.
    pub fn whole(&self) -> Both {
        self.sources.values().fold(Both::default(), |mut all, one| {
            all.records.add(one.records);
            all.events.add(one.events);
            all.awaited = all.awaited.saturating_add(one.awaited);
            all.absent |= one.absent;
            all
        })
    }

    /// Every record and every event joins the other side or a case, and no file is missing.
    pub fn is_complete(&self) -> bool {
        let whole = self.whole();
        whole.records.is_whole() && whole.events.is_whole() && !whole.absent
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_percentage_is_a_hundred_only_where_all_is_covered() {
        let covered = |all, joined, by_case| Covered { all, joined, by_case };
        for (given, says, whole) in [
            (covered(0, 0, 0), "100.00 %", true),
            (covered(1_000_000, 999_999, 0), "99.99 %", false),
            (covered(3, 2, 0), "66.66 %", false),
            (covered(3, 2, 1), "100.00 %", true),
        ] {
            assert_eq!((given.percent().as_str(), given.is_whole()), (says, whole), "{given:?}");
        }
    }

    #[test]
    fn a_day_is_complete_only_with_both_sides_whole_and_every_file_there() {
        let mut coverage = Coverage::default();
        coverage.of(Source::Confirmations).records = Covered { all: 2, joined: 1, by_case: 1 };
        assert!(coverage.is_complete());
        coverage.of(Source::Holdings).events = Covered { all: 1, joined: 0, by_case: 0 };
        assert!(!coverage.is_complete());
        coverage.of(Source::Holdings).events.by_case = 1;
        assert!(coverage.is_complete());
        coverage.of(Source::Statement).absent = true;
        assert!(!coverage.is_complete());
    }
}
