//! The words of a discount purchase's tables: what is asked, what can be read off the log, what is
//! done, whom it calls, how it ends.

use crate::parts::occurrence::Tell;
use fundflow_domain::{
    ids::{AccountRef, DistributorCode, FundCode, InvestorId, VersionTag},
    investor::{InvestorProfile, SalesChannel},
    modes::ConversionMode,
    money::Amount,
    time::Timestamp,
};
use serde::{Deserialize, Serialize};

/// The request of the caller. Repeating it under the same transaction ID is free.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Request {
    /// The investor who buys.
    pub investor: InvestorId,
    /// Pays, and receives any refund.
    pub account: AccountRef,
    /// Code of the money-market fund whose shares the wallet holds.
    pub wallet_fund: FundCode,
    /// The fund that the investor wants.
    pub target_fund: FundCode,
    /// Yuan, fee included.
    pub amount: Amount,
    /// Which way to convert; `None`: the earliest price day that is possible.
    pub mode: Option<ConversionMode>,
    /// Send the money back rather than move to a later T.
    pub only_today: bool,
    /// It is the occurrence of a plan whose name the transaction ID holds: shares that the wallet holds come
    /// first, where they are enough.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub by_plan: bool,
    /// Through whom it is asked for; `None`: the house's own distributor.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub distributor: Option<DistributorCode>,
}

/// Further input of the decision, beside the request. Not stored.
#[derive(Debug, Clone)]
pub struct Asked {
    /// Level, papers and account, as known at this instant.
    pub investor: InvestorProfile,
    /// The sales channel, on which limits depend.
    pub channel: SalesChannel,
    /// The risk warning that the investor has confirmed, where one was needed.
    pub warning_confirmed: Option<VersionTag>,
    /// When the investor asked; by the engine's clock without.
    pub at: Option<Timestamp>,
}

/// Facts that are read off the aggregates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fact {
    /// The plan knows what becomes of its date.
    PlanKnows(Tell),
    /// The amount counts towards the day's limits.
    Counted,
    /// Removed from the day limits.
    GivenBack,
    /// A charge may be on its way.
    PaymentRequested,
    /// The full amount arrived.
    Paid,
    /// No money came and none will.
    Declined,
    /// The T that the money counts for is known.
    Dated,
    /// The rules of that T admit it.
    Admitted,
    /// They do not, or the investor wants no later T, or took it back in time.
    TurnedAway,
    /// Its day was not refused, or it is being taken back with it, or too late for that.
    StandsOnDay,
    /// The money-fund order is placed.
    BuyPlaced,
    /// The registrar's front took it.
    BuyAccepted,
    /// It is over without shares.
    BuyRejected,
    /// The registrar confirmed it, and its numbers add up.
    BuyConfirmed,
    /// The wallet shows its shares in transit.
    Credited,
    /// The wallet holds its lot.
    CreditConfirmed,
    /// The shares in transit are gone again.
    CreditReversed,
    /// The money-fund purchase stands.
    Committed,
    /// Shares are (or were) earmarked.
    Reserved,
    /// They will not be: the investor wants no conversion.
    ReserveUnwanted,
    /// The earmark is gone without conversion.
    Released,
    /// No shares are earmarked for a conversion that does not come, while the purchase is in dispute.
    NoneInDispute,
    /// The order that takes the shares out of the money fund is placed: a conversion, or in the
    /// redeem-to-purchase mode a redemption.
    OutPlaced,
    /// The registrar's front took it.
    OutAccepted,
    /// It is over and the shares are still there.
    OutRejected,
    /// The registrar confirmed it, and its numbers add up.
    OutConfirmed,
    /// The registrar confirmed it, whatever its numbers.
    OutConfirmedAtAll,
    /// No order takes out what never came: none was placed, or it fell with its purchase.
    OutFallen,
    /// Shares that never came have left, or their money has gone on.
    OutStands,
    /// The wallet handed the shares over.
    Spent,
    /// Unpaid income that went along with all of them is booked, or none went along.
    IncomeSettled,
    /// The money of the redemption bought the target: that order is placed.
    TargetPlaced,
    /// The registrar's front took it.
    TargetAccepted,
    /// It is over without shares.
    TargetRejected,
    /// The registrar confirmed it, and its numbers add up.
    TargetConfirmed,
    /// The investor's holdings show the target's lot.
    TargetCredited,
    /// The payment is being sent back.
    RefundRequested,
    /// Every requested refund has arrived.
    NothingOwed,
    /// The same of the refunds of that lane. Lanes count from 1.
    NothingOwedIn(usize),
    /// What the redemption brought is to be paid out.
    PayoutRequested,
    /// The bank said what became of the last attempt.
    PayoutAnswered,
    /// The payout has reached the investor.
    PaidOut,
    /// What the target did not take of it is to be paid out, or it took all.
    RestRequested,
    /// The bank said what became of that, or there was none.
    RestAnswered,
    /// It arrived, or there was none.
    RestPaidOut,
    /// The target's limit counts no more, where no shares of it will come.
    TargetGivenBack,
    /// The purchase is over.
    Ended,
    /// Nothing is to be taken back of the conversion any more.
    OutCancelSettled,
    /// Nothing is to be taken back of the purchase any more.
    BuyCancelSettled,
    /// Nothing is to be taken back of the target's order any more.
    TargetCancelSettled,
    /// The registrar does not take it back.
    CancelRefused,
    /// Wallet and holdings are as the registrar's records and the cases say.
    Booked,
    /// The bank has answered about what a person owes the investor by closing a case, in that lane. Lanes count
    /// from 1.
    Compensated(usize),
    /// No account refuses that.
    CompensationTaken,
    /// Something about what is left after the end.
    AtLast(AtLast),
}

