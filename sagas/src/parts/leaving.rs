//! What shares that leave a target fund are, and what leaving costs: lot by lot, as the fund's fee
//! schedule of T says.

use super::{
    application::{ApplicationLeg, FundSaga},
    check,
    holdings::HoldingsPart,
};
use crate::house::House;
use chrono::NaiveDate;
use fundflow_domain::{
    admission::leaving::{FreeLot, Held},
    application::{
        Application, Ask, Confirmation, Designated, Last, LotConfirmed, Outcome, Quantity, Stage,
        Terms,
    },
    confirmation_check::{LotTerms, Promised},
    conversion::{self, Conversion, TierBase, TopUp},
    fees::{CustomerType, tiers::Charge},
    fund::{ConversionFeeMethod, FundTerms, RedemptionSequence},
    holdings::{Lot, State, Taking},
    ids::FundCode,
    lots::Parcel,
    money::{Money, Nav, Rate, Shares},
    orders::LotTaken,
    redemption,
};
use fundflow_runtime::{
    saga::{Saga, View},
    turn::NotDone,
};
use std::borrow::Cow;

/// Natural days in which the latest published price is looked for.
const NAV_DAYS: usize = 15;

impl HoldingsPart {
    /// Shares that stay behind once all that is reserved has left.
    pub fn left<S: Saga>(&self, view: &View<'_, S>) -> Shares {
        let left = self.state(view).and_then(|state| state.registered().minus(state.reserved()));
        left.unwrap_or_default()
    }
}

/// What is held of a fund, as an admission looks at it.
pub fn held(state: Option<&State>, sequence: RedemptionSequence) -> Held {
    let Some(state) = state else { return Held::default() };
    let lots = state.free_lots(sequence).into_iter().filter(|(lot, _)| !lot.left.is_zero());
    let free = |(lot, shares): (&Lot, Shares)| FreeLot {
        serial: lot.credit.serial.clone(),
        registered_on: lot.credit.registered_on,
        shares,
    };
    Held {
        registered: state.registered(),
        reserved: state.reserved(),
        frozen: state.frozen(),
        disputed: state.held(),
        free: state.available(),
        lots: lots.map(free).collect(),
    }
}

/// The lots that the investor chose, by our names of them.
///
/// # Errors
/// [`NotDone::Lacks`] for a lot that is not there.
pub fn chosen(state: &State, lots: &[Designated]) -> Result<Vec<LotTaken>, NotDone> {
    let one = |it: &Designated| {
        let lot = state.lot_of(&it.serial).ok_or(NotDone::Lacks("a lot that was chosen"))?;
        Ok(LotTaken { lot: lot.credit.lot.clone(), shares: it.shares })
    };
    lots.iter().map(one).collect()
}

/// The lots that a record names, by our names of them; none where one of them is not known.
pub fn named(state: &State, said: &Confirmation) -> Vec<LotTaken> {
    let one = |it: &LotConfirmed| {
        let lot = state.lot_of(&it.serial)?.credit.lot.clone();
        Some(LotTaken { lot, shares: it.shares })
    };
    said.outcome.lots().iter().map(one).collect::<Option<_>>().unwrap_or_default()
}

/// The lots that the investor chose, as far as they are what leaves: where the rest must go too, no lot
/// is chosen any more.
pub fn lots_of(chosen: &[Designated], leaving: Shares) -> &[Designated] {
    let sum = chosen.iter().fold(Shares::ZERO, |sum, it| sum.plus_or_most(it.shares));
    if sum == leaving { chosen } else { &[] }
}

/// How many shares are asked for, in words: where nothing is said, all of the lots that the investor chose.
pub fn how_many(shares: Option<Shares>, chosen: &[Designated]) -> String {
    let sum = || chosen.iter().fold(Shares::ZERO, |sum, it| sum.plus_or_most(it.shares));
    let of_lots = || Some(sum()).filter(|_| !chosen.is_empty());
    shares.or_else(of_lots).map_or_else(|| "all shares".to_owned(), |it| format!("{it} shares"))
}

/// The latest price that was published before a day.
pub fn latest_nav(house: &House, fund: FundCode, before: NaiveDate) -> Option<Nav> {
    let mut days = std::iter::successors(before.pred_opt(), NaiveDate::pred_opt);
    days.by_ref().take(NAV_DAYS).find_map(|day| (house.navs)(fund, day))
}

