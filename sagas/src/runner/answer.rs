//! What a counterparty says becomes a command to the order that it is about; the order decides.
//!
//! *Unknown* is no fact: it plans the next question. *Not found* means that our call never arrived,
//! so it is made (again), under the same key. What contradicts what already took effect is refused
//! by the order and shown to a person; it changes nothing.

use super::{Answer, Lane, Runner, advance::REFUND_ROW, order_of, refusal_text};
use crate::{
    stand::Stand,
    step::{Call, Send},
};
use fundflow_application::counterparty::{ApplicationAnswer, ChargeAnswer, RefundAnswer};
use fundflow_domain::{
    discount_purchase::Ending,
    fund_order::{Cause, Command, FundOrder, Refusal},
    ids::{Leg, OrderId, PaymentNo, TransactionId},
    time::Timestamp,
};
use fundflow_kernel::{envelope::Actor, loaded::DecideError};
use std::sync::Arc;

impl Runner {
    pub(super) fn hear(
        &mut self,
        transaction: &TransactionId,
        answer: Answer,
        asked: bool,
        now: Timestamp,
    ) {
        let Some(saga) = self.sagas.get_mut(transaction) else { return };
        if saga.known().is_none() {
            let what = format!("nothing was prepared, yet a counterparty speaks: {answer:?}");
            self.out.finished.push(transaction.clone());
            return self.alert(transaction, what);
        }
        if asked {
            saga.answered();
        }
        let before = self.outstanding(transaction);
        let reply = asked && self.is_reply(transaction, &answer);
        let refund = matches!(answer, Answer::Refund(..));
        match answer {
            Answer::Charge(answer) => self.hear_charge(transaction, answer, reply, now),
            Answer::Refund(no, answer) => self.hear_refund(transaction, no, answer, reply, now),
            Answer::Application(leg, answer) => {
                self.hear_application(transaction, leg, answer, reply, now);
            }
        }
        if reply {
            self.never_storm(transaction, refund, &before, now);
        }
    }

