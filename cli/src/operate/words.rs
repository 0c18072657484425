//! Calls to counterparties in words, and what each does to money.

use fundflow::runtime::{
    message::{Effect, NeverGot},
    port::Ask,
};
use fundflow_application::desk::{Foreseen, PlannedEvent};
use fundflow_domain::{
    ids::PaymentNo,
    payment::{self, Payments},
    payout::{self, Payouts},
};
use fundflow_kernel::codec;
use fundflow_sagas::ports::{
    advance::AdvanceCall,
    bank::{BankCall, Payout, Refund},
    registrar::RegistrarCall,
};

/// A call in words, and what it does to money.
pub(super) fn words(effect: &Effect) -> (String, Option<String>) {
    if let Some(call) = effect.call_as::<BankCall>() {
        return bank_words(call, effect);
    }
    if let Some(call) = effect.call_as::<AdvanceCall>() {
        return advance_words(call, effect);
    }
    let Some(call) = effect.call_as::<RegistrarCall>() else {
        return (effect.to_string(), None);
    };
    let call = match (call, effect.ask) {
        (RegistrarCall::Submit(application), Ask::Call) => {
            format!("hand in application {} to {}", application.terms.no, effect.port)
        }
        (RegistrarCall::Submit(application), Ask::Query) => {
            format!("ask {} how application {} stands", effect.port, application.terms.no)
        }
        (RegistrarCall::Cancel(cancellation), _) => {
            format!("ask {} to take application {} back", effect.port, cancellation.terms.no)
        }
    };
    (call, None)
}

/// Money that is asked for by it, and that the bank is not called for at once.
pub(super) fn announced(foreseen: &Foreseen) -> Vec<String> {
    let called = foreseen.calls.iter().filter_map(|effect| match effect.call_as::<BankCall>()? {
        BankCall::Payout(Payout { no, .. }) | BankCall::Refund(Refund { no, .. }) => Some(no),
        BankCall::Charge(_) | BankCall::AskRefund(_) | BankCall::AskPayout(_) => None,
    });
    uncalled(&foreseen.events, &called.collect::<Vec<_>>())
}

fn uncalled(events: &[PlannedEvent], called: &[&PaymentNo]) -> Vec<String> {
    let asked = events.iter().filter_map(asked_for).filter(|(no, _)| !called.contains(&no));
    asked.map(|(no, what)| format!("{what}, once it is due, under {no}")).collect()
}

/// A payout or a refund that an event asks for: its number, and what it moves.
fn asked_for(event: &PlannedEvent) -> Option<(PaymentNo, String)> {
    let PlannedEvent { event_type, schema, data, .. } = event;
    match event_type.as_str() {
        "payout.requested" => match codec::decode::<Payouts>(event_type, *schema, data).ok()? {
            payout::Event::Requested(terms) => {
                Some((terms.no, format!("{} yuan go to {}", terms.amount, terms.account)))
            }
            payout::Event::PaidOut(_)
            | payout::Event::Refused { .. }
            | payout::Event::Redirected { .. } => None,
        },
        "payment.refund_requested" => {
            let said = codec::decode::<Payments>(event_type, *schema, data).ok()?;
            let payment::Event::RefundRequested { no, amount, .. } = said else { return None };
            Some((no, format!("{amount} yuan go back to whom they came from")))
        }
        _ => None,
    }
}

/// What a question moves, and what follows where the other side never got what is asked about: `what`, which is
/// `done` again then, and moves that.
fn by_the_question(then: NeverGot, (what, done): (&str, &str), moves: &str) -> String {
    let then = match then {
        NeverGot::Made => format!("if {what}, it is {done} again: {moves}"),
        NeverGot::Anew => {
            format!(
                "if {what}, it is decided again first, and {done} again if it still may be: {moves}"
            )
        }
        NeverGot::Refused => format!("if {what}, it is not {done} any more"),
        NeverGot::Person => format!("if {what}, it is not {done} any more before a person decides"),
        NeverGot::Waited => format!("even if {what}, it is not {done} again"),
    };
    format!("none by the question; {then}")
}

