//! The words of a fast withdrawal's table: what is asked, what can be read off the log, what is
//! done, whom it calls, how it ends.

use fundflow_domain::{
    admission::cash_out::Admitted,
    fast_quota::QuotaKey,
    fast_redemption::Advancer,
    ids::{AccountRef, DistributorCode, FundCode, InvestorId},
    investor::InvestorProfile,
    money::Shares,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// The request of the caller. Repeating it under the same transaction ID is free.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// The investor who owns the shares.
    pub investor: InvestorId,
    /// Receives the cash: the account that paid for the shares.
    pub account: AccountRef,
    /// Code of the money-market fund whose shares the wallet holds.
    pub fund: FundCode,
    /// How many change hands, each one yuan; all that are available where nothing is said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shares: Option<Shares>,
    /// Through whom it is asked for, whose quota of the natural day it counts against; `None`: the house's own
    /// distributor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub distributor: Option<DistributorCode>,
}

/// Further input of the decision, beside the request. Not stored.
#[derive(Debug, Clone)]
pub struct Asked {
    /// Papers and account, as known at this instant.
    pub investor: InvestorProfile,
    /// When the investor asked; by the engine's clock without.
    pub at: Option<Timestamp>,
}

/// The promise decided on a request; stored with it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Promise {
    /// T of the transfer, shares, versions of what was looked at.
    pub admitted: Admitted,
    /// The natural day's quota that it counts against.
    pub quota: QuotaKey,
    /// Those that it counted against before it moved to that one, first to last.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub counted_before: Vec<QuotaKey>,
    /// Those of later days that it counted against, too, since the cash might go out on them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub counted_on: Vec<QuotaKey>,
    /// Whether the quotas have the distributor's own code. Earlier programs, which do not say so, counted every
    /// house's own distributor under one.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub by_code: bool,
    /// Bank that advances the cash.
    pub by: Advancer,
    /// The advancing bank's account at the registrar: the shares become its own.
    pub holder: AccountRef,
}

/// Facts that are read off the aggregates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fact {
    /// It counts towards the natural day's quota.
    Counted,
    /// Removed from the day limits.
    GivenBack,
    /// Each day's quota has what counts towards it, and no other.
    QuotasBalance,
    /// Shares are (or were) earmarked.
    Reserved,
    /// The earmark is gone, and the shares are still there.
    Released,
    /// The bank may pay.
    AdvanceRequested,
    /// The investor has the cash.
    Advanced,
    /// The bank pays nothing.
    Declined,
    /// The transfer of the shares to the bank is placed.
    TransferPlaced,
    /// The registrar's front took it.
    TransferAccepted,
    /// It is over, and the shares are still the investor's.
    TransferRejected,
    /// The shares are the bank's, all of them.
    TransferConfirmed,
    /// They have left the wallet.
    TakenOut,
    /// The bank's redemption of them is placed.
    RedemptionPlaced,
    /// It is of what the bank really has, or was taken, or is over.
    RedemptionFits,
    /// The registrar's front took it.
    RedemptionAccepted,
    /// It is over, and the shares are still the bank's.
    RedemptionRejected,
    /// The fund owes the bank their worth.
    Redeemed,
    /// What the shares brought may be on its way to the bank.
    RepaymentRequested,
    /// The bank has what the shares brought.
    Repaid,
    /// The cash is out, the shares bring nothing, and no person has said what follows.
    CashIsOut,
    /// A person has closed the case on it.
    PersonDecided,
    /// After the end: what the shares brought is announced to the bank, if it is known.
    BankSettled,
    /// No money is on its way to the bank.
    BankPaid,
    /// The withdrawal is over.
    Ended,
    /// The wallet is as the registrar's records and the cases say, and what of them does not fit has its case.
    Booked,
    /// No advance is to be closed without the bank's word.
    AdvanceClosed,
    /// The bank's word on the advance is there, if it was ever asked.
    AdvanceHeard,
    /// No transfer is to be closed without the registrar's word.
    TransferClosed,
    /// No redemption is to be closed without the registrar's word.
    RedemptionClosed,
    /// The registrar's last word on the transfer is there, if it was ever placed.
    TransferHeard,
    /// The registrar's last word on the redemption is there, if it was ever placed.
    RedemptionHeard,
    /// No shares are earmarked.
    NothingReserved,
    /// What a person took over has its case.
    HandedOver,
    /// No record waits for shares to come.
    NothingMissing,
    /// What the bank has too much of our money, as far as is known, has its case.
    AskedBack,
    /// No claim that was left to the bank is another one by now, it is asked for nothing back, and its shares are
    /// those that were redeemed for it and that it keeps; or a person has seen to it.
    ClaimAgreed,
    /// Money of ours that closed cases owe is answered for, in that lane. Lanes count from 1.
    Compensated(usize),
    /// None of it waits for another account.
    CompensationTaken,
    /// The bank has said what became of all that a person took over while it was under way.
    BankHeard,
}

