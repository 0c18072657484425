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
#[derive(Debug, Clone, Default)]
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

#[cfg(test)]
mod tests {
    use super::*;
    use fundflow_domain::{
        application::{Outcome, RedemptionConfirmed},
        decider::Decider as _,
        fund::RedemptionSequence,
        holdings::{Command, Credit, Holdings},
        money::{Money, Nav, SignedMoney},
    };

    fn read<T: std::str::FromStr<Err: std::fmt::Debug>>(text: &str) -> T {
        text.parse().unwrap()
    }

    fn parts(lots: &[(&str, &str)]) -> Vec<LotTaken> {
        lots.iter().map(|(lot, shares)| LotTaken { lot: read(lot), shares: read(shares) }).collect()
    }

    /// 100.00 shares in L1 and in L2, and 50.00 reserved.
    fn state(chosen: &[(&str, &str)]) -> State {
        let credit = |name: &str| {
            Command::Credit(Box::new(Credit {
                lot: read(name),
                order: read("TX-0.buy"),
                serial: read(name),
                registered_on: read("2026-01-06"),
                shares: read("100"),
                cost: read("100"),
            }))
        };
        let reserve = Command::Reserve {
            order: read("TX-1.redeem"),
            shares: read("50"),
            sequence: RedemptionSequence::Fifo,
            designated: parts(chosen),
        };
        let commands = [credit("L1"), credit("L2"), reserve];
        commands.iter().fold(State::default(), |state, command| {
            let events = Holdings::decide(&state, command).unwrap();
            events.iter().try_fold(state, Holdings::evolve).unwrap()
        })
    }

    fn taken(lots: &[(&str, &str)]) -> Event {
        let (order, serial, shares) = (read("TX-1.redeem"), read("C1"), read("50"));
        Event::SharesTaken { order, serial, shares, lots: parts(lots), finished: true }
    }

    fn record(lots: &[(&str, &str)]) -> Confirmation {
        let lot = |(serial, shares): &(&str, &str)| LotConfirmed {
            serial: read(serial),
            shares: read(shares),
            gross: Money::ZERO,
            fee: Money::ZERO,
        };
        let numbers = RedemptionConfirmed {
            shares: read("50"),
            nav: Nav::ONE,
            gross: read("50"),
            fee: Money::ZERO,
            back_end_fee: Money::ZERO,
            payout: read("50"),
            income: SignedMoney::ZERO,
            lots: lots.iter().map(lot).collect(),
        };
        Confirmation {
            serial: read("C1"),
            confirmed_on: read("2026-02-25"),
            registered_on: read("2026-02-25"),
            finished: true,
            misnamed: vec![],
            outcome: Outcome::Redemption(numbers),
        }
    }

    fn wrong(
        chosen: &[(&str, &str)],
        named: &[(&str, &str)],
        lots: &[(&str, &str)],
    ) -> Option<String> {
        let mut said = LotsSaid::default();
        said.said(&read("TX-1.redeem"), &record(named));
        said.taken(&state(chosen), &taken(lots)).map(|suspect| suspect.what)
    }

    #[test]
    fn a_lot_that_was_chosen_and_not_taken_is_found() {
        let chosen = [("L2", "50")];
        let what = "shares left L1 50.00, and lot L2 was chosen and could have given them";
        assert_eq!(wrong(&chosen, &[], &[("L1", "50")]).as_deref(), Some(what));
        assert_eq!(wrong(&chosen, &[], &[("L2", "50")]), None);
        assert_eq!(wrong(&[], &[], &[("L2", "50")]), None);
    }

    #[test]
    fn another_lot_than_the_record_names_is_found_and_one_that_nobody_knows_is_not() {
        let what = "shares left L1 50.00, and its record says L2 50.00";
        assert_eq!(wrong(&[], &[("L2", "50")], &[("L1", "50")]).as_deref(), Some(what));
        assert_eq!(wrong(&[("L1", "50")], &[("L2", "50")], &[("L2", "50")]), None);
        assert_eq!(wrong(&[], &[("L9", "50")], &[("L1", "50")]), None);
    }
}
