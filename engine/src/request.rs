//! What a trading service asks for, and what it is told.

use fundflow_domain::{
    admission::Admitted,
    discount_purchase::Ending,
    ids::{FundCode, TransactionId, VersionTag},
    investor::{InvestorProfile, SalesChannel},
    modes::ConversionMode,
    money::Amount,
    time::Timestamp,
};
use std::sync::Arc;

/// One discount purchase. The transaction ID is its identity for ever: repeat the same request
/// under it as often as you like, and use a new one for another request.
#[derive(Debug, Clone)]
pub struct Purchase {
    /// The caller's idempotency key.
    pub transaction: TransactionId,
    /// Who buys: level, papers and account, as known at this instant.
    pub investor: InvestorProfile,
    /// The money-market fund.
    pub wallet_fund: FundCode,
    /// The fund that the investor wants.
    pub target_fund: FundCode,
    /// Gross, in yuan.
    pub amount: Amount,
    /// Which way to convert; `None`: the earliest price day that is possible.
    pub mode: Option<ConversionMode>,
    /// Send the money back rather than move to a later T when the payment comes after the cut-off.
    pub only_today: bool,
    /// Through whom.
    pub channel: SalesChannel,
    /// The risk warning that the investor has confirmed, where one was needed.
    pub warning_confirmed: Option<VersionTag>,
    /// When the investor asked; `None`: now.
    pub at: Option<Timestamp>,
    /// W3C trace context.
    pub trace_parent: Option<Arc<str>>,
}

/// A purchase that is stored. Told to the first caller and to every repeat of the same request.
#[derive(Debug, Clone)]
pub struct Placed {
    /// Its identity.
    pub transaction: TransactionId,
    /// T, the price day, the mode, the rate and discount that hold for it.
    pub admitted: Box<Admitted>,
    /// How it has ended, if this is a repeat of a request that has.
    pub ending: Option<Ending>,
}