fn advance_words(call: &AdvanceCall, effect: &Effect) -> (String, Option<String>) {
    match (call, effect.ask) {
        (AdvanceCall::Advance(advance), Ask::Call) => {
            let (amount, account) = (advance.amount, &advance.account);
            let call = format!("have {amount} yuan advanced to {account} under {}", advance.no);
            let money = format!("the bank pays {amount} yuan to {account}, unless it already did");
            (call, Some(money))
        }
        (AdvanceCall::Advance(advance), Ask::Query) => {
            let (amount, account) = (advance.amount, &advance.account);
            let moves = format!("{amount} yuan to {account}");
            let money =
                by_the_question(effect.never_got, ("the bank never got the order", "sent"), &moves);
            (format!("ask the bank how its advance {} stands", advance.no), Some(money))
        }
        (AdvanceCall::Repay(repayment), _) => {
            let amount = repayment.amount;
            let call = format!("repay {amount} yuan to the bank under {}", repayment.no);
            (call, Some(format!("{amount} yuan go to the bank, unless they already did")))
        }
        (AdvanceCall::AskRepayment(repayment), _) => {
            (format!("ask the bank how its repayment {} stands", repayment.no), None)
        }
    }
}

fn bank_words(call: &BankCall, effect: &Effect) -> (String, Option<String>) {
    match (call, effect.ask) {
        (BankCall::Charge(charge), Ask::Call) => {
            let (amount, account) = (charge.amount, &charge.account);
            let call = format!("charge {amount} yuan to {account} under {}", charge.no);
            let money = format!("{amount} yuan are taken from {account}, unless they already were");
            (call, Some(money))
        }
        (BankCall::Charge(charge), Ask::Query) => {
            let (amount, account) = (charge.amount, &charge.account);
            let moves = format!("{amount} yuan from {account}");
            let money = by_the_question(
                effect.never_got,
                ("the channel never got the charge", "made"),
                &moves,
            );
            (format!("ask the payment channel how {} stands", charge.no), Some(money))
        }
        (BankCall::Refund(refund), _) => {
            let (amount, account) = (refund.amount, &refund.account);
            let call = format!("send {amount} yuan back to {account} under {}", refund.no);
            (call, Some(format!("{amount} yuan go back to {account}, unless they already did")))
        }
        (BankCall::Payout(payout), _) => {
            let (amount, account) = (payout.amount, &payout.account);
            let call = format!("pay {amount} yuan to {account} under {}", payout.no);
            (call, Some(format!("{amount} yuan go to {account}, unless they already did")))
        }
        (BankCall::AskRefund(Refund { no, .. }) | BankCall::AskPayout(Payout { no, .. }), _) => {
            (format!("ask the payment channel how {no} stands"), None)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use fundflow_kernel::envelope::Actor;

    fn payout(no: &str, amount: &str) -> PlannedEvent {
        let data = format!(
            "{{\"no\":\"{no}\",\"account\":\"A-1\",\"amount\":\"{amount}\",\"order\":\"R.redeem\",\"due\":\"2026-03-10\"}}"
        );
        PlannedEvent {
            stream: format!("payout-{no}").parse().unwrap(),
            event_type: "payout.requested".to_owned(),
            actor: Actor::Engine,
            schema: 1,
            data: data.into(),
        }
    }

    #[test]
    fn all_money_that_is_asked_for_is_named_and_what_is_called_for_only_once() {
        let events = vec![payout("R.out", "2903.77"), payout("R.part2.out", "2055.01")];
        let second = "2055.01 yuan go to A-1, once it is due, under R.part2.out";
        let first = "2903.77 yuan go to A-1, once it is due, under R.out";
        assert_eq!(uncalled(&events, &[]), [first, second]);
        assert_eq!(uncalled(&events, &[&"R.out".parse().unwrap()]), [second]);
    }

    #[test]
    fn what_follows_where_nobody_got_the_call_is_said_as_it_is() {
        let says = |then| {
            let what = ("the channel never got the charge", "made");
            by_the_question(then, what, "5.00 yuan from ACC-1")
        };
        for (then, words) in [
            (
                NeverGot::Made,
                "if the channel never got the charge, it is made again: 5.00 yuan from ACC-1",
            ),
            (
                NeverGot::Anew,
                "if the channel never got the charge, it is decided again first, and made again if it \
                 still may be: 5.00 yuan from ACC-1",
            ),
            (NeverGot::Refused, "if the channel never got the charge, it is not made any more"),
            (
                NeverGot::Person,
                "if the channel never got the charge, it is not made any more before a person decides",
            ),
            (NeverGot::Waited, "even if the channel never got the charge, it is not made again"),
        ] {
            assert_eq!(says(then), format!("none by the question; {words}"));
        }
    }
}
