//! Income below zero that is more than the shares that are free: no carry can take it, so it has a case until
//! later income or shares make up for it. Orders that keep the shares may take them all.
//!
//! 1. A wallet has one such case at a time, whichever day's income found it.
//! 2. It shows what is owed now, whichever day's income changed that.
//! 3. A closed one says how much a person has settled; only more than that opens the next.

use super::cases::{self, About, Record, finding};
use fundflow_domain::{
    case::{Closing, Command, Disputed, Figure, Finding, How, Kind, Remark, SourceKind, State},
    ids::FundCode,
    money::Money,
    spelling::Spelling,
    wallet::{Owed, Wallet},
};
use fundflow_kernel::streams::{Key, Need};
use fundflow_runtime::{
    saga::Saga,
    turn::{NotDone, Turn},
};

/// What a wallet owes beyond its shares; `None` where it owed something before, and does no more.
#[derive(Debug)]
pub struct Debt {
    /// Wallet with the income.
    pub wallet: Key<Wallet>,
    /// Unpaid income below zero, and the shares that it could be taken out of.
    pub owed: Option<Owed>,
}

/// Cases of one wallet, one after the other.
const CASES_MAX: usize = 1000;

impl Debt {
    fn record(&self, again: usize) -> Record {
        Record {
            source: SourceKind::Ledger,
            name: "income below zero".to_owned(),
            record: self.wallet.stream().id().to_owned(),
            said: Spelling::words(format!("unpaid income of wallet {}", self.wallet.stream().id())),
            again,
            to_the_letter: None,
        }
    }

    /// The last case of it that there is, or the first that there is not; or what must be read to tell.
    fn last<S: Saga>(&self, turn: &Turn<'_, S>) -> Result<(usize, Option<State>), Vec<Need>> {
        for nth in 0..CASES_MAX {
            let record = self.record(nth);
            let missing = turn.streams().missing(record.needs());
            if !missing.is_empty() {
                return Err(missing);
            }
            let state = turn.state(&record.key()).filter(|state| state.case().is_some());
            match state {
                None => return Ok((nth, None)),
                Some(state) if state.is_open() => return Ok((nth, Some(state.clone()))),
                Some(state) => {
                    let known = self.owed.is_some_and(|owed| settled(state) >= owed.beyond());
                    if known {
                        return Ok((nth, Some(state.clone())));
                    }
                }
            }
        }
        Ok((CASES_MAX, None))
    }

    fn finding(owed: Owed) -> Finding {
        let Owed { unpaid, free, registered } = owed;
        let what = format!(
            "unpaid income of {unpaid} yuan is below zero, and the {free} shares that are free, of \
             {registered}, do not make up for it"
        );
        let ours = vec![Figure::new("shares", registered), Figure::new("free shares", free)];
        let theirs = vec![Figure::new("unpaid income", unpaid)];
        let disputed = Disputed { money: owed.beyond(), ..Disputed::default() };
        Finding { disputed, ..finding(Kind::IncomeBelowZero, &what, ours, theirs) }
    }

    fn tell<S: Saga>(&self, turn: &mut Turn<'_, S>, fund: FundCode) -> Result<usize, NotDone> {
        let (nth, known) = self.last(turn).map_err(NotDone::Missing)?;
        match (self.owed, known) {
            (Some(owed), None) => {
                let about = About { fund: Some(fund), ..About::default() };
                cases::open(turn, &self.record(nth), about, vec![Self::finding(owed)])
            }
            (None, Some(_)) => {
                let text = Remark::lossy("later income or shares made up for it");
                let (by, reason) = (cases::name("income"), text.clone());
                let closing = Closing { how: How::Manual { text }, by, reason };
                Ok(turn.decide(&self.record(nth).key(), &Command::Close(closing))?)
            }
            (Some(owed), Some(State::Open(_))) => {
                let (at, finding) = (turn.now(), Box::new(Self::finding(owed)));
                let key = self.record(nth).key();
                Ok(turn.decide(&key, &Command::Restate { at, finding })?)
            }
            (Some(_), Some(State::Absent | State::Closed(..))) | (None, None) => Ok(0),
        }
    }
}

/// Yuan that a closed case was about.
fn settled(state: &State) -> Money {
    state.case().map(|case| Disputed::of(&case.findings).money).unwrap_or_default()
}

/// Opens the cases of those that owe, and closes those of the others.
///
/// # Errors
/// [`NotDone::Missing`] for all of them together; nothing has changed.
pub fn tell<S: Saga>(
    turn: &mut Turn<'_, S>,
    fund: FundCode,
    debts: &[Debt],
) -> Result<usize, NotDone> {
    let missing: Vec<Need> =
        debts.iter().filter_map(|debt| debt.last(turn).err()).flatten().collect();
    if !missing.is_empty() {
        return Err(NotDone::Missing(missing));
    }
    debts.iter().try_fold(0, |events, debt| Ok(events + debt.tell(turn, fund)?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use fundflow_domain::ids::WalletId;

    /// Cases of every store have these names.
    #[test]
    fn the_case_of_a_debt_is_named_by_its_wallet_and_by_how_often() {
        let id = WalletId { investor: "W-1".parse().unwrap(), fund: "000730".parse().unwrap() };
        let debt = Debt { wallet: Key::of(&id), owed: None };
        let of = |again| debt.record(again).case().to_string();
        assert_eq!(debt.wallet.stream().id(), "W-1.000730");
        assert_eq!(of(0), "89c1fc8d9c839b3fb858fd010f08b6a4");
        assert_eq!(of(2), "1347f31593fea58cc27846b4228fa689");
    }
}
