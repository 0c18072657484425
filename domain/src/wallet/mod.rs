//! An investor's shares of one money-market fund, what they earn, and who may use them.
//!
//! ```text
//! credit:       none --CreditInTransit--> in transit --ConfirmCredit--> confirmed --CorrectCredit-.
//!                 in transit --ConfirmPortion--> arriving --ConfirmPortion--> arriving --ConfirmCredit--> confirmed
//!                                              `-------ReverseCredit--> reversed ----CorrectCredit-+-> confirmed
//! reservation:  none --Reserve--> held --TakeOut--> spent (the rest is free again)
//!                 |                 |`--TakePortion--> leaving --TakePortion--> leaving --TakeOut--> spent
//!                 |                 `---Release--> released     spent | released --CorrectTakeOut--> spent
//!                 |                                             spent | leaving --CorrectTakeOut--> held | leaving
//!                 `----Release (nothing was held)----> released: a later Reserve is refused
//! register:     none --Freeze | FollowRegister--> frozen --Unfreeze | FollowRegister--> lifted
//! case:         none --Hold----> held ----Unhold----> lifted
//! claim:        none --Claim---> stands --Claim (none left) | WaiveClaim--> lifted | waived
//! day:          none --AccrueIncome--> unpaid --CarryIncome | SettleIncome--> paid (CorrectIncome: as before)
//!                                  unpaid | paid --ReverseIncome--> reversed --AccrueIncome--> unpaid
//! ```
//!
//! 1. Every entry is keyed on who made it: a transaction, a record of the register, a case, a natural
//!    day. A command repeated decides nothing.
//! 2. Events carry what was moved, never a balance.
//! 3. Shares are spent only when the registrar has confirmed them, portion by portion, and only once.
//! 4. A release that came before its reserve leaves a mark that refuses the reserve for ever
//!    (empty compensation and hanging reserve are both closed).
//! 5. A reservation never expires by itself: the saga that made it owns the only clock.
//! 6. Available = registered - reserved - frozen - in dispute, never below zero: the register may
//!    freeze what is reserved already. What claims keep back is in dispute with the register.
//! 7. Accrued - reversed = carried + settled + left to the fund + unpaid, to the last decimal.
//! 8. A remembered day's income is that of the shares that earned on it by all that is known now.

#[cfg(test)]
mod again_tests;
mod balance;
mod book;
#[cfg(test)]
mod claim_tests;
mod correct;
#[cfg(test)]
mod correct_tests;
mod earning;
mod entries;
mod entry;
mod event;
mod evolve;
#[cfg(test)]
mod exit_tests;
mod income;
#[cfg(test)]
mod income_tests;
mod lots;
#[cfg(test)]
mod old_days_tests;
mod owed;
#[cfg(test)]
mod portion_tests;
#[cfg(test)]
pub(crate) mod property_tests;
#[cfg(test)]
mod register_model;
#[cfg(test)]
mod register_tests;
mod shares;
mod stored;
#[cfg(test)]
mod sums_tests;
#[cfg(test)]
mod tests;
mod withheld;
#[cfg(test)]
mod withheld_tests;

pub use book::DAYS_REMEMBERED;
pub use entry::{Credit, Entry, Lot, LotTaken, Portion, Reservation};
pub use event::Event;
pub use income::Refusal as IncomeRefusal;
pub use owed::Owed;
pub use withheld::Refusal as WithheldRefusal;

use crate::{
    decider::Decider,
    freeze::{Frozen, FrozenCause},
    ids::{CaseRef, FundCode, InvestorId, OrderId, RegisterRecord, TransactionId},
    money::{Income, PerTenThousand, Shares},
    money_fund::IncomeUnit,
    rare::Rare,
};
use chrono::NaiveDate;
use std::sync::Arc;

