//! What the counterparties' statement says of a settlement: the sandbox's channel and custodians.
//!
//! 1. What is said follows from the settlement, its fate and the day alone; so a day that is played again says the
//!    same.

use super::scenario::{Scenario, SettlementFate};
use chrono::NaiveDate;
use fundflow_domain::{
    money::Amount,
    orders::Serial,
    settlement::{Part, SettlementId, Terms, Way},
};
use rust_decimal::{Decimal, RoundingStrategy};

/// What the statement of that day says of it; `None` where none comes. `day_after`: the trading day after the day of pay.
pub fn stated(
    scenario: &Scenario,
    terms: &Terms,
    (on, day_after): (NaiveDate, NaiveDate),
) -> Option<Vec<Part>> {
    let id = terms.id();
    let net = terms.net()?;
    let due_on = terms.due_on;
    if on < due_on {
        return None;
    }
    let part = |nth: u32, amount: Decimal, day: NaiveDate| part(id, nth, amount, day);
    let all: Vec<Option<Part>> = match scenario.settlement(&id.to_string()) {
        SettlementFate::Settled => vec![part(1, net, due_on)],
        SettlementFate::Short => vec![part(1, net - tenth(net), due_on)],
        SettlementFate::Late if on < day_after => return None,
        SettlementFate::Late => vec![part(1, net, day_after)],
        SettlementFate::Missing => return None,
        SettlementFate::Doubled => vec![part(1, net, due_on), part(2, net, due_on)],
        SettlementFate::Wrong => vec![part(1, net + Decimal::new(1, 2), due_on)],
        SettlementFate::Parts => {
            let half = (net / Decimal::TWO).round_dp_with_strategy(2, RoundingStrategy::ToZero);
            let rest = part(2, net - half, day_after).filter(|_| on >= day_after);
            vec![part(1, half, due_on), rest]
        }
    };
    Some(all.into_iter().flatten().collect())
}

/// To the fen, cut off.
fn tenth(net: Decimal) -> Decimal {
    (net / Decimal::TEN).round_dp_with_strategy(2, RoundingStrategy::ToZero)
}

fn part(of: SettlementId, nth: u32, amount: Decimal, on: NaiveDate) -> Option<Part> {
    let way = if amount < Decimal::ZERO { Way::Out } else { Way::In };
    let serial: Serial = format!("STL.{of}.{nth}").parse().ok()?;
    Some(Part { serial, way, amount: Amount::new(amount.abs()).ok()?, on })
}

#[cfg(test)]
mod tests {
    use super::*;
    use fundflow_domain::calendar::TradingDay;

    fn terms() -> Terms {
        let date = |text: &str| text.parse().unwrap();
        Terms {
            party: "channel".parse().unwrap(),
            t: TradingDay::recorded(date("2026-02-12")),
            due_on: date("2026-02-13"),
            receivable: "1000.05".parse().unwrap(),
            payable: "0".parse().unwrap(),
            fees: "0".parse().unwrap(),
        }
    }

    fn says(fate: &str, on: &str) -> Option<Vec<String>> {
        let scenario = format!("seed = 1\n[settlement]\nper_mille = {{ {fate} = 1000 }}\n");
        let scenario = Scenario::from_toml(&scenario).unwrap();
        let days = (on.parse().unwrap(), "2026-02-24".parse().unwrap());
        let parts = stated(&scenario, &terms(), days)?;
        Some(parts.iter().map(|it| format!("{} {:?} {}", it.amount, it.way, it.on)).collect())
    }

    #[test]
    fn each_fate_says_what_it_is_named_for() {
        let of = |lines: &[&str]| Some(lines.iter().map(ToString::to_string).collect::<Vec<_>>());
        let (due, next) = ("2026-02-13", "2026-02-24");
        let all = "1000.05 In 2026-02-13";
        assert_eq!(says("settled", "2026-02-12"), None);
        assert_eq!(says("settled", due), of(&[all]));
        assert_eq!(says("short", due), of(&["900.05 In 2026-02-13"]));
        assert_eq!(says("late", due), None);
        assert_eq!(says("late", next), of(&["1000.05 In 2026-02-24"]));
        assert_eq!(says("missing", next), None);
        assert_eq!(says("doubled", due), of(&[all, all]));
        assert_eq!(says("wrong", due), of(&["1000.06 In 2026-02-13"]));
        assert_eq!(says("parts", due), of(&["500.02 In 2026-02-13"]));
        let both = ["500.02 In 2026-02-13", "500.03 In 2026-02-24"];
        assert_eq!(says("parts", next), of(&both));
    }
}
