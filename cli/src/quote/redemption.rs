//! `quote redeem`.

use super::{
    answer::{Answer, Failure, Row, needed},
    args::Redeem,
    terms::{no_back_end, price_of, regimes, resolve},
    values::LotText,
};
use chrono::{Days, NaiveDate};
use fundflow_domain::{
    explain::{percent, plain},
    fees::{CustomerType, tiers::DaysTiers},
    ids::LotId,
    lots::{self, Lot, LotOrder},
    money::Nav,
    redemption::{self, LotRedemption, Redemption, Terms},
};
use fundflow_kernel::counted::counted;

/// Prices a redemption.
pub(super) fn redeem(args: &Redeem) -> Result<Answer, Failure> {
    let shares = needed(args.shares, "shares", "at least 0.01 shares with at most 2 decimals")?;
    if args.lot.is_empty() {
        let allowed = "every lot as SHARES@DAYSd, like 2500.55@20d";
        return Err(Failure::Missing { flag: "lot", allowed });
    }
    let fund = resolve(args.fund, args.on, args.catalogue.as_deref())?;
    let nav = ("nav", args.nav, "the net asset value of T, like 1.3071");
    let nav = price_of(fund.as_deref(), nav)?;
    fund.as_deref().map_or(Ok(()), no_back_end)?;
    let (typed, regimes) = (typed_tiers(args)?, regimes()?);
    let confirmed_on = args.on.unwrap_or_default();
    let holder = args.customer.map_or(CustomerType::Individual, Into::into);
    let of_fund = fund
        .as_deref()
        .map(|fund| Terms::of(&fund.fees, args.on.and_then(|on| regimes.in_force(on)), holder));
    let terms = match (&typed, of_fund) {
        (Some(tiers), Some(terms)) => Terms { tiers, ..terms },
        (Some(tiers), None) => Terms { tiers, back_end: None, regime: None },
        (None, Some(terms)) => terms,
        (None, None) => {
            let allowed = "the rates by days, like --tier 7d=1.5%, or a --fund";
            return Err(Failure::Missing { flag: "tier", allowed });
        }
    };
    let order = fund.as_deref().map_or(LotOrder::Fifo, |fund| fund.redemption_sequence.into());
    let parcels = lots::take(&held(&args.lot, confirmed_on)?, shares, &order)?;
    let priced = redemption::price(&parcels, nav, confirmed_on, terms)?;
    Ok(answer(&priced))
}

fn typed_tiers(args: &Redeem) -> Result<Option<DaysTiers>, Failure> {
    let rows: Vec<_> = args.tier.iter().map(|tier| (tier.days, tier.rate)).collect();
    if rows.is_empty() {
        Ok(None)
    } else {
        Ok(Some(DaysTiers::below(&rows).map_err(Failure::Tiers)?))
    }
}

/// Lots `L1`, `L2`, … as typed. The day of the confirmation is any day: only days count.
fn held(typed: &[LotText], confirmed_on: NaiveDate) -> Result<Vec<Lot>, Failure> {
    let internal = |text: String| Failure::Internal(text);
    let lot = |(index, lot): (usize, &LotText)| {
        let days = Days::new(u64::from(lot.days));
        let registered_on = confirmed_on.checked_sub_days(days).ok_or_else(|| {
            internal(format!("{} before {confirmed_on}", counted(lot.days, "day", "days")))
        })?;
        Ok(Lot {
            id: LotId::new(format!("L{}", index + 1)).map_err(|it| internal(it.to_string()))?,
            registered_on,
            shares: lot.shares,
            unit_cost: Nav::ONE,
        })
    };
    typed.iter().enumerate().map(lot).collect()
}

fn answer(priced: &Redemption) -> Answer {
    let mut answer = Answer::new(priced.explain())
        .with("nav", plain(priced.nav.decimal(), 4))
        .with("gross", priced.gross)
        .with("fee", priced.fee);
    if !priced.back_end_fee.is_zero() {
        answer = answer.with("back_end_fee", priced.back_end_fee);
    }
    answer = answer.with("payout", priced.payout);
    if let Some(to_fund) = priced.to_fund {
        answer = answer.with("to_fund", to_fund);
    }
    answer.with_rows("lots", priced.lots.iter().map(row).collect())
}

fn row(lot: &LotRedemption) -> Row {
    vec![
        ("lot", lot.parcel.lot.to_string()),
        ("shares", lot.parcel.shares.to_string()),
        ("days", lot.days.to_string()),
        ("rate", percent(lot.rate)),
        ("gross", lot.gross.to_string()),
        ("fee", lot.fee.to_string()),
        ("left", lot.parcel.left.to_string()),
    ]
}
