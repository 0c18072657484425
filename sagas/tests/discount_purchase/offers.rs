//! Only what can be run is offered: each mode that a refusal names is taken when it is asked for at once.

use crate::{
    held::wallet_key,
    names::tx,
    stage::Stage,
    terms::{TARGET, WALLET, asked, capped, closed_on, request, target, wallet},
};
use fundflow_domain::{
    day_limit::{Command as Count, DayLimit},
    fund::{FundKind, FundTerms},
    ids::FundCode,
    investor::InvestorRisk,
    limits::{DayMax, ExcessPolicy as Policy},
    modes::ConversionMode as Mode,
    wallet::Command as Wallet,
};
use fundflow_kernel::{cause::Cause, streams::Key};
use fundflow_runtime::{
    kind::{payload, saga_id},
    message::{Reply, What},
    port::{AnyPort, Keyed, Port, Ports},
};
use fundflow_sagas::{
    discount_purchase::{Asked, DiscountPurchase, Refusal, Request},
    ports::{bank::BankCall, registrar::RegistrarCall},
};
use proptest::prelude::*;
use std::{fmt, marker::PhantomData, sync::Arc};

/// Takes calls of one type, and is never called here.
struct Takes<C>(PhantomData<fn() -> C>);

impl<C: Keyed + Clone + fmt::Debug + Send + Sync + 'static> Port for Takes<C> {
    type Call = C;
    type Answer = ();

    async fn call(&self, call: C) {
        unreachable!("{call:?}")
    }
    fn silence(_: &C, _: Cause) {}
}

pub(crate) fn ports(names: &[&str]) -> Arc<Ports> {
    let port = |name: &str| -> Arc<dyn AnyPort> {
        match name {
            "bank" => Arc::new(Takes::<BankCall>(PhantomData)),
            _ => Arc::new(Takes::<RegistrarCall>(PhantomData)),
        }
    };
    Arc::new(names.iter().map(|name| (name.parse().unwrap(), port(name))).collect())
}

/// The request, by an investor of that level who confirmed the warning or did not.
pub(crate) fn ask(stage: &mut Stage, request: &Request, who: &Asked) -> Reply {
    stage.handle(What::Request {
        saga: saga_id::<DiscountPurchase>(&tx("TX-1")),
        request: payload(request.clone()),
        asked: payload(who.clone()),
        at: None,
        trace_parent: None,
    })
}

/// The modes that the refusal names.
fn offers(reply: &Reply) -> Vec<Mode> {
    let Reply::Refused(refusal, _) = reply else { return Vec::new() };
    match refusal.downcast_ref::<Refusal>() {
        Some(Refusal::NotAdmitted(rule)) => rule.offers().unwrap_or_default().to_vec(),
        Some(Refusal::OtherModes { possible, .. }) => possible.clone(),
        _ => Vec::new(),
    }
}

/// Whether the rules say no, and not that somebody cannot be called.
fn is_declined(reply: &Reply) -> bool {
    let Reply::Refused(refusal, _) = reply else { return false };
    let refusal = refusal.downcast_ref::<Refusal>();
    matches!(refusal, Some(Refusal::NotAdmitted(_) | Refusal::OtherModes { .. }))
}

fn taken(reply: &Reply) -> bool {
    matches!(reply, Reply::Placed { .. })
}

fn count(stage: &mut Stage, day: &str, yuan: u32) {
    let key: Key<DayLimit> = Key::of(&format!("{TARGET}.i-1.2026-{day}.individual.direct_online"));
    let (transaction, cap) = (tx(&format!("OTHER-{day}")), None::<DayMax>);
    let amount = yuan.to_string().parse().unwrap();
    stage.given(&key, &Count::Count { transaction, amount, cap });
}

/// So many shares of the wallet are free, and so many frozen.
fn give(stage: &mut Stage, free: u32, frozen: u32) {
    let (id, shares) = (tx("GIVEN"), (free + frozen).to_string().parse().unwrap());
    stage.given(&wallet_key(), &Wallet::CreditInTransit(id.clone(), shares));
    let on = "2026-02-10".parse().unwrap();
    stage.given(&wallet_key(), &Wallet::ConfirmCredit(id, shares, on));
    let (record, shares) = ("court-1".parse().unwrap(), frozen.to_string().parse().unwrap());
    let cause = fundflow_domain::freeze::FrozenCause::Judicial;
    stage.given(&wallet_key(), &Wallet::Freeze { record, shares, cause });
}