/// A request to the wallet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// A purchase was paid and accepted; its shares are on their way.
    CreditInTransit(TransactionId, Shares),
    /// The registrar confirmed so many of them in all, the last ones registered on that day, and more is
    /// to come.
    ConfirmPortion(TransactionId, Shares, NaiveDate),
    /// The registrar confirmed so many of them in all, the last ones registered on that day.
    ConfirmCredit(TransactionId, Shares, NaiveDate),
    /// The registrar rejected the purchase: they will never come.
    ReverseCredit(TransactionId),
    /// Earmark shares for a conversion (try).
    Reserve(TransactionId, Shares),
    /// Earmark every registered share, or the last that no other order takes: the unpaid income goes along,
    /// and becomes no shares meanwhile.
    ReserveAll(TransactionId, Shares),
    /// The shares will not leave (cancel).
    Release(TransactionId),
    /// The registrar redeemed or converted out so many of the reserved shares, and more are to come.
    TakePortion {
        /// The transaction that reserved them.
        transaction: TransactionId,
        /// How many in all, the portions before included.
        shares: Shares,
        /// The last natural day on which the portion earns: `money_fund::earns_until` of its T.
        earns_through: NaiveDate,
    },
    /// The registrar redeemed or converted out so many of the reserved shares; the rest is free
    /// (confirm).
    TakeOut {
        /// The transaction that reserved them.
        transaction: TransactionId,
        /// How many in all, the portions before included.
        shares: Shares,
        /// The last natural day on which they earn: `money_fund::earns_until` of their T.
        earns_through: NaiveDate,
    },
    /// A corrected record of the registrar says how many were confirmed, or that none were.
    CorrectCredit {
        /// The transaction whose purchase it was.
        transaction: TransactionId,
        /// The registrar's record that takes the place of the one before.
        record: RegisterRecord,
        /// What is confirmed now, record by record with its registration date; one of nothing where none
        /// holds.
        portions: Vec<Portion>,
        /// The order waits for another word: what was on its way still is.
        waits: bool,
    },
    /// A corrected record of the registrar says how many were taken out, or that none were.
    CorrectTakeOut {
        /// The transaction that had reserved them.
        transaction: TransactionId,
        /// The registrar's record that takes the place of the one before.
        record: RegisterRecord,
        /// What is taken out now, record by record with its last earning day.
        portions: Vec<Portion>,
        /// What is earmarked again: the order waits for another word.
        held: Shares,
        /// The last natural day on which what the newest word is of earns.
        earns_through: NaiveDate,
    },
    /// An order of a court or a creditor freezes shares.
    Freeze {
        /// The record of that order.
        record: RegisterRecord,
        /// How many the order names.
        shares: Shares,
        /// On whose behalf: a court, a creditor or the investor (codes 0 to 4).
        cause: FrozenCause,
    },
    /// The order of that record is lifted.
    Unfreeze {
        /// What the order froze under.
        record: RegisterRecord,
        /// The record that lifts it. What the register's last word still counts stays frozen under it.
        by: RegisterRecord,
    },
    /// The register says how many shares are frozen.
    FollowRegister {
        /// The record that says so.
        record: RegisterRecord,
        /// The day that it speaks of.
        on: NaiveDate,
        /// How many, in all or besides.
        frozen: Frozen,
    },
    /// Shares are in dispute under that case.
    Hold(CaseRef, Shares),
    /// The case needs them no more.
    Unhold(CaseRef),
    /// So many shares that the order's record moved are not there; none, once it is booked.
    Claim(OrderId, TransactionId, Shares),
    /// A person made up for them in another way.
    WaiveClaim(OrderId),
    /// A natural day's income was published. Comes after what the register confirmed up to that day,
    /// so that the shares are those that earned.
    AccrueIncome {
        /// The natural day in Shanghai that the income is for.
        day: NaiveDate,
        /// 0 for the first publication of that day, 1 for its first correction.
        publication: u8,
        /// Yuan per 10,000 shares, as the manager publishes it.
        per_10_000: PerTenThousand,
        /// The smallest income that the fund's contract credits.
        unit: IncomeUnit,
    },
    /// That publication was wrong, or the shares were; accrue the next publication after it.
    ReverseIncome {
        /// The natural day in Shanghai that the income is for.
        day: NaiveDate,
        /// Which publication of the day's figure it follows: 0 the first, then corrections.
        publication: u8,
    },
    /// A later record changed the shares that earned on that day, or what earlier days earned did.
    CorrectIncome {
        /// The natural day in Shanghai that the income is for.
        day: NaiveDate,
        /// The smallest income that the fund's contract credits.
        unit: IncomeUnit,
    },
    /// Income up to a natural day becomes shares, by the fund's rule. Again, where what is known of these
    /// days has changed: then the difference does.
    CarryIncome {
        /// The last natural day of the period.
        through: NaiveDate,
        /// The working day on which the shares are registered.
        registered: NaiveDate,
    },
    /// The registrar paid so much unpaid income together with shares that left, by so many records. Each
    /// pays whole fen.
    SettleIncome(TransactionId, Income, u32),
    /// Corrected records say that they paid so much; nothing counts where the shares have not left.
    CorrectSettlement(TransactionId, Income, u32),
}

/// What transactions did, the lots that are left, and what only some wallets have. A copy shares all of
/// it: what a decision costs does not grow with what came before.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct State {
    entries: entries::Entries,
    lots: Rare<lots::Lots>,
    earning: Rare<earning::Earning>,
    withheld: Option<Arc<withheld::Withheld>>,
    income: Option<Arc<book::Book>>,
}