/// Commands to our own aggregates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Do {
    /// Count it towards the natural day's quota.
    Count,
    /// Take it back from the quota.
    GiveBack,
    /// Decide again for the day of now, since no cash went out on the one before.
    DecideAgain,
    /// Count it on the day on which the cash went out, and on no other.
    KeepQuotas,
    /// Count it on the days that have begun since, too: the cash may go out on them.
    CountOn,
    /// Earmark the shares, so that no other order takes them.
    Reserve,
    /// Give the earmark back.
    Release,
    /// Store the advance before the bank is called.
    RequestAdvance,
    /// Close the advance: a person knows that the bank paid nothing.
    CloseAdvance,
    /// Store the transfer of the shares to the bank before a registrar is called.
    PlaceTransfer,
    /// Close the transfer that nobody answered.
    CloseTransfer,
    /// Take the shares that are the bank's out of the wallet.
    TakeOut,
    /// Place the bank's redemption.
    PlaceRedemption,
    /// Ask for what the bank really has: the transfer is another one by now.
    FitRedemption,
    /// Close the redemption that nobody answered.
    CloseRedemption,
    /// Announce the repayment of what the shares brought; the rest is left to the bank. What it has too much
    /// is said, and that it has returned it.
    RequestRepayment,
    /// Name what a person took over, with its case.
    HandOver,
    /// Ask the bank for what it has too much, by a case that a person closes once it is back.
    AskBack,
    /// The bank refuses the account that money of ours is to go to: a person names another.
    AskForCompensation,
    /// End the process, with what the investor owns by then.
    End(Ending),
}

/// Calls to counterparties, each under an idempotency key of the saga.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Call {
    /// Ask the bank for the cash.
    Advance,
    /// Hand in the transfer.
    Transfer,
    /// Hand in the bank's redemption.
    Redeem,
    /// Give the bank its money back.
    Repay,
    /// Pay what a person owes the investor by closing a case, the next of that lane. Lanes count from 1.
    Compensate(usize),
    /// Ask the bank what became of money that a person took over; nothing is moved by that.
    AskBank,
}

/// Times that rows refer to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum When {
    /// The end of the natural day whose quota it counts towards.
    EndOfDay,
    /// That, or the cut-off of the T that was promised, whichever comes first.
    EndOfDayOrT,
    /// The natural day after the last one that it counts on begins.
    NextDay,
    /// The cut-off of the trading day after the T of the transfer.
    NextCutOff,
    /// Noon of the day on which the registrar must have confirmed the transfer.
    TransferDue,
    /// Noon of the trading day after that.
    TransferOverdue,
    /// The cut-off of the trading day after the T of the redemption.
    RedemptionNextCutOff,
    /// Noon of the day on which the registrar must have confirmed the redemption.
    RedemptionDue,
    /// Noon of the trading day after that.
    RedemptionOverdue,
    /// Noon of the day on which the fund's money is here.
    MoneyDue,
    /// The cut-off of the trading day after that, or after the bank was asked to take it.
    MoneyOverdue,
    /// The cut-off of the trading day after money of ours was due.
    CompensationOverdue(usize),
    /// From when on it is asked about that: an hour after a person took it over.
    BankAsked,
    /// The cut-off of the trading day after that.
    BankOverdue,
}

/// Endings, by what the investor then owns.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// The cash; and the bank has what the shares brought.
    PaidOut,
    /// The shares, free to use.
    KeptInWallet,
}

impl Ending {
    /// Name for tables and texts.
    pub const fn name(self) -> &'static str {
        match self {
            Ending::PaidOut => "paid out",
            Ending::KeptInWallet => "kept in wallet",
        }
    }
}
