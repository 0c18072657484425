//! The words of a clearing's table.

use crate::{house::House, ports::statements::StatementAnswer};
use chrono::{NaiveDate, NaiveTime};
use fundflow_domain::{
    calendar::{CalendarError, TradingDay},
    ids::TransactionId,
    settlement::{Party, SettlementId},
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// What the caller asks for, under [its own name](id): what is due, as the ledger has it. Repeating it is free.
pub use fundflow_domain::settlement::Terms as Request;

/// The transaction ID of a clearing: `clear.{party}.{yyyy-mm-dd}`. It has no other. `None` for a day that has no ten
/// characters.
pub fn id(settlement: SettlementId) -> Option<TransactionId> {
    TransactionId::new(format!("clear.{settlement}")).ok()
}

/// Trading days after T on which a channel pays.
const CHANNEL_LAG: u32 = 1;

/// The day of pay: of a channel T+1, of a fund as many trading days after T as its terms of T say, and at least one.
///
/// # Errors
/// [`CalendarError`]: the calendar does not reach that day.
pub fn due_on(house: &House, party: Party, t: TradingDay) -> Result<NaiveDate, CalendarError> {
    let lag = match party {
        Party::Channel => CHANNEL_LAG,
        Party::Fund(fund) => {
            let terms = (house.funds)(fund, t.date());
            u32::from(terms.map_or(1, |terms| terms.payout_lag)).max(1)
        }
    };
    house.calendar.plus(t, lag).map(TradingDay::date)
}

/// What was decided on a request; stored with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Promise {
    /// From then on a person is called where the money is not there.
    pub due_by: Timestamp,
}

/// What happens to a clearing. The stored format: add variants, never rename them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Milestone {
    /// It begins; nothing is set off yet.
    Opened {},
    /// A person stops it where it is.
    Halted {},
}

/// What is remembered of milestones.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Notes {
    /// Whether it began.
    pub opened: bool,
    /// A person stopped it.
    pub halted: bool,
}

/// Something the log says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fact {
    /// The milestone is stored that it is under way.
    Opened,
    /// What is due is stored.
    Instructed,
    /// Nothing remains of it.
    Settled,
    /// A person stopped it.
    Halted,
    /// Its ending is stored.
    Ended,
}

/// Commands to our own aggregates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Do {
    /// Note that it is under way.
    Open,
    /// Fix what is due.
    Instruct,
    /// Stop where it is.
    Halt,
    /// End it, with how far it came.
    End(Ending),
}

/// Calls to counterparties, each under an idempotency key of the saga.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Call {
    /// What statements say of the settlement.
    Statement,
}

/// Times that rows refer to, in Shanghai.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum When {
    /// 10:00 of the day of pay: the statements of the morning are there.
    Expected,
    /// 17:00 of the day of pay: the bank's last transfer of the day is booked.
    Due,
}

const EXPECTED_HOUR: u32 = 10;
const DUE_HOUR: u32 = 17;

impl When {
    /// The instant for that settlement.
    pub fn instant(self, request: &Request) -> Timestamp {
        let hour = match self {
            When::Expected => EXPECTED_HOUR,
            When::Due => DUE_HOUR,
        };
        let hour = NaiveTime::from_hms_opt(hour, 0, 0).unwrap_or_default();
        Timestamp::shanghai(request.due_on, hour)
    }
}

/// What became of the money when it is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// Nothing remains of what was due.
    Completed,
    /// A person stopped it; what moved is booked.
    Stopped,
}

/// What statements say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer(pub StatementAnswer);
