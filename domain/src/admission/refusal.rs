//! Why a discount purchase may not be placed.
//! 1. Checked in the order of the variants, the first that applies: moving one is a change of behaviour.
//! 2. Each carries what a person needs to act: which fund, which value, which limit.

use super::{
    FeeEats, HeldShares, PartRefused, TooFewRedeemed,
    offers::{self, WhyNot},
    words::{self, because, raised},
};
use crate::{
    calendar::TradingDay,
    fund::{FundKind, ProductRisk},
    ids::{AccountRef, FundCode, RegistrarCode, VersionTag},
    investor::InvestorRisk,
    kyc::KycState,
    limits::ExcessPolicy,
    modes::ConversionMode,
    money::{Amount, Money, Shares},
    status::{ConvertStatus, FundStatus},
};
use chrono::NaiveDate;
use fundflow_kernel::counted::counted;
use serde::{Deserialize, Serialize};

/// Checked in this order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "reason", rename_all = "snake_case")]
pub enum Refusal {
    /// The calendar does not reach that far.
    #[error("no trading day can be named: {why}")]
    NoTradingDay {
        /// The calendar's own words.
        why: String,
    },
    /// The wallet must be a money-market fund.
    #[error("fund {fund} is a {kind} fund and cannot be the wallet; a money-market fund can")]
    NotAMoneyFund {
        /// The fund that was named as the wallet's.
        fund: FundCode,
        /// The kind that the fund is of instead.
        kind: FundKind,
    },
    /// A fund cannot be converted into itself.
    #[error("fund {fund} cannot be converted into itself or another of its share classes")]
    SameFund {
        /// The fund that was named on both sides.
        fund: FundCode,
    },
    /// Shares of a money-market fund belong in a wallet, and a discount purchase registers a holding.
    #[error(
        "fund {fund} is a money-market fund, whose shares belong in a wallet; a discount purchase buys \
         other funds"
    )]
    TargetIsMoneyFund {
        /// The fund that was named as the target.
        fund: FundCode,
    },
    /// The terms are not those of T.
    #[error(
        "the terms {version} of fund {fund} hold from {effective_from}, the order's T is {day}"
    )]
    TermsNotInForce {
        /// The fund without terms, six digits.
        fund: FundCode,
        /// Its terms as handed in.
        version: VersionTag,
        /// The first T that they hold for.
        effective_from: NaiveDate,
        /// The T that the order belongs to.
        day: TradingDay,
    },
    /// The investor is not verified, or no longer.
    #[error("an investor who is {state} cannot buy; a verified one can")]
    KycForbids {
        /// State of the investor's identification.
        state: KycState,
    },
    /// The identity document is out of date.
    #[error("the identity document was valid until {valid_until}, the request is of {on}")]
    IdentityExpired {
        /// The last natural day on which it is valid.
        valid_until: NaiveDate,
        /// The day of the request.
        on: NaiveDate,
    },
    /// The identity document ends before the T that the order has moved to.
    #[error(
        "the identity document is valid until {valid_until}, and the order's T is {day} by now"
    )]
    IdentityEnds {
        /// The last natural day on which it is valid.
        valid_until: NaiveDate,
        /// The later T, on which it would not be valid any more.
        day: TradingDay,
    },
    /// Money may come only from the investor's own account.
    #[error("payment account {account} is not in the investor's own name")]
    AccountOfAnotherName {
        /// The account that is in another name.
        account: AccountRef,
    },
    /// The mode that was asked for does not work for these funds, or none does.
    #[error("{}", offers::unavailable(*asked, possible, why_none))]
    ModeUnavailable {
        /// The requested mode; none where the request left it open.
        asked: Option<ConversionMode>,
        /// What would work, the earliest price first.
        possible: Vec<ConversionMode>,
        /// Where none would: why, mode by mode.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        why_none: Vec<WhyNot>,
    },
    /// The wallet has too few free shares to convert.
    #[error(
        "{asked} shares of fund {fund} would be converted, and {held}; possible: {}",
        offers::listed(possible, why_none)
    )]
    NotEnoughHeld {
        /// The money-market fund, by its code of six digits.
        fund: FundCode,
        /// What the amount comes to.
        asked: Shares,
        /// Shares of the wallet, by what keeps them back.
        #[serde(flatten)]
        held: Box<HeldShares>,
        /// What would work, the earliest price first.
        possible: Vec<ConversionMode>,
        /// Where none would: why, mode by mode.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        why_none: Vec<WhyNot>,
    },
    /// What would be left in the wallet is less than the fund lets stand.
    #[error(
        "{left} shares of fund {fund} would be left of {free}, below the minimum of {min}{}",
        words::instead(possible)
    )]
    LeavesTooFew {
        /// The money-market fund, by its code of six digits.
        fund: FundCode,
        /// Shares that nothing else takes.
        left: Shares,
        /// What was free before it.
        free: Shares,
        /// The least that may stay.
        min: Shares,
        /// Amounts that would be admitted instead, the smaller first: what leaves as many, and all that are free.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        possible: Vec<Amount>,
    },
    /// The fund takes no purchases on that day.
    #[error("fund {fund} takes no purchases on {day}: {status}{}", because(notice.as_deref()))]
    PurchaseNotOpen {
        /// The fund that refuses: money fund or target.
        fund: FundCode,
        /// What it is on that day.
        status: FundStatus,
        /// The T that the order would have.
        day: TradingDay,
        /// The notice that stopped it, if it was one.
        notice: Option<String>,
    },
    /// The fund takes no subscriptions on that day.
    #[error("fund {fund} takes no subscriptions on {day}: {status}{}", raised(*from, *through))]
    SubscriptionNotOpen {
        /// The fund that was to be subscribed.
        fund: FundCode,
        /// What it is on that day.
        status: FundStatus,
        /// The T that the order would have.
        day: TradingDay,
        /// The first day on which it is raised, where its terms say so.
        from: Option<NaiveDate>,
        /// The last day on which it is raised, where its terms say so.
        through: Option<NaiveDate>,
    },
    /// The wallet's shares cannot leave on that day.
    #[error("shares of fund {fund} cannot leave on {day}: {status}, conversion {convert}{}", because(notice.as_deref()))]
    ConversionOutNotOpen {
        /// The money-market fund, by its code of six digits.
        fund: FundCode,
        /// What it is on that day.
        status: FundStatus,
        /// Its open directions of conversion.
        convert: ConvertStatus,
        /// The T that the order would have.
        day: TradingDay,
        /// The notice that stopped it, if it was one.
        notice: Option<String>,
    },
    /// The target takes no conversions on that day.
    #[error("fund {fund} takes no conversions on {day}: {status}, conversion {convert}{}", because(notice.as_deref()))]
    ConversionInNotOpen {
        /// The fund that the shares would become.
        fund: FundCode,
        /// What it is on that day.
        status: FundStatus,
        /// Its open directions of conversion.
        convert: ConvertStatus,
        /// The T that the order would have.
        day: TradingDay,
        /// The notice that stopped it, if it was one.
        notice: Option<String>,
    },
    /// The registrar does not convert between these two.
    #[error("fund {wallet} cannot be converted into fund {target}")]
    NoConversionPair {
        /// The money-market fund, by its code of six digits.
        wallet: FundCode,
        /// The fund that the shares would become.
        target: FundCode,
    },
    /// A conversion is one registrar's.
    #[error(
        "fund {target} is at registrar {other} on {day}, and fund {wallet} at {registrar}: the shares cannot be converted"
    )]
    OtherRegistrar {
        /// The money-market fund, by its code of six digits.
        wallet: FundCode,
        /// The registrar of its shares.
        registrar: RegistrarCode,
        /// The fund that the shares would become.
        target: FundCode,
        /// The registrar of the target's shares.
        other: RegistrarCode,
        /// The T of the conversion.
        day: TradingDay,
    },
    /// Front-end shares cannot become back-end shares.
    #[error("front-end shares of fund {wallet} cannot become back-end shares of fund {target}")]
    ChargeSideMismatch {
        /// The money-market fund, by its code of six digits.
        wallet: FundCode,
        /// The fund that the shares would become.
        target: FundCode,
    },
    /// The pair asks for a holding period that the shares do not have.
    #[error(
        "fund {wallet} converts into fund {target} after {} of holding, {}",
        counted(*days_min, "day", "days"),
        words::held_since(*since)
    )]
    HeldTooShort {
        /// The money-market fund, by its code of six digits.
        wallet: FundCode,
        /// The fund that the shares would become.
        target: FundCode,
        /// The natural days that shares must be held for.
        days_min: u32,
        /// The day of registration of held shares that would have to go, and are too young.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        since: Option<NaiveDate>,
    },
    /// Too few shares to convert.
    #[error("{shares} shares are below the minimum of {min} to convert into fund {fund}")]
    BelowConversionMinimum {
        /// The fund that the shares would become.
        fund: FundCode,
        /// What the order would convert.
        shares: Shares,
        /// The least number of shares that may be converted.
        min: Shares,
    },
    /// Too few shares to redeem.
    #[error(transparent)]
    BelowRedemptionMinimum(TooFewRedeemed),
    /// The amount is below the fund's minimum.
    #[error("amount {amount} is below the minimum of {min} for fund {fund}")]
    BelowMinimum {
        /// The fund that refuses: money fund or target.
        fund: FundCode,
        /// The requested amount, in yuan.
        amount: Amount,
        /// The least for this investor.
        min: Amount,
    },
    /// Not in the fund's steps.
    #[error("amount {amount} is not a multiple of {step}, the step of fund {fund}")]
    NotAMultiple {
        /// The fund that refuses: money fund or target.
        fund: FundCode,
        /// The requested amount, in yuan.
        amount: Amount,
        /// The step in which amounts may grow, in yuan.
        step: Amount,
    },
    /// Too much in one order.
    #[error("amount {amount} is above {max}, the most of fund {fund} in one order")]
    AboveOrderMaximum {
        /// The fund that refuses: money fund or target.
        fund: FundCode,
        /// The requested amount, in yuan.
        amount: Amount,
        /// The most yuan of one order.
        max: Amount,
    },
    /// Too much in one day.
    #[error("amount {amount} after {used} on {day} is above {max}, the most of fund {fund} in a day; {room} would fit{}", because(notice.as_deref()))]
    AboveDayMaximum {
        /// The fund that refuses: money fund or target.
        fund: FundCode,
        /// The requested amount, in yuan.
        amount: Amount,
        /// Gross amounts of earlier orders of the day, in yuan.
        used: Money,
        /// The most yuan of one investor and day.
        max: Money,
        /// What would be admitted of it if it were asked for; 0 for nothing.
        room: Money,
        /// The T on which amounts are counted.
        day: TradingDay,
        /// What the manager would do with the excess.
        policy: ExcessPolicy,
        /// The notice that set the limit, if it was one.
        notice: Option<String>,
    },
    /// What the day's limit lets in is no order of its own.
    #[error(transparent)]
    PartRefused(PartRefused),
    /// An order that exceeded the day's limit made the manager refuse all of that day.
    #[error(
        "fund {fund} takes no more orders of {day}: all of them are refused since one exceeded the day's limit"
    )]
    DayRefused {
        /// The fund that refuses: money fund or target.
        fund: FundCode,
        /// The T that the fund has refused.
        day: TradingDay,
    },
    /// The fee schedule says nothing of that business.
    #[error("fund {fund} cannot price this order: {why}")]
    NoCharge {
        /// The fund whose fee is unknown.
        fund: FundCode,
        /// As the schedule says it.
        why: String,
    },
    /// A fixed fee would leave nothing to buy with.
    #[error(transparent)]
    FeeEatsAmount(FeeEats),
    /// The level no longer counts.
    #[error(
        "the risk questionnaire {questionnaire} was valid until {valid_until}, the request is of {on}"
    )]
    QuestionnaireExpired {
        /// The questionnaire that has expired.
        questionnaire: VersionTag,
        /// The last natural day on which it is valid.
        valid_until: NaiveDate,
        /// The day of the request.
        on: NaiveDate,
    },
    /// The level counts no more on the T that the order has moved to.
    #[error(
        "the risk questionnaire {questionnaire} is valid until {valid_until}, and the order's T is {day} by now"
    )]
    QuestionnaireEnds {
        /// The questionnaire that ends.
        questionnaire: VersionTag,
        /// The last natural day on which it is valid.
        valid_until: NaiveDate,
        /// The later T, on which it would not be valid any more.
        day: TradingDay,
    },
    /// The investor may not buy this product, warned or not.
    #[error("an investor of level {investor} may not buy fund {fund} of risk {product}")]
    Unsuitable {
        /// The fund that refuses: money fund or target.
        fund: FundCode,
        /// The investor's risk level, C1 to C5, by the questionnaire.
        investor: InvestorRisk,
        /// The fund's risk class, R1 to R5.
        product: ProductRisk,
    },
    /// The investor must confirm the special warning first, and its current text.
    #[error(
        "an investor of level {investor} must confirm the warning {warning} before buying fund {fund} of risk {product}"
    )]
    WarningNotConfirmed {
        /// The fund that refuses: money fund or target.
        fund: FundCode,
        /// The investor's risk level, C1 to C5, by the questionnaire.
        investor: InvestorRisk,
        /// The fund's risk class, R1 to R5.
        product: ProductRisk,
        /// Version of the warning that must be confirmed now.
        warning: VersionTag,
        /// The text that was confirmed, when it is another.
        confirmed: Option<VersionTag>,
    },
}
