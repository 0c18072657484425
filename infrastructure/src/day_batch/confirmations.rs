//! A record of file 04 as an answer to an application.
//!
//! | code | becomes |
//! |---|---|
//! | 120 | received |
//! | 122, 139 · 124 · 130 · 136 · 198 | confirmed; `BusinessFinishFlag` 0: more is to come, 1: it is the last |
//! | 137 with 138 | one conversion, when both are there |
//! | 149 | rejected, with the interest of the raising |
//! | 152 | cancelled, or not |
//! | any with a `ReturnCode` that is no success | rejected |
//!
//! 1. A record that names no application of ours, or says something impossible, is a puzzle.
//! 2. A confirmation that names its application otherwise than it was sent says so. Any other such record is
//!    handed on as one of another order: nothing goes back by it.
//! 3. A redemption's `ConfirmedAmount` is what the investor gets; what the shares were worth is that
//!    and the fee, less the income that was settled.

use super::{
    answers::Sent,
    last, naming,
    puzzles::{Puzzle, Source},
    raising,
};
use crate::exchange::{
    flow::trade_confirmation::{Side, TradeConfirmation},
    return_code::{ReturnCode, ReturnCodes, ReturnKind},
};
use fundflow_domain::{
    application::{
        Confirmation, ConversionConfirmed, FastTransferConfirmed, Misnamed, Outcome,
        PurchaseConfirmed, RAISING_FAILED, Reception, RedemptionConfirmed, RejectedFrozen,
        Rejection, Stated,
    },
    ids::ApplicationNo,
    money::{Money, Nav, NumberError, Shares, SignedMoney},
    orders::{Cause, Serial},
};
use fundflow_sagas::ports::registrar::{ApplicationAnswer, OfAnother};
use std::collections::BTreeMap;

/// An answer, and the application that it is about.
pub(super) type Said = (ApplicationNo, ApplicationAnswer);

/// Conversions of which one of two records has come.
#[derive(Debug, Default)]
pub(super) struct Halves {
    waiting: BTreeMap<ApplicationNo, Half>,
    /// Those that make a whole.
    paired: BTreeMap<ApplicationNo, Vec<TradeConfirmation>>,
    /// Those whose place another one took, and those whose whole cannot be read.
    lost: Vec<Puzzle>,
}

#[derive(Debug)]
struct Half {
    side: Side,
    record: TradeConfirmation,
    misnamed: Vec<Misnamed>,
    puzzle: Puzzle,
}

impl Halves {
    /// Records whose other half is not there, or makes no whole with them.
    pub(super) fn unpaired(self) -> impl Iterator<Item = Puzzle> {
        let waiting = self.waiting.into_values().map(|half| half.puzzle);
        self.lost.into_iter().chain(waiting)
    }

    /// Both records, once both have come, the one that came first before the other. A repetition of either
    /// says nothing.
    fn pair(&mut self, no: &ApplicationNo, half: Half) -> Option<(Half, Half)> {
        if self.paired.get(no).is_some_and(|paired| paired.contains(&half.record)) {
            return None;
        }
        let first = match self.waiting.remove(no) {
            Some(first) if first.side != half.side => first,
            Some(first) => {
                if first.record != half.record {
                    self.lost.push(first.puzzle);
                }
                self.waiting.insert(no.clone(), half);
                return None;
            }
            None => {
                self.waiting.insert(no.clone(), half);
                return None;
            }
        };
        let paired = self.paired.entry(no.clone()).or_default();
        paired.extend([first.record.clone(), half.record.clone()]);
        Some((first, half))
    }
}

