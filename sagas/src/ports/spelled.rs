//! How answers are spelled where they name a case. What is spelled once is spelled so for ever.

use super::{
    advance::{AdvanceAnswer, AdvanceSaid, RepaymentAnswer},
    bank::{BankAnswer, ChargeAnswer, PayoutAnswer, RefundAnswer},
    registrar::ApplicationAnswer,
};
use fundflow_domain::spelling::{Letters, Spelled};

impl Spelled for ApplicationAnswer {
    fn spell(&self, letters: &mut Letters) {
        match self {
            ApplicationAnswer::Accepted(serial) => letters.around("Accepted", &[serial]),
            ApplicationAnswer::Received(said) => letters.around("Received", &[said]),
            ApplicationAnswer::Rejected(said) => letters.around("Rejected", &[said]),
            ApplicationAnswer::Confirmed(said) => letters.around("Confirmed", &[said.as_ref()]),
            ApplicationAnswer::Cancelled => letters.word("Cancelled"),
            ApplicationAnswer::NotCancelled(cause) => letters.around("NotCancelled", &[cause]),
            ApplicationAnswer::OfAnother(it) => {
                letters.fields("OfAnother", &[("said", &it.said), ("misnamed", &it.misnamed)]);
            }
            ApplicationAnswer::NotFound => letters.word("NotFound"),
            ApplicationAnswer::Pending(cause) => letters.around("Pending", &[cause]),
            ApplicationAnswer::Unknown(cause) => letters.around("Unknown", &[cause]),
            ApplicationAnswer::Sealed(batch) => letters.around("Sealed", &[batch]),
            ApplicationAnswer::Sent { file, record } => {
                letters.fields("Sent", &[("file", file), ("record", record)]);
            }
        }
    }
}

impl Spelled for BankAnswer {
    fn spell(&self, letters: &mut Letters) {
        match self {
            BankAnswer::Charge(said) => letters.around("Charge", &[said]),
            BankAnswer::Refund(no, said) => letters.around("Refund", &[no, said]),
            BankAnswer::Payout(no, said) => letters.around("Payout", &[no, said]),
        }
    }
}

impl Spelled for ChargeAnswer {
    fn spell(&self, letters: &mut Letters) {
        match self {
            ChargeAnswer::Paid(receipt) => letters.around("Paid", &[receipt]),
            ChargeAnswer::Declined(cause) => letters.around("Declined", &[cause]),
            ChargeAnswer::NotFound => letters.word("NotFound"),
            ChargeAnswer::Pending(cause) => letters.around("Pending", &[cause]),
            ChargeAnswer::Unknown(cause) => letters.around("Unknown", &[cause]),
        }
    }
}

impl Spelled for RefundAnswer {
    fn spell(&self, letters: &mut Letters) {
        match self {
            RefundAnswer::Refunded(serial) => letters.around("Refunded", &[serial]),
            RefundAnswer::Refused(cause) => letters.around("Refused", &[cause]),
            RefundAnswer::NotFound => letters.word("NotFound"),
            RefundAnswer::Pending(cause) => letters.around("Pending", &[cause]),
            RefundAnswer::Unknown(cause) => letters.around("Unknown", &[cause]),
        }
    }
}

impl Spelled for PayoutAnswer {
    fn spell(&self, letters: &mut Letters) {
        match self {
            PayoutAnswer::PaidOut(transfer) => letters.around("PaidOut", &[transfer]),
            PayoutAnswer::Refused(cause) => letters.around("Refused", &[cause]),
            PayoutAnswer::NotFound => letters.word("NotFound"),
            PayoutAnswer::Pending(cause) => letters.around("Pending", &[cause]),
            PayoutAnswer::Unknown(cause) => letters.around("Unknown", &[cause]),
        }
    }
}

impl Spelled for AdvanceSaid {
    fn spell(&self, letters: &mut Letters) {
        match self {
            AdvanceSaid::Advance(said) => letters.around("Advance", &[said]),
            AdvanceSaid::Repayment(said) => letters.around("Repayment", &[said]),
        }
    }
}

impl Spelled for AdvanceAnswer {
    fn spell(&self, letters: &mut Letters) {
        match self {
            AdvanceAnswer::Advanced(transfer) => letters.around("Advanced", &[transfer]),
            AdvanceAnswer::Declined(cause) => letters.around("Declined", &[cause]),
            AdvanceAnswer::NotFound => letters.word("NotFound"),
            AdvanceAnswer::Pending(cause) => letters.around("Pending", &[cause]),
            AdvanceAnswer::Unknown(cause) => letters.around("Unknown", &[cause]),
        }
    }
}

