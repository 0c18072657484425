//! The day's limit of the target counts on the T of the target's own order: counted there, given back
//! when that order fails or moves, decided again when it moves.

use crate::{
    books::{self, counted, t_of},
    names::tx,
    outside::{Fate, Verdict},
    stage::Stage,
    terms::{FOREIGN, TARGET, WALLET, capped, closed_on, foreign, request, target, wallet},
};
use fundflow_domain::{
    application::Applications,
    day_limit::{Command as Count, DayLimit},
    fund::{Closure, FundTerms},
    ids::{ApplicationNo, VersionTag},
    limits::{DayMax, ExcessPolicy as Policy},
    modes::ConversionMode as Mode,
    money::Discount,
    status::{ConvertStatus, Stops},
};
use fundflow_kernel::streams::Key;
use fundflow_runtime::message::Reply;
use fundflow_sagas::discount_purchase::Request;
use rust_decimal::Decimal;

pub(crate) fn yuan(text: &str) -> Decimal {
    text.parse().unwrap()
}

/// Both targets let in so much a day.
pub(crate) fn capped_at(max: &str, policy: Policy) -> Vec<FundTerms> {
    vec![
        capped(wallet(), "100000", policy),
        capped(target(), max, policy),
        capped(foreign(), max, policy),
    ]
}

/// The mode, its target, and the day on which that is bought.
const LATER: [(Mode, &str, &str); 2] =
    [(Mode::NextDay, TARGET, "03-03"), (Mode::RedeemToPurchase, FOREIGN, "03-04")];

/// Somebody else's order of the same investor counts on that day.
pub(crate) fn used(stage: &mut Stage, fund: &str, day: &str, amount: &str) {
    let key: Key<DayLimit> = Key::of(&format!("{fund}.i-1.2026-{day}.individual.direct_online"));
    let count = Count::Count {
        transaction: tx(&format!("OTHER-{day}")),
        amount: amount.parse().unwrap(),
        cap: Some(DayMax { amount: "1500".parse().unwrap(), on_excess: Policy::AcceptUpToLimit }),
    };
    stage.given(&key, &count);
}

pub(crate) fn placed(stage: &mut Stage, mode: Mode) {
    let reply = stage.request(&request(mode));
    assert!(matches!(reply, Reply::Placed { .. }), "{reply:?}");
}

#[test]
fn each_fund_counts_on_the_t_of_its_own_order_from_the_request_on() {
    for (mode, fund, day) in LATER {
        let mut stage = Stage::with(capped_at("1500", Policy::RejectWhole), "10:00");
        used(&mut stage, fund, "03-02", "1500");
        placed(&mut stage, mode);
        for (fund, on, much) in
            [(WALLET, "03-02", "1000"), (fund, "03-02", "0"), (fund, day, "1000")]
        {
            assert_eq!(counted(&stage, "TX-1", fund, on), yuan(much), "{mode:?} {fund} {on}");
        }
        let events = stage.events.len();
        stage.run();
        assert_eq!(stage.look().ending, Some("discount_purchase.completed"), "{}", stage.text());
        assert_eq!(counted(&stage, "TX-1", fund, day), yuan("1000"));
        let moved = stage.events[events..].iter().filter(|it| it.stream.category() == "day_limit");
        assert_eq!(moved.count(), 0, "nothing moved");
        books::at_the_end(&stage);
    }
}

#[test]
fn what_is_held_buys_nothing_of_the_money_fund_and_counts_nothing_of_it() {
    let shut = closed_on(capped(wallet(), "1", Policy::RejectWhole), "2026-03-02");
    let mut stage = crate::held::holding("1000");
    let with = Stage::with(vec![shut, target()], "10:00");
    (stage.saga, stage.runner) = (with.saga, with.runner);
    placed(&mut stage, Mode::Held);
    stage.run();
    assert_eq!(stage.look().ending, Some("discount_purchase.completed"), "{}", stage.text());
    assert!(!stage.has("day_limit.counted"));
}

#[test]
fn a_day_that_is_used_up_at_the_targets_own_t_refuses_or_takes_what_fits() {
    for (mode, fund, day) in LATER {
        let mut stage = Stage::with(capped_at("1500", Policy::RejectWhole), "10:00");
        used(&mut stage, fund, day, "600");
        let Reply::Refused(_, text) = stage.request(&request(mode)) else { panic!("{mode:?}") };
        let why = format!("amount 1000.00 after 600.00 on 2026-{day} is above 1500.00");
        assert!(text.contains(&why), "{mode:?}: {text}");

        let mut stage = Stage::with(capped_at("1500", Policy::AcceptUpToLimit), "10:00");
        used(&mut stage, fund, day, "600");
        placed(&mut stage, mode);
        assert_eq!(counted(&stage, "TX-1", fund, day), yuan("900"), "{mode:?}");
        stage.run();
        assert_eq!(books::books(&stage).paid, yuan("900"), "{mode:?}");
        books::at_the_end(&stage);
    }
}

