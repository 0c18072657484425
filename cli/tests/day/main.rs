//! Day folders that `fundflow day` plays: what happens to each kind of row, of file and of day.

#[path = "../common/mod.rs"]
mod common;
#[path = "../common/files.rs"]
mod files;
#[path = "../common/week.rs"]
mod week;

mod after_day;
mod carried;
mod distributors;
mod dividends;
mod earlier;
mod edges;
mod fund_accounts;
mod huge;
mod in_part;
mod large_and_late;
mod late_rows;
mod missing;
mod orders;
mod own_funds;
mod played;
mod portions;
mod several_registrars;
mod whole_week;