    /// A reply after which the same call would be made again at once must wait like any failed
    /// attempt: a counterparty that answers nonsense would otherwise be asked without end.
    fn never_storm(
        &mut self,
        transaction: &TransactionId,
        refund: bool,
        before: &(Option<&'static str>, Option<PaymentNo>),
        now: Timestamp,
    ) {
        let after = self.outstanding(transaction);
        let Some(saga) = self.sagas.get_mut(transaction) else { return };
        let again = std::mem::take(&mut saga.again);
        let idle = if refund { saga.refund } else { saga.main } == Lane::Idle;
        if again || !idle || saga.is_parked() {
            return;
        }
        let row = match refund {
            true if after.1.is_some() && after.1 == before.1 => Some(REFUND_ROW),
            true => None,
            false => after.0.filter(|row| before.0 == Some(row)),
        };
        if let Some(row) = row {
            let text = "the counterparty's answer changed nothing".into();
            self.try_later(transaction, row, Cause { code: "no_effect".into(), text }, now);
        }
    }

    /// Whether it answers what is outstanding now, which then no longer is. The reply to a call of a
    /// row that is done is news like any other: the row that came after it waits for its own.
    fn is_reply(&mut self, transaction: &TransactionId, answer: &Answer) -> bool {
        let send = self.current_send(transaction);
        let Some(saga) = self.sagas.get_mut(transaction) else { return false };
        let about = match (answer, send) {
            (Answer::Charge(_), Some(Send::Call(Call::Charge))) => true,
            (
                Answer::Application(about, _),
                Some(Send::Call(Call::Submit(leg)) | Send::Await(leg)),
            ) => *about == leg,
            (Answer::Refund(no, _), _) => saga.owed().is_some_and(|owed| owed.no == *no),
            (Answer::Charge(_) | Answer::Application(..), _) => false,
        };
        let lane = match answer {
            Answer::Refund(..) => &mut saga.refund,
            Answer::Charge(_) | Answer::Application(..) => &mut saga.main,
        };
        let reply = about && *lane == Lane::InFlight;
        if reply {
            *lane = Lane::Idle;
        }
        reply
    }

    fn hear_charge(
        &mut self,
        transaction: &TransactionId,
        answer: ChargeAnswer,
        asked: bool,
        now: Timestamp,
    ) {
        let no = || PaymentNo::pay(&OrderId::of(transaction, Leg::MoneyFund));
        match answer {
            ChargeAnswer::Paid(payment) => match self.calendar.t_of(payment.paid_at) {
                Ok(day) => {
                    let at = payment.paid_at;
                    let command = Command::RecordPayment(payment, day);
                    self.record(transaction, Leg::MoneyFund, &command, ("payment", at), now);
                }
                Err(error) => {
                    let text = error.to_string().into();
                    self.park(transaction, "pay", Cause { code: "no_day".into(), text }, now);
                }
            },
            ChargeAnswer::Declined(cause) => {
                let command = Command::RecordDecline(no(), cause);
                self.record(transaction, Leg::MoneyFund, &command, ("decline", now), now);
            }
            ChargeAnswer::NotFound if asked => self.send_again(transaction),
            ChargeAnswer::Unknown(cause) if asked && self.is_at(transaction, Call::Charge) => {
                self.try_later(transaction, "pay", cause, now);
            }
            // An unasked "unknown" is no news; the row has its own schedule.
            ChargeAnswer::NotFound | ChargeAnswer::Unknown(_) => {}
        }
    }

    fn hear_refund(
        &mut self,
        transaction: &TransactionId,
        no: PaymentNo,
        answer: RefundAnswer,
        asked: bool,
        now: Timestamp,
    ) {
        match answer {
            RefundAnswer::Refunded(serial) => {
                let command = Command::RecordRefund(no, serial);
                self.record(transaction, Leg::MoneyFund, &command, ("refund", now), now);
            }
            RefundAnswer::Refused(cause) if asked => self.park(transaction, REFUND_ROW, cause, now),
            RefundAnswer::Refused(cause) => {
                let text = format!("refund {no} refused, but nobody waits for it: {}", cause.text);
                self.alert(transaction, text);
            }
            RefundAnswer::Unknown(cause) if asked => {
                self.try_later(transaction, REFUND_ROW, cause, now);
            }
            RefundAnswer::Unknown(_) => {}
        }
    }

    fn hear_application(
        &mut self,
        transaction: &TransactionId,
        leg: Leg,
        answer: ApplicationAnswer,
        asked: bool,
        now: Timestamp,
    ) {
        let command = match answer {
            ApplicationAnswer::Accepted(serial) => {
                if asked && self.awaits(transaction, leg) {
                    let text = "the registrar has not confirmed yet".into();
                    return self.still_waiting(
                        transaction,
                        Cause { code: "overdue".into(), text },
                        now,
                    );
                }
                Command::Accept(serial)
            }
            ApplicationAnswer::Rejected(cause) => Command::Reject(cause),
            ApplicationAnswer::Confirmed(told) => Command::Confirm(told),
            ApplicationAnswer::NotFound if asked && self.is_at(transaction, Call::Submit(leg)) => {
                return self.send_again(transaction);
            }
            ApplicationAnswer::NotFound if asked => {
                let text = "the registrar does not know an application that it accepted".into();
                return self.still_waiting(transaction, Cause { code: "lost".into(), text }, now);
            }
            ApplicationAnswer::Unknown(cause) if asked => {
                return self.still_waiting(transaction, cause, now);
            }
            ApplicationAnswer::NotFound | ApplicationAnswer::Unknown(_) => return,
        };
        self.record(transaction, leg, &command, ("registrar", now), now);
    }

    /// Lets the order decide what was said. Its refusals go to a person; numbers that do not add up
    /// also stop the saga, because shares or money are not where they should be.
    fn record(
        &mut self,
        transaction: &TransactionId,
        leg: Leg,
        command: &Command,
        (cause, at): (&'static str, Timestamp),
        now: Timestamp,
    ) {
        let who = match command {
            Command::RecordPayment(..) | Command::RecordDecline(..) | Command::RecordRefund(..) => {
                self.cause("payment-channel")
            }
            _ => self.cause("registrar"),
        };
        let by = (Actor::Counterparty(who), cause, at);
        let before = self.outstanding(transaction);
        match self.decide_order_as(transaction, leg, command, by, now) {
            Ok(0) => {}
            Ok(_) => {
                let after = self.outstanding(transaction);
                if before.0 != after.0 {
                    self.fresh_row(transaction);
                }
                if before.1 != after.1
                    && let Some(saga) = self.sagas.get_mut(transaction)
                {
                    saga.refund = Lane::Idle;
                }
                if let Command::RecordPayment(payment, _) = command {
                    self.paid_after_abandonment(transaction, &payment.serial);
                }
            }
            Err(error) => {
                let text = refusal_text::<FundOrder>(&error);
                self.alert(transaction, format!("{cause} refused: {text}"));
                let sums = matches!(
                    error,
                    DecideError::Refused(Refusal::DoesNotAddUp { .. } | Refusal::WrongKind { .. })
                        | DecideError::Impossible { .. }
                        | DecideError::Codec(_)
                );
                // What was abandoned has been looked at; the same record may be told every day.
                if sums && !self.is_abandoned(transaction) {
                    let cause = Cause { code: "does_not_add_up".into(), text: text.into() };
                    self.park(transaction, "confirmation", cause, now);
                }
            }
        }
    }

    /// Whoever abandoned it disposed of this payment before it came, and must hear that it came.
    fn paid_after_abandonment(&mut self, transaction: &TransactionId, serial: &Arc<str>) {
        let order = self.sagas.get(transaction).and_then(|saga| saga.buy.state.order());
        let applied = order.and_then(|order| order.payment.as_ref());
        if self.is_abandoned(transaction) && applied == Some(serial) {
            let what = format!(
                "payment {serial} came after the purchase was abandoned; do what was \
                                decided about it"
            );
            self.alert(transaction, what);
        }
    }

    fn is_abandoned(&self, transaction: &TransactionId) -> bool {
        let saga = self.sagas.get(transaction);
        saga.is_some_and(|saga| saga.purchase.state.ending() == Some(Ending::Abandoned))
    }

    /// Our call never arrived: the row sends it, instead of asking for it.
    fn send_again(&mut self, transaction: &TransactionId) {
        if let Some(saga) = self.sagas.get_mut(transaction) {
            // "Never heard of it" answers a question. To the call itself it is nonsense.
            saga.again = saga.uncertain;
            saga.uncertain = false;
        }
    }

    fn still_waiting(&mut self, transaction: &TransactionId, cause: Cause, now: Timestamp) {
        if let Some(row) = self.outstanding(transaction).0 {
            self.try_later(transaction, row, cause, now);
        }
    }

    /// The row that it stands on, and which refund is to be sent next.
    fn outstanding(
        &self,
        transaction: &TransactionId,
    ) -> (Option<&'static str>, Option<PaymentNo>) {
        let Some(saga) = self.sagas.get(transaction) else { return (None, None) };
        let row = match saga.stand(self.entry(transaction, saga)) {
            Some(Stand::Forward(_, step)) => Some(step.name),
            Some(Stand::Leaving(_, exit) | Stand::Blocked(_, exit)) => Some(exit.name),
            Some(Stand::Over) | None => None,
        };
        (row, saga.owed().map(|owed| owed.no.clone()))
    }

    fn current_send(&self, transaction: &TransactionId) -> Option<Send> {
        let saga = self.sagas.get(transaction)?;
        match saga.stand(self.entry(transaction, saga))? {
            Stand::Forward(_, step) => Some(step.send),
            Stand::Leaving(_, exit) | Stand::Blocked(_, exit) => Some(exit.send),
            Stand::Over => None,
        }
    }

    fn is_at(&self, transaction: &TransactionId, call: Call) -> bool {
        self.current_send(transaction) == Some(Send::Call(call))
    }

    fn awaits(&self, transaction: &TransactionId, leg: Leg) -> bool {
        let saga = self.sagas.get(transaction);
        let accepted =
            saga.and_then(|saga| order_of(saga, leg).order()).is_some_and(|o| o.accepted);
        accepted && self.current_send(transaction) == Some(Send::Await(leg))
    }
}