/// The registrar confirms what was bought a trading day later than it should.
pub(crate) fn confirmed_late(stage: &mut Stage) {
    stage.outside.verdicts.insert("mmf".to_owned(), Verdict::Silence);
    stage.clock("03-03 16:00");
    stage.outside.verdicts.clear();
    stage.run();
}

/// One trading day after the one that was promised.
const fn later(mode: Mode) -> &'static str {
    match mode {
        Mode::RedeemToPurchase => "03-05",
        Mode::Held | Mode::LinkedSameDay | Mode::NextDay => "03-04",
    }
}

#[test]
fn an_order_that_is_placed_on_a_later_t_counts_there_and_not_on_the_first_any_more() {
    for (mode, fund, day) in LATER {
        let mut stage = Stage::with(capped_at("1500", Policy::RejectWhole), "10:00");
        placed(&mut stage, mode);
        confirmed_late(&mut stage);
        assert_eq!(stage.look().ending, Some("discount_purchase.completed"), "{}", stage.text());
        assert_eq!(counted(&stage, "TX-1", fund, day), yuan("0"), "{mode:?}");
        assert_eq!(counted(&stage, "TX-1", fund, later(mode)), yuan("1000"), "{mode:?}");
        assert_eq!(counted(&stage, "TX-1", WALLET, "03-02"), yuan("1000"), "{mode:?}");
        books::at_the_end(&stage);
    }
}

#[test]
fn a_later_t_that_is_used_up_takes_nothing_and_what_was_bought_stays_or_is_paid_out() {
    for (mode, fund, day) in LATER {
        let mut stage = Stage::with(capped_at("1500", Policy::RejectWhole), "10:00");
        placed(&mut stage, mode);
        used(&mut stage, fund, later(mode), "600");
        confirmed_late(&mut stage);
        let ending = match mode {
            Mode::RedeemToPurchase => "discount_purchase.paid_out",
            Mode::Held | Mode::LinkedSameDay | Mode::NextDay => "discount_purchase.kept_in_wallet",
        };
        assert_eq!(stage.look().ending, Some(ending), "{}", stage.text());
        let cause = stage.look().failure.unwrap();
        assert!(cause.text.contains("after 600.00 on"), "{cause}");
        for day in [day, later(mode)] {
            assert_eq!(counted(&stage, "TX-1", fund, day), yuan("0"), "{mode:?} {day}");
        }
        assert_eq!(counted(&stage, "TX-1", WALLET, "03-02"), yuan("1000"), "it was bought");
        books::at_the_end(&stage);
    }
}

#[test]
fn a_later_t_that_accepts_up_to_its_limit_takes_what_fits() {
    for (mode, fund, _) in LATER {
        let mut stage = Stage::with(capped_at("1500", Policy::AcceptUpToLimit), "10:00");
        placed(&mut stage, mode);
        used(&mut stage, fund, later(mode), "800");
        confirmed_late(&mut stage);
        assert_eq!(stage.look().ending, Some("discount_purchase.completed"), "{}", stage.text());
        assert_eq!(counted(&stage, "TX-1", fund, later(mode)), yuan("700"), "{mode:?}");
        let books = books::books(&stage);
        assert_eq!(books.in_target, yuan("700"), "{mode:?} {books:?}");
        assert_eq!(books.in_wallet + books.paid_out, yuan("300"), "{mode:?} {books:?}");
        books::at_the_end(&stage);
    }
}

#[test]
fn a_later_t_that_refuses_all_of_its_day_remembers_it() {
    for (mode, fund, _) in LATER {
        let mut stage = Stage::with(capped_at("1500", Policy::RejectAllOfDay), "10:00");
        placed(&mut stage, mode);
        used(&mut stage, fund, later(mode), "800");
        confirmed_late(&mut stage);
        assert!(stage.has("day_limit.day_refused"), "{mode:?}\n{}", stage.text());
        books::at_the_end(&stage);
    }
}

