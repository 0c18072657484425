//! A sandbox that answers at once and always yes, so that the benchmark measures the engine.
//!
//! The registrar takes every application at its front and remembers what it will confirm; as with a
//! real one, that is said on a later day, the purchase before the conversion.

use fundflow::Notice;
use fundflow_domain::{
    application::{Ask, Confirmation, ConversionConfirmed, Outcome, PurchaseConfirmed, Terms},
    ids::TransactionId,
    money::{Money, Nav, SignedMoney},
    orders::Serial,
    payment::Receipt,
};
use fundflow_kernel::clock::{Clock, ManualClock};
use fundflow_sagas::ports::{
    bank::{Charge, ChargeAnswer, PaymentChannel, Payout, PayoutAnswer, Refund, RefundAnswer},
    registrar::{Application, ApplicationAnswer, Registrar, notice},
};
use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

/// Takes every payment.
#[derive(Debug)]
pub(super) struct SandboxChannel(pub(super) ManualClock);

impl PaymentChannel for SandboxChannel {
    async fn charge(&self, charge: Charge) -> ChargeAnswer {
        let Charge { no, order, amount, .. } = charge;
        let (serial, amount) = (serial_of(order.as_str()), Money::from(amount));
        ChargeAnswer::Paid(Receipt { no, serial, amount, paid_at: self.0.now() })
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

/// A counterparty's number that follows from ours.
pub(super) fn serial_of(text: &str) -> Serial {
    Serial::new(text).unwrap_or_else(|_| Serial::numbered("long-", text.len() as u64))
}

/// What will be said of each purchase, in the order of a registrar's file.
type Words = BTreeMap<TransactionId, Vec<Notice>>;

/// Accepts every application and, unless it holds its tongue, remembers what to confirm.
#[derive(Debug)]
pub(super) struct SandboxRegistrar {
    pub(super) confirms: bool,
    pub(super) nav: Nav,
    words: Mutex<Words>,
}

impl SandboxRegistrar {
    pub(super) fn new(confirms: bool, nav: Nav) -> Self {
        Self { confirms, nav, words: Mutex::default() }
    }

    /// Everything that is to be said, by purchase.
    pub(super) fn take(&self) -> Words {
        std::mem::take(&mut self.words.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn confirmation(&self, terms: &Terms) -> Option<Confirmation> {
        let on = terms.promised.confirm_by.date();
        Some(Confirmation {
            serial: serial_of(terms.no.as_str()),
            confirmed_on: on,
            registered_on: on,
            finished: true,
            misnamed: vec![],
            outcome: self.outcome(terms)?,
        })
    }

    fn outcome(&self, terms: &Terms) -> Option<Outcome> {
        match &terms.ask {
            Ask::Purchase { amount, .. } => {
                let amount = Money::from(*amount);
                let shares = amount.shares_at(Nav::ONE, terms.rounding)?;
                let (fee, refund, nav) = (Money::ZERO, Money::ZERO, Nav::ONE);
                Some(Outcome::Purchase(PurchaseConfirmed { amount, fee, refund, nav, shares }))
            }
            Ask::Conversion { shares, .. } => {
                let net_in = shares.value_half_up(Nav::ONE)?;
                Some(Outcome::Conversion(ConversionConfirmed {
                    shares_out: *shares,
                    nav_out: Nav::ONE,
                    redemption_fee: Money::ZERO,
                    back_end_fee: Money::ZERO,
                    topup_fee: Money::ZERO,
                    net_in,
                    nav_in: self.nav,
                    shares_in: net_in.shares_at(self.nav, terms.rounding)?,
                    income: SignedMoney::ZERO,
                    lots: Vec::new(),
                }))
            }
            Ask::Subscription { .. } | Ask::Redemption { .. } | Ask::FastTransfer { .. } => None,
        }
    }
}

impl Registrar for SandboxRegistrar {
    async fn submit(&self, application: Application) -> ApplicationAnswer {
        let terms = &application.terms;
        if self.confirms
            && let Some(confirmation) = self.confirmation(terms)
            && let Some((transaction, _)) = terms.order.as_str().rsplit_once('.')
            && let Ok(transaction) = TransactionId::new(transaction)
        {
            let answer = ApplicationAnswer::Confirmed(Box::new(confirmation));
            let (stream, news) = notice(&terms.no, answer);
            let mut words = self.words.lock().unwrap_or_else(PoisonError::into_inner);
            words.entry(transaction).or_default().push(Notice { stream, news });
        }
        ApplicationAnswer::Accepted(serial_of(terms.no.as_str()))
    }

    async fn query(&self, _: Application) -> ApplicationAnswer {
        ApplicationAnswer::NotFound
    }
}
