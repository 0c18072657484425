//! What a registrar confirmed, held against what was asked and promised.

use super::cases::finding;
use crate::house::House;
use chrono::NaiveDate;
use fundflow_domain::{
    application::{
        Application, Ask, Confirmation, ConversionConfirmed, LotConfirmed, Outcome, Quantity,
        Reception, RedemptionConfirmed, Rejection, Terms,
    },
    calendar::{CalendarError, TradingDay},
    case::{Disputed, Figure, Finding, Kind},
    confirmation_check::{
        ConversionExpected, ConversionNumbers, Dates, LotNumbers, LotTerms, Promised,
        RedemptionExpected, RedemptionNumbers, When, allots_otherwise, confirms_another,
        conversion, dates, most_interest, of_order, of_rejection as of_refused, redemption,
        takes_unpromised, undated,
    },
    fund::FundKind,
    ids::FundCode,
    money::{Money, Nav, Rate, Shares, SignedMoney},
    time::Timestamp,
};

/// An order as it stands when a confirmation of it comes.
#[derive(Debug)]
pub struct Against<'a> {
    /// Terms and promise of the order.
    pub terms: &'a Terms,
    /// Earlier confirmations, with more to come.
    pub before: &'a [Confirmation],
    /// Cost of leaving, where the lots are known.
    pub leaving: Option<Leaving>,
}

/// Cost of leaving a fund, lot by lot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leaving {
    /// In the order in which they leave.
    pub lots: Vec<LotTerms>,
    /// The fee for buying that was put off until now, for all of them. Yuan.
    pub put_off: Money,
    /// What leaving the target at 0 days costs, where the pair of funds takes it off; else 0.
    pub leaving_target: Rate,
    /// Promised cost of buying the target.
    pub topup: Promised,
}

/// Everything that does not add up; empty for a sound confirmation.
pub fn findings(
    house: &House,
    against: &Against<'_>,
    confirmation: &Confirmation,
    received_at: Timestamp,
) -> Vec<Finding> {
    let mut found = numbers(house, against, confirmation);
    let stated = Dates {
        trade_date: None,
        confirmed_on: confirmation.confirmed_on,
        registered_on: Some(confirmation.registered_on),
    };
    let first_day = house.confirmed_from(against.terms, (against.before, confirmation));
    let when = when(house, against.terms, first_day, received_at);
    found.extend(dates(&stated, &when, confirmation.outcome.registered()));
    found.extend(takes_unpromised(confirmation));
    found.extend(allots_otherwise(confirmation));
    let Some(another) = confirms_another(confirmation) else { return found };
    // Nothing is disputed twice.
    let less = found.into_iter().map(|it| Finding { disputed: Disputed::default(), ..it });
    std::iter::once(another).chain(less).collect()
}

/// The same of the record that the money of a subscription counts: it has a day, and may say how much.
pub fn of_reception(
    house: &House,
    terms: &Terms,
    reception: &Reception,
    received_at: Timestamp,
) -> Vec<Finding> {
    let stated = Dates { trade_date: None, confirmed_on: reception.on, registered_on: None };
    let first_day = house.word_from(terms, terms.trade_date);
    let mut found = dates(&stated, &when(house, terms, first_day, received_at), Shares::ZERO);
    if let (Some(said), Ask::Subscription { amount }) = (reception.amount, &terms.ask)
        && said != (*amount).into()
    {
        let text = format!("{said} yuan are received, and {amount} were asked for");
        let (ours, theirs) =
            (vec![Figure::new("amount", amount)], vec![Figure::new("amount", said)]);
        found.push(finding(Kind::AmountDiffers, &text, ours, theirs));
    }
    found
}

/// What a rejection states, held against its order: the money that goes back, what it confirms all the same, and
/// its day. A raising fails when it is over; any other order is rejected from the day after its T on, also where it
/// would be confirmed later. The front may turn an application away at any time; once it took it, only the batch
/// of T decides, and that is complete at the cut-off.
pub fn of_rejection(
    house: &House,
    known: &Application,
    said: &Rejection,
    received_at: Timestamp,
) -> Vec<Finding> {
    let terms = &known.terms;
    let refused = said.stated.as_ref().map(|stated| of_refused(terms, &known.portions, stated));
    let mut found = refused.unwrap_or_default();
    if let Some(on) = said.stated.and_then(|stated| stated.on) {
        let stated = Dates { trade_date: None, confirmed_on: on, registered_on: None };
        let first_day = if said.is_of_raising() {
            house.shares_from(terms, terms.trade_date)
        } else {
            house.calendar.plus(terms.trade_date, 1)
        };
        found.extend(dates(&stated, &when(house, terms, first_day, received_at), Shares::ZERO));
    } else if known.is_taken() {
        let day = Ok(terms.trade_date);
        found.extend(undated(&when(house, terms, day, received_at)));
    }
    found
}

