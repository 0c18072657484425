//! Whoever does the jobs of day-cuts on a store, with a directory for files and a ledger beside it.
//!
//! ```text
//! events.db                       what is sealed, the income jobs
//! ledger.db                       what is posted
//! exchange/2026-03-02/out/        files 03 and their index; of another registrar than the own, exchange/<T>/<code>/out
//! exchange/2026-03-02/in/, read   its answers, and the mark that says that they were read
//! exchange/2026-03-02/distributor-306/out, in, read    those of another distributor than the first
//! reports/2026-03-02/statements.05.csv                 what moved for each investor
//! heads/cut.05.2026-03-02.head    the head that the last job keeps
//! ```
//!
//! 1. A job that is called again finds what it did, and answers with the same figures: what it makes has one name and is
//!    never written over.
//! 2. What a job needs and is not there is *not yet*, with what is missing and what to do.
//! 3. A job that asks the engine for something waits until it may: [`Jobs::attach`].

mod dealing;
mod followed;
mod found;
mod frozen;
mod head;
mod income;
mod jobs;
mod place;
mod placed;
mod postings;
mod reading;
mod recon;
mod reconcile;
mod serials;
mod sets;
mod settlement;
mod statements;
mod taking;
mod turn;

pub use dealing::{Dealing, Hearer, MayRead, OfInvestor, Remark, logged};
pub use head::{DIRECTORY as HEADS, HeadError, bytes_of, of_first, of_now, write as write_head};
pub use income::IncomeToCome;
pub use jobs::{Attached, Jobs};
pub use place::{OWN, Place, READ, announced, check_directories, of_distributor};
pub use placed::Placed;
pub use recon::{
    Becomes, Began, BreakRow, Deed, Found, PROGRAM, ReconError, Writer, names_of, reconcile,
    time_of,
};
pub use serials::Serials;
pub use sets::Set;
pub use settlement::{NotDue, terms};
