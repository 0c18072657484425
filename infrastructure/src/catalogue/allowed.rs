//! What may stand at each key of a fund's file, for whoever wrote something else.
//!
//! The domain says why a value of the right kind is none; these words are for what is of no kind at all, and
//! for a key that is missing.

const DATE: &str = "a date without quotes, like 2026-02-12";
const YUAN: &str =
    "yuan in quotes, 0.01 to 99999999999999.99 with at most 2 decimals, like \"100\"";
const YUAN_OR_NONE: &str =
    "yuan in quotes, 0 to 99999999999999.99 with at most 2 decimals, like \"5000000\"";
const SHARES: &str =
    "shares in quotes, 0 to 99999999999999.99 with at most 2 decimals, like \"0.01\"";
const RATE: &str = "a rate in quotes, 0 to 1 with at most 8 decimals, like \"0.015\" for 1.5 %";
const MULTIPLIER: &str =
    "a multiplier in quotes, \"0\" (free) to \"1\" (none) with at most 4 decimals";
const TEXT: &str = "a text in quotes, 1 to 500 characters";
const FUND: &str = "six digits in quotes, like \"000730\"";
pub(super) const NAME: &str = "a name in quotes, 1 to 64 of A-Z a-z 0-9 . _ -";
const BY_AMOUNT: &str = "a list like [{ from = \"0\", rate = \"0.015\" }, { from = \"5000000\", fixed = \"1000\" }]: \
                         yuan that rise from 0, each with a rate or a fixed fee";
const BY_DAYS: &str = "a list like [{ from_days = 0, rate = \"0.015\" }, { from_days = 7, rate = \"0\" }]: natural \
                       days that rise from 0, each with a rate";

/// In words; `None` for a key that no fund's file has.
pub(super) fn at(key: &str) -> Option<&'static str> {
    Some(match key {
        "effective_from" | "from" | "through" | "until" | "founded_on" => DATE,
        "first_min" | "additional_min" | "step" | "order_max" | "conversion_in_max" | "fixed" => {
            YUAN
        }
        "day_max" | "fast_redemption_day_max" => YUAN_OR_NONE,
        "redemption_min" | "conversion_min" | "balance_min" | "shares_min" => SHARES,
        "service_fee" | "floor" | "rate" => RATE,
        "topup_discount" | "multiplier" => MULTIPLIER,
        "name" | "source" | "notice" => TEXT,
        "code" | "master" | "target" => FUND,
        "version" | "rule" => NAME,
        "share_class" => "a class in quotes, like \"A\"",
        "purchase" | "subscription" => BY_AMOUNT,
        "redemption" | "back_end" => BY_DAYS,
        "registrar" => {
            "a registrar's code in quotes, 1 to 18 of A-Z a-z 0-9 . _ -; \"own\" for the manager's own"
        }
        "linked_processing" => "true or false",
        "confirm_lag" => "a whole number, 1 to 3",
        "payout_lag" => "a whole number, 1 to 7",
        "days_min" => "a whole number of natural days, 0 to 4294967295",
        "carry" => "\"daily\" or { monthly = { on_day = 15 } }",
        "foreign_holidays" => {
            "a list of dates without quotes, each once and in ascending order, like [2026-04-03, \
                               2026-05-25]"
        }
        "channels" | "customers" => "a list of words in quotes; no list means everybody",
        "discounts" => {
            "[[terms.discounts]] tables with id, source, multiplier, from, and if there are any floor, \
                        until, channel, businesses"
        }
        "raising" => {
            "a table with from, through (dates without quotes), and if they are known cut_off (17:00:00) and \
                      founded_on"
        }
        _ => return None,
    })
}

/// Whether those are the words of a parser, which does not know what may stand there.
pub(super) fn is_of_parser(problem: &str) -> bool {
    const PARSERS: [&str; 9] = [
        "invalid type",
        "invalid value",
        "invalid length",
        "missing field",
        "duplicate field",
        "premature end of input",
        "trailing input",
        "input contains",
        "input is",
    ];
    PARSERS.iter().any(|words| problem.starts_with(words))
}