/// What a record says, and of which application; nothing for the first half of a conversion.
pub(super) fn said_by(
    source: &Source<'_>,
    (codes, sent): (&ReturnCodes, Sent<'_>),
    halves: &mut Halves,
) -> Result<Option<Said>, String> {
    let record = source.record.as_ref();
    let record = TradeConfirmation::from_record(record).map_err(|it| it.to_string())?;
    let cancels = record.business_code == "152" && !record.original_app_sheet_no.is_empty();
    let (field, no) = if cancels {
        ("OriginalAppSheetNo", &record.original_app_sheet_no)
    } else {
        ("AppSheetSerialNo", &record.app_sheet_serial_no)
    };
    let (no, sent) = if let Some(sent) = sent(no) {
        (sent.no, Some(sent.record))
    } else {
        let no = ApplicationNo::new(no.as_str());
        (no.map_err(|error| format!("{field}: {error}"))?, None)
    };
    let code = codes.explain(source.registrar, &record.return_code);
    let mut misnamed = naming::contradictions(&record, sent.as_ref(), code.is_success());
    let confirms = code.is_success() && !["120", "149", "152"].contains(&&*record.business_code);
    if !confirms {
        let said = if code.is_success() {
            answer_of(&record, Vec::new())?
        } else {
            refused(&record, &code)?
        };
        return Ok(Some((no, of_another(said, misnamed))));
    }
    misnamed.extend(sent.iter().flat_map(|sent| naming::contradicting(&record, sent)));
    match record.conversion_side().map_err(|error| error.to_string())? {
        Some(side @ (Side::In | Side::Out)) => {
            let puzzle = source.puzzle(alone(side));
            let half = Half { side, record, misnamed, puzzle };
            let Some((first, second)) = halves.pair(&no, half) else { return Ok(None) };
            let puzzle = first.puzzle.clone();
            let (whole, misnamed) = whole(first, second);
            let numbers = converted(&whole).map_err(|error| error.to_string());
            let said = numbers
                .and_then(|numbers| confirmed(&whole, Outcome::Conversion(numbers), misnamed));
            if let Err(problem) = &said {
                halves.lost.push(puzzle.with(problem));
            }
            said.map(|said| Some((no, said)))
        }
        Some(Side::Both) | None => Ok(Some((no, answer_of(&record, misnamed)?))),
    }
}

fn of_another(said: ApplicationAnswer, misnamed: Vec<Misnamed>) -> ApplicationAnswer {
    if misnamed.is_empty() {
        return said;
    }
    ApplicationAnswer::OfAnother(Box::new(OfAnother { said, misnamed }))
}

fn refused(record: &TradeConfirmation, code: &ReturnCode) -> Result<ApplicationAnswer, String> {
    let text =
        if record.error_detail.is_empty() { code.to_string() } else { record.error_detail.clone() };
    let cause = Cause::new(record.return_code.as_str(), text);
    if record.business_code == "152" {
        return Ok(ApplicationAnswer::NotCancelled(cause));
    }
    let number = |error: NumberError| error.to_string();
    let frozen = frozen_by(record, code)?;
    let stated = Stated {
        on: record.transaction_cfm_date,
        refund: Money::new(record.refund_amount).map_err(number)?,
        amount: Money::new(record.confirmed_amount).map_err(number)?,
        shares: Shares::new(record.confirmed_vol).map_err(number)?,
    };
    Ok(ApplicationAnswer::Rejected(Rejection {
        interest: Money::new(record.interest).map_err(number)?,
        frozen,
        stated: stated.unless_nothing(),
        ..Rejection::of(cause)
    }))
}

/// How many shares a rejection says are frozen: a number, or by its code alone.
fn frozen_by(
    record: &TradeConfirmation,
    code: &ReturnCode,
) -> Result<Option<RejectedFrozen>, String> {
    let in_all = Shares::new(record.total_frozen_vol).map_err(|error| error.to_string())?;
    if !in_all.is_zero() {
        return Ok(Some(RejectedFrozen::InAll(in_all)));
    }
    // A blank column and one that this edition lacks say nothing of a number.
    Ok((code.kind == ReturnKind::AccountFrozen).then_some(RejectedFrozen::Asked))
}

/// What is wrong with one of two records without the other.
fn alone(side: Side) -> String {
    let (has, lacks) = match side {
        Side::In => ("137", "138"),
        Side::Out | Side::Both => ("138", "137"),
    };
    format!("a conversion came as {has}, and its {lacks} is missing")
}

/// Both records of a conversion as one.
fn whole(first: Half, second: Half) -> (TradeConfirmation, Vec<Misnamed>) {
    let mut misnamed = first.misnamed;
    misnamed.extend(second.misnamed);
    let (out, into) = match second.side {
        Side::In => (first.record, second.record),
        Side::Out | Side::Both => (second.record, first.record),
    };
    (merged(out, &into), misnamed)
}

/// What leaves is of the one, what comes of the other; what either may say is of both.
fn merged(out: TradeConfirmation, into: &TradeConfirmation) -> TradeConfirmation {
    let business_finish_flag = last::flag_of_both([&out, into]);
    TradeConfirmation {
        target_nav: into.nav,
        cfm_vol_of_target_fund: into.confirmed_vol,
        confirmed_amount: into.confirmed_amount,
        recuperate_fee: into.recuperate_fee,
        share_register_date: into.share_register_date,
        business_finish_flag,
        transfer_fee: out.transfer_fee.max(into.transfer_fee),
        other_fee1: out.other_fee1.max(into.other_fee1),
        other_fee2: out.other_fee2.max(into.other_fee2),
        stamp_duty: out.stamp_duty.max(into.stamp_duty),
        tax: out.tax.max(into.tax),
        breach_fee: out.breach_fee.max(into.breach_fee),
        punish_fee: out.punish_fee.max(into.punish_fee),
        achievement_pay: out.achievement_pay.max(into.achievement_pay),
        refund_amount: out.refund_amount.max(into.refund_amount),
        agency_fee: out.agency_fee.max(into.agency_fee),
        recuperate_agency_fee: into.recuperate_agency_fee,
        total_trans_fee: out.total_trans_fee.max(into.total_trans_fee),
        charge: out.charge.max(into.charge),
        ..out
    }
}

fn answer_of(
    record: &TradeConfirmation,
    misnamed: Vec<Misnamed>,
) -> Result<ApplicationAnswer, String> {
    let number = |error: NumberError| error.to_string();
    let outcome = match record.business_code.as_str() {
        "120" => {
            let on = record.transaction_cfm_date.ok_or("TransactionCfmDate is blank")?;
            let amount = Money::new(record.confirmed_amount).map_err(number)?;
            let amount = Some(amount).filter(|amount| !amount.is_zero());
            let serial = serial(record)?;
            return Ok(ApplicationAnswer::Received(Reception { serial, on, amount }));
        }
        "149" => {
            let interest = Money::new(raising::interest(record)).map_err(number)?;
            let cause = Cause::new(RAISING_FAILED, "the raising of the fund has failed");
            // What it names as confirmed is what it sends back.
            let stated = Stated {
                on: record.transaction_cfm_date,
                refund: Money::new(record.refund_amount).map_err(number)?,
                amount: Money::ZERO,
                shares: Shares::new(record.confirmed_vol).map_err(number)?,
            };
            return Ok(ApplicationAnswer::Rejected(Rejection {
                interest,
                stated: stated.unless_nothing(),
                ..Rejection::of(cause)
            }));
        }
        "152" => return Ok(ApplicationAnswer::Cancelled),
        "122" | "139" => Outcome::Purchase(purchased(record).map_err(number)?),
        "124" => Outcome::Redemption(redeemed(record).map_err(number)?),
        "130" => Outcome::Subscription(raising::subscribed(record).map_err(number)?),
        "136" => Outcome::Conversion(converted(record).map_err(number)?),
        "198" => Outcome::FastTransfer(FastTransferConfirmed {
            shares: Shares::new(record.confirmed_vol).map_err(number)?,
            income: SignedMoney::new(record.undistribute_monetary_income).map_err(number)?,
        }),
        other => {
            let known = "120, 122, 124, 130, 136, 137 with 138, 139, 149, 152, 198";
            return Err(format!("business {other} answers no application of ours: {known}"));
        }
    };
    confirmed(record, outcome, misnamed)
}

fn confirmed(
    record: &TradeConfirmation,
    outcome: Outcome,
    mut misnamed: Vec<Misnamed>,
) -> Result<ApplicationAnswer, String> {
    misnamed.extend(naming::unpromised_fees(record));
    let confirmed_on = record.transaction_cfm_date.ok_or("TransactionCfmDate is blank")?;
    let registered_on = record.share_register_date.unwrap_or(confirmed_on);
    let finished = last::is_last(record)?;
    let serial = serial(record)?;
    let said = Confirmation { serial, confirmed_on, registered_on, finished, outcome, misnamed };
    Ok(ApplicationAnswer::Confirmed(Box::new(said)))
}

fn serial(record: &TradeConfirmation) -> Result<Serial, String> {
    Serial::new(record.ta_serial_no.as_str()).map_err(|error| error.to_string())
}

fn purchased(record: &TradeConfirmation) -> Result<PurchaseConfirmed, NumberError> {
    Ok(PurchaseConfirmed {
        amount: Money::new(record.confirmed_amount)?,
        fee: Money::new(record.charge)?,
        refund: Money::new(record.refund_amount)?,
        nav: Nav::new(record.nav)?,
        shares: Shares::new(record.confirmed_vol)?,
    })
}

fn redeemed(record: &TradeConfirmation) -> Result<RedemptionConfirmed, NumberError> {
    let fee = Money::new(record.charge)?;
    let payout = Money::new(record.confirmed_amount)?;
    let income = SignedMoney::new(record.undistribute_monetary_income)?;
    Ok(RedemptionConfirmed {
        shares: Shares::new(record.confirmed_vol)?,
        nav: Nav::new(record.nav)?,
        gross: Money::new(payout.decimal() + fee.decimal() - income.decimal())?,
        fee,
        back_end_fee: Money::new(record.total_backend_load)?,
        payout,
        income,
        lots: Vec::new(),
    })
}

fn converted(record: &TradeConfirmation) -> Result<ConversionConfirmed, NumberError> {
    Ok(ConversionConfirmed {
        shares_out: Shares::new(record.confirmed_vol)?,
        nav_out: Nav::new(record.nav)?,
        redemption_fee: Money::new(record.change_fee)?,
        back_end_fee: Money::new(record.total_backend_load)?,
        topup_fee: Money::new(record.recuperate_fee)?,
        net_in: Money::new(record.confirmed_amount)?,
        nav_in: Nav::new(record.target_nav)?,
        shares_in: Shares::new(record.cfm_vol_of_target_fund)?,
        income: SignedMoney::new(record.undistribute_monetary_income)?,
        lots: Vec::new(),
    })
}

#[cfg(test)]
#[path = "confirmations_tests.rs"]
mod tests;
