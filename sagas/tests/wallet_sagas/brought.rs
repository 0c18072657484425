//! Numbers of cards and names that name nothing are refused by the engine itself, whoever asks; what is stored stays.

use crate::{
    recharge,
    stage::{Stage, tx},
};
use fundflow_kernel::envelope::Actor;
use fundflow_runtime::{
    kind::{payload, saga_id},
    message::{Action, ActionError, Reply, What},
};
use fundflow_sagas::recharge::{Command, Recharge, Request};

const CARD: &str = "4111111111111111";

/// The field that is named, without a digit of the number but its last four.
fn unfit(reply: Reply) -> &'static str {
    let Reply::NotActed(ActionError::Unfit { field, why }) = reply else { panic!("{reply:?}") };
    assert!(!why.contains("4111"), "{why}");
    field
}

#[test]
fn a_new_request_brings_no_number_of_a_card_and_names_somebody() {
    let mut stage = recharge::stage("02-12 10:00");
    let nothing = stage.events.len();
    let request = recharge::request;
    for (field, bad) in [
        ("account", Request { account: CARD.parse().unwrap(), ..request() }),
        ("investor", Request { investor: CARD.parse().unwrap(), ..request() }),
        ("investor", Request { investor: "..".parse().unwrap(), ..request() }),
    ] {
        assert_eq!(unfit(stage.request(bad, recharge::asked())), field);
    }
    for id in [".", "..", "-", "_._"] {
        assert_eq!(unfit(stage.request_as(id, request(), recharge::asked())), "transaction ID");
    }
    assert_eq!(stage.events.len(), nothing, "nothing is stored");
    // The caller's and the trade's own numbers are no tokens.
    for id in [CARD, "TX-1"] {
        let reply = stage.request_as(id, request(), recharge::asked());
        assert!(matches!(reply, Reply::Placed { .. }), "{id}: {reply:?}");
    }
}

fn placed() -> Stage<Recharge> {
    let mut stage = recharge::stage("02-12 10:00");
    let reply = stage.request(recharge::request(), recharge::asked());
    assert!(matches!(reply, Reply::Placed { .. }), "{reply:?}");
    stage
}

#[test]
fn no_command_and_no_action_brings_one_either() {
    let mut stage = placed();
    let nothing = stage.events.len();
    let account = || CARD.parse().unwrap();
    let redirect = |account, reason: &str| Command::Redirect {
        account,
        own_name: true,
        reason: reason.into(),
    };
    assert_eq!(unfit(stage.command(redirect(account(), "closed"))), "account");
    let reason = format!("paid with {CARD}");
    assert_eq!(unfit(stage.command(redirect("a-2".parse().unwrap(), &reason))), "reason");
    let saga = || saga_id::<Recharge>(&tx("TX-1"));
    let by = |actor| What::Command {
        saga: saga(),
        command: payload(redirect("a-2".parse().unwrap(), "closed")),
        actor,
        at: None,
    };
    assert_eq!(unfit(stage.handle(by(Actor::Operator(CARD.into())))), "operator");
    for (field, why, who) in [("reason", &*reason, "chen"), ("operator", "again", CARD)] {
        let action = Action::Resume { reason: why.into() };
        let act = What::Act { saga: saga(), action, operator: who.into() };
        assert_eq!(unfit(stage.handle(act)), field);
    }
    assert_eq!(stage.events.len(), nothing, "nothing is stored");
}