fn by(registrar: &str, mut fund: FundTerms) -> FundTerms {
    fund.registrar = registrar.parse().unwrap();
    fund
}

#[test]
fn a_mode_whose_registrar_or_bank_cannot_be_called_is_not_offered() {
    let asked_for = request(Mode::Held);
    for (names, expected) in [
        (vec!["bank", "ta-05"], vec![Mode::LinkedSameDay, Mode::NextDay, Mode::RedeemToPurchase]),
        (vec!["ta-05"], vec![]),
        (vec!["bank"], vec![]),
    ] {
        let mut stage = Stage::at("10:00");
        stage.runner.set_ports(ports(&names));
        let reply = ask(&mut stage, &asked_for, &asked());
        assert_eq!(offers(&reply), expected, "{names:?}: {reply:?}");
    }
    // Shares that are held need no bank.
    let mut stage = Stage::with(vec![wallet(), by("06", target())], "10:00");
    give(&mut stage, 1000, 5);
    stage.runner.set_ports(ports(&["bank", "ta-05", "ta-06"]));
    let next = Request { target_fund: TARGET.parse().unwrap(), ..request(Mode::NextDay) };
    assert_eq!(offers(&ask(&mut stage, &next, &asked())), [Mode::RedeemToPurchase]);
    stage.runner.set_ports(ports(&["bank", "ta-05"]));
    assert_eq!(offers(&ask(&mut stage, &next, &asked())), []);
}

#[test]
fn a_money_fund_is_no_target_in_any_mode_and_nothing_is_charged_for_it() {
    let modes = Mode::ALL.into_iter().map(Some).chain([None]);
    for mode in modes {
        let money = FundTerms { kind: FundKind::Money, ..target() };
        let mut stage = Stage::with(vec![wallet(), money], "10:00");
        give(&mut stage, 5000, 1);
        let before = stage.events.len();
        let asked_for =
            Request { mode, target_fund: TARGET.parse().unwrap(), ..request(Mode::Held) };
        let Reply::Refused(_, text) = ask(&mut stage, &asked_for, &asked()) else {
            panic!("{mode:?} is taken")
        };
        assert_eq!(
            &*text,
            "fund 011162 is a money-market fund, whose shares belong in a wallet; a discount purchase buys other funds",
            "{mode:?}"
        );
        assert_eq!(stage.events.len(), before, "{mode:?}");
    }
}

#[test]
fn a_mode_that_needs_a_warning_confirmed_is_offered_once_it_is() {
    let mut stage = Stage::at("10:00");
    let mut who = asked();
    who.investor.risk = InvestorRisk::C2;
    let held = request(Mode::Held);
    assert_eq!(offers(&ask(&mut stage, &held, &who)), []);
    who.warning_confirmed = Some("risk-warning-2017".parse().unwrap());
    assert_eq!(offers(&ask(&mut stage, &held, &who)).len(), 3);
}

#[test]
fn a_refusal_of_held_shares_says_what_is_free_and_what_is_frozen() {
    let mut stage = Stage::at("10:00");
    give(&mut stage, 900, 400);
    let Reply::Refused(_, text) = ask(&mut stage, &request(Mode::Held), &asked()) else { panic!() };
    assert_eq!(
        &*text,
        "1000.00 shares of fund 000730 would be converted, and 900.00 are free: 1300.00 registered, 0.00 reserved, 400.00 frozen, 0.00 in dispute; possible: linked_same_day, next_day, redeem_to_purchase"
    );
    let mut stage =
        Stage::with(vec![wallet(), capped(target(), "1500", Policy::RejectWhole)], "10:00");
    give(&mut stage, 1000, 1);
    count(&mut stage, "03-02", 600);
    let Reply::Refused(_, text) = ask(&mut stage, &request(Mode::Held), &asked()) else { panic!() };
    assert!(text.contains("1000.00 after 600.00 on 2026-03-02 is above 1500.00"), "{text}");
}

