//! The ready-made house in which nothing costs a fee, and what is asked for in it.

use crate::outside::Outside;
use fundflow_runtime::saga::Saga;
pub(crate) use fundflow_testkit::at_par::{
    has_open_case, held, holdings_key, house, in_wallet, morning, wallet_key, world, world_of,
};
use fundflow_testkit::{
    explore::{Explored, Explorer},
    worlds::read,
};

/// In one future: what `FUNDFLOW_FAULTS` says, or one.
fn faults() -> u8 {
    std::env::var("FUNDFLOW_FAULTS").map_or(1, |faults| read(&faults))
}

/// The same of what people do, where it is not the test's.
fn acts() -> Option<u8> {
    std::env::var("FUNDFLOW_ACTS").ok().map(|acts| read(&acts))
}

/// A registrar that rejects the purchase and confirms the conversion of its shares contradicts itself: that has a
/// case. Who died between the case and the row's reason finds the row blocked.
pub(crate) const fn linked_among_those_who_refuse() -> [&'static str; 6] {
    let (blocked, disputed) =
        ("parked at conversion falls (blocked)", "parked at conversion falls (does_not_add_up)");
    ["compensated", "completed", "kept_in_wallet", blocked, disputed, "rolled_back"]
}

/// It rests like that and in no other way; with more faults or acts there are further ones.
#[track_caller]
pub(crate) fn ends(found: &Explored, endings: &[&str]) {
    if is_bounded() {
        assert_eq!(found.endings(), endings);
    }
}

/// No more faults and acts than the test's own.
pub(crate) fn is_bounded() -> bool {
    faults() == 1 && acts().is_none()
}

/// Follows every future, and prints how many there are.
#[track_caller]
pub(crate) fn explore<S: Saga>(explorer: Explorer<S, Outside>) -> Explored {
    let explorer = explorer.faults(faults()).states(400_000);
    let found = match acts() {
        Some(acts) => explorer.acts(acts),
        None => explorer,
    };
    let found = found.run().unwrap();
    println!("{found:?}");
    found
}
