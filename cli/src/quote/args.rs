//! What can be typed, or written into a file under the same names.
//!
//! Nothing is required here: what flags leave open a file or a fund's terms may still give.

use super::values::{
    CarryName, ChannelName, CustomerName, LotText, MethodName, RateText, RoundingName, TierText,
    UnitName,
};
use chrono::NaiveDate;
use clap::{Subcommand, ValueEnum};
use fundflow_domain::{
    ids::FundCode,
    money::{Amount, Discount, Money, Nav, PerTenThousand, Shares},
};
use serde::Deserialize;
use std::path::PathBuf;

/// What an order would come to.
#[derive(Debug, Subcommand)]
pub(crate) enum QuoteCommand {
    /// Price a purchase: net amount, fee, shares.
    Purchase(Purchase),
    /// Price a subscription; interest becomes shares too.
    Subscribe(Subscribe),
    /// Price a redemption lot by lot.
    Redeem(Redeem),
    /// Price a conversion of one fund's shares into another's.
    Convert(Convert),
    /// A money fund's income of one day.
    Income(Income),
    /// A money fund's seven-day yield.
    Yield(Yield),
    /// What a withdrawal from a wallet of the store would come to, and when it is paid.
    Withdraw(Withdraw),
    /// The same at once, and what of the day's quota is left.
    FastWithdraw(Withdraw),
    /// A discount purchase in each of its modes: days, orders, fees, and what is refused.
    DiscountPurchase(DiscountPurchase),
    /// On which days a plan of the store, or one that is asked for, invests.
    Plan(Plan),
    /// Until when a transaction of the store can be taken back.
    Cancel(Cancel),
}

/// How to print.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Format {
    /// Tables, for people.
    #[default]
    Table,
    /// One JSON document, for programs.
    Json,
}

impl QuoteCommand {
    pub(crate) fn output(&self) -> Format {
        match self {
            QuoteCommand::Purchase(args) => args.output,
            QuoteCommand::Subscribe(args) => args.output,
            QuoteCommand::Redeem(args) => args.output,
            QuoteCommand::Convert(args) => args.output,
            QuoteCommand::Income(args) => args.output,
            QuoteCommand::Yield(args) => args.output,
            QuoteCommand::Withdraw(args) => args.output,
            QuoteCommand::FastWithdraw(args) => args.output,
            QuoteCommand::DiscountPurchase(args) => args.output,
            QuoteCommand::Plan(args) => args.output,
            QuoteCommand::Cancel(args) => args.output,
        }
    }
}

