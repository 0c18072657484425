//! Whenever a test resumes a saga, what the look says before is held against what is done: of each question that
//! would be asked, the other side says that it never got the call, and then it is made again, or it is not.

use fundflow_kernel::{envelope::Recorded, streams::Need, time::Timestamp};
use fundflow_runtime::{
    kind::Kind,
    message::{Action, Answered, Effect, Input, NeverGot, Output, SagaId, What},
    port::{Ask, Payload},
    runner::Runner,
};
use fundflow_sagas::ports::{
    advance::{AdvanceAnswer, AdvanceCall, AdvanceSaid, RepaymentAnswer},
    bank::{BankAnswer, BankCall, ChargeAnswer, PayoutAnswer, RefundAnswer},
    registrar::{ApplicationAnswer, RegistrarCall},
};
use std::sync::Arc;

/// A runner of its own on that log; nothing that it decides is stored.
struct Copy<'a>(Runner, &'a [Recorded], Timestamp);

impl Copy<'_> {
    fn provide(&mut self, needs: &[Need]) {
        for need in needs {
            let history = self.1.iter().filter(|it| it.stream == *need.stream());
            self.0.provide(need, history);
        }
    }

    fn handles(&mut self, what: What) -> Output {
        let mut input = Input::new(1, what);
        while let Err(wanting) = self.0.handle(input, self.2) {
            self.provide(&wanting.needs);
            input = wanting.input;
        }
        while let Some(needs) = self.0.starving() {
            self.provide(&needs);
            self.0.go_on(self.2);
        }
        self.0.take()
    }
}

/// "I never got it", where that is asked; `None` where the call is sent again, which is the question.
fn never_got(effect: &Effect) -> Option<Payload> {
    if let Some(call) = effect.call_as::<BankCall>() {
        let said = match call {
            BankCall::Charge(_) => BankAnswer::Charge(ChargeAnswer::NotFound),
            BankCall::AskRefund(it) => BankAnswer::Refund(it.no.clone(), RefundAnswer::NotFound),
            BankCall::AskPayout(it) => BankAnswer::Payout(it.no.clone(), PayoutAnswer::NotFound),
            BankCall::Refund(_) | BankCall::Payout(_) => return None,
        };
        return Some(Arc::new(said));
    }
    if let Some(call) = effect.call_as::<AdvanceCall>() {
        let said = match call {
            AdvanceCall::Advance(_) => AdvanceSaid::Advance(AdvanceAnswer::NotFound),
            AdvanceCall::AskRepayment(_) => AdvanceSaid::Repayment(RepaymentAnswer::NotFound),
            AdvanceCall::Repay(_) => return None,
        };
        return Some(Arc::new(said));
    }
    match effect.call_as::<RegistrarCall>()? {
        RegistrarCall::Submit(_) => Some(Arc::new(ApplicationAnswer::NotFound)),
        RegistrarCall::Cancel(_) => None,
    }
}

/// Compares the forecast for that saga's questions once it is resumed with what follows.
pub(crate) fn assert_foreseen(
    log: &[Recorded],
    kinds: impl IntoIterator<Item = Arc<dyn Kind>>,
    (saga, action): (&SagaId, &Action),
    now: Timestamp,
) {
    if !matches!(action, Action::Resume { .. }) {
        return;
    }
    let kinds: Vec<_> = kinds.into_iter().collect();
    let resumed = || {
        let mut runner = Runner::new();
        for kind in &kinds {
            runner.register_kind(kind.clone());
        }
        runner.restore(saga.kind, &saga.transaction);
        let mut copy = Copy(runner, log, now);
        loop {
            let needs = copy.0.missing(saga);
            if needs.is_empty() {
                break;
            }
            copy.provide(&needs);
        }
        let act = What::Act { saga: saga.clone(), action: action.clone(), operator: "li".into() };
        let output = copy.handles(act);
        copy.0.settle(output.batch, &[], &[]);
        (copy, output.effects)
    };
    for at in 0..resumed().1.len() {
        let (mut copy, effects) = resumed();
        let Some(effect) = effects.into_iter().nth(at).filter(|it| it.ask == Ask::Query) else {
            continue;
        };
        let Some(answer) = never_got(&effect) else { continue };
        let (key, foreseen) = (effect.key.clone(), effect.never_got);
        let after = copy.handles(What::Answer(Box::new(Answered { effect, answer }))).effects;
        let made = after.iter().any(|it| it.ask == Ask::Call && it.key == key);
        let wrong = match foreseen {
            NeverGot::Made => !made,
            NeverGot::Refused | NeverGot::Person | NeverGot::Waited => made,
            NeverGot::Anew => false,
        };
        assert!(!wrong, "{key} of {saga}: {foreseen:?} was foreseen, and made again: {made}");
    }
}
