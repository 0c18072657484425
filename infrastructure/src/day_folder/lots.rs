//! Lots that an investor chose, as a field of a row: `TA1:10.00 TA2:2.50`.

use fundflow_domain::{application::Designated, money::Shares, orders::Serial};

pub(super) const LOTS: &str =
    "serials of confirmations with the shares of each, like TA1:10.00 TA2:2.50";

pub(super) fn lots_of(text: &str) -> Option<Vec<Designated>> {
    let lot = |text: &str| {
        let (serial, shares) = text.split_once(':')?;
        let shares: Shares = shares.parse().ok()?;
        (!shares.is_zero()).then_some(Designated { serial: serial.parse().ok()?, shares })
    };
    text.split_whitespace().map(lot).collect()
}

/// The first lot of which nobody can say how much of it is meant.
pub(super) fn named_twice(lots: &[Designated]) -> Option<&Serial> {
    let same = |(at, lot): &(usize, &Designated)| {
        lots.iter().take(*at).any(|first| first.serial == lot.serial)
    };
    lots.iter().enumerate().find(same).map(|(_, lot)| &lot.serial)
}