/// Why a command is refused. Checked in this order.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Same transaction, other numbers or another direction: a caller's mistake.
    #[error("transaction {0} already did something else to this wallet")]
    ContradictsEarlier(TransactionId),
    /// The reservation was released before it came.
    #[error("the reservation of transaction {0} was released and cannot be made any more")]
    AlreadyReleased(TransactionId),
    /// Nothing of that transaction is in transit.
    #[error("transaction {0} has no shares in transit")]
    NothingInTransit(TransactionId),
    /// Nothing of that transaction is reserved.
    #[error("transaction {0} has no reserved shares")]
    NothingReserved(TransactionId),
    /// The transaction's own reservation must be released first.
    #[error("the shares of transaction {0} are still reserved")]
    StillReserved(TransactionId),
    /// The registrar has not confirmed them.
    #[error("the shares of transaction {0} are not registered yet")]
    NotRegistered(TransactionId),
    /// A sum would leave the range of shares.
    #[error("{0} more shares are more than can be counted")]
    OutOfRange(Shares),
    /// More than there is.
    #[error("transaction {transaction} asks for {asked} shares; {free} are free for it")]
    TooFew {
        /// The transaction that asks for the shares.
        transaction: TransactionId,
        /// Shares that the transaction or order asks for.
        asked: Shares,
        /// Shares that are free for the transaction, to 0.01.
        free: Shares,
    },
    /// The register or a case keeps shares back.
    #[error(transparent)]
    Withheld(#[from] WithheldRefusal),
    /// A day's income cannot be what it is said to be.
    #[error(transparent)]
    Income(#[from] IncomeRefusal),
}

/// The wallet's rules.
#[derive(Debug, Clone, Copy)]
pub struct Wallet;

impl Decider for Wallet {
    const CATEGORY: &'static str = "wallet";
    type Command = Command;
    type Event = Event;
    type State = State;
    type Refusal = Refusal;

    fn decide(state: &State, command: &Command) -> Result<Vec<Event>, Refusal> {
        use Command as C;
        match command {
            C::CreditInTransit(tx, shares) => shares::credit(state, tx, *shares),
            C::ConfirmPortion(tx, shares, on) => shares::confirm_portion(state, tx, *shares, *on),
            C::ConfirmCredit(tx, shares, on) => shares::confirm(state, tx, *shares, *on),
            C::ReverseCredit(tx) => shares::reverse(state, tx),
            C::Reserve(tx, shares) => shares::reserve(state, tx, *shares, false),
            C::ReserveAll(tx, shares) => shares::reserve(state, tx, *shares, true),
            C::Release(tx) => shares::release(state, tx),
            C::TakePortion { transaction, shares, earns_through } => {
                shares::take_portion(state, transaction, *shares, *earns_through)
            }
            C::TakeOut { transaction, shares, earns_through } => {
                shares::take_out(state, transaction, *shares, *earns_through)
            }
            C::CorrectCredit { transaction, record, portions, waits } => {
                correct::correct(state, transaction, record, portions, *waits)
            }
            C::CorrectTakeOut { transaction, record, portions, held, earns_through } => {
                correct::take_out(state, transaction, record, (portions, *held), *earns_through)
            }
            C::Freeze { record, shares, cause } => {
                withheld::freeze(state.withheld(), record, *shares, *cause)
            }
            C::Unfreeze { record, by } => withheld::unfreeze(state.withheld(), record, by),
            C::FollowRegister { record, on, frozen } => {
                Ok(withheld::follow(state.withheld(), record, *on, *frozen))
            }
            C::Hold(case, shares) => withheld::hold(state.withheld(), case, *shares),
            C::Unhold(case) => withheld::unhold(state.withheld(), case),
            C::Claim(order, tx, shares) => withheld::claim(state.withheld(), order, tx, *shares),
            C::WaiveClaim(order) => Ok(withheld::waive(state.withheld(), order)),
            C::AccrueIncome { day, publication, per_10_000, unit } => {
                income::accrue(state, *day, *publication, *per_10_000, *unit)
            }
            C::ReverseIncome { day, publication } => income::reverse(state, *day, *publication),
            C::CorrectIncome { day, unit } => income::correct(state, *day, *unit),
            C::CarryIncome { through, registered } => income::carry(state, *through, *registered),
            C::SettleIncome(tx, amount, records) => income::settle(state, tx, (*amount, *records)),
            C::CorrectSettlement(tx, amount, records) => {
                income::correct_settlement(state, tx, (*amount, *records))
            }
        }
    }

    fn evolve(state: State, event: &Event) -> Option<State> {
        evolve::evolve(state, event)
    }
}

/// The two halves of a wallet's stream ID, `{investor}.{fund}`.
pub fn parse_id(id: &str) -> Option<(InvestorId, FundCode)> {
    let (investor, fund) = id.rsplit_once('.')?;
    Some((investor.parse().ok()?, fund.parse().ok()?))
}
