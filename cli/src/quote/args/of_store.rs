//! What can be typed of a quote that a store is asked for.

use super::{
    super::values::{MissingName, ModeName, MoveName},
    Format,
};
use chrono::NaiveDate;
use fundflow_domain::{
    ids::{DistributorCode, FundCode, InvestorId, PlanId, TransactionId, VersionTag},
    money::{Amount, Shares},
    time::Timestamp,
};
use serde::Deserialize;
use std::{num::NonZeroU32, path::PathBuf};

arguments!(
    /// Quote a withdrawal, ordinary or fast.
    Withdraw {
        /// Who asks: a row of the folder's investors.csv
        #[arg(value_name = "ID")]
        investor: InvestorId,
        /// The money fund of the wallet
        #[arg(value_name = "CODE")]
        fund: FundCode,
        /// How many leave; all that are available without
        shares: Shares,
        /// Through whom, whose quota of the day a fast one counts against; the first of the folder without
        #[arg(value_name = "CODE")]
        distributor: DistributorCode,
        /// The instant of the request; that of the store's last event without
        #[arg(value_name = "INSTANT")]
        at: Timestamp,
        /// The folder of a day: its investors, funds and prices count
        #[arg(value_name = "DIR")]
        folder: PathBuf,
    }
);

arguments!(
    /// Quote a discount purchase.
    DiscountPurchase {
        /// Who asks: a row of the folder's investors.csv
        #[arg(value_name = "ID")]
        investor: InvestorId,
        /// The money fund in between
        #[arg(value_name = "CODE")]
        wallet_fund: FundCode,
        /// The fund that is wanted
        #[arg(value_name = "CODE")]
        target_fund: FundCode,
        /// Yuan, fee included
        amount: Amount,
        /// The mode that would be asked for; the earliest price without
        mode: ModeName,
        /// The warning that the investor has confirmed
        #[arg(value_name = "NAME")]
        warning: VersionTag,
        /// The instant of the request; that of the store's last event without
        #[arg(value_name = "INSTANT")]
        at: Timestamp,
        /// The folder of a day: its investors, funds and prices count
        #[arg(value_name = "DIR")]
        folder: PathBuf,
    }
);

arguments!(
    /// Quote the dates of a plan.
    Plan {
        /// A plan of the store
        #[arg(value_name = "ID")]
        of: PlanId,
        /// daily, weekly mon, biweekly mon or monthly 15
        #[arg(value_name = "WORDS")]
        frequency: String,
        /// The first date
        #[arg(value_name = "DATE", value_parser = crate::args::date)]
        #[serde(deserialize_with = "fundflow_kernel::written::read_date_if_any")]
        start: NaiveDate,
        /// The last date
        #[arg(value_name = "DATE", value_parser = crate::args::date)]
        #[serde(deserialize_with = "fundflow_kernel::written::read_date_if_any")]
        through: NaiveDate,
        /// It is over after so many dates
        #[arg(value_parser = crate::args::whole::<NonZeroU32>)]
        periods: NonZeroU32,
        /// Where a date moves that is no trading day
        closed_day: MoveName,
        /// Where a day moves that the month lacks
        missing_day: MissingName,
        /// So many dates, 1 to 400; 12 without
        #[arg(value_parser = crate::args::whole::<usize>)]
        count: usize,
        /// Who asks: a row of the folder's investors.csv
        #[arg(value_name = "ID")]
        investor: InvestorId,
        /// The fund that is bought
        #[arg(value_name = "CODE")]
        fund: FundCode,
        /// The money fund in between
        #[arg(value_name = "CODE")]
        wallet_fund: FundCode,
        /// Yuan on each date
        amount: Amount,
        /// The warning that the investor has confirmed
        #[arg(value_name = "NAME")]
        warning: VersionTag,
        /// The instant of the request; that of the store's last event without
        #[arg(value_name = "INSTANT")]
        at: Timestamp,
        /// The folder of a day: its investors, funds and prices count
        #[arg(value_name = "DIR")]
        folder: PathBuf,
    }
);

arguments!(
    /// Quote until when a transaction can be taken back.
    Cancel {
        /// The transaction that would be taken back
        #[arg(value_name = "TX")]
        of: TransactionId,
        /// Its kind, where several kinds stand under one ID
        kind: String,
        /// The instant of the request; that of the store's last event without
        #[arg(value_name = "INSTANT")]
        at: Timestamp,
        /// The folder of a day: its investors, funds and prices count
        #[arg(value_name = "DIR")]
        folder: PathBuf,
    }
);