/// What the lanes bring about that work once somebody has given the purchase up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AtLast {
    /// No charge is under way without an owner.
    PaymentClosed,
    /// No purchase is to be closed without the registrar's word.
    BuyClosed,
    /// The registrar's last word on it is there, if it was ever placed.
    BuyHeard,
    /// No conversion or redemption is to be closed without the registrar's word.
    OutClosed,
    /// The registrar's last word on it is there, if it was ever placed.
    OutHeard,
    /// No target order is to be closed without the registrar's word.
    TargetClosed,
    /// The registrar's last word on it is there, if it was ever placed.
    TargetHeard,
    /// No shares are in transit without an order.
    NothingInTransit,
    /// No shares are earmarked.
    NothingReserved,
    /// What the registrar did not accept of the money is going back, or a person has it.
    RestReturned,
    /// What the redemption brought after somebody gave up is to be paid out, or is in dispute or in a
    /// person's hands.
    ProceedsRequested,
    /// The bank said what became of it.
    ProceedsAnswered,
    /// No account refused it.
    NoneRefused,
    /// A purchase that was given up and brings no shares counts towards no limit of the money fund.
    NothingCounts,
    /// Whatever came of an end that a person has is named, and has its case.
    HandedOver,
    /// No record waits for shares to come.
    NothingMissing,
    /// The bank has said what became of all that a person took over while it was under way.
    BankHeard,
}

