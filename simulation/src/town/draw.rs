//! What is asked for in a house: drawn from a seed, a place for each.

use crate::{
    days::Moment,
    simulate::dice::Dice,
    wanted::{self, Wanted, other_code, raised_code},
    worlds::{account, amount, date, read, request, shares, target_code, text, wallet_code},
};
use chrono::{NaiveDate, NaiveTime};
use fundflow_domain::{
    admission::buying::Way,
    application::OnHuge,
    freeze::FrozenCause,
    ids::{AccountRef, InvestorId, TransactionId},
    modes::ConversionMode,
    money::Shares,
    money_fund::Publication,
    plan::{self, Changes, DayOfMonth, Frequency, MissingDay, MoveRule},
    time::Timestamp,
};
use fundflow_kernel::envelope::Actor;
use fundflow_runtime::{
    kind::{payload, saga_id},
    message::What,
    saga::Saga,
};
use fundflow_sagas::{
    conversion::{self, Conversion},
    discount_purchase::{self, DiscountPurchase},
    fast_withdraw::{self, FastWithdraw},
    freeze::{self, Freeze, Word},
    income::Income,
    parts::milestone::Scope,
    purchase::{self, Purchase},
    recharge::{self, Recharge},
    redemption::{self, Redemption},
    regular_plan::{self, RegularPlans},
    withdraw::{self, Withdraw},
};
use std::num::{NonZeroU8, NonZeroU32};

/// Investors of a house.
const INVESTORS: usize = 5;

/// Everybody who asks.
pub(super) fn investors() -> impl Iterator<Item = InvestorId> {
    (1..=INVESTORS).map(|nth| read(&format!("INV-{nth}")))
}

pub(super) fn investor(dice: &mut Dice) -> InvestorId {
    read(&format!("INV-{}", 1 + dice.below(INVESTORS)))
}

pub(super) fn one<'a>(dice: &mut Dice, of: &[&'a str]) -> &'a str {
    of[dice.below(of.len())]
}

pub(super) fn yuan(dice: &mut Dice) -> fundflow_domain::money::Amount {
    amount(one(dice, &["100.00", "1000.00", "9999.99", "10000.00", "15000.00", "250000.00"]))
}

/// Everything, or so many: some more than there are.
fn number(dice: &mut Dice) -> Option<Shares> {
    let some = ["0.01", "300.00", "300.00", "6000.00", "15000.00", "40000.00"];
    (dice.below(5) > 0).then(|| shares(one(dice, &some)))
}

/// Minutes of the date, beyond it too.
pub(super) fn at(date: NaiveDate, minute: u32) -> Timestamp {
    Timestamp::shanghai(date, NaiveTime::default()).plus_millis(60_000 * i64::from(minute))
}

/// What investors own from the first date on: 20,000.00 yuan in the wallet, and as much in the target.
pub(super) fn capital(day: NaiveDate) -> Vec<Moment> {
    let owned = investors().enumerate().flat_map(|(nth, investor)| {
        let (account, amount, only_today) = (account(), amount("20000.00"), false);
        let fund = wallet_code();
        let (who, paid) = (investor.clone(), account.clone());
        let wallet = recharge::Request {
            investor: who,
            account: paid,
            fund,
            amount,
            only_today,
            distributor: None,
        };
        let (fund, way) = (target_code(), Way::Purchase);
        let held = purchase::Request {
            investor,
            account,
            fund,
            amount,
            way,
            only_today,
            distributor: None,
        };
        [
            (format!("W-{nth}"), Wanted::Recharge(wallet)),
            (format!("H-{nth}"), Wanted::Purchase(held)),
        ]
    });
    let at = at(day, 9 * 60 + 30);
    owned.map(|(id, wanted)| asks(at, &read(&id), wanted)).collect()
}

/// A request at that instant.
pub(super) fn asks(at: Timestamp, id: &TransactionId, wanted: Wanted) -> Moment {
    let words = format!("{id}: {} of {}", wanted.name(), wanted.investor()).into();
    let who = wanted.investor().clone();
    let investor = wanted::profile(&who);
    let what = match wanted {
        Wanted::DiscountPurchase(it) => asked::<DiscountPurchase>(id, it, wanted::asked(&who)),
        Wanted::Recharge(it) => asked::<Recharge>(id, it, wanted::asked_recharge(&who)),
        Wanted::Withdraw(it) => asked::<Withdraw>(id, it, withdraw::Asked { investor, at: None }),
        Wanted::FastWithdraw(it) => {
            asked::<FastWithdraw>(id, it, fast_withdraw::Asked { investor, at: None })
        }
        Wanted::Purchase(it) => asked::<Purchase>(id, it, wanted::asked(&who)),
        Wanted::Redemption(it) => asked::<Redemption>(id, it, wanted::asked(&who)),
        Wanted::Conversion(it) => asked::<Conversion>(id, it, wanted::asked(&who)),
        Wanted::Plan(it) => asked::<RegularPlans>(id, it, wanted::asked(&who)),
    };
    Moment { at, words, what }
}