impl Spelled for RepaymentAnswer {
    fn spell(&self, letters: &mut Letters) {
        match self {
            RepaymentAnswer::Repaid(transfer) => letters.around("Repaid", &[transfer]),
            RepaymentAnswer::Refused(cause) => letters.around("Refused", &[cause]),
            RepaymentAnswer::NotFound => letters.word("NotFound"),
            RepaymentAnswer::Pending(cause) => letters.around("Pending", &[cause]),
            RepaymentAnswer::Unknown(cause) => letters.around("Unknown", &[cause]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use fundflow_domain::{
        advance,
        application::{Confirmation, FastTransferConfirmed, Outcome, Reception, Rejection},
        case::CaseId,
        orders::{Cause, Serial},
        payment::Receipt,
        payout::Transfer,
        spelling::Spelling,
        time::Timestamp,
    };

    const CAUSE: &str = "Cause { code: \"E-7\", text: \"额度不足\" }";
    const SERIAL: &str = "Serial(\"S-1\")";

    fn cause() -> Cause {
        Cause::new("E-7", "额度不足")
    }

    fn serial() -> Serial {
        "S-1".parse().unwrap()
    }

    fn transfer() -> (Transfer, String) {
        let text = "Transfer { no: PaymentNo(\"W.pay\"), serial: Serial(\"S-1\"), amount: Money(5.00), \
                    at: Timestamp(7) }";
        let (no, amount, at) =
            ("W.pay".parse().unwrap(), "5".parse().unwrap(), Timestamp::from_micros(7));
        (Transfer { no, serial: serial(), amount, at }, text.to_owned())
    }

    #[track_caller]
    fn read<T: Spelled>(all: impl IntoIterator<Item = (T, String)>) {
        for (said, text) in all {
            assert_eq!(Spelling::of(&said).text(), text);
        }
    }

    #[test]
    fn every_answer_of_a_registrar_is_spelled_as_it_always_was() {
        use ApplicationAnswer as A;
        let on = "2026-02-13".parse().unwrap();
        let rejection = Rejection::of(cause());
        let outcome =
            FastTransferConfirmed { shares: "3".parse().unwrap(), income: "0".parse().unwrap() };
        let confirmation = Confirmation {
            serial: serial(),
            confirmed_on: on,
            registered_on: on,
            finished: true,
            misnamed: vec![],
            outcome: Outcome::FastTransfer(outcome),
        };
        read([
            (A::Accepted(serial()), format!("Accepted({SERIAL})")),
            (
                A::Received(Reception { serial: serial(), on, amount: None }),
                format!("Received(Reception {{ serial: {SERIAL}, on: 2026-02-13 }})"),
            ),
            (
                A::Rejected(rejection),
                format!(
                    "Rejected(Rejection {{ cause: {CAUSE}, interest: Money(0.00), frozen: None, \
                     by_us: false }})"
                ),
            ),
            (
                A::Confirmed(Box::new(confirmation)),
                format!(
                    "Confirmed(Confirmation {{ serial: {SERIAL}, confirmed_on: 2026-02-13, \
                     registered_on: 2026-02-13, finished: true, \
                     outcome: FastTransfer(FastTransferConfirmed {{ shares: Shares(3.00), \
                     income: SignedMoney(0.00) }}) }})"
                ),
            ),
            (A::Cancelled, "Cancelled".to_owned()),
            (A::NotCancelled(cause()), format!("NotCancelled({CAUSE})")),
            (A::NotFound, "NotFound".to_owned()),
            (A::Pending(cause()), format!("Pending({CAUSE})")),
            (A::Unknown(cause()), format!("Unknown({CAUSE})")),
            (A::Sealed("20260213.1".into()), "Sealed(\"20260213.1\")".to_owned()),
            (
                A::Sent { file: "OFD_03.TXT".into(), record: 12 },
                "Sent { file: \"OFD_03.TXT\", record: 12 }".to_owned(),
            ),
        ]);
    }

    #[test]
    fn every_answer_of_a_bank_is_spelled_as_it_always_was() {
        use {ChargeAnswer as C, PayoutAnswer as P, RefundAnswer as R};
        let amount = "10".parse().unwrap();
        let (no, paid_at) = ("TX.pay".parse().unwrap(), Timestamp::from_micros(9));
        let receipt = Receipt { no, serial: serial(), amount, paid_at };
        let charges = [
            (
                C::Paid(receipt),
                format!(
                    "Paid(Receipt {{ no: PaymentNo(\"TX.pay\"), serial: {SERIAL}, \
                     amount: Money(10.00), paid_at: Timestamp(9) }})"
                ),
            ),
            (C::Declined(cause()), format!("Declined({CAUSE})")),
            (C::NotFound, "NotFound".to_owned()),
            (C::Pending(cause()), format!("Pending({CAUSE})")),
            (C::Unknown(cause()), format!("Unknown({CAUSE})")),
        ];
        let (paid_out, transferred) = transfer();
        let payouts = [
            (P::PaidOut(paid_out), format!("PaidOut({transferred})")),
            (P::Refused(cause()), format!("Refused({CAUSE})")),
            (P::NotFound, "NotFound".to_owned()),
            (P::Pending(cause()), format!("Pending({CAUSE})")),
            (P::Unknown(cause()), format!("Unknown({CAUSE})")),
        ];
        let refunds = [
            (R::Refunded(serial()), format!("Refunded({SERIAL})")),
            (R::Refused(cause()), format!("Refused({CAUSE})")),
            (R::NotFound, "NotFound".to_owned()),
            (R::Pending(cause()), format!("Pending({CAUSE})")),
            (R::Unknown(cause()), format!("Unknown({CAUSE})")),
        ];
        read(charges.map(|(said, text)| (BankAnswer::Charge(said), format!("Charge({text})"))));
        read(refunds.map(|(said, text)| {
            let (no, text) = (
                "TX.pay.refund1".parse().unwrap(),
                format!("Refund(PaymentNo(\"TX.pay.refund1\"), {text})"),
            );
            (BankAnswer::Refund(no, said), text)
        }));
        read(payouts.clone());
        read(payouts.map(|(said, text)| {
            let text = format!("Payout(PaymentNo(\"W.pay\"), {text})");
            (BankAnswer::Payout("W.pay".parse().unwrap(), said), text)
        }));
    }

    #[test]
    fn every_answer_of_an_advancing_bank_is_spelled_as_it_always_was() {
        use {AdvanceAnswer as A, RepaymentAnswer as R};
        let (amount, at) = ("5".parse().unwrap(), Timestamp::from_micros(7));
        let moved = advance::Transfer { serial: serial(), amount, at };
        let transferred =
            format!("Transfer {{ serial: {SERIAL}, amount: Money(5.00), at: Timestamp(7) }}");
        let advances = [
            (A::Advanced(moved.clone()), format!("Advanced({transferred})")),
            (A::Declined(cause()), format!("Declined({CAUSE})")),
            (A::NotFound, "NotFound".to_owned()),
            (A::Pending(cause()), format!("Pending({CAUSE})")),
            (A::Unknown(cause()), format!("Unknown({CAUSE})")),
        ];
        let repayments = [
            (R::Repaid(moved), format!("Repaid({transferred})")),
            (R::Refused(cause()), format!("Refused({CAUSE})")),
            (R::NotFound, "NotFound".to_owned()),
            (R::Pending(cause()), format!("Pending({CAUSE})")),
            (R::Unknown(cause()), format!("Unknown({CAUSE})")),
        ];
        read(advances.map(|(said, text)| (AdvanceSaid::Advance(said), format!("Advance({text})"))));
        read(
            repayments
                .map(|(said, text)| (AdvanceSaid::Repayment(said), format!("Repayment({text})"))),
        );
    }

    /// A case of every store that has such a record: its name must not change.
    #[test]
    fn what_a_bank_says_names_the_case_that_it_always_named() {
        let (no, paid_at) = ("TX.pay".parse().unwrap(), Timestamp::from_micros(9_000_000));
        let receipt = Receipt { no, serial: serial(), amount: "10".parse().unwrap(), paid_at };
        let said = Spelling::of(&BankAnswer::Charge(ChargeAnswer::Paid(receipt)));
        assert_eq!(
            CaseId::of_said("bank", "TX.pay", &said, 0).to_string(),
            "25a9afbbb55d8915ef1d9192f86f4fd2"
        );
    }
}