/// Commands to our own aggregates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Do {
    /// Tell the plan what becomes of its date.
    TellPlan(Tell),
    /// Have it taken back: all orders of its day are refused.
    FallWithDay,
    /// Count the amount towards the day's limits.
    Count,
    /// Take it back from them.
    GiveBack,
    /// Take the target's part back from them.
    GiveBackTarget,
    /// Take the money fund's part back from them.
    GiveBackBuy,
    /// Store the charge before the bank is called.
    RequestPayment,
    /// Nothing: only a person can say which T the money counts for.
    AwaitDate,
    /// Decide again for the T that the money counts for.
    Readmit,
    /// Place the money-fund order.
    PlaceBuy,
    /// Show the shares in transit.
    CreditInTransit,
    /// The money-fund purchase stands.
    Commit,
    /// Earmark the shares, so that no other order takes them.
    Reserve,
    /// Place the conversion, or the redemption.
    PlaceOut,
    /// Turn what is in transit into a lot.
    ConfirmCredit,
    /// Bring all shares to what the registrars' records and the cases say.
    Book,
    /// Hand the shares over.
    Spend,
    /// Book the unpaid income that went along.
    SettleIncome,
    /// Place the target's order for the money of the redemption.
    PlaceTarget,
    /// Show the target's lot among the holdings.
    CreditTarget,
    /// Give the earmark back.
    Release,
    /// Take the shares in transit away again.
    ReverseCredit,
    /// Send the payment back.
    RequestRefund,
    /// Pay out what the redemption brought.
    RequestPayout,
    /// The bank refuses the account: a person names another.
    AskForAccount,
    /// Close the charge that nobody answered, so that a late payment goes back.
    ClosePayment,
    /// Close the money-fund order that nobody answered.
    CloseBuy,
    /// Close the order out of the money fund that nobody answered.
    CloseOut,
    /// Close the target's order that nobody answered.
    CloseTarget,
    /// Send back what the registrar did not accept.
    ReturnRest,
    /// Name what came of an end that a person has.
    HandOver,
    /// End the process, with what the investor owns by then.
    End(Ending),
    /// The bank refuses the account that money of ours is to go to: a person names another.
    AskForCompensation,
}

/// Calls to counterparties, each under an idempotency key of the saga.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Call {
    /// Charge the investor's account, once under the payment's number.
    Charge,
    /// Send the next refund; of earlier tables.
    Refund,
    /// Send the next refund of that lane. Lanes count from 1.
    RefundIn(usize),
    /// Pay out what the redemption brought.
    Payout,
    /// Hand in the money-fund order.
    Buy,
    /// Hand in the order that takes the shares out.
    Out,
    /// Hand in the target's order.
    Target,
    /// Take the order out of the money fund back.
    CancelOut,
    /// Take the money-fund order back.
    CancelBuy,
    /// Take the target's order back.
    CancelTarget,
    /// Pay what a person owes the investor by closing a case, the next of that lane. Lanes count from 1.
    Compensate(usize),
    /// Ask the bank what became of money that a person took over; nothing is moved by that.
    AskBank,
}

/// Times that rows refer to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum When {
    /// From when on no money is asked for any more: the cut-off of T where only that is wanted, of the
    /// trading day after it otherwise.
    ChargeUnwanted,
    /// From when on the money-fund order of T is not handed in any more, where only T is wanted.
    BuyUnwanted,
    /// From when on a conversion of its T is not handed in any more, where only that is wanted.
    OutUnwanted,
    /// The cut-off of the trading day after T.
    NextCutOff,
    /// The cut-off of the trading day after the T of the target's own order.
    TargetCutOff,
    /// Noon of the day on which the registrar must have confirmed the money-fund order.
    BuyDue,
    /// Noon of the trading day after that.
    BuyOverdue,
    /// Noon of the day on which the order out of the money fund must have been confirmed.
    OutDue,
    /// Noon of the trading day after that.
    OutOverdue,
    /// The day on which the money of a redemption arrives.
    MoneyDue,
    /// Noon of the day on which the target's order must have been confirmed.
    TargetDue,
    /// Noon of the trading day after that.
    TargetOverdue,
    /// The cut-off of the third trading day after a refund was asked for; of earlier tables.
    RefundOverdue,
    /// The same of the refund that is next in that lane. Lanes count from 1.
    RefundOverdueIn(usize),
    /// The cut-off of the trading day after a payout was due.
    PayoutOverdue,
    /// The cut-off of the trading day after that was due.
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
    /// Shares of the target fund (and, if the conversion was partial, the rest in the wallet).
    Completed,
    /// The money-market shares, free to use.
    KeptInWallet,
    /// The money, back on the account it came from, or never taken.
    RolledBack,
    /// The money, back on the account it came from after the registrar had voided the purchase.
    Compensated,
    /// The money of the redemption, on the investor's account.
    PaidOut,
}

impl Ending {
    /// Name for tables and texts.
    pub const fn name(self) -> &'static str {
        match self {
            Ending::Completed => "completed",
            Ending::KeptInWallet => "kept in wallet",
            Ending::RolledBack => "failed",
            Ending::Compensated => "failed",
            Ending::PaidOut => "paid out",
        }
    }
}
