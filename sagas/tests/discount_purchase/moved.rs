//! When T moves, everything is decided again: status, limits, terms; and the money goes back where
//! the new T, or the investor, wants none of it.

use crate::{
    books::{self, counted, t_of},
    held::wallet_key,
    names::tx,
    outside::Fate,
    stage::Stage,
    terms::{TARGET, WALLET, capped, closed_on, foreign, request, target, wallet},
};
use fundflow_domain::{
    fund::FundTerms, limits::ExcessPolicy, modes::ConversionMode as Mode, wallet::Command as Wallet,
};
use fundflow_sagas::discount_purchase::Request;

const LINKED: Mode = Mode::LinkedSameDay;

/// Asked for at 14:59:30 and paid at 15:00:10.
pub(crate) fn late(mut stage: Stage, request: &Request) -> Stage {
    stage.request(request);
    stage.now = stage.now.plus_millis(40_000);
    stage.go("mmf.pay");
    stage
}

#[test]
fn a_fund_that_is_closed_on_the_new_t_sends_the_money_back() {
    for closed in [TARGET, WALLET] {
        let close = |fund: FundTerms| {
            let shut = fund.code.as_str() == closed;
            if shut { closed_on(fund, "2026-03-03") } else { fund }
        };
        let funds = [wallet(), target()].map(close);
        let mut stage = late(Stage::with(funds.to_vec(), "14:59:30"), &request(LINKED));
        stage.run();

        assert_eq!(stage.look().ending, Some("discount_purchase.rolled_back"), "{closed}");
        assert_eq!(&*stage.look().failure.unwrap().code, "not_admitted");
        books::at_the_end(&stage);
    }
}

#[test]
fn who_wants_it_only_today_gets_the_money_back_when_t_moves() {
    let only_today = Request { only_today: true, ..request(LINKED) };
    let mut stage = late(Stage::at("14:59:30"), &only_today);
    stage.run();

    assert_eq!(stage.look().ending, Some("discount_purchase.rolled_back"));
    assert_eq!(&*stage.look().failure.unwrap().code, "cut_off_passed");
    books::at_the_end(&stage);
}

fn limited(max: &str, on_excess: ExcessPolicy, now: &str) -> Stage {
    Stage::with(vec![wallet(), capped(target(), max, on_excess), foreign()], now)
}

#[test]
fn a_day_limit_is_counted_on_the_new_t_and_given_back_on_the_old() {
    let stage = limited("1500", ExcessPolicy::RejectWhole, "14:59:30");
    let mut stage = late(stage, &request(LINKED));

    assert_eq!(counted(&stage, "TX-1", TARGET, "03-02"), "0".parse().unwrap());
    assert_eq!(counted(&stage, "TX-1", TARGET, "03-03"), "1000".parse().unwrap());
    assert_eq!(t_of(&stage, "mmf"), "2026-03-03");
    stage.run();
    books::at_the_end(&stage);
    assert_eq!(stage.look().ending, Some("discount_purchase.completed"));
}

#[test]
fn a_day_limit_that_others_have_used_up_on_the_new_t_sends_the_money_back() {
    let mut stage = limited("1500", ExcessPolicy::RejectWhole, "14:59:30");
    stage.request(&request(LINKED));
    stage.now = stage.now.plus_millis(35_000);
    stage.request_as("TX-2", &Request { amount: "600".parse().unwrap(), ..request(LINKED) });
    stage.go("mmf.pay");
    stage.run();

    for day in ["03-02", "03-03"] {
        assert_eq!(counted(&stage, "TX-1", TARGET, day), "0".parse().unwrap(), "{day}");
    }
    assert_eq!(counted(&stage, "TX-2", TARGET, "03-03"), "600".parse().unwrap());
    assert_eq!(stage.look().ending, Some("discount_purchase.rolled_back"));
    books::at_the_end(&stage);
}

#[test]
fn what_fits_under_the_limit_of_the_new_t_is_accepted_and_the_rest_goes_back() {
    let mut stage = limited("1500", ExcessPolicy::AcceptUpToLimit, "14:59:30");
    stage.request(&request(LINKED));
    stage.now = stage.now.plus_millis(35_000);
    stage.request_as("TX-2", &Request { amount: "800".parse().unwrap(), ..request(LINKED) });
    stage.go("mmf.pay");
    stage.run();

    assert_eq!(counted(&stage, "TX-1", TARGET, "03-03"), "700".parse().unwrap());
    let books = books::books(&stage);
    assert_eq!((books.in_target, books.refunded), ("700".parse().unwrap(), "300".parse().unwrap()));
    books::at_the_end(&stage);
    assert_eq!(stage.look().ending, Some("discount_purchase.completed"));
}