/// The records that stay beside that one: those before it, or where it is new all that it cannot take the place
/// of. A rejection of the rest closes an order, too: what is said after it takes the place of a record that is
/// in dispute.
fn beside<S: FundSaga>(view: &View<'_, S>, known: &Application, said: &Confirmation) -> usize {
    if let Some(at) = known.confirmations().position(|it| it.serial == said.serial) {
        return at;
    }
    let Some(last) = known.confirmations().last() else { return 0 };
    let replaced = match &known.stage {
        Stage::Confirmed(_) | Stage::PartlyConfirmed(Last::Confirmation(_)) => true,
        Stage::PartlyConfirmed(Last::Rejection(_)) => {
            view.open.notes.disputes.contains(&known.case_of(last))
        }
        Stage::Placed
        | Stage::Accepted
        | Stage::Sealed
        | Stage::Sent
        | Stage::Received
        | Stage::Confirming
        | Stage::Rejected(_)
        | Stage::Cancelled(_) => false,
    };
    known.confirmations().count().saturating_sub(usize::from(replaced))
}

/// The portions among them.
pub(super) fn portions_beside<'a, S: FundSaga>(
    view: &View<'_, S>,
    known: &'a Application,
    said: &Confirmation,
) -> &'a [Confirmation] {
    known.portions.get(..beside(view, known, said)).unwrap_or(&known.portions)
}

/// What is held as that record finds it: without itself, and without what it takes the place of.
fn as_found_by<'a, S: FundSaga>(
    view: &View<'a, S>,
    holdings: &HoldingsPart,
    said: &Confirmation,
) -> Option<Cow<'a, State>> {
    let state = holdings.state(view)?;
    let leg = ApplicationLeg::of(&holdings.order);
    let Some(known) = leg.application(view) else { return Some(Cow::Borrowed(state)) };
    let gone: Vec<&Confirmation> = known.confirmations().skip(beside(view, known, said)).collect();
    if gone.is_empty() {
        return Some(Cow::Borrowed(state));
    }
    let is_gone = |taking: &Taking| {
        let of = |it: &&Confirmation| {
            taking.serial == ApplicationLeg::booked_as(known, it)
                || taking.serial.as_str() == known.case_of(it).to_string()
        };
        gone.iter().any(of)
    };
    Some(Cow::Owned(state.without(&holdings.order, is_gone)))
}

/// What leaving costs by that confirmation, beside those of before; `None` where the lots cannot give its
/// shares, so that nothing can be said about the fee. What was carried over is a new request of a later T:
/// its price and its fees are those of that T.
pub fn cost<S: FundSaga>(
    house: &House,
    view: &View<'_, S>,
    holdings: &HoldingsPart,
    (terms, (before, said)): (&Terms, (&[Confirmation], &Confirmation)),
    customer: CustomerType,
) -> Option<check::Leaving> {
    let t = terms.trade_date;
    let own_t = house.t_of_record(terms, (before, said)).unwrap_or(t);
    let source = (house.funds)(terms.fund, own_t.date())?;
    // A date that cannot be is another finding's business.
    let on = said.confirmed_on.max(t.date());
    let state = as_found_by(view, holdings, said)?;
    let leaving = redemption::Terms::of(&source.fees, None, customer);
    match (&terms.ask, &said.outcome) {
        (Ask::Redemption { .. }, Outcome::Redemption(numbers)) => {
            let parcels = state.parcels(&holdings.order, numbers.shares, t.date())?;
            let nav = (house.navs)(terms.fund, own_t.date()).unwrap_or(numbers.nav);
            let priced = redemption::price(&parcels, nav, on, leaving).ok();
            Some(check::Leaving {
                lots: lots(&parcels, on, leaving)?,
                put_off: priced.map_or(Money::ZERO, |priced| priced.back_end_fee),
                leaving_target: Rate::ZERO,
                topup: Promised::Unsaid,
            })
        }
        (Ask::Conversion { into, .. }, Outcome::Conversion(numbers)) => {
            let out_of = |shares| state.parcels(&holdings.order, shares, t.date());
            let parcels = out_of(numbers.shares_out)?;
            // What the lots cannot give cannot come.
            let all = numbers.shares_out.plus(to_come(terms, (before, said))?).and_then(out_of);
            let lots = (&parcels[..], all.as_deref().unwrap_or(&parcels));
            let target = (house.funds)(*into, t.date())?;
            let nav = |fund, stated| (house.navs)(fund, t.date()).unwrap_or(stated);
            let navs = (nav(terms.fund, numbers.nav_out), nav(*into, numbers.nav_in));
            converting((&source, &target), lots, (navs, on), (terms, before), customer)
        }
        (
            Ask::Purchase { .. }
            | Ask::Subscription { .. }
            | Ask::Redemption { .. }
            | Ask::Conversion { .. }
            | Ask::FastTransfer { .. },
            Outcome::Purchase(_)
            | Outcome::Subscription(_)
            | Outcome::Redemption(_)
            | Outcome::Conversion(_)
            | Outcome::FastTransfer(_),
        ) => None,
    }
}

