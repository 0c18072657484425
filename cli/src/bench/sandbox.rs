//! A sandbox that answers at once and always yes, so that the benchmark measures the engine.
//!
//! The registrar still confirms by notices of its own, after it accepted: first the purchase, then
//! the conversion, as a real one does.

use chrono::NaiveDate;
use fundflow_application::counterparty::{
    Application, ApplicationAnswer, Charge, ChargeAnswer, Notice, PaymentChannel, Refund,
    RefundAnswer, Registrar,
};
use fundflow_domain::{
    fund_order::{Ask, Confirmation, ConversionConfirmed, Outcome, Payment, PurchaseConfirmed},
    ids::{ApplicationNo, PaymentNo},
    money::{Money, Nav, ShareRounding},
};
use fundflow_kernel::clock::{Clock, ManualClock};
use std::sync::Arc;
use tokio::sync::mpsc;

/// Takes every payment.
#[derive(Debug)]
pub(super) struct SandboxChannel(pub(super) ManualClock);

impl PaymentChannel for SandboxChannel {
    async fn charge(&self, charge: Charge) -> ChargeAnswer {
        let serial = charge.order.into();
        let (amount, paid_at) = (Money::from(charge.amount), self.0.now());
        ChargeAnswer::Paid(Payment { no: charge.no, serial, amount, paid_at })
    }

    async fn query(&self, _: PaymentNo) -> ChargeAnswer {
        ChargeAnswer::NotFound
    }

    async fn refund(&self, refund: Refund) -> RefundAnswer {
        RefundAnswer::Refunded(refund.no.into())
    }
}

/// Accepts every application and, unless it holds its tongue, confirms it right after.
#[derive(Debug)]
pub(super) struct SandboxRegistrar {
    pub(super) notices: Option<mpsc::UnboundedSender<Notice>>,
    pub(super) confirmed_on: NaiveDate,
    pub(super) nav: Nav,
}

impl Registrar for SandboxRegistrar {
    async fn submit(&self, application: Application) -> ApplicationAnswer {
        let serial: Arc<str> = application.no.clone().into();
        if let (Some(notices), Some(outcome)) = (&self.notices, self.outcome(&application.ask)) {
            let confirmation = Confirmation {
                serial: serial.clone(),
                confirmed_on: self.confirmed_on,
                registered_on: self.confirmed_on,
                outcome,
            };
            let answer = ApplicationAnswer::Confirmed(Box::new(confirmation));
            // Nobody listens any more only when the run is over.
            let _ = notices.send(Notice::Application(application.order, answer));
        }
        ApplicationAnswer::Accepted(serial)
    }

    async fn query(&self, _: ApplicationNo) -> ApplicationAnswer {
        ApplicationAnswer::NotFound
    }
}

impl SandboxRegistrar {
    fn outcome(&self, ask: &Ask) -> Option<Outcome> {
        match ask {
            Ask::Purchase { amount, .. } => {
                let amount = Money::from(*amount);
                let shares = amount.shares_at(Nav::ONE, ShareRounding::HalfUp)?;
                let (fee, refund, nav) = (Money::ZERO, Money::ZERO, Nav::ONE);
                Some(Outcome::Purchase(PurchaseConfirmed { amount, fee, refund, nav, shares }))
            }
            Ask::Conversion { shares, .. } => {
                let net_in = shares.value_half_up(Nav::ONE)?;
                Some(Outcome::Conversion(ConversionConfirmed {
                    shares_out: *shares,
                    nav_out: Nav::ONE,
                    redemption_fee: Money::ZERO,
                    topup_fee: Money::ZERO,
                    net_in,
                    nav_in: self.nav,
                    shares_in: net_in.shares_at(self.nav, ShareRounding::HalfUp)?,
                }))
            }
        }
    }
}
