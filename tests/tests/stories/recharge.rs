//! Money into the wallet.

use crate::table;
use fundflow_runtime::kind::payload;
use fundflow_sagas::recharge::{Command, Recharge};
use fundflow_testkit::{
    at_par::{morning, recharge},
    explore::{
        given::{asked, given, says, timer},
        refusal::Refused,
        refused_at, refused_by_command,
    },
    outside::{May, Outside},
    story,
};

#[test]
fn given_money_that_was_paid_shares_come_with_the_registrars_word_and_not_before() {
    given(recharge([]))
        .when(asked())
        .then_events(["recharge.prepared", "payment.requested"])
        .then_sends(["call TX-1.mmf.pay at bank"])
        .when(says("TX-1.mmf.pay", "Paid"))
        .then_events(["payment.paid", "application.placed"])
        .then_sends(["call TX-1.mmf at ta-own"])
        .when(says("TX-1.mmf", "Accepted"))
        .then_events(["application.accepted", "wallet.credited_in_transit"])
        .when(timer())
        .then_sends(["query TX-1.mmf at ta-own"])
        .when(says("TX-1.mmf", "Confirmed"))
        .then_events(["application.confirmed", "wallet.credit_confirmed", "recharge.completed"]);
}

#[test]
fn given_a_bank_that_declines_nothing_was_and_nothing_is_owed() {
    given(recharge([May::Decline]))
        .after([asked()])
        .when(says("TX-1.mmf.pay", "Declined"))
        .then_events(["payment.declined", "recharge.rolled_back"]);
}

fn refused(row: &str) -> Refused<Recharge, Outside> {
    let world = recharge([May::Decline, May::RejectAtFront, May::RejectInBatch]);
    match row {
        "readmit" => refused_by_command(world, row, &payload(Command::Cancel { at: morning() })),
        _ => refused_at(world, row),
    }
}

#[test]
fn the_story_of_a_recharge() {
    story!(table::<Recharge>("recharge.v2"), refused, {
        "pay" => ["payment.declined", "recharge.rolled_back"],
        "readmit" => [
            "recharge.cancel_asked", "payment.paid", "payment.refund_requested",
            "call TX-1.mmf.pay.refund1 at bank", "payment.refunded", "recharge.rolled_back",
        ],
        "buy" => [
            "application.rejected", "payment.refund_requested", "call TX-1.mmf.pay.refund1 at bank",
            "payment.refunded", "recharge.rolled_back",
        ],
        "confirm buy" => [
            "application.rejected", "wallet.credit_reversed", "payment.refund_requested",
            "call TX-1.mmf.pay.refund1 at bank", "payment.refunded", "recharge.rolled_back",
        ],
    });
}
