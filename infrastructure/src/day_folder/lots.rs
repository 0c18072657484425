//! The lot that an investor chose, as a field of a row: `TA1:10.00`.

use fundflow_domain::{application::Designated, money::Shares};

pub(super) const LOT: &str = "one lot, as the serial of its confirmation and its shares, like TA1:10.00, or nothing: a record \
     of the standard names one original serial number, so make an order for each lot";

/// None where nothing stands. An order of several lots would go into no file.
pub(super) fn lots_of(text: &str) -> Option<Vec<Designated>> {
    if text.is_empty() {
        return Some(Vec::new());
    }
    let (serial, shares) = text.split_once(':')?;
    let shares: Shares = shares.parse().ok()?;
    (!shares.is_zero()).then_some(vec![Designated { serial: serial.parse().ok()?, shares }])
}
