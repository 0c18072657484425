//! Until when shares earn that left by a registrar's record.

use super::listed::listed;
use crate::house::{Funds, beyond};
use chrono::NaiveDate;
use fundflow_domain::{
    application::{Application, Ask, Confirmation, OnHuge},
    calendar::{TradingCalendar, TradingDay},
    money_fund,
};
use fundflow_runtime::turn::NotDone;
use std::{fmt, sync::Arc};

/// What says it: the calendar, and how long each fund takes to confirm. Cheap to clone.
#[derive(Clone)]
pub struct RecordDays {
    calendar: Arc<TradingCalendar>,
    funds: Funds,
}

impl fmt::Debug for RecordDays {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let calendar = self.calendar.version();
        out.debug_struct("RecordDays").field("calendar", calendar).finish_non_exhaustive()
    }
}

impl RecordDays {
    /// By that calendar, and the terms of those funds.
    pub const fn of(calendar: Arc<TradingCalendar>, funds: Funds) -> Self {
        Self { calendar, funds }
    }

    /// These days, and before them those of each earlier version of the calendar, the latest first.
    pub(super) fn versions(&self) -> impl Iterator<Item = Self> {
        let before = |calendar: &Arc<TradingCalendar>| calendar.former().cloned();
        let calendars = std::iter::successors(Some(self.calendar.clone()), before);
        calendars.map(|calendar| Self { calendar, funds: self.funds.clone() })
    }

    /// The T of a record of the registrar: the order's, or that of the open day on which the rest that
    /// records before it had left was asked for again.
    fn t_of_record(&self, known: &Application, said: &Confirmation) -> Result<TradingDay, NotDone> {
        let mut t = known.terms.trade_date;
        let is_first = known.confirmations().next().is_none_or(|it| it.serial == said.serial);
        let (Ask::Redemption { on_huge, .. } | Ask::Conversion { on_huge, .. }) = &known.terms.ask
        else {
            return Ok(t);
        };
        if is_first || *on_huge == OnHuge::Cancel {
            return Ok(t);
        }
        let fund = listed(&self.funds, known.terms.fund, t.date())?;
        while let Ok(next) = self.calendar.after(t.date())
            && let Ok(confirmed) = fund.confirmed_by(&self.calendar, next)
            && confirmed.date() <= said.confirmed_on
        {
            t = next;
        }
        Ok(t)
    }

    /// Last natural day on which money-fund shares earn that left by that record. The day's income of
    /// what is handed over to a bank is the bank's.
    ///
    /// # Errors
    /// [`NotDone`] past the calendar's end, and for a fund without terms.
    pub fn earns_through(
        &self,
        known: &Application,
        said: &Confirmation,
    ) -> Result<NaiveDate, NotDone> {
        let t = self.t_of_record(known, said)?;
        match known.terms.ask {
            Ask::FastTransfer { .. } => t.date().pred_opt().ok_or(NotDone::Lacks("a day before T")),
            Ask::Redemption { .. }
            | Ask::Conversion { .. }
            | Ask::Purchase { .. }
            | Ask::Subscription { .. } => {
                money_fund::earns_until(&self.calendar, t).map_err(beyond)
            }
        }
    }
}
