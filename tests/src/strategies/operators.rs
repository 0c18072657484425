//! What persons have in mind with sagas, drawn.

use crate::worlds::{amount, instant, read, text};
use fundflow_domain::case::How;
use fundflow_runtime::process::Disposition;
pub use fundflow_simulation::operators::{Operates, Operation};
use proptest::{prelude::*, sample::select};

/// Anything that a person may have in mind: every door, with every disposition, and every word.
pub fn operations() -> impl Strategy<Value = Operates> {
    let dispositions =
        select(vec![Disposition::Refund, Disposition::Suspense, Disposition::Manual]);
    let instants = select(vec!["2026-02-12T10:00:00+08:00", "2026-02-13T10:00:00+08:00"]);
    let accounts = select(vec!["ACC-7", "ACC-8"]);
    prop_oneof![
        3 => Just(Operates::Resume),
        2 => Just(Operates::SkipToLanding),
        3 => dispositions.prop_map(Operates::Abandon),
        4 => closings().prop_map(Operates::CloseCase),
        1 => instants.prop_map(|at| Operates::Date(instant(at))),
        1 => accounts.prop_map(|account| Operates::Redirect(read(account))),
    ]
}

/// Every way in which a person closes a case. Only a record closes one as corrected.
fn closings() -> impl Strategy<Value = How> {
    let paid = select(vec!["0.01", "14.78", "10000.00"]);
    prop_oneof![
        2 => Just(How::Accepted),
        1 => Just(How::Withdrawn),
        1 => paid.prop_map(|yuan| How::PaidByUs { amount: amount(yuan) }),
        1 => Just(How::Manual { text: text("settled by letter") }),
    ]
}