#[test]
fn what_fits_under_the_limit_of_the_first_t_is_all_that_is_taken() {
    let mut stage = limited("700", ExcessPolicy::AcceptUpToLimit, "10:00");
    stage.request(&request(LINKED));
    stage.run();

    assert_eq!(books::books(&stage).paid, "700".parse().unwrap());
    books::at_the_end(&stage);
}

#[test]
fn an_order_that_exceeds_the_limit_of_the_whole_day_takes_the_unpaid_ones_with_it() {
    let mut stage = limited("1500", ExcessPolicy::RejectAllOfDay, "10:00");
    stage.request(&request(LINKED));
    stage.request_as("TX-2", &Request { amount: "600".parse().unwrap(), ..request(LINKED) });
    stage.run();

    books::always(&stage);
}

#[test]
fn money_that_exceeds_the_limit_of_the_new_t_takes_the_day_with_it_and_every_later_request() {
    let mut stage = limited("1500", ExcessPolicy::RejectAllOfDay, "14:59:30");
    stage.request(&request(LINKED));
    stage.now = stage.now.plus_millis(35_000);
    stage.request_as("TX-2", &Request { amount: "800".parse().unwrap(), ..request(LINKED) });
    stage.go("mmf.pay");

    assert_eq!(counted(&stage, "TX-2", TARGET, "03-03"), "0".parse().unwrap());
    let events = stage.events.len();
    let reply = stage.request_as("TX-3", &request(LINKED));
    let fundflow_runtime::message::Reply::Refused(_, text) = reply else { panic!("{reply:?}") };
    assert!(text.contains("takes no more orders of 2026-03-03"), "{text}");
    assert_eq!(stage.events.len(), events);
    stage.run();
    assert_eq!(stage.look().ending, Some("discount_purchase.rolled_back"));
    books::at_the_end(&stage);
}

#[test]
fn an_order_that_its_registrar_has_falls_with_its_day() {
    for mode in [LINKED, Mode::NextDay] {
        let mut stage = limited("1500", ExcessPolicy::RejectAllOfDay, "14:59:30");
        stage.request(&request(mode));
        stage.now = stage.now.plus_millis(35_000);
        let other = Request { amount: "800".parse().unwrap(), ..request(mode) };
        stage.request_as("TX-2", &other);
        for call in ["TX-2.mmf.pay", "TX-2.mmf"] {
            stage.go(call);
        }
        stage.go("mmf.pay");
        stage.run();

        let look = stage.look_at("TX-2");
        // In the next-day mode only the target's T takes nothing.
        let ending = match mode {
            Mode::LinkedSameDay => "discount_purchase.compensated",
            _ => "discount_purchase.kept_in_wallet",
        };
        assert_eq!(look.ending, Some(ending), "{mode:?} {}", stage.text());
        assert_eq!(&*look.failure.unwrap().code, "day_refused");
    }
}

#[test]
fn what_the_registrar_has_already_is_taken_back_where_the_new_t_lets_in_a_part() {
    let mut stage = limited("1500", ExcessPolicy::AcceptUpToLimit, "14:00");
    stage.outside.fate("mmf", [Fate::Lost; 40]);
    stage.request(&request(LINKED));
    stage.clock("16:59");
    stage.request_as("TX-2", &Request { amount: "800".parse().unwrap(), ..request(LINKED) });
    stage.clock("17:00");
    stage.outside.fates.clear();
    stage.run();

    assert_eq!(stage.look().ending, Some("discount_purchase.compensated"), "{}", stage.text());
    assert_eq!(&*stage.look().failure.unwrap().code, "above_day_limit");
    assert_eq!(counted(&stage, "TX-1", TARGET, "03-03"), "0".parse().unwrap());
    books::at_the_end(&stage);
}

#[test]
fn a_limit_that_was_used_up_while_the_process_was_dead_turns_the_purchase_away() {
    let stage = beaten(ExcessPolicy::RejectWhole);
    assert_eq!(stage.look().ending, Some("discount_purchase.rolled_back"), "{}", stage.text());
    assert_eq!(&*stage.look().failure.unwrap().code, "above_day_limit");
    assert_eq!(counted(&stage, "TX-1", TARGET, "03-02"), "0".parse().unwrap());
    books::at_the_end(&stage);
}

#[test]
fn what_others_left_of_a_limit_while_the_process_was_dead_is_all_that_is_paid() {
    let mut stage = beaten(ExcessPolicy::AcceptUpToLimit);
    assert_eq!(counted(&stage, "TX-1", TARGET, "03-02"), "900".parse().unwrap());
    stage.run();
    assert_eq!(books::books(&stage).paid, "900".parse().unwrap(), "{}", stage.text());
    books::at_the_end(&stage);
}

