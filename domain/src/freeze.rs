//! Shares that the register keeps from leaving: for whom, on whose word, and what its next word
//! changes.
//!
//! ```text
//! an order (a court's paper, a pledge) --its own lifting---------------------> lifted
//! the register (file 05, a rejection)  --a later word of it that says fewer--> lifted
//! ```
//!
//! 1. What an order froze stays until that order is lifted, whatever the register says meanwhile: its
//!    figures may be older than the paper.
//! 2. The register's figure counts what orders froze as well. What it says beyond them follows its
//!    latest word.
//! 3. A lifted order frees no share that the register's last word still counts, also where that said no more than
//!    orders froze: a freeze of its own may hide behind them, and how much of its figure is whose, nobody knows
//!    before its next word.
//! 4. A word about an earlier day than the latest one is old news and changes nothing.

use crate::{money::Shares, orders::Cause};
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// On whose behalf shares are frozen (codes 0 to 4 of the exchange files).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FrozenCause {
    /// Code 0: a court.
    Judicial,
    /// Code 1: the investor, at the counter.
    Counter,
    /// Code 2: a creditor to whom they are pledged.
    Pledge,
    /// Code 3: a creditor and a court.
    PledgeAndJudicial,
    /// Code 4: the counter and a court.
    CounterAndJudicial,
    /// File 05 and rejections name no cause.
    Unstated,
}

impl From<FrozenCause> for Cause {
    fn from(cause: FrozenCause) -> Self {
        let (code, text) = match cause {
            FrozenCause::Judicial => ("judicial", "frozen by a court"),
            FrozenCause::Counter => ("counter", "frozen at the counter"),
            FrozenCause::Pledge => ("pledge", "pledged"),
            FrozenCause::PledgeAndJudicial => {
                ("pledge_and_judicial", "pledged, and frozen by a court")
            }
            FrozenCause::CounterAndJudicial => {
                ("counter_and_judicial", "frozen at the counter and by a court")
            }
            FrozenCause::Unstated => ("unstated", "frozen; the register does not say for whom"),
        };
        Cause::new(code, text)
    }
}

/// Whose word it is that shares are frozen: that decides what frees them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FrozenBy {
    /// A person entered an order of a court or a creditor.
    #[default]
    Order,
    /// The register said so about that day.
    Register(NaiveDate),
}

impl FrozenBy {
    /// For what is stored without it.
    pub const fn is_order(&self) -> bool {
        matches!(self, FrozenBy::Order)
    }

    const fn day(self) -> Option<NaiveDate> {
        match self {
            FrozenBy::Order => None,
            FrozenBy::Register(day) => Some(day),
        }
    }
}

/// How many shares of one holder and fund the register says are frozen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Frozen {
    /// So many, and no more.
    InAll(Shares),
    /// These too; of how many in all it says nothing.
    Besides(Shares),
}

/// What was frozen under one record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Freeze {
    /// How many; 0.00 once it is lifted.
    pub(crate) shares: Shares,
    pub(crate) by: FrozenBy,
}

/// What a word of the register changes.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Change<K> {
    /// Records whose freezes are lifted, the latest first.
    pub(crate) lifted: Vec<K>,
    /// What is frozen under the new record; 0.00: nothing.
    pub(crate) more: Shares,
    /// What the word says is frozen in all, where that does not follow from what is frozen and lifted by it.
    pub(crate) in_all: Option<Shares>,
}