pub(super) fn asked<S: Saga>(id: &TransactionId, request: S::Request, asked: S::Asked) -> What {
    let (saga, request, asked) = (saga_id::<S>(id), payload(request), payload(asked));
    What::Request { saga, request, asked, at: None, trace_parent: None }
}

pub(super) fn commands<S: Saga>(id: &TransactionId, command: S::Command) -> What {
    let (saga, actor) = (saga_id::<S>(id), Actor::Requester("investor".into()));
    What::Command { saga, command: payload(command), actor, at: None }
}

/// The request at that place of a day, and what its caller says of it afterwards.
pub(super) fn request_of(mut dice: Dice, day: NaiveDate, place: usize) -> Vec<Moment> {
    let minute = 9 * 60 + u32::try_from(dice.below(6 * 60 + 10)).unwrap_or_default();
    let asked_at = at(day, minute);
    let id: TransactionId = read(&format!("D-{}-{place}", day.format("%m%d")));
    match dice.below(40) {
        0..=1 => return vec![freezes(&mut dice, asked_at, day, place)],
        2..=4 => return plans(&mut dice, asked_at, day, &id),
        _ => {}
    }
    let wanted = wanted_of(&mut dice);
    let mut moments = vec![asks(asked_at, &id, wanted.clone())];
    if dice.below(8) == 0 {
        let later =
            asked_at.plus_millis(60_000 * i64::try_from(dice.below(240)).unwrap_or_default());
        let part = match &wanted {
            Wanted::DiscountPurchase(it) if it.mode == Some(ConversionMode::RedeemToPurchase) => {
                Scope::Target
            }
            _ => Scope::Conversion,
        };
        let scope = if dice.below(3) == 0 { part } else { Scope::All };
        let words = format!("{id}: cancelled").into();
        moments.push(Moment { at: later, words, what: cancels(&id, &wanted, later, scope) });
    }
    moments
}

pub(super) fn cancels(id: &TransactionId, wanted: &Wanted, at: Timestamp, scope: Scope) -> What {
    match wanted {
        Wanted::DiscountPurchase(_) => {
            commands::<DiscountPurchase>(id, discount_purchase::Command::Cancel { at, scope })
        }
        Wanted::Recharge(_) => commands::<Recharge>(id, recharge::Command::Cancel { at }),
        Wanted::Withdraw(_) => commands::<Withdraw>(id, withdraw::Command::Cancel { at }),
        Wanted::FastWithdraw(_) => commands::<FastWithdraw>(id, fast_withdraw::Command::Cancel),
        Wanted::Purchase(_) => commands::<Purchase>(id, purchase::Command::Cancel { at }),
        Wanted::Redemption(_) => commands::<Redemption>(id, redemption::Command::Cancel { at }),
        Wanted::Conversion(_) => commands::<Conversion>(id, conversion::Command::Cancel { at }),
        Wanted::Plan(_) => {
            commands::<RegularPlans>(id, regular_plan::Command::End { reason: "enough".into() })
        }
    }
}

fn wanted_of(dice: &mut Dice) -> Wanted {
    use ConversionMode as Mode;
    let (investor, account, only_today) = (investor(dice), account(), dice.below(4) == 0);
    let on_huge = if dice.below(2) == 0 { OnHuge::CarryOver } else { OnHuge::Cancel };
    let who = (investor, account, only_today);
    match dice.below(30) {
        0..=11 => {
            let modes = [
                None,
                Some(Mode::LinkedSameDay),
                Some(Mode::NextDay),
                Some(Mode::Held),
                Some(Mode::RedeemToPurchase),
            ];
            let (investor, _, only_today) = who;
            let (mode, amount) = (modes[dice.below(modes.len())], yuan(dice));
            let first = request(Mode::LinkedSameDay);
            let asked = discount_purchase::Request { investor, amount, mode, only_today, ..first };
            Wanted::DiscountPurchase(asked)
        }
        kind @ 12..=17 => buys(dice, kind, who),
        kind => leaves(dice, kind, who, on_huge),
    }
}

/// Who asks, the account, and whether for no later T.
type Who = (InvestorId, AccountRef, bool);

fn buys(dice: &mut Dice, kind: usize, (investor, account, only_today): Who) -> Wanted {
    if (12..=13).contains(&kind) {
        let (fund, amount) = (wallet_code(), yuan(dice));
        return Wanted::Recharge(recharge::Request {
            investor,
            account,
            fund,
            amount,
            only_today,
            distributor: None,
        });
    }
    let is_raised = dice.below(2) == 0;
    let fund = if is_raised { raised_code() } else { target_code() };
    let way = if is_raised { Way::Subscription } else { Way::Purchase };
    let amount = yuan(dice);
    Wanted::Purchase(purchase::Request {
        investor,
        account,
        fund,
        amount,
        way,
        only_today,
        distributor: None,
    })
}

