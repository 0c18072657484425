//! What several sagas of the fund business have in common: legs of money and of shares, milestones,
//! cases. Each part mints its own keys, says which facts hold of it, and records what is heard.

pub mod application;
pub mod cases;
pub mod check;
pub mod command;
pub mod milestone;
pub mod payment;