/// Another order is faster at the limit than one of which only the request was stored.
fn beaten(policy: ExcessPolicy) -> Stage {
    let mut stage = limited("1500", policy, "10:00");
    // Nothing but the request is stored; another one is faster at the limit.
    let mut dead = stage.clone();
    dead.request(&request(LINKED));
    let prepared = dead.events.iter().find(|it| it.stream.category() == "discount_purchase");
    stage.request_as("TX-2", &Request { amount: "600".parse().unwrap(), ..request(LINKED) });
    let mut prepared = prepared.unwrap().clone();
    prepared.position = fundflow_kernel::store::Position(stage.events.len() as u64 + 1);
    stage.events.push(prepared);
    stage.lines.push("discount_purchase.prepared".to_owned());
    stage.crash();
    stage
}

/// Paid at 14:00; the registrar takes the purchase only at 17:00 and later.
pub(crate) fn accepted_late(mut stage: Stage, request: &Request) -> Stage {
    stage.outside.fate("mmf", [Fate::Lost; 40]);
    stage.request(request);
    stage.clock("17:00");
    stage.outside.fates.clear();
    stage.run();
    stage
}

/// Handed in at 14:00; the registrar says only at 17:00 and later that it has it.
fn heard_late(mut stage: Stage, request: &Request) -> Stage {
    stage.outside.mute.insert("mmf".to_owned());
    stage.request(request);
    stage.clock("17:00");
    stage.outside.mute.clear();
    stage.run();
    stage
}

#[test]
fn a_purchase_that_the_registrar_takes_after_sealing_is_decided_again_for_the_next_t() {
    let stage = limited("1500", ExcessPolicy::RejectWhole, "14:00");
    let stage = accepted_late(stage, &request(LINKED));

    assert_eq!(t_of(&stage, "mmf"), "2026-03-03");
    assert_eq!(counted(&stage, "TX-1", TARGET, "03-02"), "0".parse().unwrap());
    assert_eq!(counted(&stage, "TX-1", TARGET, "03-03"), "1000".parse().unwrap());
    assert_eq!(stage.look().ending, Some("discount_purchase.completed"));
    books::at_the_end(&stage);
}

#[test]
fn a_purchase_that_the_registrar_takes_after_sealing_goes_back_where_the_next_t_refuses_it() {
    let funds = vec![wallet(), closed_on(target(), "2026-03-03")];
    let closed = accepted_late(Stage::with(funds, "14:00"), &request(LINKED));
    let only_today = Request { only_today: true, ..request(LINKED) };
    let unwanted = heard_late(Stage::at("14:00"), &only_today);

    for (stage, code) in [(closed, "not_admitted"), (unwanted, "cut_off_passed")] {
        assert_eq!(stage.look().ending, Some("discount_purchase.compensated"), "{}", stage.text());
        assert_eq!(&*stage.look().failure.unwrap().code, code);
        books::at_the_end(&stage);
    }
}

#[test]
fn a_purchase_that_never_came_is_not_handed_in_after_sealing_where_only_today_is_wanted() {
    let only_today = Request { only_today: true, ..request(LINKED) };
    let stage = accepted_late(Stage::at("14:00"), &only_today);

    assert_eq!(stage.look().ending, Some("discount_purchase.rolled_back"), "{}", stage.text());
    assert_eq!(&*stage.look().failure.unwrap().code, "too_late");
    let refused = |lines: &[String]| lines == ["ask mmf", "application.rejected"];
    assert!(stage.lines.windows(2).any(refused), "{}", stage.text());
    books::at_the_end(&stage);
}

#[test]
fn a_charge_that_never_came_is_not_made_after_the_cut_off_where_only_today_is_wanted() {
    let mut stage = Stage::at("14:59:30");
    stage.request(&Request { only_today: true, ..request(LINKED) });
    stage.now = stage.now.plus_millis(30_000);
    stage.crash();
    stage.run();

    assert_eq!(stage.look().ending, Some("discount_purchase.rolled_back"), "{}", stage.text());
    assert_eq!(&*stage.look().failure.unwrap().code, "too_late");
    assert_eq!(stage.lines.iter().filter(|line| *line == "call mmf.pay").count(), 1);
    books::at_the_end(&stage);
}

#[test]
fn held_shares_that_the_registrar_takes_after_the_cut_off_are_decided_again_for_the_next_t() {
    let mut stage = limited("1500", ExcessPolicy::RejectWhole, "14:50");
    let shares = "1000".parse().unwrap();
    stage.given(&wallet_key(), &Wallet::CreditInTransit(tx("GIVEN"), shares));
    let on = "2026-02-10".parse().unwrap();
    stage.given(&wallet_key(), &Wallet::ConfirmCredit(tx("GIVEN"), shares, on));
    stage.outside.fate("convert", [Fate::Lost; 4]);
    stage.request(&request(Mode::Held));
    stage.run();

    assert_eq!(t_of(&stage, "convert"), "2026-03-02", "four lost calls take three minutes");
    let mut stage = stage.clone();
    stage.run();
    books::at_the_end(&stage);
}
