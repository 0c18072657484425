//! What is settled with the payment channel and with funds, and what their statements say.
//!
//! 1. What is due and what moves follows from a settlement's name alone, so that whoever has the statements remembers
//!    nothing, and whoever books a transfer twice, or leaves one out, is seen.
//! 2. A statement says all that it has said before.

use super::draw::{asked, at, one};
use crate::{
    days::Moment,
    log::Log,
    simulate::dice::Dice,
    worlds::{calendar, cause, read, target_code, wallet_code},
};
use chrono::NaiveDate;
use fundflow_domain::{
    calendar::TradingDay,
    decider::Decider as _,
    money::{Amount, SignedMoney},
    settlement::{Part, Party, SettlementId, Settlements, Way},
};
use fundflow_kernel::{envelope::StreamName, streams::Key};
use fundflow_runtime::{message::What, port::Payload};
use fundflow_sagas::{
    clearing::{Clearing, Request, id, notice},
    ports::statements::{Stated, StatementAnswer, StatementCall},
};
use rust_decimal::Decimal;
use std::sync::Arc;

/// What an audit of a play calls [`moves_once`].
pub(super) const ONCE: &str = "a transfer of a statement is booked once";

/// On two of three days something is due; on some the statement comes before anybody asks.
pub(super) fn of(dice: &mut Dice, day: NaiveDate) -> Vec<Moment> {
    let parties = [Party::Channel, Party::Fund(target_code()), Party::Fund(wallet_code())];
    let of = SettlementId { party: parties[dice.below(3)], t: TradingDay::recorded(day) };
    let known = (id(of), calendar().plus(of.t, 1).ok());
    let (Some(id), Some(next), true) = (known.0, known.1, dice.below(3) > 0) else {
        return Vec::new();
    };
    let minute = 9 * 60 + u32::try_from(dice.below(9 * 60)).unwrap_or_default();
    let words = format!("{id}: clearing").into();
    let what = asked::<Clearing>(&id, due(of, next.date()), ());
    let mut moments = vec![Moment { at: at(next.date(), minute), words, what }];
    if dice.below(4) == 0 {
        let call = StatementCall { settlement: of };
        let (stream, news) = notice(&id, StatementAnswer { stated: all(&call), call });
        let words = format!("{id}: a statement unasked").into();
        let at = at(next.date(), 12 * 60);
        moments.push(Moment { at, words, what: What::Notice { stream, news } });
    }
    moments
}

fn dice_of(of: SettlementId) -> Dice {
    let name = of.to_string();
    Dice::new(name.bytes().fold(0, |mark: u64, byte| mark.wrapping_mul(31) ^ u64::from(byte)))
}

/// What both owe each other; corrections may have taken back more than there was.
fn due(of: SettlementId, due_on: NaiveDate) -> Request {
    let mut dice = dice_of(of);
    let [receivable, payable, fees]: [SignedMoney; 3] = [
        read(one(&mut dice, &["0.00", "100.00", "12345.67", "-5.00"])),
        read(one(&mut dice, &["0.00", "100.00", "99999.99"])),
        read(one(&mut dice, &["0.00", "0.00", "1.50"])),
    ];
    let fees = if of.party == Party::Channel { SignedMoney::ZERO } else { fees };
    Request { party: of.party, t: of.t, due_on, receivable, payable, fees }
}

/// Every transfer of it: in one sum or in two, and of one settlement in eight a yuan more than was due.
fn transfers(of: SettlementId) -> Vec<Part> {
    let on = calendar().plus(of.t, 1).map_or_else(|_| of.t.date(), TradingDay::date);
    let net = due(of, on).net().unwrap_or_default();
    let mut dice = dice_of(of);
    // Behind what `due` has drawn.
    let (in_two, beyond) = (dice.roll() >> 32, dice.roll() >> 32);
    let mut fen = Decimal::new(1, 2);
    fen.set_sign_negative(net.is_sign_negative());
    let first = if in_two % 2 == 0 || net.is_zero() { net } else { fen };
    let beyond = if beyond % 8 == 0 { Decimal::ONE } else { Decimal::ZERO };
    let sums = (1..).zip([first, net - first, beyond]);
    let part = |(nth, sum): (u32, Decimal)| {
        let amount = Amount::new(sum.abs()).ok()?;
        let way = if sum > Decimal::ZERO { Way::In } else { Way::Out };
        Some(Part {
            serial: read(&format!("{}-{nth}", of.t.date().format("%m%d"))),
            way,
            amount,
            on,
        })
    };
    sums.filter_map(part).collect()
}

fn all(call: &StatementCall) -> Stated {
    Stated::Parts(transfers(call.settlement))
}

/// Every answer, the best first: all of it, the first of it, nothing so far, or no statement.
pub(super) fn answers(call: &StatementCall) -> Vec<StatementAnswer> {
    let first = transfers(call.settlement).into_iter().take(1).collect();
    let not_yet = Stated::NotYet(cause("not_there", "no statement is there yet"));
    let ways = [all(call), Stated::Parts(first), Stated::Parts(Vec::new()), not_yet];
    ways.map(|stated| StatementAnswer { call: call.clone(), stated }).into()
}

/// Nobody knows whether one is there.
pub(super) fn silence(call: &StatementCall) -> Payload {
    let stated = Stated::Unknown(cause("time_out", "no answer in time"));
    Arc::new(StatementAnswer { call: call.clone(), stated })
}

/// What is booked of a settlement are transfers of its statement, each of them once.
pub(super) fn moves_once(log: &Log) -> Result<(), String> {
    let is_one = |stream: &&StreamName| stream.category() == Settlements::CATEGORY;
    for of in log.streams().filter(is_one).filter_map(|it| SettlementId::parse(it.id())) {
        let state = log.loaded(&Key::<Settlements>::of(&of)).state;
        let mut left = transfers(of);
        for part in state.settlement().into_iter().flat_map(|known| &known.parts) {
            let Some(at) = left.iter().position(|it| it == part) else {
                return Err(format!(
                    "{of}: transfer {} is booked twice, or never was",
                    part.serial
                ));
            };
            left.swap_remove(at);
        }
    }
    Ok(())
}
