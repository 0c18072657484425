//! What a bank says of its advance against what took effect: a case, and the record that it is on.

use super::{
    advance::AdvanceLeg,
    cases::{self, Record, finding},
};
use crate::ports::advance::{AdvanceAnswer, AdvanceSaid, RepaymentAnswer};
use fundflow_domain::{
    advance::{self, Transfer},
    case::{Figure, Kind, SourceKind},
    spelling::Spelling,
};
use fundflow_runtime::{
    saga::{Heard, Saga},
    turn::{NotDone, Turn},
};
use std::sync::Arc;

impl AdvanceLeg {
    /// Keeps what the bank says against what took effect.
    ///
    /// # Errors
    /// [`NotDone`], for defects.
    pub fn contradiction<S: Saga>(
        &self,
        turn: &mut Turn<'_, S>,
        said: &AdvanceSaid,
        refusal: &advance::Refusal,
    ) -> Result<Heard, NotDone> {
        let text: Arc<str> = refusal.to_string().into();
        let Some(record) = self.record(said) else { return Ok(Heard::Contradicts(text, 0)) };
        let kind = match refusal {
            advance::Refusal::AmountDiffers { .. } => Kind::PaidAmountDiffers,
            advance::Refusal::MovedTwice { .. } => Kind::PaidTwice,
            advance::Refusal::DeclinedAfterAdvance { .. } => Kind::RejectedAfterConfirmed,
            _ => Kind::Other,
        };
        let theirs = match said {
            AdvanceSaid::Advance(AdvanceAnswer::Advanced(transfer)) => {
                of_transfer("advanced", transfer)
            }
            AdvanceSaid::Repayment(RepaymentAnswer::Repaid(transfer)) => {
                of_transfer("repaid", transfer)
            }
            AdvanceSaid::Advance(AdvanceAnswer::Declined(cause)) => {
                vec![Figure::new("says", "declined"), Figure::new("reason", cause)]
            }
            AdvanceSaid::Advance(_) | AdvanceSaid::Repayment(_) => Vec::new(),
        };
        let events =
            cases::open(turn, &record, self.about(), vec![finding(kind, &text, vec![], theirs)])?;
        Ok(Heard::Contradicts(text, events))
    }

    /// The record behind an answer; `None` where it says nothing that could contradict.
    pub fn record(&self, said: &AdvanceSaid) -> Option<Record> {
        match said {
            AdvanceSaid::Advance(AdvanceAnswer::Advanced(_) | AdvanceAnswer::Declined(_))
            | AdvanceSaid::Repayment(RepaymentAnswer::Repaid(_)) => Some(Record {
                source: SourceKind::ChannelCallback,
                name: "advancing bank".to_owned(),
                record: self.no.to_string(),
                said: Spelling::of(said),
                again: 0,
                to_the_letter: None,
            }),
            AdvanceSaid::Advance(
                AdvanceAnswer::NotFound | AdvanceAnswer::Pending(_) | AdvanceAnswer::Unknown(_),
            )
            | AdvanceSaid::Repayment(
                RepaymentAnswer::Refused(_)
                | RepaymentAnswer::NotFound
                | RepaymentAnswer::Pending(_)
                | RepaymentAnswer::Unknown(_),
            ) => None,
        }
    }
}

fn of_transfer(says: &str, transfer: &Transfer) -> Vec<Figure> {
    vec![
        Figure::new("says", says),
        Figure::new("serial", &transfer.serial),
        Figure::new("amount", transfer.amount),
        Figure::new("at", transfer.at),
    ]
}