#[test]
fn an_order_that_comes_to_nothing_gives_the_targets_limit_back_and_no_other() {
    for (mode, fund, day) in LATER {
        let name = if mode == Mode::NextDay { "convert" } else { "target" };
        for verdict in [None, Some(Verdict::Rejected)] {
            let mut stage = Stage::with(capped_at("1500", Policy::RejectWhole), "10:00");
            match verdict {
                Some(verdict) => drop(stage.outside.verdicts.insert(name.to_owned(), verdict)),
                None => stage.outside.fate(name, [Fate::Refused]),
            }
            placed(&mut stage, mode);
            stage.run();
            assert_eq!(counted(&stage, "TX-1", fund, day), yuan("0"), "{mode:?} {verdict:?}");
            assert_eq!(counted(&stage, "TX-1", WALLET, "03-02"), yuan("1000"), "{mode:?}");
            books::at_the_end(&stage);
        }
    }
}

/// The registrar takes the target's order after the cut-off of the day that was promised.
fn taken_late(stage: &mut Stage, mode: Mode) {
    let (name, day) =
        if mode == Mode::NextDay { ("convert", "03-03") } else { ("target", "03-04") };
    stage.outside.down.insert(name.to_owned());
    stage.clock(&format!("{day} 16:00"));
    stage.outside.down.clear();
    stage.run();
}

#[test]
fn an_order_that_the_registrar_takes_on_a_later_t_is_decided_again_there() {
    for (mode, fund, day) in LATER {
        let name = if mode == Mode::NextDay { "convert" } else { "target" };
        let mut stage = Stage::with(capped_at("1500", Policy::RejectWhole), "10:00");
        placed(&mut stage, mode);
        taken_late(&mut stage, mode);
        assert_eq!(stage.look().ending, Some("discount_purchase.completed"), "{}", stage.text());
        assert_eq!(t_of(&stage, name), format!("2026-{}", later(mode)));
        assert_eq!(counted(&stage, "TX-1", fund, day), yuan("0"), "{mode:?}");
        assert_eq!(counted(&stage, "TX-1", fund, later(mode)), yuan("1000"), "{mode:?}");
        books::at_the_end(&stage);

        for policy in [Policy::RejectWhole, Policy::AcceptUpToLimit] {
            let mut stage = Stage::with(capped_at("1500", policy), "10:00");
            placed(&mut stage, mode);
            used(&mut stage, fund, later(mode), "600");
            taken_late(&mut stage, mode);
            for day in [day, later(mode)] {
                assert_eq!(counted(&stage, "TX-1", fund, day), yuan("0"), "{mode:?} {day}");
            }
            assert_eq!(books::books(&stage).in_target, yuan("0"), "{}", stage.text());
            assert!(stage.lines.contains(&format!("call {name}.cancel")), "{}", stage.text());
            books::at_the_end(&stage);
        }
    }
}

#[test]
fn a_target_that_is_closed_on_the_day_of_a_late_order_takes_nothing() {
    let shut = closed_on(foreign(), "2026-03-05");
    let mut stage = Stage::with(vec![wallet(), shut], "10:00");
    placed(&mut stage, Mode::RedeemToPurchase);
    taken_late(&mut stage, Mode::RedeemToPurchase);
    assert_eq!(stage.look().ending, Some("discount_purchase.paid_out"), "{}", stage.text());
    books::at_the_end(&stage);
}

/// The money fund by other terms from 3 March on: the day on which what is bought on the 2nd leaves it.
fn wallet_then(change: impl FnOnce(&mut FundTerms)) -> Vec<FundTerms> {
    let mut then = wallet();
    (then.version, then.effective_from) =
        (VersionTag::literal("w-2"), "2026-03-03".parse().unwrap());
    change(&mut then);
    vec![wallet(), then, target(), foreign()]
}

/// Ordered before anybody knew of those terms.
fn ended(funds: Vec<FundTerms>, mode: Mode) -> Stage {
    let mut stage = Stage::at("10:00");
    placed(&mut stage, mode);
    stage.settle();
    let with = Stage::with(funds, "10:00");
    (stage.saga, stage.runner) = (with.saga, with.runner);
    stage.crash();
    stage.run();
    books::at_the_end(&stage);
    stage
}

#[test]
fn what_is_converted_the_next_day_leaves_by_the_money_funds_terms_of_that_day() {
    let shut = wallet_then(|fund| fund.convert_status = ConvertStatus::Neither);
    let small = wallet_then(|fund| fund.limits.shares.conversion_min = "2000".parse().unwrap());
    for stage in [shut, small].map(|funds| ended(funds, Mode::NextDay)) {
        assert_eq!(
            stage.look().ending,
            Some("discount_purchase.kept_in_wallet"),
            "{}",
            stage.text()
        );
    }
    let dear = wallet_then(|fund| fund.conversions[0].topup_discount = Discount::NONE);
    let mut stage = Stage::with(dear, "10:00");
    placed(&mut stage, Mode::NextDay);
    stage.run();
    let key: Key<Applications> = Key::of(&ApplicationNo::of(&"TX-1.convert".parse().unwrap()));
    let order = stage.state(&key).application().unwrap().terms.clone();
    assert_eq!(order.promised.discount, Discount::NONE, "the top-up is not free any more");
}

