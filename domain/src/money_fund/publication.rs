//! The income of a day, as a fund publishes it, and the names under which it is given.

use crate::{
    ids::{FundCode, TransactionId},
    money::PerTenThousand,
    time::Timestamp,
};
use chrono::{NaiveDate, NaiveTime};
use serde::{Deserialize, Serialize};

/// A fund's income of one natural day, as it is published.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Publication {
    /// The money-market fund, by its code of six digits.
    pub fund: FundCode,
    /// The natural day that the income is of.
    pub day: NaiveDate,
    /// Yuan per 10,000 shares.
    pub per_10_000: PerTenThousand,
    /// 0 for the first publication of that day, 1 for its first correction.
    #[serde(default)]
    pub publication: u8,
}

impl Publication {
    /// The transaction ID under which it is given: `{fund}.{day}`, and of a correction
    /// `{fund}.{day}.{publication}`. `None` for a name that is no transaction ID, which no fund and
    /// day have.
    pub fn job(&self) -> Option<TransactionId> {
        self.jobs().map(|[first, _]| first)
    }

    /// That ID, and the one under which it is given where a store of before has the first in other use:
    /// `income.{fund}.{day}`.
    pub fn jobs(&self) -> Option<[TransactionId; 2]> {
        Self::jobs_of(self.fund, self.day, self.publication)
    }

    /// The same IDs, whatever the figure is.
    pub fn jobs_of(fund: FundCode, day: NaiveDate, publication: u8) -> Option<[TransactionId; 2]> {
        let name = match publication {
            0 => format!("{fund}.{day}"),
            corrected => format!("{fund}.{day}.{corrected}"),
        };
        let second = TransactionId::new(["income.", &name].concat()).ok()?;
        Some([TransactionId::new(name).ok()?, second])
    }

    /// The instant from which it can be given: 15:00 of its own day in Shanghai. By then the register
    /// has said which shares earn on that day.
    pub fn given_from(&self) -> Timestamp {
        let time = NaiveTime::from_hms_opt(15, 0, 0).unwrap_or_default();
        Timestamp::shanghai(self.day, time)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn published(publication: u8) -> Publication {
        Publication {
            fund: "000730".parse().unwrap(),
            day: "2026-03-02".parse().unwrap(),
            per_10_000: "0.4012".parse().unwrap(),
            publication,
        }
    }

    #[test]
    fn a_day_s_income_is_given_under_one_name_and_a_correction_under_its_own() {
        let names = |publication| {
            let [first, second] = published(publication).jobs().unwrap();
            assert_eq!(published(publication).job().as_ref(), Some(&first));
            [first, second].map(|it| it.to_string())
        };
        assert_eq!(names(0), ["000730.2026-03-02", "income.000730.2026-03-02"]);
        assert_eq!(names(1), ["000730.2026-03-02.1", "income.000730.2026-03-02.1"]);
    }

    #[test]
    fn it_is_given_from_three_in_the_afternoon_of_its_own_day() {
        let at = "2026-03-02T15:00:00+08:00".parse().unwrap();
        assert_eq!(published(0).given_from(), at);
    }
}
