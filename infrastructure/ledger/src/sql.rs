//! The tables and the statements, one file each. Amounts are whole hundredths, debits positive; dates are text,
//! `YYYY-MM-DD`.

macro_rules! statement {
    ($file:literal) => {
        include_str!(concat!("sql/", $file, ".sql"))
    };
}

/// Raised by every change of the tables: an older ledger is made anew.
pub(crate) const FORMAT: i64 = 6;

pub(crate) const TABLES: &str = statement!("tables");
pub(crate) const ACCOUNT: &str = statement!("account");
pub(crate) const SUB_ACCOUNT: &str = statement!("sub_account");
pub(crate) const FOLD: &str = statement!("fold");
pub(crate) const EMPTY_SUB_ACCOUNTS: &str = statement!("empty_sub_accounts");
pub(crate) const HOT: &str = statement!("hot");
pub(crate) const TRIAL: &str = statement!("trial");
pub(crate) const STATEMENT: &str = statement!("statement");
pub(crate) const MOVEMENTS: &str = statement!("movements");
pub(crate) const IN_FLIGHT: &str = statement!("in_flight");
pub(crate) const LAST_DAY: &str = statement!("last_day");
pub(crate) const IS_EMPTY: &str = statement!("is_empty");
pub(crate) const IS_POSTED_BEHIND: &str = statement!("is_posted_behind");
pub(crate) const CHECKPOINT: &str = statement!("checkpoint");
pub(crate) const MOVE_CHECKPOINT: &str = statement!("move_checkpoint");
pub(crate) const ENTRY: &str = statement!("entry");
pub(crate) const POSTING: &str = statement!("posting");
pub(crate) const APPLICATION: &str = statement!("application");
pub(crate) const REQUEST: &str = statement!("request");
pub(crate) const FINAL: &str = statement!("final");
pub(crate) const PAYMENT: &str = statement!("payment");
pub(crate) const CASE: &str = statement!("case");
pub(crate) const SETTLEMENT: &str = statement!("settlement");
pub(crate) const SETTLEMENTS: &str = statement!("settlements");
pub(crate) const DUES: &str = statement!("dues");
pub(crate) const IS_INSTRUCTED: &str = statement!("is_instructed");
pub(crate) const BALANCE: &str = statement!("balance");
pub(crate) const IS_PAID: &str = statement!("is_paid");
pub(crate) const DIFFERENCES: &str = statement!("differences");
pub(crate) const REMEMBER: &str = statement!("remember");
pub(crate) const FORGET_DAY: &str = statement!("forget_day");
pub(crate) const COUNTED: &str = statement!("counted");
pub(crate) const HELD: &str = statement!("held");
pub(crate) const CONFIRMED: &str = statement!("confirmed");
pub(crate) const QUOTA: &str = statement!("quota");
pub(crate) const CLOSING: &str = statement!("closing");
pub(crate) const IS_HELD: &str = statement!("is_held");
pub(crate) const IS_CONFIRMED: &str = statement!("is_confirmed");
pub(crate) const IS_CLOSED: &str = statement!("is_closed");

pub(crate) const SHOWN: &str = statement!("shown");
pub(crate) const PRICE: &str = statement!("price");
pub(crate) const FEE_APART: &str = statement!("fee_apart");
pub(crate) const DAY_APART: &str = statement!("day_apart");
pub(crate) const COUNT: &str = statement!("count");
pub(crate) const UNCOUNT: &str = statement!("uncount");

// Each finds what breaks an invariant: where, and what is wrong there.
pub(crate) const I1: &str = statement!("check/i1");
pub(crate) const I2: &str = statement!("check/i2");
pub(crate) const I3: &str = statement!("check/i3");
pub(crate) const I4: &str = statement!("check/i4");
pub(crate) const I5: &str = statement!("check/i5");
pub(crate) const I6: &str = statement!("check/i6");
pub(crate) const I7: &str = statement!("check/i7");
pub(crate) const I8: &str = statement!("check/i8");
pub(crate) const I9: &str = statement!("check/i9");
pub(crate) const I10: &str = statement!("check/i10");
pub(crate) const I11: &str = statement!("check/i11");
pub(crate) const I12: &str = statement!("check/i12");
pub(crate) const I13: &str = statement!("check/i13");
pub(crate) const I14: &str = statement!("check/i14");
pub(crate) const I15: &str = statement!("check/i15");
pub(crate) const I16: &str = statement!("check/i16");
pub(crate) const ATTACH: &str = statement!("attach");
pub(crate) const DETACH: &str = statement!("detach");
pub(crate) const I18: &str = statement!("replayed");
pub(crate) const I17: &str = statement!("check/i17");
pub(crate) const I19: &str = statement!("check/i19");
pub(crate) const I20: &str = statement!("check/i20");
