//! Why shares may not leave a fund, with the figures that decide it.

use crate::{
    calendar::TradingDay,
    ids::{AccountRef, FundCode},
    kyc::KycState,
    limits::ExitRefusal,
    money::Shares,
    orders::Serial,
    status::FundStatus,
};
use chrono::NaiveDate;
use fundflow_kernel::counted::counted;

impl Refusal {
    /// No T can be named.
    pub const fn no_day(why: String) -> Self {
        Self::Order(crate::admission::Refusal::NoTradingDay { why })
    }
}

/// Why shares may not leave. Checked in this order.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Its shares are in a wallet.
    #[error("shares of money-market fund {0} are in a wallet, and not among the holdings")]
    InWallet(FundCode),
    /// The investor may not take money out.
    #[error("an investor who is {0} cannot redeem")]
    KycForbids(KycState),
    /// Money goes only to the investor's own account.
    #[error("account {0} is not in the investor's own name")]
    AccountOfAnotherName(AccountRef),
    /// The fund takes no redemptions on that day.
    #[error("fund {fund} takes no redemptions on {day}: {status}{}", notice.as_deref().map(|it| format!(" (notice: {it})")).unwrap_or_default())]
    RedemptionNotOpen {
        /// The fund that is left.
        fund: FundCode,
        /// What it is on that day.
        status: FundStatus,
        /// The T of the order.
        day: TradingDay,
        /// The notice that stopped it, if it was one.
        notice: Option<String>,
    },
    /// Two registrars cannot convert into each other.
    #[error(
        "fund {source_fund} and fund {target} have different registrars, and nothing is converted between them"
    )]
    OtherRegistrar {
        /// The fund that is left.
        source_fund: FundCode,
        /// The fund that it would become.
        target: FundCode,
    },
    /// All are to leave, and none is free.
    #[error(
        "no share of fund {fund} is free: {registered} registered, {reserved} reserved, {frozen} frozen, {disputed} in dispute"
    )]
    NothingFree {
        /// The fund that is to be left.
        fund: FundCode,
        /// Shares that the registrar has confirmed, to 0.01, reserved, frozen and disputed ones included.
        registered: Shares,
        /// Shares that other orders have reserved, to 0.01.
        reserved: Shares,
        /// Shares that the register keeps from leaving, to 0.01.
        frozen: Shares,
        /// Shares that are held under open cases, to 0.01.
        disputed: Shares,
    },
    /// More than is free.
    #[error(
        "{asked} shares were asked for, and {free} are free: {registered} registered, {reserved} reserved, {frozen} frozen, {disputed} in dispute"
    )]
    NotFree {
        /// Shares that the order asks for, to 0.01.
        asked: Shares,
        /// Shares that are free for any use.
        free: Shares,
        /// Shares that the registrar has confirmed, to 0.01, reserved, frozen and disputed ones included.
        registered: Shares,
        /// Shares that other orders have reserved, to 0.01.
        reserved: Shares,
        /// Shares that the register keeps from leaving, to 0.01.
        frozen: Shares,
        /// Shares that are held under open cases, to 0.01.
        disputed: Shares,
    },
    /// Too few shares, or none.
    #[error(transparent)]
    Exit(#[from] ExitRefusal),
    /// The pair asks for more shares in one conversion.
    #[error(
        "{shares} shares are below the minimum of {min} to convert fund {source_fund} into fund {target}"
    )]
    BelowPairMinimum {
        /// The fund that is left.
        source_fund: FundCode,
        /// The fund that it would become.
        target: FundCode,
        /// Shares that would leave, to 0.01.
        shares: Shares,
        /// The fewest that the pair converts.
        min: Shares,
    },
    /// The investor chose a lot that is not there.
    #[error("no lot was registered by confirmation {0}")]
    UnknownLot(Serial),
    /// The investor named a lot twice: which of the figures counts, nobody can say.
    #[error("lots {serial}:{first} {serial}:{second}: name the lot once, with all shares of it")]
    LotTwice {
        /// The confirmation that registered it.
        serial: Serial,
        /// Where it is named first.
        first: Shares,
        /// Where it is named again.
        second: Shares,
    },
    /// The investor chose more of a lot than is free of it.
    #[error(
        "{asked} shares are asked for of the lot of confirmation {serial}; {free} of it are free"
    )]
    LotTooSmall {
        /// The confirmation that registered it.
        serial: Serial,
        /// Shares that the order asks for, to 0.01.
        asked: Shares,
        /// What is free of it.
        free: Shares,
    },
    /// The lots that the investor chose are not as many shares as leave.
    #[error("{asked} shares are asked for, and {chosen} in the lots that were chosen")]
    ChosenDiffers {
        /// Shares that the order asks for, to 0.01.
        asked: Shares,
        /// Shares that are named lot by lot, to 0.01.
        chosen: Shares,
    },
    /// The pair asks for a holding period that some of the shares do not have.
    #[error(
        "fund {source_fund} converts into fund {target} after {} of holding; the lot of confirmation {serial} is held since {since}",
        counted(*days_min, "day", "days")
    )]
    HeldTooShort {
        /// The fund that is left.
        source_fund: FundCode,
        /// The fund that it would become.
        target: FundCode,
        /// How many natural days they must be held.
        days_min: u32,
        /// The first lot that is too young.
        serial: Serial,
        /// The registrar's day of registration.
        since: NaiveDate,
    },
    /// What every order is checked for.
    #[error(transparent)]
    Order(#[from] crate::admission::Refusal),
}
