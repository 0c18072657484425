//! Which lots shares left: those that the record names, and else those that the investor chose, as far as they
//! could give them.

use super::{Check, suspect::Suspect};
use fundflow_domain::{
    application::{Confirmation, LotConfirmed},
    holdings::{Event, State},
    ids::OrderId,
    orders::{LotTaken, Serial},
};
use std::collections::HashMap;

/// The lots that records name, by order and serial, until they are booked.
#[derive(Debug, Default)]
pub(super) struct LotsSaid(HashMap<(OrderId, Serial), Vec<LotConfirmed>>);

impl LotsSaid {
    pub(super) fn said(&mut self, order: &OrderId, record: &Confirmation) {
        let (key, lots) = ((order.clone(), record.serial.clone()), record.outcome.lots());
        if lots.is_empty() {
            self.0.remove(&key);
        } else {
            self.0.insert(key, lots.to_vec());
        }
    }

    /// A taking out of other lots. What a record names and was not there leaves by the rules.
    pub(super) fn taken(&mut self, before: &State, said: &Event) -> Option<Suspect> {
        let Event::SharesTaken { order, serial, shares, lots, .. } = said else { return None };
        let named = self.0.remove(&(order.clone(), serial.clone())).unwrap_or_default();
        let of_ours = |it: &LotConfirmed| {
            let lot = before.lot_of(&it.serial)?.credit.lot.clone();
            Some(LotTaken { lot, shares: it.shares })
        };
        let named: Option<Vec<LotTaken>> = named.iter().map(of_ours).collect();
        let named = named.unwrap_or_default();
        let what = if before.gives(&named, *shares) {
            let (taken, named) = (listed(lots), listed(&named));
            (taken != named).then(|| {
                format!("shares left {}, and its record says {}", text(&taken), text(&named))
            })
        } else {
            let over = before.passed_over(order, lots)?;
            let (lot, taken) = (&over.credit.lot, text(&listed(lots)));
            Some(format!("shares left {taken}, and lot {lot} was chosen and could have given them"))
        };
        what.map(|what| Suspect::new(Check::I6, what))
    }
}

fn listed(lots: &[LotTaken]) -> Vec<String> {
    let mut all: Vec<String> = lots.iter().map(|it| format!("{} {}", it.lot, it.shares)).collect();
    all.sort();
    all
}

fn text(lots: &[String]) -> String {
    lots.join(", ")
}
