//! What a reconciliation reads besides a registrar's files, and where rows of both sides wait until they are joined.

mod accounts;
mod aside;
mod kept;
mod staging;
mod statement;

pub use accounts::GivenAccounts;
pub use aside::Aside;
pub use kept::Begun;
pub use staging::{Group, Side, Staging, StagingError};
pub use statement::{StatementError, rows_of};