/// What the register's word about `on` changes of what is frozen now; `stated`: its last word before.
pub(crate) fn follow<'a, K: Ord + Clone + 'a>(
    (freezes, stated): (impl Iterator<Item = (&'a K, Freeze)>, Shares),
    record: &K,
    on: NaiveDate,
    frozen: Frozen,
) -> Change<K> {
    let known: Vec<(&K, Freeze)> = freezes.collect();
    let nothing = Change { lifted: Vec::new(), more: Shares::ZERO, in_all: None };
    let latest = known.iter().filter_map(|(_, freeze)| freeze.by.day()).max();
    let heard = known.iter().any(|(other, _)| *other == record);
    if heard || latest.is_some_and(|latest| on < latest) {
        return nothing;
    }
    let in_all = match frozen {
        Frozen::Besides(more) => return Change { more, ..nothing },
        Frozen::InAll(in_all) => in_all,
    };
    let (orders, mut said): (Vec<_>, Vec<_>) =
        known.into_iter().partition(|(_, freeze)| freeze.by.is_order());
    let wanted = less(in_all, sum(&orders));
    let mut frozen = sum(&said);
    said.sort_by_key(|(record, freeze)| std::cmp::Reverse((freeze.by.day(), *record)));
    let mut lifted = Vec::new();
    for (record, freeze) in said {
        if frozen > wanted && !freeze.shares.is_zero() {
            frozen = less(frozen, freeze.shares);
            lifted.push(record.clone());
        }
    }
    let more = less(wanted, frozen);
    let follows = match (lifted.is_empty() && more.is_zero(), wanted.is_zero()) {
        (true, _) => stated,
        (false, true) => Shares::ZERO,
        (false, false) => in_all,
    };
    Change { lifted, more, in_all: (follows != in_all).then_some(in_all) }
}

/// What the register's last word comes to by what it froze and orders did; 0.00 where it froze nothing.
pub(crate) fn stated<'a, K: 'a>(freezes: impl Iterator<Item = (&'a K, Freeze)>) -> Shares {
    let (orders, said): (Vec<_>, Vec<_>) = freezes.partition(|(_, freeze)| freeze.by.is_order());
    let said = sum(&said);
    if said.is_zero() { Shares::ZERO } else { sum(&orders).plus_or_most(said) }
}

/// What stays frozen of an order that is lifted by a record, and since which day the register says so.
/// Nothing freezes twice by one record.
pub(crate) fn stays<'a, K: Eq + 'a>(
    freezes: impl Iterator<Item = (&'a K, Freeze)>,
    (order, by): (&K, &K),
    stated: Shares,
) -> Option<(NaiveDate, Shares)> {
    let (lifted, rest): (Vec<_>, Vec<_>) = freezes.partition(|(record, _)| *record == order);
    let on = rest.iter().filter_map(|(_, freeze)| freeze.by.day()).max()?;
    if order == by || rest.iter().any(|(record, _)| *record == by) {
        return None;
    }
    let of_order = lifted.iter().filter(|(_, freeze)| freeze.by.is_order());
    let of_order = of_order.fold(Shares::ZERO, |sum, (_, it)| sum.plus_or_most(it.shares));
    let stays = less(stated, sum(&rest)).min(of_order);
    (!stays.is_zero()).then_some((on, stays))
}

fn sum<K>(freezes: &[(K, Freeze)]) -> Shares {
    freezes.iter().fold(Shares::ZERO, |sum, (_, it)| sum.plus_or_most(it.shares))
}

fn less(shares: Shares, by: Shares) -> Shares {
    shares.minus(by).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shares(text: &str) -> Shares {
        text.parse().unwrap()
    }

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn by_register(count: &str, on: &str) -> Freeze {
        Freeze { shares: shares(count), by: FrozenBy::Register(day(on)) }
    }

    fn by_order(count: &str) -> Freeze {
        Freeze { shares: shares(count), by: FrozenBy::Order }
    }

    /// What file 05 of 2026-02-25 changes that says `in_all`: the records that it lifts, and how many
    /// more are frozen.
    fn changes(known: &[(&str, Freeze)], in_all: &str) -> (Vec<String>, String) {
        let change = follows(known, in_all, None);
        (change.lifted, change.more.to_string())
    }

    /// The same change, whole; `last`: what the register stated before, where its freezes do not say it.
    fn follows(known: &[(&str, Freeze)], in_all: &str, last: Option<&str>) -> Change<String> {
        let known: Vec<_> = known.iter().map(|(name, it)| ((*name).to_owned(), *it)).collect();
        let all = || known.iter().map(|(name, it)| (name, *it));
        let last = last.map_or_else(|| stated(all()), shares);
        let said = Frozen::InAll(shares(in_all));
        follow((all(), last), &"now".to_owned(), day("2026-02-25"), said)
    }

    #[test]
    fn a_word_that_orders_explain_is_remembered_as_it_was_said() {
        let court = ("court", by_order("1000"));
        let own = ("a", by_register("500", "2026-02-13"));
        for (known, in_all, last, said) in [
            (vec![court], "1000", None, Some("1000")),
            (vec![court], "700", None, Some("700")),
            (vec![court], "700", Some("700"), None),
            (vec![court], "0", None, None),
            (vec![court], "0", Some("700"), Some("0")),
            (vec![court, own], "1000", None, Some("1000")),
            (vec![court, own], "0", None, None),
            (vec![court, own], "1500", None, None),
            // The order came after the word, which spoke of 500.
            (vec![court, own], "1500", Some("500"), Some("1500")),
            (vec![court, own], "1600", Some("500"), None),
            (vec![own], "500", None, None),
        ] {
            let said = said.map(shares);
            assert_eq!(follows(&known, in_all, last).in_all, said, "{in_all} after {last:?}");
        }
        let older = follows(&[("a", by_register("0", "2026-02-26")), court], "1000", None);
        assert_eq!(older, Change { lifted: vec![], more: Shares::ZERO, in_all: None });
    }

    #[test]
    fn the_difference_to_what_is_known_is_frozen_or_lifted() {
        let known =
            [("a", by_register("30", "2026-02-13")), ("b", by_register("20", "2026-02-24"))];

        assert_eq!(changes(&[], "50"), (vec![], "50.00".to_owned()));
        assert_eq!(changes(&known, "50"), (vec![], "0.00".to_owned()));
        assert_eq!(changes(&known, "65.5"), (vec![], "15.50".to_owned()));
        assert_eq!(changes(&known, "30"), (vec!["b".to_owned()], "0.00".to_owned()));
        assert_eq!(
            changes(&known, "25"),
            (vec!["b".to_owned(), "a".to_owned()], "25.00".to_owned())
        );
        assert_eq!(changes(&known, "0"), (vec!["b".to_owned(), "a".to_owned()], "0.00".to_owned()));
    }

    #[test]
    fn what_an_order_froze_is_part_of_the_figure_and_stays() {
        let known = [("court", by_order("30")), ("a", by_register("20", "2026-02-13"))];

        assert_eq!(changes(&known, "50"), (vec![], "0.00".to_owned()));
        assert_eq!(changes(&known, "30"), (vec!["a".to_owned()], "0.00".to_owned()));
        assert_eq!(changes(&known, "0"), (vec!["a".to_owned()], "0.00".to_owned()));
        assert_eq!(changes(&known, "70"), (vec![], "20.00".to_owned()));
    }

    #[test]
    fn what_the_register_said_beside_an_order_stays_when_that_is_lifted() {
        let court = ("court", by_order("500"));
        let said = [court, ("a", by_register("500", "2026-02-13"))];
        let later = [court, said[1], ("pledge", by_order("300"))];
        let left = |known: &[(&'static str, Freeze)], order: &str, word: &str| {
            let stays =
                stays(known.iter().map(|(name, it)| (name, *it)), (&order, &"lift"), shares(word));
            stays.map(|(on, shares)| (on.to_string(), shares.to_string()))
        };
        let stays = |number: &str| Some(("2026-02-13".to_owned(), number.to_owned()));

        assert_eq!(stated(said.iter().map(|(name, it)| (name, *it))), shares("1000"));
        assert_eq!(stated([court].iter().map(|(name, it)| (name, *it))), Shares::ZERO);
        assert_eq!(left(&said, "court", "1000"), stays("500.00"));
        assert_eq!(left(&later, "pledge", "1000"), None, "no word counts it");
        assert_eq!(left(&later, "court", "1000"), stays("200.00"), "it froze at least 1000");
        assert_eq!(left(&said, "court", "0"), None);
        assert_eq!(left(&said, "a", "1000"), None, "a person lifts the word itself");
    }

    #[test]
    fn an_older_word_and_a_repeated_one_change_nothing() {
        let later = [("a", by_register("20", "2026-02-26"))];
        let lifted = [("a", by_register("0", "2026-02-26"))];
        let repeated = [("now", by_register("20", "2026-02-25"))];

        for known in [&later, &lifted, &repeated] {
            assert_eq!(changes(known, "50"), (vec![], "0.00".to_owned()), "{known:?}");
        }
    }

    #[test]
    fn a_word_without_a_figure_comes_on_top_of_what_is_known() {
        let known = [("a".to_owned(), by_register("20", "2026-02-13"))];
        let known = known.iter().map(|(name, it)| (name, *it));
        let said = Frozen::Besides(shares("7"));

        let change = follow((known, shares("20")), &"now".to_owned(), day("2026-02-13"), said);

        assert_eq!(change, Change { lifted: vec![], more: shares("7"), in_all: None });
    }
}
