//! Shares of a target for those of another fund.

use crate::{
    house::{comes_too_late, too_late},
    table,
};
use fundflow_sagas::conversion::{Conversion, Request};
use fundflow_testkit::{
    at_par::{conversion, held, holdings_key, house, world},
    explore::{
        given::{asked, given, says, timer},
        refusal::Refused,
        refused_at,
    },
    outside::{May, Outside},
    story, wanted,
    worlds::{self, investor_id, shares, target_code},
};

#[test]
fn given_shares_that_are_held_they_are_reserved_and_leave_with_the_registrars_word() {
    given(conversion([]))
        .when(asked())
        .then_events(["conversion.prepared", "holdings.shares_reserved", "application.placed"])
        .then_sends(["call TX-1.convert at ta-own"])
        .when(says("TX-1.convert", "Accepted"))
        .then_events(["application.accepted"])
        .when(timer())
        .then_sends(["query TX-1.convert at ta-own"])
        .when(says("TX-1.convert", "Confirmed"))
        .then_events([
            "application.confirmed",
            "holdings.shares_taken",
            "holdings.credited",
            "conversion.completed",
        ]);
}

/// Of no later T.
fn refused(row: &str) -> Refused<Conversion, Outside> {
    let request = Request {
        investor: investor_id(),
        fund: target_code(),
        into: wanted::other_code(),
        shares: Some(shares("400")),
        lots: Vec::new(),
        only_today: true,
        distributor: None,
    };
    let outside = Outside::that([May::RejectAtFront, May::RejectInBatch]);
    let world = world(Conversion { house: house() }, outside, (request, worlds::asked()))
        .with(&holdings_key(target_code()), held("1000"));
    match row {
        "order" => comes_too_late(world, row, too_late()),
        _ => refused_at(world, row),
    }
}

#[test]
fn the_story_of_a_conversion() {
    story!(table::<Conversion>("conversion.v1"), refused, {
        "order" => ["conversion.turned_away", "holdings.shares_released", "conversion.rolled_back"],
        "convert" => ["application.rejected", "holdings.shares_released", "conversion.rolled_back"],
        "confirm" => ["application.rejected", "holdings.shares_released", "conversion.rolled_back"],
    });
}
