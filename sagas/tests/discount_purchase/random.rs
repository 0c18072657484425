//! Random runs: whatever counterparties, processes and investors do, every fen is somewhere at the
//! end, per fund, and nothing is reserved, in transit or under way.

use crate::{
    books,
    held::holding,
    outside::{Fate, Verdict},
    stage::Stage,
    terms::request,
};
use fundflow_domain::modes::ConversionMode as Mode;
use fundflow_runtime::{message::Action, process::Disposition};
use fundflow_sagas::{
    discount_purchase::{Command, Request},
    parts::milestone::Scope,
};
use proptest::prelude::*;

#[derive(Debug, Clone)]
pub(crate) enum Event {
    /// The next of those calls is answered, or nobody hears of it.
    Answer(usize),
    Forgotten(usize),
    Ring,
    Crash(bool),
    Fuse(usize, bool),
    Cancel(bool),
    Resume,
    Skip,
    Abandon,
}

pub(crate) fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        10 => (0..3usize).prop_map(Event::Answer),
        2 => (0..3usize).prop_map(Event::Forgotten),
        4 => Just(Event::Ring),
        1 => any::<bool>().prop_map(Event::Crash),
        1 => (0..4usize, any::<bool>()).prop_map(|(at, acted)| Event::Fuse(at, acted)),
        1 => any::<bool>().prop_map(Event::Cancel),
        1 => Just(Event::Resume),
        1 => Just(Event::Skip),
        1 => Just(Event::Abandon),
    ]
}

const NAMES: [&str; 9] = [
    "mmf.pay",
    "mmf",
    "convert",
    "redeem",
    "target",
    "mmf.pay.refund1",
    "redeem.out",
    "mmf.cancel",
    "convert.cancel",
];

fn fates() -> impl Strategy<Value = Vec<(usize, Fate)>> {
    let fate = prop_oneof![
        3 => Just(Fate::Done),
        2 => Just(Fate::Lost),
        2 => Just(Fate::Unheard),
        2 => Just(Fate::Refused),
    ];
    // What goes back or out is refused only by accounts that are closed; that is a person's business.
    let pair = (0..NAMES.len(), fate).prop_filter("money can leave", |(at, fate)| {
        *fate != Fate::Refused || !(5..7).contains(at)
    });
    proptest::collection::vec(pair, 0..5)
}

fn verdicts() -> impl Strategy<Value = Vec<(usize, Verdict)>> {
    let verdict = prop_oneof![Just(Verdict::Whole), Just(Verdict::Half), Just(Verdict::Rejected)];
    proptest::collection::vec((1..5usize, verdict), 0..3)
}

pub(crate) fn happen(stage: &mut Stage, event: &Event) {
    match event {
        Event::Answer(at) if !stage.in_flight.is_empty() => {
            let at = at % stage.in_flight.len();
            let name = crate::names::name_of(&stage.in_flight[at].key);
            stage.go(&name);
        }
        Event::Forgotten(at) if !stage.in_flight.is_empty() => {
            let at = at % stage.in_flight.len();
            let name = crate::names::name_of(&stage.in_flight[at].key);
            stage.outside.fates.entry(name.clone()).or_default().push_front(Fate::Unheard);
            stage.go(&name);
        }
        Event::Answer(_) | Event::Forgotten(_) | Event::Ring => {
            if stage.in_flight.is_empty() && !stage.is_parked() {
                stage.ring();
            }
        }
        Event::Crash(acted) => {
            stage.acted = *acted;
            stage.crash();
        }
        Event::Fuse(at, acted) => (stage.fuse, stage.acted) = (Some(*at), *acted),
        Event::Cancel(all) => {
            let scope = if *all { Scope::All } else { Scope::Conversion };
            stage.command(Command::Cancel { at: stage.now, scope });
        }
        Event::Resume => {
            stage.act(Action::Resume { reason: "a test".into() });
        }
        Event::Skip => {
            stage.act(Action::SkipToLanding { reason: "a test".into() });
        }
        Event::Abandon => {
            stage.abandon();
        }
    }
}

fn played(
    (mode, at, only_today): (Mode, &str, bool),
    fates: &[(usize, Fate)],
    verdicts: &[(usize, Verdict)],
    events: &[Event],
) -> Stage {
    let mut stage = if mode == Mode::Held { holding("1000") } else { Stage::at(at) };
    for (name, fate) in fates {
        stage.outside.fate(NAMES[*name], [*fate]);
    }
    for (name, verdict) in verdicts {
        stage.outside.verdicts.insert(NAMES[*name].to_owned(), *verdict);
    }
    stage.request(&Request { only_today, ..request(mode) });
    for event in events {
        happen(&mut stage, event);
        if stage.types().iter().any(|it| it.starts_with("discount_purchase.")) {
            books::always(&stage);
        }
    }
    stage
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn every_fen_is_somewhere_at_the_end_of_any_run(
        mode in prop::sample::select(crate::crash::MODES.to_vec()),
        at in prop::sample::select(vec!["10:00", "14:59:55", "16:59:50", "03-06 14:59:57"]),
        only_today in any::<bool>(),
        fates in fates(),
        verdicts in verdicts(),
        events in proptest::collection::vec(event(), 0..30),
    ) {
        let mut stage = played((mode, at, only_today), &fates, &verdicts, &events);
        stage.fuse = None;
        stage.run();
        for _ in 0..3 {
            if stage.is_parked() {
                stage.act(Action::Resume { reason: "a person looked".into() });
                stage.run();
            }
        }
        prop_assert!(
            stage.look().finished || stage.is_parked(),
            "it is nowhere:\n{}",
            stage.text()
        );
        if stage.look().finished && !stage.has("discount_purchase.abandoned") {
            books::at_the_end(&stage);
            return Ok(());
        }
        // A person took over what was open; nothing else is.
        stage.abandon();
        stage.run();
        stage.abandon_with(Disposition::Refund);
        stage.run();
        let look = stage.look();
        prop_assert!(look.finished, "given up and not over:\n{}", stage.text());
        let open = look.open_ends.iter().find(|end| !look.given_up.contains(&end.name));
        prop_assert_eq!(open, None);
        let completed = stage.has("discount_purchase.completed");
        prop_assert!(completed || look.failure.is_some(), "given up for no reason");
        let wallet = stage.state(&crate::held::wallet_key());
        prop_assert!(wallet.reserved().is_zero() && wallet.in_transit().is_zero());
    }
}