fn converting(
    (source, target): (&FundTerms, &FundTerms),
    (parcels, all): (&[Parcel], &[Parcel]),
    ((nav_out, nav_in), on): ((Nav, Nav), NaiveDate),
    (applied, before): (&Terms, &[Confirmation]),
    customer: CustomerType,
) -> Option<check::Leaving> {
    let pair = source.conversion_into(target.code)?;
    let policy = conversion::Policy {
        topup_discount: applied.ask.topup_discount()?,
        topup_floor: applied.promised.floor,
        ..pair.policy(target.share_rounding)
    };
    let terms = conversion::Terms::of(&source.fees, &target.fees, None, customer, policy);
    // A fixed fee may be more than a small portion brings: another one bears it.
    let without = conversion::Terms { policy: policy.without_topup(), ..terms };
    let price = |parcels| conversion::price(parcels, nav_out, nav_in, on, without).ok();
    let priced = price(parcels)?;
    let counted = |priced: &Conversion| match policy.tier_base {
        TierBase::AfterRedemptionFee => priced.base,
        TierBase::GrossOut => priced.gross_out,
    };
    // The next lots may cost more or less to leave than those of this record.
    let to_come = if parcels == all {
        Money::ZERO
    } else {
        counted(&price(all)?).minus(counted(&priced)).unwrap_or_default()
    };
    let beside = converted(before, policy.tier_base)?.plus(to_come)?;
    let topup = match priced.topup_beside(terms, beside)? {
        TopUp::OfRecord(fee) => Promised::Fee(fee),
        TopUp::OfOrder(fee) => Promised::Charge(Charge::Fixed(fee)),
    };
    let leaving_target = match policy.method {
        ConversionFeeMethod::BothDifferences => terms.leaving_target,
        ConversionFeeMethod::FeeDifference | ConversionFeeMethod::RateDifference => Rate::ZERO,
    };
    Some(check::Leaving {
        lots: lots(parcels, on, terms.leaving)?,
        put_off: priced.out.back_end_fee,
        leaving_target,
        topup,
    })
}

/// What records of the order converted, as the tiers count it. Yuan.
fn converted(records: &[Confirmation], tier_base: TierBase) -> Option<Money> {
    let mut converted = Money::ZERO;
    for record in records {
        let Outcome::Conversion(it) = &record.outcome else { return None };
        let after_fee = it.net_in.plus(it.topup_fee)?;
        converted = converted.plus(match tier_base {
            TierBase::AfterRedemptionFee => after_fee,
            TierBase::GrossOut => after_fee.plus(it.redemption_fee)?,
        })?;
    }
    Some(converted)
}

/// Shares that further records of the order may convert.
fn to_come(applied: &Terms, (before, said): (&[Confirmation], &Confirmation)) -> Option<Shares> {
    let Quantity::Shares(asked) = applied.ask.quantity() else { return None };
    let mut open = if said.finished { Shares::ZERO } else { asked };
    for record in before.iter().chain([said]) {
        open = open.minus(ApplicationLeg::shares_out_of(record)?).unwrap_or_default();
    }
    Some(open)
}

fn lots(parcels: &[Parcel], on: NaiveDate, terms: redemption::Terms<'_>) -> Option<Vec<LotTerms>> {
    parcels.iter().map(|parcel| LotTerms::of(parcel, on, terms).ok()).collect()
}