fn leaves(
    dice: &mut Dice,
    kind: usize,
    (investor, account, only_today): Who,
    on_huge: OnHuge,
) -> Wanted {
    match kind {
        18..=20 => {
            let (fund, shares) = (wallet_code(), number(dice));
            Wanted::Withdraw(withdraw::Request {
                investor,
                account,
                fund,
                shares,
                on_huge,
                distributor: None,
            })
        }
        21..=23 => {
            let (fund, shares) = (wallet_code(), number(dice));
            Wanted::FastWithdraw(fast_withdraw::Request {
                investor,
                account,
                fund,
                shares,
                distributor: None,
            })
        }
        24..=26 => {
            let (fund, shares, lots) = (target_code(), number(dice), Vec::new());
            let asked = redemption::Request {
                investor,
                account,
                fund,
                shares,
                lots,
                on_huge,
                only_today,
                distributor: None,
            };
            Wanted::Redemption(asked)
        }
        _ => {
            let (fund, into, shares, lots) = (target_code(), other_code(), number(dice), vec![]);
            let asked = conversion::Request {
                investor,
                fund,
                into,
                shares,
                lots,
                only_today,
                distributor: None,
            };
            Wanted::Conversion(asked)
        }
    }
}

/// A plan whose first date is that day, and perhaps a word to it.
fn plans(dice: &mut Dice, at: Timestamp, day: NaiveDate, id: &TransactionId) -> Vec<Moment> {
    use regular_plan::Command as C;
    let weekly = Frequency::Weekly { weekday: chrono::Datelike::weekday(&day) };
    let monthly = DayOfMonth::new(12).map(|day| Frequency::Monthly { day });
    let terms = plan::Terms {
        investor: investor(dice),
        account: account(),
        fund: target_code(),
        wallet_fund: (dice.below(2) == 0).then(wallet_code),
        amount: amount("1000.00"),
        frequency: if dice.below(2) == 0 { weekly } else { monthly.unwrap_or(weekly) },
        start: day,
        through: None,
        periods: NonZeroU32::new(1 + u32::try_from(dice.below(3)).unwrap_or_default()),
        move_rule: MoveRule::NextTradingDay,
        missing_day: MissingDay::LastOfMonth,
        max_misses: NonZeroU8::MIN,
        distributor: None,
    };
    let later = at.plus_millis(86_400_000 * i64::try_from(dice.below(5)).unwrap_or_default());
    let word = match dice.below(6) {
        0 => Some(C::Pause { at: later, reason: "travelling".into() }),
        1 => {
            let changes = Changes { amount: Some(yuan(dice)), ..Changes::default() };
            Some(C::Change { at: later, changes, from: later.date() })
        }
        2 => Some(C::End { reason: "enough".into() }),
        _ => None,
    };
    let mut moments = vec![asks(at, id, Wanted::Plan(terms))];
    moments.extend(word.map(|word| {
        let words = format!("{id}: a word to the plan").into();
        Moment { at: later, words, what: commands::<RegularPlans>(id, word) }
    }));
    moments
}

/// A court's order, or its lifting, or what the register says of the day before.
fn freezes(dice: &mut Dice, at: Timestamp, day: NaiveDate, place: usize) -> Moment {
    let investor = investor(dice);
    let fund = if dice.below(2) == 0 { wallet_code() } else { target_code() };
    let name = format!("F-{}-{place}", day.format("%m%d"));
    let shares = shares(one(dice, &["100.00", "6000.00", "50000.00"]));
    let word = Word::Order {
        shares,
        cause: FrozenCause::Judicial,
        source: text("Court 1, no. 7"),
        reason: text("a simulation"),
        by: text("chen"),
    };
    let id: TransactionId = read(&name);
    let words = format!("{id}: freeze of {investor}").into();
    let request = freeze::Request { investor, fund, word };
    Moment { at, words, what: asked::<Freeze>(&id, request, ()) }
}

/// The income of a day is published in its evening.
pub(super) fn income(dice: &mut Dice, day: NaiveDate) -> Option<Moment> {
    let (fund, per_10_000) = (wallet_code(), read(one(dice, &["0.4012", "0.5", "1.2"])));
    let income = Publication { fund, day, per_10_000, publication: 0 };
    let id = income.job()?;
    let (words, at) = (format!("{id}: income").into(), at(day, 19 * 60));
    Some(Moment { at, words, what: asked::<Income>(&id, income, ()) })
}

/// The first date on which a house may begin.
pub(super) fn first() -> NaiveDate {
    date("2026-02-06")
}