/// Whether the money of a raising cannot have earned the interest that a rejection sends.
pub fn is_unearned(terms: &Terms, said: &Rejection, received_at: Timestamp) -> bool {
    let Ask::Subscription { amount } = terms.ask else { return false };
    let today = received_at.date();
    let on = said.stated.and_then(|it| it.on).unwrap_or(today).min(today);
    let most = most_interest(amount.into(), terms.trade_date.date(), on);
    most.is_some_and(|most| said.interest > most)
}

fn when<'a>(
    house: &'a House,
    terms: &Terms,
    first_day: Result<TradingDay, CalendarError>,
    received_at: Timestamp,
) -> When<'a> {
    let cut_off_of_t = house.cut_off(terms);
    When { received_at, t: terms.trade_date, cut_off_of_t, first_day, calendar: &house.calendar }
}

/// What only the published prices say of it; empty where none is known.
pub fn prices(house: &House, against: &Against<'_>, confirmation: &Confirmation) -> Vec<Finding> {
    let mut found = numbers(house, against, confirmation);
    found.retain(|finding| finding.kind == Kind::NavDiffersFromPublished);
    found
}

impl Against<'_> {
    /// Shares that are still to be confirmed.
    fn shares_left(&self, asked: Shares) -> Shares {
        let settled = |left: Shares, it: &Confirmation| match it.outcome.quantity() {
            Quantity::Shares(part) => left.minus(part).unwrap_or_default(),
            Quantity::Money(_) => left,
        };
        self.before.iter().fold(asked, settled)
    }

    /// What the order was promised to cost, of a record beside which so much of it is confirmed.
    fn fee(&self, beside: Money) -> Promised {
        Promised::of(&self.terms.promised.fee, beside)
    }

    /// Shares that earlier records confirmed, and that later ones may where this one is not the last.
    fn beside_shares(&self, asked: Shares, out: Shares, finished: bool) -> Shares {
        let left = self.shares_left(asked);
        let before = asked.minus(left).unwrap_or_default();
        let open = if finished { Shares::ZERO } else { left.minus(out).unwrap_or_default() };
        before.plus_or_most(open)
    }

    /// The day whose price counts: T, and where the rest was carried over, an open day later for
    /// each T of the records before.
    fn priced_on(&self, house: &House, said: &Confirmation) -> NaiveDate {
        let t = house.t_of_record(self.terms, (self.before, said));
        t.unwrap_or(self.terms.trade_date).date()
    }

    /// Leaving a money fund costs nothing; what leaving another costs depends on its lots.
    fn cost(
        &self,
        house: &House,
        (shares, stated): (Shares, &[LotConfirmed]),
        topup: Promised,
    ) -> Leaving {
        if let Some(leaving) = &self.leaving {
            return leaving.clone();
        }
        let lots = free_lots(house, self.terms, shares, stated);
        Leaving { lots, put_off: Money::ZERO, leaving_target: Rate::ZERO, topup }
    }
}

fn numbers(house: &House, against: &Against<'_>, confirmation: &Confirmation) -> Vec<Finding> {
    let terms = against.terms;
    let day = against.priced_on(house, confirmation);
    let nav = |fund| published(house, day, fund);
    let finished = confirmation.finished;
    match (&terms.ask, &confirmation.outcome) {
        (Ask::Purchase { .. }, Outcome::Purchase(_))
        | (Ask::Subscription { .. }, Outcome::Subscription(_)) => {
            of_order(terms, against.before, confirmation, nav(terms.fund))
        }
        (Ask::Conversion { shares, into, take_income, .. }, Outcome::Conversion(n)) => {
            let income = if *take_income { n.income } else { SignedMoney::ZERO };
            let navs = [nav(terms.fund), nav(*into)];
            against.converted(house, (n, finished, income), (*shares, navs))
        }
        (Ask::Redemption { shares, .. }, Outcome::Redemption(n)) => {
            against.redeemed(house, n, (*shares, nav(terms.fund)))
        }
        // A transfer has no price, and what does not fit was refused by the application.
        (
            Ask::Purchase { .. }
            | Ask::Subscription { .. }
            | Ask::Conversion { .. }
            | Ask::Redemption { .. }
            | Ask::FastTransfer { .. },
            Outcome::Purchase(_)
            | Outcome::Subscription(_)
            | Outcome::Conversion(_)
            | Outcome::Redemption(_)
            | Outcome::FastTransfer(_),
        ) => Vec::new(),
    }
}

