//! What several sagas of the fund business have in common: legs of money and of shares, milestones,
//! cases. Each part mints its own keys, says which facts hold of it, and records what is heard.

// Legs.
pub mod advance;
mod advance_records;
pub mod application;
pub mod buying;
mod contested;
mod corrected;
mod hearing;
pub mod holdings;
mod holdings_lack;
pub mod leaving;
pub mod payment;
mod payment_records;
pub mod payout;
pub mod payout_lanes;
pub mod payout_legs;
pub mod portions;
mod records;
mod rejected;
pub mod share_book;
pub mod wallet;
mod wallet_book;
mod wallet_income;
mod wallet_lack;
mod wallet_portions;

// What holds of any of them.
pub mod by_calendar;
pub mod by_hand;
pub mod cancel;
pub mod cases;
pub mod check;
pub mod compensation;
pub mod compensation_lanes;
pub mod day_refused;
pub mod debt;
pub mod disputes;
pub mod fate;
mod fund_saga;
pub mod half_done;
pub mod lacking;
pub mod last_word;
mod late_price;
pub mod later;
mod left_to_pay;
pub mod limits;
mod listed;
mod looked_again;
pub mod milestone;
pub mod names;
pub mod not_there;
pub mod occurrence;
pub mod off_day;
pub mod on_day;
pub mod record_days;
pub mod refund_lanes;
pub mod refunds;
pub mod timing;
pub mod to_come;
pub mod units;
pub mod unowed;
mod word_days;
