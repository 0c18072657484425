//! What moved on a natural day, as the channel would write it into its statement.

use super::{SandboxChannel, serial};
use chrono::NaiveDate;
use fundflow_domain::{ids::PaymentNo, money::Money, orders::Serial, time::Timestamp};

/// Money that moved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Movement {
    /// The number under which it was asked for.
    pub no: PaymentNo,
    /// The channel's own number.
    pub serial: Serial,
    /// Whether it came in to the settlement account; else it left.
    pub is_in: bool,
    /// Yuan to the fen.
    pub amount: Money,
    /// When it moved.
    pub at: Timestamp,
}

impl SandboxChannel {
    /// What moved on that day in Shanghai and by now, in the order in which it did.
    pub fn statement(&self, day: NaiveDate, now: Timestamp) -> Vec<Movement> {
        let mut all = Vec::new();
        for entry in self.charges() {
            all.extend(entry.debits(now).into_iter().map(|debit| Movement {
                no: entry.no.clone(),
                serial: debit.serial,
                is_in: true,
                amount: debit.amount,
                at: debit.at,
            }));
        }
        for entry in self.refunds().into_iter().filter(|entry| entry.moved_by(now)) {
            let (serial, at) = (serial("RF", entry.no.as_str()), entry.arrives_at());
            all.push(Movement {
                no: entry.no,
                serial,
                is_in: false,
                amount: entry.amount.into(),
                at,
            });
        }
        for entry in self.payouts().into_iter().filter(|entry| entry.moved_by(now)) {
            let (serial, at) = (serial("PO", entry.no.as_str()), entry.arrives_at());
            all.push(Movement {
                no: entry.no,
                serial,
                is_in: false,
                amount: entry.amount.into(),
                at,
            });
        }
        all.retain(|it| it.at.date() == day);
        all.sort_by(|a, b| (a.at, &a.no, &a.serial).cmp(&(b.at, &b.no, &b.serial)));
        all
    }
}