impl Against<'_> {
    fn converted(
        &self,
        house: &House,
        (n, finished, income): (&ConversionConfirmed, bool, SignedMoney),
        (asked, [nav_out, nav_in]): (Shares, [Option<Nav>; 2]),
    ) -> Vec<Finding> {
        let terms = self.terms;
        let beside = self.beside_shares(asked, n.shares_out, finished);
        let beside = beside.value_half_up(nav_out.unwrap_or(n.nav_out)).unwrap_or_default();
        let cost = self.cost(house, (n.shares_out, &n.lots), self.fee(beside));
        let put_off = stated(n.back_end_fee, cost.put_off).min(n.redemption_fee);
        conversion(
            &ConversionNumbers {
                shares_out: n.shares_out,
                nav_out: n.nav_out,
                redemption_fee: n.redemption_fee.minus(put_off).unwrap_or_default(),
                back_end_fee: put_off,
                topup_fee: n.topup_fee,
                net_in: n.net_in,
                nav_in: n.nav_in,
                shares_in: n.shares_in,
                income,
            },
            &ConversionExpected {
                asked: self.shares_left(asked),
                lots: &cost.lots,
                leaving_target: cost.leaving_target,
                nav_out,
                topup: cost.topup,
                nav_in,
                rounding: terms.rounding,
                charged: topups(self.before),
                finished,
                in_portions: !finished || !self.before.is_empty(),
            },
        )
    }

    fn redeemed(
        &self,
        house: &House,
        n: &RedemptionConfirmed,
        (asked, nav): (Shares, Option<Nav>),
    ) -> Vec<Finding> {
        let cost = self.cost(house, (n.shares, &n.lots), Promised::Unsaid);
        let put_off = stated(n.back_end_fee, cost.put_off).min(n.fee);
        let lot =
            |lot: &LotConfirmed| LotNumbers { shares: lot.shares, gross: lot.gross, fee: lot.fee };
        redemption(
            &RedemptionNumbers {
                shares: n.shares,
                nav: n.nav,
                gross: n.gross,
                fee: n.fee.minus(put_off).unwrap_or_default(),
                back_end_fee: put_off,
                income: n.income,
                payout: n.payout,
                lots: n.lots.iter().map(lot).collect(),
            },
            &RedemptionExpected {
                asked: self.shares_left(asked),
                lots: &cost.lots,
                nav,
                income: None,
            },
        )
    }
}

/// Yuan of top-up fees that those records have charged.
fn topups(records: &[Confirmation]) -> Money {
    let charged = records.iter().map(|it| match &it.outcome {
        Outcome::Conversion(numbers) => numbers.topup_fee,
        Outcome::Purchase(_)
        | Outcome::Subscription(_)
        | Outcome::Redemption(_)
        | Outcome::FastTransfer(_) => Money::ZERO,
    });
    charged.fold(Money::ZERO, Money::plus_or_most)
}

/// The put-off part of a fee: as the record has it, or as it is due where the record has one figure for all.
fn stated(said: Money, due: Money) -> Money {
    if said.is_zero() { due } else { said }
}

/// The price of a day as it was published; 1.00 for a money fund, by definition.
pub(super) fn published(house: &House, day: NaiveDate, fund: FundCode) -> Option<Nav> {
    match (house.funds)(fund, day)?.kind {
        FundKind::Money => Some(Nav::ONE),
        FundKind::Bond
        | FundKind::Hybrid
        | FundKind::Equity
        | FundKind::Index
        | FundKind::Qdii
        | FundKind::Fof => (house.navs)(fund, day),
    }
}

/// Leaving a money fund costs nothing, out of whichever lots; what leaving another costs depends on
/// its lots.
fn free_lots(
    house: &House,
    terms: &Terms,
    shares: Shares,
    stated: &[LotConfirmed],
) -> Vec<LotTerms> {
    let kind = (house.funds)(terms.fund, terms.trade_date.date()).map(|fund| fund.kind);
    if kind != Some(FundKind::Money) || shares.is_zero() {
        return Vec::new();
    }
    let free = |shares| LotTerms { shares, rate: Rate::ZERO, put_off: None };
    if stated.is_empty() {
        return vec![free(shares)];
    }
    stated.iter().map(|lot| free(lot.shares)).collect()
}
