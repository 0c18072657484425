//! A channel that takes every payment, and whose statement is written as it comes.

use super::{load::Trouble, sandbox::serial_of};
use fundflow_domain::{money::Money, orders::Cause, payment::Receipt};
use fundflow_infrastructure::files;
use fundflow_kernel::clock::{Clock as _, ManualClock};
use fundflow_sagas::ports::bank::{
    Charge, ChargeAnswer, PaymentChannel, Payout, PayoutAnswer, Refund, RefundAnswer,
};
use std::{
    fs::{File, OpenOptions},
    io::{BufWriter, Write as _},
    path::Path,
    sync::{Mutex, PoisonError},
};

/// Takes every payment, and writes it into the channel's statement of its day as it comes.
#[derive(Debug)]
pub(super) struct Statement {
    clock: ManualClock,
    lines: Mutex<BufWriter<File>>,
}

impl Statement {
    pub(super) fn below(base: &Path, clock: ManualClock) -> Result<Self, Trouble> {
        let directory = base.join("statements").join(clock.now().date().to_string());
        files::make_directory(base, &directory)?;
        let path = directory.join("channel.csv");
        let is_new = !path.exists();
        let file = OpenOptions::new().create(true).append(true).open(path)?;
        let mut lines = BufWriter::new(file);
        if is_new {
            writeln!(lines, "date,number,serial,direction,amount,status")?;
        }
        Ok(Self { clock, lines: Mutex::new(lines) })
    }

    pub(super) fn flush(&self) -> Result<(), Trouble> {
        Ok(self.lines.lock().unwrap_or_else(PoisonError::into_inner).flush()?)
    }
}

impl PaymentChannel for Statement {
    async fn charge(&self, charge: Charge) -> ChargeAnswer {
        let paid_at = self.clock.now();
        let Charge { no, order, amount, .. } = charge;
        let (serial, amount) = (serial_of(order.as_str()), Money::from(amount));
        let line = format!("{},{no},{serial},in,{amount},done", paid_at.date());
        let written = writeln!(self.lines.lock().unwrap_or_else(PoisonError::into_inner), "{line}");
        match written {
            Ok(()) => ChargeAnswer::Paid(Receipt { no, serial, amount, paid_at }),
            // What cannot be written is missed in the statement, and the run fails by it.
            Err(error) => ChargeAnswer::Unknown(Cause::new("statement", error.to_string())),
        }
    }

    async fn query(&self, _: Charge) -> ChargeAnswer {
        ChargeAnswer::NotFound
    }

    async fn refund(&self, refund: Refund) -> RefundAnswer {
        RefundAnswer::Refunded(serial_of(refund.no.as_str()))
    }

    async fn query_refund(&self, _: Refund) -> RefundAnswer {
        RefundAnswer::NotFound
    }

    async fn query_payout(&self, _: Payout) -> PayoutAnswer {
        PayoutAnswer::NotFound
    }
}
