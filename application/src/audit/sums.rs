//! Sums that follow from what their stream held: nobody had a choice.

use super::{Check, suspect::Suspect};
use fundflow_domain::{
    decider::Decider as _,
    money::{Amount, Money},
    money_fund::IncomeUnit,
    payment::{self, Of},
    wallet::{self, Command, Wallet},
};

/// A refund of another sum than the receipt that it sends back.
pub(super) fn sent_back(before: &payment::State, said: &payment::Event) -> Option<Suspect> {
    let payment::Event::RefundRequested { of: Of::Unapplied { serial }, amount, .. } = said else {
        return None;
    };
    let receipts = before.payment().into_iter().flat_map(|payment| &payment.unapplied);
    let received = receipts.into_iter().find(|receipt| receipt.serial == *serial)?.amount;
    let what = format!("{amount} yuan go back of receipt {serial}, which was of {received}");
    (Money::from(*amount) != received).then(|| Suspect::new(Check::I5, what))
}

/// Income of a day that is not what the wallet's shares earned by the figure that the event names, or that became
/// shares and is not what was unpaid.
pub(super) fn income(before: &wallet::State, said: &wallet::Event) -> Option<Suspect> {
    use wallet::Event as E;
    let (day, commands) = match said {
        E::IncomeCarried { through, registered, .. } => {
            let (through, registered) = (*through, *registered);
            let decided = Wallet::decide(before, &Command::CarryIncome { through, registered });
            let fits = decided.is_ok_and(|events| events == [said.clone()]);
            let what =
                format!("what became shares through {through} is not the income that was unpaid");
            return (!fits).then(|| Suspect::new(Check::I6, what));
        }
        E::IncomeAccrued { day, publication, per_10_000, .. } => {
            let (day, publication, per_10_000) = (*day, *publication, *per_10_000);
            (day, UNITS.map(|unit| Command::AccrueIncome { day, publication, per_10_000, unit }))
        }
        E::IncomeCorrected { day, .. } => {
            (*day, UNITS.map(|unit| Command::CorrectIncome { day: *day, unit }))
        }
        _ => return None,
    };
    let mut decided = commands.iter().map(|command| Wallet::decide(before, command));
    let fits = decided.any(|decided| decided.is_ok_and(|events| events == [said.clone()]));
    let what = || format!("the income of {day} is not what the wallet's shares earned on that day");
    (!fits).then(|| Suspect::new(Check::I6, what()))
}

/// A wallet's event does not name the unit: it is one of these.
const UNITS: [IncomeUnit; 2] = [IncomeUnit::Fen, IncomeUnit::HundredthOfFen];
/// A bank moved another sum than it was asked to.
pub(super) fn moved_otherwise(asked: Option<(Amount, Money)>) -> Vec<Suspect> {
    let other = asked.filter(|(asked, came)| Money::from(*asked) != *came);
    let what = |(asked, came)| format!("{came} yuan moved where {asked} were to");
    other.map(|it| Suspect::new(Check::I5, what(it))).into_iter().collect()
}
