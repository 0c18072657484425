//! What is asked for besides: plans of every kind that run for weeks, income that is corrected, orders that are lifted,
//! statements of the register, and what fits nothing.
//!
//! These stand behind all others, so that an earlier plan still means the same by its places.

use super::{
    draw::{asked, asks, at, commands, investor, one, yuan},
    house::of_plans,
};
use crate::{
    days::Moment,
    simulate::dice::Dice,
    wanted::Wanted,
    worlds::{account, amount, read, shares, target_code, text, wallet_code},
};
use chrono::{Datelike as _, NaiveDate};
use fundflow_domain::{
    freeze::FrozenCause,
    ids::{FundCode, InvestorId, TransactionId},
    money_fund::Publication,
    plan::{self, Changes, Frequency, MissingDay, MoveRule},
};
use fundflow_sagas::{
    discount_purchase::{self, DiscountPurchase},
    freeze::{self, Freeze, Word},
    income::Income,
    parts::milestone::Scope,
    purchase::{self, Purchase},
    regular_plan::{Command, RegularPlans},
};
use std::num::{NonZeroU8, NonZeroU32};

/// Of one day of a house.
pub(super) fn of(dice: &mut Dice, day: NaiveDate) -> Vec<Moment> {
    let mut moments = Vec::new();
    if dice.below(3) == 0 {
        moments.extend(weekly(dice, day));
    }
    if dice.below(4) == 0 {
        moments.extend(corrected(dice, day));
    }
    if dice.below(6) == 0 {
        moments.extend(frozen_for_a_while(dice, day));
    }
    if dice.below(6) == 0 {
        moments.extend(stated(dice, day));
    }
    moments
}

/// A plan of two or three weeks that begins on that day, and perhaps a word to it.
fn weekly(dice: &mut Dice, day: NaiveDate) -> Vec<Moment> {
    let funds = of_plans();
    let id: TransactionId = read(&format!("P-{}", day.format("%m%d")));
    let investor = investor(dice);
    let fund = funds[dice.below(funds.len())];
    let wallet_fund = (dice.below(4) > 0).then(wallet_code);
    let terms = plan_of(dice, day, (investor, fund, wallet_fund));
    let of_wallet = terms.wallet_fund.is_some();
    let mut moments = vec![asks(at(day, 9 * 60 + 20), &id, Wanted::Plan(terms))];
    moments.extend(taken_back(dice, (&id, of_wallet), day));
    let later = at(day, 9 * 60 + 25)
        .plus_millis(60_000 * i64::try_from(dice.below(14_400)).unwrap_or_default());
    let words = match dice.below(6) {
        0 => vec![Command::End { reason: "enough".into() }],
        1 => vec![
            Command::Pause { at: later, reason: "travelling".into() },
            Command::Resume { at: later.plus_millis(86_400_000) },
        ],
        2 => {
            let changes = Changes { amount: Some(yuan(dice)), ..Changes::default() };
            vec![Command::Change { at: later, changes, from: later.date() }]
        }
        _ => Vec::new(),
    };
    moments.extend((0..).zip(words).map(|(nth, word)| {
        let words = format!("{id}: a word to the plan").into();
        let at = later.plus_millis(nth * 86_400_000);
        Moment { at, words, what: commands::<RegularPlans>(&id, word) }
    }));
    moments
}

/// One of two or three dates, the first of them that day.
pub(super) fn plan_of(
    dice: &mut Dice,
    day: NaiveDate,
    (investor, fund, wallet_fund): (InvestorId, FundCode, Option<FundCode>),
) -> plan::Terms {
    plan::Terms {
        investor,
        account: account(),
        fund,
        wallet_fund,
        amount: amount(one(dice, &["1000.00", "1000.00", "30000.00", "500000.00"])),
        frequency: Frequency::Weekly { weekday: day.weekday() },
        start: day,
        through: None,
        distributor: None,
        periods: NonZeroU32::new(2 + u32::try_from(dice.below(2)).unwrap_or_default()),
        move_rule: MoveRule::NextTradingDay,
        missing_day: MissingDay::LastOfMonth,
        max_misses: NonZeroU8::MIN.saturating_add(u8::from(dice.below(2) == 0)),
    }
}

/// The first occurrence is taken back on its day, soon after it was begun or later.
fn taken_back(
    dice: &mut Dice,
    (plan, of_wallet): (&TransactionId, bool),
    day: NaiveDate,
) -> Option<Moment> {
    if dice.below(3) > 0 {
        return None;
    }
    let id: TransactionId = read(&format!("{plan}.{}", day.format("%Y%m%d")));
    let minutes = [46, 47, 60, 240, 480];
    let at = at(day, 9 * 60 + minutes[dice.below(minutes.len())]);
    let scope = if dice.below(3) == 0 { Scope::Conversion } else { Scope::All };
    let what = if of_wallet {
        commands::<DiscountPurchase>(&id, discount_purchase::Command::Cancel { at, scope })
    } else {
        commands::<Purchase>(&id, purchase::Command::Cancel { at })
    };
    Some(Moment { at, words: format!("{id}: taken back").into(), what })
}

/// The income of a day is published again, otherwise, on the next morning.
fn corrected(dice: &mut Dice, day: NaiveDate) -> Option<Moment> {
    let (fund, per_10_000) = (wallet_code(), read(one(dice, &["0.3", "0.4012", "0.9"])));
    let income = Publication { fund, day, per_10_000, publication: 1 };
    let id = income.job()?;
    let (words, at) = (format!("{id}: income corrected").into(), at(day, 33 * 60));
    Some(Moment { at, words, what: asked::<Income>(&id, income, ()) })
}

/// An order, and its lifting some days later; now and then of an order that nobody knows.
fn frozen_for_a_while(dice: &mut Dice, day: NaiveDate) -> Vec<Moment> {
    let (investor, fund) =
        (investor(dice), if dice.below(2) == 0 { wallet_code() } else { target_code() });
    let name = |what: &str| -> TransactionId { read(&format!("{what}-{}", day.format("%m%d"))) };
    let order = Word::Order {
        shares: shares(one(dice, &["100.00", "6000.00"])),
        cause: FrozenCause::Judicial,
        source: text("Court 1, no. 8"),
        reason: text("a simulation"),
        by: text("chen"),
    };
    let lift = Word::Lift {
        order: if dice.below(8) == 0 { name("X") } else { name("FO") },
        source: text("Court 1, no. 9"),
        reason: text("a simulation"),
        by: text("chen"),
    };
    let later = 24 * 60 * (1 + u32::try_from(dice.below(3)).unwrap_or_default());
    let said = [(name("FO"), order, 0), (name("FL"), lift, later)];
    said.map(|(id, word, later)| {
        let words = format!("{id}: freeze of {investor}").into();
        let at = at(day, 10 * 60).plus_millis(60_000 * i64::from(later));
        let request = freeze::Request { investor: investor.clone(), fund, word };
        Moment { at, words, what: asked::<Freeze>(&id, request, ()) }
    })
    .into()
}

/// What the register says in the evening: none is frozen, or some.
fn stated(dice: &mut Dice, day: NaiveDate) -> Option<Moment> {
    let (investor, fund) = (investor(dice), wallet_code());
    let frozen = shares(one(dice, &["0.00", "100.00", "6000.00"]));
    let id = freeze::statement_id(day, fund, &investor)?;
    let words = format!("{id}: stated of {investor}").into();
    let word = Word::Statement { registrar: read("own"), on: day, frozen };
    let request = freeze::Request { investor, fund, word };
    Some(Moment { at: at(day, 21 * 60), words, what: asked::<Freeze>(&id, request, ()) })
}
