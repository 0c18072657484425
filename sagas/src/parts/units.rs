//! What open ends are counted in: shares are no money, whatever they are worth.

use super::lacking::Lack;
use fundflow_domain::ids::FundCode;

/// Money, as people read it behind a number.
pub const YUAN: &str = "yuan";

/// Shares of that fund.
pub fn shares_of(fund: FundCode) -> String {
    format!("shares of {fund}")
}

/// Writes how a shipped saga tells of its open ends: what each is counted in, what becomes of one that is given up,
/// and which of them a person has made up for.
macro_rules! tells_ends {
    ($unit:path, $fate:path) => {
        fn unit(view: &View<'_>, end: &str) -> Option<String> {
            Some($unit(view, end))
        }

        fn fate(
            view: &View<'_>,
            end: &OpenEnd,
            given: &$crate::parts::fate::Given,
        ) -> Option<String> {
            $fate(view, end, given)
        }

        fn is_made_up(view: &View<'_>, end: &OpenEnd) -> bool {
            *end.name == *$crate::parts::lacking::MISSING
                && $crate::parts::lacking::is_made_up(view)
        }
    };
}
pub(crate) use tells_ends;

/// Missing shares: of the fund whose records lack any, or of each of them.
pub fn missing(of: &[(FundCode, Lack)]) -> String {
    let mut funds: Vec<String> = Vec::new();
    for (fund, _) in of.iter().filter(|(_, lack)| !lack.is_none()) {
        let fund = fund.to_string();
        if !funds.contains(&fund) {
            funds.push(fund);
        }
    }
    format!("shares of {}", funds.join(" and "))
}
