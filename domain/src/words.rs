//! What states, kinds and levels are called in messages to people: the words of the glossary, never
//! the names that the code has for them.
//!
//! Each word fits behind "is" or before its noun: "the fund is *purchase stopped*", "a *bond* fund".
//! Stored forms are serde's and have nothing to do with these.

use crate::{
    fast_redemption::Advancer,
    fees::{Business, FundKind as FeeKind},
    fund::{FundKind, ProductRisk},
    investor::{CustomerType, InvestorRisk, SalesChannel},
    kyc::{KycState, Restriction},
    plan::Frequency,
    status::{ConvertStatus, FundStatus, StatusDictionary},
};
use chrono::Weekday;
use std::fmt;

macro_rules! called {
    ($($type:ident { $($variant:ident => $word:literal),+ $(,)? })+) => {$(
        impl fmt::Display for $type {
            fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.pad(match self {
                    $($type::$variant => $word,)+
                })
            }
        }
    )+};
}

called! {
    FundStatus {
        Open => "open",
        Raising => "raising",
        RaisingEnded => "raising ended",
        Stopped => "stopped",
        PurchaseStopped => "purchase stopped",
        RedemptionStopped => "redemption stopped",
        RecordDate => "record date",
        Dividend => "dividend",
        ClosedPeriod => "closed period",
        Terminated => "terminated",
    }
    ConvertStatus {
        Both => "in and out",
        InOnly => "only in",
        OutOnly => "only out",
        Neither => "neither in nor out",
    }
    StatusDictionary {
        Standard => "standard",
        Vendor => "vendor",
    }
    FundKind {
        Money => "money-market",
        Bond => "bond",
        Hybrid => "hybrid",
        Equity => "equity",
        Index => "index",
        Qdii => "QDII",
        Fof => "fund-of-funds",
    }
    FeeKind {
        ActiveEquity => "active_equity",
        OtherHybrid => "other_hybrid",
        Index => "index",
        Bond => "bond",
        MoneyMarket => "money_market",
        Etf => "etf",
        CertificateOfDeposit => "certificate_of_deposit",
    }
    ProductRisk {
        R1 => "R1",
        R2 => "R2",
        R3 => "R3",
        R4 => "R4",
        R5 => "R5",
    }
    InvestorRisk {
        C1Lowest => "C1-lowest",
        C1 => "C1",
        C2 => "C2",
        C3 => "C3",
        C4 => "C4",
        C5 => "C5",
        Professional => "professional",
    }
    Restriction {
        IdExpired => "the identity document has expired",
        DataMissing => "data that the law asks for is missing",
        ListHit => "a sanction or risk list names the investor",
    }
    Business {
        Subscription => "subscription",
        Purchase => "purchase",
        RegularPlan => "purchase of a regular plan",
        Redemption => "redemption",
        Conversion => "conversion",
    }
    CustomerType {
        Individual => "individual",
        Institution => "institution",
        Product => "product",
    }
    SalesChannel {
        DirectOnline => "direct_online",
        DirectCounter => "direct_counter",
        Agency => "agency",
    }
}

impl fmt::Display for KycState {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            KycState::Unverified => out.pad("unverified"),
            KycState::Verified => out.pad("verified"),
            KycState::Restricted(why) => write!(out, "restricted ({why})"),
            KycState::Frozen => out.pad("frozen by an authority"),
            KycState::Closed => out.pad("no longer a customer"),
        }
    }
}

impl fmt::Display for Advancer {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Advancer::LicensedBank(bank) => write!(out, "the licensed bank {bank}"),
            Advancer::OtherBank(bank) => write!(out, "the bank {bank}"),
            Advancer::Manager => out.pad("the fund's manager"),
            Advancer::Distributor => out.pad("the distributor"),
        }
    }
}

impl fmt::Display for Frequency {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Frequency::Monthly { day } => write!(out, "monthly on day {}", day.get()),
            Frequency::Weekly { weekday } => write!(out, "weekly on {}", day_name(*weekday)),
            Frequency::Biweekly { weekday, counted_from } => {
                write!(out, "every second {} from {counted_from} on", day_name(*weekday))
            }
            Frequency::Daily => out.pad("every trading day"),
        }
    }
}

const fn day_name(day: Weekday) -> &'static str {
    match day {
        Weekday::Mon => "Monday",
        Weekday::Tue => "Tuesday",
        Weekday::Wed => "Wednesday",
        Weekday::Thu => "Thursday",
        Weekday::Fri => "Friday",
        Weekday::Sat => "Saturday",
        Weekday::Sun => "Sunday",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_often_a_plan_buys_is_said_in_words() {
        use Weekday as W;
        let days = [W::Mon, W::Tue, W::Wed, W::Thu, W::Fri, W::Sat, W::Sun];
        let weekly = days.map(|weekday| Frequency::Weekly { weekday }.to_string());
        let names = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
        assert_eq!(weekly, names.map(|name| format!("weekly on {name}")));
        let counted_from = "2026-02-12".parse().unwrap();
        let biweekly = Frequency::Biweekly { weekday: W::Thu, counted_from };
        assert_eq!(biweekly.to_string(), "every second Thursday from 2026-02-12 on");
        assert_eq!(Frequency::Daily.to_string(), "every trading day");
    }
}