#[test]
fn what_is_redeemed_the_next_day_stays_where_the_money_fund_lets_nothing_go() {
    let stops = |fund: &mut FundTerms| {
        let on = "2026-03-03".parse().unwrap();
        let notice = "no redemptions".to_owned();
        fund.closures.push(Closure { from: on, through: on, stops: Stops::Redemption, notice });
    };
    let stage = ended(wallet_then(stops), Mode::RedeemToPurchase);
    assert_eq!(stage.look().ending, Some("discount_purchase.kept_in_wallet"), "{}", stage.text());
    assert!(!stage.text().contains("TX-1.redeem "), "no order was placed");
}

#[test]
fn held_shares_whose_order_is_placed_late_count_on_the_later_t() {
    let mut stage = crate::held::holding("1000");
    let with = Stage::with(capped_at("1500", Policy::RejectWhole), "14:59:59");
    (stage.saga, stage.runner, stage.now) = (with.saga, with.runner, with.now);
    stage.request(&request(Mode::Held));
    // The process died between the reservation and the order.
    let placed = stage.types().iter().position(|it| *it == "application.placed").unwrap();
    stage.events.truncate(placed);
    stage.in_flight.clear();
    stage.now = crate::names::at("15:30");
    stage.crash();
    stage.run();
    assert_eq!(stage.look().ending, Some("discount_purchase.completed"), "{}", stage.text());
    assert_eq!(counted(&stage, "TX-1", TARGET, "03-02"), yuan("0"));
    assert_eq!(counted(&stage, "TX-1", TARGET, "03-03"), yuan("1000"));
    assert_eq!(books::books(&stage).in_target, yuan("1000"));
}

#[test]
fn a_process_that_dies_while_the_targets_t_moves_counts_it_once() {
    for (mode, fund, day) in LATER {
        for policy in [Policy::RejectWhole, Policy::AcceptUpToLimit] {
            let mut stage = Stage::with(capped_at("1500", policy), "10:00");
            placed(&mut stage, mode);
            used(&mut stage, fund, later(mode), "300");
            let mut whole = stage.clone();
            let before = whole.events.len();
            confirmed_late(&mut whole);
            for fuse in 0..whole.events.len() - before {
                let mut stage = stage.clone();
                stage.fuse = Some(fuse);
                confirmed_late(&mut stage);
                assert_eq!(stage.look().ending, whole.look().ending, "{fuse}\n{}", stage.text());
                assert_eq!(books::books(&stage), books::books(&whole), "{fuse}");
                for day in [day, later(mode)] {
                    let [this, that] = [&stage, &whole].map(|it| counted(it, "TX-1", fund, day));
                    assert_eq!(this, that, "{mode:?} {day}, dead after {fuse}");
                }
                books::at_the_end(&stage);
            }
        }
    }
}

#[test]
fn who_wants_only_the_first_price_is_not_converted_at_a_later_one() {
    let mut stage = Stage::at("10:00");
    let only = Request { only_today: true, ..request(Mode::NextDay) };
    stage.request(&only);
    confirmed_late(&mut stage);
    assert_eq!(stage.look().ending, Some("discount_purchase.kept_in_wallet"), "{}", stage.text());
    assert_eq!(&*stage.look().failure.unwrap().code, "cut_off_passed");
}

#[test]
fn a_process_that_dies_while_the_targets_order_comes_to_nothing_gives_its_limit_back() {
    for (mode, fund, day) in LATER {
        let name = if mode == Mode::NextDay { "convert" } else { "target" };
        let mut stage = Stage::with(capped_at("1500", Policy::RejectWhole), "10:00");
        stage.outside.verdicts.insert(name.to_owned(), Verdict::Rejected);
        placed(&mut stage, mode);
        let mut whole = stage.clone();
        whole.run();
        for fuse in 0..whole.events.len() - stage.events.len() {
            let mut stage = stage.clone();
            stage.fuse = Some(fuse);
            stage.run();
            assert_eq!(stage.look().ending, whole.look().ending, "{fuse}\n{}", stage.text());
            assert_eq!(counted(&stage, "TX-1", fund, day), yuan("0"), "dead after {fuse}");
            assert!(stage.look().finished);
        }
    }
}