/// Whoever names no mode is offered the others as well, where the earliest price is not to be had.
#[test]
fn a_refusal_of_the_mode_that_nobody_named_names_the_others() {
    let mut few = wallet();
    few.conversions[0].shares_min = "1000.01".parse().unwrap();
    let mut stage = Stage::with(vec![few, target()], "10:00");
    for mode in [None, Some(Mode::LinkedSameDay)] {
        let asked_for = Request { mode, ..request(Mode::Held) };
        let Reply::Refused(_, text) = ask(&mut stage, &asked_for, &asked()) else { panic!() };
        assert_eq!(
            &*text,
            "1000.00 shares are below the minimum of 1000.01 to convert into fund 011162; possible: redeem_to_purchase"
        );
    }
    // Nothing is possible for an amount that no fund takes.
    let small = Request { amount: "50".parse().unwrap(), mode: None, ..request(Mode::Held) };
    let reply = ask(&mut stage, &small, &asked());
    assert_eq!(offers(&reply), [], "{reply:?}");
    let Reply::Refused(_, text) = reply else { panic!() };
    assert!(!text.contains("possible"), "{text}");
}

/// What the request meets.
#[derive(Debug, Clone)]
struct World {
    /// The wallet fund or the target, and a day of March on which it takes nothing.
    shut: Vec<(bool, u8)>,
    cap: Option<(u32, Policy)>,
    used: [u32; 3],
    free: u32,
    frozen: u32,
    names: Vec<&'static str>,
    foreign: bool,
    linked: bool,
    pair_min: u32,
}

impl World {
    fn stage(&self) -> Stage {
        let mut funds = [wallet(), target()];
        for (which, day) in &self.shut {
            let at = usize::from(*which);
            funds[at] = closed_on(funds[at].clone(), &format!("2026-03-0{day}"));
        }
        let [mut wallet, mut target] = funds;
        if let Some((max, policy)) = self.cap {
            target = capped(target, &max.to_string(), policy);
        }
        if self.foreign {
            target = by("06", target);
        }
        wallet.linked_processing = self.linked;
        wallet.conversions[0].shares_min = self.pair_min.to_string().parse().unwrap();
        let mut stage = Stage::with(vec![wallet, target], "10:00");
        give(&mut stage, self.free, self.frozen);
        for (day, yuan) in ["03-02", "03-03", "03-04"].into_iter().zip(self.used) {
            if yuan > 0 {
                count(&mut stage, day, yuan);
            }
        }
        stage.runner.set_ports(ports(&self.names));
        stage
    }
}

prop_compose! {
    fn worlds()(
        shut in prop::collection::vec((any::<bool>(), 2u8..6), 0..4),
        cap in prop::option::of((800u32..3000, prop::sample::select(vec![
            Policy::RejectWhole, Policy::AcceptUpToLimit, Policy::RejectAllOfDay,
        ]))),
        used in [0u32..2500, 0u32..2500, 0u32..2500],
        (free, frozen) in (1u32..2000, 1u32..300),
        names in prop::sample::subsequence(vec!["bank", "ta-05", "ta-06"], 1..=3),
        (foreign, linked) in (any::<bool>(), any::<bool>()),
        pair_min in 1u32..1500,
    ) -> World {
        World { shut, cap, used, free, frozen, names, foreign, linked, pair_min }
    }
}

proptest! {
    #[test]
    fn each_mode_that_a_refusal_names_is_taken_when_it_is_asked_for_at_once(
        world in worlds(),
        mode in prop::option::of(prop::sample::select(Mode::ALL.to_vec())),
        yuan in prop::sample::select(vec!["50", "150", "1000", "1500"]),
        level in prop::sample::select(vec![InvestorRisk::C2, InvestorRisk::C3]),
        confirmed in any::<bool>(),
    ) {
        let mut who = asked();
        who.investor.risk = level;
        who.warning_confirmed = confirmed.then(|| "risk-warning-2017".parse().unwrap());
        let target_fund: FundCode = TARGET.parse().unwrap();
        let wallet_fund: FundCode = WALLET.parse().unwrap();
        let amount = yuan.parse().unwrap();
        let plain = request(Mode::Held);
        let in_mode = |mode| Request { amount, target_fund, wallet_fund, mode, ..plain.clone() };
        let stage = world.stage();
        let reply = ask(&mut stage.clone(), &in_mode(mode), &who);
        let offered = offers(&reply);
        for other in Mode::ALL.into_iter().filter(|other| mode != Some(*other)) {
            let would = taken(&ask(&mut stage.clone(), &in_mode(Some(other)), &who));
            if offered.contains(&other) {
                prop_assert!(would, "{reply:?} offers {other:?}");
            } else if is_declined(&reply) {
                prop_assert!(!would, "{reply:?} does not offer {other:?}");
            }
        }
    }
}
