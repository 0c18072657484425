//! Whether a record is the last one of its application: `BusinessFinishFlag`.
//!
//! 1. A 124 must say it; of the other businesses the standard asks for no flag, so that a blank one is the last.
//! 2. No other value closes an order.

use crate::exchange::flow::trade_confirmation::TradeConfirmation;

/// Whether no more records of the application follow.
pub(super) fn is_last(record: &TradeConfirmation) -> Result<bool, String> {
    match (record.business_finish_flag.as_str(), record.business_code.as_str()) {
        ("1", _) => Ok(true),
        ("0", _) => Ok(false),
        ("", "124") => {
            Err("BusinessFinishFlag is blank; a 124 says 0 (more will follow) or 1 (the last)"
                .to_owned())
        }
        ("", _) => Ok(true),
        (value, _) => Err(format!("BusinessFinishFlag {value:?} is neither 0 nor 1")),
    }
}

/// Of two records of one conversion: more is to come where one of them says so.
pub(super) fn flag_of_both(both: [&TradeConfirmation; 2]) -> String {
    let flags = both.map(|it| it.business_finish_flag.as_str());
    let wrong = || flags.into_iter().find(|flag| *flag != "1");
    let more = flags.into_iter().find(|flag| *flag == "0");
    more.or_else(wrong).unwrap_or("1").to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(business: &str) -> TradeConfirmation {
        TradeConfirmation { business_code: business.to_owned(), ..Default::default() }
    }

    #[test]
    fn an_order_is_closed_by_a_record_that_says_so_or_need_not_say() {
        let flagged = |business: &str, flag: &str| {
            is_last(&TradeConfirmation { business_finish_flag: flag.to_owned(), ..of(business) })
        };
        for business in ["122", "124", "130", "136", "139", "198"] {
            assert_eq!(flagged(business, "1"), Ok(true), "{business}");
            assert_eq!(flagged(business, "0"), Ok(false), "{business}");
            let other = flagged(business, "2").unwrap_err();
            assert_eq!(other, "BusinessFinishFlag \"2\" is neither 0 nor 1");
            assert_eq!(flagged(business, "").is_ok(), business != "124", "{business}");
        }
        let blank = flagged("124", "").unwrap_err();
        assert_eq!(
            blank,
            "BusinessFinishFlag is blank; a 124 says 0 (more will follow) or 1 (the last)"
        );
        let both = |out: &str, into: &str| {
            let half = |flag: &str| TradeConfirmation {
                business_finish_flag: flag.to_owned(),
                ..of("138")
            };
            flag_of_both([&half(out), &half(into)])
        };
        let all = [("1", "1"), ("1", "0"), ("", "0"), ("", "1"), ("2", "1")];
        assert_eq!(all.map(|(out, into)| both(out, into)), ["1", "0", "0", "", "2"]);
    }
}