macro_rules! arguments {
    ($(#[$doc:meta])* $name:ident $(with $left:ident or $right:ident)? {
        $($(#[$one_meta:meta])* $one:ident: $one_type:ty,)*
        $(; $($(#[$many_meta:meta])* $many:ident: $many_type:ty,)*)?
    }) => {
        $(#[$doc])*
        #[derive(Debug, Default, clap::Args, Deserialize)]
        #[serde(rename_all = "kebab-case", deny_unknown_fields)]
        pub(crate) struct $name {
            $($(#[$one_meta])* #[arg(long, allow_hyphen_values = true)] #[serde(default)] pub(crate) $one: Option<$one_type>,)*
            $($($(#[$many_meta])* #[arg(long, allow_hyphen_values = true)] #[serde(default)] pub(crate) $many: Vec<$many_type>,)*)?
            /// Read what is not typed from a TOML file with the flags' names as keys
            #[arg(long)]
            #[serde(skip)]
            pub(crate) file: Option<PathBuf>,
            /// How to print
            #[arg(short, long, value_enum, default_value_t)]
            #[serde(skip)]
            pub(crate) output: Format,
        }

        impl $name {
            /// What was typed goes before what the file says.
            pub(crate) fn or(self, file: Self) -> Self {
                $(
                    let mut file = file;
                    file.$left = file.$left.filter(|_| self.$right.is_none());
                    file.$right = file.$right.filter(|_| self.$left.is_none());
                )?
                Self {
                    $($one: self.$one.or(file.$one),)*
                    $($($many: if self.$many.is_empty() { file.$many } else { self.$many },)*)?
                    file: self.file,
                    output: self.output,
                }
            }
        }
    };
}

mod of_store;

pub(crate) use of_store::{Cancel, DiscountPurchase, Plan, Withdraw};

arguments!(
    /// Quote a purchase by its fee schedule.
    Purchase with rate or fixed_fee {
        /// Yuan, fee included
        amount: Amount,
        /// Purchase rate, like 1.5% or 0.015
        rate: RateText,
        /// Yuan per order instead of a rate; not discounted
        #[arg(conflicts_with = "rate")]
        fixed_fee: Money,
        /// Multiplier on the rate: 1 is none, 0 is free
        discount: Discount,
        /// Net asset value of T
        nav: Nav,
        /// What happens to the third decimal of shares
        share_rounding: RoundingName,
        /// Fill in the terms of this fund
        #[arg(value_name = "CODE")]
        fund: FundCode,
        /// T, for the fund's terms
        #[arg(value_name = "DATE", value_parser = crate::args::date)]
        #[serde(deserialize_with = "fundflow_kernel::written::read_date_if_any")]
        on: NaiveDate,
        /// Through whom, for the fund's discounts
        channel: ChannelName,
        /// Read the funds of this directory
        #[arg(value_name = "DIR")]
        catalogue: PathBuf,
    }
);

arguments!(
    /// Quote a subscription by its fee schedule.
    Subscribe with rate or fixed_fee {
        /// Yuan, fee included
        amount: Amount,
        /// Subscription rate, like 1.2% or 0.012
        rate: RateText,
        /// Yuan per order instead of a rate; not discounted
        #[arg(conflicts_with = "rate")]
        fixed_fee: Money,
        /// Multiplier on the rate: 1 is none, 0 is free
        discount: Discount,
        /// Yuan that the money earned while the fund was raised
        interest: Money,
        /// Face value of a share
        face: Nav,
        /// What happens to the third decimal of shares
        share_rounding: RoundingName,
        /// Fill in the terms of this fund
        #[arg(value_name = "CODE")]
        fund: FundCode,
        /// T, for the fund's terms
        #[arg(value_name = "DATE", value_parser = crate::args::date)]
        #[serde(deserialize_with = "fundflow_kernel::written::read_date_if_any")]
        on: NaiveDate,
        /// Through whom, for the fund's discounts
        channel: ChannelName,
        /// Read the funds of this directory
        #[arg(value_name = "DIR")]
        catalogue: PathBuf,
    }
);

arguments!(
    /// Quote a redemption, lot by lot.
    Redeem {
        /// Shares to give back
        shares: Shares,
        /// Net asset value of T
        nav: Nav,
        /// Fill in the terms of this fund
        #[arg(value_name = "CODE")]
        fund: FundCode,
        /// T, for the fund's terms and the rules on fees
        #[arg(value_name = "DATE", value_parser = crate::args::date)]
        #[serde(deserialize_with = "fundflow_kernel::written::read_date_if_any")]
        on: NaiveDate,
        /// Who holds the shares, for the rules on fees
        customer: CustomerName,
        /// Read the funds of this directory
        #[arg(value_name = "DIR")]
        catalogue: PathBuf,
        ;
        /// Shares held for so many natural days; once per lot
        #[arg(value_name = "SHARES@DAYSd")]
        lot: LotText,
        /// Rate below so many days; at or above the last it is 0
        #[arg(value_name = "DAYSd=RATE")]
        tier: TierText,
    }
);

arguments!(
    /// Quote a conversion between two funds.
    Convert with rate_in or fixed_fee_in {
        /// Shares of the source
        shares: Shares,
        /// Source's net asset value of T
        nav_out: Nav,
        /// Target's net asset value of T
        nav_in: Nav,
        /// Purchase rate of the target
        rate_in: RateText,
        /// Yuan per order instead of the target's rate
        #[arg(conflicts_with = "rate_in")]
        fixed_fee_in: Money,
        /// Purchase rate of the source
        rate_out: RateText,
        /// Redemption rate of the source
        redemption_rate: RateText,
        /// Redemption rate of the target at 0 days, for both-differences
        redemption_rate_in: RateText,
        /// How the differences are charged
        method: MethodName,
        /// Multiplier on the top-up's rates: 1 is none, 0 is free
        topup_discount: Discount,
        /// The channel that it is ordered through, for the funds' discounts
        channel: ChannelName,
        /// What happens to the third decimal of shares
        share_rounding: RoundingName,
        /// Fill in the terms of this source
        #[arg(value_name = "CODE")]
        fund: FundCode,
        /// Fill in the terms of this target
        #[arg(value_name = "CODE")]
        into: FundCode,
        /// T, for the funds' terms
        #[arg(value_name = "DATE", value_parser = crate::args::date)]
        #[serde(deserialize_with = "fundflow_kernel::written::read_date_if_any")]
        on: NaiveDate,
        /// Natural days that the shares were held, for the source's terms
        #[arg(value_parser = crate::args::whole::<u32>)]
        days: u32,
        /// Read the funds of this directory
        #[arg(value_name = "DIR")]
        catalogue: PathBuf,
    }
);

arguments!(
    /// One day's income.
    Income {
        /// Shares held at the end of the day
        shares: Shares,
        /// Yuan per 10,000 shares
        #[arg(allow_negative_numbers = true)]
        #[serde(rename = "per-10k")]
        per_10k: PerTenThousand,
        /// The smallest income that is credited; what is below it is dropped
        unit: UnitName,
    }
);

arguments!(
    /// Seven days' yield.
    Yield {
        /// When income becomes shares
        carry: CarryName,
        ;
        /// Yuan per 10,000 shares of seven days, separated by commas
        #[arg(value_delimiter = ',', allow_hyphen_values = true)]
        #[serde(rename = "per-10k")]
        per_10k: PerTenThousand,
    }
);
